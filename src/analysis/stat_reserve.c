/* stat_reserve.c: what periodic endpoints reserve of their bus and transaction translators (USB 2.0
 * 5.6.4, 5.7.4, 11.18), and why bandwidth was refused.
 *
 * An interface holds the bandwidth of its alternate setting from the moment that is selected, used
 * or not. So whenever a configuration or alternate setting is selected, and when the report is
 * made, the periodic endpoints of all devices of that bus are laid out over 32 frames; the fullest
 * moment is kept for each bus and each translator. Bounded: DOMAINS of them, ENDPOINTS of distinct
 * endpoints, LOOKS at changes, REFUSALS. */
#include "analysis/bus_speed.h"
#include "analysis/columns.h"
#include "analysis/stat_columns.h"
#include "base/mem.h"
#include "usb/bustime.h"
#include "usb/desc.h"

#include <stdlib.h>
#include <string.h>

enum { DOMAINS = 256, ENDPOINTS = 1024, LOOKS = 1024, REFUSALS = 16, PER_DEVICE = 32 };
enum { ADDRESSES = 128 };
enum { SET_CONFIGURATION = 9, SET_INTERFACE = 11 }; /* USB 2.0 table 9-4 */

/* One bus, or the side of full and low speed of one transaction translator. */
struct domain {
	uint32_t section;
	uint16_t bus;
	bool translator;
	bool inferred;		  /* some speed or the hub is not told by the capture */
	char hub[PORT_PATH_MAX];  /* of a translator; empty: not known */
	uint8_t speed;		  /* USB_FULL or USB_HIGH: frames or microframes */
	uint32_t endpoints, peak; /* at its fullest moment; peak in ns */
	uint32_t bytes;
	double mean;
	int64_t t;
	struct bustime_schedule *now; /* while a look is taken */
	uint32_t endpoints_now;
	bool inferred_now;
};

/* A periodic endpoint of a setting that was in use. */
struct reserved {
	uint32_t instance;
	uint8_t configuration, interface, alternate, address, type, speed;
	bool inferred; /* its speed */
	struct bustime_reservation r;
};

struct refusal {
	int64_t t;
	uint32_t xfer, pipe;
	uint8_t address; /* bEndpointAddress; of a request for a setting: 0 */
	uint8_t speed;
	uint32_t needs;	 /* ns of a (micro)frame; 0: not known */
	uint32_t others; /* what the others of its bus held in their fullest one */
};

struct reserve {
	struct domain *domain;
	size_t domains, domain_cap;
	struct reserved *endpoint;
	size_t endpoints, endpoint_cap;
	struct map by_key; /* of endpoints */
	struct refusal refusal[REFUSALS];
	size_t refusals;
	uint64_t refused; /* all */
	uint32_t looks;
};

struct reserve *reserve_new(void)
{
	return mem_zalloc(1, sizeof(struct reserve));
}

void reserve_free(struct reserve *v)
{
	map_free(&v->by_key);
	free(v->domain);
	free(v->endpoint);
	free(v);
}

/* ---- the endpoints of a device ------------------------------------------------------ */

/* The periodic endpoints of the settings in use, of interface `interface` those of `alternate`
 * instead (interface < 0: all in use). Returns how many, at most PER_DEVICE. */
static size_t list_endpoints(const struct devices *d, uint32_t instance, int interface,
	int alternate, struct reserved *out)
{
	const struct fact *f = devices_configuration_in_use(d, instance);
	bool inferred, counts = false;
	enum usb_speed speed = bus_speed(d, instance, &inferred);
	struct desc_interface i = {0};
	struct desc_config c = {0};
	struct desc_endpoint e;
	struct desc_iter it;
	struct desc_item item;
	size_t n = 0;

	if (!f || !devices_get_instance(d, instance)->configuration || bus_is_root_hub(d, instance))
		return 0;
	desc_config_parse(&c, f->data, f->len);
	desc_iter_init(&it, f->data, f->len, f->total);
	while (n < PER_DEVICE && desc_next(&it, &item)) {
		struct bustime_reservation r;
		int in_use;

		if (item.type == DESC_INTERFACE && desc_interface_parse(&i, item.data, item.len)) {
			in_use = devices_alternate(d, instance, i.bInterfaceNumber);
			if (i.bInterfaceNumber == interface)
				in_use = alternate;
			counts = i.bAlternateSetting == (in_use < 0 ? 0 : in_use);
		} else if (counts && item.type == DESC_ENDPOINT &&
			   desc_endpoint_parse(&e, item.data, item.len) &&
			   bustime_reserve(speed, desc_endpoint_type(&e),
				   e.bEndpointAddress & 0x80 ? USB_IN : USB_OUT, e.wMaxPacketSize,
				   e.bInterval, &r)) {
			out[n++] = (struct reserved){instance, c.bConfigurationValue,
				i.bInterfaceNumber, i.bAlternateSetting, e.bEndpointAddress,
				(uint8_t)desc_endpoint_type(&e), (uint8_t)speed, inferred, r};
		}
	}
	return n;
}

/* ---- buses and translators ---------------------------------------------------------- */

