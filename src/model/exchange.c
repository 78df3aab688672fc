/* exchange.c: open exchanges and the state of interfaces. */
#include "model/exchange.h"
#include "base/map.h"
#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* An exchange in its list: those open in a scope, newest first, or those that are over. */
struct open_exchange {
	struct exchange pub; /* first: decoders hold pointers to it */
	struct open_exchange *next;
};

/* What a decoder's state belongs to. */
struct scope {
	uint32_t instance;
	uint8_t function, decoder;
	uint32_t opens;
	struct open_exchange *open;
	uint8_t *state;
	size_t state_size;
};

/* Transfers come from few pipes at a time: their scopes are found without the map. */
enum { RECENT = 16 };

struct exchanges {
	struct scope *scope;
	size_t scopes, cap;
	struct map by_function;
	uint32_t recent[RECENT]; /* scopes by the lowest bits of their pipes, 0: none */
	struct open_exchange *over, **over_end; /* in end order, to be handed on */
	struct open_exchange *spare;
	uint32_t count, replay; /* replay: the id of the one to come, 0: a stream */
	void (*on_end)(void *ctx, const struct exchange *ex);
	void *ctx;
};

const char *exchange_result_name(enum exchange_result r)
{
	static const char *const name[EXCHANGE_RESULTS] = {
		"open", "ok", "failed", "error", "cancelled", "cut", "incomplete"};

	return name[r];
}

struct exchanges *exchanges_new(void (*on_end)(void *ctx, const struct exchange *ex), void *ctx)
{
	struct exchanges *e = mem_zalloc(1, sizeof(*e));

	e->on_end = on_end;
	e->ctx = ctx;
	e->over_end = &e->over;
	return e;
}

static void no_end(void *ctx, const struct exchange *ex)
{
	(void)ctx;
	(void)ex;
}

struct exchanges *exchanges_replay(uint32_t id)
{
	struct exchanges *e = exchanges_new(no_end, NULL);

	e->replay = id;
	return e;
}

static void free_list(struct open_exchange *x)
{
	while (x) {
		struct open_exchange *next = x->next;

		free(x);
		x = next;
	}
}

void exchanges_free(struct exchanges *e)
{
	if (!e)
		return;
	for (size_t i = 0; i < e->scopes; i++) {
		free_list(e->scope[i].open);
		free(e->scope[i].state);
	}
	free_list(e->over);
	free_list(e->spare);
	map_free(&e->by_function);
	free(e->scope);
	free(e);
}

/* ---- ends --------------------------------------------------------------------------- */

/* *at is unlinked from its scope's list and waits to be handed on. */
static void end_at(struct exchanges *e, struct scope *s, struct open_exchange **at,
	enum exchange_result result)
{
	struct open_exchange *x = *at;

	*at = x->next;
	s->opens--;
	x->pub.result = (uint8_t)result;
	x->next = NULL;
	*e->over_end = x;
	e->over_end = &x->next;
}

/* The list's last is the oldest: they are handed on in the order in which they began. */
static void end_all(struct exchanges *e, struct scope *s)
{
	while (s->open) {
		struct open_exchange **at = &s->open;

		while ((*at)->next)
			at = &(*at)->next;
		(*at)->pub.synthetic_end = true;
		end_at(e, s, at, EXCHANGE_INCOMPLETE);
	}
}

void exchanges_flush(struct exchanges *e)
{
	struct open_exchange *x;

	while ((x = e->over)) {
		e->on_end(e->ctx, &x->pub);
		e->over = x->next;
		x->next = e->spare;
		e->spare = x;
	}
	e->over_end = &e->over;
}

static int by_id(const void *a, const void *b)
{
	uint32_t x = (*(struct open_exchange *const *)a)->pub.id;
	uint32_t y = (*(struct open_exchange *const *)b)->pub.id;

	return (x > y) - (x < y);
}

/* Those still open in all scopes, in the order in which they began. */
void exchanges_finish(struct exchanges *e)
{
	struct open_exchange **left;
	size_t n = 0, cap = 0;

	for (size_t i = 0; i < e->scopes; i++)
		cap += e->scope[i].opens;
	left = mem_zalloc(cap + 1, sizeof(struct open_exchange *));
	for (size_t i = 0; i < e->scopes; i++) {
		for (struct open_exchange *x = e->scope[i].open; x; x = x->next)
			left[n++] = x;
		e->scope[i].open = NULL;
		e->scope[i].opens = 0;
	}
	qsort(left, n, sizeof(*left), by_id);
	for (size_t i = 0; i < n; i++) {
		left[i]->pub.result = EXCHANGE_INCOMPLETE;
		left[i]->pub.synthetic_end = true;
		left[i]->next = NULL;
		*e->over_end = left[i];
		e->over_end = &left[i]->next;
	}
	free(left);
	exchanges_flush(e);
}

uint32_t exchanges_count(const struct exchanges *e)
{
	return e->count;
}

/* ---- scopes ------------------------------------------------------------------------- */

struct scope_key {
	uint32_t instance;
	uint8_t function;
};

static bool same_scope(const void *owner, uint32_t value, const void *key)
{
	const struct scope *s = &((const struct exchanges *)owner)->scope[value - 1];
	const struct scope_key *k = key;

	return s->instance == k->instance && s->function == k->function;
}

static struct map_slot *look_up(const struct exchanges *e, uint32_t instance, uint8_t function)
{
	const struct scope_key k = {instance, function};

