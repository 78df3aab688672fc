/* draw.c: where things are on the screen, the list, and the lines above and below. */
#include "tui/app.h"
#include "base/mem.h"

#include <stdio.h>
#include <string.h>

enum { SPLIT_LEAST = 14, LIST_LEAST = 4, DETAIL_LEAST = 4, TWO_PANES = 78, PREFIX = 2 };

static const char *const screen_names[SCREENS] = {
	"List", "Devices", "Statistics", "Isochronous", "Timeline", "Help"};

static const char *const short_names[SCREENS] = {"List", "Dev", "Stat", "Iso", "Time", "Help"};

static const char screen_keys[SCREENS] = {'1', '2', '3', '4', '5', '?'};

unsigned app_where(const struct app *a)
{
	static const uint8_t pane[PANES] = {IN_LIST, IN_DETAIL, IN_HEX};

	if (a->screen == SCREEN_LIST)
		return pane[a->pane];
	return a->screen == SCREEN_TIMELINE ? IN_TIMELINE : IN_PAGE;
}

/* ---- the title ---------------------------------------------------------------------- */

static void draw_title(struct app *a)
{
	struct grid *g = &a->grid;
	bool brief = g->w < 100;
	int x = 1, room;

	grid_fill(g, 0, 0, g->w, ROLE_BAR, ' ');
	for (int i = 0; i < SCREENS; i++) {
		bool on = a->screen == (enum screen)i;
		enum role role = on ? ROLE_BAR_ON : ROLE_BAR;
		char label[40];

		if (brief && !on && g->w < 64)
			snprintf(label, sizeof(label), " %c ", screen_keys[i]);
		else
			snprintf(label, sizeof(label), " %c %s ", screen_keys[i],
				brief && !on ? short_names[i] : screen_names[i]);
		a->layout.tab_x[i] = x;
		a->layout.tab_w[i] = grid_str(g, x, 0, g->w - x, role, label);
		x += a->layout.tab_w[i];
	}
	room = g->w - x - 2;
	if (room > 6) {
		const char *name = a->opts->path, *slash = strrchr(name, '/');
		int n = (int)text_columns(name, (size_t)-1);

		if (n > room && slash)
			name = slash + 1;
		n = (int)text_columns(name, (size_t)-1);
		n = n < room ? n : room;
		grid_str(g, g->w - 1 - n, 0, n, ROLE_BAR, name);
	}
}

/* ---- the status --------------------------------------------------------------------- */

/* "53 transfers shown (28 folded), 0 hidden": in lines of their exchanges, by the filter. */
static void say_counts(struct app *a, struct text *t)
{
	uint64_t shown = sieve_shown(a->list.sieve, &a->trace)->members;
	uint64_t lines = listing_set(&a->list)->members;
	uint64_t all = a->trace.now ? a->trace.now->ended.members : 0;

	text_count(t, shown);
	text_str(t, shown == 1 ? " transfer shown" : " transfers shown");
	if (lines < shown) {
		text_str(t, " (");
		text_count(t, shown - lines);
		text_str(t, " folded)");
	}
	text_str(t, ", ");
	text_count(t, all > shown ? all - shown : 0);
	text_str(t, " hidden");
}

static uint64_t rate_now(const struct meters *m)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < m->n; i++)
		sum += meter_bytes(m, &m->meter[i], 1);
	return sum;
}

static void say_bytes(struct text *t, uint64_t n)
{
	static const char *const unit[] = {"B", "kB", "MB", "GB", "TB"};
	double v = (double)n;
	size_t i = 0;

	for (; v >= 1000 && i + 1 < ARRAY_LEN(unit); i++)
		v /= 1000;
	text_printf(t, i && v < 100 ? "%.1f %s" : "%.0f %s", v, unit[i]);
}

