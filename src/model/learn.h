/* learn.h: what control transfers teach about devices (USB 2.0 chapter 9): descriptors, addresses,
 * configurations, alternate settings, and that there is another device now. */
#ifndef MODEL_LEARN_H
#define MODEL_LEARN_H

#include "model/device.h"
#include "model/xfer.h"

/* Told of every completed control transfer with a setup, in the order they end. A transfer that
 * turns out to belong to a new device gets that one's pipe and instance. */
void learn_from(struct devices *d, struct xfer *x);

/* Told of what was known before the capture began (injected records): the same, but it never makes
 * a new device. */
void learn_known(struct devices *d, const struct xfer *x);

/* The interface whose HID report descriptor a GET_DESCRIPTOR transfer read: wIndex, but in
 * USBPcap's captures the one whose HID descriptor announces that length. There wIndex is 0 for all
 * interfaces: their drivers leave it to the stack below. */
uint8_t learn_report_interface(const struct devices *d, const struct xfer *x);

#endif
