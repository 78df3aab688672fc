/* rows.c: loading and formatting lines of transfers. */
#include "tui/rows.h"
#include "base/mem.h"
#include "output/plain.h"

#include <stdlib.h>

enum {
	WIDEST = 26,	    /* of a column but the last */
	MEANING_LEAST = 26, /* columns go away before the last one gets narrower */
	TEXT_COLUMNS = 8 /* those of the text list: # time took address type status bytes meaning */
};

/* Further ones to choose from, by the names of fields (urbscope help filter). */
static const char *const more[] = {
	"proto", "speed", "records", "first", "end", "naks", "retries", "exchange", "stream"};

/* Which are shown at first. */
static const char at_first[] = "# time took address type status bytes meaning";

/* Which go first where it is narrow. */
static const char *const expendable[] = {"stream", "exchange", "retries", "naks", "end", "first",
	"records", "speed", "proto", "took", "type", "bytes", "time"};

static const struct row_field *field_named(const char *name)
{
	for (size_t i = 0; i < row_fields_count; i++)
		if (!strcmp(row_fields[i].name, name))
			return &row_fields[i];
	return NULL;
}

static void set_columns(struct rows *r)
{
	static const char *const text[TEXT_COLUMNS] = {
		"#", "time", "took", "address", "type", "status", "bytes", "meaning"};
	struct column cols[COLUMNS_MAX];

	columns_of_xfers(cols, r->time);
	columns_by_begin(cols, r->time);
	r->cols = 0;
	for (size_t i = 0; i + 1 < TEXT_COLUMNS; i++) {
		r->name[r->cols] = text[i];
		r->col[r->cols++] = cols[i];
	}
	for (size_t i = 0; i < ARRAY_LEN(more); i++) {
		const struct row_field *f = field_named(more[i]);

		if (!f)
			continue;
		r->name[r->cols] = f->name;
		r->col[r->cols++] = (struct column){.title = f->name,
			.get = f->get,
			.right = f->type == VAL_UINT || f->type == VAL_INT};
	}
	r->name[r->cols] = text[TEXT_COLUMNS - 1];
	r->col[r->cols++] = cols[TEXT_COLUMNS - 1];
}

void rows_init(struct rows *r, struct trace *t, bool ascii)
{
	*r = (struct rows){.trace = t, .ascii = ascii};
	r->cache = mem_zalloc(ROWS_CACHE, sizeof(*r->cache));
	set_columns(r);
	rows_choose(r, NULL);
}

void rows_free(struct rows *r)
{
	free(r->cache);
	r->cache = NULL;
}

void rows_renew(struct rows *r)
{
	r->version++;
	for (size_t i = 0; i < r->cols; i++) {
		size_t title = text_columns(r->col[i].title, (size_t)-1);

		r->width[i] = (uint8_t)(title > r->col[i].width ? title : r->col[i].width);
	}
}

void rows_set_time(struct rows *r, enum time_format t)
{
	r->time = t;
	set_columns(r);
	rows_renew(r);
}

static bool is_listed(const char *names, const char *name)
{
	size_t n = strlen(name);

	for (const char *s = names; *s; s += strspn(s, " ")) {
		size_t len = strcspn(s, " ");

		if (len == n && !memcmp(s, name, n))
			return true;
		s += len;
	}
	return false;
}

void rows_choose(struct rows *r, const char *names)
{
	bool any = false;

	for (size_t i = 0; i < r->cols; i++)
		any |= r->shown[i] = is_listed(names ? names : at_first, r->name[i]);
	if (!any)
		rows_choose(r, NULL);
	rows_renew(r);
}

void rows_chosen(const struct rows *r, struct text *t)
{
	for (size_t i = 0; i < r->cols; i++)
		if (r->shown[i]) {
			text_str(t, t->len ? " " : "");
			text_str(t, r->name[i]);
		}
}

/* ---- one line ----------------------------------------------------------------------- */

struct formatting {
	struct rows *rows;
	struct row_text *to;
	int64_t previous;
};

/* Cell i: what `col` says of `row`. */
static void format_cell(struct rows *r, struct row_text *to, size_t i, const struct column *col,
	const void *row, size_t *used)
{
	char text[LINE_SLACK + ROWS_TEXT];
	struct value v;
	size_t cols, n, room = ROWS_TEXT - *used;
	bool cut = false;

	value_get(&v, col, row);
	if (value_empty(&v)) { /* a line is calmer without dashes */
		to->len[i] = 0;
		return;
	}
	n = cell_format(text, sizeof(text), &v, (enum show)col->show, r->ascii, &cols, &cut);
	if (n > room) {
		n = room;
		while (n && ((unsigned char)text[n] & 0xc0) == 0x80)
			n--;
		cols = text_columns(text, n);
	}
	to->at[i] = (uint16_t)*used;
	to->len[i] = (uint16_t)n;
	to->cols[i] = (uint8_t)(cols < 255 ? cols : 255);
	to->role[i] = (uint8_t)role_of_tone(v.tone);
	memcpy(to->text + *used, text, n);
	*used += n;
	if (i + 1 < r->cols && to->cols[i] > r->width[i])
		r->width[i] = to->cols[i] < WIDEST ? to->cols[i] : WIDEST;
}

static void format_row(void *ctx, struct row *row)
{
	struct formatting *f = ctx;
	size_t used = 0;

	row->previous = f->previous;
	for (size_t i = 0; i < f->rows->cols; i++) {
		f->to->len[i] = 0;
		if (f->rows->shown[i])
			format_cell(f->rows, f->to, i, &f->rows->col[i], row, &used);
	}
}

