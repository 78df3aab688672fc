/* text.c: text building, number formatting, escaping of untrusted text. */
#include "base/text.h"
#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void text_init(struct text *t, char *mem, size_t cap)
{
	*t = (struct text){.s = mem, .cap = cap};
	mem[0] = 0;
}

void text_mem(struct text *t, const char *s, size_t n)
{
	size_t room = t->cap - 1 - t->len;

	if (n > room) {
		n = room;
		t->cut = true;
		/* Do not leave half of a UTF-8 sequence behind. */
		while (n && ((unsigned char)s[n] & 0xc0) == 0x80)
			n--;
	}
	memcpy(t->s + t->len, s, n);
	t->len += n;
	t->s[t->len] = 0;
}

void text_char(struct text *t, char c)
{
	text_mem(t, &c, 1);
}

void text_str(struct text *t, const char *s)
{
	text_mem(t, s, strlen(s));
}

void text_take_back(struct text *t, size_t len)
{
	t->len = len;
	t->s[len] = 0;
}

void text_u64(struct text *t, uint64_t v)
{
	char d[FMT_MAX];

	text_mem(t, d, fmt_u64(d, v));
}

void text_count(struct text *t, uint64_t v)
{
	char d[FMT_MAX];

	text_mem(t, d, fmt_count(d, v));
}

void text_i64(struct text *t, int64_t v)
{
	char d[FMT_MAX];

	text_mem(t, d, fmt_i64(d, v));
}

void text_hex(struct text *t, uint64_t v, int digits)
{
	char d[FMT_MAX];

	text_mem(t, d, fmt_hex(d, v, digits));
}

void text_printf(struct text *t, const char *fmt, ...)
{
	char tmp[1024];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(tmp, sizeof(tmp), fmt, ap);
	va_end(ap);
	if (n > 0)
		text_mem(t, tmp, (size_t)n < sizeof(tmp) ? (size_t)n : sizeof(tmp) - 1);
}

size_t text_utf8(const char *text, size_t n, uint32_t *cp)
{
	const unsigned char *s = (const unsigned char *)text;
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t len = s[0] < 0x80       ? 1
		     : s[0] >> 5 == 6  ? 2
		     : s[0] >> 4 == 14 ? 3
		     : s[0] >> 3 == 30 ? 4
				       : 0;

	if (!len || len > n)
		return 0;
	*cp = len == 1 ? s[0] : s[0] & (0x7fu >> len);
	for (size_t i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*cp = *cp << 6 | (s[i] & 0x3f);
	}
	if (*cp < least[len] || *cp > 0x10ffff || (*cp >= 0xd800 && *cp <= 0xdfff))
		return 0;
	return len;
}

