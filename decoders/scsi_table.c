/* scsi_table.c: SCSI commands as data: names, layouts of the CDBs, what they move. */
#include "base/cursor.h"
#include "base/mem.h"
#include "decoders/scsi_data.h"
#include "decoders/scsi_rows.h"

/* ---- words -------------------------------------------------------------------------- */

/* SPC-3 7.6.1, SBC-3 6.6.1 */
const struct scsi_name scsi_vpd_pages[] = {{0x00, "supported pages"}, {0x80, "unit serial number"},
	{0x81, "implemented operating definition"}, {0x82, "operating definition in ASCII"},
	{0x83, "device identification"}, {0x84, "software interface identification"},
	{0x85, "management network addresses"}, {0x86, "extended INQUIRY data"},
	{0x87, "mode page policy"}, {0x88, "SCSI ports"}, {0x89, "ATA information"},
	{0x8a, "power condition"}, {0x8b, "device constituents"}, {0x8c, "CFA profile"},
	{0x8d, "power consumption"}, {0x8f, "third-party copy"},
	{0x90, "protocol specific logical unit"}, {0x91, "protocol specific port"},
	{0x92, "SCSI feature sets"}, {0xb0, "block limits"}, {0xb1, "block device characteristics"},
	{0xb2, "logical block provisioning"}, {0xb3, "referrals"},
	{0xb4, "supported block lengths and protection types"},
	{0xb5, "block device characteristics extension"},
	{0xb6, "zoned block device characteristics"}, {0xb7, "block limits extension"},
	{0xb8, "format presets"}, {0xb9, "concurrent positioning ranges"}, {0, NULL}};

/* SPC-3 7.4.5, SBC-3 6.5.1, UFI 4.5, MMC-6 7. Two numbers mean something else to optical drives. */
const struct scsi_name scsi_mode_pages[] = {{0x00, "vendor specific"},
	{0x01, "read-write error recovery"}, {0x02, "disconnect-reconnect"},
	{0x03, "format device or MRW"}, {0x04, "rigid disk geometry"},
	{0x05, "flexible disk or write parameters"}, {0x06, "optical memory"},
	{0x07, "verify error recovery"}, {0x08, "caching"}, {0x09, "peripheral device"},
	{0x0a, "control"}, {0x0b, "medium types supported"}, {0x0c, "notch and partition"},
	{0x0d, "CD device parameters"}, {0x0e, "CD audio control"}, {0x0f, "data compression"},
	{0x10, "XOR control"}, {0x11, "medium partition"}, {0x14, "enclosure services"},
	{0x18, "protocol specific logical unit"}, {0x19, "protocol specific port"},
	{0x1a, "power condition"}, {0x1b, "removable block access capabilities"},
	{0x1c, "informational exceptions control"}, {0x1d, "time-out and protect"},
	{0x2a, "capabilities and mechanical status"}, {0x3f, "all pages"}, {0, NULL}};

/* SPC-3 7.2.1, SBC-3 6.4.1 */
const struct scsi_name scsi_log_pages[] = {{0x00, "supported pages"},
	{0x01, "buffer overruns and underruns"}, {0x02, "write errors"}, {0x03, "read errors"},
	{0x04, "read reverse errors"}, {0x05, "verify errors"}, {0x06, "non-medium errors"},
	{0x07, "last error events"}, {0x08, "format status"}, {0x0b, "last deferred errors"},
	{0x0c, "logical block provisioning"}, {0x0d, "temperature"}, {0x0e, "start-stop cycles"},
	{0x0f, "application client"}, {0x10, "self-test results"}, {0x11, "solid state media"},
	{0x15, "background scan"}, {0x16, "ATA PASS-THROUGH results"}, {0x17, "non-volatile cache"},
	{0x18, "protocol specific port"}, {0x19, "statistics"},
	{0x1a, "power condition transitions"}, {0x2e, "TapeAlert"},
	{0x2f, "informational exceptions"}, {0, NULL}};

static const struct scsi_name page_controls[] = {{0, "current values"}, {1, "changeable values"},
	{2, "default values"}, {3, "saved values"}, {0, NULL}}; /* SPC-3 6.9.1 */
