/* scsi_table.c: SCSI commands as data: names, layouts of the CDBs, what they move. */
#include "base/cursor.h"
#include "base/mem.h"
#include "decoders/scsi.h"
#include "decoders/scsi_rows.h"

/* ---- words ----------------------------------------------------------------------------------- */

/* SPC-3 7.6.1, SBC-3 6.6.1 */
const struct scsi_name scsi_vpd_pages[] = {{0x00, "supported pages"}, {0x80, "unit serial number"},
	{0x83, "device identification"}, {0x84, "software interface identification"},
	{0x85, "management network addresses"}, {0x86, "extended INQUIRY data"},
	{0x87, "mode page policy"}, {0x88, "SCSI ports"}, {0x89, "ATA information"},
	{0x8a, "power condition"}, {0x8f, "third-party copy"}, {0xb0, "block limits"},
	{0xb1, "block device characteristics"}, {0xb2, "logical block provisioning"},
	{0xb3, "referrals"}, {0xb6, "zoned block device characteristics"}, {0, NULL}};

/* SPC-3 7.4.5, SBC-3 6.5.1, MMC-6 7 */
const struct scsi_name scsi_mode_pages[] = {{0x01, "read-write error recovery"},
	{0x02, "disconnect-reconnect"}, {0x03, "format device"}, {0x04, "rigid disk geometry"},
	{0x05, "flexible disk"}, {0x07, "verify error recovery"}, {0x08, "caching"},
	{0x0a, "control"}, {0x0d, "CD device parameters"}, {0x0e, "CD audio control"},
	{0x10, "XOR control"}, {0x18, "protocol specific logical unit"},
	{0x19, "protocol specific port"}, {0x1a, "power condition"},
	{0x1c, "informational exceptions control"}, {0x1d, "time-out and protect"},
	{0x2a, "capabilities and mechanical status"}, {0x3f, "all pages"}, {0, NULL}};

/* SPC-3 7.2.1, SBC-3 6.4.1 */
const struct scsi_name scsi_log_pages[] = {{0x00, "supported pages"}, {0x02, "write errors"},
	{0x03, "read errors"}, {0x05, "verify errors"}, {0x06, "non-medium errors"},
	{0x0d, "temperature"}, {0x0e, "start-stop cycles"}, {0x10, "self-test results"},
	{0x11, "solid state media"}, {0x15, "background scan"}, {0x19, "statistics"},
	{0x2f, "informational exceptions"}, {0, NULL}};

static const struct scsi_name page_controls[] = {{0, "current values"}, {1, "changeable values"},
	{2, "default values"}, {3, "saved values"}, {0, NULL}}; /* SPC-3 6.9.1 */
static const struct scsi_name power_conditions[] = {{0, "by START and LOEJ"}, {1, "active"},
	{2, "idle"}, {3, "standby"}, {7, "LU control"}, {0xa, "force idle"}, {0xb, "force standby"},
	{0, NULL}}; /* SBC-2 5.17 */
static const struct scsi_name prevents[] = {{0, "allow"}, {1, "prevent"}, {2, "allow, persistent"},
	{3, "prevent, persistent"}, {0, NULL}}; /* SPC-3 6.13 */
static const struct scsi_name reserve_in[] = {{0, "READ KEYS"}, {1, "READ RESERVATION"},
	{2, "REPORT CAPABILITIES"}, {3, "READ FULL STATUS"}, {0, NULL}}; /* SPC-3 6.11.1 */
static const struct scsi_name reserve_out[] = {{0, "REGISTER"}, {1, "RESERVE"}, {2, "RELEASE"},
	{3, "CLEAR"}, {4, "PREEMPT"}, {5, "PREEMPT AND ABORT"}, {6, "REGISTER AND IGNORE"},
	{7, "REGISTER AND MOVE"}, {0, NULL}}; /* SPC-3 6.12.2 */
static const struct scsi_name reserve_types[] = {{1, "write exclusive"}, {3, "exclusive access"},
	{5, "write exclusive, registrants only"}, {6, "exclusive access, registrants only"},
	{7, "write exclusive, all registrants"}, {8, "exclusive access, all registrants"},
	{0, NULL}}; /* SPC-3 6.11.3.4 */
static const struct scsi_name luns_reports[] = {
	{0, "addressed by LUN"}, {1, "well known"}, {2, "all"}, {0, NULL}}; /* SPC-3 6.21 */
static const struct scsi_name toc_formats[] = {{0, "TOC"}, {1, "session information"},
	{2, "full TOC"}, {3, "PMA"}, {4, "ATIP"}, {5, "CD-TEXT"}, {0, NULL}}; /* MMC-6 READ TOC */
static const struct scsi_name configuration_types[] = {{0, "all features"}, {1, "current features"},
	{2, "one feature"}, {0, NULL}}; /* MMC-6 GET CONFIGURATION */
