/* episode.c: episodes from their first transfer to their end, and the detectors that find them. */
#include "analysis/episode_impl.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

static const struct episode_detector *const detectors[] = {&episode_enumeration, &episode_recovery,
	&episode_segments, &episode_streams, &episode_suspend, &episode_iso};

struct episodes {
	void *state[ARRAY_LEN(detectors)];
	void (*on_end)(void *ctx, const struct episode *ep);
	void *ctx;
	const struct filter *filter;
	uint32_t count;
};

const char *episode_kind_name(enum episode_kind k)
{
	static const char *const name[EPISODE_KINDS] = {
		"enumeration", "recovery", "segments", "streams", "suspend", "isochronous"};

	return name[k];
}

struct episodes *episodes_new(
	void (*on_end)(void *ctx, const struct episode *ep), void *ctx, const struct filter *filter)
{
	struct episodes *e = mem_zalloc(1, sizeof(*e));

	e->on_end = on_end;
	e->ctx = ctx;
	e->filter = filter;
	for (size_t i = 0; i < ARRAY_LEN(detectors); i++)
		e->state[i] = mem_zalloc(1, detectors[i]->state);
	return e;
}

void episodes_free(struct episodes *e)
{
	if (!e)
		return;
	for (size_t i = 0; i < ARRAY_LEN(detectors); i++)
		free(e->state[i]);
	free(e);
}

void episodes_feed(struct episodes *e, struct row *row)
{
	for (size_t i = 0; i < ARRAY_LEN(detectors); i++)
		detectors[i]->xfer(e->state[i], e, row);
}

void episodes_finish(struct episodes *e)
{
	for (size_t i = 0; i < ARRAY_LEN(detectors); i++)
		detectors[i]->finish(e->state[i], e);
}

const struct episode_step *episode_slowest(const struct episode *ep)
{
	const struct episode_step *slowest = NULL;

	for (size_t i = 0; i < ep->steps; i++)
		if (!slowest || ep->step[i].longest > slowest->longest)
			slowest = &ep->step[i];
	return slowest;
}

/* ---- an episode's life ----------------------------------------------------------------------- */

struct episode *episode_begin(enum episode_kind k, const struct xfer *x, bool endpoint)
{
	struct episode *ep = mem_zalloc(1, sizeof(*ep));

	ep->kind = (uint8_t)k;
	ep->endpoint = endpoint ? x->endpoint : USB_NO_ENDPOINT;
	ep->dir = endpoint ? x->dir : USB_DIR_UNKNOWN;
	ep->section = x->section;
	ep->bus = x->bus;
	ep->device = x->device;
	ep->instance = x->instance;
	ep->lost = XFER_UNKNOWN;
	return ep;
}

void episode_add(struct episodes *e, struct episode *ep, struct row *row)
{
	const struct xfer *x = row->x;

	if (!ep->xfers++) {
		ep->first = x->id;
		ep->begin = x->begin;
		ep->end = x->end;
	}
	ep->last = x->id;
	if (x->begin < ep->begin)
		ep->begin = x->begin;
	if (x->end > ep->end)
		ep->end = x->end;
	if (e->filter && !ep->kept)
		ep->kept = filter_keeps(e->filter, row);
}

/* The next step to be filled; NULL: there is no more room. */
static struct episode_step *next_step(struct episode *ep)
{
	if (ep->steps == EPISODE_STEPS) {
		ep->cut = true;
		return NULL;
	}
	array_need(ep->step, ep->steps, ep->step_cap);
	return &ep->step[ep->steps++];
}

/* Where a step's text ends, if it must be cut: before a character that does not fit. */
static size_t fitting(const char *s, size_t n)
{
	if (n < STEP_TEXT)
		return n;
	n = STEP_TEXT - 1;
	while (n && ((unsigned char)s[n] & 0xc0) == 0x80)
		n--;
	return n;
}

