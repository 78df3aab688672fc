/* detail.c: loading what is selected, and the link between fields and bytes. */
#include "tui/detail.h"
#include "analysis/show.h"

#include <string.h>

void detail_free(struct detail *d)
{
	page_free(&d->page);
	tree_free(&d->tree);
}

/* ---- loading ------------------------------------------------------------------------ */

struct loading {
	struct detail *detail;
	struct pass *pass;
};

static void got_xfer(void *ctx, struct row *row)
{
	struct loading *l = ctx;
	struct detail *d = l->detail;

	d->has_setup = row->x->type == USB_CONTROL && row->x->flags & XFER_HAS_SETUP;
	memcpy(d->setup, row->x->setup, sizeof(d->setup));
	d->failed = status_is_error(row->x->status);
	show_row(&l->pass->run, l->pass->ix, row, false, &d->tree.emit);
}

/* Where to begin to read: what went wrong, else the fields, else the properties. */
static size_t first_line(const struct page *p, bool failed)
{
	static const char status[] = "status";

	for (size_t i = 0; i < p->lines; i++) {
		const struct page_span *s = &p->span[p->line[i].span];

		if (failed && p->line[i].spans && s->len == sizeof(status) - 1 &&
			!memcmp(p->text + s->off, status, s->len))
			return i;
		if (!failed && p->line[i].depth)
			return i;
	}
	return 0;
}

static void load(struct detail *d, struct listing *l)
{
	struct pass *p = l->trace->now;
	struct loading loading = {d, p};
	struct err e = {0};
	int rc = d->record ? show_record(&p->run, p->ix, d->record, d->place.id, &d->tree.emit, &e)
			   : run_load_xfer(&p->run, p->ix, d->place.id, got_xfer, &loading, &e);

	d->gone = rc < 0;
	if (rc < 0)
		page_add(&d->page, 0, ROLE_WARN, e.text);
}

static uint64_t record_of(struct listing *l)
{
	const struct unfolded *u = l->cursor.line >= 0 ? listing_unfolded(l, l->cursor.id) : NULL;

	return u && (size_t)l->cursor.line < u->parts.lines ? u->parts.line[l->cursor.line].ref : 0;
}

void detail_load(struct detail *d, struct listing *l, int width, bool ascii)
{
	uint64_t record = record_of(l);

	if (l->cursor.id && d->place.id == l->cursor.id && d->record == record &&
		d->generation == l->trace->generation && d->width == width && d->page.lines)
		return;
	d->width = width;
	d->place = l->cursor;
	d->record = record;
	d->generation = l->trace->generation;
	d->has_setup = d->failed = false;
	d->gone = true;
	tree_begin(&d->tree, &d->page, width, ascii);
	if (d->place.id && l->trace->now)
		load(d, l);
	d->page.top = d->page.cursor = first_line(&d->page, d->failed);
	d->in = d->has_setup ? FIELD_IN_SETUP : FIELD_IN_DATA;
	d->at = d->hex_top = 0;
}

/* ---- fields and bytes --------------------------------------------------------------- */

bool detail_lit(const struct detail *d, uint8_t *in, uint32_t *byte, uint32_t *bytes)
{
	const struct page_line *l =
		d->page.cursor < d->page.lines ? &d->page.line[d->page.cursor] : NULL;

	if (!l || !l->bytes)
		return false;
	/* a record's bytes are shown where a transfer's data is */
	*in = l->in == FIELD_IN_RECORD ? FIELD_IN_DATA : l->in;
	*byte = l->byte;
	*bytes = l->bytes;
	return true;
}

void detail_move(struct detail *d, long lines)
{
	uint32_t bytes;

	page_move(&d->page, lines);
	detail_lit(d, &d->in, &d->at, &bytes);
}

static void select_field(struct detail *d)
{
	size_t line;

	if (!tree_field_at(&d->page, d->in, d->at, &line))
		return;
	for (size_t up = line; page_hidden(&d->page, line); up = page_parent(&d->page, up))
		page_fold(&d->page, up, false);
	d->page.cursor = line;
}

void detail_move_byte(struct detail *d, int64_t n)
{
	int64_t setup = d->has_setup ? 8 : 0, all = setup + (int64_t)d->tree.n_bytes;
	int64_t at = (d->in == FIELD_IN_SETUP ? 0 : setup) + (int64_t)d->at + n;

	if (!all)
		return;
	at = at < 0 ? 0 : at >= all ? all - 1 : at;
	d->in = at < setup ? FIELD_IN_SETUP : FIELD_IN_DATA;
	d->at = (uint32_t)(at < setup ? at : at - setup);
	select_field(d);
}
