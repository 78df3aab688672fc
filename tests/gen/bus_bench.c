/* bus_bench.c: large high-speed bus captures (link type 295: PID byte, then the wire bytes) for
 * measuring: bulk IN with 512 bytes, mostly NAKs, or 500 endpoints. Packets: USB 2.0 sections 8.3
 * (PIDs, CRCs) and 8.4 (tokens, SOF, data, handshake). */
#include "tests/gen/gen.h"

#include <string.h>

enum {
	PID_OUT = 0xe1,
	PID_IN = 0x69,
	PID_SOF = 0xa5,
	PID_DATA0 = 0xc3,
	PID_DATA1 = 0x4b,
	PID_ACK = 0xd2,
	PID_NAK = 0x5a,
	MICROFRAME = 125000,
	DEVICES = 32,
	PIPES = 500,
	IN_PIPES = 15 * DEVICES, /* all there are; the others are OUT */
	PAYLOAD = 512
};

struct bus {
	struct sink *sink;
	uint64_t left; /* records still to write */
	int64_t now, next_sof;
	uint32_t microframe;
};

/* CRC5 over 11 bits, least significant first, as it stands in bits 15..11 of a token (8.3.5.1). */
static uint16_t token_bits(unsigned eleven)
{
	unsigned crc = 0x1f;

	for (unsigned i = 0; i < 11; i++) {
		unsigned bit = (eleven >> i ^ crc) & 1;

		crc = crc >> 1 ^ (bit ? 0x14 : 0); /* x^5 + x^2 + 1, reflected */
	}
	return (uint16_t)(eleven | (crc ^ 0x1f) << 11);
}

/* CRC16, x^16 + x^15 + x^2 + 1 reflected (8.3.5.2). */
static uint16_t data_crc(const uint8_t *p, size_t n)
{
	unsigned crc = 0xffff;

	while (n--) {
		crc ^= *p++;
		for (unsigned i = 0; i < 8; i++)
			crc = crc >> 1 ^ (crc & 1 ? 0xa001 : 0);
	}
	return (uint16_t)~crc;
}

/* 480 Mbit/s: 16.67 ns a byte; about 200 ns for SYNC, EOP and turn-around. */
static void packet(struct bus *b, const void *p, size_t n)
{
	struct part part = {p, n};

	if (!b->left)
		return;
	b->left--;
	sink_record(b->sink, b->now, &part, 1);
	b->now += 200 + (int64_t)n * 50 / 3;
}

static void token(struct bus *b, uint8_t pid, unsigned eleven)
{
	uint8_t p[3] = {pid};

	put16(p + 1, token_bits(eleven), false);
	packet(b, p, sizeof(p));
}

/* Frame starts that are due. */
static void sof(struct bus *b)
{
	if (b->now < b->next_sof)
		return;
	b->now = b->next_sof;
	token(b, PID_SOF, b->microframe / 8 & 0x7ff);
	b->microframe++;
	b->next_sof += MICROFRAME;
}

static void handshake(struct bus *b, uint8_t pid)
{
	packet(b, &pid, 1);
}

/* data NULL: NAKed. */
static void transaction(struct bus *b, unsigned pipe, const uint8_t *data, size_t n)
{
	unsigned device = 1 + pipe % DEVICES, endpoint = 1 + pipe / DEVICES % 15;

	sof(b);
	token(b, pipe < IN_PIPES ? PID_IN : PID_OUT, device | endpoint << 7);
	if (!data) {
		handshake(b, PID_NAK);
		return;
	}
	packet(b, data, n);
	handshake(b, PID_ACK);
}

void bus_bench(struct sink *s, const char *mode, uint64_t records)
{
	static uint8_t data[2][1 + PAYLOAD + 2];
	uint8_t toggle[PIPES] = {0};
	struct bus b = {.sink = s, .left = records, .now = 1000000000000000000};
	bool nak = !strcmp(mode, "nak"), many = !strcmp(mode, "endpoints");
	unsigned pipes = many ? PIPES : 1;

	if (!nak && !many && strcmp(mode, "bulk"))
		die("--bus-bench: bulk, nak or endpoints");
	for (unsigned t = 0; t < 2; t++) {
		data[t][0] = t ? PID_DATA1 : PID_DATA0;
		for (unsigned i = 0; i < PAYLOAD; i++)
			data[t][1 + i] = (uint8_t)(i * 7 + t);
		put16(data[t] + 1 + PAYLOAD, data_crc(data[t] + 1, PAYLOAD), false);
	}
	b.next_sof = b.now;
	for (uint64_t i = 0; b.left; i++) {
		unsigned pipe = (unsigned)(i % pipes);
		bool answers = !nak || i % 1000 == 999;

		transaction(&b, pipe, answers ? data[toggle[pipe]] : NULL, sizeof(data[0]));
		if (answers)
			toggle[pipe] ^= 1;
	}
}
