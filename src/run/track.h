/* track.h: gives transfers to the decoders they are bound to, in end order, and keeps their
 * exchanges. Only the loop and random access call it. */
#ifndef RUN_TRACK_H
#define RUN_TRACK_H

#include "decoders/decoder.h"

struct tracker {
	const struct decode_ctx *decode;
	struct devices *devices;
	bool teach; /* lasting facts are to be taught: not in a replay */
	struct exchanges *all;
};

/* Tracks x and returns its exchange, NULL: none; valid until exchanges_flush(). */
struct exchange *track_xfer(struct tracker *t, const struct xfer *x);
/* The same for a transfer that is known to be bound to a decoder (its number) and function. */
struct exchange *track_bound(
	struct tracker *t, const struct xfer *x, uint8_t decoder, uint8_t function);

#endif
