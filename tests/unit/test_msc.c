/* test_msc.c: bulk-only transport: commands from CBW to CSW, the thirteen cases, what is wrong in a
 * CSW, halts, reset recovery, commands that are given up, wrappers that are none. */
#include "tests/unit/storage_test.h"
#include "decoders/msc.h"

extern const struct decoder decoder_msc;

enum { BULK_OUT = 2, BULK_IN = 1 };

static const char clear_in[] = "02 01 00 00 81 00 00 00", clear_out[] = "02 01 00 00 02 00 00 00";
static const char reset[] = "21 ff 00 00 00 00 00 00";

static void cbw_to(
	struct bench *b, uint8_t lun, uint32_t tag, uint32_t asked, uint8_t flags, const char *cdb)
{
	uint8_t w[31] = "USBC";

	w[4] = (uint8_t)tag;
	w[5] = (uint8_t)(tag >> 8);
	w[8] = (uint8_t)asked;
	w[9] = (uint8_t)(asked >> 8);
	w[10] = (uint8_t)(asked >> 16);
	w[12] = flags;
	w[13] = lun;
	w[14] = (uint8_t)hex(cdb, w + 15);
	feed(b,
		&(struct xfer){.type = USB_BULK,
			.endpoint = BULK_OUT,
			.dir = USB_OUT,
			.bus = 1,
			.device = 5},
		w, 31, 31);
}

static void cbw(struct bench *b, uint32_t tag, uint32_t asked, uint8_t flags, const char *cdb)
{
	cbw_to(b, 0, tag, asked, flags, cdb);
}

static void csw(struct bench *b, uint32_t tag, uint32_t residue, uint8_t status)
{
	uint8_t w[13] = "USBS";
	struct xfer x = bulk(BULK_IN, USB_IN);

	w[4] = (uint8_t)tag;
	w[5] = (uint8_t)(tag >> 8);
	w[8] = (uint8_t)residue;
	w[9] = (uint8_t)(residue >> 8);
	w[12] = status;
	x.req_len = 13;
	feed(b, &x, w, 13, 13);
}

static void stalled(struct bench *b, uint8_t endpoint, uint8_t dir, int64_t asked)
{
	struct xfer x = bulk(endpoint, dir);

	x.status = STATUS_STALL;
	x.req_len = asked;
	feed(b, &x, NULL, 0, 0);
}

static const char read_8[] = "28 00 00 00 08 00 00 00 08 00";
static const char write_1[] = "2a 00 00 00 00 00 00 00 01 00";
static const char ready[] = "00 00 00 00 00 00";

static void reads(void **state)
{
	struct bench b;

	(void)state;
	bench_begin(&b, &decoder_msc);
	cbw(&b, 5, 4096, 0x80, read_8);
	assert_string_equal(b.info, "READ(10) LBA 2,048, 8 blocks");
	has(&b, "dCBWTag=5");
	has(&b, "dCBWDataTransferLength=4096");
	has(&b, "bmCBWFlags=128 (device to host)");
	has(&b, "command=READ(10) (SBC-2 5.6)");
	has(&b, "opcode=40");
	has(&b, "lba=2048");
	has(&b, "blocks=8");
	feed_zeros(&b, bulk(BULK_IN, USB_IN), 4096);
	assert_string_equal(b.info, "4,096 bytes of READ(10)");
	has(&b, "command=READ(10)");
	csw(&b, 5, 0, 0);
	assert_string_equal(b.info, "CSW passed, tag 5");
	has(&b, "bCSWStatus=0 (passed)");
	has(&b, "case=6 (Hi = Di: all data came in, as asked (BOT 6.7.2))");
	assert_string_equal(ended(&b, 1, EXCHANGE_OK),
		"READ(10) LBA 2,048, 8 blocks → 4,096 bytes in 2.50 ms, 1.6 MB/s, passed");
	assert_int_equal(b.ended[0].bytes, 4096);
	assert_int_equal(b.ended[0].xfers, 3);
	has(&b, "moved=4096");
	bench_finish(&b);
}

/* Card readers have several: which one it was is told of the command and of its exchange. */
static void logical_units(void **state)
{
	struct bench b;

	(void)state;
	bench_begin(&b, &decoder_msc);
	cbw_to(&b, 3, 5, 0, 0, ready);
	assert_string_equal(b.info, "TEST UNIT READY, LUN 3");
	csw(&b, 5, 0, 1);
	assert_string_equal(ended(&b, 1, EXCHANGE_FAILED),
		"TEST UNIT READY, LUN 3 → no data in 1.50 ms, failed");
	bench_finish(&b);
}

