/* request.h: the parts of a setup packet by USB 2.0 and USB 3.2 chapter 9, as tables with their
 * sections. The requests themselves are in decoders/standard.c. */
#ifndef USB_REQUEST_H
#define USB_REQUEST_H

#include "usb/usb.h"

#include <stdbool.h>
#include <stddef.h>

/* bmRequestType (USB 2.0 table 9-2). */
enum { REQUEST_STANDARD, REQUEST_CLASS, REQUEST_VENDOR, REQUEST_RESERVED };

static inline unsigned setup_request_type(uint8_t bmRequestType)
{
	return bmRequestType >> 5 & 3;
}

static inline unsigned setup_recipient(uint8_t bmRequestType)
{
	return bmRequestType & 0x1f;
}

/* "standard", "class", …; "device", "interface", "endpoint", "other", NULL: reserved recipient. */
const char *request_type_name(unsigned type);
const char *recipient_name(unsigned recipient);

/* "device", "configuration", "BOS", …; NULL: not a standard or common class descriptor type. */
const char *descriptor_type_name(uint8_t bDescriptorType);

/* Feature selectors differ by recipient (USB 2.0 table 9-6, USB 3.2 table 9-7); NULL: unknown. */
const char *feature_name(unsigned recipient, uint16_t selector);
/* Test selectors of SET_FEATURE(TEST_MODE); NULL: reserved or vendor-specific. */
const char *test_mode_name(uint8_t selector);

/* A bit of the answer to GET_STATUS. clear NULL: nothing is said of a clear bit. */
struct status_bit {
	uint8_t bit;
	const char *key, *clear, *set;
};
/* Rows of a recipient, *n of them; NULL for reserved recipients. */
const struct status_bit *status_bits(unsigned recipient, size_t *n);

#endif
