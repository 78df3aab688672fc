/* episode_recovery.c: an endpoint fails, the host does something about it (takes transfers back,
 * clears the halt, resets the function or the port), and it works again or not. */
#include "analysis/episode_impl.h"
#include "model/ports.h"
#include "usb/hub.h"
#include "usb/urb_function.h"

#include <string.h>

enum { CLEAR_FEATURE = 1, SET_FEATURE = 3, SET_CONFIGURATION = 9, SET_INTERFACE = 11 };
enum { ENDPOINT_HALT = 0 };
enum { HALTS = 16, ALL = -1 }; /* set by the host (tests do), the latest of them */

struct recovering {
	struct episode *ep;
	int64_t failed; /* end of the first failure */
	uint32_t errors, actions;
	/* Begun by a cancelled or short transfer, which may be meant: told only if the host acts or
	 * something else fails. */
	bool tentative;
	bool class_reset; /* halts of all pipes are cleared after it (bulk-only 5.3.4) */
	uint32_t set;	  /* the transfer with which the host itself set the halt; 0: none */
};

/* An endpoint that the host halted. */
struct halt {
	uint32_t instance, xfer;
	uint8_t address; /* bEndpointAddress */
};

struct state {
	struct recovering open[EPISODES_OPEN];
	size_t n;
	struct halt halt[HALTS];
	uint32_t halts;
};

/* ---- beginning and end ----------------------------------------------------------------------- */

static void say(struct recovering *r)
{
	struct text t = episode_text(r->ep);

	if (r->errors)
		episode_say_count(&t, r->errors, "failure", "failures");
	else
		text_str(&t, "taken back");
	if (r->set)
		text_printf(&t, " after the host set the halt itself (#%u)", r->set);
	text_str(&t, ", ");
	if (r->actions)
		episode_say_count(&t, r->actions, "action of the host", "actions of the host");
	else
		text_str(&t, "nothing done");
	if (r->ep->lost != XFER_UNKNOWN) {
		text_str(&t, "; ");
		episode_say_duration(&t, r->ep->lost);
		text_str(&t, " lost");
	}
}

static void leave(struct state *s, struct recovering *r)
{
	memmove(r, r + 1, (size_t)(s->open + s->n - (r + 1)) * sizeof(*r));
	s->n--;
}

static void end(struct state *s, struct episodes *e, struct recovering *r, const char *outcome,
	enum tone tone)
{
	if (r->tentative && !r->actions) {
		episode_drop(r->ep);
	} else {
		say(r);
		episode_end(e, r->ep, outcome, tone);
	}
	leave(s, r);
}

/* The oldest that is told only if the host acts gives way first. */
static void make_room(struct state *s, struct episodes *e)
{
	size_t i = 0;

	while (i < s->n && !(s->open[i].tentative && !s->open[i].actions))
		i++;
	end(s, e, &s->open[i < s->n ? i : 0], "not recovered", TONE_BAD);
}

/* ---- what a transfer is to it ---------------------------------------------------------------- */

static uint8_t address_of(uint8_t endpoint, uint8_t dir)
{
	return (uint8_t)(endpoint | (dir == USB_IN ? 0x80 : 0));
}

static bool same_device(const struct recovering *r, const struct xfer *x)
{
	return r->ep->device == x->device && r->ep->bus == x->bus && r->ep->section == x->section;
}

static bool same_endpoint(const struct recovering *r, const struct xfer *x)
{
	return same_device(r, x) && r->ep->endpoint == x->endpoint &&
	       (r->ep->dir == x->dir || !x->endpoint);
}

static bool is_reset_of(
	const struct recovering *r, const struct row *row, const struct usb_setup *s)
{
	const struct xfer *x = row->x;
	uint32_t child;
	const struct instance *i;

	if (s->bmRequestType != HUB_PORT_OUT || s->bRequest != HUB_SET_FEATURE ||
		(s->wValue != PORT_RESET && s->wValue != BH_PORT_RESET))
		return false;
	child = ports_child(devices_of(row), x->instance, (uint8_t)s->wIndex);
	i = child ? devices_get_instance(devices_of(row), child) : NULL;
	return i && i->address == r->ep->device && i->bus == r->ep->bus;
}

