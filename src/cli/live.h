/* live.h: an interface as input: what the command capture and the option -i of others share. */
#ifndef CLI_LIVE_H
#define CLI_LIVE_H

#include "capture/drain.h"
#include "cli/command.h"

/* A source with its drain. */
struct live {
	struct source *source;
	struct picks picks;
	struct drain *drain;
	char os[200];
};

#define LIVE_OPTION_INTERFACE                                                                      \
	{                                                                                          \
		'i', "interface", "NAME", "usbmonN: capture live from bus N, usbmon0: all buses",  \
			OPTION_TEXT, offsetof(struct options, interface), 0, 0                     \
	}
#define LIVE_OPTION_DEVICE                                                                         \
	{                                                                                          \
		'd', "device", "DEV",                                                              \
			"live: only this device: VID:PID (hexadecimal) or BUS.DEV; may be "        \
			"repeated",                                                                \
			OPTION_MANY, offsetof(struct options, devices), 0, 0                       \
	}
#define LIVE_OPTION_NO_INJECT                                                                      \
	{                                                                                          \
		0, "no-inject", 0, "live: do not tell of devices that are there already",          \
			OPTION_FLAG, offsetof(struct options, no_inject), 0, 0                     \
	}
#define LIVE_OPTIONS LIVE_OPTION_INTERFACE, LIVE_OPTION_DEVICE, LIVE_OPTION_NO_INJECT

/* True after a message: -i and an INPUT were both given, or options of -i without it. */
bool live_too_many(const struct command *c, const struct options *o, int argc, char **argv);

/* Opens o->interface. 0, or -1 with *e. live_close() in both cases. */
int live_open_source(struct live *l, const struct options *o, struct err *e);
/* Starts the drain; d says where to write and the limits, the rest is filled in. SIGINT, SIGTERM
 * and SIGHUP end it in good order from now on; a second one the process. Owns d->fd. */
int live_start(struct live *l, const struct options *o, struct drain_opts *d, struct err *e);
void live_close(struct live *l);
/* "0 lost counted", "losses not known" */
void live_say_lost(struct text *t, const struct drain_counts *c);

/* For -i: the drain writes into a pipe that the run reads. NULL and *e on failure. */
struct live *live_input(const struct options *o, struct run_opts *run, struct err *e);
/* Ends it, tells losses and failures, and returns the exit code: rc or worse. */
int live_input_end(struct live *l, int rc);

#endif
