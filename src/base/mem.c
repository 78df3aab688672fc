/* mem.c: allocation that cannot return NULL. */
#include "base/mem.h"
#include "base/log.h"

#include <stdlib.h>
#include <string.h>

void *mem_zalloc(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size ? size : 1);

	if (!p)
		die_oom((unsigned long long)n * size);
	return p;
}

void *mem_zalloc_line(size_t size)
{
	enum { LINE = 64 };
	size_t whole = (size + LINE - 1) / LINE * LINE;
	void *p = aligned_alloc(LINE, whole);

	if (!p)
		die_oom(whole);
	return memset(p, 0, whole);
}

void *mem_resize(void *p, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		die_oom((unsigned long long)-1);
	p = realloc(p, bytes ? bytes : 1);
	if (!p)
		die_oom(bytes);
	return p;
}

char *mem_strdup(const char *s)
{
	size_t n = strlen(s) + 1;

	return memcpy(mem_resize(NULL, n, 1), s, n);
}
