/* input.h: the bytes of a capture, uncompressed, from a file or a pipe. gzip and zstd are
 * recognised by content. With a spool, what a pipe or a decompressor gave can be read again at any
 * offset. */
#ifndef CAPTURE_INPUT_H
#define CAPTURE_INPUT_H

#include "base/err.h"
#include "capture/reader.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct input;

/* path "-" is standard input. block: most bytes asked of the system at once (o->block does not
 * count). o may be NULL. NULL and *e on failure. */
struct input *input_open(
	const char *path, size_t block, const struct reader_opts *o, struct err *e);
void input_close(struct input *in);

/* Up to n bytes of the uncompressed stream at `offset`; fewer are normal, 0 is the end, -1 an error
 * (errno EINTR: a signal, ask again). Without random access, offset must be where the last read
 * ended. */
ssize_t input_read(struct input *in, uint64_t offset, uint8_t *dst, size_t n, struct err *e);

/* Any offset may be read; of a plain file even those not read yet, without reading what is between.
 */
bool input_can_seek(const struct input *in);
bool input_is_plain(const struct input *in);
/* The name for messages. */
const char *input_name(const struct input *in);
/* "", "gzip", "zstd" */
const char *input_compression(const struct input *in);
/* The compressed data ended early or was broken (a warning was given). */
bool input_damaged(const struct input *in);
/* Bytes taken from the file or pipe so far when the stream was read up to `offset`; its size, 0 if
 * not known. */
uint64_t input_consumed(const struct input *in, uint64_t offset);
uint64_t input_size(const struct input *in);

/* Of a plain file that had bytes when it was opened: its descriptor, and where in it the stream
 * begins. -1 for other input. */
int input_file(const struct input *in, uint64_t *base);
/* Size of a plain file's stream now. */
uint64_t input_size_now(const struct input *in);

#endif
