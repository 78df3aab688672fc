/* bus_xfer.c: transactions → transfers: control by its stages (USB 2.0 8.5.3), bulk and interrupt
 * as streams with toggles (8.6), isochronous one per service interval (8.5.5). */
#include "base/mem.h"
#include "model/bus_impl.h"
#include "model/exchange.h"
#include "model/learn.h"
#include "usb/desc.h"
#include "usb/pid.h"
#include "usb/request.h"

#include <stdlib.h>
#include <string.h>

enum {
	PAUSE_NS = 10000000, /* no token for so long ends a bulk or interrupt transfer */
	SIZE_MAX_XFER = 1024 * 1024,
	SETUP_LEN = 8,
	TRIES = 3 /* then a host gives up (10.2.6) */
};

/* ---- endpoints ---------------------------------------------------------------------- */

static __attribute__((noinline)) struct endpoint *new_endpoint(
	unsigned address, unsigned number, uint8_t dir)
{
	struct endpoint *ep = mem_zalloc_line(sizeof(*ep));

	ep->address = (uint8_t)address;
	ep->number = (uint8_t)number;
	ep->dir = dir;
	ep->type = number ? USB_TYPE_UNKNOWN : USB_CONTROL;
	ep->changes = UINT32_MAX;
	return ep;
}

struct endpoint *bus_endpoint(struct bus *b, unsigned address, unsigned number, uint8_t dir)
{
	bool both = !number || b->message[address] >> number & 1; /* message pipes (5.3.2.2) */
	struct endpoint **ep = &b->at[address & 127][number & 15][both ? 0 : dir & 1];

	if (!*ep)
		*ep = new_endpoint(address, number, dir);
	return *ep;
}

/* What descriptors say of it. */
static __attribute__((noinline)) void look_up(struct bus *b, struct endpoint *ep)
{
	struct devices *d = b->m->devices;
	struct pipe p;
	struct desc_endpoint e;

	if (!ep->number || ep->type == USB_CONTROL)
		return;
	ep->changes = devices_changes(d);
	p = devices_describe(d, b->section, USB_NO_BUS, ep->address, ep->number, ep->dir);
	if (!(p.flags & PIPE_DESCRIBED))
		return;
	e.bmAttributes = p.bmAttributes;
	e.wMaxPacketSize = p.wMaxPacketSize;
	ep->type = desc_endpoint_type(&e);
	ep->packet = (uint16_t)desc_endpoint_packet(&e);
	ep->packet_told = ep->packet != 0;
}

/* The other half of an endpoint that turns out to be a message pipe. */
static __attribute__((noinline)) void become_message_pipe(struct bus *b, struct endpoint *ep)
{
	struct endpoint *in = b->at[ep->address][ep->number][1];

	ep->type = USB_CONTROL;
	if (!ep->number || b->message[ep->address] >> ep->number & 1)
		return;
	b->message[ep->address] |= (uint16_t)(1u << ep->number);
	if (in && in->open)
		bus_give_up(b, in);
	if (in && in->id)
		bus_end(b, in, END_UNKNOWN);
}

/* ---- opening ------------------------------------------------------------------------ */

static uint32_t pipe_of(struct bus *b, const struct endpoint *ep)
{
	return devices_pipe(b->m->devices, b->section, USB_NO_BUS, ep->address, ep->number, ep->dir,
		ep->type, ep->speed);
}

/* What a replay of the transfer must know: see struct bus_replay. */
static struct bus_replay remember(const struct endpoint *ep)
{
	return (struct bus_replay){
		.packet = ep->packet,
		.packet_told = ep->packet_told,
		.last_pid = ep->last_pid & 15u,
		.last = ep->last & 3u,
		.last_dir = ep->last_dir & 1u,
		.known = 1,
		.framed = ep->start_frame >= 0,
		.frame = (uint32_t)ep->start_frame & 0x7ff,
	};
}

static void recall(struct endpoint *ep, const struct bus_replay *r)
{
	static const uint8_t pid[16] = {
		[PID_DATA0 & 15] = PID_DATA0,
		[PID_DATA1 & 15] = PID_DATA1,
		[PID_DATA2 & 15] = PID_DATA2,
		[PID_MDATA & 15] = PID_MDATA,
	};

	ep->packet = r->packet;
	ep->packet_told = r->packet_told;
	ep->last_pid = pid[r->last_pid];
	ep->last = r->last;
	ep->last_dir = r->last_dir;
	ep->type = r->type;
}

