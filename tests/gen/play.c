/* play.c: runs the statements on a virtual clock. A flow is a sequence of statements with a clock
 * of its own that waits for each of its transfers; several flows make several URBs in flight. What
 * happens next is always the earliest entry of one heap, so memory depends on what is in flight,
 * not on how much is played. */
#include "tests/gen/gen.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEVELS = 16, ISO_LEAD = 2, RANDOM_SPAN = 4096 };

struct level {
	const struct block *block;
	size_t at;
	const struct stmt *loop; /* NULL: not a loop's body */
	uint64_t left, done;
	int64_t began;
};

struct flow {
	int64_t now; /* ns since the capture began */
	struct level level[LEVELS];
	unsigned depth;
	bool joining;
};

/* A place for URBs: its id is used again as soon as it is free, the latest first, as the kernel's
 * allocator does. */
struct slot {
	uint64_t id;
	int32_t stale_frame;
	struct urb *lost; /* its completion was lost; ends when the id comes back */
	struct slot *next;
};

struct entry {
	int64_t t;
	uint64_t order;
	struct flow *flow; /* goes on, or */
	struct urb *urb;   /* completes */
};

struct player {
	struct program *prog;
	struct capture *cap;
	uint64_t rounds, order, prng, serial, slots, urbs, tid;
	uint8_t truth;
	struct bus *bus;  /* NULL: URBs are written */
	int64_t bus_wake; /* its entry in the heap; -1: none */
	struct entry *heap;
	size_t n, room;
	struct slot *free_slot;
	struct urb *first, *last; /* in flight, in the order of submission */
	struct urb *free_urb;
	struct flow *joiner;
	unsigned flows;
	uint8_t *zero, *count, *random;
};

/* ---- the heap ----------------------------------------------------------------------- */

static bool before(const struct entry *a, const struct entry *b)
{
	return a->t != b->t ? a->t < b->t : a->order < b->order;
}

static void push(struct player *p, int64_t t, struct flow *f, struct urb *u)
{
	struct entry e = {t, p->order++, f, u};
	size_t i = p->n++;

	if (p->n > p->room) {
		p->room = p->room ? 2 * p->room : 64;
		p->heap = grow(p->heap, p->room * sizeof(*p->heap));
	}
	for (; i && before(&e, &p->heap[(i - 1) / 2]); i = (i - 1) / 2)
		p->heap[i] = p->heap[(i - 1) / 2];
	p->heap[i] = e;
}

static struct entry pop(struct player *p)
{
	struct entry top = p->heap[0], e = p->heap[--p->n];
	size_t i = 0, child;

	while ((child = 2 * i + 1) < p->n) {
		if (child + 1 < p->n && before(&p->heap[child + 1], &p->heap[child]))
			child++;
		if (!before(&p->heap[child], &e))
			break;
		p->heap[i] = p->heap[child];
		i = child;
	}
	p->heap[i] = e;
	return top;
}

/* ---- URBs --------------------------------------------------------------------------- */

static struct urb *urb_new(struct player *p)
{
	struct urb *u = p->free_urb;
	struct packet *packet;

	if (!u) {
		u = keep(sizeof(*u));
		u->packet = keep(p->prog->max_packets * sizeof(*u->packet));
	} else {
		p->free_urb = u->next;
	}
	packet = u->packet;
	memset(u, 0, sizeof(*u));
	u->packet = packet;
	return u;
}

/* Back to the pool once it has left the list and the heap, and no slot holds it as lost. */
static void urb_release(struct player *p, struct urb *u)
{
	if (!u->done || u->queued)
		return;
	u->next = p->free_urb;
	p->free_urb = u;
}

static void list_add(struct player *p, struct urb *u)
{
	u->prev = p->last;
	u->next = NULL;
	*(p->last ? &p->last->next : &p->first) = u;
	p->last = u;
}

static void list_remove(struct player *p, struct urb *u)
{
	*(u->prev ? &u->prev->next : &p->first) = u->next;
	*(u->next ? &u->next->prev : &p->last) = u->prev;
}

static int64_t capture_time(const struct player *p, int64_t t)
{
	t += p->prog->start;
	return t - t % 1000; /* all formats can show microseconds */
}

static void slot_take(struct player *p, struct urb *u)
{
	struct slot *s = p->free_slot;

	if (!s) {
		s = keep(sizeof(*s));
		s->id = 0xffff888103a40000u + p->slots++ * 192;
	} else {
		p->free_slot = s->next;
	}
	u->slot = s;
	u->id = p->cap->writer->serial_ids ? 0x1000 + p->serial++ : s->id;
	u->stale_frame = s->stale_frame;
}

