/* test_episodes.c: what detectors of episodes make of transfers: enumeration with and without a
 * hub, recovery, suspend, isochronous streams, segments, static streams, and that floods of
 * anything stay bounded. */
#include "world.h"
#include "analysis/episode.h"
#include "usb/hub.h"
#include "usb/urb_function.h"

#include <stdio.h>

enum { EPIPE_ = -32, EPROTO_ = -71, ECONNRESET_ = -104, ENOSPC_ = -28, ESHUTDOWN_ = -108 };
enum { POWERED = 0x100, FULL = POWERED | 3, ASLEEP = POWERED | 7 };

static struct told {
	struct episodes *episodes;
	struct model *model;
	char s[4096]; /* "kind outcome transfers steps; " of each */
	size_t n, count, most_steps;
	struct episode last; /* without its steps */
} told;

static void on_end(void *ctx, const struct episode *ep)
{
	struct told *t = ctx;

	assert_int_equal(ep->id, ++t->count);
	assert_true(ep->first && ep->last && ep->xfers);
	assert_true(ep->end >= ep->begin);
	assert_true(ep->steps <= EPISODE_STEPS);
	for (size_t i = 0; i < ep->steps; i++)
		assert_true(ep->step[i].end >= ep->step[i].begin);
	if (ep->steps > t->most_steps)
		t->most_steps = ep->steps;
	t->last = *ep;
	t->last.step = NULL;
	if (t->n + 64 < sizeof(t->s))
		t->n += (size_t)snprintf(t->s + t->n, sizeof(t->s) - t->n, "%s %s %u %zu; ",
			episode_kind_name((enum episode_kind)ep->kind), ep->outcome, ep->xfers,
			ep->steps);
}

static void feed_episodes(void *ctx, const struct xfer *x)
{
	struct told *t = ctx;
	struct row row;

	w.last = *x;
	row_init(&row, x, w.model);
	episodes_feed(t->episodes, &row);
}

static int begin_told(void **state)
{
	(void)state;
	model_free(w.model);
	w = (struct world){.urb = 1};
	w.model = model_new(
		&(struct model_opts){.payload = true, .on_xfer = feed_episodes, .ctx = &told});
	w.d = model_devices(w.model);
	told = (struct told){.episodes = episodes_new(on_end, &told, NULL)};
	return 0;
}

/* All that was told, and now that the capture is over. */
static const char *finish(void)
{
	model_finish(w.model);
	episodes_finish(told.episodes);
	episodes_free(told.episodes);
	told.episodes = NULL;
	return told.s;
}

static int end_told(void **state)
{
	if (told.episodes)
		finish();
	return teardown(state);
}

static void forget(void)
{
	told.n = 0;
	told.s[0] = 0;
}

/* ---- traffic --------------------------------------------------------------------------------- */

static void port_request(uint8_t type, uint8_t request, uint16_t value, uint8_t port)
{
	control_at(1, 1, type, request, value, port, 0, NULL, 0, 0);
}

static void port_status(uint8_t port, uint32_t status)
{
	const uint8_t b[4] = {(uint8_t)status, (uint8_t)(status >> 8), (uint8_t)(status >> 16), 0};

	control_at(1, 1, 0xa3, 0, 0, port, 4, b, 4, 0);
}

static void plug(uint8_t port, uint16_t address)
{
	port_request(0x23, 3, PORT_RESET, port);
	port_status(port, FULL | 0x100000);
	port_request(0x23, 1, C_PORT_RESET, port);
	enumerate(address, mouse);
}

/* A transfer of so many bytes asked and got, so many ms after the one before. */
static void transfer(uint16_t device, uint8_t address, uint8_t type, uint32_t asked, uint32_t got,
	int status, unsigned ms)
{
	struct event ev = event(EVENT_SUBMIT, device, type, address);

	w.records += ms * 1000u; /* records are a microsecond apart */
	ev.urb.has = URB_REQUESTED;
	ev.urb.length = asked;
	feed(&ev);
	ev.kind = EVENT_COMPLETE;
	ev.urb.has = URB_STATUS | URB_ACTUAL;
	ev.urb.raw_status = status;
	ev.urb.length = got;
	feed(&ev);
	w.urb++;
}

