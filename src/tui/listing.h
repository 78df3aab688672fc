/* listing.h: the list of transfers as lines: those that are shown, with what is unfolded below
 * them; where the cursor is, and moving. Nothing here draws. */
#ifndef TUI_LISTING_H
#define TUI_LISTING_H

#include "tui/page.h"
#include "tui/sieve.h"

/* A place: a transfer, or a line below it. */
struct place {
	uint32_t id; /* 0: nowhere */
	int line;    /* -1: the transfer itself, else a line of its parts */
};

/* A transfer that is unfolded. */
struct unfolded {
	uint32_t id, shown; /* lines that are not folded away */
	struct page parts;  /* line.ref: number of the record, of a transaction its first */
};

enum { HISTORY_MAX = 100 };

struct listing {
	struct trace *trace;
	struct sieve *sieve;
	bool ascii;
	bool quiet;	   /* runs of NAKs are one line */
	bool exchanges;	   /* an exchange is one line: its first transfer, unless it is in `open` */
	struct idset open; /* exchanges that are unfolded */
	struct idset heads; /* with `exchanges`: what of the shown ones is to be seen */
	uint32_t heads_upto, heads_version, version;
	int64_t heads_time; /* monotonic ns when they were found */
	struct unfolded *unfolded;
	size_t n, cap;
	struct place cursor, top;
	struct place history[HISTORY_MAX];
	size_t past, future; /* history[past] is now */
};

void listing_init(struct listing *l, struct trace *t, struct sieve *s, bool ascii);
void listing_free(struct listing *l);
/* Another pass took over: what was unfolded goes, cursor and top stay by time. */
void listing_renew(struct listing *l, int64_t cursor_time, int64_t top_time);
/* The filter has changed, or more is known of it. */
void listing_sift(struct listing *l);

/* The transfers that are lines now. */
const struct idset *listing_set(struct listing *l);
uint64_t listing_lines(struct listing *l);
uint64_t listing_line_of(struct listing *l, struct place p);
struct place listing_at(struct listing *l, uint64_t line);
/* The cursor's transfer is shown, or becomes the nearest one that is. */
void listing_settle(struct listing *l);
void listing_move(struct listing *l, int64_t lines);
/* The cursor goes to the transfer (the nearest shown one at or after it); `jump`: back is possible,
 * and a folded exchange that holds it is unfolded. */
void listing_go(struct listing *l, uint32_t id, bool jump);
bool listing_history(struct listing *l, int step);
/* Scrolls so that the cursor is within h lines. */
void listing_show(struct listing *l, int h);

/* The exchange the transfer stands for: its others are folded away. 0: none. */
uint32_t listing_folded(const struct listing *l, uint32_t id);
struct unfolded *listing_unfolded(const struct listing *l, uint32_t id);
/* Unfolds or folds at the cursor; folding a line below a transfer goes to what it belongs to. */
bool listing_unfold(struct listing *l, struct err *e);
bool listing_fold(struct listing *l);

/* The transfer that begins at or after `time` (ns since the first record); 0: none. */
uint32_t listing_id_at(const struct listing *l, int64_t time);
/* The transfer that begins or ends with the record, or lies around it; 0: none. */
uint32_t listing_id_of_record(const struct listing *l, uint64_t record);
/* The next shown transfer from `from` in direction step for which is() holds; 0: none. */
uint32_t listing_next(struct listing *l, uint32_t from, int step,
	bool (*is)(const struct listing *l, uint32_t id, const void *ctx), const void *ctx);

#endif
