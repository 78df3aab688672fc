/* iso_text.c: the report of `iso` for people: each stream in a few lines that begin with the
 * answer, was it on time? */
#include "analysis/columns.h"
#include "analysis/iso_impl.h"
#include "analysis/iso_say.h"
#include "base/mem.h"
#include "usb/desc.h"

/* ---- on time? ----------------------------------------------------------------------- */

static bool has_places(const struct iso_stream *s)
{
	return s->positions == POSITIONS_RECORDED || s->wire;
}

/* What cannot be known, so that nothing is promised. */
static void say_unseen(const struct iso_stream *s, struct text *t)
{
	if (s->wire)
		return;
	if (!has_places(s))
		text_str(t, "; intervals left out between URBs would not show");
	if (s->unrecorded)
		text_str(t, "; not all packets are recorded");
	else if (s->unjudged)
		text_str(t, "; how packets ended is not recorded");
}

static void say_dry(const struct iso_stream *s, struct text *t)
{
	text_str(t, "; the queue ran dry ");
	if (s->dry == 1)
		text_str(t, "once");
	else
		iso_say_things(t, s->dry, "time");
	text_str(t, " for ");
	iso_say_ns(t, (double)s->dry_ns);
}

static void say_losses(const struct iso_result *r, struct text *t)
{
	const struct iso_stream *s = r->s;

	text_str(t, "no: ");
	if (s->skipped) {
		text_str(t, has_places(s) ? "" : "~");
		iso_say_things(t, s->skipped, "interval");
		text_str(t, s->wire ? " without a token" : " left out");
	}
	if (s->skipped && s->failures)
		text_str(t, ", ");
	if (s->failures) {
		iso_say_things(t, s->failures, s->wire ? "interval" : "packet");
		text_str(t, " failed");
	}
	text_str(t, " of ");
	text_count(t, s->packets + s->skipped);
	iso_say_percent(t, r->lost, s->packets + s->skipped);
}

static void say_verdict(const struct iso_result *r, struct emit *e)
{
	const struct iso_stream *s = r->s;
	struct iso_say w;

	iso_say_init(&w);
	if (r->lost) {
		w.tone = TONE_BAD;
		say_losses(r, &w.t);
	} else if (!s->done) {
		text_str(&w.t,
			s->unrecorded || s->ok ? "not recorded" : "no completion was captured");
	} else {
		w.tone = !iso_sees_losses(s) ? TONE_NONE : s->dry ? TONE_WARN : TONE_GOOD;
		text_str(&w.t, iso_sees_losses(s) ? "yes: all of " : "no loss seen in ");
		iso_say_things(
			&w.t, s->packets - s->cancelled_packets, s->wire ? "interval" : "packet");
	}
	if (s->repeated) {
		text_str(&w.t, "; ");
		iso_say_things(&w.t, s->repeated, "interval");
		text_str(&w.t, " given twice");
	}
	if (s->dry)
		say_dry(s, &w.t);
	if (!r->lost && s->done)
		say_unseen(s, &w.t);
	iso_say_end(&w, e, "on time");
}

/* ---- what it is --------------------------------------------------------------------- */

static void say_heading(const struct iso_result *r, struct text *t)
{
	struct value address = value_null();

	instance_address_text(&address, r->device, r->pipe->endpoint, r->pipe->dir);
	text_printf(t, "stream %u: ", r->s->number);
	text_mem(t, address.s, address.n);
	text_str(t, r->s->is_feedback ? ", feedback, " : ", ");
	iso_say_time(t, r->s->begin);
	text_str(t, " to ");
	iso_say_time(t, r->s->end > r->s->begin ? r->s->end : r->s->begin);
}

static void say_format(const struct iso_format *f, struct text *t)
{
	if (!f->sample)
		return;
	text_str(t, f->inferred ? ", ~" : ", ");
	if (f->channels)
		text_printf(t, "%u × %u bits, ", f->channels, f->bits);
	text_printf(t, "%u bytes a sample", f->sample);
}

