/* stat.h: `stat`: what a capture holds, counted: records by where they went, transfers by type and
 * status, and per endpoint bytes, errors, rates and latency. */
#ifndef ANALYSIS_STAT_H
#define ANALYSIS_STAT_H

#include "base/emit.h"
#include "run/run.h"

struct stat;

struct stat *stat_new(void);
void stat_free(struct stat *s);
/* The consumer to run. It needs no payload. */
struct consumer stat_consumer(struct stat *s);
/* The report, once the run is over. */
void stat_report(struct stat *s, struct run *r, struct emit *e);

#endif
