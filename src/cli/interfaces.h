/* interfaces.h: what can be captured from here. */
#ifndef CLI_INTERFACES_H
#define CLI_INTERFACES_H

#include "base/emit.h"

/* A row for each device, with the interface that captures it and whether this user can open it;
 * what is missing is told on standard error. */
void interfaces_report(struct emit *e);

#endif
