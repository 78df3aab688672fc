/* view.h: the terminal viewer. */
#ifndef TUI_VIEW_H
#define TUI_VIEW_H

#include "run/run.h"

/* Who writes to the file while it is looked at. */
struct view_source {
	void *ctx;
	/* False: nothing more will come; *e says why where that is trouble. */
	bool (*alive)(void *ctx, struct err *e);
	/* What was captured and lost so far, for the status line; may be NULL. */
	void (*status)(void *ctx, struct text *t);
	bool learn; /* what devices tell is learnt in a second reading when it is over */
};

struct view_opts {
	const char *path; /* as people know it */
	const char *kept; /* the name of a file that notes can stand beside; NULL: none */
	int fd;		  /* of the file that holds the capture; owned */
	struct run_opts base;
	struct view_source *source; /* NULL: the file is all there is, or grows by itself */
	const char *filter;	    /* expression to begin with; NULL */
	bool follow;		    /* begin at the end and follow */
	double pace;		    /* > 0: play back at that speed */
	int time;		    /* enum time_format */
	bool no_color;
	bool ascii;
	const char *script; /* run this instead of a terminal: see script.h; NULL */
};

/* Shows it until the user leaves. Exit code: EXIT_DONE, or EXIT_TROUBLE after a message. */
int view_run(const struct view_opts *o);

#endif
