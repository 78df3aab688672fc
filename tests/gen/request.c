/* request.c: control requests by name (USB 2.0 section 9.4), the enumeration hosts customarily do,
 * and SCSI commands in bulk-only transport (USB Mass Storage Bulk-Only 1.0 section 5). */
#include "tests/gen/gen.h"

#include <string.h>

static void setup(struct xfer *x, unsigned type, unsigned request, unsigned value, unsigned index,
	unsigned length)
{
	x->setup[0] = (uint8_t)type;
	x->setup[1] = (uint8_t)request;
	put16(x->setup + 2, (uint16_t)value, false);
	put16(x->setup + 4, (uint16_t)index, false);
	put16(x->setup + 6, (uint16_t)length, false);
	x->req = length;
	x->has_req = true;
	x->in = (type & 0x80) && length; /* as usbmon and usbcore count: no data is OUT */
	x->data_kind = DATA_COUNT;
}

/* GET_DESCRIPTOR answered from the device, cut to wLength; stalled if it has none. */
static void get_descriptor(struct xfer *x, unsigned kind, unsigned index, unsigned length)
{
	uint8_t *b = keep(CONFIG_MAX);
	size_t n = device_descriptor(x->dev, kind, index, b);

	setup(x, 0x80, 6, kind << 8 | index, kind == 3 && index ? 0x0409 : 0, length);
	x->data_kind = DATA_BYTES;
	x->bytes = b;
	x->byte_count = (uint32_t)(n < length ? n : length);
	if (!n)
		x->status = STATUS_STALL;
}

static const char *parse_get_descriptor(
	struct xfer *x, const uint64_t *v, char **word, unsigned words)
{
	static const struct {
		const char *name;
		unsigned kind;
	} kinds[] = {{"device", 1}, {"config", 2}, {"string", 3}, {"qualifier", 6}};
	uint64_t index = 0, length;
	unsigned w = 0;

	(void)v;
	for (size_t i = 0; i < COUNT(kinds); i++) {
		if (strcmp(kinds[i].name, word[0]))
			continue;
		if (words == 3 && !parse_number(word[++w], 255, &index))
			break;
		if (!parse_number(word[++w], 65535, &length))
			break;
		get_descriptor(x, kinds[i].kind, (unsigned)index, (unsigned)length);
		return NULL;
	}
	return "get-descriptor device|config|string|qualifier [INDEX] LENGTH expected";
}

/* Requests with numbers only: word count, then how they become a setup. */
static const struct {
	const char *name;
	unsigned numbers;
	uint16_t type, request, length;
	/* which number (1…) is wValue and wIndex; 0: zero */
	uint8_t value, index;
} requests[] = {
	{"set-address", 1, 0x00, 5, 0, 1, 0},
	{"set-configuration", 1, 0x00, 9, 0, 1, 0},
	{"set-interface", 2, 0x01, 11, 0, 2, 1},
	{"clear-halt", 1, 0x02, 1, 0, 0, 1},
	{"get-device-status", 0, 0x80, 0, 2, 0, 0},
	{"get-endpoint-status", 1, 0x82, 0, 2, 0, 1},
	{"set-idle", 2, 0x21, 10, 0, 2, 1},
	{"bulk-only-reset", 1, 0x21, 255, 0, 0, 1},
	{"get-max-lun", 1, 0xa1, 254, 1, 0, 1},
};

