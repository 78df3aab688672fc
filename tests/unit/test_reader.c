/* test_reader.c: the capture reader: formats, byte orders, times, compression, damage, random
 * access. Captures are built here byte by byte; every one is read from a file and from a pipe and
 * in blocks of several sizes, and must give the same records. */
#include "capture/reader.h"
#include "base/log.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <cmocka.h>

/* ---- building ----------------------------------------------------------------------- */

struct bytes {
	uint8_t *v;
	size_t n, cap;
	bool big;
	size_t start;	 /* of the block being built */
	size_t edge[64]; /* where blocks or records end */
	size_t edges;
};

static void put(struct bytes *b, const void *p, size_t n)
{
	if (b->n + n > b->cap) {
		b->cap = (b->n + n) * 2;
		b->v = mem_resize(b->v, b->cap, 1);
	}
	if (n)
		memcpy(b->v + b->n, p, n);
	b->n += n;
}

static void put_text(struct bytes *b, const char *s)
{
	put(b, s, strlen(s));
}

static void put_fill(struct bytes *b, uint8_t v, size_t n)
{
	while (n--)
		put(b, &v, 1);
}

static void put_number(struct bytes *b, uint64_t v, int size)
{
	for (int i = 0; i < size; i++)
		put_fill(b, (uint8_t)(v >> 8 * (b->big ? size - 1 - i : i)), 1);
}

static void put16(struct bytes *b, uint32_t v)
{
	put_number(b, v, 2);
}

static void put32(struct bytes *b, uint32_t v)
{
	put_number(b, v, 4);
}

static void put64(struct bytes *b, uint64_t v)
{
	put_number(b, v, 8);
}

static void edge(struct bytes *b)
{
	b->edge[b->edges++] = b->n;
}

static void pcap_header(struct bytes *b, uint32_t magic, uint32_t snaplen, uint32_t link)
{
	put32(b, magic);
	put16(b, 2);
	put16(b, 4);
	put64(b, 0);
	put32(b, snaplen);
	put32(b, link);
	edge(b);
}

static void pcap_head(struct bytes *b, uint32_t sec, uint32_t frac, uint32_t cap, uint32_t orig)
{
	put32(b, sec);
	put32(b, frac);
	put32(b, cap);
	put32(b, orig);
}

static void pcap_record(struct bytes *b, uint32_t sec, uint32_t frac, uint32_t len)
{
	pcap_head(b, sec, frac, len, len);
	for (uint32_t i = 0; i < len; i++)
		put_fill(b, (uint8_t)(0xa0 + i), 1);
	edge(b);
}

static void begin(struct bytes *b, uint32_t type)
{
	b->start = b->n;
	put32(b, type);
	put32(b, 0);
}

static void patch32(struct bytes *b, size_t at, uint32_t v)
{
	size_t n = b->n;

	b->n = at;
	put32(b, v);
	b->n = n;
}

static void end(struct bytes *b)
{
	uint32_t len;

	put_fill(b, 0, -b->n & 3);
	len = (uint32_t)(b->n + 4 - b->start);
	put32(b, len);
	patch32(b, b->start + 4, len);
	edge(b);
}

static void option(struct bytes *b, uint32_t code, const void *p, size_t n)
{
	put16(b, code);
	put16(b, (uint32_t)n);
	put(b, p, n);
	put_fill(b, 0, -n & 3);
}

static void option64(struct bytes *b, uint32_t code, uint64_t v)
{
	put16(b, code);
	put16(b, 8);
	put64(b, v);
}

static void section(struct bytes *b, bool big)
{
	b->big = big;
	begin(b, 0x0a0d0d0a);
	put32(b, 0x1a2b3c4d);
	put16(b, 1);
	put16(b, 0);
	put64(b, UINT64_MAX);
	end(b);
}

/* tsresol < 0: none. */
static void interface(struct bytes *b, uint32_t link, uint32_t snaplen, int tsresol, int64_t offset)
{
	uint8_t resolution = (uint8_t)tsresol;

	begin(b, 1);
	put16(b, link);
	put16(b, 0);
	put32(b, snaplen);
	option(b, 2, "usbmon1", 7);
	if (tsresol >= 0)
		option(b, 9, &resolution, 1);
	if (offset)
		option64(b, 14, (uint64_t)offset);
	option(b, 0, "", 0);
	end(b);
}

static void packet(
	struct bytes *b, uint32_t iface, uint64_t ts, const char *data, const char *comment)
{
	uint32_t n = (uint32_t)strlen(data);

	begin(b, 6);
	put32(b, iface);
	put32(b, (uint32_t)(ts >> 32));
	put32(b, (uint32_t)ts);
	put32(b, n);
	put32(b, n + 100);
	put(b, data, n);
	put_fill(b, 0, -n & 3);
	if (comment) {
		option(b, 2, "\1\2\3\4", 4); /* epb_flags */
		option(b, 1, comment, strlen(comment));
		option(b, 0, "", 0);
	}
	end(b);
}

static void custom(struct bytes *b, uint32_t type, const char *data)
{
	begin(b, type);
	put32(b, 62392);
	put_text(b, data);
	end(b);
}

/* ---- reading ------------------------------------------------------------------------ */

struct kept {
	struct record rec;
	char *data, *comment;
};

struct result {
	struct kept *v;
	size_t n, cap;
	bool damaged;
	int ret; /* of the last reader_next */
	struct err e;
};

enum from { FROM_FILE, FROM_PIPE };

static void keep(struct result *res, const struct record *rec)
{
	struct kept *k;

	array_need(res->v, res->n, res->cap);
	k = &res->v[res->n++];
	k->rec = *rec;
	k->data = mem_zalloc(rec->caplen + 1, 1);
	memcpy(k->data, rec->data, rec->caplen);
	k->comment = rec->comment ? strndup(rec->comment, rec->comment_len) : NULL;
	k->rec.data = NULL;
	k->rec.comment = NULL;
}

static void drop(struct result *res)
{
	for (size_t i = 0; i < res->n; i++) {
		free(res->v[i].data);
		free(res->v[i].comment);
	}
	free(res->v);
}

/* A descriptor whose /proc path can be opened: of a file, or of a pipe that holds all (<= 64 KiB).
 */
