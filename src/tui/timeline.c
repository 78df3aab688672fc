/* timeline.c: counting transfers into lanes and columns, and drawing them. */
#include "tui/timeline.h"
#include "analysis/columns.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum { LABEL = 18, SAMPLES = 2000000 };

void lanes_free(struct lanes_view *t)
{
	for (size_t i = 0; i < t->n; i++) {
		free(t->lanes[i].busy);
		free(t->lanes[i].errors);
	}
	free(t->lanes);
	free(t->lane_of);
	*t = (struct lanes_view){0};
}

/* ---- time --------------------------------------------------------------------------- */

static int64_t end_of_capture(const struct listing *l)
{
	return l->trace->now && l->trace->now->meters.now > 0 ? l->trace->now->meters.now + 1 : 1;
}

static int64_t span_of(const struct lanes_view *t, const struct listing *l)
{
	return t->span ? t->span : end_of_capture(l);
}

static int64_t clamp(int64_t v, int64_t least, int64_t most)
{
	return v < least ? least : v > most ? most : v;
}

/* The cursor stays in view, the view in the capture. */
static void keep(struct lanes_view *t, const struct listing *l)
{
	int64_t all = end_of_capture(l), span = span_of(t, l);

	t->at = clamp(t->at, 0, all - 1);
	if (t->at < t->from)
		t->from = t->at;
	if (t->at >= t->from + span)
		t->from = t->at - span + 1;
	t->from = clamp(t->from, 0, all > span ? all - span : 0);
}

void lanes_zoom(struct lanes_view *t, struct listing *l, double factor)
{
	int64_t all = end_of_capture(l), span = span_of(t, l);
	double left = (double)(t->at - t->from) / (double)span;
	double wanted = (double)span * factor;

	span = wanted < (double)t->columns ? t->columns
	       : wanted > (double)all	   ? all
					   : (int64_t)wanted;
	if (span < 1)
		span = 1;
	t->from = t->at - (int64_t)(left * (double)span);
	t->span = span >= all ? 0 : span;
	keep(t, l);
}

void lanes_move(struct lanes_view *t, struct listing *l, int columns)
{
	int64_t step = span_of(t, l) / (t->columns ? t->columns : 1);

	t->at += columns * (step ? step : 1);
	keep(t, l);
}

void lanes_edge(struct lanes_view *t, struct listing *l, bool end)
{
	t->at = end ? end_of_capture(l) - 1 : 0;
	keep(t, l);
}

void lanes_lane(struct lanes_view *t, int step)
{
	if (step < 0)
		t->lane = t->lane < (uint32_t)-step ? 0 : t->lane - (uint32_t)-step;
	else
		t->lane += (uint32_t)step;
	if (t->lane >= t->n)
		t->lane = t->n ? (uint32_t)t->n - 1 : 0;
}

/* ---- counting ----------------------------------------------------------------------- */

static struct lane *lane_of(struct lanes_view *t, const struct devices *d, uint32_t pipe)
{
	uint32_t e = devices_get_pipe(d, pipe)->endpoint_id;

	if (e > t->endpoints) {
		t->lane_of = mem_resize(t->lane_of, e, sizeof(*t->lane_of));
		memset(t->lane_of + t->endpoints, 0, (e - t->endpoints) * sizeof(*t->lane_of));
		t->endpoints = e;
	}
	if (!t->lane_of[e - 1]) {
		array_need(t->lanes, t->n, t->cap);
		t->lanes[t->n] = (struct lane){.endpoint = e, .pipe = pipe};
		t->lane_of[e - 1] = (uint32_t)++t->n;
	}
	return &t->lanes[t->lane_of[e - 1] - 1];
}

static void clear(struct lanes_view *t, int columns)
{
	for (size_t i = 0; i < t->n; i++) {
		struct lane *lane = &t->lanes[i];

		lane->busy = mem_resize(lane->busy, (size_t)columns, sizeof(*lane->busy));
		lane->errors = mem_resize(lane->errors, (size_t)columns, sizeof(*lane->errors));
		memset(lane->busy, 0, (size_t)columns * sizeof(*lane->busy));
		memset(lane->errors, 0, (size_t)columns * sizeof(*lane->errors));
		lane->transfers = 0;
	}
	t->columns = columns;
}

static int column_of(const struct lanes_view *t, int64_t span, int64_t time)
{
	return (int)((double)(time - t->from) / (double)span * t->columns);
}

static void count(
	struct lanes_view *t, struct lane *lane, const struct index_entry *e, int64_t span)
{
	int64_t end = e->time + (e->duration > 0 ? (int64_t)((double)e->duration * 1e9) : 0);
	int from, to;

