/* load_parts.c: what a transfer consists of: its records, or its transactions and packets. */
#include "run/load_impl.h"

/* Records that name the transfer's URB, between its first and its last. */
static int urb_parts(struct run *r, const struct index *ix, const struct index_entry *x,
	const struct wire_reader *to, struct err *e)
{
	uint64_t urb = 0;

	for (uint64_t n = x->first; n <= x->last; n++) {
		struct record rec;
		struct event ev;

		if (n > x->first && !x->many)
			n = x->last;
		if (run_read_record(r, ix, n, &rec, &ev, e) < 0)
			return -1;
		if (n == x->first)
			urb = ev.urb.id;
		if (n == x->first || n == x->last || (ev.bin == BIN_NONE && ev.urb.id == urb))
			to->packet(to->ctx, &rec, &ev);
	}
	return 0;
}

int run_load_parts(struct run *r, const struct index *ix, uint32_t id, const struct wire_reader *to,
	struct err *e)
{
	const struct index_entry *x = index_get(ix, id);

	if (!x)
		return err_set(
			e, "there is no transfer %u: the capture has %u", id, index_count(ix));
	return index_replay(ix, id).known ? run_load_wire(r, ix, id, to, e)
					  : urb_parts(r, ix, x, to, e);
}
