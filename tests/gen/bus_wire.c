/* bus_wire.c: packets on the bus as records: PID, fields, CRC5 and CRC16 (USB 2.0 sections 8.3 and
 * 8.4), and how long they take (sections 7.1.11, 7.1.18 and 7.1.19). */
#include "tests/gen/bus.h"

#include <stdio.h>
#include <string.h>

/* n bits, least significant first, as it stands behind them in the packet (8.3.5.1). */
uint16_t wire_crc5(uint32_t bits, unsigned n)
{
	unsigned crc = 0x1f;

	for (unsigned i = 0; i < n; i++) {
		unsigned bit = (bits >> i ^ crc) & 1;

		crc = crc >> 1 ^ (bit ? 0x14 : 0); /* x^5 + x^2 + 1, reflected */
	}
	return (uint16_t)(crc ^ 0x1f);
}

/* x^16 + x^15 + x^2 + 1, reflected (8.3.5.2). */
uint16_t wire_crc16(const uint8_t *p, size_t n)
{
	unsigned crc = 0xffff;

	while (n--) {
		crc ^= *p++;
		for (unsigned i = 0; i < 8; i++)
			crc = crc >> 1 ^ (crc & 1 ? 0xa001 : 0);
	}
	return (uint16_t)~crc;
}

bool wire_is_split(const struct device *d)
{
	return d->hub && d->hub->speed == SPEED_HIGH && d->speed < SPEED_HIGH;
}

static bool needs_pre(const struct device *d)
{
	return d->hub && d->hub->speed == SPEED_FULL && d->speed == SPEED_LOW;
}

/* The speed of the bus that is captured: above the hub. */
static uint8_t bus_speed(const struct device *d)
{
	return d->hub ? d->hub->speed : d->speed;
}

/* Nanoseconds of a bit on the bus. */
static double bit_time(const struct device *d)
{
	static const double ns[] = {
		[SPEED_LOW] = 2000 / 3.0, [SPEED_FULL] = 250 / 3.0, [SPEED_HIGH] = 25 / 12.0};

	return ns[wire_is_split(d) ? SPEED_HIGH : d->speed];
}

int64_t wire_time(const struct device *d, size_t bytes)
{
	/* SYNC and EOP: 8 and 3 bits, at high speed 32 and 8 (7.1.10, 7.1.13) */
	unsigned more = bit_time(d) < 3 ? 40 : 11;

	return (int64_t)(bit_time(d) * (double)(8 * bytes + more)) + 1;
}

void wire_gap(struct bus *b, const struct device *d, unsigned bits)
{
	b->now += (int64_t)(bit_time(d) * bits) + 1;
}

static void count(struct bus *b, const char *bin)
{
	size_t i = 0;

	while (i < COUNT(b->bins) - 1 && b->bins[i].name && strcmp(b->bins[i].name, bin))
		i++;
	b->bins[i].name = bin;
	b->bins[i].n++;
}

/* The interface of the file whose link type this speed has. */
static void record(struct bus *b, uint32_t link, const uint8_t *p, size_t n)
{
	struct part part = {p, n};
	struct bus_transaction *t = b->t;

	b->cap->sink.on = link;
	b->last = b->now;
	sink_record(&b->cap->sink, b->prog->start + b->now, &part, 1);
	if (!t) {
		count(b, b->bin);
		return;
	}
	t->last = b->cap->sink.records;
	t->end = b->now;
	if (!t->first) {
		t->first = t->last;
		t->begin = b->now;
	}
	t->of->last = t->last;
	t->of->end = b->now;
	if (!t->of->records++) {
		t->of->first = t->last;
		t->of->begin = b->now;
	}
}

static uint32_t link_type(const struct bus *b, const struct device *d)
{
	return b->cap->writer->link == 288 ? 288 : 293u + bus_speed(d);
}

static void packet(struct bus *b, const struct device *d, const uint8_t *p, size_t n)
{
	record(b, link_type(b, d), p, n);
	b->now += wire_time(d, n);
}

/* The time from one packet to the next of a transaction: hub delays included, well below the limit
 * (7.1.18.1: low and full 2 to 7.5 bit times; 7.1.18.2: high 8 to 192). */
static void turn_around(struct bus *b, const struct device *d)
{
	wire_gap(b, d, bit_time(d) < 3 ? 90 : 4);
}

/* A full-speed hub opens its low-speed ports for one packet (8.6.5, 11.8.4); sent at full speed, it
 * has no EOP. */
