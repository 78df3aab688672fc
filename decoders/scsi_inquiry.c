/* scsi_inquiry.c: what a device tells of itself: INQUIRY and its pages (SPC-3 6.4.2 and 7.6). */
#include "decoders/scsi_data.h"
#include "decoders/scsi_rows.h"
#include "base/mem.h"

enum { INQUIRY_LEAST = 36 }; /* bytes of standard INQUIRY data, SPC-3 6.4.2 */

static const struct scsi_name qualifiers[] = {{0, "connected"}, {1, "not connected"},
	{3, "not supported here"}, {0, NULL}}; /* SPC-3 table 82 */
static const struct scsi_name types[] = {{0, "disk"}, {1, "tape"}, {2, "printer"}, {3, "processor"},
	{4, "write-once disk"}, {5, "CD/DVD"}, {6, "scanner"}, {7, "optical memory"},
	{8, "medium changer"}, {9, "communications"}, {0xc, "storage array"},
	{0xd, "enclosure services"}, {0xe, "simple disk"}, {0xf, "optical card"}, {0x10, "bridge"},
	{0x11, "object storage"}, {0x12, "automation/drive interface"}, {0x13, "security manager"},
	{0x14, "host managed zoned disk"}, {0x1e, "well known logical unit"}, {0x1f, "no device"},
	{0, NULL}}; /* SPC-3 table 83 */
static const struct scsi_name versions[] = {{0, "none claimed"}, {1, "SCSI-1"}, {2, "SCSI-2"},
	{3, "SPC"}, {4, "SPC-2"}, {5, "SPC-3"}, {6, "SPC-4"}, {7, "SPC-5"}, {0, NULL}};

static const struct scsi_field inquiry[] = {BITS_OF("peripheral_qualifier", 0, 5, 3, qualifiers),
	BITS_OF("peripheral_device_type", 0, 0, 5, types), BITS("rmb", 1, 7, 1),
	NUM_OF("version", 2, 1, versions), BITS("normaca", 3, 5, 1), BITS("hisup", 3, 4, 1),
	BITS("response_data_format", 3, 0, 4), END};
static const struct scsi_field additional_length[] = {NUM("additional_length", 4, 1), END};
static const struct scsi_field inquiry_rest[] = {BITS("sccs", 5, 7, 1), BITS("tpgs", 5, 4, 2),
	BITS("3pc", 5, 3, 1), BITS("protect", 5, 0, 1), BITS("encserv", 6, 6, 1),
	BITS("multip", 6, 4, 1), BITS("cmdque", 7, 1, 1), TEXT("vendor", 8, 8),
	TEXT("product", 16, 16), TEXT("revision", 32, 4), END};
static const struct scsi_field descriptor_version[] = {
	{"version_descriptor", 0, 2, 0, 0, SCSI_UINT, SHOW_HEX4, NULL}, END};

static const struct scsi_field vpd_header[] = {BITS_OF("peripheral_qualifier", 0, 5, 3, qualifiers),
	BITS_OF("peripheral_device_type", 0, 0, 5, types), HEX("page", 1, scsi_vpd_pages), END};
static const struct scsi_field page_length[] = {NUM("page_length", 2, 2), END};
static const struct scsi_field vpd_page[] = {HEX("page", 0, scsi_vpd_pages), END};

/* SBC-3 6.6.3 */
static const struct scsi_field block_limits[] = {BITS("wsnz", 4, 0, 1),
	COUNT("max_compare_and_write_length", 5, 1), COUNT("optimal_granularity", 6, 2),
	COUNT("max_transfer_length", 8, 4), COUNT("optimal_transfer_length", 12, 4),
	COUNT("max_prefetch_length", 16, 4), COUNT("max_unmap_blocks", 20, 4),
	COUNT("max_unmap_descriptors", 24, 4), COUNT("optimal_unmap_granularity", 28, 4),
	BITS("ugavalid", 32, 7, 1),
	{"unmap_granularity_alignment", 32, 4, 0, 31, SCSI_UINT, SHOW_COUNT, NULL},
	COUNT("max_write_same_length", 36, 8), END};
static const struct scsi_name rotations[] = {
	{0, "not reported"}, {1, "does not rotate"}, {0, NULL}};
static const struct scsi_name form_factors[] = {{0, "not reported"}, {1, "5.25 inch"},
	{2, "3.5 inch"}, {3, "2.5 inch"}, {4, "1.8 inch"}, {5, "less than 1.8 inch"}, {0, NULL}};
static const struct scsi_name zonings[] = {
	{0, "not reported"}, {1, "host aware"}, {2, "device managed"}, {0, NULL}}; /* SBC-4 */
