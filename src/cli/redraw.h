/* redraw.h: a report that is drawn again and again at the same place of the terminal while its
 * capture goes on. */
#ifndef CLI_REDRAW_H
#define CLI_REDRAW_H

#include "cli/command.h"

struct redraw;

/* Writes the report as it is now to e. */
typedef void redraw_report(void *ctx, struct run *r, struct emit *e);

/* NULL unless standard output is a terminal, text is wanted, and the input is no regular file: then
 * the report at the end is all there is. Takes over s->run.idle. s, o must outlive it. */
struct redraw *redraw_new(struct session *s, const struct options *o, const char *input,
	redraw_report *report, void *ctx);
/* To be run beside the report's own consumer: it sees that time passes. */
struct consumer redraw_consumer(struct redraw *d);
/* The terminal is as it was again; takes NULL, too. */
void redraw_end(struct redraw *d);

#endif
