/* app.c: the viewer's state from beginning to end, its work between keys, and where keys go. */
#include "tui/app.h"
#include "base/log.h"
#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_W = 80, DEFAULT_H = 24 };

/* Who takes warnings: log_set_sink() knows no context, and there is one viewer in a process. */
static struct app *listening;

static void take_warning(const char *line)
{
	struct app *a = listening;

	app_say(a, ROLE_WARN, "%s", line);
	if (a->logged < MESSAGES)
		snprintf(a->log[a->logged++], MESSAGE_TEXT, "%s", line);
}

void app_say(struct app *a, enum role role, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(a->message, sizeof(a->message), fmt, ap);
	va_end(ap);
	a->message_role = role;
}

/* ---- begin and end ------------------------------------------------------------------ */

static enum time_format time_named(const char *name)
{
	return !strcmp(name, "delta") ? TIME_DELTA : !strcmp(name, "abs") ? TIME_ABS : TIME_REL;
}

static void configure(struct app *a, const struct view_opts *o)
{
	config_load(&a->config);
	a->grid.ascii = o->ascii || !strcmp(a->config.lines, "ascii");
	if (theme_find(a->config.theme) < 0)
		strcpy(a->config.theme, themes[0].name);
	grid_resize(&a->grid, DEFAULT_W, DEFAULT_H);
	rows_init(&a->rows, &a->trace, a->grid.ascii);
	if (a->config.columns[0])
		rows_choose(&a->rows, a->config.columns);
	rows_set_time(&a->rows, o->time ? (enum time_format)o->time : time_named(a->config.time));
}

int app_init(struct app *a, const struct view_opts *o, struct err *e)
{
	*a = (struct app){.opts = o, .trace = {.fd = -1}};
	listening = a;
	log_set_sink(take_warning);
	configure(a, o);
	listing_init(&a->list, &a->trace, &a->sieve, a->grid.ascii);
	notes_load(&a->notes, o->kept);
	if (trace_open(&a->trace, o->path, o->fd, &o->base, o->source != NULL, e) < 0)
		return -1;
	if (o->filter && !app_filter(a, o->filter, e))
		return -1;
	if (o->pace > 0)
		trace_play(&a->trace, o->pace);
	a->follow = o->follow || o->pace > 0;
	return 0;
}

static void keep_config(struct app *a)
{
	static const char *const times[] = {
		[TIME_REL] = "rel", [TIME_DELTA] = "delta", [TIME_ABS] = "abs"};
	struct text t;
	struct err e = {0};

	text_init(&t, a->config.columns, sizeof(a->config.columns));
	rows_chosen(&a->rows, &t);
	strcpy(a->config.time, times[a->rows.time]);
	if (config_save(&a->config, &e) < 0)
		log_warn("%s", e.text);
}

void app_free(struct app *a)
{
	if (a->quit)
		keep_config(a);
	log_set_sink(NULL);
	for (size_t i = 0; i < a->logged; i++)
		log_warn("%s", a->log[i]);
	save_stop(&a->saving);
	detail_free(&a->detail);
	listing_free(&a->list);
	rows_free(&a->rows);
	sieve_free(&a->sieve);
	lanes_free(&a->timeline);
	iso_screen_free(&a->iso);
	for (size_t i = 0; i < SCREENS; i++)
		page_free(&a->page[i]);
	trace_close(&a->trace);
	notes_free(&a->notes);
	idset_free(&a->marks);
	config_free(&a->config);
	grid_free(&a->grid);
	free(a->copied);
}

void app_resize(struct app *a, int w, int h)
{
	grid_resize(&a->grid, w, h);
	memset(a->page_state, 0, sizeof(a->page_state));
}

/* ---- work --------------------------------------------------------------------------- */

static void look_at_source(struct app *a)
{
	const struct view_source *s = a->opts->source;
	struct err e = {0};

	if (!s || a->source_over || s->alive(s->ctx, &e))
		return;
	a->source_over = true;
	a->trace.growing = false;
	a->trace.learn = s->learn;
	if (e.text[0])
		app_say(a, ROLE_BAD, "%s", e.text);
}

static int64_t time_of(const struct app *a, uint32_t id)
{
	const struct index_entry *e = a->trace.now ? index_get(a->trace.now->ix, id) : NULL;

	return e ? e->time : 0;
}

