/* test_link_usbpcap.c: USBPcap records of every kind and generation. */
#include "link_test.h"
#include "usb/urb_function.h"

struct head {
	uint64_t irp;
	uint32_t status;
	uint16_t function;
	uint8_t info, endpoint, transfer;
	uint32_t length;
};

static struct bytes base(struct head h, uint16_t header)
{
	struct bytes r = {.n = 0};

	put(&r, header, 2);
	put(&r, h.irp, 8);
	put(&r, h.status, 4);
	put(&r, h.function, 2);
	put(&r, h.info, 1);
	put(&r, 2, 2);
	put(&r, 7, 2);
	put(&r, h.endpoint, 1);
	put(&r, h.transfer, 1);
	put(&r, h.length, 4);
	return r;
}

static struct bytes control(struct head h, uint8_t stage, const void *data, uint32_t n)
{
	struct bytes r;

	h.transfer = 2;
	h.length = n;
	r = base(h, 28);
	put(&r, stage, 1);
	put_mem(&r, data, n);
	return r;
}

static const uint8_t get_device[8] = {0x80, 6, 0, 1, 0, 0, 18, 0};
static const uint8_t set_report[12] = {0x21, 9, 0, 2, 0, 0, 4, 0, 0xa, 0xb, 0xc, 0xd};

static void all(const struct bytes *r)
{
	cut_everywhere(LINK_USBPCAP, r, iso_packet_usbpcap);
	corrupt_everywhere(LINK_USBPCAP, r, iso_packet_usbpcap);
}

static void test_setup(void **state)
{
	/* the endpoint byte of early versions says OUT for a GET_DESCRIPTOR: the setup decides */
	struct bytes r = control(
		(struct head){.irp = 0xfedc, .status = 0x78, .function = 0x0b}, 0, get_device, 8);
	struct event ev = decode(LINK_USBPCAP, &r);

	(void)state;
	assert_int_equal(ev.kind, EVENT_SUBMIT);
	assert_int_equal(ev.bin, BIN_NONE);
	assert_int_equal(ev.os, USB_OS_WINDOWS);
	assert_int_equal(ev.bus, 2);
	assert_int_equal(ev.device, 7);
	assert_int_equal(ev.endpoint, 0);
	assert_int_equal(ev.type, USB_CONTROL);
	assert_int_equal(ev.dir, USB_IN);
	assert_int_equal(ev.urb.id, 0xfedc);
	assert_int_equal(ev.urb.function, 0x0b);
	/* a submission's status is left over from before */
	assert_int_equal(ev.urb.has, URB_FUNCTION | URB_SETUP | URB_REQUESTED);
	assert_int_equal(ev.urb.length, 18);
	assert_memory_equal(ev.urb.setup, get_device, 8);
	assert_null(ev.urb.data);
	assert_int_equal(ev.urb.data_total, 0);
	all(&r);
}

static void test_setup_with_data(void **state)
{
	struct bytes r = control((struct head){.irp = 1, .function = 0x1b}, 0, set_report, 12);
	struct event ev = decode(LINK_USBPCAP, &r);

	(void)state;
	assert_int_equal(ev.dir, USB_OUT);
	assert_int_equal(ev.urb.length, 4);
	assert_int_equal(ev.urb.data_total, 4);
	assert_int_equal(ev.urb.data_len, 4);
	assert_memory_equal(ev.urb.data, set_report + 8, 4);
	all(&r);
}

static void test_setup_inferred(void **state)
{
	static const uint8_t set_interface[8] = {0, 0x0b, 1, 0, 2, 0, 0, 0};
	struct bytes r = control(
		(struct head){.irp = 1, .function = 1, .endpoint = 0x80}, 0, set_interface, 8);
	struct event ev = decode(LINK_USBPCAP, &r);

	(void)state;
	assert_true(ev.urb.has & URB_SETUP_INFERRED);
	assert_int_equal(ev.dir, USB_OUT);
	r.b[14] = 8; /* CONTROL_TRANSFER: the driver's own setup */
	assert_false(decode(LINK_USBPCAP, &r).urb.has & URB_SETUP_INFERRED);
}

