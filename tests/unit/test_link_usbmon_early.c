/* test_link_usbmon_early.c: the records that libpcap of 2006 made from usbmon text, and the
 * transfers they become. */
#include "link_test.h"
#include "model/model.h"

enum { CONTROL_IN, CONTROL_OUT, ISO_IN, ISO_OUT, INTERRUPT_IN, INTERRUPT_OUT, BULK_IN, BULK_OUT };

static void put_be(struct bytes *to, uint32_t v)
{
	put(to, __builtin_bswap32(v), 4);
}

static struct bytes head(uint32_t type, uint32_t device, uint32_t endpoint, bool setup)
{
	struct bytes r = {.n = 0};

	put_be(&r, type);
	put_be(&r, device);
	put_be(&r, endpoint);
	put(&r, setup, 4); /* a little-endian writer's */
	return r;
}

/* len: of the URB. */
static struct event early(const struct bytes *r, uint32_t len)
{
	return decode_mem(LINK_USB_FREEBSD, r->b, r->n, 16 + len);
}

static void test_setup(void **state)
{
	struct bytes r = head(CONTROL_IN, 5, 0, true);
	struct event ev;

	(void)state;
	put_mem(&r, "\x80\x06\x03\x01\x04\x09\x00\xff", 8);
	ev = early(&r, 8 + 255);
	assert_int_equal(ev.kind, EVENT_SUBMIT);
	assert_int_equal(ev.capture, CAPTURE_USBMON_EARLY);
	assert_int_equal(ev.os, USB_OS_LINUX);
	assert_int_equal(ev.bus, USB_NO_BUS);
	assert_int_equal(ev.device, 5);
	assert_int_equal(ev.endpoint, 0);
	assert_int_equal(ev.type, USB_CONTROL);
	assert_int_equal(ev.urb.id, 0);
	assert_int_equal(ev.urb.has, URB_SETUP | URB_REQUESTED);
	assert_memory_equal(ev.urb.setup, "\x80\x06\x01\x03\x09\x04\xff\x00", 8);
	assert_int_equal(ev.urb.length, 255);
	assert_int_equal(ev.urb.data_len, 0);
	r.b[12] = 0;
	r.b[15] = 1; /* a big-endian writer's */
	assert_int_equal(early(&r, 8 + 255).urb.has, URB_SETUP | URB_REQUESTED);
	for (uint32_t cut = 16; cut < 24; cut++)
		assert_int_equal(decode_mem(LINK_USB_FREEBSD, r.b, cut, 24).bin, BIN_MALFORMED);
	corrupt_everywhere(LINK_USB_FREEBSD, &r, NULL);
}

