/* ports.h: which device is at which port of which hub, and what becomes of it: by the requests that
 * hosts make of hubs (USB 2.0 11.24.2, USB 3.2 10.16.2). A port is reset, and the device that gets
 * an address next is the one at that port; a reset of a port with a known device begins that device
 * anew; a port that tells of no connection has lost its device.
 *
 * Only the requests themselves and their answers count, never what descriptors said of the hub: a
 * run that knows more must have the same instances (devices_know). */
#ifndef MODEL_PORTS_H
#define MODEL_PORTS_H

#include "model/device.h"
#include "model/xfer.h"

struct ports;

/* Most devices in a row from the root hub down (USB 2.0 4.1.1). */
enum { PORTS_TIERS = 7 };

struct ports *ports_new(void);
void ports_free(struct ports *p);

/* Told of every successful class request with a setup, in the order they end. */
void ports_learn(struct devices *d, const struct xfer *x);

/* A device answers under the default address: it is at the port that was reset last. */
void ports_default(struct devices *d, uint32_t instance);
/* An instance has its address now, from address 0 or (USB 3.2, controllers that give addresses
 * themselves) without. Nothing happens unless a port waits for it. */
void ports_arrived(struct devices *d, uint32_t instance);
/* The instance that came to a port last; 0: none is known, or it is there no more. */
uint32_t ports_child(const struct devices *d, uint32_t hub, uint8_t port);
/* The port path of an instance was told (injected records): it is at that port of its hub, if the
 * hub was told before. */
void ports_known(struct devices *d, uint32_t instance);

#endif
