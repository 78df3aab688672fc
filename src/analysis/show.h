/* show.h: `show`: everything about one transfer, exchange or record, read again through the index.
 */
#ifndef ANALYSIS_SHOW_H
#define ANALYSIS_SHOW_H

#include "base/emit.h"
#include "run/load.h"

/* 0, or -1 with *err. */
int show_xfer(struct run *r, const struct index *ix, uint32_t id, struct emit *e, struct err *err);
int show_exchange(
	struct run *r, const struct index *ix, uint32_t id, struct emit *e, struct err *err);
int show_record(
	struct run *r, const struct index *ix, uint64_t number, struct emit *e, struct err *err);

#endif
