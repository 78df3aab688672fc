/* hist.h: a log-linear histogram of unsigned 64-bit values: 128 equal buckets per power of two, so
 * a percentile is off by at most 1/256 (0.4 %) of its value (values below 256 are exact). Counts of
 * a power of two are allocated when its first value arrives: 512 bytes. */
#ifndef BASE_HIST_H
#define BASE_HIST_H

#include <stdint.h>

enum { HIST_SUB = 128, HIST_OCTAVES = 58 };

struct hist {
	uint64_t n, min, max;
	/* [0]: 0–127; [i]: 128<<(i-1) … (128<<i) - 1. A bucket stays at UINT32_MAX. */
	uint32_t *octave[HIST_OCTAVES];
};

static inline void hist_add(struct hist *h, uint64_t v);
/* The same n times (n > 0). */
void hist_add_n(struct hist *h, uint64_t v, uint64_t n);
/* Adds all of b to a. */
void hist_merge(struct hist *a, const struct hist *b);
/* The value below or at which fraction q (0–1) of all values lie (nearest rank); the middle of its
 * bucket, clamped to [min, max]. 0 when empty. */
uint64_t hist_quantile(const struct hist *h, double q);
/* Frees the buckets; the histogram is empty again. */
void hist_free(struct hist *h);

/* ---- called for every transfer -------------------------------------------------------------- */

static inline unsigned hist_octave(uint64_t v)
{
	return v < HIST_SUB ? 0 : 64 - 7 - (unsigned)__builtin_clzll(v);
}

static inline unsigned hist_bucket(uint64_t v, unsigned octave)
{
	return (unsigned)(octave < 2 ? v : v >> (octave - 1)) & (HIST_SUB - 1);
}

/* What is rare, for hist_add() alone: the first value of an octave; one outside min … max. */
void hist_add_octave(struct hist *h, unsigned octave);
void hist_widen(struct hist *h, uint64_t v);

static inline void hist_add(struct hist *h, uint64_t v)
{
	unsigned o = hist_octave(v);
	uint32_t *bucket;

	if (__builtin_expect(!h->octave[o], 0))
		hist_add_octave(h, o);
	bucket = &h->octave[o][hist_bucket(v, o)];
	*bucket += *bucket != UINT32_MAX;
	if (__builtin_expect(v - h->min > h->max - h->min, 0))
		hist_widen(h, v);
	h->n++;
}

#endif
