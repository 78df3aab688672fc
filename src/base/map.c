/* map.c: insertion, growth and removal of the hash table. */
#include "base/map.h"
#include "base/mem.h"

#include <stdlib.h>

void map_grow(struct map *m)
{
	struct map old = *m;
	uint32_t slots = old.slot ? (old.mask + 1) * 2 : 64;

	*m = (struct map){mem_zalloc(slots, sizeof(*m->slot)), 0, slots - 1};
	for (uint32_t i = 0; old.slot && i <= old.mask; i++)
		if (old.slot[i].value)
			map_insert(m, old.slot[i].hash, old.slot[i].value);
	free(old.slot);
}

void map_remove(struct map *m, struct map_slot *s)
{
	uint32_t hole = (uint32_t)(s - m->slot), i = hole;

	/* Close the hole: move back every follower whose home is not between hole and it. */
	for (;;) {
		i = (i + 1) & m->mask;
		if (!m->slot[i].value)
			break;
		if (((i - m->slot[i].hash) & m->mask) >= ((i - hole) & m->mask)) {
			m->slot[hole] = m->slot[i];
			hole = i;
		}
	}
	m->slot[hole].value = 0;
	m->n--;
}

void map_free(struct map *m)
{
	free(m->slot);
	*m = (struct map){0};
}