static const struct scsi_name power_conditions[] = {{0, "by START and LOEJ"}, {1, "active"},
	{2, "idle"}, {3, "standby"}, {5, "sleep"}, {7, "LU control"}, {0xa, "force idle"},
	{0xb, "force standby"}, {0, NULL}}; /* SBC-2 5.17; 5: MMC */
static const struct scsi_name prevents[] = {{0, "allow"}, {1, "prevent"}, {2, "allow, persistent"},
	{3, "prevent, persistent"}, {0, NULL}}; /* SPC-3 6.13 */
static const struct scsi_name reserve_in[] = {{0, "READ KEYS"}, {1, "READ RESERVATION"},
	{2, "REPORT CAPABILITIES"}, {3, "READ FULL STATUS"}, {0, NULL}}; /* SPC-3 6.11.1 */
static const struct scsi_name reserve_out[] = {{0, "REGISTER"}, {1, "RESERVE"}, {2, "RELEASE"},
	{3, "CLEAR"}, {4, "PREEMPT"}, {5, "PREEMPT AND ABORT"},
	{6, "REGISTER AND IGNORE EXISTING KEY"}, {7, "REGISTER AND MOVE"},
	{8, "REPLACE LOST RESERVATION"}, {0, NULL}}; /* SPC-3 6.12.2; 8: SPC-4 */
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
/* ATA8-ACS, ACS-2: the commands that pass through most */
static const struct scsi_name ata_commands[] = {{0x00, "NOP"}, {0x06, "DATA SET MANAGEMENT"},
	{0x08, "DEVICE RESET"}, {0x20, "READ SECTORS"}, {0x24, "READ SECTORS EXT"},
	{0x25, "READ DMA EXT"}, {0x27, "READ NATIVE MAX ADDRESS EXT"}, {0x2f, "READ LOG EXT"},
	{0x30, "WRITE SECTORS"}, {0x34, "WRITE SECTORS EXT"}, {0x35, "WRITE DMA EXT"},
	{0x37, "SET MAX ADDRESS EXT"}, {0x3f, "WRITE LOG EXT"}, {0x40, "READ VERIFY SECTORS"},
	{0x42, "READ VERIFY SECTORS EXT"}, {0x47, "READ LOG DMA EXT"}, {0x57, "WRITE LOG DMA EXT"},
	{0x5b, "TRUSTED NON-DATA"}, {0x5c, "TRUSTED RECEIVE"}, {0x5d, "TRUSTED RECEIVE DMA"},
	{0x5e, "TRUSTED SEND"}, {0x5f, "TRUSTED SEND DMA"}, {0x60, "READ FPDMA QUEUED"},
	{0x61, "WRITE FPDMA QUEUED"}, {0x90, "EXECUTE DEVICE DIAGNOSTIC"},
	{0x92, "DOWNLOAD MICROCODE"}, {0x93, "DOWNLOAD MICROCODE DMA"}, {0xa0, "PACKET"},
	{0xa1, "IDENTIFY PACKET DEVICE"}, {0xb0, "SMART"}, {0xb1, "DEVICE CONFIGURATION OVERLAY"},
	{0xb4, "SANITIZE DEVICE"}, {0xc4, "READ MULTIPLE"}, {0xc5, "WRITE MULTIPLE"},
	{0xc6, "SET MULTIPLE MODE"}, {0xc8, "READ DMA"}, {0xca, "WRITE DMA"},
	{0xe0, "STANDBY IMMEDIATE"}, {0xe1, "IDLE IMMEDIATE"}, {0xe2, "STANDBY"}, {0xe3, "IDLE"},
	{0xe4, "READ BUFFER"}, {0xe5, "CHECK POWER MODE"}, {0xe6, "SLEEP"}, {0xe7, "FLUSH CACHE"},
	{0xe8, "WRITE BUFFER"}, {0xea, "FLUSH CACHE EXT"}, {0xec, "IDENTIFY DEVICE"},
	{0xef, "SET FEATURES"}, {0xf1, "SECURITY SET PASSWORD"}, {0xf2, "SECURITY UNLOCK"},
	{0xf3, "SECURITY ERASE PREPARE"}, {0xf4, "SECURITY ERASE UNIT"},
	{0xf5, "SECURITY FREEZE LOCK"}, {0xf6, "SECURITY DISABLE PASSWORD"},
	{0xf8, "READ NATIVE MAX ADDRESS"}, {0xf9, "SET MAX ADDRESS"}, {0, NULL}};
