/* episode_suspend.c: a port sleeps and wakes: selective suspend (USB 2.0 11.24.2.13, 11.9), or link
 * state U3 (USB 3.2 10.16.2.10), with the remote wakeup that was armed before. Who woke it is
 * inferred from the requests: the host asks for it, or the hub tells of a change by itself. */
#include "analysis/episode_impl.h"
#include "base/cursor.h"
#include "model/ports.h"
#include "usb/hub.h"

#include <string.h>

enum { CLEAR_FEATURE = 1, SET_FEATURE = 3, DEVICE_REMOTE_WAKEUP = 1 };
enum { FUNCTION_SUSPEND = 0, FUNCTION_WAKEUP = 2 << 8 }; /* USB 3.2 tables 9-7, 9-8 */
enum { LINK_U0 = 0, LINK_U3 = 3 };

static const int64_t just_before_ns = 10 * INT64_C(1000000);

struct asleep {
	struct episode *ep;
	uint32_t hub;
	uint8_t port;
	bool super, armed;
	bool by_host;	/* the host asked for the resume */
	uint16_t waker; /* who is at the port is not known: ~the address that was armed before it */
	int64_t since;
};

/* Of each device: that it may wake the host, since when. */
struct wakeup {
	int64_t begin, end;
	uint32_t xfer; /* 0: not armed */
};

struct state {
	struct asleep open[EPISODES_OPEN];
	size_t n;
	struct dense wakeup;
	uint32_t newest; /* instance that was armed last */
	int64_t now;
};

/* how: who ended it, NULL: nobody in particular. */
static void end(struct state *s, struct episodes *e, struct asleep *a, const char *outcome,
	const char *how, enum tone tone)
{
	struct text t = episode_text(a->ep);

	if (a->ep->instance == a->hub) /* who sleeps is not known */
		text_printf(&t, "port %u of the hub: ", a->port);
	text_str(&t, "asleep for ");
	episode_say_duration(&t, a->ep->end - a->since);
	if (a->waker)
		text_printf(&t, ", ~remote wakeup of address %u armed", a->waker);
	else
		text_str(&t, a->armed ? ", remote wakeup armed" : ", no remote wakeup seen");
	if (how) {
		text_str(&t, "; ~");
		text_str(&t, how);
	}
	episode_end(e, a->ep, outcome, tone);
	memmove(a, a + 1, (size_t)(s->open + s->n - (a + 1)) * sizeof(*a));
	s->n--;
}

/* The device's feature, or (USB 3.2 9.4.9) that of its functions. */
static void on_wakeup(struct state *s, const struct xfer *x, const struct usb_setup *r)
{
	bool device = r->bmRequestType == 0x00 && r->wValue == DEVICE_REMOTE_WAKEUP;
	bool function = r->bmRequestType == 0x01 && r->wValue == FUNCTION_SUSPEND;
	struct wakeup *w;

	if ((!device && !function) || (r->bRequest != SET_FEATURE && r->bRequest != CLEAR_FEATURE))
		return;
	w = dense_at(&s->wakeup, x->instance, sizeof(*w));
	*w = (struct wakeup){0};
	if (r->bRequest == CLEAR_FEATURE || (function && !(r->wIndex & FUNCTION_WAKEUP)))
		return;
	*w = (struct wakeup){x->begin, x->end, x->id};
	s->newest = x->instance;
}

/* Hosts arm a device right before they suspend its port: the one of which nobody knows where it
 * is. 0: none. */
static uint32_t armed_just_before(struct state *s, const struct row *row)
{
	const struct instance *hub = devices_get_instance(devices_of(row), row->x->instance), *i;
	const struct wakeup *w;

	if (!s->newest || s->newest == row->x->instance)
		return 0;
	i = devices_get_instance(devices_of(row), s->newest);
	w = dense_at(&s->wakeup, s->newest, sizeof(*w));
	return w->xfer && !i->hub && i->bus == hub->bus && i->section == hub->section &&
			       row->x->begin >= w->end && row->x->begin - w->end < just_before_ns
		       ? s->newest
		       : 0;
}

static struct asleep *at_port(struct state *s, uint32_t hub, uint8_t port)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->open[i].hub == hub && s->open[i].port == port)
			return &s->open[i];
	return NULL;
}

