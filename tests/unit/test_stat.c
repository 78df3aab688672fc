/* test_stat.c: what `stat` measures: queue depth and gaps, sizes and parts of requests, rates,
 * exchanges; against figures worked out by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/stat_columns.h"
#include "analysis/stat_queue.h"
#include "analysis/stat_segments.h"
#include "base/mem.h"
#include "base/out.h"
#include "output/output.h"
#include "usb/desc.h"

/* ---- the queue ---------------------------------------------------------------------- */

static void depth_is_weighted_by_time(void **state)
{
	struct queue q = {0};
	struct queue_sum s;

	(void)state;
	/* 1: 0–10, 2: 10–30, 1: 30–40, none: 40–100, 1: 100–150 */
	queue_add(&q, 0, 30);
	queue_add(&q, 10, 40);
	queue_add(&q, 100, 150);
	s = queue_sum(&q, 1000);
	assert_int_equal(s.span, 150);
	assert_int_equal(s.active, 90);
	assert_int_equal(s.time[0], 60);
	assert_int_equal(s.time[1], 70);
	assert_int_equal(s.time[2], 20);
	assert_true(s.mean == 110.0 / 150);
	assert_int_equal(q.most, 2);
	assert_false(q.inexact);
	assert_int_equal(q.gap.n, 1);
	assert_int_equal(q.gap.max, 60);
	/* looking changes nothing */
	queue_add(&q, 150, 160);
	s = queue_sum(&q, 1000);
	assert_int_equal(s.span, 160);
	assert_int_equal(s.active, 100);
	queue_free(&q);
}

static void what_is_pending_waits_until_the_end(void **state)
{
	struct queue q = {0};
	struct queue_sum s;

	(void)state;
	queue_add(&q, 100, 200);
	queue_add(&q, 150, QUEUE_PENDING);
	queue_add(&q, 250, QUEUE_PENDING);
	s = queue_sum(&q, 1100);
	assert_int_equal(s.span, 1000);
	assert_int_equal(s.time[0], 0);
	assert_int_equal(s.time[1], 50 + 50);
	assert_int_equal(s.time[2], 50 + 850);
	assert_true(s.mean == 1.9);
	queue_free(&q);
}

/* Reads that wait are taken back from the last one on (usb_kill_anchored_urbs()). */
static void overtaking_is_followed(void **state)
{
	struct queue q = {0};
	struct queue_sum s;

	(void)state;
	queue_add(&q, 20, 50);
	queue_add(&q, 10, 60); /* began before */
	queue_add(&q, 0, 100);
	queue_add(&q, 120, 130);
	s = queue_sum(&q, 0);
	assert_false(q.inexact);
	assert_int_equal(s.span, 130);
	assert_int_equal(s.time[0], 20);
	assert_int_equal(s.time[1], 10 + 40 + 10);
	assert_int_equal(s.time[2], 10 + 10);
	assert_int_equal(s.time[3], 30);
	assert_int_equal(q.most, 3);
	assert_false(q.filled);
	/* one that was there all the time: nothing of the gap remains */
	queue_add(&q, 0, 140);
	s = queue_sum(&q, 0);
	assert_int_equal(s.time[0], 0);
	assert_int_equal(s.time[1], 20 + 10);
	assert_int_equal(q.most, 4);
	assert_true(q.filled);
	queue_free(&q);
}

/* Where too many overtook, the mean is still right, and the shares add up. */
static void overtaking_of_many_is_said(void **state)
{
	struct queue q = {0};
	struct queue_sum s;
	uint64_t sum = 0;

	(void)state;
	for (int i = 1; i <= QUEUE_PAST + 1; i++)
		queue_add(&q, i * 10, i * 10 + 5);
	queue_add(&q, 0, 1000);
	queue_add(&q, 20, 1010);
	s = queue_sum(&q, 0);
	assert_true(q.inexact);
	assert_int_equal(s.span, 1010);
	assert_true(s.mean == (5.0 * (QUEUE_PAST + 1) + 1000 + 990) / 1010);
	for (unsigned i = 0; i < QUEUE_DEPTHS; i++)
		sum += s.time[i];
	assert_int_equal(sum, s.span);
	queue_free(&q);
}

