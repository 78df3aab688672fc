/* cmd_devices.c: urbscope devices. */
#include "analysis/devices.h"
#include "base/log.h"
#include "cli/command.h"
#include "run/know.h"

#include <stdlib.h>

/* Without a capture: the dumps themselves. */
static int dumps(const struct options *o)
{
	struct options plain = *o;
	struct session s;
	int rc = EXIT_DONE;

	plain.descriptors.n = 0;
	if (session_begin(&s, &plain, NULL, false) < 0)
		return EXIT_TROUBLE;
	for (size_t i = 0; i < o->descriptors.n; i++) {
		struct err e = {0};
		size_t n;
		uint8_t *data = know_read_dump(o->descriptors.v[i], &n, &e);

		if (data) {
			devices_report_dump(data, n, s.ids, s.emit);
		} else {
			log_error("%s", e.text);
			rc = EXIT_TROUBLE;
		}
		free(data);
	}
	return session_end(&s, rc);
}

static int run(const struct options *o, int argc, char **argv)
{
	struct device_counts *counts;
	struct consumer c;
	struct session s;
	struct run r = {0};
	struct err e = {0};
	int rc;

	if (!argc && o->descriptors.n)
		return dumps(o);
	if (session_begin(&s, o, argc ? argv[0] : "-", false) < 0)
		return EXIT_TROUBLE;
	counts = device_counts_new();
	c = device_counts_consumer(counts);
	rc = run_capture(&r, &s.run, &c, 1, &e);
	if (rc < 0)
		log_error("%s", e.text);
	else
		devices_report(counts, &r, s.ids, o->verbose, s.emit);
	run_close(&r);
	device_counts_free(counts);
	return session_end(&s, rc < 0 ? EXIT_TROUBLE : rc);
}

const struct command command_devices = {
	.name = "devices",
	.args = "[options] [INPUT]",
	.operands = 1,
	.summary =
		"The devices of a capture: tree with names, interfaces, endpoints; -v descriptors",
	.text = "Names in quotes are the device's own strings; others come from usb.ids. What "
		"stands\n"
		"behind ~ is inferred. Without INPUT, --descriptors FILE (or -) decodes a dump of\n"
		"descriptors: raw (sysfs), or hexadecimal text as xxd, hexdump -C or od print "
		"it.\n",
	.options = NULL,
	.run = run,
};
