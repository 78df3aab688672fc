/* lex.c: a filter expression as tokens. */
#include "base/mem.h"
#include "filter/filter_impl.h"

#include <string.h>

/* Longer symbols before their beginnings. OP_NONE: not ours, `instead` is meant. */
static const struct {
	const char *symbol, *word;
	enum op op;
	const char *instead;
} ops[] = {
	{"||", "or", OP_OR, NULL},
	{"&&", "and", OP_AND, NULL},
	{"===", NULL, OP_NONE, "=="},
	{"==", "eq", OP_EQ, NULL},
	{"!=", "ne", OP_NE, NULL},
	{"<>", NULL, OP_NONE, "!="},
	{"<=", "le", OP_LE, NULL},
	{">=", "ge", OP_GE, NULL},
	{"<", "lt", OP_LT, NULL},
	{">", "gt", OP_GT, NULL},
	{"!", "not", OP_NOT, NULL},
	{"", "in", OP_IN, NULL},
	{"", "contains", OP_CONTAINS, NULL},
	{"~", "matches", OP_MATCHES, NULL},
	{"(", NULL, OP_OPEN, NULL},
	{")", NULL, OP_CLOSE, NULL},
	{"{", NULL, OP_LIST, NULL},
	{"}", NULL, OP_LIST_END, NULL},
	{",", NULL, OP_COMMA, NULL},
	{"..", NULL, OP_RANGE, NULL},
	{"=", NULL, OP_NONE, "=="},
	{"&", NULL, OP_NONE, "&&"},
	{"|", NULL, OP_NONE, "||"},
};

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Names, numbers, units (µs), addresses (1.5.2), bytes (0a:0b), words (no-bandwidth, super+). */
static bool is_atom(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '_' || c == '.' || c == ':' || c == '+' || c == '-' || (unsigned char)c >= 0x80;
}

bool lex_is(const char *word, const char *s, size_t n)
{
	return word && strlen(word) == n && !memcmp(word, s, n);
}

static void lex_atom(struct parser *p, struct token *t)
{
	const char *s = p->expr + t->pos;

	while (t->pos + t->len < p->len && is_atom(s[t->len]) &&
		!(s[t->len] == '.' && s[t->len + 1] == '.'))
		t->len++;
	t->kind = TOKEN_ATOM;
	for (size_t i = 0; i < ARRAY_LEN(ops); i++)
		if (lex_is(ops[i].word, s, t->len))
			t->op = ops[i].op;
}

/* "…" or '…'; r"…" keeps its backslashes (string_decode in literal.c). */
static void lex_string(struct parser *p, struct token *t)
{
	const char *s = p->expr + t->pos;
	bool raw = *s == 'r';
	size_t i = raw + 1u, left = p->len - t->pos;

	while (i < left && s[i] != s[raw])
		i += s[i] == '\\' && i + 1 < left ? 2 : 1;
	if (i >= left) {
		complain(p, t->pos, 1, "this quote is never closed");
		return;
	}
	t->kind = TOKEN_STRING;
	t->len = i + 1;
}

static void lex_symbol(struct parser *p, struct token *t)
{
	const char *s = p->expr + t->pos;
	char room[QUOTED];

	for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
		size_t n = strlen(ops[i].symbol);

		if (!n || strncmp(s, ops[i].symbol, n))
			continue;
		if (ops[i].instead) {
			complain(p, t->pos, n, "%s is no operator, did you mean %s?", ops[i].symbol,
				ops[i].instead);
			return;
		}
		t->kind = TOKEN_SYMBOL;
		t->op = ops[i].op;
		t->len = n;
		return;
	}
	complain(p, t->pos, 1, "unexpected character %s", quoted(room, s, 1));
}

void lex_next(struct parser *p)
{
	struct token t = {.kind = TOKEN_END, .pos = p->tok.pos + p->tok.len};
	const char *s = p->expr;

	while (t.pos < p->len && is_space(s[t.pos]))
		t.pos++;
	if (t.pos < p->len && !p->failed) {
		char c = s[t.pos], next = s[t.pos + 1];

		if (c == '"' || c == '\'' || (c == 'r' && (next == '"' || next == '\'')))
			lex_string(p, &t);
		else if (is_atom(c) && !(c == '.' && next == '.'))
			lex_atom(p, &t);
		else
			lex_symbol(p, &t);
	}
	p->tok = t;
}
