/* iso_place.c: where the URBs of a stream lie in time: their positions by start frames or by
 * counting, what was left out between them, the queue, and how late each completed. */
#include "analysis/iso_impl.h"

#include <math.h>

/* A frame counter wraps at some power of two from here on: 1024 frames of UHCI and EHCI are the
 * least (EHCI 1.0 section 2.3.4). */
enum { MODULUS_MIN = 1024 };
/* Positions beyond this are not believed. */
static const int64_t position_max = (int64_t)1 << 52;

/* Silence that is more than a late completion, where neither queue nor frames are seen. */
enum { BREAK_INTERVALS = 8, BREAK = 20000000 };

static int64_t length(const struct iso_stream *s, const struct iso_urb *u)
{
	return (int64_t)u->packets * s->step;
}

static void skip(struct iso_stream *s, const struct iso_urb *u, int64_t intervals)
{
	s->skips++;
	s->skipped += (uint64_t)intervals;
	if (!s->first_skip)
		s->first_skip = u->record;
	timeline_note(&s->late, u->end, NOTE_LOST, (double)intervals);
}

/* ---- queue and gaps ----------------------------------------------------------------- */

static void count_queue(struct iso_stream *s, struct iso_urb *u)
{
	int64_t spare = s->last_end - u->begin;

	if (!u->has_queue || !s->queue_seen)
		return;
	if (spare >= 0) {
		hist_add(&s->reserve, (uint64_t)spare);
		return;
	}
	u->dry = true;
	if (s->dry < ISO_DRIES)
		s->dries[s->dry] = (struct iso_gap){-spare, s->last_end};
	s->dry++;
	s->dry_ns -= spare;
	if (-spare > s->dry_longest.ns)
		s->dry_longest = (struct iso_gap){-spare, s->last_end};
}

static void count_gap(struct iso_stream *s, const struct iso_urb *u)
{
	if (u->end - s->last_end > s->gap.ns)
		s->gap = (struct iso_gap){u->end - s->last_end, s->last_end};
}

/* ---- how start frames are to be read ------------------------------------------------ */

static bool is_wrap(int64_t off)
{
	return off <= -MODULUS_MIN && !(-off & (-off - 1));
}

/* Pairs of held URBs, queued without a break, of which the second begins where the first ends if a
 * start frame stands for `scale` positions. */
static unsigned matches(const struct iso_stream *s, unsigned scale, unsigned *pairs)
{
	unsigned n = 0;

	*pairs = 0;
	for (unsigned i = 1; i < s->holds; i++) {
		const struct iso_urb *a = &s->held[i - 1], *b = &s->held[i];
		int64_t off = ((int64_t)b->frame - a->frame) * scale - length(s, a);

		if (!a->has_frame || !b->has_frame || b->dry)
			continue;
		++*pairs;
		n += !off || is_wrap(off);
	}
	return n;
}

/* Drivers of some controllers only estimate the start frame when an URB is submitted (Linux xHCI
 * without contiguous frame ids): then most URBs do not begin where the one before ends. */
static void decide_frames(struct iso_stream *s)
{
	unsigned pairs, ones = matches(s, 1, &pairs),
			eights = s->unit == ISO_MICROFRAME ? matches(s, 8, &pairs) : 0,
			best = ones >= eights ? ones : eights;

	/* Windows and macOS number frames at high speed too. */
	s->frame_scale = ones >= eights ? 1 : 8;
	s->positions =
		s->held[0].has_frame && 2 * best >= pairs ? POSITIONS_RECORDED : POSITIONS_COUNTED;
}

/* No descriptor tells the interval, but two start frames may. */
static void infer_step(struct iso_stream *s)
{
	s->step = 1;
	s->step_inferred = true;
	for (unsigned i = 1; i < s->holds; i++) {
		const struct iso_urb *a = &s->held[i - 1], *b = &s->held[i];
		int64_t off = (int64_t)b->frame - a->frame;

		if (!a->has_frame || !b->has_frame || !a->packets || off <= 0 || off % a->packets ||
			off / a->packets > ISO_STEP_MAX)
			continue;
		s->step = (uint32_t)(off / a->packets);
		return;
	}
}

int64_t iso_unit_near(double ns)
{
	return ns > sqrt((double)ISO_FRAME * ISO_MICROFRAME) ? ISO_FRAME : ISO_MICROFRAME;
}

