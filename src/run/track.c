/* track.c: transfers → decoders' track. */
#include "run/track.h"
#include "usb/request.h"

enum { SET_CONFIGURATION = 9, SET_INTERFACE = 11 };

struct exchange *track_bound(
	struct tracker *t, const struct xfer *x, uint8_t decoder, uint8_t function)
{
	const struct decoder *d = decoders[decoder - 1];
	struct track track = {.x = x, .devices = t->devices, .teach = t->teach ? t->devices : NULL};
	struct xfer clipped;

	if (!d->track)
		return NULL;
	/* the same with and without payload, from a stream and at random */
	if (x->data.kept > TRACK_BYTES && x->type != USB_CONTROL) {
		clipped = *x;
		clipped.data.kept = TRACK_BYTES;
		track.x = &clipped;
	}
	exchanges_track(t->all, &track, function, decoder, d->state_size);
	d->track(&track);
	return exchanges_joined(&track);
}

/* A configuration or alternate setting that is selected begins anew (USB 2.0 9.1.1.5, 9.4.10). */
static void begin_anew(struct tracker *t, const struct xfer *x)
{
	struct usb_setup s = usb_setup_parse(x->setup);
	struct pipe part;

	if (x->status != STATUS_OK || s.bmRequestType & 0x80 ||
		setup_request_type(s.bmRequestType) != REQUEST_STANDARD)
		return;
	if (s.bRequest == SET_CONFIGURATION)
		exchanges_forget(t->all, x->instance, -1);
	else if (s.bRequest == SET_INTERFACE &&
		 devices_pipe_of_interface(t->devices, devices_get_pipe(t->devices, x->pipe),
			 (uint8_t)s.wIndex, &part))
		exchanges_forget(t->all, x->instance, part.function);
}

/* Content that was certain tells what the device's other endpoints carry. A request tells it only
 * when the device took it. */
static void teach_content(struct tracker *t, const struct xfer *x, const struct bound *b)
{
	if (x->type != USB_CONTROL)
		devices_set_content(t->devices, x->instance, x->type, b->number);
	else if (b->decoder->sniff_binds && x->status == STATUS_OK)
		devices_set_content(t->devices, x->instance, b->decoder->sniff_binds, b->number);
}

struct exchange *track_xfer(struct tracker *t, const struct xfer *x)
{
	const struct pipe *p = devices_get_pipe(t->devices, x->pipe);
	struct bound b;
	uint8_t now;

	if (x->type != USB_CONTROL && p->decoder)
		return track_bound(t, x, p->decoder, decoder_function(decoders[p->decoder - 1], p));
	/* most transfers of most captures: nothing can be said of them */
	if (x->type != USB_CONTROL &&
		(p->flags & PIPE_DESCRIBED || !x->data.kept || x->data.captured > TRACK_BYTES))
		return NULL;
	b = decoder_bound(t->decode, x);
	if (x->type == USB_CONTROL && x->flags & XFER_HAS_SETUP)
		begin_anew(t, x);
	if (!b.number)
		return NULL;
	if (b.sniffed && t->teach)
		teach_content(t, x, &b);
	/* which alternate setting a control request meets only the stream tells */
	now = x->type == USB_CONTROL ? exchanges_decoder(t->all, x->instance, b.function) : 0;
	return track_bound(t, x, now ? now : b.number, b.function);
}
