/* stat_endpoints.c: the part of `stat` about endpoints: a line each, and with -v a block each. */
#include "analysis/columns.h"
#include "analysis/stat_columns.h"
#include "base/mem.h"
#include "usb/bustime.h"
#include "usb/desc.h"

#include <math.h>
#include <stdlib.h>

/* An endpoint with all that its figures come from. */
struct endpoint_line {
	const struct stat *all;
	const struct endpoint_stat *stat;
	const struct pipe *pipe;
	const struct instance *device;
	const struct segment_sizes *sizes; /* NULL: no lengths */
	struct queue_sum queue;
	double seconds;	 /* of the capture */
	bool submits;	 /* the capture shows when transfers are submitted */
	uint32_t packet; /* bytes, 0: not known */
	struct bus_estimate use;
	double best; /* bytes/s at most, 0: not known */
};

static struct endpoint_line line_of(
	const struct stat *s, const struct devices *d, const struct endpoint_stat *p)
{
	struct endpoint_line l = {.all = s, .stat = p, .seconds = stat_seconds(s)};
	struct desc_endpoint e;
	enum usb_type type;
	unsigned each;

	l.pipe = devices_get_pipe(d, p->pipe);
	l.device = devices_get_instance(d, l.pipe->instance);
	l.sizes = p->segments.sizes;
	l.queue = queue_sum(&p->queue, (int64_t)s->span);
	l.submits = stat_submits(s);
	l.use = bus_estimate(s, d, p);
	type = (enum usb_type)l.pipe->type;
	e.wMaxPacketSize = l.pipe->flags & PIPE_DESCRIBED ? l.pipe->wMaxPacketSize : 0;
	each = l.use.speed == USB_HIGH ? desc_endpoint_transactions(&e) : 1;
	l.packet = desc_endpoint_packet(&e);
	l.best = bustime_best_rate((enum usb_speed)l.use.speed, type, l.packet, each,
		desc_interval_ns((enum usb_speed)l.use.speed, type, l.pipe->bInterval));
	return l;
}

/* ---- figures ------------------------------------------------------------------------ */

#define L ((const struct endpoint_line *)row)
/* Not 0 bytes because no length is known. */
#define MEASURED (L->stat->bytes || (!L->stat->unmeasured && L->pipe->type != USB_REQUEST))
/* Packets have the times of their beginnings: of a transfer of few that is no time to divide by. */
#define BUSY   (L->submits && L->queue.active && MEASURED)
#define QUEUED (L->submits && L->stat->queue.requests && L->pipe->type != USB_REQUEST)
#define SIZES  (L->sizes && L->sizes->transfers)
/* Controllers ask interrupt endpoints more often than bInterval says; full is not their aim. */
#define EFFICIENT (L->best > 0 && L->pipe->type != USB_INTERRUPT)
#define STREAM	  (L->pipe->type == USB_BULK || L->pipe->type == USB_INTERRUPT)

GET(bus, L->device->bus != USB_NO_BUS, value_uint(L->device->bus))
GET(dev, L->device->address != USB_NO_DEVICE, value_uint(L->device->address))
GET(device, true, value_uint(L->pipe->instance))
GET(ep, L->pipe->endpoint != USB_NO_ENDPOINT, value_uint(L->pipe->endpoint))
GET(dir, true, value_name(usb_dir_name(L->pipe->dir)))
GET(type, true, value_name(usb_type_name(L->pipe->type)))
GET(speed, true, value_name(usb_speed_name((enum usb_speed)L->use.speed)))
GET(interface, L->pipe->flags &PIPE_DESCRIBED, value_uint(L->pipe->interface))
GET(alternate, L->pipe->flags &PIPE_DESCRIBED, value_uint(L->pipe->alternate))
GET(packet, L->packet, value_uint(L->packet))
GET(transfers, true, value_uint(L->stat->transfers))
GET_TIMES(latency, &L->stat->latency)
GET_TIMES(service, &L->stat->service)
GET(mean, L->seconds > 0 && MEASURED, value_uint((uint64_t)((double)L->stat->bytes / L->seconds)))
GET(active, BUSY, value_uint((uint64_t)((double)L->stat->bytes * 1e9 / (double)L->queue.active)))
GET(best, L->best > 0, value_uint((uint64_t)L->best))
GET(efficiency, EFFICIENT &&BUSY,
	value_real((double)L->stat->bytes * 1e9 / (double)L->queue.active / L->best))
