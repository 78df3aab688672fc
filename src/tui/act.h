/* act.h: what keys do, in the files of which each has a part. Private to act*.c. */
#ifndef TUI_ACT_H
#define TUI_ACT_H

#include "tui/app.h"

/* ---- act_move.c --------------------------------------------------------------------- */

void act_move(struct app *a, enum action action);
void act_edge(struct app *a, enum action action);
void act_fold(struct app *a, enum action action);
void act_open(struct app *a, enum action action);
void act_close(struct app *a, enum action action);
void act_quit(struct app *a, enum action action);
void act_pane(struct app *a, enum action action);
void act_screen(struct app *a, enum action action);
void act_grow(struct app *a, enum action action);

/* ---- act_jump.c --------------------------------------------------------------------- */

void act_jump_error(struct app *a, enum action action);
void act_jump(struct app *a, enum action action);
void act_other_end(struct app *a, enum action action);
void act_mark(struct app *a, enum action action);
void act_next_mark(struct app *a, enum action action);
void act_history(struct app *a, enum action action);

/* The pipe of transfer `id`; NULL: it is 0, or its pipe is not known. */
const struct pipe *act_pipe_of(const struct listing *l, uint32_t id);

#endif
