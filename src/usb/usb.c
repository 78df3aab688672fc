/* usb.c: names of transfer types, directions, speeds and systems. */
#include "usb/usb.h"
#include "base/cursor.h"

#include <assert.h>

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

const char *usb_type_short(enum usb_type t)
{
	static const char *const name[USB_TYPES] = {"ctrl", "iso", "bulk", "intr", "req", "?"};

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

const char *usb_speed_words(enum usb_speed s)
{
	static const char *const words[] = {
		0, "low speed", "full speed", "high speed", "SuperSpeed", "SuperSpeed+"};

	return words[s];
}

const char *usb_os_name(enum usb_os os)
{
	static const char *const name[USB_OS_COUNT] = {0, "linux", "windows", "darwin", "freebsd"};

	return name[os];
}

/* USB-IF defined class codes, by the order of usb_class_words. */
static const uint8_t class_codes[] = {0x01, 0x02, 0x03, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b,
	0x0d, 0x0e, 0x0f, 0x10, 0x11, 0x12, 0x3c, 0xdc, 0xe0, 0xef, 0xfe, 0xff};

const char *const usb_class_words[] = {"audio", "cdc", "hid", "physical", "image", "printer",
	"storage", "hub", "cdc-data", "smart-card", "content-security", "video", "healthcare",
	"audio-video", "billboard", "type-c-bridge", "i3c", "diagnostic", "wireless",
	"miscellaneous", "application", "vendor", 0};

static_assert(sizeof(usb_class_words) / sizeof(usb_class_words[0]) == sizeof(class_codes) + 1,
	"one word for each code");

const char *usb_class_word(uint8_t bInterfaceClass)
{
	for (unsigned i = 0; i < sizeof(class_codes); i++)
		if (class_codes[i] == bInterfaceClass)
			return usb_class_words[i];
	return 0;
}
