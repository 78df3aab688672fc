/* hid_report.c: reports field by field, as the report descriptor lays them out (HID 1.11 5.6, 8).
 */
#include "base/mem.h"
#include "decoders/hid.h"
#include "usb/desc.h"

/* ---- layouts ------------------------------------------------------------------------ */

/* What HID 1.11 appendix B says of boot reports, as descriptors: 8 bytes of a keyboard and one to
 * it, 3 bytes of a mouse; more bytes of a mouse are its own. */
static const uint8_t boot_keyboard[] = {0x05, 0x01, 0x09, 0x06, 0xa1, 0x01, 0x05, 0x07, 0x19, 0xe0,
	0x29, 0xe7, 0x15, 0x00, 0x25, 0x01, 0x75, 0x01, 0x95, 0x08, 0x81, 0x02, 0x95, 0x01, 0x75,
	0x08, 0x81, 0x01, 0x95, 0x05, 0x75, 0x01, 0x05, 0x08, 0x19, 0x01, 0x29, 0x05, 0x91, 0x02,
	0x95, 0x01, 0x75, 0x03, 0x91, 0x01, 0x95, 0x06, 0x75, 0x08, 0x15, 0x00, 0x26, 0xff, 0x00,
	0x05, 0x07, 0x19, 0x00, 0x2a, 0xff, 0x00, 0x81, 0x00, 0xc0};
static const uint8_t boot_mouse[] = {0x05, 0x01, 0x09, 0x02, 0xa1, 0x01, 0x05, 0x09, 0x19, 0x01,
	0x29, 0x03, 0x15, 0x00, 0x25, 0x01, 0x95, 0x03, 0x75, 0x01, 0x81, 0x02, 0x95, 0x01, 0x75,
	0x05, 0x81, 0x01, 0x05, 0x01, 0x09, 0x30, 0x09, 0x31, 0x15, 0x81, 0x25, 0x7f, 0x75, 0x08,
	0x95, 0x02, 0x81, 0x06, 0xc0};

/* By bInterfaceProtocol. `likely`: the longest report that is taken for one when nobody said that
 * the boot protocol is in use: mice with more bytes have another layout. */
static const struct {
	const uint8_t *desc;
	uint8_t len, least, likely;
} boot[] = {
	[HID_BOOT_KEYBOARD] = {boot_keyboard, sizeof(boot_keyboard), 1, 8},
	[HID_BOOT_MOUSE] = {boot_mouse, sizeof(boot_mouse), 3, 4},
};

static bool boot_layout(const struct pipe *p, bool chosen, struct hid_layout *l)
{
	uint8_t protocol = p->bInterfaceProtocol;

	if (p->bInterfaceSubClass != HID_SUBCLASS_BOOT || protocol >= ARRAY_LEN(boot) ||
		!boot[protocol].desc)
		return false;
	*l = (struct hid_layout){
		.desc = boot[protocol].desc,
		.len = boot[protocol].len,
		.least = boot[protocol].least,
		.most = chosen ? UINT32_MAX : boot[protocol].likely,
		.boot = true,
		.inferred = !chosen,
	};
	return true;
}

bool hid_layout(const struct devices *d, const struct pipe *p, struct hid_layout *l)
{
	bool chosen = devices_mode(d, p->instance, p->version, p->interface) == HID_MODE_BOOT;
	const struct fact *f;

	if (chosen && boot_layout(p, true, l))
		return true;
	f = devices_fact(d, p->instance, p->version, DESC_HID_REPORT, 0, p->interface);
	if (!f)
		return boot_layout(p, false, l);
	*l = (struct hid_layout){
		.desc = f->data,
		.len = f->len,
		.most = UINT32_MAX,
		.partial = f->total > f->len,
	};
	return true;
}

/* ---- walking ------------------------------------------------------------------------ */

void hid_report_init(struct hid_report *r, const struct hid_layout *l, uint8_t kind,
	const uint8_t *data, uint32_t len)
{
	r->data = data;
	r->len = len;
	r->kind = kind;
	r->id = 0;
	r->begun = r->numbered = false;
	r->bit = r->next = 0;
	hid_parser_init(&r->p, l->desc, l->len);
}

bool hid_report_next(struct hid_report *r)
{
	struct hid_item it;
	uint64_t next;

	while (hid_parse(&r->p, &it)) {
		if (!hid_is_report(&it) || it.fault == HID_CUT)
			continue;
		if (!r->begun && hid_numbered(&r->p) && r->len) {
			r->numbered = true;
			r->id = r->data[0];
			r->next = 8;
		}
		r->begun = true;
		r->size = hid_global(&r->p, HID_REPORT_SIZE);
		r->count = hid_global(&r->p, HID_REPORT_COUNT);
		next = r->next + (uint64_t)r->size * r->count;
		if (it.tag != r->kind || !r->size || !r->count || next > UINT32_MAX)
			continue;
		if (r->numbered && hid_global(&r->p, HID_REPORT_ID) != r->id)
			continue;
		r->flags = it.value;
		r->bit = r->next;
		r->next = (uint32_t)next;
		return true;
	}
	return false;
}

uint32_t hid_report_length(
	const struct hid_layout *l, uint8_t kind, const uint8_t *data, uint32_t len)
{
	struct hid_report r;
	bool any = false;

	hid_report_init(&r, l, kind, data, len);
	while (hid_report_next(&r))
		any = true;
	return any ? (uint32_t)(((uint64_t)r.next + 7) / 8) : 0;
}

/* ---- one field ---------------------------------------------------------------------- */

/* Fewest bytes of one usage that are taken for a buffer. */
enum { BUFFER_LEAST = 5 };

/* A vendor's, of an undefined usage (HUT 3.1: ID 0), or many of the same one, as a FIDO report's.
 */
bool hid_is_buffer(const struct hid_report *r)
{
	const struct hid_range *first = &r->p.range[0];
	uint32_t usage = hid_usage(&r->p, 0);

	if (r->size > 32 || usage >> 16 >= HID_PAGE_VENDOR)
		return true;
	return r->flags & HID_VARIABLE && r->p.ranges == 1 && first->first == first->last &&
	       (!(usage & 0xffff) || (r->size == 8 && r->count >= BUFFER_LEAST));
}

bool hid_is_switch(const struct hid_report *r, struct hid_bounds b)
{
	return b.min == 0 && b.max == 1 && r->size <= 32 && !(r->flags & HID_RELATIVE);
}

struct hid_value hid_value(const struct hid_report *r, struct hid_bounds b, uint32_t k)
{
	struct hid_value v = {.bit = r->bit + k * r->size, .size = r->size, .bounds = b};
	uint32_t raw = hid_bits(r->data, r->len, v.bit, r->size);
	unsigned unused = 32 - r->size;

	v.value = b.min < 0 ? (int32_t)(raw << unused) >> unused : (int64_t)raw;
	v.null = v.value < b.min || v.value > b.max;
	v.is_switch = hid_is_switch(r, b);
	if (r->flags & HID_VARIABLE)
		v.usage = hid_usage(&r->p, k);
	else if (!v.null) /* an index into the usages */
		v.usage = hid_usage(&r->p, (uint32_t)(v.value - b.min));
	return v;
}

uint32_t hid_fields_at_hand(const struct hid_report *r)
{
	uint64_t bits = (uint64_t)r->len * 8, room = bits > r->bit ? bits - r->bit : 0;

	return room / r->size < r->count ? (uint32_t)(room / r->size) : r->count;
}
