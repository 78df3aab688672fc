/* desc_table.c: the descriptors of USB 2.0 chapter 9, USB 3.2 chapter 9, HID and hubs, row by row. */
#include "usb/desc_say.h"
#include "base/mem.h"

#define ROWS(a)  .rows = a, .n = ARRAY_LEN(a)
#define NAMES(a) .names = a, .names_n = ARRAY_LEN(a)

/* USB 2.0 9.5: each descriptor begins with these. */
#define HEADER                                                                                     \
	{.key = "bLength", .section = "USB 2.0 9.5", .size = 1, .say = desc_say_length},           \
	{                                                                                          \
		.key = "bDescriptorType", .section = "USB 2.0 9.5", .size = 1, .show = SHOW_HEX2,  \
		.say = desc_say_type                                                               \
	}

static const struct desc_row device[] = {
	HEADER,
	{.key = "bcdUSB", .size = 2, .show = SHOW_HEX4, .say = desc_say_bcd},
	{.key = "bDeviceClass", .size = 1, .show = SHOW_HEX2, .say = desc_say_class},
	{.key = "bDeviceSubClass", .size = 1, .show = SHOW_HEX2, .say = desc_say_subclass},
	{.key = "bDeviceProtocol", .size = 1, .show = SHOW_HEX2, .say = desc_say_protocol},
	{.key = "bMaxPacketSize0", .size = 1, .say = desc_say_packet},
	{.key = "idVendor", .size = 2, .show = SHOW_HEX4, .say = desc_say_vendor},
	{.key = "idProduct", .size = 2, .show = SHOW_HEX4, .say = desc_say_product},
	{.key = "bcdDevice", .size = 2, .show = SHOW_HEX4, .say = desc_say_bcd},
	{.key = "iManufacturer", .size = 1, .say = desc_say_string},
	{.key = "iProduct", .size = 1, .say = desc_say_string},
	{.key = "iSerialNumber", .size = 1, .say = desc_say_string},
	{.key = "bNumConfigurations", .size = 1},
};

static const struct desc_row device_qualifier[] = {
	HEADER,
	{.key = "bcdUSB", .size = 2, .show = SHOW_HEX4, .say = desc_say_bcd},
	{.key = "bDeviceClass", .size = 1, .show = SHOW_HEX2, .say = desc_say_class},
	{.key = "bDeviceSubClass", .size = 1, .show = SHOW_HEX2, .say = desc_say_subclass},
	{.key = "bDeviceProtocol", .size = 1, .show = SHOW_HEX2, .say = desc_say_protocol},
	{.key = "bMaxPacketSize0", .size = 1, .say = desc_say_packet},
	{.key = "bNumConfigurations", .size = 1},
	{.key = "bReserved", .size = 1},
};

/* Both kinds of configuration (USB 2.0 9.6.3, 9.6.4). */
static const struct desc_row configuration[] = {
	HEADER,
	{.key = "wTotalLength", .size = 2, .say = desc_say_total_length},
	{.key = "bNumInterfaces", .size = 1},
	{.key = "bConfigurationValue", .size = 1},
	{.key = "iConfiguration", .size = 1, .say = desc_say_string},
	{.key = "bmAttributes", .size = 1, .show = SHOW_HEX2},
	{.key = "reserved_one", .bit = 7, .bits = 1},
	{.key = "self_powered", .bit = 6, .bits = 1, .say = desc_say_self_powered},
	{.key = "remote_wakeup", .bit = 5, .bits = 1, .say = desc_say_yes_no},
	{.key = "reserved", .bit = 0, .bits = 5, .quiet = true},
	{.key = "bMaxPower", .size = 1, .say = desc_say_max_power},
};

