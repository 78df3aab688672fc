/* cmd_stat.c: urbscope stat. */
#include "analysis/stat.h"
#include "base/log.h"
#include "cli/command.h"
#include "cli/live.h"

static const struct option_row options[] = {
	LIVE_OPTIONS,
	{0},
};

static int run(const struct options *o, int argc, char **argv)
{
	struct session s;
	struct stat *st = stat_new();
	struct consumer c = stat_consumer(st);
	struct run r = {0};
	struct err e = {0};
	int rc;

	if (live_too_many(&command_stat, o, argc, argv) ||
		session_begin(&s, o, argc ? argv[0] : "-", false) < 0) {
		stat_free(st);
		return EXIT_TROUBLE;
	}
	rc = run_capture(&r, &s.run, &c, 1, &e);
	if (rc < 0)
		log_error("%s", e.text);
	else
		stat_report(st, &r, s.emit);
	stat_free(st);
	run_close(&r);
	return session_end(&s, rc < 0 ? EXIT_TROUBLE : rc);
}

const struct command command_stat = {
	.name = "stat",
	.args = "[options] [INPUT]",
	.operands = 1,
	.summary = "What a capture holds: records, transfers, statuses, bytes, rates and latency",
	.text = "Every record is counted in exactly one place: in a transfer, or in one of the "
		"bins that\n"
		"the line `records` names. Latency is the time from submission to completion, in\n"
		"captures of bus packets from the first token to the last packet; the peak rate "
		"is\n"
		"that of the fullest 100 ms. Rates are in decimal units (1 kB = 1000 B).\n"
		"Captures of bus packets also tell the share of bus time that packets took, how\n"
		"regular SOFs were, and how long resets, suspend and other states lasted.\n",
	.options = options,
	.run = run,
};
