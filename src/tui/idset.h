/* idset.h: a set of transfer ids as bits with counts, so that the n-th member and the rank of an id
 * are found at once among millions. */
#ifndef TUI_IDSET_H
#define TUI_IDSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct idset {
	uint64_t *bits;	 /* id - 1 */
	uint32_t *count; /* members in each block of IDSET_BLOCK ids */
	size_t blocks;
	uint32_t members;
};

enum { IDSET_BLOCK = 4096 };

void idset_free(struct idset *s);
/* Empty, memory kept. */
void idset_clear(struct idset *s);
/* Ids count from 1. */
void idset_add(struct idset *s, uint32_t id);
void idset_remove(struct idset *s, uint32_t id);
bool idset_has(const struct idset *s, uint32_t id);
/* How many members are less than id. */
uint32_t idset_rank(const struct idset *s, uint32_t id);
/* Member n from 0; 0: there are fewer. */
uint32_t idset_nth(const struct idset *s, uint32_t n);
/* The least member > id, or the greatest one < id; 0: none. */
uint32_t idset_after(const struct idset *s, uint32_t id);
uint32_t idset_before(const struct idset *s, uint32_t id);

#endif
