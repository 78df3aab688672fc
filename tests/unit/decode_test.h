/* decode_test.h: what tests of decoders share: bytes by hand, data in memory of its exact size, the
 * text of a field tree that a recording emit writes. */
#ifndef TESTS_UNIT_DECODE_TEST_H
#define TESTS_UNIT_DECODE_TEST_H

#include "base/emit.h"
#include "model/xfer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* "80 06 00 01": bytes; blanks may stand anywhere between them. Returns how many. */
static inline uint32_t hex(const char *s, uint8_t *to)
{
	uint32_t n = 0;
	unsigned byte;
	int used;

	while (sscanf(s, " %2x%n", &byte, &used) == 1) {
		to[n++] = (uint8_t)byte;
		s += used;
	}
	return n;
}

/* Gives a transfer its data, a copy of exactly its size: a read behind it is found. total: bytes
 * there were. */
static inline void put_data(struct xfer *x, const uint8_t *data, uint32_t kept, uint32_t total)
{
	uint8_t *copy = malloc(kept ? kept : 1);

	if (kept)
		memcpy(copy, data, kept);
	x->data = (struct span){copy, kept, kept, total};
}

static inline void drop(struct xfer *x)
{
	free((void *)(uintptr_t)x->data.data);
}

/* ---- the text of a tree ------------------------------------------------------------- */

static struct recorded {
	char s[1 << 20];
	size_t n;
	bool quiet; /* nothing is written */
} recorded;

static inline void recorded_begin(void)
{
	recorded.n = 0;
	recorded.s[0] = 0;
}

static inline void add(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static inline void add(const char *fmt, ...)
{
	va_list ap;

	if (recorded.quiet)
		return;
	va_start(ap, fmt);
	recorded.n += (size_t)vsnprintf(
		recorded.s + recorded.n, sizeof(recorded.s) - recorded.n, fmt, ap);
	va_end(ap);
	assert_true(recorded.n < sizeof(recorded.s));
}

#endif
