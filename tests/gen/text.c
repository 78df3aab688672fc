/* text.c: usbmon text as /sys/kernel/debug/usb/usbmon/Nt (no bus number, no isochronous lists) and
 * Nu show it (Documentation/usb/usbmon.rst). */
#include "tests/gen/gen.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

enum { LAYOUT_T, LAYOUT_U, DATA_MAX = 32, DESC_MAX = 5 };

struct line {
	char s[512];
	size_t n;
};

__attribute__((format(printf, 2, 3))) static void add(struct line *l, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	l->n += (size_t)vsnprintf(l->s + l->n, sizeof(l->s) - l->n, fmt, ap);
	va_end(ap);
}

static void head(struct line *l, const struct urb *u, char event, int64_t t, bool bus)
{
	static const char types[] = {
		[CONTROL] = 'C', [ISOCHRONOUS] = 'Z', [BULK] = 'B', [INTERRUPT] = 'I'};
	const struct device *d = u->x->dev;
	unsigned ep = u->x->ep->address & 15;

	add(l, "%" PRIx64 " %u %c %c%c:", u->id,
		(unsigned)((uint64_t)(t / 1000000000 & 0xfff) * 1000000 +
			   (uint64_t)(t % 1000000000 / 1000)),
		event, types[u->x->type], u->x->in ? 'i' : 'o');
	if (bus)
		add(l, "%u:%03u:%u", d->bus, d->address, ep);
	else
		add(l, "%03u:%02u", d->address, ep);
}

static void iso(struct line *l, const struct urb *u, char event, int64_t status)
{
	const struct xfer *x = u->x;

	add(l, " %" PRId64 ":%d:%d", status, endpoint_interval(x->dev, x->ep),
		event == 'S' ? u->stale_frame : u->start_frame);
	if (event == 'C')
		add(l, ":%u", u->errors);
	add(l, " %u", x->packets);
	for (uint32_t i = 0; i < x->packets && i < DESC_MAX; i++) {
		const struct packet *k = &u->packet[i];

		add(l, " %d:%u:%u",
			event == 'S' ? -18 : (int)status_row((unsigned)k->status)->os[OS_LINUX].raw,
			k->offset, event == 'S' ? k->length : k->actual);
	}
}

static void data(struct line *l, const struct urb *u, char event, uint32_t len)
{
	uint32_t n = len < DATA_MAX ? len : DATA_MAX;

	add(l, " %u", len);
	if (!len)
		return;
	if ((event == 'S') == u->x->in) {
		add(l, " %c", event == 'S' ? '<' : '>');
		return;
	}
	add(l, " =");
	for (uint32_t i = 0; i < n; i++)
		add(l, "%s%02x", i % 4 ? "" : " ", u->data[i]);
}

static void event(struct capture *c, const struct urb *u, char type, int64_t t, int64_t status)
{
	struct line l = {.n = 0};
	bool layout_u = c->writer->variant == LAYOUT_U;
	const uint8_t *s = u->x->setup;
	/* the kernel gives the buffer's length where isochronous data is sparse */
	uint32_t len = type == 'S'		   ? u->req
		       : type == 'E'		   ? 0
		       : u->x->type == ISOCHRONOUS ? u->req
						   : u->actual;

	head(&l, u, type, t, layout_u);
	if (u->x->type == CONTROL && type == 'S')
		add(&l, " s %02x %02x %04x %04x %04x", s[0], s[1], s[2] | s[3] << 8,
			s[4] | s[5] << 8, s[6] | s[7] << 8);
	else if (layout_u && type != 'E' && u->x->type == ISOCHRONOUS)
		iso(&l, u, type, status);
	else if (layout_u && type != 'E' && u->x->type == INTERRUPT)
		add(&l, " %" PRId64 ":%d", status, endpoint_interval(u->x->dev, u->x->ep));
	else
		add(&l, " %" PRId64, status);
	data(&l, u, type, len);
	add(&l, "\n");
	sink_line(&c->sink, t, l.s, l.n);
}

static void submit(struct capture *c, const struct urb *u)
{
	event(c, u, 'S', u->submitted, -115);
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
	bool layout_u = c->writer->variant == LAYOUT_U;

	t->iso_shown = layout_u ? DESC_MAX : 0;
	if (u->x->packets > t->iso_shown) /* the length on C is the buffer's */
		t->len = -1;
	t->refused = u->x->fate == FATE_REFUSED && u->saw_complete;
	if (!layout_u)
		t->bus = -1;
}

const struct writer text_t = {"text-t", "usbmon text without bus numbers", 0, LAYOUT_T, OS_LINUX,
	FOR_USBMON, false, false, false, submit, complete, refuse, hide, false, false};
const struct writer text_u = {"text-u", "usbmon text with bus numbers", 0, LAYOUT_U, OS_LINUX,
	FOR_USBMON, false, false, false, submit, complete, refuse, hide, false, false};
