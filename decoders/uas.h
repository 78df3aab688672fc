/* uas.h: USB Attached SCSI (UAS, T10/2095-D): what is kept of a command or task management
 * function, and what an endpoint is for. Private to uas*.c. */
#ifndef DECODERS_UAS_H
#define DECODERS_UAS_H

#include "decoders/scsi.h"

/* IU ID (UAS 6.2.1). */
enum {
	IU_COMMAND = 0x01,
	IU_SENSE = 0x03,
	IU_RESPONSE = 0x04,
	IU_TASK = 0x05,
	IU_READ_READY = 0x06,
	IU_WRITE_READY = 0x07
};

/* bPipeID (UAS 5.3.3.5): what an endpoint is for. */
enum { PIPE_UNKNOWN, PIPE_COMMAND, PIPE_STATUS, PIPE_DATA_IN, PIPE_DATA_OUT, PIPES };
/* Least bytes of an IU: with all of its fixed part. */
enum { TAG_END = 4, COMMAND_LEN = 32, SENSE_LEN = 16, RESPONSE_LEN = 8, TASK_LEN = 16 };

/* UAS 6.2.6: the function was done. */
enum { FUNCTION_COMPLETE = 0x00, FUNCTION_SUCCEEDED = 0x08 };

/* What happened so far. */
enum {
	UAS_HAS_COMMAND = 1 << 0,
	UAS_HAS_TASK = 1 << 1,
	UAS_HAS_SENSE = 1 << 2,
	UAS_HAS_RESPONSE = 1 << 3,
	UAS_READY = 1 << 4,	/* the device said whose data comes */
	UAS_STREAM = 1 << 5,	/* … or the stream did */
	UAS_CANCELLED = 1 << 6, /* the host took a transfer back */
	UAS_BROKEN = 1 << 7
};

/* An exchange's state. */
struct uas_state {
	struct scsi_cdb cdb;
	struct scsi_sense sense;
	uint8_t pipe;	/* PIPE_…: of the latest transfer */
	uint8_t iu;	/* of the latest transfer on the command or status pipe */
	uint8_t status; /* SCSI status */
	uint8_t response, function, lun;
	uint16_t tag, managed, seen;
	uint64_t before, moved; /* bytes of data, before the latest transfer and with it */
};

/* A command in flight: how data finds it. */
struct flight {
	uint32_t key; /* of its exchange; 0: free */
	uint8_t dir;
	uint32_t blocks, at_most; /* of its CDB; 0: it does not say */
	uint64_t moved;
};

enum { FLIGHTS = 64, ENDPOINTS = 32 };

/* An interface's state: it only finds exchanges. */
struct uas_interface {
	struct flight flight[FLIGHTS]; /* in the order they came */
	uint32_t flights;
	struct {
		uint32_t pipe;
		uint8_t usage;
	} endpoint[ENDPOINTS];
};

static inline const struct uas_state *uas_state(const struct exchange *ex)
{
	return (const struct uas_state *)ex->state;
}

/* ---- what an endpoint is for: uas_pipe.c -------------------------------------------- */

/* What a transfer's endpoint is for (PIPE_…): as descriptors say, else as its content shows. */
uint8_t uas_usage(const struct devices *d, const struct xfer *x);
/* The same while following; what descriptors say is remembered. */
uint8_t uas_usage_kept(struct track *t);

/* ---- following: uas_track.c --------------------------------------------------------- */

/* Advances the interface's state and the exchanges. */
void uas_track(struct track *t);

#endif
