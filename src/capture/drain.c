/* drain.c: from the source into files or a pipe. */
#include "capture/drain.h"
#include "base/mem.h"
#include "capture/inject.h"
#include "capture/usbmon_header.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define MS INT64_C(1000000)

enum {
	FLUSH_BYTES = 256 * 1024,
	FLUSH_MS = 500, /* what was captured is in the file at the latest then */
	MARK_MS = 1000, /* statistics in between: a killed capture keeps its losses */
};

struct drain {
	struct drain_opts o;
	struct writer *w;
	pthread_t thread;
	bool joined;
	int stop_fd, done_fd;
	atomic_int fd;
	atomic_bool stop;
	bool watch_bus; /* sysfs has it: when it has not, the bus is gone */
	enum drain_end end;
	struct err err;

	int64_t started, flushed, marked, file_started; /* monotonic ns */
	int64_t file_epoch;				/* realtime ns */
	struct writer_stats base;			/* counts when this file began */
	uint64_t lost_written, records_marked, transfers, file_number, done_bytes;

	atomic_uint_fast64_t received, records, injected, bytes, lost, unwritten, files;
	atomic_bool lost_known;
	atomic_uint_fast64_t moved[DRAIN_BUSES][DRAIN_ADDRESSES];
};

static int64_t now(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* The thread is the only one that changes these. */
static void count(atomic_uint_fast64_t *c, uint64_t n)
{
	atomic_store_explicit(
		c, atomic_load_explicit(c, memory_order_relaxed) + n, memory_order_relaxed);
}

/* ---- files -------------------------------------------------------------------------- */

static void end(struct drain *d, enum drain_end why)
{
	if (d->end == DRAIN_RUNNING)
		d->end = why;
}

static void flush(struct drain *d)
{
	int rc = writer_flush(d->w), error = errno;

	d->flushed = now(CLOCK_MONOTONIC);
	atomic_store(&d->unwritten, writer_unwritten(d->w));
	atomic_store(&d->bytes, d->done_bytes + writer_size(d->w));
	if (rc == 0)
		return;
	if (error == EPIPE)
		end(d, DRAIN_CLOSED);
	else if (d->end != DRAIN_NO_WRITE) { /* outranks whatever ended it before */
		d->end = DRAIN_NO_WRITE;
		err_set(&d->err, "%s: %s; the capture ends here, and is whole up to this place",
			d->o.path, strerror(error));
	}
}

/* Records of the interface that reached a file; a full disk may have taken injected ones too. */
static uint64_t in_file(const struct drain *d)
{
	return d->records > d->unwritten ? d->records - d->unwritten : 0;
}

static void put_stats(struct drain *d)
{
	struct writer_stats s = {
		.start = d->file_epoch,
		.now = now(CLOCK_REALTIME),
		.received = d->received - d->base.received,
		.dropped = d->lost - d->base.dropped,
		.written = in_file(d) - d->base.written,
		.dropped_known = d->lost_known,
	};

	writer_stats(d->w, &s);
	d->lost_written = d->lost;
	d->records_marked = d->records;
	d->marked = now(CLOCK_MONOTONIC);
}

static void ask_lost(struct drain *d)
{
	uint64_t lost = 0;

	atomic_store(&d->lost_known, d->o.source->ops->lost(d->o.source, &lost));
	atomic_store(&d->lost, lost);
}

/* What is there now, for the reader of this file; at the start of the capture also for the picks.
 */
static void inject(struct drain *d)
{
	struct sysfs s;

	sysfs_scan(&s);
	for (size_t i = 0; i < s.n; i++) {
		const struct sysfs_device *v = &s.v[i];

		if (d->o.source->bus && d->o.source->bus != v->bus)
			continue;
		pick_know(d->o.picks, v->bus, v->address, v->idVendor, v->idProduct);
		if (d->o.inject && pick_device(d->o.picks, v))
			count(&d->injected,
				inject_device(d->w, v, d->o.source->link, d->file_epoch));
	}
	sysfs_free(&s);
}

static void begin_file(struct drain *d, int fd)
{
	d->file_number++;
	d->file_started = now(CLOCK_MONOTONIC);
	/* Opening the interface makes records; what was there before them comes first. */
	d->file_epoch = d->file_number == 1 ? d->o.source->opened : now(CLOCK_REALTIME);
	atomic_store(&d->fd, fd);
	count(&d->files, 1);
	writer_begin(d->w, fd);
	inject(d);
	flush(d);
}

static void finish_file(struct drain *d)
{
	int fd = atomic_exchange(&d->fd, -1);

	ask_lost(d);
	put_stats(d);
	flush(d);
	if (d->end == DRAIN_NO_WRITE) { /* they went with the rest; there is room for them */
		put_stats(d);
		flush(d);
	}
	d->done_bytes += writer_size(d->w);
	/* Network file systems tell only now that writing failed. */
	if (close(fd) && errno != EINTR && d->end != DRAIN_NO_WRITE) {
		d->end = DRAIN_NO_WRITE;
		err_set(&d->err, "%s: %s", d->o.path, strerror(errno));
	}
}

static void rotate(struct drain *d)
{
	int fd;

	finish_file(d);
	if (d->end != DRAIN_RUNNING)
		return;
	d->base = (struct writer_stats){
		.received = d->received, .dropped = d->lost, .written = in_file(d)};
	fd = keeper_file(d->o.keeper, d->file_number + 1, &d->err);
	if (fd < 0)
		end(d, DRAIN_NO_WRITE);
	else
		begin_file(d, fd);
}

/* ---- records ------------------------------------------------------------------------ */

static bool reached(uint64_t value, uint64_t limit)
{
	return limit && value >= limit;
}

static void look(struct drain *d, const struct record *rec)
{
	struct usbmon_header h;

	if (!usbmon_header(rec, &h) || h.event == 'S')
		return;
	d->transfers++;
	if (h.bus < DRAIN_BUSES && h.event == 'C')
		count(&d->moved[h.bus][h.address], h.length);
}

static void got(void *ctx, const struct record *rec)
{
	struct drain *d = ctx;

	if (d->end != DRAIN_RUNNING)
		return;
	count(&d->received, 1);
	if (!pick_record(d->o.picks, rec))
		return;
	writer_record(d->w, rec);
	count(&d->records, 1);
	look(d, rec);
	atomic_store_explicit(&d->bytes, d->done_bytes + writer_size(d->w), memory_order_relaxed);
	if (reached(d->records, d->o.records) || reached(d->bytes, d->o.bytes) ||
		reached(d->transfers, d->o.transfers))
		end(d, DRAIN_LIMIT);
	else if (reached(writer_size(d->w), d->o.rotate_bytes))
		rotate(d);
	else if (writer_buffered(d->w) >= FLUSH_BYTES)
		flush(d);
}

/* A usbmon interface whose host controller was removed is silent for ever. */
static void watch_bus(struct drain *d)
{
	if (!d->watch_bus || sysfs_has_bus(d->o.source->bus) || d->end != DRAIN_RUNNING)
		return;
	err_set(&d->err, "%s: the bus is gone; the capture ends here", d->o.source->name);
	end(d, DRAIN_NO_SOURCE);
}

/* What is due by the clock. */
static void tick(struct drain *d)
{
	int64_t t = now(CLOCK_MONOTONIC);

	if (reached((uint64_t)(t - d->started), d->o.ns))
		end(d, DRAIN_LIMIT);
	if (t - d->marked >= MARK_MS * MS) {
		ask_lost(d);
		if (d->lost != d->lost_written || (!d->o.prompt && d->records != d->records_marked))
			put_stats(d);
		d->marked = t;
		watch_bus(d);
	}
	if (writer_buffered(d->w) && t - d->flushed >= FLUSH_MS * MS)
		flush(d);
	if (d->end == DRAIN_RUNNING && reached((uint64_t)(t - d->file_started), d->o.rotate_ns))
		rotate(d);
}

/* Milliseconds until something is due at the latest. */
static int patience(const struct drain *d)
{
	int64_t ms = FLUSH_MS / 2, left;

	if (d->o.prompt && writer_buffered(d->w))
		return 0;
	if (d->o.ns) {
		left = (d->started + (int64_t)d->o.ns - now(CLOCK_MONOTONIC)) / MS + 1;
		ms = left < ms ? left : ms;
	}
	return ms > 0 ? (int)ms : 0;
}

static int take(struct drain *d, int timeout_ms)
{
	struct err e = {0};
	int n = d->o.source->ops->read(d->o.source, d->stop_fd, timeout_ms, got, d, &e);

	if (n >= 0)
		return n;
	if (e.text[0] && d->end == DRAIN_RUNNING)
		d->err = e;
	end(d, e.text[0] ? DRAIN_NO_SOURCE : DRAIN_OVER);
	return n;
}

/* What came before the stop. A queue (source.h) ends the source then, so this ends too. */
static void take_last(struct drain *d)
{
	while (d->end == DRAIN_RUNNING && take(d, 0) > 0)
		;
}

static void *run(void *arg)
{
	struct drain *d = arg;
	uint64_t one = 1;

	ask_lost(d);
	begin_file(d, d->o.fd);
	while (d->end == DRAIN_RUNNING && !atomic_load(&d->stop)) {
		int wait = patience(d);

		if (!take(d, wait) && d->o.prompt && writer_buffered(d->w))
			flush(d);
		tick(d);
	}
	if (d->end == DRAIN_RUNNING) {
		take_last(d);
		end(d, DRAIN_STOPPED);
	}
	if (atomic_load(&d->fd) >= 0)
		finish_file(d);
	if (write(d->done_fd, &one, sizeof(one)) < 0)
		return NULL; /* an event counter always takes it */
	return NULL;
}

/* ---- from outside ------------------------------------------------------------------- */

struct drain *drain_start(const struct drain_opts *o, struct err *e)
{
	struct drain *d = mem_zalloc(1, sizeof(*d));
	sigset_t all, old;
	int rc;

	d->o = *o;
	d->o.writer.link = o->source->link;
	d->o.writer.name = o->source->name;
	d->w = writer_new(&d->o.writer);
	d->watch_bus = o->source->bus && sysfs_has_bus(o->source->bus);
	d->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	d->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	d->started = d->flushed = d->marked = now(CLOCK_MONOTONIC);
	/* Signals are for the thread that knows what to do. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = d->stop_fd < 0 || d->done_fd < 0 ? errno : pthread_create(&d->thread, NULL, run, d);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (!rc)
		return d;
	err_set(e, "cannot start capturing: %s", strerror(rc));
	d->joined = true;
	close(o->fd);
	drain_free(d);
	return NULL;
}

void drain_stop(struct drain *d)
{
	int saved = errno;
	uint64_t one = 1;

	atomic_store(&d->stop, true);
	if (write(d->stop_fd, &one, sizeof(one)) < 0)
		errno = saved; /* it is readable already */
}

int drain_done_fd(const struct drain *d)
{
	return d->done_fd;
}

void drain_counts(struct drain *d, struct drain_counts *c)
{
	*c = (struct drain_counts){
		.received = d->received,
		.records = in_file(d),
		.injected = d->injected,
		.bytes = d->bytes,
		.lost = d->lost,
		.unwritten = d->unwritten,
		.files = d->files,
		.lost_known = d->lost_known,
	};
}

uint64_t drain_moved(struct drain *d, unsigned bus, unsigned address)
{
	return atomic_load_explicit(&d->moved[bus][address], memory_order_relaxed);
}

void drain_sync(struct drain *d)
{
	int fd = atomic_load(&d->fd);

	if (fd >= 0)
		fdatasync(fd);
}

bool drain_running(struct drain *d, struct err *e)
{
	struct pollfd done = {d->done_fd, POLLIN, 0};

	if (d->joined || poll(&done, 1, 0) > 0) {
		if (d->end == DRAIN_NO_WRITE || d->end == DRAIN_NO_SOURCE)
			*e = d->err;
		return false;
	}
	return true;
}

enum drain_end drain_join(struct drain *d, struct err *e)
{
	if (!d->joined)
		pthread_join(d->thread, NULL);
	d->joined = true;
	if (e)
		*e = d->err;
	return d->end;
}

void drain_free(struct drain *d)
{
	if (!d)
		return;
	drain_join(d, NULL);
	writer_free(d->w);
	close(d->stop_fd);
	close(d->done_fd);
	free(d);
}
