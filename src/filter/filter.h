/* filter.h: the filter language: compiled once, evaluated per transfer without allocation. The
 * grammar and all names are described in the manual page (urbscope --help filter). */
#ifndef FILTER_FILTER_H
#define FILTER_FILTER_H

#include "base/emit.h"
#include "base/err.h"
#include "filter/row.h"

struct filter;

/* NULL and *e on error: the message holds what was expected, for an unknown name or word the
 * nearest known one, the expression and a caret under the place: three lines, control characters
 * escaped, a long expression cut to the place. An empty expression keeps everything. */
struct filter *filter_compile(const char *expr, struct err *e);
void filter_free(struct filter *f);

/* A field that is null (unknown) makes every comparison with it false, != included; `!(…)` negates
 * as usual. f NULL keeps everything. */
bool filter_keeps(const struct filter *f, struct row *r);
/* The most expensive need of any part (enum need). */
enum need filter_need(const struct filter *f);
/* True when a `matches` ran into its limits: transfers that should match may be missing. */
bool filter_broke(const struct filter *f);

/* Every name a filter knows, as a table: name, type, Wireshark's names, words, meaning. */
void filter_reference(struct emit *e);

#endif
