/* iso.h: `iso`: was each isochronous stream on time? Per stream packets, positions, completions,
 * queue, data rate, clock and feedback, from URBs and from bus packets. */
#ifndef ANALYSIS_ISO_H
#define ANALYSIS_ISO_H

#include "base/emit.h"
#include "run/run.h"

struct iso;

struct iso *iso_new(void);
void iso_free(struct iso *s);
/* The consumer to run. It needs payload: feedback is what its packets say. */
struct consumer iso_consumer(struct iso *s);
/* The report, once the run is over; ends the streams that are still open. */
void iso_report(struct iso *s, struct run *r, struct emit *e);

#endif
