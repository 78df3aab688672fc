/* csv.c: the emit vocabulary as CSV (RFC 4180, lines end with LF).
 *
 * A table at the top is a line of keys ("setup.wValue") and a line per row. An object at the top is
 * a sequence of blocks with an empty line between them:
 *   - items: the line `key,value`, then a line per item, nested objects as dotted paths;
 *   - a table: the line `# path`, the line of keys, a line per row;
 *   - a series: the line `# path`, the line `x,y`, a line per value.
 * Unknown is an empty cell, a dump is hexadecimal text. Field trees and whatever else stands inside
 * a row, notes, and things without a key are left out.
 *
 * Text that starts like a formula gets a leading '; bytes from devices and files are escaped as for
 * a terminal (text_untrusted), and each backslash is doubled. */
#include "output/render.h"
#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>

enum kind { OBJECT, TABLE, SKIPPED };
enum block { BLOCK_NONE, BLOCK_ITEMS, BLOCK_TABLE };

struct frame {
	uint8_t kind;
	size_t path_len;	   /* of csv.path before this frame */
	const struct column **col; /* TABLE: those with a key */
	size_t n;
};

struct csv {
	struct renderer r;
	struct out *o;
	struct frame *frame;
	size_t depth, cap;
	char *path; /* "stat.latency." */
	size_t path_len, path_cap;
	enum block block;
};

static struct csv *csv_of(struct emit *e)
{
	return (struct csv *)e;
}

/* ---- cells -------------------------------------------------------------------------- */

/* Doubles quotes and, in text that is not ours, escapes what could drive a terminal. */
static void put_escaped(struct out *o, const char *s, size_t n, bool trusted)
{
	for (size_t i = 0; i < n;) {
		size_t part = n - i < 4096 ? n - i : 4096, len;
		char mem[32];
		struct text t;
		uint32_t cp;

		len = copy_clean(out_room(o, part), s + i, part);
		o->len += len;
		i += len;
		if (len == part)
			continue;
		len = text_utf8(s + i, n - i, &cp);
		len = len ? len : 1;
		text_init(&t, mem, sizeof(mem));
		if (s[i] == '"')
			text_str(&t, "\"\"");
		else if (s[i] == '\\' && !trusted)
			text_str(&t, "\\\\");
		else if (trusted)
			text_mem(&t, s + i, len);
		else
			text_untrusted(&t, s + i, len);
		out_mem(o, t.s, t.len);
		i += len;
	}
}

static bool has_special(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] == ',' || s[i] == '"' || s[i] == '\n' || s[i] == '\r')
			return true;
	return n && (s[0] == ' ' || s[n - 1] == ' ');
}

static void put_text(struct out *o, const char *s, size_t n, bool trusted)
{
	bool quote = has_special(s, n);

	if (quote)
		out_char(o, '"');
	if (n && s[0] && strchr("=+-@\t\r", s[0]))
		out_char(o, '\'');
	put_escaped(o, s, n, trusted);
	if (quote)
		out_char(o, '"');
}

static void put_value(struct out *o, const struct value *v)
{
	if (v->type == VAL_TEXT)
		put_text(o, v->s, v->n, v->trusted);
	else if (v->type == VAL_BYTES)
		out_hex(o, v->bytes, v->n);
	else
		o->len += fmt_machine(out_room(o, FMT_MAX), v);
}

/* ---- frames and blocks -------------------------------------------------------------- */

static struct frame *top(struct csv *c)
{
	return c->depth ? &c->frame[c->depth - 1] : NULL;
}

static struct frame *push(struct csv *c, enum kind kind)
{
	array_need(c->frame, c->depth, c->cap);
	c->frame[c->depth] = (struct frame){.kind = (uint8_t)kind, .path_len = c->path_len};
	return &c->frame[c->depth++];
}

static void pop(struct csv *c)
{
	struct frame *f = top(c);

	if (!f)
		return;
	c->path_len = f->path_len;
	free(f->col);
	c->depth--;
}

static bool in_object(struct csv *c)
{
	return c->depth && top(c)->kind == OBJECT;
}

static void path_add(struct csv *c, const char *key)
{
	for (; *key; key++) {
		array_need(c->path, c->path_len, c->path_cap);
		c->path[c->path_len++] = *key;
	}
}

static void begin_block(struct csv *c, enum block block)
{
	if (c->block != BLOCK_NONE)
		out_newline(c->o);
	c->block = block;
}

/* `# path.key` */
static void begin_named_block(struct csv *c, const char *key)
{
	size_t len = c->path_len;

	begin_block(c, BLOCK_TABLE);
	path_add(c, key);
	out_mem(c->o, "# ", 2);
	out_mem(c->o, c->path, c->path_len);
	out_newline(c->o);
	c->path_len = len;
}