static int source(const uint8_t *p, size_t n, enum from from, char path[64])
{
	int fd[2];

	if (from == FROM_FILE) {
		fd[0] = memfd_create("capture", MFD_CLOEXEC);
		assert_int_equal(write(fd[0], p, n), n);
	} else {
		assert_int_equal(pipe(fd), 0);
		assert_int_equal(write(fd[1], p, n), n);
		close(fd[1]);
	}
	snprintf(path, 64, "/proc/self/fd/%d", fd[0]);
	return fd[0];
}

static struct reader *open_bytes(
	const uint8_t *p, size_t n, enum from from, struct reader_opts o, struct err *e)
{
	char path[64];
	int fd = source(p, n, from, path);
	struct reader *r = reader_open(path, &o, e);

	close(fd);
	return r;
}

static struct result read_all(struct reader *r)
{
	struct result res = {0};
	struct record rec;

	while ((res.ret = reader_next(r, &rec, &res.e)) == 1)
		keep(&res, &rec);
	res.damaged = reader_damaged(r);
	return res;
}

static struct result read_bytes(const uint8_t *p, size_t n, enum from from, size_t block)
{
	struct err e = {""};
	struct reader *r = open_bytes(p, n, from, (struct reader_opts){.block = block}, &e);
	struct result res;

	if (!r)
		fail_msg("%s", e.text);
	res = read_all(r);
	reader_close(r);
	return res;
}

static void assert_kept(const struct kept *a, const struct kept *b)
{
	assert_int_equal(a->rec.number, b->rec.number);
	assert_int_equal(a->rec.time, b->rec.time);
	assert_int_equal(a->rec.offset, b->rec.offset);
	assert_int_equal(a->rec.link, b->rec.link);
	assert_int_equal(a->rec.caplen, b->rec.caplen);
	assert_int_equal(a->rec.origlen, b->rec.origlen);
	assert_int_equal(a->rec.iface, b->rec.iface);
	assert_int_equal(a->rec.section, b->rec.section);
	assert_int_equal(a->rec.big_endian, b->rec.big_endian);
	assert_int_equal(a->rec.has_time, b->rec.has_time);
	assert_memory_equal(a->data, b->data, a->rec.caplen + 1);
	assert_int_equal(!a->comment, !b->comment);
	if (a->comment)
		assert_string_equal(a->comment, b->comment);
}

static void assert_same(const struct result *a, const struct result *b)
{
	assert_int_equal(a->n, b->n);
	assert_int_equal(a->damaged, b->damaged);
	assert_int_equal(a->ret, b->ret);
	for (size_t i = 0; i < a->n; i++)
		assert_kept(&a->v[i], &b->v[i]);
}

/* Reads b in every way; the caller drops the result. */
static struct result read_every_way(const struct bytes *b)
{
	static const size_t blocks[] = {1, 7, 4096};
	struct result first = read_bytes(b->v, b->n, FROM_FILE, 0);

	for (size_t i = 0; i < 2 * ARRAY_LEN(blocks); i++) {
		struct result other =
			read_bytes(b->v, b->n, i & 1 ? FROM_FILE : FROM_PIPE, blocks[i / 2]);

		assert_same(&first, &other);
		drop(&other);
	}
	return first;
}

static struct result read_and_free(struct bytes *b)
{
	struct result res = read_every_way(b);

	free(b->v);
	return res;
}

static void assert_sound(const struct result *res, size_t n)
{
	assert_int_equal(res->n, n);
	assert_int_equal(res->ret, 0);
	assert_false(res->damaged);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(res->v[i].rec.number, i + 1);
}

static void assert_refused(const void *p, size_t n, const char *words)
{
	struct err e = {""};
	struct reader *r = open_bytes(p, n, FROM_FILE, (struct reader_opts){0}, &e);

	assert_null(r);
	if (!strstr(e.text, words))
		fail_msg("\"%s\" does not say \"%s\"", e.text, words);
}

/* ---- sample captures ---------------------------------------------------------------- */

static struct bytes sample_pcap(bool big)
{
	struct bytes b = {.big = big};

	pcap_header(&b, 0xa1b2c3d4, 65535, 220);
	for (uint32_t i = 0; i < 6; i++)
		pcap_record(&b, 1600000000 + i, 5 * i, 3 + 17 * i);
	return b;
}

/* Everything a pcapng can hold, in two sections of different byte order. */
static struct bytes sample_pcapng(void)
{
	struct bytes b = {0};

	section(&b, false);
	interface(&b, 220, 0, -1, 0);
	interface(&b, 295, 6, 9, 0);
	packet(&b, 0, 1600000000000000, "first", NULL);
	packet(&b, 1, 1600000000000000123, "second!", "a comment");
	begin(&b, 3); /* simple packet: original length 9 */
	put32(&b, 9);
	put_text(&b, "simple 9!");
	end(&b);
	custom(&b, 0xbad, "copy");
	section(&b, true);
	begin(&b, 4); /* name resolution */
	put_fill(&b, 0x5a, 40);
	end(&b);
	interface(&b, 189, 0, 3, 100);
	begin(&b, 2); /* obsolete packet: interface 0, 7 drops */
	put16(&b, 0);
	put16(&b, 7);
	put64(&b, 1600000000500);
	put32(&b, 4);
	put32(&b, 5);
	put_text(&b, "old!");
	end(&b);
	custom(&b, 0x40000bad, "no copy");
	packet(&b, 0, 1600000000600, "last", NULL);
	return b;
}

static struct bytes sample_text(void)
{
	struct bytes b = {0};

	put_text(&b, "ffff9d628a99f540 968749476 S Ci:1:001:0 s a3 00 0000 0001 0004 4 <\n");
	edge(&b);
	put_text(&b, "ffff9d628a99f540 968749504 C Ci:1:001:0 0 4 = a0020000\r\n");
	edge(&b);
	put_text(&b, "\n");
	edge(&b);
	put_text(&b, "ffff9d628a99f540 968749507 C\n");
	edge(&b);
	put_text(&b, "ffff9d628a99f540 968749511 C Ii:1:001:1 0:8 1 = 04\n");
	edge(&b);
	return b;
}

/* ---- pcap --------------------------------------------------------------------------- */

