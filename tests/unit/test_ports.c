/* test_ports.c: what the requests of hosts to hubs teach of devices: where they are, that they are
 * reset or gone, how fast they are; and that descriptors of hubs do not decide about instances. */
#include "world.h"
#include "model/ports.h"
#include "usb/hub.h"

enum { POWERED = 0x100, LOW = 0x200, HIGH = 0x400, CHANGED = 0x10000 };
enum { ESHUTDOWN = -108, ENOENT = -2 };

static const uint8_t root[18] = {18, 1, 0, 2, 9, 0, 1, 64, 0x6b, 0x1d, 2, 0, 0, 6, 0, 0, 0, 1};
static const uint8_t hub[18] = {18, 1, 0, 2, 9, 0, 0, 64, 0x09, 0x12, 0x33, 0, 0, 1, 0, 0, 0, 1};

static void reset_port(uint16_t of, uint8_t port)
{
	control_at(of, of, 0x23, 3, PORT_RESET, port, 0, NULL, 0, 0);
}

static void port_status(uint16_t of, uint8_t port, uint32_t status)
{
	const uint8_t b[4] = {(uint8_t)status, (uint8_t)(status >> 8), (uint8_t)(status >> 16), 0};

	control_at(of, of, 0xa3, 0, 0, port, 4, b, 4, 0);
}

/* A device comes to a port, as EHCI shows it. */
static void plug(uint16_t of, uint8_t port, uint16_t address, const uint8_t device[18])
{
	port_status(of, port, CHANGED | POWERED | 1);
	reset_port(of, port);
	port_status(of, port, POWERED | HIGH | 3);
	enumerate(address, device);
}

static void unplug(uint16_t of, uint8_t port)
{
	port_status(of, port, CHANGED | POWERED);
}

static void know_root(void)
{
	get_descriptor(1, DESC_DEVICE, 0, 18, root, 18);
}

/* ---- where a device is ----------------------------------------------------------------------- */

static void assert_place(uint16_t address, uint16_t of, uint8_t port, const char *path)
{
	const struct instance *i = instance(at(address));

	assert_int_equal(i->hub, at(of));
	assert_int_equal(i->hub_port, port);
	if (path)
		assert_string_equal(i->port_path, path);
	else
		assert_null(i->port_path);
	assert_int_equal(ports_child(w.d, at(of), port), at(address));
}

static void paths(void **state)
{
	(void)state;
	know_root();
	plug(1, 2, 5, hub);
	plug(5, 4, 6, hub);
	plug(6, 11, 7, mouse);
	plug(1, 1, 8, disk);
	assert_place(5, 1, 2, "3-2");
	assert_place(6, 5, 4, "3-2.4");
	assert_place(7, 6, 11, "3-2.4.11");
	assert_place(8, 1, 1, "3-1");
	assert_int_equal(instance(at(1))->hub, 0);
}

static void a_hub_that_is_nowhere(void **state)
{
	(void)state;
	plug(9, 2, 5, mouse);
	assert_place(5, 9, 2, NULL);
}

static void without_set_address(void **state)
{
	(void)state;
	know_root();
	/* two resets, as Linux does it on xHCI */
	reset_port(1, 2);
	get_descriptor(0, DESC_DEVICE, 0, 64, mouse, 18);
	reset_port(1, 2);
	enumerate_xhci(5, mouse);
	assert_place(5, 1, 2, "3-2");
	/* SuperSpeed: never at address 0 */
	reset_port(1, 3);
	get_descriptor(6, DESC_DEVICE, 0, 8, disk, 18);
	assert_place(6, 1, 3, "3-3");
}

static void not_everybody_is_new(void **state)
{
	(void)state;
	know_root();
	use(7, 0x81, USB_BULK);
	reset_port(1, 2);
	get_descriptor(7, DESC_DEVICE, 0, 18, disk, 18); /* was there before the reset */
	assert_int_equal(instance(at(7))->hub, 0);
	enumerate(5, mouse);
	assert_place(5, 1, 2, "3-2");
	get_descriptor(8, DESC_DEVICE, 0, 18, disk, 18); /* no port waits any more */
	assert_int_equal(instance(at(8))->hub, 0);
}

static void nobody_came(void **state)
{
	(void)state;
	know_root();
	reset_port(1, 2);
	unplug(1, 2);
	enumerate(5, mouse);
	assert_int_equal(instance(at(5))->hub, 0);
}

static void not_deeper_than_usb_allows(void **state)
{
	(void)state;
	for (uint16_t n = 1; n < 12; n++)
		plug(n, 1, n + 1, hub);
	for (uint16_t n = 2; n <= PORTS_TIERS; n++)
		assert_int_equal(instance(at(n))->hub, at(n - 1));
	assert_int_equal(instance(at(PORTS_TIERS + 1))->hub, 0);
}

