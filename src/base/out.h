/* out.h: output through one block buffer: nothing is formatted by stdio, a write that fails is
 * remembered, and a closed pipe ends the program's output quietly. */
#ifndef BASE_OUT_H
#define BASE_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { OUT_BLOCK = 64 * 1024 };

struct out {
	char *buf; /* OUT_BLOCK bytes */
	size_t len;
	int fd;	     /* -1: everything is thrown away */
	int failed;  /* errno of the first failed write, 0 if none; later output is dropped */
	bool closed; /* the reader went away (EPIPE): not an error, but work can stop */
	bool prompt; /* flush after each line (terminal, live) */
};

void out_init(struct out *o, int fd);
void out_flush(struct out *o);
/* Flushes and frees; returns 0 or the errno of a failed write (EPIPE counts as success). */
int out_close(struct out *o);

/* At least n (<= OUT_BLOCK) free bytes to format into; the caller adds to len. */
static inline char *out_room(struct out *o, size_t n)
{
	if (o->len + n > OUT_BLOCK)
		out_flush(o);
	return o->buf + o->len;
}

void out_mem(struct out *o, const char *s, size_t n);

static inline void out_char(struct out *o, char c)
{
	*out_room(o, 1) = c;
	o->len++;
}

static inline void out_str(struct out *o, const char *s)
{
	out_mem(o, s, strlen(s));
}

/* n times c. */
void out_pad(struct out *o, char c, size_t n);
void out_u64(struct out *o, uint64_t v);
void out_printf(struct out *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
