/* util.c: messages, memory that lives as long as the program, and the random number generator. */
#include "tests/gen/gen.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

_Noreturn void die(const char *fmt, ...)
{
	va_list ap;

	fputs("gen: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(2);
}

void *grow(void *p, size_t n)
{
	p = realloc(p, n ? n : 1);
	if (!p)
		die("out of memory (%zu bytes)", n);
	return p;
}

/* A chain that keeps everything reachable for the leak checker. */
struct kept {
	struct kept *next;
	max_align_t bytes[];
};

void *keep(size_t n)
{
	static struct kept *all;
	struct kept *k = calloc(1, sizeof(*k) + n);

	if (!k)
		die("out of memory (%zu bytes)", n);
	k->next = all;
	all = k;
	return k->bytes;
}

/* xorshift64*, Vigna 2014; the state must not be 0. */
uint64_t prng_next(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1du;
}
