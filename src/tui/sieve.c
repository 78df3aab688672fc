/* sieve.c: the filter's own reading. */
#include "tui/sieve.h"
#include "base/mem.h"

#include <stdlib.h>

enum { STEP_RECORDS = 4096 };

static void keep(void *self, struct run *r, struct row *row)
{
	struct sieve *s = self;

	(void)r;
	idset_add(&s->kept, row->x->id);
}

static void stop(struct sieve *s)
{
	if (s->running)
		run_close(&s->run);
	s->running = false;
	s->finished = false;
	idset_clear(&s->kept);
}

static void begin(struct sieve *s, struct trace *t)
{
	struct err e = {0};

	stop(s);
	s->generation = t->generation;
	if (!s->filter || !trace_begun(t))
		return;
	s->opts = t->now->opts;
	s->opts.filter = s->filter;
	s->opts.quiet_input = true;
	s->opts.fd = trace_reopen(t, &e);
	s->consumer = (struct consumer){.self = s, .xfer = keep};
	s->running = s->opts.fd >= 0 && run_open(&s->run, &s->opts, &s->consumer, 1, &e) == 0;
	s->finished = !s->running;
}

void sieve_set(struct sieve *s, struct trace *t, struct filter *f, const char *expr)
{
	stop(s);
	filter_free(s->filter);
	free(s->expr);
	s->filter = f;
	s->expr = f ? mem_strdup(expr) : NULL;
	begin(s, t);
}

/* Never further than the pass that indexes: what is kept must be in the index. */
static enum run_state some(struct sieve *s, const struct pass *p)
{
	uint64_t done = model_counts(s->run.model)->records, there = index_records(p->ix);
	uint64_t n = done < there ? there - done : 0;
	struct err e = {0};

	if (!n)
		return RUN_END;
	return run_step(&s->run, n < STEP_RECORDS ? n : STEP_RECORDS, INT64_MAX, &e);
}

bool sieve_step(struct sieve *s, struct trace *t, int ms)
{
	int64_t deadline = monotonic_ns() + ms * INT64_C(1000000);
	enum run_state state = RUN_MORE;

	if (!s->filter || !trace_begun(t))
		return false;
	if (s->generation != t->generation || (!s->running && !s->finished))
		begin(s, t);
	if (s->finished)
		return false;
	while (state == RUN_MORE && monotonic_ns() < deadline)
		state = some(s, t->now);
	if (state == RUN_MORE)
		return true;
	if (t->now->finished || state == RUN_FAILED) {
		run_finish(&s->run);
		s->finished = true;
	}
	return false;
}

int sieve_percent(const struct sieve *s, const struct trace *t)
{
	uint64_t all;

	if (!s->running || !trace_begun(t))
		return 100;
	all = index_records(t->now->ix);
	return all ? (int)((double)model_counts(s->run.model)->records * 100.0 / (double)all) : 100;
}

void sieve_free(struct sieve *s)
{
	stop(s);
	filter_free(s->filter);
	free(s->expr);
	idset_free(&s->kept);
}

const struct idset *sieve_shown(const struct sieve *s, const struct trace *t)
{
	static const struct idset nothing;

	return s->filter ? &s->kept : t->now ? &t->now->ended : &nothing;
}
