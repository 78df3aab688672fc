/* hid_report.c: reports field by field, as the report descriptor lays them out (HID 1.11 5.6, 8).
 */
#include "base/mem.h"
#include "decoders/hid.h"
#include "usb/desc.h"

#include <string.h>

/* ---- layouts -----------------------------------------------------------------------------------
 */

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

/* ---- walking -----------------------------------------------------------------------------------
 */

void hid_report_init(struct hid_report *r, const struct hid_layout *l, uint8_t kind,
	const uint8_t *data, uint32_t len)
{
	r->data = data;
	r->len = len;
	r->kind = kind;
	r->id = 0;
	r->begun = false;
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
			r->id = r->data[0];
			r->next = 8;
		}
		r->begun = true;
		r->size = hid_global(&r->p, HID_REPORT_SIZE);
		r->count = hid_global(&r->p, HID_REPORT_COUNT);
		next = r->next + (uint64_t)r->size * r->count;
		if (it.tag != r->kind || !r->size || !r->count || next > UINT32_MAX)
			continue;
		if (r->id && hid_global(&r->p, HID_REPORT_ID) != r->id)
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

/* ---- one field ---------------------------------------------------------------------------------
 */

struct value_at {
	uint32_t bit, size, usage;
	int64_t value;
	bool is_switch; /* on or off */
	bool null;	/* not between the bounds: says nothing */
	struct hid_bounds bounds;
};

static bool is_vendors(const struct hid_report *r)
{
	return hid_usage(&r->p, 0) >> 16 >= HID_PAGE_VENDOR;
}

/* The k-th field; its bits are at hand. */
static struct value_at value_of(const struct hid_report *r, struct hid_bounds b, uint32_t k)
{
	struct value_at v = {.bit = r->bit + k * r->size, .size = r->size, .bounds = b};
	uint32_t raw = hid_bits(r->data, r->len, v.bit, r->size);
	unsigned unused = 32 - r->size;

	v.value = b.min < 0 ? (int32_t)(raw << unused) >> unused : (int64_t)raw;
	v.null = v.value < b.min || v.value > b.max;
	v.is_switch = b.min == 0 && b.max == 1 && !(r->flags & HID_RELATIVE);
	if (r->flags & HID_VARIABLE)
		v.usage = hid_usage(&r->p, k);
	else if (!v.null) /* an index into the usages */
		v.usage = hid_usage(&r->p, (uint32_t)(v.value - b.min));
	return v;
}

/* How many of the item's fields are at hand. */
static uint32_t fields_at_hand(const struct hid_report *r)
{
	uint64_t bits = (uint64_t)r->len * 8, room = bits > r->bit ? bits - r->bit : 0;

	return room / r->size < r->count ? (uint32_t)(room / r->size) : r->count;
}

/* ---- in words ----------------------------------------------------------------------------------
 */

enum { SAY_ON = 16, SAY_VALUES = 12, SAY_BYTES = 16, SAY_FIELDS = 256 };

/* What a report says, put together while its items go by. */
struct words {
	struct text *t;
	struct ids *ids;
	size_t begun;
	uint32_t on[SAY_ON]; /* usages that are on */
	uint32_t application;
	uint8_t ons, values;
	uint32_t seen;		       /* bits: pages of switches and arrays */
	bool relative;		       /* there are such fields */
	uint32_t vendor_at, vendor_to; /* bytes */
};

static void comma(struct words *w)
{
	if (w->t->len > w->begun)
		text_str(w->t, ", ");
}

static void add_on(struct words *w, uint32_t usage)
{
	for (uint8_t i = 0; i < w->ons; i++)
		if (w->on[i] == usage)
			return;
	if (w->ons < SAY_ON && usage & 0xffff)
		w->on[w->ons++] = usage;
}

