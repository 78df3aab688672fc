/* ftdi.c: FTDI serial converters, a vendor's protocol: the example of a decoder. Everything one can
 * have is here: binding by VID:PID, vendor requests as a table, data with a header in each packet,
 * an exchange with state, fields that filters know.
 *
 * Sources: FTDI's data sheets and application notes (AN_232B-05 for the baud rate), and what the
 * free drivers (Linux drivers/usb/serial/ftdi_sio, libftdi) agree on. */
#include "base/cursor.h"
#include "base/mem.h"
#include "decoders/control.h"

/* ---- whose transfers: the converters with FTDI's own ids ---------------------------- */

enum { FTDI = 0x0403 };

static const struct bind_rule binds[] = {
	{BIND_ID, FTDI, 0x6001, BIND_ANY}, /* FT232BM, FT232R, FT245 */
	{BIND_ID, FTDI, 0x6010, BIND_ANY}, /* FT2232C, D, H */
	{BIND_ID, FTDI, 0x6011, BIND_ANY}, /* FT4232H */
	{BIND_ID, FTDI, 0x6014, BIND_ANY}, /* FT232H */
	{BIND_ID, FTDI, 0x6015, BIND_ANY}, /* FT230X and relatives */
	{0},
};

/* ---- what a request sets: the state of an exchange ---------------------------------- */

/* A driver sets a port up by several requests in a row: they are one exchange, which tells what the
 * port is in the end. */
struct port {
	uint32_t baud; /* 0: not set */
	uint16_t data; /* wValue of SET_DATA */
	uint8_t flow, lines, lines_set;
	bool has_data, has_flow;
};
_Static_assert(sizeof(struct port) <= EXCHANGE_STATE, "fits");

/* Fraction of the divisor by its three bits, in eighths (AN_232B-05). */
static const uint8_t eighths[] = {0, 4, 2, 1, 3, 5, 6, 7};

/* Chips of which each interface is a port of its own: the low byte of wIndex is its number, from 1.
 * The others have none. */
static bool has_ports(const struct pipe *p)
{
	return p->idProduct == 0x6010 || p->idProduct == 0x6011 || p->idProduct == 0x6014;
}

/* The divisor's upper bits stand in wIndex, beside the port's number; bit 1 there takes the 12 MHz
 * clock. */
static uint32_t baud_rate(const struct control_job *j)
{
	uint8_t upper = (uint8_t)(has_ports(j->pipe) ? j->s.wIndex >> 8 : j->s.wIndex);
	uint32_t divisor = (j->s.wValue & 0x3fff) * 8u;
	uint32_t clock = upper & 2 ? 12000000 : 3000000;

	divisor += eighths[(j->s.wValue >> 14 | (upper & 1) << 2) & 7];
	if (divisor == 0)
		return clock; /* 0 and 1 stand for divisors 1 and 1.5 */
	if (divisor == 8)
		return clock * 2 / 3;
	return (uint32_t)((clock * 8ull + divisor / 2) / divisor);
}

/* "115200 baud (115385)": the usual rate that was meant, where the divisor does not meet it. */
static void say_baud(struct text *t, uint32_t baud)
{
	static const uint32_t usual[] = {300, 600, 1200, 2400, 4800, 9600, 19200, 38400, 57600,
		115200, 230400, 460800, 921600, 1000000, 1500000, 2000000, 3000000};
	uint32_t meant = baud;

	for (size_t i = 0; i < ARRAY_LEN(usual); i++)
		if (baud > usual[i] - usual[i] / 64 && baud < usual[i] + usual[i] / 64)
			meant = usual[i];
	text_u64(t, meant);
	text_str(t, " baud");
	if (meant == baud)
		return;
	text_str(t, " (");
	text_u64(t, baud);
	text_char(t, ')');
}

