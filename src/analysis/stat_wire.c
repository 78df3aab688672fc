/* stat_wire.c: the part of `stat` that only captures of bus packets have: what happened on the wire
 * below the transfers. */
#include "analysis/stat_impl.h"
#include "base/mem.h"

#include <stddef.h>

static const struct {
	const char *key, *word;
	size_t at;
} figures[] = {
	{"transactions", "transactions", offsetof(struct bus_counts, transactions)},
	{"naks", "NAKs", offsetof(struct bus_counts, naks)},
	{"retries", "sent again", offsetof(struct bus_counts, retries)},
	{"timeouts", "without answer", offsetof(struct bus_counts, timeouts)},
	{"crc_errors", "CRC16 wrong", offsetof(struct bus_counts, crc_errors)},
	{"malformed", "malformed packets", offsetof(struct bus_counts, malformed)},
	{"sofs", "SOFs", offsetof(struct bus_counts, sofs)},
	{"missed_sofs", "frame numbers missing", offsetof(struct bus_counts, missed_sofs)},
	{"resets", "resets", offsetof(struct bus_counts, resets)},
	{"suspends", "suspends", offsetof(struct bus_counts, suspends)},
};

static uint64_t figure(const struct bus_counts *c, size_t i)
{
	return *(const uint64_t *)(const void *)((const char *)c + figures[i].at);
}

/* "16 transactions: 8 NAKs (50.0%), 2 sent again" */
static void say(const struct bus_counts *c, struct text *t)
{
	text_u64(t, c->transactions);
	text_str(t, " transactions");
	for (size_t i = 1; i < ARRAY_LEN(figures); i++) {
		if (!figure(c, i))
			continue;
		text_str(t, ", ");
		text_u64(t, figure(c, i));
		text_char(t, ' ');
		text_str(t, figures[i].word);
		if (figures[i].at == offsetof(struct bus_counts, naks))
			text_printf(
				t, " (%.1f%%)", 100.0 * (double)c->naks / (double)c->transactions);
	}
}

void stat_wire(const struct bus_counts *c, struct emit *e)
{
	char words[320];
	struct text t;

	if (!c)
		return;
	text_init(&t, words, sizeof(words));
	say(c, &t);
	emit_item(e, NULL, "on the wire", value_name(words), SHOW_PLAIN);
	emit_begin(e, "wire", NULL);
	for (size_t i = 0; i < ARRAY_LEN(figures); i++)
		emit_item(e, figures[i].key, NULL, value_uint(figure(c, i)), SHOW_PLAIN);
	emit_item(e, "nak_ratio", NULL,
		c->transactions ? value_real((double)c->naks / (double)c->transactions)
				: value_null(),
		SHOW_PERCENT);
	emit_begin(e, "results", NULL);
	for (unsigned i = 0; i < RESULTS; i++)
		emit_item(e, transaction_result_name((enum transaction_result)i), NULL,
			value_uint(c->results[i]), SHOW_PLAIN);
	emit_end(e);
	emit_end(e);
}
