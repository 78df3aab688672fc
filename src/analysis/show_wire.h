/* show_wire.h: what a transfer of a bus capture was on the wire: stages, transactions, packets. */
#ifndef ANALYSIS_SHOW_WIRE_H
#define ANALYSIS_SHOW_WIRE_H

#include "base/emit.h"
#include "run/load.h"

/* Emits the field tree "on the wire" into an open row; nothing where x is not made of packets. Runs
 * of NAKs are one field, and long runs of good transactions too, unless `all`. */
void show_wire(
	struct run *r, const struct index *ix, const struct xfer *x, bool all, struct emit *e);

#endif
