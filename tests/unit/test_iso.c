/* test_iso.c: the parts of `iso` that compute: line fit, lateness and its percentiles, patterns of
 * packet sizes, feedback. Expected values are worked out by hand or by sorting all values. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "analysis/iso_impl.h"
#include "base/fit.h"
#include "base/mem.h"
#include "usb/pid.h"

static uint64_t state = 88172645463325252u;

/* 0 … 1 */
static double chance(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (double)(state >> 11) / (double)((uint64_t)1 << 53);
}

static void assert_near(double said, double true_value, double allowed)
{
	if (!(fabs(said - true_value) <= allowed))
		fail_msg("%.9g is not %.9g ± %.3g", said, true_value, allowed);
}

/* ---- the fit ------------------------------------------------------------------------ */

static void test_fit_exact(void **unused)
{
	/* y = 2 + 3 x */
	static const struct fit_point p[] = {{0, 2, 1}, {1, 5, 1}, {4, 14, 1}, {10, 32, 1}};
	struct fit f;

	(void)unused;
	assert_true(fit_line(p, ARRAY_LEN(p), &f));
	assert_near(f.slope, 3, 1e-12);
	assert_near(f.offset, 2, 1e-12);
	assert_near(f.uncertainty, 0, 1e-9);
}

static void test_fit_too_little(void **unused)
{
	static const struct fit_point p[] = {{1, 2, 1}, {1, 3, 1}, {1, 4, 1}};
	struct fit f = {.slope = 7};

	(void)unused;
	assert_false(fit_line(p, 0, &f));
	assert_false(fit_line(p, 2, &f));
	assert_false(fit_line(p, 3, &f)); /* all x the same */
	assert_true(f.slope == 7);
}

/* Two points of eleven far off: least squares would say more than 3. */
static void test_fit_outliers(void **unused)
{
	struct fit_point p[11];
	struct fit f;

	(void)unused;
	for (int i = 0; i < 11; i++)
		p[i] = (struct fit_point){i, 1 + 2.0 * i + (i % 2 ? 0.01 : -0.01), 1};
	p[9].y += 1000;
	p[10].y += 1000;
	assert_true(fit_line(p, ARRAY_LEN(p), &f));
	assert_near(f.slope, 2, 0.01);
}

/* The interval must hold the truth in about 95 of 100 cases: also where neighbours err alike. */
static void fit_coverage(double memory, int least)
{
	static struct fit_point p[400];
	int held = 0;

	for (int round = 0; round < 200; round++) {
		double error = 0;
		struct fit f;

		for (size_t i = 0; i < ARRAY_LEN(p); i++) {
			error = memory * error + chance() - 0.5;
			p[i] = (struct fit_point){(double)i, 5 + 1.5 * (double)i + error, 1};
		}
		assert_true(fit_line(p, ARRAY_LEN(p), &f));
		held += fabs(f.slope - 1.5) <= f.uncertainty;
	}
	if (held < least)
		fail_msg("the truth was within the uncertainty %d times of 200", held);
}

static void test_fit_uncertainty(void **unused)
{
	(void)unused;
	fit_coverage(0, 180);
	fit_coverage(0.8, 176);
}

/* ---- lateness ----------------------------------------------------------------------- */

