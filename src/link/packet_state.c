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
	uint8_t span; /* enum bus_span that begins with it */
};

static void take(struct event *ev, const struct state_row *row)
{
	ev->kind = EVENT_STATE;
	ev->bin = row->bin;
	ev->speed = row->speed;
	ev->packet.state = row->state;
	ev->packet.state_text = row->text;
	ev->packet.span = row->span;
	ev->reason = row->text;
}

/* ---- status texts ------------------------------------------------------------------- */

static const struct state_row texts[] = {
	{"--- Bus Reset", "bus reset", BUS_RESET, 0, BIN_STATE, SPAN_RESET},
	{"--- Bus Suspend", "bus suspended", BUS_SUSPEND, 0, BIN_STATE, SPAN_SUSPEND},
	{"--- Suspend", "bus suspended", BUS_SUSPEND, 0, BIN_STATE, SPAN_SUSPEND},
	{"--- Resume", "resume", BUS_RESUME, 0, BIN_STATE, SPAN_RESUME},
	{"VBUS OFF", "VBUS off", BUS_VBUS_OFF, 0, BIN_STATE, SPAN_VBUS_OFF},
	{"VBUS ON", "VBUS on", BUS_VBUS_ON, 0, BIN_STATE, SPAN_VBUS_ON},
	{"Detected speed: Low", "low speed", BUS_SPEED, USB_LOW, BIN_STATE, 0},
	{"Detected speed: Full", "full speed", BUS_SPEED, USB_FULL, BIN_STATE, 0},
	{"Detected speed: High", "high speed", BUS_SPEED, USB_HIGH, BIN_STATE, 0},
	{"Folded ", "frames without traffic, left out by the capturing device", BUS_NO_FRAMES, 0,
		BIN_STATE, 0},
	{"Line state: SE0", "line state SE0", BUS_NO_FRAMES, 0, BIN_STATE, SPAN_SE0},
	{"Line state: J", "line state J", BUS_NO_FRAMES, 0, BIN_STATE, SPAN_J},
	{"Line state: K", "line state K", BUS_NO_FRAMES, 0, BIN_STATE, SPAN_K},
	{"Line state", "line state SE1", BUS_NO_FRAMES, 0, BIN_STATE, SPAN_SE1},
	{"Keep-alive", "low-speed keep-alive", BUS_OTHER, 0, BIN_KEEPALIVE, 0},
	{"", "status of the capturing device", BUS_OTHER, 0, BIN_STATE, 0},
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

/* "(1.09 ms)" at the end of a line state shorter than 10 ms; 0: it says nothing. */
static int64_t told_duration(const uint8_t *text, size_t n)
{
	static const struct {
		const char *unit;
		double ns;
	} units[] = {{" ns)", 1}, {" us)", 1e3}, {" ms)", 1e6}};
	double v = 0, place = 1;
	size_t at = n;

	while (at && text[at - 1] != '(')
		at--;
	if (!at || n - at > 16)
		return 0;
	for (bool fraction = false; at < n && text[at] != ' '; at++) {
		if (text[at] == '.')
			fraction = true;
		else if (text[at] < '0' || text[at] > '9')
			return 0;
		else
			v = v * 10 + (text[at] - '0');
		if (fraction && text[at] != '.')
			place *= 10;
	}
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (n - at >= 4 && !memcmp(text + at, units[i].unit, 4))
			return (int64_t)(v / place * units[i].ns);
	return 0;
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
			if (texts[i].span >= SPAN_SE0)
				ev->packet.lasts = told_duration(text, n);
			return;
		}
	}
}

/* ---- custom blocks ------------------------------------------------------------------ */

enum { PEN_PACKETRY = 62392, EVENT_MAGIC = 0x334300, CUSTOM_LEN = 8 };

/* By the low byte of the first word. */
static const struct state_row codes[] = {
	[1] = {0, "capture stopped", BUS_OTHER, 0, BIN_STATE, 0},
	[2] = {0, "capture stopped: buffer full", BUS_OTHER, 0, BIN_STATE, 0},
	[3] = {0, "capture stopped: error", BUS_OTHER, 0, BIN_STATE, 0},
	[4] = {0, "capture started at high speed", BUS_SPEED, USB_HIGH, BIN_STATE, 0},
	[5] = {0, "capture started at full speed", BUS_SPEED, USB_FULL, BIN_STATE, 0},
	[6] = {0, "capture started at low speed", BUS_SPEED, USB_LOW, BIN_STATE, 0},
	[7] = {0, "capture started", BUS_OTHER, 0, BIN_STATE, 0},
	[8] = {0, "high speed", BUS_SPEED, USB_HIGH, BIN_STATE, 0},
	[9] = {0, "full speed", BUS_SPEED, USB_FULL, BIN_STATE, 0},
	[10] = {0, "low speed", BUS_SPEED, USB_LOW, BIN_STATE, 0},
	[11] = {0, "speed to be found out", BUS_SPEED, USB_SPEED_UNKNOWN, BIN_STATE, 0},
	[12] = {0, "line state SE0", BUS_NO_FRAMES, 0, BIN_STATE, SPAN_SE0},
	[13] = {0, "line state chirp J", BUS_NO_FRAMES, 0, BIN_STATE, SPAN_J},
	[14] = {0, "line state chirp K", BUS_NO_FRAMES, 0, BIN_STATE, SPAN_K},
	[15] = {0, "line state chirp SE1", BUS_NO_FRAMES, 0, BIN_STATE, SPAN_SE1},
	[16] = {0, "line state J of low speed", BUS_NO_FRAMES, 0, BIN_STATE, SPAN_J},
	[17] = {0, "line state K of low speed", BUS_NO_FRAMES, 0, BIN_STATE, SPAN_K},
	[18] = {0, "line state J of full speed", BUS_NO_FRAMES, 0, BIN_STATE, SPAN_J},
	[19] = {0, "line state K of full speed", BUS_NO_FRAMES, 0, BIN_STATE, SPAN_K},
	[20] = {0, "line state SE1", BUS_NO_FRAMES, 0, BIN_STATE, SPAN_SE1},
	[21] = {0, "VBUS off", BUS_VBUS_OFF, 0, BIN_STATE, SPAN_VBUS_OFF},
	[22] = {0, "VBUS on", BUS_VBUS_ON, 0, BIN_STATE, SPAN_VBUS_ON},
	[23] = {0, "a low-speed device attached", BUS_SPEED, USB_LOW, BIN_STATE, 0},
	[24] = {0, "a full-speed device attached", BUS_SPEED, USB_FULL, BIN_STATE, 0},
	[25] = {0, "bus reset", BUS_RESET, 0, BIN_STATE, SPAN_RESET},
	[26] = {0, "chirp of the device", BUS_OTHER, 0, BIN_STATE, SPAN_CHIRP_DEVICE},
	[27] = {0, "chirp of the host", BUS_OTHER, 0, BIN_STATE, SPAN_CHIRP_HOST},
	[28] = {0, "bus suspended", BUS_SUSPEND, 0, BIN_STATE, SPAN_SUSPEND},
	[29] = {0, "resume", BUS_RESUME, 0, BIN_STATE, SPAN_RESUME},
	[30] = {0, "low-speed keep-alive", BUS_OTHER, 0, BIN_KEEPALIVE, 0},
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
