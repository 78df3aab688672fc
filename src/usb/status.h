/* status.h: how a transfer ended: the canonical status all captures share, and one table per
 * operating system that maps its own numbers to it, each with what it means to a driver writer. */
#ifndef USB_STATUS_H
#define USB_STATUS_H

#include "usb/usb.h"

#include <stdbool.h>

enum status {
	STATUS_OK,
	STATUS_STALL,
	STATUS_TIMEOUT,
	STATUS_CRC,
	STATUS_PROTOCOL,
	STATUS_BABBLE,
	STATUS_SHORT, /* fewer bytes than asked where the submitter forbade it */
	STATUS_CANCELLED,
	STATUS_DISCONNECTED,
	STATUS_NO_BANDWIDTH,
	STATUS_OVERRUN,
	STATUS_UNDERRUN,
	STATUS_MISSED,	/* isochronous */
	STATUS_ERROR,	/* other */
	STATUS_PENDING, /* not completed within the capture */
	STATUS_UNKNOWN, /* completed, but this kind of capture does not record how: JSON null */
	STATUS_COUNT
};

/* "ok", "stall", "no-bandwidth", … */
const char *status_name(enum status s);
/* True for all but ok, pending, unknown and cancelled (the filter field `error`). */
bool status_is_error(enum status s);

/* One number of one system. Texts are trusted and never NULL. */
struct status_code {
	int64_t number;
	const char *name; /* "-EPIPE", "USBD_STATUS_STALL_PID" */
	enum status status;
	const char *meaning;  /* in plain words, one line */
	const char *happened; /* what the driver, controller or bus did */
	const char *advice;   /* what a driver writer does about it */
	const char *source;   /* header, document */
};

/* A number that means more once hubs are heard (model/build.c). */
enum { STATUS_LINUX_ESHUTDOWN = -108 };

/* The table row, or NULL for a number the system does not define. */
const struct status_code *status_lookup(enum usb_os os, int64_t raw);
/* The canonical status of a completion with this number: STATUS_ERROR where it is not known. */
enum status status_canonical(enum usb_os os, int64_t raw);
/* The same in the words of its place: `refused` as the answer to a submission, of which nothing was
 * sent; a control transfer that was stalled is a request refused, no halt (USB 2.0 8.5.3.4). */
const struct status_code *status_explain(
	enum usb_os os, int64_t raw, enum usb_type type, bool refused);
/* The row of a number in a capture that QEMU wrote (pcap=), or NULL. */
const struct status_code *status_of_qemu(int64_t raw);
/* The same of a transfer put together from bus packets, which has no system's number; NULL where
 * there is nothing to explain. */
const struct status_code *status_on_bus(enum status s, enum usb_type type);

#endif
