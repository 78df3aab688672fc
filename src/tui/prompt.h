/* prompt.h: a line to type: with history, and completion by who asks. */
#ifndef TUI_PROMPT_H
#define TUI_PROMPT_H

#include "tui/grid.h"

enum { PROMPT_TEXT = 1000, PROMPT_HISTORY = 50 };

struct prompt_history {
	char *line[PROMPT_HISTORY]; /* newest last */
	size_t n;
};

struct prompt {
	char text[PROMPT_TEXT];
	size_t len, at; /* bytes; the cursor */
	struct prompt_history *history;
	size_t back;		 /* how far into the history */
	char typed[PROMPT_TEXT]; /* what stood there before it */
};

enum prompt_event {
	PROMPT_NOTHING,
	PROMPT_CHANGED,
	PROMPT_DONE,
	PROMPT_CANCELLED,
	PROMPT_COMPLETE
};

void prompt_begin(struct prompt *p, const char *text, struct prompt_history *h);
/* A key of keys.h. */
enum prompt_event prompt_key(struct prompt *p, uint32_t key);
/* Replaces n bytes before the cursor. */
void prompt_replace(struct prompt *p, size_t n, const char *text);
/* Draws label and text; returns the column of the cursor. */
int prompt_draw(const struct prompt *p, struct grid *g, int y, const char *label);
void history_add(struct prompt_history *h, const char *line);
void history_free(struct prompt_history *h);

#endif