/* SAT-2 12.2 */
static const struct scsi_name ata_protocols[] = {{0, "ATA hard reset"}, {1, "SRST"},
	{3, "non-data"}, {4, "PIO data-in"}, {5, "PIO data-out"}, {6, "DMA"}, {7, "DMA queued"},
	{8, "device diagnostic"}, {9, "device reset"}, {10, "UDMA data-in"}, {11, "UDMA data-out"},
	{12, "FPDMA"}, {15, "return response information"}, {0, NULL}};
/* ATA8-ACS: the commands that pass through most */
static const struct scsi_name ata_commands[] = {{0x06, "DATA SET MANAGEMENT"},
	{0x25, "READ DMA EXT"}, {0x2f, "READ LOG EXT"}, {0x35, "WRITE DMA EXT"},
	{0x92, "DOWNLOAD MICROCODE"}, {0xb0, "SMART"}, {0xc8, "READ DMA"}, {0xca, "WRITE DMA"},
	{0xe0, "STANDBY IMMEDIATE"}, {0xe1, "IDLE IMMEDIATE"}, {0xe3, "IDLE"},
	{0xe5, "CHECK POWER MODE"}, {0xe7, "FLUSH CACHE"}, {0xea, "FLUSH CACHE EXT"},
	{0xec, "IDENTIFY DEVICE"}, {0xa1, "IDENTIFY PACKET DEVICE"}, {0xef, "SET FEATURES"},
	{0xf1, "SECURITY SET PASSWORD"}, {0xf2, "SECURITY UNLOCK"}, {0xf4, "SECURITY ERASE UNIT"},
	{0xf5, "SECURITY FREEZE LOCK"}, {0, NULL}};

/* ---- layouts of CDBs ---------------------------------------------------------------------------
 */

#define OPCODE	     HEX("opcode", 0, NULL)
#define CONTROL(off) HEX("control", off, NULL)
#define ROWS(...)                                                                                  \
	(const struct scsi_field[])                                                                \
	{                                                                                          \
		__VA_ARGS__,                                                                       \
		{                                                                                  \
			NULL, 0, 0, 0, 0, 0, 0, NULL                                               \
		}                                                                                  \
	}

#define PROTECT	       BITS("protect", 1, 5, 3)
#define DPO_FUA	       BITS("dpo", 1, 4, 1), BITS("fua", 1, 3, 1)
#define SERVICE_ACTION BITS("service_action", 1, 0, 5)
#define VERIFY_BITS    BITS("protect", 1, 5, 3), BITS("dpo", 1, 4, 1), BITS("bytchk", 1, 1, 2)
#define SAME_BITS      BITS("protect", 1, 5, 3), BITS("unmap", 1, 3, 1)
#define CACHE_BITS     BITS("sync_nv", 1, 2, 1), BITS("immed", 1, 1, 1)

/* The four shapes of commands that name blocks (SPC-3 4.3.4). */
#define BLOCKS_6                                                                                   \
	ROWS(OPCODE, {"lba", 1, 3, 0, 21, SCSI_UINT, SHOW_COUNT, NULL}, COUNT("blocks", 4, 1),     \
		CONTROL(5))
#define BLOCKS_10(...)                                                                             \
	ROWS(OPCODE, __VA_ARGS__, COUNT("lba", 2, 4), BITS("group", 6, 0, 5),                      \
		COUNT("blocks", 7, 2), CONTROL(9))
#define BLOCKS_12(...)                                                                             \
	ROWS(OPCODE, __VA_ARGS__, COUNT("lba", 2, 4), COUNT("blocks", 6, 4),                       \
		BITS("group", 10, 0, 5), CONTROL(11))
#define BLOCKS_16(...)                                                                             \
	ROWS(OPCODE, __VA_ARGS__, COUNT("lba", 2, 8), COUNT("blocks", 10, 4),                      \
		BITS("group", 14, 0, 5), CONTROL(15))
#define AT_6  .len = 6, .lba = {1, 3}, .blocks = {4, 1}
#define AT_10 .len = 10, .lba = {2, 4}, .blocks = {7, 2}
#define AT_12 .len = 12, .lba = {2, 4}, .blocks = {6, 4}
#define AT_16 .len = 16, .lba = {2, 8}, .blocks = {10, 4}

#define MODE_SENSE_BITS                                                                            \
	BITS("dbd", 1, 3, 1), BITS_OF("page_control", 2, 6, 2, page_controls),                     \
		BITS_OF("page", 2, 0, 6, scsi_mode_pages), HEX("subpage", 3, NULL)

/* ---- words behind the name ------------------------------------------------------------------- */

static void say_name_of(struct text *t, const struct scsi_name *names, uint8_t value)
{
	const char *name = scsi_lookup(names, value);

	text_char(t, ' ');
	if (name)
		text_str(t, name);
	else
		text_hex(t, value, 2);
}

/* " caching page", " page 0x33" */
static void say_page(struct text *t, const struct scsi_name *names, uint8_t page)
{
	bool named = scsi_lookup(names, page);

	text_str(t, named ? "" : " page");
	say_name_of(t, names, page);
	text_str(t, named ? " page" : "");
}