	return map_find(
		&e->by_function, map_hash((uint64_t)instance << 8 | function), same_scope, e, &k);
}

static __attribute__((noinline)) uint32_t find_scope(
	struct exchanges *e, uint32_t instance, uint8_t function)
{
	struct map_slot *s = look_up(e, instance, function);

	if (s)
		return s->value;
	array_need(e->scope, e->scopes, e->cap);
	e->scope[e->scopes++] = (struct scope){.instance = instance, .function = function};
	map_insert(
		&e->by_function, map_hash((uint64_t)instance << 8 | function), (uint32_t)e->scopes);
	return (uint32_t)e->scopes;
}

static uint32_t scope_for(struct exchanges *e, const struct xfer *x, uint8_t function)
{
	uint32_t *recent = &e->recent[x->pipe % RECENT];
	const struct scope *s = *recent ? &e->scope[*recent - 1] : NULL;

	if (!s || s->instance != x->instance || s->function != function)
		*recent = find_scope(e, x->instance, function);
	return *recent;
}

static void forget(struct exchanges *e, struct scope *s)
{
	end_all(e, s);
	s->decoder = 0;
}

void exchanges_forget(struct exchanges *e, uint32_t instance, int function)
{
	for (size_t i = 0; i < e->scopes; i++)
		if (e->scope[i].instance == instance &&
			(function < 0 || e->scope[i].function == function))
			forget(e, &e->scope[i]);
}

uint8_t exchanges_decoder(struct exchanges *e, uint32_t instance, uint8_t function)
{
	const struct map_slot *s = look_up(e, instance, function);

	return s ? e->scope[s->value - 1].decoder : 0;
}

void exchanges_track(
	struct exchanges *e, struct track *t, uint8_t function, uint8_t decoder, size_t state_size)
{
	uint32_t n = scope_for(e, t->x, function);
	struct scope *s = &e->scope[n - 1];

	assert(state_size <= INTERFACE_STATE);
	if (s->decoder != decoder) {
		forget(e, s);
		if (s->state_size < state_size) {
			s->state = mem_resize(s->state, state_size, 1);
			s->state_size = state_size;
		}
		if (state_size)
			memset(s->state, 0, state_size);
		s->decoder = decoder;
	}
	t->all = e;
	t->scope = n;
	t->state = s->state;
	t->joined = NULL;
}

/* ---- for decoders ------------------------------------------------------------------- */

static struct scope *scope_of(const struct track *t)
{
	return &t->all->scope[t->scope - 1];
}

static void count_in(struct track *t, struct exchange *ex)
{
	const struct xfer *x = t->x;

	ex->xfers++;
	if (x->id < ex->first)
		ex->first = x->id;
	if (x->id > ex->last)
		ex->last = x->id;
	if (x->first < ex->first_record)
		ex->first_record = x->first;
	if (x->last > ex->last_record)
		ex->last_record = x->last;
	if (x->begin < ex->begin)
		ex->begin = x->begin;
	if (x->end > ex->end)
		ex->end = x->end;
	t->joined = ex;
}

/* Zeroed. */
static struct open_exchange *new_exchange(struct exchanges *e)
{
	struct open_exchange *x = e->spare;

	if (!x)
		return mem_zalloc(1, sizeof(*x));
	e->spare = x->next;
	mem_clear(x);
	return x;
}

struct exchange *exchange_begin(struct track *t, uint32_t key)
{
	struct exchanges *e = t->all;
	struct scope *s = scope_of(t);
	const struct xfer *x = t->x;
	struct open_exchange *new;
	struct exchange *ex;

	if (s->opens == EXCHANGES_OPEN) {
		struct open_exchange **oldest = &s->open;

		while ((*oldest)->next)
			oldest = &(*oldest)->next;
		(*oldest)->pub.synthetic_end = true;
		end_at(e, s, oldest, EXCHANGE_INCOMPLETE);
	}
	new = new_exchange(e);
	ex = &new->pub;
	ex->id = e->replay ? e->replay : ++e->count;
	ex->first = x->id;
	ex->instance = x->instance;
	ex->pipe = x->pipe;
	ex->key = key;
	ex->bus = x->bus;
	ex->device = x->device;
	ex->function = s->function;
	ex->decoder = s->decoder;
	ex->first_record = x->first;
	ex->last_record = x->last;
	ex->begin = x->begin;
	ex->end = x->end;
	new->next = s->open;
	s->open = new;
	s->opens++;
	count_in(t, ex);
	return ex;
}

struct exchange *exchange_find(const struct track *t, uint32_t key)
{
	for (struct open_exchange *x = scope_of(t)->open; x; x = x->next)
		if (x->pub.key == key)
			return &x->pub;
	return NULL;
}

bool exchange_join(struct track *t, struct exchange *ex)
{
	if (ex->xfers >= EXCHANGE_XFERS) {
		ex->synthetic_end = true;
		exchange_end(t, ex, EXCHANGE_CUT);
		return false;
	}
	count_in(t, ex);
	return true;
}

void exchange_end(struct track *t, struct exchange *ex, enum exchange_result result)
{
	struct scope *s = scope_of(t);
	struct open_exchange **at = &s->open;

	while (&(*at)->pub != ex)
		at = &(*at)->next;
	if (t->joined != ex)
		ex->synthetic_end = true;
	end_at(t->all, s, at, result);
}

struct exchange *exchanges_joined(const struct track *t)
{
	return t->joined;
}
