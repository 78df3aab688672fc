/* desc_walk.c: the interpreter: rows of a table and the bytes of a descriptor become a field tree.
 * Each byte is shown exactly once at the lowest level: as a field, or raw where no field fits. */
#include "usb/desc_say.h"
#include "base/cursor.h"
#include "base/mem.h"
#include "usb/hid.h"

#include <string.h>

/* A meaning; the longest is a string of 126 characters of three bytes. */
enum { WORDS_MAX = 512 };

/* Those of classes come before the general ones of their types. */
const struct desc_def *desc_def_nth(size_t n)
{
	const struct {
		const struct desc_def *def;
		size_t n;
	} tables[] = {{desc_classes, desc_classes_n}, {desc_video, desc_video_n},
		{desc_standard, desc_standard_n}, {desc_capabilities, desc_capabilities_n},
		{&desc_unknown, 1}};

	for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
		if (n < tables[i].n)
			return &tables[i].def[n];
		n -= tables[i].n;
	}
	return NULL;
}

size_t desc_def_least(const struct desc_def *def)
{
	size_t least = 0;

	for (size_t i = 0; i < def->n; i++) {
		const struct desc_row *r = &def->rows[i];

		if (r->optional || (!r->size && !r->bits))
			break;
		least += r->size;
	}
	return least;
}

uint32_t desc_walk_number(const struct desc_walk *w, const char *key)
{
	for (size_t i = w->seen; i--;)
		if (!strcmp(w->number[i].key, key))
			return w->number[i].value;
	return 0;
}

static void remember(struct desc_walk *w, const char *key, uint32_t value)
{
	if (w->seen == DESC_SEEN)
		return;
	w->number[w->seen].key = key;
	w->number[w->seen++].value = value;
}

/* ---- fields ----------------------------------------------------------------------------- */

static size_t left(const struct desc_walk *w)
{
	return w->item->len - w->pos;
}

static const uint8_t *here(const struct desc_walk *w)
{
	return w->item->data + w->pos;
}

/* A field of the next n bytes, without value. */
static struct field next_field(const struct desc_walk *w, const char *key, size_t n)
{
	return (struct field){
		.key = key,
		.value = value_null(),
		.off = (uint32_t)(w->item->off + w->pos),
		.len = (uint32_t)n,
		.in = FIELD_IN_DATA,
	};
}

/* The row's bytes are not all there: what is left is shown raw with the reason. Nothing can follow.
 */
static bool missing(struct desc_walk *w, const struct desc_row *r)
{
	struct field f = next_field(w, r->key, left(w));

	if (r->optional && w->item->len == w->item->bLength && !left(w))
		return false;
	f.verdict = w->item->missing;
	if (left(w))
		f.value = value_bytes(here(w), left(w));
	emit_field(w->e, &f);
	w->pos = w->item->len;
	return false;
}

/* Fills in the meaning; words is the memory it needs. */
static void explain(const struct desc_walk *w, const struct desc_row *r, uint32_t value,
	struct field *f, char words[WORDS_MAX])
{
	struct text t;

	text_init(&t, words, WORDS_MAX);
	if (value < r->names_n)
		text_str(&t, r->names[value]);
	else if (r->say)
		r->say(w, value, &t);
	f->value = value_uint(value);
	f->show = r->show;
	f->text = t.len ? words : NULL;
	if (r->wrong && r->wrong(w, value))
		f->verdict = VERDICT_INVALID;
}

static void emit_bits(struct desc_walk *w, const struct desc_row *r, uint32_t whole, struct field f)
{
	uint32_t value = whole >> r->bit & (uint32_t)((UINT64_C(1) << r->bits) - 1);
	char words[WORDS_MAX];

	if ((r->when && !r->when(w)) || (r->quiet && !value))
		return;
	remember(w, r->key, value);
	f.key = r->key;
	f.bit = r->bit;
	f.bits = r->bits;
	f.verdict = VERDICT_NONE;
	explain(w, r, value, &f, words);
	emit_field(w->e, &f);
}

/* Row r and the rows of its bits, which follow it up to `end`. */
static bool emit_number(struct desc_walk *w, const struct desc_row *r, const struct desc_row *end)
{
	struct field f = next_field(w, r->key, r->size);
	char words[WORDS_MAX];
	uint32_t value = 0;

	if (left(w) < r->size)
		return missing(w, r);
	for (size_t i = r->size; i--;)
		value = value << 8 | here(w)[i];
	remember(w, r->key, value);
	explain(w, r, value, &f, words);
	emit_open(w->e, &f);
	for (const struct desc_row *b = r + 1; b < end; b++)
		emit_bits(w, b, value, f);
	emit_close(w->e);
	w->pos += r->size;
	return true;
}

