/* test_desc.c: descriptors: exact trees of hand-built devices, every table at its boundaries, every
 * cut, random bytes; iterator, extractors, intervals, summaries. */
#include "base/mem.h"
#include "usb/desc_table.h"
#include "tests/unit/decode_test.h"

/* ---- an emit that records -----------------------------------------------------------------------
 *
 * The tree becomes lines "  key=value (meaning) !verdict"; beside that it is checked that each byte
 * is shown exactly once at the lowest level, that nodes are closed and fields lie in the data. */

enum { DATA_MAX = 1024, DEPTH_MAX = 12 };

static struct recorder {
	struct emit emit;
	size_t depth, data_len;
	struct {
		uint32_t off, len;
		bool bits, parts; /* is a bit field; has fields of its own bytes below */
	} open[DEPTH_MAX];
	uint8_t shown[DATA_MAX];
	unsigned verdicts[VERDICT_NOT_KEPT + 1];
} rec;

static void add_value(const struct field *f)
{
	const struct value *v = &f->value;

	static const int digits[] = {[SHOW_HEX2] = 2, [SHOW_HEX4] = 4, [SHOW_HEX8] = 8};

	if (v->type == VAL_UINT && f->show == SHOW_PLAIN)
		add("=%llu", (unsigned long long)v->u);
	else if (v->type == VAL_UINT)
		add("=0x%0*llx", digits[f->show], (unsigned long long)v->u);
	if (v->type == VAL_TEXT)
		add("='%.*s'", (int)v->n, v->s);
	for (uint32_t i = 0; v->type == VAL_BYTES && i < v->n; i++)
		add(i ? " %02x" : "=%02x", v->bytes[i]);
}

static void record_open(struct emit *e, const struct field *f)
{
	(void)e;
	assert_true(rec.depth < DEPTH_MAX);
	assert_int_equal(f->in, FIELD_IN_DATA);
	assert_true((size_t)f->off + f->len <= rec.data_len);
	assert_true(f->value.type != VAL_BYTES || f->value.n == f->len);
	assert_true(f->bits == 0 || f->bit + f->bits <= 8 * f->len);
	if (f->text)
		assert_true(*f->text && strlen(f->text) < 512);
	add("%*s%s", (int)(2 * rec.depth), "", f->key);
	add_value(f);
	if (f->text)
		add(" (%s)", f->text);
	if (f->verdict)
		add(" !%s", verdict_name(f->verdict));
	add("\n");
	rec.verdicts[f->verdict]++;
	if (rec.depth && !f->bits)
		rec.open[rec.depth - 1].parts = true;
	rec.open[rec.depth].off = f->off;
	rec.open[rec.depth].len = f->len;
	rec.open[rec.depth].bits = f->bits;
	rec.open[rec.depth++].parts = false;
}

static void record_close(struct emit *e)
{
	(void)e;
	assert_true(rec.depth > 0);
	rec.depth--;
	if (rec.open[rec.depth].bits || rec.open[rec.depth].parts)
		return;
	for (uint32_t i = 0; i < rec.open[rec.depth].len; i++)
		assert_true(rec.shown[rec.open[rec.depth].off + i]++ == 0);
}

static const struct emit_ops record_ops = {.open = record_open, .close = record_close};

/* The tree of len of the total bytes at data. They are copied so that a read past them is one past
 * an allocation. */
static const char *tree(const struct desc_ctx *ctx, const uint8_t *data, size_t len, size_t total,
	uint8_t type, uint8_t index)
{
	uint8_t *copy = malloc(len ? len : 1);

	assert_true(len <= DATA_MAX);
	if (len)
		memcpy(copy, data, len);
	rec.emit.ops = &record_ops;
	rec.depth = 0;
	recorded_begin();
	rec.data_len = len;
	memset(rec.shown, 0, len);
	memset(rec.verdicts, 0, sizeof(rec.verdicts));
	desc_emit(ctx, &rec.emit, copy, len, total, type, index);
	assert_int_equal(rec.depth, 0);
	for (size_t i = 0; i < len; i++)
		assert_int_equal(rec.shown[i], 1);
	free(copy);
	return recorded.s;
}

static const char *summary(const struct desc_ctx *ctx, const uint8_t *data, size_t len,
	size_t total, uint8_t type, uint8_t index)
{
	static char memory[600];
	uint8_t *copy = malloc(len ? len : 1);
	struct text t;

	if (len)
		memcpy(copy, data, len);
	text_init(&t, memory, sizeof(memory));
	desc_summary(&t, ctx, copy, len, total, type, index);
	free(copy);
	return memory;
}

#define WHOLE(a)	   a, sizeof(a), sizeof(a)
#define has(lines, part)   assert_non_null(strstr(lines, part))
#define lacks(lines, part) assert_null(strstr(lines, part))

static const struct desc_ctx unknown = {.speed = USB_SPEED_UNKNOWN};
static const struct desc_ctx full = {.speed = USB_FULL};
static const struct desc_ctx high = {.speed = USB_HIGH};
static const struct desc_ctx super = {.speed = USB_SUPER};

/* ---- hand-built devices ----------------------------------------------------------------- */

static const uint8_t receiver[] = {
	18, 1, 0x00, 0x02, 0, 0, 0, 8, 0x6d, 0x04, 0x2b, 0xc5, 0x01, 0x12, 1, 2, 0, 1};

static const uint8_t mouse[] = {
	9, 2, 34, 0, 1, 1, 0, 0xa0, 50,		/* configuration */
	9, 4, 0, 0, 1, 3, 1, 2, 0,		/* interface */
	9, 0x21, 0x11, 0x01, 0, 1, 0x22, 46, 0, /* HID */
	7, 5, 0x81, 3, 4, 0, 10,		/* endpoint */
};

