/* test_link_usbmon.c: link types 189 and 220 in both byte orders, as the kernel, QEMU and sigrok
 * write them; every cut and every corrupted byte. */
#include "link_test.h"

/* A header, in either byte order. */
struct header {
	uint64_t id;
	char event;
	uint8_t type, endpoint, device;
	uint16_t bus;
	uint8_t setup_flag, data_flag;
	int32_t status;
	uint32_t urb_len, data_len;
	uint8_t setup[8];
	uint32_t errors, numdesc; /* isochronous, instead of setup */
	int32_t interval, start_frame;
	uint32_t flags, ndesc;
};

static void put_as(struct bytes *to, uint64_t v, int size, bool big)
{
	for (int i = 0; i < size; i++)
		to->b[to->n++] = (uint8_t)(v >> 8 * (big ? size - 1 - i : i));
}

static void put_header(struct bytes *to, const struct header *h, bool mmapped, bool big)
{
	to->n = 0;
	put_as(to, h->id, 8, big);
	put(to, (uint8_t)h->event, 1);
	put(to, h->type, 1);
	put(to, h->endpoint, 1);
	put(to, h->device, 1);
	put_as(to, h->bus, 2, big);
	put(to, h->setup_flag, 1);
	put(to, h->data_flag, 1);
	put_as(to, 1700000000, 8, big);
	put_as(to, 123456, 4, big);
	put_as(to, (uint32_t)h->status, 4, big);
	put_as(to, h->urb_len, 4, big);
	put_as(to, h->data_len, 4, big);
	if (h->type == 0) {
		put_as(to, h->errors, 4, big);
		put_as(to, h->numdesc, 4, big);
	} else {
		put_mem(to, h->setup, 8);
	}
	if (!mmapped)
		return;
	put_as(to, (uint32_t)h->interval, 4, big);
	put_as(to, (uint32_t)h->start_frame, 4, big);
	put_as(to, h->flags, 4, big);
	put_as(to, h->ndesc, 4, big);
}

static struct event decode_order(const struct bytes *r, bool mmapped, bool big, uint32_t orig)
{
	uint32_t link = mmapped ? LINK_USB_LINUX_MMAPPED : LINK_USB_LINUX;
	struct record rec = {.number = 1,
		.data = r->b,
		.link = link,
		.caplen = r->n,
		.origlen = orig,
		.big_endian = big};
	struct event ev;

	link_to_event(link_find(link), &rec, &ev);
	return ev;
}

static const uint8_t get_device[8] = {0x80, 6, 0, 1, 0, 0, 18, 0};

static void submission_of_a_control_read(void **state)
{
	struct header h = {0xffff888100000001, 'S', 2, 0x80, 5, 3, 0, '<', -115, 18, 0, {0}, 0, 0,
		0, 0, 0x200, 0};

	(void)state;
	memcpy(h.setup, get_device, 8);
	for (int i = 0; i < 4; i++) {
		bool mmapped = i & 1, big = i & 2;
		struct bytes r;
		struct event ev;

		put_header(&r, &h, mmapped, big);
		ev = decode_order(&r, mmapped, big, r.n);
		assert_int_equal(ev.bin, BIN_NONE);
		assert_int_equal(ev.kind, EVENT_SUBMIT);
		assert_int_equal(ev.type, USB_CONTROL);
		assert_int_equal(ev.dir, USB_IN);
		assert_int_equal(ev.endpoint, 0);
		assert_int_equal(ev.device, 5);
		assert_int_equal(ev.bus, 3);
		assert_true(ev.urb.id == h.id);
		assert_int_equal(ev.urb.raw_status, -115);
		assert_false(ev.urb.has & URB_STATUS);
		assert_true(ev.urb.has & URB_SETUP);
		assert_memory_equal(ev.urb.setup, get_device, 8);
		assert_true(ev.urb.has & URB_REQUESTED);
		assert_int_equal(ev.urb.length, 18);
		assert_null(ev.urb.data);
		assert_int_equal(!!(ev.urb.has & URB_FLAGS), mmapped);
		assert_int_equal(ev.urb.transfer_flags, mmapped ? 0x200 : 0);
	}
}

