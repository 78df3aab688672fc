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

/* The first of all; out of order; without an end: what few are. Sets *begin and *end right. */
static __attribute__((noinline)) void put_in_order(struct queue *q, int64_t *begin, int64_t *end)
{
	if (!q->requests)
		q->now = q->first = q->last = *begin;
	if (*begin < q->first) { /* nothing else was there before */
		q->time[1] += between(*begin, q->first);
		q->first = *begin;
	}
	if (*begin < q->now) { /* one that came here before overtook it */
		q->inexact = true;
		*begin = q->now;
	}
	if (*end < q->last) { /* the clock was set back */
		q->inexact = true;
		*end = q->last;
	}
	*end = *end < *begin ? *begin : *end;
}

void queue_add(struct queue *q, int64_t begin, int64_t end)
{
	bool waits = end == QUEUE_PENDING;

	end = end < begin ? begin : end;
	q->weight += !waits ? between(begin, end) : between(begin, 0);
	q->pending += waits;
	if (!q->requests || begin < q->now || end < q->last)
		put_in_order(q, &begin, &end);
	advance(q, begin);
	q->requests++;
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
	hist_free(&q->gap);
	*q = (struct queue){0};
}
