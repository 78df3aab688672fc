/* load_impl.h: what the files of random access share. Private to load*.c. */
#ifndef RUN_LOAD_IMPL_H
#define RUN_LOAD_IMPL_H

#include "run/load.h"

/* The reader for random access, which knows of all interfaces the run has met. */
struct reader *run_access(struct run *r);
/* Record `number` and its event; both are valid until the next call. 0, or -1 with *e. */
int run_read_record(struct run *r, const struct index *ix, uint64_t number, struct record *rec,
	struct event *ev, struct err *e);

#endif
