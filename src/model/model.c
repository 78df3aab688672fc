/* model.c: URB events → transfers. Submissions and completions are paired by (section, bus, id); a
 * USBPcap control transfer's stages join in between. */
#include "base/mem.h"
#include "model/bus.h"
#include "model/exchange.h"
#include "model/learn.h"
#include "model/model_impl.h"
#include "model/ports.h"

#include <stdlib.h>
#include <string.h>

struct urb_key {
	const struct record *rec;
	const struct event *ev;
	uint32_t hash;
};

struct model *model_new(const struct model_opts *o)
{
	struct model *m = mem_zalloc(1, sizeof(*m));

	m->opts = *o;
	if (!o->devices)
		m->own_devices = devices_new();
	m->devices = o->devices ? o->devices : m->own_devices;
	if (o->next_id) {
		m->counts.xfers = o->next_id - 1;
		m->start = o->start;
		m->started = true;
	}
	return m;
}

void model_free(struct model *m)
{
	if (!m)
		return;
	devices_free(m->own_devices);
	bus_free(m->bus);
	map_free(&m->by_urb);
	payload_free(&m->pool);
	free(m->whole.data);
	free(m->open);
	free(m);
}

/* ---- who wrote the capture ---------------------------------------------------------- */

/* Windows records differ by generation in ways that only some of them show. */
static void note_usbpcap(struct model *m, const struct record *rec, uint8_t proof)
{
	if (m->usbpcap_section != rec->section + 1 || m->usbpcap < proof) {
		m->usbpcap_section = rec->section + 1;
		m->usbpcap = proof;
	}
}

enum capture_kind model_capture(const struct model *m, const struct xfer *x)
{
	return capture_by_now(m, x->section, x->capture);
}

/* ---- finding open transfers --------------------------------------------------------- */

/* Id 0 is no id (FreeBSD): the endpoint takes its place. All control transfers in a QEMU file have
 * it, but that is one device's, which changes its address under SET_ADDRESS. */
static bool by_endpoint(const struct event *ev)
{
	return !ev->urb.id && ev->capture != CAPTURE_QEMU;
}

/* FreeBSD has no ids, but starts and records an endpoint's transfers one after the other
 * (sys/dev/usb/usb_transfer.c, usb_command_wrapper and usbd_pipe_start). Early usbmon captures lack
 * completions without data: only bulk is queued so often that it is worth waiting for the others.
 */
static bool one_at_a_time(const struct event *ev)
{
	return ev->capture == CAPTURE_FREEBSD ||
	       (capture_lacks_empty(ev->capture) && ev->type != USB_BULK);
}

static __attribute__((noinline)) bool same_endpoint(
	const struct pipe *p, const struct instance *i, const struct event *ev)
{
	return i->address == ev->device && p->endpoint == ev->endpoint &&
	       (p->type == USB_CONTROL || p->dir == ev->dir);
}

static inline bool same_urb(const void *owner, uint32_t value, const void *key)
{
	const struct model *m = owner;
	const struct urb_key *k = key;
	const struct open_xfer *o = &m->open[value - 1];
	const struct pipe *p;
	const struct instance *i;

	if (o->urb != k->ev->urb.id)
		return false;
	p = devices_get_pipe(m->devices, o->pipe);
	i = devices_get_instance(m->devices, p->instance);
	return i->bus == k->ev->bus && i->section == k->rec->section &&
	       (!by_endpoint(k->ev) || same_endpoint(p, i, k->ev));
}

static inline struct urb_key urb_key(const struct record *rec, const struct event *ev)
{
	uint64_t endpoint = by_endpoint(ev) ? (uint64_t)ev->device << 8 | ev->endpoint : 0;

	return (struct urb_key){rec, ev,
		map_hash(ev->urb.id ^ (uint64_t)ev->bus << 48 ^ (uint64_t)rec->section << 40 ^
			 endpoint)};
}

/* Without ids several transfers of an endpoint can be open: the oldest comes first. */
static __attribute__((noinline)) struct map_slot *oldest(
	struct model *m, struct map_slot *first, const struct urb_key *k)
{
	for (struct map_slot *s = first; (s = map_find_next(&m->by_urb, s, same_urb, m, k));)
		if (m->open[s->value - 1].id < m->open[first->value - 1].id)
			first = s;
	return first;
}

