/* stat_queue.c: queue depth over time from transfers in the order of their ends. */
#include "analysis/stat_queue.h"
#include "base/mem.h"

#include <stdlib.h>

/* The depth that time is counted under. */
static uint32_t slot_of(uint32_t depth)
{
	return depth < QUEUE_DEPTHS ? depth : QUEUE_DEPTHS - 1;
}

/* Off the way of most transfers: the ring is full. False: it may not grow any more. */
static __attribute__((noinline)) bool grow(struct queue *q)
{
	uint32_t size = q->room ? q->room * 2 : 8;
	int64_t *ring;

	if (size > QUEUE_MAX)
		return false;
	ring = mem_zalloc(size, sizeof(*ring));
	for (uint32_t i = 0; i < q->n; i++)
		ring[i] = q->end[(q->head + i) & (q->room - 1)];
	free(q->end);
	q->end = ring;
	q->head = 0;
	q->room = size;
	return true;
}

/* b - a of a <= b; hostile captures have times further apart than a signed number says. */
static uint64_t between(int64_t a, int64_t b)
{
	return (uint64_t)b - (uint64_t)a;
}

/* Ends up to `begin` are over before it. */
static inline void advance(struct queue *q, int64_t begin)
{
	int64_t now = q->now;
	uint32_t n = q->n;

	for (; n && q->end[q->head] <= begin; n--) {
		q->time[slot_of(n)] += between(now, q->end[q->head]);
		now = q->end[q->head];
		q->head = (q->head + 1) & (q->room - 1);
	}
	q->time[slot_of(n)] += between(now, begin);
	if (!n && q->requests)
		hist_add(&q->gap, between(now, begin));
	q->n = n;
	q->now = begin;
}

/* ---- overtaking --------------------------------------------------------------------- */

struct edge {
	int64_t at;
	int change; /* of the depth */
};

static int by_time(const void *a, const void *b)
{
	const struct edge *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

/* Beginnings and ends of past transfers in from … now. Returns how many; -1: some are not known any
 * more. Ends are in order, so those before one that ended by `from` did so too. */
static int edges_since(const struct queue *q, int64_t from, struct edge edge[2 * QUEUE_PAST])
{
	uint64_t i = q->requests > QUEUE_PAST ? q->requests - QUEUE_PAST : 0;
	int n = 0;

	if (i && q->past[i % QUEUE_PAST].end > from)
		return -1;
	for (; i < q->requests; i++) {
		const struct queue_stay *p = &q->past[i % QUEUE_PAST];

		if (p->end <= from || p->begin >= q->now)
			continue;
		edge[n++] = (struct edge){p->begin > from ? p->begin : from, 1};
		edge[n++] = (struct edge){p->end < q->now ? p->end : q->now, -1};
	}
	qsort(edge, (size_t)n, sizeof(*edge), by_time);
	return n;
}

/* One more was queued from … to than were counted. */
static void deepen(struct queue *q, uint32_t depth, int64_t from, int64_t to)
{
	if (to <= from)
		return;
	q->time[slot_of(depth)] -= between(from, to);
	q->time[slot_of(depth + 1)] += between(from, to);
	q->filled |= !depth;
	if (depth + 1 > q->most)
		q->most = depth + 1;
}

/* One arrives that was submitted at `begin`, before the latest. False: too many were since. */
static bool overtaken(struct queue *q, int64_t begin)
{
	int64_t at = begin > q->first ? begin : q->first;
	struct edge edge[2 * QUEUE_PAST];
	int n = edges_since(q, at, edge);
	uint32_t depth = 0;

	if (n < 0)
		return false;
	for (int i = 0; i < n; i++) {
		deepen(q, depth, at, edge[i].at);
		at = edge[i].at;
		depth += (uint32_t)edge[i].change;
	}
	deepen(q, depth, at, q->now);
	return true;
}

/* The first of all; out of order; without an end: what few are. Sets *begin and *end right. */
static __attribute__((noinline)) void put_in_order(struct queue *q, int64_t *begin, int64_t *end)
{
	if (!q->requests) {
		q->now = q->first = q->last = *begin;
		q->past = mem_zalloc(QUEUE_PAST, sizeof(*q->past));
	}
	if (*begin < q->now) /* one that came here before overtook it */
		q->inexact = q->inexact || !overtaken(q, *begin);
	if (*begin < q->first) { /* nothing else was there before */
		q->time[1] += between(*begin, q->first);
		q->first = *begin;
	}
	*begin = *begin < q->now ? q->now : *begin;
	if (*end < q->last) { /* the clock was set back */
		q->inexact = true;
		*end = q->last;
	}
	*end = *end < *begin ? *begin : *end;
}

void queue_add(struct queue *q, int64_t begin, int64_t end)
{
	bool waits = end == QUEUE_PENDING;
	int64_t submitted = begin;

	end = end < begin ? begin : end;
	q->weight += !waits ? between(begin, end) : between(begin, 0);
	q->pending += waits;
	if (!q->requests || begin < q->now || end < q->last)
		put_in_order(q, &begin, &end);
	advance(q, begin);
	q->past[q->requests++ % QUEUE_PAST] = (struct queue_stay){submitted, end};
	if (q->n == q->room && !grow(q)) {
		q->inexact = true;
		return;
	}
	q->end[(q->head + q->n++) & (q->room - 1)] = end;
	if (q->n > q->most)
		q->most = q->n;
	if (!waits)
		q->last = end;
}

struct queue_sum queue_sum(const struct queue *q, int64_t until)
{
	struct queue_sum s = {0};
	int64_t now = q->now;
	uint64_t weight = q->weight + q->pending * (uint64_t)(until > now ? until : now);

	for (uint32_t i = 0; i < QUEUE_DEPTHS; i++)
		s.time[i] = q->time[i];
	for (uint32_t i = 0; i < q->n; i++) {
		int64_t end = q->end[(q->head + i) & (q->room - 1)];

		if (end == QUEUE_PENDING)
			end = until > now ? until : now;
		s.time[slot_of(q->n - i)] += between(now, end);
		now = end;
	}
	s.span = between(q->first, now);
	s.active = s.span - s.time[0];
	s.mean = s.span > 0 ? (double)weight / (double)s.span : 0;
	return s;
}

void queue_free(struct queue *q)
{
	free(q->end);
	free(q->past);
	hist_free(&q->gap);
	*q = (struct queue){0};
}
