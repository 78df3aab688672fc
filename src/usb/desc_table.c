/* desc_table.c: the descriptors of USB 2.0 chapter 9, USB 3.2 chapter 9, HID and hubs, row by row.
 */
#include "usb/desc_say.h"
#include "base/mem.h"

static const struct desc_row device[] = {
	DESC_LENGTH,
	DESC_TYPE,
	DESC_HEX2("bcdUSB", desc_say_bcd),
	DESC_HEX1("bDeviceClass", desc_say_class),
	DESC_HEX1("bDeviceSubClass", desc_say_subclass),
	DESC_HEX1("bDeviceProtocol", desc_say_protocol),
	{.key = "bMaxPacketSize0", .size = 1, .say = desc_say_packet0},
	DESC_HEX2("idVendor", desc_say_vendor),
	DESC_HEX2("idProduct", desc_say_product),
	DESC_HEX2("bcdDevice", desc_say_bcd),
	{.key = "iManufacturer", .size = 1, .say = desc_say_string},
	{.key = "iProduct", .size = 1, .say = desc_say_string},
	{.key = "iSerialNumber", .size = 1, .say = desc_say_string},
	{.key = "bNumConfigurations", .size = 1},
};

static const struct desc_row device_qualifier[] = {
	DESC_LENGTH,
	DESC_TYPE,
	DESC_HEX2("bcdUSB", desc_say_bcd),
	DESC_HEX1("bDeviceClass", desc_say_class),
	DESC_HEX1("bDeviceSubClass", desc_say_subclass),
	DESC_HEX1("bDeviceProtocol", desc_say_protocol),
	{.key = "bMaxPacketSize0", .size = 1, .say = desc_say_packet0},
	{.key = "bNumConfigurations", .size = 1},
	{.key = "bReserved", .size = 1},
};

/* Both kinds of configuration (USB 2.0 9.6.3, 9.6.4). */
static const struct desc_row configuration[] = {
	DESC_LENGTH,
	DESC_TYPE,
	DESC_TOTAL_LENGTH,
	{.key = "bNumInterfaces", .size = 1},
	{.key = "bConfigurationValue", .size = 1},
	{.key = "iConfiguration", .size = 1, .say = desc_say_string},
	DESC_HEX1("bmAttributes", NULL),
	DESC_BITS("reserved_one", 7, 1, NULL),
	DESC_BITS("self_powered", 6, 1, desc_say_self_powered),
	DESC_FLAG("remote_wakeup", 5),
	DESC_RESERVED(0, 5),
	{.key = "bMaxPower", .size = 1, .say = desc_say_max_power},
};

static const struct desc_row interface[] = {
	DESC_LENGTH,
	DESC_TYPE,
	{.key = "bInterfaceNumber", .size = 1},
	{.key = "bAlternateSetting", .size = 1},
	{.key = "bNumEndpoints", .size = 1},
	DESC_HEX1("bInterfaceClass", desc_say_class),
	DESC_HEX1("bInterfaceSubClass", desc_say_subclass),
	DESC_HEX1("bInterfaceProtocol", desc_say_protocol),
	{.key = "iInterface", .size = 1, .say = desc_say_string},
};

static const struct desc_row association[] = {
	DESC_LENGTH,
	DESC_TYPE,
	{.key = "bFirstInterface", .size = 1},
	{.key = "bInterfaceCount", .size = 1},
	DESC_HEX1("bFunctionClass", desc_say_class),
	DESC_HEX1("bFunctionSubClass", desc_say_subclass),
	DESC_HEX1("bFunctionProtocol", desc_say_protocol),
	{.key = "iFunction", .size = 1, .say = desc_say_string},
};

/* ---- endpoints -------------------------------------------------------------------------- */

