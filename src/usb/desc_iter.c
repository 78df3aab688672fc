/* desc_iter.c: walking from descriptor to descriptor, and single descriptors as numbers. */
#include "usb/desc.h"
#include "base/cursor.h"

static bool is_block(uint8_t type)
{
	return type == DESC_CONFIGURATION || type == DESC_OTHER_SPEED_CONFIGURATION ||
	       type == DESC_BOS;
}

void desc_iter_init(struct desc_iter *it, const uint8_t *data, size_t len, size_t total)
{
	*it = (struct desc_iter){
		.data = data, .len = len, .total = total > len ? total : len, .limit = SIZE_MAX};
	/* A wTotalLength that does not even hold its own descriptor says nothing. */
	if (len >= 4 && is_block(data[1]) && le16(data + 2) >= data[0] && le16(data + 2) >= 5)
		it->limit = le16(data + 2);
}

bool desc_next(struct desc_iter *it, struct desc_item *item)
{
	size_t left = it->len - it->pos, within = left, end;

	if (!left)
		return false;
	*item = (struct desc_item){.data = it->data + it->pos, .off = it->pos, .len = left};
	item->missing = VERDICT_INVALID;
	if (it->pos >= it->limit) {
		item->problem = DESC_TRAILING;
		it->pos = it->len;
		return true;
	}
	if (within > it->limit - it->pos)
		within = it->limit - it->pos;
	item->bLength = item->data[0];
	item->type = within > 1 ? item->data[1] : 0;
	end = it->pos + item->bLength;
	if (item->bLength < 2) {
		item->problem = DESC_NO_LENGTH;
		item->len = within;
	} else {
		item->problem = end > it->limit	      ? DESC_BEYOND
				: end <= it->len      ? DESC_FINE
				: it->len < it->total ? DESC_SNAPPED
						      : DESC_READ_SHORT;
		item->len = item->bLength < within ? item->bLength : within;
		/* The data ended before both bLength and wTotalLength. */
		if (item->len < item->bLength && it->pos + item->len < it->limit)
			item->missing = it->len < it->total ? VERDICT_SNAPPED : VERDICT_SHORT;
	}
	it->pos += item->len;
	return true;
}

/* ---- numbers ---------------------------------------------------------------------------- */

/* Behind the header; false if it is not there or says another type. */
static bool begin(struct cursor *c, const uint8_t *p, size_t len, uint8_t type, uint8_t size)
{
	bool fits;

	*c = cursor_over(p, len, false);
	fits = cursor_u8(c) >= size;
	return cursor_u8(c) == type && fits && !c->over;
}

bool desc_device_parse(struct desc_device *d, const uint8_t *p, size_t len)
{
	struct cursor c;
	bool right = begin(&c, p, len, DESC_DEVICE, 18);

	d->bcdUSB = cursor_u16(&c);
	d->bDeviceClass = cursor_u8(&c);
	d->bDeviceSubClass = cursor_u8(&c);
	d->bDeviceProtocol = cursor_u8(&c);
	d->bMaxPacketSize0 = cursor_u8(&c);
	d->idVendor = cursor_u16(&c);
	d->idProduct = cursor_u16(&c);
	d->bcdDevice = cursor_u16(&c);
	d->iManufacturer = cursor_u8(&c);
	d->iProduct = cursor_u8(&c);
	d->iSerialNumber = cursor_u8(&c);
	d->bNumConfigurations = cursor_u8(&c);
	return right && !c.over;
}

bool desc_config_parse(struct desc_config *d, const uint8_t *p, size_t len)
{
	bool other = len > 1 && p[1] == DESC_OTHER_SPEED_CONFIGURATION;
	struct cursor c;
	bool right =
		begin(&c, p, len, other ? DESC_OTHER_SPEED_CONFIGURATION : DESC_CONFIGURATION, 9);

	d->wTotalLength = cursor_u16(&c);
	d->bNumInterfaces = cursor_u8(&c);
	d->bConfigurationValue = cursor_u8(&c);
	d->iConfiguration = cursor_u8(&c);
	d->bmAttributes = cursor_u8(&c);
	d->bMaxPower = cursor_u8(&c);
	return right && !c.over;
}

bool desc_interface_parse(struct desc_interface *d, const uint8_t *p, size_t len)
{
	struct cursor c;
	bool right = begin(&c, p, len, DESC_INTERFACE, 9);

	d->bInterfaceNumber = cursor_u8(&c);
	d->bAlternateSetting = cursor_u8(&c);
	d->bNumEndpoints = cursor_u8(&c);
	d->bInterfaceClass = cursor_u8(&c);
	d->bInterfaceSubClass = cursor_u8(&c);
	d->bInterfaceProtocol = cursor_u8(&c);
	d->iInterface = cursor_u8(&c);
	return right && !c.over;
}

bool desc_association_parse(struct desc_association *d, const uint8_t *p, size_t len)
{
	struct cursor c;
	bool right = begin(&c, p, len, DESC_INTERFACE_ASSOCIATION, 8);

	d->bFirstInterface = cursor_u8(&c);
	d->bInterfaceCount = cursor_u8(&c);
	d->bFunctionClass = cursor_u8(&c);
	d->bFunctionSubClass = cursor_u8(&c);
	d->bFunctionProtocol = cursor_u8(&c);
	d->iFunction = cursor_u8(&c);
	return right && !c.over;
}

