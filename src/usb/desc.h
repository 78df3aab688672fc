/* desc.h: descriptors (USB 2.0 9.6, USB 3.2 9.6 and the device capabilities of the BOS): as a field
 * tree, as one phrase, one after the other, and as the numbers the device model needs.
 *
 * Everything works on the bytes of one GET_DESCRIPTOR answer:
 *   data, len   the bytes at hand (borrowed for the call);
 *   total       the bytes the device sent; total > len: the capture cut them (snapped).
 * A read that asked for fewer bytes than the descriptor has is normal: what is there is decoded.
 * All input may be hostile; nothing here allocates. */
#ifndef USB_DESC_H
#define USB_DESC_H

#include "base/emit.h"
#include "base/text.h"
#include "usb/ids.h"
#include "usb/usb.h"

/* Descriptor types (USB 2.0 table 9-5, USB 3.2 table 9-6, HID 1.11 7.1). */
enum {
	DESC_DEVICE = 1,
	DESC_CONFIGURATION = 2,
	DESC_STRING = 3,
	DESC_INTERFACE = 4,
	DESC_ENDPOINT = 5,
	DESC_DEVICE_QUALIFIER = 6,
	DESC_OTHER_SPEED_CONFIGURATION = 7,
	DESC_INTERFACE_POWER = 8,
	DESC_OTG = 9,
	DESC_DEBUG = 10,
	DESC_INTERFACE_ASSOCIATION = 11,
	DESC_BOS = 15,
	DESC_DEVICE_CAPABILITY = 16,
	DESC_HID = 0x21,
	DESC_HID_REPORT = 0x22,
	DESC_HID_PHYSICAL = 0x23,
	DESC_CS_INTERFACE = 0x24,
	DESC_CS_ENDPOINT = 0x25,
	DESC_HUB = 0x29,
	DESC_SS_HUB = 0x2a,
	DESC_SS_ENDPOINT_COMPANION = 0x30,
	DESC_SSP_ISO_ENDPOINT_COMPANION = 0x31
};

/* The index under which a device keeps its Microsoft OS 1.0 string. */
enum { DESC_STRING_MS_OS = 0xee };

struct desc_interface;

/* What is known beside the bytes. */
struct desc_ctx {
	enum usb_speed speed; /* unknown: what the descriptors themselves say is used */
	uint16_t bcdUSB;      /* of the device; 0: not known */
	struct ids *ids;      /* NULL: no names */
	/* The device's string of that index, UTF-8, untrusted; NULL where it is not known. May
	 * itself be NULL. */
	const char *(*string)(const void *owner, uint8_t index);
	const void *owner;
	/* The interface that was asked for a class descriptor; NULL: not known. It tells HID's type
	 * 0x21 from that of other classes. */
	const struct desc_interface *interface;
};

/* ---- for people ------------------------------------------------------------------------- */

/* Emits a whole answer to GET_DESCRIPTOR(type_wanted, index) as a field tree (type_wanted 0: not
 * known); a configuration is nested: configuration > interface > endpoint > companion. Structural
 * faults carry VERDICT_INVALID, what the capture cut VERDICT_SNAPPED, and what the read did not
 * reach VERDICT_SHORT; bytes that cannot be interpreted are kept as raw fields. Offsets count in
 * data. */
void desc_emit(const struct desc_ctx *ctx, struct emit *e, const uint8_t *data, size_t len,
	size_t total, uint8_t type_wanted, uint8_t index);

/* Appends one short phrase without line breaks: "1 interface, HID boot mouse, 100 mA",
 * "046d:c52b Logitech, Inc. Unifying Receiver, USB 2.00", a string in quotes; then how much was
 * read where that is not all, or all there is to say: "9 of 34 bytes", "46 bytes". */
void desc_summary(struct text *t, const struct desc_ctx *ctx, const uint8_t *data, size_t len,
	size_t total, uint8_t type_wanted, uint8_t index);

/* What an interface is for: "HID boot mouse", "video", or its class name; NULL: unknown class. */
const char *desc_function_name(
	struct ids *ids, uint8_t bClass, uint8_t bSubClass, uint8_t bProtocol);

/* Appends a string descriptor's UTF-16LE characters (bytes behind its header) as UTF-8; an unpaired
 * surrogate becomes U+FFFD. False if there was one or a byte was left over (USB 2.0 9.6.7,
 * Unicode 15 3.9). The result is untrusted. */
bool desc_utf16(struct text *t, const uint8_t *data, size_t len);

/* ---- one after the other ---------------------------------------------------------------- */

enum desc_problem {
	DESC_FINE,
	DESC_SNAPPED,	 /* the capture cut it */
	DESC_READ_SHORT, /* the read ended in it: normal */
	DESC_NO_LENGTH,	 /* bLength 0 or 1: what follows cannot be found */
	DESC_BEYOND,	 /* bLength goes beyond wTotalLength */
	DESC_TRAILING	 /* bytes behind wTotalLength */
};

