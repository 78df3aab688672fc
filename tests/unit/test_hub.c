/* test_hub.c: the hub decoder: class requests of both layouts of port status, what hubs' features
 * and translators take, bitmaps of changes, data that is cut or contradicts the specification. */
#include "base/mem.h"
#include "decoders/decoder.h"
#include "usb/desc.h"
#include "usb/hub.h"
#include "usb/request.h"
#include "tests/unit/decode_test.h"

extern const struct decoder decoder_hub;

static struct xfer with_data(struct xfer x, const uint8_t *data, uint32_t kept, uint32_t total)
{
	put_data(&x, data, kept, total);
	x.status = STATUS_OK;
	x.len = total;
	return x;
}

static struct xfer control(const char *setup, const char *data)
{
	struct xfer x = {.type = USB_CONTROL, .flags = XFER_HAS_SETUP};
	uint8_t bytes[64];
	uint32_t n = hex(data, bytes);

	assert_int_equal(hex(setup, x.setup), 8);
	x.dir = x.setup[0] & 0x80 ? USB_IN : USB_OUT;
	return with_data(x, bytes, n, n);
}

static struct xfer change(const char *data)
{
	struct xfer x = {.type = USB_INTERRUPT, .dir = USB_IN, .endpoint = 1};
	uint8_t bytes[64];
	uint32_t n = hex(data, bytes);

	return with_data(x, bytes, n, n);
}

static const struct decode_ctx nothing_known;

static const char *info(const struct decode_ctx *c, const struct xfer *x)
{
	static char room[512];
	struct text t;

	text_init(&t, room, sizeof(room));
	decoder_hub.info(c, x, &t);
	return room;
}

/* ---- an emit that records "key=value (text) !verdict;" --------------------------------------- */

static struct recorder {
	struct emit emit;
	size_t depth, fields;
	uint32_t len;
} rec;

static void on_open(struct emit *e, const struct field *f)
{
	(void)e;
	assert_non_null(f->key);
	assert_true(f->off + f->len <= (f->in == FIELD_IN_SETUP ? 8 : rec.len));
	assert_true(f->bit + f->bits <= 8 * f->len);
	rec.depth++;
	if (f->value.type == VAL_BYTES)
		assert_true(f->value.n <= rec.len);
	if (++rec.fields > 150)
		return;
	add("%s=%llu%s%s%s%s%s; ", f->key,
		f->value.type == VAL_UINT ? (unsigned long long)f->value.u : 0, f->text ? " (" : "",
		f->text ? f->text : "", f->text ? ")" : "", f->verdict ? " !" : "",
		f->verdict ? verdict_name(f->verdict) : "");
}

static void on_close(struct emit *e)
{
	(void)e;
	assert_true(rec.depth-- > 0);
}

static const struct emit_ops record_ops = {.open = on_open, .close = on_close};

static const char *fields(const struct decode_ctx *c, const struct xfer *x)
{
	recorded_begin();
	rec = (struct recorder){.emit.ops = &record_ops, .len = x->data.kept};
	decoder_hub.decode(c, x, &rec.emit);
	assert_int_equal(rec.depth, 0);
	return recorded.s;
}

/* ---- what requests say ----------------------------------------------------------------------- */

