/* json.c: the emit vocabulary as JSON (RFC 8259): a table at the top is one object a line, an
 * object at the top is one line. No spaces after ':' and ','. Notes are for people and left out, as
 * is everything without a key.
 *
 * A row, object or field is a JSON object that stays open for further members. Fields in it go into
 * its array "fields" (fields that come after another member: "fields2", …). */
#include "output/render.h"
#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>

/* A row is written by a list of steps made once per table: each starts with literal text. */
enum step_kind { STEP_VALUE, STEP_GROUP, STEP_CLOSE };

struct step {
	uint8_t kind;
	uint32_t lit, lit_len; /* in table.text: `,"key":` */
	uint32_t from, to;     /* values: [from] of STEP_VALUE, all members of STEP_GROUP */
	uint32_t close;	       /* STEP_GROUP: its STEP_CLOSE */
};

struct table {
	const struct column **col; /* those with a key */
	struct value *v;
	size_t n;
	struct step *step;
	size_t steps, steps_cap;
	char *text;
	size_t text_len, text_cap;
};

enum kind { OBJECT, TABLE, ROW, FIELD, SKIPPED };

struct frame {
	uint8_t kind;
	bool filled;	 /* has a member: the next needs a comma */
	bool in_fields;	 /* its array of fields is open */
	uint16_t arrays; /* arrays of fields begun */
	struct table *table;
};

struct json {
	struct renderer r;
	struct out *o;
	struct frame *frame;
	size_t depth, cap;
};

static struct json *json_of(struct emit *e)
{
	return (struct json *)e;
}

/* ---- text --------------------------------------------------------------------------- */

/* JSON's own (RFC 8259 section 7), and what drives terminals or breaks JavaScript. */
static bool needs_escape(uint32_t cp)
{
	return cp == '"' || cp == '\\' || text_dangerous(cp);
}

static void put_escape(struct out *o, uint32_t cp)
{
	static const char hex[] = "0123456789abcdef";
	char *p = out_room(o, 6);

	p[0] = '\\';
	if (cp == '"' || cp == '\\') {
		p[1] = (char)cp;
		o->len += 2;
		return;
	}
	p[1] = 'u';
	for (int i = 0; i < 4; i++)
		p[2 + i] = hex[cp >> (12 - 4 * i) & 15];
	o->len += 6;
}

/* Any bytes as a JSON string; a byte that is not UTF-8 becomes U+FFFD. */
static void put_string(struct out *o, const char *s, size_t n)
{
	out_char(o, '"');
	for (size_t i = 0; i < n;) {
		size_t part = n - i < 4096 ? n - i : 4096, len;
		uint32_t cp;

		len = copy_clean(out_room(o, part), s + i, part);
		o->len += len;
		i += len;
		if (len == part)
			continue;
		len = text_utf8(s + i, n - i, &cp);
		if (!len || needs_escape(cp))
			put_escape(o, len ? cp : 0xfffd);
		else
			out_mem(o, s + i, len);
		i += len ? len : 1;
	}
	out_char(o, '"');
}

static void put_value(struct out *o, const struct value *v)
{
	size_t n;

	if (v->type == VAL_TEXT) {
		put_string(o, v->s, v->n);
		return;
	}
	if (v->type == VAL_BYTES) {
		out_char(o, '"');
		out_hex(o, v->bytes, v->n);
		out_char(o, '"');
		return;
	}
	n = fmt_machine(out_room(o, FMT_MAX), v);
	o->len += n;
	if (!n)
		out_mem(o, "null", 4);
}

/* ---- open objects and arrays -------------------------------------------------------- */

static struct frame *top(struct json *j)
{
	return j->depth ? &j->frame[j->depth - 1] : NULL;
}

static struct frame *push(struct json *j, enum kind kind)
{
	array_need(j->frame, j->depth, j->cap);
	j->frame[j->depth] = (struct frame){.kind = (uint8_t)kind};
	return &j->frame[j->depth++];
}

/* The object that can take a member, or NULL where there is none or it is left out. */
static struct frame *object(struct json *j)
{
	struct frame *f = top(j);

	return f && (f->kind == OBJECT || f->kind == ROW || f->kind == FIELD) ? f : NULL;
}

static void comma(struct json *j, struct frame *f)
{
	if (f->filled)
		out_char(j->o, ',');
	f->filled = true;
}

static void end_fields(struct json *j, struct frame *f)
{
	if (f->in_fields)
		out_char(j->o, ']');
	f->in_fields = false;
}

/* `,"key":` in the innermost object; false where nothing can be written. */
static bool member(struct json *j, const char *key)
{
	struct frame *f = object(j);

	if (!f || !key)
		return false;
	end_fields(j, f);
	comma(j, f);
	put_string(j->o, key, strlen(key));
	out_char(j->o, ':');
	return true;
}

