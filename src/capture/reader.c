/* reader.c: the capture reader: finds the format, keeps the window of bytes, reports damage. */
#include "capture/format.h"
#include "base/log.h"
#include "base/mem.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	PROBE_MAX = 64 * 1024,	/* bytes after which a format must have shown itself: mails have
				 * long heads */
	PROBE_SMALL = 512,	/* up to here byte by byte, then by eighths */
	SEEK_BLOCK = 64 * 1024, /* first read after a jump: mostly one record is wanted */
	WARN_MAX = 5		/* warnings of a kind that are shown */
};

static const struct format *const formats[] = {&format_pcap, &format_pcapng, &format_text};

/* ---- the window -------------------------------------------------------------------------- */

/* Room behind the window. Moving must free an eighth of the buffer, otherwise it grows: so the
 * bytes copied stay proportional to the bytes read, and it grows only when it is full of unused
 * bytes. */
static void make_room(struct reader *r)
{
	size_t have = window_size(r), used = (size_t)(r->p - r->buf);

	if ((size_t)(r->end - r->buf) < r->cap)
		return;
	if (have && used < r->cap / 8 + 1) {
		r->cap *= 2;
		r->buf = mem_resize(r->buf, r->cap, 1);
	} else {
		memmove(r->buf, r->p, have);
		used = 0;
	}
	r->start = r->buf;
	r->p = r->buf + used;
	r->end = r->p + have;
}

/* An empty window at a stream offset. */
static void window_jump(struct reader *r, uint64_t offset)
{
	r->p = r->end = r->start = r->buf;
	r->end_offset = offset;
	r->eof = false;
}

/* From the window on the file is read. */
static void unmap(struct reader *r)
{
	mapping_close(&r->map);
	r->mapped = false;
	window_jump(r, window_offset(r));
}

bool window_recheck(struct reader *r)
{
	bool lost = r->mapped && mapping_lost(&r->map);
	bool shorter = r->mapped && input_size_now(r->in) < r->end_offset;

	if (!lost && !shorter)
		return false;
	unmap(r);
	reader_warn(r, TROUBLE_CUT, window_offset(r),
		shorter ? "the file became shorter while it was read"
			: "bytes of the file before could not be read");
	return true;
}

/* A mapping that holds what the window holds and more: a large one by a quarter more than is
 * needed, so that the bytes mapped stay proportional to the bytes used. Where the file is read on,
 * it ends at a multiple of MAPPING_UNIT. */
static void map_more(struct reader *r, size_t need)
{
	uint64_t at = window_offset(r), base, size = input_size_now(r->in);
	const uint8_t *p;

	if (window_recheck(r))
		return;
	if (size <= r->end_offset) {
		r->eof = true;
		return;
	}
	input_file(r->in, &base);
	need += need / 4;
	if (r->next_read >= MAPPING_UNIT)
		need += (size_t)(-(base + at + need) % MAPPING_UNIT);
	else if (need < r->next_read)
		need = r->next_read;
	need = size - at < need ? (size_t)(size - at) : need;
	p = mapping_move(&r->map, base + at, need);
	if (!p) {
		unmap(r);
		return;
	}
	r->next_read = MAPPING_UNIT;
	r->p = r->start = p;
	r->end = p + need;
	r->end_offset = at + need;
}

static void read_more(struct reader *r)
{
	size_t room;
	ssize_t got;

	make_room(r);
	room = r->cap - (size_t)(r->end - r->buf);
	room = room < r->next_read ? room : r->next_read;
	got = input_read(r->in, r->end_offset, r->buf + (r->end - r->buf), room, &r->io);
	r->next_read = r->block;
	r->failed = got < 0;
	r->eof = !got;
	if (got > 0) {
		r->end += got;
		r->end_offset += (uint64_t)got;
	}
}

bool window_fill(struct reader *r, size_t need)
{
	while (window_size(r) < need && !r->eof && !r->failed) {
		if (r->mapped)
			map_more(r, need);
		else
			read_more(r);
	}
	return window_size(r) >= need;
}

