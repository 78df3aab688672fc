/* test_output.c: what each renderer writes, byte by byte: tables, objects, field trees, hostile
 * text, alignment, cutting, colours. */
#include "base/mem.h"
#include "base/text.h"
#include "output/output.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#define RED   "\033[1;31m"
#define DIM   "\033[2m"
#define BOLD  "\033[1m"
#define PLAIN "\033[0m"

/* ---- harness ------------------------------------------------------------------------ */

static struct out out;
static char result[1 << 25];

static struct emit *start(struct output_opts opts)
{
	out_init(&out, memfd_create("output", 0));
	return output_new(&out, &opts);
}

static const char *finish(struct emit *e)
{
	int fd = out.fd;
	ssize_t n;

	output_free(e);
	assert_int_equal(out_close(&out), 0);
	n = pread(fd, result, sizeof(result) - 1, 0);
	assert_true(n >= 0);
	result[n] = 0;
	close(fd);
	return result;
}

static struct output_opts text(unsigned columns)
{
	return (struct output_opts){.format = OUTPUT_TEXT, .columns = columns};
}

static const struct output_opts json = {.format = OUTPUT_JSON};
static const struct output_opts csv = {.format = OUTPUT_CSV};

/* ---- rows --------------------------------------------------------------------------- */

struct thing {
	struct value n, name, a, b;
};

static void get_n(const void *row, struct value *v)
{
	*v = ((const struct thing *)row)->n;
}

static void get_name(const void *row, struct value *v)
{
	*v = ((const struct thing *)row)->name;
}

static void get_a(const void *row, struct value *v)
{
	*v = ((const struct thing *)row)->a;
}

static void get_b(const void *row, struct value *v)
{
	*v = ((const struct thing *)row)->b;
}

/* Text built in the value itself. */
static void get_room(const void *row, struct value *v)
{
	v->type = VAL_TEXT;
	v->trusted = true;
	v->n = (uint32_t)fmt_u64(v->room, ((const struct thing *)row)->n.u * 2);
	v->s = v->room;
}

static const struct column columns[] = {
	{"n", "n", get_n, SHOW_PLAIN, 3, true, 0},
	{"name", "name", get_name, SHOW_PLAIN, 6, false, 0},
	{"pair.a", "a", get_a, SHOW_HEX4, 0, false, 0},
	{"pair.b", NULL, get_b, SHOW_PLAIN, 0, false, 0},
	{NULL, "twice", get_room, SHOW_PLAIN, 0, true, 10},
	{"room", NULL, get_room, SHOW_PLAIN, 0, false, 0},
};

static struct thing thing(uint64_t n, const char *name)
{
	return (struct thing){value_uint(n), value_name(name), value_null(), value_null()};
}

static void emit_thing(struct emit *e, struct thing t)
{
	emit_row(e, &t);
	memset(&t, 0xee, sizeof(t)); /* values were taken out during the call */
	emit_row_end(e);
}

static void emit_things(struct emit *e, const char *key, const char *title, enum layout layout)
{
	struct thing t = thing(12, "twelve");

	emit_table(e, key, title, columns, ARRAY_LEN(columns), layout);
	emit_thing(e, thing(1, "one"));
	t.a = value_uint(10);
	emit_thing(e, t);
	t = thing(123, NULL);
	t.b = value_bool(true);
	emit_thing(e, t);
	emit_table_end(e);
}

static void emit_name(struct emit *e, struct value name)
{
	struct thing t = thing(1, NULL);

	t.name = name;
	emit_table(e, NULL, NULL, columns, 2, LAYOUT_LINES);
	emit_thing(e, t);
	emit_table_end(e);
}

/* One value as an item of an object, and back without the frame around it. */
static const char *item_text(struct output_opts opts, struct value v, enum show show)
{
	struct emit *e = start(opts);
	char *s;

	emit_begin(e, NULL, NULL);
	emit_item(e, "k", "k", v, show);
	emit_end(e);
	s = (char *)finish(e);
	s += strlen(opts.format == OUTPUT_TEXT	 ? "k  "
		    : opts.format == OUTPUT_JSON ? "{\"k\":"
						 : "key,value\nk,");
	s[strlen(s) - (opts.format == OUTPUT_JSON ? 2 : 1)] = 0;
	return s;
}

/* ---- JSON --------------------------------------------------------------------------- */

static void test_json_table(void **state)
{
	struct emit *e = start(json);

	(void)state;
	emit_things(e, NULL, "Things", LAYOUT_LINES);
	assert_string_equal(finish(e),
		"{\"n\":1,\"name\":\"one\",\"pair\":null,\"room\":\"2\"}\n"
		"{\"n\":12,\"name\":\"twelve\",\"pair\":{\"a\":10,\"b\":null},\"room\":\"24\"}\n"
		"{\"n\":123,\"name\":null,\"pair\":{\"a\":null,\"b\":true},\"room\":\"246\"}\n");
}

