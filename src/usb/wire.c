/* wire.c: bit times, and bit stuffing counted a byte at a time. */
#include "usb/wire.h"

const struct wire_speed *wire_speed(enum usb_speed speed)
{
	/* 7.1.11: bit rates. SYNC has 8 bits, at high speed 32 (7.1.10); EOP 3, at high speed 8,
	 * after a SOF 40 (7.1.13). 7.1.12: frames 1 ms +- 500 ns, microframes 125 us +- 62.5 ns;
	 * at low speed keep-alives stand for SOFs (7.1.7.6). */
	static const struct wire_speed row[] = {
		[USB_LOW] = {8000, 8 + 3, 8 + 3, 1000000, 500 * WIRE_PER_NS},
		[USB_FULL] = {1000, 8 + 3, 8 + 3, 1000000, 500 * WIRE_PER_NS},
		[USB_HIGH] = {25, 32 + 8, 32 + 40, 125000, 125 * WIRE_PER_NS / 2},
	};

	return &row[speed <= USB_HIGH ? speed : USB_SPEED_UNKNOWN];
}

uint32_t wire_stuffed(const uint8_t *p, size_t n)
{
	enum { RUN = 6 };
	uint32_t bits = 0, ones = 1;

	for (size_t i = 0; i < n; i++) {
		unsigned v = p[i], zeros = ~v & 0xff;

		if (!zeros) {
			bits += (ones + 8) / RUN;
			ones = (ones + 8) % RUN;
		} else { /* runs at its beginning, at its end, and the one that fits between */
			unsigned last = (unsigned)__builtin_clz(zeros) - 24;

			bits += (ones + (unsigned)__builtin_ctz(zeros)) / RUN + last / RUN +
				(v == 0x7e);
			ones = last % RUN;
		}
	}
	return bits;
}
