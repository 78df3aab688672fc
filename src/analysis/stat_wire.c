/* stat_wire.c: the part of `stat` that only captures of bus packets have: what happened on the wire
 * below the transfers, how much of the bus's time it took, how regular frames are, and how long the
 * bus was in which state. */
#include "analysis/stat_impl.h"
#include "base/mem.h"
#include "usb/wire.h"

#include <stddef.h>

/* ---- counts ------------------------------------------------------------------------- */

enum { NAKS = offsetof(struct bus_counts, results[RESULT_NAK]) };

static const struct {
	const char *key, *one, *many;
	size_t at;
} figures[] = {
	{"transactions", "transaction", "transactions", offsetof(struct bus_counts, transactions)},
	{"naks", "NAKed", "NAKed", NAKS},
	{"retries", "sent again", "sent again", offsetof(struct bus_counts, retries)},
	{"timeouts", "without answer", "without answer",
		offsetof(struct bus_counts, results[RESULT_TIMEOUT])},
	{"crc_errors", "CRC16 wrong", "CRC16 wrong", offsetof(struct bus_counts, crc_errors)},
	{"toggle_errors", "toggle wrong", "toggle wrong",
		offsetof(struct bus_counts, toggle_errors)},
	{"malformed", "malformed packet", "malformed packets",
		offsetof(struct bus_counts, malformed)},
	{"sofs", "SOF", "SOFs", offsetof(struct bus_counts, sofs)},
	{"missed_sofs", "frame number missing", "frame numbers missing",
		offsetof(struct bus_counts, missed_sofs)},
	{"resets", "reset", "resets", offsetof(struct bus_counts, resets)},
	{"suspends", "suspend", "suspends", offsetof(struct bus_counts, suspends)},
};

static uint64_t figure(const struct bus_counts *c, size_t i)
{
	return *(const uint64_t *)(const void *)((const char *)c + figures[i].at);
}

/* "16 transactions, 8 NAKed (50.0%), 2 sent again" */
static void say(const struct bus_counts *c, struct text *t)
{
	for (size_t i = 0; i < ARRAY_LEN(figures); i++) {
		if (i && !figure(c, i))
			continue;
		text_str(t, i ? ", " : "");
		text_count(t, figure(c, i));
		text_char(t, ' ');
		text_str(t, figure(c, i) == 1 ? figures[i].one : figures[i].many);
		if (figures[i].at == NAKS)
			text_printf(t, " (%.1f%%)",
				100.0 * (double)c->results[RESULT_NAK] / (double)c->transactions);
	}
}

static void counts(const struct bus_counts *c, struct emit *e)
{
	for (size_t i = 0; i < ARRAY_LEN(figures); i++)
		emit_item(e, figures[i].key, NULL, value_uint(figure(c, i)), SHOW_PLAIN);
	emit_item(e, "nak_ratio", NULL,
		c->transactions
			? value_real((double)c->results[RESULT_NAK] / (double)c->transactions)
			: value_null(),
		SHOW_PERCENT);
	emit_begin(e, "results", NULL);
	for (unsigned i = 0; i < RESULTS; i++)
		emit_item(e, transaction_result_name((enum transaction_result)i), NULL,
			value_uint(c->results[i]), SHOW_PLAIN);
	emit_end(e);
}

#define GET(name, known, what)                                                                     \
	static void get_##name(const void *row, struct value *v)                                   \
	{                                                                                          \
		if (known)                                                                         \
			*v = what;                                                                 \
	}

/* ---- bus time ----------------------------------------------------------------------- */

struct use_line {
	const char *key, *word;
	uint64_t packets, used; /* twelfths of a nanosecond */
	int64_t whole;		/* ns: of the capture */
};

#define U ((const struct use_line *)row)
GET(use_key, true, value_name(U->key))
GET(use_word, true, value_name(U->word))
GET(use_packets, true, value_uint(U->packets))
GET(use_time, true, value_ns((int64_t)(U->used / WIRE_PER_NS)))
GET(use_share, U->whole > 0, value_real((double)U->used / WIRE_PER_NS / (double)U->whole))
#undef U

static const struct column use_columns[] = {
	{.key = "kind", .get = get_use_key},
	{.title = "packets of", .get = get_use_word, .width = 10},
	{"packets", "packets", get_use_packets, SHOW_COUNT, .right = true},
	{"time", "bus time", get_use_time, SHOW_DURATION, .right = true},
	{"share", "share", get_use_share, SHOW_PERCENT, .right = true},
};

