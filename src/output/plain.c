/* plain.c: the emit vocabulary as text for people.
 *
 * An object is a heading with its contents two columns further in; it is written when its first
 * contents come, so that nothing is said about empty ones. An object without title is no level of
 * its own. Lines of tables and dumps are cut at the terminal's width, items, cards, fields and
 * notes are wrapped. */
#include "output/plain.h"
#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>

/* ---- frames ------------------------------------------------------------------------- */

static struct frame *top(struct plain *p)
{
	return p->depth ? &p->frame[p->depth - 1] : NULL;
}

static size_t indent_of(struct plain *p)
{
	return p->depth ? top(p)->indent : 0;
}

static struct frame *push(struct plain *p, enum frame_kind kind)
{
	size_t indent = indent_of(p);

	array_need(p->frame, p->depth, p->cap);
	p->frame[p->depth] =
		(struct frame){.kind = (uint8_t)kind, .above = indent, .indent = indent};
	return &p->frame[p->depth++];
}

/* An object without title inside another: their items are aligned together. */
static bool continues_parent(const struct plain *p, const struct frame *f)
{
	return !f->named && p->depth > 1 && f[-1].kind == FRAME_OBJECT;
}

static void pop(struct plain *p)
{
	struct frame *f = top(p);

	if (!f)
		return;
	if (f->kind == FRAME_TABLE || (f->kind == FRAME_OBJECT && !continues_parent(p, f)))
		hold_flush(p);
	/* What follows a block with a heading is not part of it. */
	if (f->named && f->title)
		p->waiting--;
	else if (f->named)
		p->last = LAST_BLOCK;
	free(f->title);
	free(f->col);
	p->depth--;
}

/* The heading comes with the first contents. */
static void set_title(struct plain *p, struct frame *f, const char *title)
{
	if (!title)
		return;
	f->title = mem_strdup(title);
	f->named = true;
	f->indent = f->above + 2;
	p->waiting++;
}

static void blank_line(struct plain *p)
{
	if (p->hold.kind != HOLD_NONE)
		hold_line(p, 0, "", 0);
	else
		out_newline(p->o);
}

static void heading(struct plain *p, size_t indent, const char *title)
{
	struct value v = value_name(title);

	v.tone = TONE_STRONG;
	if (p->last > LAST_HEADING)
		blank_line(p);
	line_of(p, indent, &v, true);
	p->last = LAST_HEADING;
}

static void show_headings(struct plain *p)
{
	for (size_t i = 0; p->waiting && i < p->depth; i++) {
		struct frame *f = &p->frame[i];

		if (!f->title)
			continue;
		heading(p, f->above, f->title);
		free(f->title);
		f->title = NULL;
		p->waiting--;
	}
}

/* True inside a row: what comes is written as lines below it. */
static bool in_row(struct plain *p)
{
	for (size_t i = p->depth; i-- > 0;) {
		if (p->frame[i].kind == FRAME_ROW)
			return true;
		if (p->frame[i].kind != FRAME_FIELD)
			return false;
	}
	return false;
}

/* True inside a row of a table that has no columns in text: nothing below it is for people. */
static bool in_unseen_row(const struct plain *p)
{
	for (size_t i = p->depth; i-- > 1;)
		if (p->frame[i].kind == FRAME_ROW && !p->frame[i - 1].cols)
			return true;
	return false;
}

/* Begins a block that is neither row nor item; an empty line before it unless `joins` came last. */
static void begin_block(struct plain *p, enum last joins)
{
	if (!in_row(p))
		hold_flush(p);
	show_headings(p);
	if (p->last > LAST_HEADING && p->last != joins && !in_row(p))
		blank_line(p);
}

/* ---- objects and items -------------------------------------------------------------- */

static void plain_begin(struct emit *e, const char *key, const char *title)
{
	struct plain *p = plain_of(e);

	(void)key;
	if (title || in_row(p))
		hold_flush(p);
	set_title(p, push(p, FRAME_OBJECT), title);
}

static void plain_end(struct emit *e)
{
	assert(plain_of(e)->depth);
	pop(plain_of(e));
}

/* "title  value" as a line of its own. */
static void item_line(struct plain *p, size_t indent, size_t width, const char *title,
	const struct value *v, enum show show)
{
	struct value name = value_name(title);

	line_begin(p);
	line_cell(p, indent, width, false, &name, SHOW_PLAIN);
	line_cell(p, indent + width + 2, 0, false, v, show);
	line_end(p, indent + width + 2);
}

