/* desc_bos.c: the device capabilities of the BOS, row by row (USB 3.2 9.6.2 and the documents that
 * define further ones). */
#include "usb/desc_say.h"
#include "base/mem.h"

#define CAPABILITY_TYPE                                                                            \
	{                                                                                          \
		.key = "bDevCapabilityType", .section = "USB 3.2 table 9-14", .size = 1,           \
		.show = SHOW_HEX2, .say = desc_say_capability                                      \
	}

static const struct desc_row usb2_extension[] = {
	DESC_LENGTH,
	DESC_TYPE,
	CAPABILITY_TYPE,
	{.key = "bmAttributes", .size = 4, .show = SHOW_HEX8},
	DESC_RESERVED(16, 16),
	DESC_BITS("deep_BESL", 12, 4, desc_say_besl),
	DESC_BITS("baseline_BESL", 8, 4, desc_say_besl),
	DESC_RESERVED(5, 3),
	DESC_FLAG("deep_BESL_valid", 4),
	DESC_FLAG("baseline_BESL_valid", 3),
	DESC_FLAG("BESL_supported", 2),
	DESC_FLAG("LPM", 1),
	DESC_RESERVED(0, 1),
};

static const char *const speeds[] = {"low", "full", "high", "super (5 Gbit/s)"};

static const struct desc_row super_speed[] = {
	DESC_LENGTH,
	DESC_TYPE,
	CAPABILITY_TYPE,
	DESC_HEX1("bmAttributes", NULL),
	DESC_RESERVED(2, 6),
	DESC_FLAG("LTM_capable", 1),
	DESC_RESERVED(0, 1),
	DESC_HEX2("wSpeedsSupported", NULL),
	DESC_RESERVED(4, 12),
	DESC_FLAG("super_speed", 3),
	DESC_FLAG("high_speed", 2),
	DESC_FLAG("full_speed", 1),
	DESC_FLAG("low_speed", 0),
	{.key = "bFunctionalitySupport", .size = 1, DESC_NAMES(speeds)},
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
	DESC_BITS("LSM", 16, 16, NULL),
	DESC_NAMED("LP", 14, 2, link_protocols),
	DESC_RESERVED(8, 6),
	DESC_NAMED("ST_direction", 7, 1, sublink_directions),
	DESC_NAMED("ST_symmetry", 6, 1, symmetries),
	DESC_NAMED("LSE", 4, 2, lane_exponents),
	DESC_BITS("SSID", 0, 4, NULL),
};

static const struct desc_row super_speed_plus[] = {
	DESC_LENGTH,
	DESC_TYPE,
	CAPABILITY_TYPE,
	{.key = "bReserved", .size = 1},
	{.key = "bmAttributes", .size = 4, .show = SHOW_HEX8},
	DESC_RESERVED(9, 23),
	DESC_BITS("SSIC", 5, 4, desc_say_zero_based),
	DESC_BITS("SSAC", 0, 5, desc_say_zero_based),
	DESC_HEX2("wFunctionalitySupport", NULL),
	DESC_BITS("min_tx_lanes", 12, 4, NULL),
	DESC_BITS("min_rx_lanes", 8, 4, NULL),
	DESC_RESERVED(4, 4),
	DESC_BITS("min_SSID", 0, 4, NULL),
	DESC_HEX2("wReserved", NULL),
	{.key = "sublinks",
		.form = DESC_ARRAY,
		.element = sublink,
		.element_rows = ARRAY_LEN(sublink),
		.count = "SSAC",
		.add = 1},
};

static const struct desc_row container_id[] = {
	DESC_LENGTH,
	DESC_TYPE,
	CAPABILITY_TYPE,
	{.key = "bReserved", .size = 1},
	{.key = "ContainerID", .form = DESC_UUID, .size = 16},
};

#define PLATFORM                                                                                   \
	DESC_LENGTH, DESC_TYPE, CAPABILITY_TYPE, {.key = "bReserved", .size = 1},                  \
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
	DESC_HEX2("bcdVersion", desc_say_bcd),
	DESC_HEX1("bVendorCode", NULL),
	{.key = "iLandingPage", .size = 1},
};

static const uint8_t uuid_ms_os_20[16] = {0xdf, 0x60, 0xdd, 0xd8, 0x89, 0x45, 0xc7, 0x4c, 0x9c,
	0xd2, 0x65, 0x9d, 0x9e, 0x64, 0x8a, 0x9f};

static const struct desc_row ms_os_20_set[] = {
	{.key = "dwWindowsVersion", .size = 4, .show = SHOW_HEX8, .say = desc_say_windows},
	{.key = "wMSOSDescriptorSetTotalLength", .size = 2, .say = desc_say_bytes},
	DESC_HEX1("bMS_VendorCode", NULL),
	DESC_HEX1("bAltEnumCode", NULL),
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
	DESC_HEX2("wSVID", NULL),
	{.key = "bAlternateOrUSB4Mode", .size = 1},
	{.key = "iAlternateOrUSB4ModeString", .size = 1, .say = desc_say_string},
};