static void say_source(struct app *a, struct text *t)
{
	const struct view_source *s = a->opts->source;
	bool live = (s && !a->source_over) || a->trace.pace.on || a->trace.followed;
	uint32_t members = listing_set(&a->list)->members;
	uint64_t lost;

	if (!live && !s && !a->opts->pace)
		return;
	if (!live)
		text_str(t, "  ended");
	else if (a->paused || a->trace.pace.paused)
		text_str(t, "  PAUSED");
	else
		text_str(t, a->follow ? "  following" : "  not following");
	if (!a->follow && members > a->seen) {
		text_str(t, " +");
		text_count(t, members - a->seen);
		text_str(t, " new");
	}
	if (!live)
		return;
	if (a->trace.pace.on)
		text_printf(t, "  ×%g", a->trace.pace.speed);
	if (a->trace.now) {
		text_str(t, "  ");
		say_bytes(t, rate_now(&a->trace.now->meters));
		text_str(t, "/s");
	}
	if (s && s->status && !a->source_over) {
		text_str(t, "  ");
		s->status(s->ctx, t);
	} else if (trace_lost(&a->trace, &lost)) {
		text_printf(t, "  %llu lost", (unsigned long long)lost);
	}
}

static void say_progress(const struct app *a, struct text *t)
{
	if (!a->trace.now)
		text_str(t, "  waiting for the first records");
	else if (a->trace.next)
		text_printf(t, "  learning devices %d%%", trace_percent(&a->trace));
	else if (!a->trace.now->finished && !a->trace.growing && !a->trace.pace.on &&
		 !a->trace.followed)
		text_printf(t, "  reading %d%%", trace_percent(&a->trace));
	if (a->sieve.filter && sieve_percent(&a->sieve, &a->trace) < 100)
		text_printf(t, "  filtering %d%%", sieve_percent(&a->sieve, &a->trace));
	if (a->search.running) {
		text_str(t, "  searching ");
		text_count(t, a->search.looked);
		text_str(t, " (Ctrl-C stops)");
	}
	if (a->saving.running)
		text_str(t, "  saving (Ctrl-C stops)");
	if (a->marks.members)
		text_printf(t, "  %u marked", a->marks.members);
}

static void draw_status(struct app *a, int y)
{
	struct grid *g = &a->grid;
	char left[300], right[80];
	uint64_t lines = listing_lines(&a->list);
	struct text t;
	int n;

	text_init(&t, right, sizeof(right));
	if (a->list.cursor.id && a->screen == SCREEN_LIST && g->w >= 60) {
		text_count(&t, listing_line_of(&a->list, a->list.cursor) + 1);
		text_char(&t, '/');
		text_count(&t, lines);
		text_char(&t, ' ');
	}
	grid_fill(g, 0, y, g->w, ROLE_BAR, ' ');
	n = (int)t.len;
	text_init(&t, left, sizeof(left));
	say_counts(a, &t);
	say_progress(a, &t);
	say_source(a, &t);
	grid_str(g, 1, y, g->w - n - 2, ROLE_BAR, left);
	grid_str(g, g->w - n, y, n, ROLE_BAR, right);
}

/* ---- the line of help --------------------------------------------------------------- */

static void draw_help_line(const struct app *a, int y)
{
	struct grid *g = (struct grid *)&a->grid;
	unsigned where = app_where(a);
	int x = 0;

	for (size_t i = 0; i < binding_count; i++) {
		const struct binding *b = &bindings[i];
		size_t n;
		int w;

		if (!b->keys || !b->brief || !(b->where & where))
			continue;
		n = binding_first_key(b);
		w = (int)n + 1 + (int)strlen(b->brief) + 2;
		if (x + w > g->w)
			break;
		x += grid_put(g, x, y, g->w - x, ROLE_STRONG, b->keys, n) + 1;
		x += grid_str(g, x, y, g->w - x, ROLE_DIM, b->brief) + 2;
	}
}

static void draw_bottom(struct app *a, int y)
{
	if (a->asking && a->asking != ASK_FILTER)
		ask_draw(a, y);
	else if (a->message[0])
		grid_str(&a->grid, 0, y, a->grid.w, a->message_role, a->message);
	else
		draw_help_line(a, y);
}

/* ---- the list ----------------------------------------------------------------------- */

/* At the right of the header, from column `from` on: columns that were chosen but have no room. */
static void draw_left_out(struct app *a, struct area r, int from)
{
	size_t n = rows_left_out(&a->rows);
	char text[40];
	int w;

	if (!n)
		return;
	w = snprintf(text, sizeof(text), "+%zu column%s: c", n, n == 1 ? "" : "s");
	if (w > r.x + r.w - from)
		w = snprintf(text, sizeof(text), "+%zu", n);
	if (w <= r.x + r.w - from)
		grid_str(&a->grid, r.x + r.w - w, r.y, w, ROLE_DIM, text);
}

