/* desc_class.c: class-specific descriptors row by row: communications (CDC 1.2), audio 1.0 and 2.0,
 * MIDI, smart cards, firmware update, USB attached SCSI. Those of video are desc_video.c's. */
#include "usb/desc_say.h"
#include "base/mem.h"

/* ---- communications: CDC 1.2 and its subclasses ------------------------------------- */

static const struct desc_row cdc_header[] = {
	DESC_CLASS_HEAD,
	DESC_HEX2("bcdCDC", desc_say_bcd),
};

static const struct desc_row cdc_call_management[] = {
	DESC_CLASS_HEAD,
	DESC_HEX1("bmCapabilities", NULL),
	DESC_RESERVED(2, 6),
	DESC_FLAG("over_data_interface", 1),
	DESC_FLAG("handles_calls", 0),
	{.key = "bDataInterface", .size = 1},
};

static const struct desc_row cdc_acm[] = {
	DESC_CLASS_HEAD,
	DESC_HEX1("bmCapabilities", NULL),
	DESC_RESERVED(4, 4),
	DESC_FLAG("network_connection", 3),
	DESC_FLAG("send_break", 2),
	DESC_FLAG("line_coding", 1),
	DESC_FLAG("comm_feature", 0),
};

static const struct desc_row interface_number[] = {
	{.key = "bSubordinateInterface", .size = 1},
};

static const struct desc_row cdc_union[] = {
	DESC_CLASS_HEAD,
	{.key = "bControlInterface", .size = 1},
	{.key = "subordinates",
		.form = DESC_ARRAY,
		.element = interface_number,
		.element_rows = ARRAY_LEN(interface_number)},
};

static const struct desc_row country_code[] = {
	DESC_HEX2("wCountryCode", NULL),
};

static const struct desc_row cdc_country[] = {
	DESC_CLASS_HEAD,
	{.key = "iCountryCodeRelDate", .size = 1, .say = desc_say_string},
	{.key = "countries",
		.form = DESC_ARRAY,
		.element = country_code,
		.element_rows = ARRAY_LEN(country_code)},
};

static const struct desc_row cdc_ethernet[] = {
	DESC_CLASS_HEAD,
	{.key = "iMACAddress", .size = 1, .say = desc_say_string},
	{.key = "bmEthernetStatistics", .size = 4, .show = SHOW_HEX8},
	{.key = "wMaxSegmentSize", .size = 2, .say = desc_say_bytes},
	DESC_HEX2("wNumberMCFilters", NULL),
	DESC_FLAG("imperfect_filtering", 15),
	DESC_BITS("filters", 0, 15, NULL),
	{.key = "bNumberPowerFilters", .size = 1},
};

static const struct desc_row cdc_ncm[] = {
	DESC_CLASS_HEAD,
	DESC_HEX2("bcdNcmVersion", desc_say_bcd),
	DESC_HEX1("bmNetworkCapabilities", NULL),
	DESC_RESERVED(6, 2),
	DESC_FLAG("ntb_input_size_8", 5),
	DESC_FLAG("crc_mode", 4),
	DESC_FLAG("max_datagram_size", 3),
	DESC_FLAG("encapsulated_command", 2),
	DESC_FLAG("net_address", 1),
	DESC_FLAG("packet_filter", 0),
};

static const struct desc_row cdc_mbim[] = {
	DESC_CLASS_HEAD,
	DESC_HEX2("bcdMBIMVersion", desc_say_bcd),
	{.key = "wMaxControlMessage", .size = 2, .say = desc_say_bytes},
	{.key = "bNumberFilters", .size = 1},
	{.key = "bMaxFilterSize", .size = 1, .say = desc_say_bytes},
	{.key = "wMaxSegmentSize", .size = 2, .say = desc_say_bytes},
	DESC_HEX1("bmNetworkCapabilities", NULL),
};

static const struct desc_row cdc_mbim_extended[] = {
	DESC_CLASS_HEAD,
	DESC_HEX2("bcdMBIMExtendedVersion", desc_say_bcd),
	{.key = "bMaxOutstandingCommandMessages", .size = 1},
	{.key = "wMTU", .size = 2, .say = desc_say_bytes},
};

/* ---- audio: Audio 1.0 and 2.0 ------------------------------------------------------- */

static const char *const format_tags[] = {
	"undefined", "PCM", "PCM8", "IEEE float", "A-law", "mu-law"};

static void say_terminal(const struct desc_walk *w, uint32_t value, struct text *t)
{
	const char *name = ids_find(w->ctx->ids, IDS_TERMINAL, value);

	if (name)
		text_str(t, name);
}

