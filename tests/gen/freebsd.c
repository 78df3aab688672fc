/* freebsd.c: link type 186, FreeBSD's usbdump: 128-byte little-endian header (struct usbpf_pkthdr),
 * then frames of 8-byte headers, each followed by its data padded to 4 bytes. A control transfer's
 * first frame is the setup packet. There is no id, but the kernel starts and records an endpoint's
 * transfers one after the other (usb_transfer.c, usbd_pipe_start). */
#include "tests/gen/gen.h"

#include <string.h>

enum {
	HEADER = 128,
	FRAME = 8,
	FRAME_READ = 1,
	FRAME_DATA = 2,
	FLAG_SHORT_XFER_OK = 1 << 1,
	STATUS_OPEN = 1 << 0,
	STATUS_TRANSFERRING = 1 << 1,
	STATUS_STARTED = 1 << 5,
	STATUS_CONTROL_XFR = 1 << 7,
	STATUS_CONTROL_HDR = 1 << 8,
	STATUS_CONTROL_ACT = 1 << 9,
	STATUS_ISOCHRONOUS_XFR = 1 << 16
};

static uint32_t transfer_status(const struct urb *u, bool done)
{
	uint32_t s = STATUS_OPEN | STATUS_STARTED | (done ? 0u : STATUS_TRANSFERRING);

	if (u->x->type == CONTROL)
		s |= STATUS_CONTROL_XFR | STATUS_CONTROL_HDR | (done ? 0u : STATUS_CONTROL_ACT);
	if (u->x->type == ISOCHRONOUS)
		s |= STATUS_ISOCHRONOUS_XFR;
	return s;
}

/* Appends a frame: data is recorded as it enters the bus driver, or leaves it. */
static uint8_t *frame(uint8_t *p, const uint8_t *data, uint32_t length, bool in, bool done)
{
	put32(p, length, false);
	put32(p + 4, (in ? FRAME_READ : 0u) | (in == done ? FRAME_DATA : 0u), false);
	p += FRAME;
	if (in != done)
		return p;
	memcpy(p, data, length);
	memset(p + length, 0, -length & 3);
	return p + length + (-length & 3);
}

/* xfer->interval (usb_transfer.c): of interrupt transfers, in milliseconds. */
static uint32_t interval_ms(const struct xfer *x)
{
	int64_t ms = endpoint_period(x->dev, x->ep) / 1000000;

	return ms ? (uint32_t)ms : 1;
}

static void header(uint8_t h[HEADER], const struct urb *u, bool done, uint32_t frames, size_t total)
{
	const struct xfer *x = u->x;

	memset(h, 0, HEADER);
	put32(h, (uint32_t)total, false);
	put32(h + 4, x->dev->bus, false);
	h[8] = x->dev->address;
	h[10] = done;
	h[11] = x->type; /* bmAttributes bits, as in enum type */
	put32(h + 12, x->in ? FLAG_SHORT_XFER_OK : 0, false);
	put32(h + 16, transfer_status(u, done), false);
	put32(h + 20, done ? (uint32_t)urb_raw(u, OS_FREEBSD) : 0, false);
	put32(h + 24, x->type == INTERRUPT ? interval_ms(x) : 0, false);
	put32(h + 28, frames, false);
	put32(h + 32, x->ep->max_packet & 0x7ff, false);
	put32(h + 36, 1, false);
	put32(h + 40, (x->ep->address & 15u) | (x->in ? 0x80u : 0), false);
	h[44] = (uint8_t)(x->dev->speed + 1); /* low 1, full 2, high 3, super 4 */
}

static void event(struct capture *c, const struct urb *u, bool done, int64_t t)
{
	const struct xfer *x = u->x;
	uint8_t *h =
		capture_scratch(c, HEADER + (size_t)(x->packets + 2) * (FRAME + 4) + u->req + 8);
	uint8_t *p = h + HEADER;
	uint32_t frames = x->packets ? x->packets : 1;
	struct part part = {h, 0};

	if (x->type == CONTROL) {
		frames = x->req ? 2 : 1;
		p = frame(p, x->setup, 8, false, done);
	}
	for (uint32_t i = 0; i < x->packets; i++)
		p = frame(p, u->data + u->packet[i].offset,
			done ? u->packet[i].actual : u->packet[i].length, x->in, done);
	if (!x->packets && (x->type != CONTROL || x->req))
		p = frame(p, u->data, done ? u->actual : u->req, x->in, done);
	part.n = (size_t)(p - h);
	header(h, u, done, frames, part.n);
	sink_record(&c->sink, t, &part, 1);
}

static void submit(struct capture *c, const struct urb *u)
{
	event(c, u, false, u->submitted);
}

static void complete(struct capture *c, const struct urb *u)
{
	event(c, u, true, u->completed);
}

static void hide(const struct capture *c, const struct urb *u, struct truth *t)
{
	(void)c;
	(void)u;
	t->start_frame = t->packet_status = t->interval = false;
}

const struct writer freebsd_186 = {"186", "FreeBSD usbdump", 186, 0, OS_FREEBSD, FOR_FREEBSD, false,
	false, true, submit, complete, NULL, hide, true, false};