	if (end < t->from || e->time >= t->from + span)
		return;
	lane->transfers++;
	from = (int)clamp(
		column_of(t, span, e->time > t->from ? e->time : t->from), 0, t->columns - 1);
	to = (int)clamp(end < t->from + span ? column_of(t, span, end) : t->columns - 1, from,
		t->columns - 1);
	for (int c = from; c <= to; c++) {
		lane->busy[c] += lane->busy[c] < UINT16_MAX;
		lane->errors[c] |= status_is_error(e->status);
	}
}

/* Transfers that began up to this long before the view may reach into it. */
static uint32_t first_in_view(const struct lanes_view *t, const struct listing *l, int64_t span)
{
	int64_t before = t->from - span - 10000000000;

	return t->from <= 0 ? 1 : listing_id_at(l, before > 0 ? before : 0);
}

/* Beyond SAMPLES transfers only every n-th is looked at, and all that failed. */
static void count_all(struct lanes_view *t, struct listing *l, int64_t span, int columns)
{
	const struct idset *set = sieve_shown(l->sieve, l->trace);
	struct pass *p = l->trace->now;
	const struct devices *d = model_devices(p->run.model);
	uint32_t first = first_in_view(t, l, span), last = listing_id_at(l, t->from + span), step;

	for (uint32_t i = idset_after(&p->pipes, 0); i; i = idset_after(&p->pipes, i))
		lane_of(t, d, i);
	clear(t, columns);
	step = last > first ? (last - first) / SAMPLES + 1 : 1;
	for (uint32_t id = first; id && id <= last; id += step) {
		const struct index_entry *e = index_get(p->ix, id);

		if (e && idset_has(set, id))
			count(t, lane_of(t, d, e->pipe), e, span);
	}
	for (uint32_t id = first ? idset_after(&p->errors, first - 1) : 0;
		step > 1 && id && id <= last; id = idset_after(&p->errors, id)) {
		const struct index_entry *e = index_get(p->ix, id);

		if (e && idset_has(set, id))
			count(t, lane_of(t, d, e->pipe), e, span);
	}
}

uint32_t lanes_transfer(struct lanes_view *t, struct listing *l)
{
	struct pass *p = l->trace->now;
	int64_t span = span_of(t, l), column = span / (t->columns ? t->columns : 1);
	uint32_t id = p ? first_in_view(t, l, span) : 0;
	const struct devices *d = p ? model_devices(p->run.model) : NULL;

	for (; id && id <= index_count(p->ix) && t->lane < t->n; id++) {
		const struct index_entry *e = index_get(p->ix, id);
		int64_t end;

		if (!e || devices_get_pipe(d, e->pipe)->endpoint_id != t->lanes[t->lane].endpoint)
			continue;
		end = e->time + (e->duration > 0 ? (int64_t)((double)e->duration * 1e9) : 0);
		if (e->time >= t->at || end >= t->at + column)
			return id;
	}
	return 0;
}

/* ---- drawing ------------------------------------------------------------------------ */

static void duration(char *dst, size_t cap, int64_t ns, bool ascii)
{
	char d[FMT_MAX];
	struct text t;

	text_init(&t, dst, cap);
	text_mem(&t, d, fmt_duration(d, ns, ascii));
}

/* Times since the capture's first record, under the lanes. */
static void draw_axis(const struct lanes_view *t, struct grid *g, struct area a, int64_t span)
{
	enum { EVERY = 16 };
	int w = t->columns;

	grid_fill(g, a.x + LABEL, a.y, w, ROLE_BORDER, 0x2500);
	for (int c = 0; c < w; c += EVERY) {
		char d[FMT_MAX];
		int64_t at = t->from + (int64_t)((double)span / w * c);
		int decimals = span > 1000000000 ? 3 : span > 1000000 ? 6 : 9;
		size_t n = fmt_seconds(d, at, decimals);

		if (c + (int)n + 2 > w)
			break;
		grid_fill(g, a.x + LABEL + c, a.y, 1, ROLE_BORDER, 0x252c);
		grid_put(g, a.x + LABEL + c, a.y + 1, w - c, ROLE_DIM, d, n);
		grid_str(g, a.x + LABEL + c + (int)n, a.y + 1, w - c - (int)n, ROLE_DIM, " s");
	}
}

static void draw_label(const struct listing *l, const struct lane *lane, struct grid *g, int x,
	int y, enum role role)
{
	const struct devices *d = model_devices(l->trace->now->run.model);
	const struct pipe *p = devices_get_pipe(d, lane->pipe);
	const struct instance *i = devices_get_instance(d, p->instance);
	struct value v = value_null();

	instance_address_text(&v, i, p->endpoint, p->dir);
	grid_put(g, x, y, LABEL - 6, role, v.s, v.n);
	grid_str(g, x + LABEL - 6, y, 5, ROLE_DIM, usb_type_short(p->type));
}

