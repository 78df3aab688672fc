/* usbpcap.c: link type 249, USBPcap's packed little-endian headers (desowin.org/usbpcap, capture
 * format), as four generations of its driver write them: what changed is in their release notes. */
#include "tests/gen/gen.h"

#include <string.h>

enum {
	BASE = 27,
	ISO = BASE + 12,
	ISO_PACKET = 12,
	/* what a generation does */
	STAGES = 1 << 0,     /* control DATA and STATUS apart; else SETUP and COMPLETE (1.5.0.0) */
	ONE_RECORD = 1 << 1, /* bulk, interrupt: only the record with the data (until 1.4.1.0) */
	OK_ONLY = 1 << 2,    /* failed completions are not logged (until 1.4.1.0) */
	ISO_CUT = 1 << 3,    /* iso IN: as many bytes as were received of the gapped buffer
				(until 1.3.0.0) */
	DATA_INFO = 1 << 4,  /* info bit wrong on endpoint 0 DATA OUT (until 1.3.0.0) */
	NO_ISO_OUT = 1 << 5, /* iso OUT without data (1.3.0.0, repaired in 1.4.1.0) */

	FUNCTION_CONTROL = 0x0008,
	FUNCTION_BULK_OR_INTERRUPT = 0x0009,
	FUNCTION_ISOCHRONOUS = 0x000a,
	STAGE_SETUP = 0,
	STAGE_DATA = 1,
	STAGE_STATUS = 2,
	STAGE_COMPLETE = 3
};

static const uint8_t xfer_types[] = {[ISOCHRONOUS] = 0, [INTERRUPT] = 1, [CONTROL] = 2, [BULK] = 3};

static bool is(const struct capture *c, unsigned what)
{
	return c->writer->variant & what;
}

/* A host driver's request arrives under the URB function that asks for it (usb.h of the WDK); the
 * completion of all but the two SELECT functions is a plain control transfer. */
static uint16_t submit_function(const uint8_t *s)
{
	static const struct {
		uint8_t type, request;
		uint16_t function;
	} functions[] = {{0x80, 6, 0x0b}, {0x81, 6, 0x28}, {0x82, 6, 0x24}, {0x00, 9, 0x00},
		{0x01, 11, 0x01}, {0x80, 0, 0x13}, {0x81, 0, 0x14}, {0x82, 0, 0x15},
		{0x00, 1, 0x10}, {0x01, 1, 0x11}, {0x02, 1, 0x12}, {0x00, 3, 0x0d}, {0x01, 3, 0x0e},
		{0x02, 3, 0x0f}, {0x80, 8, 0x26}, {0x81, 10, 0x27}};
	static const uint16_t class_functions[4] = {0x1a, 0x1b, 0x1c, 0x1f},
			      vendor_functions[4] = {0x17, 0x18, 0x19, 0x20};
	unsigned recipient = s[0] & 31;

	for (size_t i = 0; i < COUNT(functions); i++)
		if (functions[i].type == s[0] && functions[i].request == s[1])
			return functions[i].function;
	if (recipient < 4 && (s[0] & 0x60) == 0x20)
		return class_functions[recipient];
	if (recipient < 4 && (s[0] & 0x60) == 0x40)
		return vendor_functions[recipient];
	return FUNCTION_CONTROL;
}

static uint16_t function(const struct urb *u, bool up)
{
	uint16_t f;

	if (u->x->type == ISOCHRONOUS)
		return FUNCTION_ISOCHRONOUS;
	if (u->x->type != CONTROL)
		return FUNCTION_BULK_OR_INTERRUPT;
	f = submit_function(u->x->setup);
	return up && f > 1 ? FUNCTION_CONTROL : f;
}

static void base(uint8_t *h, const struct urb *u, size_t header, bool up, uint32_t data_length)
{
	const struct xfer *x = u->x;

	put16(h, (uint16_t)header, false);
	put64(h + 2, u->id, false);
	put32(h + 10, up ? (uint32_t)urb_raw(u, OS_WINDOWS) : 0, false);
	put16(h + 14, function(u, up), false);
	h[16] = up;
	put16(h + 17, x->dev->bus, false);
	put16(h + 19, x->dev->address, false);
	h[21] = (uint8_t)((x->ep->address & 15) | (x->in ? 0x80 : 0));
	h[22] = xfer_types[x->type];
	put32(h + 23, data_length, false);
}

/* ---- control ------------------------------------------------------------------------ */

/* SET_INTERFACE is put together by the driver, always with bmRequestType 0. */
static void shown_setup(uint8_t to[8], const struct xfer *x)
{
	memcpy(to, x->setup, 8);
	if (submit_function(x->setup) == 1)
		to[0] = 0;
}

static void stage(struct capture *c, const struct urb *u, uint8_t which, bool up, struct part a,
	struct part b)
{
	uint8_t h[BASE + 1];
	struct part parts[3] = {{h, sizeof(h)}, a, b};

	base(h, u, sizeof(h), up, (uint32_t)(a.n + b.n));
	h[BASE] = which;
	if (which == STAGE_DATA && !u->x->in && is(c, DATA_INFO))
		h[16] = 1;
	sink_record(&c->sink, up ? u->completed : u->submitted, parts, 3);
}

static void submit_control(struct capture *c, const struct urb *u)
{
	uint8_t setup[8];
	struct part s = {setup, 8}, data = {u->data, u->x->in ? 0 : u->req}, none = {u->data, 0};

	shown_setup(setup, u->x);
	stage(c, u, STAGE_SETUP, false, s, is(c, STAGES) ? none : data);
	if (is(c, STAGES) && data.n)
		stage(c, u, STAGE_DATA, false, data, none);
}

