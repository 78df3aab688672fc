/* bustime.c: the formulas of USB 2.0 section 5.11.3 and the limits of tables 5-1 to 5-10. */
#include "usb/bustime.h"
#include "usb/desc.h"

#include <string.h>

/* ---- one transaction ---------------------------------------------------------------- */

/* Kinds of transactions as 5.11.3 tells them apart. */
enum { ASYNC_OUT, ASYNC_IN, ISO_OUT, ISO_IN, FORMULAS };

/* ps of a transaction without data, ps of a bit, and how often the hub switches to low speed. */
static const struct {
	uint64_t fixed, bit;
	unsigned setups;
} formula[][FORMULAS] = {
	[USB_LOW] = {[ASYNC_OUT] = {64107000, 667000, 2}, [ASYNC_IN] = {64060000, 676670, 2}},
	[USB_FULL] = {[ASYNC_OUT] = {9107000, 83540, 0},
		[ASYNC_IN] = {9107000, 83540, 0},
		[ISO_OUT] = {6265000, 83540, 0},
		[ISO_IN] = {7268000, 83540, 0}},
	[USB_HIGH] = {[ASYNC_OUT] = {55 * 8 * 2083, 2083, 0},
		[ASYNC_IN] = {55 * 8 * 2083, 2083, 0},
		[ISO_OUT] = {38 * 8 * 2083, 2083, 0},
		[ISO_IN] = {38 * 8 * 2083, 2083, 0}},
};

/* The formulas need the host delay of the system; these are Linux's (include/linux/usb/hcd.h). */
static const struct bustime_host host[] = {
	[USB_LOW] = {1000, 333},
	[USB_FULL] = {1000, 0},
	[USB_HIGH] = {5, 0},
};

static bool has_formula(enum usb_speed speed)
{
	return speed == USB_LOW || speed == USB_FULL || speed == USB_HIGH;
}

struct bustime_host bustime_host(enum usb_speed speed)
{
	return has_formula(speed) ? host[speed] : (struct bustime_host){0};
}

/* floor(3.167 + BitStuffTime) with BitStuffTime = 1.1667 * 8 * bytes (5.11.3). */
static uint64_t bits_of(uint64_t bytes)
{
	return (31670 + 93336 * bytes) / 10000;
}

static unsigned formula_of(enum usb_type type, enum usb_dir dir)
{
	if (type == USB_ISOCHRONOUS)
		return dir == USB_IN ? ISO_IN : ISO_OUT;
	return dir == USB_IN ? ASYNC_IN : ASYNC_OUT;
}

uint32_t bustime_transaction(
	enum usb_speed speed, enum usb_type type, enum usb_dir dir, uint32_t bytes)
{
	unsigned f = formula_of(type, dir);

	if (!has_formula(speed) || !formula[speed][f].fixed)
		return 0;
	return (uint32_t)((formula[speed][f].fixed + formula[speed][f].bit * bits_of(bytes)) /
			  1000) +
	       host[speed].delay + formula[speed][f].setups * host[speed].hub_setup;
}

/* ---- transfers ---------------------------------------------------------------------- */

uint64_t bustime_packets(uint64_t len, uint32_t packet)
{
	if (!packet)
		return 0;
	return len ? len / packet + (len % packet != 0) : 1;
}

uint64_t bustime_sum(enum usb_speed speed, enum usb_type type, enum usb_dir dir, uint64_t transfers,
	uint64_t transactions, uint64_t len)
{
	unsigned f = formula_of(type, dir);
	uint64_t each = bustime_transaction(speed, type, dir, 0), sum;

	if (!each)
		return 0;
	/* As a double: bytes times bits times ps may leave 64 bits. */
	sum = transactions * each +
	      (uint64_t)((double)len * 9.3336 * (double)formula[speed][f].bit / 1000);
	if (type == USB_CONTROL) /* the status stage goes against the data, or in (8.5.3.1) */
		sum += transfers * (bustime_transaction(speed, type, USB_OUT, 8) +
					   bustime_transaction(speed, type,
						   dir == USB_IN ? USB_OUT : USB_IN, 0));
	return sum;
}

/* ---- limits ------------------------------------------------------------------------- */

uint32_t bustime_frame(enum usb_speed speed)
{
	if (speed == USB_SPEED_UNKNOWN)
		return 0;
	return speed < USB_HIGH ? BUSTIME_FRAME : BUSTIME_MICROFRAME;
}

uint32_t bustime_periodic_limit(enum usb_speed speed)
{
	if (!has_formula(speed))
		return 0;
	return bustime_frame(speed) / 100 * (speed == USB_HIGH ? 80 : 90);
}

/* Byte times that a transaction (a control transfer with one data packet) needs beside its data,
 * and byte times in a (micro)frame. Tables 5-1, 5-2, 5-3 (control), 5-4, 5-5 (isochronous), 5-6 to
 * 5-8 (interrupt), 5-9, 5-10 (bulk). Low-speed control: what makes 3 transfers of 1 to 8 bytes. */
