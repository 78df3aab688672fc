/* tree.c: emit → lines that know their bytes. */
#include "tui/tree.h"
#include "base/mem.h"
#include "output/plain.h"

#include <stdlib.h>

/* Where there is less room than ROOM_LEAST behind a value its meaning goes into the next line. */
enum { KEY_COLUMN = 22, INDENT = 2, ROOM_LEAST = 16 };

enum { FRAME_SEEN = 1 << 7 };

static struct tree *tree_of(struct emit *e)
{
	return (struct tree *)e;
}

/* Frames deeper than any document has are counted only. */
static void push(struct tree *t, uint8_t kind, bool unseen, const struct column *cols, size_t n)
{
	if (t->nesting < ARRAY_LEN(t->kinds)) {
		t->kinds[t->nesting] = (uint8_t)(kind | (unseen ? 0 : FRAME_SEEN));
		t->cols[t->nesting] = cols;
		t->ncols[t->nesting] = n;
	}
	t->nesting++;
	t->unseen += unseen;
}

static void pop(struct emit *e)
{
	struct tree *t = tree_of(e);

	if (!t->nesting)
		return;
	t->nesting--;
	if (t->nesting < ARRAY_LEN(t->kinds)) {
		t->unseen -= !(t->kinds[t->nesting] & FRAME_SEEN);
		if ((t->kinds[t->nesting] & ~FRAME_SEEN) == FRAME_FIELD)
			t->depth--;
	}
}

/* How much of s fits into `room` columns, cut at a blank where there is one. */
static size_t fitting(const char *s, size_t n, int room)
{
	char text[LINE_SLACK + 1024];
	size_t fits, at;

	n = n < sizeof(text) - 1 ? n : sizeof(text) - 1;
	memcpy(text, s, n);
	text[n] = 0;
	fits = text_prefix(text, (size_t)(room > 1 ? room : 1));
	if (fits >= n || !fits)
		return n;
	for (at = fits; at && s[at] != ' '; at--)
		;
	return at > fits / 4 ? at : fits;
}

/* The next line goes on with this one: the same field. */
static void go_on(struct tree *t)
{
	struct page_line now = t->page->line[t->page->lines - 1], *next = page_line(t->page);

	now.span = next->span;
	now.spans = 0;
	*next = now;
}

static void wrapped(struct tree *t, int col, enum role role, const char *s, size_t n)
{
	enum { LEAST = 10 }; /* narrower columns are not worth it */

	while (n && t->width - col >= LEAST) {
		size_t now = fitting(s, n, t->width - col);

		page_span(t->page, col, role, s, now);
		while (now < n && s[now] == ' ')
			now++;
		s += now;
		n -= now;
		if (n)
			go_on(t);
	}
	page_span(t->page, col, role, s, n);
}

static void value_span(
	struct tree *t, int col, const struct value *v, enum show show, enum role role)
{
	char text[LINE_SLACK + 1024];
	size_t cols;
	bool cut = false;
	size_t n = cell_format(text, sizeof(text), v, show, t->ascii, &cols, &cut);

	wrapped(t, col, v->tone ? role_of_tone(v->tone) : role, text, n);
}

static int column_behind(const struct tree *t, int least)
{
	int end = page_end_col(t->page) + 2;

	return end > least ? end : least;
}

/* "title  value" */
static void property(
	struct tree *t, int width, const char *title, const struct value *v, enum show show)
{
	page_line(t->page);
	page_span(t->page, 0, ROLE_DIM, title, __builtin_strlen(title));
	value_span(t, column_behind(t, width + 2), v, show, ROLE_TEXT);
}

/* ---- objects, items, tables --------------------------------------------------------- */

static void tree_object(struct emit *e, const char *key, const char *title)
{
	struct tree *t = tree_of(e);

	(void)key;
	if (title && !t->unseen)
		page_add(t->page, 0, ROLE_STRONG, title);
	push(t, FRAME_OBJECT, false, NULL, 0);
}

static void tree_item(
	struct emit *e, const char *key, const char *title, const struct value *v, enum show show)
{
	struct tree *t = tree_of(e);

	(void)key;
	if (title && !t->unseen)
		property(t, (int)text_columns(title, (size_t)-1), title, v, show);
}

static void tree_table(struct emit *e, const char *key, const char *title,
	const struct column *cols, size_t n, enum layout layout)
{
	struct tree *t = tree_of(e);
	size_t shown = 0;

	(void)key;
	(void)layout;
	for (size_t i = 0; i < n; i++)
		shown += cols[i].title != NULL;
	if (title && shown && !t->unseen)
		page_add(t->page, 0, ROLE_STRONG, title);
	push(t, FRAME_TABLE, !shown, cols, n);
}

static void tree_row(struct emit *e, const void *row)
{
	struct tree *t = tree_of(e);
	unsigned at = t->nesting - 1;
	int width = 0;

	for (size_t i = 0; !t->unseen && at < ARRAY_LEN(t->cols) && i < t->ncols[at]; i++) {
		const struct column *c = &t->cols[at][i];
		int w = c->title ? (int)text_columns(c->title, (size_t)-1) : 0;

		width = w > width ? w : width;
	}
	for (size_t i = 0; !t->unseen && at < ARRAY_LEN(t->cols) && i < t->ncols[at]; i++) {
		const struct column *c = &t->cols[at][i];
		struct value v;

		if (!c->title)
			continue;
		value_get(&v, c, row);
		if (!value_empty(&v))
			property(t, width, c->title, &v, (enum show)c->show);
	}
	push(t, FRAME_ROW, false, NULL, 0);
}