static void test_data_stage(void **state)
{
	/* before 1.3.0.0 the info bit is set on OUT data, too: it still only joins */
	struct bytes r = control((struct head){.irp = 1, .function = 8, .info = 1}, 1, "abcd", 4);
	struct event ev = decode(LINK_USBPCAP, &r);

	(void)state;
	assert_int_equal(ev.kind, EVENT_DATA);
	assert_int_equal(ev.capture, CAPTURE_USBPCAP_1_0);
	assert_int_equal(ev.urb.has, URB_FUNCTION | URB_REQUESTED);
	assert_int_equal(ev.urb.data_len, 4);
	all(&r);
	r.b[16] = 0;
	assert_int_equal(decode(LINK_USBPCAP, &r).kind, EVENT_DATA);
	/* IN: what arrived */
	r.b[16] = 1;
	r.b[21] = 0x80;
	ev = decode(LINK_USBPCAP, &r);
	assert_int_equal(ev.urb.has, URB_FUNCTION | URB_ACTUAL);
	assert_int_equal(ev.urb.length, 4);
	/* the function outranks the endpoint byte */
	r.b[21] = 0;
	r.b[14] = 0x0b;
	ev = decode(LINK_USBPCAP, &r);
	assert_int_equal(ev.dir, USB_IN);
	assert_int_equal(ev.urb.has, URB_FUNCTION | URB_ACTUAL);
	/* the empty buffer of an IN request at its submission is not data */
	r.b[16] = 0;
	ev = decode(LINK_USBPCAP, &r);
	assert_null(ev.urb.data);
	assert_int_equal(ev.urb.has, URB_FUNCTION);
}

static void test_status_and_complete(void **state)
{
	struct bytes r = control(
		(struct head){
			.irp = 1, .function = 8, .info = 1, .status = 0xc0000004, .endpoint = 0x80},
		2, NULL, 0);
	struct event ev = decode(LINK_USBPCAP, &r);

	(void)state;
	assert_int_equal(ev.kind, EVENT_COMPLETE);
	assert_int_equal(ev.capture, CAPTURE_USBPCAP_1_4);
	assert_int_equal(ev.urb.has, URB_FUNCTION | URB_STATUS);
	assert_int_equal(ev.urb.raw_status, 0xc0000004);
	all(&r);
	r.b[10] = r.b[13] = 0; /* a success tells only that control goes in stages */
	assert_int_equal(decode(LINK_USBPCAP, &r).capture, CAPTURE_USBPCAP_1_0);
	r = control(
		(struct head){.irp = 1, .function = 8, .info = 1, .endpoint = 0x80}, 3, "12345", 5);
	ev = decode(LINK_USBPCAP, &r);
	assert_int_equal(ev.kind, EVENT_COMPLETE);
	assert_int_equal(ev.capture, CAPTURE_USBPCAP_1_5);
	assert_int_equal(ev.urb.has, URB_FUNCTION | URB_STATUS | URB_ACTUAL);
	assert_int_equal(ev.urb.length, 5);
	assert_memory_equal(ev.urb.data, "12345", 5);
	all(&r);
	/* what an OUT request transferred is not recorded */
	r = control((struct head){.irp = 1, .function = 8, .info = 1}, 3, NULL, 0);
	assert_int_equal(decode(LINK_USBPCAP, &r).urb.has, URB_FUNCTION | URB_STATUS);
}

static void test_injected(void **state)
{
	struct bytes r =
		control((struct head){.function = 0x0b, .endpoint = 0x80}, 0, get_device, 8);
	struct event ev = decode(LINK_USBPCAP, &r);

	(void)state;
	assert_int_equal(ev.kind, EVENT_SUBMIT);
	assert_int_equal(ev.bin, BIN_INJECTED);
	assert_non_null(ev.reason);
	assert_true(ev.urb.has & URB_SETUP);
	r = control((struct head){.function = 0x0b, .info = 1}, 3, NULL, 0);
	ev = decode(LINK_USBPCAP, &r);
	assert_int_equal(ev.bin, BIN_INJECTED);
	assert_int_equal(ev.dir, USB_OUT); /* the injected SET_CONFIGURATION */
}

static void test_bulk(void **state)
{
	struct head h = {.irp = 1, .function = 9, .endpoint = 0x81, .transfer = 3};
	struct bytes r = base(h, 27);
	struct event ev = decode(LINK_USBPCAP, &r);

	(void)state;
	/* an IN submission: no length */
	assert_int_equal(ev.kind, EVENT_SUBMIT);
	assert_int_equal(ev.urb.has, URB_FUNCTION);
	assert_int_equal(ev.capture, CAPTURE_USBPCAP_1_4);
	all(&r);
	h.info = 1;
	h.length = 3;
	r = base(h, 27);
	put_mem(&r, "xyz", 3);
	ev = decode(LINK_USBPCAP, &r);
	assert_int_equal(ev.kind, EVENT_COMPLETE);
	assert_int_equal(ev.type, USB_BULK);
	assert_int_equal(ev.endpoint, 1);
	assert_int_equal(ev.dir, USB_IN);
	assert_int_equal(ev.urb.has, URB_FUNCTION | URB_STATUS | URB_ACTUAL);
	assert_memory_equal(ev.urb.data, "xyz", 3);
	all(&r);
	/* OUT: length on submission, none on completion */
	r.b[21] = 2;
	r.b[22] = 1;
	ev = decode(LINK_USBPCAP, &r);
	assert_int_equal(ev.type, USB_INTERRUPT);
	assert_int_equal(ev.urb.has, URB_FUNCTION | URB_STATUS);
	assert_int_equal(ev.capture, CAPTURE_USBPCAP_1_4);
	r.b[16] = 0;
	ev = decode(LINK_USBPCAP, &r);
	assert_int_equal(ev.urb.has, URB_FUNCTION | URB_REQUESTED);
	assert_int_equal(ev.urb.length, 3);
}