static void say_inquiry(const uint8_t *cdb, struct text *t)
{
	if (!(cdb[1] & 1)) /* EVPD */
		return;
	text_str(t, " VPD");
	say_name_of(t, scsi_vpd_pages, cdb[2]);
}

enum { ALL_PAGES = 0x3f };

static void say_mode_sense(const uint8_t *cdb, struct text *t)
{
	uint8_t page = cdb[2] & 0x3f;

	if (page == ALL_PAGES)
		text_str(t, " all pages");
	else
		say_page(t, scsi_mode_pages, page);
	if (cdb[2] >> 6) {
		text_str(t, ", ");
		text_str(t, scsi_lookup(page_controls, cdb[2] >> 6));
	}
}

static void say_log_sense(const uint8_t *cdb, struct text *t)
{
	say_page(t, scsi_log_pages, cdb[2] & 0x3f);
}

static void say_start_stop(const uint8_t *cdb, struct text *t)
{
	static const char *const does[] = {" stop", " start", " eject", " load"};
	uint8_t power = cdb[4] >> 4;

	if (power)
		say_name_of(t, power_conditions, power);
	else
		text_str(t, does[cdb[4] & 3]);
}

static void say_prevent(const uint8_t *cdb, struct text *t)
{
	say_name_of(t, prevents, cdb[4] & 3);
}

static void say_reserve_in(const uint8_t *cdb, struct text *t)
{
	say_name_of(t, reserve_in, cdb[1] & 31);
}

static void say_reserve_out(const uint8_t *cdb, struct text *t)
{
	say_name_of(t, reserve_out, cdb[1] & 31);
}

static void say_toc(const uint8_t *cdb, struct text *t)
{
	uint8_t format = cdb[2] & 15;

	if (format)
		say_name_of(t, toc_formats, format);
}

static void say_ata_12(const uint8_t *cdb, struct text *t)
{
	say_name_of(t, ata_commands, cdb[9]);
}

static void say_ata_16(const uint8_t *cdb, struct text *t)
{
	say_name_of(t, ata_commands, cdb[14]);
}

/* ---- commands by opcode ---------------------------------------------------------------------- */

#define ALLOCATES(o, n) .allocation = {o, n}

