/* eval.c: does the filter keep a transfer. */
#include "filter/filter_impl.h"

#include <string.h>

bool holds_value(const struct node *n, const struct value *v)
{
	(void)n;
	(void)v;
	return true;
}

bool holds_true(const struct node *n, const struct value *v)
{
	(void)n;
	return v->b;
}

static wide number_of(const struct value *v)
{
	return v->type == VAL_UINT ? (wide)v->u : v->type == VAL_BOOL ? v->b : v->i;
}

bool holds_number(const struct node *n, const struct value *v)
{
	wide w = number_of(v);

	for (const struct item *it = n->items; it; it = it->next)
		if (it->from <= w && w <= it->to)
			return true;
	return false;
}

/* Text and bytes are both a pointer and a length. */
bool holds_bytes(const struct node *n, const struct value *v)
{
	for (const struct item *it = n->items; it; it = it->next)
		if (it->n == v->n && !memcmp(it->s, v->bytes, v->n))
			return true;
	return false;
}

bool holds_contains(const struct node *n, const struct value *v)
{
	return memmem(v->bytes, v->n, n->items->s, n->items->n);
}

bool holds_matches(const struct node *n, const struct value *v)
{
	return regex_matches(n->regex, v->bytes, v->n);
}

static bool test(const struct node *n, struct row *r)
{
	struct value v = value_null();

	if (!n->field->get)
		return keys_test(n, r);
	n->field->get(r, &v);
	return v.type != VAL_NULL && n->holds(n, &v) != n->negated;
}

/* Recursion is bounded by FILTER_NESTING. */
static bool eval(const struct node *n, struct row *r)
{
	bool all = n->kind == NODE_AND;

	if (n->kind == NODE_TEST)
		return test(n, r);
	if (n->kind == NODE_NOT)
		return !eval(n->child, r);
	for (const struct node *c = n->child; c; c = c->next)
		if (eval(c, r) != all)
			return !all;
	return all;
}

bool filter_keeps(const struct filter *f, struct row *r)
{
	return !f || !f->root || eval(f->root, r);
}

enum need filter_need(const struct filter *f)
{
	return f && f->root ? f->root->cost / 2 : NEED_XFER;
}
