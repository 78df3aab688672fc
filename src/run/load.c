/* load.c: rebuilding one transfer from its own records. */
#include "run/load.h"
#include "base/mem.h"
#include "link/link.h"

#include <stdlib.h>

/* ---- filling the index -------------------------------------------------------------- */

static void index_record(void *self, struct run *r, const struct run_record *rr)
{
	(void)r;
	index_add_record(self, rr->rec);
}

static void index_xfer(void *self, struct run *r, struct row *row)
{
	(void)r;
	index_add_xfer(self, row->x);
}

struct consumer run_indexer(struct index *ix)
{
	return (struct consumer){.self = ix, .record = index_record, .xfer = index_xfer};
}

/* ---- the reader ----------------------------------------------------------------------- */

int run_open_access(struct run *r, int fd, struct err *e)
{
	struct reader_opts o = {.fd = fd, .seekable = true, .follow = true, .quiet = true};

	r->access = reader_open(r->opts->path, &o, e);
	return r->access ? 0 : -1;
}

static struct reader *access_reader(struct run *r)
{
	if (!r->access)
		return r->reader;
	reader_know(r->access, r->reader);
	return r->access;
}

/* ---- one record --------------------------------------------------------------------- */

static int read_record(struct run *r, const struct index *ix, uint64_t number, struct record *rec,
	struct event *ev, struct err *e)
{
	struct record at;
	int rc;

	if (!index_checkpoint(ix, number, &at))
		return err_set(e, "there is no record %llu: the capture has %llu",
			(unsigned long long)number, (unsigned long long)index_records(ix));
	if (reader_seek(access_reader(r), &at, e) < 0)
		return -1;
	do {
		rc = reader_next(access_reader(r), rec, e);
	} while (rc == 1 && rec->number < number);
	if (rc < 0)
		return -1;
	if (rc == 0 || rec->number != number)
		return err_set(e, "record %llu is not there any more: the capture has changed",
			(unsigned long long)number);
	link_to_event(link_find(rec->link), rec, ev);
	return 0;
}

int run_load_record(struct run *r, const struct index *ix, uint64_t number,
	void (*got)(void *ctx, const struct record *rec, const struct event *ev), void *ctx,
	struct err *e)
{
	struct record rec;
	struct event ev;

	if (read_record(r, ix, number, &rec, &ev, e) < 0)
		return -1;
	got(ctx, &rec, &ev);
	return 0;
}

/* ---- one transfer ------------------------------------------------------------------- */

struct loading {
	struct run *run;
	const struct index *ix;
	uint32_t id;
	bool done;
	void (*got)(void *ctx, struct row *row);
	void *ctx;
	struct err *err;
};

/* The model kept only the beginning of long OUT data: take it from the record it came in. */
static void with_whole_payload(struct loading *l, struct xfer *x)
{
	struct record rec;
	struct event ev;

	if (x->data.kept >= x->data.captured || x->replay.known)
		return;
	for (uint64_t n = x->first; n <= x->last; n++) {
		if (read_record(l->run, l->ix, n, &rec, &ev, l->err) < 0)
			return;
		if (ev.bin == BIN_NONE && ev.urb.id == x->urb && ev.bus == x->bus &&
			ev.urb.data_len == x->data.captured) {
			x->data.data = ev.urb.data;
			x->data.kept = ev.urb.data_len;
			break;
		}
	}
	if (x->iso.layout != ISO_NONE && !x->iso.in) {
		x->iso.data = x->data.data;
		x->iso.data_len = x->data.kept;
	}
}

/* What was known of the device when it was streamed, and what only later records told: that the
 * completion was lost, or is not recorded at all. */
static void as_streamed(const struct devices *d, const struct index_entry *e, struct xfer *x)
{
	const struct pipe *p = devices_get_pipe(d, e->pipe);

	x->pipe = e->pipe;
	x->instance = p->instance;
	x->endpoint_id = p->endpoint_id;
	x->speed = p->speed;
	if (x->replay.known) { /* the end may lie behind its last record: a pause, a reset */
		x->status = e->status;
		x->ended = x->replay.ended;
	}
	if (x->seen != SEEN_SUBMIT)
		return;
	x->status = e->status;
	x->ended = e->status == STATUS_UNKNOWN ? END_UNKNOWN : e->lost ? END_LOST : END_EOF;
	if (e->lost)
		x->flags |= XFER_LOST_COMPLETION;
}

