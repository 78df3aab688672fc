/* test_tui.c: sets of ids, cells, lines with fields, the prompt, keys. */
#include "tui/grid.h"
#include "tui/idset.h"
#include "tui/keys.h"
#include "tui/meters.h"
#include "tui/prompt.h"
#include "tui/theme.h"
#include "tui/tree.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- live measures ------------------------------------------------------------------ */

/* A transfer that never came to an end has no latency, though it was seen whole. */
static void test_meters(void **state)
{
	struct meters m = {0};
	struct consumer c = meters_consumer(&m);
	struct xfer x = {.bus = USB_NO_BUS,
		.device = 3,
		.endpoint = 1,
		.dir = USB_IN,
		.type = USB_BULK,
		.seen = SEEN_BOTH,
		.status = STATUS_PENDING,
		.begin = 1000,
		.end = 9000,
		.len = 0};
	struct row row = {.x = &x};

	(void)state;
	c.xfer(c.self, NULL, &row);
	assert_int_equal(m.n, 1);
	assert_int_equal(m.meter[0].timed, 0);
	x.status = STATUS_OK;
	c.xfer(c.self, NULL, &row);
	assert_int_equal(m.meter[0].timed, 1);
	assert_int_equal(m.meter[0].latency_sum, 8000);
	assert_int_equal(m.meter[0].transfers, 2);
	meters_free(&m);
}

/* ---- sets of ids -------------------------------------------------------------------- */

enum { IDS = 3 * IDSET_BLOCK };

/* Against a plain array, by a walk over additions and removals. */
static void test_idset(void **state)
{
	static bool has[IDS + 2];
	struct idset s = {0};
	uint32_t seed = 7, members = 0;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		uint32_t id;

		seed = seed * 1664525u + 1013904223u;
		id = 1 + (seed >> 8) % IDS;
		if (seed >> 31) {
			members += !has[id];
			idset_add(&s, id);
		} else {
			members -= has[id];
			idset_remove(&s, id);
		}
		has[id] = seed >> 31;
	}
	assert_int_equal(s.members, members);
	for (uint32_t id = 1, rank = 0, before = 0; id <= IDS; id++) {
		assert_int_equal(idset_has(&s, id), has[id]);
		assert_int_equal(idset_rank(&s, id), rank);
		assert_int_equal(idset_before(&s, id), before);
		if (!has[id])
			continue;
		assert_int_equal(idset_nth(&s, rank), id);
		assert_int_equal(idset_after(&s, before), id);
		before = id;
		rank++;
	}
	assert_int_equal(idset_nth(&s, members), 0);
	assert_int_equal(idset_after(&s, UINT32_MAX - 1), 0);
	idset_clear(&s);
	assert_int_equal(s.members, 0);
	assert_int_equal(idset_after(&s, 0), 0);
	idset_free(&s);
}

/* ---- the grid ----------------------------------------------------------------------- */

static const char *line(const struct grid *g, int y)
{
	static char text[4096];

	grid_line(g, y, text, sizeof(text));
	return text;
}

static void test_grid_clips(void **state)
{
	struct grid g = {0};

	(void)state;
	grid_resize(&g, 40, 10);
	assert_int_equal(grid_str(&g, 36, 0, 20, ROLE_TEXT, "abcdef"), 4);
	assert_string_equal(line(&g, 0), "                                    abc…");
	assert_int_equal(grid_str(&g, 0, 10, 5, ROLE_TEXT, "below"), 0);
	assert_int_equal(grid_str(&g, 40, 0, 5, ROLE_TEXT, "right"), 0);
	assert_int_equal(grid_str(&g, 0, 1, 3, ROLE_TEXT, "abc"), 3);
	assert_string_equal(line(&g, 1), "abc");
	grid_resize(&g, 1, 1);
	assert_int_equal(g.w, GRID_LEAST_W);
	assert_int_equal(g.h, GRID_LEAST_H);
	grid_free(&g);
}

/* A wide character is two cells and never half of one; what is no text becomes '?'. */
static void test_grid_characters(void **state)
{
	struct grid g = {0};

	(void)state;
	grid_resize(&g, 40, 10);
	assert_int_equal(grid_str(&g, 0, 0, 40, ROLE_TEXT, "中a"), 3);
	assert_string_equal(line(&g, 0), "中a");
	assert_int_equal(grid_str(&g, 0, 1, 2, ROLE_TEXT, "a中"), 2);
	assert_string_equal(line(&g, 1), "a…");
	assert_int_equal(grid_put(&g, 0, 2, 40, ROLE_TEXT, "a\033[31m\xff", 7), 7);
	assert_string_equal(line(&g, 2), "a?[31m?");
	g.ascii = true;
	grid_str(&g, 0, 3, 40, ROLE_TEXT, "µ→│é");
	assert_string_equal(line(&g, 3), "u>|?");
	grid_free(&g);
}

/* ---- fields and bytes --------------------------------------------------------------- */

static void field(struct tree *t, const char *key, uint32_t off, uint32_t len)
{
	emit_open(&t->emit, &(struct field){.key = key, .off = off, .len = len});
}

