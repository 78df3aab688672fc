/* act.c: what keys do. */
#include "tui/app.h"
#include "base/mem.h"

#include <stdio.h>
#include <string.h>

void app_go(struct app *a, uint32_t id)
{
	app_follow(a, false);
	listing_go(&a->list, id, true);
}

void app_follow(struct app *a, bool on)
{
	if (a->follow && !on)
		a->seen = listing_set(&a->list)->members;
	a->follow = on;
}

/* ---- moving ------------------------------------------------------------------------- */

static int page_rows(const struct app *a)
{
	int h = a->screen != SCREEN_LIST ? a->layout.page.h
		: a->pane == PANE_LIST	 ? a->layout.list.h
		: a->pane == PANE_FIELDS ? a->layout.fields.h
					 : a->layout.bytes.h;

	return h > 1 ? h - 1 : 1;
}

static void move_list(struct app *a, int64_t lines)
{
	if (lines < 0)
		app_follow(a, false);
	listing_move(&a->list, lines);
}

static void move_bytes(struct app *a, int64_t rows)
{
	detail_move_byte(&a->detail, rows * hex_shape(&a->detail, a->layout.bytes.w).per_row);
}

/* Pages without a cursor scroll at once. */
static void move_page(struct app *a, int64_t lines)
{
	struct page *p = &a->page[a->screen];

	if (a->screen == SCREEN_DEVICES) {
		page_move(p, (long)lines);
		return;
	}
	if (lines > 0 && p->cursor < p->top + (size_t)page_rows(a))
		p->cursor = p->top + (size_t)page_rows(a);
	else if (lines < 0)
		p->cursor = p->top;
	page_move(p, (long)lines);
}

static void move(struct app *a, int64_t lines)
{
	if (a->screen == SCREEN_TIMELINE)
		lanes_lane(&a->timeline, (int)lines);
	else if (a->screen != SCREEN_LIST)
		move_page(a, lines);
	else if (a->pane == PANE_LIST)
		move_list(a, lines);
	else if (a->pane == PANE_FIELDS)
		detail_move(&a->detail, (long)lines);
	else
		move_bytes(a, lines);
}

static void act_move(struct app *a, enum action action)
{
	int page = page_rows(a);
	int64_t lines = action == ACT_UP	? -1
			: action == ACT_DOWN	? 1
			: action == ACT_PAGE_UP ? -page
						: page;

	move(a, lines);
}

static void act_edge(struct app *a, enum action action)
{
	bool end = action == ACT_END;
	bool live = (a->opts->source && !a->source_over) || a->trace.pace.on || a->trace.followed;

	if (a->screen == SCREEN_TIMELINE) {
		lanes_edge(&a->timeline, &a->list, end);
	} else if (a->screen == SCREEN_LIST && a->pane == PANE_LIST) {
		const struct idset *set = listing_set(&a->list);

		app_go(a, idset_nth(set, end && set->members ? set->members - 1 : 0));
		if (end && live)
			app_follow(a, true);
	} else {
		move(a, end ? INT32_MAX : -INT32_MAX);
	}
}

/* ---- folding, panes ----------------------------------------------------------------- */

/* As far as there is something to be seen. */
static void scroll_sideways(const struct app *a, struct page *p, int columns)
{
	int most = page_width(p) - a->layout.page.w;

	p->left += columns;
	p->left = p->left > most ? most : p->left;
	p->left = p->left < 0 ? 0 : p->left;
}

static void act_left(struct app *a, enum action action)
{
	enum { SIDEWAYS = 8 };
	int step = action == ACT_LEFT ? -1 : 1;

	if (a->screen == SCREEN_TIMELINE)
		lanes_move(&a->timeline, &a->list, step);
	else if (a->screen != SCREEN_LIST)
		scroll_sideways(a, &a->page[a->screen], SIDEWAYS * step);
	else
		detail_move_byte(&a->detail, step);
}

static void fold_field(struct app *a, bool fold)
{
	struct page *p = &a->detail.page;

	if (!fold || (page_has_children(p, p->cursor) && !p->line[p->cursor].folded))
		page_fold(p, p->cursor, fold);
	else
		p->cursor = page_parent(p, p->cursor);
	detail_move(&a->detail, 0);
}

static void unfold(struct app *a, bool toggle)
{
	struct err e = {0};
	struct unfolded *u = listing_unfolded(&a->list, a->list.cursor.id);
	int line = a->list.cursor.line;

	app_follow(a, false);
	if (toggle && u &&
		(line < 0 || (page_has_children(&u->parts, (size_t)line) &&
				     !u->parts.line[line].folded))) {
		listing_fold(&a->list);
		return;
	}
	if (!listing_unfold(&a->list, &e) && e.text[0])
		app_say(a, ROLE_BAD, "%s", e.text);
}

