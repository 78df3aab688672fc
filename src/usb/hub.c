/* hub.c: the tables of hub.h. */
#include "usb/hub.h"
#include "base/mem.h"

/* ---- ports of USB 2.0 hubs ------------------------------------------------------------------- */

static const char *const usb2_speeds[] = {
	"full speed", "low speed", "high speed", "low and high speed at once"};

/* USB 2.0 table 11-21; PORT_L1: ECN link power management. The speed means something once the port
 * is enabled (11.24.2.7.1.7). */
static const struct hub_bit usb2_status_bits[] = {
	{0, 1, "PORT_CONNECTION", "not connected", "connected", 0, 0, 0},
	{1, 1, "PORT_ENABLE", "not enabled", "enabled", 0, 0, HUB_PORT_CONNECTED},
	{2, 1, "PORT_SUSPEND", NULL, "suspended", 0, 0, 0},
	{3, 1, "PORT_OVER_CURRENT", NULL, "over-current", 0, 0, 0},
	{4, 1, "PORT_RESET", NULL, "in reset", 0, 0, 0},
	{5, 1, "PORT_L1", NULL, "in L1", 0, 0, 0},
	{9, 2, "speed", NULL, NULL, usb2_speeds, ARRAY_LEN(usb2_speeds),
		HUB_PORT_CONNECTED | HUB_PORT_ENABLED},
	{8, 1, "PORT_POWER", "not powered", "powered", 0, 0, 0},
	{11, 1, "PORT_TEST", NULL, "test mode", 0, 0, 0},
	{12, 1, "PORT_INDICATOR", NULL, "indicator by software", 0, 0, 0},
};

/* USB 2.0 table 11-22. */
static const struct hub_bit usb2_change_bits[] = {
	{0, 1, "C_PORT_CONNECTION", NULL, "connection", 0, 0, 0},
	{1, 1, "C_PORT_ENABLE", NULL, "enable", 0, 0, 0},
	{2, 1, "C_PORT_SUSPEND", NULL, "suspend", 0, 0, 0},
	{3, 1, "C_PORT_OVER_CURRENT", NULL, "over-current", 0, 0, 0},
	{4, 1, "C_PORT_RESET", NULL, "reset", 0, 0, 0},
	{5, 1, "C_PORT_L1", NULL, "L1", 0, 0, 0},
};

/* ---- ports of SuperSpeed hubs ---------------------------------------------------------------- */

/* USB 3.2 10.16.2.6.1. */
static const char *const link_states[] = {"U0", "U1", "U2", "U3", "eSS.Disabled", "Rx.Detect",
	"eSS.Inactive", "Polling", "Recovery", "Hot Reset", "Compliance", "Loopback"};
static const char *const super_speeds[] = {"SuperSpeed"};

static const struct hub_bit super_status_bits[] = {
	{0, 1, "PORT_CONNECTION", "not connected", "connected", 0, 0, 0},
	{1, 1, "PORT_ENABLE", "not enabled", "enabled", 0, 0, HUB_PORT_CONNECTED},
	{3, 1, "PORT_OVER_CURRENT", NULL, "over-current", 0, 0, 0},
	{4, 1, "PORT_RESET", NULL, "in reset", 0, 0, 0},
	{5, 4, "PORT_LINK_STATE", NULL, NULL, link_states, ARRAY_LEN(link_states), 0},
	{10, 3, "speed", NULL, NULL, super_speeds, ARRAY_LEN(super_speeds),
		HUB_PORT_CONNECTED | HUB_PORT_ENABLED},
	{9, 1, "PORT_POWER", "not powered", "powered", 0, 0, 0},
};

/* USB 3.2 10.16.2.6.2. */
static const struct hub_bit super_change_bits[] = {
	{0, 1, "C_PORT_CONNECTION", NULL, "connection", 0, 0, 0},
	{3, 1, "C_PORT_OVER_CURRENT", NULL, "over-current", 0, 0, 0},
	{4, 1, "C_PORT_RESET", NULL, "reset", 0, 0, 0},
	{5, 1, "C_BH_PORT_RESET", NULL, "warm reset", 0, 0, 0},
	{6, 1, "C_PORT_LINK_STATE", NULL, "link state", 0, 0, 0},
	{7, 1, "C_PORT_CONFIG_ERROR", NULL, "configuration error", 0, 0, 0},
};

/* USB 3.2 10.16.2.6.3: lanes are counted from 0. */
const struct hub_bit hub_ext_status[] = {
	{0, 4, "RX_SUBLINK_SPEED_ID", NULL, NULL, 0, 0, 0},
	{4, 4, "TX_SUBLINK_SPEED_ID", NULL, NULL, 0, 0, 0},
	{8, 4, "RX_LANE_COUNT", NULL, NULL, 0, 0, 0},
	{12, 4, "TX_LANE_COUNT", NULL, NULL, 0, 0, 0},
};
const size_t hub_ext_status_n = ARRAY_LEN(hub_ext_status);

/* ---- words ----------------------------------------------------------------------------------- */

#define BITS(a) a, ARRAY_LEN(a)

const struct hub_word *hub_port_status(enum hub_layout l)
{
	static const struct hub_word usb2 = {"wPortStatus", BITS(usb2_status_bits), 0xe0c0};
	static const struct hub_word super = {"wPortStatus", BITS(super_status_bits), 0xe004};

	return l == HUB_LAYOUT_SUPER ? &super : &usb2;
}

