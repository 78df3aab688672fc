/* text.c: usbmon text (Linux Documentation/usb/usbmon.rst, "Raw text data format"): an event is a
 * record, on its line, and on those that a mailer broke it into. What is no event is left out and
 * counted, but for what is left of one. text_line.c knows the shapes; link/ decodes the words. */
#include "capture/format.h"

#include <string.h>

enum {
	LINE_LONGEST = 64 * 1024,
	REST_LONGEST = 1024, /* of the rest of a broken line; mails have at most 998 columns */
	NEXT_HEAD = 64,	     /* bytes in which an event without a prefix has shown itself */
	PROBE_LINE = 512     /* a probe decides after this many bytes of a line */
};

/* The kernel prints microseconds of the clock's lower 12 bits of seconds (mon_text.c). */
#define PERIOD (INT64_C(4096) * 1000000)
/* No clock is so far from its beginning. */
#define WRAPS_MOST (INT64_MAX / 2000)

/* A log begins with an event; other text must have one that is whole, or several. */
static enum probe text_probe(const uint8_t *p, size_t n, bool eof)
{
	unsigned events = 0;
	bool first = true;
	struct text_line l;
	enum text_kind kind;
	const uint8_t *nl;
	size_t len;

	for (; n; p += len, n -= len) {
		nl = memchr(p, '\n', n);
		len = nl ? (size_t)(nl - p) + 1 : n;
		if (memchr(p, 0, len))
			return PROBE_NO;
		if (!nl && !eof && n < PROBE_LINE)
			return PROBE_MORE;
		if (first && text_event(p, len, &l))
			return PROBE_YES;
		kind = text_look(p, len, &l);
		if (kind == TEXT_EVENT && (++events > 1 || text_whole(p + l.end, len - l.end)))
			return PROBE_YES;
		first &= kind == TEXT_EMPTY;
	}
	return eof ? PROBE_NO : PROBE_MORE;
}

/* A jump back by more than half a period is a wrap. A jump ahead by nearly a whole one is a line
 * that belongs before the wrap. Times that no kernel prints are another writer's: they do not wrap.
 */
static int64_t unwrap(struct reader *r, int64_t us)
{
	int64_t wraps = us - us % PERIOD;

	us %= PERIOD;
	if (wraps)
		r->text.base = wraps;
	else if (r->text.running && r->text.last - us > PERIOD / 2 && r->text.base < WRAPS_MOST)
		r->text.base += PERIOD;
	else if (r->text.running && us - r->text.last > PERIOD - 1000000 &&
		 r->text.base > -WRAPS_MOST)
		r->text.base -= PERIOD;
	r->text.running = true;
	r->text.last = us;
	return (r->text.base + us) * 1000;
}

/* A line, or several that are one event, from the window's first byte on. */
struct lines {
	struct text_line l;
	enum text_kind kind;
	size_t n;    /* bytes without the last one's end */
	size_t used; /* bytes with it */
	uint32_t count;
};

/* ---- events of several lines ------------------------------------------------------------- */

/* The next line begins as an event: nothing of this one can be there. What was found out is kept:
 * most lines are looked at once. */
static bool event_follows(struct reader *r, const struct lines *s)
{
	const uint8_t *p = r->p + s->used, *nl;
	size_t n = window_size(r) - s->used;

	n = n < NEXT_HEAD ? n : NEXT_HEAD;
	nl = memchr(p, '\n', n);
	n = nl ? (size_t)(nl - p) : n;
	r->text.looked = text_event(p, n, &r->text.ahead) && r->text.ahead.end < n;
	return r->text.looked;
}

/* The line behind those: its bytes, SIZE_MAX where it is too long to be the rest of an event. *used
 * with its end. False: the input ends for now. */
static bool line_behind(struct reader *r, const struct lines *s, size_t *n, size_t *used)
{
	const uint8_t *nl;
	size_t look = 0;

	for (;;) {
		size_t have = window_size(r) - s->used;

		nl = memchr(r->p + s->used + look, '\n', have - look);
		*n = nl ? (size_t)(nl - (r->p + s->used)) : have;
		*used = *n + (nl != NULL);
		if (*n > REST_LONGEST)
			*n = SIZE_MAX;
		if (nl || *n == SIZE_MAX)
			return true;
		look = have;
		if (!window_fill(r, s->used + have + 1))
			return !r->failed && !r->follow;
	}
}

/* Takes in the lines on which the event goes on. False: that is not to be known yet. */
static bool join(struct reader *r, struct lines *s)
{
	struct text_due due;
	size_t n, used;

	text_due_begin(&due, r->p + s->l.end, s->n - s->l.end);
	while (text_due_more(&due)) {
		if (!line_behind(r, s, &n, &used))
			return false;
		if (n == SIZE_MAX || !text_due_line(&due, r->p + s->used, n))
			break;
		s->n = s->used + n;
		s->used += used;
		s->count++;
	}
	return true;
}

