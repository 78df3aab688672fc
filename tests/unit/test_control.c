/* test_control.c: control transfers by chapter 9: the info line and the fields of each standard
 * request, of unknown numbers, of class and vendor requests, of short, missing and cut data. */
#include "base/mem.h"
#include "decoders/decoder.h"
#include "usb/request.h"
#include "tests/unit/decode_test.h"

extern const struct decoder decoder_control;

/* ---- a transfer ------------------------------------------------------------------------------ */

/* To be dropped. total: bytes the device sent. */
static struct xfer transfer(const char *setup, const uint8_t *data, uint32_t kept, uint32_t total)
{
	struct xfer x = {.type = USB_CONTROL, .flags = XFER_HAS_SETUP, .status = STATUS_OK};

	assert_int_equal(hex(setup, x.setup), 8);
	put_data(&x, data, kept, total);
	x.dir = x.setup[0] & 0x80 ? USB_IN : USB_OUT;
	x.req_len = x.setup[6] | x.setup[7] << 8;
	x.len = total;
	return x;
}

static const struct decode_ctx nothing_known;

static const char *info(const struct xfer *x)
{
	static char room[512];
	struct text t;

	text_init(&t, room, sizeof(room));
	assert_int_equal(decoder_control.match(&nothing_known, x), 1);
	decoder_control.info(&nothing_known, x, &t);
	return room;
}

/* ---- an emit that records: "key=value (text) !verdict;" with { } around children ---- */

static struct recorder {
	struct emit emit;
	size_t depth;
	uint32_t len; /* of the data */
	bool leaf;
} rec;

static void on_open(struct emit *e, const struct field *f)
{
	(void)e;
	assert_non_null(f->key);
	assert_true(f->off + f->len <= (f->in == FIELD_IN_SETUP ? 8 : rec.len));
	assert_true(f->bit + f->bits <= 8 * f->len);
	if (rec.depth && rec.leaf)
		add(" {");
	add(" %s", f->key);
	if (f->value.type == VAL_UINT)
		add("=%llu", (unsigned long long)f->value.u);
	else if (f->value.type == VAL_BYTES)
		add("=[%u]", f->value.n);
	if (f->text)
		add(" (%s)", f->text);
	if (f->verdict)
		add(" !%s", verdict_name(f->verdict));
	rec.depth++;
	rec.leaf = true;
}

static void on_close(struct emit *e)
{
	(void)e;
	assert_true(rec.depth-- > 0);
	add(rec.leaf ? ";" : " }");
	rec.leaf = false;
}

static const struct emit_ops record_ops = {.open = on_open, .close = on_close};

/* The fields behind the setup's. */
static const char *fields(const struct xfer *x)
{
	const char *end;

	recorded_begin();
	rec = (struct recorder){.emit.ops = &record_ops, .len = x->data.kept};
	decoder_control.decode(&nothing_known, x, &rec.emit);
	assert_int_equal(rec.depth, 0);
	assert_true(!strncmp(recorded.s, " setup", 6));
	end = strchr(recorded.s, '}'); /* of bmRequestType */
	assert_non_null(end);
	end = strchr(end + 1, '}');
	assert_non_null(end);
	return end[1] ? end + 2 : end + 1;
}

/* ---- each request ---------------------------------------------------------------------------- */

