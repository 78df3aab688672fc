/* trace.c: passes over the file, and when they begin and end. */
#include "tui/trace.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	STEP_RECORDS = 4096,
	GROWTH_MS = 100,   /* how often a growing file is looked at */
	HEADER_ROOM = 4096 /* a file that is shorter may not have its header yet */
};

int64_t monotonic_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static uint64_t size_now(const struct trace *t)
{
	struct stat st;

	return fstat(t->fd, &st) ? 0 : (uint64_t)st.st_size;
}

int trace_reopen(const struct trace *t, struct err *e)
{
	int fd = fcntl(t->fd, F_DUPFD_CLOEXEC, 0);

	/* The offset is shared and looked at only while a reader opens it: then it is the
	 * beginning. Opening the file anew is no way: the right to do so may have been given up. */
	if (fd < 0 || lseek(fd, 0, SEEK_SET) < 0)
		return err_set(e, "%s: cannot be opened again: %s", t->path, strerror(errno));
	return fd;
}

/* ---- a pass ------------------------------------------------------------------------- */

static void note_xfer(void *self, struct run *r, struct row *row)
{
	struct pass *p = self;

	(void)r;
	idset_add(&p->ended, row->x->id);
	idset_add(&p->pipes, row->x->pipe);
	if (status_is_error(row->x->status))
		idset_add(&p->errors, row->x->id);
}

static void pass_free(struct pass *p)
{
	if (!p)
		return;
	run_close(&p->run);
	index_free(p->ix);
	stat_free(p->stat);
	device_counts_free(p->counts);
	meters_free(&p->meters);
	idset_free(&p->ended);
	idset_free(&p->errors);
	idset_free(&p->pipes);
	free(p);
}

static struct pass *pass_new(struct trace *t, bool follow, struct err *e)
{
	struct pass *p = mem_zalloc(1, sizeof(*p));
	int fd = trace_reopen(t, e), access = -1;

	p->opts = t->base;
	p->opts.path = t->path;
	p->opts.fd = fd;
	p->opts.follow = follow;
	p->opts.quiet_input = t->now != NULL; /* the first pass told */
	if (t->learnt)
		p->opts.knowledge = t->learnt;
	p->ix = index_new();
	p->stat = stat_new(&(struct stat_opts){.verbose = true});
	p->counts = device_counts_new();
	p->consumer[0] = run_indexer(p->ix);
	p->consumer[1] = (struct consumer){.self = p, .xfer = note_xfer};
	p->consumer[2] = stat_consumer(p->stat);
	p->consumer[3] = device_counts_consumer(p->counts);
	p->consumer[4] = meters_consumer(&p->meters);
	if (fd >= 0 && run_open(&p->run, &p->opts, p->consumer, ARRAY_LEN(p->consumer), e) == 0) {
		access = trace_reopen(t, e);
		if (access >= 0 && run_open_access(&p->run, access, e) == 0)
			return p;
	}
	pass_free(p);
	return NULL;
}

static void pass_finish(struct trace *t, struct pass *p)
{
	run_finish(&p->run);
	p->finished = true;
	p->size = size_now(t);
}

/* Reads for a while. True: there is more at once. */
static bool pass_step(struct trace *t, struct pass *p, int64_t deadline)
{
	int64_t until = t->pace.on && p == t->now ? t->pace.at : INT64_MAX;
	enum run_state state = RUN_MORE;

	while (state == RUN_MORE && monotonic_ns() < deadline)
		state = run_step(&p->run, STEP_RECORDS, until, &t->err);
	if (state == RUN_FAILED)
		t->failed = true;
	if (state == RUN_FAILED || (state == RUN_END && !p->opts.follow))
		pass_finish(t, p);
	return state == RUN_MORE;
}

/* ---- which pass --------------------------------------------------------------------- */

static void take_over(struct trace *t, struct pass *p)
{
	pass_free(t->now);
	t->now = p;
	t->next = NULL;
	t->generation++;
}

/* The first pass is done: is there something to learn from it? */
static void begin_second(struct trace *t)
{
	struct devices *learnt = devices_new();
	struct err e = {0};

	t->learn = false;
	if (t->base.knowledge)
		devices_know_all(learnt, t->base.knowledge);
	devices_know_all(learnt, model_devices(t->now->run.model));
	t->learnt = learnt;
	t->next = pass_new(t, false, &e);
}

static void begin_following(struct trace *t)
{
	struct err e = {0};

	t->followed = true;
	t->next = pass_new(t, true, &e);
}

static bool open_first(struct trace *t)
{
	struct err e = {0};
	uint64_t size = size_now(t); /* before: it grows meanwhile */

	t->now = pass_new(t, t->growing || t->pace.on, &e);
	if (t->now || (t->growing && size < HEADER_ROOM))
		return t->now != NULL;
	t->err = e;
	t->failed = true;
	t->growing = false;
	return false;
}

