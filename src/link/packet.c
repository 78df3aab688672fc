/* packet.c: bus packets (link types 288, 293, 294, 295): the PID byte and what follows it on the
 * wire, checksums included (USB 2.0 sections 8.3 and 8.4). */
#include "base/mem.h"
#include "link/link.h"
#include "usb/crc.h"
#include "usb/pid.h"

enum {
	TOKEN_LEN = 3,
	SPLIT_LEN = 4,
	DATA_LEN_MIN = 3,
	PAYLOAD_MAX = 1024 /* USB 2.0 5.6.3, 5.7.3: no endpoint has larger packets */
};

static uint16_t le16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static void token(const struct record *rec, struct event *ev)
{
	const uint8_t *p = rec->data + 1;

	if (rec->origlen != TOKEN_LEN) {
		link_malformed(ev, "a token that is not 3 bytes long");
		return;
	}
	ev->packet.crc = crc5_ok(p, 2) ? CRC_OK : CRC_BAD;
	if (ev->packet.crc == CRC_BAD) {
		link_malformed(ev, "a token with a wrong CRC5");
		return;
	}
	ev->device = p[0] & 0x7f;
	ev->endpoint = (uint8_t)(le16(p) >> 7 & 15);
	ev->dir = ev->packet.pid == PID_IN ? USB_IN : USB_OUT;
	if (ev->packet.pid == PID_SETUP)
		ev->type = USB_CONTROL;
}

static void sof(const struct record *rec, struct event *ev)
{
	if (rec->origlen != TOKEN_LEN) {
		link_malformed(ev, "a SOF that is not 3 bytes long");
		return;
	}
	ev->packet.frame = le16(rec->data + 1) & 0x7ff;
	ev->packet.crc = crc5_ok(rec->data + 1, 2) ? CRC_OK : CRC_BAD;
	if (ev->packet.crc == CRC_BAD)
		link_malformed(ev, "a SOF with a wrong CRC5");
	else
		ev->bin = BIN_SOF;
}

static void data(const struct record *rec, struct event *ev)
{
	struct packet_event *p = &ev->packet;

	if (rec->origlen < DATA_LEN_MIN) {
		link_malformed(ev, "a data packet without CRC16");
		return;
	}
	p->data = rec->data + 1;
	p->data_total = rec->origlen - DATA_LEN_MIN;
	if (rec->caplen < rec->origlen) { /* its CRC tells nothing */
		p->data_len = rec->caplen - 1 < p->data_total ? rec->caplen - 1 : p->data_total;
	} else {
		p->data_len = p->data_total;
		p->crc = crc16_ok(p->data, p->data_len + 2) ? CRC_OK : CRC_BAD;
	}
	if (p->data_total > PAYLOAD_MAX)
		link_malformed(ev, "a data packet with more than 1024 bytes");
	else if (p->crc == CRC_BAD)
		ev->reason = "a data packet with a wrong CRC16";
}

static void bare(const struct record *rec, struct event *ev)
{
	if (rec->origlen != 1)
		link_malformed(ev, "a handshake with something behind its PID");
}

static void split(const struct record *rec, struct event *ev)
{
	/* ET of table 8-4 */
	static const uint8_t type[] = {USB_CONTROL, USB_ISOCHRONOUS, USB_BULK, USB_INTERRUPT};
	const uint8_t *p = rec->data + 1;

	if (rec->origlen != SPLIT_LEN) {
		link_malformed(ev, "a SPLIT that is not 4 bytes long");
		return;
	}
	ev->packet.crc = crc5_ok(p, 3) ? CRC_OK : CRC_BAD;
	if (ev->packet.crc == CRC_BAD) {
		link_malformed(ev, "a SPLIT with a wrong CRC5");
		return;
	}
	ev->packet.hub = p[0] & 0x7f;
	ev->packet.port = p[1] & 0x7f;
	ev->packet.split = (uint8_t)((p[0] & 0x80 ? SPLIT_COMPLETE : 0) |
				     (p[1] & 0x80 ? SPLIT_S : 0) | (p[2] & 1 ? SPLIT_E : 0));
	ev->packet.split_type = type[p[2] >> 1 & 3];
}

static void (*const by_kind[PID_KINDS])(const struct record *, struct event *) = {
	[PID_KIND_TOKEN] = token,
	[PID_KIND_SOF] = sof,
	[PID_KIND_DATA] = data,
	[PID_KIND_HANDSHAKE] = bare,
	[PID_KIND_PRE] = bare,
	[PID_KIND_SPLIT] = split,
};

void link_packet_decode(const struct record *rec, struct event *ev)
{
	static const struct {
		uint8_t capture, speed;
	} of[] = {
		[LINK_USB_2_0 - LINK_USB_2_0] = {CAPTURE_BUS_ANY_SPEED, USB_SPEED_UNKNOWN},
		[LINK_USB_2_0_LOW_SPEED - LINK_USB_2_0] = {CAPTURE_BUS, USB_LOW},
		[LINK_USB_2_0_FULL_SPEED - LINK_USB_2_0] = {CAPTURE_BUS, USB_FULL},
		[LINK_USB_2_0_HIGH_SPEED - LINK_USB_2_0] = {CAPTURE_BUS, USB_HIGH},
	};

	ev->kind = EVENT_PACKET;
	ev->device = USB_NO_DEVICE;
	ev->capture = of[rec->link - LINK_USB_2_0].capture;
	ev->speed = of[rec->link - LINK_USB_2_0].speed;
	if (!rec->origlen || !rec->caplen) {
		link_malformed(ev, rec->origlen ? "cut to nothing" : "an empty packet");
		return;
	}
	ev->packet.pid = rec->data[0];
	ev->packet.pid_kind = pid_row(rec->data[0])->kind;
	if (ev->packet.pid_kind == PID_KIND_INVALID)
		link_malformed(ev, "a PID whose check bits are wrong");
	else if (rec->caplen < rec->origlen && ev->packet.pid_kind != PID_KIND_DATA)
		link_malformed(ev, "cut by the capture");
	else
		by_kind[ev->packet.pid_kind](rec, ev);
}
