/* decoder.h: what a decoder is. A decoder says what a transfer means: one line of info for lists
 * and a field tree for show. It never prints, never allocates, and keeps no state of its own.
 * Adding one: a file decoders/NAME.c and one line in decoders/list.c. */
#ifndef DECODERS_DECODER_H
#define DECODERS_DECODER_H

#include "base/emit.h"
#include "base/text.h"
#include "model/model.h"
#include "usb/ids.h"

/* What a decoder is given beside the transfer. */
struct decode_binding;
struct decode_ctx {
	const struct devices *devices; /* NULL: nothing is known about devices */
	struct ids *ids;	       /* names of usb.ids; NULL: none */
	const struct decode_binding *bindings;
	size_t n_bindings;
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

/* --as: the decoder of a device's interface, whatever its descriptors say. */
struct decode_binding {
	uint16_t bus, device;
	int interface; /* -1: all */
	const struct decoder *decoder;
};

/* All decoders, NULL-terminated. */
extern const struct decoder *const decoders[];

/* The decoder that claims the transfer most specifically, or NULL. */
const struct decoder *decoder_for(const struct decode_ctx *c, const struct xfer *x);

#endif
