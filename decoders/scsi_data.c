/* scsi_data.c: the data of SCSI commands: what the device tells of itself and is told, as layouts
 * in rows. Blocks of the medium are left as they are. */
#include "decoders/scsi.h"
#include "decoders/scsi_rows.h"
#include "base/cursor.h"
#include "base/mem.h"

extern const struct scsi_name scsi_vpd_pages[], scsi_mode_pages[], scsi_log_pages[];

/* A list in an answer is shown up to this many items: the rest is counted. */
enum { ITEMS = 64 };

/* A command's data as it is handed around here. */
struct job {
	const struct scsi_cdb *c;
	struct scsi_bytes b;
};

static void open_part(struct emit *e, const char *key, const struct scsi_bytes *b, const char *text)
{
	emit_open(e, &(struct field){.key = key, .off = b->off, .len = b->len, .text = text});
}

static void part(struct emit *e, const char *key, const struct scsi_field *rows,
	const struct scsi_bytes *b, const char *text)
{
	open_part(e, key, b, text);
	scsi_rows(e, rows, b);
	emit_close(e);
}

/* Items of one size, from `at` to `end`. */
static void list(struct emit *e, const struct scsi_bytes *b, const char *key, uint32_t at,
	uint64_t end, uint32_t size, const struct scsi_field *rows)
{
	uint64_t n = end > at ? (end - at) / size : 0;

	for (uint32_t i = 0; i < n && at < b->len; i++, at += size) {
		struct scsi_bytes item = scsi_part(b, at, size);

		if (i == ITEMS) {
			emit_field(e, &(struct field){
					      .key = "more",
					      .value = value_uint(n - i),
					      .text = "further ones, not shown",
				      });
			return;
		}
		part(e, key, rows, &item, NULL);
	}
}

static uint64_t number(const struct scsi_bytes *b, uint32_t at, unsigned len)
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

/* ---- INQUIRY: SPC-3 6.4.2 and 7.6 --------------------------------------------------------------
 */

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
	BITS("response_data_format", 3, 0, 4), NUM("additional_length", 4, 1),
	BITS("sccs", 5, 7, 1), BITS("tpgs", 5, 4, 2), BITS("3pc", 5, 3, 1),
	BITS("protect", 5, 0, 1), BITS("encserv", 6, 6, 1), BITS("multip", 6, 4, 1),
	BITS("cmdque", 7, 1, 1), TEXT("vendor", 8, 8), TEXT("product", 16, 16),
	TEXT("revision", 32, 4), END};
static const struct scsi_field descriptor_version[] = {
	{"version_descriptor", 0, 2, 0, 0, SCSI_UINT, SHOW_HEX4, NULL}, END};

static const struct scsi_field vpd_header[] = {BITS_OF("peripheral_qualifier", 0, 5, 3, qualifiers),
	BITS_OF("peripheral_device_type", 0, 0, 5, types), HEX("page", 1, scsi_vpd_pages),
	NUM("page_length", 2, 2), END};
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

	for (unsigned i = 0; i < ITEMS && at + 4 <= b->len; i++) {
		struct scsi_bytes d = scsi_part(b, at, b->p[at + 3] + 4u);
		struct scsi_bytes id = scsi_part(&d, 4, d.total);
		bool text = is_text(d.p[0] & 15);

		open_part(e, "designator", &d, NULL);
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
	struct scsi_bytes s = scsi_part(b, 4, (uint32_t)number(b, 2, 2));

	emit_field(e, &(struct field){
			      .key = "serial",
			      .value = scsi_ascii(s.p, s.len),
			      .off = s.off,
			      .len = s.len,
		      });
}

static void emit_vpd(struct emit *e, const struct scsi_bytes *b)
{
	static const struct {
		uint8_t page;
		const struct scsi_field *rows;
	} pages[] = {{0x89, ata_information}, {0xb0, block_limits}, {0xb1, characteristics},
		{0xb2, provisioning}};
	uint8_t page = b->len > 1 ? b->p[1] : 0xff;

	open_part(e, "vpd_page", b, scsi_lookup(scsi_vpd_pages, page));
	scsi_rows(e, vpd_header, b);
	if (page == 0x00)
		list(e, b, "supported", 4, 4 + number(b, 2, 2), 1, vpd_page);
	else if (page == 0x80)
		emit_serial(e, b);
	else if (page == 0x83)
		emit_designators(e, b);
	for (size_t i = 0; i < ARRAY_LEN(pages); i++)
		if (pages[i].page == page)
			scsi_rows(e, pages[i].rows, b);
	emit_close(e);
}

