/* device_known.c: starting knowledge: facts of instances that come to be only later. */
#include "model/device_impl.h"

#include <stdlib.h>

void devices_free_known(struct devices *d)
{
	for (size_t i = 0; i < d->knowns; i++)
		facts_free(d->known[i].fact, d->known[i].facts);
	free(d->known);
}

void devices_take_known(struct devices *d, uint32_t instance)
{
	const struct slot *s = &d->instance[instance - 1];
	const struct address a = {s->pub.section, s->pub.bus, s->pub.address};

	for (size_t i = 0; i < d->knowns; i++) {
		const struct known *k = &d->known[i];

		if (memcmp(&k->at, &a, sizeof(a)) || k->ordinal != s->ordinal)
			continue;
		for (size_t f = 0; f < k->facts; f++)
			devices_add_fact(d, instance, &k->fact[f]);
		if (k->configuration != CONFIGURATION_UNKNOWN)
			devices_set_configuration(d, instance, k->configuration);
		break;
	}
}

void devices_know(struct devices *d, uint32_t section, uint16_t bus, uint16_t address, uint32_t k,
	const struct fact *facts, size_t n, int configuration)
{
	struct known *to;

	array_need(d->known, d->knowns, d->known_cap);
	to = &d->known[d->knowns++];
	*to = (struct known){
		{section, bus, address}, k, configuration, mem_zalloc(n, sizeof(*to->fact)), n};
	for (size_t i = 0; i < n; i++) {
		to->fact[i] = facts[i];
		to->fact[i].data =
			memcpy(mem_resize(NULL, facts[i].len, 1), facts[i].data, facts[i].len);
	}
}

void devices_know_all(struct devices *d, const struct devices *from)
{
	for (size_t i = 0; i < from->instances; i++) {
		const struct slot *s = &from->instance[i];

		if (s->facts && s->pub.address) /* behind address 0 are many devices in turn */
			devices_know(d, s->pub.section, s->pub.bus, s->pub.address, s->ordinal,
				s->fact, s->facts, CONFIGURATION_UNKNOWN);
	}
	for (size_t i = 0; i < from->knowns; i++) { /* of devices that did not come to be */
		const struct known *k = &from->known[i];

		devices_know(d, k->at.section, k->at.bus, k->at.address, k->ordinal, k->fact,
			k->facts, k->configuration);
	}
}