static const uint8_t camera[] = {
	9, 2, 78, 0, 2, 1, 0, 0x80, 250,	     /* configuration */
	8, 11, 0, 2, 0x0e, 3, 0, 0,		     /* association */
	9, 4, 0, 0, 1, 0x0e, 1, 0, 0,		     /* control interface */
	5, 0x24, 0x7f, 0, 1,			     /* class-specific interface, unknown */
	7, 5, 0x83, 3, 16, 0, 8,		     /* endpoint */
	5, 0x25, 3, 16, 0,			     /* class-specific endpoint */
	9, 4, 1, 0, 0, 0x0e, 2, 0, 0,		     /* streaming */
	3, 0x24, 0x7f, 9, 4, 1, 1, 1, 0x0e, 2, 0, 0, /* … alternate 1 */
	7, 5, 0x81, 5, 0x00, 0x14, 1,		     /* isochronous, 3 x 1024 */
	7, 5, 0x02, 2, 0x00, 0x02, 2,		     /* bulk OUT, NAK rate */
};

static const uint8_t disk[] = {
	9, 2, 69, 0, 1, 1, 0, 0xc0, 0x70, /* configuration */
	9, 4, 0, 0, 4, 8, 6, 0x62, 0,	  /* UAS */
	7, 5, 0x81, 2, 0x00, 0x04, 0,	  /* bulk IN */
	6, 0x30, 15, 5, 0, 0,		  /* companion: 32 streams */
	4, 0x24, 3, 0,			  /* pipe usage */
	7, 5, 0x82, 1, 0x00, 0x04, 1,	  /* isochronous */
	6, 0x30, 2, 0x81, 0x00, 0x18,	  /* companion: 6 packets */
	8, 0x31, 0, 0, 0x00, 0x20, 0, 0,  /* SuperSpeedPlus companion */
	7, 5, 0x83, 0x13, 8, 0, 8,	  /* interrupt, notification */
	6, 0x30, 0, 0, 8, 0,		  /* companion */
};

static const uint8_t bos[] = {
	5, 15, 117, 0, 6, 7, 16, 2, 0x1e, 0xf4, 0, 0, /* USB 2.0 extension */
	10, 16, 3, 2, 0x0e, 0, 1, 10, 0xff, 7,	      /* SuperSpeed */
	20, 16, 10, 0, 1, 0, 0, 0, 0, 0x11, 0, 0,     /* SuperSpeedPlus */
	0x30, 0x40, 10, 0, 0xb0, 0x40, 10, 0, 20, 16, 4, 0, 0x33, 0x22, 0x11, 0x00, 0x55, 0x44,
	0x77, 0x66, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff, /* container ID */
	52, 16, 13, 4, 2, 0, 3, 0x80,				    /* billboard */
	3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0x21, 0x01, 1, 0, 0x01, 0xff, 0, 5, 0x02, 0xff, 1, 0, 3, 16,
	11, /* precision time measurement */
};

static const uint8_t webusb[] = {
	5,
	15,
	57,
	0,
	2,
	24,
	16,
	5,
	0,
	0x38,
	0xb6,
	0x08,
	0x34,
	0xa9,
	0x09,
	0xa0,
	0x47,
	0x8b,
	0xfd,
	0xa0,
	0x76,
	0x88,
	0x15,
	0xb6,
	0x65,
	0x00,
	0x01,
	0x22,
	1,
	28,
	16,
	5,
	0,
	0xdf,
	0x60,
	0xdd,
	0xd8,
	0x89,
	0x45,
	0xc7,
	0x4c,
	0x9c,
	0xd2,
	0x65,
	0x9d,
	0x9e,
	0x64,
	0x8a,
	0x9f,
	0x00,
	0x00,
	0x03,
	0x06,
	0xb2,
	0x00,
	0x21,
	0,
};

static const uint8_t hub[] = {9, 0x29, 4, 0xe0, 0, 50, 100, 0x02, 0xff};
static const uint8_t ss_hub[] = {12, 0x2a, 4, 0x09, 0, 10, 0, 4, 0x2c, 1, 0x10, 0};
static const uint8_t word[] = {10, 3, 'A', 0, 0xe9, 0, 0x3d, 0xd8, 0x00, 0xde};
static const uint8_t langs[] = {6, 3, 0x09, 0x04, 0x07, 0x04};
static const uint8_t ms_os[] = {
	18, 3, 'M', 0, 'S', 0, 'F', 0, 'T', 0, '1', 0, '0', 0, '0', 0, 0x20, 0};
static const uint8_t qualifier[] = {10, 6, 0x00, 0x02, 9, 0, 1, 64, 1, 0};

static const struct {
	const uint8_t *data;
	size_t len;
	uint8_t type, index;
} legal[] = {
	{receiver, sizeof(receiver), DESC_DEVICE, 0},
	{mouse, sizeof(mouse), DESC_CONFIGURATION, 0},
	{camera, sizeof(camera), DESC_CONFIGURATION, 0},
	{disk, sizeof(disk), DESC_CONFIGURATION, 0},
	{bos, sizeof(bos), DESC_BOS, 0},
	{webusb, sizeof(webusb), DESC_BOS, 0},
	{hub, sizeof(hub), DESC_HUB, 0},
	{ss_hub, sizeof(ss_hub), DESC_SS_HUB, 0},
	{word, sizeof(word), DESC_STRING, 2},
	{langs, sizeof(langs), DESC_STRING, 0},
	{ms_os, sizeof(ms_os), DESC_STRING, 0xee},
	{qualifier, sizeof(qualifier), DESC_DEVICE_QUALIFIER, 0},
};

static void test_device(void **state)
{
	(void)state;
	assert_string_equal(tree(&unknown, WHOLE(receiver), DESC_DEVICE, 0),
		"device (046d:c52b, USB 2.00)\n"
		"  bLength=18\n"
		"  bDescriptorType=0x01 (device)\n"
		"  bcdUSB=0x0200 (2.00)\n"
		"  bDeviceClass=0x00 ((Defined at Interface level))\n"
		"  bDeviceSubClass=0x00\n"
		"  bDeviceProtocol=0x00\n"
		"  bMaxPacketSize0=8 (8 bytes)\n"
		"  idVendor=0x046d\n"
		"  idProduct=0xc52b\n"
		"  bcdDevice=0x1201 (12.01)\n"
		"  iManufacturer=1\n"
		"  iProduct=2\n"
		"  iSerialNumber=0 (none)\n"
		"  bNumConfigurations=1\n");
}

