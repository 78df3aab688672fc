/* test_uas.c: USB Attached SCSI: information units, several commands in flight, data that finds its
 * command by stream, READY IU or size, and what is reported in another order than it happened. */
#include "tests/unit/storage_test.h"
#include "model/device.h"
#include "usb/desc.h"

extern const struct decoder decoder_uas;

enum { CMD = 1, STATUS = 2, DATA_IN = 3, DATA_OUT = 4 };

/* Configuration 1: interface 0, UAS, with the usage of its four pipes (UAS 5.3.3.5). */
static const char described[] =
	"09 02 3e 00 01 01 00 80 32  09 04 00 00 04 08 06 62 00"
	"07 05 01 02 00 02 00  04 24 01 00  07 05 82 02 00 02 00  04 24 02 00"
	"07 05 83 02 00 02 00  04 24 03 00  07 05 04 02 00 02 00  04 24 04 00";

static void describe(struct bench *b)
{
	uint8_t data[128];
	uint32_t n = hex(described, data);

	devices_pipe(b->devices, 0, 1, 5, 0, USB_DIR_UNKNOWN, USB_CONTROL, USB_HIGH);
	devices_add_fact(b->devices, 1,
		&(struct fact){.type = DESC_CONFIGURATION, .len = n, .total = n, .data = data});
	devices_set_configuration(b->devices, 1, 1);
}

static void command(struct bench *b, unsigned tag, const char *cdb)
{
	uint8_t iu[32] = {0x01, 0, (uint8_t)(tag >> 8), (uint8_t)tag};

	hex(cdb, iu + 16);
	feed(b,
		&(struct xfer){
			.type = USB_BULK, .endpoint = CMD, .dir = USB_OUT, .bus = 1, .device = 5},
		iu, 32, 32);
}

static void sense(struct bench *b, unsigned tag, uint8_t status, const char *bytes)
{
	uint8_t iu[64] = {0x03, 0, (uint8_t)(tag >> 8), (uint8_t)tag, 0, 0, status};
	struct xfer x = bulk(STATUS, USB_IN);

	iu[15] = (uint8_t)hex(bytes, iu + 16);
	feed(b, &x, iu, 16u + iu[15], 16u + iu[15]);
}

static struct xfer on_stream(uint8_t endpoint, uint8_t dir, uint32_t stream)
{
	struct xfer x = bulk(endpoint, dir);

	x.flags = XFER_HAS_STREAM;
	x.stream = stream;
	return x;
}

static const char read_8[] = "28 00 00 00 08 00 00 00 08 00";
static const char write_1[] = "2a 00 00 00 00 00 00 00 01 00";
static const char inquiry[] = "12 00 00 00 24 00";
static const char no_medium[] = "70 00 02 00 00 00 00 0a 00 00 00 00 3a 00 00 00 00 00";

static void one_command(void **state)
{
	struct bench b;

	(void)state;
	bench_begin(&b, &decoder_uas);
	describe(&b);
	command(&b, 258, read_8);
	assert_string_equal(b.info, "READ(10) LBA 2,048, 8 blocks, tag 258");
	has(&b, "IU (COMMAND)");
	has(&b, "tag=258");
	has(&b, "lba=2048");
	feed_zeros(&b, bulk(DATA_IN, USB_IN), 4096);
	assert_string_equal(b.info, "~4,096 bytes of READ(10), tag 258");
	has(&b, "tag=258 (inferred: by order and size)");
	sense(&b, 258, 0, "");
	assert_string_equal(b.info, "GOOD, tag 258");
	has(&b, "scsi_status=0 (GOOD)");
	assert_string_equal(ended(&b, 1, EXCHANGE_OK),
		"READ(10) LBA 2,048, 8 blocks → 4,096 bytes in 2.50 ms, 1.6 MB/s, GOOD, tag 258");
	assert_int_equal(b.ended[0].bytes, 4096);
	bench_finish(&b);
}

static void check_condition(void **state)
{
	struct bench b;

	(void)state;
	bench_begin(&b, &decoder_uas);
	command(&b, 1, "00 00 00 00 00 00");
	sense(&b, 1, 2, no_medium);
	assert_string_equal(b.info, "CHECK CONDITION: NOT READY: Medium not present, tag 1");
	has(&b, "sense_key=2 (NOT READY)");
	has(&b, "asc=58 (Medium not present)");
	assert_string_equal(ended(&b, 1, EXCHANGE_FAILED),
		"TEST UNIT READY → no data in 1.50 ms, CHECK CONDITION: NOT READY: Medium not "
		"present, "
		"tag 1");
	bench_finish(&b);
}