bool text_dangerous(uint32_t cp)
{
	static const struct {
		uint32_t from, to;
	} range[] = {{0, 0x1f}, {0x7f, 0x9f}, {0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f},
		{0xfeff, 0xfeff}, {0xfff9, 0xfffb}};

	for (size_t i = 0; i < ARRAY_LEN(range); i++)
		if (cp >= range[i].from && cp <= range[i].to)
			return true;
	return false;
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

/* Would backslashes before these n bytes be taken for part of an escape? */
static bool like_escape(const char *s, size_t n)
{
	uint32_t cp;

	if (n >= 3 && *s == 'x' && is_hex(s[1]) && is_hex(s[2]))
		return true;
	return n && (!text_utf8(s, n, &cp) || text_dangerous(cp));
}

void text_untrusted(struct text *t, const char *s, size_t n)
{
	static const char hex[] = "0123456789abcdef";

	if (n == (size_t)-1)
		n = strlen(s);
	for (size_t i = 0; i < n && !t->cut;) {
		uint32_t cp;
		size_t len = text_utf8(s + i, n - i, &cp);

		if (len && cp == '\\') {
			while (i + len < n && s[i + len] == '\\')
				len++;
			if (like_escape(s + i + len, n - i - len))
				text_mem(t, s + i, len);
		}
		if (len && !text_dangerous(cp)) {
			text_mem(t, s + i, len);
			i += len;
			continue;
		}
		for (size_t end = i + (len ? len : 1); i < end; i++) {
			char x[4] = {'\\', 'x', hex[(unsigned char)s[i] >> 4], hex[s[i] & 15]};

			text_mem(t, x, 4);
		}
	}
}

/* East Asian wide and emoji ranges that take two columns; combining marks take none. */
static size_t cp_columns(uint32_t cp)
{
	if (cp >= 0x300 && cp <= 0x36f)
		return 0;
	if ((cp >= 0x1100 && cp <= 0x115f) || (cp >= 0x2e80 && cp <= 0xa4cf) ||
		(cp >= 0xac00 && cp <= 0xd7a3) || (cp >= 0xf900 && cp <= 0xfaff) ||
		(cp >= 0xfe30 && cp <= 0xfe6f) || (cp >= 0xff00 && cp <= 0xff60) ||
		(cp >= 0xffe0 && cp <= 0xffe6) || (cp >= 0x1f300 && cp <= 0x1faff) ||
		(cp >= 0x20000 && cp <= 0x3fffd))
		return 2;
	return 1;
}

/* Eight bytes of ASCII, none of them a control character: most of what is listed. */
static inline bool is_plain(const char *s)
{
	const uint64_t high = UINT64_C(0x8080808080808080), blank = high / 4; /* 0x20 each */
	uint64_t v;

	memcpy(&v, s, sizeof(v));
	return !((v | (v - blank)) & high);
}

size_t text_columns(const char *s, size_t n)
{
	size_t columns = 0;

	if (n == (size_t)-1)
		n = strlen(s);
	for (size_t i = 0; i < n;) {
		uint32_t cp = 0;
		size_t len;

		if (n - i >= 8 && is_plain(s + i)) {
			columns += 8;
			i += 8;
			continue;
		}
		len = text_utf8(s + i, n - i, &cp);

		columns += len ? cp_columns(cp) : 1;
		i += len ? len : 1;
	}
	return columns;
}

size_t text_prefix(const char *s, size_t columns)
{
	size_t n = strlen(s), i = 0, used = 0;

	while (i < n) {
		uint32_t cp = 0;
		size_t len = text_utf8(s + i, n - i, &cp);
		size_t w = len ? cp_columns(cp) : 1;

		if (used + w > columns)
			break;
		used += w;
		i += len ? len : 1;
	}
	return i;
}

size_t fmt_u64(char *dst, uint64_t v)
{
	char d[20];
	size_t n = 0;

	do {
		d[n++] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	for (size_t i = 0; i < n; i++)
		dst[i] = d[n - 1 - i];
	return n;
}

size_t fmt_count(char *dst, uint64_t v)
{
	char d[FMT_MAX];
	size_t digits = fmt_u64(d, v), n = 0;

	for (size_t i = 0; i < digits; i++) {
		if (i && (digits - i) % 3 == 0)
			dst[n++] = ',';
		dst[n++] = d[i];
	}
	return n;
}

size_t fmt_i64(char *dst, int64_t v)
{
	if (v >= 0)
		return fmt_u64(dst, (uint64_t)v);
	dst[0] = '-';
	return 1 + fmt_u64(dst + 1, -(uint64_t)v);
}

size_t fmt_hex(char *dst, uint64_t v, int digits)
{
	static const char hex[] = "0123456789abcdef";
	int n = v ? (67 - __builtin_clzll(v)) / 4 : 1;

	if (n < digits)
		n = digits;
	dst[0] = '0';
	dst[1] = 'x';
	for (int i = n; i > 0; i--, v >>= 4)
		dst[1 + i] = hex[v & 15];
	return (size_t)n + 2;
}

size_t fmt_seconds(char *dst, int64_t ns, int decimals)
{
	uint64_t v = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;
	uint64_t frac = v % 1000000000u;
	size_t n = 0;

	if (ns < 0)
		dst[n++] = '-';
	n += fmt_u64(dst + n, v / 1000000000u);
	if (!decimals)
		return n;
	for (int i = 9; i > decimals; i--)
		frac /= 10;
	dst[n] = '.';
	for (int i = decimals; i > 0; i--, frac /= 10)
		dst[n + (size_t)i] = (char)('0' + frac % 10);
	return n + 1 + (size_t)decimals;
}

/* v in units of 1/1 to 1/100 of `scale`, rounded: the most decimals that leave three digits. */
static uint64_t three_digits(uint64_t v, uint64_t scale, unsigned *decimals)
{
	uint64_t q, step;

	for (*decimals = 2;; --*decimals) {
		step = *decimals == 2 ? scale / 100 : *decimals == 1 ? scale / 10 : scale;
		q = v / step + (v % step >= (step + 1) / 2 && step > 1);
		if (q < 1000 || !*decimals)
			return q;
	}
}

size_t fmt_duration(char *dst, int64_t ns, bool ascii)
{
	static const char *const unit[] = {" ns", " µs", " ms", " s"};
	uint64_t v = ns < 0 ? -(uint64_t)ns : (uint64_t)ns, scale = 1000, q = v;
	unsigned decimals = 0;
	size_t n = 0, u = 0, ulen;

	if (ns < 0)
		dst[n++] = '-';
	for (; q >= 1000 && u < 3; u++, scale *= 1000)
		q = three_digits(v, scale, &decimals);
	n += fmt_u64(dst + n, decimals == 2 ? q / 100 : decimals == 1 ? q / 10 : q);
	if (decimals) {
		dst[n++] = '.';
		if (decimals == 2)
			dst[n++] = (char)('0' + q / 10 % 10);
		dst[n++] = (char)('0' + q % 10);
	}
	if (u == 1 && ascii)
		return memcpy(dst + n, " us", 3), n + 3;
	ulen = strlen(unit[u]);
	memcpy(dst + n, unit[u], ulen);
	return n + ulen;
}
