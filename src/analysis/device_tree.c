/* device_tree.c: devices, interfaces and endpoints as they were at the end of the run, and their
 * lines. */
#include "analysis/device_tree.h"
#include "analysis/bus_speed.h"
#include "analysis/columns.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

/* ---- the views ---------------------------------------------------------------------- */

struct build {
	struct device_tree *t;
	const struct devices *d;
	const struct device_counts *c;
	/* The pipes that were used, those of instance n from begin[n - 1] to before begin[n]; 0:
	 * stands in the tree already. */
	uint32_t *used, *begin;
};

/* Sorts the used pipes by instance: no device needs to look at another one's. */
static void sort_pipes(struct build *b)
{
	uint32_t instances = devices_instances(b->d), sum = 0;

	b->used = mem_zalloc(b->c->n + 1, sizeof(*b->used));
	b->begin = mem_zalloc(instances + 2u, sizeof(*b->begin));
	for (size_t i = 0; i < b->c->n; i++)
		if (b->c->pipe[i].transfers)
			b->begin[devices_get_pipe(b->d, (uint32_t)i + 1)->instance]++;
	for (uint32_t n = 0; n <= instances + 1; n++) {
		uint32_t here = b->begin[n];

		b->begin[n] = sum;
		sum += here;
	}
	/* filling moves each beginning to where the next instance's was: begin[n] becomes the end
	 * of n */
	for (size_t i = 0; i < b->c->n; i++)
		if (b->c->pipe[i].transfers)
			b->used[b->begin[devices_get_pipe(b->d, (uint32_t)i + 1)->instance]++] =
				(uint32_t)i + 1;
}

static struct endpoint_view *add_endpoint(struct device_tree *t)
{
	array_need(t->endpoint, t->endpoints, t->endpoint_cap);
	t->endpoint[t->endpoints] = (struct endpoint_view){0};
	return &t->endpoint[t->endpoints++];
}

/* A pipe whose descriptor was not known yet when it was used belongs to the setting in use. */
static bool in_interface(
	const struct pipe *p, const struct device_view *v, const struct interface_view *f)
{
	if (!(p->flags & PIPE_DESCRIBED))
		return f->in_use;
	return p->configuration == v->config.bConfigurationValue &&
	       p->interface == f->desc.bInterfaceNumber &&
	       p->alternate == f->desc.bAlternateSetting;
}

/* Adds up what pipes of that device's endpoint were used for, in this interface and setting. */
static void count_described(struct build *b, const struct device_view *v, struct interface_view *f,
	struct endpoint_view *e)
{
	for (uint32_t i = b->begin[v->number - 1]; i < b->begin[v->number]; i++) {
		const struct pipe *p = b->used[i] ? devices_get_pipe(b->d, b->used[i]) : NULL;
		const struct pipe_count *c;

		if (!p || p->endpoint != e->number || p->dir != e->dir || !in_interface(p, v, f))
			continue;
		c = &b->c->pipe[b->used[i] - 1];
		b->used[i] = 0;
		e->transfers += c->transfers;
		e->errors += c->errors;
		f->transfers += c->transfers;
	}
}

static void add_interface(
	struct build *b, const struct device_view *v, const struct desc_item *item)
{
	struct device_tree *t = b->t;
	struct interface_view *f;
	struct desc_interface desc;
	int in_use;

	if (!desc_interface_parse(&desc, item->data, item->len))
		return;
	array_need(t->interface, t->interfaces, t->interface_cap);
	f = &t->interface[t->interfaces++];
	in_use = devices_alternate(b->d, v->number, desc.bInterfaceNumber);
	*f = (struct interface_view){
		.desc = desc,
		.name = desc_function_name(t->ids, desc.bInterfaceClass, desc.bInterfaceSubClass,
			desc.bInterfaceProtocol),
		.in_use = desc.bAlternateSetting == (in_use < 0 ? 0 : in_use),
		.first_endpoint = t->endpoints,
	};
}