/* ---- lines ------------------------------------------------------------------------------- */

static void pass(struct reader *r, const struct lines *s)
{
	if (s->kind == TEXT_PROSE && window_offset(r) >= r->text.told) {
		r->text.told = window_offset(r) + s->used;
		if (!r->left_out.lines++)
			r->left_out.first = r->text.line + 1;
	}
	r->text.line += s->count;
	r->p += s->used;
}

/* The line's kind, and the first of its events if it has several. */
static void look(struct reader *r, struct lines *s)
{
	size_t next;

	s->l = r->text.ahead;
	if (r->text.looked && s->l.end <= s->n)
		s->kind = TEXT_EVENT;
	else
		s->kind = text_look(r->p, s->n, &s->l);
	r->text.looked = false;
	r->text.scanned = 0;
	if (s->kind != TEXT_EVENT || r->text.skipping)
		return;
	next = text_next(r->p, s->n, &s->l);
	if (next < s->n) {
		s->n = s->used = next;
		s->count = 0;
	}
}

/* n bytes of line at the window's first byte, `used` with what ends it. */
static enum step deliver(struct reader *r, struct record *rec, size_t n, size_t used, struct err *e)
{
	struct lines s = {.n = n, .used = used, .count = !r->text.skipping};

	look(r, &s);
	if (s.kind == TEXT_EVENT && !r->text.skipping && !event_follows(r, &s) && !join(r, &s))
		return r->failed ? reader_cut(r, "line", 0, e) : STEP_END;
	if (s.kind >= TEXT_BROKEN) {
		if (s.kind == TEXT_BROKEN)
			s.l.at = 0;
		*rec = r->blank;
		rec->number = ++r->number;
		rec->offset = window_offset(r) + s.l.at;
		rec->data = r->p + s.l.at;
		rec->caplen = rec->origlen = (uint32_t)(s.n - s.l.at);
		rec->caplen -= rec->data[rec->caplen - 1] == '\r';
		rec->origlen = rec->caplen;
		rec->has_time = s.kind == TEXT_EVENT;
		rec->time = r->last_time = rec->has_time ? unwrap(r, s.l.us) : r->last_time;
	}
	pass(r, &s);
	return s.kind >= TEXT_BROKEN ? STEP_RECORD : STEP_AGAIN;
}

static enum step skip_line(struct reader *r, struct err *e)
{
	const uint8_t *nl = memchr(r->p, '\n', window_size(r));

	if (nl) {
		r->p = nl + 1;
		r->text.line++;
		r->text.skipping = false;
		return STEP_AGAIN;
	}
	r->p = r->end;
	return window_fill(r, 1) ? STEP_AGAIN : reader_cut(r, "line", 0, e);
}

/* A line without an end that is no event, but may have been going to be one. */
static bool is_cut(const uint8_t *p, size_t n)
{
	struct text_line l;
	enum text_kind kind = text_look(p, n, &l);

	return kind == TEXT_BROKEN || (kind == TEXT_PROSE && text_cut(p, n));
}

/* No newline to be had: the last line. Without one it may be cut; what names an event is used. */
static enum step last_line(struct reader *r, struct record *rec, struct err *e)
{
	size_t n = window_size(r);

	if (r->failed || r->follow || is_cut(r->p, n))
		return reader_cut(r, "line", n + 1, e);
	return n ? deliver(r, rec, n, n, e) : STEP_END;
}

/* A line that is too long: its rest is not looked at, unless it is many events whose lines' ends
 * were lost. */
static enum step long_line(struct reader *r, struct record *rec, struct err *e)
{
	struct text_line l;
	enum text_kind kind = text_look(r->p, LINE_LONGEST, &l);

	r->text.skipping = kind != TEXT_EVENT || text_next(r->p, LINE_LONGEST, &l) == LINE_LONGEST;
	if (r->text.skipping && kind >= TEXT_BROKEN)
		reader_warn(r, TROUBLE_LINE, window_offset(r),
			"a line of more than %d bytes: its rest is left out", LINE_LONGEST);
	return deliver(r, rec, LINE_LONGEST, LINE_LONGEST, e);
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
		return deliver(r, rec, (size_t)(nl - r->p), (size_t)(nl - r->p) + 1, e);
	if (look > LINE_LONGEST && window_recheck(r))
		return STEP_AGAIN;
	if (look > LINE_LONGEST)
		return long_line(r, rec, e);
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
	r->text.looked = false;
	r->text.scanned = 0;
	r->text.skipping = false;
	r->text.running = at->has_time || at->time;
	r->text.last = (us % PERIOD + PERIOD) % PERIOD;
	r->text.base = us - r->text.last;
	return 0;
}

const struct format format_text = {text_probe, text_open, text_seek};