static void act_fold(struct app *a, enum action action)
{
	if (a->screen != SCREEN_LIST || a->pane == PANE_BYTES)
		act_left(a, action);
	else if (a->pane == PANE_FIELDS)
		fold_field(a, action == ACT_LEFT);
	else if (action == ACT_LEFT)
		listing_fold(&a->list);
	else
		unfold(a, false);
}

/* "1.5 …" at the beginning of the line: only that device. */
static void only_device_of_page(struct app *a)
{
	const struct page *p = &a->page[SCREEN_DEVICES];
	size_t line = p->cursor;
	unsigned bus, device;

	for (; line < p->lines; line--) {
		const struct page_line *l = &p->line[line];
		char text[64], expr[60];
		struct err e = {0};
		struct text t;

		text_init(&t, text, sizeof(text));
		for (uint32_t k = 0; k < l->spans; k++)
			text_mem(&t, p->text + p->span[l->span + k].off, p->span[l->span + k].len);
		if (sscanf(text, "%5u.%5u", &bus, &device) != 2)
			continue;
		snprintf(expr, sizeof(expr), "bus == %u && dev == %u", bus, device);
		if (app_filter(a, expr, &e))
			a->screen = SCREEN_LIST;
		return;
	}
}

static void act_open(struct app *a, enum action action)
{
	uint32_t id;

	(void)action;
	if (a->screen == SCREEN_DEVICES) {
		only_device_of_page(a);
	} else if (a->screen == SCREEN_TIMELINE) {
		id = lanes_transfer(&a->timeline, &a->list);
		if (id) {
			a->screen = SCREEN_LIST;
			app_go(a, id);
		}
	} else if (a->screen == SCREEN_LIST && a->pane == PANE_LIST) {
		if (app_has_detail(a))
			unfold(a, true);
		else
			a->pane = PANE_FIELDS;
	} else if (a->screen == SCREEN_LIST && a->pane == PANE_FIELDS) {
		struct page *p = &a->detail.page;

		if (p->cursor < p->lines)
			page_fold(p, p->cursor, !p->line[p->cursor].folded);
	}
}

static void act_close(struct app *a, enum action action)
{
	(void)action;
	if (a->screen != SCREEN_LIST)
		a->screen = SCREEN_LIST;
	else
		a->pane = PANE_LIST;
}

static void act_quit(struct app *a, enum action action)
{
	(void)action;
	a->quit = a->screen == SCREEN_LIST;
	a->screen = SCREEN_LIST;
}

static void act_pane(struct app *a, enum action action)
{
	a->pane = (enum pane)((a->pane + (action == ACT_NEXT_PANE ? 1 : PANES - 1)) % PANES);
}

static void act_screen(struct app *a, enum action action)
{
	a->screen = (enum screen)(action - ACT_LIST);
}

static void act_grow(struct app *a, enum action action)
{
	int step = action == ACT_GROW ? 5 : -5;

	if (a->screen == SCREEN_TIMELINE)
		lanes_zoom(&a->timeline, &a->list, action == ACT_GROW ? 0.5 : 2);
	else if (a->config.split + step >= 10 && a->config.split + step <= 90)
		a->config.split += step;
}

/* ---- jumps -------------------------------------------------------------------------- */

static uint32_t pipe_number(const struct listing *l, uint32_t id)
{
	const struct index_entry *e = index_get(l->trace->now->ix, id);

	return e ? e->pipe : 0;
}

static const struct pipe *pipe_of(const struct listing *l, uint32_t id)
{
	uint32_t n = pipe_number(l, id);

	return n ? devices_get_pipe(model_devices(l->trace->now->run.model), n) : NULL;
}

static bool same_endpoint(const struct listing *l, uint32_t id, const void *ctx)
{
	const struct pipe *p = pipe_of(l, id);

	return p && p->endpoint_id == *(const uint32_t *)ctx;
}

static bool same_device(const struct listing *l, uint32_t id, const void *ctx)
{
	const struct pipe *p = pipe_of(l, id);

	return p && p->instance == *(const uint32_t *)ctx;
}

static bool other_exchange(const struct listing *l, uint32_t id, const void *ctx)
{
	const struct index_entry *e = index_get(l->trace->now->ix, id);

	return e && e->exchange && e->exchange != *(const uint32_t *)ctx;
}