static void test_pcap_variants(void **state)
{
	static const struct {
		uint32_t magic;
		const char *name;
		int64_t ns;
	} variants[] = {
		{0xa1b2c3d4, "pcap", 7000},
		{0xa1b23c4d, "pcap (ns)", 7},
	};

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct bytes b = {.big = i & 1};
		struct result res;
		struct reader *r;

		/* length of a frame check sequence in the link type's upper bits; snaplen 0 */
		pcap_header(&b, variants[i / 2].magic, 0, 0x54000000 | 220);
		pcap_record(&b, 0xf0000000, 7, 5);
		pcap_record(&b, 0xf0000001, 8, 0);
		r = open_bytes(b.v, b.n, FROM_FILE, (struct reader_opts){0}, NULL);
		assert_string_equal(reader_format(r), variants[i / 2].name);
		assert_string_equal(reader_compression(r), "");
		assert_int_equal(reader_ifaces(r), 1);
		assert_int_equal(reader_iface(r, 0)->link, 220);
		assert_null(reader_iface(r, 1));
		assert_int_equal(reader_input_size(r), b.n);
		reader_close(r);
		res = read_and_free(&b);
		assert_sound(&res, 2);
		assert_int_equal(
			res.v[0].rec.time, 0xf0000000 * INT64_C(1000000000) + variants[i / 2].ns);
		assert_int_equal(res.v[0].rec.link, 220);
		assert_int_equal(res.v[0].rec.big_endian, i & 1);
		assert_true(res.v[0].rec.has_time);
		assert_int_equal(res.v[0].rec.offset, 24);
		assert_int_equal(res.v[1].rec.offset, 24 + 16 + 5);
		assert_string_equal(res.v[0].data, "\xa0\xa1\xa2\xa3\xa4");
		drop(&res);
	}
}

static void test_pcap_long_headers(void **state)
{
	struct bytes b = {0};
	struct result res;

	(void)state;
	pcap_header(&b, 0xa1b2cd34, 65535, 189);
	for (uint32_t i = 0; i < 3; i++) {
		pcap_head(&b, 900000000, i, 4, 4);
		put64(&b, 0);
		put_text(&b, "abcd");
	}
	res = read_and_free(&b);
	assert_sound(&res, 3);
	assert_string_equal(res.v[2].data, "abcd");
	drop(&res);
}

/* Writers that get lengths or fractions wrong, all the way through: tolerated. */
static void test_pcap_odd_writers(void **state)
{
	static const struct {
		uint32_t snaplen, frac, orig;
	} odd[] = {{65535, 3, 2}, {2, 3, 9}, {65535, 999999999, 9}};

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(odd); k++) {
		struct bytes b = {0};
		struct result res;

		pcap_header(&b, 0xa1b2c3d4, odd[k].snaplen, 220);
		for (uint32_t i = 0; i < 4; i++) {
			pcap_head(&b, 1600000000 + i, odd[k].frac, 9, odd[k].orig);
			put_text(&b, "nine byte");
		}
		res = read_and_free(&b);
		assert_sound(&res, 4);
		assert_int_equal(res.v[3].rec.origlen, odd[k].orig);
		assert_string_equal(res.v[3].data, "nine byte");
		drop(&res);
	}
}

static void test_pcap_without_records(void **state)
{
	struct bytes b = {0};
	struct result res;

	(void)state;
	pcap_header(&b, 0xa1b2c3d4, 65535, 220);
	res = read_and_free(&b);
	assert_sound(&res, 0);
	drop(&res);
}

/* ---- pcapng ------------------------------------------------------------------------- */

static void assert_record(const struct kept *k, const char *data, uint32_t link, uint32_t iface,
	uint32_t sec, int64_t time)
{
	assert_int_equal(k->rec.caplen, strlen(data));
	assert_string_equal(k->data, data);
	assert_int_equal(k->rec.link, link);
	assert_int_equal(k->rec.iface, iface);
	assert_int_equal(k->rec.section, sec);
	assert_int_equal(k->rec.time, time);
}

static void test_pcapng_everything(void **state)
{
	struct bytes b = sample_pcapng();
	struct result res;

	(void)state;
	res = read_and_free(&b);
	assert_sound(&res, 7);
	assert_record(&res.v[0], "first", 220, 0, 0, 1600000000000000000);
	assert_null(res.v[0].comment);
	assert_int_equal(res.v[0].rec.origlen, 105);
	assert_record(&res.v[1], "second!", 295, 1, 0, 1600000000000000123);
	assert_string_equal(res.v[1].comment, "a comment");
	assert_record(&res.v[2], "simple 9!", 220, 0, 0, 1600000000000000123);
	assert_false(res.v[2].rec.has_time);
	assert_int_equal(res.v[2].rec.origlen, 9);
	assert_int_equal(res.v[3].rec.link, LINK_PCAPNG_CUSTOM);
	assert_memory_equal(res.v[3].data, "\xb8\xf3\0\0copy", 8);
	assert_false(res.v[3].rec.big_endian);
	assert_record(&res.v[4], "old!", 189, 2, 1, 1600000100500000000);
	assert_int_equal(res.v[4].rec.origlen, 5);
	assert_true(res.v[4].rec.big_endian);
	assert_int_equal(res.v[5].rec.link, LINK_PCAPNG_CUSTOM);
	assert_memory_equal(res.v[5].data, "\0\0\xf3\xb8no copy", 11);
	assert_record(&res.v[6], "last", 189, 2, 1, 1600000100600000000);
	drop(&res);
}

