/* device.c: instances, their facts, and interned pipes. */
#include "model/device.h"
#include "base/map.h"
#include "base/mem.h"
#include "model/ports.h"
#include "usb/desc.h"

#include <stdlib.h>
#include <string.h>

/* Endpoints 0–15 and the unknown one; directions out, in, unknown. */
enum { ENDPOINTS = 17, DIRS = 3, INTERFACES = 32 };
/* A device that came back more often starts afresh: bounds the time of looking things up. */
enum { INHERIT_MAX = 64 };
/* Pipes asked for lately, by address and endpoint: most captures never miss. */
enum { ANSWERS = 1024 };

struct address {
	uint32_t section;
	uint16_t bus, address;
};

/* A choice that a class request made. */
struct mode {
	uint32_t since;	    /* version */
	uint16_t interface; /* or all of them */
	uint8_t mode;
};
enum { MODE_OF_ALL = 0x100 };

struct slot {
	struct instance pub;
	uint32_t ordinal;   /* which one behind its address, from 0 */
	uint32_t inherits;  /* how many instances before this one its facts go back to */
	uint32_t inherited; /* version of the previous instance's facts at that time */
	struct fact *fact;
	size_t facts, fact_cap, bytes;
	struct mode *mode;
	size_t modes, mode_cap;
	int8_t alternate[INTERFACES];	 /* -1: none selected */
	char *port;			 /* PORT_PATH_MAX bytes; NULL: none */
	uint32_t pipe[ENDPOINTS][DIRS];	 /* newest pipe of that endpoint, 0: none */
	uint32_t expected[ENDPOINTS][2]; /* bytes of the next transfer out, in; 0: not known */
	uint8_t content, content_type; /* decoder of undescribed endpoints of that type, 0: none */
};

struct node {
	struct pipe pub;
	uint32_t older; /* the pipe of the same endpoint made before */
};

struct known {
	struct address at;
	uint32_t ordinal;
	int configuration;
	struct fact *fact;
	size_t facts;
};

/* What devices_pipe() was asked for, packed, and its answer: good as long as nothing changed since.
 */
struct answer {
	uint64_t at;   /* section, bus, address */
	uint32_t what; /* speed, type, direction, endpoint */
	uint32_t pipe; /* 0: none yet */
	uint32_t changes;
};

struct devices {
	struct slot *instance;
	struct node *pipe;
	struct known *known;
	size_t instances, instance_cap, pipes, pipe_cap, knowns, known_cap;
	uint32_t endpoints, changes;
	struct map by_address; /* the instance behind an address */
	devices_binder *binder;
	void *binder_ctx;
	struct answer answer[ANSWERS];
	struct ports *ports;
};

/* Pipes looked up before may be others now. */
static void touch(struct devices *d)
{
	d->changes++;
}

const char *speed_from_text(enum speed_from f)
{
	static const char *const text[] = {NULL, "the capture", "the root hub's product id",
		"its hub's port status", "its packet sizes"};

	return text[f];
}

struct devices *devices_new(void)
{
	struct devices *d = mem_zalloc(1, sizeof(*d));

	d->ports = ports_new();
	return d;
}

void devices_set_binder(struct devices *d, devices_binder *binder, void *ctx)
{
	d->binder = binder;
	d->binder_ctx = ctx;
}

static void free_facts(struct fact *f, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(f[i].data);
	free(f);
}

void devices_free(struct devices *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < d->instances; i++) {
		free_facts(d->instance[i].fact, d->instance[i].facts);
		free(d->instance[i].port);
		free(d->instance[i].mode);
	}
	for (size_t i = 0; i < d->knowns; i++)
		free_facts(d->known[i].fact, d->known[i].facts);
	map_free(&d->by_address);
	ports_free(d->ports);
	free(d->instance);
	free(d->pipe);
	free(d->known);
	free(d);
}

/* ---- instances ---------------------------------------------------------------------- */

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

