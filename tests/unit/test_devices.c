/* test_devices.c: what control transfers teach about devices: instances as versions, facts that
 * stay what they were, pipes of the setting in use, starting knowledge. Traffic goes through the
 * model as the events of usbmon. */
#include "world.h"
#include "analysis/bus_speed.h"

/* ---- instances are versions ------------------------------------------------------------------ */

static void another_device_at_the_address(void **state)
{
	struct pipe before, after;

	(void)state;
	enumerate(5, mouse);
	get_descriptor(5, DESC_CONFIGURATION, 0, 34, mouse_config, 34);
	set_configuration(5, 1);
	before = use(5, 0x81, USB_INTERRUPT);
	enumerate(5, disk);
	get_descriptor(5, DESC_CONFIGURATION, 0, 32, disk_config, 32);
	set_configuration(5, 1);
	after = use(5, 0x81, USB_BULK);

	assert_int_not_equal(before.instance, after.instance);
	assert_int_equal(instance(after.instance)->previous, before.instance);
	assert_int_equal(at(5), after.instance);
	assert_ids(before.instance, 0x11);
	assert_ids(after.instance, 0x22);
	assert_int_equal(before.wMaxPacketSize, 8);
	assert_int_equal(before.bInterfaceClass, 3);
	assert_int_equal(before.flags, PIPE_IDS | PIPE_CONFIGURED | PIPE_DESCRIBED);
	assert_int_equal(after.wMaxPacketSize, 512);
	assert_int_equal(after.bInterfaceClass, 8);
	assert_int_equal(after.idProduct, 0x22);
	/* nothing of the mouse is left */
	assert_null(devices_fact(w.d, after.instance, UINT32_MAX, DESC_HID, 0, FACT_ANY));
	assert_int_equal(devices_configuration(w.d, after.instance, UINT32_MAX, 1)->len, 32);
	assert_int_equal(devices_configuration(w.d, before.instance, UINT32_MAX, 1)->len, 34);
}

static void another_device_without_set_address(void **state)
{
	uint32_t first;

	(void)state;
	enumerate_xhci(5, mouse);
	first = at(5);
	assert_int_equal(instance(1)->became, first); /* it was at address 0 */
	enumerate_xhci(5, disk);
	assert_int_not_equal(at(5), first);
	assert_int_equal(instance(first)->became, 0); /* another device is none of those */
	assert_int_equal(w.last.instance, at(5));
	assert_ids(first, 0x11);
	assert_ids(at(5), 0x22);
	assert_int_equal(at(0), 0);
}

/* Nothing was told about the first one: it must not get the second one's descriptors. */
static void another_device_after_an_unknown_one(void **state)
{
	struct pipe p;

	(void)state;
	p = use(5, 0x81, USB_BULK);
	enumerate_xhci(5, mouse);
	assert_int_not_equal(at(5), p.instance);
	assert_int_equal(instance(at(5))->previous, p.instance);
	assert_null(devices_fact(w.d, p.instance, UINT32_MAX, DESC_DEVICE, 0, FACT_ANY));
	assert_ids(at(5), 0x11);
}

static void another_device_nobody_saw_coming(void **state)
{
	struct pipe old;

	(void)state;
	w.speed = USB_SPEED_UNKNOWN;
	get_descriptor(5, DESC_DEVICE, 0, 18, disk, 18);
	get_descriptor(5, DESC_CONFIGURATION, 0, 32, disk_config, 32);
	old = use(5, 0x81, USB_BULK);
	assert_int_equal(old.speed, USB_HIGH);
	get_descriptor(5, DESC_DEVICE, 0, 18, mouse, 18);
	assert_int_not_equal(w.last.instance, old.instance);
	/* the transfer that tells belongs to the new one, of which nothing else is known */
	assert_int_equal(w.last.instance, at(5));
	assert_int_equal(devices_get_pipe(w.d, w.last.pipe)->instance, at(5));
	assert_int_equal(w.last.speed, USB_SPEED_UNKNOWN);
	assert_int_equal(instance(at(5))->configuration, CONFIGURATION_UNKNOWN);
	assert_ids(old.instance, 0x22);
}

static void the_same_device_again(void (*again)(uint16_t, const uint8_t[18]))
{
	uint32_t first;
	struct pipe p;

	again(5, mouse);
	get_descriptor(5, DESC_CONFIGURATION, 0, 34, mouse_config, 34);
	get_descriptor(5, DESC_STRING, 1, 255, hello, sizeof(hello));
	set_configuration(5, 1);
	first = at(5);
	again(5, mouse);
	assert_int_not_equal(at(5), first);
	assert_int_equal(instance(at(5))->previous, first);
	/* what it told is known still; that it is configured is not */
	assert_string(at(5), UINT32_MAX, 1, "abc\u263a");
	assert_int_equal(instance(at(5))->configuration, CONFIGURATION_UNKNOWN);
	p = use(5, 0x81, USB_INTERRUPT);
	assert_int_equal(p.instance, at(5));
	assert_int_equal(p.wMaxPacketSize, 8);
	assert_true(p.flags & PIPE_INFERRED);
	set_configuration(5, 1);
	p = use(5, 0x81, USB_INTERRUPT);
	assert_false(p.flags & PIPE_INFERRED);
}

