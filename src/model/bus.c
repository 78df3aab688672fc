/* bus.c: packets → transactions: a state machine over what may follow what. */
#include "model/bus_impl.h"
#include "base/mem.h"
#include "usb/pid.h"

#include <stdlib.h>

const char *transaction_result_name(enum transaction_result r)
{
	static const char *const name[RESULTS] = {
		"ok", "nak", "stall", "nyet", "timeout", "crc", "invalid", "incomplete"};

	return name[r];
}

struct bus *bus_new(struct model *m, uint32_t section)
{
	struct bus *b = mem_zalloc(1, sizeof(*b));

	b->m = m;
	b->section = section;
	b->frame = -1;
	times_begin(b);
	return b;
}

void bus_free(struct bus *b)
{
	if (!b)
		return;
	for (size_t i = 0; i < 128 * 16 * 2; i++)
		free((&b->at[0][0][0])[i]);
	times_free(&b->times);
	free(b);
}

const struct bus_counts *bus_counts(const struct bus *b)
{
	return &b->counts;
}

const struct bus_times *bus_times(const struct bus *b)
{
	return &b->times;
}

/* ---- what may follow what ----------------------------------------------------------- */

enum action {
	NOT_HERE,  /* cannot follow */
	DATA_OUT,  /* data from the host */
	DATA_IN,   /* data from the device */
	DATA_END,  /* data from a hub: the last of the transaction */
	DATA_MORE, /* MDATA from a hub: another CSPLIT brings more */
	ANSWERED,  /* a handshake that ends it */
	STARTED,   /* the hub has taken the start-split */
	NOT_YET,   /* the hub has no answer yet */
	FAILED	   /* ERR from a hub: the device did not answer, or not rightly */
};

#define N(pid) [(pid)&15]

static const uint8_t actions[PHASES][16] = {
	/* 8.5.2, 8.5.3, 8.5.5: a data packet follows OUT; DATA0 follows SETUP; DATA2 and MDATA are
	 * those of high-bandwidth isochronous OUT (5.9.2) */
	[HOST_DATA] = {N(PID_DATA0) = DATA_OUT, N(PID_DATA1) = DATA_OUT, N(PID_DATA2) = DATA_OUT,
		N(PID_MDATA) = DATA_OUT},
	/* 8.4.6.1: a function answers IN with data, NAK or STALL */
	[ANSWER_IN] = {N(PID_DATA0) = DATA_IN, N(PID_DATA1) = DATA_IN, N(PID_DATA2) = DATA_IN,
		N(PID_MDATA) = DATA_IN, N(PID_NAK) = ANSWERED, N(PID_STALL) = ANSWERED},
	/* 8.4.6.3, 8.4.6.4: a function answers data with ACK, NAK or STALL; 8.5.1: at high speed
	 * NYET: taken, but no room for more */
	[HANDSHAKE] = {N(PID_ACK) = ANSWERED, N(PID_NAK) = ANSWERED, N(PID_STALL) = ANSWERED,
		N(PID_NYET) = ANSWERED},
	/* 8.4.6.2: a host answers data with ACK or not at all */
	[HOST_ACK] = {N(PID_ACK) = ANSWERED},
	/* 8.5.1: PING */
	[ANSWER_PING] = {N(PID_ACK) = ANSWERED, N(PID_NAK) = ANSWERED, N(PID_STALL) = ANSWERED},
	/* 11.17.1, 11.20.1, 11.21.1: data of a start-split */
	[START_DATA] = {N(PID_DATA0) = DATA_OUT, N(PID_DATA1) = DATA_OUT},
	/* 11.17.1: a hub takes a start-split of bulk or control with ACK, or has no room: NAK */
	[START_ANSWER] = {N(PID_ACK) = STARTED, N(PID_NAK) = ANSWERED},
	/* 11.17.1, 11.20.4, 11.21.4: answers to a complete-split IN; ERR is PRE's PID (8.4.5) */
	[COMPLETE_IN] = {N(PID_DATA0) = DATA_END, N(PID_DATA1) = DATA_END, N(PID_MDATA) = DATA_MORE,
		N(PID_NAK) = ANSWERED, N(PID_STALL) = ANSWERED, N(PID_NYET) = NOT_YET,
		N(PID_PRE) = FAILED},
	/* 11.17.1, 11.20.3: answers to a complete-split OUT or SETUP */
	[COMPLETE_OUT] = {N(PID_ACK) = ANSWERED, N(PID_NAK) = ANSWERED, N(PID_STALL) = ANSWERED,
		N(PID_NYET) = NOT_YET, N(PID_PRE) = FAILED},
};

