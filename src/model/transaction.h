/* transaction.h: a transaction of the bus: token, data, handshake (USB 2.0 section 8.5); a split
 * transaction is its SSPLIT and all its CSPLITs (8.4.2, 11.14 to 11.22). */
#ifndef MODEL_TRANSACTION_H
#define MODEL_TRANSACTION_H

#include <stdbool.h>
#include <stdint.h>

enum transaction_result {
	RESULT_OK,
	RESULT_NAK,
	RESULT_STALL,
	RESULT_NYET,	/* a split that is not finished yet when it is given up */
	RESULT_TIMEOUT, /* no answer */
	RESULT_CRC,	/* data with a wrong CRC16, and nobody took it */
	RESULT_INVALID, /* an answer that the rules do not allow, or data taken in spite of its CRC
			 */
	RESULT_INCOMPLETE,
	RESULTS
};
/* "ok", "nak", … */
const char *transaction_result_name(enum transaction_result r);

struct transaction {
	uint64_t first, last; /* record numbers */
	int64_t begin, end;   /* ns since the capture's first record */
	uint32_t id, xfer;    /* from 1, in the order in which they end */
	uint32_t records, len;
	uint16_t device;
	uint8_t endpoint, dir, type; /* type as far as known by then */
	uint8_t pid;		     /* of the token */
	uint8_t data_pid, handshake; /* 0: none */
	uint8_t result;		     /* enum transaction_result */
	bool retry;		     /* the data was sent before, as its toggle tells */
	bool split, low;	     /* low: low speed behind the hub */
	uint8_t hub, port;
	uint8_t completes; /* CSPLITs, at most 255 */
	uint8_t crc;	   /* CRC_… of its data */
};

/* Figures of a bus capture. */
struct bus_counts {
	uint64_t transactions, results[RESULTS];
	uint64_t retries, crc_errors;
	uint64_t toggle_errors; /* data with another PID than 8.6 has, or new under the old one */
	uint64_t sofs, missed_sofs; /* gaps in the frame numbers */
	uint64_t resets, suspends;
	uint64_t malformed; /* packets that were so on the wire: no fault of the capture */
};

#endif