static void test_mouse(void **state)
{
	(void)state;
	assert_string_equal(tree(&full, WHOLE(mouse), DESC_CONFIGURATION, 0),
		"configuration (1 interface, HID boot mouse, 100 mA)\n"
		"  bLength=9\n"
		"  bDescriptorType=0x02 (configuration)\n"
		"  wTotalLength=34\n"
		"  bNumInterfaces=1\n"
		"  bConfigurationValue=1\n"
		"  iConfiguration=0 (none)\n"
		"  bmAttributes=0xa0\n"
		"    reserved_one=1\n"
		"    self_powered=0 (bus-powered)\n"
		"    remote_wakeup=1 (yes)\n"
		"  bMaxPower=50 (100 mA)\n"
		"  interface (0, HID boot mouse)\n"
		"    bLength=9\n"
		"    bDescriptorType=0x04 (interface)\n"
		"    bInterfaceNumber=0\n"
		"    bAlternateSetting=0\n"
		"    bNumEndpoints=1\n"
		"    bInterfaceClass=0x03 (Human Interface Device)\n"
		"    bInterfaceSubClass=0x01\n"
		"    bInterfaceProtocol=0x02\n"
		"    iInterface=0 (none)\n"
		"    hid\n"
		"      bLength=9\n"
		"      bDescriptorType=0x21 (HID)\n"
		"      bcdHID=0x0111 (1.11)\n"
		"      bCountryCode=0\n"
		"      bNumDescriptors=1\n"
		"      descriptors\n"
		"        entry=0\n"
		"          bDescriptorType=0x22 (HID report)\n"
		"          wDescriptorLength=46 (46 bytes)\n"
		"    endpoint (EP 1 IN, interrupt, 4 bytes)\n"
		"      bLength=7\n"
		"      bDescriptorType=0x05 (endpoint)\n"
		"      bEndpointAddress=0x81 (EP 1 IN)\n"
		"        direction=1 (IN)\n"
		"        number=1\n"
		"      bmAttributes=0x03\n"
		"        transfer_type=3 (interrupt)\n"
		"      wMaxPacketSize=0x0004 (4 bytes)\n"
		"        additional_transactions=0\n"
		"        size=4 (4 bytes)\n"
		"      bInterval=10 (10 ms)\n");
	has(tree(&unknown, WHOLE(mouse), DESC_CONFIGURATION, 0),
		"bInterval=10 (10 ms at full speed, 64 ms at high speed)");
	has(tree(&super, WHOLE(mouse), DESC_CONFIGURATION, 0), "bMaxPower=50 (400 mA)");
}