/* Orders about a pipe (USBPcap); of which one is not always recorded. */
static bool is_order(const struct recovering *r, const struct xfer *x)
{
	return (x->function == URB_FUNCTION_ABORT_PIPE ||
		       x->function == URB_FUNCTION_SYNC_RESET_PIPE_AND_CLEAR_STALL) &&
	       (x->endpoint == USB_NO_ENDPOINT ? same_device(r, x) : same_endpoint(r, x));
}

static bool is_class_reset(const struct usb_setup *s)
{
	return s->bmRequestType == 0x21 && s->bRequest == 0xff;
}

/* What hosts do: standard requests to the endpoint or device, class resets (mass storage bulk-only
 * 3.1, and others under the same number), the port's reset. */
static bool is_action(const struct recovering *r, const struct row *row)
{
	const struct xfer *x = row->x;
	uint8_t address = address_of(r->ep->endpoint, r->ep->dir);
	struct usb_setup s;

	if (x->type == USB_REQUEST)
		return is_order(r, x);
	if (!has_setup(x))
		return false;
	s = usb_setup_parse(x->setup);
	if (is_reset_of(r, row, &s))
		return true;
	if (!same_device(r, x))
		return false;
	if (s.bmRequestType == 0x02 && s.bRequest == CLEAR_FEATURE && s.wValue == ENDPOINT_HALT)
		return (uint8_t)s.wIndex == address || r->class_reset;
	if (is_class_reset(&s))
		return true;
	return !r->tentative && ((s.bmRequestType == 0x00 && s.bRequest == SET_CONFIGURATION) ||
					(s.bmRequestType == 0x01 && s.bRequest == SET_INTERFACE));
}

static void step(struct episodes *e, struct recovering *r, struct row *row)
{
	const struct xfer *x = row->x;
	char room[STEP_TEXT];
	struct text t;

	text_init(&t, room, sizeof(room));
	text_str(&t, usb_type_name((enum usb_type)x->type));
	if (x->dir != USB_DIR_UNKNOWN) {
		text_char(&t, ' ');
		text_str(&t, usb_dir_name((enum usb_dir)x->dir));
	}
	if (x->len != XFER_UNKNOWN) {
		text_str(&t, ", ");
		text_i64(&t, x->len);
		if (x->req_len != XFER_UNKNOWN && x->req_len != x->len) {
			text_str(&t, " of ");
			text_i64(&t, x->req_len);
		}
		text_str(&t, " bytes");
	}
	episode_step(e, r->ep, row, room);
}

static void recovered(struct state *s, struct episodes *e, struct recovering *r, struct row *row)
{
	const struct xfer *x = row->x;

	/* what was queued before the failure shows at its end that things go on */
	r->ep->lost = (x->begin > r->failed ? x->begin : x->end) - r->failed;
	step(e, r, row);
	end(s, e, r, "recovered", TONE_GOOD);
}

/* More than what drivers ask for: taking back, and refusing less than they asked for. */
static bool is_certain(const struct xfer *x)
{
	return status_is_error(x->status) && x->status != STATUS_SHORT;
}

/* Of the failing endpoint itself. */
static void on_own(struct state *s, struct episodes *e, struct recovering *r, struct row *row)
{
	const struct xfer *x = row->x;

	if (x->status == STATUS_OK) {
		recovered(s, e, r, row);
		return;
	}
	if (x->status == STATUS_PENDING || x->status == STATUS_UNKNOWN)
		return;
	r->errors += status_is_error(x->status);
	if (is_certain(x))
		r->tentative = false;
	step(e, r, row);
	if (x->status == STATUS_DISCONNECTED)
		end(s, e, r, "disconnected", TONE_BAD);
}

/* ---- failures -------------------------------------------------------------------------------- */

/* A stalled or short control transfer is an answer, not a failure (USB 2.0 8.5.3.4), which QEMU
 * does not tell apart; isochronous transfers have no recovery; of a device that is gone there is
 * none. */