static void speeds_of_ports(void **state)
{
	static const struct {
		uint32_t status;
		enum usb_speed speed;
	} is[] = {{POWERED | 3, USB_FULL}, {POWERED | LOW | 3, USB_LOW},
		{POWERED | HIGH | 3, USB_HIGH}, {0x203, USB_SUPER},
		{POWERED | HIGH | 1, USB_SPEED_UNKNOWN}};

	(void)state;
	for (uint8_t i = 0; i < ARRAY_LEN(is); i++) {
		reset_port(1, i + 1);
		port_status(1, i + 1, is[i].status);
		enumerate(10 + i, mouse);
		assert_int_equal(instance(at(10 + i))->speed, is[i].speed);
		assert_int_equal(instance(at(10 + i))->speed_from,
			is[i].speed ? SPEED_FROM_PORT : SPEED_FROM_NOWHERE);
	}
}

/* ---- what becomes of it ---------------------------------------------------------------------- */

static void a_reset_makes_a_new_instance(void **state)
{
	uint32_t first, pipe;

	(void)state;
	know_root();
	plug(1, 2, 5, mouse);
	get_descriptor(5, DESC_CONFIGURATION, 0, 34, mouse_config, 34);
	set_configuration(5, 1);
	first = at(5);
	use(5, 0x81, USB_INTERRUPT);
	pipe = w.last.pipe;
	reset_port(1, 2);
	assert_int_equal(at(5), first); /* until it is used again */
	/* Linux after a reset on xHCI: the device has its address at once */
	get_descriptor(5, DESC_DEVICE, 0, 18, mouse, 18);
	assert_int_not_equal(at(5), first);
	assert_int_equal(instance(at(5))->previous, first);
	assert_int_equal(instance(at(5))->configuration, CONFIGURATION_UNKNOWN);
	assert_ids(at(5), 0x11);
	assert_place(5, 1, 2, "3-2");
	use(5, 0x81, USB_INTERRUPT);
	assert_int_not_equal(w.last.pipe, pipe);
	assert_int_equal(w.last.instance, at(5));
}

static void a_reset_with_set_address_makes_one(void **state)
{
	uint32_t first, n;

	(void)state;
	plug(1, 2, 5, mouse);
	first = at(5);
	n = devices_instances(w.d);
	plug(1, 2, 5, mouse);
	assert_int_equal(instance(at(5))->previous, first);
	assert_int_equal(devices_instances(w.d), n + 2); /* and the one at address 0 */
}

static void a_device_is_gone(void **state)
{
	uint32_t first, behind;

	(void)state;
	know_root();
	plug(1, 2, 5, hub);
	plug(5, 1, 6, mouse);
	first = at(5);
	behind = at(6);
	unplug(1, 2);
	assert_int_equal(instance(first)->presence, DEVICE_GONE);
	assert_int_equal(instance(behind)->presence, DEVICE_GONE);
	assert_int_equal(ports_child(w.d, at(1), 2), 0);
	/* what its drivers still try is its own */
	use(5, 0x81, USB_INTERRUPT);
	assert_int_equal(w.last.instance, first);
	/* somebody answers there again */
	get_descriptor(5, DESC_DEVICE, 0, 18, hub, 18);
	assert_int_not_equal(at(5), first);
	assert_int_equal(w.last.instance, at(5));
	assert_int_equal(instance(at(5))->presence, DEVICE_PRESENT);
}

static void power_off(void **state)
{
	(void)state;
	plug(1, 2, 5, mouse);
	control_at(1, 1, 0x23, 1, PORT_POWER, 2, 0, NULL, 0, 0);
	assert_int_equal(instance(at(5))->presence, DEVICE_GONE);
}

static void another_one_at_the_port(void **state)
{
	uint32_t first;

	(void)state;
	plug(1, 2, 5, mouse);
	first = at(5);
	plug(1, 2, 6, disk);
	assert_int_equal(instance(first)->presence, DEVICE_GONE);
	assert_int_equal(ports_child(w.d, at(1), 2), at(6));
}

static enum status ends_with(uint16_t device, int status)
{
	struct event ev = event(EVENT_SUBMIT, device, USB_INTERRUPT, 0x81);

	feed(&ev);
	ev.kind = EVENT_COMPLETE;
	ev.urb.has = URB_STATUS | URB_ACTUAL;
	ev.urb.raw_status = status;
	feed(&ev);
	w.urb++;
	return (enum status)w.last.status;
}