/* The hub whose translator serves a device of full or low speed on a high-speed bus: the nearest
 * one above it that runs at high speed (11.14.1). A device right below a root hub without a hub
 * between has its own schedule there. False: its place is not known. */
static bool hub_of(const struct devices *d, uint32_t instance, char hub[PORT_PATH_MAX])
{
	const struct instance *i = devices_get_instance(d, instance);
	size_t n = i->port_path ? strlen(i->port_path) : 0;

	memset(hub, 0, PORT_PATH_MAX);
	if (!n)
		return false;
	memcpy(hub, i->port_path, n);
	while (n && (n = (size_t)(strrchr(hub, '.') ? strrchr(hub, '.') - hub : 0))) {
		memset(hub + n, 0, PORT_PATH_MAX - n);
		for (uint16_t a = 1; a < ADDRESSES; a++) {
			uint32_t h = devices_at(d, i->section, i->bus, a);
			const struct instance *at = h ? devices_get_instance(d, h) : NULL;

			if (at && at->port_path && !strcmp(at->port_path, hub) &&
				at->speed == USB_HIGH)
				return true;
		}
	}
	strcpy(hub, "root");
	return true;
}

static struct domain *find_domain(struct reserve *v, const struct domain *key)
{
	for (size_t i = 0; i < v->domains; i++) {
		struct domain *o = &v->domain[i];

		if (o->section == key->section && o->bus == key->bus &&
			o->translator == key->translator && o->speed == key->speed &&
			!strcmp(o->hub, key->hub))
			return o;
	}
	if (v->domains == DOMAINS)
		return NULL;
	array_need(v->domain, v->domains, v->domain_cap);
	v->domain[v->domains] = *key;
	return &v->domain[v->domains++];
}

static void put(struct domain *o, const struct reserved *p, const struct bustime_reservation *r)
{
	if (!o->now) {
		o->now = mem_zalloc(1, sizeof(*o->now));
		bustime_schedule_init(o->now, o->speed == USB_HIGH);
		o->endpoints_now = 0;
		o->inferred_now = false;
	}
	bustime_schedule_add(o->now, r);
	o->endpoints_now++;
	o->inferred_now |= p->inferred;
}

/* Puts an endpoint into the schedules of its bus and, behind one, its translator. Returns the one
 * of its own speed. */
static struct domain *place(struct reserve *v, const struct devices *d, const struct reserved *p)
{
	const struct instance *i = devices_get_instance(d, p->instance);
	struct domain key = {.section = i->section, .bus = i->bus}, *o;
	enum usb_speed root = bus_speed_root(d, i->section, i->bus);
	enum usb_dir dir = p->address & 0x80 ? USB_IN : USB_OUT;
	struct bustime_reservation split;

	key.speed = p->speed == USB_HIGH ? USB_HIGH : USB_FULL;
	if (p->speed != USB_HIGH && root == USB_HIGH) {
		key.speed = USB_HIGH;
		o = find_domain(v, &key);
		if (o && bustime_reserve_split(&p->r, (enum usb_type)p->type, dir, &split))
			put(o, p, &split);
		key.speed = USB_FULL;
		key.translator = true;
		key.inferred = !hub_of(d, p->instance, key.hub);
	}
	o = find_domain(v, &key);
	if (o)
		put(o, p, &p->r);
	return o;
}

static void remember(struct reserve *v, const struct reserved *p);

/* Lays out what the devices of a bus hold, but for the interface or endpoint that `without` has. */
static void lay_out(struct reserve *v, const struct devices *d, uint32_t section, uint16_t bus,
	const struct reserved *without, size_t n_without)
{
	struct reserved list[PER_DEVICE];

	for (uint16_t a = 1; a < ADDRESSES; a++) {
		uint32_t instance = devices_at(d, section, bus, a);
		size_t n = instance ? list_endpoints(d, instance, -1, 0, list) : 0;

		for (size_t i = 0; i < n; i++) {
			bool out = false;

			for (size_t k = 0; k < n_without; k++)
				out |= without[k].instance == instance &&
				       without[k].interface == list[i].interface;
			if (out)
				continue;
			if (!n_without)
				remember(v, &list[i]);
			place(v, d, &list[i]);
		}
	}
}

static void clear_schedules(struct reserve *v)
{
	for (size_t i = 0; i < v->domains; i++) {
		free(v->domain[i].now);
		v->domain[i].now = NULL;
	}
}

/* A look at a bus as it is now. */
static void look(
	struct reserve *v, const struct devices *d, uint32_t section, uint16_t bus, int64_t t)
{
	lay_out(v, d, section, bus, NULL, 0);
	for (size_t i = 0; i < v->domains; i++) {
		struct domain *o = &v->domain[i];
		uint32_t peak = o->now ? bustime_schedule_peak(o->now) : 0;

		if (peak <= o->peak)
			continue;
		o->peak = peak;
		o->bytes = bustime_schedule_peak_bytes(o->now);
		o->mean = bustime_schedule_mean(o->now);
		o->endpoints = o->endpoints_now;
		o->inferred |= o->inferred_now;
		o->t = t;
	}
	clear_schedules(v);
}

