/* iso_text.c: the report of `iso` for people: each stream in a few lines that begin with the
 * answer, was it on time? */
#include "analysis/columns.h"
#include "analysis/iso_impl.h"
#include "base/mem.h"
#include "usb/desc.h"

#include <math.h>

enum { LINE = 320 };

/* A line that is built up. */
struct say {
	struct text t;
	char room[LINE];
	uint8_t tone;
};

static void say_init(struct say *w)
{
	text_init(&w->t, w->room, sizeof(w->room));
	w->tone = TONE_NONE;
}

static void say_end(struct say *w, struct emit *e, const char *title)
{
	struct value v = value_name(w->room);

	v.tone = w->tone;
	if (w->t.len)
		emit_item(e, NULL, title, v, SHOW_PLAIN);
}

/* ---- numbers ------------------------------------------------------------------------ */

/* "1 packet", "2 packets" */
static void say_things(struct text *t, uint64_t n, const char *thing)
{
	text_count(t, n);
	text_char(t, ' ');
	text_str(t, thing);
	text_str(t, n == 1 ? "" : "s");
}

static void say_ns(struct text *t, double ns)
{
	char d[FMT_MAX];

	ns = fmax(-ISO_NS_MAX, fmin(ns, ISO_NS_MAX));
	text_mem(t, d, fmt_duration(d, (int64_t)(ns + 0.5), false));
}

static void say_time(struct text *t, int64_t ns)
{
	char d[FMT_MAX];

	text_mem(t, d, fmt_seconds(d, ns, 6));
	text_str(t, " s");
}

static void say_rate(struct text *t, double rate)
{
	static const char *const unit[] = {" B/s", " kB/s", " MB/s", " GB/s"};
	size_t i = 0;

	for (; rate >= 1000 && i + 1 < ARRAY_LEN(unit); i++)
		rate /= 1000;
	text_printf(t, rate < 10 ? "%.2f%s" : rate < 100 ? "%.1f%s" : "%.0f%s", rate, unit[i]);
}

/* No more decimals than the uncertainty gives a meaning. */
static int decimals(double uncertainty)
{
	return uncertainty >= 2 ? 0 : uncertainty >= 0.2 ? 1 : uncertainty >= 0.02 ? 2 : 3;
}

static void say_ppm(struct text *t, double ppm, double uncertainty)
{
	int n = decimals(uncertainty);
	double least = pow(10, -n) / 2;

	text_printf(t, "%+.*f ± %.*f ppm", n, fabs(ppm) < least ? 0.0 : ppm, n,
		fmax(uncertainty, least));
}

static void say_percent(struct text *t, uint64_t part, uint64_t all)
{
	if (all)
		text_printf(t, " (%.2g%%)", 100.0 * (double)part / (double)all);
}

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
		say_things(t, s->dry, "time");
	text_str(t, " for ");
	say_ns(t, (double)s->dry_ns);
}

static void say_losses(const struct iso_result *r, struct text *t)
{
	const struct iso_stream *s = r->s;

	text_str(t, "no: ");
	if (s->skipped) {
		text_str(t, has_places(s) ? "" : "~");
		say_things(t, s->skipped, "interval");
		text_str(t, s->wire ? " without a token" : " left out");
	}
	if (s->skipped && s->failures)
		text_str(t, ", ");
	if (s->failures) {
		say_things(t, s->failures, s->wire ? "interval" : "packet");
		text_str(t, " failed");
	}
	text_str(t, " of ");
	text_count(t, s->packets + s->skipped);
	say_percent(t, r->lost, s->packets + s->skipped);
}

