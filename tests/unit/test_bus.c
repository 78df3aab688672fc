/* test_bus.c: packets → transactions → transfers: sequences built by hand with what must come out,
 * rule by rule, and random losses, doublings and swaps under the conservation law. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "link/link.h"
#include "model/model.h"
#include "usb/pid.h"

enum { MICROSECOND = 1000, MAX = 512, DATA_MAX = 2048 };

/* ---- a bus ----------------------------------------------------------------------- */

struct got {
	struct xfer x;
	uint8_t data[DATA_MAX];
};

struct test_bus {
	struct model *m;
	uint32_t link;
	uint64_t number;
	int64_t now;
	struct got x[MAX];
	size_t xfers;
	struct transaction t[MAX];
	size_t transactions;
	uint32_t place[4096]; /* transfer of each record */
	uint8_t bin[4096];
	uint64_t held;
	uint64_t in_xfers; /* records of all transfers that ended */
	uint32_t last_id;
};

static struct test_bus bus;

static void on_xfer(void *ctx, const struct xfer *x)
{
	struct test_bus *b = ctx;

	b->in_xfers += x->records;
	assert_true(x->first <= x->last);
	assert_true(x->begin <= x->end);
	assert_true(x->data.kept <= x->data.captured);
	assert_true(x->data.captured <= x->data.total);
	if (b->xfers == MAX)
		return;
	b->x[b->xfers].x = *x;
	if (x->data.kept)
		memcpy(b->x[b->xfers].data, x->data.data,
			x->data.kept < DATA_MAX ? x->data.kept : DATA_MAX);
	b->xfers++;
}

static void on_transaction(void *ctx, const struct transaction *t)
{
	struct test_bus *b = ctx;

	assert_true(t->first <= t->last);
	assert_int_equal(t->id, b->last_id + 1);
	b->last_id = t->id;
	if (b->transactions < MAX)
		b->t[b->transactions++] = *t;
}

static void start(uint32_t link)
{
	memset(&bus, 0, sizeof(bus));
	bus.link = link;
	bus.now = 1000000000;
	bus.m = model_new(&(struct model_opts){.payload = true,
		.on_xfer = on_xfer,
		.on_transaction = on_transaction,
		.ctx = &bus});
}

static void put_place(uint64_t number, struct placement p)
{
	if (number < 4096) {
		bus.place[number] = p.xfer;
		bus.bin[number] = p.bin;
	}
}

static void settle_held(void)
{
	struct placement p;

	if (model_held(bus.m, &p)) {
		assert_int_not_equal(bus.held, 0);
		put_place(bus.held, p);
		bus.held = 0;
	}
}

static void feed_mem(const uint8_t *p, uint32_t n, uint32_t orig)
{
	struct record rec = {.number = ++bus.number,
		.time = bus.now += MICROSECOND,
		.has_time = true,
		.data = p,
		.link = bus.link,
		.caplen = n,
		.origlen = orig};
	struct event ev;
	struct placement place;

	link_to_event(link_find(bus.link), &rec, &ev);
	place = model_feed(bus.m, &rec, &ev);
	settle_held();
	if (place.held)
		bus.held = rec.number;
	else
		put_place(rec.number, place);
}

/* The law: every record is in one transfer or one bin, and transfers know how many they have. */
static void finish(void)
{
	const struct model_counts *c = model_counts(bus.m);
	uint64_t sum = c->attached;

	model_finish(bus.m);
	settle_held();
	sum = c->attached;
	for (unsigned i = 1; i < BIN_COUNT; i++)
		sum += c->bins[i];
	assert_int_equal(c->records, bus.number);
	assert_int_equal(sum, bus.number);
	assert_int_equal(bus.in_xfers, c->attached);
	assert_int_equal(bus.held, 0);
	model_free(bus.m);
	bus.m = NULL;
}

/* ---- packets ----------------------------------------------------------------------- */

static unsigned crc(const uint8_t *p, unsigned bits, unsigned c, unsigned poly)
{
	for (unsigned i = 0; i < bits; i++)
		c = c >> 1 ^ (((c ^ p[i / 8] >> i % 8) & 1) ? poly : 0);
	return c;
}

static void token(uint8_t pid, unsigned address, unsigned endpoint)
{
	unsigned v = address | endpoint << 7;
	uint8_t p[3] = {pid, (uint8_t)v, (uint8_t)(v >> 8)};

	v |= (crc(p + 1, 11, 0x1f, 0x14) ^ 0x1f) << 11;
	p[2] = (uint8_t)(v >> 8);
	feed_mem(p, 3, 3);
}

static void sof(unsigned frame)
{
	token(PID_SOF, frame & 0x7f, frame >> 7 & 15);
}

static void hs(uint8_t pid)
{
	feed_mem(&pid, 1, 1);
}

static void data_of(uint8_t pid, const void *bytes, uint32_t n, bool wrong)
{
	uint8_t p[1 + 1024 + 2] = {pid};
	unsigned c;

	if (n)
		memcpy(p + 1, bytes, n);
	c = crc(p + 1, n * 8, 0xffff, 0xa001) ^ (wrong ? 0 : 0xffff);
	p[1 + n] = (uint8_t)c;
	p[2 + n] = (uint8_t)(c >> 8);
	feed_mem(p, n + 3, n + 3);
}

static void data(uint8_t pid, uint32_t n)
{
	uint8_t p[1024];

	for (uint32_t i = 0; i < n; i++)
		p[i] = (uint8_t)(i + pid);
	data_of(pid, p, n, false);
}

static void split(bool complete, unsigned hub, unsigned port, bool s, bool e, unsigned type)
{
	unsigned v = hub | (unsigned)complete << 7 | port << 8 | (unsigned)s << 15 |
		     (unsigned)e << 16 | type << 17;
	uint8_t p[4] = {PID_SPLIT, (uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16)};

	p[3] |= (uint8_t)((crc(p + 1, 19, 0x1f, 0x14) ^ 0x1f) << 3);
	feed_mem(p, 4, 4);
}

enum { ET_CONTROL, ET_ISOCHRONOUS, ET_BULK, ET_INTERRUPT };

static void setup(unsigned address, const char bytes[8])
{
	token(PID_SETUP, address, 0);
	data_of(PID_DATA0, bytes, 8, false);
	hs(PID_ACK);
}

