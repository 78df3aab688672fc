/* bus_times.c: bus time of packets, intervals between SOFs, durations of bus states. */
#include "model/bus_times.h"
#include "model/bus_impl.h"
#include "base/mem.h"
#include "usb/wire.h"

enum {
	SECOND = 1000000000,
	LOOK = 1000000,	   /* ns between looks at the clock */
	IDLE_NS = 3000000, /* devices are suspended after 3 ms without a packet (7.1.7.6) */
	SAMPLE = 256	   /* stuffing is counted in one of so many packets */
};

/* After so many bytes: to look through large packets costs more than all else that is done with
 * them, and in the long run one is like the others. */
enum { EXACT = 1 << 20 };

/* ---- bus time of packets ------------------------------------------------------------ */

void times_stuffed(struct bus *b, const struct record *rec, uint8_t use)
{
	struct bus_stuffing *s = &b->clock.stuffing[use];
	uint32_t bytes = rec->origlen < PACKET_LONGEST ? rec->origlen : PACKET_LONGEST;

	s->until = 1;
	if (rec->caplen < bytes)
		return;
	s->bits += wire_stuffed(rec->data, bytes);
	s->bytes += bytes;
	s->until = s->bytes < EXACT ? 1 : SAMPLE;
}

/* Bits that stuffing added to the packets of a tally. */
static uint64_t stuffed(struct bus *b, unsigned use)
{
	struct bus_stuffing *s = &b->clock.stuffing[use];
	uint64_t bytes = b->clock.tally[use].bytes, bits = s->bits - s->bits_then;

	if (use == USE_HANDSHAKE)
		return 0;
	if (bytes != s->bytes - s->bytes_then) {
		b->times.sampled = true;
		bits = s->bytes ? bytes * s->bits / s->bytes : 0;
	}
	s->bits_then = s->bits;
	s->bytes_then = s->bytes;
	return bits;
}

/* The packets since the last look. */
static void add_tallies(struct bus *b)
{
	struct bus_times *t = &b->times;
	struct bus_clock *c = &b->clock;
	const struct wire_speed *w = c->wire;

	for (unsigned i = 0; i < USES; i++) {
		struct bus_tally *n = &c->tally[i];
		uint64_t around = i == USE_SOF ? w->around_sof : w->around, more;

		if (!n->packets)
			continue;
		more = stuffed(b, i);
		t->packets[i] += n->packets;
		t->untimed += w->bit ? 0 : n->packets;
		t->used[i] += (n->packets * around + n->bytes * 8 + more) * w->bit;
		t->stuffing += more * w->bit;
		t->bytes_time += n->bytes * 8 * w->bit;
		mem_clear(n);
	}
	t->naked += c->naked.packets;
	t->naked_used += (c->naked.packets * w->around + c->naked.bytes * 8) * w->bit;
	mem_clear(&c->naked);
}

void times_low(struct bus *b, uint8_t use, uint32_t bytes)
{
	const struct wire_speed *low = wire_speed(USB_LOW), *w = b->clock.wire;

	b->times.used[use] += (uint64_t)(low->around + bytes * 8) * (low->bit - w->bit);
}

static uint64_t all_used(const struct bus_times *t)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < USES; i++)
		sum += t->used[i];
	return sum;
}

static void next_second(struct bus *b)
{
	struct bus_clock *c = &b->clock;
	uint64_t used = all_used(&b->times);

	if (c->second && used - c->used_at_second > b->times.second)
		b->times.second = used - c->used_at_second;
	c->second = b->m->now - b->m->now % SECOND + SECOND;
	c->used_at_second = used;
}

static void span_add(struct bus *b, uint8_t span, int64_t lasted);
static void span_end(struct bus *b, struct bus_open_span *s, bool at_most);
static void end_reset_at_idle(struct bus *b);