/* Another pass took over: what was made of the one before is stale. */
static void renew(struct app *a)
{
	if (a->generation == a->trace.generation)
		return;
	a->generation = a->trace.generation;
	rows_renew(&a->rows);
	listing_renew(&a->list, a->cursor_time, a->top_time);
	a->search.running = false;
	memset(a->page_state, 0, sizeof(a->page_state));
}

static void search_over(struct app *a)
{
	struct search *s = &a->search;

	if (!s->found) {
		app_say(a, ROLE_WARN, "not found: %s", s->text);
		return;
	}
	app_go(a, s->at);
	detail_load(&a->detail, &a->list, a->detail.width, a->grid.ascii);
	if (s->in_data) {
		a->detail.in = FIELD_IN_DATA;
		a->detail.at = s->offset;
		detail_move_byte(&a->detail, 0);
	} else if (page_find(&a->detail.page, (size_t)-1, 1, s->text, &a->detail.page.cursor)) {
		detail_move(&a->detail, 0);
	}
	if (s->wrapped)
		app_say(a, ROLE_DIM, "found beyond the %s of the list",
			s->step > 0 ? "end" : "beginning");
}

static bool search_work(struct app *a, int ms)
{
	if (!a->search.running)
		return false;
	if (search_step(&a->search, &a->list, ms))
		return true;
	search_over(a);
	return false;
}

static bool save_work(struct app *a, int ms)
{
	struct saving *s = &a->saving;

	if (!s->running)
		return false;
	if (save_step(s, &a->trace, ms))
		return true;
	if (s->err.text[0])
		app_say(a, ROLE_BAD, "%s", s->err.text);
	else if (s->whole)
		app_say(a, ROLE_GOOD, "saved the whole capture as %s", s->path);
	else if (s->foreign)
		app_say(a, ROLE_WARN,
			"saved %llu records as %s; %llu of other link types are left out",
			(unsigned long long)s->written, s->path, (unsigned long long)s->foreign);
	else
		app_say(a, ROLE_GOOD, "saved %llu %s as %s", (unsigned long long)s->written,
			s->emit || s->lister.xfer ? "transfers" : "records", s->path);
	return false;
}

static void follow(struct app *a)
{
	const struct idset *set = listing_set(&a->list);

	if (!a->list.cursor.id && set->members) {
		a->list.cursor = (struct place){idset_nth(set, 0), -1};
		a->seen = set->members;
	}
	if (!a->follow)
		return;
	if (set->members)
		a->list.cursor = (struct place){idset_nth(set, set->members - 1), -1};
	a->seen = set->members;
}

bool app_work(struct app *a, int ms)
{
	bool more = false;

	look_at_source(a);
	if (!a->paused)
		more = trace_step(&a->trace, ms);
	if (a->trace.failed && a->trace.err.text[0]) {
		app_say(a, ROLE_BAD, "%s", a->trace.err.text);
		a->trace.err.text[0] = 0;
	}
	renew(a);
	more |= sieve_step(&a->sieve, &a->trace, ms);
	more |= search_work(a, ms);
	more |= save_work(a, ms);
	if (a->screen == SCREEN_ISO)
		more |= iso_step(&a->iso, &a->trace, ms);
	follow(a);
	listing_settle(&a->list);
	a->cursor_time = time_of(a, a->list.cursor.id);
	a->top_time = time_of(a, a->list.top.id);
	return more;
}

int app_wait(const struct app *a)
{
	int ms = trace_wait(&a->trace);

	return ms < 0 ? 1000 : ms;
}

/* ---- keys --------------------------------------------------------------------------- */

static void interrupt(struct app *a)
{
	if (a->search.running) {
		a->search.running = false;
		app_say(a, ROLE_WARN, "search stopped after %u transfers", a->search.looked);
	} else if (a->saving.running) {
		save_stop(&a->saving);
		app_say(a, ROLE_WARN, "saving stopped: %s was removed", a->saving.path);
	} else {
		app_say(a, ROLE_DIM, "q quits");
	}
}

void app_key(struct app *a, uint32_t key, struct mouse m)
{
	if (key == KEY_NONE)
		return;
	if (key != KEY_RELEASE && key != KEY_DRAG)
		a->message[0] = 0;
	if (key >= KEY_CLICK) {
		app_mouse(a, key, m);
	} else if (a->asking) {
		app_answer(a, key);
	} else if (key == KEY_CTRL_C) {
		interrupt(a);
	} else {
		app_act(a, key_action(key, app_where(a)));
	}
	listing_settle(&a->list);
	a->cursor_time = time_of(a, a->list.cursor.id);
}
