/* scsi_data.c: the data of SCSI commands, what the device tells of itself and is told: which
 * command has which, and those that a few rows describe. Blocks of the medium are left as they are.
 */
#include "decoders/scsi_data.h"
#include "decoders/scsi_rows.h"
#include "base/cursor.h"
#include "base/mem.h"

void scsi_open_part(struct emit *e, const char *key, const struct scsi_bytes *b, const char *text)
{
	emit_open(e, &(struct field){.key = key, .off = b->off, .len = b->len, .text = text});
}

void scsi_emit_part(struct emit *e, const char *key, const struct scsi_field *rows,
	const struct scsi_bytes *b, const char *text)
{
	scsi_open_part(e, key, b, text);
	scsi_rows(e, rows, b);
	emit_close(e);
}

void scsi_emit_list(struct emit *e, const struct scsi_bytes *b, const char *key, uint32_t at,
	uint64_t end, uint32_t size, const struct scsi_field *rows)
{
	uint64_t n = end > at ? (end - at) / size : 0;

	for (uint32_t i = 0; i < n && at < b->len; i++, at += size) {
		struct scsi_bytes item = scsi_part(b, at, size);

		if (i == SCSI_ITEMS) {
			emit_field(e, &(struct field){
					      .key = "more",
					      .value = value_uint(n - i),
					      .text = "further ones, not shown",
				      });
			return;
		}
		scsi_emit_part(e, key, rows, &item, NULL);
	}
}

uint64_t scsi_number_at(const struct scsi_bytes *b, uint32_t at, unsigned len)
{
	return at + len <= b->len ? scsi_number(b->p + at, len) : 0;
}

static void say_size(struct text *t, uint64_t blocks, uint64_t size)
{
	static const char *const unit[] = {"B", "kB", "MB", "GB", "TB", "PB"};
	double bytes = (double)blocks * (double)size;
	size_t u = 0;

	for (; bytes >= 1000 && u + 1 < ARRAY_LEN(unit); u++)
		bytes /= 1000;
	text_printf(t, u && bytes < 100 ? "%.1f %s" : "%.0f %s", bytes, unit[u]);
}

static void say_blocks(struct text *t, uint64_t blocks, uint64_t size)
{
	text_count(t, blocks);
	text_str(t, " blocks of ");
	scsi_say_bytes(t, size);
	text_str(t, ", ");
	say_size(t, blocks, size);
}

/* ---- capacity: SBC-2 5.10, 5.11; UFI 4.10 ------------------------------------------- */

static const struct scsi_field capacity_10[] = {
	COUNT("last_lba", 0, 4), COUNT("block_length", 4, 4), END};
static const struct scsi_field capacity_16[] = {COUNT("last_lba", 0, 8),
	COUNT("block_length", 8, 4), BITS("p_type", 12, 1, 3), BITS("prot_en", 12, 0, 1),
	BITS("physical_exponent", 13, 0, 4), BITS("lbpme", 14, 7, 1), BITS("lbprz", 14, 6, 1),
	{"lowest_aligned_lba", 14, 2, 0, 14, SCSI_UINT, SHOW_COUNT, NULL}, END};
static const struct scsi_name capacity_codes[] = {{1, "unformatted, largest"},
	{2, "formatted, current"}, {3, "no medium, largest"}, {0, NULL}};
static const struct scsi_field format_header[] = {NUM("list_length", 3, 1), END};
static const struct scsi_field format_capacity[] = {COUNT("blocks_there", 0, 4),
	BITS_OF("descriptor_code", 4, 0, 2, capacity_codes), COUNT("block_length", 5, 3), END};

static void emit_capacity_10(const struct scsi_job *j, struct emit *e)
{
	scsi_emit_part(e, "capacity", capacity_10, &j->b, NULL);
}

static void emit_capacity_16(const struct scsi_job *j, struct emit *e)
{
	scsi_emit_part(e, "capacity", capacity_16, &j->b, NULL);
}

static void say_capacity_10(const struct scsi_job *j, struct text *t)
{
	if (j->b.len < 8)
		return;
	if (be32(j->b.p) == UINT32_MAX) /* SBC-2 5.10.1 */
		text_str(t, "too large for it: READ CAPACITY(16) tells");
	else
		say_blocks(t, be32(j->b.p) + 1ULL, be32(j->b.p + 4));
}

