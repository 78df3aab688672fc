/* desc_video.c: class-specific descriptors of video (UVC 1.1), row by row. */
#include "usb/desc_say.h"
#include "base/mem.h"

static void say_terminal(const struct desc_walk *w, uint32_t value, struct text *t)
{
	const char *name = ids_find(w->ctx->ids, IDS_VIDEO_TERMINAL, value);

	if (name)
		text_str(t, name);
}

/* In units of 100 ns. */
static void say_frames(const struct desc_walk *w, uint32_t value, struct text *t)
{
	(void)w;
	if (value)
		text_printf(t, "%.4g frames/s", 1e7 / value);
}

/* A number that is its own text. */
#define BYTE(name)                                                                                 \
	{                                                                                          \
		.key = name, .size = 1                                                             \
	}
/* bControlSize and as many bytes of bitmap. */
#define CONTROLS                                                                                   \
	{.key = "bControlSize", .size = 1, .say = desc_say_bytes},                                 \
	{                                                                                          \
		.key = "bmControls", .form = DESC_BYTES, .count = "bControlSize"                   \
	}

/* ---- control interface -------------------------------------------------------------- */

static const struct desc_row vc_header[] = {
	DESC_CLASS_HEAD,
	DESC_HEX2("bcdUVC", desc_say_bcd),
	{.key = "wTotalLength", .size = 2, .say = desc_say_bytes},
	{.key = "dwClockFrequency", .size = 4, .say = desc_say_hz},
	DESC_INTERFACES,
};

/* Cameras (type 0201h) say more behind iTerminal. */
static const struct desc_row vc_input_terminal[] = {
	DESC_CLASS_HEAD,
	BYTE("bTerminalID"),
	DESC_HEX2("wTerminalType", say_terminal),
	BYTE("bAssocTerminal"),
	DESC_STRING("iTerminal"),
	{.key = "wObjectiveFocalLengthMin", .size = 2, .optional = true},
	{.key = "wObjectiveFocalLengthMax", .size = 2, .optional = true},
	{.key = "wOcularFocalLength", .size = 2, .optional = true},
	{.key = "bControlSize", .size = 1, .optional = true, .say = desc_say_bytes},
	{.key = "bmControls", .form = DESC_BYTES, .count = "bControlSize", .optional = true},
};

static const struct desc_row vc_output_terminal[] = {
	DESC_CLASS_HEAD,
	BYTE("bTerminalID"),
	DESC_HEX2("wTerminalType", say_terminal),
	BYTE("bAssocTerminal"),
	BYTE("bSourceID"),
	DESC_STRING("iTerminal"),
};

static const struct desc_row vc_selector_unit[] = {
	DESC_CLASS_HEAD,
	BYTE("bUnitID"),
	DESC_SOURCES,
	DESC_STRING("iSelector"),
};

static const struct desc_row vc_processing_unit[] = {
	DESC_CLASS_HEAD,
	BYTE("bUnitID"),
	BYTE("bSourceID"),
	{.key = "wMaxMultiplier", .size = 2},
	CONTROLS,
	DESC_STRING("iProcessing"),
	/* since UVC 1.1 */
	{.key = "bmVideoStandards", .size = 1, .show = SHOW_HEX2, .optional = true},
};

static const struct desc_row vc_extension_unit[] = {
	DESC_CLASS_HEAD,
	BYTE("bUnitID"),
	{.key = "guidExtensionCode", .form = DESC_UUID, .size = 16},
	BYTE("bNumControls"),
	DESC_SOURCES,
	CONTROLS,
	DESC_STRING("iExtension"),
};

static const struct desc_row vc_endpoint[] = {
	DESC_CLASS_HEAD,
	{.key = "wMaxTransferSize", .size = 2, .say = desc_say_bytes},
};

/* ---- streaming interface ------------------------------------------------------------ */

static const struct desc_row vs_input_header[] = {
	DESC_CLASS_HEAD,
	BYTE("bNumFormats"),
	{.key = "wTotalLength", .size = 2, .say = desc_say_bytes},
	DESC_HEX1("bEndpointAddress", desc_say_address),
	DESC_HEX1("bmInfo", NULL),
	DESC_FLAG("dynamic_format_change", 0),
	BYTE("bTerminalLink"),
	BYTE("bStillCaptureMethod"),
	BYTE("bTriggerSupport"),
	BYTE("bTriggerUsage"),
	{.key = "bControlSize", .size = 1, .say = desc_say_bytes},
	{.key = "bmaControls", .form = DESC_BYTES},
};

static const struct desc_row vs_output_header[] = {
	DESC_CLASS_HEAD,
	BYTE("bNumFormats"),
	{.key = "wTotalLength", .size = 2, .say = desc_say_bytes},
	DESC_HEX1("bEndpointAddress", desc_say_address),
	BYTE("bTerminalLink"),
	{.key = "bControlSize", .size = 1, .optional = true, .say = desc_say_bytes},
	{.key = "bmaControls", .form = DESC_BYTES, .optional = true},
};