/* Five completions of one frame each: late by 0, 10, 0, 30, 0 µs. */
static void test_lateness_by_hand(void **unused)
{
	static const int64_t late[] = {0, 10000, 0, 30000, 0};
	struct timeline t;
	struct timeline_result r;

	(void)unused;
	timeline_init(&t, ISO_FRAME);
	for (int i = 0; i < 5; i++)
		timeline_add(&t, 7000 + i * ISO_FRAME + late[i], i,
			(double)(7000 + i * ISO_FRAME + late[i]));
	r = timeline_result(&t, 1);
	assert_true(r.fitted);
	assert_int_equal(r.n, 5);
	/* the median of the ten slopes between them is 0 */
	assert_near(r.slope, ISO_FRAME, 1500);
	assert_near(r.max, 30000, 3000);
	timeline_free(&t);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Against a sort of all: n completions, `ppm` slow, late by an exponential distribution. */
static void lateness_of(size_t n, double ppm, double allowed)
{
	double *late = mem_zalloc(n, sizeof(*late)), sum = 0;
	struct timeline t;
	struct timeline_result r;

	timeline_init(&t, ISO_FRAME);
	for (size_t i = 0; i < n; i++) {
		double due = (double)i * ISO_FRAME * (1 + ppm / 1e6);

		late[i] = floor(-50000 * log(1 - chance()));
		timeline_add(&t, (int64_t)(due + late[i]), (int64_t)i, due + late[i]);
	}
	r = timeline_result(&t, 1);
	qsort(late, n, sizeof(*late), by_value);
	for (size_t i = 0; i < n; i++)
		sum += late[i] - late[0];
	assert_near((r.slope / ISO_FRAME - 1) * 1e6, ppm, r.uncertainty / ISO_FRAME * 1e6);
	assert_near(r.mean, sum / (double)n, allowed * 50000);
	assert_near(r.p50, late[n / 2 - 1] - late[0], allowed * 50000);
	assert_near(r.p99, late[(size_t)ceil(0.99 * (double)n) - 1] - late[0], allowed * 5 * 50000);
	assert_near(r.max, late[n - 1] - late[0], allowed * 12 * 50000);
	assert_true(r.sampled == (n > TIMELINE_POINTS));
	timeline_free(&t);
	free(late);
}

static void test_lateness_sorted(void **unused)
{
	(void)unused;
	lateness_of(1000, 200, 0.05);
	lateness_of(TIMELINE_POINTS, -200, 0.05);
	lateness_of(200000, 30, 0.05);
}

/* Memory does not grow, whatever the times are. */
static void test_timeline_bounds(void **unused)
{
	static const int64_t when[] = {0, INT64_MAX, 5, INT64_MIN, INT64_MAX - 1, 1};
	struct timeline t;
	struct timeline_result r;
	double bytes = 0;

	(void)unused;
	timeline_init(&t, ISO_MICROFRAME);
	for (int i = 0; i < 60000; i++) {
		timeline_add(&t, when[i % 6], i, (double)when[i % 6]);
		timeline_note(&t, when[i % 6], NOTE_BYTES, 3);
	}
	assert_int_equal(t.points, TIMELINE_POINTS);
	assert_true(t.bins <= TIMELINE_BINS);
	for (size_t i = 0; i < t.bins; i++)
		bytes += t.bin[i].note[NOTE_BYTES];
	assert_true(bytes == 180000);
	r = timeline_result(&t, 1);
	assert_int_equal(r.n, 60000);
	timeline_free(&t);
}

static void test_histogram(void **unused)
{
	struct timeline t;
	struct timeline_result r;
	double count[4];

	(void)unused;
	timeline_init(&t, 1000);
	for (int i = 0; i < 100; i++) /* late by 0 and 30 ns in turn */
		timeline_add(&t, i * 1000, i, i * 1000.0 + (i % 2 ? 30 : 0));
	r = timeline_result(&t, 1);
	timeline_histogram(&t, &r, 40, count, 4);
	assert_true(count[0] == 50 && count[1] == 0 && count[2] + count[3] == 50);
	timeline_free(&t);
}

/* ---- sizes -------------------------------------------------------------------------- */

static void assert_pattern(const uint32_t *size, size_t n, size_t total, const char *expected)
{
	struct iso_sizes s = {0};
	struct iso_pattern p;
	char room[200];
	struct text t;

	for (size_t i = 0; i < total; i++)
		iso_sizes_add(&s, size[i % n]);
	p = iso_sizes_pattern(&s);
	text_init(&t, room, sizeof(room));
	iso_pattern_text(&t, &p);
	assert_string_equal(room, expected);
	iso_sizes_free(&s);
}

static void test_patterns(void **unused)
{
	static const uint32_t cd[] = {176, 176, 176, 180, 176, 176, 176, 176, 176, 176};
	static const uint32_t flat[] = {192};
	static const uint32_t camera[] = {1024, 1024, 1024, 612, 0, 0, 0, 0};
	static uint32_t none[700];

	(void)unused;
	assert_pattern(cd, 10, 770, "9 × 176 + 180");
	assert_pattern(cd, 10, 30, "9 × 176 + 180");
	assert_pattern(flat, 1, 50, "192");
	assert_pattern(camera, 8, 800, "4 × 0 + 3 × 1024 + 612");
	assert_pattern(flat, 1, 2, "");
	for (size_t i = 0; i < ARRAY_LEN(none); i++)
		none[i] = (uint32_t)(chance() * 1000);
	assert_pattern(none, ARRAY_LEN(none), ARRAY_LEN(none), "");
}

/* One packet of fourteen is another: thirteen fit, wherever it stands. */
static void test_share_of_pattern(void **unused)
{
	(void)unused;
	for (size_t odd = 0; odd < 14; odd++) {
		struct iso_sizes s = {0};
		struct iso_pattern p;

		for (size_t i = 0; i < 14; i++)
			iso_sizes_add(&s, i == odd ? 4 : 192);
		p = iso_sizes_pattern(&s);
		assert_true(p.period || (odd && odd != 13)); /* pairs with it may be too many */
		if (p.period)
			assert_float_equal(p.share, 13 / 14.0, 1e-9);
		iso_sizes_free(&s);
	}
}

/* 44.1 kHz by a clock 20 ppm too fast: now and then the pattern slips by a packet. */
static void test_pattern_of_drifting_clock(void **unused)
{
	static uint32_t size[5000];
	double each = 44.1 * 1.00002;

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(size); i++)
		size[i] = 4 * (uint32_t)(floor((double)(i + 1) * each) - floor((double)i * each));
	assert_pattern(size, ARRAY_LEN(size), ARRAY_LEN(size), "9 × 176 + 180");
}