static void test_json_deep_groups(void **state)
{
	static const struct column cols[] = {
		{"x.y.a", NULL, get_a, 0, 0, false, 0},
		{"x.y.b", NULL, get_b, 0, 0, false, 0},
		{"x.z", NULL, get_n, 0, 0, false, 0},
		{"xy", NULL, get_n, 0, 0, false, 0},
	};
	struct emit *e = start(json);
	struct thing t = thing(1, NULL);

	(void)state;
	emit_table(e, NULL, NULL, cols, ARRAY_LEN(cols), LAYOUT_LINES);
	emit_thing(e, t);
	t.b = value_int(-5);
	emit_thing(e, t);
	t.b = t.n = value_null();
	emit_thing(e, t);
	emit_table_end(e);
	assert_string_equal(finish(e), "{\"x\":{\"y\":null,\"z\":1},\"xy\":1}\n"
				       "{\"x\":{\"y\":{\"a\":null,\"b\":-5},\"z\":1},\"xy\":1}\n"
				       "{\"x\":null,\"xy\":null}\n");
}

static const struct field vendor = {.key = "idVendor",
	.value = {.type = VAL_UINT, .u = 0x562},
	.text = "Telex\033[31m",
	.off = 8,
	.len = 2,
	.show = SHOW_HEX4};
static const struct field kind = {.key = "type",
	.value = {.type = VAL_UINT, .u = 1},
	.len = 1,
	.bit = 5,
	.bits = 2,
	.in = FIELD_IN_SETUP,
	.verdict = VERDICT_INVALID};
static const struct field single = {.key = "flag",
	.value = {.type = VAL_BOOL, .b = true},
	.len = 1,
	.bit = 7,
	.bits = 1,
	.in = FIELD_IN_RECORD};
static const struct field tree = {.key = "descriptor", .len = 18, .verdict = VERDICT_SNAPPED};

static void emit_tree(struct emit *e)
{
	emit_open(e, &tree);
	emit_field(e, &vendor);
	emit_open(e, &kind);
	emit_field(e, &single);
	emit_close(e);
	emit_close(e);
	emit_field(e, &vendor);
}

#define JSON_VENDOR                                                                                \
	"{\"key\":\"idVendor\",\"value\":1378,\"text\":\"Telex\\u001b[31m\",\"off\":8,\"len\":2,"  \
	"\"verdict\":null}"
#define JSON_TREE                                                                                  \
	"\"fields\":[{\"key\":\"descriptor\",\"value\":null,\"text\":null,\"off\":0,\"len\":18,"   \
	"\"verdict\":\"snapped\",\"fields\":[" JSON_VENDOR ",{\"key\":\"type\",\"value\":1,"       \
	"\"text\":null,\"off\":0,\"len\":1,\"bit\":5,\"bits\":2,\"in\":\"setup\","                 \
	"\"verdict\":\"invalid\",\"fields\":[{\"key\":\"flag\",\"value\":true,\"text\":null,"      \
	"\"off\":0,"                                                                               \
	"\"len\":1,\"bit\":7,\"bits\":1,\"in\":\"record\",\"verdict\":null}]}]}," JSON_VENDOR "]"

static void test_json_fields(void **state)
{
	struct emit *e = start(json);
	struct thing t = thing(1, "x");
	struct field bare = {.key = "note"};

	(void)state;
	emit_table(e, NULL, NULL, columns, 2, LAYOUT_LINES);
	emit_row(e, &t);
	emit_tree(e);
	emit_row_end(e);
	emit_row(e, &t);
	emit_row_end(e);
	emit_table_end(e);
	emit_begin(e, NULL, NULL);
	emit_field(e, &bare);
	emit_item(e, "a", "a", value_uint(1), 0);
	emit_field(e, &bare);
	emit_end(e);
	assert_string_equal(finish(e),
		"{\"n\":1,\"name\":\"x\"," JSON_TREE "}\n"
		"{\"n\":1,\"name\":\"x\"}\n"
		"{\"fields\":[{\"key\":\"note\",\"value\":null,\"text\":null,\"off\":null,\"len\":"
		"null,"
		"\"verdict\":null}],\"a\":1,\"fields2\":[{\"key\":\"note\",\"value\":null,"
		"\"text\":null,\"off\":null,\"len\":null,\"verdict\":null}]}\n");
}

static void emit_document(struct emit *e)
{
	static const double y[] = {1, NAN, 2.5};
	struct series s = {
		.key = "rate", .title = "rate", .unit = "MB/s", .y = y, .n = 3, .dx = 0.1};

	emit_begin(e, NULL, "Capture");
	emit_item(e, "records", "records", value_uint(1803), SHOW_COUNT);
	emit_item(e, NULL, "only for people", value_uint(1), SHOW_PLAIN);
	emit_item(e, "quiet", NULL, value_null(), SHOW_PLAIN);
	emit_begin(e, "empty", "Empty");
	emit_end(e);
	emit_begin(e, "bins", "Bins");
	emit_item(e, "sof", "sof", value_ns(1020000), SHOW_DURATION);
	emit_note(e, "a note");
	emit_series(e, &s);
	emit_end(e);
	emit_things(e, "things", "Things", LAYOUT_GRID);
	emit_begin(e, NULL, "For people");
	emit_item(e, "x", "x", value_uint(2), SHOW_PLAIN);
	emit_things(e, "hidden", "More", LAYOUT_LINES);
	emit_end(e);
	emit_dump(e, "data", "Data", (const uint8_t *)"\x01\xfe", 2);
	emit_item(e, "last", "last", value_bool(false), SHOW_PLAIN);
	emit_end(e);
}

