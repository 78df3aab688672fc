/* test_bustime.c: the formulas of USB 2.0 5.11.3 and the limits of its tables 5-1 to 5-10, against
 * figures worked out by hand from the specification's text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "usb/bustime.h"

/* Each line worked by hand; bits = floor(3.167 + 1.1667 * 8 * bytes). */
static void transactions_are_as_worked_by_hand(void **state)
{
	static const struct {
		enum usb_speed speed;
		enum usb_type type;
		enum usb_dir dir;
		uint32_t bytes, ns;
	} c[] = {
		/* bits 3: 9107 + 250.62 + 1000 */
		{USB_FULL, USB_BULK, USB_IN, 0, 10357},
		/* bits 600: 9107 + 50124 + 1000 */
		{USB_FULL, USB_BULK, USB_OUT, 64, 60231},
		{USB_FULL, USB_INTERRUPT, USB_IN, 64, 60231},
		/* bits 9551: 7268 + 797890.54 + 1000 and 6265 + 797890.54 + 1000 */
		{USB_FULL, USB_ISOCHRONOUS, USB_IN, 1023, 806158},
		{USB_FULL, USB_ISOCHRONOUS, USB_OUT, 1023, 805155},
		/* bits 77: 64060 + 2 * 333 + 52103.59 + 1000 and 64107 + 666 + 51359 + 1000 */
		{USB_LOW, USB_INTERRUPT, USB_IN, 8, 117829},
		{USB_LOW, USB_INTERRUPT, USB_OUT, 8, 117132},
		/* bits 4781: 916.52 + 9958.823 + 5 */
		{USB_HIGH, USB_BULK, USB_OUT, 512, 10880},
		/* bits 9560: 633.232 + 19913.48 + 5 and 916.52 + 19913.48 + 5 */
		{USB_HIGH, USB_ISOCHRONOUS, USB_IN, 1024, 20551},
		{USB_HIGH, USB_INTERRUPT, USB_IN, 1024, 20835},
		/* no formula, no such transfers */
		{USB_SUPER, USB_BULK, USB_IN, 1024, 0},
		{USB_SPEED_UNKNOWN, USB_BULK, USB_IN, 64, 0},
		{USB_LOW, USB_ISOCHRONOUS, USB_IN, 8, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(c) / sizeof(c[0]); i++)
		assert_int_equal(
			bustime_transaction(c[i].speed, c[i].type, c[i].dir, c[i].bytes), c[i].ns);
}

static void as_many_fit_as_the_tables_say(void **state)
{
	static const struct {
		enum usb_speed speed;
		enum usb_type type;
		uint32_t packet, fit;
	} c[] = {
		{USB_LOW, USB_CONTROL, 8, 3},
		{USB_LOW, USB_INTERRUPT, 8, 6},
		{USB_FULL, USB_CONTROL, 64, 13},
		{USB_FULL, USB_CONTROL, 8, 28},
		{USB_FULL, USB_BULK, 64, 19},
		{USB_FULL, USB_BULK, 8, 71},
		{USB_FULL, USB_INTERRUPT, 64, 19},
		{USB_FULL, USB_ISOCHRONOUS, 1023, 1},
		{USB_HIGH, USB_CONTROL, 64, 31},
		{USB_HIGH, USB_BULK, 512, 13},
		{USB_HIGH, USB_INTERRUPT, 1024, 6},
		{USB_HIGH, USB_ISOCHRONOUS, 1024, 7},
		{USB_LOW, USB_BULK, 8, 0},
		{USB_SUPER, USB_BULK, 1024, 0},
		{USB_HIGH, USB_BULK, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(c) / sizeof(c[0]); i++)
		assert_int_equal(bustime_fit(c[i].speed, c[i].type, c[i].packet), c[i].fit);
	assert_true(bustime_best_rate(USB_FULL, USB_BULK, 64, 1, 0) == 1216000);
	assert_true(bustime_best_rate(USB_HIGH, USB_BULK, 512, 1, 0) == 53248000);
	assert_true(bustime_best_rate(USB_LOW, USB_CONTROL, 8, 1, 0) == 24000);
	assert_true(bustime_best_rate(USB_HIGH, USB_ISOCHRONOUS, 1024, 3, 125000) == 24576000);
	assert_true(bustime_best_rate(USB_FULL, USB_INTERRUPT, 8, 1, 8000000) == 1000);
	assert_true(bustime_best_rate(USB_SPEED_UNKNOWN, USB_BULK, 64, 1, 0) == 0);
}

static void transfers_are_sums_of_transactions(void **state)
{
	(void)state;
	assert_int_equal(bustime_packets(0, 64), 1);
	assert_int_equal(bustime_packets(64, 64), 1);
	assert_int_equal(bustime_packets(65, 64), 2);
	assert_int_equal(bustime_packets(65, 0), 0);
	/* of each transaction a bit (84 ns) may be more: bits of all are counted at once */
	/* 64 + 1 bytes: 60231 and (bits 12) 9107 + 1002.48 + 1000 */
	assert_in_range(bustime_sum(USB_FULL, USB_BULK, USB_IN, 1, 2, 65), 60231 + 11109 - 167,
		60231 + 11109 + 167);
	/* SETUP (bits 77: 9107 + 6432.58 + 1000), 18 bytes (bits 171: 9107 + 14285.34 + 1000), and
	 * an empty status */
	assert_in_range(bustime_sum(USB_FULL, USB_CONTROL, USB_IN, 1, 1, 18),
		16539 + 24392 + 10357 - 84, 16539 + 24392 + 10357 + 84);
	assert_int_equal(bustime_sum(USB_FULL, USB_CONTROL, USB_OUT, 1, 0, 0), 16539 + 10357);
	assert_int_equal(bustime_sum(USB_SUPER, USB_BULK, USB_IN, 1, 1, 65), 0);
	/* many at once: within the rounding of each of them */
	assert_in_range(
		bustime_sum(USB_HIGH, USB_BULK, USB_IN, 1, 1000, 512000), 10874000, 10886000);
}

static void endpoints_reserve_what_they_may_use(void **state)
{
	struct bustime_reservation r;

	(void)state;
	assert_true(bustime_reserve(USB_FULL, USB_INTERRUPT, USB_IN, 8, 10, &r));
	assert_int_equal(r.interval, 8); /* 10 frames: served every 8 */
	assert_int_equal(r.time, 16539);
	assert_true(bustime_reserve(USB_FULL, USB_INTERRUPT, USB_IN, 2, 255, &r));
	assert_int_equal(r.interval, 128); /* as Linux polls it */
	assert_true(bustime_reserve(USB_HIGH, USB_ISOCHRONOUS, USB_IN, 0x1400, 1, &r));
	assert_int_equal(r.bytes, 3072);
	assert_int_equal(r.time, 3 * 20551);
	assert_int_equal(r.interval, 1);
	assert_true(bustime_reserve(USB_HIGH, USB_INTERRUPT, USB_IN, 8, 16, &r));
	assert_int_equal(r.interval, 32768);
	assert_false(bustime_reserve(USB_FULL, USB_BULK, USB_IN, 64, 1, &r));
	/* 5.6.3: a setting without bandwidth, as Bluetooth's alternate 0 */
	assert_false(bustime_reserve(USB_FULL, USB_ISOCHRONOUS, USB_OUT, 0, 1, &r));
	assert_false(bustime_reserve(USB_FULL, USB_INTERRUPT, USB_IN, 8, 0, &r));
	assert_false(bustime_reserve(USB_SUPER, USB_INTERRUPT, USB_IN, 8, 1, &r));
	assert_int_equal(bustime_periodic_limit(USB_FULL), 900000);
	assert_int_equal(bustime_periodic_limit(USB_HIGH), 100000);
	assert_int_equal(bustime_periodic_limit(USB_SUPER), 0);
}

static void a_schedule_spreads_its_endpoints(void **state)
{
	const struct bustime_reservation every = {100, 10, 1}, second = {50, 5, 2};
	struct bustime_schedule s;

	(void)state;
	bustime_schedule_init(&s, false);
	assert_int_equal(bustime_schedule_peak(&s), 0);
	bustime_schedule_add(&s, &second);
	bustime_schedule_add(&s, &second);
	assert_int_equal(bustime_schedule_peak(&s), 50);
	bustime_schedule_add(&s, &every);
	bustime_schedule_add(&s, &second);
	assert_int_equal(bustime_schedule_peak(&s), 200);
	assert_int_equal(bustime_schedule_peak_bytes(&s), 20);
	assert_true(bustime_schedule_mean(&s) == 175);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(transactions_are_as_worked_by_hand),
		cmocka_unit_test(as_many_fit_as_the_tables_say),
		cmocka_unit_test(transfers_are_sums_of_transactions),
		cmocka_unit_test(endpoints_reserve_what_they_may_use),
		cmocka_unit_test(a_schedule_spreads_its_endpoints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
