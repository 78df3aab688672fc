/* text_line.h: the shape of a line of usbmon text, as people hand it on: where its event begins,
 * and whether the next line belongs to it, too. Knows no reader.
 *
 * Between words stand control characters, blanks and everything that is not ASCII: nothing of it is
 * ever part of an event, and pages of the web have no-break spaces there. */
#ifndef CAPTURE_TEXT_LINE_H
#define CAPTURE_TEXT_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum text_kind {
	TEXT_EMPTY,  /* no word */
	TEXT_PROSE,  /* no event: what was written around a log */
	TEXT_BROKEN, /* begins as an event or holds a piece of one */
	TEXT_EVENT   /* tag, time, kind and address */
};

struct text_line {
	size_t at; /* TEXT_EVENT: of the tag; before it stands what mailers, loggers and editors put
		      there */
	size_t end; /* TEXT_EVENT: behind the address */
	int64_t us; /* TEXT_EVENT: the time as printed */
};

/* True if an event begins at p, of which n bytes are there. Fast: most lines are asked no more. */
bool text_event(const uint8_t *p, size_t n, struct text_line *l);

/* What the n bytes of a line (without its end) are; *l is valid for TEXT_EVENT. */
enum text_kind text_look(const uint8_t *p, size_t n, struct text_line *l);

/* Where in the line, behind the event l, another one begins; n: nowhere. Web pages lose the ends of
 * lines. */
size_t text_next(const uint8_t *p, size_t n, const struct text_line *l);

/* The bytes at the input's end may be the beginning of an event. */
bool text_cut(const uint8_t *p, size_t n);

/* What the words behind an event's address have left to come. */
struct text_due {
	uint8_t next;	       /* what is due: private */
	uint32_t words;	       /* of what is due, if it is counted */
	uint32_t digits, most; /* of data: due at least (the kernel prints 32 bytes), and at most */
};

/* The n bytes behind an event's address on its own line. */
void text_due_begin(struct text_due *d, const uint8_t *p, size_t n);
/* Something is missing that the words so far announce. */
bool text_due_more(const struct text_due *d);
/* Nothing is missing behind an event's address, and nothing is there that is not usbmon's. */
bool text_whole(const uint8_t *p, size_t n);
/* True, and counted in, if the n bytes of the next line, but for signs of quotation before it, are
 * words that are due and nothing else. */
bool text_due_line(struct text_due *d, const uint8_t *p, size_t n);

#endif
