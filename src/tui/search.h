/* search.h: looking for text, bytes or a field in the transfers that are shown, in steps. */
#ifndef TUI_SEARCH_H
#define TUI_SEARCH_H

#include "tui/listing.h"

enum { SEARCH_TEXT = 256 };

struct search {
	char text[SEARCH_TEXT];
	uint8_t bytes[SEARCH_TEXT]; /* what is looked for in data */
	size_t n;
	bool hex; /* bytes alone */
	int step;
	uint32_t from, at; /* where it began and is */
	uint32_t looked;
	bool running, wrapped;
	/* What was found in the transfer: */
	bool found, in_data;
	uint32_t offset; /* of the bytes */
};

/* Takes what was typed: "hex 55 53 42", "0x555342", or text. False: hexadecimal digits that are
 * none. */
bool search_set(struct search *s, const char *what);
/* Begins behind `from` (or before it, step -1). */
void search_begin(struct search *s, uint32_t from, int step);
/* Works for about `ms` milliseconds. True: there is more to do; else found tells, at where. */
bool search_step(struct search *s, struct listing *l, int ms);

#endif
