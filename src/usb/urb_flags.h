/* urb_flags.h: the transfer flags of each system's URBs by name. */
#ifndef USB_URB_FLAGS_H
#define USB_URB_FLAGS_H

#include "base/text.h"
#include "usb/usb.h"

/* Appends the names joined by '|', unknown bits as a number; "0" when none is set. */
void urb_flags_text(struct text *t, enum usb_os os, uint32_t flags);

#endif
