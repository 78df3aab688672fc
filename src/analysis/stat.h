/* stat.h: `stat`: what a capture holds, counted and measured: records by where they went, transfers
 * by type and status; bytes, rates, latency, queues and segments per endpoint, interface, device
 * and bus; reserved bandwidth; and all of it by intervals. */
#ifndef ANALYSIS_STAT_H
#define ANALYSIS_STAT_H

#include "base/emit.h"
#include "run/run.h"

struct stat;

struct stat_opts {
	bool verbose;	  /* text: all figures of each endpoint */
	bool binary;	  /* text: sizes and rates in KiB, MiB */
	int64_t interval; /* ns; 0: no series */
	bool details;	  /* series: lines of endpoints too */
	struct emit *e;	  /* with an interval: where its lines go, as they come */
};

/* The counting. With an interval the document begins with the first transfer. */
struct stat *stat_new(const struct stat_opts *o);
void stat_free(struct stat *s);
/* The consumer to run. It needs no payload. */
struct consumer stat_consumer(struct stat *s);
/* The report of what was counted so far. During the run, any number of times; with an interval
 * once, when the run is over. */
void stat_report(struct stat *s, struct run *r, struct emit *e);

#endif