static void test_unknown_pipe(void **state)
{
	struct bytes r = base((struct head){.irp = 1,
				      .function = 9,
				      .info = 1,
				      .endpoint = 0xff,
				      .transfer = 3,
				      .length = 2},
		27);
	struct event ev;

	(void)state;
	put(&r, 0x1234, 2);
	ev = decode(LINK_USBPCAP, &r);
	assert_int_equal(ev.endpoint, USB_NO_ENDPOINT);
	assert_int_equal(ev.dir, USB_DIR_UNKNOWN);
	assert_int_equal(ev.type, USB_TYPE_UNKNOWN);
	assert_int_equal(ev.urb.data_len, 2);
	all(&r);
}

static void test_request(void **state)
{
	struct bytes r = base(
		(struct head){.irp = 5, .function = 2, .endpoint = 0x86, .transfer = 0xfe}, 27);
	struct event ev = decode(LINK_USBPCAP, &r);

	(void)state;
	assert_int_equal(ev.kind, EVENT_SUBMIT);
	assert_int_equal(ev.type, USB_REQUEST);
	assert_int_equal(ev.endpoint, 6);
	assert_int_equal(ev.dir, USB_IN);
	assert_int_equal(ev.urb.function, URB_FUNCTION_ABORT_PIPE);
	all(&r);
	/* the completion may have lost everything but the id */
	r.b[16] = 1;
	r.b[21] = 0;
	r.b[22] = 0xff;
	ev = decode(LINK_USBPCAP, &r);
	assert_int_equal(ev.kind, EVENT_COMPLETE);
	assert_int_equal(ev.type, USB_REQUEST);
	assert_int_equal(ev.endpoint, USB_NO_ENDPOINT);
	assert_int_equal(ev.dir, USB_DIR_UNKNOWN);
	assert_int_equal(ev.urb.id, 5);
}

static struct bytes iso(
	uint8_t info, uint8_t endpoint, const uint32_t (*packet)[3], uint32_t n, uint32_t data)
{
	struct bytes r = base((struct head){.irp = 9,
				      .function = 10,
				      .info = info,
				      .endpoint = endpoint,
				      .length = data},
		(uint16_t)(39 + 12 * n));

	put(&r, 1000, 4);
	put(&r, n, 4);
	put(&r, 1, 4);
	for (uint32_t i = 0; i < n; i++)
		for (int k = 0; k < 3; k++)
			put(&r, packet[i][k], 4);
	for (uint32_t i = 0; i < data; i++)
		put(&r, i, 1);
	return r;
}

static void test_iso_in(void **state)
{
	static const uint32_t packet[3][3] = {{0, 4, 0}, {4, 0, 0xc0020000}, {4, 2, 0}};
	struct bytes r = iso(1, 0x83, packet, 3, 6);
	struct event ev = decode(LINK_USBPCAP, &r);
	struct iso_packet p;

	(void)state;
	assert_int_equal(ev.kind, EVENT_COMPLETE);
	assert_int_equal(ev.type, USB_ISOCHRONOUS);
	assert_int_equal(ev.urb.has, URB_FUNCTION | URB_STATUS | URB_FRAME | URB_ACTUAL);
	assert_int_equal(ev.urb.start_frame, 1000);
	assert_int_equal(ev.urb.length, 6);
	assert_int_equal(ev.urb.iso.packets, 3);
	assert_int_equal(ev.urb.iso.present, 3);
	assert_int_equal(ev.urb.iso.errors, 1);
	assert_true(iso_packet_usbpcap(&ev.urb.iso, 1, &p));
	assert_int_equal(p.length, 0);
	assert_int_equal(p.raw_status, 0xc0020000);
	assert_true(p.has_status);
	assert_true(iso_packet_usbpcap(&ev.urb.iso, 2, &p));
	assert_int_equal(p.offset, 4);
	assert_int_equal(p.length, 2);
	assert_int_equal(ev.urb.iso.data[p.offset], 4);
	all(&r);
}

