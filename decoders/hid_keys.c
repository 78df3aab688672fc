/* hid_keys.c: keys, buttons and switches that are pressed and let go: exchanges from the first one
 * down to all up. Runs for each report, so what the report descriptor says of them is kept in a
 * flat table as long as the pipe stays the same. */
#include "base/cursor.h"
#include "base/mem.h"
#include "decoders/hid.h"

#include <assert.h>
#include <string.h>

/* ---- keys as numbers ---------------------------------------------------------------------------
 */

enum { CODE_BITS = 12, CODE_MAX = (1 << CODE_BITS) - 1, MOUSE_BUTTON = 3 };

/* By the upper 4 bits of a code. Names of the first three mouse buttons are habits. */
static const struct {
	uint16_t page;
	uint8_t kind; /* enum hid_key_kind */
} classes[] = {
	[1] = {HID_PAGE_KEYBOARD, HID_KEY},
	[2] = {HID_PAGE_BUTTON, HID_CONTROL},
	[MOUSE_BUTTON] = {HID_PAGE_BUTTON, HID_BUTTON},
	[4] = {HID_PAGE_CONSUMER, HID_CONTROL},
	[5] = {HID_PAGE_DESKTOP, HID_CONTROL},
	[6] = {HID_PAGE_DIGITIZER, HID_CONTROL},
	[7] = {HID_PAGE_TELEPHONY, HID_CONTROL},
};

/* Those of these pages that go on and off as somebody touches them (HUT 4, 14, 16); of the others
 * all do. */
static const struct {
	uint32_t first, last;
} momentary[] = {
	{0x0001003d, 0x0001003e}, /* Start, Select */
	{0x00010081, 0x000100b7}, /* System … */
	{0x000b0020, 0x000b00bf}, /* hook switch, phone keys */
	{0x000d0033, 0x000d0033}, /* Touch */
	{0x000d0042, 0x000d0045}, /* Tip Switch … Eraser */
};

uint16_t hid_key_code(uint32_t usage, uint32_t application)
{
	uint16_t page = (uint16_t)(usage >> 16);
	bool mouse = application == 0x00010002 || application == 0x00010001;
	bool any =
		page == HID_PAGE_KEYBOARD || page == HID_PAGE_BUTTON || page == HID_PAGE_CONSUMER;
	uint16_t id = (uint16_t)usage;

	if (!id || id > CODE_MAX)
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(momentary) && !any; i++)
		any = usage >= momentary[i].first && usage <= momentary[i].last;
	if (page == HID_PAGE_BUTTON && mouse)
		return (uint16_t)(MOUSE_BUTTON << CODE_BITS | id);
	for (uint16_t i = 1; any && i < ARRAY_LEN(classes); i++)
		if (classes[i].page == page)
			return (uint16_t)(i << CODE_BITS | id);
	return 0;
}

void hid_say_key(struct text *t, struct ids *ids, uint16_t code)
{
	static const char *const buttons[] = {NULL, "left", "right", "middle"};
	uint16_t id = code & CODE_MAX, class = code >> CODE_BITS;

	if (class == MOUSE_BUTTON && id < ARRAY_LEN(buttons))
		text_str(t, buttons[id]);
	else
		hid_say_usage(t, ids, (uint32_t)classes[class].page << 16 | id);
}

enum hid_key_kind hid_key_kind(uint16_t code)
{
	return (enum hid_key_kind)classes[code >> CODE_BITS].kind;
}

bool hid_is_held(const uint16_t *held, uint8_t n, uint16_t code)
{
	for (uint8_t i = 0; i < n; i++)
		if (held[i] == code)
			return true;
	return false;
}

/* ---- where they are in reports -----------------------------------------------------------------
 */

enum { SWITCHES, ARRAY, MOVE_X, MOVE_Y };

/* Fields of a main item whose usages follow each other. */
struct place {
	uint16_t bit, count;
	uint16_t code;	     /* of the first usage */
	uint16_t base, span; /* ARRAY: indices base … base + span - 1 are these usages */
	int16_t minimum;     /* ARRAY: the value of index 0 */
	uint8_t id, size, kind;
};

enum { PLACES = 176 };

struct state {
	uint32_t pipe; /* that the rest is of */
	uint16_t places;
	bool known, numbered;
	uint32_t least, most;
	uint32_t longest;   /* report, in bytes; 0: not known */
	uint16_t bits[256]; /* of each report */
	uint8_t more[256];  /* of each: it tells of more than the places do */
	struct place place[PLACES];
};
static_assert(sizeof(struct state) <= HID_STATE, "state of an interface");
static_assert(sizeof(struct hid_press) <= EXCHANGE_STATE, "state of an exchange");

