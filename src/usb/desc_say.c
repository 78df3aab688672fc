/* desc_say.c: what numbers of descriptors mean, in words. */
#include "usb/desc_say.h"
#include "usb/request.h"
#include "base/mem.h"

/* The nth number before the one in work. */
static uint8_t before(const struct desc_walk *w, size_t n)
{
	return w->seen > n ? (uint8_t)w->number[w->seen - 1 - n].value : 0;
}

static void say_name(struct text *t, const char *name)
{
	if (name)
		text_str(t, name);
}

static void say_number(struct text *t, uint32_t value, const char *unit)
{
	text_u64(t, value);
	text_str(t, unit);
}

/* ---- structure -------------------------------------------------------------------------- */

bool desc_wrong_length(const struct desc_walk *w, uint32_t value)
{
	return value < desc_def_least(w->def) || w->item->problem == DESC_BEYOND;
}

void desc_say_length(const struct desc_walk *w, uint32_t value, struct text *t)
{
	if (w->item->problem == DESC_BEYOND) {
		text_str(t, "goes beyond wTotalLength");
	} else if (value < desc_def_least(w->def)) {
		text_str(t, "at least ");
		text_u64(t, desc_def_least(w->def));
	}
}

/* Bit 7 of a type is reserved, bits 6..5 tell standard, class, vendor and reserved ones (USB Common
 * Class Specification 1.0); of the standard ones only some are defined. */
static bool type_is_reserved(uint32_t type)
{
	return type >= 0x60 || (type < 0x20 && !descriptor_type_name((uint8_t)type));
}

static bool type_is_other(const struct desc_walk *w, uint32_t type)
{
	return !w->item->off && w->type_wanted && type != w->type_wanted;
}

bool desc_wrong_type(const struct desc_walk *w, uint32_t value)
{
	return type_is_reserved(value) || type_is_other(w, value);
}

void desc_say_type(const struct desc_walk *w, uint32_t value, struct text *t)
{
	const char *asked = descriptor_type_name(w->type_wanted);

	desc_say_descriptor_type(w, value, t);
	if (!type_is_other(w, value))
		return;
	text_str(t, ", asked for was ");
	if (asked)
		text_str(t, asked);
	else
		text_hex(t, w->type_wanted, 2);
}

/* Types of classes other than HID and hub share HID's and the hub's numbers. */
static bool is_of_other_class(const struct desc_walk *w)
{
	return w->def == &desc_unknown || (w->def->never_alone && !w->def->of_subtype);
}

void desc_say_descriptor_type(const struct desc_walk *w, uint32_t value, struct text *t)
{
	const char *name = descriptor_type_name((uint8_t)value);

	if (type_is_reserved(value))
		text_str(t, "reserved");
	else if (value >= 0x40)
		text_str(t, "vendor-specific");
	else if (value >= 0x20 && value < 0x30 && is_of_other_class(w))
		text_str(t, "class-specific");
	else
		say_name(t, name);
}

bool desc_wrong_total_length(const struct desc_walk *w, uint32_t value)
{
	return value < w->item->bLength;
}

void desc_say_total_length(const struct desc_walk *w, uint32_t value, struct text *t)
{
	if (desc_wrong_total_length(w, value)) {
		text_str(t, "less than this descriptor");
	} else if (w->total < value) {
		text_u64(t, w->total);
		text_str(t, " read");
	}
}

/* ---- general ---------------------------------------------------------------------------- */

/* 0xJJMN is version JJ.M.N (USB 2.0 9.6.1), written JJ.MN. */
void desc_say_bcd(const struct desc_walk *w, uint32_t value, struct text *t)
{
	(void)w;
	text_printf(t, "%x.%02x", value >> 8 & 0xff, value & 0xff);
}

void desc_say_string(const struct desc_walk *w, uint32_t value, struct text *t)
{
	if (!value)
		text_str(t, "none");
	else if (w->ctx->string)
		say_name(t, w->ctx->string(w->ctx->owner, (uint8_t)value));
}

void desc_say_langid(const struct desc_walk *w, uint32_t value, struct text *t)
{
	const char *language = ids_language(w->ctx->ids, (uint16_t)value);
	const char *dialect = ids_dialect(w->ctx->ids, (uint16_t)value);

	say_name(t, language);
	if (language && dialect)
		text_printf(t, " (%s)", dialect);
}

void desc_say_vendor(const struct desc_walk *w, uint32_t value, struct text *t)
{
	say_name(t, ids_vendor(w->ctx->ids, (uint16_t)value));
}

void desc_say_product(const struct desc_walk *w, uint32_t value, struct text *t)
{
	uint16_t vendor = (uint16_t)desc_walk_number(w, "idVendor");

	say_name(t, ids_product(w->ctx->ids, vendor, (uint16_t)value));
}

