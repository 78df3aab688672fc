/* iso_screen.h: the screen of isochronous timing: an analysis that needs the bytes of packets,
 * which the index does not keep; so it reads the capture once more, when somebody looks. */
#ifndef TUI_ISO_SCREEN_H
#define TUI_ISO_SCREEN_H

#include "tui/page.h"
#include "tui/trace.h"

struct iso;

struct iso_screen {
	struct run run;
	struct run_opts opts;
	struct consumer consumer;
	struct filter *filter; /* isochronous transfers */
	struct iso *iso;
	bool running, finished;
	uint32_t generation;
	uint64_t records; /* in the index when it was begun */
};

/* Reads for about `ms` milliseconds where there is something to read. True: there is more. */
bool iso_step(struct iso_screen *s, struct trace *t, int ms);
/* The page: the report, or how far it is. */
void iso_fill(struct iso_screen *s, const struct trace *t, struct page *p, int w, bool ascii);
void iso_screen_free(struct iso_screen *s);

#endif
