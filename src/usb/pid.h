/* pid.h: packet identifiers (USB 2.0 table 8-1): the low nibble says what the packet is, the high
 * one is its complement. */
#ifndef USB_PID_H
#define USB_PID_H

#include <stdint.h>

enum pid {
	PID_OUT = 0xe1,
	PID_IN = 0x69,
	PID_SOF = 0xa5,
	PID_SETUP = 0x2d,
	PID_DATA0 = 0xc3,
	PID_DATA1 = 0x4b,
	PID_DATA2 = 0x87,
	PID_MDATA = 0x0f,
	PID_ACK = 0xd2,
	PID_NAK = 0x5a,
	PID_STALL = 0x1e,
	PID_NYET = 0x96,
	PID_PRE = 0x3c, /* from the host PRE, from a hub in answer to a CSPLIT ERR */
	PID_SPLIT = 0x78,
	PID_PING = 0xb4,
	PID_EXT = 0xf0
};

/* What stands behind the PID. */
enum pid_kind {
	PID_KIND_INVALID,   /* the nibbles are not complements, or it is reserved */
	PID_KIND_TOKEN,	    /* address, endpoint, CRC5 (8.4.1) */
	PID_KIND_SOF,	    /* frame number, CRC5 (8.4.3) */
	PID_KIND_DATA,	    /* data, CRC16 (8.4.4) */
	PID_KIND_HANDSHAKE, /* nothing (8.4.5) */
	PID_KIND_PRE,	    /* nothing (8.6.5) */
	PID_KIND_SPLIT,	    /* hub, port, type, CRC5 (8.4.2) */
	PID_KINDS
};

struct pid_row {
	const char *name;    /* NULL: invalid */
	const char *section; /* of USB 2.0, or of the addendum that defines it */
	uint8_t kind;	     /* enum pid_kind */
};

/* The row of a PID byte; its kind is PID_KIND_INVALID where the byte is no PID.
 */
const struct pid_row *pid_row(uint8_t pid);

#endif
