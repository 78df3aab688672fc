/* run.c: the loop from the capture to the consumers, with progress and Ctrl-C. */
#include "run/run.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "run/held.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>

static volatile sig_atomic_t signalled;

static void on_signal(int sig)
{
	(void)sig;
	signalled = 1;
}

/* The first signal ends the run in good order, a second one the process. */
static void catch_signals(struct sigaction old[2], bool on)
{
	static const int sig[] = {SIGINT, SIGTERM};
	struct sigaction act = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};

	for (size_t i = 0; i < ARRAY_LEN(sig); i++)
		sigaction(sig[i], on ? &act : &old[i], on ? &old[i] : NULL);
}

/* ---- progress ----------------------------------------------------------------------- */

enum { PROGRESS_EVERY = 1 << 14 }; /* records between looks at the clock */

struct progress {
	int64_t next; /* monotonic ns of the next line */
	bool on;
};

static int64_t clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Nothing during the first second, then five lines a second. */
static void progress_show(struct progress *p, const struct run *r)
{
	uint64_t size = reader_input_size(r->reader), at = reader_input_position(r->reader);
	int64_t now = clock_ns();
	char line[128];
	struct text t;

	if (now < p->next)
		return;
	p->next = now + 200000000;
	text_init(&t, line, sizeof(line));
	text_u64(&t, model_counts(r->model)->records);
	text_str(&t, " records, ");
	text_u64(&t, at >> 20);
	text_str(&t, " MiB");
	if (size)
		text_printf(&t, " (%u%%)", (unsigned)(at * 100.0 / (double)size));
	log_progress(line);
}

/* ---- the loop ----------------------------------------------------------------------- */

void run_row(struct run *r, struct row *row, const struct xfer *x, const struct exchange *ex)
{
	row_init(row, x, r->model);
	row->decode = r->decode;
	row->decode.exchange = ex;
}

static void on_xfer(void *ctx, const struct xfer *x)
{
	struct run *r = ctx;
	struct exchange *ex = track_xfer(&r->tracker, x);
	struct row row;

	run_row(r, &row, x, ex);
	if (!r->filter || filter_keeps(r->filter, &row)) {
		r->kept++;
		if (ex)
			ex->kept = true;
		for (size_t i = 0; i < r->consumers && !r->stop; i++)
			if (r->consumer[i].xfer)
				r->consumer[i].xfer(r->consumer[i].self, r, &row);
	}
	exchanges_flush(r->tracker.all);
}

static void on_exchange(void *ctx, const struct exchange *ex)
{
	struct run *r = ctx;

	for (size_t i = 0; i < r->consumers && !r->stop; i++)
		if (r->consumer[i].exchange && ex->kept)
			r->consumer[i].exchange(r->consumer[i].self, r, ex);
}

static void on_transaction(void *ctx, const struct transaction *t)
{
	struct run *r = ctx;

	for (size_t i = 0; i < r->consumers && !r->stop; i++)
		if (r->consumer[i].transaction)
			r->consumer[i].transaction(r->consumer[i].self, r, t);
}

static bool same_link(const void *owner, uint32_t value, const void *key)
{
	return ((const struct run_link *)owner)[value - 1].link == *(const uint32_t *)key;
}

/* The tally of a link type, and with it the decoder. Valid until the next call. */
static struct run_link *tally_link(struct run_tally *t, uint32_t link)
{
	uint32_t hash = map_hash(link);
	const struct map_slot *s = map_find(&t->by_link, hash, same_link, t->link, &link);

	if (s)
		return &t->link[s->value - 1];
	array_need(t->link, t->links, t->cap);
	t->link[t->links++] = (struct run_link){.link = link, .type = link_find(link)};
	map_insert(&t->by_link, hash, (uint32_t)t->links);
	return &t->link[t->links - 1];
}

/* The first time, or one before the latest. */
static __attribute__((noinline)) void tally_odd_time(struct run_tally *t, int64_t time)
{
	if (!t->timed)
		t->begin = t->end = time;
	t->timed = true;
	if (time < t->begin)
		t->begin = time;
}

static inline void tally_time(struct run_tally *t, const struct record *rec)
{
	if (!rec->has_time)
		return;
	if (rec->time < t->end || !t->timed)
		tally_odd_time(t, rec->time);
	else
		t->end = rec->time;
}

static void tally_free(struct run_tally *t)
{
	map_free(&t->by_link);
	free(t->link);
	*t = (struct run_tally){0};
}

static void give_record(struct run *r, const struct run_record *rr)
{
	for (size_t i = 0; i < r->consumers && !r->stop; i++)
		if (r->consumer[i].record)
			r->consumer[i].record(r->consumer[i].self, r, rr);
}

static void note_bin(struct run *r, const struct record *rec, const struct event *ev, uint8_t bin)
{
	if (bin == BIN_NONE || r->binned[bin].record)
		return;
	r->binned[bin].record = rec->number;
	r->binned[bin].reason = ev->reason;
}

