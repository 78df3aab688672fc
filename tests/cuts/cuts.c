/* cuts.c: what a cut does: every record of a capture cut to k bytes, k = 0…256, and with small
 * captures each record cut alone, goes through link, model, list fields and decoders. Each record's
 * bytes are copied to memory of exactly their size and freed right after it was fed, so that a
 * sanitizer sees any read past a cut or after a record's life.
 *
 *     cuts [-f] [-n RECORDS] CAPTURE     prints how many runs through the model it made
 *
 * Exit code 1: a claim is broken (standard error says which); 3: not a capture. -f (fast): only the
 * cuts of all records, in larger steps beyond the headers. -n: the first RECORDS records only. */
#include "base/log.h"
#include "base/mem.h"
#include "capture/reader.h"
#include "decoders/decoder.h"
#include "filter/row.h"
#include "link/link.h"
#include "model/model.h"
#include "tests/cuts/claim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CUT_MAX = 256, SINGLE_BYTES = 16 * 1024, HEADERS = 80, FAST_STEP = 11 };
enum { WHOLE = UINT32_MAX }; /* no cut; as a record: all records */

static struct {
	struct record *rec; /* data owned */
	size_t n, cap, limit, bytes;
	uint32_t longest;
} capture;

/* Where the test stands, for the message when a sanitizer ends it. */
static struct {
	const char *path;
	uint32_t cut, single;
	uint64_t number;
} at;

void say_where(void)
{
	fprintf(stderr, "%s: cut to %u, %s %u, at record %llu\n", at.path, at.cut,
		at.single == WHOLE ? "all records" : "only record",
		at.single == WHOLE ? 0 : at.single + 1, (unsigned long long)at.number);
}

/* ---- an emit that shows nothing but reads all it is given ---- */

static volatile uint32_t sink;

static void read_bytes(const void *p, size_t n)
{
	const uint8_t *b = p;
	uint32_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += b[i];
	sink = sink + sum;
}

static void read_value(const struct value *v)
{
	if (v->type == VAL_TEXT || v->type == VAL_BYTES)
		read_bytes(v->bytes, v->n);
}

struct null_emit {
	struct emit emit;
	const struct xfer *x;
	const struct column *cols[8]; /* tables within tables */
	size_t ncols[8];
	unsigned tables;
	int depth;
};

static void null_begin(struct emit *e, const char *key, const char *title)
{
	(void)key, (void)title;
	((struct null_emit *)e)->depth++;
}

static void null_end(struct emit *e)
{
	claim(((struct null_emit *)e)->depth-- > 0, "emit_end without emit_begin");
}

static void null_item(
	struct emit *e, const char *key, const char *title, const struct value *v, enum show show)
{
	(void)e, (void)key, (void)title, (void)show;
	read_value(v);
}

static void null_table(struct emit *e, const char *key, const char *title,
	const struct column *cols, size_t n, enum layout layout)
{
	struct null_emit *self = (struct null_emit *)e;

	(void)key, (void)title, (void)layout;
	claim(self->tables < ARRAY_LEN(self->cols), "tables nested too deep");
	self->cols[self->tables] = cols;
	self->ncols[self->tables++] = n;
}

static void null_row(struct emit *e, const void *row)
{
	struct null_emit *self = (struct null_emit *)e;

	claim(self->tables > 0, "emit_row without emit_table");
	for (size_t i = 0; i < self->ncols[self->tables - 1]; i++) {
		struct value v = value_null();

		self->cols[self->tables - 1][i].get(row, &v);
		read_value(&v);
	}
}

static void null_row_end(struct emit *e)
{
	(void)e;
}

static void null_table_end(struct emit *e)
{
	claim(((struct null_emit *)e)->tables-- > 0, "emit_table_end without emit_table");
}

static void null_open(struct emit *e, const struct field *f)
{
	struct null_emit *self = (struct null_emit *)e;
	/* A field without verdict stands on bytes that are there. */
	bool there = f->in == FIELD_IN_SETUP  ? (uint64_t)f->off + f->len <= 8
		     : f->in == FIELD_IN_DATA ? (uint64_t)f->off + f->len <= self->x->data.captured
					      : true;

	self->depth++;
	read_value(&f->value);
	if (f->key)
		read_bytes(f->key, strlen(f->key));
	if (f->text)
		read_bytes(f->text, strlen(f->text));
	claim(!f->len || there || f->verdict != VERDICT_NONE, "a field beyond the bytes there are");
}

static void null_dump(
	struct emit *e, const char *key, const char *title, const uint8_t *b, size_t n)
{
	(void)e, (void)key, (void)title;
	read_bytes(b, n);
}

static void null_note(struct emit *e, const char *text)
{
	(void)e;
	read_bytes(text, strlen(text));
}

static void null_series(struct emit *e, const struct series *s)
{
	(void)e;
	read_bytes(s->y, s->n * sizeof(*s->y));
}

static const struct emit_ops null_ops = {
	.begin = null_begin,
	.end = null_end,
	.item = null_item,
	.table = null_table,
	.row = null_row,
	.row_end = null_row_end,
	.table_end = null_table_end,
	.open = null_open,
	.close = null_end,
	.dump = null_dump,
	.note = null_note,
	.series = null_series,
};

/* ---- one run through the model ---- */

