/* bus_impl.h: the state of a bus. Private to bus*.c. */
#ifndef MODEL_BUS_IMPL_H
#define MODEL_BUS_IMPL_H

#include "model/bus.h"
#include "model/bus_times.h"
#include "model/model_impl.h"
#include "model/transaction.h"
#include "usb/wire.h"

#include <stddef.h>

/* What became of the latest data packet of an endpoint: with its PID that tells a retransmission
 * (USB 2.0 section 8.6). */
enum { LAST_NONE, LAST_TAKEN, LAST_FAILED, LAST_NAKED };

/* Between what and what a transaction is; rows of the table in bus.c. */
enum phase {
	IDLE,
	HOST_DATA,    /* OUT or SETUP was sent: data follows */
	ANSWER_IN,    /* IN was sent: the device answers */
	HANDSHAKE,    /* data was sent to the device: it answers */
	HOST_ACK,     /* the device sent data: the host answers */
	ANSWER_PING,  /* PING was sent */
	START_DATA,   /* SSPLIT with OUT or SETUP: data follows */
	START_ANSWER, /* SSPLIT of control and bulk: the hub answers */
	COMPLETE_IN,  /* CSPLIT with IN: the hub answers */
	COMPLETE_OUT, /* CSPLIT with OUT or SETUP: the hub answers */
	AFTER_SPLIT,  /* SPLIT was sent: a token follows */
	AFTER_EXT,    /* EXT was sent: its second token follows (LPM addendum 2.1) */
	LPM_ANSWER,
	PHASES
};

/* In the order of use: NAKed tokens need the first two cache lines, data the third, and hundreds of
 * endpoints can be active at once. */
struct endpoint {
	uint8_t address, number, dir, type, speed;
	uint8_t last_pid, last, last_dir;
	bool open, waiting; /* waiting: a split between its SSPLIT and its answer */
	bool packet_told;
	uint8_t failure;  /* enum status of the latest failed transaction */
	uint32_t changes; /* what was known of devices when type and packet were looked up */

	/* the open transfer; id 0: none */
	uint32_t id;
	uint32_t progress; /* transactions that moved it on, empty data included */
	uint32_t records, naks;
	uint32_t tokens; /* that are no SETUP */
	uint32_t kept;
	uint64_t latest;
	int64_t end;
	uint32_t t_bytes; /* of the packets of the open transaction on the wire */
	uint16_t packet;  /* largest packet: told by a descriptor, else learnt from traffic */

	struct transaction t; /* the open one */

	/* data of the open transaction, kept already but not taken yet */
	uint32_t kept_before, now_captured;
	uint16_t last_crc, crc; /* CRC16 of the latest data packet, and of the one on the wire */
	uint32_t expected;	/* bytes with which its class says that it is over; 0: unknown */
	uint64_t len, captured, total;
	uint32_t payload, pipe;
	uint64_t first;
	int64_t begin;
	uint32_t retries;
	uint32_t frame; /* of an isochronous one: microframes counted since the start */
	int32_t start_frame;
	uint32_t packets, errors, missed, empty; /* of an isochronous one */
	struct bus_replay replay;
	uint8_t setup[8], setup_now[8], asked, has_setup, setup_sent;
	uint8_t setup_told; /* setup_now came whole, taken or not */
	uint8_t hole;	    /* the data stage's latest transaction failed */
	uint8_t pipe_type;  /* the type `pipe` was looked up for */
	uint8_t capture;
};
_Static_assert(offsetof(struct endpoint, t) == 64 && sizeof(struct transaction) == 64, "lines");

/* Rows of states that go on beside each other (bus_times.c); those of the first two are over when a
 * packet comes. */
enum { SPAN_ENDED_BY_PACKETS = 2, SPAN_ROWS };

enum { SETUP_LEN = 8 };

/* What claims to be longer is not believed. */
enum { PACKET_LONGEST = 4096 };

/* A state that goes on. */
struct bus_open_span {
	uint8_t span; /* enum bus_span */
	int64_t since;
};

/* What is counted between two looks at the clock, all at one speed: cheap, as every packet is. */
struct bus_tally {
	uint64_t packets, bytes;
};

/* Bits that stuffing added to packets that were looked at; the others are taken to be like them. */
struct bus_stuffing {
	uint32_t until; /* packets to the next one that is looked at */
	uint64_t bits, bytes;
	uint64_t bits_then, bytes_then; /* as of the last look at the clock */
};

