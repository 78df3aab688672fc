/* out.c: the block buffer behind all output. */
#include "base/out.h"
#include "base/mem.h"
#include "base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void out_init(struct out *o, int fd)
{
	*o = (struct out){.buf = mem_zalloc(OUT_BLOCK, 1), .fd = fd};
}

void out_flush(struct out *o)
{
	size_t done = 0;

	while (done < o->len && o->fd >= 0 && !o->failed) {
		ssize_t n = write(o->fd, o->buf + done, o->len - done);

		if (n > 0)
			done += (size_t)n;
		else if (n < 0 && errno != EINTR)
			o->failed = errno;
	}
	o->closed = o->failed == EPIPE;
	o->len = 0;
}

int out_close(struct out *o)
{
	out_flush(o);
	free(o->buf);
	o->buf = NULL;
	return o->closed ? 0 : o->failed;
}

void out_mem(struct out *o, const char *s, size_t n)
{
	while (n) {
		size_t part = n < OUT_BLOCK ? n : OUT_BLOCK;

		memcpy(out_room(o, part), s, part);
		o->len += part;
		s += part;
		n -= part;
	}
}

void out_pad(struct out *o, char c, size_t n)
{
	while (n) {
		size_t part = n < OUT_BLOCK ? n : OUT_BLOCK;

		memset(out_room(o, part), c, part);
		o->len += part;
		n -= part;
	}
}

void out_u64(struct out *o, uint64_t v)
{
	o->len += fmt_u64(out_room(o, FMT_MAX), v);
}

void out_printf(struct out *o, const char *fmt, ...)
{
	char tmp[2048];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(tmp, sizeof(tmp), fmt, ap);
	va_end(ap);
	if (n > 0)
		out_mem(o, tmp, (size_t)n < sizeof(tmp) ? (size_t)n : sizeof(tmp) - 1);
}
