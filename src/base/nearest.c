/* nearest.c: the nearest of some names to one that does not exist. */
#include "base/nearest.h"

#include <stdbool.h>
#include <stdint.h>

/* Longer names are not worth a suggestion. */
enum { LONGEST = 40 };

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* Damerau-Levenshtein distance (optimal string alignment), case ignored; a and b at most LONGEST.
 */
static unsigned distance(const char *a, size_t an, const char *b, size_t bn)
{
	uint8_t row[3][LONGEST + 1], *before = row[0], *last = row[1], *now = row[2];

	for (size_t j = 0; j <= bn; j++)
		last[j] = (uint8_t)j;
	for (size_t i = 1; i <= an; i++) {
		uint8_t *spare = before;

		now[0] = (uint8_t)i;
		for (size_t j = 1; j <= bn; j++) {
			bool same = lower(a[i - 1]) == lower(b[j - 1]);
			unsigned d = last[j - 1] + !same;

			d = last[j] + 1u < d ? last[j] + 1u : d;
			d = now[j - 1] + 1u < d ? now[j - 1] + 1u : d;
			if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
				lower(a[i - 2]) == lower(b[j - 1]) && before[j - 2] + 1u < d)
				d = before[j - 2] + 1u;
			now[j] = (uint8_t)d;
		}
		before = last;
		last = now;
		now = spare;
	}
	return last[bn];
}

struct nearest nearest_to(const char *s, size_t n)
{
	/* A third of the letters may be wrong, of a short word one. */
	return (struct nearest){.s = s, .n = n, .best_distance = n < 6 ? 2 : (unsigned)n / 3 + 1};
}

void nearest_try(struct nearest *near, const char *s, size_t n)
{
	unsigned d, tail = 0;

	if (near->n > LONGEST || n > LONGEST)
		return;
	d = distance(near->s, near->n, s, n);
	if (near->n >= 2 && near->n < n && !distance(near->s, near->n, s, near->n))
		d = 1;
	for (size_t i = 0; i < n; i++)
		if (s[i] == '.')
			tail = (unsigned)i + 1;
	if (tail) {
		unsigned t = distance(near->s, near->n, s + tail, n - tail);

		d = t < d ? t : d;
	}
	if (d < near->best_distance) {
		near->best = s;
		near->best_n = n;
		near->best_distance = d;
	}
}
