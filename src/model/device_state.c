/* device_state.c: what hosts and drivers chose of a device: configuration, alternate settings,
 * modes of interfaces; and what its transfers told of those to come. */
#include "model/device_impl.h"

/* In mode.interface: of all interfaces. */
enum { MODE_OF_ALL = 0x100 };

static void add_mode(struct devices *d, struct slot *s, uint16_t interface, uint8_t mode)
{
	if (s->modes == MODES_MAX)
		return;
	array_need(s->mode, s->modes, s->mode_cap);
	s->mode[s->modes++] = (struct mode){++s->pub.version, interface, mode};
	devices_touch(d);
}

void devices_set_mode(struct devices *d, uint32_t instance, uint8_t interface, uint8_t mode)
{
	struct slot *s = &d->instance[instance - 1];

	if (devices_mode(d, instance, UINT32_MAX, interface) != mode)
		add_mode(d, s, interface, mode);
}

uint8_t devices_mode(
	const struct devices *d, uint32_t instance, uint32_t version, uint8_t interface)
{
	const struct slot *s = &d->instance[instance - 1];

	for (size_t i = s->modes; i--;) {
		const struct mode *m = &s->mode[i];

		if (m->since <= version &&
			(m->interface == interface || m->interface == MODE_OF_ALL))
			return m->mode;
	}
	return 0;
}

void devices_set_configuration(struct devices *d, uint32_t instance, int value)
{
	struct slot *s = &d->instance[instance - 1];

	if (s->modes && s->mode[s->modes - 1].interface != MODE_OF_ALL)
		add_mode(d, s, MODE_OF_ALL, 0);
	s->pub.configuration = value;
	memset(s->alternate, value ? 0 : -1, sizeof(s->alternate)); /* USB 2.0 9.1.1.5 */
	devices_touch(d);
}

void devices_set_alternate(
	struct devices *d, uint32_t instance, uint8_t interface, uint8_t alternate)
{
	struct slot *s = &d->instance[instance - 1];

	if (interface >= INTERFACES || alternate > INT8_MAX || s->alternate[interface] == alternate)
		return;
	s->alternate[interface] = (int8_t)alternate;
	devices_touch(d);
}

int devices_alternate(const struct devices *d, uint32_t instance, uint8_t interface)
{
	return interface < INTERFACES ? d->instance[instance - 1].alternate[interface] : -1;
}

void devices_set_content(struct devices *d, uint32_t instance, uint8_t type, uint8_t decoder)
{
	struct slot *s = &d->instance[instance - 1];

	if (s->content == decoder && s->content_type == type)
		return;
	s->content = decoder;
	s->content_type = type;
	s->pub.version++;
	devices_touch(d);
}

void devices_expect(
	struct devices *d, uint32_t instance, uint8_t endpoint, uint8_t dir, uint32_t bytes)
{
	if (instance && endpoint < ENDPOINTS && dir <= USB_IN)
		d->instance[instance - 1].expected[endpoint][dir] = bytes;
}

uint32_t devices_take_expected(struct devices *d, uint32_t instance, uint8_t endpoint, uint8_t dir)
{
	uint32_t *at, bytes;

	if (!instance || endpoint >= ENDPOINTS || dir > USB_IN)
		return 0;
	at = &d->instance[instance - 1].expected[endpoint][dir];
	bytes = *at;
	*at = 0;
	return bytes;
}