static void test_json_object(void **state)
{
	struct emit *e = start(json);

	(void)state;
	emit_document(e);
	assert_string_equal(finish(e),
		"{\"records\":1803,\"quiet\":null,\"empty\":{},\"bins\":{\"sof\":0.001020000,"
		"\"rate\":{\"unit\":\"MB/s\",\"x0\":0,\"dx\":0.1,\"y\":[1,null,2.5]}},"
		"\"things\":[{\"n\":1,\"name\":\"one\",\"pair\":null,\"room\":\"2\"},"
		"{\"n\":12,\"name\":\"twelve\",\"pair\":{\"a\":10,\"b\":null},\"room\":\"24\"},"
		"{\"n\":123,\"name\":null,\"pair\":{\"a\":null,\"b\":true},\"room\":\"246\"}],"
		"\"data\":\"01fe\",\"last\":false}\n");
}

static void test_json_values(void **state)
{
	(void)state;
	assert_string_equal(
		item_text(json, value_uint(UINT64_MAX), SHOW_BYTES), "18446744073709551615");
	assert_string_equal(item_text(json, value_int(INT64_MIN), 0), "-9223372036854775808");
	assert_string_equal(item_text(json, value_ns(-1), 0), "-0.000000001");
	assert_string_equal(item_text(json, value_real(0.1), 0), "0.1");
	assert_string_equal(item_text(json, value_real(1e300), 0), "1e+300");
	assert_string_equal(item_text(json, value_real(NAN), 0), "null");
	assert_string_equal(item_text(json, value_real(-INFINITY), 0), "null");
	assert_string_equal(
		item_text(json, value_bytes((const uint8_t *)"\0\xab", 2), 0), "\"00ab\"");
	assert_string_equal(item_text(json, value_bytes(NULL, 0), 0), "\"\"");
}