const char *request_parse(struct xfer *x, char **word, unsigned words, unsigned *used)
{
	uint64_t v[6] = {0};

	if (!strcmp(word[0], "get-descriptor")) {
		uint64_t number;

		*used = words > 3 && parse_number(word[3], 65535, &number) ? 4 : 3;
		if (words < *used)
			return "get-descriptor KIND [INDEX] LENGTH expected";
		return parse_get_descriptor(x, v, word + 1, *used - 1);
	}
	if (!strcmp(word[0], "setup")) {
		*used = 6;
		for (unsigned i = 1; i < 6; i++)
			if (words < 6 || !parse_number(word[i], i < 3 ? 255 : 65535, &v[i]))
				return "setup bmRequestType bRequest wValue wIndex wLength "
				       "expected";
		setup(x, (unsigned)v[1], (unsigned)v[2], (unsigned)v[3], (unsigned)v[4],
			(unsigned)v[5]);
		return NULL;
	}
	for (size_t i = 0; i < COUNT(requests); i++) {
		if (strcmp(requests[i].name, word[0]))
			continue;
		*used = 1 + requests[i].numbers;
		for (unsigned k = 1; k < *used; k++)
			if (k >= words || !parse_number(word[k], 65535, &v[k]))
				return "number expected";
		setup(x, requests[i].type, requests[i].request, (unsigned)v[requests[i].value],
			(unsigned)v[requests[i].index], requests[i].length);
		return NULL;
	}
	return "unknown request";
}

static void ask(struct program *p, struct block *b, struct device *d, unsigned kind, unsigned index,
	unsigned length, int for_writers)
{
	struct xfer *x = xfer_new(d, &d->ep[0], CONTROL, true);

	get_descriptor(x, kind, index, length);
	x->for_writers = for_writers;
	xfer_add(p, b, x);
}

static void order(struct program *p, struct block *b, struct device *d, unsigned request,
	unsigned value, int for_writers)
{
	struct xfer *x = xfer_new(d, &d->ep[0], CONTROL, false);

	setup(x, 0, request, value, 0, 0);
	x->for_writers = for_writers;
	xfer_add(p, b, x);
}

/* As Linux does it: with an EHCI-like controller 64 bytes from address 0, SET_ADDRESS; with xHCI,
 * whose hardware sends SET_ADDRESS, 8 bytes; then the same for all. */
void request_enumerate(struct program *p, struct block *b, struct device *d)
{
	unsigned total = (unsigned)d->config_len;

	if (d->ehci) {
		ask(p, b, d->zero, 1, 0, 64, FOR_USBMON | FOR_BUS);
		order(p, b, d->zero, 5, d->address, FOR_USBMON | FOR_BUS);
		block_add(b, OP_WAIT)->ns = 10000000;
	} else {
		order(p, b, d->zero, 5, d->address, FOR_BUS);
		ask(p, b, d, 1, 0, 8, FOR_ALL);
	}
	ask(p, b, d, 1, 0, 18, FOR_ALL);
	if (d->speed == SPEED_FULL && d->device[3] >= 2)
		ask(p, b, d, 6, 0, 10, FOR_ALL); /* could it be faster? It stalls if not */
	ask(p, b, d, 2, 0, 9, FOR_ALL);
	ask(p, b, d, 2, 0, total, FOR_ALL);
	if (d->device[14] | d->device[15] | d->device[16])
		ask(p, b, d, 3, 0, 255, FOR_ALL);
	for (unsigned i = 0; i < 3; i++) { /* product, manufacturer, serial number */
		static const uint8_t at[3] = {15, 14, 16};

		if (d->device[at[i]])
			ask(p, b, d, 3, d->device[at[i]], 255, FOR_ALL);
	}
	order(p, b, d, 9, total > 5 ? d->config[5] : 1, FOR_ALL);
}

/* ---- SCSI --------------------------------------------------------------------------- */

struct scsi {
	uint32_t length, residue, tag; /* tag: of the CSW */
	uint8_t direction;	       /* bmCBWFlags */
	uint8_t cdb[16], cdb_length, result;
	bool has_data;
};

static struct endpoint *bulk_endpoint(struct device *d, bool in)
{
	for (unsigned i = 1; i < d->endpoints; i++)
		if (d->ep[i].type == BULK && !(d->ep[i].address & 0x80) == !in)
			return &d->ep[i];
	return NULL;
}

static struct xfer *bulk(struct device *d, bool in, uint32_t length)
{
	struct xfer *x = xfer_new(d, bulk_endpoint(d, in), BULK, in);