static const struct desc_row billboard[] = {
	DESC_LENGTH,
	DESC_TYPE,
	CAPABILITY_TYPE,
	{.key = "iAdditionalInfoURL", .size = 1, .say = desc_say_string},
	{.key = "bNumberOfAlternateOrUSB4Modes", .size = 1},
	{.key = "bPreferredAlternateOrUSB4Mode", .size = 1},
	DESC_HEX2("VCONNPower", NULL),
	DESC_FLAG("no_power_required", 15),
	DESC_RESERVED(3, 12),
	DESC_NAMED("power", 0, 3, vconn_powers),
	{.key = "bmConfigured", .form = DESC_BYTES, .size = 32},
	DESC_HEX2("bcdVersion", desc_say_bcd),
	DESC_HEX1("bAdditionalFailureInfo", NULL),
	DESC_RESERVED(2, 6),
	DESC_FLAG("no_USB_PD", 1),
	DESC_FLAG("lack_of_power", 0),
	{.key = "bReserved", .size = 1},
	{.key = "modes",
		.form = DESC_ARRAY,
		.element = alternate_mode,
		.element_rows = ARRAY_LEN(alternate_mode),
		.count = "bNumberOfAlternateOrUSB4Modes"},
};

static const struct desc_row billboard_aum[] = {
	DESC_LENGTH,
	DESC_TYPE,
	CAPABILITY_TYPE,
	{.key = "bIndex", .size = 1},
	{.key = "dwAlternateModeVdo", .size = 4, .show = SHOW_HEX8},
};

static const struct desc_row precision_time[] = {
	DESC_LENGTH,
	DESC_TYPE,
	CAPABILITY_TYPE,
};

static const struct desc_row summarised[] = {
	{.key = "bConfigurationIndex", .size = 1},
};

static const struct desc_row configuration_summary[] = {
	DESC_LENGTH,
	DESC_TYPE,
	CAPABILITY_TYPE,
	DESC_HEX2("bcdVersion", desc_say_bcd),
	DESC_HEX1("bClass", desc_say_class),
	DESC_HEX1("bSubClass", desc_say_subclass),
	DESC_HEX1("bProtocol", desc_say_protocol),
	{.key = "bConfigurationCount", .size = 1},
	{.key = "configurations",
		.form = DESC_ARRAY,
		.element = summarised,
		.element_rows = ARRAY_LEN(summarised),
		.count = "bConfigurationCount"},
};

static const struct desc_row raw[] = {
	DESC_LENGTH,
	DESC_TYPE,
	CAPABILITY_TYPE,
	{.key = "data", .form = DESC_BYTES},
};

#define CAPABILITY                                                                                 \
	.type = DESC_DEVICE_CAPABILITY, .place = DESC_AT_BLOCK, .say = desc_head_capability

/* More specific tables come before the general one. */
const struct desc_def desc_capabilities[] = {
	{.key = "usb2_extension",
		.section = "USB 3.2 9.6.2.1",
		DESC_ROWS(usb2_extension),
		.capability = 2,
		CAPABILITY},
	{.key = "super_speed",
		.section = "USB 3.2 9.6.2.2",
		DESC_ROWS(super_speed),
		.capability = 3,
		CAPABILITY},
	{.key = "container_id",
		.section = "USB 3.2 9.6.2.3",
		DESC_ROWS(container_id),
		.capability = 4,
		CAPABILITY},
	{.key = "webusb",
		.section = "WebUSB 4.1",
		DESC_ROWS(webusb),
		.capability = 5,
		.uuid = uuid_webusb,
		CAPABILITY},
	{.key = "ms_os_20",
		.section = "MS OS 2.0",
		DESC_ROWS(ms_os_20),
		.capability = 5,
		.uuid = uuid_ms_os_20,
		CAPABILITY},
	{.key = "platform",
		.section = "USB 3.2 9.6.2.4",
		DESC_ROWS(platform),
		.capability = 5,
		CAPABILITY},
	{.key = "super_speed_plus",
		.section = "USB 3.2 9.6.2.5",
		DESC_ROWS(super_speed_plus),
		.capability = 10,
		CAPABILITY},
	{.key = "precision_time_measurement",
		.section = "USB 3.2 9.6.2.6",
		DESC_ROWS(precision_time),
		.capability = 11,
		CAPABILITY},
	{.key = "billboard",
		.section = "Billboard 1.2.2",
		DESC_ROWS(billboard),
		.capability = 13,
		CAPABILITY},
	{.key = "billboard_aum",
		.section = "Billboard 1.2.2",
		DESC_ROWS(billboard_aum),
		.capability = 15,
		CAPABILITY},
	{.key = "configuration_summary",
		.section = "USB 3.2 9.6.2.7",
		DESC_ROWS(configuration_summary),
		.capability = 16,
		CAPABILITY},
	{.key = "capability", .section = "USB 3.2 9.6.2", DESC_ROWS(raw), CAPABILITY},
};

const size_t desc_capabilities_n = ARRAY_LEN(desc_capabilities);