static void table_free(struct table *t)
{
	free(t->col);
	free(t->v);
	free(t->step);
	free(t->text);
	free(t);
}

/* Closes the innermost thing, whatever it is. */
static void pop(struct json *j)
{
	struct frame *f = top(j);
	enum kind kind;

	if (!f)
		return;
	end_fields(j, f);
	kind = f->kind;
	if (f->table)
		table_free(f->table);
	j->depth--;
	if (kind == OBJECT || kind == ROW || kind == FIELD)
		out_char(j->o, '}');
	if (kind == TABLE && j->depth)
		out_char(j->o, ']');
	/* An object at the top, or a row of the table at the top, ends its line. */
	if ((kind == OBJECT && !j->depth) || (kind == ROW && j->depth == 1))
		out_newline(j->o);
}

/* ---- tables ------------------------------------------------------------------------- */

static struct step *add_step(struct table *t, enum step_kind kind, size_t from)
{
	struct step *s;

	array_need(t->step, t->steps, t->steps_cap);
	s = &t->step[t->steps++];
	*s = (struct step){.kind = (uint8_t)kind, .from = (uint32_t)from, .to = (uint32_t)from + 1};
	s->lit = (uint32_t)t->text_len;
	return s;
}

static void add_text(struct table *t, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		array_need(t->text, t->text_len, t->text_cap);
		t->text[t->text_len++] = s[i];
	}
}

/* The literal before a value. Keys come from static tables and are plain words. */
static void add_key(struct table *t, struct step *s, bool first, const char *key, size_t n)
{
	if (!first)
		add_text(t, ",", 1);
	add_text(t, "\"", 1);
	add_text(t, key, n);
	add_text(t, "\":", 2);
	s->lit_len = (uint32_t)(t->text_len - s->lit);
}

/* Steps for columns from … to - 1, whose keys agree in their first `skip` bytes. */
static void add_columns(struct table *t, size_t from, size_t to, size_t skip)
{
	for (size_t i = from; i < to;) {
		const char *key = t->col[i]->key + skip, *dot = strchr(key, '.');
		size_t n = dot ? (size_t)(dot - key) : strlen(key), group = t->steps, end = i + 1;
		struct step *s = add_step(t, dot ? STEP_GROUP : STEP_VALUE, i);

		add_key(t, s, i == from, key, n);
		if (dot) {
			while (end < to && !strncmp(t->col[end]->key + skip, key, n + 1))
				end++;
			s->to = (uint32_t)end;
			add_columns(t, i, end, skip + n + 1);
			t->step[group].close = (uint32_t)t->steps;
			add_step(t, STEP_CLOSE, i);
		}
		i = end;
	}
}

static struct table *table_new(const struct column *cols, size_t n)
{
	struct table *t = mem_zalloc(1, sizeof(*t));

	t->col = mem_zalloc(n, sizeof(*t->col));
	for (size_t i = 0; i < n; i++)
		if (cols[i].key)
			t->col[t->n++] = &cols[i];
	t->v = mem_zalloc(t->n, sizeof(*t->v));
	add_columns(t, 0, t->n, 0);
	return t;
}

static bool all_null(const struct table *t, const struct step *s)
{
	for (uint32_t i = s->from; i < s->to; i++)
		if (t->v[i].type != VAL_NULL)
			return false;
	return true;
}

static void put_row(struct out *o, struct table *t, const void *row)
{
	for (size_t i = 0; i < t->n; i++)
		value_get(&t->v[i], t->col[i], row);
	for (size_t i = 0; i < t->steps; i++) {
		const struct step *s = &t->step[i];

		if (s->kind == STEP_CLOSE) {
			out_char(o, '}');
			continue;
		}
		out_mem(o, t->text + s->lit, s->lit_len);
		if (s->kind == STEP_VALUE) {
			put_value(o, &t->v[s->from]);
		} else if (all_null(t, s)) {
			out_mem(o, "null", 4);
			i = s->close;
		} else {
			out_char(o, '{');
		}
	}
}

/* ---- the vocabulary ----------------------------------------------------------------- */

static void json_begin(struct emit *e, const char *key, const char *title)
{
	struct json *j = json_of(e);

	(void)title;
	if (j->depth && !member(j, key)) {
		push(j, SKIPPED);
		return;
	}
	out_char(j->o, '{');
	push(j, OBJECT);
}

static void json_item(
	struct emit *e, const char *key, const char *title, const struct value *v, enum show show)
{
	struct json *j = json_of(e);

	(void)title;
	(void)show;
	if (member(j, key))
		put_value(j->o, v);
}

static void json_table(struct emit *e, const char *key, const char *title,
	const struct column *cols, size_t n, enum layout layout)
{
	struct json *j = json_of(e);

	(void)title;
	(void)layout;
	if (j->depth && !member(j, key)) {
		push(j, SKIPPED);
		return;
	}
	if (j->depth)
		out_char(j->o, '[');
	push(j, TABLE)->table = table_new(cols, n);
}

