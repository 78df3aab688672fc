/* stat_segments.h: the sizes of an endpoint's transfers: lengths, packets, short ends, and requests
 * that a driver sent as several transfers because one may only be so large.
 *
 * A capture does not tell which transfers belong to one request; it is inferred (~). One of the
 * largest size seen on the endpoint, full and without error, is continued by the next if that was
 * submitted before it ended or within SEGMENT_PAUSE; a smaller or a short one ends the request.
 * Where the submitter says that more follow (Linux URB_NO_INTERRUPT, set on all but the last part
 * of a scatter list), that is believed instead. Command and status blocks of mass storage
 * (Bulk-Only Transport 5.1, 5.2) are requests of their own, and so are all transfers of UAS. One
 * such request may be chance: segments_split() wants two. */
#ifndef ANALYSIS_STAT_SEGMENTS_H
#define ANALYSIS_STAT_SEGMENTS_H

#include "base/hist.h"
#include "model/device.h"
#include "model/xfer.h"

/* Lengths that are counted one by one; further ones only in the histogram. */
enum { SEGMENT_LENGTHS = 12, SEGMENT_PAUSE = 1000000 };

/* What is counted; allocated with the endpoint's first transfer that has a length. */
struct segment_sizes {
	struct hist length; /* bytes transferred */
	struct {
		uint32_t len;
		uint64_t n;
	} exact[SEGMENT_LENGTHS];
	unsigned lengths;
	uint64_t others;	 /* of lengths beyond those */
	uint64_t transfers;	 /* whose length is known */
	uint64_t packets, bytes; /* of those whose packet size was known then */
	uint64_t packed;	 /* how many transfers that were */
	uint64_t shorts, zlps; /* ended by a packet that was less than full, by one without data */
	uint64_t unaligned;    /* reads that asked for packets and a fraction of one */
	/* Requests of several transfers. */
	uint32_t largest; /* most asked for at once */
	uint64_t groups, grouped, longest;
	uint64_t breaks;	 /* parts, not the last, that end in a fraction of a packet */
	uint64_t current, odd;	 /* of the request that goes on: parts, those with a fraction */
	bool told, current_told; /* the submitter said so */
	bool last_odd;
};

/* Transfers that are like the one before are only counted. */
struct segments {
	uint64_t lengths; /* asked for << 32 | transferred */
	uint64_t kind;	  /* all else that makes a difference */
	uint32_t pipe;
	bool pause;		     /* before the first of them */
	int64_t end;		     /* of the last one */
	uint64_t run;		     /* how many */
	struct segment_sizes *sizes; /* NULL: nothing yet */
};

/* Takes what was only counted into sizes; d: of the model. Any time, any number of times. */
void segments_settle(struct segments *s, const struct devices *d);
void segments_free(struct segments *s);
/* The length below or at which fraction q (0–1) of all lie (nearest rank): one that occurred where
 * those were counted one by one, as few are in most captures; otherwise within 0.4 % (hist.h). */
uint64_t segments_length(const struct segment_sizes *z, double q);

/* Whether requests of several transfers were seen, so that the largest transfer is the most that
 * the driver puts into one. */
static inline bool segments_split(const struct segment_sizes *z)
{
	return z->groups > 1 || (z->told && z->groups);
}

static inline uint64_t segments_kind(const struct xfer *x)
{
	return (uint64_t)x->transfer_flags << 32 | (uint32_t)x->os << 28 | (uint32_t)x->dir << 24 |
	       (uint32_t)x->status << 16 | x->flags;
}

/* Counts a transfer that moves data (not of USB_REQUEST). */
static inline void segments_add(struct segments *s, const struct xfer *x, const struct devices *d)
{
	uint64_t lengths = (uint64_t)(uint32_t)x->req_len << 32 | (uint32_t)x->len;
	uint64_t kind = segments_kind(x);
	/* times of hostile captures may be further apart than 64 bits can say */
	bool pause = x->begin > s->end && (uint64_t)x->begin - (uint64_t)s->end > SEGMENT_PAUSE;

	if (__builtin_expect(
		    lengths != s->lengths || kind != s->kind || x->pipe != s->pipe || pause, 0)) {
		segments_settle(s, d);
		s->lengths = lengths;
		s->kind = kind;
		s->pipe = x->pipe;
		s->pause = pause;
	}
	s->run++;
	s->end = x->end;
}

#endif
