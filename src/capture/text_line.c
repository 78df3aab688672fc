/* text_line.c: the shape of a line of usbmon text (Linux Documentation/usb/usbmon.rst, "Raw text
 * data format"; drivers/usb/mon/mon_text.c), with what mailers, loggers and web pages make of it.
 */
#include "capture/text_line.h"
#include "base/cursor.h"

#include <ctype.h>
#include <string.h>

enum {
	PREFIX_LONGEST = 64, /* "> > Nov 21 18:08:14 host kernel: 290 " */
	TAG_DIGITS = 16,
	TAG_USUAL = 8,	  /* digits of a tag of a 32-bit kernel */
	PRINTED_MAX = 32, /* bytes of data in a line (mon_text.c DATA_MAX) */
	PACKETS_MAX = 5	  /* descriptors in a line (mon_text.c ISODESC_MAX) */
};

/* us that nanoseconds can hold, with room for wraps; the year 2041. */
#define TIME_MOST (INT64_MAX / 4096)

/* ---- words ------------------------------------------------------------------------------- */

static inline bool is_blank(uint8_t b)
{
	return b <= ' ' || b >= 0x7f;
}

static inline bool is_digit(uint8_t b)
{
	return (uint8_t)(b - '0') < 10;
}

static inline bool is_hex(uint8_t b)
{
	return is_digit(b) || (uint8_t)((b | 0x20) - 'a') < 6;
}

static inline size_t take_blanks(struct cursor *c)
{
	size_t from = c->pos;

	while (c->pos < c->len && is_blank(c->p[c->pos]))
		c->pos++;
	return c->pos - from;
}

/* The next word's bytes, its length in *n; 0 at the end. */
static const uint8_t *take_word(struct cursor *c, size_t *n)
{
	const uint8_t *w;

	take_blanks(c);
	w = c->p + c->pos;
	while (cursor_left(c) && !is_blank(c->p[c->pos]))
		c->pos++;
	*n = (size_t)(c->p + c->pos - w);
	return w;
}

/* Takes the digits at the cursor; their number. */
static inline size_t take_hex(struct cursor *c)
{
	size_t from = c->pos;

	while (cursor_left(c) && is_hex(c->p[c->pos]))
		c->pos++;
	return c->pos - from;
}

/* The same of a decimal number. *v saturates. */
static inline size_t take_number(struct cursor *c, int64_t *v)
{
	size_t from = c->pos;
	int64_t sum = 0;

	for (; c->pos < c->len && is_digit(c->p[c->pos]); c->pos++)
		sum = sum < TIME_MOST / 10 ? sum * 10 + (c->p[c->pos] - '0') : TIME_MOST;
	*v = sum;
	return c->pos - from;
}

/* Signs of quotation. */
static void take_quotes(struct cursor *c)
{
	while (cursor_left(c) && (is_blank(c->p[c->pos]) || strchr(">|", c->p[c->pos])))
		c->pos++;
}

static inline bool take_one(struct cursor *c, const char *set, size_t n)
{
	if (c->pos >= c->len || !memchr(set, c->p[c->pos], n))
		return false;
	c->pos++;
	return true;
}

/* ---- where an event begins --------------------------------------------------------------- */

static bool take_tag(struct cursor *c)
{
	size_t n = take_hex(c);

	return n && n <= TAG_DIGITS;
}

/* "Ci:1:001:0" (bus, device, endpoint) or "Ci:001:00" (device, endpoint). */
static bool take_address(struct cursor *c)
{
	int64_t v;
	int words = 0;

	if (!take_one(c, "CZIB", 4) || !take_one(c, "io", 2))
		return false;
	while (cursor_left(c) && c->p[c->pos] == ':') {
		c->pos++;
		if (!take_number(c, &v))
			return false;
		words++;
	}
	return (words == 2 || words == 3) && (!cursor_left(c) || is_blank(c->p[c->pos]));
}

static bool take_kind(struct cursor *c)
{
	return take_one(c, "SCE", 3) && (!cursor_left(c) || is_blank(c->p[c->pos]));
}

bool text_event(const uint8_t *p, size_t n, struct text_line *l)
{
	struct cursor c = cursor_over(p, n, false);

	take_blanks(&c);
	l->at = c.pos;
	if (!take_tag(&c) || !take_blanks(&c) || !take_number(&c, &l->us) || !take_blanks(&c) ||
		!take_kind(&c) || !take_blanks(&c) || !take_address(&c))
		return false;
	l->end = c.pos;
	return l->us < TIME_MOST;
}

