/* usbmon_text.c: a line of Linux usbmon text (debugfs usbmon/0u, 1u and 1t, and what mailing lists
 * make of it).
 *
 *   ID TIME S|C|E TYPEDIR:[BUS:]DEVICE:ENDPOINT STATUS LENGTH [= WORDS | < | > | letter]
 *
 * STATUS is "s bmRequestType bRequest wValue wIndex wLength" on a control submission (a letter and
 * underscores when the setup could not be taken), otherwise status, in layout u with the bus number
 * also status:interval (interrupt) or status:interval:start_frame[:errors] COUNT
 * {status:offset:length} (isochronous, at most five descriptors).
 * (Linux Documentation/usb/usbmon.rst; drivers/usb/mon/mon_text.c.) The time belongs to the reader.
 */
#include "base/cursor.h"
#include "link/iso.h"
#include "link/link.h"

#include <string.h>

/* The kernel writes at most 32 data bytes a line; other writers are taken at their word up to this.
 */
enum { DATA_MAX = 64 * 1024, SETUP_LEN = 8 };

/* Data words as bytes, valid until the thread's next line. */
static _Thread_local uint8_t bytes[DATA_MAX];

struct word {
	const char *s;
	uint32_t n;
};

struct line {
	const char *s;
	uint32_t n, pos;
};

/* Web pages have no-break spaces between words. */
static inline bool is_blank(char c)
{
	return (uint8_t)c <= ' ' || (uint8_t)c >= 0x7f;
}

/* A tag of a forum's markup or a stamp in brackets: no word of usbmon has one. */
static bool skip_brackets(struct line *l)
{
	const char *end = memchr(l->s + l->pos, ']', l->n - l->pos);

	if (end)
		l->pos = (uint32_t)(end - l->s);
	return end;
}

/* Behind a line's end quoted mail has signs of quotation. */
static void skip_blanks(struct line *l)
{
	bool quotes = false;

	for (; l->pos < l->n; l->pos++) {
		char c = l->s[l->pos];

		quotes |= c == '\n';
		if (is_blank(c) || (quotes && (c == '>' || c == '|')))
			continue;
		if (c != '[' || !skip_brackets(l))
			return;
	}
}

/* The next word; empty at the end of the line. */
static struct word next_word(struct line *l)
{
	struct word w;

	skip_blanks(l);
	w.s = l->s + l->pos;
	while (l->pos < l->n && !is_blank(l->s[l->pos]) &&
		(l->s[l->pos] != '[' || w.s == l->s + l->pos))
		l->pos++;
	w.n = (uint32_t)(l->s + l->pos - w.s);
	return w;
}

