/* test_hid.c: HID report descriptors and reports: items, faults, values by hand, keys as they go
 * down and up, the boot protocol, and all of it on random bytes. */
#include "base/mem.h"
#include "decoders/hid.h"
#include "usb/desc.h"
#include "tests/unit/decode_test.h"

extern const struct decoder decoder_hid;

/* ---- an emit that records ----------------------------------------------------------- */

static struct recorder {
	struct emit emit;
	size_t depth, fields;
	uint32_t data_len;
} rec;

/* "key=value (text) !verdict", one line a field, children indented. */
static void on_open(struct emit *e, const struct field *f)
{
	const struct value *v = &f->value;

	(void)e;
	assert_non_null(f->key);
	assert_true(f->in != FIELD_IN_DATA || (uint64_t)f->off + f->len <= rec.data_len);
	assert_true(!f->bits || f->bit + f->bits <= 8 * f->len);
	assert_true(++rec.fields < 20000);
	add("%*s%s", (int)(2 * rec.depth++), "", f->key);
	if (v->type == VAL_UINT || v->type == VAL_INT)
		add("=%lld", (long long)v->i);
	else if (v->type == VAL_TEXT)
		add("=%.*s", (int)v->n, v->s);
	for (uint32_t i = 0; v->type == VAL_BYTES && i < v->n; i++)
		add(i ? " %02x" : "=%02x", v->bytes[i]);
	if (v->inferred)
		add("~");
	if (f->bits)
		add(" b%u+%u", f->off * 8 + f->bit, f->bits);
	if (f->text)
		add(" (%s)", f->text);
	if (f->verdict)
		add(" !%s", verdict_name(f->verdict));
	add("\n");
}

static void on_close(struct emit *e)
{
	(void)e;
	assert_true(rec.depth-- > 0);
}

static const struct emit_ops ops = {.open = on_open, .close = on_close};

static void record_begin(uint32_t len)
{
	rec.emit.ops = &ops;
	rec.depth = rec.fields = 0;
	recorded_begin();
	rec.data_len = len;
}

static void has(const char *s, const char *part)
{
	if (!strstr(s, part))
		fail_msg("\"%s\" is not in\n%s", part, s);
}

static void has_not(const char *s, const char *part)
{
	if (strstr(s, part))
		fail_msg("\"%s\" is in\n%s", part, s);
}

/* ---- a device with one HID interface ------------------------------------------------ */

static struct device {
	struct devices *d;
	struct exchanges *all;
	struct exchange ended; /* the latest one */
	uint32_t ends;
	uint32_t ids;
	uint8_t capture; /* enum capture_kind */
} dev;

static void on_end(void *ctx, const struct exchange *ex)
{
	(void)ctx;
	dev.ended = *ex;
	dev.ends++;
}

static uint8_t number_of_hid(void *ctx, const struct devices *d, const struct pipe *p)
{
	(void)ctx;
	(void)d;
	for (uint8_t i = 0; decoders[i]; i++)
		if (decoders[i] == &decoder_hid && p->bInterfaceClass == 3)
			return (uint8_t)(i + 1);
	return 0;
}

static void learn(uint8_t type, uint16_t which, const uint8_t *data, uint32_t len, uint32_t total)
{
	uint32_t instance = devices_at(dev.d, 0, 1, 5);

	devices_add_fact(dev.d, instance,
		&(struct fact){.type = type,
			.which = which,
			.len = len,
			.total = total,
			.data = (uint8_t *)(uintptr_t)data});
}

static uint32_t pipe_of(uint8_t endpoint)
{
	return endpoint ? devices_pipe(dev.d, 0, 1, 5, endpoint, USB_IN, USB_INTERRUPT, USB_FULL)
			: devices_pipe(dev.d, 0, 1, 5, 0, USB_IN, USB_CONTROL, USB_FULL);
}

static void unplug(void)
{
	exchanges_finish(dev.all);
	exchanges_free(dev.all);
	devices_free(dev.d);
}

/* Interface 0 with that bInterfaceSubClass and bInterfaceProtocol; desc: its report descriptor in
 * hexadecimal, NULL: not seen. */
static void plug(uint8_t subclass, uint8_t protocol, const char *desc)
{
	uint8_t bytes[1024];
	char config[200];
	uint32_t n;

	dev = (struct device){.d = devices_new(), .all = exchanges_new(on_end, NULL)};
	devices_set_binder(dev.d, number_of_hid, NULL);
	pipe_of(0);
	snprintf(config, sizeof(config),
		"09 02 22 00 01 01 00 80 32  09 04 00 00 01 03 %02x %02x 00  09 21 11 01 00 01 22 "
		"00 00  07 05 81 03 40 00 0a",
		subclass, protocol);
	n = hex(config, bytes);
	assert_int_equal(n, 0x22);
	learn(DESC_CONFIGURATION, 0, bytes, n, n);
	if (!desc)
		return;
	n = hex(desc, bytes);
	learn(DESC_HID_REPORT, 0, bytes, n, n);
}

