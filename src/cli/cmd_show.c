/* cmd_show.c: urbscope show. */
#include "analysis/show.h"
#include "base/log.h"
#include "cli/command.h"

#include <errno.h>
#include <stdlib.h>

static const struct option_row options[] = {
	{0, "exchange", "N", "show exchange N (list --exchanges) instead of a transfer",
		OPTION_NUMBER, offsetof(struct options, exchange), 0, 0},
	{0, "record", "N", "show record N instead of a transfer", OPTION_NUMBER,
		offsetof(struct options, record), 0, 0},
	{0},
};

/* The transfer number, or 0 when the text is none. */
static uint32_t number_of(const char *text)
{
	char *end;
	unsigned long long n;

	errno = 0;
	n = strtoull(text, &end, 10);
	return errno || *end || text[0] < '0' || text[0] > '9' || n > UINT32_MAX ? 0 : (uint32_t)n;
}

static int show(struct session *s, const struct options *o, uint32_t id, struct err *e)
{
	struct index *ix = index_new();
	struct consumer c = run_indexer(ix);
	struct run r = {0};
	int rc = run_capture(&r, &s->run, &c, 1, e), found = rc;

	if (rc >= 0 && o->record)
		found = show_record(&r, ix, o->record, 0, s->emit, e);
	else if (rc >= 0 && o->exchange)
		found = show_exchange(&r, ix, (uint32_t)o->exchange, s->emit, e);
	else if (rc >= 0)
		found = show_xfer(&r, ix, id, o->verbose, s->emit, e);
	run_close(&r);
	index_free(ix);
	return found < 0 ? -1 : rc;
}

static int run(const struct options *o, int argc, char **argv)
{
	uint32_t id = 0;
	struct session s;
	struct err e = {0};
	int rc;

	if (!o->record && !o->exchange) {
		id = argc ? number_of(argv[0]) : 0;
		if (!id) {
			log_error("show: which transfer? urbscope show N INPUT (N as in list's "
				  "first column)");
			return EXIT_TROUBLE;
		}
		argc--;
		argv++;
	}
	if (session_begin(&s, o, argc > 0 ? argv[0] : "-", true) < 0)
		return EXIT_TROUBLE;
	s.run.learn = true;
	rc = show(&s, o, id, &e);
	if (rc < 0)
		log_error("%s", e.text);
	return session_end(&s, rc < 0 ? EXIT_TROUBLE : rc);
}

const struct command command_show = {
	.name = "show",
	.args = "[options] N [INPUT]",
	.operands = 2,
	.summary = "Everything about transfer N: properties, status, fields, packets, bytes",
	.text = "N is the number in list's first column. The input is read once as a whole and "
		"then at\n"
		"the transfer's records; what comes from a pipe or is compressed goes through an "
		"unlinked\n"
		"temporary file. Of bus packets the stages, transactions and packets are shown; -v "
		"unfolds\n"
		"runs of NAKs and of good transactions.\n",
	.options = options,
	.run = run,
};
