/* options.c: parsing of options by table, and the usage page made from the same table. */
#include "base/log.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "base/text.h"
#include "cli/command.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const format_words[] = {"text", "json", "csv", NULL};
static const char *const color_words[] = {"auto", "always", "never", NULL};
static const char *const time_words[] = {"rel", "delta", "abs", NULL};

#define AT(member) offsetof(struct options, member)

const struct option_row common_options[] = {
	{'f', "filter", "EXPR", "keep only transfers for which EXPR is true (urbscope help filter)",
		OPTION_TEXT, AT(filter), 0, 0},
	{'n', "count", "N", "stop after N lines", OPTION_NUMBER, AT(count), 0, 0},
	{0, "format", "F", "text, json or csv", OPTION_WORD, AT(format), format_words, 0},
	{0, "json", 0, "the same as --format json", OPTION_SET, AT(format), 0, OUTPUT_JSON},
	{0, "time", "T", "text: rel (since the first record), delta (since the line before), abs",
		OPTION_WORD, AT(time), time_words, 0},
	{0, "color", "WHEN", "auto, always or never; NO_COLOR is honoured", OPTION_WORD, AT(color),
		color_words, 0},
	{0, "descriptors", "[B.D=]FILE",
		"known before: an earlier capture, or a descriptor dump of device B.D", OPTION_MANY,
		AT(descriptors), 0, 0},
	{0, "as", "B.D[.IF]=NAME", "decode device B.D (its interface IF) with decoder NAME",
		OPTION_MANY, AT(as), 0, 0},
	{0, "learn", 0, "read the input twice: what devices tell is known from the beginning",
		OPTION_FLAG, AT(learn), 0, 0},
	{0, "no-ids", 0, "no names from usb.ids", OPTION_FLAG, AT(no_ids), 0, 0},
	{'v', "verbose", 0, "more detail", OPTION_FLAG, AT(verbose), 0, 0},
	{'q', "quiet", 0, "no warnings, no progress", OPTION_FLAG, AT(quiet), 0, 0},
	{'h', "help", 0, "this page", OPTION_FLAG, AT(help), 0, 0},
	{0},
};

enum { OPTIONS_MAX = 40, LONG_ONLY = 256 };

/* Those that make sense without a capture to read. */
static bool is_general(const struct option_row *r)
{
	static const size_t general[] = {AT(verbose), AT(quiet), AT(help), AT(format)};

	for (size_t i = 0; i < ARRAY_LEN(general); i++)
		if (r->at == general[i])
			return true;
	return false;
}

/* The rows of a command and the common ones, as one list. */
static size_t all_rows(const struct command *c, const struct option_row *row[OPTIONS_MAX])
{
	size_t n = 0;

	for (const struct option_row *r = c->options; r && r->name; r++)
		row[n++] = r;
	for (const struct option_row *r = common_options; r->name; r++)
		if (!c->own_options || is_general(r))
			row[n++] = r;
	return n;
}

static int bad_value(const struct command *c, const struct option_row *r, const char *value)
{
	char words[160];
	struct text t;

	text_init(&t, words, sizeof(words));
	for (size_t i = 0; r->words && r->words[i]; i++)
		text_printf(&t, "%s%s", i ? ", " : "", r->words[i]);
	log_error("%s: --%s takes %s, not \"%s\"", c->name, r->name,
		r->words		     ? words
		: r->kind == OPTION_SIZE     ? "a size (64k, 10M, 1Gi)"
		: r->kind == OPTION_DURATION ? "a time (100ms, 1s)"
					     : "a number",
		value);
	return -1;
}

/* 0, or -1: not a size. */
static int parse_size(const char *s, uint64_t *to)
{
	static const char units[] = "kMG";
	char letter;
	const char *unit;
	uint64_t factor = 1;
	char *end;

	errno = 0;
	*to = strtoull(s, &end, 10);
	if (errno || s[0] < '0' || s[0] > '9')
		return -1;
	letter = *end == 'K' ? 'k' : *end;
	unit = letter ? strchr(units, letter) : NULL;
	if (unit) {
		uint64_t step = end[1] == 'i' ? 1024 : 1000;

		end += step == 1024 ? 2 : 1;
		for (const char *u = units; u <= unit; u++)
			factor *= step;
	}
	return *end || __builtin_mul_overflow(*to, factor, to) ? -1 : 0;
}

/* 0, or -1: not a time above zero that can be reckoned with. */
static int parse_duration(const char *s, uint64_t *to)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} unit[] = {{"", 1000000000}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000},
		{"m", 60000000000}, {"h", 3600000000000}};
	char *end;

	errno = 0;
	*to = strtoull(s, &end, 10);
	for (size_t i = 0; i < ARRAY_LEN(unit); i++)
		if (!strcmp(end, unit[i].name))
			return errno || s[0] < '0' || s[0] > '9' || !*to ||
					       __builtin_mul_overflow(*to, unit[i].ns, to) ||
					       *to > INT64_MAX / 4
				       ? -1
				       : 0;
	return -1;
}

