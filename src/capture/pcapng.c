/* pcapng.c: pcapng files (draft-ietf-opsawg-pcapng): sections, interfaces, packets, custom blocks.
 */
#include "capture/format.h"
#include "base/cursor.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	SHB = 0x0a0d0d0a,
	IDB = 1,
	OPB = 2,
	SPB = 3,
	ISB = 5,
	EPB = 6,
	CUSTOM = 0x0bad,
	CUSTOM_NO_COPY = 0x40000bad,

	BYTE_ORDER_MAGIC = 0x1a2b3c4d,
	BLOCK_FRAME = 12, /* type, length, length */
	BLOCK_START = 8,
	PACKET_START = 28, /* type to original length, of EPB and OPB */
	PACKET_FRAME = 32,
	OPTIONS_LONGEST = 1024 * 1024,
	LOOK_AHEAD = 1024 * 1024, /* bytes of an uninteresting block that are kept */
	PACKET_LONGEST = RECORD_MAX_URB + OPTIONS_LONGEST,
	OPAQUE_LONGEST = RECORD_MAX_URB + BLOCK_FRAME,
	OTHER_LONGEST = 16 * 1024 * 1024, /* blocks that are read whole */
	TEXT_LONGEST = 256		  /* of an interface's name and the like */
};

enum {
	OPT_COMMENT = 1,
	IF_NAME = 2,
	IF_DESCRIPTION = 3,
	IF_TSRESOL = 9,
	IF_OS = 12,
	IF_TSOFFSET = 14,
	IF_HARDWARE = 15,
	ISB_IFRECV = 4,
	ISB_IFDROP = 5
};

/* Before a block is read whole: what speaks against believing its length or content, or NULL. */
typedef const char *check_block(struct reader *r, uint32_t len);
/* Takes a block that is whole in the window and passed its check; the caller moves on by len. */
typedef enum step read_block(struct reader *r, struct record *rec, uint32_t len, struct err *e);

static check_block check_packet, check_simple;
static read_block read_shb, read_idb, read_isb, read_packet, read_simple, read_opaque;

/* Block types of the registry (and sysdig's); without `read` they are passed over. Those that give
 * records are those to which tshark 4.0 gives frame numbers. min, max: total length. */
static const struct block_type {
	uint32_t type, min, max;
	read_block *read;
	check_block *check;
} block_types[] = {
	{SHB, 28, OTHER_LONGEST, read_shb, NULL},
	{IDB, 20, OTHER_LONGEST, read_idb, NULL},
	{OPB, PACKET_FRAME, PACKET_LONGEST, read_packet, check_packet},
	{SPB, 16, PACKET_LONGEST, read_simple, check_simple},
	{4, 12, OTHER_LONGEST, NULL, NULL}, /* name resolution */
	{ISB, 24, OTHER_LONGEST, read_isb, NULL},
	{EPB, PACKET_FRAME, PACKET_LONGEST, read_packet, check_packet},
	{7, 12, OTHER_LONGEST, NULL, NULL},		/* IRIG time stamp */
	{8, 12, OTHER_LONGEST, NULL, NULL},		/* ARINC 429 */
	{9, 16, OPAQUE_LONGEST, read_opaque, NULL},	/* systemd journal entry */
	{10, 20, OTHER_LONGEST, NULL, NULL},		/* decryption secrets */
	{0x204, 36, OPAQUE_LONGEST, read_opaque, NULL}, /* sysdig events of three versions */
	{0x216, 40, OPAQUE_LONGEST, read_opaque, NULL},
	{0x221, 40, OPAQUE_LONGEST, read_opaque, NULL},
	{CUSTOM, 16, OPAQUE_LONGEST, read_opaque, NULL},
	{CUSTOM_NO_COPY, 16, OPAQUE_LONGEST, read_opaque, NULL},
};

static const struct block_type *find_type(uint32_t type)
{
	for (size_t i = 0; i < ARRAY_LEN(block_types); i++)
		if (block_types[i].type == type)
			return &block_types[i];
	return NULL;
}

/* ---- options ----------------------------------------------------------------------------- */

struct option {
	uint16_t code, len;
	const uint8_t *v;
};

static bool next_option(struct cursor *c, struct option *o)
{
	size_t pad;

	o->code = cursor_u16(c);
	o->len = cursor_u16(c);
	if (c->over || !o->code)
		return false;
	o->v = cursor_take(c, o->len);
	pad = -(size_t)o->len & 3;
	cursor_take(c, pad < cursor_left(c) ? pad : cursor_left(c));
	return o->v;
}

