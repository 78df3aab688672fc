/* status.c: how a described transfer ends, in the numbers of each system. Linux: errno of
 * Documentation/driver-api/usb/error-codes; Windows: USBD_STATUS of usb.h; Darwin: IOReturn.h and
 * USB.h (iokit_usb_err); FreeBSD: usb_error_t of usbdi.h. Where a system has one number for several
 * causes, the name is what a reader can know. */
#include "tests/gen/gen.h"

#include <string.h>

static const struct status statuses[] = {
	[STATUS_OK] = {"ok", {{0, "ok"}, {0, "ok"}, {0, "ok"}, {0, "ok"}}},
	[STATUS_STALL] = {"stall",
		{{-32, "stall"}, {0xc0000004, "stall"}, {0xe000404f, "stall"}, {22, "stall"}}},
	[STATUS_MISSED] = {"missed", {{-18, "missed"}, {0xc0020000, "missed"},
					     {0xe00002ee, "missed"}, {18, "protocol"}}},
	[STATUS_DISCONNECTED] = {"disconnected",
		{{-108, "cancelled"}, {0xc0007000, "disconnected"}, {0xe00002c0, "disconnected"},
			{5, "cancelled"}}},
	[STATUS_CANCELLED] = {"cancelled", {{-2, "cancelled"}, {0xc0010000, "cancelled"},
						   {0xe00002eb, "cancelled"}, {5, "cancelled"}}},
	{"unlinked", {{-104, "cancelled"}, {0xc0010000, "cancelled"}, {0xe00002eb, "cancelled"},
			     {5, "cancelled"}}},
	{"protocol", {{-71, "protocol"}, {0xc0000011, "protocol"}, {0xe00002ed, "timeout"},
			     {18, "protocol"}}},
	{"crc", {{-84, "crc"}, {0xc0000001, "crc"}, {0xe0004001, "crc"}, {18, "protocol"}}},
	{"timeout", {{-62, "timeout"}, {0xc0006000, "timeout"}, {0xe00002d6, "timeout"},
			    {20, "timeout"}}},
	{"babble", {{-75, "babble"}, {0xc0000012, "babble"}, {0xe00002e8, "babble"},
			   {18, "protocol"}}},
	{"short", {{-121, "short"}, {0x80000900, "short"}, {0xe00002e7, "short"}, {21, "short"}}},
	{"no-bandwidth", {{-28, "no-bandwidth"}, {0x80000700, "no-bandwidth"},
				 {0xe00002ec, "no-bandwidth"}, {18, "protocol"}}},
	{"overrun", {{-70, "overrun"}, {0xc000000c, "overrun"}, {0xe00002e8, "babble"},
			    {18, "protocol"}}},
	{"underrun", {{-63, "underrun"}, {0xc000000d, "underrun"}, {0xe00002e7, "short"},
			     {18, "protocol"}}},
	{"gone", {{-19, "disconnected"}, {0xc0007000, "disconnected"}, {0xe00002c0, "disconnected"},
			 {5, "cancelled"}}},
	{"invalid", {{-22, "error"}, {0x80000300, "error"}, {0xe00002c2, "error"}, {3, "error"}}},
};

const struct status *status_row(unsigned i)
{
	return &statuses[i];
}

int status_find(const char *name)
{
	for (size_t i = 0; i < COUNT(statuses); i++)
		if (!strcmp(statuses[i].name, name))
			return (int)i;
	return -1;
}

const char *os_name(enum os os)
{
	static const char *const names[OS_COUNT] = {"linux", "windows", "darwin", "freebsd"};

	return names[os];
}
