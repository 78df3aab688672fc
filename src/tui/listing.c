/* listing.c: lines ↔ transfers and their parts. */
#include "tui/listing.h"
#include "base/mem.h"
#include "tui/parts.h"

#include <stdlib.h>

void listing_init(struct listing *l, struct trace *t, struct sieve *s, bool ascii)
{
	*l = (struct listing){.trace = t, .sieve = s, .ascii = ascii, .quiet = true};
	l->cursor.line = l->top.line = -1;
}

static void forget_unfolded(struct listing *l)
{
	for (size_t i = 0; i < l->n; i++)
		page_free(&l->unfolded[i].parts);
	l->n = 0;
}

void listing_free(struct listing *l)
{
	forget_unfolded(l);
	free(l->unfolded);
	idset_free(&l->open);
	idset_free(&l->heads);
}

#define HEADS_EVERY INT64_C(200000000) /* ns */

/* ---- exchanges ---------------------------------------------------------------------- */

static uint32_t exchange_of(const struct listing *l, uint32_t id)
{
	const struct index_entry *e = l->trace->now ? index_get(l->trace->now->ix, id) : NULL;

	return e ? e->exchange : 0;
}

uint32_t listing_folded(const struct listing *l, uint32_t id)
{
	uint32_t x = l->exchanges ? exchange_of(l, id) : 0;

	return x && !idset_has(&l->open, x) ? x : 0;
}

/* Of each exchange that is not open only the first shown transfer stays. */
static void find_heads(struct listing *l, const struct idset *shown)
{
	struct idset seen = {0};

	idset_clear(&l->heads);
	for (uint32_t id = idset_nth(shown, 0); id; id = idset_after(shown, id)) {
		uint32_t x = exchange_of(l, id);

		if (!x || idset_has(&l->open, x) || !idset_has(&seen, x))
			idset_add(&l->heads, id);
		if (x)
			idset_add(&seen, x);
	}
	idset_free(&seen);
	l->heads_upto = shown->members;
	l->heads_version = l->version;
	l->heads_time = monotonic_ns();
}

const struct idset *listing_set(struct listing *l)
{
	const struct idset *shown = sieve_shown(l->sieve, l->trace);

	if (!l->exchanges)
		return shown;
	/* While more comes all the time, looking at everything again can wait a little. */
	if (l->heads_version != l->version ||
		(l->heads_upto != shown->members &&
			(trace_complete(l->trace) || monotonic_ns() > l->heads_time + HEADS_EVERY)))
		find_heads(l, shown);
	return &l->heads;
}

/* ---- lines -------------------------------------------------------------------------- */

struct unfolded *listing_unfolded(const struct listing *l, uint32_t id)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->unfolded[i].id == id)
			return &l->unfolded[i];
	return NULL;
}

uint64_t listing_lines(struct listing *l)
{
	const struct idset *set = listing_set(l);
	uint64_t n = set->members;

	for (size_t i = 0; i < l->n; i++)
		n += idset_has(set, l->unfolded[i].id) ? l->unfolded[i].shown : 0;
	return n;
}

/* Which of the shown lines of u is page line `line`, from 0. */
static uint32_t shown_before(const struct unfolded *u, int line)
{
	uint32_t n = 0;

	for (int i = 0; i < line; i++)
		n += !page_hidden(&u->parts, (size_t)i);
	return n;
}

uint64_t listing_line_of(struct listing *l, struct place p)
{
	const struct idset *set = listing_set(l);
	uint64_t n = idset_rank(set, p.id);
	const struct unfolded *u = p.line >= 0 ? listing_unfolded(l, p.id) : NULL;

	for (size_t i = 0; i < l->n; i++)
		if (l->unfolded[i].id < p.id && idset_has(set, l->unfolded[i].id))
			n += l->unfolded[i].shown;
	return u ? n + 1 + shown_before(u, p.line) : n;
}

/* The unfolded transfer with the least id > after, or NULL. */
static const struct unfolded *next_unfolded(
	const struct listing *l, const struct idset *set, uint32_t after)
{
	const struct unfolded *best = NULL;

	for (size_t i = 0; i < l->n; i++)
		if (l->unfolded[i].id > after && idset_has(set, l->unfolded[i].id) &&
			(!best || l->unfolded[i].id < best->id))
			best = &l->unfolded[i];
	return best;
}