/* Against counting at each moment, with depths beyond those told apart and beyond the ring; `jump`:
 * how far submissions are out of order. */
static void count_at_each_moment(int jump)
{
	enum { N = 3000 };
	static int64_t begin[N], end[N];
	uint64_t time[QUEUE_DEPTHS] = {0};
	struct queue q = {0};
	struct queue_sum s;
	unsigned seed = 7;
	unsigned most = 0;
	int64_t t = 0;

	for (int i = 0; i < N; i++) {
		seed = seed * 1103515245 + 12345;
		t += seed >> 16 & 15;
		begin[i] = t - (jump ? (int)(seed >> 18) % jump : 0);
		end[i] = t + 40 + (seed >> 20 & 127);
		if (i && end[i] < end[i - 1])
			end[i] = end[i - 1];
		queue_add(&q, begin[i], end[i]);
	}
	for (int64_t at = -jump; at < end[N - 1]; at++) {
		unsigned depth = 0;

		for (int i = 0; i < N; i++)
			depth += begin[i] <= at && at < end[i];
		time[depth < QUEUE_DEPTHS ? depth : QUEUE_DEPTHS - 1] += at >= q.first;
		most = depth > most ? depth : most;
	}
	s = queue_sum(&q, 0);
	for (unsigned i = 0; i < QUEUE_DEPTHS; i++)
		assert_int_equal(s.time[i], time[i]);
	assert_false(q.inexact);
	assert_int_equal(q.most, most);
	queue_free(&q);
}

static void depth_equals_counting(void **state)
{
	struct queue q = {0};

	(void)state;
	count_at_each_moment(0);
	count_at_each_moment(60);
	for (int i = 0; i < QUEUE_MAX + 1; i++)
		queue_add(&q, i, 100000);
	assert_true(q.inexact);
	assert_int_equal(q.most, QUEUE_MAX);
	queue_free(&q);
}

static void extremes_of_time_do_no_harm(void **state)
{
	struct queue q = {0};

	(void)state;
	queue_add(&q, INT64_MIN, INT64_MAX - 1);
	queue_add(&q, INT64_MAX - 1, INT64_MIN);
	queue_add(&q, INT64_MIN, QUEUE_PENDING);
	queue_sum(&q, INT64_MAX);
	queue_free(&q);
}

/* ---- sizes -------------------------------------------------------------------------- */

struct fixture {
	struct devices *d;
	struct segments s;
	struct xfer x;
	int64_t t;
};

/* A bulk endpoint of 512-byte packets at high speed. */
static struct fixture fixture(uint8_t dir)
{
	static const uint8_t config[] = {9, 2, 32, 0, 1, 1, 0, 0x80, 50, 9, 4, 0, 0, 2, 0xff, 0, 0,
		0, 7, 5, 0x81, 2, 0, 2, 0, 7, 5, 0x01, 2, 0, 2, 0};
	struct fixture f = {.d = devices_new()};
	uint32_t pipe = devices_pipe(f.d, 0, 1, 5, 0, USB_DIR_UNKNOWN, USB_CONTROL, USB_HIGH);
	uint32_t instance = devices_get_pipe(f.d, pipe)->instance;

	devices_add_fact(f.d, instance,
		&(struct fact){.type = DESC_CONFIGURATION,
			.len = sizeof(config),
			.total = sizeof(config),
			.data = (uint8_t *)(uintptr_t)config});
	devices_set_configuration(f.d, instance, 1);
	f.x.pipe = devices_pipe(f.d, 0, 1, 5, 1, dir, USB_BULK, USB_HIGH);
	f.x.dir = dir;
	f.x.type = USB_BULK;
	f.x.os = USB_OS_LINUX;
	f.x.status = STATUS_OK;
	return f;
}

