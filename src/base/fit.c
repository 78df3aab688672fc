/* fit.c: robust line fit. */
#include "base/fit.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { START_POINTS = 160, ROUNDS = 20 };

/* Tukey's constant: 95 % efficient where the errors are normal (Beaton and Tukey 1974). */
static const double tukey = 4.685;
/* The median of absolute deviations is this part of a normal distribution's standard deviation. */
static const double mad_of_normal = 0.6745;
/* Quantile of the normal distribution for 95 % on both sides. */
static const double normal_95 = 1.96;

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *v, size_t n)
{
	qsort(v, n, sizeof(*v), by_value);
	return n % 2 ? v[n / 2] : v[n / 2 - 1] / 2 + v[n / 2] / 2;
}

/* Theil–Sen over at most START_POINTS of them. False: all x the same. */
static bool start_slope(const struct fit_point *p, size_t n, double *slope)
{
	size_t k = n < START_POINTS ? n : START_POINTS, slopes = 0;
	double *s = mem_zalloc(k * (k - 1) / 2, sizeof(*s));

	for (size_t i = 0; i < k; i++)
		for (size_t j = i + 1; j < k; j++) {
			const struct fit_point *a = &p[i * (n - 1) / (k - 1)],
					       *b = &p[j * (n - 1) / (k - 1)];

			if (b->x > a->x)
				s[slopes++] = (b->y - a->y) / (b->x - a->x);
		}
	if (slopes)
		*slope = median(s, slopes);
	free(s);
	return slopes > 0;
}

/* Weighted sums about their means. */
struct sums {
	double w, x, y, xx, xy;
};

static struct sums sum_up(const struct fit_point *p, const double *share, size_t n)
{
	struct sums s = {0};

	for (size_t i = 0; i < n; i++) {
		double w = p[i].weight * share[i];

		s.w += w;
		s.x += w * p[i].x;
		s.y += w * p[i].y;
	}
	s.x /= s.w;
	s.y /= s.w;
	for (size_t i = 0; i < n; i++) {
		double w = p[i].weight * share[i], dx = p[i].x - s.x;

		s.xx += w * dx * dx;
		s.xy += w * dx * (p[i].y - s.y);
	}
	return s;
}

/* Residuals, each as if its point stood for one measurement. */
static void residuals(const struct fit_point *p, size_t n, const struct fit *f, double *r)
{
	for (size_t i = 0; i < n; i++)
		r[i] = (p[i].y - f->offset - f->slope * p[i].x) * sqrt(p[i].weight);
}

/* The residuals' size, whatever a few of them say. */
static double scale_of(const double *r, size_t n, double *scratch)
{
	double sum = 0, scale;

	for (size_t i = 0; i < n; i++) {
		scratch[i] = fabs(r[i]);
		sum += scratch[i];
	}
	scale = median(scratch, n) / mad_of_normal;
	return scale > 0 ? scale : sum / (double)n;
}

/* How much a point of that residual counts: less the further off it is, at last nothing. */
static double share_of(double r, double scale)
{
	double off = scale > 0 ? r / (tukey * scale) : 0;

	return fabs(off) < 1 ? (1 - off * off) * (1 - off * off) : 0;
}

/* Least squares again with new shares until nothing moves. */
static struct sums refine(const struct fit_point *p, size_t n, struct fit *f, double *share,
	double *r, double *scratch)
{
	struct sums s = {0};

	for (int round = 0; round < ROUNDS; round++) {
		double before = f->slope, scale;

		residuals(p, n, f, r);
		scale = scale_of(r, n, scratch);
		for (size_t i = 0; i < n; i++)
			share[i] = share_of(r[i], scale);
		s = sum_up(p, share, n);
		if (!(s.xx > 0))
			break;
		f->slope = s.xy / s.xx;
		f->offset = s.y - f->slope * s.x;
		if (fabs(f->slope - before) <= 1e-12 * fabs(before))
			break;
	}
	residuals(p, n, f, r);
	return s;
}

/* How much of an error of that residual the line would follow: the derivative of r times its share.
 */
static double follow_of(double r, double scale)
{
	double off = scale > 0 ? r / (tukey * scale) : 0;

	return fabs(off) < 1 ? (1 - off * off) * (1 - 5 * off * off) : 0;
}

/* The standard error of the slope, whatever the errors' distribution (the "sandwich" of Huber
 * 1967), widened by what neighbours have in common: a sum of correlated errors varies by (1 + c) /
 * (1 - c) more than one of independent ones. */
static double slope_error(const struct fit_point *p, const struct sums *s, const double *share,
	const double *r, double scale, size_t n)
{
	double sum = 0, next = 0, push = 0, hold = 0, correlation;

	for (size_t i = 0; i < n; i++) {
		double a = r[i] * share[i], x = (p[i].x - s->x) * sqrt(p[i].weight);

		sum += a * a;
		push += a * a * x * x;
		hold += follow_of(r[i], scale) * x * x;
		if (i + 1 < n)
			next += a * r[i + 1] * share[i + 1];
	}
	if (!(hold > 0))
		return INFINITY;
	correlation = sum > 0 ? fmin(0.99, fmax(0, next / sum)) : 0;
	return sqrt(push * (1 + correlation) / (1 - correlation)) / hold *
	       sqrt((double)n / ((double)n - 2));
}

bool fit_line(const struct fit_point *p, size_t n, struct fit *f)
{
	struct fit out = {0};
	double *room, *share, *r, *scratch;
	struct sums s;

	if (n < 3 || !start_slope(p, n, &out.slope))
		return false;
	room = mem_zalloc(3 * n, sizeof(*room));
	share = room;
	r = room + n;
	scratch = room + 2 * n;
	for (size_t i = 0; i < n; i++)
		scratch[i] = p[i].y - out.slope * p[i].x;
	out.offset = median(scratch, n);
	s = refine(p, n, &out, share, r, scratch);
	out.uncertainty = normal_95 * slope_error(p, &s, share, r, scale_of(r, n, scratch), n);
	free(room);
	*f = out;
	return true;
}