GET(iso_packets, L->pipe->type == USB_ISOCHRONOUS, value_uint(L->stat->iso_packets))
GET(iso_failed, L->stat->iso_judged, value_uint(L->stat->iso_failed))
GET(depth_mean, QUEUED && L->queue.span, value_real(L->queue.mean))
GET(depth_max, QUEUED, value_uint(L->stat->queue.most))
GET(depth_exact, QUEUED, value_bool(!L->stat->queue.inexact))
GET(depth_active, QUEUED, value_ns((int64_t)L->queue.active))
GET(idle_time, QUEUED, value_ns((int64_t)L->queue.time[0]))
GET(idle_count, QUEUED, value_uint(L->stat->queue.gap.n))
GET_TIMES(idle, &L->stat->queue.gap)
GET(length_p50, SIZES, value_uint(hist_quantile(&L->sizes->length, 0.5)))
GET(length_p90, SIZES, value_uint(hist_quantile(&L->sizes->length, 0.9)))
GET(length_p99, SIZES, value_uint(hist_quantile(&L->sizes->length, 0.99)))
GET(short_ends, STREAM &&SIZES, value_uint(L->sizes->shorts))
GET(zlp_ends, STREAM &&SIZES, value_uint(L->sizes->zlps))
GET(largest, STREAM && L->submits && SIZES && L->sizes->largest, value_uint(L->sizes->largest))
GET(max_transfer, STREAM && L->submits && SIZES && segments_split(L->sizes),
	value_uint(L->sizes->largest))
GET(groups, STREAM && L->submits && SIZES, value_uint(L->sizes->groups))
GET(grouped, STREAM && L->submits && SIZES, value_uint(L->sizes->grouped))
GET(longest, STREAM && L->submits && SIZES, value_uint(L->sizes->longest))
GET(breaks, STREAM && L->submits && SIZES && L->packet, value_uint(L->sizes->breaks))
GET(unaligned, STREAM && L->submits && SIZES && L->packet, value_uint(L->sizes->unaligned))
GET(segment_transfers, SIZES, value_uint(L->sizes->transfers))
GET(bus_time, L->use.known, value_ns((int64_t)L->use.ns))
GET(bus_share, L->use.known && L->seconds > 0, value_real((double)L->use.ns / 1e9 / L->seconds))

GET(length_min, SIZES, value_uint(L->sizes->length.min))
GET(length_max, SIZES, value_uint(L->sizes->length.max))

static void get_packets(const void *row, struct value *v)
{
	if (L->use.transactions || L->use.known)
		*v = value_uint(L->use.transactions);
}

static void get_packets_each(const void *row, struct value *v)
{
	if (SIZES && L->use.transactions)
		*v = value_real((double)L->use.transactions / (double)L->sizes->transfers);
}

/* A capture shorter than the window is one of its own length. */
static void get_peak(const void *row, struct value *v)
{
	double window = STAT_WINDOW / 1e9, seconds = L->seconds < window ? L->seconds : window;

	if (seconds > 0 && MEASURED)
		*v = value_uint((uint64_t)((double)L->stat->peak / seconds));
}

static void get_bytes(const void *row, struct value *v)
{
	if (!MEASURED)
		return;
	*v = value_uint(L->stat->bytes);
	v->inferred = L->stat->inferred || L->stat->unmeasured;
}

static void get_errors(const void *row, struct value *v)
{
	*v = value_uint(L->stat->errors);
	v->tone = L->stat->errors ? TONE_BAD : TONE_NONE;
}

static void get_address(const void *row, struct value *v)
{
	address_text(v, L->device->bus, L->device->address, L->pipe->endpoint, L->pipe->dir);
}

/* "1.6/3": mean and greatest depth. */
static void get_depth(const void *row, struct value *v)
{
	struct text t;

	if (!QUEUED)
		return;
	text_init(&t, v->room, sizeof(v->room));
	text_printf(&t, "%.1f/%u", L->queue.mean, L->stat->queue.most);
	*v = value_name(v->room);
	v->inferred = L->stat->queue.inexact;
}