static void add_described(
	struct build *b, const struct device_view *v, const struct desc_item *item)
{
	struct interface_view *f = &b->t->interface[b->t->interfaces - 1];
	struct desc_endpoint desc;
	struct endpoint_view *e;

	if (!desc_endpoint_parse(&desc, item->data, item->len))
		return;
	e = add_endpoint(b->t);
	f->endpoints++;
	e->described = true;
	e->desc = desc;
	e->number = desc.bEndpointAddress & 0x0f;
	e->dir = desc.bEndpointAddress & 0x80 ? USB_IN : USB_OUT;
	e->type = (uint8_t)desc_endpoint_type(&desc);
	if (e->type == USB_CONTROL)
		e->dir = USB_DIR_UNKNOWN;
	e->interval_ns = desc_interval_ns(
		(enum usb_speed)v->instance->speed, (enum usb_type)e->type, desc.bInterval);
	count_described(b, v, f, e);
}

static const struct fact *configuration_of(const struct build *b, struct device_view *v)
{
	const struct instance *i = v->instance;

	v->configuration_inferred = i->configuration == CONFIGURATION_UNKNOWN;
	return devices_configuration_in_use(b->d, v->number);
}

static void add_configuration(struct build *b, struct device_view *v)
{
	const struct fact *f = configuration_of(b, v);
	struct desc_iter it;
	struct desc_item item;
	size_t before = b->t->interfaces;

	v->first_interface = before;
	if (!f)
		return;
	v->configured = desc_config_parse(&v->config, f->data, f->len);
	desc_iter_init(&it, f->data, f->len, f->total);
	while (desc_next(&it, &item)) {
		if (item.type == DESC_INTERFACE)
			add_interface(b, v, &item);
		else if (item.type == DESC_ENDPOINT && b->t->interfaces > before)
			add_described(b, v, &item);
	}
	v->interfaces = b->t->interfaces - before;
}

/* The one of the device's other endpoints that the pipe is one of; made on first use. */
static struct endpoint_view *other_endpoint(
	struct build *b, const struct device_view *v, const struct pipe *p)
{
	struct endpoint_view *e;

	for (size_t i = v->first_other; i < b->t->endpoints; i++) {
		e = &b->t->endpoint[i];
		if (e->number == p->endpoint && e->dir == p->dir && e->type == p->type)
			return e;
	}
	e = add_endpoint(b->t);
	e->number = p->endpoint;
	e->dir = p->dir;
	e->type = p->type;
	return e;
}

/* What was used and is in no interface: endpoint 0, and all of a device without descriptors. */
static void add_others(struct build *b, struct device_view *v)
{
	v->first_other = b->t->endpoints;
	for (size_t i = v->first_interface; i < v->first_interface + v->interfaces; i++)
		v->transfers += b->t->interface[i].transfers;
	for (uint32_t i = b->begin[v->number - 1]; i < b->begin[v->number]; i++) {
		const struct pipe_count *c;
		struct endpoint_view *e;

		if (!b->used[i])
			continue;
		c = &b->c->pipe[b->used[i] - 1];
		e = other_endpoint(b, v, devices_get_pipe(b->d, b->used[i]));
		e->transfers += c->transfers;
		e->errors += c->errors;
		v->transfers += c->transfers;
	}
	v->others = b->t->endpoints - v->first_other;
}

static void read_string(const struct build *b, uint32_t instance, uint8_t index, char *to, size_t n)
{
	struct text t;

	text_init(&t, to, n);
	devices_string(b->d, instance, UINT32_MAX, index, &t);
}

/* The way to a device, from below. */
static void find_way(const struct devices *d, struct device_view *v)
{
	uint32_t number = v->number;

	for (uint32_t n = number; n && v->steps < PORTS_TIERS; n = devices_get_instance(d, n)->hub)
		v->steps++;
	for (unsigned i = v->steps; i-- > 0;) {
		const struct instance *at = devices_get_instance(d, number);

		v->way[i].number = number;
		v->way[i].at = i ? at->hub_port : at->address;
		number = at->hub;
	}
}

