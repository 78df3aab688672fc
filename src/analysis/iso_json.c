/* iso_json.c: the report of `iso` for machines: a table of streams, their histograms of lateness
 * and how they went over time. */
#include "analysis/iso_impl.h"
#include "base/mem.h"

#include <math.h>

#define R ((const struct iso_result *)row)
#define S (R->s)
#define GET(name, known, expr)                                                                     \
	static void get_##name(const void *row, struct value *v)                                   \
	{                                                                                          \
		if (known)                                                                         \
			*v = expr;                                                                 \
	}

static struct value ns_value(double ns)
{
	return fabs(ns) < ISO_NS_MAX ? value_ns((int64_t)(ns + 0.5)) : value_null();
}

/* ---- streams ------------------------------------------------------------------------ */

#define HAS(aspect) (observe(S->capture, aspect) != OBSERVED_ABSENT)
#define TABLE	    (HAS(ASPECT_ISO_TABLE) || S->capture == CAPTURE_QEMU || S->wire)
#define JUDGED	    (TABLE && S->unjudged < S->packets)
#define LATE	    S->late_result.fitted
#define PLACED	    (S->positions == POSITIONS_RECORDED || (S->wire && S->placed))
#define QUEUE	    (S->queue_seen && S->timed)
/* No more decimals than mean something: the last bits of a fit differ between machines. */
#define ROUNDED(d) value_real(round((d)*1000) / 1000)

GET(stream, true, value_uint(S->number))
GET(bus, R->device->bus != USB_NO_BUS, value_uint(R->device->bus))
GET(dev, R->device->address != USB_NO_DEVICE, value_uint(R->device->address))
GET(device, true, value_uint(R->pipe->instance))
GET(ep, R->pipe->endpoint != USB_NO_ENDPOINT, value_uint(R->pipe->endpoint))
GET(dir, true, value_name(usb_dir_name(R->pipe->dir)))
GET(interface, R->pipe->flags &PIPE_DESCRIBED, value_uint(R->pipe->interface))
GET(alternate, R->pipe->flags &PIPE_DESCRIBED, value_uint(R->pipe->alternate))
GET(speed, true, value_name(usb_speed_name(S->speed)))
GET(t, true, value_ns(S->begin))
GET(duration, S->end > S->begin, value_ns(S->end - S->begin))
GET(interval, R->interval, value_ns(R->interval))
GET(on_time, R->lost || (S->done && iso_sees_losses(S)), value_bool(!R->lost))
GET(lost, R->lost || (S->done && iso_sees_losses(S)), value_uint(R->lost))

GET(urbs, !S->wire, value_uint(S->urbs))
GET(urbs_ok, !S->wire, value_uint(S->ok))
GET(urbs_partly, !S->wire && JUDGED, value_uint(S->partly))
GET(urbs_failed, !S->wire, value_uint(S->failed_urbs))
GET(urbs_cancelled, !S->wire, value_uint(S->cancelled_urbs))
GET(urbs_pending, !S->wire, value_uint(S->pending))
GET(urbs_refused, !S->wire, value_uint(S->refused))

GET(packets, true, value_uint(S->packets))
GET(completed, TABLE, value_uint(S->done))
GET(empty, TABLE, value_uint(S->empty))
GET(short_packets, TABLE && S->largest, value_uint(S->short_packets))
GET(full, TABLE && S->largest, value_uint(S->full))
GET(failed, JUDGED, value_uint(S->failures))
GET(failed_missed, JUDGED, value_uint(S->failed[STATUS_MISSED]))
GET(failed_crc, JUDGED, value_uint(S->failed[STATUS_CRC]))
GET(failed_protocol, JUDGED, value_uint(S->failed[STATUS_PROTOCOL]))
GET(failed_timeout, JUDGED, value_uint(S->failed[STATUS_TIMEOUT]))
GET(failed_babble, JUDGED, value_uint(S->failed[STATUS_BABBLE]))
GET(failed_overrun, JUDGED, value_uint(S->failed[STATUS_OVERRUN]))
GET(failed_underrun, JUDGED, value_uint(S->failed[STATUS_UNDERRUN]))
GET(cancelled_packets, TABLE, value_uint(S->cancelled_packets))
GET(unrecorded, true, value_uint(S->unrecorded))