static void draw_list_header(struct app *a, struct area *r, const uint8_t *which, size_t n)
{
	struct grid *g = &a->grid;
	int x = r->x + PREFIX;

	for (size_t i = 0; i < n; i++) {
		const struct column *c = &a->rows.col[which[i]];
		int w = a->rows.width[which[i]], cols = (int)text_columns(c->title, (size_t)-1);

		grid_str(g, x + (c->right && i + 1 < n ? w - cols : 0), r->y, r->x + r->w - x,
			ROLE_HEADER, c->title);
		x += i + 1 < n ? w + 2 : cols;
	}
	draw_left_out(a, *r, x + 2);
	r->y++;
	r->h--;
}

static enum role lane_role(const struct app *a, uint32_t id)
{
	const struct pass *p = a->trace.now;
	const struct index_entry *e = index_get(p->ix, id);

	return e ? (enum role)(
			   ROLE_LANE0 + (int)(devices_get_pipe(model_devices(p->run.model), e->pipe)
							->endpoint_id %
						ROLE_LANES))
		 : ROLE_TEXT;
}

static void draw_prefix(struct app *a, struct area r, int y, uint32_t id)
{
	const struct index_entry *e = index_get(a->trace.now->ix, id);
	const struct unfolded *u = listing_unfolded(&a->list, id);
	bool note = e && notes_get(&a->notes, e->first);

	if (idset_has(&a->marks, id))
		grid_str(&a->grid, r.x, y, 1, ROLE_WARN, "*");
	else if (note)
		grid_str(&a->grid, r.x, y, 1, ROLE_WARN, "•");
	grid_str(&a->grid, r.x + 1, y, 1, ROLE_DIM, u ? "▾" : "▸");
}

/* The last column: the meaning, and behind it a note. */
static void draw_note(struct app *a, struct area r, int x, int y, uint32_t id)
{
	const struct index_entry *e = index_get(a->trace.now->ix, id);
	const char *note = e ? notes_get(&a->notes, e->first) : NULL;

	if (note && x < r.x + r.w - 4)
		grid_printf(&a->grid, x + 2, y, r.x + r.w - x - 2, ROLE_WARN, "[%s]", note);
}

static void draw_transfer(struct app *a, struct area r, int y, uint32_t id, uint32_t before,
	const uint8_t *which, size_t n)
{
	const struct row_text *t = rows_get(&a->rows, id, before, listing_folded(&a->list, id));
	bool lanes = !strcmp(a->config.colour, "endpoint");
	int x = r.x + PREFIX;

	draw_prefix(a, r, y, id);
	for (size_t i = 0; i < n; i++) {
		size_t c = which[i];
		bool last = i + 1 == n;
		int w = last ? r.x + r.w - x : a->rows.width[c], shift = 0;
		enum role role = (enum role)t->role[c];

		if (lanes && role == ROLE_TEXT)
			role = lane_role(a, id);
		if (a->rows.col[c].right && !last && t->len[c] && t->cols[c] < w)
			shift = w - t->cols[c];
		if (t->len[c])
			shift += grid_put(&a->grid, x + shift, y, w - shift, role,
				t->text + t->at[c], t->len[c]);
		x += last ? shift : w + 2;
	}
	draw_note(a, r, x, y, id);
}

static void draw_part(struct app *a, struct area r, int y, struct place p)
{
	const struct unfolded *u = listing_unfolded(&a->list, p.id);
	const struct page_line *l = &u->parts.line[p.line];

	for (uint32_t k = 0; k < l->spans; k++) {
		const struct page_span *s = &u->parts.span[l->span + k];
		int x = s->col;

		if (page_has_children(&u->parts, (size_t)p.line) && l->ref)
			grid_str(&a->grid, r.x + x - 2, y, 1, ROLE_DIM, l->folded ? "▸" : "▾");
		grid_put(&a->grid, r.x + x, y, r.w - x, (enum role)s->role, u->parts.text + s->off,
			s->len);
	}
}