/* SPC-3 6.35, 6.15; 0Dh to 0Fh: SPC-4 */
static const struct scsi_name write_modes[] = {{0, "header and data"}, {1, "vendor specific"},
	{2, "data"}, {4, "microcode"}, {5, "microcode, save"}, {6, "microcode by offsets"},
	{7, "microcode by offsets, save"}, {0xa, "echo buffer"},
	{0xd, "microcode by offsets, activate as selected"},
	{0xe, "microcode by offsets, activate later"}, {0xf, "activate microcode"},
	{0x1c, "application client error history"}, {0, NULL}};
static const struct scsi_name read_modes[] = {{0, "header and data"}, {1, "vendor specific"},
	{2, "data"}, {3, "descriptor"}, {0xa, "echo buffer"}, {0xb, "echo buffer descriptor"},
	{0x1c, "error history"}, {0, NULL}};
/* SPC-3 6.28 */
static const struct scsi_name self_tests[] = {{1, "background short"}, {2, "background extended"},
	{4, "abort background self-test"}, {5, "foreground short"}, {6, "foreground extended"},
	{0, NULL}};
static const struct scsi_name sanitizes[] = {{1, "overwrite"}, {2, "block erase"},
	{3, "cryptographic erase"}, {0x1f, "exit failure mode"}, {0, NULL}}; /* SBC-3 5.24 */
/* SPC-4, SECURITY PROTOCOL IN */
static const struct scsi_name security_protocols[] = {{0x00, "information"}, {0x01, "TCG"},
	{0x02, "TCG"}, {0x03, "TCG"}, {0x04, "TCG"}, {0x05, "TCG"}, {0x06, "TCG"},
	{0x20, "tape data encryption"}, {0x21, "data encryption configuration"},
	{0x40, "SA creation capabilities"}, {0x41, "IKEv2-SCSI"}, {0xed, "SD card trusted flash"},
	{0xee, "IEEE 1667"}, {0xef, "ATA device server password"}, {0, NULL}};
/* MMC-6 6.2, 6.3 */
static const struct scsi_name blankings[] = {{0, "disc"}, {1, "minimally"}, {2, "track"},
	{3, "unreserve track"}, {4, "track tail"}, {5, "unclose last session"}, {6, "session"},
	{0, NULL}};
static const struct scsi_name closings[] = {{0, "stop background format"}, {1, "track"},
	{2, "session"}, {3, "session, special case"},
	{5, "last session and finalize, special case"}, {6, "last session and finalize"},
	{0, NULL}};

/* ---- layouts of CDBs ---------------------------------------------------------------- */

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
#define SAME_BITS      BITS("protect", 1, 5, 3), BITS("anchor", 1, 4, 1), BITS("unmap", 1, 3, 1)
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

#define ZONE ROWS(OPCODE, SERVICE_ACTION, COUNT("lba", 2, 8), BITS("all", 14, 0, 1), CONTROL(15))
#define MODE_SENSE_BITS                                                                            \
	BITS("dbd", 1, 3, 1), BITS_OF("page_control", 2, 6, 2, page_controls),                     \
		BITS_OF("page", 2, 0, 6, scsi_mode_pages), HEX("subpage", 3, NULL)

/* ---- words behind the name ---------------------------------------------------------- */

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

static void say_same(const uint8_t *cdb, struct text *t)
{
	text_str(t, cdb[1] & 8 ? " unmap" : "");
}

static void say_write_buffer(const uint8_t *cdb, struct text *t)
{
	say_name_of(t, write_modes, cdb[1] & 31);
}

static void say_read_buffer(const uint8_t *cdb, struct text *t)
{
	say_name_of(t, read_modes, cdb[1] & 31);
}

