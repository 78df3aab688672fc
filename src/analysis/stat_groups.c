/* stat_groups.c: the part of `stat` about what endpoints belong to: buses, devices, interfaces, and
 * the capture as a whole. */
#include "analysis/columns.h"
#include "analysis/stat_columns.h"
#include "base/mem.h"

#include <stdlib.h>

/* A group with the sums over its endpoints. */
struct group_line {
	const struct stat *all;
	const struct group *group;
	const struct pipe *pipe;       /* of an interface */
	const struct instance *device; /* of a device or interface */
	uint64_t devices, endpoints, transfers, bytes, errors;
	bool unmeasured, inferred;
	uint64_t bus_time;   /* ns, estimated */
	bool timed, untimed; /* of some endpoints it is known, of some that moved data it is not */
	struct hist latency;
};

/* The windows of 100 ms with bytes in them. */
static double active_ns(const struct group_line *l)
{
	double ns = (double)l->group->windows * STAT_WINDOW, all = (double)l->all->span;

	return ns < all ? ns : all;
}

#define G	 ((const struct group_line *)row)
#define SECONDS	 stat_seconds(G->all)
#define MEASURED (G->bytes || !G->unmeasured)
GET(bus, G->group->bus != USB_NO_BUS, value_uint(G->group->bus))
GET(dev, G->device->address != USB_NO_DEVICE, value_uint(G->device->address))
GET(device, true, value_uint(G->group->instance))
GET(interface, true, value_uint(G->group->interface))
GET(class, true, value_uint(G->pipe->bInterfaceClass))
GET(class_word, true, value_name(usb_class_word(G->pipe->bInterfaceClass)))
GET(devices, true, value_uint(G->devices))
GET(endpoints, true, value_uint(G->endpoints))
GET(transfers, true, value_uint(G->transfers))
GET(mean, SECONDS > 0 && MEASURED, stat_per_second((double)G->bytes / SECONDS))
GET(active, MEASURED &&SECONDS > 0 && G->group->windows,
	stat_per_second((double)G->bytes * 1e9 / active_ns(G)))
GET_TIMES(latency, &G->latency)
GET(bus_time, G->timed && !G->untimed, value_ns((int64_t)G->bus_time))

static void get_peak(const void *row, struct value *v)
{
	double window = STAT_WINDOW / 1e9, seconds = SECONDS < window ? SECONDS : window;

	if (seconds > 0 && MEASURED)
		*v = stat_per_second((double)G->group->peak / seconds);
}

static void get_bus_share(const void *row, struct value *v)
{
	if (!G->timed || G->untimed || SECONDS <= 0)
		return;
	*v = value_real((double)G->bus_time / 1e9 / SECONDS);
	v->inferred = true;
}

static void get_bytes(const void *row, struct value *v)
{
	if (!MEASURED)
		return;
	*v = value_uint(G->bytes);
	v->inferred = G->inferred || G->unmeasured;
}

static void get_errors(const void *row, struct value *v)
{
	*v = value_uint(G->errors);
	v->tone = G->errors ? TONE_BAD : TONE_NONE;
}

static void get_address(const void *row, struct value *v)
{
	struct text t;

	text_init(&t, v->room, sizeof(v->room));
	if (G->group->bus != USB_NO_BUS) {
		text_u64(&t, G->group->bus);
		text_char(&t, '.');
	}
	text_u64(&t, G->device->address);
	if (G->group->kind == GROUP_INTERFACE) {
		text_str(&t, " interface ");
		text_u64(&t, G->group->interface);
	}
	instance_mark(&t, G->device);
	*v = value_name(v->room);
}
#undef G

