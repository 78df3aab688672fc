/* test_bind.c: whose transfers a decoder gets: class triplets, associations, alternate settings,
 * VID:PID, --as, content. Decoders of the test's own, so that the rules are known. */
#include "decoders/decoder.h"
#include "usb/desc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* ---- decoders ----------------------------------------------------------------------- */

#define RULES(name, ...) static const struct bind_rule name[] = {__VA_ARGS__, {0}}

RULES(class_rules, {BIND_INTERFACE, 8, BIND_ANY, BIND_ANY});
RULES(bot_rules, {BIND_INTERFACE, 8, BIND_ANY, 0x50});
RULES(uas_rules, {BIND_INTERFACE, 8, 6, 0x62});
RULES(video_rules, {BIND_FUNCTION, 14, 3, 0});
RULES(hub_rules, {BIND_DEVICE, 9, BIND_ANY, BIND_ANY}, {BIND_INTERFACE, 9, BIND_ANY, BIND_ANY});
RULES(vendor_rules, {BIND_ID, 0x1234, 0x5678, BIND_ANY}, {BIND_ID, 0x1235, BIND_ANY, BIND_ANY});

static bool sniff(const struct xfer *x)
{
	return x->type == USB_BULK && x->data.kept == 4 && !memcmp(x->data.data, "MAGI", 4);
}

static bool is_control(const struct decode_ctx *c, const struct xfer *x)
{
	(void)c;
	return x->type == USB_CONTROL;
}

static const struct decoder general = {.name = "general", .match = is_control},
			    storage = {.name = "storage", .binds = class_rules},
			    bot = {.name = "bot", .binds = bot_rules},
			    uas = {.name = "uas", .binds = uas_rules},
			    video = {.name = "video", .binds = video_rules},
			    hub = {.name = "hub", .binds = hub_rules, .whole_device = true},
			    vendor = {.name = "vendor",
				    .binds = vendor_rules,
				    .whole_device = true},
			    magic = {.name = "magic", .sniff = sniff};

const struct decoder *const decoders[] = {
	&general, &storage, &bot, &uas, &video, &hub, &vendor, &magic, NULL};

/* ---- a device ----------------------------------------------------------------------- */

struct world {
	struct devices *devices;
	struct decode_ctx c;
	uint32_t instance;
};

static struct world world(void)
{
	struct world w = {.devices = devices_new()};

	return w;
}

static void plug(struct world *w, uint8_t class, uint16_t vendor_id, uint16_t product,
	const uint8_t *config, size_t n)
{
	uint8_t device[18] = {18, 1, 0, 2, class, 0, 0, 64, (uint8_t)vendor_id,
		(uint8_t)(vendor_id >> 8), (uint8_t)product, (uint8_t)(product >> 8), 0, 1, 0, 0, 0,
		1};
	uint32_t pipe;

	w->c.devices = w->devices;
	devices_set_binder(w->devices, decoder_of_pipe, &w->c);
	pipe = devices_pipe(w->devices, 0, 1, 5, 0, USB_DIR_UNKNOWN, USB_CONTROL, USB_HIGH);
	w->instance = devices_get_pipe(w->devices, pipe)->instance;
	devices_add_fact(w->devices, w->instance,
		&(struct fact){.type = DESC_DEVICE, .len = 18, .total = 18, .data = device});
	if (n)
		devices_add_fact(w->devices, w->instance,
			&(struct fact){.type = DESC_CONFIGURATION,
				.len = (uint32_t)n,
				.total = (uint32_t)n,
				.data = (uint8_t *)(uintptr_t)config});
	devices_set_configuration(w->devices, w->instance, 1);
}

static struct xfer bulk(const struct world *w, uint8_t address, const char *data)
{
	struct xfer x = {.id = 1, .type = USB_BULK, .bus = 1, .device = 5};

	x.endpoint = address & 15;
	x.dir = address >> 7;
	x.pipe = devices_pipe(w->devices, 0, 1, 5, x.endpoint, x.dir, USB_BULK, USB_HIGH);
	x.instance = devices_get_pipe(w->devices, x.pipe)->instance;
	if (data)
		x.data = (struct span){(const uint8_t *)data, 4, 4, 4};
	return x;
}

static struct xfer control(
	const struct world *w, uint8_t bmRequestType, uint8_t bRequest, uint8_t wIndex)
{
	struct xfer x = {.id = 1,
		.type = USB_CONTROL,
		.bus = 1,
		.device = 5,
		.flags = XFER_HAS_SETUP,
		.setup = {bmRequestType, bRequest, 0, 0, wIndex}};

	x.pipe = devices_pipe(w->devices, 0, 1, 5, 0, USB_DIR_UNKNOWN, USB_CONTROL, USB_HIGH);
	x.instance = devices_get_pipe(w->devices, x.pipe)->instance;
	return x;
}

