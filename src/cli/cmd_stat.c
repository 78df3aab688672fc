/* cmd_stat.c: urbscope stat. */
#include "analysis/stat.h"
#include "base/log.h"
#include "cli/command.h"
#include "cli/live.h"
#include "cli/redraw.h"

static const struct option_row options[] = {
	LIVE_OPTIONS,
	{0, "interval", "TIME", "also what ended in each TIME (100ms, 1s), line by line",
		OPTION_DURATION, offsetof(struct options, interval), 0, 0},
	{0, "binary", 0, "text: sizes and rates in KiB and MiB (1024)", OPTION_FLAG,
		offsetof(struct options, binary), 0, 0},
	{0},
};

static void report(void *ctx, struct run *r, struct emit *e)
{
	stat_report(ctx, r, e);
}

static int report_capture(struct session *s, const struct options *o, const char *input)
{
	struct stat_opts so = {
		.verbose = o->verbose,
		.binary = o->binary,
		.interval = (int64_t)o->interval,
		.details = o->verbose || o->format != OUTPUT_TEXT,
		.e = s->emit,
	};
	struct stat *st = stat_new(&so);
	struct redraw *d = o->interval ? NULL : redraw_new(s, o, input, report, st);
	struct consumer c[2] = {stat_consumer(st)};
	struct run r = {0};
	struct err e = {0};
	int rc;

	if (d)
		c[1] = redraw_consumer(d);
	rc = run_capture(&r, &s->run, c, d ? 2 : 1, &e);
	redraw_end(d);
	if (rc < 0)
		log_error("%s", e.text);
	else
		stat_report(st, &r, s->emit);
	stat_free(st);
	run_close(&r);
	return rc < 0 ? EXIT_TROUBLE : rc;
}

static int run(const struct options *o, int argc, char **argv)
{
	const char *input = argc ? argv[0] : "-";
	struct session s;

	if (live_too_many(&command_stat, o, argc, argv) || session_begin(&s, o, input, false) < 0)
		return EXIT_TROUBLE;
	return session_end(&s, report_capture(&s, o, input));
}

const struct command command_stat = {
	.name = "stat",
	.args = "[options] [INPUT]",
	.operands = 1,
	.summary =
		"What a capture holds, measured: transfers, bytes, rates, latency, queues, sizes",
	.text = "Every record is counted in exactly one place: in a transfer, or in one of the "
		"bins that\n"
		"the line `records` names. Latency is the time from submission to completion, in\n"
		"captures of bus packets from the first token to the last packet; percentiles are\n"
		"within 0.4%. The peak rate is that of the fullest 100 ms, the active rate that "
		"of\n"
		"the time with a request queued. Rates are in decimal units (1 kB = 1000 B).\n"
		"Captures of bus packets also tell the share of bus time that packets took, how\n"
		"regular SOFs were, and how long resets, suspend and other states lasted.\n"
		"\n"
		"Reserved bandwidth is what periodic endpoints may take of a frame, by USB 2.0\n"
		"5.11.3. With -v each endpoint has a block of its own: latency and service time,\n"
		"queue depth, time without a request, lengths, packets, parts of large requests,\n"
		"bus time. A ~ marks what is inferred. On a terminal a live report is drawn again\n"
		"as the capture goes on.\n",
	.options = options,
	.run = run,
};
