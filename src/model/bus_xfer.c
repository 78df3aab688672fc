/* bus_xfer.c: transfers of the bus: the endpoints they are of, when one begins, what ends it. */
#include "base/mem.h"
#include "model/bus_impl.h"
#include "model/learn.h"
#include "usb/desc.h"
#include "usb/pid.h"
#include "usb/request.h"

#include <stdlib.h>
#include <string.h>

enum {
	PAUSE_NS = 10000000, /* no token for so long ends a bulk or interrupt transfer */
	TRIES = 3	     /* then a host gives up (10.2.6) */
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

static uint32_t told_pipe(struct bus *b, const struct endpoint *ep)
{
	return devices_pipe(b->m->devices, b->section, USB_NO_BUS, ep->address, ep->number, ep->dir,
		ep->type, ep->speed);
}

/* Where nothing else tells the speed of the bus, SOFs do; a second look teaches nothing. */
static uint32_t pipe_of(struct bus *b, const struct endpoint *ep)
{
	struct devices *d = b->m->own_devices;
	uint32_t pipe = told_pipe(b, ep), inferred = b->clock.inferred;

	if (ep->speed || !inferred || !d ||
		!devices_infer_speed(
			d, devices_get_pipe(d, pipe)->instance, (enum usb_speed)inferred))
		return pipe;
	return told_pipe(b, ep);
}

/* What a replay of the transfer must know: see struct bus_replay. */
static struct bus_replay remember(const struct bus *b, const struct endpoint *ep)
{
	return (struct bus_replay){
		.speed = b->speed & 3u,
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

static void recall(struct bus *b, struct endpoint *ep, const struct bus_replay *r)
{
	static const uint8_t pid[16] = {
		[PID_DATA0 & 15] = PID_DATA0,
		[PID_DATA1 & 15] = PID_DATA1,
		[PID_DATA2 & 15] = PID_DATA2,
		[PID_MDATA & 15] = PID_MDATA,
	};

	b->speed = r->speed;
	if (!ep->speed) /* of the token that opens it */
		ep->speed = r->speed;
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
		recall(b, ep, &m->opts.replay);
	ep->start_frame = b->frame;
	if (m->opts.replay.framed && ep->id == m->opts.next_id)
		ep->start_frame = (int32_t)m->opts.replay.frame;
	ep->replay = remember(b, ep);
	ep->pipe = pipe_of(b, ep);
	if (b->phase == AFTER_SPLIT && m->own_devices)
		devices_set_split(m->own_devices,
			devices_get_pipe(m->own_devices, ep->pipe)->instance, b->split.hub,
			b->split.port);
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
	ep->has_setup = ep->setup_sent = ep->setup_told = ep->failure = ep->hole = 0;
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

/* ---- other devices ------------------------------------------------------------------ */

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
	b->behind[address] = 0;
}

/* Devices stay where they are: at another port another device has the address, though no request
 * told it. */
static __attribute__((noinline)) void came_elsewhere(struct bus *b, uint8_t address)
{
	struct devices *d = b->m->own_devices; /* a second look teaches nothing */
	uint32_t n = d ? devices_at(d, b->section, USB_NO_BUS, address) : 0;

	if (b->behind[address])
		address_given(b, address);
	b->behind[address] = (uint16_t)(b->split.hub << 8 | b->split.port);
	if (n && !devices_set_split(d, n, b->split.hub, b->split.port))
		devices_renew(d, b->section, USB_NO_BUS, address, false);
}

/* A token behind a SPLIT. */
static void split_token(struct bus *b, struct endpoint *ep)
{
	/* its S bit is the speed, but for isochronous (8.4.2.2) */
	bool low = b->split.flags & SPLIT_S && b->split.type != USB_ISOCHRONOUS;

	if (b->behind[ep->address] != (b->split.hub << 8 | b->split.port))
		came_elsewhere(b, ep->address);
	ep->speed = low ? USB_LOW : USB_FULL;
	if (ep->type != USB_CONTROL && b->split.type != USB_CONTROL)
		ep->type = b->split.type;
}

void bus_token(struct bus *b, struct endpoint *ep, uint8_t pid, const struct record *rec,
	const struct event *ev)
{
	ep->speed = b->speed;
	if (b->phase == AFTER_SPLIT) {
		split_token(b, ep);
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

/* ---- ending ------------------------------------------------------------------------- */

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
	x->data.data = bus_payload(b->m, ep);
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
	/* no host goes on to the status stage then (8.5.3): there was data that is not captured */
	if (ep->hole && why == END_COMPLETE)
		x.len = XFER_UNKNOWN;
	if (ep->has_setup || ep->setup_told) {
		memcpy(x.setup, ep->has_setup ? ep->setup : ep->setup_now, SETUP_LEN);
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
	memset(b->behind, 0, sizeof(b->behind));
	if (b->m->own_devices) /* a second look teaches nothing */
		devices_reset(b->m->devices, b->section, USB_NO_BUS);
}
