/* report.h: a report as the commands print it (devices, stat, iso), as a page. */
#ifndef TUI_REPORT_H
#define TUI_REPORT_H

#include "base/emit.h"
#include "tui/page.h"

struct report;

/* An emit into the page, which is cleared; columns: of the pane. */
struct report *report_begin(struct page *p, unsigned columns, bool ascii);
struct emit *report_emit(struct report *r);
/* Ends the document; the page holds it. */
void report_end(struct report *r);

/* Renders a document in one of the output formats into memory: free() it. */
char *report_text(void (*say)(void *ctx, struct emit *e), void *ctx, int format, size_t *n);

#endif
