/* early.c: link type 186 before it was FreeBSD's: libpcap of 2006 made 16-byte headers from the
 * lines of usbmon text (layout t), whatever their length said beyond 0; what has length 0 is left
 * out. Bus, id, status and the letter of the event are not in it. */
#include "tests/gen/gen.h"

#include <string.h>

enum { HEADER = 16, SETUP = 8, DATA_MAX = 32 };

static uint32_t kind_of(const struct xfer *x)
{
	static const uint8_t kinds[] = {
		[CONTROL] = 0, [ISOCHRONOUS] = 2, [INTERRUPT] = 4, [BULK] = 6};

	return kinds[x->type] + !x->in;
}

static void event(struct capture *c, const struct urb *u, bool done, int64_t t)
{
	const struct xfer *x = u->x;
	bool setup = x->type == CONTROL && !done, data = x->in == done;
	/* the kernel gives the buffer's length where isochronous data is sparse */
	uint32_t len = done && x->type != ISOCHRONOUS ? u->actual : u->req;
	uint32_t have = len < DATA_MAX ? len : DATA_MAX;
	uint8_t h[HEADER + SETUP + DATA_MAX] = {0};
	struct part part = {h, HEADER + (setup ? SETUP : 0)};
	size_t whole = part.n + len;

	if (!len)
		return;
	put32(h, kind_of(x), true);
	put32(h + 4, x->dev->address, true);
	put32(h + 8, x->ep->address & 15, true);
	h[12] = setup;
	if (setup) {
		static const uint8_t from[SETUP] = {0, 1, 3, 2, 5, 4, 7, 6};

		for (size_t i = 0; i < SETUP; i++)
			h[HEADER + i] = x->setup[from[i]];
	}
	if (data) {
		memcpy(h + part.n, u->data, have);
		part.n += have;
	}
	sink_cut(&c->sink, t, &part, 1, whole);
}

static void submit(struct capture *c, const struct urb *u)
{
	event(c, u, false, u->submitted);
}

static void complete(struct capture *c, const struct urb *u)
{
	event(c, u, true, u->completed);
}

static void refuse(struct capture *c, const struct urb *u)
{
	(void)c; /* its line has length 0 */
	(void)u;
}

/* The account of what happened is of transfers: those whose records are missing cannot be told. */
const struct writer early_186 = {"186-early", "usbmon text as libpcap of 2006 wrote it", 186, 0,
	OS_LINUX, FOR_USBMON, false, false, false, submit, complete, refuse, NULL, false, false};