/* What has no key of its own. */
static void get_failed_other(const void *row, struct value *v)
{
	static const uint8_t named[] = {STATUS_MISSED, STATUS_CRC, STATUS_PROTOCOL, STATUS_TIMEOUT,
		STATUS_BABBLE, STATUS_OVERRUN, STATUS_UNDERRUN};
	uint64_t other = S->failures;

	for (size_t i = 0; i < ARRAY_LEN(named); i++)
		other -= S->failed[named[i]];
	if (JUDGED)
		*v = value_uint(other);
}

GET(positions_from, S->positions != POSITIONS_UNDECIDED || S->placed,
	value_name(PLACED ? S->wire ? "sof" : "start-frame" : "counted"))
GET(skips, PLACED || S->skips, value_uint(S->skips))
GET(skipped, PLACED || S->skips, value_uint(S->skipped))
GET(repeated, PLACED, value_uint(S->repeated))
GET(first_skip, S->first_skip, value_uint(S->first_skip))

GET(dry, QUEUE, value_uint(S->dry))
GET(dry_time, QUEUE, value_ns(S->dry_ns))
GET(dry_longest, S->dry, value_ns(S->dry_longest.ns))
GET(dry_at, S->dry, value_ns(S->dry_longest.at))
GET(reserve_min, S->reserve.n, value_ns((int64_t)S->reserve.min))
GET(reserve_p50, S->reserve.n, value_ns((int64_t)hist_quantile(&S->reserve, 0.5)))

GET(late_n, true, value_uint(S->late_result.n))
GET(late_mean, LATE, ns_value(S->late_result.mean))
GET(late_sd, LATE, ns_value(S->late_result.sd))
GET(late_p50, LATE, ns_value(S->late_result.p50))
GET(late_p90, LATE, ns_value(S->late_result.p90))
GET(late_p99, LATE, ns_value(S->late_result.p99))
GET(late_max, LATE, ns_value(S->late_result.max))
GET(gap, S->gap.ns, value_ns(S->gap.ns))
GET(gap_at, S->gap.ns, value_ns(S->gap.at))

GET(clock_ppm, R->clock_known, ROUNDED(R->clock))
GET(clock_unc, R->clock_known, ROUNDED(R->clock_uncertainty))

GET(bytes, TABLE && !S->unrecorded, value_uint(S->bytes))
GET(rate, R->rate_known, ROUNDED(R->bytes_per_second))
GET(reserved, R->reserved > 0, value_real(R->reserved))
GET(sample, R->format.sample, value_uint(R->format.sample))
GET(hz, R->hz > 0 && R->format.sample, ROUNDED(R->hz))
GET(hz_unc, R->hz > 0 && R->format.sample, ROUNDED(R->hz_uncertainty))
GET(nominal, R->nominal, value_uint(R->nominal))
GET(drift, R->nominal, ROUNDED(R->drift))
GET(capture_drift, R->nominal && R->clock_known, ROUNDED(R->capture_drift))
GET(capture_unc, R->nominal && R->clock_known, ROUNDED(R->capture_uncertainty))
GET(drift_unc, R->nominal, ROUNDED(R->drift_uncertainty))

static void get_pattern(const void *row, struct value *v)
{
	struct text t;

	if (!S->pattern.period)
		return;
	text_init(&t, v->room, sizeof(v->room));
	iso_pattern_text(&t, &S->pattern);
	v->type = VAL_TEXT;
	v->trusted = true;
	v->s = v->room;
	v->n = (uint32_t)t.len;
}

GET(pattern_share, S->pattern.period, value_real(S->pattern.share))
GET(size_min, S->sizes.n, value_uint(S->sizes.least))
GET(size_max, S->sizes.n, value_uint(S->sizes.most))

