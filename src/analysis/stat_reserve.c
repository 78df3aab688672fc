/* stat_reserve.c: what periodic endpoints reserve of their bus and transaction translators (USB 2.0
 * 5.6.4, 5.7.4, 11.18), and why bandwidth was refused.
 *
 * An interface holds the bandwidth of its alternate setting from the moment that is selected, used
 * or not. So with the first transfer of a bus (devices may be known before), whenever a
 * configuration or alternate setting is selected, and when the report is made, the periodic
 * endpoints of all devices of that bus are laid out over 32 frames; the fullest moment is kept for
 * each bus and each translator. Bounded: DOMAINS of them, BUSES whose first transfer is noted,
 * ENDPOINTS of distinct endpoints, LOOKS at changes, REFUSALS. */
#include "analysis/bus_speed.h"
#include "analysis/columns.h"
#include "analysis/stat_reserve.h"
#include "base/mem.h"
#include "usb/desc.h"

#include <stdlib.h>
#include <string.h>

enum { DOMAINS = 256, ENDPOINTS = 1024, LOOKS = 1024, PER_DEVICE = 32 };
enum { ADDRESSES = 128 };
enum { SET_CONFIGURATION = 9, SET_INTERFACE = 11 }; /* USB 2.0 table 9-4 */

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

/* The translator's hub as the SPLITs of a device name it: by its path, or its address. */
static void named_hub(const struct devices *d, const struct instance *i, char hub[PORT_PATH_MAX])
{
	const struct instance *of = i->translator ? devices_get_instance(d, i->translator) : NULL;
	struct text t;

	text_init(&t, hub, PORT_PATH_MAX);
	if (of && of->port_path) {
		text_str(&t, of->port_path);
		return;
	}
	text_str(&t, "address ");
	text_u64(&t, i->split_hub);
	if (of)
		instance_mark(&t, of);
}

/* The hub whose translator serves a device of full or low speed on a high-speed bus: the nearest
 * one above it that runs at high speed (11.14.1), which its SPLITs name. A device right below a
 * root hub without a hub between has its own schedule there. False: its place is not known. */
static bool hub_of(const struct devices *d, uint32_t instance, char hub[PORT_PATH_MAX])
{
	const struct instance *i = devices_get_instance(d, instance);
	size_t n = i->port_path ? strlen(i->port_path) : 0;

	memset(hub, 0, PORT_PATH_MAX);
	if (i->split_hub) {
		named_hub(d, i, hub);
		return true;
	}
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
	if (p->speed != USB_HIGH && (root == USB_HIGH || i->split_hub)) {
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

void reserve_look(
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

static bool is_first_of_bus(struct reserve *v, const struct xfer *x)
{
	uint64_t key = (uint64_t)x->section << 16 | x->bus;

	for (size_t i = 0; i < v->buses; i++)
		if (v->bus[i] == key)
			return false;
	if (v->buses == BUSES)
		return false;
	v->bus[v->buses++] = key;
	return true;
}

/* A request that was rebuilt from a function (USBPcap's SET_INTERFACE) names no recipient. */
static bool selects_setting(const struct xfer *x)
{
	struct usb_setup s = usb_setup_parse(x->setup);
	bool rebuilt = x->flags & XFER_SETUP_INFERRED;

	if (!(x->flags & XFER_HAS_SETUP) || x->status != STATUS_OK)
		return false;
	return (s.bmRequestType == 0 && s.bRequest == SET_CONFIGURATION) ||
	       ((s.bmRequestType == 1 || (s.bmRequestType == 0 && rebuilt)) &&
		       s.bRequest == SET_INTERFACE);
}

void reserve_note(struct reserve *v, const struct devices *d, const struct xfer *x)
{
	if (is_first_of_bus(v, x))
		reserve_look(v, d, x->section, x->bus, x->begin);
	if (x->status == STATUS_NO_BANDWIDTH)
		note_refusal(v, d, x);
	if (selects_setting(x) && v->looks++ < LOOKS)
		reserve_look(v, d, x->section, x->bus, x->end);
}