static void find_comment(struct record *rec, const uint8_t *p, size_t n, bool big)
{
	struct cursor c = cursor_over(p, n, big);
	struct option o;

	while (next_option(&c, &o))
		if (o.code == OPT_COMMENT) {
			rec->comment = (const char *)o.v;
			rec->comment_len = o.len;
			return;
		}
}

/* ---- time -------------------------------------------------------------------------------- */

static uint64_t power10(unsigned n)
{
	uint64_t v = 1;

	while (n--)
		v *= 10;
	return v;
}

/* if_tsresol (section 4.2): bit 7 says 2^-n, else 10^-n. Of units below 10^-28 s, 64 bits hold less
 * than two nanoseconds. */
static void set_resolution(struct iface *f, uint8_t v)
{
	unsigned n = v & 0x7f;

	f->mul = f->div = 1;
	f->shift = 0;
	if (v & 0x80) {
		f->mul = 1000000000;
		f->shift = n;
	} else if (n <= 9) {
		f->mul = power10(9 - n);
	} else {
		f->mul = n <= 28;
		f->div = power10(n <= 28 ? n - 9 : 0);
	}
}

static inline int64_t to_ns(const struct iface *f, uint64_t ts)
{
	unsigned __int128 wide = (unsigned __int128)ts * f->mul >> f->shift;
	int64_t ns;

	if (__builtin_expect(wide > INT64_MAX || f->div != 1, 0)) {
		wide /= f->div;
		wide = wide > INT64_MAX ? INT64_MAX : wide;
	}
	if (__builtin_add_overflow((int64_t)wide, f->add, &ns))
		ns = f->add < 0 ? INT64_MIN : INT64_MAX;
	return ns;
}

static int64_t saturated_seconds(int64_t s)
{
	int64_t ns;

	if (__builtin_mul_overflow(s, INT64_C(1000000000), &ns))
		ns = s < 0 ? INT64_MIN : INT64_MAX;
	return ns;
}

/* ---- damage ------------------------------------------------------------------------------ */

/* A block of a known type and a possible length that stands at both its ends. A section header
 * brings its own byte order. */
static bool block_plausible(struct reader *r, size_t at)
{
	bool big = r->blank.big_endian;
	const struct block_type *t;
	uint32_t len;

	if (!window_fill(r, at + BLOCK_FRAME))
		return false;
	t = find_type(load32(r->p + at, big));
	if (!t)
		return false;
	if (t->type == SHB) {
		big = be32(r->p + at + 8) == BYTE_ORDER_MAGIC;
		if (!big && le32(r->p + at + 8) != BYTE_ORDER_MAGIC)
			return false;
	}
	len = load32(r->p + at + 4, big);
	return len >= t->min && len <= t->max && !(len & 3) && window_fill(r, at + len) &&
	       load32(r->p + at + len - 4, big) == len;
}

/* The block's two lengths agree: only its content is bad, and it can be passed over. */
static bool block_intact(struct reader *r, uint32_t len)
{
	return len >= BLOCK_FRAME && !(len & 3) && len <= OTHER_LONGEST && window_fill(r, len) &&
	       load32(r->p + len - 4, r->blank.big_endian) == len;
}

static const char impossible[] = "a block length that cannot be";

static enum step resync(struct reader *r, size_t first, bool cut, const char *why, struct err *e)
{
	return reader_resync(r, (struct search){block_plausible, first, cut}, why, e);
}

static enum step bad_block(struct reader *r, const char *why, struct err *e)
{
	uint32_t type = load32(r->p, r->blank.big_endian);
	uint32_t len = load32(r->p + 4, r->blank.big_endian);
	char text[160];

	if (window_recheck(r))
		return STEP_AGAIN;
	if (block_intact(r, len)) {
		reader_warn(r, TROUBLE_DAMAGE, window_offset(r),
			"%s (block type 0x%x, %u bytes); the block is left out", why, type, len);
		r->p += len;
		return STEP_AGAIN;
	}
	if (r->failed)
		return reader_cut(r, "block", len, e);
	snprintf(text, sizeof(text), "%s (block type 0x%x, length %u)", why, type, len);
	return resync(r, 1, r->eof && window_size(r) < len, text, e);
}

/* ---- packets ----------------------------------------------------------------------------- */