/* "8N1": bits 0–7 data bits, 8–10 parity, 11–13 stop bits, 14 break. */
static void say_frame(struct text *t, uint16_t data)
{
	static const char *const stop[] = {"1", "1.5", "2"};
	unsigned s = data >> 11 & 7;

	text_u64(t, data & 0xff);
	text_char(t, "NOEMS???"[data >> 8 & 7]);
	text_str(t, s < ARRAY_LEN(stop) ? stop[s] : "?");
	text_str(t, data & 0x4000 ? ", break on" : "");
}

static void say_flow(struct text *t, uint8_t flow)
{
	static const char *const name[] = {
		[0] = "no flow control", [1] = "RTS/CTS", [2] = "DTR/DSR", [4] = "XON/XOFF"};

	text_str(t, flow < ARRAY_LEN(name) && name[flow] ? name[flow] : "unknown flow control");
}

/* Low byte: the lines' levels, high byte: which of them are set at all. */
static void say_lines(struct text *t, uint8_t lines, uint8_t set)
{
	text_str(t, set & 1 ? lines & 1 ? "DTR on" : "DTR off" : "");
	text_str(t, (set & 3) == 3 ? ", " : "");
	text_str(t, set & 2 ? lines & 2 ? "RTS on" : "RTS off" : "");
}

/* ---- the status that comes with data ------------------------------------------------ */

enum { STATUS_LEN = 2 };

static const struct status_row {
	uint8_t byte, bit;
	const char *key, *word;
	bool notable; /* said in one line when set */
} status_rows[] = {
	{0, 4, "CTS", "clear to send", false},
	{0, 5, "DSR", "data set ready", false},
	{0, 6, "RI", "ring", true},
	{0, 7, "RLSD", "carrier", false},
	{1, 0, "DR", "data ready", false},
	{1, 1, "OE", "overrun", true},
	{1, 2, "PE", "parity error", true},
	{1, 3, "FE", "framing error", true},
	{1, 4, "BI", "break", true},
	{1, 5, "THRE", "transmit register empty", false},
	{1, 6, "TEMT", "transmitter empty", false},
	{1, 7, "FIFO", "error in the FIFO", true},
};

static void say_status(struct text *t, const uint8_t *status)
{
	bool any = false;

	for (size_t i = 0; i < ARRAY_LEN(status_rows); i++) {
		const struct status_row *r = &status_rows[i];

		if (!(status[r->byte] >> r->bit & 1) || (r->byte && !r->notable))
			continue;
		text_str(t, any ? ", " : "");
		text_str(t, r->key);
		any = true;
	}
}

static void status_fields(struct emit *e, const uint8_t *status, uint32_t off)
{
	for (size_t i = 0; i < ARRAY_LEN(status_rows); i++) {
		const struct status_row *r = &status_rows[i];
		bool set = status[r->byte] >> r->bit & 1;

		emit_field(e, &(struct field){
				      .key = r->key,
				      .value = value_uint(set),
				      .text = set ? r->word : NULL,
				      .off = off + r->byte,
				      .len = 1,
				      .bit = r->bit,
				      .bits = 1,
			      });
	}
}

/* ---- requests ----------------------------------------------------------------------- */

enum { RESET, MODEM_CTRL, SET_FLOW_CTRL, SET_BAUD_RATE, SET_DATA };
enum { VENDOR_OUT = 0x40, VENDOR_IN = 0xc0 };

static void details_reset(const struct control_job *j, struct text *t)
{
	static const char *const what[] = {" all", " receive buffer", " transmit buffer"};

	if (j->s.wValue < ARRAY_LEN(what))
		text_str(t, what[j->s.wValue]);
	else
		control_say_value(j, t);
}

static void details_lines(const struct control_job *j, struct text *t)
{
	text_char(t, ' ');
	say_lines(t, (uint8_t)j->s.wValue, (uint8_t)(j->s.wValue >> 8));
}

static void details_flow(const struct control_job *j, struct text *t)
{
	text_char(t, ' ');
	say_flow(t, (uint8_t)(j->s.wIndex >> 8));
}

static void details_baud(const struct control_job *j, struct text *t)
{
	text_char(t, ' ');
	say_baud(t, baud_rate(j));
}

