/* bus_speed.h: the speed a device runs at, where the capture does not say it outright. */
#ifndef ANALYSIS_BUS_SPEED_H
#define ANALYSIS_BUS_SPEED_H

#include "model/device.h"

#include <stdbool.h>

/* The speed of an instance: as the model knows it, else inferred (*inferred) from its bus and
 * descriptors: nothing on the bus of a full-speed root hub is faster; a device of a USB version
 * below 2.0 is not high speed, nor is one without device qualifier; one whose endpoints are all
 * what low speed allows (8-byte packets, interrupt alone, 10 ms or more:
 * USB 2.0 5.5.3, 5.7.3, 5.7.4) is taken for low speed, but for hubs (11.1), and for neither before
 * its configuration was read. USB_SPEED_UNKNOWN where that says nothing. */
enum usb_speed bus_speed(const struct devices *d, uint32_t instance, bool *inferred);
/* Whether a device of USB 2.x said that it has no high speed, by refusing the request for a device
 * qualifier (USB 2.0 9.6.2). It is inferred: one may refuse what it should answer. */
struct desc_device;
bool bus_lacks_high_speed(const struct instance *i, const struct desc_device *dev);
/* The speed of its root hub; unknown where the capture has none. */
enum usb_speed bus_speed_root(const struct devices *d, uint32_t section, uint16_t bus);
/* True for root hubs, which Linux names 1d6b:000N: what goes to them is never on the bus. */
bool bus_is_root_hub(const struct devices *d, uint32_t instance);

#endif