void times_look(struct bus *b)
{
	struct bus_clock *c = &b->clock;
	int64_t silence = b->m->now - c->latest;

	/* states that only this packet shows to be over, at some time before it */
	end_reset_at_idle(b);
	for (unsigned i = 0; i < SPAN_ENDED_BY_PACKETS; i++)
		span_end(b, &c->open[i], true);
	/* nothing for long, though there were SOFs until then, and nothing that says why */
	if (silence > IDLE_NS && c->has_sof && c->latest - c->sof < IDLE_NS)
		span_add(b, SPAN_SILENCE, silence);
	add_tallies(b);
	if (b->m->now >= c->second)
		next_second(b);
	c->wire = wire_speed((enum usb_speed)bus_speed_now(b));
	c->speed = b->speed;
	c->look = b->m->now + LOOK;
	if (c->wire->bit && !c->timed) {
		c->timed = true;
		b->times.begin = b->m->now;
	}
	b->times.speed_inferred |= c->wire->bit && !b->speed;
	b->times.fine |= b->m->now % 1000 != 0;
}

/* ---- starts of frames --------------------------------------------------------------- */

/* In captures that do not tell the speed, SOFs do: the same number again within a frame is of high
 * speed (8.4.3.1). */
static void infer_speed(struct bus *b, int64_t interval, unsigned numbers)
{
	struct bus_clock *c = &b->clock;

	if (b->speed || c->inferred)
		return;
	if (!numbers && interval > 100000 && interval < 150000)
		c->inferred = USB_HIGH;
	else if (numbers == 1 && interval > 900000 && interval < 1100000)
		c->inferred = USB_FULL;
}

static void one_interval(
	struct bus *b, struct bus_cadence *of, const struct wire_speed *w, int64_t interval)
{
	int64_t off = interval - (int64_t)w->frame;
	uint64_t by = (uint64_t)(off < 0 ? -off : off);

	of->intervals++;
	hist_add(&of->off, by);
	of->off_sum += (double)by;
	of->outside += by * WIRE_PER_NS > w->frame_within;
	if (off < 0 && by > of->early)
		of->early = by;
	if (off > 0 && by > of->late)
		of->late = by;
	hist_add(&of->used, (all_used(&b->times) - b->clock.used_at_sof) / WIRE_PER_NS);
}

/* How many SOFs should have come between, as time and numbers both say. */
static uint64_t missing(const struct wire_speed *w, uint64_t frames, unsigned numbers)
{
	uint64_t each = 1000000 / w->frame; /* so many have the same number */

	if (frames * w->frame > IDLE_NS || numbers < frames / each ||
		numbers > (frames + each - 1) / each)
		return 0;
	return frames - 1;
}

void times_sof(struct bus *b, uint16_t number, bool follows)
{
	struct bus_clock *c = &b->clock;
	int64_t interval = b->m->now - c->sof;
	unsigned numbers = (number - c->number) & 0x7ffu;

	add_tallies(b);
	if (c->has_sof && follows && interval > 0) {
		const struct wire_speed *w;
		uint64_t frames;

		infer_speed(b, interval, numbers);
		w = wire_speed(bus_speed_now(b));
		frames = w->frame ? ((uint64_t)interval + w->frame / 2) / w->frame : 0;
		if (frames) {
			struct bus_cadence *of = bus_speed_now(b) == USB_HIGH
							 ? &b->times.microframes
							 : &b->times.frames;

			if (frames == 1)
				one_interval(b, of, w, interval);
			else
				of->missing += missing(w, frames, numbers);
		}
	}
	c->has_sof = true;
	if (c->speed != b->speed || c->wire != wire_speed((enum usb_speed)bus_speed_now(b)))
		c->look = INT64_MIN;
	b->times.fine |= b->m->now % 1000 != 0;
	c->sof = b->m->now;
	c->number = number;
	c->used_at_sof = all_used(&b->times);
}

/* ---- states ------------------------------------------------------------------------- */

/* States of one row end each other; others go on beside them. */
static const uint8_t row_of[BUS_SPANS] = {
	[SPAN_RESET] = 0,
	[SPAN_SUSPEND] = 0,
	[SPAN_RESUME] = 0,
	[SPAN_CHIRP_DEVICE] = 1,
	[SPAN_CHIRP_HOST] = 1,
	[SPAN_SE0] = 1,
	[SPAN_J] = 1,
	[SPAN_K] = 1,
	[SPAN_SE1] = 1,
	[SPAN_VBUS_OFF] = SPAN_ENDED_BY_PACKETS,
	[SPAN_VBUS_ON] = SPAN_ENDED_BY_PACKETS,
};

