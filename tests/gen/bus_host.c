/* bus_host.c: a host controller on a virtual bus. It serves the endpoints that have URBs in turn,
 * one transaction at a time, as USB 2.0 sections 8.4.6 to 8.6 and 11.17 to 11.21 have it, lets go
 * wrong what the description wants, and says when an URB is done. */
#include "tests/gen/bus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int64_t never = INT64_MAX;
enum { START_SPLIT_MAX = 188 }; /* bytes a microframe carries of a full-speed frame (11.18.1) */

enum outcome {
	GOES_WELL,
	IS_NAKED,
	IS_STALLED,
	HAS_NO_ANSWER,
	HAS_BAD_CRC,
	LOSES_ACK,
	COMES_TWICE,
	IS_CUT,
	HAS_BAD_TOKEN,
	HAS_JUNK,
	HAS_EMPTY,
	HAS_ERR,
	IS_ABANDONED,
	BABBLES,
	FALLS_SILENT
};

static const char *const fault_names[] = {[IS_NAKED] = "nak",
	[HAS_NO_ANSWER] = "timeout",
	[HAS_BAD_CRC] = "crc",
	[LOSES_ACK] = "lost-ack",
	[COMES_TWICE] = "twice",
	[IS_CUT] = "cut",
	[HAS_BAD_TOKEN] = "bad-token",
	[HAS_JUNK] = "junk",
	[HAS_EMPTY] = "empty",
	[HAS_ERR] = "err",
	[IS_ABANDONED] = "abandoned"};

int bus_fault_find(const char *name)
{
	for (size_t i = 0; i < COUNT(fault_names); i++)
		if (fault_names[i] && !strcmp(fault_names[i], name))
			return (int)i;
	return -1;
}

/* The next transaction of a transfer. */
struct step {
	uint8_t token, data_pid;
	bool in;
	const uint8_t *p;
	uint32_t n;
};

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static bool high_speed(const struct device *d)
{
	return d->speed == SPEED_HIGH;
}

/* ---- what an URB still needs
 * --------------------------------------------------------------------- */

/* That the submitter would not have a short packet, the bus does not know. */
static bool fails(const struct urb *u)
{
	return u->has_raw || (u->status != STATUS_OK && u->status != status_find("short"));
}

/* Data bytes that come through; before a failure whole packets. */
static uint32_t total(const struct bus_job *j)
{
	const struct urb *u = j->u;

	if (!fails(u))
		return u->x->in ? u->actual : u->req;
	if (u->x->type == CONTROL && u->x->fail_stage == FAIL_STATUS)
		return u->req;
	return u->actual - u->actual % endpoint_packet(u->x->ep);
}

static bool fails_now(const struct bus_job *j)
{
	const struct xfer *x = j->u->x;

	if (!fails(j->u))
		return false;
	if (x->type != CONTROL)
		return j->pos >= total(j);
	if (x->fail_stage == FAIL_SETUP)
		return true;
	if (j->stage == 1)
		return x->fail_stage != FAIL_STATUS && j->pos >= total(j);
	return j->stage == 2;
}

static enum outcome failure(const struct bus_job *j)
{
	static const struct {
		const char *status;
		enum outcome how;
	} ways[] = {{"stall", IS_STALLED}, {"crc", HAS_BAD_CRC}, {"protocol", HAS_NO_ANSWER},
		{"timeout", HAS_NO_ANSWER}, {"babble", BABBLES}};

	for (size_t i = 0; i < COUNT(ways); i++)
		if (!strcmp(status_row((unsigned)j->u->status)->name, ways[i].status))
			return ways[i].how;
	return FALLS_SILENT;
}

static struct step control_step(const struct bus_job *j)
{
	const struct urb *u = j->u;
	bool in = u->x->in;
	uint32_t most = endpoint_packet(u->x->ep),
		 n = least(most, (fails_now(j) ? u->req : total(j)) - j->pos);

	if (j->stage == 0)
		return (struct step){PID_SETUP, PID_DATA0, false, u->x->setup, 8};
	if (j->stage == 1)
		return (struct step){in ? PID_IN : PID_OUT,
			j->pos / most % 2 ? PID_DATA0 : PID_DATA1, in, u->data + j->pos, n};
	return (struct step){in ? PID_OUT : PID_IN, PID_DATA1, !in, u->data, 0};
}

