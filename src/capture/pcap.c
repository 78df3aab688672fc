/* pcap.c: classic capture files (draft-ietf-opsawg-pcap): microseconds, nanoseconds and the variant
 * with longer record headers, each in both byte orders. */
#include "capture/format.h"
#include "base/cursor.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	FILE_HEADER = 24,
	WITNESSES = 4, /* headers that must bear out a record far away in time */
	RECORD_HEADER = 16,
	CAPLEN = 8, /* in a record header */
	LONG_RECORD_HEADER =
		24, /* "modified" pcap of 1990s Linux: interface index, protocol, type */
	FAST_LEAST = LONG_RECORD_HEADER + RECORD_HEADER /* a header and the next one */
};

static const struct variant {
	uint32_t magic, head, frac_limit, frac_mul;
	const char *name;
} variants[] = {
	{0xa1b2c3d4, RECORD_HEADER, 1000000, 1000, "pcap"},
	{0xa1b23c4d, RECORD_HEADER, 1000000000, 1, "pcap (ns)"},
	{0xa1b2cd34, LONG_RECORD_HEADER, 1000000, 1000, "pcap"},
};

struct head {
	uint32_t sec, frac, caplen, origlen;
};

static inline __attribute__((always_inline)) struct head parse_head(const uint8_t *p, bool big)
{
	return (struct head){
		load32(p, big), load32(p + 4, big), load32(p + 8, big), load32(p + 12, big)};
}

/* The window holds the whole record. */
static inline enum step deliver(struct reader *r, struct record *rec, const struct head *h)
{
	const uint8_t *p = r->p;

	*rec = r->blank;
	rec->number = ++r->number;
	rec->time = (int64_t)h->sec * 1000000000 + (int64_t)h->frac * r->pcap.frac_mul;
	rec->offset = window_offset(r);
	rec->data = p + r->pcap.head;
	rec->caplen = h->caplen;
	rec->origlen = h->origlen;
	r->last_time = rec->time;
	r->pcap.earliest = h->sec - DAY;
	window_fetch_ahead(r, r->pcap.head + (size_t)h->caplen);
	r->p = rec->data + h->caplen;
	return STEP_RECORD;
}

/* ---- records that are not at hand, or not what they should be ---------------------------- */

static bool near(int64_t a, int64_t b)
{
	return a - b <= DAY && b - a <= DAY;
}

/* Unwritten parts of a file read as zeros; that is no record of 1970 after one of today. */
static bool is_blank(const struct reader *r, const struct head *h)
{
	return !(h->sec | h->frac | h->caplen | h->origlen) && r->number &&
	       !near(0, r->last_time / 1000000000);
}

static bool after_last(const struct reader *r, const struct head *h)
{
	return !r->number || near(h->sec, r->last_time / 1000000000);
}

static bool lengths_odd(const struct reader *r, const struct head *h)
{
	return h->caplen > r->pcap.usual || h->caplen > h->origlen || h->origlen > r->pcap.max ||
	       h->frac >= r->pcap.frac_limit;
}

/* Some writers get one of these wrong, and captures have pauses, so a second look decides. */
static bool is_odd(const struct reader *r, const struct head *h)
{
	return lengths_odd(r, h) || !after_last(r, h);
}

/* Are the n headers from `at` on, behind record h, in order: lengths that can be, time not far
 * back? The input's end may come before. */
static bool in_order(struct reader *r, size_t at, const struct head *h, int n)
{
	struct head prev = *h, next;
	bool exact = !after_last(r, h);

	while (n--) {
		if (!window_fill(r, at + r->pcap.head))
			return exact ? window_size(r) == at : window_size(r) >= at;
		next = parse_head(r->p + at, r->blank.big_endian);
		if (lengths_odd(r, &next) || !next.origlen ||
			(next.sec < prev.sec && !near(next.sec, prev.sec)))
			return false;
		at += r->pcap.head + (size_t)next.caplen;
		prev = next;
	}
	return true;
}

/* For a place found by searching: all must fit, and what follows too; more of it where the time is
 * not near the last record's. */
static bool pcap_plausible(struct reader *r, size_t at)
{
	struct head h;

	if (!window_fill(r, at + r->pcap.head))
		return false;
	h = parse_head(r->p + at, r->blank.big_endian);
	if (lengths_odd(r, &h) || !h.origlen)
		return false;
	return in_order(r, at + r->pcap.head + h.caplen, &h, after_last(r, &h) ? 1 : WITNESSES);
}

/* Does what follows speak for this odd record? Its neighbour near the last good record in time
 * does; after a pause, several that are in order. Odd twice is too much. */
static bool followed(struct reader *r, const struct head *h)
{
	size_t at = r->pcap.head + (size_t)h->caplen;
	struct head next;

	if (lengths_odd(r, h) && !after_last(r, h))
		return false;
	if (!window_fill(r, at + r->pcap.head))
		return window_size(r) >= at;
	next = parse_head(r->p + at, r->blank.big_endian);
	if (next.caplen > r->pcap.max || is_blank(r, &next))
		return false;
	return after_last(r, &next) || in_order(r, at, h, WITNESSES);
}

