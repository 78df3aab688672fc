/* filter_impl.h: what the files of the filter share: the compiled form, the tokens, the parser's
 * state and how it complains. */
#ifndef FILTER_FILTER_IMPL_H
#define FILTER_FILTER_IMPL_H

#include "base/text.h"
#include "filter/filter.h"

/* Bounds on what a filter may ask for. */
enum {
	FILTER_LENGTH = 64 * 1024, /* bytes of an expression */
	FILTER_NESTING = 200,	   /* parentheses and negations inside each other */
	FILTER_LIST = 4096	   /* entries between braces */
};

/* Wide enough for all of uint64_t and int64_t. */
typedef __int128 wide;

/* ---- the compiled form ----------------------------------------------------------------------- */

/* What a value is compared with: a range of numbers, or bytes. */
struct item {
	struct item *next;
	wide from, to;
	const uint8_t *s;
	size_t n;
};

struct regex;

enum node_kind { NODE_OR, NODE_AND, NODE_NOT, NODE_TEST };

struct node {
	uint8_t kind; /* enum node_kind */
	uint8_t cost; /* need * 2, + 1 where text is searched; of a group, its dearest member's */
	bool negated; /* test: holds when it does not, unless the value is null */
	struct node *child, *next; /* of a group: first member; among members: the next */
	const struct row_field *field;
	bool (*holds)(const struct node *n, const struct value *v);
	const struct item *items;
	struct regex *regex;
};

struct filter {
	struct node *root;     /* NULL: keeps everything */
	struct block *memory;  /* all nodes, items and texts */
	struct regex *regexes; /* all of them */
	struct regex_limits *limits;
};

/* Zeroed memory that lives as long as the filter. */
void *filter_alloc(struct filter *f, size_t n);

/* The ways a test holds; v is not null. */
bool holds_value(const struct node *n, const struct value *v);	  /* exists */
bool holds_true(const struct node *n, const struct value *v);	  /* a VAL_BOOL */
bool holds_number(const struct node *n, const struct value *v);	  /* in one of the ranges */
bool holds_bytes(const struct node *n, const struct value *v);	  /* equal to one of the items */
bool holds_contains(const struct node *n, const struct value *v); /* the item is part of it */
bool holds_matches(const struct node *n, const struct value *v);

/* regex.c: PCRE2 with limits. On error NULL, and *at and message say where in the pattern and why.
 */
struct regex *regex_new(struct filter *f, const struct item *pattern, bool bytes, size_t *at,
	char message[static 120]);
bool regex_matches(struct regex *re, const uint8_t *s, size_t n);
void regex_free_all(struct filter *f);

/* ---- tokens ---------------------------------------------------------------------------------- */

enum op {
	OP_NONE,
	OP_OR,
	OP_AND,
	OP_NOT,
	OP_EQ,
	OP_NE,
	OP_LE,
	OP_GE,
	OP_LT,
	OP_GT,
	OP_IN,
	OP_CONTAINS,
	OP_MATCHES,
	OP_OPEN,
	OP_CLOSE,
	OP_LIST,
	OP_LIST_END,
	OP_COMMA,
	OP_RANGE
};

/* ATOM: a name, a number with its unit, bytes, a word: what it is, its place decides. */
enum token_kind { TOKEN_END, TOKEN_ATOM, TOKEN_STRING, TOKEN_SYMBOL };

struct token {
	uint8_t kind; /* enum token_kind */
	uint8_t op;   /* enum op; of an atom: the operator it would be in an operator's place */
	size_t pos, len;
};

struct parser {
	const char *expr;
	size_t len;
	struct token tok;
	struct filter *f;
	struct err *err;
	unsigned depth;
	bool failed; /* *err is set; the first complaint stays */
};

/* Goes to the next token (the first one when tok is zeroed). */
void lex_next(struct parser *p);
/* The n bytes at s are the word (not if word is NULL). */
bool lex_is(const char *word, const char *s, size_t n);

/* ---- literals: a token read as the field's type. False: complained. ----------------- */

/* read_number also serves times: the units follow the field's type. */
bool read_number(struct parser *p, const struct row_field *f, struct item *it);
bool read_bool(struct parser *p, const struct row_field *f, struct item *it);
/* Quoted or a bare word. */
bool read_text(struct parser *p, const struct row_field *f, struct item *it);
/* As read_text, and one of the field's words if it has such. */
bool read_word(struct parser *p, const struct row_field *f, struct item *it);
/* Quoted text, or hexadecimal pairs with or without colons. */
bool read_bytes(struct parser *p, const struct row_field *f, struct item *it);
/* As read_text, but a backslash that is no escape of ours stays for the regular expression. */
bool read_pattern(struct parser *p, const struct row_field *f, struct item *it);

/* ---- names ----------------------------------------------------------------------------------- */

/* Most rows one name can stand on. */
enum { NAME_ROWS = 4 };

/* The rows the name stands on. A group (`setup`) gives its first member and sets *group. */
size_t name_find(struct parser *p, const struct token *t, const struct row_field *found[NAME_ROWS],
	bool *group);
/* The nearest known name, *n bytes, or NULL. */
const char *name_nearest(const struct parser *p, const struct token *t, size_t *n);
/* The nearest word of the field, or NULL. */
const char *word_nearest(const struct row_field *f, const char *s, size_t n);

/* A field that a decoder emits: its value has no getter, but is found in the tree. */
struct key_field {
	struct row_field pub; /* first; get NULL */
	const struct decoder *decoder;
	const char *key;
};

/* All of them, one after the other; each is valid during its call. */
void keys_each(void (*each)(void *ctx, const struct key_field *f), void *ctx);
/* Whether a decoder before that one has a field of the same name: decoders that share a protocol.
 */
bool keys_repeat(const struct key_field *f);
/* A test of such a field: it holds for one of those in the tree; negated: for none, but there is
 * one. */
bool keys_test(const struct node *n, struct row *r);

/* ---- complaints ------------------------------------------------------------------------------ */

/* A token (or other bytes) for a message: in quotes, escaped, cut. */
enum { QUOTED = 160 };
const char *quoted(char room[QUOTED], const char *s, size_t n);
const char *quoted_token(char room[QUOTED], const struct parser *p);

/* Writes message, expression and caret at pos (len bytes). Returns false. */
bool complain(struct parser *p, size_t pos, size_t len, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* At the current token. */
#define complain_here(p, ...) complain((p), (p)->tok.pos, (p)->tok.len, __VA_ARGS__)

/* ---- the row --------------------------------------------------------------------------------- */

/* The sums over its packet table, computed on first use. */
const struct iso_sum *row_iso(struct row *r);

#endif