static void reset_with_set_address(void **state)
{
	(void)state;
	the_same_device_again(enumerate);
}

static void reset_without_set_address(void **state)
{
	(void)state;
	the_same_device_again(enumerate_xhci);
}

/* What was read before the reset but completed after it does not change the new instance. */
static void inheritance_ends_at_the_reset(void **state)
{
	static const uint8_t s[8] = {0x80, 6, 1, 3, 9, 4, 255, 0};
	struct event late;
	uint32_t first, version;

	(void)state;
	enumerate(5, mouse);
	first = at(5);
	w.urb = 1000;
	late = submit_of(5, s, NULL, 0);
	feed(&late);
	w.urb = 1;
	enumerate(5, mouse);
	version = instance(at(5))->version;
	w.urb = 1000;
	late = complete_of(5, s, hello, sizeof(hello), 0);
	feed(&late);
	assert_int_equal(w.last.instance, first);
	assert_int_equal(instance(at(5))->version, version);
	assert_string(first, UINT32_MAX, 1, "abc\u263a");
	assert_string(at(5), UINT32_MAX, 1, NULL);
}

/* Another device is asked while one is at address 0: nobody is taken for somebody else. */
static void asked_while_one_is_being_enumerated(void **state)
{
	uint32_t five;

	(void)state;
	enumerate(5, disk);
	five = at(5);
	get_descriptor(0, DESC_DEVICE, 0, 64, mouse, 18);
	get_descriptor(5, DESC_DEVICE, 0, 18, disk, 18);
	assert_int_equal(at(5), five);
	assert_int_not_equal(at(0), 0);
	get_descriptor(6, DESC_DEVICE, 0, 18, mouse, 18);
	assert_int_equal(at(0), 0);
	assert_ids(at(6), 0x11);
	assert_ids(five, 0x22);
}

/* The beginning that was read under address 0 is the same for both: nobody is taken for a new one.
 */
static void asked_while_little_is_known_of_the_new_one(void **state)
{
	uint32_t five;

	(void)state;
	enumerate(5, disk);
	set_configuration(5, 1);
	five = at(5);
	get_descriptor(0, DESC_DEVICE, 0, 8, mouse, 18);
	get_descriptor(5, DESC_DEVICE, 0, 18, disk, 18);
	assert_int_equal(at(5), five);
	assert_int_equal(instance(five)->configuration, 1);
	get_descriptor(6, DESC_DEVICE, 0, 18, mouse, 18);
	assert_int_equal(at(0), 0);
	get_descriptor(0, DESC_DEVICE, 0, 8, mouse, 18);
	get_descriptor(5, DESC_DEVICE, 0, 18, mouse, 18);
	assert_int_not_equal(at(5), five);
	assert_ids(at(5), 0x11);
	assert_ids(five, 0x22);
}

/* QEMU's host controllers complete it under the new address. */
static void set_address_of_qemu(void **state)
{
	(void)state;
	get_descriptor(0, DESC_DEVICE, 0, 8, mouse, 18);
	control_at(0, 5, 0, 5, 5, 0, 0, NULL, 0, 0);
	assert_int_equal(w.last.seen, SEEN_BOTH);
	assert_int_equal(w.last.device, 0);
	get_descriptor(5, DESC_DEVICE, 0, 18, mouse, 18);
	assert_int_equal(at(0), 0);
	assert_ids(at(5), 0x11);
	assert_int_equal(devices_instances(w.d), 2);
}

static void set_address_that_means_nothing(void **state)
{
	(void)state;
	get_descriptor(0, DESC_DEVICE, 0, 8, mouse, 18);
	control_at(0, 0, 0, 5, 128, 0, 0, NULL, 0, 0); /* 127 is the highest */
	control_at(0, 0, 0, 5, 0, 0, 0, NULL, 0, 0);
	control_at(0, 0, 0, 5, 9, 0, 0, NULL, 0, -32); /* refused */
	assert_int_equal(devices_instances(w.d), 1);
	assert_int_equal(at(0), 1);
}

/* The device that has address 9 now is not the one that had it before. */
static void address_taken_over(void **state)
{
	(void)state;
	enumerate(9, mouse);
	set_configuration(9, 1);
	get_descriptor(0, DESC_DEVICE, 0, 8, disk, 18);
	set_address(9);
	assert_int_equal(instance(at(9))->configuration, CONFIGURATION_UNKNOWN);
	get_descriptor(9, DESC_DEVICE, 0, 18, disk, 18);
	assert_ids(at(9), 0x22);
	assert_int_equal(devices_instances(w.d), 4);
}

/* ---- facts ----------------------------------------------------------------------------------- */

