/* test_ids.c: names from usb.ids: every kind, missing and hostile files, and the installed file
 * where there is one. */
#include "usb/ids.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static char path[] = "/tmp/test_ids_XXXXXX";

static void write_file(const char *s, size_t n)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(s, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

static struct ids *ids_of(const char *s)
{
	write_file(s, strlen(s));
	return ids_new(path);
}

/* Vendors are out of order, 046d comes twice, and the rest has every section. */
static const char sample[] = "# comment\n"
			     "\n"
			     "1d6b  Linux Foundation\n"
			     "\t0002  2.0 root hub\n"
			     "046d  Logitech, Inc.\n"
			     "# between\n"
			     "\tc52b  Unifying Receiver\n"
			     "\t\t00  an interface\n"
			     "\tc077  Mouse\xc2\xae  \n"
			     "046d  Somebody else\n"
			     "0c00  C-like\n"
			     "C 08  Mass Storage\n"
			     "\t06  SCSI\n"
			     "\t\t50  Bulk-Only\n"
			     "C ef  Miscellaneous Device\n"
			     "\t02  ?\n"
			     "\t\t01  Interface Association\n"
			     "C 03  Human Interface Device\n"
			     "\t01  Boot Interface Subclass\n"
			     "\t\t02  Mouse\n"
			     "AT 0101  USB Streaming\n"
			     "VT 0201  Camera\n"
			     "HID 22  Report\n"
			     "R a4  Push\n"
			     "\t01  not a name of ours\n"
			     "HUT 01  Generic Desktop Controls\n"
			     "\t030  X\n"
			     "L 0009  English\n"
			     "\t01  US\n"
			     "HCC 33  US\n"
			     "ZZ 01  unknown section\n"
			     "\t02  below it\n";

static void test_kinds(void **state)
{
	struct ids *ids = ids_of(sample);

	(void)state;
	assert_string_equal(ids_vendor(ids, 0x1d6b), "Linux Foundation");
	assert_string_equal(ids_vendor(ids, 0x046d), "Logitech, Inc.");
	assert_string_equal(ids_vendor(ids, 0x0c00), "C-like");
	assert_string_equal(ids_product(ids, 0x046d, 0xc52b), "Unifying Receiver");
	assert_string_equal(ids_product(ids, 0x046d, 0xc077), "Mouse\xc2\xae");
	assert_string_equal(ids_product(ids, 0x1d6b, 2), "2.0 root hub");
	assert_null(ids_product(ids, 0x1d6b, 3));
	assert_null(ids_vendor(ids, 0xffff));
	assert_string_equal(ids_class(ids, 8), "Mass Storage");
	assert_string_equal(ids_subclass(ids, 8, 6), "SCSI");
	assert_string_equal(ids_protocol(ids, 8, 6, 0x50), "Bulk-Only");
	assert_string_equal(ids_protocol(ids, 3, 1, 2), "Mouse");
	assert_null(ids_protocol(ids, 3, 1, 1));
	assert_null(ids_subclass(ids, 0xef, 2)); /* no name */
	assert_string_equal(ids_protocol(ids, 0xef, 2, 1), "Interface Association");
	assert_null(ids_protocol(ids, 8, 1, 2));
	assert_string_equal(ids_find(ids, IDS_TERMINAL, 0x101), "USB Streaming");
	assert_string_equal(ids_find(ids, IDS_VIDEO_TERMINAL, 0x201), "Camera");
	assert_string_equal(ids_find(ids, IDS_HID_DESCRIPTOR, 0x22), "Report");
	assert_string_equal(ids_usage_page(ids, 1), "Generic Desktop Controls");
	assert_string_equal(ids_usage(ids, 1, 0x30), "X");
	assert_string_equal(ids_language(ids, 0x0409), "English");
	assert_string_equal(ids_dialect(ids, 0x0409), "US");
	assert_null(ids_dialect(ids, 0x0809));
	assert_string_equal(ids_find(ids, IDS_COUNTRY, 33), "US");
	assert_int_equal(ids_count(ids, IDS_VENDOR), 4);
	assert_int_equal(ids_count(ids, IDS_PRODUCT), 3);
	assert_int_equal(ids_count(ids, IDS_PROTOCOL), 3);
	ids_free(ids);
}

static void test_missing(void **state)
{
	struct ids *ids = ids_new("/nonexistent/usb.ids");

	(void)state;
	assert_null(ids_vendor(ids, 0x046d));
	assert_string_equal(ids_class(ids, 3), "Human Interface Device");
	assert_null(ids_class(ids, 0x77));
	assert_null(ids_subclass(ids, 3, 1));
	ids_free(ids);
	assert_null(ids_vendor(NULL, 0x046d));
	assert_string_equal(ids_class(NULL, 9), "Hub");
	ids_free(NULL);
	/* neither a directory nor a FIFO is read, or waited for */
	ids = ids_new("/tmp");
	assert_null(ids_vendor(ids, 0x046d));
	ids_free(ids);
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	ids = ids_new(path);
	assert_null(ids_vendor(ids, 0x046d));
	ids_free(ids);
	unlink(path);
}

static void test_environment(void **state)
{
	struct ids *ids;

	(void)state;
	write_file(sample, strlen(sample));
	setenv("URBSCOPE_IDS", path, 1);
	ids = ids_new(NULL);
	assert_int_equal(ids_count(ids, IDS_VENDOR), 4);
	ids_free(ids);
	setenv("URBSCOPE_IDS", "/nonexistent", 1);
	ids = ids_new(NULL);
	assert_int_equal(ids_count(ids, IDS_VENDOR), 0);
	ids_free(ids);
	unsetenv("URBSCOPE_IDS");
}

/* Nothing that could drive a terminal comes out; lines that make no sense are passed over. */
static void test_hostile(void **state)
{
	static const char s[] = "0001  a\x1b[2J\0b\x7f\xff\xe2\x80\xae\xc2\x9b\xc3\xa9 \\ \r\n"
				"\t0001  \x01\x02\n"
				"\t\t\t0001  too deep\n"
				"12345  too big\n"
				"\t0002  below nothing\n"
				"\t  blank\n"
				"0002\n"
				"0003 one blank\n"
				"\t0001  below a tag that is none\n"
				"HCC 256  too big\n"
				"C 1ff  too big\n"
				"C\n"
				"\t\n"
				"0004  \n"
				"0005  cut";
	struct ids *ids;

	(void)state;
	write_file(s, sizeof(s) - 1);
	ids = ids_new(path);
	assert_string_equal(ids_vendor(ids, 1), "a[2Jb\xc3\xa9 \\");
	assert_string_equal(ids_vendor(ids, 5), "cut");
	assert_int_equal(ids_count(ids, IDS_VENDOR), 2);
	for (int kind = IDS_PRODUCT; kind < IDS_KINDS; kind++)
		assert_int_equal(ids_count(ids, (enum ids_kind)kind), 0);
	ids_free(ids);
}

/* Any cut and any byte changed: no crash, and every name found is clean. */
static void test_noise(void **state)
{
	char s[sizeof(sample)];
	uint32_t r = 1;

	(void)state;
	for (int round = 0; round < 3000; round++) {
		struct ids *ids;

		memcpy(s, sample, sizeof(s));
		for (int k = 0; k < 4; k++) {
			r = r * 1664525 + 1013904223;
			s[(r >> 8) % sizeof(s)] = (char)(r >> 24);
		}
		write_file(s, (size_t)round % sizeof(s));
		ids = ids_new(path);
		for (int kind = 0; kind < IDS_KINDS; kind++)
			for (uint32_t key = 0; key < 256 && ids_count(ids, (enum ids_kind)kind);
				key++) {
				const char *name = ids_find(ids, (enum ids_kind)kind, key);

				for (; name && *name; name++)
					assert_true((unsigned char)*name >= 0x20 && *name != 0x7f);
			}
		ids_free(ids);
	}
}

static void test_installed(void **state)
{
	struct ids *ids = ids_new(NULL);

	(void)state;
	if (!ids_count(ids, IDS_VENDOR)) {
		ids_free(ids);
		skip();
	}
	assert_true(ids_count(ids, IDS_PRODUCT) > 10000);
	assert_string_equal(ids_vendor(ids, 0x1d6b), "Linux Foundation");
	assert_string_equal(ids_product(ids, 0x1d6b, 0x0003), "3.0 root hub");
	assert_string_equal(ids_class(ids, 3), "Human Interface Device");
	assert_string_equal(ids_protocol(ids, 3, 1, 1), "Keyboard");
	assert_string_equal(ids_usage(ids, 1, 2), "Mouse");
	assert_string_equal(ids_language(ids, 0x0407), "German");
	assert_non_null(ids_find(ids, IDS_TERMINAL, 0x0201));
	assert_non_null(ids_find(ids, IDS_COUNTRY, 9));
	for (int kind = 0; kind < IDS_KINDS; kind++)
		assert_true(ids_count(ids, (enum ids_kind)kind) > 0);
	ids_free(ids);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_environment),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_noise),
		cmocka_unit_test(test_installed),
	};
	int fd = mkstemp(path), failed;

	if (fd < 0)
		return 1;
	close(fd);
	unsetenv("URBSCOPE_IDS");
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(path);
	return failed;
}
