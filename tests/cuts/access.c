/* access.c: random access equals streaming. A capture is read once, every transfer written down as
 * it was handed on: all members, all list fields, its info line, the field tree, its payload. Then
 * every transfer is loaded through the index, in random order, and must be the same.
 *
 *     access [-s SEED] CAPTURE     prints how many transfers it compared
 *
 * Both without and with learning beforehand (run_opts.learn). Exit code 1: one differs (standard
 * error says how); 3: not a capture. Payload is compared as far as both have it: a stream keeps the
 * beginning of what lies in between only. */
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "run/load.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- writing a transfer down ----------------------------------------------------------------- */

struct note {
	char *s;
	size_t n, cap;
	uint8_t *payload; /* bytes that were at hand */
	uint32_t kept;
};

/* Emits into a note: every member of a field that outputs may use. */
struct note_emit {
	struct emit emit;
	struct note *to;
};

static void add(struct note *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void add(struct note *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (t->cap - t->n < 1024) {
		t->cap = t->cap ? t->cap * 2 : 2048;
		t->s = mem_resize(t->s, t->cap, 1);
	}
	va_start(ap, fmt);
	n = vsnprintf(t->s + t->n, t->cap - t->n, fmt, ap);
	va_end(ap);
	t->n += (size_t)n < t->cap - t->n ? (size_t)n : t->cap - t->n - 1;
}

static void add_value(struct note *t, const struct value *v)
{
	static const char mark[] = "nuirbtTx";

	add(t, "%c", mark[v->type]);
	switch (v->type) {
	case VAL_NULL: break;
	case VAL_TEXT: add(t, "%.*s", (int)v->n, v->s); break;
	case VAL_BYTES:
		for (uint32_t i = 0; i < v->n; i++)
			add(t, "%02x", v->bytes[i]);
		break;
	case VAL_REAL: add(t, "%.17g", v->d); break;
	case VAL_BOOL: add(t, "%d", v->b); break;
	default: add(t, "%llu", (unsigned long long)v->u);
	}
	add(t, v->inferred ? "~" : "");
}

static void note_open(struct emit *e, const struct field *f)
{
	struct note *t = ((struct note_emit *)e)->to;

	add(t, "{%s=", f->key ? f->key : "");
	add_value(t, &f->value);
	add(t, " (%s) %u+%u.%u+%u in %u verdict %u show %u", f->text ? f->text : "", f->off, f->len,
		f->bit, f->bits, f->in, f->verdict, f->show);
}

static void note_close(struct emit *e)
{
	add(((struct note_emit *)e)->to, "}\n");
}

static const struct emit_ops note_ops = {.open = note_open, .close = note_close};

static void add_xfer(struct note *t, const struct xfer *x)
{
	const struct {
		const char *name;
		int64_t value;
	} member[] = {
		{"id", x->id},
		{"records", x->records},
		{"first", (int64_t)x->first},
		{"last", (int64_t)x->last},
		{"begin", x->begin},
		{"end", x->end},
		{"urb", (int64_t)x->urb},
		{"pipe", x->pipe},
		{"endpoint_id", x->endpoint_id},
		{"instance", x->instance},
		{"section", x->section},
		{"bus", x->bus},
		{"device", x->device},
		{"endpoint", x->endpoint},
		{"dir", x->dir},
		{"type", x->type},
		{"speed", x->speed},
		{"os", x->os},
		{"seen", x->seen},
		{"status", x->status},
		{"ended", x->ended},
		{"flags", x->flags},
		{"function", x->function},
		{"raw_status", x->raw_status},
		{"req_len", x->req_len},
		{"len", x->len},
		{"naks", x->naks},
		{"retries", x->retries},
		{"transfer_flags", x->transfer_flags},
		{"stream", x->stream},
		{"interval", x->interval},
		{"start_frame", x->start_frame},
		{"data.captured", x->data.captured},
		{"data.total", x->data.total},
		{"iso.layout", x->iso.layout},
		{"iso.packets", x->iso.packets},
		{"iso.present", x->iso.present},
		{"iso.errors", x->iso.errors},
		{"iso.complete", x->iso.complete},
		{"iso.in", x->iso.in},
	};

	for (size_t i = 0; i < ARRAY_LEN(member); i++)
		add(t, "%s %lld\n", member[i].name, (long long)member[i].value);
	for (size_t i = 0; i < sizeof(x->setup); i++)
		add(t, "%02x", x->setup[i]);
}

static void add_packets(struct note *t, const struct iso_table *iso)
{
	struct iso_packet p;

	for (uint32_t i = 0; i < iso->present && iso_packet(iso, i, &p); i++)
		add(t, "\npacket %u+%u %lld", p.offset, p.length,
			p.has_status ? (long long)p.raw_status : -1);
}

static void add_exchange(struct note *t, const struct exchange *ex)
{
	add(t,
		"exchange %u: from %u, %u transfers, key %u, decoder %u, function %u, %llu bytes, "
		"state ",
		ex->id, ex->first, ex->xfers, ex->key, ex->decoder, ex->function,
		(unsigned long long)ex->bytes);
	for (size_t i = 0; i < sizeof(ex->state); i++)
		add(t, "%02x", ex->state[i]);
	add(t, "\n");
}

/* One that is over, with what its decoder says of it. */
static void write_down_exchange(
	struct note *t, const struct decode_ctx *of_run, const struct exchange *ex)
{
	struct note_emit e = {{&note_ops}, t};
	struct decode_ctx c = *of_run;
	const struct decoder *d = decoders[ex->decoder - 1];
	char room[512];
	struct text info;

	c.exchange = ex;
	add_exchange(t, ex);
	add(t, "to %u, records %llu to %llu, time %lld to %lld, %s%s\n", ex->last,
		(unsigned long long)ex->first_record, (unsigned long long)ex->last_record,
		(long long)ex->begin, (long long)ex->end,
		exchange_result_name((enum exchange_result)ex->result),
		ex->synthetic_end ? ", not by its transfers" : "");
	text_init(&info, room, sizeof(room));
	if (d->exchange_info)
		d->exchange_info(&c, &info);
	add(t, "info %s\n", info.s);
	if (d->exchange_decode)
		d->exchange_decode(&c, &e.emit);
}

static void write_down(struct note *t, struct row *row)
{
	struct note_emit e = {{&note_ops}, t};
	const struct xfer *x = row->x;

	add_xfer(t, x);
	if (row->decode.exchange)
		add_exchange(t, row->decode.exchange);
	if (x->iso.layout != ISO_NONE)
		add_packets(t, &x->iso);
	for (size_t i = 0; i < row_fields_count; i++) {
		struct value v = value_null();

		if (!row_fields[i].get)
			continue;
		row_fields[i].get(row, &v);
		add(t, "\n%s ", row_fields[i].name);
		add_value(t, &v);
	}
	add(t, "\nproto %s\ninfo %s\n", row_proto(row) ? row_proto(row) : "", row_info(row)->s);
	if (row->decoder && row->decoder->decode)
		row->decoder->decode(&row->decode, x, &e.emit);
	t->kept = x->data.data ? x->data.kept : 0;
	t->payload = mem_zalloc(t->kept ? t->kept : 1, 1);
	if (t->kept)
		memcpy(t->payload, x->data.data, t->kept);
}

static void forget(struct note *t)
{
	free(t->s);
	free(t->payload);
	*t = (struct note){0};
}

/* ---- streaming, then loading ----------------------------------------------------------------- */

struct test {
	const char *path;
	struct run run;
	struct index *ix;
	struct note *of; /* [id - 1], as streamed */
	size_t n, cap;
	struct note *exchange; /* [id - 1] */
	size_t exchanges, exchange_cap;
	bool learn;
	uint64_t compared;
};

static void on_xfer(void *self, struct run *r, struct row *row)
{
	struct test *t = self;

	(void)r;
	while (t->n < row->x->id) {
		array_need(t->of, t->n, t->cap);
		t->of[t->n++] = (struct note){0};
	}
	write_down(&t->of[row->x->id - 1], row);
}

static void on_exchange(void *self, struct run *r, const struct exchange *ex)
{
	struct test *t = self;

	while (t->exchanges < ex->id) {
		array_need(t->exchange, t->exchanges, t->exchange_cap);
		t->exchange[t->exchanges++] = (struct note){0};
	}
	write_down_exchange(&t->exchange[ex->id - 1], &r->decode, ex);
}

static void differs(const struct test *t, uint32_t id, const char *what)
{
	fprintf(stderr, "%s%s: transfer or exchange %u loaded is not as streamed: %s\n", t->path,
		t->learn ? ", learnt" : "", id, what);
	exit(1);
}

/* The line in which two notes part. */
static void say_line(const struct test *t, uint32_t id, const struct note *a, const struct note *b)
{
	const char *p = a->s, *q = b->s;
	char text[400];

	for (;;) {
		int m = (int)strcspn(p, "\n"), n = (int)strcspn(q, "\n");

		if (m != n || memcmp(p, q, (size_t)m) || !p[m] || !q[n]) {
			snprintf(text, sizeof(text), "\"%.*s\", streamed \"%.*s\"",
				n < 150 ? n : 150, q, m < 150 ? m : 150, p);
			differs(t, id, text);
		}
		p += m + 1;
		q += n + 1;
	}
}

static void compare(void *ctx, struct row *row)
{
	struct test *t = ctx;
	uint32_t id = row->x->id;
	const struct note *streamed = &t->of[id - 1];
	struct note now = {0};
	uint32_t both;

	write_down(&now, row);
	if (now.n != streamed->n || memcmp(now.s, streamed->s, now.n))
		say_line(t, id, streamed, &now);
	both = now.kept < streamed->kept ? now.kept : streamed->kept;
	if (memcmp(now.payload, streamed->payload, both))
		differs(t, id, "payload");
	if (now.kept < streamed->kept)
		differs(t, id, "it has less payload");
	if (now.kept < row->x->data.captured)
		differs(t, id, "it has not all payload that was captured");
	forget(&now);
	t->compared++;
}

static void compare_exchange(void *ctx, const struct exchange *ex)
{
	struct test *t = ctx;
	const struct note *streamed = &t->exchange[ex->id - 1];
	struct note now = {0};

	write_down_exchange(&now, &t->run.decode, ex);
	if (now.n != streamed->n || memcmp(now.s, streamed->s, now.n))
		say_line(t, ex->id, streamed, &now);
	forget(&now);
	t->compared++;
}

/* Each id once, in an order that follows from the seed. */
static uint32_t *shuffled(uint32_t n, uint64_t seed)
{
	uint32_t *id = mem_zalloc(n ? n : 1, sizeof(*id));

	for (uint32_t i = 0; i < n; i++) {
		uint32_t other = map_hash(seed + i) % (i + 1);

		id[i] = id[other];
		id[other] = i + 1;
	}
	return id;
}

static void load_all(struct test *t, uint64_t seed)
{
	uint32_t n = index_count(t->ix), *id = shuffled(n, seed);
	struct err e = {0};

	if (n != t->n)
		differs(t, n, "number of transfers");
	for (uint32_t i = 0; i < n; i++)
		if (run_load_xfer(&t->run, t->ix, id[i], compare, t, &e) < 0)
			differs(t, id[i], e.text);
	if (t->compared != n)
		differs(t, n, "number of transfers loaded");
	free(id);
	for (uint32_t i = 1; i <= index_exchanges(t->ix); i++)
		if (run_load_exchange(&t->run, t->ix, i, compare_exchange, t, &e) < 0)
			differs(t, i, e.text);
	if (t->compared != n + t->exchanges)
		differs(t, n, "number of exchanges loaded");
}

static uint64_t test(const char *path, bool learn, uint64_t seed)
{
	struct test t = {.path = path, .learn = learn, .ix = index_new()};
	struct consumer c[] = {
		run_indexer(t.ix),
		{.self = &t, .payload = true, .xfer = on_xfer, .exchange = on_exchange},
	};
	struct run_opts o = {.path = path, .seekable = true, .quiet = true, .learn = learn};
	struct err e = {0};

	if (run_capture(&t.run, &o, c, ARRAY_LEN(c), &e) < 0) {
		fprintf(stderr, "%s\n", e.text);
		exit(3);
	}
	load_all(&t, seed);
	for (size_t i = 0; i < t.n; i++)
		forget(&t.of[i]);
	for (size_t i = 0; i < t.exchanges; i++)
		forget(&t.exchange[i]);
	free(t.of);
	free(t.exchange);
	run_close(&t.run);
	index_free(t.ix);
	return t.compared;
}

int main(int argc, char **argv)
{
	uint64_t seed = 1, n;
	int c;

	while ((c = getopt(argc, argv, "s:")) != -1) {
		if (c != 's')
			return 2;
		seed = strtoull(optarg, NULL, 10);
	}
	if (optind + 1 != argc)
		return 2;
	n = test(argv[optind], false, seed) + test(argv[optind], true, seed + 1);
	printf("%llu\n", (unsigned long long)n);
	return 0;
}
