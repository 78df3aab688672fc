/* script.c: words into keys. */
#include "tui/script.h"
#include "base/log.h"
#include "base/mem.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WORD_MAX = 512, WORK_MS = 1000, WAIT_S = 60 };

struct script {
	struct app *app;
	const char *at;
	bool manual;
	int64_t clock;
};

static void settle(struct script *s)
{
	if (s->manual)
		return;
	while (app_work(s->app, WORK_MS))
		;
	app_draw(s->app, WORK_MS);
}

static void press(struct script *s, uint32_t key, struct mouse m)
{
	app_key(s->app, key, m);
	settle(s);
}

/* The next word, without its quotes; false: there is none. */
static bool next_word(struct script *s, char word[WORD_MAX])
{
	size_t n;
	char quote;

	s->at += strspn(s->at, " \t\n");
	while (*s->at == '#') {
		s->at += strcspn(s->at, "\n");
		s->at += strspn(s->at, " \t\n");
	}
	quote = *s->at == '\'' || *s->at == '"' ? *s->at : 0;
	n = quote ? strcspn(s->at + 1, (char[]){quote, 0}) : strcspn(s->at, " \t\n");
	snprintf(word, WORD_MAX, "%.*s", (int)n, s->at + !!quote);
	s->at += n + (quote ? 1 + (s->at[n + 1] != 0) : 0);
	return n > 0;
}

/* So many words, with a blank between. */
static bool next_words(struct script *s, char words[WORD_MAX], size_t n)
{
	char word[WORD_MAX];
	struct text t;

	text_init(&t, words, WORD_MAX);
	for (size_t i = 0; i < n; i++) {
		if (!next_word(s, word))
			return false;
		text_str(&t, i ? " " : "");
		text_str(&t, word);
	}
	return true;
}

/* 'text' or "text": each character is a key. */
static bool type_text(struct script *s)
{
	char quote = *s->at;
	const char *end;

	if (quote != '\'' && quote != '"')
		return false;
	end = strchr(s->at + 1, quote);
	if (!end || end == s->at + 1)
		return false;
	for (const char *c = s->at + 1; c < end;) {
		uint32_t cp;
		size_t n = text_utf8(c, (size_t)(end - c), &cp);

		press(s, n ? cp : '?', (struct mouse){0});
		c += n ? n : 1;
	}
	s->at = end + 1;
	return true;
}

/* ---- commands ----------------------------------------------------------------------- */

static void print_grid(const struct grid *g, FILE *f,
	size_t (*line)(const struct grid *g, int y, char *dst, size_t cap))
{
	size_t cap = (size_t)g->w * 4 + 1;
	char *text = mem_zalloc(cap, 1);

	for (int y = 0; y < g->h; y++) {
		size_t n = line(g, y, text, cap);

		fprintf(f, "%.*s\n", (int)n, text);
	}
	free(text);
}

static bool do_screen(struct script *s, char *arg)
{
	(void)arg;
	app_draw(s->app, WORK_MS);
	printf("---- %dx%d\n", s->app->grid.w, s->app->grid.h);
	print_grid(&s->app->grid, stdout, grid_line);
	return true;
}

static bool do_roles(struct script *s, char *arg)
{
	(void)arg;
	app_draw(s->app, WORK_MS);
	printf("---- roles\n");
	print_grid(&s->app->grid, stdout, grid_roles);
	return true;
}

static bool do_save(struct script *s, char *arg)
{
	FILE *f = fopen(arg, "we");

	app_draw(s->app, WORK_MS);
	if (f)
		print_grid(&s->app->grid, f, grid_line);
	return f && !fclose(f);
}

static bool do_resize(struct script *s, char *arg)
{
	int w, h;

	if (sscanf(arg, "%dx%d", &w, &h) != 2)
		return false;
	app_resize(s->app, w, h);
	settle(s);
	return true;
}

static bool at_place(struct script *s, const char *arg, uint32_t key)
{
	struct mouse m;

	if (sscanf(arg, "%d %d", &m.x, &m.y) != 2)
		return false;
	press(s, key, m);
	return true;
}

static bool do_click(struct script *s, char *arg)
{
	return at_place(s, arg, KEY_CLICK);
}

static bool do_drag(struct script *s, char *arg)
{
	return at_place(s, arg, KEY_DRAG);
}

static bool do_wheel(struct script *s, char *arg)
{
	bool up = !strncmp(arg, "up ", 3);

	return at_place(s, arg + (up ? 3 : 5), up ? KEY_WHEEL_UP : KEY_WHEEL_DOWN);
}

static bool holds(const struct grid *g, const char *what)
{
	size_t cap = (size_t)g->w * 4 + 1;
	char *text = mem_zalloc(cap, 1);
	bool found = false;

	for (int y = 0; y < g->h && !found; y++) {
		grid_line(g, y, text, cap);
		found = strstr(text, what) != NULL;
	}
	free(text);
	return found;
}

static bool do_wait(struct script *s, char *arg)
{
	int64_t deadline = monotonic_ns() + WAIT_S * INT64_C(1000000000);

	for (;;) {
		bool more = app_work(s->app, WORK_MS);

		app_draw(s->app, WORK_MS);
		if (holds(&s->app->grid, arg))
			return true;
		if (monotonic_ns() > deadline) {
			do_screen(s, arg); /* what there is instead */
			return false;
		}
		if (!more)
			usleep((useconds_t)app_wait(s->app) * 1000);
	}
}