const struct desc_row desc_source_id[] = {
	{.key = "baSourceID", .size = 1},
};
const struct desc_row desc_interface_nr[] = {
	{.key = "baInterfaceNr", .size = 1},
};
static const struct desc_row frequency[] = {
	{.key = "tSamFreq", .size = 3, .say = desc_say_hz},
};

static const struct desc_row ac_header[] = {
	DESC_CLASS_HEAD,
	DESC_HEX2("bcdADC", desc_say_bcd),
	{.key = "wTotalLength", .size = 2, .say = desc_say_bytes},
	DESC_INTERFACES,
};

static const struct desc_row ac_input_terminal[] = {
	DESC_CLASS_HEAD,
	{.key = "bTerminalID", .size = 1},
	DESC_HEX2("wTerminalType", say_terminal),
	{.key = "bAssocTerminal", .size = 1},
	{.key = "bNrChannels", .size = 1},
	DESC_HEX2("wChannelConfig", NULL),
	DESC_STRING("iChannelNames"),
	DESC_STRING("iTerminal"),
};

static const struct desc_row ac_output_terminal[] = {
	DESC_CLASS_HEAD,
	{.key = "bTerminalID", .size = 1},
	DESC_HEX2("wTerminalType", say_terminal),
	{.key = "bAssocTerminal", .size = 1},
	{.key = "bSourceID", .size = 1},
	DESC_STRING("iTerminal"),
};

static const struct desc_row ac_mixer_unit[] = {
	DESC_CLASS_HEAD,
	{.key = "bUnitID", .size = 1},
	DESC_SOURCES,
	{.key = "bNrChannels", .size = 1},
	DESC_HEX2("wChannelConfig", NULL),
	DESC_STRING("iChannelNames"),
	{.key = "bmControls_iMixer", .form = DESC_BYTES},
};

static const struct desc_row ac_selector_unit[] = {
	DESC_CLASS_HEAD,
	{.key = "bUnitID", .size = 1},
	DESC_SOURCES,
	DESC_STRING("iSelector"),
};

/* One bitmap of bControlSize bytes for the master channel and each other one. */
static const struct desc_row ac_feature_unit[] = {
	DESC_CLASS_HEAD,
	{.key = "bUnitID", .size = 1},
	{.key = "bSourceID", .size = 1},
	{.key = "bControlSize", .size = 1, .say = desc_say_bytes},
	{.key = "bmaControls", .form = DESC_BYTES, .count = "bLength", .add = -7},
	DESC_STRING("iFeature"),
};

static const struct desc_row as_general[] = {
	DESC_CLASS_HEAD,
	{.key = "bTerminalLink", .size = 1},
	{.key = "bDelay", .size = 1},
	{.key = "wFormatTag", .size = 2, .show = SHOW_HEX4, DESC_NAMES(format_tags)},
};

/* bSamFreqType: how many frequencies follow; 0: the lowest and the highest. */
static const struct desc_row as_format_type[] = {
	DESC_CLASS_HEAD,
	{.key = "bFormatType", .size = 1},
	{.key = "bNrChannels", .size = 1},
	{.key = "bSubframeSize", .size = 1, .say = desc_say_bytes},
	{.key = "bBitResolution", .size = 1},
	{.key = "bSamFreqType", .size = 1},
	{.key = "frequencies",
		.form = DESC_ARRAY,
		.element = frequency,
		.element_rows = ARRAY_LEN(frequency)},
};

static const char *const lock_units[] = {"undefined", "ms", "PCM samples"};

static const struct desc_row audio_endpoint[] = {
	DESC_CLASS_HEAD,
	DESC_HEX1("bmAttributes", NULL),
	DESC_FLAG("max_packets_only", 7),
	DESC_RESERVED(2, 5),
	DESC_FLAG("pitch", 1),
	DESC_FLAG("sampling_frequency", 0),
	{.key = "bLockDelayUnits", .size = 1, DESC_NAMES(lock_units)},
	{.key = "wLockDelay", .size = 2},
};

/* Of version 2.0: clocks are entities, controls have two bits each. */
static const struct desc_row ac2_header[] = {
	DESC_CLASS_HEAD,
	DESC_HEX2("bcdADC", desc_say_bcd),
	DESC_HEX1("bCategory", NULL),
	{.key = "wTotalLength", .size = 2, .say = desc_say_bytes},
	DESC_HEX1("bmControls", NULL),
};

static const char *const clock_types[] = {
	"external", "internal, fixed", "internal, variable", "internal, programmable"};

