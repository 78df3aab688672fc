/* episode_iso.c: an isochronous stream: from the alternate setting that makes room for it, through
 * its transfers and the gaps between them, to the setting that gives the room back. */
#include "analysis/episode_impl.h"
#include "base/mem.h"
#include "filter/row.h"
#include "usb/desc.h"

#include <stdlib.h>

enum { SET_CONFIGURATION = 9, SET_INTERFACE = 11 };
enum { MS = 1000000, PAUSE_NS = 1000 * MS }; /* what is silent for longer is another stream */

/* Of an endpoint. */
struct stream {
	struct episode *ep; /* NULL: none runs */
	int64_t begin;	    /* of its first transfer */
	int64_t free;	    /* when the last of its transfers so far had ended */
	int64_t interval, longest;
	uint64_t packets, errors, missed, empty, cancelled, bytes, gaps;
	uint32_t instance;
	uint8_t interface, alternate;
	uint8_t status; /* of the last transfer */
	bool described, refused;
	bool blind;    /* a completion was not recorded: gaps are not known */
	bool alone;    /* QEMU: a record for each packet when its turn comes; no queue to run dry */
	bool inferred; /* bytes */
};

/* The last SET_INTERFACE of a device. */
struct selected {
	int64_t begin, end;
	uint32_t xfer;
	uint8_t interface, alternate;
	bool rebuilt; /* by the capturing program, from an URB's function */
};

struct state {
	struct dense stream, selected;
	uint32_t *open; /* endpoint numbers of streams that run */
	size_t opens, open_cap;
};

static struct stream *stream_of(struct state *s, uint32_t endpoint)
{
	return dense_at(&s->stream, endpoint, sizeof(struct stream));
}

static struct selected *selected_of(struct state *s, uint32_t instance)
{
	return dense_at(&s->selected, instance, sizeof(struct selected));
}

/* ---- the end --------------------------------------------------------------------------------- */

static void say_packets(struct text *t, const struct stream *m)
{
	const struct {
		uint64_t n;
		const char *what;
	} bad[] = {{m->errors, " in error"}, {m->missed, " missed"}, {m->empty, " empty"},
		{m->cancelled, " cancelled"}};

	episode_say_count(t, m->packets, "packet", "packets");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (!bad[i].n)
			continue;
		text_str(t, ", ");
		text_count(t, bad[i].n);
		text_str(t, bad[i].what);
	}
}

static void say(const struct stream *m)
{
	struct text t = episode_text(m->ep);
	int64_t ns = m->free - m->begin;

	if (m->described)
		text_printf(&t, "interface %u alternate %u: ", m->interface, m->alternate);
	if (m->refused && !m->bytes) {
		text_str(&t, "refused at submission: ");
		text_str(&t, status_name((enum status)m->status));
		return;
	}
	if (m->blind && !m->packets) {
		text_str(&t, "completions are not recorded");
		return;
	}
	say_packets(&t, m);
	text_str(&t, m->inferred ? ", ~" : ", ");
	episode_say_bytes(&t, m->bytes);
	if (ns > 0 && m->bytes && m->packets > 1) {
		text_str(&t, m->inferred ? ", ~" : ", ");
		episode_say_bytes(&t, (uint64_t)((double)m->bytes * 1e9 / (double)ns));
		text_str(&t, "/s");
	}
	if (m->blind || m->alone)
		return;
	text_str(&t, "; ");
	if (m->gaps) {
		episode_say_count(&t, m->gaps, "gap", "gaps");
		text_str(&t, ", longest ");
		episode_say_duration(&t, m->longest);
	} else {
		text_str(&t, "no gap");
	}
}

static void end(struct state *s, struct episodes *e, size_t at, const char *outcome, enum tone tone)
{
	struct stream *m = stream_of(s, s->open[at]);

	say(m);
	episode_end(e, m->ep, outcome, tone);
	*m = (struct stream){0};
	s->open[at] = s->open[--s->opens];
}

static size_t place_of(const struct state *s, uint32_t endpoint)
{
	size_t i = 0;

	while (s->open[i] != endpoint)
		i++;
	return i;
}

/* ---- selections ------------------------------------------------------------------------------ */

/* A selection ends what runs on the interface, or on the device. */
static void on_selection(
	struct state *s, struct episodes *e, struct row *row, const struct usb_setup *r)
{
	const struct xfer *x = row->x;
	bool all = r->bRequest == SET_CONFIGURATION;

	for (size_t i = s->opens; i-- > 0;) {
		struct stream *m = stream_of(s, s->open[i]);

		if (m->instance != x->instance ||
			(!all && m->described && m->interface != (uint8_t)r->wIndex))
			continue;
		episode_step(e, m->ep, row, NULL);
		end(s, e, i, m->refused ? "refused" : "stopped", m->refused ? TONE_BAD : TONE_GOOD);
	}
	if (!all)
		*selected_of(s, x->instance) = (struct selected){x->begin, x->end, x->id,
			(uint8_t)r->wIndex, (uint8_t)r->wValue, x->flags & XFER_SETUP_INFERRED};
}

/* ---- the stream ------------------------------------------------------------------------------ */