static void give_waiting(struct run *r, bool records, const struct held *w)
{
	struct placement place;

	if (!model_held(r->model, &place))
		return;
	note_bin(r, &w->rec, &w->ev, place.bin);
	if (records)
		give_record(r, &(struct run_record){&w->rec, &w->ev, place});
}

/* A record that went somewhere else than to a transfer, or that somebody wants to see. */
static __attribute__((noinline)) void put_record(
	struct run *r, bool records, const struct run_record *rr, struct held *w)
{
	if (rr->place.resolves)
		give_waiting(r, records, w);
	note_bin(r, rr->rec, rr->ev, rr->place.bin);
	if (rr->place.held)
		held_keep(w, rr->rec, rr->ev);
	else if (records)
		give_record(r, rr);
}

/* Where a run is. */
struct run_loop {
	struct run_link *link;	   /* of the record before */
	struct record start, next; /* the first record; one that was read and is still to be fed */
	struct held waiting;	   /* a record that only the one after it can place */
	bool begun, records, later;
};

static inline void feed(struct run *r, struct run_loop *l, const struct record *rec)
{
	struct placement place;
	struct event ev;

	if (!l->begun) {
		l->begun = true;
		l->start = *rec;
	}
	if (!l->link || l->link->link != rec->link)
		l->link = tally_link(&r->tally, rec->link);
	l->link->records++;
	tally_time(&r->tally, rec);
	link_to_event(l->link->type, rec, &ev);
	place = model_feed(r->model, rec, &ev);
	if (l->records || place.bin || place.held || place.resolves)
		put_record(r, l->records, &(struct run_record){rec, &ev, place}, &l->waiting);
}

int64_t run_next_time(const struct run *r)
{
	return r->loop && r->loop->later ? r->loop->next.time - r->loop->start.time : INT64_MAX;
}

/* Whether the record has to wait; it is kept then. */
static bool is_later(struct run_loop *l, const struct record *rec, int64_t until)
{
	l->later = l->begun && rec->time - l->start.time > until;
	if (l->later)
		l->next = *rec;
	return l->later;
}

enum run_state run_step(struct run *r, uint64_t records, int64_t until, struct err *e)
{
	struct run_loop *l = r->loop;
	struct record rec;
	int rc;

	for (; records && !r->stop && !signalled; records--) {
		if (l->later)
			rec = l->next;
		else if ((rc = reader_next(r->reader, &rec, e)) != 1)
			return rc ? RUN_FAILED : RUN_END;
		if (until != INT64_MAX && is_later(l, &rec, until))
			return RUN_LATER;
		l->later = false;
		feed(r, l, &rec);
	}
	return records ? RUN_END : RUN_MORE;
}

static void loop_free(struct run *r)
{
	free(r->loop);
	r->loop = NULL;
}

void run_finish(struct run *r)
{
	if (!r->loop)
		return;
	if (!r->stop) {
		model_finish(r->model);
		exchanges_finish(r->tracker.all);
		give_waiting(r, r->loop->records, &r->loop->waiting);
	}
	loop_free(r);
}

/* Everything, with progress. *start becomes the first record's place. rc of the reader. */
static int loop(
	struct run *r, bool records, struct progress *p, struct record *start, struct err *e)
{
	enum run_state state;

	r->loop = mem_zalloc(1, sizeof(*r->loop));
	r->loop->records = records;
	while ((state = run_step(r, PROGRESS_EVERY, INT64_MAX, e)) == RUN_MORE)
		if (p->on)
			progress_show(p, r);
	*start = r->loop->start;
	run_finish(r);
	return state == RUN_FAILED ? -1 : 0;
}

/* Whether any consumer wants records; sets r->payload. */
static bool wants(struct run *r, const struct run_opts *o)
{
	bool records = false;

	r->payload = o->filter && filter_need(o->filter) >= NEED_INFO;
	for (size_t i = 0; i < r->consumers; i++) {
		records |= r->consumer[i].record != NULL;
		r->payload |= r->consumer[i].payload;
	}
	return records;
}

/* The run's model, and what depends on it. */
static void new_model(struct run *r, const struct devices *knowledge)
{
	bool transactions = false;
	struct model *m;

	for (size_t i = 0; i < r->consumers; i++)
		transactions |= r->consumer[i].transaction != NULL;
	m = model_new(&(struct model_opts){
		.payload = r->payload,
		.on_xfer = on_xfer,
		.on_transaction = transactions ? on_transaction : NULL,
		.ctx = r,
	});

	r->model = m;
	free(r->decode.memos);
	r->decode = (struct decode_ctx){
		.devices = model_devices(m),
		.ids = r->opts->ids,
		.bindings = r->opts->bindings,
		.n_bindings = r->opts->n_bindings,
		.memos = mem_zalloc(1, sizeof(*r->decode.memos)),
	};
	devices_set_binder(model_devices(m), decoder_of_pipe, &r->decode);
	if (knowledge)
		devices_know_all(model_devices(m), knowledge);
	exchanges_free(r->tracker.all);
	r->tracker = (struct tracker){
		.decode = &r->decode,
		.devices = model_devices(m),
		.teach = true,
		.all = exchanges_new(on_exchange, r),
	};
}