static void details_frame(const struct control_job *j, struct text *t)
{
	text_char(t, ' ');
	say_frame(t, j->s.wValue);
}

static void details_ms(const struct control_job *j, struct text *t)
{
	control_say_value(j, t);
	text_str(t, " ms");
}

static void details_word(const struct control_job *j, struct text *t)
{
	text_str(t, " word ");
	text_u64(t, j->s.wIndex);
}

static void details_none(const struct control_job *j, struct text *t)
{
	(void)j;
	(void)t;
}

static void answer_ms(const struct control_job *j, struct text *t)
{
	text_u64(t, j->x->data.data[0]);
	text_str(t, " ms");
}

static void fields_ms(const struct control_job *j, struct emit *e)
{
	control_field(j, e, "latency", 0, 1, "ms", SHOW_PLAIN);
}

static void answer_status(const struct control_job *j, struct text *t)
{
	if (j->x->data.kept >= 2)
		say_status(t, j->x->data.data);
}

static void fields_status(const struct control_job *j, struct emit *e)
{
	if (j->x->data.kept >= 2)
		status_fields(e, j->x->data.data, 0);
}

static void fields_word(const struct control_job *j, struct emit *e)
{
	control_field(j, e, "word", 0, 2, NULL, SHOW_HEX4);
}

static const struct control_request requests[] = {
	CONTROL_REQUEST(VENDOR_OUT, RESET, "RESET", "FTDI", "what", "port", details_reset),
	CONTROL_REQUEST(
		VENDOR_OUT, MODEM_CTRL, "SET_MODEM_CTRL", "FTDI", "lines", "port", details_lines),
	CONTROL_REQUEST(VENDOR_OUT, SET_FLOW_CTRL, "SET_FLOW_CTRL", "FTDI", "XON, XOFF characters",
		"flow, port", details_flow),
	CONTROL_REQUEST(VENDOR_OUT, SET_BAUD_RATE, "SET_BAUD_RATE", "FTDI AN_232B-05", "divisor",
		"upper divisor, port", details_baud),
	CONTROL_REQUEST(VENDOR_OUT, SET_DATA, "SET_DATA", "FTDI", "frame", "port", details_frame),
	CONTROL_REQUEST(VENDOR_IN, 5, "GET_MODEM_STATUS", "FTDI", NULL, "port", details_none,
		answer_status, fields_status),
	CONTROL_REQUEST(
		VENDOR_OUT, 6, "SET_EVENT_CHAR", "FTDI", "character", "port", control_say_value),
	CONTROL_REQUEST(
		VENDOR_OUT, 7, "SET_ERROR_CHAR", "FTDI", "character", "port", control_say_value),
	CONTROL_REQUEST(VENDOR_OUT, 9, "SET_LATENCY_TIMER", "FTDI", "ms", "port", details_ms),
	CONTROL_REQUEST(VENDOR_IN, 10, "GET_LATENCY_TIMER", "FTDI", NULL, "port", details_none,
		answer_ms, fields_ms),
	CONTROL_REQUEST(
		VENDOR_OUT, 11, "SET_BIT_MODE", "FTDI", "mode, mask", "port", control_say_value),
	CONTROL_REQUEST(VENDOR_IN, 12, "READ_PINS", "FTDI", NULL, "port", details_none),
	CONTROL_REQUEST(VENDOR_IN, 0x90, "READ_EEPROM", "FTDI", NULL, "word", details_word, NULL,
		fields_word),
	CONTROL_REQUEST(VENDOR_OUT, 0x91, "WRITE_EEPROM", "FTDI", "data", "word", details_word),
	CONTROL_REQUEST(VENDOR_OUT, 0x92, "ERASE_EEPROM", "FTDI", NULL, NULL, details_none),
};

static const struct control_table table = CONTROL_TABLE(requests);

/* ---- data: each packet from the device begins with two bytes of status -------------- */