static const struct desc_row interface[] = {
	HEADER,
	{.key = "bInterfaceNumber", .size = 1},
	{.key = "bAlternateSetting", .size = 1},
	{.key = "bNumEndpoints", .size = 1},
	{.key = "bInterfaceClass", .size = 1, .show = SHOW_HEX2, .say = desc_say_class},
	{.key = "bInterfaceSubClass", .size = 1, .show = SHOW_HEX2, .say = desc_say_subclass},
	{.key = "bInterfaceProtocol", .size = 1, .show = SHOW_HEX2, .say = desc_say_protocol},
	{.key = "iInterface", .size = 1, .say = desc_say_string},
};

static const struct desc_row association[] = {
	HEADER,
	{.key = "bFirstInterface", .size = 1},
	{.key = "bInterfaceCount", .size = 1},
	{.key = "bFunctionClass", .size = 1, .show = SHOW_HEX2, .say = desc_say_class},
	{.key = "bFunctionSubClass", .size = 1, .show = SHOW_HEX2, .say = desc_say_subclass},
	{.key = "bFunctionProtocol", .size = 1, .show = SHOW_HEX2, .say = desc_say_protocol},
	{.key = "iFunction", .size = 1, .say = desc_say_string},
};

/* ---- endpoints ---------------------------------------------------------------------------------- */

static enum usb_type type_in_work(const struct desc_walk *w)
{
	struct desc_endpoint d = {
		.bmAttributes = (uint8_t)desc_walk_number(w, "bmAttributes")};

	return desc_endpoint_type(&d);
}

static bool is_iso(const struct desc_walk *w)
{
	return type_in_work(w) == USB_ISOCHRONOUS;
}

/* USB 3.2 9.6.6: notification endpoints exist from SuperSpeed on. */
static bool is_ss_interrupt(const struct desc_walk *w)
{
	return type_in_work(w) == USB_INTERRUPT && w->speed >= USB_SUPER;
}

static bool has_no_usage(const struct desc_walk *w)
{
	return !is_iso(w) && !is_ss_interrupt(w);
}

static const char *const transfer_types[] = {"control", "isochronous", "bulk", "interrupt"};
static const char *const sync_types[] = {
	"no synchronization", "asynchronous", "adaptive", "synchronous"};
static const char *const iso_usages[] = {
	"data", "feedback", "data with implicit feedback", "reserved"};
static const char *const interrupt_usages[] = {"periodic", "notification", "reserved", "reserved"};
static const char *const directions[] = {"OUT", "IN"};

static const struct desc_row endpoint[] = {
	HEADER,
	{.key = "bEndpointAddress", .size = 1, .show = SHOW_HEX2, .say = desc_say_address},
	{.key = "direction", .bit = 7, .bits = 1, NAMES(directions)},
	{.key = "reserved", .bit = 4, .bits = 3, .quiet = true},
	{.key = "number", .bit = 0, .bits = 4},
	{.key = "bmAttributes", .size = 1, .show = SHOW_HEX2},
	{.key = "reserved", .bit = 6, .bits = 2, .quiet = true},
	{.key = "usage_type", .bit = 4, .bits = 2, NAMES(iso_usages), .when = is_iso},
	{.key = "usage_type",
		.section = "USB 3.2 9.6.6",
		.bit = 4,
		.bits = 2,
		NAMES(interrupt_usages),
		.when = is_ss_interrupt},
	{.key = "reserved", .bit = 4, .bits = 2, .quiet = true, .when = has_no_usage},
	{.key = "synchronization_type", .bit = 2, .bits = 2, NAMES(sync_types), .when = is_iso},
	{.key = "transfer_type", .bit = 0, .bits = 2, NAMES(transfer_types)},
	{.key = "wMaxPacketSize", .size = 2, .show = SHOW_HEX4, .say = desc_say_packet},
	{.key = "reserved", .bit = 13, .bits = 3, .quiet = true},
	{.key = "additional_transactions", .bit = 11, .bits = 2, .say = desc_say_transactions},
	{.key = "size", .bit = 0, .bits = 11, .say = desc_say_bytes},
	{.key = "bInterval", .size = 1, .say = desc_say_interval},
	/* Audio 1.0 4.6.1.1: endpoints of audio streams are two bytes longer. */
	{.key = "bRefresh", .section = "Audio 1.0 4.6.1.1", .size = 1, .optional = true},
	{.key = "bSynchAddress",
		.section = "Audio 1.0 4.6.1.1",
		.size = 1,
		.show = SHOW_HEX2,
		.optional = true},
};