bool desc_endpoint_parse(struct desc_endpoint *d, const uint8_t *p, size_t len)
{
	struct cursor c;
	bool right = begin(&c, p, len, DESC_ENDPOINT, 7);

	d->bEndpointAddress = cursor_u8(&c);
	d->bmAttributes = cursor_u8(&c);
	d->wMaxPacketSize = cursor_u16(&c);
	d->bInterval = cursor_u8(&c);
	return right && !c.over;
}

/* ---- speed and interval ----------------------------------------------------------------- */

/* The lowest speed at which such an endpoint is allowed, unknown where several are. */
static enum usb_speed endpoint_speed(const struct desc_endpoint *d)
{
	unsigned size = desc_endpoint_packet(d);

	if (desc_endpoint_type(d) == USB_BULK) /* USB 2.0 5.8.3, USB 3.2 9.6.6 */
		return size == 1024 ? USB_SUPER : size == 512 ? USB_HIGH : USB_FULL;
	if (desc_endpoint_transactions(d) > 1) /* USB 2.0 9.6.6 */
		return USB_HIGH;
	if (desc_endpoint_type(d) == USB_INTERRUPT) /* 5.7.3 */
		return size > 64 ? USB_HIGH : USB_SPEED_UNKNOWN;
	return size > 1023 ? USB_HIGH : USB_SPEED_UNKNOWN; /* 5.6.3 */
}

enum usb_speed desc_config_speed(const uint8_t *data, size_t len)
{
	enum usb_speed best = USB_SPEED_UNKNOWN, speed;
	struct desc_endpoint d;
	struct desc_iter it;
	struct desc_item item;

	desc_iter_init(&it, data, len, len);
	while (desc_next(&it, &item)) {
		speed = USB_SPEED_UNKNOWN;
		if (item.problem == DESC_FINE && item.type == DESC_SS_ENDPOINT_COMPANION)
			speed = USB_SUPER;
		else if (item.problem == DESC_FINE && desc_endpoint_parse(&d, item.data, item.len))
			speed = endpoint_speed(&d);
		best = speed > best ? speed : best;
	}
	return best;
}

/* Does a HID descriptor list a report descriptor of that length? HID 1.11 6.2.1: from byte 6 on,
 * bNumDescriptors (byte 5) times bDescriptorType and wDescriptorLength. */
static bool announces(const struct desc_item *hid, size_t length)
{
	for (size_t at = 6; at + 3 <= hid->len && at < 6u + 3u * hid->data[5]; at += 3)
		if (hid->data[at] == DESC_HID_REPORT &&
			(size_t)(hid->data[at + 1] | hid->data[at + 2] << 8) == length)
			return true;
	return false;
}

int desc_report_interface(const uint8_t *data, size_t len, uint8_t number, size_t length)
{
	struct desc_interface i = {0};
	bool in_interface = false, several = false;
	struct desc_iter it;
	struct desc_item item;
	int found = -1;

	desc_iter_init(&it, data, len, len);
	while (desc_next(&it, &item)) {
		if (item.type == DESC_INTERFACE)
			in_interface = desc_interface_parse(&i, item.data, item.len);
		if (item.type != DESC_HID || !in_interface || !announces(&item, length))
			continue;
		if (i.bInterfaceNumber == number)
			return number;
		several |= found >= 0 && found != i.bInterfaceNumber;
		found = i.bInterfaceNumber;
	}
	return several ? -1 : found;
}

int64_t desc_interval_ns(enum usb_speed speed, enum usb_type type, uint8_t bInterval)
{
	const int64_t frame = 1000000, microframe = 125000;

	if (!bInterval || (type != USB_INTERRUPT && type != USB_ISOCHRONOUS))
		return 0;
	if (type == USB_INTERRUPT && (speed == USB_LOW || speed == USB_FULL))
		return bInterval * frame;
	if (bInterval > 16 || speed == USB_LOW || speed == USB_SPEED_UNKNOWN)
		return 0;
	return (speed == USB_FULL ? frame : microframe) << (bInterval - 1);
}

/* All intervals are whole milliseconds or 125, 250, 500 microseconds. */
static void interval(struct text *t, int64_t ns)
{
	text_i64(t, ns % 1000000 ? ns / 1000 : ns / 1000000);
	text_str(t, ns % 1000000 ? " µs" : " ms");
}

void desc_interval_text(struct text *t, enum usb_speed speed, enum usb_type type, uint8_t bInterval)
{
	int64_t full = desc_interval_ns(USB_FULL, type, bInterval);
	int64_t high = desc_interval_ns(USB_HIGH, type, bInterval);

	if (speed != USB_SPEED_UNKNOWN) {
		full = desc_interval_ns(speed, type, bInterval);
		if (full)
			interval(t, full);
		return;
	}
	if (full) {
		interval(t, full);
		text_str(t, " at full speed");
	}
	if (high) {
		text_str(t, full ? ", " : "");
		interval(t, high);
		text_str(t, " at high speed");
	}
}
