/* index.h: where every transfer of a capture is: 32 bytes per transfer in begin order (8 more in
 * bus captures), the order of their ends, the exchanges, and a checkpoint every 64 records. Filled
 * during a run; then any transfer can be read again at random (run/load.h). */
#ifndef MODEL_INDEX_H
#define MODEL_INDEX_H

#include "capture/record.h"
#include "model/exchange.h"

struct index_entry {
	int64_t time;	      /* begin, ns since the capture's first record */
	uint32_t first, last; /* record numbers */
	uint32_t length;      /* bytes transferred, 0 where unknown */
	uint32_t exchange;    /* 0: none */
	float duration;	      /* seconds, negative: pending */
	/* many: more than two records; lost: its completion was lost; no_length: length is not
	 * known */
	uint32_t pipe : 22, status : 4, many : 1, lost : 1, no_length : 1;
};

/* An exchange of the capture. */
struct index_exchange {
	int64_t begin, end; /* ns since the capture's first record; end 0 while it is open */
	uint64_t bytes;
	uint32_t first, last; /* lowest and highest id of its transfers (last: 0 while open) */
	uint32_t place;	      /* of its first transfer in the order of ends, from 0 */
	uint32_t xfers;	      /* so far */
	uint8_t decoder, function, result;
	bool synthetic_end; /* its end is not seen from its transfers */
};

enum { INDEX_STEP = 64 };

struct index;

struct index *index_new(void);
void index_free(struct index *ix);

/* Every record in order, before its transfer; every transfer as it ends. */
void index_add_record(struct index *ix, const struct record *rec);
void index_add_xfer(struct index *ix, const struct xfer *x, const struct exchange *ex);
/* Every exchange that is over. */
void index_add_exchange(struct index *ix, const struct exchange *ex);

/* What a transfer put together from bus packets needs beside (known 0: it was not). */
struct bus_replay index_replay(const struct index *ix, uint32_t id);
uint32_t index_count(const struct index *ix);
uint64_t index_records(const struct index *ix);
/* id from 1 to index_exchanges(); NULL outside. */
uint32_t index_exchanges(const struct index *ix);
const struct index_exchange *index_get_exchange(const struct index *ix, uint32_t id);
/* id from 1 to index_count(); NULL outside, or for an id whose transfer never ended up in the
 * index. */
const struct index_entry *index_get(const struct index *ix, uint32_t id);
/* The id of the transfer that ended as number `place` (from 0); 0 outside. */
uint32_t index_by_end(const struct index *ix, uint32_t place);
/* Fills what reader_seek() needs for the checkpoint at or before record `number` (from 1). */
bool index_checkpoint(const struct index *ix, uint64_t number, struct record *at);

#endif
