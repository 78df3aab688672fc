/* hist.c: log-linear histogram. */
#include "base/hist.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

static uint64_t bucket_middle(unsigned octave, unsigned bucket)
{
	uint64_t width = octave < 2 ? 1 : (uint64_t)1 << (octave - 1);
	uint64_t base = octave ? (uint64_t)HIST_SUB << (octave - 1) : 0;

	return base + bucket * width + width / 2;
}

void hist_add_octave(struct hist *h, unsigned octave)
{
	h->octave[octave] = mem_zalloc(HIST_SUB, sizeof(*h->octave[octave]));
}

void hist_widen(struct hist *h, uint64_t v)
{
	if (!h->n || v < h->min)
		h->min = v;
	if (v > h->max)
		h->max = v;
}

static uint32_t saturated(uint32_t a, uint64_t b)
{
	return b < UINT32_MAX - a ? a + (uint32_t)b : UINT32_MAX;
}

void hist_add_n(struct hist *h, uint64_t v, uint64_t n)
{
	unsigned o = hist_octave(v);
	uint32_t *bucket;

	hist_add(h, v); /* allocates, and knows the extremes */
	bucket = &h->octave[o][hist_bucket(v, o)];
	*bucket = saturated(*bucket, n - 1);
	h->n += n - 1;
}

void hist_merge(struct hist *a, const struct hist *b)
{
	if (!b->n)
		return;
	for (unsigned o = 0; o < HIST_OCTAVES; o++) {
		if (!b->octave[o])
			continue;
		if (!a->octave[o])
			a->octave[o] = mem_zalloc(HIST_SUB, sizeof(*a->octave[o]));
		for (unsigned i = 0; i < HIST_SUB; i++)
			a->octave[o][i] = saturated(a->octave[o][i], b->octave[o][i]);
	}
	if (!a->n || b->min < a->min)
		a->min = b->min;
	if (b->max > a->max)
		a->max = b->max;
	a->n += b->n;
}

uint64_t hist_quantile(const struct hist *h, double q)
{
	uint64_t rank = (uint64_t)ceil(q * (double)h->n), seen = 0;

	if (!h->n)
		return 0;
	if (rank < 1)
		rank = 1;
	if (rank >= h->n)
		return h->max;
	for (unsigned o = 0; o < HIST_OCTAVES; o++)
		for (unsigned i = 0; h->octave[o] && i < HIST_SUB; i++) {
			seen += h->octave[o][i];
			if (seen >= rank) {
				uint64_t v = bucket_middle(o, i);

				return v < h->min ? h->min : v > h->max ? h->max : v;
			}
		}
	return h->max;
}

void hist_free(struct hist *h)
{
	for (unsigned o = 0; o < HIST_OCTAVES; o++)
		free(h->octave[o]);
	*h = (struct hist){0};
}