static void completion_with_data_that_the_capture_cut(void **state)
{
	struct header h = {2, 'C', 3, 0x81, 9, 1, '-', 0, 0, 70000, 61440, {0}, 0, 0, 0, 0, 0, 0};
	uint8_t payload[200];
	struct bytes r;
	struct event ev;

	(void)state;
	memset(payload, 0xa5, sizeof(payload));
	put_header(&r, &h, true, false);
	put_mem(&r, payload, sizeof(payload));
	ev = decode_order(&r, true, false, 61440 + 64);
	assert_int_equal(ev.kind, EVENT_COMPLETE);
	assert_int_equal(ev.type, USB_BULK);
	assert_true(ev.urb.has & URB_ACTUAL && ev.urb.has & URB_STATUS);
	assert_int_equal(ev.urb.length, 70000);
	assert_int_equal(ev.urb.header_data_len, 61440);
	assert_int_equal(ev.urb.data_len, 200);
	assert_int_equal(ev.urb.data_total, 70000);
}

static void data_that_could_not_be_taken(void **state)
{
	struct header h = {2, 'S', 3, 0x01, 9, 1, '-', 'D', -115, 512, 0, {0}, 0, 0, 0, 0, 0, 0};
	struct bytes r;
	struct event ev;

	(void)state;
	put_header(&r, &h, true, false);
	ev = decode_order(&r, true, false, r.n);
	assert_null(ev.urb.data);
	assert_int_equal(ev.urb.length, 512);
}

static void submission_error_says_nothing_of_lengths(void **state)
{
	struct header h = {2, 'E', 3, 0x01, 9, 1, '-', 'E', -28, 0, 0, {0}, 0, 0, 0, 0, 0, 0};
	struct bytes r;
	struct event ev;

	(void)state;
	put_header(&r, &h, true, false);
	ev = decode_order(&r, true, false, r.n);
	assert_int_equal(ev.kind, EVENT_ERROR);
	assert_int_equal(ev.urb.raw_status, -28);
	assert_true(ev.urb.has & URB_STATUS);
	assert_false(ev.urb.has & (URB_REQUESTED | URB_ACTUAL));
}

/* 3 packets in the URB, 2 descriptors in the record, data with a gap. */
static void isochronous_descriptors(void **state)
{
	struct header h = {
		2, 'C', 0, 0x83, 9, 1, '-', 0, 0, 150, 2 * 16 + 400, {0}, 1, 3, 8, 777, 0, 2};

	(void)state;
	for (int big = 0; big < 2; big++) {
		struct iso_packet p;
		struct bytes r;
		struct event ev;
		uint8_t data[400] = {1};

		put_header(&r, &h, true, big);
		put_as(&r, 0, 4, big);
		put_as(&r, 0, 4, big);
		put_as(&r, 100, 4, big);
		put_as(&r, 0, 4, big);
		put_as(&r, (uint32_t)-18, 4, big);
		put_as(&r, 200, 4, big);
		put_as(&r, 50, 4, big);
		put_as(&r, 0, 4, big);
		put_mem(&r, data, sizeof(data));
		ev = decode_order(&r, true, big, r.n);
		assert_int_equal(ev.urb.iso.packets, 3);
		assert_int_equal(ev.urb.iso.present, 2);
		assert_int_equal(ev.urb.iso.errors, 1);
		assert_true(iso_packet(&ev.urb.iso, 1, &p));
		assert_int_equal(p.raw_status, -18);
		assert_int_equal(p.offset, 200);
		assert_int_equal(p.length, 50);
		assert_true(p.has_status);
		assert_false(iso_packet(&ev.urb.iso, 2, &p));
		assert_int_equal(ev.urb.interval, 8);
		assert_int_equal(ev.urb.start_frame, 777);
		assert_true(ev.urb.has & URB_FRAME && ev.urb.has & URB_INTERVAL);
		assert_int_equal(ev.urb.data_len, 400);
		assert_int_equal(ev.urb.data_total, 400);
	}
}

static void a_submission_has_no_start_frame_and_no_packet_results(void **state)
{
	struct header h = {2, 'S', 0, 0x83, 9, 1, '-', '<', -115, 300, 16, {0}, 0, 1, 8, 777, 2, 1};
	struct iso_packet p;
	struct bytes r;
	struct event ev;

	(void)state;
	put_header(&r, &h, true, false);
	put(&r, (uint32_t)-18, 4); /* -EXDEV: no result yet */
	put(&r, 0, 4);
	put(&r, 300, 4);
	put(&r, 0, 4);
	ev = decode_order(&r, true, false, r.n);
	assert_false(ev.urb.has & URB_FRAME);
	assert_true(iso_packet(&ev.urb.iso, 0, &p));
	assert_false(p.has_status);
}