/* What it is when nothing follows that may. */
static const uint8_t lapses[PHASES] = {
	[HOST_DATA] = RESULT_INCOMPLETE,
	[ANSWER_IN] = RESULT_TIMEOUT,
	[HANDSHAKE] = RESULT_TIMEOUT,
	[HOST_ACK] = RESULT_TIMEOUT,
	[ANSWER_PING] = RESULT_TIMEOUT,
	[START_DATA] = RESULT_INCOMPLETE,
	[START_ANSWER] = RESULT_TIMEOUT,
};

/* ---- ending ------------------------------------------------------------------------- */

static void end(struct bus *b, struct endpoint *ep, enum transaction_result result)
{
	struct transaction *t = &ep->t;

	t->result = (uint8_t)result;
	t->xfer = ep->id;
	t->type = ep->type;
	ep->open = ep->waiting = false;
	t->id = (uint32_t)++b->counts.transactions;
	b->counts.results[result]++;
	if (result == RESULT_NAK) {
		b->clock.naked.packets += t->records;
		b->clock.naked.bytes += ep->t_bytes;
	}
	bus_apply(b, ep);
	if (b->m->opts.on_transaction)
		b->m->opts.on_transaction(b->m->opts.ctx, t);
}

/* A device answered data whose CRC16 is wrong, or said nothing: CRC, where that is why. */
static enum transaction_result judged(const struct transaction *t, enum transaction_result r)
{
	if (t->crc != CRC_BAD)
		return r;
	return r == RESULT_OK ? RESULT_INVALID : r == RESULT_TIMEOUT ? RESULT_CRC : r;
}

/* More than the endpoint's packet size, and no ACK: babble (8.7.4). */
static bool too_long(const struct endpoint *ep)
{
	return ep->packet_told && ep->t.len > ep->packet && ep->t.crc == CRC_OK;
}

/* Whoever waits for an answer waits for the turn-around time at least (8.7.2), from the packet's
 * end: SYNC, EOP and 16 bit times, at high speed 736. Whoever does not has broken off. */
static bool waited(const struct bus *b)
{
	static const int32_t turn[] = {0, 18000, 2250, 1616};
	static const int32_t byte[] = {0, 5333, 667, 16};

	return b->m->now - b->previous >=
	       turn[b->speed & 3] + (int64_t)byte[b->speed & 3] * b->previous_len;
}

/* Data without a handshake where none ever was: isochronous (8.5.5). */
static bool must_be_isochronous(const struct endpoint *ep)
{
	return ep->type == USB_TYPE_UNKNOWN && !ep->t.split && ep->t.pid != PID_SETUP &&
	       ep->last == LAST_NONE && ep->t.crc == CRC_OK;
}

/* Nothing that may follow does. */
static __attribute__((noinline)) void lapse_open(struct bus *b)
{
	uint8_t phase = b->phase;
	enum transaction_result r = lapses[phase];

	b->phase = IDLE;
	if (b->held.on) {
		b->held.on = false;
		b->held.resolved = true;
		b->held.place = (struct placement){.bin = BIN_ORPHAN};
	}
	if (phase == IDLE || phase >= COMPLETE_IN) /* a complete-split is sent again (11.17.1) */
		return;
	if ((phase == HANDSHAKE || phase == HOST_ACK) && must_be_isochronous(b->ep)) {
		b->ep->type = USB_ISOCHRONOUS;
		r = RESULT_OK;
	}
	if (r == RESULT_TIMEOUT)
		r = phase == HOST_ACK && too_long(b->ep)   ? RESULT_INVALID
		    : waited(b) || b->ep->t.crc == CRC_BAD ? judged(&b->ep->t, r)
							   : RESULT_INCOMPLETE;
	end(b, b->ep, r);
}