static const struct desc_row ac2_clock_source[] = {
	DESC_CLASS_HEAD,
	{.key = "bClockID", .size = 1},
	DESC_HEX1("bmAttributes", NULL),
	DESC_FLAG("synchronized_to_SOF", 2),
	DESC_NAMED("clock_type", 0, 2, clock_types),
	DESC_HEX1("bmControls", NULL),
	{.key = "bAssocTerminal", .size = 1},
	DESC_STRING("iClockSource"),
};

static const struct desc_row ac2_input_terminal[] = {
	DESC_CLASS_HEAD,
	{.key = "bTerminalID", .size = 1},
	DESC_HEX2("wTerminalType", say_terminal),
	{.key = "bAssocTerminal", .size = 1},
	{.key = "bCSourceID", .size = 1},
	{.key = "bNrChannels", .size = 1},
	{.key = "bmChannelConfig", .size = 4, .show = SHOW_HEX8},
	DESC_STRING("iChannelNames"),
	DESC_HEX2("bmControls", NULL),
	DESC_STRING("iTerminal"),
};

static const struct desc_row ac2_output_terminal[] = {
	DESC_CLASS_HEAD,
	{.key = "bTerminalID", .size = 1},
	DESC_HEX2("wTerminalType", say_terminal),
	{.key = "bAssocTerminal", .size = 1},
	{.key = "bSourceID", .size = 1},
	{.key = "bCSourceID", .size = 1},
	DESC_HEX2("bmControls", NULL),
	DESC_STRING("iTerminal"),
};

static const struct desc_row ac2_feature_unit[] = {
	DESC_CLASS_HEAD,
	{.key = "bUnitID", .size = 1},
	{.key = "bSourceID", .size = 1},
	{.key = "bmaControls", .form = DESC_BYTES, .count = "bLength", .add = -6},
	DESC_STRING("iFeature"),
};

static const struct desc_row as2_general[] = {
	DESC_CLASS_HEAD,
	{.key = "bTerminalLink", .size = 1},
	DESC_HEX1("bmControls", NULL),
	{.key = "bFormatType", .size = 1},
	{.key = "bmFormats", .size = 4, .show = SHOW_HEX8},
	{.key = "bNrChannels", .size = 1},
	{.key = "bmChannelConfig", .size = 4, .show = SHOW_HEX8},
	DESC_STRING("iChannelNames"),
};

static const struct desc_row as2_format_type[] = {
	DESC_CLASS_HEAD,
	{.key = "bFormatType", .size = 1},
	{.key = "bSubslotSize", .size = 1, .say = desc_say_bytes},
	{.key = "bBitResolution", .size = 1},
};

static const struct desc_row audio2_endpoint[] = {
	DESC_CLASS_HEAD,
	DESC_HEX1("bmAttributes", NULL),
	DESC_FLAG("max_packets_only", 7),
	DESC_HEX1("bmControls", NULL),
	{.key = "bLockDelayUnits", .size = 1, DESC_NAMES(lock_units)},
	{.key = "wLockDelay", .size = 2},
};

/* ---- MIDI 1.0 ----------------------------------------------------------------------- */

static const char *const jack_types[] = {"undefined", "embedded", "external"};

static const struct desc_row midi_header[] = {
	DESC_CLASS_HEAD,
	DESC_HEX2("bcdMSC", desc_say_bcd),
	{.key = "wTotalLength", .size = 2, .say = desc_say_bytes},
};

static const struct desc_row midi_in_jack[] = {
	DESC_CLASS_HEAD,
	{.key = "bJackType", .size = 1, DESC_NAMES(jack_types)},
	{.key = "bJackID", .size = 1},
	DESC_STRING("iJack"),
};

static const struct desc_row midi_pin[] = {
	{.key = "baSourceID", .size = 1},
	{.key = "baSourcePin", .size = 1},
};

static const struct desc_row midi_out_jack[] = {
	DESC_CLASS_HEAD,
	{.key = "bJackType", .size = 1, DESC_NAMES(jack_types)},
	{.key = "bJackID", .size = 1},
	{.key = "bNrInputPins", .size = 1},
	{.key = "pins",
		.form = DESC_ARRAY,
		.element = midi_pin,
		.element_rows = ARRAY_LEN(midi_pin),
		.count = "bNrInputPins"},
	DESC_STRING("iJack"),
};

static const struct desc_row midi_jack[] = {
	{.key = "baAssocJackID", .size = 1},
};

