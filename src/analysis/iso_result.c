/* iso_result.c: rates and clocks out of what was counted. */
#include "analysis/iso_impl.h"

#include <math.h>

enum { CLASS_AUDIO = 1 };
static const double million = 1e6, second = 1e9;

/* How fast frames come by the capture's clock. Where positions are counted and something was left
 * out, they are no measure. */
static void clock_result(struct iso_result *r, const struct iso *all)
{
	const struct timeline_result *late = &r->s->late_result;

	if (r->s->wire) { /* SOFs tell it better than tokens do */
		r->clock_known = iso_sof_clock(all);
		r->clock = r->clock_known ? iso_sof_ppm(all) : 0;
		r->clock_uncertainty = r->clock_known ? iso_sof_uncertainty(all) : 0;
		return;
	}
	if (!late->fitted || !(late->slope > 0) || r->s->positions == POSITIONS_UNDECIDED ||
		(r->s->positions == POSITIONS_COUNTED && r->s->skips))
		return;
	r->clock_known = true;
	r->clock = ((double)r->unit / late->slope - 1) * million;
	r->clock_uncertainty = late->uncertainty / late->slope * million;
}

/* Where no descriptor tells, packets of several sizes have the sample as common divisor. */
static void infer_sample(struct iso_result *r)
{
	const struct iso_sizes *z = &r->s->sizes;
	bool may_be_audio =
		!(r->pipe->flags & PIPE_DESCRIBED) || r->pipe->bInterfaceClass == CLASS_AUDIO;

	if (r->format.sample || !may_be_audio || r->s->is_feedback || !z->least ||
		z->least == z->most || z->most - z->least > z->most / 4)
		return;
	r->format.sample = z->common;
	r->format.inferred = true;
}

static void audio_result(struct iso_result *r)
{
	const struct timeline_result *rate = &r->s->rate_result;
	double scale;

	infer_sample(r);
	/* A lost packet that is not told from an empty one would count as slow samples. */
	if (r->s->unjudged && r->s->empty)
		r->format.sample = 0;
	if (!r->format.sample)
		return;
	scale = second / (double)r->unit / r->format.sample;
	r->hz = rate->slope * scale;
	r->hz_uncertainty = rate->uncertainty * scale;
	r->nominal = iso_rate_near(&r->format, r->hz);
	if (!r->nominal && r->format.inferred)
		r->format.sample = 0;
	if (!r->nominal)
		return;
	r->drift = (r->hz / r->nominal - 1) * million;
	r->drift_uncertainty = r->hz_uncertainty / r->nominal * million;
	r->capture_drift = ((1 + r->drift / million) * (1 + r->clock / million) - 1) * million;
	r->capture_uncertainty = hypot(r->drift_uncertainty, r->clock_uncertainty);
}

static void rate_result(struct iso_result *r)
{
	const struct timeline_result *rate = &r->s->rate_result;

	if (r->interval > 0 && r->s->largest)
		r->reserved = r->s->largest * second / (double)r->interval;
	if (!r->s->served || r->s->unrecorded)
		return;
	r->rate_known = true;
	r->bytes_per_second =
		(double)r->s->served_bytes * second / ((double)r->s->served * (double)r->unit);
	if (!r->s->is_feedback && rate->fitted)
		audio_result(r);
}

bool iso_sees_losses(const struct iso_stream *s)
{
	return s->wire || (s->positions == POSITIONS_RECORDED && !s->unjudged && !s->unrecorded);
}

void iso_result(struct iso_result *out, const struct iso *all, const struct iso_stream *s,
	const struct devices *d)
{
	*out = (struct iso_result){.s = s, .unit = s->unit};
	out->pipe = devices_get_pipe(d, s->pipe);
	out->device = devices_get_instance(d, out->pipe->instance);
	out->format = iso_format(d, out->pipe);
	if (s->unit_inferred && s->late_result.fitted)
		out->unit = iso_unit_near(s->late_result.slope);
	out->interval = out->unit * s->step;
	out->lost = s->skipped + s->failures;
	if (!out->unit)
		return;
	clock_result(out, all);
	rate_result(out);
}

/* ---- over time ---------------------------------------------------------------------- */

size_t iso_points(const struct iso_result *r, struct iso_point *p, size_t max)
{
	const struct timeline *t = &r->s->late;
	size_t events = t->n ? (size_t)fmin((double)t->n, (double)max) : 1, each, n = 0;

	if (!t->bins)
		return 0;
	each = (t->bins + events - 1) / events;
	for (size_t i = 0; i < t->bins; i += each, n++) {
		double x = 0, d = 0, feedback = 0, count = 0;

		p[n] = (struct iso_point){.t = (double)(t->begin + (int64_t)i * t->width) / second,
			.width = (double)((int64_t)each * t->width) / second,
			.late_mean = NAN,
			.late_max = NAN,
			.feedback = NAN};
		for (size_t k = i; k < i + each && k < t->bins; k++) {
			const struct timeline_bin *b = &t->bin[k];
			double late =
				b->n ? timeline_lateness(t, &r->s->late_result, &b->latest) : NAN;

			count += (double)b->n;
			x += b->x;
			d += b->d;
			p[n].late_max = fmax(p[n].late_max, late);
			p[n].bytes += b->note[NOTE_BYTES];
			p[n].lost += b->note[NOTE_LOST];
			feedback += b->note[NOTE_FEEDBACK];
			p[n].feedbacks += b->note[NOTE_FEEDBACKS];
		}
		p[n].events = count;
		if (count > 0)
			p[n].late_mean = (d - (r->s->late_result.slope - t->unit) * x) / count -
					 r->s->late_result.earliest;
		if (p[n].feedbacks > 0)
			p[n].feedback = iso_feedback_hz(r, feedback / p[n].feedbacks);
		if (!r->s->late_result.fitted)
			p[n].late_mean = p[n].late_max = NAN;
	}
	return n;
}

double iso_feedback_hz(const struct iso_result *r, double value)
{
	return value / 65536 * second / (double)r->unit;
}
