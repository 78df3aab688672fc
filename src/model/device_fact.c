/* device_fact.c: what devices told of themselves: descriptors, and those as of a version. */
#include "model/device_impl.h"
#include "usb/desc.h"

#include <stdlib.h>

enum { CLASS_HUB = 9 };

void facts_free(struct fact *f, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(f[i].data);
	free(f);
}

/* ---- as of a version ---------------------------------------------------------------- */

/* Walks the facts of an instance that were known at a version, newest first, and on into those it
 * inherited. */
struct walk {
	const struct devices *d;
	uint32_t instance, version, left; /* left: facts of `instance` not looked at */
};

static struct walk walk_facts(const struct devices *d, uint32_t instance, uint32_t version)
{
	struct walk w = {d, instance, version, 0};

	if (instance)
		w.left = (uint32_t)d->instance[instance - 1].facts;
	return w;
}

static const struct fact *walk_next(struct walk *w)
{
	while (w->instance) {
		const struct slot *s = &w->d->instance[w->instance - 1];

		while (w->left) {
			const struct fact *f = &s->fact[--w->left];

			if (f->since <= w->version)
				return f;
		}
		*w = walk_facts(w->d, s->inherits ? s->pub.previous : 0, s->inherited);
	}
	return NULL;
}

const struct fact *devices_fact(const struct devices *d, uint32_t instance, uint32_t version,
	uint8_t type, uint8_t index, uint32_t which)
{
	struct walk w = walk_facts(d, instance, version);
	const struct fact *f;

	while ((f = walk_next(&w)))
		if (f->type == type && f->index == index &&
			(which == FACT_ANY || f->which == which))
			return f;
	return NULL;
}

const struct fact *devices_configuration(
	const struct devices *d, uint32_t instance, uint32_t version, int value)
{
	struct walk w = walk_facts(d, instance, version);
	const struct fact *f;
	struct desc_config c;

	while ((f = walk_next(&w)))
		if (f->type == DESC_CONFIGURATION && desc_config_parse(&c, f->data, f->len) &&
			c.bConfigurationValue == value)
			return f;
	return NULL;
}

static bool same_key(const void *owner, uint32_t value, const void *key)
{
	const struct fact *a = ((const struct fact *const *)owner)[value - 1], *b = key;

	return a->type == b->type && a->index == b->index && a->which == b->which;
}

size_t devices_facts_now(
	const struct devices *d, uint32_t instance, const struct fact *out[FACTS_MAX])
{
	struct walk w = walk_facts(d, instance, UINT32_MAX);
	struct map seen = {0};
	const struct fact *f;
	size_t n = 0;

	while (n < FACTS_MAX && (f = walk_next(&w))) {
		uint32_t hash = map_hash((uint64_t)f->type << 24 | f->index << 16 | f->which);

		if (map_find(&seen, hash, same_key, out, f))
			continue;
		out[n++] = f;
		map_insert(&seen, hash, (uint32_t)n);
	}
	map_free(&seen);
	for (size_t i = 0; i < n / 2; i++) {
		f = out[i];
		out[i] = out[n - 1 - i];
		out[n - 1 - i] = f;
	}
	return n;
}

bool devices_string(
	const struct devices *d, uint32_t instance, uint32_t version, uint8_t index, struct text *t)
{
	const struct fact *f =
		index ? devices_fact(d, instance, version, DESC_STRING, index, FACT_ANY) : NULL;

	if (!f || f->len < 2 || f->data[0] < 2 || f->data[1] != DESC_STRING)
		return false;
	desc_utf16(t, f->data + 2, (f->data[0] < f->len ? f->data[0] : f->len) - 2u);
	if (f->len < f->data[0]) /* not all of it was asked for, or captured */
		text_str(t, "…");
	return true;
}

/* A configuration whose selection was not seen: the only one there is. */
const struct fact *devices_configuration_in_use(const struct devices *d, uint32_t instance)
{
	const struct instance *i = &d->instance[instance - 1].pub;
	struct walk w = walk_facts(d, instance, UINT32_MAX);
	const struct fact *only = NULL, *f;

	if (i->configuration != CONFIGURATION_UNKNOWN)
		return devices_configuration(d, instance, UINT32_MAX, i->configuration);
	while ((f = walk_next(&w))) {
		if (f->type != DESC_CONFIGURATION)
			continue;
		if (only && only->index != f->index)
			return NULL;
		if (!only)
			only = f;
	}
	return only;
}

/* ---- learning ----------------------------------------------------------------------- */

static void find_speed(struct slot *s, const struct fact *f)
{
	struct desc_device dev;
	enum usb_speed speed = USB_SPEED_UNKNOWN;
	enum speed_from from = SPEED_FROM_PACKET_SIZES;

	if (f->type == DESC_DEVICE && desc_device_parse(&dev, f->data, f->len)) {
		/* Linux names its root hubs 1d6b:000N by USB version. */
		if (dev.idVendor == 0x1d6b && dev.idProduct >= 1 && dev.idProduct <= 3) {
			speed = (enum usb_speed)(USB_LOW + dev.idProduct);
			from = SPEED_FROM_ROOT_HUB;
		} else if (dev.bMaxPacketSize0 == 9) { /* 2^9, USB 3.2 9.6.1 */
			speed = USB_SUPER;
		} else if (dev.bDeviceClass == CLASS_HUB &&
			   (dev.bDeviceProtocol == 1 || dev.bDeviceProtocol == 2)) {
			speed = USB_HIGH; /* one translator or many, USB 2.0 11.23.1 */
			from = SPEED_FROM_HUB_PROTOCOL;
		}
	} else if (f->type == DESC_CONFIGURATION) {
		speed = desc_config_speed(f->data, f->len);
	}
	devices_take_speed(s, speed, from);
}

void devices_add_fact(struct devices *d, uint32_t instance, const struct fact *f)
{
	const struct fact *old = devices_fact(d, instance, UINT32_MAX, f->type, f->index, f->which);
	struct slot *s = &d->instance[instance - 1];
	struct fact *new;

	if (!f->len || (old && old->len >= f->len && !memcmp(old->data, f->data, f->len)))
		return;
	if (s->facts == FACTS_MAX || f->len > FACT_LEN || s->bytes + f->len > FACTS_BYTES)
		return;
	array_need(s->fact, s->facts, s->fact_cap);
	new = &s->fact[s->facts++];
	*new = *f;
	new->since = ++s->pub.version;
	new->data = memcpy(mem_resize(NULL, f->len, 1), f->data, f->len);
	s->bytes += f->len;
	devices_touch(d);
	find_speed(s, new);
}
