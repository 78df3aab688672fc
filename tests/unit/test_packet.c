/* test_packet.c: bus packets and bus states as events. */
#include "link_test.h"
#include "usb/pid.h"

static struct event packet(const char *bytes, uint32_t n)
{
	return decode_mem(LINK_USB_2_0_HIGH_SPEED, bytes, n, n);
}
#define PACKET(s) packet(s, sizeof(s) - 1)

static void tokens(void **state)
{
	struct event ev = PACKET("\x2d\x00\x10");

	(void)state;
	assert_int_equal(ev.kind, EVENT_PACKET);
	assert_int_equal(ev.bin, BIN_NONE);
	assert_int_equal(ev.packet.pid, PID_SETUP);
	assert_int_equal(ev.type, USB_CONTROL);
	assert_int_equal(ev.device, 0);
	assert_int_equal(ev.endpoint, 0);
	assert_int_equal(ev.speed, USB_HIGH);
	assert_int_equal(ev.capture, CAPTURE_BUS);
	ev = PACKET("\x69\x15\xef"); /* the example of USB-IF's document on CRCs: 0x15, 0xe */
	assert_int_equal(ev.kind, EVENT_PACKET);
	assert_int_equal(ev.device, 0x15);
	assert_int_equal(ev.endpoint, 0xe);
	assert_int_equal(ev.dir, USB_IN);
}

static void speeds(void **state)
{
	static const struct {
		uint32_t link;
		uint8_t speed, capture;
	} row[] = {{LINK_USB_2_0, USB_SPEED_UNKNOWN, CAPTURE_BUS_ANY_SPEED},
		{LINK_USB_2_0_LOW_SPEED, USB_LOW, CAPTURE_BUS},
		{LINK_USB_2_0_FULL_SPEED, USB_FULL, CAPTURE_BUS},
		{LINK_USB_2_0_HIGH_SPEED, USB_HIGH, CAPTURE_BUS}};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct event ev = decode_mem(row[i].link, "\xd2", 1, 1);

		assert_int_equal(ev.speed, row[i].speed);
		assert_int_equal(ev.capture, row[i].capture);
		assert_int_equal(ev.packet.pid_kind, PID_KIND_HANDSHAKE);
	}
}

static void sof(void **state)
{
	struct event ev = PACKET("\xa5\x01\xe8");

	(void)state;
	assert_int_equal(ev.bin, BIN_SOF);
	assert_int_equal(ev.packet.frame, 1);
}

static void data(void **state)
{
	struct event ev = PACKET("\xc3\x80\x06\x00\x01\x00\x00\x40\x00\xdd\x94");

	(void)state;
	assert_int_equal(ev.packet.data_len, 8);
	assert_int_equal(ev.packet.data_total, 8);
	assert_int_equal(ev.packet.data[1], 6);
	assert_int_equal(ev.packet.crc, CRC_OK);
	ev = PACKET("\x4b\x00\x00");
	assert_int_equal(ev.packet.data_total, 0);
	assert_int_equal(ev.packet.crc, CRC_OK);
	ev = PACKET("\x4b\x01\x00");
	assert_int_equal(ev.kind, EVENT_PACKET); /* it belongs to its transaction all the same */
	assert_int_equal(ev.packet.crc, CRC_BAD);
	ev = decode_mem(LINK_USB_2_0, "\xc3\x80\x06\x00", 4, 11); /* snapped */
	assert_int_equal(ev.packet.data_len, 3);
	assert_int_equal(ev.packet.data_total, 8);
	assert_int_equal(ev.packet.crc, CRC_ABSENT);
}

static void splits(void **state)
{
	/* as hub 12 port 2, control, low speed was seen started and completed */
	struct event ev;
	uint8_t p[4] = {0x78, 12, 2 | 0x80, 0};

	(void)state;
	for (unsigned crc = 0; crc < 32; crc++) { /* one of them is right */
		p[3] = (uint8_t)(crc << 3);
		ev = decode_mem(LINK_USB_2_0, p, 4, 4);
		if (ev.bin == BIN_NONE)
			break;
	}
	assert_int_equal(ev.kind, EVENT_PACKET);
	assert_int_equal(ev.packet.hub, 12);
	assert_int_equal(ev.packet.port, 2);
	assert_int_equal(ev.packet.split, SPLIT_S);
	assert_int_equal(ev.packet.split_type, USB_CONTROL);
}

static void malformed(void **state)
{
	static const struct {
		const char *bytes, *reason;
		uint32_t n, orig;
	} row[] = {
		{"", "an empty packet", 0, 0},
		{"", "cut to nothing", 0, 3},
		{"\x2e", "a PID whose check bits are wrong", 1, 1},
		{"\x69\x00", "a token that is not 3 bytes long", 2, 2},
		{"\x69\x00\x10\x00", "a token that is not 3 bytes long", 4, 4},
		{"\x69\x00\x11", "a token with a wrong CRC5", 3, 3},
		{"\xa5\x00\x11", "a SOF with a wrong CRC5", 3, 3},
		{"\xc3\x00", "a data packet without CRC16", 2, 2},
		{"\xd2\x00", "a handshake with something behind its PID", 2, 2},
		{"\x78\x00\x00", "a SPLIT that is not 4 bytes long", 3, 3},
		{"\x69\x00", "cut by the capture", 2, 3},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct event ev = decode_mem(LINK_USB_2_0, row[i].bytes, row[i].n, row[i].orig);

		assert_int_equal(ev.kind, EVENT_OTHER);
		assert_int_equal(ev.bin, BIN_MALFORMED);
		assert_string_equal(ev.reason, row[i].reason);
	}
}

