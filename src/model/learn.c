/* learn.c: standard requests teach the device model. Which requests make a new device instance is
 * said at each rule: Linux shows SET_ADDRESS on some host controllers only, Windows never. */
#include "model/learn.h"
#include "model/ports.h"
#include "usb/desc.h"
#include "usb/hub.h"
#include "usb/observability.h"
#include "usb/request.h"

#include <string.h>

enum {
	GET_DESCRIPTOR = 6,
	SET_ADDRESS = 5,
	GET_CONFIGURATION = 8,
	SET_CONFIGURATION = 9,
	GET_INTERFACE = 10,
	SET_INTERFACE = 11,
	ADDRESS_MAX = 127,
	DEVICE_DESCRIPTOR_LEN = 18,
	DEVICE_DESCRIPTOR_IDS = 12 /* bytes up to idProduct */
};

/* ---- new devices -------------------------------------------------------------------- */

static void move_to(struct devices *d, struct xfer *x, uint32_t instance)
{
	/* what the capture says of the speed it says of this transfer */
	bool captured = devices_get_instance(d, x->instance)->speed_from == SPEED_FROM_CAPTURE;

	x->pipe = devices_pipe(d, x->section, x->bus, x->device, x->endpoint, x->dir, x->type,
		captured ? x->speed : (uint8_t)USB_SPEED_UNKNOWN);
	x->instance = instance;
	x->endpoint_id = devices_get_pipe(d, x->pipe)->endpoint_id;
	x->speed = devices_get_pipe(d, x->pipe)->speed;
}

/* Are the two device descriptors, as far as both are there, the same? */
static bool same_device(const struct fact *a, const uint8_t *data, uint32_t len)
{
	if (len > a->len)
		len = a->len;
	if (len > DEVICE_DESCRIPTOR_LEN)
		len = DEVICE_DESCRIPTOR_LEN;
	return !memcmp(a->data, data, len);
}

/* Is it certain that they are of one device? The first 8 bytes, which hosts read of a new device,
 * are the same for many. */
static bool certainly_same(const struct fact *a, const uint8_t *data, uint32_t len)
{
	return a && a->len >= DEVICE_DESCRIPTOR_IDS && len >= DEVICE_DESCRIPTOR_IDS &&
	       same_device(a, data, len);
}

static const struct fact *device_descriptor(const struct devices *d, uint32_t instance)
{
	return devices_fact(d, instance, UINT32_MAX, DESC_DEVICE, 0, FACT_ANY);
}

/* A device that had address 0 until now answers under x's address. If it is the one that was known
 * there it came back (reset, replugged): it keeps what it told. An instance that is younger than
 * the one at address 0 is the new device already: x made it. Nothing else may decide whether there
 * is a new one, so that a run that knows more has the same instances. */
static void came_from_zero(struct devices *d, struct xfer *x, uint32_t zero)
{
	const struct fact *fresh = device_descriptor(d, zero);
	uint32_t old = devices_at(d, x->section, x->bus, x->device);
	const struct fact *known = old ? device_descriptor(d, old) : NULL;
	uint32_t now = old;

	if (old < zero)
		now = devices_renew(d, x->section, x->bus, x->device,
			certainly_same(known, x->data.data, x->data.kept));
	devices_add_fact(d, now, fresh);
	devices_addressed(d, now);
	ports_arrived(d, now);
	if (now != x->instance)
		move_to(d, x, now);
}

/* A device answers under the address of one that its hub told to be gone. */
static bool is_back(const struct devices *d, const struct xfer *x)
{
	return devices_get_instance(d, x->instance)->presence == DEVICE_GONE &&
	       devices_at(d, x->section, x->bus, x->device) == x->instance;
}

/* The device descriptor tells when there is another device:
 * - Linux asks for it under address 0 and then under the new address, where that has no SET_ADDRESS
 *   (xHCI gives addresses itself), unless meanwhile somebody asks another device;
 * - everywhere, when it differs from what was known, or the hub told that the device before is
 *   gone. */