/* Data tells submissions OUT from completions, and completions IN from submissions. */
static void test_kinds(void **state)
{
	static const struct {
		uint8_t type, usb, dir, with, without;
	} rows[] = {
		{CONTROL_IN, USB_CONTROL, USB_IN, EVENT_COMPLETE, EVENT_COMPLETE},
		{CONTROL_OUT, USB_CONTROL, USB_OUT, EVENT_COMPLETE, EVENT_COMPLETE},
		{ISO_IN, USB_ISOCHRONOUS, USB_IN, EVENT_COMPLETE, EVENT_SUBMIT},
		{ISO_OUT, USB_ISOCHRONOUS, USB_OUT, EVENT_SUBMIT, EVENT_COMPLETE},
		{INTERRUPT_IN, USB_INTERRUPT, USB_IN, EVENT_COMPLETE, EVENT_SUBMIT},
		{INTERRUPT_OUT, USB_INTERRUPT, USB_OUT, EVENT_SUBMIT, EVENT_COMPLETE},
		{BULK_IN, USB_BULK, USB_IN, EVENT_COMPLETE, EVENT_SUBMIT},
		{BULK_OUT, USB_BULK, USB_OUT, EVENT_SUBMIT, EVENT_COMPLETE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes r = head(rows[i].type, 3, 2, false);
		struct event ev = early(&r, 64);

		assert_int_equal(ev.type, rows[i].usb);
		assert_int_equal(ev.dir, rows[i].dir);
		assert_int_equal(ev.kind, rows[i].without);
		assert_int_equal(ev.urb.length, 64);
		assert_null(ev.urb.data);
		put_mem(&r, "abcd", 4);
		ev = early(&r, 64);
		assert_int_equal(ev.kind, rows[i].with);
		assert_int_equal(ev.urb.has, ev.kind == EVENT_SUBMIT ? URB_REQUESTED : URB_ACTUAL);
		assert_int_equal(ev.urb.length, 64);
		assert_int_equal(ev.urb.data_len, 4);
		assert_int_equal(ev.urb.data_total, 64);
		assert_memory_equal(ev.urb.data, "abcd", 4);
		corrupt_everywhere(LINK_USB_FREEBSD, &r, NULL);
	}
}

static void test_neither(void **state)
{
	struct bytes r = head(8, 3, 2, false);

	(void)state;
	assert_int_equal(early(&r, 64).bin, BIN_MALFORMED);
	r = head(BULK_IN, 128, 2, false);
	assert_int_equal(early(&r, 64).bin, BIN_MALFORMED);
	r = head(BULK_IN, 3, 16, false);
	assert_int_equal(early(&r, 64).bin, BIN_MALFORMED);
	r = head(BULK_IN, 3, 2, false);
	r.b[13] = 1;
	assert_int_equal(early(&r, 64).bin, BIN_MALFORMED);
	assert_int_equal(decode_mem(LINK_USB_FREEBSD, r.b, 15, 80).bin, BIN_MALFORMED);
}

/* ---- transfers ------------------------------------------------------------------------------ */

enum { XFERS = 16 };

struct got {
	struct xfer x[XFERS];
	size_t n;
	struct model *m;
	uint64_t records;
};

static void take(void *ctx, const struct xfer *x)
{
	struct got *s = ctx;

	assert_true(s->n < XFERS);
	s->x[s->n++] = *x;
}

static void begin(struct got *s)
{
	*s = (struct got){.n = 0};
	s->m = model_new(&(struct model_opts){.on_xfer = take, .ctx = s});
}

/* A line of usbmon: n bytes of data, the URB's length, on endpoint 1. */
static void feed(struct got *s, uint32_t type, uint32_t n, uint32_t len)
{
	struct bytes r = head(type, 7, 1, false);
	struct record rec = {.link = LINK_USB_FREEBSD, .has_time = true};
	struct event ev;

	for (uint32_t i = 0; i < n; i++)
		put(&r, i, 1);
	rec.number = ++s->records;
	rec.time = (int64_t)s->records * 1000;
	rec.data = r.b;
	rec.caplen = r.n;
	rec.origlen = 16 + len;
	link_to_event(link_find(rec.link), &rec, &ev);
	model_feed(s->m, &rec, &ev);
}

static void end(struct got *s)
{
	const struct model_counts *c;

	model_finish(s->m);
	c = model_counts(s->m);
	assert_int_equal(c->attached, s->records);
	model_free(s->m);
}

static void is(const struct got *s, size_t i, uint64_t first, uint64_t last, uint8_t status)
{
	assert_true(i < s->n);
	assert_int_equal(s->x[i].first, first);
	assert_int_equal(s->x[i].last, last);
	assert_int_equal(s->x[i].status, status);
}

/* What is asked anew has ended, with nothing. */
static void test_interrupt(void **state)
{
	struct got s;

	(void)state;
	begin(&s);
	feed(&s, INTERRUPT_IN, 0, 8);
	feed(&s, INTERRUPT_IN, 8, 8);
	feed(&s, INTERRUPT_IN, 0, 8);
	feed(&s, INTERRUPT_IN, 0, 8);
	feed(&s, INTERRUPT_IN, 3, 3);
	end(&s);
	assert_int_equal(s.n, 3);
	is(&s, 0, 1, 2, STATUS_OK);
	assert_false(s.x[0].flags & XFER_HAS_STATUS);
	is(&s, 1, 3, 3, STATUS_UNKNOWN);
	is(&s, 2, 4, 5, STATUS_OK);
	assert_true(s.x[2].flags & XFER_SHORT);
}

/* Bulk requests queue, the oldest is served first. */
static void test_queue(void **state)
{
	struct got s;

	(void)state;
	begin(&s);
	feed(&s, BULK_IN, 0, 4096);
	feed(&s, BULK_IN, 0, 4096);
	feed(&s, BULK_IN, 0, 2048);
	feed(&s, BULK_IN, 32, 4096);
	feed(&s, BULK_IN, 32, 4096);
	feed(&s, BULK_IN, 32, 2048);
	end(&s);
	assert_int_equal(s.n, 3);
	is(&s, 0, 1, 4, STATUS_OK);
	is(&s, 1, 2, 5, STATUS_OK);
	is(&s, 2, 3, 6, STATUS_OK);
}

/* One that ended with nothing is found out by what fills the next exactly. */
static void test_stall(void **state)
{
	struct got s;

	(void)state;
	begin(&s);
	feed(&s, BULK_IN, 0, 192);
	feed(&s, BULK_IN, 0, 13);
	feed(&s, BULK_IN, 13, 13);
	feed(&s, BULK_IN, 0, 36);
	feed(&s, BULK_IN, 20, 20);
	end(&s);
	assert_int_equal(s.n, 3);
	is(&s, 0, 1, 1, STATUS_UNKNOWN);
	is(&s, 1, 2, 3, STATUS_OK);
	is(&s, 2, 4, 5, STATUS_OK);
}

/* More than was asked for: records are missing. */
static void test_lost_records(void **state)
{
	struct got s;

	(void)state;
	begin(&s);
	feed(&s, BULK_IN, 0, 13);
	feed(&s, BULK_IN, 32, 4096);
	end(&s);
	assert_int_equal(s.n, 2);
	is(&s, 0, 1, 1, STATUS_UNKNOWN);
	is(&s, 1, 2, 2, STATUS_OK);
	assert_int_equal(s.x[1].seen, SEEN_COMPLETE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_setup),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_neither),
		cmocka_unit_test(test_interrupt),
		cmocka_unit_test(test_queue),
		cmocka_unit_test(test_stall),
		cmocka_unit_test(test_lost_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