static uint64_t used(const struct bus_times *t)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < USES; i++)
		sum += t->used[i];
	return sum;
}

/* Every byte as long as stuffing can make it, 7/6 (USB 2.0 5.11.3). */
static uint64_t worst(const struct bus_times *t)
{
	return used(t) - t->stuffing + t->bytes_time / 6;
}

static struct value share_of(uint64_t twelfths, int64_t whole)
{
	return whole > 0 ? value_real((double)twelfths / WIRE_PER_NS / (double)whole)
			 : value_null();
}

static struct value time_of(uint64_t twelfths)
{
	return value_ns((int64_t)(twelfths / WIRE_PER_NS));
}

static void use_rows(const struct bus_times *t, int64_t whole, struct emit *e)
{
	static const struct {
		const char *key, *word;
	} names[USES] = {
		[USE_SOF] = {"sof", "SOF"},
		[USE_TOKEN] = {"token", "tokens"},
		[USE_DATA] = {"data", "data"},
		[USE_HANDSHAKE] = {"handshake", "handshakes"},
		[USE_BROKEN] = {"malformed", "malformed"},
	};
	uint64_t packets = 0;

	emit_table(e, "kinds", "bus time (of the time from the first packet to the last)",
		use_columns, ARRAY_LEN(use_columns), LAYOUT_GRID);
	for (unsigned i = 0; i <= USES + 1; i++) {
		struct use_line line = {"all", "all", packets, used(t), whole};

		if (i < USES)
			line = (struct use_line){
				names[i].key, names[i].word, t->packets[i], t->used[i], whole};
		else if (i > USES)
			line = (struct use_line){"naked", "NAKed", t->naked, t->naked_used, whole};
		packets += i < USES ? line.packets : 0;
		if (!line.packets || !used(t))
			continue;
		emit_row(e, &line);
		emit_row_end(e);
	}
	emit_table_end(e);
}

/* What the table is made of. */
static void use_note(const struct bus_times *t, struct emit *e)
{
	char words[200];
	struct text s;

	text_init(&s, words, sizeof(words));
	text_printf(&s, "Bit stuffing took %.2f%% of it%s; the most it could: %.2f%%.",
		100.0 * (double)t->stuffing / (double)used(t),
		t->sampled ? " (~: large packets were sampled)" : "",
		100.0 * (double)(t->bytes_time / 6) / (double)worst(t));
	emit_note(e, words);
	if (t->second) {
		text_init(&s, words, sizeof(words));
		text_printf(&s, "In the fullest second %.1f%% of the time was used.",
			100.0 * (double)t->second / WIRE_PER_NS / 1e9);
		emit_note(e, words);
	}
	if (t->speed_inferred)
		emit_note(e, "The capture does not tell the speed: ~ from SOFs, PING or SPLIT.");
	if (!t->untimed)
		return;
	text_init(&s, words, sizeof(words));
	text_u64(&s, t->untimed);
	text_str(&s, " packets of unknown speed are not in it.");
	emit_note(e, words);
}

static void bus_time(const struct bus_times *t, struct emit *e)
{
	int64_t whole = t->end - t->begin;

	emit_begin(e, "bus_time", NULL);
	emit_item(e, "used", NULL, used(t) ? time_of(used(t)) : value_null(), SHOW_PLAIN);
	emit_item(e, "share", NULL, used(t) ? share_of(used(t), whole) : value_null(), SHOW_PLAIN);
	emit_item(e, "worst", NULL, used(t) ? time_of(worst(t)) : value_null(), SHOW_PLAIN);
	emit_item(e, "stuffing", NULL, used(t) ? time_of(t->stuffing) : value_null(), SHOW_PLAIN);
	emit_item(e, "sampled", NULL, value_bool(t->sampled), SHOW_PLAIN);
	emit_item(e, "speed_inferred", NULL, value_bool(t->speed_inferred), SHOW_PLAIN);
	emit_item(e, "untimed", NULL, value_uint(t->untimed), SHOW_PLAIN);
	emit_item(e, "fullest_second", NULL,
		t->second ? share_of(t->second, 1000000000) : value_null(), SHOW_PLAIN);
	use_rows(t, whole, e);
	if (used(t))
		use_note(t, e);
	emit_end(e);
}

