/* sieve.h: which transfers a filter keeps: a reading of the capture of its own, in steps, behind
 * the one that indexes it. First hits are there at once, however long the rest takes. */
#ifndef TUI_SIEVE_H
#define TUI_SIEVE_H

#include "tui/trace.h"

struct sieve {
	struct filter *filter; /* NULL: everything */
	char *expr;	       /* its text; NULL */
	struct idset kept;
	struct run run;
	struct run_opts opts;
	struct consumer consumer;
	bool running, finished;
	uint32_t generation; /* of the trace it was begun for */
};

/* Takes the filter (owned; NULL with expr NULL: none) and begins. */
void sieve_set(struct sieve *s, struct trace *t, struct filter *f, const char *expr);
/* Works for about `ms` milliseconds. True: there is more to do at once. */
bool sieve_step(struct sieve *s, struct trace *t, int ms);
/* How much is looked at, 0 to 100. */
int sieve_percent(const struct sieve *s, const struct trace *t);
void sieve_free(struct sieve *s);
/* The transfers that are shown. */
const struct idset *sieve_shown(const struct sieve *s, const struct trace *t);

#endif