static inline struct map_slot *find_open(struct model *m, const struct urb_key *k)
{
	struct map_slot *s = map_find(&m->by_urb, k->hash, same_urb, m, k);

	return s && by_endpoint(k->ev) ? oldest(m, s, k) : s;
}

/* ---- opening ------------------------------------------------------------------------ */

static struct open_xfer *new_slot(struct model *m, uint32_t *n)
{
	if (m->free) {
		*n = m->free;
		m->free = m->open[*n - 1].pipe;
	} else {
		array_need(m->open, m->opens, m->open_cap);
		*n = (uint32_t)++m->opens;
	}
	return &m->open[*n - 1];
}

/* How much of n bytes is kept. Control data teaches the device model, whoever wants it; small data
 * and the beginning of what a decoder follows are its to see. */
static uint32_t worth_keeping(
	const struct model *m, const struct open_xfer *o, uint32_t n, bool control)
{
	if (m->opts.payload || control || n <= TRACK_BYTES)
		return n;
	return devices_get_pipe(m->devices, o->pipe)->decoder ? TRACK_BYTES : 0;
}

static void keep_payload(
	struct model *m, struct open_xfer *o, const struct urb_event *u, bool control)
{
	uint32_t n = u->data_len ? worth_keeping(m, o, u->data_len, control) : 0;

	o->captured += u->data_len;
	if (n && !o->payload)
		o->payload = payload_keep(&m->pool, u->data, n, &o->kept);
}

static uint32_t pipe_of(struct model *m, const struct record *rec, const struct event *ev)
{
	return devices_pipe(m->devices, rec->section, ev->bus, ev->device, ev->endpoint, ev->dir,
		ev->type, ev->speed);
}

static void open_type_part(struct open_xfer *o, const struct event *ev)
{
	const struct urb_event *u = &ev->urb;

	memset(o->setup, 0, sizeof(o->setup));
	if (ev->type == USB_CONTROL) {
		memcpy(o->setup, u->setup, sizeof(o->setup));
	} else if (ev->type == USB_BULK) {
		o->stream = u->stream;
	} else if (ev->type == USB_REQUEST) {
		o->function = u->function;
	} else {
		o->packets = u->iso.packets;
		o->interval = u->interval;
	}
}

static inline struct open_xfer *open_xfer(struct model *m, const struct urb_key *k)
{
	const struct record *rec = k->rec;
	const struct event *ev = k->ev;
	const struct urb_event *u = &ev->urb;
	uint32_t n;
	struct open_xfer *o = new_slot(m, &n);

	o->urb = u->id;
	o->first = rec->number;
	o->begin = m->now;
	o->id = (uint32_t)++m->counts.xfers;
	o->pipe = pipe_of(m, rec, ev);
	o->length = u->length;
	o->captured = o->payload = o->kept = 0;
	o->transfer_flags = u->transfer_flags;
	o->flags = build_flags(u) & (uint16_t)~XFER_HAS_STATUS;
	if (u->has & URB_REQUESTED)
		o->flags |= OPEN_REQUESTED;
	else if (u->has & URB_ACTUAL)
		o->flags |= OPEN_ACTUAL;
	o->records = 1;
	o->dir = ev->dir & 3;
	o->capture = ev->capture & 15;
	o->repolled = false;
	open_type_part(o, ev);
	keep_payload(m, o, u, ev->type == USB_CONTROL);
	map_insert(&m->by_urb, k->hash, n);
	return o;
}

static void close_slot(struct model *m, uint32_t n)
{
	struct open_xfer *o = &m->open[n - 1];

	payload_drop(&m->pool, o->payload);
	o->id = 0;
	o->pipe = m->free;
	m->free = n;
}

/* ---- captures that record one end --------------------------------------------------- */

static bool one_end_type(uint8_t type)
{
	return type == USB_BULK || type == USB_INTERRUPT;
}

/* A driver before 1.4.1.0 records no completion of an OUT, nor of anything that fails: how it ended
 * is not known, though that it did is where its IRP serves again. Early usbmon captures have no
 * completion of whatever moved no data. */
