/* save.h: writing what is seen to a file, in steps: the whole capture byte for byte, or the records
 * of some transfers as a capture, or their list as text, JSON or CSV. The name's end says which. */
#ifndef TUI_SAVE_H
#define TUI_SAVE_H

#include "analysis/list.h"
#include "capture/writer.h"
#include "output/output.h"
#include "tui/trace.h"

struct saving {
	bool running, whole;
	char path[1024];
	int fd;
	struct idset set; /* the transfers; a copy */
	uint64_t at, end; /* whole: bytes copied, and to be copied */
	struct run run;
	struct run_opts opts;
	struct consumer consumer;
	struct writer *writer; /* a capture; NULL: a list */
	struct out out;
	struct emit *emit;
	struct list list;
	struct consumer lister;
	uint64_t written, foreign; /* records or transfers; records of another link type */
	bool swapped, mixed;	   /* the byte order is not this machine's; not one */
	struct err err;
};

/* Is there such a file already? */
bool save_exists(const char *path);
/* Begins; set NULL: the whole capture. 0, or -1 with *e. */
int save_begin(struct saving *s, struct trace *t, const char *path, const struct idset *set,
	struct err *e);
/* Works for about `ms` milliseconds. True: there is more; else err tells how it ended (empty:
 * well). */
bool save_step(struct saving *s, struct trace *t, int ms);
/* Gives up: what was written so far is removed. */
void save_stop(struct saving *s);

/* Writes n bytes to a file of that name below $XDG_CACHE_HOME/urbscope; its path to dst. 0 or -1.
 */
int save_copied(const char *name, const char *text, size_t n, char *dst, size_t cap);

#endif
