/* episode_segments.c: long bulk transfers that a driver cuts into segments, an URB each: full ones
 * of one size, then the rest. All but the last must be multiples of wMaxPacketSize, or the device
 * sees an end before it is meant (USB 2.0 5.8.3); so segments of other sizes are transfers of their
 * own. All inferred: no capture tells what belongs together. Repeats are one episode. What mass
 * storage carries are exchanges, and bus captures have no segments. */
#include "analysis/episode_impl.h"
#include "base/mem.h"
#include "usb/desc.h"

#include <stdlib.h>

enum { MASS_STORAGE = 8, PAUSE_NS = 10000000 /* as on the bus (DESIGN section 1) */ };
enum { SIZE_STEP = 512, SIZE_MIN = 1024 }; /* where wMaxPacketSize is not known */

/* Of an endpoint. */
struct cutting {
	struct episode *ep; /* NULL: no second full segment yet */
	uint32_t size;	    /* of full segments of the run that goes on; 0: none */
	uint32_t full;	    /* so far */
	int64_t last_end;
	uint32_t first; /* transfer of the run */
	int64_t begin;
	/* all runs of the episode */
	uint64_t runs, bytes, open_ends;
	uint32_t packet, ep_size, least, most, last_least, last_most;
};

struct state {
	struct dense cutting;
	uint32_t *open;
	size_t opens, open_cap;
};

static struct cutting *cutting_of(struct state *s, uint32_t endpoint)
{
	return dense_at(&s->cutting, endpoint, sizeof(struct cutting));
}

/* ---- the end --------------------------------------------------------------------------------- */

static void say_range(struct text *t, uint64_t least, uint64_t most)
{
	text_count(t, least);
	if (most == least)
		return;
	text_str(t, "–");
	text_count(t, most);
}

static void say(struct cutting *c)
{
	struct text t = episode_text(c->ep);

	text_str(&t, "~segments of ");
	text_count(&t, c->ep_size);
	text_str(&t, " bytes");
	if (c->packet)
		text_printf(&t, " (%u packets)", c->ep_size / c->packet);
	text_str(&t, ", ");
	say_range(&t, c->least, c->most);
	text_str(&t, " a transfer, the last ");
	say_range(&t, c->last_least, c->last_most);
	text_str(&t, " bytes; ");
	episode_say_count(&t, c->runs, "transfer", "transfers");
	text_str(&t, ", ");
	episode_say_bytes(&t, c->bytes);
	if (c->open_ends) {
		text_str(&t, "; ");
		text_count(&t, c->open_ends);
		text_str(&t, " without a short packet at the end");
	}
}

static void end(struct state *s, struct episodes *e, size_t at)
{
	struct cutting *c = cutting_of(s, s->open[at]);

	if (c->runs) {
		say(c);
		episode_end(e, c->ep, c->open_ends ? "open end" : "complete",
			c->open_ends ? TONE_NONE : TONE_GOOD);
	} else {
		episode_drop(c->ep);
	}
	c->ep = NULL;
	s->open[at] = s->open[--s->opens];
}

/* ---- runs ------------------------------------------------------------------------------------ */

/* The run is over; last: length of its last segment, with one that is not full. */
static void end_run(struct cutting *c, uint32_t last)
{
	bool rest = last < c->size;
	uint32_t segments = c->full + rest;

	if (c->ep && c->full >= 2) {
		if (!c->runs || segments < c->least)
			c->least = segments;
		if (segments > c->most)
			c->most = segments;
		if (!c->runs || last < c->last_least)
			c->last_least = last;
		if (last > c->last_most)
			c->last_most = last;
		c->runs++;
		c->bytes += (uint64_t)c->full * c->size + (rest ? last : 0);
		c->open_ends += last && last % (c->packet ? c->packet : SIZE_STEP) == 0;
	}
	c->full = 0;
	c->size = 0;
}