static void say_verdict(const struct iso_result *r, struct emit *e)
{
	const struct iso_stream *s = r->s;
	struct say w;

	say_init(&w);
	if (r->lost) {
		w.tone = TONE_BAD;
		say_losses(r, &w.t);
	} else if (!s->done) {
		text_str(&w.t, s->unrecorded || s->ok ? "not recorded" : "nothing was completed");
	} else {
		w.tone = !iso_sees_losses(s) ? TONE_NONE : s->dry ? TONE_WARN : TONE_GOOD;
		text_str(&w.t, iso_sees_losses(s) ? "yes: all of " : "no loss seen in ");
		say_things(
			&w.t, s->packets - s->cancelled_packets, s->wire ? "interval" : "packet");
	}
	if (s->repeated) {
		text_str(&w.t, "; ");
		say_things(&w.t, s->repeated, "interval");
		text_str(&w.t, " given twice");
	}
	if (s->dry)
		say_dry(s, &w.t);
	if (!r->lost && s->done)
		say_unseen(s, &w.t);
	say_end(&w, e, "on time");
}

/* ---- what it is --------------------------------------------------------------------- */

static void say_heading(const struct iso_result *r, struct text *t)
{
	struct value address = value_null();

	address_text(&address, r->device->bus, r->device->address, r->pipe->endpoint, r->pipe->dir);
	text_printf(t, "stream %u: ", r->s->number);
	text_mem(t, address.s, address.n);
	text_str(t, r->s->is_feedback ? ", feedback, " : ", ");
	say_time(t, r->s->begin);
	text_str(t, " to ");
	say_time(t, r->s->end > r->s->begin ? r->s->end : r->s->begin);
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
	const char *name;
	struct say w;

	say_init(&w);
	if (usb_speed_name(r->s->speed))
		text_printf(&w.t, "%s speed", usb_speed_name(r->s->speed));
	if (r->interval) {
		text_str(&w.t, w.t.len ? ", every " : "every ");
		text_str(&w.t, r->s->unit_inferred || r->s->step_inferred ? "~" : "");
		say_ns(&w.t, (double)r->interval);
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
	say_end(&w, e, "endpoint");
}

/* ---- packets ------------------------------------------------------------------------ */

static void say_part(struct text *t, uint64_t n, const char *what)
{
	if (!n)
		return;
	text_str(t, ", ");
	text_count(t, n);
	text_char(t, ' ');
	text_str(t, what);
}

static void say_packets(const struct iso_result *r, struct emit *e)
{
	const struct iso_stream *s = r->s;
	struct say w;

	say_init(&w);
	say_things(&w.t, s->packets, s->wire ? "interval" : "packet");
	if (s->wire) {
		text_str(&w.t, " in ");
		say_things(&w.t, s->transactions, "transaction");
	} else {
		text_str(&w.t, " in ");
		say_things(&w.t, s->urbs, "URB");
	}
	text_str(&w.t, ": ");
	text_count(&w.t, s->done);
	text_str(&w.t, " completed");
	say_part(&w.t, s->empty, "empty");
	say_part(&w.t, s->short_packets, "short");
	for (unsigned i = 0; i < STATUS_COUNT; i++)
		say_part(&w.t, s->failed[i], status_name((enum status)i));
	say_part(&w.t, s->cancelled_packets, "cancelled");
	say_part(&w.t, s->unrecorded, "not recorded");
	say_end(&w, e, "packets");
}

static void say_urbs(const struct iso_result *r, struct emit *e)
{
	const struct iso_stream *s = r->s;
	struct say w;

	if (s->wire || s->ok == s->urbs)
		return;
	say_init(&w);
	text_count(&w.t, s->ok);
	text_str(&w.t, " ok");
	say_part(&w.t, s->failed_urbs, "failed");
	say_part(&w.t, s->cancelled_urbs, "cancelled");
	say_part(&w.t, s->refused, "refused");
	say_part(&w.t, s->pending, "without completion");
	say_end(&w, e, "URBs");
}

static void say_partly(const struct iso_result *r, struct emit *e)
{
	struct say w;

	if (r->s->wire || !r->s->partly)
		return;
	say_init(&w);
	say_things(&w.t, r->s->partly, "URB");
	text_str(&w.t, " succeeded though packets failed");
	w.tone = TONE_WARN;
	say_end(&w, e, "but");
}

static void say_sizes(const struct iso_result *r, struct emit *e)
{
	const struct iso_stream *s = r->s;
	struct say w;

	if (!s->sizes.n)
		return;
	say_init(&w);
	if (s->pattern.period) {
		iso_pattern_text(&w.t, &s->pattern);
		text_str(&w.t, " bytes");
		if (s->pattern.share < 1)
			text_printf(&w.t, " (%.1f%% fit)", 100 * s->pattern.share);
	} else {
		iso_sizes_text(&w.t, &s->sizes);
	}
	say_end(&w, e, "sizes");
}

/* ---- rates and clocks --------------------------------------------------------------- */

static void say_data_rate(const struct iso_result *r, struct emit *e)
{
	struct say w;

	if (!r->rate_known || !r->s->bytes)
		return;
	say_init(&w);
	text_str(&w.t,
		r->s->dir == USB_OUT && !r->s->wire &&
				observe(r->s->capture, ASPECT_ISO_OUT_LENGTH) != OBSERVED_KNOWN
			? "~"
			: "");
	say_rate(&w.t, r->bytes_per_second);
	if (r->reserved > 0) {
		text_printf(&w.t, ", %.0f%% of ", 100 * r->bytes_per_second / r->reserved);
		say_rate(&w.t, r->reserved);
		text_str(&w.t, " reserved");
	}
	say_end(&w, e, "data rate");
}

static void say_samples(const struct iso_result *r, struct emit *e)
{
	struct say w;

	if (!r->format.sample || !(r->hz > 0))
		return;
	say_init(&w);
	text_printf(&w.t, "%s%.*f Hz", r->format.inferred ? "~" : "", decimals(r->hz_uncertainty),
		r->hz);
	if (r->nominal) {
		text_str(&w.t, " by bus time: ");
		text_count(&w.t, r->nominal);
		text_str(&w.t, " Hz ");
		say_ppm(&w.t, r->drift, r->drift_uncertainty);
	}
	if (r->nominal && r->clock_known) {
		text_str(&w.t, "; by the capture's clock ");
		say_ppm(&w.t, r->capture_drift, r->capture_uncertainty);
	}
	say_end(&w, e, "samples");
}

static void say_clock(const struct iso_result *r, struct emit *e)
{
	struct say w;

	if (!r->clock_known || r->s->wire)
		return; /* SOFs tell it better than tokens */
	say_init(&w);
	text_str(&w.t, "bus frames ");
	say_ppm(&w.t, r->clock, r->clock_uncertainty);
	text_str(&w.t, " against the capture's clock");
	say_end(&w, e, "clock");
}

static void say_feedback(const struct iso_result *r, struct emit *e)
{
	const struct iso_feedback *f = &r->s->feedback;
	double mean = f->n ? f->sum / (double)f->n : 0;
	struct say w;

	if (!r->s->is_feedback)
		return;
	say_init(&w);
	text_str(&w.t, r->s->is_feedback == FEEDBACK_TOLD ? "" : "~");
	say_things(&w.t, f->n, "value");
	if (f->n && r->unit) {
		text_printf(&w.t, " (%s): %.5f samples a %s = %.2f Hz, %.2f to %.2f",
			f->bytes == 3 ? "10.14" : "16.16", mean / 65536,
			r->unit == ISO_MICROFRAME ? "microframe" : "frame",
			iso_feedback_hz(r, mean), iso_feedback_hz(r, f->least),
			iso_feedback_hz(r, f->most));
	}
	say_part(&w.t, f->empty, "empty");
	say_part(&w.t, f->bad, "invalid");
	say_end(&w, e, "feedback");
}

/* ---- completions and queue ---------------------------------------------------------- */

static void say_late(const struct iso_result *r, struct emit *e)
{
	const struct timeline_result *l = &r->s->late_result;
	struct say w;

	if (!l->fitted)
		return;
	say_init(&w);
	text_str(&w.t, "mean ");
	say_ns(&w.t, l->mean);
	text_str(&w.t, ", sd ");
	say_ns(&w.t, l->sd);
	text_str(&w.t, ", p99 ");
	say_ns(&w.t, l->p99);
	text_str(&w.t, ", max ");
	say_ns(&w.t, l->max);
	text_str(&w.t,
		r->s->wire ? " behind the earliest token" : " behind the earliest completion");
	say_end(&w, e, "lateness");
}

static void say_gap(const struct iso_result *r, struct emit *e)
{
	struct say w;

	if (r->s->gap.ns <= 0)
		return;
	say_init(&w);
	say_ns(&w.t, (double)r->s->gap.ns);
	text_str(&w.t, r->s->wire ? " between tokens, at " : " between completions, at ");
	say_time(&w.t, r->s->gap.at);
	say_end(&w, e, "longest gap");
}

static void say_queue(const struct iso_result *r, struct emit *e)
{
	const struct iso_stream *s = r->s;
	struct say w;

	if (s->wire || !s->timed)
		return;
	say_init(&w);
	if (!s->queue_seen) {
		text_str(&w.t, "not to be seen: ");
		text_str(&w.t, observe_reason(s->capture, ASPECT_QUEUE));
	} else if (s->reserve.n) {
		text_str(&w.t, "reserve ");
		say_ns(&w.t, (double)hist_quantile(&s->reserve, 0.5));
		text_str(&w.t, ", at least ");
		say_ns(&w.t, (double)s->reserve.min);
	}
	if (s->dry) {
		text_str(&w.t, s->reserve.n ? "; dry " : "dry ");
		say_things(&w.t, s->dry, "time");
		text_str(&w.t, ", longest ");
		say_ns(&w.t, (double)s->dry_longest.ns);
		text_str(&w.t, " at ");
		say_time(&w.t, s->dry_longest.at);
	}
	say_end(&w, e, "queue");
}

/* ---- the bus ------------------------------------------------------------------------ */

static void say_phase(const struct iso_result *r, struct emit *e)
{
	const struct hist *h = &r->s->phase;
	struct say w;

	if (!h->n)
		return;
	say_init(&w);
	say_ns(&w.t, (double)h->min);
	text_str(&w.t, " to ");
	say_ns(&w.t, (double)h->max);
	text_str(&w.t, " behind the SOF, median ");
	say_ns(&w.t, (double)hist_quantile(h, 0.5));
	say_end(&w, e, "in the frame");
}

static void say_sequence(const struct iso_result *r, struct emit *e)
{
	struct say w;

	if (!r->s->sequence)
		return;
	say_init(&w);
	w.tone = TONE_BAD;
	say_things(&w.t, r->s->sequence, "interval");
	text_str(&w.t, " out of sequence, first at record ");
	text_u64(&w.t, r->s->sequence_first);
	text_str(&w.t, ": ");
	text_str(&w.t, r->s->wrong_pids);
	say_end(&w, e, "data PIDs");
}

/* ---- rules of Windows --------------------------------------------------------------- */

static void say_rules(const struct iso_result *r, struct emit *e)
{
	static const char *const broken[RULES] = {
		[RULE_PACKETS] = "with more packets than Windows takes (255, high speed 1,024)",
		[RULE_WHOLE_FRAMES] = "that do not cover whole frames",
		[RULE_START_FRAME] = "refused for their start frame",
	};
	struct say w;

	for (unsigned i = 0; i < RULES; i++) {
		if (!r->s->rule[i])
			continue;
		say_init(&w);
		w.tone = TONE_WARN;
		say_things(&w.t, r->s->rule[i], "URB");
		text_char(&w.t, ' ');
		text_str(&w.t, broken[i]);
		text_str(&w.t, ", first at record ");
		text_u64(&w.t, r->s->rule_first[i]);
		say_end(&w, e, "Windows");
	}
}

/* ---- plots -------------------------------------------------------------------------- */

enum { PLOT = 60, PLOT_LEAST = 5 };

static void plot_late(const struct iso_result *r, struct emit *e)
{
	const struct timeline_result *l = &r->s->late_result;
	struct say w;

	if (!l->fitted || l->n < PLOT_LEAST || !(l->p99 > 0))
		return;
	say_init(&w);
	text_str(&w.t, "0 to ");
	say_ns(&w.t, r->s->bars_to);
	text_str(&w.t, l->max > r->s->bars_to ? " and beyond" : "");
	emit_series(e, &(struct series){.title = "how late",
			       .y = r->s->bars,
			       .n = ISO_BARS,
			       .counts = true,
			       .caption = w.room});
}

static void plot_over_time(const struct iso_point *p, size_t n, const char *title, const char *unit,
	double (*get)(const struct iso_point *), struct emit *e)
{
	double y[PLOT], lo = INFINITY, hi = -INFINITY;
	struct say w;
	int places;

	for (size_t i = 0; i < n; i++) {
		y[i] = get(&p[i]);
		lo = fmin(lo, y[i]);
		hi = fmax(hi, y[i]);
	}
	if (!(lo < hi)) /* a flat line says nothing */
		return;
	say_init(&w);
	places = lo == floor(lo) && hi == floor(hi) ? 0 : hi - lo < 1 ? 2 : hi - lo < 100;
	text_printf(&w.t, "%.*f to %.*f%s%s", places, lo, places, hi, *unit ? " " : "", unit);
	emit_series(e, &(struct series){.title = title, .y = y, .n = n, .caption = w.room});
}

static double late_us(const struct iso_point *p)
{
	return round(p->late_max) / 1000;
}

static double rate_k(const struct iso_point *p)
{
	return p->bytes / p->width / 1000;
}

static double lost_of(const struct iso_point *p)
{
	return p->lost;
}

static double feedback_of(const struct iso_point *p)
{
	return p->feedback;
}

static void plots(const struct iso_result *r, struct emit *e)
{
	struct iso_point p[PLOT];
	size_t n = iso_points(r, p, PLOT);

	plot_late(r, e);
	if (n < PLOT_LEAST)
		return;
	plot_over_time(p, n, "latest", "µs", late_us, e);
	if (r->s->is_feedback)
		plot_over_time(p, n, "feedback", "Hz", feedback_of, e);
	else if (r->s->bytes)
		plot_over_time(p, n, "rate", "kB/s", rate_k, e);
	if (r->lost)
		plot_over_time(p, n, "lost", "", lost_of, e);
}

/* ---- all ---------------------------------------------------------------------------- */

static void say_stream(const struct iso_result *r, struct emit *e)
{
	static void (*const lines[])(const struct iso_result *, struct emit *) = {say_verdict,
		say_endpoint, say_packets, say_urbs, say_partly, say_sizes, say_data_rate,
		say_samples, say_feedback, say_late, say_gap, say_queue, say_clock, say_phase,
		say_sequence, say_rules, plots};
	struct say heading;

	say_init(&heading);
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
	struct say w;

	if (!c || !s->sof.n)
		return;
	say_init(&w);
	say_things(&w.t, s->sof.n, "SOF");
	text_str(&w.t, ", ");
	if (c->missed_sofs)
		text_count(&w.t, c->missed_sofs);
	else
		text_str(&w.t, "none");
	text_str(&w.t, " missing");
	if (l->fitted) {
		text_str(&w.t, "; ");
		say_ppm(&w.t, iso_sof_ppm(s), iso_sof_uncertainty(s));
		text_str(&w.t, " against the capture's clock; jitter sd ");
		say_ns(&w.t, l->sd);
		text_str(&w.t, ", max ");
		say_ns(&w.t, l->max);
	}
	say_end(&w, e, "bus frames");
}

void iso_report_text(const struct iso *s, const struct iso_result *r, size_t n,
	const struct run *run, struct emit *e)
{
	struct say w;

	say_init(&w);
	if (!n)
		text_str(&w.t, "none");
	else
		say_things(&w.t, n + s->untold, "stream");
	say_end(&w, e, "isochronous");
	say_sofs(s, run, e);
	for (size_t i = 0; i < n; i++)
		say_stream(&r[i], e);
}