static const struct {
	const char *setup, *data, *info;
} cases[] = {
	/* USB 2.0 table 11-21: power 8, low speed 9, high speed 10 */
	{"a3 00 00 00 02 00 04 00", "03 05 01 00",
		"GET_STATUS port 2 → connected, enabled, high speed, powered; changed: connection"},
	{"a3 00 00 00 03 00 04 00", "03 03 10 00",
		"GET_STATUS port 3 → connected, enabled, low speed, powered; changed: reset"},
	{"a3 00 00 00 01 00 04 00", "01 01 00 00",
		"GET_STATUS port 1 → connected, not enabled, powered"},
	{"a3 00 00 00 01 00 04 00", "00 00 08 00",
		"GET_STATUS port 1 → not connected, not powered; changed: over-current"},
	{"a3 00 00 00 01 00 04 00", "07 01 04 00",
		"GET_STATUS port 1 → connected, enabled, suspended, full speed, powered; changed: "
		"suspend"},
	/* USB 3.2 10.16.2.6.1: power 9, link state 5 to 8 */
	{"a3 00 00 00 01 00 04 00", "03 02 00 00",
		"GET_STATUS port 1 → connected, enabled, U0, SuperSpeed, powered"},
	{"a3 00 00 00 01 00 04 00", "a0 02 60 00",
		"GET_STATUS port 1 → not connected, Rx.Detect, powered; changed: warm reset, link "
		"state"},
	{"a3 00 01 00 01 00 04 00", "00 00 00 00", "GET_STATUS port 1 PD status"},
	{"a3 00 02 00 01 00 08 00", "03 02 00 00 11 10 00 00",
		"GET_STATUS port 1 extended → connected, enabled, U0, SuperSpeed, powered"},
	{"a0 00 00 00 00 00 04 00", "00 00 00 00",
		"GET_STATUS hub → local power good, no over-current"},
	{"a0 00 00 00 00 00 04 00", "01 00 01 00",
		"GET_STATUS hub → local power lost, no over-current; changed: local power"},
	{"23 03 04 00 02 00 00 00", "", "SET_FEATURE PORT_RESET port 2"},
	{"23 03 08 00 ff 00 00 00", "", "SET_FEATURE PORT_POWER port 255"},
	{"23 01 10 00 02 00 00 00", "", "CLEAR_FEATURE C_PORT_CONNECTION port 2"},
	{"20 01 01 00 00 00 00 00", "", "CLEAR_FEATURE C_HUB_OVER_CURRENT"},
	{"23 03 15 00 02 04 00 00", "", "SET_FEATURE PORT_TEST port 2 Test_Packet"},
	{"23 03 16 00 02 01 00 00", "", "SET_FEATURE PORT_INDICATOR port 2 amber"},
	{"23 03 05 00 02 03 00 00", "", "SET_FEATURE PORT_LINK_STATE port 2 U3"},
	{"23 03 17 00 01 7f 00 00", "", "SET_FEATURE PORT_U1_TIMEOUT port 1 127 µs"},
	{"23 03 18 00 01 02 00 00", "", "SET_FEATURE PORT_U2_TIMEOUT port 1 512 µs"},
	{"23 03 18 00 01 00 00 00", "", "SET_FEATURE PORT_U2_TIMEOUT port 1 off"},
	{"23 03 18 00 01 ff 00 00", "", "SET_FEATURE PORT_U2_TIMEOUT port 1 device initiated only"},
	{"23 03 1b 00 01 03 00 00", "",
		"SET_FEATURE PORT_REMOTE_WAKE_MASK port 1 connect, "
		"disconnect"},
	{"23 03 63 00 01 09 00 00", "", "SET_FEATURE 0x0063 port 1 selector 0x09"},
	/* 11.24.2.3: endpoint 2 in of device 5, bulk: 2 | 5 << 4 | 2 << 11 | 1 << 15 = 0x9052 */
	{"23 08 52 90 01 00 00 00", "", "CLEAR_TT_BUFFER device 5 endpoint 2 in bulk port 1"},
	{"23 08 30 00 04 00 00 00", "", "CLEAR_TT_BUFFER device 3 endpoint 0 control port 4"},
	{"23 09 00 00 01 00 00 00", "", "RESET_TT port 1"},
	{"a3 0a 00 00 01 00 02 00", "00 00", "GET_TT_STATE port 1"},
	{"23 0b 00 00 01 00 00 00", "", "STOP_TT port 1"},
	{"20 0c 02 00 00 00 00 00", "", "SET_HUB_DEPTH 2"},
	{"a3 0d 00 00 04 00 02 00", "2c 01", "GET_PORT_ERR_COUNT port 4 → 300 link errors"},
	{"a0 06 00 29 00 00 0f 00", "09 29 04 e9 00 32 64 00 ff",
		"GET_DESCRIPTOR hub → 9 of 15: 4 ports"},
};

