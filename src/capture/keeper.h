/* keeper.h: makes the files of a rotation, and removes old ones. A capture that gave up root cannot
 * do that in root's directories: then a process that kept root does it, and nothing else. */
#ifndef CAPTURE_KEEPER_H
#define CAPTURE_KEEPER_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct keeper;

/* Files of `path` (which must outlive the keeper): at most `files` are kept, 0: all. apart: by a
 * process of its own, with the rights of now. NULL and *e on failure. */
struct keeper *keeper_start(const char *path, uint64_t files, bool apart, struct err *e);
void keeper_stop(struct keeper *k);

/* Makes file number n (from 1), removes file n - files. Its descriptor, or -1 with *e. */
int keeper_file(struct keeper *k, uint64_t n, struct err *e);

/* The name of file n: trace-00001.pcapng. free() it. */
char *keeper_name(const char *path, uint64_t n);
/* Makes a file that its owner alone can read (captures hold key strokes). As above. */
int keeper_make(const char *path, struct err *e);

#endif
