/* model.c: URB events → transfers. Submissions and completions are paired by (section, bus, id); a
 * USBPcap control transfer's stages join in between. */
#include "model/model.h"
#include "base/map.h"
#include "base/mem.h"
#include "model/learn.h"
#include "model/payload.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Flags of open transfers beyond XFER_…: what `length` holds. */
enum { OPEN_REQUESTED = 1 << 14, OPEN_ACTUAL = 1 << 15 };

/* An open transfer: one cache line. Section, bus, address, endpoint and speed are found through the
 * pipe. */
struct open_xfer {
	uint64_t urb, first;
	int64_t begin;
	union {
		uint8_t setup[8]; /* control */
		struct {
			uint32_t packets; /* isochronous */
			int32_t interval; /* isochronous, interrupt */
		};
		uint32_t stream;   /* bulk */
		uint16_t function; /* request */
		struct {
			uint32_t polls;	    /* QEMU: further submissions, */
			uint32_t last_poll; /* and how far the last one is from the first */
		};
	};
	uint32_t id;		/* 0: a free slot */
	uint32_t pipe;		/* of a free slot: the next free one */
	uint32_t length;	/* OPEN_REQUESTED: asked for; OPEN_ACTUAL: of the data stage */
	uint32_t captured;	/* payload bytes in the capture so far */
	uint32_t payload, kept; /* pool handle, bytes in it */
	union {
		uint32_t transfer_flags;
		uint32_t last_stage; /* USBPcap has none: how far the latest stage is from the first
				      */
	};
	uint16_t flags;
	uint8_t records;
	uint8_t dir : 2, capture : 4 /* enum capture_kind */, repolled : 1;
};
static_assert(sizeof(struct open_xfer) == 64, "memory per pending transfer (DESIGN section 5)");
static_assert(CAPTURE_KINDS <= 16, "open_xfer.capture");

struct model {
	struct model_opts opts;
	struct devices *devices, *own_devices;
	struct open_xfer *open;
	size_t opens, open_cap;
	uint32_t free; /* slot number + 1 */
	struct map by_urb;
	struct payload_pool pool;
	struct model_counts counts;
	int64_t start, now;
	bool started;
	/* The request of an injected transfer whose answer comes next. */
	struct {
		uint8_t setup[8];
		uint16_t bus, device;
		bool open;
	} injected;
	/* The latest USBPcap generation that records of this section (number + 1) prove. */
	uint32_t usbpcap_section;
	uint8_t usbpcap;
};

struct urb_key {
	const struct record *rec;
	const struct event *ev;
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
	map_free(&m->by_urb);
	payload_free(&m->pool);
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

static uint8_t capture_by_now(const struct model *m, uint32_t section, uint8_t capture)
{
	return capture_is_usbpcap(capture) && m->usbpcap_section == section + 1 ? m->usbpcap
										: capture;
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
 * (sys/dev/usb/usb_transfer.c, usb_command_wrapper and usbd_pipe_start). */
static bool one_at_a_time(const struct event *ev)
{
	return ev->capture == CAPTURE_FREEBSD;
}

static bool same_urb(const void *owner, uint32_t value, const void *key)
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
	       (!by_endpoint(k->ev) ||
		       (i->address == k->ev->device && p->endpoint == k->ev->endpoint &&
			       (p->type == USB_CONTROL || p->dir == k->ev->dir)));
}

static uint32_t urb_hash(const struct record *rec, const struct event *ev)
{
	uint64_t endpoint = by_endpoint(ev) ? (uint64_t)ev->device << 8 | ev->endpoint : 0;

	return map_hash(
		ev->urb.id ^ (uint64_t)ev->bus << 48 ^ (uint64_t)rec->section << 40 ^ endpoint);
}

/* Without ids several transfers of an endpoint can be open: the oldest comes first. */
static struct map_slot *find_open(struct model *m, const struct record *rec, const struct event *ev)
{
	struct urb_key k = {rec, ev};
	struct map_slot *first = map_find(&m->by_urb, urb_hash(rec, ev), same_urb, m, &k);