bool window_skip(struct reader *r, uint64_t n)
{
	while (n > window_size(r)) {
		n -= window_size(r);
		r->p = r->end;
		if (input_is_plain(r->in)) {
			window_jump(r, r->end_offset + n);
			return true;
		}
		if (!window_fill(r, 1))
			return false;
	}
	r->p += n;
	return true;
}

/* ---- damage ------------------------------------------------------------------------------ */

static const char *const trouble_names[TROUBLE_KINDS] = {
	[TROUBLE_CUT] = "cut records",
	[TROUBLE_DAMAGE] = "damaged places",
	[TROUBLE_IFACE] = "interfaces left out",
	[TROUBLE_LINE] = "lines cut",
};

void reader_warn(struct reader *r, enum trouble t, uint64_t offset, const char *fmt, ...)
{
	char text[320];
	va_list ap;

	r->damaged = true;
	if (offset < r->warned_to) /* said before the caller went back */
		return;
	r->warned_to = offset + 1;
	if (++r->warned[t] > WARN_MAX || r->quiet)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_warn("%s: record %llu at offset %llu: %s", input_name(r->in),
		(unsigned long long)r->number + 1, (unsigned long long)offset, text);
}

/* What the limit of warnings kept back, and what there was beside records. */
static __attribute__((noinline)) void warn_rest(struct reader *r)
{
	for (int i = 0; i < TROUBLE_KINDS; i++) {
		if (r->warned[i] > WARN_MAX && !r->quiet)
			log_warn("%s: %llu more %s", input_name(r->in),
				(unsigned long long)r->warned[i] - WARN_MAX, trouble_names[i]);
		r->warned[i] = 0;
	}
	if (r->left_out.lines && !r->quiet)
		log_note("%s: %llu line%s left out, from line %llu on: no usbmon events",
			input_name(r->in), (unsigned long long)r->left_out.lines,
			r->left_out.lines == 1 ? "" : "s", (unsigned long long)r->left_out.first);
	r->left_out.lines = 0;
}

/* A signal is no reason to give up: the caller decides, and may ask again. */
static enum step io_failed(struct reader *r, struct err *e)
{
	if (e)
		*e = r->io;
	r->failed = false;
	return STEP_FAILED;
}

enum step reader_cut(struct reader *r, const char *what, uint64_t wanted, struct err *e)
{
	if (r->failed)
		return io_failed(r, e);
	if (r->follow)
		return STEP_END;
	if (window_size(r))
		reader_warn(r, TROUBLE_CUT, window_offset(r),
			"the input ends inside this %s: %zu of %llu bytes are there, it is left "
			"out",
			what, window_size(r), (unsigned long long)wanted);
	r->p = r->end;
	return STEP_END;
}

enum step reader_resync(struct reader *r, struct search s, const char *why, struct err *e)
{
	unsigned long long from = window_offset(r), skipped;
	bool found = false;

	for (size_t next = s.first; !found && window_fill(r, next + 1); next = 1) {
		r->p += next;
		found = s.is(r, 0);
	}
	if (r->failed)
		return io_failed(r, e);
	if (!found)
		r->p = r->end;
	skipped = window_offset(r) - from;
	if (found) {
		reader_warn(r, TROUBLE_DAMAGE, from,
			"%s; %llu bytes skipped, going on at offset %llu", why, skipped,
			from + skipped);
		return STEP_AGAIN;
	}
	if (s.cut) {
		reader_warn(r, TROUBLE_CUT, from,
			"%s, and the input ends inside; %llu bytes left out", why, skipped);
		return STEP_END;
	}
	r->damaged = true;
	return err_set(e,
		"%s: record %llu at offset %llu: %s; nothing readable in the %llu bytes left",
		input_name(r->in), (unsigned long long)r->number + 1, from, why, skipped);
}

/* ---- interfaces -------------------------------------------------------------------------- */

static const uint16_t urb_links[] = {
	LINK_USB_FREEBSD, LINK_USB_LINUX, LINK_USB_LINUX_MMAPPED, LINK_USBPCAP, LINK_USB_DARWIN};