/* clang-format off */
static const struct scsi_command commands[256] = {
	[0x00] = {"TEST UNIT READY", "SPC-3 6.33", ROWS(OPCODE, CONTROL(5)), .len = 6},
	[0x01] = {"REZERO UNIT", "SBC 6.1 (obsolete)", NULL, .len = 6},
	[0x03] = {"REQUEST SENSE", "SPC-3 6.27",
		ROWS(OPCODE, BITS("desc", 1, 0, 1), NUM("allocation_length", 4, 1), CONTROL(5)),
		.len = 6, .dir = SCSI_IN, .data = SCSI_SENSE, ALLOCATES(4, 1)},
	[0x04] = {"FORMAT UNIT", "SBC-2 5.2",
		ROWS(OPCODE, BITS("fmtdata", 1, 4, 1), BITS("cmplst", 1, 3, 1),
			BITS("defect_list_format", 1, 0, 3), CONTROL(5)),
		.len = 6, .dir = SCSI_EITHER},
	[0x07] = {"REASSIGN BLOCKS", "SBC-2 5.16",
		ROWS(OPCODE, BITS("longlba", 1, 1, 1), BITS("longlist", 1, 0, 1), CONTROL(5)),
		.len = 6, .dir = SCSI_OUT},
	[0x08] = {"READ(6)", "SBC-2 5.5", BLOCKS_6, .dir = SCSI_IN, AT_6},
	[0x0a] = {"WRITE(6)", "SBC-2 5.24", BLOCKS_6, .dir = SCSI_OUT, AT_6},
	[0x0b] = {"SEEK(6)", "SBC 6.1 (obsolete)", NULL, .len = 6},
	[0x12] = {"INQUIRY", "SPC-3 6.4",
		ROWS(OPCODE, BITS("evpd", 1, 0, 1), HEX("page", 2, NULL),
			NUM("allocation_length", 3, 2), CONTROL(5)),
		.len = 6, .dir = SCSI_IN, .data = SCSI_INQUIRY, .say = say_inquiry, ALLOCATES(3, 2)},
	[0x15] = {"MODE SELECT(6)", "SPC-3 6.7",
		ROWS(OPCODE, BITS("pf", 1, 4, 1), BITS("sp", 1, 0, 1),
			NUM("parameter_list_length", 4, 1), CONTROL(5)),
		.len = 6, .dir = SCSI_OUT, .data = SCSI_MODE_6, ALLOCATES(4, 1)},
	[0x16] = {"RESERVE(6)", "SPC-2 7.22", ROWS(OPCODE, CONTROL(5)), .len = 6},
	[0x17] = {"RELEASE(6)", "SPC-2 7.17", ROWS(OPCODE, CONTROL(5)), .len = 6},
	[0x1a] = {"MODE SENSE(6)", "SPC-3 6.9",
		ROWS(OPCODE, MODE_SENSE_BITS, NUM("allocation_length", 4, 1), CONTROL(5)),
		.len = 6, .dir = SCSI_IN, .data = SCSI_MODE_6, .say = say_mode_sense,
		ALLOCATES(4, 1)},
	[0x1b] = {"START STOP UNIT", "SBC-2 5.17",
		ROWS(OPCODE, BITS("immed", 1, 0, 1),
			BITS_OF("power_condition", 4, 4, 4, power_conditions),
			BITS("no_flush", 4, 2, 1), BITS("loej", 4, 1, 1), BITS("start", 4, 0, 1),
			CONTROL(5)),
		.len = 6, .say = say_start_stop},
	[0x1c] = {"RECEIVE DIAGNOSTIC RESULTS", "SPC-3 6.18",
		ROWS(OPCODE, BITS("pcv", 1, 0, 1), HEX("page", 2, NULL),
			NUM("allocation_length", 3, 2), CONTROL(5)),
		.len = 6, .dir = SCSI_IN, ALLOCATES(3, 2)},
	[0x1d] = {"SEND DIAGNOSTIC", "SPC-3 6.28",
		ROWS(OPCODE, BITS("self_test_code", 1, 5, 3), BITS("pf", 1, 4, 1),
			BITS("selftest", 1, 2, 1), BITS("devoffl", 1, 1, 1),
			BITS("unitoffl", 1, 0, 1), NUM("parameter_list_length", 3, 2), CONTROL(5)),
		.len = 6, .dir = SCSI_OUT, ALLOCATES(3, 2)},
	[0x1e] = {"PREVENT ALLOW MEDIUM REMOVAL", "SPC-3 6.13",
		ROWS(OPCODE, BITS_OF("prevent", 4, 0, 2, prevents), CONTROL(5)),
		.len = 6, .say = say_prevent},
	[0x23] = {"READ FORMAT CAPACITIES", "UFI 4.10, MMC-6 6.23",
		ROWS(OPCODE, NUM("allocation_length", 7, 2), CONTROL(9)),
		.len = 10, .dir = SCSI_IN, .data = SCSI_FORMAT_CAPACITIES, ALLOCATES(7, 2)},
	[0x25] = {"READ CAPACITY(10)", "SBC-2 5.10",
		ROWS(OPCODE, COUNT("from_lba", 2, 4), BITS("pmi", 8, 0, 1), CONTROL(9)),
		.len = 10, .dir = SCSI_IN, .data = SCSI_CAPACITY_10},
	[0x28] = {"READ(10)", "SBC-2 5.6", BLOCKS_10(PROTECT, DPO_FUA), .dir = SCSI_IN, AT_10},
	[0x2a] = {"WRITE(10)", "SBC-2 5.25", BLOCKS_10(PROTECT, DPO_FUA), .dir = SCSI_OUT, AT_10},
	[0x2b] = {"SEEK(10)", "MMC-6, SBC (obsolete)", ROWS(OPCODE, COUNT("lba", 2, 4), CONTROL(9)),
		.len = 10, .lba = {2, 4}},
	[0x2e] = {"WRITE AND VERIFY(10)", "SBC-2 5.29", BLOCKS_10(VERIFY_BITS), .dir = SCSI_OUT, AT_10},
	[0x2f] = {"VERIFY(10)", "SBC-2 5.20", BLOCKS_10(VERIFY_BITS), .dir = SCSI_EITHER, AT_10},
	[0x34] = {"PRE-FETCH(10)", "SBC-2 5.3", BLOCKS_10(BITS("immed", 1, 1, 1)), AT_10},
	[0x35] = {"SYNCHRONIZE CACHE(10)", "SBC-2 5.18", BLOCKS_10(CACHE_BITS), AT_10},
	[0x37] = {"READ DEFECT DATA(10)", "SBC-2 5.12",
		ROWS(OPCODE, BITS("req_plist", 2, 4, 1), BITS("req_glist", 2, 3, 1),
			BITS("defect_list_format", 2, 0, 3), NUM("allocation_length", 7, 2),
			CONTROL(9)),
		.len = 10, .dir = SCSI_IN, ALLOCATES(7, 2)},
	[0x3b] = {"WRITE BUFFER", "SPC-3 6.35",
		ROWS(OPCODE, BITS("mode", 1, 0, 5), NUM("buffer_id", 2, 1),
			COUNT("buffer_offset", 3, 3), COUNT("parameter_list_length", 6, 3),
			CONTROL(9)),
		.len = 10, .dir = SCSI_OUT, ALLOCATES(6, 3)},
	[0x3c] = {"READ BUFFER", "SPC-3 6.15",
		ROWS(OPCODE, BITS("mode", 1, 0, 5), NUM("buffer_id", 2, 1),
			COUNT("buffer_offset", 3, 3), COUNT("allocation_length", 6, 3), CONTROL(9)),
		.len = 10, .dir = SCSI_IN, ALLOCATES(6, 3)},
	[0x3e] = {"READ LONG(10)", "SBC-2 5.14",
		ROWS(OPCODE, BITS("correct", 1, 1, 1), COUNT("lba", 2, 4), COUNT("byte_count", 7, 2),
			CONTROL(9)),
		.len = 10, .dir = SCSI_IN, .lba = {2, 4}, ALLOCATES(7, 2)},
	[0x3f] = {"WRITE LONG(10)", "SBC-2 5.33",
		ROWS(OPCODE, BITS("cor_dis", 1, 7, 1), COUNT("lba", 2, 4), COUNT("byte_count", 7, 2),
			CONTROL(9)),
		.len = 10, .dir = SCSI_OUT, .lba = {2, 4}, ALLOCATES(7, 2)},
	[0x41] = {"WRITE SAME(10)", "SBC-2 5.35", BLOCKS_10(SAME_BITS), .dir = SCSI_OUT, AT_10},
	[0x42] = {"UNMAP", "SBC-3 5.28",
		ROWS(OPCODE, BITS("anchor", 1, 0, 1), BITS("group", 6, 0, 5),
			NUM("parameter_list_length", 7, 2), CONTROL(9)),
		.len = 10, .dir = SCSI_OUT, .data = SCSI_UNMAP, ALLOCATES(7, 2)},
	[0x43] = {"READ TOC/PMA/ATIP", "MMC-6 6.25",
		ROWS(OPCODE, BITS("msf", 1, 1, 1), BITS_OF("format", 2, 0, 4, toc_formats),
			NUM("track_session", 6, 1), NUM("allocation_length", 7, 2), CONTROL(9)),
		.len = 10, .dir = SCSI_IN, .data = SCSI_TOC, .say = say_toc, ALLOCATES(7, 2)},
	[0x44] = {"READ HEADER", "MMC-2 (obsolete)", NULL, .len = 10, .dir = SCSI_IN},
	[0x45] = {"PLAY AUDIO(10)", "MMC-6", ROWS(OPCODE, COUNT("lba", 2, 4), COUNT("blocks", 7, 2), CONTROL(9)), AT_10},
	[0x46] = {"GET CONFIGURATION", "MMC-6 6.5",
		ROWS(OPCODE, BITS_OF("rt", 1, 0, 2, configuration_types),
			NUM("starting_feature", 2, 2), NUM("allocation_length", 7, 2), CONTROL(9)),
		.len = 10, .dir = SCSI_IN, .data = SCSI_CONFIGURATION, ALLOCATES(7, 2)},
	[0x47] = {"PLAY AUDIO MSF", "MMC-6", NULL, .len = 10},
	[0x48] = {"SANITIZE", "SBC-3 5.24", ROWS(OPCODE, SERVICE_ACTION, CONTROL(9)), .len = 10, .dir = SCSI_EITHER},
	[0x4a] = {"GET EVENT STATUS NOTIFICATION", "MMC-6 6.6",
		ROWS(OPCODE, BITS("polled", 1, 0, 1), HEX("class_request", 4, NULL),
			NUM("allocation_length", 7, 2), CONTROL(9)),
		.len = 10, .dir = SCSI_IN, .data = SCSI_EVENT, ALLOCATES(7, 2)},
	[0x4b] = {"PAUSE/RESUME", "MMC-6", ROWS(OPCODE, BITS("resume", 8, 0, 1), CONTROL(9)), .len = 10},
	[0x4c] = {"LOG SELECT", "SPC-3 6.5",
		ROWS(OPCODE, BITS("pcr", 1, 1, 1), BITS("sp", 1, 0, 1),
			BITS_OF("page", 2, 0, 6, scsi_log_pages), NUM("parameter_list_length", 7, 2),
			CONTROL(9)),
		.len = 10, .dir = SCSI_OUT, ALLOCATES(7, 2)},
	[0x4d] = {"LOG SENSE", "SPC-3 6.6",
		ROWS(OPCODE, BITS("sp", 1, 0, 1), BITS("page_control", 2, 6, 2),
			BITS_OF("page", 2, 0, 6, scsi_log_pages), HEX("subpage", 3, NULL),
			NUM("parameter_pointer", 5, 2), NUM("allocation_length", 7, 2), CONTROL(9)),
		.len = 10, .dir = SCSI_IN, .data = SCSI_LOG, .say = say_log_sense, ALLOCATES(7, 2)},
	[0x51] = {"READ DISC INFORMATION", "MMC-6 6.21",
		ROWS(OPCODE, BITS("data_type", 1, 0, 3), NUM("allocation_length", 7, 2), CONTROL(9)),
		.len = 10, .dir = SCSI_IN, ALLOCATES(7, 2)},
	[0x52] = {"READ TRACK INFORMATION", "MMC-6 6.26",
		ROWS(OPCODE, BITS("address_type", 1, 0, 2), COUNT("address", 2, 4),
			NUM("allocation_length", 7, 2), CONTROL(9)),
		.len = 10, .dir = SCSI_IN, ALLOCATES(7, 2)},
	[0x53] = {"RESERVE TRACK", "MMC-6", NULL, .len = 10},
	[0x54] = {"SEND OPC INFORMATION", "MMC-6", NULL, .len = 10, .dir = SCSI_OUT},
	[0x55] = {"MODE SELECT(10)", "SPC-3 6.8",
		ROWS(OPCODE, BITS("pf", 1, 4, 1), BITS("sp", 1, 0, 1),
			NUM("parameter_list_length", 7, 2), CONTROL(9)),
		.len = 10, .dir = SCSI_OUT, .data = SCSI_MODE_10, ALLOCATES(7, 2)},
	[0x56] = {"RESERVE(10)", "SPC-2 7.21", NULL, .len = 10, .dir = SCSI_EITHER},
	[0x57] = {"RELEASE(10)", "SPC-2 7.16", NULL, .len = 10, .dir = SCSI_EITHER},
	[0x5a] = {"MODE SENSE(10)", "SPC-3 6.10",
		ROWS(OPCODE, BITS("llbaa", 1, 4, 1), MODE_SENSE_BITS, NUM("allocation_length", 7, 2),
			CONTROL(9)),
		.len = 10, .dir = SCSI_IN, .data = SCSI_MODE_10, .say = say_mode_sense,
		ALLOCATES(7, 2)},
	[0x5b] = {"CLOSE TRACK SESSION", "MMC-6 6.3", NULL, .len = 10},
	[0x5c] = {"READ BUFFER CAPACITY", "MMC-6 6.17",
		ROWS(OPCODE, BITS("block", 1, 0, 1), NUM("allocation_length", 7, 2), CONTROL(9)),
		.len = 10, .dir = SCSI_IN, ALLOCATES(7, 2)},
	[0x5d] = {"SEND CUE SHEET", "MMC-6 6.32", NULL, .len = 10, .dir = SCSI_OUT},
	[0x5e] = {"PERSISTENT RESERVE IN", "SPC-3 6.11",
		ROWS(OPCODE, BITS_OF("service_action", 1, 0, 5, reserve_in),
			NUM("allocation_length", 7, 2), CONTROL(9)),
		.len = 10, .dir = SCSI_IN, .data = SCSI_RESERVATIONS, .say = say_reserve_in, ALLOCATES(7, 2)},
	[0x5f] = {"PERSISTENT RESERVE OUT", "SPC-3 6.12",
		ROWS(OPCODE, BITS_OF("service_action", 1, 0, 5, reserve_out),
			BITS("scope", 2, 4, 4), BITS_OF("type", 2, 0, 4, reserve_types),
			NUM("parameter_list_length", 5, 4), CONTROL(9)),
		.len = 10, .dir = SCSI_OUT, .say = say_reserve_out, ALLOCATES(5, 4)},
	[0x85] = {"ATA PASS-THROUGH(16)", "SAT-2 12.2",
		ROWS(OPCODE, BITS("multiple_count", 1, 5, 3),
			BITS_OF("protocol", 1, 1, 4, ata_protocols), BITS("extend", 1, 0, 1),
			BITS("off_line", 2, 6, 2), BITS("ck_cond", 2, 5, 1), BITS("t_dir", 2, 3, 1),
			BITS("byt_blok", 2, 2, 1), BITS("t_length", 2, 0, 2),
			{"features", 3, 2, 0, 0, SCSI_UINT, SHOW_HEX4, NULL},
			NUM("sector_count", 5, 2), {"ata_lba", 7, 6, 0, 0, SCSI_BYTES, 0, NULL},
			HEX("device", 13, NULL), HEX("ata_command", 14, ata_commands), CONTROL(15)),
		.len = 16, .dir = SCSI_EITHER, .say = say_ata_16},
	[0x88] = {"READ(16)", "SBC-2 5.8", BLOCKS_16(PROTECT, DPO_FUA), .dir = SCSI_IN, AT_16},
	[0x89] = {"COMPARE AND WRITE", "SBC-3 5.2",
		ROWS(OPCODE, PROTECT, DPO_FUA, COUNT("lba", 2, 8), COUNT("blocks", 13, 1),
			BITS("group", 14, 0, 5), CONTROL(15)),
		.len = 16, .dir = SCSI_OUT, .lba = {2, 8}},
	[0x8a] = {"WRITE(16)", "SBC-2 5.27", BLOCKS_16(PROTECT, DPO_FUA), .dir = SCSI_OUT, AT_16},
	[0x8e] = {"WRITE AND VERIFY(16)", "SBC-2 5.31", BLOCKS_16(VERIFY_BITS), .dir = SCSI_OUT, AT_16},
	[0x8f] = {"VERIFY(16)", "SBC-2 5.22", BLOCKS_16(VERIFY_BITS), .dir = SCSI_EITHER, AT_16},
	[0x90] = {"PRE-FETCH(16)", "SBC-2 5.4", BLOCKS_16(BITS("immed", 1, 1, 1)), AT_16},
	[0x91] = {"SYNCHRONIZE CACHE(16)", "SBC-2 5.19", BLOCKS_16(CACHE_BITS), AT_16},
	[0x93] = {"WRITE SAME(16)", "SBC-2 5.36", BLOCKS_16(SAME_BITS), .dir = SCSI_OUT, AT_16},
	[0xa0] = {"REPORT LUNS", "SPC-3 6.21",
		ROWS(OPCODE, {"select_report", 2, 1, 0, 0, SCSI_UINT, SHOW_PLAIN, luns_reports},
			NUM("allocation_length", 6, 4), CONTROL(11)),
		.len = 12, .dir = SCSI_IN, .data = SCSI_LUNS, ALLOCATES(6, 4)},
	[0xa1] = {"ATA PASS-THROUGH(12)", "SAT-2 12.2",
		ROWS(OPCODE, BITS("multiple_count", 1, 5, 3),
			BITS_OF("protocol", 1, 1, 4, ata_protocols), BITS("off_line", 2, 6, 2),
			BITS("ck_cond", 2, 5, 1), BITS("t_dir", 2, 3, 1), BITS("byt_blok", 2, 2, 1),
			BITS("t_length", 2, 0, 2), HEX("features", 3, NULL), NUM("sector_count", 4, 1),
			{"ata_lba", 5, 3, 0, 0, SCSI_BYTES, 0, NULL}, HEX("device", 8, NULL),
			HEX("ata_command", 9, ata_commands), CONTROL(11)),
		.len = 12, .dir = SCSI_EITHER, .say = say_ata_12},
	[0xa2] = {"SECURITY PROTOCOL IN", "SPC-4",
		ROWS(OPCODE, HEX("security_protocol", 1, NULL), NUM("protocol_specific", 2, 2),
			BITS("inc_512", 4, 7, 1), NUM("allocation_length", 6, 4), CONTROL(11)),
		.len = 12, .dir = SCSI_IN},
	[0xa4] = {"REPORT KEY", "MMC-6", ROWS(OPCODE, NUM("allocation_length", 8, 2),
			BITS("agid", 10, 6, 2), BITS("key_format", 10, 0, 6), CONTROL(11)),
		.len = 12, .dir = SCSI_IN, ALLOCATES(8, 2)},
	[0xa6] = {"LOAD/UNLOAD MEDIUM", "MMC-6 6.9", NULL, .len = 12},
	[0xa8] = {"READ(12)", "SBC-2 5.7", BLOCKS_12(PROTECT, DPO_FUA), .dir = SCSI_IN, AT_12},
	[0xaa] = {"WRITE(12)", "SBC-2 5.26", BLOCKS_12(PROTECT, DPO_FUA), .dir = SCSI_OUT, AT_12},
	[0xac] = {"GET PERFORMANCE", "MMC-6 6.7", NULL, .len = 12, .dir = SCSI_IN},
	[0xad] = {"READ DISC STRUCTURE", "MMC-6 6.22",
		ROWS(OPCODE, BITS("media_type", 1, 0, 4), NUM("address", 2, 4), NUM("layer", 6, 1),
			NUM("format", 7, 1), NUM("allocation_length", 8, 2), CONTROL(11)),
		.len = 12, .dir = SCSI_IN, ALLOCATES(8, 2)},
	[0xae] = {"WRITE AND VERIFY(12)", "SBC-2 5.30", BLOCKS_12(VERIFY_BITS), .dir = SCSI_OUT, AT_12},
	[0xaf] = {"VERIFY(12)", "SBC-2 5.21", BLOCKS_12(VERIFY_BITS), .dir = SCSI_EITHER, AT_12},
	[0xb5] = {"SECURITY PROTOCOL OUT", "SPC-4",
		ROWS(OPCODE, HEX("security_protocol", 1, NULL), NUM("protocol_specific", 2, 2),
			BITS("inc_512", 4, 7, 1), NUM("transfer_length", 6, 4), CONTROL(11)),
		.len = 12, .dir = SCSI_OUT},
	[0xb6] = {"SET STREAMING", "MMC-6", NULL, .len = 12, .dir = SCSI_OUT},
	[0xb7] = {"READ DEFECT DATA(12)", "SBC-2 5.13", NULL, .len = 12, .dir = SCSI_IN},
	[0xb9] = {"READ CD MSF", "MMC-6 6.20", NULL, .len = 12, .dir = SCSI_IN},
	[0xbb] = {"SET CD SPEED", "MMC-6",
		ROWS(OPCODE, NUM("read_speed", 2, 2), NUM("write_speed", 4, 2), CONTROL(11)), .len = 12},
	[0xbd] = {"MECHANISM STATUS", "MMC-6 6.10", ROWS(OPCODE, NUM("allocation_length", 8, 2), CONTROL(11)),
		.len = 12, .dir = SCSI_IN, ALLOCATES(8, 2)},
	[0xbe] = {"READ CD", "MMC-6 6.19",
		ROWS(OPCODE, BITS("sector_type", 1, 2, 3), COUNT("lba", 2, 4), COUNT("blocks", 6, 3),
			HEX("main_channel", 9, NULL), BITS("sub_channel", 10, 0, 3), CONTROL(11)),
		.len = 12, .dir = SCSI_IN, .lba = {2, 4}, .blocks = {6, 3}},
	[0xbf] = {"SEND DISC STRUCTURE", "MMC-6", NULL, .len = 12, .dir = SCSI_OUT},
};