static bool companion_of_bulk(const struct desc_walk *w)
{
	return w->has_endpoint && desc_endpoint_type(&w->endpoint) == USB_BULK;
}

static bool companion_of_iso(const struct desc_walk *w)
{
	return w->has_endpoint && desc_endpoint_type(&w->endpoint) == USB_ISOCHRONOUS;
}

static const struct desc_row ss_companion[] = {
	HEADER,
	{.key = "bMaxBurst", .size = 1, .say = desc_say_burst},
	{.key = "bmAttributes", .size = 1, .show = SHOW_HEX2},
	{.key = "MaxStreams", .bit = 0, .bits = 5, .say = desc_say_streams, .when = companion_of_bulk},
	{.key = "SSP_ISO_companion",
		.bit = 7,
		.bits = 1,
		.say = desc_say_yes_no,
		.when = companion_of_iso},
	{.key = "Mult", .bit = 0, .bits = 2, .say = desc_say_mult, .when = companion_of_iso},
	{.key = "wBytesPerInterval", .size = 2, .say = desc_say_bytes},
};

static const struct desc_row ssp_companion[] = {
	HEADER,
	{.key = "wReserved", .size = 2, .show = SHOW_HEX4},
	{.key = "dwBytesPerInterval", .size = 4, .say = desc_say_bytes},
};

/* ---- strings ------------------------------------------------------------------------------------ */

static const struct desc_row langid[] = {
	{.key = "wLANGID", .size = 2, .show = SHOW_HEX4, .say = desc_say_langid},
};

static const struct desc_row languages[] = {
	HEADER,
	{.key = "wLANGIDs", .form = DESC_ARRAY, .element = langid, .element_rows = 1},
};

static const struct desc_row string[] = {
	HEADER,
	{.key = "bString", .form = DESC_UTF16},
};

/* Microsoft OS 1.0 Descriptors Specification, "The OS String Descriptor". */
static const struct desc_row ms_os_string[] = {
	HEADER,
	{.key = "qwSignature", .form = DESC_UTF16, .size = 14},
	{.key = "bMS_VendorCode", .size = 1, .show = SHOW_HEX2},
	{.key = "bPad", .size = 1, .show = SHOW_HEX2},
};

/* ---- OTG, debug, BOS ---------------------------------------------------------------------------- */

static const struct desc_row otg[] = {
	HEADER,
	{.key = "bmAttributes", .size = 1, .show = SHOW_HEX2},
	{.key = "reserved", .bit = 3, .bits = 5, .quiet = true},
	{.key = "ADP_support", .bit = 2, .bits = 1, .say = desc_say_yes_no},
	{.key = "HNP_support", .bit = 1, .bits = 1, .say = desc_say_yes_no},
	{.key = "SRP_support", .bit = 0, .bits = 1, .say = desc_say_yes_no},
	/* since OTG 2.0 */
	{.key = "bcdOTG", .size = 2, .show = SHOW_HEX4, .optional = true, .say = desc_say_bcd},
};

static const struct desc_row debug[] = {
	HEADER,
	{.key = "bDebugInEndpoint", .size = 1, .show = SHOW_HEX2, .say = desc_say_address},
	{.key = "bDebugOutEndpoint", .size = 1, .show = SHOW_HEX2, .say = desc_say_address},
};

static const struct desc_row bos[] = {
	HEADER,
	{.key = "wTotalLength", .size = 2, .say = desc_say_total_length},
	{.key = "bNumDeviceCaps", .size = 1},
};

/* ---- classes ------------------------------------------------------------------------------------ */

static const struct desc_row hid_entry[] = {
	{.key = "bDescriptorType", .size = 1, .show = SHOW_HEX2, .say = desc_say_hid_type},
	{.key = "wDescriptorLength", .size = 2, .say = desc_say_bytes},
};