static void plain_item(
	struct emit *e, const char *key, const char *title, const struct value *v, enum show show)
{
	struct plain *p = plain_of(e);
	struct value name = value_name(title);

	(void)key;
	if (!title)
		return;
	if (in_row(p)) {
		item_line(p, indent_of(p) + 2, text_columns(title, (size_t)-1), title, v, show);
		return;
	}
	if (p->hold.kind == HOLD_NONE) {
		begin_block(p, LAST_ITEMS);
		p->hold.kind = HOLD_ITEMS;
		p->hold.indent = indent_of(p);
		p->hold.item[0] = p->hold.item[1] = (struct shown){0};
		p->hold.col = p->hold.item;
		p->hold.cols = 2;
		p->last = LAST_ITEMS;
	}
	hold_cell(p, &name, SHOW_PLAIN);
	hold_cell(p, v, show);
	if (p->hold.len > HOLD_MAX_BYTES)
		hold_flush(p);
}

/* ---- tables ------------------------------------------------------------------------- */

static bool is_shown(const struct plain *p, const struct column *c)
{
	return c->title && (!p->opts.columns || p->opts.columns >= 10u * c->wide);
}

static void choose_columns(struct plain *p, struct frame *f, const struct column *cols, size_t n)
{
	f->col = mem_zalloc(n, sizeof(*f->col));
	for (size_t i = 0; i < n; i++) {
		size_t width;

		if (!is_shown(p, &cols[i]))
			continue;
		width = text_columns(cols[i].title, (size_t)-1);
		if (f->layout != LAYOUT_CARD && width < cols[i].width)
			width = cols[i].width;
		f->col[f->cols++] = (struct shown){&cols[i], width};
	}
	/* Cards have one column of titles. */
	for (size_t i = 1; f->layout == LAYOUT_CARD && i < f->cols; i++)
		if (f->col[i].width > f->col[0].width)
			f->col[0].width = f->col[i].width;
}

static void plain_table(struct emit *e, const char *key, const char *title,
	const struct column *cols, size_t n, enum layout layout)
{
	struct plain *p = plain_of(e);
	struct frame *f;

	(void)key;
	hold_flush(p);
	f = push(p, FRAME_TABLE);
	f->layout = (uint8_t)layout;
	set_title(p, f, title);
	if (p->depth == 1)
		f->indent = 0;
	choose_columns(p, f, cols, n);
	/* A list says at once what will come, even if it takes long. */
	if (p->depth > 1 || layout != LAYOUT_LINES || !f->cols)
		return;
	begin_block(p, LAST_NOTHING);
	header_line(p, 0, f->col, f->cols);
	f->header = true;
	p->last = LAST_BLOCK;
}

static void row_of_lines(struct plain *p, struct frame *f, const void *row)
{
	size_t at = f->indent;

	line_begin(p);
	for (size_t i = 0; i < f->cols; i++) {
		const struct column *c = f->col[i].c;
		struct value v;

		value_get(&v, c, row);
		line_cell(p, at, f->col[i].width, c->right, &v, (enum show)c->show);
		at += f->col[i].width + 2;
	}
	line_end(p, 0);
}

static void row_of_grid(struct plain *p, struct frame *f, const void *row)
{
	struct value v;

	if (p->hold.len > HOLD_MAX_BYTES || p->hold.kind == HOLD_ITEMS)
		hold_flush(p);
	p->hold.kind = HOLD_GRID;
	p->hold.indent = f->indent;
	p->hold.col = f->col;
	p->hold.cols = f->cols;
	for (size_t i = 0; i < f->cols; i++) {
		value_get(&v, f->col[i].c, row);
		hold_cell(p, &v, (enum show)f->col[i].c->show);
	}
}

static void row_of_card(struct plain *p, struct frame *f, const void *row)
{
	struct value v;

	if (f->rows)
		blank_line(p);
	for (size_t i = 0; i < f->cols; i++) {
		const struct column *c = f->col[i].c;

		value_get(&v, c, row);
		if (!value_empty(&v))
			item_line(p, f->indent, f->col[0].width, c->title, &v, (enum show)c->show);
	}
}