static void complete_control(struct capture *c, const struct urb *u)
{
	struct part data = {u->data, u->x->in ? u->actual : 0}, none = {u->data, 0};

	if (is(c, STAGES) && data.n)
		stage(c, u, STAGE_DATA, true, data, none);
	if (is(c, STAGES))
		stage(c, u, STAGE_STATUS, true, none, none);
	else
		stage(c, u, STAGE_COMPLETE, true, data, none);
}

/* ---- isochronous -------------------------------------------------------------------- */

/* The bytes of completed packets side by side, and their new offsets in the table. */
static struct part compacted(const struct urb *u, uint8_t *to, uint8_t *table)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < u->x->packets; i++) {
		const struct packet *k = &u->packet[i];

		put32(table + i * ISO_PACKET, n, false);
		memcpy(to + n, u->data + k->offset, k->actual);
		n += k->actual;
	}
	return (struct part){to, n};
}

static struct part iso_data(
	struct capture *c, const struct urb *u, bool up, uint8_t *table, uint8_t *room)
{
	if (u->x->in != up || (!u->x->in && is(c, NO_ISO_OUT)))
		return (struct part){NULL, 0};
	if (!u->x->in)
		return (struct part){u->data, u->req};
	if (is(c, ISO_CUT))
		return (struct part){u->data, u->actual};
	return compacted(u, room, table);
}

static void isochronous(struct capture *c, const struct urb *u, bool up)
{
	size_t header = ISO + (size_t)u->x->packets * ISO_PACKET;
	uint8_t *h = capture_scratch(c, header + u->req), *table = h + ISO;
	struct part parts[2] = {{h, header}, {NULL, 0}};

	for (uint32_t i = 0; i < u->x->packets; i++) {
		const struct packet *k = &u->packet[i];

		put32(table + i * ISO_PACKET, k->offset, false);
		/* OUT packets end where the next one begins; their lengths are not used */
		put32(table + i * ISO_PACKET + 4, up && u->x->in ? k->actual : 0, false);
		put32(table + i * ISO_PACKET + 8,
			up ? (uint32_t)status_row((unsigned)k->status)->os[OS_WINDOWS].raw : 0,
			false);
	}
	parts[1] = iso_data(c, u, up, table, h + header);
	base(h, u, header, up, (uint32_t)parts[1].n);
	put32(h + BASE, up ? (uint32_t)u->start_frame : 0, false);
	put32(h + BASE + 4, u->x->packets, false);
	put32(h + BASE + 8, up ? u->errors : 0, false);
	sink_record(&c->sink, up ? u->completed : u->submitted, parts, 2);
}

/* ---- all ---------------------------------------------------------------------------- */

static void bulk_or_interrupt(struct capture *c, const struct urb *u, bool up)
{
	uint8_t h[BASE];
	uint32_t n = u->x->in != up ? 0 : up ? u->actual : u->req;
	struct part parts[2] = {{h, sizeof(h)}, {u->data, n}};

	if (is(c, ONE_RECORD) && u->x->in != up)
		return;
	base(h, u, sizeof(h), up, n);
	sink_record(&c->sink, up ? u->completed : u->submitted, parts, 2);
}

static void submit(struct capture *c, const struct urb *u)
{
	if (u->x->type == CONTROL)
		submit_control(c, u);
	else if (u->x->type == ISOCHRONOUS)
		isochronous(c, u, false);
	else
		bulk_or_interrupt(c, u, false);
}

static void complete(struct capture *c, const struct urb *u)
{
	if (is(c, OK_ONLY) && urb_raw(u, OS_WINDOWS))
		return;
	if (u->x->type == CONTROL)
		complete_control(c, u);
	else if (u->x->type == ISOCHRONOUS)
		isochronous(c, u, true);
	else
		bulk_or_interrupt(c, u, true);
}

/* Lengths stand only with the data: IN tells the actual one, OUT the requested one. */
static void hide(const struct capture *c, const struct urb *u, struct truth *t)
{
	if (u->x->in && u->x->type != CONTROL)
		t->req_len = -1;
	if (u->x->type == ISOCHRONOUS && is(c, NO_ISO_OUT))
		t->req_len = -1;
	if (!u->x->in)
		t->len = -1;
	t->no_ending =
		is(c, ONE_RECORD) && !u->x->in && (u->x->type == BULK || u->x->type == INTERRUPT);
	t->no_failure = is(c, OK_ONLY);
	t->refused = u->saw_complete && urb_raw(u, OS_WINDOWS) >= 0x80000200 &&
		     urb_raw(u, OS_WINDOWS) <= 0x80000700;
	t->interval = false;
	t->out_by_offset = true;
	shown_setup(t->setup, u->x);
}

const struct writer usbpcap_10 = {"249-1.0", "USBPcap before 1.3.0.0", 249,
	STAGES | ONE_RECORD | OK_ONLY | ISO_CUT | DATA_INFO, OS_WINDOWS, FOR_USBPCAP, false, false,
	false, submit, complete, NULL, hide, false, false};
const struct writer usbpcap_13 = {"249-1.3", "USBPcap 1.3.0.0", 249,
	STAGES | ONE_RECORD | OK_ONLY | NO_ISO_OUT, OS_WINDOWS, FOR_USBPCAP, false, false, false,
	submit, complete, NULL, hide, false, false};
const struct writer usbpcap_14 = {"249-1.4", "USBPcap 1.4.1.0", 249, STAGES, OS_WINDOWS,
	FOR_USBPCAP, false, false, false, submit, complete, NULL, hide, false, false};
const struct writer usbpcap_15 = {"249", "USBPcap 1.5.0.0 and later (also 249-1.5)", 249, 0,
	OS_WINDOWS, FOR_USBPCAP, false, false, false, submit, complete, NULL, hide, false, false};
