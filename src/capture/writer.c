/* writer.c: pcapng and pcap blocks through one buffer. */
#include "capture/writer.h"
#include "base/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	SHB = 0x0a0d0d0a,
	IDB = 1,
	ISB = 5,
	EPB = 6,
	BYTE_ORDER_MAGIC = 0x1a2b3c4d,

	OPT_END = 0,
	OPT_COMMENT = 1,
	SHB_OS = 3,
	SHB_USERAPPL = 4,
	IF_NAME = 2,
	IF_DESCRIPTION = 3,
	IF_TSRESOL = 9,
	IF_OS = 12,
	ISB_STARTTIME = 2,
	ISB_ENDTIME = 3,
	ISB_IFRECV = 4,
	ISB_IFDROP = 5,
	ISB_USRDELIV = 8,

	PCAP_HEADER = 24,
	PCAP_RECORD = 16,
	ISB_MAX = 96 /* longest block of writer_stats */
};

static const uint32_t pcap_magic = 0xa1b2c3d4, pcap_magic_ns = 0xa1b23c4d;

struct writer {
	struct writer_opts opts;
	int fd;
	bool regular;
	uint8_t *buf;
	size_t len, cap, block; /* block: where the open one begins */
	size_t header;		/* bytes of a pcap header at the start of the buffer */
	uint64_t flushed, unwritten;
};

struct writer *writer_new(const struct writer_opts *o)
{
	struct writer *w = mem_zalloc(1, sizeof(*w));

	w->opts = *o;
	w->fd = -1;
	return w;
}

void writer_free(struct writer *w)
{
	if (!w)
		return;
	free(w->buf);
	free(w);
}

/* ---- bytes -------------------------------------------------------------------------- */

static uint8_t *room(struct writer *w, size_t n)
{
	if (w->len + n > w->cap) {
		w->cap = (w->len + n) * 2;
		w->buf = mem_resize(w->buf, w->cap, 1);
	}
	return w->buf + w->len;
}

static void put_mem(struct writer *w, const void *p, size_t n)
{
	if (n)
		memcpy(room(w, n), p, n);
	w->len += n;
}

/* To the file's byte order, and back. */
static uint32_t in_order(const struct writer *w, uint32_t v)
{
	return w->opts.swap ? __builtin_bswap32(v) : v;
}

static void put_u32(struct writer *w, uint32_t v)
{
	v = in_order(w, v);
	put_mem(w, &v, sizeof(v));
}

static void put_u16_pair(struct writer *w, uint16_t a, uint16_t b)
{
	const uint16_t same[2] = {a, b}, other[2] = {__builtin_bswap16(a), __builtin_bswap16(b)};

	put_mem(w, w->opts.swap ? other : same, sizeof(same));
}

static void put_padding(struct writer *w)
{
	static const uint8_t zero[3];

	put_mem(w, zero, -(w->len - w->block) & 3);
}

/* ---- blocks ------------------------------------------------------------------------- */

static void block_begin(struct writer *w, uint32_t type)
{
	w->block = w->len;
	put_u32(w, type);
	put_u32(w, 0);
}

static void block_end(struct writer *w)
{
	uint32_t n = (uint32_t)(w->len - w->block) + 4;

	put_u32(w, n);
	n = in_order(w, n);
	memcpy(w->buf + w->block + 4, &n, sizeof(n));
}

static void put_option(struct writer *w, uint16_t code, const void *p, size_t n)
{
	if (!p)
		return;
	n = n < UINT16_MAX ? n : UINT16_MAX;
	put_u16_pair(w, code, (uint16_t)n);
	put_mem(w, p, n);
	put_padding(w);
}

static void put_text(struct writer *w, uint16_t code, const char *s)
{
	put_option(w, code, s, s ? strlen(s) : 0);
}

/* Times are two halves, the high one first, in any byte order (section 4.3). */
static void put_time(struct writer *w, int64_t ns)
{
	uint64_t units = ns > 0 ? (uint64_t)ns / (w->opts.ns ? 1 : 1000) : 0;

	put_u32(w, (uint32_t)(units >> 32));
	put_u32(w, (uint32_t)units);
}

static void put_time_option(struct writer *w, uint16_t code, int64_t ns)
{
	put_u16_pair(w, code, 8);
	put_time(w, ns);
}

static void pcapng_begin(struct writer *w)
{
	static const uint8_t unknown[8] = {255, 255, 255, 255, 255, 255, 255, 255};

	block_begin(w, SHB);
	put_u32(w, BYTE_ORDER_MAGIC);
	put_u16_pair(w, 1, 0); /* version 1.0 */
	put_mem(w, unknown, sizeof(unknown));
	put_text(w, SHB_OS, w->opts.os);
	put_text(w, SHB_USERAPPL, w->opts.application);
	put_u32(w, OPT_END);
	block_end(w);
	block_begin(w, IDB);
	put_u16_pair(w, (uint16_t)w->opts.link, 0);
	put_u32(w, w->opts.snaplen);
	put_text(w, IF_NAME, w->opts.name);
	put_text(w, IF_DESCRIPTION, w->opts.description);
	put_text(w, IF_OS, w->opts.os);
	if (w->opts.ns)
		put_option(w, IF_TSRESOL, &(uint8_t){9}, 1); /* units of 10^-9 s */
	put_u32(w, OPT_END);
	block_end(w);
}

