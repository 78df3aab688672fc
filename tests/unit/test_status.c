/* test_status.c: the status tables are sorted, complete and mapped as documented; the observability
 * table answers every question. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "usb/observability.h"
#include "usb/status.h"
#include "usb/status_tables.h"

static const struct {
	enum usb_os os;
	const struct status_table *t;
} systems[] = {
	{USB_OS_LINUX, &status_linux},
	{USB_OS_WINDOWS, &status_windows},
	{USB_OS_DARWIN, &status_darwin},
	{USB_OS_FREEBSD, &status_freebsd},
};

enum { SYSTEMS = sizeof(systems) / sizeof(systems[0]) };

static void assert_text(const char *s)
{
	assert_non_null(s);
	assert_true(strlen(s) > 0);
	for (; *s; s++)
		assert_true(*s >= ' ' && *s < 127);
}

static void test_tables(void **state)
{
	(void)state;
	for (int i = 0; i < SYSTEMS; i++) {
		const struct status_table *t = systems[i].t;

		assert_true(t->n > 20);
		for (size_t k = 0; k < t->n; k++) {
			const struct status_code *c = &t->codes[k];

			if (k)
				assert_true(c[-1].number < c->number);
			assert_text(c->name);
			assert_text(c->meaning);
			assert_text(c->happened);
			assert_text(c->advice);
			assert_text(c->source);
			assert_true(c->status < STATUS_COUNT);
			assert_true(strlen(c->meaning) < 60);
			assert_ptr_equal(status_lookup(systems[i].os, c->number), c);
			assert_int_equal(status_canonical(systems[i].os, c->number), c->status);
			/* only success is ok */
			assert_int_equal(c->status == STATUS_OK, c->number == 0);
		}
		assert_null(status_lookup(systems[i].os, 12345));
		assert_null(status_lookup(systems[i].os, INT64_MIN));
		assert_null(status_lookup(systems[i].os, INT64_MAX));
		assert_int_equal(status_canonical(systems[i].os, 12345), STATUS_ERROR);
	}
	assert_null(status_lookup(USB_OS_NONE, 0));
	assert_int_equal(status_canonical(USB_OS_NONE, 0), STATUS_OK);
	assert_int_equal(status_canonical(USB_OS_NONE, 1), STATUS_ERROR);
}

static void test_mapping(void **state)
{
	static const struct {
		enum usb_os os;
		int64_t raw;
		enum status status;
	} map[] = {
		{USB_OS_LINUX, -2, STATUS_CANCELLED},
		{USB_OS_LINUX, -104, STATUS_CANCELLED},
		{USB_OS_LINUX, -108, STATUS_CANCELLED},
		{USB_OS_LINUX, -71, STATUS_PROTOCOL},
		{USB_OS_LINUX, -84, STATUS_CRC},
		{USB_OS_LINUX, -62, STATUS_TIMEOUT},
		{USB_OS_LINUX, -70, STATUS_OVERRUN},
		{USB_OS_LINUX, -63, STATUS_UNDERRUN},
		{USB_OS_LINUX, -18, STATUS_MISSED},
		{USB_OS_LINUX, -28, STATUS_NO_BANDWIDTH},
		{USB_OS_LINUX, -32, STATUS_STALL},
		{USB_OS_LINUX, -75, STATUS_BABBLE},
		{USB_OS_LINUX, -121, STATUS_SHORT},
		{USB_OS_LINUX, -115, STATUS_PENDING},
		{USB_OS_WINDOWS, 0xc0000004, STATUS_STALL},
		{USB_OS_WINDOWS, (int32_t)0xc0000004, STATUS_STALL},
		{USB_OS_WINDOWS, 0xc0010000, STATUS_CANCELLED},
		{USB_OS_WINDOWS, 0x80000900, STATUS_SHORT},
		{USB_OS_WINDOWS, 0x80000700, STATUS_NO_BANDWIDTH},
		{USB_OS_WINDOWS, 0xc0000011, STATUS_PROTOCOL},
		{USB_OS_DARWIN, 0xe00002eb, STATUS_CANCELLED},
		{USB_OS_DARWIN, 0xe000404f, STATUS_STALL},
		{USB_OS_DARWIN, 0xe0005000, STATUS_STALL},
		{USB_OS_DARWIN, 0xe00002ed, STATUS_TIMEOUT},
		{USB_OS_FREEBSD, 5, STATUS_CANCELLED},
		{USB_OS_FREEBSD, 21, STATUS_SHORT},
		{USB_OS_FREEBSD, 22, STATUS_STALL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(map) / sizeof(map[0]); i++)
		assert_int_equal(status_canonical(map[i].os, map[i].raw), map[i].status);
	/* folding negative numbers is for unsigned systems only */
	assert_string_equal(status_lookup(USB_OS_LINUX, -71)->name, "-EPROTO");
	assert_null(status_lookup(USB_OS_FREEBSD, -1));
}

/* What a capture of packets can end with is explained, and nothing else is. */
static void test_bus(void **state)
{
	static const enum status ends[] = {STATUS_STALL, STATUS_TIMEOUT, STATUS_CRC, STATUS_BABBLE,
		STATUS_CANCELLED, STATUS_MISSED};
	size_t known = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		const struct status_code *c = status_on_bus(ends[i], USB_BULK);

		assert_non_null(c);
		assert_int_equal(c->status, ends[i]);
		assert_int_equal(c->number, ends[i]);
		assert_text(c->name);
		assert_text(c->meaning);
		assert_text(c->happened);
		assert_text(c->advice);
		assert_text(c->source);
	}
	for (int s = 0; s < STATUS_COUNT; s++)
		known += status_on_bus((enum status)s, USB_CONTROL) != NULL;
	assert_int_equal(known, sizeof(ends) / sizeof(ends[0]));
	/* 8.5.3.4: a request is refused, an endpoint is halted */
	assert_ptr_not_equal(
		status_on_bus(STATUS_STALL, USB_CONTROL), status_on_bus(STATUS_STALL, USB_BULK));
}

