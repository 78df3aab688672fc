/* list.c: all decoders. Adding one is a line here. */
#include "decoders/decoder.h"

extern const struct decoder decoder_control;

const struct decoder *const decoders[] = {
	&decoder_control,
	NULL,
};

const struct decoder *decoder_for(const struct decode_ctx *c, const struct xfer *x)
{
	const struct decoder *best = NULL;
	int specific = 0;

	for (size_t i = 0; decoders[i]; i++) {
		int claim = decoders[i]->match(c, x);

		if (claim > specific) {
			specific = claim;
			best = decoders[i];
		}
	}
	return best;
}
