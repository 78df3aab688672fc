/* stat.c: counting. The report is in stat_report.c. */
#include "analysis/stat_impl.h"
#include "analysis/unseen.h"
#include "base/mem.h"

#include <stdlib.h>

struct stat *stat_new(void)
{
	return mem_zalloc(1, sizeof(struct stat));
}

void stat_free(struct stat *s)
{
	for (size_t i = 0; i < s->endpoints; i++) {
		hist_free(&s->endpoint[i].latency);
		hist_free(&s->endpoint[i].service);
	}
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

/* Transfers come in the order of their ends, so only the newest bin is open. */
static void count_rate(struct endpoint_stat *p, int64_t end, uint64_t bytes)
{
	int64_t bin = end / STAT_PEAK_BIN;

	if (bin != p->bin) {
		p->bin = bin;
		p->bin_bytes = 0;
	}
	p->bin_bytes += bytes;
	if (p->bin_bytes > p->peak)
		p->peak = p->bin_bytes;
}

/* A successful OUT whose capture does not tell the actual length moved what was asked (inferred).
 */
static void count_bytes(struct endpoint_stat *p, const struct xfer *x)
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
		return;
	p->bytes += (uint64_t)bytes;
	count_rate(p, x->end, (uint64_t)bytes);
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

static void count_unseen(struct stat *s, const struct xfer *x)
{
	uint32_t aspects = unseen_none(x) ? 0 : unseen(x);

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

	(void)r;
	s->transfers++;
	s->types[x->type]++;
	s->statuses[x->status]++;
	p->transfers++;
	p->pipe = x->pipe;
	p->errors += status_is_error(x->status);
	count_bytes(p, x);
	count_times(p, x);
	count_unseen(s, x);
	if (x->type == USB_ISOCHRONOUS) {
		struct iso_sum iso = xfer_iso_sum(x);

		p->iso_packets += iso.packets;
		p->iso_judged |= iso.judged;
		p->iso_failed += iso.errors + iso.missed;
	}
}

struct consumer stat_consumer(struct stat *s)
{
	return (struct consumer){.self = s, .xfer = on_xfer};
}