/* What the first 9 bytes tell of the power, before the speed is known. */
static void test_power_alone(void **state)
{
	static const struct {
		enum usb_speed speed;
		uint16_t bcdUSB;
		const char *power;
	} table[] = {
		{USB_SPEED_UNKNOWN, 0, "bMaxPower=50 (~100 mA)"},
		{USB_SPEED_UNKNOWN, 0x0300, "bMaxPower=50 (~100 mA)"},
		{USB_SPEED_UNKNOWN, 0x0210, "bMaxPower=50 (100 mA)"},
		{USB_SPEED_UNKNOWN, 0x0110, "bMaxPower=50 (100 mA)"},
		{USB_FULL, 0, "bMaxPower=50 (100 mA)"},
		{USB_SUPER, 0x0300, "bMaxPower=50 (400 mA)"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		const struct desc_ctx ctx = {.speed = table[i].speed, .bcdUSB = table[i].bcdUSB};

		has(tree(&ctx, mouse, 9, 9, DESC_CONFIGURATION, 0), table[i].power);
	}
}

static void test_camera(void **state)
{
	const char *s = tree(&high, WHOLE(camera), DESC_CONFIGURATION, 0);

	(void)state;
	assert_int_equal(rec.verdicts[VERDICT_INVALID], 0);
	has(s, "configuration (2 interfaces, video, 500 mA)");
	has(s, "\n  interface_association (interfaces 0 to 1, video)\n");
	has(s, "\n    cs_interface\n      bLength=5\n      bDescriptorType=0x24 (class-specific "
	       "interface)\n"
	       "      data=7f 00 01\n");
	has(s, "\n    endpoint (EP 3 IN, interrupt, 16 bytes)\n");
	has(s, "bInterval=8 (16 ms)\n      vc_endpoint\n        bLength=5\n");
	has(s, "wMaxTransferSize=16 (16 bytes)\n");
	has(s, "\n  interface (1, video)\n");
	has(s, "\n  interface (1 alternate 1, video)\n");
	has(s, "        usage_type=0 (data)\n        synchronization_type=1 (asynchronous)\n"
	       "        transfer_type=1 (isochronous)\n");
	has(s, "wMaxPacketSize=0x1400 (3 x 1024 bytes)\n"
	       "        additional_transactions=2 (3 transactions per microframe)\n"
	       "        size=1024 (1024 bytes)\n      bInterval=1 (125 µs)\n");
	has(s, "bInterval=2 (at most 1 NAK each 2 microframes)");
	/* The packet sizes give the speed away, but that is a conclusion. */
	has(tree(&unknown, WHOLE(camera), DESC_CONFIGURATION, 0), "bInterval=1 (~125 µs)");
}

static void test_disk(void **state)
{
	const char *s = tree(&unknown, WHOLE(disk), DESC_CONFIGURATION, 0);

	(void)state;
	assert_int_equal(rec.verdicts[VERDICT_INVALID], 0);
	has(s, "configuration (1 interface, mass storage UAS, 896 mA)");
	has(s, "self_powered=1 (self-powered)");
	has(s, "\n      ss_endpoint_companion\n        bLength=6\n");
	has(s, "        bMaxBurst=15 (16 packets in a burst)\n        bmAttributes=0x05\n"
	       "          MaxStreams=5 (32 streams)\n        wBytesPerInterval=0 (0 bytes)\n");
	has(s, "        bmAttributes=0x81\n          SSP_ISO_companion=1 (yes)\n"
	       "          Mult=1 (6 packets per service interval)\n"
	       "        wBytesPerInterval=6144 (6144 bytes)\n");
	has(s, "      ssp_iso_endpoint_companion\n");
	has(s, "dwBytesPerInterval=8192 (8192 bytes)");
	has(s, "usage_type=1 (notification)");
	lacks(tree(&high, WHOLE(disk), DESC_CONFIGURATION, 0), "notification");
}

static void test_bos(void **state)
{
	const char *s = tree(&unknown, WHOLE(bos), DESC_BOS, 0);

	(void)state;
	assert_int_equal(rec.verdicts[VERDICT_INVALID], 0);
	has(s, "bos (6 capabilities)\n");
	has(s, "    bmAttributes=0x0000f41e\n      deep_BESL=15 (10000 µs)\n      baseline_BESL=4 "
	       "(400 µs)\n"
	       "      deep_BESL_valid=1 (yes)\n      baseline_BESL_valid=1 (yes)\n"
	       "      BESL_supported=1 (yes)\n      LPM=1 (yes)\n");
	has(s, "  super_speed (SuperSpeed USB)\n");
	has(s, "bFunctionalitySupport=1 (full)\n    bU1DevExitLat=10 (10 µs)\n    "
	       "wU2DevExitLat=2047 (2047 µs)\n");
	has(s, "SSAC=1 (2)\n");
	has(s, "      bmSublinkSpeedAttr=0x000a40b0 (10 Gbit/s transmit)\n        LSM=10\n"
	       "        LP=1 (SuperSpeedPlus)\n        ST_direction=1 (transmit)\n");
	has(s, "ContainerID='00112233-4455-6677-8899-aabbccddeeff'\n");
	has(s, "no_power_required=1 (yes)\n      power=3 (3 W)\n");
	has(s, "      entry=1\n        wSVID=0xff02\n        bAlternateOrUSB4Mode=1\n");
	has(s, "  precision_time_measurement (precision time measurement)\n");
	s = tree(&unknown, WHOLE(webusb), DESC_BOS, 0);
	has(s, "PlatformCapabilityUUID='3408b638-09a9-47a0-8bfd-a0768815b665'\n    "
	       "bcdVersion=0x0100 (1.00)\n"
	       "    bVendorCode=0x22\n    iLandingPage=1\n  ms_os_20 (platform)\n");
	has(s, "dwWindowsVersion=0x06030000 (Windows 8.1)\n"
	       "        wMSOSDescriptorSetTotalLength=178 (178 bytes)\n        "
	       "bMS_VendorCode=0x21\n");
}

static const char *say_index(const void *owner, uint8_t index)
{
	(void)owner;
	return index == 2 ? "Receiver" : NULL;
}

static void test_strings(void **state)
{
	static const uint8_t odd[] = {5, 3, 'A', 0, 'B'};
	static const uint8_t lone[] = {6, 3, 0x00, 0xdc, 'A', 0};
	const struct desc_ctx with = {.string = say_index};

	(void)state;
	has(tree(&unknown, WHOLE(word), DESC_STRING, 2), "bString='Aé😀'\n");
	has(tree(&unknown, WHOLE(langs), DESC_STRING, 0),
		"  wLANGIDs\n    wLANGID=0x0409\n    wLANGID=0x0407\n");
	has(tree(&unknown, WHOLE(langs), DESC_STRING, 1), "bString='ЉЇ'");
	has(tree(&unknown, WHOLE(ms_os), DESC_STRING, 0xee),
		"ms_os_string\n  bLength=18\n  bDescriptorType=0x03 (string)\n  "
		"qwSignature='MSFT100'\n"
		"  bMS_VendorCode=0x20\n  bPad=0x00\n");
	has(tree(&unknown, WHOLE(word), DESC_STRING, 0xee), "bString='Aé😀'");
	has(tree(&unknown, WHOLE(odd), DESC_STRING, 1),
		"bString='A' (half a character at the end) !invalid\n    raw=41 00 42\n");
	has(tree(&unknown, WHOLE(lone), DESC_STRING, 1),
		"bString='\xef\xbf\xbd"
		"A' (unpaired surrogate) !invalid\n    raw=00 dc 41 00\n");
	has(tree(&with, WHOLE(receiver), DESC_DEVICE, 0),
		"iManufacturer=1\n  iProduct=2 (Receiver)\n");
}

static void test_classes(void **state)
{
	static const struct desc_interface dfu = {.bInterfaceClass = 0xfe};
	const struct desc_ctx of_dfu = {.interface = &dfu};
	const char *s = tree(&high, WHOLE(hub), DESC_HUB, 0);

	(void)state;
	has(s, "TT_think_time=3 (32 full-speed bit times)\n");
	has(s, "bPwrOn2PwrGood=50 (100 ms)\n  bHubContrCurrent=100 (100 mA)\n  DeviceRemovable=02\n"
	       "  PortPwrCtrlMask=ff\n");
	s = tree(&super, WHOLE(ss_hub), DESC_SS_HUB, 0);
	has(s, "bHubHdrDecLat=4 (400 ns)\n  wHubDelay=300 (300 ns)\n  DeviceRemovable=0x0010\n");
	has(tree(&full, mouse + 18, 9, 9, DESC_HID, 0), "hid\n");
	has(tree(&of_dfu, mouse + 18, 9, 9, DESC_HID, 0),
		"bDescriptorType=0x21 (class-specific)\n  data=11 01");
	assert_string_equal(tree(&full, mouse, 4, 6, DESC_HID_REPORT, 0),
		"hid_report_descriptor\n  usage=0x02 (usage 0x0000:0x0002)\n"
		"  item=22 00 (the bytes end in this item) !snapped\n");
}

/* Class-specific descriptors of real kinds of devices, in interfaces as they have them. */
static void test_class_specific(void **state)
{
	static const uint8_t modem[] = {9, 2, 37, 0, 1, 1, 0, 0x80, 50,	    /* configuration */
		9, 4, 0, 0, 0, 2, 2, 1, 0,				    /* CDC ACM */
		5, 0x24, 0, 0x10, 0x01,					    /* header */
		5, 0x24, 1, 3, 1,					    /* call management */
		4, 0x24, 2, 6,						    /* ACM */
		5, 0x24, 6, 0, 1};					    /* union */
	static const uint8_t headset[] = {9, 2, 85, 0, 2, 1, 0, 0x80, 50,   /* configuration */
		9, 4, 0, 0, 0, 1, 1, 0, 0,				    /* audio control */
		9, 0x24, 1, 0, 1, 40, 0, 1, 1,				    /* header */
		12, 0x24, 2, 1, 1, 1, 0, 2, 3, 0, 0, 0,			    /* input terminal */
		10, 0x24, 6, 2, 1, 1, 1, 2, 2, 5,			    /* feature unit */
		9, 4, 1, 1, 0, 1, 2, 0, 0,				    /* streaming */
		7, 0x24, 1, 1, 1, 1, 0,					    /* general */
		14, 0x24, 2, 1, 2, 2, 16, 2, 0x44, 0xac, 0, 0x80, 0xbb, 0}; /* formats */
	static const uint8_t headset_2[] = {9, 2, 35, 0, 1, 1, 0, 0x80, 50, /* configuration */
		9, 4, 0, 0, 0, 1, 1, 0x20, 0,				    /* version 2.0 */
		8, 0x24, 0x0a, 9, 1, 7, 0, 0, 9, 0x24, 1, 0, 2, 1, 17, 0, 0};
	static const uint8_t webcam[] = {9, 2, 61, 0, 1, 1, 0, 0x80, 50, /* configuration */
		9, 4, 1, 0, 0, 0x0e, 2, 0, 0,				 /* video streaming */
		11, 0x24, 6, 1, 1, 1, 1, 0, 0, 0, 0,			 /* MJPEG */
		30, 0x24, 7, 1, 0, 0x80, 0x02, 0xe0, 0x01, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0x60, 9, 0,
		0x15, 0x16, 5, 0, 1, 0x15, 0x16, 5, 0}; /* 640 x 480 */
	static const uint8_t bootloader[] = {9, 2, 27, 0, 1, 1, 0, 0x80, 50, 9, 4, 0, 0, 0, 0xfe, 1,
		2, 0, 9, 0x21, 0x0d, 0xe8, 0x03, 0, 4, 0x10, 0x01};
	const char *s = tree(&full, WHOLE(modem), DESC_CONFIGURATION, 0);

	(void)state;
	assert_int_equal(rec.verdicts[VERDICT_INVALID], 0);
	has(s, "cdc_header\n");
	has(s, "bcdCDC=0x0110 (1.10)\n");
	has(s, "send_break=1 (yes)\n        line_coding=1 (yes)\n        comm_feature=0");
	has(s, "bControlInterface=0\n      subordinates\n        bSubordinateInterface=1\n");
	s = tree(&full, WHOLE(headset), DESC_CONFIGURATION, 0);
	assert_int_equal(rec.verdicts[VERDICT_INVALID], 0);
	has(s, "wTotalLength=40 (40 bytes)\n");
	has(s, "wTerminalType=0x0101");
	has(s, "bControlSize=1 (1 byte)\n      bmaControls=01 02 02\n      iFeature=5\n");
	has(s, "wFormatTag=0x0001 (PCM)\n");
	has(s, "tSamFreq=44100 (44100 Hz)\n        tSamFreq=48000 (48000 Hz)\n");
	s = tree(&high, WHOLE(headset_2), DESC_CONFIGURATION, 0);
	assert_int_equal(rec.verdicts[VERDICT_INVALID], 0);
	has(s, "ac_clock_source\n");
	has(s, "clock_type=1 (internal, fixed)\n");
	has(s, "bcdADC=0x0200 (2.00)\n      bCategory=0x01\n");
	s = tree(&high, WHOLE(webcam), DESC_CONFIGURATION, 0);
	assert_int_equal(rec.verdicts[VERDICT_INVALID], 0);
	has(s, "wWidth=640\n      wHeight=480\n");
	has(s, "dwFrameInterval=333333 (30 frames/s)\n");
	s = tree(&full, WHOLE(bootloader), DESC_CONFIGURATION, 0);
	assert_int_equal(rec.verdicts[VERDICT_INVALID], 0);
	has(s, "bDescriptorType=0x21 (class-specific)\n");
	has(s, "wDetachTimeOut=1000 (1000 ms)\n      wTransferSize=1024 (1024 bytes)\n");
}

/* ---- what is wrong ---------------------------------------------------------------------- */

/* A copy of the mouse with one byte changed. */
static const char *mouse_with(size_t at, uint8_t byte)
{
	uint8_t d[sizeof(mouse)];

	memcpy(d, mouse, sizeof(d));
	d[at] = byte;
	return tree(&full, WHOLE(d), DESC_CONFIGURATION, 0);
}

static void test_invalid(void **state)
{
	static const uint8_t longer[] = {10, 6, 0x00, 0x02, 9, 0, 1, 64, 1, 0, 0xaa, 0xbb};
	static const uint8_t extra[] = {11, 6, 0x00, 0x02, 9, 0, 1, 64, 1, 0, 0xaa};
	static const uint8_t tiny[] = {1, 2, 3};

	(void)state;
	/* too short: the next one begins where bLength says */
	has(mouse_with(27, 6), "      bLength=6 (at least 7) !invalid\n");
	has(recorded.s, "      bInterval !invalid\n      descriptor (type not read)\n"
			"        bLength=10 (goes beyond wTotalLength) !invalid\n"
			"        bDescriptorType !invalid\n");
	/* zero: the rest is kept raw */
	has(mouse_with(18, 0),
		"  junk=00 21 11 01 00 01 22 2e 00 07 05 81 03 04 00 0a (bLength below 2: "
		"nothing can be told apart) !invalid\n");
	/* beyond wTotalLength */
	has(mouse_with(27, 9), "      bLength=9 (goes beyond wTotalLength) !invalid\n");
	has(recorded.s, "bInterval=10 (10 ms)\n      bRefresh !invalid\n");
	/* wTotalLength less than what was sent, and than its own descriptor */
	has(mouse_with(2, 27),
		"  junk=07 05 81 03 04 00 0a (beyond the descriptor's end) !invalid\n");
	has(mouse_with(2, 3), "wTotalLength=3 (less than this descriptor) !invalid\n");
	has(recorded.s, "endpoint (EP 1 IN");
	/* more elements than bytes */
	has(mouse_with(23, 2),
		"        entry=1\n          bDescriptorType !invalid\n    endpoint (");
	/* types: unknown, reserved, vendor, another one than asked for */
	has(mouse_with(19, 0x1f), "    descriptor (type 0x1f)\n      bLength=9\n      "
				  "bDescriptorType=0x1f (reserved) !invalid\n");
	has(mouse_with(19, 0x41), "bDescriptorType=0x41 (vendor-specific)\n");
	has(tree(&full, WHOLE(langs), DESC_DEVICE, 0),
		"bDescriptorType=0x03 (string, asked for was device) !invalid\n");
	/* longer than defined: the rest is kept */
	has(tree(&full, WHOLE(extra), DESC_DEVICE_QUALIFIER, 0),
		"  extra=aa (more than the fields defined; hosts ignore it (USB 2.0 9.5)) "
		"!invalid\n");
	has(tree(&full, WHOLE(longer), DESC_DEVICE_QUALIFIER, 0),
		"junk=aa bb (beyond the descriptor's end) !invalid\n");
	assert_string_equal(tree(&full, WHOLE(tiny), DESC_CONFIGURATION, 0),
		"junk=01 02 03 (bLength below 2: nothing can be told apart) !invalid\n");
	assert_string_equal(tree(&full, tiny, 0, 0, DESC_CONFIGURATION, 0), "");
}

/* The parts of what a capture or a read left out are never called invalid. */
static void test_cuts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(legal); i++)
		for (size_t n = 1; n <= legal[i].len; n++) {
			tree(&unknown, legal[i].data, n, n, legal[i].type, legal[i].index);
			assert_int_equal(rec.verdicts[VERDICT_INVALID], 0);
			assert_int_equal(rec.verdicts[VERDICT_SNAPPED], 0);
			assert_true(rec.verdicts[VERDICT_SHORT] <= 1);
			tree(&unknown, legal[i].data, n, legal[i].len, legal[i].type,
				legal[i].index);
			assert_int_equal(rec.verdicts[VERDICT_INVALID], 0);
			assert_int_equal(rec.verdicts[VERDICT_SHORT], 0);
			assert_true(rec.verdicts[VERDICT_SNAPPED] <= 1);
			summary(&unknown, legal[i].data, n, legal[i].len, legal[i].type,
				legal[i].index);
		}
	has(tree(&unknown, receiver, 8, 8, DESC_DEVICE, 0),
		"bMaxPacketSize0=8 (8 bytes)\n  idVendor !short\n");
	has(tree(&unknown, receiver, 9, 18, DESC_DEVICE, 0), "  idVendor=6d !snapped\n");
	has(tree(&unknown, mouse, 9, 9, DESC_CONFIGURATION, 0), "wTotalLength=34 (9 read)\n");
	has(recorded.s, "bMaxPower=50 (~100 mA)\n");
	has(tree(&unknown, camera, 29, 29, DESC_CONFIGURATION, 0), "      data=7f !short\n");
	has(tree(&unknown, camera, 28, 78, DESC_CONFIGURATION, 0), "      data !snapped\n");
	has(tree(&unknown, langs, 4, 4, DESC_STRING, 0), "wLANGID=0x0409\n    wLANGID !short\n");
	has(tree(&unknown, word, 7, 7, DESC_STRING, 1), "bString='Aé' !short\n");
}

