/* plain.h: the inside of the text renderer.
 *
 * A line is formatted straight into the block buffer (line_…). While a grid or the items of an
 * object are held back to fit their columns, finished lines that stand between them are held back
 * too (hold_…), so that order is kept. */
#ifndef OUTPUT_PLAIN_H
#define OUTPUT_PLAIN_H

#include "output/render.h"

/* A line of text is at most LINE_MAX bytes; what does not fit is cut and marked. */
enum { LINE_MAX_BYTES = 32 * 1024, LINE_SLACK = 128 };

struct line {
	char *s; /* in the block buffer */
	size_t len, col;
	bool cut;
};

/* A column that is shown. */
struct shown {
	const struct column *c;
	size_t width;
};

struct held_cell {
	uint32_t off, len; /* in hold.text */
	uint32_t cols;
	uint8_t tone;
	bool whole; /* a finished line instead of a cell */
};

enum hold_kind { HOLD_NONE, HOLD_ITEMS, HOLD_GRID };

/* More than this is not held back: columns are fitted to what has come. */
enum { HOLD_MAX_BYTES = 4 << 20 };

struct hold {
	enum hold_kind kind;
	size_t indent;
	struct shown *col; /* owned by the table's frame, or `item` */
	size_t cols;
	struct shown item[2];
	char *text;
	size_t len, text_cap;
	struct held_cell *cell;
	size_t cells, cell_cap;
};

enum frame_kind { FRAME_OBJECT, FRAME_TABLE, FRAME_ROW, FRAME_FIELD };

struct frame {
	uint8_t kind;
	uint8_t layout;	   /* enum layout */
	bool header;	   /* the table's header line was written */
	char *title;	   /* heading that waits for contents */
	bool named;	   /* has a heading */
	size_t above;	   /* indent of the heading */
	size_t indent;	   /* of the contents */
	struct shown *col; /* tables: columns that are shown */
	size_t cols;
	size_t rows;
};

/* What was written last decides where empty lines go. */
enum last { LAST_NOTHING, LAST_HEADING, LAST_ITEMS, LAST_FIELDS, LAST_BLOCK };

struct plain {
	struct renderer r;
	struct out *o;
	struct output_opts opts;
	struct frame *frame;
	size_t depth, cap;
	size_t waiting; /* headings */
	struct line line;
	struct hold hold;
	enum last last;
	char *scratch; /* LINE_MAX_BYTES + 1 */
};

static inline struct plain *plain_of(struct emit *e)
{
	return (struct plain *)e;
}

/* plain_cell.c: a value as text, at most cap (>= LINE_SLACK) bytes, without colour; *cols terminal
 * columns; *cut is set when it did not fit. */
size_t cell_format(char *dst, size_t cap, const struct value *v, enum show show, bool ascii,
	size_t *cols, bool *cut);

/* plain_line.c */
void line_begin(struct plain *p);
/* Adds a cell at column `target`, or one space behind what is there if that reaches further;
 * aligned to the right of `width` columns if `right`. An empty cell leaves no trace. */
void line_cell(struct plain *p, size_t target, size_t width, bool right, const struct value *v,
	enum show show);
/* Ends the line. Longer than the terminal is wide: cut with a mark, or, if wrap > 0, wrapped at
 * spaces with continuation lines at column `wrap`. */
void line_end(struct plain *p, size_t wrap);
/* A line of one value. */
void line_of(struct plain *p, size_t indent, const struct value *v, bool wrap);

/* plain_hold.c */
void hold_cell(struct plain *p, const struct value *v, enum show show);
void hold_line(struct plain *p, size_t indent, const char *s, size_t n);
/* Writes what is held; the columns keep their widths. */
void hold_flush(struct plain *p);
/* The header line of a table. */
void header_line(struct plain *p, size_t indent, struct shown *col, size_t n);

/* plain_tree.c */
void tree_line(struct plain *p, const struct field *f, size_t indent, size_t depth);

/* plain_dump.c */
void dump_lines(struct plain *p, size_t indent, const uint8_t *b, size_t n);
/* A series as a row of at most `columns` (at most SPARK_COLUMNS) bars and its caption; t holds at
 * least SPARK_MAX bytes. */
enum { SPARK_COLUMNS = 60, SPARK_MAX = 3 * SPARK_COLUMNS + 160 };
void spark_format(struct text *t, const struct series *s, size_t columns, bool ascii);

#endif