/* -1: not a hexadecimal digit. A table, since random digits mislead the branch predictor. */
static inline int digit(char c)
{
	/* clang-format off */
	static const int8_t value[256] = {
		['0'] = 1, ['1'] = 2, ['2'] = 3, ['3'] = 4, ['4'] = 5,
		['5'] = 6, ['6'] = 7, ['7'] = 8, ['8'] = 9, ['9'] = 10,
		['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
		['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
	};
	/* clang-format on */

	return value[(uint8_t)c] - 1;
}

/* Takes a number from the front of w, up to its end or to ':' (which is taken, too). */
static bool take_number(struct word *w, int base, uint64_t max, uint64_t *v)
{
	uint32_t i = 0;
	int d;

	for (*v = 0; i < w->n && w->s[i] != ':'; i++) {
		d = digit(w->s[i]);
		if (d < 0 || d >= base || *v > (max - (uint64_t)d) / (uint64_t)base)
			return false;
		*v = *v * (uint64_t)base + (uint64_t)d;
	}
	if (!i)
		return false;
	i += i < w->n;
	w->s += i;
	w->n -= i;
	return true;
}

static bool take_int(struct word *w, int64_t *v)
{
	bool minus = w->n && *w->s == '-';
	uint64_t u;

	w->s += minus;
	w->n -= minus;
	if (!take_number(w, 10, INT32_MAX, &u))
		return false;
	*v = minus ? -(int64_t)u : (int64_t)u;
	return true;
}

static bool take_u32(struct word *w, uint32_t *v)
{
	uint64_t u;

	if (!take_number(w, 10, UINT32_MAX, &u))
		return false;
	*v = (uint32_t)u;
	return true;
}

/* Ci:1:001:0 or Ci:001:00 */
static bool parse_address(struct word w, struct event *ev)
{
	static const char letters[] = "CZBI"; /* in the order of enum usb_type */
	const char *type = w.n > 3 ? memchr(letters, w.s[0], 4) : NULL;
	uint64_t n[3];
	int count = 0;

	if (!type || (w.s[1] != 'i' && w.s[1] != 'o') || w.s[2] != ':')
		return false;
	ev->type = (uint8_t)(type - letters);
	ev->dir = w.s[1] == 'i' ? USB_IN : USB_OUT;
	w.s += 3;
	w.n -= 3;
	while (w.n && count < 3)
		if (!take_number(&w, 10, UINT16_MAX - 1, &n[count++]))
			return false;
	if (w.n || count < 2 || n[count - 1] > 15)
		return false;
	if (count == 3)
		ev->bus = (uint16_t)n[0];
	ev->capture = count == 3 ? CAPTURE_USBMON_TEXT_U : CAPTURE_USBMON_TEXT_T;
	ev->device = (uint16_t)n[count - 2];
	ev->endpoint = (uint8_t)n[count - 1];
	return true;
}

/* The five words behind 's'. */
static bool parse_setup(struct line *l, struct event *ev)
{
	static const uint8_t size[] = {1, 1, 2, 2, 2};
	uint8_t *to = ev->urb.setup;
	struct word w;
	uint64_t v;

	for (size_t i = 0; i < sizeof(size); i++) {
		w = next_word(l);
		if (!take_number(&w, 16, size[i] == 1 ? UINT8_MAX : UINT16_MAX, &v) || w.n)
			return false;
		*to++ = (uint8_t)v;
		if (size[i] == 2)
			*to++ = (uint8_t)(v >> 8);
	}
	ev->urb.has |= URB_SETUP;
	return true;
}

/* status[:interval[:start_frame[:errors]]]; how many parts there were, 0 when it is something else
 */
static int parse_status(struct word w, struct event *ev)
{
	int64_t part[4] = {0};
	int n = 0;

	while (w.n && n < 4)
		if (!take_int(&w, &part[n++]))
			return 0;
	if (w.n)
		return 0;
	ev->urb.raw_status = part[0];
	ev->urb.interval = (int32_t)part[1];
	ev->urb.start_frame = (int32_t)part[2];
	ev->urb.iso.errors = (uint32_t)part[3];
	if (ev->kind != EVENT_SUBMIT)
		ev->urb.has |= URB_STATUS;
	if (n > 1)
		ev->urb.has |= URB_INTERVAL;
	if (n > 2 && ev->kind == EVENT_COMPLETE) /* on submission left from the last time */
		ev->urb.has |= URB_FRAME;
	return n;
}

static bool parse_packet(struct word w, struct iso_packet *p)
{
	return take_int(&w, &p->raw_status) && take_u32(&w, &p->offset) &&
	       take_u32(&w, &p->length) && !w.n;
}

static iso_step packet_step;
static uint32_t packet_step(const struct iso_table *t, uint32_t pos)
{
	struct line l = {(const char *)t->table, t->table_len, pos};

	return next_word(&l).n ? l.pos - pos : 0;
}

bool iso_packet_text(const struct iso_table *t, uint32_t i, struct iso_packet *p)
{
	struct iso_packet packet = {.has_status = t->complete};
	struct line l = {(const char *)t->table, t->table_len, 0};

	if (!iso_walk(t, i, packet_step, &l.pos) || !parse_packet(next_word(&l), &packet))
		return false;
	*p = packet;
	return true;
}

/* COUNT and the descriptors that follow it. */
static bool parse_packets(struct line *l, struct event *ev)
{
	struct iso_table *t = &ev->urb.iso;
	struct word w = next_word(l);
	struct iso_packet p;
	uint64_t sum = 0;
	uint32_t end;

	if (!take_u32(&w, &t->packets) || w.n)
		return false;
	iso_walk_reset();
	t->layout = ISO_TEXT;
	t->complete = ev->kind == EVENT_COMPLETE;
	t->in = ev->dir == USB_IN;
	t->table = (const uint8_t *)l->s + l->pos;
	for (end = l->pos; parse_packet(next_word(l), &p) && t->present < t->packets;
		end = l->pos) {
		t->present++;
		sum += p.length;
	}
	t->table_len = (uint32_t)((const uint8_t *)l->s + end - t->table);
	l->pos = end;
	/* The length of an isochronous completion is the buffer's size; what was transferred is
	 * known only when all descriptors fit the line. */
	if (t->complete && t->present == t->packets && sum <= UINT32_MAX) {
		ev->urb.length = (uint32_t)sum;
		ev->urb.has |= URB_ACTUAL;
	}
	return true;
}

/* Puts the digits of w behind the *n that there are. False: it is something else, or was cut
 * ("5342..."). */
static bool take_digits(struct word w, uint32_t *n)
{
	uint32_t digits = 0, room = 2 * DATA_MAX - *n, i = 0;

	while (digits < w.n && digit(w.s[digits]) >= 0)
		digits++;
	if (digits < w.n && w.s[digits] != '.')
		return false;
	room = digits < room ? digits : room;
	if (*n % 2 && room) /* the group was broken */
		bytes[*n / 2] |= (uint8_t)digit(w.s[i++]);
	for (; i + 1 < room; i += 2)
		bytes[(*n + i) / 2] = (uint8_t)(digit(w.s[i]) << 4 | digit(w.s[i + 1]));
	if (i < room)
		bytes[(*n + i) / 2] = (uint8_t)(digit(w.s[i]) << 4);
	*n += room;
	return digits == w.n;
}

/* Groups of hexadecimal digits up to the end of the line, or what was added to it. A broken line
 * may have broken a group. */
static void parse_data(struct line *l, struct event *ev)
{
	struct word w;
	uint32_t n = 0;

	do {
		w = next_word(l);
		w.n -= w.n && w.s[w.n - 1] == '='; /* quoted-printable goes on */
	} while (w.n && n < 2 * DATA_MAX && take_digits(w, &n));
	n /= 2;
	ev->urb.data = bytes;
	ev->urb.data_len = n < ev->urb.header_length ? n : ev->urb.header_length;
	ev->urb.data_total = ev->urb.header_length;
}

static bool is_data_sign(struct word w)
{
	return (w.n == 1 && *w.s == '=') || (w.n == 3 && !memcmp(w.s, "=3D", 3));
}

static bool parse_length(struct line *l, struct event *ev)
{
	struct word w = next_word(l);

	if (!take_u32(&w, &ev->urb.header_length) || w.n)
		return false;
	if (ev->kind == EVENT_SUBMIT) {
		ev->urb.length = ev->urb.header_length;
		ev->urb.has |= URB_REQUESTED;
	} else if (ev->kind == EVENT_COMPLETE && ev->type != USB_ISOCHRONOUS) {
		ev->urb.length = ev->urb.header_length;
		ev->urb.has |= URB_ACTUAL;
	}
	w = next_word(l);
	if (is_data_sign(w))
		parse_data(l, ev);
	ev->urb.header_data_len = ev->urb.data_len;
	ev->urb.iso.data = ev->urb.data;
	ev->urb.iso.data_len = ev->urb.data_len;
	return true;
}

/* Everything behind the address. NULL, or what is wrong. */
static const char *parse_rest(struct line *l, struct event *ev)
{
	struct word w = next_word(l);
	int parts;

	if (w.n == 1 && *w.s == 's') {
		if (!parse_setup(l, ev))
			return "usbmon text: the setup is not five hexadecimal words";
	} else if (w.n == 1 &&
		   (*w.s < '0' || *w.s > '9')) { /* a letter: the setup could not be taken */
		for (int i = 0; i < 5; i++)
			w = next_word(l);
		if (!w.n || *w.s != '_')
			return "usbmon text: no status behind the address";
	} else {
		parts = parse_status(w, ev);
		if (!parts)
			return "usbmon text: no status behind the address";
		if (parts > 2 && !parse_packets(l, ev))
			return "usbmon text: no isochronous packet count";
	}
	return parse_length(l, ev) ? NULL : "usbmon text: no length behind the status";
}

static bool parse_kind(struct word w, struct event *ev)
{
	static const char letters[] = "SCE";
	static const uint8_t kinds[] = {EVENT_SUBMIT, EVENT_COMPLETE, EVENT_ERROR};
	const char *at = w.n == 1 ? memchr(letters, *w.s, 3) : NULL;

	if (at)
		ev->kind = kinds[at - letters];
	return at;
}

void link_usbmon_text_decode(const struct record *rec, struct event *ev)
{
	struct line l = {(const char *)rec->data, rec->caplen, 0};
	struct word id = next_word(&l), time = next_word(&l);
	const char *wrong;
	uint64_t stamp;

	ev->os = USB_OS_LINUX;
	if (!take_number(&id, 16, UINT64_MAX, &ev->urb.id) || id.n)
		return link_malformed(ev, "usbmon text: no URB id at the start of the line");
	if (!take_number(&time, 10, UINT64_MAX, &stamp) || time.n)
		return link_malformed(ev, "usbmon text: no time behind the URB id");
	if (!parse_kind(next_word(&l), ev))
		return link_malformed(ev, "usbmon text: the event is not S, C or E");
	if (!parse_address(next_word(&l), ev))
		return link_malformed(ev, "usbmon text: no address like Ci:1:001:0");
	wrong = parse_rest(&l, ev);
	if (wrong)
		link_malformed(ev, wrong);
}
