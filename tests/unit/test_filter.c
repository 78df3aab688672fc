/* test_filter.c: the filter language on prepared transfers: what is kept, what is refused and how.
 */
#include "base/mem.h"
#include "filter/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* ---- decoders of the test's own, so that info and proto are known ------------------- */

static unsigned infos; /* how often a meaning was computed */

static bool claims(const struct decode_ctx *c, const struct xfer *x)
{
	(void)c;
	return x->type == USB_CONTROL;
}

static void info(const struct decode_ctx *c, const struct xfer *x, struct text *t)
{
	(void)c;
	infos++;
	text_str(
		t, x->setup[1] == 6 ? "GET_DESCRIPTOR device \"caf\u00e9\\x1b\"" : "SET_ADDRESS 5");
}

static const struct decoder control = {.name = "control", .match = claims, .info = info};
static const struct decoder msc = {.name = "msc", .match = claims, .info = info};
const struct decoder *const decoders[] = {&control, &msc, NULL};

const struct decoder *decoder_for(const struct decode_ctx *c, const struct xfer *x)
{
	return claims(c, x) ? &control : NULL;
}

/* ---- transfers ---------------------------------------------------------------------- */

enum { C, B, I, P, S, ROWS }; /* control, bulk, bad interrupt, pending, isochronous */

static const uint8_t csw[] = "USBS\x01\x02\x03\x04\x00\x00\x00\x00\x00";
static const uint8_t many[20] = {0xff};

static struct xfer prepared[ROWS] = {
	[C] = {.id = 1,
		.records = 2,
		.first = 1,
		.last = 2,
		.begin = 0,
		.end = 123000,
		.urb = 0xffff888012345678,
		.instance = 3,
		.bus = 1,
		.device = 5,
		.endpoint = 0,
		.dir = USB_IN,
		.type = USB_CONTROL,
		.speed = USB_HIGH,
		.os = USB_OS_LINUX,
		.seen = SEEN_BOTH,
		.status = STATUS_OK,
		.ended = END_COMPLETE,
		.flags = XFER_HAS_SETUP | XFER_HAS_STATUS,
		.req_len = 18,
		.len = 18,
		.naks = XFER_UNKNOWN,
		.retries = XFER_UNKNOWN,
		.setup = {0x80, 6, 0x00, 0x01, 0x09, 0x04, 18, 0}},
	[B] = {.id = 2,
		.records = 2,
		.first = 3,
		.last = 6,
		.begin = 1500000000,
		.end = 1506000000,
		.instance = 3,
		.bus = 1,
		.device = 5,
		.endpoint = 1,
		.dir = USB_IN,
		.type = USB_BULK,
		.speed = USB_HIGH,
		.os = USB_OS_LINUX,
		.seen = SEEN_BOTH,
		.status = STATUS_OK,
		.ended = END_SHORT,
		.flags = XFER_SHORT | XFER_HAS_STATUS,
		.req_len = 512,
		.len = 13,
		.naks = XFER_UNKNOWN,
		.retries = XFER_UNKNOWN,
		.data = {csw, 13, 13, 13}},
	[I] = {.id = 3,
		.records = 2,
		.first = 4,
		.last = 5,
		.begin = 2000000000,
		.end = 2000000001,
		.instance = 4,
		.bus = USB_NO_BUS,
		.device = 6,
		.endpoint = 2,
		.dir = USB_OUT,
		.type = USB_INTERRUPT,
		.speed = USB_LOW,
		.os = USB_OS_LINUX,
		.seen = SEEN_BOTH,
		.status = STATUS_STALL,
		.ended = END_STALL,
		.flags = XFER_HAS_STATUS | XFER_HAS_INTERVAL | XFER_HAS_FUNCTION,
		.function = 9,
		.raw_status = -32,
		.req_len = 20,
		.len = 0,
		.naks = 4,
		.retries = 0,
		.interval = 8,
		.data = {many, 20, 20, 20}},
	[P] = {.id = 4,
		.records = 1,
		.first = 7,
		.last = 7,
		.begin = 3600000000000,
		.bus = 2,
		.device = 7,
		.endpoint = USB_NO_ENDPOINT,
		.dir = USB_DIR_UNKNOWN,
		.type = USB_REQUEST,
		.os = USB_OS_WINDOWS,
		.seen = SEEN_SUBMIT,
		.status = STATUS_PENDING,
		.ended = END_EOF,
		.req_len = XFER_UNKNOWN,
		.len = XFER_UNKNOWN,
		.naks = XFER_UNKNOWN,
		.retries = XFER_UNKNOWN},
	[S] = {.id = 5,
		.records = 2,
		.first = 8,
		.last = 9,
		.begin = -1,
		.end = 0,
		.instance = 8,
		.bus = 1,
		.device = 8,
		.endpoint = 3,
		.dir = USB_OUT,
		.type = USB_ISOCHRONOUS,
		.speed = USB_SUPER_PLUS,
		.os = USB_OS_LINUX,
		.seen = SEEN_COMPLETE,
		.status = STATUS_NO_BANDWIDTH,
		.ended = END_ERROR,
		.flags = XFER_HAS_STATUS | XFER_SYNTHETIC | XFER_HAS_FRAME | XFER_HAS_STREAM,
		.raw_status = -28,
		.req_len = 4096,
		.len = 0,
		.naks = XFER_UNKNOWN,
		.retries = XFER_UNKNOWN,
		.stream = 9,
		.start_frame = 512,
		.iso = {.packets = 8, .layout = ISO_LINUX}},
};