static void bulk(uint8_t address, uint32_t asked, uint32_t got, int status)
{
	transfer(5, address, USB_BULK, asked, got, status, 0);
}

static void request(uint16_t function)
{
	struct event ev = event(EVENT_SUBMIT, 5, USB_REQUEST, 0x81);

	ev.os = USB_OS_WINDOWS;
	ev.capture = CAPTURE_USBPCAP_1_5;
	ev.urb.function = function;
	ev.urb.has = URB_FUNCTION;
	feed(&ev);
	ev.kind = EVENT_COMPLETE;
	ev.urb.has = URB_FUNCTION | URB_STATUS;
	feed(&ev);
	w.urb++;
}

/* ---- enumeration ----------------------------------------------------------------------------- */

static void enumerated(void **state)
{
	(void)state;
	plug(2, 5);
	get_descriptor(5, DESC_CONFIGURATION, 0, 34, mouse_config, 34);
	control_at(5, 5, 0x80, 6, 0x600, 0, 10, NULL, 0, EPIPE_);
	assert_string_equal(told.s, "");
	set_configuration(5, 1);
	/* reset, status, change cleared; three of the device's own; three more */
	assert_string_equal(told.s, "enumeration configured 9 7; ");
	assert_int_equal(told.last.instance, at(5));
	assert_int_equal(told.last.device, 5);
	assert_non_null(strstr(told.last.info, "1209:0011, full speed, address 5: 1 reset, 6 "
					       "requests, 1 refused; slowest "));
	get_descriptor(5, DESC_DEVICE, 0, 18, mouse, 18); /* afterwards: none of it */
	assert_string_equal(finish(), "enumeration configured 9 7; ");
}

static void enumerated_without_hub(void **state)
{
	(void)state;
	enumerate(5, mouse);
	set_configuration(5, 1);
	assert_string_equal(told.s, "enumeration configured 4 4; ");
	/* Windows: nothing of address 0 */
	get_descriptor(6, DESC_DEVICE, 0, 18, disk, 18);
	set_configuration(6, 1);
	assert_string_equal(told.s, "enumeration configured 4 4; enumeration configured 2 2; ");
	/* just asking is none */
	get_descriptor(7, DESC_DEVICE, 0, 18, disk, 18);
	assert_int_equal(told.count, 2);
	finish();
	assert_int_equal(told.count, 2);
}

/* On the wire a device at address 0 has a place by its SPLITs alone; hosts reset its port once more
 * before they give the address. */
static void enumerated_behind_a_translator(void **state)
{
	(void)state;
	get_descriptor(0, DESC_DEVICE, 0, 64, mouse, 18);
	assert_true(devices_set_split(w.d, at(0), 1, 2));
	plug(2, 5);
	set_configuration(5, 1);
	assert_string_equal(told.s, "enumeration configured 8 6; ");
	/* behind another port: another device */
	get_descriptor(0, DESC_DEVICE, 0, 64, mouse, 18);
	assert_true(devices_set_split(w.d, at(0), 1, 2));
	port_request(0x23, 3, PORT_RESET, 3);
	assert_non_null(strstr(told.s, "enumeration given up 1 1; "));
	finish();
}

static void not_enumerated(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		port_request(0x23, 3, PORT_RESET, 2);
		port_request(0x23, 1, C_PORT_RESET, 2);
		control_at(0, 0, 0x80, 6, 0x100, 0, 64, NULL, 0, EPROTO_);
		control_at(0, 0, 0x80, 6, 0x100, 0, 64, NULL, 0, EPROTO_);
	}
	port_status(2, POWERED);
	assert_string_equal(told.s, "enumeration failed 13 7; ");
	assert_non_null(strstr(told.last.info, "no address: 3 resets, 6 requests, 6 failed"));
	/* another port before this one's device came */
	port_request(0x23, 3, PORT_RESET, 3);
	port_request(0x23, 3, PORT_RESET, 4);
	assert_non_null(strstr(told.s, "enumeration given up 1 1; "));
	finish();
	assert_non_null(strstr(told.s, "enumeration incomplete 1 1; "));
}

