/* page.h: text in lines with colours, as panes show and scroll it: made of a report, or of a field
 * tree whose lines know their bytes. */
#ifndef TUI_PAGE_H
#define TUI_PAGE_H

#include "tui/grid.h"

struct page_span {
	uint32_t off, len; /* in page.text */
	uint16_t col;
	uint8_t role;
};

struct page_line {
	uint32_t span, spans; /* in page.span */
	/* Of a field: */
	uint32_t byte, bytes; /* bytes 0: it has none */
	uint8_t in;	      /* enum field_in */
	uint8_t depth;	      /* 0: no field; children follow with more */
	uint8_t bit, bits;
	bool folded;
	uint64_t ref; /* what the owner ties to the line (a transfer, an instance); 0: nothing */
};

struct page {
	char *text;
	size_t len, text_cap;
	struct page_span *span;
	size_t spans, span_cap;
	struct page_line *line;
	size_t lines, line_cap;
	size_t top, cursor; /* lines; cursor is never on a hidden one */
	int left;	    /* columns scrolled to the right */
};

void page_clear(struct page *p); /* top and cursor stay */
void page_free(struct page *p);

/* Begins a line; the spans that follow belong to it. */
struct page_line *page_line(struct page *p);
void page_span(struct page *p, int col, enum role role, const char *s, size_t n);
/* Column behind the last span of the current line. */
int page_end_col(const struct page *p);
/* Columns of the widest line. */
int page_width(const struct page *p);
/* A line of one span. */
void page_add(struct page *p, int col, enum role role, const char *s);

/* Lines inside folded ones are hidden. */
bool page_hidden(const struct page *p, size_t line);
/* Moves the cursor by n shown lines. */
void page_move(struct page *p, long n);
/* Folds or unfolds the line's children; false: it has none. */
bool page_fold(struct page *p, size_t line, bool fold);
bool page_has_children(const struct page *p, size_t line);
/* The line one level up; the line itself if there is none. */
size_t page_parent(const struct page *p, size_t line);
/* Draws the lines that fit, the cursor's marked if `cursor`. */
void page_draw(struct page *p, struct grid *g, struct area a, bool cursor, bool active);
/* The line shown at row y of the pane; false: none. */
bool page_at(const struct page *p, int y, size_t *line);
/* The next line from `from` (exclusive), in direction step, that holds the text, letter case
 * ignored; false: none. */
bool page_find(const struct page *p, size_t from, int step, const char *what, size_t *line);

#endif
