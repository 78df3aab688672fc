/* stat_impl.h: what stat counts; shared by the counting and the report. */
#ifndef ANALYSIS_STAT_IMPL_H
#define ANALYSIS_STAT_IMPL_H

#include "analysis/stat.h"
#include "analysis/stat_queue.h"
#include "analysis/stat_segments.h"
#include "base/hist.h"
#include "base/map.h"

/* The peak rate is that of the fullest window of 100 ms. */
enum { STAT_WINDOW = 100000000 };

/* What an endpoint belongs to, each a row of its own in the report. */
enum group_kind { GROUP_CAPTURE, GROUP_BUS, GROUP_DEVICE, GROUP_INTERFACE, GROUP_KINDS };

struct endpoint_stat {
	uint32_t pipe; /* its latest */
	uint64_t transfers, bytes, errors;
	uint64_t iso_packets, iso_failed; /* failed or missed */
	bool iso_judged;		  /* some packets had a status of their own */
	bool inferred;			  /* bytes holds lengths that the capture does not tell */
	bool unmeasured;		  /* and lacks some that cannot be inferred */
	bool ended;			  /* last_end is set */
	bool touched;			  /* has bytes in the window that is open */
	int64_t last_end;
	uint64_t window_bytes, peak;
	uint32_t grouped;	     /* the pipe that group[] was found for */
	uint32_t group[GROUP_KINDS]; /* numbers from 1; 0: none */
	struct segments segments;
	struct queue queue;
	struct hist latency; /* ns from submission to completion */
	struct hist
		service; /* ns from the later of submission and the endpoint's last completion */
};

struct group {
	uint8_t kind; /* enum group_kind */
	uint8_t interface;
	uint16_t bus;
	uint32_t instance;
	uint32_t pipe;			      /* of an interface: the latest of its endpoints */
	uint64_t window_bytes, peak, windows; /* with bytes in them */
	bool touched;
};

struct stat {
	struct stat_opts opts;
	struct endpoint_stat *endpoint; /* [endpoint_id - 1] */
	size_t endpoints, endpoint_cap;
	struct group *group; /* [number - 1] */
	size_t groups, group_cap;
	struct map by_key; /* of groups */
	/* The window that is open, and the endpoints with bytes in it. */
	int64_t window;
	bool windowed;
	uint32_t *touched;
	size_t touches, touch_cap;
	uint64_t transfers, types[USB_TYPES], statuses[STATUS_COUNT];
	uint32_t captures;	 /* 1 << enum capture_kind: who wrote the transfers */
	uint8_t unseen[ASPECTS]; /* in some transfer missing: the capture kind that says why, or 0
				  */
	uint64_t span; /* ns from the earliest to the latest record; set when a report begins */
	struct exchange_stats *exchanges; /* stat_exchange.c */
	struct reserve *reserve;	  /* stat_reserve.c */
	struct series_stat *series;	  /* stat_series.c; NULL without --interval */
};

/* The length of the capture, 0 without times. */
static inline double stat_seconds(const struct stat *s)
{
	return (double)s->span / 1e9;
}

/* ---- stat_rate.c: bytes by windows of 100 ms ---------------------------------------- */

/* Bytes that a transfer of endpoint `id` moved, ended at `end`. */
void rate_count(struct stat *s, const struct devices *d, uint32_t id, int64_t end, uint64_t bytes);
/* Takes the open window into the peaks, and finds the groups of all endpoints. Any time. */
void rate_settle(struct stat *s, const struct devices *d);

/* ---- stat_bustime.c: estimated bus time --------------------------------------------- */

struct bus_estimate {
	uint8_t speed;	       /* enum usb_speed */
	bool guessed;	       /* it is inferred */
	bool known;	       /* ns holds */
	bool virtual;	       /* of a root hub: nothing of it is on the bus */
	uint64_t transactions; /* that moved data; 0: not known */
	uint64_t ns;	       /* an estimate */
	uint64_t root_ns;      /* of them on the bus of the root hub: behind a translator, splits */
};
struct bus_estimate bus_estimate(
	const struct stat *s, const struct devices *d, const struct endpoint_stat *p);

/* Whether the capture shows when transfers are submitted: not on the wire. */
static inline bool stat_submits(const struct stat *s)
{
	return !(s->captures >> CAPTURE_BUS_ANY_SPEED);
}

/* ---- stat_reserve.c, stat_reserve_report.c: reserved bandwidth ---------------------- */

struct reserve;

struct reserve *reserve_new(void);
void reserve_free(struct reserve *v);
/* Looks at a control transfer that may select endpoints, and at one that was refused. */
void reserve_note(struct reserve *v, const struct devices *d, const struct xfer *x);
void reserve_report(struct stat *s, const struct devices *d, struct emit *e);

/* ---- stat_series.c: --interval ------------------------------------------------------ */

struct series_stat;

struct series_stat *series_new(const struct stat_opts *o);
void series_free(struct series_stat *v);
/* Counts a transfer; bytes: as the endpoint's bytes count it. */
void series_count(struct series_stat *v, struct run *r, const struct xfer *x, uint64_t bytes);
/* Writes the last interval. */
void series_end(struct series_stat *v, struct run *r);

/* ---- stat_exchange.c: exchanges ----------------------------------------------------- */

struct exchange_stats;

struct exchange_stats *exchange_stats_new(void);
void exchange_stats_free(struct exchange_stats *v);
void exchange_stats_add(struct exchange_stats *v, const struct exchange *ex);
void exchange_stats_report(const struct stat *s, struct emit *e);

/* ---- parts of the report ------------------------------------------------------------ */

/* What only bus captures have (c NULL: it is none): stat_wire.c. */
void stat_wire(const struct bus_counts *c, const struct bus_times *t, struct emit *e);
/* stat_endpoints.c */
void stat_endpoints(const struct stat *s, const struct devices *d, struct emit *e);
/* stat_groups.c: buses, devices, interfaces */
void stat_groups(const struct stat *s, const struct devices *d, struct emit *e);

#endif