/* ---- places ------------------------------------------------------------------------- */

/* URBs of 8 packets of 1 ms, completed in time; frame < 0: it is not recorded. */
static void give(struct iso_stream *s, int64_t submitted, int64_t completed, int32_t frame)
{
	struct iso_urb u = {.begin = submitted,
		.end = completed,
		.record = 1,
		.packets = 8,
		.good = 8,
		.good_bytes = 800,
		.frame = frame,
		.has_frame = frame >= 0,
		.has_queue = true,
		.timed = true,
		.position = -1};

	iso_place(s, &u);
}

static void begin(struct iso_stream *s)
{
	*s = (struct iso_stream){.unit = ISO_FRAME, .step = 1, .modulus = 1024, .queue_seen = true};
	timeline_init(&s->late, ISO_FRAME);
	timeline_init(&s->rate, 0);
}

static void end(struct iso_stream *s)
{
	timeline_free(&s->late);
	timeline_free(&s->rate);
	hist_free(&s->reserve);
	iso_sizes_free(&s->sizes);
}

enum { MS = 1000000 };

/* 1010, 1018, then 2 of 1024 frames: continuous. Later 5 frames are left out, and 3 given twice. */
static void test_start_frames(void **unused)
{
	struct iso_stream s;
	int32_t frame = 1010;

	(void)unused;
	begin(&s);
	for (int i = 0; i < 12; i++, frame += 8)
		give(&s, (i - 2) * 8 * MS, (i + 1) * 8 * MS, frame % 1024);
	assert_int_equal(s.positions, POSITIONS_RECORDED);
	assert_int_equal(s.skipped, 0);
	assert_int_equal(s.repeated, 0);
	give(&s, 80 * MS, 109 * MS, (frame + 5) % 1024);
	assert_int_equal(s.skips, 1);
	assert_int_equal(s.skipped, 5);
	give(&s, 90 * MS, 114 * MS, (frame + 10) % 1024);
	assert_int_equal(s.repeated, 3);
	assert_int_equal(s.dry, 0);
	iso_place_end(&s);
	assert_int_equal(s.late.n, 14);
	assert_int_equal(s.next, 14 * 8 + 5 - 3);
	end(&s);
}

/* A controller that says of each URB in which frame it was submitted: no positions at all. */
static void test_estimated_frames(void **unused)
{
	struct iso_stream s;

	(void)unused;
	begin(&s);
	for (int i = 0; i < 12; i++)
		give(&s, (i - 2) * 8 * MS, (i + 1) * 8 * MS, 100 + i * 8 + i % 3);
	assert_int_equal(s.positions, POSITIONS_COUNTED);
	assert_int_equal(s.skipped, 0);
	end(&s);
}

/* Nothing queued from 96 to 110 ms: without start frames time tells that 14 + 2 are left out. */
static void test_dry_queue(void **unused)
{
	struct iso_stream s;

	(void)unused;
	begin(&s);
	for (int i = 0; i < 12; i++)
		give(&s, (i - 2) * 8 * MS, (i + 1) * 8 * MS, -1);
	assert_int_equal(s.reserve.min, 16 * MS);
	give(&s, 110 * MS, 120 * MS, -1);
	assert_int_equal(s.positions, POSITIONS_COUNTED);
	assert_int_equal(s.dry, 1);
	assert_int_equal(s.dry_ns, 14 * MS);
	assert_int_equal(s.dry_longest.at, 96 * MS);
	assert_int_equal(s.gap.ns, 24 * MS);
	assert_int_equal(s.skipped, 16);
	end(&s);
}

