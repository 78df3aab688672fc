/* packet_state.c: bus states between packets: status texts in exported PDUs (link type 252,
 * protocol "syslog"), as ataradov's usb-sniffer writes them, and the custom blocks of Packetry
 * (private enterprise number 62392; word 0x334300nn, then the time). */
#include "base/mem.h"
#include "link/link.h"

#include <string.h>

struct state_row {
	const char *begin; /* of the text; NULL in tables by code */
	const char *text;
	uint8_t state, speed, bin;
};

static void take(struct event *ev, const struct state_row *row)
{
	ev->kind = EVENT_STATE;
	ev->bin = row->bin;
	ev->speed = row->speed;
	ev->packet.state = row->state;
	ev->packet.state_text = row->text;
	ev->reason = row->text;
}

/* ---- status texts ------------------------------------------------------------------- */

static const struct state_row texts[] = {
	{"--- Bus Reset", "bus reset", BUS_RESET, 0, BIN_STATE},
	{"--- Bus Suspend", "bus suspended", BUS_SUSPEND, 0, BIN_STATE},
	{"--- Suspend", "bus suspended", BUS_SUSPEND, 0, BIN_STATE},
	{"--- Resume", "resume", BUS_RESUME, 0, BIN_STATE},
	{"VBUS OFF", "VBUS off", BUS_VBUS_OFF, 0, BIN_STATE},
	{"VBUS ON", "VBUS on", BUS_VBUS_ON, 0, BIN_STATE},
	{"Detected speed: Low", "low speed", BUS_SPEED, USB_LOW, BIN_STATE},
	{"Detected speed: Full", "full speed", BUS_SPEED, USB_FULL, BIN_STATE},
	{"Detected speed: High", "high speed", BUS_SPEED, USB_HIGH, BIN_STATE},
	{"Folded ", "frames without traffic, left out by the capturing device", BUS_NO_FRAMES, 0,
		BIN_STATE},
	{"Line state", "line state", BUS_NO_FRAMES, 0, BIN_STATE},
	{"", "status of the capturing device", BUS_OTHER, 0, BIN_STATE},
};

/* The text behind the tags of an exported PDU (tag and length, 16 bits each, big-endian; tag 12
 * names the dissector, tag 0 ends them; Wireshark epan/exported_pdu.h). NULL: not a syslog PDU. */
static const uint8_t *syslog_text(const struct record *rec, size_t *n)
{
	enum { TAG_END = 0, TAG_DISSECTOR = 12 };
	const uint8_t *p = rec->data, *end = p + rec->caplen;
	bool syslog = false;

	while (end - p >= 4) {
		unsigned tag = (unsigned)(p[0] << 8 | p[1]), len = (unsigned)(p[2] << 8 | p[3]);

		p += 4;
		if (len > end - p)
			return NULL;
		if (tag == TAG_END) {
			p += len;
			*n = (size_t)(end - p);
			return syslog ? p : NULL;
		}
		if (tag == TAG_DISSECTOR)
			syslog = len >= 6 && !memcmp(p, "syslog", 6);
		p += len;
	}
	return NULL;
}

void link_status_decode(const struct record *rec, struct event *ev)
{
	size_t n = 0;
	const uint8_t *text = syslog_text(rec, &n);

	if (!text) {
		ev->bin = BIN_FOREIGN;
		ev->reason = "an exported PDU that is no bus state";
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		size_t len = strlen(texts[i].begin);

		if (n >= len && !memcmp(text, texts[i].begin, len)) {
			take(ev, &texts[i]);
			return;
		}
	}
}

/* ---- custom blocks ------------------------------------------------------------------ */

enum { PEN_PACKETRY = 62392, EVENT_MAGIC = 0x334300, CUSTOM_LEN = 8 };

/* By the low byte of the first word. */
static const struct state_row codes[] = {
	[1] = {0, "capture stopped", BUS_OTHER, 0, BIN_STATE},
	[2] = {0, "capture stopped: buffer full", BUS_OTHER, 0, BIN_STATE},
	[3] = {0, "capture stopped: error", BUS_OTHER, 0, BIN_STATE},
	[4] = {0, "capture started at high speed", BUS_SPEED, USB_HIGH, BIN_STATE},
	[5] = {0, "capture started at full speed", BUS_SPEED, USB_FULL, BIN_STATE},
	[6] = {0, "capture started at low speed", BUS_SPEED, USB_LOW, BIN_STATE},
	[7] = {0, "capture started", BUS_OTHER, 0, BIN_STATE},
	[8] = {0, "high speed", BUS_SPEED, USB_HIGH, BIN_STATE},
	[9] = {0, "full speed", BUS_SPEED, USB_FULL, BIN_STATE},
	[10] = {0, "low speed", BUS_SPEED, USB_LOW, BIN_STATE},
	[11] = {0, "speed to be found out", BUS_SPEED, USB_SPEED_UNKNOWN, BIN_STATE},
	[12] = {0, "line state SE0", BUS_NO_FRAMES, 0, BIN_STATE},
	[13] = {0, "line state chirp J", BUS_NO_FRAMES, 0, BIN_STATE},
	[14] = {0, "line state chirp K", BUS_NO_FRAMES, 0, BIN_STATE},
	[15] = {0, "line state chirp SE1", BUS_NO_FRAMES, 0, BIN_STATE},
	[16] = {0, "line state J of low speed", BUS_NO_FRAMES, 0, BIN_STATE},
	[17] = {0, "line state K of low speed", BUS_NO_FRAMES, 0, BIN_STATE},
	[18] = {0, "line state J of full speed", BUS_NO_FRAMES, 0, BIN_STATE},
	[19] = {0, "line state K of full speed", BUS_NO_FRAMES, 0, BIN_STATE},
	[20] = {0, "line state SE1", BUS_NO_FRAMES, 0, BIN_STATE},
	[21] = {0, "VBUS off", BUS_VBUS_OFF, 0, BIN_STATE},
	[22] = {0, "VBUS on", BUS_VBUS_ON, 0, BIN_STATE},
	[23] = {0, "a low-speed device attached", BUS_SPEED, USB_LOW, BIN_STATE},
	[24] = {0, "a full-speed device attached", BUS_SPEED, USB_FULL, BIN_STATE},
	[25] = {0, "bus reset", BUS_RESET, 0, BIN_STATE},
	[26] = {0, "chirp of the device", BUS_OTHER, 0, BIN_STATE},
	[27] = {0, "chirp of the host", BUS_OTHER, 0, BIN_STATE},
	[28] = {0, "bus suspended", BUS_SUSPEND, 0, BIN_STATE},
	[29] = {0, "resume", BUS_RESUME, 0, BIN_STATE},
	[30] = {0, "low-speed keep-alive", BUS_OTHER, 0, BIN_KEEPALIVE},
};

static uint32_t word(const struct record *rec, uint32_t at)
{
	const uint8_t *p = rec->data + at;

	return rec->big_endian
		       ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]
		       : (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

void link_custom_decode(const struct record *rec, struct event *ev)
{
	const uint8_t *magic = rec->data + 4;
	unsigned code;

	ev->bin = BIN_CUSTOM;
	ev->reason = "pcapng custom block";
	/* the word is bytes "3C\0" and the code, whatever the byte order of the file */
	if (rec->caplen < CUSTOM_LEN || word(rec, 0) != PEN_PACKETRY ||
		(magic[0] << 16 | magic[1] << 8 | magic[2]) != EVENT_MAGIC)
		return;
	code = magic[3];
	if (code < ARRAY_LEN(codes) && codes[code].text)
		take(ev, &codes[code]);
}