/* n transfers one behind the other, each submitted `wait` ns after the last ended. */
static void move(struct fixture *f, unsigned n, int64_t asked, int64_t len, int64_t wait)
{
	f->x.req_len = asked;
	f->x.len = len;
	f->x.flags =
		(uint16_t)(XFER_HAS_FLAGS | (f->x.dir == USB_IN && len < asked ? XFER_SHORT : 0));
	while (n--) {
		f->x.begin = f->t + wait;
		f->t = f->x.end = f->x.begin + 1000;
		segments_add(&f->s, &f->x, f->d);
	}
}

static const struct segment_sizes *sizes(struct fixture *f)
{
	segments_settle(&f->s, f->d);
	return f->s.sizes;
}

static void done(struct fixture *f)
{
	segments_free(&f->s);
	devices_free(f->d);
}

/* Bounds of percentiles are lengths that occurred, not the middles of a histogram's buckets. */
static void percentiles_of_lengths_occurred(void **state)
{
	struct fixture f = fixture(USB_IN);

	(void)state;
	move(&f, 6, 512, 512, 0);
	move(&f, 3, 1514, 1514, 0);
	move(&f, 1, 1514, 1513, 0); /* shares a bucket with those */
	assert_int_equal(segments_length(sizes(&f), 0.5), 512);
	assert_int_equal(segments_length(sizes(&f), 0.7), 1513);
	assert_int_equal(segments_length(sizes(&f), 0.9), 1514);
	assert_int_equal(segments_length(sizes(&f), 1), 1514);
	/* more than are counted one by one */
	for (int i = 0; i < SEGMENT_LENGTHS; i++)
		move(&f, 1, 4096, 2000 + i, 0);
	assert_true(sizes(&f)->others > 0);
	assert_int_equal(segments_length(sizes(&f), 0.2), 512);
	assert_int_equal(segments_length(sizes(&f), 1), 2000 + SEGMENT_LENGTHS - 1);
	done(&f);
}

static void sizes_are_counted(void **state)
{
	struct fixture f = fixture(USB_IN);
	const struct segment_sizes *z;

	(void)state;
	move(&f, 100, 512, 512, 10);
	move(&f, 3, 512, 0, 10);
	move(&f, 2, 512, 31, 10);
	segments_settle(&f.s, f.d); /* at any time */
	move(&f, 1, 512, 31, 10);
	z = sizes(&f);
	assert_int_equal(z->transfers, 106);
	assert_int_equal(z->packets, 106); /* an empty one is a packet, too */
	assert_int_equal(z->bytes, 100 * 512 + 3 * 31);
	assert_int_equal(z->shorts, 3);
	assert_int_equal(z->zlps, 3);
	assert_int_equal(z->lengths, 3);
	assert_int_equal(z->exact[0].len, 512);
	assert_int_equal(z->exact[0].n, 100);
	assert_int_equal(z->exact[2].n, 3);
	assert_int_equal(z->others, 0);
	assert_int_equal(z->length.n, 106);
	for (int i = 0; i < 20; i++)
		move(&f, 1, 10000, 1000 + i, 10);
	z = sizes(&f);
	assert_int_equal(z->lengths, SEGMENT_LENGTHS);
	assert_int_equal(z->others, 20 - (SEGMENT_LENGTHS - 3));
	done(&f);
}

/* A halt, what was taken back and what found no answer moved no packet; a read that is short where
 * the submitter forbade it got an empty one. */
