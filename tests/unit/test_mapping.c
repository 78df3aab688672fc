/* test_mapping.c: plain files seen through mapped windows: files that become shorter or longer
 * while they are read, records across window borders, sizes that meet page and window borders,
 * files handed over at an offset, signals that are none of ours. */
#include "capture/mapping.h"
#include "capture/reader.h"
#include "base/log.h"
#include "base/mem.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { KIB = 1024, MIB = 1024 * KIB, PAGE = 4096, READERS = 40 };

enum kind { PCAP, PCAPNG, TEXT, KINDS };

/* ---- files ------------------------------------------------------------------------------- */

/* A capture in a file without a name; edge[i]: where its i-th record begins. */
struct file {
	int fd;
	char path[64];
	enum kind kind;
	size_t size, records, edges_cap;
	size_t *edge;
};

static void append(struct file *f, const void *p, size_t n)
{
	assert_int_equal(pwrite(f->fd, p, n, (off_t)f->size), n);
	f->size += n;
}

static void append32(struct file *f, const uint32_t *v, size_t n)
{
	append(f, v, n * sizeof(*v));
}

static uint8_t payload_byte(size_t record, size_t i)
{
	return (uint8_t)('a' + (record + i) % 23);
}

static void append_payload(struct file *f, size_t n)
{
	uint8_t *p = mem_zalloc(n, 1);

	for (size_t i = 0; i < n; i++)
		p[i] = payload_byte(f->records, i);
	append(f, p, n);
	free(p);
}

static void record_pcap(struct file *f, size_t n)
{
	append32(f, (uint32_t[]){1600000000, (uint32_t)f->records, (uint32_t)n, (uint32_t)n}, 4);
	append_payload(f, n);
}

static void record_pcapng(struct file *f, size_t n)
{
	uint32_t len = 32 + (((uint32_t)n + 3) & ~3u);

	append32(f, (uint32_t[]){6, len, 0, 0, (uint32_t)f->records, (uint32_t)n, (uint32_t)n}, 7);
	append_payload(f, n);
	append(f, "\0\0\0", len - 32 - n);
	append32(f, &len, 1);
}

static void record_text(struct file *f, size_t n)
{
	char head[64];

	append(f, head,
		(size_t)snprintf(
			head, sizeof(head), "dead %zu S Bo:1:002:1 -115 31 = ", f->records + 1));
	append_payload(f, n);
	append(f, "\n", 1);
}

static void add_record(struct file *f, size_t n)
{
	static void (*const record[KINDS])(struct file *, size_t) = {
		record_pcap, record_pcapng, record_text};

	array_need(f->edge, f->records, f->edges_cap);
	f->edge[f->records] = f->size;
	record[f->kind](f, n);
	f->records++;
}

static void start_file(struct file *f, enum kind kind)
{
	static const uint32_t pcap[] = {0xa1b2c3d4, 0x40002, 0, 0, 0, 220};
	static const uint32_t ng[] = {
		0x0a0d0d0a, 28, 0x1a2b3c4d, 1, UINT32_MAX, UINT32_MAX, 28, 1, 20, 220, 0, 20};

	*f = (struct file){.kind = kind, .fd = memfd_create("capture", MFD_CLOEXEC)};
	snprintf(f->path, sizeof(f->path), "/proc/self/fd/%d", f->fd);
	if (kind == PCAP)
		append32(f, pcap, ARRAY_LEN(pcap));
	if (kind == PCAPNG)
		append32(f, ng, ARRAY_LEN(ng));
}

static void drop_file(struct file *f)
{
	close(f->fd);
	free(f->edge);
}

static struct file sample(enum kind kind, size_t size)
{
	struct file f;

	start_file(&f, kind);
	while (f.size < size)
		add_record(&f, 1 + f.records * 37 % 700);
	return f;
}

/* ---- reading ----------------------------------------------------------------------------- */