static void take_known(struct devices *d, uint32_t instance)
{
	const struct slot *s = &d->instance[instance - 1];
	const struct address a = {s->pub.section, s->pub.bus, s->pub.address};

	for (size_t i = 0; i < d->knowns; i++) {
		const struct known *k = &d->known[i];

		if (memcmp(&k->at, &a, sizeof(a)) || k->ordinal != s->ordinal)
			continue;
		for (size_t f = 0; f < k->facts; f++)
			devices_add_fact(d, instance, &k->fact[f]);
		if (k->configuration != CONFIGURATION_UNKNOWN)
			devices_set_configuration(d, instance, k->configuration);
		break;
	}
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
		.section = a->section,
		.bus = a->bus,
		.address = a->address,
		.previous = previous,
		.configuration = CONFIGURATION_UNKNOWN,
	};
	s->ordinal = previous ? d->instance[previous - 1].ordinal + 1 : 0;
	memset(s->alternate, -1, sizeof(s->alternate));
	take_known(d, n);
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
	touch(d);
	map_remove(&d->by_address, s);
}

uint32_t devices_renew(
	struct devices *d, uint32_t section, uint16_t bus, uint16_t address, bool inherit)
{
	const struct address a = {section, bus, address};
	uint32_t old = devices_at(d, section, bus, address), n;

