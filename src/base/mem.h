/* mem.h: allocation that cannot return NULL (out of memory ends the program with a message) and
 * growable arrays. Nothing here is called per record. */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/* Zeroed memory; freed with free(). */
void *mem_zalloc(size_t n, size_t size);
/* The same, of one object, from the beginning of a cache line on. */
void *mem_zalloc_line(size_t size);
/* realloc that does not zero; overflow of n * size counts as out of memory. */
void *mem_resize(void *p, size_t n, size_t size);
char *mem_strdup(const char *s);

/* A growable array is three members of the owner: T *v; size_t n, cap. After array_need(), v[n]
 * may be written. Capacity doubles; pointers into v do not survive. */
#define array_need(v, n, cap)                                                                      \
	do {                                                                                       \
		if ((n) == (cap)) {                                                                \
			(cap) = (cap) ? (cap)*2 : 16;                                              \
			(v) = mem_resize((v), (cap), sizeof(*(v)));                                \
		}                                                                                  \
	} while (0)

/* Zeroes *p of a fixed size that is a multiple of 8, by plain vector stores: what compilers make of
 * memset for a few hundred bytes (rep stos) costs several times as much per record. */
#define mem_clear(p)                                                                               \
	do {                                                                                       \
		_Static_assert(sizeof(*(p)) % 8 == 0, "whole words");                              \
		mem_clear_words((p), sizeof(*(p)) / 8);                                            \
	} while (0)

typedef long long mem_vec __attribute__((vector_size(16), may_alias, aligned(8)));
typedef long long mem_word __attribute__((may_alias));

static inline __attribute__((always_inline)) void mem_clear_words(void *p, size_t words)
{
	mem_vec *v = p;

#pragma GCC unroll 32
	for (size_t i = 0; i < words / 2; i++)
		v[i] = (mem_vec){0};
	if (words % 2)
		((mem_word *)p)[words - 1] = 0;
}

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