/* How many elements or bytes the row has; SIZE_MAX: up to the end. */
static size_t count_of(const struct desc_walk *w, const struct desc_row *r)
{
	if (r->size)
		return r->size;
	return r->count ? (desc_walk_number(w, r->count) >> r->shift) + (size_t)r->add : SIZE_MAX;
}

/* The row reaches up to the descriptor's end, and that is not at hand. */
static bool end_is_missing(const struct desc_walk *w, size_t count)
{
	return count == SIZE_MAX && w->item->len < w->item->bLength;
}

static bool emit_bytes(struct desc_walk *w, const struct desc_row *r, const struct desc_row *end)
{
	size_t n = count_of(w, r);
	struct field f;

	(void)end;
	if (n == SIZE_MAX ? end_is_missing(w, n) : n > left(w))
		return missing(w, r);
	n = n < left(w) ? n : left(w);
	f = next_field(w, r->key, n);
	f.value = value_bytes(here(w), n);
	if (n)
		emit_field(w->e, &f);
	w->pos += n;
	return true;
}

static bool emit_utf16(struct desc_walk *w, const struct desc_row *r, const struct desc_row *end)
{
	size_t n = count_of(w, r);
	bool cut = end_is_missing(w, n), right;
	char words[WORDS_MAX];
	struct field f;
	struct text t;

	(void)end;
	if (n != SIZE_MAX && n > left(w))
		return missing(w, r);
	n = n < left(w) ? n : left(w);
	f = next_field(w, r->key, n);
	text_init(&t, words, sizeof(words));
	right = desc_utf16(&t, here(w), n);
	f.value = value_untrusted(words, t.len);
	f.verdict = cut ? w->item->missing : right ? VERDICT_NONE : VERDICT_INVALID;
	if (!right && !cut)
		f.text = n & 1 ? "half a character at the end" : "unpaired surrogate";
	emit_open(w->e, &f);
	if (!right) {
		struct field raw = next_field(w, "raw", n);

		raw.value = value_bytes(here(w), n);
		emit_field(w->e, &raw);
	}
	emit_close(w->e);
	w->pos += n;
	return true;
}

static bool emit_uuid(struct desc_walk *w, const struct desc_row *r, const struct desc_row *end)
{
	const uint8_t *p = here(w);
	struct field f = next_field(w, r->key, 16);
	char words[64];
	struct text t;

	(void)end;
	if (left(w) < 16)
		return missing(w, r);
	text_init(&t, words, sizeof(words));
	text_printf(&t, "%08x-%04x-%04x-%02x%02x-", le32(p), le16(p + 4), le16(p + 6), p[8], p[9]);
	for (size_t i = 10; i < 16; i++)
		text_printf(&t, "%02x", p[i]);
	f.value = value_name(words);
	emit_field(w->e, &f);
	w->pos += 16;
	return true;
}

static bool emit_rows(struct desc_walk *w, const struct desc_row *rows, size_t n);

/* One of an array's elements; several numbers get a node around them. */
static bool emit_element(struct desc_walk *w, const struct desc_row *r, size_t i)
{
	size_t size = 0, numbers = 0, seen = w->seen;
	struct field f;
	bool more;

	for (size_t k = 0; k < r->element_rows; k++) {
		size += r->element[k].size;
		numbers += !r->element[k].bits;
	}
	if (numbers > 1) {
		f = next_field(w, "entry", size < left(w) ? size : left(w));
		f.value = value_uint(i);
		emit_open(w->e, &f);
	}
	more = emit_rows(w, r->element, r->element_rows);
	if (numbers > 1)
		emit_close(w->e);
	w->seen = seen;
	return more;
}

static bool emit_array(struct desc_walk *w, const struct desc_row *r, const struct desc_row *end)
{
	size_t n = count_of(w, r), size = 0;
	bool more = true, cut = end_is_missing(w, n);
	struct field f = next_field(w, r->key, left(w));

	(void)end;
	for (size_t k = 0; k < r->element_rows; k++)
		size += r->element[k].size;
	if (n != SIZE_MAX && n * size < f.len)
		f.len = (uint32_t)(n * size);
	/* One element more, which is missing, tells that the end is. */
	if (!n || (n == SIZE_MAX && !left(w) && !cut))
		return true;
	emit_open(w->e, &f);
	for (size_t i = 0; i < n && more && (n != SIZE_MAX || left(w) || cut); i++)
		more = emit_element(w, r, i);
	emit_close(w->e);
	return more;
}

