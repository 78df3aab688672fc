/* test_exchange.c: exchanges: who belongs to which, how they end, limits, replay. */
#include "model/exchange.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { INSTANCE = 7, FUNCTION = 2, DECODER = 3 };

/* What was handed on, in order. */
struct ended {
	struct exchange ex[64];
	size_t n;
};

static void on_end(void *ctx, const struct exchange *ex)
{
	struct ended *e = ctx;

	assert_true(e->n < 64);
	e->ex[e->n++] = *ex;
}

static struct xfer transfer(uint32_t id)
{
	return (struct xfer){.id = id,
		.first = id * 10,
		.last = id * 10 + 1,
		.begin = id * 1000,
		.end = id * 1000 + 500,
		.instance = INSTANCE,
		.pipe = id + 100,
		.bus = 1,
		.device = 5};
}

static struct track track_of(struct exchanges *e, const struct xfer *x)
{
	struct track t = {.x = x};

	exchanges_track(e, &t, FUNCTION, DECODER, 8);
	return t;
}

static void one_from_begin_to_end(void **state)
{
	struct ended ended = {.n = 0};
	struct exchanges *e = exchanges_new(on_end, &ended);
	struct xfer a = transfer(1), b = transfer(2), c = transfer(3);
	struct track t = track_of(e, &a);
	struct exchange *ex = exchange_begin(&t, 42);

	(void)state;
	assert_ptr_equal(exchanges_joined(&t), ex);
	assert_int_equal(ex->id, 1);
	for (size_t i = 0; i < sizeof(ex->state); i++)
		assert_int_equal(ex->state[i], 0);
	ex->state[0] = 9;
	exchanges_flush(e);
	assert_int_equal(ended.n, 0);

	t = track_of(e, &b);
	assert_null(exchanges_joined(&t));
	assert_null(exchange_find(&t, 41));
	assert_ptr_equal(exchange_find(&t, 42), ex);
	assert_true(exchange_join(&t, ex));
	exchanges_flush(e);

	c.begin = 100; /* submitted before the others */
	t = track_of(e, &c);
	assert_true(exchange_join(&t, ex));
	exchange_end(&t, ex, EXCHANGE_FAILED);
	assert_null(exchange_find(&t, 42));
	assert_ptr_equal(exchanges_joined(&t), ex); /* still to be looked at */
	exchanges_flush(e);

	assert_int_equal(ended.n, 1);
	assert_int_equal(ended.ex[0].first, 1);
	assert_int_equal(ended.ex[0].last, 3);
	assert_int_equal(ended.ex[0].xfers, 3);
	assert_int_equal(ended.ex[0].begin, 100);
	assert_int_equal(ended.ex[0].end, 3500);
	assert_int_equal(ended.ex[0].first_record, 10);
	assert_int_equal(ended.ex[0].last_record, 31);
	assert_int_equal(ended.ex[0].result, EXCHANGE_FAILED);
	assert_int_equal(ended.ex[0].pipe, 101);
	assert_int_equal(ended.ex[0].function, FUNCTION);
	assert_int_equal(ended.ex[0].decoder, DECODER);
	assert_false(ended.ex[0].synthetic_end);
	assert_int_equal(ended.ex[0].state[0], 9);
	exchanges_free(e);
}

/* What ends one without belonging to it is told. */
static void ended_by_another(void **state)
{
	struct ended ended = {.n = 0};
	struct exchanges *e = exchanges_new(on_end, &ended);
	struct xfer a = transfer(1), b = transfer(2);
	struct track t = track_of(e, &a);
	struct exchange *ex = exchange_begin(&t, 0), *next;

	(void)state;
	t = track_of(e, &b);
	exchange_end(&t, ex, EXCHANGE_OK);
	next = exchange_begin(&t, 0);
	assert_ptr_equal(exchanges_joined(&t), next);
	assert_int_equal(next->id, 2);
	exchanges_flush(e);
	assert_int_equal(ended.n, 1);
	assert_true(ended.ex[0].synthetic_end);
	assert_int_equal(ended.ex[0].xfers, 1);
	exchanges_free(e);
}

static void limits(void **state)
{
	struct ended ended = {.n = 0};
	struct exchanges *e = exchanges_new(on_end, &ended);
	struct xfer x = transfer(1);
	struct track t = track_of(e, &x);
	struct exchange *ex = exchange_begin(&t, 5);

	(void)state;
	for (uint32_t i = 2; i <= EXCHANGE_XFERS; i++) {
		x = transfer(i);
		t = track_of(e, &x);
		assert_true(exchange_join(&t, ex));
	}
	x = transfer(EXCHANGE_XFERS + 1);
	t = track_of(e, &x);
	assert_false(exchange_join(&t, ex));
	assert_null(exchange_find(&t, 5));
	exchanges_flush(e);
	assert_int_equal(ended.n, 1);
	assert_int_equal(ended.ex[0].result, EXCHANGE_CUT);
	assert_int_equal(ended.ex[0].xfers, EXCHANGE_XFERS);

	for (uint32_t i = 0; i < EXCHANGES_OPEN; i++)
		exchange_begin(&t, 100 + i);
	exchanges_flush(e);
	assert_int_equal(ended.n, 1);
	exchange_begin(&t, 9);
	exchanges_flush(e);
	assert_int_equal(ended.n, 2);
	assert_int_equal(ended.ex[1].key, 100); /* the oldest */
	assert_int_equal(ended.ex[1].result, EXCHANGE_INCOMPLETE);
	exchanges_free(e);
}

