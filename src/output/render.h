/* render.h: what the renderers share among themselves: construction, the spelling of numbers that
 * machines read, and the fast copy of clean text. */
#ifndef OUTPUT_RENDER_H
#define OUTPUT_RENDER_H

#include "base/emit.h"
#include "base/out.h"
#include "base/text.h"
#include "output/output.h"

/* First member of every renderer. */
struct renderer {
	struct emit emit;
	void (*finish)(struct emit *); /* closes what is open, frees */
};

struct emit *plain_new(struct out *o, const struct output_opts *opts);
struct emit *json_new(struct out *o, const struct output_opts *opts);
struct emit *csv_new(struct out *o, const struct output_opts *opts);

/* value_null() in place: `room` is not touched, which matters for each cell of each row. */
static inline void value_clear(struct value *v)
{
	v->type = VAL_NULL;
	v->tone = TONE_NONE;
	v->trusted = v->inferred = false;
	v->n = 0;
	v->u = 0;
}

/* A column's value of a row. */
static inline void value_get(struct value *v, const struct column *c, const void *row)
{
	value_clear(v);
	c->get(row, v);
}

/* Nothing to show: unknown, or a real number that is none. */
bool value_empty(const struct value *v);

/* d with up to `digits` significant digits, '.' whatever the locale; 0 bytes if not finite. */
size_t fmt_real(char *dst, double d, int digits);
/* Numbers, times and booleans as JSON and CSV spell them (at most FMT_MAX bytes); 0 bytes for
 * what is not one of these: null, text, bytes, NaN. */
size_t fmt_machine(char *dst, const struct value *v);
/* Two hexadecimal digits a byte. */
void out_hex(struct out *o, const uint8_t *b, size_t n);
/* The end of a line: '\n', and a flush where the reader waits for it. */
void out_newline(struct out *o);

/* Any of the eight bytes is not printable ASCII, or is '"' or '\\'. */
static inline bool unclean8(uint64_t x)
{
	const uint64_t one = 0x0101010101010101u, high = one << 7;
	uint64_t q = x ^ one * '"', b = x ^ one * '\\', d = x ^ one * 0x7f;

	return ((x | ((x - one * 0x20) & ~x) | ((q - one) & ~q) | ((b - one) & ~b) |
			((d - one) & ~d)) &
		       high) != 0;
}

/* Copies the longest prefix of s that is printable ASCII without '"' and '\\'; returns its length.
 * dst needs room for n bytes. */
static inline size_t copy_clean(char *dst, const char *s, size_t n)
{
	size_t i = 0;

	for (uint64_t x; i + 8 <= n; i += 8) {
		memcpy(&x, s + i, 8);
		if (unclean8(x))
			break;
		memcpy(dst + i, &x, 8);
	}
	for (; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c < 0x20 || c >= 0x7f || c == '"' || c == '\\')
			break;
		dst[i] = (char)c;
	}
	return i;
}

#endif
