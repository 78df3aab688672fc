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
		if (k->content)
			devices_set_content(d, instance, k->content_type, k->content);
		break;
	}
}

void devices_know(struct devices *d, uint32_t section, uint16_t bus, uint16_t address, uint32_t k,
	const struct fact *facts, size_t n, int configuration)
{
	struct known *to;

	array_need(d->known, d->knowns, d->known_cap);
	to = &d->known[d->knowns++];
	*to = (struct known){.at = {section, bus, address},
		.ordinal = k,
		.configuration = configuration,
		.fact = mem_zalloc(n, sizeof(*to->fact)),
		.facts = n};
	for (size_t i = 0; i < n; i++) {
		to->fact[i] = facts[i];
		to->fact[i].data =
			memcpy(mem_resize(NULL, facts[i].len, 1), facts[i].data, facts[i].len);
	}
}

/* What was given last is also known by what its endpoints carried. */
static void know_content(struct devices *d, uint8_t content, uint8_t type)
{
	d->known[d->knowns - 1].content = content;
	d->known[d->knowns - 1].content_type = type;
}

void devices_know_all(struct devices *d, const struct devices *from)
{
	for (size_t i = 0; i < from->instances; i++) {
		const struct slot *s = &from->instance[i];

		/* behind address 0 are many devices in turn */
		if (!(s->facts || s->content) || !s->pub.address)
			continue;
		devices_know(d, s->pub.section, s->pub.bus, s->pub.address, s->ordinal, s->fact,
			s->facts, CONFIGURATION_UNKNOWN);
		know_content(d, s->content, s->content_type);
	}
	for (size_t i = 0; i < from->knowns; i++) { /* of devices that did not come to be */
		const struct known *k = &from->known[i];

		devices_know(d, k->at.section, k->at.bus, k->at.address, k->ordinal, k->fact,
			k->facts, k->configuration);
		know_content(d, k->content, k->content_type);
	}
}