static void note_selection(struct state *s, struct stream *m)
{
	const struct selected *c = selected_of(s, m->instance);
	char room[STEP_TEXT];
	struct text t;

	if (!c->xfer || !m->described || c->interface != m->interface ||
		c->alternate != m->alternate)
		return;
	text_init(&t, room, sizeof(room));
	text_printf(&t, "%sSET_INTERFACE interface %u alternate %u", c->rebuilt ? "~" : "",
		c->interface, c->alternate);
	episode_earlier(m->ep, c->xfer, c->begin, c->end, room);
}

static void begin(struct state *s, struct episodes *e, struct row *row)
{
	const struct xfer *x = row->x;
	const struct pipe *p = devices_get_pipe(devices_of(row), x->pipe);
	struct stream *m = stream_of(s, x->endpoint_id);
	int64_t interval = p->flags & PIPE_DESCRIBED ? desc_interval_ns((enum usb_speed)p->speed,
							       USB_ISOCHRONOUS, p->bInterval)
						     : 0;

	if (s->opens == EPISODES_OPEN_ENDPOINTS)
		end(s, e, 0, "runs on", TONE_NONE);
	*m = (struct stream){
		.ep = episode_begin(EPISODE_ISO, x, true),
		.begin = x->begin,
		.free = x->begin,
		.interval = interval > MS ? interval : MS,
		.instance = x->instance,
		.interface = p->interface,
		.alternate = p->alternate,
		.described = p->flags & PIPE_DESCRIBED,
		.alone = x->capture == CAPTURE_QEMU,
	};
	note_selection(s, m);
	array_need(s->open, s->opens, s->open_cap);
	s->open[s->opens++] = x->endpoint_id;
}

/* No transfer waited for so long: at least the next interval was empty. */
static void on_gap(struct stream *m, const struct xfer *x)
{
	char room[STEP_TEXT];
	struct text t;

	m->gaps++;
	if (x->begin - m->free > m->longest)
		m->longest = x->begin - m->free;
	text_init(&t, room, sizeof(room));
	text_str(&t, "gap of ");
	episode_say_duration(&t, x->begin - m->free);
	episode_note(m->ep, x->id, m->free, x->begin, room);
}

static void count_table(struct stream *m, const struct xfer *x)
{
	struct iso_sum sum = xfer_iso_sum(x);

	m->packets += sum.packets;
	m->errors += sum.errors;
	m->missed += sum.missed;
	m->empty += sum.empty;
	m->cancelled += sum.cancelled;
	m->bytes += sum.bytes;
}

/* A record is a packet; how much of an OUT packet went is not recorded. */
static void count_alone(struct stream *m, const struct xfer *x)
{
	bool out = x->len == XFER_UNKNOWN && x->dir == USB_OUT && x->status == STATUS_OK;
	int64_t len = out ? x->req_len : x->len;

	m->packets++;
	m->errors += status_is_error((enum status)x->status);
	m->inferred |= out;
	m->bytes += len > 0 ? (uint64_t)len : 0;
	m->empty += len == 0 && x->status == STATUS_OK;
}

static void on_iso(struct state *s, struct episodes *e, struct row *row)
{
	const struct xfer *x = row->x;
	struct stream *m = stream_of(s, x->endpoint_id);

	if (x->status == STATUS_PENDING)
		return;
	if (m->ep && x->begin - m->free > PAUSE_NS) {
		selected_of(s, m->instance)->xfer = 0; /* began the stream that is over */
		end(s, e, place_of(s, x->endpoint_id), "paused", TONE_NONE);
	}
	m = stream_of(s, x->endpoint_id);
	if (!m->ep) {
		begin(s, e, row);
		m = stream_of(s, x->endpoint_id);
		episode_step(e, m->ep, row, "first transfer");
	} else {
		if (!m->blind && !m->alone && x->begin - m->free > m->interval + m->interval / 2)
			on_gap(m, x);
		episode_add(e, m->ep, row);
	}
	m->refused = x->ended == END_REFUSED;
	m->blind |= x->status == STATUS_UNKNOWN;
	m->status = x->status;
	if (m->alone)
		count_alone(m, x);
	else
		count_table(m, x);
	if (x->end > m->free)
		m->free = x->end;
}

static void xfer(void *state, struct episodes *e, struct row *row)
{
	struct state *s = state;
	const struct xfer *x = row->x;
	struct usb_setup r;

	if (x->type == USB_ISOCHRONOUS && x->endpoint_id) {
		on_iso(s, e, row);
		return;
	}
	if (!has_setup(x) || x->status != STATUS_OK || !x->instance)
		return;
	r = usb_setup_parse(x->setup);
	if (!(r.bmRequestType & 0x80) && setup_request_type(r.bmRequestType) == REQUEST_STANDARD &&
		(r.bRequest == SET_CONFIGURATION || r.bRequest == SET_INTERFACE))
		on_selection(s, e, row, &r);
}

static void finish(void *state, struct episodes *e)
{
	struct state *s = state;

	while (s->opens) {
		bool refused = stream_of(s, s->open[0])->refused;

		end(s, e, 0, refused ? "refused" : "runs on", refused ? TONE_BAD : TONE_NONE);
	}
	free(s->open);
	dense_free(&s->stream);
	dense_free(&s->selected);
}

const struct episode_detector episode_iso = {sizeof(struct state), xfer, finish};
