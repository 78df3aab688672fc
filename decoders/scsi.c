/* scsi.c: SCSI commands in words and as fields, and the walker over layouts that are rows. */
#include "decoders/scsi.h"
#include "base/mem.h"

#include <string.h>

/* ---- layouts ------------------------------------------------------------------------ */

struct scsi_bytes scsi_part(const struct scsi_bytes *b, uint32_t at, uint32_t n)
{
	struct scsi_bytes part = {.p = b->p + (at < b->len ? at : b->len), .off = b->off + at};
	uint32_t left = at < b->len ? b->len - at : 0, all = at < b->total ? b->total - at : 0;

	part.len = left < n ? left : n;
	part.total = all < n ? all : n;
	return part;
}

uint64_t scsi_number(const uint8_t *p, unsigned len)
{
	uint64_t v = 0;

	while (len--)
		v = v << 8 | *p++;
	return v;
}

static uint64_t little(const uint8_t *p, unsigned len)
{
	uint64_t v = 0;

	while (len--)
		v = v << 8 | p[len];
	return v;
}

const char *scsi_lookup(const struct scsi_name *names, uint64_t value)
{
	for (; names && names->name; names++)
		if (names->value == value)
			return names->name;
	return NULL;
}

struct value scsi_ascii(const uint8_t *p, uint32_t n)
{
	while (n && (p[n - 1] == ' ' || !p[n - 1]))
		n--;
	return value_untrusted((const char *)p, n);
}

static struct value value_of(const struct scsi_field *row, const uint8_t *p)
{
	uint64_t v;

	if (row->kind == SCSI_TEXT)
		return scsi_ascii(p, row->len);
	if (row->kind == SCSI_BYTES)
		return value_bytes(p, row->len);
	v = row->kind == SCSI_LITTLE ? little(p, row->len) : scsi_number(p, row->len);
	if (row->width)
		v = v >> row->shift & ((1ULL << row->width) - 1);
	return value_uint(v);
}

void scsi_rows(struct emit *e, const struct scsi_field *rows, const struct scsi_bytes *b)
{
	for (; rows->key; rows++) {
		struct field f = {
			.key = rows->key,
			.off = b->off + rows->off,
			.len = rows->len,
			.show = rows->show,
		};

		if (rows->len == 1 && rows->width) {
			f.bit = rows->shift;
			f.bits = rows->width;
		}
		if ((uint32_t)rows->off + rows->len > b->total)
			return; /* fewer bytes than the layout has: normal (SPC-3 4.3.4.6) */
		if ((uint32_t)rows->off + rows->len > b->len) {
			f.value = value_null();
			f.verdict = VERDICT_SNAPPED;
			emit_field(e, &f);
			return;
		}
		f.value = value_of(rows, b->p + rows->off);
		if (rows->names)
			f.text = scsi_lookup(rows->names, f.value.u);
		emit_field(e, &f);
	}
}

/* ---- numbers in words --------------------------------------------------------------- */

void scsi_say_bytes(struct text *t, uint64_t n)
{
	text_count(t, n);
	text_str(t, n == 1 ? " byte" : " bytes");
}

void scsi_say_time(struct text *t, int64_t ns, uint64_t n)
{
	static const char *const unit[] = {"B/s", "kB/s", "MB/s", "GB/s", "TB/s"};
	char room[FMT_MAX];
	double rate;
	size_t u = 0;

	if (ns < 0)
		return;
	text_str(t, " in ");
	text_mem(t, room, fmt_duration(room, ns, false));
	if (!n || !ns)
		return;
	for (rate = (double)n * 1e9 / (double)ns; rate >= 1000 && u + 1 < ARRAY_LEN(unit); u++)
		rate /= 1000;
	text_printf(t, rate < 10 && u ? ", %.1f %s" : ", %.0f %s", rate, unit[u]);
}

int64_t scsi_moved(const struct xfer *x)
{
	if (x->status == STATUS_PENDING || x->status == STATUS_UNKNOWN)
		return XFER_UNKNOWN;
	return x->len == XFER_UNKNOWN && x->dir == USB_OUT && x->status == STATUS_OK ? x->req_len
										     : x->len;
}

struct scsi_bytes scsi_bytes_of(const struct xfer *x)
{
	/* no packet size but is a multiple of 8 (USB 2.0 5.8.3): the last packet was short */
	bool odd = x->dir == USB_IN && x->status == STATUS_OK && x->len > 0 && x->len % 8;
	bool ended =
		x->status == STATUS_STALL || x->flags & XFER_SHORT || x->ended == END_SHORT || odd;

	return (struct scsi_bytes){x->data.data, 0, x->data.kept, x->data.total, ended};
}

/* ---- commands in words -------------------------------------------------------------- */

/* SPC-3 4.3.4.1: groups 6 and 7 are the vendor's. */
static bool is_vendor(uint8_t opcode)
{
	return opcode >= 0xc0;
}

