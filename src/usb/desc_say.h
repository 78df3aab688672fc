/* desc_say.h: what numbers of descriptors mean, in words, and which contradict their structure: the
 * functions that table rows name. */
#ifndef USB_DESC_SAY_H
#define USB_DESC_SAY_H

#include "usb/desc_table.h"

typedef void desc_say(const struct desc_walk *w, uint32_t value, struct text *t);

desc_say desc_say_length, desc_say_type, desc_say_total_length;
desc_say desc_say_bcd, desc_say_string, desc_say_langid, desc_say_vendor, desc_say_product;
desc_say desc_say_class, desc_say_subclass, desc_say_protocol;
desc_say desc_say_max_power, desc_say_self_powered, desc_say_yes_no, desc_say_bytes;
desc_say desc_say_packet0, desc_say_address, desc_say_packet, desc_say_transactions;
desc_say desc_say_interval, desc_say_burst, desc_say_streams, desc_say_mult;
desc_say desc_say_country, desc_say_descriptor_type, desc_say_capability;
desc_say desc_say_2ms, desc_say_us, desc_say_ns, desc_say_100ns, desc_say_ma;
desc_say desc_say_ms, desc_say_hz, desc_say_khz, desc_say_bps;
desc_say desc_say_besl, desc_say_zero_based, desc_say_rate, desc_say_windows;

typedef bool desc_wrong(const struct desc_walk *w, uint32_t value);

desc_wrong desc_wrong_length, desc_wrong_type, desc_wrong_total_length;

/* The capability's name (USB 3.2 table 9-14); NULL: unknown. */
const char *desc_capability_name(uint8_t bDevCapabilityType);

/* Headings of descriptors (desc_summary.c). */
typedef void desc_head(const struct desc_walk *w, struct text *t);

desc_head desc_head_device, desc_head_config, desc_head_interface, desc_head_association;
desc_head desc_head_endpoint, desc_head_bos, desc_head_qualifier, desc_head_capability;
desc_head desc_head_unknown, desc_head_string;

/* ---- how tables are written ------------------------------------------------------------- */

#define DESC_ROWS(a)  .rows = a, .n = ARRAY_LEN(a)
#define DESC_NAMES(a) .names = a, .names_n = ARRAY_LEN(a)
/* A number in hexadecimal digits, with its meaning. */
#define DESC_HEX1(k, s)                                                                            \
	{                                                                                          \
		.key = k, .size = 1, .show = SHOW_HEX2, .say = s                                   \
	}
#define DESC_HEX2(k, s)                                                                            \
	{                                                                                          \
		.key = k, .size = 2, .show = SHOW_HEX4, .say = s                                   \
	}
/* One bit; several bits; bits that must be zero. */
#define DESC_FLAG(k, b)                                                                            \
	{                                                                                          \
		.key = k, .bit = b, .bits = 1, .say = desc_say_yes_no                              \
	}
#define DESC_BITS(k, b, n, s)                                                                      \
	{                                                                                          \
		.key = k, .bit = b, .bits = n, .say = s                                            \
	}
#define DESC_NAMED(k, b, n, a)                                                                     \
	{                                                                                          \
		.key = k, .bit = b, .bits = n, DESC_NAMES(a)                                       \
	}
#define DESC_RESERVED(b, n)                                                                        \
	{                                                                                          \
		.key = "reserved", .bit = b, .bits = n, .quiet = true                              \
	}
/* How each descriptor begins (USB 2.0 9.5). */
#define DESC_LENGTH                                                                                \
	{                                                                                          \
		.key = "bLength", .section = "USB 2.0 9.5", .size = 1, .say = desc_say_length,     \
		.wrong = desc_wrong_length                                                         \
	}
#define DESC_TYPE                                                                                  \
	{                                                                                          \
		.key = "bDescriptorType", .section = "USB 2.0 table 9-5", .size = 1,               \
		.show = SHOW_HEX2, .say = desc_say_type, .wrong = desc_wrong_type                  \
	}
/* How class-specific ones do that have subtypes; and where such a one is defined. */
#define DESC_CLASS_HEAD DESC_LENGTH, DESC_TYPE, DESC_HEX1("bDescriptorSubtype", NULL)
#define DESC_OF_CLASS(k, s, r, t, p, class, subclass, sub)                                         \
	.key = k, .section = s, DESC_ROWS(r), .type = t, .place = p, .of_class = true,             \
	.interface_class = class, .interface_subclass = subclass, .never_alone = true,             \
	.of_subtype = true, .subtype = sub
/* A string's index. */
#define DESC_STRING(k)                                                                             \
	{                                                                                          \
		.key = k, .size = 1, .say = desc_say_string                                        \
	}
/* What audio and video have alike (Audio 1.0 4.3.2, UVC 1.1 3.7.2): how many interfaces or pins,
 * then their numbers. */
extern const struct desc_row desc_interface_nr[1], desc_source_id[1]; /* desc_class.c */
#define DESC_INTERFACES                                                                            \
	{.key = "bInCollection", .size = 1},                                                       \
	{                                                                                          \
		.key = "interfaces", .form = DESC_ARRAY, .element = desc_interface_nr,             \
		.element_rows = ARRAY_LEN(desc_interface_nr), .count = "bInCollection"             \
	}
#define DESC_SOURCES                                                                               \
	{.key = "bNrInPins", .size = 1},                                                           \
	{                                                                                          \
		.key = "sources", .form = DESC_ARRAY, .element = desc_source_id,                   \
		.element_rows = ARRAY_LEN(desc_source_id), .count = "bNrInPins"                    \
	}
#define DESC_TOTAL_LENGTH                                                                          \
	{                                                                                          \
		.key = "wTotalLength", .size = 2, .say = desc_say_total_length,                    \
		.wrong = desc_wrong_total_length                                                   \
	}

#endif
