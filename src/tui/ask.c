/* ask.c: what the bottom line asks for: where to go, what to look for, notes, names of files; and
 * the small menus. */
#include "tui/app.h"
#include "analysis/show.h"
#include "base/mem.h"
#include "tui/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- going -------------------------------------------------------------------------- */

/* "1.5s", "20ms", "100 us", "90", "1:02.5", or a time of day "14:03:05.5": ns since the first
 * record. False: that is no time. */
static bool read_time(const struct app *a, const char *s, int64_t *ns)
{
	static const struct {
		const char *unit;
		double ns;
	} units[] = {{"ns", 1}, {"us", 1e3}, {"µs", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"min", 6e10},
		{"h", 3.6e12}};
	unsigned h, m, used = 0;
	double v;
	char *end;

	if (sscanf(s, "%2u:%2u:%lf%n", &h, &m, &v, (int *)&used) == 3 && !s[used]) {
		int64_t day = INT64_C(86400000000000), start = model_start(a->trace.now->run.model);

		*ns = (int64_t)((h * 3600 + m * 60) * 1e9 + v * 1e9) - start % day;
		*ns += *ns < 0 ? day : 0;
		return true;
	}
	v = strtod(s, &end);
	if (end == s || v < 0 || !(v < 9e9))
		return false;
	end += strspn(end, " ");
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (!strcmp(end, units[i].unit) && v * units[i].ns < 9e18) {
			*ns = (int64_t)(v * units[i].ns);
			return true;
		}
	return false;
}

static void go(struct app *a, const char *s)
{
	bool record = s[0] == 'r' || s[0] == 'R';
	const char *digits = s + (record ? strcspn(s, "0123456789") : 0);
	char *end;
	unsigned long long n = strtoull(digits, &end, 10);
	int64_t ns;

	if (!trace_begun(&a->trace))
		return;
	a->screen = SCREEN_LIST;
	if (*digits >= '0' && *digits <= '9' && !*end) {
		uint32_t id = record ? listing_id_of_record(&a->list, n)
			      : n <= index_count(a->trace.now->ix) ? (uint32_t)n
								   : 0;

		if (id)
			app_go(a, id);
		else if (record)
			app_say(a, ROLE_WARN, "no transfer has record %llu", n);
		else
			app_say(a, ROLE_WARN, "there is no transfer %llu: the last one is %u", n,
				index_count(a->trace.now->ix));
	} else if (read_time(a, s, &ns)) {
		app_go(a, listing_id_at(&a->list, ns));
	} else {
		app_say(a, ROLE_WARN,
			"go to: 120 (transfer), r 240 (record), 1.5s, 20ms, 14:03:05");
	}
}

/* ---- searching ---------------------------------------------------------------------- */

static void look_for(struct app *a, const char *s, int step)
{
	struct page *p = &a->page[a->screen];

	if (!search_set(&a->search, s)) {
		app_say(a, ROLE_WARN, "hex takes pairs of digits: hex 55 53 42 43");
		return;
	}
	if (a->screen != SCREEN_LIST && a->screen != SCREEN_TIMELINE) {
		if (!page_find(p, p->cursor, step, s, &p->cursor) &&
			!page_find(p, (size_t)-1, 1, s, &p->cursor))
			app_say(a, ROLE_WARN, "not found: %s", s);
		return;
	}
	a->screen = SCREEN_LIST;
	search_begin(&a->search, a->list.cursor.id, step);
}

/* ---- notes -------------------------------------------------------------------------- */

static uint64_t first_record(const struct app *a)
{
	const struct index_entry *e =
		a->trace.now ? index_get(a->trace.now->ix, a->list.cursor.id) : NULL;

	return e ? e->first : 0;
}

static void take_note(struct app *a, const char *s)
{
	struct err e = {0};
	uint64_t record = first_record(a);

	if (record && notes_set(&a->notes, record, s, &e) < 0)
		app_say(a, ROLE_WARN, "%s", e.text);
	else if (record)
		app_say(a, ROLE_DIM, "kept in %s", a->notes.path);
}

/* ---- copying ------------------------------------------------------------------------ */

struct copying {
	struct app *app;
	struct emit *emit;
	struct text *c; /* C array */
};

static void c_array(struct text *t, uint32_t id, const char *what, const uint8_t *b, uint32_t n)
{
	text_printf(t, "static const unsigned char transfer_%u_%s[%u] = {", id, what, n);
	for (uint32_t i = 0; i < n; i++)
		text_printf(t, "%s0x%02x,", i % 12 ? " " : "\n\t", b[i]);
	text_str(t, "\n};\n");
}