static const struct desc_row midi_endpoint[] = {
	DESC_CLASS_HEAD,
	{.key = "bNumEmbMIDIJack", .size = 1},
	{.key = "jacks",
		.form = DESC_ARRAY,
		.element = midi_jack,
		.element_rows = ARRAY_LEN(midi_jack),
		.count = "bNumEmbMIDIJack"},
};

/* ---- others ------------------------------------------------------------------------- */

static const struct desc_row ccid[] = {
	DESC_LENGTH,
	DESC_TYPE,
	DESC_HEX2("bcdCCID", desc_say_bcd),
	{.key = "bMaxSlotIndex", .size = 1},
	DESC_HEX1("bVoltageSupport", NULL),
	DESC_RESERVED(3, 5),
	DESC_FLAG("1.8V", 2),
	DESC_FLAG("3V", 1),
	DESC_FLAG("5V", 0),
	{.key = "dwProtocols", .size = 4, .show = SHOW_HEX8},
	DESC_FLAG("T=1", 1),
	DESC_FLAG("T=0", 0),
	{.key = "dwDefaultClock", .size = 4, .say = desc_say_khz},
	{.key = "dwMaximumClock", .size = 4, .say = desc_say_khz},
	{.key = "bNumClockSupported", .size = 1},
	{.key = "dwDataRate", .size = 4, .say = desc_say_bps},
	{.key = "dwMaxDataRate", .size = 4, .say = desc_say_bps},
	{.key = "bNumDataRatesSupported", .size = 1},
	{.key = "dwMaxIFSD", .size = 4, .say = desc_say_bytes},
	{.key = "dwSynchProtocols", .size = 4, .show = SHOW_HEX8},
	{.key = "dwMechanical", .size = 4, .show = SHOW_HEX8},
	{.key = "dwFeatures", .size = 4, .show = SHOW_HEX8},
	{.key = "dwMaxCCIDMessageLength", .size = 4, .say = desc_say_bytes},
	DESC_HEX1("bClassGetResponse", NULL),
	DESC_HEX1("bClassEnvelope", NULL),
	DESC_HEX2("wLcdLayout", NULL),
	DESC_HEX1("bPINSupport", NULL),
	{.key = "bMaxCCIDBusySlots", .size = 1},
};

static const struct desc_row dfu[] = {
	DESC_LENGTH,
	DESC_TYPE,
	DESC_HEX1("bmAttributes", NULL),
	DESC_RESERVED(4, 4),
	DESC_FLAG("will_detach", 3),
	DESC_FLAG("manifestation_tolerant", 2),
	DESC_FLAG("can_upload", 1),
	DESC_FLAG("can_download", 0),
	{.key = "wDetachTimeOut", .size = 2, .say = desc_say_ms},
	{.key = "wTransferSize", .size = 2, .say = desc_say_bytes},
	/* since DFU 1.1 */
	{.key = "bcdDFUVersion",
		.size = 2,
		.show = SHOW_HEX4,
		.optional = true,
		.say = desc_say_bcd},
};

static const char *const pipes[] = {"reserved", "command", "status", "data in", "data out"};

static const struct desc_row pipe_usage[] = {
	DESC_LENGTH,
	DESC_TYPE,
	{.key = "bPipeID", .size = 1, DESC_NAMES(pipes)},
	{.key = "bReserved", .size = 1, .optional = true},
};

/* ---- the table ---------------------------------------------------------------------- */

#define CDC(k, s, r, n) DESC_OF_CLASS(k, s, r, DESC_CS_INTERFACE, DESC_AT_INTERFACE, 2, 0, n)
/* subclasses: 1 control, 2 streaming, 3 MIDI */
#define AUDIO(k, s, r, sub, n)                                                                     \
	DESC_OF_CLASS(k, s, r, DESC_CS_INTERFACE, DESC_AT_INTERFACE, 1, sub, n)
#define AUDIO_ENDPOINT(k, s, r, sub)                                                               \
	DESC_OF_CLASS(k, s, r, DESC_CS_ENDPOINT, DESC_AT_ENDPOINT, 1, sub, 1)
/* bInterfaceProtocol: 20h is version 2.0, 30h is 3.0; before, devices write what they like. */
#define VERSION_1 .protocol_from = 0x00, .protocol_to = 0x1f
#define VERSION_2 .protocol_from = 0x20, .protocol_to = 0x20