static void say_capacity_16(const struct scsi_job *j, struct text *t)
{
	if (j->b.len >= 12)
		say_blocks(t, be64(j->b.p) + 1, be32(j->b.p + 8));
}

static void emit_format_capacities(const struct scsi_job *j, struct emit *e)
{
	scsi_rows(e, format_header, &j->b);
	scsi_emit_list(
		e, &j->b, "capacity", 4, 4 + scsi_number_at(&j->b, 3, 1), 8, format_capacity);
}

static void say_format_capacities(const struct scsi_job *j, struct text *t)
{
	const char *code;

	if (j->b.len < 12)
		return;
	say_blocks(t, be32(j->b.p + 4), scsi_number(j->b.p + 9, 3));
	code = scsi_lookup(capacity_codes, j->b.p[8] & 3);
	text_str(t, code ? ", " : "");
	text_str(t, code ? code : "");
}

/* ---- sense: SPC-3 6.27 -------------------------------------------------------------- */

static void emit_sense(const struct scsi_job *j, struct emit *e)
{
	scsi_emit_sense(e, &j->b);
}

static void say_sense(const struct scsi_job *j, struct text *t)
{
	struct scsi_sense s = scsi_sense(j->b.p, j->b.len);

	if (s.known)
		scsi_say_sense(t, &s);
}

/* ---- UNMAP: SBC-3 5.28.2; REPORT LUNS: SPC-3 6.21 ----------------------------------- */

static const struct scsi_field unmap_header[] = {
	NUM("unmap_data_length", 0, 2), NUM("block_descriptor_length", 2, 2), END};
static const struct scsi_field unmap_range[] = {
	COUNT("unmap_lba", 0, 8), COUNT("unmap_blocks", 8, 4), END};
static const struct scsi_field luns_header[] = {NUM("lun_list_length", 0, 4), END};
static const struct scsi_field lun[] = {BYTES("lun", 0, 8), END};

static void emit_unmap(const struct scsi_job *j, struct emit *e)
{
	scsi_rows(e, unmap_header, &j->b);
	scsi_emit_list(e, &j->b, "range", 8, 8 + scsi_number_at(&j->b, 2, 2), 16, unmap_range);
}

static void say_unmap(const struct scsi_job *j, struct text *t)
{
	uint64_t n = scsi_number_at(&j->b, 2, 2) / 16;

	if (j->b.len < 24)
		return;
	text_str(t, "LBA ");
	text_count(t, be64(j->b.p + 8));
	text_str(t, ", ");
	text_count(t, be32(j->b.p + 16));
	text_str(t, " blocks");
	if (n < 2)
		return;
	text_str(t, " and ");
	text_count(t, n - 1);
	text_str(t, " more");
}

static void emit_luns(const struct scsi_job *j, struct emit *e)
{
	scsi_rows(e, luns_header, &j->b);
	scsi_emit_list(e, &j->b, "logical_unit", 8, 8 + scsi_number_at(&j->b, 0, 4), 8, lun);
}

static void say_luns(const struct scsi_job *j, struct text *t)
{
	uint64_t n = scsi_number_at(&j->b, 0, 4) / 8;

	if (j->b.len < 4)
		return;
	text_count(t, n);
	text_str(t, n == 1 ? " logical unit" : " logical units");
}

/* ---- logs: SPC-3 7.2; reservation keys: SPC-3 6.11 ---------------------------------- */

static const struct scsi_field log_header[] = {BITS("ds", 0, 7, 1), BITS("spf", 0, 6, 1),
	BITS_OF("page", 0, 0, 6, scsi_log_pages), HEX("subpage", 1, NULL), NUM("page_length", 2, 2),
	END};
static const struct scsi_field log_page[] = {HEX("page", 0, scsi_log_pages), END};
static const struct scsi_field log_parameter[] = {
	{"parameter_code", 0, 2, 0, 0, SCSI_UINT, SHOW_HEX4, NULL}, HEX("control", 2, NULL),
	NUM("length", 3, 1), END};

