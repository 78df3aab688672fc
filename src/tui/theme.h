/* theme.h: what the roles of cells look like: colours, or without any. */
#ifndef TUI_THEME_H
#define TUI_THEME_H

#include "tui/grid.h"

/* Colours of the 16 every terminal has; COLOUR_DEFAULT is its own. */
enum { COLOUR_DEFAULT = -1 };

enum { LOOK_BOLD = 1, LOOK_DIM = 2, LOOK_INVERSE = 4, LOOK_UNDERLINE = 8 };

struct look {
	int8_t fg, bg;
	uint8_t how; /* LOOK_… */
};

struct theme {
	const char *name, *summary;
	struct look look[ROLES];
};

extern const struct theme themes[];
extern const size_t theme_count;

/* The index of the theme of that name; -1: none. */
int theme_find(const char *name);
/* The index of the one without colours. */
int theme_mono(void);

#endif
