/* crc.c: remainders by tables of eight bytes at a time; where the processor multiplies without
 * carry, long data is folded 64 bytes at a time down to eight first. */
#include "usb/crc.h"

#include <string.h>

/* Tables of linear functions: entry i is the sum of what each of its bits gives alone. */
#define SUM(i, a, b, c, d, e, f, g, h)                                                             \
	(((i)&1 ? (a) : 0) ^ ((i)&2 ? (b) : 0) ^ ((i)&4 ? (c) : 0) ^ ((i)&8 ? (d) : 0) ^           \
		((i)&16 ? (e) : 0) ^ ((i)&32 ? (f) : 0) ^ ((i)&64 ? (g) : 0) ^                     \
		((i)&128 ? (h) : 0))
#define SUMS4(i, ...)                                                                              \
	SUM(i, __VA_ARGS__), SUM((i) + 1, __VA_ARGS__), SUM((i) + 2, __VA_ARGS__),                 \
		SUM((i) + 3, __VA_ARGS__)
#define SUMS16(i, ...)                                                                             \
	SUMS4(i, __VA_ARGS__), SUMS4((i) + 4, __VA_ARGS__), SUMS4((i) + 8, __VA_ARGS__),           \
		SUMS4((i) + 12, __VA_ARGS__)
#define SUMS64(i, ...)                                                                             \
	SUMS16(i, __VA_ARGS__), SUMS16((i) + 16, __VA_ARGS__), SUMS16((i) + 32, __VA_ARGS__),      \
		SUMS16((i) + 48, __VA_ARGS__)
#define SUMS256(...)                                                                               \
	SUMS64(0, __VA_ARGS__), SUMS64(64, __VA_ARGS__), SUMS64(128, __VA_ARGS__),                 \
		SUMS64(192, __VA_ARGS__)

/* ---- CRC5: x^5 + x^2 + 1, sent least significant bit first (8.3.5.1) ----------------- */

enum { CRC5_START = 0x1f, CRC5_RIGHT = 0x06 };

static const uint8_t crc5_table[256] = {SUMS256(0x0e, 0x1c, 0x11, 0x0b, 0x16, 0x05, 0x0a, 0x14)};

bool crc5_ok(const uint8_t *p, size_t n)
{
	unsigned crc = CRC5_START;

	for (size_t i = 0; i < n; i++)
		crc = crc5_table[crc ^ p[i]];
	return crc == CRC5_RIGHT;
}

/* ---- CRC16: x^16 + x^15 + x^2 + 1 (8.3.5.2) ------------------------------------------ */

enum { CRC16_START = 0xffff, CRC16_RIGHT = 0xb001, SLICES = 8 };

/* [k]: a byte with k more bytes behind it. */
static const uint16_t crc16_table[SLICES][256] = {
	{SUMS256(0xc0c1, 0xc181, 0xc301, 0xc601, 0xcc01, 0xd801, 0xf001, 0xa001)},
	{SUMS256(0x9001, 0x6001, 0xc002, 0xc007, 0xc00d, 0xc019, 0xc031, 0xc061)},
	{SUMS256(0xc051, 0xc0a1, 0xc141, 0xc281, 0xc501, 0xca01, 0xd401, 0xe801)},
	{SUMS256(0xfc01, 0xb801, 0x3001, 0x6002, 0xc004, 0xc00b, 0xc015, 0xc029)},
	{SUMS256(0xc03d, 0xc079, 0xc0f1, 0xc1e1, 0xc3c1, 0xc781, 0xcf01, 0xde01)},
	{SUMS256(0xd101, 0xe201, 0x8401, 0x4801, 0x9002, 0x6007, 0xc00e, 0xc01f)},
	{SUMS256(0xc010, 0xc023, 0xc045, 0xc089, 0xc111, 0xc221, 0xc441, 0xc881)},
	{SUMS256(0xccc1, 0xd981, 0xf301, 0xa601, 0x0c01, 0x1802, 0x3004, 0x6008)},
};