static enum usb_type type_in_work(const struct desc_walk *w)
{
	struct desc_endpoint d = {.bmAttributes = (uint8_t)desc_walk_number(w, "bmAttributes")};

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
	DESC_LENGTH,
	DESC_TYPE,
	DESC_HEX1("bEndpointAddress", desc_say_address),
	DESC_NAMED("direction", 7, 1, directions),
	DESC_RESERVED(4, 3),
	DESC_BITS("number", 0, 4, NULL),
	DESC_HEX1("bmAttributes", NULL),
	DESC_RESERVED(6, 2),
	{.key = "usage_type", .bit = 4, .bits = 2, DESC_NAMES(iso_usages), .when = is_iso},
	{.key = "usage_type",
		.section = "USB 3.2 9.6.6",
		.bit = 4,
		.bits = 2,
		DESC_NAMES(interrupt_usages),
		.when = is_ss_interrupt},
	{.key = "reserved", .bit = 4, .bits = 2, .quiet = true, .when = has_no_usage},
	{.key = "synchronization_type",
		.bit = 2,
		.bits = 2,
		DESC_NAMES(sync_types),
		.when = is_iso},
	DESC_NAMED("transfer_type", 0, 2, transfer_types),
	DESC_HEX2("wMaxPacketSize", desc_say_packet),
	DESC_RESERVED(13, 3),
	DESC_BITS("additional_transactions", 11, 2, desc_say_transactions),
	DESC_BITS("size", 0, 11, desc_say_bytes),
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
	DESC_LENGTH,
	DESC_TYPE,
	{.key = "bMaxBurst", .size = 1, .say = desc_say_burst},
	DESC_HEX1("bmAttributes", NULL),
	{.key = "MaxStreams",
		.bit = 0,
		.bits = 5,
		.say = desc_say_streams,
		.when = companion_of_bulk},
	{.key = "SSP_ISO_companion",
		.bit = 7,
		.bits = 1,
		.say = desc_say_yes_no,
		.when = companion_of_iso},
	{.key = "Mult", .bit = 0, .bits = 2, .say = desc_say_mult, .when = companion_of_iso},
	{.key = "wBytesPerInterval", .size = 2, .say = desc_say_bytes},
};

static const struct desc_row ssp_companion[] = {
	DESC_LENGTH,
	DESC_TYPE,
	DESC_HEX2("wReserved", NULL),
	{.key = "dwBytesPerInterval", .size = 4, .say = desc_say_bytes},
};

/* ---- strings ---------------------------------------------------------------------------- */

static const struct desc_row langid[] = {
	DESC_HEX2("wLANGID", desc_say_langid),
};

static const struct desc_row languages[] = {
	DESC_LENGTH,
	DESC_TYPE,
	{.key = "wLANGIDs", .form = DESC_ARRAY, .element = langid, .element_rows = 1},
};

static const struct desc_row string[] = {
	DESC_LENGTH,
	DESC_TYPE,
	{.key = "bString", .form = DESC_UTF16},
};

/* Microsoft OS 1.0 Descriptors Specification, "The OS String Descriptor". */
static const struct desc_row ms_os_string[] = {
	DESC_LENGTH,
	DESC_TYPE,
	{.key = "qwSignature", .form = DESC_UTF16, .size = 14},
	DESC_HEX1("bMS_VendorCode", NULL),
	DESC_HEX1("bPad", NULL),
};

/* ---- OTG, debug, BOS -------------------------------------------------------------------- */

static const struct desc_row otg[] = {
	DESC_LENGTH,
	DESC_TYPE,
	DESC_HEX1("bmAttributes", NULL),
	DESC_RESERVED(3, 5),
	DESC_FLAG("ADP_support", 2),
	DESC_FLAG("HNP_support", 1),
	DESC_FLAG("SRP_support", 0),
	/* since OTG 2.0 */
	{.key = "bcdOTG", .size = 2, .show = SHOW_HEX4, .optional = true, .say = desc_say_bcd},
};

static const struct desc_row debug[] = {
	DESC_LENGTH,
	DESC_TYPE,
	DESC_HEX1("bDebugInEndpoint", desc_say_address),
	DESC_HEX1("bDebugOutEndpoint", desc_say_address),
};

