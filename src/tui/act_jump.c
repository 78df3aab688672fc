/* act_jump.c: keys that jump: to errors, within an endpoint or device, to exchanges and marks. */
#include "tui/act.h"
#include "base/mem.h"

static uint32_t pipe_number(const struct listing *l, uint32_t id)
{
	const struct index_entry *e = index_get(l->trace->now->ix, id);

	return e ? e->pipe : 0;
}

const struct pipe *act_pipe_of(const struct listing *l, uint32_t id)
{
	uint32_t n = pipe_number(l, id);

	return n ? devices_get_pipe(model_devices(l->trace->now->run.model), n) : NULL;
}

/* What the transfer under the cursor belongs to. */
struct place_of {
	uint32_t endpoint, instance, exchange;
};

static bool same_endpoint(const struct listing *l, uint32_t id, const void *here)
{
	const struct pipe *p = act_pipe_of(l, id);

	return p && p->endpoint_id == ((const struct place_of *)here)->endpoint;
}

static bool same_device(const struct listing *l, uint32_t id, const void *here)
{
	const struct pipe *p = act_pipe_of(l, id);

	return p && p->instance == ((const struct place_of *)here)->instance;
}

static bool other_exchange(const struct listing *l, uint32_t id, const void *here)
{
	const struct index_entry *e = index_get(l->trace->now->ix, id);

	return e && e->exchange && e->exchange != ((const struct place_of *)here)->exchange;
}

static void jump(struct app *a, uint32_t id, const char *what, int step)
{
	if (id)
		app_go(a, id);
	else
		app_say(a, ROLE_WARN, "no %s %s this one", what, step > 0 ? "after" : "before");
}

/* Errors among those that the filter shows, folded exchanges or not, by the set of errors: both may
 * hold millions. */
static uint32_t next_error(struct app *a, int step)
{
	const struct idset *set = sieve_shown(a->list.sieve, a->list.trace);
	const struct idset *errors = &a->trace.now->errors;
	uint32_t id = a->list.cursor.id;

	do {
		id = step > 0 ? idset_after(errors, id) : idset_before(errors, id);
	} while (id && !idset_has(set, id));
	return id;
}

void act_jump_error(struct app *a, enum action action)
{
	int step = action == ACT_NEXT_ERROR ? 1 : -1;

	if (a->list.cursor.id)
		jump(a, next_error(a, step), "error", step);
}

void act_jump(struct app *a, enum action action)
{
	static const struct {
		uint8_t next, before; /* enum action */
		const char *what;
		bool (*is)(const struct listing *l, uint32_t id, const void *here);
	} jumps[] = {
		{ACT_NEXT_ENDPOINT, ACT_PREV_ENDPOINT, "transfer of this endpoint", same_endpoint},
		{ACT_NEXT_DEVICE, ACT_PREV_DEVICE, "transfer of this device", same_device},
		{ACT_NEXT_EXCHANGE, ACT_PREV_EXCHANGE, "exchange", other_exchange},
	};
	struct listing *l = &a->list;
	const struct pipe *p = act_pipe_of(l, l->cursor.id);
	struct place_of here;

	if (!p)
		return;
	here = (struct place_of){
		p->endpoint_id, p->instance, index_get(a->trace.now->ix, l->cursor.id)->exchange};
	for (size_t i = 0; i < ARRAY_LEN(jumps); i++) {
		int step = action == jumps[i].next ? 1 : -1;

		if (action == jumps[i].next || action == jumps[i].before)
			jump(a, listing_next(l, l->cursor.id, step, jumps[i].is, &here),
				jumps[i].what, step);
	}
}

/* The line of the record that ended the transfer, or the one that began it. */
void act_other_end(struct app *a, enum action action)
{
	struct listing *l = &a->list;
	struct unfolded *u = listing_unfolded(l, l->cursor.id);
	struct err e = {0};
	int first = -1, last = -1;

	(void)action;
	if (!l->cursor.id)
		return;
	if (!u) {
		l->cursor.line = -1;
		listing_unfold(l, &e);
		u = listing_unfolded(l, l->cursor.id);
	}
	for (size_t i = 0; u && i < u->parts.lines; i++)
		if (u->parts.line[i].ref && !page_hidden(&u->parts, i)) {
			first = first < 0 ? (int)i : first;
			last = (int)i;
		}
	if (first >= 0)
		l->cursor.line = l->cursor.line == last ? first : last;
	app_follow(a, false);
}

void act_mark(struct app *a, enum action action)
{
	uint32_t id = a->list.cursor.id;

	(void)action;
	if (idset_has(&a->marks, id))
		idset_remove(&a->marks, id);
	else
		idset_add(&a->marks, id);
	listing_move(&a->list, 1);
}

static bool marked(const struct listing *l, uint32_t id, const void *ctx)
{
	const struct app *a = ctx;
	const struct index_entry *e = index_get(l->trace->now->ix, id);

	return idset_has(&a->marks, id) || (e && notes_get(&a->notes, e->first));
}

void act_next_mark(struct app *a, enum action action)
{
	int step = action == ACT_NEXT_MARK ? 1 : -1;

	if (a->list.cursor.id)
		jump(a, listing_next(&a->list, a->list.cursor.id, step, marked, a), "mark or note",
			step);
}

void act_history(struct app *a, enum action action)
{
	app_follow(a, false);
	if (!listing_history(&a->list, action == ACT_BACK ? -1 : 1))
		app_say(a, ROLE_DIM,
			action == ACT_BACK ? "this is where you began" : "nothing forward");
}
