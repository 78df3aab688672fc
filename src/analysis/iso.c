/* iso.c: transfers go to the streams they belong to: when streams begin and end. */
#include "analysis/iso_impl.h"
#include "base/mem.h"
#include "usb/desc.h"

#include <stdlib.h>

struct iso *iso_new(void)
{
	return mem_zalloc(1, sizeof(struct iso));
}

static void stream_free(struct iso_stream *s)
{
	timeline_free(&s->late);
	timeline_free(&s->rate);
	hist_free(&s->reserve);
	hist_free(&s->phase);
	iso_sizes_free(&s->sizes);
	free(s);
}

void iso_free(struct iso *s)
{
	/* A stream that is not told is in no list but that of the open ones. */
	for (size_t i = 0; i < s->opens; i++)
		if (s->open[i] && s->open[i]->number > ISO_STREAMS)
			stream_free(s->open[i]);
	for (size_t i = 0; i < s->streams; i++)
		stream_free(s->stream[i]);
	free(s->stream);
	free(s->open);
	iso_wire_free(s);
	free(s);
}

/* ---- beginning and ending ----------------------------------------------------------- */

/* Computes what needs the single events, and lets go of them. */
static void end_stream(struct iso *all, struct iso_stream *s)
{
	all->open[s->endpoint_id - 1] = NULL;
	if (s->number > ISO_STREAMS) {
		stream_free(s);
		return;
	}
	iso_place_end(s);
	s->late_result = timeline_result(&s->late, iso_quantum(all));
	s->rate_result = timeline_result(&s->rate, 1);
	s->bars_to = s->late_result.p99 > 0 ? s->late_result.p99 * 1.25 : 1;
	timeline_histogram(&s->late, &s->late_result, s->bars_to, s->bars, ISO_BARS);
	s->pattern = iso_sizes_pattern(&s->sizes);
	timeline_drop_points(&s->late);
	timeline_free(&s->rate);
	free(s->sizes.kept);
	s->sizes.kept = NULL;
}

/* By descriptors as they are known when the stream begins. */
static void describe(struct iso_stream *s, const struct pipe *p)
{
	struct desc_endpoint e = {.wMaxPacketSize = p->wMaxPacketSize};
	int64_t interval = desc_interval_ns(p->speed, USB_ISOCHRONOUS, p->bInterval);

	s->speed = p->speed;
	if (s->speed != USB_SPEED_UNKNOWN)
		s->unit = s->speed >= USB_HIGH ? ISO_MICROFRAME : ISO_FRAME;
	if (!(p->flags & PIPE_DESCRIBED))
		return;
	s->largest = desc_endpoint_packet(&e) * desc_endpoint_transactions(&e);
	s->is_feedback = iso_feedback_of(p);
	if (s->unit && interval > 0)
		s->step = (uint32_t)(interval / s->unit);
	else if (p->bInterval >= 1 && p->bInterval <= 16)
		s->step = 1u << (p->bInterval - 1);
}

static bool is_wire(const struct xfer *x)
{
	return x->capture == CAPTURE_BUS || x->capture == CAPTURE_BUS_ANY_SPEED;
}

static struct iso_stream *begin_stream(struct iso *all, const struct run *r, const struct xfer *x)
{
	struct iso_stream *s = mem_zalloc(1, sizeof(*s));

	s->number = (uint32_t)(all->streams + all->untold) + 1;
	s->pipe = x->pipe;
	s->endpoint_id = x->endpoint_id;
	s->dir = x->dir;
	s->capture = x->capture;
	s->wire = is_wire(x);
	s->queue_seen = observe(x->capture, ASPECT_QUEUE) != OBSERVED_ABSENT;
	s->begin = x->begin;
	s->modulus = 1024;
	describe(s, devices_get_pipe(model_devices(r->model), x->pipe));
	if (x->flags & XFER_HAS_INTERVAL && x->interval > 0 && x->interval <= ISO_STEP_MAX)
		s->step = (uint32_t)x->interval;
	timeline_init(&s->late, (double)s->unit);
	timeline_init(&s->rate, 0);
	if (all->streams < ISO_STREAMS) {
		array_need(all->stream, all->streams, all->stream_cap);
		all->stream[all->streams++] = s;
	} else {
		all->untold++;
	}
	return s;
}

/* ---- which stream ------------------------------------------------------------------- */

static bool is_other_pipe(const struct run *r, const struct iso_stream *s, const struct xfer *x)
{
	const struct devices *d = model_devices(r->model);
	const struct pipe *a = devices_get_pipe(d, s->pipe), *b = devices_get_pipe(d, x->pipe);

	return s->pipe != x->pipe && a->flags & b->flags & PIPE_DESCRIBED &&
	       (a->configuration != b->configuration || a->alternate != b->alternate);
}

/* Nothing of it was on its way when x began, and it had been cancelled, or long been silent. */
static bool is_over(const struct run *r, const struct iso_stream *s, const struct xfer *x)
{
	int64_t silence = ISO_SILENT_INTERVALS * s->unit * s->step;

	if (is_other_pipe(r, s, x))
		return true;
	if (!s->last_end || x->begin <= s->last_end)
		return false;
	return s->cancelled ||
	       x->begin - s->last_end >= (silence > ISO_SILENCE ? silence : ISO_SILENCE);
}