static enum step deliver(struct reader *r, struct record *rec, const uint8_t *data, uint32_t caplen,
	uint32_t origlen)
{
	rec->number = ++r->number;
	rec->offset = window_offset(r);
	rec->data = data;
	rec->caplen = caplen;
	rec->origlen = origlen;
	r->last_time = rec->time;
	return STEP_RECORD;
}

/* Of an enhanced packet block from its type to the padding of its data. */
static inline size_t packet_size(uint32_t caplen)
{
	return PACKET_START + (((size_t)caplen + 3) & ~(size_t)3);
}

/* Does the packet fit its block and its interface? Needs the first PACKET_START bytes. */
static inline bool packet_fits(
	const struct reader *r, const uint8_t *p, uint32_t index, uint32_t len, bool big)
{
	uint32_t caplen = load32(p + 20, big);

	return index < r->ng.n && caplen <= len - PACKET_FRAME &&
	       caplen <= r->iface[r->ng.first + index].max;
}

static inline __attribute__((always_inline)) enum step take_packet(
	struct reader *r, struct record *rec, uint32_t index, uint32_t len, bool big)
{
	const uint8_t *p = r->p;
	const struct iface *f = &r->iface[r->ng.first + index];
	uint32_t caplen = load32(p + 20, big);
	size_t used = packet_size(caplen);

	*rec = r->blank;
	rec->link = f->shown.link;
	rec->iface = r->ng.first + index;
	rec->time = to_ns(f, (uint64_t)load32(p + 12, big) << 32 | load32(p + 16, big));
	if (len > used + 4)
		find_comment(rec, p + used, len - 4 - used, big);
	return deliver(r, rec, p + PACKET_START, caplen, load32(p + 24, big));
}

static uint32_t packet_index(const struct reader *r)
{
	bool big = r->blank.big_endian;

	/* the obsolete packet block has 16 bits of interface and 16 of drop count */
	return load32(r->p, big) == OPB ? load16(r->p + 8, big) : load32(r->p + 8, big);
}

static enum step read_packet(struct reader *r, struct record *rec, uint32_t len, struct err *e)
{
	(void)e;
	return take_packet(r, rec, packet_index(r), len, r->blank.big_endian);
}

static const char no_iface[] = "a packet of an interface that was not described";

static const char *check_packet(struct reader *r, uint32_t len)
{
	uint32_t index, caplen;

	if (!window_fill(r, PACKET_START))
		return NULL;
	index = packet_index(r);
	caplen = load32(r->p + 20, r->blank.big_endian);
	if (index >= r->ng.n)
		return no_iface;
	if (!packet_fits(r, r->p, index, len, r->blank.big_endian) ||
		len - PACKET_FRAME - caplen > OPTIONS_LONGEST)
		return "a packet that does not fit its block";
	return NULL;
}

/* Simple packet block (section 4.4): always of the section's first interface, without a time; its
 * captured length follows from the others. */
static uint32_t simple_caplen(const struct reader *r, const struct iface *f, uint32_t len)
{
	uint32_t origlen = load32(r->p + 8, r->blank.big_endian), caplen = len - 16;

	caplen = caplen < origlen ? caplen : origlen;
	return f->shown.snaplen && f->shown.snaplen < caplen ? f->shown.snaplen : caplen;
}

static const char *check_simple(struct reader *r, uint32_t len)
{
	const struct iface *f = &r->iface[r->ng.first];

	if (!r->ng.n)
		return no_iface;
	return simple_caplen(r, f, len) > f->max ? "a packet that is too long" : NULL;
}

static enum step read_simple(struct reader *r, struct record *rec, uint32_t len, struct err *e)
{
	const struct iface *f = &r->iface[r->ng.first];

	(void)e;
	*rec = r->blank;
	rec->link = f->shown.link;
	rec->iface = r->ng.first;
	rec->time = r->last_time;
	rec->has_time = false;
	return deliver(
		r, rec, r->p + 12, simple_caplen(r, f, len), load32(r->p + 8, r->blank.big_endian));
}

/* Packetry's events have a time of their own: enterprise number, a word that begins 0x334300, then
 * as in packet blocks the number of an interface and 64 bits in its units. */
