/* usbpcap.c: link type 249, Windows URBs captured by USBPcap: every driver generation 1.0 to 1.5.
 *
 *   0 u16 headerLen | 2 u64 irpId | 10 u32 status | 14 u16 function | 16 u8 info (bit 0:
 * completion) 17 u16 bus | 19 u16 device | 21 u8 endpoint | 22 u8 transfer | 23 u32 dataLength
 *  control:     27 u8 stage
 *  isochronous: 27 u32 startFrame | 31 u32 numberOfPackets | 35 u32 errorCount
 *               39 numberOfPackets × { u32 offset, u32 length, u32 status }
 *
 * All little-endian and packed, the data follows at headerLen (USBPcap capture format
 * specification; driver change log for what differs between versions). */
#include "base/cursor.h"
#include "link/iso.h"
#include "link/link.h"
#include "usb/urb_function.h"

enum {
	BASE_LEN = 27,
	CONTROL_LEN = 28,
	ISO_LEN = 39,
	ISO_ENTRY = 12,
	INFO_COMPLETE = 1,
	ENDPOINT_UNKNOWN = 0xff,
	TRANSFER_UNKNOWN = 0xff,
	SETUP_LEN = 8
};

enum stage { STAGE_SETUP, STAGE_DATA, STAGE_STATUS, STAGE_COMPLETE, STAGES };

/* The header's transfer byte → type; what is not here is no USBPcap. */
static const struct transfer {
	uint8_t byte, type, header;
} transfers[] = {
	{0, USB_ISOCHRONOUS, ISO_LEN}, {1, USB_INTERRUPT, BASE_LEN}, {2, USB_CONTROL, CONTROL_LEN},
	{3, USB_BULK, BASE_LEN},
	{0xfe, USB_REQUEST, BASE_LEN}, /* IRP info: an URB function with an endpoint, no data */
	{TRANSFER_UNKNOWN, USB_REQUEST,
		BASE_LEN}, /* unknown: an URB function, not even an endpoint */
};

static const struct transfer *find_transfer(uint8_t byte)
{
	for (size_t i = 0; i < sizeof(transfers) / sizeof(transfers[0]); i++)
		if (transfers[i].byte == byte)
			return &transfers[i];
	return NULL;
}

/* `skip` bytes of the record's payload belong to something else (the setup). */
static void take_data(const struct record *rec, struct event *ev, uint32_t skip)
{
	uint32_t at = le16(rec->data) + skip;
	uint32_t length = ev->urb.header_data_len;

	ev->urb.data_total = length > skip ? length - skip : 0;
	if (at >= rec->caplen || !ev->urb.data_total)
		return;
	ev->urb.data = rec->data + at;
	ev->urb.data_len = rec->caplen - at;
	if (ev->urb.data_len > ev->urb.data_total)
		ev->urb.data_len = ev->urb.data_total;
}

static void set_length(struct event *ev, uint16_t which, uint32_t length)
{
	ev->urb.has |= which;
	ev->urb.length = length;
}

/* SETUP opens. Generations before 1.5.0.0 send OUT data in a DATA stage of its own; later ones put
 * it behind the setup. SELECT_CONFIGURATION and SELECT_INTERFACE carry no setup: USBPcap makes one
 * up, with bmRequestType 0 even for SET_INTERFACE. */
static void control_setup(const struct record *rec, struct event *ev)
{
	uint32_t at = le16(rec->data);

	ev->kind = EVENT_SUBMIT;
	take_data(rec, ev, SETUP_LEN);
	if (ev->urb.header_data_len < SETUP_LEN || rec->caplen < at + SETUP_LEN)
		return;
	memcpy(ev->urb.setup, rec->data + at, SETUP_LEN);
	ev->urb.has |= URB_SETUP;
	ev->dir = ev->urb.setup[0] & 0x80 ? USB_IN : USB_OUT;
	set_length(ev, URB_REQUESTED, le16(ev->urb.setup + 6));
	if (ev->urb.function == URB_FUNCTION_SELECT_CONFIGURATION ||
		ev->urb.function == URB_FUNCTION_SELECT_INTERFACE)
		ev->urb.has |= URB_SETUP_INFERRED;
}

/* DATA joins whatever its info bit says: before 1.3.0.0 it is set on OUT data, too. IN data is what
 * arrived; OUT data is what was to be sent. A first generation also wrote the still empty buffer of
 * an IN request when that was submitted: not data. */
