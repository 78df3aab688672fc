/* iso_wire.c: isochronous intervals as the bus shows them: their place in the frame, the sequence
 * of PIDs of those with several packets, and the clock that SOFs are. */
#include "analysis/iso_impl.h"
#include "base/mem.h"
#include "usb/pid.h"

#include <stdlib.h>
#include <string.h>

enum { SUSPEND = 3000000 }; /* ns of silence (USB 2.0 7.1.7.6) */

/* ---- SOFs --------------------------------------------------------------------------- */

/* High speed repeats each frame number eight times (USB 2.0 8.4.3.1). */
static int64_t sof_unit(struct iso_sof *f, const struct event *ev, int64_t since)
{
	if (ev->speed != USB_SPEED_UNKNOWN)
		f->speed = ev->speed;
	else if (f->seen && ev->packet.frame == f->frame)
		f->speed = USB_HIGH;
	else if (f->seen && !f->speed)
		f->speed = since > ISO_FRAME / 2 ? USB_FULL : USB_HIGH;
	return f->speed == USB_HIGH ? ISO_MICROFRAME : ISO_FRAME;
}

/* (Micro)frames since the SOF before: clocks do not differ by so much that time could not tell. */
static int64_t steps(int64_t since, int64_t unit)
{
	const int64_t hour = (int64_t)3600 * 1000000000;
	int64_t step = since / unit + (since % unit > unit / 2);

	return since < 0 || since > hour || step < 1 ? 1 : step;
}

/* Endpoints of full speed behind a hub of high speed have their interval in frames. */
static void next_frame(struct iso_sof *f, int64_t now)
{
	f->frame_position += f->seen ? steps(now - f->frame_time, ISO_FRAME) : 1;
	f->frame_time = now;
}

/* Behind a reset or a suspend frames begin anew. The longest stretch is the measure. */
static void begin_clock(struct iso_sof *f)
{
	if (f->clock.n > f->longest.n) {
		timeline_free(&f->longest);
		f->longest = f->clock;
	} else {
		timeline_free(&f->clock);
	}
	timeline_init(&f->clock, (double)f->unit);
}

static void add_sof(struct iso *s, int64_t now, const struct event *ev)
{
	struct iso_sof *f = &s->sof;

	f->unit = sof_unit(f, ev, now - f->time);
	if (!f->seen || now - f->time >= SUSPEND)
		begin_clock(f);
	f->position += f->seen ? steps(now - f->time, f->unit) : 1;
	if (!f->seen || ev->packet.frame != f->frame)
		next_frame(f, now);
	f->seen = true;
	f->n++;
	f->time = now;
	f->frame = ev->packet.frame;
	timeline_add(&f->clock, now, f->position, (double)now);
}

void iso_wire_record(void *self, struct run *r, const struct run_record *rr)
{
	struct iso *s = self;

	s->fine |= rr->rec->has_time && rr->rec->time % 1000;
	if (rr->ev->kind == EVENT_PACKET && rr->ev->bin == BIN_SOF && rr->rec->has_time)
		add_sof(s, rr->rec->time - model_start(r->model), rr->ev);
}

/* ---- transactions ------------------------------------------------------------------- */

static struct iso_interval *interval_of(
	struct iso *s, uint16_t device, uint8_t endpoint, uint8_t dir)
{
	struct iso_interval **at =
		&s->interval[(device & 127u) * 32 + (endpoint & 15u) * 2 + (dir == USB_IN)];

	if (!*at)
		*at = mem_zalloc(1, sizeof(**at));
	return *at;
}

void iso_wire_transaction(void *self, struct run *r, const struct transaction *t)
{
	struct iso *s = self;
	const struct iso_sof *f = &s->sof;
	struct iso_interval *i;

	(void)r;
	if (t->type != USB_ISOCHRONOUS)
		return;
	i = interval_of(s, t->device, t->endpoint, t->dir);
	if (i->xfer != t->xfer) {
		bool framed = f->seen && t->begin - f->time < 2 * f->unit;

		*i = (struct iso_interval){.xfer = t->xfer,
			.begin = t->begin,
			.position = framed ? f->position : -1,
			.frame = framed ? f->frame_position : -1,
			.phase = framed ? t->begin - f->time : -1,
			.all_ok = true};
	}
	i->split |= t->split;
	i->all_ok &= t->result == RESULT_OK;
	if (i->n < ISO_PIDS)
		i->pids[i->n] = t->data_pid;
	i->n += i->n < UINT8_MAX;
}

/* ---- high bandwidth ----------------------------------------------------------------- */

