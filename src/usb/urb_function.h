/* urb_function.h: the URB_FUNCTION_* numbers of Windows: what a driver may ask the USB stack for,
 * as USBPcap records it. */
#ifndef USB_URB_FUNCTION_H
#define USB_URB_FUNCTION_H

#include "usb/usb.h"

#include <stddef.h>

/* The numbers that decoders name. */
enum {
	URB_FUNCTION_SELECT_CONFIGURATION = 0x00,
	URB_FUNCTION_SELECT_INTERFACE = 0x01,
	URB_FUNCTION_ABORT_PIPE = 0x02,
	URB_FUNCTION_CONTROL_TRANSFER = 0x08,
	URB_FUNCTION_BULK_OR_INTERRUPT_TRANSFER = 0x09,
	URB_FUNCTION_ISOCH_TRANSFER = 0x0a,
	URB_FUNCTION_GET_DESCRIPTOR_FROM_DEVICE = 0x0b,
	URB_FUNCTION_SYNC_RESET_PIPE_AND_CLEAR_STALL = 0x1e,
	URB_FUNCTION_CONTROL_TRANSFER_EX = 0x32,
	URB_FUNCTION_OPEN_STATIC_STREAMS = 0x35,
	URB_FUNCTION_CLOSE_STATIC_STREAMS = 0x36
};

/* What the URB moves. */
enum urb_carries {
	URB_CARRIES_NOTHING,   /* reserved numbers */
	URB_CARRIES_CONTROL,   /* one control transfer; the setup is the driver's or the stack's */
	URB_CARRIES_SELECTION, /* a configuration or interface choice: control transfer plus pipes
				*/
	URB_CARRIES_DATA,      /* a bulk or interrupt transfer */
	URB_CARRIES_ISOCHRONOUS, /* an isochronous transfer with its packet table */
	URB_CARRIES_PIPE,	 /* an order about a pipe, no data */
	URB_CARRIES_FRAME,	 /* a question or order about frames, answered by the host */
	URB_CARRIES_STREAMS	 /* an order about static streams */
};

struct urb_function {
	uint16_t number;
	const char *name;    /* "URB_FUNCTION_ABORT_PIPE" */
	uint8_t carries;     /* enum urb_carries */
	uint8_t dir;	     /* enum usb_dir; unknown where the URB's flags say */
	const char *meaning; /* one line */
};

/* NULL for a number that Windows does not define. */
const struct urb_function *urb_function_find(uint16_t number);

#endif