static struct iso_stream *stream_of(struct iso *all, const struct run *r, const struct xfer *x)
{
	struct iso_stream **at;

	while (all->opens < x->endpoint_id) {
		array_need(all->open, all->opens, all->open_cap);
		all->open[all->opens++] = NULL;
	}
	at = &all->open[x->endpoint_id - 1];
	if (*at && is_over(r, *at, x))
		end_stream(all, *at);
	if (!*at)
		*at = begin_stream(all, r, x);
	return *at;
}

/* SET_INTERFACE and SET_CONFIGURATION (USB 2.0 9.4.10, 9.4.7) end what ran before. */
static void on_control(struct iso *all, const struct run *r, const struct xfer *x)
{
	enum { STANDARD = 0x60, SET_CONFIGURATION = 9, SET_INTERFACE = 11 };
	const struct devices *d = model_devices(r->model);
	struct usb_setup setup = usb_setup_parse(x->setup);
	bool interface = setup.bRequest == SET_INTERFACE;

	if (!(x->flags & XFER_HAS_SETUP) || setup.bmRequestType & STANDARD ||
		x->status != STATUS_OK || !(interface || setup.bRequest == SET_CONFIGURATION))
		return;
	for (size_t i = 0; i < all->opens; i++) {
		const struct pipe *p =
			all->open[i] ? devices_get_pipe(d, all->open[i]->pipe) : NULL;

		if (p && p->instance == x->instance &&
			(!interface || !(p->flags & PIPE_DESCRIBED) ||
				p->interface == (setup.wIndex & 0xff)))
			end_stream(all, all->open[i]);
	}
}

/* ---- transfers ---------------------------------------------------------------------- */

/* False: it never was on the bus. */
static bool count_outcome(struct iso_stream *s, const struct xfer *x)
{
	s->urbs++;
	s->cancelled = x->ended == END_CANCELLED;
	if (x->ended == END_REFUSED)
		s->refused++;
	else if (x->status == STATUS_PENDING || x->status == STATUS_UNKNOWN)
		s->pending++;
	else if (x->ended == END_CANCELLED)
		s->cancelled_urbs++;
	else if (x->status == STATUS_OK)
		s->ok++;
	else
		s->failed_urbs++;
	return x->ended != END_REFUSED && x->status != STATUS_PENDING &&
	       x->status != STATUS_UNKNOWN;
}

static void on_isochronous(struct iso *all, const struct run *r, const struct xfer *x)
{
	struct iso_stream *s = stream_of(all, r, x);
	struct iso_urb u = {.begin = x->begin,
		.end = x->end,
		.record = x->first,
		.frame = x->start_frame,
		.has_frame = x->flags & XFER_HAS_FRAME && x->start_frame >= 0,
		.has_queue = x->seen == SEEN_BOTH,
		.timed = x->status == STATUS_OK,
		.position = -1};

	if (!count_outcome(s, x)) {
		if (!s->done && x->ended != END_REFUSED && x->begin > s->end)
			s->end = x->begin; /* all that is known of it so far */
		return;
	}
	if (s->wire)
		iso_wire_count(all, s, x, &u);
	else
		iso_count(s, x, &u);
	s->partly += u.failed && x->status == STATUS_OK;
	s->end = x->end;
	iso_windows_rules(s, x);
	if (x->ended != END_CANCELLED)
		iso_place(s, &u);
	else if (x->end > s->last_end)
		s->last_end = x->end;
}

/* A token that the capture's end cut off is no interval yet. */
static bool is_interval(const struct xfer *x)
{
	return !is_wire(x) || x->iso.packets;
}

static void on_xfer(void *self, struct run *r, struct row *row)
{
	if (row->x->type == USB_CONTROL)
		on_control(self, r, row->x);
	else if (row->x->type == USB_ISOCHRONOUS && row->x->endpoint_id && is_interval(row->x))
		on_isochronous(self, r, row->x);
}

struct consumer iso_consumer(struct iso *s)
{
	return (struct consumer){.self = s,
		.payload = true,
		.record = iso_wire_record,
		.transaction = iso_wire_transaction,
		.xfer = on_xfer};
}

/* ---- the report --------------------------------------------------------------------- */

void iso_report(struct iso *s, struct run *r, struct emit *e)
{
	struct iso_result *result;

	for (size_t i = 0; i < s->opens; i++)
		if (s->open[i])
			end_stream(s, s->open[i]);
	iso_wire_end(s);
	result = mem_zalloc(s->streams + 1, sizeof(*result));
	for (size_t i = 0; i < s->streams; i++)
		iso_result(&result[i], s, s->stream[i], model_devices(r->model));
	emit_begin(e, NULL, NULL);
	iso_report_text(s, result, s->streams, r, e);
	iso_report_tables(s, result, s->streams, r, e);
	emit_end(e);
	free(result);
}
