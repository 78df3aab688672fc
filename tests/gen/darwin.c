/* darwin.c: link type 266, macOS captures of XHC interfaces: 40-byte little-endian header of
 * version 1.1, isochronous packets behind it with a 28-byte header each. Data stands on the
 * completion, OUT data too; only the setup bytes are on the submission. */
#include "tests/gen/gen.h"

#include <string.h>

enum { HEADER = 40, FRAME = 28, COMPLETE = 1 };

static const uint8_t endpoint_types[] = {
	[CONTROL] = 0, [ISOCHRONOUS] = 1, [BULK] = 2, [INTERRUPT] = 3};

static void header(uint8_t h[HEADER], const struct urb *u, bool up)
{
	const struct xfer *x = u->x;

	memset(h, 0, HEADER);
	put16(h, 0x0101, false);
	h[2] = HEADER;
	h[3] = up ? COMPLETE : 0;
	put32(h + 4, up ? u->actual : u->req, false);
	put32(h + 8, up ? (uint32_t)urb_raw(u, OS_DARWIN) : 0, false);
	put32(h + 12, x->packets, false);
	put64(h + 16, u->id, false);
	put32(h + 24, (uint32_t)x->dev->bus << 24 | 0x300000, false); /* port 3 of the root hub */
	h[28] = x->dev->speed; /* low 0, full 1, high 2, super 3 */
	h[29] = x->dev->address;
	h[30] = (uint8_t)((x->ep->address & 15) | (x->in ? 0x80 : 0));
	h[31] = endpoint_types[x->type];
	memcpy(h + 32, x->ep->class_code, 3);
	memcpy(h + 36, x->dev->device + 8, 4); /* idVendor, idProduct */
}

static void isochronous(
	struct capture *c, const struct urb *u, const uint8_t *h, bool up, int64_t t)
{
	uint8_t *to = capture_scratch(c, (size_t)u->x->packets * (FRAME + 4) + u->req), *p = to;
	struct part parts[2] = {{h, HEADER}, {to, 0}};

	for (uint32_t i = 0; i < u->x->packets; i++) {
		const struct packet *k = &u->packet[i];
		int64_t status = status_row((unsigned)k->status)->os[OS_DARWIN].raw;

		memset(p, 0, FRAME);
		put32(p, FRAME, false);
		put32(p + 4, up ? k->actual : k->length, false);
		put32(p + 8, up ? (uint32_t)status : 0, false);
		put64(p + 12, (uint64_t)u->start_frame + i, false);
		put64(p + 20, up ? (uint64_t)t : 0, false);
		p += FRAME;
		if (!up)
			continue;
		memcpy(p, u->data + k->offset, k->actual);
		p += k->actual;
		for (; (p - to) & 3; p++)
			*p = 0;
	}
	parts[1].n = (size_t)(p - to);
	sink_record(&c->sink, t, parts, 2);
}

static void event(struct capture *c, const struct urb *u, bool up, int64_t t)
{
	uint8_t h[HEADER];
	struct part parts[2] = {{h, HEADER}, {u->data, up ? u->actual : 0}};

	header(h, u, up);
	if (u->x->type == ISOCHRONOUS) {
		isochronous(c, u, h, up, t);
		return;
	}
	if (u->x->type == CONTROL && !up)
		parts[1] = (struct part){u->x->setup, 8};
	sink_record(&c->sink, t, parts, 2);
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
	t->interval = false;
}

const struct writer darwin_266 = {"266", "macOS XHC captures", 266, 0, OS_DARWIN, FOR_DARWIN, false,
	true, true, submit, complete, NULL, hide, false, false};
