/* device.c: the instances of devices: which one is behind an address, where it is, its speed. */
#include "model/device_impl.h"
#include "model/ports.h"

#include <stdlib.h>

/* A device that came back more often starts afresh: bounds the time of looking things up. */
enum { INHERIT_MAX = 64 };

const char *speed_from_text(enum speed_from f)
{
	static const char *const text[] = {NULL, "the capture", "the root hub's product id",
		"its hub's port status", "SOFs, PING or SPLIT on its bus", "its packet sizes",
		"its protocol as a hub"};

	return text[f];
}

struct devices *devices_new(void)
{
	struct devices *d = mem_zalloc(1, sizeof(*d));

	d->ports = ports_new();
	return d;
}

void devices_free(struct devices *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < d->instances; i++) {
		facts_free(d->instance[i].fact, d->instance[i].facts);
		free(d->instance[i].port);
		free(d->instance[i].mode);
	}
	devices_free_known(d);
	map_free(&d->by_address);
	ports_free(d->ports);
	free(d->instance);
	free(d->pipe);
	free(d);
}

/* ---- behind an address -------------------------------------------------------------- */

static bool same_address(const void *owner, uint32_t value, const void *key)
{
	const struct instance *i = &((const struct devices *)owner)->instance[value - 1].pub;
	const struct address *a = key;

	return i->address == a->address && i->bus == a->bus && i->section == a->section;
}

static uint32_t address_hash(const struct address *a)
{
	return map_hash((uint64_t)a->section << 32 | (uint32_t)a->bus << 16 | a->address);
}

static struct map_slot *find_address(const struct devices *d, const struct address *a)
{
	return map_find(&d->by_address, address_hash(a), same_address, d, a);
}

static uint32_t add_instance(struct devices *d, const struct address *a, uint32_t previous)
{
	uint32_t n;
	struct slot *s;

	array_need(d->instance, d->instances, d->instance_cap);
	s = &d->instance[d->instances++];
	n = (uint32_t)d->instances;
	memset(s, 0, sizeof(*s));
	s->pub = (struct instance){
		.number = n,
		.section = a->section,
		.bus = a->bus,
		.address = a->address,
		.previous = previous,
		.configuration = CONFIGURATION_UNKNOWN,
	};
	s->ordinal = previous ? d->instance[previous - 1].ordinal + 1 : 0;
	memset(s->alternate, -1, sizeof(s->alternate));
	devices_take_known(d, n);
	return n;
}

uint32_t devices_at(const struct devices *d, uint32_t section, uint16_t bus, uint16_t address)
{
	const struct address a = {section, bus, address};
	const struct map_slot *s = find_address(d, &a);

	return s ? s->value : 0;
}

void devices_forget(struct devices *d, uint32_t section, uint16_t bus, uint16_t address)
{
	const struct address a = {section, bus, address};
	struct map_slot *s = find_address(d, &a);

	if (!s)
		return;
	devices_touch(d);
	map_remove(&d->by_address, s);
}

void devices_addressed(struct devices *d, uint32_t instance)
{
	const struct instance *i = &d->instance[instance - 1].pub;
	uint32_t zero = devices_at(d, i->section, i->bus, 0);

	if (zero && zero < instance)
		d->instance[zero - 1].pub.became = instance;
	devices_forget(d, i->section, i->bus, 0);
}

uint32_t devices_renew(
	struct devices *d, uint32_t section, uint16_t bus, uint16_t address, bool inherit)
{
	const struct address a = {section, bus, address};
	uint32_t old = devices_at(d, section, bus, address), n;

	devices_forget(d, section, bus, address);
	n = add_instance(d, &a, old);
	map_insert(&d->by_address, address_hash(&a), n);
	if (old && inherit)
		d->instance[old - 1].pub.became = n;
	if (old && inherit && d->instance[old - 1].inherits < INHERIT_MAX) {
		struct slot *to = &d->instance[n - 1], *from = &d->instance[old - 1];

		to->inherits = from->inherits + 1;
		to->inherited = from->pub.version;
		to->pub.speed = from->pub.speed;
		to->pub.speed_from = from->pub.speed_from;
		to->pub.port_path = from->pub.port_path;
		to->pub.hub = from->pub.hub;
		to->pub.hub_port = from->pub.hub_port;
		to->pub.no_qualifier = from->pub.no_qualifier;
	}
	return n;
}