/* The speed is not known, but time tells frames from microframes. */
static void infer_unit(struct iso_stream *s)
{
	const struct iso_urb *a = &s->held[0], *z = &s->held[s->holds - 1];
	int64_t positions = 0, ns = s->holds > 1 ? z->end - a->end : a->end - a->begin;

	for (unsigned i = s->holds > 1; i < s->holds; i++)
		positions += length(s, &s->held[i]);
	if (positions <= 0)
		return;
	s->unit_inferred = true;
	s->unit = iso_unit_near((double)ns / (double)positions);
}

static void decide(struct iso_stream *s)
{
	if (!s->step)
		infer_step(s);
	if (!s->unit)
		infer_unit(s);
	timeline_set_unit(&s->late, (double)s->unit);
	decide_frames(s);
}

/* ---- places ------------------------------------------------------------------------- */

/* Positions between the start frame that should be and the one that is, the way round the counter
 * that agrees with the time passed. */
static int64_t frames_off(struct iso_stream *s, const struct iso_urb *u)
{
	double passed = (double)(u->end - s->placed_end) / (double)s->unit - (double)length(s, u);
	int64_t off = u->frame - s->next_frame;

	while (u->frame >= s->modulus && s->modulus < INT32_MAX)
		s->modulus *= 2;
	if (off)
		off += s->modulus *
		       (int64_t)round((passed / s->frame_scale - (double)off) / (double)s->modulus);
	return off * s->frame_scale;
}

static void jump(struct iso_stream *s, const struct iso_urb *u, int64_t off)
{
	if (off >= (int64_t)s->step)
		skip(s, u, off / s->step);
	else if (off < 0)
		s->repeated += (uint64_t)((-off + s->step - 1) / s->step);
}

/* What time says was left out before an URB whose position is not recorded. */
static int64_t time_off(struct iso_stream *s, const struct iso_urb *u)
{
	double interval = (double)s->unit * s->step, passed = (double)(u->end - s->placed_end);
	double n = round(passed / interval) - u->packets;
	bool sure = u->dry || s->wire;

	if (n <= 0 || n > (double)position_max / s->step)
		return 0;
	if (!sure && passed - u->packets * interval < fmax(BREAK, BREAK_INTERVALS * interval))
		return 0;
	if (sure)
		skip(s, u, (int64_t)n);
	return (int64_t)n * s->step;
}

static int64_t place_of(struct iso_stream *s, const struct iso_urb *u)
{
	int64_t off;

	if (!s->placed)
		return 0;
	if (u->position >= 0 || (s->positions == POSITIONS_RECORDED && u->has_frame)) {
		off = u->position >= 0 ? u->position - s->next_frame : frames_off(s, u);
		jump(s, u, off);
	} else {
		off = time_off(s, u);
	}
	return s->next + off;
}

static void add_times(struct iso_stream *s, const struct iso_urb *u, int64_t end)
{
	if (u->timed && u->packets)
		timeline_add(&s->late, u->end, end, (double)u->end);
	if (!u->good)
		return;
	s->served += (int64_t)u->good * s->step;
	s->served_bytes += u->good_bytes;
	timeline_add(&s->rate, u->end, s->served, (double)s->served_bytes);
}

static void place(struct iso_stream *s, const struct iso_urb *u)
{
	int64_t begin, end;

	if (!s->unit) /* neither packets nor speed are known */
		return;
	begin = place_of(s, u);
	end = begin + length(s, u);
	if (begin > position_max || begin < -position_max)
		begin = end = 0;
	add_times(s, u, end);
	if (u->position >= 0)
		s->next_frame = u->position + length(s, u);
	else if (u->has_frame)
		s->next_frame = u->frame + length(s, u) / s->frame_scale;
	else
		s->next_frame += (end - s->next) / s->frame_scale;
	s->next = end;
	s->placed = true;
	s->placed_end = u->end;
}

void iso_place_end(struct iso_stream *s)
{
	if (!s->holds)
		return;
	decide(s);
	for (unsigned i = 0; i < s->holds; i++)
		place(s, &s->held[i]);
	s->holds = 0;
}

void iso_place(struct iso_stream *s, const struct iso_urb *u)
{
	struct iso_urb own = *u;

	if (s->timed) {
		count_queue(s, &own);
		count_gap(s, &own);
	}
	s->timed = true;
	s->last_end = u->end;
	if (s->positions != POSITIONS_UNDECIDED) {
		place(s, &own);
		return;
	}
	s->held[s->holds++] = own;
	if (s->holds == ISO_HELD)
		iso_place_end(s);
}
