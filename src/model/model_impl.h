/* model_impl.h: the model's state, and how transfers are built from it. Private to model.c,
 * build.c and bus*.c. */
#ifndef MODEL_MODEL_IMPL_H
#define MODEL_MODEL_IMPL_H

#include "base/map.h"
#include "model/model.h"
#include "model/payload.h"

#include <assert.h>

/* Flags of open transfers beyond XFER_…: what `length` holds. */
enum { OPEN_REQUESTED = 1 << 14, OPEN_ACTUAL = 1 << 15 };

/* An open transfer: one cache line. Section, bus, address, endpoint and speed are found through the
 * pipe. */
struct open_xfer {
	uint64_t urb, first;
	int64_t begin;
	union {
		uint8_t setup[8]; /* control */
		struct {
			uint32_t packets; /* isochronous */
			int32_t interval; /* isochronous, interrupt */
		};
		uint32_t stream;   /* bulk */
		uint16_t function; /* request */
		struct {
			uint32_t polls;	    /* QEMU: further submissions, */
			uint32_t last_poll; /* and how far the last one is from the first */
		};
	};
	uint32_t id;		/* 0: a free slot */
	uint32_t pipe;		/* of a free slot: the next free one */
	uint32_t length;	/* OPEN_REQUESTED: asked for; OPEN_ACTUAL: of the data stage */
	uint32_t captured;	/* payload bytes in the capture so far */
	uint32_t payload, kept; /* pool handle, bytes in it */
	union {
		uint32_t transfer_flags;
		uint32_t last_stage; /* USBPcap has none: how far the latest stage is from the first
				      */
	};
	uint16_t flags;
	uint8_t records;
	uint8_t dir : 2, capture : 4 /* enum capture_kind */, repolled : 1;
};
static_assert(sizeof(struct open_xfer) == 64, "memory per pending transfer (DESIGN section 5)");
static_assert(CAPTURE_KINDS <= 16, "open_xfer.capture");

struct bus;

struct model {
	struct bus *bus; /* NULL: no bus packet yet */
	struct model_opts opts;
	struct devices *devices, *own_devices;
	struct open_xfer *open;
	size_t opens, open_cap;
	uint32_t free; /* slot number + 1 */
	struct map by_urb;
	struct payload_pool pool;
	struct model_counts counts;
	int64_t start, now;
	bool started;
	bool held; /* held_place is news for model_held() */
	struct placement held_place;
	/* The request of an injected transfer whose answer comes next. */
	struct {
		uint8_t setup[8];
		uint16_t bus, device;
		bool open;
	} injected;
	/* The latest USBPcap generation that records of this section (number + 1) prove. */
	uint32_t usbpcap_section;
	uint8_t usbpcap;
};

/* ---- building transfers: build.c ---------------------------------------------------------- */

/* A transfer of which nothing is known: pending, lengths unknown. */
void build_blank(struct xfer *x);
/* Whom it was for. */
void build_from_pipe(const struct model *m, struct xfer *x, uint32_t pipe);
/* All that the submission (and the data stage) told, without what a completion tells anew: that is
 * build_unfinished() or build_from_completion(). */
void build_from_open(const struct model *m, struct xfer *x, const struct open_xfer *o);
/* How it stands without a completion. */
void build_unfinished(const struct model *m, struct xfer *x, const struct open_xfer *o);
/* What a completion tells, whether or not its submission was seen. */
void build_from_completion(
	struct model *m, struct xfer *x, const struct record *rec, const struct event *ev);
/* How many bytes were asked for, which way they went, and how it ended: rules over what is known.
 */
void build_conclude(struct xfer *x, enum event_kind kind);

/* Which XFER_ flags a URB event gives. */
static inline uint16_t build_flags(const struct urb_event *u)
{
	return (uint16_t)(u->has & ~(URB_REQUESTED | URB_ACTUAL));
}

/* The generation of USBPcap as far as it is known by now. */
static inline uint8_t capture_by_now(const struct model *m, uint32_t section, uint8_t capture)
{
	return capture_is_usbpcap(capture) && m->usbpcap_section == section + 1 ? m->usbpcap
										: capture;
}

#endif