static void control_data(const struct record *rec, struct event *ev, bool complete)
{
	ev->kind = EVENT_DATA;
	ev->urb.has &= (uint16_t)~URB_STATUS;
	if (ev->dir == USB_IN && !complete)
		return;
	take_data(rec, ev, 0);
	set_length(ev, ev->dir == USB_IN ? URB_ACTUAL : URB_REQUESTED, ev->urb.header_data_len);
}

/* STATUS (before 1.5.0.0, never with data) and COMPLETE (since, with IN data) close. What an OUT
 * request transferred is not recorded. */
static void control_complete(const struct record *rec, struct event *ev, enum stage stage)
{
	ev->kind = EVENT_COMPLETE;
	ev->urb.has |= URB_STATUS;
	if (stage == STAGE_STATUS)
		return;
	take_data(rec, ev, 0);
	if (ev->dir == USB_IN)
		set_length(ev, URB_ACTUAL, ev->urb.header_data_len);
}

/* USBPcap writes what was known before the capture began as requests of its own with irpId 0
 * (device and configuration descriptor, SET_CONFIGURATION). They were never on the bus. */
static bool is_injected(const struct event *ev)
{
	return !ev->urb.id;
}

static void decode_control(const struct record *rec, struct event *ev, bool complete)
{
	const struct urb_function *f = urb_function_find(ev->urb.function);
	uint8_t stage = rec->data[27];

	if (stage >= STAGES)
		return link_malformed(ev, "unknown USBPcap control stage");
	/* The endpoint byte of the first generations is wrong for functions that imply a direction;
	 * injected records carry one such function whatever they are. */
	if (f && f->dir != USB_DIR_UNKNOWN && !is_injected(ev))
		ev->dir = f->dir;
	if (stage != STAGE_SETUP) /* 1.5.0.0 replaced DATA and STATUS by COMPLETE */
		ev->capture = stage == STAGE_COMPLETE ? CAPTURE_USBPCAP_1_5 : CAPTURE_USBPCAP_1_0;
	if (stage == STAGE_SETUP)
		control_setup(rec, ev);
	else if (stage == STAGE_DATA)
		control_data(rec, ev, complete);
	else
		control_complete(rec, ev, stage);
	if (is_injected(ev)) {
		ev->bin = BIN_INJECTED;
		ev->reason = "written by USBPcap itself at the start, never on the bus";
	}
}

/* Bulk and interrupt. The submission of an IN has no length; the completion of an OUT has none.
 * Both records exist since 1.4.1.0 only: before, an IN is its completion and an OUT its submission,
 * and a driver that uses one IRP for OUT and IN makes them look like a pair. With an unknown pipe
 * USBPcap cannot know the direction and attaches the buffer on completion; its "bulk" is then a
 * guess. */
static void decode_bulk(const struct record *rec, struct event *ev, bool complete)
{
	bool known = ev->dir != USB_DIR_UNKNOWN;

	if (!known)
		ev->type = USB_TYPE_UNKNOWN;
	ev->kind = complete ? EVENT_COMPLETE : EVENT_SUBMIT;
	if (known && complete == (ev->dir == USB_OUT))
		ev->capture = CAPTURE_USBPCAP_1_4;
	if (known ? complete == (ev->dir == USB_OUT) : !complete)
		return;
	take_data(rec, ev, 0);
	set_length(ev, complete ? URB_ACTUAL : URB_REQUESTED, ev->urb.header_data_len);
}

static void decode_iso(const struct record *rec, struct event *ev, bool complete)
{
	uint32_t end = le16(rec->data);
	struct iso_table *t = &ev->urb.iso;

	if (end > rec->caplen)
		end = rec->caplen;
	/* Data goes with an OUT's submission and an IN's completion: it tells an unknown pipe's
	 * direction. */
	if (ev->dir == USB_DIR_UNKNOWN && ev->urb.header_data_len)
		ev->dir = complete ? USB_IN : USB_OUT;
	take_data(rec, ev, 0);
	t->layout = ISO_USBPCAP;
	t->packets = le32(rec->data + 31);
	t->errors = complete ? le32(rec->data + 35) : 0;
	t->table = rec->data + ISO_LEN;
	t->present = (end - ISO_LEN) / ISO_ENTRY;
	if (t->present > t->packets)
		t->present = t->packets;
	t->table_len = t->present * ISO_ENTRY;
	t->data = ev->urb.data;
	t->data_len = ev->urb.data_len;
	t->complete = complete;
	t->in = ev->dir == USB_IN;
	ev->kind = complete ? EVENT_COMPLETE : EVENT_SUBMIT;
	if (complete) {
		/* on submission it is only a wish, void with "as soon as possible" */
		ev->urb.has |= URB_FRAME;
		ev->urb.start_frame = (int32_t)le32(rec->data + 27);
	}
	/* 1.3.0.0 left out the data of OUT packets: then the length 0 is not theirs. */
	if (ev->dir == (complete ? USB_IN : USB_OUT) && (complete || ev->urb.header_data_len))
		set_length(ev, complete ? URB_ACTUAL : URB_REQUESTED, ev->urb.header_data_len);
}