	devices_forget(d, section, bus, address);
	n = add_instance(d, &a, old);
	map_insert(&d->by_address, address_hash(&a), n);
	if (old && inherit && d->instance[old - 1].inherits < INHERIT_MAX) {
		struct slot *to = &d->instance[n - 1], *from = &d->instance[old - 1];

		to->inherits = from->inherits + 1;
		to->inherited = from->pub.version;
		to->pub.speed = from->pub.speed;
		to->pub.speed_from = from->pub.speed_from;
		to->pub.port_path = from->pub.port_path;
		to->pub.hub = from->pub.hub;
		to->pub.hub_port = from->pub.hub_port;
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

void devices_reset(struct devices *d, uint32_t section, uint16_t bus)
{
	enum { ADDRESSES = 128 };

	for (uint16_t address = 0; address < ADDRESSES; address++) {
		uint32_t n = devices_at(d, section, bus, address);

		if (n)
			devices_set_presence(d, n, DEVICE_UNADDRESSED);
	}
}

/* ---- facts -------------------------------------------------------------------------- */

/* Walks the facts of an instance that were known at a version, newest first, and on into those it
 * inherited. */
struct walk {
	const struct devices *d;
	uint32_t instance, version, left; /* left: facts of `instance` not looked at */
};

static struct walk walk_facts(const struct devices *d, uint32_t instance, uint32_t version)
{
	struct walk w = {d, instance, version, 0};

	if (instance)
		w.left = (uint32_t)d->instance[instance - 1].facts;
	return w;
}

static const struct fact *walk_next(struct walk *w)
{
	while (w->instance) {
		const struct slot *s = &w->d->instance[w->instance - 1];

		while (w->left) {
			const struct fact *f = &s->fact[--w->left];

			if (f->since <= w->version)
				return f;
		}
		*w = walk_facts(w->d, s->inherits ? s->pub.previous : 0, s->inherited);
	}
	return NULL;
}

const struct fact *devices_fact(const struct devices *d, uint32_t instance, uint32_t version,
	uint8_t type, uint8_t index, uint32_t which)
{
	struct walk w = walk_facts(d, instance, version);
	const struct fact *f;

	while ((f = walk_next(&w)))
		if (f->type == type && f->index == index &&
			(which == FACT_ANY || f->which == which))
			return f;
	return NULL;
}

const struct fact *devices_configuration(
	const struct devices *d, uint32_t instance, uint32_t version, int value)
{
	struct walk w = walk_facts(d, instance, version);
	const struct fact *f;
	struct desc_config c;

	while ((f = walk_next(&w)))
		if (f->type == DESC_CONFIGURATION && desc_config_parse(&c, f->data, f->len) &&
			c.bConfigurationValue == value)
			return f;
	return NULL;
}

static bool same_key(const void *owner, uint32_t value, const void *key)
{
	const struct fact *a = ((const struct fact *const *)owner)[value - 1], *b = key;

	return a->type == b->type && a->index == b->index && a->which == b->which;
}

size_t devices_facts_now(
	const struct devices *d, uint32_t instance, const struct fact *out[FACTS_MAX])
{
	struct walk w = walk_facts(d, instance, UINT32_MAX);
	struct map seen = {0};
	const struct fact *f;
	size_t n = 0;

	while (n < FACTS_MAX && (f = walk_next(&w))) {
		uint32_t hash = map_hash((uint64_t)f->type << 24 | f->index << 16 | f->which);

		if (map_find(&seen, hash, same_key, out, f))
			continue;
		out[n++] = f;
		map_insert(&seen, hash, (uint32_t)n);
	}
	map_free(&seen);
	for (size_t i = 0; i < n / 2; i++) {
		f = out[i];
		out[i] = out[n - 1 - i];
		out[n - 1 - i] = f;
	}
	return n;
}

/* The configuration a pipe stands for, or the first one. */
static const struct fact *configuration_of(const struct devices *d, const struct pipe *p)
{
	return p->flags & PIPE_CONFIGURED
		       ? devices_configuration(d, p->instance, p->version, p->configuration)
		       : devices_fact(d, p->instance, p->version, DESC_CONFIGURATION, 0, FACT_ANY);
}

bool devices_interface(
	const struct devices *d, const struct pipe *p, uint8_t number, struct desc_interface *out)
{
	const struct fact *f = configuration_of(d, p);
	struct desc_iter it;
	struct desc_item item;

	if (!f)
		return false;
	desc_iter_init(&it, f->data, f->len, f->total);
	while (desc_next(&it, &item))
		if (item.type == DESC_INTERFACE && desc_interface_parse(out, item.data, item.len) &&
			out->bInterfaceNumber == number && out->bAlternateSetting == p->alternate)
			return true;
	return false;
}

bool devices_string(
	const struct devices *d, uint32_t instance, uint32_t version, uint8_t index, struct text *t)
{
	const struct fact *f =
		index ? devices_fact(d, instance, version, DESC_STRING, index, FACT_ANY) : NULL;

	if (!f || f->len < 2 || f->data[0] < 2 || f->data[1] != DESC_STRING)
		return false;
	desc_utf16(t, f->data + 2, (f->data[0] < f->len ? f->data[0] : f->len) - 2u);
	return true;
}

/* The speed that is known best. */
static void take_speed(struct slot *s, enum usb_speed speed, enum speed_from from)
{
	if (speed == USB_SPEED_UNKNOWN || (s->pub.speed_from && s->pub.speed_from <= from))
		return;
	s->pub.speed = (uint8_t)speed;
	s->pub.speed_from = (uint8_t)from;
}

static void find_speed(struct slot *s, const struct fact *f)
{
	struct desc_device dev;
	enum usb_speed speed = USB_SPEED_UNKNOWN;
	enum speed_from from = SPEED_FROM_PACKET_SIZES;

	if (f->type == DESC_DEVICE && desc_device_parse(&dev, f->data, f->len)) {
		/* Linux names its root hubs 1d6b:000N by USB version. */
		if (dev.idVendor == 0x1d6b && dev.idProduct >= 1 && dev.idProduct <= 3) {
			speed = (enum usb_speed)(USB_LOW + dev.idProduct);
			from = SPEED_FROM_ROOT_HUB;
		} else if (dev.bMaxPacketSize0 == 9) { /* 2^9, USB 3.2 9.6.1 */
			speed = USB_SUPER;
		}
	} else if (f->type == DESC_CONFIGURATION) {
		speed = desc_config_speed(f->data, f->len);
	}
	take_speed(s, speed, from);
}

void devices_add_fact(struct devices *d, uint32_t instance, const struct fact *f)
{
	const struct fact *old = devices_fact(d, instance, UINT32_MAX, f->type, f->index, f->which);
	struct slot *s = &d->instance[instance - 1];
	struct fact *new;

	if (!f->len || (old && old->len >= f->len && !memcmp(old->data, f->data, f->len)))
		return;
	if (s->facts == FACTS_MAX || f->len > FACT_LEN || s->bytes + f->len > FACTS_BYTES)
		return;
	array_need(s->fact, s->facts, s->fact_cap);
	new = &s->fact[s->facts++];
	*new = *f;
	new->since = ++s->pub.version;
	new->data = memcpy(mem_resize(NULL, f->len, 1), f->data, f->len);
	s->bytes += f->len;
	touch(d);
	find_speed(s, new);
}

/* ---- configuration ------------------------------------------------------------------ */

static void add_mode(struct devices *d, struct slot *s, uint16_t interface, uint8_t mode)
{
	if (s->modes == MODES_MAX)
		return;
	array_need(s->mode, s->modes, s->mode_cap);
	s->mode[s->modes++] = (struct mode){++s->pub.version, interface, mode};
	touch(d);
}

void devices_set_mode(struct devices *d, uint32_t instance, uint8_t interface, uint8_t mode)
{
	struct slot *s = &d->instance[instance - 1];

	if (devices_mode(d, instance, UINT32_MAX, interface) != mode)
		add_mode(d, s, interface, mode);
}

uint8_t devices_mode(
	const struct devices *d, uint32_t instance, uint32_t version, uint8_t interface)
{
	const struct slot *s = &d->instance[instance - 1];

	for (size_t i = s->modes; i--;) {
		const struct mode *m = &s->mode[i];

		if (m->since <= version &&
			(m->interface == interface || m->interface == MODE_OF_ALL))
			return m->mode;
	}
	return 0;
}

void devices_set_configuration(struct devices *d, uint32_t instance, int value)
{
	struct slot *s = &d->instance[instance - 1];

	if (s->modes && s->mode[s->modes - 1].interface != MODE_OF_ALL)
		add_mode(d, s, MODE_OF_ALL, 0);
	s->pub.configuration = value;
	memset(s->alternate, value ? 0 : -1, sizeof(s->alternate)); /* USB 2.0 9.1.1.5 */
	touch(d);
}

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

void devices_set_hub(
	struct devices *d, uint32_t instance, uint32_t hub, uint8_t port, enum usb_speed speed)
{
	struct slot *s = &d->instance[instance - 1];

	if (s->pub.hub != hub || s->pub.hub_port != port)
		s->pub.port_path = NULL; /* inherited from where it was before */
	s->pub.hub = hub;
	s->pub.hub_port = port;
	take_speed(s, speed, SPEED_FROM_PORT);
	touch(d);
}

void devices_set_presence(struct devices *d, uint32_t instance, enum presence presence)
{
	struct slot *s = &d->instance[instance - 1];

	s->pub.presence = (uint8_t)presence;
	touch(d);
}

void devices_set_alternate(
	struct devices *d, uint32_t instance, uint8_t interface, uint8_t alternate)
{
	struct slot *s = &d->instance[instance - 1];

	if (interface >= INTERFACES || alternate > INT8_MAX || s->alternate[interface] == alternate)
		return;
	s->alternate[interface] = (int8_t)alternate;
	touch(d);
}

void devices_set_content(struct devices *d, uint32_t instance, uint8_t type, uint8_t decoder)
{
	struct slot *s = &d->instance[instance - 1];

	if (s->content == decoder && s->content_type == type)
		return;
	s->content = decoder;
	s->content_type = type;
	s->pub.version++;
	touch(d);
}

void devices_expect(
	struct devices *d, uint32_t instance, uint8_t endpoint, uint8_t dir, uint32_t bytes)
{
	if (instance && endpoint < ENDPOINTS && dir <= USB_IN)
		d->instance[instance - 1].expected[endpoint][dir] = bytes;
}

uint32_t devices_take_expected(struct devices *d, uint32_t instance, uint8_t endpoint, uint8_t dir)
{
	uint32_t *at, bytes;

	if (!instance || endpoint >= ENDPOINTS || dir > USB_IN)
		return 0;
	at = &d->instance[instance - 1].expected[endpoint][dir];
	bytes = *at;
	*at = 0;
	return bytes;
}

int devices_alternate(const struct devices *d, uint32_t instance, uint8_t interface)
{
	return interface < INTERFACES ? d->instance[instance - 1].alternate[interface] : -1;
}

/* ---- what an endpoint is ------------------------------------------------------------ */

/* A configuration whose selection was not seen: the only one there is. */
static const struct fact *configuration_in_use(
	const struct devices *d, uint32_t instance, bool *inferred)
{
	const struct instance *i = &d->instance[instance - 1].pub;
	struct walk w = walk_facts(d, instance, UINT32_MAX);
	const struct fact *only = NULL, *f;

	*inferred = i->configuration == CONFIGURATION_UNKNOWN;
	if (!*inferred)
		return devices_configuration(d, instance, UINT32_MAX, i->configuration);
	while ((f = walk_next(&w))) {
		if (f->type != DESC_CONFIGURATION)
			continue;
		if (only && only->index != f->index)
			return NULL;
		if (!only)
			only = f;
	}
	return only;
}

struct candidate {
	struct desc_interface interface;
	struct desc_endpoint endpoint;
	int rank; /* 0: none; 2: the alternate setting in use; 1: another one */
};

/* Among the interfaces of a configuration: the endpoint in the alternate setting in use (by
 * interface number, NULL: not known), else the first alternate setting that has it. */
static struct candidate find_endpoint(
	const int8_t *alternate, const struct fact *config, uint8_t address, uint8_t type)
{
	struct candidate best = {.rank = 0}, now = {.rank = 0};
	struct desc_iter it;
	struct desc_item item;
	bool in_interface = false;

	desc_iter_init(&it, config->data, config->len, config->total);
	while (desc_next(&it, &item)) {
		if (item.type == DESC_INTERFACE) {
			in_interface = desc_interface_parse(&now.interface, item.data, item.len);
		} else if (item.type == DESC_ENDPOINT && in_interface &&
			   desc_endpoint_parse(&now.endpoint, item.data, item.len) &&
			   now.endpoint.bEndpointAddress == address) {
			uint8_t number = now.interface.bInterfaceNumber;
			int in_use = alternate && number < INTERFACES ? alternate[number] : -1;

			now.rank = now.interface.bAlternateSetting == in_use ? 2 : 1;
			if (type != USB_TYPE_UNKNOWN && desc_endpoint_type(&now.endpoint) != type)
				now.rank = 0;
			if (now.rank > best.rank)
				best = now;
		}
	}
	return best;
}

const struct fact *devices_configuration_in_use(const struct devices *d, uint32_t instance)
{
	bool inferred;

	return configuration_in_use(d, instance, &inferred);
}

/* The interface association that holds an interface (USB 3.2 9.6.4). */
static bool find_association(
	const struct fact *config, uint8_t interface, struct desc_association *out)
{
	struct desc_iter it;
	struct desc_item item;

	desc_iter_init(&it, config->data, config->len, config->total);
	while (desc_next(&it, &item))
		if (item.type == DESC_INTERFACE_ASSOCIATION &&
			desc_association_parse(out, item.data, item.len) &&
			interface >= out->bFirstInterface &&
			interface - out->bFirstInterface < out->bInterfaceCount)
			return true;
	return false;
}

static void describe_interface(
	struct pipe *p, const struct desc_interface *i, const struct fact *config)
{
	struct desc_association a;

	p->flags |= PIPE_DESCRIBED;
	p->interface = p->function = i->bInterfaceNumber;
	p->alternate = i->bAlternateSetting;
	p->bInterfaceClass = i->bInterfaceClass;
	p->bInterfaceSubClass = i->bInterfaceSubClass;
	p->bInterfaceProtocol = i->bInterfaceProtocol;
	if (!find_association(config, i->bInterfaceNumber, &a))
		return;
	p->flags |= PIPE_ASSOCIATED;
	p->function = a.bFirstInterface;
	p->bFunctionClass = a.bFunctionClass;
	p->bFunctionSubClass = a.bFunctionSubClass;
	p->bFunctionProtocol = a.bFunctionProtocol;
}

static void describe(const struct devices *d, struct pipe *p)
{
	const struct slot *s = &d->instance[p->instance - 1];
	const struct fact *dev = devices_fact(d, p->instance, UINT32_MAX, DESC_DEVICE, 0, FACT_ANY);
	const struct fact *config;
	struct desc_device dd;
	struct desc_config dc;
	struct candidate c;
	bool inferred;

	p->version = s->pub.version;
	p->speed = s->pub.speed;
	if (dev && desc_device_parse(&dd, dev->data, dev->len)) {
		p->idVendor = dd.idVendor;
		p->idProduct = dd.idProduct;
		p->bDeviceClass = dd.bDeviceClass;
		p->bDeviceSubClass = dd.bDeviceSubClass;
		p->bDeviceProtocol = dd.bDeviceProtocol;
		p->flags |= PIPE_IDS;
	}
	if (!p->endpoint || p->endpoint == USB_NO_ENDPOINT) {
		if (s->pub.configuration > 0) {
			p->configuration = (uint8_t)s->pub.configuration;
			p->flags |= PIPE_CONFIGURED;
		}
		return;
	}
	config = configuration_in_use(d, p->instance, &inferred);
	if (!config || !desc_config_parse(&dc, config->data, config->len))
		return;
	p->configuration = dc.bConfigurationValue;
	p->flags |= PIPE_CONFIGURED | (inferred ? PIPE_INFERRED : 0);
	c = find_endpoint(s->alternate, config,
		(uint8_t)(p->endpoint | (p->dir == USB_IN ? 0x80 : 0)), p->type);
	if (!c.rank)
		return;
	p->flags |= c.rank < 2 ? PIPE_INFERRED : 0;
	describe_interface(p, &c.interface, config);
	p->bmAttributes = c.endpoint.bmAttributes;
	p->bInterval = c.endpoint.bInterval;
	p->wMaxPacketSize = c.endpoint.wMaxPacketSize;
}

bool devices_pipe_of_interface(
	const struct devices *d, const struct pipe *p, uint8_t number, struct pipe *out)
{
	struct desc_interface i;

	*out = *p;
	if (!devices_interface(d, p, number, &i))
		return false;
	describe_interface(out, &i, configuration_of(d, p));
	return true;
}

bool devices_pipe_of_endpoint(
	const struct devices *d, const struct pipe *p, uint8_t address, struct pipe *out)
{
	const struct fact *config = configuration_of(d, p);
	struct candidate c;

	*out = *p;
	if (!config)
		return false;
	c = find_endpoint(NULL, config, address, USB_TYPE_UNKNOWN);
	if (!c.rank)
		return false;
	describe_interface(out, &c.interface, config);
	return true;
}

struct pipe devices_describe(const struct devices *d, uint32_t section, uint16_t bus,
	uint16_t address, uint8_t endpoint, uint8_t dir)
{
	struct pipe p = {.endpoint = endpoint,
		.dir = dir,
		.type = USB_TYPE_UNKNOWN,
		.instance = devices_at(d, section, bus, address)};

	if (p.instance && d->instance[p.instance - 1].pub.presence != DEVICE_UNADDRESSED)
		describe(d, &p);
	return p;
}

uint32_t devices_changes(const struct devices *d)
{
	return d->changes;
}

/* ---- pipes -------------------------------------------------------------------------- */

static bool same_contents(const struct pipe *a, const struct pipe *b)
{
	return a->version == b->version && a->speed == b->speed && a->flags == b->flags &&
	       a->configuration == b->configuration && a->interface == b->interface &&
	       a->alternate == b->alternate;
}

/* The decoder of an endpoint: what the binder says, else what its content proved. */
static uint8_t bind(const struct devices *d, const struct slot *s, const struct pipe *p)
{
	uint8_t decoder = d->binder ? d->binder(d->binder_ctx, d, p) : 0;

	if (!decoder && !(p->flags & PIPE_DESCRIBED) && s->content_type == p->type)
		decoder = s->content;
	return decoder;
}

/* The current pipe of an instance's endpoint: one made before that says the same, or a new one. */
static uint32_t find_pipe(
	struct devices *d, uint32_t inst, uint8_t endpoint, uint8_t dir, uint8_t type)
{
	struct slot *s = &d->instance[inst - 1];
	struct pipe p = {.instance = inst, .endpoint = endpoint, .dir = dir, .type = type};
	uint32_t *head = &s->pipe[endpoint < 16 ? endpoint : 16][dir];

	describe(d, &p);
	if (endpoint)
		p.decoder = bind(d, s, &p);
	for (uint32_t n = *head; n; n = d->pipe[n - 1].older) {
		const struct node *old = &d->pipe[n - 1];

		if (old->pub.type != type)
			continue;
		p.endpoint_id = old->pub.endpoint_id;
		if (same_contents(&old->pub, &p))
			return n;
	}
	if (!p.endpoint_id)
		p.endpoint_id = ++d->endpoints;
	array_need(d->pipe, d->pipes, d->pipe_cap);
	d->pipe[d->pipes] = (struct node){.pub = p, .older = *head};
	*head = (uint32_t)++d->pipes;
	return *head;
}

/* The instance behind an address. No device changes its speed while it has one: if the capture says
 * another than before, it is another device. */
static uint32_t instance_of_speed(struct devices *d, const struct address *a, uint8_t speed)
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
	touch(d);
	return n;
}

/* Apart, so that the registers it needs are not saved for each transfer. */
static __attribute__((noinline)) uint32_t find_answer(struct devices *d, struct answer *a)
{
	const struct address at = {
		(uint32_t)(a->at >> 32), (uint16_t)(a->at >> 16), (uint16_t)a->at};
	uint32_t inst = instance_of_speed(d, &at, (uint8_t)(a->what >> 24));

	a->pipe = find_pipe(
		d, inst, (uint8_t)a->what, (uint8_t)(a->what >> 8), (uint8_t)(a->what >> 16));
	a->changes = d->changes;
	return a->pipe;
}

uint32_t devices_pipe(struct devices *d, uint32_t section, uint16_t bus, uint16_t address,
	uint8_t endpoint, uint8_t dir, uint8_t type, uint8_t speed)
{
	uint64_t at = (uint64_t)section << 32 | (uint32_t)bus << 16 | address;
	uint32_t what;
	struct answer *a;

	if (type == USB_CONTROL) /* message pipes carry both directions (USB 2.0 section 5.3.2) */
		dir = USB_DIR_UNKNOWN;
	what = (uint32_t)speed << 24 | (uint32_t)type << 16 | (uint32_t)dir << 8 | endpoint;
	a = &d->answer[(address << 5 ^ endpoint << 1 ^ (dir & 1) ^ bus << 3) % ANSWERS];
	if (a->at == at && a->what == what && a->changes == d->changes && a->pipe)
		return a->pipe;
	a->at = at;
	a->what = what;
	return find_answer(d, a);
}

const struct pipe *devices_get_pipe(const struct devices *d, uint32_t n)
{
	return &d->pipe[n - 1].pub;
}

const struct instance *devices_get_instance(const struct devices *d, uint32_t n)
{
	return &d->instance[n - 1].pub;
}

uint32_t devices_pipes(const struct devices *d)
{
	return (uint32_t)d->pipes;
}

uint32_t devices_instances(const struct devices *d)
{
	return (uint32_t)d->instances;
}

uint32_t devices_endpoints(const struct devices *d)
{
	return d->endpoints;
}

/* ---- starting knowledge ------------------------------------------------------------- */

void devices_know(struct devices *d, uint32_t section, uint16_t bus, uint16_t address, uint32_t k,
	const struct fact *facts, size_t n, int configuration)
{
	struct known *to;

	array_need(d->known, d->knowns, d->known_cap);
	to = &d->known[d->knowns++];
	*to = (struct known){
		{section, bus, address}, k, configuration, mem_zalloc(n, sizeof(*to->fact)), n};
	for (size_t i = 0; i < n; i++) {
		to->fact[i] = facts[i];
		to->fact[i].data =
			memcpy(mem_resize(NULL, facts[i].len, 1), facts[i].data, facts[i].len);
	}
}

void devices_know_all(struct devices *d, const struct devices *from)
{
	for (size_t i = 0; i < from->instances; i++) {
		const struct slot *s = &from->instance[i];

		if (s->facts && s->pub.address) /* behind address 0 are many devices in turn */
			devices_know(d, s->pub.section, s->pub.bus, s->pub.address, s->ordinal,
				s->fact, s->facts, CONFIGURATION_UNKNOWN);
	}
	for (size_t i = 0; i < from->knowns; i++) { /* of devices that did not come to be */
		const struct known *k = &from->known[i];

		devices_know(d, k->at.section, k->at.bus, k->at.address, k->ordinal, k->fact,
			k->facts, k->configuration);
	}
}
