/* render.c: numbers, hexadecimal and UTF-8 as the renderers share them. */
#include "output/render.h"

#include <math.h>
#include <stdio.h>

bool value_empty(const struct value *v)
{
	return v->type == VAL_NULL || (v->type == VAL_REAL && !isfinite(v->d));
}

size_t fmt_real(char *dst, double d, int digits)
{
	char tmp[64];
	size_t n = 0;

	if (!isfinite(d))
		return 0;
	snprintf(tmp, sizeof(tmp), "%.*g", digits < 17 ? digits : 17, d);
	/* The locale's decimal separator may be any string; everything else is ASCII. */
	for (const char *s = tmp; *s; s++) {
		if ((*s >= '0' && *s <= '9') || *s == '-' || *s == '+' || *s == 'e')
			dst[n++] = *s;
		else if (n && dst[n - 1] != '.')
			dst[n++] = '.';
	}
	return n;
}

size_t fmt_machine(char *dst, const struct value *v)
{
	switch ((enum value_type)v->type) {
	case VAL_UINT: return fmt_u64(dst, v->u);
	case VAL_INT: return fmt_i64(dst, v->i);
	case VAL_REAL: return fmt_real(dst, v->d, 9);
	case VAL_NS: return fmt_seconds(dst, v->i, 9);
	case VAL_BOOL: memcpy(dst, v->b ? "true" : "false", 5); return v->b ? 4 : 5;
	case VAL_NULL:
	case VAL_TEXT:
	case VAL_BYTES: break;
	}
	return 0;
}

void out_hex(struct out *o, const uint8_t *b, size_t n)
{
	static const char hex[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		char *p = out_room(o, 2);

		p[0] = hex[b[i] >> 4];
		p[1] = hex[b[i] & 15];
		o->len += 2;
	}
}

void out_newline(struct out *o)
{
	out_char(o, '\n');
	if (o->prompt)
		out_flush(o);
}