/* It lasts until the hub tells that the device is gone. */
static void gone_while_reset(void **state)
{
	(void)state;
	port_request(0x23, 3, PORT_RESET, 2);
	w.records += 60000;
	port_status(2, POWERED | 0x110000);
	assert_string_equal(told.s, "enumeration disconnected 2 1; ");
	assert_in_range(told.last.end - told.last.begin, 60000000, 60010000);
}

/* ---- recovery -------------------------------------------------------------------------------- */

static void clear_halt(uint8_t address)
{
	control_at(5, 5, 0x02, 1, 0, address, 0, NULL, 0, 0);
}

static void recovered(void **state)
{
	(void)state;
	bulk(0x81, 512, 512, 0);
	bulk(0x81, 512, 0, EPIPE_);
	bulk(0x02, 31, 31, 0); /* another endpoint's is nothing to it */
	clear_halt(0x02);
	clear_halt(0x81);
	assert_string_equal(told.s, "");
	transfer(5, 0x81, USB_BULK, 512, 512, 0, 7);
	assert_string_equal(told.s, "recovery recovered 3 3; ");
	assert_int_equal(told.last.endpoint, 1);
	assert_int_equal(told.last.dir, USB_IN);
	/* 7 ms, and the four records and a half of the requests between */
	assert_in_range(told.last.lost, 7000000, 7020000);
	assert_non_null(strstr(told.last.info, "1 failure, 1 action of the host; 7.0"));
}

/* Bulk-only reset recovery clears the halts of both pipes (3.1, 5.3.4). */
static void recovered_by_class(void **state)
{
	(void)state;
	bulk(0x81, 13, 0, EPIPE_);
	clear_halt(0x02); /* not yet its business */
	control_at(5, 5, 0x21, 0xff, 0, 0, 0, NULL, 0, 0);
	clear_halt(0x81);
	clear_halt(0x02);
	bulk(0x81, 13, 13, 0);
	assert_string_equal(told.s, "recovery recovered 5 5; ");
	assert_non_null(strstr(told.last.info, "1 failure, 3 actions of the host"));
}

static void set_halt(uint8_t address)
{
	control_at(5, 5, 0x02, 3, 0, address, 0, NULL, 0, 0);
}

/* Test programs set halts to see them. */
static void halted_by_the_host(void **state)
{
	(void)state;
	set_halt(0x81);
	bulk(0x81, 512, 0, EPIPE_);
	clear_halt(0x81);
	bulk(0x81, 512, 512, 0);
	assert_non_null(
		strstr(told.last.info, "1 failure after the host set the halt itself (#1), "));
	/* it is over when the halt is cleared, and by a selection */
	bulk(0x81, 512, 0, EPIPE_);
	clear_halt(0x81);
	bulk(0x81, 512, 512, 0);
	assert_non_null(strstr(told.last.info, "1 failure, 1 action"));
	set_halt(0x81);
	set_configuration(5, 1);
	bulk(0x81, 512, 0, EPIPE_);
	clear_halt(0x81);
	bulk(0x81, 512, 512, 0);
	assert_non_null(strstr(told.last.info, "1 failure, 1 action"));
	/* another pipe, another failure */
	set_halt(0x02);
	bulk(0x81, 512, 0, EPIPE_);
	clear_halt(0x81);
	bulk(0x81, 512, 512, 0);
	assert_non_null(strstr(told.last.info, "1 failure, 1 action"));
	bulk(0x02, 512, 0, EPROTO_);
	clear_halt(0x02);
	bulk(0x02, 512, 512, 0);
	assert_non_null(strstr(told.last.info, "1 failure, 1 action"));
}

static void not_recovered(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 100; i++)
		bulk(0x81, 512, 0, EPROTO_);
	assert_string_equal(finish(), "recovery not recovered 100 1; ");
}