/* The first of two readings: only the devices are kept, and the reader goes back to the first
 * record. */
static int learn(struct run *r, struct progress *p, struct err *e)
{
	struct consumer *consumer = r->consumer;
	size_t consumers = r->consumers;
	struct model *first;
	struct record start;
	int rc;

	r->consumers = 0;
	new_model(r, r->opts->knowledge);
	first = r->model;
	rc = loop(r, false, p, &start, e);
	r->consumer = consumer;
	r->consumers = consumers;
	r->kept = 0;
	tally_free(&r->tally);
	new_model(r, model_devices(first));
	if (model_counts(first)->records && reader_seek(r->reader, &start, e) < 0)
		rc = -1;
	model_free(first);
	return rc;
}

/* Reads it all; rc of the reader. */
static int read_all(struct run *r, const struct run_opts *o, struct err *e)
{
	struct progress p = {.next = clock_ns() + 1000000000, .on = !o->quiet};
	struct sigaction old[2];
	struct record start;
	bool records = wants(r, o);
	int rc = 0;

	signalled = 0;
	if (!o->live)
		catch_signals(old, true);
	if (o->learn)
		rc = learn(r, &p, e);
	else
		new_model(r, o->knowledge);
	if (rc >= 0)
		rc = loop(r, records, &p, &start, e);
	r->interrupted = signalled;
	if (r->interrupted)
		rc = 0; /* a read that a signal ended is no failure of the input */
	if (!o->live)
		catch_signals(old, false);
	log_progress(NULL);
	return rc;
}

/* Records that could not be used are told once, with the first of them. True: so many that the
 * input is not what was asked for, or damaged. */
static bool report_unused(const struct run *r)
{
	static const struct {
		enum bin bin;
		bool always; /* trouble even where other records were used */
		const char *what;
	} kind[] = {
		{BIN_MALFORMED, true, "malformed"},
		{BIN_OTHER, false, "not decoded"},
		{BIN_FOREIGN, false, "of link types that are not USB"},
	};
	const struct model_counts *c = model_counts(r->model);
	const struct bus_counts *bus = model_bus_counts(r->model);
	bool trouble = false;

	for (size_t i = 0; i < ARRAY_LEN(kind); i++) {
		uint64_t n = c->bins[kind[i].bin];

		/* what was broken on the wire is no fault of the input */
		if (kind[i].bin == BIN_MALFORMED && bus)
			n -= bus->malformed;
		if (!n || (!kind[i].always && c->attached))
			continue;
		log_warn("%s: %llu of %llu records are %s (the first is record %llu: %s)",
			r->opts->path, (unsigned long long)n, (unsigned long long)c->records,
			kind[i].what, (unsigned long long)r->binned[kind[i].bin].record,
			r->binned[kind[i].bin].reason ? r->binned[kind[i].bin].reason
						      : "no reason told");
		trouble = true;
	}
	return trouble;
}

static int open_input(
	struct run *r, const struct run_opts *o, struct consumer *c, size_t n, struct err *e)
{
	struct reader_opts ro = {
		.block = o->block,
		.fd = o->fd,
		.idle = o->idle,
		.ctx = o->idle_ctx,
		.follow = o->follow,
		.quiet = o->quiet_input,
		.seekable = o->seekable || o->learn,
	};

	*r = (struct run){.filter = o->filter, .consumer = c, .consumers = n, .opts = o};
	r->reader = reader_open(o->path, &ro, e);
	return r->reader ? 0 : -1;
}

int run_open(struct run *r, const struct run_opts *o, struct consumer *c, size_t n, struct err *e)
{
	if (open_input(r, o, c, n, e) < 0)
		return -1;
	r->loop = mem_zalloc(1, sizeof(*r->loop));
	r->loop->records = wants(r, o);
	new_model(r, o->knowledge);
	return 0;
}

int run_capture(
	struct run *r, const struct run_opts *o, struct consumer *c, size_t n, struct err *e)
{
	bool broke;
	int rc;

	if (open_input(r, o, c, n, e) < 0)
		return -1;
	rc = read_all(r, o, e);
	broke = filter_broke(r->filter);
	if (rc < 0)
		log_warn("%s", e->text);
	if (r->interrupted)
		log_warn("interrupted after record %llu: what follows is not included",
			(unsigned long long)model_counts(r->model)->records);
	if (broke)
		log_warn("a pattern of the filter hit its limits on some transfers: they are left "
			 "out");
	if (!r->stop && report_unused(r))
		return EXIT_TROUBLE;
	return rc < 0 || r->interrupted || reader_damaged(r->reader) || broke ? EXIT_TROUBLE
									      : EXIT_DONE;
}

void run_close(struct run *r)
{
	loop_free(r);
	reader_close(r->access);
	reader_close(r->reader);
	model_free(r->model);
	exchanges_free(r->tracker.all);
	free(r->decode.memos);
	r->decode.memos = NULL;
	tally_free(&r->tally);
	r->reader = r->access = NULL;
	r->model = NULL;
	r->tracker.all = NULL;
}
