/* test_writer.c: what the writer writes is read back the same, by the reader; a file that cannot
 * grow any more is whole, whatever byte it stops at. */
#include "capture/reader.h"
#include "capture/writer.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

enum { RECORDS = 20 };

static const uint8_t bytes[100] = {1, 2, 3, 4, 5, 6, 7, 8, 9};

static struct writer_opts opts(bool pcap, uint32_t snaplen)
{
	return (struct writer_opts){
		.pcap = pcap,
		.link = LINK_USB_LINUX_MMAPPED,
		.snaplen = snaplen,
		.application = "test 1",
		.os = "Linux x",
		.name = "usbmon7",
		.description = "seven",
	};
}

static struct record record(unsigned i)
{
	return (struct record){
		.time = INT64_C(1700000000123456000) + i * 1000,
		.data = bytes,
		.caplen = 64 + i,
		.origlen = 80 + i,
		.comment = i % 3 ? NULL : "a comment, not terminated",
		.comment_len = 9,
		.has_time = true,
	};
}

static void write_all(struct writer *w, int fd)
{
	writer_begin(w, fd);
	for (unsigned i = 0; i < RECORDS; i++) {
		struct record r = record(i);

		writer_record(w, &r);
	}
}

static struct reader *reopen(int fd, struct err *e)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return reader_open(path, NULL, e);
}

static void assert_records(struct reader *r, uint32_t snaplen, bool comments)
{
	struct record got;
	struct err e;
	unsigned i = 0;

	for (; reader_next(r, &got, &e) == 1; i++) {
		struct record want = record(i);

		assert_int_equal(got.time, want.time);
		assert_int_equal(got.caplen, want.caplen < snaplen ? want.caplen : snaplen);
		assert_int_equal(got.origlen, want.origlen);
		assert_memory_equal(got.data, want.data, got.caplen);
		assert_int_equal(got.link, LINK_USB_LINUX_MMAPPED);
		if (!comments || i % 3) {
			assert_null(got.comment);
		} else {
			assert_int_equal(got.comment_len, 9);
			assert_memory_equal(got.comment, "a comment", 9);
		}
	}
	assert_int_equal(i, RECORDS);
	assert_false(reader_damaged(r));
}

static void round_trip(bool pcap, uint32_t snaplen)
{
	struct writer_opts o = opts(pcap, snaplen);
	struct writer *w = writer_new(&o);
	int fd = memfd_create("capture", 0);
	struct err e = {0};
	struct reader *r;

	write_all(w, fd);
	assert_int_equal(lseek(fd, 0, SEEK_END), 0);
	assert_true(writer_buffered(w) > 0);
	assert_int_equal(writer_flush(w), 0);
	assert_int_equal(lseek(fd, 0, SEEK_END), writer_size(w));
	assert_int_equal(writer_buffered(w), 0);
	r = reopen(fd, &e);
	assert_non_null(r);
	assert_records(r, snaplen, !pcap);
	reader_close(r);
	writer_free(w);
	close(fd);
}

static void records_come_back(void **state)
{
	(void)state;
	round_trip(false, 1000);
	round_trip(true, 1000);
}

static void snap_length_cuts(void **state)
{
	(void)state;
	round_trip(false, 70);
	round_trip(true, 70);
}

static const struct reader_iface *interface_of(
	struct writer *w, int fd, bool known, struct reader **r)
{
	struct writer_stats s = {.start = 5000, .now = 7000, .received = 40, .written = 20};
	struct record rec;
	struct err e = {0};

	write_all(w, fd);
	s.dropped = 1;
	s.dropped_known = true;
	writer_stats(w, &s);
	s.dropped = 9;
	s.dropped_known = known;
	if (known)
		writer_stats(w, &s);
	assert_int_equal(writer_flush(w), 0);
	*r = reopen(fd, &e);
	assert_non_null(*r);
	while (reader_next(*r, &rec, &e) == 1)
		;
	return reader_iface(*r, 0);
}

