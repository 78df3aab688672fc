/* test_model.c: pairing of URB events, how transfers end, the conservation law, the payload pool
 * and the index. */
#include "base/mem.h"
#include "model/index.h"
#include "model/model.h"
#include "model/payload.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* ---- a model and what it gave --------------------------------------------------------------- */

enum { GOT_MAX = 64 };

struct bench {
	struct model *m;
	struct record rec;
	struct xfer got[GOT_MAX];
	uint8_t data[GOT_MAX][64];
	size_t n;
};

static void on_xfer(void *ctx, const struct xfer *x)
{
	struct bench *b = ctx;

	assert_true(b->n < GOT_MAX);
	b->got[b->n] = *x;
	if (x->data.kept)
		memcpy(b->data[b->n], x->data.data, x->data.kept < 64 ? x->data.kept : 64);
	b->n++;
}

static struct bench *bench_new(void)
{
	struct bench *b = mem_zalloc(1, sizeof(*b));

	b->m = model_new(&(struct model_opts){.payload = true, .on_xfer = on_xfer, .ctx = b});
	return b;
}

static void bench_free(struct bench *b)
{
	const struct model_counts *c = model_counts(b->m);
	uint64_t sum = c->attached, records = 0;

	for (int i = 1; i < BIN_COUNT; i++)
		sum += c->bins[i];
	assert_true(sum == c->records);
	for (size_t i = 0; i < b->n; i++)
		records += b->got[i].records;
	assert_true(records == c->attached);
	assert_true(b->n == c->xfers);
	model_free(b->m);
	free(b);
}

/* The next record, a millisecond after the one before, with an event of URB `id` on 1.5.ep. */
static struct event event(enum event_kind kind, uint64_t id, enum usb_type type, uint8_t ep)
{
	return (struct event){
		.kind = kind,
		.os = USB_OS_LINUX,
		.capture = CAPTURE_USBMON,
		.type = type,
		.dir = ep & 0x80 ? USB_IN : USB_OUT,
		.endpoint = ep & 0x0f,
		.bus = 1,
		.device = 5,
		.urb = {.id = id},
	};
}

static uint32_t feed(struct bench *b, const struct event *ev)
{
	b->rec.number++;
	b->rec.time += 1000000;
	b->rec.has_time = true;
	return model_feed(b->m, &b->rec, ev).xfer;
}

static uint32_t submit(struct bench *b, uint64_t id, enum usb_type type, uint8_t ep, uint32_t asked)
{
	struct event ev = event(EVENT_SUBMIT, id, type, ep);

	ev.urb.has = URB_REQUESTED;
	ev.urb.length = asked;
	return feed(b, &ev);
}

static uint32_t complete(
	struct bench *b, uint64_t id, enum usb_type type, uint8_t ep, int status, uint32_t got)
{
	struct event ev = event(EVENT_COMPLETE, id, type, ep);

	ev.urb.has = URB_ACTUAL | URB_STATUS;
	ev.urb.length = got;
	ev.urb.raw_status = status;
	return feed(b, &ev);
}

/* ---- pairing ------------------------------------------------------------------------ */

static void submission_and_completion_are_one(void **state)
{
	struct bench *b = bench_new();
	const struct xfer *x = &b->got[0];

	(void)state;
	assert_int_equal(submit(b, 1, USB_BULK, 0x81, 512), 1);
	assert_int_equal(b->n, 0);
	assert_int_equal(complete(b, 1, USB_BULK, 0x81, 0, 31), 1);
	assert_int_equal(b->n, 1);
	assert_int_equal(x->id, 1);
	assert_int_equal(x->records, 2);
	assert_int_equal(x->first, 1);
	assert_int_equal(x->last, 2);
	assert_int_equal(x->begin, 0);
	assert_int_equal(x->end, 1000000);
	assert_int_equal(x->seen, SEEN_BOTH);
	assert_int_equal(x->status, STATUS_OK);
	assert_int_equal(x->req_len, 512);
	assert_int_equal(x->len, 31);
	assert_true(x->flags & XFER_SHORT);
	assert_int_equal(x->ended, END_SHORT);
	assert_int_equal(x->bus, 1);
	assert_int_equal(x->device, 5);
	assert_int_equal(x->endpoint, 1);
	assert_int_equal(x->dir, USB_IN);
	bench_free(b);
}

