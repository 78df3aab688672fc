/* status_tables.h: the tables behind status.h, one file per system, each sorted by number. */
#ifndef USB_STATUS_TABLES_H
#define USB_STATUS_TABLES_H

#include "usb/status.h"

#include <stddef.h>

struct status_table {
	const struct status_code *codes; /* ascending by number */
	size_t n;
	bool is_unsigned; /* the system's numbers are unsigned 32-bit: a negative one is folded */
};

extern const struct status_table status_linux, status_windows, status_darwin, status_freebsd;
/* What usb_submit_urb() answers, where the same number means something else of a queued URB. */
extern const struct status_table status_linux_refusals;

#endif