/* Whether a tag may begin behind this byte. In a program's strings there are events, too. */
static bool ends_prefix(uint8_t b)
{
	return is_blank(b) || strchr(">|:;])}*#/-", b);
}

/* An event behind a prefix. */
static bool find_event(const uint8_t *p, size_t n, struct text_line *l)
{
	size_t end = n < PREFIX_LONGEST ? n : PREFIX_LONGEST;

	for (size_t i = 1; i < end; i++) {
		if (!is_hex(p[i]) || !ends_prefix(p[i - 1]) || !text_event(p + i, n - i, l))
			continue;
		l->at += i;
		l->end += i;
		return true;
	}
	return false;
}

size_t text_next(const uint8_t *p, size_t n, const struct text_line *l)
{
	const uint8_t *colon;
	struct text_line next;
	size_t at = l->end;

	/* of an event only the address has a letter that is no digit before a colon */
	do {
		colon = at < n ? memchr(p + at, ':', n - at) : NULL;
		at = colon ? (size_t)(colon - p) + 1 : n;
	} while (colon && colon[-1] != 'i' && colon[-1] != 'o');
	for (size_t i = l->end + 1; colon && i < n; i++)
		if (is_hex(p[i]) && is_blank(p[i - 1]) && text_event(p + i, n - i, &next))
			return i;
	return n;
}

/* A tag as kernels print it and a time, and behind them nothing, a kind, or a word and an address.
 */
static bool is_head(struct cursor c)
{
	size_t n = take_hex(&c);
	int64_t us;

	if (n < TAG_USUAL || n > TAG_DIGITS || !take_blanks(&c) || !take_number(&c, &us))
		return false;
	if (!cursor_left(&c))
		return true;
	if (!take_blanks(&c))
		return false;
	if (!cursor_left(&c) || take_kind(&c))
		return true;
	take_word(&c, &n);
	return take_blanks(&c) && take_address(&c);
}

/* Such a head; or, whatever stands before, a kind and an address. */
static bool is_broken(struct cursor c)
{
	struct cursor w;
	size_t n;

	if (is_head(c))
		return true;
	for (int i = 0; i < 3; i++) {
		w = c;
		if (take_kind(&w) && take_blanks(&w) && take_address(&w))
			return true;
		take_word(&c, &n);
		take_blanks(&c);
	}
	return false;
}

bool text_cut(const uint8_t *p, size_t n)
{
	struct cursor c = cursor_over(p, n, false);
	int64_t us;

	take_quotes(&c);
	if (!cursor_left(&c) || !take_tag(&c))
		return false;
	if (!cursor_left(&c))
		return true;
	if (!take_blanks(&c) || (cursor_left(&c) && !take_number(&c, &us)))
		return false;
	return !cursor_left(&c) || (take_blanks(&c) && (!cursor_left(&c) || take_kind(&c)));
}

enum text_kind text_look(const uint8_t *p, size_t n, struct text_line *l)
{
	struct cursor c = cursor_over(p, n, false);

	if (text_event(p, n, l) || find_event(p, n, l))
		return TEXT_EVENT;
	take_quotes(&c);
	if (!cursor_left(&c))
		return TEXT_EMPTY;
	return is_broken(c) ? TEXT_BROKEN : TEXT_PROSE;
}

/* ---- what is still to come --------------------------------------------------------------- */

enum due {
	DUE_STATUS,
	DUE_SETUP,
	DUE_PACKETS, /* their number */
	DUE_PACKET,
	DUE_LENGTH,
	DUE_SIGN, /* '=', '<', '>' or a letter */
	DUE_DATA,
	DUE_NOTHING,
	DUE_OTHER /* a word that does not belong there: nothing more is asked */
};

static bool word_number(const uint8_t *w, size_t n, int64_t *v)
{
	struct cursor c = cursor_over(w, n, false);

	return take_number(&c, v) && !cursor_left(&c);
}

/* Numbers with ':' between them; how many, 0 if it is something else. */
static int word_numbers(const uint8_t *w, size_t n)
{
	struct cursor c = cursor_over(w, n, false);
	int64_t v;

	for (int parts = 1;; parts++) {
		if (cursor_left(&c) && c.p[c.pos] == '-')
			c.pos++;
		if (!take_number(&c, &v))
			return 0;
		if (!cursor_left(&c))
			return parts;
		if (cursor_u8(&c) != ':')
			return 0;
	}
}

/* What is due after a word of n (> 0) bytes at w. */
typedef enum due due_after(struct text_due *d, const uint8_t *w, size_t n);

