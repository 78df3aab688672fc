/* fit.h: a straight line through points of which some are far off, and how well its slope is known.
 *
 * The line begins as the median of the slopes between points (Theil, Sen) and is refined by least
 * squares in which a point counts less the further off it is (Tukey's biweight). Nothing here knows
 * USB. */
#ifndef BASE_FIT_H
#define BASE_FIT_H

#include <stdbool.h>
#include <stddef.h>

struct fit_point {
	double x, y;
	double weight; /* > 0: how many measurements it stands for */
};

struct fit {
	double slope, offset; /* y = offset + slope * x */
	/* Half the width of the interval that holds the true slope with 95 % probability. Points
	 * that follow each other are not taken for independent: the correlation of neighbours
	 * widens it. */
	double uncertainty;
};

/* Points in ascending order of x. False, and *f untouched: fewer than three, or all x the same. The
 * uncertainty is infinite where so few points agree that none is left to tell it. */
bool fit_line(const struct fit_point *p, size_t n, struct fit *f);

#endif
