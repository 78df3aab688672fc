/* hid.h: HID report descriptors (HID 1.11 6.2.2): item by item with the state that items build up,
 * names of usages, units, and the whole as a field tree. Reports themselves are for decoders.
 * All input may be hostile; nothing here allocates. */
#ifndef USB_HID_H
#define USB_HID_H

#include "base/emit.h"
#include "base/text.h"
#include "usb/ids.h"

/* Usage pages that rules need (HID Usage Tables 1.5, table 3.1). */
enum {
	HID_PAGE_DESKTOP = 0x01,
	HID_PAGE_KEYBOARD = 0x07,
	HID_PAGE_LED = 0x08,
	HID_PAGE_BUTTON = 0x09,
	HID_PAGE_TELEPHONY = 0x0b,
	HID_PAGE_CONSUMER = 0x0c,
	HID_PAGE_DIGITIZER = 0x0d,
	HID_PAGE_VENDOR = 0xff00 /* and all above */
};

/* ---- items ------------------------------------------------------------------------------ */

enum hid_type { HID_MAIN, HID_GLOBAL, HID_LOCAL, HID_RESERVED };

/* Tags of each type (HID 1.11 6.2.2.4, 6.2.2.7, 6.2.2.8). */
enum { HID_INPUT = 8, HID_OUTPUT = 9, HID_COLLECTION = 10, HID_FEATURE = 11, HID_END = 12 };
enum {
	HID_USAGE_PAGE,
	HID_LOGICAL_MINIMUM,
	HID_LOGICAL_MAXIMUM,
	HID_PHYSICAL_MINIMUM,
	HID_PHYSICAL_MAXIMUM,
	HID_UNIT_EXPONENT,
	HID_UNIT,
	HID_REPORT_SIZE,
	HID_REPORT_ID,
	HID_REPORT_COUNT,
	HID_VALUES, /* how many of them have one */
	HID_PUSH = 10,
	HID_POP
};
enum { HID_USAGE, HID_USAGE_MINIMUM, HID_USAGE_MAXIMUM, HID_DELIMITER = 10 };

/* Bits of Input, Output and Feature (6.2.2.5). */
enum {
	HID_CONSTANT = 1 << 0,
	HID_VARIABLE = 1 << 1,
	HID_RELATIVE = 1 << 2,
	HID_NULL_STATE = 1 << 6
};

enum { HID_APPLICATION = 1 }; /* type of a collection (6.2.2.6) */

/* What is wrong with an item; hid_fault_text() says it with its section. */
enum hid_fault {
	HID_FINE,
	HID_CUT, /* the bytes end in it */
	HID_UNKNOWN_ITEM,
	HID_NO_COLLECTION,
	HID_OUTSIDE,
	HID_DEEP,
	HID_NO_PAGE,
	HID_NO_USAGE,
	HID_MISSING,
	HID_SIZE_0,
	HID_COUNT_0,
	HID_SIZE_32,
	HID_LOGICAL_ORDER,
	HID_ID_RANGE,
	HID_ID_LATE,
	HID_USAGE_ORDER,
	HID_USAGE_PAIR,
	HID_USAGE_MANY,
	HID_PUSH_DEEP,
	HID_POP_EMPTY,
	HID_DELIMITER_ORDER,
	HID_UNCLOSED,
	HID_FAULTS
};
const char *hid_fault_text(enum hid_fault f); /* NULL for HID_FINE */

struct hid_item {
	uint32_t off, len; /* with its prefix; as far as at hand */
	uint32_t value;	   /* little-endian, not sign-extended; 0 for long items */
	uint8_t type, tag; /* a long item: HID_RESERVED and 15 */
	uint8_t size;	   /* bytes of data */
	uint8_t fault;	   /* enum hid_fault */
};

/* Its value as the signed number of its size. */
int32_t hid_signed(uint32_t value, uint8_t size);
/* Input, Output or Feature. */
static inline bool hid_is_report(const struct hid_item *it)
{
	return it->type == HID_MAIN &&
	       (it->tag == HID_INPUT || it->tag == HID_OUTPUT || it->tag == HID_FEATURE);
}

/* ---- the state that items build up -------------------------------------------------------- */

enum {
	HID_STACK = 8,	 /* Push: deeper ones are a fault */
	HID_DEPTH = 16,	 /* collections whose usage is remembered */
	HID_RANGES = 64, /* of usages, of one main item */
	HID_ITEMS = 4096 /* more items than any device has: what follows is left alone */
};

struct hid_globals {
	uint16_t given; /* bit n: the item with tag n was there */
	uint8_t size[HID_VALUES];
	uint32_t value[HID_VALUES];
};

