/* timeline.c: regular events. */
#include "analysis/timeline.h"
#include "base/fit.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

/* A bin's first width: short streams are seen by the millisecond. */
enum { FIRST_WIDTH = 1000000 };

void timeline_init(struct timeline *t, double unit)
{
	*t = (struct timeline){.unit = unit, .random = 1, .width = FIRST_WIDTH};
}

void timeline_free(struct timeline *t)
{
	free(t->point);
	free(t->bin);
	*t = (struct timeline){0};
}

void timeline_drop_points(struct timeline *t)
{
	free(t->point);
	t->point = NULL;
	t->points = t->point_cap = 0;
}

void timeline_set_unit(struct timeline *t, double unit)
{
	t->unit = unit;
}

/* ---- bins --------------------------------------------------------------------------- */

/* By the slope so far: of two points of one bin, the one further above (below) the line. */
static double off_line(const struct timeline *t, const struct timeline_point *p)
{
	double slope = t->xx > 0 ? t->xd / t->xx : 0;

	return p->d - slope * (double)(p->x - t->first_x);
}

static void add_extremes(const struct timeline *t, struct timeline_bin *b,
	const struct timeline_point *latest, const struct timeline_point *earliest)
{
	if (!b->n || off_line(t, latest) > off_line(t, &b->latest))
		b->latest = *latest;
	if (!b->n || off_line(t, earliest) < off_line(t, &b->earliest))
		b->earliest = *earliest;
}

static void merge(const struct timeline *t, struct timeline_bin *a, const struct timeline_bin *b)
{
	if (b->n)
		add_extremes(t, a, &b->latest, &b->earliest);
	a->n += b->n;
	a->x += b->x;
	a->d += b->d;
	for (unsigned i = 0; i < TIMELINE_NOTES; i++)
		a->note[i] += b->note[i];
}

static void widen(struct timeline *t)
{
	t->width *= 2;
	t->bins = (t->bins + 1) / 2;
	for (size_t i = 0; i < TIMELINE_BINS / 2; i++) {
		struct timeline_bin a = t->bin[2 * i];

		merge(t, &a, &t->bin[2 * i + 1]);
		t->bin[i] = a;
	}
	for (size_t i = TIMELINE_BINS / 2; i < TIMELINE_BINS; i++)
		t->bin[i] = (struct timeline_bin){0};
}

static struct timeline_bin *bin_at(struct timeline *t, int64_t when)
{
	uint64_t since, i;

	if (!t->bin)
		t->bin = mem_zalloc(TIMELINE_BINS, sizeof(*t->bin));
	if (!t->begun)
		t->begin = when;
	t->begun = true;
	since = when > t->begin ? (uint64_t)when - (uint64_t)t->begin : 0;
	while ((i = since / (uint64_t)t->width) >= TIMELINE_BINS)
		widen(t);
	if (i >= t->bins)
		t->bins = i + 1;
	return &t->bin[i];
}

void timeline_note(struct timeline *t, int64_t when, unsigned which, double amount)
{
	bin_at(t, when)->note[which] += amount;
}

/* ---- events ------------------------------------------------------------------------- */

static uint64_t random_below(struct timeline *t, uint64_t n)
{
	/* xorshift64 (Marsaglia 2003): the same choice for the same capture */
	t->random ^= t->random << 13;
	t->random ^= t->random >> 7;
	t->random ^= t->random << 17;
	return t->random % n;
}

/* All of the first TIMELINE_POINTS, then each with the same probability (Vitter's algorithm R). */
static void keep(struct timeline *t, const struct timeline_point *p)
{
	uint64_t i;

	if (t->points < TIMELINE_POINTS) {
		array_need(t->point, t->points, t->point_cap);
		t->point[t->points++] = *p;
		return;
	}
	i = random_below(t, t->n);
	if (i < TIMELINE_POINTS)
		t->point[i] = *p;
}

/* Welford's update: no loss of digits however long the stream. */
static void add_moments(struct timeline *t, const struct timeline_point *p)
{
	double n = (double)t->n, x = (double)(p->x - t->first_x), dx = x - t->mean_x,
	       dd = p->d - t->mean_d;

	t->mean_x += dx / n;
	t->mean_d += dd / n;
	t->xx += dx * (x - t->mean_x);
	t->xd += dx * (p->d - t->mean_d);
	t->dd += dd * (p->d - t->mean_d);
}