static void what_may_be_meant(void **state)
{
	(void)state;
	bulk(0x81, 512, 0, ECONNRESET_);
	bulk(0x81, 512, 512, 0);
	bulk(0x81, 512, 13, -121); /* less than asked for */
	bulk(0x81, 512, 512, 0);
	control_at(5, 5, 0x80, 6, 0x600, 0, 10, NULL, 0, EPIPE_);
	assert_string_equal(told.s, "");
	bulk(0x81, 512, 0, ECONNRESET_);
	clear_halt(0x81); /* something was wrong, after all */
	bulk(0x81, 512, 512, 0);
	assert_string_equal(told.s, "recovery recovered 3 3; ");
}

static void unplugged_meanwhile(void **state)
{
	(void)state;
	plug(2, 5);
	set_configuration(5, 1);
	bulk(0x81, 512, 0, EPROTO_);
	port_status(2, POWERED | 0x10000);
	bulk(0x81, 512, 0, ESHUTDOWN_);
	assert_non_null(strstr(told.s, "recovery disconnected 1 1; "));
	finish();
	assert_int_equal(told.count, 2);
}

static void reset_by_the_port(void **state)
{
	(void)state;
	plug(2, 5);
	set_configuration(5, 1);
	bulk(0x81, 512, 0, EPROTO_);
	plug(2, 5);
	set_configuration(5, 1);
	bulk(0x81, 512, 512, 0);
	/* the reset, and the configuration that was selected again */
	assert_non_null(strstr(told.s, "recovery recovered 4 4; "));
	assert_non_null(strstr(told.last.info, "1 failure, 2 actions of the host"));
}

/* An order about the pipe is what the host does, neither a failure nor that it works again; orders
 * about other pipes are nothing to it. */
static void ordered(void **state)
{
	(void)state;
	bulk(0x81, 512, 0, EPROTO_);
	request(URB_FUNCTION_ABORT_PIPE);
	request(URB_FUNCTION_SYNC_RESET_PIPE_AND_CLEAR_STALL);
	assert_string_equal(told.s, "");
	bulk(0x81, 512, 512, 0);
	assert_string_equal(told.s, "recovery recovered 4 4; ");
	assert_non_null(strstr(told.last.info, "1 failure, 2 actions of the host"));
	forget();
	bulk(0x02, 512, 0, EPROTO_);
	request(URB_FUNCTION_ABORT_PIPE);
	bulk(0x02, 512, 512, 0);
	assert_string_equal(told.s, "recovery recovered 2 2; ");
	assert_non_null(strstr(told.last.info, "1 failure, nothing done"));
}

/* ---- suspend --------------------------------------------------------------------------------- */

static void suspended(void **state)
{
	static const uint8_t port2[1] = {1 << 2};
	struct event ev = event(EVENT_COMPLETE, 1, USB_INTERRUPT, 0x81);

	(void)state;
	plug(2, 5);
	set_configuration(5, 1);
	forget();
	control_at(5, 5, 0x00, 3, 1, 0, 0, NULL, 0, 0); /* DEVICE_REMOTE_WAKEUP */
	port_request(0x23, 3, PORT_SUSPEND, 2);
	port_status(2, ASLEEP);
	ev.urb = (struct urb_event){.id = w.urb++,
		.has = URB_STATUS | URB_ACTUAL,
		.length = 1,
		.data = port2,
		.data_len = 1,
		.data_total = 1};
	feed(&ev);
	port_status(2, FULL | 0x40000);
	assert_string_equal(told.s, "suspend woken 4 4; ");
	assert_int_equal(told.last.instance, at(5));
	assert_non_null(strstr(told.last.info, "remote wakeup armed; ~by the device"));
	/* by the host, with remote wakeup taken back */
	forget();
	control_at(5, 5, 0x00, 1, 1, 0, 0, NULL, 0, 0);
	port_request(0x23, 3, PORT_SUSPEND, 2);
	port_request(0x23, 1, PORT_SUSPEND, 2);
	port_status(2, ASLEEP);
	port_status(2, FULL);
	assert_string_equal(told.s, "suspend resumed 3 3; ");
	assert_non_null(strstr(told.last.info, "no remote wakeup seen; ~by the host"));
	/* SuperSpeed: link states */
	forget();
	port_request(0x23, 3, PORT_LINK_STATE, 3); /* selector 0 */
	control_at(1, 1, 0x23, 3, PORT_LINK_STATE, 0x0303, 0, NULL, 0, 0);
	port_status(3, 0x203 | 3 << 5);
	port_status(3, 0x203);
	assert_string_equal(told.s, "suspend woken 2 2; ");
	forget();
	port_request(0x23, 3, PORT_SUSPEND, 2);
	port_status(2, POWERED);
	assert_string_equal(told.s, "suspend disconnected 2 2; ");
	forget();
	port_request(0x23, 3, PORT_SUSPEND, 4);
	assert_string_equal(finish(), "suspend asleep 1 1; ");
}

