/* exchange.h: exchanges: transfers that belong together at class level (a SCSI command, the
 * reports from a key's press to its release), and the flat state that decoders keep while a
 * capture goes by: one per interface, one per open exchange.
 *
 * What a decoder may say of a transfer rests on its exchange's state alone, and that on the
 * exchange's own transfers up to this one. So the state at any transfer can be made again from
 * them: zeroed, then each tracked in the order of their ends (DESIGN section 2). */
#ifndef MODEL_EXCHANGE_H
#define MODEL_EXCHANGE_H

#include "model/device.h"
#include "model/xfer.h"

enum exchange_result {
	EXCHANGE_OPEN,	     /* not over yet */
	EXCHANGE_OK,	     /* done as asked */
	EXCHANGE_FAILED,     /* the device says that it did not do it */
	EXCHANGE_ERROR,	     /* a transfer failed, or the protocol's rules were broken */
	EXCHANGE_CANCELLED,  /* given up by the host */
	EXCHANGE_CUT,	     /* at its limit of transfers; what follows is another one */
	EXCHANGE_INCOMPLETE, /* the capture or the interface's use ended before it */
	EXCHANGE_RESULTS
};
/* "open", "ok", "failed", … */
const char *exchange_result_name(enum exchange_result r);

enum {
	EXCHANGE_XFERS = 4096,	/* most transfers of one exchange */
	EXCHANGES_OPEN = 1024,	/* most open ones of an interface: the oldest is given up */
	EXCHANGE_STATE = 192,	/* bytes of a decoder's state of an exchange */
	INTERFACE_STATE = 4096, /* most bytes of its state of an interface */
	FUNCTION_DEVICE = 0xff, /* instead of an interface number: the device as a whole */
	FUNCTION_UNKNOWN = 0xfe /* … endpoints that no descriptor told of */
};

struct exchange {
	uint32_t id;	      /* from 1, in the order in which they begin */
	uint32_t first, last; /* the lowest and the highest id of its transfers */
	uint32_t xfers;
	uint32_t instance, pipe; /* of the first transfer: its facts hold for all of it */
	uint32_t key;		 /* the decoder's, to find it again: a tag, an endpoint */
	uint16_t bus, device;
	uint8_t function;   /* first interface of the function, or FUNCTION_… */
	uint8_t decoder;    /* its number, from 1 */
	uint8_t result;	    /* enum exchange_result */
	bool kept;	    /* a filter kept one of its transfers */
	bool synthetic_end; /* ended by something that is none of its transfers */
	uint64_t first_record, last_record;
	int64_t begin, end; /* ns: the earliest begin and latest end of its transfers */
	uint64_t bytes;	    /* of user data that moved, as the decoder counts them */
	union {
		uint8_t state[EXCHANGE_STATE]; /* the decoder's; zeroed at the beginning */
		uint64_t align;
	};
};

/* Where a transfer is tracked: what decoders' `track` is given. */
struct track {
	const struct xfer *x; /* at most TRACK_BYTES of data, but for control transfers */
	const struct devices *devices;
	struct devices *teach; /* where lasting facts go; NULL: a replay, nothing is to be taught */
	void *state;	       /* of the interface, as large as the decoder asked for */
	/* private */
	struct exchanges *all;
	uint32_t scope;
	struct exchange *joined;
};
enum { TRACK_BYTES = 64 };

/* ---- for decoders ------------------------------------------------------------------- */

/* A new exchange, which this transfer begins and belongs to. */
struct exchange *exchange_begin(struct track *t, uint32_t key);
/* The interface's newest open exchange of that key; NULL: none. */
struct exchange *exchange_find(const struct track *t, uint32_t key);
/* This transfer belongs to it. False: it is at its limit and was ended as CUT; begin another. */
bool exchange_join(struct track *t, struct exchange *ex);
/* It is over, with this transfer or (when the transfer did not join it) before it. */
void exchange_end(struct track *t, struct exchange *ex, enum exchange_result result);

/* ---- for the loop ------------------------------------------------------------------- */

struct exchanges;

/* on_end is called once for each exchange, in end order, from exchanges_flush and _finish. */
struct exchanges *exchanges_new(void (*on_end)(void *ctx, const struct exchange *ex), void *ctx);
/* For a replay: the one exchange that begins gets this id. */
struct exchanges *exchanges_replay(uint32_t id);
void exchanges_free(struct exchanges *e);

/* Prepares *t, whose other members are filled, for a transfer of a function of a device. If another
 * decoder had it before, what was open is incomplete and the state is zeroed. */
void exchanges_track(
	struct exchanges *e, struct track *t, uint8_t function, uint8_t decoder, size_t state_size);
/* The decoder that has a function now; 0: none. */
uint8_t exchanges_decoder(struct exchanges *e, uint32_t instance, uint8_t function);
/* A function (-1: all of the device's) begins anew: what is open is incomplete, state is gone. */
void exchanges_forget(struct exchanges *e, uint32_t instance, int function);
/* The exchange that the transfer belongs to, NULL: none; valid until exchanges_flush(). */
struct exchange *exchanges_joined(const struct track *t);
/* Hands on those that are over. */
void exchanges_flush(struct exchanges *e);
/* The capture is over. */
void exchanges_finish(struct exchanges *e);
uint32_t exchanges_count(const struct exchanges *e);

#endif