static void in(unsigned address, unsigned endpoint, uint8_t pid, uint32_t n)
{
	token(PID_IN, address, endpoint);
	data(pid, n);
	hs(PID_ACK);
}

static void out(unsigned address, unsigned endpoint, uint8_t pid, uint32_t n, uint8_t answer)
{
	token(PID_OUT, address, endpoint);
	data(pid, n);
	if (answer)
		hs(answer);
}

/* Longer than anybody waits for an answer. */
static void silence(void)
{
	bus.now += 100 * MICROSECOND;
}

static void nak(unsigned address, unsigned endpoint)
{
	token(PID_IN, address, endpoint);
	hs(PID_NAK);
}

#define GET_DEVICE "\x80\x06\x00\x01\x00\x00\x12\x00"
#define SET_CONFIG "\x00\x09\x01\x00\x00\x00\x00\x00"
#define VENDOR_OUT "\x40\x01\x00\x00\x00\x00\x40\x00"

static const struct xfer *xfer(size_t i)
{
	assert_true(i < bus.xfers);
	return &bus.x[i].x;
}

static void is_xfer(size_t i, uint8_t type, uint8_t status, uint8_t ended, int64_t len)
{
	const struct xfer *x = xfer(i);

	assert_int_equal(x->type, type);
	assert_int_equal(x->status, status);
	assert_string_equal(
		xfer_end_name((enum xfer_end)x->ended), xfer_end_name((enum xfer_end)ended));
	assert_int_equal(x->len, len);
}

static void is_counted(size_t i, int naks, int retries, unsigned records)
{
	assert_int_equal(xfer(i)->naks, naks);
	assert_int_equal(xfer(i)->retries, retries);
	assert_int_equal(xfer(i)->records, records);
}

/* ---- control ------------------------------------------------------------------------- */

static void control_in(void **state)
{
	(void)state;
	start(LINK_USB_2_0_FULL_SPEED);
	setup(5, GET_DEVICE);
	nak(5, 0);
	in(5, 0, PID_DATA1, 8);
	in(5, 0, PID_DATA0, 8);
	nak(5, 0);
	in(5, 0, PID_DATA1, 2);
	out(5, 0, PID_DATA1, 0, PID_NAK);
	out(5, 0, PID_DATA1, 0, PID_ACK);
	finish();
	assert_int_equal(bus.xfers, 1);
	is_xfer(0, USB_CONTROL, STATUS_OK, END_COMPLETE, 18);
	is_counted(0, 3, 0, 22);
	assert_int_equal(xfer(0)->req_len, 18);
	assert_int_equal(xfer(0)->dir, USB_IN);
	assert_int_equal(xfer(0)->last, 22);
	assert_int_equal(xfer(0)->data.kept, 18);
	assert_int_equal(bus.x[0].data[8], PID_DATA0);
	assert_int_equal(bus.transactions, 8);
}

static void control_without_data(void **state)
{
	(void)state;
	start(LINK_USB_2_0_HIGH_SPEED);
	setup(5, SET_CONFIG);
	in(5, 0, PID_DATA1, 0);
	finish();
	is_xfer(0, USB_CONTROL, STATUS_OK, END_COMPLETE, 0);
	is_counted(0, 0, 0, 6);
}

static void control_out(void **state)
{
	(void)state;
	start(LINK_USB_2_0_HIGH_SPEED);
	setup(5, VENDOR_OUT);
	out(5, 0, PID_DATA1, 64, PID_NYET); /* taken */
	token(PID_PING, 5, 0);
	hs(PID_NAK);
	in(5, 0, PID_DATA1, 0);
	finish();
	is_xfer(0, USB_CONTROL, STATUS_OK, END_COMPLETE, 64);
	is_counted(0, 1, 0, 11);
}

/* 8.5.3.2: the host goes to the status stage before all data came. */
static void control_early_status(void **state)
{
	(void)state;
	start(LINK_USB_2_0_FULL_SPEED);
	setup(5, "\x80\x06\x00\x01\x00\x00\x40\x00");
	in(5, 0, PID_DATA1, 8);
	out(5, 0, PID_DATA1, 0, PID_ACK);
	finish();
	is_xfer(0, USB_CONTROL, STATUS_OK, END_SHORT, 8);
	assert_int_equal(xfer(0)->req_len, 64);
}

/* 8.5.3.4: STALL in the data stage and in the status stage. */
/* The status stage comes although the last data did not: the analyzer missed some. */
static void control_with_a_hole(void **state)
{
	(void)state;
	start(LINK_USB_2_0_FULL_SPEED);
	setup(5, GET_DEVICE);
	in(5, 0, PID_DATA1, 8);
	token(PID_IN, 5, 0);
	hs(PID_ACK); /* of a data packet that is not there */
	out(5, 0, PID_DATA1, 0, PID_ACK);
	setup(5, VENDOR_OUT);
	token(PID_OUT, 5, 0);
	data(PID_DATA1, 64);
	silence();
	in(5, 0, PID_DATA1, 0);
	/* the host tries again */
	setup(5, GET_DEVICE);
	token(PID_IN, 5, 0);
	silence();
	in(5, 0, PID_DATA1, 8);
	out(5, 0, PID_DATA1, 0, PID_ACK);
	finish();
	assert_int_equal(bus.xfers, 3);
	is_xfer(0, USB_CONTROL, STATUS_OK, END_COMPLETE, XFER_UNKNOWN);
	assert_int_equal(xfer(0)->data.kept, 8);
	is_xfer(1, USB_CONTROL, STATUS_OK, END_COMPLETE, XFER_UNKNOWN);
	is_xfer(2, USB_CONTROL, STATUS_OK, END_SHORT, 8);
}

static void control_stalls(void **state)
{
	(void)state;
	start(LINK_USB_2_0_FULL_SPEED);
	setup(5, GET_DEVICE);
	token(PID_IN, 5, 0);
	hs(PID_STALL);
	setup(5, SET_CONFIG);
	token(PID_IN, 5, 0);
	hs(PID_STALL);
	setup(5, VENDOR_OUT);
	out(5, 0, PID_DATA1, 64, PID_STALL);
	finish();
	assert_int_equal(bus.xfers, 3);
	for (size_t i = 0; i < 3; i++)
		is_xfer(i, USB_CONTROL, STATUS_STALL, END_STALL, 0);
	assert_int_equal(bus.t[1].result, RESULT_STALL);
}

