/* test_crc.c: checksums of packets: the examples of USB-IF's "Cyclic Redundancy Checks in USB",
 * every single wrong bit, and the two ways of CRC16 against each other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "usb/crc.h"

/* Bit by bit, as section 8.3.5 has it. */
static unsigned slow(const uint8_t *p, unsigned bits, unsigned crc, unsigned poly)
{
	for (unsigned i = 0; i < bits; i++) {
		unsigned bit = (crc ^ p[i / 8] >> i % 8) & 1;

		crc = crc >> 1 ^ (bit ? poly : 0);
	}
	return crc;
}

static void put_token(uint8_t p[2], unsigned address, unsigned endpoint)
{
	unsigned v = address | endpoint << 7;
	uint8_t raw[2] = {(uint8_t)v, (uint8_t)(v >> 8)};

	v |= (slow(raw, 11, 0x1f, 0x14) ^ 0x1f) << 11;
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

static void known_tokens(void **state)
{
	/* the document's setup to address 0x15 endpoint 0xe, and tokens seen on buses */
	static const struct {
		uint8_t address, endpoint, crc;
	} row[] = {{0x15, 0xe, 0x1d}, {0x00, 0x0, 0x02}, {0x01, 0x0, 0x1d}};
	uint8_t p[2];

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		put_token(p, row[i].address, row[i].endpoint);
		assert_int_equal(p[1] >> 3, row[i].crc);
		assert_true(crc5_ok(p, 2));
	}
	assert_true(crc5_ok((const uint8_t *)"\x00\x10", 2)); /* address 0 endpoint 0, as on every
								 bus */
}

static void each_token_bit(void **state)
{
	(void)state;
	for (unsigned v = 0; v < 0x800; v++) {
		uint8_t p[2];

		put_token(p, v & 0x7f, v >> 7);
		assert_true(crc5_ok(p, 2));
		for (unsigned bit = 0; bit < 16; bit++) {
			p[bit / 8] ^= (uint8_t)(1 << bit % 8);
			assert_false(crc5_ok(p, 2));
			p[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
	}
}

static void split_tokens(void **state)
{
	(void)state;
	for (unsigned v = 0; v < 0x80000; v += 77) {
		uint8_t p[3] = {(uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16)};

		p[2] |= (uint8_t)((slow(p, 19, 0x1f, 0x14) ^ 0x1f) << 3);
		assert_true(crc5_ok(p, 3));
		p[v % 3] ^= 0x20;
		assert_false(crc5_ok(p, 3));
	}
}

static void known_data(void **state)
{
	/* the document's 00 01 02 03 and 23 45 67 89; an empty packet; GET_DESCRIPTOR of a device
	 */
	static const struct {
		const char *bytes;
		size_t n;
	} row[] = {
		{"\x00\x01\x02\x03\xef\x7a", 6},
		{"\x23\x45\x67\x89\x0e\x1c", 6},
		{"\x00\x00", 2},
		{"\x80\x06\x00\x01\x00\x00\x40\x00\xdd\x94", 10},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		assert_true(crc16_ok((const uint8_t *)row[i].bytes, row[i].n));
		assert_true(crc16_ok_by_table((const uint8_t *)row[i].bytes, row[i].n));
	}
	assert_false(crc16_ok((const uint8_t *)"\x00\x01", 2));
}

static void both_ways(void **state)
{
	uint32_t seed = 1;

	(void)state;
	for (size_t n = 2; n < 1100; n++) {
		uint8_t *p = malloc(n); /* of exactly that size */
		unsigned crc;

		for (size_t i = 0; i < n; i++)
			p[i] = (uint8_t)((seed = seed * 1103515245 + 12345) >> 16);
		crc = slow(p, (unsigned)(n - 2) * 8, 0xffff, 0xa001) ^ 0xffff;
		p[n - 2] = (uint8_t)crc;
		p[n - 1] = (uint8_t)(crc >> 8);
		assert_true(crc16_ok(p, n));
		assert_true(crc16_ok_by_table(p, n));
		for (int k = 0; k < 8; k++) {
			size_t at = (seed = seed * 1103515245 + 12345) % n;

			p[at] ^= (uint8_t)(1 << k);
			assert_false(crc16_ok(p, n));
			assert_false(crc16_ok_by_table(p, n));
			p[at] ^= (uint8_t)(1 << k);
		}
		free(p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_tokens),
		cmocka_unit_test(each_token_bit),
		cmocka_unit_test(split_tokens),
		cmocka_unit_test(known_data),
		cmocka_unit_test(both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