static void begin_run(struct cutting *c, const struct xfer *x, uint32_t packet)
{
	uint32_t len = (uint32_t)x->len;
	bool fits = packet ? len % packet == 0 && len >= 2 * packet
			   : len % SIZE_STEP == 0 && len >= SIZE_MIN;

	if (!fits)
		return;
	c->size = len;
	c->full = 1;
	c->first = x->id;
	c->begin = x->begin;
}

static size_t place_of(const struct state *s, uint32_t endpoint)
{
	size_t i = 0;

	while (s->open[i] != endpoint)
		i++;
	return i;
}

/* Where runs of that size are counted; those of another size are over. */
static void open(struct state *s, struct episodes *e, struct row *row, uint32_t packet)
{
	const struct xfer *x = row->x;
	struct cutting *c = cutting_of(s, x->endpoint_id);

	if (c->ep && c->ep_size == c->size)
		return;
	if (c->ep)
		end(s, e, place_of(s, x->endpoint_id));
	else if (s->opens == EPISODES_OPEN_ENDPOINTS)
		end(s, e, 0);
	c->ep = episode_begin(EPISODE_SEGMENTS, x, true);
	c->ep_size = c->size;
	c->packet = packet;
	c->runs = c->bytes = c->open_ends = 0;
	c->most = c->last_most = 0;
	array_need(s->open, s->opens, s->open_cap);
	s->open[s->opens++] = x->endpoint_id;
}

/* A second full segment: it is a run, and the first one was its beginning. */
static void second(struct state *s, struct episodes *e, struct row *row, uint32_t packet)
{
	struct cutting *c = cutting_of(s, row->x->endpoint_id);

	open(s, e, row, packet);
	if (!c->ep->xfers++) {
		c->ep->first = c->first;
		c->ep->begin = c->begin;
	}
}

/* ---- transfers ------------------------------------------------------------------------------- */

static void on_bulk(struct state *s, struct episodes *e, struct row *row, uint32_t packet)
{
	const struct xfer *x = row->x;
	struct cutting *c = cutting_of(s, x->endpoint_id);
	uint32_t len = (uint32_t)x->len;
	bool full = x->len == x->req_len;

	if (c->size && x->begin - c->last_end > PAUSE_NS)
		end_run(c, c->size);
	if (c->size && full && len == c->size) {
		c->full++;
		if (c->full == 2)
			second(s, e, row, packet);
		if (c->ep && c->full >= 2)
			episode_add(e, c->ep, row);
	} else if (c->size && c->full >= 2 && len < c->size) {
		episode_add(e, c->ep, row);
		end_run(c, len);
	} else {
		end_run(c, c->size);
		if (full)
			begin_run(c, x, packet);
	}
	c->last_end = x->end;
}

static void xfer(void *state, struct episodes *e, struct row *row)
{
	struct state *s = state;
	const struct xfer *x = row->x;
	const struct pipe *p;

	if (x->type != USB_BULK || x->status != STATUS_OK || x->seen != SEEN_BOTH ||
		x->req_len == XFER_UNKNOWN || x->len == XFER_UNKNOWN || x->len > UINT32_MAX ||
		x->replay.known)
		return;
	p = devices_get_pipe(devices_of(row), x->pipe);
	if (p->flags & PIPE_DESCRIBED && p->bInterfaceClass == MASS_STORAGE)
		return;
	on_bulk(s, e, row,
		p->flags & PIPE_DESCRIBED ? desc_endpoint_packet(&(struct desc_endpoint){
						    .wMaxPacketSize = p->wMaxPacketSize})
					  : 0);
}

static void finish(void *state, struct episodes *e)
{
	struct state *s = state;

	while (s->opens) {
		end_run(cutting_of(s, s->open[0]), cutting_of(s, s->open[0])->size);
		end(s, e, 0);
	}
	free(s->open);
	dense_free(&s->cutting);
}

const struct episode_detector episode_segments = {sizeof(struct state), xfer, finish};
