/* input.c: reading plain, gzip and zstd input in blocks, with an unlinked spool where the way back
 * would otherwise be lost. */
#include "capture/input.h"
#include "base/cursor.h"
#include "base/log.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

enum {
	RAW_SIZE = 64 * 1024, /* bytes as they come from the file */
	MAGIC_SIZE = 4
};

struct codec;

struct input {
	char *name;
	int fd;
	bool plain; /* a seekable file without compression */
	bool ended; /* the source has nothing more */
	bool damaged;
	size_t block;
	uint64_t base; /* file offset at which a seekable file was handed to us */
	uint64_t size;
	uint64_t taken; /* bytes read from fd by read() */
	const struct codec *codec;
	uint8_t *raw; /* raw[raw_pos … raw_len) is read but not used */
	size_t raw_pos, raw_len;
	bool in_frame; /* inside a gzip member or a zstd frame */
	bool any;      /* a member or frame was begun before */
	z_stream z;
	ZSTD_DStream *zstd;
	int spool; /* -1: none */
	void (*idle)(void *ctx);
	void *ctx;
	uint64_t spooled;
};

/* A way to unpack. match sees the first bytes; read gives bytes like read(2). */
struct codec {
	const char *name;
	bool (*match)(const uint8_t *p, size_t n);
	int (*start)(struct input *in);
	ssize_t (*read)(struct input *in, uint8_t *dst, size_t n, struct err *e);
	void (*stop)(struct input *in);
};

/* ---- the bytes as stored ----------------------------------------------------------------- */

static ssize_t read_failed(const struct input *in, struct err *e)
{
	int saved = errno;

	err_set(e, "%s: cannot read: %s", in->name, strerror(saved));
	errno = saved;
	return -1;
}

static ssize_t fd_read(struct input *in, uint8_t *dst, size_t n, struct err *e)
{
	struct pollfd ready = {in->fd, POLLIN, 0};
	ssize_t got;

	if (in->idle && !poll(&ready, 1, 0))
		in->idle(in->ctx);
	got = read(in->fd, dst, n < in->block ? n : in->block);
	if (got < 0)
		return read_failed(in, e);
	in->taken += (uint64_t)got;
	return got;
}

/* Makes at least `need` (<= RAW_SIZE) unused bytes available where there are that many; returns how
 * many are, or -1. */
static ssize_t raw_need(struct input *in, size_t need, struct err *e)
{
	size_t left = in->raw_len - in->raw_pos;

	if (left >= need)
		return (ssize_t)left;
	memmove(in->raw, in->raw + in->raw_pos, left);
	in->raw_pos = 0;
	in->raw_len = left;
	while (in->raw_len < need) {
		ssize_t got = fd_read(in, in->raw + in->raw_len, RAW_SIZE - in->raw_len, e);

		if (got < 0)
			return -1;
		if (!got)
			break;
		in->raw_len += (size_t)got;
	}
	return (ssize_t)in->raw_len;
}

static ssize_t stored_read(struct input *in, uint8_t *dst, size_t n, struct err *e)
{
	size_t left = in->raw_len - in->raw_pos;

	if (!left)
		return fd_read(in, dst, n, e);
	n = n < left ? n : left;
	memcpy(dst, in->raw + in->raw_pos, n);
	in->raw_pos += n;
	return (ssize_t)n;
}

static bool stored_match(const uint8_t *p, size_t n)
{
	(void)p;
	(void)n;
	return true;
}

/* ---- gzip and zstd ----------------------------------------------------------------------- */

/* The rest of the input is not used. Gives the end of the stream. */
static ssize_t broken(struct input *in, const char *what)
{
	log_warn("%s: %s %s after %llu bytes: everything unpacked before is used", in->name,
		in->codec->name, what,
		(unsigned long long)(in->taken - (in->raw_len - in->raw_pos)));
	in->damaged = in->ended = true;
	return 0;
}

/* Between members (RFC 1952 section 2.2: a file is a series of them) or frames: true if another one
 * follows. Zeros are the padding of tapes and disks; other bytes are worth a word but no damage. */
static bool another(struct input *in, size_t have)
{
	const uint8_t *p = in->raw + in->raw_pos;
	size_t i = 0;

	if (have && (!in->any || in->codec->match(p, have))) {
		in->any = true;
		return true;
	}
	while (i < have && !p[i])
		i++;
	if (i < have)
		log_warn("%s: bytes after the end of the %s data are not used", in->name,
			in->codec->name);
	in->ended = true;
	return false;
}