static void set_own_time(const struct reader *r, struct record *rec, uint32_t len)
{
	enum { PEN_PACKETRY = 62392 };
	static const uint8_t magic[3] = {0x33, 0x43, 0x00};
	const uint8_t *body = r->p + BLOCK_START;
	bool big = r->blank.big_endian;

	if (rec->link != LINK_PCAPNG_CUSTOM || len < BLOCK_FRAME + 20 ||
		load32(body, big) != PEN_PACKETRY || memcmp(body + 4, magic, sizeof(magic)) ||
		load32(body + 8, big) >= r->ng.n)
		return;
	rec->iface = r->ng.first + load32(body + 8, big);
	rec->time = to_ns(&r->iface[rec->iface],
		(uint64_t)load32(body + 12, big) << 32 | load32(body + 16, big));
	rec->has_time = true;
}

/* Blocks that only tell their number and bytes. */
static enum step read_opaque(struct reader *r, struct record *rec, uint32_t len, struct err *e)
{
	uint32_t type = load32(r->p, r->blank.big_endian);

	(void)e;
	*rec = r->blank;
	rec->link = (type & ~0x40000000u) == CUSTOM ? LINK_PCAPNG_CUSTOM : LINK_PCAPNG_BLOCK + type;
	rec->iface = r->ng.n ? r->ng.first : 0;
	rec->time = r->last_time;
	rec->has_time = false;
	set_own_time(r, rec, len);
	return deliver(r, rec, r->p + BLOCK_START, len - BLOCK_FRAME, len - BLOCK_FRAME);
}

/* ---- sections and interfaces ------------------------------------------------------------- */

static enum step pcapng_step_le(struct reader *r, struct record *rec, struct err *e);
static enum step pcapng_step_be(struct reader *r, struct record *rec, struct err *e);

static void set_byte_order(struct reader *r, bool big)
{
	r->blank.big_endian = big;
	r->step = big ? pcapng_step_be : pcapng_step_le;
}

static void enter_section(struct reader *r, uint32_t i)
{
	r->blank.section = i;
	r->ng.first = r->ng.v[i].first_iface;
	r->ng.n = 0;
	set_byte_order(r, r->ng.v[i].big);
}

/* True if the block at the window's first byte was read before a jump back. */
static bool is_known(struct reader *r)
{
	if (window_offset(r) < r->ng.known)
		return true;
	r->ng.known = window_offset(r) + 1;
	return false;
}

static enum step too_many_sections(struct reader *r, struct err *e)
{
	r->damaged = true;
	err_set(e, "%s: offset %llu: more than %d sections", input_name(r->in),
		(unsigned long long)window_offset(r), SECTIONS_MAX);
	r->p = r->end;
	r->eof = true;
	return STEP_FAILED;
}

/* The byte order is the block's own by now. */
static enum step read_shb(struct reader *r, struct record *rec, uint32_t len, struct err *e)
{
	bool first = !r->ng.sections;

	(void)rec;
	(void)len;
	if (!is_known(r)) {
		if (r->ng.sections == SECTIONS_MAX)
			return too_many_sections(r, e);
		array_need(r->ng.v, r->ng.sections, r->ng.cap);
		r->ng.v[r->ng.sections++] =
			(struct section){(uint32_t)r->ifaces, r->blank.big_endian};
	}
	enter_section(r, first ? 0 : r->blank.section + 1);
	return STEP_AGAIN;
}

static void set_text(char **dst, const struct option *o)
{
	size_t n = strnlen((const char *)o->v, o->len);

	n = n < TEXT_LONGEST ? n : TEXT_LONGEST;
	free(*dst);
	*dst = mem_zalloc(n + 1, 1);
	memcpy(*dst, o->v, n);
}

static const struct {
	uint16_t code;
	size_t member;
} iface_texts[] = {
	{IF_NAME, offsetof(struct reader_iface, name)},
	{IF_DESCRIPTION, offsetof(struct reader_iface, description)},
	{IF_OS, offsetof(struct reader_iface, os)},
	{IF_HARDWARE, offsetof(struct reader_iface, hardware)},
};

static void set_iface_option(struct iface *f, const struct option *o, bool big)
{
	for (size_t i = 0; i < ARRAY_LEN(iface_texts); i++)
		if (iface_texts[i].code == o->code)
			set_text((char **)((char *)&f->shown + iface_texts[i].member), o);
	if (o->code == IF_TSRESOL && o->len >= 1)
		set_resolution(f, o->v[0]);
	if (o->code == IF_TSOFFSET && o->len >= 8)
		f->add = saturated_seconds((int64_t)load64(o->v, big));
}

static enum step read_idb(struct reader *r, struct record *rec, uint32_t len, struct err *e)
{
	bool big = r->blank.big_endian;
	struct cursor c = cursor_over(r->p + 16, len - 20, big);
	struct option o;
	struct iface *f;

