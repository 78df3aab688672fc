/* spool.h: a pipe or a compressed file copied, uncompressed, into a file by a thread of its own, so
 * that who reads the file can go back, and what writes into the pipe never waits for who looks. */
#ifndef CAPTURE_SPOOL_H
#define CAPTURE_SPOOL_H

#include "base/err.h"

#include <stdbool.h>

struct spool;

/* Whether the input must be spooled: it is no plain file. `path` "-" is standard input. */
bool spool_needed(const char *path);
/* Copies from path (`from` > 0: from that descriptor, owned; path only names it) to the descriptor
 * `to` (owned). NULL and *e on failure. */
struct spool *spool_start(const char *path, int from, int to, struct err *e);
/* An unlinked file in $TMPDIR or /tmp: its descriptor, or -1 with *e. */
int spool_file(struct err *e);
/* True when everything was copied, or copying failed: then *e says why (empty: it did not). */
bool spool_over(struct spool *s, struct err *e);
/* Ends the thread, even one that waits for the pipe. */
void spool_free(struct spool *s);

#endif