/* QEMU: bus 0, data_len counts the header, lengths only where data goes. */
static void qemu_is_told_by_its_length(void **state)
{
	struct header h = {0, 'C', 2, 0x80, 1, 0, '-', '=', 0, 18, 64 + 18, {0}, 0, 0, 0, 0, 0, 0};
	uint8_t data[18] = {18, 1};
	struct bytes r;
	struct event ev;

	(void)state;
	put_header(&r, &h, true, false);
	put_mem(&r, data, sizeof(data));
	ev = decode_order(&r, true, false, r.n);
	assert_int_equal(ev.capture, CAPTURE_QEMU);
	assert_int_equal(ev.urb.data_len, 18);
	assert_int_equal(ev.urb.data_total, 18);
	assert_true(ev.urb.has & URB_ACTUAL);
	h.event = 'S';
	h.data_flag = '<';
	h.urb_len = 0;
	h.data_len = 64;
	put_header(&r, &h, true, false);
	ev = decode_order(&r, true, false, r.n);
	assert_int_equal(ev.capture, CAPTURE_QEMU);
	assert_false(ev.urb.has & URB_REQUESTED);
}

static void sigrok_has_its_length_in_data_len(void **state)
{
	struct header h = {4, 'C', 2, 0x00, 13, 0, 0, 0, 0, 0, 18, {0}, 0, 0, 0, 0, 0, 0};
	uint8_t data[18] = {18, 1};
	struct bytes r;
	struct event ev;

	(void)state;
	memcpy(h.setup, get_device, 8);
	put_header(&r, &h, true, true);
	put_mem(&r, data, sizeof(data));
	ev = decode_order(&r, true, true, r.n);
	assert_int_equal(ev.capture, CAPTURE_SIGROK);
	assert_true(ev.urb.has & URB_SETUP);
	assert_int_equal(ev.urb.length, 18);
	assert_int_equal(ev.urb.data_len, 18);
}

static void what_is_no_record_is_malformed(void **state)
{
	struct header h = {2, 'X', 2, 0x80, 5, 3, 0, '<', -115, 18, 0, {0}, 0, 0, 0, 0, 0, 0};
	struct bytes r;

	(void)state;
	put_header(&r, &h, true, false);
	assert_int_equal(decode_order(&r, true, false, r.n).bin, BIN_MALFORMED);
	h.event = 'S';
	h.type = 4;
	put_header(&r, &h, true, false);
	assert_int_equal(decode_order(&r, true, false, r.n).bin, BIN_MALFORMED);
}

/* From a buffer of exactly that size: nothing is read outside, what is short of a header is
 * malformed. */
static void cuts_and_corruption(void **state)
{
	static const struct header kinds[] = {
		{1, 'S', 2, 0x00, 5, 3, 0, 0, -115, 8, 8, {0, 9, 1, 0, 0, 0, 8, 0}, 0, 0, 0, 0, 0,
			0},
		{2, 'C', 0, 0x83, 9, 1, '-', 0, 0, 150, 2 * 16 + 8, {0}, 1, 3, 8, 777, 0, 2},
		{0, 'C', 2, 0x80, 1, 0, '-', '=', 0, 40, 64 + 40, {0}, 0, 0, 0, 0, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct bytes r;

		put_header(&r, &kinds[i], true, false);
		for (int k = 0; k < 40; k++)
			put(&r, (uint8_t)k, 1);
		cut_everywhere(LINK_USB_LINUX_MMAPPED, &r, iso_packet);
		corrupt_everywhere(LINK_USB_LINUX_MMAPPED, &r, iso_packet);
		assert_int_equal(
			decode_mem(LINK_USB_LINUX_MMAPPED, r.b, 63, r.n).bin, BIN_MALFORMED);
		assert_int_equal(decode_mem(LINK_USB_LINUX_MMAPPED, r.b, 64, r.n).bin, BIN_NONE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(submission_of_a_control_read),
		cmocka_unit_test(completion_with_data_that_the_capture_cut),
		cmocka_unit_test(data_that_could_not_be_taken),
		cmocka_unit_test(submission_error_says_nothing_of_lengths),
		cmocka_unit_test(isochronous_descriptors),
		cmocka_unit_test(a_submission_has_no_start_frame_and_no_packet_results),
		cmocka_unit_test(qemu_is_told_by_its_length),
		cmocka_unit_test(sigrok_has_its_length_in_data_len),
		cmocka_unit_test(what_is_no_record_is_malformed),
		cmocka_unit_test(cuts_and_corruption),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
