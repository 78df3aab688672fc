/* show.c: one transfer: its properties, the decoder's fields, its packets, its bytes, its exchange
 * and its neighbours on the endpoint. One exchange: the same and its transfers. One record: its
 * properties and bytes. */
#include "analysis/show.h"
#include "analysis/columns.h"
#include "analysis/show_wire.h"
#include "analysis/unseen.h"

struct show_job {
	struct emit *emit;
	const struct index *ix;
	struct run *run;
	bool all;
	uint32_t xfer; /* that the record belongs to; 0: none */
	bool binned;   /* the record belongs to none, whatever is around it */
	struct column cols[COLUMNS_MAX];
};

/* ---- isochronous packets ------------------------------------------------------------ */

static const char *packet_status(const struct xfer *x, const struct iso_packet *p)
{
	const struct status_code *c = p->has_status ? status_lookup(x->os, p->raw_status) : NULL;

	if (c && c->status == STATUS_OK)
		return status_name(STATUS_OK);
	return c ? c->name : p->has_status ? "unknown status" : NULL;
}

static void packet_field(
	const struct xfer *x, uint32_t i, const struct iso_packet *p, struct emit *e)
{
	char key[24];
	struct text t;

	text_init(&t, key, sizeof(key));
	text_str(&t, "packet ");
	text_u64(&t, i);
	emit_field(e,
		&(struct field){
			.key = key,
			.value = p->length == ISO_UNKNOWN ? value_null() : value_uint(p->length),
			.text = packet_status(x, p),
			.off = p->offset,
			.len = p->offset == ISO_UNKNOWN || p->length == ISO_UNKNOWN ? 0 : p->length,
		});
}

static void packets(const struct xfer *x, struct emit *e)
{
	struct iso_packet p;

	if (x->iso.layout == ISO_NONE || !x->iso.present)
		return;
	emit_open(e, &(struct field){.key = "packets", .value = value_uint(x->iso.packets)});
	for (uint32_t i = 0; i < x->iso.present && iso_packet(&x->iso, i, &p); i++)
		packet_field(x, i, &p, e);
	emit_close(e);
}

/* ---- neighbours on the same endpoint ------------------------------------------------ */

enum { LOOK_AROUND = 100000 }; /* transfers looked at in each direction */

/* A request about an endpoint (abort, reset) stands among that endpoint's transfers. */
static bool same_endpoint(const struct pipe *p, const struct pipe *other)
{
	if (p->type == USB_REQUEST && p->endpoint != USB_NO_ENDPOINT)
		return other->instance == p->instance && other->endpoint == p->endpoint &&
		       other->dir == p->dir;
	return other->endpoint_id == p->endpoint_id;
}

static uint32_t neighbour(const struct devices *d, const struct index *ix, uint32_t id, int step)
{
	const struct pipe *p = devices_get_pipe(d, index_get(ix, id)->pipe);
	const struct index_entry *x;

	for (uint32_t i = 0; i < LOOK_AROUND; i++) {
		id += (uint32_t)step;
		if (id == 0 || id > index_count(ix))
			return 0;
		x = index_get(ix, id);
		if (x && same_endpoint(p, devices_get_pipe(d, x->pipe)))
			return id;
	}
	return 0;
}

static void say_neighbour(struct text *t, const struct index *ix, uint32_t id, const char *word)
{
	const struct index_entry *x = index_get(ix, id);

	text_str(t, word);
	if (!x) {
		text_str(t, " none");
		return;
	}
	text_char(t, ' ');
	text_u64(t, id);
	text_str(t, " (");
	text_str(t, status_name(x->status));
	if (!x->no_length) {
		text_str(t, ", ");
		text_u64(t, x->length);
		text_str(t, x->length == 1 ? " byte" : " bytes");
	}
	text_char(t, ')');
}

static void neighbours(const struct show_job *s, uint32_t id)
{
	const struct devices *d = model_devices(s->run->model);
	char line[160];
	struct text t;

	text_init(&t, line, sizeof(line));
	say_neighbour(&t, s->ix, neighbour(d, s->ix, id, -1), "On this endpoint: before it");
	say_neighbour(&t, s->ix, neighbour(d, s->ix, id, 1), ", after it");
	emit_note(s->emit, line);
}

/* ---- what the capture does not tell ------------------------------------------------- */