/* ---- the tables ------------------------------------------------------------------------- */

/* The smallest descriptor of a table with `more` bytes behind it; returns its length. */
static size_t build(const struct desc_def *def, uint8_t *d, int more)
{
	size_t n = desc_def_least(def) + (size_t)more;

	memset(d, 0, 256);
	d[0] = (uint8_t)n;
	d[1] = def->type ? def->type : 0x5e;
	if (def->type == DESC_DEVICE_CAPABILITY)
		d[2] = def->capability ? def->capability : 0xfe;
	if (def->of_subtype)
		d[2] = def->subtype;
	if (def->uuid)
		memcpy(d + 4, def->uuid, 16);
	if (def->string)
		memcpy(d, ms_os, 16);
	d[0] = (uint8_t)n;
	if (!strcmp(def->key, "configuration") || !strcmp(def->key, "other_speed_configuration") ||
		!strcmp(def->key, "bos"))
		d[2] = (uint8_t)n;
	return n;
}

static const char *tree_of(const struct desc_def *def, const uint8_t *d, size_t n)
{
	const struct desc_interface in = {.bInterfaceClass = def->interface_class,
		.bInterfaceSubClass = def->interface_subclass,
		.bInterfaceProtocol = def->protocol_from};
	struct desc_ctx ctx = high;

	ctx.interface = def->never_alone ? &in : NULL;
	return tree(&ctx, d, n, n, d[1], def->string ? def->string : def->languages ? 0 : 1);
}

