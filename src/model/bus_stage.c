/* bus_stage.c: what a transaction does to its transfer: control by its stages (USB 2.0 8.5.3), bulk
 * and interrupt as streams with toggles (8.6), isochronous one per service interval (8.5.5). */
#include "base/mem.h"
#include "model/bus_impl.h"
#include "model/exchange.h"
#include "usb/pid.h"
#include "usb/request.h"

#include <string.h>

enum { SIZE_MAX_XFER = 1024 * 1024 };

/* ---- data --------------------------------------------------------------------------- */

/* A transfer that is rebuilt alone has all its data: 1 MiB at most (END_SIZE). */
static bool is_rebuilt(const struct model *m, const struct endpoint *ep)
{
	return m->opts.replay.known && ep->id == m->opts.next_id;
}

static void append(struct model *m, struct endpoint *ep, const uint8_t *data, uint32_t n)
{
	if (!is_rebuilt(m, ep)) {
		payload_append(&m->pool, &ep->payload, &ep->kept, data, n);
		return;
	}
	while (m->whole.cap < ep->kept + (size_t)n) {
		m->whole.cap = m->whole.cap ? 2 * m->whole.cap : PAYLOAD_EACH;
		m->whole.data = mem_resize(m->whole.data, m->whole.cap, 1);
	}
	if (n)
		memcpy(m->whole.data + ep->kept, data, n);
	ep->kept += n;
}

const uint8_t *bus_payload(const struct model *m, const struct endpoint *ep)
{
	if (is_rebuilt(m, ep))
		return m->whole.data;
	return ep->payload ? payload_data(&m->pool, ep->payload) : NULL;
}

void bus_keep(struct bus *b, struct endpoint *ep, const struct packet_event *p)
{
	uint32_t n;

	ep->now_captured += p->data_len;
	if (ep->t.pid == PID_SETUP) {
		if (p->data_len >= SETUP_LEN)
			memcpy(ep->setup_now, p->data, SETUP_LEN);
		ep->asked = p->data_len >= SETUP_LEN ? p->data[0] >> 7 : USB_OUT;
		return;
	}
	/* control data teaches the device model, whoever wants it; only a prefix is kept */
	n = p->data_len;
	if (!b->m->opts.payload && ep->type != USB_CONTROL)
		n = ep->kept >= TRACK_BYTES	 ? 0
		    : n < TRACK_BYTES - ep->kept ? n
						 : TRACK_BYTES - ep->kept;
	if (n && ep->kept == ep->total + ep->t.len - p->data_total)
		append(b->m, ep, p->data, n);
}

static bool is_data_stage(const struct endpoint *ep)
{
	return ep->t.pid != PID_SETUP && ep->t.data_pid;
}

/* The same toggle as before, though the data before was not refused: it is sent again (8.6.3,
 * 8.6.4). */
static bool is_repeat(const struct endpoint *ep)
{
	return ep->t.data_pid == ep->last_pid && ep->t.dir == ep->last_dir &&
	       (ep->last == LAST_TAKEN || ep->last == LAST_FAILED);
}

/* Under the toggle of data that was taken comes other data (8.6.2 to 8.6.4): the receiver throws it
 * away. */
static bool is_other_data(const struct endpoint *ep)
{
	return ep->last == LAST_TAKEN && ep->t.crc == CRC_OK && ep->last_crc && ep->crc &&
	       ep->crc != ep->last_crc;
}

static void note_data(struct endpoint *ep, uint8_t last)
{
	ep->last_pid = ep->t.data_pid;
	ep->last_dir = ep->t.dir;
	ep->last = last;
	ep->last_crc = ep->crc;
}

static const struct outcome {
	uint8_t last;	/* LAST_… of data that is no repetition */
	uint8_t status; /* enum status, should nothing better come */
} outcome[RESULTS] = {
	[RESULT_OK] = {LAST_TAKEN, STATUS_OK},
	[RESULT_INVALID] = {LAST_TAKEN, STATUS_OK},
	[RESULT_NAK] = {LAST_NAKED, STATUS_OK},
	[RESULT_NYET] = {LAST_NAKED, STATUS_OK},
	[RESULT_STALL] = {LAST_NONE, STATUS_STALL},
	[RESULT_TIMEOUT] = {LAST_FAILED, STATUS_TIMEOUT},
	[RESULT_CRC] = {LAST_FAILED, STATUS_CRC},
	[RESULT_INCOMPLETE] = {LAST_FAILED, STATUS_TIMEOUT},
};

/* Data that is too long, and that nobody took (8.7.4). */
static const struct outcome babble = {LAST_FAILED, STATUS_BABBLE};

static const struct outcome *outcome_of(const struct transaction *t)
{
	return t->result == RESULT_INVALID && !t->handshake && !t->split ? &babble
									 : &outcome[t->result];
}

/* Data: sent again, or new? Whether it was taken as new. */
static bool settle_data(struct bus *b, struct endpoint *ep, const struct outcome *how)
{
	bool taken = how->last == LAST_TAKEN;

	ep->t.retry = is_repeat(ep);
	if (ep->t.retry) {
		ep->retries++;
		b->counts.retries++;
		b->counts.toggle_errors += is_other_data(ep);
		taken &= ep->last != LAST_TAKEN;
	}
	if (!ep->t.retry || taken)
		note_data(ep, how->last);
	return taken;
}

