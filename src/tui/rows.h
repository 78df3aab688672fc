/* rows.h: transfers as lines of the list: loaded when they come into view, formatted once, kept in
 * a small cache. Also the columns: which there are and which are shown. */
#ifndef TUI_ROWS_H
#define TUI_ROWS_H

#include "analysis/columns.h"
#include "tui/grid.h"
#include "tui/trace.h"

enum { ROWS_COLUMNS = 20, ROWS_CACHE = 1024, ROWS_TEXT = 640 };

/* A formatted transfer. */
struct row_text {
	uint32_t id, before, version; /* before: the line before, where times are deltas */
	uint32_t exchange;	      /* it stands for all of that one; 0: for itself */
	uint16_t at[ROWS_COLUMNS], len[ROWS_COLUMNS];
	uint8_t cols[ROWS_COLUMNS]; /* terminal columns */
	uint8_t role[ROWS_COLUMNS];
	char text[ROWS_TEXT];
	bool loaded; /* false: what the index alone tells */
};

struct rows {
	struct trace *trace;
	bool ascii;
	struct column col[ROWS_COLUMNS];
	const char *name[ROWS_COLUMNS]; /* of the column in the settings */
	bool shown[ROWS_COLUMNS];
	bool fits[ROWS_COLUMNS];     /* of those: the last rows_fitting() had room for it */
	uint8_t width[ROWS_COLUMNS]; /* as wide as anything that was shown */
	size_t cols;
	enum time_format time;
	uint32_t version; /* lines formatted for another one are stale */
	struct row_text *cache;
	int64_t deadline; /* monotonic ns: beyond it nothing is loaded */
	bool wanting;	  /* something was not loaded for that reason */
};

void rows_init(struct rows *r, struct trace *t, bool ascii);
void rows_free(struct rows *r);
/* Everything is formatted anew: columns or times have changed, or another pass took over. */
void rows_renew(struct rows *r);
void rows_set_time(struct rows *r, enum time_format t);
/* Shows the columns named, in their own order; unknown names are ignored. NULL: as at first. */
void rows_choose(struct rows *r, const char *names);
/* The names of those shown, separated by spaces. */
void rows_chosen(const struct rows *r, struct text *t);

/* The line of a transfer; `before`: the one shown before it, 0: none; `exchange` not 0: its meaning
 * is that of the whole exchange. Valid until the next call. */
const struct row_text *rows_get(struct rows *r, uint32_t id, uint32_t before, uint32_t exchange);

/* Columns that fit into w terminal columns: their numbers to which[], returns how many. The last
 * one gets what is left. */
size_t rows_fitting(struct rows *r, int w, uint8_t which[ROWS_COLUMNS]);
/* How many shown ones did not fit. */
size_t rows_left_out(const struct rows *r);

#endif
