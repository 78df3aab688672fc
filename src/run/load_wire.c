/* load_wire.c: the packets and transactions of one transfer of the bus, read again through the
 * index in the order in which they were on the wire. */
#include "link/link.h"
#include "run/held.h"
#include "run/load_impl.h"

struct wire_load {
	const struct wire_reader *to;
	uint32_t id;
	uint64_t last; /* its last record */
	bool done;
	bool ended; /* `t` has ended and was not handed on yet */
	struct transaction t;
	struct held waiting; /* a packet that only the next one can place */
};

static void on_transaction(void *ctx, const struct transaction *t)
{
	struct wire_load *w = ctx;

	if (t->xfer != w->id)
		return;
	w->t = *t;
	w->ended = true;
	w->done |= t->last >= w->last;
}

static void on_xfer(void *ctx, const struct xfer *x)
{
	struct wire_load *w = ctx;

	w->done |= x->id == w->id;
}

/* A transaction that ended before this packet goes first. */
static void hand_on_ended(struct wire_load *w, uint64_t number)
{
	if (!w->ended || w->t.last >= number)
		return;
	w->ended = false;
	w->to->transaction(w->to->ctx, &w->t);
}

static void hand_on(struct wire_load *w, const struct record *rec, const struct event *ev)
{
	hand_on_ended(w, rec->number);
	w->to->packet(w->to->ctx, rec, ev);
}

static void one_record(
	struct wire_load *w, struct model *m, const struct record *rec, const struct event *ev)
{
	struct placement place = model_feed(m, rec, ev), before;

	if (model_held(m, &before) && before.xfer == w->id)
		hand_on(w, &w->waiting.rec, &w->waiting.ev);
	if (place.held)
		held_keep(&w->waiting, rec, ev);
	else if (place.xfer == w->id)
		hand_on(w, rec, ev);
	hand_on_ended(w, UINT64_MAX);
}

int run_load_wire(struct run *r, const struct index *ix, uint32_t id, const struct wire_reader *to,
	struct err *e)
{
	const struct index_entry *x = index_get(ix, id);
	struct wire_load w = {.to = to, .id = id, .last = x ? x->last : 0};
	struct model_opts o = run_load_opts(r, ix, id);
	struct record rec;
	struct event ev;
	struct model *m;
	int rc = 0;

	if (!x || !o.replay.known)
		return 0;
	o.on_xfer = on_xfer;
	o.on_transaction = on_transaction;
	o.ctx = &w;
	if (!index_checkpoint(ix, x->first, &rec) || reader_seek(run_access(r), &rec, e) < 0)
		return -1;
	m = model_new(&o);
	/* what comes behind its last packet tells how the last transaction ended */
	while (!w.done && (rc = reader_next(run_access(r), &rec, e)) == 1) {
		link_to_event(link_find(rec.link), &rec, &ev);
		if (rec.number >= x->first)
			one_record(&w, m, &rec, &ev);
	}
	model_finish(m);
	hand_on_ended(&w, UINT64_MAX);
	model_free(m);
	return w.done ? 0 : rc;
}