static const struct request_case {
	const char *setup, *data, *info, *fields;
} cases[] = {
	/* GET_STATUS, USB 2.0 9.4.5: every bit */
	{"80 00 0000 0000 0200", "0000", "GET_STATUS → bus-powered, remote wakeup off", NULL},
	{"80 00 0000 0000 0200", "0100", "GET_STATUS → self-powered, remote wakeup off",
		"status=1 { self_powered=1 (self-powered); remote_wakeup=0 (remote wakeup off); "
		"u1_enable=0; u2_enable=0; ltm_enable=0; }"},
	{"80 00 0000 0000 0200", "0200", "GET_STATUS → bus-powered, remote wakeup on", NULL},
	{"80 00 0000 0000 0200", "0400", "GET_STATUS → bus-powered, remote wakeup off, U1 enabled",
		NULL},
	{"80 00 0000 0000 0200", "0800", "GET_STATUS → bus-powered, remote wakeup off, U2 enabled",
		NULL},
	{"80 00 0000 0000 0200", "1000", "GET_STATUS → bus-powered, remote wakeup off, LTM enabled",
		NULL},
	{"80 00 0000 0000 0200", "ffff",
		"GET_STATUS → self-powered, remote wakeup on, U1 enabled, U2 enabled, LTM enabled",
		"status=65535 { self_powered=1 (self-powered); remote_wakeup=1 (remote wakeup on); "
		"u1_enable=1 (U1 enabled); u2_enable=1 (U2 enabled); ltm_enable=1 (LTM enabled); "
		"}"},
	{"80 00 0000 0000 0200", "01", "GET_STATUS → 1 of 2", ""},
	{"80 00 0000 0000 0200", "", "GET_STATUS", ""},
	{"81 00 0000 0300 0200", "0000", "GET_STATUS interface 3", NULL},
	{"81 00 0000 0300 0200", "0300",
		"GET_STATUS interface 3 → can wake the host, remote wakeup on",
		"status=3 { function_remote_wake_capable=1 (can wake the host); "
		"function_remote_wakeup=1 (remote wakeup on); }"},
	{"82 00 0000 8100 0200", "0000", "GET_STATUS endpoint 1 in → not halted", NULL},
	{"82 00 0000 0200 0200", "0100", "GET_STATUS endpoint 2 out → halted",
		"status=1 { halt=1 (halted); }"},
	{"83 00 0000 0100 0200", "0100", "GET_STATUS other 1", "status=1;"},
	{"84 00 0000 0100 0200", "0100", "GET_STATUS recipient 4", "status=1;"},
	{"80 00 0100 0000 0400", "07000000", "GET_STATUS PTM", "ptm_status=7;"},

	/* CLEAR_FEATURE and SET_FEATURE, USB 2.0 9.4.1, 9.4.9 */
	{"00 01 0100 0000 0000", "", "CLEAR_FEATURE DEVICE_REMOTE_WAKEUP", ""},
	{"00 03 0100 0000 0000", "", "SET_FEATURE DEVICE_REMOTE_WAKEUP", ""},
	{"02 01 0000 8100 0000", "", "CLEAR_FEATURE ENDPOINT_HALT endpoint 1 in", ""},
	{"02 03 0000 0f00 0000", "", "SET_FEATURE ENDPOINT_HALT endpoint 15 out", ""},
	{"00 03 0300 0000 0000", "", "SET_FEATURE B_HNP_ENABLE", ""},
	{"00 03 0400 0000 0000", "", "SET_FEATURE A_HNP_SUPPORT", ""},
	{"00 03 0500 0000 0000", "", "SET_FEATURE A_ALT_HNP_SUPPORT", ""},
	{"00 03 0600 0000 0000", "", "SET_FEATURE WUSB_DEVICE", ""},
	{"00 03 3000 0000 0000", "", "SET_FEATURE U1_ENABLE", ""},
	{"00 01 3100 0000 0000", "", "CLEAR_FEATURE U2_ENABLE", ""},
	{"00 03 3200 0000 0000", "", "SET_FEATURE LTM_ENABLE", ""},
	{"00 03 3300 0000 0000", "", "SET_FEATURE B3_NTF_HOST_REL", ""},
	{"00 03 3400 0000 0000", "", "SET_FEATURE B3_RSP_ENABLE", ""},
	{"00 03 3500 0000 0000", "", "SET_FEATURE LDM_ENABLE", ""},
	{"00 03 0700 0000 0000", "", "SET_FEATURE 0x0007", ""},
	{"01 03 0100 0200 0000", "", "SET_FEATURE 0x0001 interface 2", ""},
	{"02 01 0100 0200 0000", "", "CLEAR_FEATURE 0x0001 endpoint 2 out", ""},
	{"03 01 0000 0200 0000", "", "CLEAR_FEATURE 0x0000 other 2", ""},
	{"01 03 0000 0001 0000", "",
		"SET_FEATURE FUNCTION_SUSPEND interface 0, suspend, remote wakeup off", ""},
	{"01 03 0000 0103 0000", "",
		"SET_FEATURE FUNCTION_SUSPEND interface 1, suspend, remote wakeup on", ""},
	{"01 03 0000 0100 0000", "",
		"SET_FEATURE FUNCTION_SUSPEND interface 1, resume, remote wakeup off", ""},
	/* USB 3.2 9.4.1: clearing it takes no options */
	{"01 01 0000 0100 0000", "", "CLEAR_FEATURE FUNCTION_SUSPEND interface 1", ""},
	{"00 03 0200 0001 0000", "", "SET_FEATURE TEST_MODE Test_J", ""},
	{"00 03 0200 0002 0000", "", "SET_FEATURE TEST_MODE Test_K", ""},
	{"00 03 0200 0003 0000", "", "SET_FEATURE TEST_MODE Test_SE0_NAK", ""},
	{"00 03 0200 0004 0000", "", "SET_FEATURE TEST_MODE Test_Packet", ""},
	{"00 03 0200 0005 0000", "", "SET_FEATURE TEST_MODE Test_Force_Enable", ""},
	{"00 03 0200 0006 0000", "", "SET_FEATURE TEST_MODE selector 0x06", ""},
	{"00 03 0200 00c0 0000", "", "SET_FEATURE TEST_MODE selector 0xc0", ""},

	/* SET_ADDRESS, SET_CONFIGURATION, SET_INTERFACE, … */
	{"00 05 0500 0000 0000", "", "SET_ADDRESS 5", ""},
	{"00 05 ffff 0000 0000", "", "SET_ADDRESS 65535", ""},
	{"00 09 0100 0000 0000", "", "SET_CONFIGURATION 1", ""},
	{"00 09 0000 0000 0000", "", "SET_CONFIGURATION 0", ""},
	{"01 0b 0200 0100 0000", "", "SET_INTERFACE interface 1 alternate 2", ""},
	{"80 08 0000 0000 0100", "02", "GET_CONFIGURATION → 2", "bConfigurationValue=2;"},
	{"80 08 0000 0000 0100", "00", "GET_CONFIGURATION → 0",
		"bConfigurationValue=0 (not configured);"},
	{"80 08 0000 0000 0100", "", "GET_CONFIGURATION", ""},
	{"81 0a 0000 0300 0100", "01", "GET_INTERFACE interface 3 → 1", "bAlternateSetting=1;"},
	{"82 0c 0000 8300 0200", "3412", "SYNCH_FRAME endpoint 3 in → 4660", "frame_number=4660;"},
	{"82 0c 0000 8300 0200", "34", "SYNCH_FRAME endpoint 3 in → 1 of 2", ""},
	{"00 30 0000 0000 0600", "0102 0304 0506", "SET_SEL",
		"U1SEL=1 (µs); U1PEL=2 (µs); U2SEL=1027 (µs); U2PEL=1541 (µs);"},
	{"00 30 0000 0000 0600", "01020304", "SET_SEL",
		"U1SEL=1 (µs); U1PEL=2 (µs); U2SEL=1027 (µs);"},
	{"00 31 2800 0000 0000", "", "SET_ISOCH_DELAY 40 ns", ""},

	/* descriptors: what is in them is test_desc.c's */
	{"80 06 0001 0000 1200", "12 01 0002 00 00 00 40 0912 1100 0001 01 02 00 01",
		"GET_DESCRIPTOR device → 1209:0011, USB 2.00", NULL},
	{"80 06 0001 0000 4000", "12 01 0002 00 00 00 40 0912 1100 0001 01 02 00 01",
		"GET_DESCRIPTOR device → 18 of 64: 1209:0011, USB 2.00", NULL},
	{"80 06 0001 0000 0800", "12 01 0002 00 00 00 40",
		"GET_DESCRIPTOR device → USB 2.00, bMaxPacketSize0 64, 8 of 18 bytes", NULL},
	{"80 06 0203 0904 ff00", "06 03 6100 6200",
		"GET_DESCRIPTOR string 2 language 0x0409 → 6 of 255: \"ab\"", NULL},
	{"80 06 0003 0000 ff00", "04 03 0904",
		"GET_DESCRIPTOR string 0 → 4 of 255: languages 0x0409", NULL},
	{"80 06 0002 0000 0900", "09 02 2200 01 01 00 a0 32",
		"GET_DESCRIPTOR configuration 0 → 1 interface, ~100 mA, 9 of 34 bytes", NULL},
	{"80 06 0006 0000 0a00", "", "GET_DESCRIPTOR device qualifier", ""},
	{"80 06 000f 0000 0500", "05 0f 1600 02",
		"GET_DESCRIPTOR BOS → 2 capabilities, 5 of 22 bytes", NULL},
	{"81 06 0022 0000 4000", "", "GET_DESCRIPTOR HID report interface 0", ""},
	{"81 06 0022 0100 0300", "050102", "GET_DESCRIPTOR HID report interface 1 → 3 bytes", NULL},
	{"80 06 0577 0000 0400", "", "GET_DESCRIPTOR type 0x77 5", ""},
	{"00 07 0203 0904 0600", "06 03 6100 6200", "SET_DESCRIPTOR string 2 language 0x0409",
		NULL},

	/* what chapter 9 does not define stays raw */
	{"80 02 0000 0000 0000", "", "standard request 0x02 wValue 0x0000 wIndex 0x0000", ""},
	{"80 04 3412 7856 0100", "ff", "standard request 0x04 wValue 0x1234 wIndex 0x5678", ""},
	{"80 0d 0000 0000 0000", "", "standard request 0x0d wValue 0x0000 wIndex 0x0000", ""},
	{"81 ff 0000 0500 0000", "",
		"standard request 0xff interface 5 wValue 0x0000 wIndex 0x0005", ""},
	{"a1 06 0001 0000 1200", "1201",
		"class request 0x06 interface 0 wValue 0x0100 wIndex 0x0000", ""},
	{"22 01 0001 8100 0300", "44ac00",
		"class request 0x01 endpoint 1 in wValue 0x0100 wIndex 0x0081", ""},
	{"23 03 0800 0200 0000", "", "class request 0x03 other 2 wValue 0x0008 wIndex 0x0002", ""},
	{"c0 51 0400 0300 0200", "0102", "vendor request 0x51 wValue 0x0004 wIndex 0x0003", ""},
	{"e0 00 0000 0000 0200", "0100", "reserved request 0x00 wValue 0x0000 wIndex 0x0000", ""},
	{"df 00 0000 0000 0200", "0100",
		"vendor request 0x00 recipient 31 wValue 0x0000 wIndex 0x0000", ""},
};

