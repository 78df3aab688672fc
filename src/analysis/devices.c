/* devices.c: collecting the tree of devices and reporting it: as indented lines for people, as
 * nested objects for programs. */
#include "analysis/devices.h"
#include "analysis/device_tree.h"
#include "base/mem.h"
#include "usb/desc_dump.h"

#include <stdlib.h>

/* ---- counting ----------------------------------------------------------------------- */

struct device_counts *device_counts_new(void)
{
	return mem_zalloc(1, sizeof(struct device_counts));
}

void device_counts_free(struct device_counts *c)
{
	free(c->pipe);
	free(c);
}

static void on_xfer(void *self, struct run *r, struct row *row)
{
	struct device_counts *c = self;
	uint32_t pipe = row->x->pipe;

	(void)r;
	while (c->n < pipe) {
		array_need(c->pipe, c->n, c->cap);
		c->pipe[c->n++] = (struct pipe_count){0};
	}
	c->pipe[pipe - 1].transfers++;
	c->pipe[pipe - 1].errors += status_is_error(row->x->status);
}

struct consumer device_counts_consumer(struct device_counts *c)
{
	return (struct consumer){.self = c, .xfer = on_xfer};
}

/* ---- descriptors as field trees ----------------------------------------------------- */

/* Strings of the device the descriptors belong to. */
struct string_owner {
	const struct device_view *v;
	char text[256];
};

static const char *string_of(const void *owner, uint8_t index)
{
	struct string_owner *s = (struct string_owner *)(uintptr_t)owner;
	struct text t;

	text_init(&t, s->text, sizeof(s->text));
	return devices_string(s->v->devices, s->v->number, UINT32_MAX, index, &t) ? s->text : NULL;
}

static void emit_descriptors(const struct device_view *v, struct ids *ids, struct emit *e)
{
	struct string_owner owner = {.v = v};
	struct desc_ctx ctx = {.speed = (enum usb_speed)v->instance->speed,
		.bcdUSB = v->described ? v->desc.bcdUSB : 0,
		.ids = ids,
		.string = string_of,
		.owner = &owner};
	const struct fact **fact = mem_zalloc(FACTS_MAX, sizeof(*fact));
	size_t n = devices_facts_now(v->devices, v->number, fact);

	for (size_t i = 0; i < n; i++)
		desc_emit(&ctx, e, fact[i]->data, fact[i]->len, fact[i]->total, fact[i]->type,
			fact[i]->index);
	free(fact);
}

/* ---- for people --------------------------------------------------------------------- */

#define LINE ((const struct tree_line *)row)

static void get_address(const void *row, struct value *v)
{
	*v = value_name(LINE->address);
	v->tone = LINE->depth == 0 ? TONE_STRONG : TONE_NONE;
}

static void get_port(const void *row, struct value *v)
{
	*v = value_name(LINE->port);
}

static void get_id(const void *row, struct value *v)
{
	*v = value_name(LINE->id);
}

static void get_what(const void *row, struct value *v)
{
	*v = value_name(LINE->what); /* escaped where it was put together */
}

static void get_details(const void *row, struct value *v)
{
	*v = value_name(LINE->details);
	v->tone = TONE_DIM;
}

static void get_transfers(const void *row, struct value *v)
{
	if (LINE->transfers || LINE->depth != 1)
		*v = value_uint(LINE->transfers);
	else
		*v = value_name("");
}

enum { PORT_COLUMN = 1 }; /* left out where no port is known */

static const struct column tree_columns[] = {
	{.title = "device", .get = get_address},
	[PORT_COLUMN] = {.title = "port", .get = get_port},
	{.title = "id", .get = get_id},
	{.title = "what", .get = get_what},
	{.title = "transfers", .get = get_transfers, .show = SHOW_COUNT, .right = true},
	{.title = "details", .get = get_details},
};

static void report_text(const struct device_tree *tree, struct emit *e)
{
	struct column cols[ARRAY_LEN(tree_columns)];
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(tree_columns); i++)
		if (i != PORT_COLUMN || tree->ports)
			cols[n++] = tree_columns[i];
	emit_table(e, NULL, "devices", cols, n, LAYOUT_GRID);
	for (size_t i = 0; i < tree->lines; i++) {
		emit_row(e, &tree->line[i]);
		emit_row_end(e);
	}
	emit_table_end(e);
}

/* ---- for programs ------------------------------------------------------------------- */

#define V ((const struct device_view *)row)
#define GET(name, known, what)                                                                     \
	static void get_##name(const void *row, struct value *v)                                   \
	{                                                                                          \
		if (known)                                                                         \
			*v = what;                                                                 \
	}
#define GET_TEXT(name, member)                                                                     \
	GET(name, V->member[0], value_untrusted(V->member, __builtin_strlen(V->member)))