const struct hub_word *hub_port_change(enum hub_layout l)
{
	static const struct hub_word usb2 = {"wPortChange", BITS(usb2_change_bits), 0xffc0};
	static const struct hub_word super = {"wPortChange", BITS(super_change_bits), 0xff06};

	return l == HUB_LAYOUT_SUPER ? &super : &usb2;
}

/* USB 2.0 tables 11-19 and 11-20. */
static const struct hub_bit hub_status_bits[] = {
	{0, 1, "HUB_LOCAL_POWER", "local power good", "local power lost", 0, 0, 0},
	{1, 1, "HUB_OVER_CURRENT", "no over-current", "over-current", 0, 0, 0},
};
static const struct hub_bit hub_change_bits[] = {
	{0, 1, "C_HUB_LOCAL_POWER", NULL, "local power", 0, 0, 0},
	{1, 1, "C_HUB_OVER_CURRENT", NULL, "over-current", 0, 0, 0},
};

const struct hub_word hub_status = {"wHubStatus", BITS(hub_status_bits), 0xfffc};
const struct hub_word hub_change = {"wHubChange", BITS(hub_change_bits), 0xfffc};

enum { USB2_POWER = 1 << 8, USB2_LOW = 1 << 9, USB2_HIGH = 1 << 10, SUPER_POWER = 1 << 9 };

enum hub_layout hub_layout_of_status(uint32_t status)
{
	return (status & (USB2_POWER | SUPER_POWER)) == SUPER_POWER ? HUB_LAYOUT_SUPER
								    : HUB_LAYOUT_USB2;
}

enum usb_speed hub_port_speed(enum hub_layout l, uint32_t status)
{
	static const uint8_t usb2[] = {USB_FULL, USB_LOW, USB_HIGH, USB_SPEED_UNKNOWN};

	if (!(status & HUB_PORT_CONNECTED) || !(status & HUB_PORT_ENABLED))
		return USB_SPEED_UNKNOWN;
	if (l == HUB_LAYOUT_SUPER) /* 0: SuperSpeed or faster; the rest is reserved */
		return status >> 10 & 7 ? USB_SPEED_UNKNOWN : USB_SUPER;
	return (enum usb_speed)usb2[status >> 9 & 3];
}

/* ---- features -------------------------------------------------------------------------------- */

/* USB 2.0 table 11-17 with the ECN link power management, USB 3.2 10.16.2. Where a number means
 * two things, that of SuperSpeed hubs stands first: USB 2.0 hosts hardly use the other. */
static const struct feature {
	bool port;
	uint8_t layout; /* HUB_LAYOUT_UNKNOWN: both */
	uint8_t selector;
	const char *name;
} features[] = {
	{false, 0, 0, "C_HUB_LOCAL_POWER"},
	{false, 0, 1, "C_HUB_OVER_CURRENT"},
	{true, 0, 0, "PORT_CONNECTION"},
	{true, 0, PORT_ENABLE, "PORT_ENABLE"},
	{true, 0, PORT_SUSPEND, "PORT_SUSPEND"},
	{true, 0, 3, "PORT_OVER_CURRENT"},
	{true, 0, PORT_RESET, "PORT_RESET"},
	{true, HUB_LAYOUT_SUPER, PORT_LINK_STATE, "PORT_LINK_STATE"},
	{true, HUB_LAYOUT_USB2, 5, "PORT_L1"},
	{true, 0, PORT_POWER, "PORT_POWER"},
	{true, 0, 9, "PORT_LOW_SPEED"},
	{true, 0, C_PORT_CONNECTION, "C_PORT_CONNECTION"},
	{true, 0, 17, "C_PORT_ENABLE"},
	{true, 0, C_PORT_SUSPEND, "C_PORT_SUSPEND"},
	{true, 0, 19, "C_PORT_OVER_CURRENT"},
	{true, 0, C_PORT_RESET, "C_PORT_RESET"},
	{true, 0, PORT_TEST, "PORT_TEST"},
	{true, 0, PORT_INDICATOR, "PORT_INDICATOR"},
	{true, HUB_LAYOUT_SUPER, PORT_U1_TIMEOUT, "PORT_U1_TIMEOUT"},
	{true, HUB_LAYOUT_USB2, 23, "C_PORT_L1"},
	{true, 0, PORT_U2_TIMEOUT, "PORT_U2_TIMEOUT"},
	{true, 0, 25, "C_PORT_LINK_STATE"},
	{true, 0, 26, "C_PORT_CONFIG_ERROR"},
	{true, 0, PORT_REMOTE_WAKE_MASK, "PORT_REMOTE_WAKE_MASK"},
	{true, 0, BH_PORT_RESET, "BH_PORT_RESET"},
	{true, 0, 29, "C_BH_PORT_RESET"},
	{true, 0, 30, "FORCE_LINKPM_ACCEPT"},
};

const char *hub_feature_name(enum hub_layout l, bool port, uint16_t selector)
{
	for (size_t i = 0; i < ARRAY_LEN(features); i++) {
		const struct feature *f = &features[i];

		if (f->port == port && f->selector == selector &&
			(!f->layout || l == HUB_LAYOUT_UNKNOWN || f->layout == l))
			return f->name;
	}
	return NULL;
}

const char *hub_link_state_name(uint8_t state)
{
	return state < ARRAY_LEN(link_states) ? link_states[state] : NULL;
}

const char *hub_indicator_name(uint8_t selector)
{
	static const char *const name[] = {"automatic", "amber", "green", "off"};

	return selector < ARRAY_LEN(name) ? name[selector] : NULL;
}