/* What lies beyond the bytes that track sees is not followed. */
static void add_place(struct state *s, struct place p)
{
	uint32_t room = TRACK_BYTES * 8u - p.bit;

	if (s->places == PLACES || !p.size) {
		s->more[p.id] = true;
		return;
	}
	if (p.count > room / p.size)
		p.count = (uint16_t)(room / p.size);
	if (p.count)
		s->place[s->places++] = p;
}

static void add_moves(struct state *s, const struct hid_parser *p, struct place at)
{
	for (uint32_t k = 0; k < at.count; k++) {
		uint32_t axis = hid_usage(p, k) - 0x00010030;
		struct place one = at;

		one.bit = (uint16_t)(at.bit + k * at.size);
		one.count = 1;
		one.kind = axis ? MOVE_Y : MOVE_X;
		if (axis <= 1 && one.bit < TRACK_BYTES * 8)
			add_place(s, one);
	}
}

/* The usages of one range: each field of a variable item has the next one, an array's values are
 * indices into them (HID 1.11 6.2.2.5). */
static void add_keys(struct state *s, const struct hid_parser *p, uint32_t flags, struct place at)
{
	uint32_t application = hid_application(p), k = 0;

	for (unsigned i = 0; i < p->ranges && k < CODE_MAX; i++) {
		uint32_t n = p->range[i].last - p->range[i].first + 1;
		uint16_t code = hid_key_code(hid_usage(p, k), application);
		struct place one = at;

		/* "none" stands in front of the keys */
		if (!code && n > 1 && n <= CODE_MAX &&
			(code = hid_key_code(hid_usage(p, k + 1), application))) {
			k++;
			n--;
		}
		n = n && n < CODE_MAX - k ? n : CODE_MAX - k;
		one.code = code;
		if (flags & HID_VARIABLE) {
			uint32_t bit = at.bit + k * at.size;

			if (k >= at.count || bit >= TRACK_BYTES * 8)
				return;
			one.bit = (uint16_t)bit;
			one.count = (uint16_t)(n < at.count - k ? n : at.count - k);
			one.kind = SWITCHES;
		} else {
			one.base = (uint16_t)k;
			one.span = (uint16_t)n;
			one.kind = ARRAY;
		}
		if (code)
			add_place(s, one);
		k += n;
	}
}

/* Whether all that the item tells of are keys. */
static bool is_keys(const struct hid_report *r, struct hid_bounds b)
{
	uint32_t page = hid_usage(&r->p, 0) >> 16;

	return (page == HID_PAGE_KEYBOARD || page == HID_PAGE_BUTTON ||
		       page == HID_PAGE_CONSUMER) &&
	       (!(r->flags & HID_VARIABLE) || hid_is_switch(r, b)) && r->p.ranges == 1 &&
	       r->p.range[0].last <= CODE_MAX;
}

static void add_item(struct state *s, const struct hid_report *r, uint32_t bit, uint8_t id)
{
	struct hid_bounds b = hid_bounds(&r->p, HID_LOGICAL_MINIMUM);
	struct place at = {
		.bit = (uint16_t)bit,
		.count = (uint16_t)(r->count < 512 ? r->count : 512),
		.minimum = (int16_t)b.min,
		.id = id,
		.size = (uint8_t)r->size,
	};

	if (r->flags & HID_CONSTANT)
		return;
	if (!is_keys(r, b) || bit + (uint64_t)r->size * r->count > TRACK_BYTES * 8)
		s->more[id] = true;
	if (bit >= TRACK_BYTES * 8 || r->size > 32)
		return;
	if (!(r->flags & HID_VARIABLE)) {
		if (b.min >= INT16_MIN && b.min <= INT16_MAX)
			add_keys(s, &r->p, r->flags, at);
	} else if (hid_is_switch(r, b)) {
		add_keys(s, &r->p, r->flags, at);
	} else if (r->flags & HID_RELATIVE) {
		add_moves(s, &r->p, at);
	}
}

/* The table for a pipe. */
static void learn_pipe(struct state *s, const struct devices *d, uint32_t pipe)
{
	struct hid_layout l;
	struct hid_report r;

	memset(s, 0, sizeof(*s));
	s->pipe = pipe;
	s->known = hid_layout(d, devices_get_pipe(d, pipe), &l);
	if (!s->known)
		return;
	s->longest = hid_longest_report(&l, HID_INPUT);
	s->least = l.least;
	s->most = l.most;
	hid_report_init(&r, &l, HID_INPUT, NULL, 0);
	while (hid_report_next(&r)) {
		uint8_t id = (uint8_t)hid_global(&r.p, HID_REPORT_ID);
		uint64_t bits;

		s->numbered = hid_numbered(&r.p);
		if (s->numbered && !s->bits[id])
			s->bits[id] = 8;
		add_item(s, &r, s->bits[id], id);
		bits = s->bits[id] + (uint64_t)r.size * r.count;
		s->bits[id] = (uint16_t)(bits < UINT16_MAX ? bits : UINT16_MAX);
	}
}

