/* hid_tree.c: a report as a field tree: each field with its raw value, its meaning, its bounds, and
 * its physical value where it has one. */
#include "base/mem.h"
#include "decoders/hid.h"

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

static void say_bounds(struct text *t, const struct hid_value *v)
{
	text_i64(t, v->bounds.min);
	text_str(t, " to ");
	text_i64(t, v->bounds.max);
}

/* The value in its unit, where it has one or is scaled (HID 1.11 6.2.2.7). */
static void say_physical(struct text *t, const struct hid_report *r, const struct hid_value *v)
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
	const struct tree *w, struct text *t, const struct hid_report *r, const struct hid_value *v)
{
	uint16_t code = hid_key_code(v->usage, hid_application(&r->p));

	if (!hid_axis_key(v->usage)) {
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

static void emit_value(struct tree *w, const struct hid_report *r, const struct hid_value *v)
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
	uint32_t n = hid_fields_at_hand(r);

	if (!n)
		return;
	if (r->flags & HID_CONSTANT || !r->p.ranges) {
		emit_bytes(w, r, "padding", n);
		return;
	}
	if (r->size > 32 || (hid_is_buffer(r) && !(r->bit % 8) && !(r->size * n % 8))) {
		emit_bytes(w, r, hid_usage_key(hid_usage(&r->p, 0)), n);
		return;
	}
	for (uint32_t k = 0; k < n && w->fields < TREE_FIELDS; k++, w->fields++) {
		struct hid_value v = hid_value(r, b, k);

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

/* Of a report that the descriptor does not have. */
static void emit_unknown(struct tree *w, const struct hid_report *r)
{
	uint32_t n = r->len - r->numbered;

	emit_field(w->e,
		&(struct field){
			.key = "data",
			.value = value_bytes(r->data + r->numbered, n < 64 ? n : 64),
			.text = w->l->partial ? "not in what is known of the report descriptor"
					      : "the report descriptor has no such report",
			.off = w->place.at + r->numbered,
			.len = n,
			.verdict = w->l->partial ? VERDICT_NONE : VERDICT_INVALID,
		});
}

static void emit_id(struct tree *w, const struct hid_report *r)
{
	if (r->numbered)
		emit_field(w->e, &(struct field){
					 .key = "report_id",
					 .value = value_uint(r->id),
					 .off = w->place.at,
					 .len = 1,
				 });
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
	for (; w.fields < TREE_FIELDS && hid_report_next(&r); any = true) {
		if (!any)
			emit_id(&w, &r);
		emit_fields(&w, &r);
	}
	if (!any) {
		emit_id(&w, &r);
		emit_unknown(&w, &r);
	} else {
		emit_left(&w, &r);
	}
	emit_close(e);
}