static void begin(struct state *s, struct episodes *e, struct row *row, uint8_t port, bool super)
{
	const struct xfer *x = row->x;
	uint32_t child = ports_child(devices_of(row), x->instance, port);
	uint32_t waker = child ? child : armed_just_before(s, row);
	const struct wakeup *w = waker ? dense_at(&s->wakeup, waker, sizeof(struct wakeup)) : NULL;
	struct asleep *a;

	if (s->n == EPISODES_OPEN)
		end(s, e, &s->open[0], "asleep", NULL, TONE_NONE);
	a = &s->open[s->n++];
	*a = (struct asleep){
		.ep = episode_begin(EPISODE_SUSPEND, x, false),
		.hub = x->instance,
		.port = port,
		.super = super,
		.armed = w && w->xfer,
		.since = x->end,
	};
	if (child) {
		a->ep->instance = child;
		a->ep->device = devices_get_instance(devices_of(row), child)->address;
	} else if (waker) {
		a->waker = devices_get_instance(devices_of(row), waker)->address;
		s->newest = 0;
	}
	if (a->armed)
		episode_earlier(a->ep, w->xfer, w->begin, w->end, "remote wakeup armed");
	episode_step(e, a->ep, row, NULL);
}

/* The port's status tells that it is awake. */
static void on_status(struct state *s, struct episodes *e, struct asleep *a, struct row *row)
{
	uint32_t status;
	bool sleeps;

	if (row->x->data.kept < 4)
		return;
	status = le32(row->x->data.data);
	sleeps = a->super ? (status >> 5 & 15) == LINK_U3 : status & HUB_PORT_SUSPENDED;
	if (!(status & HUB_PORT_CONNECTED)) {
		episode_step(e, a->ep, row, NULL);
		end(s, e, a, "disconnected", NULL, TONE_BAD);
	} else if (!sleeps) {
		episode_step(e, a->ep, row, NULL);
		if (a->by_host)
			end(s, e, a, "resumed", "by the host", TONE_GOOD);
		else
			end(s, e, a, "woken", "by the device", TONE_GOOD);
	}
}

static bool puts_to_sleep(const struct usb_setup *r)
{
	return r->bRequest == HUB_SET_FEATURE &&
	       (r->wValue == PORT_SUSPEND ||
		       (r->wValue == PORT_LINK_STATE && r->wIndex >> 8 == LINK_U3));
}

static bool wakes(const struct usb_setup *r)
{
	return (r->bRequest == HUB_CLEAR_FEATURE && r->wValue == PORT_SUSPEND) ||
	       (r->bRequest == HUB_SET_FEATURE &&
		       (r->wValue == PORT_RESET ||
			       (r->wValue == PORT_LINK_STATE && r->wIndex >> 8 == LINK_U0)));
}

static void on_port(struct state *s, struct episodes *e, struct row *row, const struct usb_setup *r)
{
	uint8_t port = (uint8_t)r->wIndex;
	struct asleep *a = at_port(s, row->x->instance, port);

	if (r->bmRequestType == HUB_PORT_OUT && puts_to_sleep(r) && !a) {
		begin(s, e, row, port, r->wValue == PORT_LINK_STATE);
	} else if (a && r->bmRequestType == HUB_PORT_OUT && wakes(r)) {
		a->by_host = true;
		episode_step(e, a->ep, row, NULL);
	} else if (a && r->bmRequestType == HUB_PORT_IN && r->bRequest == HUB_GET_STATUS) {
		on_status(s, e, a, row);
	}
}

/* The hub's status change endpoint: bit n for port n. */
static void on_change(struct state *s, struct episodes *e, struct row *row)
{
	const struct xfer *x = row->x;

	for (size_t i = 0; i < s->n; i++) {
		struct asleep *a = &s->open[i];

		if (a->hub == x->instance && a->port / 8u < x->data.kept &&
			x->data.data[a->port / 8] >> a->port % 8 & 1)
			episode_step(e, a->ep, row, NULL);
	}
}

static void xfer(void *state, struct episodes *e, struct row *row)
{
	struct state *s = state;
	const struct xfer *x = row->x;
	struct usb_setup r;

	if (x->end > s->now)
		s->now = x->end;
	if (x->status != STATUS_OK || !x->instance)
		return;
	if (x->type == USB_INTERRUPT && x->dir == USB_IN && s->n)
		on_change(s, e, row);
	if (!has_setup(x))
		return;
	r = usb_setup_parse(x->setup);
	if (r.bmRequestType == HUB_PORT_IN || r.bmRequestType == HUB_PORT_OUT)
		on_port(s, e, row, &r);
	else
		on_wakeup(s, x, &r);
}

static void finish(void *state, struct episodes *e)
{
	struct state *s = state;

	while (s->n) {
		s->open[0].ep->end = s->now;
		end(s, e, &s->open[0], "asleep", NULL, TONE_NONE);
	}
	dense_free(&s->wakeup);
}

const struct episode_detector episode_suspend = {sizeof(struct state), xfer, finish};