static const struct desc_row hid[] = {
	HEADER,
	{.key = "bcdHID", .size = 2, .show = SHOW_HEX4, .say = desc_say_bcd},
	{.key = "bCountryCode", .size = 1, .say = desc_say_country},
	{.key = "bNumDescriptors", .size = 1},
	{.key = "descriptors",
		.form = DESC_ARRAY,
		.element = hid_entry,
		.element_rows = ARRAY_LEN(hid_entry),
		.count = "bNumDescriptors"},
};

static const char *const power_modes[] = {"ganged", "individual", "none", "none"};
static const char *const over_current_modes[] = {"global", "individual", "none", "none"};
static const char *const think_times[] = {
	"8 full-speed bit times", "16 full-speed bit times", "24 full-speed bit times",
	"32 full-speed bit times"};

/* The lower bits of wHubCharacteristics mean the same in both hub descriptors. */
#define HUB_CHARACTERISTICS                                                                        \
	{.key = "over_current_protection", .bit = 3, .bits = 2, NAMES(over_current_modes)},        \
		{.key = "compound_device", .bit = 2, .bits = 1, .say = desc_say_yes_no},           \
	{                                                                                          \
		.key = "power_switching", .bit = 0, .bits = 2, NAMES(power_modes)                  \
	}

/* One bit a port, bit 0 reserved: ports / 8 + 1 bytes (USB 2.0 table 11-13). */
static const struct desc_row hub[] = {
	HEADER,
	{.key = "bNbrPorts", .size = 1},
	{.key = "wHubCharacteristics", .size = 2, .show = SHOW_HEX4},
	{.key = "reserved", .bit = 8, .bits = 8, .quiet = true},
	{.key = "port_indicators", .bit = 7, .bits = 1, .say = desc_say_yes_no},
	{.key = "TT_think_time", .bit = 5, .bits = 2, NAMES(think_times)},
	HUB_CHARACTERISTICS,
	{.key = "bPwrOn2PwrGood", .size = 1, .say = desc_say_2ms},
	{.key = "bHubContrCurrent", .size = 1, .say = desc_say_ma},
	{.key = "DeviceRemovable", .form = DESC_BYTES, .count = "bNbrPorts", .shift = 3, .add = 1},
	{.key = "PortPwrCtrlMask", .form = DESC_BYTES, .count = "bNbrPorts", .shift = 3, .add = 1},
};

static const struct desc_row ss_hub[] = {
	HEADER,
	{.key = "bNbrPorts", .size = 1},
	{.key = "wHubCharacteristics", .size = 2, .show = SHOW_HEX4},
	{.key = "reserved", .bit = 5, .bits = 11, .quiet = true},
	HUB_CHARACTERISTICS,
	{.key = "bPwrOn2PwrGood", .size = 1, .say = desc_say_2ms},
	{.key = "bHubContrCurrent", .size = 1},
	{.key = "bHubHdrDecLat", .size = 1, .say = desc_say_100ns},
	{.key = "wHubDelay", .size = 2, .say = desc_say_ns},
	{.key = "DeviceRemovable", .size = 2, .show = SHOW_HEX4},
};

static const struct desc_row raw[] = {
	HEADER,
	{.key = "data", .form = DESC_BYTES},
};

const struct desc_def desc_unknown = {
	.key = "descriptor",
	.section = "USB 2.0 9.5",
	ROWS(raw),
	.say = desc_head_unknown,
};