static void draw_lane(const struct lanes_view *t, const struct lane *lane, struct grid *g, int x,
	int y, unsigned most, enum role role)
{
	for (int c = 0; c < t->columns; c++) {
		unsigned n = lane->busy[c];
		unsigned level = most > 1 ? (n * 7 + most - 1) / most : n ? 4 : 0;

		if (n)
			grid_fill(g, x + c, y, 1, lane->errors[c] ? ROLE_BAD : role,
				0x2581 + (level > 7 ? 7 : level));
	}
}

static unsigned most_of(const struct lane *lane, int columns)
{
	unsigned most = 0;

	for (int c = 0; c < columns; c++)
		most = lane->busy[c] > most ? lane->busy[c] : most;
	return most;
}

static void draw_lanes(
	struct lanes_view *t, const struct listing *l, struct grid *g, struct area a, bool colours)
{
	uint32_t rows = (uint32_t)(a.h > 0 ? a.h : 1);
	int64_t span = span_of(t, l);
	int cursor = (int)clamp(column_of(t, span, t->at), 0, t->columns - 1);

	if (t->lane < t->top)
		t->top = t->lane;
	if (t->lane >= t->top + rows)
		t->top = t->lane - rows + 1;
	for (uint32_t i = 0; i < rows && t->top + i < t->n; i++) {
		const struct lane *lane = &t->lanes[t->top + i];
		bool chosen = t->top + i == t->lane;
		int y = a.y + (int)i;

		draw_label(l, lane, g, a.x, y, chosen ? ROLE_STRONG : ROLE_TEXT);
		draw_lane(t, lane, g, a.x + LABEL, y, most_of(lane, t->columns),
			colours ? (enum role)(ROLE_LANE0 + (int)(lane->endpoint % ROLE_LANES))
				: ROLE_TEXT);
		if (chosen)
			grid_select(g, a.x, y, LABEL - 1);
		grid_select(g, a.x + LABEL + cursor, y, 1);
	}
}

static void draw_foot(
	const struct lanes_view *t, const struct listing *l, struct grid *g, struct area a)
{
	int64_t span = span_of(t, l);
	char column[40], all[40], at[FMT_MAX];
	size_t n = fmt_seconds(at, t->at, 9);
	uint64_t transfers = t->lane < t->n ? t->lanes[t->lane].transfers : 0;

	duration(column, sizeof(column), span / (t->columns ? t->columns : 1), g->ascii);
	duration(all, sizeof(all), span, g->ascii);
	grid_printf(g, a.x, a.y, a.w, ROLE_TEXT,
		"at %.*s s   column %s, width %s   lane: %llu %s in view", (int)n, at, column, all,
		(unsigned long long)transfers, transfers == 1 ? "transfer" : "transfers");
}

void lanes_draw(
	struct lanes_view *t, struct listing *l, struct grid *g, struct area a, bool colours)
{
	struct pass *p = l->trace->now;
	int columns = a.w - LABEL;
	int64_t span = span_of(t, l);
	uint64_t state;

	if (!p || columns < 8 || a.h < 4)
		return;
	state = (uint64_t)l->trace->generation << 56 ^
		(uint64_t)sieve_shown(l->sieve, l->trace)->members << 8 ^
		index_records(p->ix) << 20 ^ l->version;
	if (t->drawn_from != t->from || t->drawn_span != span || t->columns != columns ||
		t->drawn_state != state || !t->n) {
		if (t->drawn_state >> 56 != state >> 56) { /* other endpoints */
			size_t endpoints = t->endpoints;

			for (size_t i = 0; i < endpoints; i++)
				t->lane_of[i] = 0;
			for (size_t i = 0; i < t->n; i++) {
				free(t->lanes[i].busy);
				free(t->lanes[i].errors);
			}
			t->n = 0;
		}
		count_all(t, l, span, columns);
		t->drawn_from = t->from;
		t->drawn_span = span;
		t->drawn_state = state;
	}
	if (t->lane >= t->n)
		t->lane = t->n ? (uint32_t)t->n - 1 : 0;
	draw_lanes(t, l, g, (struct area){a.x, a.y, a.w, a.h - 3}, colours);
	draw_axis(t, g, (struct area){a.x, a.y + a.h - 3, a.w, 2}, span);
	draw_foot(t, l, g, (struct area){a.x, a.y + a.h - 1, a.w, 1});
}
