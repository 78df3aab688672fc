/* desc_dump.c: reading dumps of descriptors. */
#include "usb/desc_dump.h"
#include "base/cursor.h"
#include "usb/desc.h"

#include <ctype.h>

enum { LINE_BYTES = 16, OFFSET_DIGITS = 4 };

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

/* Length of "0000  " or "00000000: " at the beginning of a line; 0: it has no offset. */
static size_t offset_len(const uint8_t *p, size_t n)
{
	size_t i = digits(p, n);

	if (i < OFFSET_DIGITS)
		return 0;
	if (i < n && p[i] == ':')
		return i + 1;
	return i + 1 < n && p[i] == ' ' && p[i + 1] == ' ' ? i : 0;
}

/* Bytes of one line: groups of two hexadecimal digits, with or without 0x, blanks and commas
 * between; anything else ends them (the characters beside a dump). Returns how many; *bad: none at
 * all though there was text. */
static size_t read_line(const uint8_t *p, size_t n, uint8_t *out, bool *bad)
{
	size_t start = offset_len(p, n), i = start, got = 0, before;

	while (i < n && (!start || got < LINE_BYTES)) {
		if (isspace(p[i]) || p[i] == ',' || p[i] == '{' || p[i] == '}') {
			i++;
			continue;
		}
		if (n - i > 2 && p[i] == '0' && tolower(p[i + 1]) == 'x')
			i += 2;
		before = i;
		i += digits(p + i, n - i);
		if (i == before || (i - before) % 2 ||
			(i < n && !isspace(p[i]) && p[i] != ',' && p[i] != '}'))
			break;
		for (size_t k = before; k < i; k += 2)
			out[got++] = (uint8_t)(digit(p[k]) << 4 | digit(p[k + 1]));
	}
	*bad = !got && i < n && p[0] != '#';
	return got;
}

size_t desc_dump_read(const uint8_t *in, size_t n, uint8_t *out)
{
	size_t got = 0;

	if (looks_raw(in, n)) {
		memcpy(out, in, n);
		return n;
	}
	for (size_t i = 0; i < n;) {
		size_t len = 0;
		bool bad;

		while (i < n && (in[i] == ' ' || in[i] == '\t'))
			i++;
		while (i + len < n && in[i + len] != '\n')
			len++;
		got += read_line(in + i, len, out + got, &bad);
		if (bad)
			return 0;
		i += len + 1;
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
