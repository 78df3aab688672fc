/* test_bus_times.c: bus time of packets, intervals between SOFs and durations of bus states, from
 * records whose times are given to the nanosecond. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "link/link.h"
#include "model/model.h"
#include "usb/pid.h"
#include "usb/wire.h"

enum { MS = 1000000, US = 1000 };

static struct {
	struct model *m;
	uint64_t number;
} bus;

static void on_xfer(void *ctx, const struct xfer *x)
{
	(void)ctx;
	(void)x;
}

static void start(void)
{
	bus.number = 0;
	bus.m = model_new(&(struct model_opts){.on_xfer = on_xfer});
}

static const struct bus_times *times(void)
{
	return model_bus_times(bus.m);
}

static void stop(void)
{
	model_free(bus.m);
}

static void feed(uint32_t link, int64_t now, const void *p, uint32_t n)
{
	struct record rec = {.number = ++bus.number,
		.time = now,
		.has_time = true,
		.data = p,
		.link = link,
		.caplen = n,
		.origlen = n};
	struct event ev;

	link_to_event(link_find(link), &rec, &ev);
	model_feed(bus.m, &rec, &ev);
}

/* Frame numbers with their CRC5, 0 to 3. */
static void sof(uint32_t link, int64_t now, unsigned frame)
{
	static const uint8_t packet[][3] = {{PID_SOF, 0x00, 0x10}, {PID_SOF, 0x01, 0xe8},
		{PID_SOF, 0x02, 0xa8}, {PID_SOF, 0x03, 0x50}};

	feed(link, now, packet[frame], 3);
}

static void status(int64_t now, const char *text)
{
	uint8_t p[100] = {0, 12, 0, 6, 's', 'y', 's', 'l', 'o', 'g'};
	uint32_t n = (uint32_t)strlen(text);

	memcpy(p + 14, text, n);
	feed(LINK_WIRESHARK_UPPER_PDU, now, p, 14 + n);
}

/* ---- bus time ----------------------------------------------------------------------- */

/* IN and NAK at full speed: 8 + 24 + 3 and 8 + 8 + 3 bit times of 83.3 ns, nothing stuffed; a
 * data packet full of 1s has a bit more for each six. */
static void bus_time(void **state)
{
	static const uint8_t token[3] = {PID_IN, 0x85, 0x60}, nak = PID_NAK;
	static const uint8_t data[7] = {PID_DATA0, 0xff, 0xff, 0xff, 0xff, 0xfe, 0x4f};
	const struct bus_times *t;

	(void)state;
	start();
	feed(LINK_USB_2_0_FULL_SPEED, 0, token, 3);
	feed(LINK_USB_2_0_FULL_SPEED, 4 * US, &nak, 1);
	feed(LINK_USB_2_0_FULL_SPEED, 10 * US, data, 7);
	model_finish(bus.m);
	t = times();
	assert_int_equal(t->packets[USE_TOKEN], 1);
	assert_int_equal(t->used[USE_TOKEN], 35 * 1000);
	assert_int_equal(t->used[USE_HANDSHAKE], 19 * 1000);
	/* 34 1s in a row, then 11 in the CRC16 */
	assert_int_equal(t->used[USE_DATA], (11 + 56 + 6) * 1000);
	assert_int_equal(t->stuffing, 6 * 1000);
	assert_int_equal(t->begin, 0);
	assert_int_equal(t->end, 10 * US);
	assert_false(t->sampled);
	stop();
}

/* Without a known speed nothing is made up; SOFs of 1 ms tell it. */
static void speed_from_sofs(void **state)
{
	(void)state;
	start();
	sof(LINK_USB_2_0, 0, 0);
	sof(LINK_USB_2_0, MS, 1);
	sof(LINK_USB_2_0, 2 * MS, 2);
	model_finish(bus.m);
	assert_int_equal(times()->untimed, 2);
	assert_int_equal(times()->used[USE_SOF], 35 * 1000);
	assert_true(times()->speed_inferred);
	stop();
}

/* 8.6.5: what follows PRE is at low speed, on a bus that only its SOFs tell the speed of, too. */
static void low_speed_behind_pre(void **state)
{
	static const uint8_t pre = PID_PRE, token[3] = {PID_IN, 0x85, 0x60}, nak = PID_NAK;

	(void)state;
	start();
	sof(LINK_USB_2_0, 0, 0);
	sof(LINK_USB_2_0, MS, 1);
	feed(LINK_USB_2_0, MS + 10 * US, &pre, 1);
	feed(LINK_USB_2_0, MS + 12 * US, token, 3);
	feed(LINK_USB_2_0, MS + 40 * US, &nak, 1);
	model_finish(bus.m);
	assert_int_equal(times()->used[USE_TOKEN], 19 * 1000 + 35 * 8000);
	assert_int_equal(times()->used[USE_HANDSHAKE], 19 * 8000);
	stop();
}

/* ---- frames ------------------------------------------------------------------------- */