static void test_tree_finds_field(void **state)
{
	struct page p = {0};
	struct tree t = {0};
	size_t at = 99;

	(void)state;
	tree_begin(&t, &p, 60, false);
	field(&t, "outer", 0, 8);
	field(&t, "first", 0, 2);
	emit_close(&t.emit);
	field(&t, "second", 2, 4);
	emit_close(&t.emit);
	emit_close(&t.emit);
	assert_int_equal(p.lines, 3);
	assert_true(tree_field_at(&p, FIELD_IN_DATA, 3, &at));
	assert_int_equal(at, 2);
	assert_true(tree_field_at(&p, FIELD_IN_DATA, 7, &at));
	assert_int_equal(at, 0);
	assert_false(tree_field_at(&p, FIELD_IN_DATA, 8, &at));
	assert_false(tree_field_at(&p, FIELD_IN_SETUP, 0, &at));
	assert_true(page_fold(&p, 0, true));
	assert_true(page_hidden(&p, 1));
	page_move(&p, 5);
	assert_int_equal(p.cursor, 0);
	tree_free(&t);
	page_free(&p);
}

/* ---- the prompt --------------------------------------------------------------------- */

static void type(struct prompt *p, const char *s)
{
	for (; *s; s++)
		prompt_key(p, (unsigned char)*s);
}

static void test_prompt(void **state)
{
	struct prompt_history h = {0};
	struct prompt p;

	(void)state;
	history_add(&h, "one");
	history_add(&h, "two");
	history_add(&h, "one"); /* again: it becomes the newest */
	assert_int_equal(h.n, 2);
	prompt_begin(&p, "", &h);
	type(&p, "ab");
	prompt_key(&p, 0xe9);
	assert_string_equal(p.text, "abé");
	prompt_key(&p, KEY_LEFT_);
	prompt_key(&p, KEY_BACKSPACE_);
	assert_string_equal(p.text, "aé");
	assert_int_equal(prompt_key(&p, KEY_UP_), PROMPT_CHANGED);
	assert_string_equal(p.text, "one");
	prompt_key(&p, KEY_UP_);
	assert_string_equal(p.text, "two");
	assert_int_equal(prompt_key(&p, KEY_UP_), PROMPT_NOTHING);
	prompt_key(&p, KEY_DOWN_);
	prompt_key(&p, KEY_DOWN_);
	assert_string_equal(p.text, "aé");
	for (int i = 0; i < 2 * PROMPT_TEXT; i++)
		prompt_key(&p, 'x');
	assert_true(p.len < PROMPT_TEXT);
	assert_int_equal(prompt_key(&p, KEY_RETURN), PROMPT_DONE);
	history_free(&h);
}

/* ---- themes ------------------------------------------------------------------------- */

static bool same_look(const struct look *a, const struct look *b)
{
	return a->fg == b->fg && a->bg == b->bg && a->how == b->how;
}

/* What is wrong and what is lit never looks like the rest; mono has no colours; and where red and
 * green may look the same, an error differs by more than its hue. */
static void test_themes(void **state)
{
	(void)state;
	for (size_t i = 0; i < theme_count; i++) {
		const struct look *l = themes[i].look;

		assert_false(same_look(&l[ROLE_BAD], &l[ROLE_TEXT]));
		assert_false(same_look(&l[ROLE_BAD], &l[ROLE_GOOD]));
		assert_false(same_look(&l[ROLE_LIT], &l[ROLE_TEXT]));
		assert_false(same_look(&l[ROLE_BAR], &l[ROLE_BAR_ON]));
		assert_int_equal(theme_find(themes[i].name), i);
	}
	for (int r = 0; r < ROLES; r++) {
		assert_int_equal(themes[theme_mono()].look[r].fg, COLOUR_DEFAULT);
		assert_int_equal(themes[theme_mono()].look[r].bg, COLOUR_DEFAULT);
	}
	assert_int_not_equal(themes[theme_find("safe")].look[ROLE_BAD].how,
		themes[theme_find("safe")].look[ROLE_GOOD].how);
	assert_int_equal(theme_find("no such theme"), -1);
}

/* ---- keys --------------------------------------------------------------------------- */

/* Every name in the table is a key, and no key means two things in one place. */
static void test_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < binding_count; i++) {
		const char *s = bindings[i].keys;

		while (s && *s) {
			size_t n = strcspn(s, " ");
			uint32_t key = key_named(s, n);

			assert_int_not_equal(key, 0);
			for (unsigned where = 1; where <= IN_ALL; where <<= 1)
				if (bindings[i].where & where)
					assert_int_equal(
						key_action(key, where), bindings[i].action);
			s += n + (s[n] == ' ');
		}
	}
	assert_int_equal(key_named("Ctrl-D", 6), 4);
	assert_int_equal(key_named("nonsense", 8), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_meters),
		cmocka_unit_test(test_idset),
		cmocka_unit_test(test_grid_clips),
		cmocka_unit_test(test_grid_characters),
		cmocka_unit_test(test_tree_finds_field),
		cmocka_unit_test(test_prompt),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_themes),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
