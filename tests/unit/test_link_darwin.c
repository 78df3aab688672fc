/* test_link_darwin.c: macOS records of both header versions. */
#include "link_test.h"

static struct bytes head(bool complete, uint32_t length, uint8_t endpoint, uint8_t type, bool v11)
{
	struct bytes r = {.n = 0};

	put(&r, v11 ? 0x0101 : 0x0100, 2);
	put(&r, v11 ? 40 : 32, 1);
	put(&r, complete, 1);
	put(&r, length, 4);
	put(&r, complete ? 0xe00002eb : 0x77, 4);
	put(&r, 0, 4);
	put(&r, 0x8d96, 8);
	put(&r, 0x14300000, 4);
	put(&r, 2, 1);
	put(&r, 9, 1);
	put(&r, endpoint, 1);
	put(&r, type, 1);
	if (v11)
		put(&r, 0x1234567800000000, 8);
	return r;
}

static void all(const struct bytes *r)
{
	cut_everywhere(LINK_USB_DARWIN, r, iso_packet_darwin);
	corrupt_everywhere(LINK_USB_DARWIN, r, iso_packet_darwin);
}

static void test_control(void **state)
{
	static const uint8_t setup[8] = {0x80, 6, 0, 1, 0, 0, 8, 0};

	(void)state;
	for (int v11 = 0; v11 < 2; v11++) {
		struct bytes r = head(false, 8, 0, 0, v11);
		struct event ev;

		put_mem(&r, setup, 8);
		ev = decode(LINK_USB_DARWIN, &r);
		assert_int_equal(ev.kind, EVENT_SUBMIT);
		assert_int_equal(ev.os, USB_OS_DARWIN);
		assert_int_equal(ev.capture, CAPTURE_DARWIN);
		assert_int_equal(ev.type, USB_CONTROL);
		assert_int_equal(ev.dir, USB_IN);
		assert_int_equal(ev.bus, 0x14);
		assert_int_equal(ev.device, 9);
		assert_int_equal(ev.endpoint, 0);
		assert_int_equal(ev.speed, USB_HIGH);
		assert_int_equal(ev.urb.id, 0x8d96);
		assert_int_equal(ev.urb.has, URB_SETUP | URB_REQUESTED);
		assert_int_equal(ev.urb.length, 8);
		assert_memory_equal(ev.urb.setup, setup, 8);
		assert_int_equal(ev.urb.data_total, 0);
		all(&r);
		r = head(true, 3, 0x80, 0, v11);
		put_mem(&r, "abc", 3);
		ev = decode(LINK_USB_DARWIN, &r);
		assert_int_equal(ev.kind, EVENT_COMPLETE);
		assert_int_equal(ev.urb.has, URB_ACTUAL | URB_STATUS);
		assert_int_equal(ev.urb.raw_status, 0xe00002eb);
		assert_memory_equal(ev.urb.data, "abc", 3);
		all(&r);
	}
}

static void test_bulk(void **state)
{
	struct bytes r = head(false, 65536, 0x81, 2, true);
	struct event ev = decode(LINK_USB_DARWIN, &r);

	(void)state;
	/* room for 64 KiB, nothing cut */
	assert_int_equal(ev.urb.length, 65536);
	assert_int_equal(ev.urb.data_total, 0);
	assert_int_equal(ev.type, USB_BULK);
	assert_int_equal(ev.endpoint, 1);
	all(&r);
	/* OUT data comes with the completion */
	r = head(true, 4, 2, 3, true);
	put_mem(&r, "wxyz", 4);
	ev = decode(LINK_USB_DARWIN, &r);
	assert_int_equal(ev.type, USB_INTERRUPT);
	assert_int_equal(ev.dir, USB_OUT);
	assert_int_equal(ev.urb.data_len, 4);
	ev = decode_mem(LINK_USB_DARWIN, r.b, r.n - 1, r.n);
	assert_int_equal(ev.urb.data_len, 3);
	assert_int_equal(ev.urb.data_total, 4);
}

static void put_frame(struct bytes *r, uint32_t length, uint32_t status, uint64_t frame, bool data)
{
	put(r, 28, 4);
	put(r, length, 4);
	put(r, status, 4);
	put(r, frame, 8);
	put(r, 1, 8);
	for (uint32_t i = 0; data && i < length; i++)
		put(r, 0xa0 + i, 1);
	while (r->n % 4)
		put(r, 0, 1);
}

static void test_iso(void **state)
{
	struct bytes r = head(true, 8, 0x83, 1, true);
	struct event ev;
	struct iso_packet p;

	(void)state;
	r.b[12] = 3;
	put_frame(&r, 5, 0, 700, true);
	put_frame(&r, 0, 0xe00002ee, 701, true);
	put_frame(&r, 3, 0, 702, true);
	ev = decode(LINK_USB_DARWIN, &r);
	assert_int_equal(ev.urb.iso.packets, 3);
	assert_int_equal(ev.urb.iso.present, 3);
	assert_int_equal(ev.urb.start_frame, 700);
	assert_true(iso_packet_darwin(&ev.urb.iso, 2, &p));
	assert_int_equal(p.length, 3);
	assert_int_equal(ev.urb.iso.data[p.offset], 0xa0);
	assert_true(iso_packet_darwin(&ev.urb.iso, 1, &p));
	assert_int_equal(p.raw_status, 0xe00002ee);
	assert_true(iso_packet_darwin(&ev.urb.iso, 0, &p));
	assert_int_equal(p.length, 5);
	all(&r);
	/* submission: frames without data */
	r = head(false, 8, 0x83, 1, true);
	r.b[12] = 2;
	put_frame(&r, 100, 0, 700, false);
	put_frame(&r, 200, 0, 701, false);
	ev = decode(LINK_USB_DARWIN, &r);
	assert_int_equal(ev.urb.iso.present, 2);
	assert_true(iso_packet_darwin(&ev.urb.iso, 1, &p));
	assert_int_equal(p.length, 200);
	assert_int_equal(p.offset, ISO_UNKNOWN);
	assert_false(p.has_status);
	all(&r);
}

static void test_malformed(void **state)
{
	struct bytes r = head(false, 0, 0, 2, true);

	(void)state;
	r.b[2] = 31;
	assert_int_equal(decode(LINK_USB_DARWIN, &r).bin, BIN_MALFORMED);
	r.b[2] = 40;
	r.b[3] = 2;
	assert_int_equal(decode(LINK_USB_DARWIN, &r).bin, BIN_MALFORMED);
	r.b[3] = 0;
	r.b[31] = 4;
	assert_int_equal(decode(LINK_USB_DARWIN, &r).bin, BIN_MALFORMED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_control),
		cmocka_unit_test(test_bulk),
		cmocka_unit_test(test_iso),
		cmocka_unit_test(test_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
