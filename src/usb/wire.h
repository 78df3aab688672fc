/* wire.h: how long packets take on the bus at low, full and high speed: bit times, what stands
 * around the bytes, and the bits that stuffing adds (USB 2.0 chapter 7). */
#ifndef USB_WIRE_H
#define USB_WIRE_H

#include "usb/usb.h"

#include <stddef.h>
#include <stdint.h>

/* Wire time counts in twelfths of a nanosecond, of which every bit time is a whole number: 25 at
 * 480 Mb/s, 1000 at 12 Mb/s, 8000 at 1.5 Mb/s (7.1.11). */
enum { WIRE_PER_NS = 12 };

struct wire_speed {
	uint32_t bit;	       /* a bit time, in twelfths of a nanosecond; 0: not known */
	uint32_t around;       /* bits of SYNC and EOP */
	uint32_t around_sof;   /* the same of a SOF, whose EOP is longer at high speed */
	uint32_t frame;	       /* ns from one SOF to the next, */
	uint32_t frame_within; /* and twelfths of a nanosecond it may be off (7.1.12) */
};

/* Never NULL; a speed that has no packets of this kind gives bit 0. */
const struct wire_speed *wire_speed(enum usb_speed speed);

/* Bits that stuffing adds to n bytes of a packet from its PID on: a 0 after six 1s in a row, the
 * last bit of SYNC being the first 1 (7.1.9). */
uint32_t wire_stuffed(const uint8_t *p, size_t n);

#endif