static void each_request(void **state)
{
	uint8_t data[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		uint32_t n = hex(cases[i].data, data);
		struct xfer x = transfer(cases[i].setup, data, n, n);

		if (strcmp(info(&x), cases[i].info))
			fail_msg("%s: \"%s\", not \"%s\"", cases[i].setup, info(&x), cases[i].info);
		if (cases[i].fields && strcmp(fields(&x), cases[i].fields))
			fail_msg("%s: \"%s\", not \"%s\"", cases[i].setup, fields(&x),
				cases[i].fields);
		drop(&x);
	}
}

/* All that chapter 9 names is in the table above. */
static void no_request_is_left_out(void **state)
{
	(void)state;
	for (unsigned b = 0; b < 256; b++) {
		char setup[32], expected[64];
		bool tested = false;
		struct xfer x;

		for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
			uint8_t s[8];

			hex(cases[i].setup, s);
			tested |= s[1] == b && !(s[0] & 0x60);
		}
		snprintf(setup, sizeof(setup), "80 %02x 0000 0000 0000", b);
		snprintf(expected, sizeof(expected),
			"standard request 0x%02x wValue 0x0000 wIndex 0x0000", b);
		x = transfer(setup, NULL, 0, 0);
		if (strcmp(info(&x), expected)) {
			if (!tested)
				fail_msg("request %u has no case", b);
			drop(&x);
			continue;
		}
		assert_string_equal(fields(&x), "");
		drop(&x);
	}
}