static struct step data_step(const struct bus_pipe *p, const struct bus_job *j)
{
	const struct urb *u = j->u;
	uint32_t upto = fails_now(j) ? u->req : total(j);

	return (struct step){u->x->in ? PID_IN : PID_OUT, p->toggle ? PID_DATA1 : PID_DATA0,
		u->x->in, u->data + j->pos, least(endpoint_packet(p->ep), upto - j->pos)};
}

/* The bus has seen the step go well. True: the URB is done. */
static bool advance(struct bus_pipe *p, struct bus_job *j, const struct step *s)
{
	const struct urb *u = j->u;
	uint32_t most = endpoint_packet(p->ep);

	j->step++;
	j->faults = 0;
	p->again = p->counted = false;
	j->naks = j->naks_each;
	if (u->x->type == CONTROL) {
		if (j->stage == 0) {
			j->stage = u->req ? 1 : 2;
			return false;
		}
		if (j->stage == 2)
			return true;
		j->pos += s->n;
		if ((j->pos == u->req || s->n < most) && !fails_now(j))
			j->stage = 2;
		return false;
	}
	p->toggle ^= 1;
	j->pos += s->n;
	if (fails(u))
		return false;
	if (s->n < most)
		return true;
	return j->pos == u->req && (u->x->in || !(u->x->transfer_flags & ZERO_PACKET));
}

/* ---- requests that change the endpoints (8.5.2, 9.1.1.5, 9.4.5)
 * ---------------------------------------
 */

static void reset_toggle(struct bus *b, const struct device *d, int address)
{
	for (struct bus_pipe *p = b->pipes; p; p = p->next)
		if (p->dev == d && (address < 0 || p->ep->address == address)) {
			p->toggle = 0;
			p->ping = p->again = false;
		}
}

static void after_request(struct bus *b, const struct bus_pipe *p, const struct urb *u)
{
	const uint8_t *s = u->x->setup;

	if (s[0] == 0x00 && s[1] == 9)
		reset_toggle(b, p->dev, -1);
	if (s[0] == 0x01 && s[1] == 11)
		reset_toggle(b, p->dev, -1); /* the descriptions have one interface with data */
	if (s[0] == 0x02 && s[1] == 1 && s[2] == 0)
		reset_toggle(b, p->dev, s[4]);
}

/* ---- one transaction
 * ------------------------------------------------------------------------------ */

static unsigned eleven(const struct bus_pipe *p)
{
	return p->dev->address | (p->ep->address & 15u) << 7;
}

/* The host waits: full and low speed 16 to 18 bit times, high 736 to 816 (7.1.19.2). */
static void wait_in_vain(struct bus *b, const struct bus_pipe *p)
{
	wire_gap(b, p->dev, high_speed(p->dev) || wire_is_split(p->dev) ? 1100 : 24);
}

static void inter_packet(struct bus *b, const struct bus_pipe *p)
{
	wire_gap(b, p->dev, high_speed(p->dev) || wire_is_split(p->dev) ? 100 : 8);
}

static void junk(struct bus *b, const struct bus_pipe *p, enum outcome how)
{
	static const uint8_t invalid = 0x77;

	if (how == HAS_JUNK || how == HAS_EMPTY)
		wire_raw(b, p->dev, &invalid, how == HAS_JUNK, "malformed");
}

static void data_packet(struct bus *b, struct bus_pipe *p, const struct step *s, enum outcome how)
{
	uint32_t n = s->n + (how == BABBLES ? 8 : 0);

	p->t.data_pid = s->data_pid;
	p->t.len = n;
	wire_data(b, p->dev, !s->in, s->data_pid, s->p, n, how == HAS_BAD_CRC);
}

static void handshake(struct bus *b, struct bus_pipe *p, bool host, uint8_t pid)
{
	p->t.handshake = pid;
	wire_handshake(b, p->dev, host, pid);
}

static const char *finish(struct bus *b, struct bus_pipe *p, const char *result, bool accepted)
{
	truth_finish(b, p, result, accepted);
	inter_packet(b, p);
	return result;
}

