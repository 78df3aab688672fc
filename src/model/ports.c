/* ports.c: devices at the ports of hubs. */
#include "model/ports.h"
#include "base/cursor.h"
#include "base/map.h"
#include "base/mem.h"
#include "usb/desc.h"
#include "usb/hub.h"
#include "usb/request.h"

#include <stdlib.h>
#include <string.h>

/* The last device that came to a port. */
struct child {
	uint32_t hub, instance;
	uint8_t port;
};

/* The port of a bus that was reset last, while no device came to it: one at a time is, as all new
 * devices answer at address 0 (USB 2.0 9.1.2). */
struct waiting {
	uint32_t section;
	uint16_t bus;
	uint8_t port;  /* 0: none waits */
	uint8_t speed; /* as the port's status tells */
	uint32_t hub;
	uint32_t since; /* instances there were then */
};

struct ports {
	struct child *child;
	struct waiting *waiting;
	size_t children, child_cap, waitings, waiting_cap;
	struct map by_port, by_bus;
};

struct ports *ports_new(void)
{
	return mem_zalloc(1, sizeof(struct ports));
}

void ports_free(struct ports *p)
{
	map_free(&p->by_port);
	map_free(&p->by_bus);
	free(p->child);
	free(p->waiting);
	free(p);
}

/* ---- tables ---------------------------------------------------------------------------------- */

static bool same_port(const void *owner, uint32_t value, const void *key)
{
	const struct child *c = &((const struct ports *)owner)->child[value - 1], *k = key;

	return c->hub == k->hub && c->port == k->port;
}

static uint32_t port_hash(uint32_t hub, uint8_t port)
{
	return map_hash((uint64_t)hub << 8 | port);
}

static struct child *find_child(const struct ports *p, uint32_t hub, uint8_t port)
{
	const struct child key = {.hub = hub, .port = port};
	const struct map_slot *s = map_find(&p->by_port, port_hash(hub, port), same_port, p, &key);

	return s ? &p->child[s->value - 1] : NULL;
}

static bool same_bus(const void *owner, uint32_t value, const void *key)
{
	const struct waiting *w = &((const struct ports *)owner)->waiting[value - 1];
	const struct instance *i = key;

	return w->section == i->section && w->bus == i->bus;
}

static uint32_t bus_hash(const struct instance *i)
{
	return map_hash((uint64_t)i->section << 16 | i->bus);
}

static struct waiting *find_waiting(const struct ports *p, const struct instance *i)
{
	const struct map_slot *s = map_find(&p->by_bus, bus_hash(i), same_bus, p, i);

	return s ? &p->waiting[s->value - 1] : NULL;
}

static struct waiting *waiting_of(struct ports *p, const struct instance *i)
{
	struct waiting *w = find_waiting(p, i);

	if (w)
		return w;
	array_need(p->waiting, p->waitings, p->waiting_cap);
	w = &p->waiting[p->waitings++];
	*w = (struct waiting){.section = i->section, .bus = i->bus};
	map_insert(&p->by_bus, bus_hash(i), (uint32_t)p->waitings);
	return w;
}

/* The instance that is at the port now: one that was reset has a newer one. 0: none known. */
static uint32_t child_now(const struct devices *d, const struct child *c)
{
	const struct instance *i = devices_get_instance(d, c->instance), *now;
	uint32_t n = devices_at(d, i->section, i->bus, i->address);

	now = n ? devices_get_instance(d, n) : NULL;
	return now && now->hub == c->hub && now->hub_port == c->port ? n : 0;
}

uint32_t ports_child(const struct devices *d, uint32_t hub, uint8_t port)
{
	const struct child *c = find_child(devices_ports(d), hub, port);
	uint32_t n = c ? child_now(d, c) : 0;

	return n && devices_get_instance(d, n)->presence != DEVICE_GONE ? n : 0;
}

/* ---- what becomes of devices ----------------------------------------------------------------- */

