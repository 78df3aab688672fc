/* emit.h: the vocabulary in which decoders and analyses say their results, and which every output
 * (text, JSON, CSV, later HTML and the viewer) renders: values, fields, items, tables, series.
 * Nothing here knows USB; nothing that uses it prints.
 *
 * A document is one of
 *   - a table at the top (list): emit_table … emit_row … emit_row_end … emit_table_end;
 *   - an object at the top (stat): emit_begin(NULL) … items, objects, tables … emit_end.
 * A field tree (what a decoder emits) may stand inside a row, between emit_row and emit_row_end, or
 * inside an object. */
#ifndef BASE_EMIT_H
#define BASE_EMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- values ------------------------------------------------------------------------- */

enum value_type {
	VAL_NULL, /* unknown: JSON null, empty CSV cell, "-" or nothing in text; never a made-up 0
		   */
	VAL_UINT,
	VAL_INT,
	VAL_REAL,
	VAL_BOOL,
	VAL_NS,	  /* i: nanoseconds; JSON and CSV: seconds with nine decimals */
	VAL_TEXT, /* s, n bytes */
	VAL_BYTES /* b, n bytes; JSON and CSV: hexadecimal text */
};

/* How text output shows a value; JSON and CSV ignore it. */
enum show {
	SHOW_PLAIN,
	SHOW_HEX2, /* 0x + at least 2, 4, 8 digits */
	SHOW_HEX4,
	SHOW_HEX8,
	SHOW_SECONDS,	   /* VAL_NS as seconds with six decimals */
	SHOW_DURATION,	   /* VAL_NS as "1.02 ms" */
	SHOW_BYTES,	   /* VAL_UINT as "1.5 MB" (decimal units), exact below 10,000 */
	SHOW_RATE,	   /* VAL_UINT or VAL_REAL as "1.5 MB/s" */
	SHOW_BYTES_BINARY, /* the same with 1024: "1.5 MiB", "1.5 MiB/s" */
	SHOW_RATE_BINARY,
	SHOW_COUNT,  /* VAL_UINT with thousands separators: 1,803 */
	SHOW_PERCENT /* VAL_REAL 0–1 as "12.5%" */
};

/* What a value means to the eye; text output turns it into a colour where allowed. */
enum tone { TONE_NONE, TONE_GOOD, TONE_BAD, TONE_WARN, TONE_DIM, TONE_STRONG };

struct value {
	uint8_t type;  /* enum value_type */
	uint8_t tone;  /* enum tone */
	bool trusted;  /* VAL_TEXT: printable UTF-8 from our own tables, needs no escaping */
	bool inferred; /* text output puts ~ before it */
	uint32_t n;
	union {
		uint64_t u;
		int64_t i;
		double d;
		bool b;
		const char *s;
		const uint8_t *bytes;
	};
	char room[96]; /* a getter that builds text may build it here and let s point to it */
};

static inline struct value value_null(void)
{
	struct value v;

	v.type = VAL_NULL;
	v.tone = TONE_NONE;
	v.trusted = v.inferred = false;
	v.n = 0;
	v.u = 0;
	return v;
}

/* value_… set everything but `room`. */
static inline struct value value_uint(uint64_t u)
{
	struct value v = value_null();

	v.type = VAL_UINT;
	v.u = u;
	return v;
}

static inline struct value value_int(int64_t i)
{
	struct value v = value_null();

	v.type = VAL_INT;
	v.i = i;
	return v;
}

static inline struct value value_ns(int64_t ns)
{
	struct value v = value_int(ns);

	v.type = VAL_NS;
	return v;
}

static inline struct value value_real(double d)
{
	struct value v = value_null();

	v.type = VAL_REAL;
	v.d = d;
	return v;
}

static inline struct value value_bool(bool b)
{
	struct value v = value_null();

	v.type = VAL_BOOL;
	v.b = b;
	return v;
}

/* Text of ours: valid, printable, lives long enough. s NULL gives a null value. */
static inline struct value value_name(const char *s)
{
	struct value v = value_null();

	if (!s)
		return v;
	v.type = VAL_TEXT;
	v.trusted = true;
	v.s = s;
	v.n = (uint32_t)__builtin_strlen(s);
	return v;
}

/* Text that came from a device or a file, n bytes. Outputs escape it. */
static inline struct value value_untrusted(const char *s, size_t n)
{
	struct value v = value_null();

	v.type = VAL_TEXT;
	v.s = s;
	v.n = (uint32_t)n;
	return v;
}

static inline struct value value_bytes(const uint8_t *b, size_t n)
{
	struct value v = value_null();

	v.type = VAL_BYTES;
	v.bytes = b;
	v.n = (uint32_t)n;
	return v;
}

/* ---- fields: what decoders emit ----------------------------------------------------- */

/* Why data is not what it should be; never mixed up (DESIGN section 1). */
enum verdict {
	VERDICT_NONE,
	VERDICT_SNAPPED, /* the capture cut it */
	VERDICT_SHORT,	 /* the device sent less than asked: normal */
	VERDICT_INVALID, /* the bytes contradict the specification */
	VERDICT_ABSENT,	 /* this kind of capture never records it */
	VERDICT_NOT_KEPT /* a stream's payload beyond what is kept in memory */
};