GET(bus, V->instance->bus != USB_NO_BUS, value_uint(V->instance->bus))
GET(dev, V->instance->address != USB_NO_DEVICE, value_uint(V->instance->address))
GET(number, true, value_uint(V->number))
GET(previous, V->instance->previous, value_uint(V->instance->previous))
GET(unplugged, V->instance->hub, value_bool(V->instance->presence == DEVICE_GONE))
GET(port_path, V->instance->port_path, value_name(V->instance->port_path))
GET(speed, true, value_name(usb_speed_name((enum usb_speed)V->instance->speed)))
GET(speed_from, true, value_name(speed_from_text((enum speed_from)V->instance->speed_from)))
GET(split_hub, V->instance->split_hub, value_uint(V->instance->split_hub))
GET(split_port, V->instance->split_hub, value_uint(V->instance->split_port))
GET(translator, V->instance->translator, value_uint(V->instance->translator))
GET(no_qualifier, V->instance->no_qualifier, value_bool(true))
GET(vendor, V->described, value_uint(V->desc.idVendor))
GET(product, V->described, value_uint(V->desc.idProduct))
GET(release, V->described, value_uint(V->desc.bcdDevice))
GET(usb, V->described, value_uint(V->desc.bcdUSB))
GET(class, V->described, value_uint(V->desc.bDeviceClass))
GET(subclass, V->described, value_uint(V->desc.bDeviceSubClass))
GET(protocol, V->described, value_uint(V->desc.bDeviceProtocol))
GET(ep0, V->described, value_uint(V->desc.bMaxPacketSize0))
GET(configurations, V->described, value_uint(V->desc.bNumConfigurations))
GET(configuration, V->configured, value_uint(V->config.bConfigurationValue))
GET(attributes, V->configured, value_uint(V->config.bmAttributes))
GET(max_power, V->configured, value_uint(V->config.bMaxPower))
GET(device_transfers, true, value_uint(V->transfers))
GET_TEXT(manufacturer_text, manufacturer)
GET_TEXT(product_text, product)
GET_TEXT(serial_text, serial)
GET(vendor_name, V->vendor_name, value_name(V->vendor_name))
GET(product_name, V->product_name, value_name(V->product_name))

static void get_configuration_inferred(const void *row, struct value *v)
{
	if (V->configured)
		*v = value_bool(V->configuration_inferred);
}

static const struct column device_columns[] = {
	{.key = "bus", .get = get_bus},
	{.key = "dev", .get = get_dev},
	{.key = "device", .get = get_number},
	{.key = "previous", .get = get_previous},
	{.key = "port_path", .get = get_port_path},
	{.key = "unplugged", .get = get_unplugged},
	{.key = "speed", .get = get_speed},
	{.key = "speed_from", .get = get_speed_from},
	{.key = "idVendor", .get = get_vendor},
	{.key = "idProduct", .get = get_product},
	{.key = "bcdDevice", .get = get_release},
	{.key = "bcdUSB", .get = get_usb},
	{.key = "bDeviceClass", .get = get_class},
	{.key = "bDeviceSubClass", .get = get_subclass},
	{.key = "bDeviceProtocol", .get = get_protocol},
	{.key = "bMaxPacketSize0", .get = get_ep0},
	{.key = "bNumConfigurations", .get = get_configurations},
	{.key = "strings.manufacturer", .get = get_manufacturer_text},
	{.key = "strings.product", .get = get_product_text},
	{.key = "strings.serial", .get = get_serial_text},
	{.key = "usb_ids.vendor", .get = get_vendor_name},
	{.key = "usb_ids.product", .get = get_product_name},
	{.key = "configuration.bConfigurationValue", .get = get_configuration},
	{.key = "configuration.bmAttributes", .get = get_attributes},
	{.key = "configuration.bMaxPower", .get = get_max_power},
	{.key = "configuration.inferred", .get = get_configuration_inferred},
	{.key = "translator.dev", .get = get_split_hub},
	{.key = "translator.port", .get = get_split_port},
	{.key = "translator.device", .get = get_translator},
	{.key = "device_qualifier_refused", .get = get_no_qualifier},
	{.key = "transfers", .get = get_device_transfers},
};

#undef V
#define V ((const struct interface_view *)row)
GET(if_number, true, value_uint(V->desc.bInterfaceNumber))
GET(if_alternate, true, value_uint(V->desc.bAlternateSetting))
GET(if_in_use, true, value_bool(V->in_use))
GET(if_class, true, value_uint(V->desc.bInterfaceClass))
GET(if_subclass, true, value_uint(V->desc.bInterfaceSubClass))
GET(if_protocol, true, value_uint(V->desc.bInterfaceProtocol))
GET(if_name, true, value_name(V->name))