/* Neither speed nor interval is known: 8 packets that take 2 ms, and 16 of what start frames count.
 */
static void test_inferred_unit(void **unused)
{
	struct iso_stream s;

	(void)unused;
	begin(&s);
	s.unit = s.step = 0;
	for (int i = 0; i < 9; i++)
		give(&s, (i - 2) * 2 * MS, (i + 1) * 2 * MS, 64 + i * 16);
	assert_int_equal(s.unit, ISO_MICROFRAME);
	assert_int_equal(s.step, 2);
	assert_true(s.unit_inferred && s.step_inferred);
	end(&s);
}

/* Start frames count frames at high speed, as Windows has it. */
static void test_frames_at_high_speed(void **unused)
{
	struct iso_stream s;

	(void)unused;
	begin(&s);
	s.unit = ISO_MICROFRAME;
	for (int i = 0; i < 10; i++)
		give(&s, (i - 2) * MS, (i + 1) * MS, 500 + i);
	assert_int_equal(s.frame_scale, 8);
	assert_int_equal(s.positions, POSITIONS_RECORDED);
	give(&s, 8 * MS, 13 * MS, 512);
	assert_int_equal(s.skipped, 16);
	end(&s);
}

/* Microsoft's limits: 255 and 1024 packets, whole frames at high speed. */
static void test_windows_rules(void **unused)
{
	static const struct {
		uint8_t capture, speed;
		uint32_t packets, step;
		int broken; /* a rule, or -1 */
	} cases[] = {
		{CAPTURE_USBPCAP_1_5, USB_FULL, 255, 1, -1},
		{CAPTURE_USBPCAP_1_5, USB_FULL, 256, 1, RULE_PACKETS},
		{CAPTURE_USBPCAP_1_5, USB_HIGH, 1024, 1, -1},
		{CAPTURE_USBPCAP_1_5, USB_HIGH, 1032, 1, RULE_PACKETS},
		{CAPTURE_USBPCAP_1_5, USB_HIGH, 12, 1, RULE_WHOLE_FRAMES},
		{CAPTURE_USBPCAP_1_5, USB_HIGH, 12, 2, -1},
		{CAPTURE_USBPCAP_1_5, USB_HIGH, 3, 8, -1},
		{CAPTURE_USBMON, USB_FULL, 300, 1, -1},
	};

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct iso_stream s = {.speed = cases[i].speed, .step = cases[i].step};
		struct xfer x = {.capture = cases[i].capture, .first = 17};

		x.iso.packets = cases[i].packets;
		iso_windows_rules(&s, &x);
		for (int k = 0; k < RULES; k++)
			assert_int_equal(s.rule[k], k == cases[i].broken);
	}
}

/* ---- the bus ------------------------------------------------------------------------ */

/* One interval of packets with these PIDs; 0 behind the last. */
static void interval(struct iso *all, struct iso_stream *s, uint8_t dir, const uint8_t *pids)
{
	static uint32_t ids;
	uint32_t id = ++ids;
	struct xfer x = {.id = id, .first = 100 + id, .device = 5, .endpoint = 3, .dir = dir};
	struct iso_urb u = {0};

	for (; *pids; pids++) {
		struct transaction t = {.xfer = id,
			.device = 5,
			.endpoint = 3,
			.dir = dir,
			.type = USB_ISOCHRONOUS,
			.data_pid = *pids};

		iso_wire_transaction(all, NULL, &t);
		x.iso.packets++;
		x.len += 1024;
	}
	iso_wire_count(all, s, &x, &u);
	assert_int_equal(u.good, 1);
}

/* USB 2.0 5.9.2: inwards the first PID counts the packets down, outwards MDATA says that more come.
 */