static const struct column endpoint_columns[] = {
	{.title = "address", .get = get_address, .width = 8},
	{.key = "bus", .get = get_bus},
	{.key = "dev", .get = get_dev},
	{.key = "device", .get = get_device},
	{.key = "ep", .get = get_ep},
	{.key = "dir", .get = get_dir},
	{"type", "type", get_type, .width = 4},
	{.key = "speed", .get = get_speed},
	{.key = "interface", .get = get_interface},
	{.key = "alternate", .get = get_alternate},
	{.key = "packet", .get = get_packet},
	{"transfers", "transfers", get_transfers, SHOW_COUNT, .right = true},
	{"bytes", "bytes", get_bytes, SHOW_BYTES, .right = true},
	{"errors", "errors", get_errors, SHOW_COUNT, .right = true},
	{"latency.p50", "p50", get_latency_p50, SHOW_DURATION, .right = true},
	{"latency.p90", "p90", get_latency_p90, SHOW_DURATION, .right = true, .wide = 11},
	{"latency.p99", "p99", get_latency_p99, SHOW_DURATION, .right = true},
	{"latency.p999", "p99.9", get_latency_p999, SHOW_DURATION, .right = true, .wide = 15},
	{"latency.max", "max", get_latency_max, SHOW_DURATION, .right = true, .wide = 9},
	KEYS_TIMES("service", service),
	{"rate.mean", "mean rate", get_mean, SHOW_RATE, .right = true, .wide = 10},
	{"rate.peak", "peak rate", get_peak, SHOW_RATE, .right = true, .wide = 12},
	{"rate.active", "active rate", get_active, SHOW_RATE, .right = true, .wide = 13},
	{.key = "rate.best", .get = get_best},
	{.key = "rate.efficiency", .get = get_efficiency},
	{.key = "queue.mean", .get = get_depth_mean},
	{.key = "queue.max", .get = get_depth_max},
	{.key = "queue.active", .get = get_depth_active},
	{.key = "queue.exact", .get = get_depth_exact},
	{.title = "queue", .get = get_depth, .right = true, .wide = 14},
	{.key = "idle.count", .get = get_idle_count},
	{.key = "idle.time", .get = get_idle_time},
	KEYS_TIMES("idle", idle),
	{.key = "segments.transfers", .get = get_segment_transfers},
	{.key = "segments.min", .get = get_length_min},
	{.key = "segments.p50", .get = get_length_p50},
	{.key = "segments.p90", .get = get_length_p90},
	{.key = "segments.p99", .get = get_length_p99},
	{.key = "segments.max", .get = get_length_max},
	{.key = "segments.largest", .get = get_largest},
	{.key = "segments.max_transfer", .get = get_max_transfer},
	{.key = "segments.groups", .get = get_groups},
	{.key = "segments.grouped", .get = get_grouped},
	{.key = "segments.longest", .get = get_longest},
	{.key = "segments.breaks", .get = get_breaks},
	{.key = "segments.unaligned", .get = get_unaligned},
	{.key = "segments.short", .get = get_short_ends},
	{.key = "segments.zlp", .get = get_zlp_ends},
	{.key = "segments.packets", .get = get_packets},
	{.key = "segments.packets_each", .get = get_packets_each},
	{.key = "bus_time.estimated", .get = get_bus_time},
	{.key = "bus_time.share", .get = get_bus_share},
	{.key = "iso.packets", .get = get_iso_packets},
	{.key = "iso.failed", .get = get_iso_failed},
};

/* ---- a block per endpoint: -v ------------------------------------------------------- */

/* Text that is longer than a value has room for. */
enum { WORDS = 400 };

static void item(struct emit *e, const char *title, const struct text *t, bool inferred)
{
	struct value v = value_name(t->s);

	v.inferred = inferred;
	if (t->len)
		emit_item(e, NULL, title, v, SHOW_PLAIN);
}

static void say_latency(const struct endpoint_line *row, struct emit *e)
{
	char words[WORDS];
	struct text t;

	text_init(&t, words, sizeof(words));
	stat_say_times(&t, &L->stat->latency);
	item(e, "latency", &t, false);
	text_init(&t, words, sizeof(words));
	stat_say_times(&t, &L->stat->service);
	item(e, "service", &t, false);
}