static const struct exchange seventh = {.id = 7};

/* The rows kept, as letters in order. */
static void kept(const struct filter *f, char letters[ROWS + 1])
{
	size_t n = 0;

	for (int i = 0; i < ROWS; i++) {
		struct row r;

		row_init(&r, &prepared[i], NULL);
		r.decode.exchange = i == B ? &seventh : NULL;
		if (filter_keeps(f, &r))
			letters[n++] = "CBIPS"[i];
	}
	letters[n] = 0;
}

static void keeps_what_it_says(void **state)
{
	static const struct {
		const char *expr, *keeps;
	} table[] = {
		{"", "CBIPS"},
		{" \t\n", "CBIPS"},
		{"dev == 5", "CB"},
		{"dev==5&&ep==1", "B"},
		{"dev eq 5 and ep eq 1", "B"},
		{"dev ne 5", "IPS"},
		{"dev gt 5 and dev lt 8 or dev ge 8 and dev le 8", "IPS"},
		{"dev == 5 && ep == 1 && status != ok", ""},
		{"len > 512 or not dir == in", "IPS"},
		{"setup.bRequest in {5, 6, 9}", "C"},
		{"setup.wIndex == 0x409 && setup.wValue == 0x0100 and setup.wLength == 18", "C"},
		{"setup.bmRequestType == 0b10000000", "C"},
		{"setup.bmRequestType == 0o200", "C"},
		{"setup", "C"},
		{"not setup", "BIPS"},
		{"iso", "S"},
		{"iso.packets == 8 and iso.start_frame == 512", "S"},
		{"iso.errors == 0", ""}, /* not known before completion */
		/* words, among them operators */
		{"dir == in", "CB"},
		{"dir == in && ep in {1,2}", "B"},
		{"dir in {in}", "CB"},
		{"dir in{in,out}and ep in{1..2}", "BI"},
		{"dir not in {in}", "IS"},
		{"dir !in {in}", "IS"},
		{"!dir in {in}", "IPS"},
		{"status == no-bandwidth", "S"},
		{"status == \"no-bandwidth\"", "S"},
		{"speed == super+", "S"},
		{"type in {bulk, control}", "CB"},
		{"status contains and or status contains all", "IS"},
		{"proto == control", "C"},
		{"proto == msc", ""},
		/* unknown is never equal, never different */
		{"bus == 1", "CBS"},
		{"bus != 1", "P"},
		{"!(bus == 1)", "IP"},
		{"bus", "CBPS"},
		{"naks != 5", "I"},
		{"naks", "I"},
		{"ep != 1", "CIS"},
		{"ep not in {1}", "CIS"},
		{"dur >= 0", "CBIS"},
		{"device > 3", "IS"},
		{"exchange", "B"},
		{"stream == 9", "S"},
		/* true or false */
		{"error", "IS"},
		{"!error", "CBP"},
		{"error == true", "IS"},
		{"error != 1", "CBP"},
		{"short == false", "CIPS"},
		{"synthetic in {true}", "S"},
		/* times */
		{"t >= 1.5", "BIP"},
		{"t == 1.5", "B"},
		{"t == 1500ms", "B"},
		{"t == 1h", "P"},
		{"t == 60min", "P"},
		{"t == -1ns", "S"},
		{"t < 0", "S"},
		{"t in {-5s..-0.000000001, 2}", "IS"},
		{"latency > 5ms", "B"},
		{"latency == 123us", "C"},
		{"latency == 123\u00b5s", "C"},
		{"latency == 0.123ms", "C"},
		{"dur < 2ns", "IS"},
		/* sizes and signs */
		{"req_len == 4Ki", "S"},
		{"req_len < 4.096k", "CBI"},
		{"raw_status == -32", "I"},
		{"raw_status < -30", "I"},
		{"raw_status in {-32..-28}", "IS"},
		{"urb == 0xffff888012345678", "C"},
		{"urb <= 0xffffffffffffffff", "C"},
		{"len > -1", "CBIS"},
		/* text */
		{"info contains \"GET_\"", "C"},
		{"info contains GET", "C"},
		{"info contains get", ""},
		{"info matches \"^GET_\"", "C"},
		{"info matches \"^get_\"", "C"},
		{"info matches \"(?-i)^get_\"", ""},
		{"info ~ 'caf\u00e9'", "C"},
		{"info matches \"caf.\\\\x1b\"", "C"},
		{"info matches r\"caf.\\\\x1b\"", "C"},
		{"info matches \"\\d{2} bytes\"", "BI"},
		{"info matches \"\\bx1b\\b\" or info matches \"\\x47ET\"", "C"},
		{"info contains '\\\\x1b'", "C"},
		{"info == '20 bytes: ff 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 \u2026'", "I"},
		{"info", "CBI"},
		/* bytes */
		{"data contains \"USBS\"", "B"},
		{"data contains 55:53:42:53:01", "B"},
		{"data contains 55534253", "B"},
		{"data contains 5553:42", "B"},
		{"data contains \"\\x01\\x02\"", "B"},
		{"data contains 00:01", ""},
		{"data == 55:53:42:53:01:02:03:04:00:00:00:00:00", "B"},
		{"data matches \"^\\xff\\x00\"", "I"},
		{"data matches r\"S\\x01\"", "B"},
		{"data", "BI"},
		{"addr == 1.5.1", "B"},
		{"addr in {1.5.0, \"1.5.1\"}", "CB"},
		/* as Wireshark */
		{"usb.device_address == 5 && usb.endpoint_address == 0x81", "B"},
		{"usb.endpoint_address in {0x80..0xff}", "CB"},
		{"usb.endpoint_address.number == 2", "I"},
		{"usb.endpoint_address.direction == 1", "CB"},
		{"usb.transfer_type == 0x03", "B"},
		{"usb.transfer_type == 2", "C"},
		{"usb.transfer_type == 1 or usb.transfer_type == 0", "IS"},
		{"usb.transfer_type", "CBIS"},
		{"usb.bus_id == 1", "CBS"},
		{"usb.urb_status == -32", "I"},
		{"usb.setup.bRequest == 6", "C"},
		{"usb.bmRequestType == 128 and usb.setup.bmRequestType == 128", "C"},
		{"usb.urb_len == 512", "B"},
		{"usb.urb_len == 13", "B"},
		{"usb.urb_len != 13", "CIS"},
		{"usb.data_len == 13", "B"},
		{"usb.urb_id == 0xffff888012345678", "C"},
		{"usb.function == 9", "I"},
		{"usb.interval == 8", "I"},
		{"frame.number == 6", "B"},
		{"frame.number in {4, 7}", "IP"},
		{"frame.number != 4", "CBPS"},
		{"frame.time_relative > 3", "P"},
		{"usb.time > 5ms", "B"},
		/* words as columns abbreviate them, and other usual ones */
		{"type == ctrl", "C"},
		{"type in {intr, isoc}", "IS"},
		{"type != \"int\"", "CBPS"},
		{"type == iso or type == ctl", "CS"},
		{"speed == 480M or speed == hs", "CB"},
		{"speed == 1.5M", "I"},
		/* precedence */
		{"dev == 5 || dev == 6 && ep == 9", "CB"},
		{"(dev == 5 || dev == 6) && ep == 1", "B"},
		{"not dev == 5 and dev == 6", "I"},
		{"not (dev == 5 and dev == 6)", "CBIPS"},
		{"!!error", "IS"},
		{"! not ( ( error ) )", "IS"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct err e = {0};
		struct filter *f = filter_compile(table[i].expr, &e);
		char letters[ROWS + 1];

		if (!f)
			fail_msg("%s: %s", table[i].expr, e.text);
		kept(f, letters);
		if (strcmp(letters, table[i].keeps))
			fail_msg("%s: keeps %s, not %s", table[i].expr, letters, table[i].keeps);
		assert_false(filter_broke(f));
		filter_free(f);
	}
}

static void complains_at_the_place(void **state)
{
	static const struct {
		const char *expr, *message;
	} table[] = {
		{"statsu != ok", "unknown field 'statsu', did you mean status?\n"
				 "  statsu != ok\n"
				 "  ^~~~~~"},
		{"dev == 5 && status != okk", "'okk' is no status, did you mean ok?\n"
					      "  dev == 5 && status != okk\n"
					      "                        ^~~"},
		{"dir == 5", "'5' is no dir: out, in\n"
			     "  dir == 5\n"
			     "         ^"},
		{"type == isoch", "'isoch' is no type, did you mean isochronous?\n"
				  "  type == isoch\n"
				  "          ^~~~~"},
		{"proto == mcs", "'mcs' is no proto, did you mean msc?\n"
				 "  proto == mcs\n"
				 "           ^~~"},
		{"bRequest == 6", "unknown field 'bRequest', did you mean setup.bRequest?\n"
				  "  bRequest == 6\n"
				  "  ^~~~~~~~"},
		{"usb.device_adress == 6",
			"unknown field 'usb.device_adress', did you mean usb.device_address?\n"
			"  usb.device_adress == 6\n"
			"  ^~~~~~~~~~~~~~~~~"},
		{"xyzzy", "unknown field 'xyzzy' (urbscope help filter lists all)\n"
			  "  xyzzy\n"
			  "  ^~~~~"},
		{"5 == dev", "expected a field, not '5': the value comes last, as in dev == 5\n"
			     "  5 == dev\n"
			     "  ^"},
		{"1 < len < 5", "expected a field, not '1': the value comes last, as in dev == 5\n"
				"  1 < len < 5\n"
				"  ^"},
		{"len > 1 < 5", "comparisons cannot be chained: join two with &&\n"
				"  len > 1 < 5\n"
				"          ^"},
		{"dev == in",
			"'in' is no number: dev takes 10, -10, 0x0a, 0b1010, 0o12, 10k, 10Ki\n"
			"  dev == in\n"
			"         ^~"},
		{"dev = 5", "= is no operator, did you mean ==?\n"
			    "  dev = 5\n"
			    "      ^"},
		{"dev == 5 & ep == 1", "& is no operator, did you mean &&?\n"
				       "  dev == 5 & ep == 1\n"
				       "           ^"},
		{"dev == 5 ep == 1", "expected && or || before 'ep'\n"
				     "  dev == 5 ep == 1\n"
				     "           ^~"},
		{"dev ==",
			"the end is no number: dev takes 10, -10, 0x0a, 0b1010, 0o12, 10k, 10Ki\n"
			"  dev ==\n"
			"        ^"},
		{"t > 5q", "'5q' is no time: t takes seconds, or ns, us, ms, s, min, h\n"
			   "  t > 5q\n"
			   "      ^~"},
		{"len > 5ms",
			"'5ms' is no number: len takes 10, -10, 0x0a, 0b1010, 0o12, 10k, 10Ki\n"
			"  len > 5ms\n"
			"        ^~~"},
		{"len == 1.5", "len takes whole numbers\n"
			       "  len == 1.5\n"
			       "         ^~~"},
		{"t == 0.5ns", "times have whole nanoseconds\n"
			       "  t == 0.5ns\n"
			       "       ^~~~~"},
		{"len == 0x10000000000000000", "'0x10000000000000000' is too large\n"
					       "  len == 0x10000000000000000\n"
					       "         ^~~~~~~~~~~~~~~~~~~"},
		{"t == 99999999999999h", "'99999999999999h' is too large\n"
					 "  t == 99999999999999h\n"
					 "       ^~~~~~~~~~~~~~~"},
		{"len == 0.0000000000000000000000000000000000000000001",
			"'0.00000000000000000000000000000000000000...' has too many digits\n"
			"  len == 0.0000000000000000000000000000000000000000001\n"
			"         ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~"},
		{"error == maybe", "'maybe' is neither true nor false, as error is\n"
				   "  error == maybe\n"
				   "           ^~~~~"},
		{"error > 1", "error is true or false: it takes == != in\n"
			      "  error > 1\n"
			      "        ^"},
		{"speed >= high", "speed is text: it takes == != in contains matches\n"
				  "  speed >= high\n"
				  "        ^~"},
		{"len contains 5", "len is a number: it takes == != < <= > >= in\n"
				   "  len contains 5\n"
				   "      ^~~~~~~~"},
		{"setup == 5",
			"this is a group: compare one of its members, as setup.bmRequestType\n"
			"  setup == 5\n"
			"  ^~~~~"},
		{"dir in {in..out}", "dir is text, which has no ranges\n"
				     "  dir in {in..out}\n"
				     "            ^~"},
		{"ep in {5..1}", "this range ends before it begins\n"
				 "  ep in {5..1}\n"
				 "         ^~~~"},
		{"ep in 5", "expected a list, {…}, not '5'\n"
			    "  ep in 5\n"
			    "        ^"},
		{"ep in {1 2}", "expected , or } in the list, not '2'\n"
				"  ep in {1 2}\n"
				"           ^"},
		{"ep not == 1", "expected && or || before this\n"
				"  ep not == 1\n"
				"     ^~~"},
		{"(dev == 5", "expected &&, || or ), not the end\n"
			      "  (dev == 5\n"
			      "           ^"},
		{"dev == 5)", "expected && or || before ')'\n"
			      "  dev == 5)\n"
			      "          ^"},
		{"info contains \"GET", "this quote is never closed\n"
					"  info contains \"GET\n"
					"                ^"},
		{"info contains \"a\\d\"", "unknown escape: write \\\\ for a backslash\n"
					   "  info contains \"a\\d\"\n"
					   "                  ^~"},
		{"info matches \"a(b\"", "regular expression: missing closing parenthesis\n"
					 "  info matches \"a(b\"\n"
					 "                   ^"},
		{"info matches (", "expected \"text\" to compare info with, not '('\n"
				   "  info matches (\n"
				   "               ^"},
		{"status == lost", "'lost' is no status: lost completions have end == lost\n"
				   "  status == lost\n"
				   "            ^~~~"},
		{"class == xyzzy",
			"'xyzzy' is no class: audio, cdc, hid, physical, image, printer, storage, "
			"hub, "
			"cdc-data, smart-card, content-security, video, healthcare, audio-video, "
			"billboard, type-c-bridge, i3c, diagnostic, wireless, miscellaneous, "
			"application, vendor\n"
			"  class == xyzzy\n"
			"           ^~~~~"},
		{"data contains 5", "'5' is no bytes: data takes 0a:0b:0c or \"text\"\n"
				    "  data contains 5\n"
				    "                ^"},
		{"data == \"x\" && \"y\"", "expected a field, not \"y\"\n"
					   "  data == \"x\" && \"y\"\n"
					   "                 ^~~"},
		{"and", "expected a field, not 'and'\n"
			"  and\n"
			"  ^~~"},
		{"dev @ 5", "unexpected character '@'\n"
			    "  dev @ 5\n"
			    "      ^"},
		/* nothing that moves the cursor or colours reaches a terminal; the caret stays in
		   line */
		{"info contains \"\x1b[2J\u65e5\" && \x07",
			"unexpected character '\\x07'\n"
			"  info contains \"\\x1b[2J\u65e5\" && \\x07\n"
			"                               ^~~~"},
		/* a long expression is shown around the place */
		{"dev == 5 || dev == 5 || dev == 5 || dev == 5 || dev == 5 || dve == 5 || dev == 5 "
		 "|| "
		 "dev == 5 || dev == 5 || dev == 5 || dev == 5",
			"unknown field 'dve', did you mean dev?\n"
			"  ...dev == 5 || dev == 5 || dev == 5 || dve == 5 || dev == 5 || dev == 5 "
			"|...\n"
			"                                         ^~~"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct err e = {0};

		assert_null(filter_compile(table[i].expr, &e));
		if (strcmp(e.text, table[i].message))
			fail_msg("%s:\n%s\nexpected:\n%s", table[i].expr, e.text, table[i].message);
		assert_null(filter_compile(table[i].expr, NULL));
	}
}

/* ---- limits ------------------------------------------------------------------------- */

static char *repeat(const char *before, const char *part, size_t n, const char *after)
{
	size_t len = strlen(part);
	char *s = mem_zalloc(1, strlen(before) + len * n + strlen(after) + 1),
	     *to = stpcpy(s, before);

	for (size_t i = 0; i < n; i++)
		to = mempcpy(to, part, len);
	strcpy(to, after);
	return s;
}

static void assert_compiles(char *expr, const char *message)
{
	struct err e = {0};
	struct filter *f = filter_compile(expr, &e);

	if (!message && !f)
		fail_msg("%s", e.text);
	if (message && f)
		fail_msg("compiled, should be: %s", message);
	if (message)
		assert_int_equal(strncmp(e.text, message, strlen(message)), 0);
	filter_free(f);
	free(expr);
}

static void has_bounds(void **state)
{
	(void)state;
	assert_compiles(
		repeat("", "(", 200, "error))))))))))"), "expected &&, || or ), not the end\n");
	assert_compiles(repeat("", "!", 200, "error"), NULL);
	assert_compiles(repeat("", "!", 201, "error"), "nested more than 200 deep\n");
	assert_compiles(repeat("", "(", 65000, ""), "nested more than 200 deep\n");
	assert_compiles(repeat("error", "||error", 9000, ""), NULL);
	assert_compiles(repeat("error", " ", 64 * 1024 - 5, ""), NULL);
	assert_compiles(repeat("error", " ", 64 * 1024 - 4, ""), "longer than 65536 bytes\n");
	assert_compiles(repeat("ep in {", "1,", 4095, "1}"), NULL);
	assert_compiles(repeat("ep in {", "1,", 4096, "1}"), "a list has at most 4096 entries\n");
	assert_compiles(repeat("", "x", 60000, ""),
		"unknown field 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...'");
	assert_compiles(repeat("len == ", "0", 60000, "1"), NULL);
	assert_compiles(repeat("len == ", "9", 60000, ""),
		"'9999999999999999999999999999999999999999...' has too");
}

/* A pattern that backtracks for ever on a text of its own choosing ends, and says so. */
static void ends_when_a_pattern_does_not(void **state)
{
	static uint8_t a[60000];
	struct xfer x = prepared[B];
	struct filter *f = filter_compile("data matches \"^(a+)+$\"", NULL);
	struct filter *fine = filter_compile("data matches \"(a|b)*c\"", NULL);
	struct row r;

	(void)state;
	memset(a, 'a', sizeof(a));
	a[sizeof(a) - 1] = '!';
	x.data = (struct span){a, sizeof(a), sizeof(a), sizeof(a)};
	assert_non_null(f);
	assert_false(filter_broke(f));
	for (int i = 0; i < 1000; i++) {
		row_init(&r, &x, NULL);
		assert_false(filter_keeps(f, &r));
	}
	assert_true(filter_broke(f));
	filter_free(f);
	x.data.kept = 40;
	a[39] = 'c';
	row_init(&r, &x, NULL);
	assert_true(filter_keeps(fine, &r));
	assert_false(filter_broke(fine));
	filter_free(fine);
	assert_false(filter_broke(NULL));
}

/* ---- cost --------------------------------------------------------------------------- */

static void asks_the_cheapest_first(void **state)
{
	static const struct {
		const char *expr;
		unsigned infos; /* for all rows; the only decoder that counts is C's */
		enum need need;
	} table[] = {
		{"", 0, NEED_XFER},
		{"dev == 5", 0, NEED_XFER},
		{"info contains GET", 1, NEED_INFO},
		{"info contains GET && dev == 6", 0, NEED_INFO},
		{"info contains GET || dev == 5", 0, NEED_INFO},
		{"(info contains GET && ep == 0) && dev == 6", 0, NEED_INFO},
		{"!(info contains GET) && dev == 6", 0, NEED_INFO},
		{"proto == control", 0, NEED_INFO},
		{"info contains GET and info contains x or info contains GET", 1, NEED_INFO},
		{"data", 0, NEED_INFO},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct filter *f = filter_compile(table[i].expr, NULL);
		char letters[ROWS + 1];

		assert_non_null(f);
		infos = 0;
		kept(f, letters);
		if (infos != table[i].infos)
			fail_msg("%s: %u meanings", table[i].expr, infos);
		assert_int_equal(filter_need(f), table[i].need);
		filter_free(f);
	}
	assert_int_equal(filter_need(NULL), NEED_XFER);
}

/* ---- the table of fields ------------------------------------------------------------ */

static void json_keys_are_in_order(void **state)
{
	static const char *const keys = "id first last records t dur bus dev device ep dir type "
					"speed seen status short raw_status os "
					"end req_len len setup.bmRequestType setup.bRequest "
					"setup.wValue setup.wIndex setup.wLength "
					"iso.packets iso.errors iso.missed iso.empty "
					"iso.start_frame iso.interval naks retries stream "
					"synthetic proto exchange info ";
	char got[1024] = "";

	(void)state;
	for (size_t i = 0; i < row_fields_count; i++)
		if (row_fields[i].json)
			strcat(strcat(got, row_fields[i].name), " ");
	assert_string_equal(got, keys);
}

/* Each field yields its type or null, and only words it announces. */
static void fields_are_what_they_say(void **state)
{
	(void)state;
	for (size_t i = 0; i < row_fields_count; i++)
		for (int k = 0; k < ROWS; k++) {
			const struct row_field *f = &row_fields[i];
			struct value v = value_null();
			struct row r;
			bool known = !row_field_word(f, 0);
			const char *word;

			row_init(&r, &prepared[k], NULL);
			f->get(&r, &v);
			if (v.type == VAL_NULL)
				continue;
			assert_int_equal(v.type, f->type);
			for (size_t w = 0; (word = row_field_word(f, w)); w++)
				known |= strlen(word) == v.n && !memcmp(word, v.s, v.n);
			if (!known)
				fail_msg("%s: %.*s", f->name, (int)v.n, v.s);
		}
}

static const struct row_field *field(const char *name)
{
	for (size_t i = 0; i < row_fields_count; i++)
		if (!strcmp(row_fields[i].name, name))
			return &row_fields[i];
	fail_msg("no field %s", name);
	return NULL;
}

static void assert_words(const char *name, const char *(*word)(unsigned), unsigned from, unsigned n)
{
	const struct row_field *f = field(name);

	for (unsigned i = 0; i < n; i++)
		assert_string_equal(row_field_word(f, i), word(from + i));
	assert_null(row_field_word(f, n));
}

#define WORD(function)                                                                             \
	static const char *word_##function(unsigned i)                                             \
	{                                                                                          \
		return function(i);                                                                \
	}
WORD(usb_dir_name)
WORD(usb_type_name)
WORD(usb_speed_name)
WORD(usb_os_name)
WORD(seen_name)
WORD(status_name)
WORD(xfer_end_name)

static void words_are_those_of_the_names(void **state)
{
	(void)state;
	assert_words("dir", word_usb_dir_name, 0, USB_DIR_UNKNOWN);
	assert_words("type", word_usb_type_name, 0, USB_TYPES);
	assert_words("speed", word_usb_speed_name, USB_LOW, USB_SUPER_PLUS);
	assert_words("os", word_usb_os_name, USB_OS_LINUX, USB_OS_COUNT - 1);
	assert_words("seen", word_seen_name, 0, SEEN_COMPLETE + 1);
	assert_words("status", word_status_name, 0, STATUS_UNKNOWN); /* that one is null */
	assert_words("end", word_xfer_end_name, 0, END_UNKNOWN);     /* that one is null */
}

/* What columns show as a type is a word, and no word stands for two of them. */
static void other_words_mean_one_of_the_field(void **state)
{
	(void)state;
	for (unsigned t = 0; t < USB_TYPE_UNKNOWN; t++) {
		char expr[40];
		struct filter *f;

		snprintf(expr, sizeof(expr), "type == %s", usb_type_short(t));
		f = filter_compile(expr, NULL);
		assert_non_null(f);
		filter_free(f);
	}
	for (size_t i = 0; i < other_words_count; i++) {
		const struct other_word *o = &other_words[i];
		bool known = !o->means;

		assert_true(!o->means != !o->instead);
		for (size_t w = 0; o->names[w]; w++) {
			known |= o->means && !strcmp(o->names[w], o->means);
			assert_string_not_equal(o->names[w], o->word);
		}
		assert_true(known);
		for (size_t k = 0; k < i; k++)
			assert_true(other_words[k].names != o->names ||
				    strcmp(other_words[k].word, o->word));
	}
}

static void meaning_of_the_unclaimed_is_its_bytes(void **state)
{
	static const char *const expected[ROWS] = {"GET_DESCRIPTOR device \"caf\u00e9\\x1b\"",
		"13 bytes: 55 53 42 53 01 02 03 04 00 00 00 00 00",
		"20 bytes: ff 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 \u2026", "", ""};

	(void)state;
	for (int i = 0; i < ROWS; i++) {
		struct row r;

		row_init(&r, &prepared[i], NULL);
		assert_string_equal(row_info(&r)->s, expected[i]);
		assert_string_equal(row_info(&r)->s, expected[i]);
	}
}

static void inferred_setup_says_so(void **state)
{
	struct xfer x = prepared[C];
	struct value v = value_null();
	struct row r;

	(void)state;
	x.flags |= XFER_SETUP_INFERRED;
	row_init(&r, &x, NULL);
	field("setup.wIndex")->get(&r, &v);
	assert_true(v.inferred);
	assert_int_equal(v.u, 0x409);
}

/* ---- the reference ------------------------------------------------------------------ */

static struct {
	struct emit emit;
	const struct column *columns;
	size_t n, rows, words, notes;
} seen_table;

static void on_table(struct emit *e, const char *key, const char *title, const struct column *c,
	size_t n, enum layout layout)
{
	(void)e, (void)key, (void)title, (void)layout;
	seen_table.columns = c;
	seen_table.n = n;
}

static void on_row(struct emit *e, const void *row)
{
	(void)e;
	for (size_t i = 0; i < seen_table.n; i++) {
		struct value v = value_null();

		seen_table.columns[i].get(row, &v);
		if (!strcmp(seen_table.columns[i].key, "words") && v.type == VAL_TEXT &&
			!strcmp(v.s, "both submit complete"))
			seen_table.words++;
		if (i == 0)
			assert_string_equal(v.s, row_fields[seen_table.rows].name);
	}
	seen_table.rows++;
}

static void on_note(struct emit *e, const char *text)
{
	(void)e;
	seen_table.notes += !strcmp(text, "words: both submit complete");
}

static void on_end(struct emit *e)
{
	(void)e;
}

static void reference_lists_all(void **state)
{
	static const struct emit_ops ops = {.table = on_table,
		.row = on_row,
		.note = on_note,
		.row_end = on_end,
		.table_end = on_end};

	(void)state;
	seen_table.emit.ops = &ops;
	filter_reference(&seen_table.emit);
	assert_int_equal(seen_table.rows, row_fields_count);
	assert_int_equal(seen_table.words, 1);
	assert_int_equal(seen_table.notes, 1);
}

/* ---- anything ----------------------------------------------------------------------- */

static uint32_t random_next(uint32_t *s)
{
	*s = *s * 1664525 + 1013904223;
	return *s >> 8;
}

/* Any sequence of tokens compiles or is refused with three lines that fit. */
static void survives_anything(void **state)
{
	static const char *const part[] = {"dev", "dir", "t", "info", "data", "setup", "iso.errors",
		"error", "frame.number", "usb.urb_len", "proto", "==", "!=", "<", ">=", "in", "not",
		"and", "or", "&&", "||", "!", "(", ")", "{", "}", ",", "..", ".", "contains",
		"matches", "~", "5", "-1", "0x1f", "1.5ms", "5k", "in", "ok", "\"a\"", "\"(\"",
		"'\\x4'", "r\"\\d\"", "0a:0b", "\"", "\\", "=", "\x01", "\xff", "\u65e5", "0b",
		"0x", "-", ":", "true", "9999999999999999999999", "\n"};
	uint32_t seed = 1;
	unsigned compiled = 0;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		char expr[256] = "", letters[ROWS + 1];
		struct err e = {0};
		struct filter *f;
		unsigned lines = 0;

		for (uint32_t n = random_next(&seed) % 9; n; n--) {
			strcat(expr, part[random_next(&seed) % ARRAY_LEN(part)]);
			strcat(expr, random_next(&seed) % 4 ? " " : "");
		}
		f = filter_compile(expr, &e);
		if (f) {
			compiled++;
			kept(f, letters);
			filter_free(f);
			continue;
		}
		for (const char *s = e.text; *s; s++) {
			lines += *s == '\n';
			assert_true(*s == '\n' || (unsigned char)*s >= 0x20);
		}
		if (lines != 2)
			fail_msg("%s:\n%s", expr, e.text);
		assert_true(strlen(e.text) < sizeof(e.text) - 1);
	}
	assert_true(compiled > 1000);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_what_it_says),
		cmocka_unit_test(complains_at_the_place),
		cmocka_unit_test(has_bounds),
		cmocka_unit_test(ends_when_a_pattern_does_not),
		cmocka_unit_test(asks_the_cheapest_first),
		cmocka_unit_test(json_keys_are_in_order),
		cmocka_unit_test(fields_are_what_they_say),
		cmocka_unit_test(words_are_those_of_the_names),
		cmocka_unit_test(other_words_mean_one_of_the_field),
		cmocka_unit_test(meaning_of_the_unclaimed_is_its_bytes),
		cmocka_unit_test(inferred_setup_says_so),
		cmocka_unit_test(reference_lists_all),
		cmocka_unit_test(survives_anything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