static void say_value(struct words *w, const struct value_at *v, uint32_t flags)
{
	const char *key = hid_usage_key(v->usage);

	if (flags & HID_RELATIVE)
		w->relative = true;
	if (v->null || (flags & HID_RELATIVE && !v->value) || w->values > SAY_VALUES)
		return;
	comma(w);
	if (w->values++ == SAY_VALUES) {
		text_str(w->t, "…");
		return;
	}
	if (v->usage >> 16 == HID_PAGE_DESKTOP && strcmp(key, "control"))
		text_str(w->t, key);
	else
		hid_say_usage(w->t, w->ids, v->usage);
	text_str(w->t, flags & HID_RELATIVE && v->value > 0 ? " +" : " ");
	text_i64(w->t, v->value);
}

static void add_vendor(struct words *w, const struct hid_report *r)
{
	uint32_t from = r->bit / 8, to = (r->next + 7) / 8;

	if (!w->vendor_to || from < w->vendor_at)
		w->vendor_at = from;
	if (to > w->vendor_to)
		w->vendor_to = to < r->len ? to : r->len;
}

static void say_item(struct words *w, const struct hid_report *r)
{
	struct hid_bounds b = hid_bounds(&r->p, HID_LOGICAL_MINIMUM);
	uint32_t n = fields_at_hand(r), page = hid_usage(&r->p, 0) >> 16;

	if (r->flags & HID_CONSTANT || !r->p.ranges)
		return;
	if (is_vendors(r) || r->size > 32) {
		add_vendor(w, r);
		return;
	}
	w->application = hid_application(&r->p);
	for (uint32_t k = 0; k < n && k < SAY_FIELDS; k++) {
		struct value_at v = value_of(r, b, k);

		if (r->flags & HID_VARIABLE && !v.is_switch)
			say_value(w, &v, r->flags);
		else if (page < 32)
			w->seen |= 1u << page;
		if (!(r->flags & HID_VARIABLE) || (v.is_switch && v.value == 1))
			add_on(w, v.usage);
	}
}

/* Keys that are to be said: those of one kind that are, or are not, among others. */
struct some {
	const uint16_t *code, *other;
	uint8_t n, others;
	bool in_other;
};

/* "a, b"; false: there is none. */
static bool say_names(struct words *w, const char *lead, const char *kind, struct some s)
{
	bool any = false;

	for (uint8_t i = 0; i < s.n; i++) {
		if (strcmp(hid_key_kind(s.code[i]), kind) ||
			hid_is_held(s.other, s.others, s.code[i]) != s.in_other)
			continue;
		text_str(w->t, any ? ", " : lead);
		hid_say_key(w->t, w->ids, s.code[i]);
		any = true;
	}
	return any;
}

/* "key down: a, b" */
static bool say_some(struct words *w, const char *what, const char *kind, struct some s)
{
	bool any = w->t->len > w->begun;
	char mem[32];
	struct text lead;

	text_init(&lead, mem, sizeof(mem));
	text_str(&lead, any ? ", " : "");
	if (strcmp(kind, "control")) {
		text_str(&lead, kind);
		text_char(&lead, ' ');
	}
	text_str(&lead, what);
	return say_names(w, mem, kind, s);
}

static const char *const kinds[] = {"key", "button", "control"};

/* Keys as they changed: what went down, what went up, what is held all the while. */
static void say_changes(struct words *w, const struct hid_press *s)
{
	const struct some down = {s->now, s->before, s->now_n, s->before_n, false};
	const struct some up = {s->before, s->now, s->before_n, s->now_n, false};
	const struct some held = {s->now, s->before, s->now_n, s->before_n, true};

	if (s->rollover) {
		comma(w);
		text_str(w->t, "too many keys down to tell");
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		bool any = say_some(w, "down: ", kinds[i], down);

		any |= say_some(w, "up: ", kinds[i], up);
		if (!any)
			say_some(w, "held: ", kinds[i], held);
		else if (say_names(w, " (held: ", kinds[i], held))
			text_char(w->t, ')');
	}
}