static void say_unseen(const struct xfer *x, struct emit *e)
{
	uint64_t aspects = unseen(x);
	char line[256];
	struct text t;

	for (unsigned a = 0; a < ASPECTS; a++) {
		if (!(aspects >> a & 1))
			continue;
		text_init(&t, line, sizeof(line));
		text_str(&t, "Not recorded: ");
		unseen_text(&t, x->capture, (enum aspect)a);
		emit_note(e, line);
	}
}

/* ---- exchanges ---------------------------------------------------------------------- */

/* "Exchange 12, transfer 2 of 3: READ(10) …" */
struct exchange_note {
	struct show_job *s;
	uint32_t place; /* of the transfer in it, from 1; 0: none is meant */
};

static void note_exchange(void *ctx, const struct exchange *ex)
{
	struct exchange_note *n = ctx;
	struct exchange_line line;
	char words[640];
	struct text t;

	exchange_line_init(&line, n->s->run, ex);
	text_init(&t, words, sizeof(words));
	text_str(&t, "Exchange ");
	text_u64(&t, ex->id);
	text_str(&t, ", transfer ");
	text_u64(&t, n->place);
	text_str(&t, " of ");
	text_u64(&t, ex->xfers);
	text_str(&t, line.info.len ? ": " : "");
	text_str(&t, line.info.s);
	emit_note(n->s->emit, words);
}

/* Which of the exchange's transfers it is, in end order from 1. */
static uint32_t place_in_exchange(const struct index *ix, uint32_t id)
{
	uint32_t exchange = index_get(ix, id)->exchange, place = 0, other;

	for (uint32_t at = index_get_exchange(ix, exchange)->place; (other = index_by_end(ix, at));
		at++) {
		place += index_get(ix, other)->exchange == exchange;
		if (other == id)
			break;
	}
	return place;
}

static void say_exchange(struct show_job *s, uint32_t id)
{
	struct exchange_note n = {s, place_in_exchange(s->ix, id)};
	struct err e;

	run_load_exchange(s->run, s->ix, index_get(s->ix, id)->exchange, note_exchange, &n, &e);
}

static void got_exchange(void *ctx, const struct exchange *ex)
{
	struct show_job *s = ctx;
	size_t columns = columns_of_exchanges(s->cols, TIME_REL);
	struct exchange_line line;

	exchange_line_init(&line, s->run, ex);
	s->cols[0].title = "exchange"; /* titles over columns are no names on a card */
	s->cols[1].title = "ended s";
	emit_table(s->emit, NULL, NULL, s->cols, columns, LAYOUT_CARD);
	emit_row(s->emit, &line);
	if (line.decoder->exchange_decode)
		line.decoder->exchange_decode(&line.decode, s->emit);
	emit_row_end(s->emit);
	emit_table_end(s->emit);
}

static void list_one(void *ctx, struct row *row)
{
	struct show_job *s = ctx;

	row->previous = row->x->begin;
	emit_row(s->emit, row);
	emit_row_end(s->emit);
}

/* Its transfers, in end order. */
static int list_transfers(struct show_job *s, uint32_t id, struct err *err)
{
	const struct index_exchange *ex = index_get_exchange(s->ix, id);
	uint32_t left = ex->xfers, xfer;
	int rc = 0;

	emit_table(s->emit, NULL, NULL, s->cols, columns_of_xfers(s->cols, TIME_REL), LAYOUT_LINES);
	for (uint32_t at = ex->place; left && (xfer = index_by_end(s->ix, at)) && !rc; at++) {
		if (index_get(s->ix, xfer)->exchange != id)
			continue;
		left--;
		rc = run_load_xfer(s->run, s->ix, xfer, list_one, s, err);
	}
	emit_table_end(s->emit);
	return rc;
}

int show_exchange(
	struct run *r, const struct index *ix, uint32_t id, struct emit *e, struct err *err)
{
	struct show_job s = {.emit = e, .ix = ix, .run = r};

	if (run_load_exchange(r, ix, id, got_exchange, &s, err) < 0)
		return -1;
	return list_transfers(&s, id, err);
}

/* ---- the transfer ------------------------------------------------------------------- */

