/* format.h: what reader.c and the formats (pcap.c, pcapng.c, text.c) share: the reader's state, the
 * window of bytes, and the ways to report damage. Private to the capture reader. */
#ifndef CAPTURE_FORMAT_H
#define CAPTURE_FORMAT_H

#include "base/err.h"
#include "capture/input.h"
#include "capture/mapping.h"
#include "capture/reader.h"
#include "capture/text_line.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A block that tshark numbers though it is neither packet nor custom block (systemd journal entry,
 * sysdig events): link = this + the block type, data = the block's body. A foreign link type. */
enum { LINK_PCAPNG_BLOCK = 0x20000 };

enum {
	IFACES_MAX = 65536, /* over all sections */
	SECTIONS_MAX = 65536,
	/* How far ahead of the record in hand mapped bytes are fetched into the cache. No multiple
	 * of a page: that far ahead they would push it out of its cache set (2 % slower). */
	AHEAD = 2560,
	CACHE_LINE = 64,
	DAY = 86400 /* s: records this near in time are taken for neighbours */
};

enum probe { PROBE_NO, PROBE_MORE, PROBE_YES };

/* What a step found. The first three are what reader_next returns. */
enum step { STEP_FAILED = -1, STEP_END, STEP_RECORD, STEP_AGAIN };

enum trouble { TROUBLE_CUT, TROUBLE_DAMAGE, TROUBLE_IFACE, TROUBLE_LINE, TROUBLE_KINDS };

struct format {
	enum probe (*probe)(const uint8_t *p, size_t n, bool eof);
	/* Reads what comes before the records, sets r->step, r->name and the interface. */
	int (*open)(struct reader *r, struct err *e);
	/* The window was moved to at->offset and r->number is right: restores the rest. */
	int (*seek)(struct reader *r, const struct record *at, struct err *e);
};

extern const struct format format_pcap, format_pcapng, format_text;

/* An interface and how its time stamps become nanoseconds: (ts * mul >> shift) / div + add. */
struct iface {
	struct reader_iface shown;
	uint64_t mul, div;
	int64_t add;
	uint32_t shift;
	uint32_t max;	 /* largest sane record */
	uint64_t offset; /* of the block that describes it */
};

struct section {
	uint32_t first_iface;
	bool big;
};

struct reader {
	/* The window: bytes p … end are at hand and not used, start … p were; end is at end_offset
	 * of the stream. They are in buf, or mapped. */
	const uint8_t *p, *end, *start;
	uint64_t end_offset;
	uint64_t number;   /* of the last record delivered */
	int64_t last_time; /* its time */
	enum step (*step)(struct reader *r, struct record *rec, struct err *e);
	struct record blank; /* what all records of a file or section have in common */

	struct {
		uint32_t head;	/* bytes of a record header */
		uint32_t usual; /* largest length that needs no second look */
		uint32_t max;
		uint32_t frac_limit; /* units per second */
		uint32_t frac_mul;   /* ns per unit */
		uint32_t earliest;   /* s: the last record's, less a day */
	} pcap;
	struct {
		uint32_t first, n; /* interfaces of the section that were described so far */
		uint64_t known;	   /* sections and interfaces before this offset are known */
		struct section *v;
		size_t sections, cap;
	} ng;
	struct {
		size_t scanned; /* bytes of the window known to hold no newline */
		bool skipping;	/* in the rest of a line that was too long */
		bool running;	/* a time was seen */
		bool looked;	/* the window's first byte begins an event: `ahead` */
		struct text_line ahead;
		uint64_t line; /* lines passed; not after a jump */
		uint64_t told; /* offset up to which lines that are no events are counted */
		int64_t base;  /* us to add: wraps */
		int64_t last;  /* us as printed */
	} text;

	struct iface *iface;
	size_t ifaces, ifaces_cap;

	struct input *in;
	uint8_t *buf;
	size_t cap, block;
	size_t next_read; /* bytes the next read or mapping asks for; MAPPING_UNIT: up to its end */
	bool mapped;	  /* the file is seen through `map`, else read into buf */
	struct mapping map;
	bool eof;
	bool follow, quiet;
	bool failed; /* io says why reading failed */
	struct err io;
	bool damaged;
	struct {
		uint64_t lines, first; /* how many, and the first one's number */
	} left_out;		       /* lines of text that are no events */
	uint64_t warned[TROUBLE_KINDS], warned_to;
	const char *name;
	const struct format *format;
};

static inline size_t window_size(const struct reader *r)
{
	return (size_t)(r->end - r->p);
}

/* Stream offset of the window's first byte. */
static inline uint64_t window_offset(const struct reader *r)
{
	return r->end_offset - window_size(r);
}

/* Reads until the window holds `need` bytes; false: the input ends before (or r->failed). May move
 * the window: pointers into it must be taken anew. */
bool window_fill(struct reader *r, size_t need);
/* Passes over n bytes, of which the window may hold only a part; false if the input ends before. */
bool window_skip(struct reader *r, uint64_t n);

/* True if mapped bytes of the window may not be the file's (it became shorter, or the disk failed):
 * then they are gone, the damage is told, and from here on the file is read. To be asked where the
 * bytes look wrong; pointers into the window must be taken anew. */
bool window_recheck(struct reader *r);

/* Fetches a line into the cache; past the end of the window, too, where it does no harm. */
static inline __attribute__((always_inline)) void fetch(const uint8_t *p, size_t at)
{
	__builtin_prefetch((const void *)((uintptr_t)p + at));
}

/* Fetches mapped bytes into the cache, as much as the `used` bytes of the record that is about to
 * leave the window: page cache that was not copied is cold. Of a record that is itself longer than
 * the distance only what comes behind it is worth it. (Not inlined, gcc takes it for a function
 * without effect and drops the call.) */
static inline __attribute__((always_inline)) void window_fetch_ahead(
	const struct reader *r, size_t used)
{
	size_t have = window_size(r), from = used > AHEAD ? used : AHEAD;
	size_t to = used > AHEAD ? used + AHEAD / 4 : used + AHEAD;

	if (used <= 2 * CACHE_LINE) { /* most packets; URBs with little data */
		fetch(r->p, AHEAD);
		if (used > CACHE_LINE)
			fetch(r->p, AHEAD + CACHE_LINE);
		return;
	}
	if (!r->mapped)
		return;
	to = to < have ? to : have;
	for (; from < to; from += CACHE_LINE)
		__builtin_prefetch(r->p + from);
}

/* A new interface for link; NULL when there are too many. */
struct iface *add_iface(struct reader *r, uint32_t link, uint32_t snaplen);

/* Warns about the record that would come next, beginning at `offset`; only the first few of a kind
 * are shown. The input counts as damaged. */
void reader_warn(struct reader *r, enum trouble t, uint64_t offset, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* window_fill returned false: the end of the input, or of what can be read. Warns if bytes of a
 * `what` ("record", "block") are left. */
enum step reader_cut(struct reader *r, const char *what, uint64_t wanted, struct err *e);

/* Looks behind the damage at the window's first byte for the next place that is plausible, and goes
 * on there. at: distance from the window's first byte. first: distance of the first place to look
 * at (1 or more). Without one it is the end: an ordinary one if `cut` (the input ended inside what
 * stands here), else a failure. */
typedef bool plausible(struct reader *r, size_t at);
struct search {
	plausible *is;
	size_t first;
	bool cut;
};
enum step reader_resync(struct reader *r, struct search s, const char *why, struct err *e);

#endif