/* Keys as they are. */
static void say_state(struct words *w)
{
	uint16_t code[SAY_ON];
	uint8_t n = 0;

	for (uint8_t i = 0; i < w->ons; i++) {
		uint16_t c = hid_key_code(w->on[i], w->application);

		if (c)
			code[n++] = c;
	}
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		say_some(w, "down: ", kinds[i], (struct some){code, NULL, n, 0, false});
}

/* Switches that nobody holds: LEDs, what a digitizer says of itself. */
static void say_others(struct words *w)
{
	bool any = false;

	for (uint8_t i = 0; i < w->ons; i++) {
		if (hid_key_code(w->on[i], w->application))
			continue;
		if (!any) {
			comma(w);
			text_str(w->t, w->on[i] >> 16 == HID_PAGE_LED ? "LEDs: " : "on: ");
		} else {
			text_str(w->t, ", ");
		}
		hid_say_usage(w->t, w->ids, w->on[i]);
		any = true;
	}
}

static void say_bytes(struct words *w, const uint8_t *data)
{
	static const char hex[] = "0123456789abcdef";
	uint32_t n = w->vendor_to - w->vendor_at;

	if (w->vendor_to <= w->vendor_at)
		return;
	comma(w);
	text_u64(w->t, n);
	text_str(w->t, n == 1 ? " byte:" : " bytes:");
	for (uint32_t i = 0; i < n && i < SAY_BYTES; i++) {
		text_char(w->t, ' ');
		text_char(w->t, hex[data[w->vendor_at + i] >> 4]);
		text_char(w->t, hex[data[w->vendor_at + i] & 15]);
	}
	if (n > SAY_BYTES)
		text_str(w->t, " …");
}

/* A report in which nothing is on and nothing moved. */
static const char *say_nothing(const struct words *w)
{
	if (w->relative)
		return "no movement";
	if (w->seen >> HID_PAGE_KEYBOARD & 1)
		return "no key down";
	if (w->seen >> HID_PAGE_LED & 1)
		return "LEDs: none";
	return w->seen ? "all off" : "";
}

void hid_say_report(struct text *t, struct ids *ids, const struct hid_layout *l, uint8_t kind,
	const uint8_t *data, uint32_t len, const struct exchange *ex)
{
	struct words w = {.t = t, .ids = ids};
	struct hid_report r;

	hid_report_init(&r, l, kind, data, len);
	w.begun = t->len;
	while (hid_report_next(&r))
		say_item(&w, &r);
	if (ex)
		say_changes(&w, hid_press(ex));
	else
		say_state(&w);
	say_others(&w);
	say_bytes(&w, data);
	if (t->len == w.begun)
		text_str(t, say_nothing(&w));
}

/* ---- as fields ---------------------------------------------------------------------------------
 */

/* A hostile descriptor has a field for each bit of 64 KiB; no device has as many as these. */
enum { TREE_FIELDS = 1024 };

struct tree {
	struct emit *e;
	struct ids *ids;
	const struct hid_layout *l;
	struct hid_place place;
	uint32_t fields; /* emitted so far */
};

static struct field field_at(const struct tree *w, const char *key, uint32_t bit, uint32_t bits)
{
	struct field f = {
		.key = key,
		.value = value_null(),
		.off = w->place.at + bit / 8,
		.len = (bit % 8 + bits + 7) / 8,
	};

	if (bit % 8 || bits % 8) {
		f.bit = bit % 8;
		f.bits = (uint8_t)bits;
	}
	return f;
}

static void say_bounds(struct text *t, const struct value_at *v)
{
	text_i64(t, v->bounds.min);
	text_str(t, " to ");
	text_i64(t, v->bounds.max);
}