/* The decoder's words and tree of a transfer, tracked before. */
struct said {
	char info[512];
	const char *tree;
};

static struct said said_of(struct xfer *x)
{
	struct decode_ctx c = {.devices = dev.d};
	struct track t = {.x = x, .devices = dev.d, .teach = dev.d};
	static struct said s;
	struct text text;

	x->id = ++dev.ids;
	exchanges_track(dev.all, &t, 0,
		number_of_hid(NULL, dev.d, devices_get_pipe(dev.d, pipe_of(1))),
		decoder_hid.state_size);
	decoder_hid.track(&t);
	c.exchange = exchanges_joined(&t);
	text_init(&text, s.info, sizeof(s.info));
	record_begin(x->data.kept);
	if (decoder_hid.match(&c, x)) {
		decoder_hid.info(&c, x, &text);
		decoder_hid.decode(&c, x, &rec.emit);
	}
	assert_int_equal(rec.depth, 0);
	s.tree = recorded.s;
	exchanges_flush(dev.all);
	return s;
}

/* A report as it came from endpoint 1, in memory of exactly its size. */
static struct said input_bytes(const uint8_t *data, uint32_t len, uint32_t total, int32_t naks)
{
	uint8_t *copy = malloc(len ? len : 1);
	struct xfer x = {.type = USB_INTERRUPT,
		.dir = USB_IN,
		.endpoint = 1,
		.status = STATUS_OK,
		.instance = 1,
		.capture = dev.capture,
		.naks = naks,
		.len = total,
		.data = {copy, len, len, total}};
	struct said s;

	if (len)
		memcpy(copy, data, len);
	x.pipe = pipe_of(1);
	s = said_of(&x);
	free(copy);
	return s;
}

static struct said input(const char *bytes)
{
	uint8_t data[512];
	uint32_t n = hex(bytes, data);

	return input_bytes(data, n, n, XFER_UNKNOWN);
}

static struct said control(const char *setup, const char *bytes)
{
	uint8_t data[1024];
	uint32_t n = hex(bytes, data);
	struct xfer x = {.type = USB_CONTROL,
		.flags = XFER_HAS_SETUP,
		.status = STATUS_OK,
		.instance = 1,
		.capture = dev.capture,
		.naks = XFER_UNKNOWN,
		.len = n,
		.data = {data, n, n, n}};

	assert_int_equal(hex(setup, x.setup), 8);
	x.dir = x.setup[0] & 0x80 ? USB_IN : USB_OUT;
	x.pipe = pipe_of(0);
	return said_of(&x);
}

/* ---- descriptors of devices --------------------------------------------------------- */

/* A mouse as many are: report 1, five buttons, 12 bits of x and of y, wheel, AC Pan. */
#define MOUSE                                                                                      \
	"05 01 09 02 a1 01 85 01 09 01 a1 00 05 09 19 01 29 05 15 00 25 01 95 05 75 01 81 02 "     \
	"95 01 75 03 81 01 05 01 09 30 09 31 16 01 f8 26 ff 07 75 0c 95 02 81 06 "                 \
	"09 38 15 81 25 7f 75 08 95 01 81 06 05 0c 0a 38 02 81 06 c0 c0"
#define KEYBOARD                                                                                   \
	"05 01 09 06 a1 01 05 07 19 e0 29 e7 15 00 25 01 75 01 95 08 81 02 95 01 75 08 81 01 "     \
	"95 05 75 01 05 08 19 01 29 05 91 02 95 01 75 03 91 01 95 06 75 08 15 00 25 65 05 07 "     \
	"19 00 29 65 81 00 c0"

/* ---- the descriptor ----------------------------------------------------------------- */

static const char *tree_of(const char *bytes, uint32_t missing)
{
	uint8_t data[1024];
	uint32_t n = hex(bytes, data);
	uint8_t *copy = malloc(n ? n : 1);

	memcpy(copy, data, n);
	record_begin(n);
	hid_emit_descriptor(&rec.emit, NULL, copy, n, n + missing);
	assert_int_equal(rec.depth, 0);
	free(copy);
	return recorded.s;
}

