/* cmd_capture.c: urbscope capture. */
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "capture/rights.h"
#include "cli/interfaces.h"
#include "cli/live.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define AT(member)   offsetof(struct options, member)
#define NS_PER_S     UINT64_C(1000000000)
#define PROGRESS_MS  500
#define SYNC_EVERY_S 1

enum { SNAPLEN_MIN = 64, SECONDS_MAX = 1000 * 1000 * 1000 };

static const struct option_row options[] = {
	LIVE_OPTION_INTERFACE,
	{'w', "write", "FILE", "write to FILE; - is standard output, for a pipe", OPTION_TEXT,
		AT(write), 0, 0},
	{'l', "list", 0, "show the interfaces and the devices behind them, capture nothing",
		OPTION_FLAG, AT(interfaces), 0, 0},
	LIVE_OPTION_DEVICE,
	{'n', "count", "N", "stop after N records", OPTION_NUMBER, AT(count), 0, 0},
	{0, "bytes", "SIZE", "stop when so much was written (64k, 10M, 1Gi)", OPTION_SIZE,
		AT(bytes), 0, 0},
	{0, "seconds", "N", "stop after N seconds", OPTION_NUMBER, AT(seconds), 0, 0},
	{0, "transfers", "N", "stop when N transfers have ended", OPTION_NUMBER, AT(transfers), 0,
		0},
	{'s', "snaplen", "SIZE", "keep at most so much of each record", OPTION_SIZE, AT(snaplen), 0,
		0},
	{0, "rotate-size", "SIZE", "begin a new file when one has this size", OPTION_SIZE,
		AT(rotate_bytes), 0, 0},
	{0, "rotate-seconds", "N", "begin a new file every N seconds", OPTION_NUMBER,
		AT(rotate_seconds), 0, 0},
	{0, "files", "N", "with these: keep the last N files, remove older ones", OPTION_NUMBER,
		AT(files), 0, 0},
	{0, "pcap", 0, "write pcap instead of pcapng", OPTION_FLAG, AT(pcap), 0, 0},
	LIVE_OPTION_NO_INJECT,
	{0},
};

/* ---- progress ----------------------------------------------------------------------- */

enum { SHOWN_DEVICES = 3 };

struct progress {
	int64_t start, last; /* ns */
	uint64_t moved[DRAIN_BUSES][DRAIN_ADDRESSES];
};

struct rate {
	unsigned bus, address;
	uint64_t bytes;
};

static int64_t clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* The busiest devices since the last look, busiest first. */
static void busiest(struct progress *p, struct drain *d, struct rate top[SHOWN_DEVICES])
{
	for (unsigned b = 0; b < DRAIN_BUSES; b++)
		for (unsigned a = 0; a < DRAIN_ADDRESSES; a++) {
			uint64_t moved = drain_moved(d, b, a);
			struct rate r = {b, a, moved - p->moved[b][a]};

			p->moved[b][a] = moved;
			for (int i = 0; i < SHOWN_DEVICES; i++)
				if (r.bytes > top[i].bytes) {
					struct rate less = top[i];

					top[i] = r;
					r = less;
				}
		}
}

static void say_bytes(struct text *t, double bytes)
{
	static const char *const unit[] = {"B", "kB", "MB", "GB", "TB"};
	size_t i = 0;

	for (; bytes >= 1000 && i + 1 < ARRAY_LEN(unit); i++)
		bytes /= 1000;
	text_printf(t, i ? "%.1f %s" : "%.0f %s", bytes, unit[i]);
}

static void show_progress(struct progress *p, struct drain *d)
{
	struct rate top[SHOWN_DEVICES] = {0};
	struct drain_counts c;
	int64_t t0 = clock_ns();
	double seconds = (double)(t0 - p->last) / 1e9;
	char line[256];
	struct text t;

	busiest(p, d, top);
	p->last = t0;
	drain_counts(d, &c);
	text_init(&t, line, sizeof(line));
	text_printf(&t, "%.0f s  %llu records  ", (double)(t0 - p->start) / 1e9,
		(unsigned long long)c.records);
	say_bytes(&t, (double)c.bytes);
	for (int i = 0; i < SHOWN_DEVICES && top[i].bytes; i++) {
		text_printf(&t, "  %u.%u ", top[i].bus, top[i].address);
		say_bytes(&t, (double)top[i].bytes / seconds);
		text_str(&t, "/s");
	}
	text_str(&t, "  ");
	live_say_lost(&t, &c);
	log_progress(line);
}

struct capture {
	struct live live;
	struct keeper *keeper;
};

/* ---- capturing ---------------------------------------------------------------------- */

static bool rotates(const struct options *o)
{
	return o->rotate_bytes || o->rotate_seconds;
}

static const char *output_name(const struct options *o)
{
	return strcmp(o->write, "-") ? o->write : "standard output";
}

