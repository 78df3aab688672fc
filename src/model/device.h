/* device.h: device instances and pipes: who a transfer was for. Instances are versions: a new
 * address, reset or re-enumeration makes a new one, and old transfers keep theirs. Pipes are
 * interned and never change; each transfer holds a pipe number. */
#ifndef MODEL_DEVICE_H
#define MODEL_DEVICE_H

#include "usb/usb.h"

#include <stdbool.h>
#include <stddef.h>

struct instance {
	uint16_t bus, address;
	uint8_t speed; /* enum usb_speed */
	uint32_t section;
};

struct pipe {
	uint32_t instance; /* from 1 */
	uint8_t endpoint, dir, type; /* control pipes have one number for both directions: dir unknown */
};

struct devices;

struct devices *devices_new(void);
void devices_free(struct devices *d);

/* The pipe number (from 1) of an endpoint as seen in an event, made on first use. */
uint32_t devices_pipe(struct devices *d, uint32_t section, uint16_t bus, uint16_t address,
	uint8_t endpoint, uint8_t dir, uint8_t type, uint8_t speed);

/* n from 1; pointers are valid until the next devices_pipe(). */
const struct pipe *devices_get_pipe(const struct devices *d, uint32_t n);
const struct instance *devices_get_instance(const struct devices *d, uint32_t n);
uint32_t devices_pipes(const struct devices *d);
uint32_t devices_instances(const struct devices *d);

#endif
