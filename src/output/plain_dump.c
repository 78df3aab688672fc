/* plain_dump.c: bytes as a hex dump, series as a row of bars. */
#include "output/plain.h"
#include "base/mem.h"

#include <math.h>

/* "0010  12 01 00 02 …  |ascii|" of n <= 16 bytes. */
static void dump_line(
	struct plain *p, size_t indent, const uint8_t *b, size_t off, size_t n, int digits)
{
	static const char hex[] = "0123456789abcdef";
	char mem[96], num[FMT_MAX];
	struct text t;
	struct value v;

	text_init(&t, mem, sizeof(mem));
	text_mem(&t, num + 2, fmt_hex(num, off, digits) - 2);
	text_char(&t, ' ');
	for (size_t i = 0; i < 16; i++) {
		char x[4] = {' ', ' ', ' ', ' '};

		if (i < n) {
			x[2] = hex[b[off + i] >> 4];
			x[3] = hex[b[off + i] & 15];
		}
		text_mem(&t, i == 8 ? x : x + 1, i == 8 ? 4 : 3);
	}
	text_str(&t, "  ");
	for (size_t i = 0; i < n; i++)
		text_char(&t, b[off + i] >= 0x20 && b[off + i] < 0x7f ? (char)b[off + i] : '.');
	while (t.len && t.s[t.len - 1] == ' ')
		t.len--;
	v = value_untrusted(t.s, t.len);
	v.trusted = true;
	line_of(p, indent, &v, false);
}

/* How many whole lines from off on equal the line before; the last line is always shown, so that
 * the end can be seen, and a single equal line is not worth folding. */
static size_t same_lines(const uint8_t *b, size_t off, size_t n)
{
	size_t same = 0;

	while (off && n - off > 16 && !memcmp(b + off, b + off - 16, 16)) {
		same++;
		off += 16;
	}
	return same > 1 ? same : 0;
}

void dump_lines(struct plain *p, size_t indent, const uint8_t *b, size_t n)
{
	int digits = n > 65536 ? 8 : 4;

	for (size_t off = 0; off < n; off += 16) {
		size_t same = same_lines(b, off, n);

		if (same) {
			char mem[64];
			struct text t;
			struct value v;

			text_init(&t, mem, sizeof(mem));
			text_str(&t, "*  (");
			text_u64(&t, same);
			text_str(&t, " lines the same)");
			v = value_name(mem);
			v.tone = TONE_DIM;
			line_of(p, indent, &v, false);
			off += 16 * same;
		}
		dump_line(p, indent, b, off, n - off < 16 ? n - off : 16, digits);
	}
}

static void put_real(struct text *t, const char *label, double d, const char *unit)
{
	char num[FMT_MAX];

	text_str(t, label);
	text_mem(t, num, fmt_real(num, d, 4));
	if (unit && *unit) {
		text_char(t, ' ');
		text_str(t, unit);
	}
}

/* The mean (of counts the sum) of the values that there are between from and to, or NaN. */
static double bar_of(const struct series *s, size_t from, size_t to)
{
	double sum = 0;
	size_t n = 0;

	for (; from < to; from++) {
		if (!isfinite(s->y[from]))
			continue;
		sum += s->y[from];
		n++;
	}
	return !n ? NAN : s->counts ? sum : sum / (double)n;
}

struct range {
	double lo, hi;
};

static struct range range_of(const double *y, size_t n)
{
	struct range r = {INFINITY, -INFINITY};

	for (size_t i = 0; i < n; i++) {
		if (!isfinite(y[i]))
			continue;
		r.lo = fmin(r.lo, y[i]);
		r.hi = fmax(r.hi, y[i]);
	}
	return r;
}

/* 0 to levels - 1; NaN: no bar. Halves keep the difference finite. Of counts the least that there
 * is has a bar, nothing has none. */
static double level_of(const struct series *s, struct range r, double y, size_t levels)
{
	double lo = s->counts ? 0 : r.lo, level;

	if (!isfinite(y) || (s->counts && y <= 0))
		return NAN;
	level = r.hi > lo ? (y / 2 - lo / 2) / (r.hi / 2 - lo / 2) * (double)levels : 0;
	return fmax(0, fmin(level, (double)levels - 1));
}

static void put_caption(struct text *t, const struct series *s, struct range r)
{
	if (s->caption) {
		text_str(t, "  ");
		text_str(t, s->caption);
		return;
	}
	put_real(t, "  min ", r.lo, s->unit);
	put_real(t, "  max ", r.hi, s->unit);
}

void spark_format(struct text *t, const struct series *s, size_t columns, bool ascii)
{
	static const char *const block[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
	static const char dots[] = ".:-=+*#%@";
	size_t levels = ascii ? sizeof(dots) - 1 : ARRAY_LEN(block),
	       bars = s->n < columns ? s->n : columns;
	struct range r = range_of(s->y, s->n), scale;
	double y[SPARK_COLUMNS] = {0};

	if (!(r.lo <= r.hi)) {
		text_str(t, "no values");
		return;
	}
	for (size_t i = 0; i < bars; i++)
		y[i] = bar_of(s, i * s->n / bars, (i + 1) * s->n / bars);
	scale = s->counts ? range_of(y, bars) : r;
	for (size_t i = 0; i < bars; i++) {
		double level = level_of(s, scale, y[i], levels);

		if (!isfinite(level))
			text_char(t, ' ');
		else if (ascii)
			text_char(t, dots[(size_t)level]);
		else
			text_str(t, block[(size_t)level]);
	}
	put_caption(t, s, r);
}
