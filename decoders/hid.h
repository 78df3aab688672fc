/* hid.h: what the files of the HID decoder share: where a report's fields are known from, walking
 * over them, and keys as exchanges keep them. */
#ifndef DECODERS_HID_H
#define DECODERS_HID_H

#include "decoders/decoder.h"
#include "usb/hid.h"

/* ---- layouts ------------------------------------------------------------------------ */

/* The mode of an interface (model/device.h) once SET_PROTOCOL chose the boot protocol. */
enum { HID_MODE_BOOT = 1 };
/* bInterfaceSubClass, bInterfaceProtocol (HID 1.11 4.2, 4.3). */
enum { HID_SUBCLASS_BOOT = 1, HID_BOOT_KEYBOARD = 1, HID_BOOT_MOUSE = 2 };

struct hid_layout {
	const uint8_t *desc; /* a report descriptor */
	uint32_t len;
	uint32_t least, most; /* bytes of a report that it can be of */
	bool partial;	      /* it goes on behind what is known of it */
	bool boot;	      /* that of the boot protocol (HID 1.11 appendix B) */
	bool inferred;	      /* as no descriptor was seen */
};

/* The layout of the reports of an interface (p->interface) as of p->version. False: not known. */
bool hid_layout(const struct devices *d, const struct pipe *p, struct hid_layout *l);
/* The same, of reports of that many bytes. */
static inline bool hid_layout_fits(const struct hid_layout *l, uint32_t bytes)
{
	return bytes >= l->least && bytes <= l->most;
}

/* ---- reports ------------------------------------------------------------------------ */

/* Walks over the main items of one report; its fields begin at `bit`, there are `count` of them of
 * `size` bits each, and p holds bounds and usages. */
struct hid_report {
	const uint8_t *data;
	uint32_t len;
	uint8_t kind, id;     /* HID_INPUT … */
	bool begun, numbered; /* numbered: data begins with an ID */
	uint32_t bit, next;   /* next: behind the fields, in the end the report's bits */
	uint32_t size, count, flags;
	struct hid_parser p;
};

void hid_report_init(struct hid_report *r, const struct hid_layout *l, uint8_t kind,
	const uint8_t *data, uint32_t len);
bool hid_report_next(struct hid_report *r);
/* Bytes of the report that data begins with; 0: no such report. */
uint32_t hid_report_length(
	const struct hid_layout *l, uint8_t kind, const uint8_t *data, uint32_t len);

/* One field. */
struct hid_value {
	uint32_t bit, size, usage;
	int64_t value;
	bool is_switch; /* on or off */
	bool null;	/* not between the bounds: says nothing */
	struct hid_bounds bounds;
};
/* How many of the main item's fields the data has. */
uint32_t hid_fields_at_hand(const struct hid_report *r);
/* Whether the fields are on or off. */
bool hid_is_switch(const struct hid_report *r, struct hid_bounds b);
/* The k-th of them, at most 32 bits; b: the logical bounds. */
struct hid_value hid_value(const struct hid_report *r, struct hid_bounds b, uint32_t k);
/* Whether the fields are bytes of which the descriptor tells no more than whose they are. */
bool hid_is_buffer(const struct hid_report *r);

/* The report in words: "report 2: x +3, y -1, button down: left" (hid_say.c). pipe: whose layout it
 * is (0: nothing is kept for the next report). Keys are said as they change in c->exchange; without
 * one as they are. */
void hid_say_report(struct text *t, const struct decode_ctx *c, uint32_t pipe,
	const struct hid_layout *l, uint8_t kind, const uint8_t *data, uint32_t len);
/* As fields (hid_tree.c); at: offset of data in the transfer's; missing: verdict of what is not
 * there. */
struct hid_place {
	uint32_t at;
	uint8_t missing;
};
void hid_emit_report(struct emit *e, struct ids *ids, const struct hid_layout *l, uint8_t kind,
	const uint8_t *data, uint32_t len, struct hid_place place, const struct exchange *ex);

/* ---- where reports end on the bus (hid_expect.c) ------------------------------------ */

/* Bytes of the longest report of that kind; 0: there is none, or how long it is is not certain. */
uint32_t hid_longest_report(const struct hid_layout *l, uint8_t kind);
/* Tell the model how long the next transfer is at most, in captures of packets: of the endpoint
 * that this report came from (longest: by its pipe's facts, 0: not known), of all IN endpoints of
 * an interface of whose reports something was told. */
void hid_expect_next(const struct track *t, uint32_t longest);
void hid_expect_first(const struct track *t, uint8_t interface);

/* ---- keys: what is pressed and let go ----------------------------------------------- */

/* A key, button or switch: 4 bits for its page, 12 for its number; 0: none that is followed. */
uint16_t hid_key_code(uint32_t usage, uint32_t application);
/* Appends its name: "a", "left", "Volume Increment". */
void hid_say_key(struct text *t, struct ids *ids, uint16_t code);
/* What it is. */
enum hid_key_kind { HID_KEY, HID_BUTTON, HID_CONTROL, HID_KEY_KINDS };
enum hid_key_kind hid_key_kind(uint16_t code);

enum { HID_HELD = 28, HID_PRESSED = 24 };

/* What exchanges keep: from the first key down to all up. */
struct hid_press {
	uint8_t before_n, now_n, pressed_n;
	bool rollover;		       /* of this transfer: more keys than it can say */
	bool only_keys;		       /* the report tells of nothing else */
	bool moved;		       /* x or y did */
	uint32_t presses;	       /* more than pressed_n: not all are kept */
	int32_t x, y;		       /* movement meanwhile */
	uint16_t before[HID_HELD];     /* held before this transfer */
	uint16_t now[HID_HELD];	       /* and with it */
	uint16_t pressed[HID_PRESSED]; /* in this order */
};
static inline const struct hid_press *hid_press(const struct exchange *ex)
{
	return (const struct hid_press *)ex->state;
}
bool hid_is_held(const uint16_t *held, uint8_t n, uint16_t code);

/* Follows reports of interrupt IN endpoints; t->state is HID_STATE bytes. */
enum { HID_STATE = 4096 };
void hid_track_report(struct track *t);
void hid_exchange_info(const struct decode_ctx *c, struct text *t);
void hid_exchange_decode(const struct decode_ctx *c, struct emit *e);

#endif