static bool is_failure(const struct row *row)
{
	const struct xfer *x = row->x;

	if (!status_is_error(x->status) || x->status == STATUS_DISCONNECTED ||
		x->status == STATUS_NO_BANDWIDTH || !x->instance || is_gone(row, x->instance))
		return false;
	if (x->type == USB_CONTROL)
		return x->status != STATUS_STALL && x->status != STATUS_SHORT &&
		       x->capture != CAPTURE_QEMU &&
		       devices_get_instance(devices_of(row), x->instance)->configuration > 0;
	return x->type == USB_BULK || x->type == USB_INTERRUPT;
}

static bool is_taken_back(const struct xfer *x)
{
	return x->status == STATUS_CANCELLED && x->type == USB_BULK;
}

/* Forgets that the host halted an endpoint, or with ALL any of the device. Returns the transfer
 * that set it, 0: none did. */
static uint32_t drop_halts(struct state *s, uint32_t instance, int address)
{
	uint32_t by = 0;

	for (size_t i = 0; i < HALTS; i++) {
		struct halt *h = &s->halt[i];

		if (!h->xfer || h->instance != instance ||
			(address != ALL && h->address != address))
			continue;
		by = h->xfer > by ? h->xfer : by;
		h->xfer = 0;
	}
	return by;
}

/* A host may halt an endpoint to see it halted (9.4.9): that is the cause then, until the halt is
 * cleared, or all are by a selection (9.1.1.5). */
static void note_halt(struct state *s, const struct xfer *x)
{
	struct usb_setup r;

	if (!has_setup(x) || x->status != STATUS_OK)
		return;
	r = usb_setup_parse(x->setup);
	if (r.bmRequestType == 0x02 && r.wValue == ENDPOINT_HALT) {
		if (r.bRequest == SET_FEATURE)
			s->halt[s->halts++ % HALTS] =
				(struct halt){x->instance, x->id, (uint8_t)r.wIndex};
		else if (r.bRequest == CLEAR_FEATURE)
			drop_halts(s, x->instance, (uint8_t)r.wIndex);
	} else if ((r.bmRequestType == 0x00 && r.bRequest == SET_CONFIGURATION) ||
		   (r.bmRequestType == 0x01 && r.bRequest == SET_INTERFACE)) {
		drop_halts(s, x->instance, ALL);
	}
}

/* The transfer with which the host set the halt that x met, or 0. */
static uint32_t halted_by(struct state *s, const struct xfer *x)
{
	return x->status == STATUS_STALL
		       ? drop_halts(s, x->instance, address_of(x->endpoint, x->dir))
		       : 0;
}

static void begin(struct state *s, struct episodes *e, struct row *row, bool tentative)
{
	const struct xfer *x = row->x;
	struct recovering *r;

	if (s->n == EPISODES_OPEN)
		make_room(s, e);
	r = &s->open[s->n++];
	*r = (struct recovering){
		.ep = episode_begin(EPISODE_RECOVERY, x, true),
		.failed = x->end,
		.errors = x->status != STATUS_CANCELLED,
		.tentative = tentative,
		.set = halted_by(s, x),
	};
	step(e, r, row);
}

static void act(struct episodes *e, struct recovering *r, struct row *row)
{
	struct usb_setup s;

	r->actions++;
	if (has_setup(row->x)) {
		s = usb_setup_parse(row->x->setup);
		r->class_reset |= is_class_reset(&s);
	}
	episode_step(e, r->ep, row, NULL);
}

static void xfer(void *state, struct episodes *e, struct row *row)
{
	struct state *s = state;
	bool own = false;

	note_halt(s, row->x);
	for (size_t i = s->n; i-- > 0;) {
		struct recovering *r = &s->open[i];

		if (is_gone(row, r->ep->instance)) {
			end(s, e, r, "disconnected", TONE_BAD);
		} else if (row->x->type != USB_REQUEST && same_endpoint(r, row->x)) {
			own = true;
			on_own(s, e, r, row);
		} else if (is_action(r, row)) {
			act(e, r, row);
		}
	}
	if (!own && (is_failure(row) || is_taken_back(row->x)))
		begin(s, e, row, !is_certain(row->x));
}

static void finish(void *state, struct episodes *e)
{
	struct state *s = state;

	while (s->n)
		end(s, e, &s->open[0], "not recovered", TONE_BAD);
}

const struct episode_detector episode_recovery = {sizeof(struct state), xfer, finish};