/* A SETUP without answer is sent again (8.6.1): one transfer; a new one cuts the old one off. */
static void control_repeated_setup(void **state)
{
	(void)state;
	start(LINK_USB_2_0_FULL_SPEED);
	token(PID_SETUP, 5, 0);
	data_of(PID_DATA0, SET_CONFIG, 8, false);
	silence();
	setup(5, SET_CONFIG);
	in(5, 0, PID_DATA1, 0);
	setup(5, GET_DEVICE);
	nak(5, 0);
	setup(5, SET_CONFIG);
	in(5, 0, PID_DATA1, 0);
	finish();
	assert_int_equal(bus.xfers, 3);
	is_xfer(0, USB_CONTROL, STATUS_OK, END_COMPLETE, 0);
	is_counted(0, 0, 1, 8);
	is_xfer(1, USB_CONTROL, STATUS_CANCELLED, END_CANCELLED, 0);
	is_xfer(2, USB_CONTROL, STATUS_OK, END_COMPLETE, 0);
	assert_int_equal(bus.t[0].result, RESULT_TIMEOUT);
	assert_true(bus.t[1].retry);
}

/* Data sent twice because the first ACK was lost is counted once (8.6.4). */
static void control_retransmission(void **state)
{
	(void)state;
	start(LINK_USB_2_0_FULL_SPEED);
	setup(5, GET_DEVICE);
	in(5, 0, PID_DATA1, 8);
	in(5, 0, PID_DATA1, 8);
	in(5, 0, PID_DATA0, 8);
	in(5, 0, PID_DATA1, 2);
	out(5, 0, PID_DATA1, 0, PID_ACK);
	out(5, 0, PID_DATA1, 0, PID_ACK); /* of the next transfer, as nothing else may have it */
	setup(5, SET_CONFIG);
	in(5, 0, PID_DATA1, 0);
	finish();
	assert_int_equal(bus.xfers, 2);
	is_xfer(0, USB_CONTROL, STATUS_OK, END_COMPLETE, 18);
	is_counted(0, 0, 1, 18);
	is_counted(1, 0, 1, 9);
	assert_true(bus.t[2].retry);
	assert_false(bus.t[3].retry);
}

static void control_of_another_endpoint(void **state)
{
	(void)state;
	start(LINK_USB_2_0_FULL_SPEED);
	token(PID_SETUP, 43, 4);
	data_of(PID_DATA0, SET_CONFIG, 8, false);
	hs(PID_ACK);
	in(43, 4, PID_DATA1, 0);
	finish();
	assert_int_equal(bus.xfers, 1);
	is_xfer(0, USB_CONTROL, STATUS_OK, END_COMPLETE, 0);
	assert_int_equal(xfer(0)->endpoint, 4);
}

static void control_begun_before(void **state)
{
	(void)state;
	start(LINK_USB_2_0_FULL_SPEED);
	in(5, 0, PID_DATA0, 8);
	out(5, 0, PID_DATA1, 0, PID_ACK);
	setup(5, SET_CONFIG);
	in(5, 0, PID_DATA1, 0);
	setup(5, GET_DEVICE);
	finish();
	assert_int_equal(bus.xfers, 3);
	assert_int_equal(xfer(0)->seen, SEEN_COMPLETE);
	is_xfer(2, USB_CONTROL, STATUS_PENDING, END_EOF, 0);
}

/* ---- bulk and interrupt -------------------------------------------------------------- */

static void bulk_short(void **state)
{
	(void)state;
	start(LINK_USB_2_0_HIGH_SPEED);
	nak(5, 1);
	in(5, 1, PID_DATA0, 512);
	nak(5, 1);
	in(5, 1, PID_DATA1, 512);
	in(5, 1, PID_DATA0, 31);
	in(5, 1, PID_DATA1, 512);
	in(5, 1, PID_DATA0, 0);
	nak(5, 1);
	finish();
	assert_int_equal(bus.xfers, 3);
	is_xfer(0, USB_BULK, STATUS_OK, END_SHORT, 1055);
	is_counted(0, 2, 0, 13);
	is_xfer(1, USB_BULK, STATUS_OK, END_ZLP, 512);
	is_xfer(2, USB_BULK, STATUS_PENDING, END_EOF, 0);
	is_counted(2, 1, 0, 2);
	assert_int_equal(xfer(0)->data.kept, 1055);
}

/* A short packet ends a transfer though no descriptor was seen. */
static void short_without_enumeration(void **state)
{
	(void)state;
	start(LINK_USB_2_0_FULL_SPEED);
	out(5, 2, PID_DATA0, 64, PID_ACK);
	out(5, 2, PID_DATA1, 13, PID_ACK);
	out(5, 2, PID_DATA0, 31, PID_ACK);
	finish();
	assert_int_equal(bus.xfers, 2);
	is_xfer(0, USB_TYPE_UNKNOWN, STATUS_OK, END_SHORT, 77);
	is_xfer(1, USB_TYPE_UNKNOWN, STATUS_OK, END_SHORT, 31);
}

static void bulk_toggle(void **state)
{
	(void)state;
	start(LINK_USB_2_0_HIGH_SPEED);
	out(5, 2, PID_DATA0, 512, PID_NAK);
	out(5, 2, PID_DATA0, 512, PID_ACK); /* no retry: it was refused */
	out(5, 2, PID_DATA1, 512, 0);	    /* no answer */
	silence();
	out(5, 2, PID_DATA1, 512, PID_ACK);
	out(5, 2, PID_DATA1, 512, PID_ACK); /* its ACK was lost */
	out(5, 2, PID_DATA0, 1, PID_ACK);
	finish();
	assert_int_equal(bus.xfers, 1);
	is_xfer(0, USB_BULK, STATUS_OK, END_SHORT, 1025);
	is_counted(0, 1, 2, 17);
	assert_false(bus.t[1].retry);
	assert_int_equal(bus.t[2].result, RESULT_TIMEOUT);
	assert_true(bus.t[3].retry);
	assert_true(bus.t[4].retry);
	assert_int_equal(xfer(0)->data.kept, 1025);
}