static void test_sequences(void **unused)
{
	static const struct {
		uint8_t dir, pids[5];
		bool wrong;
	} cases[] = {
		{USB_IN, {PID_DATA0}, false},
		{USB_IN, {PID_DATA1, PID_DATA0}, false},
		{USB_IN, {PID_DATA2, PID_DATA1, PID_DATA0}, false},
		{USB_IN, {PID_DATA1}, true},
		{USB_IN, {PID_DATA0, PID_DATA1}, true},
		{USB_OUT, {PID_DATA0}, false},
		{USB_OUT, {PID_MDATA, PID_DATA1}, false},
		{USB_OUT, {PID_MDATA, PID_MDATA, PID_DATA2}, false},
		{USB_OUT, {PID_DATA1}, true},
		{USB_OUT, {PID_MDATA, PID_MDATA, PID_MDATA, PID_DATA2}, true},
	};
	struct iso *all = iso_new();

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct iso_stream s;

		begin(&s);
		s.speed = USB_FULL; /* where nobody cares */
		interval(all, &s, cases[i].dir, cases[i].pids);
		assert_int_equal(s.sequence, 0);
		s.speed = USB_HIGH;
		interval(all, &s, cases[i].dir, cases[i].pids);
		assert_int_equal(s.sequence, cases[i].wrong);
		end(&s);
	}
	iso_free(all);
}

/* ---- feedback ----------------------------------------------------------------------- */

static void test_feedback_values(void **unused)
{
	(void)unused;
	/* 48.0 in 10.14: 48 << 14 = 0x0c0000; 44.1 in 10.14: 722534 = 0x0b0666 */
	assert_int_equal(iso_feedback_value((const uint8_t *)"\x00\x00\x0c", 3), 48u << 16);
	assert_near(iso_feedback_value((const uint8_t *)"\x66\x06\x0b", 3) / 65536.0, 44.1, 1e-4);
	/* 6.0 in 16.16 */
	assert_int_equal(iso_feedback_value((const uint8_t *)"\x00\x00\x06\x00", 4), 6u << 16);
	assert_int_equal(iso_feedback_value((const uint8_t *)"\x00\x00", 2), 0);
	assert_int_equal(iso_feedback_value((const uint8_t *)"\xff\xff\xff", 3), 0xffffffu << 2);
}

static void test_feedback_sums(void **unused)
{
	struct iso_feedback f = {0};

	(void)unused;
	iso_feedback_add(&f, (const uint8_t *)"\x00\x00\x0c", 3);
	iso_feedback_add(&f, NULL, 0);
	iso_feedback_add(&f, (const uint8_t *)"\x00\x40\x0c", 3); /* 49.0 */
	iso_feedback_add(&f, (const uint8_t *)"\x00\x40", 2);
	assert_int_equal(f.n, 2);
	assert_int_equal(f.empty, 1);
	assert_int_equal(f.bad, 1);
	assert_int_equal(f.least, 48u << 16);
	assert_int_equal(f.most, 49u << 16);
	assert_near(f.sum / 2 / 65536, 48.5, 1e-9);
}

static void test_rates(void **unused)
{
	static const struct iso_format any = {0}, some = {.hz = {44100, 48000}, .rates = 2};

	(void)unused;
	assert_int_equal(iso_rate_near(&any, 44105.3), 44100);
	assert_int_equal(iso_rate_near(&any, 47990), 48000);
	assert_int_equal(iso_rate_near(&any, 46000), 0);
	assert_int_equal(iso_rate_near(&some, 32000), 0);
	assert_int_equal(iso_unit_near(125010), ISO_MICROFRAME);
	assert_int_equal(iso_unit_near(999800), ISO_FRAME);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fit_exact),
		cmocka_unit_test(test_fit_too_little),
		cmocka_unit_test(test_fit_outliers),
		cmocka_unit_test(test_fit_uncertainty),
		cmocka_unit_test(test_lateness_by_hand),
		cmocka_unit_test(test_lateness_sorted),
		cmocka_unit_test(test_timeline_bounds),
		cmocka_unit_test(test_histogram),
		cmocka_unit_test(test_patterns),
		cmocka_unit_test(test_share_of_pattern),
		cmocka_unit_test(test_pattern_of_drifting_clock),
		cmocka_unit_test(test_start_frames),
		cmocka_unit_test(test_estimated_frames),
		cmocka_unit_test(test_dry_queue),
		cmocka_unit_test(test_inferred_unit),
		cmocka_unit_test(test_frames_at_high_speed),
		cmocka_unit_test(test_windows_rules),
		cmocka_unit_test(test_sequences),
		cmocka_unit_test(test_feedback_values),
		cmocka_unit_test(test_feedback_sums),
		cmocka_unit_test(test_rates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