static void slot_give(struct player *p, struct urb *u)
{
	u->slot->stale_frame = u->start_frame;
	u->slot->next = p->free_slot;
	p->free_slot = u->slot;
}

static void end_truth(struct player *p, const struct urb *u, const char *how)
{
	if (p->truth == TRUTH_TRANSFERS && u->records)
		truth_end(p->cap, u, how);
}

/* A completion that was lost can be known to be lost. */
static void found_lost(struct player *p, struct urb *u)
{
	if (!u)
		return;
	end_truth(p, u, "lost");
	list_remove(p, u);
	u->done = true;
	urb_release(p, u);
}

/* What tells a lost completion: the id comes back or, without ids, the endpoint turns to the next.
 */
static void find_lost(struct player *p, const struct urb *u)
{
	struct urb *next;

	found_lost(p, u->slot->lost);
	u->slot->lost = NULL;
	if (!p->cap->writer->queues)
		return;
	for (struct urb *lost = p->first; lost; lost = next) {
		next = lost->next;
		if (lost->lost && lost->x->ep == u->x->ep)
			found_lost(p, lost);
	}
}

/* Calls a writer's function and notes which records it made. */
static void write_urb(struct player *p, struct urb *u, bool submit,
	void (*write)(struct capture *, const struct urb *))
{
	uint64_t n = p->cap->sink.records;

	write(p->cap, u);
	if (p->cap->sink.records == n)
		return;
	if (!u->tid) {
		find_lost(p, u);
		u->tid = ++p->tid;
		u->first = n + 1;
	}
	u->last = p->cap->sink.records;
	u->records += (uint32_t)(u->last - n);
	*(submit ? &u->saw_submit : &u->saw_complete) = true;
}

static const uint8_t *payload(struct player *p, const struct xfer *x)
{
	switch (x->data_kind) {
	case DATA_BYTES: return x->bytes;
	case DATA_COUNT: return p->count + (x->ep->urbs & 255);
	case DATA_RANDOM: return p->random + prng_next(&p->prng) % RANDOM_SPAN;
	default: return p->zero;
	}
}

/* ---- isochronous -------------------------------------------------------------------- */

static int64_t slot_time(const struct xfer *x, int64_t slot, int64_t period)
{
	return (int64_t)((double)slot * (double)period * (1 + x->drift * 1e-6));
}

/* The samples that are there in the k-th interval and were not before. */
static uint32_t clocked(const struct xfer *x, uint64_t k)
{
	const struct clock *c = &x->samples;
	double each = c->hz * (1 + c->ppm * 1e-6) * (double)endpoint_period(x->dev, x->ep) / 1e9;

	return (uint32_t)(floor((double)(k + 1) * each) - floor((double)k * each)) * c->bytes;
}

static uint32_t packet_length(const struct xfer *x, uint64_t k)
{
	return x->samples.hz > 0 ? clocked(x, k)
	       : x->lengths	 ? x->length[k % x->lengths]
				 : endpoint_most(x->ep);
}

static bool is_lost(const struct xfer *x, uint64_t *prng)
{
	return x->lose && prng_next(prng) % x->lose == 0;
}

static void iso_packets(struct urb *u, uint64_t *prng)
{
	const struct xfer *x = u->x;
	struct endpoint *e = x->ep;
	uint32_t offset = 0;

	for (uint32_t i = 0; i < x->packets; i++) {
		struct packet *k = &u->packet[i];
		uint32_t len = packet_length(x, e->packets++);

		*k = (struct packet){offset, x->in ? endpoint_most(e) : len, len, STATUS_OK};
		for (unsigned b = 0; b < x->bads; b++)
			if (i >= x->bad[b].first && i <= x->bad[b].last) {
				k->status = x->bad[b].status;
				k->actual = x->bad[b].length > 0 ? (uint32_t)x->bad[b].length : 0;
			}
		if (is_lost(x, prng)) {
			k->status = STATUS_MISSED;
			k->actual = 0;
		}
		if (k->actual > k->length)
			k->actual = k->length;
		u->errors += k->status != STATUS_OK;
		u->actual += k->actual;
		offset += k->length;
	}
	u->req = offset;
}

