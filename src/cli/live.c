/* live.c: an interface as input. */
#include "cli/live.h"
#include "base/log.h"
#include "base/mem.h"
#include "capture/rights.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

/* Longest record of usbmon at its largest ring, with its isochronous descriptors. */
enum { LONGEST = 256 * 1024, PIPE_SIZE = 1024 * 1024 };

/* ---- signals ------------------------------------------------------------------------ */

/* What the handler stops: there is one live capture in a process. */
static struct drain *volatile running;
static volatile sig_atomic_t signalled; /* maybe before it ran */

static void on_signal(int sig)
{
	struct drain *d = running;

	(void)sig;
	signalled = 1;
	if (d)
		drain_stop(d);
}

/* nohup wants SIGHUP ignored. SIGINT is also ignored where a script starts us in the background,
 * but then it is the script that sends it. */
static void catch_signals(void)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction act = {.sa_handler = on_signal,
				 .sa_flags = (int)SA_RESETHAND | SA_RESTART},
			 old;

	signal(SIGXFSZ, SIG_IGN); /* a file that may not grow shows as EFBIG */
	for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
		sigaction(signals[i], NULL, &old);
		if (signals[i] != SIGHUP || old.sa_handler != SIG_IGN)
			sigaction(signals[i], &act, NULL);
	}
}

/* ---- what both share ---------------------------------------------------------------- */

bool live_too_many(const struct command *c, const struct options *o, int argc, char **argv)
{
	if (!o->interface && (o->devices.n || o->no_inject)) {
		log_error("%s: %s is for -i; of a file, -f keeps devices: -f 'dev == 5'", c->name,
			o->no_inject ? "--no-inject" : "-d");
		return true;
	}
	if (!o->interface || !argc)
		return false;
	log_error("%s: \"%s\" is too much: the input is %s", c->name, argv[0], o->interface);
	return true;
}

int live_open_source(struct live *l, const struct options *o, struct err *e)
{
	for (size_t i = 0; i < o->devices.n; i++)
		if (pick_add(&l->picks, o->devices.v[i], e) < 0)
			return -1;
	l->source = source_open(o->interface, e);
	rights_go_first(); /* before root is given up; live_start ends it */
	return l->source ? 0 : -1;
}

int live_start(struct live *l, const struct options *o, struct drain_opts *d, struct err *e)
{
	struct utsname u;
	struct text t;

	text_init(&t, l->os, sizeof(l->os));
	if (!uname(&u))
		text_printf(&t, "%s %s", u.sysname, u.release);
	l->source = source_queue(l->source, e);
	rights_go_last();
	if (!l->source) {
		close(d->fd);
		return -1;
	}
	d->source = l->source;
	d->picks = &l->picks;
	d->inject = !o->no_inject;
	d->writer.pcap = o->pcap;
	d->writer.snaplen = o->snaplen && o->snaplen < LONGEST ? (uint32_t)o->snaplen : LONGEST;
	d->writer.application = "urbscope " URBSCOPE_VERSION;
	d->writer.os = l->os[0] ? l->os : NULL;
	catch_signals(); /* first: who sees the file grow may send one */
	l->drain = drain_start(d, e);
	if (!l->drain)
		return -1;
	running = l->drain;
	if (signalled)
		drain_stop(l->drain);
	return 0;
}

void live_close(struct live *l)
{
	running = NULL;
	drain_free(l->drain);
	source_close(l->source);
}

void live_say_lost(struct text *t, const struct drain_counts *c)
{
	if (c->lost_known)
		text_printf(t, "%llu lost counted", (unsigned long long)c->lost);
	else
		text_str(t, "losses not known (this kernel does not tell)");
}

/* ---- the option -i ------------------------------------------------------------------ */

struct live *live_input(const struct options *o, struct run_opts *run, struct err *e)
{
	struct live *l = mem_zalloc(1, sizeof(*l));
	struct drain_opts d = {.path = o->interface, .prompt = true};
	int fd[2] = {-1, -1};

	if (live_open_source(l, o, e) == 0 && rights_drop(e) == 0) {
		if (pipe2(fd, O_CLOEXEC) < 0) {
			err_set(e, "cannot make a pipe: %s", strerror(errno));
		} else {
			/* as much as is allowed: what waits here is not lost in the ring */
			fcntl(fd[1], F_SETPIPE_SZ, PIPE_SIZE);
			d.fd = fd[1];
			if (live_start(l, o, &d, e) == 0) {
				run->path = o->interface;
				run->fd = fd[0];
				run->live = true;
				return l;
			}
			close(fd[0]);
		}
	}
	live_close(l);
	free(l);
	return NULL;
}

int live_input_end(struct live *l, int rc)
{
	struct drain_counts c;
	struct err e = {0};
	enum drain_end why;

	drain_stop(l->drain);
	why = drain_join(l->drain, &e);
	drain_counts(l->drain, &c);
	if (c.lost_known && c.lost)
		log_warn("%llu events were lost before they could be read (counted)",
			(unsigned long long)c.lost);
	else if (!c.lost_known)
		log_warn("whether events were lost is not known: this kernel does not tell");
	if (why == DRAIN_NO_SOURCE || why == DRAIN_NO_WRITE) {
		log_error("%s", e.text);
		rc = EXIT_TROUBLE;
	}
	live_close(l);
	free(l);
	return rc;
}
