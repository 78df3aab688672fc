/* log.h: what the program says to its user beside its output: warnings, errors, progress.
 * Everything goes to standard error, control characters escaped, so that a hostile file name or
 * device string cannot drive the terminal. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

/* -q: warnings and progress are not shown (errors always are). */
void log_set_quiet(bool quiet);

/* "urbscope: warning: …": something is wrong with the input but work goes on. */
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* "urbscope: …": what was done; not with -q. */
void log_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* "urbscope: …": why the command could not do what was asked. */
void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* An error of several lines that is trusted and already laid out (a filter with its caret). */
void log_error_lines(const char *text);

/* Called before each message but progress; NULL: nothing. */
void log_before(void (*call)(void *ctx), void *ctx);

/* A line that is overwritten by the next one, shown only when standard error is a terminal and
 * not quiet. NULL removes it. */
void log_progress(const char *line);

/* Messages go to say (one line each, without its end, control characters escaped) instead of
 * standard error, progress nowhere: for who draws on the terminal. NULL: to standard error again.
 */
void log_set_sink(void (*say)(const char *line));

/* Out of memory cannot be recovered from: says how much was wanted and exits with code 2. */
_Noreturn void die_oom(unsigned long long bytes);

#endif
