/* cmd_list.c: urbscope list. */
#include "analysis/list.h"
#include "base/log.h"
#include "cli/command.h"
#include "cli/live.h"
#include "output/output.h"
#include "run/load.h"

static const char *const sort_words[] = {"end", "begin", NULL};

enum { SORT_NONE, SORT_END, SORT_BEGIN };

static const struct option_row options[] = {
	LIVE_OPTIONS,
	{0, "records", 0, "one line per record instead of per transfer", OPTION_FLAG,
		offsetof(struct options, records), 0, 0},
	{0, "exchanges", 0,
		"one line per exchange: transfers that belong together, as decoders tell",
		OPTION_FLAG, offsetof(struct options, exchanges), 0, 0},
	{0, "packets", 0, "bus captures: one line per packet; runs of SOFs and NAKs in one, -v all",
		OPTION_FLAG, offsetof(struct options, packets), 0, 0},
	{0, "transactions", 0,
		"bus captures: one line per transaction; runs of NAKs in one, -v all", OPTION_FLAG,
		offsetof(struct options, transactions), 0, 0},
	{0, "episodes", 0,
		"one line per episode (enumeration, recovery, suspend, stream); -v steps",
		OPTION_FLAG, offsetof(struct options, episodes), 0, 0},
	{0, "sort", "ORDER", "end (as transfers end, the default) or begin (reads the input twice)",
		OPTION_WORD, offsetof(struct options, sort), sort_words, SORT_END},
	{0},
};

/* The whole capture first, then its transfers in begin order through the index. */
struct sorted {
	struct list *list;
	struct run *run;
	const struct filter *filter;
};

static void got(void *ctx, struct row *row)
{
	struct sorted *s = ctx;

	if (!s->filter || filter_keeps(s->filter, row))
		list_xfer(s->list, s->run, row);
}

static int list_sorted(struct session *s, struct list *l, struct run *r, struct err *e)
{
	struct index *ix = index_new();
	struct consumer c = run_indexer(ix);
	struct sorted sorted = {l, r, s->filter};
	int rc;

	s->run.filter = NULL; /* the index needs every transfer */
	rc = run_capture(r, &s->run, &c, 1, e);
	for (uint32_t id = 1; rc >= 0 && id <= index_count(ix) && !r->stop; id++)
		if (index_get(ix, id) && run_load_xfer(r, ix, id, got, &sorted, e) < 0)
			rc = -1;
	index_free(ix);
	return rc;
}

/* True after a message. */
static bool levels_too_many(const struct options *o)
{
	if (o->records + o->packets + o->transactions + o->exchanges + o->episodes < 2)
		return false;
	log_error("list: one of --records, --packets, --transactions, --exchanges and --episodes "
		  "at a time");
	return true;
}

/* A table without lines says nothing of why. */
static void say_no_packets(const struct options *o, const struct run *r)
{
	if ((o->packets || o->transactions) && !r->stop && !o->filter &&
		!model_bus_counts(r->model))
		log_warn("the capture holds no bus packets: --records lists what it has");
}

static int run(const struct options *o, int argc, char **argv)
{
	struct list_opts lo = {
		.time = (enum time_format)o->time,
		.records = o->records,
		.packets = o->packets,
		.transactions = o->transactions,
		.exchanges = o->exchanges,
		.episodes = o->episodes,
		.fold = !o->verbose && o->format == OUTPUT_TEXT,
		.fields = o->verbose,
		.count = o->count,
	};
	bool by_begin = o->sort == SORT_BEGIN && !o->records && !o->packets && !o->transactions &&
			!o->exchanges && !o->episodes;
	struct session s;
	struct list l;
	struct consumer c;
	struct run r = {0};
	struct err e = {0};
	int rc;

	if (levels_too_many(o) || live_too_many(&command_list, o, argc, argv) ||
		session_begin(&s, o, argc ? argv[0] : "-", by_begin) < 0)
		return EXIT_TROUBLE;
	if (o->episodes) { /* what happens rests on all transfers */
		lo.filter = s.filter;
		s.run.filter = NULL;
	}
	list_begin(&l, s.emit, &lo, &c);
	rc = by_begin ? list_sorted(&s, &l, &r, &e) : run_capture(&r, &s.run, &c, 1, &e);
	if (rc >= 0) {
		list_end(&l, &r);
		say_no_packets(o, &r);
	} else {
		log_error("%s", e.text);
	}
	run_close(&r);
	return session_end(&s, rc < 0 ? EXIT_TROUBLE : rc);
}

const struct command command_list = {
	.name = "list",
	.args = "[options] [INPUT]",
	.operands = 1,
	.summary = "One line per transfer, in the order in which they end",
	.text = "INPUT is a capture file; - or nothing is standard input. With -v each transfer "
		"is\n"
		"followed by its decoded fields.\n",
	.options = options,
	.run = run,
};