static void test_tables(void **state)
{
	const struct desc_def *def;
	uint8_t d[256];
	char want[80];
	size_t n;

	(void)state;
	for (size_t i = 0; (def = desc_def_nth(i)); i++) {
		assert_non_null(def->section);
		assert_true(desc_def_least(def) >= 2 && def->n < DESC_SEEN);
		n = build(def, d, 0);
		assert_int_equal(strncmp(tree_of(def, d, n), def->key, strlen(def->key)), 0);
		lacks(recorded.s, "bLength=0");
		snprintf(want, sizeof(want), "  bLength=%zu\n", n);
		has(recorded.s, want);
		/* one byte less: refused by its length, unless that makes another table's */
		if (n > 3 && !def->uuid) {
			d[0]--;
			snprintf(want, sizeof(want), "bLength=%zu (at least %zu) !invalid\n", n - 1,
				n);
			has(tree_of(def, d, n - 1), want);
		}
		/* the greatest one */
		n = build(def, d, 255 - (int)desc_def_least(def));
		tree_of(def, d, n);
		snprintf(want, sizeof(want), "  bLength=255");
		has(recorded.s, want);
	}
}

/* Rows are where the specifications put them: bits lie in their number, names cover their bits. */
static void test_rows(void **state)
{
	const struct desc_def *def;

	(void)state;
	for (size_t i = 0; (def = desc_def_nth(i)); i++) {
		unsigned whole = 0;

		for (const struct desc_row *r = def->rows; r < def->rows + def->n; r++) {
			assert_non_null(r->key);
			if (!r->bits)
				whole = r->size;
			assert_true(r->bit + r->bits <= 8 * whole || !r->bits);
			if (r->bits && r->names)
				assert_int_equal(r->names_n, 1 << r->bits);
			if (r->form == DESC_ARRAY)
				assert_true(r->element && r->element_rows);
			if (r->form == DESC_NUMBER && !r->bits)
				assert_in_range(r->size, 1, 4);
		}
	}
	assert_null(desc_def_nth(1000));
}

