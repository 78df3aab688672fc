/* stat_series.c: `stat --interval`: what ended in each interval, as a line for the capture and, in
 * JSON, CSV and with -v, one for each endpoint. Lines go out when their interval is over, so memory
 * does not grow with the capture, and a live one can be watched. Intervals in which nothing ended
 * are one line together. */
#include "analysis/columns.h"
#include "analysis/stat_columns.h"
#include "base/mem.h"

#include <stdlib.h>

struct counts {
	uint64_t transfers, types[USB_TYPES], statuses[STATUS_COUNT], bytes, errors;
	uint64_t timed, longest;
	uint32_t pipe;
	bool touched;
};

struct series_stat {
	struct stat frame; /* options alone: for stat_table() */
	struct emit *e;
	struct stat_table table;
	int64_t from, width; /* the interval that is open */
	bool begun;	     /* the document */
	struct counts all;
	struct hist latency;
	struct counts *endpoint; /* [endpoint_id - 1] */
	size_t endpoints, endpoint_cap;
	uint32_t *touched;
	size_t touches, touch_cap;
};

struct series_line {
	const struct counts *c;
	const struct hist *latency; /* of the capture's line */
	const struct pipe *pipe;    /* of an endpoint's line */
	const struct instance *device;
	int64_t from, length;
};

/* ---- a line ------------------------------------------------------------------------- */

#define S ((const struct series_line *)row)
GET(t, true, value_ns(S->from))
GET(dur, true, value_ns(S->length))
GET(bus, S->device && S->device->bus != USB_NO_BUS, value_uint(S->device->bus))
GET(dev, S->device && S->device->address != USB_NO_DEVICE, value_uint(S->device->address))
GET(ep, S->pipe && S->pipe->endpoint != USB_NO_ENDPOINT, value_uint(S->pipe->endpoint))
GET(dir, S->pipe, value_name(usb_dir_name(S->pipe->dir)))
GET(transfers, true, value_uint(S->c->transfers))
GET(control, true, value_uint(S->c->types[USB_CONTROL]))
GET(isochronous, true, value_uint(S->c->types[USB_ISOCHRONOUS]))
GET(bulk, true, value_uint(S->c->types[USB_BULK]))
GET(interrupt, true, value_uint(S->c->types[USB_INTERRUPT]))
GET(ok, true, value_uint(S->c->statuses[STATUS_OK]))
GET(stall, true, value_uint(S->c->statuses[STATUS_STALL]))
GET(cancelled, true, value_uint(S->c->statuses[STATUS_CANCELLED]))
GET(bytes, true, value_uint(S->c->bytes))
GET(rate, S->length > 0, stat_per_second((double)S->c->bytes * 1e9 / (double)S->length))
GET(p50, S->latency && S->latency->n, value_ns((int64_t)hist_quantile(S->latency, 0.5)))
GET(p99, S->latency && S->latency->n, value_ns((int64_t)hist_quantile(S->latency, 0.99)))
GET(max, S->c->timed, value_ns((int64_t)S->c->longest))

static void get_errors(const void *row, struct value *v)
{
	*v = value_uint(S->c->errors);
	v->tone = S->c->errors ? TONE_BAD : TONE_NONE;
}

static void get_where(const void *row, struct value *v)
{
	if (S->pipe)
		instance_address_text(v, S->device, S->pipe->endpoint, S->pipe->dir);
	else
		*v = value_name("all");
}
#undef S

static const struct column columns[] = {
	{"t", "from", get_t, SHOW_SECONDS, .width = 12, .right = true},
	{"dur", "for", get_dur, SHOW_DURATION, .width = 7, .right = true},
	{.title = "address", .get = get_where, .width = 10},
	{.key = "bus", .get = get_bus},
	{.key = "dev", .get = get_dev},
	{.key = "ep", .get = get_ep},
	{.key = "dir", .get = get_dir},
	{"transfers", "transfers", get_transfers, SHOW_COUNT, .right = true},
	{"control", "ctrl", get_control, SHOW_COUNT, .width = 6, .right = true, .wide = 12},
	{"isochronous", "iso", get_isochronous, SHOW_COUNT, .width = 6, .right = true, .wide = 12},
	{"bulk", "bulk", get_bulk, SHOW_COUNT, .width = 6, .right = true, .wide = 12},
	{"interrupt", "intr", get_interrupt, SHOW_COUNT, .width = 6, .right = true, .wide = 12},
	{.key = "ok", .get = get_ok},
	{.key = "stall", .get = get_stall},
	{.key = "cancelled", .get = get_cancelled},
	{"errors", "errors", get_errors, SHOW_COUNT, .right = true},
	{.key = "bytes", .get = get_bytes},
	{"rate", "rate", get_rate, SHOW_RATE, .width = 9, .right = true},
	{"latency.p50", "p50", get_p50, SHOW_DURATION, .width = 7, .right = true, .wide = 8},
	{"latency.p99", "p99", get_p99, SHOW_DURATION, .width = 7, .right = true, .wide = 9},
	{"latency.max", "max", get_max, SHOW_DURATION, .width = 7, .right = true, .wide = 9},
};