static void newest_of_a_key(void **state)
{
	struct ended ended = {.n = 0};
	struct exchanges *e = exchanges_new(on_end, &ended);
	struct xfer x = transfer(1);
	struct track t = track_of(e, &x);
	struct exchange *first = exchange_begin(&t, 1), *second = exchange_begin(&t, 1);

	(void)state;
	assert_ptr_equal(exchange_find(&t, 1), second);
	exchange_end(&t, second, EXCHANGE_OK);
	assert_ptr_equal(exchange_find(&t, 1), first);
	exchange_end(&t, first, EXCHANGE_CANCELLED);
	exchanges_flush(e);
	assert_int_equal(ended.n, 2);
	assert_int_equal(ended.ex[0].id, second->id);
	assert_int_equal(ended.ex[1].result, EXCHANGE_CANCELLED);
	exchanges_free(e);
}

static void anew(void **state)
{
	struct ended ended = {.n = 0};
	struct exchanges *e = exchanges_new(on_end, &ended);
	struct xfer x = transfer(1);
	struct track t = track_of(e, &x);

	(void)state;
	exchange_begin(&t, 1);
	((uint8_t *)t.state)[3] = 77;
	t = track_of(e, &x);
	assert_int_equal(((uint8_t *)t.state)[3], 77);
	assert_int_equal(exchanges_decoder(e, INSTANCE, FUNCTION), DECODER);
	assert_int_equal(exchanges_decoder(e, INSTANCE, FUNCTION + 1), 0);

	exchanges_forget(e, INSTANCE + 1, -1);
	assert_int_equal(exchanges_decoder(e, INSTANCE, FUNCTION), DECODER);
	exchanges_forget(e, INSTANCE, FUNCTION);
	exchanges_flush(e);
	assert_int_equal(ended.n, 1);
	assert_int_equal(ended.ex[0].result, EXCHANGE_INCOMPLETE);
	assert_int_equal(exchanges_decoder(e, INSTANCE, FUNCTION), 0);
	t = track_of(e, &x);
	assert_int_equal(((uint8_t *)t.state)[3], 0);

	/* another decoder for the same interface: an alternate setting of another class */
	((uint8_t *)t.state)[3] = 78;
	exchange_begin(&t, 1);
	exchanges_track(e, &t, FUNCTION, DECODER + 1, 8);
	assert_int_equal(((uint8_t *)t.state)[3], 0);
	assert_null(exchange_find(&t, 1));
	exchanges_flush(e);
	assert_int_equal(ended.n, 2);
	exchanges_free(e);
}

/* At the end of the capture all are handed on in the order in which they began. */
static void finish(void **state)
{
	struct ended ended = {.n = 0};
	struct exchanges *e = exchanges_new(on_end, &ended);
	struct xfer x = transfer(1);
	struct track t;

	(void)state;
	for (uint32_t i = 0; i < 6; i++) {
		x.instance = INSTANCE + i % 3;
		t = track_of(e, &x);
		exchange_begin(&t, i);
	}
	exchanges_finish(e);
	assert_int_equal(ended.n, 6);
	for (uint32_t i = 0; i < 6; i++) {
		assert_int_equal(ended.ex[i].id, i + 1);
		assert_int_equal(ended.ex[i].key, i);
		assert_int_equal(ended.ex[i].result, EXCHANGE_INCOMPLETE);
		assert_true(ended.ex[i].synthetic_end);
	}
	assert_int_equal(exchanges_count(e), 6);
	exchanges_free(e);
}

static void replay(void **state)
{
	struct exchanges *e = exchanges_replay(815);
	struct xfer x = transfer(1);
	struct track t = track_of(e, &x);

	(void)state;
	assert_int_equal(exchange_begin(&t, 1)->id, 815);
	exchanges_free(e);
}

static void names(void **state)
{
	(void)state;
	for (int i = 0; i < EXCHANGE_RESULTS; i++)
		assert_non_null(exchange_result_name((enum exchange_result)i));
	assert_string_equal(exchange_result_name(EXCHANGE_CUT), "cut");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_from_begin_to_end),
		cmocka_unit_test(ended_by_another),
		cmocka_unit_test(limits),
		cmocka_unit_test(newest_of_a_key),
		cmocka_unit_test(anew),
		cmocka_unit_test(finish),
		cmocka_unit_test(replay),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
