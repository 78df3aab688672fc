/* list.c: all decoders. Adding one is a line here. */
#include "decoders/decoder.h"

extern const struct decoder decoder_control;
extern const struct decoder decoder_urb_function;

const struct decoder *const decoders[] = {
	&decoder_control,
	&decoder_urb_function,
	NULL,
};

static const struct decoder *bound(const struct decode_ctx *c, const struct xfer *x)
{
	const struct pipe *p = c->devices && x->pipe ? devices_get_pipe(c->devices, x->pipe) : NULL;

	for (size_t i = 0; i < c->n_bindings; i++) {
		const struct decode_binding *b = &c->bindings[i];

		if (b->bus == x->bus && b->device == x->device &&
			(b->interface < 0 ||
				(p && p->flags & PIPE_DESCRIBED && p->interface == b->interface)) &&
			b->decoder->match(c, x))
			return b->decoder;
	}
	return NULL;
}

const struct decoder *decoder_for(const struct decode_ctx *c, const struct xfer *x)
{
	const struct decoder *best = c->n_bindings ? bound(c, x) : NULL;
	int specific = 0;

	if (best)
		return best;
	for (size_t i = 0; decoders[i]; i++) {
		int claim = decoders[i]->match(c, x);

		if (claim > specific) {
			specific = claim;
			best = decoders[i];
		}
	}
	return best;
}