/* What the index tells without a look at the capture. */
static void format_entry(struct formatting *f, uint32_t id)
{
	const struct pass *p = f->rows->trace->now;
	const struct index_entry *e = index_get(p->ix, id);
	const struct devices *d = model_devices(p->run.model);
	const struct pipe *pipe = devices_get_pipe(d, e->pipe);
	const struct instance *i = devices_get_instance(d, pipe->instance);
	struct xfer x = {
		.id = id,
		.first = e->first,
		.last = e->last,
		.begin = e->time,
		.end = e->time + (e->duration > 0 ? (int64_t)((double)e->duration * 1e9) : 0),
		.pipe = e->pipe,
		.instance = pipe->instance,
		.bus = i->bus,
		.device = i->address,
		.endpoint = pipe->endpoint,
		.dir = pipe->dir,
		.type = pipe->type,
		.status = e->status,
		.req_len = XFER_UNKNOWN,
		.len = e->no_length ? XFER_UNKNOWN : (int64_t)e->length,
		.naks = XFER_UNKNOWN,
		.retries = XFER_UNKNOWN,
	};
	struct row row;

	run_row(&f->rows->trace->now->run, &row, &x, NULL);
	row.informed = row.claimed = true;
	row.decoder = NULL;
	text_init(&row.info, row.info_room, sizeof(row.info_room));
	text_str(&row.info, "…");
	format_row(f, &row);
}

static const struct column *column_titled(const struct column *cols, size_t n, const char *title)
{
	for (size_t i = 0; i < n; i++)
		if (cols[i].title && !strcmp(cols[i].title, title))
			return &cols[i];
	return NULL;
}

/* What differs between the first transfer and all of the exchange, in the columns' places. */
static void format_sums(struct formatting *f, const struct exchange_line *line, size_t *used)
{
	static const char *const of[][2] = {/* of transfers, of exchanges */
		{"took", "took"}, {"type", "proto"}, {"status", "result"}, {"bytes", "bytes"}};
	struct column cols[COLUMNS_MAX];
	size_t n = columns_of_exchanges(cols, TIME_REL);

	for (size_t i = 0; i < f->rows->cols; i++)
		for (size_t k = 0; k < ARRAY_LEN(of); k++)
			if (f->rows->shown[i] && !strcmp(f->rows->name[i], of[k][0]))
				format_cell(f->rows, f->to, i, column_titled(cols, n, of[k][1]),
					line, used);
}

/* "3 transfers: READ(10) …" in the last column's place. */
static void format_exchange(void *ctx, const struct exchange *ex)
{
	struct formatting *f = ctx;
	struct row_text *to = f->to;
	size_t last = f->rows->cols - 1, at = to->at[last];
	struct exchange_line line;
	struct text t;

	if (!to->len[last]) /* behind all that is there */
		for (size_t i = at = 0; i < last; i++)
			at = to->len[i] && to->at[i] + to->len[i] > at ? to->at[i] + to->len[i]
								       : at;
	exchange_line_init(&line, &f->rows->trace->now->run, ex);
	format_sums(f, &line, &at);
	text_init(&t, to->text + at, ROWS_TEXT - at);
	text_u64(&t, ex->xfers);
	text_str(&t, ex->xfers == 1 ? " transfer: " : " transfers: ");
	text_mem(&t, line.info.s, line.info.len);
	to->at[last] = (uint16_t)at;
	to->len[last] = (uint16_t)t.len;
	to->role[last] = ROLE_STRONG;
}

const struct row_text *rows_get(struct rows *r, uint32_t id, uint32_t before, uint32_t exchange)
{
	struct row_text *to = &r->cache[id % ROWS_CACHE];
	struct pass *p = r->trace->now;
	const struct index_entry *b = index_get(p->ix, before);
	struct formatting f = {r, to, b ? b->time : 0};
	struct err e = {0};

	if (r->time != TIME_DELTA || !b)
		before = 0;
	if (to->id == id && to->version == r->version && to->before == before &&
		to->exchange == exchange && to->loaded)
		return to;
	*to = (struct row_text){
		.id = id, .before = before, .version = r->version, .exchange = exchange};
	if (!index_get(p->ix, id)) /* of a reading that is over */
		return to;
	if (monotonic_ns() > r->deadline) {
		r->wanting = true;
		format_entry(&f, id);
		return to;
	}
	to->loaded = true;
	if (run_load_xfer(&p->run, p->ix, id, format_row, &f, &e) < 0)
		format_entry(&f, id);
	if (exchange)
		run_load_exchange(&p->run, p->ix, exchange, format_exchange, &f, &e);
	return to;
}

/* ---- which columns fit -------------------------------------------------------------- */

static int width_of(const struct rows *r, const bool *shown)
{
	int w = MEANING_LEAST;

	for (size_t i = 0; i + 1 < r->cols; i++)
		if (shown[i])
			w += r->width[i] + 2;
	return w;
}

size_t rows_fitting(struct rows *r, int w, uint8_t which[ROWS_COLUMNS])
{
	size_t n = 0;

	memcpy(r->fits, r->shown, sizeof(r->fits));
	for (size_t k = 0; k < ARRAY_LEN(expendable) && width_of(r, r->fits) > w; k++)
		for (size_t i = 0; i < r->cols; i++)
			if (!strcmp(r->name[i], expendable[k]))
				r->fits[i] = false;
	for (size_t i = 0; i < r->cols; i++)
		if (r->fits[i])
			which[n++] = (uint8_t)i;
	return n;
}

size_t rows_left_out(const struct rows *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->cols; i++)
		n += r->shown[i] && !r->fits[i];
	return n;
}
