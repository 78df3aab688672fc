/* reader.h: capture files, pipes and compressed captures as a sequence of records.
 *
 * Formats are found by content: pcap (microseconds, nanoseconds, both byte orders), pcapng, usbmon
 * text; each of them plain, gzip or zstd. Input is read in blocks, plain files are seen through
 * mapped windows of about 2 MiB; memory does not grow with the capture. Damage never hides what can
 * be read: the reader warns (log_warn, with record number and offset), goes on where it can, and
 * reader_damaged() tells it afterwards. */
#ifndef CAPTURE_READER_H
#define CAPTURE_READER_H

#include "base/err.h"
#include "capture/record.h"

#include <stddef.h>

/* Sequential reading block; a record longer than it makes the buffer grow up to RECORD_MAX. */
enum {
	READER_BLOCK = 256 * 1024,
	/* Largest sane record: 128 MiB for URB link types, 262,144 bytes for bus packets
	 * (Wireshark's limits); more is damage. */
	RECORD_MAX_URB = 128 * 1024 * 1024,
	RECORD_MAX_BUS = 262144
};

struct reader_opts {
	size_t block; /* bytes per read, and nothing is mapped; 0: READER_BLOCK, plain files mapped.
			 Tests use 1, 7, 4096 */
	int fd;	      /* > 0: read from this (owned), path only names it */
	/* Called before a read of a pipe that would have to wait: what was made of the records so
	 * far can be shown. NULL: nobody wants to know. */
	void (*idle)(void *ctx);
	void *ctx;
	/* The input grows: at its end what is there of a record is left for the next reader_next(),
	 * which looks again. Plain files. */
	bool follow;
	bool quiet;    /* no warnings: another reader of the same input gives them */
	bool seekable; /* make random access possible: pipes and compressed input go through an
			  unlinked temporary file (in $TMPDIR or /tmp) */
};

/* A capture interface (pcap: exactly one; pcapng: as described). Texts are NULL where absent,
 * untrusted, owned by the reader. */
struct reader_iface {
	uint32_t link, section, snaplen;
	char *name, *description, *os, *hardware;
	bool has_received, has_dropped;
	uint64_t received, dropped; /* from interface statistics blocks, the last one counts */
};

struct reader;

/* path "-" is standard input. NULL and *e on failure: cannot open, not a capture (the message says
 * what the content looks like and what is supported). */
struct reader *reader_open(const char *path, const struct reader_opts *o, struct err *e);
void reader_close(struct reader *r);

/* 1: *rec is the next record. 0: end of input. -1: the input cannot be read any further (*e says
 * why: I/O error, damage that nothing after can be found behind); what was read before is good. */
int reader_next(struct reader *r, struct record *rec, struct err *e);

/* Random access, only with reader_opts.seekable or on a plain file: continue with the record whose
 * offset, number, section and interface count were noted from a struct record before. Interfaces
 * and sections already read stay known. 0, or -1 with *e. */
int reader_seek(struct reader *r, const struct record *at, struct err *e);
/* What `from`, a reader of the same input, knows of sections and interfaces, so that reader_seek()
 * goes wherever it has been. */
void reader_know(struct reader *r, const struct reader *from);

/* "pcap", "pcap (ns)", "pcapng", "usbmon text" */
const char *reader_format(const struct reader *r);
/* "", "gzip", "zstd" */
const char *reader_compression(const struct reader *r);
size_t reader_ifaces(const struct reader *r);
const struct reader_iface *reader_iface(const struct reader *r, uint32_t i);
/* Something was wrong with the input: exit code 2 at the end. */
bool reader_damaged(const struct reader *r);
/* Uncompressed bytes consumed; input bytes consumed and input size (0: not known) for progress. */
uint64_t reader_position(const struct reader *r);
uint64_t reader_input_position(const struct reader *r);
uint64_t reader_input_size(const struct reader *r);

#endif