static void host_packet(struct bus *b, const struct device *d, const uint8_t *p, size_t n)
{
	static const uint8_t pre = PID_PRE;

	if (needs_pre(d)) {
		record(b, link_type(b, d), &pre, 1);
		b->now += 1333 + 333;
	}
	packet(b, d, p, n);
	turn_around(b, d);
}

void wire_token(struct bus *b, const struct device *d, uint8_t pid, unsigned eleven, bool bad_crc)
{
	uint8_t p[3] = {pid};

	put16(p + 1, (uint16_t)(eleven | (wire_crc5(eleven, 11) ^ bad_crc) << 11), false);
	host_packet(b, d, p, sizeof(p));
}

void wire_data(struct bus *b, const struct device *d, bool host, uint8_t pid, const uint8_t *p,
	uint32_t n, bool bad_crc)
{
	uint8_t *out = capture_scratch(b->cap, n + 3);

	out[0] = pid;
	memcpy(out + 1, p, n);
	put16(out + 1 + n, wire_crc16(p, n) ^ (bad_crc ? 0x0100 : 0), false);
	if (host) {
		host_packet(b, d, out, n + 3);
		return;
	}
	packet(b, d, out, n + 3);
	turn_around(b, d);
}

void wire_handshake(struct bus *b, const struct device *d, bool host, uint8_t pid)
{
	if (host) {
		host_packet(b, d, &pid, 1);
		return;
	}
	packet(b, d, &pid, 1);
	turn_around(b, d);
}

/* 8.4.2.2 and 8.4.2.3: hub address, SC, port, S, E (CSPLIT: U), ET, CRC5 over 19 bits. */
void wire_split(struct bus *b, const struct device *d, uint8_t type, bool complete, unsigned s_e)
{
	uint32_t bits = d->hub->address | (uint32_t)complete << 7 | (uint32_t)(d->port & 127) << 8 |
			(s_e & 3) << 15 | (uint32_t)type << 17;
	uint8_t p[4] = {PID_SPLIT};

	bits |= (uint32_t)wire_crc5(bits, 19) << 19;
	p[1] = (uint8_t)bits;
	p[2] = (uint8_t)(bits >> 8);
	p[3] = (uint8_t)(bits >> 16);
	packet(b, d, p, sizeof(p));
	turn_around(b, d);
}

void wire_raw(struct bus *b, const struct device *d, const uint8_t *p, size_t n, const char *bin)
{
	struct bus_transaction *t = b->t;

	b->t = NULL;
	b->bin = bin;
	record(b, link_type(b, d), p, n);
	b->t = t;
}

/* A low-speed bus has keep-alives instead (11.8.4.1), which only Packetry's event blocks show. */
static void keep_alive(struct bus *b)
{
	uint8_t block[16] = {0x33, 0x43, 0x00, 0x1e}; /* then interface 0, and the time */
	int64_t now = b->prog->start + b->now;
	bool big = b->cap->sink.big;

	if (!b->states)
		return;
	put32(block + 8, (uint32_t)((uint64_t)now >> 32), big);
	put32(block + 12, (uint32_t)now, big);
	count(b, "keepalive");
	sink_custom(&b->cap->sink, now, 62392, block, sizeof(block));
}

/* Starts of frames up to `until`: every millisecond, at high speed every 125 us with each frame
 * number eight times (8.4.3). */
void wire_sofs(struct bus *b, int64_t until)
{
	bool high = bus_speed(b->root) == SPEED_HIGH;

	for (; b->prog->rules.sof && !b->suspended && b->next_sof <= until;
		b->next_sof += high ? MICROFRAME : FRAME) {
		unsigned frame = (unsigned)(b->next_sof / FRAME) & 0x7ff;
		uint8_t p[3] = {PID_SOF};

		if (b->now < b->next_sof)
			b->now = b->next_sof;
		if (bus_speed(b->root) == SPEED_LOW) {
			keep_alive(b);
			b->now += 1333;
			continue;
		}
		b->frame = (int32_t)frame;
		put16(p + 1, (uint16_t)(frame | wire_crc5(frame, 11) << 11), false);
		wire_raw(b, b->root->hub ? b->root->hub : b->root, p, sizeof(p), "sof");
		b->now += wire_time(b->root, sizeof(p));
		wire_gap(b, b->root, 88);
	}
}

/* Upper-PDU export: dissector name tag 12 "syslog", end of options, text. */
void wire_status(struct bus *b, const char *text)
{
	uint8_t p[128] = {0, 12, 0, 6, 's', 'y', 's', 'l', 'o', 'g'};
	size_t n = strlen(text);

	if (!b->states)
		return;
	memcpy(p + 14, text, n);
	b->t = NULL;
	b->bin = "state";
	record(b, 252, p, 14 + n);
}