static const struct column interface_columns[] = {
	{.key = "bInterfaceNumber", .get = get_if_number},
	{.key = "bAlternateSetting", .get = get_if_alternate},
	{.key = "in_use", .get = get_if_in_use},
	{.key = "bInterfaceClass", .get = get_if_class},
	{.key = "bInterfaceSubClass", .get = get_if_subclass},
	{.key = "bInterfaceProtocol", .get = get_if_protocol},
	{.key = "name", .get = get_if_name},
};

#undef V
#define V ((const struct endpoint_view *)row)
GET(ep_number, V->number != USB_NO_ENDPOINT, value_uint(V->number))
GET(ep_dir, true, value_name(usb_dir_name((enum usb_dir)V->dir)))
GET(ep_type, true, value_name(usb_type_name((enum usb_type)V->type)))
GET(ep_attributes, V->described, value_uint(V->desc.bmAttributes))
GET(ep_size, V->described, value_uint(V->desc.wMaxPacketSize))
GET(ep_interval, V->described, value_uint(V->desc.bInterval))
GET(ep_interval_ns, V->interval_ns, value_ns(V->interval_ns))
GET(ep_transfers, true, value_uint(V->transfers))
GET(ep_errors, true, value_uint(V->errors))

static const struct column endpoint_columns[] = {
	{.key = "ep", .get = get_ep_number},
	{.key = "dir", .get = get_ep_dir},
	{.key = "type", .get = get_ep_type},
	{.key = "bmAttributes", .get = get_ep_attributes},
	{.key = "wMaxPacketSize", .get = get_ep_size},
	{.key = "bInterval", .get = get_ep_interval},
	{.key = "interval", .get = get_ep_interval_ns},
	{.key = "transfers", .get = get_ep_transfers},
	{.key = "errors", .get = get_ep_errors},
};
#undef V

static void report_endpoints(
	const struct endpoint_view *v, size_t n, const char *key, struct emit *e)
{
	emit_table(e, key, NULL, endpoint_columns, ARRAY_LEN(endpoint_columns), LAYOUT_GRID);
	for (size_t i = 0; i < n; i++) {
		emit_row(e, &v[i]);
		emit_row_end(e);
	}
	emit_table_end(e);
}

static void report_device(
	const struct device_tree *tree, const struct device_view *v, bool verbose, struct emit *e)
{
	emit_row(e, v);
	emit_table(e, "interfaces", NULL, interface_columns, ARRAY_LEN(interface_columns),
		LAYOUT_GRID);
	for (size_t i = v->first_interface; i < v->first_interface + v->interfaces; i++) {
		const struct interface_view *f = &tree->interface[i];

		emit_row(e, f);
		report_endpoints(&tree->endpoint[f->first_endpoint], f->endpoints, "endpoints", e);
		emit_row_end(e);
	}
	emit_table_end(e);
	report_endpoints(&tree->endpoint[v->first_other], v->others, "other_endpoints", e);
	if (verbose)
		emit_descriptors(v, tree->ids, e);
	emit_row_end(e);
}

static void report_objects(const struct device_tree *tree, bool verbose, struct emit *e)
{
	emit_table(e, "devices", NULL, device_columns, ARRAY_LEN(device_columns), LAYOUT_GRID);
	for (size_t i = 0; i < tree->devices; i++)
		report_device(tree, &tree->device[i], verbose, e);
	emit_table_end(e);
}

/* ---- the report --------------------------------------------------------------------- */

static void report_details(const struct device_tree *tree, struct emit *e)
{
	for (size_t i = 0; i < tree->devices; i++) {
		const struct device_view *v = &tree->device[i];
		char title[64];
		struct text t;

		if (!v->instance->version)
			continue;
		text_init(&t, title, sizeof(title));
		text_str(&t, "descriptors of ");
		device_address(&t, v->instance);
		emit_begin(e, NULL, title);
		emit_descriptors(v, tree->ids, e);
		emit_end(e);
	}
}

void devices_report(
	const struct device_counts *c, struct run *r, struct ids *ids, bool verbose, struct emit *e)
{
	struct device_tree *tree = device_tree_new(model_devices(r->model), c, ids, verbose);

	emit_begin(e, NULL, NULL);
	report_text(tree, e);
	report_objects(tree, verbose, e);
	if (verbose)
		report_details(tree, e);
	emit_end(e);
	device_tree_free(tree);
}

void devices_report_dump(const uint8_t *data, size_t n, struct ids *ids, struct emit *e)
{
	struct desc_ctx ctx = {.ids = ids};
	struct desc_part part;
	size_t pos = 0;

	emit_begin(e, NULL, NULL);
	while (desc_dump_next(data, n, &pos, &part)) {
		if (part.type == DESC_CONFIGURATION)
			ctx.speed = desc_config_speed(part.data, part.len);
		desc_emit(&ctx, e, part.data, part.len, part.len, part.type, 0);
	}
	emit_end(e);
}