static void add_device(struct build *b, uint32_t number)
{
	struct device_tree *t = b->t;
	const struct fact *f = devices_fact(b->d, number, UINT32_MAX, DESC_DEVICE, 0, FACT_ANY);
	struct device_view *v;

	array_need(t->device, t->devices, t->device_cap);
	v = &t->device[t->devices++];
	*v = (struct device_view){
		.devices = b->d, .instance = devices_get_instance(b->d, number), .number = number};
	v->replaced = devices_at(b->d, v->instance->section, v->instance->bus,
			      v->instance->address) != number;
	v->described = f && desc_device_parse(&v->desc, f->data, f->len);
	v->speed = bus_speed(b->d, number, &v->speed_inferred);
	if (v->described) {
		read_string(
			b, number, v->desc.iManufacturer, v->manufacturer, sizeof(v->manufacturer));
		read_string(b, number, v->desc.iProduct, v->product, sizeof(v->product));
		read_string(b, number, v->desc.iSerialNumber, v->serial, sizeof(v->serial));
		v->vendor_name = ids_vendor(t->ids, v->desc.idVendor);
		v->product_name = ids_product(t->ids, v->desc.idVendor, v->desc.idProduct);
	}
	find_way(b->d, v);
	add_configuration(b, v);
	add_others(b, v);
}

/* Hubs before the devices at their ports, ports in order, what was at a port in order of time. */
static int by_tree(const void *a, const void *b)
{
	const struct device_view *x = a, *y = b;

	if (x->instance->section != y->instance->section)
		return x->instance->section < y->instance->section ? -1 : 1;
	if (x->instance->bus != y->instance->bus)
		return x->instance->bus < y->instance->bus ? -1 : 1;
	for (unsigned i = 0; i < x->steps && i < y->steps; i++) {
		const struct tree_step *p = &x->way[i], *q = &y->way[i];

		if (p->at != q->at)
			return p->at < q->at ? -1 : 1;
		if (p->number != q->number)
			return p->number < q->number ? -1 : 1;
	}
	return (x->steps > y->steps) - (x->steps < y->steps);
}

/* ---- the lines ---------------------------------------------------------------------- */

void device_address(struct text *t, const struct instance *i)
{
	if (i->bus != USB_NO_BUS) {
		text_u64(t, i->bus);
		text_char(t, '.');
	}
	if (i->address == USB_NO_DEVICE)
		text_char(t, '?');
	else
		text_u64(t, i->address);
	instance_mark(t, i);
}

static struct tree_line *add_line(struct device_tree *t, unsigned depth, uint64_t transfers)
{
	struct tree_line *l;

	array_need(t->line, t->lines, t->line_cap);
	l = &t->line[t->lines++];
	memset(l, 0, sizeof(*l));
	l->depth = depth;
	l->transfers = transfers;
	return l;
}

static void comma(struct text *t)
{
	if (t->len)
		text_str(t, ", ");
}

/* The device's own words in quotes; else usb.ids', saying so. */
static void say_names(struct text *t, const struct device_view *v)
{
	const char *own[] = {v->manufacturer, v->product};
	const char *listed[] = {v->vendor_name, v->product_name};

	for (size_t i = 0; i < ARRAY_LEN(own); i++) {
		if (!own[i][0] && !listed[i])
			continue;
		comma(t);
		if (own[i][0]) {
			text_char(t, '"');
			text_untrusted(t, own[i], (size_t)-1);
			text_char(t, '"');
		} else {
			text_str(t, listed[i]);
			text_str(t, " [usb.ids]");
		}
	}
	if (v->serial[0]) {
		comma(t);
		text_str(t, "serial \"");
		text_untrusted(t, v->serial, (size_t)-1);
		text_char(t, '"');
	}
	if (!v->described)
		text_str(t, v->instance->address ? "not described in this capture"
						 : "default address: devices being enumerated");
}

static void say_bcd(struct text *t, uint16_t bcd)
{
	text_printf(t, "USB %x.%02x", bcd >> 8, bcd & 0xff);
}

