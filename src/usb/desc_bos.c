/* desc_bos.c: the device capabilities of the BOS, row by row (USB 3.2 9.6.2 and the documents that
 * define further ones). */
#include "usb/desc_say.h"
#include "base/mem.h"

#define ROWS(a)  .rows = a, .n = ARRAY_LEN(a)
#define NAMES(a) .names = a, .names_n = ARRAY_LEN(a)

/* USB 3.2 9.6.2: table 9-13. */
#define HEADER                                                                                     \
	{.key = "bLength", .section = "USB 2.0 9.5", .size = 1, .say = desc_say_length},           \
		{.key = "bDescriptorType",                                                         \
			.section = "USB 2.0 9.5",                                                  \
			.size = 1,                                                                 \
			.show = SHOW_HEX2,                                                         \
			.say = desc_say_type},                                                     \
	{                                                                                          \
		.key = "bDevCapabilityType", .section = "USB 3.2 9.6.2", .size = 1,                \
		.show = SHOW_HEX2                                                                  \
	}

static const struct desc_row usb2_extension[] = {
	HEADER,
	{.key = "bmAttributes", .size = 4, .show = SHOW_HEX8},
	{.key = "reserved", .bit = 16, .bits = 16, .quiet = true},
	{.key = "deep_BESL", .bit = 12, .bits = 4, .say = desc_say_besl},
	{.key = "baseline_BESL", .bit = 8, .bits = 4, .say = desc_say_besl},
	{.key = "reserved", .bit = 5, .bits = 3, .quiet = true},
	{.key = "deep_BESL_valid", .bit = 4, .bits = 1, .say = desc_say_yes_no},
	{.key = "baseline_BESL_valid", .bit = 3, .bits = 1, .say = desc_say_yes_no},
	{.key = "BESL_supported", .bit = 2, .bits = 1, .say = desc_say_yes_no},
	{.key = "LPM", .bit = 1, .bits = 1, .say = desc_say_yes_no},
	{.key = "reserved", .bit = 0, .bits = 1, .quiet = true},
};

static const char *const speeds[] = {"low", "full", "high", "super (5 Gbit/s)"};

static const struct desc_row super_speed[] = {
	HEADER,
	{.key = "bmAttributes", .size = 1, .show = SHOW_HEX2},
	{.key = "reserved", .bit = 2, .bits = 6, .quiet = true},
	{.key = "LTM_capable", .bit = 1, .bits = 1, .say = desc_say_yes_no},
	{.key = "reserved", .bit = 0, .bits = 1, .quiet = true},
	{.key = "wSpeedsSupported", .size = 2, .show = SHOW_HEX4},
	{.key = "reserved", .bit = 4, .bits = 12, .quiet = true},
	{.key = "super_speed", .bit = 3, .bits = 1, .say = desc_say_yes_no},
	{.key = "high_speed", .bit = 2, .bits = 1, .say = desc_say_yes_no},
	{.key = "full_speed", .bit = 1, .bits = 1, .say = desc_say_yes_no},
	{.key = "low_speed", .bit = 0, .bits = 1, .say = desc_say_yes_no},
	{.key = "bFunctionalitySupport", .size = 1, NAMES(speeds)},
	{.key = "bU1DevExitLat", .size = 1, .say = desc_say_us},
	{.key = "wU2DevExitLat", .size = 2, .say = desc_say_us},
};

static const char *const lane_exponents[] = {"bit/s", "kbit/s", "Mbit/s", "Gbit/s"};
static const char *const symmetries[] = {"symmetric", "asymmetric"};
static const char *const sublink_directions[] = {"receive", "transmit"};
static const char *const link_protocols[] = {
	"SuperSpeed", "SuperSpeedPlus", "reserved", "reserved"};

static const struct desc_row sublink[] = {
	{.key = "bmSublinkSpeedAttr", .size = 4, .show = SHOW_HEX8, .say = desc_say_rate},
	{.key = "LSM", .bit = 16, .bits = 16},
	{.key = "LP", .bit = 14, .bits = 2, NAMES(link_protocols)},
	{.key = "reserved", .bit = 8, .bits = 6, .quiet = true},
	{.key = "ST_direction", .bit = 7, .bits = 1, NAMES(sublink_directions)},
	{.key = "ST_symmetry", .bit = 6, .bits = 1, NAMES(symmetries)},
	{.key = "LSE", .bit = 4, .bits = 2, NAMES(lane_exponents)},
	{.key = "SSID", .bit = 0, .bits = 4},
};