static void add_step(struct episode *ep, const struct episode_step *like, const char *s, size_t n)
{
	struct episode_step *last = ep->steps ? &ep->step[ep->steps - 1] : NULL, *new;
	int64_t took = like->end - like->begin;

	n = fitting(s, n);
	if (last && last->status == like->status && strlen(last->text) == n &&
		!memcmp(last->text, s, n)) {
		last->times++;
		last->end = like->end;
		last->longest = took > last->longest ? took : last->longest;
		return;
	}
	new = next_step(ep);
	if (!new)
		return;
	*new = *like;
	new->times = 1;
	new->longest = took;
	memcpy(new->text, s, n);
	new->text[n] = 0;
}

void episode_step(struct episodes *e, struct episode *ep, struct row *row, const char *text)
{
	const struct xfer *x = row->x;
	const struct text *own = text ? NULL : row_info(row);

	episode_add(e, ep, row);
	add_step(ep,
		&(struct episode_step){
			.xfer = x->id, .begin = x->begin, .end = x->end, .status = x->status},
		text ? text : own->s, text ? strlen(text) : own->len);
}

void episode_extend(struct episodes *e, struct episode *ep, struct row *row)
{
	struct episode_step *last;

	episode_add(e, ep, row);
	if (!ep->steps || ep->cut)
		return;
	last = &ep->step[ep->steps - 1];
	if (last->end < row->x->end)
		last->end = row->x->end;
	if (last->times == 1)
		last->longest = last->end - last->begin;
}

void episode_note(struct episode *ep, uint32_t xfer, int64_t begin, int64_t end, const char *text)
{
	add_step(ep, &(struct episode_step){.xfer = xfer, .begin = begin, .end = end}, text,
		strlen(text));
}

void episode_earlier(
	struct episode *ep, uint32_t xfer, int64_t begin, int64_t end, const char *text)
{
	ep->xfers++;
	ep->first = ep->last = xfer;
	ep->begin = begin;
	ep->end = end;
	episode_note(ep, xfer, begin, end, text);
}

void episode_drop(struct episode *ep)
{
	free(ep->step);
	free(ep);
}

void episode_end(struct episodes *e, struct episode *ep, const char *outcome, enum tone tone)
{
	ep->outcome = outcome;
	ep->tone = (uint8_t)tone;
	if (!e->filter || ep->kept) {
		ep->id = ++e->count;
		e->on_end(e->ctx, ep);
	}
	episode_drop(ep);
}

/* ---- words ----------------------------------------------------------------------------------- */

struct text episode_text(struct episode *ep)
{
	struct text t;

	text_init(&t, ep->info, sizeof(ep->info));
	return t;
}

void episode_say_duration(struct text *t, int64_t ns)
{
	char d[FMT_MAX];

	text_mem(t, d, fmt_duration(d, ns, false));
}

void episode_say_count(struct text *t, uint64_t n, const char *one, const char *many)
{
	text_count(t, n);
	text_char(t, ' ');
	text_str(t, n == 1 ? one : many);
}

void episode_say_bytes(struct text *t, uint64_t n)
{
	static const char *const unit[] = {" kB", " MB", " GB", " TB"};
	double v = (double)n;
	size_t i = 0;

	if (n < 10000) {
		episode_say_count(t, n, "byte", "bytes");
		return;
	}
	for (v /= 1000; v >= 1000 && i + 1 < ARRAY_LEN(unit); i++)
		v /= 1000;
	text_printf(t, v < 10 ? "%.2f%s" : v < 100 ? "%.1f%s" : "%.0f%s", v, unit[i]);
}

/* ---- arrays by instance or endpoint ---------------------------------------------------------- */

void *dense_at(struct dense *d, uint32_t number, size_t size)
{
	if (number >= d->n) {
		size_t n = d->n * 2 > number ? d->n * 2 : number + (size_t)16;

		d->mem = mem_resize(d->mem, n, size);
		memset(d->mem + d->n * size, 0, (n - d->n) * size);
		d->n = n;
	}
	return d->mem + number * size;
}

void dense_free(struct dense *d)
{
	free(d->mem);
	*d = (struct dense){0};
}
