/* app.h: the viewer's whole state, and what its parts offer each other. One loop draws; keys become
 * actions (keys.h); nothing but screen_curses.c knows a terminal. */
#ifndef TUI_APP_H
#define TUI_APP_H

#include "tui/config.h"
#include "tui/detail.h"
#include "tui/iso_screen.h"
#include "tui/keys.h"
#include "tui/notes.h"
#include "tui/prompt.h"
#include "tui/rows.h"
#include "tui/save.h"
#include "tui/search.h"
#include "tui/theme.h"
#include "tui/timeline.h"
#include "tui/view.h"

enum screen {
	SCREEN_LIST,
	SCREEN_DEVICES,
	SCREEN_STATISTICS,
	SCREEN_ISO,
	SCREEN_TIMELINE,
	SCREEN_HELP,
	SCREENS
};

enum pane { PANE_LIST, PANE_FIELDS, PANE_BYTES, PANES };

/* What the bottom line asks for. */
enum asking {
	ASK_NOTHING,
	ASK_FILTER,
	ASK_SEARCH,
	ASK_SEARCH_BACK,
	ASK_GOTO,
	ASK_NOTE,
	ASK_SAVE_ALL,
	ASK_SAVE_SHOWN,
	ASK_EXPORT,
	ASK_OVERWRITE,
	ASK_COPY,
	ASK_COLUMNS,
	ASKINGS
};

struct mouse {
	int x, y;
};

/* Borders that can be dragged: between list and detail, between fields and bytes. */
enum border { BORDER_NONE, BORDER_ACROSS, BORDER_DOWN };

/* Where things were drawn last, for the mouse. */
struct panes {
	struct area main, list, fields, bytes, page; /* main: all of the list screen */
	int border_y;				     /* between list and detail; -1: none */
	int border_x;				     /* between fields and bytes; -1: none */
	int tab_x[SCREENS], tab_w[SCREENS];
};

/* What a terminal offers beside showing the grid. */
struct app_terminal {
	void (*clipboard)(const char *s, size_t n); /* NULL: it has none */
};

enum { MESSAGES = 20, MESSAGE_TEXT = 400 };

struct app {
	const struct view_opts *opts;
	struct grid grid;
	struct panes layout;
	struct trace trace;
	struct sieve sieve;
	struct rows rows;
	struct listing list;
	struct detail detail;
	struct config config;
	struct notes notes;
	struct idset marks;
	struct search search;
	struct saving saving;
	struct lanes_view timeline;
	struct iso_screen iso;
	struct page page[SCREENS];    /* of the screens that are pages */
	uint64_t page_state[SCREENS]; /* what the page was made of */
	enum screen screen;
	enum pane pane;
	enum asking asking;
	struct prompt prompt;
	char completion[PROMPT_TEXT]; /* what is being completed, and how often Tab was pressed */
	size_t completions;
	struct err filter_error;	 /* of what is typed; empty: it is good */
	char filter_before[PROMPT_TEXT]; /* what Esc goes back to */
	size_t menu;			 /* chosen line of a menu */
	char pending_path[PROMPT_TEXT];
	char message[MESSAGE_TEXT];
	enum role message_role;
	char log[MESSAGES][MESSAGE_TEXT]; /* warnings, for after the viewer */
	size_t logged;
	bool follow, paused, source_over;
	uint32_t seen; /* members of the list when the cursor was at its end last */
	uint32_t generation;
	int64_t cursor_time, top_time; /* of the list, for when another pass takes over */
	int fields_w;		       /* columns of the fields pane; 0: as the width asks */
	enum border dragging;
	struct place clicked; /* in the list last, and when: monotonic ns */
	int64_t clicked_at;
	struct app_terminal terminal;
	char *copied; /* what was copied last */
	size_t n_copied;
	bool quit;
};

/* ---- app.c -------------------------------------------------------------------------- */

int app_init(struct app *a, const struct view_opts *o, struct err *e);
void app_free(struct app *a);
/* Reads, filters, searches, saves for about `ms` milliseconds. True: there is more at once. */
bool app_work(struct app *a, int ms);
void app_key(struct app *a, uint32_t key, struct mouse m);
void app_resize(struct app *a, int w, int h);
/* Milliseconds to wait for a key. */
int app_wait(const struct app *a);
/* Says something in the bottom line until the next key. */
void app_say(struct app *a, enum role role, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* ---- draw.c ------------------------------------------------------------------------- */

/* Draws everything into the grid. Rows that are not at hand are loaded for at most `ms`. */
void app_draw(struct app *a, int ms);
/* IN_… of what has the keys. */
unsigned app_where(const struct app *a);
bool app_has_detail(const struct app *a);

/* ---- act.c, act_move.c -------------------------------------------------------------- */

void app_act(struct app *a, enum action action);
void app_go(struct app *a, uint32_t id);
void app_follow(struct app *a, bool on);

/* ---- ask.c, filter_line.c ------------------------------------------------------------ */

void app_ask(struct app *a, enum asking what);
/* A key while something is asked. */
void app_answer(struct app *a, uint32_t key);
void ask_draw(struct app *a, int y);
/* Sets the filter; an empty expression takes it away. False: it is wrong, *e says why. */
bool app_filter(struct app *a, const char *expr, struct err *e);
void filter_changed(struct app *a);
void filter_complete(struct app *a);
void filter_draw(struct app *a, int y);

/* ---- screens: each fills its page for the width ---------------------------------------- */

void devices_page(struct app *a, struct page *p, int w);
void statistics_page(struct app *a, struct page *p, int w);
void help_page(struct app *a, struct page *p, int w);
/* The mouse: list, panes, borders, tabs. */
void app_mouse(struct app *a, uint32_t key, struct mouse m);

#endif