void timeline_add(struct timeline *t, int64_t when, int64_t x, double y)
{
	struct timeline_point p = {x, 0};
	struct timeline_bin *b;

	if (!t->n++)
		t->first_x = x;
	t->last_x = x;
	p.d = y - t->unit * (double)(x - t->first_x);
	add_moments(t, &p);
	b = bin_at(t, when);
	add_extremes(t, b, &p, &p);
	b->n++;
	b->x += (double)(x - t->first_x);
	b->d += p.d;
	keep(t, &p);
}

/* ---- results ------------------------------------------------------------------------ */

/* The events themselves while all are kept, else the means of the bins, which stand for all. */
static size_t fit_points(const struct timeline *t, struct fit_point *p)
{
	size_t n = 0;

	if (t->n <= TIMELINE_POINTS) {
		for (; n < t->points; n++)
			p[n] = (struct fit_point){
				(double)(t->point[n].x - t->first_x), t->point[n].d, 1};
		return n;
	}
	for (size_t i = 0; i < t->bins; i++) {
		const struct timeline_bin *b = &t->bin[i];
		double k = (double)b->n;

		if (b->n)
			p[n++] = (struct fit_point){b->x / k, b->d / k, k};
	}
	return n;
}

static double above(const struct timeline *t, double slope, const struct timeline_point *p)
{
	return p->d - slope * (double)(p->x - t->first_x);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double rank(const double *sorted, size_t n, double q)
{
	size_t i = (size_t)ceil(q * (double)n);

	return sorted[i ? i - 1 : 0];
}

static void percentiles(const struct timeline *t, struct timeline_result *r)
{
	double *late = mem_zalloc(t->points, sizeof(*late));

	for (size_t i = 0; i < t->points; i++)
		late[i] = timeline_lateness(t, r, &t->point[i]);
	qsort(late, t->points, sizeof(*late), by_value);
	r->p50 = rank(late, t->points, 0.5);
	r->p90 = rank(late, t->points, 0.9);
	r->p99 = rank(late, t->points, 0.99);
	free(late);
}

static void lateness(const struct timeline *t, double slope, struct timeline_result *r)
{
	double least = INFINITY, most = -INFINITY, variance;

	for (size_t i = 0; i < t->bins; i++) {
		if (!t->bin[i].n)
			continue;
		least = fmin(least, above(t, slope, &t->bin[i].earliest));
		most = fmax(most, above(t, slope, &t->bin[i].latest));
	}
	for (size_t i = 0; i < t->points; i++) {
		least = fmin(least, above(t, slope, &t->point[i]));
		most = fmax(most, above(t, slope, &t->point[i]));
	}
	variance = (t->dd - 2 * slope * t->xd + slope * slope * t->xx) / (double)t->n;
	r->earliest = least;
	r->max = most - least;
	r->mean = t->mean_d - slope * t->mean_x - least;
	r->sd = sqrt(fmax(0, variance));
	percentiles(t, r);
}

struct timeline_result timeline_result(const struct timeline *t, double quantum)
{
	struct timeline_result r = {.n = t->n, .sampled = t->n > TIMELINE_POINTS};
	size_t room = t->n <= TIMELINE_POINTS ? t->points : t->bins;
	struct fit_point *p;
	struct fit f;

	if (t->n < 3)
		return r;
	p = mem_zalloc(room, sizeof(*p));
	if (fit_line(p, fit_points(t, p), &f)) {
		double span = fabs((double)(t->last_x - t->first_x));

		r.fitted = true;
		r.slope = t->unit + f.slope;
		r.uncertainty = f.uncertainty + (span > 0 ? quantum / span : 0);
		lateness(t, f.slope, &r);
	}
	free(p);
	return r;
}

double timeline_lateness(
	const struct timeline *t, const struct timeline_result *r, const struct timeline_point *p)
{
	return above(t, r->slope - t->unit, p) - r->earliest;
}

void timeline_histogram(const struct timeline *t, const struct timeline_result *r, double to,
	double *count, size_t n)
{
	for (size_t i = 0; i < n; i++)
		count[i] = 0;
	for (size_t i = 0; i < t->points && to > 0; i++) {
		double part = timeline_lateness(t, r, &t->point[i]) / to * (double)n;

		count[(size_t)fmin(fmax(part, 0), (double)(n - 1))]++;
	}
}
