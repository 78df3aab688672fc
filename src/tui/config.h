/* config.h: the viewer's settings: $XDG_CONFIG_HOME/urbscope/view.conf, a line "key = value" each.
 */
#ifndef TUI_CONFIG_H
#define TUI_CONFIG_H

#include "base/err.h"
#include "tui/prompt.h"

#include <stdbool.h>

struct config {
	char theme[16]; /* empty: not chosen */
	char columns[256];
	char time[8];	 /* rel, delta, abs */
	char colour[12]; /* status, endpoint */
	char lines[8];	 /* utf8, ascii; empty: as the locale says */
	int split;	 /* the list's part of the height, percent */
	struct prompt_history filters;
};

/* What stands there; what cannot be read is left as at first. */
void config_load(struct config *c);
/* Writes it if anything differs from what stands there. 0, or -1 with *e. */
int config_save(const struct config *c, struct err *e);
void config_free(struct config *c);

#endif