static const char *name_of(const struct world *w, struct xfer x)
{
	struct bound b = decoder_bound(&w->c, &x);

	assert_true(!b.decoder || decoders[b.number - 1] == b.decoder);
	return b.decoder ? b.decoder->name : "none";
}

static int function_of(const struct world *w, struct xfer x)
{
	return decoder_bound(&w->c, &x).function;
}

/* Interface 0: bulk-only in alternate setting 0, UAS in 1; 1 and 2: a video function; 3: storage
 * of a protocol that only the class rule takes. */
static const uint8_t config[] = {9, 2, 0x61, 0, 4, 1, 0, 0x80, 50,			/* */
	9, 4, 0, 0, 2, 8, 6, 0x50, 0, 7, 5, 0x81, 2, 0, 2, 0, 7, 5, 0x02, 2, 0, 2, 0,	/* */
	9, 4, 0, 1, 1, 8, 6, 0x62, 0, 7, 5, 0x81, 2, 0, 2, 0,				/* */
	8, 11, 1, 2, 14, 3, 0, 0,							/* */
	9, 4, 1, 0, 0, 14, 1, 0, 0, 9, 4, 2, 0, 1, 14, 2, 0, 0, 7, 5, 0x83, 2, 0, 2, 0, /* */
	9, 4, 3, 0, 1, 8, 6, 1, 0, 7, 5, 0x84, 2, 0, 2, 0};

static void classes(void **state)
{
	struct world w = world();

	(void)state;
	plug(&w, 0, 0x1111, 1, config, sizeof(config));
	assert_string_equal(name_of(&w, bulk(&w, 0x81, NULL)), "bot");
	assert_string_equal(name_of(&w, bulk(&w, 0x02, NULL)), "bot");
	assert_int_equal(function_of(&w, bulk(&w, 0x02, NULL)), 0);
	assert_string_equal(name_of(&w, bulk(&w, 0x84, NULL)), "storage");
	assert_int_equal(function_of(&w, bulk(&w, 0x84, NULL)), 3);
	devices_set_alternate(w.devices, w.instance, 0, 1);
	assert_string_equal(name_of(&w, bulk(&w, 0x81, NULL)), "uas");
	devices_free(w.devices);
}

static void association(void **state)
{
	struct world w = world();

	(void)state;
	plug(&w, 0xef, 0x1111, 1, config, sizeof(config));
	assert_string_equal(name_of(&w, bulk(&w, 0x83, NULL)), "video");
	assert_int_equal(function_of(&w, bulk(&w, 0x83, NULL)), 1); /* its first interface */
	assert_string_equal(name_of(&w, control(&w, 0x21, 1, 2)), "video");
	assert_int_equal(function_of(&w, control(&w, 0x21, 1, 2)), 1);
	devices_free(w.devices);
}

static void requests_by_recipient(void **state)
{
	struct world w = world();

	(void)state;
	plug(&w, 0, 0x1111, 1, config, sizeof(config));
	assert_string_equal(name_of(&w, control(&w, 0xa1, 0xfe, 0)), "bot");
	assert_string_equal(name_of(&w, control(&w, 0xa1, 0xfe, 3)), "storage");
	assert_string_equal(name_of(&w, control(&w, 0xa1, 0xfe, 9)), "none");
	assert_string_equal(name_of(&w, control(&w, 0x02, 1, 0x84)), "storage");
	assert_string_equal(name_of(&w, control(&w, 0x02, 1, 0x8a)), "none");
	assert_string_equal(name_of(&w, control(&w, 0x80, 6, 0)), "none");
	devices_free(w.devices);
}

static void whole_devices(void **state)
{
	struct world w = world();

	(void)state;
	plug(&w, 9, 0x1111, 1, config, sizeof(config));
	assert_string_equal(name_of(&w, control(&w, 0x23, 3, 0)), "hub");
	assert_int_equal(function_of(&w, control(&w, 0x23, 3, 0)), FUNCTION_DEVICE);
	/* what an interface is says more than the device */
	assert_string_equal(name_of(&w, bulk(&w, 0x81, NULL)), "bot");
	devices_free(w.devices);
}

static void ids(void **state)
{
	struct world w = world();

	(void)state;
	plug(&w, 0, 0x1234, 0x5678, config, sizeof(config));
	assert_string_equal(name_of(&w, control(&w, 0x40, 1, 0)), "vendor");
	assert_string_equal(name_of(&w, bulk(&w, 0x84, NULL)), "storage");
	devices_free(w.devices);
	w = world();
	plug(&w, 0, 0x1234, 0x5679, config, sizeof(config));
	assert_string_equal(name_of(&w, control(&w, 0x40, 1, 0)), "none");
	devices_free(w.devices);
	w = world();
	plug(&w, 0, 0x1235, 0x9999, config, sizeof(config));
	assert_string_equal(name_of(&w, control(&w, 0x40, 1, 0)), "vendor");
	devices_free(w.devices);
}