void desc_say_class(const struct desc_walk *w, uint32_t value, struct text *t)
{
	say_name(t, ids_class(w->ctx->ids, (uint8_t)value));
}

/* Subclass and protocol follow their class in all descriptors. */
void desc_say_subclass(const struct desc_walk *w, uint32_t value, struct text *t)
{
	say_name(t, ids_subclass(w->ctx->ids, before(w, 1), (uint8_t)value));
}

void desc_say_protocol(const struct desc_walk *w, uint32_t value, struct text *t)
{
	say_name(t, ids_protocol(w->ctx->ids, before(w, 2), before(w, 1), (uint8_t)value));
}

void desc_say_yes_no(const struct desc_walk *w, uint32_t value, struct text *t)
{
	(void)w;
	text_str(t, value ? "yes" : "no");
}

void desc_say_bytes(const struct desc_walk *w, uint32_t value, struct text *t)
{
	(void)w;
	say_number(t, value, value == 1 ? " byte" : " bytes");
}

void desc_say_ms(const struct desc_walk *w, uint32_t value, struct text *t)
{
	(void)w;
	say_number(t, value, " ms");
}

void desc_say_hz(const struct desc_walk *w, uint32_t value, struct text *t)
{
	(void)w;
	say_number(t, value, " Hz");
}

void desc_say_khz(const struct desc_walk *w, uint32_t value, struct text *t)
{
	(void)w;
	say_number(t, value, " kHz");
}

void desc_say_bps(const struct desc_walk *w, uint32_t value, struct text *t)
{
	(void)w;
	say_number(t, value, " bit/s");
}

void desc_say_2ms(const struct desc_walk *w, uint32_t value, struct text *t)
{
	(void)w;
	say_number(t, value * 2, " ms");
}

void desc_say_us(const struct desc_walk *w, uint32_t value, struct text *t)
{
	(void)w;
	say_number(t, value, " µs");
}

void desc_say_ns(const struct desc_walk *w, uint32_t value, struct text *t)
{
	(void)w;
	say_number(t, value, " ns");
}

void desc_say_100ns(const struct desc_walk *w, uint32_t value, struct text *t)
{
	(void)w;
	say_number(t, value * 100, " ns");
}

void desc_say_ma(const struct desc_walk *w, uint32_t value, struct text *t)
{
	(void)w;
	say_number(t, value, " mA");
}

/* ---- device and configuration ----------------------------------------------------------- */

/* An exponent since USB 3.0 (USB 3.2 9.6.1). */
void desc_say_packet0(const struct desc_walk *w, uint32_t value, struct text *t)
{
	if (desc_walk_number(w, "bcdUSB") < 0x0300)
		desc_say_bytes(w, value, t);
	else if (value < 16)
		desc_say_bytes(w, 1u << value, t);
}

/* In 2 mA, in 8 mA at SuperSpeed (USB 2.0 9.6.3, USB 3.2 9.6.3). The first 9 bytes alone do not
 * tell whether they were read at SuperSpeed; but a device of an earlier USB does not know it. */
void desc_say_max_power(const struct desc_walk *w, uint32_t value, struct text *t)
{
	bool below_super = w->ctx->bcdUSB && w->ctx->bcdUSB < 0x0300;

	if (w->inferred && w->partial && !below_super && value)
		text_char(t, '~');
	say_number(t, value * (w->speed >= USB_SUPER ? 8 : 2), " mA");
}

void desc_say_self_powered(const struct desc_walk *w, uint32_t value, struct text *t)
{
	(void)w;
	text_str(t, value ? "self-powered" : "bus-powered");
}

/* ---- endpoints -------------------------------------------------------------------------- */

void desc_say_address(const struct desc_walk *w, uint32_t value, struct text *t)
{
	(void)w;
	text_str(t, "EP ");
	say_number(t, value & 0x0f, value & 0x80 ? " IN" : " OUT");
}

void desc_say_packet(const struct desc_walk *w, uint32_t value, struct text *t)
{
	struct desc_endpoint d = {.wMaxPacketSize = (uint16_t)value};

	if (desc_endpoint_transactions(&d) > 1)
		say_number(t, desc_endpoint_transactions(&d), " x ");
	desc_say_bytes(w, desc_endpoint_packet(&d), t);
}

/* USB 2.0 table 9-13: bits 12..11 of isochronous and interrupt endpoints at high speed; elsewhere
 * they must be zero and mean nothing. */
void desc_say_transactions(const struct desc_walk *w, uint32_t value, struct text *t)
{
	static const char *const words[] = {"1 transaction per microframe",
		"2 transactions per microframe", "3 transactions per microframe", "reserved"};
	struct desc_endpoint d = {.bmAttributes = (uint8_t)desc_walk_number(w, "bmAttributes")};
	enum usb_type type = desc_endpoint_type(&d);
	bool periodic = type == USB_ISOCHRONOUS || type == USB_INTERRUPT;

	if (value || (periodic && w->speed == USB_HIGH))
		text_str(t, words[value & 3]);
}

