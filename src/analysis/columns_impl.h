/* columns_impl.h: what the files of columns share: text in a value's own room, times. Private to
 * columns*.c. */
#ifndef ANALYSIS_COLUMNS_IMPL_H
#define ANALYSIS_COLUMNS_IMPL_H

#include "analysis/columns.h"

#include <string.h>

#define ROW(p) ((struct row *)(uintptr_t)(p)) /* the row caches what it computes */
#define X(p)   (ROW(p)->x)

/* Text that is built in the value's own room and then taken as its text. */
static inline struct text text_in(struct value *v)
{
	struct text t;

	text_init(&t, v->room, sizeof(v->room));
	return t;
}

static inline void take_text(struct value *v, const struct text *t)
{
	v->type = VAL_TEXT;
	v->trusted = true;
	v->s = v->room;
	v->n = (uint32_t)t->len;
}

/* Whether times of such a capture are dates. */
bool has_date(enum capture_kind k);
/* Date and time to the microsecond. */
void clock_text(struct value *v, int64_t ns);
/* The column of times, its getter for the line's kind filled in. */
struct column time_column(enum time_format t, void (*get)(const void *row, struct value *v));

/* Getters that lists and `show` share. */
void xfer_get_id(const void *row, struct value *v);
void xfer_get_duration(const void *row, struct value *v);
void xfer_get_info(const void *row, struct value *v);

/* Getters of records that lists of packets share. */
void record_pid(const void *l, struct value *v);
void record_address(const void *l, struct value *v);
void record_transfer(const void *l, struct value *v);
void record_bin(const void *l, struct value *v);

/* Copies n columns; returns n. */
static inline size_t copy_columns(struct column *to, const struct column *from, size_t n)
{
	memcpy(to, from, n * sizeof(*to));
	return n;
}

/* Those of JSON and CSV. */
size_t json_of_xfers(struct column *cols);

#endif