static void by_order(void **state)
{
	static const struct decode_binding bindings[] = {{1, 5, 3, &vendor}, {1, 6, -1, &magic}};
	struct world w = world();

	(void)state;
	w.c.bindings = bindings;
	w.c.n_bindings = 2;
	plug(&w, 0, 0x1111, 1, config, sizeof(config));
	assert_string_equal(name_of(&w, bulk(&w, 0x84, NULL)), "vendor");
	assert_string_equal(name_of(&w, control(&w, 0x21, 1, 3)), "vendor");
	assert_string_equal(name_of(&w, bulk(&w, 0x81, NULL)), "bot");
	devices_free(w.devices);
}

/* Content speaks where no descriptor does: for itself, and then for all of its kind. */
static void content(void **state)
{
	struct world w = world();
	struct xfer before, x;

	(void)state;
	plug(&w, 0, 0x1111, 1, NULL, 0);
	before = bulk(&w, 0x81, NULL);
	x = bulk(&w, 0x02, "MAGI");
	assert_string_equal(name_of(&w, before), "none");
	assert_string_equal(name_of(&w, x), "magic");
	assert_true(decoder_bound(&w.c, &x).sniffed);
	assert_int_equal(function_of(&w, x), FUNCTION_UNKNOWN);
	devices_set_content(w.devices, w.instance, USB_BULK, 8);
	assert_string_equal(name_of(&w, bulk(&w, 0x81, NULL)), "magic");
	assert_string_equal(name_of(&w, before), "none"); /* what it was stays */
	assert_string_equal(name_of(&w, bulk(&w, 0x02, "ELSE")), "magic");
	devices_free(w.devices);

	w = world();
	plug(&w, 0, 0x1111, 1, config, sizeof(config));
	assert_string_equal(name_of(&w, bulk(&w, 0x84, "MAGI")), "storage");
	devices_free(w.devices);
}

/* The capture cut the configuration behind its first endpoint. What it has one interface of is
 * that interface's, unless another alternate setting is in use. */
static void cut_off(void **state)
{
	uint8_t cut[25];
	struct world w = world();

	(void)state;
	memcpy(cut, config, sizeof(cut));
	plug(&w, 0, 0x1111, 1, cut, sizeof(cut));
	assert_string_equal(name_of(&w, bulk(&w, 0x81, NULL)), "bot");
	assert_string_equal(name_of(&w, bulk(&w, 0x02, NULL)), "none");
	assert_int_equal(function_of(&w, bulk(&w, 0x02, "MAGI")), FUNCTION_UNKNOWN);
	devices_free(w.devices);

	w = world();
	cut[4] = 1; /* bNumInterfaces */
	plug(&w, 0, 0x1111, 1, cut, sizeof(cut));
	assert_string_equal(name_of(&w, bulk(&w, 0x02, NULL)), "bot");
	assert_int_equal(function_of(&w, bulk(&w, 0x02, NULL)), 0);
	devices_free(w.devices);

	w = world();
	plug(&w, 0, 0x1111, 1, cut, sizeof(cut));
	devices_set_alternate(w.devices, w.instance, 0, 1);
	assert_string_equal(name_of(&w, bulk(&w, 0x02, NULL)), "none");
	assert_string_equal(name_of(&w, bulk(&w, 0x02, "MAGI")), "magic");
	assert_int_equal(function_of(&w, bulk(&w, 0x02, "MAGI")), 0);
	devices_free(w.devices);

	w = world();
	cut[2] = sizeof(cut); /* wTotalLength: nothing was cut off */
	plug(&w, 0, 0x1111, 1, cut, sizeof(cut));
	assert_string_equal(name_of(&w, bulk(&w, 0x02, NULL)), "none");
	devices_free(w.devices);
}

/* What its decoder leaves is a general one's. */
static void who_speaks(void **state)
{
	struct world w = world();
	struct xfer x;

	(void)state;
	plug(&w, 0, 0x1111, 1, config, sizeof(config));
	x = control(&w, 0x80, 6, 0);
	assert_string_equal(decoder_for(&w.c, &x)->name, "general");
	x = bulk(&w, 0x84, NULL);
	assert_string_equal(decoder_for(&w.c, &x)->name, "storage");
	x.pipe = 0;
	assert_null(decoder_for(&w.c, &x));
	devices_free(w.devices);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(classes),
		cmocka_unit_test(association),
		cmocka_unit_test(requests_by_recipient),
		cmocka_unit_test(whole_devices),
		cmocka_unit_test(ids),
		cmocka_unit_test(by_order),
		cmocka_unit_test(content),
		cmocka_unit_test(cut_off),
		cmocka_unit_test(who_speaks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
