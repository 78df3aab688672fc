/* keys.c: fields that decoders emit, as filters know them: their names are in the decoders' static
 * tables, their values only in the field tree. */
#include "filter/filter_impl.h"

#include <string.h>

/* ---- names -------------------------------------------------------------------------- */

void keys_each(void (*each)(void *ctx, const struct key_field *f), void *ctx)
{
	for (size_t i = 0; decoders[i]; i++)
		for (const struct decode_key *k = decoders[i]->keys; k && k->name; k++) {
			const struct key_field f = {
				.pub = {.name = k->name,
					.type = k->type,
					.need = NEED_FIELDS,
					.help = k->help},
				.decoder = decoders[i],
				.key = k->key,
			};

			each(ctx, &f);
		}
}

bool keys_repeat(const struct key_field *f)
{
	for (size_t i = 0; decoders[i] != f->decoder; i++)
		for (const struct decode_key *k = decoders[i]->keys; k && k->name; k++)
			if (!strcmp(k->name, f->pub.name))
				return true;
	return false;
}

/* ---- values ------------------------------------------------------------------------- */

/* Takes the fields of one key out of a tree. */
struct catcher {
	struct emit emit;
	const struct node *test;
	bool there, holds; /* there is such a field; the test holds for one of them */
};

/* The field's value as the type that its table says; of text also the words beside a number. */
static bool value_as(const struct field *f, uint8_t type, struct value *v)
{
	*v = f->value;
	if (type == VAL_TEXT) {
		if (v->type != VAL_TEXT && f->text)
			*v = value_name(f->text);
		return v->type == VAL_TEXT;
	}
	if (type == VAL_BYTES)
		return v->type == VAL_BYTES;
	return v->type == VAL_UINT || v->type == VAL_INT || v->type == VAL_BOOL ||
	       v->type == VAL_NS;
}

static void catch_open(struct emit *e, const struct field *f)
{
	struct catcher *c = (struct catcher *)e;
	const struct key_field *want = (const struct key_field *)c->test->field;
	struct value v;

	if (c->holds || !f->key || strcmp(f->key, want->key) || !value_as(f, want->pub.type, &v))
		return;
	c->there = true;
	c->holds = c->test->holds(c->test, &v);
}

static void catch_close(struct emit *e)
{
	(void)e;
}

bool keys_test(const struct node *n, struct row *r)
{
	static const struct emit_ops ops = {.open = catch_open, .close = catch_close};
	struct catcher c = {.emit = {&ops}, .test = n};
	const struct decoder *d = row_decoder(r);

	if (d != ((const struct key_field *)n->field)->decoder)
		return false;
	d->decode(&r->decode, r->x, &c.emit);
	return c.there && c.holds != n->negated;
}
