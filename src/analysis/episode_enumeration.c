/* episode_enumeration.c: a device comes to the bus: its port is reset, it answers at the default
 * address, gets its own, is asked for descriptors and configured (USB 2.0 9.1.2). Where no hub is
 * captured it begins with what is asked of address 0, or (Windows) of a new address. */
#include "analysis/episode_impl.h"
#include "base/cursor.h"
#include "base/mem.h"
#include "model/ports.h"
#include "usb/hub.h"

#include <string.h>

enum { SET_ADDRESS = 5, GET_DESCRIPTOR = 6, SET_CONFIGURATION = 9, DEVICE_DESCRIPTOR = 1 };
/* Hosts wait 5 s at most for a request (USB 2.0 9.2.6.1). */
static const int64_t given_up_ns = 10 * INT64_C(1000000000);

struct coming {
	struct episode *ep;
	uint32_t hub;	  /* instance; 0: not captured */
	uint32_t newest;  /* instances there were when it began */
	uint16_t address; /* 0: none yet */
	uint16_t hub_address;
	uint8_t port;
	bool in_reset;
	bool tentative; /* it may be no enumeration: told only if the device is configured */
	bool blind;	/* the capture does not record whether it is */
	uint32_t resets, requests, refused, failed;
};

struct state {
	struct coming open[EPISODES_OPEN];
	size_t n;
	uint32_t newest; /* instance seen so far */
	const struct devices *devices;
};

/* ---- beginning and end ----------------------------------------------------------------------- */

static void say_device(struct text *t, const struct coming *c, const struct devices *d)
{
	const struct fact *f = devices_fact(d, c->ep->instance, UINT32_MAX, 1, 0, FACT_ANY);
	const struct instance *i = devices_get_instance(d, c->ep->instance);

	if (f && f->len >= 12)
		text_printf(t, "%04x:%04x, ", le16(f->data + 8), le16(f->data + 10));
	if (i->speed != USB_SPEED_UNKNOWN) {
		text_str(t, speed_is_inferred((enum speed_from)i->speed_from) ? "~" : "");
		text_str(t, usb_speed_words((enum usb_speed)i->speed));
		text_str(t, ", ");
	}
	if (c->address) {
		text_str(t, "address ");
		text_u64(t, c->address);
	} else {
		text_str(t, "no address");
	}
}

static void say(struct coming *c, const struct devices *d)
{
	struct text t = episode_text(c->ep);
	const struct episode_step *slowest = episode_slowest(c->ep);
	const char *answer = slowest ? strstr(slowest->text, " → ") : NULL;

	if (c->ep->instance)
		say_device(&t, c, d);
	else if (c->hub)
		text_printf(&t, "port %u of the hub at address %u", c->port, c->hub_address);
	text_str(&t, t.len ? ": " : "");
	if (c->resets) {
		episode_say_count(&t, c->resets, "reset", "resets");
		text_str(&t, ", ");
	}
	episode_say_count(&t, c->requests, "request", "requests");
	if (c->refused) {
		text_str(&t, ", ");
		text_u64(&t, c->refused);
		text_str(&t, " refused");
	}
	if (c->failed) {
		text_str(&t, ", ");
		text_u64(&t, c->failed);
		text_str(&t, " failed");
	}
	if (!slowest)
		return;
	text_str(&t, "; slowest ");
	episode_say_duration(&t, slowest->longest);
	text_str(&t, ": ");
	text_mem(&t, slowest->text,
		answer ? (size_t)(answer - slowest->text) : strlen(slowest->text));
}

static void leave(struct state *s, struct coming *c)
{
	memmove(c, c + 1, (size_t)(s->open + s->n - (c + 1)) * sizeof(*c));
	s->n--;
}

static void end(
	struct state *s, struct episodes *e, struct coming *c, const char *outcome, enum tone tone)
{
	say(c, s->devices);
	if (c->tentative)
		episode_drop(c->ep);
	else
		episode_end(e, c->ep, outcome, tone);
	leave(s, c);
}

static void fail(struct state *s, struct episodes *e, struct coming *c, const char *outcome)
{
	if (c->blind)
		end(s, e, c, "not recorded", TONE_NONE);
	else
		end(s, e, c, outcome, TONE_BAD);
}