/* The packets take the next free service intervals; the URB completes after the last one. */
static int64_t iso_schedule(struct player *p, struct urb *u, int64_t now)
{
	const struct xfer *x = u->x;
	struct endpoint *e = x->ep;
	int64_t period = endpoint_period(x->dev, e),
		soon = now / slot_time(x, 1, period) + ISO_LEAD;
	int64_t modulus = (int64_t)p->prog->frames * (x->dev->speed >= SPEED_HIGH ? 8 : 1);

	iso_packets(u, &p->prng);
	if (e->next_slot < soon) {
		u->skipped = e->next_slot ? soon - e->next_slot : 0;
		e->next_slot = soon;
	}
	u->start_frame = (int32_t)(e->next_slot * endpoint_interval(x->dev, e) % modulus);
	e->next_slot += x->packets;
	u->due = slot_time(x, e->next_slot, period);
	return u->due + 30000;
}

/* ---- submission and completion ------------------------------------------------------ */

/* The URB on its way, in order of submission, that its endpoint serves now or, if not, has waiting.
 */
static struct urb *of_endpoint(const struct player *p, const struct endpoint *e, bool started)
{
	struct urb *u = p->first;

	while (u && (u->x->ep != e || u->started != started || u->lost))
		u = u->next;
	return u;
}

static void start(struct player *p, struct urb *u, int64_t t)
{
	u->started = true;
	u->submitted = capture_time(p, t);
	if (p->truth == TRUTH_ISO && u->x->type == ISOCHRONOUS)
		truth_iso_submit(u);
	if (u->x->fate == FATE_LOST_SUBMIT)
		return;
	write_urb(p, u, true, p->cap->writer->submit);
}

/* The endpoint is free for the next one that waits for it. */
static void start_next(struct player *p, const struct endpoint *e, int64_t t)
{
	struct urb *u = p->cap->writer->queues && !of_endpoint(p, e, true)
				? of_endpoint(p, e, false)
				: NULL;

	if (u)
		start(p, u, t);
}

/* Usual times: control by its stages, periodic by its interval, bulk by what the bus carries. */
static int64_t service_time(const struct urb *u)
{
	const struct xfer *x = u->x;
	bool high = x->dev->speed >= SPEED_HIGH;

	if (x->takes >= 0)
		return x->takes;
	if (x->type == INTERRUPT)
		return endpoint_period(x->dev, x->ep);
	if (x->type == CONTROL)
		return (high ? 150000 : 600000) + (int64_t)u->actual * (high ? 100 : 5000);
	return (high ? 60000 : 250000) + (int64_t)u->actual * (high ? 19 : 822);
}

static int64_t schedule(struct player *p, struct urb *u, int64_t now)
{
	const struct xfer *x = u->x;
	int64_t t, jitter = x->jitter ? (int64_t)(prng_next(&p->prng) % (uint64_t)x->jitter) : 0;

	if (x->type == ISOCHRONOUS) {
		t = iso_schedule(p, u, now) + jitter;
	} else {
		u->req = x->req;
		u->actual = x->actual >= 0			    ? (uint32_t)x->actual
			    : x->status == STATUS_OK && !x->has_raw ? x->req
								    : 0;
		t = (now > x->ep->free ? now : x->ep->free) + service_time(u) + jitter;
	}
	if (t < x->ep->free) /* an endpoint's URBs complete in order */
		t = x->ep->free;
	if (x->fate != FATE_PENDING && x->fate != FATE_REFUSED)
		x->ep->free = t;
	return t;
}

/* An entry without flow and URB is the bus's; earlier ones that it no longer needs are skipped. */
static void wake_bus(struct player *p)
{
	int64_t t = bus_next(p->bus);

	if (t >= 0 && (p->bus_wake < 0 || t < p->bus_wake)) {
		p->bus_wake = t;
		push(p, t, NULL, NULL);
	}
}

static void submit_to_bus(struct player *p, struct urb *u, int64_t now)
{
	if (u->x->dev->gone) {
		u->status = status_find("timeout");
		u->actual = 0;
	}
	bus_submit(p->bus, u, now, u->x->ep->next_slot - u->x->packets);
	wake_bus(p);
}

