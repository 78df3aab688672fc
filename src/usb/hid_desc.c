/* hid_desc.c: a HID report descriptor as a field tree and as one phrase. */
#include "base/mem.h"
#include "usb/hid.h"

/* Bits of each report so far. */
struct sizes {
	uint32_t bits[3][256]; /* input, output, feature; report ID */
	bool any[3];
};

static unsigned kind_of(const struct hid_item *it)
{
	return it->tag == HID_FEATURE ? 2 : it->tag - HID_INPUT;
}

/* Adds a main item's fields; where they begin is returned. Reports are at most 64 KiB: more is not
 * believed. */
enum { REPORT_BITS_MAX = 65536 * 8 };

static uint32_t add_fields(struct sizes *s, const struct hid_parser *p, const struct hid_item *it)
{
	uint8_t id = (uint8_t)hid_global(p, HID_REPORT_ID);
	uint32_t *bits = &s->bits[kind_of(it)][id], begin = *bits;
	uint64_t more = (uint64_t)hid_global(p, HID_REPORT_SIZE) * hid_global(p, HID_REPORT_COUNT);

	*bits = begin + more < REPORT_BITS_MAX ? (uint32_t)(begin + more) : REPORT_BITS_MAX;
	s->any[kind_of(it)] |= more > 0;
	return begin;
}

/* ---- what an item says ----------------------------------------------------------------------- */

struct tree {
	struct emit *e;
	struct ids *ids;
	struct hid_parser p;
	struct hid_item *it;
	struct sizes sizes;
	uint32_t begin; /* first bit of the main item's fields */
	uint32_t total;
	unsigned open; /* collections whose field is open */
};

static void say_page(const struct tree *w, struct text *t)
{
	const char *name = hid_page_name(w->ids, (uint16_t)w->it->value);

	text_str(t, name ? name : "reserved page");
}

static void say_usage(const struct tree *w, struct text *t)
{
	uint32_t usage = w->it->value;

	if (w->it->size < 4)
		usage = (usage & 0xffff) | hid_global(&w->p, HID_USAGE_PAGE) << 16;
	hid_say_usage(t, w->ids, usage);
}

/* A maximum that is below 0, though the minimum is not, is meant without a sign by many devices. */
static void say_bound(const struct tree *w, struct text *t)
{
	if (hid_signed(w->it->value, w->it->size) >= 0)
		return;
	if (w->it->tag != HID_LOGICAL_MAXIMUM && w->it->tag != HID_PHYSICAL_MAXIMUM)
		return;
	if (hid_bounds(&w->p, w->it->tag - 1u).min >= 0) {
		text_str(t, "taken as ");
		text_u64(t, w->it->value);
	}
}

static void say_exponent(const struct tree *w, struct text *t)
{
	text_printf(t, "10^%d", hid_exponent(w->it->value, w->it->size));
}

static void say_unit(const struct tree *w, struct text *t)
{
	if (w->it->value)
		hid_say_unit(t, w->it->value);
	else
		text_str(t, "none");
}

static void say_bits(const struct tree *w, struct text *t)
{
	text_str(t, w->it->value == 1 ? "bit" : "bits");
}

static void say_collection_type(const struct tree *w, struct text *t)
{
	const char *name = hid_collection_name((uint8_t)w->it->value);

	text_str(t, name ? name : "reserved");
}

static void say_collection(const struct tree *w, struct text *t)
{
	say_collection_type(w, t);
	if (w->p.ranges && hid_usage(&w->p, 0)) {
		text_str(t, ": ");
		hid_say_usage(t, w->ids, hid_usage(&w->p, 0));
	}
}

/* The bits of Input, Output and Feature that are set, or where both values say something their
 * meaning (HID 1.11 6.2.2.5). */
static void say_flags(uint32_t flags, struct text *t)
{
	static const struct {
		uint8_t bit;
		const char *clear, *set;
	} row[] = {
		{1, "array", "variable"},
		{2, "absolute", "relative"},
		{3, NULL, "wraps"},
		{4, NULL, "not linear"},
		{5, NULL, "no preferred state"},
		{6, NULL, "null state"},
		{7, NULL, "volatile"},
		{8, NULL, "buffered bytes"},
	};

	if (flags & HID_CONSTANT) {
		text_str(t, "constant");
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(row); i++) {
		const char *word = flags >> row[i].bit & 1 ? row[i].set : row[i].clear;

		if (!word)
			continue;
		text_str(t, i ? ", " : "");
		text_str(t, word);
	}
}

static void say_fields(const struct tree *w, struct text *t)
{
	uint32_t id = hid_global(&w->p, HID_REPORT_ID), count = hid_global(&w->p, HID_REPORT_COUNT);
	uint32_t size = hid_global(&w->p, HID_REPORT_SIZE);

	say_flags(w->it->value, t);
	text_printf(t, "; %u × %u %s, ", count, size, size == 1 ? "bit" : "bits");
	if (id)
		text_printf(t, "report %u ", id);
	text_printf(t, "from bit %u", w->begin);
}

