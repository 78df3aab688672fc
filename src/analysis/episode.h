/* episode.h: episodes: ranges of transfers that tell a story without any decoder's state: a device
 * is enumerated, an endpoint fails and is recovered, a port sleeps, an isochronous stream runs, a
 * long transfer is cut into segments (DESIGN section 1). Detectors, one file per kind
 * (episode_KIND.c), see all transfers in end order and hand on each episode once it is over. */
#ifndef ANALYSIS_EPISODE_H
#define ANALYSIS_EPISODE_H

#include "run/run.h"

enum episode_kind {
	EPISODE_ENUMERATION,
	EPISODE_RECOVERY,
	EPISODE_SEGMENTS,
	EPISODE_STREAMS,
	EPISODE_SUSPEND,
	EPISODE_ISO,
	EPISODE_KINDS
};
/* "enumeration", "recovery", … */
const char *episode_kind_name(enum episode_kind k);

enum { EPISODE_STEPS = 64, STEP_TEXT = 112, EPISODE_INFO = 224 };

/* What happened in it, in order; the same thing again and again is one step. */
struct episode_step {
	uint32_t xfer, times; /* id of the (first) transfer; how many alike */
	int64_t begin, end;   /* ns since the capture's first record */
	int64_t longest;      /* ns that one of them took */
	uint8_t status;	      /* enum status, of the last one */
	char text[STEP_TEXT]; /* without control characters */
};

struct episode {
	uint32_t id;	       /* from 1, in the order in which they are handed on */
	uint8_t kind;	       /* enum episode_kind */
	uint8_t endpoint, dir; /* USB_NO_ENDPOINT: of the device as a whole */
	uint8_t tone;	       /* enum tone of the outcome */
	uint32_t first, last;  /* ids of the transfers that came first and last */
	uint32_t xfers;
	int64_t begin, end;
	uint32_t section;
	uint16_t bus, device; /* as in struct xfer */
	uint32_t instance;    /* 0: not known */
	const char *outcome;  /* one word or two, trusted */
	int64_t lost;	      /* ns until things went on, or XFER_UNKNOWN */
	bool kept;	      /* the filter keeps one of its transfers */
	bool cut;	      /* there were more steps */
	char info[EPISODE_INFO];
	struct episode_step *step;
	size_t steps, step_cap;
};

/* The step of which one took longest; NULL: none. */
const struct episode_step *episode_slowest(const struct episode *ep);

struct episodes;

/* on_end is called once for each episode that is over. filter: only those it keeps a transfer of;
 * NULL: all. */
struct episodes *episodes_new(void (*on_end)(void *ctx, const struct episode *ep), void *ctx,
	const struct filter *filter);
void episodes_free(struct episodes *e);
/* The next transfer, as it ends. */
void episodes_feed(struct episodes *e, struct row *row);
/* The capture is over: so are all episodes. */
void episodes_finish(struct episodes *e);

#endif