static inline void lapse(struct bus *b)
{
	if (b->phase != IDLE || b->held.on)
		lapse_open(b);
}

void bus_give_up(struct bus *b, struct endpoint *ep)
{
	end(b, ep, RESULT_INCOMPLETE);
}

/* ---- beginning ---------------------------------------------------------------------- */

static void attach(struct bus *b, struct endpoint *ep, const struct record *rec)
{
	ep->records++;
	ep->latest = rec->number;
	ep->end = b->m->now;
	ep->t.records++;
	ep->t.last = rec->number;
	ep->t.end = b->m->now;
	ep->t_bytes += rec->origlen;
	b->previous = b->m->now;
	b->previous_len = rec->origlen;
}

/* The SPLIT or PRE before this token goes where the token goes. */
static void attach_held(struct bus *b, struct endpoint *ep)
{
	if (!b->held.on)
		return;
	b->held.on = false;
	b->held.resolved = true;
	b->held.place = (struct placement){.xfer = ep->id};
	ep->records++;
	ep->t.records++;
	ep->t_bytes += b->held.bytes;
}

static void begin(struct bus *b, struct endpoint *ep, uint8_t pid, const struct record *rec)
{
	struct transaction *t = &ep->t;

	mem_clear(t);
	ep->t_bytes = 0;
	t->first = b->held.on ? b->held.number : rec->number;
	t->begin = b->held.on ? b->held.time : b->m->now;
	t->device = ep->address;
	t->endpoint = ep->number;
	t->dir = pid == PID_IN ? USB_IN : USB_OUT;
	t->pid = pid;
	ep->open = true;
	ep->kept_before = ep->kept;
	ep->now_captured = 0;
}

/* Isochronous and interrupt start-splits have no handshake (11.20, 11.21). */
static bool periodic(const struct bus *b)
{
	return b->split.type == USB_ISOCHRONOUS || b->split.type == USB_INTERRUPT;
}

static bool same_split(const struct bus *b, const struct transaction *t, uint8_t pid)
{
	return t->split && t->hub == b->split.hub && t->port == b->split.port && t->pid == pid;
}

/* Whether the token goes on with the open split transaction: complete-splits, and the parts of
 * isochronous OUT, which has none (11.18.4, table 8-3). */
static bool goes_on(const struct bus *b, const struct endpoint *ep, uint8_t pid, bool split)
{
	bool joins =
		b->split.type == USB_ISOCHRONOUS && pid == PID_OUT && !(b->split.flags & SPLIT_S);

	return split && ep->open && (b->split.flags & SPLIT_COMPLETE || joins) &&
	       same_split(b, &ep->t, pid);
}

static __attribute__((noinline)) void split_token(
	struct bus *b, struct endpoint *ep, uint8_t pid, const struct record *rec)
{
	bool complete = b->split.flags & SPLIT_COMPLETE;

	if (!ep->open)
		begin(b, ep, pid, rec);
	ep->t.split = true;
	ep->t.hub = b->split.hub;
	ep->t.port = b->split.port;
	ep->t.low = b->split.flags & SPLIT_S && b->split.type != USB_ISOCHRONOUS;
	if (complete && ep->t.completes < UINT8_MAX)
		ep->t.completes++;
	ep->waiting = true;
	b->phase = complete	   ? (pid == PID_IN ? COMPLETE_IN : COMPLETE_OUT)
		   : pid != PID_IN ? START_DATA
		   : periodic(b)   ? IDLE
				   : START_ANSWER;
}

/* PING and SPLIT are packets of high speed alone (8.3.1, table 8-1). */
static void infer_high_speed(struct bus *b)
{
	if (!b->speed && !b->clock.inferred)
		b->clock.inferred = USB_HIGH;
}

static struct placement on_token(struct bus *b, const struct record *rec, const struct event *ev)
{
	static const uint8_t wants[16] = {N(PID_OUT) = HOST_DATA, N(PID_SETUP) = HOST_DATA,
		N(PID_IN) = ANSWER_IN, N(PID_PING) = ANSWER_PING};
	uint8_t pid = ev->packet.pid;
	bool split = b->phase == AFTER_SPLIT && pid != PID_PING;
	struct endpoint *ep;