#define FEEDBACK   (S->feedback.n > 0)
#define SAMPLES(f) value_real((f) / 65536.0)
#define FEED_HZ(f) value_real(iso_feedback_hz(R, f))
GET(feedback, S->is_feedback, value_uint(S->feedback.n))
GET(feedback_empty, S->is_feedback, value_uint(S->feedback.empty))
GET(feedback_bad, S->is_feedback, value_uint(S->feedback.bad))
GET(feedback_format, FEEDBACK, value_name(S->feedback.bytes == 3 ? "10.14" : "16.16"))
GET(feedback_mean, FEEDBACK, SAMPLES(S->feedback.sum / (double)S->feedback.n))
GET(feedback_min, FEEDBACK, SAMPLES(S->feedback.least))
GET(feedback_max, FEEDBACK, SAMPLES(S->feedback.most))
GET(feedback_last, FEEDBACK, SAMPLES(S->feedback.last))
GET(feedback_hz, FEEDBACK && R->unit, FEED_HZ(S->feedback.sum / (double)S->feedback.n))

GET(phase_min, S->phase.n, value_ns((int64_t)S->phase.min))
GET(phase_p50, S->phase.n, value_ns((int64_t)hist_quantile(&S->phase, 0.5)))
GET(phase_max, S->phase.n, value_ns((int64_t)S->phase.max))
GET(transactions, S->wire, value_uint(S->transactions))
GET(sequence, S->wire, value_uint(S->sequence))
GET(sequence_first, S->sequence, value_uint(S->sequence_first))

#define WINDOWS capture_is_usbpcap(S->capture)
GET(rule_packets, WINDOWS, value_uint(S->rule[RULE_PACKETS]))
GET(rule_whole, WINDOWS, value_uint(S->rule[RULE_WHOLE_FRAMES]))
GET(rule_frame, WINDOWS, value_uint(S->rule[RULE_START_FRAME]))

#define COLUMN(k, g)                                                                               \
	{                                                                                          \
		.key = k, .get = get_##g                                                           \
	}
static const struct column stream_columns[] = {
	COLUMN("stream", stream),
	COLUMN("bus", bus),
	COLUMN("dev", dev),
	COLUMN("device", device),
	COLUMN("ep", ep),
	COLUMN("dir", dir),
	COLUMN("interface", interface),
	COLUMN("alternate", alternate),
	COLUMN("speed", speed),
	COLUMN("t", t),
	COLUMN("duration", duration),
	COLUMN("interval", interval),
	COLUMN("on_time", on_time),
	COLUMN("lost", lost),
	COLUMN("urbs.total", urbs),
	COLUMN("urbs.ok", urbs_ok),
	COLUMN("urbs.ok_with_failed_packets", urbs_partly),
	COLUMN("urbs.failed", urbs_failed),
	COLUMN("urbs.cancelled", urbs_cancelled),
	COLUMN("urbs.pending", urbs_pending),
	COLUMN("urbs.refused", urbs_refused),
	COLUMN("packets.asked", packets),
	COLUMN("packets.completed", completed),
	COLUMN("packets.full", full),
	COLUMN("packets.short", short_packets),
	COLUMN("packets.empty", empty),
	COLUMN("packets.failed", failed),
	COLUMN("packets.cancelled", cancelled_packets),
	COLUMN("packets.not_recorded", unrecorded),
	COLUMN("failed.missed", failed_missed),
	COLUMN("failed.crc", failed_crc),
	COLUMN("failed.protocol", failed_protocol),
	COLUMN("failed.timeout", failed_timeout),
	COLUMN("failed.babble", failed_babble),
	COLUMN("failed.overrun", failed_overrun),
	COLUMN("failed.underrun", failed_underrun),
	COLUMN("failed.other", failed_other),
	COLUMN("positions.from", positions_from),
	COLUMN("positions.skips", skips),
	COLUMN("positions.skipped", skipped),
	COLUMN("positions.repeated", repeated),
	COLUMN("positions.first_skip", first_skip),
	COLUMN("queue.dry", dry),
	COLUMN("queue.dry_time", dry_time),
	COLUMN("queue.dry_longest", dry_longest),
	COLUMN("queue.dry_longest_t", dry_at),
	COLUMN("queue.reserve_min", reserve_min),
	COLUMN("queue.reserve_p50", reserve_p50),
	COLUMN("late.n", late_n),
	COLUMN("late.mean", late_mean),
	COLUMN("late.sd", late_sd),
	COLUMN("late.p50", late_p50),
	COLUMN("late.p90", late_p90),
	COLUMN("late.p99", late_p99),
	COLUMN("late.max", late_max),
	COLUMN("gap", gap),
	COLUMN("gap_t", gap_at),
	COLUMN("clock.ppm", clock_ppm),
	COLUMN("clock.uncertainty", clock_unc),
	COLUMN("bytes", bytes),
	COLUMN("rate.mean", rate),
	COLUMN("rate.reserved", reserved),
	COLUMN("samples.bytes", sample),
	COLUMN("samples.hz", hz),
	COLUMN("samples.uncertainty", hz_unc),
	COLUMN("samples.nominal", nominal),
	COLUMN("samples.ppm", drift),
	COLUMN("samples.ppm_uncertainty", drift_unc),
	COLUMN("samples.capture_ppm", capture_drift),
	COLUMN("samples.capture_uncertainty", capture_unc),
	COLUMN("sizes.min", size_min),
	COLUMN("sizes.max", size_max),
	COLUMN("sizes.pattern", pattern),
	COLUMN("sizes.share", pattern_share),
	COLUMN("feedback.values", feedback),
	COLUMN("feedback.empty", feedback_empty),
	COLUMN("feedback.invalid", feedback_bad),
	COLUMN("feedback.format", feedback_format),
	COLUMN("feedback.mean", feedback_mean),
	COLUMN("feedback.min", feedback_min),
	COLUMN("feedback.max", feedback_max),
	COLUMN("feedback.last", feedback_last),
	COLUMN("feedback.hz", feedback_hz),
	COLUMN("frame.min", phase_min),
	COLUMN("frame.p50", phase_p50),
	COLUMN("frame.max", phase_max),
	COLUMN("pids.transactions", transactions),
	COLUMN("pids.wrong", sequence),
	COLUMN("pids.first_wrong", sequence_first),
	COLUMN("windows.packets", rule_packets),
	COLUMN("windows.whole_frames", rule_whole),
	COLUMN("windows.start_frame", rule_frame),
};