static void say_endpoint(const struct iso_result *r, struct emit *e)
{
	const struct pipe *p = r->pipe;
	bool guessed = speed_is_inferred((enum speed_from)r->device->speed_from);
	const char *name;
	struct iso_say w;

	iso_say_init(&w);
	if (usb_speed_words(r->s->speed)) {
		text_str(&w.t, guessed ? "~" : "");
		text_str(&w.t, usb_speed_words(r->s->speed));
	}
	if (r->interval) {
		text_str(&w.t, w.t.len ? ", every " : "every ");
		text_str(&w.t, guessed || r->s->unit_inferred || r->s->step_inferred ? "~" : "");
		iso_say_ns(&w.t, (double)r->interval);
	}
	if (r->s->largest)
		text_printf(&w.t, "%sup to %u bytes", w.t.len ? " " : "", r->s->largest);
	if (p->flags & PIPE_DESCRIBED) {
		name = desc_function_name(
			NULL, p->bInterfaceClass, p->bInterfaceSubClass, p->bInterfaceProtocol);
		text_printf(&w.t, "%sinterface %u alternate %u%s%s", w.t.len ? "; " : "",
			p->interface, p->alternate, name ? ", " : "", name ? name : "");
		say_format(&r->format, &w.t);
	}
	iso_say_end(&w, e, "endpoint");
}

/* ---- packets ------------------------------------------------------------------------ */

/* URBs of which nobody knows whether their packets were on the bus, or which never were. */
static uint64_t unserved(const struct iso_stream *s)
{
	return s->refused + s->pending;
}

static void say_packets(const struct iso_result *r, struct emit *e)
{
	const struct iso_stream *s = r->s;
	struct iso_say w;

	iso_say_init(&w);
	iso_say_things(&w.t, s->packets, s->wire ? "interval" : "packet");
	if (s->wire) {
		text_str(&w.t, " in ");
		iso_say_things(&w.t, s->transactions, "transaction");
	} else {
		text_str(&w.t, " in ");
		iso_say_things(&w.t, s->urbs - unserved(s), "URB");
	}
	text_str(&w.t, ": ");
	text_count(&w.t, s->done);
	text_str(&w.t, " completed");
	iso_say_part(&w.t, s->empty, "empty");
	iso_say_part(&w.t, s->short_packets, "short");
	for (unsigned i = 0; i < STATUS_COUNT; i++)
		iso_say_part(&w.t, s->failed[i], status_name((enum status)i));
	iso_say_part(&w.t, s->cancelled_packets, "cancelled");
	iso_say_part(&w.t, s->unrecorded, "not recorded");
	iso_say_end(&w, e, "packets");
}

static void say_urbs(const struct iso_result *r, struct emit *e)
{
	const struct iso_stream *s = r->s;
	struct iso_say w;

	if (s->wire || s->ok == s->urbs)
		return;
	iso_say_init(&w);
	text_count(&w.t, s->urbs);
	text_str(&w.t, " in all: ");
	text_count(&w.t, s->ok);
	text_str(&w.t, " ok");
	iso_say_part(&w.t, s->failed_urbs, "failed");
	iso_say_part(&w.t, s->cancelled_urbs, "cancelled");
	iso_say_part(&w.t, s->refused, "refused");
	iso_say_part(&w.t, s->pending, "without completion in this capture");
	if (unserved(s))
		text_str(&w.t, unserved(s) == 1 ? " (its packets do not count above)"
						: " (their packets do not count above)");
	iso_say_end(&w, e, "URBs");
}

static void say_partly(const struct iso_result *r, struct emit *e)
{
	struct iso_say w;

	if (r->s->wire || !r->s->partly)
		return;
	iso_say_init(&w);
	iso_say_things(&w.t, r->s->partly, "URB");
	text_str(&w.t, " succeeded though packets failed");
	w.tone = TONE_WARN;
	iso_say_end(&w, e, "but");
}

static void say_sizes(const struct iso_result *r, struct emit *e)
{
	const struct iso_stream *s = r->s;
	struct iso_say w;

	if (!s->sizes.n)
		return;
	iso_say_init(&w);
	if (s->pattern.period) {
		iso_pattern_text(&w.t, &s->pattern);
		text_str(&w.t, " bytes");
		if (s->pattern.share < 1)
			text_printf(&w.t, " (%.1f%% fit)", 100 * s->pattern.share);
	} else {
		iso_sizes_text(&w.t, &s->sizes);
	}
	iso_say_end(&w, e, "sizes");
}

/* ---- rates and clocks --------------------------------------------------------------- */

static void say_data_rate(const struct iso_result *r, struct emit *e)
{
	struct iso_say w;

	if (!r->rate_known || !r->s->bytes)
		return;
	iso_say_init(&w);
	text_str(&w.t,
		r->s->dir == USB_OUT && !r->s->wire &&
				observe(r->s->capture, ASPECT_ISO_OUT_LENGTH) != OBSERVED_KNOWN
			? "~"
			: "");
	iso_say_rate(&w.t, r->bytes_per_second);
	if (r->reserved > 0) {
		text_printf(&w.t, ", %.0f%% of ", 100 * r->bytes_per_second / r->reserved);
		iso_say_rate(&w.t, r->reserved);
		text_str(&w.t, " reserved");
	}
	iso_say_end(&w, e, "data rate");
}

