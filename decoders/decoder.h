/* decoder.h: what a decoder is. A decoder says what a transfer means: one line of info for lists
 * and a field tree for show. It never prints, never allocates, and keeps no state of its own.
 * Adding one: a file decoders/NAME.c and one line in decoders/list.c. */
#ifndef DECODERS_DECODER_H
#define DECODERS_DECODER_H

#include "base/emit.h"
#include "base/text.h"
#include "model/model.h"

/* What a decoder is given beside the transfer. */
struct decode_ctx {
	const struct devices *devices;
};

struct decoder {
	const char *name; /* JSON "proto", `urbscope --decoders` */
	const char *summary;
	/* 0: not mine; else how specific the claim is: class 10, subclass 20, VID:PID 30. */
	int (*match)(const struct decode_ctx *c, const struct xfer *x);
	/* The meaning in one line, appended to t. Called for each listed transfer: fast. */
	void (*info)(const struct decode_ctx *c, const struct xfer *x, struct text *t);
	/* The field tree. */
	void (*decode)(const struct decode_ctx *c, const struct xfer *x, struct emit *e);
};

/* All decoders, NULL-terminated. */
extern const struct decoder *const decoders[];

/* The decoder that claims the transfer most specifically, or NULL. */
const struct decoder *decoder_for(const struct decode_ctx *c, const struct xfer *x);

#endif