static void say_device_details(
	struct text *t, const struct device_tree *tree, const struct device_view *v)
{
	const struct instance *i = v->instance;

	if (v->speed != USB_SPEED_UNKNOWN) {
		text_str(t, v->speed_inferred ? "~" : "");
		text_str(t, usb_speed_words(v->speed));
	}
	if (i->split_hub) {
		comma(t);
		text_printf(t, "behind hub address %u port %u", i->split_hub, i->split_port);
	}
	if (v->described) {
		const char *class =
			v->desc.bDeviceClass ? ids_class(tree->ids, v->desc.bDeviceClass) : NULL;

		comma(t);
		say_bcd(t, v->desc.bcdUSB);
		if (bus_lacks_high_speed(i, &v->desc))
			text_str(t, ", ~no high speed");
		if (class) {
			comma(t);
			text_str(t, class);
		}
	}
	if (v->configured) {
		comma(t);
		text_str(t, v->configuration_inferred ? "~configuration " : "configuration ");
		text_u64(t, v->config.bConfigurationValue);
		comma(t);
		text_u64(t, (uint64_t)v->config.bMaxPower * (i->speed >= USB_SUPER ? 8 : 2));
		text_str(t, v->config.bmAttributes & 0x40 ? " mA, self-powered" : " mA");
	}
	if (i->presence == DEVICE_GONE) {
		comma(t);
		text_str(t, "unplugged");
	} else if (v->replaced && i->address) {
		comma(t);
		text_str(t, "gone or enumerated again later");
	}
}

static void endpoint_line(struct device_tree *t, const struct device_view *v,
	const struct endpoint_view *e, bool nested)
{
	struct tree_line *l = add_line(t, 2, e->transfers);
	struct text x;

	text_init(&x, l->address, sizeof(l->address));
	text_str(&x, nested ? "    EP " : "  EP ");
	if (e->number == USB_NO_ENDPOINT)
		text_char(&x, '?');
	else
		text_u64(&x, e->number);
	if (e->dir != USB_DIR_UNKNOWN) {
		text_char(&x, ' ');
		text_str(&x, usb_dir_name((enum usb_dir)e->dir));
	}
	text_init(&x, l->what, sizeof(l->what));
	text_str(&x, usb_type_name((enum usb_type)e->type));
	text_init(&x, l->details, sizeof(l->details));
	if (e->described) {
		unsigned times = desc_endpoint_transactions(&e->desc);

		if (times > 1)
			text_printf(&x, "%u × ", times);
		text_u64(&x, desc_endpoint_packet(&e->desc));
		text_str(&x, desc_endpoint_packet(&e->desc) == 1 ? " byte" : " bytes");
		if (e->type == USB_INTERRUPT || e->type == USB_ISOCHRONOUS) {
			text_str(&x, v->speed_inferred && v->speed != USB_SPEED_UNKNOWN
					     ? ", every ~"
					     : ", every ");
			desc_interval_text(&x, v->speed, (enum usb_type)e->type, e->desc.bInterval);
		}
	}
	if (e->errors) {
		comma(&x);
		text_u64(&x, e->errors);
		text_str(&x, e->errors == 1 ? " error" : " errors");
	}
}

static void interface_line(struct device_tree *t, const struct interface_view *f)
{
	struct tree_line *l = add_line(t, 1, 0);
	struct text x;

	text_init(&x, l->address, sizeof(l->address));
	text_str(&x, "  interface ");
	text_u64(&x, f->desc.bInterfaceNumber);
	if (f->desc.bAlternateSetting || !f->in_use) {
		text_char(&x, '/');
		text_u64(&x, f->desc.bAlternateSetting);
	}
	text_init(&x, l->what, sizeof(l->what));
	if (f->name)
		text_str(&x, f->name);
	else
		text_printf(&x, "class %02x/%02x/%02x", f->desc.bInterfaceClass,
			f->desc.bInterfaceSubClass, f->desc.bInterfaceProtocol);
	text_init(&x, l->details, sizeof(l->details));
	if (f->desc.bAlternateSetting)
		text_str(&x, f->in_use ? "alternate setting in use" : "alternate setting");
}