/* 1: compressed bytes are at hand. 0: the stream is over (a warning was given if too early). */
static int more_input(struct input *in, struct err *e)
{
	ssize_t have;

	if (in->ended)
		return 0;
	have = raw_need(in, in->in_frame ? 1 : MAGIC_SIZE, e);
	if (have < 0)
		return -1;
	if (!in->in_frame)
		return another(in, (size_t)have);
	if (!have)
		return (int)broken(in, "data ends early");
	return 1;
}

static bool gzip_match(const uint8_t *p, size_t n)
{
	return n >= 2 && p[0] == 0x1f && p[1] == 0x8b;
}

static int gzip_start(struct input *in)
{
	return inflateInit2(&in->z, 15 + 16) == Z_OK ? 0 : -1;
}

static ssize_t gzip_read(struct input *in, uint8_t *dst, size_t n, struct err *e)
{
	z_stream *z = &in->z;

	n = n < UINT_MAX ? n : UINT_MAX;
	z->next_out = dst;
	z->avail_out = (uInt)n;
	while (z->avail_out == n) {
		int more = more_input(in, e), ret;

		if (more <= 0)
			return more;
		if (!in->in_frame)
			inflateReset(z);
		in->in_frame = true;
		z->next_in = in->raw + in->raw_pos;
		z->avail_in = (uInt)(in->raw_len - in->raw_pos);
		ret = inflate(z, Z_NO_FLUSH);
		in->raw_pos = in->raw_len - z->avail_in;
		if (ret == Z_STREAM_END)
			in->in_frame = false;
		else if (ret != Z_OK && ret != Z_BUF_ERROR && z->avail_out == n)
			return broken(in, "data is damaged");
	}
	return (ssize_t)(n - z->avail_out);
}

static void gzip_stop(struct input *in)
{
	inflateEnd(&in->z);
}

/* RFC 8878 sections 3.1.1 and 3.1.2: a frame or a skippable frame. */
static bool zstd_match(const uint8_t *p, size_t n)
{
	return n >= 4 && (le32(p) == 0xfd2fb528 || (le32(p) & 0xfffffff0) == 0x184d2a50);
}

static int zstd_start(struct input *in)
{
	in->zstd = ZSTD_createDStream();
	return in->zstd ? 0 : -1;
}

static ssize_t zstd_read(struct input *in, uint8_t *dst, size_t n, struct err *e)
{
	ZSTD_outBuffer out = {dst, n, 0};

	while (!out.pos) {
		int more = more_input(in, e);
		ZSTD_inBuffer src = {in->raw, in->raw_len, in->raw_pos};
		size_t ret;

		if (more <= 0)
			return more;
		ret = ZSTD_decompressStream(in->zstd, &out, &src);
		in->raw_pos = src.pos;
		if (ZSTD_getErrorCode(ret) == ZSTD_error_frameParameter_windowTooLarge)
			return broken(
				in, "window is too large (unpack it with zstd --long=31 first)");
		if (ZSTD_isError(ret))
			return broken(in, "data is damaged");
		in->in_frame = ret != 0;
	}
	return (ssize_t)out.pos;
}

static void zstd_stop(struct input *in)
{
	ZSTD_freeDStream(in->zstd);
}

static const struct codec codecs[] = {
	{"gzip", gzip_match, gzip_start, gzip_read, gzip_stop},
	{"zstd", zstd_match, zstd_start, zstd_read, zstd_stop},
	{"", stored_match, NULL, stored_read, NULL},
};

/* ---- opening ----------------------------------------------------------------------------- */

static int open_spool(struct input *in, struct err *e)
{
	const char *dir = getenv("TMPDIR");
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/urbscope-XXXXXX", dir && *dir ? dir : "/tmp");
	in->spool = mkostemp(path, O_CLOEXEC);
	if (in->spool < 0)
		return err_set(e, "%s: cannot make a temporary file like %s: %s (set TMPDIR)",
			in->name, path, strerror(errno));
	unlink(path);
	return 0;
}