/* Lines below a row that have no titles follow it at once. */
static bool goes_on(const struct plain *p, const struct frame *f)
{
	if (p->depth < 2 || p->frame[p->depth - 2].kind != FRAME_ROW || f->title)
		return false;
	for (size_t i = 0; i < f->cols; i++)
		if (f->col[i].c->title[0])
			return false;
	return true;
}

static void plain_row(struct emit *e, const void *row)
{
	static void (*const write[])(struct plain *, struct frame *, const void *) = {
		[LAYOUT_LINES] = row_of_lines,
		[LAYOUT_GRID] = row_of_grid,
		[LAYOUT_CARD] = row_of_card,
	};
	struct plain *p = plain_of(e);
	struct frame *f = top(p);

	assert(f && f->kind == FRAME_TABLE);
	if (f && f->kind == FRAME_TABLE && f->cols) {
		if (!f->rows && !f->header && !goes_on(p, f)) {
			begin_block(p, LAST_NOTHING);
			if (f->layout == LAYOUT_LINES) {
				header_line(p, f->indent, f->col, f->cols);
				f->header = true;
			}
		}
		write[f->layout](p, f, row);
		f->rows++;
		p->last = LAST_BLOCK;
	}
	push(p, FRAME_ROW);
}

/* ---- fields, dumps, notes, series --------------------------------------------------- */

static void plain_open(struct emit *e, const struct field *f)
{
	struct plain *p = plain_of(e);
	size_t depth = 0;

	if (in_unseen_row(p)) {
		push(p, FRAME_FIELD);
		return;
	}
	while (depth < p->depth && p->frame[p->depth - 1 - depth].kind == FRAME_FIELD)
		depth++;
	if (!in_row(p)) {
		begin_block(p, LAST_FIELDS);
		p->last = LAST_FIELDS;
	}
	tree_line(p, f, indent_of(p) + (in_row(p) ? 2 : 0), depth);
	push(p, FRAME_FIELD);
}

static void plain_dump(
	struct emit *e, const char *key, const char *title, const uint8_t *b, size_t n)
{
	struct plain *p = plain_of(e);
	struct value v = value_name(title);
	size_t indent = indent_of(p) + (in_row(p) ? 2 : 0);

	(void)key;
	if (!title || !n)
		return;
	begin_block(p, LAST_NOTHING);
	v.tone = TONE_STRONG;
	if (v.n)
		line_of(p, indent, &v, true);
	dump_lines(p, v.n ? indent + 2 : indent, b, n);
	p->last = LAST_BLOCK;
}

static void plain_note(struct emit *e, const char *text)
{
	struct plain *p = plain_of(e);
	struct value v = value_name(text);

	v.tone = TONE_DIM;
	if (p->hold.kind == HOLD_NONE)
		show_headings(p);
	line_of(p, indent_of(p) + (in_row(p) ? 2 : 0), &v, true);
	if (p->last < LAST_ITEMS)
		p->last = LAST_ITEMS;
}

static void plain_series(struct emit *e, const struct series *s)
{
	struct plain *p = plain_of(e);
	char mem[SPARK_MAX];
	struct text t;
	struct value v;
	/* Half of a terminal is left for title and caption. */
	size_t half = p->opts.columns / 2,
	       columns = half && half < SPARK_COLUMNS ? half : SPARK_COLUMNS;

	text_init(&t, mem, sizeof(mem));
	spark_format(&t, s, columns, p->opts.ascii);
	v = value_name(t.s);
	plain_item(e, s->key, s->title, &v, SHOW_PLAIN);
}

static void plain_finish(struct emit *e)
{
	struct plain *p = plain_of(e);

	while (p->depth)
		pop(p);
	hold_flush(p);
	free(p->frame);
	free(p->hold.text);
	free(p->hold.cell);
	free(p->scratch);
	free(p);
}

struct emit *plain_new(struct out *o, const struct output_opts *opts)
{
	static const struct emit_ops ops = {
		.begin = plain_begin,
		.end = plain_end,
		.item = plain_item,
		.table = plain_table,
		.row = plain_row,
		.row_end = plain_end,
		.table_end = plain_end,
		.open = plain_open,
		.close = plain_end,
		.dump = plain_dump,
		.note = plain_note,
		.series = plain_series,
	};
	struct plain *p = mem_zalloc(1, sizeof(*p));

	p->r = (struct renderer){{&ops}, plain_finish};
	p->o = o;
	p->opts = *opts;
	p->scratch = mem_zalloc(LINE_MAX_BYTES + 1, 1);
	return &p->r.emit;
}