/* In several transfers: where each lies in the command's data; only the first is taken apart. */
static void in_parts(void **state)
{
	struct bench b;

	(void)state;
	bench_begin(&b, &decoder_msc);
	cbw(&b, 1, 3000, 0x00, write_1);
	feed_zeros(&b, bulk(BULK_OUT, USB_OUT), 1024);
	feed_zeros(&b, bulk(BULK_OUT, USB_OUT), 1976);
	assert_string_equal(b.info, "1,976 bytes of WRITE(10), from byte 1,024");
	csw(&b, 1, 0, 0);
	assert_string_equal(ended(&b, 1, EXCHANGE_OK),
		"WRITE(10) LBA 0, 1 block → 3,000 bytes in 3.50 ms, 857 kB/s, passed");
	bench_finish(&b);
}

/* USBPcap before 1.4.1.0 has no completion of what goes out: the CSW tells how much that was. */
static void uncounted(void **state)
{
	struct xfer out = bulk(BULK_OUT, USB_OUT);
	struct bench b;

	(void)state;
	out.status = STATUS_UNKNOWN;
	out.len = XFER_UNKNOWN;
	bench_begin(&b, &decoder_msc);
	cbw(&b, 1, 512, 0x00, write_1);
	feed_zeros(&b, out, 512);
	csw(&b, 1, 0, 0);
	assert_string_equal(ended(&b, 1, EXCHANGE_OK),
		"WRITE(10) LBA 0, 1 block → ~512 bytes in 2.50 ms, 205 kB/s, passed");
	assert_int_equal(b.ended[0].bytes, 512);
	has(&b, "moved=512");
	cbw(&b, 2, 512, 0x00, write_1);
	feed_zeros(&b, out, 512);
	csw(&b, 2, 412, 0);
	assert_string_equal(ended(&b, 2, EXCHANGE_OK),
		"WRITE(10) LBA 0, 1 block → ~100 of 512 bytes in 2.50 ms, 40 kB/s, passed (case "
		"11: Ho > Do)");
	cbw(&b, 3, 512, 0x00, write_1);
	feed_zeros(&b, out, 512);
	csw(&b, 4, 0, 0);
	assert_string_equal(ended(&b, 3, EXCHANGE_ERROR),
		"WRITE(10) LBA 0, 1 block → ? of 512 bytes in 2.50 ms, passed, tag 4: not the "
		"command's tag, 3");
	has(&b, "moved (not recorded)");
	bench_finish(&b);
}

/* BOT 6.7: all that a host can expect against all that a device can intend. */
static void thirteen_cases(void **state)
{
	static const struct {
		uint32_t asked;
		uint8_t dir;
		uint8_t opcode;
		uint32_t residue;
		uint8_t status;
		uint8_t number;
		const char *name;
	} all[] = {
		{0, SCSI_NO_DATA, 0x00, 0, 0, 1, "Hn = Dn"},
		{0, SCSI_NO_DATA, 0x28, 0, 2, 2, "Hn < Di"},
		{0, SCSI_NO_DATA, 0x2a, 0, 2, 3, "Hn < Do"},
		{512, SCSI_IN, 0x28, 512, 1, 4, "Hi > Dn"},
		{512, SCSI_IN, 0x28, 500, 0, 5, "Hi > Di"},
		{512, SCSI_IN, 0x28, 0, 0, 6, "Hi = Di"}, {512, SCSI_IN, 0x28, 0, 2, 7, "Hi < Di"},
		{512, SCSI_IN, 0x2a, 0, 2, 8, "Hi <> Do"},
		{512, SCSI_OUT, 0x2a, 512, 1, 9, "Ho > Dn"},
		{512, SCSI_OUT, 0x28, 0, 2, 10, "Ho <> Di"},
		{512, SCSI_OUT, 0x2a, 1, 0, 11, "Ho > Do"},
		{512, SCSI_OUT, 0x2a, 0, 0, 12, "Ho = Do"},
		{512, SCSI_OUT, 0x2a, 0, 2, 13, "Ho < Do"},
		{0, SCSI_NO_DATA, 0xc0, 0, 2, 0, NULL}, /* which direction nobody knows */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		struct msc_state s = {.cdb = {{all[i].opcode}, 10, all[i].dir},
			.seen = MSC_HAS_CSW,
			.asked = all[i].asked,
			.residue = all[i].residue,
			.status = all[i].status};
		const struct msc_case *k = msc_case(&s);

		assert_int_equal(k ? k->number : 0, all[i].number);
		if (!k)
			continue;
		assert_string_equal(k->name, all[i].name);
		assert_int_equal(msc_agree(k), k->number == 1 || k->number == 6 || k->number == 12);
		s.fault = MSC_WRONG_TAG;
		assert_null(msc_case(&s));
		s.fault = 0;
		s.seen = 0;
		assert_null(msc_case(&s));
	}
}

