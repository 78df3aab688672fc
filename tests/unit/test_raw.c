/* test_raw.c: transfers whose meaning nobody knows, in one line. */
#include "decode_test.h"

#include "decoders/decoder.h"

/* The line of a transfer of `len` bytes (XFER_UNKNOWN: not known) of which these were captured. */
static const char *line(uint8_t type, uint8_t dir, int64_t len, const char *bytes, uint32_t total)
{
	struct xfer x = {.type = type, .dir = dir, .len = len, .seen = SEEN_BOTH};
	static char room[400];
	uint8_t data[400];
	uint32_t n = hex(bytes, data);
	struct text t;

	put_data(&x, data, n, total);
	text_init(&t, room, sizeof(room));
	raw_info(&t, &x);
	drop(&x);
	return room;
}

static void bytes_are_those_that_moved(void **state)
{
	(void)state;
	assert_string_equal(line(USB_BULK, USB_IN, 3, "01 02 03", 3), "3 bytes: 01 02 03");
	assert_string_equal(line(USB_BULK, USB_OUT, 1, "0a", 1), "1 byte: 0a");
	assert_string_equal(line(USB_BULK, USB_IN, 0, "", 0), "");
	/* the rest was offered and not taken */
	assert_string_equal(line(USB_BULK, USB_OUT, 2, "01 02 03", 3), "2 bytes: 01 02");
	/* of one that failed: what was to be sent */
	assert_string_equal(line(USB_BULK, USB_OUT, 0, "01 02 03", 3), "3 bytes: 01 02 03");
	assert_string_equal(
		line(USB_BULK, USB_OUT, XFER_UNKNOWN, "01 02 03", 3), "3 bytes: 01 02 03");
}

static void long_ones_are_cut(void **state)
{
	(void)state;
	assert_string_equal(line(USB_INTERRUPT, USB_IN, 17,
				    "00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10", 17),
		"17 bytes: 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f …");
	assert_string_equal(line(USB_BULK, USB_IN, 4096, "01 02", 4096), "4,096 bytes: 01 02 …");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_are_those_that_moved),
		cmocka_unit_test(long_ones_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
