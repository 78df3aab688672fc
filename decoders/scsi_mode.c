/* scsi_mode.c: mode parameters: headers, block descriptors, pages (SPC-3 7.4, SBC-2 6.3). */
#include "decoders/scsi_data.h"
#include "decoders/scsi_rows.h"
#include "base/cursor.h"

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
static struct scsi_bytes mode_data(const struct scsi_job *j, bool ten)
{
	uint32_t n = ten ? (uint32_t)scsi_number_at(&j->b, 0, 2) + 2
			 : (uint32_t)scsi_number_at(&j->b, 0, 1) + 1;

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
	uint32_t len = sub ? (uint32_t)scsi_number_at(b, at + 2, 2) + 4
			   : (uint32_t)scsi_number_at(b, at + 1, 1) + 2;

	return scsi_part(b, at, len);
}

static void emit_mode_page(struct emit *e, const struct scsi_bytes *page)
{
	const struct scsi_field *rows = page_rows[page->p[0] & 0x3f];

	scsi_open_part(e, "mode_page", page, scsi_lookup(scsi_mode_pages, page->p[0] & 0x3f));
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

static void emit_mode(const struct scsi_job *j, struct emit *e, bool ten)
{
	struct scsi_bytes all = mode_data(j, ten), *b = &all;
	struct mode m;
	uint32_t at;

	if (!mode_of(b, ten, &m)) {
		scsi_emit_part(e, "mode_header", m.header, b, NULL);
		return;
	}
	scsi_emit_part(e, "mode_header", m.header,
		&(struct scsi_bytes){b->p, b->off, m.header_len, m.header_len, false}, NULL);
	scsi_emit_list(
		e, b, "block_descriptor", m.header_len, m.pages, m.descriptor_size, m.descriptor);
	at = m.pages;
	for (unsigned i = 0; i < SCSI_ITEMS && at + 2 <= b->len; i++) {
		struct scsi_bytes page = mode_page(b, at);

		emit_mode_page(e, &page);
		at += page.total ? page.total : 2;
	}
}

void scsi_emit_mode_6(const struct scsi_job *j, struct emit *e)
{
	emit_mode(j, e, false);
}

void scsi_emit_mode_10(const struct scsi_job *j, struct emit *e)
{
	emit_mode(j, e, true);
}

/* What is asked for most: may it be written, and is that cached. */
static void say_mode(const struct scsi_job *j, struct text *t, bool ten)
{
	struct scsi_bytes b = mode_data(j, ten);
	struct mode m;

	if (j->c->dir == SCSI_OUT || !mode_of(&b, ten, &m))
		return;
	text_str(t, m.write_protected ? "write protected" : "writable");
	for (unsigned i = 0; i < SCSI_ITEMS && m.pages + 2 < b.len; i++) {
		struct scsi_bytes page = mode_page(&b, m.pages);

		if (page.len > 2 && (page.p[0] & 0x7f) == PAGE_CACHING)
			text_str(t, page.p[2] & WCE ? ", write cache on" : ", write cache off");
		m.pages += page.total ? page.total : 2;
	}
}

void scsi_say_mode_6(const struct scsi_job *j, struct text *t)
{
	say_mode(j, t, false);
}

void scsi_say_mode_10(const struct scsi_job *j, struct text *t)
{
	say_mode(j, t, true);
}
