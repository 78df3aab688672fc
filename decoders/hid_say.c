/* hid_say.c: a report in one line: what moved, which keys went down and up. */
#include "base/mem.h"
#include "decoders/hid.h"

#include <string.h>

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
	uint32_t buffer_at, buffer_to; /* bytes */
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

static void say_value(struct words *w, const struct hid_value *v, uint32_t flags)
{
	const char *axis = hid_axis_key(v->usage);

	if (flags & HID_RELATIVE)
		w->relative = true;
	if (v->null || (flags & HID_RELATIVE && !v->value) || w->values > SAY_VALUES)
		return;
	comma(w);
	if (w->values++ == SAY_VALUES) {
		text_str(w->t, "…");
		return;
	}
	if (axis)
		text_str(w->t, axis);
	else
		hid_say_usage(w->t, w->ids, v->usage);
	text_str(w->t, flags & HID_RELATIVE && v->value > 0 ? " +" : " ");
	text_i64(w->t, v->value);
}

static void add_buffer(struct words *w, const struct hid_report *r)
{
	uint32_t from = r->bit / 8, to = (r->next + 7) / 8;

	if (!w->buffer_to || from < w->buffer_at)
		w->buffer_at = from;
	if (to > w->buffer_to)
		w->buffer_to = to < r->len ? to : r->len;
}

/* Single bits, many at a time: most of them are 0. */
static void say_switches(struct words *w, const struct hid_report *r, uint32_t n)
{
	for (uint32_t k = 0; k < n; k += 32) {
		uint32_t some = n - k < 32 ? n - k : 32;
		uint32_t v = hid_bits(r->data, r->len, r->bit + k, some);

		for (; v; v &= v - 1)
			add_on(w, hid_usage(&r->p, k + (uint32_t)__builtin_ctz(v)));
	}
}

static void say_item(struct words *w, const struct hid_report *r)
{
	struct hid_bounds b = hid_bounds(&r->p, HID_LOGICAL_MINIMUM);
	bool variable = r->flags & HID_VARIABLE, switches = variable && hid_is_switch(r, b);
	uint32_t n = hid_fields_at_hand(r), page = hid_usage(&r->p, 0) >> 16;

	if (r->flags & HID_CONSTANT || !r->p.ranges)
		return;
	if (hid_is_buffer(r)) {
		add_buffer(w, r);
		return;
	}
	if (switches || !variable) {
		w->application = hid_application(&r->p);
		w->seen |= page < 32 ? 1u << page : 0;
	}
	if (n > SAY_FIELDS)
		n = SAY_FIELDS;
	if (switches && r->size == 1) {
		say_switches(w, r, n);
		return;
	}
	for (uint32_t k = 0; k < n; k++) {
		struct hid_value v = hid_value(r, b, k);

		if (variable && !switches)
			say_value(w, &v, r->flags);
		else if (!variable || v.value == 1)
			add_on(w, v.usage);
	}
}

/* ---- keys --------------------------------------------------------------------------- */

/* Keys that are to be said: those of one kind that are, or are not, among others. */
struct some {
	const uint16_t *code, *other;
	uint8_t n, others;
	bool in_other;
};

/* "a, b"; false: there is none. */
static bool say_names(struct words *w, const char *lead, enum hid_key_kind kind, struct some s)
{
	bool any = false;

	for (uint8_t i = 0; i < s.n; i++) {
		if (hid_key_kind(s.code[i]) != kind ||
			hid_is_held(s.other, s.others, s.code[i]) != s.in_other)
			continue;
		text_str(w->t, any ? ", " : lead);
		hid_say_key(w->t, w->ids, s.code[i]);
		any = true;
	}
	return any;
}

enum change { DOWN, UP, HELD, CHANGES };

/* "key down: a, b" */
static bool say_some(struct words *w, enum change change, enum hid_key_kind kind, struct some s)
{
	static const char *const lead[HID_KEY_KINDS][CHANGES] = {
		[HID_KEY] = {", key down: ", ", key up: ", ", key held: "},
		[HID_BUTTON] = {", button down: ", ", button up: ", ", button held: "},
		[HID_CONTROL] = {", down: ", ", up: ", ", held: "},
	};
	bool any = w->t->len > w->begun;

	return say_names(w, lead[kind][change] + (any ? 0 : strlen(", ")), kind, s);
}

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
	for (enum hid_key_kind kind = 0; kind < HID_KEY_KINDS; kind++) {
		bool any = say_some(w, DOWN, kind, down);

		any |= say_some(w, UP, kind, up);
		if (!any)
			say_some(w, HELD, kind, held);
		else if (say_names(w, " (held: ", kind, held))
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
	for (enum hid_key_kind kind = 0; n && kind < HID_KEY_KINDS; kind++)
		say_some(w, DOWN, kind, (struct some){code, NULL, n, 0, false});
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
	uint32_t n = w->buffer_to - w->buffer_at;

	if (w->buffer_to <= w->buffer_at)
		return;
	comma(w);
	text_u64(w->t, n);
	text_str(w->t, n == 1 ? " byte:" : " bytes:");
	for (uint32_t i = 0; i < n && i < SAY_BYTES; i++) {
		text_char(w->t, ' ');
		text_char(w->t, hex[data[w->buffer_at + i] >> 4]);
		text_char(w->t, hex[data[w->buffer_at + i] & 15]);
	}
	if (n > SAY_BYTES)
		text_str(w->t, " …");
}