/* What all formats begin with, what tells of pixels that are no JPEG pictures, and how all end. */
#define FORMAT DESC_CLASS_HEAD, BYTE("bFormatIndex"), BYTE("bNumFrameDescriptors")
#define PIXELS {.key = "guidFormat", .form = DESC_UUID, .size = 16}, BYTE("bBitsPerPixel")
#define PICTURE                                                                                    \
	BYTE("bDefaultFrameIndex"), BYTE("bAspectRatioX"), BYTE("bAspectRatioY"),                  \
		DESC_HEX1("bmInterlaceFlags", NULL), BYTE("bCopyProtect")

static const struct desc_row vs_format_uncompressed[] = {FORMAT, PIXELS, PICTURE};

static const struct desc_row vs_format_mjpeg[] = {
	FORMAT,
	DESC_HEX1("bmFlags", NULL),
	DESC_FLAG("fixed_size_samples", 0),
	PICTURE,
};

static const struct desc_row vs_format_frame_based[] = {
	FORMAT,
	PIXELS,
	PICTURE,
	{.key = "bVariableSize", .size = 1, .say = desc_say_yes_no},
};

static const struct desc_row frame_interval[] = {
	{.key = "dwFrameInterval", .size = 4, .say = say_frames},
};

#define FRAME                                                                                      \
	DESC_CLASS_HEAD, BYTE("bFrameIndex"), DESC_HEX1("bmCapabilities", NULL),                   \
		DESC_FLAG("fixed_frame_rate", 1), DESC_FLAG("still_image", 0),                     \
		{.key = "wWidth", .size = 2}, {.key = "wHeight", .size = 2},                       \
		{.key = "dwMinBitRate", .size = 4, .say = desc_say_bps},                           \
	{                                                                                          \
		.key = "dwMaxBitRate", .size = 4, .say = desc_say_bps                              \
	}
/* bFrameIntervalType: how many intervals follow; 0: the shortest, the longest, the step. */
#define INTERVALS                                                                                  \
	{                                                                                          \
		.key = "intervals", .form = DESC_ARRAY, .element = frame_interval,                 \
		.element_rows = ARRAY_LEN(frame_interval)                                          \
	}

static const struct desc_row vs_frame[] = {
	FRAME,
	{.key = "dwMaxVideoFrameBufferSize", .size = 4, .say = desc_say_bytes},
	{.key = "dwDefaultFrameInterval", .size = 4, .say = say_frames},
	BYTE("bFrameIntervalType"),
	INTERVALS,
};

static const struct desc_row vs_frame_frame_based[] = {
	FRAME,
	{.key = "dwDefaultFrameInterval", .size = 4, .say = say_frames},
	BYTE("bFrameIntervalType"),
	{.key = "dwBytesPerLine", .size = 4, .say = desc_say_bytes},
	INTERVALS,
};

static const struct desc_row vs_color_matching[] = {
	DESC_CLASS_HEAD,
	BYTE("bColorPrimaries"),
	BYTE("bTransferCharacteristics"),
	BYTE("bMatrixCoefficients"),
};

/* ---- the table ---------------------------------------------------------------------- */

#define VC(k, s, r, n) DESC_OF_CLASS(k, s, r, DESC_CS_INTERFACE, DESC_AT_INTERFACE, 0x0e, 1, n)
#define VS(k, s, r, n) DESC_OF_CLASS(k, s, r, DESC_CS_INTERFACE, DESC_AT_INTERFACE, 0x0e, 2, n)

const struct desc_def desc_video[] = {
	{VC("vc_header", "UVC 1.1 3.7.2", vc_header, 0x01)},
	{VC("vc_input_terminal", "UVC 1.1 3.7.2.1", vc_input_terminal, 0x02)},
	{VC("vc_output_terminal", "UVC 1.1 3.7.2.2", vc_output_terminal, 0x03)},
	{VC("vc_selector_unit", "UVC 1.1 3.7.2.4", vc_selector_unit, 0x04)},
	{VC("vc_processing_unit", "UVC 1.1 3.7.2.5", vc_processing_unit, 0x05)},
	{VC("vc_extension_unit", "UVC 1.1 3.7.2.6", vc_extension_unit, 0x06)},
	{DESC_OF_CLASS("vc_endpoint", "UVC 1.1 3.8.2.2", vc_endpoint, DESC_CS_ENDPOINT,
		DESC_AT_ENDPOINT, 0x0e, 1, 0x03)},
	{VS("vs_input_header", "UVC 1.1 3.9.2.1", vs_input_header, 0x01)},
	{VS("vs_output_header", "UVC 1.1 3.9.2.2", vs_output_header, 0x02)},
	{VS("vs_format_uncompressed", "UVC 1.1 Uncompressed", vs_format_uncompressed, 0x04)},
	{VS("vs_frame_uncompressed", "UVC 1.1 Uncompressed", vs_frame, 0x05)},
	{VS("vs_format_mjpeg", "UVC 1.1 MJPEG", vs_format_mjpeg, 0x06)},
	{VS("vs_frame_mjpeg", "UVC 1.1 MJPEG", vs_frame, 0x07)},
	{VS("vs_color_matching", "UVC 1.1 3.9.2.6", vs_color_matching, 0x0d)},
	{VS("vs_format_frame_based", "UVC 1.1 Frame Based", vs_format_frame_based, 0x10)},
	{VS("vs_frame_frame_based", "UVC 1.1 Frame Based", vs_frame_frame_based, 0x11)},
};

const size_t desc_video_n = ARRAY_LEN(desc_video);
