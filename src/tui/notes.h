/* notes.h: what people write about transfers, kept in a file beside the capture: NAME.notes, a line
 * "record TAB text" each, where record is the number of the transfer's first record. */
#ifndef TUI_NOTES_H
#define TUI_NOTES_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

struct note {
	uint64_t record;
	char *text;
};

struct notes {
	char *path;	/* NULL: nowhere to keep them */
	struct note *v; /* by record */
	size_t n, cap;
};

/* Reads those of the capture, if there are any. capture NULL: it has no file. */
void notes_load(struct notes *n, const char *capture);
void notes_free(struct notes *n);
/* The note of the transfer whose first record that is; NULL: none. */
const char *notes_get(const struct notes *n, uint64_t record);
/* Sets it (empty: takes it away) and writes the file. 0, or -1 with *e. */
int notes_set(struct notes *n, uint64_t record, const char *text, struct err *e);

#endif
