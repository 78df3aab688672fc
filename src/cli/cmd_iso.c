/* cmd_iso.c: urbscope iso. */
#include "analysis/iso.h"
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
	struct iso *iso = iso_new();
	struct consumer c = iso_consumer(iso);
	struct run r = {0};
	struct err e = {0};
	int rc;

	if (live_too_many(&command_iso, o, argc, argv) ||
		session_begin(&s, o, argc ? argv[0] : "-", false) < 0) {
		iso_free(iso);
		return EXIT_TROUBLE;
	}
	rc = run_capture(&r, &s.run, &c, 1, &e);
	if (rc < 0)
		log_error("%s", e.text);
	else
		iso_report(iso, &r, s.emit);
	iso_free(iso);
	run_close(&r);
	return session_end(&s, rc < 0 ? EXIT_TROUBLE : rc);
}

const struct command command_iso = {
	.name = "iso",
	.args = "[options] [INPUT]",
	.operands = 1,
	.summary = "Isochronous timing: was each stream on time?",
	.text = "",
	.options = options,
	.run = run,
};