static const struct desc_row super_speed_plus[] = {
	HEADER,
	{.key = "bReserved", .size = 1},
	{.key = "bmAttributes", .size = 4, .show = SHOW_HEX8},
	{.key = "reserved", .bit = 9, .bits = 23, .quiet = true},
	{.key = "SSIC", .bit = 5, .bits = 4, .say = desc_say_zero_based},
	{.key = "SSAC", .bit = 0, .bits = 5, .say = desc_say_zero_based},
	{.key = "wFunctionalitySupport", .size = 2, .show = SHOW_HEX4},
	{.key = "min_tx_lanes", .bit = 12, .bits = 4},
	{.key = "min_rx_lanes", .bit = 8, .bits = 4},
	{.key = "reserved", .bit = 4, .bits = 4, .quiet = true},
	{.key = "min_SSID", .bit = 0, .bits = 4, .say = desc_say_ssid},
	{.key = "wReserved", .size = 2, .show = SHOW_HEX4},
	{.key = "sublinks",
		.form = DESC_ARRAY,
		.element = sublink,
		.element_rows = ARRAY_LEN(sublink),
		.count = "SSAC",
		.add = 1},
};

static const struct desc_row container_id[] = {
	HEADER,
	{.key = "bReserved", .size = 1},
	{.key = "ContainerID", .form = DESC_UUID, .size = 16},
};

#define PLATFORM                                                                                   \
	HEADER, {.key = "bReserved", .size = 1},                                                   \
	{                                                                                          \
		.key = "PlatformCapabilityUUID", .form = DESC_UUID, .size = 16                     \
	}

static const struct desc_row platform[] = {
	PLATFORM,
	{.key = "CapabilityData", .form = DESC_BYTES},
};

static const uint8_t uuid_webusb[16] = {0x38, 0xb6, 0x08, 0x34, 0xa9, 0x09, 0xa0, 0x47, 0x8b, 0xfd,
	0xa0, 0x76, 0x88, 0x15, 0xb6, 0x65};

static const struct desc_row webusb[] = {
	PLATFORM,
	{.key = "bcdVersion", .size = 2, .show = SHOW_HEX4, .say = desc_say_bcd},
	{.key = "bVendorCode", .size = 1, .show = SHOW_HEX2},
	{.key = "iLandingPage", .size = 1},
};

static const uint8_t uuid_ms_os_20[16] = {0xdf, 0x60, 0xdd, 0xd8, 0x89, 0x45, 0xc7, 0x4c, 0x9c,
	0xd2, 0x65, 0x9d, 0x9e, 0x64, 0x8a, 0x9f};

static const struct desc_row ms_os_20_set[] = {
	{.key = "dwWindowsVersion", .size = 4, .show = SHOW_HEX8, .say = desc_say_windows},
	{.key = "wMSOSDescriptorSetTotalLength", .size = 2, .say = desc_say_bytes},
	{.key = "bMS_VendorCode", .size = 1, .show = SHOW_HEX2},
	{.key = "bAltEnumCode", .size = 1, .show = SHOW_HEX2},
};

static const struct desc_row ms_os_20[] = {
	PLATFORM,
	{.key = "sets",
		.form = DESC_ARRAY,
		.element = ms_os_20_set,
		.element_rows = ARRAY_LEN(ms_os_20_set)},
};

static const char *const vconn_powers[] = {
	"1 W", "1.5 W", "2 W", "3 W", "4 W", "5 W", "6 W", "reserved"};

static const struct desc_row alternate_mode[] = {
	{.key = "wSVID", .size = 2, .show = SHOW_HEX4},
	{.key = "bAlternateOrUSB4Mode", .size = 1},
	{.key = "iAlternateOrUSB4ModeString", .size = 1, .say = desc_say_string},
};

