/* screen_curses.h: the grid on a terminal, and keys from it, by ncurses. */
#ifndef TUI_SCREEN_CURSES_H
#define TUI_SCREEN_CURSES_H

#include "base/err.h"
#include "tui/grid.h"
#include "tui/theme.h"

/* Takes the terminal; it is given back by screen_close(), at exit(), and when a signal ends the
 * process. Keys come from /dev/tty where standard input is no terminal. 0, or -1 with *e: no
 * terminal, or one that cannot do what is needed. */
int screen_open(struct err *e);
void screen_close(void);
void screen_size(int *w, int *h);
/* Shows the grid in the theme's colours; no_color: by the theme without colours. */
void screen_show(const struct grid *g, int theme, bool no_color);
/* Everything is drawn anew the next time. */
void screen_forget(void);
/* Waits at most `ms` milliseconds for a key or the mouse (keys.h). KEY_NONE: none came. */
uint32_t screen_key(int ms, int *x, int *y);
/* Into the terminal's clipboard (OSC 52). */
void screen_clipboard(const char *s, size_t n);

#endif