/* Bytes of a packet: what the endpoint's descriptor says, else 64 as of all full-speed chips. */
static uint32_t packet_size(const struct decode_ctx *c, const struct xfer *x)
{
	const struct pipe *p = devices_get_pipe(c->devices, x->pipe);

	return p->flags & PIPE_DESCRIBED && p->wMaxPacketSize > STATUS_LEN
		       ? p->wMaxPacketSize & 0x7ffu
		       : 64;
}

/* Bytes of serial data in n bytes from the device. */
static uint64_t payload_of(uint64_t n, uint32_t packet)
{
	uint64_t packets = (n + packet - 1) / packet;

	return n > packets * STATUS_LEN ? n - packets * STATUS_LEN : 0;
}

static void say_text(struct text *t, const uint8_t *s, uint32_t n)
{
	enum { SHOWN = 32 };

	text_str(t, ": \"");
	text_untrusted(t, (const char *)s, n < SHOWN ? n : SHOWN);
	text_str(t, n > SHOWN ? "\" …" : "\"");
}

static uint64_t moved(const struct xfer *x)
{
	return x->len > 0 ? (uint64_t)x->len : x->data.total;
}

/* A read that failed or was taken back may be without. */
static bool lacks_status(const struct xfer *x)
{
	return x->dir == USB_IN && x->status == STATUS_OK && moved(x) < STATUS_LEN;
}

static void info_data(const struct decode_ctx *c, const struct xfer *x, struct text *t)
{
	const uint8_t *d = x->data.data;
	uint32_t n = x->data.kept, header = x->dir == USB_IN ? STATUS_LEN : 0, packet;
	uint64_t bytes = moved(x), serial;

	if (lacks_status(x)) {
		raw_misfit(t, x, "no status in front of the data");
		return;
	}
	if (n < header || !bytes)
		return;
	packet = packet_size(c, x);
	serial = header ? payload_of(bytes, packet) : bytes;
	text_count(t, serial);
	text_str(t, serial == 1 ? " byte of serial data" : " bytes of serial data");
	if (n > header) /* as far as the next status */
		say_text(t, d + header, (n < packet || !header ? n : packet) - header);
	if (!header || !(d[1] & 0x9e || d[0] & 0x40))
		return;
	text_str(t, ", ");
	say_status(t, d);
}

static void decode_data(const struct decode_ctx *c, const struct xfer *x, struct emit *e)
{
	const uint8_t *d = x->data.data;
	uint32_t n = x->data.kept, packet = packet_size(c, x);
	uint32_t header = x->dir == USB_IN ? STATUS_LEN : 0;

	if (lacks_status(x))
		raw_misfit_field(e, x, "no status in front of the data");
	if (n < header)
		return;
	if (!header)
		packet = n;
	for (uint32_t off = 0; off < n; off += packet) {
		uint32_t len = n - off < packet ? n - off : packet;

		emit_open(e, &(struct field){.key = "packet", .off = off, .len = len});
		if (header && len >= STATUS_LEN)
			status_fields(e, d + off, off);
		if (len > header)
			emit_field(e, &(struct field){
					      .key = "serial",
					      .value = value_untrusted(
						      (const char *)d + off + header, len - header),
					      .off = off + header,
					      .len = len - header,
				      });
		emit_close(e);
	}
}

/* ---- the entries -------------------------------------------------------------------- */

static bool is_vendor_request(const struct xfer *x)
{
	return x->flags & XFER_HAS_SETUP && (x->setup[0] & 0x60) == VENDOR_OUT;
}

/* Standard requests are left to those who know them. */
static bool match(const struct decode_ctx *c, const struct xfer *x)
{
	(void)c;
	return x->type == USB_BULK || is_vendor_request(x);
}

static void take_setting(struct port *p, const struct control_job *j)
{
	switch (j->s.bRequest) {
	case MODEM_CTRL:
		p->lines_set |= (uint8_t)(j->s.wValue >> 8);
		p->lines = (uint8_t)((p->lines & ~(j->s.wValue >> 8)) |
				     (j->s.wValue & j->s.wValue >> 8));
		break;
	case SET_FLOW_CTRL:
		p->flow = (uint8_t)(j->s.wIndex >> 8);
		p->has_flow = true;
		break;
	case SET_BAUD_RATE: p->baud = baud_rate(j); break;
	case SET_DATA:
		p->data = j->s.wValue;
		p->has_data = true;
		break;
	default: break;
	}
}