static void span_add(struct bus *b, uint8_t span, int64_t lasted)
{
	struct bus_span_times *t = &b->times.span[span];

	if (lasted < 0)
		lasted = 0;
	if (!t->n || lasted < t->shortest)
		t->shortest = lasted;
	if (lasted > t->longest)
		t->longest = lasted;
	if (__builtin_add_overflow(t->total, lasted, &t->total))
		t->total = INT64_MAX;
	t->n++;
}

static void span_end(struct bus *b, struct bus_open_span *s, bool at_most)
{
	if (!s->span)
		return;
	span_add(b, s->span, b->m->now - s->since);
	b->times.span[s->span].at_most += at_most;
	s->span = SPAN_NONE;
}

/* A reset is SE0 (7.1.7.5): a line that was idle since, for longer than a chirp's J may last, shows
 * when it was over. */
static void end_reset_at_idle(struct bus *b)
{
	enum { CHIRP = 60000 }; /* ns, TDCHBIT of table 7-14 */
	struct bus_open_span *reset = &b->clock.open[row_of[SPAN_RESET]];
	const struct bus_open_span *line = &b->clock.open[row_of[SPAN_J]];

	if (reset->span != SPAN_RESET || line->span != SPAN_J || line->since < reset->since ||
		b->m->now - line->since <= CHIRP)
		return;
	span_add(b, SPAN_RESET, line->since - reset->since);
	reset->span = SPAN_NONE;
}

/* At low speed it stands for SOF, without a number (7.1.7.6). */
static void keep_alive(struct bus *b)
{
	struct bus_clock *c = &b->clock;

	end_reset_at_idle(b);
	for (unsigned i = 0; i < SPAN_ENDED_BY_PACKETS; i++)
		span_end(b, &c->open[i], true);
	times_sof(b, (uint16_t)(c->number + 1), true);
}

void times_state(struct bus *b, const struct event *ev)
{
	const struct packet_event *p = &ev->packet;
	struct bus_clock *c = &b->clock;
	struct bus_open_span *s = &c->open[row_of[p->span]];

	end_reset_at_idle(b);
	c->latest = b->m->now; /* what there is to say of the silence is said */
	if (p->state != BUS_OTHER)
		c->has_sof = false; /* what comes is no interval */
	if (p->state == BUS_SPEED) {
		span_end(b, &c->open[row_of[SPAN_RESET]], false);
		c->inferred = 0;
	}
	if (ev->bin == BIN_KEEPALIVE)
		keep_alive(b);
	if (!p->span)
		return;
	span_end(b, s, false);
	if (p->lasts) {
		span_add(b, p->span, p->lasts);
		return;
	}
	*s = (struct bus_open_span){p->span, b->m->now};
	c->look = INT64_MIN; /* the next packet ends it */
}

void times_begin(struct bus *b)
{
	struct bus_clock *c = &b->clock;

	c->look = INT64_MIN;
	c->wire = wire_speed(USB_SPEED_UNKNOWN);
	for (unsigned i = 0; i < USES; i++)
		c->stuffing[i].until = 1;
}

void times_finish(struct bus *b)
{
	struct bus_clock *c = &b->clock;

	end_reset_at_idle(b);
	for (unsigned i = 0; i < SPAN_ROWS; i++) {
		b->times.span[c->open[i].span].at_least += c->open[i].span != SPAN_NONE;
		span_end(b, &c->open[i], false);
	}
	add_tallies(b);
	if (c->timed)
		b->times.end = c->latest;
	c->has_sof = false;
	c->second = 0;
	c->look = INT64_MIN;
}

void times_free(struct bus_times *t)
{
	struct bus_cadence *of[] = {&t->frames, &t->microframes};

	for (unsigned i = 0; i < 2; i++) {
		hist_free(&of[i]->off);
		hist_free(&of[i]->used);
	}
}