/* Two in flight, ended the other way round: streams tell (UAS 5.4). */
static void by_stream(void **state)
{
	struct bench b;

	(void)state;
	bench_begin(&b, &decoder_uas);
	describe(&b);
	command(&b, 3, read_8);
	command(&b, 4, read_8);
	feed_zeros(&b, on_stream(DATA_IN, USB_IN, 4), 4096);
	assert_string_equal(b.info, "4,096 bytes of READ(10), tag 4");
	feed_zeros(&b, on_stream(DATA_IN, USB_IN, 3), 2048);
	feed_zeros(&b, on_stream(DATA_IN, USB_IN, 3), 2048);
	sense(&b, 4, 0, "");
	ended(&b, 1, EXCHANGE_OK);
	has(&b, "tag=4");
	has(&b, "moved=4096");
	sense(&b, 3, 0, "");
	ended(&b, 2, EXCHANGE_OK);
	has(&b, "tag=3");
	has(&b, "moved=4096");
	assert_int_equal(b.ended[1].xfers, 4);
	bench_finish(&b);
}

/* Without: the oldest one that the data fits. */
static void by_size(void **state)
{
	struct bench b;

	(void)state;
	bench_begin(&b, &decoder_uas);
	describe(&b);
	command(&b, 1, inquiry);
	command(&b, 2, read_8);
	command(&b, 3, write_1);
	feed_zeros(&b, bulk(DATA_IN, USB_IN), 4096); /* an INQUIRY of 36 bytes takes no 4096 */
	assert_string_equal(b.info, "~4,096 bytes of READ(10), tag 2");
	feed_zeros(&b, bulk(DATA_OUT, USB_OUT), 512);
	assert_string_equal(b.info, "~512 bytes of WRITE(10), tag 3");
	feed_hex(&b, bulk(DATA_IN, USB_IN),
		"00 80 05 02 1f 00 00 02 5145 4d55 2020 2020 5145 4d55 2048 4152 4444 4953 4b20 "
		"2020 "
		"322e 352b");
	assert_string_equal(
		b.info, "~36 bytes of INQUIRY, tag 1: removable disk, QEMU QEMU HARDDISK 2.5+");
	bench_finish(&b);
}

static void ready_says_it(void **state)
{
	struct bench b;

	(void)state;
	bench_begin(&b, &decoder_uas);
	describe(&b);
	command(&b, 1, read_8);
	feed_hex(&b, bulk(STATUS, USB_IN), "06 00 00 01");
	assert_string_equal(b.info, "READ READY for READ(10), tag 1");
	feed_zeros(&b, bulk(DATA_IN, USB_IN), 4096);
	assert_string_equal(b.info, "4,096 bytes of READ(10), tag 1");
	bench_finish(&b);
}

/* Some controllers report data, or the status, before the command that was sent first. */
static void another_order(void **state)
{
	struct bench b;
	struct xfer x;

	(void)state;
	bench_begin(&b, &decoder_uas);
	describe(&b);
	feed_hex(&b, bulk(DATA_IN, USB_IN), "01 02 03 04");
	assert_string_equal(b.info, "4 bytes: 01 02 03 04 (its command completes later)");
	x = bulk(CMD, USB_OUT);
	x.begin = 0;
	x.end = 3000000;
	{
		uint8_t iu[32] = {0x01, 0, 0, 9};

		hex(inquiry, iu + 16);
		feed(&b, &x, iu, 32, 32);
	}
	sense(&b, 9, 0, "");
	assert_string_equal(
		ended(&b, 1, EXCHANGE_OK), "INQUIRY → 4 bytes in 3.50 ms, 1.1 kB/s, GOOD, tag 9");
	assert_int_equal(b.ended[0].xfers, 3);
	/* data of a command that was never seen is not the next one's */
	feed_hex(&b, bulk(DATA_IN, USB_IN), "01 02 03 04");
	command(&b, 10, inquiry);
	assert_int_equal(b.n, 2);
	assert_int_equal(b.ended[1].result, EXCHANGE_INCOMPLETE);
	/* the status first */
	sense(&b, 11, 0, "");
	x = bulk(CMD, USB_OUT);
	x.begin = 0;
	x.end = 8000000;
	{
		uint8_t iu[32] = {0x01, 0, 0, 11};

		feed(&b, &x, iu, 32, 32);
	}
	ended(&b, 3, EXCHANGE_OK);
	has(&b, "command=TEST UNIT READY");
	bench_finish(&b);
}