static void ids_are_reused_at_once(void **state)
{
	struct bench *b = bench_new();

	(void)state;
	for (uint32_t i = 1; i <= 20; i++) {
		assert_int_equal(submit(b, 7, USB_INTERRUPT, 0x81, 8), i);
		assert_int_equal(complete(b, 7, USB_INTERRUPT, 0x81, 0, 8), i);
		assert_int_equal(b->got[i - 1].ended, END_COMPLETE);
	}
	bench_free(b);
}

static void a_second_submission_tells_a_lost_completion(void **state)
{
	struct bench *b = bench_new();

	(void)state;
	submit(b, 7, USB_BULK, 0x81, 64);
	submit(b, 7, USB_BULK, 0x81, 64);
	assert_int_equal(b->n, 1);
	assert_int_equal(b->got[0].id, 1);
	assert_int_equal(b->got[0].seen, SEEN_SUBMIT);
	assert_int_equal(b->got[0].status, STATUS_PENDING);
	assert_int_equal(b->got[0].ended, END_LOST);
	assert_true(b->got[0].flags & XFER_LOST_COMPLETION);
	complete(b, 7, USB_BULK, 0x81, 0, 64);
	assert_int_equal(b->got[1].id, 2);
	assert_int_equal(b->got[1].seen, SEEN_BOTH);
	bench_free(b);
}

static void the_same_id_on_another_bus_or_section_is_another_urb(void **state)
{
	struct bench *b = bench_new();
	struct event ev = event(EVENT_COMPLETE, 7, USB_BULK, 0x81);

	(void)state;
	submit(b, 7, USB_BULK, 0x81, 64);
	ev.bus = 2;
	ev.urb.has = URB_STATUS;
	assert_int_equal(feed(b, &ev), 2);
	assert_int_equal(b->got[0].seen, SEEN_COMPLETE);
	ev.bus = 1;
	b->rec.section = 1;
	assert_int_equal(feed(b, &ev), 3);
	b->rec.section = 0;
	assert_int_equal(feed(b, &ev), 1);
	assert_int_equal(b->got[2].seen, SEEN_BOTH);
	bench_free(b);
}

static void a_completion_alone_is_a_transfer(void **state)
{
	struct bench *b = bench_new();

	(void)state;
	complete(b, 9, USB_INTERRUPT, 0x81, -2, 0);
	assert_int_equal(b->got[0].seen, SEEN_COMPLETE);
	assert_int_equal(b->got[0].status, STATUS_CANCELLED);
	assert_int_equal(b->got[0].ended, END_CANCELLED);
	assert_int_equal(b->got[0].req_len, XFER_UNKNOWN);
	bench_free(b);
}

static void a_submission_error_keeps_what_was_asked(void **state)
{
	static const uint8_t setup[8] = {0x80, 6, 0, 1, 0, 0, 18, 0};
	struct bench *b = bench_new();
	struct event s = event(EVENT_SUBMIT, 3, USB_CONTROL, 0x80);
	struct event e = event(EVENT_ERROR, 3, USB_CONTROL, 0x80);

	(void)state;
	s.urb.has = URB_SETUP | URB_REQUESTED;
	s.urb.length = 18;
	memcpy(s.urb.setup, setup, 8);
	e.urb.has = URB_STATUS;
	e.urb.raw_status = -19;
	feed(b, &s);
	feed(b, &e);
	assert_int_equal(b->got[0].ended, END_REFUSED);
	assert_int_equal(b->got[0].req_len, 18);
	assert_int_equal(b->got[0].len, XFER_UNKNOWN);
	assert_memory_equal(b->got[0].setup, setup, 8);
	bench_free(b);
}

static void pending_ones_come_last_in_begin_order(void **state)
{
	struct bench *b = bench_new();

	(void)state;
	submit(b, 30, USB_INTERRUPT, 0x81, 8);
	submit(b, 10, USB_INTERRUPT, 0x82, 8);
	submit(b, 20, USB_BULK, 0x03, 8);
	complete(b, 20, USB_BULK, 0x03, 0, 8);
	submit(b, 5, USB_INTERRUPT, 0x84, 8);
	assert_int_equal(b->n, 1);
	model_finish(b->m);
	assert_int_equal(b->n, 4);
	assert_int_equal(b->got[0].id, 3);
	for (uint32_t i = 1; i < 4; i++) {
		static const uint32_t id[] = {3, 1, 2, 4};

		assert_int_equal(b->got[i].id, id[i]);
		assert_int_equal(b->got[i].status, STATUS_PENDING);
		assert_int_equal(b->got[i].ended, END_EOF);
	}
	bench_free(b);
}

