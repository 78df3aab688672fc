/* plain_cell.c: values as people read them. */
#include "output/plain.h"
#include "base/mem.h"

#include <math.h>

/* ---- numbers ------------------------------------------------------------------------ */

static size_t put_str(char *dst, const char *s)
{
	size_t n = strlen(s);

	memcpy(dst, s, n);
	return n;
}

/* Three significant digits and a decimal unit from 10,000 on, exact below. */
static size_t fmt_scaled(char *dst, uint64_t v, const char *suffix)
{
	static const char *const unit[] = {" ", " k", " M", " G", " T", " P", " E"};
	char d[FMT_MAX];
	size_t digits = fmt_u64(d, v), n = 0, point;
	uint64_t scale = 1, q;

	if (v < 10000) {
		if (v >= 1000) {
			dst[n++] = d[0];
			dst[n++] = ',';
		}
		memcpy(dst + n, d + (v >= 1000), digits - (v >= 1000));
		n += digits - (v >= 1000);
		digits = 1;
	} else {
		for (size_t i = 3; i < digits; i++)
			scale *= 10;
		q = v / scale + (v % scale >= scale / 2);
		if (q == 1000) {
			q = 100;
			digits++;
		}
		fmt_u64(d, q);
		point = (digits - 1) % 3 + 1;
		for (size_t i = 0; i < 3; i++) {
			if (i == point)
				dst[n++] = '.';
			dst[n++] = d[i];
		}
	}
	n += put_str(dst + n, unit[(digits - 1) / 3]);
	return n + put_str(dst + n, suffix);
}

static size_t show_bytes(char *dst, const struct value *v, bool ascii)
{
	(void)ascii;
	return fmt_scaled(dst, v->u, "B");
}

static size_t show_rate(char *dst, const struct value *v, bool ascii)
{
	double d = v->type == VAL_REAL ? fabs(v->d) : 0;
	size_t n = 0;

	(void)ascii;
	if (v->type == VAL_UINT)
		return fmt_scaled(dst, v->u, "B/s");
	if (!(d < 1e18))
		return n;
	if (v->d < 0)
		dst[n++] = '-';
	return n + fmt_scaled(dst + n, (uint64_t)(d + 0.5), "B/s");
}

/* Three significant digits and a binary unit from 10,000 on, exact below. */
static size_t fmt_scaled_binary(char *dst, double v, const char *suffix)
{
	static const char *const unit[] = {" ", " Ki", " Mi", " Gi", " Ti", " Pi", " Ei"};
	size_t i = 0, n;

	if (v < 9999.5)
		return fmt_scaled(dst, (uint64_t)(v + 0.5), suffix);
	for (; v >= 1023.5 && i + 1 < ARRAY_LEN(unit); i++)
		v /= 1024;
	n = fmt_real(dst, v, v < 999.5 ? 3 : 4);
	n += put_str(dst + n, unit[i]);
	return n + put_str(dst + n, suffix);
}

static size_t show_bytes_binary(char *dst, const struct value *v, bool ascii)
{
	(void)ascii;
	return fmt_scaled_binary(dst, (double)v->u, "B");
}

static size_t show_rate_binary(char *dst, const struct value *v, bool ascii)
{
	double d = v->type == VAL_REAL ? v->d : (double)v->u;

	(void)ascii;
	return d >= 0 && d < 1e18 ? fmt_scaled_binary(dst, d, "B/s") : 0;
}

static size_t show_count(char *dst, const struct value *v, bool ascii)
{
	(void)ascii;
	return fmt_count(dst, v->u);
}

static size_t show_percent(char *dst, const struct value *v, bool ascii)
{
	size_t n = 0;
	uint64_t q;

	(void)ascii;
	if (!(fabs(v->d) < 1e12))
		return 0;
	if (v->d < 0)
		dst[n++] = '-';
	q = (uint64_t)(fabs(v->d) * 1000 + 0.5);
	n += fmt_u64(dst + n, q / 10);
	dst[n++] = '.';
	dst[n++] = (char)('0' + q % 10);
	dst[n++] = '%';
	return n;
}

static size_t show_hex2(char *dst, const struct value *v, bool ascii)
{
	(void)ascii;
	return fmt_hex(dst, v->u, 2);
}

static size_t show_hex4(char *dst, const struct value *v, bool ascii)
{
	(void)ascii;
	return fmt_hex(dst, v->u, 4);
}

static size_t show_hex8(char *dst, const struct value *v, bool ascii)
{
	(void)ascii;
	return fmt_hex(dst, v->u, 8);
}

static size_t show_seconds(char *dst, const struct value *v, bool ascii)
{
	(void)ascii;
	return fmt_seconds(dst, v->i, 6);
}

static size_t show_duration(char *dst, const struct value *v, bool ascii)
{
	return fmt_duration(dst, v->i, ascii);
}

/* Where a value is not of a type the way of showing is for, or its number is beyond all reason, it
 * is shown plainly. */
