/* status_bus.c: how transfers of a bus capture end, where no system gives it a number: by canonical
 * status, in words of the bus (USB 2.0; sections beside each row). */
#include "usb/status.h"

#include "base/mem.h"

/* The number is the canonical status itself. */
static const struct status_code ends[] = {
	{STATUS_STALL, "STALL", STATUS_STALL, "the endpoint is halted",
		"The device answered STALL: it can neither take nor send data here, and says so "
		"until the host clears the halt.",
		"Look before it for what the device could not do, and behind it for "
		"CLEAR_FEATURE(ENDPOINT_HALT): without it nothing moves here again, and it makes "
		"the toggle DATA0.",
		"USB 2.0 8.4.5, 9.4.5"},
	{STATUS_TIMEOUT, "no answer", STATUS_TIMEOUT, "no answer came",
		"Nothing followed within the turn-around time, or not what must follow, and no "
		"later try went through. A damaged packet is not answered either.",
		"See in the packets who was silent. A device: gone, without power, reset, crashed, "
		"or behind a bad cable. A host that sends no data after its token: packets are "
		"missing from the capture.",
		"USB 2.0 8.7.2, 8.7.3"},
	{STATUS_CRC, "CRC16", STATUS_CRC, "the data was damaged on the way",
		"The data packet's CRC16 is wrong: who receives it must throw it away without an "
		"answer. All but isochronous data is then sent again, here in vain.",
		"One in a long capture means little. Many: suspect cable, connectors, hubs and "
		"power, then the place of the analyzer itself.",
		"USB 2.0 8.3.5, 8.7.1"},
	{STATUS_BABBLE, "babble", STATUS_BABBLE, "the device sent more than a packet may hold",
		"A data packet was longer than the endpoint's wMaxPacketSize, and the host did not "
		"take it.",
		"Firmware and endpoint descriptor disagree about wMaxPacketSize: correct one of "
		"them.",
		"USB 2.0 8.7.4, 9.6.6"},
	{STATUS_CANCELLED, "given up", STATUS_CANCELLED, "given up before it was done",
		"The host began something else on this endpoint, gave the address to another "
		"device, or reset the bus.",
		"See what comes next on the endpoint: another SETUP is a time limit or a new try "
		"of the host's, a reset is its error recovery.",
		"USB 2.0 8.5.3, 9.2.6"},
	{STATUS_MISSED, "missed", STATUS_MISSED, "an interval without data",
		"A token was sent and no data packet followed; isochronous tokens are not "
		"repeated.",
		"A device that has nothing to send answers with an empty packet: this one was "
		"late, or not streaming. `urbscope iso` tells how often.",
		"USB 2.0 5.6.4, 8.5.5"},
};

/* Message pipes have no halt that lasts: the next SETUP ends it. */
static const struct status_code refused = {STATUS_STALL, "STALL", STATUS_STALL,
	"the device refuses the request",
	"It answered STALL in the data or status stage. Nothing needs clearing: the next SETUP "
	"ends "
	"it.",
	"The request is not supported, its parameters are wrong, or the device is not in a state "
	"for "
	"it. Some refusals are normal: full-speed devices have no DEVICE_QUALIFIER.",
	"USB 2.0 8.5.3.4, 9.2.7, 9.6.2"};

const struct status_code *status_on_bus(enum status s, enum usb_type type)
{
	if (s == STATUS_STALL && type == USB_CONTROL)
		return &refused;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (ends[i].status == s)
			return &ends[i];
	return NULL;
}