static enum step damage(struct reader *r, const struct head *h, bool cut, struct err *e)
{
	char why[120];

	snprintf(why, sizeof(why), "not a record header (captured length %u, original length %u)",
		h->caplen, h->origlen);
	return reader_resync(r, (struct search){pcap_plausible, 1, cut}, why, e);
}

static enum step pcap_slow(struct reader *r, struct record *rec, struct err *e)
{
	struct head h;
	size_t len;

	if (window_recheck(r))
		return STEP_AGAIN;
	if (!window_fill(r, r->pcap.head))
		return reader_cut(r, "record header", r->pcap.head, e);
	h = parse_head(r->p, r->blank.big_endian);
	if (h.caplen > r->pcap.max || is_blank(r, &h))
		return damage(r, &h, false, e);
	len = (size_t)r->pcap.head + h.caplen;
	if (!window_fill(r, len)) {
		if (r->failed || !is_odd(r, &h))
			return reader_cut(r, "record", len, e);
		return damage(r, &h, true, e);
	}
	if (is_odd(r, &h) && !followed(r, &h))
		return damage(r, &h, false, e);
	return deliver(r, rec, &h);
}

/* ---- the fast way ------------------------------------------------------------------------ */

static inline __attribute__((always_inline)) enum step pcap_step(
	struct reader *r, struct record *rec, struct err *e, bool big)
{
	size_t have = window_size(r);
	uint32_t next; /* captured length of the record behind this one */
	struct head h;

	if (have < FAST_LEAST)
		return pcap_slow(r, rec, e);
	h = parse_head(r->p, big);
	/* Length 0 is worth a look too: it is what zeros look like, here and behind the record.
	 * Those may be the end of a file that became shorter than the window. */
	if (h.caplen - 1 >= r->pcap.usual || h.caplen > h.origlen || h.origlen > r->pcap.max ||
		h.frac >= r->pcap.frac_limit || h.sec - r->pcap.earliest > 2 * DAY ||
		h.caplen > have - FAST_LEAST ||
		!(next = load32(r->p + r->pcap.head + h.caplen + CAPLEN, big)))
		return pcap_slow(r, rec, e);
	deliver(r, rec, &h);
	if (next > AHEAD) { /* what comes behind a large record is wanted as soon as it itself is */
		fetch(r->p, r->pcap.head + (size_t)next);
		fetch(r->p, r->pcap.head + (size_t)next + CACHE_LINE);
	}
	return STEP_RECORD;
}

static enum step pcap_step_le(struct reader *r, struct record *rec, struct err *e)
{
	return pcap_step(r, rec, e, false);
}

static enum step pcap_step_be(struct reader *r, struct record *rec, struct err *e)
{
	return pcap_step(r, rec, e, true);
}

/* ---- opening ----------------------------------------------------------------------------- */

static const struct variant *find_variant(const uint8_t *p, bool *big)
{
	for (size_t i = 0; i < ARRAY_LEN(variants); i++) {
		*big = be32(p) == variants[i].magic;
		if (*big || le32(p) == variants[i].magic)
			return &variants[i];
	}
	return NULL;
}

static enum probe pcap_probe(const uint8_t *p, size_t n, bool eof)
{
	bool big;

	if (n < 4)
		return eof ? PROBE_NO : PROBE_MORE;
	return find_variant(p, &big) ? PROBE_YES : PROBE_NO;
}

static int pcap_open(struct reader *r, struct err *e)
{
	const struct variant *v;
	struct iface *f;
	bool big;

	if (!window_fill(r, FILE_HEADER))
		return err_set(e, "%s: pcap file header cut: %zu of %d bytes", input_name(r->in),
			window_size(r), FILE_HEADER);
	v = find_variant(r->p, &big);
	/* the upper 16 bits hold the length of the frame check sequence */
	f = add_iface(r, load32(r->p + 20, big) & 0xffff, load32(r->p + 16, big));
	r->name = v->name;
	r->step = big ? pcap_step_be : pcap_step_le;
	r->blank.big_endian = big;
	r->blank.has_time = true;
	r->blank.link = f->shown.link;
	r->pcap.head = v->head;
	r->pcap.frac_limit = v->frac_limit;
	r->pcap.frac_mul = v->frac_mul;
	r->pcap.max = f->max;
	r->pcap.usual = f->shown.snaplen && f->shown.snaplen < f->max ? f->shown.snaplen : f->max;
	r->p += FILE_HEADER;
	return 0;
}

static int pcap_seek(struct reader *r, const struct record *at, struct err *e)
{
	(void)e;
	r->pcap.earliest = (uint32_t)(at->time / 1000000000) - DAY;
	return 0;
}

const struct format format_pcap = {pcap_probe, pcap_open, pcap_seek};