/* The device does not see the token; a reader sees a malformed packet. */
static const char *bad_token(struct bus *b, struct bus_pipe *p, const struct step *s)
{
	b->t = NULL;
	b->bin = "malformed";
	wire_token(b, p->dev, s->token, eleven(p), true);
	if (!s->in) {
		b->bin = "orphan";
		wire_data(b, p->dev, true, s->data_pid, s->p, s->n, false);
	}
	wait_in_vain(b, p);
	return "";
}

static uint8_t device_answer(const struct bus_pipe *p, enum outcome how, bool nyet)
{
	(void)p;
	return how == IS_NAKED	   ? PID_NAK
	       : how == IS_STALLED ? PID_STALL
	       : nyet		   ? PID_NYET
				   : PID_ACK;
}

static const char *out_transaction(
	struct bus *b, struct bus_pipe *p, const struct step *s, enum outcome how)
{
	bool nyet = how == GOES_WELL && high_speed(p->dev) && s->token == PID_OUT && s->n &&
		    p->ep->type != INTERRUPT && b->prog->rules.nyet &&
		    ++b->accepted % b->prog->rules.nyet == 0;

	data_packet(b, p, s, how);
	if (how == IS_CUT)
		return finish(b, p, "incomplete", false);
	if (how == HAS_NO_ANSWER || how == LOSES_ACK || how == HAS_BAD_CRC || how == BABBLES) {
		wait_in_vain(b, p);
		return finish(b, p, how == HAS_BAD_CRC ? "crc" : "timeout", false);
	}
	junk(b, p, how);
	handshake(b, p, false, device_answer(p, how, nyet));
	if (how == IS_NAKED && high_speed(p->dev) && p->ep->type != INTERRUPT &&
		s->token == PID_OUT)
		p->ping = true; /* 8.5.1 */
	if (nyet)
		p->ping = true;
	return finish(b, p,
		how == IS_NAKED	    ? "nak"
		: how == IS_STALLED ? "stall"
				    : "ok",
		how != IS_NAKED && how != IS_STALLED && !p->counted);
}

static const char *in_transaction(
	struct bus *b, struct bus_pipe *p, const struct step *s, enum outcome how)
{
	if (how == IS_CUT)
		return finish(b, p, "incomplete", false);
	if (how == HAS_NO_ANSWER) {
		wait_in_vain(b, p);
		return finish(b, p, "timeout", false);
	}
	if (how == IS_NAKED || how == IS_STALLED) {
		handshake(b, p, false, device_answer(p, how, false));
		return finish(b, p, how == IS_NAKED ? "nak" : "stall", false);
	}
	data_packet(b, p, s, how);
	if (how == HAS_BAD_CRC || how == LOSES_ACK || how == BABBLES) {
		wait_in_vain(b, p);
		return finish(b, p,
			how == HAS_BAD_CRC ? "crc"
			: how == BABBLES   ? "invalid"
					   : "timeout",
			false);
	}
	junk(b, p, how);
	handshake(b, p, true, PID_ACK);
	return finish(b, p, "ok", !p->counted);
}

static void open_transaction(
	struct bus *b, struct bus_pipe *p, const struct bus_job *j, const struct step *s)
{
	if (s->token == PID_SETUP && !p->again)
		truth_abandon(p);
	truth_begin(b, p, s->token);
	if (s->token == PID_SETUP)
		truth_control(p, j->u);
	p->t.retry = p->again;
}

static const char *transact(struct bus *b, struct bus_pipe *p, struct bus_job *j,
	const struct step *s, enum outcome how)
{
	if (how == HAS_BAD_TOKEN)
		return bad_token(b, p, s);
	open_transaction(b, p, j, s);
	wire_token(b, p->dev, s->token, eleven(p), false);
	if (s->in && how == HAS_JUNK)
		junk(b, p, how);
	return s->in ? in_transaction(b, p, s, how) : out_transaction(b, p, s, how);
}