static bool emit_rows(struct desc_walk *w, const struct desc_row *rows, size_t n)
{
	static bool (*const emit_form[])(
		struct desc_walk *, const struct desc_row *, const struct desc_row *) = {
		[DESC_NUMBER] = emit_number,
		[DESC_BYTES] = emit_bytes,
		[DESC_UTF16] = emit_utf16,
		[DESC_UUID] = emit_uuid,
		[DESC_ARRAY] = emit_array,
	};
	bool more = true;

	for (size_t i = 0, end; i < n && more; i = end) {
		for (end = i + 1; end < n && rows[end].bits; end++)
			;
		more = emit_form[rows[i].form](w, &rows[i], &rows[end]);
	}
	return more;
}

/* ---- descriptors ------------------------------------------------------------------------ */

static bool capability_matches(const struct desc_item *item, const struct desc_def *d)
{
	if (d->capability && (item->len < 3 || item->data[2] != d->capability))
		return false;
	return !d->uuid || (item->len >= 20 && !memcmp(item->data + 4, d->uuid, 16));
}

/* Microsoft's string is told by its signature, too: some devices have an ordinary string there. */
static bool string_matches(
	const struct desc_walk *w, const struct desc_item *item, const struct desc_def *d)
{
	static const uint8_t signature[14] = {
		'M', 0, 'S', 0, 'F', 0, 'T', 0, '1', 0, '0', 0, '0', 0};
	size_t n = item->len > 2 ? item->len - 2 : 0;

	if (d->languages)
		return w->type_wanted == DESC_STRING && !w->index;
	return !d->string ||
	       (w->index == d->string && !memcmp(item->data + 2, signature,
						 n < sizeof(signature) ? n : sizeof(signature)));
}

/* A class's types mean something in its interfaces, or when asked for by themselves. */
static bool class_matches(const struct desc_walk *w, const struct desc_def *d)
{
	const struct desc_interface *i = &w->interface;

	if (!d->of_class || (!w->has_interface && w->block == d->type && !d->never_alone))
		return true;
	return w->has_interface && i->bInterfaceClass == d->interface_class &&
	       (!d->interface_subclass || i->bInterfaceSubClass == d->interface_subclass) &&
	       (!d->protocol_to || (i->bInterfaceProtocol >= d->protocol_from &&
					   i->bInterfaceProtocol <= d->protocol_to));
}

static bool subtype_matches(const struct desc_item *item, const struct desc_def *d)
{
	return !d->of_subtype || (item->len > 2 && item->data[2] == d->subtype);
}

static const struct desc_def *find_def(const struct desc_walk *w, const struct desc_item *item)
{
	const struct desc_def *d;

	if (item->len < 2)
		return &desc_unknown;
	for (size_t i = 0; (d = desc_def_nth(i)) && d != &desc_unknown; i++)
		if (d->type == item->type && capability_matches(item, d) &&
			string_matches(w, item, d) && class_matches(w, d) &&
			subtype_matches(item, d))
			return d;
	return &desc_unknown;
}

/* Closes the nodes below which the descriptor does not belong. */
static void close_up_to(struct desc_walk *w, enum desc_place place)
{
	if (w->in_endpoint && (place == DESC_AT_BLOCK || place == DESC_AT_INTERFACE)) {
		emit_close(w->e);
		w->in_endpoint = false;
	}
	if (w->in_interface && place == DESC_AT_BLOCK) {
		emit_close(w->e);
		w->in_interface = false;
	}
}

/* What later descriptors need to know of this one. */
static void learn(struct desc_walk *w)
{
	const struct desc_item *item = w->item;

	if (item->type == DESC_INTERFACE) {
		desc_interface_parse(&w->interface, item->data, item->len);
		w->has_interface = true;
		w->has_endpoint = false;
	} else if (item->type == DESC_ENDPOINT) {
		desc_endpoint_parse(&w->endpoint, item->data, item->len);
		w->has_endpoint = true;
	}
}

static void emit_raw(struct desc_walk *w, const char *key, const char *text)
{
	struct field f = next_field(w, key, left(w));

	f.value = value_bytes(here(w), left(w));
	f.text = text;
	f.verdict = VERDICT_INVALID;
	emit_field(w->e, &f);
	w->pos = w->item->len;
}