static void jump(struct app *a, uint32_t id, const char *what, int step)
{
	if (id)
		app_go(a, id);
	else
		app_say(a, ROLE_WARN, "no %s %s this one", what, step > 0 ? "after" : "before");
}

/* Errors among those that are shown, by the set of errors: both may hold millions. */
static uint32_t next_error(struct app *a, int step)
{
	const struct idset *set = listing_set(&a->list), *errors = &a->trace.now->errors;
	uint32_t id = a->list.cursor.id;

	do {
		id = step > 0 ? idset_after(errors, id) : idset_before(errors, id);
	} while (id && !idset_has(set, id));
	return id;
}

static void act_jump(struct app *a, enum action action)
{
	struct listing *l = &a->list;
	int step = action == ACT_NEXT_ERROR || action == ACT_NEXT_ENDPOINT ||
				   action == ACT_NEXT_DEVICE || action == ACT_NEXT_EXCHANGE
			   ? 1
			   : -1;
	const struct pipe *p = l->cursor.id ? pipe_of(l, l->cursor.id) : NULL;
	const struct index_entry *e =
		l->cursor.id ? index_get(a->trace.now->ix, l->cursor.id) : NULL;

	if (!p || !e)
		return;
	if (action == ACT_NEXT_ERROR || action == ACT_PREV_ERROR)
		jump(a, next_error(a, step), "error", step);
	else if (action == ACT_NEXT_ENDPOINT || action == ACT_PREV_ENDPOINT)
		jump(a, listing_next(l, l->cursor.id, step, same_endpoint, &p->endpoint_id),
			"transfer of this endpoint", step);
	else if (action == ACT_NEXT_DEVICE || action == ACT_PREV_DEVICE)
		jump(a, listing_next(l, l->cursor.id, step, same_device, &p->instance),
			"transfer of this device", step);
	else
		jump(a,
			listing_next(
				l, l->cursor.id, step, other_exchange, &(uint32_t){e->exchange}),
			"exchange", step);
}

/* The line of the record that ended the transfer, or the one that began it. */
static void act_other_end(struct app *a, enum action action)
{
	struct listing *l = &a->list;
	struct unfolded *u = listing_unfolded(l, l->cursor.id);
	struct err e = {0};
	int first = -1, last = -1;

	(void)action;
	if (!l->cursor.id)
		return;
	if (!u) {
		l->cursor.line = -1;
		listing_unfold(l, &e);
		u = listing_unfolded(l, l->cursor.id);
	}
	for (size_t i = 0; u && i < u->parts.lines; i++)
		if (u->parts.line[i].ref && !page_hidden(&u->parts, i)) {
			first = first < 0 ? (int)i : first;
			last = (int)i;
		}
	if (first >= 0)
		l->cursor.line = l->cursor.line == last ? first : last;
	app_follow(a, false);
}

static void act_mark(struct app *a, enum action action)
{
	uint32_t id = a->list.cursor.id;

	(void)action;
	if (idset_has(&a->marks, id))
		idset_remove(&a->marks, id);
	else
		idset_add(&a->marks, id);
	listing_move(&a->list, 1);
}

static bool marked(const struct listing *l, uint32_t id, const void *ctx)
{
	const struct app *a = ctx;
	const struct index_entry *e = index_get(l->trace->now->ix, id);

	return idset_has(&a->marks, id) || (e && notes_get(&a->notes, e->first));
}

static void act_next_mark(struct app *a, enum action action)
{
	int step = action == ACT_NEXT_MARK ? 1 : -1;

	if (a->list.cursor.id)
		jump(a, listing_next(&a->list, a->list.cursor.id, step, marked, a), "mark or note",
			step);
}

static void act_history(struct app *a, enum action action)
{
	app_follow(a, false);
	if (!listing_history(&a->list, action == ACT_BACK ? -1 : 1))
		app_say(a, ROLE_DIM,
			action == ACT_BACK ? "this is where you began" : "nothing forward");
}

/* ---- searching ---------------------------------------------------------------------- */

static void act_match(struct app *a, enum action action)
{
	int step = action == ACT_NEXT_MATCH ? 1 : -1;
	struct page *p = &a->page[a->screen];

	if (!a->search.text[0]) {
		app_say(a, ROLE_DIM, "search first: / or \\");
		return;
	}
	if (a->screen == SCREEN_LIST || a->screen == SCREEN_TIMELINE) {
		a->screen = SCREEN_LIST;
		search_begin(&a->search, a->list.cursor.id, step);
	} else if (!page_find(p, p->cursor, step, a->search.text, &p->cursor)) {
		app_say(a, ROLE_WARN, "not found: %s", a->search.text);
	}
}