static void test_pcapng_times(void **state)
{
	static const struct {
		int tsresol;
		int64_t offset;
		uint64_t ts;
		int64_t ns;
	} times[] = {
		{-1, 0, 1500000, 1500000000},
		{0, 0, 3, 3000000000},
		{6, -1, 1500000, 500000000},
		{9, 0, 1, 1},
		{12, 0, 1999, 1},
		{28, 0, UINT64_MAX, 1},
		{29, 0, UINT64_MAX, 0},
		{127, 0, UINT64_MAX, 0},
		{0x80, 0, 2, 2000000000},
		{0x80 | 10, 0, 512, 500000000},
		{0x80 | 63, 0, UINT64_MAX, 1999999999},
		{0x80 | 127, 0, UINT64_MAX, 0},
		{0, 0, UINT64_MAX, INT64_MAX},
		{0, INT64_MAX, UINT64_MAX, INT64_MAX},
		{0, INT64_MIN, 0, INT64_MIN},
		{6, INT64_MAX, 1, INT64_MAX},
	};
	struct bytes b = {0};
	struct result res;

	(void)state;
	section(&b, false);
	for (size_t i = 0; i < ARRAY_LEN(times); i++)
		interface(&b, 220, 0, times[i].tsresol, times[i].offset);
	for (size_t i = 0; i < ARRAY_LEN(times); i++)
		packet(&b, (uint32_t)i, times[i].ts, "x", NULL);
	res = read_and_free(&b);
	assert_sound(&res, ARRAY_LEN(times));
	for (size_t i = 0; i < ARRAY_LEN(times); i++)
		assert_int_equal(res.v[i].rec.time, times[i].ns);
	drop(&res);
}

static void test_pcapng_interface_facts(void **state)
{
	struct bytes b = {0};
	const struct reader_iface *f;
	struct result res;
	struct reader *r;

	(void)state;
	section(&b, true);
	begin(&b, 1);
	put16(&b, 249);
	put16(&b, 0);
	put32(&b, 1234);
	option(&b, 3, "USBPcap", 7);
	option(&b, 12, "Windows", 7);
	option(&b, 15, "a bus", 5);
	end(&b);
	for (uint64_t i = 1; i < 3; i++) {
		begin(&b, 5);
		put32(&b, 0);
		put64(&b, 0);
		option64(&b, 4, 1000 * i);
		option64(&b, 5, i << 40);
		option(&b, 0, "", 0);
		end(&b);
	}
	interface(&b, 220, 0, -1, 0);
	r = open_bytes(b.v, b.n, FROM_FILE, (struct reader_opts){0}, NULL);
	res = read_all(r);
	assert_sound(&res, 0);
	assert_int_equal(reader_ifaces(r), 2);
	f = reader_iface(r, 0);
	assert_int_equal(f->link, 249);
	assert_int_equal(f->snaplen, 1234);
	assert_null(f->name);
	assert_string_equal(f->description, "USBPcap");
	assert_string_equal(f->os, "Windows");
	assert_string_equal(f->hardware, "a bus");
	assert_true(f->has_received && f->has_dropped);
	assert_int_equal(f->received, 2000);
	assert_int_equal(f->dropped, INT64_C(2) << 40);
	assert_string_equal(reader_iface(r, 1)->name, "usbmon1");
	assert_false(reader_iface(r, 1)->has_dropped);
	assert_int_equal(reader_position(r), b.n);
	assert_int_equal(reader_input_position(r), b.n);
	reader_close(r);
	free(b.v);
	drop(&res);
}

/* Of a simple packet: the least of original length, snap length and room. */
static void test_pcapng_simple_lengths(void **state)
{
	struct bytes b = {0};
	struct result res;

	(void)state;
	section(&b, false);
	interface(&b, 220, 6, -1, 0);
	for (uint32_t orig = 2; orig < 200; orig *= 9) {
		begin(&b, 3);
		put32(&b, orig);
		put_text(&b, orig == 18 ? "four" : "eightbyt");
		end(&b);
	}
	res = read_and_free(&b);
	assert_sound(&res, 3);
	assert_string_equal(res.v[0].data, "ei");
	assert_string_equal(res.v[1].data, "four");
	assert_string_equal(res.v[2].data, "eightb");
	assert_int_equal(res.v[2].rec.origlen, 162);
	drop(&res);
}

/* Blocks of no interest are passed over whatever their length; journal entries have numbers. */
static void test_pcapng_other_blocks(void **state)
{
	struct bytes b = {0};
	struct result res;
	struct reader *r;

	(void)state;
	section(&b, false);
	interface(&b, 220, 0, -1, 0);
	packet(&b, 0, 1, "one", NULL);
	begin(&b, 9);
	put_text(&b, "MESSAGE=hi\n");
	end(&b);
	begin(&b, 0x12345);
	end(&b);
	begin(&b, 0x80000001);
	put_fill(&b, 6, 9000);
	end(&b);
	packet(&b, 0, 2, "three", NULL);
	res = read_every_way(&b);
	assert_sound(&res, 3);
	assert_string_equal(res.v[2].data, "three");
	drop(&res);
	begin(&b, 0x12345);
	put_fill(&b, 6, 3 << 20);
	end(&b);
	packet(&b, 0, 2, "four", NULL);
	for (int seekable = 0; seekable < 2; seekable++) {
		uLongf n = compressBound(b.n);
		uint8_t *z = mem_zalloc(n, 1);

		n = ZSTD_compress(z, n, b.v, b.n, 1);
		res = read_bytes(b.v, b.n, FROM_FILE, 4096);
		assert_sound(&res, 4);
		drop(&res);
		r = open_bytes(z, n, FROM_PIPE, (struct reader_opts){.seekable = seekable}, NULL);
		res = read_all(r);
		assert_sound(&res, 4);
		assert_string_equal(res.v[3].data, "four");
		drop(&res);
		reader_close(r);
		free(z);
	}
	free(b.v);
}

/* ---- usbmon text -------------------------------------------------------------------- */

static void test_text(void **state)
{
	struct bytes b = sample_text();
	struct result res;

	(void)state;
	res = read_and_free(&b);
	assert_sound(&res, 4);
	assert_int_equal(res.v[0].rec.link, LINK_USBMON_TEXT);
	assert_int_equal(res.v[0].rec.time, INT64_C(968749476000));
	assert_string_equal(
		res.v[1].data, "ffff9d628a99f540 968749504 C Ci:1:001:0 0 4 = a0020000");
	assert_string_equal(res.v[2].data, "ffff9d628a99f540 968749507 C");
	assert_false(res.v[2].rec.has_time);
	assert_int_equal(res.v[2].rec.time, INT64_C(968749504000));
	assert_true(res.v[3].rec.has_time);
	drop(&res);
}

static void seek_everywhere(const uint8_t *p, size_t n, enum from from, struct reader_opts o);

/* What is written around events is no record; what is left of one has the time before it, and its
 * second word is not taken for a time. */