static void what_failed_moved_no_packet(void **state)
{
	static const struct {
		enum status status;
		unsigned packets, zlps;
	} all[] = {{STATUS_STALL, 0, 0}, {STATUS_CANCELLED, 0, 0}, {STATUS_DISCONNECTED, 0, 0},
		{STATUS_PROTOCOL, 0, 0}, {STATUS_SHORT, 1, 1}, {STATUS_OK, 1, 1}};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct fixture f = fixture(USB_IN);
		const struct segment_sizes *z;

		f.x.status = (uint8_t)all[i].status;
		move(&f, 5, 512, 0, 10);
		z = sizes(&f);
		assert_int_equal(z->transfers, 5);
		assert_int_equal(z->packets, 5 * all[i].packets);
		assert_int_equal(z->zlps, 5 * all[i].zlps);
		done(&f);
	}
}

/* 3 × 16384 + 1000, then 2 × 16384 + 0x300, then alone. */
static void large_requests_are_recognised(void **state)
{
	struct fixture f = fixture(USB_OUT);
	const struct segment_sizes *z;

	(void)state;
	move(&f, 3, 16384, 16384, 1000);
	move(&f, 1, 1000, 1000, 1000);
	move(&f, 1, 64, 64, 2 * SEGMENT_PAUSE);
	move(&f, 1, 16384, 16384, 2 * SEGMENT_PAUSE);
	move(&f, 1, 16384, 16384, 1000);
	move(&f, 1, 0x300, 0x300, 1000);
	/* full, but nothing follows soon */
	move(&f, 1, 16384, 16384, 2 * SEGMENT_PAUSE);
	move(&f, 1, 64, 64, 2 * SEGMENT_PAUSE);
	z = sizes(&f);
	assert_int_equal(z->largest, 16384);
	assert_int_equal(z->groups, 2);
	assert_int_equal(z->grouped, 4 + 3);
	assert_int_equal(z->longest, 4);
	assert_int_equal(z->breaks, 0);
	assert_false(z->told);
	done(&f);
}

/* USB 2.0 5.8.3: all packets but the last are full. */
static void parts_with_a_fraction_break_the_rule(void **state)
{
	struct fixture f = fixture(USB_OUT);
	const struct segment_sizes *z;

	(void)state;
	move(&f, 3, 1000, 1000, 1000);
	move(&f, 1, 500, 500, 1000); /* the last one may */
	z = sizes(&f);
	assert_int_equal(z->groups, 1);
	assert_int_equal(z->breaks, 3);
	done(&f);
}

/* Where the submitter says that more follow, sizes and pauses do not matter. */
static void the_submitter_is_believed(void **state)
{
	struct fixture f = fixture(USB_OUT);
	const struct segment_sizes *z;

	(void)state;
	f.x.transfer_flags = 0x80;
	move(&f, 2, 4096, 4096, 2 * SEGMENT_PAUSE);
	move(&f, 1, 1024, 1024, 1000);
	f.x.transfer_flags = 0;
	move(&f, 1, 4096, 4096, 1000);
	move(&f, 1, 8192, 8192, 1000);
	z = sizes(&f);
	assert_true(z->told);
	assert_int_equal(z->groups, 1);
	assert_int_equal(z->grouped, 4);
	assert_int_equal(z->breaks, 0);
	done(&f);
}

/* A driver may ask for an empty packet behind full ones; reads may ask for a fraction. */
static void ends_are_told_apart(void **state)
{
	struct fixture f = fixture(USB_OUT);
	const struct segment_sizes *z;

	(void)state;
	f.x.transfer_flags = 0x40; /* URB_ZERO_PACKET */
	move(&f, 2, 1024, 1024, 1000);
	move(&f, 1, 1000, 1000, 1000);
	z = sizes(&f);
	assert_int_equal(z->zlps, 2);
	assert_int_equal(z->packets, 2 * 3 + 2);
	done(&f);

	f = fixture(USB_IN);
	move(&f, 4, 1000, 1000, 1000);
	z = sizes(&f);
	assert_int_equal(z->unaligned, 4);
	done(&f);
}

/* ---- words -------------------------------------------------------------------------- */

