/* stat_columns.h: what the tables of `stat` share. */
#ifndef ANALYSIS_STAT_COLUMNS_H
#define ANALYSIS_STAT_COLUMNS_H

#include "analysis/stat_impl.h"

/* A getter over `row`: the value where `known`, else null. */
#define GET(name, known, what)                                                                     \
	static void get_##name(const void *row, struct value *v)                                   \
	{                                                                                          \
		if (known)                                                                         \
			*v = what;                                                                 \
	}
/* A rate in whole bytes (or such) per second. */
static inline struct value stat_per_second(double per_second)
{
	return value_uint((uint64_t)(per_second + 0.5));
}

/* Of a struct hist: a quantile as a time. */
#define GET_TIME(name, hist, q) GET(name, (hist)->n, value_ns((int64_t)hist_quantile(hist, q)))

/* p50 to max of a hist as getters get_NAME_p50 … and as columns without text. */
#define GET_TIMES(name, hist)                                                                      \
	GET_TIME(name##_p50, hist, 0.5)                                                            \
	GET_TIME(name##_p90, hist, 0.9)                                                            \
	GET_TIME(name##_p99, hist, 0.99)                                                           \
	GET_TIME(name##_p999, hist, 0.999)                                                         \
	GET_TIME(name##_max, hist, 1)
#define KEYS_TIMES(key_, name)                                                                     \
	{.key = key_ ".p50", .get = get_##name##_p50},                                             \
		{.key = key_ ".p90", .get = get_##name##_p90},                                     \
		{.key = key_ ".p99", .get = get_##name##_p99},                                     \
		{.key = key_ ".p999", .get = get_##name##_p999},                                   \
	{                                                                                          \
		.key = key_ ".max", .get = get_##name##_max                                        \
	}

/* A table of the report, while it is written. */
enum { STAT_COLUMNS = 80 };
struct stat_table {
	struct column col[STAT_COLUMNS];
};

/* Begins a table of n columns: sizes and rates as the options say; `text` false: for JSON and CSV
 * alone. t must live until emit_table_end(). */
void stat_table(struct stat_table *t, const struct stat *s, struct emit *e, const char *key,
	const char *title, const struct column *cols, size_t n, bool text);
/* The same for lines that are shown as they come. */
void stat_table_lines(struct stat_table *t, const struct stat *s, struct emit *e, const char *key,
	const struct column *cols, size_t n);
/* A row without anything inside. */
void stat_row(struct emit *e, const void *row);

/* "p50 1.2 ms, p90 …, p99 …, p99.9 …, max …"; nothing where h is empty. */
void stat_say_times(struct text *t, const struct hist *h);
/* A duration, a rate as text output shows them. */
void stat_say_ns(struct text *t, uint64_t ns);
void stat_say_rate(struct text *t, const struct stat *s, double rate);

#endif
