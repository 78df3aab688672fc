/* pid.c: the table of packet identifiers. */
#include "usb/pid.h"

/* By the byte as it is sent, so that a look-up tells broken ones (USB 2.0 table 8-1). EXT: table
 * 8-1 calls it reserved, the Link Power Management addendum uses it. */
static const struct pid_row rows[256] = {
	[PID_OUT] = {"OUT", "8.4.1", PID_KIND_TOKEN},
	[PID_IN] = {"IN", "8.4.1", PID_KIND_TOKEN},
	[PID_SOF] = {"SOF", "8.4.3", PID_KIND_SOF},
	[PID_SETUP] = {"SETUP", "8.4.1", PID_KIND_TOKEN},
	[PID_DATA0] = {"DATA0", "8.4.4", PID_KIND_DATA},
	[PID_DATA1] = {"DATA1", "8.4.4", PID_KIND_DATA},
	[PID_DATA2] = {"DATA2", "8.4.4", PID_KIND_DATA},
	[PID_MDATA] = {"MDATA", "8.4.4", PID_KIND_DATA},
	[PID_ACK] = {"ACK", "8.4.5", PID_KIND_HANDSHAKE},
	[PID_NAK] = {"NAK", "8.4.5", PID_KIND_HANDSHAKE},
	[PID_STALL] = {"STALL", "8.4.5", PID_KIND_HANDSHAKE},
	[PID_NYET] = {"NYET", "8.4.5", PID_KIND_HANDSHAKE},
	[PID_PRE] = {"PRE", "8.6.5", PID_KIND_PRE},
	[PID_SPLIT] = {"SPLIT", "8.4.2", PID_KIND_SPLIT},
	[PID_PING] = {"PING", "8.5.1", PID_KIND_TOKEN},
	[PID_EXT] = {"EXT", "LPM 2.1", PID_KIND_TOKEN},
};

const struct pid_row *pid_row(uint8_t pid)
{
	return &rows[pid];
}