static uint32_t current_instance(struct devices *d, const struct address *a)
{
	uint32_t n = devices_at(d, a->section, a->bus, a->address);

	if (n && d->instance[n - 1].pub.presence < DEVICE_RESET)
		return n;
	return devices_renew(d, a->section, a->bus, a->address,
		n && d->instance[n - 1].pub.presence == DEVICE_RESET);
}

uint32_t devices_use(struct devices *d, const struct address *a, uint8_t speed)
{
	uint32_t n = current_instance(d, a);
	struct slot *s = &d->instance[n - 1];

	if (speed == USB_SPEED_UNKNOWN ||
		(s->pub.speed_from == SPEED_FROM_CAPTURE && s->pub.speed == speed))
		return n;
	if (s->pub.speed_from == SPEED_FROM_CAPTURE) {
		n = devices_renew(d, a->section, a->bus, a->address, false);
		s = &d->instance[n - 1];
	}
	s->pub.speed = speed;
	s->pub.speed_from = SPEED_FROM_CAPTURE;
	devices_touch(d);
	return n;
}

void devices_reset(struct devices *d, uint32_t section, uint16_t bus)
{
	enum { ADDRESSES = 128 };

	for (uint16_t address = 0; address < ADDRESSES; address++) {
		uint32_t n = devices_at(d, section, bus, address);

		if (n)
			devices_set_presence(d, n, DEVICE_UNADDRESSED);
	}
}

/* ---- place, speed, presence --------------------------------------------------------- */

void devices_set_port_path(struct devices *d, uint32_t instance, const char *s, size_t n)
{
	struct slot *to = &d->instance[instance - 1];

	for (size_t i = 0; i < n; i++)
		if (!s[i] || !strchr("usb0123456789-.", s[i]))
			return;
	if (!n || n >= PORT_PATH_MAX)
		return;
	if (!to->port)
		to->port = mem_zalloc(PORT_PATH_MAX, 1);
	memcpy(to->port, s, n);
	to->port[n] = 0;
	to->pub.port_path = to->port;
}

struct ports *devices_ports(const struct devices *d)
{
	return d->ports;
}

void devices_take_speed(struct slot *s, enum usb_speed speed, enum speed_from from)
{
	if (speed == USB_SPEED_UNKNOWN || (s->pub.speed_from && s->pub.speed_from <= from))
		return;
	s->pub.speed = (uint8_t)speed;
	s->pub.speed_from = (uint8_t)from;
}

void devices_set_hub(
	struct devices *d, uint32_t instance, uint32_t hub, uint8_t port, enum usb_speed speed)
{
	struct slot *s = &d->instance[instance - 1];

	if (s->pub.hub != hub || s->pub.hub_port != port)
		s->pub.port_path = NULL; /* inherited from where it was before */
	s->pub.hub = hub;
	s->pub.hub_port = port;
	devices_take_speed(s, speed, SPEED_FROM_PORT);
	devices_touch(d);
}

void devices_set_presence(struct devices *d, uint32_t instance, enum presence presence)
{
	struct slot *s = &d->instance[instance - 1];

	s->pub.presence = (uint8_t)presence;
	devices_touch(d);
}

void devices_set_no_qualifier(struct devices *d, uint32_t instance)
{
	d->instance[instance - 1].pub.no_qualifier = true;
}

bool devices_set_split(struct devices *d, uint32_t instance, uint8_t hub, uint8_t port)
{
	struct instance *i = &d->instance[instance - 1].pub;

	if (i->split_hub && (i->split_hub != hub || i->split_port != port))
		return false;
	i->split_hub = hub;
	i->split_port = port;
	if (!i->translator)
		i->translator = devices_at(d, i->section, i->bus, hub);
	return true;
}

bool devices_infer_speed(struct devices *d, uint32_t instance, enum usb_speed speed)
{
	struct slot *s = &d->instance[instance - 1];
	bool known = s->pub.speed_from && s->pub.speed_from <= SPEED_FROM_SOFS;

	if (known)
		return false;
	devices_take_speed(s, speed, SPEED_FROM_SOFS);
	devices_touch(d);
	return true;
}

/* ---- what instances are ------------------------------------------------------------- */

const struct instance *devices_get_instance(const struct devices *d, uint32_t n)
{
	return &d->instance[n - 1].pub;
}

uint32_t devices_instances(const struct devices *d)
{
	return (uint32_t)d->instances;
}