void show_row(struct run *r, const struct index *ix, struct row *row, bool all, struct emit *e)
{
	struct show_job s = {.emit = e, .ix = ix, .run = r};
	const struct xfer *x = row->x;

	emit_table(e, NULL, NULL, s.cols, columns_of_xfer_card(s.cols), LAYOUT_CARD);
	emit_row(e, row);
	row_info(row);
	if (row->decoder && row->decoder->decode)
		row->decoder->decode(&row->decode, x, e);
	packets(x, e);
	show_wire(r, ix, x, all, e);
	if (x->data.kept)
		emit_dump(e, "data", "data", x->data.data, x->data.kept);
	emit_row_end(e);
	emit_table_end(e);
	say_unseen(x, e);
	if (row->decode.exchange)
		say_exchange(&s, x->id);
	neighbours(&s, x->id);
}

static void got_xfer(void *ctx, struct row *row)
{
	struct show_job *s = ctx;

	show_row(s->run, s->ix, row, s->all, s->emit);
}

int show_xfer(struct run *r, const struct index *ix, uint32_t id, bool all, struct emit *e,
	struct err *err)
{
	struct show_job s = {.emit = e, .ix = ix, .run = r, .all = all};

	return run_load_xfer(r, ix, id, got_xfer, &s, err);
}

/* ---- the record --------------------------------------------------------------------- */

/* Whether a record is among a transfer's own. */
struct wanted_record {
	uint64_t number;
	bool found;
};

static void is_it(void *ctx, const struct record *rec, const struct event *ev)
{
	struct wanted_record *w = ctx;

	(void)ev;
	w->found |= rec->number == w->number;
}

static void no_matter(void *ctx, const struct transaction *t)
{
	(void)ctx;
	(void)t;
}

static bool holds(const struct show_job *s, uint32_t id, uint64_t number)
{
	struct wanted_record w = {.number = number};
	const struct wire_reader to = {is_it, no_matter, &w};
	struct err e;

	run_load_parts(s->run, s->ix, id, &to, &e);
	return w.found;
}

/* The transfer the record belongs to; 0: none. Those that begin or end with it are known at once,
 * others are looked through. */
static uint32_t transfer_of(const struct show_job *s, uint64_t number)
{
	const struct index *ix = s->ix;

	for (uint32_t id = 1; id <= index_count(ix); id++) {
		const struct index_entry *x = index_get(ix, id);

		if (x && (x->first == number || x->last == number))
			return id;
	}
	for (uint32_t id = 1; id <= index_count(ix); id++) {
		const struct index_entry *x = index_get(ix, id);

		if (x && x->many && x->first < number && number < x->last && holds(s, id, number))
			return id;
	}
	return 0;
}

static void note_bin(void *ctx, const struct record *rec, const struct event *ev)
{
	(void)rec;
	((struct show_job *)ctx)->binned = ev->bin != BIN_NONE;
}

static size_t columns_of(struct column *cols, const struct event *ev)
{
	return capture_is_bus(ev->capture) || ev->kind == EVENT_STATE
		       ? columns_of_packets(cols, TIME_REL)
		       : columns_of_records(cols, TIME_REL);
}

static void got_record(void *ctx, const struct record *rec, const struct event *ev)
{
	struct show_job *s = ctx;
	struct emit *e = s->emit;
	struct record_line line = {
		.rec = rec,
		.ev = ev,
		.place = {.xfer = s->xfer, .bin = ev->bin},
		.start = model_start(s->run->model),
	};

	emit_table(e, NULL, NULL, s->cols, columns_of(s->cols, ev), LAYOUT_CARD);
	emit_row(e, &line);
	if (rec->comment)
		emit_field(e, &(struct field){.key = "comment",
				      .value = value_untrusted(rec->comment, rec->comment_len)});
	emit_dump(e, "bytes", "bytes of the record", rec->data, rec->caplen);
	emit_row_end(e);
	emit_table_end(e);
}

int show_record(struct run *r, const struct index *ix, uint64_t number, uint32_t xfer,
	struct emit *e, struct err *err)
{
	struct show_job s = {.emit = e, .ix = ix, .run = r};

	if (!xfer && run_load_record(r, ix, number, note_bin, &s, err) < 0)
		return -1;
	s.xfer = xfer || s.binned ? xfer : transfer_of(&s, number);
	return run_load_record(r, ix, number, got_record, &s, err);
}
