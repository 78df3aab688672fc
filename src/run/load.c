/* load.c: rebuilding one transfer from its own records. */
#include "run/load.h"
#include "link/link.h"

#include <string.h>

/* ---- filling the index -------------------------------------------------------------- */

static void index_record(void *self, struct run *r, const struct run_record *rr)
{
	(void)r;
	index_add_record(self, rr->rec);
}

static void index_xfer(void *self, struct run *r, struct row *row)
{
	(void)r;
	index_add_xfer(self, row->x, row->decode.exchange);
}

static void index_exchange(void *self, struct run *r, const struct exchange *ex)
{
	(void)r;
	index_add_exchange(self, ex);
}

struct consumer run_indexer(struct index *ix)
{
	return (struct consumer){
		.self = ix,
		.record = index_record,
		.xfer = index_xfer,
		.exchange = index_exchange,
	};
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
	if (reader_seek(r->reader, &at, e) < 0)
		return -1;
	do {
		rc = reader_next(r->reader, rec, e);
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
	void (*got)(void *ctx, const struct xfer *x);
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
	if (e->status == STATUS_DISCONNECTED) /* the hub told it before, not the transfer */
		x->status = e->status;
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

	if (x->id != l->id || l->done)
		return;
	l->done = true;
	copy.replay = index_replay(l->ix, l->id);
	as_streamed(model_devices(l->run->model), index_get(l->ix, l->id), &copy);
	copy.capture = (uint8_t)model_capture(l->run->model, &copy);
	with_whole_payload(l, &copy);
	l->got(l->ctx, &copy);
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

/* The same of a transfer of the bus: packets of others lie between its own, and only those before
 * them tell which belong to whom. */
static int feed_range(struct loading *l, struct model *m, const struct index_entry *x)
{
	struct record rec;
	struct event ev;
	int rc;

	if (!index_checkpoint(l->ix, x->first, &rec))
		return err_set(l->err, "transfer %u has no place", l->id);
	if (reader_seek(l->run->reader, &rec, l->err) < 0)
		return -1;
	while ((rc = reader_next(l->run->reader, &rec, l->err)) == 1 && rec.number <= x->last) {
		link_to_event(link_find(rec.link), &rec, &ev);
		if (rec.number >= x->first)
			model_feed(m, &rec, &ev);
		if (rec.number == x->last)
			break;
	}
	return rc < 0 ? -1 : 0;
}

/* The transfer alone, without its exchange. */
static int load_alone(struct run *r, const struct index *ix, uint32_t id,
	void (*got)(void *ctx, const struct xfer *x), void *ctx, struct err *e)
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
	rc = index_replay(ix, id).known ? feed_range(&l, m, x) : feed(&l, m, x);
	if (rc == 0 && !l.done)
		model_finish(m);
	model_free(m);
	if (rc == 0 && !l.done)
		return err_set(e, "transfer %u is not there any more: the capture has changed", id);
	return rc;
}

/* ---- with its exchange -------------------------------------------------------------- */

/* The exchange's transfers are tracked again, from the first one on. */
struct replay {
	struct run *run;
	const struct index_exchange *of; /* NULL: the transfer belongs to none */
	struct tracker tracker;
	struct exchange *ex;
	uint32_t wanted; /* this one is given to `got`; 0: none */
	void (*got)(void *ctx, struct row *row);
	void *ctx;
};

static void track_again(void *ctx, const struct xfer *x)
{
	struct replay *p = ctx;
	struct row row;

	if (p->of)
		p->ex = track_bound(&p->tracker, x, p->of->decoder, p->of->function);
	if (x->id != p->wanted)
		return;
	run_row(p->run, &row, x, p->ex);
	p->got(p->ctx, &row);
}

/* Tracks the transfers of the exchange `id` in end order, up to transfer `last` (0: all). */
static int replay_exchange(
	struct replay *p, const struct index *ix, uint32_t id, uint32_t last, struct err *e)
{
	uint32_t xfer;
	uint32_t left = p->of->xfers;

	p->tracker = (struct tracker){
		.decode = &p->run->decode,
		.devices = model_devices(p->run->model),
		.all = exchanges_replay(id),
	};
	for (uint32_t at = p->of->place; left && (xfer = index_by_end(ix, at)); at++) {
		if (index_get(ix, xfer)->exchange != id)
			continue;
		left--;
		if (load_alone(p->run, ix, xfer, track_again, p, e) < 0)
			return -1;
		if (xfer == last)
			break;
	}
	return 0;
}

int run_load_xfer(struct run *r, const struct index *ix, uint32_t id,
	void (*got)(void *ctx, struct row *row), void *ctx, struct err *e)
{
	const struct index_entry *x = index_get(ix, id);
	struct replay p = {.run = r, .wanted = id, .got = got, .ctx = ctx};
	int rc;

	if (!x || !x->exchange)
		return load_alone(r, ix, id, track_again, &p, e);
	p.of = index_get_exchange(ix, x->exchange);
	rc = replay_exchange(&p, ix, x->exchange, id, e);
	exchanges_free(p.tracker.all);
	return rc;
}

int run_load_exchange(struct run *r, const struct index *ix, uint32_t id,
	void (*got)(void *ctx, const struct exchange *ex), void *ctx, struct err *e)
{
	struct replay p = {.run = r, .of = index_get_exchange(ix, id)};
	int rc;

	if (!p.of)
		return err_set(
			e, "there is no exchange %u: the capture has %u", id, index_exchanges(ix));
	rc = replay_exchange(&p, ix, id, 0, e);
	if (rc == 0 && p.ex) {
		p.ex->result = p.of->result;
		p.ex->synthetic_end = p.of->synthetic_end;
		got(ctx, p.ex);
	}
	exchanges_free(p.tracker.all);
	return rc;
}
