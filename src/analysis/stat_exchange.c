/* stat_exchange.c: the part of `stat` about exchanges: what a class does with transfers (a SCSI
 * command), how long it takes and how many a second. */
#include "analysis/stat_columns.h"
#include "base/mem.h"
#include "decoders/decoder.h"

#include <stdlib.h>

/* The exchanges of one function with one decoder. */
struct exchange_stat {
	uint32_t instance;
	uint8_t function, decoder;
	uint16_t bus, device;
	uint64_t n, results[EXCHANGE_RESULTS], bytes, xfers;
	struct hist latency; /* ns from the first submission to the last completion */
	struct queue queue;  /* exchanges under way */
};

struct exchange_stats {
	struct exchange_stat *by; /* [number - 1] */
	size_t n, cap, last;
	struct map by_key;
};

struct exchange_stats *exchange_stats_new(void)
{
	return mem_zalloc(1, sizeof(struct exchange_stats));
}

void exchange_stats_free(struct exchange_stats *v)
{
	for (size_t i = 0; i < v->n; i++) {
		hist_free(&v->by[i].latency);
		queue_free(&v->by[i].queue);
	}
	map_free(&v->by_key);
	free(v->by);
	free(v);
}

/* ---- counting ----------------------------------------------------------------------- */

static bool same(const struct exchange_stat *p, const struct exchange *ex)
{
	return p->instance == ex->instance && p->function == ex->function &&
	       p->decoder == ex->decoder;
}

static bool same_key(const void *owner, uint32_t value, const void *key)
{
	return same(&((const struct exchange_stats *)owner)->by[value - 1], key);
}

static struct exchange_stat *find(struct exchange_stats *v, const struct exchange *ex)
{
	uint32_t hash =
		map_hash((uint64_t)ex->instance << 16 | (uint32_t)ex->function << 8 | ex->decoder);
	const struct map_slot *slot;

	if (v->last < v->n && same(&v->by[v->last], ex))
		return &v->by[v->last];
	slot = map_find(&v->by_key, hash, same_key, v, ex);
	if (!slot) {
		array_need(v->by, v->n, v->cap);
		v->by[v->n++] = (struct exchange_stat){.instance = ex->instance,
			.function = ex->function,
			.decoder = ex->decoder,
			.bus = ex->bus,
			.device = ex->device};
		map_insert(&v->by_key, hash, (uint32_t)v->n);
		v->last = v->n - 1;
	} else {
		v->last = slot->value - 1;
	}
	return &v->by[v->last];
}

void exchange_stats_add(struct exchange_stats *v, const struct exchange *ex)
{
	struct exchange_stat *p = find(v, ex);

	p->n++;
	p->results[ex->result]++;
	p->bytes += ex->bytes;
	p->xfers += ex->xfers;
	if (ex->end < ex->begin || ex->result == EXCHANGE_INCOMPLETE)
		return;
	hist_add(&p->latency, (uint64_t)ex->end - (uint64_t)ex->begin);
	queue_add(&p->queue, ex->begin, ex->end);
}

/* ---- the report --------------------------------------------------------------------- */

struct exchange_line {
	const struct exchange_stat *p;
	struct queue_sum queue;
};

#define X ((const struct exchange_line *)row)
GET(bus, X->p->bus != USB_NO_BUS, value_uint(X->p->bus))
GET(dev, true, value_uint(X->p->device))
GET(device, true, value_uint(X->p->instance))
GET(interface, X->p->function < FUNCTION_UNKNOWN, value_uint(X->p->function))
GET(proto, X->p->decoder, value_name(decoders[X->p->decoder - 1]->name))
GET(count, true, value_uint(X->p->n))
GET(ok, true, value_uint(X->p->results[EXCHANGE_OK]))
GET(failed, true, value_uint(X->p->results[EXCHANGE_FAILED]))
GET(error, true, value_uint(X->p->results[EXCHANGE_ERROR]))
GET(cancelled, true, value_uint(X->p->results[EXCHANGE_CANCELLED]))
GET(cut, true, value_uint(X->p->results[EXCHANGE_CUT]))
GET(incomplete, true, value_uint(X->p->results[EXCHANGE_INCOMPLETE]))
GET(bytes, true, value_uint(X->p->bytes))
GET(xfers, X->p->n, value_real((double)X->p->xfers / (double)X->p->n))
GET_TIMES(latency, &X->p->latency)
GET(mean, X->queue.span, value_real((double)X->p->n * 1e9 / (double)X->queue.span))
GET(active, X->queue.active, value_real((double)X->p->n * 1e9 / (double)X->queue.active))
GET(rate, X->queue.active, stat_per_second((double)X->p->bytes * 1e9 / (double)X->queue.active))
GET(depth_mean, X->queue.span, value_real(X->queue.mean))
GET(depth_max, X->p->queue.requests, value_uint(X->p->queue.most))