static void test_tree(void **state)
{
	(void)state;
	assert_string_equal(tree_of("05 01 09 02 a1 01 09 30 15 81 25 7f 75 08 95 01 81 06 c0", 0),
		"hid_report_descriptor (Mouse, input 1 byte)\n"
		"  usage_page=1 (Generic Desktop)\n"
		"  usage=2 (Mouse)\n"
		"  collection (application: Mouse)\n"
		"    type=1 (application)\n"
		"    usage=48 (X)\n"
		"    logical_minimum=-127\n"
		"    logical_maximum=127\n"
		"    report_size=8 (bits)\n"
		"    report_count=1\n"
		"    input=6 (variable, relative; 1 × 8 bits, from bit 0)\n"
		"    end_collection\n");
	/* report IDs count their own bits; a usage of 4 bytes brings its page along */
	has(tree_of(MOUSE, 0), "input=6 (variable, relative; 2 × 12 bits, report 1 from bit 8)\n");
	has(tree_of("0b 20 00 d0 f1 a1 01 c0", 0), "usage=4056940576 (Input Report Data)\n");
	/* Push keeps the page, Pop brings it back */
	has(tree_of("05 09 a4 05 01 b4 09 02 a1 01 c0", 0), "usage=2 (Button 2)\n");
	/* long items have a size of their own */
	has(tree_of("fe 02 10 aa bb 05 01", 0), "long_item=fe 02 10 aa bb\n  usage_page=1");
	/* keys by number (HUT 10), what usb.ids lacks */
	has(tree_of("05 07 09 a4 09 b0 09 dd 09 e7 09 a5", 0),
		"usage=164 (ExSel)\n  usage=176 (Keypad 00)\n  usage=221 (Keypad Hexadecimal)\n"
		"  usage=231 (Right GUI)\n  usage=165 (usage 0x0007:0x00a5)\n");
	has(tree_of("05 8c 05 8e", 0),
		"usage_page=140 (Barcode Scanner)\n  usage_page=142 (Magnetic Stripe Reader)\n");
	/* exponents of four bits, units */
	has(tree_of("55 0e 65 11 65 14 67 21 d1 f0 00 66 01 10", 0),
		"unit_exponent=14 (10^-2)\n  unit=17 (cm)\n  unit=20 (°)\n"
		"  unit=15782177 (10^-7 V)\n  unit=4097 (s)\n");
	has(tree_of("66 11 f0 66 11 e1", 0), "unit=61457 (cm/s)\n  unit=57617 (10^-5 N)\n");
}