static bool step_next(struct trace *t, int64_t deadline)
{
	bool more = pass_step(t, t->next, deadline);

	if (!more)
		take_over(t, t->next);
	return more || t->learn;
}

static bool restart(struct trace *t)
{
	struct err e = {0};
	struct pass *p = pass_new(t, true, &e);

	if (p)
		take_over(t, p);
	return p != NULL;
}

static void advance_pace(struct trace *t)
{
	int64_t now = monotonic_ns();

	if (!t->pace.paused && t->pace.clock)
		t->pace.at += (int64_t)((double)(now - t->pace.clock) * t->pace.speed);
	t->pace.clock = now;
}

static bool step_paced(struct trace *t, int64_t deadline)
{
	advance_pace(t);
	if (pass_step(t, t->now, deadline))
		return true;
	if (run_next_time(&t->now->run) != INT64_MAX || t->now->finished)
		return false;
	if (t->pace.loop && restart(t)) {
		t->pace.at = 0;
		return true;
	}
	pass_finish(t, t->now);
	t->pace.on = false;
	return false;
}

bool trace_step(struct trace *t, int ms)
{
	int64_t deadline = monotonic_ns() + ms * INT64_C(1000000);

	if (!t->now && (t->failed || !open_first(t)))
		return false;
	if (t->pace.on)
		return step_paced(t, deadline);
	if (t->next)
		return step_next(t, deadline);
	if (!t->now->finished) {
		if (pass_step(t, t->now, deadline))
			return true;
		if (!t->growing && !t->followed && !t->now->finished)
			pass_finish(t, t->now);
		if (!t->now->finished)
			return false;
	}
	if (t->learn && !t->growing && !t->failed)
		begin_second(t);
	else if (!t->failed && size_now(t) > t->now->size)
		begin_following(t);
	return t->next != NULL;
}

int trace_wait(const struct trace *t)
{
	int64_t next;

	if (t->failed)
		return -1;
	if (!t->pace.on || !t->now)
		return GROWTH_MS;
	next = run_next_time(&t->now->run);
	if (t->pace.paused || next == INT64_MAX)
		return GROWTH_MS;
	next = (int64_t)((double)(next - t->pace.at) / t->pace.speed / 1e6);
	return next < 1 ? 1 : next > GROWTH_MS ? GROWTH_MS : (int)next;
}

/* ---- opening ------------------------------------------------------------------------ */

int trace_open(struct trace *t, const char *path, int fd, const struct run_opts *base, bool growing,
	struct err *e)
{
	*t = (struct trace){.path = path, .fd = fd, .base = *base, .growing = growing};
	t->base.filter = NULL;
	t->base.live = true; /* signals are the viewer's */
	t->base.quiet = true;
	t->learn = !growing;
	if (growing)
		return 0;
	t->now = pass_new(t, false, e);
	return t->now ? 0 : -1;
}

void trace_close(struct trace *t)
{
	pass_free(t->next);
	pass_free(t->now);
	devices_free(t->learnt);
	if (t->fd >= 0)
		close(t->fd);
	t->fd = -1;
}

bool trace_begun(const struct trace *t)
{
	return t->now != NULL;
}

bool trace_complete(const struct trace *t)
{
	return t->now && t->now->finished && !t->next && !t->pace.on;
}

int trace_percent(const struct trace *t)
{
	const struct pass *p = t->next ? t->next : t->now;
	uint64_t size = size_now(t);

	if (!p || !size)
		return 0;
	return (int)((double)reader_input_position(p->run.reader) * 100.0 / (double)size);
}

bool trace_lost(const struct trace *t, uint64_t *lost)
{
	bool known = false;

	*lost = 0;
	if (!t->now)
		return false;
	for (uint32_t i = 0; i < reader_ifaces(t->now->run.reader); i++) {
		const struct reader_iface *f = reader_iface(t->now->run.reader, i);

		known |= f->has_dropped;
		*lost += f->dropped;
	}
	return known;
}

/* ---- playing back ------------------------------------------------------------------- */

void trace_play(struct trace *t, double speed)
{
	t->pace = (struct pace){.on = true, .speed = speed}; /* time begins when it is looked at */
	t->learn = false;
	if (t->now)
		restart(t);
}

void trace_pause(struct trace *t, bool pause)
{
	advance_pace(t);
	t->pace.paused = pause;
}

void trace_speed(struct trace *t, double factor)
{
	double speed = t->pace.speed * factor;

	advance_pace(t);
	t->pace.speed = speed < 0.1 ? 0.1 : speed > 1000 ? 1000 : speed;
}

void trace_one(struct trace *t)
{
	int64_t next = t->now ? run_next_time(&t->now->run) : INT64_MAX;

	if (next != INT64_MAX && next > t->pace.at)
		t->pace.at = next;
}