static void say_self_test(const uint8_t *cdb, struct text *t)
{
	if (cdb[1] >> 5)
		say_name_of(t, self_tests, cdb[1] >> 5);
	else
		text_str(t, cdb[1] & 4 ? " default self-test" : "");
}

static void say_sanitize(const uint8_t *cdb, struct text *t)
{
	say_name_of(t, sanitizes, cdb[1] & 31);
}

static void say_security(const uint8_t *cdb, struct text *t)
{
	say_name_of(t, security_protocols, cdb[1]);
}

static void say_blank(const uint8_t *cdb, struct text *t)
{
	say_name_of(t, blankings, cdb[1] & 7);
}

static void say_close(const uint8_t *cdb, struct text *t)
{
	say_name_of(t, closings, cdb[2] & 7);
}

static void say_reserve_in(const uint8_t *cdb, struct text *t)
{
	say_name_of(t, reserve_in, cdb[1] & 31);
}

static void say_reserve_out(const uint8_t *cdb, struct text *t)
{
	say_name_of(t, reserve_out, cdb[1] & 31);
}

uint8_t scsi_toc_format(const uint8_t *cdb)
{
	return cdb[2] & 15 ? cdb[2] & 15 : cdb[9] >> 6;
}

static void say_toc(const uint8_t *cdb, struct text *t)
{
	uint8_t format = scsi_toc_format(cdb);

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

/* ---- commands by opcode ------------------------------------------------------------- */

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
		ROWS(OPCODE, BITS_OF("self_test_code", 1, 5, 3, self_tests), BITS("pf", 1, 4, 1),
			BITS("selftest", 1, 2, 1), BITS("devoffl", 1, 1, 1),
			BITS("unitoffl", 1, 0, 1), NUM("parameter_list_length", 3, 2), CONTROL(5)),
		.len = 6, .dir = SCSI_OUT, .say = say_self_test, ALLOCATES(3, 2)},
	[0x2c] = {"ERASE(10)", "MMC-5 6.4",
		ROWS(OPCODE, COUNT("lba", 2, 4), COUNT("blocks", 7, 2), CONTROL(9)), AT_10},
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
	[0x34] = {"PRE-FETCH(10)", "SBC-2 5.3", BLOCKS_10(BITS("immed", 1, 1, 1)), .rest = true, AT_10},
	[0x35] = {"SYNCHRONIZE CACHE(10)", "SBC-2 5.18", BLOCKS_10(CACHE_BITS), .rest = true, AT_10},
	[0x37] = {"READ DEFECT DATA(10)", "SBC-2 5.12",
		ROWS(OPCODE, BITS("req_plist", 2, 4, 1), BITS("req_glist", 2, 3, 1),
			BITS("defect_list_format", 2, 0, 3), NUM("allocation_length", 7, 2),
			CONTROL(9)),
		.len = 10, .dir = SCSI_IN, ALLOCATES(7, 2)},
	[0x3b] = {"WRITE BUFFER", "SPC-3 6.35",
		ROWS(OPCODE, BITS_OF("mode", 1, 0, 5, write_modes), NUM("buffer_id", 2, 1),
			COUNT("buffer_offset", 3, 3), COUNT("parameter_list_length", 6, 3),
			CONTROL(9)),
		.len = 10, .dir = SCSI_OUT, .say = say_write_buffer, ALLOCATES(6, 3)},
	[0x3c] = {"READ BUFFER", "SPC-3 6.15",
		ROWS(OPCODE, BITS_OF("mode", 1, 0, 5, read_modes), NUM("buffer_id", 2, 1),
			COUNT("buffer_offset", 3, 3), COUNT("allocation_length", 6, 3), CONTROL(9)),
		.len = 10, .dir = SCSI_IN, .say = say_read_buffer, ALLOCATES(6, 3)},
	[0x3e] = {"READ LONG(10)", "SBC-2 5.14",
		ROWS(OPCODE, BITS("correct", 1, 1, 1), COUNT("lba", 2, 4), COUNT("byte_count", 7, 2),
			CONTROL(9)),
		.len = 10, .dir = SCSI_IN, .lba = {2, 4}, ALLOCATES(7, 2)},
	[0x3f] = {"WRITE LONG(10)", "SBC-2 5.33",
		ROWS(OPCODE, BITS("cor_dis", 1, 7, 1), COUNT("lba", 2, 4), COUNT("byte_count", 7, 2),
			CONTROL(9)),
		.len = 10, .dir = SCSI_OUT, .lba = {2, 4}, ALLOCATES(7, 2)},
	[0x41] = {"WRITE SAME(10)", "SBC-2 5.35", BLOCKS_10(SAME_BITS), .dir = SCSI_OUT,
		.say = say_same, .rest = true, AT_10},
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
	[0x48] = {"SANITIZE", "SBC-3 5.24",
		ROWS(OPCODE, BITS("immed", 1, 7, 1), BITS("ause", 1, 5, 1),
			BITS_OF("service_action", 1, 0, 5, sanitizes), NUM("parameter_list_length", 7, 2),
			CONTROL(9)),
		.len = 10, .dir = SCSI_EITHER, .say = say_sanitize, ALLOCATES(7, 2)},
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
	[0x4e] = {"STOP PLAY/SCAN", "MMC-6", ROWS(OPCODE, CONTROL(9)), .len = 10},
	[0x51] = {"READ DISC INFORMATION", "MMC-6 6.21",
		ROWS(OPCODE, BITS("data_type", 1, 0, 3), NUM("allocation_length", 7, 2), CONTROL(9)),
		.len = 10, .dir = SCSI_IN, .data = SCSI_DISC, ALLOCATES(7, 2)},
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
	[0x58] = {"REPAIR TRACK", "MMC-6", NULL, .len = 10},
	[0x5a] = {"MODE SENSE(10)", "SPC-3 6.10",
		ROWS(OPCODE, BITS("llbaa", 1, 4, 1), MODE_SENSE_BITS, NUM("allocation_length", 7, 2),
			CONTROL(9)),
		.len = 10, .dir = SCSI_IN, .data = SCSI_MODE_10, .say = say_mode_sense,
		ALLOCATES(7, 2)},
	[0x5b] = {"CLOSE TRACK SESSION", "MMC-6 6.3",
		ROWS(OPCODE, BITS("immed", 1, 0, 1), BITS_OF("close_function", 2, 0, 3, closings),
			NUM("track", 4, 2), CONTROL(9)),
		.len = 10, .say = say_close},
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
	[0x8b] = {"ORWRITE(16)", "SBC-3 5.5", BLOCKS_16(PROTECT, DPO_FUA), .dir = SCSI_OUT, AT_16},
	[0x8c] = {"READ ATTRIBUTE", "SPC-3 6.14", NULL, .len = 16, .dir = SCSI_IN},
	[0x8d] = {"WRITE ATTRIBUTE", "SPC-3 6.34", NULL, .len = 16, .dir = SCSI_OUT},
	[0x8e] = {"WRITE AND VERIFY(16)", "SBC-2 5.31", BLOCKS_16(VERIFY_BITS), .dir = SCSI_OUT, AT_16},
	[0x8f] = {"VERIFY(16)", "SBC-2 5.22", BLOCKS_16(VERIFY_BITS), .dir = SCSI_EITHER, AT_16},
	[0x90] = {"PRE-FETCH(16)", "SBC-2 5.4", BLOCKS_16(BITS("immed", 1, 1, 1)), .rest = true, AT_16},
	[0x91] = {"SYNCHRONIZE CACHE(16)", "SBC-2 5.19", BLOCKS_16(CACHE_BITS), .rest = true, AT_16},
	[0x93] = {"WRITE SAME(16)", "SBC-2 5.36", BLOCKS_16(SAME_BITS, BITS("ndob", 1, 0, 1)),
		.dir = SCSI_OUT, .say = say_same, .rest = true, AT_16},
	[0x9b] = {"READ BUFFER(16)", "SPC-5", ROWS(OPCODE, BITS_OF("mode", 1, 0, 5, read_modes)),
		.len = 16, .dir = SCSI_IN, .say = say_read_buffer},
	[0x9c] = {"WRITE ATOMIC(16)", "SBC-4", NULL, .len = 16, .dir = SCSI_OUT, .lba = {2, 8}},
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
		ROWS(OPCODE, HEX("security_protocol", 1, security_protocols),
			NUM("protocol_specific", 2, 2), BITS("inc_512", 4, 7, 1),
			NUM("allocation_length", 6, 4), CONTROL(11)),
		.len = 12, .dir = SCSI_IN, .say = say_security},
	[0xa5] = {"PLAY AUDIO(12)", "MMC-6",
		ROWS(OPCODE, COUNT("lba", 2, 4), COUNT("blocks", 6, 4), CONTROL(11)), AT_12},
	[0xa6] = {"LOAD/UNLOAD MEDIUM", "MMC-6 6.9", NULL, .len = 12},
	[0xa7] = {"SET READ AHEAD", "MMC-6",
		ROWS(OPCODE, COUNT("trigger_lba", 2, 4), COUNT("read_ahead_lba", 6, 4), CONTROL(11)),
		.len = 12},
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
		ROWS(OPCODE, HEX("security_protocol", 1, security_protocols),
			NUM("protocol_specific", 2, 2), BITS("inc_512", 4, 7, 1),
			NUM("transfer_length", 6, 4), CONTROL(11)),
		.len = 12, .dir = SCSI_OUT, .say = say_security},
	[0xb6] = {"SET STREAMING", "MMC-6", NULL, .len = 12, .dir = SCSI_OUT},
	[0xb7] = {"READ DEFECT DATA(12)", "SBC-2 5.13", NULL, .len = 12, .dir = SCSI_IN},
	[0xb9] = {"READ CD MSF", "MMC-6 6.20", NULL, .len = 12, .dir = SCSI_IN},
	[0xba] = {"SCAN", "MMC-6", NULL, .len = 12},
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

