/* hex.c: bytes as hexadecimal and ASCII; setup bytes in a row of their own before the data. */
#include "tui/detail.h"
#include "base/text.h"

enum { SETUP_LABEL = 5 };

/* offset, two blanks, three columns a byte and one in the middle, a blank, a column a byte */
static int width_of(int offset, int per_row)
{
	return offset + 2 + 3 * per_row + (per_row > 8) + 1 + per_row;
}

struct hex_shape hex_shape(const struct detail *d, int w)
{
	int offset = d->tree.n_bytes > 65536 ? 8 : SETUP_LABEL;

	return (struct hex_shape){w >= width_of(offset, 16) ? 16 : 8, offset};
}

static uint32_t rows_of(const struct detail *d, int per_row)
{
	uint32_t setup = d->has_setup;

	return setup + (uint32_t)((d->tree.n_bytes + (size_t)per_row - 1) / (size_t)per_row);
}

static int column_of(const struct hex_shape *s, int i)
{
	return s->offset_width + 2 + 3 * i + (i >= 8);
}

/* The bytes of a row: how many; where they are. */
static uint32_t row_bytes(
	const struct detail *d, int per_row, uint32_t row, const uint8_t **b, uint32_t *first)
{
	uint32_t left;

	*first = 0;
	if (d->has_setup && row == 0) {
		*b = d->setup;
		return sizeof(d->setup);
	}
	*first = (row - d->has_setup) * (uint32_t)per_row;
	if (*first >= d->tree.n_bytes)
		return 0;
	*b = d->tree.bytes + *first;
	left = (uint32_t)d->tree.n_bytes - *first;
	return left < (uint32_t)per_row ? left : (uint32_t)per_row;
}

struct light {
	bool on;
	uint8_t in;
	uint32_t byte, bytes;
};

static void draw_row(const struct detail *d, struct grid *g, struct area a, int y, uint32_t row,
	const struct light *lit, bool active)
{
	static const char hex[] = "0123456789abcdef";
	struct hex_shape s = hex_shape(d, a.w);
	uint8_t in = d->has_setup && row == 0 ? FIELD_IN_SETUP : FIELD_IN_DATA;
	const uint8_t *b = NULL;
	uint32_t first, n = row_bytes(d, s.per_row, row, &b, &first);
	int ascii = column_of(&s, s.per_row) + 1 - (s.per_row == 8);

	if (in == FIELD_IN_SETUP)
		grid_str(g, a.x, y, a.w, ROLE_DIM, "setup");
	else
		grid_printf(g, a.x, y, a.w, ROLE_DIM, "%0*x", s.offset_width == 8 ? 8 : 4, first);
	for (uint32_t i = 0; i < n; i++) {
		char two[2] = {hex[b[i] >> 4], hex[b[i] & 15]};
		char c = b[i] >= 0x20 && b[i] < 0x7f ? (char)b[i] : '.';
		bool light = lit->on && lit->in == in && first + i >= lit->byte &&
			     first + i - lit->byte < lit->bytes;
		bool here = active && d->in == in && d->at == first + i;
		enum role role = light ? ROLE_LIT : ROLE_TEXT;
		int x = column_of(&s, (int)i);

		grid_put(g, a.x + x, y, a.w - x, role, two, 2);
		grid_put(g, a.x + ascii + (int)i, y, a.w - ascii - (int)i,
			light	   ? ROLE_LIT
			: c == '.' ? ROLE_DIM
				   : ROLE_TEXT,
			&c, 1);
		if (here) {
			grid_select(g, a.x + x, y, 2);
			grid_select(g, a.x + ascii + (int)i, y, 1);
		}
		if (light && i + 1 < n && first + i + 1 - lit->byte < lit->bytes)
			grid_tint(g, a.x + x + 2, y, 1, ROLE_LIT);
	}
}

void hex_draw(struct detail *d, struct grid *g, struct area a, bool active)
{
	struct hex_shape s = hex_shape(d, a.w);
	uint32_t rows = rows_of(d, s.per_row);
	uint32_t row = d->in == FIELD_IN_SETUP ? 0 : d->at / (uint32_t)s.per_row + d->has_setup;
	struct light lit = {0};

	grid_blank(g, a, ROLE_TEXT);
	lit.on = detail_lit(d, &lit.in, &lit.byte, &lit.bytes);
	if (row < d->hex_top)
		d->hex_top = row;
	if (a.h > 0 && row >= d->hex_top + (uint32_t)a.h)
		d->hex_top = row - (uint32_t)a.h + 1;
	if (!rows)
		grid_str(g, a.x, a.y, a.w, ROLE_DIM, d->gone ? "" : "no bytes");
	for (int y = 0; y < a.h && d->hex_top + (uint32_t)y < rows; y++)
		draw_row(d, g, a, a.y + y, d->hex_top + (uint32_t)y, &lit, active);
}

bool hex_at(const struct detail *d, struct area a, int x, int y, uint8_t *in, uint32_t *at)
{
	struct hex_shape s = hex_shape(d, a.w);
	uint32_t row = d->hex_top + (uint32_t)(y - a.y), first, n;
	const uint8_t *b = NULL;
	int ascii = column_of(&s, s.per_row) + 1 - (s.per_row == 8);

	x -= a.x;
	n = row_bytes(d, s.per_row, row, &b, &first);
	for (uint32_t i = 0; i < n; i++) {
		int col = column_of(&s, (int)i);

		if ((x >= col && x < col + 2) || x == ascii + (int)i) {
			*in = d->has_setup && row == 0 ? FIELD_IN_SETUP : FIELD_IN_DATA;
			*at = first + i;
			return true;
		}
	}
	return false;
}