/* The value in its unit, where it has one or is scaled (HID 1.11 6.2.2.7). */
static void say_physical(struct text *t, const struct hid_report *r, const struct value_at *v)
{
	struct hid_bounds p = hid_bounds(&r->p, HID_PHYSICAL_MINIMUM);
	uint32_t unit = hid_global(&r->p, HID_UNIT);
	uint32_t exponent = hid_global(&r->p, HID_UNIT_EXPONENT);
	double scale, value;

	if (!p.min && !p.max) /* both 0: as the logical ones */
		p = v->bounds;
	if ((!unit && !exponent && p.min == v->bounds.min && p.max == v->bounds.max) ||
		v->bounds.max <= v->bounds.min)
		return;
	scale = (double)(p.max - p.min) / (double)(v->bounds.max - v->bounds.min);
	value = (double)p.min + (double)(v->value - v->bounds.min) * scale;
	text_str(t, " = ");
	hid_say_physical(t, value, hid_exponent(exponent, r->p.g.size[HID_UNIT_EXPONENT]), unit);
}

/* A variable field: which one it is where the key does not say it, its state, its range. */
static void say_variable(
	const struct tree *w, struct text *t, const struct hid_report *r, const struct value_at *v)
{
	uint16_t code = hid_key_code(v->usage, hid_application(&r->p));
	bool axis =
		v->usage >> 16 == HID_PAGE_DESKTOP && strcmp(hid_usage_key(v->usage), "control");

	if (!axis) {
		if (code)
			hid_say_key(t, w->ids, code);
		else
			hid_say_usage(t, w->ids, v->usage);
		text_str(t, ": ");
	}
	if (v->is_switch && !v->null) {
		text_str(t, code ? (v->value ? "down" : "up") : (v->value ? "on" : "off"));
		return;
	}
	if (v->null && r->flags & HID_NULL_STATE) {
		text_str(t, "no value");
		return;
	}
	text_str(t, v->null ? "not " : "");
	say_bounds(t, v);
	if (v->null)
		text_str(t, " (HID 1.11 6.2.2.7)");
	text_str(t, r->flags & HID_RELATIVE ? ", relative" : "");
	if (!v->null)
		say_physical(t, r, v);
}

static void emit_value(struct tree *w, const struct hid_report *r, const struct value_at *v)
{
	uint32_t first = hid_usage(&r->p, 0);
	bool variable = r->flags & HID_VARIABLE;
	struct field f = field_at(w, hid_usage_key(variable ? v->usage : first), v->bit, v->size);
	char mem[192];
	struct text t;

	text_init(&t, mem, sizeof(mem));
	f.value = v->value < 0 ? value_int(v->value) : value_uint((uint64_t)v->value);
	f.value.inferred = w->l->inferred;
	if (variable)
		say_variable(w, &t, r, v);
	else if (!v->null && v->usage & 0xffff)
		hid_say_usage(&t, w->ids, v->usage);
	else /* no control is on: outside of the bounds, or a usage that is none */
		text_str(&t, "none");
	if (variable && v->null && !(r->flags & HID_NULL_STATE) && !w->l->inferred)
		f.verdict = VERDICT_INVALID;
	if (t.len)
		f.text = mem;
	emit_field(w->e, &f);
}

/* Bytes that are the vendor's, or numbers too large: as they are. Padding likewise. */
static void emit_bytes(struct tree *w, const struct hid_report *r, const char *key, uint32_t n)
{
	uint32_t bits = n * r->size;
	struct field f = field_at(w, key, r->bit, bits);

	if (!f.bits)
		f.value = value_bytes(r->data + r->bit / 8, bits / 8);
	else if (bits <= 32)
		f.value = value_uint(hid_bits(r->data, r->len, r->bit, bits));
	else
		f.bits = 0; /* more bits than a field can say */
	f.value.inferred = w->l->inferred;
	emit_field(w->e, &f);
	w->fields++;
}