/* PING until there is room (8.5.1). */
static void ping(struct bus *b, struct bus_pipe *p, struct bus_job *j)
{
	bool nak = j->naks > 0;

	truth_begin(b, p, PID_PING);
	wire_token(b, p->dev, PID_PING, eleven(p), false);
	handshake(b, p, false, nak ? PID_NAK : PID_ACK);
	finish(b, p, nak ? "nak" : "ok", false);
	if (nak)
		j->naks--;
	else
		p->ping = false;
	p->ready = b->now + (nak ? b->prog->rules.nak_gap : 0);
}

/* ---- split transactions (8.4.2, 11.17, 11.18, 11.20, 11.21)
 * -------------------------------------------
 */

enum { WAITS = 1 }; /* phase: started, completes are to come */

static bool periodic(const struct bus_pipe *p)
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
static const char *start_split(struct bus *b, struct bus_pipe *p, const struct bus_job *j,
	const struct step *s, enum outcome how)
{
	bool busy = how == IS_NAKED && !periodic(p) && j->naks % 2;

	open_transaction(b, p, j, s);
	wire_split(b, p->dev, p->ep->type, false, speed_bit(p));
	wire_token(b, p->dev, s->token, eleven(p), false);
	if (!s->in)
		data_packet(b, p, s, how);
	if (!periodic(p))
		handshake(b, p, false, busy ? PID_NAK : PID_ACK);
	if (busy)
		return finish(b, p, "nak", false);
	b->t = NULL;
	p->phase = WAITS;
	p->part = 0;
	p->nyets = periodic(p) ? 1 : b->prog->rules.split_nyets;
	if (how == IS_ABANDONED)
		p->nyets = 3;
	if (periodic(p))
		next_microframe(b, p, 2);
	else
		p->ready = b->now + 30000;
	return NULL;
}

static void not_yet(struct bus *b, struct bus_pipe *p)
{
	wire_handshake(b, p->dev, false, PID_NYET);
	b->t = NULL;
	inter_packet(b, p);
	if (periodic(p))
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
		inter_packet(b, p);
		next_microframe(b, p, 1);
	}
	return more;
}

static const char *complete_split(
	struct bus *b, struct bus_pipe *p, const struct step *s, enum outcome how)
{
	b->t = &p->t;
	wire_split(b, p->dev, p->ep->type, true, speed_bit(p));
	wire_token(b, p->dev, s->token, eleven(p), false);
	if (p->nyets) {
		not_yet(b, p);
		if (--p->nyets || how != IS_ABANDONED)
			return NULL;
		p->phase = 0;
		p->t.handshake = PID_NYET;
		return finish(b, p, "incomplete", false);
	}
	if (how == HAS_ERR || how == HAS_NO_ANSWER) {
		p->phase = 0;
		handshake(b, p, false, PID_ERR);
		return finish(b, p, "timeout", false);
	}
	if (how != IS_NAKED && how != IS_STALLED && s->in) {
		if (split_data(b, p, s))
			return NULL;
		p->phase = 0;
		p->t.handshake = PID_NONE; /* the last answer was data */
		return finish(b, p, "ok", !p->counted);
	}
	p->phase = 0;
	handshake(b, p, false, device_answer(p, how, false));
	return finish(b, p,
		how == IS_NAKED	    ? "nak"
		: how == IS_STALLED ? "stall"
				    : "ok",
		how != IS_NAKED && how != IS_STALLED && !p->counted);
}

/* ---- isochronous (8.5.5, 5.9.2): no handshake, one transfer a service interval
 * -------------------------
 */

/* PIDs of a high-bandwidth microframe: [packets - 1][which] (5.9.2). */
static const uint8_t in_pids[3][3] = {
	{PID_DATA0}, {PID_DATA1, PID_DATA0}, {PID_DATA2, PID_DATA1, PID_DATA0}};
static const uint8_t out_pids[3][3] = {
	{PID_DATA0}, {PID_MDATA, PID_DATA1}, {PID_MDATA, PID_MDATA, PID_DATA2}};

static void iso_interval(
	struct bus *b, struct bus_pipe *p, const uint8_t *data, uint32_t len, const char *status)
{
	bool in = p->ep->address & 0x80, crc = !strcmp(status, "crc"), good = !strcmp(status, "ok");
	uint32_t most = endpoint_packet(p->ep), n = len > most ? (len + most - 1) / most : 1;