static void say_samples(const struct iso_result *r, struct emit *e)
{
	struct iso_say w;

	if (!r->format.sample || !(r->hz > 0))
		return;
	iso_say_init(&w);
	text_printf(&w.t, "%s%.*f Hz", r->format.inferred ? "~" : "",
		iso_say_decimals(r->hz_uncertainty), r->hz);
	if (r->nominal) {
		text_str(&w.t, " by bus time: ");
		text_count(&w.t, r->nominal);
		text_str(&w.t, " Hz ");
		iso_say_ppm(&w.t, r->drift, r->drift_uncertainty);
	}
	if (r->nominal && r->clock_known) {
		text_str(&w.t, "; by the capture's clock ");
		iso_say_ppm(&w.t, r->capture_drift, r->capture_uncertainty);
	}
	iso_say_end(&w, e, "samples");
}

static void say_clock(const struct iso_result *r, struct emit *e)
{
	struct iso_say w;

	if (!r->clock_known || r->s->wire)
		return; /* SOFs tell it better than tokens */
	iso_say_init(&w);
	text_str(&w.t, "bus frames ");
	iso_say_ppm(&w.t, r->clock, r->clock_uncertainty);
	text_str(&w.t, " against the capture's clock");
	iso_say_end(&w, e, "clock");
}

static void say_feedback(const struct iso_result *r, struct emit *e)
{
	const struct iso_feedback *f = &r->s->feedback;
	double mean = f->n ? f->sum / (double)f->n : 0;
	struct iso_say w;

	if (!r->s->is_feedback)
		return;
	iso_say_init(&w);
	text_str(&w.t, r->s->is_feedback == FEEDBACK_TOLD ? "" : "~");
	iso_say_things(&w.t, f->n, "value");
	if (f->n && r->unit) {
		text_printf(&w.t, " (%s): %.5f samples a %s = %.2f Hz, %.2f to %.2f",
			f->bytes == 3 ? "10.14" : "16.16", mean / 65536,
			r->unit == ISO_MICROFRAME ? "microframe" : "frame",
			iso_feedback_hz(r, mean), iso_feedback_hz(r, f->least),
			iso_feedback_hz(r, f->most));
	}
	iso_say_part(&w.t, f->empty, "empty");
	iso_say_part(&w.t, f->bad, "invalid");
	iso_say_end(&w, e, "feedback");
}

/* ---- completions and queue ---------------------------------------------------------- */

static void say_late(const struct iso_result *r, struct emit *e)
{
	const struct timeline_result *l = &r->s->late_result;
	struct iso_say w;

	if (!l->fitted)
		return;
	iso_say_init(&w);
	text_str(&w.t, "mean ");
	iso_say_ns(&w.t, l->mean);
	text_str(&w.t, ", sd ");
	iso_say_ns(&w.t, l->sd);
	text_str(&w.t, ", p99 ");
	iso_say_ns(&w.t, l->p99);
	text_str(&w.t, ", max ");
	iso_say_ns(&w.t, l->max);
	text_str(&w.t,
		r->s->wire ? " behind the earliest token" : " behind the earliest completion");
	iso_say_end(&w, e, "lateness");
}

static void say_gap(const struct iso_result *r, struct emit *e)
{
	struct iso_say w;

	if (r->s->gap.ns <= 0)
		return;
	iso_say_init(&w);
	iso_say_ns(&w.t, (double)r->s->gap.ns);
	text_str(&w.t, r->s->wire ? " between tokens, at " : " between completions, at ");
	iso_say_time(&w.t, r->s->gap.at);
	iso_say_end(&w, e, "longest gap");
}

static void say_queue(const struct iso_result *r, struct emit *e)
{
	const struct iso_stream *s = r->s;
	struct iso_say w;

	if (s->wire || !s->timed)
		return;
	iso_say_init(&w);
	if (!s->queue_seen) {
		text_str(&w.t, "not to be seen: ");
		text_str(&w.t, observe_reason(s->capture, ASPECT_QUEUE));
	} else if (s->reserve.n) {
		text_str(&w.t, "reserve ");
		iso_say_ns(&w.t, (double)hist_quantile(&s->reserve, 0.5));
		text_str(&w.t, ", at least ");
		iso_say_ns(&w.t, (double)s->reserve.min);
	}
	if (s->dry) {
		text_str(&w.t, s->reserve.n ? "; dry " : "dry ");
		iso_say_things(&w.t, s->dry, "time");
		text_str(&w.t, ", longest ");
		iso_say_ns(&w.t, (double)s->dry_longest.ns);
		text_str(&w.t, " at ");
		iso_say_time(&w.t, s->dry_longest.at);
	}
	iso_say_end(&w, e, "queue");
}

