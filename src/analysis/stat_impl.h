/* stat_impl.h: what stat counts; shared by the counting and the report. */
#ifndef ANALYSIS_STAT_IMPL_H
#define ANALYSIS_STAT_IMPL_H

#include "analysis/stat.h"
#include "base/hist.h"

/* The peak rate is that of the fullest bin of 100 ms. */
enum { STAT_PEAK_BIN = 100000000 };

struct endpoint_stat {
	uint32_t pipe; /* its latest */
	uint64_t transfers, bytes, errors;
	uint64_t iso_packets, iso_failed; /* failed or missed */
	bool iso_judged;		  /* some packets had a status of their own */
	bool inferred;			  /* bytes holds lengths that the capture does not tell */
	bool unmeasured;		  /* and lacks some that cannot be inferred */
	bool ended;			  /* last_end is set */
	int64_t last_end;
	int64_t bin;
	uint64_t bin_bytes, peak;
	struct hist latency; /* ns from submission to completion */
	struct hist
		service; /* ns from the later of submission and the endpoint's last completion */
};

struct stat {
	struct endpoint_stat *endpoint; /* [endpoint_id - 1] */
	size_t endpoints, endpoint_cap;
	uint64_t transfers, types[USB_TYPES], statuses[STATUS_COUNT];
	uint32_t captures;	 /* 1 << enum capture_kind: who wrote the transfers */
	uint8_t unseen[ASPECTS]; /* in some transfer missing: the capture kind that says why, or 0
				  */
};

/* What only bus captures have (c NULL: it is none): stat_wire.c. */
void stat_wire(const struct bus_counts *c, struct emit *e);

#endif