/* USB 2.0 table 9-13: at high speed the bInterval of bulk and control OUT endpoints is how often
 * they may NAK. */
static void say_nak_rate(const struct desc_walk *w, uint32_t value, struct text *t)
{
	if (w->speed != USB_HIGH || desc_walk_number(w, "bEndpointAddress") & 0x80)
		return;
	if (!value)
		text_str(t, "never NAKs");
	else
		text_printf(t, "at most 1 NAK each %u microframe%s", (unsigned)value,
			value == 1 ? "" : "s");
}

void desc_say_interval(const struct desc_walk *w, uint32_t value, struct text *t)
{
	struct desc_endpoint d = {.bmAttributes = (uint8_t)desc_walk_number(w, "bmAttributes")};
	enum usb_type type = desc_endpoint_type(&d);

	if (type == USB_BULK || type == USB_CONTROL) {
		say_nak_rate(w, value, t);
		return;
	}
	if (!desc_interval_ns(type == USB_INTERRUPT ? USB_FULL : USB_HIGH, type, (uint8_t)value)) {
		text_str(t, "out of range");
		return;
	}
	if (w->inferred && w->speed != USB_SPEED_UNKNOWN)
		text_char(t, '~');
	desc_interval_text(t, w->speed, type, (uint8_t)value);
}

/* USB 3.2 9.6.7: burst and Mult count from zero, streams are a power of two. */
void desc_say_burst(const struct desc_walk *w, uint32_t value, struct text *t)
{
	(void)w;
	say_number(t, value + 1, value ? " packets in a burst" : " packet in a burst");
}

void desc_say_streams(const struct desc_walk *w, uint32_t value, struct text *t)
{
	(void)w;
	if (!value)
		text_str(t, "no streams");
	else if (value <= 16)
		say_number(t, 1u << value, " streams");
	else
		text_str(t, "reserved");
}

void desc_say_mult(const struct desc_walk *w, uint32_t value, struct text *t)
{
	say_number(t, (value + 1) * (desc_walk_number(w, "bMaxBurst") + 1),
		" packets per service interval");
}

/* ---- HID -------------------------------------------------------------------------------- */

void desc_say_country(const struct desc_walk *w, uint32_t value, struct text *t)
{
	say_name(t, ids_find(w->ctx->ids, IDS_COUNTRY, value));
}

/* ---- capabilities ----------------------------------------------------------------------- */

const char *desc_capability_name(uint8_t bDevCapabilityType)
{
	static const char *const name[] = {
		[1] = "Wireless USB",
		[2] = "USB 2.0 extension",
		[3] = "SuperSpeed USB",
		[4] = "container ID",
		[5] = "platform",
		[6] = "power delivery",
		[7] = "battery info",
		[8] = "PD consumer port",
		[9] = "PD provider port",
		[10] = "SuperSpeedPlus",
		[11] = "precision time measurement",
		[12] = "Wireless USB extension",
		[13] = "billboard",
		[14] = "authentication",
		[15] = "billboard alternate mode",
		[16] = "configuration summary",
		[17] = "firmware status",
	};

	return bDevCapabilityType < ARRAY_LEN(name) ? name[bDevCapabilityType] : NULL;
}

void desc_say_capability(const struct desc_walk *w, uint32_t value, struct text *t)
{
	(void)w;
	say_name(t, desc_capability_name((uint8_t)value));
}

/* Best effort service latency, the encoding of USB 2.0 ECN Link Power Management and its errata. */
void desc_say_besl(const struct desc_walk *w, uint32_t value, struct text *t)
{
	static const uint16_t us[16] = {125, 150, 200, 300, 400, 500, 1000, 2000, 3000, 4000, 5000,
		6000, 7000, 8000, 9000, 10000};

	(void)w;
	say_number(t, us[value & 15], " µs");
}

void desc_say_zero_based(const struct desc_walk *w, uint32_t value, struct text *t)
{
	(void)w;
	text_u64(t, value + 1);
}

/* USB 3.2 9.6.2.5: mantissa in bits 31..16, exponent in 5..4, a power of 1000. */
void desc_say_rate(const struct desc_walk *w, uint32_t value, struct text *t)
{
	static const char *const unit[] = {" bit/s", " kbit/s", " Mbit/s", " Gbit/s"};

	(void)w;
	say_number(t, value >> 16, unit[value >> 4 & 3]);
	text_str(t, value & 0x80 ? " transmit" : " receive");
}

/* NTDDI versions (sdkddkver.h); MS OS 2.0 exists since 0x06030000. */
void desc_say_windows(const struct desc_walk *w, uint32_t value, struct text *t)
{
	(void)w;
	if (value == 0x06030000)
		text_str(t, "Windows 8.1");
	else if (value >> 16 == 0x0a00)
		text_str(t, "Windows 10");
}