static void interface_and_statistics(void **state)
{
	struct writer_opts o = opts(false, 1000);
	struct writer *w = writer_new(&o);
	int fd = memfd_create("capture", 0);
	struct reader *r;
	const struct reader_iface *f = interface_of(w, fd, true, &r);

	(void)state;
	assert_string_equal(f->name, "usbmon7");
	assert_string_equal(f->description, "seven");
	assert_string_equal(f->os, "Linux x");
	assert_int_equal(f->snaplen, 1000);
	assert_true(f->has_received && f->has_dropped);
	assert_int_equal(f->received, 40);
	assert_int_equal(f->dropped, 9); /* the last ones count */
	reader_close(r);
	writer_free(w);
	close(fd);
}

static void unknown_losses_are_not_written(void **state)
{
	struct writer_opts o = opts(false, 1000);
	struct writer *w = writer_new(&o);
	struct writer_stats s = {.received = 3, .dropped = 7};
	int fd = memfd_create("capture", 0);
	struct err e = {0};
	struct record rec;
	struct reader *r;

	(void)state;
	write_all(w, fd);
	writer_stats(w, &s);
	assert_int_equal(writer_flush(w), 0);
	r = reopen(fd, &e);
	while (reader_next(r, &rec, &e) == 1)
		;
	assert_true(reader_iface(r, 0)->has_received);
	assert_false(reader_iface(r, 0)->has_dropped);
	reader_close(r);
	writer_free(w);
	close(fd);
}

/* ---- a full disk -------------------------------------------------------------------- */

static void limit_size(rlim_t n)
{
	struct rlimit l;

	getrlimit(RLIMIT_FSIZE, &l);
	l.rlim_cur = n;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &l), 0);
}

/* The file may grow to n bytes. Returns how many records it has then; it must be whole. */
static unsigned fill(bool pcap, rlim_t n, uint64_t *unwritten)
{
	char path[] = "/tmp/test_writer.XXXXXX";
	struct writer_opts o = opts(pcap, 1000);
	struct writer *w = writer_new(&o);
	int fd = mkstemp(path);
	struct writer_stats s = {.received = RECORDS, .dropped_known = true, .dropped = 3};
	struct err e = {0};
	struct record rec;
	struct reader *r;
	unsigned records = 0;

	unlink(path);
	limit_size(n);
	writer_begin(w, fd);
	assert_int_equal(writer_flush(w), 0);
	for (unsigned i = 0; i < RECORDS; i++) {
		struct record in = record(i);

		writer_record(w, &in);
	}
	assert_int_equal(writer_flush(w), -1);
	assert_int_equal(errno, EFBIG);
	*unwritten = writer_unwritten(w);
	writer_stats(w, &s);
	writer_flush(w);
	limit_size(RLIM_INFINITY);
	assert_int_equal(lseek(fd, 0, SEEK_END), writer_size(w));
	r = reopen(fd, &e);
	assert_non_null(r);
	while (reader_next(r, &rec, &e) == 1)
		records++;
	assert_false(reader_damaged(r));
	if (records && !pcap)
		assert_true(reader_iface(r, 0)->has_dropped);
	reader_close(r);
	writer_free(w);
	close(fd);
	return records;
}

static void full_disk_leaves_a_whole_file(void **state)
{
	uint64_t unwritten;
	unsigned last = 0;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	for (rlim_t n = 160; n < 1800; n++)
		for (int pcap = 0; pcap < 2; pcap++) {
			unsigned got = fill(pcap, n, &unwritten);

			assert_int_equal(got + unwritten, RECORDS);
			last = got > last ? got : last;
		}
	assert_in_range(last, 8, RECORDS - 1);
}

static void closed_pipe(void **state)
{
	struct writer_opts o = opts(false, 1000);
	struct writer *w = writer_new(&o);
	int fd[2];

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(fd), 0);
	close(fd[0]);
	write_all(w, fd[1]);
	assert_int_equal(writer_flush(w), -1);
	assert_int_equal(errno, EPIPE);
	assert_int_equal(writer_buffered(w), 0);
	writer_free(w);
	close(fd[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_come_back),
		cmocka_unit_test(snap_length_cuts),
		cmocka_unit_test(interface_and_statistics),
		cmocka_unit_test(unknown_losses_are_not_written),
		cmocka_unit_test(full_disk_leaves_a_whole_file),
		cmocka_unit_test(closed_pipe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
