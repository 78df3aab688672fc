/* stat_reserve_report.c: what `stat` says of reserved bandwidth: buses and translators at their
 * fullest moment, the endpoints that held it, and what was refused. */
#include "analysis/columns.h"
#include "analysis/stat_columns.h"
#include "analysis/stat_reserve.h"
#include "base/mem.h"

#include <string.h>

/* ---- buses -------------------------------------------------------------------------- */

#define O ((const struct domain *)row)
GET(domain_bus, O->bus != USB_NO_BUS, value_uint(O->bus))
GET(domain_translator, O->translator, value_name(O->hub[0] ? O->hub : "unknown"))
GET(domain_speed, true, value_name(usb_speed_name((enum usb_speed)O->speed)))
GET(domain_endpoints, true, value_uint(O->endpoints))
GET(domain_frame, true, value_ns(bustime_frame((enum usb_speed)O->speed)))
GET(domain_time, true, value_ns(O->peak))
GET(domain_bytes, true, value_uint(O->bytes))
GET(domain_t, true, value_ns(O->t))

static double share_of_frame(const struct domain *o, double ns)
{
	return ns / bustime_frame((enum usb_speed)o->speed);
}

static bool too_much(const struct domain *o)
{
	return o->peak > bustime_periodic_limit((enum usb_speed)o->speed);
}

static void get_domain_share(const void *row, struct value *v)
{
	*v = value_real(share_of_frame(O, O->peak));
	v->inferred = true;
	v->tone = too_much(O) ? TONE_BAD : TONE_NONE;
}

static void get_domain_mean(const void *row, struct value *v)
{
	*v = value_real(share_of_frame(O, O->mean));
	v->inferred = true;
}

static void get_domain_limit(const void *row, struct value *v)
{
	*v = value_real(share_of_frame(O, bustime_periodic_limit((enum usb_speed)O->speed)));
}

static void get_domain_where(const void *row, struct value *v)
{
	struct text t;

	text_init(&t, v->room, sizeof(v->room));
	if (O->bus != USB_NO_BUS) {
		text_str(&t, "bus ");
		text_u64(&t, O->bus);
	} else {
		text_str(&t, "the bus");
	}
	if (O->translator) {
		text_str(&t, ", translator of ");
		text_str(&t, !strncmp(O->hub, "address", 7) ? "hub " : "");
		text_str(&t, !O->hub[0]		      ? "a hub not known"
			     : strcmp(O->hub, "root") ? O->hub
						      : "the root hub");
	}
	*v = value_name(v->room);
}

static const struct column domain_columns[] = {
	{.title = "where", .get = get_domain_where, .width = 8},
	{.key = "bus", .get = get_domain_bus},
	{.key = "translator", .get = get_domain_translator},
	{"speed", "speed", get_domain_speed, .width = 4},
	{"endpoints", "endpoints", get_domain_endpoints, SHOW_COUNT, .right = true},
	{"frame", "of each", get_domain_frame, SHOW_DURATION, .right = true},
	{"time", "reserved", get_domain_time, SHOW_DURATION, .right = true},
	{"share", "share", get_domain_share, SHOW_PERCENT, .right = true},
	{"limit", "limit", get_domain_limit, SHOW_PERCENT, .right = true},
	{"mean", "mean", get_domain_mean, SHOW_PERCENT, .right = true, .wide = 9},
	{"bytes", "bytes", get_domain_bytes, SHOW_BYTES, .right = true, .wide = 10},
	{"t", "since", get_domain_t, SHOW_SECONDS, .right = true, .wide = 11},
};
#undef O

/* ---- endpoints ---------------------------------------------------------------------- */

struct reserved_line {
	const struct reserved *p;
	const struct instance *device;
	const struct endpoint_stat *stat; /* NULL: nothing was transferred */
	double seconds;
};

#define P     ((const struct reserved_line *)row)
#define FRAME bustime_frame((enum usb_speed)P->p->speed)
GET(held_bus, P->device->bus != USB_NO_BUS, value_uint(P->device->bus))
GET(held_dev, true, value_uint(P->device->address))
GET(held_device, true, value_uint(P->p->instance))
GET(held_configuration, true, value_uint(P->p->configuration))
GET(held_interface, true, value_uint(P->p->interface))
GET(held_alternate, true, value_uint(P->p->alternate))
GET(held_ep, true, value_uint(P->p->address & 15))
GET(held_dir, true, value_name(P->p->address & 0x80 ? "in" : "out"))
GET(held_type, true, value_name(usb_type_name((enum usb_type)P->p->type)))
GET(held_time, true, value_ns(P->p->r.time))
GET(held_bytes, true, value_uint(P->p->r.bytes))
GET(held_interval, true, value_ns((int64_t)P->p->r.interval *FRAME))
GET(held_rate, true,
	stat_per_second((double)P->p->r.bytes * 1e9 / ((double)P->p->r.interval * FRAME)))
