/* err.h: how a failure travels: a return code plus one line of text that names file, record and
 * next step; and the process exit codes scripts rely on. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

/* Exit codes of every command. EXIT_TROUBLE outranks EXIT_DIFFERENT. */
enum { EXIT_DONE = 0, EXIT_DIFFERENT = 1, EXIT_TROUBLE = 2 };

/* Filled by the function that fails; empty text means nothing went wrong. */
struct err {
	char text[640];
};

/* Writes the message (printf style, cut to fit) into *e; e may be NULL. Returns -1, so that
 * `return err_set(e, …)` is the whole error path. */
int err_set(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