/* ---- the bus ------------------------------------------------------------------------ */

static void say_phase(const struct iso_result *r, struct emit *e)
{
	const struct hist *h = &r->s->phase;
	struct iso_say w;

	if (!h->n)
		return;
	iso_say_init(&w);
	iso_say_ns(&w.t, (double)h->min);
	text_str(&w.t, " to ");
	iso_say_ns(&w.t, (double)h->max);
	text_str(&w.t, " behind the SOF, median ");
	iso_say_ns(&w.t, (double)hist_quantile(h, 0.5));
	iso_say_end(&w, e, "in the frame");
}

static void say_sequence(const struct iso_result *r, struct emit *e)
{
	struct iso_say w;

	if (!r->s->sequence)
		return;
	iso_say_init(&w);
	w.tone = TONE_BAD;
	iso_say_things(&w.t, r->s->sequence, "interval");
	text_str(&w.t, " out of sequence, first at record ");
	text_u64(&w.t, r->s->sequence_first);
	text_str(&w.t, ": ");
	text_str(&w.t, r->s->wrong_pids);
	iso_say_end(&w, e, "data PIDs");
}

/* ---- rules of Windows --------------------------------------------------------------- */

static void say_rules(const struct iso_result *r, struct emit *e)
{
	static const char *const broken[RULES] = {
		[RULE_PACKETS] = "with more packets than Windows takes (255, high speed 1,024)",
		[RULE_WHOLE_FRAMES] = "that do not cover whole frames",
		[RULE_START_FRAME] = "refused for their start frame",
	};
	struct iso_say w;

	for (unsigned i = 0; i < RULES; i++) {
		if (!r->s->rule[i])
			continue;
		iso_say_init(&w);
		w.tone = TONE_WARN;
		iso_say_things(&w.t, r->s->rule[i], "URB");
		text_char(&w.t, ' ');
		text_str(&w.t, broken[i]);
		text_str(&w.t, ", first at record ");
		text_u64(&w.t, r->s->rule_first[i]);
		iso_say_end(&w, e, "Windows");
	}
}

/* ---- all ---------------------------------------------------------------------------- */

static void say_stream(const struct iso_result *r, struct emit *e)
{
	static void (*const lines[])(const struct iso_result *, struct emit *) = {say_verdict,
		say_endpoint, say_packets, say_urbs, say_partly, say_sizes, say_data_rate,
		say_samples, say_feedback, say_late, say_gap, say_queue, say_clock, say_phase,
		say_sequence, say_rules, iso_plots};
	struct iso_say heading;

	iso_say_init(&heading);
	say_heading(r, &heading.t);
	emit_begin(e, NULL, heading.room);
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		lines[i](r, e);
	emit_end(e);
}

/* "8,000 SOFs, 2 missing; +0.3 ± 0.1 ppm against the capture's clock; sd 20 ns, max 60 ns" */
static void say_sofs(const struct iso *s, const struct run *run, struct emit *e)
{
	const struct bus_counts *c = model_bus_counts(run->model);
	const struct timeline_result *l = &s->sof.result;
	struct iso_say w;

	if (!c || !s->sof.n)
		return;
	iso_say_init(&w);
	iso_say_things(&w.t, s->sof.n, "SOF");
	text_str(&w.t, ", ");
	if (c->missed_sofs)
		text_count(&w.t, c->missed_sofs);
	else
		text_str(&w.t, "none");
	text_str(&w.t, " missing");
	if (l->fitted && !iso_sof_clock(s))
		text_str(&w.t, "; the capture's time stamps are not the times of its records");
	if (iso_sof_clock(s)) {
		text_str(&w.t, "; ");
		iso_say_ppm(&w.t, iso_sof_ppm(s), iso_sof_uncertainty(s));
		text_str(&w.t, " against the capture's clock; jitter sd ");
		iso_say_ns(&w.t, l->sd);
		text_str(&w.t, ", max ");
		iso_say_ns(&w.t, l->max);
	}
	iso_say_end(&w, e, "bus frames");
}

void iso_report_text(const struct iso *s, const struct iso_result *r, size_t n,
	const struct run *run, struct emit *e)
{
	struct iso_say w;

	iso_say_init(&w);
	if (!n)
		text_str(&w.t, "none");
	else
		iso_say_things(&w.t, n + s->untold, "stream");
	iso_say_end(&w, e, "isochronous");
	say_sofs(s, run, e);
	for (size_t i = 0; i < n; i++)
		say_stream(&r[i], e);
}