static due_after after_status;
static enum due after_status(struct text_due *d, const uint8_t *w, size_t n)
{
	int parts = word_numbers(w, n);

	if (n == 1 && !is_digit(*w)) { /* 's', or why the setup could not be taken */
		d->words = 5;
		return DUE_SETUP;
	}
	if (!parts || parts > 4)
		return DUE_OTHER;
	return parts > 2 ? DUE_PACKETS : DUE_LENGTH;
}

static due_after after_setup;
static enum due after_setup(struct text_due *d, const uint8_t *w, size_t n)
{
	struct cursor c = cursor_over(w, n, false);

	if (n != (d->words > 3 ? 2 : 4)) /* bmRequestType and bRequest; three words */
		return DUE_OTHER;
	if (take_hex(&c) != n && *w != '_')
		return DUE_OTHER;
	return --d->words ? DUE_SETUP : DUE_LENGTH;
}

static due_after after_packets;
static enum due after_packets(struct text_due *d, const uint8_t *w, size_t n)
{
	int64_t packets;

	if (!word_number(w, n, &packets))
		return DUE_OTHER;
	d->words = packets < PACKETS_MAX ? (uint32_t)packets : PACKETS_MAX;
	return d->words ? DUE_PACKET : DUE_LENGTH;
}

static due_after after_packet;
static enum due after_packet(struct text_due *d, const uint8_t *w, size_t n)
{
	if (word_numbers(w, n) != 3)
		return DUE_OTHER;
	return --d->words ? DUE_PACKET : DUE_LENGTH;
}

static due_after after_length;
static enum due after_length(struct text_due *d, const uint8_t *w, size_t n)
{
	int64_t length;

	if (!word_number(w, n, &length))
		return DUE_OTHER;
	d->most = length < UINT32_MAX / 2 ? (uint32_t)length * 2 : UINT32_MAX - 1;
	d->digits = d->most < 2 * PRINTED_MAX ? d->most : 2 * PRINTED_MAX;
	return d->digits ? DUE_SIGN : DUE_NOTHING;
}

static due_after after_sign;
static enum due after_sign(struct text_due *d, const uint8_t *w, size_t n)
{
	(void)d;
	if (*w == '=' && (n == 1 || (n == 3 && !memcmp(w, "=3D", 3)))) /* quoted-printable */
		return DUE_DATA;
	return n == 1 ? DUE_NOTHING : DUE_OTHER;
}

/* A word of data; a part of one where lines are broken at a column. */
static due_after after_data;
static enum due after_data(struct text_due *d, const uint8_t *w, size_t n)
{
	struct cursor c = cursor_over(w, n, false);

	if (w[n - 1] == '=') /* a line broken by quoted-printable (RFC 2045 6.7) */
		c.len = --n;
	if (!n || take_hex(&c) != n || n > d->most)
		return DUE_OTHER;
	d->most -= (uint32_t)n;
	d->digits = n < d->digits ? d->digits - (uint32_t)n : 0;
	return DUE_DATA;
}

/* What is due after a word of each kind. */
static due_after *const after_word[] = {
	[DUE_STATUS] = after_status,
	[DUE_SETUP] = after_setup,
	[DUE_PACKETS] = after_packets,
	[DUE_PACKET] = after_packet,
	[DUE_LENGTH] = after_length,
	[DUE_SIGN] = after_sign,
	[DUE_DATA] = after_data,
};

static void due_words(struct text_due *d, struct cursor *c)
{
	const uint8_t *w;
	size_t n;

	while (d->next < DUE_NOTHING && (w = take_word(c, &n), n))
		d->next = (uint8_t)after_word[d->next](d, w, n);
}

void text_due_begin(struct text_due *d, const uint8_t *p, size_t n)
{
	struct cursor c = cursor_over(p, n, false);

	*d = (struct text_due){.next = DUE_STATUS};
	due_words(d, &c);
}

bool text_due_more(const struct text_due *d)
{
	return d->next < DUE_DATA || (d->next == DUE_DATA && d->digits);
}

bool text_whole(const uint8_t *p, size_t n)
{
	struct text_due d;

	text_due_begin(&d, p, n);
	return d.next != DUE_OTHER && !text_due_more(&d);
}

bool text_due_line(struct text_due *d, const uint8_t *p, size_t n)
{
	struct cursor c = cursor_over(p, n, false);
	struct text_due after = *d;

	take_quotes(&c);
	if (!cursor_left(&c))
		return false;
	due_words(&after, &c);
	take_blanks(&c);
	if (after.next == DUE_OTHER || cursor_left(&c))
		return false;
	*d = after;
	return true;
}
