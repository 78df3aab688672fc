/* hid_parse.c: the items of a HID report descriptor and the state they build up (HID 1.11 5.4,
 * 6.2.2). */
#include "base/cursor.h"
#include "usb/hid.h"

const char *hid_fault_text(enum hid_fault f)
{
	static const char *const text[HID_FAULTS] = {
		[HID_CUT] = "the bytes end in this item",
		[HID_UNKNOWN_ITEM] = "reserved item (HID 1.11 6.2.2.2)",
		[HID_NO_COLLECTION] = "no collection is open (HID 1.11 6.2.2.6)",
		[HID_OUTSIDE] = "outside of any collection (HID 1.11 6.2.2.6)",
		[HID_DEEP] = "collections nested deeper than is followed",
		[HID_NO_PAGE] = "no usage page given (HID 1.11 6.2.2.2)",
		[HID_NO_USAGE] = "no usage given (HID 1.11 6.2.2.2)",
		[HID_MISSING] = "no report size, report count or logical bounds given (HID 1.11 "
				"6.2.2.2)",
		[HID_SIZE_0] = "report size 0 (HID 1.11 6.2.2.7)",
		[HID_COUNT_0] = "report count 0 (HID 1.11 6.2.2.7)",
		[HID_SIZE_32] = "fields of more than 32 bits (HID 1.11 8.4)",
		[HID_LOGICAL_ORDER] = "logical minimum above the maximum (HID 1.11 6.2.2.7)",
		[HID_ID_RANGE] = "report IDs are 1 to 255 (HID 1.11 6.2.2.7)",
		[HID_ID_LATE] = "behind a report without an ID (HID 1.11 6.2.2.7)",
		[HID_USAGE_ORDER] = "usage minimum above the maximum (HID 1.11 6.2.2.8)",
		[HID_USAGE_PAIR] = "usage minimum and maximum do not pair (HID 1.11 6.2.2.8)",
		[HID_USAGE_MANY] = "more usages than are followed",
		[HID_PUSH_DEEP] = "pushed deeper than is followed",
		[HID_POP_EMPTY] = "nothing was pushed (HID 1.11 6.2.2.7)",
		[HID_DELIMITER_ORDER] = "delimiters do not pair (HID 1.11 6.2.2.8)",
		[HID_UNCLOSED] = "a collection is not closed (HID 1.11 6.2.2.6)",
	};

	return text[f];
}

/* ---- items ------------------------------------------------------------------------------ */

int32_t hid_signed(uint32_t value, uint8_t size)
{
	unsigned unused = size < 4 ? 32 - size * 8u : 0;

	return size ? (int32_t)(value << unused) >> unused : 0;
}

/* Long items have no meaning yet: size and tag follow the prefix (6.2.2.3). */
enum { LONG_ITEM = 0xfe };

static bool next_item(struct hid_parser *p, struct hid_item *it)
{
	static const uint8_t sizes[] = {0, 1, 2, 4}; /* 6.2.2.2 */
	uint32_t left = p->len - p->pos, need;
	const uint8_t *at = p->data + p->pos;
	uint8_t prefix;

	if (!left || p->items++ == HID_ITEMS)
		return false;
	prefix = at[0];
	it->off = p->pos;
	it->value = 0;
	it->fault = HID_FINE;
	it->type = prefix >> 2 & 3;
	it->tag = prefix >> 4;
	it->size = sizes[prefix & 3];
	need = 1u + it->size;
	if (prefix == LONG_ITEM) {
		it->size = left > 1 ? at[1] : 0;
		need = 3u + it->size;
	}
	it->len = need < left ? need : left;
	p->pos += it->len;
	if (need > left)
		it->fault = HID_CUT;
	else if (prefix != LONG_ITEM && it->size)
		it->value = it->size == 1 ? at[1] : it->size == 2 ? le16(at + 1) : le32(at + 1);
	return true;
}

/* ---- local items ------------------------------------------------------------------------- */

