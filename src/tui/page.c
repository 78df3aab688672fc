/* page.c: lines of spans. */
#include "tui/page.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

void page_clear(struct page *p)
{
	p->len = p->spans = p->lines = 0;
}

void page_free(struct page *p)
{
	free(p->text);
	free(p->span);
	free(p->line);
	*p = (struct page){0};
}

struct page_line *page_line(struct page *p)
{
	array_need(p->line, p->lines, p->line_cap);
	p->line[p->lines] = (struct page_line){.span = (uint32_t)p->spans};
	return &p->line[p->lines++];
}

void page_span(struct page *p, int col, enum role role, const char *s, size_t n)
{
	if (!p->lines || !n)
		return;
	while (p->len + n > p->text_cap) {
		p->text_cap = p->text_cap ? p->text_cap * 2 : 4096;
		p->text = mem_resize(p->text, p->text_cap, 1);
	}
	memcpy(p->text + p->len, s, n);
	array_need(p->span, p->spans, p->span_cap);
	p->span[p->spans++] =
		(struct page_span){(uint32_t)p->len, (uint32_t)n, (uint16_t)col, (uint8_t)role};
	p->len += n;
	p->line[p->lines - 1].spans++;
}

int page_end_col(const struct page *p)
{
	const struct page_span *s = p->spans ? &p->span[p->spans - 1] : NULL;

	if (!p->lines || !p->line[p->lines - 1].spans)
		return 0;
	return s->col + (int)text_columns(p->text + s->off, s->len);
}

int page_width(const struct page *p)
{
	int width = 0;

	for (size_t i = 0; i < p->spans; i++) {
		const struct page_span *s = &p->span[i];
		int end = s->col + (int)text_columns(p->text + s->off, s->len);

		width = end > width ? end : width;
	}
	return width;
}

void page_add(struct page *p, int col, enum role role, const char *s)
{
	page_line(p);
	page_span(p, col, role, s, strlen(s));
}

/* ---- folding ------------------------------------------------------------------------ */

bool page_has_children(const struct page *p, size_t line)
{
	return line + 1 < p->lines && p->line[line].depth &&
	       p->line[line + 1].depth > p->line[line].depth;
}

size_t page_parent(const struct page *p, size_t line)
{
	size_t i = line;

	if (line >= p->lines || p->line[line].depth < 2)
		return line;
	while (i-- > 0)
		if (p->line[i].depth && p->line[i].depth < p->line[line].depth)
			return i;
	return line;
}

bool page_hidden(const struct page *p, size_t line)
{
	size_t up = page_parent(p, line);

	for (; up != line; up = page_parent(p, line)) {
		if (p->line[up].folded)
			return true;
		line = up;
	}
	return false;
}

bool page_fold(struct page *p, size_t line, bool fold)
{
	if (!page_has_children(p, line))
		return false;
	p->line[line].folded = fold;
	return true;
}

/* ---- moving ------------------------------------------------------------------------- */

void page_move(struct page *p, long n)
{
	long step = n < 0 ? -1 : 1;
	size_t at = p->cursor < p->lines ? p->cursor : p->lines ? p->lines - 1 : 0;

	p->cursor = at;
	while (n) {
		if ((step < 0 && !at) || (step > 0 && at + 1 >= p->lines))
			break;
		at = step < 0 ? at - 1 : at + 1;
		if (page_hidden(p, at))
			continue;
		p->cursor = at;
		n -= step;
	}
}

/* The top is such that the cursor is within h shown lines. */
static void keep_in_view(struct page *p, int h)
{
	size_t first = p->cursor;

	if (p->cursor >= p->lines)
		p->cursor = p->lines ? p->lines - 1 : 0;
	while (p->cursor && page_hidden(p, p->cursor))
		p->cursor--;
	first = p->cursor;
	for (int room = h - 1; room > 0 && first > 0; first--)
		room -= !page_hidden(p, first - 1);
	if (p->top < first)
		p->top = first;
	if (p->top > p->cursor)
		p->top = p->cursor;
	while (p->top && page_hidden(p, p->top))
		p->top--;
}

bool page_at(const struct page *p, int y, size_t *line)
{
	for (size_t i = p->top; i < p->lines; i++)
		if (!page_hidden(p, i) && y-- == 0) {
			*line = i;
			return true;
		}
	return false;
}

bool page_find(const struct page *p, size_t from, int step, const char *what, size_t *line)
{
	for (size_t i = from + (size_t)step; i < p->lines; i += (size_t)step)
		for (uint32_t k = 0; k < p->line[i].spans; k++) {
			const struct page_span *s = &p->span[p->line[i].span + k];
			char text[256];
			struct text t;

			text_init(&t, text, sizeof(text));
			text_mem(&t, p->text + s->off, s->len < 255 ? s->len : 255);
			if (strcasestr(text, what)) {
				*line = i;
				return true;
			}
		}
	return false;
}

/* ---- drawing ------------------------------------------------------------------------ */

/* The part of a span that is not scrolled away to the left. */
static void draw_span(
	const struct page *p, struct grid *g, struct area a, int y, const struct page_span *s)
{
	const char *text = p->text + s->off;
	size_t n = s->len;
	int col = s->col - p->left;

	while (col < 0 && n) {
		uint32_t cp;
		size_t len = text_utf8(text, n, &cp);

		len = len ? len : 1;
		col += (int)text_columns(text, len);
		text += len;
		n -= len;
	}
	if (n && col >= 0 && col < a.w)
		grid_put(g, a.x + col, y, a.w - col, (enum role)s->role, text, n);
}

void page_draw(struct page *p, struct grid *g, struct area a, bool cursor, bool active)
{
	int y = 0;

	keep_in_view(p, a.h);
	grid_blank(g, a, ROLE_TEXT);
	for (size_t i = p->top; i < p->lines && y < a.h; i++) {
		if (page_hidden(p, i))
			continue;
		for (uint32_t k = 0; k < p->line[i].spans; k++)
			draw_span(p, g, a, a.y + y, &p->span[p->line[i].span + k]);
		if (cursor && i == p->cursor && active)
			grid_select(g, a.x, a.y + y, a.w);
		else if (cursor && i == p->cursor && p->line[i].bytes)
			grid_tint(g, a.x, a.y + y, a.w, ROLE_LIT);
		y++;
	}
}