static void draw_rows(struct app *a, struct area r, const uint8_t *which, size_t n)
{
	struct listing *l = &a->list;
	const struct idset *set = listing_set(l);
	uint64_t line = listing_line_of(l, l->top);

	for (int y = r.y; y < r.y + r.h; y++, line++) {
		struct place p = listing_at(l, line);

		if (!p.id)
			break;
		if (p.line < 0)
			draw_transfer(a, r, y, p.id, idset_before(set, p.id), which, n);
		else
			draw_part(a, r, y, p);
		if (p.id == l->cursor.id && p.line == l->cursor.line) {
			if (a->pane == PANE_LIST)
				grid_select(&a->grid, r.x, y, r.w);
			else
				grid_tint(&a->grid, r.x, y, r.w, ROLE_STRONG);
		}
	}
}

static const char *nothing_to_show(const struct app *a)
{
	if (!a->trace.now || !a->trace.now->ended.members)
		return trace_complete(&a->trace) ? "no transfers in this capture"
						 : "no transfers yet";
	return sieve_percent(&a->sieve, &a->trace) < 100
		       ? "nothing found yet"
		       : "the filter keeps no transfer (F shows everything)";
}

static void draw_list(struct app *a, struct area r)
{
	uint8_t which[ROWS_COLUMNS];
	size_t n = rows_fitting(&a->rows, r.w - PREFIX, which);

	a->layout.list = (struct area){r.x, r.y + 1, r.w, r.h - 1};
	draw_list_header(a, &r, which, n);
	listing_show(&a->list, r.h);
	if (!listing_set(&a->list)->members) {
		grid_str(&a->grid, r.x + PREFIX, r.y, r.w - PREFIX, ROLE_DIM, nothing_to_show(a));
		return;
	}
	draw_rows(a, r, which, n);
}

/* ---- the detail --------------------------------------------------------------------- */

static void draw_border(struct app *a, struct area r, int fields_w)
{
	struct grid *g = &a->grid;
	const struct detail *d = &a->detail;
	enum role role[] = {a->pane == PANE_FIELDS ? ROLE_BORDER_ON : ROLE_BORDER,
		a->pane == PANE_BYTES ? ROLE_BORDER_ON : ROLE_BORDER};

	grid_fill(g, r.x, r.y, r.w, ROLE_BORDER, 0x2500);
	if (d->record)
		grid_printf(g, r.x + 1, r.y, r.w - 2, role[0], " record %llu ",
			(unsigned long long)d->record);
	else if (d->place.id)
		grid_printf(g, r.x + 1, r.y, r.w - 2, role[0], " transfer %u ", d->place.id);
	if (fields_w < r.w) {
		grid_fill(g, r.x + fields_w, r.y, 1, ROLE_BORDER, 0x252c);
		grid_printf(g, r.x + fields_w + 2, r.y, r.w - fields_w - 2, role[1], " %zu bytes ",
			d->tree.n_bytes);
	}
}

/* As dragged, or so that 16 bytes fit into a row where there is much room, else 8. */
static int fields_width(const struct app *a, int w)
{
	enum { HEX_16 = 76, HEX_8 = 41, LEAST = 20, MUCH = 150 };

	if (!a->fields_w)
		return w - (w >= MUCH ? HEX_16 : HEX_8);
	return a->fields_w < LEAST ? LEAST : a->fields_w > w - LEAST ? w - LEAST : a->fields_w;
}

/* Both panes side by side, or the one that has the keys. */
static void draw_detail(struct app *a, struct area r)
{
	struct grid *g = &a->grid;
	bool two = r.w >= TWO_PANES;
	int fields_w = two ? fields_width(a, r.w) : r.w, hex_w = r.w - fields_w;
	struct area body = {r.x, r.y + 1, r.w, r.h - 1};
	struct area left = {r.x, r.y + 1, two ? fields_w - 1 : r.w, r.h - 1};
	struct area right = {r.x + fields_w + 1, r.y + 1, hex_w - 1, r.h - 1};

	detail_load(&a->detail, &a->list, left.w, g->ascii);
	draw_border(a, r, two ? fields_w : r.w);
	a->layout.border_x = two ? r.x + fields_w : -1;
	a->layout.fields = a->layout.bytes = (struct area){0};
	if (two || a->pane != PANE_BYTES) {
		a->layout.fields = left;
		page_draw(&a->detail.page, g, left, true, a->pane == PANE_FIELDS);
	}
	if (two)
		for (int y = body.y; y < body.y + body.h; y++)
			grid_fill(g, r.x + fields_w, y, 1, ROLE_BORDER, 0x2502);
	if (two || a->pane == PANE_BYTES) {
		a->layout.bytes = two ? right : body;
		hex_draw(&a->detail, g, a->layout.bytes, a->pane == PANE_BYTES);
	}
}