	x->req = length;
	x->has_req = true;
	return x;
}

static const char *add_command(
	struct program *p, struct block *b, struct device *d, const struct scsi *s)
{
	struct xfer *x = bulk(d, false, 31);
	uint8_t *cbw = keep(31);

	memcpy(cbw, "USBC", 4);
	put32(cbw + 4, p->tag, false);
	put32(cbw + 8, s->length, false);
	cbw[12] = s->direction;
	cbw[14] = s->cdb_length;
	memcpy(cbw + 15, s->cdb, 16);
	x->data_kind = DATA_BYTES;
	x->bytes = cbw;
	x->byte_count = 31;
	return xfer_add(p, b, x);
}

static const char *add_status(
	struct program *p, struct block *b, struct device *d, const struct scsi *s)
{
	struct xfer *x = bulk(d, true, 13);
	uint8_t *csw = keep(13);

	memcpy(csw, "USBS", 4);
	put32(csw + 4, s->tag ? s->tag : p->tag, false);
	put32(csw + 8, s->residue, false);
	csw[12] = s->result;
	x->data_kind = DATA_BYTES;
	x->bytes = csw;
	x->byte_count = 13;
	return xfer_add(p, b, x);
}

/* A stalled data stage is followed by CLEAR_FEATURE(ENDPOINT_HALT) (Bulk-Only section 6.7.2). */
static const char *add_clear(struct program *p, struct block *b, struct device *d, bool in)
{
	struct xfer *x = xfer_new(d, &d->ep[0], CONTROL, false);

	setup(x, 0x02, 1, 0, bulk_endpoint(d, in)->address, 0);
	return xfer_add(p, b, x);
}

/* in|out|none LENGTH cdb BYTES [fail|phase-error] [residue N] [csw-tag N] [OPTIONS of the data
 * stage] */
const char *request_scsi(
	struct program *p, struct block *b, struct device *d, char **word, unsigned words)
{
	struct scsi s = {.direction = !strcmp(word[0], "in") ? 0x80 : 0,
		.has_data = strcmp(word[0], "none")};
	struct xfer *data;
	uint64_t v;
	uint8_t *bytes;
	uint32_t n;
	unsigned used, at = 3;
	const char *bad;

	if (!bulk_endpoint(d, true) || !bulk_endpoint(d, false))
		return "the device has no bulk endpoints";
	if (!parse_number(word[1], 16 << 20, &v) || strcmp(word[2], "cdb") ||
		!parse_hex(word + 3, words - 3, &used, &bytes, &n) || n > 16)
		return "scsi DEVICE in|out|none LENGTH cdb BYTES expected";
	s.length = (uint32_t)v;
	memcpy(s.cdb, bytes, n);
	s.cdb_length = (uint8_t)n;
	data = bulk(d, s.direction, s.length);
	data->data_phase = true;
	for (at += used; at < words; at += used) {
		used = 1;
		if (!strcmp(word[at], "fail")) {
			s.result = 1;
		} else if (!strcmp(word[at], "phase-error")) {
			s.result = 2;
		} else if (!strcmp(word[at], "residue") && at + 1 < words &&
			   parse_number(word[at + 1], UINT32_MAX, &v)) {
			s.residue = (uint32_t)v;
			used = 2;
		} else if (!strcmp(word[at], "csw-tag") && at + 1 < words &&
			   parse_number(word[at + 1], UINT32_MAX, &v)) {
			s.tag = (uint32_t)v;
			used = 2;
		} else {
			bad = option_parse(data, word + at, words - at, &used);
			if (bad)
				return bad;
		}
	}
	bad = add_command(p, b, d, &s);
	if (!bad && s.has_data)
		bad = xfer_add(p, b, data);
	if (!bad && s.has_data && data->status == STATUS_STALL)
		bad = add_clear(p, b, d, s.direction);
	if (!bad)
		bad = add_status(p, b, d, &s);
	p->tag++;
	return bad;
}
