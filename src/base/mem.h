/* mem.h: allocation that cannot return NULL (out of memory ends the program with a message) and
 * growable arrays. Nothing here is called per record. */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/* Zeroed memory; freed with free(). */
void *mem_zalloc(size_t n, size_t size);
/* realloc that does not zero; overflow of n * size counts as out of memory. */
void *mem_resize(void *p, size_t n, size_t size);
char *mem_strdup(const char *s);

/* A growable array is three members of the owner: T *v; size_t n, cap. After array_need(), v[n]
 * may be written. Capacity doubles; pointers into v do not survive. */
#define array_need(v, n, cap)                                                                      \
	do {                                                                                       \
		if ((n) == (cap)) {                                                                \
			(cap) = (cap) ? (cap) * 2 : 16;                                            \
			(v) = mem_resize((v), (cap), sizeof(*(v)));                                \
		}                                                                                  \
	} while (0)

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