static void copy_row(void *ctx, struct row *row)
{
	struct copying *c = ctx;
	struct pass *p = c->app->trace.now;

	if (c->emit) {
		show_row(&p->run, p->ix, row, false, c->emit);
		return;
	}
	text_printf(c->c, "/* %s */\n", row_info(row)->s);
	if (row->x->type == USB_CONTROL && row->x->flags & XFER_HAS_SETUP)
		c_array(c->c, row->x->id, "setup", row->x->setup, sizeof(row->x->setup));
	if (row->x->data.kept)
		c_array(c->c, row->x->id, "data", row->x->data.data, row->x->data.kept);
}

static void say_row(void *ctx, struct emit *emit)
{
	struct copying *c = ctx;
	struct pass *p = c->app->trace.now;
	struct err e = {0};

	c->emit = emit;
	run_load_xfer(&p->run, p->ix, c->app->list.cursor.id, copy_row, c, &e);
}

static char *copy_as_c(struct app *a, size_t *n)
{
	struct pass *p = a->trace.now;
	const struct index_entry *x = index_get(p->ix, a->list.cursor.id);
	size_t cap = 4096 + (size_t)(x ? x->length : 0) * 7;
	char *s = mem_zalloc(cap, 1);
	struct text t;
	struct err e = {0};

	text_init(&t, s, cap);
	run_load_xfer(&p->run, p->ix, a->list.cursor.id, copy_row,
		&(struct copying){.app = a, .c = &t}, &e);
	*n = t.len;
	return s;
}

static void copy(struct app *a, uint32_t key)
{
	static const struct {
		char key;
		int format; /* -1: C */
		const char *file, *name;
	} as[] = {{'t', OUTPUT_TEXT, "copied.txt", "text"},
		{'j', OUTPUT_JSON, "copied.json", "JSON"}, {'c', -1, "copied.h", "a C array"}};
	struct copying c = {.app = a};
	char path[1024];
	size_t i = 0;
	bool kept;

	while (i < ARRAY_LEN(as) && (uint32_t)as[i].key != key)
		i++;
	if (i == ARRAY_LEN(as) || !a->list.cursor.id)
		return;
	free(a->copied);
	a->copied = as[i].format < 0 ? copy_as_c(a, &a->n_copied)
				     : report_text(say_row, &c, as[i].format, &a->n_copied);
	if (a->terminal.clipboard)
		a->terminal.clipboard(a->copied, a->n_copied);
	kept = save_copied(as[i].file, a->copied, a->n_copied, path, sizeof(path)) == 0;
	app_say(a, ROLE_GOOD, "copied as %s%s%s", as[i].name, kept ? ", also to " : "",
		kept ? path : "");
}

/* ---- saving ------------------------------------------------------------------------- */

static const struct idset *set_of(struct app *a, enum asking what)
{
	return what == ASK_SAVE_ALL	? NULL
	       : what == ASK_SAVE_SHOWN ? sieve_shown(a->list.sieve, &a->trace)
					: &a->marks;
}

static void save(struct app *a, const char *path, enum asking what, bool sure)
{
	struct err e = {0};

	if (!*path)
		return;
	if (!sure && save_exists(path)) {
		snprintf(a->pending_path, sizeof(a->pending_path), "%s", path);
		a->menu = what;
		a->asking = ASK_OVERWRITE;
		return;
	}
	if (save_begin(&a->saving, &a->trace, path, set_of(a, what), &e) < 0)
		app_say(a, ROLE_BAD, "%s", e.text);
}

/* ---- the columns' menu -------------------------------------------------------------- */

static void columns_key(struct app *a, uint32_t key)
{
	struct rows *r = &a->rows;

	if (key == KEY_RETURN || key == KEY_ESCAPE || key == 'c' || key == 'q' || key == KEY_CTRL_C)
		a->asking = ASK_NOTHING;
	else if (key == KEY_LEFT_ || key == 'h')
		a->menu = (a->menu + r->cols - 1) % r->cols;
	else if (key == KEY_RIGHT_ || key == 'l' || key == KEY_TAB)
		a->menu = (a->menu + 1) % r->cols;
	else if (key == ' ' || key == KEY_UP_ || key == KEY_DOWN_) {
		r->shown[a->menu] = !r->shown[a->menu];
		rows_renew(r);
	}
}