/* ---- intervals ---------------------------------------------------------------------- */

struct series_stat *series_new(const struct stat_opts *o)
{
	struct series_stat *v = mem_zalloc(1, sizeof(*v));

	v->frame.opts = *o;
	v->e = o->e;
	v->width = o->interval;
	return v;
}

/* The document begins once there is a capture to tell of. */
static void begin(struct series_stat *v)
{
	if (v->begun)
		return;
	v->begun = true;
	emit_begin(v->e, NULL, NULL);
	stat_table_lines(&v->table, &v->frame, v->e, "series", columns, ARRAY_LEN(columns));
}

void series_free(struct series_stat *v)
{
	if (!v)
		return;
	hist_free(&v->latency);
	free(v->endpoint);
	free(v->touched);
	free(v);
}

static void write_endpoints(struct series_stat *v, const struct devices *d, int64_t length)
{
	for (size_t i = 0; i < v->touches; i++) {
		struct counts *c = &v->endpoint[v->touched[i]];
		const struct pipe *p = devices_get_pipe(d, c->pipe);

		if (v->frame.opts.details)
			stat_row(v->e,
				&(struct series_line){c, NULL, p,
					devices_get_instance(d, p->instance), v->from, length});
		*c = (struct counts){0};
	}
	v->touches = 0;
}

static void write_interval(struct series_stat *v, const struct devices *d, int64_t length)
{
	stat_row(v->e,
		&(struct series_line){
			.c = &v->all, .latency = &v->latency, .from = v->from, .length = length});
	write_endpoints(v, d, length);
	v->all = (struct counts){0};
	hist_free(&v->latency);
}

/* Goes on to the interval of `t`. A clock set back stays in the open one. */
static void go_on(struct series_stat *v, const struct devices *d, int64_t t)
{
	uint64_t ahead = (uint64_t)t - (uint64_t)v->from, whole;

	if (t < v->from || ahead < (uint64_t)v->width)
		return;
	whole = ahead / (uint64_t)v->width;
	if (v->all.transfers) {
		write_interval(v, d, v->width);
		v->from += v->width;
		whole--;
	}
	if (whole) {
		write_interval(v, d, (int64_t)(whole * (uint64_t)v->width));
		v->from += (int64_t)(whole * (uint64_t)v->width);
	}
}

static void count(struct counts *c, const struct xfer *x, uint64_t bytes)
{
	int64_t took = xfer_duration(x);

	c->transfers++;
	c->types[x->type]++;
	c->statuses[x->status]++;
	c->errors += status_is_error(x->status);
	c->bytes += bytes;
	if (took < 0 || x->seen != SEEN_BOTH)
		return;
	c->timed++;
	c->longest = (uint64_t)took > c->longest ? (uint64_t)took : c->longest;
}

static struct counts *of_endpoint(struct series_stat *v, const struct xfer *x)
{
	struct counts *c;

	while (v->endpoints < x->endpoint_id) {
		array_need(v->endpoint, v->endpoints, v->endpoint_cap);
		v->endpoint[v->endpoints++] = (struct counts){0};
	}
	c = &v->endpoint[x->endpoint_id - 1];
	c->pipe = x->pipe;
	if (!c->touched) {
		array_need(v->touched, v->touches, v->touch_cap);
		v->touched[v->touches++] = x->endpoint_id - 1;
		c->touched = true;
	}
	return c;
}

void series_count(struct series_stat *v, struct run *r, const struct xfer *x, uint64_t bytes)
{
	/* what does not end within the capture ends in no interval */
	if (x->status == STATUS_PENDING && x->ended == END_EOF)
		return;
	begin(v);
	go_on(v, model_devices(r->model), x->end);
	count(&v->all, x, bytes);
	count(of_endpoint(v, x), x, bytes);
	if (xfer_duration(x) >= 0 && x->seen == SEEN_BOTH)
		hist_add(&v->latency, (uint64_t)xfer_duration(x));
}

void series_end(struct series_stat *v, struct run *r)
{
	begin(v);
	if (v->all.transfers)
		write_interval(v, model_devices(r->model), v->width);
	emit_table_end(v->e);
}