/* "480 kB/s mean, 806 kB/s peak, 492 kB/s while busy: 64.1% of at most 768 kB/s" */
static void say_rates(const struct endpoint_line *row, struct emit *e)
{
	double active;
	char words[WORDS];
	struct value v = value_null();
	struct text t;

	if (!L->stat->bytes || L->seconds <= 0)
		return;
	text_init(&t, words, sizeof(words));
	stat_say_rate(&t, L->all, floor((double)L->stat->bytes / L->seconds));
	text_str(&t, " mean, ");
	get_peak(row, &v);
	stat_say_rate(&t, L->all, (double)v.u);
	text_str(&t, " peak");
	if (BUSY) {
		active = (double)L->stat->bytes * 1e9 / (double)L->queue.active;
		text_str(&t, ", ");
		stat_say_rate(&t, L->all, floor(active));
		text_str(&t, " while busy");
		if (EFFICIENT) {
			text_printf(&t, ": %.1f%% of at most ", 100 * active / L->best);
			stat_say_rate(&t, L->all, L->best);
		}
	}
	item(e, "rate", &t, L->stat->inferred || L->stat->unmeasured);
}

/* "mean 1.6, at most 3; none 0.1%, 1: 40.2%, 2: …" */
static void say_queue(const struct endpoint_line *row, struct emit *e)
{
	char words[WORDS];
	struct text t;

	if (!QUEUED || !L->queue.span || L->pipe->type == USB_CONTROL)
		return;
	text_init(&t, words, sizeof(words));
	text_printf(&t, "mean %.2f, at most %u; of the time", L->queue.mean, L->stat->queue.most);
	for (unsigned i = 0; i < QUEUE_DEPTHS; i++) {
		double share = (double)L->queue.time[i] / (double)L->queue.span;

		if (!L->queue.time[i])
			continue;
		text_printf(&t, " %u%s: %.1f%%,", i, i + 1 < QUEUE_DEPTHS ? "" : " or more",
			100 * share);
	}
	if (words[t.len - 1] == ',')
		words[--t.len] = 0;
	item(e, "queue depth", &t, L->stat->queue.inexact);
}

/* How long nothing was asked of the endpoint: what comes meanwhile waits or is lost. */
static void say_idle(const struct endpoint_line *row, struct emit *e)
{
	const struct hist *gap = &L->stat->queue.gap;
	char words[WORDS];
	struct text t;

	if (!QUEUED || !gap->n || !L->queue.span || L->pipe->type == USB_CONTROL)
		return;
	text_init(&t, words, sizeof(words));
	text_count(&t, gap->n);
	text_str(&t, gap->n == 1 ? " time, " : " times, ");
	stat_say_ns(&t, L->queue.time[0]);
	text_printf(
		&t, " in all (%.2f%%): ", 100 * (double)L->queue.time[0] / (double)L->queue.span);
	stat_say_times(&t, gap);
	item(e, "no request", &t, L->stat->queue.inexact);
}

static int by_count(const void *a, const void *b)
{
	const struct {
		uint32_t len;
		uint64_t n;
	} *x = a, *y = b;

	if (x->n != y->n)
		return x->n < y->n ? 1 : -1;
	return (x->len > y->len) - (x->len < y->len);
}

/* "512 B 1,200 times, 31 B 12 times, 5 others of 0 to 65,536 B" */
static void say_lengths(const struct endpoint_line *row, struct emit *e)
{
	const struct segment_sizes *z = L->sizes;
	struct segment_sizes sorted;
	uint64_t others;
	char words[WORDS];
	struct text t;

	if (!SIZES)
		return;
	sorted = *z;
	others = z->others;
	qsort(sorted.exact, sorted.lengths, sizeof(sorted.exact[0]), by_count);
	text_init(&t, words, sizeof(words));
	for (unsigned i = 0; i < sorted.lengths; i++) {
		if (i >= 5) {
			others += sorted.exact[i].n;
			continue;
		}
		text_str(&t, i ? ", " : "");
		text_count(&t, sorted.exact[i].n);
		text_str(&t, " of ");
		text_count(&t, sorted.exact[i].len);
		text_str(&t, " B");
	}
	if (others) {
		text_str(&t, ", ");
		text_count(&t, others);
		text_str(&t, " others; ");
		text_count(&t, z->length.min);
		text_str(&t, " to ");
		text_count(&t, z->length.max);
		text_str(&t, " B, p50 ");
		text_count(&t, hist_quantile(&z->length, 0.5));
		text_str(&t, ", p90 ");
		text_count(&t, hist_quantile(&z->length, 0.9));
	}
	item(e, "lengths", &t, L->stat->inferred);
}

