/* test_link_usbmon_text.c: lines of usbmon text, layouts t and u. */
#include "link_test.h"

#include <stdio.h>

static struct event line(const char *s)
{
	uint32_t n = (uint32_t)strlen(s);

	return decode_mem(LINK_USBMON_TEXT, s, n, n);
}

static void all(const char *s)
{
	struct bytes r = {.n = 0};

	put_mem(&r, s, (uint32_t)strlen(s));
	cut_everywhere(LINK_USBMON_TEXT, &r, iso_packet_text);
	corrupt_everywhere(LINK_USBMON_TEXT, &r, iso_packet_text);
}

static void test_control(void **state)
{
	static const char submit[] =
		"ffff9d628a99f540 968749476 S Ci:1:002:0 s a3 00 0000 0102 0004 4 <\n";
	static const uint8_t setup[8] = {0xa3, 0, 0, 0, 2, 1, 4, 0};
	static const char complete[] = "ffff9d628a99f540 968749504 C Ci:1:002:0 0 4 = a0020000";
	struct event ev = line(submit);

	(void)state;
	assert_int_equal(ev.kind, EVENT_SUBMIT);
	assert_int_equal(ev.os, USB_OS_LINUX);
	assert_int_equal(ev.capture, CAPTURE_USBMON_TEXT_U);
	assert_int_equal(ev.bus, 1);
	assert_int_equal(ev.device, 2);
	assert_int_equal(ev.endpoint, 0);
	assert_int_equal(ev.type, USB_CONTROL);
	assert_int_equal(ev.dir, USB_IN);
	assert_true(ev.urb.id == 0xffff9d628a99f540);
	assert_int_equal(ev.urb.has, URB_SETUP | URB_REQUESTED);
	assert_int_equal(ev.urb.length, 4);
	assert_memory_equal(ev.urb.setup, setup, 8);
	assert_null(ev.urb.data);
	all(submit);
	ev = line(complete);
	assert_int_equal(ev.kind, EVENT_COMPLETE);
	assert_int_equal(ev.urb.has, URB_STATUS | URB_ACTUAL);
	assert_int_equal(ev.urb.raw_status, 0);
	assert_memory_equal(ev.urb.data, "\xa0\x02\0\0", 4);
	assert_int_equal(ev.urb.data_total, 4);
	all(complete);
	/* a setup that could not be taken: letters, some of them hexadecimal digits */
	ev = line("d1 1 S Co:1:002:0 Z __ __ ____ ____ ____ 0");
	assert_int_equal(ev.kind, EVENT_SUBMIT);
	assert_false(ev.urb.has & URB_SETUP);
	assert_int_equal(line("d1 1 S Co:1:002:0 D __ __ ____ ____ ____ 0").kind, EVENT_SUBMIT);
}

static void test_layout_t(void **state)
{
	struct event ev = line("d5ea89a0 3575914555 S Ii:120:01 -115 8 <");

	(void)state;
	assert_int_equal(ev.bus, USB_NO_BUS);
	assert_int_equal(ev.device, 120);
	assert_int_equal(ev.endpoint, 1);
	assert_int_equal(ev.type, USB_INTERRUPT);
	assert_false(ev.urb.has & (URB_STATUS | URB_INTERVAL));
	assert_int_equal(ev.urb.raw_status, -115);
	/* isochronous in layout t: no packets */
	ev = line("d5ea89a0 3575914555 C Zi:003:02 0 192 = 00010203");
	assert_int_equal(ev.urb.iso.layout, ISO_NONE);
	assert_false(ev.urb.has & URB_ACTUAL);
}