/* ---- reports -----------------------------------------------------------------------------------
 */

struct held {
	uint16_t code[HID_HELD];
	uint8_t n;
	bool rollover;
	int32_t x, y;
};

static void hold(struct held *h, uint16_t code)
{
	if (h->n < HID_HELD && !hid_is_held(h->code, h->n, code))
		h->code[h->n++] = code;
}

/* A report's bytes, the first eight as one number: what most have is there. */
struct bits {
	const uint8_t *data;
	uint32_t len;
	uint64_t head; /* little-endian; beyond the end 0 */
};

static struct bits bits_over(const uint8_t *data, uint32_t len)
{
	struct bits b = {.data = data, .len = len};

	if (len >= 8)
		b.head = le64(data);
	else
		for (uint32_t i = 0; i < len; i++)
			b.head |= (uint64_t)data[i] << 8 * i;
	return b;
}

/* n <= 32 of them from `bit` on; beyond the end 0. */
static inline uint32_t take_bits(const struct bits *b, uint32_t bit, unsigned n)
{
	return bit + n <= 64 ? (uint32_t)(b->head >> bit & (((uint64_t)1 << n) - 1))
			     : hid_bits(b->data, b->len, bit, n);
}

static void take_switches(struct held *h, const struct place *p, const struct bits *b)
{
	/* single bits many at a time: most of them are 0 */
	for (unsigned k = 0; p->size == 1 && k < p->count; k += 32) {
		uint32_t v = take_bits(b, p->bit + k, p->count - k < 32 ? p->count - k : 32);

		for (; v; v &= v - 1)
			hold(h, (uint16_t)(p->code + k + (unsigned)__builtin_ctz(v)));
	}
	for (unsigned k = 0; p->size != 1 && k < p->count; k++)
		if (take_bits(b, p->bit + k * p->size, p->size))
			hold(h, (uint16_t)(p->code + k));
}

/* Usages 1 to 3 of the keyboard page: more keys are down than the report can say (HUT 10, HID 1.11
 * appendix C). */
enum { ROLLOVER_FIRST = 1 << CODE_BITS | 1, ROLLOVER_LAST = 1 << CODE_BITS | 3 };

/* Whether bits up to `end` are all 0, where that is quickly seen. */
static inline bool nothing_left(const struct bits *b, uint32_t bit, uint32_t end)
{
	return bit < end && end <= 64 && !(b->head << (64 - end) >> (64 - end) >> bit);
}

static void take_array(struct held *h, const struct place *p, const struct bits *b)
{
	uint32_t bit = p->bit, end = p->bit + (uint32_t)p->count * p->size;
	bool none = !p->minimum && p->base; /* 0 is no key */

	end = end < b->len * 8 ? end : b->len * 8;
	for (; bit + p->size <= end && !(none && nothing_left(b, bit, end)); bit += p->size) {
		uint32_t v = take_bits(b, bit, p->size);
		int64_t index = p->minimum < 0
					? hid_signed(v << (32 - p->size), 4) >> (32 - p->size)
					: (int64_t)v;
		uint16_t code;

		index -= p->minimum;
		if (index < p->base || index >= p->base + p->span)
			continue;
		code = (uint16_t)(p->code + index - p->base);
		if (code >= ROLLOVER_FIRST && code <= ROLLOVER_LAST)
			h->rollover = true;
		else
			hold(h, code);
	}
}

static int32_t moved(const struct place *p, const struct bits *b)
{
	unsigned unused = 32u - p->size;

	return (int32_t)(take_bits(b, p->bit, p->size) << unused) >> unused;
}

static void take_report(const struct state *s, const uint8_t *data, uint32_t len, struct held *h)
{
	struct bits b = bits_over(data, len);
	uint8_t id = s->numbered ? data[0] : 0;

	for (unsigned i = 0; i < s->places; i++) {
		const struct place *p = &s->place[i];

		if (s->numbered && p->id != id)
			continue;
		if (p->kind == SWITCHES)
			take_switches(h, p, &b);
		else if (p->kind == ARRAY)
			take_array(h, p, &b);
		else
			*(p->kind == MOVE_X ? &h->x : &h->y) = moved(p, &b);
	}
}