GET(held_used, P->stat && P->seconds > 0, stat_per_second((double)P->stat->bytes / P->seconds))

static void get_held_share(const void *row, struct value *v)
{
	*v = value_real((double)P->p->r.time / FRAME);
	v->inferred = true;
}

static void get_held_where(const void *row, struct value *v)
{
	struct text t;

	text_init(&t, v->room, sizeof(v->room));
	if (P->device->bus != USB_NO_BUS) {
		text_u64(&t, P->device->bus);
		text_char(&t, '.');
	}
	text_printf(&t, "%u.%u %s, interface %u/%u", P->device->address, P->p->address & 15u,
		P->p->address & 0x80 ? "in" : "out", P->p->interface, P->p->alternate);
	instance_mark(&t, P->device);
	*v = value_name(v->room);
}
#undef FRAME
#undef P

static const struct column held_columns[] = {
	{.title = "endpoint", .get = get_held_where, .width = 8},
	{.key = "bus", .get = get_held_bus},
	{.key = "dev", .get = get_held_dev},
	{.key = "device", .get = get_held_device},
	{.key = "configuration", .get = get_held_configuration},
	{.key = "interface", .get = get_held_interface},
	{.key = "alternate", .get = get_held_alternate},
	{.key = "ep", .get = get_held_ep},
	{.key = "dir", .get = get_held_dir},
	{"type", "type", get_held_type, .width = 4},
	{"interval", "every", get_held_interval, SHOW_DURATION, .right = true},
	{"bytes", "bytes", get_held_bytes, SHOW_BYTES, .right = true},
	{"time", "bus time", get_held_time, SHOW_DURATION, .right = true},
	{"share", "of frame", get_held_share, SHOW_PERCENT, .right = true, .wide = 9},
	{"rate", "reserved", get_held_rate, SHOW_RATE, .right = true, .wide = 10},
	{"used", "used", get_held_used, SHOW_RATE, .right = true},
};

/* What went over an endpoint while it had that alternate setting is not told apart: all of it. */
static const struct endpoint_stat *traffic(
	const struct stat *s, const struct devices *d, const struct reserved *p)
{
	for (size_t i = 0; i < s->endpoints; i++) {
		const struct endpoint_stat *e = &s->endpoint[i];
		const struct pipe *pipe = e->transfers ? devices_get_pipe(d, e->pipe) : NULL;

		if (pipe && pipe->instance == p->instance && pipe->type == p->type &&
			pipe->endpoint == (p->address & 15) &&
			pipe->dir == (p->address & 0x80 ? USB_IN : USB_OUT) &&
			pipe->alternate == p->alternate)
			return e;
	}
	return NULL;
}

static void report_held(const struct stat *s, const struct devices *d, struct emit *e)
{
	const struct reserve *v = s->reserve;
	struct stat_table t;

	stat_table(&t, s, e, "endpoints", "bandwidth held by endpoints", held_columns,
		ARRAY_LEN(held_columns), s->opts.verbose);
	for (size_t i = 0; i < v->endpoints; i++) {
		struct reserved_line line = {&v->endpoint[i],
			devices_get_instance(d, v->endpoint[i].instance),
			traffic(s, d, &v->endpoint[i]), stat_seconds(s)};

		stat_row(e, &line);
	}
	emit_table_end(e);
}

/* ---- refusals ----------------------------------------------------------------------- */

struct refusal_line {
	const struct refusal *f;
	const struct pipe *pipe;
	const struct instance *device;
};

static struct refusal_line refusal_line(const struct devices *d, const struct refusal *f)
{
	const struct pipe *p = devices_get_pipe(d, f->pipe);

	return (struct refusal_line){f, p, devices_get_instance(d, p->instance)};
}

#define F ((const struct refusal_line *)row)
GET(refusal_transfer, true, value_uint(F->f->xfer))
GET(refusal_t, true, value_ns(F->f->t))
GET(refusal_bus, F->device->bus != USB_NO_BUS, value_uint(F->device->bus))
GET(refusal_dev, F->device->address != USB_NO_DEVICE, value_uint(F->device->address))
GET(refusal_ep, F->pipe->endpoint != USB_NO_ENDPOINT, value_uint(F->pipe->endpoint))
GET(refusal_dir, true, value_name(usb_dir_name(F->pipe->dir)))
GET(refusal_needs, F->f->needs, value_ns(F->f->needs))
GET(refusal_others, F->f->needs, value_ns(F->f->others))
GET(refusal_limit, F->f->needs, value_ns(bustime_periodic_limit((enum usb_speed)F->f->speed)))
#undef F

