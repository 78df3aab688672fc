/* inject.h: devices that were there before the capture, as the records their enumeration would have
 * made: GET_DESCRIPTOR, SET_CONFIGURATION and SET_INTERFACE pairs that any reader understands,
 * marked as injected (capture/record.h). */
#ifndef CAPTURE_INJECT_H
#define CAPTURE_INJECT_H

#include "capture/sysfs.h"
#include "capture/writer.h"

/* Writes the records of d with that time (ns). link: 189 or 220. Returns how many. */
uint64_t inject_device(struct writer *w, const struct sysfs_device *d, uint32_t link, int64_t time);

#endif