static void read_in_pieces(void **state)
{
	static const uint16_t asked[] = {8, 18, 9, 64, 255};
	const struct fact *f, *before;
	uint32_t version;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(asked); i++)
		get_descriptor(5, DESC_DEVICE, 0, asked[i], mouse, 18);
	assert_int_equal(devices_instances(w.d), 1);
	assert_int_equal(instance(1)->version, 2); /* 8 bytes, 18 bytes; the others are no news */
	before = devices_fact(w.d, 1, 1, DESC_DEVICE, 0, FACT_ANY);
	assert_int_equal(before->len, 8);
	get_descriptor(5, DESC_CONFIGURATION, 0, 9, mouse_config, 34);
	version = instance(1)->version;
	assert_true(use(5, 0x81, USB_INTERRUPT).flags & PIPE_CONFIGURED);
	assert_false(use(5, 0x81, USB_INTERRUPT).flags & PIPE_DESCRIBED);
	get_descriptor(5, DESC_CONFIGURATION, 0, 255, mouse_config, 34);
	f = devices_configuration(w.d, 1, UINT32_MAX, 1);
	assert_int_equal(f->len, 34);
	assert_int_equal(f->total, 34);
	assert_true(use(5, 0x81, USB_INTERRUPT).flags & PIPE_DESCRIBED);
	f = devices_configuration(w.d, 1, version, 1);
	assert_int_equal(f->len, 9);
	get_descriptor(5, DESC_CONFIGURATION, 0, 9, mouse_config, 34);
	assert_int_equal(devices_configuration(w.d, 1, UINT32_MAX, 1)->len, 34);
}

static void old_versions_stay(void **state)
{
	struct pipe before, after;
	struct desc_interface in;

	(void)state;
	get_descriptor(5, DESC_STRING, 1, 255, hello, sizeof(hello));
	before = use(5, 0x81, USB_BULK);
	get_descriptor(5, DESC_STRING, 1, 255, world, sizeof(world));
	get_descriptor(5, DESC_CONFIGURATION, 0, 255, disk_config, 32);
	after = use(5, 0x81, USB_BULK);
	assert_string(before.instance, before.version, 1, "abc\u263a");
	assert_string(after.instance, after.version, 1, "xy");
	assert_string(after.instance, 0, 1, NULL);
	assert_false(before.flags & (PIPE_CONFIGURED | PIPE_DESCRIBED));
	assert_int_equal(after.wMaxPacketSize, 512);
	assert_true(after.flags & PIPE_INFERRED);
	assert_int_equal(before.endpoint_id, after.endpoint_id);
	assert_false(devices_interface(w.d, &before, 0, &in));
	assert_true(devices_interface(w.d, &after, 0, &in));
	assert_int_equal(in.bInterfaceClass, 8);
	assert_false(devices_interface(w.d, &after, 1, &in));
}

static void strings_of_many_languages_and_shapes(void **state)
{
	static const uint8_t zero[2] = {0, 3}, one[3] = {1, 3, 'x'}, longer[4] = {40, 3, 'y', 0};
	static const uint8_t other_type[4] = {4, 9, 'z', 0}, alone[1] = {4};

	(void)state;
	get_descriptor(5, DESC_STRING, 1, 255, zero, sizeof(zero));
	get_descriptor(5, DESC_STRING, 2, 255, one, sizeof(one));
	get_descriptor(5, DESC_STRING, 3, 255, longer, sizeof(longer));
	get_descriptor(5, DESC_STRING, 4, 255, other_type, sizeof(other_type));
	get_descriptor(5, DESC_STRING, 5, 255, alone, sizeof(alone));
	control_at(5, 5, 0x80, 6, 0x0306, 0x407, 255, hello, sizeof(hello), 0);
	control_at(5, 5, 0x80, 6, 0x0306, 0x409, 255, world, sizeof(world), 0);
	for (uint8_t i = 0; i < 7; i++)
		assert_string(1, UINT32_MAX, i, i == 3 ? "y…" : i == 6 ? "xy" : NULL);
	assert_int_equal(devices_fact(w.d, 1, UINT32_MAX, DESC_STRING, 6, 0x407)->len, 10);
	assert_null(devices_fact(w.d, 1, UINT32_MAX, DESC_STRING, 6, 0x40a));
}

static void what_teaches_nothing(void **state)
{
	(void)state;
	control_at(5, 5, 0x80, 6, 0x0100, 0, 18, mouse, 18, -32); /* stalled */
	control_at(5, 5, 0xc0, 6, 0x0100, 0, 18, mouse, 18, 0);	  /* a vendor's request */
	control_at(5, 5, 0xa0, 6, 0x0100, 0, 18, mouse, 18, 0);	  /* a class's */
	control_at(5, 5, 0x82, 6, 0x0100, 0, 18, mouse, 18, 0);	  /* an endpoint has none */
	control_at(5, 5, 0x00, 6, 0x0100, 0, 18, mouse, 18, 0);	  /* the host's bytes */
	control_at(5, 5, 0x00, 7, 0x0100, 0, 18, mouse, 18, 0);	  /* SET_DESCRIPTOR */
	control_at(5, 5, 0x80, 6, 0x0100, 0, 18, NULL, 0, 0);	  /* no answer */
	control_at(5, 5, 0x80, 9, 1, 0, 1, mouse, 1, 0);
	control_at(5, 5, 0x00, 9, 1, 0, 0, NULL, 0, -32);
	assert_int_equal(devices_instances(w.d), 1);
	assert_int_equal(instance(1)->version, 0);
	assert_int_equal(instance(1)->configuration, CONFIGURATION_UNKNOWN);
}