/* The port that a transfer is about; 0 where there is but one. */
static uint32_t port_of(const struct track *t)
{
	const struct pipe *p = devices_get_pipe(t->devices, t->x->pipe);

	if (!has_ports(p))
		return 0;
	return t->x->type == USB_CONTROL ? t->x->setup[4] : p->interface + 1u;
}

/* Requests that set a port up, one behind the other, are an exchange; data ends it. */
static void track(struct track *t)
{
	const struct decode_ctx c = {.devices = t->devices};
	uint32_t port = port_of(t);
	struct exchange *ex = exchange_find(t, port);
	struct control_job j;

	if (!is_vendor_request(t->x) || t->x->setup[1] > SET_DATA || t->x->setup[0] != VENDOR_OUT) {
		if (ex && t->x->type == USB_BULK)
			exchange_end(t, ex, EXCHANGE_OK);
		return;
	}
	if (!ex || !exchange_join(t, ex))
		ex = exchange_begin(t, port);
	if (t->x->status != STATUS_OK) {
		exchange_end(t, ex, EXCHANGE_FAILED);
		return;
	}
	control_job_init(&j, &c, t->x, &table);
	take_setting((struct port *)ex->state, &j);
}

static void info(const struct decode_ctx *c, const struct xfer *x, struct text *t)
{
	if (x->type == USB_CONTROL)
		control_info_of(&table, c, x, t);
	else
		info_data(c, x, t);
}

static void decode(const struct decode_ctx *c, const struct xfer *x, struct emit *e)
{
	if (x->type == USB_CONTROL)
		control_decode_of(&table, c, x, e);
	else
		decode_data(c, x, e);
}

static void exchange_info(const struct decode_ctx *c, struct text *t)
{
	const struct port *p = (const struct port *)c->exchange->state;

	text_str(t, "port set up");
	if (p->baud) {
		text_str(t, ", ");
		say_baud(t, p->baud);
	}
	if (p->has_data) {
		text_str(t, ", ");
		say_frame(t, p->data);
	}
	if (p->has_flow) {
		text_str(t, ", ");
		say_flow(t, p->flow);
	}
	if (p->lines_set) {
		text_str(t, ", ");
		say_lines(t, p->lines, p->lines_set);
	}
}

static void exchange_decode(const struct decode_ctx *c, struct emit *e)
{
	const struct port *p = (const struct port *)c->exchange->state;

	if (p->baud)
		emit_field(e, &(struct field){.key = "baud", .value = value_uint(p->baud)});
	if (p->has_data)
		emit_field(
			e, &(struct field){.key = "data_bits", .value = value_uint(p->data & 255)});
	if (p->has_flow)
		emit_field(e, &(struct field){.key = "flow", .value = value_uint(p->flow)});
}

static const struct decode_key keys[] = {
	{"ftdi.serial", "serial", VAL_TEXT, "serial data of a packet"},
	{"ftdi.overrun", "OE", VAL_UINT, "the receiver lost characters"},
	{"ftdi.parity_error", "PE", VAL_UINT, "a character with wrong parity"},
	{"ftdi.framing_error", "FE", VAL_UINT, "a character without stop bit"},
	{"ftdi.break", "BI", VAL_UINT, "the line was held low"},
	{0},
};

const struct decoder decoder_ftdi = {
	.name = "ftdi",
	.summary = "FTDI serial converters (vendor protocol; the example of a decoder)",
	.binds = binds,
	.whole_device = true,
	.match = match,
	.track = track,
	.info = info,
	.decode = decode,
	.exchange_info = exchange_info,
	.exchange_decode = exchange_decode,
	.keys = keys,
};
