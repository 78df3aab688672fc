/* fnv.h: the FNV-1a hash with which peers compare record bytes. */
#ifndef TESTS_PEER_FNV_H
#define TESTS_PEER_FNV_H

#include <stddef.h>
#include <stdint.h>

static inline uint64_t fnv1a64(const uint8_t *p, size_t n)
{
	uint64_t h = 0xcbf29ce484222325u;

	while (n--)
		h = (h ^ *p++) * 0x100000001b3u;
	return h;
}

#endif
