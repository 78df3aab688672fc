/* test_wire.c: bit stuffing against the rule bit by bit, and the time packets take. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "usb/wire.h"

/* Bit by bit, as section 7.1.9 has it. */
static uint32_t slow(const uint8_t *p, size_t n)
{
	uint32_t bits = 0, ones = 1;

	for (size_t i = 0; i < n * 8; i++) {
		ones = p[i / 8] >> i % 8 & 1 ? ones + 1 : 0;
		if (ones == 6) {
			bits++;
			ones = 0;
		}
	}
	return bits;
}

static void known_bytes(void **state)
{
	static const struct {
		uint8_t byte[4];
		uint32_t n, bits;
	} row[] = {
		{{0x00}, 1, 0},
		{{0x1f}, 1, 1},
		{{0x7e}, 1, 1},
		{{0x3e}, 1, 0},
		{{0xff}, 1, 1},
		{{0xff, 0xff}, 2, 2},
		{{0xff, 0xff, 0xff}, 3, 4},
		{{0xc3, 0xf0, 0x03}, 3, 1},
		{{0xf0, 0x01}, 2, 0},
		{{0xd2}, 1, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		assert_int_equal(wire_stuffed(row[i].byte, row[i].n), row[i].bits);
	assert_int_equal(wire_stuffed(NULL, 0), 0);
}

/* All pairs of bytes, and long data of many 1s. */
static void as_bit_by_bit(void **state)
{
	uint8_t p[64];

	(void)state;
	for (unsigned v = 0; v < 65536; v++) {
		p[0] = (uint8_t)v;
		p[1] = (uint8_t)(v >> 8);
		assert_int_equal(wire_stuffed(p, 2), slow(p, 2));
	}
	srand(1);
	for (unsigned i = 0; i < 20000; i++) {
		for (size_t k = 0; k < sizeof(p); k++)
			p[k] = (uint8_t)(rand() | rand() | rand());
		assert_int_equal(wire_stuffed(p, i % 65), slow(p, i % 65));
	}
}

/* 1 ms and 125 us are whole numbers of bit times: 1500, 12000 and 60000. */
static void bit_times(void **state)
{
	static const uint32_t bits[] = {[USB_LOW] = 1500, [USB_FULL] = 12000, [USB_HIGH] = 60000};

	(void)state;
	for (unsigned s = USB_LOW; s <= USB_HIGH; s++) {
		const struct wire_speed *w = wire_speed((enum usb_speed)s);

		assert_int_equal((uint64_t)w->frame * WIRE_PER_NS, (uint64_t)bits[s] * w->bit);
	}
	assert_int_equal(wire_speed(USB_SPEED_UNKNOWN)->bit, 0);
	assert_int_equal(wire_speed(USB_SUPER_PLUS)->bit, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_bytes),
		cmocka_unit_test(as_bit_by_bit),
		cmocka_unit_test(bit_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
