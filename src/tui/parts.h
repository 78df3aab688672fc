/* parts.h: what a transfer consists of, as lines below it: records, or transactions with their
 * packets. */
#ifndef TUI_PARTS_H
#define TUI_PARTS_H

#include "tui/page.h"
#include "tui/trace.h"

/* Fills the page; quiet: runs of NAKed transactions are one line. 0, or -1 with *e. */
int parts_load(struct pass *p, uint32_t id, bool quiet, bool ascii, struct page *to, struct err *e);

#endif