static void add_sum(int32_t *sum, int32_t more)
{
	if (__builtin_add_overflow(*sum, more, sum))
		*sum = more < 0 ? INT32_MIN : INT32_MAX;
}

static void advance(struct hid_press *s, const struct held *h)
{
	memcpy(s->before, s->now, sizeof(s->before));
	s->before_n = s->now_n;
	s->rollover = h->rollover;
	s->moved |= h->x || h->y;
	add_sum(&s->x, h->x);
	add_sum(&s->y, h->y);
	if (h->rollover) /* what is down stays unknown: as before */
		return;
	memcpy(s->now, h->code, sizeof(s->now));
	s->now_n = h->n;
	for (uint8_t i = 0; i < h->n; i++) {
		if (hid_is_held(s->before, s->before_n, h->code[i]))
			continue;
		if (s->pressed_n < HID_PRESSED)
			s->pressed[s->pressed_n++] = h->code[i];
		s->presses++;
	}
}

/* Whether data is one report: from the bus several may come as one transfer, and nothing can be
 * said of keys then. */
static bool is_one(const struct state *s, const struct xfer *x)
{
	uint32_t bits = s->bits[s->numbered ? x->data.data[0] : 0];

	return x->naks == XFER_UNKNOWN || x->data.captured <= (bits + 7) / 8;
}

void hid_track_report(struct track *t)
{
	const struct xfer *x = t->x;
	struct state *s = t->state;
	struct held h = {0};
	struct exchange *ex;
	uint32_t key;

	if (s->pipe != x->pipe)
		learn_pipe(s, t->devices, x->pipe);
	hid_expect_next(t, s->longest);
	if (!s->known || !s->places || !x->data.kept || x->data.captured < x->data.total ||
		x->data.total < s->least || x->data.total > s->most)
		return;
	key = x->endpoint | (s->numbered ? (uint32_t)x->data.data[0] << 8 : 0);
	ex = exchange_find(t, key);
	if (!is_one(s, x)) {
		if (ex)
			exchange_end(t, ex, EXCHANGE_INCOMPLETE);
		return;
	}
	take_report(s, x->data.data, x->data.kept, &h);
	if (!ex && !h.n)
		return;
	if (!ex || !exchange_join(t, ex))
		ex = exchange_begin(t, key);
	ex->bytes += x->data.total;
	advance((struct hid_press *)ex->state, &h);
	((struct hid_press *)ex->state)->only_keys = !s->more[key >> 8];
	if (!hid_press(ex)->now_n)
		exchange_end(t, ex, EXCHANGE_OK);
}

/* ---- the exchange as a whole --------------------------------------------------------------------
 */

static bool by_mouse(const struct hid_press *s)
{
	return s->pressed_n && s->pressed[0] >> CODE_BITS == MOUSE_BUTTON;
}

/* "key a", "keys Left Shift, a", "click left", "drag left x +12, y -3" */
void hid_exchange_info(const struct decode_ctx *c, struct text *t)
{
	static const char *const kinds[] = {"key", "button", "control"};
	const struct hid_press *s = hid_press(c->exchange);

	if (!s->pressed_n)
		return;
	text_str(t, !by_mouse(s) ? kinds[hid_key_kind(s->pressed[0])]
		    : s->moved	 ? "drag"
				 : "click");
	text_str(t, !by_mouse(s) && s->presses > 1 ? "s " : " ");
	for (uint8_t i = 0; i < s->pressed_n; i++) {
		text_str(t, i ? ", " : "");
		hid_say_key(t, c->ids, s->pressed[i]);
	}
	if (s->presses > s->pressed_n)
		text_str(t, ", …");
	if (s->moved)
		text_printf(t, " x %+d, y %+d", s->x, s->y);
}

void hid_exchange_decode(const struct decode_ctx *c, struct emit *e)
{
	const struct hid_press *s = hid_press(c->exchange);
	char mem[96];
	struct text t;

	for (uint8_t i = 0; i < s->pressed_n; i++) {
		text_init(&t, mem, sizeof(mem));
		hid_say_key(&t, c->ids, s->pressed[i]);
		emit_field(e, &(struct field){.key = "down", .value = value_name(mem)});
	}
	emit_field(
		e, &(struct field){.key = "presses",
			   .value = value_uint(s->presses),
			   .text = s->presses > s->pressed_n ? "not all of them are kept" : NULL});
	if (!s->moved)
		return;
	emit_field(e, &(struct field){.key = "x", .value = value_int(s->x), .text = "in all"});
	emit_field(e, &(struct field){.key = "y", .value = value_int(s->y), .text = "in all"});
}