static void test_text_copied(void **state)
{
	static const char mail[] =
		"\xef\xbb\xbfHello all,\n\n> the log:\n"
		"> > \tdeadbeef 4000000000 S Bo:1:005:2 -115 31 = 55534243 01000000\r\n"
		"> > 24000000 80000612 00000024 00000000\r\n"
		"> > 00000000 000000\r\n"
		"> Why?\n"
		"cafe0000 5 X Bo:1:005:2 -115 31 >\n"
		"290 deadbeef 4000000090 C Bo:1:005:2 0 31 > cafe 4000000100 S Bi:1:005:1 -115 13 "
		"<\n"
		"\nThanks";
	static const struct {
		const char *from, *to;
		int64_t us;
	} want[] = {
		{"deadbeef 4000000000", "00000000 000000", 4000000000},
		{"cafe0000 5", "31 >", 4000000000},
		{"deadbeef 4000000090", "0 31 > ", 4000000090},
		{"cafe 4000000100", "13 <", 4000000100},
	};
	struct bytes b = {0};
	struct result res;
	const char *begin, *end;

	(void)state;
	put_text(&b, mail);
	seek_everywhere(b.v, b.n, FROM_FILE, (struct reader_opts){.block = 7});
	res = read_and_free(&b);
	assert_sound(&res, ARRAY_LEN(want));
	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		assert_int_equal(res.v[i].rec.time, want[i].us * 1000);
		assert_int_equal(res.v[i].rec.has_time, i != 1);
		begin = strstr(mail, want[i].from);
		end = strstr(begin, want[i].to) + strlen(want[i].to);
		assert_int_equal(res.v[i].rec.offset, begin - mail);
		assert_int_equal(res.v[i].rec.caplen, end - begin);
	}
	drop(&res);
}

/* Words that cannot belong to an event are not taken for the rest of it. */
static void test_text_not_joined(void **state)
{
	static const char *const second[] = {"Thanks", "0102 and more", "01020304 05060708 09",
		"> ", "", "dead 2 S Bi:1:5:1 -115 1 <"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(second); i++) {
		struct bytes b = {0};
		struct result res;

		put_text(&b, "dead 1 S Bo:1:5:2 -115 12 = 01020304\n");
		put_text(&b, second[i]);
		put_text(&b, "\n05060708\n");
		res = read_and_free(&b);
		assert_int_equal(res.v[0].rec.caplen, 36);
		assert_false(res.damaged);
		drop(&res);
	}
}

/* Without the ends of lines a log is a line without an end. */
static void test_text_one_line(void **state)
{
	struct bytes b = {0};
	struct result res;
	char event[64];

	(void)state;
	for (int i = 0; i < 4000; i++) {
		snprintf(event, sizeof(event), "dead %d S Bo:002:01 -115 2 = 0102 ", i);
		put_text(&b, event);
	}
	res = read_bytes(b.v, b.n, FROM_FILE, 0);
	assert_sound(&res, 4000);
	assert_int_equal(res.v[3999].rec.time, 3999000);
	drop(&res);
	free(b.v);
}

/* A writer whose clock does not wrap. */
static void test_text_long_times(void **state)
{
	struct bytes b = {0};
	struct result res;

	(void)state;
	put_text(&b, "dead 1550331849261217 S Bi:1:5:1 -115 1 <\n");
	put_text(&b, "dead 1550331853357217 C Bi:1:5:1 0 1 = 00\n");
	put_text(&b, "dead 1550331853357218 S Bi:1:5:1 -115 1 <\n");
	res = read_and_free(&b);
	assert_sound(&res, 3);
	assert_int_equal(res.v[0].rec.time, INT64_C(1550331849261217000));
	assert_int_equal(res.v[1].rec.time, INT64_C(1550331853357217000));
	assert_int_equal(res.v[2].rec.time, INT64_C(1550331853357218000));
	drop(&res);
}

/* The printed time wraps at 4096 s; a small step back is no wrap. */
static void test_text_time_wraps(void **state)
{
	static const struct {
		uint32_t printed;
		int64_t us;
	} times[] = {
		{4095999000, 4095999000},
		{4095998000, 4095998000},
		{500, 4096000500},
		{4095999999, 4095999999},
		{600, 4096000600},
		{3000000000, INT64_C(7096000000)},
		{100, INT64_C(8192000100)},
	};
	struct bytes b = {0};
	struct result res;
	char line[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(times); i++) {
		snprintf(line, sizeof(line), "dead %u S Bo:002:01 -115 31 >\n", times[i].printed);
		put_text(&b, line);
	}
	res = read_and_free(&b);
	assert_sound(&res, ARRAY_LEN(times));
	for (size_t i = 0; i < ARRAY_LEN(times); i++)
		assert_int_equal(res.v[i].rec.time, times[i].us * 1000);
	drop(&res);
}

static void test_text_long_line(void **state)
{
	struct bytes b = {0};
	struct result res;

	(void)state;
	put_text(&b, "dead 5 S Bo:002:01 -115 31 = ");
	put_fill(&b, 'a', 40000);
	put_text(&b, "\ndead 6 S Bo:002:01 -115 31 = ");
	put_fill(&b, 'a', 90000);
	put_text(&b, "\ndead 7 S Bo:002:01 -115 31 >\n");
	for (size_t block = 1; block < 3000000; block = block * 150 + 7) {
		res = read_bytes(b.v, b.n, FROM_FILE, block);
		assert_int_equal(res.n, 3);
		assert_true(res.damaged);
		assert_int_equal(res.v[0].rec.caplen, 40029);
		assert_int_equal(res.v[1].rec.caplen, 65536);
		assert_int_equal(res.v[2].rec.time, 7000);
		drop(&res);
	}
	free(b.v);
}

/* ---- compression -------------------------------------------------------------------- */

static struct bytes gzip(const uint8_t *p, size_t n)
{
	struct bytes b = {0};
	uint8_t out[8192];
	z_stream z = {0};

	deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
	z.next_in = (uint8_t *)p;
	z.avail_in = (uInt)n;
	z.next_out = out;
	z.avail_out = sizeof(out);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	put(&b, out, sizeof(out) - z.avail_out);
	return b;
}

static struct bytes zstd(const uint8_t *p, size_t n)
{
	struct bytes b = {0};
	uint8_t out[8192];