/* A device is gone, and all behind it if it is a hub: put_at() sees to it that there is an end. */
static void lose(struct devices *d, const struct child *c)
{
	const struct ports *p = devices_ports(d);
	uint32_t n = child_now(d, c);

	if (!n || devices_get_instance(d, n)->presence == DEVICE_GONE)
		return;
	devices_set_presence(d, n, DEVICE_GONE);
	for (unsigned port = 1; port <= UINT8_MAX; port++) {
		const struct child *below = find_child(p, n, (uint8_t)port);

		if (below)
			lose(d, below);
	}
}

static void on_reset(struct devices *d, uint32_t hub, uint8_t port)
{
	struct ports *p = devices_ports(d);
	const struct child *c = find_child(p, hub, port);
	struct waiting *w = waiting_of(p, devices_get_instance(d, hub));
	uint32_t n = c ? child_now(d, c) : 0;

	if (n && devices_get_instance(d, n)->presence == DEVICE_PRESENT)
		devices_set_presence(d, n, DEVICE_RESET);
	w->hub = hub;
	w->port = port;
	w->speed = USB_SPEED_UNKNOWN;
	w->since = devices_instances(d);
}

/* The layout of a port's status decides about the speed alone, never about instances. */
static enum hub_layout layout_of(const struct devices *d, uint32_t hub, uint32_t status)
{
	const struct fact *f = devices_fact(d, hub, UINT32_MAX, DESC_DEVICE, 0, FACT_ANY);
	uint8_t speed = devices_get_instance(d, hub)->speed;
	struct desc_device dev;

	if (speed != USB_SPEED_UNKNOWN)
		return speed >= USB_SUPER ? HUB_LAYOUT_SUPER : HUB_LAYOUT_USB2;
	if (f && desc_device_parse(&dev, f->data, f->len))
		return dev.bDeviceProtocol == 3 ? HUB_LAYOUT_SUPER : HUB_LAYOUT_USB2;
	return hub_layout_of_status(status);
}

static void on_status(struct devices *d, uint32_t hub, uint8_t port, uint32_t status)
{
	const struct ports *p = devices_ports(d);
	const struct child *c = find_child(p, hub, port);
	struct waiting *w = find_waiting(p, devices_get_instance(d, hub));
	bool waits = w && w->hub == hub && w->port == port;

	if (!(status & HUB_PORT_CONNECTED)) {
		if (c)
			lose(d, c);
		if (waits)
			w->port = 0;
	} else if (waits && status & HUB_PORT_ENABLED) {
		w->speed = (uint8_t)hub_port_speed(layout_of(d, hub, status), status);
	}
}

void ports_learn(struct devices *d, const struct xfer *x)
{
	struct usb_setup s = usb_setup_parse(x->setup);
	uint8_t port = (uint8_t)s.wIndex;

	if (!port)
		return;
	if (s.bmRequestType == HUB_PORT_OUT && s.bRequest == HUB_SET_FEATURE &&
		(s.wValue == PORT_RESET || s.wValue == BH_PORT_RESET))
		on_reset(d, x->instance, port);
	else if (s.bmRequestType == HUB_PORT_IN && s.bRequest == HUB_GET_STATUS && !s.wValue &&
		 x->data.kept >= 4)
		on_status(d, x->instance, port, le32(x->data.data));
	else if (s.bmRequestType == HUB_PORT_OUT && s.bRequest == HUB_CLEAR_FEATURE &&
		 s.wValue == PORT_POWER)
		on_status(d, x->instance, port, 0); /* without power there is no device */
}

/* ---- new devices ----------------------------------------------------------------------------- */

/* Root hubs that Linux makes up are of its own vendor, under address 1. */
static bool is_root(const struct devices *d, uint32_t hub)
{
	const struct instance *i = devices_get_instance(d, hub);
	const struct fact *f = devices_fact(d, hub, UINT32_MAX, DESC_DEVICE, 0, FACT_ANY);
	struct desc_device dev;

	if (i->port_path)
		return i->port_path[0] == 'u';
	return i->address == 1 && i->bus != USB_NO_BUS && f &&
	       desc_device_parse(&dev, f->data, f->len) && dev.idVendor == 0x1d6b;
}