static void class_descriptors_by_interface(void **state)
{
	static const uint8_t report[2] = {5, 1}, other[2] = {5, 2};

	(void)state;
	control_at(5, 5, 0x81, 6, 0x2200, 0, 2, report, 2, 0);
	control_at(5, 5, 0x81, 6, 0x2200, 1, 2, other, 2, 0);
	assert_int_equal(devices_fact(w.d, 1, UINT32_MAX, 0x22, 0, 0)->data[1], 1);
	assert_int_equal(devices_fact(w.d, 1, UINT32_MAX, 0x22, 0, 1)->data[1], 2);
	assert_int_equal(devices_fact(w.d, 1, UINT32_MAX, 0x22, 0, FACT_ANY)->data[1], 2);
	assert_int_equal(devices_fact(w.d, 1, 1, 0x22, 0, FACT_ANY)->data[1], 1);
}

/* Interfaces 0 (audio), 1 and 2 (HID with report descriptors of 2 and of 3 bytes). */
static const uint8_t headset_config[] = {9, 2, 54, 0, 3, 1, 0, 0x80, 50, 9, 4, 0, 0, 0, 1, 1, 0, 0,
	9, 4, 1, 0, 0, 3, 0, 0, 0, 9, 0x21, 0x11, 1, 0, 1, 0x22, 2, 0, 9, 4, 2, 0, 0, 3, 0, 0, 0, 9,
	0x21, 0x11, 1, 0, 1, 0x22, 3, 0};

/* A report descriptor proves an interface that the configuration, cut off, says nothing of; what it
 * does say counts more. */
static void hid_by_its_report_descriptor(void **state)
{
	static const uint8_t report[2] = {5, 1};
	struct pipe p, part;

	(void)state;
	get_descriptor(5, DESC_CONFIGURATION, 0, 54, headset_config, 20);
	control_at(5, 5, 0x81, 6, 0x2200, 0, 2, report, 2, 0);
	control_at(5, 5, 0x81, 6, 0x2200, 1, 2, report, 2, 0);
	p = use(5, 0, USB_CONTROL);
	assert_true(devices_pipe_of_interface(w.d, &p, 1, &part));
	assert_int_equal(part.bInterfaceClass, 3);
	assert_int_equal(part.interface, 1);
	assert_int_equal(part.function, 1);
	assert_true(part.flags & PIPE_DESCRIBED && part.flags & PIPE_INFERRED);
	assert_true(devices_pipe_of_interface(w.d, &p, 0, &part));
	assert_int_equal(part.bInterfaceClass, 1);
	assert_false(devices_pipe_of_interface(w.d, &p, 2, &part));
}

/* USBPcap records wIndex 0 whichever interface a report descriptor is read of. */
static void report_descriptors_by_length(void **state)
{
	static const uint8_t two[2] = {5, 1}, three[3] = {5, 2, 0}, four[4] = {5, 3, 0, 0};

	(void)state;
	w.capture = CAPTURE_USBPCAP_1_5;
	get_descriptor(5, DESC_CONFIGURATION, 0, 54, headset_config, 54);
	control_at(5, 5, 0x81, 6, 0x2200, 0, 2 + 64, two, 2, 0);
	control_at(5, 5, 0x81, 6, 0x2200, 0, 3 + 64, three, 3, 0);
	assert_int_equal(devices_fact(w.d, 1, UINT32_MAX, 0x22, 0, 1)->data[1], 1);
	assert_int_equal(devices_fact(w.d, 1, UINT32_MAX, 0x22, 0, 2)->data[1], 2);
	assert_null(devices_fact(w.d, 1, UINT32_MAX, 0x22, 0, 0));
	control_at(5, 5, 0x81, 6, 0x2200, 0, 4 + 64, four, 4, 0); /* of that length: none */
	assert_int_equal(devices_fact(w.d, 1, UINT32_MAX, 0x22, 0, 0)->data[1], 3);
	control_at(5, 5, 0x81, 6, 0x2200, 2, 2 + 64, two, 2, 0); /* what it says counts */
	assert_int_equal(devices_fact(w.d, 1, UINT32_MAX, 0x22, 0, 2)->data[1], 1);

	begin(NULL); /* what others record is what was sent */
	get_descriptor(5, DESC_CONFIGURATION, 0, 54, headset_config, 54);
	control_at(5, 5, 0x81, 6, 0x2200, 0, 2 + 64, two, 2, 0);
	assert_int_equal(devices_fact(w.d, 1, UINT32_MAX, 0x22, 0, 0)->data[1], 1);
}