/* Latencies of all endpoints of a bus together say little: no text. */
#define FIGURES(latency_p50, latency_p99)                                                          \
	{"transfers", "transfers", get_transfers, SHOW_COUNT, .right = true},                      \
		{"bytes", "bytes", get_bytes, SHOW_BYTES, .right = true},                          \
		{"errors", "errors", get_errors, SHOW_COUNT, .right = true},                       \
		{"latency.p50", latency_p50, get_latency_p50, SHOW_DURATION, .right = true},       \
		{.key = "latency.p90", .get = get_latency_p90},                                    \
		{"latency.p99", latency_p99, get_latency_p99, SHOW_DURATION, .right = true},       \
		{.key = "latency.p999", .get = get_latency_p999},                                  \
		{.key = "latency.max", .get = get_latency_max},                                    \
		{"rate.mean", "mean rate", get_mean, SHOW_RATE, .right = true, .wide = 8},         \
		{"rate.peak", "peak rate", get_peak, SHOW_RATE, .right = true, .wide = 8},         \
		{"rate.active", "active rate", get_active, SHOW_RATE, .right = true, .wide = 10},  \
		{.key = "bus_time.estimated", .get = get_bus_time},                                \
	{                                                                                          \
		"bus_time.share", "bus time", get_bus_share, SHOW_PERCENT, .right = true,          \
									   .wide = 11              \
	}

static const struct column bus_columns[] = {
	{"bus", "bus", get_bus, .width = 8, .right = true},
	{"devices", "devices", get_devices, SHOW_COUNT, .right = true},
	FIGURES(NULL, NULL),
};

static const struct column device_columns[] = {
	{.title = "device", .get = get_address, .width = 8},
	{.key = "bus", .get = get_bus},
	{.key = "dev", .get = get_dev},
	{.key = "device", .get = get_device},
	{.key = "endpoints", .get = get_endpoints},
	FIGURES("p50", "p99"),
};

static const struct column interface_columns[] = {
	{.title = "interface", .get = get_address, .width = 8},
	{.key = "bus", .get = get_bus},
	{.key = "dev", .get = get_dev},
	{.key = "device", .get = get_device},
	{.key = "interface", .get = get_interface},
	{.key = "bInterfaceClass", .get = get_class},
	{.title = "class", .get = get_class_word},
	{.key = "endpoints", .get = get_endpoints},
	FIGURES("p50", "p99"),
};

static const struct column capture_columns[] = {
	{.key = "devices", .get = get_devices},
	{.key = "endpoints", .get = get_endpoints},
	FIGURES("p50", "p99"),
};

/* ---- sums --------------------------------------------------------------------------- */

static void add(struct group_line *l, const struct endpoint_stat *p, const struct bus_estimate *u)
{
	/* several buses have no time in common */
	if (l->group->kind != GROUP_CAPTURE) {
		l->bus_time += l->group->kind == GROUP_BUS ? u->root_ns : u->ns;
		l->timed |= u->known;
		l->untimed |= !u->known && !u->virtual && p->bytes;
	}
	l->endpoints++;
	l->transfers += p->transfers;
	l->bytes += p->bytes;
	l->errors += p->errors;
	l->unmeasured |= p->unmeasured;
	l->inferred |= p->inferred;
	hist_merge(&l->latency, &p->latency);
}

static struct group_line *sum_up(const struct stat *s, const struct devices *d)
{
	struct group_line *line = mem_zalloc(s->groups, sizeof(*line));

	for (size_t i = 0; i < s->groups; i++) {
		const struct group *g = &s->group[i];

		line[i].all = s;
		line[i].group = g;
		line[i].pipe = g->pipe ? devices_get_pipe(d, g->pipe) : NULL;
		line[i].device = g->instance ? devices_get_instance(d, g->instance) : NULL;
	}
	for (size_t i = 0; i < s->endpoints; i++) {
		const struct endpoint_stat *p = &s->endpoint[i];
		struct bus_estimate u;

		if (!p->transfers)
			continue;
		u = bus_estimate(s, d, p);
		for (unsigned k = 0; k < GROUP_KINDS; k++)
			if (p->group[k])
				add(&line[p->group[k] - 1], p, &u);
	}
	return line;
}

/* Could the two be one device? Not at different ports. */
static bool may_be_one(const struct instance *a, const struct instance *b)
{
	return !a->hub || !b->hub || (a->hub == b->hub && a->hub_port == b->hub_port);
}