static uint32_t largest_record(uint32_t link)
{
	for (size_t i = 0; i < ARRAY_LEN(urb_links); i++)
		if (urb_links[i] == link)
			return RECORD_MAX_URB;
	return RECORD_MAX_BUS;
}

struct iface *add_iface(struct reader *r, uint32_t link, uint32_t snaplen)
{
	struct iface *f;

	if (r->ifaces == IFACES_MAX)
		return NULL;
	array_need(r->iface, r->ifaces, r->ifaces_cap);
	f = &r->iface[r->ifaces++];
	memset(f, 0, sizeof(*f));
	f->shown.link = link;
	f->shown.snaplen = snaplen;
	f->max = largest_record(link);
	return f;
}

/* ---- opening ----------------------------------------------------------------------------- */

/* What people hand over by mistake. */
static const struct {
	const char *magic, *what;
	size_t n;
} mistakes[] = {
	{"%PDF", "a PDF document", 4},
	{"PK\3\4", "a zip archive (unpack it first)", 4},
	{"BZh", "bzip2 data (unpack it first)", 3},
	{"\xfd"
	 "7zXZ",
		"xz data (unpack it first)", 5},
	{"7z\xbc\xaf", "a 7z archive (unpack it first)", 4},
	{"\x04\x22\x4d\x18", "lz4 data (unpack it first)", 4},
	{"\x7f"
	 "ELF",
		"a program (ELF)", 4},
	{"snoop\0", "a snoop capture (convert it with editcap)", 6},
	{"\x1c\x00\x01\xac", "a pcap of an Ixia device (convert it with editcap)", 4},
	{"\xac\x01\x00\x1c", "a pcap of an Ixia device (convert it with editcap)", 4},
	{"\xb2\xa1\xd4\xc3", "a pcap whose 16-bit halves are swapped", 4},
	{"\xc3\xd4\xa1\xb2", "a pcap whose 16-bit halves are swapped", 4},
};

static void say_content(const struct reader *r, char *text, size_t cap)
{
	size_t n = window_size(r), i = 0;

	for (size_t k = 0; k < ARRAY_LEN(mistakes); k++)
		if (n >= mistakes[k].n && !memcmp(r->p, mistakes[k].magic, mistakes[k].n)) {
			snprintf(text, cap, "%s", mistakes[k].what);
			return;
		}
	while (i < n && (isprint(r->p[i]) || isspace(r->p[i]) || r->p[i] >= 0x80))
		i++;
	if (i == n)
		snprintf(text, cap, "text");
	else
		snprintf(text, cap, "unknown data beginning with %02x %02x %02x %02x", r->p[0],
			n > 1 ? r->p[1] : 0, n > 2 ? r->p[2] : 0, n > 3 ? r->p[3] : 0);
}

static int not_a_capture(struct reader *r, struct err *e)
{
	char text[96];

	if (!window_size(r))
		return err_set(e, "%s: empty", input_name(r->in));
	say_content(r, text, sizeof(text));
	return err_set(e,
		"%s: not a capture: looks like %s; supported: pcap, pcapng, usbmon text, each "
		"plain, "
		"gzip or zstd",
		input_name(r->in), text);
}

static int find_format(struct reader *r, struct err *e)
{
	for (;;) {
		size_t have = window_size(r);
		bool full = !window_fill(r, have + (have < PROBE_SMALL ? 1 : have / 8)) ||
			    window_size(r) >= PROBE_MAX;
		bool more = false;

		if (r->failed)
			return (int)io_failed(r, e);
		for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
			size_t n = window_size(r) < PROBE_MAX ? window_size(r) : PROBE_MAX;
			enum probe got = formats[i]->probe(r->p, n, full);

			more |= got == PROBE_MORE;
			if (got == PROBE_YES) {
				r->format = formats[i];
				return r->format->open(r, e);
			}
		}
		if (!more || full)
			return not_a_capture(r, e);
	}
}

/* A plain file is mapped. */
static void map_file(struct reader *r)
{
	uint64_t base;
	int fd = input_file(r->in, &base);

	r->mapped = fd >= 0;
	if (r->mapped)
		mapping_open(&r->map, fd);
}