/* Emits a descriptor; its node stays open if others may stand below it. */
static void emit_descriptor(struct desc_walk *w)
{
	struct field f = next_field(w, w->def->key, w->item->len);
	char words[WORDS_MAX];
	struct text t;

	text_init(&t, words, sizeof(words));
	if (w->def->say)
		w->def->say(w, &t);
	f.text = t.len ? words : NULL;
	emit_open(w->e, &f);
	learn(w);
	w->seen = 0;
	emit_rows(w, w->def->rows, w->def->n);
	if (left(w))
		emit_raw(w, "extra", "more than the fields defined; hosts ignore it (USB 2.0 9.5)");
	if (!w->item->off)
		return;
	if (w->item->type == DESC_INTERFACE)
		w->in_interface = true;
	else if (w->item->type == DESC_ENDPOINT)
		w->in_endpoint = true;
	else
		emit_close(w->e);
}

static void emit_item_of(struct desc_walk *w, const struct desc_item *item)
{
	w->item = item;
	w->pos = 0;
	if (item->problem == DESC_NO_LENGTH || item->problem == DESC_TRAILING) {
		close_up_to(w, DESC_AT_BLOCK);
		emit_raw(w, "junk",
			item->problem == DESC_TRAILING
				? "beyond the descriptor's end"
				: "bLength below 2: nothing can be told apart");
		return;
	}
	w->def = find_def(w, item);
	close_up_to(w, (enum desc_place)w->def->place);
	emit_descriptor(w);
}

/* ---- answers ---------------------------------------------------------------------------- */

/* Physical descriptors have no header (HID 1.11 6.2.3). */
static void emit_headless(struct desc_walk *w, const char *key)
{
	const struct desc_item all = {.data = w->data, .len = w->data_len};
	struct field f;

	w->item = &all;
	f = next_field(w, key, all.len);
	f.value = value_bytes(all.data, all.len);
	f.verdict = w->data_len < w->total ? VERDICT_SNAPPED : VERDICT_NONE;
	emit_field(w->e, &f);
}

/* An other-speed configuration is for the other one of full and high speed (USB 2.0 9.6.4). */
static void find_speed(struct desc_walk *w)
{
	bool other = w->block == DESC_OTHER_SPEED_CONFIGURATION;

	w->speed = w->ctx->speed;
	w->inferred = w->speed == USB_SPEED_UNKNOWN;
	if (w->inferred && (other || w->block == DESC_CONFIGURATION))
		w->speed = desc_config_speed(w->data, w->data_len);
	else if (other)
		w->speed = w->speed == USB_HIGH ? USB_FULL : USB_HIGH;
}

static void emit_all(struct desc_walk *w)
{
	struct desc_iter it;
	struct desc_item item;

	desc_iter_init(&it, w->data, w->data_len, w->total);
	/* What is not a block is a single descriptor. */
	if (w->block != DESC_CONFIGURATION && w->block != DESC_OTHER_SPEED_CONFIGURATION &&
		w->block != DESC_BOS && w->data[0] >= 2)
		it.limit = w->data[0];
	while (desc_next(&it, &item))
		emit_item_of(w, &item);
	close_up_to(w, DESC_AT_BLOCK);
	if (w->data[0] >= 2)
		emit_close(w->e);
}

void desc_walk_init(struct desc_walk *w, const struct desc_ctx *ctx, const uint8_t *data,
	size_t len, size_t total, uint8_t type_wanted, uint8_t index)
{
	struct desc_iter it;

	*w = (struct desc_walk){
		.ctx = ctx,
		.type_wanted = type_wanted,
		.index = index,
		.data = data,
		.data_len = len,
		.total = total > len ? total : len,
		.block = len > 1 ? data[1] : 0,
		.has_interface = ctx->interface != NULL,
	};
	if (ctx->interface)
		w->interface = *ctx->interface;
	desc_iter_init(&it, data, len, total);
	w->partial = it.limit > len;
	find_speed(w);
}

void desc_emit(const struct desc_ctx *ctx, struct emit *e, const uint8_t *data, size_t len,
	size_t total, uint8_t type_wanted, uint8_t index)
{
	struct desc_walk w;

	if (!len)
		return;
	desc_walk_init(&w, ctx, data, len, total, type_wanted, index);
	w.e = e;
	if (type_wanted == DESC_HID_REPORT)
		hid_emit_descriptor(e, ctx->ids, data, len, w.total);
	else if (type_wanted == DESC_HID_PHYSICAL)
		emit_headless(&w, "hid_physical_descriptor");
	else
		emit_all(&w);
}
