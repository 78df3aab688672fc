/* map.c: insertion, growth and removal of the hash table. */
#include "base/map.h"
#include "base/mem.h"

#include <stdlib.h>

static void place(struct map *m, struct map_slot s)
{
	uint32_t i = s.hash & m->mask;

	while (m->slot[i].value)
		i = (i + 1) & m->mask;
	m->slot[i] = s;
}

static void grow(struct map *m)
{
	struct map old = *m;
	uint32_t slots = old.slot ? (old.mask + 1) * 2 : 64;

	m->slot = mem_zalloc(slots, sizeof(*m->slot));
	m->mask = slots - 1;
	for (uint32_t i = 0; old.slot && i <= old.mask; i++)
		if (old.slot[i].value)
			place(m, old.slot[i]);
	free(old.slot);
}

void map_insert(struct map *m, uint32_t hash, uint32_t value)
{
	if (!m->slot || m->n >= (m->mask + 1) / 4 * 3)
		grow(m);
	place(m, (struct map_slot){hash, value});
	m->n++;
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