static void json_row(struct emit *e, const void *row)
{
	struct json *j = json_of(e);
	struct frame *f = top(j);
	struct table *t = f ? f->table : NULL;

	assert(f && (f->kind == TABLE || f->kind == SKIPPED));
	if (!t) {
		push(j, SKIPPED);
		return;
	}
	if (j->depth > 1)
		comma(j, f);
	out_char(j->o, '{');
	put_row(j->o, t, row);
	push(j, ROW)->filled = t->n > 0;
}

/* Objects, rows, tables and fields all end the same way. */
static void json_end(struct emit *e)
{
	assert(json_of(e)->depth);
	pop(json_of(e));
}

static void put_range(struct out *o, const struct field *f)
{
	static const char *const in[] = {
		[FIELD_IN_DATA] = NULL, [FIELD_IN_SETUP] = "setup", [FIELD_IN_RECORD] = "record"};

	if (!f->len) {
		out_str(o, ",\"off\":null,\"len\":null");
	} else {
		out_str(o, ",\"off\":");
		out_u64(o, f->off);
		out_str(o, ",\"len\":");
		out_u64(o, f->len);
	}
	if (f->bits) {
		out_str(o, ",\"bit\":");
		out_u64(o, f->bit);
		out_str(o, ",\"bits\":");
		out_u64(o, f->bits);
	}
	if (in[f->in]) {
		out_str(o, ",\"in\":\"");
		out_str(o, in[f->in]);
		out_char(o, '"');
	}
}

static void put_text(struct out *o, const char *s)
{
	if (s)
		put_string(o, s, strlen(s));
	else
		out_mem(o, "null", 4);
}

/* Begins or continues the array of fields of the innermost object. */
static bool field_member(struct json *j)
{
	char key[16];
	struct text t;
	struct frame *f = object(j);

	if (!f)
		return false;
	if (f->in_fields) {
		out_char(j->o, ',');
		return true;
	}
	text_init(&t, key, sizeof(key));
	text_str(&t, "fields");
	if (f->arrays++)
		text_u64(&t, f->arrays);
	member(j, key);
	out_char(j->o, '[');
	f->in_fields = true;
	return true;
}

static void json_open(struct emit *e, const struct field *f)
{
	struct json *j = json_of(e);
	struct out *o = j->o;

	if (!field_member(j)) {
		push(j, SKIPPED);
		return;
	}
	out_str(o, "{\"key\":");
	put_text(o, f->key);
	out_str(o, ",\"value\":");
	put_value(o, &f->value);
	out_str(o, ",\"text\":");
	put_text(o, f->text);
	put_range(o, f);
	out_str(o, ",\"verdict\":");
	put_text(o, f->verdict ? verdict_name(f->verdict) : NULL);
	push(j, FIELD)->filled = true;
}

static void json_dump(
	struct emit *e, const char *key, const char *title, const uint8_t *b, size_t n)
{
	struct json *j = json_of(e);

	(void)title;
	if (!member(j, key))
		return;
	out_char(j->o, '"');
	out_hex(j->o, b, n);
	out_char(j->o, '"');
}

static void json_note(struct emit *e, const char *text)
{
	(void)e;
	(void)text;
}

static void put_real(struct out *o, const char *key, double d)
{
	struct value v = value_real(d);

	out_str(o, key);
	put_value(o, &v);
}

static void json_series(struct emit *e, const struct series *s)
{
	struct json *j = json_of(e);

	if (!member(j, s->key))
		return;
	out_str(j->o, "{\"unit\":");
	put_text(j->o, s->unit);
	put_real(j->o, ",\"x0\":", s->x0);
	put_real(j->o, ",\"dx\":", s->dx);
	out_str(j->o, ",\"y\":[");
	for (size_t i = 0; i < s->n; i++)
		put_real(j->o, i ? "," : "", s->y[i]);
	out_str(j->o, "]}");
}

static void json_finish(struct emit *e)
{
	struct json *j = json_of(e);

	while (j->depth)
		pop(j);
	free(j->frame);
	free(j);
}

struct emit *json_new(struct out *o, const struct output_opts *opts)
{
	static const struct emit_ops ops = {
		.begin = json_begin,
		.end = json_end,
		.item = json_item,
		.table = json_table,
		.row = json_row,
		.row_end = json_end,
		.table_end = json_end,
		.open = json_open,
		.close = json_end,
		.dump = json_dump,
		.note = json_note,
		.series = json_series,
	};
	struct json *j = mem_zalloc(1, sizeof(*j));

	(void)opts;
	j->r = (struct renderer){{&ops}, json_finish};
	j->o = o;
	return &j->r.emit;
}
