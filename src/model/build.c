/* build.c: transfers put together from what submission, stages and completion told. */
#include "model/model_impl.h"
#include "base/mem.h"

#include <string.h>

void build_blank(struct xfer *x)
{
	mem_clear(x);
	x->status = STATUS_PENDING;
	x->ended = END_EOF;
	x->req_len = x->len = x->naks = x->retries = XFER_UNKNOWN;
}

void build_from_pipe(const struct model *m, struct xfer *x, uint32_t pipe)
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
	[CAPTURE_USBMON_EARLY] = USB_OS_LINUX,
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
void build_from_open(const struct model *m, struct xfer *x, const struct open_xfer *o)
{
	build_from_pipe(m, x, o->pipe);
	x->id = o->id;
	x->records = o->records;
	x->first = o->first;
	x->begin = o->begin;
	x->urb = o->urb;
	x->dir = o->dir;
	x->flags = o->flags & (uint16_t) ~(OPEN_REQUESTED | OPEN_ACTUAL);
	if (!capture_is_usbpcap(o->capture))
		x->transfer_flags = o->transfer_flags;
	if (o->flags & OPEN_REQUESTED)
		x->req_len = o->length;
	if (o->flags & OPEN_ACTUAL)
		x->len = o->length;
	if (o->repolled) {
		x->records += o->polls;
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

/* How it stands without a completion. */
void build_unfinished(const struct model *m, struct xfer *x, const struct open_xfer *o)
{
	x->last = o->first;
	if (capture_is_usbpcap(o->capture))
		x->last += o->last_stage;
	if (o->repolled)
		x->last += o->last_poll;
	x->end = o->begin;
	x->os = os_of[o->capture];
	x->capture = capture_by_now(m, x->section, o->capture);
	x->seen = SEEN_SUBMIT;
}

/* Linux gives back everything with -ESHUTDOWN whatever the reason: a disconnected device is it once
 * its hub told that it is gone (DESIGN section 8). Random access has that from the stream. */
static bool told_gone(const struct model *m, const struct xfer *x)
{
	return x->os == USB_OS_LINUX && x->raw_status == STATUS_LINUX_ESHUTDOWN && x->instance &&
	       m->own_devices &&
	       devices_get_instance(m->devices, x->instance)->presence == DEVICE_GONE;
}

static enum status status_told(const struct model *m, const struct xfer *x, const struct event *ev)
{
	const struct status_code *c;

	if (told_gone(m, x))
		return STATUS_DISCONNECTED;
	if (ev->capture != CAPTURE_QEMU || !x->raw_status)
		return status_canonical(ev->os, x->raw_status);
	c = status_of_qemu(x->raw_status);
	return c ? c->status : STATUS_ERROR;
}

/* What a completion tells about itself, whether or not its submission was seen. */
void build_from_completion(
	struct model *m, struct xfer *x, const struct record *rec, const struct event *ev)
{
	const struct urb_event *u = &ev->urb;

	x->last = rec->number;
	x->end = m->now;
	x->os = ev->os;
	x->capture = capture_by_now(m, rec->section, ev->capture);
	x->flags |= build_flags(u);
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
		x->status = (uint8_t)status_told(m, x, ev);
	} else if (capture_lacks_empty(ev->capture)) {
		x->status = STATUS_OK; /* inferred: it moved data */
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
void build_conclude(struct xfer *x, enum event_kind kind)
{
	if (x->flags & XFER_HAS_SETUP) {
		struct usb_setup s = usb_setup_parse(x->setup);

		x->req_len = s.wLength;
		/* Without a data stage the bit means nothing (USB 2.0 9.3.1); Linux says out. */
		x->dir = s.bmRequestType & 0x80 && s.wLength ? USB_IN : USB_OUT;
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
