/* truth_iso.c: what happened to isochronous streams, as `urbscope iso` should find it: a JSON line
 * per endpoint. */
#include "tests/gen/gen.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct iso_truth {
	const struct device *dev;
	const struct endpoint *ep;
	const struct xfer *x; /* the latest */
	uint64_t urbs, packets, lost, skipped, dry, bytes, flying;
	int64_t dry_time, dry_longest, done; /* done: when the latest completed; 0: none */
	double *late;
	size_t n;
	struct iso_truth *next;
};

static struct iso_truth *first;

static struct iso_truth *truth_of(const struct xfer *x)
{
	struct iso_truth **t = &first;

	while (*t && (*t)->ep != x->ep)
		t = &(*t)->next;
	if (!*t) {
		*t = keep(sizeof(**t));
		(*t)->dev = x->dev;
		(*t)->ep = x->ep;
	}
	(*t)->x = x;
	return *t;
}

void truth_iso_submit(const struct urb *u)
{
	struct iso_truth *t = truth_of(u->x);
	int64_t dry = u->submitted - t->done;

	t->skipped += (uint64_t)u->skipped;
	if (!t->flying++ && t->done && dry > 0) {
		t->dry++;
		t->dry_time += dry;
		t->dry_longest = dry > t->dry_longest ? dry : t->dry_longest;
	}
}

void truth_iso_complete(const struct urb *u, int64_t start)
{
	struct iso_truth *t = truth_of(u->x);

	t->flying--;
	t->done = u->completed;
	t->urbs++;
	t->packets += u->x->packets;
	t->lost += u->errors;
	t->bytes += u->actual;
	t->late = grow(t->late, (t->n + 1) * sizeof(*t->late));
	t->late[t->n++] = (double)(u->completed - start - u->due) / 1e9;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* All behind the earliest. */
static void print_late(struct iso_truth *t)
{
	double least, sum = 0, squares = 0, mean;

	qsort(t->late, t->n, sizeof(*t->late), by_value);
	least = t->late[0];
	for (size_t i = 0; i < t->n; i++)
		sum += t->late[i] - least;
	mean = sum / (double)t->n;
	for (size_t i = 0; i < t->n; i++)
		squares += pow(t->late[i] - least - mean, 2);
	printf(",\"late\":{\"mean\":%.9f,\"sd\":%.9f,\"p50\":%.9f,\"p90\":%.9f,\"p99\":%.9f,"
	       "\"max\":%.9f}",
		mean, sqrt(squares / (double)t->n),
		t->late[(size_t)ceil(0.5 * (double)t->n) - 1] - least,
		t->late[(size_t)ceil(0.9 * (double)t->n) - 1] - least,
		t->late[(size_t)ceil(0.99 * (double)t->n) - 1] - least, t->late[t->n - 1] - least);
}

static void print_rate(const char *key, const struct clock *c)
{
	if (c->hz > 0)
		printf(",\"%s\":%.6f", key, c->hz * (1 + c->ppm * 1e-6));
	else
		printf(",\"%s\":null", key);
}

void truth_iso_print(void)
{
	for (struct iso_truth *t = first; t; t = t->next) {
		printf("{\"dev\":%u,\"ep\":%u,\"dir\":\"%s\",\"urbs\":%" PRIu64
		       ",\"packets\":%" PRIu64 ",\"lost\":%" PRIu64 ",\"skipped\":%" PRIu64
		       ",\"bytes\":%" PRIu64 ",\"dry\":%" PRIu64
		       ",\"dry_time\":%.9f,\"dry_longest\":%.9f",
			t->dev->address, t->ep->address & 15, t->ep->address & 0x80 ? "in" : "out",
			t->urbs, t->packets, t->lost, t->skipped, t->bytes, t->dry,
			(double)t->dry_time / 1e9, (double)t->dry_longest / 1e9);
		if (t->n)
			print_late(t);
		printf(",\"clock_ppm\":%.6f", (1 / (1 + t->x->drift * 1e-6) - 1) * 1e6);
		print_rate("samples_hz", &t->x->samples);
		print_rate("feedback_hz", &t->x->feedback);
		printf("}\n");
		free(t->late);
	}
}
