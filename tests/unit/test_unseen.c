/* test_unseen.c: what is told to be missing of a transfer because its kind of capture has it not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "analysis/unseen.h"

/* USBPcap before 1.4.1.0: data that went out has no completion; that an order about a pipe was not
 * completed within the capture is another thing. */
static void completions(void **state)
{
	struct xfer x = {.type = USB_BULK,
		.dir = USB_OUT,
		.seen = SEEN_SUBMIT,
		.status = STATUS_UNKNOWN,
		.req_len = 31,
		.len = XFER_UNKNOWN,
		.capture = CAPTURE_USBPCAP_1_0};

	(void)state;
	assert_true(unseen(&x) >> ASPECT_COMPLETION & 1);
	x.type = USB_REQUEST;
	x.status = STATUS_PENDING;
	assert_int_equal(unseen(&x), 0);
	x.type = USB_BULK;
	x.capture = CAPTURE_USBPCAP_1_5;
	assert_false(unseen(&x) >> ASPECT_COMPLETION & 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(completions)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
