/* scsi_sense.c: SCSI status and sense data (SPC-3 4.5): fixed and descriptor format. The texts of
 * additional sense codes, T10's list of several hundred, are those of libsgutils2. */
#include "decoders/scsi.h"
#include "decoders/scsi_rows.h"
#include "base/mem.h"

#include <scsi/sg_lib_data.h>
#include <string.h>

/* SPC-3 table 27 */
static const char *const keys[16] = {"NO SENSE", "RECOVERED ERROR", "NOT READY", "MEDIUM ERROR",
	"HARDWARE ERROR", "ILLEGAL REQUEST", "UNIT ATTENTION", "DATA PROTECT", "BLANK CHECK",
	"VENDOR SPECIFIC", "COPY ABORTED", "ABORTED COMMAND", "EQUAL", "VOLUME OVERFLOW",
	"MISCOMPARE", "COMPLETED"};

/* SAM-4 5.3.1 */
static const struct scsi_name statuses[] = {{0x00, "GOOD"}, {0x02, "CHECK CONDITION"},
	{0x04, "CONDITION MET"}, {0x08, "BUSY"}, {0x10, "INTERMEDIATE"},
	{0x14, "INTERMEDIATE-CONDITION MET"}, {0x18, "RESERVATION CONFLICT"},
	{0x22, "COMMAND TERMINATED"}, {0x28, "TASK SET FULL"}, {0x30, "ACA ACTIVE"},
	{0x40, "TASK ABORTED"}, {0, NULL}};

const char *scsi_status_name(uint8_t status)
{
	return scsi_lookup(statuses, status);
}

/* SPC-3 4.5.1: 70h and 71h are fixed format, 72h and 73h have descriptors. */
static bool is_fixed(uint8_t response)
{
	return (response & 0x7e) == 0x70;
}

static bool has_descriptors(uint8_t response)
{
	return (response & 0x7e) == 0x72;
}

struct scsi_sense scsi_sense(const uint8_t *p, uint32_t n)
{
	if (n >= 4 && has_descriptors(p[0]))
		return (struct scsi_sense){true, p[1] & 15, p[2], p[3]};
	if (n >= 14 && is_fixed(p[0]))
		return (struct scsi_sense){true, p[2] & 15, p[12], p[13]};
	return (struct scsi_sense){0};
}

/* ---- in words ----------------------------------------------------------------------- */

/* A range's text has the qualifier in its middle, as 0x%x. */
static void say_ranged(struct text *t, const char *s, uint8_t ascq)
{
	const char *number = strstr(s, "0x%x");

	if (!number) {
		text_str(t, s);
		return;
	}
	text_mem(t, s, (size_t)(number - s));
	text_hex(t, ascq, 2);
	text_str(t, number + strlen("0x%x"));
}

static void say_code(struct text *t, uint8_t asc, uint8_t ascq)
{
	for (const struct sg_lib_asc_ascq_range_t *r = sg_lib_asc_ascq_range; r->text; r++)
		if (r->asc == asc && r->ascq_min <= ascq && ascq <= r->ascq_max) {
			say_ranged(t, r->text, ascq);
			return;
		}
	for (const struct sg_lib_asc_ascq_t *c = sg_lib_asc_ascq; c->text; c++)
		if (c->asc == asc && c->ascq == ascq) {
			text_str(t, c->text);
			return;
		}
	text_str(t, asc & 0x80 || ascq & 0x80 ? "vendor code " : "code ");
	text_hex(t, asc, 2);
	text_char(t, '/');
	text_hex(t, ascq, 2);
}

void scsi_say_sense(struct text *t, const struct scsi_sense *s)
{
	text_str(t, keys[s->key & 15]);
	if (!s->asc && !s->ascq)
		return;
	text_str(t, ": ");
	say_code(t, s->asc, s->ascq);
}

/* ---- as fields ---------------------------------------------------------------------- */

static const struct scsi_name responses[] = {{0x70, "current error, fixed format"},
	{0x71, "deferred error, fixed format"}, {0x72, "current error, with descriptors"},
	{0x73, "deferred error, with descriptors"}, {0, NULL}};

static const struct scsi_field response_rows[] = {
	{"sense_format", 0, 1, 0, 7, SCSI_UINT, SHOW_HEX2, responses}, END};

/* SPC-3 4.5.3: before and behind the key and codes, which have words of their own. */
static const struct scsi_field fixed_before[] = {BITS("valid", 0, 7, 1), BITS("filemark", 2, 7, 1),
	BITS("eom", 2, 6, 1), BITS("ili", 2, 5, 1), COUNT("information", 3, 4),
	NUM("additional_length", 7, 1),
	{"command_specific", 8, 4, 0, 0, SCSI_UINT, SHOW_HEX8, NULL}, END};
static const struct scsi_field fixed_behind[] = {
	{"fru", 14, 1, 0, 0, SCSI_UINT, SHOW_HEX2, NULL}, BITS("sksv", 15, 7, 1), END};
/* SPC-3 4.5.2.4: which byte of the CDB or the parameters is wrong; how often it was tried; how far
 * it is, of 65,536. */