static void facts_now_are_the_newest(void **state)
{
	const struct fact **now = mem_zalloc(FACTS_MAX, sizeof(*now));

	(void)state;
	enumerate(5, mouse);
	get_descriptor(5, DESC_STRING, 1, 255, hello, sizeof(hello));
	enumerate(5, mouse);
	get_descriptor(5, DESC_CONFIGURATION, 0, 9, mouse_config, 34);
	get_descriptor(5, DESC_STRING, 1, 255, world, sizeof(world));
	get_descriptor(5, DESC_CONFIGURATION, 0, 34, mouse_config, 34);
	assert_int_equal(devices_facts_now(w.d, at(5), now), 3);
	assert_int_equal(now[0]->type, DESC_DEVICE);
	assert_int_equal(now[1]->type, DESC_STRING);
	assert_int_equal(now[1]->len, sizeof(world));
	assert_int_equal(now[2]->len, 34);
	free(now);
}

/* Nobody makes it keep more than it said it would. */
static void facts_are_bounded(void **state)
{
	static uint8_t big[FACT_LEN];
	uint32_t bytes = 0;

	(void)state;
	big[0] = 255;
	big[1] = 3;
	for (unsigned i = 0; i < FACTS_MAX + 100; i++)
		control_at(
			5, 5, 0x80, 6, (uint16_t)(0x0300 | (i & 255)), (uint16_t)i, 2, big, 2, 0);
	assert_int_equal(instance(1)->version, FACTS_MAX);
	for (unsigned i = 0; i < 40; i++) {
		uint32_t version = at(6) ? instance(at(6))->version : 0;

		control_at(6, 6, 0x80, 6, 0x0301, (uint16_t)i, 0xffff, big, sizeof(big), 0);
		bytes += instance(at(6))->version > version ? (uint32_t)sizeof(big) : 0;
	}
	assert_in_range(bytes, sizeof(big), FACTS_BYTES);
}

/* Long answers are kept whole as far as the model keeps payload, and never read past their end. */
static void a_device_that_comes_back_often(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 1000; i++)
		enumerate(5, mouse);
	assert_ids(at(5), 0x11);
	assert_string(at(5), UINT32_MAX, 1, NULL);
	assert_int_equal(devices_instances(w.d), 2000);
}

/* ---- configurations and alternate settings --------------------------------------------------- */

static void configurations(void **state)
{
	struct pipe p, q;

	(void)state;
	get_descriptor(5, DESC_DEVICE, 0, 18, disk, 18);
	get_descriptor(5, DESC_CONFIGURATION, 0, 255, disk_config, sizeof(disk_config));
	p = use(5, 0x81, USB_BULK);
	assert_true(p.flags & PIPE_INFERRED);
	get_descriptor(5, DESC_CONFIGURATION, 1, 255, disk_config2, sizeof(disk_config2));
	p = use(5, 0x81, USB_BULK);
	assert_false(p.flags & PIPE_CONFIGURED); /* it may be either */
	set_configuration(5, 1);
	p = use(5, 0x81, USB_BULK);
	assert_int_equal(p.wMaxPacketSize, 512);
	assert_int_equal(p.configuration, 1);
	set_configuration(5, 2);
	q = use(5, 0x81, USB_BULK);
	assert_int_equal(q.wMaxPacketSize, 64);
	assert_int_equal(q.configuration, 2);
	assert_int_equal(q.interface, 1);
	assert_int_equal(q.bInterfaceClass, 0xff);
	assert_int_equal(p.instance, q.instance);
	assert_int_equal(p.endpoint_id, q.endpoint_id);
	assert_int_equal(devices_configuration_in_use(w.d, 1)->len, sizeof(disk_config2));
	/* endpoint 2 is in the first one only */
	assert_false(use(5, 2, USB_BULK).flags & PIPE_DESCRIBED);
	set_configuration(5, 0);
	assert_null(devices_configuration_in_use(w.d, 1));
	assert_false(use(5, 0x81, USB_BULK).flags & PIPE_CONFIGURED);
	control_at(5, 5, 0x80, 8, 0, 0, 1, "\1", 1, 0); /* GET_CONFIGURATION */
	assert_int_equal(instance(1)->configuration, 1);
	set_configuration(5, 3); /* there is none */
	assert_null(devices_configuration_in_use(w.d, 1));
	assert_false(use(5, 0x81, USB_BULK).flags & PIPE_CONFIGURED);
}

static void alternate_settings(void **state)
{
	struct pipe p;

	(void)state;
	get_descriptor(5, DESC_CONFIGURATION, 0, 255, audio_config, sizeof(audio_config));
	p = use(5, 1, USB_ISOCHRONOUS);
	assert_true(p.flags & PIPE_INFERRED);
	assert_int_equal(devices_alternate(w.d, 1, 1), -1);
	set_configuration(5, 1);
	assert_int_equal(devices_alternate(w.d, 1, 1), 0);
	/* setting 0 has no such endpoint: which other one it is, is a guess */
	assert_true(use(5, 1, USB_ISOCHRONOUS).flags & PIPE_INFERRED);
	for (uint8_t alternate = 1; alternate <= 2; alternate++) {
		set_interface(5, 1, alternate);
		p = use(5, 1, USB_ISOCHRONOUS);
		assert_int_equal(p.flags, PIPE_CONFIGURED | PIPE_DESCRIBED);
		assert_int_equal(p.alternate, alternate);
		assert_int_equal(p.wMaxPacketSize, alternate * 100);
	}
	control_at(5, 5, 0x81, 10, 0, 1, 1, "\1", 1, 0); /* GET_INTERFACE */
	assert_int_equal(use(5, 1, USB_ISOCHRONOUS).alternate, 1);
	set_configuration(5, 1); /* all settings are 0 again */
	assert_int_equal(devices_alternate(w.d, 1, 1), 0);
	set_interface(5, 255, 255); /* more than is believed: no harm */
	assert_int_equal(devices_alternate(w.d, 1, 255), -1);
}

