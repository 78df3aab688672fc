/* bus_transaction.c: one transaction of token, data and handshake (USB 2.0 sections 8.4.6 and 8.5),
 * as it should be or with what goes wrong. */
#include "tests/gen/bus.h"

#include <string.h>

unsigned bus_eleven(const struct bus_pipe *p)
{
	return p->dev->address | (p->ep->address & 15u) << 7;
}

/* The host waits: full and low speed 16 to 18 bit times, high 736 to 816 (7.1.19.2). */
void bus_wait_in_vain(struct bus *b, const struct bus_pipe *p)
{
	wire_gap(b, p->dev, bus_high_speed(p->dev) || wire_is_split(p->dev) ? 1100 : 24);
}

void bus_inter_packet(struct bus *b, const struct bus_pipe *p)
{
	wire_gap(b, p->dev, bus_high_speed(p->dev) || wire_is_split(p->dev) ? 100 : 8);
}

static void junk(struct bus *b, const struct bus_pipe *p, enum outcome how)
{
	static const uint8_t invalid = 0x77;

	if (how == HAS_JUNK || how == HAS_EMPTY)
		wire_raw(b, p->dev, &invalid, how == HAS_JUNK, "malformed");
}

void bus_data_packet(struct bus *b, struct bus_pipe *p, const struct step *s, enum outcome how)
{
	uint32_t n = s->n + (how == BABBLES ? 8 : 0);

	p->t.data_pid = s->data_pid;
	p->t.len = n;
	wire_data(b, p->dev, !s->in, s->data_pid, s->p, n, how == HAS_BAD_CRC);
}

void bus_handshake(struct bus *b, struct bus_pipe *p, bool host, uint8_t pid)
{
	p->t.handshake = pid;
	wire_handshake(b, p->dev, host, pid);
}

const char *bus_finish(struct bus *b, struct bus_pipe *p, const char *result, bool accepted)
{
	truth_finish(b, p, result, accepted);
	bus_inter_packet(b, p);
	return result;
}

/* The device does not see the token; a reader sees a malformed packet. */
static const char *bad_token(struct bus *b, struct bus_pipe *p, const struct step *s)
{
	b->t = NULL;
	b->bin = "malformed";
	wire_token(b, p->dev, s->token, bus_eleven(p), true);
	if (!s->in) {
		b->bin = "orphan";
		wire_data(b, p->dev, true, s->data_pid, s->p, s->n, false);
	}
	bus_wait_in_vain(b, p);
	return "";
}

uint8_t bus_answer(const struct bus_pipe *p, enum outcome how, bool nyet)
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
	bool nyet = how == GOES_WELL && bus_high_speed(p->dev) && s->token == PID_OUT && s->n &&
		    p->ep->type != INTERRUPT && b->prog->rules.nyet &&
		    ++b->accepted % b->prog->rules.nyet == 0;

	bus_data_packet(b, p, s, how);
	if (how == IS_CUT)
		return bus_finish(b, p, "incomplete", false);
	if (how == HAS_NO_ANSWER || how == LOSES_ACK || how == HAS_BAD_CRC || how == BABBLES) {
		bus_wait_in_vain(b, p);
		return bus_finish(b, p, how == HAS_BAD_CRC ? "crc" : "timeout", false);
	}
	junk(b, p, how);
	bus_handshake(b, p, false, bus_answer(p, how, nyet));
	if (how == IS_NAKED && bus_high_speed(p->dev) && p->ep->type != INTERRUPT &&
		s->token == PID_OUT)
		p->ping = true; /* 8.5.1 */
	if (nyet)
		p->ping = true;
	return bus_finish(b, p,
		how == IS_NAKED	    ? "nak"
		: how == IS_STALLED ? "stall"
				    : "ok",
		how != IS_NAKED && how != IS_STALLED && !p->counted);
}

static const char *in_transaction(
	struct bus *b, struct bus_pipe *p, const struct step *s, enum outcome how)
{
	if (how == IS_CUT)
		return bus_finish(b, p, "incomplete", false);
	if (how == HAS_NO_ANSWER) {
		bus_wait_in_vain(b, p);
		return bus_finish(b, p, "timeout", false);
	}
	if (how == IS_NAKED || how == IS_STALLED) {
		bus_handshake(b, p, false, bus_answer(p, how, false));
		return bus_finish(b, p, how == IS_NAKED ? "nak" : "stall", false);
	}
	bus_data_packet(b, p, s, how);
	if (how == HAS_BAD_CRC || how == LOSES_ACK || how == BABBLES) {
		bus_wait_in_vain(b, p);
		return bus_finish(b, p,
			how == HAS_BAD_CRC ? "crc"
			: how == BABBLES   ? "invalid"
					   : "timeout",
			false);
	}
	junk(b, p, how);
	bus_handshake(b, p, true, PID_ACK);
	return bus_finish(b, p, "ok", !p->counted);
}

void bus_open_transaction(
	struct bus *b, struct bus_pipe *p, const struct bus_job *j, const struct step *s)
{
	if (s->token == PID_SETUP && !p->again)
		truth_abandon(p);
	truth_begin(b, p, s->token);
	if (s->token == PID_SETUP)
		truth_control(p, j->u);
	p->t.retry = p->again;
}

const char *bus_transact(struct bus *b, struct bus_pipe *p, struct bus_job *j, const struct step *s,
	enum outcome how)
{
	if (how == HAS_BAD_TOKEN)
		return bad_token(b, p, s);
	bus_open_transaction(b, p, j, s);
	wire_token(b, p->dev, s->token, bus_eleven(p), false);
	if (s->in && how == HAS_JUNK)
		junk(b, p, how);
	return s->in ? in_transaction(b, p, s, how) : out_transaction(b, p, s, how);
}

/* PING until there is room (8.5.1). */
void bus_ping(struct bus *b, struct bus_pipe *p, struct bus_job *j)
{
	bool nak = j->naks > 0;

	truth_begin(b, p, PID_PING);
	wire_token(b, p->dev, PID_PING, bus_eleven(p), false);
	bus_handshake(b, p, false, nak ? PID_NAK : PID_ACK);
	bus_finish(b, p, nak ? "nak" : "ok", false);
	if (nak)
		j->naks--;
	else
		p->ping = false;
	p->ready = b->now + (nak ? b->prog->rules.nak_gap : 0);
}