/* Whether the transaction's data is new and was taken. */
static bool settle(struct bus *b, struct endpoint *ep)
{
	struct transaction *t = &ep->t;
	const struct outcome *how = outcome_of(t);
	bool taken = is_data_stage(ep) && settle_data(b, ep, how);

	ep->failure = how->status;
	if (t->result == RESULT_STALL)
		ep->last = LAST_NONE; /* the host will clear the halt, and with it the toggle */
	if (taken) {
		ep->captured += ep->now_captured;
		ep->total += t->len;
		ep->progress++;
	} else {
		ep->kept = ep->kept_before;
	}
	return taken;
}

/* ---- where streams end -------------------------------------------------------------- */

/* The smallest packet size an endpoint of that speed can have that holds n (5.5.3 to 5.8.3). */
static uint32_t packet_size_for(uint8_t speed, uint32_t n)
{
	uint32_t size = speed == USB_HIGH ? 512 : 8;

	while (size < n)
		size = size == 64 ? 512 : size * 2;
	return size;
}

static bool is_short(struct endpoint *ep, uint32_t n)
{
	if (!ep->packet_told && n > ep->packet)
		ep->packet = (uint16_t)packet_size_for(ep->speed, n);
	return n < ep->packet;
}

static void infer_type(struct endpoint *ep)
{
	if (ep->type != USB_TYPE_UNKNOWN)
		return;
	/* 8.5.1: NYET is of bulk and control; 5.7.3, 5.8.3: 512 is what all high-speed bulk has */
	if (ep->t.handshake == PID_NYET || (ep->speed == USB_HIGH && ep->t.len == 512))
		ep->type = USB_BULK;
}

static void stream(struct bus *b, struct endpoint *ep)
{
	uint32_t n = ep->t.len;
	bool taken = settle(b, ep);

	infer_type(ep);
	if (ep->t.result == RESULT_STALL) {
		bus_end(b, ep, END_STALL);
	} else if (taken) {
		ep->len += n;
		if (!n)
			bus_end(b, ep, END_ZLP);
		else if (is_short(ep, n))
			bus_end(b, ep, END_SHORT);
		else if (ep->expected && ep->len >= ep->expected)
			bus_end(b, ep, END_CLASS);
		else if (ep->len >= SIZE_MAX_XFER)
			bus_end(b, ep, END_SIZE);
	}
}

/* 8.5.5, 5.6.4: a device without data for the interval answers with an empty data packet, which is
 * `ok`; no answer at all is `missed`, whether it did not hear or was not ready. */
static void isochronous(struct bus *b, struct endpoint *ep)
{
	const struct transaction *t = &ep->t;

	(void)b;
	ep->packets++;
	ep->errors += t->result == RESULT_CRC;
	if (t->data_pid && t->result != RESULT_CRC) {
		ep->len += t->len;
		ep->empty += !t->len;
		ep->captured += ep->now_captured;
		ep->total += t->len;
		ep->progress++;
	} else {
		ep->kept = ep->kept_before;
		ep->missed += !t->data_pid; /* who has nothing sends a packet without data */
	}
}

/* ---- control ------------------------------------------------------------------------ */

static void setup_stage(struct bus *b, struct endpoint *ep)
{
	struct transaction *t = &ep->t;

	t->retry = ep->setup_sent != 0;
	ep->retries += t->retry;
	b->counts.retries += t->retry;
	ep->setup_sent++;
	b->counts.toggle_errors += t->data_pid && t->data_pid != PID_DATA0; /* 8.5.3 */
	ep->failure = outcome[t->result].status;
	ep->last = LAST_NONE; /* 8.6.1: DATA1 comes next */
	ep->setup_told = t->len == SETUP_LEN && ep->now_captured >= SETUP_LEN && t->crc == CRC_OK;
	if (outcome[t->result].last != LAST_TAKEN || t->len != SETUP_LEN ||
		ep->now_captured < SETUP_LEN)
		return;
	memcpy(ep->setup, ep->setup_now, SETUP_LEN);
	ep->has_setup = 1;
}

/* 8.5.3: the status stage goes against the data stage, or in where there is none. */
static bool is_status_stage(const struct endpoint *ep)
{
	struct usb_setup s = usb_setup_parse(ep->setup);
	uint8_t data = s.bmRequestType & 0x80 && s.wLength ? USB_IN : USB_OUT;

	return ep->has_setup && ep->t.dir != data;
}

/* 8.5.3: the data stage begins with DATA1, and the status stage has it. */
static bool is_wrong_in_stage(const struct endpoint *ep)
{
	bool first = !ep->len && ep->last == LAST_NONE;

	return ep->has_setup && ep->t.data_pid == PID_DATA0 && (first || is_status_stage(ep));
}

static void control(struct bus *b, struct endpoint *ep)
{
	if (ep->t.pid == PID_SETUP) {
		setup_stage(b, ep);
		return;
	}
	b->counts.toggle_errors += is_wrong_in_stage(ep);
	if (!is_status_stage(ep))
		ep->hole = outcome_of(&ep->t)->last == LAST_FAILED;
	if (settle(b, ep)) {
		if (is_status_stage(ep)) {
			bus_end(b, ep, END_COMPLETE);
			return;
		}
		ep->len += ep->t.len;
	}
	if (ep->t.result == RESULT_STALL)
		bus_end(b, ep, END_STALL);
}

void bus_apply(struct bus *b, struct endpoint *ep)
{
	const struct transaction *t = &ep->t;

	b->counts.crc_errors += t->crc == CRC_BAD;
	ep->naks += t->result == RESULT_NAK;
	if (ep->type == USB_CONTROL)
		control(b, ep);
	else if (ep->type == USB_ISOCHRONOUS)
		isochronous(b, ep);
	else
		stream(b, ep);
	ep->now_captured = 0;
}