/* Linux's names of devices (Documentation/ABI, sysfs-bus-usb): "usb1" is the root hub of bus 1,
 * "1-2" the device at its port 2, "1-2.4" one behind that. Appends the path of
 * a hub's port; false: where the hub is is not known. */
static bool say_path(const struct devices *d, uint32_t hub, uint8_t port, struct text *t)
{
	const struct instance *i = devices_get_instance(d, hub);

	if (is_root(d, hub)) {
		text_u64(t, i->bus);
		text_char(t, '-');
	} else if (i->port_path) {
		text_str(t, i->port_path);
		text_char(t, '.');
	} else {
		return false;
	}
	text_u64(t, port);
	return !t->cut;
}

/* False: nothing can be so far from the root hub. */
static bool put_at(struct devices *d, const struct waiting *w, uint32_t instance)
{
	char path[PORT_PATH_MAX];
	struct text t;
	unsigned tier = 1;

	for (uint32_t up = w->hub; up; up = devices_get_instance(d, up)->hub)
		if (++tier > PORTS_TIERS)
			return false;
	text_init(&t, path, sizeof(path));
	devices_set_hub(d, instance, w->hub, w->port, (enum usb_speed)w->speed);
	if (say_path(d, w->hub, w->port, &t))
		devices_set_port_path(d, instance, path, t.len);
	return true;
}

void ports_default(struct devices *d, uint32_t instance)
{
	const struct waiting *w = find_waiting(devices_ports(d), devices_get_instance(d, instance));

	if (w && w->port && instance > w->since)
		put_at(d, w, instance);
}

/* Whoever was at the port before is there no more. */
static void remember(struct devices *d, uint32_t hub, uint8_t port, uint32_t instance)
{
	struct ports *p = devices_ports(d);
	struct child *c = find_child(p, hub, port);
	uint32_t before = c ? child_now(d, c) : 0;

	if (before && before != instance)
		lose(d, c);
	if (!c) {
		array_need(p->child, p->children, p->child_cap);
		p->child[p->children++] = (struct child){.hub = hub, .port = port};
		map_insert(&p->by_port, port_hash(hub, port), (uint32_t)p->children);
		c = &p->child[p->children - 1];
	}
	c->instance = instance;
}

void ports_arrived(struct devices *d, uint32_t instance)
{
	struct waiting *w = find_waiting(devices_ports(d), devices_get_instance(d, instance));

	if (!w || !w->port || instance <= w->since)
		return;
	if (put_at(d, w, instance))
		remember(d, w->hub, w->port, instance);
	w->port = 0;
}

void ports_known(struct devices *d, uint32_t instance)
{
	enum { ADDRESS_MAX = 127 };
	const struct instance *i = devices_get_instance(d, instance);
	const char *last = i->port_path ? strpbrk(i->port_path, "-.") : NULL;
	char path[PORT_PATH_MAX];
	struct text t;
	unsigned port;

	for (const char *next = last; next; next = strpbrk(next + 1, "-."))
		last = next;
	port = last ? (unsigned)strtoul(last + 1, NULL, 10) : 0;
	if (!port || port > UINT8_MAX)
		return;
	for (uint16_t address = 1; address <= ADDRESS_MAX; address++) {
		uint32_t hub = devices_at(d, i->section, i->bus, address);

		text_init(&t, path, sizeof(path));
		if (!hub || hub == instance || !say_path(d, hub, (uint8_t)port, &t) ||
			strcmp(path, i->port_path))
			continue;
		if (put_at(d, &(struct waiting){.hub = hub, .port = (uint8_t)port}, instance))
			remember(d, hub, (uint8_t)port, instance);
		return;
	}
}