struct reader *reader_open(const char *path, const struct reader_opts *o, struct err *e)
{
	struct reader *r = mem_zalloc(1, sizeof(*r));

	r->block = o && o->block ? o->block : READER_BLOCK;
	r->next_read = r->block;
	r->cap = r->block;
	r->follow = o && o->follow;
	r->quiet = o && o->quiet;
	r->in = input_open(path, r->block, o, e);
	if (r->in) {
		r->buf = mem_resize(NULL, r->cap, 1);
		window_jump(r, 0);
		/* Not every file system keeps a mapping up to date with what is written (9p). */
		if ((!o || !o->block) && !r->follow)
			map_file(r);
		if (!find_format(r, e))
			return r;
	}
	reader_close(r);
	return NULL;
}

void reader_close(struct reader *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->ifaces; i++) {
		free(r->iface[i].shown.name);
		free(r->iface[i].shown.description);
		free(r->iface[i].shown.os);
		free(r->iface[i].shown.hardware);
	}
	free(r->iface);
	free(r->ng.v);
	free(r->buf);
	if (r->mapped)
		mapping_close(&r->map);
	input_close(r->in);
	free(r);
}

/* ---- reading ----------------------------------------------------------------------------- */

/* Off the way of most records. */
static __attribute__((noinline)) int other_step(
	struct reader *r, struct record *rec, struct err *e, enum step got)
{
	while (got == STEP_AGAIN)
		got = r->step(r, rec, e);
	if (got != STEP_RECORD)
		warn_rest(r);
	if (r->follow) /* the end was one for now */
		r->eof = false;
	return (int)got;
}

/* Inline in the loop: the call costs as much as a sixth of the step. */
inline int reader_next(struct reader *r, struct record *rec, struct err *e)
{
	enum step got = r->step(r, rec, e);

	return got == STEP_RECORD ? STEP_RECORD : other_step(r, rec, e, got);
}

int reader_seek(struct reader *r, const struct record *at, struct err *e)
{
	uint64_t first = r->end_offset - (uint64_t)(r->end - r->start);

	if (!input_can_seek(r->in))
		return err_set(e, "%s: cannot go back in this input", input_name(r->in));
	if (at->offset >= first && at->offset < r->end_offset) {
		r->p = r->start + (at->offset - first);
	} else {
		window_jump(r, at->offset);
		r->next_read = r->block < SEEK_BLOCK ? r->block : SEEK_BLOCK;
	}
	r->number = at->number - 1;
	r->last_time = at->time;
	return r->format->seek(r, at, e);
}

void reader_know(struct reader *r, const struct reader *from)
{
	while (r->ifaces < from->ifaces) {
		const struct iface *f = &from->iface[r->ifaces];

		array_need(r->iface, r->ifaces, r->ifaces_cap);
		r->iface[r->ifaces] = *f;
		r->iface[r->ifaces].shown = (struct reader_iface){
			.link = f->shown.link,
			.section = f->shown.section,
			.snaplen = f->shown.snaplen,
		};
		r->ifaces++;
	}
	while (r->ng.sections < from->ng.sections) {
		array_need(r->ng.v, r->ng.sections, r->ng.cap);
		r->ng.v[r->ng.sections] = from->ng.v[r->ng.sections];
		r->ng.sections++;
	}
	if (r->ng.known < from->ng.known)
		r->ng.known = from->ng.known;
}

const char *reader_format(const struct reader *r)
{
	return r->name;
}

const char *reader_compression(const struct reader *r)
{
	return input_compression(r->in);
}

size_t reader_ifaces(const struct reader *r)
{
	return r->ifaces;
}

const struct reader_iface *reader_iface(const struct reader *r, uint32_t i)
{
	return i < r->ifaces ? &r->iface[i].shown : NULL;
}

bool reader_damaged(const struct reader *r)
{
	return r->damaged || input_damaged(r->in);
}

uint64_t reader_position(const struct reader *r)
{
	return window_offset(r);
}

uint64_t reader_input_position(const struct reader *r)
{
	return input_consumed(r->in, window_offset(r));
}

uint64_t reader_input_size(const struct reader *r)
{
	return input_size(r->in);
}