static void out_data_is_kept_until_the_completion(void **state)
{
	static const uint8_t data[] = "payload of the submission";
	struct bench *b = bench_new();
	struct event s = event(EVENT_SUBMIT, 3, USB_BULK, 0x02);

	(void)state;
	s.urb.has = URB_REQUESTED;
	s.urb.length = s.urb.data_total = 100; /* the capture cut it */
	s.urb.data = data;
	s.urb.data_len = sizeof(data);
	feed(b, &s);
	complete(b, 3, USB_BULK, 0x02, 0, 100);
	assert_int_equal(b->got[0].data.kept, sizeof(data));
	assert_int_equal(b->got[0].data.captured, sizeof(data));
	assert_int_equal(b->got[0].data.total, 100);
	assert_memory_equal(b->data[0], data, sizeof(data));
	bench_free(b);
}

/* USBPcap before 1.5: SETUP opens, DATA joins, STATUS closes. */
static void stages_are_one_control_transfer(void **state)
{
	static const uint8_t setup[8] = {0x80, 6, 0, 1, 0, 0, 64, 0}, answer[18] = {18, 1};
	struct bench *b = bench_new();
	struct event ev = event(EVENT_SUBMIT, 3, USB_CONTROL, 0x80);

	(void)state;
	ev.os = USB_OS_WINDOWS;
	ev.capture = CAPTURE_USBPCAP_1_0;
	ev.urb.has = URB_SETUP | URB_REQUESTED;
	memcpy(ev.urb.setup, setup, 8);
	feed(b, &ev);
	ev.kind = EVENT_DATA;
	ev.urb.has = URB_ACTUAL;
	ev.urb.length = ev.urb.data_len = ev.urb.data_total = sizeof(answer);
	ev.urb.data = answer;
	feed(b, &ev);
	assert_int_equal(b->n, 0);
	ev.kind = EVENT_COMPLETE;
	ev.urb = (struct urb_event){.id = 3, .has = URB_STATUS};
	feed(b, &ev);
	assert_int_equal(b->got[0].records, 3);
	assert_int_equal(b->got[0].req_len, 64);
	assert_int_equal(b->got[0].len, 18);
	assert_memory_equal(b->data[0], answer, sizeof(answer));
	bench_free(b);
}

/* Captures without ids: the oldest of an endpoint is completed first. */
static void without_ids_endpoints_are_queues(void **state)
{
	struct bench *b = bench_new();

	(void)state;
	for (uint32_t i = 1; i <= 3; i++)
		assert_int_equal(submit(b, 0, USB_BULK, 0x81, 10 * i), i);
	submit(b, 0, USB_BULK, 0x02, 5);
	for (uint32_t i = 1; i <= 3; i++) {
		assert_int_equal(complete(b, 0, USB_BULK, 0x81, 0, 1), i);
		assert_int_equal(b->got[i - 1].req_len, 10 * i);
	}
	model_finish(b->m);
	bench_free(b);
}

static void records_without_transfer_go_to_their_bin(void **state)
{
	struct bench *b = bench_new();
	struct event ev = event(EVENT_OTHER, 0, USB_BULK, 0);

	(void)state;
	for (int bin = 1; bin < BIN_COUNT; bin++) {
		ev.bin = (uint8_t)bin;
		assert_int_equal(feed(b, &ev), 0);
		assert_true(model_counts(b->m)->bins[bin] == 1);
	}
	bench_free(b);
}

/* Whatever comes in whatever order, every record is counted once. */
static void any_order_conserves_records(void **state)
{
	uint64_t seed = 5;

	(void)state;
	for (int round = 0; round < 20; round++) {
		struct model *m;
		struct record rec = {.has_time = true};
		uint64_t sum = 0;
		static struct bench sink;

		m = model_new(&(struct model_opts){.on_xfer = on_xfer, .ctx = &sink});
		for (int i = 0; i < 3000; i++) {
			struct event ev;

			seed = seed * 6364136223846793005u + 1442695040888963407u;
			ev = event((enum event_kind)(seed >> 60 & 3), seed >> 50 & 7,
				(enum usb_type)(seed >> 45 & 3), (uint8_t)(seed >> 40 & 0x83));
			ev.urb.has = (uint16_t)(seed >> 20);
			ev.capture = (uint8_t)(seed >> 10 & 7);
			rec.number++;
			sink.n = 0;
			model_feed(m, &rec, &ev);
		}
		sum = model_counts(m)->attached;
		for (int i = 1; i < BIN_COUNT; i++)
			sum += model_counts(m)->bins[i];
		assert_true(sum == model_counts(m)->records && sum == 3000);
		model_free(m);
	}
}

