/* plain_line.c: building one line of text in the block buffer: alignment, colours, cutting and
 * wrapping at the terminal's width. */
#include "output/plain.h"

#define ESC '\033'

/* Colours that can be read on dark and on light ground. */
static const struct {
	char on[8];
	uint8_t len;
} tones[] = {
	[TONE_NONE] = {"", 0},
	[TONE_GOOD] = {"\033[32m", 5},
	[TONE_BAD] = {"\033[1;31m", 7},
	[TONE_WARN] = {"\033[33m", 5},
	[TONE_DIM] = {"\033[2m", 4},
	[TONE_STRONG] = {"\033[1m", 4},
};
static const char tone_off[] = "\033[0m";
enum { TONE_OFF_LEN = sizeof(tone_off) - 1 };

void line_begin(struct plain *p)
{
	p->line = (struct line){.s = out_room(p->o, LINE_MAX_BYTES)};
}

void line_cell(struct plain *p, size_t target, size_t width, bool right, const struct value *v,
	enum show show)
{
	struct line *l = &p->line;
	char *at = l->s + l->len;
	size_t gap = target > l->col ? target - l->col : l->col > 0, n, cols, on;
	uint8_t tone = !p->opts.color ? TONE_NONE : value_empty(v) ? TONE_DIM : v->tone;

	if (l->len + gap + width + 3 * LINE_SLACK > LINE_MAX_BYTES) {
		l->cut = true;
		return;
	}
	on = tones[tone].len;
	n = cell_format(at + gap + on, LINE_MAX_BYTES - l->len - gap - width - LINE_SLACK, v, show,
		p->opts.ascii, &cols, &l->cut);
	if (!n)
		return;
	if (right && l->col + gap + cols < target + width) {
		size_t pad = target + width - l->col - gap - cols;

		memmove(at + gap + pad + on, at + gap + on, n);
		gap += pad;
	}
	memset(at, ' ', gap);
	if (on) {
		memcpy(at + gap, tones[tone].on, on);
		memcpy(at + gap + on + n, tone_off, TONE_OFF_LEN);
		n += on + TONE_OFF_LEN;
	}
	l->len += gap + n;
	l->col += gap + cols;
}

/* Bytes of the longest prefix of s that needs at most `columns`; colours need none. s[n] can be
 * written. */
static size_t visible_prefix(char *s, size_t n, size_t columns)
{
	size_t i = 0, used = 0;

	while (i < n) {
		size_t end, k;
		char saved;

		if (s[i] == ESC) {
			while (i < n && s[i++] != 'm')
				;
			continue;
		}
		if ((unsigned char)s[i] < 0x80) { /* ASCII */
			if (used == columns)
				break;
			used++;
			i++;
			continue;
		}
		for (end = i; end < n && (unsigned char)s[end] >= 0x80; end++)
			;
		saved = s[end];
		s[end] = 0;
		k = text_prefix(s + i, columns - used);
		s[end] = saved;
		used += text_columns(s + i, k);
		i += k;
		if (i < end)
			break;
	}
	return i;
}

static void put_line(struct plain *p, size_t indent, const char *s, size_t n)
{
	if (p->hold.kind != HOLD_NONE) {
		hold_line(p, indent, s, n);
		return;
	}
	out_pad(p->o, ' ', indent);
	out_mem(p->o, s, n);
	out_newline(p->o);
}

/* Where to break a line of which k bytes fit: behind the last space beyond `least`, else at k. */
static size_t break_at(const char *s, size_t least, size_t k)
{
	for (size_t b = k; b > least; b--)
		if (s[b] == ' ')
			return b;
	return k;
}

static void wrap_line(struct plain *p, size_t wrap)
{
	char *s = memcpy(p->scratch, p->line.s, p->line.len);
	size_t n = p->line.len, limit = p->opts.columns, lead = 0, least, k;

	wrap = wrap < limit / 2 ? wrap : limit / 2;
	least = visible_prefix(s, n, wrap);
	while ((k = visible_prefix(s, n, limit - lead)) < n && k) {
		size_t b = break_at(s, least, k);

		for (k = b; k && s[k - 1] == ' '; k--)
			;
		put_line(p, lead, s, k);
		while (b < n && s[b] == ' ')
			b++;
		s += b;
		n -= b;
		lead = wrap;
		least = 0;
	}
	if (n)
		put_line(p, lead, s, n);
}

static void cut_line(struct plain *p, size_t limit)
{
	struct line *l = &p->line;
	bool ascii = p->opts.ascii;

	if (limit)
		l->len = visible_prefix(l->s, l->len, limit - 1);
	while (l->len && l->s[l->len - 1] == ' ')
		l->len--;
	memcpy(l->s + l->len, ascii ? ">" : "…", ascii ? 1 : 3);
	l->len += ascii ? 1 : 3;
	if (p->opts.color) {
		memcpy(l->s + l->len, tone_off, TONE_OFF_LEN);
		l->len += TONE_OFF_LEN;
	}
}

void line_end(struct plain *p, size_t wrap)
{
	struct line *l = &p->line;
	size_t limit = p->opts.columns;

	if (l->cut)
		cut_line(p, 0);
	if (limit && l->len > limit && visible_prefix(l->s, l->len, limit) < l->len) {
		if (wrap) {
			wrap_line(p, wrap);
			return;
		}
		cut_line(p, limit);
	}
	if (p->hold.kind != HOLD_NONE) {
		hold_line(p, 0, l->s, l->len);
		return;
	}
	l->s[l->len] = '\n';
	p->o->len += l->len + 1;
	if (p->o->prompt)
		out_flush(p->o);
}

void line_of(struct plain *p, size_t indent, const struct value *v, bool wrap)
{
	line_begin(p);
	line_cell(p, indent, 0, false, v, SHOW_PLAIN);
	line_end(p, wrap ? indent ? indent : 1 : 0);
}