/* ---- fields ------------------------------------------------------------------------- */

static const struct {
	const char *words;
	enum role role;
} verdicts[] = {
	[VERDICT_NONE] = {NULL, ROLE_TEXT},
	[VERDICT_SNAPPED] = {"(snapped)", ROLE_WARN},
	[VERDICT_SHORT] = {"(short)", ROLE_DIM},
	[VERDICT_INVALID] = {"(invalid)", ROLE_BAD},
	[VERDICT_ABSENT] = {"(absent)", ROLE_DIM},
	[VERDICT_NOT_KEPT] = {"(not kept)", ROLE_WARN},
};

static void field_spans(struct tree *t, const struct field *f, int indent)
{
	int at;

	page_span(t->page, indent, f->len ? ROLE_TEXT : ROLE_STRONG, f->key,
		__builtin_strlen(f->key));
	at = column_behind(t, KEY_COLUMN);
	if (!value_empty(&f->value)) {
		value_span(t, at, &f->value, (enum show)f->show, ROLE_STRONG);
		at = column_behind(t, KEY_COLUMN + 8);
	}
	if (f->text) {
		struct value v = value_untrusted(f->text, __builtin_strlen(f->text));

		if (t->width - at < ROOM_LEAST &&
			(int)text_columns(f->text, (size_t)-1) > t->width - at) {
			go_on(t);
			at = indent + 2 * INDENT;
		}
		value_span(t, at, &v, SHOW_PLAIN, ROLE_TEXT);
		at = column_behind(t, 0);
	}
	if (verdicts[f->verdict].words)
		page_span(t->page, at, verdicts[f->verdict].role, verdicts[f->verdict].words,
			__builtin_strlen(verdicts[f->verdict].words));
}

static void tree_open(struct emit *e, const struct field *f)
{
	struct tree *t = tree_of(e);
	struct page_line *line;

	t->depth++;
	push(t, FRAME_FIELD, false, NULL, 0);
	if (t->unseen)
		return;
	if (t->page->lines && !t->page->line[t->page->lines - 1].depth)
		page_line(t->page); /* an empty line between properties and fields */
	line = page_line(t->page);
	line->depth = (uint8_t)(t->depth < 250 ? t->depth : 250);
	line->byte = f->off;
	line->bytes = f->len;
	line->in = f->in;
	line->bit = f->bit;
	line->bits = f->bits;
	field_spans(t, f, INDENT * (int)(t->depth < 20 ? t->depth - 1 : 19) + INDENT);
}

static void tree_dump(
	struct emit *e, const char *key, const char *title, const uint8_t *b, size_t n)
{
	struct tree *t = tree_of(e);

	(void)key;
	(void)title;
	if (t->bytes || !n)
		return;
	t->bytes = mem_resize(NULL, n, 1);
	memcpy(t->bytes, b, n);
	t->n_bytes = n;
}

static void tree_note(struct emit *e, const char *text)
{
	struct tree *t = tree_of(e);

	if (t->unseen)
		return;
	if (t->page->lines && t->page->line[t->page->lines - 1].depth)
		page_line(t->page);
	page_line(t->page);
	wrapped(t, 0, ROLE_DIM, text, strlen(text));
}

static void tree_series(struct emit *e, const struct series *s)
{
	char mem[SPARK_MAX];
	struct text text;
	struct value v;

	text_init(&text, mem, sizeof(mem));
	spark_format(&text, s, SPARK_COLUMNS, tree_of(e)->ascii);
	v = value_name(mem);
	tree_item(e, s->key, s->title, &v, SHOW_PLAIN);
}

void tree_begin(struct tree *t, struct page *p, int width, bool ascii)
{
	static const struct emit_ops ops = {
		.begin = tree_object,
		.end = pop,
		.item = tree_item,
		.table = tree_table,
		.row = tree_row,
		.row_end = pop,
		.table_end = pop,
		.open = tree_open,
		.close = pop,
		.dump = tree_dump,
		.note = tree_note,
		.series = tree_series,
	};

	free(t->bytes);
	*t = (struct tree){.emit = {&ops}, .page = p, .ascii = ascii, .width = width};
	page_clear(p);
}

void tree_free(struct tree *t)
{
	free(t->bytes);
	t->bytes = NULL;
}

bool tree_field_at(const struct page *p, uint8_t in, uint32_t at, size_t *line)
{
	bool found = false;
	uint32_t best = UINT32_MAX;

	for (size_t i = 0; i < p->lines; i++) {
		const struct page_line *l = &p->line[i];

		if (!l->bytes || l->in != in || at < l->byte || at - l->byte >= l->bytes ||
			l->bytes > best || (l->bits && l->bytes == best))
			continue;
		best = l->bytes;
		*line = i;
		found = true;
	}
	return found;
}