/* ---- payload pool ------------------------------------------------------------------- */

static void the_pool_is_bounded_and_gives_back(void **state)
{
	static uint8_t data[PAYLOAD_EACH + 10];
	struct payload_pool p = {0};
	uint32_t handle[300], kept;
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7);
	assert_int_equal(payload_keep(&p, data, 0, &kept), 0);
	while (n < 300 && (handle[n] = payload_keep(&p, data, sizeof(data), &kept))) {
		assert_int_equal(kept, PAYLOAD_EACH);
		n++;
	}
	assert_int_equal(n, PAYLOAD_ALL / PAYLOAD_EACH);
	assert_int_equal(kept, 0);
	assert_memory_equal(payload_data(&p, handle[n - 1]), data, PAYLOAD_EACH);
	payload_drop(&p, handle[3]);
	assert_int_equal(
		payload_keep(&p, data, 5, &kept), 0); /* another size class: no slab left */
	assert_int_not_equal(payload_keep(&p, data, PAYLOAD_EACH - 1, &kept), 0);
	payload_free(&p);
	for (uint32_t len = 1; len < 5000; len += 7) {
		uint32_t h = payload_keep(&p, data, len, &kept);

		assert_int_equal(kept, len);
		assert_memory_equal(payload_data(&p, h), data, len);
		if (len % 3)
			payload_drop(&p, h);
	}
	payload_free(&p);
}

/* ---- index -------------------------------------------------------------------------- */

static void the_index_finds_records_and_transfers(void **state)
{
	struct index *ix = index_new();
	struct record rec = {0}, at;

	(void)state;
	for (uint64_t n = 1; n <= 200; n++) {
		rec.number = n;
		rec.offset = n * 100;
		rec.time = (int64_t)n;
		index_add_record(ix, &rec);
	}
	index_add_xfer(
		ix, &(struct xfer){.id = 3, .first = 5, .last = 9, .pipe = 1, .len = 7}, NULL);
	index_add_xfer(ix, &(struct xfer){.id = 1, .first = 1, .last = 20, .pipe = 2}, NULL);
	assert_int_equal(index_count(ix), 3);
	assert_int_equal(index_get(ix, 3)->length, 7);
	assert_null(index_get(ix, 2));
	assert_null(index_get(ix, 0));
	assert_null(index_get(ix, 4));
	assert_int_equal(index_by_end(ix, 0), 3);
	assert_int_equal(index_by_end(ix, 1), 1);
	assert_int_equal(index_by_end(ix, 2), 0);
	assert_true(index_checkpoint(ix, 200, &at));
	assert_int_equal(at.number, 193);
	assert_int_equal(at.offset, 19300);
	assert_true(index_checkpoint(ix, 1, &at));
	assert_int_equal(at.number, 1);
	assert_false(index_checkpoint(ix, 201, &at));
	assert_false(index_checkpoint(ix, 0, &at));
	index_free(ix);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(submission_and_completion_are_one),
		cmocka_unit_test(ids_are_reused_at_once),
		cmocka_unit_test(a_second_submission_tells_a_lost_completion),
		cmocka_unit_test(the_same_id_on_another_bus_or_section_is_another_urb),
		cmocka_unit_test(a_completion_alone_is_a_transfer),
		cmocka_unit_test(a_submission_error_keeps_what_was_asked),
		cmocka_unit_test(pending_ones_come_last_in_begin_order),
		cmocka_unit_test(out_data_is_kept_until_the_completion),
		cmocka_unit_test(stages_are_one_control_transfer),
		cmocka_unit_test(without_ids_endpoints_are_queues),
		cmocka_unit_test(records_without_transfer_go_to_their_bin),
		cmocka_unit_test(any_order_conserves_records),
		cmocka_unit_test(the_pool_is_bounded_and_gives_back),
		cmocka_unit_test(the_index_finds_records_and_transfers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