/* MMC's meaning of opcodes that SBC and SAT have, too. */
static const struct scsi_command read_subchannel = {"READ SUB-CHANNEL", "MMC-6",
	ROWS(OPCODE, BITS("msf", 1, 1, 1), BITS("subq", 2, 6, 1), HEX("format", 3, NULL),
		NUM("track", 6, 1), NUM("allocation_length", 7, 2), CONTROL(9)),
	.len = 10, .dir = SCSI_IN, ALLOCATES(7, 2)};
static const struct scsi_command blank = {"BLANK", "MMC-6 6.2",
	ROWS(OPCODE, BITS("immed", 1, 4, 1), BITS_OF("blanking_type", 1, 0, 3, blankings),
		COUNT("start", 2, 4), CONTROL(11)),
	.len = 12, .say = say_blank};

/* Those that a service action, bits 4…0 of byte 1, tells apart. */
static const struct action {
	uint8_t opcode, action;
	struct scsi_command command;
} actions[] = {
	{0x83, 0x00, {"EXTENDED COPY", "SPC-3 6.3",
		ROWS(OPCODE, SERVICE_ACTION, NUM("parameter_list_length", 10, 4), CONTROL(15)),
		.len = 16, .dir = SCSI_OUT, ALLOCATES(10, 4)}},
	{0x83, 0x10, {"POPULATE TOKEN", "SBC-3 5.7",
		ROWS(OPCODE, SERVICE_ACTION, NUM("list_identifier", 6, 4),
			NUM("parameter_list_length", 10, 4), BITS("group", 14, 0, 5), CONTROL(15)),
		.len = 16, .dir = SCSI_OUT, ALLOCATES(10, 4)}},
	{0x83, 0x11, {"WRITE USING TOKEN", "SBC-3",
		ROWS(OPCODE, SERVICE_ACTION, NUM("list_identifier", 6, 4),
			NUM("parameter_list_length", 10, 4), BITS("group", 14, 0, 5), CONTROL(15)),
		.len = 16, .dir = SCSI_OUT, ALLOCATES(10, 4)}},
	{0x84, 0x00, {"RECEIVE COPY RESULTS", "SPC-3 6.17", NULL, .len = 16, .dir = SCSI_IN}},
	{0x84, 0x03, {"RECEIVE COPY RESULTS", "SPC-3 6.17", NULL, .len = 16,
		.dir = SCSI_IN}},
	{0x84, 0x07, {"RECEIVE ROD TOKEN INFORMATION", "SPC-4 6.28",
		ROWS(OPCODE, SERVICE_ACTION, NUM("list_identifier", 2, 4),
			NUM("allocation_length", 10, 4), CONTROL(15)),
		.len = 16, .dir = SCSI_IN, ALLOCATES(10, 4)}},
	{0x94, 0x01, {"CLOSE ZONE", "ZBC", ZONE, .len = 16, .lba = {2, 8}}},
	{0x94, 0x02, {"FINISH ZONE", "ZBC", ZONE, .len = 16, .lba = {2, 8}}},
	{0x94, 0x03, {"OPEN ZONE", "ZBC", ZONE, .len = 16, .lba = {2, 8}}},
	{0x94, 0x04, {"RESET WRITE POINTER", "ZBC", ZONE, .len = 16, .lba = {2, 8}}},
	{0x95, 0x00, {"REPORT ZONES", "ZBC",
		ROWS(OPCODE, SERVICE_ACTION, COUNT("lba", 2, 8), NUM("allocation_length", 10, 4),
			BITS("partial", 14, 7, 1), BITS("reporting_options", 14, 0, 6), CONTROL(15)),
		.len = 16, .dir = SCSI_IN, .lba = {2, 8}, ALLOCATES(10, 4)}},
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
	{0x9e, 0x16, {"GET STREAM STATUS", "SBC-4", NULL, .len = 16, .dir = SCSI_IN}},
	{0x9e, 0x17, {"GET PHYSICAL ELEMENT STATUS", "SBC-4", NULL, .len = 16, .dir = SCSI_IN}},
	{0xa3, 0x00, {"SEND KEY", "MMC-6", ROWS(OPCODE, NUM("parameter_list_length", 8, 2),
			BITS("agid", 10, 6, 2), BITS("key_format", 10, 0, 6), CONTROL(11)),
		.len = 12, .dir = SCSI_OUT, ALLOCATES(8, 2)}},
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
	{0xa4, 0x00, {"REPORT KEY", "MMC-6", ROWS(OPCODE, NUM("allocation_length", 8, 2),
			BITS("agid", 10, 6, 2), BITS("key_format", 10, 0, 6), CONTROL(11)),
		.len = 12, .dir = SCSI_IN, ALLOCATES(8, 2)}},
	{0xa4, 0x06, {"SET IDENTIFYING INFORMATION", "SPC-4", NULL, .len = 12, .dir = SCSI_OUT}},
	{0xa4, 0x0a, {"SET TARGET PORT GROUPS", "SPC-3 6.31", NULL, .len = 12, .dir = SCSI_OUT}},
	{0xa4, 0x0f, {"SET TIMESTAMP", "SPC-3 6.32", NULL, .len = 12, .dir = SCSI_OUT}},
	{0xab, 0x01, {"READ MEDIA SERIAL NUMBER", "SPC-3 6.16",
		ROWS(OPCODE, SERVICE_ACTION, NUM("allocation_length", 6, 4), CONTROL(11)),
		.len = 12, .dir = SCSI_IN, ALLOCATES(6, 4)}},
};
/* clang-format on */

/* 42h: by direction. A1h: no ATA command that is worth passing through has the number 0, where
 * BLANK has a reserved byte. */
static const struct scsi_command *optical_meaning(const struct scsi_cdb *c)
{
	if (c->b[0] == 0x42 && c->dir == SCSI_IN)
		return &read_subchannel;
	if (c->b[0] == 0xa1 && c->len >= 12 && !c->b[9] && c->dir != SCSI_IN && c->dir != SCSI_OUT)
		return &blank;
	return NULL;
}

const struct scsi_command *scsi_command(const struct scsi_cdb *c)
{
	const struct scsi_command *known = optical_meaning(c);

	if (!c->len)
		return NULL;
	if (known)
		return known;
	known = &commands[c->b[0]];
	if (known->name)
		return known;
	for (size_t i = 0; i < ARRAY_LEN(actions); i++)
		if (actions[i].opcode == c->b[0] && actions[i].action == (c->b[1] & 31))
			return &actions[i].command;
	return NULL;
}