static bool end_unrecorded(const struct xfer *x, bool over)
{
	if (capture_lacks_empty(x->capture))
		return true;
	return capture_is_usbpcap(x->capture) && x->capture < CAPTURE_USBPCAP_1_4 &&
	       (over || (one_end_type(x->type) && x->dir == USB_OUT));
}

/* A transfer whose completion did not come: still pending at the end of the capture, or lost. */
static void give_up(struct model *m, uint32_t n, uint16_t lost)
{
	struct xfer x;

	build_blank(&x);
	build_from_open(m, &x, &m->open[n - 1]);
	build_unfinished(m, &x, &m->open[n - 1]);
	if (end_unrecorded(&x, lost))
		x.status = STATUS_UNKNOWN;
	else
		x.flags |= lost;
	build_conclude(&x, EVENT_SUBMIT);
	m->opts.on_xfer(m->opts.ctx, &x);
}

static __attribute__((noinline)) void lose(struct model *m, struct map_slot *s)
{
	uint32_t n = s->value;

	map_remove(&m->by_urb, s);
	give_up(m, n, XFER_LOST_COMPLETION);
	close_slot(m, n);
}

/* One IRP serves several URBs in turn: a completion on another endpoint is not this one's. What
 * kind a request without an endpoint was may change in between. Where the endpoint is all there is
 * to pair by, one that brings more than was asked for shows that records are missing. */
static bool belongs(const struct model *m, const struct open_xfer *o, const struct event *ev)
{
	const struct pipe *p = devices_get_pipe(m->devices, o->pipe);

	if (p->type == USB_REQUEST || ev->type == USB_REQUEST || p->endpoint == USB_NO_ENDPOINT ||
		ev->endpoint == USB_NO_ENDPOINT)
		return true;
	if (capture_lacks_empty(ev->capture) && ev->urb.length > o->length)
		return false;
	return p->endpoint == ev->endpoint &&
	       (o->dir == ev->dir || p->type == USB_CONTROL || o->dir == USB_DIR_UNKNOWN ||
		       ev->dir == USB_DIR_UNKNOWN);
}

/* Where completions of nothing are missing: if a later request of the endpoint is filled exactly
 * and the oldest, s, is not, those before it ended with nothing. */
static __attribute__((noinline)) struct map_slot *past_empty(
	struct model *m, struct map_slot *s, const struct urb_key *k)
{
	uint32_t length = k->ev->urb.length, filled = UINT32_MAX;

	if (m->open[s->value - 1].length == length)
		return s;
	for (struct map_slot *f = map_find(&m->by_urb, k->hash, same_urb, m, k); f;
		f = map_find_next(&m->by_urb, f, same_urb, m, k)) {
		const struct open_xfer *o = &m->open[f->value - 1];

		if (o->length == length && o->id < filled)
			filled = o->id;
	}
	while (filled != UINT32_MAX && m->open[s->value - 1].id != filled) {
		lose(m, s);
		s = find_open(m, k);
	}
	return s;
}

/* ---- events ------------------------------------------------------------------------- */

/* All that a submission or completion needs is inlined, across files: the calls and the registers
 * saved for them are a twentieth of all instructions. */
#define EVERY_URB __attribute__((flatten))

/* QEMU's host controllers write a submission each time they poll an IN endpoint that had nothing
 * yet. */
static bool polled_again(const struct open_xfer *o, const struct event *ev)
{
	return ev->capture == CAPTURE_QEMU && ev->type != USB_CONTROL && ev->dir == USB_IN &&
	       o->dir == USB_IN;
}

static EVERY_URB uint32_t on_submit(
	struct model *m, const struct record *rec, const struct event *ev)
{
	struct urb_key k = urb_key(rec, ev);
	struct map_slot *s = find_open(m, &k);

	if (s && polled_again(&m->open[s->value - 1], ev)) {
		struct open_xfer *o = &m->open[s->value - 1];

		if (!o->repolled)
			o->polls = 0;
		o->polls++;
		o->last_poll = (uint32_t)(rec->number - o->first);
		o->repolled = true;
		return o->id;
	}
	if (s && (!by_endpoint(ev) || one_at_a_time(ev)))
		lose(m, s);
	return open_xfer(m, &k)->id;
}

