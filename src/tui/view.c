/* view.c: the viewer's loop between terminal and state. */
#include "tui/view.h"
#include "base/log.h"
#include "base/mem.h"
#include "tui/app.h"
#include "tui/screen_curses.h"
#include "tui/script.h"

#include <stdlib.h>

enum {
	WORK_MS = 15, /* between two looks at the keys */
	DRAW_MS = 25, /* for loading what comes into view */
	FRAME_MS = 60 /* while there is work: how often it is shown */
};

static void fit(struct app *a)
{
	int w, h;

	screen_size(&w, &h);
	if (w != a->grid.w || h != a->grid.h)
		app_resize(a, w, h);
}

static void show(struct app *a)
{
	fit(a);
	app_draw(a, DRAW_MS);
	screen_show(&a->grid, theme_find(a->config.theme), a->opts->no_color);
}

static void loop(struct app *a)
{
	int64_t next = 0;
	bool more = true;

	while (!a->quit) {
		struct mouse m = {0};
		uint32_t key;

		if (monotonic_ns() >= next) {
			show(a);
			next = monotonic_ns() + FRAME_MS * INT64_C(1000000);
		}
		key = screen_key(more || a->rows.wanting ? 0 : app_wait(a), &m.x, &m.y);
		if (key == KEY_HANGUP)
			break;
		if (key == 'L' - 64)
			screen_forget();
		if (key != KEY_NONE) {
			app_key(a, key, m);
			next = 0;
		}
		more = app_work(a, WORK_MS);
	}
}

int view_run(const struct view_opts *o)
{
	struct app *a = mem_zalloc(1, sizeof(*a));
	struct err e = {0};
	int rc = EXIT_DONE;

	if (app_init(a, o, &e) < 0 || (!o->script && screen_open(&e) < 0)) {
		rc = EXIT_TROUBLE;
	} else if (o->script) {
		rc = script_run(a, o->script);
	} else {
		a->terminal.clipboard = screen_clipboard;
		loop(a);
		screen_close();
	}
	app_free(a);
	free(a);
	if (e.text[0])
		log_error_lines(e.text);
	return rc;
}
