/* usbmon_header.h: the few bytes of a usbmon header (Documentation/usb/usbmon.rst) that capturing
 * looks at; all else about it is known to link/usbmon.c. */
#ifndef CAPTURE_USBMON_HEADER_H
#define CAPTURE_USBMON_HEADER_H

#include "base/cursor.h"
#include "capture/record.h"

struct usbmon_header {
	uint64_t urb;
	uint8_t event; /* 'S', 'C', 'E' */
	uint8_t type;  /* 2: control */
	uint8_t address;
	uint16_t bus;
	uint32_t length;
	const uint8_t *setup; /* of a control submission; NULL: none */
	const uint8_t *data;
	uint32_t data_len;
};

enum { USBMON_CONTROL = 2 };

/* False: too short to be one. */
static inline bool usbmon_header(const struct record *rec, struct usbmon_header *h)
{
	uint32_t size = rec->link == LINK_USB_LINUX ? 48 : 64;
	const uint8_t *p = rec->data;

	if (rec->caplen < size)
		return false;
	h->urb = load64(p, rec->big_endian);
	h->event = p[8];
	h->type = p[9];
	h->address = p[11] & 0x7f;
	h->bus = load16(p + 12, rec->big_endian);
	h->length = load32(p + 32, rec->big_endian);
	h->setup = h->event == 'S' && h->type == USBMON_CONTROL && !p[14] ? p + 40 : 0;
	h->data = p + size;
	h->data_len = rec->caplen - size;
	return true;
}

#endif
