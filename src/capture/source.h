/* source.h: where live records come from: usbmon (live.c), or a capture file played back with the
 * pauses and losses a test asks for (replay.c). */
#ifndef CAPTURE_SOURCE_H
#define CAPTURE_SOURCE_H

#include "base/err.h"
#include "capture/record.h"

struct source;

/* One record; valid only during the call. Its number is not set. */
typedef void source_record(void *ctx, const struct record *rec);

struct source_ops {
	/* Gives all records at hand, after waiting for the first one until there is one, `stop_fd`
	 * is readable or timeout_ms (0: no waiting) have passed. Returns how many there were, 0 if
	 * none, or -1 when the source is over: *e says why, empty text when that is in order. */
	int (*read)(struct source *s, int stop_fd, int timeout_ms, source_record *got, void *ctx,
		struct err *e);
	/* Events lost so far; false when that cannot be known. */
	bool (*lost)(struct source *s, uint64_t *lost);
	void (*close)(struct source *s);
};

struct source {
	const struct source_ops *ops;
	uint32_t link;	  /* link type of its records */
	int bus;	  /* of usbmonN, 0: all */
	const char *name; /* of the interface */
	int64_t opened;	  /* ns since 1970, just before: no live record is older */
};

/* name: "usbmon1", or "replay:…" for tests (see replay.c). NULL and *e, which says what to do. */
struct source *source_open(const char *name, struct err *e);
void source_close(struct source *s);

/* The same source behind a queue of 16 MiB, which a thread of its own fills from now on: so the
 * ring is emptied while a file or a reader is slow. Owns `in`. NULL and *e on failure. */
struct source *source_queue(struct source *in, struct err *e);

/* Used by source_open. */
struct source *live_open(const char *name, struct err *e);
struct source *replay_open(const char *spec, struct err *e);

#endif
