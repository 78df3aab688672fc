/* mapping.h: a part of a file mapped into memory, moved along as the file is read. Where the file
 * becomes shorter, or the disk fails, the mapped bytes read as zeros: the process is not killed. */
#ifndef CAPTURE_MAPPING_H
#define CAPTURE_MAPPING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mapping_guard;

struct mapping {
	int fd;
	uint8_t *at; /* address space kept for the mapping: cap bytes, of which len are mapped */
	size_t cap, len;
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