static void bulk_wrong_crc(void **state)
{
	(void)state;
	start(LINK_USB_2_0_HIGH_SPEED);
	token(PID_IN, 5, 1);
	data_of(PID_DATA0, GET_DEVICE, 8, true);
	in(5, 1, PID_DATA0, 8);
	finish();
	assert_int_equal(bus.xfers, 1);
	is_xfer(0, USB_TYPE_UNKNOWN, STATUS_OK, END_SHORT, 8);
	is_counted(0, 0, 1, 5);
	assert_int_equal(bus.t[0].result, RESULT_CRC);
	assert_int_equal(bus.bin[2], BIN_NONE);
}

static void bulk_stall(void **state)
{
	(void)state;
	start(LINK_USB_2_0_HIGH_SPEED);
	in(5, 1, PID_DATA0, 512);
	token(PID_IN, 5, 1);
	hs(PID_STALL);
	in(5, 1, PID_DATA0, 5); /* after CLEAR_FEATURE: no retransmission */
	finish();
	assert_int_equal(bus.xfers, 2);
	is_xfer(0, USB_BULK, STATUS_STALL, END_STALL, 512);
	is_counted(1, 0, 0, 3);
}

static void bulk_ping(void **state)
{
	(void)state;
	start(LINK_USB_2_0_HIGH_SPEED);
	token(PID_PING, 5, 2);
	hs(PID_NAK);
	token(PID_PING, 5, 2);
	hs(PID_ACK);
	out(5, 2, PID_DATA0, 512, PID_NYET);
	token(PID_PING, 5, 2);
	hs(PID_ACK);
	out(5, 2, PID_DATA1, 100, PID_ACK);
	token(PID_PING, 5, 2);
	hs(PID_STALL);
	finish();
	assert_int_equal(bus.xfers, 2);
	is_xfer(0, USB_BULK, STATUS_OK, END_SHORT, 612);
	is_counted(0, 1, 0, 12);
	is_xfer(1, USB_BULK, STATUS_STALL, END_STALL, 0);
	assert_int_equal(bus.t[2].result, RESULT_OK);
	assert_int_equal(bus.t[2].handshake, PID_NYET);
}

static void pauses_and_sizes(void **state)
{
	(void)state;
	start(LINK_USB_2_0_HIGH_SPEED);
	in(5, 1, PID_DATA0, 512);
	bus.now += 11000 * MICROSECOND;
	for (unsigned i = 0; i < 2048; i++)
		in(5, 1, i & 1 ? PID_DATA0 : PID_DATA1, 512);
	in(5, 1, PID_DATA1, 512);
	finish();
	assert_int_equal(bus.xfers, 3);
	is_xfer(0, USB_BULK, STATUS_OK, END_PAUSE, 512);
	is_xfer(1, USB_BULK, STATUS_OK, END_SIZE, 1048576);
	is_xfer(2, USB_BULK, STATUS_OK, END_EOF, 512);
	assert_int_equal(xfer(1)->data.kept, 65536);
	assert_int_equal(xfer(1)->data.captured, 1048576);
}

/* NAKs do not end in a pause: they are one pending transfer. */
static void naks_alone(void **state)
{
	(void)state;
	start(LINK_USB_2_0_HIGH_SPEED);
	for (unsigned i = 0; i < 100; i++) {
		nak(5, 1);
		bus.now += 20000 * MICROSECOND;
	}
	finish();
	assert_int_equal(bus.xfers, 1);
	is_xfer(0, USB_TYPE_UNKNOWN, STATUS_PENDING, END_EOF, 0);
	is_counted(0, 100, 0, 200);
}

/* ---- isochronous --------------------------------------------------------------------- */

static void isochronous(void **state)
{
	(void)state;
	start(LINK_USB_2_0_HIGH_SPEED);
	for (unsigned i = 0; i < 4; i++) { /* high bandwidth (5.9.2): DATA2, DATA1, DATA0 */
		sof(i / 8 + 7);
		token(PID_IN, 5, 1);
		data(PID_DATA2, 1024);
		token(PID_IN, 5, 1);
		data(PID_DATA1, 1024);
		token(PID_IN, 5, 1);
		data(PID_DATA0, 100);
	}
	sof(8);
	token(PID_IN, 5, 1); /* nothing came */
	finish();
	assert_int_equal(bus.xfers, 5);
	for (size_t i = 0; i < 4; i++) {
		is_xfer(i, USB_ISOCHRONOUS, STATUS_OK, END_COMPLETE, 2148);
		is_counted(i, 0, 0, 6);
		assert_int_equal(xfer(i)->iso.packets, 3);
		assert_int_equal(xfer(i)->start_frame, 7);
	}
	assert_int_equal(xfer(4)->status, STATUS_MISSED);
	assert_int_equal(bus.t[0].data_pid, PID_DATA2);
}

static void isochronous_out(void **state)
{
	(void)state;
	start(LINK_USB_2_0_HIGH_SPEED);
	for (unsigned i = 0; i < 2; i++) { /* MDATA, MDATA, DATA2 */
		sof(1);
		token(PID_OUT, 5, 1);
		data(PID_MDATA, 1024);
		token(PID_OUT, 5, 1);
		data(PID_MDATA, 1024);
		token(PID_OUT, 5, 1);
		data(PID_DATA2, 8);
	}
	sof(1);
	token(PID_OUT, 5, 1);
	data_of(PID_DATA0, GET_DEVICE, 8, true);
	finish();
	assert_int_equal(bus.xfers, 3);
	is_xfer(0, USB_ISOCHRONOUS, STATUS_OK, END_COMPLETE, 2056);
	is_xfer(2, USB_ISOCHRONOUS, STATUS_CRC, END_COMPLETE, 0);
}

/* ---- splits -------------------------------------------------------------------------- */

