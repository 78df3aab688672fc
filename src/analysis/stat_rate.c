/* stat_rate.c: bytes by windows of 100 ms: the peak rates of endpoints, and of the interfaces,
 * devices and buses they belong to. Transfers come in the order of their ends, so only one window
 * is open; the levels above are summed up once a window, from the endpoints that had bytes in it.
 */
#include "analysis/stat_impl.h"
#include "base/mem.h"

/* ---- groups ------------------------------------------------------------------------- */

static bool same_group(const void *owner, uint32_t value, const void *key)
{
	const struct group *a = &((const struct stat *)owner)->group[value - 1], *b = key;

	return a->kind == b->kind && a->instance == b->instance && a->bus == b->bus &&
	       a->interface == b->interface;
}

static uint32_t find_group(struct stat *s, const struct group *key)
{
	uint32_t hash = map_hash((uint64_t)key->instance << 32 | (uint32_t)key->bus << 16 |
				 (uint32_t)key->interface << 8 | key->kind);
	const struct map_slot *slot = map_find(&s->by_key, hash, same_group, s, key);

	if (slot)
		return slot->value;
	array_need(s->group, s->groups, s->group_cap);
	s->group[s->groups++] = *key;
	map_insert(&s->by_key, hash, (uint32_t)s->groups);
	return (uint32_t)s->groups;
}

/* Off the way: an endpoint's pipe changes with alternate settings and new facts only. */
static void find_groups(struct stat *s, const struct devices *d, struct endpoint_stat *p)
{
	const struct pipe *pipe = devices_get_pipe(d, p->pipe);
	struct group key = {.kind = GROUP_CAPTURE};

	p->grouped = p->pipe;
	p->group[GROUP_CAPTURE] = find_group(s, &key);
	key.kind = GROUP_BUS;
	key.bus = devices_get_instance(d, pipe->instance)->bus;
	p->group[GROUP_BUS] = find_group(s, &key);
	key.kind = GROUP_DEVICE;
	key.instance = pipe->instance;
	p->group[GROUP_DEVICE] = find_group(s, &key);
	p->group[GROUP_INTERFACE] = 0;
	if (!pipe->endpoint || !(pipe->flags & PIPE_DESCRIBED))
		return;
	key.kind = GROUP_INTERFACE;
	key.interface = pipe->interface;
	p->group[GROUP_INTERFACE] = find_group(s, &key);
	s->group[p->group[GROUP_INTERFACE] - 1].pipe = p->pipe;
}

/* ---- windows ------------------------------------------------------------------------ */

static void close_endpoint(struct stat *s, const struct devices *d, struct endpoint_stat *p)
{
	if (p->grouped != p->pipe)
		find_groups(s, d, p);
	if (p->window_bytes > p->peak)
		p->peak = p->window_bytes;
	for (unsigned k = 0; k < GROUP_KINDS; k++)
		if (p->group[k])
			s->group[p->group[k] - 1].window_bytes += p->window_bytes;
}

/* The groups of the endpoints with bytes have their sums now. */
static void close_groups(struct stat *s, const struct endpoint_stat *p, bool over)
{
	for (unsigned k = 0; k < GROUP_KINDS; k++) {
		struct group *g = p->group[k] ? &s->group[p->group[k] - 1] : NULL;

		if (!g || !g->window_bytes)
			continue;
		if (g->window_bytes > g->peak)
			g->peak = g->window_bytes;
		if (!g->touched)
			g->windows++;
		g->window_bytes = 0;
		g->touched = !over;
	}
}

/* over: the next transfer is of another window. Otherwise the window stays open. */
static void sum_up(struct stat *s, const struct devices *d, bool over)
{
	for (size_t i = 0; i < s->touches; i++)
		close_endpoint(s, d, &s->endpoint[s->touched[i]]);
	for (size_t i = 0; i < s->touches; i++) {
		struct endpoint_stat *p = &s->endpoint[s->touched[i]];

		close_groups(s, p, over);
		if (over) {
			p->window_bytes = 0;
			p->touched = false;
		}
	}
	if (over)
		s->touches = 0;
}

/* When the window of a time began. */
static int64_t window_of(int64_t t)
{
	int64_t since = t % STAT_WINDOW;

	return (int64_t)((uint64_t)t - (uint64_t)(since < 0 ? since + STAT_WINDOW : since));
}

/* The first bytes of an endpoint in a window, or of a window. */
static __attribute__((noinline)) void begin_window(
	struct stat *s, const struct devices *d, uint32_t id, int64_t window)
{
	if (!s->windowed || window != s->window) {
		sum_up(s, d, true);
		s->window = window;
		s->windowed = true;
	}
	if (s->endpoint[id - 1].touched)
		return;
	array_need(s->touched, s->touches, s->touch_cap);
	s->touched[s->touches++] = id - 1;
	s->endpoint[id - 1].touched = true;
}

void rate_count(struct stat *s, const struct devices *d, uint32_t id, int64_t end, uint64_t bytes)
{
	struct endpoint_stat *p = &s->endpoint[id - 1];

	/* one comparison says that the window is still the same; no division */
	if ((uint64_t)end - (uint64_t)s->window >= STAT_WINDOW || !p->touched)
		begin_window(s, d, id, window_of(end));
	p->window_bytes += bytes;
}

void rate_settle(struct stat *s, const struct devices *d)
{
	for (size_t i = 0; i < s->endpoints; i++)
		if (s->endpoint[i].transfers && s->endpoint[i].grouped != s->endpoint[i].pipe)
			find_groups(s, d, &s->endpoint[i]);
	sum_up(s, d, false);
}
