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
	.summary = "Isochronous timing: whether each stream was on time",
	.text = "A stream is one run of one endpoint: until its interface gets another setting, "
		"all "
		"that is queued\n"
		"is cancelled, or it is silent for a second. What each line means:\n"
		"\n"
		"  on time      intervals left out (no URB or, on the bus, no token) and packets "
		"that "
		"failed\n"
		"  packets      asked; empty: 0 bytes; short: less than the endpoint may carry; "
		"failed "
		"by status\n"
		"  sizes        the pattern that the latest 1,024 packets repeat, in bytes\n"
		"  samples      rate over intervals served, by bus time (1,000 frames are a "
		"second), "
		"and its\n"
		"               offset from the nominal rate; then by the capture's clock\n"
		"  lateness     of each completion (URBs) or token (bus) behind the line through "
		"the "
		"earliest;\n"
		"               URB captures show when URBs completed, not their packets\n"
		"  queue        reserve: from a submission to the completion of the URB before it, "
		"median and\n"
		"               least; dry: nothing was queued\n"
		"  clock        frames of the host controller against the capture's clock: + is "
		"faster\n"
		"  in the frame from SOF to token (bus)\n"
		"  feedback     what the device asks for, in samples a (micro)frame and in Hz\n"
		"\n"
		"± is the half width of the interval that holds the true value with 95 % "
		"probability. "
		"A value\n"
		"behind ~ is inferred; what a capture cannot show is not judged. JSON and CSV add "
		"the "
		"histogram\n"
		"of lateness and each stream over time.\n",
	.options = options,
	.run = run,
};
