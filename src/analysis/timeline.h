/* timeline.h: events that should come at regular times: how fast they really come, how late each
 * is, and both over time. Memory is bounded whatever their number.
 *
 * An event has a position x (a count of units: frames, microframes) and a value y (ns, or bytes so
 * far) that should grow by the same amount with each unit. The line through them is fitted
 * (base/fit.h). An event's lateness is what its y lies above the line through the earliest one:
 * the line moved down until no event is below it. */
#ifndef ANALYSIS_TIMELINE_H
#define ANALYSIS_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	TIMELINE_POINTS = 8192, /* so many events are kept exactly; of more, that many at random */
	TIMELINE_BINS = 256,	/* of time, at most; at least half of it once it is full */
	TIMELINE_NOTES = 4	/* sums that the owner keeps per bin */
};

struct timeline_point {
	int64_t x;
	double d; /* y less unit * x */
};

struct timeline_bin {
	uint64_t n;
	double x, d; /* sums over its events */
	struct timeline_point latest, earliest;
	double note[TIMELINE_NOTES];
};

struct timeline {
	double unit; /* what y should grow by with each x; only a start, the fit does not need it */
	uint64_t n;
	int64_t first_x, last_x, begin; /* begin: time of the first event or note */
	bool begun;
	double mean_x, mean_d, xx, xd, dd; /* running, about the means */
	struct timeline_point *point;
	size_t points, point_cap;
	uint64_t random;
	struct timeline_bin *bin;
	int64_t width; /* ns of a bin */
	size_t bins;
};

void timeline_init(struct timeline *t, double unit);
void timeline_free(struct timeline *t);
/* No more events: the kept ones are dropped, bins stay. Results must have been computed. */
void timeline_drop_points(struct timeline *t);
/* Another unit, before the first event. */
void timeline_set_unit(struct timeline *t, double unit);
/* when: ns since the capture's first record; ascending but for small steps back. */
void timeline_add(struct timeline *t, int64_t when, int64_t x, double y);
/* Adds to a sum (which < TIMELINE_NOTES) of the bin at that time. */
void timeline_note(struct timeline *t, int64_t when, unsigned which, double amount);

struct timeline_result {
	uint64_t n;
	bool fitted;		   /* slope and lateness mean something: at least three events */
	double slope, uncertainty; /* y per x, and its 95 % interval (±) with one quantum added */
	double earliest; /* d of the line through the earliest event at x 0; for timeline_lateness
			  */
	double mean, sd, max; /* lateness of all events */
	double p50, p90, p99; /* nearest rank; of the kept events */
	bool sampled;	      /* not all events were kept */
};

/* quantum: in what steps y is measured. */
struct timeline_result timeline_result(const struct timeline *t, double quantum);
/* Lateness of one point by that result. */
double timeline_lateness(
	const struct timeline *t, const struct timeline_result *r, const struct timeline_point *p);
/* How many kept events have a lateness in each of n equal parts of 0 … to; those beyond count in
 * the last. */
void timeline_histogram(const struct timeline *t, const struct timeline_result *r, double to,
	double *count, size_t n);

#endif