static void toggling_needs_no_more_pipes(void **state)
{
	uint32_t pipes, seen[3] = {0};

	(void)state;
	get_descriptor(5, DESC_CONFIGURATION, 0, 255, audio_config, sizeof(audio_config));
	set_configuration(5, 1);
	for (unsigned i = 0; i < 3; i++) {
		set_interface(5, 1, (uint8_t)(i % 3));
		use(5, 1, USB_ISOCHRONOUS);
		seen[i] = w.last.pipe;
	}
	pipes = devices_pipes(w.d);
	for (unsigned i = 0; i < 10000; i++) {
		set_interface(5, 1, (uint8_t)(i % 3));
		use(5, 1, USB_ISOCHRONOUS);
		assert_int_equal(w.last.pipe, seen[i % 3]);
	}
	assert_int_equal(devices_pipes(w.d), pipes);
	for (unsigned i = 0; i < 1000; i++)
		set_configuration(5, 1);
	use(5, 1, USB_ISOCHRONOUS);
	assert_int_equal(devices_pipes(w.d), pipes);
	assert_int_equal(devices_instances(w.d), 1);
}

/* The same number in both directions, and of another type, are different endpoints. */
static void endpoints_are_told_apart(void **state)
{
	uint32_t in = use(5, 0x81, USB_BULK).endpoint_id, out = use(5, 1, USB_BULK).endpoint_id;

	(void)state;
	assert_int_not_equal(in, out);
	assert_int_not_equal(use(5, 0x81, USB_INTERRUPT).endpoint_id, in);
	assert_int_equal(use(5, 0x81, USB_BULK).endpoint_id, in);
	assert_int_not_equal(use(6, 0x81, USB_BULK).endpoint_id, in);
	assert_int_equal(devices_endpoints(w.d), 4);
	/* control transfers of both directions share one */
	get_descriptor(5, DESC_DEVICE, 0, 18, mouse, 18);
	in = w.last.endpoint_id;
	set_configuration(5, 1);
	assert_int_equal(w.last.endpoint_id, in);
}

/* ---- speed ----------------------------------------------------------------------------------- */

static void assert_speed(uint16_t address, enum usb_speed speed, enum speed_from from)
{
	assert_int_equal(instance(at(address))->speed, speed);
	assert_int_equal(instance(at(address))->speed_from, from);
}

static void speeds(void **state)
{
	uint8_t root[18], super[18];

	(void)state;
	memcpy(root, mouse, 18);
	memcpy(super, mouse, 18);
	memcpy(root + 8, "\x6b\x1d\x03", 3); /* 1d6b:0003 */
	super[7] = 9;
	use(5, 0x81, USB_BULK);
	assert_speed(5, USB_SPEED_UNKNOWN, SPEED_FROM_NOWHERE);
	get_descriptor(5, DESC_CONFIGURATION, 0, 255, disk_config, sizeof(disk_config));
	assert_speed(5, USB_HIGH, SPEED_FROM_PACKET_SIZES);
	assert_int_equal(use(5, 0x81, USB_BULK).speed, USB_HIGH);
	get_descriptor(1, DESC_DEVICE, 0, 18, root, 18);
	assert_speed(1, USB_SUPER, SPEED_FROM_ROOT_HUB);
	get_descriptor(6, DESC_DEVICE, 0, 18, super, 18);
	assert_speed(6, USB_SUPER, SPEED_FROM_PACKET_SIZES);
	get_descriptor(7, DESC_CONFIGURATION, 0, 255, mouse_config, sizeof(mouse_config));
	assert_speed(7, USB_SPEED_UNKNOWN, SPEED_FROM_NOWHERE);
	/* what the capture says counts more, for all its endpoints */
	use(5, 2, USB_BULK);
	w.speed = USB_FULL;
	use(5, 0x82, USB_BULK);
	assert_int_equal(devices_instances(w.d), 4);
	w.speed = USB_SPEED_UNKNOWN;
	assert_speed(5, USB_FULL, SPEED_FROM_CAPTURE);
	assert_int_equal(use(5, 2, USB_BULK).speed, USB_FULL);
	get_descriptor(5, DESC_CONFIGURATION, 0, 255, disk_config2, sizeof(disk_config2));
	assert_speed(5, USB_FULL, SPEED_FROM_CAPTURE);
}

