/* iso_walk.c: finding the i-th entry of a packet table whose entries differ in size. */
#include "link/iso.h"

#include <stddef.h>

/* Where the last search ended: a pass over a table of n entries stays n steps, not n²/2, which a
 * hostile record of millions of empty frames would otherwise cost. */
static _Thread_local struct {
	const uint8_t *table;
	uint32_t i, pos;
} last;

void iso_walk_reset(void)
{
	last.table = NULL;
}

bool iso_walk(const struct iso_table *t, uint32_t i, iso_step *step, uint32_t *pos)
{
	bool resume = last.table == t->table && last.i <= i;
	uint32_t at = resume ? last.pos : 0, n;

	if (i >= t->present)
		return false;
	for (uint32_t k = resume ? last.i : 0; k < i; k++) {
		n = step(t, at);
		if (!n || n >= t->table_len - at)
			return false;
		at += n;
	}
	if (!step(t, at))
		return false;
	last.table = t->table;
	last.i = i;
	last.pos = at;
	*pos = at;
	return true;
}
