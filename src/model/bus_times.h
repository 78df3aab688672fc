/* bus_times.h: what a bus capture tells about time: how much of it packets took, how regular the
 * starts of frames are, how long the bus was in which state. Memory is bounded. */
#ifndef MODEL_BUS_TIMES_H
#define MODEL_BUS_TIMES_H

#include "base/hist.h"
#include "link/event.h"

/* What packets take the bus for. */
enum bus_use {
	USE_SOF,
	USE_TOKEN, /* SPLIT, PRE and EXT included */
	USE_DATA,
	USE_HANDSHAKE,
	USE_BROKEN, /* malformed */
	USES
};

/* Starts of frames (full speed) or microframes (high speed). */
struct bus_cadence {
	uint64_t intervals;   /* between one SOF and the next, none missing */
	uint64_t missing;     /* SOFs that did not come though the bus was in use */
	uint64_t outside;     /* intervals further off than USB 2.0 7.1.12 allows */
	uint64_t early, late; /* the furthest, ns */
	struct hist off;      /* how far off they are, ns */
	double off_sum;	      /* the same, added up */
	struct hist used;     /* bus time used in each, ns */
};

/* How long a state of the bus lasted. */
struct bus_span_times {
	uint64_t n;
	uint64_t at_most;		  /* of these: ended by a packet, at some time before it */
	uint64_t at_least;		  /* and still lasting at the end of the capture */
	int64_t shortest, longest, total; /* ns */
};

/* Times of packets are in twelfths of a nanosecond (usb/wire.h), computed from their bytes and the
 * speed of the bus; without a known speed (`untimed`) a packet counts nothing. */
struct bus_times {
	uint64_t packets[USES], used[USES];
	uint64_t naked; /* packets of transactions that ended with NAK, */
	uint64_t naked_used;
	uint64_t stuffing;   /* of used: bits that stuffing adds */
	uint64_t bytes_time; /* of used: bits of bytes, which stuffing makes 7/6 at most (5.11.3) */
	uint64_t untimed;
	uint64_t second;     /* bus time used in the fullest second that was captured whole */
	int64_t begin, end;  /* of the first and the last packet, ns */
	bool sampled;	     /* stuffing of large packets was counted in some of them only */
	bool speed_inferred; /* from SOFs, PING or SPLIT */
	bool fine;	     /* time stamps are finer than a microsecond */
	struct bus_cadence frames, microframes;
	struct bus_span_times span[BUS_SPANS];
};

void times_free(struct bus_times *t);

#endif
