/* drain.h: the thread of a live capture: it empties the source and writes, nothing else. Who
 * started it looks at its counts, stops it and joins it. */
#ifndef CAPTURE_DRAIN_H
#define CAPTURE_DRAIN_H

#include "base/err.h"
#include "capture/keeper.h"
#include "capture/pick.h"
#include "capture/source.h"
#include "capture/writer.h"

enum { DRAIN_BUSES = 64, DRAIN_ADDRESSES = 128 };

/* Why it ended. */
enum drain_end {
	DRAIN_RUNNING,
	DRAIN_STOPPED,	/* drain_stop */
	DRAIN_LIMIT,	/* a limit was reached */
	DRAIN_OVER,	/* the source has nothing more */
	DRAIN_CLOSED,	/* the reader of the pipe went away */
	DRAIN_NO_WRITE, /* writing failed */
	DRAIN_NO_SOURCE /* the source failed */
};

struct drain_opts {
	struct source *source;	   /* not owned */
	struct writer_opts writer; /* its link and name are taken from the source */
	struct picks *picks;	   /* not owned; used by the thread alone while it runs */
	int fd;			   /* where to write first (owned) */
	const char *path;	   /* for messages */
	struct keeper *keeper;	   /* makes further files; not owned */
	bool prompt;		   /* write as soon as the source pauses, not only twice a second */
	bool inject;
	/* Limits, 0: none. */
	uint64_t records, bytes, transfers, ns;
	/* A new file after so many bytes or nanoseconds, 0: never. */
	uint64_t rotate_bytes, rotate_ns;
};

struct drain_counts {
	uint64_t received; /* records from the source */
	uint64_t records;  /* of them written */
	uint64_t injected; /* written beside them */
	uint64_t bytes;	   /* of all files */
	uint64_t lost;
	uint64_t unwritten; /* records a full disk took */
	uint64_t files;
	bool lost_known;
};

struct drain;

/* Starts the thread. NULL and *e on failure. */
struct drain *drain_start(const struct drain_opts *o, struct err *e);
/* Ends it in good order. May be called from a signal handler, and more than once. */
void drain_stop(struct drain *d);
/* A descriptor that becomes readable when it has ended. */
int drain_done_fd(const struct drain *d);
void drain_counts(struct drain *d, struct drain_counts *c);
/* Bytes a device moved so far. */
uint64_t drain_moved(struct drain *d, unsigned bus, unsigned address);
/* Asks the system to put what was written on the disk. */
void drain_sync(struct drain *d);
/* False: it has ended; *e says why where that is trouble. */
bool drain_running(struct drain *d, struct err *e);
/* Waits until it has ended; *e says why where that is trouble. drain_counts still works. */
enum drain_end drain_join(struct drain *d, struct err *e);
void drain_free(struct drain *d);

#endif
