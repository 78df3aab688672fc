/* bustime.h: how long transactions take on a USB 2.0 bus, how many fit into a frame, and what
 * periodic endpoints reserve of it. Pure functions over tables; SuperSpeed has no such formulas, so
 * 0 (not known) is returned for it, as for an unknown speed.
 *
 * Times are upper bounds in ns: USB 2.0 section 5.11.3 counts bit stuffing at its worst, and what
 * the host itself needs between transactions is assumed (bustime_host()). Measured times are a bit
 * shorter. */
#ifndef USB_BUSTIME_H
#define USB_BUSTIME_H

#include "usb/usb.h"

#include <stdbool.h>

/* Frame (low, full speed) and microframe (high speed): USB 2.0 section 5.3.3. */
enum { BUSTIME_FRAME = 1000000, BUSTIME_MICROFRAME = 125000, BUSTIME_MICROFRAMES = 8 };

/* What 5.11.3 leaves open: ns the host needs per transaction, and ns a hub needs to switch to low
 * speed. */
struct bustime_host {
	uint32_t delay, hub_setup;
};
/* What is assumed: 1000 ns and 333 ns, at high speed 5 ns (the values Linux reckons with). */
struct bustime_host bustime_host(enum usb_speed speed);

/* Length of a frame or microframe in ns; 0: unknown speed. Super speed: bus interval (USB 3.2
 * 8.12.6). */
uint32_t bustime_frame(enum usb_speed speed);
/* ns of it that periodic endpoints may reserve: 90 % at low and full speed (5.6.4, 5.7.4), 80 % at
 * high speed. 0: no such limit known. */
uint32_t bustime_periodic_limit(enum usb_speed speed);

/* Time in ns of one transaction with `bytes` (0–1024) of data and without NAK: token, data,
 * handshake, turn-arounds, host delay. A SETUP is a control OUT of 8 bytes. Direction unknown: as
 * out. 0: no formula for this speed, or isochronous at low speed. */
uint32_t bustime_transaction(
	enum usb_speed speed, enum usb_type type, enum usb_dir dir, uint32_t bytes);

/* Packets that carry len bytes: one of length 0 carries none. packet: bytes of the largest one; 0
 * (not known): 0. */
uint64_t bustime_packets(uint64_t len, uint32_t packet);
/* Time in ns of `transactions` transactions that carry len bytes together; of control transfers
 * those of the data stages of `transfers` transfers, to which SETUP and the status stage (8.5.3)
 * are added. 0: not known. */
uint64_t bustime_sum(enum usb_speed speed, enum usb_type type, enum usb_dir dir, uint64_t transfers,
	uint64_t transactions, uint64_t len);

/* Most transactions (control: transfers of one data packet) of that packet size that fit into a
 * frame or microframe when nothing else does: USB 2.0 tables 5-1 to 5-10. 0: not known. */
uint32_t bustime_fit(enum usb_speed speed, enum usb_type type, uint32_t packet);
/* The most payload an endpoint can move, bytes per second. Bulk and control: bustime_fit() packets
 * in every (micro)frame; periodic: `transactions` packets (1–3: 5.9) in every interval (ns, > 0).
 * 0: not known. */
double bustime_best_rate(enum usb_speed speed, enum usb_type type, uint32_t packet,
	unsigned transactions, int64_t interval);

/* What one periodic endpoint reserves. */
struct bustime_reservation {
	uint32_t time;	   /* ns in each (micro)frame that it is served in */
	uint32_t bytes;	   /* payload it may carry there */
	uint32_t interval; /* in frames (low, full speed) or microframes; a power of two, as host
			      controllers schedule: rounded down */
};
/* The frames over which reservations are spread; those with longer intervals count in each. */
enum { BUSTIME_SCHEDULE = 32 };

/* Of an endpoint descriptor (wMaxPacketSize and bInterval as they stand there). False: neither
 * interrupt nor isochronous, no payload (5.6.3), or not known: speed without formulas, bInterval
 * out of range. */
bool bustime_reserve(enum usb_speed speed, enum usb_type type, enum usb_dir dir,
	uint16_t wMaxPacketSize, uint8_t bInterval, struct bustime_reservation *r);
/* What the same endpoint of low or full speed behind a transaction translator takes on the high
 * speed side (11.18): *r in microframes; a start split and a complete split, of which one carries
 * the data. An approximation: the specification has no formula. */
bool bustime_reserve_split(const struct bustime_reservation *full, enum usb_type type,
	enum usb_dir dir, struct bustime_reservation *r);

/* The reservations of one bus (or one transaction translator) over 32 frames, spread as evenly as
 * taking one after the other allows. */
struct bustime_schedule {
	uint32_t slots; /* 32 frames or 256 microframes */
	uint32_t time[BUSTIME_SCHEDULE * BUSTIME_MICROFRAMES],
		bytes[BUSTIME_SCHEDULE * BUSTIME_MICROFRAMES];
};
/* An empty one, of microframes or of frames. */
void bustime_schedule_init(struct bustime_schedule *s, bool microframes);
/* Puts a reservation where the fullest of its (micro)frames is least full; of those, the first. */
void bustime_schedule_add(struct bustime_schedule *s, const struct bustime_reservation *r);
/* ns and bytes in the fullest (micro)frame; ns of all together, divided by their number. */
uint32_t bustime_schedule_peak(const struct bustime_schedule *s);
uint32_t bustime_schedule_peak_bytes(const struct bustime_schedule *s);
double bustime_schedule_mean(const struct bustime_schedule *s);

#endif
