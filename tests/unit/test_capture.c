/* test_capture.c: a live capture from a scripted source: what is written, when, and how it ends. */
#include "capture/drain.h"
#include "capture/reader.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { PAIRS = 300, RECORDS = 2 * PAIRS, DATA = 100, HEADER = 64, LIMIT_MS = 10000 };

static char dir[] = "/tmp/test_capture.XXXXXX";
static bool queued;	/* captures go through a queue, as in the program */
static char played[64]; /* capture with RECORDS records of device 1.5, 1.6, 1.5, … */

/* ---- building ----------------------------------------------------------------------- */

static void usbmon(
	uint8_t *p, uint8_t event, uint8_t type, uint8_t address, uint64_t urb, uint32_t data_len)
{
	uint16_t bus = 1;

	memset(p, 0, HEADER);
	memcpy(p, &urb, sizeof(urb));
	p[8] = event;
	p[9] = type;
	p[10] = type == 2 ? 0x80 : 0x81;
	p[11] = address;
	memcpy(p + 12, &bus, sizeof(bus));
	p[14] = '-';
	p[15] = data_len ? 0 : '<';
	memcpy(p + 32, &data_len, 4);
	memcpy(p + 36, &data_len, 4);
}

static void put(struct writer *w, const uint8_t *p, uint32_t n)
{
	static int64_t time = INT64_C(1700000000000000000);
	const struct record r = {
		.time = time += 1000, .data = p, .caplen = n, .origlen = n, .has_time = true};

	writer_record(w, &r);
}

static void put_pair(struct writer *w, uint8_t address, uint64_t urb)
{
	uint8_t p[HEADER + DATA] = {0};

	usbmon(p, 'S', 3, address, urb, 0);
	put(w, p, HEADER);
	usbmon(p, 'C', 3, address, urb, DATA);
	put(w, p, sizeof(p));
}

/* The request for the device descriptor of 1.7, which is 1234:abcd. */
static void put_identity(struct writer *w, uint8_t address)
{
	static const uint8_t setup[8] = {0x80, 6, 0, 1, 0, 0, 18, 0};
	static const uint8_t answer[18] = {
		18, 1, 0, 2, 0, 0, 0, 64, 0x34, 0x12, 0xcd, 0xab, 0, 0, 0, 0, 0, 1};
	uint8_t p[HEADER + 18];

	usbmon(p, 'S', 2, address, 99, 0);
	p[14] = 0;
	memcpy(p + 40, setup, 8);
	put(w, p, HEADER);
	usbmon(p, 'C', 2, address, 99, 18);
	memcpy(p + HEADER, answer, 18);
	put(w, p, sizeof(p));
}

static int make(void **state)
{
	const struct writer_opts o = {
		.link = LINK_USB_LINUX_MMAPPED, .snaplen = 100000, .pcap = true};
	struct writer *w = writer_new(&o);
	int fd;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	if (!mkdtemp(dir))
		return -1;
	setenv("URBSCOPE_SYSFS", dir, 1);
	snprintf(played, sizeof(played), "%s/played.pcap", dir);
	fd = keeper_make(played, NULL);
	writer_begin(w, fd);
	for (unsigned i = 0; i < PAIRS; i++)
		put_pair(w, 5 + i % 2, i + 1);
	writer_flush(w);
	writer_free(w);
	return close(fd);
}