/* Each of the 256 first bytes is what its nibbles say. */
static void pids(void **state)
{
	unsigned valid = 0;

	(void)state;
	for (unsigned pid = 0; pid < 256; pid++) {
		bool right = (pid & 15) == (~pid >> 4 & 15);

		assert_int_equal(pid_row((uint8_t)pid)->kind != PID_KIND_INVALID, right);
		assert_int_equal(pid_row((uint8_t)pid)->name != NULL, right);
		valid += right;
	}
	assert_int_equal(valid, 16);
}

static struct event status(const char *text)
{
	struct bytes b = {.n = 0};

	put_mem(&b, "\x00\x0c\x00\x06syslog\x00\x00\x00\x00", 14);
	put_mem(&b, text, (uint32_t)strlen(text));
	return decode(LINK_WIRESHARK_UPPER_PDU, &b);
}

static void status_texts(void **state)
{
	static const struct {
		const char *text;
		uint8_t state, speed;
	} row[] = {
		{"--- Bus Reset ---", BUS_RESET, 0},
		{"VBUS ON", BUS_VBUS_ON, 0},
		{"VBUS OFF", BUS_VBUS_OFF, 0},
		{"Detected speed: Full-Speed", BUS_SPEED, USB_FULL},
		{"Line state: J (1.07 us)", BUS_NO_FRAMES, 0},
		{"Folded 73 empty frames", BUS_NO_FRAMES, 0},
		{"anything", BUS_OTHER, 0},
		{"", BUS_OTHER, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct event ev = status(row[i].text);

		assert_int_equal(ev.kind, EVENT_STATE);
		assert_int_equal(ev.bin, BIN_STATE);
		assert_int_equal(ev.packet.state, row[i].state);
		assert_int_equal(ev.speed, row[i].speed);
	}
}

static void other_pdus(void **state)
{
	static const char http[] = "\x00\x0c\x00\x04http\x00\x00\x00\x00GET";
	struct event ev =
		decode_mem(LINK_WIRESHARK_UPPER_PDU, http, sizeof(http) - 1, sizeof(http) - 1);

	(void)state;
	assert_int_equal(ev.bin, BIN_FOREIGN);
	for (uint32_t n = 0; n < 14; n++) { /* tags that do not end */
		uint8_t *exact = malloc(n ? n : 1);

		memcpy(exact, "\x00\x0c\x00\x06syslog\x00\x00\x00\x00", n);
		ev = decode_mem(LINK_WIRESHARK_UPPER_PDU, exact, n, n);
		assert_int_equal(ev.bin, BIN_FOREIGN);
		free(exact);
	}
}

static struct event custom(const char *bytes, uint32_t n, bool big_endian)
{
	struct record rec = {.number = 1,
		.data = (const uint8_t *)bytes,
		.link = LINK_PCAPNG_CUSTOM,
		.caplen = n,
		.origlen = n,
		.big_endian = big_endian};
	struct event ev;

	link_to_event(link_find(LINK_PCAPNG_CUSTOM), &rec, &ev);
	return ev;
}

static void custom_blocks(void **state)
{
	struct event ev = custom("\x00\x00\xf3\xb8\x33\x43\x00\x19", 8, true);

	(void)state;
	assert_int_equal(ev.kind, EVENT_STATE);
	assert_int_equal(ev.packet.state, BUS_RESET);
	ev = custom("\x00\x00\xf3\xb8\x33\x43\x00\x1e", 8, true);
	assert_int_equal(ev.bin, BIN_KEEPALIVE);
	ev = custom("\xb8\xf3\x00\x00\x33\x43\x00\x0a", 8, false);
	assert_int_equal(ev.packet.state, BUS_SPEED);
	assert_int_equal(ev.speed, USB_LOW);
	ev = custom("\x00\x00\xf3\xb8\x33\x43\x00\xff", 8, true);
	assert_int_equal(ev.bin, BIN_CUSTOM);
	ev = custom("\x00\x00\xf3\xb9\x33\x43\x00\x19", 8, true);
	assert_int_equal(ev.bin, BIN_CUSTOM);
	ev = custom("\x00\x00\xf3\xb8\x33\x43\x00", 7, true);
	assert_int_equal(ev.bin, BIN_CUSTOM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tokens),
		cmocka_unit_test(speeds),
		cmocka_unit_test(sof),
		cmocka_unit_test(data),
		cmocka_unit_test(splits),
		cmocka_unit_test(malformed),
		cmocka_unit_test(pids),
		cmocka_unit_test(status_texts),
		cmocka_unit_test(other_pdus),
		cmocka_unit_test(custom_blocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
