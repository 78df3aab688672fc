/* msc.h: bulk-only transport: what is kept of a command, in what words it is told, and what its
 * status says about who meant to move how much ("the thirteen cases"). Private to msc*.c.
 * Specification: USB Mass Storage Class Bulk-Only
 * Transport 1.0 (BOT). */
#ifndef DECODERS_MSC_H
#define DECODERS_MSC_H

#include "decoders/scsi.h"

/* bCSWStatus (BOT 5.2); others are reserved. */
enum { CSW_PASSED, CSW_FAILED, CSW_PHASE_ERROR, CSW_STATUSES };

/* What an exchange's latest transfer was. */
enum msc_role {
	MSC_CBW,
	MSC_DATA,
	MSC_STATUS,	    /* a command status wrapper */
	MSC_DATA_STALLED,   /* the device ended the data phase by a halt */
	MSC_STATUS_STALLED, /* … or has no status to give yet */
	MSC_NO_STATUS,	    /* IN where the status is due, but it is none */
	MSC_UNEXPECTED,	    /* OUT where no data may go out */
	MSC_CLEAR,	    /* CLEAR_FEATURE(ENDPOINT_HALT) */
	MSC_RESET
};

/* What happened so far. */
enum {
	MSC_HAS_CSW = 1 << 0,
	MSC_HALTED_DATA = 1 << 1,
	MSC_HALTED_STATUS = 1 << 2,
	MSC_HALTED_CBW = 1 << 3,
	MSC_CANCELLED = 1 << 4, /* the host took a transfer back */
	MSC_BROKEN = 1 << 5,	/* a transfer failed otherwise */
	MSC_CLEARED_IN = 1 << 6,
	MSC_CLEARED_OUT = 1 << 7,
	MSC_UNCOUNTED = 1 << 8, /* how much a data transfer moved is not recorded */
	MSC_RECOVERY = 1 << 9,	/* no command, but a reset recovery (BOT 5.3.4) */
	MSC_STRAY = 1 << 10	/* a transfer that may not be there */
};

/* What contradicts the specification in a CSW. */
enum msc_fault {
	MSC_NO_FAULT,
	MSC_WRONG_TAG,	      /* BOT 6.3.1 */
	MSC_RESERVED_STATUS,  /* BOT 5.2 */
	MSC_RESIDUE_TOO_HIGH, /* BOT 6.3.2 */
	MSC_RESIDUE_TOO_LOW,  /* BOT 5.2: it says it took or gave more than moved */
	MSC_RESIDUE_OF_NONE,  /* BOT 5.2: all of an answer that has no padding came */
	MSC_FAULTS
};

/* A residue that is wrong takes nothing from what the status says. */
static inline bool msc_only_residue(uint8_t fault)
{
	return fault >= MSC_RESIDUE_TOO_HIGH;
}

/* An exchange's state. */
struct msc_state {
	struct scsi_cdb cdb;
	struct scsi_sense sense; /* what REQUEST SENSE gave */
	uint8_t role, fault;
	uint8_t lun, status;
	uint16_t seen;
	uint32_t tag, csw_tag, asked, residue;
	uint64_t before, moved; /* bytes of data, before the latest transfer and with it */
};

/* An interface's state: the endpoint of what came in last, 0: not known yet. */
struct msc_interface {
	uint8_t in;
};

static inline const struct msc_state *msc_state(const struct exchange *ex)
{
	return (const struct msc_state *)ex->state;
}

/* ---- wrappers and requests: msc_track.c --------------------------------------------- */

/* Bytes of a command block wrapper (CBW), where its command block begins; of a command status
 * wrapper (BOT 5.1, 5.2). */
enum { CBW_LEN = 31, CBW_CDB = 15, CSW_LEN = 13 };
enum { BULK_ONLY_RESET = 0xff, GET_MAX_LUN = 0xfe };
enum { CLASS_TO_INTERFACE = 0x21, CLASS_FROM_INTERFACE = 0xa1 };

/* Valid as BOT 6.2.1 has it: size and signature. */
bool msc_is_cbw(const struct xfer *x);
bool msc_is_csw(const struct xfer *x);
/* What makes a valid CBW not meaningful, and its byte; NULL: nothing. */
const char *msc_not_meaningful(const struct xfer *x, uint8_t *off);
/* Whether `moved` is what was moved: all of it was recorded, or the CSW tells it. */
bool msc_counted(const struct msc_state *s);
/* Advances the interface's state and the exchanges. */
void msc_track(struct track *t);

/* ---- in words: msc_say.c ------------------------------------------------------------ */

extern const struct scsi_name msc_statuses[]; /* of bCSWStatus */
/* What else happened, in order of importance; ended by text NULL. */
extern const struct msc_remark {
	uint16_t seen; /* in msc_state.seen */
	const char *text;
} msc_remarks[];

/* Why a transfer is in no exchange. */
const char *msc_misfit(const struct xfer *x);
void msc_info(const struct decode_ctx *c, const struct xfer *x, struct text *t);
void msc_exchange_info(const struct decode_ctx *c, struct text *t);

/* ---- the thirteen cases: msc_case.c ------------------------------------------------- */

/* One of the thirteen cases (BOT 6.7). */
struct msc_case {
	uint8_t number;	  /* from 1 */
	const char *name; /* "Hi > Di" */
	const char *meaning, *section;
};

/* The case that the command ended as: by its CBW and CSW; NULL: they do not tell. */
const struct msc_case *msc_case(const struct msc_state *s);
/* Whether the case is one of those in which host and device agree. */
bool msc_agree(const struct msc_case *c);

#endif