/* ---- random bytes ----------------------------------------------------------------------- */

static uint64_t seed = 0x9e3779b97f4a7c15u;

static uint32_t random32(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 16);
}

/* Legal descriptors with some bytes changed, and plain noise whose types and lengths are likely. */
static void test_random(void **state)
{
	static const uint8_t types[] = {1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 15, 16, 0x21, 0x22, 0x24,
		0x25, 0x29, 0x2a, 0x30, 0x31, 0xff, 0};
	uint8_t d[256];

	(void)state;
	recorded.quiet = true;
	for (int round = 0; round < 200000; round++) {
		size_t pick = random32() % (2 * ARRAY_LEN(legal)), n = random32() % 160;
		const struct desc_ctx ctx = {.speed = (enum usb_speed)(random32() % 6)};
		uint8_t type = types[random32() % ARRAY_LEN(types)],
			index = (uint8_t)(random32() % 3);

		for (size_t i = 0; i < n; i++)
			d[i] = (uint8_t)(random32() % 4 ? random32() % 32 : random32());
		if (pick < ARRAY_LEN(legal)) {
			n = legal[pick].len;
			memcpy(d, legal[pick].data, n);
			for (uint32_t k = random32() % 4; k--;)
				d[random32() % n] = (uint8_t)random32();
			type = legal[pick].type;
			index = legal[pick].index;
			n -= random32() % 3 ? 0 : random32() % n;
		} else if (n > 4) {
			d[1] = type;
			d[0] = (uint8_t)(random32() % 32);
			if (type == 2 || type == 7 || type == 15)
				d[3] = 0;
		}
		tree(&ctx, d, n, n + (random32() % 4 ? 0 : random32() % 50), type, index);
		summary(&ctx, d, n, n, type, index);
	}
	recorded.quiet = false;
}

/* ---- numbers ---------------------------------------------------------------------------- */

static void test_iterator(void **state)
{
	static const uint8_t types[] = {2, 4, 0x21, 5};
	struct desc_iter it;
	struct desc_item item;

	(void)state;
	desc_iter_init(&it, WHOLE(mouse));
	for (size_t i = 0, off = 0; i < ARRAY_LEN(types); i++) {
		assert_true(desc_next(&it, &item));
		assert_int_equal(item.type, types[i]);
		assert_int_equal(item.off, off);
		assert_ptr_equal(item.data, mouse + off);
		assert_int_equal(item.problem, DESC_FINE);
		assert_int_equal(item.len, item.bLength);
		off += item.len;
	}
	assert_false(desc_next(&it, &item));
	desc_iter_init(&it, mouse, 20, 34);
	for (int i = 0; i < 3; i++)
		assert_true(desc_next(&it, &item));
	assert_int_equal(item.problem, DESC_SNAPPED);
	assert_int_equal(item.missing, VERDICT_SNAPPED);
	assert_int_equal(item.len, 2);
	assert_false(desc_next(&it, &item));
	desc_iter_init(&it, mouse, 19, 19);
	for (int i = 0; i < 3; i++)
		assert_true(desc_next(&it, &item));
	assert_int_equal(item.problem, DESC_READ_SHORT);
	assert_int_equal(item.type, 0);
	/* a plain sequence */
	desc_iter_init(&it, mouse + 9, 25, 25);
	for (int i = 0; i < 3; i++)
		assert_true(desc_next(&it, &item));
	assert_int_equal(item.type, DESC_ENDPOINT);
}

static void test_parse(void **state)
{
	struct desc_association a;
	struct desc_interface i;
	struct desc_endpoint e;
	struct desc_config c;
	struct desc_device d;

	(void)state;
	assert_true(desc_device_parse(&d, receiver, 18));
	assert_int_equal(d.idProduct, 0xc52b);
	assert_int_equal(d.bNumConfigurations, 1);
	assert_false(desc_device_parse(&d, receiver, 8));
	assert_int_equal(d.bMaxPacketSize0, 8);
	assert_int_equal(d.idVendor, 0);
	assert_false(desc_device_parse(&d, mouse, sizeof(mouse)));
	assert_true(desc_config_parse(&c, mouse, 9));
	assert_int_equal(c.wTotalLength, 34);
	assert_int_equal(c.bMaxPower, 50);
	assert_true(desc_interface_parse(&i, mouse + 9, 9));
	assert_int_equal(i.bInterfaceProtocol, 2);
	assert_true(desc_association_parse(&a, camera + 9, 8));
	assert_int_equal(a.bInterfaceCount, 2);
	assert_true(desc_endpoint_parse(&e, camera + 64, 7));
	assert_int_equal(e.bEndpointAddress, 0x81);
	assert_int_equal(desc_endpoint_type(&e), USB_ISOCHRONOUS);
	assert_int_equal(desc_endpoint_packet(&e), 1024);
	assert_int_equal(desc_endpoint_transactions(&e), 3);
	assert_false(desc_endpoint_parse(&e, camera + 64, 6));
	assert_int_equal(desc_config_speed(mouse, sizeof(mouse)), USB_SPEED_UNKNOWN);
	assert_int_equal(desc_config_speed(camera, sizeof(camera)), USB_HIGH);
	assert_int_equal(desc_config_speed(disk, sizeof(disk)), USB_SUPER);
}

