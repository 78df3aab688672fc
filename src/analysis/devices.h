/* devices.h: `devices`: the devices of a capture as a tree: bus, device, interface, endpoint, with
 * names, sizes, intervals and how much they were used; and dumps of descriptors without a capture.
 */
#ifndef ANALYSIS_DEVICES_H
#define ANALYSIS_DEVICES_H

#include "base/emit.h"
#include "run/run.h"

struct device_counts;

struct device_counts *device_counts_new(void);
void device_counts_free(struct device_counts *c);
/* Counts transfers per endpoint during the run. */
struct consumer device_counts_consumer(struct device_counts *c);

/* The report, once the run is over. verbose: with all descriptors as field trees. */
void devices_report(const struct device_counts *c, struct run *r, struct ids *ids, bool verbose,
	struct emit *e);

/* The descriptors of a dump (usb/desc_dump.h) as field trees. */
void devices_report_dump(const uint8_t *data, size_t n, struct ids *ids, struct emit *e);

#endif
