/* mouse.c: clicks, the wheel, and borders that are dragged. */
#include "tui/app.h"

#include <string.h>

enum { WHEEL_LINES = 3 };

#define DOUBLE_CLICK INT64_C(400000000) /* ns between two clicks on a line */

static bool inside(struct area r, struct mouse m)
{
	return m.x >= r.x && m.x < r.x + r.w && m.y >= r.y && m.y < r.y + r.h;
}

static bool click_title(struct app *a, struct mouse m)
{
	const struct panes *l = &a->layout;

	if (m.y)
		return false;
	for (int i = 0; i < SCREENS; i++)
		if (m.x >= l->tab_x[i] && m.x < l->tab_x[i] + l->tab_w[i])
			a->screen = (enum screen)i;
	return true;
}

static void click_list(struct app *a, struct mouse m)
{
	struct listing *l = &a->list;
	uint64_t line = listing_line_of(l, l->top) + (uint64_t)(m.y - a->layout.list.y);
	struct place p = listing_at(l, line);

	bool twice = p.id == a->clicked.id && p.line == a->clicked.line &&
		     monotonic_ns() < a->clicked_at + DOUBLE_CLICK;

	a->pane = PANE_LIST;
	if (!p.id)
		return;
	app_follow(a, false);
	if (p.line < 0)
		listing_go(l, p.id, false);
	l->cursor = p;
	a->clicked = twice ? (struct place){0} : p;
	a->clicked_at = monotonic_ns();
	if (twice || m.x < a->layout.list.x + 2) /* the fold's own sign */
		app_act(a, ACT_OPEN);
}

static void click_detail(struct app *a, struct mouse m)
{
	size_t line;

	if (inside(a->layout.fields, m)) {
		a->pane = PANE_FIELDS;
		if (page_at(&a->detail.page, m.y - a->layout.fields.y, &line)) {
			a->detail.page.cursor = line;
			detail_move(&a->detail, 0);
		}
	} else if (inside(a->layout.bytes, m)) {
		a->pane = PANE_BYTES;
		if (hex_at(&a->detail, a->layout.bytes, m.x, m.y, &a->detail.in, &a->detail.at))
			detail_move_byte(&a->detail, 0);
	}
}

static void click(struct app *a, struct mouse m)
{
	size_t line;

	a->dragging = BORDER_NONE;
	if (click_title(a, m))
		return;
	if (a->screen == SCREEN_DEVICES) {
		if (page_at(&a->page[a->screen], m.y - a->layout.page.y, &line))
			a->page[a->screen].cursor = line;
		return;
	}
	if (a->screen != SCREEN_LIST)
		return;
	if (m.y == a->layout.border_y)
		a->dragging = BORDER_ACROSS;
	else if (m.x == a->layout.border_x && m.y > a->layout.border_y)
		a->dragging = BORDER_DOWN;
	else if (inside(a->layout.list, m))
		click_list(a, m);
	else
		click_detail(a, m);
}

static int clamp(int v, int least, int most)
{
	return v < least ? least : v > most ? most : v;
}

static void drag(struct app *a, struct mouse m)
{
	const struct area *r = &a->layout.main;

	/* rounded up, so that drawing, which rounds down, comes to this line */
	if (a->dragging == BORDER_ACROSS && r->h > 0)
		a->config.split = clamp(((m.y - r->y) * 100 + r->h - 1) / r->h, 10, 90);
	else if (a->dragging == BORDER_DOWN)
		a->fields_w = m.x;
}

static void wheel(struct app *a, struct mouse m, enum action action)
{
	enum pane was = a->pane;

	if (a->screen == SCREEN_LIST)
		a->pane = inside(a->layout.fields, m)  ? PANE_FIELDS
			  : inside(a->layout.bytes, m) ? PANE_BYTES
						       : PANE_LIST;
	for (int i = 0; i < WHEEL_LINES; i++)
		app_act(a, action);
	a->pane = was;
}

void app_mouse(struct app *a, uint32_t key, struct mouse m)
{
	if (a->asking && key == KEY_CLICK)
		a->asking = ASK_NOTHING;
	if (key == KEY_CLICK)
		click(a, m);
	else if (key == KEY_DRAG)
		drag(a, m);
	else if (key == KEY_RELEASE)
		a->dragging = BORDER_NONE;
	else
		wheel(a, m, key == KEY_WHEEL_UP ? ACT_UP : ACT_DOWN);
}