/* Who is at the port nobody said: the device that was armed right before is taken for it. */
static void suspended_somewhere(void **state)
{
	(void)state;
	control_at(6, 6, 0x00, 3, 1, 0, 0, NULL, 0, 0);
	port_request(0x23, 3, PORT_SUSPEND, 1);
	port_status(1, ASLEEP);
	port_status(1, FULL);
	assert_string_equal(told.s, "suspend woken 3 3; ");
	assert_non_null(
		strstr(told.last.info, "~remote wakeup of address 6 armed; ~by the device"));
	port_request(0x23, 3, PORT_SUSPEND, 2); /* it was of one port only */
	port_status(2, FULL);
	assert_non_null(strstr(told.last.info, "no remote wakeup seen"));
	control_at(6, 6, 0x00, 3, 1, 0, 0, NULL, 0, 0);
	w.records += 20000; /* long ago */
	port_request(0x23, 3, PORT_SUSPEND, 1);
	port_status(1, FULL);
	assert_non_null(strstr(told.last.info, "no remote wakeup seen"));
}

/* SuperSpeed: functions are armed, the port's link goes to U3 (USB 3.2 9.4.9, 10.16.2.10). */
static void suspended_function(void **state)
{
	(void)state;
	plug(2, 5);
	set_configuration(5, 1);
	forget();
	control_at(5, 5, 0x01, 3, 0, 0x0300, 0, NULL, 0, 0);
	control_at(1, 1, 0x23, 3, PORT_LINK_STATE, 0x0302, 0, NULL, 0, 0);
	port_status(2, 0x203);
	assert_non_null(strstr(told.last.info, "remote wakeup armed"));
	control_at(5, 5, 0x01, 3, 0, 0x0100, 0, NULL, 0, 0); /* low power, no wakeup */
	control_at(1, 1, 0x23, 3, PORT_LINK_STATE, 0x0302, 0, NULL, 0, 0);
	port_status(2, 0x203);
	assert_non_null(strstr(told.last.info, "no remote wakeup seen"));
}

/* ---- isochronous streams --------------------------------------------------------------------- */

static void iso(uint16_t device, int status, unsigned ms)
{
	transfer(device, 0x01, USB_ISOCHRONOUS, 192, 192, status, ms);
}

static void streamed(void **state)
{
	(void)state;
	enumerate(5, mouse);
	get_descriptor(5, DESC_CONFIGURATION, 0, 50, audio_config, 50);
	set_configuration(5, 1);
	forget();
	set_interface(5, 1, 2);
	for (unsigned i = 0; i < 10; i++)
		iso(5, 0, i == 5 ? 30 : 0);
	assert_string_equal(told.s, "");
	set_interface(5, 1, 0);
	/* both selections; the first transfer and the gap are steps, too */
	assert_string_equal(told.s, "isochronous stopped 12 4; ");
	assert_non_null(strstr(told.last.info, "interface 1 alternate 2: "));
	assert_non_null(strstr(told.last.info, "; 1 gap, longest 30.0 ms"));
	forget();
	set_interface(5, 1, 1);
	iso(5, 0, 0);
	iso(5, 0, 2000);
	assert_string_equal(told.s, "isochronous paused 2 2; ");
	finish();
	assert_string_equal(told.s, "isochronous paused 2 2; isochronous runs on 1 1; ");
}