static EVERY_URB uint32_t on_complete(
	struct model *m, const struct record *rec, const struct event *ev)
{
	struct urb_key k = urb_key(rec, ev);
	struct map_slot *s = find_open(m, &k);
	uint32_t n;
	struct xfer x;

	if (s && capture_lacks_empty(ev->capture))
		s = past_empty(m, s, &k);
	if (s && !belongs(m, &m->open[s->value - 1], ev)) {
		lose(m, s);
		s = NULL;
	}
	n = s ? s->value : 0;
	build_blank(&x);
	if (n) {
		map_remove(&m->by_urb, s);
		build_from_open(m, &x, &m->open[n - 1]);
		x.records++;
		/* An IN data stage comes back with the status: without a setup nothing told of it
		 * before. */
		x.seen = m->open[n - 1].flags & OPEN_ACTUAL && !(x.flags & XFER_HAS_SETUP)
				 ? SEEN_COMPLETE
				 : SEEN_BOTH;
	} else {
		build_from_pipe(m, &x, pipe_of(m, rec, ev));
		x.id = (uint32_t)++m->counts.xfers;
		x.records = 1;
		x.first = rec->number;
		x.begin = m->now;
		x.urb = ev->urb.id;
		x.dir = ev->dir;
		x.seen = SEEN_COMPLETE;
		x.transfer_flags = ev->urb.transfer_flags;
		memcpy(x.setup, ev->urb.setup, sizeof(x.setup));
	}
	build_from_completion(m, &x, rec, ev);
	build_conclude(&x, ev->kind);
	if (x.type == USB_CONTROL &&
		m->own_devices) /* a second look at a transfer teaches nothing */
		learn_from(m->devices, &x);
	m->opts.on_xfer(m->opts.ctx, &x);
	if (n)
		close_slot(m, n);
	return x.id;
}

/* A control transfer's data stage; without its setup stage it begins the transfer itself. */
static uint32_t on_data(struct model *m, const struct record *rec, const struct event *ev)
{
	struct urb_key k = urb_key(rec, ev);
	struct map_slot *s = find_open(m, &k);
	struct open_xfer *o;

	if (!s)
		return open_xfer(m, &k)->id;
	o = &m->open[s->value - 1];
	if (o->records < UINT8_MAX)
		o->records++;
	o->last_stage = (uint32_t)(rec->number - o->first);
	if (ev->urb.has & URB_ACTUAL) {
		o->length = ev->urb.length;
		o->flags = (uint16_t)((o->flags & ~OPEN_REQUESTED) | OPEN_ACTUAL);
	}
	keep_payload(m, o, &ev->urb, ev->type == USB_CONTROL);
	return o->id;
}

/* The comment of an injected record goes on " speed=high port=1-2.4" (capture/record.h). */
static void learn_port(struct devices *d, uint32_t instance, const struct record *rec)
{
	static const char key[] = " port=";
	const char *end = rec->comment + rec->comment_len;
	const char *p =
		rec->comment ? memmem(rec->comment, rec->comment_len, key, sizeof(key) - 1) : NULL;
	size_t n = 0;

	if (!p)
		return;
	p += sizeof(key) - 1;
	while (p + n < end && p[n] != ' ')
		n++;
	devices_set_port_path(d, instance, p, n);
	ports_known(d, instance);
}

/* Injected transfers are two or three records in a row; they only teach. */
static __attribute__((noinline)) void on_injected(
	struct model *m, const struct record *rec, const struct event *ev)
{
	const struct urb_event *u = &ev->urb;
	struct xfer x;

	if (ev->kind == EVENT_SUBMIT) {
		m->injected.open = u->has & URB_SETUP;
		m->injected.bus = ev->bus;
		m->injected.device = ev->device;
		memcpy(m->injected.setup, u->setup, sizeof(m->injected.setup));
		return;
	}
	if (!m->injected.open || m->injected.bus != ev->bus || m->injected.device != ev->device ||
		!m->own_devices)
		return;
	build_blank(&x);
	build_from_pipe(m, &x, pipe_of(m, rec, ev));
	x.type = USB_CONTROL;
	x.flags = XFER_HAS_SETUP | XFER_SYNTHETIC;
	x.status = STATUS_OK;
	memcpy(x.setup, m->injected.setup, sizeof(x.setup));
	x.data = (struct span){u->data, u->data_len, u->data_len, u->data_total};
	learn_known(m->devices, &x);
	learn_port(m->devices, x.instance, rec);
}

