/* urb_flags.h: the transfer flags of Linux URBs by name (include/linux/usb.h). */
#ifndef USB_URB_FLAGS_H
#define USB_URB_FLAGS_H

#include "base/text.h"

/* Appends the names joined by '|', unknown bits as a number; "0" when none is set. */
void urb_flags_text(struct text *t, uint32_t flags);

#endif