static void intervals(void **state)
{
	const struct bus_cadence *c;

	(void)state;
	start();
	sof(LINK_USB_2_0_FULL_SPEED, 0, 0);
	sof(LINK_USB_2_0_FULL_SPEED, MS + 400, 1);     /* late, within 500 ns */
	sof(LINK_USB_2_0_FULL_SPEED, 2 * MS - 300, 2); /* 700 ns early */
	model_finish(bus.m);
	c = &times()->frames;
	assert_int_equal(c->intervals, 2);
	assert_int_equal(c->late, 400);
	assert_int_equal(c->early, 700);
	assert_int_equal(c->outside, 1);
	assert_int_equal(c->missing, 0);
	assert_int_equal(times()->microframes.intervals, 0);
	stop();
}

/* 8.4.3.1: eight microframes of one number; of the second two are missing. */
static void microframes(void **state)
{
	(void)state;
	start();
	for (unsigned i = 0; i < 12; i++)
		if (i != 9 && i != 10)
			sof(LINK_USB_2_0_HIGH_SPEED, i * 125 * US, i / 8);
	model_finish(bus.m);
	assert_int_equal(times()->microframes.intervals, 8);
	assert_int_equal(times()->microframes.missing, 2);
	assert_int_equal(times()->microframes.off.max, 0);
	stop();
}

/* ---- states ------------------------------------------------------------------------- */

static void lasted(enum bus_span span, uint64_t n, int64_t total, uint64_t at_most)
{
	assert_int_equal(times()->span[span].n, n);
	assert_int_equal(times()->span[span].total, total);
	assert_int_equal(times()->span[span].at_most, at_most);
}

static void states(void **state)
{
	(void)state;
	start();
	status(0, "VBUS ON");
	status(10 * MS, "--- Bus Reset ---");
	status(10 * MS, "Line state: SE0 (1.09 ms)");
	status(25 * MS, "Detected speed: Full-Speed");
	sof(LINK_USB_2_0_FULL_SPEED, 26 * MS, 0);
	status(30 * MS, "--- Bus Suspend ---");
	status(80 * MS, "--- Resume ---");
	sof(LINK_USB_2_0_FULL_SPEED, 101 * MS, 1);
	model_finish(bus.m);
	lasted(SPAN_RESET, 1, 15 * MS, 0);
	lasted(SPAN_SE0, 1, 1090 * US, 0);
	lasted(SPAN_SUSPEND, 1, 50 * MS, 0);
	lasted(SPAN_RESUME, 1, 21 * MS, 1);
	lasted(SPAN_VBUS_ON, 1, 101 * MS, 0);
	assert_int_equal(times()->span[SPAN_VBUS_ON].at_least, 1);
	lasted(SPAN_SILENCE, 0, 0, 0);
	stop();
}

/* SE0 is over when the line is idle, whoever says so and however late; J of a chirp is no end. */
static void resets_end_where_the_line_is_idle(void **state)
{
	(void)state;
	start();
	status(10 * MS, "--- Bus Reset ---");
	status(30 * MS, "Line state: J");
	status(90 * MS, "Line state: SE0");
	status(100 * MS, "--- Bus Reset ---");
	status(101 * MS, "Line state: J (50.00 us)");
	status(101 * MS + 50 * US, "Line state: K (50.00 us)");
	status(115 * MS, "Detected speed: High-Speed");
	status(120 * MS, "--- Bus Reset ---");
	status(135 * MS, "Line state: J");
	sof(LINK_USB_2_0_HIGH_SPEED, 140 * MS, 0);
	model_finish(bus.m);
	lasted(SPAN_RESET, 3, (20 + 15 + 15) * MS, 0);
	stop();
}

/* Nothing says why there was no packet: more than 3 ms are told, less is not. */
static void silences(void **state)
{
	(void)state;
	start();
	sof(LINK_USB_2_0_FULL_SPEED, 0, 0);
	sof(LINK_USB_2_0_FULL_SPEED, 2 * MS, 2);
	sof(LINK_USB_2_0_FULL_SPEED, 9 * MS, 3);
	model_finish(bus.m);
	lasted(SPAN_SILENCE, 1, 7 * MS, 0);
	assert_int_equal(times()->frames.missing, 1);
	stop();
}

/* The text may be anything. */
static void odd_texts(void **state)
{
	static const char *const text[] = {"Line state: SE0 (", "Line state: K (1.2.3 ms)",
		"Line state: J (99999999999999 ms)", "Line state: ", "(1 ms)",
		"Line state: J ( ms)"};

	(void)state;
	start();
	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++)
		status((int64_t)i * MS, text[i]);
	model_finish(bus.m);
	for (unsigned i = 0; i < BUS_SPANS; i++)
		assert_true(times()->span[i].total <= 10 * MS);
	stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bus_time),
		cmocka_unit_test(speed_from_sofs),
		cmocka_unit_test(low_speed_behind_pre),
		cmocka_unit_test(intervals),
		cmocka_unit_test(microframes),
		cmocka_unit_test(states),
		cmocka_unit_test(resets_end_where_the_line_is_idle),
		cmocka_unit_test(silences),
		cmocka_unit_test(odd_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
