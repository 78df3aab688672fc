/* rights.h: giving up root once what needs it is open. */
#ifndef CAPTURE_RIGHTS_H
#define CAPTURE_RIGHTS_H

#include "base/err.h"

#include <stdbool.h>

/* True when the process is root without having come from another user by sudo: it will be nobody.
 */
bool rights_becomes_nobody(void);
/* While there is the right to: threads that are started now go before all others, so that they
 * empty a ring in time; rights_go_last undoes it for the calling thread. Without the right nothing
 * changes. */
void rights_go_first(void);
void rights_go_last(void);
/* Root becomes the user who called sudo, else nobody, for good and with that user's groups only.
 * Others stay as they are. 0, or -1 with *e. */
int rights_drop(struct err *e);

#endif