static void split_control(void **state)
{
	(void)state;
	start(LINK_USB_2_0_HIGH_SPEED);
	split(false, 12, 2, true, false, ET_CONTROL);
	token(PID_SETUP, 5, 0);
	data_of(PID_DATA0, SET_CONFIG, 8, false);
	hs(PID_ACK);
	sof(1);
	split(true, 12, 2, true, false, ET_CONTROL);
	token(PID_SETUP, 5, 0);
	hs(PID_NYET);
	split(true, 12, 2, true, false, ET_CONTROL);
	token(PID_SETUP, 5, 0);
	hs(PID_ACK);
	split(false, 12, 2, true, false, ET_CONTROL);
	token(PID_IN, 5, 0);
	hs(PID_ACK);
	split(true, 12, 2, true, false, ET_CONTROL);
	token(PID_IN, 5, 0);
	data(PID_DATA1, 0);
	finish();
	assert_int_equal(bus.xfers, 1);
	is_xfer(0, USB_CONTROL, STATUS_OK, END_COMPLETE, 0);
	is_counted(0, 0, 0, 16);
	assert_int_equal(xfer(0)->speed, USB_LOW);
	assert_int_equal(xfer(0)->first, 1);
	assert_int_equal(bus.place[1], 1); /* the SPLIT goes where its token goes */
	assert_int_equal(bus.transactions, 2);
	assert_int_equal(bus.t[0].completes, 2);
	assert_int_equal(bus.t[0].hub, 12);
	assert_int_equal(bus.t[0].records, 10);
	assert_int_equal(bus.t[0].result, RESULT_OK);
	assert_int_equal(bus.t[1].handshake, 0);
}

/* Bulk CSPLIT OUT is answered with ACK, NYET, NAK or STALL (11.17.1). */
static void split_bulk_out(void **state)
{
	static const uint8_t answer[] = {PID_ACK, PID_NAK, PID_STALL, PID_PRE};
	static const uint8_t result[] = {RESULT_OK, RESULT_NAK, RESULT_STALL, RESULT_TIMEOUT};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		start(LINK_USB_2_0_HIGH_SPEED);
		split(false, 3, 1, false, false, ET_BULK);
		token(PID_OUT, 5, 2);
		data(PID_DATA0, 40);
		hs(PID_ACK);
		split(true, 3, 1, false, false, ET_BULK);
		token(PID_OUT, 5, 2);
		hs(PID_NYET);
		split(true, 3, 1, false, false, ET_BULK);
		token(PID_OUT, 5, 2);
		hs(answer[i]);
		finish();
		assert_int_equal(bus.transactions, 1);
		assert_int_equal(bus.t[0].result, result[i]);
		assert_int_equal(xfer(0)->type, USB_BULK);
		assert_int_equal(xfer(0)->speed, USB_FULL);
		assert_int_equal(xfer(0)->len, i ? 0 : 40);
		is_counted(0, i == 1, 0, 10);
	}
}

/* Splits of several endpoints run side by side; MDATA brings a part (11.20.4). */
static void split_interrupt(void **state)
{
	(void)state;
	start(LINK_USB_2_0_HIGH_SPEED);
	for (unsigned e = 1; e <= 2; e++) {
		split(false, 3, 1, false, false, ET_INTERRUPT);
		token(PID_IN, 5, e);
	}
	sof(1);
	split(true, 3, 1, false, false, ET_INTERRUPT);
	token(PID_IN, 5, 1);
	data(PID_MDATA, 8);
	split(true, 3, 1, false, false, ET_INTERRUPT);
	token(PID_IN, 5, 2);
	hs(PID_NYET);
	sof(1);
	split(true, 3, 1, false, false, ET_INTERRUPT);
	token(PID_IN, 5, 1);
	data(PID_DATA0, 2);
	split(true, 3, 1, false, false, ET_INTERRUPT);
	token(PID_IN, 5, 2);
	hs(PID_NAK);
	finish();
	assert_int_equal(bus.transactions, 2);
	assert_int_equal(bus.t[0].len, 10);
	assert_int_equal(bus.t[0].completes, 2);
	assert_int_equal(bus.t[0].result, RESULT_OK);
	assert_int_equal(bus.t[1].result, RESULT_NAK);
	assert_int_equal(xfer(0)->type, USB_INTERRUPT);
	assert_int_equal(xfer(0)->len, 10);
}

/* Isochronous OUT: the parts belong together by S and E, there is no complete-split (8.4.2.2). */
static void split_isochronous(void **state)
{
	(void)state;
	start(LINK_USB_2_0_HIGH_SPEED);
	for (unsigned i = 0; i < 3; i++) {
		sof(1);
		split(false, 3, 1, i == 0, i == 2, ET_ISOCHRONOUS);
		token(PID_OUT, 5, 3);
		data(PID_DATA0, i == 2 ? 10 : 188);
	}
	sof(1);
	split(false, 3, 1, true, true, ET_ISOCHRONOUS);
	token(PID_OUT, 5, 3);
	data(PID_DATA0, 90);
	/* IN across microframes */
	split(false, 3, 1, false, false, ET_ISOCHRONOUS);
	token(PID_IN, 5, 4);
	sof(1);
	split(true, 3, 1, false, false, ET_ISOCHRONOUS);
	token(PID_IN, 5, 4);
	data(PID_MDATA, 188);
	sof(1);
	split(true, 3, 1, false, false, ET_ISOCHRONOUS);
	token(PID_IN, 5, 4);
	data(PID_DATA0, 4);
	finish();
	assert_int_equal(bus.transactions, 3);
	assert_int_equal(bus.t[0].len, 386);
	assert_int_equal(bus.t[1].len, 90);
	assert_int_equal(bus.t[2].len, 192);
	assert_int_equal(bus.xfers, 3);
	assert_int_equal(xfer(0)->len, 386);
}

static void split_given_up(void **state)
{
	(void)state;
	start(LINK_USB_2_0_HIGH_SPEED);
	split(false, 3, 1, false, false, ET_BULK);
	token(PID_IN, 5, 1);
	hs(PID_ACK);
	split(false, 3, 1, false, false, ET_BULK);
	token(PID_IN, 5, 1);
	hs(PID_NAK); /* the hub is busy */
	split(false, 3, 1, false, false, ET_BULK);
	sof(1);
	finish();
	assert_int_equal(bus.t[0].result, RESULT_INCOMPLETE);
	assert_int_equal(bus.t[1].result, RESULT_NAK);
	assert_int_equal(bus.bin[7], BIN_ORPHAN); /* a SPLIT without token */
}

/* ---- PRE, LPM ------------------------------------------------------------------------ */

static void preamble(void **state)
{
	(void)state;
	start(LINK_USB_2_0_FULL_SPEED);
	hs(PID_PRE);
	token(PID_SETUP, 5, 0);
	hs(PID_PRE);
	data_of(PID_DATA0, SET_CONFIG, 8, false);
	hs(PID_ACK);
	hs(PID_PRE);
	token(PID_IN, 5, 0);
	data(PID_DATA1, 0);
	hs(PID_PRE);
	hs(PID_ACK);
	hs(PID_PRE);
	finish();
	assert_int_equal(bus.xfers, 1);
	is_xfer(0, USB_CONTROL, STATUS_OK, END_COMPLETE, 0);
	is_counted(0, 0, 0, 10);
	assert_int_equal(xfer(0)->first, 1);
	assert_int_equal(xfer(0)->speed, USB_LOW);
	assert_int_equal(bus.bin[11], BIN_ORPHAN);
}