/* ---- filters ------------------------------------------------------------------------ */

static void act_only(struct app *a, enum action action)
{
	const struct pipe *p = a->list.cursor.id ? pipe_of(&a->list, a->list.cursor.id) : NULL;
	const struct index_entry *x =
		a->list.cursor.id ? index_get(a->trace.now->ix, a->list.cursor.id) : NULL;
	const struct instance *i;
	char expr[160];
	struct err e = {0};
	int n;

	if (!p)
		return;
	i = devices_get_instance(model_devices(a->trace.now->run.model), p->instance);
	n = i->bus == USB_NO_BUS ? 0 : snprintf(expr, sizeof(expr), "bus == %u && ", i->bus);
	n += snprintf(expr + n, sizeof(expr) - (size_t)n, "dev == %u", i->address);
	if (action == ACT_ONLY_ENDPOINT)
		n += snprintf(expr + n, sizeof(expr) - (size_t)n, " && ep == %u", p->endpoint);
	if (action == ACT_ONLY_ENDPOINT && p->endpoint && p->dir != USB_DIR_UNKNOWN)
		snprintf(expr + n, sizeof(expr) - (size_t)n, " && dir == %s", usb_dir_name(p->dir));
	if (action == ACT_ONLY_EXCHANGE) {
		if (!x->exchange) {
			app_say(a, ROLE_WARN, "this transfer belongs to no exchange");
			return;
		}
		snprintf(expr, sizeof(expr), "exchange == %u", x->exchange);
	}
	if (!app_filter(a, expr, &e))
		app_say(a, ROLE_BAD, "%s", e.text);
}

static void act_no_filter(struct app *a, enum action action)
{
	struct err e = {0};

	(void)action;
	app_filter(a, "", &e);
}

static void act_fold_quiet(struct app *a, enum action action)
{
	(void)action;
	a->list.quiet = !a->list.quiet;
	for (size_t i = a->list.n; i-- > 0;) { /* what is unfolded is made anew when it is again */
		a->list.cursor = (struct place){a->list.unfolded[i].id, -1};
		listing_fold(&a->list);
	}
	app_say(a, ROLE_DIM,
		a->list.quiet ? "runs of NAKs are one line" : "every NAK has a line of its own");
}

static void act_fold_exchanges(struct app *a, enum action action)
{
	(void)action;
	a->list.exchanges = !a->list.exchanges;
	idset_clear(&a->list.open);
	listing_sift(&a->list);
	app_say(a, ROLE_DIM,
		a->list.exchanges ? "an exchange is one line" : "all transfers of exchanges");
}

/* ---- looks -------------------------------------------------------------------------- */

static void act_time(struct app *a, enum action action)
{
	static const char *const say[] = {[TIME_REL] = "times since the first record",
		[TIME_DELTA] = "times since the line before",
		[TIME_ABS] = "date and time (UTC)"};

	(void)action;
	rows_set_time(&a->rows, (enum time_format)((a->rows.time + 1) % 3));
	app_say(a, ROLE_DIM, "%s", say[a->rows.time]);
}

static void act_colour_by(struct app *a, enum action action)
{
	bool endpoint = strcmp(a->config.colour, "endpoint") != 0;

	(void)action;
	strcpy(a->config.colour, endpoint ? "endpoint" : "status");
	app_say(a, ROLE_DIM, "coloured by %s", a->config.colour);
}

static void act_theme(struct app *a, enum action action)
{
	int next = (theme_find(a->config.theme) + 1) % (int)theme_count;

	(void)action;
	strcpy(a->config.theme, themes[next].name);
	app_say(a, ROLE_DIM, "theme %s: %s", themes[next].name, themes[next].summary);
}

/* ---- live --------------------------------------------------------------------------- */

static void act_follow(struct app *a, enum action action)
{
	(void)action;
	app_follow(a, !a->follow);
	app_say(a, ROLE_DIM, a->follow ? "following what comes" : "not following");
}

static void act_pause(struct app *a, enum action action)
{
	(void)action;
	if (a->trace.pace.on)
		trace_pause(&a->trace, !a->trace.pace.paused);
	else
		a->paused = !a->paused;
}

static void act_pace(struct app *a, enum action action)
{
	if (!a->trace.pace.on) {
		app_say(a, ROLE_DIM, "nothing is played back (urbscope view --pace 1 FILE does)");
		return;
	}
	if (action == ACT_STEP) {
		trace_pause(&a->trace, true);
		trace_one(&a->trace);
	} else if (action == ACT_LOOP) {
		a->trace.pace.loop = !a->trace.pace.loop;
		app_say(a, ROLE_DIM, a->trace.pace.loop ? "again and again" : "until the end");
	} else {
		trace_speed(&a->trace, action == ACT_FASTER ? 2 : 0.5);
		app_say(a, ROLE_DIM, "×%g", a->trace.pace.speed);
	}
}

