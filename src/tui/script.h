/* script.h: the viewer without a terminal, for tests: keys and commands from a text, screens as
 * text on standard output.
 *
 * The text (or with "@FILE" the file's) is words: a key's name presses it ("j", "Enter", "Ctrl-D");
 * text in quotes is typed; '#' begins a comment. After each key all work that is at hand is done.
 * Commands:
 *   :resize WxH            :screen            :roles             (print text, roles of cells)
 *   :save-display FILE     :click X Y         :drag X Y          :wheel up|down X Y
 *   :wait 'TEXT'           works until the screen holds the text, at most 60 s
 *   :wait-file FILE        works until there is such a file, at most 60 s
 *   :manual, :work N       from now on nothing is done but by :work, N milliseconds
 *   :clock NAME            prints NAME and the milliseconds since the last :clock, or the beginning
 *   :monkey SEED N         N random keys, clicks and sizes
 *   :copied                prints what was copied last */
#ifndef TUI_SCRIPT_H
#define TUI_SCRIPT_H

#include "tui/app.h"

/* Exit code. */
int script_run(struct app *a, const char *script);

#endif
