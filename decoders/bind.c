/* bind.c: which decoder a transfer belongs to: by --as, by what the descriptors say of its endpoint
 * or of whom a control request is for, by content that is certain. */
#include "decoders/decoder.h"
#include "usb/desc.h"
#include "usb/request.h"

/* ---- endpoints by what is known of them --------------------------------------------- */

/* How much of a class triplet a rule asks for and gets: 1–3, 0: it does not hold. */
static unsigned fit(const struct bind_rule *r, uint8_t class, uint8_t subclass, uint8_t protocol)
{
	const int32_t want[] = {r->class, r->subclass, r->protocol};
	const uint8_t have[] = {class, subclass, protocol};
	unsigned n = 0;

	for (unsigned i = 0; i < 3; i++) {
		if (want[i] == BIND_ANY)
			continue;
		if (want[i] != have[i])
			return 0;
		n++;
	}
	return n;
}

/* How specific the rule's hold on the pipe is; 0: none. An interface's own class says more than
 * that of its association, and that more than the device's. */
static unsigned hold(const struct bind_rule *r, const struct pipe *p)
{
	unsigned n = 0;

	if (r->kind == BIND_INTERFACE && p->flags & PIPE_DESCRIBED)
		n = fit(r, p->bInterfaceClass, p->bInterfaceSubClass, p->bInterfaceProtocol);
	else if (r->kind == BIND_FUNCTION && p->flags & PIPE_ASSOCIATED)
		n = fit(r, p->bFunctionClass, p->bFunctionSubClass, p->bFunctionProtocol);
	else if (r->kind == BIND_DEVICE && p->flags & PIPE_IDS)
		n = fit(r, p->bDeviceClass, p->bDeviceSubClass, p->bDeviceProtocol);
	else if (r->kind == BIND_ID && p->flags & PIPE_IDS)
		n = r->class == p->idVendor &&
		    (r->subclass == BIND_ANY || r->subclass == p->idProduct);
	return n ? n + (r->kind == BIND_ID		  ? 0
			       : r->kind == BIND_DEVICE	  ? 4
			       : r->kind == BIND_FUNCTION ? 8
							  : 12)
		 : 0;
}

static uint8_t by_descriptors(const struct pipe *p)
{
	unsigned best = 0;
	uint8_t number = 0;

	for (size_t i = 0; decoders[i]; i++)
		for (const struct bind_rule *r = decoders[i]->binds; r && r->kind; r++) {
			unsigned n = hold(r, p);

			if (n <= best)
				continue;
			best = n;
			number = (uint8_t)(i + 1);
		}
	return number;
}

static uint8_t number_of(const struct decoder *d)
{
	uint8_t i = 0;

	while (decoders[i] != d)
		i++;
	return (uint8_t)(i + 1);
}

/* An endpoint whose descriptor the capture cut off: by the only interface in its first alternate
 * setting, unless another one is in use, which would be cut off, too. */
static uint8_t by_lone_interface(const struct devices *d, const struct pipe *p)
{
	struct pipe part;

	return p->endpoint && p->flags & PIPE_LONE &&
			       devices_alternate(d, p->instance, p->function) <= 0 &&
			       devices_pipe_of_interface(d, p, p->function, &part)
		       ? by_descriptors(&part)
		       : 0;
}

/* --as. */
static uint8_t by_order(const struct decode_ctx *c, const struct devices *d, const struct pipe *p)
{
	const struct instance *inst;

	if (!c->n_bindings)
		return 0;
	inst = devices_get_instance(d, p->instance);
	for (size_t i = 0; i < c->n_bindings; i++) {
		const struct decode_binding *b = &c->bindings[i];

		if (b->bus == inst->bus && b->device == inst->address &&
			(b->interface < 0 ||
				(p->flags & PIPE_DESCRIBED && p->interface == b->interface)))
			return number_of(b->decoder);
	}
	return 0;
}

uint8_t decoder_of_pipe(void *ctx, const struct devices *d, const struct pipe *p)
{
	uint8_t number = by_order(ctx, d, p);

	if (!number)
		number = by_descriptors(p);
	return number ? number : by_lone_interface(d, p);
}

/* ---- control requests by whom they are for ------------------------------------------ */

static struct bound bound_to(uint8_t number, const struct pipe *p)
{
	struct bound b = {.number = number};

	if (!number)
		return b;
	b.decoder = decoders[number - 1];
	b.function = decoder_function(b.decoder, p);
	return b;
}

static struct bound bound_control(
	const struct decode_ctx *c, const struct xfer *x, const struct pipe *p)
{
	struct usb_setup s = usb_setup_parse(x->setup);
	unsigned recipient = setup_recipient(s.bmRequestType);
	struct pipe part = *p;
	uint8_t number;

	if (recipient == 1)
		devices_pipe_of_interface(c->devices, p, (uint8_t)s.wIndex, &part);
	else if (recipient == 2)
		devices_pipe_of_endpoint(c->devices, p, (uint8_t)s.wIndex, &part);
	number = decoder_of_pipe((void *)(uintptr_t)c, c->devices, &part);
	return bound_to(number, &part);
}

/* ---- content ------------------------------------------------------------------------ */

static struct bound sniffed(const struct xfer *x, const struct pipe *p)
{
	if (x->data.captured > TRACK_BYTES)
		return (struct bound){0};
	for (uint8_t i = 0; decoders[i]; i++)
		if (decoders[i]->sniff && decoders[i]->sniff(x))
			return (struct bound){decoders[i], (uint8_t)(i + 1),
				decoder_function(decoders[i], p), true};
	return (struct bound){0};
}

struct bound decoder_bound(const struct decode_ctx *c, const struct xfer *x)
{
	const struct pipe *p;
	struct bound b;

	if (!c->devices || !x->pipe)
		return (struct bound){0};
	p = devices_get_pipe(c->devices, x->pipe);
	if (p->decoder)
		return bound_to(p->decoder, p);
	if (x->type == USB_CONTROL && x->flags & XFER_HAS_SETUP) {
		b = bound_control(c, x, p);
		if (b.number)
			return b;
	}
	return p->flags & PIPE_DESCRIBED ? (struct bound){0} : sniffed(x, p);
}

const struct decoder *decoder_for(const struct decode_ctx *c, const struct xfer *x)
{
	struct bound b = decoder_bound(c, x);

	if (b.decoder && (!b.decoder->match || b.decoder->match(c, x)))
		return b.decoder;
	for (size_t i = 0; decoders[i]; i++)
		if (!decoders[i]->binds && !decoders[i]->sniff && decoders[i]->match(c, x))
			return decoders[i];
	return NULL;
}