/* SBC-3 6.6.2 */
static const struct scsi_field characteristics[] = {
	{"rotation_rate", 4, 2, 0, 0, SCSI_UINT, SHOW_COUNT, rotations}, NUM("product_type", 6, 1),
	BITS_OF("form_factor", 7, 0, 4, form_factors), BITS_OF("zoned", 8, 4, 2, zonings),
	BITS("fuab", 8, 1, 1), BITS("vbuls", 8, 0, 1), END};
static const struct scsi_name provisioning_types[] = {
	{0, "full or not reported"}, {1, "resource"}, {2, "thin"}, {0, NULL}};
/* SBC-3 6.6.4 */
static const struct scsi_field provisioning[] = {NUM("threshold_exponent", 4, 1),
	BITS("lbpu", 5, 7, 1), BITS("lbpws", 5, 6, 1), BITS("lbpws10", 5, 5, 1),
	BITS("lbprz", 5, 2, 3), BITS("anc_sup", 5, 1, 1), BITS("dp", 5, 0, 1),
	BITS_OF("provisioning_type", 6, 0, 3, provisioning_types), END};

/* SAT-2: what translates between SCSI and ATA; IDENTIFY DEVICE data from byte 60 on. */
static const struct scsi_field ata_information[] = {TEXT("sat_vendor", 8, 8),
	TEXT("sat_product", 16, 16), TEXT("sat_revision", 32, 4), HEX("ata_command", 56, NULL),
	END};

static const struct scsi_name code_sets[] = {{1, "binary"}, {2, "ASCII"}, {3, "UTF-8"}, {0, NULL}};
static const struct scsi_name designator_types[] = {{0, "vendor specific"}, {1, "T10 vendor id"},
	{2, "EUI-64"}, {3, "NAA"}, {4, "relative target port"}, {5, "target port group"},
	{6, "logical unit group"}, {7, "MD5"}, {8, "SCSI name"}, {9, "protocol specific port"},
	{0xa, "UUID"}, {0, NULL}}; /* SPC-3 7.6.3.1; 9: SPC-4; 0Ah: SPC-5 */
static const struct scsi_name associations[] = {
	{0, "logical unit"}, {1, "target port"}, {2, "target device"}, {0, NULL}};
static const struct scsi_field designator[] = {BITS("protocol", 0, 4, 4),
	BITS_OF("code_set", 0, 0, 4, code_sets), BITS("piv", 1, 7, 1),
	BITS_OF("association", 1, 4, 2, associations), BITS_OF("type", 1, 0, 4, designator_types),
	NUM("length", 3, 1), END};

enum { CODE_ASCII = 2, CODE_UTF8 = 3 };

static bool is_text(uint8_t code_set)
{
	return code_set == CODE_ASCII || code_set == CODE_UTF8;
}

static void emit_designators(struct emit *e, const struct scsi_bytes *b)
{
	uint32_t at = 4;

	for (unsigned i = 0; i < SCSI_ITEMS && at + 4 <= b->len; i++) {
		struct scsi_bytes d = scsi_part(b, at, b->p[at + 3] + 4u);
		struct scsi_bytes id = scsi_part(&d, 4, d.total);
		bool text = is_text(d.p[0] & 15);

		scsi_open_part(e, "designator", &d, NULL);
		scsi_rows(e, designator, &d);
		emit_field(e, &(struct field){
				      .key = "designator",
				      .value = text ? scsi_ascii(id.p, id.len)
						    : value_bytes(id.p, id.len),
				      .off = id.off,
				      .len = id.len,
				      .verdict = id.len < id.total ? VERDICT_SNAPPED : VERDICT_NONE,
			      });
		emit_close(e);
		at += d.p[3] + 4u;
	}
}

static void emit_serial(struct emit *e, const struct scsi_bytes *b)
{
	struct scsi_bytes s = scsi_part(b, 4, (uint32_t)scsi_number_at(b, 2, 2));

	emit_field(e, &(struct field){
			      .key = "serial",
			      .value = scsi_ascii(s.p, s.len),
			      .off = s.off,
			      .len = s.len,
		      });
}

/* Is anything but padding there from `from` on? */
static bool has_more(const struct scsi_bytes *b, uint32_t from)
{
	while (from < b->len && !b->p[from])
		from++;
	return from < b->len;
}

/* The field with the length of what follows it: of an answer that is at least `least` bytes long.
 * Fewer bytes than it tells of come only where fewer were asked for (SPC-3 4.3.4.6), and more are
 * padding at most (BOT 6.7.2). */
static void emit_length(
	struct emit *e, const struct scsi_job *j, const struct scsi_field *row, uint32_t least)
{
	uint32_t head = row->off + row->len;
	uint64_t told = head + scsi_number_at(&j->b, row->off, row->len);
	uint64_t asked = scsi_number(j->c->b + 3, 2); /* ALLOCATION LENGTH, SPC-3 6.4.1 */
	struct field f = {.key = row->key, .off = j->b.off + row->off, .len = row->len};
	char room[120];
	struct text t;