/* More specific tables of a type come before the general one. */
const struct desc_def desc_standard[] = {
	{.key = "device",
		.section = "USB 2.0 9.6.1",
		ROWS(device),
		.type = DESC_DEVICE,
		.place = DESC_AT_BLOCK,
		.say = desc_head_device},
	{.key = "configuration",
		.section = "USB 2.0 9.6.3",
		ROWS(configuration),
		.type = DESC_CONFIGURATION,
		.place = DESC_AT_BLOCK,
		.say = desc_head_config},
	{.key = "string_languages",
		.section = "USB 2.0 9.6.7",
		ROWS(languages),
		.type = DESC_STRING,
		.place = DESC_AT_BLOCK,
		.languages = true},
	{.key = "ms_os_string",
		.section = "MS OS 1.0",
		ROWS(ms_os_string),
		.type = DESC_STRING,
		.place = DESC_AT_BLOCK,
		.string = DESC_STRING_MS_OS},
	{.key = "string",
		.section = "USB 2.0 9.6.7",
		ROWS(string),
		.type = DESC_STRING,
		.place = DESC_AT_BLOCK},
	{.key = "interface",
		.section = "USB 2.0 9.6.5",
		ROWS(interface),
		.type = DESC_INTERFACE,
		.place = DESC_AT_BLOCK,
		.say = desc_head_interface},
	{.key = "endpoint",
		.section = "USB 2.0 9.6.6",
		ROWS(endpoint),
		.type = DESC_ENDPOINT,
		.place = DESC_AT_INTERFACE,
		.say = desc_head_endpoint},
	{.key = "device_qualifier",
		.section = "USB 2.0 9.6.2",
		ROWS(device_qualifier),
		.type = DESC_DEVICE_QUALIFIER,
		.place = DESC_AT_BLOCK,
		.say = desc_head_qualifier},
	{.key = "other_speed_configuration",
		.section = "USB 2.0 9.6.4",
		ROWS(configuration),
		.type = DESC_OTHER_SPEED_CONFIGURATION,
		.place = DESC_AT_BLOCK,
		.say = desc_head_config},
	{.key = "otg",
		.section = "OTG 2.0 6.1",
		ROWS(otg),
		.type = DESC_OTG,
		.place = DESC_AT_BLOCK},
	{.key = "debug",
		.section = "USB 2.0 Debug Devices 4.2",
		ROWS(debug),
		.type = DESC_DEBUG,
		.place = DESC_AT_BLOCK},
	{.key = "interface_association",
		.section = "USB 3.2 9.6.4",
		ROWS(association),
		.type = DESC_INTERFACE_ASSOCIATION,
		.place = DESC_AT_BLOCK,
		.say = desc_head_association},
	{.key = "bos",
		.section = "USB 3.2 9.6.2",
		ROWS(bos),
		.type = DESC_BOS,
		.place = DESC_AT_BLOCK,
		.say = desc_head_bos},
	{.key = "hid",
		.section = "HID 1.11 6.2.1",
		ROWS(hid),
		.type = DESC_HID,
		.place = DESC_AT_INTERFACE,
		.of_class = true,
		.interface_class = 3},
	{.key = "hub",
		.section = "USB 2.0 11.23.2.1",
		ROWS(hub),
		.type = DESC_HUB,
		.of_class = true,
		.interface_class = 9},
	{.key = "ss_hub",
		.section = "USB 3.2 10.15.2.1",
		ROWS(ss_hub),
		.type = DESC_SS_HUB,
		.of_class = true,
		.interface_class = 9},
	{.key = "cs_interface",
		.section = "USB 2.0 9.5",
		ROWS(raw),
		.type = DESC_CS_INTERFACE,
		.place = DESC_AT_INTERFACE},
	{.key = "cs_endpoint",
		.section = "USB 2.0 9.5",
		ROWS(raw),
		.type = DESC_CS_ENDPOINT,
		.place = DESC_AT_ENDPOINT},
	{.key = "ss_endpoint_companion",
		.section = "USB 3.2 9.6.7",
		ROWS(ss_companion),
		.type = DESC_SS_ENDPOINT_COMPANION,
		.place = DESC_AT_ENDPOINT},
	{.key = "ssp_iso_endpoint_companion",
		.section = "USB 3.2 9.6.8",
		ROWS(ssp_companion),
		.type = DESC_SSP_ISO_ENDPOINT_COMPANION,
		.place = DESC_AT_ENDPOINT},
};

const size_t desc_standard_n = ARRAY_LEN(desc_standard);