static int open_fd(struct input *in, const char *path, struct err *e)
{
	struct stat st;
	off_t at;

	if (!in->fd && strcmp(path, "-"))
		in->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (in->fd < 0 || fstat(in->fd, &st))
		return err_set(e, "%s: %s", in->name, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return err_set(e, "%s: %s", in->name, strerror(EISDIR));
	if (!S_ISREG(st.st_mode))
		return 0;
	at = lseek(in->fd, 0, SEEK_CUR);
	in->plain = at >= 0;
	in->base = in->plain ? (uint64_t)at : 0;
	in->size = input_size_now(in);
	return 0;
}

static int choose_codec(struct input *in, bool seekable, struct err *e)
{
	ssize_t have = raw_need(in, MAGIC_SIZE, e);

	if (have < 0)
		return -1;
	in->codec = codecs;
	while (!in->codec->match(in->raw, (size_t)have))
		in->codec++;
	if (in->codec->start) {
		in->plain = false;
		if (in->codec->start(in))
			return err_set(
				e, "%s: cannot start unpacking %s", in->name, in->codec->name);
	}
	return seekable && !in->plain ? open_spool(in, e) : 0;
}

struct input *input_open(const char *path, size_t block, const struct reader_opts *o, struct err *e)
{
	struct input *in = mem_zalloc(1, sizeof(*in));

	in->name = mem_strdup(strcmp(path, "-") ? path : "standard input");
	in->block = block;
	in->spool = -1;
	in->raw = mem_resize(NULL, RAW_SIZE, 1);
	if (o) {
		in->fd = o->fd;
		in->idle = o->idle;
		in->ctx = o->ctx;
	}
	if (!open_fd(in, path, e) && !choose_codec(in, o && o->seekable, e))
		return in;
	input_close(in);
	return NULL;
}

void input_close(struct input *in)
{
	if (!in)
		return;
	if (in->codec && in->codec->stop)
		in->codec->stop(in);
	if (in->fd > STDIN_FILENO)
		close(in->fd);
	if (in->spool >= 0)
		close(in->spool);
	free(in->raw);
	free(in->name);
	free(in);
}

/* ---- reading ----------------------------------------------------------------------------- */

static ssize_t read_at(
	struct input *in, int fd, uint64_t offset, uint8_t *dst, size_t n, struct err *e)
{
	ssize_t got = offset > INT64_MAX ? 0 : pread(fd, dst, n, (off_t)offset);

	return got < 0 ? read_failed(in, e) : got;
}

static int spool_append(struct input *in, const uint8_t *p, size_t n, struct err *e)
{
	while (n) {
		ssize_t put = pwrite(in->spool, p, n, (off_t)in->spooled);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return err_set(e, "%s: cannot write to the temporary file: %s (set TMPDIR)",
				in->name, strerror(errno));
		in->spooled += (uint64_t)put;
		p += put;
		n -= (size_t)put;
	}
	return 0;
}

ssize_t input_read(struct input *in, uint64_t offset, uint8_t *dst, size_t n, struct err *e)
{
	ssize_t got;

	n = n < in->block ? n : in->block;
	if (in->plain)
		return read_at(in, in->fd, in->base + offset, dst, n, e);
	if (in->spool >= 0 && offset < in->spooled) {
		uint64_t left = in->spooled - offset;

		return read_at(in, in->spool, offset, dst, n < left ? n : (size_t)left, e);
	}
	got = in->codec->read(in, dst, n, e);
	if (got > 0 && in->spool >= 0 && spool_append(in, dst, (size_t)got, e))
		return -1;
	return got;
}

bool input_can_seek(const struct input *in)
{
	return in->plain || in->spool >= 0;
}

bool input_is_plain(const struct input *in)
{
	return in->plain;
}

const char *input_name(const struct input *in)
{
	return in->name;
}

const char *input_compression(const struct input *in)
{
	return in->codec->name;
}

bool input_damaged(const struct input *in)
{
	return in->damaged;
}

uint64_t input_consumed(const struct input *in, uint64_t offset)
{
	return in->plain ? offset : in->taken - (in->raw_len - in->raw_pos);
}

uint64_t input_size(const struct input *in)
{
	return in->size;
}

int input_file(const struct input *in, uint64_t *base)
{
	*base = in->base;
	return in->plain && in->size ? in->fd : -1;
}

uint64_t input_size_now(const struct input *in)
{
	struct stat st;

	if (fstat(in->fd, &st) || (uint64_t)st.st_size <= in->base)
		return 0;
	return (uint64_t)st.st_size - in->base;
}
