/* usb.c: names of transfer types, directions, speeds and systems. */
#include "usb/usb.h"
#include "base/cursor.h"

struct usb_setup usb_setup_parse(const uint8_t b[8])
{
	return (struct usb_setup){b[0], b[1], le16(b + 2), le16(b + 4), le16(b + 6)};
}

const char *usb_type_name(enum usb_type t)
{
	static const char *const name[USB_TYPES] = {
		"control", "isochronous", "bulk", "interrupt", "request", "unknown"};

	return name[t];
}

const char *usb_dir_name(enum usb_dir d)
{
	static const char *const name[] = {"out", "in", 0};

	return name[d];
}

const char *usb_speed_name(enum usb_speed s)
{
	static const char *const name[] = {0, "low", "full", "high", "super", "super+"};

	return name[s];
}

const char *usb_os_name(enum usb_os os)
{
	static const char *const name[USB_OS_COUNT] = {0, "linux", "windows", "darwin", "freebsd"};

	return name[os];
}