static void disconnected_by_evidence(void **state)
{
	(void)state;
	plug(1, 2, 5, mouse);
	assert_int_equal(ends_with(5, ESHUTDOWN), STATUS_CANCELLED);
	unplug(1, 2);
	assert_int_equal(ends_with(5, ENOENT), STATUS_CANCELLED);
	assert_int_equal(ends_with(5, ESHUTDOWN), STATUS_DISCONNECTED);
	assert_int_equal(ends_with(6, ESHUTDOWN), STATUS_CANCELLED);
}

static void what_says_nothing(void **state)
{
	static const uint8_t none[4];

	(void)state;
	plug(1, 2, 5, mouse);
	port_status(1, 3, POWERED);
	control_at(1, 1, 0xa3, 0, 0, 2, 4, none, 2, 0);	  /* cut */
	control_at(1, 1, 0xa3, 0, 0, 2, 4, none, 4, -32); /* refused */
	control_at(1, 1, 0xa3, 0, 1, 2, 4, none, 4, 0);	  /* another status */
	control_at(1, 1, 0xc3, 0, 0, 2, 4, none, 4, 0);	  /* a vendor's */
	control_at(7, 7, 0xa3, 0, 0, 2, 4, none, 4, 0);	  /* another hub */
	control_at(1, 1, 0x23, 3, PORT_RESET, 2, 0, NULL, 0, -32);
	assert_int_equal(instance(at(5))->presence, DEVICE_PRESENT);
}

/* ---- with starting knowledge ----------------------------------------------------------------- */

static void story(void)
{
	know_root();
	plug(1, 2, 5, hub);
	get_descriptor(5, DESC_DEVICE, 0, 18, hub, 18);
	plug(5, 1, 6, mouse);
	get_descriptor(6, DESC_CONFIGURATION, 0, 34, mouse_config, 34);
	reset_port(5, 1);
	use(6, 0x81, USB_INTERRUPT);
	unplug(1, 2);
	use(6, 0x81, USB_INTERRUPT);
	plug(1, 2, 6, disk);
	get_descriptor(6, DESC_CONFIGURATION, 0, 32, disk_config, 32);
	use(6, 0x81, USB_BULK);
}

static void knowing_more_changes_no_instance(void **state)
{
	uint32_t n, last, address[64];

	(void)state;
	story();
	n = devices_instances(w.d);
	last = w.last.instance;
	assert_in_range(n, 1, 63);
	for (uint32_t i = 1; i <= n; i++)
		address[i] = instance(i)->address;
	begin(w.d);
	story();
	assert_int_equal(devices_instances(w.d), n);
	assert_int_equal(w.last.instance, last);
	for (uint32_t i = 1; i <= n; i++)
		assert_int_equal(instance(i)->address, address[i]);
}

/* Injected records tell paths; then hubs' ports have children. */
static void injected_paths(void **state)
{
	static const uint8_t get_device[8] = {0x80, 6, 0, 1, 0, 0, 18, 0};
	static const struct {
		uint16_t address;
		const uint8_t *device;
		const char *comment;
	} is[] = {{1, root, "urbscope speed=high port=usb3"}, {5, hub, "urbscope port=3-2"},
		{6, mouse, "urbscope port=3-2.4"}, {7, disk, "urbscope port=3-9.1"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(is); i++) {
		struct record rec = {.number = ++w.records,
			.has_time = true,
			.comment = is[i].comment,
			.comment_len = (uint32_t)strlen(is[i].comment)};
		struct event ev = submit_of(is[i].address, get_device, NULL, 0);

		ev.bin = BIN_INJECTED;
		model_feed(w.model, &rec, &ev);
		ev = complete_of(is[i].address, get_device, is[i].device, 18, 0);
		ev.bin = BIN_INJECTED;
		model_feed(w.model, &rec, &ev);
	}
	assert_place(5, 1, 2, "3-2");
	assert_place(6, 5, 4, "3-2.4");
	assert_int_equal(instance(at(7))->hub, 0); /* nobody told of its hub */
	/* a reset finds the same path */
	plug(5, 4, 6, mouse);
	assert_place(6, 5, 4, "3-2.4");
	unplug(1, 2);
	assert_int_equal(instance(at(6))->presence, DEVICE_GONE);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(paths),
		TEST(a_hub_that_is_nowhere),
		TEST(without_set_address),
		TEST(not_everybody_is_new),
		TEST(nobody_came),
		TEST(not_deeper_than_usb_allows),
		TEST(speeds_of_ports),
		TEST(a_reset_makes_a_new_instance),
		TEST(a_reset_with_set_address_makes_one),
		TEST(a_device_is_gone),
		TEST(power_off),
		TEST(another_one_at_the_port),
		TEST(disconnected_by_evidence),
		TEST(what_says_nothing),
		TEST(knowing_more_changes_no_instance),
		TEST(injected_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
