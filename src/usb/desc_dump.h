/* desc_dump.h: descriptors outside captures: raw dumps (sysfs `descriptors`), and hexadecimal text
 * as lsusb-like tools, xxd, hexdump -C, od and this program's own `show` print it. */
#ifndef USB_DESC_DUMP_H
#define USB_DESC_DUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DESC_DUMP_MAX = 1024 * 1024 };

/* Descriptor bytes out of a file's n bytes: as they are when they begin with a descriptor, else
 * read as hexadecimal text. out holds n bytes. Returns how many bytes it got, 0: it is neither. */
size_t desc_dump_read(const uint8_t *in, size_t n, uint8_t *out);

/* One answer after the other: a device descriptor, whole configurations, a whole BOS, others alone.
 */
struct desc_part {
	const uint8_t *data;
	size_t len, total; /* bytes at hand, bytes it says to have */
	uint8_t type;
};

/* The part at *pos, which moves on; false at the end. */
bool desc_dump_next(const uint8_t *data, size_t n, size_t *pos, struct desc_part *part);

#endif