static void emit_inquiry(const struct job *j, struct emit *e)
{
	if (j->c->b[1] & 1) {
		emit_vpd(e, &j->b);
		return;
	}
	open_part(e, "inquiry", &j->b, NULL);
	scsi_rows(e, inquiry, &j->b);
	if (number(&j->b, 4, 1) >= 55 && number(&j->b, 58, 2))
		list(e, &j->b, "standard", 58, 74, 2, descriptor_version);
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

static void say_vpd(const struct scsi_bytes *b, struct text *t)
{
	const char *name = scsi_lookup(scsi_vpd_pages, b->p[1]);

	if (name)
		text_str(t, name);
	if (b->p[1] == 0x80 && b->len > 4)
		say_ascii(t, b->p + 4, scsi_part(b, 4, (uint32_t)number(b, 2, 2)).len);
}

static void say_inquiry(const struct job *j, struct text *t)
{
	const struct scsi_bytes *b = &j->b;
	const char *type;

	if (j->c->b[1] & 1) {
		if (b->len >= 4)
			say_vpd(b, t);
		return;
	}
	if (b->len < 36)
		return;
	type = scsi_lookup(types, b->p[0] & 31);
	text_str(t, b->p[1] & 0x80 ? "removable " : "");
	text_str(t, type ? type : "device");
	text_char(t, ',');
	say_ascii(t, b->p + 8, 8);
	say_ascii(t, b->p + 16, 16);
	say_ascii(t, b->p + 32, 4);
}

/* ---- capacity: SBC-2 5.10, 5.11; UFI 4.10 ------------------------------------------------------
 */

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

static void emit_capacity_10(const struct job *j, struct emit *e)
{
	part(e, "capacity", capacity_10, &j->b, NULL);
}

static void emit_capacity_16(const struct job *j, struct emit *e)
{
	part(e, "capacity", capacity_16, &j->b, NULL);
}

static void say_capacity_10(const struct job *j, struct text *t)
{
	if (j->b.len < 8)
		return;
	if (be32(j->b.p) == UINT32_MAX) /* SBC-2 5.10.1 */
		text_str(t, "too large for it: READ CAPACITY(16) tells");
	else
		say_blocks(t, be32(j->b.p) + 1ULL, be32(j->b.p + 4));
}

static void say_capacity_16(const struct job *j, struct text *t)
{
	if (j->b.len >= 12)
		say_blocks(t, be64(j->b.p) + 1, be32(j->b.p + 8));
}

static void emit_format_capacities(const struct job *j, struct emit *e)
{
	scsi_rows(e, format_header, &j->b);
	list(e, &j->b, "capacity", 4, 4 + number(&j->b, 3, 1), 8, format_capacity);
}

static void say_format_capacities(const struct job *j, struct text *t)
{
	const char *code;

	if (j->b.len < 12)
		return;
	say_blocks(t, be32(j->b.p + 4), scsi_number(j->b.p + 9, 3));
	code = scsi_lookup(capacity_codes, j->b.p[8] & 3);
	text_str(t, code ? ", " : "");
	text_str(t, code ? code : "");
}

/* ---- mode parameters: SPC-3 7.4, SBC-2 6.3
 * ------------------------------------------------------- */

static const struct scsi_field mode_header_6[] = {NUM("mode_data_length", 0, 1),
	HEX("medium_type", 1, NULL), BITS("write_protected", 2, 7, 1), BITS("dpofua", 2, 4, 1),
	NUM("block_descriptor_length", 3, 1), END};
static const struct scsi_field mode_header_10[] = {NUM("mode_data_length", 0, 2),
	HEX("medium_type", 2, NULL), BITS("write_protected", 3, 7, 1), BITS("dpofua", 3, 4, 1),
	BITS("longlba", 4, 0, 1), NUM("block_descriptor_length", 6, 2), END};
static const struct scsi_field short_descriptor[] = {
	COUNT("blocks_there", 0, 4), COUNT("block_length", 5, 3), END};
static const struct scsi_field long_descriptor[] = {
	COUNT("blocks_there", 0, 8), COUNT("block_length", 12, 4), END};

static const struct scsi_field page_header[] = {
	BITS("ps", 0, 7, 1), BITS("spf", 0, 6, 1), BITS_OF("page", 0, 0, 6, scsi_mode_pages), END};
static const struct scsi_field page_length[] = {NUM("page_length", 1, 1), END};
static const struct scsi_field subpage_length[] = {
	HEX("subpage", 1, NULL), NUM("page_length", 2, 2), END};

/* SBC-2 6.3.4 */
static const struct scsi_field error_recovery[] = {BITS("awre", 2, 7, 1), BITS("arre", 2, 6, 1),
	BITS("tb", 2, 5, 1), BITS("rc", 2, 4, 1), BITS("eer", 2, 3, 1), BITS("per", 2, 2, 1),
	BITS("dte", 2, 1, 1), BITS("dcr", 2, 0, 1), NUM("read_retries", 3, 1),
	NUM("write_retries", 8, 1), COUNT("recovery_time_ms", 10, 2), END};
/* SPC-3 7.4.8 */
static const struct scsi_field disconnect[] = {NUM("buffer_full_ratio", 2, 1),
	NUM("buffer_empty_ratio", 3, 1), COUNT("bus_inactivity_limit", 4, 2),
	COUNT("disconnect_time_limit", 6, 2), COUNT("connect_time_limit", 8, 2),
	COUNT("maximum_burst_size", 10, 2), END};
/* SBC-2 6.3.3 */
static const struct scsi_field caching[] = {BITS("wce", 2, 2, 1), BITS("mf", 2, 1, 1),
	BITS("rcd", 2, 0, 1), COUNT("disable_prefetch_length", 4, 2),
	COUNT("minimum_prefetch", 6, 2), COUNT("maximum_prefetch", 8, 2), BITS("dra", 12, 5, 1),
	NUM("cache_segments", 13, 1), END};
/* SPC-3 7.4.6 */
static const struct scsi_field control[] = {BITS("tst", 2, 5, 3), BITS("d_sense", 2, 2, 1),
	BITS("gltsd", 2, 1, 1), BITS("queue_algorithm_modifier", 3, 4, 4), BITS("qerr", 3, 1, 2),
	BITS("ua_intlck_ctrl", 4, 4, 2), BITS("swp", 4, 3, 1), BITS("tas", 5, 6, 1),
	BITS("autoload_mode", 5, 0, 3), COUNT("busy_timeout", 8, 2), COUNT("self_test_time", 10, 2),
	END};
/* SPC-3 7.4.11 */
static const struct scsi_field exceptions[] = {BITS("perf", 2, 7, 1), BITS("ebf", 2, 5, 1),
	BITS("ewasc", 2, 4, 1), BITS("dexcpt", 2, 3, 1), BITS("test", 2, 2, 1),
	BITS("logerr", 2, 0, 1), BITS("mrie", 3, 0, 4), COUNT("interval_timer", 4, 4),
	COUNT("report_count", 8, 4), END};
/* MMC-3; drives still send it */
static const struct scsi_field capabilities[] = {BITS("dvd_ram_read", 2, 5, 1),
	BITS("dvd_r_read", 2, 4, 1), BITS("dvd_rom_read", 2, 3, 1), BITS("cd_rw_read", 2, 1, 1),
	BITS("cd_r_read", 2, 0, 1), BITS("dvd_ram_write", 3, 5, 1), BITS("dvd_r_write", 3, 4, 1),
	BITS("cd_rw_write", 3, 1, 1), BITS("cd_r_write", 3, 0, 1), BITS("lock", 6, 0, 1),
	BITS("lock_state", 6, 1, 1), BITS("eject", 6, 3, 1), COUNT("buffer_kib", 12, 2), END};

/* The caching page, of which the info line speaks. */
enum { PAGE_CACHING = 0x08, WCE = 1 << 2 };

static const struct scsi_field *const page_rows[64] = {
	[0x01] = error_recovery,
	[0x02] = disconnect,
	[PAGE_CACHING] = caching,
	[0x0a] = control,
	[0x1c] = exceptions,
	[0x2a] = capabilities,
};

/* Where things are in mode parameters. */
struct mode {
	const struct scsi_field *header, *descriptor;
	uint32_t header_len, descriptor_size, pages;
	bool write_protected;
};

/* An answer ends where its length says (SPC-3 7.4.3), whatever else the device sends; of what is
 * sent to it the length means nothing. */
static struct scsi_bytes mode_data(const struct job *j, bool ten)
{
	uint32_t n = ten ? (uint32_t)number(&j->b, 0, 2) + 2 : (uint32_t)number(&j->b, 0, 1) + 1;

	return scsi_part(&j->b, 0, j->c->dir == SCSI_OUT ? j->b.total : n);
}

static bool mode_of(const struct scsi_bytes *b, bool ten, struct mode *m)
{
	bool long_lba = ten && b->len > 4 && b->p[4] & 1;

	*m = (struct mode){
		.header = ten ? mode_header_10 : mode_header_6,
		.descriptor = long_lba ? long_descriptor : short_descriptor,
		.header_len = ten ? 8 : 4,
		.descriptor_size = long_lba ? 16 : 8,
	};
	if (b->len < m->header_len)
		return false;
	m->pages = m->header_len + (ten ? be16(b->p + 6) : b->p[3]);
	m->write_protected = b->p[ten ? 3 : 2] & 0x80;
	return true;
}

/* The page at `at`, at most to the end of the data; its rows count from its own beginning. */
static struct scsi_bytes mode_page(const struct scsi_bytes *b, uint32_t at)
{
	bool sub = b->p[at] & 0x40;
	uint32_t len =
		sub ? (uint32_t)number(b, at + 2, 2) + 4 : (uint32_t)number(b, at + 1, 1) + 2;

	return scsi_part(b, at, len);
}

static void emit_mode_page(struct emit *e, const struct scsi_bytes *page)
{
	const struct scsi_field *rows = page_rows[page->p[0] & 0x3f];

	open_part(e, "mode_page", page, scsi_lookup(scsi_mode_pages, page->p[0] & 0x3f));
	scsi_rows(e, page_header, page);
	if (page->p[0] & 0x40) {
		scsi_rows(e, subpage_length, page);
	} else {
		scsi_rows(e, page_length, page);
		if (rows)
			scsi_rows(e, rows, page);
	}
	emit_close(e);
}

static void emit_mode(const struct job *j, struct emit *e, bool ten)
{
	struct scsi_bytes all = mode_data(j, ten), *b = &all;
	struct mode m;
	uint32_t at;

	if (!mode_of(b, ten, &m)) {
		part(e, "mode_header", m.header, b, NULL);
		return;
	}
	part(e, "mode_header", m.header,
		&(struct scsi_bytes){b->p, b->off, m.header_len, m.header_len}, NULL);
	list(e, b, "block_descriptor", m.header_len, m.pages, m.descriptor_size, m.descriptor);
	at = m.pages;
	for (unsigned i = 0; i < ITEMS && at + 2 <= b->len; i++) {
		struct scsi_bytes page = mode_page(b, at);

		emit_mode_page(e, &page);
		at += page.total ? page.total : 2;
	}
}

static void emit_mode_6(const struct job *j, struct emit *e)
{
	emit_mode(j, e, false);
}

static void emit_mode_10(const struct job *j, struct emit *e)
{
	emit_mode(j, e, true);
}

/* What is asked for most: may it be written, and is that cached. */
static void say_mode(const struct job *j, struct text *t, bool ten)
{
	struct scsi_bytes b = mode_data(j, ten);
	struct mode m;

	if (j->c->dir == SCSI_OUT || !mode_of(&b, ten, &m))
		return;
	text_str(t, m.write_protected ? "write protected" : "writable");
	for (unsigned i = 0; i < ITEMS && m.pages + 2 < b.len; i++) {
		struct scsi_bytes page = mode_page(&b, m.pages);

		if (page.len > 2 && (page.p[0] & 0x7f) == PAGE_CACHING)
			text_str(t, page.p[2] & WCE ? ", write cache on" : ", write cache off");
		m.pages += page.total ? page.total : 2;
	}
}

static void say_mode_6(const struct job *j, struct text *t)
{
	say_mode(j, t, false);
}

static void say_mode_10(const struct job *j, struct text *t)
{
	say_mode(j, t, true);
}

/* ---- sense: SPC-3 6.27 -------------------------------------------------------------------------
 */

static void emit_sense(const struct job *j, struct emit *e)
{
	scsi_emit_sense(e, &j->b);
}

static void say_sense(const struct job *j, struct text *t)
{
	struct scsi_sense s = scsi_sense(j->b.p, j->b.len);

	if (s.known)
		scsi_say_sense(t, &s);
}

/* ---- UNMAP: SBC-3 5.28.2; REPORT LUNS: SPC-3 6.21 ----------------------------------------------
 */

static const struct scsi_field unmap_header[] = {
	NUM("unmap_data_length", 0, 2), NUM("block_descriptor_length", 2, 2), END};
static const struct scsi_field unmap_range[] = {
	COUNT("unmap_lba", 0, 8), COUNT("unmap_blocks", 8, 4), END};
static const struct scsi_field luns_header[] = {NUM("lun_list_length", 0, 4), END};
static const struct scsi_field lun[] = {BYTES("lun", 0, 8), END};

static void emit_unmap(const struct job *j, struct emit *e)
{
	scsi_rows(e, unmap_header, &j->b);
	list(e, &j->b, "range", 8, 8 + number(&j->b, 2, 2), 16, unmap_range);
}

static void say_unmap(const struct job *j, struct text *t)
{
	uint64_t n = number(&j->b, 2, 2) / 16;

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

static void emit_luns(const struct job *j, struct emit *e)
{
	scsi_rows(e, luns_header, &j->b);
	list(e, &j->b, "logical_unit", 8, 8 + number(&j->b, 0, 4), 8, lun);
}

static void say_luns(const struct job *j, struct text *t)
{
	uint64_t n = number(&j->b, 0, 4) / 8;

	if (j->b.len < 4)
		return;
	text_count(t, n);
	text_str(t, n == 1 ? " logical unit" : " logical units");
}

/* ---- optical drives: MMC-6 ----------------------------------------------------------------------
 */

/* MMC-6 5.3.1 */
static const struct scsi_name profiles[] = {{0, "none"}, {1, "fixed disk"}, {2, "removable disk"},
	{3, "magneto-optical"}, {4, "optical write-once"}, {5, "AS-MO"}, {8, "CD-ROM"}, {9, "CD-R"},
	{0xa, "CD-RW"}, {0x10, "DVD-ROM"}, {0x11, "DVD-R"}, {0x12, "DVD-RAM"},
	{0x13, "DVD-RW, restricted overwrite"}, {0x14, "DVD-RW, sequential"},
	{0x15, "DVD-R DL, sequential"}, {0x16, "DVD-R DL, layer jump"}, {0x17, "DVD-RW DL"},
	{0x18, "DVD download"}, {0x1a, "DVD+RW"}, {0x1b, "DVD+R"}, {0x20, "DDCD-ROM"},
	{0x21, "DDCD-R"}, {0x22, "DDCD-RW"}, {0x2a, "DVD+RW DL"}, {0x2b, "DVD+R DL"},
	{0x40, "BD-ROM"}, {0x41, "BD-R, sequential"}, {0x42, "BD-R, random"}, {0x43, "BD-RE"},
	{0x50, "HD DVD-ROM"}, {0x51, "HD DVD-R"}, {0x52, "HD DVD-RAM"}, {0x53, "HD DVD-RW"},
	{0x58, "HD DVD-R DL"}, {0x5a, "HD DVD-RW DL"}, {0xffff, "not standard"}, {0, NULL}};
/* MMC-6 5.3 */
static const struct scsi_name features[] = {{0, "profile list"}, {1, "core"}, {2, "morphing"},
	{3, "removable medium"}, {4, "write protect"}, {0x10, "random readable"},
	{0x1d, "multi-read"}, {0x1e, "CD read"}, {0x1f, "DVD read"}, {0x20, "random writable"},
	{0x21, "incremental streaming writable"}, {0x22, "sector erasable"}, {0x23, "formattable"},
	{0x24, "defect management"}, {0x25, "write once"}, {0x26, "restricted overwrite"},
	{0x27, "CD-RW CAV write"}, {0x28, "MRW"}, {0x29, "enhanced defect reporting"},
	{0x2a, "DVD+RW"}, {0x2b, "DVD+R"}, {0x2c, "rigid restricted overwrite"},
	{0x2d, "CD track at once"}, {0x2e, "CD mastering"}, {0x2f, "DVD-R/-RW write"},
	{0x30, "DDCD read"}, {0x31, "DDCD-R write"}, {0x32, "DDCD-RW write"},
	{0x33, "layer jump recording"}, {0x37, "CD-RW media write"}, {0x38, "BD-R overwrite"},
	{0x3a, "DVD+RW DL"}, {0x3b, "DVD+R DL"}, {0x40, "BD read"}, {0x41, "BD write"},
	{0x50, "HD DVD read"}, {0x51, "HD DVD write"}, {0x80, "hybrid disc"},
	{0x100, "power management"}, {0x101, "SMART"}, {0x102, "embedded changer"},
	{0x103, "CD audio external play"}, {0x104, "microcode upgrade"}, {0x105, "time-out"},
	{0x106, "DVD CSS"}, {0x107, "real time streaming"}, {0x108, "drive serial number"},
	{0x109, "media serial number"}, {0x10a, "disc control blocks"}, {0x10b, "DVD CPRM"},
	{0x10c, "firmware information"}, {0x10d, "AACS"}, {0x10e, "CSS managed recording"},
	{0x110, "VCPS"}, {0x113, "SecurDisc"}, {0, NULL}};
static const struct scsi_field configuration_header[] = {
	NUM("data_length", 0, 4), NUM_OF("current_profile", 6, 2, profiles), END};
static const struct scsi_field feature[] = {{"feature", 0, 2, 0, 0, SCSI_UINT, SHOW_HEX4, features},
	BITS("version", 2, 2, 4), BITS("persistent", 2, 1, 1), BITS("current", 2, 0, 1),
	NUM("additional_length", 3, 1), END};

static void emit_configuration(const struct job *j, struct emit *e)
{
	const struct scsi_bytes *b = &j->b;
	uint32_t at = 8;

	scsi_rows(e, configuration_header, b);
	for (unsigned i = 0; i < ITEMS && at + 4 <= b->len; i++) {
		struct scsi_bytes item = scsi_part(b, at, b->p[at + 3] + 4u);

		part(e, "feature", feature, &item, scsi_lookup(features, be16(item.p)));
		at += b->p[at + 3] + 4u;
	}
}

static void say_configuration(const struct job *j, struct text *t)
{
	const char *name;

	if (j->b.len < 8)
		return;
	name = scsi_lookup(profiles, be16(j->b.p + 6));
	text_str(t, "profile ");
	if (name)
		text_str(t, name);
	else
		text_hex(t, be16(j->b.p + 6), 4);
}

static const struct scsi_name event_classes[] = {{0, "none"}, {1, "operational change"},
	{2, "power management"}, {3, "external request"}, {4, "media"}, {5, "multiple hosts"},
	{6, "device busy"}, {0, NULL}};
static const struct scsi_name media_events[] = {{0, "no change"}, {1, "eject requested"},
	{2, "new medium"}, {3, "medium removed"}, {4, "medium changed"},
	{5, "background format completed"}, {6, "background format restarted"}, {0, NULL}};
static const struct scsi_field event_header[] = {NUM("data_length", 0, 2), BITS("nea", 2, 7, 1),
	BITS_OF("class", 2, 0, 3, event_classes), HEX("supported_classes", 3, NULL), END};
static const struct scsi_field media_event[] = {BITS_OF("event", 4, 0, 4, media_events),
	BITS("medium_present", 5, 1, 1), BITS("tray_open", 5, 0, 1), END};
static const struct scsi_field other_event[] = {
	BITS("event", 4, 0, 4), HEX("event_status", 5, NULL), END};

enum { CLASS_MEDIA = 4 };

static bool is_media_event(const struct scsi_bytes *b)
{
	return b->len >= 6 && (b->p[2] & 0x87) == CLASS_MEDIA;
}

static void emit_event(const struct job *j, struct emit *e)
{
	scsi_rows(e, event_header, &j->b);
	scsi_rows(e, is_media_event(&j->b) ? media_event : other_event, &j->b);
}

static void say_event(const struct job *j, struct text *t)
{
	const char *event;

	if (!is_media_event(&j->b))
		return;
	event = scsi_lookup(media_events, j->b.p[4] & 15);
	text_str(t, "media: ");
	text_str(t, event ? event : "reserved event");
	text_str(t, j->b.p[5] & 2 ? ", medium present" : ", no medium");
	text_str(t, j->b.p[5] & 1 ? ", tray open" : "");
}

/* READ TOC: MMC-6 6.25. An address is a block or, where the command asks for it, minute, second and
 * frame. */
static const struct scsi_field toc_header[] = {
	NUM("toc_length", 0, 2), NUM("first_track", 2, 1), NUM("last_track", 3, 1), END};
static const struct scsi_field session_header[] = {
	NUM("toc_length", 0, 2), NUM("first_session", 2, 1), NUM("last_session", 3, 1), END};
static const struct scsi_field toc_track[] = {BITS("adr", 1, 4, 4), BITS("control", 1, 0, 4),
	NUM("track", 2, 1), COUNT("start", 4, 4), END};
static const struct scsi_field toc_track_msf[] = {BITS("adr", 1, 4, 4), BITS("control", 1, 0, 4),
	NUM("track", 2, 1), NUM("minute", 5, 1), NUM("second", 6, 1), NUM("frame", 7, 1), END};

enum { MSF = 2 }; /* byte 1 of the CDB */

static void emit_toc(const struct job *j, struct emit *e)
{
	uint8_t format = scsi_toc_format(j->c->b);

	scsi_rows(e, format == SCSI_TOC_SESSION ? session_header : toc_header, &j->b);
	if (format == SCSI_TOC_TRACKS || format == SCSI_TOC_SESSION)
		list(e, &j->b, "track", 4, 2 + number(&j->b, 0, 2), 8,
			j->c->b[1] & MSF ? toc_track_msf : toc_track);
}

static void say_toc(const struct job *j, struct text *t)
{
	uint8_t format = scsi_toc_format(j->c->b);

	if (j->b.len < 4 || (format != SCSI_TOC_TRACKS && format != SCSI_TOC_SESSION))
		return;
	text_str(t, format == SCSI_TOC_SESSION ? "sessions " : "tracks ");
	text_u64(t, j->b.p[2]);
	text_str(t, " to ");
	text_u64(t, j->b.p[3]);
}

/* READ DISC INFORMATION: MMC-6 6.21. */
static const struct scsi_name disc_states[] = {
	{0, "empty"}, {1, "incomplete"}, {2, "complete"}, {3, "other"}, {0, NULL}};
static const struct scsi_name session_states[] = {
	{0, "empty"}, {1, "incomplete"}, {2, "damaged"}, {3, "complete"}, {0, NULL}};
static const struct scsi_name format_states[] = {
	{0, "none"}, {1, "begun, not running"}, {2, "running"}, {3, "completed"}, {0, NULL}};
static const struct scsi_field disc[] = {NUM("disc_information_length", 0, 2),
	BITS("data_type", 2, 5, 3), BITS("erasable", 2, 4, 1),
	BITS_OF("last_session", 2, 2, 2, session_states),
	BITS_OF("disc_status", 2, 0, 2, disc_states), NUM("first_track", 3, 1),
	NUM("sessions", 4, 1), NUM("last_session_first_track", 5, 1), NUM("last_track", 6, 1),
	BITS_OF("background_format", 7, 0, 2, format_states), HEX("disc_type", 8, NULL), END};

static void emit_disc(const struct job *j, struct emit *e)
{
	if (!(j->c->b[1] & 7)) /* the other data types are of resources */
		part(e, "disc", disc, &j->b, NULL);
}

static void say_disc(const struct job *j, struct text *t)
{
	if (j->b.len < 8 || j->c->b[1] & 7)
		return;
	text_str(t, scsi_lookup(disc_states, j->b.p[2] & 3));
	text_str(t, " disc");
	text_str(t, j->b.p[2] & 16 ? ", erasable" : "");
}

/* ---- logs: SPC-3 7.2; reservation keys: SPC-3 6.11
 * ----------------------------------------------- */

static const struct scsi_field log_header[] = {BITS("ds", 0, 7, 1), BITS("spf", 0, 6, 1),
	BITS_OF("page", 0, 0, 6, scsi_log_pages), HEX("subpage", 1, NULL), NUM("page_length", 2, 2),
	END};
static const struct scsi_field log_page[] = {HEX("page", 0, scsi_log_pages), END};
static const struct scsi_field log_parameter[] = {
	{"parameter_code", 0, 2, 0, 0, SCSI_UINT, SHOW_HEX4, NULL}, HEX("control", 2, NULL),
	NUM("length", 3, 1), END};

static void emit_log(const struct job *j, struct emit *e)
{
	const struct scsi_bytes *b = &j->b;
	uint32_t at = 4;

	scsi_rows(e, log_header, b);
	if (b->len && !(b->p[0] & 0x3f)) {
		list(e, b, "supported", 4, 4 + number(b, 2, 2), 1, log_page);
		return;
	}
	for (unsigned i = 0; i < ITEMS && at + 4 <= b->len; i++) {
		struct scsi_bytes item = scsi_part(b, at, b->p[at + 3] + 4u);
		struct scsi_bytes value = scsi_part(&item, 4, item.total);

		open_part(e, "parameter", &item, NULL);
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

static void emit_keys(const struct job *j, struct emit *e)
{
	uint8_t action = j->c->b[1] & 31;

	scsi_rows(e, keys_header, &j->b);
	if (action == READ_KEYS)
		list(e, &j->b, "key", 8, 8 + number(&j->b, 4, 4), 8, key);
	else if (action == READ_RESERVATION && j->b.len > 8)
		list(e, &j->b, "key", 8, 16, 8, key);
}

/* ---- which is which
 * ------------------------------------------------------------------------------ */

static const struct {
	void (*say)(const struct job *j, struct text *t);
	void (*emit)(const struct job *j, struct emit *e);
} kinds[SCSI_DATA] = {
	[SCSI_INQUIRY] = {say_inquiry, emit_inquiry},
	[SCSI_CAPACITY_10] = {say_capacity_10, emit_capacity_10},
	[SCSI_CAPACITY_16] = {say_capacity_16, emit_capacity_16},
	[SCSI_MODE_6] = {say_mode_6, emit_mode_6},
	[SCSI_MODE_10] = {say_mode_10, emit_mode_10},
	[SCSI_SENSE] = {say_sense, emit_sense},
	[SCSI_UNMAP] = {say_unmap, emit_unmap},
	[SCSI_LUNS] = {say_luns, emit_luns},
	[SCSI_CONFIGURATION] = {say_configuration, emit_configuration},
	[SCSI_EVENT] = {say_event, emit_event},
	[SCSI_TOC] = {say_toc, emit_toc},
	[SCSI_DISC] = {say_disc, emit_disc},
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
		kinds[kind].say(&(struct job){c, *b}, t);
}

void scsi_emit_data(
	struct emit *e, const struct scsi_cdb *c, uint64_t offset, const struct scsi_bytes *b)
{
	uint8_t kind = kind_of(c, offset, b);

	if (kinds[kind].emit)
		kinds[kind].emit(&(struct job){c, *b}, e);
}
