/* stat.c: counting. The report is in stat_report.c. */
#include "analysis/stat_impl.h"
#include "analysis/unseen.h"
#include "base/mem.h"

#include <stdlib.h>

struct stat *stat_new(const struct stat_opts *o)
{
	struct stat *s = mem_zalloc(1, sizeof(*s));

	s->opts = *o;
	s->reserve = reserve_new();
	s->exchanges = exchange_stats_new();
	if (o->interval)
		s->series = series_new(o);
	return s;
}

void stat_free(struct stat *s)
{
	for (size_t i = 0; i < s->endpoints; i++) {
		hist_free(&s->endpoint[i].latency);
		hist_free(&s->endpoint[i].service);
		queue_free(&s->endpoint[i].queue);
		segments_free(&s->endpoint[i].segments);
	}
	reserve_free(s->reserve);
	exchange_stats_free(s->exchanges);
	series_free(s->series);
	map_free(&s->by_key);
	free(s->touched);
	free(s->group);
	free(s->endpoint);
	free(s);
}

/* ---- transfers ---------------------------------------------------------------------- */

static struct endpoint_stat *endpoint_stat(struct stat *s, uint32_t id)
{
	while (s->endpoints < id) {
		array_need(s->endpoint, s->endpoints, s->endpoint_cap);
		s->endpoint[s->endpoints++] = (struct endpoint_stat){0};
	}
	return &s->endpoint[id - 1];
}

/* Bytes moved. A successful OUT whose capture does not tell the actual length moved what was asked
 * (inferred). */
static uint64_t count_bytes(struct endpoint_stat *p, const struct xfer *x)
{
	int64_t bytes = x->len;

	if (bytes == XFER_UNKNOWN && x->dir == USB_OUT &&
		(x->status == STATUS_OK || x->status == STATUS_UNKNOWN)) {
		bytes = x->req_len;
		p->inferred |= bytes > 0;
	}
	p->unmeasured |=
		bytes == XFER_UNKNOWN && x->status != STATUS_PENDING && x->ended != END_REFUSED;
	if (bytes <= 0)
		return 0;
	p->bytes += (uint64_t)bytes;
	return (uint64_t)bytes;
}

static void count_times(struct endpoint_stat *p, const struct xfer *x)
{
	int64_t from = x->begin;

	if (xfer_duration(x) == XFER_UNKNOWN)
		return;
	if (x->seen == SEEN_BOTH && x->end >= x->begin) {
		hist_add(&p->latency, (uint64_t)(x->end - x->begin));
		if (p->ended && p->last_end > from)
			from = p->last_end;
		if (x->end >= from)
			hist_add(&p->service, (uint64_t)(x->end - from));
	}
	p->last_end = x->end;
	p->ended = true;
}

/* What waits when the capture ends has no end; on the wire nobody waits. */
static void count_queue(struct endpoint_stat *p, const struct xfer *x)
{
	bool waits = x->status == STATUS_PENDING && x->ended == END_EOF &&
		     x->capture < CAPTURE_BUS_ANY_SPEED;

	if ((x->seen == SEEN_BOTH || waits) && x->ended != END_REFUSED)
		queue_add(&p->queue, x->begin, waits ? QUEUE_PENDING : x->end);
}

static void count_packets(struct endpoint_stat *p, const struct xfer *x)
{
	struct iso_sum iso = xfer_iso_sum(x);

	p->iso_packets += iso.packets;
	p->iso_judged |= iso.judged;
	p->iso_failed += iso.errors + iso.missed;
}

static void count_unseen(struct stat *s, const struct xfer *x)
{
	uint64_t aspects = unseen_none(x) ? 0 : unseen(x);

	s->captures |= 1u << x->capture;
	for (unsigned a = 0; aspects; a++, aspects >>= 1)
		if (aspects & 1)
			s->unseen[a] = x->capture;
}

static void on_xfer(void *self, struct run *r, struct row *row)
{
	const struct xfer *x = row->x;
	struct stat *s = self;
	struct endpoint_stat *p = endpoint_stat(s, x->endpoint_id);
	const struct devices *d = model_devices(r->model);
	uint64_t bytes;

	s->transfers++;
	s->types[x->type]++;
	s->statuses[x->status]++;
	p->transfers++;
	p->pipe = x->pipe;
	p->errors += status_is_error(x->status);
	bytes = count_bytes(p, x);
	if (bytes)
		rate_count(s, d, x->endpoint_id, x->end, bytes);
	count_times(p, x);
	count_unseen(s, x);
	if (x->type != USB_REQUEST) {
		count_queue(p, x);
		segments_add(&p->segments, x, d);
	}
	reserve_note(s->reserve, d, x);
	if (s->series)
		series_count(s->series, r, x, bytes);
	if (x->type == USB_ISOCHRONOUS && x->status != STATUS_PENDING)
		count_packets(p, x);
}

static void on_exchange(void *self, struct run *r, const struct exchange *ex)
{
	(void)r;
	exchange_stats_add(((struct stat *)self)->exchanges, ex);
}

struct consumer stat_consumer(struct stat *s)
{
	return (struct consumer){.self = s, .xfer = on_xfer, .exchange = on_exchange};
}
