/* plain_hold.c: rows held back until the widths of their columns are known. */
#include "output/plain.h"
#include "base/mem.h"

static void hold_bytes(struct hold *h, const char *s, size_t n)
{
	while (h->text_cap - h->len < n) {
		h->text_cap = h->text_cap ? h->text_cap * 2 : 4096;
		h->text = mem_resize(h->text, h->text_cap, 1);
	}
	if (n)
		memcpy(h->text + h->len, s, n);
	h->len += n;
}

static struct held_cell *add_cell(struct hold *h)
{
	array_need(h->cell, h->cells, h->cell_cap);
	h->cell[h->cells] = (struct held_cell){.off = (uint32_t)h->len};
	return &h->cell[h->cells++];
}

void hold_cell(struct plain *p, const struct value *v, enum show show)
{
	struct held_cell *c = add_cell(&p->hold);
	size_t cols = 0, n;
	bool cut = false;

	n = cell_format(p->scratch, LINE_MAX_BYTES / 2, v, show, p->opts.ascii, &cols, &cut);
	hold_bytes(&p->hold, p->scratch, n);
	if (cut)
		hold_bytes(&p->hold, p->opts.ascii ? ">" : "…", p->opts.ascii ? 1 : 3);
	c->len = (uint32_t)(p->hold.len - c->off);
	c->cols = (uint32_t)cols + cut;
	c->tone = value_empty(v) ? TONE_DIM : v->tone;
}

void hold_line(struct plain *p, size_t indent, const char *s, size_t n)
{
	struct held_cell *c = add_cell(&p->hold);

	while (indent--)
		hold_bytes(&p->hold, " ", 1);
	hold_bytes(&p->hold, s, n);
	c->len = (uint32_t)(p->hold.len - c->off);
	c->whole = true;
}

void header_line(struct plain *p, size_t indent, struct shown *col, size_t n)
{
	bool any = false;

	line_begin(p);
	for (size_t i = 0; i < n; i++) {
		struct value v = value_name(col[i].c->title);

		v.tone = TONE_STRONG;
		any |= v.n > 0;
		line_cell(p, indent, col[i].width, col[i].c->right, &v, SHOW_PLAIN);
		indent += col[i].width + 2;
	}
	if (any)
		line_end(p, 0);
}

static void fit_columns(struct hold *h, size_t limit)
{
	size_t total = h->indent, *last;

	for (size_t i = 0; i < h->cells; i += h->cell[i].whole ? 1 : h->cols)
		for (size_t k = 0; !h->cell[i].whole && k < h->cols; k++)
			if (h->cell[i + k].cols > h->col[k].width)
				h->col[k].width = h->cell[i + k].cols;
	if (h->kind != HOLD_GRID || !limit)
		return;
	for (size_t k = 0; k < h->cols; k++)
		total += h->col[k].width + (k ? 2 : 0);
	last = &h->col[h->cols - 1].width;
	if (total > limit)
		*last = total - limit < *last ? *last - (total - limit) : 1;
}

/* One held row: the cells are formatted already, so they are trusted. */
static void write_row(struct plain *p, const struct hold *h, const struct held_cell *c)
{
	size_t at = h->indent;

	line_begin(p);
	for (size_t k = 0; k < h->cols; k++, c++) {
		struct value v = value_untrusted(h->text + c->off, c->len);

		v.trusted = true;
		v.tone = c->tone;
		line_cell(
			p, at, h->col[k].width, h->col[k].c && h->col[k].c->right, &v, SHOW_PLAIN);
		at += h->col[k].width + 2;
	}
	line_end(p, h->kind == HOLD_ITEMS ? at - h->col[h->cols - 1].width - 2 : 0);
}

void hold_flush(struct plain *p)
{
	struct hold h = p->hold;
	struct frame *f = p->depth ? &p->frame[p->depth - 1] : NULL;

	if (h.kind == HOLD_NONE)
		return;
	p->hold.kind = HOLD_NONE; /* lines go out from here on */
	fit_columns(&h, p->opts.columns);
	for (; f > p->frame && f->kind != FRAME_TABLE; f--)
		;
	if (h.kind == HOLD_GRID && f && !f->header) {
		header_line(p, h.indent, h.col, h.cols);
		f->header = true;
	}
	for (size_t i = 0; i < h.cells;) {
		const struct held_cell *c = &h.cell[i];

		if (c->whole) {
			out_mem(p->o, h.text + c->off, c->len);
			out_newline(p->o);
		} else {
			write_row(p, &h, c);
		}
		i += c->whole ? 1 : h.cols;
	}
	p->hold.len = p->hold.cells = 0;
}
