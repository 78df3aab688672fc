/* save.c: files out of the viewer. */
#include "tui/save.h"
#include "base/mem.h"
#include "tui/listing.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COPY_BLOCK = 1 << 20, STEP_RECORDS = 4096, FLUSH_AT = 1 << 20 };

bool save_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

static bool ends_in(const char *path, const char *end)
{
	size_t n = strlen(path), m = strlen(end);

	return n >= m && !strcmp(path + n - m, end);
}

/* ---- the whole capture -------------------------------------------------------------- */

static bool copy_some(struct saving *s, const struct trace *t, int64_t deadline)
{
	uint8_t *block = mem_resize(NULL, COPY_BLOCK, 1);
	ssize_t got = 1;

	while (got > 0 && monotonic_ns() < deadline) {
		uint64_t left = s->end - s->at;

		got = pread(t->fd, block, left < COPY_BLOCK ? left : COPY_BLOCK, (off_t)s->at);
		if (got > 0 && write(s->fd, block, (size_t)got) != got)
			got = -1;
		s->at += got > 0 ? (uint64_t)got : 0;
	}
	free(block);
	if (got < 0)
		err_set(&s->err, "%s: %s", s->path, strerror(errno));
	return got > 0;
}

/* ---- some transfers ----------------------------------------------------------------- */

static void begin_writer(struct saving *s, struct run *r, const struct record *rec)
{
	const struct reader_iface *f = reader_iface(r->reader, rec->iface);

	s->writer = writer_new(&(struct writer_opts){
		.pcap = ends_in(s->path, ".pcap"),
		.ns = true,
		.swap = s->swapped,
		.link = rec->link,
		.snaplen = 262144 > rec->caplen ? 262144 : RECORD_MAX_URB,
		.application = "urbscope",
		.name = f ? f->name : NULL,
	});
	writer_begin(s->writer, s->fd);
}

/* usbmon's headers are in the byte order of the file. */
static bool other_order(const struct record *rec)
{
	const uint16_t one = 1;

	return rec->big_endian == (*(const uint8_t *)&one == 1);
}

static void save_record(void *self, struct run *r, const struct run_record *rr)
{
	struct saving *s = self;

	if (!idset_has(&s->set, rr->place.xfer))
		return;
	if (!s->writer) {
		s->swapped = other_order(rr->rec);
		begin_writer(s, r, rr->rec);
	}
	if (rr->rec->link != reader_iface(r->reader, rr->rec->iface)->link ||
		rr->rec->link >= LINK_USBMON_TEXT) {
		s->foreign++;
		return;
	}
	s->mixed |= other_order(rr->rec) != s->swapped;
	writer_record(s->writer, rr->rec);
	s->written++;
	if (writer_buffered(s->writer) > FLUSH_AT && writer_flush(s->writer) < 0)
		err_set(&s->err, "%s: %s", s->path, strerror(errno));
}

static void save_line(void *self, struct run *r, struct row *row)
{
	struct saving *s = self;

	if (!idset_has(&s->set, row->x->id))
		return;
	s->lister.xfer(s->lister.self, r, row);
	s->written++;
}

static void begin_list(struct saving *s)
{
	enum output_format format = ends_in(s->path, ".json")  ? OUTPUT_JSON
				    : ends_in(s->path, ".csv") ? OUTPUT_CSV
							       : OUTPUT_TEXT;

	out_init(&s->out, s->fd);
	s->emit = output_new(&s->out, &(struct output_opts){.format = format});
	list_begin(&s->list, s->emit, &(struct list_opts){.time = TIME_REL}, &s->lister);
	s->consumer = (struct consumer){.self = s, .payload = true, .xfer = save_line};
}

static int begin_run(struct saving *s, struct trace *t, const struct idset *set, struct err *e)
{
	bool capture = ends_in(s->path, ".pcap") || ends_in(s->path, ".pcapng");

	for (uint32_t id = idset_nth(set, 0); id; id = idset_after(set, id))
		idset_add(&s->set, id);
	s->opts = t->now->opts;
	s->opts.filter = NULL;
	s->opts.quiet_input = true;
	s->opts.fd = trace_reopen(t, e);
	if (s->opts.fd < 0)
		return -1;
	if (capture)
		s->consumer = (struct consumer){.self = s, .record = save_record};
	else
		begin_list(s);
	return run_open(&s->run, &s->opts, &s->consumer, 1, e);
}

