/* complain.c: an error with the expression and a caret under the place. */
#include "filter/filter_impl.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* How much of the expression is shown: terminal columns before and from the place on, and bytes, so
 * that all fits struct err. */
enum { BEFORE = 36, COLUMNS = 70, BEFORE_BYTES = 72, BYTES = 150 };

/* Bytes of the character at s: a lead byte and what continues it. */
static size_t unit_length(const char *s, size_t n)
{
	size_t len = 1;

	while (len < n && len < 4 && ((unsigned char)s[len] & 0xc0) == 0x80)
		len++;
	return len;
}

/* The character as shown: as it is, or escaped. */
enum { SHOWN = 20 };
static void unit_shown(struct text *t, char room[SHOWN], const char *s, size_t n)
{
	text_init(t, room, SHOWN);
	text_untrusted(t, s, n);
}

const char *quoted(char room[QUOTED], const char *s, size_t n)
{
	size_t columns = 0;
	struct text all, one;
	char shown[SHOWN];

	text_init(&all, room, QUOTED);
	text_char(&all, '\'');
	for (size_t i = 0, len; i < n; i += len) {
		len = unit_length(s + i, n - i);
		unit_shown(&one, shown, s + i, len);
		columns += text_columns(shown, one.len);
		if (columns > 40 || all.len + one.len > 100) {
			text_str(&all, "...");
			break;
		}
		text_mem(&all, shown, one.len);
	}
	text_char(&all, '\'');
	return room;
}

const char *quoted_token(char room[QUOTED], const struct parser *p)
{
	if (p->tok.kind == TOKEN_END)
		return "the end";
	if (p->tok.kind == TOKEN_STRING) { /* has quotes of its own */
		char *shown = (char *)(uintptr_t)quoted(room, p->expr + p->tok.pos, p->tok.len);

		shown[strlen(shown) - 1] = 0;
		return shown + 1;
	}
	return quoted(room, p->expr + p->tok.pos, p->tok.len);
}

/* Where to begin so that at most BEFORE columns stand before pos. */
static size_t window_start(const struct parser *p, size_t pos)
{
	size_t start = pos, columns = 0, bytes = 0;

	while (start > 0) {
		struct text t;
		char room[SHOWN];
		size_t at = start - 1;

		while (at > 0 && start - at < 4 && ((unsigned char)p->expr[at] & 0xc0) == 0x80)
			at--;
		unit_shown(&t, room, p->expr + at, start - at);
		columns += text_columns(room, t.len);
		bytes += t.len;
		if (columns > BEFORE || bytes > BEFORE_BYTES)
			break;
		start = at;
	}
	return start;
}

/* The line with the expression, and the one with the caret. */
static void show_place(struct text *out, const struct parser *p, size_t pos, size_t len)
{
	size_t start = window_start(p, pos), columns = 0, before = 0, marked = 0, bytes = out->len,
	       n;

	text_str(out, start ? "\n  ..." : "\n  ");
	before = start ? 3 : 0;
	for (size_t i = start; i < p->len; i += n) {
		struct text t;
		char room[SHOWN];
		size_t w;

		n = unit_length(p->expr + i, p->len - i);
		unit_shown(&t, room, p->expr + i, n);
		w = text_columns(room, t.len);
		columns += w;
		if (columns > COLUMNS || out->len - bytes + t.len > BYTES) {
			text_str(out, "...");
			break;
		}
		text_mem(out, room, t.len);
		if (i < pos)
			before += w;
		else if (i < pos + len)
			marked += w;
	}
	text_str(out, "\n  ");
	for (; before; before--)
		text_char(out, ' ');
	text_char(out, '^');
	for (; marked > 1; marked--)
		text_char(out, '~');
}

bool complain(struct parser *p, size_t pos, size_t len, const char *fmt, ...)
{
	va_list ap;

	if (!p->failed && p->err) {
		struct text t = {.s = p->err->text, .cap = sizeof(p->err->text)};
		/* Leaves room for the place. */
		size_t room = t.cap - BYTES - COLUMNS - BEFORE - 24;
		int n;

		va_start(ap, fmt);
		n = vsnprintf(t.s, room, fmt, ap);
		va_end(ap);
		t.len = n < 0 ? 0 : (size_t)n < room ? (size_t)n : room - 1;
		show_place(&t, p, pos, len);
	}
	p->failed = true;
	return false;
}