static void say_delimiter(const struct tree *w, struct text *t)
{
	text_str(t, w->it->value ? "open" : "close");
}

/* By type and tag. */
static const struct {
	const char *key;
	void (*say)(const struct tree *w, struct text *t);
	uint8_t show;
} rows[3][16] = {
	[HID_MAIN] =
		{
			[HID_INPUT] = {"input", say_fields, SHOW_HEX2},
			[HID_OUTPUT] = {"output", say_fields, SHOW_HEX2},
			[HID_FEATURE] = {"feature", say_fields, SHOW_HEX2},
			[HID_COLLECTION] = {"type", say_collection_type, SHOW_PLAIN},
			[HID_END] = {"end_collection", NULL, SHOW_PLAIN},
		},
	[HID_GLOBAL] =
		{
			[HID_USAGE_PAGE] = {"usage_page", say_page, SHOW_HEX2},
			[HID_LOGICAL_MINIMUM] = {"logical_minimum", say_bound, SHOW_PLAIN},
			[HID_LOGICAL_MAXIMUM] = {"logical_maximum", say_bound, SHOW_PLAIN},
			[HID_PHYSICAL_MINIMUM] = {"physical_minimum", say_bound, SHOW_PLAIN},
			[HID_PHYSICAL_MAXIMUM] = {"physical_maximum", say_bound, SHOW_PLAIN},
			[HID_UNIT_EXPONENT] = {"unit_exponent", say_exponent, SHOW_HEX2},
			[HID_UNIT] = {"unit", say_unit, SHOW_HEX4},
			[HID_REPORT_SIZE] = {"report_size", say_bits, SHOW_PLAIN},
			[HID_REPORT_ID] = {"report_id", NULL, SHOW_PLAIN},
			[HID_REPORT_COUNT] = {"report_count", NULL, SHOW_PLAIN},
			[HID_PUSH] = {"push", NULL, SHOW_PLAIN},
			[HID_POP] = {"pop", NULL, SHOW_PLAIN},
		},
	[HID_LOCAL] =
		{
			[HID_USAGE] = {"usage", say_usage, SHOW_HEX2},
			[HID_USAGE_MINIMUM] = {"usage_minimum", say_usage, SHOW_HEX2},
			[HID_USAGE_MAXIMUM] = {"usage_maximum", say_usage, SHOW_HEX2},
			[3] = {"designator_index", NULL, SHOW_PLAIN},
			[4] = {"designator_minimum", NULL, SHOW_PLAIN},
			[5] = {"designator_maximum", NULL, SHOW_PLAIN},
			[7] = {"string_index", NULL, SHOW_PLAIN},
			[8] = {"string_minimum", NULL, SHOW_PLAIN},
			[9] = {"string_maximum", NULL, SHOW_PLAIN},
			[HID_DELIMITER] = {"delimiter", say_delimiter, SHOW_PLAIN},
		},
};

/* ---- the tree -------------------------------------------------------------------------------- */

/* Bytes that are no item we know: long and reserved ones, what is cut. */
static struct field raw_field(const struct tree *w, const char *key, uint32_t off, uint32_t len)
{
	return (struct field){
		.key = key,
		.value = value_bytes(w->p.data + off, len),
		.off = off,
		.len = len,
	};
}

/* Bounds are signed by their size (6.2.2.7). */
static struct value item_value(const struct hid_item *it)
{
	if (!it->size)
		return value_null();
	if (it->type == HID_GLOBAL && it->tag >= HID_LOGICAL_MINIMUM &&
		it->tag <= HID_PHYSICAL_MAXIMUM)
		return value_int(hid_signed(it->value, it->size));
	return value_uint(it->value);
}

static struct field item_field(const struct tree *w, struct text *t)
{
	const struct hid_item *it = w->it;
	struct field f;

	if (it->type == HID_RESERVED || !rows[it->type][it->tag].key || it->fault == HID_CUT) {
		f = raw_field(w, it->type == HID_RESERVED && it->tag == 15 ? "long_item" : "item",
			it->off, it->len);
	} else {
		f = (struct field){
			.key = rows[it->type][it->tag].key,
			.value = item_value(it),
			.off = it->off,
			.len = it->len,
			.show = rows[it->type][it->tag].show,
		};
		if (rows[it->type][it->tag].say)
			rows[it->type][it->tag].say(w, t);
	}
	if (it->fault) {
		text_str(t, t->len ? "; " : "");
		text_str(t, hid_fault_text(it->fault));
		f.verdict = it->fault == HID_CUT && w->total > w->p.len ? VERDICT_SNAPPED
			    : it->fault == HID_CUT			? VERDICT_SHORT
									: VERDICT_INVALID;
	}
	if (t->len)
		f.text = t->s;
	return f;
}

/* Bytes from a collection's item to its end's, or to the end of all. */
static uint32_t collection_len(const struct tree *w)
{
	uint32_t depth = 0, begin = w->it->off;
	struct hid_parser p = w->p;
	struct hid_item it = *w->it;

	do {
		if (it.type == HID_MAIN && it.fault != HID_CUT)
			depth += it.tag == HID_COLLECTION ? 1u : it.tag == HID_END ? -1u : 0;
	} while (depth && hid_parse(&p, &it));
	return (depth ? p.pos : it.off + it.len) - begin;
}

