/* iso_plots.c: the plots of the report of `iso`: how late completions were, and each stream over
 * time. */
#include "analysis/iso_impl.h"
#include "analysis/iso_say.h"

#include <math.h>

enum { PLOT = 60, PLOT_LEAST = 5 };

static void plot_late(const struct iso_result *r, struct emit *e)
{
	const struct timeline_result *l = &r->s->late_result;
	struct iso_say w;

	if (!l->fitted || l->n < PLOT_LEAST || !(l->p99 > 0))
		return;
	iso_say_init(&w);
	text_str(&w.t, "0 to ");
	iso_say_ns(&w.t, r->s->bars_to);
	text_str(&w.t, l->max > r->s->bars_to ? " and beyond" : "");
	emit_series(e, &(struct series){.title = "how late",
			       .y = r->s->bars,
			       .n = ISO_BARS,
			       .counts = true,
			       .caption = w.room});
}

static void plot_over_time(const struct iso_point *p, size_t n, const char *title, const char *unit,
	double (*get)(const struct iso_point *), struct emit *e)
{
	double y[PLOT], lo = INFINITY, hi = -INFINITY;
	struct iso_say w;
	int places;

	for (size_t i = 0; i < n; i++) {
		y[i] = get(&p[i]);
		lo = fmin(lo, y[i]);
		hi = fmax(hi, y[i]);
	}
	if (!(lo < hi)) /* a flat line says nothing */
		return;
	iso_say_init(&w);
	places = lo == floor(lo) && hi == floor(hi) ? 0 : hi - lo < 1 ? 2 : hi - lo < 100;
	text_printf(&w.t, "%.*f to %.*f%s%s", places, lo, places, hi, *unit ? " " : "", unit);
	emit_series(e, &(struct series){.title = title, .y = y, .n = n, .caption = w.room});
}

static double late_us(const struct iso_point *p)
{
	return round(p->late_max) / 1000;
}

static double rate_k(const struct iso_point *p)
{
	return p->bytes / p->width / 1000;
}

static double lost_of(const struct iso_point *p)
{
	return p->lost;
}

static double feedback_of(const struct iso_point *p)
{
	return p->feedback;
}

void iso_plots(const struct iso_result *r, struct emit *e)
{
	struct iso_point p[PLOT];
	size_t n = iso_points(r, p, PLOT);

	plot_late(r, e);
	if (n < PLOT_LEAST)
		return;
	plot_over_time(p, n, "latest", "µs", late_us, e);
	if (r->s->is_feedback)
		plot_over_time(p, n, "feedback", "Hz", feedback_of, e);
	else if (r->s->bytes)
		plot_over_time(p, n, "rate", "kB/s", rate_k, e);
	if (r->lost)
		plot_over_time(p, n, "lost", "", lost_of, e);
}
