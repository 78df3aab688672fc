/* filter_line.c: the filter as it is typed: applied at once while it is right, the error under its
 * place while it is not, names and words completed. */
#include "tui/app.h"
#include "base/mem.h"

#include <stdio.h>
#include <string.h>

static const char label[] = "filter: ";

bool app_filter(struct app *a, const char *expr, struct err *e)
{
	struct filter *f = NULL;
	bool blank = !expr[strspn(expr, " ")];

	if (!blank) {
		f = filter_compile(expr, e);
		if (!f)
			return false;
		history_add(&a->config.filters, expr);
	}
	sieve_set(&a->sieve, &a->trace, f, expr);
	listing_sift(&a->list);
	return true;
}

/* While it is typed nothing goes to the history, and what is wrong leaves the last good one. */
void filter_changed(struct app *a)
{
	const char *expr = a->prompt.text;
	bool blank = !expr[strspn(expr, " ")];
	struct filter *f;

	a->filter_error.text[0] = 0;
	a->completions = 0;
	f = blank ? NULL : filter_compile(expr, &a->filter_error);
	if (!f && !blank)
		return;
	sieve_set(&a->sieve, &a->trace, f, expr);
	listing_sift(&a->list);
}

/* ---- completion --------------------------------------------------------------------- */

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '.' || c == '-';
}

/* What is being typed before the cursor: where it begins. */
static size_t word_start(const char *s, size_t at)
{
	while (at && is_name(s[at - 1]))
		at--;
	return at;
}

/* The field whose value is being typed: a name and an operator stand before. */
static const struct row_field *field_before(const char *s, size_t at)
{
	size_t end, start;

	while (at && strchr(" =!<>{,", s[at - 1]))
		at--;
	end = at;
	start = word_start(s, end);
	for (size_t i = 0; end > start && i < row_fields_count; i++)
		if (strlen(row_fields[i].name) == end - start &&
			!memcmp(row_fields[i].name, s + start, end - start))
			return &row_fields[i];
	return NULL;
}

static bool has_operator(const char *s, size_t at)
{
	while (at && s[at - 1] == ' ')
		at--;
	return at && strchr("=<>{,", s[at - 1]) != NULL;
}

/* Candidate n for the word, or NULL when there are no more. */
static const char *candidate(const struct row_field *f, const char *word, size_t len, size_t n)
{
	const char *c;

	for (size_t i = 0; f && (c = row_field_word(f, i)); i++)
		if (!strncmp(c, word, len) && !n--)
			return c;
	for (size_t i = 0; !f && i < row_fields_count; i++)
		if (!strncmp(row_fields[i].name, word, len) && !n--)
			return row_fields[i].name;
	return NULL;
}

static const struct row_field *asked_field(const struct prompt *p, size_t start)
{
	return has_operator(p->text, start) ? field_before(p->text, start) : NULL;
}

/* Tab: the next candidate in the word's place. */
void filter_complete(struct app *a)
{
	struct prompt *p = &a->prompt;
	size_t start = word_start(p->text, p->at), n = p->at - start;
	const struct row_field *f = asked_field(p, start);
	size_t presses = a->completions;
	const char *c;

	if (!presses) {
		memcpy(a->completion, p->text + start, n);
		a->completion[n] = 0;
	}
	c = candidate(f, a->completion, strlen(a->completion), presses);
	if (!c && presses)
		c = candidate(f, a->completion, strlen(a->completion), presses = 0);
	if (!c)
		return;
	prompt_replace(p, n, c);
	filter_changed(a);
	a->completions = presses + 1;
}

static void draw_candidates(struct app *a, int x, int y)
{
	struct grid *g = &a->grid;
	struct prompt *p = &a->prompt;
	size_t start = word_start(p->text, p->at);
	const struct row_field *f = asked_field(p, start);
	char word[PROMPT_TEXT];
	const char *c;

	snprintf(word, sizeof(word), "%.*s", (int)(p->at - start), p->text + start);
	if (a->completions)
		strcpy(word, a->completion);
	if (!word[0] && !f) {
		grid_str(g, x, y, g->w - x, ROLE_DIM,
			"as in dev == 5 && ep == 1, error, latency > 5ms; Tab completes");
		return;
	}
	for (size_t i = 0; x < g->w - 4 && (c = candidate(f, word, strlen(word), i)); i++)
		x += grid_str(g, x, y, g->w - x, a->completions == i + 1 ? ROLE_STRONG : ROLE_DIM,
			     c) +
		     2;
}

/* ---- drawing ------------------------------------------------------------------------ */

/* The message's third line has the caret; the second the expression, its beginning left out where
 * it is long. */
static int caret_column(const struct err *e, const char *expr)
{
	const char *shown = strchr(e->text, '\n'), *caret = shown ? strchr(shown + 1, '\n') : NULL;
	int column, left_out = 0;

	if (!caret)
		return -1;
	column = (int)strspn(caret + 1, " ") - 2;
	shown += 3;
	if (!strncmp(shown, "...", 3)) {
		size_t n = (size_t)(caret - shown) - 3;
		const char *at =
			n > 8 ? memmem(expr, strlen(expr), shown + 3, n > 24 ? 24 : n) : NULL;

		left_out = at ? (int)text_columns(expr, (size_t)(at - expr)) : 0;
		column -= 3;
	}
	return left_out + column;
}

static void draw_error(struct app *a, int y, int cursor)
{
	struct grid *g = &a->grid;
	const struct err *e = &a->filter_error;
	size_t message = strcspn(e->text, "\n");
	int x = (int)strlen(label) + caret_column(e, a->prompt.text);
	int w = (int)text_columns(e->text, message);

	(void)cursor;
	if (x < 0 || x >= g->w)
		x = (int)strlen(label);
	grid_str(g, x, y, 1, ROLE_BAD, "^");
	if (x + 2 + w <= g->w || x < g->w / 2)
		grid_put(g, x + 2, y, g->w - x - 2, ROLE_BAD, e->text, message);
	else
		grid_put(g, x - 1 - w > 0 ? x - 1 - w : 0, y, x - 1, ROLE_BAD, e->text, message);
}

/* A name is being typed that may become a right one: what it could be says more than the error. */
static bool can_complete(const struct prompt *p)
{
	size_t start = word_start(p->text, p->at), n = p->at - start;
	const struct row_field *f = asked_field(p, start);
	const char *c = n && p->at == p->len ? candidate(f, p->text + start, n, 0) : NULL;

	return c && strlen(c) > n;
}

void filter_draw(struct app *a, int y)
{
	struct grid *g = &a->grid;
	int x;

	if (a->asking != ASK_FILTER) {
		x = grid_str(g, 0, y, g->w, ROLE_DIM, label);
		grid_str(g, x, y, g->w - x, ROLE_STRONG, a->sieve.expr);
		return;
	}
	x = prompt_draw(&a->prompt, g, y, label);
	if (a->filter_error.text[0] && !(a->completions || can_complete(&a->prompt)))
		draw_error(a, y + 1, x);
	else
		draw_candidates(a, (int)strlen(label), y + 1);
}
