/* trace.h: the capture the viewer looks at: read in steps between key presses, indexed, followed
 * while it grows, played back at its own pace. It is always a file. */
#ifndef TUI_TRACE_H
#define TUI_TRACE_H

#include "analysis/devices.h"
#include "analysis/stat.h"
#include "run/load.h"
#include "tui/idset.h"
#include "tui/meters.h"

/* One reading of the capture from its beginning. */
struct pass {
	struct run run;
	struct run_opts opts;
	struct index *ix;
	struct stat *stat;
	struct device_counts *counts;
	struct meters meters;
	struct idset ended, errors, pipes; /* transfers; pipes they used */
	struct consumer consumer[5];
	bool finished; /* everything was read, pending transfers are in the index */
	uint64_t size; /* of the file then */
};

struct pace {
	bool on, paused, loop;
	double speed;  /* capture seconds a second */
	int64_t at;    /* how far the playback is, ns since the capture's first record */
	int64_t clock; /* monotonic ns when that was computed; 0: not yet */
};

struct trace {
	const char *path; /* as people know it */
	int fd;		  /* of the file that holds it; owned */
	struct run_opts base;
	struct pass *now, *next; /* next: a better reading that takes over when it has caught up */
	struct devices *learnt;	 /* what the first pass taught; NULL: not yet, or nothing */
	bool learn;		 /* a second pass with what the first one taught */
	bool growing;		 /* somebody still writes to it: its end is only for now */
	bool followed;		 /* it has grown once: it is not finished any more */
	bool failed;
	uint32_t generation; /* counts the passes that took over */
	struct pace pace;
	struct err err;
};

/* Begins to read fd (owned), known as path; base: filter and consumers do not count. 0, or -1 with
 * *e; a growing one that holds nothing yet is waited for. */
int trace_open(struct trace *t, const char *path, int fd, const struct run_opts *base, bool growing,
	struct err *e);
void trace_close(struct trace *t);

/* Works for about `ms` milliseconds. True: there is more to do at once. */
bool trace_step(struct trace *t, int ms);
/* Milliseconds until there may be something to do; -1: never. */
int trace_wait(const struct trace *t);

/* For another reader of the same file, to be opened at once: a descriptor; -1 with *e. */
int trace_reopen(const struct trace *t, struct err *e);
/* Has the first reading begun, so that run, index and model are there? */
bool trace_begun(const struct trace *t);
/* Nothing more will come by itself. */
bool trace_complete(const struct trace *t);
/* How much of the file is read, 0 to 100. */
int trace_percent(const struct trace *t);
/* Events that were lost while capturing; false: that is not known. */
bool trace_lost(const struct trace *t, uint64_t *lost);

/* Playing back: from the beginning at that speed. */
void trace_play(struct trace *t, double speed);
void trace_pause(struct trace *t, bool pause);
void trace_speed(struct trace *t, double factor);
/* One record more. */
void trace_one(struct trace *t);

int64_t monotonic_ns(void);

#endif
