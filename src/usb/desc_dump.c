/* desc_dump.c: reading dumps of descriptors. */
#include "usb/desc_dump.h"
#include "base/cursor.h"
#include "usb/desc.h"

#include <ctype.h>
#include <string.h>

/* Bytes of a line where the columns do not tell where they end; digits of an offset with a mark
 * behind it, and of one that only its length tells from bytes (od). */
enum { LINE_BYTES = 16, OFFSET_DIGITS = 4, BARE_DIGITS = 6 };

static bool looks_raw(const uint8_t *p, size_t n)
{
	static const struct {
		uint8_t bLength, type;
	} first[] = {{18, DESC_DEVICE}, {9, DESC_CONFIGURATION}, {5, DESC_BOS}};

	for (size_t i = 0; n >= 2 && i < sizeof(first) / sizeof(first[0]); i++)
		if (p[0] == first[i].bLength && p[1] == first[i].type)
			return true;
	return false;
}

static int digit(uint8_t c)
{
	return isdigit(c) ? c - '0' : isxdigit(c) ? tolower(c) - 'a' + 10 : -1;
}

static size_t digits(const uint8_t *p, size_t n)
{
	size_t i = 0;

	while (i < n && digit(p[i]) >= 0)
		i++;
	return i;
}

/* Length of the offset a line begins with, 0: none. xxd writes "00000000: 1201", hexdump -C and
 * `show` "0000  12 01", od "0000000 12 01". */
static size_t offset_len(const uint8_t *p, size_t n)
{
	size_t i = digits(p, n);

	if (i < OFFSET_DIGITS || i == n)
		return 0;
	if (p[i] == ':')
		return i + 1;
	if (i + 1 < n && p[i] == ' ' && p[i + 1] == ' ')
		return i;
	return i >= BARE_DIGITS && p[i] == ' ' && digits(p + i + 1, n - i - 1) == 2 ? i : 0;
}

struct line {
	const uint8_t *p;
	size_t n, offset; /* offset: digits and mark at the beginning */
};

/* Without line break and blanks around it. */
static struct line next_line(const uint8_t *in, size_t n, size_t *pos)
{
	struct line l = {.p = in + *pos};
	const uint8_t *end = memchr(l.p, '\n', n - *pos);

	l.n = end ? (size_t)(end - l.p) : n - *pos;
	*pos += l.n + 1;
	while (l.n && isspace(l.p[0])) {
		l.p++;
		l.n--;
	}
	while (l.n && isspace(l.p[l.n - 1]))
		l.n--;
	l.offset = offset_len(l.p, l.n);
	return l;
}

static bool separates(uint8_t c)
{
	return isspace(c) || c == ',' || c == '}';
}

/* Bytes of one line: groups of two hexadecimal digits, with or without 0x, blanks and commas
 * between; anything else ends them (the characters beside a dump, which xxd puts behind two
 * blanks). Returns how many. */
static size_t read_bytes(const struct line *l, uint8_t *out)
{
	bool xxd = l->offset && l->p[l->offset - 1] == ':';
	const uint8_t *brace = memchr(l->p, '{', l->n);
	size_t i = brace ? (size_t)(brace - l->p) + 1 : l->offset, got = 0, before;

	while (i < l->n && (!l->offset || xxd || got < LINE_BYTES)) {
		if (xxd && got && l->n - i > 1 && l->p[i] == ' ' && l->p[i + 1] == ' ')
			break;
		if (separates(l->p[i])) {
			i++;
			continue;
		}
		if (l->n - i > 2 && l->p[i] == '0' && tolower(l->p[i + 1]) == 'x')
			i += 2;
		before = i;
		i += digits(l->p + i, l->n - i);
		if (i == before || (i - before) % 2 || (i < l->n && !separates(l->p[i])))
			break;
		for (size_t k = before; k < i; k += 2)
			out[got++] = (uint8_t)(digit(l->p[k]) << 4 | digit(l->p[k + 1]));
	}
	return got;
}

/* A line that may stand there without bytes: nothing, a comment, what stands around a C array. */
static bool is_frame(const struct line *l)
{
	return !l->n || l->p[0] == '#' || (l->n > 1 && l->p[0] == '/' && strchr("/*", l->p[1])) ||
	       strchr("{};", l->p[l->n - 1]);
}

size_t desc_dump_read(const uint8_t *in, size_t n, uint8_t *out)
{
	size_t got = 0, bytes;
	bool offsets = false;

	if (looks_raw(in, n)) {
		memcpy(out, in, n);
		return n;
	}
	for (size_t i = 0; i < n;) {
		struct line l = next_line(in, n, &i);

		offsets |= l.offset != 0;
		if (offsets && digits(l.p, l.n) == l.n) /* the end's offset (od, hexdump) */
			continue;
		bytes = read_bytes(&l, out + got);
		if (!bytes && !is_frame(&l))
			return 0;
		got += bytes;
	}
	return got;
}

bool desc_dump_next(const uint8_t *data, size_t n, size_t *pos, struct desc_part *part)
{
	const uint8_t *p = data + *pos;
	size_t left = n - *pos;

	if (!left)
		return false;
	*part = (struct desc_part){.data = p, .len = left, .total = left};
	if (left >= 2 && p[0] >= 2) {
		part->type = p[1];
		part->total = p[0];
	}
	if (left >= 4 &&
		(p[1] == DESC_CONFIGURATION || p[1] == DESC_OTHER_SPEED_CONFIGURATION ||
			p[1] == DESC_BOS) &&
		le16(p + 2) > p[0])
		part->total = le16(p + 2);
	if (part->len > part->total)
		part->len = part->total;
	*pos += part->len;
	return true;
}