static void test_interval(void **state)
{
	static const struct {
		enum usb_speed speed;
		enum usb_type type;
		uint8_t b;
		int64_t ns;
		const char *text;
	} row[] = {
		{USB_LOW, USB_INTERRUPT, 10, 10000000, "10 ms"},
		{USB_FULL, USB_INTERRUPT, 255, 255000000, "255 ms"},
		{USB_FULL, USB_INTERRUPT, 0, 0, ""},
		{USB_FULL, USB_ISOCHRONOUS, 1, 1000000, "1 ms"},
		{USB_FULL, USB_ISOCHRONOUS, 16, 32768000000, "32768 ms"},
		{USB_FULL, USB_ISOCHRONOUS, 17, 0, ""},
		{USB_LOW, USB_ISOCHRONOUS, 1, 0, ""},
		{USB_HIGH, USB_INTERRUPT, 1, 125000, "125 µs"},
		{USB_HIGH, USB_INTERRUPT, 4, 1000000, "1 ms"},
		{USB_HIGH, USB_ISOCHRONOUS, 3, 500000, "500 µs"},
		{USB_SUPER, USB_INTERRUPT, 16, 4096000000, "4096 ms"},
		{USB_SUPER_PLUS, USB_INTERRUPT, 17, 0, ""},
		{USB_HIGH, USB_BULK, 1, 0, ""},
		{USB_SPEED_UNKNOWN, USB_INTERRUPT, 4, 0, "4 ms at full speed, 1 ms at high speed"},
		{USB_SPEED_UNKNOWN, USB_INTERRUPT, 200, 0, "200 ms at full speed"},
	};
	char memory[80];
	struct text t;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(row); i++) {
		assert_int_equal(desc_interval_ns(row[i].speed, row[i].type, row[i].b), row[i].ns);
		text_init(&t, memory, sizeof(memory));
		desc_interval_text(&t, row[i].speed, row[i].type, row[i].b);
		assert_string_equal(memory, row[i].text);
	}
}

static void test_summary(void **state)
{
	static const uint8_t hostile[] = {8, 3, 0x1b, 0, '[', 0, '"', 0};

	(void)state;
	assert_string_equal(summary(&full, WHOLE(receiver), DESC_DEVICE, 0), "046d:c52b, USB 2.00");
	assert_string_equal(summary(&full, receiver, 8, 8, DESC_DEVICE, 0),
		"USB 2.00, bMaxPacketSize0 8, 8 of 18 bytes");
	assert_string_equal(summary(&full, WHOLE(mouse), DESC_CONFIGURATION, 0),
		"1 interface, HID boot mouse, 100 mA");
	assert_string_equal(summary(&unknown, mouse, 9, 9, DESC_CONFIGURATION, 0),
		"1 interface, ~100 mA, 9 of 34 bytes");
	assert_string_equal(summary(&full, mouse, 4, 4, DESC_CONFIGURATION, 0), "4 of 34 bytes");
	assert_string_equal(summary(&full, mouse, 32, 34, DESC_CONFIGURATION, 0),
		"1 interface, HID boot mouse, 100 mA, 32 of 34 bytes captured");
	assert_string_equal(summary(&full, mouse, 1, 1, DESC_CONFIGURATION, 0), "1 of 9 bytes");
	assert_string_equal(summary(&full, word, 2, 2, DESC_STRING, 1), "2 of 10 bytes");
	assert_string_equal(summary(&full, word, 4, 4, DESC_STRING, 1), "\"A…\", 4 of 10 bytes");
	assert_string_equal(summary(&full, langs, 2, 2, DESC_STRING, 0), "2 of 6 bytes");
	assert_string_equal(summary(&full, mouse, 20, 34, DESC_CONFIGURATION, 0),
		"1 interface, HID boot mouse, 100 mA, 20 of 34 bytes captured");
	assert_string_equal(summary(&full, mouse, 0, 0, DESC_CONFIGURATION, 0), "0 bytes");
	assert_string_equal(summary(&full, WHOLE(word), DESC_STRING, 1), "\"Aé😀\"");
	assert_string_equal(summary(&full, WHOLE(hostile), DESC_STRING, 1), "\"\\x1b[\"\"");
	assert_string_equal(
		summary(&full, WHOLE(langs), DESC_STRING, 0), "languages 0x0409, 0x0407");
	assert_string_equal(summary(&full, WHOLE(bos), DESC_BOS, 0), "6 capabilities");
	assert_string_equal(summary(&full, WHOLE(qualifier), DESC_DEVICE_QUALIFIER, 0),
		"USB 2.00, 1 configuration");
	assert_string_equal(summary(&full, WHOLE(hub), DESC_HUB, 0), "4 ports");
	assert_string_equal(summary(&full, mouse, 34, 46, DESC_HID_REPORT, 0), "46 bytes");
	assert_string_equal(desc_function_name(NULL, 8, 6, 0x50), "mass storage");
	assert_string_equal(desc_function_name(NULL, 0xdc, 1, 1), "Diagnostic");
	assert_null(desc_function_name(NULL, 0x77, 0, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_device),
		cmocka_unit_test(test_mouse),
		cmocka_unit_test(test_power_alone),
		cmocka_unit_test(test_camera),
		cmocka_unit_test(test_disk),
		cmocka_unit_test(test_bos),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_class_specific),
		cmocka_unit_test(test_invalid),
		cmocka_unit_test(test_cuts),
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_iterator),
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_interval),
		cmocka_unit_test(test_summary),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