static int store(
	const struct command *c, const struct option_row *r, struct options *o, const char *value)
{
	void *to = (char *)o + r->at;
	struct option_list *list;
	char *end;

	switch ((enum option_kind)r->kind) {
	case OPTION_FLAG: *(bool *)to = true; return 0;
	case OPTION_SET: *(int *)to = r->base; return 0;
	case OPTION_MANY:
		list = to;
		if (list->n < OPTION_LIST_MAX)
			list->v[list->n++] = value;
		return 0;
	case OPTION_TEXT: *(const char **)to = value; return 0;
	case OPTION_NUMBER:
		errno = 0;
		*(uint64_t *)to = strtoull(value, &end, 0);
		if (errno || *end || value[0] < '0' || value[0] > '9')
			return bad_value(c, r, value);
		return 0;
	case OPTION_SIZE: return parse_size(value, to) < 0 ? bad_value(c, r, value) : 0;
	case OPTION_DURATION: return parse_duration(value, to) < 0 ? bad_value(c, r, value) : 0;
	case OPTION_WORD:
		for (int i = 0; r->words[i]; i++)
			if (!strcmp(r->words[i], value))
				return *(int *)to = r->base + i, 0;
		return bad_value(c, r, value);
	}
	return -1;
}

/* What getopt does not know, or knows several of, or lacks its value. */
static void complain(const struct command *c, const char *word, bool known,
	const struct option_row *const *row, size_t n)
{
	const char *name = word + strspn(word, "-");
	struct nearest near = nearest_to(name, strcspn(name, "="));

	for (size_t i = 0; i < n && !known; i++)
		nearest_try(&near, row[i]->name, strlen(row[i]->name));
	if (known || !near.best || strncmp(word, "--", 2) != 0)
		log_error("%s: %s %s (urbscope %s -h lists the options)", c->name, word,
			known ? "needs a value" : "is not an option", c->name);
	else
		log_error("%s: %s is not an option, did you mean --%s?", c->name, word, near.best);
}

int options_parse(const struct command *c, struct options *o, int argc, char **argv)
{
	const struct option_row *row[OPTIONS_MAX];
	struct option longs[OPTIONS_MAX + 1] = {0};
	char letters[2 * OPTIONS_MAX + 2] = ":";
	size_t n = all_rows(c, row), len = 1;
	int got;

	for (size_t i = 0; i < n; i++) {
		longs[i] = (struct option){row[i]->name,
			row[i]->arg ? required_argument : no_argument, 0, LONG_ONLY + (int)i};
		if (row[i]->letter) {
			letters[len++] = row[i]->letter;
			if (row[i]->arg)
				letters[len++] = ':';
		}
	}
	letters[len] = 0;
	optind = 0;
	opterr = 0;
	while ((got = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		const struct option_row *r = NULL;

		if (got == '?' || got == ':') {
			complain(c, argv[optind - 1], got == ':', row, n);
			return -1;
		}
		for (size_t i = 0; i < n; i++)
			if (got == LONG_ONLY + (int)i || (got < LONG_ONLY && got == row[i]->letter))
				r = row[i];
		if (store(c, r, o, optarg) < 0)
			return -1;
	}
	if (argc - optind > c->operands) {
		log_error("%s: \"%s\" is too much (usage: urbscope %s %s)", c->name,
			argv[optind + c->operands], c->name, c->args);
		return -1;
	}
	memmove(argv, argv + optind, (size_t)(argc - optind) * sizeof(*argv));
	return argc - optind;
}

void command_usage(const struct command *c)
{
	const struct option_row *row[OPTIONS_MAX];
	size_t n = all_rows(c, row);
	struct out o;

	out_init(&o, STDOUT_FILENO);
	out_printf(&o, "urbscope %s %s\n\n%s.\n\n%s%sOptions:\n", c->name, c->args, c->summary,
		c->text ? c->text : "", c->text ? "\n" : "");
	for (size_t i = 0; i < n; i++) {
		char left[40];
		struct text t;

		if (!row[i]->help)
			continue;
		text_init(&t, left, sizeof(left));
		text_printf(&t, row[i]->letter ? "  -%c, " : "      ", row[i]->letter);
		text_printf(&t, "--%s%s%s", row[i]->name, row[i]->arg ? " " : "",
			row[i]->arg ? row[i]->arg : "");
		out_printf(&o, "%-24s %s\n", left, row[i]->help);
	}
	out_close(&o);
}