static void say_packets(const struct endpoint_line *row, struct emit *e)
{
	char words[WORDS];
	struct text t;

	if (!SIZES || !L->use.transactions)
		return;
	text_init(&t, words, sizeof(words));
	text_count(&t, L->use.transactions);
	if (L->packet)
		text_printf(&t, " of at most %u B", L->packet);
	text_printf(
		&t, ", %.1f a transfer", (double)L->use.transactions / (double)L->sizes->transfers);
	if (STREAM && L->sizes->shorts)
		text_printf(&t, ", short ends %llu", (unsigned long long)L->sizes->shorts);
	if (STREAM && L->sizes->zlps)
		text_printf(&t, ", empty ends %llu", (unsigned long long)L->sizes->zlps);
	item(e, "packets", &t, L->pipe->type != USB_ISOCHRONOUS);
}

/* "65,536 B at most in one transfer; 12 requests in 36 of them, at most 4" */
static void say_segments(const struct endpoint_line *row, struct emit *e)
{
	const struct segment_sizes *z = L->sizes;
	char words[WORDS];
	bool split;
	struct text t;

	if (!STREAM || !L->submits || !SIZES)
		return;
	split = segments_split(z);
	text_init(&t, words, sizeof(words));
	if (split) {
		text_count(&t, z->largest);
		text_str(&t, " B at most in one; ");
		text_count(&t, z->groups);
		text_str(&t, z->groups == 1 ? " request in " : " requests in ");
		text_count(&t, z->grouped);
		text_str(&t, ", at most ");
		text_count(&t, z->longest);
	}
	if (split && z->breaks)
		text_printf(&t, "; %llu parts before the last break %u-byte packets",
			(unsigned long long)z->breaks, L->packet);
	if (z->unaligned)
		text_printf(&t, "%s%llu reads ask for packets and a fraction", t.len ? "; " : "",
			(unsigned long long)z->unaligned);
	item(e, "segments", &t, split && !z->told);
}

static void say_bus_time(const struct endpoint_line *row, struct emit *e)
{
	struct bustime_host host = bustime_host((enum usb_speed)L->use.speed);
	char words[WORDS];
	struct text t;

	if (!L->use.known || L->seconds <= 0)
		return;
	text_init(&t, words, sizeof(words));
	stat_say_ns(&t, L->use.ns);
	text_printf(&t, ", %.1f%% of the capture (%s speed, host delay %u ns assumed)",
		(double)L->use.ns / 1e7 / L->seconds, usb_speed_name((enum usb_speed)L->use.speed),
		host.delay);
	item(e, "bus time", &t, true);
}

static void report_block(const struct endpoint_line *l, struct emit *e)
{
	static void (*const say[])(const struct endpoint_line *, struct emit *) = {say_latency,
		say_rates, say_queue, say_idle, say_lengths, say_packets, say_segments,
		say_bus_time};
	struct value v = value_null();
	char title[160];
	struct text t;

	get_address(l, &v);
	text_init(&t, title, sizeof(title));
	text_mem(&t, v.s, v.n);
	text_char(&t, ' ');
	text_str(&t, usb_type_name(l->pipe->type));
	if (l->use.speed) {
		text_str(&t, l->use.guessed ? ", ~" : ", ");
		text_str(&t, usb_speed_name((enum usb_speed)l->use.speed));
		text_str(&t, " speed");
	}
	if (l->pipe->flags & PIPE_DESCRIBED)
		text_printf(&t, ", interface %u/%u", l->pipe->interface, l->pipe->alternate);
	emit_begin(e, NULL, title);
	for (size_t i = 0; i < ARRAY_LEN(say); i++)
		say[i](l, e);
	emit_end(e);
}
#undef L

/* ---- tables beside: lengths, depths ------------------------------------------------- */

/* One length or one depth of an endpoint. */
struct part_line {
	const struct endpoint_line *of;
	uint64_t key, n;
};

#define V ((const struct part_line *)row)
GET(part_bus, V->of->device->bus != USB_NO_BUS, value_uint(V->of->device->bus))
GET(part_dev, V->of->device->address != USB_NO_DEVICE, value_uint(V->of->device->address))
GET(part_device, true, value_uint(V->of->pipe->instance))
GET(part_ep, V->of->pipe->endpoint != USB_NO_ENDPOINT, value_uint(V->of->pipe->endpoint))
GET(part_dir, true, value_name(usb_dir_name(V->of->pipe->dir)))
GET(part_type, true, value_name(usb_type_name(V->of->pipe->type)))
GET(part_key, true, value_uint(V->key))
GET(part_count, true, value_uint(V->n))
GET(part_time, true, value_ns((int64_t)V->n))
#undef V

