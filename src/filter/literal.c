/* literal.c: what stands behind a comparison, read as the field's type. */
#include "base/mem.h"
#include "filter/filter_impl.h"

#include <string.h>

/* ---- numbers ------------------------------------------------------------------------ */

struct unit {
	const char *name;
	uint64_t factor;
};

static const struct unit time_units[] = {
	{"", 1000000000},
	{"ns", 1},
	{"us", 1000},
	{"\u00b5s", 1000}, /* micro sign */
	{"\u03bcs", 1000}, /* Greek letter mu */
	{"ms", 1000000},
	{"s", 1000000000},
	{"min", 60000000000},
	{"h", 3600000000000},
	{NULL, 0},
};

static const struct unit size_units[] = {
	{"", 1},
	{"k", 1000},
	{"M", 1000000},
	{"G", 1000000000},
	{"Ki", 1u << 10},
	{"Mi", 1u << 20},
	{"Gi", 1u << 30},
	{NULL, 0},
};

/* A number as written, before its unit. */
struct written {
	wide value;	   /* digits without the point */
	unsigned decimals; /* of them behind the point */
	unsigned digits;
	size_t used; /* bytes */
};

/* Leaves room for the largest unit (an hour has less than 2^42 ns) in 127 bits. */
#define WRITTEN_MAX ((wide)1 << 80)
enum { DECIMALS_MAX = 24 };

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if ((c | 32) >= 'a' && (c | 32) <= 'f')
		return (c | 32) - 'a' + 10;
	return 99;
}

static int radix_of(const char *s, size_t n)
{
	static const struct {
		char letter;
		int radix;
	} prefix[] = {{'x', 16}, {'o', 8}, {'b', 2}};

	for (size_t i = 0; i < ARRAY_LEN(prefix) && n > 2; i++)
		if (s[0] == '0' && (s[1] | 32) == prefix[i].letter)
			return prefix[i].radix;
	return 10;
}

/* False: too many digits. */
static bool scan_digits(const char *s, size_t n, int radix, struct written *w)
{
	bool point = false;

	for (; w->used < n; w->used++) {
		char c = s[w->used];

		if (c == '.' && radix == 10 && !point) {
			point = true;
			continue;
		}
		if (digit_of(c) >= radix)
			break;
		w->value = w->value * radix + digit_of(c);
		w->digits++;
		w->decimals += point;
		if (w->value >= WRITTEN_MAX || w->decimals > DECIMALS_MAX)
			return false;
	}
	return true;
}

static const struct unit *find_unit(const struct unit *u, const char *s, size_t n)
{
	for (; u->name; u++)
		if (lex_is(u->name, s, n))
			return u;
	return NULL;
}

static bool bad_number(struct parser *p, const struct row_field *f)
{
	char room[QUOTED];

	if (f->type == VAL_NS)
		return complain_here(p, "%s is no time: %s takes seconds, or ns, us, ms, s, min, h",
			quoted_token(room, p), f->name);
	return complain_here(p, "%s is no number: %s takes 10, -10, 0x0a, 0b1010, 0o12, 10k, 10Ki",
		quoted_token(room, p), f->name);
}

bool read_number(struct parser *p, const struct row_field *f, struct item *it)
{
	const char *s = p->expr + p->tok.pos;
	size_t n = p->tok.len;
	bool minus = *s == '-';
	const struct unit *u = NULL;
	struct written w = {0};
	wide scale = 1;
	char room[QUOTED];
	int radix;

	if (p->tok.kind != TOKEN_ATOM)
		return bad_number(p, f);
	s += minus;
	n -= minus;
	radix = radix_of(s, n);
	w.used = radix == 10 ? 0 : 2;
	if (!scan_digits(s, n, radix, &w))
		return complain_here(p, "%s has too many digits", quoted_token(room, p));
	if (radix == 10 || w.used == n)
		u = find_unit(f->type == VAL_NS ? time_units : size_units, s + w.used, n - w.used);
	if (!w.digits || !u)
		return bad_number(p, f);
	for (unsigned i = 0; i < w.decimals; i++)
		scale *= 10;
	if (w.value * (wide)u->factor % scale)
		return complain_here(p,
			f->type == VAL_NS ? "times have whole nanoseconds"
					  : "%s takes whole numbers",
			f->name);
	it->from = w.value * (wide)u->factor / scale;
	if (it->from > (f->type == VAL_NS ? INT64_MAX : (wide)UINT64_MAX))
		return complain_here(p, "%s is too large", quoted_token(room, p));
	if (minus)
		it->from = -it->from;
	it->to = it->from;
	return true;
}

bool read_bool(struct parser *p, const struct row_field *f, struct item *it)
{
	static const char *const words[] = {"false", "true", "0", "1"};
	char room[QUOTED];

	for (size_t i = 0; i < ARRAY_LEN(words) && p->tok.kind == TOKEN_ATOM; i++) {
		if (!lex_is(words[i], p->expr + p->tok.pos, p->tok.len))
			continue;
		it->from = it->to = i & 1;
		return true;
	}
	return complain_here(
		p, "%s is neither true nor false, as %s is", quoted_token(room, p), f->name);
}