	(void)rec;
	(void)e;
	if (is_known(r)) {
		r->ng.n += r->ng.first + r->ng.n < r->ifaces &&
			   r->iface[r->ng.first + r->ng.n].offset == window_offset(r);
		return STEP_AGAIN;
	}
	f = add_iface(r, load16(r->p + 8, big), load32(r->p + 12, big));
	if (!f) {
		reader_warn(r, TROUBLE_IFACE, window_offset(r),
			"more than %d interfaces: this one is left out", IFACES_MAX);
		return STEP_AGAIN;
	}
	r->ng.n++;
	f->offset = window_offset(r);
	f->shown.section = r->blank.section;
	set_resolution(f, 6);
	while (next_option(&c, &o))
		set_iface_option(f, &o, big);
	return STEP_AGAIN;
}

static enum step read_isb(struct reader *r, struct record *rec, uint32_t len, struct err *e)
{
	bool big = r->blank.big_endian;
	struct cursor c = cursor_over(r->p + 20, len - 24, big);
	uint32_t index = load32(r->p + 8, big);
	struct reader_iface *f;
	struct option o;

	(void)rec;
	(void)e;
	if (index >= r->ng.n || is_known(r))
		return STEP_AGAIN;
	f = &r->iface[r->ng.first + index].shown;
	while (next_option(&c, &o)) {
		if (o.code == ISB_IFRECV && o.len >= 8) {
			f->has_received = true;
			f->received = load64(o.v, big);
		} else if (o.code == ISB_IFDROP && o.len >= 8) {
			f->has_dropped = true;
			f->dropped = load64(o.v, big);
		}
	}
	return STEP_AGAIN;
}

/* ---- blocks ------------------------------------------------------------------------------ */

/* Is there a block within the next bytes, which this one's length claims for itself? */
static bool holds_block(struct reader *r)
{
	for (size_t at = 4; at < LOOK_AHEAD && window_fill(r, at + BLOCK_FRAME); at++)
		if (block_plausible(r, at))
			return true;
	return false;
}

/* A block that is longer than what is worth keeping. In a file its second length can be looked at
 * first; in a stream its length is believed where no other block begins soon. */
static enum step skip_long(struct reader *r, uint32_t len, struct err *e)
{
	bool big = r->blank.big_endian;
	uint64_t start = window_offset(r);
	uint8_t tail[4];
	ssize_t got;

	if (input_is_plain(r->in)) {
		got = input_read(r->in, start + len - 4, tail, sizeof(tail), NULL);
		if (got != sizeof(tail) || load32(tail, big) != len)
			return resync(r, 1, got != sizeof(tail), impossible, e);
		window_skip(r, len);
		return STEP_AGAIN;
	}
	if (holds_block(r))
		return resync(r, 1, false, impossible, e);
	if (window_skip(r, len - 4) && window_fill(r, 4)) {
		if (load32(r->p, big) != len)
			return resync(r, 1, false, impossible, e);
		r->p += 4;
		return STEP_AGAIN;
	}
	if (!r->failed)
		reader_warn(
			r, TROUBLE_CUT, start, "the input ends inside a block of %u bytes", len);
	r->p = r->end;
	return reader_cut(r, "block", len, e);
}

/* The input ends before the block does, unless its length is wrong and there are other blocks. A
 * packet's own bytes are not searched: they may hold anything, other captures too. */
static enum step cut_block(
	struct reader *r, const struct block_type *t, uint32_t len, struct err *e)
{
	size_t own = 1;

	if (t && t->read == read_packet)
		own = window_size(r) < PACKET_START
			      ? PACKET_FRAME
			      : packet_size(load32(r->p + 20, r->blank.big_endian));
	if (r->failed || window_size(r) <= own)
		return reader_cut(r, "block", len, e);
	return resync(r, own, true, "a block that is not whole", e);
}

/* Reads a block whose length is possible. */
static enum step whole_block(struct reader *r, struct record *rec, const struct block_type *t,
	uint32_t len, struct err *e)
{
	const char *trouble = t && t->check ? t->check(r, len) : NULL;
	enum step got = STEP_AGAIN;

	if (trouble)
		return bad_block(r, trouble, e);
	if (!window_fill(r, len))
		return cut_block(r, t, len, e);
	if (load32(r->p + len - 4, r->blank.big_endian) != len) {
		if (window_recheck(r))
			return STEP_AGAIN;
		if (!block_plausible(r, len))
			return bad_block(r, "the block's two lengths differ", e);
		reader_warn(r, TROUBLE_DAMAGE, window_offset(r),
			"the block's two lengths differ; the first one fits");
	}
	if (t && t->read)
		got = t->read(r, rec, len, e);
	if (got != STEP_FAILED)
		r->p += len;
	return got;
}

