/* bus_split.c: split transactions between host and hub (USB 2.0
 * sections 8.4.2, 11.17, 11.18, 11.20, 11.21): start-split, complete-splits, data in parts. */
#include "tests/gen/bus.h"

enum { START_SPLIT_MAX = 188 }; /* bytes a microframe carries of a full-speed frame (11.18.1) */

bool bus_periodic(const struct bus_pipe *p)
{
	return p->ep->type == INTERRUPT || p->ep->type == ISOCHRONOUS;
}

static void next_microframe(const struct bus *b, struct bus_pipe *p, unsigned n)
{
	p->ready = (b->now / MICROFRAME + n) * MICROFRAME + 4000;
}

static unsigned speed_bit(const struct bus_pipe *p)
{
	return p->ep->type != BULK && p->dev->speed == SPEED_LOW;
}

/* The S bit is the upper one of wire_split's pair of bits in order: S, E. */
const char *bus_start_split(struct bus *b, struct bus_pipe *p, const struct bus_job *j,
	const struct step *s, enum outcome how)
{
	bool busy = how == IS_NAKED && !bus_periodic(p) && j->naks % 2;

	bus_open_transaction(b, p, j, s);
	wire_split(b, p->dev, p->ep->type, false, speed_bit(p));
	wire_token(b, p->dev, s->token, bus_eleven(p), false);
	if (!s->in)
		bus_data_packet(b, p, s, how);
	if (!bus_periodic(p))
		bus_handshake(b, p, false, busy ? PID_NAK : PID_ACK);
	if (busy)
		return bus_finish(b, p, "nak", false);
	b->t = NULL;
	p->phase = WAITS;
	p->part = 0;
	p->nyets = bus_periodic(p) ? 1 : b->prog->rules.split_nyets;
	if (how == IS_ABANDONED)
		p->nyets = 3;
	if (bus_periodic(p))
		next_microframe(b, p, 2);
	else
		p->ready = b->now + 30000;
	return NULL;
}

static void not_yet(struct bus *b, struct bus_pipe *p)
{
	wire_handshake(b, p->dev, false, PID_NYET);
	b->t = NULL;
	bus_inter_packet(b, p);
	if (bus_periodic(p))
		next_microframe(b, p, 1);
	else
		p->ready = b->now + 30000;
}

/* The data of a complete-split; with MDATA more follows in the next microframe. True: more. */
static bool split_data(struct bus *b, struct bus_pipe *p, const struct step *s)
{
	uint32_t n = s->n - p->part;
	bool more = p->ep->type == ISOCHRONOUS
			    ? n > START_SPLIT_MAX
			    : p->ep->type == INTERRUPT && b->prog->rules.mdata && !p->part && n > 1;

	if (more)
		n = p->ep->type == ISOCHRONOUS ? START_SPLIT_MAX : n / 2;
	wire_data(b, p->dev, false, more ? PID_MDATA : s->data_pid, s->p + p->part, n, false);
	p->part += n;
	p->t.data_pid = s->data_pid;
	p->t.len = p->part;
	if (more) {
		b->t = NULL;
		bus_inter_packet(b, p);
		next_microframe(b, p, 1);
	}
	return more;
}

const char *bus_complete_split(
	struct bus *b, struct bus_pipe *p, const struct step *s, enum outcome how)
{
	b->t = &p->t;
	wire_split(b, p->dev, p->ep->type, true, speed_bit(p));
	wire_token(b, p->dev, s->token, bus_eleven(p), false);
	if (p->nyets) {
		not_yet(b, p);
		if (--p->nyets || how != IS_ABANDONED)
			return NULL;
		p->phase = 0;
		p->t.handshake = PID_NYET;
		return bus_finish(b, p, "incomplete", false);
	}
	if (how == HAS_ERR || how == HAS_NO_ANSWER) {
		p->phase = 0;
		bus_handshake(b, p, false, PID_ERR);
		return bus_finish(b, p, "timeout", false);
	}
	if (how != IS_NAKED && how != IS_STALLED && s->in) {
		if (split_data(b, p, s))
			return NULL;
		p->phase = 0;
		p->t.handshake = PID_NONE; /* the last answer was data */
		return bus_finish(b, p, "ok", !p->counted);
	}
	p->phase = 0;
	bus_handshake(b, p, false, bus_answer(p, how, false));
	return bus_finish(b, p,
		how == IS_NAKED	    ? "nak"
		: how == IS_STALLED ? "stall"
				    : "ok",
		how != IS_NAKED && how != IS_STALLED && !p->counted);
}

static bool iso_done(struct bus *b, struct bus_pipe *p)
{
	p->phase = 0;
	p->open->len = p->part;
	bus_finish(b, p, "ok", false);
	truth_close(p, "complete", NULL);
	return true;
}

/* More of it comes in a later microframe. */
static bool iso_pauses(struct bus *b, struct bus_pipe *p, unsigned microframes)
{
	b->t = NULL;
	bus_inter_packet(b, p);
	next_microframe(b, p, microframes);
	return false;
}

/* OUT: a start-split in each microframe, with S and E (table 8-2) for begin, middle, end or all. */
static bool iso_split_out(struct bus *b, struct bus_pipe *p, const uint8_t *data, uint32_t len)
{
	uint32_t n = bus_least(len - p->part, START_SPLIT_MAX);
	bool begins = !p->part, ends = p->part + n == len;

	wire_split(b, p->dev, ISOCHRONOUS, false, (unsigned)begins | (unsigned)ends << 1);
	wire_token(b, p->dev, PID_OUT, bus_eleven(p), false);
	wire_data(b, p->dev, true, PID_DATA0, data + p->part, n, false);
	p->part += n;
	p->t.data_pid = PID_DATA0;
	p->t.len = p->part;
	return ends ? iso_done(b, p) : iso_pauses(b, p, 1);
}

/* IN: one start-split, then complete-splits until there is no more. */
static bool iso_split_in(struct bus *b, struct bus_pipe *p, const struct step *s, bool started)
{
	wire_split(b, p->dev, ISOCHRONOUS, started, 0);
	wire_token(b, p->dev, PID_IN, bus_eleven(p), false);
	if (!started)
		return iso_pauses(b, p, 2);
	if (p->nyets) {
		p->nyets--;
		not_yet(b, p);
		return false;
	}
	return split_data(b, p, s) ? false : iso_done(b, p);
}

bool bus_iso_split(struct bus *b, struct bus_pipe *p, const uint8_t *data, uint32_t len)
{
	bool in = p->ep->address & 0x80, started = p->phase;
	struct step s = {in ? PID_IN : PID_OUT, PID_DATA0, in, data, len};

	if (!started) {
		truth_begin(b, p, s.token);
		p->phase = WAITS;
		p->nyets = 1;
		p->part = 0;
	}
	b->t = &p->t;
	return in ? iso_split_in(b, p, &s, started) : iso_split_out(b, p, data, len);
}