/* A second look at a transfer knows how it ended. */
static uint32_t expected(const struct bus *b, const struct endpoint *ep)
{
	struct devices *d = b->m->own_devices;

	return d && ep->number ? devices_take_expected(d, devices_get_pipe(d, ep->pipe)->instance,
					 ep->number, ep->dir)
			       : 0;
}

static __attribute__((noinline)) void open_xfer(
	struct bus *b, struct endpoint *ep, const struct record *rec, const struct event *ev)
{
	struct model *m = b->m;

	ep->id = (uint32_t)++m->counts.xfers;
	if (m->opts.replay.known && ep->id == m->opts.next_id)
		recall(ep, &m->opts.replay);
	ep->start_frame = b->frame;
	if (m->opts.replay.framed && ep->id == m->opts.next_id)
		ep->start_frame = (int32_t)m->opts.replay.frame;
	ep->replay = remember(ep);
	ep->pipe = pipe_of(b, ep);
	ep->pipe_type = ep->type;
	ep->expected = expected(b, ep);
	ep->first = b->held.on ? b->held.number : rec->number;
	ep->begin = b->held.on ? b->held.time : m->now;
	ep->latest = ep->first;
	ep->end = ep->begin;
	ep->records = ep->naks = ep->retries = ep->progress = ep->payload = ep->kept = 0;
	ep->len = ep->captured = ep->total = 0;
	ep->packets = ep->errors = ep->missed = ep->empty = 0;
	ep->frame = b->frames;
	ep->has_setup = ep->setup_sent = ep->failure = 0;
	ep->tokens = 0;
	ep->asked = ev->dir;
	ep->capture = ev->capture;
}

/* A SETUP begins a transfer, unless it repeats one that just went out without effect (8.6.1), or
 * nothing but NAKs and retransmissions came before it. */
static bool setup_continues(const struct bus *b, const struct endpoint *ep)
{
	if (!ep->setup_sent)
		return !ep->progress;
	return !ep->tokens && ep->setup_sent < TRIES && b->m->now - ep->end < PAUSE_NS;
}

/* Whether another service interval has begun since the transfer did: by SOFs, and in captures
 * without them by most of the time of a (micro)frame (5.3.3). */
static bool next_interval(const struct bus *b, const struct endpoint *ep)
{
	int64_t frame = ep->speed == USB_HIGH || !ep->speed ? 125000 : 1000000;

	return ep->frame != b->frames || b->m->now - ep->begin > frame * 3 / 4;
}

/* No token for long, of a transfer that more than NAKs belong to. */
static bool paused(const struct bus *b, const struct endpoint *ep)
{
	return ep->type != USB_CONTROL && ep->type != USB_ISOCHRONOUS &&
	       (ep->progress || ep->failure) && b->m->now - ep->end > PAUSE_NS;
}

static void end_what_is_over(struct bus *b, struct endpoint *ep, uint8_t pid)
{
	if (ep->type == USB_CONTROL) {
		if (pid == PID_SETUP && !setup_continues(b, ep))
			bus_end(b, ep, END_CANCELLED);
	} else if (ep->type == USB_ISOCHRONOUS) {
		if (next_interval(b, ep))
			bus_end(b, ep, END_COMPLETE);
	} else if (paused(b, ep)) {
		bus_end(b, ep, END_PAUSE);
	}
}

void bus_token(struct bus *b, struct endpoint *ep, uint8_t pid, const struct record *rec,
	const struct event *ev)
{
	ep->speed = ev->speed;
	if (b->phase == AFTER_SPLIT) { /* its S bit is the speed, but for isochronous (8.4.2.2) */
		bool low = b->split.flags & SPLIT_S && b->split.type != USB_ISOCHRONOUS;

		ep->speed = low ? USB_LOW : USB_FULL;
		if (ep->type != USB_CONTROL && b->split.type != USB_CONTROL)
			ep->type = b->split.type;
	} else if (b->held.on) {
		ep->speed = USB_LOW; /* PRE (8.6.5) */
	}
	if (ep->changes != devices_changes(b->m->devices)) /* they may say something else */
		look_up(b, ep);
	if (pid == PID_SETUP)
		become_message_pipe(b, ep);
	if (pid == PID_PING && ep->type == USB_TYPE_UNKNOWN)
		ep->type = USB_BULK; /* 8.5.1: bulk and control OUT alone */
	if (ep->id && !ep->open)
		end_what_is_over(b, ep, pid);
	if (!ep->id)
		open_xfer(b, ep, rec, ev);
	if (pid != PID_SETUP)
		ep->tokens++;
}

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