void scsi_say_name(struct text *t, const struct scsi_cdb *c)
{
	const struct scsi_command *k = scsi_command(c);

	if (k) {
		text_str(t, k->name);
		return;
	}
	if (!c->len) {
		text_str(t, "an unknown command");
		return;
	}
	text_str(t, is_vendor(c->b[0]) ? "vendor command " : "unknown command ");
	text_hex(t, c->b[0], 2);
}

static uint64_t number_at(const struct scsi_cdb *c, struct scsi_place p)
{
	uint64_t v = scsi_number(c->b + p.off, p.len);

	return p.len == 3 && p.off == 1 ? v & 0x1fffff : v; /* READ(6): 21 bits */
}

/* READ(6) and WRITE(6) move 256 blocks where the length is 0 (SBC-2 5.5). */
static uint64_t blocks_of(const struct scsi_cdb *c, const struct scsi_command *k)
{
	uint64_t n = number_at(c, k->blocks);

	return !n && k->blocks.len == 1 ? 256 : n;
}

/* " LBA 2,048, 8 blocks", " LBA 9 to the end", " all blocks" */
static void say_range(struct text *t, const struct scsi_cdb *c, const struct scsi_command *k)
{
	uint64_t lba = number_at(c, k->lba), blocks = blocks_of(c, k);
	bool rest = k->rest && !blocks;

	if (rest && !lba) {
		text_str(t, " all blocks");
		return;
	}
	if (k->lba.len) {
		text_str(t, " LBA ");
		text_count(t, lba);
	}
	if (rest) {
		text_str(t, " to the end");
	} else if (k->blocks.len) {
		text_str(t, ", ");
		text_count(t, blocks);
		text_str(t, blocks == 1 ? " block" : " blocks");
	}
}

void scsi_say(struct text *t, const struct scsi_cdb *c)
{
	const struct scsi_command *k = scsi_command(c);

	scsi_say_name(t, c);
	if (!k || c->len < k->len)
		return;
	if (k->say)
		k->say(c->b, t);
	say_range(t, c, k);
}

void scsi_say_lun(struct text *t, uint8_t lun)
{
	if (!lun)
		return;
	text_str(t, ", LUN ");
	text_u64(t, lun);
}

void scsi_say_moved(
	struct text *t, const struct scsi_cdb *c, const struct xfer *x, const char *none)
{
	int64_t moved = scsi_moved(x);

	if (moved > 0)
		scsi_say_bytes(t, (uint64_t)moved);
	else
		text_str(t, none);
	text_str(t, " of ");
	scsi_say_name(t, c);
}

/* ---- commands as fields ------------------------------------------------------------- */

static void name_value(const struct scsi_cdb *c, struct value *v)
{
	struct text t;

	text_init(&t, v->room, sizeof(v->room));
	scsi_say_name(&t, c);
	v->type = VAL_TEXT;
	v->trusted = true;
	v->inferred = false;
	v->tone = TONE_NONE;
	v->s = v->room;
	v->n = (uint32_t)t.len;
}

static void command_field(struct field *f, const struct scsi_cdb *c)
{
	*f = (struct field){.key = "command"};
	name_value(c, &f->value);
}

void scsi_emit_command(struct emit *e, const struct scsi_cdb *c)
{
	struct field f;

	if (!c->len)
		return;
	command_field(&f, c);
	emit_field(e, &f);
}

void scsi_emit_cdb(struct emit *e, const struct scsi_cdb *c, const struct scsi_bytes *b)
{
	static const struct scsi_field any[] = {
		{"opcode", 0, 1, 0, 0, SCSI_UINT, SHOW_HEX2, NULL}, {0}};
	const struct scsi_command *k = scsi_command(c);
	struct field f;

	command_field(&f, c);
	f.text = k ? k->section : NULL;
	f.off = b->off;
	f.len = b->len;
	if (k && b->total < k->len) {
		f.text = "the transport's length is less than the command's";
		f.verdict = VERDICT_INVALID;
	} else if (b->len < b->total) {
		f.verdict = VERDICT_SNAPPED;
	}
	emit_open(e, &f);
	scsi_rows(e, k && k->fields ? k->fields : any, b);
	if (!k || !k->fields)
		emit_field(e, &(struct field){
				      .key = "CDB",
				      .value = value_bytes(b->p, b->len),
				      .off = b->off,
				      .len = b->len,
			      });
	emit_close(e);
}

/* ---- exchanges as fields ------------------------------------------------------------ */

void scsi_emit_figure(
	struct emit *e, const char *key, uint64_t value, const char *text, enum show show)
{
	emit_field(e, &(struct field){
			      .key = key,
			      .value = value_uint(value),
			      .text = text,
			      .show = (uint8_t)show,
		      });
}

void scsi_emit_duration(struct emit *e, const struct exchange *ex)
{
	emit_field(e, &(struct field){
			      .key = "duration",
			      .value = value_ns(ex->end - ex->begin),
			      .show = SHOW_DURATION,
		      });
}