bool app_has_detail(const struct app *a)
{
	return a->grid.h - 4 >= SPLIT_LEAST;
}

static void draw_main(struct app *a, struct area r)
{
	int list_h = r.h * a->config.split / 100;

	a->layout.main = r;
	a->layout.border_y = a->layout.border_x = -1;
	a->layout.list = a->layout.fields = a->layout.bytes = (struct area){0};
	if (!app_has_detail(a)) {
		listing_show(&a->list, r.h - 1);
		if (a->pane == PANE_LIST)
			draw_list(a, r);
		else
			draw_detail(a, r);
		return;
	}
	list_h = list_h < LIST_LEAST ? LIST_LEAST : list_h;
	list_h = r.h - list_h < DETAIL_LEAST ? r.h - DETAIL_LEAST : list_h;
	draw_list(a, (struct area){r.x, r.y, r.w, list_h});
	a->layout.border_y = r.y + list_h;
	draw_detail(a, (struct area){r.x, r.y + list_h, r.w, r.h - list_h});
}

/* ---- the other screens -------------------------------------------------------------- */

/* What a page was made of: when that changes it is made anew. */
static uint64_t page_basis(const struct app *a, int w)
{
	uint64_t basis = 1 + (uint64_t)w;

	if (a->screen == SCREEN_ISO)
		basis += (uint64_t)a->iso.finished << 10;
	if (a->screen != SCREEN_HELP && a->trace.now)
		basis += (uint64_t)a->trace.generation << 48 ^
			 index_records(a->trace.now->ix) << 12 ^
			 (uint64_t)a->trace.now->finished << 11;
	return basis;
}

static void iso_page(struct app *a, struct page *p, int w)
{
	iso_fill(&a->iso, &a->trace, p, w, a->grid.ascii);
}

static void draw_page(struct app *a, struct area r)
{
	static void (*const make[SCREENS])(struct app *, struct page *, int) = {
		[SCREEN_DEVICES] = devices_page,
		[SCREEN_STATISTICS] = statistics_page,
		[SCREEN_ISO] = iso_page,
		[SCREEN_HELP] = help_page,
	};
	struct page *p = &a->page[a->screen];
	uint64_t basis = page_basis(a, r.w);

	if (a->page_state[a->screen] != basis) {
		a->page_state[a->screen] = basis;
		make[a->screen](a, p, r.w - 2);
	}
	a->layout.page = (struct area){r.x + 1, r.y, r.w - 2, r.h};
	page_draw(p, &a->grid, a->layout.page, a->screen == SCREEN_DEVICES, true);
}

static void draw_body(struct app *a, struct area r)
{
	if (a->screen == SCREEN_LIST) {
		draw_main(a, r);
	} else if (a->screen == SCREEN_TIMELINE) {
		a->layout.page = r;
		lanes_draw(
			&a->timeline, &a->list, &a->grid, r, !strcmp(a->config.colour, "endpoint"));
	} else {
		draw_page(a, r);
	}
}

void app_draw(struct app *a, int ms)
{
	struct grid *g = &a->grid;
	int top = 1;

	a->rows.deadline = monotonic_ns() + ms * INT64_C(1000000);
	a->rows.wanting = false;
	grid_clear(g);
	draw_title(a);
	if (a->asking == ASK_FILTER || a->sieve.expr) {
		filter_draw(a, top);
		top += a->asking == ASK_FILTER ? 2 : 1;
	}
	draw_body(a, (struct area){0, top, g->w, g->h - 2 - top});
	draw_status(a, g->h - 2);
	draw_bottom(a, g->h - 1);
}