static const uint8_t *payload_of(const struct model *m, const struct endpoint *ep)
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

/* ---- ending ------------------------------------------------------------------------- */

/* What an endpoint is like, and the data before, is not known any more. */
static void forget(struct bus *b, struct endpoint *ep)
{
	b->message[ep->address] &= (uint16_t) ~(1u << ep->number);
	ep->type = ep->number ? USB_TYPE_UNKNOWN : USB_CONTROL;
	ep->packet = 0;
	ep->packet_told = false;
	ep->changes = UINT32_MAX;
	ep->last = LAST_NONE;
}

/* Another device has the address from now on, or the same one after a reset (9.4.6): what was open
 * under it never comes to an end. */
static void address_given(struct bus *b, unsigned address)
{
	for (unsigned i = 0; i < 32; i++) {
		struct endpoint *ep = b->at[address][i / 2][i % 2];

		if (!ep)
			continue;
		if (ep->open)
			bus_give_up(b, ep);
		if (ep->id)
			bus_end(b, ep, END_RESET);
		forget(b, ep);
	}
}

/* A request that ends what toggles were (9.1.1.5, 9.4.5, 9.4.10). */
static void after_request(struct bus *b, const struct xfer *x)
{
	enum {
		CLEAR_FEATURE = 1,
		SET_ADDRESS = 5,
		SET_CONFIGURATION = 9,
		SET_INTERFACE = 11,
		TO_ENDPOINT = 2
	};
	struct usb_setup s = usb_setup_parse(x->setup);

	if (x->status != STATUS_OK || !(x->flags & XFER_HAS_SETUP) ||
		setup_request_type(s.bmRequestType) != REQUEST_STANDARD)
		return;
	if (s.bRequest == SET_ADDRESS && s.wValue && s.wValue < 128)
		address_given(b, s.wValue);
	for (unsigned i = 1; i < 16; i++)
		for (unsigned dir = 0; dir < 2; dir++) {
			struct endpoint *ep = b->at[x->device & 127][i][dir];
			bool whole = s.bRequest == SET_CONFIGURATION || s.bRequest == SET_INTERFACE;
			bool it = s.bRequest == CLEAR_FEATURE && s.bmRequestType == TO_ENDPOINT &&
				  (s.wIndex & 0x8f) == (i | dir << 7);

			if (ep && (whole || it))
				ep->last = LAST_NONE;
		}
}

static enum status status_at(const struct endpoint *ep, enum xfer_end why)
{
	if (why == END_STALL)
		return STATUS_STALL;
	if (ep->type == USB_ISOCHRONOUS)
		return ep->errors    ? STATUS_CRC
		       : ep->missed  ? STATUS_MISSED
		       : ep->packets ? STATUS_OK
				     : STATUS_PENDING;
	if (why == END_COMPLETE)
		return STATUS_OK;
	if (ep->failure)
		return (enum status)ep->failure;
	if (ep->has_setup || !ep->progress) /* not done, and nobody will */
		return why == END_EOF ? STATUS_PENDING : STATUS_CANCELLED;
	return STATUS_OK;
}

