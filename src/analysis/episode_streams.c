/* episode_streams.c: static streams of a device from OPEN_STATIC_STREAMS to CLOSE_STATIC_STREAMS:
 * URB functions of Windows that USBPcap records without endpoint and count (usb/observability.c).
 */
#include "analysis/episode_impl.h"
#include "usb/urb_function.h"

#include <string.h>

struct streaming {
	struct episode *ep;
	uint64_t xfers, bytes;
};

struct state {
	struct streaming open[EPISODES_OPEN];
	size_t n;
};

static void end(struct state *s, struct episodes *e, struct streaming *o, const char *outcome)
{
	struct text t = episode_text(o->ep);

	episode_say_count(&t, o->xfers, "bulk transfer", "bulk transfers");
	text_str(&t, " meanwhile, ");
	episode_say_bytes(&t, o->bytes);
	episode_end(e, o->ep, outcome, TONE_NONE);
	memmove(o, o + 1, (size_t)(s->open + s->n - (o + 1)) * sizeof(*o));
	s->n--;
}

static struct streaming *of_device(struct state *s, const struct xfer *x)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->open[i].ep->instance == x->instance)
			return &s->open[i];
	return NULL;
}

static void on_request(struct state *s, struct episodes *e, struct row *row)
{
	const struct xfer *x = row->x;
	struct streaming *o = of_device(s, x);

	if (x->function == URB_FUNCTION_OPEN_STATIC_STREAMS) {
		if (!o) {
			if (s->n == EPISODES_OPEN)
				end(s, e, &s->open[0], "open");
			o = &s->open[s->n++];
			*o = (struct streaming){.ep = episode_begin(EPISODE_STREAMS, x, false)};
		}
		episode_step(e, o->ep, row, NULL);
	} else if (o && x->function == URB_FUNCTION_CLOSE_STATIC_STREAMS) {
		episode_step(e, o->ep, row, NULL);
		end(s, e, o, "closed");
	}
}

static void xfer(void *state, struct episodes *e, struct row *row)
{
	struct state *s = state;
	const struct xfer *x = row->x;
	struct streaming *o;

	if (x->type == USB_REQUEST && x->flags & XFER_HAS_FUNCTION) {
		on_request(s, e, row);
	} else if (x->type == USB_BULK && s->n && (o = of_device(s, x))) {
		o->xfers++;
		o->bytes += x->len > 0 ? (uint64_t)x->len : 0;
		episode_add(e, o->ep, row);
	}
}

static void finish(void *state, struct episodes *e)
{
	struct state *s = state;

	while (s->n)
		end(s, e, &s->open[0], "open");
}

const struct episode_detector episode_streams = {sizeof(struct state), xfer, finish};
