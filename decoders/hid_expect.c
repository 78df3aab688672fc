/* hid_expect.c: where reports end on the bus: nothing parts those of whole packets from each other,
 * so the model is told of how many bytes the next one is (devices_expect). HID 1.11 8.4: a transfer
 * has one report, and all but the longest end with a short packet; so the longest one's length ends
 * a transfer whatever report it has, as hosts read that many bytes. */
#include "base/mem.h"
#include "decoders/hid.h"

uint32_t hid_longest_report(const struct hid_layout *l, uint8_t kind)
{
	uint64_t bits[256] = {0}, most = 0; /* of each report, without its ID */
	struct hid_report r;

	hid_report_init(&r, l, kind, NULL, 0);
	while (hid_report_next(&r)) {
		uint64_t *of = &bits[hid_global(&r.p, HID_REPORT_ID) & 0xff];

		*of += (uint64_t)r.size * r.count;
		most = *of > most ? *of : most;
	}
	/* one that was guessed, or that ends within a collection, may have more */
	if (!most || l->partial || l->inferred || r.p.depth)
		return 0;
	return (uint32_t)((most + 7) / 8 + hid_numbered(&r.p));
}

static bool is_taught(const struct track *t)
{
	return t->teach && capture_is_bus((enum capture_kind)t->x->capture);
}

/* By what is known now: of an endpoint of that interface, -1: of any. */
static void expect(const struct track *t, uint8_t endpoint, int interface)
{
	const struct instance *i = devices_get_instance(t->devices, t->x->instance);
	struct pipe p =
		devices_describe(t->devices, i->section, i->bus, i->address, endpoint, USB_IN);
	struct hid_layout l;

	if (p.instance == t->x->instance && p.flags & PIPE_DESCRIBED &&
		(interface < 0 || p.interface == interface) && hid_layout(t->devices, &p, &l))
		devices_expect(
			t->teach, p.instance, endpoint, USB_IN, hid_longest_report(&l, HID_INPUT));
}

void hid_expect_next(const struct track *t, uint32_t longest)
{
	const struct pipe *p = devices_get_pipe(t->devices, t->x->pipe);

	if (!is_taught(t) || !(p->flags & PIPE_DESCRIBED))
		return;
	if (p->version == devices_get_instance(t->devices, p->instance)->version)
		devices_expect(t->teach, p->instance, t->x->endpoint, USB_IN, longest);
	else /* something was told since it began, perhaps the report descriptor */
		expect(t, t->x->endpoint, -1);
}

void hid_expect_first(const struct track *t, uint8_t interface)
{
	for (uint8_t endpoint = 1; is_taught(t) && endpoint < 16; endpoint++)
		expect(t, endpoint, interface);
}
