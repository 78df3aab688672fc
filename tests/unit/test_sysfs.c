/* test_sysfs.c: devices that are there already: read from a tree like sysfs, written as injected
 * records, and known to who reads the capture. */
#include "capture/inject.h"
#include "capture/reader.h"
#include "capture/sysfs.h"
#include "link/link.h"
#include "model/model.h"
#include "usb/desc.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const uint8_t keyboard[] = {18, 1, 0, 2, 0, 0, 0, 8, 0x6d, 0x04, 0x1c, 0xc3, 0, 1, 1, 2, 0,
	1,
	/* configuration 1 */
	9, 2, 34, 0, 1, 1, 5, 0xa0, 50, 9, 4, 0, 0, 1, 3, 1, 1, 4, 9, 0x21, 0x11, 1, 0, 1, 0x22, 4,
	0, 7, 5, 0x81, 3, 8, 0, 10};
static const uint8_t hub[] = {18, 1, 0, 2, 9, 0, 0, 64, 0x6b, 0x1d, 2, 0, 1, 6, 0, 0, 0, 1, 9, 2,
	25, 0, 1, 1, 0, 0xe0, 0, 9, 4, 0, 0, 1, 9, 0, 0, 0, 7, 5, 0x81, 3, 4, 0, 12};
static const uint8_t report[] = {0x05, 0x01, 0x09, 0x06};

static char root[] = "/tmp/test_sysfs.XXXXXX";

static void put(const char *dir, const char *name, const void *p, size_t n)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", root, dir);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/%s/%s", root, dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(p, 1, n, f), n);
	fclose(f);
}

static void put_text(const char *dir, const char *name, const char *s)
{
	put(dir, name, s, strlen(s));
}

static int make_tree(void **state)
{
	(void)state;
	if (!mkdtemp(root))
		return -1;
	setenv("URBSCOPE_SYSFS", root, 1);
	put_text("usb1", "busnum", "1\n");
	put_text("usb1", "devnum", "1\n");
	put_text("usb1", "speed", "480\n");
	put_text("usb1", "idVendor", "1d6b\n");
	put_text("usb1", "idProduct", "0002\n");
	put_text("usb1", "bConfigurationValue", "1\n");
	put("usb1", "descriptors", hub, sizeof(hub));
	put_text("1-0:1.0", "bInterfaceNumber", "00\n");
	put_text("1-0:1.0", "bAlternateSetting", " 3\n");
	put_text("1-2.4", "busnum", "1\n");
	put_text("1-2.4", "devnum", "5\n");
	put_text("1-2.4", "speed", "1.5\n");
	put_text("1-2.4", "idVendor", "046d\n");
	put_text("1-2.4", "idProduct", "c31c\n");
	put_text("1-2.4", "bConfigurationValue", "1\n");
	put_text("1-2.4", "manufacturer", "M\xc3\xbcller \xf0\x9d\x84\x9e\n");
	put_text("1-2.4", "product", "bad \xff\x1b[31m\n");
	put_text("1-2.4", "configuration", "\n");
	put("1-2.4", "descriptors", keyboard, sizeof(keyboard));
	put_text("1-2.4:1.0", "bInterfaceNumber", "00\n");
	put_text("1-2.4:1.0", "bAlternateSetting", " 0\n");
	put_text("1-2.4:1.0", "interface", "Keys\n");
	put_text("1-2.4:1.0/0003:046D:C31C.0001", "x", "");
	put("1-2.4:1.0/0003:046D:C31C.0001", "report_descriptor", report, sizeof(report));
	/* gone while it was read, cut, and no device at all */
	put_text("1-3", "busnum", "1\n");
	put_text("1-4", "busnum", "1\n");
	put_text("1-4", "devnum", "9\n");
	put("1-4", "descriptors", keyboard, 21);
	put_text("usbfoo", "busnum", "1\n");
	put_text("usbfoo", "devnum", "7\n");
	return 0;
}

static int remove_tree(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", root);
	return system(command);
}

static void devices_are_read(void **state)
{
	struct sysfs s;

	(void)state;
	sysfs_scan(&s);
	assert_int_equal(s.n, 3);
	assert_int_equal(s.v[0].address, 1);
	assert_string_equal(s.v[0].path, "usb1");
	assert_int_equal(s.v[0].speed, USB_HIGH);
	assert_int_equal(s.v[0].ifaces, 1);
	assert_int_equal(s.v[1].address, 5);
	assert_string_equal(s.v[1].path, "1-2.4");
	assert_int_equal(s.v[1].speed, USB_LOW);
	assert_int_equal(s.v[1].configuration, 1);
	assert_int_equal(s.v[1].idProduct, 0xc31c);
	assert_int_equal(s.v[1].len, sizeof(keyboard));
	assert_memory_equal(s.v[1].descriptors, keyboard, sizeof(keyboard));
	assert_null(s.v[1].configuration_name);
	assert_int_equal(s.v[1].ifaces, 1);
	assert_string_equal(s.v[1].iface[0].name, "Keys");
	assert_int_equal(s.v[1].iface[0].report_len, sizeof(report));
	assert_int_equal(s.v[2].address, 9);
	assert_true(sysfs_has_bus(1));
	assert_false(sysfs_has_bus(2));
	sysfs_free(&s);
}