static void rebuilt(void *ctx, const struct xfer *x)
{
	struct loading *l = ctx;
	struct xfer copy = *x;
	struct row row;

	if (x->id != l->id || l->done)
		return;
	l->done = true;
	copy.replay = index_replay(l->ix, l->id);
	as_streamed(model_devices(l->run->model), index_get(l->ix, l->id), &copy);
	copy.capture = (uint8_t)model_capture(l->run->model, &copy);
	with_whole_payload(l, &copy);
	run_row(l->run, &row, &copy);
	l->got(l->ctx, &row);
}

/* Feeds the records of the transfer: first and last, and what lies between where it has more. */
static int feed(struct loading *l, struct model *m, const struct index_entry *x)
{
	struct record rec;
	struct event ev;
	uint64_t urb = 0;
	uint16_t bus = 0, device = 0;

	for (uint64_t n = x->first; n <= x->last; n++) {
		if (n > x->first && !x->many)
			n = x->last;
		if (read_record(l->run, l->ix, n, &rec, &ev, l->err) < 0)
			return -1;
		if (n == x->first) {
			urb = ev.urb.id;
			bus = ev.bus;
			device = ev.device;
		}
		if (ev.bin == BIN_NONE && (n == x->last || (ev.urb.id == urb && ev.bus == bus &&
								   (urb || ev.device == device))))
			model_feed(m, &rec, &ev);
	}
	return 0;
}

/* Somebody who looks at the records of a transfer while they are fed. */
struct witness {
	void (*record)(void *ctx, const struct record *rec, const struct event *ev,
		struct placement place);
	void *ctx;
};

/* The same of a transfer of the bus: packets of others lie between its own, and only those before
 * them tell which belong to whom. */
static int feed_range(
	struct loading *l, struct model *m, const struct index_entry *x, const struct witness *w)
{
	struct reader *reader = access_reader(l->run);
	struct placement place;
	struct record rec;
	struct event ev;
	int rc;

	if (!index_checkpoint(l->ix, x->first, &rec))
		return err_set(l->err, "transfer %u has no place", l->id);
	if (reader_seek(reader, &rec, l->err) < 0)
		return -1;
	while ((rc = reader_next(reader, &rec, l->err)) == 1 && rec.number <= x->last) {
		link_to_event(link_find(rec.link), &rec, &ev);
		if (rec.number >= x->first) {
			place = model_feed(m, &rec, &ev);
			if (w)
				w->record(w->ctx, &rec, &ev, place);
		}
		if (rec.number == x->last)
			break;
	}
	return rc < 0 ? -1 : 0;
}

int run_load_xfer(struct run *r, const struct index *ix, uint32_t id,
	void (*got)(void *ctx, struct row *row), void *ctx, struct err *e)
{
	const struct index_entry *x = index_get(ix, id);
	struct loading l = {r, ix, id, false, got, ctx, e};
	struct model *m;
	int rc;

	if (!x)
		return err_set(
			e, "there is no transfer %u: the capture has %u", id, index_count(ix));
	m = model_new(&(struct model_opts){
		.payload = true,
		.on_xfer = rebuilt,
		.ctx = &l,
		.devices = model_devices(r->model),
		.start = model_start(r->model),
		.next_id = id,
		.replay = index_replay(ix, id),
	});
	rc = index_replay(ix, id).known ? feed_range(&l, m, x, NULL) : feed(&l, m, x);
	if (rc == 0 && !l.done)
		model_finish(m);
	model_free(m);
	if (rc == 0 && !l.done)
		return err_set(e, "transfer %u is not there any more: the capture has changed", id);
	return rc;
}

/* ---- its parts ---------------------------------------------------------------------- */

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
		if (read_record(r, ix, n, &rec, &ev, e) < 0)
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

int run_load_parts(struct run *r, const struct index *ix, uint32_t id, const struct run_parts *to,
	struct err *e)
{
	const struct index_entry *x = index_get(ix, id);
	struct bus_parts parts = {.to = to, .id = id};
	struct loading l = {.run = r, .ix = ix, .id = id, .err = e};
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
	rc = feed_range(&l, m, x, &(struct witness){bus_part, &parts});
	model_finish(m);
	give_ended(&parts);
	free(parts.ended);
	model_free(m);
	return rc;
}