struct desc_iter {
	const uint8_t *data;
	size_t len, total, limit, pos;
};

struct desc_item {
	const uint8_t *data;
	size_t off, len; /* bytes at hand: at most bLength, except for NO_LENGTH and TRAILING */
	uint8_t bLength;
	uint8_t type;	 /* bDescriptorType; 0 where it is not at hand */
	uint8_t problem; /* enum desc_problem */
	uint8_t missing; /* enum verdict of a field behind the last byte at hand */
};

/* Over an answer: if its first descriptor is a configuration, other-speed configuration or BOS,
 * everything within wTotalLength, else a plain sequence. */
void desc_iter_init(struct desc_iter *it, const uint8_t *data, size_t len, size_t total);
/* False at the end. Costs a few comparisons; each call but the last moves on. */
bool desc_next(struct desc_iter *it, struct desc_item *item);

/* ---- as numbers ------------------------------------------------------------------------- */

/* The parse functions fill the members whose bytes are there, 0 for the rest, and return true only
 * if the type is right and all of the fields are there (USB 2.0 9.5: shorter is not valid; longer
 * is, the rest is ignored). */

struct desc_device { /* USB 2.0 9.6.1, also a qualifier's first half */
	uint16_t bcdUSB, idVendor, idProduct, bcdDevice;
	uint8_t bDeviceClass, bDeviceSubClass, bDeviceProtocol, bMaxPacketSize0;
	uint8_t iManufacturer, iProduct, iSerialNumber, bNumConfigurations;
};

struct desc_config { /* USB 2.0 9.6.3, 9.6.4 */
	uint16_t wTotalLength;
	uint8_t bNumInterfaces, bConfigurationValue, iConfiguration, bmAttributes, bMaxPower;
};

struct desc_interface { /* USB 2.0 9.6.5 */
	uint8_t bInterfaceNumber, bAlternateSetting, bNumEndpoints;
	uint8_t bInterfaceClass, bInterfaceSubClass, bInterfaceProtocol, iInterface;
};

struct desc_association { /* USB 2.0 ECN interface association descriptors, USB 3.2 9.6.4 */
	uint8_t bFirstInterface, bInterfaceCount;
	uint8_t bFunctionClass, bFunctionSubClass, bFunctionProtocol, iFunction;
};

struct desc_endpoint { /* USB 2.0 9.6.6 */
	uint8_t bEndpointAddress, bmAttributes, bInterval;
	uint16_t wMaxPacketSize;
};

bool desc_device_parse(struct desc_device *d, const uint8_t *p, size_t len);
bool desc_config_parse(struct desc_config *d, const uint8_t *p, size_t len);
bool desc_interface_parse(struct desc_interface *d, const uint8_t *p, size_t len);
bool desc_association_parse(struct desc_association *d, const uint8_t *p, size_t len);
bool desc_endpoint_parse(struct desc_endpoint *d, const uint8_t *p, size_t len);

/* Transfer type: bits 1..0 of an endpoint's bmAttributes. */
static inline enum usb_type desc_endpoint_type(const struct desc_endpoint *d)
{
	static const uint8_t type[] = {USB_CONTROL, USB_ISOCHRONOUS, USB_BULK, USB_INTERRUPT};

	return (enum usb_type)type[d->bmAttributes & 3];
}

/* Bytes of one packet, and packets of one microframe (1–4; 4 is reserved). */
static inline unsigned desc_endpoint_packet(const struct desc_endpoint *d)
{
	return d->wMaxPacketSize & 0x7ff;
}

static inline unsigned desc_endpoint_transactions(const struct desc_endpoint *d)
{
	return 1 + (d->wMaxPacketSize >> 11 & 3);
}

/* An endpoint's service interval in ns (USB 2.0 table 9-13, USB 3.2 9.6.6): low- and
 * full-speed interrupt bInterval frames, full-speed isochronous 2^(bInterval-1) frames, periodic at
 * high speed and above 2^(bInterval-1) microframes. 0: bInterval out of range, type or speed
 * without one. */
int64_t desc_interval_ns(enum usb_speed speed, enum usb_type type, uint8_t bInterval);
/* Appends it: "8 ms". At an unknown speed all that it may mean; nothing where there is none. */
void desc_interval_text(
	struct text *t, enum usb_speed speed, enum usb_type type, uint8_t bInterval);

/* The speed that the descriptors of a configuration give away: SuperSpeed companions, or a bulk
 * endpoint's packet size, which is different at full, high and super speed (USB 2.0 5.8.3). */
enum usb_speed desc_config_speed(const uint8_t *data, size_t len);

/* The interface of a configuration whose HID descriptor (HID 1.11 6.2.1) announces a report
 * descriptor of `length` bytes: `number` if that is one of them, else the only one. -1: none, or
 * several. */
int desc_report_interface(const uint8_t *data, size_t len, uint8_t number, size_t length);

#endif
