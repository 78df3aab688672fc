/* help.c: the names a filter knows, as a table, so that help and manual never lag behind. */
#include "base/mem.h"
#include "filter/filter_impl.h"

enum { NAME_WIDTH = 20, TYPE_WIDTH = 10 }; /* columns in text: of nearly all names */

/* A field with its words, which an output copies while it takes the row. */
struct reference {
	const struct row_field *field;
	char words[512], others[128];
};

#define REFERENCE ((const struct reference *)row)
#define F	  (REFERENCE->field)

static void get_name(const void *row, struct value *v)
{
	*v = value_name(F->name);
}

static void get_type(const void *row, struct value *v)
{
	static const char *const name[] = {[VAL_UINT] = "number",
		[VAL_INT] = "number",
		[VAL_BOOL] = "true/false",
		[VAL_NS] = "time",
		[VAL_TEXT] = "text",
		[VAL_BYTES] = "bytes"};

	*v = value_name(row_field_word(F, 0) ? "word" : name[F->type]);
}

static void get_alias(const void *row, struct value *v)
{
	*v = value_name(F->alias);
}

static void get_help(const void *row, struct value *v)
{
	*v = value_name(F->help);
}

static void get_others(const void *row, struct value *v)
{
	if (REFERENCE->others[0])
		*v = value_name(REFERENCE->others);
}

static void get_words(const void *row, struct value *v)
{
	if (REFERENCE->words[0])
		*v = value_name(REFERENCE->words);
}

/* For people words and Wireshark's names stand below: few fields have them, and they are long. */
static void note_more(struct emit *e, const struct reference *ref)
{
	char room[800];
	struct text t;

	text_init(&t, room, sizeof(room));
	if (ref->words[0])
		text_printf(&t, "words: %s", ref->words);
	if (ref->others[0])
		text_printf(&t, "; also: %s", ref->others);
	if (ref->field->alias)
		text_printf(&t, "%sWireshark: %s", t.len ? "; " : "", ref->field->alias);
	if (t.len)
		emit_note(e, room);
}

/* The words that mean one of the field's own: "ctrl ctl iso". */
static void add_other_words(const struct row_field *f, struct text *t)
{
	for (size_t i = 0; f->names && i < other_words_count; i++)
		if (other_words[i].names == f->names && other_words[i].means) {
			text_str(t, t->len ? " " : "");
			text_str(t, other_words[i].word);
		}
}

static void emit_reference(struct emit *e, const struct row_field *f)
{
	struct reference ref = {.field = f};
	const char *word;
	struct text t;

	text_init(&t, ref.words, sizeof(ref.words));
	for (size_t w = 0; (word = row_field_word(f, w)); w++) {
		text_str(&t, w ? " " : "");
		text_str(&t, word);
	}
	text_init(&t, ref.others, sizeof(ref.others));
	add_other_words(f, &t);
	emit_row(e, &ref);
	note_more(e, &ref);
	emit_row_end(e);
}

static void emit_key(void *ctx, const struct key_field *f)
{
	if (!keys_repeat(f))
		emit_reference(ctx, &f->pub);
}

void filter_reference(struct emit *e)
{
	static const struct column columns[] = {
		{"name", "Name", get_name, SHOW_PLAIN, NAME_WIDTH, false, 0},
		{"type", "Type", get_type, SHOW_PLAIN, TYPE_WIDTH, false, 0},
		{"help", "Meaning", get_help, SHOW_PLAIN, 0, false, 0},
		{"words", NULL, get_words, SHOW_PLAIN, 0, false, 0},
		{"also", NULL, get_others, SHOW_PLAIN, 0, false, 0},
		{"wireshark", NULL, get_alias, SHOW_PLAIN, 0, false, 0},
	};

	emit_table(e, NULL, NULL, columns, ARRAY_LEN(columns), LAYOUT_LINES);
	for (size_t i = 0; i < row_fields_count; i++)
		emit_reference(e, &row_fields[i]);
	keys_each(emit_key, e);
	emit_table_end(e);
}
