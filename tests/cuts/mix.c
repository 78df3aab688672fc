/* mix.c: packets that are lost, come twice, change places, or have a wrong byte: whatever arrives,
 * each record is in exactly one transfer or one bin, and each transfer and transaction is handed on
 * once with the records that were put into it.
 *
 *     mix [-n TRIALS] [-s SEED] CAPTURE…     prints how many trials it made
 *
 * Exit code 1: a claim is broken; 3: not a capture. A trial is a run of at most 200 records from
 * somewhere in one of the captures. */
#include "base/log.h"
#include "base/mem.h"
#include "capture/reader.h"
#include "link/link.h"
#include "model/model.h"
#include "tests/cuts/claim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SOURCES = 64, RUN = 200, FED = 2 * RUN, BYTES = 2048 };

struct source {
	const char *path;
	struct record *rec; /* data owned */
	size_t n, cap;
};

static struct source source[SOURCES];
static size_t sources;
static uint64_t seed = 1;

/* The trial. placed: records put into each transfer; told: what the transfer said. */
struct trial {
	uint64_t number, fed, began;
	const char *path;
	uint32_t placed[FED + 2], told[FED + 2], of_transactions[FED + 2];
	uint64_t bins[BIN_COUNT];
};

static struct trial trial;

static uint64_t dice(uint64_t below)
{
	seed ^= seed >> 12; /* xorshift64*, Vigna 2014 */
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (seed * 0x2545f4914f6cdd1du >> 11) % below;
}

void say_where(void)
{
	fprintf(stderr, "%s: trial %llu, seed %llu, after %llu records\n", trial.path,
		(unsigned long long)trial.number, (unsigned long long)trial.began,
		(unsigned long long)trial.fed);
}

static void on_xfer(void *ctx, const struct xfer *x)
{
	(void)ctx;
	claim(x->id && x->id <= trial.fed + 1, "transfers count from 1, at most one a record");
	claim(!trial.told[x->id], "a transfer is handed on once");
	claim(x->records && x->first <= x->last, "a transfer has records");
	claim(x->data.kept <= x->data.captured && x->data.captured <= x->data.total,
		"kept <= captured <= total");
	trial.told[x->id] = x->records;
}

static void on_transaction(void *ctx, const struct transaction *t)
{
	(void)ctx;
	claim(t->xfer && t->xfer <= trial.fed + 1, "a transaction is of a transfer");
	claim(t->records && t->first <= t->last, "a transaction has records");
	trial.of_transactions[t->xfer] += t->records;
}

static void place(const struct placement *p)
{
	if (!p->xfer) {
		claim(p->bin > BIN_NONE && p->bin < BIN_COUNT,
			"a record is in a transfer or a bin");
		trial.bins[p->bin]++;
		return;
	}
	claim(p->xfer <= trial.fed + 1, "a record is of a transfer that began");
	trial.placed[p->xfer]++;
}

static void settle(struct model *m)
{
	struct placement p;

	if (model_held(m, &p))
		place(&p);
}

static void feed(struct model *m, const struct record *whole)
{
	struct record rec = *whole;
	uint32_t n = whole->caplen < BYTES ? whole->caplen : BYTES;
	uint8_t *copy = malloc(n ? n : 1); /* of exactly its size, for the sanitizer */
	struct placement p;
	struct event ev;

	if (!copy)
		die_oom(n);
	memcpy(copy, whole->data, n);
	if (n && !dice(40))
		copy[dice(n)] ^= (uint8_t)(1u << dice(8));
	rec.caplen = n;
	rec.data = n ? copy : copy + 1;
	rec.number = ++trial.fed;
	link_to_event(link_find(rec.link), &rec, &ev);
	p = model_feed(m, &rec, &ev);
	if (p.resolves)
		settle(m);
	if (!p.held)
		place(&p);
	free(copy);
}

static void feed_all(struct model *m, const struct source *s)
{
	size_t at = dice(s->n), end = at + 1 + dice(RUN);

	for (; at < s->n && at < end; at++) {
		uint64_t what = dice(24);

		if (what == 0) /* lost */
			continue;
		if (what == 1 && at + 1 < s->n) /* before its turn; comes again in it */
			feed(m, &s->rec[at + 1]);
		feed(m, &s->rec[at]);
		if (what == 2) /* twice */
			feed(m, &s->rec[at]);
		if (what == 3) /* something from elsewhere, instead of the next */
			feed(m, &s->rec[dice(s->n)]), at++;
	}
}

static void check(const struct model *m)
{
	const struct model_counts *c = model_counts(m);
	uint64_t sum = 0;

	claim(c->records == trial.fed, "every record counts");
	claim(c->xfers <= trial.fed, "no transfer without records");
	for (uint64_t i = 1; i <= trial.fed + 1; i++) {
		claim(trial.placed[i] == trial.told[i], "a transfer has the records put into it");
		claim((i <= c->xfers) == (trial.told[i] != 0), "every transfer is handed on");
		claim(trial.of_transactions[i] <= trial.told[i], "transactions share no records");
		sum += trial.told[i];
	}
	claim(sum == c->attached, "attached = sum of the transfers' records");
	for (int b = 0; b < BIN_COUNT; b++) {
		claim(b == BIN_NONE || c->bins[b] == trial.bins[b], "bins hold what was put there");
		sum += trial.bins[b];
	}
	claim(sum == trial.fed, "records = attached + unattached");
}

static void try_once(uint64_t number)
{
	struct model_opts opts = {
		.payload = true, .on_xfer = on_xfer, .on_transaction = on_transaction};
	const struct source *s = &source[dice(sources)];
	struct model *m = model_new(&opts);

	trial = (struct trial){.number = number, .began = seed, .path = s->path};
	feed_all(m, s);
	model_finish(m);
	settle(m);
	check(m);
	model_free(m);
}

static void load(const char *path)
{
	struct source *s = &source[sources];
	struct reader_opts opts = {0};
	struct err err = {0};
	struct record rec;
	struct reader *r = reader_open(path, &opts, &err);

	if (!r || sources == SOURCES) {
		fprintf(stderr, "%s\n", r ? "too many captures" : err.text);
		exit(3);
	}
	s->path = path;
	while (reader_next(r, &rec, &err) == 1) {
		uint8_t *copy = mem_zalloc(rec.caplen + 1u, 1);

		memcpy(copy, rec.data, rec.caplen);
		array_need(s->rec, s->n, s->cap);
		rec.data = copy;
		rec.comment = NULL;
		rec.comment_len = 0;
		s->rec[s->n++] = rec;
	}
	reader_close(r);
	sources += s->n > 0;
}

int main(int argc, char **argv)
{
	uint64_t trials = 1000;
	int c;

	while ((c = getopt(argc, argv, "n:s:")) != -1) {
		if (c == 'n')
			trials = strtoull(optarg, NULL, 10);
		else if (c == 's')
			seed = strtoull(optarg, NULL, 10);
		else
			return 2;
	}
	if (__sanitizer_set_death_callback)
		__sanitizer_set_death_callback(say_where);
	while (optind < argc)
		load(argv[optind++]);
	if (!sources || !seed)
		return 2;
	for (uint64_t i = 0; i < trials; i++)
		try_once(i);
	for (size_t i = 0; i < sources; i++) {
		for (size_t k = 0; k < source[i].n; k++)
			free((void *)source[i].rec[k].data);
		free(source[i].rec);
	}
	printf("%llu\n", (unsigned long long)trials);
	return 0;
}