struct pass {
	struct model *model;
	uint64_t xfers, records;
};

static void read_row(struct row *row)
{
	struct null_emit e = {.emit.ops = &null_ops, .x = row->x};

	for (size_t i = 0; i < row_fields_count; i++) {
		struct value v = value_null();

		if (row_fields[i].get)
			row_fields[i].get(row, &v);
		read_value(&v);
	}
	row_proto(row);
	read_bytes(row_info(row)->s, row_info(row)->len);
	if (row->decoder && row->decoder->decode)
		row->decoder->decode(&row->decode, row->x, &e.emit);
	claim(!e.depth && !e.tables, "a decoder left something open");
}

static void on_xfer(void *ctx, const struct xfer *x)
{
	struct pass *p = ctx;
	struct row row;

	p->xfers++;
	p->records += x->records;
	claim(x->data.kept <= x->data.captured && x->data.captured <= x->data.total,
		"kept <= captured <= total");
	/* A record cut alone changes its own transfer only. */
	if (at.single != WHOLE && (at.single + 1 < x->first || at.single + 1 > x->last))
		return;
	read_bytes(x->data.data, x->data.data ? x->data.kept : 0);
	row_init(&row, x, p->model);
	read_row(&row);
}

static void feed(struct pass *p, const struct record *whole, uint32_t cut)
{
	struct record rec = *whole;
	uint8_t *copy;
	struct event ev;

	if (rec.caplen > cut)
		rec.caplen = cut;
	copy = malloc(rec.caplen ? rec.caplen : 1);
	if (!copy)
		die_oom(rec.caplen);
	memcpy(copy, whole->data, rec.caplen);
	/* malloc(0) may be NULL; one past a byte of no content is as exact. */
	rec.data = rec.caplen ? copy : copy + 1;
	at.number = rec.number;
	link_to_event(link_find(rec.link), &rec, &ev);
	model_feed(p->model, &rec, &ev);
	free(copy);
}

static void run(uint32_t cut, uint32_t single)
{
	struct pass p = {0};
	struct model_opts opts = {.payload = true, .on_xfer = on_xfer, .ctx = &p};
	const struct model_counts *c;
	uint64_t sum;

	p.model = model_new(&opts);
	at.cut = cut;
	at.single = single;
	for (size_t i = 0; i < capture.n; i++)
		feed(&p, &capture.rec[i], single == WHOLE || single == i ? cut : WHOLE);
	model_finish(p.model);
	c = model_counts(p.model);
	sum = c->attached;
	for (int b = 0; b < BIN_COUNT; b++)
		sum += c->bins[b];
	claim(c->records == capture.n, "every record counts");
	claim(c->records == sum, "records = attached + unattached");
	claim(c->xfers == p.xfers, "every transfer begun is handed on once");
	claim(c->attached == p.records, "attached = sum of the transfers' records");
	model_free(p.model);
}

/* ---- the capture ---- */

static void load(const char *path)
{
	struct reader_opts opts = {0};
	struct err err = {0};
	struct record rec;
	struct reader *r = reader_open(path, &opts, &err);

	if (!r) {
		fprintf(stderr, "%s\n", err.text);
		exit(3);
	}
	while (capture.n < capture.limit && reader_next(r, &rec, &err) == 1) {
		uint8_t *copy = mem_zalloc(rec.caplen + 1u, 1);

		memcpy(copy, rec.data, rec.caplen);
		array_need(capture.rec, capture.n, capture.cap);
		rec.data = copy;
		rec.comment = NULL;
		rec.comment_len = 0;
		capture.rec[capture.n++] = rec;
		capture.bytes += rec.caplen;
		if (rec.caplen > capture.longest)
			capture.longest = rec.caplen;
	}
	reader_close(r);
}

static void unload(void)
{
	for (size_t i = 0; i < capture.n; i++)
		free((void *)capture.rec[i].data);
	free(capture.rec);
}

static unsigned cut_all(bool fast)
{
	unsigned runs = 0;

	for (uint32_t k = 0; k <= CUT_MAX; k += fast && k >= HEADERS ? FAST_STEP : 1) {
		run(k, WHOLE);
		runs++;
		if (k >= capture.longest)
			break;
	}
	return runs;
}

static unsigned cut_singly(void)
{
	unsigned runs = 0;

	if (capture.bytes >= SINGLE_BYTES)
		return 0;
	for (size_t i = 0; i < capture.n; i++)
		for (uint32_t k = 0; k <= CUT_MAX && k < capture.rec[i].caplen; k++, runs++)
			run(k, (uint32_t)i);
	return runs;
}

int main(int argc, char **argv)
{
	bool fast = false;
	unsigned runs;
	int c;

	capture.limit = SIZE_MAX;
	while ((c = getopt(argc, argv, "fn:")) != -1) {
		if (c == 'f')
			fast = true;
		else if (c == 'n')
			capture.limit = strtoul(optarg, NULL, 10);
		else
			return 2;
	}
	if (optind + 1 != argc)
		return 2;
	at.path = argv[optind];
	if (__sanitizer_set_death_callback)
		__sanitizer_set_death_callback(say_where);
	load(at.path);
	run(WHOLE, WHOLE);
	runs = 1 + cut_all(fast) + (fast ? 0 : cut_singly());
	unload();
	printf("%u\n", runs);
	return 0;
}