/* A section header's byte order counts from its length on; false: unknown magic. */
static bool take_byte_order(struct reader *r)
{
	bool big = be32(r->p + 8) == BYTE_ORDER_MAGIC;

	if (!big && le32(r->p + 8) != BYTE_ORDER_MAGIC)
		return false;
	set_byte_order(r, big);
	return true;
}

static enum step any_block(struct reader *r, struct record *rec, struct err *e)
{
	const struct block_type *t;
	uint32_t len;

	if (!window_fill(r, BLOCK_FRAME))
		return reader_cut(r, "block", BLOCK_FRAME, e);
	t = find_type(load32(r->p, r->blank.big_endian));
	if (t && t->type == SHB && !take_byte_order(r))
		return bad_block(r, "a section header with unknown byte order", e);
	len = load32(r->p + 4, r->blank.big_endian);
	if (len < (t ? t->min : BLOCK_FRAME) || (len & 3) || (t && t->read && len > t->max))
		return bad_block(r, impossible, e);
	if ((!t || !t->read) && len > LOOK_AHEAD)
		return skip_long(r, len, e);
	return whole_block(r, rec, t, len, e);
}

/* The fast way: an enhanced packet block that is whole in the window and in order. */
static inline __attribute__((always_inline)) enum step pcapng_step(
	struct reader *r, struct record *rec, struct err *e, bool big)
{
	const uint8_t *p = r->p;
	size_t have = window_size(r);
	enum step got;
	uint32_t len;

	if (have < PACKET_FRAME || load32(p, big) != EPB)
		return any_block(r, rec, e);
	len = load32(p + 4, big);
	if (len < PACKET_FRAME || len > have || (len & 3) || load32(p + len - 4, big) != len ||
		!packet_fits(r, p, load32(p + 8, big), len, big))
		return any_block(r, rec, e);
	got = take_packet(r, rec, load32(p + 8, big), len, big);
	window_fetch_ahead(r, len);
	r->p += len;
	return got;
}

static enum step pcapng_step_le(struct reader *r, struct record *rec, struct err *e)
{
	return pcapng_step(r, rec, e, false);
}

static enum step pcapng_step_be(struct reader *r, struct record *rec, struct err *e)
{
	return pcapng_step(r, rec, e, true);
}

/* ---- opening ----------------------------------------------------------------------------- */

static enum probe pcapng_probe(const uint8_t *p, size_t n, bool eof)
{
	if (n < 4)
		return eof ? PROBE_NO : PROBE_MORE;
	return le32(p) == SHB ? PROBE_YES : PROBE_NO;
}

static int pcapng_open(struct reader *r, struct err *e)
{
	uint32_t len;

	r->name = "pcapng";
	r->blank.has_time = true;
	if (!window_fill(r, BLOCK_FRAME))
		return err_set(e, "%s: pcapng section header cut: only %zu bytes",
			input_name(r->in), window_size(r));
	if (!take_byte_order(r))
		return err_set(e, "%s: pcapng with unknown byte-order magic 0x%08x",
			input_name(r->in), be32(r->p + 8));
	len = load32(r->p + 4, r->blank.big_endian);
	if (len < 28 || len > OTHER_LONGEST || (len & 3))
		return err_set(e, "%s: pcapng section header of impossible length %u",
			input_name(r->in), len);
	if (!window_fill(r, len))
		return err_set(e, "%s: pcapng section header cut: %zu of %u bytes",
			input_name(r->in), window_size(r), len);
	return 0;
}

static int pcapng_seek(struct reader *r, const struct record *at, struct err *e)
{
	if (at->section >= r->ng.sections)
		return err_set(e, "%s: record %llu: section %u is not known", input_name(r->in),
			(unsigned long long)at->number, at->section);
	enter_section(r, at->section);
	while (r->ng.first + r->ng.n < r->ifaces &&
		r->iface[r->ng.first + r->ng.n].shown.section == at->section &&
		r->iface[r->ng.first + r->ng.n].offset < at->offset)
		r->ng.n++;
	return 0;
}

const struct format format_pcapng = {pcapng_probe, pcapng_open, pcapng_seek};