static const struct desc_row bos[] = {
	DESC_LENGTH,
	DESC_TYPE,
	DESC_TOTAL_LENGTH,
	{.key = "bNumDeviceCaps", .size = 1},
};

/* ---- classes ---------------------------------------------------------------------------- */

static const struct desc_row hid_entry[] = {
	DESC_HEX1("bDescriptorType", desc_say_descriptor_type),
	{.key = "wDescriptorLength", .size = 2, .say = desc_say_bytes},
};

static const struct desc_row hid[] = {
	DESC_LENGTH,
	DESC_TYPE,
	DESC_HEX2("bcdHID", desc_say_bcd),
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
static const char *const think_times[] = {"8 full-speed bit times", "16 full-speed bit times",
	"24 full-speed bit times", "32 full-speed bit times"};

/* The lower bits of wHubCharacteristics mean the same in both hub descriptors. */
#define HUB_CHARACTERISTICS                                                                        \
	DESC_NAMED("over_current_protection", 3, 2, over_current_modes),                           \
		DESC_FLAG("compound_device", 2), DESC_NAMED("power_switching", 0, 2, power_modes)

/* DeviceRemovable has one bit a port, bit 0 reserved: ports / 8 + 1 bytes (USB 2.0 table 11-13).
 * PortPwrCtrlMask has no reserved bit there, but many hubs, and Linux's root hubs, have as many
 * bytes of it: it is what is left. */
static const struct desc_row hub[] = {
	DESC_LENGTH,
	DESC_TYPE,
	{.key = "bNbrPorts", .size = 1},
	DESC_HEX2("wHubCharacteristics", NULL),
	DESC_RESERVED(8, 8),
	DESC_FLAG("port_indicators", 7),
	DESC_NAMED("TT_think_time", 5, 2, think_times),
	HUB_CHARACTERISTICS,
	{.key = "bPwrOn2PwrGood", .size = 1, .say = desc_say_2ms},
	{.key = "bHubContrCurrent", .size = 1, .say = desc_say_ma},
	{.key = "DeviceRemovable", .form = DESC_BYTES, .count = "bNbrPorts", .shift = 3, .add = 1},
	{.key = "PortPwrCtrlMask", .form = DESC_BYTES},
};

static const struct desc_row ss_hub[] = {
	DESC_LENGTH,
	DESC_TYPE,
	{.key = "bNbrPorts", .size = 1},
	DESC_HEX2("wHubCharacteristics", NULL),
	DESC_RESERVED(5, 11),
	HUB_CHARACTERISTICS,
	{.key = "bPwrOn2PwrGood", .size = 1, .say = desc_say_2ms},
	{.key = "bHubContrCurrent", .size = 1},
	{.key = "bHubHdrDecLat", .size = 1, .say = desc_say_100ns},
	{.key = "wHubDelay", .size = 2, .say = desc_say_ns},
	DESC_HEX2("DeviceRemovable", NULL),
};

static const struct desc_row raw[] = {
	DESC_LENGTH,
	DESC_TYPE,
	{.key = "data", .form = DESC_BYTES},
};

const struct desc_def desc_unknown = {
	.key = "descriptor",
	.section = "USB 2.0 9.5",
	DESC_ROWS(raw),
	.say = desc_head_unknown,
};

/* More specific tables of a type come before the general one. */
const struct desc_def desc_standard[] = {
	{.key = "device",
		.section = "USB 2.0 9.6.1",
		DESC_ROWS(device),
		.type = DESC_DEVICE,
		.place = DESC_AT_BLOCK,
		.say = desc_head_device},
	{.key = "configuration",
		.section = "USB 2.0 9.6.3",
		DESC_ROWS(configuration),
		.type = DESC_CONFIGURATION,
		.place = DESC_AT_BLOCK,
		.say = desc_head_config},
	{.key = "string_languages",
		.section = "USB 2.0 9.6.7",
		DESC_ROWS(languages),
		.type = DESC_STRING,
		.place = DESC_AT_BLOCK,
		.languages = true},
	{.key = "ms_os_string",
		.section = "MS OS 1.0",
		DESC_ROWS(ms_os_string),
		.type = DESC_STRING,
		.place = DESC_AT_BLOCK,
		.string = DESC_STRING_MS_OS},
	{.key = "string",
		.section = "USB 2.0 9.6.7",
		DESC_ROWS(string),
		.type = DESC_STRING,
		.place = DESC_AT_BLOCK,
		.say = desc_head_string},
	{.key = "interface",
		.section = "USB 2.0 9.6.5",
		DESC_ROWS(interface),
		.type = DESC_INTERFACE,
		.place = DESC_AT_BLOCK,
		.say = desc_head_interface},
	{.key = "endpoint",
		.section = "USB 2.0 9.6.6",
		DESC_ROWS(endpoint),
		.type = DESC_ENDPOINT,
		.place = DESC_AT_INTERFACE,
		.say = desc_head_endpoint},
	{.key = "device_qualifier",
		.section = "USB 2.0 9.6.2",
		DESC_ROWS(device_qualifier),
		.type = DESC_DEVICE_QUALIFIER,
		.place = DESC_AT_BLOCK,
		.say = desc_head_qualifier},
	{.key = "other_speed_configuration",
		.section = "USB 2.0 9.6.4",
		DESC_ROWS(configuration),
		.type = DESC_OTHER_SPEED_CONFIGURATION,
		.place = DESC_AT_BLOCK,
		.say = desc_head_config},
	{.key = "otg",
		.section = "OTG 2.0",
		DESC_ROWS(otg),
		.type = DESC_OTG,
		.place = DESC_AT_BLOCK},
	{.key = "debug",
		.section = "USB 2.0 Debug Device 0.9",
		DESC_ROWS(debug),
		.type = DESC_DEBUG,
		.place = DESC_AT_BLOCK},
	{.key = "interface_association",
		.section = "USB 3.2 9.6.4",
		DESC_ROWS(association),
		.type = DESC_INTERFACE_ASSOCIATION,
		.place = DESC_AT_BLOCK,
		.say = desc_head_association},
	{.key = "bos",
		.section = "USB 3.2 9.6.2",
		DESC_ROWS(bos),
		.type = DESC_BOS,
		.place = DESC_AT_BLOCK,
		.say = desc_head_bos},
	{.key = "hid",
		.section = "HID 1.11 6.2.1",
		DESC_ROWS(hid),
		.type = DESC_HID,
		.place = DESC_AT_INTERFACE,
		.of_class = true,
		.interface_class = 3},
	{.key = "hub",
		.section = "USB 2.0 11.23.2.1",
		DESC_ROWS(hub),
		.type = DESC_HUB,
		.of_class = true,
		.interface_class = 9},
	{.key = "ss_hub",
		.section = "USB 3.2 10.15.2.1",
		DESC_ROWS(ss_hub),
		.type = DESC_SS_HUB,
		.of_class = true,
		.interface_class = 9},
	{.key = "cs_interface",
		.section = "USB 2.0 9.5",
		DESC_ROWS(raw),
		.type = DESC_CS_INTERFACE,
		.place = DESC_AT_INTERFACE},
	{.key = "cs_endpoint",
		.section = "USB 2.0 9.5",
		DESC_ROWS(raw),
		.type = DESC_CS_ENDPOINT,
		.place = DESC_AT_ENDPOINT},
	{.key = "ss_endpoint_companion",
		.section = "USB 3.2 9.6.7",
		DESC_ROWS(ss_companion),
		.type = DESC_SS_ENDPOINT_COMPANION,
		.place = DESC_AT_ENDPOINT},
	{.key = "ssp_iso_endpoint_companion",
		.section = "USB 3.2 9.6.8",
		DESC_ROWS(ssp_companion),
		.type = DESC_SSP_ISO_ENDPOINT_COMPANION,
		.place = DESC_AT_ENDPOINT},
};

const size_t desc_standard_n = ARRAY_LEN(desc_standard);