static void test_bulk(void **state)
{
	static const char text[] = "dd65f0e8 4128379752 C Bo:1:005:2 -32 31 >";
	struct event ev = line(text);

	(void)state;
	assert_int_equal(ev.urb.raw_status, -32);
	assert_int_equal(ev.urb.length, 31);
	assert_int_equal(ev.urb.data_total, 0);
	all(text);
	/* the line holds 32 of 64 bytes: cut, and said so */
	ev = line("dd65f0e8 1 S Bo:1:005:2 -115 64 = 00010203 04050607 08090a0b 0c0d0e0f 10111213 "
		  "14151617 18191a1b 1c1d1e1f");
	assert_int_equal(ev.urb.data_len, 32);
	assert_int_equal(ev.urb.data_total, 64);
	assert_int_equal(ev.urb.data[31], 31);
	/* more words than the length says: the length holds */
	ev = line("dd65f0e8 1 S Bo:1:005:2 -115 2 = 000102 03");
	assert_int_equal(ev.urb.data_len, 2);
	/* odd digits at the end of a folded line */
	ev = line("dd65f0e8 1 S Bo:1:005:2 -115 4 = 000102 3");
	assert_int_equal(ev.urb.data_len, 3);
	ev = line("dd65f0e8 1 S Bi:1:005:2 -115 13 <");
	assert_int_equal(ev.urb.length, 13);
	ev = line("dd65f0e8 1 E Bo:1:005:2 -19 0");
	assert_int_equal(ev.kind, EVENT_ERROR);
	assert_int_equal(ev.urb.has, URB_STATUS);
	assert_int_equal(ev.urb.raw_status, -19);
}

/* What mailers, forums and notes make of a line. */
static void test_copied(void **state)
{
	struct event ev =
		line("dd65f0e8 1 S Bo:1:005:2 -115 12 = 00010203\n> > 04050607\r\n> 08090a0b");

	(void)state;
	assert_int_equal(ev.urb.data_len, 12);
	assert_memory_equal(ev.urb.data, "\0\1\2\3\4\5\6\7\x8\x9\xa\xb", 12);
	/* broken within a word */
	ev = line("dd65f0e8 1 S Bo:1:005:2 -115 8 =3D 00010=\n203 04050=\n607");
	assert_int_equal(ev.urb.data_len, 8);
	assert_memory_equal(ev.urb.data, "\0\1\2\3\4\5\6\7", 8);
	ev = line("dd65f0e8\xc2\xa0 1\xc2\xa0S Bo:1:005:2\xc2\xa0-115 [B]2[/B] = [I]0102[/I]");
	assert_int_equal(ev.urb.length, 2);
	assert_int_equal(ev.urb.data_len, 2);
	/* notes, and what was left out */
	ev = line("dd65f0e8 1 C Bi:1:005:1 0 16 = 01020304 0506...");
	assert_int_equal(ev.urb.data_len, 6);
	assert_int_equal(line("dd65f0e8 1 C Bi:1:005:1 0 16 = 0102 [snip]").urb.data_len, 2);
	assert_int_equal(line("dd65f0e8 1 C Bi:1:005:1 0 16 = 0102 Because").urb.data_len, 2);
	ev = line("dd65f0e8 1 C Ci:1:007:0 -32 0   <== EPIPE");
	assert_int_equal(ev.urb.raw_status, -32);
	assert_int_equal(ev.urb.length, 0);
	/* cancelled, with data */
	ev = line("dd65f0e8 1 C Bi:1:005:1 -2 6 = 01020304 0506");
	assert_int_equal(ev.urb.raw_status, -2);
	assert_int_equal(ev.urb.data_len, 6);
	ev = line("1 2 C Zi:2:009:3 0:1:600:0 2 0:0:12\n>> 0:64:12 128 = 0c8c0000\n>> 01020304");
	assert_int_equal(ev.urb.iso.present, 2);
	assert_int_equal(ev.urb.length, 24);
	assert_int_equal(ev.urb.data_len, 8);
}

static void test_interrupt(void **state)
{
	static const char text[] = "ffff9f9a012cae40 297301265 C Ii:1:002:1 0:2048 1 = 04";
	struct event ev = line(text);

	(void)state;
	assert_int_equal(ev.urb.has, URB_STATUS | URB_INTERVAL | URB_ACTUAL);
	assert_int_equal(ev.urb.interval, 2048);
	assert_int_equal(ev.urb.data[0], 4);
	all(text);
}

