/* map.h: an open-addressing hash table from a hash to 32-bit values whose keys live with the owner:
 * linear probing, backward-shift deletion, at most 3/4 full, 8 bytes an entry. The owner compares
 * keys, so any key type fits and nothing is stored twice. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stdbool.h>
#include <stdint.h>

struct map_slot {
	uint32_t hash, value; /* value 0: empty; so values start at 1 */
};

struct map {
	struct map_slot *slot; /* NULL until the first insertion */
	uint32_t n, mask;      /* mask + 1 slots */
};

/* True if the entry `value` of the owner has the key looked for. */
typedef bool map_eq(const void *owner, uint32_t value, const void *key);

/* Mixes 64 bits into 32 well-spread ones: the upper half of a product by 2^64 / golden ratio, which
 * all lower bits reach, after the upper ones were folded onto them. */
static inline uint32_t map_hash(uint64_t k)
{
	k ^= k >> 32;
	k *= 0x9e3779b97f4a7c15u;
	return (uint32_t)(k >> 32);
}

/* The slot holding the key, or NULL. Valid until the next insertion or removal. */
static inline struct map_slot *map_find(
	const struct map *m, uint32_t hash, map_eq *eq, const void *owner, const void *key)
{
	if (!m->n)
		return 0;
	for (uint32_t i = hash & m->mask; m->slot[i].value; i = (i + 1) & m->mask)
		if (m->slot[i].hash == hash && eq(owner, m->slot[i].value, key))
			return &m->slot[i];
	return 0;
}

/* The next slot with the same key behind one of them, or NULL: keys may stand more than once. */
static inline struct map_slot *map_find_next(const struct map *m, const struct map_slot *s,
	map_eq *eq, const void *owner, const void *key)
{
	uint32_t hash = s->hash;

	for (uint32_t i = (uint32_t)(s - m->slot + 1) & m->mask; m->slot[i].value;
		i = (i + 1) & m->mask)
		if (m->slot[i].hash == hash && eq(owner, m->slot[i].value, key))
			return &m->slot[i];
	return 0;
}

/* Room for one more entry: called by map_insert() alone. */
void map_grow(struct map *m);

/* Adds an entry. value must not be 0. */
static inline void map_insert(struct map *m, uint32_t hash, uint32_t value)
{
	uint32_t i;

	if (!m->slot || m->n >= (m->mask + 1) / 4 * 3)
		map_grow(m);
	for (i = hash & m->mask; m->slot[i].value;)
		i = (i + 1) & m->mask;
	m->slot[i] = (struct map_slot){hash, value};
	m->n++;
}

/* Removes a slot that map_find returned. */
void map_remove(struct map *m, struct map_slot *s);
void map_free(struct map *m);

#endif
