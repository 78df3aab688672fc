/* grid.c: text into cells, clipped. */
#include "tui/grid.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

void grid_resize(struct grid *g, int w, int h)
{
	g->w = w < GRID_LEAST_W ? GRID_LEAST_W : w > GRID_MOST_W ? GRID_MOST_W : w;
	g->h = h < GRID_LEAST_H ? GRID_LEAST_H : h > GRID_MOST_H ? GRID_MOST_H : h;
	g->cell = mem_resize(g->cell, (size_t)g->w * (size_t)g->h, sizeof(*g->cell));
	grid_clear(g);
}

void grid_clear(struct grid *g)
{
	for (int y = 0; y < g->h; y++)
		grid_fill(g, 0, y, g->w, ROLE_TEXT, ' ');
}

void grid_free(struct grid *g)
{
	free(g->cell);
	g->cell = NULL;
}

static struct cell *at(const struct grid *g, int x, int y)
{
	return &g->cell[(size_t)y * (size_t)g->w + (size_t)x];
}

/* Columns of a row from x on that exist, at most w; negative x is cut by the callers' areas. */
static int clip(const struct grid *g, int x, int y, int w)
{
	if (y < 0 || y >= g->h || x < 0 || x >= g->w || w <= 0)
		return 0;
	return w < g->w - x ? w : g->w - x;
}

/* ---- symbols of our own where only ASCII can be shown ------------------------------- */

static const struct {
	uint32_t cp;
	char ascii;
} plain[] = {{0xb5, 'u'}, {0xb7, '.'}, {0xd7, 'x'}, {0x2013, '-'}, {0x2014, '-'}, {0x2022, '*'},
	{0x2026, '>'}, {0x2190, '<'}, {0x2191, '^'}, {0x2192, '>'}, {0x2193, 'v'}, {0x2500, '-'},
	{0x2502, '|'}, {0x250c, '+'}, {0x2514, '`'}, {0x251c, '|'}, {0x252c, '+'}, {0x2534, '+'},
	{0x2581, '.'}, {0x2582, ':'}, {0x2583, '-'}, {0x2584, '='}, {0x2585, '+'}, {0x2586, '*'},
	{0x2587, '%'}, {0x2588, '#'}, {0x25b8, '+'}, {0x25be, '-'}, {0x2713, 'x'}, {0x2264, '<'},
	{0x2265, '>'}};

static uint32_t to_ascii(uint32_t cp)
{
	if (cp < 0x7f)
		return cp;
	for (size_t i = 0; i < ARRAY_LEN(plain); i++)
		if (plain[i].cp == cp)
			return (uint32_t)plain[i].ascii;
	return '?';
}

/* ---- putting ------------------------------------------------------------------------ */

/* The next character to show: its code point and width (0: combines, nothing is shown). */
static size_t next(const struct grid *g, const char *s, size_t n, uint32_t *cp, int *width)
{
	size_t len = text_utf8(s, n, cp);

	if (!len || *cp < 0x20 || *cp == 0x7f || text_dangerous(*cp))
		*cp = '?';
	if (g->ascii)
		*cp = to_ascii(*cp);
	*width = *cp < 0x7f ? 1 : wcwidth((wchar_t)*cp);
	if (*width < 0) {
		*cp = '?';
		*width = 1;
	}
	return len ? len : 1;
}

static void put_cell(struct grid *g, int x, int y, enum role role, uint32_t cp)
{
	*at(g, x, y) = (struct cell){.cp = cp, .role = (uint8_t)role};
}

int grid_put(struct grid *g, int x, int y, int width, enum role role, const char *s, size_t n)
{
	int room = clip(g, x, y, width), used = 0;

	if (n == (size_t)-1)
		n = strlen(s);
	for (size_t i = 0; i < n && room;) {
		uint32_t cp;
		int w;

		i += next(g, s + i, n - i, &cp, &w);
		if (!w)
			continue;
		if (used + w > room) {
			put_cell(g, x + room - 1, y, ROLE_DIM, g->ascii ? '>' : 0x2026);
			return room;
		}
		put_cell(g, x + used, y, role, cp);
		if (w == 2)
			put_cell(g, x + used + 1, y, role, 0);
		used += w;
	}
	return used;
}

