/* wire.c: bit times, and bit stuffing counted eight bytes at a time. */
#include "usb/wire.h"
#include "base/cursor.h"

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

/* The words of 64 bits that came before, and what of them goes on in the next. */
struct runs {
	uint64_t word, two; /* the word before, and where in it runs of two 1s end */
	unsigned busy;	    /* low bits of the next word that belong to a run already stuffed */
};

/* Runs of six 1s that end in the word, none sharing a bit with another: the first one in the order
 * of the wire, then what lies six bits or more behind. Most words have none. */
static inline uint32_t count_runs(struct runs *r, uint64_t word)
{
	enum { RUN = 6, BITS = 64 };
	uint64_t two = word & (word << 1 | r->word >> (BITS - 1));
	uint64_t four = two & (two << 2 | r->two >> (BITS - 2));
	uint64_t six = four & (two << 4 | r->two >> (BITS - 4));
	uint32_t n = 0;

	six &= ~UINT64_C(0) << r->busy;
	r->busy = 0;
	r->word = word;
	r->two = two;
	while (six) {
		unsigned at = (unsigned)__builtin_ctzll(six) + RUN;

		n++;
		if (at >= BITS) {
			r->busy = at - BITS;
			break;
		}
		six &= ~UINT64_C(0) << at;
	}
	return n;
}

uint32_t wire_stuffed(const uint8_t *p, size_t n)
{
	struct runs r = {.word = UINT64_C(1) << 63};
	uint32_t bits = 0;
	uint64_t word;

	if (n == 3) /* a token: most packets that have bytes to look at */
		return count_runs(&r, le16(p) | (uint64_t)p[2] << 16);
	for (; n >= sizeof(word); n -= sizeof(word), p += sizeof(word))
		bits += count_runs(&r, load64(p, false));
	word = 0;
	while (n--)
		word = word << 8 | p[n];
	return bits + count_runs(&r, word);
}
