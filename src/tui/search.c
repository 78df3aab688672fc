/* search.c: does a transfer hold what is looked for: in its meaning, its fields, its bytes. */
#include "tui/search.h"
#include "base/mem.h"
#include "output/plain.h"

#include <ctype.h>
#include <string.h>

static int digit(char c)
{
	return c >= '0' && c <= '9'	    ? c - '0'
	       : isxdigit((unsigned char)c) ? (c | 32) - 'a' + 10
					    : -1;
}

/* Pairs of digits with blanks, colons or nothing between. */
static bool take_hex(struct search *s, const char *t)
{
	for (s->n = 0; *t;) {
		if (*t == ' ' || *t == ':') {
			t++;
			continue;
		}
		if (digit(t[0]) < 0 || digit(t[1]) < 0 || s->n == sizeof(s->bytes))
			return false;
		s->bytes[s->n++] = (uint8_t)(digit(t[0]) << 4 | digit(t[1]));
		t += 2;
	}
	return s->n > 0;
}

bool search_set(struct search *s, const char *what)
{
	struct text t;

	s->running = s->found = false;
	text_init(&t, s->text, sizeof(s->text));
	text_str(&t, what);
	s->hex = !strncmp(what, "hex ", 4) || !strncmp(what, "0x", 2);
	if (s->hex)
		return take_hex(s, what + (what[0] == 'h' ? 4 : 2));
	s->n = t.len;
	memcpy(s->bytes, s->text, t.len);
	return true;
}

void search_begin(struct search *s, uint32_t from, int step)
{
	s->step = step;
	s->from = s->at = from;
	s->looked = 0;
	s->found = s->wrapped = false;
	s->running = s->n > 0;
}

/* ---- fields ------------------------------------------------------------------------- */

/* An emit that only compares: "key value meaning" of each field. */
struct matcher {
	struct emit emit;
	const char *what;
	bool found;
};

static void m_open(struct emit *e, const struct field *f)
{
	struct matcher *m = (struct matcher *)e;
	char line[1200], value[LINE_SLACK + 512];
	size_t cols, n;
	bool cut = false;
	struct text t;

	if (m->found)
		return;
	text_init(&t, line, sizeof(line));
	text_str(&t, f->key);
	if (!value_empty(&f->value)) {
		n = cell_format(
			value, sizeof(value), &f->value, (enum show)f->show, true, &cols, &cut);
		text_char(&t, ' ');
		text_mem(&t, value, n);
	}
	if (f->text) {
		text_char(&t, ' ');
		text_str(&t, f->text);
	}
	m->found = strcasestr(line, m->what) != NULL;
}

static void m_key(struct emit *e, const char *key, const char *title)
{
	(void)e;
	(void)key;
	(void)title;
}

static void m_item(
	struct emit *e, const char *key, const char *title, const struct value *v, enum show show)
{
	(void)v;
	(void)show;
	m_key(e, key, title);
}

static void m_table(struct emit *e, const char *key, const char *title, const struct column *cols,
	size_t n, enum layout layout)
{
	(void)cols;
	(void)n;
	(void)layout;
	m_key(e, key, title);
}

static void m_row(struct emit *e, const void *row)
{
	(void)row;
	m_key(e, NULL, NULL);
}

static void m_end(struct emit *e)
{
	m_key(e, NULL, NULL);
}

static void m_dump(struct emit *e, const char *key, const char *title, const uint8_t *b, size_t n)
{
	(void)b;
	(void)n;
	m_key(e, key, title);
}

static void m_note(struct emit *e, const char *text)
{
	m_key(e, NULL, text);
}

static void m_series(struct emit *e, const struct series *s)
{
	m_key(e, NULL, s->title);
}

static bool in_fields(struct row *row, const char *what)
{
	static const struct emit_ops ops = {
		.begin = m_key,
		.end = m_end,
		.item = m_item,
		.table = m_table,
		.row = m_row,
		.row_end = m_end,
		.table_end = m_end,
		.open = m_open,
		.close = m_end,
		.dump = m_dump,
		.note = m_note,
		.series = m_series,
	};
	struct matcher m = {{&ops}, what, false};

	if (row->decoder && row->decoder->decode)
		row->decoder->decode(&row->decode, row->x, &m.emit);
	return m.found;
}

/* ---- a transfer --------------------------------------------------------------------- */

static void look(void *ctx, struct row *row)
{
	struct search *s = ctx;
	const struct span *d = &row->x->data;
	const uint8_t *at = d->kept ? memmem(d->data, d->kept, s->bytes, s->n) : NULL;

	s->in_data = at != NULL;
	s->offset = at ? (uint32_t)(at - d->data) : 0;
	s->found = at || (!s->hex && (strcasestr(row_info(row)->s, s->text) ||
					     (row_info(row), in_fields(row, s->text))));
}

/* From the end it goes on at the beginning, once. */
static uint32_t following(struct search *s, const struct idset *set)
{
	uint32_t id = s->step > 0 ? idset_after(set, s->at) : idset_before(set, s->at);

	if (!id && !s->wrapped) {
		s->wrapped = true;
		id = s->step > 0 ? idset_nth(set, 0) : idset_nth(set, set->members - 1);
	}
	if (s->wrapped && (s->step > 0 ? id > s->from : id < s->from))
		return 0;
	return id;
}

bool search_step(struct search *s, struct listing *l, int ms)
{
	int64_t deadline = monotonic_ns() + ms * INT64_C(1000000);
	const struct idset *set = sieve_shown(l->sieve, l->trace); /* folded exchanges, too */
	struct pass *p = l->trace->now;
	struct err e = {0};

	while (s->running && monotonic_ns() < deadline) {
		uint32_t id = p ? following(s, set) : 0;

		s->running = id != 0;
		if (!id)
			break;
		s->at = id;
		s->looked++;
		run_load_xfer(&p->run, p->ix, id, look, s, &e);
		if (s->found)
			s->running = false;
		if (s->wrapped && id == s->from)
			s->running = false;
	}
	return s->running;
}