static void fill(const struct bus *b, const struct endpoint *ep, struct xfer *x)
{
	x->id = ep->id;
	x->records = ep->records;
	x->first = ep->first;
	x->last = ep->latest;
	x->begin = ep->begin;
	x->end = ep->end;
	x->dir = ep->type == USB_CONTROL ? ep->asked : ep->dir;
	x->os = USB_OS_NONE;
	x->capture = ep->capture;
	x->seen = ep->type == USB_CONTROL && !ep->has_setup ? SEEN_COMPLETE : SEEN_BOTH;
	x->len = (int64_t)ep->len;
	x->naks = (int32_t)ep->naks;
	x->retries = (int32_t)ep->retries;
	x->data.data = payload_of(b->m, ep);
	x->data.kept = x->data.data ? ep->kept : 0;
	x->data.captured = (uint32_t)ep->captured;
	x->data.total = (uint32_t)ep->total;
	x->start_frame = ep->start_frame;
	if (ep->type == USB_ISOCHRONOUS) {
		x->iso = (struct iso_table){.layout = ISO_WIRE,
			.complete = ep->packets,
			.in = ep->dir == USB_IN,
			.packets = ep->packets,
			.errors = ep->errors,
			.missed = ep->missed,
			.empty = ep->empty};
		x->flags |= ep->start_frame >= 0 ? XFER_HAS_FRAME : 0;
	}
}

static void learn(struct bus *b, struct xfer *x)
{
	after_request(b, x);   /* first: what it ends belongs to the devices of before */
	if (b->m->own_devices) /* a second look at a transfer teaches nothing */
		learn_from(b->m->devices, x);
}

/* Whether the service interval goes on after its latest packet, as its PID says (5.9.2): inwards
 * the number counts down to DATA0, outwards MDATA stands before the last. Who did not answer is not
 * asked again in the interval (8.5.5). */
static bool more_to_come(const struct endpoint *ep)
{
	if (ep->t.dir == USB_IN)
		return ep->t.data_pid == PID_DATA1 || ep->t.data_pid == PID_DATA2;
	return ep->t.data_pid == PID_MDATA;
}

void bus_end(struct bus *b, struct endpoint *ep, enum xfer_end why)
{
	struct xfer x;

	build_blank(&x);
	if (ep->pipe_type != ep->type)
		ep->pipe = pipe_of(b, ep);
	build_from_pipe(b->m, &x, ep->pipe);
	fill(b, ep, &x);
	x.status = (uint8_t)status_at(ep, why);
	if (ep->has_setup) {
		memcpy(x.setup, ep->setup, SETUP_LEN);
		x.flags |= XFER_HAS_SETUP;
		build_conclude(&x, EVENT_COMPLETE);
	}
	if (!ep->has_setup || x.status == STATUS_PENDING || why == END_RESET)
		x.ended = (uint8_t)(why == END_EOF && paused(b, ep) ? END_PAUSE : why);
	if (ep->type == USB_ISOCHRONOUS && why == END_EOF && ep->packets && !more_to_come(ep))
		x.ended = END_COMPLETE;
	x.replay = ep->replay;
	x.replay.type = ep->type & 7u;
	x.replay.ended = x.ended & 15u;
	ep->id = 0; /* before anything that may look at it again */
	if (ep->type == USB_CONTROL)
		learn(b, &x);
	b->m->opts.on_xfer(b->m->opts.ctx, &x);
	payload_drop(&b->m->pool, ep->payload);
	ep->payload = ep->kept = 0;
}

static int by_id(const void *a, const void *b)
{
	uint32_t x = (*(struct endpoint *const *)a)->id, y = (*(struct endpoint *const *)b)->id;

	return (x > y) - (x < y);
}

void bus_end_all(struct bus *b, enum xfer_end why)
{
	enum { ALL = 128 * 16 * 2 };
	struct endpoint **all = &b->at[0][0][0];
	struct endpoint **open = mem_zalloc(ALL, sizeof(struct endpoint *));
	size_t n = 0;

	for (size_t i = 0; i < ALL; i++)
		if (all[i] && all[i]->id)
			open[n++] = all[i];
	qsort(open, n, sizeof(*open), by_id);
	for (size_t i = 0; i < n; i++) {
		if (open[i]->open)
			bus_give_up(b, open[i]);
		if (open[i]->id)
			bus_end(b, open[i], why);
	}
	free(open);
	for (size_t i = 0; i < ALL; i++)
		if (all[i])
			all[i]->last = LAST_NONE;
}

void bus_reset(struct bus *b)
{
	bus_end_all(b, END_RESET);
	for (size_t i = 0; i < 128 * 16 * 2; i++)
		if ((&b->at[0][0][0])[i])
			forget(b, (&b->at[0][0][0])[i]);
	if (b->m->own_devices) /* a second look teaches nothing */
		devices_reset(b->m->devices, b->section, USB_NO_BUS);
}