/* BOT 5.2, 6.3. */
static void faults(void **state)
{
	static const struct {
		uint32_t tag, residue, moved;
		uint8_t status;
		enum exchange_result result;
		const char *info, *field;
	} all[] = {
		{6, 0, 512, 0, EXCHANGE_ERROR, "CSW passed, tag 6: not the command's tag, 5",
			"fault (dCSWTag is not the command's dCBWTag (BOT 6.3.1)) invalid"},
		{5, 0, 512, 3, EXCHANGE_ERROR, "CSW reserved status 0x03, tag 5",
			"fault (bCSWStatus is reserved (BOT 5.2)) invalid"},
		/* a wrong residue is wrong, and the command did what its status says */
		{5, 513, 512, 0, EXCHANGE_OK,
			"CSW passed, tag 5, residue 513: more than the 512 bytes asked for",
			"fault (dCSWDataResidue exceeds dCBWDataTransferLength (BOT 6.3.2)) "
			"invalid"},
		{5, 0, 100, 0, EXCHANGE_OK,
			"CSW passed, tag 5, residue 0: but only 100 bytes moved",
			"fault (less data moved than dCSWDataResidue leaves (BOT 5.2)) invalid"},
		{5, 0, 100, 1, EXCHANGE_FAILED,
			"CSW failed, tag 5, residue 0: but only 100 bytes moved",
			"fault (less data moved than dCSWDataResidue leaves (BOT 5.2)) invalid"},
		/* the residue of a phase error means nothing */
		{5, 9999, 512, 2, EXCHANGE_ERROR,
			"CSW phase error, tag 5, residue 9,999 (case 7: Hi < Di)",
			"bCSWStatus=2 (phase error)"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		struct bench b;

		bench_begin(&b, &decoder_msc);
		cbw(&b, 5, 512, 0x80, "28 00 00 00 00 00 00 00 01 00");
		feed_zeros(&b, bulk(BULK_IN, USB_IN), all[i].moved);
		csw(&b, all[i].tag, all[i].residue, all[i].status);
		assert_string_equal(b.info, all[i].info);
		has(&b, all[i].field);
		ended(&b, 1, all[i].result);
		bench_finish(&b);
	}
}

/* What Linux tells devices with wrong residues by: all of an answer that has no padding came. */
static void residue_of_a_whole_answer(void **state)
{
	static const struct {
		const char *cdb;
		uint32_t asked;
		bool wrong;
	} all[] = {
		{"12 00 00 00 24 00", 36, true},
		{"25 00 00 00 00 00 00 00 00 00", 8, true},
		{"12 00 00 00 60 00", 96, false}, /* the rest may be padding (BOT 6.7.2) */
		{"12 01 00 00 24 00", 36, false},
		{"1a 00 3f 00 24 00", 36, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		struct bench b;

		bench_begin(&b, &decoder_msc);
		cbw(&b, 5, all[i].asked, 0x80, all[i].cdb);
		feed_zeros(&b, bulk(BULK_IN, USB_IN), all[i].asked);
		csw(&b, 5, all[i].asked, 0);
		assert_int_equal(strstr(b.info, ": but all of it came") != NULL, all[i].wrong);
		ended(&b, 1, EXCHANGE_OK);
		bench_finish(&b);
	}
}

/* A data phase that the device ends by a halt (BOT 6.7.2), as the host sees it. */
static void halted_data(void **state)
{
	struct bench b;

	(void)state;
	bench_begin(&b, &decoder_msc);
	cbw(&b, 7, 192, 0x80, "1a 00 3f 00 c0 00");
	assert_string_equal(b.info, "MODE SENSE(6) all pages");
	stalled(&b, BULK_IN, USB_IN, 192);
	assert_string_equal(b.info, "MODE SENSE(6): the device ends the data phase");
	feed_request(&b, clear_in, STATUS_OK);
	assert_non_null(b.joined);
	assert_string_equal(b.info, ""); /* control tells what it is */
	csw(&b, 7, 192, 1);
	assert_string_equal(b.info, "CSW failed, tag 7, residue 192 (case 4: Hi > Dn)");
	assert_string_equal(ended(&b, 1, EXCHANGE_FAILED),
		"MODE SENSE(6) all pages → 0 of 192 bytes in 3.50 ms, failed (case 4: Hi > Dn), "
		"data phase ended by a halt");
	has(&b, "remark (data phase ended by a halt)");
	bench_finish(&b);
}

/* Twice before the status: the host resets (BOT figure 2); and the three steps of that, 5.3.4. */
static void halted_status_and_recovery(void **state)
{
	struct bench b;

	(void)state;
	bench_begin(&b, &decoder_msc);
	cbw(&b, 8, 0, 0, ready);
	stalled(&b, BULK_IN, USB_IN, 13);
	assert_string_equal(b.info, "TEST UNIT READY: halted before the status");
	feed_request(&b, clear_in, STATUS_OK);
	stalled(&b, BULK_IN, USB_IN, 13);
	feed_request(&b, reset, STATUS_OK);
	assert_string_equal(b.info, "BULK_ONLY_RESET interface 0");
	assert_string_equal(ended(&b, 1, EXCHANGE_ERROR),
		"TEST UNIT READY → no data in 3.50 ms, no status, halt before the status");
	assert_true(b.ended[0].synthetic_end);
	feed_request(&b, clear_in, STATUS_OK);
	feed_request(&b, clear_out, STATUS_OK);
	assert_string_equal(ended(&b, 2, EXCHANGE_OK), "reset recovery in 2.50 ms");
	assert_int_equal(b.ended[1].xfers, 3);
	/* refused; and one that is not finished before the next command */
	feed_request(&b, reset, STATUS_STALL);
	assert_string_equal(ended(&b, 3, EXCHANGE_ERROR),
		"reset recovery in 500 µs: the device refused the reset");
	feed_request(&b, reset, STATUS_OK);
	feed_request(&b, clear_out, STATUS_OK);
	cbw(&b, 9, 0, 0, ready);
	assert_string_equal(ended(&b, 4, EXCHANGE_INCOMPLETE),
		"reset recovery in 1.50 ms, bulk-in not cleared");
	bench_finish(&b);
}

static void given_up(void **state)
{
	struct bench b;
	struct xfer x = bulk(BULK_IN, USB_IN);

	(void)state;
	bench_begin(&b, &decoder_msc);
	cbw(&b, 1, 4096, 0x80, read_8);
	x.status = STATUS_CANCELLED;
	feed(&b, &x, NULL, 0, 0);
	assert_string_equal(b.info, "data of READ(10)");
	cbw(&b, 2, 0, 0, ready);
	assert_string_equal(ended(&b, 1, EXCHANGE_CANCELLED),
		"READ(10) LBA 2,048, 8 blocks → 0 of 4,096 bytes in 1.50 ms, no status, taken back "
		"by "
		"the host");
	x = bulk(BULK_IN, USB_IN);
	x.status = STATUS_DISCONNECTED;
	feed(&b, &x, NULL, 0, 0);
	bench_finish(&b);
	assert_string_equal(ended(&b, 2, EXCHANGE_INCOMPLETE),
		"TEST UNIT READY → no data in 1.50 ms, no status, a transfer failed");
}

static void no_wrappers(void **state)
{
	static const char other[] = "55 53 42 44 02 01 00 00 00 00 00 00 00 00 06 00 00 00 00 00 00"
				    "00 00 00 00 00 00 00 00 00 00";
	struct bench b;

	(void)state;
	bench_begin(&b, &decoder_msc);
	feed_hex(&b, bulk(BULK_OUT, USB_OUT), other);
	assert_string_equal(b.info,
		"not a valid CBW: its signature is not USBC: 31 bytes: 55 53 42 "
		"44 02 01 00 00 00 00 00 00 00 00 06 00 …");
	assert_null(b.joined);
	feed_hex(&b, bulk(BULK_IN, USB_IN), "01 02 03");
	assert_string_equal(b.info, "without a command: 3 bytes: 01 02 03");
	has(&b, "data (without a command) invalid");
	csw(&b, 77, 0, 1);
	assert_string_equal(b.info, "CSW failed, tag 77");
	assert_null(b.joined);
	/* where a status is due */
	cbw(&b, 1, 0, 0, ready);
	feed_hex(&b, bulk(BULK_IN, USB_IN), "55 53 42 54 01 00 00 00 00 00 00 00 00");
	assert_string_equal(
		b.info, "not a valid CSW: 13 bytes: 55 53 42 54 01 00 00 00 00 00 00 00 00");
	feed_hex(&b, bulk(BULK_OUT, USB_OUT), "01");
	assert_string_equal(b.info, "no data may go out here: 1 byte: 01");
	cbw(&b, 2, 0, 0x01, ready);
	assert_string_equal(
		b.info, "TEST UNIT READY; not meaningful: reserved bits of bmCBWFlags are set");
	has(&b, "fault (reserved bits of bmCBWFlags are set) invalid");
	cbw(&b, 2, 0, 0, "");
	assert_string_equal(
		b.info, "an unknown command; not meaningful: bCBWCBLength is not 1 to 16");
	bench_finish(&b);
}

/* What the capture cut. */
static void cut(void **state)
{
	static const char whole[] = "55534243 05000000 00100000 80 00 0a 28000000080000000800 "
				    "000000000000";
	uint8_t data[31];

	(void)state;
	assert_int_equal(hex(whole, data), 31);
	for (uint32_t kept = 0; kept <= 31; kept++) {
		struct bench b;
		struct xfer x = bulk(BULK_OUT, USB_OUT);

		bench_begin(&b, &decoder_msc);
		feed(&b, &x, data, kept, 31);
		assert_int_equal(b.joined != NULL, kept >= 4);
		if (kept >= 25)
			assert_string_equal(b.info, "READ(10) LBA 2,048, 8 blocks");
		else if (kept >= 16)
			assert_string_equal(b.info, "READ(10)");
		else if (kept >= 4)
			assert_string_equal(b.info, "an unknown command");
		if (kept >= 4 && kept < 31)
			has(&b, kept < 8    ? "dCBWTag snapped"
				: kept < 12 ? "dCBWDataTransferLength snapped"
				: kept < 13 ? "bmCBWFlags snapped"
				: kept < 14 ? "bCBWLUN snapped"
				: kept < 15 ? "bCBWCBLength snapped"
				: kept < 16 ? "bCBWCBLength=10"
				: kept < 17 ? "protect snapped"
				: kept < 21 ? "opcode=40"
					    : "lba=2048");
		bench_finish(&b);
	}
}

static void what_is_certain(void **state)
{
	static const struct {
		const char *bytes;
		uint8_t dir;
		bool is;
	} all[] = {
		{"55534243 01000000 00000000 00 00 06 00000000000000000000000000000000", USB_OUT,
			true},
		{"55534243 01000000 00000000 00 00 06 00000000000000000000000000000000", USB_IN,
			false},
		{"55534243 01000000 00000000 01 00 06 00000000000000000000000000000000", USB_OUT,
			false},
		{"55534243 01000000 00000000 00 00 11 00000000000000000000000000000000", USB_OUT,
			false},
		{"55534243 01000000 00000000 00 00 06 000000000000000000000000000000", USB_OUT,
			false},
		{"55534253 01000000 00000000 02", USB_IN, true},
		{"55534253 01000000 00000000 03", USB_IN, false},
		{"55534253 01000000 00000000 0000", USB_IN, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		struct xfer x = bulk(1, all[i].dir);
		uint8_t data[64];

		x.data.data = data;
		x.data.kept = x.data.captured = x.data.total = hex(all[i].bytes, data);
		assert_int_equal(decoder_msc.sniff(&x), all[i].is);
		x.type = USB_INTERRUPT;
		assert_false(decoder_msc.sniff(&x));
	}
}

/* Its two requests, where no descriptor tells of the interface. */
static void requests_that_are_certain(void **state)
{
	static const struct {
		uint8_t setup[8];
		bool is;
	} all[] = {
		{{0xa1, 0xfe, 0, 0, 0, 0, 1, 0}, true},
		{{0xa1, 0xfe, 0, 0, 3, 0, 1, 0}, true},
		{{0x21, 0xff, 0, 0, 0, 0, 0, 0}, true},
		{{0xa1, 0xfe, 1, 0, 0, 0, 1, 0}, false},
		{{0xa1, 0xfe, 0, 0, 0, 0, 2, 0}, false},
		{{0xa1, 0xff, 0, 0, 0, 0, 1, 0}, false}, /* audio: GET_STAT */
		{{0xc1, 0xfe, 0, 0, 0, 0, 1, 0}, false},
		{{0x21, 0xff, 0, 0, 0, 0, 1, 0}, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		struct xfer x = {.type = USB_CONTROL, .flags = XFER_HAS_SETUP};

		memcpy(x.setup, all[i].setup, sizeof(x.setup));
		assert_int_equal(decoder_msc.sniff(&x), all[i].is);
		x.flags = 0;
		assert_false(decoder_msc.sniff(&x));
	}
}

/* Where packets are captured: how many bytes come next, on which endpoint. */
static void tells_what_comes(void **state)
{
	struct bench b;

	(void)state;
	bench_begin(&b, &decoder_msc);
	cbw(&b, 1, 512, 0, write_1);
	assert_int_equal(devices_take_expected(b.devices, 1, BULK_OUT, USB_OUT), 512);
	assert_int_equal(devices_take_expected(b.devices, 1, BULK_OUT, USB_OUT), 0);
	feed_zeros(&b, bulk(BULK_OUT, USB_OUT), 512);
	assert_int_equal(devices_take_expected(b.devices, 1, BULK_OUT, USB_OUT), 0);
	csw(&b, 1, 0, 0);
	cbw(&b, 2, 8192, 0x80, read_8); /* in comes where the status came */
	assert_int_equal(devices_take_expected(b.devices, 1, BULK_IN, USB_IN), 8192);
	feed_zeros(&b, bulk(BULK_IN, USB_IN), 4096);
	assert_int_equal(devices_take_expected(b.devices, 1, BULK_IN, USB_IN), 4096);
	cbw(&b, 3, 0, 0, ready);
	assert_int_equal(devices_take_expected(b.devices, 1, BULK_IN, USB_IN), 0);
	bench_finish(&b);
}

/* Whatever comes in whatever order: no crash, trees and lines as they should be. */
static void anything(void **state)
{
	static const char *const requests[] = {
		clear_in, clear_out, reset, "a1 fe 00 00 00 00 01 00"};
	uint64_t seed = 1;

	(void)state;
	for (unsigned round = 0; round < 300; round++) {
		struct bench b;

		bench_begin(&b, &decoder_msc);
		for (unsigned i = 0; i < 40; i++) {
			struct xfer x = bulk(dice(&seed) % 3, dice(&seed) % 2);
			uint8_t data[80] = "USBC";
			uint32_t n = dice(&seed) % 80, kind = dice(&seed) % 6;

			for (unsigned k = 4; k < sizeof(data); k++)
				data[k] = (uint8_t)(dice(&seed) % 5 ? 0 : dice(&seed));
			if (kind == 0) {
				n = 13;
				x.dir = USB_IN;
				data[3] = 'S';
			} else if (kind < 3) {
				n = 31;
				x.dir = USB_OUT;
				data[14] = (uint8_t)(dice(&seed) % 18);
				data[15] = (uint8_t)dice(&seed);
			} else if (kind == 3) {
				feed_request(&b, requests[dice(&seed) % 4],
					(enum status)(dice(&seed) % 2));
				continue;
			}
			x.status =
				(uint8_t)(dice(&seed) % 4 ? STATUS_OK : dice(&seed) % STATUS_COUNT);
			feed(&b, &x, data, dice(&seed) % 3 ? n : dice(&seed) % (n + 1), n);
			for (const char *p = b.info; *p; p++)
				assert_true((unsigned char)*p >= ' ' && *p != 0x7f);
			for (size_t k = b.n ? b.n - 1 : 0; k < b.n; k++)
				ended(&b, b.n, (enum exchange_result)b.ended[k].result);
			if (b.n > BENCH_ENDED - 4)
				break;
		}
		bench_finish(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads),
		cmocka_unit_test(logical_units),
		cmocka_unit_test(in_parts),
		cmocka_unit_test(uncounted),
		cmocka_unit_test(thirteen_cases),
		cmocka_unit_test(faults),
		cmocka_unit_test(residue_of_a_whole_answer),
		cmocka_unit_test(halted_data),
		cmocka_unit_test(halted_status_and_recovery),
		cmocka_unit_test(given_up),
		cmocka_unit_test(no_wrappers),
		cmocka_unit_test(cut),
		cmocka_unit_test(what_is_certain),
		cmocka_unit_test(requests_that_are_certain),
		cmocka_unit_test(tells_what_comes),
		cmocka_unit_test(anything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