/* ---- histograms --------------------------------------------------------------------- */

struct bar_row {
	uint32_t stream;
	int64_t from, to; /* ns */
	double count;
};
#define B ((const struct bar_row *)row)
GET(bar_stream, true, value_uint(B->stream))
GET(bar_from, true, value_ns(B->from))
GET(bar_to, B->to > 0, value_ns(B->to))
GET(bar_count, true, value_uint((uint64_t)B->count))

static const struct column bar_columns[] = {
	COLUMN("stream", bar_stream),
	COLUMN("from", bar_from),
	COLUMN("to", bar_to),
	COLUMN("count", bar_count),
};

static void emit_bars(const struct iso_result *r, struct emit *e)
{
	double width = r->s->bars_to / ISO_BARS;

	for (unsigned i = 0; r->s->late_result.fitted && i < ISO_BARS; i++) {
		struct bar_row b = {r->s->number, (int64_t)(i * width),
			i + 1 < ISO_BARS ? (int64_t)((i + 1) * width) : 0, r->s->bars[i]};

		emit_row(e, &b);
		emit_row_end(e);
	}
}

/* ---- moments of a dry queue ----------------------------------------------------------- */

struct dry_row {
	uint32_t stream;
	const struct iso_gap *gap;
};
#define D ((const struct dry_row *)row)
GET(dry_stream, true, value_uint(D->stream))
GET(dry_t, true, value_ns(D->gap->at))
GET(dry_duration, true, value_ns(D->gap->ns))

static const struct column dry_columns[] = {
	COLUMN("stream", dry_stream),
	COLUMN("t", dry_t),
	COLUMN("duration", dry_duration),
};

static void emit_dries(const struct iso_result *r, struct emit *e)
{
	for (unsigned i = 0; i < r->s->dry && i < ISO_DRIES; i++) {
		struct dry_row row = {r->s->number, &r->s->dries[i]};

		emit_row(e, &row);
		emit_row_end(e);
	}
}