/* A transfer that did not succeed has no answer, whatever bytes are there. */
static void no_answer_without_success(void **state)
{
	static const uint8_t status[] = {
		STATUS_STALL, STATUS_TIMEOUT, STATUS_PENDING, STATUS_CANCELLED, STATUS_UNKNOWN};
	const uint8_t data[2] = {1, 0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(status); i++) {
		struct xfer x = transfer("80 00 0000 0000 0200", data, 2, 2);

		x.status = status[i];
		assert_string_equal(info(&x), "GET_STATUS");
		drop(&x);
	}
}

/* The unit of bMaxPower is 8 mA at SuperSpeed (USB 3.2 9.6.3), whose packets are on another bus. */
static void power_on_a_bus_of_usb_2(void **state)
{
	const uint8_t data[9] = {9, 2, 34, 0, 1, 1, 0, 0xa0, 50};
	struct xfer x = transfer("80 06 0002 0000 0900", data, 9, 9);

	(void)state;
	x.capture = CAPTURE_BUS_ANY_SPEED;
	assert_string_equal(
		info(&x), "GET_DESCRIPTOR configuration 0 → 1 interface, 100 mA, 9 of 34 bytes");
	drop(&x);
}

/* USB 2.0 9.6.2: who has no other speed refuses to describe it. */
static void refused_qualifier(void **state)
{
	static const struct {
		enum usb_speed speed;
		enum status status;
		const char *said, *field;
	} table[] = {
		{USB_FULL, STATUS_STALL, " → ~not high-speed capable",
			"refusal (~not high-speed capable (USB 2.0 9.6.2));"},
		{USB_SPEED_UNKNOWN, STATUS_STALL, " → ~not high-speed capable",
			"refusal (~not high-speed capable (USB 2.0 9.6.2));"},
		{USB_HIGH, STATUS_STALL, " → at high speed it must not be refused",
			"refusal (at high speed it must not be refused (USB 2.0 9.6.2)) !invalid;"},
		{USB_SUPER, STATUS_STALL, "", ""},
		{USB_FULL, STATUS_TIMEOUT, "", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct xfer x = transfer("80 06 0006 0000 0a00", NULL, 0, 0);
		char said[120];

		x.speed = table[i].speed;
		x.status = table[i].status;
		snprintf(said, sizeof(said), "GET_DESCRIPTOR device qualifier%s", table[i].said);
		assert_string_equal(info(&x), said);
		assert_string_equal(fields(&x), table[i].field);
		drop(&x);
	}
}

static void what_is_inferred_is_marked(void **state)
{
	struct xfer x = transfer("00 09 0100 0000 0000", NULL, 0, 0);

	(void)state;
	x.flags |= XFER_SETUP_INFERRED;
	assert_string_equal(info(&x), "~SET_CONFIGURATION 1");
	fields(&x);
	assert_non_null(strstr(recorded.s, "rebuilt from the URB function"));
	drop(&x);
	x = transfer("c0 09 0100 0000 0000", NULL, 0, 0);
	x.flags |= XFER_SETUP_INFERRED;
	assert_true(info(&x)[0] == '~');
	x.flags = 0;
	assert_int_equal(decoder_control.match(&nothing_known, &x), 0);
	drop(&x);
}

static void setup_fields(void **state)
{
	struct xfer x = transfer("81 06 0022 0300 4000", NULL, 0, 0);

	(void)state;
	fields(&x);
	assert_string_equal(recorded.s,
		" setup { bmRequestType=129 { direction=1 (device to host); type=0 (standard); "
		"recipient=1 (interface); } bRequest=6 (GET_DESCRIPTOR (USB 2.0 9.4.3)); "
		"wValue=8704 (descriptor type and index: HID report); "
		"wIndex=3 (interface); wLength=64; }");
	drop(&x);
	x = transfer("02 01 0000 8100 0000", NULL, 0, 0); /* wIndex speaks for itself */
	fields(&x);
	assert_non_null(strstr(recorded.s, "wValue=0 (feature selector: ENDPOINT_HALT); "
					   "wIndex=129 (endpoint 1 in); "));
	drop(&x);
	x = transfer("a1 01 0000 000d 0100", NULL, 0, 0); /* more than an interface: not named */
	fields(&x);
	assert_non_null(strstr(recorded.s, "wIndex=3328; "));
	drop(&x);
	x = transfer("7f 33 0100 0200 0300", NULL, 0, 0);
	fields(&x);
	assert_string_equal(recorded.s,
		" setup { bmRequestType=127 { direction=0 (host to device); type=3 (reserved); "
		"recipient=31 (reserved); } bRequest=51; wValue=1; wIndex=2; wLength=3; }");
	drop(&x);
}

/* Each case's data cut at every length, by the device and by the capture: never a read past it, and
 * every field says something of bytes that are there (on_open). */
static void data_cut_anywhere(void **state)
{
	uint8_t data[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		uint32_t n = hex(cases[i].data, data);

		for (uint32_t kept = 0; kept <= n; kept++)
			for (uint32_t total = kept; total <= n; total += n - kept ? n - kept : 1) {
				struct xfer x = transfer(cases[i].setup, data, kept, total);

				assert_true(strlen(info(&x)) > 0);
				fields(&x);
				x.len = XFER_UNKNOWN;
				assert_true(strlen(info(&x)) > 0);
				drop(&x);
			}
	}
}

/* Any request with any answer. */
static void random_setups(void **state)
{
	uint32_t seed = 1;

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		uint8_t data[64];
		uint32_t n;
		struct xfer x;

		for (size_t k = 0; k < sizeof(data); k++) {
			seed = seed * 1664525 + 1013904223;
			data[k] = (uint8_t)(seed >> 24);
		}
		n = data[0] % sizeof(data);
		x = transfer("80 06 0000 0000 0000", data, n, n + data[1] % 9);
		memcpy(x.setup, data + 2, 8);
		if (i % 2)
			x.setup[0] &= 0x83; /* standard */
		if (i % 4 == 1)
			x.setup[1] %= 13;
		x.dir = x.setup[0] & 0x80 ? USB_IN : USB_OUT;
		assert_true(strlen(info(&x)) > 0);
		fields(&x);
		drop(&x);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_request),
		cmocka_unit_test(no_request_is_left_out),
		cmocka_unit_test(no_answer_without_success),
		cmocka_unit_test(power_on_a_bus_of_usb_2),
		cmocka_unit_test(refused_qualifier),
		cmocka_unit_test(what_is_inferred_is_marked),
		cmocka_unit_test(setup_fields),
		cmocka_unit_test(data_cut_anywhere),
		cmocka_unit_test(random_setups),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
