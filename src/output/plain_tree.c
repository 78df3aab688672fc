/* plain_tree.c: field trees as text, one line a field:
 *
 *       8      2  idVendor                  0x0562      Microdia
 *      s0      1  bmRequestType             0x80
 *       0   b7..5   type                    0           standard
 *
 * First offset (s: in the setup, r: in the record) and length or bits, highest first, as the
 * specifications write them; then key, value, meaning, verdict. */
#include "output/plain.h"
#include "base/mem.h"

enum {
	OFF_WIDTH = 5,
	LEN_AT = OFF_WIDTH + 2,
	LEN_WIDTH = 5,
	KEY_AT = LEN_AT + LEN_WIDTH + 2,
	KEY_WIDTH = 24,
	VALUE_AT = KEY_AT + KEY_WIDTH + 2,
	VALUE_WIDTH = 10,
	TEXT_AT = VALUE_AT + VALUE_WIDTH + 2
};

static const struct {
	const char *words;
	enum tone tone;
} verdicts[] = {
	[VERDICT_NONE] = {NULL, TONE_NONE},
	[VERDICT_SNAPPED] = {"(snapped: the capture cut it)", TONE_WARN},
	[VERDICT_SHORT] = {"(short: the device sent less than asked)", TONE_DIM},
	[VERDICT_INVALID] = {"(invalid: contradicts the specification)", TONE_BAD},
	[VERDICT_ABSENT] = {"(absent: this kind of capture does not record it)", TONE_DIM},
	[VERDICT_NOT_KEPT] = {"(not kept: beyond what is kept in memory)", TONE_WARN},
};

static void dim_cell(struct plain *p, size_t at, size_t width, const struct text *t)
{
	struct value v = value_untrusted(t->s, t->len);

	v.trusted = true;
	v.tone = TONE_DIM;
	line_cell(p, at, width, true, &v, SHOW_PLAIN);
}

static void range_cells(struct plain *p, const struct field *f, size_t indent)
{
	static const char *const in[] = {
		[FIELD_IN_DATA] = "", [FIELD_IN_SETUP] = "s", [FIELD_IN_RECORD] = "r"};
	char mem[FMT_MAX];
	struct text t;

	if (!f->len)
		return;
	text_init(&t, mem, sizeof(mem));
	text_str(&t, in[f->in]);
	text_u64(&t, f->off);
	dim_cell(p, indent, OFF_WIDTH, &t);
	text_init(&t, mem, sizeof(mem));
	if (f->bits > 1) {
		text_str(&t, "b");
		text_u64(&t, (uint64_t)f->bit + f->bits - 1);
		text_str(&t, "..");
		text_u64(&t, f->bit);
	} else if (f->bits) {
		text_str(&t, "b");
		text_u64(&t, f->bit);
	} else {
		text_u64(&t, f->len);
	}
	dim_cell(p, indent + LEN_AT, LEN_WIDTH, &t);
}

void tree_line(struct plain *p, const struct field *f, size_t indent, size_t depth)
{
	struct value key = value_name(f->key);
	size_t text_at = indent + TEXT_AT;

	depth = depth < 32 ? depth : 32;
	line_begin(p);
	range_cells(p, f, indent);
	line_cell(p, indent + KEY_AT + 2 * depth, 0, false, &key, SHOW_PLAIN);
	if (!value_empty(&f->value))
		line_cell(p, indent + VALUE_AT, 0, false, &f->value, (enum show)f->show);
	else
		text_at = indent + VALUE_AT;
	if (f->text) {
		struct value v = value_untrusted(f->text, strlen(f->text));

		line_cell(p, text_at, 0, false, &v, SHOW_PLAIN);
	}
	if (verdicts[f->verdict].words) {
		struct value v = value_name(verdicts[f->verdict].words);

		v.tone = (uint8_t)verdicts[f->verdict].tone;
		line_cell(p, f->text ? p->line.col + 2 : text_at, 0, false, &v, SHOW_PLAIN);
	}
	line_end(p, text_at);
}
