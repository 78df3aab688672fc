/* list.h: `list`: one line per transfer, exchange, transaction, packet or record. */
#ifndef ANALYSIS_LIST_H
#define ANALYSIS_LIST_H

#include "analysis/columns.h"
#include "analysis/episode.h"
#include "run/held.h"

struct list_opts {
	enum time_format time;
	bool records;		    /* records instead of transfers */
	bool packets, transactions; /* of bus captures: those */
	bool exchanges, episodes;
	const struct filter *filter; /* of episodes: those it keeps a transfer of; NULL: all */
	bool fold;		     /* runs of SOFs and NAKs become one line */
	bool fields;		     /* the field tree below each transfer */
	uint64_t count;		     /* stop after so many lines; 0: all */
};

/* What waits to be folded: the first of a run of NAKed transactions; of SOFs, keep-alives and NAKed
 * tokens; and a token that may turn out to be NAKed. */
struct list_packet {
	struct held packet;
	struct placement place;
	bool on;
};

struct list_fold {
	struct transaction quiet;
	struct list_packet run, token;
	uint64_t naks, sofs, keepalives;
	bool mixed;
};

struct list {
	struct emit *emit;
	struct list_opts opts;
	struct column cols[COLUMNS_MAX];
	size_t columns;
	bool begun; /* the table is: with the first line, so that nothing is said of bad input */
	uint64_t lines;
	struct list_fold fold;
	struct episodes *episodes;
	struct run *run;  /* while episodes end */
	int64_t previous; /* time of the line before, ns since the capture's first record */
};

/* Prepares a list and fills *c, the consumer to run. */
void list_begin(struct list *l, struct emit *e, const struct list_opts *o, struct consumer *c);
/* One transfer, for callers that bring their own order. */
void list_xfer(struct list *l, struct run *r, struct row *row);
void list_end(struct list *l, struct run *r);

#endif
