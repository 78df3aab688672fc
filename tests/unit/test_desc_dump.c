/* test_desc_dump.c: dumps of descriptors in the shapes in which tools write them, and what is none.
 */
#include "base/mem.h"
#include "usb/desc.h"
#include "usb/desc_dump.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* A device and its configuration: 43 bytes, so that lines of 8, 12 and 16 end within. */
static const uint8_t bytes[43] = {18, 1, 0, 2, 0, 0, 0, 64, 0x09, 0x12, 0x11, 0, 0, 1, 1, 2, 0, 1,
	9, 2, 25, 0, 1, 1, 0, 0x80, 50, 9, 4, 0, 0, 1, 3, 1, 2, 0, 7, 5, 0x81, 3, 8, 0, 10};

/* Reads n bytes that lie in memory of exactly that size. */
static size_t read_exact(const void *in, size_t n, uint8_t *out)
{
	uint8_t *copy = malloc(n ? n : 1), *room = malloc(n ? n : 1);
	size_t got;

	if (n)
		memcpy(copy, in, n);
	got = desc_dump_read(copy, n, room);
	assert_true(got <= n);
	if (got)
		memcpy(out, room, got);
	free(copy);
	free(room);
	return got;
}

static const struct {
	const char *tool, *text;
} dumps[] = {
	{"xxd", "00000000: 1201 0002 0000 0040 0912 1100 0001 0102  .......@........\n"
		"00000010: 0001 0902 1900 0101 0080 3209 0400 0001  ..........2.....\n"
		"00000020: 0301 0200 0705 8103 0800 0a              ...........\n"},
	{"xxd -c 32",
		"00000000: 1201 0002 0000 0040 0912 1100 0001 0102 0001 0902 1900 0101 0080 3209 "
		"0400 0001  .......@..................2.....\n"
		"00000020: 0301 0200 0705 8103 0800 0a  abcd\n"},
	{"xxd -p", "120100020000004009121100000101020001090219000101008032090400\n"
		   "00010301020007058103 08000a\n"},
	{"xxd -i", "unsigned char d_raw[] = {\n"
		   "  0x12, 0x01, 0x00, 0x02, 0x00, 0x00, 0x00, 0x40, 0x09, 0x12, 0x11, 0x00,\n"
		   "  0x00, 0x01, 0x01, 0x02, 0x00, 0x01, 0x09, 0x02, 0x19, 0x00, 0x01, 0x01,\n"
		   "  0x00, 0x80, 0x32, 0x09, 0x04, 0x00, 0x00, 0x01, 0x03, 0x01, 0x02, 0x00,\n"
		   "  0x07, 0x05, 0x81, 0x03, 0x08, 0x00, 0x0a\n"
		   "};\n"
		   "unsigned int d_raw_len = 43;\n"},
	{"C", "/* a mouse */\n"
	      "static const u8 d[] = { 0x12, 0x01, 0x00, 0x02, 0x00, 0x00, 0x00, 0x40,\n"
	      "\t0x09, 0x12, /* idVendor */\n\t0x11, 0x00, // idProduct\n"
	      "\t0x00,0x01,0x01,0x02,0x00,0x01,\n\n"
	      "\t0x09,0x02,0x19,0x00,0x01,0x01,0x00,0x80,0x32, 0x09,0x04,0x00,0x00,0x01,\n"
	      "\t0x03,0x01,0x02,0x00, 0x07,0x05,0x81,0x03,0x08,0x00,0x0a};\n"},
	{"hexdump -C",
		"00000000  12 01 00 02 00 00 00 40  09 12 11 00 00 01 01 02  |.......@........|\n"
		"00000010  00 01 09 02 19 00 01 01  00 80 32 09 04 00 00 01  |..........2.....|\n"
		"00000020  03 01 02 00 07 05 81 03  08 00 0a                 |...........|\n"
		"0000002b\n"},
	{"od -tx1", "0000000 12 01 00 02 00 00 00 40 09 12 11 00 00 01 01 02\n"
		    "0000020 00 01 09 02 19 00 01 01 00 80 32 09 04 00 00 01\n"
		    "0000040 03 01 02 00 07 05 81 03 08 00 0a\n"
		    "0000053\n"},
	{"od -Ax -tx1z",
		"000000 12 01 00 02 00 00 00 40 09 12 11 00 00 01 01 02  >.......@........<\n"
		"000010 00 01 09 02 19 00 01 01 00 80 32 09 04 00 00 01  >..........2.....<\n"
		"000020 03 01 02 00 07 05 81 03 08 00 0a                 >...........<\n"
		"00002b\n"},
	{"od -An -tx1", " 12 01 00 02 00 00 00 40 09 12 11 00 00 01 01 02\r\n"
			" 00 01 09 02 19 00 01 01 00 80 32 09 04 00 00 01\r\n"
			" 03 01 02 00 07 05 81 03 08 00 0a"},
	{"show", "    0000  12 01 00 02 00 00 00 40  09 12 11 00 00 01 01 02  ..........ab cd\n"
		 "    0010  00 01 09 02 19 00 01 01  00 80 32 09 04 00 00 01  ..........2.....\n"
		 "    0020  03 01 02 00 07 05 81 03  08 00 0a                 ...........\n"},
	{"by hand", "# the device\n12 01 00 02 00 00 00 40\n0912 1100 0001 0102 0001\n\n"
		    "# the configuration\n09021900 01010080 32\n09 04 00 00 01 03 01 02 00\n"
		    "07 05 81 03 08 00 0A\n"},
};