	if (!split && !(b->phase == IDLE && b->held.on)) /* a PRE stays before its token */
		lapse(b);
	if (pid == PID_PING)
		infer_high_speed(b);
	ep = bus_endpoint(b, ev->device, ev->endpoint, ev->dir);
	if (ep->open && !goes_on(b, ep, pid, split))
		end(b, ep, RESULT_INCOMPLETE); /* a split that never came to its end */
	bus_token(b, ep, pid, rec, ev);
	b->ep = ep;
	if (split) {
		split_token(b, ep, pid, rec);
	} else {
		begin(b, ep, pid, rec);
		b->phase = wants[pid & 15];
	}
	attach_held(b, ep);
	attach(b, ep, rec);
	return (struct placement){.xfer = ep->id};
}

/* ---- data and handshakes ------------------------------------------------------------ */

static void take_data(struct bus *b, struct endpoint *ep, const struct packet_event *p)
{
	struct transaction *t = &ep->t;

	t->data_pid = p->pid;
	t->handshake = 0; /* a NYET of an earlier complete-split */
	t->len += p->data_total;
	if (t->crc != CRC_BAD)
		t->crc = p->crc;
	ep->crc = p->crc == CRC_OK
			  ? (uint16_t)(p->data[p->data_len] | p->data[p->data_len + 1] << 8)
			  : 0;
	bus_keep(b, ep, p);
}

/* Of a start-split OUT the last part was sent; others wait for the hub's answer. */
static void data_sent_to_hub(struct bus *b, struct endpoint *ep)
{
	b->phase = START_ANSWER;
	if (!periodic(b))
		return;
	b->phase = IDLE;
	if (b->split.type == USB_ISOCHRONOUS && b->split.flags & SPLIT_E)
		end(b, ep, judged(&ep->t, RESULT_OK));
}

static void do_data(struct bus *b, struct endpoint *ep, enum action a)
{
	if (a == DATA_MORE) {
		b->phase = IDLE;
	} else if (a == DATA_END) {
		b->phase = IDLE;
		end(b, ep, ep->t.crc == CRC_BAD ? RESULT_CRC : RESULT_OK);
	} else if (b->phase == START_DATA) {
		data_sent_to_hub(b, ep);
	} else if (ep->type == USB_ISOCHRONOUS) { /* 8.5.5: no handshake */
		b->phase = IDLE;
		end(b, ep, ep->t.crc == CRC_BAD ? RESULT_CRC : RESULT_OK);
	} else {
		b->phase = a == DATA_OUT ? HANDSHAKE : HOST_ACK;
	}
}

/* ACK and NYET: the data was taken. NYET after OUT only says that there is no room for more
 * (8.5.1); that the token of the next one will be PING is no matter of this one. */
static enum transaction_result result_of(uint8_t pid)
{
	static const uint8_t result[16] = {N(PID_NAK) = RESULT_NAK, N(PID_STALL) = RESULT_STALL};

	return (enum transaction_result)result[pid & 15];
}

static void do_handshake(struct bus *b, struct endpoint *ep, enum action a, uint8_t pid)
{
	b->phase = IDLE;
	if (a != STARTED)
		ep->t.handshake = pid;
	if (a == ANSWERED)
		end(b, ep, judged(&ep->t, result_of(pid)));
	else if (a == FAILED)
		end(b, ep, RESULT_TIMEOUT);
}

/* EXT, its second token and the answer are no transaction of an endpoint (LPM addendum 2.1). */
static bool is_lpm(struct bus *b, const struct packet_event *p)
{
	if (b->phase == AFTER_EXT && p->pid_kind == PID_KIND_DATA && !p->data_total) {
		b->phase = LPM_ANSWER;
		return true;
	}
	if (b->phase == LPM_ANSWER && p->pid_kind == PID_KIND_HANDSHAKE) {
		b->phase = IDLE;
		return true;
	}
	return false;
}

static struct placement orphan(const struct event *ev)
{
	return (struct placement){.bin = ev->packet.crc == CRC_BAD ? BIN_MALFORMED : BIN_ORPHAN};
}