	if (!first || !by_endpoint(ev))
		return first;
	for (struct map_slot *s = first; (s = map_find_next(&m->by_urb, s, same_urb, m, &k));)
		if (m->open[s->value - 1].id < m->open[first->value - 1].id)
			first = s;
	return first;
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

static void keep_payload(
	struct model *m, struct open_xfer *o, const struct urb_event *u, bool control)
{
	o->captured += u->data_len;
	/* control data teaches the device model, whoever wants it */
	if ((!m->opts.payload && !control) || !u->data_len || o->payload)
		return;
	o->payload = payload_keep(&m->pool, u->data, u->data_len, &o->kept);
}

static uint16_t flags_of(const struct urb_event *u)
{
	return (uint16_t)(u->has & ~(URB_REQUESTED | URB_ACTUAL));
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

static struct open_xfer *open_xfer(
	struct model *m, const struct record *rec, const struct event *ev)
{
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
	o->flags = flags_of(u) & (uint16_t)~XFER_HAS_STATUS;
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
	map_insert(&m->by_urb, urb_hash(rec, ev), n);
	return o;
}

/* ---- building the transfer ---------------------------------------------------------- */

static void xfer_blank(struct xfer *x)
{
	mem_clear(x);
	x->status = STATUS_PENDING;
	x->ended = END_EOF;
	x->req_len = x->len = x->naks = x->retries = XFER_UNKNOWN;
}

static void from_pipe(const struct model *m, struct xfer *x, uint32_t pipe)
{
	const struct pipe *p = devices_get_pipe(m->devices, pipe);
	const struct instance *i = devices_get_instance(m->devices, p->instance);

	x->pipe = pipe;
	x->instance = p->instance;
	x->endpoint_id = p->endpoint_id;
	x->section = i->section;
	x->bus = i->bus;
	x->device = i->address;
	x->speed = p->speed;
	x->endpoint = p->endpoint;
	x->type = p->type;
}

static const uint8_t os_of[CAPTURE_KINDS] = {
	[CAPTURE_USBMON] = USB_OS_LINUX,
	[CAPTURE_USBMON_48] = USB_OS_LINUX,
	[CAPTURE_USBMON_TEXT_U] = USB_OS_LINUX,
	[CAPTURE_USBMON_TEXT_T] = USB_OS_LINUX,
	[CAPTURE_QEMU] = USB_OS_LINUX,
	[CAPTURE_SIGROK] = USB_OS_LINUX,
	[CAPTURE_USBPCAP] = USB_OS_WINDOWS,
	[CAPTURE_USBPCAP_1_0] = USB_OS_WINDOWS,
	[CAPTURE_USBPCAP_1_4] = USB_OS_WINDOWS,
	[CAPTURE_USBPCAP_1_5] = USB_OS_WINDOWS,
	[CAPTURE_DARWIN] = USB_OS_DARWIN,
	[CAPTURE_FREEBSD] = USB_OS_FREEBSD,
};

/* All that the submission (and the data stage) told. */
static void from_open(const struct model *m, struct xfer *x, const struct open_xfer *o)
{
	from_pipe(m, x, o->pipe);
	x->id = o->id;
	x->records = o->records;
	x->first = x->last = o->first;
	x->begin = x->end = o->begin;
	x->urb = o->urb;
	x->dir = o->dir;
	x->os = os_of[o->capture];
	x->capture = capture_by_now(m, x->section, o->capture);
	x->seen = SEEN_SUBMIT;
	x->flags = o->flags & (uint16_t) ~(OPEN_REQUESTED | OPEN_ACTUAL);
	if (capture_is_usbpcap(o->capture))
		x->last += o->last_stage;
	else
		x->transfer_flags = o->transfer_flags;
	if (o->flags & OPEN_REQUESTED)
		x->req_len = o->length;
	if (o->flags & OPEN_ACTUAL)
		x->len = o->length;
	if (o->repolled) {
		x->records += o->polls;
		x->last += o->last_poll;
	} else if (x->type == USB_CONTROL) {
		memcpy(x->setup, o->setup, sizeof(x->setup));
	} else if (x->type == USB_BULK) {
		x->stream = o->stream;
	} else if (x->type == USB_REQUEST) {
		x->function = o->function;
	} else {
		x->iso.packets = o->packets;
		x->interval = o->interval;
	}
	x->data.data = o->payload ? payload_data(&m->pool, o->payload) : NULL;
	x->data.kept = o->kept;
	x->data.captured = x->data.total = o->captured;
	if (o->flags & (OPEN_REQUESTED | OPEN_ACTUAL) && o->dir == USB_OUT &&
		o->length > o->captured)
		x->data.total = o->length;
}

/* What a completion tells about itself, whether or not its submission was seen. */
static void from_completion(
	struct model *m, struct xfer *x, const struct record *rec, const struct event *ev)
{
	const struct urb_event *u = &ev->urb;

	x->last = rec->number;
	x->end = m->now;
	x->os = ev->os;
	x->capture = capture_by_now(m, rec->section, ev->capture);
	x->flags |= flags_of(u);
	if (u->has & URB_ACTUAL)
		x->len = u->length;
	if (u->has & URB_INTERVAL)
		x->interval = u->interval;
	if (u->has & URB_STREAM)
		x->stream = u->stream;
	/* it may change on the way; a request is what it was submitted as */
	if (u->has & URB_FUNCTION && (x->seen == SEEN_COMPLETE || x->type != USB_REQUEST))
		x->function = u->function;
	x->start_frame = u->start_frame;
	if (u->has & URB_STATUS) {
		x->raw_status = u->raw_status;
		x->status = (uint8_t)status_canonical(ev->os, u->raw_status);
	}
	if (u->iso.layout != ISO_NONE &&
		ev->kind != EVENT_ERROR) /* a refusal has no packet table */
		x->iso = u->iso;
	if (u->data_len || (u->data_total && ev->dir == USB_IN)) {
		x->data = (struct span){u->data, u->data_len, u->data_len, u->data_total};
	} else if (x->iso.layout != ISO_NONE) {
		x->iso.data = x->data.data;
		x->iso.data_len = x->data.data ? x->data.kept : x->data.captured;
	}
	/* A status stage without a data stage: nothing came. */
	if (x->len == XFER_UNKNOWN && capture_is_usbpcap(ev->capture) && x->type == USB_CONTROL &&
		x->dir == USB_IN && x->seen == SEEN_BOTH)
		x->len = 0;
}

/* How many bytes were asked for, which way they went, and how it ended: rules over what is known.
 */
static void conclude(struct xfer *x, enum event_kind kind)
{
	if (x->flags & XFER_HAS_SETUP) {
		struct usb_setup s = usb_setup_parse(x->setup);

		x->req_len = s.wLength;
		x->dir = s.bmRequestType & 0x80 ? USB_IN : USB_OUT; /* USB 2.0 table 9-2 */
	}
	if (kind == EVENT_ERROR) {
		x->ended = END_REFUSED;
	} else if (x->status == STATUS_OK) {
		bool less = x->len != XFER_UNKNOWN && x->len < x->req_len;

		x->ended = END_COMPLETE;
		if (less && x->dir == USB_IN && x->type != USB_ISOCHRONOUS) {
			x->flags |= XFER_SHORT;
			x->ended = x->len || x->type == USB_CONTROL ? END_SHORT : END_ZLP;
		}
	} else if (x->status == STATUS_UNKNOWN) {
		x->ended = END_UNKNOWN;
	} else if (x->status == STATUS_PENDING) {
		x->ended = x->flags & XFER_LOST_COMPLETION ? END_LOST
			   : kind == EVENT_COMPLETE	   ? END_COMPLETE
							   : END_EOF;
	} else {
		x->ended = x->status == STATUS_STALL   ? END_STALL
			   : x->status == STATUS_SHORT ? END_SHORT
			   : x->status == STATUS_CANCELLED || x->status == STATUS_DISCONNECTED
				   ? END_CANCELLED
				   : END_ERROR;
	}
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
 * is not known, though that it did is where its IRP serves again. */
static bool end_unrecorded(const struct xfer *x, bool over)
{
	return capture_is_usbpcap(x->capture) && x->capture < CAPTURE_USBPCAP_1_4 &&
	       (over || (one_end_type(x->type) && x->dir == USB_OUT));
}

/* A transfer whose completion did not come: still pending at the end of the capture, or lost. */
static void give_up(struct model *m, uint32_t n, uint16_t lost)
{
	struct xfer x;

	xfer_blank(&x);
	from_open(m, &x, &m->open[n - 1]);
	if (end_unrecorded(&x, lost))
		x.status = STATUS_UNKNOWN;
	else
		x.flags |= lost;
	conclude(&x, EVENT_SUBMIT);
	m->opts.on_xfer(m->opts.ctx, &x);
}

static void lose(struct model *m, struct map_slot *s)
{
	uint32_t n = s->value;

	map_remove(&m->by_urb, s);
	give_up(m, n, XFER_LOST_COMPLETION);
	close_slot(m, n);
}

/* One IRP serves several URBs in turn: a completion on another endpoint is not this one's. What
 * kind a request without an endpoint was may change in between. */
static bool belongs(const struct model *m, const struct open_xfer *o, const struct event *ev)
{
	const struct pipe *p = devices_get_pipe(m->devices, o->pipe);

	if (p->type == USB_REQUEST || ev->type == USB_REQUEST || p->endpoint == USB_NO_ENDPOINT ||
		ev->endpoint == USB_NO_ENDPOINT)
		return true;
	return p->endpoint == ev->endpoint &&
	       (o->dir == ev->dir || p->type == USB_CONTROL || o->dir == USB_DIR_UNKNOWN ||
		       ev->dir == USB_DIR_UNKNOWN);
}

/* ---- events ------------------------------------------------------------------------- */

/* QEMU's host controllers write a submission each time they poll an IN endpoint that had nothing
 * yet. */
static bool polled_again(const struct open_xfer *o, const struct event *ev)
{
	return ev->capture == CAPTURE_QEMU && ev->type != USB_CONTROL && ev->dir == USB_IN &&
	       o->dir == USB_IN;
}

static uint32_t on_submit(struct model *m, const struct record *rec, const struct event *ev)
{
	struct map_slot *s = find_open(m, rec, ev);

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
	return open_xfer(m, rec, ev)->id;
}

static uint32_t on_complete(struct model *m, const struct record *rec, const struct event *ev)
{
	struct map_slot *s = find_open(m, rec, ev);
	uint32_t n;
	struct xfer x;

	if (s && !belongs(m, &m->open[s->value - 1], ev)) {
		lose(m, s);
		s = NULL;
	}
	n = s ? s->value : 0;
	xfer_blank(&x);
	if (n) {
		map_remove(&m->by_urb, s);
		from_open(m, &x, &m->open[n - 1]);
		x.records++;
		/* An IN data stage comes back with the status: without a setup nothing told of it
		 * before. */
		x.seen = m->open[n - 1].flags & OPEN_ACTUAL && !(x.flags & XFER_HAS_SETUP)
				 ? SEEN_COMPLETE
				 : SEEN_BOTH;
	} else {
		from_pipe(m, &x, pipe_of(m, rec, ev));
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
	from_completion(m, &x, rec, ev);
	conclude(&x, ev->kind);
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
	struct map_slot *s = find_open(m, rec, ev);
	struct open_xfer *o;

	if (!s)
		return open_xfer(m, rec, ev)->id;
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

/* Injected transfers are two or three records in a row; they only teach. */
static void on_injected(struct model *m, const struct record *rec, const struct event *ev)
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
	xfer_blank(&x);
	from_pipe(m, &x, pipe_of(m, rec, ev));
	x.type = USB_CONTROL;
	x.flags = XFER_HAS_SETUP | XFER_SYNTHETIC;
	x.status = STATUS_OK;
	memcpy(x.setup, m->injected.setup, sizeof(x.setup));
	x.data = (struct span){u->data, u->data_len, u->data_len, u->data_total};
	learn_known(m->devices, &x);
}

static uint32_t (*const handler[EVENT_KINDS])(
	struct model *, const struct record *, const struct event *) = {
	[EVENT_SUBMIT] = on_submit,
	[EVENT_COMPLETE] = on_complete,
	[EVENT_ERROR] = on_complete,
	[EVENT_DATA] = on_data,
};

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

int64_t model_start(const struct model *m)
{
	return m->start;
}
