/* cursor.h: reading numbers out of bytes without ever reading past the end. A read past the end
 * returns 0, moves to the end and sets `over`, which stays set: parse first, ask once. */
#ifndef BASE_CURSOR_H
#define BASE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct cursor {
	const uint8_t *p;
	size_t len, pos;
	bool big;  /* byte order of the *_cur functions' multi-byte numbers */
	bool over; /* a read went past the end */
};

/* Unaligned loads from memory that is known to be long enough. */
static inline uint16_t le16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t le32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t le64(const uint8_t *p)
{
	return le32(p) | (uint64_t)le32(p + 4) << 32;
}

static inline uint16_t be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint64_t be64(const uint8_t *p)
{
	return (uint64_t)be32(p) << 32 | be32(p + 4);
}

static inline uint16_t load16(const uint8_t *p, bool big)
{
	return big ? be16(p) : le16(p);
}

static inline uint32_t load32(const uint8_t *p, bool big)
{
	return big ? be32(p) : le32(p);
}

static inline uint64_t load64(const uint8_t *p, bool big)
{
	return big ? be64(p) : le64(p);
}

static inline struct cursor cursor_over(const void *p, size_t len, bool big)
{
	return (struct cursor){.p = p, .len = len, .big = big};
}

static inline size_t cursor_left(const struct cursor *c)
{
	return c->len - c->pos;
}

/* The next n bytes, or NULL (and `over`) if there are fewer. */
static inline const uint8_t *cursor_take(struct cursor *c, size_t n)
{
	const uint8_t *p = c->p + c->pos;

	if (n > cursor_left(c)) {
		c->pos = c->len;
		c->over = true;
		return NULL;
	}
	c->pos += n;
	return p;
}

static inline uint8_t cursor_u8(struct cursor *c)
{
	const uint8_t *p = cursor_take(c, 1);

	return p ? *p : 0;
}

static inline uint16_t cursor_u16(struct cursor *c)
{
	const uint8_t *p = cursor_take(c, 2);

	return p ? load16(p, c->big) : 0;
}

static inline uint32_t cursor_u32(struct cursor *c)
{
	const uint8_t *p = cursor_take(c, 4);

	return p ? load32(p, c->big) : 0;
}

static inline uint64_t cursor_u64(struct cursor *c)
{
	const uint8_t *p = cursor_take(c, 8);

	return p ? load64(p, c->big) : 0;
}

#endif
