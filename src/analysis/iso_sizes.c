/* iso_sizes.c: packet sizes and their pattern. */
#include "analysis/iso_sizes.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

/* A period must be seen this often before it is believed. */
enum { ROUNDS = 3, RUNS_SHOWN = 6 };
static const double share_least = 0.9, share_alike = 0.02;

static uint32_t divisor(uint32_t a, uint32_t b)
{
	while (b) {
		uint32_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

static void count_kind(struct iso_sizes *s, uint32_t size)
{
	for (unsigned i = 0; i < s->kinds; i++)
		if (s->kind[i].size == size) {
			s->kind[i].count++;
			return;
		}
	if (s->kinds == ISO_SIZES_KINDS) {
		s->others++;
		return;
	}
	s->kind[s->kinds].size = size;
	s->kind[s->kinds++].count = 1;
}

void iso_sizes_add(struct iso_sizes *s, uint32_t size)
{
	if (!s->kept)
		s->kept = mem_zalloc(ISO_SIZES_KEPT, sizeof(*s->kept));
	if (!s->n || size < s->least)
		s->least = size;
	if (size > s->most)
		s->most = size;
	s->common = divisor(s->common, size);
	s->kept[s->n++ % ISO_SIZES_KEPT] = size;
	count_kind(s, size);
}

void iso_sizes_free(struct iso_sizes *s)
{
	free(s->kept);
	*s = (struct iso_sizes){0};
}

/* ---- the pattern -------------------------------------------------------------------- */

static size_t kept(const struct iso_sizes *s)
{
	return s->n < ISO_SIZES_KEPT ? s->n : ISO_SIZES_KEPT;
}

/* The i-th of the kept ones, the oldest first. */
static uint32_t at(const struct iso_sizes *s, size_t i)
{
	return s->kept[(s->n < ISO_SIZES_KEPT ? i : s->n + i) % ISO_SIZES_KEPT];
}

/* Of pairs of packets a period apart: how many are alike. */
static double alike(const struct iso_sizes *s, unsigned period)
{
	size_t n = kept(s), same = 0;

	for (size_t i = period; i < n; i++)
		same += at(s, i) == at(s, i - period);
	return (double)same / (double)(n - period);
}

static bool is_like(const struct iso_sizes *s, size_t i, size_t distance)
{
	return (i >= distance && at(s, i) == at(s, i - distance)) ||
	       (i + distance < kept(s) && at(s, i) == at(s, i + distance));
}

/* Of packets: one that is not like the others is in two pairs that are not alike, and its neighbour
 * at either end of what is kept has no other one next to it. */
static double fitting(const struct iso_sizes *s, unsigned period)
{
	size_t n = kept(s), fit = 0;

	for (size_t i = 0; i < n; i++)
		fit += is_like(s, i, period) || is_like(s, i, 2 * (size_t)period);
	return (double)fit / (double)n;
}

/* The latest round of the period that repeats the one before it, or simply the latest one. */
static size_t typical_round(const struct iso_sizes *s, unsigned period)
{
	size_t n = kept(s);

	for (size_t from = n - period; from >= period; from--) {
		size_t i = 0;

		while (i < period && at(s, from + i) == at(s, from + i - period))
			i++;
		if (i == period)
			return from;
	}
	return n - period;
}

static size_t run_length(const uint32_t *v, unsigned n, unsigned from)
{
	size_t len = 1;

	while (len < n && v[(from + len) % n] == v[from])
		len++;
	return len;
}

/* Begins with the longest run. */
static void rotate(struct iso_pattern *p)
{
	uint32_t v[ISO_SIZES_PERIOD];
	unsigned best = 0;
	size_t longest = 0;

	memcpy(v, p->size, sizeof(v));
	for (unsigned i = 0; i < p->period; i++) {
		bool begins = v[i] != v[(i + p->period - 1) % p->period];
		size_t len = begins ? run_length(v, p->period, i) : 0;

		if (len > longest) {
			longest = len;
			best = i;
		}
	}
	for (unsigned i = 0; i < p->period; i++)
		p->size[i] = v[(best + i) % p->period];
}

/* A round that repeats itself is several shorter ones. */
static void shorten(struct iso_pattern *p)
{
	for (unsigned k = 1; k < p->period; k++) {
		unsigned i = k;

		if (p->period % k)
			continue;
		while (i < p->period && p->size[i] == p->size[i - k])
			i++;
		if (i == p->period)
			p->period = k;
	}
}

struct iso_pattern iso_sizes_pattern(const struct iso_sizes *s)
{
	struct iso_pattern p = {0};
	double shares[ISO_SIZES_PERIOD + 1], best = 0;
	size_t n = kept(s), from;
	unsigned longest = (unsigned)(n / ROUNDS);

	longest = longest < ISO_SIZES_PERIOD ? longest : ISO_SIZES_PERIOD;
	for (unsigned period = 1; period <= longest; period++) {
		shares[period] = alike(s, period);
		best = shares[period] > best ? shares[period] : best;
	}
	if (best < share_least)
		return p;
	for (p.period = 1; shares[p.period] < best - share_alike;)
		p.period++;
	from = typical_round(s, p.period);
	for (unsigned i = 0; i < p.period; i++)
		p.size[i] = at(s, from + i);
	shorten(&p);
	p.share = fitting(s, p.period);
	rotate(&p);
	return p;
}

/* ---- in words ----------------------------------------------------------------------- */

void iso_pattern_text(struct text *t, const struct iso_pattern *p)
{
	unsigned runs = 0;

	for (unsigned i = 0, len; i < p->period; i += len) {
		len = 1;
		while (i + len < p->period && p->size[i + len] == p->size[i])
			len++;
		if (i)
			text_str(t, " + ");
		if (runs++ == RUNS_SHOWN) {
			text_str(t, "…");
			return;
		}
		if (len > 1) {
			text_u64(t, len);
			text_str(t, " × ");
		}
		text_u64(t, p->size[i]);
		if (p->period == len)
			return;
	}
}

static bool before(const struct iso_sizes *s, unsigned a, unsigned b)
{
	return s->kind[a].count != s->kind[b].count ? s->kind[a].count > s->kind[b].count
						    : s->kind[a].size < s->kind[b].size;
}

void iso_sizes_text(struct text *t, const struct iso_sizes *s)
{
	unsigned order[ISO_SIZES_KINDS];

	for (unsigned i = 0; i < s->kinds; i++) {
		unsigned k = i;

		for (; k && before(s, i, order[k - 1]); k--)
			order[k] = order[k - 1];
		order[k] = i;
	}
	for (unsigned i = 0; i < s->kinds; i++) {
		text_str(t, i ? ", " : "");
		text_u64(t, s->kind[order[i]].size);
		text_printf(t, " (%.1f%%)", 100.0 * (double)s->kind[order[i]].count / (double)s->n);
	}
	if (s->others)
		text_printf(t, ", others (%.1f%%)", 100.0 * (double)s->others / (double)s->n);
}