/* ---- what happened ------------------------------------------------------------------ */

static bool same_reserved(const void *owner, uint32_t value, const void *key)
{
	const struct reserved *a = &((const struct reserve *)owner)->endpoint[value - 1], *b = key;

	return a->instance == b->instance && a->configuration == b->configuration &&
	       a->interface == b->interface && a->alternate == b->alternate &&
	       a->address == b->address;
}

static void remember(struct reserve *v, const struct reserved *p)
{
	uint32_t hash = map_hash((uint64_t)p->instance << 32 | (uint32_t)p->interface << 24 |
				 (uint32_t)p->alternate << 16 | (uint32_t)p->address << 8 |
				 p->configuration);

	if (map_find(&v->by_key, hash, same_reserved, v, p) || v->endpoints == ENDPOINTS)
		return;
	array_need(v->endpoint, v->endpoints, v->endpoint_cap);
	v->endpoint[v->endpoints++] = *p;
	map_insert(&v->by_key, hash, (uint32_t)v->endpoints);
}

/* The setting that a refused request asked for, or the one that holds a refused transfer's
 * endpoint. */
static size_t wanted(const struct devices *d, const struct xfer *x, struct reserved *list)
{
	const struct pipe *p = devices_get_pipe(d, x->pipe);
	struct usb_setup s = usb_setup_parse(x->setup);
	size_t n, kept = 0;
	int interface = p->interface, alternate = p->alternate;

	if (x->flags & XFER_HAS_SETUP) {
		if (s.bRequest != SET_INTERFACE || s.wIndex > 0xff || s.wValue > 0xff)
			return 0;
		interface = s.wIndex;
		alternate = s.wValue;
	} else if (!(p->flags & PIPE_DESCRIBED)) {
		return 0;
	}
	n = list_endpoints(d, x->instance, interface, alternate, list);
	for (size_t i = 0; i < n; i++)
		if (list[i].interface == interface)
			list[kept++] = list[i];
	return kept;
}

static void note_refusal(struct reserve *v, const struct devices *d, const struct xfer *x)
{
	struct reserved want[PER_DEVICE];
	struct refusal *f = &v->refusal[v->refusals];
	struct domain *o;
	size_t n, at;

	if (v->refused++ >= REFUSALS)
		return;
	v->refusals++;
	*f = (struct refusal){.t = x->end, .xfer = x->id, .pipe = x->pipe};
	n = wanted(d, x, want);
	o = n ? place(v, d, &want[0]) : NULL; /* to find it; what that adds is cleared */
	clear_schedules(v);
	if (!o)
		return;
	at = (size_t)(o - v->domain); /* more of them may come */
	lay_out(v, d, x->section, x->bus, want, n);
	o = &v->domain[at];
	f->speed = o->speed;
	f->others = o->now ? bustime_schedule_peak(o->now) : 0;
	for (size_t i = 0; i < n; i++)
		place(v, d, &want[i]);
	f->needs = bustime_schedule_peak(v->domain[at].now) - f->others;
	clear_schedules(v);
}

void reserve_note(struct reserve *v, const struct devices *d, const struct xfer *x)
{
	struct usb_setup s = usb_setup_parse(x->setup);
	bool selects;

	if (x->status == STATUS_NO_BANDWIDTH)
		note_refusal(v, d, x);
	selects = x->flags & XFER_HAS_SETUP && x->status == STATUS_OK &&
		  ((s.bmRequestType == 0 && s.bRequest == SET_CONFIGURATION) ||
			  (s.bmRequestType == 1 && s.bRequest == SET_INTERFACE));
	if (selects && v->looks++ < LOOKS)
		look(v, d, x->section, x->bus, x->end);
}

/* ---- the report: buses -------------------------------------------------------------- */

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

/* ---- the report: endpoints ---------------------------------------------------------- */

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
	value_uint((uint64_t)P->p->r.bytes * 1000000000u / ((uint64_t)P->p->r.interval * FRAME)))
GET(held_used, P->stat && P->seconds > 0,
	value_uint((uint64_t)((double)P->stat->bytes / P->seconds)))

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

/* ---- the report: refusals ----------------------------------------------------------- */

struct refusal_line {
	const struct refusal *f;
	const struct pipe *pipe;
	const struct instance *device;
};

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
	address_text(&v, l->device->bus, l->device->address, l->pipe->endpoint, l->pipe->dir);
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
		const struct pipe *p = devices_get_pipe(d, v->refusal[i].pipe);
		struct refusal_line line = {
			&v->refusal[i], p, devices_get_instance(d, p->instance)};

		stat_row(e, &line);
	}
	emit_table_end(e);
	for (size_t i = 0; i < v->refusals; i++) {
		const struct pipe *p = devices_get_pipe(d, v->refusal[i].pipe);

		say_refusal(&(struct refusal_line){&v->refusal[i], p,
				    devices_get_instance(d, p->instance)},
			e);
	}
}

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
		look(s->reserve, d, section, bus, (int64_t)s->span);
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