static void pcap_begin(struct writer *w)
{
	put_u32(w, w->opts.ns ? pcap_magic_ns : pcap_magic);
	put_u16_pair(w, 2, 4); /* version 2.4 */
	put_u32(w, 0);
	put_u32(w, 0);
	put_u32(w, w->opts.snaplen);
	put_u32(w, w->opts.link);
	w->header = w->len;
}

void writer_begin(struct writer *w, int fd)
{
	struct stat st;

	w->fd = fd;
	w->regular = !fstat(fd, &st) && S_ISREG(st.st_mode);
	w->len = w->header = 0;
	w->flushed = 0;
	if (w->opts.pcap)
		pcap_begin(w);
	else
		pcapng_begin(w);
}

void writer_record(struct writer *w, const struct record *rec)
{
	uint32_t n = rec->caplen < w->opts.snaplen ? rec->caplen : w->opts.snaplen;

	if (w->opts.pcap) {
		put_u32(w, (uint32_t)(rec->time / 1000000000));
		put_u32(w, (uint32_t)(rec->time % 1000000000 / (w->opts.ns ? 1 : 1000)));
		put_u32(w, n);
		put_u32(w, rec->origlen);
		put_mem(w, rec->data, n);
		return;
	}
	block_begin(w, EPB);
	put_u32(w, 0);
	put_time(w, rec->time);
	put_u32(w, n);
	put_u32(w, rec->origlen);
	put_mem(w, rec->data, n);
	put_padding(w);
	if (rec->comment) {
		put_option(w, OPT_COMMENT, rec->comment, rec->comment_len);
		put_u32(w, OPT_END);
	}
	block_end(w);
}

void writer_stats(struct writer *w, const struct writer_stats *s)
{
	if (w->opts.pcap || w->opts.swap)
		return;
	block_begin(w, ISB);
	put_u32(w, 0);
	put_time(w, s->now);
	put_time_option(w, ISB_STARTTIME, s->start);
	put_time_option(w, ISB_ENDTIME, s->now);
	put_option(w, ISB_IFRECV, &s->received, sizeof(s->received));
	if (s->dropped_known)
		put_option(w, ISB_IFDROP, &s->dropped, sizeof(s->dropped));
	put_option(w, ISB_USRDELIV, &s->written, sizeof(s->written));
	put_u32(w, OPT_END);
	block_end(w);
}

/* ---- the file ----------------------------------------------------------------------- */

/* Bytes of the block, or pcap record, that begins at buf[at]. */
static size_t block_size(const struct writer *w, size_t at)
{
	uint32_t n;

	if (at < w->header)
		return w->header;
	memcpy(&n, w->buf + at + (w->opts.pcap ? 8 : 4), sizeof(n));
	n = in_order(w, n);
	return w->opts.pcap ? PCAP_RECORD + (size_t)n : n;
}

static bool is_record(const struct writer *w, size_t at)
{
	uint32_t type;

	if (w->opts.pcap)
		return at >= w->header;
	memcpy(&type, w->buf + at, sizeof(type));
	return in_order(w, type) == EPB;
}

/* Only the first `done` bytes of the buffer reached the file. Cutting back a little more than the
 * last block makes room for final statistics, so that the file tells of its loss. */
static void cut_back(struct writer *w, size_t done)
{
	size_t keep = 0, at = 0, n;

	if (!w->regular)
		done = w->len; /* a pipe cannot be cut: what is written is written */
	for (; at < w->len && at + (n = block_size(w, at)) <= done; at += n)
		if (w->opts.pcap || at + n + ISB_MAX <= done || !w->flushed)
			keep = at + n;
	for (at = keep; at < w->len; at += block_size(w, at))
		w->unwritten += is_record(w, at);
	if (w->regular && !ftruncate(w->fd, (off_t)(w->flushed + keep)))
		lseek(w->fd, (off_t)(w->flushed + keep), SEEK_SET);
	w->flushed += keep;
}

int writer_flush(struct writer *w)
{
	size_t done = 0;
	int failed = 0;

	while (done < w->len && !failed) {
		ssize_t put = write(w->fd, w->buf + done, w->len - done);

		if (put >= 0)
			done += (size_t)put;
		else if (errno != EINTR)
			failed = errno;
	}
	if (failed)
		cut_back(w, done);
	else
		w->flushed += w->len;
	w->len = w->header = 0;
	errno = failed;
	return failed ? -1 : 0;
}

uint64_t writer_size(const struct writer *w)
{
	return w->flushed + w->len;
}

size_t writer_buffered(const struct writer *w)
{
	return w->len;
}

uint64_t writer_unwritten(const struct writer *w)
{
	return w->unwritten;
}
