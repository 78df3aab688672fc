/* detail.h: what is selected, in full: its properties and fields as a tree beside its bytes. The
 * bytes of the selected field are lit; moving over bytes selects the field. */
#ifndef TUI_DETAIL_H
#define TUI_DETAIL_H

#include "tui/listing.h"
#include "tui/tree.h"

struct detail {
	struct page page;
	struct tree tree;
	struct place place; /* what it shows */
	uint32_t generation;
	int width;	 /* of the pane it was made for */
	uint64_t record; /* shown instead of the transfer; 0: the transfer */
	uint8_t setup[8];
	bool has_setup;
	uint8_t in; /* enum field_in and byte the hex cursor is on */
	uint32_t at;
	uint32_t hex_top; /* first row shown */
	bool failed;	  /* the transfer ended with an error */
	bool gone;	  /* nothing is selected, or it could not be read */
};

void detail_free(struct detail *d);
/* Loads what the cursor of the list is on, unless it is there already, for a pane of that width. */
void detail_load(struct detail *d, struct listing *l, int width, bool ascii);

/* Lines of the tree: moving the cursor puts the hex cursor on the field's first byte. */
void detail_move(struct detail *d, long lines);
/* The hex cursor goes n bytes on; the innermost field around it is selected. */
void detail_move_byte(struct detail *d, int64_t n);
/* What the tree's cursor lights: false: nothing. */
bool detail_lit(const struct detail *d, uint8_t *in, uint32_t *byte, uint32_t *bytes);

/* hex.c */
struct hex_shape {
	int per_row, offset_width;
};
struct hex_shape hex_shape(const struct detail *d, int w);
/* Draws the bytes into the area; active: it has the keys. */
void hex_draw(struct detail *d, struct grid *g, struct area a, bool active);
/* The byte at a place of the pane; false: none. */
bool hex_at(const struct detail *d, struct area a, int x, int y, uint8_t *in, uint32_t *at);

#endif
