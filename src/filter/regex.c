/* regex.c: PCRE2 for `matches`, with limits, so that neither a pattern nor the data it meets can
 * hold up the reading of a capture (pcre2api(3), "The match context"). */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "base/log.h"
#include "filter/filter_impl.h"

#include <pcre2.h>

enum {
	MATCH_LIMIT = 200000, /* calls of the matcher for one text: about a millisecond */
	DEPTH_LIMIT = 20000,
	HEAP_LIMIT = 16 * 1024, /* KiB, without JIT */
	JIT_STACK = 1024 * 1024,
	OVERRUNS = 64 /* after so many texts that hit a limit the pattern is given up */
};

struct regex {
	struct regex *next;
	pcre2_code *code;
	pcre2_match_data *data;
	pcre2_match_context *context; /* of struct regex_limits */
	unsigned overruns;
};

/* Shared by all patterns of a filter. */
struct regex_limits {
	pcre2_match_context *context;
	pcre2_jit_stack *stack; /* NULL: JIT is not available */
};

static void *must(void *p)
{
	if (!p)
		die_oom(JIT_STACK);
	return p;
}

static struct regex_limits *limits_of(struct filter *f)
{
	if (!f->limits) {
		struct regex_limits *l = filter_alloc(f, sizeof(*l));

		l->context = must(pcre2_match_context_create(NULL));
		pcre2_set_match_limit(l->context, MATCH_LIMIT);
		pcre2_set_depth_limit(l->context, DEPTH_LIMIT);
		pcre2_set_heap_limit(l->context, HEAP_LIMIT);
		l->stack = pcre2_jit_stack_create(32 * 1024, JIT_STACK, NULL);
		if (l->stack)
			pcre2_jit_stack_assign(l->context, NULL, l->stack);
		f->limits = l;
	}
	return f->limits;
}

struct regex *regex_new(struct filter *f, const struct item *pattern, bool bytes, size_t *at,
	char message[static 120])
{
	/* Case does not count, as in Wireshark; (?-i) makes it count. */
	uint32_t options = PCRE2_CASELESS | PCRE2_NEVER_BACKSLASH_C |
			   (bytes ? PCRE2_NEVER_UTF : PCRE2_UTF | PCRE2_MATCH_INVALID_UTF);
	struct regex *re = filter_alloc(f, sizeof(*re));
	int error;
	size_t offset;

	re->code = pcre2_compile(pattern->s, pattern->n, options, &error, &offset, NULL);
	if (!re->code) {
		pcre2_get_error_message(error, (PCRE2_UCHAR *)message, 120);
		*at = offset;
		return NULL;
	}
	/* Without JIT the interpreter matches the same. */
	pcre2_jit_compile(re->code, PCRE2_JIT_COMPLETE);
	re->data = must(pcre2_match_data_create(1, NULL));
	re->context = limits_of(f)->context;
	re->next = f->regexes;
	f->regexes = re;
	return re;
}

bool regex_matches(struct regex *re, const uint8_t *s, size_t n)
{
	int rc;

	if (re->overruns >= OVERRUNS)
		return false;
	rc = pcre2_match(re->code, s, n, 0, 0, re->data, re->context);
	if (rc < 0 && rc != PCRE2_ERROR_NOMATCH)
		re->overruns++;
	return rc >= 0;
}

bool filter_broke(const struct filter *f)
{
	for (const struct regex *re = f ? f->regexes : NULL; re; re = re->next)
		if (re->overruns)
			return true;
	return false;
}

void regex_free_all(struct filter *f)
{
	for (struct regex *re = f->regexes; re; re = re->next) {
		pcre2_match_data_free(re->data);
		pcre2_code_free(re->code);
	}
	if (f->limits) {
		pcre2_match_context_free(f->limits->context);
		pcre2_jit_stack_free(f->limits->stack);
	}
}