/* The same number in another place is told in other words. */
static void test_explain(void **state)
{
	const struct status_code *c;

	(void)state;
	c = status_explain(USB_OS_LINUX, -32, USB_CONTROL, false);
	assert_ptr_equal(c, status_on_bus(STATUS_STALL, USB_CONTROL));
	c = status_explain(USB_OS_WINDOWS, 0xc0000004, USB_CONTROL, false);
	assert_ptr_equal(c, status_on_bus(STATUS_STALL, USB_CONTROL));
	c = status_explain(USB_OS_LINUX, -32, USB_BULK, false);
	assert_non_null(strstr(c->advice, "usb_clear_halt()"));
	/* the answer to a submission: no device had a part in it */
	c = status_explain(USB_OS_LINUX, -32, USB_CONTROL, true);
	assert_non_null(strstr(c->meaning, "refused"));
	assert_int_equal(c->number, -32);
	c = status_explain(USB_OS_LINUX, -2, USB_BULK, true);
	assert_non_null(strstr(c->meaning, "refused"));
	c = status_explain(USB_OS_LINUX, -2, USB_BULK, false);
	assert_non_null(strstr(c->happened, "usb_kill_urb()"));
	assert_ptr_equal(status_explain(USB_OS_LINUX, -28, USB_ISOCHRONOUS, true),
		status_lookup(USB_OS_LINUX, -28));
	assert_null(status_explain(USB_OS_LINUX, 12345, USB_BULK, false));
	/* QEMU's number for everything */
	assert_int_equal(status_of_qemu(-121)->status, STATUS_ERROR);
	assert_ptr_equal(status_of_qemu(-19), status_lookup(USB_OS_LINUX, -19));
}

static void test_names(void **state)
{
	(void)state;
	for (int s = 0; s < STATUS_COUNT; s++)
		assert_text(status_name((enum status)s));
	assert_string_equal(status_name(STATUS_NO_BANDWIDTH), "no-bandwidth");
	assert_string_equal(status_name(STATUS_PENDING), "pending");
	assert_false(status_is_error(STATUS_OK));
	assert_false(status_is_error(STATUS_PENDING));
	assert_false(status_is_error(STATUS_CANCELLED));
	assert_true(status_is_error(STATUS_STALL));
	assert_true(status_is_error(STATUS_SHORT));
}

static void test_observability(void **state)
{
	(void)state;
	for (int a = 0; a < ASPECTS; a++) {
		assert_text(aspect_name((enum aspect)a));
		assert_int_equal(observe(CAPTURE_UNKNOWN, (enum aspect)a), OBSERVED_ABSENT);
		for (int k = 0; k < CAPTURE_KINDS; k++) {
			assert_true(
				observe((enum capture_kind)k, (enum aspect)a) <= OBSERVED_KNOWN);
			assert_text(observe_reason((enum capture_kind)k, (enum aspect)a));
		}
	}
	for (int k = 0; k < CAPTURE_KINDS; k++) {
		assert_text(capture_kind_name((enum capture_kind)k));
		assert_text(capture_kind_summary((enum capture_kind)k));
	}
	assert_int_equal(observe(CAPTURE_USBMON, ASPECT_NAKS), OBSERVED_ABSENT);
	assert_int_equal(observe(CAPTURE_BUS, ASPECT_NAKS), OBSERVED_KNOWN);
	assert_int_equal(observe(CAPTURE_USBPCAP_1_0, ASPECT_COMPLETION), OBSERVED_INFERRED);
	assert_int_equal(observe(CAPTURE_USBPCAP_1_5, ASPECT_COMPLETION), OBSERVED_KNOWN);
	assert_int_equal(observe(CAPTURE_DARWIN, ASPECT_OUT_ON_SUBMIT), OBSERVED_ABSENT);
	assert_string_equal(observed_name(OBSERVED_INFERRED), "inferred");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_mapping),
		cmocka_unit_test(test_bus),
		cmocka_unit_test(test_explain),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_observability),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