	put(&b, out, ZSTD_compress(out, sizeof(out), p, n, 3));
	return b;
}

/* Two members or frames, then rubbish: all records and no damage. */
static void test_compressed(void **state)
{
	struct bytes (*const pack[])(const uint8_t *, size_t) = {gzip, zstd};
	static const char *const names[] = {"gzip", "zstd"};
	struct bytes plain = sample_pcapng();
	struct result want = read_bytes(plain.v, plain.n, FROM_FILE, 0);

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct bytes a = pack[i](plain.v, 100), b = pack[i](plain.v + 100, plain.n - 100);
		struct result res;
		struct reader *r;

		put(&a, b.v, b.n);
		r = open_bytes(a.v, a.n, FROM_FILE, (struct reader_opts){0}, NULL);
		assert_string_equal(reader_compression(r), names[i]);
		assert_int_equal(reader_seek(r, &want.v[0].rec, NULL), -1);
		reader_close(r);
		res = read_every_way(&a);
		assert_same(&want, &res);
		drop(&res);
		put_fill(&a, 0, 20);
		put_text(&a, "rubbish");
		res = read_and_free(&a);
		assert_same(&want, &res);
		drop(&res);
		free(b.v);
	}
	free(plain.v);
	drop(&want);
}

/* Cut anywhere: a prefix of the records, damage told, never a crash. */
static void test_compressed_cut(void **state)
{
	struct bytes (*const pack[])(const uint8_t *, size_t) = {gzip, zstd};
	struct bytes plain = sample_pcap(false);
	struct result want = read_bytes(plain.v, plain.n, FROM_FILE, 0);

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct bytes z = pack[i](plain.v, plain.n);

		for (size_t n = 4; n < z.n; n++) {
			struct err e = {""};
			struct reader *r =
				open_bytes(z.v, n, FROM_PIPE, (struct reader_opts){.block = 7}, &e);
			struct result res;

			if (!r) {
				assert_true(e.text[0]);
				continue;
			}
			res = read_all(r);
			assert_true(res.n <= want.n && res.damaged);
			for (size_t k = 0; k < res.n; k++)
				assert_kept(&want.v[k], &res.v[k]);
			drop(&res);
			reader_close(r);
		}
		free(z.v);
	}
	free(plain.v);
	drop(&want);
}

/* ---- damage ------------------------------------------------------------------------- */

/* Cut at every length: the records that are whole, nothing else; damage unless cut at an edge. */
static void cut_everywhere(struct bytes *b, size_t shortest)
{
	struct result want = read_bytes(b->v, b->n, FROM_FILE, 0);

	for (size_t n = shortest; n < b->n; n++) {
		struct result res = read_bytes(b->v, n, n & 1 ? FROM_FILE : FROM_PIPE, n % 40);
		size_t whole = 0, last = 0;

		for (size_t i = 0; i < b->edges && b->edge[i] <= n; i++)
			last = b->edge[i];
		while (whole < want.n && want.v[whole].rec.offset < last)
			whole++;
		assert_int_equal(res.n, whole);
		assert_int_equal(res.ret, 0);
		assert_int_equal(res.damaged, n != last);
		for (size_t i = 0; i < res.n; i++)
			assert_kept(&want.v[i], &res.v[i]);
		drop(&res);
	}
	drop(&want);
	for (size_t n = 0; n < shortest; n++)
		assert_refused(b->v, n, n ? "" : "empty");
	free(b->v);
}

static void test_cut_pcap(void **state)
{
	struct bytes b = sample_pcap(true);

	(void)state;
	cut_everywhere(&b, 24);
}

static void test_cut_pcapng(void **state)
{
	struct bytes b = sample_pcapng();

	(void)state;
	cut_everywhere(&b, 28);
}

/* A last line without newline counts when it names an event. */
static void test_cut_text(void **state)
{
	struct bytes b = sample_text();
	struct result want = read_bytes(b.v, b.n, FROM_FILE, 0);
	size_t named = strlen("ffff9d628a99f540 968749476 S Ci:1:001:0");

	(void)state;
	for (size_t n = named; n < b.n; n++) {
		struct result res = read_bytes(b.v, n, FROM_FILE, n % 40);
		size_t whole = 0;

		while (whole < want.n && want.v[whole].rec.offset < n)
			whole++;
		assert_in_range(res.n, whole - res.damaged, whole);
		for (size_t i = 0; i + 1 < res.n; i++)
			assert_kept(&want.v[i], &res.v[i]);
		drop(&res);
	}
	drop(&want);
	free(b.v);
}

/* Bytes of sample_pcap from `at` on are replaced; these records remain. */
static void damaged_pcap(size_t at, const void *p, size_t n, size_t lost, int ret)
{
	struct bytes b = sample_pcap(false);
	struct result want = read_bytes(b.v, b.n, FROM_FILE, 0), res;
	size_t k = 0;

	memcpy(b.v + at, p, n);
	res = read_and_free(&b);
	assert_true(res.damaged);
	assert_int_equal(res.ret, ret);
	assert_int_equal(res.n, want.n - lost);
	for (size_t i = 0; i < res.n; i++, k++) {
		while (want.v[k].rec.offset != res.v[i].rec.offset)
			assert_true(++k < want.n);
		assert_int_equal(res.v[i].rec.number, i + 1);
		assert_memory_equal(res.v[i].data, want.v[k].data, want.v[k].rec.caplen);
	}
	drop(&want);
	drop(&res);
}

static void test_pcap_damage(void **state)
{
	struct bytes b = sample_pcap(false);
	uint8_t rubbish[64];
	size_t second = b.edge[1], last = b.edge[5];

	(void)state;
	free(b.v);
	memset(rubbish, 0xee, sizeof(rubbish));
	damaged_pcap(second + 8, "\xff\xff\xff\x7f", 4, 1, 0); /* absurd captured length */
	damaged_pcap(second + 8, "\0\0\1", 4, 1, 0);	       /* longer than the file */
	damaged_pcap(second + 8, "\x40\0\0", 4, 1, 0);	       /* a little too long */
	damaged_pcap(second, rubbish, 36, 1, 0);	       /* the whole record */
	damaged_pcap(24, rubbish, 16, 1, 0);		       /* the first header */
	damaged_pcap(second, rubbish, 60, 2, 0);	       /* two records */
	memset(rubbish, 0, sizeof(rubbish));
	damaged_pcap(second, rubbish, 36, 1, 0); /* never written */
	damaged_pcap(last, rubbish, 16, 1, -1);	 /* nothing behind it */
}