static void figures_within_words(void **state)
{
	static const struct {
		double v;
		bool binary;
		const char *words;
	} c[] = {{0, false, "0 B/s"}, {9999, false, "9,999 B/s"}, {10000, false, "10.0 kB/s"},
		{1234567, false, "1.23 MB/s"}, {999900, false, "1.00 MB/s"},
		{1048576, true, "1.00 MiB/s"}, {10240, true, "10.0 KiB/s"},
		{53248000, false, "53.2 MB/s"}};
	struct stat s = {0};
	char mem[40];
	struct text t;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(c); i++) {
		s.opts.binary = c[i].binary;
		text_init(&t, mem, sizeof(mem));
		stat_say_rate(&t, &s, c[i].v);
		assert_string_equal(mem, c[i].words);
	}
}

/* ---- exchanges ---------------------------------------------------------------------- */

/* What text output makes of the exchanges, in memory. */
static size_t written(const struct stat *s, char *to, size_t size)
{
	FILE *f = tmpfile();
	struct out o;
	struct emit *e;
	size_t n;

	assert_non_null(f);
	out_init(&o, fileno(f));
	e = output_new(&o, &(struct output_opts){.format = OUTPUT_JSON});
	emit_begin(e, NULL, NULL);
	exchange_stats_report(s, e);
	emit_end(e);
	output_free(e);
	out_close(&o);
	rewind(f);
	n = fread(to, 1, size - 1, f);
	to[n] = 0;
	fclose(f);
	return n;
}

static void exchanges_are_counted_by_function(void **state)
{
	struct stat s = {.exchanges = exchange_stats_new()};
	struct exchange ex = {.instance = 1,
		.bus = 2,
		.device = 3,
		.function = 1,
		.decoder = 1,
		.xfers = 3,
		.result = EXCHANGE_OK,
		.bytes = 4096};
	char json[2000];

	(void)state;
	for (int i = 0; i < 10; i++) { /* 1 ms each, 1 ms between them */
		ex.begin = i * 2000000;
		ex.end = ex.begin + 1000000;
		exchange_stats_add(s.exchanges, &ex);
	}
	ex.function = 2;
	ex.result = EXCHANGE_FAILED;
	exchange_stats_add(s.exchanges, &ex);
	written(&s, json, sizeof(json));
	assert_non_null(strstr(json, "\"interface\":1,"));
	assert_non_null(strstr(json, "\"exchanges\":10,\"results\":{\"ok\":10,\"failed\":0,"));
	assert_non_null(strstr(json, "\"transfers_each\":3,\"bytes\":40960,"));
	assert_non_null(strstr(json, "\"p50\":0.001000000,"));
	assert_non_null(strstr(json, "\"per_second\":{\"mean\":526.315789,\"active\":1000}"));
	assert_non_null(strstr(json, "\"interface\":2,"));
	assert_non_null(strstr(json, "\"results\":{\"ok\":0,\"failed\":1,"));
	exchange_stats_free(s.exchanges);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(depth_is_weighted_by_time),
		cmocka_unit_test(what_is_pending_waits_until_the_end),
		cmocka_unit_test(overtaking_is_followed),
		cmocka_unit_test(overtaking_of_many_is_said),
		cmocka_unit_test(depth_equals_counting),
		cmocka_unit_test(extremes_of_time_do_no_harm),
		cmocka_unit_test(sizes_are_counted),
		cmocka_unit_test(percentiles_of_lengths_occurred),
		cmocka_unit_test(what_failed_moved_no_packet),
		cmocka_unit_test(large_requests_are_recognised),
		cmocka_unit_test(parts_with_a_fraction_break_the_rule),
		cmocka_unit_test(the_submitter_is_believed),
		cmocka_unit_test(ends_are_told_apart),
		cmocka_unit_test(figures_within_words),
		cmocka_unit_test(exchanges_are_counted_by_function),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
