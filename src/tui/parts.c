/* parts.c: records, transactions and packets of one transfer as lines. */
#include "tui/parts.h"
#include "analysis/columns.h"
#include "base/mem.h"
#include "output/plain.h"

#include <stdlib.h>

/* More lines than this are not worth reading one by one. */
enum { PARTS_MAX = 20000, RUN_PACKETS = 100, LINE_INDENT = 7 };

struct waiting_line {
	uint64_t record;
	char text[160];
	uint16_t len;
	uint8_t role;
};

struct parts {
	struct page *page;
	struct pass *pass;
	bool quiet, ascii, bus;
	struct column records[COLUMNS_MAX], transactions[COLUMNS_MAX];
	size_t n_records, n_transactions;
	struct waiting_line *packet; /* packets whose transaction has not ended yet */
	size_t packets, cap;
	struct transaction nak; /* the first of a run */
	uint64_t naks;
	int64_t previous;
};

/* Columns that say what the place in the list says already. */
static bool is_left_out(const struct column *c)
{
	static const char *const out[] = {"#", "transfer", "bin", "address", "type"};

	for (size_t i = 0; i < ARRAY_LEN(out); i++)
		if (!strcmp(out[i], c->title))
			return true;
	return false;
}

static void padded(struct text *t, const char *s, size_t n, size_t cols, const struct column *c)
{
	size_t title = text_columns(c->title, (size_t)-1);
	size_t width = title > c->width ? title : c->width;

	for (size_t k = cols; c->right && k < width; k++)
		text_char(t, ' ');
	text_mem(t, s, n);
	for (size_t k = cols; !c->right && k < width; k++)
		text_char(t, ' ');
	text_str(t, "  ");
}

static void trim(struct text *t)
{
	while (t->len && t->s[t->len - 1] == ' ')
		t->len--;
}

/* The text columns of a row in one line, padded to their widths; row NULL: their titles. Returns
 * the role of the line. */
static enum role columns_line(
	struct parts *p, const struct column *cols, size_t n, const void *row, struct text *t)
{
	enum role role = ROLE_TEXT;

	for (size_t i = 0; i < n && cols[i].title; i++) {
		char cell[LINE_SLACK + 128];
		size_t width = 0, len = 0;
		struct value v;
		bool cut = false;

		if (is_left_out(&cols[i]))
			continue;
		if (!row) {
			padded(t, cols[i].title, strlen(cols[i].title),
				text_columns(cols[i].title, (size_t)-1), &cols[i]);
			continue;
		}
		value_get(&v, &cols[i], row);
		if (!value_empty(&v))
			len = cell_format(cell, sizeof(cell), &v, (enum show)cols[i].show, p->ascii,
				&width, &cut);
		if (v.tone == TONE_BAD || v.tone == TONE_WARN)
			role = role_of_tone(v.tone);
		padded(t, cell, len, width, &cols[i]);
	}
	trim(t);
	return role;
}

static void add_line(
	struct parts *p, unsigned depth, uint64_t ref, enum role role, const char *s, size_t n)
{
	struct page_line *line;

	if (p->page->lines > PARTS_MAX)
		return;
	line = page_line(p->page);
	line->depth = (uint8_t)depth;
	line->ref = ref;
	line->folded = true;
	if (p->page->lines > PARTS_MAX) {
		page_span(p->page, LINE_INDENT, ROLE_WARN,
			"(there are more: see list --transactions)", 41);
		return;
	}
	page_span(p->page, LINE_INDENT + 2 * (int)depth - 2, role, s, n);
}

/* ---- transactions ------------------------------------------------------------------- */

static bool inside(const struct waiting_line *w, uint64_t first, uint64_t last)
{
	return w->record >= first && w->record <= last;
}

/* The packets from first to last become lines below what was added, or lines of their own. */
static void take_packets(struct parts *p, unsigned depth, uint64_t first, uint64_t last)
{
	size_t kept = 0;

	for (size_t i = 0; i < p->packets; i++) {
		struct waiting_line *w = &p->packet[i];

		if (inside(w, first, last))
			add_line(p, depth, w->record, (enum role)w->role, w->text, w->len);
		else
			p->packet[kept++] = *w;
	}
	p->packets = kept;
}

static void add_titles(struct parts *p, const struct column *cols, size_t n)
{
	char mem[400];
	struct text t;

	text_init(&t, mem, sizeof(mem));
	columns_line(p, cols, n, NULL, &t);
	add_line(p, 1, 0, ROLE_HEADER, t.s, t.len);
}

static void add_transaction(struct parts *p, const struct transaction *t, uint64_t times)
{
	struct transaction_line line = {.t = t,
		.start = model_start(p->pass->run.model),
		.previous = p->previous,
		.times = times};
	char mem[400];
	struct text text;
	enum role role;

	if (!p->page->lines)
		add_titles(p, p->transactions, p->n_transactions);
	text_init(&text, mem, sizeof(mem));
	role = columns_line(p, p->transactions, p->n_transactions, &line, &text);
	p->previous = t->begin;
	add_line(p, 1, t->first, role, text.s, text.len);
	take_packets(p, 2, t->first, t->last);
}

static void flush_naks(struct parts *p)
{
	if (p->naks)
		add_transaction(p, &p->nak, p->naks);
	p->naks = 0;
}

static void on_transaction(void *ctx, const struct transaction *t)
{
	struct parts *p = ctx;

	if (p->quiet && t->result == RESULT_NAK) {
		if (!p->naks++)
			p->nak = *t;
		/* a run can be as long as the capture: its first packets are enough */
		while (p->naks > RUN_PACKETS && p->packets &&
			p->packet[p->packets - 1].record >= t->first)
			p->packets--;
		p->nak.last = t->last;
		p->nak.end = t->end;
		return;
	}
	flush_naks(p);
	add_transaction(p, t, 0);
}

/* ---- records ------------------------------------------------------------------------ */

static void on_record(void *ctx, const struct record *rec, const struct event *ev)
{
	struct parts *p = ctx;
	struct record_line line = {.rec = rec,
		.ev = ev,
		.start = model_start(p->pass->run.model),
		.previous = p->previous};
	struct waiting_line *w;
	struct text text;

	if (!p->n_records) {
		p->bus = ev->kind == EVENT_PACKET || ev->kind == EVENT_STATE;
		p->n_records = p->bus ? columns_of_packets(p->records, TIME_REL)
				      : columns_of_records(p->records, TIME_REL);
		if (!p->bus)
			add_titles(p, p->records, p->n_records);
	}
	array_need(p->packet, p->packets, p->cap);
	w = &p->packet[p->packets++];
	w->record = rec->number;
	text_init(&text, w->text, sizeof(w->text));
	w->role = (uint8_t)columns_line(p, p->records, p->n_records, &line, &text);
	w->len = (uint16_t)text.len;
	if (!p->bus)
		take_packets(p, 1, 0, UINT64_MAX);
}

int parts_load(
	struct pass *pass, uint32_t id, bool quiet, bool ascii, struct page *to, struct err *e)
{
	struct parts *p = mem_zalloc(1, sizeof(*p));
	int rc;

	p->page = to;
	p->pass = pass;
	p->quiet = quiet;
	p->ascii = ascii;
	p->n_transactions = columns_of_transactions(p->transactions, TIME_REL);
	page_clear(to);
	rc = run_load_parts(&pass->run, pass->ix, id,
		&(struct wire_reader){.packet = on_record, .transaction = on_transaction, .ctx = p},
		e);
	flush_naks(p);
	take_packets(p, 1, 0, UINT64_MAX);
	free(p->packet);
	free(p);
	return rc;
}