/* Bytes missing: only the records that they touch are lost. (Of 18 the joint reads as a header in
 * order: of a record of 768 bytes.) */
static void test_pcap_bytes_missing(void **state)
{
	struct bytes whole = {0};

	(void)state;
	pcap_header(&whole, 0xa1b2c3d4, 65535, 288);
	for (uint32_t i = 0; i < 50; i++) {
		whole.edges = 0;
		pcap_record(&whole, 1667907927, 3 * i, 3);
	}
	for (size_t gone = 1; gone < 100; gone += 1 + (gone % 19 == 17)) {
		struct bytes b = {0};
		struct result res;

		put(&b, whole.v, 24 + 10 * 19 + 7);
		put(&b, whole.v + b.n + gone, whole.n - b.n - gone);
		res = read_and_free(&b);
		assert_true(res.n + 3 + gone / 19 >= 50);
		assert_int_equal(res.v[res.n - 1].rec.time, 1667907927000147000);
		drop(&res);
	}
	free(whole.v);
}

/* A pause of weeks between two records is no damage. */
static void test_pcap_pause(void **state)
{
	struct bytes b = {0};
	struct result res;

	(void)state;
	pcap_header(&b, 0xa1b2c3d4, 65535, 288);
	for (uint32_t i = 0; i < 12; i++)
		pcap_record(&b, 1600000000 + i / 3 * 5000000, i, 3);
	res = read_and_free(&b);
	assert_sound(&res, 12);
	drop(&res);
}

static void test_pcapng_damage(void **state)
{
	static const struct {
		size_t block, at; /* block by number, byte in it; at >= 1000: from its end */
		const char *p;
		size_t n, lost;
	} cases[] = {
		{3, 4, "\xfc\xff\xff\x7f", 4, 1},  /* absurd length */
		{3, 4, "\x21", 1, 1},		   /* length not a multiple of 4 */
		{3, 4, "\x44", 1, 1},		   /* length of something else */
		{3, 1004, "\1\1\1\1", 4, 0},	   /* only the second length is wrong */
		{3, 20, "\xff\xff\xff\xff", 4, 1}, /* captured length */
		{3, 8, "\7", 1, 1},		   /* interface that does not exist */
		{3, 0, "\xee\xee\xee\xee\xee\xee\xee\xee", 8, 1},
		{7, 8, "\1\2\3\4", 4, 3}, /* section header with unknown byte order: all of it */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct bytes b = sample_pcapng();
		size_t start = b.edge[cases[i].block - 1], stop = b.edge[cases[i].block];
		struct result res;

		memcpy(b.v + (cases[i].at < 1000 ? start + cases[i].at : stop + 1000 - cases[i].at),
			cases[i].p, cases[i].n);
		res = read_and_free(&b);
		assert_true(res.damaged);
		assert_int_equal(res.n, 7 - cases[i].lost);
		assert_string_equal(res.v[cases[i].lost != 1].data, "second!");
		drop(&res);
	}
}

/* Numbers in length fields never decide how much memory is taken. */
static void test_absurd_lengths(void **state)
{
	struct bytes b = {0};
	struct result res;

	(void)state;
	pcap_header(&b, 0xa1b2c3d4, 0, 220);
	pcap_head(&b, 1, 1, RECORD_MAX_URB, RECORD_MAX_URB);
	put_fill(&b, 1, 100);
	res = read_and_free(&b);
	assert_int_equal(res.n, 0);
	assert_int_equal(res.ret, 0);
	assert_true(res.damaged);
	drop(&res);
	memset(&b, 0, sizeof(b));
	pcap_header(&b, 0xa1b2c3d4, 0, 295);
	pcap_head(&b, 1, 1, RECORD_MAX_BUS + 1, RECORD_MAX_BUS + 1);
	put_fill(&b, 1, RECORD_MAX_BUS + 1);
	res = read_bytes(b.v, b.n, FROM_FILE, 0);
	assert_int_equal(res.n, 0);
	assert_int_equal(res.ret, -1);
	assert_non_null(strstr(res.e.text, "record 1 at offset 24"));
	drop(&res);
	free(b.v);
}

/* Each byte of a capture replaced in turn: ends, and at most the neighbourhood is lost. */
static void test_any_byte_wrong(void **state)
{
	(void)state;
	for (int k = 0; k < 2; k++) {
		struct bytes b = k ? sample_pcapng() : sample_pcap(false);

		for (size_t i = k ? 28 : 24; i < b.n; i++) {
			uint8_t was = b.v[i];
			struct result res, other;

			b.v[i] ^= 0x95;
			res = read_bytes(b.v, b.n, FROM_FILE, 0);
			other = read_bytes(b.v, b.n, FROM_PIPE, 7);
			assert_same(&res, &other);
			/* a section header that is no longer one takes its three records along */
			assert_true(res.n >= (k ? 7 - 3 : 6 - 1));
			assert_true(!k || i >= 264 || res.n >= 7 - 1);
			b.v[i] = was;
			drop(&res);
			drop(&other);
		}
		free(b.v);
	}
}

/* ---- random access ------------------------------------------------------------------ */

static void seek_everywhere(const uint8_t *p, size_t n, enum from from, struct reader_opts o)
{
	struct reader *r = open_bytes(p, n, from, o, NULL);
	struct result want = read_all(r);
	size_t ifaces = reader_ifaces(r);
	struct record rec;

	for (size_t k = 0; k < 2 * want.n; k++) {
		/* backwards, then forwards with a stride */
		size_t i = k < want.n ? want.n - 1 - k : k * 5 % want.n;
		struct result rest = {0};

		assert_int_equal(reader_seek(r, &want.v[i].rec, NULL), 0);
		while ((rest.ret = reader_next(r, &rec, &rest.e)) == 1)
			keep(&rest, &rec);
		assert_int_equal(rest.n, want.n - i);
		for (size_t j = 0; j < rest.n; j++)
			assert_kept(&want.v[i + j], &rest.v[j]);
		drop(&rest);
	}
	assert_int_equal(reader_ifaces(r), ifaces);
	reader_close(r);
	drop(&want);
}

