/* test_link_freebsd.c: FreeBSD usbdump records. */
#include "link_test.h"

enum { CONTROL_XFR = 1 << 7, CONTROL_HDR = 1 << 8 };

static struct bytes head(bool done, uint8_t type, uint8_t endpoint, uint32_t frames, uint32_t bits)
{
	struct bytes r = {.n = 0};

	put(&r, 0, 4);
	put(&r, 3, 4);
	put(&r, 5, 1);
	put(&r, 0, 1);
	put(&r, done, 1);
	put(&r, type, 1);
	put(&r, 2, 4);
	put(&r, bits, 4);
	put(&r, done ? 22 : 0, 4);
	put(&r, 8, 4);
	put(&r, frames, 4);
	put(&r, 64, 4);
	put(&r, 1, 4);
	put(&r, endpoint, 4);
	put(&r, 3, 1);
	r.n = 128;
	return r;
}

static void put_frame(struct bytes *r, const char *data, uint32_t length, uint32_t flags)
{
	put(r, length, 4);
	put(r, flags, 4);
	if (flags & 2)
		put_mem(r, data, length);
	while (r->n % 4)
		put(r, 0, 1);
	memcpy(r->b, &(uint32_t){r->n}, 4); /* total; the tests' hosts are little-endian */
}

static void all(const struct bytes *r)
{
	cut_everywhere(LINK_USB_FREEBSD, r, iso_packet_freebsd);
	corrupt_everywhere(LINK_USB_FREEBSD, r, iso_packet_freebsd);
}

static void test_control(void **state)
{
	struct bytes r = head(false, 0, 0x80, 2, CONTROL_XFR | CONTROL_HDR);
	struct event ev;

	(void)state;
	put_frame(&r, "\x80\x06\0\x01\0\0\x12\0", 8, 2);
	put_frame(&r, NULL, 18, 1);
	ev = decode(LINK_USB_FREEBSD, &r);
	assert_int_equal(ev.kind, EVENT_SUBMIT);
	assert_int_equal(ev.os, USB_OS_FREEBSD);
	assert_int_equal(ev.bus, 3);
	assert_int_equal(ev.device, 5);
	assert_int_equal(ev.endpoint, 0);
	assert_int_equal(ev.dir, USB_IN);
	assert_int_equal(ev.speed, USB_HIGH);
	assert_int_equal(ev.urb.id, 0);
	assert_int_equal(ev.urb.has, URB_SETUP | URB_REQUESTED | URB_FLAGS);
	assert_int_equal(ev.urb.length, 18);
	assert_int_equal(ev.urb.setup[6], 18);
	assert_int_equal(ev.urb.data_total, 0);
	all(&r);
	r = head(true, 0, 0x80, 2, CONTROL_XFR | CONTROL_HDR);
	put_frame(&r, NULL, 8, 0);
	put_frame(&r, "hello", 5, 3);
	ev = decode(LINK_USB_FREEBSD, &r);
	assert_int_equal(ev.kind, EVENT_COMPLETE);
	assert_int_equal(ev.urb.has, URB_ACTUAL | URB_STATUS | URB_FLAGS);
	assert_int_equal(ev.urb.raw_status, 22);
	assert_int_equal(ev.urb.length, 5);
	assert_memory_equal(ev.urb.data, "hello", 5);
	all(&r);
	/* a later piece of a long control transfer has no setup, also when it is 8 bytes long */
	r = head(false, 0, 0, 1, CONTROL_XFR);
	put_frame(&r, "12345678", 8, 2);
	ev = decode(LINK_USB_FREEBSD, &r);
	assert_false(ev.urb.has & URB_SETUP);
	assert_int_equal(ev.urb.data_len, 8);
}

static void test_frames_are_gathered(void **state)
{
	struct bytes r = head(true, 2, 0x81, 3, 0);
	struct event ev;

	(void)state;
	put_frame(&r, "abc", 3, 3);
	put_frame(&r, "defgh", 5, 3);
	put_frame(&r, "i", 1, 3);
	ev = decode(LINK_USB_FREEBSD, &r);
	assert_int_equal(ev.type, USB_BULK);
	assert_int_equal(ev.urb.length, 9);
	assert_int_equal(ev.urb.data_len, 9);
	assert_memory_equal(ev.urb.data, "abcdefghi", 9);
	all(&r);
	/* cut within the second frame: what was before it stays, and the rest is known to be
	 * missing */
	ev = decode_mem(LINK_USB_FREEBSD, r.b, 128 + 12 + 8 + 2, r.n);
	assert_memory_equal(ev.urb.data, "abcde", 5);
	assert_int_equal(ev.urb.data_len, 5);
	assert_int_equal(ev.urb.data_total, 8);
	assert_false(ev.urb.has & URB_ACTUAL);
}

static void test_iso(void **state)
{
	struct bytes r = head(true, 1, 0x82, 3, 0);
	struct event ev;
	struct iso_packet p;

	(void)state;
	put_frame(&r, "abc", 3, 3);
	put_frame(&r, "", 0, 3);
	put_frame(&r, "defgh", 5, 3);
	ev = decode(LINK_USB_FREEBSD, &r);
	assert_int_equal(ev.urb.iso.packets, 3);
	assert_int_equal(ev.urb.iso.present, 3);
	assert_false(ev.urb.has & URB_INTERVAL); /* FreeBSD keeps one for interrupt transfers */
	assert_int_equal(ev.urb.length, 8);
	assert_true(iso_packet_freebsd(&ev.urb.iso, 2, &p));
	assert_int_equal(p.length, 5);
	assert_memory_equal(ev.urb.iso.data + p.offset, "defgh", 5);
	assert_false(p.has_status);
	assert_true(iso_packet_freebsd(&ev.urb.iso, 0, &p));
	assert_int_equal(p.length, 3);
	all(&r);
}

static void test_malformed(void **state)
{
	struct bytes r = head(false, 2, 1, 0, 0);

	(void)state;
	r.b[0] = 128;
	assert_int_equal(decode(LINK_USB_FREEBSD, &r).kind, EVENT_SUBMIT);
	r.b[10] = 2;
	assert_int_equal(decode(LINK_USB_FREEBSD, &r).bin, BIN_MALFORMED);
	r.b[10] = 0;
	r.b[11] = 4;
	assert_int_equal(decode(LINK_USB_FREEBSD, &r).bin, BIN_MALFORMED);
	r.b[11] = 2;
	r.b[0] = 129; /* total length beyond the record */
	assert_int_equal(decode(LINK_USB_FREEBSD, &r).bin, BIN_MALFORMED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_control),
		cmocka_unit_test(test_frames_are_gathered),
		cmocka_unit_test(test_iso),
		cmocka_unit_test(test_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