static struct reader *open_file(const char *path, size_t block)
{
	struct err e = {""};
	struct reader *r = reader_open(path, &(struct reader_opts){.block = block}, &e);

	if (!r)
		fail_msg("%s", e.text);
	return r;
}

/* The record is the i-th of the file, byte for byte. */
static void assert_record(const struct file *f, const struct record *rec, size_t i)
{
	size_t start = f->kind == TEXT ? rec->caplen - (rec->caplen > 40 ? 20 : 1) : 0;
	size_t text = 0;

	assert_int_equal(rec->number, i + 1);
	assert_int_equal(rec->offset, f->edge[i]);
	if (f->kind == TEXT)
		text = (size_t)((const uint8_t *)memchr(rec->data, '=', rec->caplen) - rec->data) +
		       2;
	for (size_t k = start > text ? start : text; k < rec->caplen; k++)
		assert_int_equal(rec->data[k], payload_byte(i, k - text));
}

/* Reads until `until` records (of the file) were delivered in all. */
static size_t read_to(struct reader *r, const struct file *f, size_t from, size_t until)
{
	struct record rec;

	while (from < until && reader_next(r, &rec, NULL) == 1)
		assert_record(f, &rec, from++);
	return from;
}

static size_t whole_before(const struct file *f, size_t cut)
{
	size_t n = 0;

	while (n < f->records && (n + 1 < f->records ? f->edge[n + 1] : f->size) <= cut)
		n++;
	return n;
}

/* ---- files that change ------------------------------------------------------------------- */

/* Cut to `cut` after `first` records were read: what is whole before the cut is delivered, nothing
 * else, and the damage is told. */
static void shorten(enum kind kind, size_t first, size_t cut)
{
	struct file f = sample(kind, 3 * MIB);
	struct reader *r = open_file(f.path, 0);
	size_t whole = whole_before(&f, cut), n = read_to(r, &f, 0, first);
	struct record at = {.number = 1, .offset = f.edge[0], .has_time = true};
	bool last_line = kind == TEXT; /* is used without its end when it names an event */

	assert_int_equal(n, first);
	assert_int_equal(ftruncate(f.fd, (off_t)cut), 0);
	n = read_to(r, &f, n, f.records);
	whole = whole > first ? whole : first;
	assert_in_range(n, whole, whole + last_line);
	assert_true(reader_damaged(r));
	at.time = kind == TEXT ? 0 : INT64_C(1600000000000000000);
	assert_int_equal(reader_seek(r, &at, NULL), 0);
	whole = whole_before(&f, cut);
	assert_in_range(read_to(r, &f, 0, f.records), whole, whole + last_line);
	reader_close(r);
	drop_file(&f);
}

static void test_becomes_shorter(void **state)
{
	(void)state;
	for (int kind = 0; kind < KINDS; kind++) {
		struct file f = sample(kind, 3 * MIB);
		size_t edge = f.edge[400]; /* in the first window */

		for (size_t d = 0; d < 24; d++)
			shorten(kind, 10, edge + d);
		shorten(kind, 10, edge + 150);
		shorten(kind, 10, edge & ~(size_t)(PAGE - 1));
		shorten(kind, 400, edge & ~(size_t)(PAGE - 1));
		shorten(kind, 400, edge);
		shorten(kind, 400, f.edge[20]);
		shorten(kind, 2000, f.edge[2500] + 1);
		drop_file(&f);
	}
}

/* The consumer holds a record whose bytes go: it reads zeros and lives. */
static void test_bytes_go_while_in_use(void **state)
{
	struct file f = sample(PCAP, MIB);
	struct reader *r = open_file(f.path, 0);
	struct record rec;

	(void)state;
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(reader_next(r, &rec, NULL), 1);
	assert_int_equal(ftruncate(f.fd, PAGE), 0);
	for (size_t k = 0; k < rec.caplen; k++)
		assert_int_equal(rec.data[k], 0);
	assert_int_equal(reader_next(r, &rec, NULL), 0);
	assert_true(reader_damaged(r));
	reader_close(r);
	drop_file(&f);
}

