/* know.h: starting knowledge about devices from files: what an earlier capture learnt, or a dump of
 * a device's descriptors. */
#ifndef RUN_KNOW_H
#define RUN_KNOW_H

#include "base/err.h"
#include "model/device.h"

#include <stdint.h>

/* spec is FILE, a capture whose devices become known under their addresses, or BUS.DEV=FILE, a dump
 * of the descriptors of the device with that address (see usb/desc_dump.h). 0, or -1 with *e. */
int know_from(struct devices *to, const char *spec, struct err *e);

/* Reads the whole dump at path ("-": standard input) and returns its bytes (free() them), NULL with
 * *e. *n: how many. */
uint8_t *know_read_dump(const char *path, size_t *n, struct err *e);

#endif