/* What bus_times.c needs to know of the past. */
struct bus_clock {
	int64_t look;		       /* when to look at the clock again */
	int64_t latest;		       /* packet or state */
	const struct wire_speed *wire; /* as of the last look */
	struct bus_tally tally[USES], naked;
	struct bus_stuffing stuffing[USES];
	int64_t sof, second; /* the latest SOF; when the present second is over */
	uint64_t used_at_sof, used_at_second;
	uint16_t number;  /* of the latest SOF */
	uint8_t inferred; /* speed */
	uint8_t speed;	  /* of the bus, as of the last look */
	bool has_sof, timed;
	struct bus_open_span open[SPAN_ROWS];
};

struct bus {
	struct model *m;
	struct endpoint *at[128][16][2];
	uint16_t message[128]; /* bit n: endpoint n is a message pipe, both directions in one */
	struct endpoint *ep;   /* of the transaction on the wire */
	uint8_t phase;	       /* enum phase */
	uint8_t speed;
	uint32_t previous_len; /* of the latest packet in the transaction */
	int64_t previous;      /* its time */
	uint32_t frames;       /* SOFs seen */
	int32_t frame;	       /* number of the latest, -1: none */
	uint32_t section;
	/* SPLIT or PRE whose token comes next */
	struct {
		uint64_t number;
		int64_t time;
		uint32_t bytes;
		bool on, resolved;
		struct placement place;
	} held;
	struct {
		uint8_t hub, port, flags, type;
	} split;
	uint16_t behind[128]; /* hub and port of the latest SPLITs to an address; 0: none */
	struct bus_counts counts;
	struct bus_times times;
	struct bus_clock clock;
};

/* The speed of the bus, as the capture tells it, else as its packets do: SOFs by their
 * rhythm, PING and SPLIT by being there. */
static inline uint8_t bus_speed_now(const struct bus *b)
{
	return b->speed ? b->speed : b->clock.inferred;
}

/* ---- bus_xfer.c: where transfers begin and end -------------------------------------- */

/* The endpoint, made on first use. */
struct endpoint *bus_endpoint(struct bus *b, unsigned address, unsigned number, uint8_t dir);
/* A token for it: ends what the token cannot continue, and opens a transfer if none is. */
void bus_token(struct bus *b, struct endpoint *ep, uint8_t pid, const struct record *rec,
	const struct event *ev);
/* Ends the open transfer of one endpoint. */
void bus_end(struct bus *b, struct endpoint *ep, enum xfer_end why);
/* Ends them all because of a reset, and forgets what the devices were. */
void bus_reset(struct bus *b);
/* Ends the open transfers of all endpoints, in begin order. */
void bus_end_all(struct bus *b, enum xfer_end why);

/* ---- bus_stage.c: what a transaction does to its transfer --------------------------- */

/* Keeps data of the transaction until it is known whether it was taken. */
void bus_keep(struct bus *b, struct endpoint *ep, const struct packet_event *p);
/* The transaction is over with t.result: moves the transfer on, and ends it if it does. */
void bus_apply(struct bus *b, struct endpoint *ep);
/* The data that was kept of the open transfer; NULL: none. */
const uint8_t *bus_payload(const struct model *m, const struct endpoint *ep);

/* ---- bus_times.c -------------------------------------------------------------------- */

void times_begin(struct bus *b);
/* Once a millisecond, after a silence or a state, and when the speed changes. */
void times_look(struct bus *b);
/* Counts the bits that stuffing adds to this packet. */
void times_stuffed(struct bus *b, const struct record *rec, uint8_t use);
/* The packet, of so many bytes, is at low speed behind PRE. */
void times_low(struct bus *b, uint8_t use, uint32_t bytes);
/* A SOF with this number; `follows`: the bus was in use since the one before. */
void times_sof(struct bus *b, uint16_t number, bool follows);
/* A state of the bus is told. */
void times_state(struct bus *b, const struct event *ev);
/* The capture, or a section of it, is over. */
void times_finish(struct bus *b);

/* A packet passes: before all else that is done with it. */
static inline void times_packet(struct bus *b)
{
	struct bus_clock *c = &b->clock;

	if (b->m->now >= c->look || b->speed != c->speed)
		times_look(b);
	c->latest = b->m->now;
}

/* It is this one, of so many bytes: where they are known from the packet's kind, and with them its
 * use, little code is left of this. */
static inline __attribute__((always_inline)) void times_count(
	struct bus *b, const struct record *rec, enum bus_use use, uint32_t bytes)
{
	struct bus_clock *c = &b->clock;

	c->tally[use].packets++;
	c->tally[use].bytes += bytes;
	if (use != USE_HANDSHAKE && !--c->stuffing[use].until) /* no PID has six 1s */
		times_stuffed(b, rec, use);
}

/* ---- bus.c -------------------------------------------------------------------------- */

/* Ends an open transaction that will not go on. */
void bus_give_up(struct bus *b, struct endpoint *ep);

#endif