/* Data PIDs of an interval of one, two and three packets (USB 2.0 5.9.2). */
static const uint8_t in_pids[ISO_PIDS][ISO_PIDS] = {
	{PID_DATA0}, {PID_DATA1, PID_DATA0}, {PID_DATA2, PID_DATA1, PID_DATA0}};
static const uint8_t out_pids[ISO_PIDS][ISO_PIDS] = {
	{PID_DATA0}, {PID_MDATA, PID_DATA1}, {PID_MDATA, PID_MDATA, PID_DATA2}};

static bool is_sequence(const struct iso_interval *i, uint8_t dir)
{
	const uint8_t(*good)[ISO_PIDS] = dir == USB_IN ? in_pids : out_pids;

	return i->n <= ISO_PIDS && !memcmp(i->pids, good[i->n - 1], i->n);
}

/* Only at high speed: at full speed a receiver takes DATA0 and DATA1 alike (8.5.5). */
static void check_sequence(struct iso_stream *s, const struct xfer *x, const struct iso_interval *i)
{
	struct text t;

	if (i->split || !i->all_ok || !i->n || s->speed != USB_HIGH || is_sequence(i, x->dir) ||
		s->sequence++)
		return;
	s->sequence_first = x->first;
	text_init(&t, s->wrong_pids, sizeof(s->wrong_pids));
	for (unsigned k = 0; k < i->n && k < ISO_PIDS; k++) {
		text_str(&t, k ? " " : "");
		text_str(&t, i->pids[k] ? pid_row(i->pids[k])->name : "none");
	}
}

/* ---- intervals ---------------------------------------------------------------------- */

static void count_data(struct iso_stream *s, const struct xfer *x, struct iso_urb *u)
{
	uint32_t len = (uint32_t)x->len;
	const uint8_t *bytes = x->data.kept == len ? x->data.data : NULL;
	uint64_t before = s->feedback.n;

	s->done++;
	s->bytes += len;
	s->empty += !len;
	s->short_packets += len && s->largest && len < s->largest;
	s->full += s->largest && len >= s->largest;
	iso_sizes_add(&s->sizes, len);
	u->good = 1;
	u->good_bytes = len;
	timeline_note(&s->late, u->end, NOTE_BYTES, len);
	if (s->is_feedback && (bytes || !len))
		iso_feedback_add(&s->feedback, bytes, len);
	if (s->feedback.n > before)
		iso_note_feedback(s, u->end);
}

void iso_wire_count(struct iso *all, struct iso_stream *s, const struct xfer *x, struct iso_urb *u)
{
	const struct iso_interval unseen = {
		.begin = x->begin, .position = -1, .frame = -1, .phase = -1};
	const struct iso_interval *i = interval_of(all, x->device, x->endpoint, x->dir);

	if (i->xfer != x->id)
		i = &unseen;
	u->end = i->begin;
	u->packets = 1;
	u->position = s->unit == ISO_FRAME ? i->frame : i->position;
	s->packets++;
	s->transactions += x->iso.packets;
	if (i->phase >= 0)
		hist_add(&s->phase, (uint64_t)i->phase);
	check_sequence(s, x, i);
	if (x->status == STATUS_OK && x->len >= 0) {
		count_data(s, x, u);
		return;
	}
	s->failed[x->status]++;
	s->failures++;
	u->failed = 1;
	timeline_note(&s->late, u->end, NOTE_LOST, 1);
}

void iso_wire_end(struct iso *s)
{
	begin_clock(&s->sof);
	s->sof.result = timeline_result(&s->sof.longest, iso_quantum(s));
}

/* Hosts keep frames within 500 ppm (7.1.12) and clocks of analyzers are better still: what is off
 * by so much is no clock, such as stamps that only tell the order of records. */
bool iso_sof_clock(const struct iso *s)
{
	const double limit = 10000; /* ppm */

	return s->sof.result.fitted && iso_sof_ppm(s) > -limit && iso_sof_ppm(s) < limit;
}

double iso_sof_ppm(const struct iso *s)
{
	return ((double)s->sof.unit / s->sof.result.slope - 1) * 1e6;
}

double iso_sof_uncertainty(const struct iso *s)
{
	return s->sof.result.uncertainty / s->sof.result.slope * 1e6;
}

void iso_wire_free(struct iso *s)
{
	for (size_t i = 0; i < ARRAY_LEN(s->interval); i++)
		free(s->interval[i]);
	timeline_free(&s->sof.clock);
	timeline_free(&s->sof.longest);
}
