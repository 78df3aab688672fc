/* nearest.h: the nearest of some names to one that does not exist: "did you mean …?" */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include <stddef.h>

/* The best candidate so far. */
struct nearest {
	const char *s; /* what was written */
	size_t n;
	const char *best; /* NULL: nothing is near */
	size_t best_n;
	unsigned best_distance; /* less than it is better */
};

/* To begin with, for the n bytes that were written. */
struct nearest nearest_to(const char *s, size_t n);
/* Tries a candidate of n bytes, which must outlive *near. Also near: a word whose beginning was
 * written (iso), a name whose last part behind a dot was (wValue). */
void nearest_try(struct nearest *near, const char *s, size_t n);

#endif