/* ---- frames ------------------------------------------------------------------------- */

struct frame_line {
	const char *key, *word;
	const struct bus_cadence *c;
	const struct wire_speed *w;
	bool fine;
};

#define F	     ((const struct frame_line *)row)
#define FRAME_NS(v)  value_ns((int64_t)(v))
#define USED_PART(q) value_real((double)hist_quantile(&F->c->used, q) / F->w->frame)
GET(frame_key, true, value_name(F->key))
GET(frame_word, true, value_name(F->word))
GET(frame_intervals, true, value_uint(F->c->intervals))
GET(frame_missing, true, value_uint(F->c->missing))
GET(frame_mean, F->c->intervals, FRAME_NS(F->c->off_sum / (double)F->c->intervals))
GET(frame_p99, F->c->intervals, FRAME_NS(hist_quantile(&F->c->off, 0.99)))
GET(frame_max, F->c->intervals, FRAME_NS(F->c->off.max))
GET(frame_early, F->c->intervals, FRAME_NS(F->c->early))
GET(frame_late, F->c->intervals, FRAME_NS(F->c->late))
GET(frame_limit, true, value_real(F->w->frame_within / (double)WIRE_PER_NS / 1e9))
GET(frame_outside, F->fine && F->c->intervals, value_uint(F->c->outside))
GET(frame_used_p50, F->c->used.n, USED_PART(0.5))
GET(frame_used_p99, F->c->used.n, USED_PART(0.99))
GET(frame_used_max, F->c->used.n, USED_PART(1))
#undef F

static const struct column frame_columns[] = {
	{.key = "kind", .get = get_frame_key},
	{.title = "begin every", .get = get_frame_word, .width = 11},
	{"intervals", "intervals", get_frame_intervals, SHOW_COUNT, .right = true},
	{"missing", "missing", get_frame_missing, SHOW_COUNT, .right = true},
	{"off.mean", "off: mean", get_frame_mean, SHOW_DURATION, .right = true},
	{"off.p99", "p99", get_frame_p99, SHOW_DURATION, .right = true},
	{"off.max", "max", get_frame_max, SHOW_DURATION, .right = true},
	{.key = "off.early", .get = get_frame_early},
	{.key = "off.late", .get = get_frame_late},
	{.key = "limit", .get = get_frame_limit},
	{"outside", "too far", get_frame_outside, SHOW_COUNT, .right = true},
	{"used.p50", "used: p50", get_frame_used_p50, SHOW_PERCENT, .right = true, .wide = 9},
	{"used.p99", "p99", get_frame_used_p99, SHOW_PERCENT, .right = true, .wide = 9},
	{"used.max", "max", get_frame_used_max, SHOW_PERCENT, .right = true},
};

/* "Off by more than 62.5 ns is too far (USB 2.0 7.1.12)." */
static void frame_note(const struct bus_times *t, struct emit *e)
{
	char words[160];
	struct text s;

	if (!t->fine) {
		emit_note(e, "Time stamps of whole microseconds do not tell whether SOFs keep to "
			     "the limits of USB 2.0 7.1.12.");
		return;
	}
	text_init(&s, words, sizeof(words));
	text_str(&s, "Too far: off by more than");
	if (t->frames.intervals)
		text_str(&s, " 500 ns");
	if (t->microframes.intervals)
		text_str(&s, t->frames.intervals ? " or 62.5 ns" : " 62.5 ns");
	text_str(&s, " (USB 2.0 7.1.12), by the analyzer's clock.");
	emit_note(e, words);
}

static void frames(const struct bus_times *t, struct emit *e)
{
	const struct frame_line line[] = {
		{"frame", "1 ms", &t->frames, wire_speed(USB_FULL), t->fine},
		{"microframe", "125 µs", &t->microframes, wire_speed(USB_HIGH), t->fine},
	};
	bool any = false;

	emit_table(e, "frames", "frames", frame_columns, ARRAY_LEN(frame_columns), LAYOUT_GRID);
	for (size_t i = 0; i < ARRAY_LEN(line); i++) {
		if (!line[i].c->intervals && !line[i].c->missing)
			continue;
		emit_row(e, &line[i]);
		emit_row_end(e);
		any = true;
	}
	emit_table_end(e);
	if (any)
		frame_note(t, e);
}

/* ---- states ------------------------------------------------------------------------- */

