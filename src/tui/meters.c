/* meters.c: a record in, a counter up. */
#include "tui/meters.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

void meters_free(struct meters *m)
{
	free(m->meter);
	map_free(&m->by_key);
	*m = (struct meters){0};
}

static uint64_t key_of(uint16_t bus, uint16_t device, uint8_t endpoint, uint8_t dir)
{
	/* endpoint 0 is one pipe for both directions */
	return (uint64_t)bus << 32 | (uint32_t)device << 16 | (uint32_t)endpoint << 8 |
	       (endpoint ? dir : USB_DIR_UNKNOWN);
}

static bool has_key(const void *owner, uint32_t value, const void *key)
{
	const struct meter *e = &((const struct meters *)owner)->meter[value - 1];

	return key_of(e->bus, e->device, e->endpoint, e->dir) == *(const uint64_t *)key;
}

static struct meter *meter_of(
	struct meters *m, uint16_t bus, uint16_t device, uint8_t endpoint, uint8_t dir)
{
	uint64_t key = key_of(bus, device, endpoint, dir);
	struct map_slot *s = map_find(&m->by_key, map_hash(key), has_key, m, &key);

	if (s)
		return &m->meter[s->value - 1];
	array_need(m->meter, m->n, m->cap);
	m->meter[m->n] = (struct meter){.bus = bus,
		.device = device,
		.endpoint = endpoint,
		.dir = endpoint ? dir : USB_DIR_UNKNOWN,
		.type = USB_TYPE_UNKNOWN};
	map_insert(&m->by_key, map_hash(key), (uint32_t)++m->n);
	return &m->meter[m->n - 1];
}

static void on_record(void *self, struct run *r, const struct run_record *rr)
{
	struct meters *m = self;
	const struct event *ev = rr->ev;
	struct meter *e;

	if (rr->rec->has_time && rr->rec->time - model_start(r->model) > m->now)
		m->now = rr->rec->time - model_start(r->model);
	if (!rr->place.xfer || ev->kind > EVENT_ERROR)
		return;
	e = meter_of(m, ev->bus, ev->device, ev->endpoint, ev->dir);
	if (ev->kind == EVENT_SUBMIT) {
		m->queues = true;
		e->queued++;
		e->most_queued = e->queued > e->most_queued ? e->queued : e->most_queued;
	} else if (e->queued) {
		e->queued--;
	}
}

/* The ring goes on to the second of `t`; what lies between had nothing. */
static void advance(struct meter *e, int64_t second)
{
	int64_t gap = second - e->second;

	if (gap <= 0)
		return;
	if (gap > METER_SECONDS)
		gap = METER_SECONDS;
	for (int64_t i = 0; i < gap; i++)
		e->ring[(second - i) % METER_SECONDS] = 0;
	e->second = second;
}

static void on_xfer(void *self, struct run *r, struct row *row)
{
	struct meters *m = self;
	const struct xfer *x = row->x;
	struct meter *e = meter_of(m, x->bus, x->device, x->endpoint, x->dir);
	int64_t second = x->end > 0 ? x->end / 1000000000 : 0;

	(void)r;
	e->type = x->type;
	e->transfers++;
	e->errors += status_is_error(x->status);
	if (x->seen == SEEN_BOTH && xfer_duration(x) >= 0) {
		e->latency_sum += xfer_duration(x);
		e->timed++;
	}
	if (x->len <= 0)
		return;
	e->bytes += (uint64_t)x->len;
	advance(e, second);
	if (e->second - second < METER_SECONDS)
		e->ring[second % METER_SECONDS] += (uint64_t)x->len;
}

struct consumer meters_consumer(struct meters *m)
{
	return (struct consumer){.self = m, .record = on_record, .xfer = on_xfer};
}

uint64_t meter_bytes(const struct meters *m, const struct meter *e, int ago)
{
	int64_t second = m->now / 1000000000 - ago;

	return second < 0 || second > e->second || e->second - second >= METER_SECONDS
		       ? 0
		       : e->ring[second % METER_SECONDS];
}