/* True if the flow now waits for the URB. */
static bool submit(struct player *p, struct flow *f, const struct xfer *x)
{
	const struct writer *w = p->cap->writer;
	struct urb *u;
	int64_t t;

	p->urbs++;
	if (!(x->for_writers & w->family))
		return false;
	u = urb_new(p);
	u->number = p->urbs;
	u->x = x;
	u->flow = f;
	u->status = x->status;
	u->has_raw = x->has_raw;
	u->raw = x->raw;
	u->data = payload(p, x);
	slot_take(p, u);
	t = schedule(p, u, f->now);
	x->ep->urbs++;
	if (!w->queues || !of_endpoint(p, x->ep, true))
		start(p, u, f->now);
	list_add(p, u);
	if (x->fate == FATE_REFUSED)
		t = f->now;
	if (x->fate == FATE_PENDING) { /* the flow goes on without it */
		u->flow = NULL;
		if (p->bus)
			submit_to_bus(p, u, f->now);
		return false;
	}
	if (p->bus && x->fate != FATE_REFUSED) {
		submit_to_bus(p, u, f->now);
		return true;
	}
	u->queued = true;
	push(p, t, NULL, u);
	return true;
}

static void complete(struct player *p, struct urb *u, int64_t t)
{
	const struct writer *w = p->cap->writer;
	enum fate fate = u->x->fate;

	if (u->x->dev->gone && u->status == STATUS_OK && !u->has_raw) {
		u->status = STATUS_DISCONNECTED;
		u->actual = 0;
	}
	u->completed = capture_time(p, t);
	if (p->truth == TRUTH_ISO && u->x->type == ISOCHRONOUS)
		truth_iso_complete(u, p->prog->start);
	if (fate != FATE_LOST_COMPLETE)
		write_urb(p, u, false, fate == FATE_REFUSED && w->refuse ? w->refuse : w->complete);
	if (u->saw_submit && !u->saw_complete) {
		if (!w->serial_ids && !w->queues)
			u->slot->lost = u;
		u->lost = true;
		slot_give(p, u);
		start_next(p, u->x->ep, t);
		return;
	}
	end_truth(p, u, NULL);
	list_remove(p, u);
	slot_give(p, u);
	start_next(p, u->x->ep, t);
	u->done = true;
	urb_release(p, u);
}

/* cancel and disconnect: what is in flight comes back at once, and its flows end. */
static void end_urbs(struct player *p, const struct stmt *s, int64_t t)
{
	struct urb *next;

	for (struct urb *u = p->first; u; u = next) {
		next = u->next;
		if (u->x->dev != s->dev || (s->ep && u->x->ep != s->ep) || u->lost)
			continue;
		u->status = s->op == OP_CANCEL ? STATUS_CANCELLED : STATUS_DISCONNECTED;
		u->has_raw = false;
		u->actual = 0;
		for (uint32_t i = 0; i < u->x->packets; i++)
			u->packet[i].actual = 0;
		u->x->ep->free = t;
		p->flows -= u->flow != NULL;
		u->flow = NULL;
		if (p->bus)
			bus_drop(p->bus, u);
		complete(p, u, t);
	}
}

/* ---- flows -------------------------------------------------------------------------- */

static void enter(struct flow *f, const struct block *b, const struct stmt *loop, uint64_t times)
{
	if (f->depth == LEVELS)
		die("blocks nested too deeply");
	f->level[f->depth++] = (struct level){b, 0, loop, times, 0, f->now};
}

static void start_flows(struct player *p, struct flow *from, const struct stmt *s)
{
	for (uint32_t i = 0; i < s->copies; i++) {
		struct flow *f = keep(sizeof(*f));

		f->now = from->now + i * 4000;
		enter(f, s->body, NULL, 1);
		push(p, f->now, f, NULL);
		p->flows++;
	}
}

/* At the end of a block: the next round of its loop, or out of it. */
static void leave(struct flow *f)
{
	struct level *l = &f->level[f->depth - 1];
	int64_t next;

	if (l->loop && ++l->done < l->left) {
		l->at = 0;
		next = l->began + (int64_t)l->done * l->loop->ns;
		if (l->loop->ns && next > f->now)
			f->now = next;
		return;
	}
	f->depth--;
}

/* A system that shows URBs notes nothing of it but the time. */
static int64_t bus_event(const struct player *p, const struct stmt *s, int64_t now)
{
	static const int64_t takes[STATES] = {[STATE_RESET] = 22000000,
		[STATE_SUSPEND] = 3000000,
		[STATE_RESUME] = 30000000,
		[STATE_VBUS_OFF] = 0};

	return p->bus ? bus_state(p->bus, now, s->state) : now + takes[s->state];
}