#define PART_KEYS                                                                                  \
	{.key = "bus", .get = get_part_bus}, {.key = "dev", .get = get_part_dev},                  \
		{.key = "device", .get = get_part_device}, {.key = "ep", .get = get_part_ep},      \
		{.key = "dir", .get = get_part_dir},                                               \
	{                                                                                          \
		.key = "type", .get = get_part_type                                                \
	}

static const struct column length_columns[] = {
	PART_KEYS,
	{.key = "len", .get = get_part_key},
	{.key = "count", .get = get_part_count},
};

static const struct column depth_columns[] = {
	PART_KEYS,
	{.key = "depth", .get = get_part_key},
	{.key = "time", .get = get_part_time},
};

/* The lengths seen first, at most SEGMENT_LENGTHS of an endpoint. */
static void report_lengths(const struct endpoint_line *line, size_t n, struct emit *e)
{
	emit_table(e, "lengths", NULL, length_columns, ARRAY_LEN(length_columns), LAYOUT_GRID);
	for (size_t i = 0; i < n; i++)
		for (unsigned k = 0; line[i].sizes && k < line[i].sizes->lengths; k++)
			stat_row(e, &(struct part_line){&line[i], line[i].sizes->exact[k].len,
					    line[i].sizes->exact[k].n});
	emit_table_end(e);
}

/* Time at each queue depth; the last one stands for all greater ones, too. */
static void report_depths(const struct endpoint_line *line, size_t n, struct emit *e)
{
	emit_table(e, "depths", NULL, depth_columns, ARRAY_LEN(depth_columns), LAYOUT_GRID);
	for (size_t i = 0; i < n; i++)
		for (unsigned k = 0; line[i].submits && k < QUEUE_DEPTHS; k++)
			if (line[i].queue.time[k])
				stat_row(
					e, &(struct part_line){&line[i], k, line[i].queue.time[k]});
	emit_table_end(e);
}

/* ---- the tables --------------------------------------------------------------------- */

static int by_address(const void *a, const void *b)
{
	const struct endpoint_line *x = a, *y = b;
	const int64_t key[][2] = {
		{x->device->bus, y->device->bus},
		{x->device->address, y->device->address},
		{x->pipe->instance, y->pipe->instance},
		{x->pipe->endpoint, y->pipe->endpoint},
		{x->pipe->dir, y->pipe->dir},
		{x->pipe->type, y->pipe->type},
	};

	for (size_t i = 0; i < ARRAY_LEN(key); i++)
		if (key[i][0] != key[i][1])
			return key[i][0] < key[i][1] ? -1 : 1;
	return 0;
}

/* What latency is: of URBs as software sees them, of packets as they pass on the wire. */
static const char *endpoints_title(const struct stat *s)
{
	const uint32_t bus = 1u << CAPTURE_BUS | 1u << CAPTURE_BUS_ANY_SPEED;

	if (!(s->captures & bus))
		return "endpoints (latency: from submission to completion)";
	if (s->captures & ~bus)
		return "endpoints (latency: from submission to completion; of packets from the "
		       "first token to the last packet)";
	return "endpoints (latency: from the first token to the last packet)";
}

void stat_endpoints(const struct stat *s, const struct devices *d, struct emit *e)
{
	struct endpoint_line *line = mem_zalloc(s->endpoints, sizeof(*line));
	struct stat_table t;
	size_t n = 0;

	for (size_t i = 0; i < s->endpoints; i++)
		if (s->endpoint[i].transfers)
			line[n++] = line_of(s, d, &s->endpoint[i]);
	qsort(line, n, sizeof(*line), by_address);
	stat_table(&t, s, e, "endpoints", endpoints_title(s), endpoint_columns,
		ARRAY_LEN(endpoint_columns), true);
	for (size_t i = 0; i < n; i++)
		stat_row(e, &line[i]);
	emit_table_end(e);
	report_lengths(line, n, e);
	report_depths(line, n, e);
	for (size_t i = 0; s->opts.verbose && i < n; i++)
		report_block(&line[i], e);
	free(line);
}
