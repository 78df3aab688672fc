/* bus_state.c: states of the bus (USB 2.0 section 7.1.7), in the texts of usb-sniffer's status
 * records, and packets that belong to no transfer. */
#include "tests/gen/bus.h"

#include <stdio.h>

/* How long is told of short ones alone. */
static void line(struct bus *b, const char *what, double ms)
{
	char text[64];
	size_t n = (size_t)snprintf(text, sizeof(text), "Line state: %s", what);

	if (ms < 10)
		snprintf(text + n, sizeof(text) - n, " (%.2f ms)", ms);
	wire_status(b, text);
}

/* A link power management transaction (LPM addendum to USB 2.0, section 2.1): EXT with the device,
 * then SubPID LPM, whose byte is DATA0's, with bLinkState L1 and BESL 4, then the device agrees. */
static void lpm(struct bus *b)
{
	b->t = NULL;
	b->bin = "lpm";
	wire_token(b, b->root, PID_EXT, b->root->address, false);
	wire_token(b, b->root, PID_DATA0, 1 | 4 << 4, false);
	wire_handshake(b, b->root, false, PID_ACK);
}

int64_t bus_state(struct bus *b, int64_t t, uint8_t state)
{
	static const char *const speeds[] = {"Low-Speed", "Full-Speed", "High-Speed"};
	char text[64];

	wire_sofs(b, t);
	b->now = b->now < t ? t : b->now;
	switch ((enum bus_state)state) {
	case STATE_RESET:
		wire_status(b, "--- Bus Reset ---");
		line(b, "SE0", 12);
		if (b->states)
			truth_reset(b);
		b->now += 12000000;
		snprintf(text, sizeof(text), "Detected speed: %s",
			speeds[b->root->hub ? b->root->hub->speed : b->root->speed]);
		wire_status(b, text);
		for (struct bus_pipe *p = b->pipes; p; p = p->next)
			p->toggle = p->phase = p->ping = p->again = 0;
		b->next_sof = (b->now / FRAME + 1) * FRAME;
		b->suspended = false;
		b->now += 10000000; /* recovery, 7.1.7.5 */
		break;
	case STATE_SUSPEND:
		b->suspended = true;
		b->now += 3000000; /* 7.1.7.6 */
		line(b, "J", 50);
		break;
	case STATE_RESUME:
		line(b, "K", 20);
		b->now += 20000000; /* 7.1.7.7 */
		b->suspended = false;
		b->next_sof = (b->now / FRAME + 1) * FRAME;
		b->now += 10000000;
		break;
	case STATE_VBUS_ON: wire_status(b, "VBUS ON"); break;
	case STATE_VBUS_OFF: wire_status(b, "VBUS OFF"); break;
	case STATE_LPM: lpm(b); break;
	case STATE_STRAY:
		b->bin = "orphan";
		wire_handshake(b, b->root, false, PID_ACK);
		break;
	case STATES: break;
	}
	wire_gap(b, b->root, 30);
	return b->now;
}