static void lpm(void **state)
{
	(void)state;
	start(LINK_USB_2_0_HIGH_SPEED);
	token(PID_EXT, 5, 0);
	token(PID_DATA0, 0x41, 3); /* LPM's SubPID is DATA0's nibble */
	hs(PID_ACK);
	nak(5, 1);
	finish();
	for (unsigned i = 1; i <= 3; i++)
		assert_int_equal(bus.bin[i], BIN_LPM);
	assert_int_equal(bus.xfers, 1);
}

/* ---- interruptions ------------------------------------------------------------------- */

/* Nothing of a transaction is lost when a broken packet lies in it. */
static void broken_in_between(void **state)
{
	(void)state;
	start(LINK_USB_2_0_LOW_SPEED);
	token(PID_IN, 5, 1);
	hs(0x2e); /* no PID */
	data(PID_DATA0, 4);
	feed_mem((const uint8_t *)"", 0, 0);
	hs(PID_ACK);
	finish();
	assert_int_equal(bus.xfers, 1);
	is_xfer(0, USB_TYPE_UNKNOWN, STATUS_OK, END_SHORT, 4);
	is_counted(0, 0, 0, 3);
	assert_int_equal(bus.bin[2], BIN_MALFORMED);
	assert_int_equal(bus.bin[4], BIN_MALFORMED);
}

static void time_outs(void **state)
{
	(void)state;
	start(LINK_USB_2_0_HIGH_SPEED);
	token(PID_IN, 5, 1);
	sof(1);
	silence();
	nak(5, 1); /* another token: the first had no answer */
	token(PID_IN, 5, 1);
	bus.now += 100 * MICROSECOND;
	sof(1);
	hs(PID_NAK); /* too late for anything */
	finish();
	assert_int_equal(bus.t[0].result, RESULT_TIMEOUT);
	assert_int_equal(bus.t[1].result, RESULT_NAK);
	assert_int_equal(bus.t[2].result, RESULT_TIMEOUT);
	assert_int_equal(bus.bin[7], BIN_ORPHAN);
}

static void orphans(void **state)
{
	(void)state;
	start(LINK_USB_2_0_HIGH_SPEED);
	hs(PID_ACK);
	data(PID_DATA0, 3);
	data_of(PID_DATA0, "a", 1, true);
	token(PID_OUT, 5, 1);
	hs(PID_ACK); /* no data before it */
	finish();
	assert_int_equal(bus.bin[1], BIN_ORPHAN);
	assert_int_equal(bus.bin[2], BIN_ORPHAN);
	assert_int_equal(bus.bin[3], BIN_MALFORMED);
	assert_int_equal(bus.bin[5], BIN_ORPHAN);
	assert_int_equal(bus.t[0].result, RESULT_INCOMPLETE);
}

/* A bus state, as Packetry writes it: code is the last byte of its word. */
static uint8_t put_state(uint8_t code)
{
	const uint8_t block[8] = {0xb8, 0xf3, 0, 0, 0x33, 0x43, 0, code};
	struct record rec = {.number = ++bus.number,
		.time = bus.now += MICROSECOND,
		.has_time = true,
		.data = block,
		.link = LINK_PCAPNG_CUSTOM,
		.caplen = sizeof(block),
		.origlen = sizeof(block)};
	struct event ev;
	uint8_t bin;

	link_to_event(link_find(rec.link), &rec, &ev);
	bin = model_feed(bus.m, &rec, &ev).bin;
	settle_held();
	bus.bin[rec.number] = bin;
	return bin;
}

enum { STATE_FULL_SPEED = 9, STATE_HIGH_SPEED = 8, STATE_RESET = 25, STATE_KEEP_ALIVE = 30 };

/* Where the link type does not tell the speed, states do, and keep-alives, which low speed alone
 * has (7.1.7.6). */
static void speeds_by_states(void **state)
{
	(void)state;
	start(LINK_USB_2_0);
	in(5, 1, PID_DATA0, 4);
	put_state(STATE_RESET);
	put_state(STATE_FULL_SPEED);
	in(6, 1, PID_DATA0, 4);
	put_state(STATE_RESET);
	put_state(STATE_HIGH_SPEED);
	in(7, 1, PID_DATA0, 4);
	finish();
	assert_int_equal(bus.xfers, 3);
	assert_int_equal(xfer(0)->speed, USB_SPEED_UNKNOWN);
	assert_int_equal(xfer(1)->speed, USB_FULL);
	assert_int_equal(xfer(2)->speed, USB_HIGH);
	start(LINK_USB_2_0);
	assert_int_equal(put_state(STATE_KEEP_ALIVE), BIN_KEEPALIVE);
	in(5, 1, PID_DATA0, 4);
	finish();
	assert_int_equal(xfer(0)->speed, USB_LOW);
}

/* Else the rhythm of SOFs tells it, of what comes behind them. */
static void speeds_by_sofs(void **state)
{
	(void)state;
	start(LINK_USB_2_0);
	in(5, 1, PID_DATA0, 4);
	sof(0);
	bus.now += 1000 * MICROSECOND;
	sof(1);
	in(5, 1, PID_DATA1, 4);
	in(6, 1, PID_DATA0, 4);
	finish();
	assert_int_equal(bus.xfers, 3);
	assert_int_equal(xfer(0)->speed, USB_SPEED_UNKNOWN);
	assert_int_equal(xfer(1)->speed, USB_FULL);
	assert_int_equal(xfer(2)->speed, USB_FULL);
	assert_int_equal(xfer(0)->instance, xfer(1)->instance); /* it is no other device */
}