static struct place part_at(const struct unfolded *u, uint32_t n)
{
	for (size_t i = 0; i < u->parts.lines; i++)
		if (!page_hidden(&u->parts, i) && n-- == 0)
			return (struct place){u->id, (int)i};
	return (struct place){u->id, -1};
}

struct place listing_at(struct listing *l, uint64_t line)
{
	const struct idset *set = listing_set(l);
	uint64_t more = 0; /* lines of parts before */
	uint32_t after = 0;
	const struct unfolded *u;

	while ((u = next_unfolded(l, set, after))) {
		uint64_t at = idset_rank(set, u->id) + more;

		if (line <= at)
			break;
		if (line <= at + u->shown)
			return part_at(u, (uint32_t)(line - at - 1));
		more += u->shown;
		after = u->id;
	}
	return (struct place){
		line - more > UINT32_MAX ? 0 : idset_nth(set, (uint32_t)(line - more)), -1};
}

/* ---- moving ------------------------------------------------------------------------- */

static uint32_t nearest(const struct idset *set, uint32_t id)
{
	uint32_t at = idset_has(set, id) ? id : idset_after(set, id);

	return at ? at : idset_before(set, id);
}

static struct place settled(struct listing *l, struct place p)
{
	const struct idset *set = listing_set(l);
	const struct unfolded *u = listing_unfolded(l, p.id);

	if (!idset_has(set, p.id))
		return (struct place){nearest(set, p.id), -1};
	if (!u || p.line >= (int)u->parts.lines)
		p.line = -1;
	while (p.line >= 0 && page_hidden(&u->parts, (size_t)p.line))
		p.line--;
	return p;
}

void listing_settle(struct listing *l)
{
	l->cursor = settled(l, l->cursor);
	l->top = settled(l, l->top);
}

void listing_sift(struct listing *l)
{
	l->version++;
	listing_settle(l);
}

void listing_move(struct listing *l, int64_t lines)
{
	uint64_t n = listing_lines(l), at = listing_line_of(l, l->cursor);

	if (!n)
		return;
	if (lines < 0)
		at = at < (uint64_t)-lines ? 0 : at - (uint64_t)-lines;
	else
		at = (uint64_t)lines > n - 1 - at ? n - 1 : at + (uint64_t)lines;
	l->cursor = listing_at(l, at);
}

void listing_show(struct listing *l, int h)
{
	uint64_t n, at, top;

	listing_settle(l);
	n = listing_lines(l);
	at = listing_line_of(l, l->cursor);
	top = listing_line_of(l, l->top);
	if (h < 1)
		return;
	if (at < top)
		top = at;
	if (at >= top + (uint64_t)h)
		top = at - (uint64_t)h + 1;
	if (top + (uint64_t)h > n) /* no empty lines below while there are some above */
		top = n > (uint64_t)h ? n - (uint64_t)h : 0;
	l->top = listing_at(l, top);
}

static void remember(struct listing *l)
{
	if (l->past == HISTORY_MAX - 1)
		for (size_t i = 0; i + 1 < HISTORY_MAX; i++)
			l->history[i] = l->history[i + 1];
	else
		l->past++;
	l->history[l->past - 1] = l->cursor;
	l->future = l->past;
}

/* Opens the exchange that hides the transfer. */
static void reveal(struct listing *l, uint32_t id)
{
	uint32_t x = listing_folded(l, id);

	if (!x || idset_has(listing_set(l), id) || !idset_has(sieve_shown(l->sieve, l->trace), id))
		return;
	idset_add(&l->open, x);
	l->version++;
}

void listing_go(struct listing *l, uint32_t id, bool jump)
{
	if (!id)
		return;
	if (jump && l->cursor.id)
		remember(l);
	if (jump)
		reveal(l, id);
	l->cursor = settled(l, (struct place){id, -1});
	if (jump)
		l->history[l->past] = l->cursor;
}

bool listing_history(struct listing *l, int step)
{
	if ((step < 0 && !l->past) || (step > 0 && l->past >= l->future))
		return false;
	l->history[l->past] = l->cursor;
	l->past += (size_t)step;
	l->cursor = settled(l, l->history[l->past]);
	return true;
}