/* Works until the file is there. */
static bool do_wait_file(struct script *s, char *arg)
{
	int64_t deadline = monotonic_ns() + WAIT_S * INT64_C(1000000000);

	while (access(arg, F_OK) && monotonic_ns() < deadline)
		if (!app_work(s->app, WORK_MS))
			usleep((useconds_t)app_wait(s->app) * 1000);
	settle(s);
	return access(arg, F_OK) == 0;
}

static bool do_manual(struct script *s, char *arg)
{
	(void)arg;
	s->manual = true;
	return true;
}

static bool do_work(struct script *s, char *arg)
{
	app_work(s->app, atoi(arg));
	return true;
}

static bool do_copied(struct script *s, char *arg)
{
	(void)arg;
	printf("---- copied\n%.*s", (int)s->app->n_copied, s->app->copied ? s->app->copied : "");
	return true;
}

static bool do_clock(struct script *s, char *arg)
{
	int64_t now = monotonic_ns();

	printf("%s %.3f\n", arg, (double)(now - s->clock) / 1e6);
	s->clock = now;
	return true;
}

/* Numbers that are the same everywhere (Numerical Recipes' quick and dirty generator). */
static uint32_t random_number(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (uint32_t)((uint64_t)(*seed >> 8) * below >> 24);
}

/* A key of the table, a letter, a number, the mouse: what a cat on the keyboard may find. */
static uint32_t random_key(uint32_t *seed)
{
	static const uint32_t others[] = {KEY_RETURN, KEY_ESCAPE, KEY_TAB, KEY_BACKSPACE_, KEY_UP_,
		KEY_DOWN_, KEY_LEFT_, KEY_RIGHT_, KEY_CLICK, KEY_DRAG, KEY_RELEASE, KEY_WHEEL_UP,
		KEY_WHEEL_DOWN, 0xe9, 0x4e2d, KEY_CTRL_C};
	uint32_t kind = random_number(seed, 10);
	const struct binding *b = &bindings[random_number(seed, (uint32_t)binding_count)];

	if (kind < 6 && b->keys && b->action != ACT_QUIT && b->action != ACT_SAVE_ALL)
		return key_named(b->keys, binding_first_key(b));
	return kind < 8 ? others[random_number(seed, ARRAY_LEN(others))]
			: ' ' + random_number(seed, 95);
}

static bool do_monkey(struct script *s, char *arg)
{
	struct app *a = s->app;
	uint32_t seed;
	int n;

	if (sscanf(arg, "%u %d", &seed, &n) != 2)
		return false;
	for (int i = 0; i < n; i++) {
		struct mouse m = {(int)random_number(&seed, (uint32_t)a->grid.w),
			(int)random_number(&seed, (uint32_t)a->grid.h)};

		if (!random_number(&seed, 50))
			app_resize(a, 30 + (int)random_number(&seed, 200),
				5 + (int)random_number(&seed, 60));
		app_key(a, random_key(&seed), m);
		if (a->asking >= ASK_NOTE && a->asking <= ASK_COPY)
			a->asking = ASK_NOTHING; /* it writes no files of random names */
		a->quit = false;
		app_work(a, 1 + (int)random_number(&seed, 5));
		app_draw(a, 5);
	}
	return true;
}

static bool command(struct script *s, const char *word)
{
	static const struct {
		const char *name;
		bool (*run)(struct script *s, char *arg);
		uint8_t words;
	} commands[] = {
		{":screen", do_screen, 0},
		{":roles", do_roles, 0},
		{":save-display", do_save, 1},
		{":resize", do_resize, 1},
		{":click", do_click, 2},
		{":drag", do_drag, 2},
		{":wheel", do_wheel, 3},
		{":wait", do_wait, 1},
		{":wait-file", do_wait_file, 1},
		{":manual", do_manual, 0},
		{":work", do_work, 1},
		{":copied", do_copied, 0},
		{":clock", do_clock, 1},
		{":monkey", do_monkey, 2},
	};
	char arg[WORD_MAX] = "";

	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (!strcmp(commands[i].name, word))
			return next_words(s, arg, commands[i].words) && commands[i].run(s, arg);
	return false;
}

/* The next word of the script; false: it makes no sense. */
static bool step(struct script *s, char word[WORD_MAX])
{
	uint32_t key;

	if (type_text(s))
		return true;
	if (!next_word(s, word))
		return true;
	if (word[0] == ':' && word[1])
		return command(s, word);
	key = key_named(word, strlen(word));
	if (key)
		press(s, key, (struct mouse){0});
	return key != 0;
}

static char *read_script(const char *path)
{
	size_t cap = 1 << 16, n;
	char *s = mem_zalloc(cap + 1, 1);
	FILE *f = fopen(path, "re");

	n = f ? fread(s, 1, cap, f) : 0;
	s[n] = 0;
	if (f)
		fclose(f);
	else
		log_error("%s cannot be read", path);
	return s;
}

int script_run(struct app *a, const char *script)
{
	char *text = script[0] == '@' ? read_script(script + 1) : mem_strdup(script);
	struct script s = {.app = a, .at = text, .clock = monotonic_ns()};
	char word[WORD_MAX] = "";
	int rc = EXIT_DONE;

	s.at += strspn(s.at, " \t\n");
	s.manual = !strncmp(s.at, ":manual", 7); /* not even the first reading is done */
	settle(&s);
	while (*s.at && !a->quit && rc == EXIT_DONE) {
		s.at += strspn(s.at, " \t\n");
		if (*s.at && !step(&s, word)) {
			log_error("script: \"%s\" cannot be done", word);
			rc = EXIT_TROUBLE;
		}
	}
	free(text);
	return rc;
}