static void test_grows(void **state)
{
	(void)state;
	for (int kind = 0; kind < KINDS; kind++)
		for (size_t size = 64; size < 5 * MIB; size *= 70) {
			struct file f = sample(kind, size);
			struct reader *r = open_file(f.path, 0);
			size_t n = 0;

			for (int round = 0; round < 9; round++) {
				size_t more = f.records + (round < 4 ? 1 : 4000);

				n = read_to(r, &f, n, f.records - 1);
				while (f.records < more)
					add_record(&f, 500);
				n = read_to(r, &f, n, f.records - 1);
				assert_int_equal(n, f.records - 1);
			}
			assert_int_equal(read_to(r, &f, n, SIZE_MAX), f.records);
			assert_false(reader_damaged(r));
			assert_int_equal(reader_position(r), f.size);
			reader_close(r);
			drop_file(&f);
		}
}

/* ---- borders ----------------------------------------------------------------------------- */

static void assert_all_read(const struct file *f, const char *path)
{
	struct reader *r = open_file(path, 0);
	struct record rec;

	assert_int_equal(read_to(r, f, 0, f->records), f->records);
	assert_int_equal(reader_next(r, &rec, NULL), 0);
	assert_false(reader_damaged(r));
	reader_close(r);
}

/* Files that end at, before and behind the borders of pages and windows. */
static void test_sizes(void **state)
{
	static const size_t sizes[] = {PAGE, 2 * PAGE, 64 * KIB, 2 * MIB - PAGE, 2 * MIB,
		2 * MIB + PAGE, 4 * MIB, 4 * MIB + 64 * KIB};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		for (size_t size = sizes[i] - 20; size <= sizes[i] + 20; size++) {
			struct file f = sample(PCAP, 100);

			while (size - f.size > 150 * KIB)
				add_record(&f, 100 * KIB - 16);
			add_record(&f, (size - f.size) / 2 - 16);
			add_record(&f, size - f.size - 16);
			assert_int_equal(f.size, size);
			assert_all_read(&f, f.path);
			drop_file(&f);
		}
}

/* Records that lie across the borders of windows, some of them larger than a window. */
static void test_large_records(void **state)
{
	static const size_t sizes[] = {
		100, 3 * MIB, 40, 2 * MIB, 2 * MIB + 1, 700 * KIB, 9 * MIB, 1, 2 * MIB - 17, 512};

	(void)state;
	for (int kind = 0; kind < TEXT; kind++) {
		struct file f = sample(kind, 7 * MIB);

		for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
			add_record(&f, sizes[i]);
		for (size_t i = 0; i < 5000; i++)
			add_record(&f, 3 + i % 1000);
		assert_all_read(&f, f.path);
		drop_file(&f);
	}
}

/* As `urbscope stat - <FILE` after something else has read the file's beginning. */
static void test_from_an_offset(void **state)
{
	static const size_t starts[] = {1, 1000, PAGE, 3 * PAGE + 1, 2 * MIB};
	int saved = dup(STDIN_FILENO);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(starts); i++) {
		struct file f = sample(PCAPNG, 3 * MIB);
		uint8_t *all = mem_zalloc(f.size, 1);
		struct file moved = {.fd = memfd_create("moved", MFD_CLOEXEC), .size = starts[i]};

		assert_int_equal(pread(f.fd, all, f.size, 0), f.size);
		append(&moved, all, f.size);
		assert_int_equal(lseek(moved.fd, (off_t)starts[i], SEEK_SET), starts[i]);
		dup2(moved.fd, STDIN_FILENO);
		assert_all_read(&f, "-");
		drop_file(&moved);
		drop_file(&f);
		free(all);
	}
	dup2(saved, STDIN_FILENO);
	close(saved);
}