/* A hub tells by bDeviceProtocol whether its translators work (USB 2.0 11.23.1). */
static void speed_of_hubs(void **state)
{
	uint8_t hub[18];

	(void)state;
	memcpy(hub, disk, 18);
	hub[4] = 9;
	for (uint8_t protocol = 0; protocol < 4; protocol++) {
		hub[6] = protocol;
		get_descriptor(10 + protocol, DESC_DEVICE, 0, 18, hub, 18);
	}
	assert_speed(10, USB_SPEED_UNKNOWN, SPEED_FROM_NOWHERE);
	assert_speed(11, USB_HIGH, SPEED_FROM_HUB_PROTOCOL);
	assert_speed(12, USB_HIGH, SPEED_FROM_HUB_PROTOCOL);
	assert_speed(13, USB_SPEED_UNKNOWN, SPEED_FROM_NOWHERE);
}

/* Endpoint 0 has packets of 64 bytes at high speed (5.5.3): one that has less is not. */
static void not_high(void **state)
{
	static const uint8_t sizes[] = {8, 16, 32, 64};
	static const enum usb_speed speeds_of[] = {USB_FULL, USB_FULL, USB_FULL, USB_SPEED_UNKNOWN};
	uint8_t device[18], config[sizeof(mouse_config)];
	bool inferred;

	(void)state;
	memcpy(device, mouse, 18);
	memcpy(config, mouse_config, sizeof(config));
	device[3] = 2;	/* USB 2.00 */
	config[33] = 1; /* bInterval: too often for low speed */
	for (unsigned i = 0; i < 4; i++) {
		device[7] = sizes[i];
		get_descriptor(10 + i, DESC_DEVICE, 0, 18, device, 18);
		get_descriptor(10 + i, DESC_CONFIGURATION, 0, 255, config, sizeof(config));
		assert_int_equal(bus_speed(w.d, at(10 + i), &inferred), speeds_of[i]);
		assert_true(inferred);
	}
	/* who refuses to describe its other speed has none (9.6.2); -32 is -EPIPE */
	control_at(13, 13, 0x80, 6, DESC_DEVICE_QUALIFIER << 8, 0, 10, NULL, 0, -32);
	assert_true(instance(at(13))->no_qualifier);
	assert_int_equal(bus_speed(w.d, at(13), &inferred), USB_FULL);
	assert_true(inferred);
	assert_false(instance(at(12))->no_qualifier);
}

/* Captures that tell the speed tell that there is another device now. */
static void another_speed_is_another_device(void **state)
{
	struct pipe full, high;

	(void)state;
	w.speed = USB_FULL;
	get_descriptor(5, DESC_DEVICE, 0, 18, mouse, 18);
	full = use(5, 0x81, USB_INTERRUPT);
	w.speed = USB_HIGH;
	high = use(5, 0x81, USB_INTERRUPT);
	assert_int_not_equal(high.instance, full.instance);
	assert_int_equal(high.speed, USB_HIGH);
	assert_int_equal(high.flags, 0);
	assert_int_equal(instance(full.instance)->speed, USB_FULL);
	/* the transfer that tells of another device keeps the speed it was captured with */
	get_descriptor(5, DESC_DEVICE, 0, 18, mouse, 18);
	get_descriptor(5, DESC_DEVICE, 0, 18, disk, 18);
	assert_int_not_equal(w.last.instance, high.instance);
	assert_int_equal(w.last.speed, USB_HIGH);
	assert_speed(5, USB_HIGH, SPEED_FROM_CAPTURE);
}

/* ---- starting knowledge ---------------------------------------------------------------------- */

/* Traffic, then what lsusb does, then a reset and another device. */
static void late(void)
{
	use(5, 0x81, USB_INTERRUPT);
	get_descriptor(5, DESC_DEVICE, 0, 18, mouse, 18);
	get_descriptor(5, DESC_CONFIGURATION, 0, 255, mouse_config, sizeof(mouse_config));
	enumerate_xhci(5, mouse);
	use(5, 0x81, USB_INTERRUPT);
	enumerate_xhci(5, disk);
	get_descriptor(5, DESC_CONFIGURATION, 0, 255, disk_config, sizeof(disk_config));
	use(5, 0x81, USB_BULK);
}

static void knowledge_flows_forward(void **state)
{
	struct pipe p;

	(void)state;
	p = use(5, 0x81, USB_INTERRUPT);
	assert_int_equal(p.flags, 0);
	late();
	assert_int_equal(p.flags, 0);
	assert_int_equal(devices_get_pipe(w.d, 1)->flags, 0);
	assert_int_equal(devices_get_pipe(w.d, w.last.pipe)->idProduct, 0x22);
}

static void learning_first_makes_the_same_instances(void **state)
{
	uint32_t instances, endpoints, last;

	(void)state;
	late();
	instances = devices_instances(w.d);
	endpoints = devices_endpoints(w.d);
	last = w.last.instance;
	begin(w.d);
	assert_int_equal(use(5, 0x81, USB_INTERRUPT).wMaxPacketSize, 8);
	begin(NULL);
	late();
	begin(w.d);
	late();
	assert_int_equal(devices_instances(w.d), instances);
	assert_int_equal(devices_endpoints(w.d), endpoints);
	assert_int_equal(w.last.instance, last);
	assert_ids(last, 0x22);
	assert_ids(instance(last)->previous, 0x11);
	assert_int_equal(devices_get_pipe(w.d, 1)->idProduct, 0x11);
	assert_int_equal(devices_get_pipe(w.d, 1)->wMaxPacketSize, 8);
}