static void add_range(struct hid_parser *p, struct hid_item *it, struct hid_range r)
{
	struct hid_range *last = p->range + p->ranges - 1;

	if (r.last < r.first) {
		it->fault = HID_USAGE_ORDER;
	} else if (p->ranges && last->full == r.full && last->last + 1 == r.first) {
		last->last = r.last;
	} else if (p->ranges == HID_RANGES) {
		it->fault = HID_USAGE_MANY;
	} else {
		p->range[p->ranges++] = r;
	}
}

/* Of usages between delimiters the first one is the preferred (6.2.2.8). */
static bool is_alias(struct hid_parser *p)
{
	bool alias = p->in_delimiter && p->delimited;

	p->delimited = p->in_delimiter;
	return alias;
}

static void bound_usage(struct hid_parser *p, struct hid_item *it)
{
	bool *had = it->tag == HID_USAGE_MINIMUM ? &p->has_minimum : &p->has_maximum;

	if (*had)
		it->fault = HID_USAGE_PAIR;
	*had = true;
	*(it->tag == HID_USAGE_MINIMUM ? &p->pending.first : &p->pending.last) = it->value;
	p->pending.full = it->size == 4;
	if (!p->has_minimum || !p->has_maximum)
		return;
	p->has_minimum = p->has_maximum = false;
	if (!is_alias(p))
		add_range(p, it, p->pending);
}

static void local_item(struct hid_parser *p, struct hid_item *it)
{
	if (it->tag == HID_USAGE) {
		if (!is_alias(p))
			add_range(p, it, (struct hid_range){it->value, it->value, it->size == 4});
	} else if (it->tag == HID_USAGE_MINIMUM || it->tag == HID_USAGE_MAXIMUM) {
		bound_usage(p, it);
	} else if (it->tag == HID_DELIMITER) {
		if (it->value > 1 || p->in_delimiter == it->value)
			it->fault = HID_DELIMITER_ORDER;
		p->in_delimiter = it->value == 1;
		p->delimited = false;
	} else if (it->tag > HID_DELIMITER || it->tag == 6) {
		it->fault = HID_UNKNOWN_ITEM;
	}
}

uint32_t hid_usage(const struct hid_parser *p, uint32_t k)
{
	const struct hid_range *r = p->range, *end = r + p->ranges;
	uint32_t usage;

	if (!p->ranges)
		return 0;
	while (r < end && k > r->last - r->first) {
		k -= r->last - r->first + 1;
		r++;
	}
	usage = r < end ? r->first + k : (--r)->last;
	return r->full ? usage : (usage & 0xffff) | hid_global(p, HID_USAGE_PAGE) << 16;
}

/* ---- global items ------------------------------------------------------------------------ */

static void report_id(struct hid_parser *p, struct hid_item *it)
{
	if (!it->value || it->value > 255)
		it->fault = HID_ID_RANGE;
	else if (p->reports && !p->numbered)
		it->fault = HID_ID_LATE;
}

static void global_item(struct hid_parser *p, struct hid_item *it)
{
	if (it->tag < HID_VALUES) {
		p->g.given |= (uint16_t)(1u << it->tag);
		p->g.value[it->tag] = it->value;
		p->g.size[it->tag] = it->size;
		if (it->tag == HID_REPORT_ID)
			report_id(p, it);
	} else if (it->tag == HID_PUSH) {
		if (p->pushed < HID_STACK)
			p->stack[p->pushed++] = p->g;
		else
			it->fault = HID_PUSH_DEEP;
	} else if (it->tag == HID_POP) {
		if (p->pushed)
			p->g = p->stack[--p->pushed];
		else
			it->fault = HID_POP_EMPTY;
	} else {
		it->fault = HID_UNKNOWN_ITEM;
	}
}

struct hid_bounds hid_bounds(const struct hid_parser *p, unsigned minimum)
{
	unsigned maximum = minimum + 1;
	int32_t min = hid_signed(hid_global(p, minimum), p->g.size[minimum]);
	uint32_t max = hid_global(p, maximum);

	return (struct hid_bounds){
		min, min < 0 ? (int64_t)hid_signed(max, p->g.size[maximum]) : max};
}

int hid_exponent(uint32_t value, uint8_t size)
{
	int32_t v = hid_signed(value, size);

	if (value < 16)
		return value < 8 ? (int)value : (int)value - 16;
	return v < INT8_MIN ? INT8_MIN : v > INT8_MAX ? INT8_MAX : v;
}