/* Of each instance, by its number: the last one that is the same device. One that answered at
 * address 0 is what it became, and while none of them gets an address, attempt after attempt at
 * address 0 is one device. */
static uint32_t *last_instances(const struct devices *d)
{
	uint32_t n = devices_instances(d), *last = mem_zalloc(n + 1u, sizeof(*last));

	for (uint32_t k = n; k; k--) {
		const struct instance *i = devices_get_instance(d, k);

		if (i->became)
			last[k] = last[i->became];
		else if (!last[k])
			last[k] = k;
		if (!i->address && i->previous &&
			may_be_one(i, devices_get_instance(d, i->previous)))
			last[i->previous] = last[k];
	}
	return last;
}

/* How many devices each bus, and the capture, has. */
static void count_devices(const struct stat *s, const struct devices *d, struct group_line *line)
{
	uint32_t *last = last_instances(d);
	bool *counted = mem_zalloc(devices_instances(d) + 1u, sizeof(*counted));

	for (size_t i = 0; i < s->endpoints; i++) {
		const struct endpoint_stat *p = &s->endpoint[i];
		struct group_line *device;
		uint32_t n;

		if (!p->transfers)
			continue;
		device = &line[p->group[GROUP_DEVICE] - 1];
		n = last[device->group->instance];
		if (counted[n])
			continue;
		counted[n] = true;
		line[p->group[GROUP_BUS] - 1].devices++;
		line[p->group[GROUP_CAPTURE] - 1].devices++;
	}
	free(counted);
	free(last);
}

static int by_key(const void *a, const void *b)
{
	const struct group_line *x = a, *y = b;
	const int64_t key[][2] = {
		{x->group->bus, y->group->bus},
		{x->device ? x->device->address : 0, y->device ? y->device->address : 0},
		{x->group->instance, y->group->instance},
		{x->group->interface, y->group->interface},
	};

	for (size_t i = 0; i < ARRAY_LEN(key); i++)
		if (key[i][0] != key[i][1])
			return key[i][0] < key[i][1] ? -1 : 1;
	return 0;
}

/* ---- the tables --------------------------------------------------------------------- */

/* Some endpoint belongs to none any more, after all its pipes got another interface. */
static void report_kind(
	const struct stat *s, const struct group_line *line, enum group_kind kind, struct emit *e)
{
	for (size_t i = 0; i < s->groups; i++)
		if (line[i].group->kind == kind && line[i].transfers)
			stat_row(e, &line[i]);
}

void stat_groups(const struct stat *s, const struct devices *d, struct emit *e)
{
	static const struct {
		enum group_kind kind;
		const char *key, *title;
		const struct column *cols;
		size_t n;
		bool text, detail; /* text at all, or with -v */
	} part[] = {
		{GROUP_CAPTURE, "total", NULL, capture_columns, ARRAY_LEN(capture_columns), false,
			false},
		{GROUP_BUS, "buses", "buses", bus_columns, ARRAY_LEN(bus_columns), true, false},
		{GROUP_DEVICE, "devices", "devices", device_columns, ARRAY_LEN(device_columns),
			false, true},
		{GROUP_INTERFACE, "device_interfaces", "interfaces of devices", interface_columns,
			ARRAY_LEN(interface_columns), false, true},
	};
	struct group_line *line = sum_up(s, d);
	struct stat_table t;

	count_devices(s, d, line);
	qsort(line, s->groups, sizeof(*line), by_key);
	for (size_t i = 0; i < ARRAY_LEN(part); i++) {
		stat_table(&t, s, e, part[i].key, part[i].title, part[i].cols, part[i].n,
			part[i].text || (part[i].detail && s->opts.verbose));
		report_kind(s, line, part[i].kind, e);
		emit_table_end(e);
	}
	for (size_t i = 0; i < s->groups; i++)
		hist_free(&line[i].latency);
	free(line);
}