static void known_by_address_and_turn(void **state)
{
	const struct fact first[] = {
		{.type = DESC_DEVICE, .len = 18, .total = 18, .data = (uint8_t *)(uintptr_t)mouse}};
	const struct fact second[] = {
		{.type = DESC_DEVICE, .len = 18, .total = 18, .data = (uint8_t *)(uintptr_t)disk},
		{.type = DESC_CONFIGURATION,
			.len = 32,
			.total = 32,
			.data = (uint8_t *)(uintptr_t)disk_config}};
	struct pipe p;

	(void)state;
	devices_know(w.d, 0, BUS, 5, 0, first, 1, CONFIGURATION_UNKNOWN);
	devices_know(w.d, 0, BUS, 5, 1, second, 2, 1);
	devices_know(w.d, 0, BUS + 1, 6, 0, second, 2, 1);
	devices_know(w.d, 1, BUS, 6, 0, second, 2, 1);
	p = use(5, 0x81, USB_INTERRUPT);
	assert_int_equal(p.idProduct, 0x11);
	assert_false(p.flags & PIPE_CONFIGURED);
	set_address(5);
	p = use(5, 0x81, USB_BULK);
	assert_int_equal(p.idProduct, 0x22);
	assert_int_equal(p.wMaxPacketSize, 512);
	assert_false(p.flags & PIPE_INFERRED);
	assert_int_equal(use(6, 0x81, USB_BULK).flags, 0); /* another bus, another section */
}

/* Handed on before any of its devices came to be, and by a run that did not see them. */
static void knowledge_is_handed_on(void **state)
{
	const struct fact f = {
		.type = DESC_DEVICE, .len = 18, .total = 18, .data = (uint8_t *)(uintptr_t)mouse};
	struct devices *known = devices_new();

	(void)state;
	devices_know(known, 0, BUS, 5, 0, &f, 1, CONFIGURATION_UNKNOWN);
	begin(known);
	use(6, 0x81, USB_BULK);
	begin(w.d);
	assert_int_equal(use(5, 0x81, USB_INTERRUPT).idProduct, 0x11);
	devices_free(known);
}

/* Descriptors that the capturing program put in front teach, but nobody is a new device by them. */
static void injected(void **state)
{
	static const uint8_t get_device[8] = {0x80, 6, 0, 1, 0, 0, 18, 0};
	static const uint8_t get_config[8] = {0x80, 6, 0, 2, 0, 0, 32, 0};
	static const uint8_t set_config[8] = {0, 9, 1, 0, 0, 0, 0, 0};
	const struct {
		const uint8_t *setup, *data;
		uint32_t n;
	} part[] = {{get_device, disk, 18}, {get_config, disk_config, 32}, {set_config, NULL, 0}};
	struct pipe p;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(part); i++) {
		struct event ev = submit_of(5, part[i].setup, NULL, 0);

		ev.bin = BIN_INJECTED;
		feed(&ev);
		ev = complete_of(5, part[i].setup, part[i].data, part[i].n, 0);
		ev.bin = BIN_INJECTED;
		feed(&ev);
	}
	assert_int_equal(w.last.id, 0); /* no transfer */
	assert_int_equal(model_counts(w.model)->bins[BIN_INJECTED], 6);
	p = use(5, 0x81, USB_BULK);
	assert_int_equal(w.last.id, 1);
	assert_int_equal(p.flags, PIPE_IDS | PIPE_CONFIGURED | PIPE_DESCRIBED);
	assert_int_equal(p.wMaxPacketSize, 512);
	assert_int_equal(devices_instances(w.d), 1);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(another_device_at_the_address),
		TEST(another_device_without_set_address),
		TEST(another_device_after_an_unknown_one),
		TEST(another_device_nobody_saw_coming),
		TEST(reset_with_set_address),
		TEST(reset_without_set_address),
		TEST(inheritance_ends_at_the_reset),
		TEST(asked_while_one_is_being_enumerated),
		TEST(asked_while_little_is_known_of_the_new_one),
		TEST(set_address_of_qemu),
		TEST(set_address_that_means_nothing),
		TEST(address_taken_over),
		TEST(read_in_pieces),
		TEST(old_versions_stay),
		TEST(strings_of_many_languages_and_shapes),
		TEST(what_teaches_nothing),
		TEST(class_descriptors_by_interface),
		TEST(hid_by_its_report_descriptor),
		TEST(report_descriptors_by_length),
		TEST(facts_now_are_the_newest),
		TEST(facts_are_bounded),
		TEST(a_device_that_comes_back_often),
		TEST(configurations),
		TEST(alternate_settings),
		TEST(toggling_needs_no_more_pipes),
		TEST(endpoints_are_told_apart),
		TEST(speeds),
		TEST(speed_of_hubs),
		TEST(not_high),
		TEST(another_speed_is_another_device),
		TEST(knowledge_flows_forward),
		TEST(learning_first_makes_the_same_instances),
		TEST(known_by_address_and_turn),
		TEST(knowledge_is_handed_on),
		TEST(injected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