static void on_device_descriptor(struct devices *d, struct xfer *x)
{
	uint32_t zero = x->device ? devices_at(d, x->section, x->bus, 0) : 0;
	uint32_t old = devices_at(d, x->section, x->bus, x->device);
	const struct fact *fresh = zero ? device_descriptor(d, zero) : NULL;
	const struct fact *known = old ? device_descriptor(d, old) : NULL;

	/* Who says what is known of it already is that device, as long as nothing but a beginning
	 * that many share speaks for the one at address 0. */
	if (fresh && same_device(fresh, x->data.data, x->data.kept) &&
		(old > zero || fresh->len >= DEVICE_DESCRIPTOR_IDS ||
			!certainly_same(known, x->data.data, x->data.kept)))
		came_from_zero(d, x, zero);
	known = device_descriptor(d, x->instance);
	if (is_back(d, x))
		move_to(d, x,
			devices_renew(d, x->section, x->bus, x->device,
				certainly_same(known, x->data.data, x->data.kept)));
	else if (known && !same_device(known, x->data.data, x->data.kept))
		move_to(d, x, devices_renew(d, x->section, x->bus, x->device, false));
	if (!x->device)
		ports_default(d, x->instance);
	else if (!fresh || !devices_at(d, x->section, x->bus, 0))
		ports_arrived(d, x->instance);
}

/* ---- the requests ------------------------------------------------------------------- */

uint8_t learn_report_interface(const struct devices *d, const struct xfer *x)
{
	uint8_t number = usb_setup_parse(x->setup).wIndex & 0xff;
	const struct pipe *p = devices_get_pipe(d, x->pipe);
	const struct fact *config;
	int found;

	if (number || !capture_is_usbpcap((enum capture_kind)x->capture))
		return number;
	config =
		p->flags & PIPE_CONFIGURED
			? devices_configuration(d, p->instance, p->version, p->configuration)
			: devices_fact(d, p->instance, p->version, DESC_CONFIGURATION, 0, FACT_ANY);
	found = config ? desc_report_interface(config->data, config->len, number, x->data.total)
		       : -1;
	return found < 0 ? number : (uint8_t)found;
}

static void store_descriptor(struct devices *d, const struct xfer *x, const struct usb_setup *s)
{
	struct fact f = {
		.type = (uint8_t)(s->wValue >> 8),
		.index = (uint8_t)s->wValue,
		.which = s->wIndex,
		.len = x->data.kept,
		.total = x->data.total,
		.data = (uint8_t *)(uintptr_t)x->data.data,
	};

	if (f.len > FACT_LEN)
		f.len = FACT_LEN;
	if (f.type == DESC_HID_REPORT)
		f.which = learn_report_interface(d, x);
	devices_add_fact(d, x->instance, &f);
}

static void get_descriptor(struct devices *d, struct xfer *x, const struct usb_setup *s)
{
	if (!x->data.kept || setup_recipient(s->bmRequestType) > 1)
		return;
	if (s->wValue >> 8 == DESC_DEVICE)
		on_device_descriptor(d, x);
	store_descriptor(d, x, s);
}

/* The device behind address 0 has a new address from now on (USB 2.0 9.4.6). */
static void set_address(struct devices *d, struct xfer *x, const struct usb_setup *s)
{
	const struct fact *fresh = device_descriptor(d, x->instance), *known;
	uint32_t old, now;

	if (!s->wValue || s->wValue > ADDRESS_MAX)
		return;
	old = devices_at(d, x->section, x->bus, s->wValue);
	known = old ? device_descriptor(d, old) : NULL;
	now = devices_renew(d, x->section, x->bus, s->wValue,
		fresh && certainly_same(known, fresh->data, fresh->len));
	if (fresh)
		devices_add_fact(d, now, fresh);
	devices_addressed(d, now);
	ports_arrived(d, now);
}

static void set_configuration(struct devices *d, struct xfer *x, const struct usb_setup *s)
{
	devices_set_configuration(d, x->instance, s->wValue & 0xff);
}