static void test_iso_out(void **state)
{
	/* lengths are not used on OUT: a packet reaches to the next one's offset */
	static const uint32_t packet[3][3] = {{0, 77, 0}, {4, 0, 0}, {4, 99, 0}};
	struct bytes r = iso(0, 0x03, packet, 3, 10);
	struct event ev = decode(LINK_USBPCAP, &r);
	static const uint32_t expect[3] = {4, 0, 6};
	struct iso_packet p;

	(void)state;
	assert_int_equal(ev.urb.has, URB_FUNCTION | URB_REQUESTED);
	for (uint32_t i = 0; i < 3; i++) {
		assert_true(iso_packet_usbpcap(&ev.urb.iso, i, &p));
		assert_int_equal(p.length, expect[i]);
		assert_false(p.has_status);
	}
	all(&r);
	/* the completion has no data: the last length is not known, and not 0 */
	r = iso(1, 0x03, packet, 3, 0);
	ev = decode(LINK_USBPCAP, &r);
	assert_false(ev.urb.has & URB_ACTUAL);
	assert_true(iso_packet_usbpcap(&ev.urb.iso, 2, &p));
	assert_int_equal(p.length, ISO_UNKNOWN);
	assert_true(p.has_status);
	/* unknown pipe: data tells the direction */
	r = iso(1, 0xff, packet, 3, 10);
	ev = decode(LINK_USBPCAP, &r);
	assert_int_equal(ev.endpoint, USB_NO_ENDPOINT);
	assert_int_equal(ev.dir, USB_IN);
}

static void test_malformed(void **state)
{
	struct bytes r = base((struct head){.transfer = 4}, 27);

	(void)state;
	assert_int_equal(decode(LINK_USBPCAP, &r).bin, BIN_MALFORMED);
	r.b[22] = 3;
	r.b[0] = 26;
	assert_int_equal(decode(LINK_USBPCAP, &r).bin, BIN_MALFORMED);
	r = control((struct head){.irp = 1}, 4, NULL, 0);
	assert_int_equal(decode(LINK_USBPCAP, &r).bin, BIN_MALFORMED);
	r.b[0] = 27; /* no room for the stage */
	assert_int_equal(decode(LINK_USBPCAP, &r).bin, BIN_MALFORMED);
}

static void test_header_len_is_honoured(void **state)
{
	struct bytes r = base((struct head){.irp = 1,
				      .function = 9,
				      .info = 1,
				      .endpoint = 0x81,
				      .transfer = 3,
				      .length = 2},
		30);
	struct event ev;

	(void)state;
	put(&r, 0xeeeeee, 3); /* header members of a later version */
	put(&r, 0x2211, 2);
	ev = decode(LINK_USBPCAP, &r);
	assert_int_equal(ev.urb.data_len, 2);
	assert_int_equal(ev.urb.data[0], 0x11);
	/* cut by a snap length */
	ev = decode_mem(LINK_USBPCAP, r.b, r.n - 1, r.n);
	assert_int_equal(ev.urb.data_len, 1);
	assert_int_equal(ev.urb.data_total, 2);
}

static void test_functions(void **state)
{
	(void)state;
	for (uint16_t i = 0; i < 0x3e; i++) {
		const struct urb_function *f = urb_function_find(i);

		assert_non_null(f);
		assert_int_equal(f->number, i);
		assert_memory_equal(f->name, "URB_FUNCTION_", 13);
		assert_true(f->meaning[0]);
	}
	assert_string_equal(urb_function_find(URB_FUNCTION_CONTROL_TRANSFER_EX)->name,
		"URB_FUNCTION_CONTROL_TRANSFER_EX");
	assert_string_equal(urb_function_find(URB_FUNCTION_OPEN_STATIC_STREAMS)->name,
		"URB_FUNCTION_OPEN_STATIC_STREAMS");
	assert_string_equal(urb_function_find(URB_FUNCTION_SYNC_RESET_PIPE_AND_CLEAR_STALL)->name,
		"URB_FUNCTION_SYNC_RESET_PIPE_AND_CLEAR_STALL");
	assert_null(urb_function_find(0x3e));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_setup),
		cmocka_unit_test(test_setup_with_data),
		cmocka_unit_test(test_setup_inferred),
		cmocka_unit_test(test_data_stage),
		cmocka_unit_test(test_status_and_complete),
		cmocka_unit_test(test_injected),
		cmocka_unit_test(test_bulk),
		cmocka_unit_test(test_unknown_pipe),
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_iso_in),
		cmocka_unit_test(test_iso_out),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_header_len_is_honoured),
		cmocka_unit_test(test_functions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