static void get_where(const void *row, struct value *v)
{
	struct text t;

	text_init(&t, v->room, sizeof(v->room));
	if (X->p->bus != USB_NO_BUS) {
		text_u64(&t, X->p->bus);
		text_char(&t, '.');
	}
	text_u64(&t, X->p->device);
	if (X->p->function < FUNCTION_UNKNOWN) {
		text_str(&t, " interface ");
		text_u64(&t, X->p->function);
	}
	*v = value_name(v->room);
}

static void get_bad(const void *row, struct value *v)
{
	uint64_t bad = X->p->results[EXCHANGE_FAILED] + X->p->results[EXCHANGE_ERROR];

	*v = value_uint(bad);
	v->tone = bad ? TONE_BAD : TONE_NONE;
}

/* Whole numbers where there are many a second. */
static void get_iops(const void *row, struct value *v)
{
	double per_second = X->queue.active ? (double)X->p->n * 1e9 / (double)X->queue.active : 0;
	struct text t;

	if (!X->queue.active)
		return;
	text_init(&t, v->room, sizeof(v->room));
	text_printf(&t, per_second < 100 ? "%.1f/s" : "%.0f/s", per_second);
	*v = value_name(v->room);
}
#undef X

static const struct column columns[] = {
	{.title = "function", .get = get_where, .width = 8},
	{.key = "bus", .get = get_bus},
	{.key = "dev", .get = get_dev},
	{.key = "device", .get = get_device},
	{.key = "interface", .get = get_interface},
	{"proto", "protocol", get_proto, .width = 4},
	{"exchanges", "count", get_count, SHOW_COUNT, .right = true},
	{.title = "bad", .get = get_bad, .show = SHOW_COUNT, .right = true},
	{.key = "results.ok", .get = get_ok},
	{.key = "results.failed", .get = get_failed},
	{.key = "results.error", .get = get_error},
	{.key = "results.cancelled", .get = get_cancelled},
	{.key = "results.cut", .get = get_cut},
	{.key = "results.incomplete", .get = get_incomplete},
	{.key = "transfers_each", .get = get_xfers},
	{"bytes", "bytes", get_bytes, SHOW_BYTES, .right = true},
	{"latency.p50", "p50", get_latency_p50, SHOW_DURATION, .right = true},
	{"latency.p90", "p90", get_latency_p90, SHOW_DURATION, .right = true, .wide = 11},
	{"latency.p99", "p99", get_latency_p99, SHOW_DURATION, .right = true},
	{"latency.p999", "p99.9", get_latency_p999, SHOW_DURATION, .right = true, .wide = 13},
	{"latency.max", "max", get_latency_max, SHOW_DURATION, .right = true, .wide = 9},
	{.key = "per_second.mean", .get = get_mean},
	{.key = "per_second.active", .get = get_active},
	{.title = "while busy", .get = get_iops, .right = true},
	{"rate", "rate", get_rate, SHOW_RATE, .right = true, .wide = 10},
	{.key = "queue.mean", .get = get_depth_mean},
	{.key = "queue.max", .get = get_depth_max},
};

void exchange_stats_report(const struct stat *s, struct emit *e)
{
	const struct exchange_stats *v = s->exchanges;
	struct stat_table t;

	stat_table(&t, s, e, "exchanges",
		"exchanges (latency: from first submission to last completion)", columns,
		ARRAY_LEN(columns), true);
	for (size_t i = 0; i < v->n; i++)
		stat_row(e, &(struct exchange_line){
				    &v->by[i], queue_sum(&v->by[i].queue, (int64_t)s->span)});
	emit_table_end(e);
}
