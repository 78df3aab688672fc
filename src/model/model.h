/* model.h: events → transfers. The model keeps what is open (64 bytes a pending transfer plus its
 * table slot), what it learnt about devices, and nothing else: memory does not grow with the
 * capture. */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include "model/device.h"
#include "model/transaction.h"
#include "model/xfer.h"

/* Where a record went. */
struct placement {
	uint32_t xfer; /* transfer id, 0: in a bin */
	uint8_t bin;   /* enum bin */
	bool held;     /* not known before the next record */
	bool resolves; /* where the one held before went is known now: model_held() tells */
};

struct model_opts {
	/* Keep OUT data from submission to completion, so that transfers carry it. Without it they
	 * carry what `track` needs (model/exchange.h): all of control transfers, TRACK_BYTES of
	 * those bound to a decoder, and transfers of at most that. */
	bool payload;
	/* To rebuild a transfer of an earlier run: that run's devices (not owned; NULL: own ones),
	 * start time and the next transfer's id (0: start afresh). */
	struct devices *devices;
	int64_t start;
	uint32_t next_id;
	struct bus_replay replay; /* of the transfer with that id */
	/* One call per transfer, in end order; x and all it points to are valid during the call. */
	void (*on_xfer)(void *ctx, const struct xfer *x);
	/* One call per transaction of a bus capture, in end order; NULL: nobody wants them. */
	void (*on_transaction)(void *ctx, const struct transaction *t);
	void *ctx;
};

struct model;

struct model *model_new(const struct model_opts *o);
void model_free(struct model *m);

/* Feeds the next record with its event. on_xfer may be called before it returns. */
struct placement model_feed(struct model *m, const struct record *rec, const struct event *ev);
/* Where the record that was held went: true, and *p, once it is known: after a model_feed() that
 * says so, or after model_finish(). */
bool model_held(struct model *m, struct placement *p);
/* The capture is over: pending transfers go to on_xfer in begin order. */
void model_finish(struct model *m);

struct devices *model_devices(struct model *m);

/* Counters for the conservation law: records fed = attached + sum of bins. */
struct model_counts {
	uint64_t records, attached, bins[BIN_COUNT];
	uint64_t xfers; /* begun */
};
const struct model_counts *model_counts(const struct model *m);
/* Time of the capture's first record with a time (ns since the epoch); 0 before it. */
int64_t model_start(const struct model *m);
/* Of a bus capture; NULL: there was no bus packet. */
const struct bus_counts *model_bus_counts(const struct model *m);
/* Who wrote x, by all that was fed so far: later records may have told more than x.capture says. */
enum capture_kind model_capture(const struct model *m, const struct xfer *x);

#endif