static void emit_log(const struct scsi_job *j, struct emit *e)
{
	const struct scsi_bytes *b = &j->b;
	uint32_t at = 4;

	scsi_rows(e, log_header, b);
	if (b->len && !(b->p[0] & 0x3f)) {
		scsi_emit_list(e, b, "supported", 4, 4 + scsi_number_at(b, 2, 2), 1, log_page);
		return;
	}
	for (unsigned i = 0; i < SCSI_ITEMS && at + 4 <= b->len; i++) {
		struct scsi_bytes item = scsi_part(b, at, b->p[at + 3] + 4u);
		struct scsi_bytes value = scsi_part(&item, 4, item.total);

		scsi_open_part(e, "parameter", &item, NULL);
		scsi_rows(e, log_parameter, &item);
		emit_field(e, &(struct field){.key = "value",
				      .value = value_bytes(value.p, value.len),
				      .off = value.off,
				      .len = value.len});
		emit_close(e);
		at += b->p[at + 3] + 4u;
	}
}

static const struct scsi_field keys_header[] = {
	COUNT("generation", 0, 4), NUM("additional_length", 4, 4), END};
static const struct scsi_field key[] = {BYTES("reservation_key", 0, 8), END};

enum { READ_KEYS = 0, READ_RESERVATION = 1 };

static void emit_keys(const struct scsi_job *j, struct emit *e)
{
	uint8_t action = j->c->b[1] & 31;

	scsi_rows(e, keys_header, &j->b);
	if (action == READ_KEYS)
		scsi_emit_list(e, &j->b, "key", 8, 8 + scsi_number_at(&j->b, 4, 4), 8, key);
	else if (action == READ_RESERVATION && j->b.len > 8)
		scsi_emit_list(e, &j->b, "key", 8, 16, 8, key);
}

/* ---- which is which ----------------------------------------------------------------- */

static const struct {
	void (*say)(const struct scsi_job *j, struct text *t);
	void (*emit)(const struct scsi_job *j, struct emit *e);
} kinds[SCSI_DATA] = {
	[SCSI_INQUIRY] = {scsi_say_inquiry, scsi_emit_inquiry},
	[SCSI_CAPACITY_10] = {say_capacity_10, emit_capacity_10},
	[SCSI_CAPACITY_16] = {say_capacity_16, emit_capacity_16},
	[SCSI_MODE_6] = {scsi_say_mode_6, scsi_emit_mode_6},
	[SCSI_MODE_10] = {scsi_say_mode_10, scsi_emit_mode_10},
	[SCSI_SENSE] = {say_sense, emit_sense},
	[SCSI_UNMAP] = {say_unmap, emit_unmap},
	[SCSI_LUNS] = {say_luns, emit_luns},
	[SCSI_CONFIGURATION] = {scsi_say_configuration, scsi_emit_configuration},
	[SCSI_EVENT] = {scsi_say_event, scsi_emit_event},
	[SCSI_TOC] = {scsi_say_toc, scsi_emit_toc},
	[SCSI_DISC] = {scsi_say_disc, scsi_emit_disc},
	[SCSI_FORMAT_CAPACITIES] = {say_format_capacities, emit_format_capacities},
	[SCSI_LOG] = {NULL, emit_log},
	[SCSI_RESERVATIONS] = {NULL, emit_keys},
};

/* What follows the first transfer of a long answer is not taken apart. */
static uint8_t kind_of(const struct scsi_cdb *c, uint64_t offset, const struct scsi_bytes *b)
{
	const struct scsi_command *k = scsi_command(c);

	return k && !offset && b->len && c->len >= k->len ? k->data : SCSI_RAW;
}

void scsi_say_data(
	struct text *t, const struct scsi_cdb *c, uint64_t offset, const struct scsi_bytes *b)
{
	uint8_t kind = kind_of(c, offset, b);

	if (kinds[kind].say)
		kinds[kind].say(&(struct scsi_job){c, *b}, t);
}

void scsi_say_contents(
	struct text *t, const struct scsi_cdb *c, uint64_t offset, const struct xfer *x)
{
	struct scsi_bytes b = scsi_bytes_of(x);
	size_t start = t->len, before;

	text_str(t, ": ");
	before = t->len;
	scsi_say_data(t, c, offset, &b);
	if (t->len == before) /* nothing to say: no colon either */
		text_take_back(t, start);
}

void scsi_emit_data(
	struct emit *e, const struct scsi_cdb *c, uint64_t offset, const struct scsi_bytes *b)
{
	uint8_t kind = kind_of(c, offset, b);

	if (kinds[kind].emit)
		kinds[kind].emit(&(struct scsi_job){c, *b}, e);
}