static void test_json_strings(void **state)
{
	static const struct {
		const char *in;
		size_t n;
		const char *out;
	} cases[] = {
		{"", 0, "\"\""},
		{"a\"b\\c/", 6, "\"a\\\"b\\\\c/\""},
		{"\0\n\x1f\x7f", 4, "\"\\u0000\\u000a\\u001f\\u007f\""},
		{"\xc2\x85\xe2\x80\xa8\xe2\x80\xae\xef\xbb\xbf", 11,
			"\"\\u0085\\u2028\\u202e\\ufeff\""},
		{"gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80", 11, "\"grüß 😀\""},
		{"\xff\xc3(\xc0\x80\xed\xa0\x80", 8,
			"\"\\ufffd\\ufffd(\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\""},
		{"cut \xf0\x9f\x98", 7, "\"cut \\ufffd\\ufffd\\ufffd\""},
		{"\xf4\x90\x80\x80", 4, "\"\\ufffd\\ufffd\\ufffd\\ufffd\""},
		{"long enough for eight bytes \" at a time", 39,
			"\"long enough for eight bytes \\\" at a time\""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		for (int trusted = 0; trusted < 2; trusted++) {
			struct value v = value_untrusted(cases[i].in, cases[i].n);

			v.trusted = trusted;
			assert_string_equal(item_text(json, v, 0), cases[i].out);
		}
}

/* Every byte at every place of an eight-byte word is either copied or escaped, as a slow and simple
 * rule says. */
static void test_json_each_byte(void **state)
{
	(void)state;
	for (int c = 0; c < 256; c++)
		for (size_t at = 0; at < 9; at++) {
			char in[] = "abcdefghi", want[64] = "\"";
			struct text t = {want, 1, sizeof(want), false};

			in[at] = (char)c;
			text_mem(&t, in, at);
			if (c == '"' || c == '\\')
				text_printf(&t, "\\%c", c);
			else if (c < 0x20 || c == 0x7f)
				text_printf(&t, "\\u%04x", (unsigned)c);
			else
				text_str(&t, c < 0x80 ? (char[]){(char)c, 0} : "\\ufffd");
			text_str(&t, in + at + 1);
			text_str(&t, "\"");
			assert_string_equal(item_text(json, value_untrusted(in, 9), 0), want);
		}
}

/* ---- CSV ---------------------------------------------------------------------------- */

static void test_csv_table(void **state)
{
	struct emit *e = start(csv);
	struct thing t = thing(7, "x");

	(void)state;
	emit_things(e, NULL, NULL, LAYOUT_LINES);
	emit_table(e, NULL, NULL, columns, 2, LAYOUT_LINES);
	emit_row(e, &t);
	emit_tree(e);
	emit_row_end(e);
	emit_table_end(e);
	assert_string_equal(finish(e), "n,name,pair.a,pair.b,room\n"
				       "1,one,,,2\n"
				       "12,twelve,10,,24\n"
				       "123,,,true,246\n"
				       "\n"
				       "n,name\n"
				       "7,x\n");
}

static void test_csv_object(void **state)
{
	struct emit *e = start(csv);

	(void)state;
	emit_document(e);
	assert_string_equal(finish(e), "key,value\n"
				       "records,1803\n"
				       "quiet,\n"
				       "bins.sof,0.001020000\n"
				       "\n"
				       "# bins.rate\n"
				       "x,y\n"
				       "0,1\n"
				       "0.1,\n"
				       "0.2,2.5\n"
				       "\n"
				       "# things\n"
				       "n,name,pair.a,pair.b,room\n"
				       "1,one,,,2\n"
				       "12,twelve,10,,24\n"
				       "123,,,true,246\n"
				       "\n"
				       "key,value\n"
				       "data,01fe\n"
				       "last,false\n");
}

static void test_csv_cells(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{"=1+1", "'=1+1"},
		{"+1", "'+1"},
		{"-1", "'-1"},
		{"@x,y", "\"'@x,y\""},
		{"\tx", "'\\x09x"},
		{"\rx", "\"'\\x0dx\""},
		{"a=1", "a=1"},
		{"say \"hi\"", "\"say \"\"hi\"\"\""},
		{" x", "\" x\""},
		{"a\nb", "\"a\\x0ab\""},
		{"\033[31m\xff\\", "\\x1b[31m\\xff\\\\"},
		{"gr\xc3\xbc\xc3\x9f", "grüß"},
		{"", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(
			item_text(csv, value_untrusted(cases[i].in, strlen(cases[i].in)), 0),
			cases[i].out);
	assert_string_equal(item_text(csv, value_int(-5), 0), "-5");
	assert_string_equal(item_text(csv, value_name("-5 \\ V"), 0), "'-5 \\ V");
	assert_string_equal(item_text(csv, value_real(NAN), 0), "");
	assert_string_equal(item_text(csv, value_bytes((const uint8_t *)"\x0f", 1), 0), "0f");
}

/* ---- text: values ------------------------------------------------------------------- */

static void test_text_values(void **state)
{
	static const struct {
		uint64_t u;
		enum show show;
		const char *out;
	} cases[] = {
		{0, SHOW_BYTES, "0 B"},
		{999, SHOW_BYTES, "999 B"},
		{1803, SHOW_BYTES, "1,803 B"},
		{9999, SHOW_BYTES, "9,999 B"},
		{10000, SHOW_BYTES, "10.0 kB"},
		{153400, SHOW_BYTES, "153 kB"},
		{999499, SHOW_BYTES, "999 kB"},
		{999500, SHOW_BYTES, "1.00 MB"},
		{1534567, SHOW_BYTES, "1.53 MB"},
		{UINT64_MAX, SHOW_BYTES, "18.4 EB"},
		{12500000, SHOW_RATE, "12.5 MB/s"},
		{999, SHOW_COUNT, "999"},
		{1803, SHOW_COUNT, "1,803"},
		{1234567, SHOW_COUNT, "1,234,567"},
		{10, SHOW_HEX2, "0x0a"},
		{10, SHOW_HEX4, "0x000a"},
		{10, SHOW_HEX8, "0x0000000a"},
		{10, SHOW_DURATION, "10"},
	};
	static const struct {
		double d;
		enum show show;
		const char *out;
	} reals[] = {
		{0.125, SHOW_PERCENT, "12.5%"},
		{-0.001, SHOW_PERCENT, "-0.1%"},
		{1e300, SHOW_PERCENT, "1e+300"},
		{1.5e6, SHOW_RATE, "1.50 MB/s"},
		{-20000, SHOW_RATE, "-20.0 kB/s"},
		{1e30, SHOW_RATE, "1e+30"},
		{2.5, SHOW_PLAIN, "2.5"},
		{NAN, SHOW_PERCENT, "-"},
	};
	struct value v = value_ns(1020000);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(
			item_text(text(0), value_uint(cases[i].u), cases[i].show), cases[i].out);
	for (size_t i = 0; i < ARRAY_LEN(reals); i++)
		assert_string_equal(
			item_text(text(0), value_real(reals[i].d), reals[i].show), reals[i].out);
	assert_string_equal(item_text(text(0), v, SHOW_SECONDS), "0.001020");
	assert_string_equal(item_text(text(0), v, SHOW_PLAIN), "0.001020000");
	v.inferred = true;
	assert_string_equal(item_text(text(0), v, SHOW_DURATION), "~1.02 ms");
	assert_string_equal(item_text(text(0), value_ns(125000), SHOW_DURATION), "125 µs");
	assert_string_equal(item_text(text(0), value_bool(true), 0), "yes");
	assert_string_equal(
		item_text(text(0), value_bytes((const uint8_t *)"\x01\xab", 2), 0), "01 ab");
	assert_string_equal(item_text(text(0), value_null(), 0), "-");
}

static void test_text_hostile(void **state)
{
	static const char evil[] = "a\033]0;x\a\n\xff\xe2\x80\xae"
				   "b";

	(void)state;
	assert_string_equal(item_text(text(0), value_untrusted(evil, sizeof(evil) - 1), 0),
		"a\\x1b]0;x\\x07\\x0a\\xff\\xe2\\x80\\xaeb");
	assert_string_equal(item_text(text(0), value_untrusted("\"q\" \\", 5), 0), "\"q\" \\");
}

static void test_text_ascii(void **state)
{
	struct output_opts o = {.format = OUTPUT_TEXT, .ascii = true};

	(void)state;
	assert_string_equal(item_text(o, value_ns(125000), SHOW_DURATION), "125 us");
	assert_string_equal(item_text(o, value_name("a → b … ☃"), 0), "a -> b ... ?");
}

/* A text of a megabyte neither overruns the line nor is lost without a sign. */
static void test_text_huge(void **state)
{
	static char huge[1 << 20];
	const char *s;

	(void)state;
	for (int c = 'x'; c; c = c == 'x' ? '\033' : c == '\033' ? 0xc3 : 0) {
		memset(huge, c, sizeof(huge));
		s = item_text(text(0), value_untrusted(huge, sizeof(huge)), 0);
		assert_true(strlen(s) > 8000 && strlen(s) < 33000);
		assert_string_equal(s + strlen(s) - 3, "…");
		s = item_text(text(100), value_untrusted(huge, sizeof(huge)), 0);
		assert_true(strlen(s) < 35000);
	}
	memset(huge, 'x', sizeof(huge));
	assert_int_equal(strlen(item_text(csv, value_untrusted(huge, 500000), 0)), 500000);
	assert_int_equal(strlen(item_text(json, value_untrusted(huge, 500000), 0)), 500002);
}

/* ---- text: tables ------------------------------------------------------------------- */

static void test_text_lines(void **state)
{
	struct emit *e = start(text(0));

	(void)state;
	emit_things(e, NULL, NULL, LAYOUT_LINES);
	assert_string_equal(finish(e), "  n  name    a  twice\n"
				       "  1  one     -      2\n"
				       " 12  twelve  0x000a 24\n"
				       "123  -       -    246\n");
}

/* A cell that is too long shrinks the gaps behind it until the columns agree again. */
static void test_text_realign(void **state)
{
	static const struct column cols[] = {
		{"n", "n", get_name, 0, 3, false, 0},
		{"a", "a", get_n, 0, 8, false, 0},
		{"b", "b", get_n, 0, 5, true, 0},
		{"c", "c", get_b, 0, 4, false, 0},
	};
	struct emit *e = start(text(0));
	struct thing t = thing(1, "xyz");

	(void)state;
	emit_table(e, NULL, NULL, cols, ARRAY_LEN(cols), LAYOUT_LINES);
	t.b = value_name("end");
	emit_thing(e, t);
	t.name = value_name("日本語"); /* six columns */
	emit_thing(e, t);
	t.name = value_name("far too long for it");
	t.b = value_name(""); /* no trailing spaces */
	emit_thing(e, t);
	emit_table_end(e);
	assert_string_equal(finish(e), "n    a             b  c\n"
				       "xyz  1             1  end\n"
				       "日本語 1           1  end\n"
				       "far too long for it 1 1\n");
}

static void test_text_cut(void **state)
{
	static const struct {
		unsigned columns;
		bool ascii;
		const char *name, *out;
	} cases[] = {
		{12, false, "seven77", "  n  name\n  1  seven77\n"},
		{11, false, "seven77", "  n  name\n  1  seven…\n"},
		{11, true, "seven77", "  n  name\n  1  seven>\n"},
		{10, false, "日本語", "  n  name\n  1  日本…\n"},
		{9, false, "日本語", "  n  name\n  1  日…\n"},
		{9, false,
			"u\xcc\x88"
			"berlang",
			"  n  name\n  1  u\xcc\x88"
			"be…\n"},
		{6, false, "x", "  n…\n  1  x\n"},
		{1, false, "x", "…\n…\n"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct emit *e = start(
			(struct output_opts){.columns = cases[i].columns, .ascii = cases[i].ascii});

		emit_name(e, value_name(cases[i].name));
		assert_string_equal(finish(e), cases[i].out);
	}
}

static void test_text_wide_columns(void **state)
{
	struct emit *e = start(text(99));

	(void)state;
	emit_things(e, NULL, NULL, LAYOUT_LINES);
	assert_null(strstr(finish(e), "twice"));
	e = start(text(100));
	emit_things(e, NULL, NULL, LAYOUT_LINES);
	assert_non_null(strstr(finish(e), "twice"));
}

static void test_text_color(void **state)
{
	struct output_opts o = {.format = OUTPUT_TEXT, .color = true, .columns = 10};
	struct value v = value_name("stalled");
	struct emit *e = start(o);

	(void)state;
	v.tone = TONE_BAD;
	emit_name(e, v);
	assert_string_equal(finish(e), "  " BOLD "n" PLAIN "  " BOLD "name" PLAIN "\n"
				       "  1  " RED "stal…" PLAIN "\n");
	o.columns = 12;
	e = start(o);
	emit_name(e, v);
	assert_string_equal(strchr(finish(e), '\n') + 1, "  1  " RED "stalled" PLAIN "\n");
	e = start(o);
	emit_name(e, value_null());
	assert_string_equal(strchr(finish(e), '\n') + 1, "  1  " DIM "-" PLAIN "\n");
	o.color = false;
	assert_string_equal(item_text(o, v, 0), "stalled");
}

static void test_text_grid(void **state)
{
	struct emit *e = start(text(0));
	struct thing t = thing(1, "日本");

	(void)state;
	emit_table(e, NULL, "Grid", columns, 2, LAYOUT_GRID);
	emit_thing(e, thing(12345, "a"));
	emit_row(e, &t);
	emit_field(e, &single);
	emit_note(e, "noted");
	emit_row_end(e);
	emit_table_end(e);
	emit_table(e, NULL, NULL, columns, 2, LAYOUT_GRID);
	emit_table_end(e);
	assert_string_equal(finish(e), "Grid\n"
				       "    n  name\n"
				       "12345  a\n"
				       "    1  日本\n"
				       "     r0     b7  flag                      yes\n"
				       "  noted\n");
	e = start(text(15));
	emit_table(e, NULL, NULL, columns, 2, LAYOUT_GRID);
	emit_thing(e, thing(12345, "exactly."));
	emit_thing(e, thing(1, "more than fits"));
	emit_table_end(e);
	assert_string_equal(finish(e), "    n  name\n12345  exactly.\n    1  more th…\n");
}

/* A grid of any length stays bounded: after some megabytes it goes out with the widths so far. */
static void test_text_grid_bounded(void **state)
{
	struct emit *e = start(text(0));
	struct thing t = thing(1, NULL);
	static char name[8192];
	struct stat st;

	(void)state;
	memset(name, 'x', sizeof(name));
	t.name = value_untrusted(name, sizeof(name));
	emit_table(e, NULL, NULL, columns, 2, LAYOUT_GRID);
	for (size_t i = 0; i < 2000; i++)
		emit_thing(e, t);
	assert_int_equal(fstat(out.fd, &st), 0);
	assert_true(st.st_size > 8 << 20);
	emit_table_end(e);
	assert_non_null(strstr(finish(e), "  n  name\n  1  xxxx"));
	assert_null(strstr(result + 10, "name"));
}

static void test_text_card(void **state)
{
	struct emit *e = start(text(0));

	(void)state;
	emit_begin(e, NULL, "Top");
	emit_things(e, "things", "Things", LAYOUT_CARD);
	emit_end(e);
	assert_string_equal(finish(e), "Top\n"
				       "  Things\n"
				       "    n      1\n"
				       "    name   one\n"
				       "    twice  2\n"
				       "\n"
				       "    n      12\n"
				       "    name   twelve\n"
				       "    a      0x000a\n"
				       "    twice  24\n"
				       "\n"
				       "    n      123\n"
				       "    twice  246\n");
}

/* ---- text: objects, trees, dumps ---------------------------------------------------- */

static void test_text_object(void **state)
{
	struct emit *e = start(text(0));

	(void)state;
	emit_document(e);
	assert_string_equal(finish(e),
		"Capture\n"
		"  records          1,803\n"
		"  only for people  1\n"
		"\n"
		"  Bins\n"
		"    sof   1.02 ms\n"
		"    a note\n"
		"    rate  ▁ █  min 1 MB/s  max 2.5 MB/s\n"
		"\n"
		"  Things\n"
		"      n  name    a       twice\n"
		"      1  one     -           2\n"
		"     12  twelve  0x000a     24\n"
		"    123  -       -         246\n"
		"\n"
		"  For people\n"
		"    x  2\n"
		"\n"
		"    More\n"
		"        n  name    a  twice\n"
		"        1  one     -      2\n"
		"       12  twelve  0x000a 24\n"
		"      123  -       -    246\n"
		"\n"
		"  Data\n"
		"    0000  01 fe                                             ..\n"
		"\n"
		"  last  no\n");
}

static void test_text_untitled_object(void **state)
{
	struct emit *e = start(text(0));

	(void)state;
	emit_begin(e, NULL, NULL);
	emit_item(e, "a", "a", value_uint(1), 0);
	emit_begin(e, "inner", NULL); /* no level of its own in text */
	emit_item(e, "b", "longer", value_uint(2), 0);
	emit_end(e);
	emit_end(e);
	emit_begin(e, NULL, "Nothing in it");
	emit_begin(e, "x", "Nor here");
	emit_item(e, "hidden", NULL, value_uint(1), 0);
	emit_end(e);
	emit_end(e);
	assert_string_equal(finish(e), "a       1\nlonger  2\n");
}

static void test_text_tree(void **state)
{
	struct emit *e = start(text(0));
	struct thing t = thing(1, "x");

	(void)state;
	emit_table(e, NULL, NULL, columns, 2, LAYOUT_LINES);
	emit_row(e, &t);
	emit_tree(e);
	emit_row_end(e);
	emit_table_end(e);
	assert_string_equal(finish(e),
		"  n  name\n"
		"  1  x\n"
		"      0     18  descriptor                (snapped: the capture cut it)\n"
		"      8      2    idVendor                0x0562      Telex\\x1b[31m\n"
		"     s0  b6..5    type                    1           (invalid: contradicts the "
		"specification)\n"
		"     r0     b7      flag                  yes\n"
		"      8      2  idVendor                  0x0562      Telex\\x1b[31m\n");
}

static void test_text_wrap(void **state)
{
	struct emit *e = start(text(24));

	(void)state;
	emit_begin(e, NULL, NULL);
	emit_item(e, "k", "key", value_name("some words that need more than a line"), 0);
	emit_item(e, "l", "key", value_name("wordsthatcannotbebrokenanywhere"), 0);
	emit_end(e);
	emit_note(e, "And a note of forty columns, it seems.");
	assert_string_equal(finish(e), "key  some words that\n"
				       "     need more than a\n"
				       "     line\n"
				       "key  wordsthatcannotbebr\n"
				       "     okenanywhere\n"
				       "And a note of forty\n"
				       " columns, it seems.\n");
}

static void test_text_dump(void **state)
{
	uint8_t b[100] = "GET / HTTP\r\n\x7f\xff";
	struct emit *e = start(text(0));

	(void)state;
	b[99] = 'z';
	emit_begin(e, NULL, NULL);
	emit_dump(e, "b", "Data", b, sizeof(b));
	emit_dump(e, "c", NULL, b, sizeof(b));
	emit_dump(e, "d", "None", b, 0);
	emit_end(e);
	assert_string_equal(finish(e),
		"Data\n"
		"  0000  47 45 54 20 2f 20 48 54  54 50 0d 0a 7f ff 00 00  GET / HTTP......\n"
		"  0010  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  ................\n"
		"  *  (4 lines the same)\n"
		"  0060  00 00 00 7a                                       ...z\n");
}

static void test_text_dump_end(void **state)
{
	static uint8_t b[65552];
	struct emit *e = start(text(0));

	(void)state;
	emit_begin(e, NULL, NULL);
	emit_dump(e, "b", "", b, 48); /* a single equal line is not folded, the last never */
	emit_dump(e, "b", "", b, sizeof(b));
	emit_end(e);
#define ZEROS "  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  ................\n"
	assert_string_equal(finish(e), "0000" ZEROS "0010" ZEROS "0020" ZEROS "\n00000000" ZEROS
				       "*  (4095 lines the same)\n00010000" ZEROS);
}

static void test_text_series(void **state)
{
	static const double y[] = {0, 1, 2, 3, 4, 5, 6, 7, INFINITY, 8};
	static double many[1000];
	struct series s = {
		.key = "s", .title = "s", .unit = "%", .y = y, .n = ARRAY_LEN(y), .dx = 1};
	struct emit *e = start((struct output_opts){.ascii = true});

	(void)state;
	emit_begin(e, NULL, NULL);
	emit_series(e, &s);
	s.y = many;
	s.n = ARRAY_LEN(many);
	emit_series(e, &s);
	s.n = 0;
	emit_series(e, &s);
	emit_end(e);
	assert_string_equal(finish(e),
		"s  .:-=+*#% @  min 0 %  max 8 %\n"
		"s  ............................................................  min 0 %  max 0 "
		"%\n"
		"s  no values\n");
}

/* Nothing has no bar, however little there is of something has one. */
static void test_text_histogram(void **state)
{
	static const double y[] = {0, 1, 800, 400, 0};
	struct series s = {
		.title = "late", .y = y, .n = ARRAY_LEN(y), .counts = true, .caption = "0 to 5 µs"};
	struct emit *e = start((struct output_opts){0});

	(void)state;
	emit_begin(e, NULL, NULL);
	emit_series(e, &s);
	emit_end(e);
	assert_string_equal(finish(e), "late   ▁█▅   0 to 5 µs\n");
	e = start((struct output_opts){.ascii = true, .columns = 6});
	emit_begin(e, NULL, NULL);
	s.caption = "";
	emit_series(e, &s);
	emit_end(e);
	/* three bars for five values: 0, 801, 400 */
	assert_string_equal(finish(e), "late\n   @+\n");
}

/* ---- robustness --------------------------------------------------------------------- */

/* Calls in any order that opens before it closes; a document left open is closed. */
static void nest(struct emit *e, unsigned *seed, int depth)
{
	static const double y[] = {1, 2};
	struct series s = {.key = "s", .title = "s", .y = y, .n = 2, .dx = 1};
	struct thing t = thing(5, "five");

	for (int i = 0; i < 4; i++) {
		*seed = *seed * 1103515245 + 12345;
		switch (*seed >> 16 & 7) {
		case 0:
			emit_begin(e, "object", *seed >> 20 & 1 ? "Object" : NULL);
			if (depth)
				nest(e, seed, depth - 1);
			emit_end(e);
			break;
		case 1:
			emit_table(e, "table", "Table", columns, ARRAY_LEN(columns),
				(enum layout)((*seed >> 20) % 3));
			emit_row(e, &t);
			if (depth)
				nest(e, seed, depth - 1);
			emit_row_end(e);
			emit_row(e, &t);
			emit_row_end(e);
			emit_table_end(e);
			break;
		case 2:
			emit_open(e, &vendor);
			if (depth)
				nest(e, seed, depth - 1);
			emit_close(e);
			break;
		case 3: emit_item(e, "item", "item", value_uint(*seed), SHOW_COUNT); break;
		case 4: emit_dump(e, "dump", "dump", (const uint8_t *)"xyz", 3); break;
		case 5: emit_note(e, "a note that goes on and on"); break;
		case 6: emit_series(e, &s); break;
		default: emit_begin(e, NULL, NULL); emit_end(e);
		}
	}
}

/* Brackets and quotes of a line of JSON match. */
static void check_json(const char *s)
{
	char open[64];
	size_t depth = 0;
	bool quoted = false;

	for (; *s; s++) {
		if (quoted) {
			s += *s == '\\';
			quoted = *s != '"';
			continue;
		}
		quoted = *s == '"';
		if (*s == '{' || *s == '[')
			open[depth++] = *s;
		if (*s == '}' || *s == ']') {
			assert_true(depth > 0);
			assert_int_equal(open[--depth], *s - 2);
		}
		assert_true(depth < sizeof(open));
		assert_false(*s == ',' && (s[1] == ',' || s[1] == '}' || s[1] == ']'));
		assert_false((*s == '{' || *s == '[') && s[1] == ',');
	}
	assert_true(!depth && !quoted);
}

static void test_any_nesting(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3000; i++) {
		struct output_opts o = {.format = (enum output_format)(i % 3),
			.color = i & 8,
			.ascii = i & 16,
			.columns = i % 7 * 5};
		struct emit *e = start(o);
		unsigned seed = i;

		emit_begin(e, NULL, "Top");
		nest(e, &seed, 4);
		if (i & 32)
			emit_end(e);
		finish(e);
		if (o.format == OUTPUT_JSON)
			check_json(result);
		if (o.format == OUTPUT_TEXT)
			assert_null(strstr(result, " \n"));
	}
}

/* A row leaves at once where somebody waits for it. */
static void test_prompt(void **state)
{
	static const struct output_opts all[] = {
		{.format = OUTPUT_TEXT}, {.format = OUTPUT_JSON}, {.format = OUTPUT_CSV}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		struct emit *e = start(all[i]);
		struct thing t = thing(1, "x");

		out.prompt = true;
		emit_table(e, NULL, NULL, columns, 2, LAYOUT_LINES);
		emit_thing(e, t);
		assert_int_equal(out.len, 0);
		emit_table_end(e);
		finish(e);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json_table),
		cmocka_unit_test(test_json_deep_groups),
		cmocka_unit_test(test_json_fields),
		cmocka_unit_test(test_json_object),
		cmocka_unit_test(test_json_values),
		cmocka_unit_test(test_json_strings),
		cmocka_unit_test(test_json_each_byte),
		cmocka_unit_test(test_csv_table),
		cmocka_unit_test(test_csv_object),
		cmocka_unit_test(test_csv_cells),
		cmocka_unit_test(test_text_values),
		cmocka_unit_test(test_text_hostile),
		cmocka_unit_test(test_text_ascii),
		cmocka_unit_test(test_text_huge),
		cmocka_unit_test(test_text_lines),
		cmocka_unit_test(test_text_realign),
		cmocka_unit_test(test_text_cut),
		cmocka_unit_test(test_text_wide_columns),
		cmocka_unit_test(test_text_color),
		cmocka_unit_test(test_text_grid),
		cmocka_unit_test(test_text_grid_bounded),
		cmocka_unit_test(test_text_card),
		cmocka_unit_test(test_text_object),
		cmocka_unit_test(test_text_untitled_object),
		cmocka_unit_test(test_text_tree),
		cmocka_unit_test(test_text_wrap),
		cmocka_unit_test(test_text_dump),
		cmocka_unit_test(test_text_dump_end),
		cmocka_unit_test(test_text_series),
		cmocka_unit_test(test_text_histogram),
		cmocka_unit_test(test_any_nesting),
		cmocka_unit_test(test_prompt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
