/* cmd_view.c: urbscope view: a file, a pipe or an interface in the terminal viewer. */
#include "base/log.h"
#include "base/mem.h"
#include "capture/rights.h"
#include "capture/spool.h"
#include "cli/command.h"
#include "cli/live.h"
#include "tui/view.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct option_row options[] = {
	LIVE_OPTIONS,
	{'w', "write", "FILE", "keep what comes from an interface or a pipe in FILE", OPTION_TEXT,
		offsetof(struct options, write), 0, 0},
	{0, "pace", "X", "play the file at X times its own speed (0.1 to 1000), as if it were live",
		OPTION_TEXT, offsetof(struct options, pace), 0, 0},
	{0, "follow", 0, "begin at the end and follow what comes", OPTION_FLAG,
		offsetof(struct options, follow), 0, 0},
	{0, "ascii", 0, "lines and signs in ASCII", OPTION_FLAG, offsetof(struct options, ascii), 0,
		0},
	{0, "script", "TEXT", NULL, OPTION_TEXT, offsetof(struct options, script), 0, 0},
	{0},
};

/* What fills the file while it is looked at: a live capture or a copy of a pipe. */
struct filling {
	struct live live;
	struct spool *spool;
	bool on_air;
};

static bool live_alive(void *ctx, struct err *e)
{
	struct filling *f = ctx;

	if (f->spool)
		return !spool_over(f->spool, e);
	return drain_running(f->live.drain, e);
}

static void live_status(void *ctx, struct text *t)
{
	struct filling *f = ctx;
	struct drain_counts c;

	drain_counts(f->live.drain, &c);
	if (c.lost_known)
		text_printf(t, "%llu lost", (unsigned long long)c.lost);
	else
		text_str(t, "losses not known");
}

/* A descriptor to write to and another one to read what was written; -1 with *e. */
static int open_store(const struct options *o, int *read_fd, struct err *e)
{
	char path[40];
	int fd = o->write ? keeper_make(o->write, e) : spool_file(e);

	if (fd < 0)
		return -1;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	*read_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (*read_fd < 0)
		*read_fd = o->write ? open(o->write, O_RDONLY | O_CLOEXEC) : -1;
	if (*read_fd < 0) {
		err_set(e, "the file that keeps the capture cannot be read: %s", strerror(errno));
		close(fd);
		return -1;
	}
	return fd;
}

static int start_live(struct filling *f, const struct options *o, int *fd, struct err *e)
{
	struct drain_opts d = {.path = o->write ? o->write : o->interface, .prompt = true};

	bool root = rights_becomes_nobody();

	f->on_air = true;
	if (live_open_source(&f->live, o, e) < 0)
		return -1;
	/* files belong to who called: see capture */
	d.fd = root ? open_store(o, fd, e) : -1;
	if ((root && d.fd < 0) || rights_drop(e) < 0)
		return -1;
	if (!root)
		d.fd = open_store(o, fd, e);
	return d.fd < 0 ? -1 : live_start(&f->live, o, &d, e);
}

static int start_spool(
	struct filling *f, const struct options *o, const char *path, int *fd, struct err *e)
{
	int to = open_store(o, fd, e);
	/* keys come from the terminal: what is read from a pipe is read from a copy of it */
	int from = strcmp(path, "-") ? 0 : dup(STDIN_FILENO);

	if (to < 0)
		return -1;
	f->spool = spool_start(path, from, to, e);
	return f->spool ? 0 : -1;
}

static int open_file(const char *path, struct err *e)
{
	int fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) : dup(STDIN_FILENO);

	return fd < 0 ? err_set(e, "%s: %s", path, strerror(errno)) : fd;
}

static int read_pace(const struct options *o, double *pace)
{
	char *end;

	if (!o->pace)
		return 0;
	*pace = strtod(o->pace, &end);
	if (!*end && *pace >= 0.1 && *pace <= 1000)
		return 0;
	log_error("view: --pace takes a number from 0.1 to 1000, not \"%s\"", o->pace);
	return -1;
}

static int open_input(struct filling *f, const struct options *o, const char *path,
	struct view_opts *v, struct view_source *source, struct err *e)
{
	int rc = 0;

	if (o->interface) {
		rc = start_live(f, o, &v->fd, e);
		source->status = live_status;
	} else if (spool_needed(path)) {
		rc = start_spool(f, o, path, &v->fd, e);
		source->learn = true;
	} else {
		v->fd = open_file(path, e);
		return v->fd < 0 ? -1 : 0;
	}
	v->source = source;
	return rc;
}

static void end_input(struct filling *f)
{
	struct err e = {0};

	spool_free(f->spool);
	if (!f->on_air)
		return;
	if (f->live.drain) {
		drain_stop(f->live.drain);
		drain_join(f->live.drain, &e);
	}
	live_close(&f->live);
}

static int view(const struct options *o, struct session *s, const char *path)
{
	struct filling f = {0};
	struct view_source source = {.ctx = &f, .alive = live_alive};
	struct view_opts v = {
		.path = o->interface && o->write ? o->write : o->interface ? o->interface : path,
		.kept = o->write			     ? o->write
			: o->interface || !strcmp(path, "-") ? NULL
							     : path,
		.fd = -1,
		.base = s->run,
		.filter = o->filter,
		.follow = o->follow || o->interface,
		.time = o->time,
		.no_color = !session_color(o),
		.ascii = o->ascii || strcmp(nl_langinfo(CODESET), "UTF-8") != 0,
		.script = o->script,
	};
	struct err e = {0};
	int rc = EXIT_TROUBLE;

	if (read_pace(o, &v.pace) == 0) {
		if (open_input(&f, o, path, &v, &source, &e) == 0)
			rc = view_run(&v);
		else
			log_error("%s", e.text);
	}
	end_input(&f);
	return rc;
}

static int run(const struct options *o, int argc, char **argv)
{
	struct options plain = *o;
	struct session s;
	int rc;

	if (live_too_many(&command_view, o, argc, argv))
		return EXIT_TROUBLE;
	if (o->format || o->count) {
		log_error("view: %s is for commands that print (the key W saves what is shown)",
			o->count ? "-n" : "--format");
		return EXIT_TROUBLE;
	}
	if (!o->interface && !argc && isatty(STDIN_FILENO)) {
		log_error("view: which capture? urbscope view FILE, or -i usbmonN");
		return EXIT_TROUBLE;
	}
	plain.interface = NULL; /* the viewer reads a file, whatever fills it */
	if (session_begin(&s, &plain, argc ? argv[0] : "-", true) < 0)
		return EXIT_TROUBLE;
	rc = view(o, &s, argc ? argv[0] : "-");
	return session_end(&s, rc);
}

const struct command command_view = {
	.name = "view",
	.args = "[options] [INPUT]",
	.operands = 1,
	.summary = "Terminal viewer: transfers, fields, bytes, devices, statistics, timeline",
	.text = "INPUT is a capture file, also one that is still written to, or - for a pipe. The "
		"key "
		"?\n"
		"shows all keys. Settings are kept in $XDG_CONFIG_HOME/urbscope/view.conf, notes "
		"beside\n"
		"the capture in INPUT.notes.\n",
	.options = options,
	.run = run,
};