	for (uint32_t i = 0; i < n && i < 3; i++) {
		uint32_t some = least(most, len - i * most);
		struct step s = {in ? PID_IN : PID_OUT, (in ? in_pids : out_pids)[n - 1][i], in,
			data + i * most, some};

		truth_begin(b, p, s.token);
		wire_token(b, p->dev, s.token, eleven(p), false);
		if (in && !good && !crc) {
			wait_in_vain(b, p);
			finish(b, p, "timeout", false);
			break;
		}
		data_packet(b, p, &s, crc ? HAS_BAD_CRC : GOES_WELL);
		p->open->len += crc ? 0 : some;
		finish(b, p, crc ? "crc" : "ok", false);
	}
	truth_close(p, "complete", NULL);
}

static bool iso_split(struct bus *b, struct bus_pipe *p, const uint8_t *data, uint32_t len)
{
	bool in = p->ep->address & 0x80;
	struct step s = {in ? PID_IN : PID_OUT, PID_DATA0, in, data, len};
	uint32_t n = least(len - p->part, START_SPLIT_MAX);
	bool begins = !p->part, ends;

	if (!p->phase) {
		truth_begin(b, p, s.token);
		p->phase = WAITS;
		p->nyets = 1;
		p->part = 0;
		begins = true;
	} else if (in) {
		b->t = &p->t;
		wire_split(b, p->dev, ISOCHRONOUS, true, 0);
		wire_token(b, p->dev, PID_IN, eleven(p), false);
		if (p->nyets) {
			p->nyets--;
			not_yet(b, p);
			return false;
		}
		if (split_data(b, p, &s))
			return false;
		goto done;
	}
	n = least(len - p->part, START_SPLIT_MAX);
	ends = in || p->part + n == len;
	b->t = &p->t;
	/* S and E (table 8-2): begin, middle, end, all; IN: full speed */
	wire_split(b, p->dev, ISOCHRONOUS, false, in ? 0 : (unsigned)begins | (unsigned)ends << 1);
	wire_token(b, p->dev, s.token, eleven(p), false);
	if (in) {
		b->t = NULL;
		inter_packet(b, p);
		next_microframe(b, p, 2);
		return false;
	}
	wire_data(b, p->dev, true, PID_DATA0, data + p->part, n, false);
	p->part += n;
	p->t.data_pid = PID_DATA0;
	p->t.len = p->part;
	if (!ends) {
		b->t = NULL;
		inter_packet(b, p);
		next_microframe(b, p, 1);
		return false;
	}
done:
	p->phase = 0;
	p->open->len = p->part;
	finish(b, p, "ok", false);
	truth_close(p, "complete", NULL);
	return true;
}

/* True: the URB is done. */
static bool serve_iso(struct bus *b, struct bus_pipe *p, struct bus_job *j)
{
	const struct urb *u = j->u;
	const struct packet *k = &u->packet[j->pos];
	int64_t period = endpoint_period(p->dev, p->ep);
	const char *status = status_row((unsigned)k->status)->name;
	uint32_t len = u->x->in ? k->actual : k->length;
	const uint8_t *data = u->data + least(k->offset, u->req);

	if (!strcmp(status, "missed") || fails(u)) {
		/* the host did not get round to it: no packets */
	} else if (wire_is_split(p->dev)) {
		if (!iso_split(b, p, data, len))
			return false;
	} else {
		if (!strcmp(status, "crc") && !len)
			len = k->length;
		iso_interval(b, p, data, len, status);
	}
	p->ready = (j->slot + ++j->pos) * period + 2000;
	return j->pos == u->x->packets;
}

/* ---- the other types
 * --------------------------------------------------------------------------------- */

static int64_t next_poll(const struct bus *b, const struct bus_pipe *p)
{
	int64_t period = endpoint_period(p->dev, p->ep);

	return (b->now / period + 1) * period + 10000;
}

/* A fault the description wants here, or what the device does by itself. */
static enum outcome choose(const struct bus_pipe *p, const struct bus_job *j, bool *injected)
{
	const struct xfer *x = j->u->x;
	uint32_t before = 0;

