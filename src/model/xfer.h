/* xfer.h: the transfer, the object everything after the model works on, whether it was put together
 * from URBs or from bus packets. */
#ifndef MODEL_XFER_H
#define MODEL_XFER_H

#include "link/event.h"
#include "usb/status.h"
#include "usb/usb.h"

/* What was captured of it. */
enum seen { SEEN_BOTH, SEEN_SUBMIT, SEEN_COMPLETE };
const char *seen_name(enum seen s);

/* How it ended (DESIGN section 1). */
enum xfer_end {
	END_COMPLETE, /* URB: completed with all that was asked */
	END_SHORT,
	END_ZLP,
	END_STALL,
	END_RESET,
	END_PAUSE,
	END_SIZE,
	END_CLASS,
	END_EOF,   /* the capture ended before it */
	END_ERROR, /* URB: completed with an error */
	END_CANCELLED,
	END_LOST,    /* its completion was lost */
	END_REFUSED, /* refused at submission */
	END_UNKNOWN, /* not recorded by this kind of capture: JSON null */
	XFER_ENDS
};
const char *xfer_end_name(enum xfer_end e);

/* Bytes of a transfer: at most `kept` of them are at `data`. */
struct span {
	const uint8_t *data; /* valid during the callback only */
	uint32_t kept;	     /* bytes at data */
	uint32_t captured;   /* bytes the capture holds; > kept: verdict not kept */
	uint32_t total;	     /* bytes there were; > captured: verdict snapped */
};

/* Notes on how the transfer was put together; those that an event tells have its values. */
enum {
	XFER_HAS_SETUP = URB_SETUP,
	XFER_HAS_STATUS = URB_STATUS, /* raw_status is a result */
	XFER_HAS_FLAGS = URB_FLAGS,
	XFER_HAS_INTERVAL = URB_INTERVAL,
	XFER_HAS_FRAME = URB_FRAME,
	XFER_SETUP_INFERRED = URB_SETUP_INFERRED, /* setup rebuilt from the URB function: ~ */
	XFER_HAS_FUNCTION = URB_FUNCTION,
	XFER_HAS_STREAM = URB_STREAM,
	XFER_SYNTHETIC = 1 << 10,	/* injected by the capturing program, never on the bus */
	XFER_LOST_COMPLETION = 1 << 11, /* the id was submitted again before it completed */
	XFER_SHORT = 1 << 12		/* successful IN with fewer bytes than asked */
};

/* What random access must know beside the transfer's own records, of one put together from bus
 * packets: what the endpoint was like when it began, and how it ended. */
struct bus_replay {
	uint32_t packet : 11, packet_told : 1;	       /* largest packet; told by a descriptor */
	uint32_t last_pid : 4, last : 2, last_dir : 1; /* the data packet before */
	uint32_t type : 3, ended : 4;		       /* enum usb_type, enum xfer_end */
	uint32_t framed : 1, frame : 11;	       /* the SOF before it */
	uint32_t known : 1;			       /* it is one of those */
};

enum { XFER_UNKNOWN = -1 }; /* of req_len, len, naks, retries */

struct xfer {
	uint32_t id;	      /* from 1, in the order in which transfers begin */
	uint32_t records;     /* how many belong to it */
	uint64_t first, last; /* record numbers */
	int64_t begin, end;   /* ns since the capture's first record */
	uint64_t urb;	      /* URB id; 0: none */
	uint32_t pipe;	      /* pipe number (model/device.h), from 1 */
	uint32_t
		endpoint_id; /* the same for all pipes of an instance's endpoint (model/device.h) */
	uint32_t instance;   /* device instance, from 1; 0: none */
	uint32_t section;
	uint16_t bus, device;
	uint8_t endpoint, dir, type, speed; /* as in struct event */
	uint8_t os, seen, status, ended;
	uint8_t capture;   /* enum capture_kind: who wrote it, as far as is known when it ends */
	uint16_t flags;	   /* XFER_… */
	uint16_t function; /* USBPcap */
	int64_t raw_status;
	int64_t req_len, len;  /* bytes, or XFER_UNKNOWN */
	int32_t naks, retries; /* or XFER_UNKNOWN (URB captures) */
	uint32_t transfer_flags, stream;
	int32_t interval, start_frame;
	uint8_t setup[8];
	struct bus_replay replay;
	struct span data;     /* of the data stage, or of all isochronous packets with their gaps */
	struct iso_table iso; /* layout ISO_NONE unless isochronous with packets told of */
};

/* Sums over the packet table of an isochronous transfer. */
struct iso_sum {
	uint32_t packets, errors, missed, empty, cancelled;
	bool judged; /* packets have a status of their own: errors and missed mean something */
	bool sized;  /* all lengths are known: empty means something */
	uint64_t bytes;
};

/* Computes them (cost: one pass over the table, if there is one). errors: packets whose status is
 * none of ok, short and missed; missed: canonical status missed; empty: completed with length 0;
 * cancelled: those of a cancelled transfer that never had their turn, which keep the status of
 * submission (-EXDEV on Linux) and are none of the others. For a transfer that was not completed
 * all but `packets` are 0. */
struct iso_sum xfer_iso_sum(const struct xfer *x);

/* end - begin, or XFER_UNKNOWN while pending or where its end is not recorded. */
static inline int64_t xfer_duration(const struct xfer *x)
{
	return x->status == STATUS_PENDING || x->status == STATUS_UNKNOWN ? XFER_UNKNOWN
									  : x->end - x->begin;
}

#endif