const struct desc_def desc_classes[] = {
	{CDC("cdc_header", "CDC 1.2 5.2.3.1", cdc_header, 0x00)},
	{CDC("cdc_call_management", "PSTN 1.2 5.3.1", cdc_call_management, 0x01)},
	{CDC("cdc_acm", "PSTN 1.2 5.3.2", cdc_acm, 0x02)},
	{CDC("cdc_union", "CDC 1.2 5.2.3.2", cdc_union, 0x06)},
	{CDC("cdc_country", "CDC 1.2 5.2.3.3", cdc_country, 0x07)},
	{CDC("cdc_ethernet", "ECM 1.2 5.4", cdc_ethernet, 0x0f)},
	{CDC("cdc_ncm", "NCM 1.0 5.2.1", cdc_ncm, 0x1a)},
	{CDC("cdc_mbim", "MBIM 1.0 6.4", cdc_mbim, 0x1b)},
	{CDC("cdc_mbim_extended", "MBIM 1.0", cdc_mbim_extended, 0x1c)},
	{AUDIO("ac_header", "Audio 1.0 4.3.2", ac_header, 1, 1), VERSION_1},
	{AUDIO("ac_input_terminal", "Audio 1.0 4.3.2.1", ac_input_terminal, 1, 2), VERSION_1},
	{AUDIO("ac_output_terminal", "Audio 1.0 4.3.2.2", ac_output_terminal, 1, 3), VERSION_1},
	{AUDIO("ac_mixer_unit", "Audio 1.0 4.3.2.3", ac_mixer_unit, 1, 4), VERSION_1},
	{AUDIO("ac_selector_unit", "Audio 1.0 4.3.2.4", ac_selector_unit, 1, 5), VERSION_1},
	{AUDIO("ac_feature_unit", "Audio 1.0 4.3.2.5", ac_feature_unit, 1, 6), VERSION_1},
	{AUDIO("as_general", "Audio 1.0 4.5.2", as_general, 2, 1), VERSION_1},
	{AUDIO("as_format_type", "Audio Data Formats 1.0 2.2.5", as_format_type, 2, 2), VERSION_1},
	{AUDIO_ENDPOINT("audio_endpoint", "Audio 1.0 4.6.1.2", audio_endpoint, 2), VERSION_1},
	{AUDIO("ac_header", "Audio 2.0 4.7.2", ac2_header, 1, 1), VERSION_2},
	{AUDIO("ac_input_terminal", "Audio 2.0 4.7.2.4", ac2_input_terminal, 1, 2), VERSION_2},
	{AUDIO("ac_output_terminal", "Audio 2.0 4.7.2.5", ac2_output_terminal, 1, 3), VERSION_2},
	{AUDIO("ac_feature_unit", "Audio 2.0 4.7.2.8", ac2_feature_unit, 1, 6), VERSION_2},
	{AUDIO("ac_clock_source", "Audio 2.0 4.7.2.1", ac2_clock_source, 1, 0x0a), VERSION_2},
	{AUDIO("as_general", "Audio 2.0 4.9.2", as2_general, 2, 1), VERSION_2},
	{AUDIO("as_format_type", "Audio Data Formats 2.0", as2_format_type, 2, 2), VERSION_2},
	{AUDIO_ENDPOINT("audio_endpoint", "Audio 2.0 4.10.1.2", audio2_endpoint, 2), VERSION_2},
	{AUDIO("midi_header", "MIDI 1.0 6.1.2.1", midi_header, 3, 1)},
	{AUDIO("midi_in_jack", "MIDI 1.0 6.1.2.2", midi_in_jack, 3, 2)},
	{AUDIO("midi_out_jack", "MIDI 1.0 6.1.2.3", midi_out_jack, 3, 3)},
	{AUDIO_ENDPOINT("midi_endpoint", "MIDI 1.0 6.2.2", midi_endpoint, 3)},
	{.key = "ccid",
		.section = "CCID 1.1 5.1",
		DESC_ROWS(ccid),
		.type = DESC_HID,
		.place = DESC_AT_INTERFACE,
		.of_class = true,
		.interface_class = 0x0b,
		.never_alone = true},
	{.key = "dfu",
		.section = "DFU 1.1 4.1.3",
		DESC_ROWS(dfu),
		.type = DESC_HID,
		.place = DESC_AT_INTERFACE,
		.of_class = true,
		.interface_class = 0xfe,
		.interface_subclass = 1,
		.never_alone = true},
	{.key = "pipe_usage",
		.section = "UAS 5.3.3.5",
		DESC_ROWS(pipe_usage),
		.type = DESC_CS_INTERFACE,
		.place = DESC_AT_ENDPOINT,
		.of_class = true,
		.interface_class = 8,
		.never_alone = true},
};

const size_t desc_classes_n = ARRAY_LEN(desc_classes);