bool iso_packet_usbpcap(const struct iso_table *t, uint32_t i, struct iso_packet *p)
{
	bool last = i + 1 >= t->present;
	const uint8_t *entry;
	uint32_t end;

	if (i >= t->present || (size_t)(i + 1) * ISO_ENTRY > t->table_len)
		return false;
	entry = t->table + (size_t)i * ISO_ENTRY;
	p->offset = le32(entry);
	p->raw_status = le32(entry + 8);
	p->has_status = t->complete;
	if (t->complete && t->in) {
		p->length = le32(entry + 4);
		return true;
	}
	/* The length member is not used: a packet reaches to where the next one begins. */
	end = last ? t->data_len : le32(entry + ISO_ENTRY);
	p->length = end < p->offset || (last && (!end || i + 1 < t->packets)) ? ISO_UNKNOWN
									      : end - p->offset;
	return true;
}

/* Endpoint and direction; 0xff is a pipe USBPcap does not know (opened before the capture, a
 * stream), not endpoint 15 IN. */
static void set_endpoint(struct event *ev, uint8_t byte)
{
	if (byte == ENDPOINT_UNKNOWN)
		return;
	ev->endpoint = byte & 15;
	ev->dir = byte & 0x80 ? USB_IN : USB_OUT;
}

/* The statuses with which Windows' stack turns an URB down before anything is sent: from
 * INVALID_URB_FUNCTION to NO_BANDWIDTH. */
static bool was_refused(uint32_t status)
{
	return status >= 0x80000200 && status <= 0x80000700;
}

/* The length is still the one asked for, and the buffer holds what was in it before. */
static void refuse(struct event *ev)
{
	ev->kind = EVENT_ERROR;
	ev->urb.has &= (uint16_t) ~(URB_ACTUAL | URB_FRAME);
	ev->urb.data = NULL;
	ev->urb.data_len = ev->urb.data_total = 0;
	ev->urb.iso.layout = ISO_NONE;
}

void link_usbpcap_decode(const struct record *rec, struct event *ev)
{
	const uint8_t *h = rec->data;
	const struct transfer *t;
	bool complete;

	ev->os = USB_OS_WINDOWS;
	ev->capture = CAPTURE_USBPCAP;
	if (rec->caplen < BASE_LEN)
		return link_malformed(ev, "shorter than a USBPcap header (27 bytes)");
	t = find_transfer(h[22]);
	if (!t)
		return link_malformed(ev, "unknown USBPcap transfer type");
	if (le16(h) < t->header)
		return link_malformed(ev, "USBPcap headerLen is too small for the transfer type");
	if (rec->caplen < t->header)
		return link_malformed(ev, "the record ends within the USBPcap header");
	complete = h[16] & INFO_COMPLETE;
	ev->type = t->type;
	ev->bus = le16(h + 17);
	ev->device = le16(h + 19);
	if (h[22] != TRANSFER_UNKNOWN) /* its endpoint byte is 0 or 0xff, whatever the pipe */
		set_endpoint(ev, h[21]);
	ev->urb.id = le64(h + 2);
	ev->urb.raw_status = le32(h + 10);
	ev->urb.function = le16(h + 14);
	ev->urb.header_data_len = le32(h + 23);
	ev->urb.has = URB_FUNCTION | (complete ? URB_STATUS : 0);
	if (t->type == USB_CONTROL)
		decode_control(rec, ev, complete);
	else if (t->type == USB_ISOCHRONOUS)
		decode_iso(rec, ev, complete);
	else if (t->type == USB_REQUEST)
		ev->kind = complete ? EVENT_COMPLETE : EVENT_SUBMIT;
	else
		decode_bulk(rec, ev, complete);
	if (complete && was_refused((uint32_t)ev->urb.raw_status))
		refuse(ev);
	/* Before 1.4.1.0 failed transfers were not written. */
	if (complete && ev->urb.raw_status && ev->capture < CAPTURE_USBPCAP_1_4)
		ev->capture = CAPTURE_USBPCAP_1_4;
}