	*injected = true;
	if (j->naks && !(p->ep->type == CONTROL && j->stage == 0))
		return IS_NAKED;
	for (unsigned i = 0; i < x->faults; i++) {
		if (x->fault[i].at != j->step)
			continue;
		before += x->fault[i].times;
		if (j->faults < before)
			return (enum outcome)x->fault[i].kind;
	}
	*injected = false;
	return fails_now(j) ? failure(j) : GOES_WELL;
}

/* A failure other than a stall is tried three times (8.6, 10.2.6). */
static bool given_up(struct bus_job *j, enum outcome how)
{
	return how == IS_STALLED || how == BABBLES || how == FALLS_SILENT || ++j->faults >= 3;
}

static void end_control(struct bus_pipe *p, const struct urb *u, enum outcome how)
{
	if (how == GOES_WELL)
		truth_close(p, p->open->len < (int64_t)u->req ? "short" : "complete", "ok");
	else if (how == IS_STALLED)
		truth_close(p, "stall", "stall");
}

/* And may or may not have been taken: the same data with the same toggle comes again. */
static bool data_was_sent(const struct step *s, enum outcome how)
{
	return how == HAS_BAD_CRC || how == LOSES_ACK || how == COMES_TWICE || how == BABBLES ||
	       (!s->in && (how == HAS_NO_ANSWER || how == IS_CUT || how == HAS_ERR ||
				  how == IS_ABANDONED));
}

/* A transaction translator tries three times itself, then stalls; a periodic endpoint's error it
 * passes on (11.17.1, 11.20.4). */
static enum outcome behind_hub(const struct bus_pipe *p, enum outcome how)
{
	if (how <= IS_STALLED || how == IS_ABANDONED || how == HAS_ERR)
		return how;
	return periodic(p) ? HAS_ERR : IS_STALLED;
}

/* What the transaction did to the transfer. True: the URB is done. */
static bool after(struct bus *b, struct bus_pipe *p, struct bus_job *j, const struct step *s,
	enum outcome how, bool injected)
{
	bool control = p->ep->type == CONTROL;

	if (how == IS_NAKED) {
		j->naks -= j->naks > 0;
		p->ready = p->ep->type == INTERRUPT ? next_poll(b, p)
						    : b->now + b->prog->rules.nak_gap;
		return false;
	}
	if (how == GOES_WELL || (injected && (how == HAS_JUNK || how == HAS_EMPTY))) {
		if (control && j->stage == 1 && !p->counted)
			p->open->len += s->n;
		if (!advance(p, j, s))
			return false;
		if (control) {
			end_control(p, j->u, GOES_WELL);
			after_request(b, p, j->u);
		}
		return true;
	}
	p->again |= data_was_sent(s, how);
	if (injected) {
		j->faults++;
		if (how == COMES_TWICE && !p->counted) {
			p->counted = true;
			if (control && j->stage == 1)
				p->open->len += s->n;
		}
		return false;
	}
	if (!given_up(j, how))
		return false;
	if (control)
		end_control(p, j->u, how);
	return true;
}

static bool serve(struct bus *b, struct bus_pipe *p)
{
	struct bus_job *j = p->head;
	struct step s;
	enum outcome how;
	bool injected;

	if (p->ep->type == ISOCHRONOUS)
		return serve_iso(b, p, j);
	if (b->now < j->answers && !p->phase) { /* the device has nothing yet */
		if (b->prog->rules.polling && !(p->ep->type == CONTROL && j->stage == 0))
			j->naks += !j->naks;
		else {
			p->ready = j->answers;
			return false;
		}
	}
	s = p->ep->type == CONTROL ? control_step(j) : data_step(p, j);
	p->ping &= s.token == PID_OUT;
	if (p->ping) {
		ping(b, p, j);
		return false;
	}
	how = choose(p, j, &injected);
	if (how == BABBLES && !s.in)
		how = HAS_NO_ANSWER;
	if (how == FALLS_SILENT)
		return true;
	if (p->ep->type == INTERRUPT)
		p->ready = next_poll(b, p);
	if (wire_is_split(p->dev)) {
		how = behind_hub(p, how);
		if (!(p->phase ? complete_split(b, p, &s, how) : start_split(b, p, j, &s, how)))
			return false;
		if (p->ep->type == INTERRUPT)
			p->ready = next_poll(b, p);
	} else {
		transact(b, p, j, &s, how);
	}
	return after(b, p, j, &s, how, injected);
}

