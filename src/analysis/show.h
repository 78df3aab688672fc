/* show.h: `show`: everything about one transfer, exchange or record, read again through the index.
 */
#ifndef ANALYSIS_SHOW_H
#define ANALYSIS_SHOW_H

#include "base/emit.h"
#include "run/load.h"

/* all: nothing folded. 0, or -1 with *err. */
int show_xfer(struct run *r, const struct index *ix, uint32_t id, bool all, struct emit *e,
	struct err *err);
int show_exchange(
	struct run *r, const struct index *ix, uint32_t id, struct emit *e, struct err *err);
/* xfer: the transfer the record belongs to; 0: to be found, which may take as long as reading. */
int show_record(struct run *r, const struct index *ix, uint64_t number, uint32_t xfer,
	struct emit *e, struct err *err);
/* What show_xfer says of a transfer that is at hand, with its payload. */
void show_row(struct run *r, const struct index *ix, struct row *row, bool all, struct emit *e);

#endif