static void refused(void **state)
{
	struct event ev = event(EVENT_SUBMIT, 5, USB_ISOCHRONOUS, 0x01);

	(void)state;
	ev.urb.has = URB_REQUESTED;
	feed(&ev);
	ev.kind = EVENT_ERROR;
	ev.urb.has = URB_STATUS;
	ev.urb.raw_status = ENOSPC_;
	feed(&ev);
	assert_string_equal(finish(), "isochronous refused 1 1; ");
	assert_string_equal(told.last.info, "refused at submission: no-bandwidth");
}

/* ---- segments and streams -------------------------------------------------------------------- */

static void segmented(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		for (unsigned k = 0; k < 3 + i; k++)
			bulk(0x81, 16384, 16384, 0);
		bulk(0x81, 16384, 100 + i, 0);
	}
	bulk(0x81, 512, 512, 0);
	assert_string_equal(told.s, "");
	assert_string_equal(finish(), "segments complete 15 0; ");
	assert_string_equal(told.last.info,
		"~segments of 16,384 bytes, 4–6 a transfer, the last 100–102 bytes; 3 transfers, "
		"197 kB");
}

static void not_segmented(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		bulk(0x81, 1000, 1000, 0); /* no multiple of a packet */
		bulk(0x02, 4096, 4096, 0); /* a pause each time */
		transfer(5, 0x83, USB_BULK, 64, 64, 0, 20);
	}
	assert_string_equal(finish(), "");
}

static void static_streams(void **state)
{
	(void)state;
	request(URB_FUNCTION_OPEN_STATIC_STREAMS);
	bulk(0x81, 64, 64, 0);
	bulk(0x81, 64, 36, 0);
	request(URB_FUNCTION_CLOSE_STATIC_STREAMS);
	assert_string_equal(told.s, "streams closed 4 2; ");
	assert_string_equal(told.last.info, "2 bulk transfers meanwhile, 100 bytes");
	request(URB_FUNCTION_CLOSE_STATIC_STREAMS);
	request(URB_FUNCTION_OPEN_STATIC_STREAMS);
	finish();
	assert_string_equal(told.s, "streams closed 4 2; streams open 1 1; ");
}

/* ---- anything -------------------------------------------------------------------------------- */

static uint32_t seed = 7;

static uint32_t chance(uint32_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

static void anything_of(uint16_t device)
{
	static const uint8_t requests[] = {0x23, 0xa3, 0x00, 0x80, 0x02, 0x01, 0x21};
	static const int status[] = {0, 0, 0, EPIPE_, EPROTO_, ECONNRESET_, ESHUTDOWN_, ENOSPC_};
	uint8_t data[18];

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = chance(3) ? mouse[i] : (uint8_t)chance(256);
	if (chance(2))
		control_at(device, device, requests[chance(ARRAY_LEN(requests))],
			(uint8_t)chance(14), (uint16_t)(chance(2) ? chance(30) : chance(4) << 8),
			(uint16_t)(chance(6) | chance(4) << 8), 18, data, chance(19),
			status[chance(ARRAY_LEN(status))]);
	else
		transfer(device, (uint8_t)(chance(4) | chance(2) << 7),
			(uint8_t)(USB_ISOCHRONOUS + chance(3)), 512u << chance(4),
			512u << chance(4), status[chance(ARRAY_LEN(status))],
			chance(50) ? 0 : chance(3000));
}

static void anything(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 60000; i++)
		anything_of((uint16_t)chance(chance(9) ? 8 : 300));
	finish();
	assert_true(told.count > 100);
	assert_true(told.most_steps <= EPISODE_STEPS);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin_told, end_told)
	const struct CMUnitTest tests[] = {
		TEST(enumerated),
		TEST(enumerated_without_hub),
		TEST(enumerated_behind_a_translator),
		TEST(not_enumerated),
		TEST(gone_while_reset),
		TEST(recovered),
		TEST(recovered_by_class),
		TEST(halted_by_the_host),
		TEST(not_recovered),
		TEST(what_may_be_meant),
		TEST(unplugged_meanwhile),
		TEST(reset_by_the_port),
		TEST(ordered),
		TEST(suspended),
		TEST(suspended_somewhere),
		TEST(suspended_function),
		TEST(streamed),
		TEST(refused),
		TEST(segmented),
		TEST(not_segmented),
		TEST(static_streams),
		TEST(anything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