/* Runs the flow until it waits for something. */
static void run(struct player *p, struct flow *f)
{
	int64_t now = f->now;

	while (f->depth) {
		struct level *l = &f->level[f->depth - 1];
		const struct stmt *s;

		if (f->now > now) { /* others may come first */
			push(p, f->now, f, NULL);
			return;
		}
		if (l->at == l->block->n) {
			leave(f);
			continue;
		}
		s = &l->block->v[l->at++];
		switch ((enum op)s->op) {
		case OP_XFER:
			if (submit(p, f, s->xfer))
				return;
			break;
		case OP_REPEAT:
			if (s->times && (!s->rounds || p->rounds))
				enter(f, s->body, s, s->rounds ? p->rounds : s->times);
			break;
		case OP_FLOW: start_flows(p, f, s); break;
		case OP_WAIT: f->now += s->ns; break;
		case OP_AT: f->now = s->ns > f->now ? s->ns : f->now; break;
		case OP_JOIN:
			if (p->flows > 1) {
				p->joiner = f;
				return;
			}
			break;
		case OP_BUS: f->now = bus_event(p, s, f->now); break;
		case OP_DISCONNECT: s->dev->gone = true; /* fall through */
		case OP_CANCEL: end_urbs(p, s, f->now); break;
		}
	}
	p->flows--;
}

static void prepare_data(struct player *p)
{
	size_t n = p->prog->max_req + 256;

	p->zero = keep(n);
	p->count = keep(n);
	p->random = keep(n + RANDOM_SPAN);
	for (size_t i = 0; i < n; i++)
		p->count[i] = (uint8_t)i;
	for (size_t i = 0; i < n + RANDOM_SPAN; i++)
		p->random[i] = (uint8_t)(prng_next(&p->prng) >> 56);
}

static int by_tid(const void *a, const void *b)
{
	const struct urb *const *x = a, *const *y = b;

	return ((*x)->tid > (*y)->tid) - ((*x)->tid < (*y)->tid);
}

/* What never ended, in the order in which it began. */
static void end_pending(struct player *p)
{
	struct urb **all = NULL;
	size_t n = 0;

	for (struct urb *u = p->first; u; u = u->next) {
		all = grow(all, (n + 1) * sizeof(*all));
		all[n++] = u;
	}
	if (n)
		qsort(all, n, sizeof(*all), by_tid);
	for (size_t i = 0; i < n; i++)
		end_truth(p, all[i], "eof");
	free(all);
}

/* The bus serves one transaction; the flow of the URB that is done goes on. */
static void run_bus(struct player *p, int64_t t)
{
	struct urb *u;
	struct flow *f;

	if (t != p->bus_wake || (!p->n && !bus_has_work(p->bus)))
		return;
	p->bus_wake = -1;
	u = bus_step(p->bus, t);
	if (u) {
		f = u->flow;
		complete(p, u, bus_now(p->bus));
		if (f) {
			f->now = bus_now(p->bus) + p->prog->pause;
			push(p, f->now, f, NULL);
		}
	}
	wake_bus(p);
}

void play(struct program *prog, struct capture *cap, uint64_t rounds, uint8_t truth)
{
	struct player p = {.prog = prog,
		.cap = cap,
		.rounds = rounds,
		.truth = truth,
		.prng = prog->seed,
		.bus = cap->writer->bus ? bus_new(cap, prog, truth) : NULL,
		.bus_wake = -1,
		.flows = 1};
	struct flow *main_flow = keep(sizeof(*main_flow));

	prepare_data(&p);
	enter(main_flow, &prog->main, NULL, 1);
	push(&p, 0, main_flow, NULL);
	while (p.n) {
		struct entry e = pop(&p);
		struct flow *f = e.flow;

		if (e.urb) {
			f = e.urb->flow;
			e.urb->queued = false;
			if (e.urb->done || e.urb->lost) { /* ended before its time */
				urb_release(&p, e.urb);
				continue;
			}
			complete(&p, e.urb, e.t);
			f->now = e.t + prog->pause;
			push(&p, f->now, f, NULL);
		} else if (f) {
			run(&p, f);
		} else {
			run_bus(&p, e.t);
		}
		if (p.joiner && p.flows == 1) {
			f = p.joiner;
			p.joiner = NULL;
			f->now = f->now > e.t ? f->now : e.t;
			push(&p, f->now, f, NULL);
		}
	}
	end_pending(&p);
	if (p.bus)
		bus_end(p.bus);
	free(p.heap);
}
