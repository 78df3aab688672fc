/* stat_endpoint_line.h: an endpoint's figures, for the tables of stat_endpoints.c and the blocks of
 * stat_endpoint_block.c. */
#ifndef ANALYSIS_STAT_ENDPOINT_LINE_H
#define ANALYSIS_STAT_ENDPOINT_LINE_H

#include "analysis/stat_impl.h"

/* An endpoint with all that its figures come from. */
struct endpoint_line {
	const struct stat *all;
	const struct endpoint_stat *stat;
	const struct pipe *pipe;
	const struct instance *device;
	const struct segment_sizes *sizes; /* NULL: no lengths */
	struct queue_sum queue;
	double seconds;	 /* of the capture */
	bool submits;	 /* the capture shows when transfers are submitted */
	uint32_t packet; /* bytes, 0: not known */
	struct bus_estimate use;
	double best; /* bytes/s at most, 0: not known */
};

/* Not 0 bytes because no length is known. */
static inline bool endpoint_measured(const struct endpoint_line *l)
{
	return l->stat->bytes || (!l->stat->unmeasured && l->pipe->type != USB_REQUEST);
}

/* Packets have the times of their beginnings: of a transfer of few that is no time to divide by. */
static inline bool endpoint_busy(const struct endpoint_line *l)
{
	return l->submits && l->queue.active && endpoint_measured(l);
}

static inline bool endpoint_queued(const struct endpoint_line *l)
{
	return l->submits && l->stat->queue.requests && l->pipe->type != USB_REQUEST;
}

static inline bool endpoint_sized(const struct endpoint_line *l)
{
	return l->sizes && l->sizes->transfers;
}

/* Controllers ask interrupt endpoints more often than bInterval says; full is not their aim. */
static inline bool endpoint_efficient(const struct endpoint_line *l)
{
	return l->best > 0 && l->pipe->type != USB_INTERRUPT;
}

static inline bool endpoint_stream(const struct endpoint_line *l)
{
	return l->pipe->type == USB_BULK || l->pipe->type == USB_INTERRUPT;
}

/* Bytes per second at the peak; a capture shorter than the window is one of its own length. 0: it
 * has no length, or no lengths are known. */
static inline double endpoint_peak(const struct endpoint_line *l)
{
	double window = STAT_WINDOW / 1e9, seconds = l->seconds < window ? l->seconds : window;

	return seconds > 0 && endpoint_measured(l) ? (double)l->stat->peak / seconds : 0;
}

/* With -v: all that is known of the endpoint, in words. */
void stat_endpoint_block(const struct endpoint_line *l, struct emit *e);

#endif