static const struct column refusal_columns[] = {
	{.key = "transfer", .get = get_refusal_transfer},
	{.key = "t", .get = get_refusal_t},
	{.key = "bus", .get = get_refusal_bus},
	{.key = "dev", .get = get_refusal_dev},
	{.key = "ep", .get = get_refusal_ep},
	{.key = "dir", .get = get_refusal_dir},
	{.key = "needs", .get = get_refusal_needs},
	{.key = "others", .get = get_refusal_others},
	{.key = "limit", .get = get_refusal_limit},
};

/* "transfer 397 (4.4.1 out) needs ~606 us of a frame, others hold ~618 us: more than the 900 us
 * that may be held" */
static void say_refusal(const struct refusal_line *l, struct emit *e)
{
	uint32_t limit = bustime_periodic_limit((enum usb_speed)l->f->speed);
	bool too_much = l->f->needs + l->f->others > limit;
	char words[320];
	struct value v = value_null();
	struct text t;

	text_init(&t, words, sizeof(words));
	instance_address_text(&v, l->device, l->pipe->endpoint, l->pipe->dir);
	text_printf(&t, "transfer %u (%.*s) ", l->f->xfer, (int)v.n, v.s);
	if (l->f->needs) {
		text_str(&t, "needs ~");
		stat_say_ns(&t, l->f->needs);
		text_printf(&t, " of a %s, others hold ~",
			l->f->speed == USB_HIGH ? "microframe" : "frame");
		stat_say_ns(&t, l->f->others);
		text_str(&t,
			too_much ? ": together more than the " : ": together within the limit of ");
		stat_say_ns(&t, limit);
		text_str(&t,
			too_much ? " that may be held" : ", so the controller had another reason");
	} else if (l->pipe->type == USB_BULK) {
		text_str(&t, "is of a type that reserves nothing: no room in the controller");
	} else {
		text_str(&t, "needs what is not known: no descriptors or no speed in the capture");
	}
	emit_item(e, NULL, "no bandwidth", value_name(words), SHOW_PLAIN);
}

static void report_refusals(const struct stat *s, const struct devices *d, struct emit *e)
{
	const struct reserve *v = s->reserve;
	struct stat_table t;

	emit_item(e, "refusals", NULL, value_uint(v->refused), SHOW_PLAIN);
	stat_table(&t, s, e, "refused", NULL, refusal_columns, ARRAY_LEN(refusal_columns), false);
	for (size_t i = 0; i < v->refusals; i++) {
		struct refusal_line line = refusal_line(d, &v->refusal[i]);

		stat_row(e, &line);
	}
	emit_table_end(e);
	for (size_t i = 0; i < v->refusals; i++) {
		struct refusal_line line = refusal_line(d, &v->refusal[i]);

		say_refusal(&line, e);
	}
}

/* ---- all ---------------------------------------------------------------------------- */

/* What is held at the end, too: a capture that begins later shows no selection. */
static void look_at_all(struct stat *s, const struct devices *d)
{
	uint32_t section = UINT32_MAX;
	uint16_t bus = 0;

	for (size_t i = 0; i < s->groups; i++) {
		const struct instance *at;

		if (s->group[i].kind != GROUP_DEVICE)
			continue;
		at = devices_get_instance(d, s->group[i].instance);
		if (at->section == section && at->bus == bus)
			continue;
		section = at->section;
		bus = at->bus;
		reserve_look(s->reserve, d, section, bus, (int64_t)s->span);
	}
}

void reserve_report(struct stat *s, const struct devices *d, struct emit *e)
{
	struct reserve *v = s->reserve;
	struct stat_table t;

	look_at_all(s, d);
	emit_begin(e, "reservation", NULL);
	stat_table(&t, s, e, "buses",
		"reserved bandwidth (periodic endpoints of all settings in use at one time)",
		domain_columns, ARRAY_LEN(domain_columns), true);
	for (size_t i = 0; i < v->domains; i++)
		if (v->domain[i].peak)
			stat_row(e, &v->domain[i]);
	emit_table_end(e);
	report_held(s, d, e);
	report_refusals(s, d, e);
	emit_end(e);
}