int grid_str(struct grid *g, int x, int y, int width, enum role role, const char *s)
{
	return grid_put(g, x, y, width, role, s, (size_t)-1);
}

int grid_printf(struct grid *g, int x, int y, int width, enum role role, const char *fmt, ...)
{
	char line[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	return grid_str(g, x, y, width, role, line);
}

void grid_fill(struct grid *g, int x, int y, int w, enum role role, uint32_t cp)
{
	w = clip(g, x, y, w);
	for (int i = 0; i < w; i++)
		put_cell(g, x + i, y, role, g->ascii ? to_ascii(cp) : cp);
}

void grid_blank(struct grid *g, struct area a, enum role role)
{
	for (int y = a.y; y < a.y + a.h; y++)
		grid_fill(g, a.x, y, a.w, role, ' ');
}

void grid_select(struct grid *g, int x, int y, int w)
{
	w = clip(g, x, y, w);
	for (int i = 0; i < w; i++)
		at(g, x + i, y)->selected = true;
}

void grid_tint(struct grid *g, int x, int y, int w, enum role role)
{
	w = clip(g, x, y, w);
	for (int i = 0; i < w; i++)
		at(g, x + i, y)->role = (uint8_t)role;
}

/* ---- as text ------------------------------------------------------------------------ */

static void put_utf8(struct text *t, uint32_t cp)
{
	if (cp < 0x80) {
		text_char(t, (char)cp);
	} else if (cp < 0x800) {
		text_char(t, (char)(0xc0 | cp >> 6));
		text_char(t, (char)(0x80 | (cp & 0x3f)));
	} else if (cp < 0x10000) {
		text_char(t, (char)(0xe0 | cp >> 12));
		text_char(t, (char)(0x80 | (cp >> 6 & 0x3f)));
		text_char(t, (char)(0x80 | (cp & 0x3f)));
	} else {
		text_char(t, (char)(0xf0 | cp >> 18));
		text_char(t, (char)(0x80 | (cp >> 12 & 0x3f)));
		text_char(t, (char)(0x80 | (cp >> 6 & 0x3f)));
		text_char(t, (char)(0x80 | (cp & 0x3f)));
	}
}

static size_t trimmed(struct text *t)
{
	while (t->len && t->s[t->len - 1] == ' ')
		t->s[--t->len] = 0;
	return t->len;
}

size_t grid_line(const struct grid *g, int y, char *dst, size_t cap)
{
	struct text t;

	text_init(&t, dst, cap);
	for (int x = 0; x < g->w; x++)
		if (at(g, x, y)->cp)
			put_utf8(&t, at(g, x, y)->cp);
	return trimmed(&t);
}

size_t grid_roles(const struct grid *g, int y, char *dst, size_t cap)
{
	static const char letter[] = " dsgwbtokahirlm012345";
	struct text t;

	text_init(&t, dst, cap);
	for (int x = 0; x < g->w; x++) {
		const struct cell *c = at(g, x, y);
		char l = letter[c->role];

		text_char(&t, !c->selected ? l : l == ' ' ? '#' : (char)(l >= 'a' ? l - 32 : l));
	}
	return trimmed(&t);
}

enum role role_of_tone(uint8_t tone)
{
	static const uint8_t role[] = {
		[TONE_NONE] = ROLE_TEXT,
		[TONE_GOOD] = ROLE_GOOD,
		[TONE_BAD] = ROLE_BAD,
		[TONE_WARN] = ROLE_WARN,
		[TONE_DIM] = ROLE_DIM,
		[TONE_STRONG] = ROLE_STRONG,
	};

	return tone < ARRAY_LEN(role) ? role[tone] : ROLE_TEXT;
}
