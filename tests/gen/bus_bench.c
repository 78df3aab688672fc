/* bus_bench.c: large high-speed bus captures (link type 295: PID byte, then the wire bytes) for
 * measuring: bulk IN with 512 bytes, mostly NAKs, or 500 endpoints. Packets: USB 2.0 sections 8.3
 * (PIDs, CRCs) and 8.4 (tokens, SOF, data, handshake). */
#include "tests/gen/bus.h"

#include <string.h>

enum {
	DEVICES = 32,
	PIPES = 500,
	IN_PIPES = 15 * DEVICES, /* all there are; the others are OUT */
	PAYLOAD = 512
};

struct bench {
	struct sink *sink;
	uint64_t left; /* records still to write */
	int64_t now, next_sof;
	uint32_t microframe;
};

/* 480 Mbit/s: 16.67 ns a byte; about 200 ns for SYNC, EOP and turn-around. */
static void packet(struct bench *b, const void *p, size_t n)
{
	struct part part = {p, n};

	if (!b->left)
		return;
	b->left--;
	sink_record(b->sink, b->now, &part, 1);
	b->now += 200 + (int64_t)n * 50 / 3;
}

static void token(struct bench *b, uint8_t pid, unsigned eleven)
{
	uint8_t p[3] = {pid};

	put16(p + 1, (uint16_t)(eleven | wire_crc5(eleven, 11) << 11), false);
	packet(b, p, sizeof(p));
}

/* Frame starts that are due. */
static void sof(struct bench *b)
{
	if (b->now < b->next_sof)
		return;
	b->now = b->next_sof;
	token(b, PID_SOF, b->microframe / 8 & 0x7ff);
	b->microframe++;
	b->next_sof += MICROFRAME;
}

static void handshake(struct bench *b, uint8_t pid)
{
	packet(b, &pid, 1);
}

/* data NULL: NAKed. */
static void transaction(struct bench *b, unsigned pipe, const uint8_t *data, size_t n)
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
	struct bench b = {.sink = s, .left = records, .now = 1000000000000000000};
	bool nak = !strcmp(mode, "nak"), many = !strcmp(mode, "endpoints");
	unsigned pipes = many ? PIPES : 1;

	if (!nak && !many && strcmp(mode, "bulk"))
		die("--bus-bench: bulk, nak or endpoints");
	for (unsigned t = 0; t < 2; t++) {
		data[t][0] = t ? PID_DATA1 : PID_DATA0;
		for (unsigned i = 0; i < PAYLOAD; i++)
			data[t][1 + i] = (uint8_t)(i * 7 + t);
		put16(data[t] + 1 + PAYLOAD, wire_crc16(data[t] + 1, PAYLOAD), false);
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