static void requests(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct xfer x = control(cases[i].setup, cases[i].data);

		assert_true(decoder_hub.match(&nothing_known, &x));
		assert_string_equal(info(&nothing_known, &x), cases[i].info);
		fields(&nothing_known, &x);
		drop(&x);
	}
}

static void others_are_left(void **state)
{
	static const char *const left[] = {
		"80 06 00 01 00 00 12 00", /* standard */
		"00 03 01 00 00 00 00 00", "80 00 00 00 00 00 02 00",
		"a1 06 00 22 00 00 40 00", /* an interface's */
		"c0 00 00 00 01 00 04 00"  /* vendor */
	};
	struct xfer x;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(left); i++) {
		x = control(left[i], "");
		assert_false(decoder_hub.match(&nothing_known, &x));
		assert_false(decoder_hub.sniff(&x));
		drop(&x);
	}
	x = control("a3 00 00 00 01 00 04 00", "");
	assert_true(decoder_hub.sniff(&x));
	drop(&x);
	x = control("a0 06 00 2a 00 00 0c 00", "");
	assert_true(decoder_hub.sniff(&x));
	drop(&x);
	/* GET_STATUS of the device is asked by other classes, too */
	x = control("a0 00 00 00 00 00 04 00", "");
	assert_false(decoder_hub.sniff(&x));
	drop(&x);
}

static void status_fields(void **state)
{
	struct xfer x = control("a3 00 00 00 02 00 04 00", "03 45 01 80");
	const char *s = fields(&nothing_known, &x);

	(void)state;
	/* 0x4503: bit 14 is reserved; 0x8001: bit 15 is */
	assert_non_null(strstr(s, "wPortStatus=17667 (reserved bits are set) !invalid; "));
	assert_non_null(strstr(s, "PORT_CONNECTION=1 (connected); PORT_ENABLE=1 (enabled); "
				  "PORT_SUSPEND=0; "));
	assert_non_null(strstr(s, "speed=2 (high speed); PORT_POWER=1 (powered); "));
	assert_non_null(strstr(s, "wPortChange=32769 (reserved bits are set) !invalid; "));
	assert_non_null(strstr(s, "port=2; "));
	drop(&x);
	/* high and low speed at once, of a port that is not enabled: says nothing */
	x = control("a3 00 00 00 02 00 04 00", "01 07 00 00");
	assert_non_null(strstr(fields(&nothing_known, &x), "speed=3; "));
	drop(&x);
}

static void data_that_is_missing(void **state)
{
	struct xfer x = control("a3 00 00 00 02 00 04 00", "03 05 01");

	(void)state;
	assert_non_null(strstr(fields(&nothing_known, &x), "wPortChange=0 !short; "));
	x.data.total = 4;
	assert_non_null(strstr(fields(&nothing_known, &x), "wPortChange=0 !snapped; "));
	drop(&x);
	x = control("a3 00 02 00 02 00 08 00", "03 02 00 00 11");
	assert_non_null(strstr(fields(&nothing_known, &x), "dwExtPortStatus=0 !short; "));
	drop(&x);
}

/* ---- changes --------------------------------------------------------------------------------- */

static void changes(void **state)
{
	static const struct {
		const char *data, *info;
	} is[] = {
		{"02", "status change: port 1"},
		{"00", "status change: none"},
		{"01", "status change: hub"},
		{"29 01", "status change: hub, port 3, 5, 8"},
		{"00 80", "status change: port 15"},
	};
	struct xfer x;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(is); i++) {
		x = change(is[i].data);
		assert_true(decoder_hub.match(&nothing_known, &x));
		assert_string_equal(info(&nothing_known, &x), is[i].info);
		drop(&x);
	}
	x = change("29 01");
	assert_string_equal(fields(&nothing_known, &x),
		"status_change=0; hub=1 (changed); port=3 (changed); port=5 (changed); "
		"port=8 (changed); ");
	drop(&x);
	x = change("01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10 "
		   "01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10 11");
	assert_string_equal(info(&nothing_known, &x),
		"longer than a status change bitmap: 33 bytes: 01 02 03 04 05 06 07 08 09 0a 0b 0c "
		"0d 0e 0f 10 …");
	assert_non_null(strstr(fields(&nothing_known, &x), "!invalid"));
	drop(&x);
}