/* What USB 2.0 wants of them is for the eye, to compare; a line state alone has no limit. */
static const struct state_word {
	const char *key, *word, *wanted;
} state_words[BUS_SPANS] = {
	[SPAN_RESET] = {"reset", "reset", "10 ms or more, of a root port 50 ms (7.1.7.5)"},
	[SPAN_CHIRP_DEVICE] = {"chirp_device", "chirp of the device", "1 to 7 ms (7.1.7.5)"},
	[SPAN_CHIRP_HOST] = {"chirp_host", "chirp of the host", "40 to 60 µs each (7.1.7.5)"},
	[SPAN_SUSPEND] = {"suspend", "suspended", NULL},
	[SPAN_RESUME] = {"resume", "resume", "20 ms or more (7.1.7.7)"},
	[SPAN_VBUS_OFF] = {"vbus_off", "VBUS off", NULL},
	[SPAN_VBUS_ON] = {"vbus_on", "VBUS on", NULL},
	[SPAN_SE0] = {"se0", "line SE0", NULL},
	[SPAN_J] = {"j", "line J", NULL},
	[SPAN_K] = {"k", "line K", NULL},
	[SPAN_SE1] = {"se1", "line SE1", NULL},
	[SPAN_SILENCE] = {"silence", "~ silence", "more than 3 ms suspend (7.1.7.6)"},
};

struct span_line {
	const struct state_word *state;
	const struct bus_span_times *t;
};

#define S ((const struct span_line *)row)
GET(span_key, true, value_name(S->state->key))
GET(span_word, true, value_name(S->state->word))
GET(span_times, true, value_uint(S->t->n))
GET(span_shortest, true, value_ns(S->t->shortest))
GET(span_longest, true, value_ns(S->t->longest))
GET(span_total, true, value_ns(S->t->total))
GET(span_at_most, true, value_uint(S->t->at_most))
GET(span_at_least, true, value_uint(S->t->at_least))
GET(span_wanted, true, value_name(S->state->wanted))

static void get_span_bound(const void *row, struct value *v)
{
	*v = value_name(S->t->at_most && S->t->at_least ? "bounds"
			: S->t->at_most			? "at most"
			: S->t->at_least		? "at least"
							: "");
}
#undef S
#undef GET

static const struct column span_columns[] = {
	{.key = "state", .get = get_span_key},
	{.title = "state", .get = get_span_word, .width = 9},
	{"times", "times", get_span_times, SHOW_COUNT, .right = true},
	{"shortest", "shortest", get_span_shortest, SHOW_DURATION, .right = true},
	{"longest", "longest", get_span_longest, SHOW_DURATION, .right = true},
	{"total", "total", get_span_total, SHOW_DURATION, .right = true},
	{.title = "", .get = get_span_bound},
	{.key = "at_most", .get = get_span_at_most},
	{.key = "at_least", .get = get_span_at_least},
	{.title = "USB 2.0", .get = get_span_wanted, .wide = 10},
};

static void states(const struct bus_times *t, struct emit *e)
{
	bool at_most = false, at_least = false, any = false;

	for (unsigned i = SPAN_NONE + 1; i < BUS_SPANS; i++)
		any |= t->span[i].n != 0;
	emit_table(e, "states", any ? "bus states" : NULL, span_columns, ARRAY_LEN(span_columns),
		LAYOUT_GRID);
	for (unsigned i = SPAN_NONE + 1; i < BUS_SPANS; i++) {
		struct span_line line = {&state_words[i], &t->span[i]};

		if (!t->span[i].n)
			continue;
		at_most |= t->span[i].at_most != 0;
		at_least |= t->span[i].at_least != 0;
		emit_row(e, &line);
		emit_row_end(e);
	}
	emit_table_end(e);
	if (at_most)
		emit_note(e, "At most: that it is over only the next packet shows.");
	if (at_least)
		emit_note(e, "At least: it lasts to the end of the capture.");
}

/* ------------------------------------------------------------------------------------- */

void stat_wire(const struct bus_counts *c, const struct bus_times *t, struct emit *e)
{
	char words[400];
	struct text s;

	if (!c)
		return;
	text_init(&s, words, sizeof(words));
	say(c, &s);
	emit_item(e, NULL, "on the wire", value_name(words), SHOW_PLAIN);
	emit_begin(e, "wire", NULL);
	counts(c, e);
	bus_time(t, e);
	frames(t, e);
	states(t, e);
	emit_end(e);
}