/* ---- the schedule
 * -------------------------------------------------------------------------------------- */

struct bus *bus_new(struct capture *c, const struct program *prog, uint8_t truth)
{
	struct bus *b = keep(sizeof(*b));

	b->cap = c;
	b->prog = prog;
	b->truth = truth;
	b->frame = -1;
	b->states = c->sink.container == PCAPNG;
	for (b->root = prog->devices; b->root && b->root->next; b->root = b->root->next)
		; /* the first one described is the last in the list */
	return b;
}

static struct bus_pipe *pipe_of(struct bus *b, const struct xfer *x)
{
	struct bus_pipe *p = b->pipes;

	while (p && p->ep != x->ep)
		p = p->next;
	if (!p) {
		p = keep(sizeof(*p));
		p->dev = x->dev;
		p->ep = x->ep;
		p->next = b->pipes;
		b->pipes = p;
	}
	return p;
}

void bus_submit(struct bus *b, struct urb *u, int64_t now, int64_t slot)
{
	struct bus_pipe *p = pipe_of(b, u->x);
	struct bus_job *j = keep(sizeof(*j));

	if (u->x->dev->speed == SPEED_SUPER)
		die("SuperSpeed devices have no packets of USB 2.0");
	j->u = u;
	j->naks_each = u->x->naks >= 0 ? (uint32_t)u->x->naks : b->prog->rules.naks;
	j->naks = j->naks_each;
	j->slot = slot;
	j->answers = u->x->fate == FATE_PENDING ? never : now + (u->x->takes > 0 ? u->x->takes : 0);
	if (p->head) {
		p->tail->next = j;
		p->tail = j;
		return;
	}
	p->head = p->tail = j;
	p->ready = now;
	if (p->ep->type == ISOCHRONOUS)
		p->ready = slot * endpoint_period(p->dev, p->ep) + 2000;
	else if (p->ep->type == INTERRUPT) {
		int64_t period = endpoint_period(p->dev, p->ep);

		p->ready = (now / period + 1) * period + 10000;
	}
}

/* When the bus has something to do; -1: never. */
int64_t bus_next(const struct bus *b)
{
	int64_t t = never;

	for (const struct bus_pipe *p = b->pipes; p; p = p->next)
		if (p->head && p->ready < t)
			t = p->ready;
	return t == never ? -1 : t > b->now ? t : b->now;
}

bool bus_has_work(const struct bus *b)
{
	for (const struct bus_pipe *p = b->pipes; p; p = p->next)
		if (p->head && (p->head->u->x->fate != FATE_PENDING || p->phase))
			return true;
	return false;
}

static struct urb *take(struct bus_pipe *p, struct bus *b)
{
	struct urb *u = p->head->u;

	p->head = p->head->next;
	if (p->ep->type == CONTROL)
		p->again = false;
	if (p->head && p->ep->type == ISOCHRONOUS)
		p->ready = p->head->slot * endpoint_period(p->dev, p->ep) + 2000;
	else if (p->ready < b->now)
		p->ready = b->now;
	return u;
}

static struct bus_pipe *whose_turn(struct bus *b)
{
	struct bus_pipe *best = NULL;

	/* round, beginning behind the one served last */
	for (struct bus_pipe *p = b->turn ? b->turn->next : b->pipes; p; p = p->next)
		if (p->head && p->ready <= b->now && (!best || p->ready < best->ready))
			best = p;
	for (struct bus_pipe *p = b->pipes; b->turn && !best && p; p = p->next)
		if (p->head && p->ready <= b->now)
			best = p;
	return best;
}

/* The longest a transaction of this endpoint may take: it must end before the next frame begins. */
static int64_t longest(const struct bus_pipe *p)
{
	return wire_time(p->dev, endpoint_most(p->ep) + 60u) + 10000;
}

struct urb *bus_step(struct bus *b, int64_t t)
{
	struct bus_pipe *p;

