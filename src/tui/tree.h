/* tree.h: the emit vocabulary as a page for the detail pane: properties and fields; fields remember
 * their bytes. It is the same tree that `show` prints. A dump is not put into lines: its bytes are
 * kept for the hex pane. */
#ifndef TUI_TREE_H
#define TUI_TREE_H

#include "base/emit.h"
#include "tui/page.h"

struct tree {
	struct emit emit; /* first: emit_… functions take it */
	struct page *page;
	bool ascii;
	int width;	  /* longer lines go on in the next one */
	unsigned depth;	  /* of fields */
	unsigned unseen;  /* inside parts that are not for people */
	unsigned nesting; /* frames, in `kinds` */
	uint8_t kinds[64];
	const struct column *cols[64];
	size_t ncols[64];
	uint8_t *bytes; /* of the dump; owned */
	size_t n_bytes;
};

/* Clears the page and the bytes. */
void tree_begin(struct tree *t, struct page *p, int width, bool ascii);
void tree_free(struct tree *t);

/* The deepest field, by its line, that holds byte `at` of `in` (enum field_in); false: none. */
bool tree_field_at(const struct page *p, uint8_t in, uint32_t at, size_t *line);

#endif