static const struct desc_row billboard[] = {
	HEADER,
	{.key = "iAdditionalInfoURL", .size = 1, .say = desc_say_string},
	{.key = "bNumberOfAlternateOrUSB4Modes", .size = 1},
	{.key = "bPreferredAlternateOrUSB4Mode", .size = 1},
	{.key = "VCONNPower", .size = 2, .show = SHOW_HEX4},
	{.key = "no_power_required", .bit = 15, .bits = 1, .say = desc_say_yes_no},
	{.key = "reserved", .bit = 3, .bits = 12, .quiet = true},
	{.key = "power", .bit = 0, .bits = 3, NAMES(vconn_powers)},
	{.key = "bmConfigured", .form = DESC_BYTES, .size = 32},
	{.key = "bcdVersion", .size = 2, .show = SHOW_HEX4, .say = desc_say_bcd},
	{.key = "bAdditionalFailureInfo", .size = 1, .show = SHOW_HEX2},
	{.key = "reserved", .bit = 2, .bits = 6, .quiet = true},
	{.key = "no_USB_PD", .bit = 1, .bits = 1, .say = desc_say_yes_no},
	{.key = "lack_of_power", .bit = 0, .bits = 1, .say = desc_say_yes_no},
	{.key = "bReserved", .size = 1},
	{.key = "modes",
		.form = DESC_ARRAY,
		.element = alternate_mode,
		.element_rows = ARRAY_LEN(alternate_mode),
		.count = "bNumberOfAlternateOrUSB4Modes"},
};

static const struct desc_row billboard_aum[] = {
	HEADER,
	{.key = "bIndex", .size = 1},
	{.key = "dwAlternateModeVdo", .size = 4, .show = SHOW_HEX8},
};

static const struct desc_row precision_time[] = {
	HEADER,
};

static const struct desc_row summarised[] = {
	{.key = "bConfigurationIndex", .size = 1},
};

static const struct desc_row configuration_summary[] = {
	HEADER,
	{.key = "bcdVersion", .size = 2, .show = SHOW_HEX4, .say = desc_say_bcd},
	{.key = "bClass", .size = 1, .show = SHOW_HEX2, .say = desc_say_class},
	{.key = "bSubClass", .size = 1, .show = SHOW_HEX2, .say = desc_say_subclass},
	{.key = "bProtocol", .size = 1, .show = SHOW_HEX2, .say = desc_say_protocol},
	{.key = "bConfigurationCount", .size = 1},
	{.key = "configurations",
		.form = DESC_ARRAY,
		.element = summarised,
		.element_rows = ARRAY_LEN(summarised),
		.count = "bConfigurationCount"},
};

static const struct desc_row raw[] = {
	HEADER,
	{.key = "data", .form = DESC_BYTES},
};

#define CAPABILITY .type = DESC_DEVICE_CAPABILITY, .place = DESC_AT_BLOCK, .say = desc_head_capability

/* More specific tables come before the general one. */
const struct desc_def desc_capabilities[] = {
	{.key = "usb2_extension",
		.section = "USB 3.2 9.6.2.1",
		ROWS(usb2_extension),
		.capability = 2,
		CAPABILITY},
	{.key = "super_speed",
		.section = "USB 3.2 9.6.2.2",
		ROWS(super_speed),
		.capability = 3,
		CAPABILITY},
	{.key = "container_id",
		.section = "USB 3.2 9.6.2.3",
		ROWS(container_id),
		.capability = 4,
		CAPABILITY},
	{.key = "webusb",
		.section = "WebUSB 4.1",
		ROWS(webusb),
		.capability = 5,
		.uuid = uuid_webusb,
		CAPABILITY},
	{.key = "ms_os_20",
		.section = "MS OS 2.0",
		ROWS(ms_os_20),
		.capability = 5,
		.uuid = uuid_ms_os_20,
		CAPABILITY},
	{.key = "platform",
		.section = "USB 3.2 9.6.2.4",
		ROWS(platform),
		.capability = 5,
		CAPABILITY},
	{.key = "super_speed_plus",
		.section = "USB 3.2 9.6.2.5",
		ROWS(super_speed_plus),
		.capability = 10,
		CAPABILITY},
	{.key = "precision_time_measurement",
		.section = "USB 3.2 9.6.2.6",
		ROWS(precision_time),
		.capability = 11,
		CAPABILITY},
	{.key = "billboard",
		.section = "Billboard 1.2.2 3.1.6.2",
		ROWS(billboard),
		.capability = 13,
		CAPABILITY},
	{.key = "billboard_aum",
		.section = "Billboard 1.2.2 3.1.6.3",
		ROWS(billboard_aum),
		.capability = 15,
		CAPABILITY},
	{.key = "configuration_summary",
		.section = "USB 3.2 9.6.2.7",
		ROWS(configuration_summary),
		.capability = 16,
		CAPABILITY},
	{.key = "capability", .section = "USB 3.2 9.6.2", ROWS(raw), CAPABILITY},
};

const size_t desc_capabilities_n = ARRAY_LEN(desc_capabilities);