static int clean(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

/* ---- running ------------------------------------------------------------------------ */

struct capture {
	struct source *source;
	struct picks picks;
	struct drain *drain;
	int fd; /* of the file, to read it */
};

/* Starts playing `played` with these options of the source into a file or pipe. */
static void start(
	struct capture *c, const char *file, const char *options, struct drain_opts o, int fd)
{
	char name[160];
	struct err e = {0};

	snprintf(name, sizeof(name), "replay:%s%s", file, options);
	c->source = source_open(name, &e);
	if (!c->source)
		fail_msg("%s", e.text);
	if (queued)
		c->source = source_queue(c->source, &e);
	assert_non_null(c->source);
	o.source = c->source;
	o.picks = &c->picks;
	o.fd = fd;
	o.path = o.path ? o.path : "file";
	o.writer.pcap = false;
	o.writer.snaplen = 100000;
	c->fd = dup(fd);
	c->drain = drain_start(&o, &e);
	assert_non_null(c->drain);
}

static enum drain_end finish(struct capture *c, struct drain_counts *n, struct err *e)
{
	enum drain_end why = drain_join(c->drain, e);

	drain_counts(c->drain, n);
	drain_free(c->drain);
	source_close(c->source);
	return why;
}

static struct capture capture(const char *options, struct drain_opts o)
{
	struct capture c = {0};

	start(&c, played, options, o, memfd_create("capture", 0));
	return c;
}

/* Records in the file. f: what its interface tells. */
static uint64_t count(int fd, struct reader_iface *f, bool *damaged)
{
	char path[64];
	struct err e = {0};
	struct record rec;
	struct reader *r;
	uint64_t n = 0;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	r = reader_open(path, NULL, &e);
	if (!r)
		fail_msg("%s", e.text);
	while (reader_next(r, &rec, &e) == 1)
		n++;
	if (f)
		*f = *reader_iface(r, 0);
	if (damaged)
		*damaged = reader_damaged(r);
	else
		assert_false(reader_damaged(r));
	reader_close(r);
	close(fd);
	return n;
}

static void all_records(void **state)
{
	struct capture c = capture(",lost=5", (struct drain_opts){0});
	struct drain_counts n;
	struct reader_iface f;
	struct err e = {0};

	(void)state;
	assert_int_equal(finish(&c, &n, &e), DRAIN_OVER);
	assert_string_equal(e.text, "");
	assert_int_equal(n.records, RECORDS);
	assert_int_equal(n.lost, 5);
	assert_true(n.lost_known);
	assert_int_equal(lseek(c.fd, 0, SEEK_END), n.bytes);
	assert_int_equal(count(c.fd, &f, NULL), RECORDS);
	assert_int_equal(f.received, RECORDS);
	assert_true(f.has_dropped);
	assert_int_equal(f.dropped, 5);
}

static void losses_nobody_knows(void **state)
{
	struct capture c = capture(",lost=5,unknown", (struct drain_opts){0});
	struct drain_counts n;
	struct reader_iface f;

	(void)state;
	finish(&c, &n, NULL);
	assert_false(n.lost_known);
	count(c.fd, &f, NULL);
	assert_true(f.has_received);
	assert_false(f.has_dropped);
}

static void bus_gone(void **state)
{
	struct capture c = capture(",gone", (struct drain_opts){0});
	struct drain_counts n;
	struct err e = {0};

	(void)state;
	assert_int_equal(finish(&c, &n, &e), DRAIN_NO_SOURCE);
	assert_non_null(strstr(e.text, "gone"));
	assert_int_equal(count(c.fd, NULL, NULL), RECORDS);
}

static void limits(void **state)
{
	struct drain_counts n;
	struct capture c;

	(void)state;
	c = capture("", (struct drain_opts){.records = 7});
	assert_int_equal(finish(&c, &n, NULL), DRAIN_LIMIT);
	assert_int_equal(count(c.fd, NULL, NULL), 7);
	c = capture("", (struct drain_opts){.transfers = 20});
	assert_int_equal(finish(&c, &n, NULL), DRAIN_LIMIT);
	assert_int_equal(count(c.fd, NULL, NULL), 40);
	c = capture("", (struct drain_opts){.bytes = 5000});
	assert_int_equal(finish(&c, &n, NULL), DRAIN_LIMIT);
	assert_in_range(n.bytes, 5000, 5000 + 2 * (HEADER + DATA + 32));
	count(c.fd, NULL, NULL);
	c = capture(",pause=3", (struct drain_opts){.ns = 50 * 1000000});
	assert_int_equal(finish(&c, &n, NULL), DRAIN_LIMIT);
	assert_int_equal(count(c.fd, NULL, NULL), 3);
}

static void stopping(void **state)
{
	struct capture c = capture(",pause=9", (struct drain_opts){0});
	struct drain_counts n = {0};

	(void)state;
	for (int i = 0; n.records < 9 && i < LIMIT_MS; i++, usleep(1000))
		drain_counts(c.drain, &n);
	drain_stop(c.drain);
	drain_stop(c.drain);
	assert_int_equal(finish(&c, &n, NULL), DRAIN_STOPPED);
	assert_int_equal(count(c.fd, NULL, NULL), 9);
}

/* ---- nothing stays buffered --------------------------------------------------------- */

/* A reader of the pipe gets all records while the source is silent. */
static void pipe_has_everything_in_a_pause(void **state)
{
	struct capture c = {0};
	struct drain_counts n;
	struct err e = {0};
	struct record rec;
	struct reader *r;
	int fd[2];

	(void)state;
	assert_int_equal(pipe(fd), 0);
	start(&c, played, ",pause=11", (struct drain_opts){.prompt = true}, fd[1]);
	close(c.fd);
	alarm(LIMIT_MS / 1000); /* a read that waits for ever is the failure */
	r = reader_open("pipe", &(struct reader_opts){.fd = fd[0]}, &e);
	assert_non_null(r);
	for (int i = 0; i < 11; i++)
		assert_int_equal(reader_next(r, &rec, &e), 1);
	alarm(0);
	drain_stop(c.drain);
	assert_int_equal(reader_next(r, &rec, &e), 0);
	reader_close(r);
	assert_int_equal(finish(&c, &n, NULL), DRAIN_STOPPED);
}

static void idled(void *ctx)
{
	++*(unsigned *)ctx;
}

/* Whoever reads is told before it waits. */
static void reader_tells_that_it_waits(void **state)
{
	struct capture c = {0};
	struct drain_counts n;
	struct err e = {0};
	struct record rec;
	struct reader *r;
	unsigned waits = 0, before;
	int fd[2];

	(void)state;
	assert_int_equal(pipe(fd), 0);
	start(&c, played, ",every=20", (struct drain_opts){.prompt = true, .records = 5}, fd[1]);
	close(c.fd);
	r = reader_open(
		"pipe", &(struct reader_opts){.fd = fd[0], .idle = idled, .ctx = &waits}, &e);
	assert_non_null(r);
	before = waits;
	for (int i = 0; i < 5; i++)
		assert_int_equal(reader_next(r, &rec, &e), 1);
	assert_true(waits - before >= 3);
	reader_close(r);
	finish(&c, &n, NULL);
}

static void reader_went_away(void **state)
{
	struct capture c = {0};
	struct drain_counts n;
	struct err e = {0};
	int fd[2];

	(void)state;
	assert_int_equal(pipe(fd), 0);
	close(fd[0]);
	start(&c, played, "", (struct drain_opts){.prompt = true}, fd[1]);
	close(c.fd);
	assert_int_equal(finish(&c, &n, &e), DRAIN_CLOSED);
	assert_string_equal(e.text, "");
}

/* A capture that is killed leaves what it wrote: at most what half a second brought is missing. */
static void killed(void **state)
{
	int fd = memfd_create("capture", 0), status;
	struct reader_iface f;
	bool damaged;
	pid_t pid = fork();

	(void)state;
	if (!pid) {
		struct capture c = {0};

		start(&c, played, ",pause=250,lost=2", (struct drain_opts){0}, fd);
		for (;;)
			pause();
	}
	/* its 250 records and, after a second, statistics */
	for (int i = 0; i < LIMIT_MS; i++, usleep(1000)) {
		struct stat st;

		if (!fstat(fd, &st) && st.st_size > 250 * (HEADER + 32) &&
			count(dup(fd), &f, &damaged) == 250 && f.has_dropped)
			break;
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	assert_int_equal(count(fd, &f, NULL), 250);
	assert_true(f.has_dropped);
	assert_int_equal(f.dropped, 2);
}

/* ---- only some devices -------------------------------------------------------------- */

static void by_address(void **state)
{
	struct capture c = {0};
	struct drain_counts n;
	struct reader_iface f;

	(void)state;
	assert_int_equal(pick_add(&c.picks, "1.6", NULL), 0);
	start(&c, played, "", (struct drain_opts){0}, memfd_create("capture", 0));
	finish(&c, &n, NULL);
	assert_int_equal(count(c.fd, &f, NULL), RECORDS / 2);
	assert_int_equal(f.received, RECORDS);
}

/* Device 7 tells who it is after its first transfers; 5 never does. */
static void by_ids(void **state)
{
	const struct writer_opts o = {.link = LINK_USB_LINUX_MMAPPED, .snaplen = 100000};
	struct writer *w = writer_new(&o);
	struct capture c = {0};
	struct drain_counts n;
	char path[64];
	int fd;

	(void)state;
	snprintf(path, sizeof(path), "%s/enumerated.pcapng", dir);
	fd = keeper_make(path, NULL);
	writer_begin(w, fd);
	put_pair(w, 7, 1);
	put_identity(w, 7);
	put_pair(w, 5, 2);
	put_pair(w, 7, 3);
	writer_flush(w);
	writer_free(w);
	close(fd);
	assert_int_equal(pick_add(&c.picks, "1234:abcd", NULL), 0);
	start(&c, path, "", (struct drain_opts){0}, memfd_create("capture", 0));
	finish(&c, &n, NULL);
	assert_int_equal(count(c.fd, NULL, NULL), 4); /* the identity, and what came after it */
}

static void what_is_no_device(void **state)
{
	static const char *const bad[] = {"", "1", "1.2.3", "1234:", "1234:abcdx", "1.200", "x:y"};
	struct picks p = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(pick_add(&p, bad[i], NULL), -1);
	assert_int_equal(p.n, 0);
}

/* ---- rotation ----------------------------------------------------------------------- */

static uint64_t count_name(const char *path, uint64_t n, bool *there)
{
	char *name = keeper_name(path, n);
	int fd = open(name, O_RDONLY);
	struct stat st;

	free(name);
	*there = fd >= 0;
	if (fd < 0)
		return 0;
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 077, 0);
	return count(fd, NULL, NULL);
}

static void rotate(bool apart, uint64_t files)
{
	char path[64];
	struct capture c = {0};
	struct drain_counts n;
	struct err e = {0};
	struct keeper *k;
	uint64_t records = 0, there = 0;

	snprintf(path, sizeof(path), "%s/r%d%d.x.pcapng", dir, apart, (int)files);
	k = keeper_start(path, files, apart, &e);
	assert_non_null(k);
	start(&c, played, ",lost=4",
		(struct drain_opts){.rotate_bytes = 10000, .keeper = k, .path = path},
		keeper_file(k, 1, &e));
	close(c.fd);
	assert_int_equal(finish(&c, &n, &e), DRAIN_OVER);
	keeper_stop(k);
	assert_true(n.files > 5);
	for (uint64_t i = 1; i <= n.files; i++) {
		bool is;

		records += count_name(path, i, &is);
		there += is;
		assert_int_equal(is, !files || i + files > n.files);
	}
	assert_int_equal(there, files ? files : n.files);
	if (!files)
		assert_int_equal(records, RECORDS);
}

static void rotation(void **state)
{
	(void)state;
	rotate(false, 0);
	rotate(false, 2);
	rotate(true, 0);
	rotate(true, 3);
}

static void names(void **state)
{
	static const char *const n[][2] = {
		{"a.pcapng", "a-00007.pcapng"},
		{"/x.y/a", "/x.y/a-00007"},
		{"/x/.a", "/x/.a-00007"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(n) / sizeof(n[0]); i++) {
		char *got = keeper_name(n[i][0], 7);

		assert_string_equal(got, n[i][1]);
		free(got);
	}
}

static void no_more_files(void **state)
{
	struct capture c = {0};
	struct drain_counts n;
	struct err e = {0};
	struct keeper *k = keeper_start("/nowhere/x", 0, true, &e);

	(void)state;
	start(&c, played, "", (struct drain_opts){.rotate_bytes = 5000, .keeper = k},
		memfd_create("capture", 0));
	assert_int_equal(finish(&c, &n, &e), DRAIN_NO_WRITE);
	assert_non_null(strstr(e.text, "/nowhere/x-00002"));
	assert_int_equal(count(c.fd, NULL, NULL), n.records);
	keeper_stop(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_records),
		cmocka_unit_test(losses_nobody_knows),
		cmocka_unit_test(bus_gone),
		cmocka_unit_test(limits),
		cmocka_unit_test(stopping),
		cmocka_unit_test(pipe_has_everything_in_a_pause),
		cmocka_unit_test(reader_tells_that_it_waits),
		cmocka_unit_test(reader_went_away),
		cmocka_unit_test(killed),
		cmocka_unit_test(by_address),
		cmocka_unit_test(by_ids),
		cmocka_unit_test(what_is_no_device),
		cmocka_unit_test(rotation),
		cmocka_unit_test(names),
		cmocka_unit_test(no_more_files),
	};

	int failed = cmocka_run_group_tests(tests, make, clean);

	queued = true;
	strcpy(dir, "/tmp/test_capture.XXXXXX");
	return failed + cmocka_run_group_tests(tests, make, clean);
}