/* "snapped", "short", …; NULL for VERDICT_NONE. */
const char *verdict_name(enum verdict v);

/* Which bytes a field's off and len count in. */
enum field_in { FIELD_IN_DATA, FIELD_IN_SETUP, FIELD_IN_RECORD };

struct field {
	const char *key;    /* the specification's spelling, or lower_snake */
	struct value value; /* VAL_NULL for a mere heading */
	const char *text;   /* the meaning in words, or NULL; escaped by outputs */
	uint32_t off, len;  /* bytes; len 0: no bytes of its own */
	uint8_t bit, bits;  /* bits > 0: a bit field, lowest bit `bit` of the little-endian bytes */
	uint8_t in;	    /* enum field_in */
	uint8_t verdict;    /* enum verdict */
	uint8_t show;	    /* enum show */
};

/* ---- tables ------------------------------------------------------------------------- */

/* A column knows how to take its value out of a row; the table's owner knows what a row is.
 * A key "setup.wValue" is member wValue of the JSON object setup (its columns stand together); the
 * object is null when all its members are. key NULL: text only. title NULL: not in text. */
struct column {
	const char *key, *title;
	void (*get)(const void *row, struct value *v); /* v comes as value_null() */
	uint8_t show;				       /* enum show */
	uint8_t width;				       /* text: least number of terminal columns */
	bool right;				       /* text: aligned to the right */
	uint8_t wide; /* text: shown only on terminals of at least 10 × wide columns (0: always) */
};

enum layout {
	LAYOUT_LINES, /* one line a row, written at once: columns keep their least width */
	LAYOUT_GRID,  /* one line a row, widths fitted to the contents: rows are held back */
	LAYOUT_CARD   /* one line a column ("title  value"), a block a row */
};

/* ---- series: for plots -------------------------------------------------------------- */

struct series {
	const char *key, *title, *unit; /* key NULL: text only, title NULL: not in text */
	const double *y;		/* NaN: no value */
	size_t n;
	double x0, dx;	     /* seconds; of counts in unit */
	bool counts;	     /* a histogram: bars begin at 0, nothing is shown where y is 0 */
	const char *caption; /* trusted words behind the bars; NULL: least and greatest value */
};

/* ---- the interface outputs implement ------------------------------------------------ */

struct emit;

struct emit_ops {
	void (*begin)(struct emit *, const char *key, const char *title);
	void (*end)(struct emit *);
	void (*item)(
		struct emit *, const char *key, const char *title, const struct value *, enum show);
	void (*table)(struct emit *, const char *key, const char *title, const struct column *,
		size_t n, enum layout);
	void (*row)(struct emit *, const void *row);
	void (*row_end)(struct emit *);
	void (*table_end)(struct emit *);
	void (*open)(struct emit *, const struct field *);
	void (*close)(struct emit *);
	void (*dump)(struct emit *, const char *key, const char *title, const uint8_t *, size_t n);
	void (*note)(struct emit *, const char *text);
	void (*series)(struct emit *, const struct series *);
};

struct emit {
	const struct emit_ops *ops;
};

/* An object (text: a heading). key NULL only for the document's own object. */
static inline void emit_begin(struct emit *e, const char *key, const char *title)
{
	e->ops->begin(e, key, title);
}

static inline void emit_end(struct emit *e)
{
	e->ops->end(e);
}

/* A member of the object. title NULL: JSON and CSV only; key NULL: text only. */
static inline void emit_item(
	struct emit *e, const char *key, const char *title, struct value v, enum show show)
{
	e->ops->item(e, key, title, &v, show);
}

/* cols must live until emit_table_end. key NULL only for the document's own table. */
static inline void emit_table(struct emit *e, const char *key, const char *title,
	const struct column *cols, size_t n, enum layout layout)
{
	e->ops->table(e, key, title, cols, n, layout);
}

/* Values are taken out of the row during this call. */
static inline void emit_row(struct emit *e, const void *row)
{
	e->ops->row(e, row);
}

static inline void emit_row_end(struct emit *e)
{
	e->ops->row_end(e);
}

static inline void emit_table_end(struct emit *e)
{
	e->ops->table_end(e);
}

/* A field with children between emit_open and emit_close. */
static inline void emit_open(struct emit *e, const struct field *f)
{
	e->ops->open(e, f);
}

static inline void emit_close(struct emit *e)
{
	e->ops->close(e);
}

static inline void emit_field(struct emit *e, const struct field *f)
{
	e->ops->open(e, f);
	e->ops->close(e);
}

/* Bytes: a hex dump in text, hexadecimal text in JSON. */
static inline void emit_dump(
	struct emit *e, const char *key, const char *title, const uint8_t *b, size_t n)
{
	e->ops->dump(e, key, title, b, n);
}

/* A line for people: text output only. Trusted text. */
static inline void emit_note(struct emit *e, const char *text)
{
	e->ops->note(e, text);
}

static inline void emit_series(struct emit *e, const struct series *s)
{
	e->ops->series(e, s);
}

#endif
