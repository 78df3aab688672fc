/* keys.h: keys and their names, and the one table of what they do: key → action → help. The help
 * screen and the help line are made from it. */
#ifndef TUI_KEYS_H
#define TUI_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A key is a code point, or one of these. */
enum {
	KEY_NONE = 0,
	KEY_CTRL_C = 3,
	KEY_BACKSPACE_ = 8,
	KEY_TAB = 9,
	KEY_RETURN = 10,
	KEY_ESCAPE = 27,
	KEY_SPECIAL = 0x110000,
	KEY_UP_,
	KEY_DOWN_,
	KEY_LEFT_,
	KEY_RIGHT_,
	KEY_PAGE_UP,
	KEY_PAGE_DOWN,
	KEY_HOME_,
	KEY_END_,
	KEY_DELETE,
	KEY_BACKTAB,
	KEY_RESIZED,
	KEY_HANGUP, /* the terminal is gone */
	KEY_CLICK,  /* the mouse: struct mouse tells where */
	KEY_DRAG,
	KEY_RELEASE,
	KEY_WHEEL_UP,
	KEY_WHEEL_DOWN
};

/* "j", "Ctrl-D", "PgDn", "Space": what the table and scripts call it. 0: no such name. */
uint32_t key_named(const char *name, size_t n);
/* What the viewer can be asked to do. */
enum action {
	ACT_NONE,
	/* moving */
	ACT_UP,
	ACT_DOWN,
	ACT_PAGE_UP,
	ACT_PAGE_DOWN,
	ACT_HOME,
	ACT_END,
	ACT_LEFT,
	ACT_RIGHT,
	ACT_OPEN,
	ACT_CLOSE,
	ACT_NEXT_PANE,
	ACT_PREV_PANE,
	/* jumps; each NEXT is followed by its PREV */
	ACT_GOTO,
	ACT_NEXT_ERROR,
	ACT_PREV_ERROR,
	ACT_NEXT_ENDPOINT,
	ACT_PREV_ENDPOINT,
	ACT_NEXT_DEVICE,
	ACT_PREV_DEVICE,
	ACT_NEXT_EXCHANGE,
	ACT_PREV_EXCHANGE,
	ACT_OTHER_END,
	ACT_MARK,
	ACT_NEXT_MARK,
	ACT_PREV_MARK,
	ACT_BACK,
	ACT_FORWARD,
	ACT_SEARCH,
	ACT_SEARCH_BACK,
	ACT_NEXT_MATCH,
	ACT_PREV_MATCH,
	/* what is shown */
	ACT_FILTER,
	ACT_ONLY_DEVICE,
	ACT_ONLY_ENDPOINT,
	ACT_ONLY_EXCHANGE,
	ACT_NO_FILTER,
	ACT_FOLD_QUIET,
	ACT_FOLD_EXCHANGES,
	ACT_TIME,
	ACT_COLUMNS,
	ACT_COLOUR_BY,
	ACT_THEME,
	ACT_GROW,
	ACT_SHRINK,
	/* live */
	ACT_FOLLOW,
	ACT_PAUSE,
	ACT_STEP,
	ACT_FASTER,
	ACT_SLOWER,
	ACT_LOOP,
	/* out of the viewer */
	ACT_NOTE,
	ACT_COPY,
	ACT_SAVE_ALL,
	ACT_SAVE_SHOWN,
	ACT_EXPORT,
	/* screens, in the order of enum screen */
	ACT_LIST,
	ACT_DEVICES,
	ACT_STATISTICS,
	ACT_ISO,
	ACT_TIMELINE,
	ACT_HELP,
	ACT_REDRAW,
	ACT_QUIT,
	ACTIONS
};

/* Where a key means something. */
enum {
	IN_LIST = 1,
	IN_DETAIL = 2,
	IN_HEX = 4,
	IN_PAGE = 8, /* devices, statistics, isochronous, help */
	IN_TIMELINE = 16,
	IN_MAIN = IN_LIST | IN_DETAIL | IN_HEX,
	IN_ALL = 31
};

struct binding {
	uint8_t where;	   /* IN_… */
	uint8_t action;	   /* enum action */
	const char *keys;  /* names, separated by spaces */
	const char *brief; /* a word for the help line; NULL: not in it */
	const char *help;  /* a line for the help screen */
};

/* Headings stand between: rows with keys NULL, help is the heading. */
extern const struct binding bindings[];
extern const size_t binding_count;

/* What the key does there; ACT_NONE. */
enum action key_action(uint32_t key, unsigned where);
/* The first key of a binding, as its name. */
size_t binding_first_key(const struct binding *b);

#endif