static const struct scsi_field field_pointer[] = {BITS("c_d", 15, 6, 1), BITS("bpv", 15, 3, 1),
	BITS("bit_pointer", 15, 0, 3), NUM("field_pointer", 16, 2), END};
static const struct scsi_field retries[] = {COUNT("retries", 16, 2), END};
static const struct scsi_field progress[] = {COUNT("progress", 16, 2), END};
static const struct scsi_field *const key_specific[16] = {
	progress, retries, progress, retries, retries, field_pointer};

static const struct scsi_name descriptor_types[] = {{0, "information"}, {1, "command specific"},
	{2, "sense key specific"}, {3, "field replaceable unit"}, {4, "stream commands"},
	{5, "block commands"}, {8, "OSD attribute"}, {9, "ATA status return"}, {0, NULL}};
/* SPC-3 4.5.2; SAT-2 12.2 */
static const struct scsi_field information[] = {
	BITS("valid", 2, 7, 1), COUNT("information", 4, 8), END};
static const struct scsi_field ata_return[] = {BITS("extend", 2, 0, 1),
	{"error", 3, 1, 0, 0, SCSI_UINT, SHOW_HEX2, NULL}, NUM("sector_count", 4, 2),
	{"ata_lba", 6, 6, 0, 0, SCSI_BYTES, 0, NULL},
	{"device", 12, 1, 0, 0, SCSI_UINT, SHOW_HEX2, NULL},
	{"status", 13, 1, 0, 0, SCSI_UINT, SHOW_HEX2, NULL}, END};
static const struct scsi_field other[] = {{"bytes", 2, 2, 0, 0, SCSI_BYTES, 0, NULL}, END};

enum { INFORMATION = 0, ATA_RETURN = 9, DESCRIPTORS = 32 };

static void number(
	struct emit *e, const struct scsi_bytes *b, const char *key, uint32_t at, const char *text)
{
	struct field f = {
		.key = key, .off = b->off + at, .len = 1, .text = text, .show = SHOW_HEX2};

	if (at >= b->total)
		return;
	if (at < b->len)
		f.value = value_uint(b->p[at]);
	else
		f.verdict = VERDICT_SNAPPED;
	emit_field(e, &f);
}

/* The key, and the codes that stand one after the other. */
static void codes(struct emit *e, const struct scsi_bytes *b, uint32_t key, uint32_t asc)
{
	struct field f = {.key = "sense_key", .off = b->off + key, .len = 1, .bits = 4};
	char room[160];
	struct text t;

	if (key < b->len) {
		f.value = value_uint(b->p[key] & 15);
		f.text = keys[b->p[key] & 15];
		emit_field(e, &f);
	}
	text_init(&t, room, sizeof(room));
	if (asc + 1 < b->len)
		say_code(&t, b->p[asc], b->p[asc + 1]);
	number(e, b, "asc", asc, t.len ? room : NULL);
	number(e, b, "ascq", asc + 1, NULL);
}

static void descriptors(struct emit *e, const struct scsi_bytes *b)
{
	uint32_t at = 8;

	for (unsigned i = 0; i < DESCRIPTORS && at + 2 <= b->len; i++) {
		struct scsi_bytes d = scsi_part(b, at, b->p[at + 1] + 2u);
		uint8_t type = d.p[0];

		emit_open(e, &(struct field){
				     .key = "descriptor",
				     .value = value_uint(type),
				     .text = scsi_lookup(descriptor_types, type),
				     .off = d.off,
				     .len = d.len,
			     });
		scsi_rows(e,
			type == INFORMATION  ? information
			: type == ATA_RETURN ? ata_return
					     : other,
			&d);
		emit_close(e);
		at += b->p[at + 1] + 2u;
	}
}

static void fixed(struct emit *e, const struct scsi_bytes *b)
{
	scsi_rows(e, fixed_before, b);
	codes(e, b, 2, 12);
	scsi_rows(e, fixed_behind, b);
	if (b->len > 17 && b->p[15] & 0x80 && key_specific[b->p[2] & 15])
		scsi_rows(e, key_specific[b->p[2] & 15], b);
}

void scsi_emit_sense(struct emit *e, const struct scsi_bytes *b)
{
	struct scsi_sense s = scsi_sense(b->p, b->len);
	struct field f = {.key = "sense", .off = b->off, .len = b->len};
	char room[160];
	struct text t;

	text_init(&t, room, sizeof(room));
	if (s.known)
		scsi_say_sense(&t, &s);
	f.text = t.len ? room : NULL;
	if (b->len && !is_fixed(b->p[0]) && !has_descriptors(b->p[0])) {
		f.text = "neither fixed (70h, 71h) nor descriptor format (72h, 73h)";
		f.value = value_bytes(b->p, b->len < 32 ? b->len : 32);
		f.verdict = VERDICT_INVALID;
	}
	emit_open(e, &f);
	if (f.verdict == VERDICT_NONE) {
		scsi_rows(e, response_rows, b);
		if (b->len && is_fixed(b->p[0])) {
			fixed(e, b);
		} else if (b->len) {
			codes(e, b, 1, 2);
			descriptors(e, b);
		}
	}
	emit_close(e);
}
