/* grid.h: a screen as a value: cells with a character and a role. Screens are drawn into a grid;
 * what shows it on a terminal, and tests that compare it, come after. */
#ifndef TUI_GRID_H
#define TUI_GRID_H

#include "base/emit.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a cell is to the eye; a theme gives each a colour. */
enum role {
	ROLE_TEXT,
	ROLE_DIM,
	ROLE_STRONG,
	ROLE_GOOD,
	ROLE_WARN,
	ROLE_BAD,
	ROLE_BAR,	/* title and status lines */
	ROLE_BAR_ON,	/* in them: what is chosen */
	ROLE_BAR_KEY,	/* in them: a key to press */
	ROLE_BAR_WARN,	/* in them: what wants attention */
	ROLE_HEADER,	/* column titles */
	ROLE_BORDER,	/* between panes */
	ROLE_BORDER_ON, /* of the pane that has the keys */
	ROLE_LIT,	/* bytes of the selected field */
	ROLE_MATCH,	/* what a search found */
	ROLE_LANE0,	/* endpoints */
	ROLE_LANE1,
	ROLE_LANE2,
	ROLE_LANE3,
	ROLE_LANE4,
	ROLE_LANE5,
	ROLES
};
enum { ROLE_LANES = ROLE_LANE5 - ROLE_LANE0 + 1 };

/* Smallest and largest screen. */
enum { GRID_LEAST_W = 40, GRID_LEAST_H = 10, GRID_MOST_W = 1000, GRID_MOST_H = 500 };

struct cell {
	uint32_t cp; /* 0: the right half of a wide character */
	uint8_t role;
	bool selected; /* shown inverted */
};

struct grid {
	int w, h;
	bool ascii; /* only ASCII can be shown: put replaces our own symbols */
	struct cell *cell;
};

/* A rectangle of a grid. */
struct area {
	int x, y, w, h;
};

/* Blank, w × h clamped to the limits above. */
void grid_resize(struct grid *g, int w, int h);
void grid_clear(struct grid *g);
void grid_free(struct grid *g);

/* Puts UTF-8 text of n bytes (or to NUL when n is (size_t)-1) at x, y, in at most `width` columns
 * and within the grid; control characters and what is not UTF-8 become '?'. What does not fit is
 * cut and marked. Returns the columns used. */
int grid_put(struct grid *g, int x, int y, int width, enum role role, const char *s, size_t n);
int grid_str(struct grid *g, int x, int y, int width, enum role role, const char *s);
int grid_printf(struct grid *g, int x, int y, int width, enum role role, const char *fmt, ...)
	__attribute__((format(printf, 6, 7)));
/* One character w times. */
void grid_fill(struct grid *g, int x, int y, int w, enum role role, uint32_t cp);
/* Fills the area with blanks of a role. */
void grid_blank(struct grid *g, struct area a, enum role role);
/* Marks w cells selected. */
void grid_select(struct grid *g, int x, int y, int w);
/* Gives w cells a role. */
void grid_tint(struct grid *g, int x, int y, int w, enum role role);

/* A line of the grid as UTF-8 without blanks at its end, into dst of cap bytes; returns its length.
 */
size_t grid_line(const struct grid *g, int y, char *dst, size_t cap);
/* The same line's roles as letters, upper case where selected; for tests. */
size_t grid_roles(const struct grid *g, int y, char *dst, size_t cap);

/* Role of a tone of emit.h. */
enum role role_of_tone(uint8_t tone);

#endif