/* Why these options cannot be; 0 if they can. */
static int check_options(const struct options *o, struct err *e)
{
	bool pipe = o->write && !strcmp(o->write, "-");

	if (!o->interface)
		return err_set(e, "capture: which interface? -i usbmonN (urbscope capture --list "
				  "shows them)");
	if (!o->write)
		return err_set(e, "capture: where to? -w FILE, or -w - for a pipe");
	if (pipe && isatty(STDOUT_FILENO))
		return err_set(e, "capture: -w - writes binary data, and standard output is a "
				  "terminal; use a pipe or a file");
	if (pipe && rotates(o))
		return err_set(e, "capture: a pipe cannot be rotated");
	if (o->snaplen && o->snaplen < SNAPLEN_MIN)
		return err_set(e, "capture: --snaplen is at least %d bytes, the header of a record",
			SNAPLEN_MIN);
	if (o->seconds > SECONDS_MAX || o->rotate_seconds > SECONDS_MAX)
		return err_set(e, "capture: that many seconds are for ever: leave the option out");
	if (o->files && !rotates(o))
		return err_set(e, "capture: --files needs --rotate-size or --rotate-seconds");
	return 0;
}

static int open_output(const struct options *o, struct keeper *k, struct err *e)
{
	int fd;

	if (rotates(o))
		return keeper_file(k, 1, e);
	if (strcmp(o->write, "-"))
		return keeper_make(o->write, e);
	fd = dup(STDOUT_FILENO);
	return fd < 0 ? err_set(e, "standard output: %s", strerror(errno)) : fd;
}

static bool is_regular(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISREG(st.st_mode);
}

/* Files belong to who called: root makes them before it is given up, or lets a process do it that
 * keeps root; who came by sudo makes them afterwards, as the user that it is then. */
static int start(struct capture *c, const struct options *o, struct err *e)
{
	bool root = rights_becomes_nobody();
	int fd = -1;
	struct drain_opts d = {
		.path = output_name(o),
		.records = o->count,
		.bytes = o->bytes,
		.transfers = o->transfers,
		.ns = o->seconds * NS_PER_S,
		.rotate_bytes = o->rotate_bytes,
		.rotate_ns = o->rotate_seconds * NS_PER_S,
	};

	c->keeper = keeper_start(o->write, o->files, rotates(o) && root, e);
	if (!c->keeper || live_open_source(&c->live, o, e) < 0)
		return -1;
	if (root && (fd = open_output(o, c->keeper, e)) < 0)
		return -1;
	if (rights_drop(e) < 0 || (fd < 0 && (fd = open_output(o, c->keeper, e)) < 0))
		return -1;
	d.fd = fd;
	d.prompt = !is_regular(fd);
	d.keeper = c->keeper;
	return live_start(&c->live, o, &d, e);
}

static void wait_for_end(struct drain *d)
{
	struct progress *p = mem_zalloc(1, sizeof(*p));
	struct pollfd done = {drain_done_fd(d), POLLIN, 0};
	int64_t synced = clock_ns();

	p->start = p->last = synced;
	while (poll(&done, 1, PROGRESS_MS) <= 0) {
		show_progress(p, d);
		if (clock_ns() - synced >= SYNC_EVERY_S * (int64_t)NS_PER_S) {
			drain_sync(d);
			synced = clock_ns();
		}
	}
	log_progress(NULL);
	free(p);
}

static int report(struct live *l, const struct options *o)
{
	struct drain_counts c;
	struct err e = {0};
	enum drain_end why = drain_join(l->drain, &e);
	char text[160];
	struct text t;

	drain_counts(l->drain, &c);
	text_init(&t, text, sizeof(text));
	text_printf(&t, "%llu records, ", (unsigned long long)c.records);
	if (c.injected)
		text_printf(&t, "%llu injected, ", (unsigned long long)c.injected);
	say_bytes(&t, (double)c.bytes);
	if (rotates(o))
		text_printf(&t, " in %llu files", (unsigned long long)c.files);
	text_str(&t, ", ");
	live_say_lost(&t, &c);
	if (c.unwritten)
		text_printf(&t, ", %llu not written", (unsigned long long)c.unwritten);
	log_note("%s: %s", output_name(o), text);
	if (why != DRAIN_NO_WRITE && why != DRAIN_NO_SOURCE)
		return EXIT_DONE;
	log_error("%s", e.text);
	return EXIT_TROUBLE;
}

static int capture(const struct options *o)
{
	struct capture c = {0};
	struct err e = {0};
	int rc = EXIT_TROUBLE;

	if (check_options(o, &e) < 0 || start(&c, o, &e) < 0) {
		log_error("%s", e.text);
	} else {
		wait_for_end(c.live.drain);
		rc = report(&c.live, o);
	}
	live_close(&c.live);
	keeper_stop(c.keeper);
	return rc;
}

static int run(const struct options *o, int argc, char **argv)
{
	struct session s;

	(void)argc;
	(void)argv;
	if (!o->interfaces)
		return capture(o);
	if (session_begin(&s, &(struct options){.format = o->format, .no_ids = true}, NULL, false) <
		0)
		return EXIT_TROUBLE;
	interfaces_report(s.emit);
	return session_end(&s, EXIT_DONE);
}

const struct command command_capture = {
	.name = "capture",
	.args = "-i usbmonN -w FILE [options]",
	.operands = 0,
	.summary = "Live capture to a file or a pipe",
	.text = "Ends with Ctrl-C, at a limit, or when the bus is gone; the file is whole at any "
		"moment.\n"
		"Devices that are there already are told as injected records (urbscope stat counts "
		"them\n"
		"apart), so that the capture can be decoded anywhere. Root is given up after "
		"opening.\n\n"
		"  urbscope capture -i usbmon1 -w trace.pcapng\n"
		"  ssh host urbscope capture -i usbmon0 -w - | urbscope list -\n",
	.options = options,
	.own_options = true,
	.run = run,
};