static inline __attribute__((always_inline)) struct placement on_answer(
	struct bus *b, const struct record *rec, const struct event *ev)
{
	const struct packet_event *p = &ev->packet;
	enum action a = (enum action)actions[b->phase][p->pid & 15];
	struct endpoint *ep = b->ep;
	uint32_t id;

	if (b->phase >= AFTER_EXT && is_lpm(b, p))
		return (struct placement){.bin = BIN_LPM};
	if (a == NOT_HERE) {
		lapse(b);
		return orphan(ev);
	}
	id = ep->id;
	attach(b, ep, rec);
	if (p->pid_kind == PID_KIND_DATA) {
		take_data(b, ep, p);
		do_data(b, ep, a);
	} else {
		do_handshake(b, ep, a, p->pid);
	}
	return (struct placement){.xfer = id};
}

/* ---- what stands before tokens ------------------------------------------------------ */

static struct placement hold(struct bus *b, const struct record *rec)
{
	b->held.on = true;
	b->held.number = rec->number;
	b->held.time = b->m->now;
	b->held.bytes = rec->origlen;
	return (struct placement){.held = true};
}

static __attribute__((noinline)) struct placement on_split(
	struct bus *b, const struct record *rec, const struct event *ev)
{
	lapse(b);
	infer_high_speed(b);
	b->phase = AFTER_SPLIT;
	b->split.hub = ev->packet.hub;
	b->split.port = ev->packet.port;
	b->split.flags = ev->packet.split;
	b->split.type = ev->packet.split_type;
	return hold(b, rec);
}

/* PRE goes before each packet of the host to a low-speed device behind a full-speed hub (8.6.5); a
 * hub's ERR has the same PID. */
static __attribute__((noinline)) struct placement on_pre(
	struct bus *b, const struct record *rec, const struct event *ev)
{
	if (actions[b->phase][PID_PRE & 15] != NOT_HERE)
		return on_answer(b, rec, ev);
	if (b->phase == HOST_DATA || b->phase == HOST_ACK) {
		attach(b, b->ep, rec);
		return (struct placement){.xfer = b->ep->id};
	}
	lapse(b);
	return hold(b, rec);
}

static __attribute__((noinline)) struct placement on_ext(struct bus *b)
{
	lapse(b);
	b->phase = AFTER_EXT;
	return (struct placement){.bin = BIN_LPM};
}

/* ---- what stands between packets ---------------------------------------------------- */

/* How long an answer may take: the turn-around limit (8.7.2; 7.1.18, 7.1.19) and the packet before
 * it, whose time may be that of its beginning. Without a known speed the slowest counts. */
static int64_t patience(const struct bus *b)
{
	static const int32_t turn[] = {24000, 24000, 3000, 2000};
	static const int32_t byte[] = {6300, 6300, 790, 20}; /* with bit stuffing (5.11.3) */

	return turn[b->speed & 3] + (int64_t)byte[b->speed & 3] * b->previous_len;
}

/* SOF, keep-alive and broken packets do not end a transaction unless its time is over. */
static void interrupted(struct bus *b)
{
	if (b->phase != IDLE && b->m->now - b->previous > patience(b))
		lapse(b);
}

static struct placement on_sof(struct bus *b, const struct event *ev)
{
	int32_t next = ev->packet.frame;

	interrupted(b);
	b->counts.sofs++;
	times_sof(b, ev->packet.frame, b->frame >= 0);
	/* at high speed the same number comes eight times (8.4.3.1) */
	if (b->frame >= 0 && next != b->frame && next != ((b->frame + 1) & 0x7ff))
		b->counts.missed_sofs += (uint32_t)((next - b->frame) & 0x7ff) - 1;
	b->frame = next;
	b->frames++;
	return (struct placement){.bin = BIN_SOF};
}

static struct placement on_state(struct bus *b, const struct event *ev)
{
	interrupted(b);
	if (ev->bin == BIN_KEEPALIVE && !b->speed) /* no other speed has them (7.1.7.6) */
		b->speed = USB_LOW;
	times_state(b, ev);
	if (ev->packet.state != BUS_OTHER)
		b->frame = -1; /* numbers need not go on from here */
	switch (ev->packet.state) {
	case BUS_RESET:
		b->counts.resets++;
		lapse(b);
		bus_reset(b);
		break;
	case BUS_VBUS_OFF:
		lapse(b);
		bus_reset(b);
		break;
	case BUS_SUSPEND:
		b->counts.suspends++;
		lapse(b);
		break;
	case BUS_SPEED: b->speed = ev->speed; break;
	default: break;
	}
	return (struct placement){.bin = ev->bin};
}