static void open_collection(struct tree *w, struct field *type)
{
	char mem[160];
	struct text t;

	text_init(&t, mem, sizeof(mem));
	say_collection(w, &t);
	emit_open(w->e, &(struct field){
				.key = "collection",
				.text = mem,
				.off = w->it->off,
				.len = collection_len(w),
			});
	w->open++;
	emit_field(w->e, type);
}

static void emit_item_of(struct tree *w)
{
	char mem[256];
	struct text t;
	struct field f;

	text_init(&t, mem, sizeof(mem));
	if (hid_is_report(w->it) && !w->it->fault) {
		w->it->fault = (uint8_t)hid_report_fault(&w->p, w->it);
		w->begin = add_fields(&w->sizes, &w->p, w->it);
	}
	f = item_field(w, &t);
	if (w->it->type != HID_MAIN || w->it->fault == HID_CUT) {
		emit_field(w->e, &f);
	} else if (w->it->tag == HID_COLLECTION && w->open < HID_DEPTH) {
		open_collection(w, &f);
	} else {
		emit_field(w->e, &f);
		/* those opened too deep end first */
		if (w->it->tag == HID_END && w->open > w->p.depth) {
			emit_close(w->e);
			w->open--;
		}
	}
}

/* What follows the last item: nothing, more than is followed, or a collection's end is missing. */
static void emit_rest(struct tree *w)
{
	struct field f;

	if (w->p.pos < w->p.len) {
		f = raw_field(w, "rest", w->p.pos, w->p.len - w->p.pos);
		f.text = "more items than are followed";
	} else if (w->it->fault == HID_CUT) {
		return; /* said already */
	} else if (w->total > w->p.len) {
		f = (struct field){.key = "rest", .off = w->p.len};
		f.verdict = VERDICT_SNAPPED;
	} else if (w->p.depth) {
		f = (struct field){.key = "rest", .text = hid_fault_text(HID_UNCLOSED)};
		f.verdict = VERDICT_INVALID;
	} else {
		return;
	}
	emit_field(w->e, &f);
}

void hid_emit_descriptor(
	struct emit *e, struct ids *ids, const uint8_t *data, size_t len, size_t total)
{
	struct tree w = {.e = e, .ids = ids, .total = (uint32_t)total};
	struct hid_item it = {0};
	char mem[160];
	struct text t;

	text_init(&t, mem, sizeof(mem));
	hid_summary(&t, ids, data, len, total);
	emit_open(e, &(struct field){
			     .key = "hid_report_descriptor",
			     .text = t.len ? mem : NULL,
			     .len = (uint32_t)len,
		     });
	hid_parser_init(&w.p, data, len);
	w.it = &it;
	while (hid_parse(&w.p, &it))
		emit_item_of(&w);
	emit_rest(&w);
	while (w.open--)
		emit_close(e);
	emit_close(e);
}

/* ---- as one phrase --------------------------------------------------------------------------- */

/* Most application collections that are named. */
enum { SUMMARY_USAGES = 4 };

static void say_sizes(struct text *t, const struct sizes *s, bool numbered)
{
	static const char *const name[] = {"input", "output", "feature"};

	for (unsigned kind = 0; kind < 3; kind++) {
		uint32_t reports = 0, bytes = 0;

		if (!s->any[kind])
			continue;
		for (unsigned id = 0; id < 256; id++) {
			uint32_t n = (s->bits[kind][id] + 7) / 8;

			reports += n > 0;
			bytes = n > bytes ? n : bytes;
		}
		text_printf(t, ", %s %u %s", name[kind], bytes + numbered,
			bytes + numbered == 1 ? "byte" : "bytes");
		if (reports > 1)
			text_str(t, " at most");
	}
}

void hid_summary(struct text *t, struct ids *ids, const uint8_t *data, size_t len, size_t total)
{
	struct sizes s = {0};
	struct hid_parser p;
	struct hid_item it;
	unsigned usages = 0;
	uint32_t said[SUMMARY_USAGES];

	hid_parser_init(&p, data, len);
	while (hid_parse(&p, &it)) {
		uint32_t usage = p.ranges ? hid_usage(&p, 0) : 0;
		bool again = false;

		if (hid_is_report(&it) && !it.fault)
			add_fields(&s, &p, &it);
		if (it.type != HID_MAIN || it.tag != HID_COLLECTION ||
			it.value != HID_APPLICATION || !usage)
			continue;
		for (unsigned i = 0; i < usages; i++)
			again |= said[i] == usage;
		if (again || usages == SUMMARY_USAGES)
			continue;
		text_str(t, usages ? ", " : "");
		hid_say_usage(t, ids, usage);
		said[usages++] = usage;
	}
	if (usages && total > len) /* what is there does not tell how long they are */
		text_printf(t, ", %zu of %zu bytes", len, total);
	else if (usages)
		say_sizes(t, &s, hid_numbered(&p));
}
