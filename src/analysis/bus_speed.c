/* bus_speed.c: the speed of a device, from its bus and descriptors. */
#include "analysis/bus_speed.h"
#include "usb/desc.h"

enum { CLASS_HUB = 9 };

bool bus_is_root_hub(const struct devices *d, uint32_t instance)
{
	const struct fact *f = devices_fact(d, instance, UINT32_MAX, DESC_DEVICE, 0, FACT_ANY);
	struct desc_device dev;

	return f && desc_device_parse(&dev, f->data, f->len) && dev.idVendor == 0x1d6b &&
	       dev.idProduct >= 1 && dev.idProduct <= 3;
}

/* Linux gives root hubs address 1. */
enum usb_speed bus_speed_root(const struct devices *d, uint32_t section, uint16_t bus)
{
	uint32_t root = devices_at(d, section, bus, 1);

	if (!root || !bus_is_root_hub(d, root))
		return USB_SPEED_UNKNOWN;
	return (enum usb_speed)devices_get_instance(d, root)->speed;
}

bool bus_lacks_high_speed(const struct instance *i, const struct desc_device *dev)
{
	return i->no_qualifier && i->speed < USB_HIGH && dev->bcdUSB >= 0x200 &&
	       dev->bcdUSB < 0x300;
}

/* Not before USB 2.0, and with packets of 64 bytes on endpoint 0 only (USB 2.0 5.5.3). */
static bool could_be_high(const struct instance *i, const struct desc_device *dev)
{
	return dev->bcdUSB >= 0x200 && !bus_lacks_high_speed(i, dev) && dev->bMaxPacketSize0 != 8 &&
	       dev->bMaxPacketSize0 != 16 && dev->bMaxPacketSize0 != 32;
}

/* By what the device descriptor says: low speed knows no other packets of endpoint 0. */
static bool could_be_low(const struct desc_device *dev)
{
	return dev->bMaxPacketSize0 == 8 && dev->bDeviceClass != CLASS_HUB;
}

/* Whether all endpoints are such as low speed has. */
static bool has_low_endpoints(const struct fact *config)
{
	struct desc_endpoint e;
	struct desc_iter it;
	struct desc_item item;

	desc_iter_init(&it, config->data, config->len, config->total);
	while (desc_next(&it, &item)) {
		if (item.type != DESC_ENDPOINT || !desc_endpoint_parse(&e, item.data, item.len))
			continue;
		if (desc_endpoint_type(&e) != USB_INTERRUPT || e.wMaxPacketSize > 8 ||
			e.bInterval < 10)
			return false;
	}
	return true;
}

enum usb_speed bus_speed(const struct devices *d, uint32_t instance, bool *inferred)
{
	const struct instance *i = devices_get_instance(d, instance);
	const struct fact *f = devices_fact(d, instance, UINT32_MAX, DESC_DEVICE, 0, FACT_ANY);
	const struct fact *config;
	enum usb_speed root;
	struct desc_device dev;

	*inferred = speed_is_inferred((enum speed_from)i->speed_from);
	if (i->speed != USB_SPEED_UNKNOWN)
		return (enum usb_speed)i->speed;
	root = bus_speed_root(d, i->section, i->bus);
	*inferred = true;
	if (!f || !desc_device_parse(&dev, f->data, f->len))
		return USB_SPEED_UNKNOWN;
	if (root != USB_FULL && could_be_high(i, &dev))
		return USB_SPEED_UNKNOWN;
	if (!could_be_low(&dev))
		return USB_FULL;
	config = devices_configuration_in_use(d, instance);
	if (!config)
		return USB_SPEED_UNKNOWN;
	return has_low_endpoints(config) ? USB_LOW : USB_FULL;
}