/* ---- text --------------------------------------------------------------------------- */

/* One escape at s (behind the backslash, n bytes left): the byte in *c. Returns the bytes used, 0
 * if it is none of ours. */
static size_t escape(const char *s, size_t n, uint8_t *c)
{
	static const char from[] = "\\\"'nrt", to[] = "\\\"'\n\r\t";
	const char *known = memchr(from, *s, sizeof(from) - 1);

	if (known) {
		*c = (uint8_t)to[known - from];
		return 1;
	}
	if (n < 3 || *s != 'x' || digit_of(s[1]) > 15 || digit_of(s[2]) > 15)
		return 0;
	*c = (uint8_t)(digit_of(s[1]) << 4 | digit_of(s[2]));
	return 3;
}

/* The current string without quotes and escapes. keep: a backslash that begins no escape of ours
 * stays, and so do the escapes of a backslash and of a byte, which mean the same to a regular
 * expression. */
static bool string_decode(struct parser *p, bool keep, struct item *it)
{
	const char *s = p->expr + p->tok.pos;
	bool raw = *s == 'r';
	size_t i = raw + 1u, end = p->tok.len - 1;
	uint8_t *to = filter_alloc(p->f, p->tok.len);

	it->s = to;
	while (i < end) {
		uint8_t c = (uint8_t)s[i];
		size_t used = 0;

		if (c == '\\' && !raw) {
			used = escape(s + i + 1, end - i - 1, &c);
			if (!used && !keep)
				return complain(p, p->tok.pos + i, 2,
					"unknown escape: write \\\\ for a backslash");
			if (keep && used && (s[i + 1] == '\\' || s[i + 1] == 'x')) {
				memcpy(to + it->n, s + i, used + 1);
				it->n += used;
				c = (uint8_t)s[i + used];
			}
		}
		to[it->n++] = c;
		i += used + 1;
	}
	return true;
}

static bool text_or_atom(struct parser *p, const struct row_field *f, bool keep, struct item *it)
{
	char room[QUOTED];

	if (p->tok.kind == TOKEN_STRING)
		return string_decode(p, keep, it);
	if (p->tok.kind != TOKEN_ATOM)
		return complain_here(p, "expected \"text\" to compare %s with, not %s", f->name,
			quoted_token(room, p));
	it->n = p->tok.len;
	it->s = memcpy(filter_alloc(p->f, it->n), p->expr + p->tok.pos, it->n);
	return true;
}

bool read_text(struct parser *p, const struct row_field *f, struct item *it)
{
	return text_or_atom(p, f, false, it);
}

bool read_pattern(struct parser *p, const struct row_field *f, struct item *it)
{
	return text_or_atom(p, f, true, it);
}

/* The row of the item's word among those that are accepted beside the field's own, or NULL. */
static const struct other_word *other_word(const struct row_field *f, const struct item *it)
{
	for (size_t i = 0; f->names && i < other_words_count; i++)
		if (other_words[i].names == f->names &&
			lex_is(other_words[i].word, (const char *)it->s, it->n))
			return &other_words[i];
	return NULL;
}

bool read_word(struct parser *p, const struct row_field *f, struct item *it)
{
	char room[QUOTED], list[400];
	const char *word, *near;
	const struct other_word *other;
	struct text t;

	if (!read_text(p, f, it))
		return false;
	other = other_word(f, it);
	if (other && !other->means)
		return complain_here(
			p, "%s is no %s: %s", quoted_token(room, p), f->name, other->instead);
	if (other) {
		it->s = (const uint8_t *)other->means;
		it->n = strlen(other->means);
		return true;
	}
	text_init(&t, list, sizeof(list));
	for (size_t i = 0; (word = row_field_word(f, i)); i++) {
		if (lex_is(word, (const char *)it->s, it->n))
			return true;
		text_str(&t, i ? ", " : "");
		text_str(&t, word);
	}
	if (!t.len)
		return true;
	near = word_nearest(f, (const char *)it->s, it->n);
	if (near)
		return complain_here(
			p, "%s is no %s, did you mean %s?", quoted_token(room, p), f->name, near);
	return complain_here(p, "%s is no %s: %s", quoted_token(room, p), f->name, list);
}

bool read_bytes(struct parser *p, const struct row_field *f, struct item *it)
{
	const char *s = p->expr + p->tok.pos;
	size_t n = p->tok.len;
	uint8_t *to;
	char room[QUOTED];

	if (p->tok.kind == TOKEN_STRING)
		return string_decode(p, false, it);
	to = filter_alloc(p->f, n);
	it->s = to;
	for (size_t i = 0; i < n && p->tok.kind == TOKEN_ATOM; i += 2) {
		i += i && s[i] == ':';
		if (i + 1 >= n || digit_of(s[i]) > 15 || digit_of(s[i + 1]) > 15)
			break;
		to[it->n++] = (uint8_t)(digit_of(s[i]) << 4 | digit_of(s[i + 1]));
		if (i + 2 == n)
			return true;
	}
	return complain_here(
		p, "%s is no bytes: %s takes 0a:0b:0c or \"text\"", quoted_token(room, p), f->name);
}