static void nothing_there(void **state)
{
	struct sysfs s;

	(void)state;
	setenv("URBSCOPE_SYSFS", "/nowhere", 1);
	sysfs_scan(&s);
	assert_int_equal(s.n, 0);
	sysfs_free(&s);
	setenv("URBSCOPE_SYSFS", root, 1);
}

/* ---- and read back ------------------------------------------------------------------ */

static void no_xfer(void *ctx, const struct xfer *x)
{
	(void)x;
	++*(unsigned *)ctx;
}

/* Everything the tree holds, written with this link type and read again. comments: kept. */
static struct model *read_back(uint32_t link, bool pcap, unsigned *xfers)
{
	struct model *m = model_new(&(struct model_opts){.on_xfer = no_xfer, .ctx = xfers});
	struct writer *w =
		writer_new(&(struct writer_opts){.link = link, .snaplen = 100000, .pcap = pcap});
	int fd = memfd_create("capture", 0);
	char path[64];
	struct sysfs s;
	struct err e = {0};
	struct record rec;
	struct reader *r;

	writer_begin(w, fd);
	sysfs_scan(&s);
	for (size_t i = 0; i < s.n; i++)
		inject_device(w, &s.v[i], link, 1700000000000000000);
	sysfs_free(&s);
	assert_int_equal(writer_flush(w), 0);
	writer_free(w);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	r = reader_open(path, NULL, &e);
	assert_non_null(r);
	while (reader_next(r, &rec, &e) == 1) {
		struct event ev;

		link_to_event(link_find(rec.link), &rec, &ev);
		model_feed(m, &rec, &ev);
	}
	model_finish(m);
	assert_false(reader_damaged(r));
	reader_close(r);
	close(fd);
	return m;
}

static void assert_string(struct devices *d, uint32_t i, uint8_t index, const char *want)
{
	char mem[128];
	struct text t;

	text_init(&t, mem, sizeof(mem));
	assert_true(devices_string(d, i, UINT32_MAX, index, &t));
	assert_string_equal(mem, want);
}

static void known(uint32_t link, bool pcap)
{
	unsigned xfers = 0;
	struct model *m = read_back(link, pcap, &xfers);
	struct devices *d = model_devices(m);
	const struct model_counts *c = model_counts(m);
	uint32_t i = devices_at(d, 0, 1, 5);
	const struct instance *in;
	const struct fact *f;

	assert_int_equal(xfers, 0);
	assert_true(c->records > 10);
	assert_int_equal(c->bins[BIN_INJECTED], c->records);
	assert_int_not_equal(i, 0);
	in = devices_get_instance(d, i);
	if (!pcap) { /* pcap has no comments */
		assert_int_equal(in->speed, USB_LOW);
		assert_int_equal(in->speed_from, SPEED_FROM_CAPTURE);
		assert_string_equal(in->port_path, "1-2.4");
	}
	assert_int_equal(in->configuration, 1);
	f = devices_fact(d, i, UINT32_MAX, DESC_DEVICE, 0, FACT_ANY);
	assert_non_null(f);
	assert_memory_equal(f->data, keyboard, 18);
	f = devices_configuration(d, i, UINT32_MAX, 1);
	assert_non_null(f);
	assert_int_equal(f->len, 34);
	f = devices_fact(d, i, UINT32_MAX, 0x22, 0, 0);
	assert_non_null(f);
	assert_int_equal(f->len, sizeof(report));
	assert_memory_equal(f->data, report, sizeof(report));
	assert_string(d, i, 1, "M\xc3\xbcller \xf0\x9d\x84\x9e");
	assert_string(d, i, 2, "bad \xef\xbf\xbd\x1b[31m");
	assert_string(d, i, 4, "Keys");
	assert_int_equal(devices_alternate(d, i, 0), 0);
	assert_int_equal(devices_alternate(d, devices_at(d, 0, 1, 1), 0), 3);
	model_free(m);
}

static void readers_know_them(void **state)
{
	(void)state;
	known(LINK_USB_LINUX_MMAPPED, false);
	known(LINK_USB_LINUX, false);
}

static void also_without_comments(void **state)
{
	(void)state;
	known(LINK_USB_LINUX_MMAPPED, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(devices_are_read),
		cmocka_unit_test(nothing_there),
		cmocka_unit_test(readers_know_them),
		cmocka_unit_test(also_without_comments),
	};

	return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
