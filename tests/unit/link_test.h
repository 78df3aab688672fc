/* link_test.h: what the tests of link decoders share: building records byte by byte, decoding them,
 * and decoding every cut of them from a buffer of exactly that size. */
#ifndef TESTS_UNIT_LINK_TEST_H
#define TESTS_UNIT_LINK_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "link/iso.h"
#include "link/link.h"

/* A record under construction, little-endian. */
struct bytes {
	uint8_t b[1024];
	uint32_t n;
};

static inline void put(struct bytes *to, uint64_t v, int size)
{
	for (; size; size--, v >>= 8)
		to->b[to->n++] = (uint8_t)v;
}

static inline void put_mem(struct bytes *to, const void *p, uint32_t n)
{
	if (n)
		memcpy(to->b + to->n, p, n);
	to->n += n;
}

static inline struct event decode_mem(uint32_t link, const void *p, uint32_t n, uint32_t orig)
{
	struct record rec = {.number = 1, .data = p, .link = link, .caplen = n, .origlen = orig};
	struct event ev;

	link_to_event(link_find(link), &rec, &ev);
	return ev;
}

static inline struct event decode(uint32_t link, const struct bytes *r)
{
	return decode_mem(link, r->b, r->n, r->n);
}

/* Reads everything an event points to, so that a sanitizer sees a wrong pointer. */
static inline void touch(const struct event *ev,
	bool (*packet)(const struct iso_table *, uint32_t, struct iso_packet *))
{
	unsigned sum = 0;
	struct iso_packet p;

	for (uint32_t i = 0; i < ev->urb.data_len; i++)
		sum += ev->urb.data[i];
	assert_true(sum <= 255u * ev->urb.data_len);
	assert_true(ev->urb.data_len <= ev->urb.data_total);
	assert_true(ev->urb.iso.present <= ev->urb.iso.packets);
	for (uint32_t i = 0; i < ev->urb.iso.present + 2; i++)
		assert_int_equal(
			packet && packet(&ev->urb.iso, i, &p), packet && i < ev->urb.iso.present);
}

/* Every cut of a record decodes to something sound: whole, or malformed with a reason. */
static inline void cut_everywhere(uint32_t link, const struct bytes *r,
	bool (*packet)(const struct iso_table *, uint32_t, struct iso_packet *))
{
	for (uint32_t k = 0; k <= r->n; k++) {
		uint8_t *exact = malloc(k ? k : 1);
		struct event ev;

		memcpy(exact, r->b, k);
		ev = decode_mem(link, exact, k, r->n);
		touch(&ev, packet);
		if (ev.kind == EVENT_OTHER)
			assert_non_null(ev.reason);
		else
			assert_int_not_equal(ev.bin, BIN_MALFORMED);
		free(exact);
	}
}

/* Every byte of a record set to some hostile values, one at a time. */
static inline void corrupt_everywhere(uint32_t link, const struct bytes *r,
	bool (*packet)(const struct iso_table *, uint32_t, struct iso_packet *))
{
	static const uint8_t values[] = {0, 1, 0x7f, 0x80, 0xff};

	for (uint32_t k = 0; k < r->n; k++)
		for (size_t v = 0; v < sizeof(values); v++) {
			uint8_t *exact = malloc(r->n);
			struct event ev;

			memcpy(exact, r->b, r->n);
			exact[k] = values[v];
			ev = decode_mem(link, exact, r->n, r->n);
			touch(&ev, packet);
			free(exact);
		}
}

#endif
