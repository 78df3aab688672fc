/* meters.h: what each endpoint does right now: rate of the last minute, transfers in the queue,
 * errors; kept while the capture is read. Times are the capture's own. */
#ifndef TUI_METERS_H
#define TUI_METERS_H

#include "base/map.h"
#include "run/run.h"

enum { METER_SECONDS = 60 };

struct meter {
	uint16_t bus, device;
	uint8_t endpoint, dir, type;
	uint32_t queued, most_queued; /* submitted and not completed */
	uint64_t transfers, bytes, errors;
	int64_t latency_sum; /* ns, of `timed` transfers */
	uint64_t timed;
	int64_t second;		      /* the ring's newest second since the capture's beginning */
	uint64_t ring[METER_SECONDS]; /* bytes, [second % METER_SECONDS] is the newest */
};

struct meters {
	struct meter *meter;
	size_t n, cap;
	struct map by_key; /* endpoint → number + 1 */
	int64_t now;	   /* latest time seen, ns */
	bool queues;	   /* the capture tells submissions */
};

void meters_free(struct meters *m);
struct consumer meters_consumer(struct meters *m);
/* Bytes in the second `ago` seconds before the latest one. */
uint64_t meter_bytes(const struct meters *m, const struct meter *e, int ago);

#endif
