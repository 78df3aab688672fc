/* test_xfer.c: sums over the packet table of an isochronous transfer. */
#include "model/xfer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

/* Linux' table: status, offset, length, padding; 0xffffffee is -EXDEV, 0xffffffb9 -EPROTO. */
static const uint8_t table[4 * 16] = {0, 0, 0, 0, 0, 0, 0, 0, 100, 0, 0, 0, 0, 0, 0, 0, /* */
	0, 0, 0, 0, 100, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,				/* */
	0xee, 0xff, 0xff, 0xff, 200, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,			/* */
	0xb9, 0xff, 0xff, 0xff, 44, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};

static struct xfer transfer(enum status status, enum xfer_end ended)
{
	struct xfer x = {.type = USB_ISOCHRONOUS,
		.os = USB_OS_LINUX,
		.status = (uint8_t)status,
		.ended = (uint8_t)ended};

	x.iso = (struct iso_table){.table = table,
		.table_len = sizeof(table),
		.packets = 4,
		.present = 4,
		.layout = ISO_LINUX,
		.complete = true,
		.in = true};
	return x;
}

static void completed(void **state)
{
	struct xfer x = transfer(STATUS_OK, END_COMPLETE);
	struct iso_sum s = xfer_iso_sum(&x);

	(void)state;
	assert_int_equal(s.packets, 4);
	assert_int_equal(s.bytes, 100);
	assert_int_equal(s.missed, 1);
	assert_int_equal(s.errors, 1);
	assert_int_equal(s.empty, 1);
	assert_int_equal(s.cancelled, 0);
	assert_true(s.judged && s.sized);
}

/* -EXDEV is what Linux writes at submission: the packet did not miss its time, it never had it. */
static void cancelled(void **state)
{
	struct xfer x = transfer(STATUS_CANCELLED, END_CANCELLED);
	struct iso_sum s = xfer_iso_sum(&x);

	(void)state;
	assert_int_equal(s.packets, 4);
	assert_int_equal(s.bytes, 100);
	assert_int_equal(s.missed, 0);
	assert_int_equal(s.errors, 0);
	assert_int_equal(s.empty, 1);
	assert_int_equal(s.cancelled, 2);
}

static void pending(void **state)
{
	struct xfer x = transfer(STATUS_PENDING, END_EOF);
	struct iso_sum s;

	(void)state;
	x.iso.complete = false;
	s = xfer_iso_sum(&x);
	assert_int_equal(s.packets, 4);
	assert_int_equal(s.missed + s.errors + s.empty + s.cancelled + (uint32_t)s.bytes, 0);
	assert_false(s.judged);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(completed),
		cmocka_unit_test(cancelled),
		cmocka_unit_test(pending),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