/* A tag that is used again without a status between. */
static void tag_again(void **state)
{
	struct bench b;

	(void)state;
	bench_begin(&b, &decoder_uas);
	describe(&b);
	command(&b, 1, read_8);
	command(&b, 1, inquiry);
	assert_string_equal(ended(&b, 1, EXCHANGE_INCOMPLETE),
		"READ(10) LBA 2,048, 8 blocks → no data in 500 µs, no status, tag 1");
	sense(&b, 1, 0x28, "");
	assert_string_equal(ended(&b, 2, EXCHANGE_FAILED),
		"INQUIRY → no data in 1.50 ms, TASK SET FULL, tag 1");
	bench_finish(&b);
}

static void task_management(void **state)
{
	struct bench b;

	(void)state;
	bench_begin(&b, &decoder_uas);
	feed_hex(&b, bulk(CMD, USB_OUT), "05 00 00 07 01 00 00 03 00 00 00 00 00 00 00 00");
	assert_string_equal(b.info, "ABORT TASK of tag 3, tag 7");
	has(&b, "task_function=1 (ABORT TASK)");
	has(&b, "managed_tag=3");
	feed_hex(&b, bulk(STATUS, USB_IN), "04 00 00 07 00 00 00 08");
	assert_string_equal(b.info, "function succeeded, tag 7");
	has(&b, "response_code=8 (function succeeded)");
	assert_string_equal(ended(&b, 1, EXCHANGE_OK),
		"ABORT TASK of tag 3 → no data in 1.50 ms, function succeeded, tag 7");
	feed_hex(&b, bulk(CMD, USB_OUT), "05 00 00 08 08 00 00 00 00 01 00 00 00 00 00 00");
	feed_hex(&b, bulk(STATUS, USB_IN), "04 00 00 08 00 00 00 05");
	assert_string_equal(ended(&b, 2, EXCHANGE_ERROR),
		"LOGICAL UNIT RESET → no data in 1.50 ms, function failed, tag 8");
	bench_finish(&b);
}

static void no_units(void **state)
{
	struct bench b;

	(void)state;
	bench_begin(&b, &decoder_uas);
	describe(&b);
	feed_hex(&b, bulk(CMD, USB_OUT), "02 00 00 01");
	assert_string_equal(b.info, "unknown information unit: 4 bytes: 02 00 00 01");
	has(&b, "data (unknown information unit) invalid");
	feed_hex(&b, bulk(STATUS, USB_IN), "04 00 00 07 00 00");
	assert_string_equal(b.info, "information unit too short: 6 bytes: 04 00 00 07 00 00");
	feed_hex(&b, bulk(STATUS, USB_IN), "03");
	assert_string_equal(b.info, "information unit too short: 1 byte: 03");
	bench_finish(&b);
}

static void anything(void **state)
{
	static const char *const cdbs[] = {read_8, write_1, inquiry, "00", "9e 10", "c0"};
	uint64_t seed = 3;

	(void)state;
	for (unsigned round = 0; round < 300; round++) {
		struct bench b;

		bench_begin(&b, &decoder_uas);
		if (round % 2)
			describe(&b);
		for (unsigned i = 0; i < 60 && b.n < BENCH_ENDED - 4; i++) {
			struct xfer x = bulk(1 + dice(&seed) % 4, dice(&seed) % 2);
			uint8_t data[80];
			uint32_t n = dice(&seed) % 80;

			if (dice(&seed) % 3 == 0) {
				command(&b, dice(&seed) % 4, cdbs[dice(&seed) % ARRAY_LEN(cdbs)]);
				continue;
			}
			for (unsigned k = 0; k < sizeof(data); k++)
				data[k] = (uint8_t)(dice(&seed) % 5 ? 0 : dice(&seed) % 9);
			x.status =
				(uint8_t)(dice(&seed) % 4 ? STATUS_OK : dice(&seed) % STATUS_COUNT);
			if (dice(&seed) % 3 == 0) {
				x.flags = XFER_HAS_STREAM;
				x.stream = dice(&seed) % 4;
			}
			feed(&b, &x, data, dice(&seed) % 3 ? n : dice(&seed) % (n + 1), n);
			for (const char *p = b.info; *p; p++)
				assert_true((unsigned char)*p >= ' ' && *p != 0x7f);
			if (b.n)
				ended(&b, b.n, (enum exchange_result)b.ended[b.n - 1].result);
		}
		b.n = 0;
		exchanges_free(b.all);
		devices_free(b.devices);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_command),
		cmocka_unit_test(check_condition),
		cmocka_unit_test(by_stream),
		cmocka_unit_test(by_size),
		cmocka_unit_test(ready_says_it),
		cmocka_unit_test(another_order),
		cmocka_unit_test(tag_again),
		cmocka_unit_test(task_management),
		cmocka_unit_test(no_units),
		cmocka_unit_test(anything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