/* `path.key,` */
static void begin_item(struct csv *c, const char *key)
{
	size_t len = c->path_len;

	if (c->block != BLOCK_ITEMS) {
		begin_block(c, BLOCK_ITEMS);
		out_str(c->o, "key,value");
		out_newline(c->o);
	}
	path_add(c, key);
	put_text(c->o, c->path, c->path_len, true);
	out_char(c->o, ',');
	c->path_len = len;
}

/* ---- the vocabulary ----------------------------------------------------------------- */

static void csv_begin(struct emit *e, const char *key, const char *title)
{
	struct csv *c = csv_of(e);

	(void)title;
	if (c->depth && (!in_object(c) || !key)) {
		push(c, SKIPPED);
		return;
	}
	push(c, OBJECT);
	if (c->depth > 1) {
		path_add(c, key);
		path_add(c, ".");
	}
}

/* Objects, rows, tables and fields all end the same way. */
static void csv_end(struct emit *e)
{
	assert(csv_of(e)->depth);
	pop(csv_of(e));
}

static void csv_item(
	struct emit *e, const char *key, const char *title, const struct value *v, enum show show)
{
	struct csv *c = csv_of(e);

	(void)title;
	(void)show;
	if (!in_object(c) || !key)
		return;
	begin_item(c, key);
	put_value(c->o, v);
	out_newline(c->o);
}

static void csv_table(struct emit *e, const char *key, const char *title, const struct column *cols,
	size_t n, enum layout layout)
{
	struct csv *c = csv_of(e);
	struct frame *f;

	(void)title;
	(void)layout;
	if (c->depth && (!in_object(c) || !key)) {
		push(c, SKIPPED);
		return;
	}
	if (c->depth)
		begin_named_block(c, key);
	else
		begin_block(c, BLOCK_TABLE);
	f = push(c, TABLE);
	f->col = mem_zalloc(n, sizeof(*f->col));
	for (size_t i = 0; i < n; i++) {
		if (!cols[i].key)
			continue;
		if (f->n)
			out_char(c->o, ',');
		put_text(c->o, cols[i].key, strlen(cols[i].key), true);
		f->col[f->n++] = &cols[i];
	}
	out_newline(c->o);
}

static void csv_row(struct emit *e, const void *row)
{
	struct csv *c = csv_of(e);
	struct frame *f = top(c);
	struct value v;

	assert(f && (f->kind == TABLE || f->kind == SKIPPED));
	if (f && f->kind == TABLE) {
		for (size_t i = 0; i < f->n; i++) {
			if (i)
				out_char(c->o, ',');
			value_get(&v, f->col[i], row);
			put_value(c->o, &v);
		}
		out_newline(c->o);
	}
	push(c, SKIPPED);
}

static void csv_open(struct emit *e, const struct field *f)
{
	(void)f;
	push(csv_of(e), SKIPPED);
}

static void csv_dump(struct emit *e, const char *key, const char *title, const uint8_t *b, size_t n)
{
	struct csv *c = csv_of(e);

	(void)title;
	if (!in_object(c) || !key)
		return;
	begin_item(c, key);
	out_hex(c->o, b, n);
	out_newline(c->o);
}

static void csv_note(struct emit *e, const char *text)
{
	(void)e;
	(void)text;
}

static void csv_series(struct emit *e, const struct series *s)
{
	struct csv *c = csv_of(e);

	if (!in_object(c) || !s->key)
		return;
	begin_named_block(c, s->key);
	out_str(c->o, "x,y");
	out_newline(c->o);
	for (size_t i = 0; i < s->n; i++) {
		struct value x = value_real(s->x0 + (double)i * s->dx), y = value_real(s->y[i]);

		put_value(c->o, &x);
		out_char(c->o, ',');
		put_value(c->o, &y);
		out_newline(c->o);
	}
}

static void csv_finish(struct emit *e)
{
	struct csv *c = csv_of(e);

	while (c->depth)
		pop(c);
	free(c->frame);
	free(c->path);
	free(c);
}

struct emit *csv_new(struct out *o, const struct output_opts *opts)
{
	static const struct emit_ops ops = {
		.begin = csv_begin,
		.end = csv_end,
		.item = csv_item,
		.table = csv_table,
		.row = csv_row,
		.row_end = csv_end,
		.table_end = csv_end,
		.open = csv_open,
		.close = csv_end,
		.dump = csv_dump,
		.note = csv_note,
		.series = csv_series,
	};
	struct csv *c = mem_zalloc(1, sizeof(*c));

	(void)opts;
	c->r = (struct renderer){{&ops}, csv_finish};
	c->o = o;
	return &c->r.emit;
}
