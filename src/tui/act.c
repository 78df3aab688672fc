/* act.c: what keys do: the table, and those that search, filter, show otherwise, pause and ask. */
#include "tui/act.h"

#include <stdio.h>
#include <string.h>

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
	const struct pipe *p = act_pipe_of(&a->list, a->list.cursor.id);
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
	if (action == ACT_LOOP && a->trace.pace.speed > 0 && trace_complete(&a->trace)) {
		trace_play(&a->trace, a->trace.pace.speed); /* it was played to its end */
		a->trace.pace.loop = true;
		app_say(a, ROLE_DIM, "again and again");
		return;
	}
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

/* ---- the table ---------------------------------------------------------------------- */

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
	[ACT_NEXT_ERROR] = act_jump_error,
	[ACT_PREV_ERROR] = act_jump_error,
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

void app_act(struct app *a, enum action action)
{
	if (act[action])
		act[action](a, action);
}
