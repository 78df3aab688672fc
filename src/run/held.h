/* held.h: a record of few bytes (a packet without payload) that is kept over its callback. */
#ifndef RUN_HELD_H
#define RUN_HELD_H

#include "link/event.h"

/* Tokens have 3 bytes, split tokens 4 (USB 2.0 8.4). */
enum { HELD_BYTES = 8 };

struct held {
	struct record rec; /* its data are `bytes`; without comment */
	struct event ev;   /* without payload */
	uint8_t bytes[HELD_BYTES];
};

/* Keeps a record and its event; bytes beyond HELD_BYTES are cut off. One that is held already goes
 * to another place the same way, not by assignment: its data are where it is. */
void held_keep(struct held *h, const struct record *rec, const struct event *ev);

#endif
