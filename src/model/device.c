/* device.c: interned device instances and pipes. */
#include "model/device.h"
#include "base/map.h"
#include "base/mem.h"

#include <stdlib.h>

/* Endpoints 0–15 and the unknown one; directions out, in, unknown. */
enum { ENDPOINTS = 17, DIRS = 3 };

struct slot {
	struct instance pub;
	uint32_t pipe[ENDPOINTS][DIRS]; /* newest pipe of that endpoint, 0: none */
};

struct node {
	struct pipe pub;
	uint32_t older; /* a pipe of the same endpoint with another type */
};

/* Pipes found lately, by address and endpoint: most captures never miss. */
enum { CACHE_SIZE = 1024 };

struct devices {
	struct slot *instance;
	struct node *pipe;
	size_t instances, instance_cap, pipes, pipe_cap;
	struct map by_address;
	uint32_t cache[CACHE_SIZE];
};

struct address {
	uint32_t section;
	uint16_t bus, address;
};

struct devices *devices_new(void)
{
	return mem_zalloc(1, sizeof(struct devices));
}

void devices_free(struct devices *d)
{
	if (!d)
		return;
	map_free(&d->by_address);
	free(d->instance);
	free(d->pipe);
	free(d);
}

static bool same_address(const void *owner, uint32_t value, const void *key)
{
	const struct instance *i = &((const struct devices *)owner)->instance[value - 1].pub;
	const struct address *a = key;

	return i->address == a->address && i->bus == a->bus && i->section == a->section;
}

static uint32_t find_instance(struct devices *d, struct address a, uint8_t speed)
{
	uint32_t hash = map_hash((uint64_t)a.section << 32 | (uint32_t)a.bus << 16 | a.address);
	const struct map_slot *s = map_find(&d->by_address, hash, same_address, d, &a);

	if (s)
		return s->value;
	array_need(d->instance, d->instances, d->instance_cap);
	d->instance[d->instances] = (struct slot){.pub = {a.bus, a.address, speed, a.section}};
	map_insert(&d->by_address, hash, (uint32_t)++d->instances);
	return (uint32_t)d->instances;
}

/* The pipe of an instance's endpoint, made on first use. */
static uint32_t find_pipe(struct devices *d, uint32_t inst, uint8_t endpoint, uint8_t dir, uint8_t type)
{
	uint8_t row = endpoint < 16 ? endpoint : 16;
	uint32_t *head, n;

	head = &d->instance[inst - 1].pipe[row][dir];
	for (n = *head; n; n = d->pipe[n - 1].older)
		if (d->pipe[n - 1].pub.type == type)
			return n;
	array_need(d->pipe, d->pipes, d->pipe_cap);
	d->pipe[d->pipes] = (struct node){.pub = {inst, endpoint, dir, type}, .older = *head};
	*head = (uint32_t)++d->pipes;
	return *head;
}

uint32_t devices_pipe(struct devices *d, uint32_t section, uint16_t bus, uint16_t address,
	uint8_t endpoint, uint8_t dir, uint8_t type, uint8_t speed)
{
	const struct address a = {section, bus, address};
	uint32_t *cached, n;

	if (type == USB_CONTROL) /* message pipes carry both directions (USB 2.0 section 5.3.2) */
		dir = USB_DIR_UNKNOWN;
	cached = &d->cache[(address << 5 ^ endpoint << 1 ^ (dir & 1) ^ bus << 3) % CACHE_SIZE];
	n = *cached;
	if (n) {
		const struct pipe *p = &d->pipe[n - 1].pub;

		if (p->endpoint == endpoint && p->dir == dir && p->type == type &&
			same_address(d, p->instance, &a))
			return n;
	}
	*cached = find_pipe(d, find_instance(d, a, speed), endpoint, dir, type);
	return *cached;
}

const struct pipe *devices_get_pipe(const struct devices *d, uint32_t n)
{
	return &d->pipe[n - 1].pub;
}

const struct instance *devices_get_instance(const struct devices *d, uint32_t n)
{
	return &d->instance[n - 1].pub;
}

uint32_t devices_pipes(const struct devices *d)
{
	return (uint32_t)d->pipes;
}

uint32_t devices_instances(const struct devices *d)
{
	return (uint32_t)d->instances;
}
