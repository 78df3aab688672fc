/* world.h: what tests of the device model share: a capture that is made up transfer by transfer and
 * goes through the model as the events of usbmon; devices and their descriptors. */
#ifndef TESTS_UNIT_WORLD_H
#define TESTS_UNIT_WORLD_H

#include "base/mem.h"
#include "model/learn.h"
#include "model/model.h"
#include "usb/desc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { BUS = 3 };

/* ---- traffic --------------------------------------------------------------------------------- */

static struct world {
	struct model *model;
	struct devices *d;
	struct xfer last; /* the latest transfer; its pointers are not valid any more */
	uint64_t records, urb;
	uint8_t speed;	 /* what the capture says */
	uint8_t capture; /* enum capture_kind; 0: usbmon */
} w;

static inline void on_xfer(void *ctx, const struct xfer *x)
{
	((struct world *)ctx)->last = *x;
}

/* A new capture that begins with that knowledge (NULL: none). */
static inline void begin(const struct devices *knowledge)
{
	struct model *before = w.model;
	struct devices *known = devices_new();

	/* what is known may be the last capture's, which ends here */
	if (knowledge)
		devices_know_all(known, knowledge);
	w = (struct world){.urb = 1};
	w.model = model_new(&(struct model_opts){.payload = true, .on_xfer = on_xfer, .ctx = &w});
	w.d = model_devices(w.model);
	devices_know_all(w.d, known);
	devices_free(known);
	model_free(before);
}

static inline int setup(void **state)
{
	(void)state;
	begin(NULL);
	return 0;
}

static inline int teardown(void **state)
{
	(void)state;
	model_free(w.model);
	w.model = NULL;
	return 0;
}

static inline struct event event(
	enum event_kind kind, uint16_t device, uint8_t type, uint8_t address)
{
	return (struct event){
		.kind = (uint8_t)kind,
		.os = USB_OS_LINUX,
		.capture = w.capture ? w.capture : CAPTURE_USBMON,
		.type = type,
		.dir = address & 0x80 ? USB_IN : USB_OUT,
		.endpoint = address & 15,
		.speed = w.speed,
		.bus = BUS,
		.device = device,
		.urb = {.id = w.urb},
	};
}

static inline void feed(const struct event *ev)
{
	struct record rec = {
		.number = ++w.records, .time = (int64_t)w.records * 1000, .has_time = true};

	model_feed(w.model, &rec, ev);
}

static inline struct event submit_of(
	uint16_t device, const uint8_t s[8], const uint8_t *data, uint32_t n)
{
	struct event ev = event(EVENT_SUBMIT, device, USB_CONTROL, s[0] & 0x80);

	memcpy(ev.urb.setup, s, 8);
	ev.urb.has = URB_SETUP | URB_REQUESTED;
	ev.urb.length = (uint32_t)(s[6] | s[7] << 8);
	if (ev.dir == USB_OUT) {
		ev.urb.data = data;
		ev.urb.data_len = ev.urb.data_total = n;
	}
	return ev;
}

static inline struct event complete_of(
	uint16_t device, const uint8_t s[8], const uint8_t *data, uint32_t n, int status)
{
	struct event ev = event(EVENT_COMPLETE, device, USB_CONTROL, s[0] & 0x80);

	ev.urb.has = URB_ACTUAL | URB_STATUS;
	ev.urb.length = n;
	ev.urb.raw_status = status;
	if (ev.dir == USB_IN) {
		ev.urb.data = data;
		ev.urb.data_len = ev.urb.data_total = n;
	}
	return ev;
}

/* A whole control transfer; its completion may come under another address (QEMU). The data is in
 * memory of exactly its size. */
static inline void control_at(uint16_t from, uint16_t to, uint8_t bmRequestType, uint8_t bRequest,
	uint16_t wValue, uint16_t wIndex, uint16_t wLength, const void *data, uint32_t n,
	int status)
{
	const uint8_t s[8] = {bmRequestType, bRequest, (uint8_t)wValue, (uint8_t)(wValue >> 8),
		(uint8_t)wIndex, (uint8_t)(wIndex >> 8), (uint8_t)wLength, (uint8_t)(wLength >> 8)};
	uint8_t *copy = malloc(n ? n : 1);
	struct event ev;

	if (n)
		memcpy(copy, data, n);
	ev = submit_of(from, s, copy, n);
	feed(&ev);
	ev = complete_of(to, s, copy, n, status);
	feed(&ev);
	free(copy);
	w.urb++;
}

static inline void get_descriptor(
	uint16_t device, uint8_t type, uint8_t index, uint16_t asked, const void *data, uint32_t n)
{
	control_at(device, device, 0x80, 6, (uint16_t)(type << 8 | index), type == 3 ? 0x409 : 0,
		asked, data, n < asked ? n : asked, 0);
}

static inline void set_address(uint16_t to)
{
	control_at(0, 0, 0, 5, to, 0, 0, NULL, 0, 0);
}

static inline void set_configuration(uint16_t device, uint8_t value)
{
	control_at(device, device, 0, 9, value, 0, 0, NULL, 0, 0);
}