static void emit_fields(struct tree *w, const struct hid_report *r)
{
	struct hid_bounds b = hid_bounds(&r->p, HID_LOGICAL_MINIMUM);
	uint32_t n = fields_at_hand(r);

	if (!n)
		return;
	if (r->flags & HID_CONSTANT || !r->p.ranges) {
		emit_bytes(w, r, "padding", n);
		return;
	}
	if (r->size > 32 || (is_vendors(r) && !(r->bit % 8) && !(r->size * n % 8))) {
		emit_bytes(w, r, is_vendors(r) ? "vendor" : "control", n);
		return;
	}
	for (uint32_t k = 0; k < n && w->fields < TREE_FIELDS; k++, w->fields++) {
		struct value_at v = value_of(r, b, k);

		emit_value(w, r, &v);
	}
}

static void emit_keys(struct tree *w, const char *key, const uint16_t *code, uint8_t n,
	const uint16_t *except, uint8_t excepts)
{
	for (uint8_t i = 0; i < n; i++) {
		char mem[96];
		struct text t;

		if (hid_is_held(except, excepts, code[i]))
			continue;
		text_init(&t, mem, sizeof(mem));
		hid_say_key(&t, w->ids, code[i]);
		emit_field(w->e, &(struct field){.key = key, .value = value_name(mem)});
	}
}

/* What is left, or is missing. */
static void emit_left(struct tree *w, const struct hid_report *r)
{
	uint32_t used = (r->next + 7) / 8;
	struct field f = {.key = "rest", .off = w->place.at + used};

	if (w->fields >= TREE_FIELDS) {
		f.text = "more fields than are shown";
		f.off = f.len = 0;
	} else if (used > r->len) {
		f.off = w->place.at + r->len;
		f.text = "the report has more fields";
		f.verdict = w->place.missing;
	} else if (used < r->len) {
		f.value = value_bytes(r->data + used, r->len - used);
		f.len = r->len - used;
		f.text = w->l->partial ? "what it is was cut from the report descriptor"
				       : "behind the report's fields";
	} else {
		return;
	}
	emit_field(w->e, &f);
}

static const char *kind_key(uint8_t kind)
{
	return kind == HID_INPUT    ? "input_report"
	       : kind == HID_OUTPUT ? "output_report"
				    : "feature_report";
}

void hid_emit_report(struct emit *e, struct ids *ids, const struct hid_layout *l, uint8_t kind,
	const uint8_t *data, uint32_t len, struct hid_place place, const struct exchange *ex)
{
	struct tree w = {.e = e, .ids = ids, .l = l, .place = place};
	const struct hid_press *s = ex ? hid_press(ex) : NULL;
	struct hid_report r;
	bool any = false;

	emit_open(
		e, &(struct field){
			   .key = kind_key(kind),
			   .text = l->inferred ? "no report descriptor was seen: taken for one of "
						 "the boot protocol (HID 1.11 appendix B)"
				   : l->boot   ? "boot protocol (HID 1.11 appendix B)"
					       : NULL,
			   .off = place.at,
			   .len = len,
		   });
	if (s && !s->rollover) {
		emit_keys(&w, "down", s->now, s->now_n, s->before, s->before_n);
		emit_keys(&w, "up", s->before, s->before_n, s->now, s->now_n);
		emit_keys(&w, "held", s->now, s->now_n, NULL, 0);
	}
	hid_report_init(&r, l, kind, data, len);
	while (w.fields < TREE_FIELDS && hid_report_next(&r)) {
		if (!any && r.id)
			emit_field(e, &(struct field){.key = "report_id",
					      .value = value_uint(r.id),
					      .off = place.at,
					      .len = 1});
		any = true;
		emit_fields(&w, &r);
	}
	if (!any)
		emit_field(e, &(struct field){.key = "data",
				      .value = value_bytes(data, len < 64 ? len : 64),
				      .text = l->partial ? "not in what is known of the report "
							   "descriptor"
							 : "the report descriptor has no such "
							   "report",
				      .off = place.at,
				      .len = len,
				      .verdict = l->partial ? VERDICT_NONE : VERDICT_INVALID});
	else
		emit_left(&w, &r);
	emit_close(e);
}
