/* payload.c: cells of six sizes cut from slabs of 64 KiB; free cells are chained through their own
 * first bytes. A handle is class << 24 | cell number + 1. */
#include "model/payload.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

static const uint32_t cell_size[PAYLOAD_CLASSES] = {64, 256, 1024, 4096, 16384, PAYLOAD_EACH};

static uint8_t *cell_at(const struct payload_pool *p, unsigned class, uint32_t cell)
{
	uint32_t per_slab = PAYLOAD_EACH / cell_size[class];

	return p->class[class].slab[cell / per_slab] + cell % per_slab * cell_size[class];
}

static void chain(struct payload_pool *p, unsigned class, uint32_t cell)
{
	memcpy(cell_at(p, class, cell), &p->class[class].free, sizeof(uint32_t));
	p->class[class].free = cell + 1;
}

/* A new slab for the class; false when the pool is at its limit. */
static int grow(struct payload_pool *p, unsigned class)
{
	struct payload_class *c = &p->class[class];
	uint32_t per_slab = PAYLOAD_EACH / cell_size[class], first = (uint32_t)c->slabs * per_slab;

	if (p->used + PAYLOAD_EACH > PAYLOAD_ALL)
		return 0;
	array_need(c->slab, c->slabs, c->cap);
	c->slab[c->slabs++] = mem_resize(NULL, PAYLOAD_EACH, 1);
	p->used += PAYLOAD_EACH;
	for (uint32_t i = per_slab; i-- > 0;)
		chain(p, class, first + i);
	return 1;
}

uint32_t payload_keep(struct payload_pool *p, const uint8_t *data, uint32_t n, uint32_t *kept)
{
	unsigned class = 0;
	uint32_t cell;

	*kept = 0;
	if (!n)
		return 0;
	if (n > PAYLOAD_EACH)
		n = PAYLOAD_EACH;
	while (cell_size[class] < n)
		class ++;
	if (!p->class[class].free && !grow(p, class))
		return 0;
	cell = p->class[class].free - 1;
	memcpy(&p->class[class].free, cell_at(p, class, cell), sizeof(uint32_t));
	memcpy(cell_at(p, class, cell), data, n);
	*kept = n;
	return (uint32_t) class << 24 | (cell + 1);
}

void payload_append(
	struct payload_pool *p, uint32_t *handle, uint32_t *kept, const uint8_t *data, uint32_t n)
{
	unsigned class = *handle >> 24;
	uint32_t had = *kept, bigger;
	uint8_t *to;

	if (n > PAYLOAD_EACH - had)
		n = PAYLOAD_EACH - had;
	if (!n)
		return;
	if (!*handle) {
		*handle = payload_keep(p, data, n, kept);
		return;
	}
	while (cell_size[class] < had + n)
		class ++;
	if (class != *handle >> 24) {
		if (!p->class[class].free && !grow(p, class))
			return;
		bigger = p->class[class].free;
		to = cell_at(p, class, bigger - 1);
		memcpy(&p->class[class].free, to, sizeof(uint32_t));
		memcpy(to, payload_data(p, *handle), had);
		payload_drop(p, *handle);
		*handle = (uint32_t) class << 24 | bigger;
	}
	memcpy(cell_at(p, class, (*handle & 0xffffff) - 1) + had, data, n);
	*kept = had + n;
}

const uint8_t *payload_data(const struct payload_pool *p, uint32_t handle)
{
	return cell_at(p, handle >> 24, (handle & 0xffffff) - 1);
}

void payload_drop(struct payload_pool *p, uint32_t handle)
{
	if (handle)
		chain(p, handle >> 24, (handle & 0xffffff) - 1);
}

void payload_free(struct payload_pool *p)
{
	for (unsigned i = 0; i < PAYLOAD_CLASSES; i++) {
		for (size_t s = 0; s < p->class[i].slabs; s++)
			free(p->class[i].slab[s]);
		free(p->class[i].slab);
	}
	*p = (struct payload_pool){0};
}
