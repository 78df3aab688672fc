/* load_parts.c: what a transfer consists of: its records, or its transactions and packets. */
#include "run/load_impl.h"
#include "base/mem.h"
#include "link/link.h"

#include <stdlib.h>

static void ignore_xfer(void *ctx, const struct xfer *x)
{
	(void)ctx;
	(void)x;
}

/* Of URB captures: records that name the transfer's URB, between its first and its last. */
static int urb_parts(struct run *r, const struct index *ix, const struct index_entry *x,
	const struct run_parts *to, struct err *e)
{
	uint64_t urb = 0;

	for (uint64_t n = x->first; n <= x->last; n++) {
		struct record rec;
		struct event ev;

		if (n > x->first && !x->many)
			n = x->last;
		if (run_read_record(r, ix, n, &rec, &ev, e) < 0)
			return -1;
		if (n == x->first)
			urb = ev.urb.id;
		if (n == x->first || n == x->last || (ev.bin == BIN_NONE && ev.urb.id == urb))
			to->record(to->ctx, &rec, &ev);
	}
	return 0;
}

/* Transactions end inside model_feed(), before the record that ended them was given. */
struct bus_parts {
	const struct run_parts *to;
	uint32_t id;
	struct transaction *ended;
	size_t n, cap;
};

static void give_ended(struct bus_parts *p)
{
	for (size_t i = 0; i < p->n; i++)
		p->to->transaction(p->to->ctx, &p->ended[i]);
	p->n = 0;
}

static void bus_part(
	void *ctx, const struct record *rec, const struct event *ev, struct placement place)
{
	struct bus_parts *p = ctx;

	if (place.xfer == p->id || place.held)
		p->to->record(p->to->ctx, rec, ev);
	give_ended(p);
}

static void bus_transaction(void *ctx, const struct transaction *t)
{
	struct bus_parts *p = ctx;

	if (t->xfer != p->id)
		return;
	array_need(p->ended, p->n, p->cap);
	p->ended[p->n++] = *t;
}

/* All records from its first to its last: those of others between tell which belong to whom. */
static int feed_bus(struct run *r, const struct index *ix, const struct index_entry *x,
	struct model *m, struct bus_parts *parts, struct err *e)
{
	struct reader *reader = run_access(r);
	struct record rec;
	struct event ev;
	int rc = 1;

	if (!index_checkpoint(ix, x->first, &rec))
		return err_set(e, "record %u has no place", x->first);
	if (reader_seek(reader, &rec, e) < 0)
		return -1;
	for (rec.number = 0; rec.number < x->last && rc == 1;) {
		rc = reader_next(reader, &rec, e);
		if (rc != 1 || rec.number < x->first || rec.number > x->last)
			continue;
		link_to_event(link_find(rec.link), &rec, &ev);
		bus_part(parts, &rec, &ev, model_feed(m, &rec, &ev));
	}
	return rc < 0 ? -1 : 0;
}

int run_load_parts(struct run *r, const struct index *ix, uint32_t id, const struct run_parts *to,
	struct err *e)
{
	const struct index_entry *x = index_get(ix, id);
	struct bus_parts parts = {.to = to, .id = id};
	struct model *m;
	int rc;

	if (!x)
		return err_set(
			e, "there is no transfer %u: the capture has %u", id, index_count(ix));
	if (!index_replay(ix, id).known)
		return urb_parts(r, ix, x, to, e);
	m = model_new(&(struct model_opts){
		.on_xfer = ignore_xfer,
		.on_transaction = bus_transaction,
		.ctx = &parts,
		.devices = model_devices(r->model),
		.start = model_start(r->model),
		.next_id = id,
		.replay = index_replay(ix, id),
	});
	rc = feed_bus(r, ix, x, m, &parts, e);
	model_finish(m);
	give_ended(&parts);
	free(parts.ended);
	model_free(m);
	return rc;
}