/* The hub's own descriptor tells which layout its ports have, and how many there are. */
static void what_descriptors_tell(void **state)
{
	static const uint8_t super[12] = {12, DESC_SS_HUB, 4, 9, 0, 100, 0, 4, 0x28, 0, 0, 0};
	struct devices *d = devices_new();
	struct decode_ctx c = {.devices = d};
	struct xfer x = control("a3 00 00 00 01 00 04 00", "01 03 00 00");
	uint32_t pipe;

	(void)state;
	x.pipe = devices_pipe(d, 0, 1, 1, 0, USB_DIR_UNKNOWN, USB_CONTROL, USB_SPEED_UNKNOWN);
	/* by itself: a low-speed device; at a SuperSpeed hub: link state 8 */
	assert_string_equal(info(&c, &x), "GET_STATUS port 1 → connected, not enabled, powered");
	devices_add_fact(d, devices_get_pipe(d, x.pipe)->instance,
		&(struct fact){.type = DESC_SS_HUB,
			.len = sizeof(super),
			.total = sizeof(super),
			.data = (uint8_t *)(uintptr_t)super});
	pipe = devices_pipe(d, 0, 1, 1, 0, USB_DIR_UNKNOWN, USB_CONTROL, USB_SPEED_UNKNOWN);
	assert_int_not_equal(pipe, x.pipe);
	assert_string_equal(info(&c, &x), "GET_STATUS port 1 → connected, not enabled, powered");
	x.pipe = pipe;
	assert_string_equal(
		info(&c, &x), "GET_STATUS port 1 → connected, not enabled, Recovery, powered");
	drop(&x);
	x = change("22");
	x.pipe = pipe;
	assert_string_equal(fields(&c, &x),
		"status_change=0; port=1 (changed); port=5 (the hub has no such port) !invalid; ");
	drop(&x);
	devices_free(d);
}

/* ---- anything -------------------------------------------------------------------------------- */

static uint32_t seed = 1;

static uint32_t chance(uint32_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

static void anything(void **state)
{
	static const uint8_t type[] = {0x23, 0xa3, 0x20, 0xa0};
	uint8_t data[300];

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		struct xfer x = {.type = USB_CONTROL, .flags = XFER_HAS_SETUP}, y;
		uint32_t n = chance(chance(8) ? 12 : sizeof(data));

		for (uint32_t k = 0; k < n; k++)
			data[k] = (uint8_t)chance(256);
		for (unsigned k = 0; k < 8; k++)
			x.setup[k] = (uint8_t)chance(256);
		x.setup[0] = type[chance(ARRAY_LEN(type))];
		x.setup[1] = (uint8_t)chance(14);
		if (chance(2)) {
			x.setup[2] = (uint8_t)chance(32);
			x.setup[3] = chance(4) ? 0 : (uint8_t)(0x29 + chance(2));
		}
		x.dir = x.setup[0] & 0x80 ? USB_IN : USB_OUT;
		y = x;
		y.type = USB_INTERRUPT;
		y.dir = USB_IN;
		x = with_data(x, data, n, n + chance(2));
		y = with_data(y, data, n, n);
		if (decoder_hub.match(&nothing_known, &x)) {
			info(&nothing_known, &x);
			fields(&nothing_known, &x);
		}
		info(&nothing_known, &y);
		fields(&nothing_known, &y);
		assert_true(rec.fields <= 258); /* each bit of a bitmap, and the heading */
		drop(&x);
		drop(&y);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests),
		cmocka_unit_test(others_are_left),
		cmocka_unit_test(status_fields),
		cmocka_unit_test(data_that_is_missing),
		cmocka_unit_test(changes),
		cmocka_unit_test(what_descriptors_tell),
		cmocka_unit_test(anything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
