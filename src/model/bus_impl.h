/* bus_impl.h: the state of a bus. Private to bus.c and bus_xfer.c. */
#ifndef MODEL_BUS_IMPL_H
#define MODEL_BUS_IMPL_H

#include "model/bus.h"
#include "model/model_impl.h"
#include "model/transaction.h"

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

struct endpoint {
	uint8_t address, number, dir, type, speed;
	uint8_t last_pid, last, last_dir;
	uint16_t packet; /* largest packet: told by a descriptor, else learnt from traffic */
	bool packet_told;
	uint32_t changes; /* what was known of devices when type and packet were looked up */

	/* the open transfer; id 0: none */
	uint32_t id, pipe;
	uint64_t first, latest;
	int64_t begin, end;
	uint32_t records, naks, retries;
	uint32_t progress; /* transactions that moved it on, empty data included */
	uint32_t payload, kept;
	uint64_t len, captured, total;
	uint32_t expected; /* bytes with which its class says that it is over; 0: unknown */
	uint32_t frame;	   /* of an isochronous one: microframes counted since the start */
	int32_t start_frame;
	uint32_t packets, errors, missed;
	struct bus_replay replay;
	uint8_t setup[8], setup_now[8], asked, has_setup, setup_sent;
	uint32_t tokens;	  /* that are no SETUP */
	uint8_t pipe_type;	  /* the type `pipe` was looked up for */
	uint8_t capture, failure; /* failure: enum status of the latest failed transaction */

	/* data of the open transaction, kept already but not taken yet */
	uint32_t kept_before, now_captured;

	struct transaction t; /* the open one */
	bool open, waiting;   /* waiting: a split between its SSPLIT and its answer */
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
	bool fed;
	/* SPLIT or PRE whose token comes next */
	struct {
		uint64_t number;
		int64_t time;
		bool on, resolved;
		struct placement place;
	} held;
	struct {
		uint8_t hub, port, flags, type;
	} split;
	struct bus_counts counts;
};

/* ---- bus_xfer.c: transactions → transfers ------------------------------------------- */

/* The endpoint, made on first use. */
struct endpoint *bus_endpoint(struct bus *b, unsigned address, unsigned number, uint8_t dir);
/* A token for it: ends what the token cannot continue, and opens a transfer if none is. */
void bus_token(struct bus *b, struct endpoint *ep, uint8_t pid, const struct record *rec,
	const struct event *ev);
/* Keeps data of the transaction until it is known whether it was taken. */
void bus_keep(struct bus *b, struct endpoint *ep, const struct packet_event *p);
/* The transaction is over with t.result: moves the transfer on, and ends it if it does. */
void bus_apply(struct bus *b, struct endpoint *ep);
/* Ends the open transfer of one endpoint. */
void bus_end(struct bus *b, struct endpoint *ep, enum xfer_end why);
/* Ends the open transfers of all endpoints, in begin order. */
void bus_end_all(struct bus *b, enum xfer_end why);

/* ---- bus.c -------------------------------------------------------------------------- */

/* Ends an open transaction that will not go on. */
void bus_give_up(struct bus *b, struct endpoint *ep);

#endif