/* ---- asking ------------------------------------------------------------------------- */

static void act_ask(struct app *a, enum action action)
{
	static const uint8_t what[ACTIONS] = {
		[ACT_FILTER] = ASK_FILTER,
		[ACT_SEARCH] = ASK_SEARCH,
		[ACT_SEARCH_BACK] = ASK_SEARCH_BACK,
		[ACT_GOTO] = ASK_GOTO,
		[ACT_NOTE] = ASK_NOTE,
		[ACT_COPY] = ASK_COPY,
		[ACT_COLUMNS] = ASK_COLUMNS,
		[ACT_SAVE_ALL] = ASK_SAVE_ALL,
		[ACT_SAVE_SHOWN] = ASK_SAVE_SHOWN,
		[ACT_EXPORT] = ASK_EXPORT,
	};

	app_ask(a, (enum asking)what[action]);
}

void app_act(struct app *a, enum action action)
{
	static void (*const act[ACTIONS])(struct app *, enum action) = {
		[ACT_UP] = act_move,
		[ACT_DOWN] = act_move,
		[ACT_PAGE_UP] = act_move,
		[ACT_PAGE_DOWN] = act_move,
		[ACT_HOME] = act_edge,
		[ACT_END] = act_edge,
		[ACT_LEFT] = act_fold,
		[ACT_RIGHT] = act_fold,
		[ACT_OPEN] = act_open,
		[ACT_CLOSE] = act_close,
		[ACT_NEXT_PANE] = act_pane,
		[ACT_PREV_PANE] = act_pane,
		[ACT_GOTO] = act_ask,
		[ACT_NEXT_ERROR] = act_jump,
		[ACT_PREV_ERROR] = act_jump,
		[ACT_NEXT_ENDPOINT] = act_jump,
		[ACT_PREV_ENDPOINT] = act_jump,
		[ACT_NEXT_DEVICE] = act_jump,
		[ACT_PREV_DEVICE] = act_jump,
		[ACT_NEXT_EXCHANGE] = act_jump,
		[ACT_PREV_EXCHANGE] = act_jump,
		[ACT_OTHER_END] = act_other_end,
		[ACT_MARK] = act_mark,
		[ACT_NEXT_MARK] = act_next_mark,
		[ACT_PREV_MARK] = act_next_mark,
		[ACT_BACK] = act_history,
		[ACT_FORWARD] = act_history,
		[ACT_SEARCH] = act_ask,
		[ACT_SEARCH_BACK] = act_ask,
		[ACT_NEXT_MATCH] = act_match,
		[ACT_PREV_MATCH] = act_match,
		[ACT_FILTER] = act_ask,
		[ACT_ONLY_DEVICE] = act_only,
		[ACT_ONLY_ENDPOINT] = act_only,
		[ACT_ONLY_EXCHANGE] = act_only,
		[ACT_NO_FILTER] = act_no_filter,
		[ACT_FOLD_QUIET] = act_fold_quiet,
		[ACT_FOLD_EXCHANGES] = act_fold_exchanges,
		[ACT_TIME] = act_time,
		[ACT_COLUMNS] = act_ask,
		[ACT_COLOUR_BY] = act_colour_by,
		[ACT_THEME] = act_theme,
		[ACT_GROW] = act_grow,
		[ACT_SHRINK] = act_grow,
		[ACT_FOLLOW] = act_follow,
		[ACT_PAUSE] = act_pause,
		[ACT_STEP] = act_pace,
		[ACT_FASTER] = act_pace,
		[ACT_SLOWER] = act_pace,
		[ACT_LOOP] = act_pace,
		[ACT_NOTE] = act_ask,
		[ACT_COPY] = act_ask,
		[ACT_SAVE_ALL] = act_ask,
		[ACT_SAVE_SHOWN] = act_ask,
		[ACT_EXPORT] = act_ask,
		[ACT_LIST] = act_screen,
		[ACT_DEVICES] = act_screen,
		[ACT_STATISTICS] = act_screen,
		[ACT_ISO] = act_screen,
		[ACT_TIMELINE] = act_screen,
		[ACT_HELP] = act_screen,
		[ACT_QUIT] = act_quit,
	};

	if (act[action])
		act[action](a, action);
}