void listing_renew(struct listing *l, int64_t cursor_time, int64_t top_time)
{
	uint32_t cursor = listing_id_at(l, cursor_time), top = listing_id_at(l, top_time);

	forget_unfolded(l);
	idset_clear(&l->open);
	l->version++;
	l->past = l->future = 0;
	/* Transfers that begin at the same moment keep their place: ids seldom change. */
	if (l->trace->now &&
		!(index_get(l->trace->now->ix, l->cursor.id) &&
			index_get(l->trace->now->ix, l->cursor.id)->time == cursor_time))
		l->cursor = (struct place){cursor, -1};
	else
		l->cursor.line = -1;
	l->top = (struct place){top, -1};
	listing_settle(l);
}

/* ---- unfolding ---------------------------------------------------------------------- */

static void count_shown(struct unfolded *u)
{
	u->shown = 0;
	for (size_t i = 0; i < u->parts.lines; i++)
		u->shown += !page_hidden(&u->parts, i);
}

static bool load_parts(struct listing *l, uint32_t id, struct err *e)
{
	struct page page = {0};

	if (!l->trace->now || parts_load(l->trace->now, id, l->quiet, l->ascii, &page, e) < 0) {
		page_free(&page);
		return false;
	}
	array_need(l->unfolded, l->n, l->cap);
	l->unfolded[l->n] = (struct unfolded){.id = id, .parts = page};
	count_shown(&l->unfolded[l->n++]);
	return true;
}

bool listing_unfold(struct listing *l, struct err *e)
{
	struct unfolded *u = listing_unfolded(l, l->cursor.id);
	uint32_t x = exchange_of(l, l->cursor.id);

	if (!l->cursor.id)
		return false;
	if (l->cursor.line >= 0) {
		if (!u || !page_fold(&u->parts, (size_t)l->cursor.line, false))
			return false;
		count_shown(u);
		return true;
	}
	if (l->exchanges && x && !idset_has(&l->open, x)) {
		idset_add(&l->open, x);
		l->version++;
		return true;
	}
	return !u && load_parts(l, l->cursor.id, e);
}

static void fold_transfer(struct listing *l, struct unfolded *u)
{
	page_free(&u->parts);
	*u = l->unfolded[--l->n];
}

bool listing_fold(struct listing *l)
{
	struct unfolded *u = listing_unfolded(l, l->cursor.id);
	uint32_t x = exchange_of(l, l->cursor.id);
	size_t line = (size_t)l->cursor.line;

	if (l->cursor.line >= 0 && u) {
		if (page_has_children(&u->parts, line) && !u->parts.line[line].folded) {
			page_fold(&u->parts, line, true);
			count_shown(u);
		} else {
			size_t up = page_parent(&u->parts, line);

			l->cursor.line = up == line ? -1 : (int)up;
		}
		return true;
	}
	if (u) {
		fold_transfer(l, u);
		return true;
	}
	if (l->exchanges && x && idset_has(&l->open, x)) {
		idset_remove(&l->open, x);
		l->version++;
		listing_settle(l);
		return true;
	}
	return false;
}

/* ---- finding ------------------------------------------------------------------------ */

/* Entries that never ended have no time: the next one that has. */
static const struct index_entry *entry_from(const struct index *ix, uint32_t *id)
{
	const struct index_entry *e = NULL;

	while (*id <= index_count(ix) && !(e = index_get(ix, *id)))
		(*id)++;
	return e;
}

uint32_t listing_id_at(const struct listing *l, int64_t time)
{
	const struct index *ix = l->trace->now ? l->trace->now->ix : NULL;
	uint32_t low = 1, high = ix ? index_count(ix) + 1 : 1;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2, at = mid;
		const struct index_entry *e = entry_from(ix, &at);

		if (!e || e->time >= time)
			high = mid;
		else
			low = at + 1;
	}
	return ix && low <= index_count(ix) ? low : ix ? index_count(ix) : 0;
}

uint32_t listing_id_of_record(const struct listing *l, uint64_t record)
{
	const struct index *ix = l->trace->now ? l->trace->now->ix : NULL;
	uint32_t best = 0;

	for (uint32_t id = 1; ix && id <= index_count(ix); id++) {
		const struct index_entry *e = index_get(ix, id);

		if (!e)
			continue;
		if (e->first == record || e->last == record)
			return id;
		if (e->first < record)
			best = id;
	}
	return best;
}

uint32_t listing_next(struct listing *l, uint32_t from, int step,
	bool (*is)(const struct listing *l, uint32_t id, const void *ctx), const void *ctx)
{
	const struct idset *set = listing_set(l);
	uint32_t id = from;

	do {
		id = step > 0 ? idset_after(set, id) : idset_before(set, id);
	} while (id && !is(l, id, ctx));
	return id;
}
