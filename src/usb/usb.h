/* usb.h: the words of USB that everything shares: transfer types, directions, speeds, and the names
 * under which JSON, text and filters know them. */
#ifndef USB_USB_H
#define USB_USB_H

#include <stdint.h>

/* Transfer types (USB 2.0 section 5.4). REQUEST: an URB function recorded without setup or data
 * (abort pipe, reset pipe, open streams, get frame number). */
enum usb_type {
	USB_CONTROL,
	USB_ISOCHRONOUS,
	USB_BULK,
	USB_INTERRUPT,
	USB_REQUEST,
	USB_TYPE_UNKNOWN,
	USB_TYPES
};

enum usb_dir { USB_OUT, USB_IN, USB_DIR_UNKNOWN };

enum usb_speed { USB_SPEED_UNKNOWN, USB_LOW, USB_FULL, USB_HIGH, USB_SUPER, USB_SUPER_PLUS };

/* Whose status numbers a transfer carries. */
enum usb_os {
	USB_OS_NONE,
	USB_OS_LINUX,
	USB_OS_WINDOWS,
	USB_OS_DARWIN,
	USB_OS_FREEBSD,
	USB_OS_COUNT
};

/* Bus number of captures that have none; device address and endpoint number where not known. */
enum { USB_NO_BUS = 0xffff, USB_NO_DEVICE = 0xffff, USB_NO_ENDPOINT = 0xff };

/* The setup stage's 8 bytes (USB 2.0 section 9.3), in host order. */
struct usb_setup {
	uint8_t bmRequestType, bRequest;
	uint16_t wValue, wIndex, wLength;
};

struct usb_setup usb_setup_parse(const uint8_t bytes[8]);

/* JSON names; NULL for unknown direction, speed and OS. */
const char *usb_type_name(enum usb_type t);
const char *usb_dir_name(enum usb_dir d);
const char *usb_speed_name(enum usb_speed s);
const char *usb_os_name(enum usb_os os);
/* "high speed", "SuperSpeed" (USB 3.2 2.1): for people; NULL for unknown. */
const char *usb_speed_words(enum usb_speed s);
/* At most four letters, for columns: "ctrl", "intr"; "?" for unknown. */
const char *usb_type_short(enum usb_type t);

/* One word for a class code of interfaces (USB-IF defined class codes), as filters know it: "hid",
 * "storage"; NULL: none. usb_class_words: all of them, NULL-terminated. */
const char *usb_class_word(uint8_t bInterfaceClass);
extern const char *const usb_class_words[];

#endif