static void as_tools_write_them(void **state)
{
	uint8_t out[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(dumps); i++) {
		size_t n = read_exact(dumps[i].text, strlen(dumps[i].text), out);

		if (n != sizeof(bytes) || memcmp(out, bytes, n))
			fail_msg("%s: %zu bytes, or not the same", dumps[i].tool, n);
	}
	assert_int_equal(read_exact(bytes, sizeof(bytes), out), sizeof(bytes));
	assert_memory_equal(out, bytes, sizeof(bytes));
	/* raw, and not beginning with the device */
	assert_int_equal(read_exact(bytes + 18, 25, out), 25);
	assert_memory_equal(out, bytes + 18, 25);
}

/* Better nothing than something wrong. */
static void what_is_none(void **state)
{
	static const char *const text[] = {
		"",
		"\n\n",
		"# nothing\n",
		"hello\n",
		"0000000 0112 0200 0000 4000\n", /* hexdump and od: words */
		"12 01 00 02\nBus 001 Device 002\n",
		"00000000  12 01\n*\n00000020  00 01\n", /* repeated lines left out */
		"bLength 18\n",
		"123\n",
		"0x\n",
	};
	uint8_t out[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(text); i++)
		if (read_exact(text[i], strlen(text[i]), out))
			fail_msg("\"%s\" was taken for a dump", text[i]);
}

/* No cut and no other character makes it read beyond its input or write more than it read. */
static void cut_and_spoilt(void **state)
{
	uint8_t out[1024];
	char spoilt[1024];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(dumps); i++) {
		size_t n = strlen(dumps[i].text);

		for (size_t cut = 0; cut < n; cut++)
			read_exact(dumps[i].text, cut, out);
		for (size_t k = 0; k < n; k++) {
			memcpy(spoilt, dumps[i].text, n);
			spoilt[k] = "\0\n 0x{:}/f"[k % 10];
			read_exact(spoilt, n, out);
		}
	}
}

static void parts(void **state)
{
	static const uint8_t more[] = {
		5, DESC_BOS, 12, 0, 1, 7, 16, 2, 2, 0, 0, 0, /* a BOS with one capability */
		4, DESC_STRING, 9, 4,			     /**/
		9, DESC_CONFIGURATION, 99, 0, 1, 1, 0, 0x80  /* says to be longer than it is */
	};
	uint8_t all[sizeof(bytes) + sizeof(more)];
	static const struct {
		uint8_t type;
		size_t len, total;
	} expected[] = {{DESC_DEVICE, 18, 18}, {DESC_CONFIGURATION, 25, 25}, {DESC_BOS, 12, 12},
		{DESC_STRING, 4, 4}, {DESC_CONFIGURATION, 8, 99}};
	struct desc_part part;
	size_t pos = 0, at = 0;

	(void)state;
	memcpy(all, bytes, sizeof(bytes));
	memcpy(all + sizeof(bytes), more, sizeof(more));
	for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
		assert_true(desc_dump_next(all, sizeof(all), &pos, &part));
		assert_ptr_equal(part.data, all + at);
		assert_int_equal(part.type, expected[i].type);
		assert_int_equal(part.len, expected[i].len);
		assert_int_equal(part.total, expected[i].total);
		at += part.len;
	}
	assert_false(desc_dump_next(all, sizeof(all), &pos, &part));
}

/* Any bytes: it moves on and ends, and the parts are all there is. */
static void parts_of_anything(void **state)
{
	uint32_t seed = 7;

	(void)state;
	for (unsigned round = 0; round < 2000; round++) {
		size_t n = round % 70, pos = 0, sum = 0;
		uint8_t *data = malloc(n ? n : 1);
		struct desc_part part;

		for (size_t i = 0; i < n; i++) {
			seed = seed * 1664525 + 1013904223;
			data[i] = (uint8_t)(seed >> 24 & (round % 2 ? 0xff : 15));
		}
		while (desc_dump_next(data, n, &pos, &part)) {
			assert_ptr_equal(part.data, data + sum);
			assert_true(part.len > 0 && part.total >= part.len);
			sum += part.len;
		}
		assert_int_equal(sum, n);
		free(data);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_tools_write_them),
		cmocka_unit_test(what_is_none),
		cmocka_unit_test(cut_and_spoilt),
		cmocka_unit_test(parts),
		cmocka_unit_test(parts_of_anything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