	if (j->b.len < head) {
		scsi_rows(e, row, &j->b);
		return;
	}
	text_init(&t, room, sizeof(room));
	if (told < least)
		text_printf(&t, "at least %u: the answer has %u bytes or more (SPC-3 6.4.2)",
			(unsigned)(least - head), (unsigned)least);
	else if (j->b.ended && j->b.total < told && j->b.total < asked)
		text_printf(&t, "%u bytes came instead of %u", (unsigned)j->b.total,
			(unsigned)(told < asked ? told : asked));
	else if (has_more(&j->b, (uint32_t)told))
		text_printf(&t, "%u bytes came, %u more than this tells of", (unsigned)j->b.total,
			(unsigned)(j->b.total - told));
	f.value = value_uint(told - head);
	f.text = t.len ? room : NULL;
	f.verdict = t.len ? VERDICT_INVALID : VERDICT_NONE;
	emit_field(e, &f);
}

static void emit_vpd(const struct scsi_job *j, struct emit *e)
{
	static const struct {
		uint8_t page;
		const struct scsi_field *rows;
	} pages[] = {{0x89, ata_information}, {0xb0, block_limits}, {0xb1, characteristics},
		{0xb2, provisioning}};
	const struct scsi_bytes *b = &j->b;
	uint8_t page = b->len > 1 ? b->p[1] : 0xff;

	scsi_open_part(e, "vpd_page", b, scsi_lookup(scsi_vpd_pages, page));
	scsi_rows(e, vpd_header, b);
	if (b->len > 1)
		emit_length(e, j, page_length, 0);
	if (page == 0x00)
		scsi_emit_list(e, b, "supported", 4, 4 + scsi_number_at(b, 2, 2), 1, vpd_page);
	else if (page == 0x80)
		emit_serial(e, b);
	else if (page == 0x83)
		emit_designators(e, b);
	for (size_t i = 0; i < ARRAY_LEN(pages); i++)
		if (pages[i].page == page)
			scsi_rows(e, pages[i].rows, b);
	emit_close(e);
}

void scsi_emit_inquiry(const struct scsi_job *j, struct emit *e)
{
	if (j->c->b[1] & 1) {
		emit_vpd(j, e);
		return;
	}
	scsi_open_part(e, "inquiry", &j->b, NULL);
	scsi_rows(e, inquiry, &j->b);
	if (j->b.len >= 4) /* other formats than 2 are SCSI-1's, with 5 bytes at least */
		emit_length(e, j, additional_length, (j->b.p[3] & 15) == 2 ? INQUIRY_LEAST : 0);
	if (j->b.len > 4)
		scsi_rows(e, inquiry_rest, &j->b);
	if (scsi_number_at(&j->b, 4, 1) >= 55 && scsi_number_at(&j->b, 58, 2))
		scsi_emit_list(e, &j->b, "standard", 58, 74, 2, descriptor_version);
	emit_close(e);
}

static void say_ascii(struct text *t, const uint8_t *p, uint32_t n)
{
	struct value v = scsi_ascii(p, n);

	if (!v.n)
		return;
	text_char(t, ' ');
	text_untrusted(t, v.s, v.n);
}

static void say_vpd(const struct scsi_bytes *b, uint64_t asked, struct text *t)
{
	const char *name = scsi_lookup(scsi_vpd_pages, b->p[1]);
	uint64_t told = 4 + scsi_number_at(b, 2, 2);

	if (name)
		text_str(t, name);
	/* such as the standard data, whatever was asked for */
	if (b->ended && b->total < told && b->total < asked) {
		text_str(t, ", whose length says ");
		text_count(t, told);
		text_str(t, " bytes");
		return;
	}
	if (b->p[1] == 0x80 && b->len > 4)
		say_ascii(t, b->p + 4, scsi_part(b, 4, (uint32_t)scsi_number_at(b, 2, 2)).len);
}

void scsi_say_inquiry(const struct scsi_job *j, struct text *t)
{
	static const struct {
		uint8_t off, len;
	} names[] = {{8, 8}, {16, 16}, {32, 4}}; /* vendor, product, revision */
	const struct scsi_bytes *b = &j->b;
	const char *type;

	if (j->c->b[1] & 1) {
		if (b->len >= 4)
			say_vpd(b, scsi_number(j->c->b + 3, 2), t);
		return;
	}
	if (b->len < 2)
		return;
	type = scsi_lookup(types, b->p[0] & 31);
	text_str(t, b->p[1] & 0x80 ? "removable " : "");
	text_str(t, type ? type : "device");
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (b->len < names[i].off + names[i].len)
			return;
		text_str(t, i ? "" : ",");
		say_ascii(t, b->p + names[i].off, names[i].len);
	}
}
