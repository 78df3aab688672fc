/* hub.h: what hubs say in class requests (USB 2.0 11.24, USB 3.2 10.16), as tables: the bits of
 * port and hub status, feature selectors. Hubs of USB 2.0 and SuperSpeed hubs share the requests
 * but lay out a port's status differently. */
#ifndef USB_HUB_H
#define USB_HUB_H

#include "usb/usb.h"

#include <stdbool.h>
#include <stddef.h>

enum hub_layout { HUB_LAYOUT_UNKNOWN, HUB_LAYOUT_USB2, HUB_LAYOUT_SUPER };

/* Class requests of hubs (USB 2.0 table 11-16, USB 3.2 10.16.2); 2 is USB 1.1's GET_STATE. */
enum hub_request {
	HUB_GET_STATUS = 0,
	HUB_CLEAR_FEATURE = 1,
	HUB_GET_STATE = 2,
	HUB_SET_FEATURE = 3,
	HUB_GET_DESCRIPTOR = 6,
	HUB_SET_DESCRIPTOR = 7,
	HUB_CLEAR_TT_BUFFER = 8,
	HUB_RESET_TT = 9,
	HUB_GET_TT_STATE = 10,
	HUB_STOP_TT = 11,
	HUB_SET_DEPTH = 12,
	HUB_GET_PORT_ERR_COUNT = 13
};

/* bmRequestType of requests to a port: class, recipient other. */
enum { HUB_PORT_OUT = 0x23, HUB_PORT_IN = 0xa3 };

/* Feature selectors that rules need (USB 2.0 table 11-17, USB 3.2 10.16.2). */
enum hub_feature {
	PORT_ENABLE = 1,
	PORT_SUSPEND = 2,
	PORT_RESET = 4,
	PORT_LINK_STATE = 5,
	PORT_POWER = 8,
	C_PORT_CONNECTION = 16,
	C_PORT_SUSPEND = 18,
	C_PORT_RESET = 20,
	PORT_TEST = 21,
	PORT_INDICATOR = 22,
	PORT_U1_TIMEOUT = 23,
	PORT_U2_TIMEOUT = 24,
	C_PORT_LINK_STATE = 25,
	C_PORT_CONFIG_ERROR = 26,
	PORT_REMOTE_WAKE_MASK = 27,
	BH_PORT_RESET = 28,
	C_BH_PORT_RESET = 29
};

/* Bits of the answer to GET_STATUS of a port that mean the same in both layouts: wPortStatus below,
 * wPortChange above. */
enum { HUB_PORT_CONNECTED = 1 << 0, HUB_PORT_ENABLED = 1 << 1, HUB_PORT_C_CONNECTION = 1 << 16 };
enum { HUB_PORT_SUSPENDED = 1 << 2, HUB_PORT_C_SUSPEND = 1 << 18 }; /* USB 2.0 alone */

/* A bit or number of wPortStatus, wPortChange, wHubStatus, wHubChange or dwExtPortStatus. */
struct hub_bit {
	uint8_t bit, bits;
	const char *key;
	const char *clear, *set; /* in words; NULL: nothing is said */
	const char *const *name; /* of numbers: by value, `names` of them; NULL: a number */
	uint8_t names;
	uint16_t needs; /* says something only while all of these bits are set */
};

/* What a status word is made of; `reserved` bits are 0 (USB 2.0 11.24.2.7). */
struct hub_word {
	const char *key;
	const struct hub_bit *bit;
	uint8_t n;
	uint16_t reserved;
};

const struct hub_word *hub_port_status(enum hub_layout l);
const struct hub_word *hub_port_change(enum hub_layout l);
extern const struct hub_word hub_status, hub_change;
/* dwExtPortStatus (USB 3.2 10.16.2.6.3). */
extern const struct hub_bit hub_ext_status[];
extern const size_t hub_ext_status_n;

/* The layout that the answer itself gives away, when nothing is known of the hub: no port of a USB
 * 2.0 hub has a low-speed device (bit 9) without power (bit 8); a SuperSpeed port with power sets
 * bit 9. */
enum hub_layout hub_layout_of_status(uint32_t status);

/* The speed of the device at an enabled port; USB_SPEED_UNKNOWN: the status does not say. */
enum usb_speed hub_port_speed(enum hub_layout l, uint32_t status);

/* "PORT_RESET", "C_HUB_LOCAL_POWER"; NULL: unknown. port: of a port, not of the hub. */
const char *hub_feature_name(enum hub_layout l, bool port, uint16_t selector);

/* "U3", "Rx.Detect" (USB 3.2 10.16.2.6.1); NULL: reserved. */
const char *hub_link_state_name(uint8_t state);
/* Selectors of SET_FEATURE(PORT_INDICATOR) (USB 2.0 table 11-25); NULL: reserved. */
const char *hub_indicator_name(uint8_t selector);

#endif
