/* load.h: random access: one transfer or record of a capture that was read before, rebuilt from its
 * own records through the index. The result equals what streaming gave. */
#ifndef RUN_LOAD_H
#define RUN_LOAD_H

#include "model/index.h"
#include "run/run.h"

/* A consumer that fills ix; add it to the run that is to be indexed (run_opts.seekable). */
struct consumer run_indexer(struct index *ix);

/* Calls got() with transfer `id`, all its payload in place, even what a streaming run does not
 * keep. 0, or -1 with *e: no such transfer, or the capture cannot be read any more. */
int run_load_xfer(struct run *r, const struct index *ix, uint32_t id,
	void (*got)(void *ctx, struct row *row), void *ctx, struct err *e);

/* Calls got() with exchange `id` as it was in the end. 0 or -1 as above. */
int run_load_exchange(struct run *r, const struct index *ix, uint32_t id,
	void (*got)(void *ctx, const struct exchange *ex), void *ctx, struct err *e);

/* Calls got() with record `number` and its event. 0 or -1 as above. */
int run_load_record(struct run *r, const struct index *ix, uint64_t number,
	void (*got)(void *ctx, const struct record *rec, const struct event *ev), void *ctx,
	struct err *e);

#endif
