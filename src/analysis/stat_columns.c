/* stat_columns.c: what the tables of `stat` share. */
#include "analysis/stat_columns.h"
#include "base/mem.h"

#include <assert.h>

static uint8_t show_of(const struct stat *s, uint8_t show)
{
	if (!s->opts.binary)
		return show;
	return show == SHOW_BYTES ? SHOW_BYTES_BINARY : show == SHOW_RATE ? SHOW_RATE_BINARY : show;
}

static void take_columns(
	struct stat_table *t, const struct stat *s, const struct column *cols, size_t n)
{
	assert(n <= STAT_COLUMNS);
	for (size_t i = 0; i < n && i < STAT_COLUMNS; i++) {
		t->col[i] = cols[i];
		t->col[i].show = show_of(s, cols[i].show);
	}
}

void stat_table(struct stat_table *t, const struct stat *s, struct emit *e, const char *key,
	const char *title, const struct column *cols, size_t n, bool text)
{
	take_columns(t, s, cols, n);
	for (size_t i = 0; !text && i < n; i++)
		t->col[i].title = NULL;
	emit_table(e, key, text ? title : NULL, t->col, n, LAYOUT_GRID);
}

void stat_table_lines(struct stat_table *t, const struct stat *s, struct emit *e, const char *key,
	const struct column *cols, size_t n)
{
	take_columns(t, s, cols, n);
	emit_table(e, key, NULL, t->col, n, LAYOUT_LINES);
}

void stat_row(struct emit *e, const void *row)
{
	emit_row(e, row);
	emit_row_end(e);
}

/* ---- figures within words ----------------------------------------------------------- */

void stat_say_ns(struct text *t, uint64_t ns)
{
	char d[FMT_MAX];

	text_mem(t, d, fmt_duration(d, ns < INT64_MAX ? (int64_t)ns : INT64_MAX, false));
}

/* Exact below 10,000, then three digits and a unit. */
void stat_say_rate(struct text *t, const struct stat *s, double v)
{
	static const char *const unit[] = {"", "k", "M", "G", "T", "P", "E"};
	double step = s->opts.binary ? 1024 : 1000;
	size_t i = 0;

	if (v < 9999.5) {
		text_count(t, (uint64_t)(v + 0.5));
	} else {
		for (; v >= step * 0.9995 && i + 1 < ARRAY_LEN(unit); i++)
			v /= step;
		text_printf(t, v < 9.995 ? "%.2f" : v < 99.95 ? "%.1f" : "%.0f", v);
	}
	text_char(t, ' ');
	text_str(t, i == 1 && s->opts.binary ? "K" : unit[i]);
	text_str(t, i && s->opts.binary ? "i" : "");
	text_str(t, "B/s");
}

void stat_say_times(struct text *t, const struct hist *h)
{
	static const struct {
		const char *name;
		double q;
	} shown[] = {{"p50 ", 0.5}, {", p90 ", 0.9}, {", p99 ", 0.99}, {", p99.9 ", 0.999},
		{", max ", 1}};

	for (size_t i = 0; h->n && i < ARRAY_LEN(shown); i++) {
		text_str(t, shown[i].name);
		stat_say_ns(t, hist_quantile(h, shown[i].q));
	}
}
