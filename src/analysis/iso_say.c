/* iso_say.c: the lines of the report of `iso`: numbers in words. */
#include "analysis/iso_say.h"
#include "analysis/iso_impl.h"
#include "base/mem.h"

#include <math.h>

void iso_say_init(struct iso_say *w)
{
	text_init(&w->t, w->room, sizeof(w->room));
	w->tone = TONE_NONE;
}

void iso_say_end(struct iso_say *w, struct emit *e, const char *title)
{
	struct value v = value_name(w->room);

	v.tone = w->tone;
	if (w->t.len)
		emit_item(e, NULL, title, v, SHOW_PLAIN);
}

void iso_say_things(struct text *t, uint64_t n, const char *thing)
{
	text_count(t, n);
	text_char(t, ' ');
	text_str(t, thing);
	text_str(t, n == 1 ? "" : "s");
}

void iso_say_ns(struct text *t, double ns)
{
	char d[FMT_MAX];

	ns = fmax(-ISO_NS_MAX, fmin(ns, ISO_NS_MAX));
	text_mem(t, d, fmt_duration(d, (int64_t)(ns + 0.5), false));
}

void iso_say_time(struct text *t, int64_t ns)
{
	char d[FMT_MAX];

	text_mem(t, d, fmt_seconds(d, ns, 6));
	text_str(t, " s");
}

void iso_say_rate(struct text *t, double rate)
{
	static const char *const unit[] = {" B/s", " kB/s", " MB/s", " GB/s"};
	size_t i = 0;

	for (; rate >= 1000 && i + 1 < ARRAY_LEN(unit); i++)
		rate /= 1000;
	text_printf(t, rate < 10 ? "%.2f%s" : rate < 100 ? "%.1f%s" : "%.0f%s", rate, unit[i]);
}

int iso_say_decimals(double uncertainty)
{
	return uncertainty >= 2 ? 0 : uncertainty >= 0.2 ? 1 : uncertainty >= 0.02 ? 2 : 3;
}

void iso_say_ppm(struct text *t, double ppm, double uncertainty)
{
	int n = iso_say_decimals(uncertainty);
	double least = pow(10, -n) / 2;

	text_printf(t, "%+.*f ± %.*f ppm", n, fabs(ppm) < least ? 0.0 : ppm, n,
		fmax(uncertainty, least));
}

void iso_say_percent(struct text *t, uint64_t part, uint64_t all)
{
	if (all)
		text_printf(t, " (%.2g%%)", 100.0 * (double)part / (double)all);
}

void iso_say_part(struct text *t, uint64_t n, const char *what)
{
	if (!n)
		return;
	text_str(t, ", ");
	text_count(t, n);
	text_char(t, ' ');
	text_str(t, what);
}