static void get_configuration(struct devices *d, struct xfer *x, const struct usb_setup *s)
{
	(void)s;
	if (x->data.kept && devices_get_instance(d, x->instance)->configuration != x->data.data[0])
		devices_set_configuration(d, x->instance, x->data.data[0]);
}

static void set_interface(struct devices *d, struct xfer *x, const struct usb_setup *s)
{
	devices_set_alternate(d, x->instance, (uint8_t)s->wIndex, (uint8_t)s->wValue);
}

static void get_interface(struct devices *d, struct xfer *x, const struct usb_setup *s)
{
	if (x->data.kept)
		devices_set_alternate(d, x->instance, (uint8_t)s->wIndex, x->data.data[0]);
}

static const struct {
	void (*by)(struct devices *, struct xfer *, const struct usb_setup *);
	enum usb_dir dir; /* of the data stage: bytes that the host sent are not the device's */
} teach[] = {
	[SET_ADDRESS] = {set_address, USB_OUT},
	[GET_DESCRIPTOR] = {get_descriptor, USB_IN},
	[GET_CONFIGURATION] = {get_configuration, USB_IN},
	[SET_CONFIGURATION] = {set_configuration, USB_OUT},
	[GET_INTERFACE] = {get_interface, USB_IN},
	[SET_INTERFACE] = {set_interface, USB_OUT},
};

static bool is_done(const struct xfer *x)
{
	return x->type == USB_CONTROL && x->flags & XFER_HAS_SETUP && x->status == STATUS_OK;
}

/* What the device has no such descriptor for (USB 2.0 9.4.3: it answers with a request error). */
static void learn_from_refusal(struct devices *d, const struct xfer *x, const struct usb_setup *s)
{
	if (x->type == USB_CONTROL && x->flags & XFER_HAS_SETUP && x->status == STATUS_STALL &&
		s->bmRequestType == 0x80 && s->bRequest == GET_DESCRIPTOR &&
		s->wValue >> 8 == DESC_DEVICE_QUALIFIER)
		devices_set_no_qualifier(d, x->instance);
}

static bool teaches(const struct xfer *x, const struct usb_setup *s)
{
	return is_done(x) && setup_request_type(s->bmRequestType) == REQUEST_STANDARD &&
	       s->bRequest < sizeof(teach) / sizeof(teach[0]) && teach[s->bRequest].by &&
	       teach[s->bRequest].dir == (s->bmRequestType & 0x80 ? USB_IN : USB_OUT);
}

/* Hubs are asked for their descriptor by a class request (USB 2.0 11.24.2.5). */
static void learn_from_class(struct devices *d, const struct xfer *x, const struct usb_setup *s)
{
	uint8_t type = (uint8_t)(s->wValue >> 8);

	if (s->bmRequestType == 0xa0 && s->bRequest == HUB_GET_DESCRIPTOR &&
		(type == DESC_HUB || type == DESC_SS_HUB))
		store_descriptor(d, x, s);
	else
		ports_learn(d, x);
}

void learn_from(struct devices *d, struct xfer *x)
{
	struct usb_setup s = usb_setup_parse(x->setup);

	if (teaches(x, &s))
		teach[s.bRequest].by(d, x, &s);
	else if (is_done(x) && setup_request_type(s.bmRequestType) == REQUEST_CLASS)
		learn_from_class(d, x, &s);
	else
		learn_from_refusal(d, x, &s);
}

void learn_known(struct devices *d, const struct xfer *x)
{
	struct usb_setup s = usb_setup_parse(x->setup);

	if (!teaches(x, &s))
		return;
	if (s.bRequest == GET_DESCRIPTOR)
		store_descriptor(d, x, &s);
	else if (s.bRequest == SET_CONFIGURATION)
		devices_set_configuration(d, x->instance, s.wValue & 0xff);
	else if (s.bRequest == SET_INTERFACE)
		set_interface(d, (struct xfer *)(uintptr_t)x, &s);
}