/* ---- main items --------------------------------------------------------------------------- */

/* What the items before it lack (6.2.2.2). Padding needs size and count alone. */
enum hid_fault hid_report_fault(const struct hid_parser *p, const struct hid_item *it)
{
	const uint16_t size = 1 << HID_REPORT_SIZE | 1 << HID_REPORT_COUNT;
	const uint16_t bounds = 1 << HID_LOGICAL_MINIMUM | 1 << HID_LOGICAL_MAXIMUM;
	const uint16_t all = it->value & HID_CONSTANT ? size : size | bounds;
	struct hid_bounds b;

	if (!p->depth)
		return HID_OUTSIDE;
	if ((p->g.given & all) != all)
		return HID_MISSING;
	if (!p->g.value[HID_REPORT_SIZE])
		return HID_SIZE_0;
	if (!p->g.value[HID_REPORT_COUNT])
		return HID_COUNT_0;
	if (it->value & HID_CONSTANT)
		return HID_FINE;
	if (p->has_minimum || p->has_maximum)
		return HID_USAGE_PAIR;
	if (!p->ranges)
		return HID_NO_USAGE;
	if (!p->range[0].full && !(p->g.given & 1 << HID_USAGE_PAGE))
		return HID_NO_PAGE;
	b = hid_bounds(p, HID_LOGICAL_MINIMUM);
	if (b.min > b.max)
		return HID_LOGICAL_ORDER;
	return p->g.value[HID_REPORT_SIZE] > 32 ? HID_SIZE_32 : HID_FINE;
}

static void open_collection(struct hid_parser *p, struct hid_item *it)
{
	if (p->depth < HID_DEPTH) {
		p->in[p->depth].usage = hid_usage(p, 0);
		p->in[p->depth].type = (uint8_t)it->value;
	} else {
		it->fault = HID_DEEP;
	}
	p->depth++;
	if (it->value == HID_APPLICATION && !p->ranges)
		it->fault = HID_NO_USAGE;
}

static void main_item(struct hid_parser *p, struct hid_item *it)
{
	p->spent = true;
	if (hid_is_report(it)) {
		if (!p->reports)
			p->numbered = p->g.given >> HID_REPORT_ID & 1;
		p->reports = true;
	} else if (it->tag == HID_COLLECTION) {
		open_collection(p, it);
	} else if (it->tag != HID_END) {
		it->fault = HID_UNKNOWN_ITEM;
	} else if (p->depth) {
		p->depth--;
	} else {
		it->fault = HID_NO_COLLECTION;
	}
}

uint32_t hid_application(const struct hid_parser *p)
{
	for (unsigned i = p->depth < HID_DEPTH ? p->depth : HID_DEPTH; i--;)
		if (p->in[i].type == HID_APPLICATION)
			return p->in[i].usage;
	return 0;
}

/* ---- all of them --------------------------------------------------------------------------- */

void hid_parser_init(struct hid_parser *p, const uint8_t *data, size_t len)
{
	p->data = data;
	p->len = (uint32_t)len;
	p->pos = p->items = 0;
	p->depth = 0;
	p->pushed = p->ranges = 0;
	p->spent = p->in_delimiter = p->delimited = p->has_minimum = p->has_maximum = false;
	p->numbered = p->reports = false;
	p->g = (struct hid_globals){0};
}

bool hid_parse(struct hid_parser *p, struct hid_item *it)
{
	if (p->spent) { /* local items end with their main item (6.2.2.8) */
		p->spent = p->in_delimiter = p->delimited = false;
		p->has_minimum = p->has_maximum = false;
		p->ranges = 0;
	}
	if (!next_item(p, it))
		return false;
	if (it->fault)
		return true;
	if (it->type == HID_GLOBAL)
		global_item(p, it);
	else if (it->type == HID_LOCAL)
		local_item(p, it);
	else if (it->type == HID_MAIN)
		main_item(p, it);
	else if (it->tag != 15)
		it->fault = HID_UNKNOWN_ITEM;
	return true;
}