static const struct {
	uint16_t frame, overhead[USB_TYPES];
} room[] = {
	[USB_LOW] = {187, {[USB_CONTROL] = 46, [USB_INTERRUPT] = 19}},
	[USB_FULL] = {1500,
		{[USB_CONTROL] = 45, [USB_ISOCHRONOUS] = 9, [USB_BULK] = 13, [USB_INTERRUPT] = 13}},
	[USB_HIGH] = {7500, {[USB_CONTROL] = 173,
				    [USB_ISOCHRONOUS] = 38,
				    [USB_BULK] = 55,
				    [USB_INTERRUPT] = 55}},
};

uint32_t bustime_fit(enum usb_speed speed, enum usb_type type, uint32_t packet)
{
	if (!has_formula(speed) || !room[speed].overhead[type] || !packet)
		return 0;
	return room[speed].frame / (room[speed].overhead[type] + packet);
}

double bustime_best_rate(enum usb_speed speed, enum usb_type type, uint32_t packet,
	unsigned transactions, int64_t interval)
{
	if (type == USB_INTERRUPT || type == USB_ISOCHRONOUS)
		return interval > 0 ? (double)packet * transactions * 1e9 / (double)interval : 0;
	return (double)bustime_fit(speed, type, packet) * packet * 1e9 /
	       (bustime_frame(speed) ? bustime_frame(speed) : 1);
}

/* ---- reservations ------------------------------------------------------------------- */

static uint32_t power_below(uint64_t n)
{
	return (uint32_t)1 << (63 - __builtin_clzll(n));
}

bool bustime_reserve(enum usb_speed speed, enum usb_type type, enum usb_dir dir,
	uint16_t wMaxPacketSize, uint8_t bInterval, struct bustime_reservation *r)
{
	const struct desc_endpoint d = {.wMaxPacketSize = wMaxPacketSize};
	int64_t interval = desc_interval_ns(speed, type, bInterval);
	unsigned packet = desc_endpoint_packet(&d);
	unsigned each = speed == USB_HIGH ? desc_endpoint_transactions(&d) : 1;
	uint32_t time;

	time = bustime_transaction(speed, type, dir, packet);
	/* an endpoint without payload is a setting without bandwidth (5.6.3) */
	if (!time || interval <= 0 || !packet)
		return false;
	r->time = time * each;
	r->bytes = packet * each;
	r->interval = power_below((uint64_t)interval / bustime_frame(speed));
	return true;
}

bool bustime_reserve_split(const struct bustime_reservation *full, enum usb_type type,
	enum usb_dir dir, struct bustime_reservation *r)
{
	/* A translator takes at most 188 bytes of full-speed data in a microframe (11.18.1). */
	uint32_t part = full->bytes < 188 ? full->bytes : 188;

	r->bytes = part;
	r->interval = full->interval * BUSTIME_MICROFRAMES;
	r->time = bustime_transaction(USB_HIGH, USB_BULK, dir, part);
	/* isochronous OUT has no complete split (11.21) */
	if (type != USB_ISOCHRONOUS || dir == USB_IN)
		r->time += bustime_transaction(USB_HIGH, USB_BULK, dir, 0);
	return true;
}

/* ---- the schedule ------------------------------------------------------------------- */

void bustime_schedule_init(struct bustime_schedule *s, bool microframes)
{
	memset(s, 0, sizeof(*s));
	s->slots = BUSTIME_SCHEDULE * (microframes ? BUSTIME_MICROFRAMES : 1);
}

static uint32_t fullest(const struct bustime_schedule *s, uint32_t from, uint32_t step)
{
	uint32_t most = 0;

	for (uint32_t i = from; i < s->slots; i += step)
		most = s->time[i] > most ? s->time[i] : most;
	return most;
}

void bustime_schedule_add(struct bustime_schedule *s, const struct bustime_reservation *r)
{
	uint32_t step = r->interval < s->slots ? r->interval : s->slots, best = 0;
	uint32_t least = UINT32_MAX;

	for (uint32_t phase = 0; phase < step; phase++) {
		uint32_t most = fullest(s, phase, step);

		if (most < least) {
			least = most;
			best = phase;
		}
	}
	for (uint32_t i = best; i < s->slots; i += step) {
		s->time[i] += r->time;
		s->bytes[i] += r->bytes;
	}
}

uint32_t bustime_schedule_peak(const struct bustime_schedule *s)
{
	return fullest(s, 0, 1);
}

uint32_t bustime_schedule_peak_bytes(const struct bustime_schedule *s)
{
	uint32_t most = 0;

	for (uint32_t i = 0; i < s->slots; i++)
		most = s->bytes[i] > most ? s->bytes[i] : most;
	return most;
}

double bustime_schedule_mean(const struct bustime_schedule *s)
{
	double sum = 0;

	for (uint32_t i = 0; i < s->slots; i++)
		sum += s->time[i];
	return sum / (s->slots ? s->slots : 1);
}