/* Wherever a mapping is moved to, in whatever order: the file's bytes, at an address that is the
 * offset modulo a large page. */
static void test_addresses(void **state)
{
	static const struct {
		uint64_t offset;
		size_t n;
	} moves[] = {{0, 64 * KIB}, {60 * KIB, 2 * MIB}, {2 * MIB - 1, 2 * MIB + 1}, {1, 1},
		{4 * MIB, 2 * MIB}, {MIB, 5 * MIB}, {6 * MIB - 1, 1}};
	struct file f = {.fd = memfd_create("addresses", MFD_CLOEXEC)};
	uint8_t *all = mem_zalloc(6 * MIB, 1);
	struct mapping m;

	(void)state;
	for (size_t i = 0; i < 6 * MIB; i++)
		all[i] = (uint8_t)(i * 2654435761u >> 16);
	append(&f, all, 6 * MIB);
	mapping_open(&m, f.fd);
	for (size_t i = 0; i < ARRAY_LEN(moves); i++) {
		const uint8_t *p = mapping_move(&m, moves[i].offset, moves[i].n);

		assert_non_null(p);
		assert_int_equal((uintptr_t)p % MAPPING_UNIT, moves[i].offset % MAPPING_UNIT);
		assert_memory_equal(p, all + moves[i].offset, moves[i].n);
	}
	assert_false(mapping_lost(&m));
	mapping_close(&m);
	close(f.fd);
	free(all);
}

/* More files at a time than there are guards: all can be read. */
static void test_many_readers(void **state)
{
	struct file f = sample(PCAP, 100 * KIB);
	struct reader *r[READERS];

	(void)state;
	for (size_t i = 0; i < READERS; i++)
		r[i] = open_file(f.path, 0);
	for (size_t i = 0; i < READERS; i++)
		assert_int_equal(read_to(r[i], &f, 0, SIZE_MAX), f.records);
	for (size_t i = 0; i < READERS; i++)
		reader_close(r[i]);
	drop_file(&f);
}

/* Jumps to records near and far; the same bytes as in reading through. */
static void test_jumps(void **state)
{
	struct file f = sample(PCAP, 9 * MIB);
	struct reader *r = open_file(f.path, 0);

	(void)state;
	for (size_t k = 0; k < 500; k++) {
		size_t i = k * 7919 % f.records;
		struct record at = {.number = i + 1,
			.offset = f.edge[i],
			.time = INT64_C(1600000000000000000),
			.has_time = true};

		assert_int_equal(reader_seek(r, &at, NULL), 0);
		assert_int_equal(read_to(r, &f, i, i + 2 < f.records ? i + 2 : f.records),
			i + 2 < f.records ? i + 2 : f.records);
	}
	reader_close(r);
	drop_file(&f);
}

/* ---- signals of others ------------------------------------------------------------------- */

static void die_by_kill(void)
{
	raise(SIGBUS);
}

static void die_by_fault(void)
{
	int fd = memfd_create("other", MFD_CLOEXEC);
	volatile uint8_t *p = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);

	(void)p[0];
}

/* They do what they did before. */
static void test_other_bus_errors(void **state)
{
	static void (*const die[])(void) = {die_by_kill, die_by_fault};
	struct file f = sample(PCAP, 100 * KIB);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(die); i++) {
		pid_t pid = fork();
		int status;

		if (!pid) {
			struct record rec;

			signal(SIGBUS, SIG_DFL);
			if (reader_next(open_file(f.path, 0), &rec, NULL) == 1)
				die[i]();
			_exit(0);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS);
	}
	drop_file(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_becomes_shorter),
		cmocka_unit_test(test_bytes_go_while_in_use),
		cmocka_unit_test(test_grows),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_large_records),
		cmocka_unit_test(test_from_an_offset),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_many_readers),
		cmocka_unit_test(test_jumps),
		cmocka_unit_test(test_other_bus_errors),
	};

	log_set_quiet(true);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