/* ---- begin and end ------------------------------------------------------------------ */

int save_begin(
	struct saving *s, struct trace *t, const char *path, const struct idset *set, struct err *e)
{
	struct stat to, from;
	int n;

	*s = (struct saving){.whole = !set, .fd = -1};
	n = snprintf(s->path, sizeof(s->path), "%s", path);
	if (n <= 0 || n >= (int)sizeof(s->path))
		return err_set(e, "that is no name of a file");
	if (!trace_begun(t))
		return err_set(e, "there is nothing to save yet");
	/* of what is still written only whole records */
	s->end = t->now->opts.follow ? reader_position(t->now->run.reader) : UINT64_MAX;
	if (!stat(path, &to) && !fstat(t->fd, &from) && to.st_ino == from.st_ino &&
		to.st_dev == from.st_dev)
		return err_set(e, "%s is the capture itself", path);
	s->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (s->fd < 0)
		return err_set(e, "%s: %s", path, strerror(errno));
	s->running = true;
	if (set && begin_run(s, t, set, e) < 0) {
		save_stop(s);
		return -1;
	}
	return 0;
}

static void release(struct saving *s)
{
	int failed = 0;

	if (!s->whole)
		run_close(&s->run);
	writer_free(s->writer);
	s->writer = NULL;
	if (s->emit) {
		output_free(s->emit);
		failed = out_close(&s->out);
		s->emit = NULL;
	}
	if (failed)
		err_set(&s->err, "%s: %s", s->path, strerror(failed));
	if (s->fd >= 0 && close(s->fd) && !s->err.text[0])
		err_set(&s->err, "%s: %s", s->path, strerror(errno));
	s->fd = -1;
	idset_free(&s->set);
	s->running = false;
}

void save_stop(struct saving *s)
{
	if (!s->running)
		return;
	release(s);
	unlink(s->path);
}

static void finish(struct saving *s)
{
	if (!s->whole) {
		run_finish(&s->run);
		if (s->emit)
			list_end(&s->list, &s->run);
		if (s->writer && writer_flush(s->writer) < 0)
			err_set(&s->err, "%s: %s", s->path, strerror(errno));
	}
	if (s->mixed)
		err_set(&s->err,
			"%s: the capture's sections differ in byte order: save it as a whole "
			"instead",
			s->path);
	release(s);
}

bool save_step(struct saving *s, struct trace *t, int ms)
{
	int64_t deadline = monotonic_ns() + ms * INT64_C(1000000);
	enum run_state state = RUN_MORE;
	struct err e = {0};
	bool more;

	if (!s->running)
		return false;
	if (s->whole) {
		more = copy_some(s, t, deadline);
	} else {
		while (state == RUN_MORE && monotonic_ns() < deadline && !s->err.text[0])
			state = run_step(&s->run, STEP_RECORDS, INT64_MAX, &e);
		more = state == RUN_MORE && !s->err.text[0];
	}
	if (!more)
		finish(s);
	return more;
}

/* ---- copies ------------------------------------------------------------------------- */

int save_copied(const char *name, const char *text, size_t n, char *dst, size_t cap)
{
	const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	int len, fd;
	bool whole;

	if (xdg && *xdg == '/')
		len = snprintf(dst, cap, "%s", xdg);
	else if (home && *home == '/')
		len = snprintf(dst, cap, "%s/.cache", home);
	else
		return -1;
	if (len < 0 || (size_t)len + strlen(name) + 12 > cap)
		return -1;
	mkdir(dst, 0700);
	strcat(dst, "/urbscope");
	mkdir(dst, 0700);
	strcat(dst, "/");
	strcat(dst, name);
	fd = open(dst, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	whole = write(fd, text, n) == (ssize_t)n;
	return close(fd) || !whole ? -1 : 0;
}