static struct coming *begin(struct state *s, struct episodes *e, const struct row *row)
{
	struct coming *c;

	if (s->n == EPISODES_OPEN)
		fail(s, e, &s->open[0], "incomplete");
	c = &s->open[s->n++];
	*c = (struct coming){
		.ep = episode_begin(EPISODE_ENUMERATION, row->x, false),
		.newest = devices_instances(devices_of(row)),
		.blind = capture_lacks_empty(row->x->capture),
	};
	return c;
}

/* Those of which nothing was heard for long. */
static void give_up(struct state *s, struct episodes *e, int64_t now)
{
	for (size_t i = s->n; i-- > 0;)
		if (now - s->open[i].ep->end > given_up_ns)
			fail(s, e, &s->open[i], "given up");
}

/* ---- the hub's part -------------------------------------------------------------------------- */

static struct coming *at_port(struct state *s, uint32_t hub, uint8_t port)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->open[i].hub == hub && s->open[i].port == port)
			return &s->open[i];
	return NULL;
}

/* The one that answers at address 0 of that bus: only one does at a time. */
static struct coming *without_address(struct state *s, const struct xfer *x)
{
	for (size_t i = 0; i < s->n; i++)
		if (!s->open[i].address && s->open[i].ep->bus == x->bus &&
			s->open[i].ep->section == x->section)
			return &s->open[i];
	return NULL;
}

/* The one that answers at address 0 behind that port, by the SPLITs to it: its hub is known only
 * now, when the host resets it a second time. */
static struct coming *behind(struct state *s, const struct xfer *x, uint8_t port)
{
	struct coming *c = without_address(s, x);
	const struct instance *i = c && !c->hub && c->ep->instance
					   ? devices_get_instance(s->devices, c->ep->instance)
					   : NULL;

	if (!i || !i->split_hub || i->split_hub != x->device || i->split_port != port)
		return NULL;
	c->hub = x->instance;
	c->port = port;
	return c;
}

static void on_port_reset(struct state *s, struct episodes *e, struct row *row, uint8_t port)
{
	const struct xfer *x = row->x;
	struct coming *c = at_port(s, x->instance, port), *other;

	if (!c)
		c = behind(s, x, port);
	if (!c) {
		other = without_address(s, x);
		if (other)
			fail(s, e, other, "given up");
		c = begin(s, e, row);
		c->hub = x->instance;
		c->hub_address = x->device;
		c->port = port;
		/* what the device itself is asked is in a capture of its own */
		c->blind |= x->capture == CAPTURE_QEMU;
		c->ep->instance = 0;
		c->ep->device = 0;
	}
	c->address = 0; /* USB 2.0 9.1.1.3 */
	c->resets++;
	c->in_reset = true;
	episode_step(e, c->ep, row, "port reset");
}

/* The host has seen a change of the port. */
static bool is_acknowledgement(const struct usb_setup *r)
{
	return r->bRequest == HUB_CLEAR_FEATURE &&
	       ((r->wValue >= C_PORT_CONNECTION && r->wValue <= C_PORT_RESET) ||
		       r->wValue == C_PORT_LINK_STATE || r->wValue == C_PORT_CONFIG_ERROR ||
		       r->wValue == C_BH_PORT_RESET);
}

/* What belongs to a reset is part of that step; acknowledgements and other polls are none. */
static void on_port_in_work(
	struct episodes *e, struct coming *c, struct row *row, const struct usb_setup *r, bool gone)
{
	if (c->in_reset)
		episode_extend(e, c->ep, row);
	else if (is_acknowledgement(r))
		episode_add(e, c->ep, row);
	else if (r->bRequest != HUB_GET_STATUS || gone)
		episode_step(e, c->ep, row, NULL);
	if (r->bRequest == HUB_CLEAR_FEATURE && r->wValue == C_PORT_RESET)
		c->in_reset = false;
}

