/* statistics.c: the screen of statistics: live meters of each endpoint, then what the command
 * `stat` reports. */
#include "tui/app.h"
#include "base/mem.h"
#include "tui/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Columns of the meters. */
enum { AT_TYPE = 13, AT_RATE = 19, AT_SPARK = 31, SPARK_NARROW = 20, GAP = 2 };

static void put(struct page *p, int col, enum role role, const char *s)
{
	page_span(p, col, role, s, strlen(s));
}

/* Aligned to the right edge at `end`. */
static void put_right(struct page *p, int end, enum role role, const char *s)
{
	put(p, end - (int)text_columns(s, (size_t)-1), role, s);
}

static void rate_text(char dst[24], uint64_t bytes)
{
	static const char *const unit[] = {"B/s", "kB/s", "MB/s", "GB/s"};
	double v = (double)bytes;
	size_t i = 0;

	for (; v >= 1000 && i + 1 < ARRAY_LEN(unit); i++)
		v /= 1000;
	snprintf(dst, 24, i && v < 100 ? "%.1f %s" : "%.0f %s", v, unit[i]);
}

/* The last minute, oldest first, as bars against its own greatest second. */
static void spark(struct page *p, const struct meters *m, const struct meter *e, int col, int width)
{
	static const char *const bar[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
	uint64_t most = 0;
	char line[METER_SECONDS * 3 + 1];
	struct text t;

	text_init(&t, line, sizeof(line));
	for (int s = 0; s < width; s++)
		most = meter_bytes(m, e, s) > most ? meter_bytes(m, e, s) : most;
	for (int s = width - 1; s >= 0; s--) {
		uint64_t n = meter_bytes(m, e, s);

		text_str(&t, !n ? "·" : bar[most ? (size_t)((double)n / (double)most * 7) : 0]);
	}
	page_span(p, col, ROLE_GOOD, line, t.len);
}

static void latency_text(char dst[24], const struct meter *e, bool ascii)
{
	char d[FMT_MAX];

	if (!e->timed) {
		strcpy(dst, "-");
		return;
	}
	snprintf(dst, 24, "%.*s", (int)fmt_duration(d, e->latency_sum / (int64_t)e->timed, ascii),
		d);
}

struct shape {
	int spark, width, latency, queue, errors, transfers; /* right edges but for spark */
};

static struct shape shape_for(int w)
{
	struct shape s = {.spark = AT_SPARK, .width = w >= 120 ? METER_SECONDS : SPARK_NARROW};

	s.latency = s.spark + s.width + GAP + 8;
	s.queue = s.latency + GAP + 7;
	s.errors = s.queue + GAP + 6;
	s.transfers = s.errors + GAP + 9;
	return s;
}

static void meter_line(struct app *a, struct page *p, const struct meter *e, const struct shape *s)
{
	const struct meters *m = &a->trace.now->meters;
	struct value v = value_null();
	char text[24];

	page_line(p);
	address_text(&v, e->bus, e->device, e->endpoint, e->dir);
	page_span(p, 0, ROLE_TEXT, v.s, v.n);
	put(p, AT_TYPE, ROLE_TEXT, usb_type_short(e->type));
	rate_text(text, meter_bytes(m, e, 1));
	put_right(p, AT_RATE + 10, ROLE_TEXT, text);
	spark(p, m, e, s->spark, s->width);
	latency_text(text, e, a->grid.ascii);
	put_right(p, s->latency, ROLE_TEXT, text);
	if (m->queues)
		snprintf(text, sizeof(text), "%u/%u", e->queued, e->most_queued);
	put_right(p, s->queue, ROLE_TEXT, m->queues ? text : "-");
	snprintf(text, sizeof(text), "%llu", (unsigned long long)e->errors);
	put_right(p, s->errors, e->errors ? ROLE_BAD : ROLE_DIM, text);
	snprintf(text, sizeof(text), "%llu", (unsigned long long)e->transfers);
	put_right(p, s->transfers, ROLE_TEXT, text);
}

static void meter_titles(struct page *p, const struct shape *s)
{
	page_line(p);
	put(p, 0, ROLE_HEADER, "endpoint");
	put(p, AT_TYPE, ROLE_HEADER, "type");
	put_right(p, AT_RATE + 10, ROLE_HEADER, "rate");
	put(p, s->spark, ROLE_HEADER, s->width == METER_SECONDS ? "last minute" : "last 20 s");
	put_right(p, s->latency, ROLE_HEADER, "latency");
	put_right(p, s->queue, ROLE_HEADER, "queue");
	put_right(p, s->errors, ROLE_HEADER, "errors");
	put_right(p, s->transfers, ROLE_HEADER, "transfers");
}

/* Of indices of endpoints. */
static int by_address(const void *x, const void *y, void *ctx)
{
	const struct meters *sorted = ctx;
	const struct meter *a = &sorted->meter[*(const size_t *)x];
	const struct meter *b = &sorted->meter[*(const size_t *)y];
	int64_t d = ((int64_t)a->bus << 32 | (int64_t)a->device << 16 | a->endpoint << 8 | a->dir) -
		    ((int64_t)b->bus << 32 | (int64_t)b->device << 16 | b->endpoint << 8 | b->dir);

	return d < 0 ? -1 : d > 0;
}

static void meters_lines(struct app *a, struct page *p, int w)
{
	const struct meters *m = &a->trace.now->meters;
	struct shape s = shape_for(w);
	size_t *order = mem_zalloc(m->n ? m->n : 1, sizeof(*order));
	char title[120];
	uint64_t lost;

	for (size_t i = 0; i < m->n; i++)
		order[i] = i;
	qsort_r(order, m->n, sizeof(*order), by_address, (void *)(uintptr_t)m);
	if (trace_lost(&a->trace, &lost))
		snprintf(title, sizeof(title), "now (the capture's last second); %llu events lost",
			(unsigned long long)lost);
	else
		strcpy(title, "now (the capture's last second); losses not known");
	page_add(p, 0, ROLE_STRONG, title);
	meter_titles(p, &s);
	for (size_t i = 0; i < m->n; i++)
		meter_line(a, p, &m->meter[order[i]], &s);
	free(order);
	page_line(p);
}

void statistics_page(struct app *a, struct page *p, int w)
{
	struct page stat = {0};
	struct report *r;

	page_clear(p);
	if (!a->trace.now)
		return;
	meters_lines(a, p, w);
	r = report_begin(&stat, (unsigned)w, a->grid.ascii);
	stat_report(a->trace.now->stat, &a->trace.now->run, report_emit(r));
	report_end(r);
	for (size_t i = 0; i < stat.lines; i++) {
		page_line(p);
		for (uint32_t k = 0; k < stat.line[i].spans; k++) {
			const struct page_span *s = &stat.span[stat.line[i].span + k];

			page_span(p, s->col, (enum role)s->role, stat.text + s->off, s->len);
		}
	}
	page_free(&stat);
}
