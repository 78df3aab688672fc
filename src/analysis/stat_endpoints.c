/* stat_endpoints.c: the part of `stat` about endpoints: a line each; their lengths and depths. */
#include "analysis/columns.h"
#include "analysis/stat_columns.h"
#include "analysis/stat_endpoint_line.h"
#include "base/mem.h"
#include "usb/bustime.h"
#include "usb/desc.h"

#include <stdlib.h>

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

#define L	  ((const struct endpoint_line *)row)
#define MEASURED  endpoint_measured(L)
#define BUSY	  endpoint_busy(L)
#define QUEUED	  endpoint_queued(L)
#define SIZES	  endpoint_sized(L)
#define EFFICIENT endpoint_efficient(L)
#define STREAM	  endpoint_stream(L)

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
GET(mean, L->seconds > 0 && MEASURED, stat_per_second((double)L->stat->bytes / L->seconds))
GET(active, BUSY, stat_per_second((double)L->stat->bytes * 1e9 / (double)L->queue.active))
GET(best, L->best > 0, stat_per_second(L->best))
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
GET(length_p50, SIZES, value_uint(segments_length(L->sizes, 0.5)))
GET(length_p90, SIZES, value_uint(segments_length(L->sizes, 0.9)))
GET(length_p99, SIZES, value_uint(segments_length(L->sizes, 0.99)))
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

static void get_peak(const void *row, struct value *v)
{
	if (L->seconds > 0 && MEASURED)
		*v = stat_per_second(endpoint_peak(L));
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
	instance_address_text(v, L->device, L->pipe->endpoint, L->pipe->dir);
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
		stat_endpoint_block(&line[i], e);
	free(line);
}