	b->now = b->now < t ? t : b->now;
	wire_sofs(b, b->now);
	p = whose_turn(b);
	if (!p)
		return NULL;
	if (b->prog->rules.sof && !b->suspended && b->now + longest(p) > b->next_sof) {
		wire_sofs(b, b->next_sof);
		if (p->ready < b->now)
			p->ready = b->now;
	}
	b->turn = p;
	return serve(b, p) ? take(p, b) : NULL;
}

void bus_end(struct bus *b)
{
	truth_print(b);
	free(b->transfer);
}

int64_t bus_now(const struct bus *b)
{
	return b->now;
}

void bus_drop(struct bus *b, const struct urb *u)
{
	for (struct bus_pipe *p = b->pipes; p; p = p->next)
		for (struct bus_job **j = &p->head; *j; j = &(*j)->next)
			if ((*j)->u == u) {
				*j = (*j)->next;
				p->phase = 0;
				for (p->tail = p->head; p->tail && p->tail->next;
					p->tail = p->tail->next)
					;
				return;
			}
}

/* ---- states of the bus (7.1.7): the texts of usb-sniffer's status records
 * ---------------------------------
 */

static void line(struct bus *b, const char *what, double ms)
{
	char text[64];

	snprintf(text, sizeof(text), "Line state: %s (%.2f ms)", what, ms);
	wire_status(b, text);
}

/* A link power management transaction (LPM addendum to USB 2.0, section 2.1): EXT with the device,
 * then SubPID LPM, whose byte is DATA0's, with bLinkState L1 and BESL 4, then the device agrees. */
static void lpm(struct bus *b)
{
	b->t = NULL;
	b->bin = "lpm";
	wire_token(b, b->root, PID_EXT, b->root->address, false);
	wire_token(b, b->root, PID_DATA0, 1 | 4 << 4, false);
	wire_handshake(b, b->root, false, PID_ACK);
}

int64_t bus_state(struct bus *b, int64_t t, uint8_t state)
{
	static const char *const speeds[] = {"Low-Speed", "Full-Speed", "High-Speed"};
	char text[64];

	b->now = b->now < t ? t : b->now;
	wire_sofs(b, b->now);
	switch ((enum bus_state)state) {
	case STATE_RESET:
		wire_status(b, "--- Bus Reset ---");
		line(b, "SE0", 12);
		if (b->states)
			truth_reset(b);
		b->now += 12000000;
		snprintf(text, sizeof(text), "Detected speed: %s",
			speeds[b->root->hub ? b->root->hub->speed : b->root->speed]);
		wire_status(b, text);
		for (struct bus_pipe *p = b->pipes; p; p = p->next)
			p->toggle = p->phase = p->ping = p->again = 0;
		b->next_sof = (b->now / FRAME + 1) * FRAME;
		b->suspended = false;
		b->now += 10000000; /* recovery, 7.1.7.5 */
		break;
	case STATE_SUSPEND:
		b->suspended = true;
		b->now += 3000000; /* 7.1.7.6 */
		line(b, "J", 3);
		break;
	case STATE_RESUME:
		line(b, "K", 20);
		b->now += 20000000; /* 7.1.7.7 */
		b->suspended = false;
		b->next_sof = (b->now / FRAME + 1) * FRAME;
		b->now += 10000000;
		break;
	case STATE_VBUS_ON: wire_status(b, "VBUS ON"); break;
	case STATE_VBUS_OFF: wire_status(b, "VBUS OFF"); break;
	case STATE_LPM: lpm(b); break;
	case STATE_STRAY:
		b->bin = "orphan";
		wire_handshake(b, b->root, false, PID_ACK);
		break;
	case STATES: break;
	}
	wire_gap(b, b->root, 30);
	return b->now;
}

static void nothing(struct capture *c, const struct urb *u)
{
	(void)c;
	(void)u;
}

const struct writer bus_by_speed = {.name = "bus",
	.summary = "bus packets, link type by the speed of the bus",
	.link = 295,
	.family = FOR_BUS,
	.shows_speed = true,
	.submit = nothing,
	.complete = nothing,
	.bus = true};
const struct writer bus_288 = {.name = "288",
	.summary = "bus packets of any speed",
	.link = 288,
	.family = FOR_BUS,
	.submit = nothing,
	.complete = nothing,
	.bus = true};
