/* stat_bustime.c: the bus time that the transfers of URB captures took, estimated: USB 2.0 section
 * 5.11.3 for as many packets as their lengths need. */
#include "analysis/bus_speed.h"
#include "analysis/stat_impl.h"
#include "usb/bustime.h"

/* How many packets, and of how many bytes; false: some packet size was not known. */
static bool packets_of(
	const struct endpoint_stat *p, uint8_t type, struct bus_estimate *u, uint64_t *bytes)
{
	const struct segment_sizes *z = p->segments.sizes;

	if (!z || !z->transfers)
		return false;
	if (type == USB_ISOCHRONOUS) {
		u->transactions = p->iso_packets;
		*bytes = p->bytes;
		return true;
	}
	u->transactions = z->packets;
	*bytes = z->bytes;
	return z->packed == z->transfers;
}

struct bus_estimate bus_estimate(
	const struct stat *s, const struct devices *d, const struct endpoint_stat *p)
{
	const struct pipe *pipe = devices_get_pipe(d, p->pipe);
	enum usb_type type = (enum usb_type)pipe->type;
	struct bus_estimate u = {.speed = pipe->speed};
	const struct instance *at;
	enum usb_speed speed = bus_speed(d, pipe->instance, &u.guessed);
	uint64_t bytes = 0;

	if (u.speed == USB_SPEED_UNKNOWN)
		u.speed = (uint8_t)speed;
	if (!packets_of(p, pipe->type, &u, &bytes)) {
		u.transactions = 0;
		return u;
	}
	/* on bus captures it is measured; what root hubs answer is not on the bus */
	u.virtual = bus_is_root_hub(d, pipe->instance);
	if (!stat_submits(s) || u.virtual || p->unmeasured ||
		!bustime_transaction((enum usb_speed)u.speed, type, USB_IN, 0))
		return u;
	u.known = true;
	u.ns = bustime_sum((enum usb_speed)u.speed, type, pipe->dir == USB_OUT ? USB_OUT : USB_IN,
		p->segments.sizes->transfers, u.transactions, bytes);
	u.root_ns = u.ns;
	at = devices_get_instance(d, pipe->instance);
	/* two high-speed transactions for each, one of which has the data (11.14) */
	if (u.speed < USB_HIGH && bus_speed_root(d, at->section, at->bus) == USB_HIGH)
		u.root_ns = bustime_sum(USB_HIGH, USB_BULK, USB_IN, 0, 2 * u.transactions, bytes);
	return u;
}