static inline void set_interface(uint16_t device, uint8_t interface, uint8_t alternate)
{
	control_at(device, device, 1, 11, alternate, interface, 0, NULL, 0, 0);
}

/* Uses an endpoint; returns its pipe. */
static inline struct pipe use(uint16_t device, uint8_t address, uint8_t type)
{
	struct event ev = event(EVENT_SUBMIT, device, type, address);

	feed(&ev);
	ev.kind = EVENT_COMPLETE;
	ev.urb.has = URB_STATUS | URB_ACTUAL;
	feed(&ev);
	w.urb++;
	return *devices_get_pipe(w.d, w.last.pipe);
}

/* ---- the devices ----------------------------------------------------------------------------- */

static const uint8_t mouse[18]
	__attribute__((unused)) = {18, 1, 0, 2, 0, 0, 0, 64, 0x09, 0x12, 0x11, 0, 0, 1, 1, 2, 0, 1};
static const uint8_t disk[18]
	__attribute__((unused)) = {18, 1, 0, 2, 0, 0, 0, 64, 0x09, 0x12, 0x22, 0, 0, 1, 0, 0, 3, 2};

static const uint8_t mouse_config[34] __attribute__((unused)) = {
	9, 2, 34, 0, 1, 1, 0, 0xa0, 50,	     /**/
	9, 4, 0, 0, 1, 3, 1, 2, 0,	     /* interface 0: HID boot mouse */
	9, 0x21, 0x11, 1, 0, 1, 0x22, 52, 0, /* HID */
	7, 5, 0x81, 3, 8, 0, 10		     /* EP 1 in interrupt, 8 bytes */
};

static const uint8_t disk_config[32] __attribute__((unused)) = {
	9, 2, 32, 0, 1, 1, 0, 0x80, 100, /**/
	9, 4, 0, 0, 2, 8, 6, 80, 0,	 /* interface 0: mass storage */
	7, 5, 0x81, 2, 0, 2, 0,		 /* EP 1 in bulk 512 */
	7, 5, 2, 2, 0, 2, 0		 /* EP 2 out bulk 512 */
};

/* The disk's second configuration: the same endpoint is in interface 1 there, and smaller. */
static const uint8_t disk_config2[25] __attribute__((unused)) = {
	9, 2, 25, 0, 1, 2, 0, 0x80, 50, /**/
	9, 4, 1, 0, 1, 0xff, 1, 2, 0,	/* interface 1: vendor */
	7, 5, 0x81, 2, 64, 0, 0		/* EP 1 in bulk 64 */
};

/* Interface 1 has no endpoint in setting 0, 100 bytes in 1 and 200 in 2. */
static const uint8_t audio_config[] __attribute__((unused)) = {
	9, 2, 50, 0, 1, 1, 0, 0x80, 50, /**/
	9, 4, 1, 0, 0, 1, 2, 0, 0,	/**/
	9, 4, 1, 1, 1, 1, 2, 0, 0,	/**/
	7, 5, 1, 9, 100, 0, 1,		/**/
	9, 4, 1, 2, 1, 1, 2, 0, 0,	/**/
	7, 5, 1, 9, 200, 0, 1		/**/
};

static const uint8_t hello[10]
	__attribute__((unused)) = {10, 3, 'a', 0, 'b', 0, 'c', 0, 0x3a, 0x26};
static const uint8_t world[6] __attribute__((unused)) = {6, 3, 'x', 0, 'y', 0};

static inline const struct instance *instance(uint32_t n)
{
	assert_in_range(n, 1, devices_instances(w.d));
	return devices_get_instance(w.d, n);
}

static inline uint32_t at(uint16_t address)
{
	return devices_at(w.d, 0, BUS, address);
}

static inline void assert_ids(uint32_t n, uint16_t idProduct)
{
	const struct fact *f = devices_fact(w.d, n, UINT32_MAX, DESC_DEVICE, 0, FACT_ANY);
	struct desc_device dev;

	assert_non_null(f);
	assert_true(desc_device_parse(&dev, f->data, f->len));
	assert_int_equal(dev.idProduct, idProduct);
}

static inline void assert_string(uint32_t n, uint32_t version, uint8_t index, const char *expected)
{
	char room[128] = "";
	struct text t;

	text_init(&t, room, sizeof(room));
	assert_int_equal(devices_string(w.d, n, version, index, &t), expected != NULL);
	assert_string_equal(room, expected ? expected : "");
}

/* As EHCI shows it: SET_ADDRESS under address 0. */
static inline void enumerate(uint16_t address, const uint8_t device[18])
{
	get_descriptor(0, DESC_DEVICE, 0, 64, device, 18);
	set_address(address);
	get_descriptor(address, DESC_DEVICE, 0, 18, device, 18);
}

/* As xHCI shows it: nothing but reading again under another address. */
static inline void enumerate_xhci(uint16_t address, const uint8_t device[18])
{
	get_descriptor(0, DESC_DEVICE, 0, 64, device, 18);
	get_descriptor(address, DESC_DEVICE, 0, 18, device, 18);
}

#endif
