/* memo.c: what decoders worked out of a pipe's facts and keep for its next transfers. */
#include "decoders/decoder.h"

struct decode_memo *decode_memo_find(const struct decode_ctx *c, uint32_t pipe, uint32_t key)
{
	for (unsigned i = 0; c->memos && pipe && i < DECODE_MEMOS; i++)
		if (c->memos->memo[i].pipe == pipe && c->memos->memo[i].key == key)
			return &c->memos->memo[i];
	return NULL;
}

struct decode_memo *decode_memo_new(const struct decode_ctx *c, uint32_t pipe, uint32_t key)
{
	struct decode_memo *m;

	if (!c->memos || !pipe)
		return NULL;
	m = &c->memos->memo[c->memos->next++ % DECODE_MEMOS];
	m->pipe = pipe;
	m->key = key;
	return m;
}