static uint32_t (*const handler[EVENT_KINDS])(
	struct model *, const struct record *, const struct event *) = {
	[EVENT_SUBMIT] = on_submit,
	[EVENT_COMPLETE] = on_complete,
	[EVENT_ERROR] = on_complete,
	[EVENT_DATA] = on_data,
};

static void count_place(struct model *m, const struct placement *p)
{
	if (p->bin != BIN_NONE)
		m->counts.bins[p->bin]++;
	else
		m->counts.attached++;
}

/* A call of its own, like other rare ways: its registers need not be saved for each URB. */
static __attribute__((noinline)) struct placement feed_bus(
	struct model *m, const struct record *rec, const struct event *ev)
{
	struct placement p;

	if (!m->bus)
		m->bus = bus_new(m, rec->section);
	p = bus_feed(m->bus, rec, ev);
	if (!p.held)
		count_place(m, &p);
	if (p.resolves) {
		m->held = bus_held(m->bus, &m->held_place);
		count_place(m, &m->held_place);
	}
	return p;
}

bool model_held(struct model *m, struct placement *p)
{
	bool held = m->held;

	*p = m->held_place;
	m->held = false;
	return held;
}

struct placement model_feed(struct model *m, const struct record *rec, const struct event *ev)
{
	struct placement p = {.bin = ev->bin};

	m->counts.records++;
	if (rec->has_time) {
		if (!m->started)
			m->start = rec->time;
		m->started = true;
		m->now = rec->time - m->start;
	}
	/* what is broken can lie between the packets of a transaction */
	if (ev->kind == EVENT_PACKET || ev->kind == EVENT_STATE ||
		(m->bus && p.bin == BIN_MALFORMED))
		return feed_bus(m, rec, ev);
	if (p.bin == BIN_NONE && !handler[ev->kind])
		p.bin = BIN_OTHER;
	if (p.bin != BIN_NONE) {
		m->counts.bins[p.bin]++;
		if (p.bin == BIN_INJECTED)
			on_injected(m, rec, ev);
		return p;
	}
	m->counts.attached++;
	if (capture_is_usbpcap(ev->capture))
		note_usbpcap(m, rec, ev->capture);
	p.xfer = handler[ev->kind](m, rec, ev);
	return p;
}

static int by_id(const void *a, const void *b)
{
	uint32_t x = (*(const struct open_xfer *const *)a)->id;
	uint32_t y = (*(const struct open_xfer *const *)b)->id;

	return (x > y) - (x < y);
}

void model_finish(struct model *m)
{
	const struct open_xfer **left = mem_zalloc(m->opens, sizeof(*left));
	size_t n = 0;

	for (size_t i = 0; i < m->opens; i++)
		if (m->open[i].id)
			left[n++] = &m->open[i];
	qsort(left, n, sizeof(*left), by_id);
	for (size_t i = 0; i < n; i++)
		give_up(m, (uint32_t)(left[i] - m->open) + 1, 0);
	free(left);
	if (m->bus) {
		bus_finish(m->bus);
		m->held = bus_held(m->bus, &m->held_place);
		if (m->held)
			count_place(m, &m->held_place);
	}
	map_free(&m->by_urb);
	m->opens = 0;
	m->free = 0;
}

struct devices *model_devices(struct model *m)
{
	return m->devices;
}

const struct model_counts *model_counts(const struct model *m)
{
	return &m->counts;
}

const struct bus_counts *model_bus_counts(const struct model *m)
{
	return m->bus ? bus_counts(m->bus) : NULL;
}

const struct bus_times *model_bus_times(const struct model *m)
{
	return m->bus ? bus_times(m->bus) : NULL;
}

int64_t model_start(const struct model *m)
{
	return m->start;
}