static void say_id(struct words *w, uint8_t id)
{
	text_str(w->t, "report ");
	text_u64(w->t, id);
	text_str(w->t, ": ");
	w->begun = w->t->len;
}

/* Nothing is on, nothing moved. */
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

/* The items of a report as they are for all reports of its kind and ID: to walk over the report
 * descriptor again for each report costs a seventh of `list`. */
enum { KEPT_ITEMS = 8 };
struct kept {
	uint32_t items; /* more than KEPT_ITEMS: too many to keep */
	bool numbered;
	uint8_t id;
	struct hid_report item[KEPT_ITEMS];
};
_Static_assert(sizeof(struct kept) <= DECODE_MEMO, "fits");

static uint32_t key_of(uint8_t kind, bool numbered, uint8_t id)
{
	return numbered ? kind | 0x100u | (uint32_t)id << 16 : kind;
}

/* Reports of a pipe have IDs or not, so one of the two keys is in use. */
static struct kept *find_kept(
	const struct decode_ctx *c, uint32_t pipe, uint8_t kind, uint8_t first)
{
	struct decode_memo *m = decode_memo_find(c, pipe, key_of(kind, false, 0));

	if (!m)
		m = decode_memo_find(c, pipe, key_of(kind, true, first));
	return m ? (struct kept *)m->bytes : NULL;
}

/* Says each item, and keeps them in k unless that is NULL. False: the descriptor knows no such
 * report. */
static bool say_items(struct words *w, struct hid_report *r, struct kept *k)
{
	bool any = false;

	while (hid_report_next(r)) {
		if (!any && r->numbered)
			say_id(w, r->id);
		if (k && k->items < KEPT_ITEMS)
			k->item[k->items] = *r;
		if (k)
			k->items++;
		say_item(w, r);
		any = true;
	}
	if (!any && r->numbered)
		say_id(w, r->id);
	return any;
}

static void say_kept(struct words *w, struct kept *k, const uint8_t *data, uint32_t len)
{
	if (k->numbered)
		say_id(w, k->id);
	for (uint32_t i = 0; i < k->items; i++) {
		k->item[i].data = data;
		k->item[i].len = len;
		say_item(w, &k->item[i]);
	}
}

static bool say_report(struct words *w, const struct decode_ctx *c, uint32_t pipe,
	const struct hid_layout *l, uint8_t kind, const uint8_t *data, uint32_t len)
{
	struct kept *k = find_kept(c, pipe, kind, data[0]), fresh;
	struct decode_memo *m;
	struct hid_report r;
	bool any;

	if (k && k->items <= KEPT_ITEMS) {
		say_kept(w, k, data, len);
		return true;
	}
	hid_report_init(&r, l, kind, data, len);
	fresh.items = 0;
	any = say_items(w, &r, k ? NULL : &fresh);
	m = any && !k ? decode_memo_new(c, pipe, key_of(kind, r.numbered, r.id)) : NULL;
	if (m) {
		fresh.numbered = r.numbered;
		fresh.id = r.id;
		memcpy(m->bytes, &fresh, sizeof(fresh));
	}
	return any;
}

void hid_say_report(struct text *t, const struct decode_ctx *c, uint32_t pipe,
	const struct hid_layout *l, uint8_t kind, const uint8_t *data, uint32_t len)
{
	struct words w = {.t = t, .ids = c->ids, .begun = t->len};
	const struct exchange *ex = c->exchange;

	if (ex && hid_press(ex)->only_keys) { /* the exchange tells all there is */
		if (ex->key >> 8)
			say_id(&w, (uint8_t)(ex->key >> 8));
		say_changes(&w, hid_press(ex));
		return;
	}
	if (!say_report(&w, c, pipe, l, kind, data, len))
		w.buffer_to = len;
	if (ex)
		say_changes(&w, hid_press(ex));
	else
		say_state(&w);
	say_others(&w);
	say_bytes(&w, data);
	if (t->len == w.begun)
		text_str(t, say_nothing(&w));
}
