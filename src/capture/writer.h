/* writer.h: capture files written: pcapng (draft-ietf-opsawg-pcapng) or pcap, in this machine's
 * byte order, which is that of the usbmon headers inside. What is written is a valid capture at any
 * moment: whole blocks only, and a disk that fills up is cut back to the last whole one. */
#ifndef CAPTURE_WRITER_H
#define CAPTURE_WRITER_H

#include "base/err.h"
#include "capture/record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Texts may be NULL, must outlive the writer, and are written as they are. */
struct writer_opts {
	bool pcap;	  /* pcap instead of pcapng: no comments, no statistics */
	bool ns;	  /* times with nanoseconds, not microseconds as usbmon has them */
	bool swap;	  /* the other byte order than this machine's; no writer_stats() then */
	uint32_t link;	  /* link type of all records */
	uint32_t snaplen; /* longest record: more is cut off when writing */
	const char *application; /* pcapng only, as the rest */
	const char *os;
	const char *name, *description; /* of the interface */
};

/* Interface statistics, for this file. */
struct writer_stats {
	int64_t start, now; /* ns since the epoch */
	uint64_t received;  /* records the interface gave, also those not written */
	uint64_t dropped;   /* events lost before they could be read */
	uint64_t written;   /* records of the interface that went into the file */
	bool dropped_known;
};

struct writer;

struct writer *writer_new(const struct writer_opts *o);
void writer_free(struct writer *w);

/* Begins a file on fd (not owned): its header is put into the buffer. What was in the buffer must
 * have been flushed. */
void writer_begin(struct writer *w, int fd);
/* Appends a record to the buffer; time in ns (written as opts.ns says); the comment goes
 * along in pcapng. */
void writer_record(struct writer *w, const struct record *rec);
/* Appends interface statistics: readers take the last ones of a file. */
void writer_stats(struct writer *w, const struct writer_stats *s);
/* Writes the buffer to the file. 0, or -1 with errno set (EPIPE, ENOSPC, …): then a regular file
 * was cut back to its last whole block with room for statistics behind it, and the buffer is empty.
 */
int writer_flush(struct writer *w);

/* Bytes of the current file, and of them still in the buffer. */
uint64_t writer_size(const struct writer *w);
size_t writer_buffered(const struct writer *w);
/* Records that a failed flush could not put into the file. */
uint64_t writer_unwritten(const struct writer *w);

#endif
