/* idset.c: bits in blocks with counts. */
#include "tui/idset.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum { WORDS = IDSET_BLOCK / 64 };

void idset_free(struct idset *s)
{
	free(s->bits);
	free(s->count);
	*s = (struct idset){0};
}

void idset_clear(struct idset *s)
{
	if (s->blocks) {
		memset(s->bits, 0, s->blocks * WORDS * sizeof(*s->bits));
		memset(s->count, 0, s->blocks * sizeof(*s->count));
	}
	s->members = 0;
}

static void grow(struct idset *s, size_t blocks)
{
	size_t old = s->blocks;

	blocks = blocks > old * 2 ? blocks : old * 2;
	s->bits = mem_resize(s->bits, blocks * WORDS, sizeof(*s->bits));
	s->count = mem_resize(s->count, blocks, sizeof(*s->count));
	memset(s->bits + old * WORDS, 0, (blocks - old) * WORDS * sizeof(*s->bits));
	memset(s->count + old, 0, (blocks - old) * sizeof(*s->count));
	s->blocks = blocks;
}

bool idset_has(const struct idset *s, uint32_t id)
{
	uint32_t i = id - 1;

	return id && i / IDSET_BLOCK < s->blocks && s->bits[i / 64] >> i % 64 & 1;
}

void idset_add(struct idset *s, uint32_t id)
{
	uint32_t i = id - 1;

	if (!id || idset_has(s, id))
		return;
	if (i / IDSET_BLOCK >= s->blocks)
		grow(s, i / IDSET_BLOCK + 1);
	s->bits[i / 64] |= UINT64_C(1) << i % 64;
	s->count[i / IDSET_BLOCK]++;
	s->members++;
}

void idset_remove(struct idset *s, uint32_t id)
{
	uint32_t i = id - 1;

	if (!idset_has(s, id))
		return;
	s->bits[i / 64] &= ~(UINT64_C(1) << i % 64);
	s->count[i / IDSET_BLOCK]--;
	s->members--;
}

uint32_t idset_rank(const struct idset *s, uint32_t id)
{
	uint32_t i = id ? id - 1 : 0, n = 0;
	size_t block = i / IDSET_BLOCK;

	for (size_t b = 0; b < block && b < s->blocks; b++)
		n += s->count[b];
	if (block >= s->blocks)
		return n;
	for (size_t w = block * WORDS; w < i / 64; w++)
		n += (uint32_t)__builtin_popcountll(s->bits[w]);
	return n + (uint32_t)__builtin_popcountll(s->bits[i / 64] & ((UINT64_C(1) << i % 64) - 1));
}

uint32_t idset_nth(const struct idset *s, uint32_t n)
{
	size_t b = 0, w;
	uint64_t word;

	if (n >= s->members)
		return 0;
	for (; n >= s->count[b]; b++)
		n -= s->count[b];
	for (w = b * WORDS; n >= (uint32_t)__builtin_popcountll(s->bits[w]); w++)
		n -= (uint32_t)__builtin_popcountll(s->bits[w]);
	for (word = s->bits[w]; n; n--)
		word &= word - 1;
	return (uint32_t)(w * 64) + (uint32_t)__builtin_ctzll(word) + 1;
}

uint32_t idset_after(const struct idset *s, uint32_t id)
{
	size_t b = id / IDSET_BLOCK, w = id / 64;
	uint64_t word;

	if (b >= s->blocks)
		return 0;
	word = s->bits[w] & ~UINT64_C(0) << id % 64;
	while (!word && ++w < (b + 1) * WORDS)
		word = s->bits[w];
	if (!word) {
		do {
			if (++b >= s->blocks)
				return 0;
		} while (!s->count[b]);
		for (w = b * WORDS; !s->bits[w]; w++)
			;
		word = s->bits[w];
	}
	return (uint32_t)(w * 64) + (uint32_t)__builtin_ctzll(word) + 1;
}

uint32_t idset_before(const struct idset *s, uint32_t id)
{
	size_t b, w;
	uint64_t word;
	uint32_t last; /* bit number of the greatest candidate */

	if (id < 2 || !s->blocks)
		return 0;
	last = id - 2;
	if (last / IDSET_BLOCK >= s->blocks)
		last = (uint32_t)(s->blocks * IDSET_BLOCK) - 1;
	b = last / IDSET_BLOCK;
	w = last / 64;
	word = s->bits[w] & ~UINT64_C(0) >> (63 - last % 64);
	while (!word && w-- > b * WORDS)
		word = s->bits[w];
	if (!word) {
		do {
			if (!b--)
				return 0;
		} while (!s->count[b]);
		for (w = (b + 1) * WORDS - 1; !s->bits[w]; w--)
			;
		word = s->bits[w];
	}
	return (uint32_t)(w * 64) + 63 - (uint32_t)__builtin_clzll(word) + 1;
}