/* And packets that no other speed has. */
static void speed_by_ping(void **state)
{
	(void)state;
	start(LINK_USB_2_0);
	in(5, 1, PID_DATA0, 4);
	token(PID_PING, 6, 2);
	hs(PID_ACK);
	in(5, 1, PID_DATA1, 4);
	finish();
	assert_int_equal(bus.xfers, 3);
	for (int i = 0; i < 3; i++)
		assert_int_equal(
			xfer(i)->speed, xfer(i)->first == 1 ? USB_SPEED_UNKNOWN : USB_HIGH);
	start(LINK_USB_2_0_FULL_SPEED); /* what the capture tells counts */
	token(PID_PING, 6, 2);
	hs(PID_ACK);
	finish();
	assert_int_equal(xfer(0)->speed, USB_FULL);
}

static void resets(void **state)
{
	(void)state;
	start(LINK_USB_2_0_HIGH_SPEED);
	in(5, 1, PID_DATA0, 512);
	setup(5, GET_DEVICE);
	assert_int_equal(put_state(STATE_RESET), BIN_STATE);
	in(5, 1, PID_DATA0, 5); /* toggles begin anew */
	finish();
	assert_int_equal(bus.xfers, 3);
	is_xfer(0, USB_BULK, STATUS_OK, END_RESET, 512);
	is_xfer(1, USB_CONTROL, STATUS_CANCELLED, END_RESET, 0);
	is_counted(2, 0, 0, 3);
	assert_int_equal(xfer(0)->instance, xfer(1)->instance);
	assert_int_not_equal(xfer(2)->instance, xfer(0)->instance); /* 9.1.1.3 */
}

/* 9.4.6: who has an address from now on is not who had it before. */
static void address_given_anew(void **state)
{
	(void)state;
	start(LINK_USB_2_0_HIGH_SPEED);
	in(5, 1, PID_DATA0, 512);
	setup(0, "\x00\x05\x05\x00\x00\x00\x00\x00");
	in(0, 0, PID_DATA1, 0);
	in(5, 1, PID_DATA0, 3);
	finish();
	assert_int_equal(bus.xfers, 3);
	is_xfer(0, USB_BULK, STATUS_OK, END_RESET, 512);
	is_xfer(1, USB_CONTROL, STATUS_OK, END_COMPLETE, 0);
	is_counted(2, 0, 0, 3); /* the same toggle, but no repetition */
	assert_int_not_equal(xfer(2)->instance, xfer(0)->instance);
}

/* 8.6: other data under the toggle of data that was taken; 8.5.3: DATA1 in the status stage. */
static void toggle_errors(void **state)
{
	(void)state;
	start(LINK_USB_2_0_FULL_SPEED);
	in(5, 1, PID_DATA0, 64);
	in(5, 1, PID_DATA0, 64); /* the same again: its ACK was lost */
	assert_int_equal(model_bus_counts(bus.m)->toggle_errors, 0);
	in(5, 1, PID_DATA0, 63);
	assert_int_equal(model_bus_counts(bus.m)->toggle_errors, 1);
	setup(6, SET_CONFIG);
	in(6, 0, PID_DATA0, 0);
	assert_int_equal(model_bus_counts(bus.m)->toggle_errors, 2);
	finish();
}

/* ---- descriptors --------------------------------------------------------------------- */

static void teach(unsigned wMaxPacketSize, unsigned bmAttributes)
{
	static const uint8_t device[18] = {18, 1, 0, 2, 0, 0, 0, 64, 9, 18, 1, 0, 0, 1, 0, 0, 0, 1};
	uint8_t config[25] = {9, 2, 25, 0, 1, 1, 0, 0x80, 50, 9, 4, 0, 0, 1, 0xff, 0, 0, 0, 7, 5,
		0x81, (uint8_t)bmAttributes, (uint8_t)wMaxPacketSize,
		(uint8_t)(wMaxPacketSize >> 8), 1};

	setup(5, "\x80\x06\x00\x01\x00\x00\x12\x00");
	token(PID_IN, 5, 0);
	data_of(PID_DATA1, device, sizeof(device), false);
	hs(PID_ACK);
	out(5, 0, PID_DATA1, 0, PID_ACK);
	setup(5, "\x80\x06\x00\x02\x00\x00\x19\x00");
	token(PID_IN, 5, 0);
	data_of(PID_DATA1, config, sizeof(config), false);
	hs(PID_ACK);
	out(5, 0, PID_DATA1, 0, PID_ACK);
	setup(5, SET_CONFIG);
	in(5, 0, PID_DATA1, 0);
	assert_int_equal(bus.xfers, 3);
}

/* 5.9.2: the capture ends before DATA0, or before what follows MDATA; without data nothing follows.
 */