static void test_faults(void **state)
{
	/* each with the words it must be told by */
	static const struct {
		const char *bytes, *word;
	} row[] = {
		{"c0", "end_collection (no collection is open"},
		{"05 01 09 02 a1 01", "rest (a collection is not closed (HID 1.11 6.2.2.6)) !inv"},
		{"05 01 09 30 15 00 25 01 75 08 95 01 81 02", "outside of any collection"},
		{"a1 01 c0", "type=1 (application; no usage given"},
		{"05 01 09 02 a1 01 09 30 81 02 c0", "no report size, report count or logical"},
		{"05 01 09 02 a1 01 09 30 15 00 25 01 75 00 95 01 81 02 c0", "report size 0"},
		{"05 01 09 02 a1 01 09 30 15 00 25 01 75 08 95 00 81 02 c0", "report count 0"},
		{"05 01 09 02 a1 01 15 00 25 01 75 08 95 01 81 02 c0", "no usage given"},
		{"09 02 a1 01 09 30 15 00 25 01 75 08 95 01 81 02 c0", "no usage page given"},
		{"05 01 09 02 a1 01 09 30 15 05 25 01 75 08 95 01 81 02 c0", "minimum above"},
		{"05 01 09 02 a1 01 09 30 15 00 25 01 75 21 95 01 81 02 c0", "more than 32 bits"},
		{"85 00", "report_id=0 (report IDs are 1 to 255"},
		{"19 05 29 01", "usage_maximum=1 (usage 0x0000:0x0001; usage minimum above"},
		{"05 01 09 02 a1 01 19 05 15 00 25 01 75 08 95 01 81 02 c0", "do not pair"},
		{"b4", "pop (nothing was pushed"},
		{"a9 00", "delimiter=0 (close; delimiters do not pair"},
		{"c5 00", "item=c5 00 (reserved item"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(row); i++) {
		has(tree_of(row[i].bytes, 0), row[i].word);
		if (!strstr(recorded.s, "!invalid"))
			fail_msg("%s: nothing is invalid:\n%s", row[i].bytes, recorded.s);
	}
	has_not(tree_of(MOUSE, 0), "!");
	has_not(tree_of(KEYBOARD, 0), "!");
	/* what the capture cut is no fault of the device */
	has_not(tree_of("05 01 09 02 a1 01 26 ff", 20), "!invalid");
	has(recorded.s, "item=26 ff (the bytes end in this item) !snapped\n");
	/* -1 by its size; as there is nothing below 0, devices mean 255 */
	has(tree_of("15 00 25 ff", 0), "logical_maximum=-1 (taken as 255)\n");
	/* the second ID comes too late for what had none */
	has(tree_of("05 01 09 02 a1 01 09 30 15 00 25 01 75 08 95 01 81 02 85 02 c0", 0),
		"report_id=2 (behind a report without an ID");
}

/* Deep, long and hostile ones stay bounded. */
static void test_bounds(void **state)
{
	static uint8_t data[65535];

	(void)state;
	recorded.quiet = true;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = i < sizeof(data) / 2 ? 0xa0 : 0xc0;
	record_begin(sizeof(data));
	hid_emit_descriptor(&rec.emit, NULL, data, sizeof(data), sizeof(data));
	assert_int_equal(rec.depth, 0);
	assert_in_range(rec.fields, HID_ITEMS, HID_ITEMS + HID_DEPTH + 2);
	recorded.quiet = false;
	/* a report of 64 KiB of single bits */
	plug(0, 0, "05 01 09 02 a1 01 09 30 15 00 25 05 75 01 96 ff ff 81 02 c0");
	input_bytes(data, 8192, 8192, XFER_UNKNOWN);
	has(recorded.s, "rest (more fields than are shown)\n");
	assert_in_range(rec.fields, 1024, 1030);
	unplug();
}

/* ---- reports ------------------------------------------------------------------------ */

/* 01 | 02 | fd 3f 00: x is the low 12 bits of 0x003ffd = 0xffd = -3, y the next 12 = 0x003 = 3. */
static void test_mouse(void **state)
{
	struct said s;

	(void)state;
	plug(1, 2, MOUSE);
	s = input("01 02 fd 3f 00 ff 00");
	assert_string_equal(s.info, "report 1: x -3, y +3, wheel -1, button down: right");
	assert_string_equal(s.tree, "input_report\n"
				    "  down=right\n"
				    "  held=right\n"
				    "  report_id=1\n"
				    "  button=0 b8+1 (left: up)\n"
				    "  button=1 b9+1 (right: down)\n"
				    "  button=0 b10+1 (middle: up)\n"
				    "  button=0 b11+1 (Button 4: up)\n"
				    "  button=0 b12+1 (Button 5: up)\n"
				    "  padding=0 b13+3\n"
				    "  x=-3 b16+12 (-2047 to 2047, relative)\n"
				    "  y=3 b28+12 (-2047 to 2047, relative)\n"
				    "  wheel=-1 (-127 to 127, relative)\n"
				    "  consumer=0 (AC Pan: -127 to 127, relative)\n");
	/* x 0x7ff = 2047, y 0x801 = -2047: ff 17 80 */
	s = input("01 02 ff 17 80 00 01");
	assert_string_equal(s.info, "report 1: x +2047, y -2047, AC Pan +1, button held: right");
	s = input("01 00 00 00 00 00 00");
	assert_string_equal(s.info, "report 1: button up: right");
	assert_int_equal(dev.ends, 1);
	assert_int_equal(dev.ended.xfers, 3);
	assert_int_equal(dev.ended.bytes, 21);
	assert_int_equal(hid_press(&dev.ended)->x, 2044);
	assert_int_equal(hid_press(&dev.ended)->y, -2044);
	assert_string_equal(input("01 00 00 00 00 00 00").info, "report 1: no movement");
	/* two that a mouse on the bus sent: ff 0f 00: x 0xfff = -1, y 0; fc ff ff: x 0xffc, y 0xfff
	 */
	assert_string_equal(input("01 00 ff 0f 00 00 00").info, "report 1: x -1");
	assert_string_equal(input("01 00 fc ff ff 00 00").info, "report 1: x -4, y -1");
	/* x 0x800 = -2048: below its minimum */
	has(input("01 00 00 08 00 00 00").tree,
		"x=-2048 b16+12 (not -2047 to 2047 (HID 1.11 6.2.2.7), relative) !invalid\n");
	/* too short, too long, no such report */
	has(input("01 00 00").tree, "rest (the report has more fields) !short\n");
	has(input("01 00 00 00 00 00 00 55").tree, "rest=55 (behind the report's fields)\n");
	s = input("02 00 00");
	assert_string_equal(s.info, "report 2: 3 bytes: 02 00 00");
	has(s.tree, "  report_id=2\n"
		    "  data=00 00 (the report descriptor has no such report) !invalid\n");
	/* 0 is no ID: it is none of the reports either */
	has(input("00 00 00").tree, "report_id=0\n  data=00 00 (the report descriptor");
	unplug();
}

/* A steering wheel's (a T300): report 7 has x of 16 bits, then y, rz and slider, 13 buttons, a hat
 * of 0 to 7 with a null state. 7a 81: 0x817a = 33146; ff 03: 0x3ff = 1023; 0x0f: no direction. In
 * the second report bytes 11 and 12 are 02 10: bit 1 is button 2, bit 12 button 13; hat 6: 6 × 45
 * °. */
static void test_wheel(void **state)
{
	(void)state;
	plug(0, 0,
		"05 01 09 04 a1 01 09 01 a1 00 85 07 09 30 15 00 27 ff ff 00 00 35 00 47 ff ff 00 "
		"00 75 10 "
		"95 01 81 02 09 31 26 ff 03 46 ff 03 81 02 09 35 81 02 09 36 81 02 81 03 05 09 19 "
		"01 29 0d "
		"25 01 45 01 75 01 95 0d 81 02 75 0b 95 01 81 03 05 01 09 39 25 07 46 3b 01 55 00 "
		"65 14 "
		"75 04 81 42 65 00 81 03 c0 c0");
	assert_string_equal(input("07 7a 81 ff 03 ff 03 ff 03 00 00 00 00 00 0f").info,
		"report 7: x 33146, y 1023, rz 1023, slider 1023");
	has(recorded.s, "hat=15 b112+4 (no value)\n");
	assert_string_equal(input("07 7a 81 ff 03 ff 03 ff 03 00 00 02 10 00 06").info,
		"report 7: x 33146, y 1023, rz 1023, slider 1023, hat 6, down: Button 2, Button "
		"13");
	has(recorded.s, "hat=6 b112+4 (0 to 7 = 270 °)\n");
	unplug();
}

static void test_keyboard(void **state)
{
	struct said s;

	(void)state;
	plug(1, 1, KEYBOARD);
	assert_string_equal(input("00 00 00 00 00 00 00 00").info, "no key down");
	assert_int_equal(dev.ends, 0);
	assert_string_equal(input("02 00 04 00 00 00 00 00").info, "key down: Left Shift, a");
	assert_string_equal(
		input("02 00 04 05 00 00 00 00").info, "key down: b (held: Left Shift, a)");
	/* more keys than fit: 1 in all places; what is held stays so */
	assert_string_equal(input("02 00 01 01 01 01 01 01").info, "too many keys down to tell");
	s = input("00 00 05 00 00 00 00 00");
	assert_string_equal(s.info, "key up: Left Shift, a (held: b)");
	has(s.tree, "  up=Left Shift\n  up=a\n  held=b\n");
	has(s.tree, "  key=5 (b)\n  key=0 (none)\n");
	assert_string_equal(input("00 00 05 00 00 00 00 00").info, "key held: b");
	assert_string_equal(input("00 00 00 00 00 00 00 00").info, "key up: b");
	assert_int_equal(dev.ends, 1);
	assert_int_equal(dev.ended.result, EXCHANGE_OK);
	assert_int_equal(dev.ended.xfers, 6);
	assert_int_equal(hid_press(&dev.ended)->presses, 3);
	/* 0x66 is not among its keys */
	assert_string_equal(input("00 00 66 00 00 00 00 00").info, "no key down");
	unplug();
}

/* HUT bitmaps of keys: 0x68 bits, one a key, from usage 0 on; more keys than are followed. */
static void test_many_keys(void **state)
{
	struct said s;

	(void)state;
	plug(0, 0, "05 01 09 06 a1 01 05 07 19 00 29 67 15 00 25 01 75 01 95 68 81 02 c0");
	/* bit 4: a; bit 39: 0x27, "0" */
	s = input("10 00 00 00 80 00 00 00 00 00 00 00 00");
	assert_string_equal(s.info, "key down: a, 0");
	has(s.tree, "  key=1 b4+1 (a: down)\n");
	assert_string_equal(
		input("00 00 00 00 80 00 00 00 00 00 00 00 00").info, "key up: a (held: 0)");
	/* of 100 keys the first 28 are followed: a to z, 1, 2 */
	input("f0 ff ff ff ff ff ff ff ff ff ff ff ff");
	assert_string_equal(input("00 00 00 00 00 00 00 00 00 00 00 00 01").info,
		"key down: Keypad 8, key up: a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, "
		"s, t, u, v, w, x, y, z, 1, 2");
	unplug();
}

/* A gamepad's hat: 4 bits, 0 to 7 in steps of 45 degrees; 8 and above is nothing. An accelerator of
 * 0 to 255 for 0 to 5.1 V, in millivolts (10^4 of 10^-7 V). */
static void test_values(void **state)
{
	struct said s;

	(void)state;
	plug(0, 0,
		"05 01 09 05 a1 01 09 39 15 00 25 07 35 00 46 3b 01 65 14 75 04 95 01 81 42 "
		"75 04 95 01 81 01 09 32 26 ff 00 46 ec 13 67 21 d1 f0 00 55 04 75 08 81 02 c0");
	s = input("02 33");
	/* 0x33 = 51 of 255 → 51 × 5100 / 255 = 1020 mV */
	assert_string_equal(s.info, "hat 2, z 51");
	has(s.tree, "hat=2 b0+4 (0 to 7 = 90 °)\n");
	has(s.tree, "z=51 (0 to 255 = 1.02 V)\n");
	s = input("08 00");
	assert_string_equal(s.info, "z 0");
	has(s.tree, "hat=8 b0+4 (no value)\n");
	unplug();
	/* an array of consumer controls, 16 bits, from 1 on: 0 is none, 0xe9 Volume Increment */
	plug(0, 0, "05 0c 09 01 a1 01 85 02 15 01 26 ff 03 19 01 2a ff 03 75 10 95 01 81 00 c0");
	s = input("02 e9 00");
	assert_string_equal(s.info, "report 2: down: Volume Increment");
	has(s.tree, "consumer=233 (Volume Increment)\n");
	s = input("02 00 00");
	assert_string_equal(s.info, "report 2: up: Volume Increment");
	has(s.tree, "consumer=0 (none)\n");
	unplug();
	/* what only its maker understands, and FIDO's 8 bytes of one usage */
	plug(0, 0, "06 00 ff 09 01 a1 01 09 02 15 00 26 ff 00 75 08 95 04 81 02 c0");
	assert_string_equal(input("01 02 03 04").info, "4 bytes: 01 02 03 04");
	has(recorded.s, "vendor=01 02 03 04\n");
	unplug();
	plug(0, 0, "06 d0 f1 09 01 a1 01 09 20 15 00 26 ff 00 75 08 95 08 81 02 c0");
	assert_string_equal(
		input("ff ff ff ff 86 00 08 11").info, "8 bytes: ff ff ff ff 86 00 08 11");
	unplug();
	/* two contacts of a touch screen: tip switch, contact, x; the usages come again */
	plug(0, 0,
		"05 0d 09 04 a1 01 15 00 "
		"09 22 a1 02 09 42 25 01 75 01 95 01 81 02 09 51 25 7f 75 07 81 02 05 01 09 30 75 "
		"08 "
		"81 02 05 0d c0 "
		"09 22 a1 02 09 42 25 01 75 01 95 01 81 02 09 51 25 7f 75 07 81 02 05 01 09 30 75 "
		"08 "
		"81 02 c0 c0");
	/* 0x05: tip down, contact 2; 0x0b: down, contact 5 */
	assert_string_equal(input("05 10 0b 20").info,
		"Contact ID 2, x 16, Contact ID 5, x 32, down: Tip Switch");
	unplug();
}

static void test_boot(void **state)
{
	struct said s;

	(void)state;
	/* no descriptor was seen: as the boot protocol has it, marked so */
	plug(1, 1, NULL);
	s = input("01 00 1d 00 00 00 00 00");
	assert_string_equal(s.info, "~key down: Left Control, z");
	has(s.tree, "key=29~ (z)\n");
	unplug();
	plug(1, 2, NULL);
	assert_string_equal(input("01 fe 02").info, "~x -2, y +2, button down: left");
	/* this is no boot report */
	assert_string_equal(
		input("02 00 00 00 f0 ff 00 00").info, "8 bytes: 02 00 00 00 f0 ff 00 00");
	has(recorded.s, "(no report descriptor was seen)\n");
	unplug();
	/* no boot device */
	plug(0, 0, NULL);
	assert_string_equal(input("01 fe 02").info, "3 bytes: 01 fe 02");
	unplug();
	/* SET_PROTOCOL boot and back; reports of both lengths */
	plug(1, 2, MOUSE);
	assert_string_equal(input("01 00 03 00 00 00 00").info, "report 1: x +3");
	assert_string_equal(
		control("21 0b 00 00 00 00 00 00", "").info, "SET_PROTOCOL boot interface 0");
	assert_string_equal(input("00 03 00").info, "x +3");
	has(recorded.s, "input_report (boot protocol (HID 1.11 appendix B))\n");
	assert_string_equal(
		control("21 0b 01 00 00 00 00 00", "").info, "SET_PROTOCOL report interface 0");
	assert_string_equal(input("01 00 03 00 00 00 00").info, "report 1: x +3");
	/* a configuration begins with the report protocol (7.2.6) */
	control("21 0b 00 00 00 00 00 00", "");
	devices_set_configuration(dev.d, 1, 1);
	assert_string_equal(input("01 00 03 00 00 00 00").info, "report 1: x +3");
	unplug();
}

/* From the bus several reports may come as one transfer: nothing can be said of keys going up and
 * down then. */
static void test_merged(void **state)
{
	uint8_t data[70];

	(void)state;
	plug(1, 2, MOUSE);
	hex("01 01 01 00 00 00 00 01 01 02 00 00 00 00 01 01 03 00 00 00 00 01 00 04 00 00 00 00",
		data);
	assert_string_equal(input_bytes(data, 28, 28, 0).info,
		"report 1: x +1, button down: left; report 1: x +2, button down: left; "
		"report 1: x +3, button down: left; …");
	assert_int_equal(dev.ends, 0);
	has(recorded.s, "x=4 b184+12 (-2047 to 2047, relative)\n");
	assert_string_equal(input_bytes(data, 7, 7, 0).info, "report 1: x +1, button down: left");
	input_bytes(data, 28, 28, 0);
	assert_int_equal(dev.ends, 1);
	assert_int_equal(dev.ended.result, EXCHANGE_INCOMPLETE);
	unplug();
}

/* A gamepad's: report 1 of 3 bytes with its ID, report 2 of 18, parts of both by turns. */
#define TWO_REPORTS                                                                                \
	"05 01 09 05 a1 01 85 01 05 09 19 01 29 08 15 00 25 01 75 01 95 08 81 02 85 02 06 00 ff "  \
	"09 01 26 ff 00 75 08 95 10 81 02 85 01 09 01 95 01 81 02 85 02 09 01 75 01 95 01 81 02 "  \
	"c0"

#define GET_REPORT_DESCRIPTOR "81 06 00 22 00 00 00 10"
#define SET_BOOT	      "21 0b 00 00 00 00 00 00"
#define SET_REPORT_PROTOCOL   "21 0b 01 00 00 00 00 00"

/* Bytes that the model is told the next transfer of endpoint 1 has, after a request. */
static uint32_t expected_after(const char *setup)
{
	control(setup, "");
	return devices_take_expected(dev.d, 1, 1, USB_IN);
}

static uint32_t expected_behind(uint32_t pipe)
{
	uint8_t data[64] = {0};
	struct xfer x = {.type = USB_INTERRUPT,
		.dir = USB_IN,
		.endpoint = 1,
		.status = STATUS_OK,
		.instance = 1,
		.pipe = pipe,
		.capture = dev.capture,
		.len = 8,
		.data = {data, 8, 8, 8}};

	said_of(&x);
	return devices_take_expected(dev.d, 1, 1, USB_IN);
}

/* The longest report ends a transfer of packets (HID 1.11 8.4), where it is certain which one that
 * is. */
static void test_expected(void **state)
{
	static const struct {
		const char *desc;
		uint32_t bytes;
	} row[] = {
		{KEYBOARD, 8},
		{MOUSE, 7},
		{TWO_REPORTS, 18},
		/* not all of it was read; nothing comes in; no descriptor: only taken for boot */
		{"05 01 09 06 a1 01 05 07 19 e0 29 e7 15 00 25 01 75 01 95 08 81 02", 0},
		{"05 08 09 01 a1 01 09 01 15 00 25 01 75 01 95 08 91 02 c0", 0},
		{NULL, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(row); i++) {
		plug(1, 1, row[i].desc);
		assert_int_equal(
			expected_after(GET_REPORT_DESCRIPTOR), 0); /* URBs end by themselves */
		assert_int_equal(expected_behind(pipe_of(1)), 0);
		dev.capture = CAPTURE_BUS;
		assert_int_equal(expected_after(GET_REPORT_DESCRIPTOR), row[i].bytes);
		assert_int_equal(expected_behind(pipe_of(1)), row[i].bytes);
		assert_int_equal(expected_after("81 06 00 22 01 00 00 10"), 0); /* interface 1 */
		assert_int_equal(expected_after("21 0a 00 00 00 00 00 00"), 0);
		unplug();
	}
}

/* What holds is what is known when a report ends, not when it began. */
static void test_expected_anew(void **state)
{
	uint8_t bytes[128];
	uint32_t before, n;

	(void)state;
	plug(1, 1, NULL);
	dev.capture = CAPTURE_BUS_ANY_SPEED;
	before = pipe_of(1);
	assert_int_equal(expected_behind(before), 0);
	n = hex(TWO_REPORTS, bytes);
	learn(DESC_HID_REPORT, 0, bytes, n, n);
	assert_int_equal(expected_behind(before), 18);
	assert_int_equal(expected_after(SET_BOOT), 8);
	assert_int_equal(expected_behind(before), 8);
	assert_int_equal(expected_behind(pipe_of(1)), 8);
	assert_int_equal(expected_after(SET_REPORT_PROTOCOL), 18);
	unplug();
}

/* What the capture cut says nothing of keys. */
static void test_cut(void **state)
{
	static const uint8_t part[] = {0x02, 0x00};

	(void)state;
	plug(1, 1, KEYBOARD);
	input("02 00 04 00 00 00 00 00");
	input_bytes(part, 2, 8, XFER_UNKNOWN);
	has(recorded.s, "rest (the report has more fields) !snapped\n");
	assert_string_equal(input("00 00 04 00 00 00 00 00").info, "key up: Left Shift (held: a)");
	unplug();
}

static void test_requests(void **state)
{
	static const struct {
		const char *setup, *data, *info;
	} row[] = {
		{"21 0a 00 00 00 00 00 00", "", "SET_IDLE on change interface 0"},
		{"21 0a 02 06 00 00 00 00", "", "SET_IDLE every 24 ms report 2 interface 0"},
		{"a1 02 00 00 00 00 01 00", "7d", "GET_IDLE interface 0 → every 500 ms"},
		{"a1 03 00 00 00 00 01 00", "00", "GET_PROTOCOL interface 0 → boot"},
		{"21 09 00 02 00 00 01 00", "02", "SET_REPORT output interface 0: LEDs: Caps Lock"},
		{"21 09 00 02 00 00 01 00", "00", "SET_REPORT output interface 0: LEDs: none"},
		{"a1 01 00 01 00 00 08 00", "20 00 04 00 00 00 00 00",
			"GET_REPORT input interface 0 → key down: Right Shift, a"},
		{"a1 01 03 03 00 00 08 00", "", "GET_REPORT feature 3 interface 0"},
		{"a1 01 00 07 00 00 08 00", "", "GET_REPORT type 7 interface 0"},
		{"81 06 00 22 00 00 3f 00", KEYBOARD,
			"GET_DESCRIPTOR HID report interface 0 → Keyboard, input 8 bytes, output 1 "
			"byte"},
		/* of these others know more */
		{"81 06 00 03 00 00 3f 00", "", ""},
		{"02 01 00 00 81 00 00 00", "", ""},
		{"21 55 00 00 00 00 00 00", "", ""},
	};

	(void)state;
	plug(1, 1, KEYBOARD);
	for (size_t i = 0; i < ARRAY_LEN(row); i++)
		assert_string_equal(control(row[i].setup, row[i].data).info, row[i].info);
	has(control("21 09 00 02 00 00 01 00", "02").tree, "led=1 b1+1 (Caps Lock: on)\n");
	has(control("a1 02 00 00 00 00 01 00", "7d").tree, "idle_rate=125 (every 500 ms)\n");
	/* interface 1 is none of them: its reports are bytes */
	assert_string_equal(
		control("21 09 00 02 01 00 01 00", "02").info, "SET_REPORT output interface 1");
	unplug();
}

/* ---- anything at all ---------------------------------------------------------------- */

static uint32_t random32(void)
{
	static uint64_t s = 88172645463325252u;

	s ^= s << 13;
	s ^= s >> 7;
	s ^= s << 17;
	return (uint32_t)(s >> 16);
}

/* A descriptor with some bytes changed, or none that makes sense, and reports like its own. */
static void test_random(void **state)
{
	static const char *const real[] = {MOUSE, KEYBOARD};

	(void)state;
	recorded.quiet = true;
	for (int round = 0; round < 3000; round++) {
		uint8_t desc[512], data[200];
		uint32_t n = hex(real[round & 1], desc);

		plug((uint8_t)(random32() % 2), (uint8_t)(random32() % 3), NULL);
		if (random32() % 3)
			for (uint32_t k = random32() % 8; k--;)
				desc[random32() % n] = (uint8_t)random32();
		else
			for (uint32_t k = n = random32() % sizeof(desc); k--;)
				desc[k] = (uint8_t)random32();
		record_begin(n);
		hid_emit_descriptor(&rec.emit, NULL, desc, n, n + random32() % 3);
		assert_int_equal(rec.depth, 0);
		if (n)
			learn(DESC_HID_REPORT, 0, desc, n, n);
		for (unsigned i = 0; i < 10; i++) {
			uint32_t len = random32() % (random32() % 8 ? 12 : sizeof(data));

			for (uint32_t k = 0; k < len; k++)
				data[k] = (uint8_t)(random32() % 4 ? random32() % 4 : random32());
			input_bytes(data, len, len + (random32() % 8 ? 0 : random32() % 9),
				random32() % 2 ? XFER_UNKNOWN : 0);
		}
		unplug();
	}
	recorded.quiet = false;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tree),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_mouse),
		cmocka_unit_test(test_wheel),
		cmocka_unit_test(test_keyboard),
		cmocka_unit_test(test_many_keys),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_boot),
		cmocka_unit_test(test_merged),
		cmocka_unit_test(test_expected),
		cmocka_unit_test(test_expected_anew),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