static size_t fmt_number(char *dst, const struct value *v, enum show show, bool ascii)
{
	static const struct {
		uint8_t types;
		size_t (*fmt)(char *, const struct value *, bool ascii);
	} by[] = {
		[SHOW_PLAIN] = {0, NULL},
		[SHOW_HEX2] = {1 << VAL_UINT, show_hex2},
		[SHOW_HEX4] = {1 << VAL_UINT, show_hex4},
		[SHOW_HEX8] = {1 << VAL_UINT, show_hex8},
		[SHOW_SECONDS] = {1 << VAL_NS, show_seconds},
		[SHOW_DURATION] = {1 << VAL_NS, show_duration},
		[SHOW_BYTES] = {1 << VAL_UINT, show_bytes},
		[SHOW_RATE] = {1 << VAL_UINT | 1 << VAL_REAL, show_rate},
		[SHOW_BYTES_BINARY] = {1 << VAL_UINT, show_bytes_binary},
		[SHOW_RATE_BINARY] = {1 << VAL_UINT | 1 << VAL_REAL, show_rate_binary},
		[SHOW_COUNT] = {1 << VAL_UINT, show_count},
		[SHOW_PERCENT] = {1 << VAL_REAL, show_percent},
	};
	size_t n = 0;

	if ((unsigned)show < ARRAY_LEN(by) && by[show].types >> v->type & 1)
		n = by[show].fmt(dst, v, ascii);
	if (n)
		return n;
	if (v->type == VAL_REAL)
		return fmt_real(dst, v->d, 6);
	if (v->type == VAL_BOOL)
		return put_str(dst, v->b ? "yes" : "no");
	return fmt_machine(dst, v);
}

/* ---- text and bytes ----------------------------------------------------------------- */

/* Our own characters on a terminal without them. */
static void put_ascii(struct text *t, const char *s, size_t n)
{
	static const struct {
		uint16_t cp;
		const char *ascii;
	} map[] = {{0xb1, "+-"}, {0xb5, "u"}, {0xb7, "."}, {0xd7, "x"}, {0x2013, "-"},
		{0x2014, "-"}, {0x2026, "..."}, {0x2190, "<-"}, {0x2192, "->"}, {0x2194, "<->"},
		{0x2264, "<="}, {0x2265, ">="}};

	while (n) {
		uint32_t cp = 0;
		size_t len = text_utf8(s, n, &cp), i = 0;

		while (i < ARRAY_LEN(map) && map[i].cp != cp)
			i++;
		text_str(t, i < ARRAY_LEN(map) ? map[i].ascii : len == 1 ? (char[]){*s, 0} : "?");
		len = len ? len : 1;
		s += len;
		n -= len;
	}
}

static size_t text_cell(
	char *dst, size_t cap, const struct value *v, bool ascii, size_t *cols, bool *cut)
{
	size_t i = 0, n = v->n < cap ? v->n : cap - 1;
	struct text t;

	for (;;) { /* nearly all text is ASCII without a backslash */
		i += copy_clean(dst + i, v->s + i, n - i);
		if (i == n || v->s[i] != '"')
			break;
		dst[i++] = '"';
	}
	*cols = i;
	if (i == v->n)
		return i;
	text_init(&t, dst + i, cap - i);
	if (!v->trusted)
		text_untrusted(&t, v->s + i, v->n - i);
	else if (ascii)
		put_ascii(&t, v->s + i, v->n - i);
	else
		text_mem(&t, v->s + i, v->n - i);
	*cut |= t.cut;
	*cols += text_columns(t.s, t.len);
	return i + t.len;
}

/* "12 01 00 02", at most 32 of them: a dump is the place for more. */
static size_t bytes_cell(char *dst, const struct value *v, bool *cut)
{
	static const char hex[] = "0123456789abcdef";
	size_t n = 0, shown = v->n < 32 ? v->n : 32;

	for (size_t i = 0; i < shown; i++) {
		if (i)
			dst[n++] = ' ';
		dst[n++] = hex[v->bytes[i] >> 4];
		dst[n++] = hex[v->bytes[i] & 15];
	}
	*cut |= shown < v->n;
	return n;
}

size_t cell_format(char *dst, size_t cap, const struct value *v, enum show show, bool ascii,
	size_t *cols, bool *cut)
{
	size_t n = 0, m;

	if (value_empty(v)) {
		dst[0] = '-';
		return *cols = 1;
	}
	if (v->inferred)
		dst[n++] = '~';
	if (v->type == VAL_TEXT) {
		m = text_cell(dst + n, cap - n, v, ascii, cols, cut);
		*cols += n;
		return n + m;
	}
	if (v->type == VAL_BYTES) {
		bool more = false;

		n += bytes_cell(dst + n, v, &more);
		if (more)
			n += put_str(dst + n, ascii ? ".." : "…");
	} else {
		n += fmt_number(dst + n, v, show, ascii);
	}
	*cols = !ascii && (show == SHOW_DURATION || v->type == VAL_BYTES) ? text_columns(dst, n)
									  : n;
	return n;
}