struct hid_range {
	uint32_t first, last;
	bool full; /* the page is in the upper half */
};

struct hid_parser {
	const uint8_t *data;
	uint32_t len, pos, items;
	uint16_t depth; /* open collections */
	uint8_t pushed, ranges;
	bool spent; /* the next item begins with no local items */
	bool in_delimiter, delimited, has_minimum, has_maximum, numbered, reports;
	struct hid_range pending, range[HID_RANGES];
	struct hid_globals g, stack[HID_STACK];
	struct {
		uint32_t usage;
		uint8_t type;
	} in[HID_DEPTH];
};

/* n bits (at most 32) from bit `bit` on of little-endian bytes (8.4); beyond their end 0. */
static inline uint32_t hid_bits(const uint8_t *data, uint32_t len, uint32_t bit, unsigned n)
{
	uint32_t at = bit >> 3;
	uint64_t v = 0;

	bit &= 7;
	if (bit + n <= 8 && at < len) /* most are within a byte */
		return data[at] >> bit & ((1u << n) - 1);
	for (unsigned i = 0; i < 5 && at + i < len; i++)
		v |= (uint64_t)data[at + i] << 8 * i;
	return (uint32_t)(v >> bit & (((uint64_t)1 << n) - 1));
}

/* Cheap: tables are not cleared. */
void hid_parser_init(struct hid_parser *p, const uint8_t *data, size_t len);
/* The next item, its effect taken; false at the end. Local items stay until the call behind their
 * main item. Faults of Input, Output and Feature are told by hid_report_fault() alone. */
bool hid_parse(struct hid_parser *p, struct hid_item *it);
/* What such an item, just parsed, lacks. */
enum hid_fault hid_report_fault(const struct hid_parser *p, const struct hid_item *it);

/* The number of a global item as of now; 0 where it was not given. */
static inline uint32_t hid_global(const struct hid_parser *p, unsigned tag)
{
	return p->g.given >> tag & 1 ? p->g.value[tag] : 0;
}

/* Smallest and largest value, logical or physical (tag of the minimum). They are signed where the
 * minimum is below 0, else the maximum is not (6.2.2.7; 5.8). */
struct hid_bounds {
	int64_t min, max;
};
struct hid_bounds hid_bounds(const struct hid_parser *p, unsigned minimum);
/* Power of ten: four bits, signed (6.2.2.7); larger numbers as the byte they are. */
int hid_exponent(uint32_t value, uint8_t size);
/* Usage of the k-th field of the main item just parsed, page << 16 | usage: the last one holds for
 * all that follow (6.2.2.8). 0: none. */
uint32_t hid_usage(const struct hid_parser *p, uint32_t k);
/* The usage of the innermost application collection; 0: none. */
uint32_t hid_application(const struct hid_parser *p);
/* Whether the reports have a number in front: known from the first main item on. */
static inline bool hid_numbered(const struct hid_parser *p)
{
	return p->numbered;
}

/* ---- names ------------------------------------------------------------------------------- */

/* "a", "Left Shift", "X", "Volume Increment"; of an unknown one its numbers. ids may be NULL. */
void hid_say_usage(struct text *t, struct ids *ids, uint32_t usage);
const char *hid_page_name(struct ids *ids, uint16_t page);
/* "application", …; NULL: reserved or the vendor's. */
const char *hid_collection_name(uint8_t type);
/* The static key of a report field with that usage: "x", "wheel", "button", "control". */
const char *hid_usage_key(uint32_t usage);
/* The same of "x" to "hat" alone; NULL of all others. */
const char *hid_axis_key(uint32_t usage);

/* Appends a unit by its nibbles (6.2.2.7): "cm/s^2", "10^-7 V" as far as it has a name; nothing
 * for none. */
void hid_say_unit(struct text *t, uint32_t unit);
/* Appends value × 10^exponent with its unit, "1.5 cm". */
void hid_say_physical(struct text *t, double value, int exponent, uint32_t unit);

/* ---- the whole descriptor ------------------------------------------------------------------ */

/* Emits the tree: collections nested, faults with VERDICT_INVALID, what the capture cut (total >
 * len) VERDICT_SNAPPED. At most HID_ITEMS items, HID_DEPTH levels; beyond that bytes. */
void hid_emit_descriptor(
	struct emit *e, struct ids *ids, const uint8_t *data, size_t len, size_t total);
/* Appends what it describes: "Keyboard, input 8 bytes, output 1 byte"; nothing of one without an
 * application. */
void hid_summary(struct text *t, struct ids *ids, const uint8_t *data, size_t len, size_t total);

#endif
