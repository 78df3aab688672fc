/* suggest.c: looking up names, and the nearest one for a name that does not exist. */
#include "base/nearest.h"
#include "filter/filter_impl.h"

#include <string.h>

/* The next of the space-separated names at *s, its length in *n; NULL behind the last. */
static const char *next_name(const char **s, size_t *n)
{
	const char *name = *s;

	if (!name || !*name)
		return NULL;
	*n = strcspn(name, " ");
	*s = name + *n + (name[*n] == ' ');
	return name;
}

static bool has_alias(const struct row_field *f, const char *s, size_t n)
{
	const char *left = f->alias, *name;
	size_t len;

	while ((name = next_name(&left, &len)))
		if (len == n && !memcmp(name, s, n))
			return true;
	return false;
}

struct key_search {
	struct parser *p;
	const char *s;
	size_t n;
	const struct row_field **found;
	size_t rows;
};

static void key_find(void *ctx, const struct key_field *f)
{
	struct key_search *k = ctx;
	struct key_field *kept;

	if (!lex_is(f->pub.name, k->s, k->n) || k->rows == NAME_ROWS)
		return;
	kept = filter_alloc(k->p->f, sizeof(*kept));
	*kept = *f;
	k->found[k->rows++] = &kept->pub;
}

size_t name_find(struct parser *p, const struct token *t, const struct row_field *found[NAME_ROWS],
	bool *group)
{
	const char *s = p->expr + t->pos;
	size_t rows = 0;

	*group = false;
	for (size_t i = 0; i < row_fields_count; i++) {
		const struct row_field *f = &row_fields[i];

		if ((lex_is(f->name, s, t->len) || has_alias(f, s, t->len)) && rows < NAME_ROWS)
			found[rows++] = f;
	}
	for (size_t i = 0; i < row_fields_count && !rows; i++) {
		const char *name = row_fields[i].name;

		if (row_fields[i].json && strlen(name) > t->len && name[t->len] == '.' &&
			!memcmp(name, s, t->len)) {
			*group = true;
			found[rows++] = &row_fields[i];
		}
	}
	if (!rows) {
		struct key_search k = {p, s, t->len, found, 0};

		keys_each(key_find, &k);
		rows = k.rows;
	}
	return rows;
}

static void key_near(void *ctx, const struct key_field *f)
{
	nearest_try(ctx, f->pub.name, strlen(f->pub.name));
}

const char *name_nearest(const struct parser *p, const struct token *t, size_t *n)
{
	struct nearest near = nearest_to(p->expr + t->pos, t->len);

	for (size_t i = 0; i < row_fields_count; i++) {
		const char *left = row_fields[i].alias, *name;
		size_t len;

		nearest_try(&near, row_fields[i].name, strlen(row_fields[i].name));
		while ((name = next_name(&left, &len)))
			nearest_try(&near, name, len);
	}
	keys_each(key_near, &near);
	*n = near.best_n;
	return near.best;
}

const char *word_nearest(const struct row_field *f, const char *s, size_t n)
{
	struct nearest near = nearest_to(s, n);
	const char *word;

	for (size_t i = 0; (word = row_field_word(f, i)); i++)
		nearest_try(&near, word, strlen(word));
	return near.best;
}
