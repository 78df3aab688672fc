/* text.c: usbmon text (Linux Documentation/usb/usbmon.rst, "Raw text data format"): a line is a
 * record. Only tag, time, event and address are looked at here; link/ decodes the rest. */
#include "capture/format.h"
#include "base/cursor.h"

#include <ctype.h>
#include <string.h>

enum {
	LINE_LONGEST = 64 * 1024,
	PROBE_LINE = 512 /* a probe decides after this many bytes of a line */
};

/* The kernel prints microseconds of the clock's lower 12 bits of seconds (mon_text.c). */
#define PERIOD (INT64_C(4096) * 1000000)

/* Takes the digits at the cursor; their number. *v saturates. */
static size_t take_digits(struct cursor *c, bool hex, int64_t *v)
{
	size_t n = 0;

	for (*v = 0; cursor_left(c) && (hex ? isxdigit(c->p[c->pos]) : isdigit(c->p[c->pos]));
		n++) {
		uint8_t d = cursor_u8(c);

		if (!hex)
			*v = *v < INT64_MAX / 16 ? *v * 10 + (d - '0') : INT64_MAX / 16;
	}
	return n;
}

static bool take_one(struct cursor *c, const char *set)
{
	uint8_t b = cursor_u8(c);

	return b && strchr(set, b);
}

/* Tag and time. *us is what the kernel printed. */
static bool take_time(struct cursor *c, int64_t *us)
{
	int64_t tag;
	size_t n = take_digits(c, true, &tag);

	return n && n <= 16 && take_one(c, " ") && take_digits(c, false, us) && *us < PERIOD;
}

/* "Ci:1:001:0" (bus, device, endpoint) or "Ci:001:00" (device, endpoint). */
static bool take_address(struct cursor *c)
{
	int64_t v;
	int words = 0;

	if (!take_one(c, "CZIB") || !take_one(c, "io"))
		return false;
	while (cursor_left(c) && c->p[c->pos] == ':') {
		c->pos++;
		if (!take_digits(c, false, &v))
			return false;
		words++;
	}
	return words == 2 || words == 3;
}

static bool is_event(const uint8_t *p, size_t n)
{
	struct cursor c = cursor_over(p, n, false);
	int64_t us;

	return take_time(&c, &us) && take_one(&c, " ") && take_one(&c, "SCE") &&
	       take_one(&c, " ") && take_address(&c) && (!cursor_left(&c) || take_one(&c, " \r"));
}

static enum probe text_probe(const uint8_t *p, size_t n, bool eof)
{
	const uint8_t *nl;
	size_t i = 0;

	while (i < n && isspace(p[i]))
		i++;
	p += i;
	n -= i;
	nl = memchr(p, '\n', n);
	if (!nl && !eof && n < PROBE_LINE)
		return !n || isxdigit(p[0]) ? PROBE_MORE : PROBE_NO;
	return is_event(p, nl ? (size_t)(nl - p) : n) ? PROBE_YES : PROBE_NO;
}

/* A jump back by more than half a period is a wrap. A jump ahead by nearly a whole one is a line
 * that belongs before the wrap. */
static int64_t unwrap(struct reader *r, int64_t us)
{
	if (r->text.running && r->text.last - us > PERIOD / 2)
		r->text.base += PERIOD;
	else if (r->text.running && us - r->text.last > PERIOD - 1000000)
		r->text.base -= PERIOD;
	r->text.running = true;
	r->text.last = us;
	return (r->text.base + us) * 1000;
}

/* n bytes of line at the window's first byte, `used` with what ends it. */
static enum step deliver(struct reader *r, struct record *rec, size_t n, size_t used)
{
	struct cursor c;
	int64_t us;

	r->text.scanned = 0;
	if (n && r->p[n - 1] == '\r')
		n--;
	if (!n) {
		r->p += used;
		return STEP_AGAIN;
	}
	c = cursor_over(r->p, n, false);
	*rec = r->blank;
	rec->number = ++r->number;
	rec->offset = window_offset(r);
	rec->data = r->p;
	rec->caplen = rec->origlen = (uint32_t)n;
	rec->has_time = take_time(&c, &us);
	rec->time = r->last_time = rec->has_time ? unwrap(r, us) : r->last_time;
	r->p += used;
	return STEP_RECORD;
}

static enum step skip_line(struct reader *r, struct err *e)
{
	const uint8_t *nl = memchr(r->p, '\n', window_size(r));

	if (nl) {
		r->p = nl + 1;
		r->text.skipping = false;
		return STEP_AGAIN;
	}
	r->p = r->end;
	return window_fill(r, 1) ? STEP_AGAIN : reader_cut(r, "line", 0, e);
}

/* No newline to be had: the last line. Without one it may be cut; what names an event is used. */
static enum step last_line(struct reader *r, struct record *rec, struct err *e)
{
	size_t n = window_size(r);

	if (r->failed || r->follow || (n && !is_event(r->p, n)))
		return reader_cut(r, "line", n + 1, e);
	return n ? deliver(r, rec, n, n) : STEP_END;
}

static enum step text_step(struct reader *r, struct record *rec, struct err *e)
{
	size_t n = window_size(r);
	size_t look = n < LINE_LONGEST + 1 ? n : LINE_LONGEST + 1;
	const uint8_t *nl;

	if (r->text.skipping)
		return skip_line(r, e);
	if (r->text.scanned > look) /* the window lost bytes */
		r->text.scanned = 0;
	nl = memchr(r->p + r->text.scanned, '\n', look - r->text.scanned);
	if (nl)
		return deliver(r, rec, (size_t)(nl - r->p), (size_t)(nl - r->p) + 1);
	if (look > LINE_LONGEST && window_recheck(r))
		return STEP_AGAIN;
	if (look > LINE_LONGEST) {
		reader_warn(r, TROUBLE_LINE, window_offset(r),
			"a line of more than %d bytes: its rest is left out", LINE_LONGEST);
		r->text.skipping = true;
		return deliver(r, rec, LINE_LONGEST, LINE_LONGEST);
	}
	r->text.scanned = look;
	return window_fill(r, n + 1) ? STEP_AGAIN : last_line(r, rec, e);
}

static int text_open(struct reader *r, struct err *e)
{
	(void)e;
	add_iface(r, LINK_USBMON_TEXT, 0);
	r->name = "usbmon text";
	r->step = text_step;
	r->blank.link = LINK_USBMON_TEXT;
	return 0;
}

/* A record's time says how often the clock had wrapped. */
static int text_seek(struct reader *r, const struct record *at, struct err *e)
{
	int64_t us = at->time / 1000;

	(void)e;
	r->text.scanned = 0;
	r->text.skipping = false;
	r->text.running = at->has_time || at->time;
	r->text.last = (us % PERIOD + PERIOD) % PERIOD;
	r->text.base = us - r->text.last;
	return 0;
}

const struct format format_text = {text_probe, text_open, text_seek};