static void columns_draw(struct app *a, int y)
{
	struct grid *g = &a->grid;
	const struct rows *r = &a->rows;
	int x = grid_str(g, 0, y, g->w, ROLE_STRONG, g->w < 100 ? "Space" : "Space shows or hides");
	int from = 0, before = 0;

	x += grid_str(g, x, y, g->w - x, ROLE_STRONG, rows_left_out(r) ? " (! no room): " : ": ");
	for (size_t i = 0; i <= a->menu; i++) /* what lies left of the chosen one may not fit */
		before += (int)strlen(r->name[i]) + 3;
	from = before > g->w - x - 8 ? before - (g->w - x - 8) : 0;
	for (size_t i = 0; i < r->cols; i++) {
		bool no_room = r->shown[i] && !r->fits[i];
		int w = (int)strlen(r->name[i]) + 3;

		if (from > 0) {
			from -= w;
			continue;
		}
		if (x + w > g->w)
			break;
		grid_printf(g, x, y, w,
			no_room	      ? ROLE_WARN
			: r->shown[i] ? ROLE_STRONG
				      : ROLE_DIM,
			"%c%s",
			no_room	      ? '!'
			: r->shown[i] ? '+'
				      : '-',
			r->name[i]);
		if (i == a->menu)
			grid_select(g, x, y, w - 2);
		x += w;
	}
}

/* ---- asking ------------------------------------------------------------------------- */

static const char *const labels[ASKINGS] = {
	[ASK_SEARCH] = "search: ",
	[ASK_SEARCH_BACK] = "search backward: ",
	[ASK_GOTO] = "go to transfer, record (r N) or time: ",
	[ASK_NOTE] = "note: ",
	[ASK_SAVE_ALL] = "save the whole capture as: ",
	[ASK_SAVE_SHOWN] = "save what is shown as: ",
	[ASK_EXPORT] = "save what is marked as: ",
	[ASK_OVERWRITE] = "this file exists: o overwrites it, any other key leaves it",
	[ASK_COPY] = "copy as: t text   j JSON   c C array",
};

void app_ask(struct app *a, enum asking what)
{
	const char *note = what == ASK_NOTE ? notes_get(&a->notes, first_record(a)) : NULL;

	if ((what == ASK_NOTE || what == ASK_COPY) && !a->list.cursor.id)
		return;
	if (what == ASK_EXPORT && !a->marks.members) {
		app_say(a, ROLE_WARN, "nothing is marked: m marks");
		return;
	}
	a->asking = what;
	a->menu = 0;
	a->completions = 0;
	a->filter_error.text[0] = 0;
	if (what == ASK_FILTER) {
		snprintf(a->filter_before, sizeof(a->filter_before), "%s",
			a->sieve.expr ? a->sieve.expr : "");
		prompt_begin(&a->prompt, a->filter_before, &a->config.filters);
	} else {
		prompt_begin(&a->prompt, note ? note : "", NULL);
	}
}

static void cancel(struct app *a)
{
	if (a->asking == ASK_FILTER) { /* what was typed was applied at once */
		prompt_begin(&a->prompt, a->filter_before, &a->config.filters);
		filter_changed(a);
	}
	a->asking = ASK_NOTHING;
}

static void done(struct app *a, enum asking what)
{
	const char *s = a->prompt.text;
	struct err e = {0};

	a->asking = ASK_NOTHING;
	if (what == ASK_FILTER && !app_filter(a, s, &e)) {
		a->asking = ASK_FILTER;
		a->filter_error = e;
	} else if (what == ASK_SEARCH || what == ASK_SEARCH_BACK) {
		if (*s)
			look_for(a, s, what == ASK_SEARCH ? 1 : -1);
	} else if (what == ASK_GOTO) {
		go(a, s);
	} else if (what == ASK_NOTE) {
		take_note(a, s);
	} else if (what >= ASK_SAVE_ALL && what <= ASK_EXPORT) {
		save(a, s, what, false);
	}
}

static void typed(struct app *a, uint32_t key)
{
	enum asking what = a->asking;

	switch (prompt_key(&a->prompt, key)) {
	case PROMPT_DONE: done(a, what); break;
	case PROMPT_CANCELLED: cancel(a); break;
	case PROMPT_CHANGED:
		if (what == ASK_FILTER)
			filter_changed(a);
		break;
	case PROMPT_COMPLETE:
		if (what == ASK_FILTER)
			filter_complete(a);
		break;
	case PROMPT_NOTHING: break;
	}
}

void app_answer(struct app *a, uint32_t key)
{
	if (a->asking == ASK_COPY) {
		a->asking = ASK_NOTHING;
		copy(a, key);
	} else if (a->asking == ASK_OVERWRITE) {
		a->asking = ASK_NOTHING;
		if (key == 'o')
			save(a, a->pending_path, (enum asking)a->menu, true);
	} else if (a->asking == ASK_COLUMNS) {
		columns_key(a, key);
	} else {
		typed(a, key);
	}
}

void ask_draw(struct app *a, int y)
{
	if (a->asking == ASK_COLUMNS)
		columns_draw(a, y);
	else if (a->asking == ASK_COPY || a->asking == ASK_OVERWRITE)
		grid_str(&a->grid, 0, y, a->grid.w, ROLE_STRONG, labels[a->asking]);
	else
		prompt_draw(&a->prompt, &a->grid, y, labels[a->asking]);
}
