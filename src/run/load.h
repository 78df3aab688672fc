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

/* Packets and transactions of one transfer of the bus, each transaction behind its packets. */
struct wire_reader {
	void (*packet)(void *ctx, const struct record *rec, const struct event *ev);
	void (*transaction)(void *ctx, const struct transaction *t);
	void *ctx;
};
/* Hands them on; nothing for transfers that are not made of packets. 0, or -1 with *e. */
int run_load_wire(struct run *r, const struct index *ix, uint32_t id, const struct wire_reader *to,
	struct err *e);

/* Options of a model that rebuilds transfer `id` (valid) of the run; callbacks are not set. */
struct model_opts run_load_opts(const struct run *r, const struct index *ix, uint32_t id);

/* Calls got() with record `number` and its event. 0 or -1 as above. */
int run_load_record(struct run *r, const struct index *ix, uint64_t number,
	void (*got)(void *ctx, const struct record *rec, const struct event *ev), void *ctx,
	struct err *e);

/* Gives the run a reader of its own for random access, so that transfers can be loaded while it
 * goes on: fd (owned) is the same input, a plain file. run_close() closes it. 0, or -1 with *e. */
int run_open_access(struct run *r, int fd, struct err *e);

/* What a transfer consists of: packets and transactions as run_load_wire() hands them on, or of an
 * URB capture packet() for each of its records in order. 0 or -1 as above. */
int run_load_parts(struct run *r, const struct index *ix, uint32_t id, const struct wire_reader *to,
	struct err *e);

#endif
