/* stat_queue.h: how many transfers of an endpoint were submitted and not completed, over time; and
 * how long there was none.
 *
 * Transfers come in the order of their ends. An endpoint works on its queue in order (USB 2.0
 * 10.5.2.2: requests of a pipe are served first come, first served), so they begin in that order
 * too, and when one arrives all that happened up to its submission is known: the depth is followed
 * exactly, in memory for the ends of those that were queued then. Where transfers of an endpoint
 * overtake each other (streams, cancelling from the last one), the latest of them are looked at
 * again. Beyond those the mean stays right, the shares of time do not: `inexact`. */
#ifndef ANALYSIS_STAT_QUEUE_H
#define ANALYSIS_STAT_QUEUE_H

#include "base/hist.h"

#include <stdbool.h>

/* Shares of time are kept for depths 0 to 15, and 16 or more together; more than QUEUE_MAX queued
 * transfers are not told apart (inexact). */
enum { QUEUE_DEPTHS = 17, QUEUE_MAX = 1024 };
/* How many transfers an overtaken one may be behind. */
enum { QUEUE_PAST = 64 };

/* When a transfer was queued. */
struct queue_stay {
	int64_t begin, end;
};

struct queue {
	int64_t now;	   /* the depth was followed up to here */
	int64_t *end;	   /* ring of the ends of those queued then, oldest at `head` */
	uint32_t head, n;  /* n of them */
	uint32_t room;	   /* in the ring: a power of two; 0: none yet */
	uint32_t most;	   /* greatest depth */
	int64_t last;	   /* latest end */
	uint64_t requests; /* counted */
	uint64_t pending;  /* of them without an end */
	uint64_t weight;   /* ends minus beginnings of all, in ns, modulo 2^64; no end counts 0 */
	bool inexact;	   /* shares of time and the greatest depth */
	bool filled;	   /* a gap was counted that was none */
	struct queue_stay *past;     /* ring of the latest QUEUE_PAST, by their numbers */
	int64_t first;		     /* the first submission */
	uint64_t time[QUEUE_DEPTHS]; /* ns at each depth up to now */
	struct hist gap; /* ns between the end of the last one and the next submission */
};

/* What it comes to. */
struct queue_sum {
	uint64_t span;		     /* ns from the first submission to the last event */
	uint64_t active;	     /* of them with at least one */
	uint64_t time[QUEUE_DEPTHS]; /* at each depth */
	double mean;		     /* depth, weighted by time; 0 when span is 0 */
};

/* The end of one that never ended. */
#define QUEUE_PENDING INT64_MAX

/* Counts a transfer submitted at `begin` that ended at `end` (ns, >= begin, or QUEUE_PENDING). */
void queue_add(struct queue *q, int64_t begin, int64_t end);
/* Sums up as of `until`, the end of the capture: it matters where something is pending. */
struct queue_sum queue_sum(const struct queue *q, int64_t until);
void queue_free(struct queue *q);

#endif