/* How many settings from i on are alternates of one interface that nobody uses or used. */
static size_t idle_alternates(const struct device_tree *t, const struct device_view *v, size_t i)
{
	const struct interface_view *first = &t->interface[v->first_interface + i], *f = first;
	size_t n = 0;

	for (; i + n < v->interfaces; n++, f++)
		if (f->in_use || f->transfers ||
			f->desc.bInterfaceNumber != first->desc.bInterfaceNumber)
			break;
	return n;
}

static void idle_line(struct device_tree *t, const struct interface_view *f, size_t n)
{
	struct tree_line *l = add_line(t, 1, 0);
	struct text x;

	text_init(&x, l->address, sizeof(l->address));
	text_printf(&x, "  interface %u/%u", f->desc.bInterfaceNumber, f->desc.bAlternateSetting);
	if (n > 1)
		text_printf(&x, "–%u", f[n - 1].desc.bAlternateSetting);
	text_init(&x, l->what, sizeof(l->what));
	text_str(&x, n > 1 ? "alternate settings not used" : "alternate setting not used");
}

/* The port path, or where SPLITs say that the device is behind a hub whose path is known; between
 * the two another hub may be, of which nothing was seen. */
static void say_port(struct text *t, const struct device_view *v)
{
	const struct instance *i = v->instance;
	const struct instance *hub =
		i->translator ? devices_get_instance(v->devices, i->translator) : NULL;

	if (i->port_path)
		text_str(t, i->port_path);
	else if (hub && hub->port_path && (!i->hub || i->hub == i->translator))
		text_printf(t, "~%s.%u", hub->port_path, i->split_port);
}

static void device_lines(struct device_tree *t, const struct device_view *v, bool all)
{
	struct tree_line *l = add_line(t, 0, v->transfers);
	struct text x;

	text_init(&x, l->address, sizeof(l->address));
	device_address(&x, v->instance);
	text_init(&x, l->port, sizeof(l->port));
	say_port(&x, v);
	t->ports |= x.len > 0;
	text_init(&x, l->id, sizeof(l->id));
	if (v->described)
		text_printf(&x, "%04x:%04x", v->desc.idVendor, v->desc.idProduct);
	text_init(&x, l->what, sizeof(l->what));
	say_names(&x, v);
	text_init(&x, l->details, sizeof(l->details));
	say_device_details(&x, t, v);
	for (size_t i = 0; i < v->others; i++)
		endpoint_line(t, v, &t->endpoint[v->first_other + i], false);
	for (size_t i = 0; i < v->interfaces; i++) {
		const struct interface_view *f = &t->interface[v->first_interface + i];
		size_t idle = all ? 0 : idle_alternates(t, v, i);

		if (idle) {
			idle_line(t, f, idle);
			i += idle - 1;
			continue;
		}
		interface_line(t, f);
		for (size_t k = 0; k < f->endpoints; k++)
			endpoint_line(t, v, &t->endpoint[f->first_endpoint + k], true);
	}
}

struct device_tree *device_tree_new(
	const struct devices *d, const struct device_counts *c, struct ids *ids, bool all)
{
	struct device_tree *t = mem_zalloc(1, sizeof(*t));
	struct build b = {.t = t, .d = d, .c = c};

	t->ids = ids;
	sort_pipes(&b);
	for (uint32_t i = 1; i <= devices_instances(d); i++)
		add_device(&b, i);
	if (t->devices)
		qsort(t->device, t->devices, sizeof(*t->device), by_tree);
	for (size_t i = 0; i < t->devices; i++)
		if (t->device[i].transfers || t->device[i].described)
			device_lines(t, &t->device[i], all);
	free(b.used);
	free(b.begin);
	return t;
}

void device_tree_free(struct device_tree *t)
{
	free(t->device);
	free(t->interface);
	free(t->endpoint);
	free(t->line);
	free(t);
}