static void isochronous_cut(void **state)
{
	static const struct {
		uint8_t token, data, end, status;
	} row[] = {
		{PID_IN, PID_DATA2, END_EOF, STATUS_OK},
		{PID_IN, PID_DATA0, END_COMPLETE, STATUS_OK},
		{PID_OUT, PID_MDATA, END_EOF, STATUS_OK},
		{PID_OUT, PID_DATA1, END_COMPLETE, STATUS_OK},
		{PID_IN, 0, END_COMPLETE, STATUS_MISSED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		start(LINK_USB_2_0_HIGH_SPEED);
		teach(0x1400, 1);
		token(row[i].token, 5, 1);
		if (row[i].data)
			data(row[i].data, 1024);
		silence();
		finish();
		assert_int_equal(xfer(bus.xfers - 1)->ended, row[i].end);
		assert_int_equal(xfer(bus.xfers - 1)->status, row[i].status);
	}
}

/* wMaxPacketSize bits 11 and 12 are no part of the size (9.6.6). */
static void described(void **state)
{
	(void)state;
	start(LINK_USB_2_0_HIGH_SPEED);
	teach(0x1000 | 64, 3);
	in(5, 1, PID_DATA0, 64);
	in(5, 1, PID_DATA1, 64);
	in(5, 1, PID_DATA0, 63);
	finish();
	assert_int_equal(bus.xfers, 4);
	is_xfer(3, USB_INTERRUPT, STATUS_OK, END_SHORT, 191);
	start(LINK_USB_2_0_HIGH_SPEED);
	teach(100, 1); /* isochronous: no handshake, at once */
	sof(1);
	token(PID_IN, 5, 1);
	data(PID_DATA0, 100);
	sof(1);
	token(PID_IN, 5, 1);
	data(PID_DATA0, 0);
	finish();
	assert_int_equal(bus.xfers, 5);
	is_xfer(3, USB_ISOCHRONOUS, STATUS_OK, END_COMPLETE, 100);
	is_xfer(4, USB_ISOCHRONOUS, STATUS_OK, END_COMPLETE, 0);
}

/* A new configuration begins with DATA0 on all endpoints (9.1.1.5). */
static void toggles_after_configuration(void **state)
{
	(void)state;
	start(LINK_USB_2_0_HIGH_SPEED);
	in(5, 1, PID_DATA0, 5);
	setup(5, SET_CONFIG);
	in(5, 0, PID_DATA1, 0);
	in(5, 1, PID_DATA0, 5);
	setup(5, "\x02\x01\x00\x00\x81\x00\x00\x00"); /* CLEAR_FEATURE of the endpoint's halt */
	in(5, 0, PID_DATA1, 0);
	in(5, 1, PID_DATA0, 5);
	in(5, 1, PID_DATA0, 5);
	finish();
	assert_int_equal(bus.xfers, 6);
	for (size_t i = 0; i < 5; i++)
		is_counted(i, 0, 0, i == 1 || i == 3 ? 6 : 3);
	is_counted(5, 0, 1, 3); /* this one is */
}

/* ---- random -------------------------------------------------------------------------- */

static uint32_t seed;

static uint32_t random_of(uint32_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed % n;
}

static void random_packet(void)
{
	static const uint8_t tokens[] = {PID_IN, PID_OUT, PID_SETUP, PID_PING, PID_EXT, PID_IN};
	static const uint8_t datas[] = {PID_DATA0, PID_DATA1, PID_DATA2, PID_MDATA};
	static const uint8_t bare[] = {PID_ACK, PID_NAK, PID_STALL, PID_NYET, PID_PRE, 0x2e};
	static const uint16_t sizes[] = {0, 1, 8, 64, 512, 1024};
	uint32_t kind = random_of(16);

	bus.now += random_of(50) ? 0 : random_of(20000) * MICROSECOND;
	if (kind < 6)
		token(tokens[random_of(6)], random_of(3), random_of(3));
	else if (kind < 9)
		data_of(datas[random_of(4)], random_of(4) ? SET_CONFIG : GET_DEVICE, 8,
			!random_of(8));
	else if (kind < 10)
		data(datas[random_of(4)], sizes[random_of(6)]);
	else if (kind < 13)
		hs(bare[random_of(6)]);
	else if (kind < 14)
		sof(random_of(3));
	else
		split(random_of(2), random_of(2), 1, random_of(2), random_of(2), random_of(4));
}

static void random_packets(void **state)
{
	const char *more = getenv("URBSCOPE_TRIALS");
	uint32_t trials = more ? (uint32_t)strtoul(more, NULL, 10) : 3000;

	(void)state;
	for (uint32_t trial = 1; trial <= trials; trial++) {
		seed = trial * 2654435761u | 1;
		start(LINK_USB_2_0 + (trial % 4 ? 4 + trial % 4 : 0));
		for (uint32_t n = random_of(80); n; n--)
			random_packet();
		finish();
	}
}

/* A right sequence with packets dropped, doubled and swapped. */
static void shaken(void **state)
{
	static const uint8_t order[] = {PID_SETUP, PID_DATA0, PID_ACK, PID_IN, PID_NAK, PID_IN,
		PID_DATA1, PID_ACK, PID_OUT, PID_DATA1, PID_ACK};

	(void)state;
	for (uint32_t trial = 1; trial <= 2000; trial++) {
		uint8_t seq[5 * sizeof(order)];
		uint32_t n = 0;

		seed = trial * 2654435761u | 1;
		for (size_t i = 0; i < 4 * sizeof(order) && n + 2 < sizeof(seq); i++) {
			uint32_t what = random_of(20);

			if (what == 0)
				continue;
			seq[n++] = order[i % sizeof(order)];
			if (what == 1)
				seq[n++] = order[i % sizeof(order)];
			if (what == 2 && n > 1) {
				uint8_t swap = seq[n - 1];

				seq[n - 1] = seq[n - 2];
				seq[n - 2] = swap;
			}
		}
		start(LINK_USB_2_0_FULL_SPEED);
		for (uint32_t i = 0; i < n; i++) {
			uint8_t kind = pid_row(seq[i])->kind;

			if (kind == PID_KIND_TOKEN)
				token(seq[i], 5, 0);
			else if (kind == PID_KIND_DATA)
				data_of(seq[i], GET_DEVICE, seq[i] == PID_DATA0 ? 8 : 4, false);
			else
				hs(seq[i]);
		}
		finish();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(control_in),
		cmocka_unit_test(control_without_data),
		cmocka_unit_test(control_out),
		cmocka_unit_test(control_early_status),
		cmocka_unit_test(control_with_a_hole),
		cmocka_unit_test(control_stalls),
		cmocka_unit_test(control_repeated_setup),
		cmocka_unit_test(control_retransmission),
		cmocka_unit_test(control_of_another_endpoint),
		cmocka_unit_test(control_begun_before),
		cmocka_unit_test(bulk_short),
		cmocka_unit_test(short_without_enumeration),
		cmocka_unit_test(bulk_toggle),
		cmocka_unit_test(bulk_wrong_crc),
		cmocka_unit_test(bulk_stall),
		cmocka_unit_test(bulk_ping),
		cmocka_unit_test(pauses_and_sizes),
		cmocka_unit_test(naks_alone),
		cmocka_unit_test(isochronous),
		cmocka_unit_test(isochronous_cut),
		cmocka_unit_test(isochronous_out),
		cmocka_unit_test(split_control),
		cmocka_unit_test(split_bulk_out),
		cmocka_unit_test(split_interrupt),
		cmocka_unit_test(split_isochronous),
		cmocka_unit_test(split_given_up),
		cmocka_unit_test(preamble),
		cmocka_unit_test(lpm),
		cmocka_unit_test(broken_in_between),
		cmocka_unit_test(time_outs),
		cmocka_unit_test(orphans),
		cmocka_unit_test(speeds_by_states),
		cmocka_unit_test(speeds_by_sofs),
		cmocka_unit_test(speed_by_ping),
		cmocka_unit_test(resets),
		cmocka_unit_test(address_given_anew),
		cmocka_unit_test(toggle_errors),
		cmocka_unit_test(described),
		cmocka_unit_test(toggles_after_configuration),
		cmocka_unit_test(random_packets),
		cmocka_unit_test(shaken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