static unsigned crc16_add(unsigned crc, const uint8_t *p, size_t n)
{
	const uint16_t(*t)[256] = crc16_table;

	for (; n >= SLICES; p += SLICES, n -= SLICES)
		crc = t[7][p[0] ^ (crc & 0xff)] ^ t[6][p[1] ^ crc >> 8] ^ t[5][p[2]] ^ t[4][p[3]] ^
		      t[3][p[4]] ^ t[2][p[5]] ^ t[1][p[6]] ^ t[0][p[7]];
	while (n--)
		crc = crc >> 8 ^ t[0][(crc ^ *p++) & 0xff];
	return crc;
}

bool crc16_ok_by_table(const uint8_t *p, size_t n)
{
	return crc16_add(CRC16_START, p, n) == CRC16_RIGHT;
}

#if defined(__x86_64__) && defined(__GNUC__)

#include <emmintrin.h>
#include <wmmintrin.h>

enum { FOLD_FROM = 64 };

/* x^n mod the polynomial, reflected in 64 bits; one less than the distance it carries over, as the
 * product of reflected numbers comes out one bit lower. */
#define X63  0xd101000000000000u
#define X127 0xc100000000000000u
#define X191 0xccd0000000000000u
#define X511 0x8101000000000000u
#define X575 0xc450000000000000u

#define FOLDING __attribute__((target("pclmul,sse2"), always_inline)) static inline

FOLDING __m128i load(const uint8_t *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}

/* a moved on by the distance of k, added to b. */
FOLDING __m128i fold(__m128i a, __m128i k, __m128i b)
{
	return _mm_xor_si128(b,
		_mm_xor_si128(_mm_clmulepi64_si128(a, k, 0x00), _mm_clmulepi64_si128(a, k, 0x11)));
}

/* The first eight bytes of a, carried over the other eight and added to them. */
FOLDING __m128i fold_half(__m128i a)
{
	const __m128i x63 = _mm_cvtsi64_si128((long long)X63);

	return _mm_xor_si128(
		_mm_clmulepi64_si128(a, x63, 0x00), _mm_unpackhi_epi64(_mm_setzero_si128(), a));
}

/* n >= FOLD_FROM. */
__attribute__((target("pclmul,sse2"))) static bool crc16_ok_by_folding(const uint8_t *p, size_t n)
{
	const __m128i far = _mm_set_epi64x((long long)X511, (long long)X575);
	const __m128i near = _mm_set_epi64x((long long)X127, (long long)X191);
	__m128i a = _mm_xor_si128(load(p), _mm_cvtsi32_si128(CRC16_START));
	__m128i b = load(p + 16), c = load(p + 32), d = load(p + 48);
	uint8_t rest[8];

	for (p += 64, n -= 64; n >= 64; p += 64, n -= 64) {
		a = fold(a, far, load(p));
		b = fold(b, far, load(p + 16));
		c = fold(c, far, load(p + 32));
		d = fold(d, far, load(p + 48));
	}
	a = fold(fold(fold(a, near, b), near, c), near, d);
	for (; n >= 16; p += 16, n -= 16)
		a = fold(a, near, load(p));
	/* sixteen bytes to ten, and those to eight: one look into the tables instead of two */
	a = fold_half(fold_half(a));
	_mm_storel_epi64((__m128i *)(void *)rest, _mm_unpackhi_epi64(a, a));
	return crc16_add(crc16_add(0, rest, sizeof(rest)), p, n) == CRC16_RIGHT;
}

bool crc16_ok(const uint8_t *p, size_t n)
{
	if (n >= FOLD_FROM && __builtin_cpu_supports("pclmul"))
		return crc16_ok_by_folding(p, n);
	return crc16_ok_by_table(p, n);
}

#else

bool crc16_ok(const uint8_t *p, size_t n)
{
	return crc16_ok_by_table(p, n);
}

#endif
