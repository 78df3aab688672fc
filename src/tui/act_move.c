/* act_move.c: keys that move, fold, open and close: the cursor, panes, screens. */
#include "tui/act.h"

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

void act_move(struct app *a, enum action action)
{
	int page = page_rows(a);
	int64_t lines = action == ACT_UP	? -1
			: action == ACT_DOWN	? 1
			: action == ACT_PAGE_UP ? -page
						: page;

	move(a, lines);
}

void act_edge(struct app *a, enum action action)
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

void act_fold(struct app *a, enum action action)
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

void act_open(struct app *a, enum action action)
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

void act_close(struct app *a, enum action action)
{
	(void)action;
	if (a->screen != SCREEN_LIST)
		a->screen = SCREEN_LIST;
	else
		a->pane = PANE_LIST;
}

void act_quit(struct app *a, enum action action)
{
	(void)action;
	a->quit = a->screen == SCREEN_LIST;
	a->screen = SCREEN_LIST;
}

void act_pane(struct app *a, enum action action)
{
	a->pane = (enum pane)((a->pane + (action == ACT_NEXT_PANE ? 1 : PANES - 1)) % PANES);
}

void act_screen(struct app *a, enum action action)
{
	a->screen = (enum screen)(action - ACT_LIST);
}

void act_grow(struct app *a, enum action action)
{
	int step = action == ACT_GROW ? 5 : -5;

	if (a->screen == SCREEN_TIMELINE)
		lanes_zoom(&a->timeline, &a->list, action == ACT_GROW ? 0.5 : 2);
	else if (a->config.split + step >= 10 && a->config.split + step <= 90)
		a->config.split += step;
}