static struct bytes sample_wraps(void)
{
	struct bytes b = {0};
	char line[64];

	for (unsigned i = 0; i < 40; i++) {
		snprintf(line, sizeof(line), "dead %u S Bo:002:01 -115 31 >\n%s",
			(i * 1500u) % 4096 * 1000000u, i % 7 ? "" : "noise\n");
		put_text(&b, line);
	}
	return b;
}

static void test_seek(void **state)
{
	struct bytes samples[] = {
		sample_pcap(true), sample_pcapng(), sample_text(), sample_wraps()};
	static const size_t blocks[] = {1, 100, 0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		struct bytes *b = &samples[i], z = gzip(b->v, b->n);

		for (size_t k = 0; k < ARRAY_LEN(blocks); k++) {
			struct reader_opts o = {.block = blocks[k]};

			seek_everywhere(b->v, b->n, FROM_FILE, o);
			o.seekable = true;
			seek_everywhere(b->v, b->n, FROM_PIPE, o);
			seek_everywhere(z.v, z.n, FROM_FILE, o);
			seek_everywhere(z.v, z.n, FROM_PIPE, o);
		}
		free(b->v);
		free(z.v);
	}
}

/* Back in the middle of the reading, before the spool holds everything. */
static void test_seek_before_the_end(void **state)
{
	struct bytes b = sample_pcapng();
	struct result want = read_bytes(b.v, b.n, FROM_FILE, 0);
	struct reader *r = open_bytes(
		b.v, b.n, FROM_PIPE, (struct reader_opts){.seekable = true, .block = 50}, NULL);
	struct result res;
	struct record rec;

	(void)state;
	for (size_t i = 0; i + 1 < want.n; i++) {
		assert_int_equal(reader_next(r, &rec, NULL), 1);
		assert_int_equal(rec.number, i + 1);
		assert_int_equal(reader_seek(r, &want.v[0].rec, NULL), 0);
		assert_int_equal(reader_next(r, &rec, NULL), 1);
		assert_int_equal(reader_seek(r, &want.v[i].rec, NULL), 0);
		assert_int_equal(reader_next(r, &rec, NULL), 1);
	}
	assert_int_equal(reader_seek(r, &want.v[0].rec, NULL), 0);
	res = read_all(r);
	assert_same(&want, &res);
	reader_close(r);
	drop(&res);
	r = open_bytes(b.v, b.n, FROM_PIPE, (struct reader_opts){0}, NULL);
	assert_int_equal(reader_seek(r, &want.v[0].rec, NULL), -1);
	reader_close(r);
	drop(&want);
	free(b.v);
}

/* ---- what is no capture ------------------------------------------------------------- */

static void test_refused(void **state)
{
	struct bytes b = {0}, z;
	struct err e;

	(void)state;
	assert_null(reader_open("/nonexistent/file", NULL, &e));
	assert_non_null(strstr(e.text, "/nonexistent/file: No such file or directory"));
	assert_null(reader_open("/", NULL, &e));
	assert_non_null(strstr(e.text, "Is a directory"));
	assert_refused("", 0, "empty");
	assert_refused("%PDF-1.4\n", 9, "a PDF document");
	assert_refused(
		"hello, world\n", 13, "looks like text; supported: pcap, pcapng, usbmon text");
	assert_refused("dead 12 X Ci:1:1:0\n", 19, "looks like text");
	assert_refused("\1\2\3\4\5", 5, "unknown data beginning with 01 02 03 04");
	assert_refused("\x0a\x0d\x0d\x0a\x1c\0\0\0\1\2\3\4", 12, "byte-order magic 0x01020304");
	z = gzip((const uint8_t *)"", 0);
	assert_refused(z.v, z.n, "empty");
	free(z.v);
	section(&b, false);
	patch32(&b, 4, 0xfffffff0);
	assert_refused(b.v, b.n, "impossible length");
	free(b.v);
}

static void test_too_many_interfaces(void **state)
{
	struct bytes b = {0};
	struct result res;

	(void)state;
	section(&b, false);
	for (int i = 0; i < 65537; i++) {
		b.edges = 0;
		begin(&b, 1);
		put16(&b, 220);
		put16(&b, 0);
		put32(&b, 0);
		end(&b);
	}
	packet(&b, 65535, 1, "good", NULL);
	packet(&b, 65536, 1, "bad", NULL);
	packet(&b, 0, 1, "good", NULL);
	res = read_bytes(b.v, b.n, FROM_FILE, 0);
	assert_int_equal(res.n, 2);
	assert_true(res.damaged);
	drop(&res);
	free(b.v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pcap_variants),
		cmocka_unit_test(test_pcap_long_headers),
		cmocka_unit_test(test_pcap_odd_writers),
		cmocka_unit_test(test_pcap_without_records),
		cmocka_unit_test(test_pcapng_everything),
		cmocka_unit_test(test_pcapng_times),
		cmocka_unit_test(test_pcapng_interface_facts),
		cmocka_unit_test(test_pcapng_simple_lengths),
		cmocka_unit_test(test_pcapng_other_blocks),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_text_copied),
		cmocka_unit_test(test_text_not_joined),
		cmocka_unit_test(test_text_one_line),
		cmocka_unit_test(test_text_long_times),
		cmocka_unit_test(test_text_time_wraps),
		cmocka_unit_test(test_text_long_line),
		cmocka_unit_test(test_compressed),
		cmocka_unit_test(test_compressed_cut),
		cmocka_unit_test(test_cut_pcap),
		cmocka_unit_test(test_cut_pcapng),
		cmocka_unit_test(test_cut_text),
		cmocka_unit_test(test_pcap_damage),
		cmocka_unit_test(test_pcap_bytes_missing),
		cmocka_unit_test(test_pcap_pause),
		cmocka_unit_test(test_pcapng_damage),
		cmocka_unit_test(test_absurd_lengths),
		cmocka_unit_test(test_any_byte_wrong),
		cmocka_unit_test(test_seek),
		cmocka_unit_test(test_seek_before_the_end),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_too_many_interfaces),
	};

	log_set_quiet(true);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
