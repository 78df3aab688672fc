/* mapping.h: a part of a file mapped into memory, moved along as the file is read. Where the file
 * becomes shorter, or the disk fails, the mapped bytes read as zeros: the process is not killed. */
#ifndef CAPTURE_MAPPING_H
#define CAPTURE_MAPPING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mapping_guard;

/* The size of a large page where it matters (x86-64, arm64). Windows that end at multiples of it in
 * the file are mapped at the least cost. */
enum { MAPPING_UNIT = 2 * 1024 * 1024 };

struct mapping {
	int fd;
	uint8_t *space; /* address space kept for the mapping: cap bytes */
	size_t cap;
	uint8_t *at; /* what is mapped of it: len bytes */
	size_t len;
	struct mapping_guard *guard;
};

/* fd stays the caller's and must outlive the mapping. Call mapping_close() in the end. */
void mapping_open(struct mapping *m, int fd);
void mapping_close(struct mapping *m);

/* Maps the n (> 0) bytes at file offset `offset`, which the file must have; what was mapped before
 * goes. NULL if they cannot be mapped. */
const uint8_t *mapping_move(struct mapping *m, uint64_t offset, size_t n);

/* Some of the mapped bytes could not be had and read as zeros. */
bool mapping_lost(const struct mapping *m);

#endif