/* ---- series ------------------------------------------------------------------------- */

struct point_row {
	uint32_t stream;
	const struct iso_point *p;
};
#define P (((const struct point_row *)row)->p)
GET(point_stream, true, value_uint(((const struct point_row *)row)->stream))
GET(point_t, true, ns_value(P->t * 1e9))
GET(point_width, true, ns_value(P->width * 1e9))
GET(point_events, true, value_uint((uint64_t)P->events))
GET(point_late_mean, P->late_mean >= 0, ns_value(P->late_mean))
GET(point_late_max, P->late_max >= 0, ns_value(P->late_max))
GET(point_bytes, true, value_uint((uint64_t)P->bytes))
GET(point_lost, true, value_uint((uint64_t)P->lost))
GET(point_feedback, P->feedbacks > 0, value_real(P->feedback))

static const struct column point_columns[] = {
	COLUMN("stream", point_stream),
	COLUMN("t", point_t),
	COLUMN("width", point_width),
	COLUMN("completions", point_events),
	COLUMN("late_mean", point_late_mean),
	COLUMN("late_max", point_late_max),
	COLUMN("bytes", point_bytes),
	COLUMN("lost", point_lost),
	COLUMN("feedback_hz", point_feedback),
};

static void emit_points(const struct iso_result *r, struct emit *e)
{
	struct iso_point p[TIMELINE_BINS];
	size_t n = iso_points(r, p, TIMELINE_BINS);

	for (size_t i = 0; i < n; i++) {
		struct point_row row = {r->s->number, &p[i]};

		emit_row(e, &row);
		emit_row_end(e);
	}
}

/* ---- all ---------------------------------------------------------------------------- */

static void emit_streams(const struct iso_result *r, struct emit *e)
{
	emit_row(e, r);
	emit_row_end(e);
}

/* The bus's own; null where the capture has none. */
static void emit_frames(const struct iso *s, const struct run *run, struct emit *e)
{
	const struct bus_counts *c = model_bus_counts(run->model);
	const struct timeline_result *l = &s->sof.result;

	if (!c || !s->sof.n) {
		emit_item(e, "frames", NULL, value_null(), SHOW_PLAIN);
		return;
	}
	emit_begin(e, "frames", NULL);
	emit_item(e, "sofs", NULL, value_uint(s->sof.n), SHOW_PLAIN);
	emit_item(e, "missing", NULL, value_uint(c->missed_sofs), SHOW_PLAIN);
	if (iso_sof_clock(s)) {
		emit_item(e, "ppm", NULL, ROUNDED(iso_sof_ppm(s)), SHOW_PLAIN);
		emit_item(e, "uncertainty", NULL, ROUNDED(iso_sof_uncertainty(s)), SHOW_PLAIN);
		emit_item(e, "late_sd", NULL, ns_value(l->sd), SHOW_PLAIN);
		emit_item(e, "late_max", NULL, ns_value(l->max), SHOW_PLAIN);
	}
	emit_end(e);
}

void iso_report_tables(const struct iso *s, const struct iso_result *r, size_t n,
	const struct run *run, struct emit *e)
{
	static const struct {
		const char *key;
		const struct column *cols;
		size_t n;
		void (*rows)(const struct iso_result *, struct emit *);
	} tables[] = {
		{"streams", stream_columns, ARRAY_LEN(stream_columns), emit_streams},
		{"queue_dry", dry_columns, ARRAY_LEN(dry_columns), emit_dries},
		{"late_histogram", bar_columns, ARRAY_LEN(bar_columns), emit_bars},
		{"series", point_columns, ARRAY_LEN(point_columns), emit_points},
	};

	emit_frames(s, run, e);
	emit_item(e, "streams_not_told", NULL, value_uint(s->untold), SHOW_PLAIN);
	for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
		emit_table(e, tables[i].key, NULL, tables[i].cols, tables[i].n, LAYOUT_LINES);
		for (size_t k = 0; k < n; k++)
			tables[i].rows(&r[k], e);
		emit_table_end(e);
	}
}
