/* run.h: the loop: source → link → model → filter → consumers. Every command uses it; nobody else
 * writes such a loop. */
#ifndef RUN_RUN_H
#define RUN_RUN_H

#include "base/err.h"
#include "base/map.h"
#include "capture/reader.h"
#include "filter/filter.h"
#include "filter/row.h"
#include "link/link.h"
#include "model/model.h"
#include "run/track.h"

/* Records of a link type. */
struct run_link {
	uint32_t link;
	const struct link_type *type; /* NULL: foreign */
	uint64_t records;
};

/* What is counted of records whoever consumes them, so that a consumer that wants no more than this
 * is not called for each of them. */
struct run_tally {
	struct run_link *link; /* in the order of their first records */
	size_t links, cap;
	struct map by_link;
	bool timed;	    /* some record had a time: */
	int64_t begin, end; /* the earliest and the latest, as in struct record */
};

struct run {
	struct reader *reader;
	struct model *model;
	struct decode_ctx decode; /* what decoders are given; exchange is each transfer's own */
	struct tracker tracker;
	const struct filter *filter; /* NULL: all */
	struct consumer *consumer;
	size_t consumers;
	uint64_t kept;	  /* transfers the filter kept */
	bool payload;	  /* some consumer or the filter wants transfer data */
	bool stop;	  /* set by a consumer: enough */
	bool interrupted; /* Ctrl-C */
	struct {
		uint64_t record;    /* the first that went there; 0: none */
		const char *reason; /* why, NULL: not told */
	} binned[BIN_COUNT];
	struct run_tally tally;
	const struct run_opts *opts; /* as given, during and after the run */
	struct run_loop *loop;	     /* where it is; NULL: not begun, or over */
	struct reader *access;	     /* for random access (run/load.h); NULL: reader itself */
};

/* What a record consumer is given. */
struct run_record {
	const struct record *rec;
	const struct event *ev;
	struct placement place;
};

/* Somebody who takes transfers, transactions of the bus, records, or several of them. Members that
 * are NULL are not called. */
struct consumer {
	void *self;
	bool payload; /* wants struct xfer.data and iso.data filled */
	void (*record)(void *self, struct run *r, const struct run_record *rec);
	void (*transaction)(void *self, struct run *r, const struct transaction *t);
	void (*xfer)(void *self, struct run *r, struct row *row);
	/* Once for each exchange, when it is over, behind its last transfer; with a filter only
	 * those of which it kept a transfer. */
	void (*exchange)(void *self, struct run *r, const struct exchange *ex);
};

struct run_opts {
	const char *path;
	const struct filter *filter;
	size_t block; /* reader block, 0: default */
	int fd;	      /* > 0: read from this (owned), path only names it */
	/* The input has nothing more at the moment: output can be shown; may be NULL. */
	void (*idle)(void *ctx);
	void *idle_ctx;
	bool live;	  /* who started the input ends it: signals are not the run's */
	bool seekable;	  /* keep the reader for random access after the run */
	bool quiet;	  /* no progress */
	bool quiet_input; /* no warnings about the input: another run gives them */
	bool follow;	  /* the input grows: its end is only for now */
	bool learn; /* read twice: what the devices tell anywhere is known from the beginning */
	struct ids *ids;		       /* names of usb.ids, NULL: none */
	const struct devices *knowledge;       /* starting knowledge, NULL: none */
	const struct decode_binding *bindings; /* --as, `n_bindings` of them */
	size_t n_bindings;
};

/* Opens, reads everything, feeds the consumers, reports progress and damage. Returns EXIT_DONE, or
 * EXIT_TROUBLE when the input was damaged or the run interrupted (a warning was printed), or -1
 * with *e when there is nothing to show at all. On success *r stays open for facts and random
 * access until run_close(). */
int run_capture(
	struct run *r, const struct run_opts *o, struct consumer *c, size_t n, struct err *e);
void run_close(struct run *r);

/* The same in steps, for who has something to do in between; o->learn is not looked at.
 *
 * run_open opens the input: 0, or -1 with *e. run_step reads at most `records` records, none later
 * than `until` (ns since the capture's first record): RUN_MORE: there are more; RUN_LATER: the next
 * one is later than `until`; RUN_END: the input has no more (with o->follow: for now); RUN_FAILED
 * with *e: it cannot be read any further. run_finish gives the consumers what is still pending. */
enum run_state { RUN_MORE, RUN_LATER, RUN_END, RUN_FAILED };
int run_open(struct run *r, const struct run_opts *o, struct consumer *c, size_t n, struct err *e);
enum run_state run_step(struct run *r, uint64_t records, int64_t until, struct err *e);
void run_finish(struct run *r);
/* Time of the next record where run_step said RUN_LATER, ns since the capture's first record. */
int64_t run_next_time(const struct run *r);

/* A row for a transfer of this run and its exchange (NULL: none). */
void run_row(struct run *r, struct row *row, const struct xfer *x, const struct exchange *ex);

#endif
