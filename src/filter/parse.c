/* parse.c: a filter expression compiled. In falling precedence, as in Wireshark:
 *
 *   any    = all { ("||" | "or") all }
 *   all    = unary { ("&&" | "and") unary }
 *   unary  = ("!" | "not") unary | "(" any ")" | test
 *   test   = FIELD [ ("==" | "!=" | "<" | "<=" | ">" | ">=") value
 *                  | ["not"] "in" "{" value [".." value] { "," … } "}"
 *                  | "contains" value | ("matches" | "~") pattern ]
 *
 * A bare field asks whether a yes-or-no field is true and whether any other is known. */
#include "base/mem.h"
#include "filter/filter_impl.h"

#include <stdlib.h>
#include <string.h>

/* ---- memory ------------------------------------------------------------------------- */

struct block {
	struct block *next;
	_Alignas(wide) char bytes[];
};

void *filter_alloc(struct filter *f, size_t n)
{
	struct block *b = mem_zalloc(1, sizeof(*b) + n);

	b->next = f->memory;
	f->memory = b;
	return b->bytes;
}

void filter_free(struct filter *f)
{
	if (!f)
		return;
	regex_free_all(f);
	for (struct block *b = f->memory, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	free(f);
}

/* ---- types: what can be asked of a value -------------------------------------------- */

#define BIT(op)	 (1u << (op))
#define EQUALITY (BIT(OP_EQ) | BIT(OP_NE) | BIT(OP_IN))
#define ORDER	 (EQUALITY | BIT(OP_LT) | BIT(OP_LE) | BIT(OP_GT) | BIT(OP_GE))
#define SEARCH	 (EQUALITY | BIT(OP_CONTAINS) | BIT(OP_MATCHES))

static const struct type {
	const char *is, *takes;
	unsigned ops;
	bool (*read)(struct parser *p, const struct row_field *f, struct item *it);
	bool (*part)(struct parser *p, const struct row_field *f, struct item *it); /* contains */
	bool (*holds)(const struct node *n, const struct value *v);
} types[] = {
	[VAL_UINT] = {"a number", "== != < <= > >= in", ORDER, read_number, NULL, holds_number},
	[VAL_INT] = {"a number", "== != < <= > >= in", ORDER, read_number, NULL, holds_number},
	[VAL_NS] = {"a time", "== != < <= > >= in", ORDER, read_number, NULL, holds_number},
	[VAL_BOOL] = {"true or false", "== != in", EQUALITY, read_bool, NULL, holds_number},
	[VAL_TEXT] = {"text", "== != in contains matches", SEARCH, read_word, read_text,
		holds_bytes},
	[VAL_BYTES] = {"bytes", "== != in contains matches", SEARCH, read_bytes, read_bytes,
		holds_bytes},
};

/* ---- tests -------------------------------------------------------------------------- */

/* What one test is made from; a name may stand on several rows. */
struct subject {
	const struct row_field *rows[NAME_ROWS];
	size_t n;
	bool group;
	struct token name;
};

static bool expect(struct parser *p, enum op op, const char *what)
{
	char room[QUOTED];

	if (p->tok.kind != TOKEN_SYMBOL || p->tok.op != op)
		return complain_here(p, "expected %s, not %s", what, quoted_token(room, p));
	lex_next(p);
	return !p->failed;
}

static struct node *node_new(struct parser *p, enum node_kind kind)
{
	struct node *n = filter_alloc(p->f, sizeof(*n));

	n->kind = kind;
	return n;
}

/* A comparison with a number is a range of numbers. */
static void to_range(enum op op, struct item *it)
{
	static const wide least = INT64_MIN, most = UINT64_MAX;
	wide v = it->from;

	if (op == OP_LT || op == OP_LE)
		it->from = least;
	if (op == OP_GT || op == OP_GE)
		it->to = most;
	if (op == OP_LT)
		it->to = v - 1;
	if (op == OP_GT)
		it->from = v + 1;
}

static bool parse_entry(struct parser *p, const struct row_field *f, struct item *it)
{
	const struct type *t = &types[f->type];
	struct token first = p->tok;
	struct item to = {0};

	if (!t->read(p, f, it))
		return false;
	lex_next(p);
	if (p->tok.op != OP_RANGE)
		return !p->failed;
	if (!(t->ops & BIT(OP_LT)))
		return complain_here(p, "%s is %s, which has no ranges", f->name, t->is);
	lex_next(p);
	if (p->failed || !t->read(p, f, &to))
		return false;
	if (to.from < it->from)
		return complain(p, first.pos, p->tok.pos + p->tok.len - first.pos,
			"this range ends before it begins");
	it->to = to.to;
	lex_next(p);
	return !p->failed;
}

static bool parse_list(struct parser *p, const struct row_field *f, struct node *n)
{
	const struct item **tail = &n->items;
	char room[QUOTED];

	if (!expect(p, OP_LIST, "a list, {…}"))
		return false;
	for (size_t i = 0;; i++) {
		struct item *it = filter_alloc(p->f, sizeof(*it));

		if (i == FILTER_LIST)
			return complain_here(p, "a list has at most %d entries", FILTER_LIST);
		if (!parse_entry(p, f, it))
			return false;
		*tail = it;
		tail = (const struct item **)&it->next;
		if (p->tok.op == OP_LIST_END)
			break;
		if (p->tok.op != OP_COMMA)
			return complain_here(
				p, "expected , or } in the list, not %s", quoted_token(room, p));
		lex_next(p);
	}
	lex_next(p);
	return !p->failed;
}

static bool parse_pattern(struct parser *p, const struct row_field *f, struct node *n)
{
	struct token t = p->tok;
	struct item *it = filter_alloc(p->f, sizeof(*it));
	char message[120];
	size_t at;

	if (!read_pattern(p, f, it))
		return false;
	n->regex = regex_new(p->f, it, f->type == VAL_BYTES, &at, message);
	if (!n->regex) {
		/* The offset is good where the pattern stands as it was written. */
		size_t open = p->expr[t.pos] == 'r' ? 2 : 1;
		bool verbatim = t.kind == TOKEN_STRING && it->n == t.len - open - 1;

		return verbatim ? complain(p, t.pos + open + at, 1, "regular expression: %s",
					  message)
				: complain_here(p, "regular expression: %s", message);
	}
	n->holds = holds_matches;
	lex_next(p);
	return !p->failed;
}

static bool parse_value(struct parser *p, const struct row_field *f, enum op op, struct node *n)
{
	const struct type *t = &types[f->type];
	struct item *it = filter_alloc(p->f, sizeof(*it));

	if (!(op == OP_CONTAINS ? t->part : t->read)(p, f, it))
		return false;
	if (op == OP_CONTAINS)
		n->holds = holds_contains;
	to_range(op, it);
	n->items = it;
	lex_next(p);
	return !p->failed;
}

static bool parse_operand(struct parser *p, const struct row_field *f, enum op op, struct node *n)
{
	n->holds = types[f->type].holds;
	if (op == OP_IN)
		return parse_list(p, f, n);
	if (op == OP_MATCHES)
		return parse_pattern(p, f, n);
	return parse_value(p, f, op, n);
}

static bool parse_subject(struct parser *p, struct subject *s)
{
	char room[QUOTED];
	const char *c = p->expr + p->tok.pos, *near;
	size_t n;

	if (p->tok.kind != TOKEN_ATOM || p->tok.op)
		return complain_here(p, "expected a field, not %s", quoted_token(room, p));
	s->name = p->tok;
	s->n = name_find(p, &p->tok, s->rows, &s->group);
	if (!s->n && ((*c >= '0' && *c <= '9') || *c == '-'))
		return complain_here(p,
			"expected a field, not %s: the value comes last, as in dev == 5",
			quoted_token(room, p));
	if (!s->n) {
		near = name_nearest(p, &p->tok, &n);
		if (near)
			return complain_here(p, "unknown field %s, did you mean %.*s?",
				quoted_token(room, p), (int)n, near);
		return complain_here(p, "unknown field %s (urbscope help filter lists all)",
			quoted_token(room, p));
	}
	lex_next(p);
	return !p->failed;
}

static bool is_comparison(enum op op)
{
	return op >= OP_EQ && op <= OP_MATCHES;
}

/* The operator between field and value, OP_NONE behind a bare field. */
static bool parse_operator(struct parser *p, const struct subject *s, enum op *op, bool *negated)
{
	const struct row_field *f = s->rows[0];
	struct token t = p->tok;

	*negated = t.op == OP_NE || t.op == OP_NOT;
	if (t.op == OP_NOT) {
		lex_next(p);
		if (p->failed)
			return false;
		if (p->tok.op != OP_IN)
			return complain(p, t.pos, t.len, "expected && or || before this");
	}
	*op = is_comparison(p->tok.op) ? p->tok.op : OP_NONE;
	if (*op == OP_NONE)
		return true;
	if (s->group)
		return complain(p, s->name.pos, s->name.len,
			"this is a group: compare one of its members, as %s", f->name);
	if (!(types[f->type].ops & BIT(*op)))
		return complain_here(p, "%s is %s: it takes %s", f->name, types[f->type].is,
			types[f->type].takes);
	lex_next(p);
	return !p->failed;
}

/* The test for each row the name stands on: any of them, or with a negated comparison none. */
static struct node *on_all_rows(struct parser *p, const struct subject *s, struct node *n)
{
	struct node *join, **tail;

	if (s->n == 1)
		return n;
	join = node_new(p, n->negated ? NODE_AND : NODE_OR);
	join->cost = n->cost;
	join->child = n;
	tail = &n->next;
	for (size_t i = 1; i < s->n; i++) {
		*tail = memcpy(node_new(p, NODE_TEST), n, sizeof(*n));
		(*tail)->field = s->rows[i];
		(*tail)->next = NULL;
		tail = &(*tail)->next;
	}
	return join;
}

static struct node *parse_test(struct parser *p)
{
	struct subject s;
	struct node *n;
	enum op op = OP_NONE;
	bool negated;

	if (!parse_subject(p, &s) || !parse_operator(p, &s, &op, &negated))
		return NULL;
	n = node_new(p, NODE_TEST);
	n->field = s.rows[0];
	n->negated = negated;
	n->cost = (uint8_t)(n->field->need * 2 + (op == OP_CONTAINS || op == OP_MATCHES));
	n->holds = n->field->type == VAL_BOOL ? holds_true : holds_value;
	if (op && !parse_operand(p, s.rows[0], op, n))
		return NULL;
	if (op && is_comparison(p->tok.op)) {
		complain_here(p, "comparisons cannot be chained: join two with &&");
		return NULL;
	}
	return on_all_rows(p, &s, n);
}

/* ---- and, or, not ------------------------------------------------------------------- */

static struct node *parse_level(struct parser *p, size_t level);
static struct node *parse_not(struct parser *p);

static struct node *parse_unary(struct parser *p)
{
	struct node *n = NULL;

	if (p->tok.op != OP_NOT && p->tok.op != OP_OPEN)
		return parse_test(p);
	if (p->depth == FILTER_NESTING) {
		complain_here(p, "nested more than %d deep", FILTER_NESTING);
		return NULL;
	}
	p->depth++;
	if (p->tok.op == OP_NOT) {
		n = parse_not(p);
	} else {
		lex_next(p);
		n = parse_level(p, 0);
		if (n && !expect(p, OP_CLOSE, "&&, || or )"))
			n = NULL;
	}
	p->depth--;
	return n;
}

static struct node *parse_not(struct parser *p)
{
	struct node *n = node_new(p, NODE_NOT);

	lex_next(p);
	n->child = parse_unary(p);
	if (!n->child)
		return NULL;
	n->cost = n->child->cost;
	return n;
}

/* Members in the order of their cost, otherwise as written; tests have no side effects, so and/or
 * may be reordered. Returns the first one, and the dearest cost. */
static struct node *cheapest_first(struct node *members, uint8_t *dearest)
{
	enum { COSTS = NEED_FIELDS * 2 + 2 };
	struct node *first[COSTS] = {0}, **tail[COSTS], *all = NULL, **end = &all;

	for (size_t i = 0; i < COSTS; i++)
		tail[i] = &first[i];
	for (struct node *n = members, *next; n; n = next) {
		next = n->next;
		n->next = NULL;
		*tail[n->cost] = n;
		tail[n->cost] = &n->next;
	}
	for (size_t i = 0; i < COSTS; i++) {
		if (!first[i])
			continue;
		*end = first[i];
		end = tail[i];
		*dearest = (uint8_t)i;
	}
	return all;
}

static const struct {
	enum op op;
	enum node_kind kind;
} levels[] = {{OP_OR, NODE_OR}, {OP_AND, NODE_AND}};

static struct node *parse_level(struct parser *p, size_t level)
{
	struct node *first, *join, **tail;

	if (level == ARRAY_LEN(levels))
		return parse_unary(p);
	first = parse_level(p, level + 1);
	if (!first || p->tok.op != levels[level].op)
		return first;
	join = node_new(p, levels[level].kind);
	join->child = first;
	tail = &first->next;
	while (p->tok.op == levels[level].op) {
		lex_next(p);
		*tail = parse_level(p, level + 1);
		if (!*tail)
			return NULL;
		tail = &(*tail)->next;
	}
	join->child = cheapest_first(join->child, &join->cost);
	return join;
}

static void parse_all(struct parser *p)
{
	char room[QUOTED];

	if (p->len > FILTER_LENGTH) {
		complain(p, FILTER_LENGTH, 1, "longer than %d bytes", FILTER_LENGTH);
		return;
	}
	lex_next(p);
	if (p->failed || p->tok.kind == TOKEN_END)
		return;
	p->f->root = parse_level(p, 0);
	if (p->f->root && p->tok.kind != TOKEN_END)
		complain_here(p, "expected && or || before %s", quoted_token(room, p));
}

struct filter *filter_compile(const char *expr, struct err *e)
{
	struct filter *f = mem_zalloc(1, sizeof(*f));
	struct parser p = {.expr = expr, .len = strlen(expr), .f = f, .err = e};

	parse_all(&p);
	if (!p.failed)
		return f;
	filter_free(f);
	return NULL;
}