/* ---- the entrance ------------------------------------------------------------------- */

/* Of well-formed packets (8.4.1, 8.4.2); those without data that are none of these have one. */
enum { TOKEN_BYTES = 3, SPLIT_BYTES = 4 };

static const uint8_t use_of[PID_KINDS] = {
	[PID_KIND_TOKEN] = USE_TOKEN,
	[PID_KIND_SOF] = USE_SOF,
	[PID_KIND_DATA] = USE_DATA,
	[PID_KIND_HANDSHAKE] = USE_HANDSHAKE,
	[PID_KIND_PRE] = USE_TOKEN,
	[PID_KIND_SPLIT] = USE_TOKEN,
};

/* What comes behind PRE, and the answer to it, is at low speed on a bus of full speed (8.6.5). */
static bool at_low_speed(const struct bus *b, uint8_t kind)
{
	if (kind == PID_KIND_PRE || kind == PID_KIND_SOF)
		return false;
	return b->phase == IDLE ? b->held.on : b->phase <= ANSWER_PING && b->ep->speed == USB_LOW;
}

/* Rare ones: states, and what is broken. */
static __attribute__((noinline)) struct placement feed_no_packet(
	struct bus *b, const struct record *rec, const struct event *ev)
{
	if (ev->kind == EVENT_STATE)
		return on_state(b, ev);
	interrupted(b);
	times_packet(b);
	times_count(
		b, rec, USE_BROKEN, rec->origlen < PACKET_LONGEST ? rec->origlen : PACKET_LONGEST);
	b->counts.malformed++;
	return (struct placement){.bin = ev->bin};
}

static struct placement feed(struct bus *b, const struct record *rec, const struct event *ev)
{
	if (ev->kind != EVENT_PACKET)
		return feed_no_packet(b, rec, ev);
	if (ev->speed)
		b->speed = ev->speed;
	times_packet(b);
	if (bus_speed_now(b) == USB_FULL && at_low_speed(b, ev->packet.pid_kind))
		times_low(b, use_of[ev->packet.pid_kind], rec->origlen);
	switch (ev->packet.pid_kind) {
	case PID_KIND_TOKEN:
		times_count(b, rec, USE_TOKEN, TOKEN_BYTES);
		return ev->packet.pid == PID_EXT ? on_ext(b) : on_token(b, rec, ev);
	case PID_KIND_DATA:
		times_count(b, rec, USE_DATA, rec->origlen);
		return on_answer(b, rec, ev);
	case PID_KIND_HANDSHAKE:
		times_count(b, rec, USE_HANDSHAKE, 1);
		return on_answer(b, rec, ev);
	case PID_KIND_SOF: times_count(b, rec, USE_SOF, TOKEN_BYTES); return on_sof(b, ev);
	case PID_KIND_SPLIT:
		times_count(b, rec, USE_TOKEN, SPLIT_BYTES);
		return on_split(b, rec, ev);
	default: /* PRE */ times_count(b, rec, USE_TOKEN, 1); return on_pre(b, rec, ev);
	}
}

struct placement bus_feed(struct bus *b, const struct record *rec, const struct event *ev)
{
	struct placement p;

	if (rec->section != b->section) {
		bus_finish(b);
		b->section = rec->section;
	}
	/* what is held must go before what cannot place it */
	if (b->held.on && (ev->kind != EVENT_PACKET || ev->packet.pid_kind != PID_KIND_TOKEN))
		lapse(b);
	p = feed(b, rec, ev);
	p.resolves = b->held.resolved;
	return p;
}

bool bus_held(struct bus *b, struct placement *p)
{
	bool resolved = b->held.resolved;

	*p = b->held.place;
	b->held.resolved = false;
	return resolved;
}

void bus_finish(struct bus *b)
{
	lapse(b);
	bus_end_all(b, END_EOF);
	times_finish(b);
}