static void test_iso(void **state)
{
	static const char text[] = "ffff8800b4228f00 1437010808 C Zi:2:009:3 0:1:600:1 3 0:0:64 "
				   "-18:64:0 0:128:60 192 = 01020304";
	struct event ev = line(text);
	struct iso_packet p;

	(void)state;
	assert_int_equal(ev.type, USB_ISOCHRONOUS);
	assert_int_equal(ev.urb.interval, 1);
	assert_int_equal(ev.urb.start_frame, 600);
	assert_int_equal(ev.urb.iso.errors, 1);
	assert_int_equal(ev.urb.iso.packets, 3);
	assert_int_equal(ev.urb.iso.present, 3);
	/* 192 is the buffer; the packets fit the line, so the sum is known */
	assert_int_equal(ev.urb.header_length, 192);
	assert_int_equal(ev.urb.length, 124);
	assert_true(ev.urb.has & URB_ACTUAL);
	assert_true(iso_packet_text(&ev.urb.iso, 2, &p));
	assert_int_equal(p.offset, 128);
	assert_int_equal(p.length, 60);
	assert_true(iso_packet_text(&ev.urb.iso, 1, &p));
	assert_int_equal(p.raw_status, -18);
	assert_true(p.has_status);
	all(text);
	/* five of eight packets: the sum is not known */
	ev = line("1 2 C Zi:2:009:3 0:1:600:0 8 0:0:1 0:1:1 0:2:1 0:3:1 0:4:1 8 <");
	assert_int_equal(ev.urb.iso.packets, 8);
	assert_int_equal(ev.urb.iso.present, 5);
	assert_false(ev.urb.has & URB_ACTUAL);
	assert_true(ev.urb.has & URB_FRAME);
	/* submission: the start frame and the statuses are left over from before */
	ev = line("1 2 S Zo:2:009:3 -115:1:0 1 -18:0:64 64 = 00");
	assert_false(ev.urb.has & URB_FRAME);
	assert_int_equal(ev.urb.length, 64);
	assert_true(iso_packet_text(&ev.urb.iso, 0, &p));
	assert_false(p.has_status);
	/* no descriptor at all */
	ev = line("1 2 C Zo:2:009:3 -2:1:0:0 0 64 >");
	assert_int_equal(ev.urb.iso.packets, 0);
	assert_int_equal(ev.urb.length, 0);
}

static void test_malformed(void **state)
{
	static const char *const bad[] = {"", "hello world", "zz 1 S Ci:1:2:0 0 0",
		"1 x S Ci:1:2:0 0 0", "1 2 X Ci:1:2:0 0 0", "1 2 S Xi:1:2:0 0 0",
		"1 2 S Ci:1:2:16 0 0", "1 2 S Ci:1 0 0", "1 2 S Ci:1:2:0:4 0 0",
		"1 2 S Ci:1:2:0 s 80 06 0100 0000", "1 2 S Ci:1:2:0 0",
		"1 2 S Ci:1:2:0 s 180 06 0100 0000 0012 18 <", "1 2 C Zi:1:2:3 0:1:2:3 x",
		"11111111111111111 2 S Ci:1:2:0 0 0", "1 2 C Bi:1:2:3 0 99999999999"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct event ev = line(bad[i]);

		assert_int_equal(ev.kind, EVENT_OTHER);
		assert_int_equal(ev.bin, BIN_MALFORMED);
		assert_non_null(ev.reason);
	}
}

static void test_long_line(void **state)
{
	static char text[200000];
	size_t n = (size_t)sprintf(text, "1 2 C Bi:1:2:3 0 90000 =");
	struct event ev;

	(void)state;
	while (n < 2 * 90000) {
		memcpy(text + n, " 5a5a5a5a", 9);
		n += 9;
	}
	text[n] = 0;
	ev = line(text);
	assert_int_equal(ev.urb.data_len, 65536);
	assert_int_equal(ev.urb.data_total, 90000);
	assert_int_equal(ev.urb.data[65535], 0x5a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_control),
		cmocka_unit_test(test_layout_t),
		cmocka_unit_test(test_bulk),
		cmocka_unit_test(test_copied),
		cmocka_unit_test(test_interrupt),
		cmocka_unit_test(test_iso),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_long_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
