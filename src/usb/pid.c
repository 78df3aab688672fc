/* pid.c: the table of packet identifiers. */
#include "usb/pid.h"

/* By the low nibble (USB 2.0 table 8-1). EXT: table 8-1 calls it reserved, the Link Power
 * Management addendum uses it. */
static const struct pid_row rows[16] = {
	[PID_OUT & 15] = {"OUT", "8.4.1", PID_KIND_TOKEN},
	[PID_IN & 15] = {"IN", "8.4.1", PID_KIND_TOKEN},
	[PID_SOF & 15] = {"SOF", "8.4.3", PID_KIND_SOF},
	[PID_SETUP & 15] = {"SETUP", "8.4.1", PID_KIND_TOKEN},
	[PID_DATA0 & 15] = {"DATA0", "8.4.4", PID_KIND_DATA},
	[PID_DATA1 & 15] = {"DATA1", "8.4.4", PID_KIND_DATA},
	[PID_DATA2 & 15] = {"DATA2", "8.4.4", PID_KIND_DATA},
	[PID_MDATA & 15] = {"MDATA", "8.4.4", PID_KIND_DATA},
	[PID_ACK & 15] = {"ACK", "8.4.5", PID_KIND_HANDSHAKE},
	[PID_NAK & 15] = {"NAK", "8.4.5", PID_KIND_HANDSHAKE},
	[PID_STALL & 15] = {"STALL", "8.4.5", PID_KIND_HANDSHAKE},
	[PID_NYET & 15] = {"NYET", "8.4.5", PID_KIND_HANDSHAKE},
	[PID_PRE & 15] = {"PRE", "8.6.5", PID_KIND_PRE},
	[PID_SPLIT & 15] = {"SPLIT", "8.4.2", PID_KIND_SPLIT},
	[PID_PING & 15] = {"PING", "8.5.1", PID_KIND_TOKEN},
	[PID_EXT & 15] = {"EXT", "LPM 2.1", PID_KIND_TOKEN},
};

static const struct pid_row invalid = {0};

const struct pid_row *pid_row(uint8_t pid)
{
	return (pid >> 4 ^ pid) % 16 == 15 ? &rows[pid & 15] : &invalid;
}
