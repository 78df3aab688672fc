/* index.c: the arrays of the index. */
#include "model/index.h"
#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>

static_assert(sizeof(struct bus_replay) == 8, "small beside it");
static_assert(sizeof(struct index_entry) == 32, "32 bytes per transfer (DESIGN section 2)");

struct checkpoint {
	uint64_t offset;
	int64_t time;
	uint32_t section, iface;
};

struct index {
	struct index_entry *entry; /* [id - 1]; first 0: not filled */
	size_t entries, entry_cap;
	struct bus_replay *replay; /* [id - 1], as far as there are any */
	size_t replays, replay_cap;
	uint32_t *by_end;
	size_t ends, end_cap;
	struct index_exchange *exchange; /* [id - 1] */
	size_t exchanges, exchange_cap;
	struct checkpoint *point;
	size_t points, point_cap;
	uint64_t records;
};

struct index *index_new(void)
{
	return mem_zalloc(1, sizeof(struct index));
}

void index_free(struct index *ix)
{
	if (!ix)
		return;
	free(ix->entry);
	free(ix->replay);
	free(ix->by_end);
	free(ix->exchange);
	free(ix->point);
	free(ix);
}

void index_add_record(struct index *ix, const struct record *rec)
{
	if (ix->records++ % INDEX_STEP)
		return;
	array_need(ix->point, ix->points, ix->point_cap);
	ix->point[ix->points++] =
		(struct checkpoint){rec->offset, rec->time, rec->section, rec->iface};
}

/* A transfer joins an exchange. */
static void join(struct index *ix, const struct xfer *x, const struct exchange *ex)
{
	struct index_exchange *to;

	while (ix->exchanges < ex->id) {
		array_need(ix->exchange, ix->exchanges, ix->exchange_cap);
		ix->exchange[ix->exchanges++] = (struct index_exchange){0};
	}
	to = &ix->exchange[ex->id - 1];
	if (!to->xfers)
		*to = (struct index_exchange){
			.begin = ex->begin,
			.first = x->id,
			.place = (uint32_t)ix->ends,
			.decoder = ex->decoder,
			.function = ex->function,
		};
	to->xfers++;
}

void index_add_exchange(struct index *ix, const struct exchange *ex)
{
	struct index_exchange *to = &ix->exchange[ex->id - 1];

	to->begin = ex->begin;
	to->end = ex->end;
	to->bytes = ex->bytes;
	to->first = ex->first;
	to->last = ex->last;
	to->result = ex->result;
	to->synthetic_end = ex->synthetic_end;
}

void index_add_xfer(struct index *ix, const struct xfer *x, const struct exchange *ex)
{
	if (ex)
		join(ix, x, ex);
	while (ix->entries < x->id) {
		array_need(ix->entry, ix->entries, ix->entry_cap);
		ix->entry[ix->entries++] = (struct index_entry){0};
	}
	ix->entry[x->id - 1] = (struct index_entry){
		.time = x->begin,
		.first = (uint32_t)x->first,
		.last = (uint32_t)x->last,
		.length = x->len > 0 ? (uint32_t)x->len : 0,
		.exchange = ex ? ex->id : 0,
		.duration =
			xfer_duration(x) == XFER_UNKNOWN ? -1 : (float)(x->end - x->begin) / 1e9f,
		.pipe = x->pipe & 0x3fffff,
		.status = x->status & 15,
		.many = x->records > 2,
		.lost = x->flags & XFER_LOST_COMPLETION ? 1 : 0,
		.no_length = x->len == XFER_UNKNOWN,
	};
	while (x->replay.known && ix->replays < x->id) {
		array_need(ix->replay, ix->replays, ix->replay_cap);
		ix->replay[ix->replays++] = (struct bus_replay){0};
	}
	if (x->replay.known)
		ix->replay[x->id - 1] = x->replay;
	array_need(ix->by_end, ix->ends, ix->end_cap);
	ix->by_end[ix->ends++] = x->id;
}

struct bus_replay index_replay(const struct index *ix, uint32_t id)
{
	return id && id <= ix->replays ? ix->replay[id - 1] : (struct bus_replay){0};
}

uint32_t index_exchanges(const struct index *ix)
{
	return (uint32_t)ix->exchanges;
}

const struct index_exchange *index_get_exchange(const struct index *ix, uint32_t id)
{
	return id && id <= ix->exchanges ? &ix->exchange[id - 1] : NULL;
}

uint32_t index_count(const struct index *ix)
{
	return (uint32_t)ix->entries;
}

uint64_t index_records(const struct index *ix)
{
	return ix->records;
}

const struct index_entry *index_get(const struct index *ix, uint32_t id)
{
	return id && id <= ix->entries && ix->entry[id - 1].first ? &ix->entry[id - 1] : NULL;
}

uint32_t index_by_end(const struct index *ix, uint32_t place)
{
	return place < ix->ends ? ix->by_end[place] : 0;
}

bool index_checkpoint(const struct index *ix, uint64_t number, struct record *at)
{
	const struct checkpoint *c;

	if (!number || number > ix->records)
		return false;
	c = &ix->point[(number - 1) / INDEX_STEP];
	*at = (struct record){
		.number = (number - 1) / INDEX_STEP * INDEX_STEP + 1,
		.offset = c->offset,
		.time = c->time,
		.has_time = true,
		.section = c->section,
		.iface = c->iface,
	};
	return true;
}