static void on_port(struct state *s, struct episodes *e, struct row *row, const struct usb_setup *r)
{
	const struct xfer *x = row->x;
	uint8_t port = (uint8_t)r->wIndex;
	struct coming *c = at_port(s, x->instance, port);
	bool gone = r->bmRequestType == HUB_PORT_IN && r->bRequest == HUB_GET_STATUS &&
		    x->data.kept >= 4 && !(x->data.data[0] & HUB_PORT_CONNECTED);

	if (r->bmRequestType == HUB_PORT_OUT && r->bRequest == HUB_SET_FEATURE &&
		(r->wValue == PORT_RESET || r->wValue == BH_PORT_RESET) && x->status == STATUS_OK)
		on_port_reset(s, e, row, port);
	else if (c)
		on_port_in_work(e, c, row, r, gone);
	if (c && gone)
		fail(s, e, c, c->failed ? "failed" : "disconnected");
}

/* ---- the device's part ----------------------------------------------------------------------- */

static void on_device(struct state *s, struct episodes *e, struct coming *c, struct row *row,
	const struct usb_setup *r)
{
	const struct xfer *x = row->x;

	c->in_reset = false;
	c->requests++;
	c->refused += x->status == STATUS_STALL;
	c->failed += x->status != STATUS_STALL && status_is_error(x->status);
	c->ep->instance = x->instance;
	c->ep->device = x->device;
	episode_step(e, c->ep, row, NULL);
	if (!x->device && r->bRequest == SET_ADDRESS && x->status == STATUS_OK)
		c->address = r->wValue;
	if (r->bRequest != SET_CONFIGURATION || x->status != STATUS_OK || !r->wValue)
		return;
	c->tentative = false;
	end(s, e, c, "configured", TONE_GOOD);
}

/* Whose address it is: SET_ADDRESS told, or the device that was found at the port that was reset,
 * or, where no hub is seen, the first new one. */
static struct coming *whose(struct state *s, const struct row *row, const struct usb_setup *r)
{
	const struct xfer *x = row->x;
	const struct instance *i = devices_get_instance(devices_of(row), x->instance);
	struct coming *c = without_address(s, x);

	for (size_t k = 0; k < s->n; k++)
		if (s->open[k].address == x->device && s->open[k].ep->bus == x->bus &&
			s->open[k].ep->section == x->section)
			return &s->open[k];
	if (!c || r->bRequest != GET_DESCRIPTOR || r->wValue >> 8 != DEVICE_DESCRIPTOR ||
		x->instance <= c->newest ||
		(c->hub && i->hub && (i->hub != c->hub || i->hub_port != c->port)))
		return NULL;
	c->address = x->device;
	return c;
}

/* Without a hub: somebody is asked at address 0, or (Windows) a device of which nothing was heard.
 */
static bool may_begin(
	const struct devices *d, const struct xfer *x, const struct usb_setup *r, bool first)
{
	bool asked = r->bRequest == GET_DESCRIPTOR && r->wValue >> 8 == DEVICE_DESCRIPTOR;

	if (!x->device)
		return asked || r->bRequest == SET_ADDRESS;
	return asked && first &&
	       devices_get_instance(d, x->instance)->configuration == CONFIGURATION_UNKNOWN;
}

static void xfer(void *state, struct episodes *e, struct row *row)
{
	struct state *s = state;
	const struct xfer *x = row->x;
	struct usb_setup r;
	struct coming *c;
	bool first = x->instance > s->newest;

	s->devices = devices_of(row);
	if (first)
		s->newest = x->instance;
	if (!has_setup(x) || !x->instance)
		return;
	r = usb_setup_parse(x->setup);
	give_up(s, e, x->begin);
	if (r.bmRequestType == HUB_PORT_IN || r.bmRequestType == HUB_PORT_OUT) {
		on_port(s, e, row, &r);
		return;
	}
	if (setup_request_type(r.bmRequestType) != REQUEST_STANDARD)
		return;
	c = x->device ? whose(s, row, &r) : without_address(s, x);
	if (!c && may_begin(s->devices, x, &r, first)) {
		c = begin(s, e, row);
		c->newest = x->instance;
		c->address = x->device;
		c->tentative = x->device != 0;
	}
	if (c)
		on_device(s, e, c, row, &r);
}

static void finish(void *state, struct episodes *e)
{
	struct state *s = state;

	while (s->n) {
		struct coming *c = &s->open[0];

		if (c->failed || c->blind)
			fail(s, e, c, "failed");
		else
			end(s, e, c, "incomplete", TONE_NONE);
	}
}

const struct episode_detector episode_enumeration = {sizeof(struct state), xfer, finish};
