/* device_describe.c: what descriptors say of an endpoint or interface, and of the pipe it stands
 * for. */
#include "model/device_impl.h"
#include "usb/desc.h"

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

/* A configuration that the capture cut off, and that has one interface (bNumInterfaces, USB 2.0
 * table 9-10): what it says nothing of any more belongs to that one. */
static void describe_lone(struct pipe *p, const struct fact *config)
{
	struct desc_interface i;
	struct desc_config c;
	struct desc_iter it;
	struct desc_item item;

	if (!config || !desc_config_parse(&c, config->data, config->len) || c.bNumInterfaces != 1 ||
		config->len >= c.wTotalLength)
		return;
	desc_iter_init(&it, config->data, config->len, config->total);
	while (desc_next(&it, &item)) {
		if (item.type != DESC_INTERFACE || !desc_interface_parse(&i, item.data, item.len))
			continue;
		p->flags |= PIPE_LONE;
		p->function = i.bInterfaceNumber;
		return;
	}
}

void devices_describe_pipe(const struct devices *d, struct pipe *p)
{
	const struct slot *s = &d->instance[p->instance - 1];
	const struct fact *dev = devices_fact(d, p->instance, UINT32_MAX, DESC_DEVICE, 0, FACT_ANY);
	const struct fact *config;
	struct desc_device dd;
	struct desc_config dc;
	struct candidate c;

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
			describe_lone(p, devices_configuration(
						 d, p->instance, p->version, p->configuration));
		}
		return;
	}
	config = devices_configuration_in_use(d, p->instance);
	if (!config || !desc_config_parse(&dc, config->data, config->len))
		return;
	p->configuration = dc.bConfigurationValue;
	p->flags |= PIPE_CONFIGURED;
	if (s->pub.configuration == CONFIGURATION_UNKNOWN)
		p->flags |= PIPE_INFERRED;
	c = find_endpoint(s->alternate, config,
		(uint8_t)(p->endpoint | (p->dir == USB_IN ? 0x80 : 0)), p->type);
	if (!c.rank) {
		describe_lone(p, config);
		return;
	}
	p->flags |= c.rank < 2 ? PIPE_INFERRED : 0;
	describe_interface(p, &c.interface, config);
	p->bmAttributes = c.endpoint.bmAttributes;
	p->bInterval = c.endpoint.bInterval;
	p->wMaxPacketSize = c.endpoint.wMaxPacketSize;
}

struct pipe devices_describe(const struct devices *d, uint32_t section, uint16_t bus,
	uint16_t address, uint8_t endpoint, uint8_t dir)
{
	struct pipe p = {.endpoint = endpoint,
		.dir = dir,
		.type = USB_TYPE_UNKNOWN,
		.instance = devices_at(d, section, bus, address)};

	if (p.instance && d->instance[p.instance - 1].pub.presence != DEVICE_UNADDRESSED)
		devices_describe_pipe(d, &p);
	return p;
}

/* ---- other parts of the device of a pipe -------------------------------------------- */

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

enum { CLASS_HID = 3 }; /* USB-IF defined class codes */

/* An interface that no configuration at hand describes, but of which a report descriptor was read:
 * HID has these alone (HID 1.11 7.1). */
static bool describe_hid(
	const struct devices *d, const struct pipe *p, uint8_t number, struct pipe *out)
{
	if (!devices_fact(d, p->instance, p->version, DESC_HID_REPORT, 0, number))
		return false;
	out->flags |= PIPE_DESCRIBED | PIPE_INFERRED;
	out->interface = out->function = number;
	out->alternate = out->bInterfaceSubClass = out->bInterfaceProtocol = 0;
	out->bInterfaceClass = CLASS_HID;
	return true;
}

bool devices_pipe_of_interface(
	const struct devices *d, const struct pipe *p, uint8_t number, struct pipe *out)
{
	struct desc_interface i;

	*out = *p;
	if (devices_interface(d, p, number, &i)) {
		describe_interface(out, &i, configuration_of(d, p));
		return true;
	}
	return describe_hid(d, p, number, out);
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