/* MMC's meaning of an opcode that SBC has too: by direction. */
static const struct scsi_command read_subchannel = {"READ SUB-CHANNEL", "MMC-6",
	ROWS(OPCODE, BITS("msf", 1, 1, 1), BITS("subq", 2, 6, 1), HEX("format", 3, NULL),
		NUM("track", 6, 1), NUM("allocation_length", 7, 2), CONTROL(9)),
	.len = 10, .dir = SCSI_IN, ALLOCATES(7, 2)};

/* Those that a service action, bits 4…0 of byte 1, tells apart. */
static const struct action {
	uint8_t opcode, action;
	struct scsi_command command;
} actions[] = {
	{0x9e, 0x10, {"READ CAPACITY(16)", "SBC-2 5.11",
		ROWS(OPCODE, SERVICE_ACTION, COUNT("from_lba", 2, 8), NUM("allocation_length", 10, 4),
			BITS("pmi", 14, 0, 1), CONTROL(15)),
		.len = 16, .dir = SCSI_IN, .data = SCSI_CAPACITY_16, ALLOCATES(10, 4)}},
	{0x9e, 0x11, {"READ LONG(16)", "SBC-2 5.15", NULL, .len = 16, .dir = SCSI_IN, .lba = {2, 8}}},
	{0x9e, 0x12, {"GET LBA STATUS", "SBC-3 5.4",
		ROWS(OPCODE, SERVICE_ACTION, COUNT("lba", 2, 8), NUM("allocation_length", 10, 4),
			CONTROL(15)),
		.len = 16, .dir = SCSI_IN, .lba = {2, 8}, ALLOCATES(10, 4)}},
	{0x9f, 0x11, {"WRITE LONG(16)", "SBC-2 5.34", NULL, .len = 16, .dir = SCSI_OUT, .lba = {2, 8}}},
	{0xa3, 0x05, {"REPORT IDENTIFYING INFORMATION", "SPC-4", NULL, .len = 12, .dir = SCSI_IN}},
	{0xa3, 0x0a, {"REPORT TARGET PORT GROUPS", "SPC-3 6.25",
		ROWS(OPCODE, SERVICE_ACTION, NUM("allocation_length", 6, 4), CONTROL(11)),
		.len = 12, .dir = SCSI_IN, ALLOCATES(6, 4)}},
	{0xa3, 0x0c, {"REPORT SUPPORTED OPERATION CODES", "SPC-3 6.23",
		ROWS(OPCODE, SERVICE_ACTION, BITS("rctd", 2, 7, 1), BITS("reporting_options", 2, 0, 3),
			HEX("requested_opcode", 3, NULL), NUM("requested_action", 4, 2),
			NUM("allocation_length", 6, 4), CONTROL(11)),
		.len = 12, .dir = SCSI_IN, ALLOCATES(6, 4)}},
	{0xa3, 0x0d, {"REPORT SUPPORTED TASK MANAGEMENT FUNCTIONS", "SPC-3 6.24",
		ROWS(OPCODE, SERVICE_ACTION, NUM("allocation_length", 6, 4), CONTROL(11)),
		.len = 12, .dir = SCSI_IN, ALLOCATES(6, 4)}},
	{0xa3, 0x0f, {"REPORT TIMESTAMP", "SPC-3 6.26", NULL, .len = 12, .dir = SCSI_IN}},
};
/* clang-format on */

const struct scsi_command *scsi_command(const struct scsi_cdb *c)
{
	const struct scsi_command *known = &commands[c->b[0]];

	if (!c->len)
		return NULL;
	if (c->b[0] == 0x42 && c->dir == SCSI_IN)
		return &read_subchannel;
	if (known->name)
		return known;
	for (size_t i = 0; i < ARRAY_LEN(actions); i++)
		if (actions[i].opcode == c->b[0] && actions[i].action == (c->b[1] & 31))
			return &actions[i].command;
	return NULL;
}

unsigned scsi_cdb_len(uint8_t opcode)
{
	static const uint8_t of_group[8] = {6, 10, 10, 0, 16, 12, 0, 0};

	return of_group[opcode >> 5];
}
