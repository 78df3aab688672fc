/* usbmon.c: link types 220 (64-byte header) and 189 (its first 48 bytes), as the kernel's binary
 * usbmon interface fills them (Documentation/usb/usbmon.rst). Numbers have the file's byte order;
 * setup bytes are as on the wire. */
#include "tests/gen/gen.h"

#include <string.h>

enum {
	HEADER = 64,
	DESC = 16,
	DESC_MAX = 128, /* the kernel records no more descriptors */
	EINPROGRESS_ = -115,
	EXDEV_ = -18,
	URB_ISO_ASAP = 0x0002,
	URB_DIR_IN = 0x0200
};

static const uint8_t xfer_types[] = {[ISOCHRONOUS] = 0, [INTERRUPT] = 1, [CONTROL] = 2, [BULK] = 3};

static uint32_t descriptors(const struct urb *u)
{
	return u->x->packets < DESC_MAX ? u->x->packets : DESC_MAX;
}

/* Completed isochronous IN: the buffer up to the end of the last packet that has data. */
static uint32_t gapped_length(const struct urb *u)
{
	uint32_t len = 0;

	for (uint32_t i = 0; i < descriptors(u); i++)
		if (u->packet[i].actual)
			len = u->packet[i].offset + u->packet[i].actual;
	return len;
}

static uint32_t payload_length(const struct capture *c, const struct urb *u, char event)
{
	uint32_t len;

	if (event == 'E' || (event == 'S') == u->x->in)
		return 0;
	len = event == 'S' ? u->req : u->x->type == ISOCHRONOUS ? gapped_length(u) : u->actual;
	return len < c->prog->ring ? len : c->prog->ring;
}

static uint32_t transfer_flags(const struct urb *u)
{
	return u->x->transfer_flags | (u->x->in ? URB_DIR_IN : 0u) |
	       (u->x->type == ISOCHRONOUS ? URB_ISO_ASAP : 0u);
}

static char data_flag(const struct urb *u, char event)
{
	if (event == 'E')
		return 'E';
	if ((event == 'S') != u->x->in)
		return 0;
	return event == 'S' ? '<' : '>';
}

static void periodic_fields(uint8_t *h, const struct urb *u, char event, bool big)
{
	const struct xfer *x = u->x;

	put32(h + 48, (uint32_t)endpoint_interval(x->dev, x->ep), big);
	if (x->type != ISOCHRONOUS)
		return;
	put32(h + 40, event == 'C' ? u->errors : 0, big);
	put32(h + 44, x->packets, big);
	put32(h + 52, (uint32_t)(event == 'C' ? u->start_frame : u->stale_frame), big);
	put32(h + 60, descriptors(u), big);
}

static void iso_descriptors(uint8_t *d, const struct urb *u, char event, bool big)
{
	for (uint32_t i = 0; i < descriptors(u); i++, d += DESC) {
		const struct packet *k = &u->packet[i];
		int64_t status = status_row((unsigned)k->status)->os[OS_LINUX].raw;

		put32(d, event == 'S' ? (uint32_t)EXDEV_ : (uint32_t)status, big);
		put32(d + 4, k->offset, big);
		put32(d + 8, event == 'S' ? k->length : k->actual, big);
		put32(d + 12, 0, big);
	}
}

static void event(struct capture *c, const struct urb *u, char type, int64_t t, int64_t status)
{
	const struct xfer *x = u->x;
	uint8_t h[HEADER] = {0}, desc[DESC * DESC_MAX];
	bool big = c->sink.big;
	uint32_t iso = x->type == ISOCHRONOUS && type != 'E' ? descriptors(u) * DESC : 0;
	uint32_t payload = payload_length(c, u, type);
	struct part parts[3] = {{h, c->writer->variant}, {desc, iso}, {u->data, payload}};

	put64(h, u->id, big);
	h[8] = (uint8_t)type;
	h[9] = xfer_types[x->type];
	h[10] = (uint8_t)((x->ep->address & 15) | (x->in ? 0x80 : 0));
	h[11] = x->dev->address;
	put16(h + 12, x->dev->bus, big);
	h[14] = x->type == CONTROL && type == 'S' ? 0 : '-';
	h[15] = (uint8_t)data_flag(u, type);
	put64(h + 16, (uint64_t)(t / 1000000000), big);
	put32(h + 24, (uint32_t)(t % 1000000000 / 1000), big);
	put32(h + 28, (uint32_t)status, big);
	put32(h + 32, type == 'S' ? u->req : type == 'C' ? u->actual : 0, big);
	put32(h + 36, payload + iso, big);
	if (x->type == CONTROL && type == 'S')
		memcpy(h + 40, x->setup, 8);
	if (type != 'E') {
		put32(h + 56, transfer_flags(u), big);
		if (x->type == INTERRUPT || x->type == ISOCHRONOUS)
			periodic_fields(h, u, type, big);
	}
	if (iso)
		iso_descriptors(desc, u, type, big);
	sink_record(&c->sink, t, parts, 3);
}

static void submit(struct capture *c, const struct urb *u)
{
	event(c, u, 'S', u->submitted, EINPROGRESS_);
}

static void complete(struct capture *c, const struct urb *u)
{
	event(c, u, 'C', u->completed, urb_raw(u, OS_LINUX));
}

static void refuse(struct capture *c, const struct urb *u)
{
	event(c, u, 'E', u->completed, urb_raw(u, OS_LINUX));
}

static void hide(const struct capture *c, const struct urb *u, struct truth *t)
{
	t->refused = u->x->fate == FATE_REFUSED && u->saw_complete;
	t->iso_shown = DESC_MAX;
	t->start_frame = t->interval = c->writer->variant == HEADER;
}

const struct writer usbmon_220 = {"220", "Linux usbmon, 64-byte header", 220, HEADER, OS_LINUX,
	FOR_USBMON, true, false, false, submit, complete, refuse, hide, false, false};
const struct writer usbmon_189 = {"189", "Linux usbmon, 48-byte header", 189, 48, OS_LINUX,
	FOR_USBMON, true, false, false, submit, complete, refuse, hide, false, false};
