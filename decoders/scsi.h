/* scsi.h: SCSI as mass storage carries it: commands, their data, sense data, as text and as fields.
 * Shared by the transports msc.c (bulk-only) and uas.c. Specifications: SPC-3, SPC-4 (all devices),
 * SBC-2, SBC-3 (disks), MMC-6 (optical), SAT-2 (ATA behind SCSI), UFI. Numbers are big-endian. */
#ifndef DECODERS_SCSI_H
#define DECODERS_SCSI_H

#include "base/emit.h"
#include "base/text.h"
#include "decoders/decoder.h"

/* ---- layouts: bytes as rows --------------------------------------------------------- */

/* A number's meaning; a list ends with name NULL. */
struct scsi_name {
	uint16_t value;
	const char *name;
};

enum scsi_kind { SCSI_UINT, SCSI_LITTLE /* a little-endian number */, SCSI_TEXT, SCSI_BYTES };

/* A field: `len` bytes from `off`; width > 0: its bits shift … shift + width - 1. */
struct scsi_field {
	const char *key;
	uint16_t off;
	uint8_t len, shift, width;
	uint8_t kind; /* enum scsi_kind */
	uint8_t show; /* enum show */
	const struct scsi_name *names;
};

/* A part of a transfer's data. */
struct scsi_bytes {
	const uint8_t *p;
	uint32_t off;	/* where p is in the transfer's data */
	uint32_t len;	/* bytes at p */
	uint32_t total; /* bytes there were: > len: the capture cut them */
	bool ended;	/* the device ended it: no more of the answer comes */
};

/* The part from `at` on, at most n bytes. */
struct scsi_bytes scsi_part(const struct scsi_bytes *b, uint32_t at, uint32_t n);
/* A big-endian number of 1 to 8 bytes. */
uint64_t scsi_number(const uint8_t *p, unsigned len);
/* Its name, or NULL. */
const char *scsi_lookup(const struct scsi_name *names, uint64_t value);
/* Emits the rows (ended by key NULL) that are at hand; the first that the capture cut says so, what
 * was not sent is not shown. */
void scsi_rows(struct emit *e, const struct scsi_field *rows, const struct scsi_bytes *b);
/* Text padded with blanks, without them (SPC-3 4.4.1); untrusted. */
struct value scsi_ascii(const uint8_t *p, uint32_t n);

/* ---- commands: scsi_table.c --------------------------------------------------------- */

enum scsi_dir { SCSI_NO_DATA, SCSI_IN, SCSI_OUT, SCSI_EITHER };

/* What the data of a command is; the rest is blocks or unknown. */
enum scsi_data {
	SCSI_RAW,
	SCSI_INQUIRY,
	SCSI_CAPACITY_10,
	SCSI_CAPACITY_16,
	SCSI_MODE_6,
	SCSI_MODE_10,
	SCSI_SENSE,
	SCSI_UNMAP,
	SCSI_LUNS,
	SCSI_CONFIGURATION,
	SCSI_EVENT,
	SCSI_TOC,
	SCSI_DISC,
	SCSI_FORMAT_CAPACITIES,
	SCSI_LOG,
	SCSI_RESERVATIONS,
	SCSI_DATA
};

/* Where commands keep their numbers: byte and length in the CDB, length 0: they have none. */
struct scsi_place {
	uint8_t off, len;
};

struct scsi_command {
	const char *name, *section;
	const struct scsi_field *fields; /* or NULL */
	uint8_t len, dir, data;		 /* of the CDB; enum scsi_dir, scsi_data */
	struct scsi_place lba, blocks;	 /* what is moved */
	struct scsi_place allocation;	 /* at most that many bytes */
	bool rest; /* 0 blocks: all from the address to the end of the medium */
	void (*say)(const uint8_t *cdb, struct text *t); /* appended to the name, or NULL */
};

enum { SCSI_CDB = 16 }; /* bytes kept of a CDB: no command shown here is longer */

/* A command as a transport got it; flat. */
struct scsi_cdb {
	uint8_t b[SCSI_CDB];
	uint8_t len; /* 0: not known */
	uint8_t dir; /* enum scsi_dir as the transport says; SCSI_EITHER: it does not */
};

/* What is known of a command: by opcode, service action and, where an opcode has two meanings,
 * direction or a byte that only one of them uses. NULL: unknown. */
const struct scsi_command *scsi_command(const struct scsi_cdb *c);
/* What READ TOC asks for. */
enum { SCSI_TOC_TRACKS, SCSI_TOC_SESSION };
/* Its format: in byte 2, or where older commands have it, in the upper bits of byte 9 (SFF-8020i):
 * Linux still asks for sessions so. */
uint8_t scsi_toc_format(const uint8_t *cdb);

/* ---- commands: scsi.c --------------------------------------------------------------- */

/* "READ(10)", "vendor command 0xc0", "unknown command 0x9f". */
void scsi_say_name(struct text *t, const struct scsi_cdb *c);
/* "READ(10) LBA 2,048, 8 blocks" */
void scsi_say(struct text *t, const struct scsi_cdb *c);
/* The CDB as a field "command" with those of its layout. len: bytes the transport says it has. */
void scsi_emit_cdb(struct emit *e, const struct scsi_cdb *c, const struct scsi_bytes *b);
/* The command that data or status belongs to, as a field without bytes. */
void scsi_emit_command(struct emit *e, const struct scsi_cdb *c);
/* "4,096 bytes", "1 byte" */
void scsi_say_bytes(struct text *t, uint64_t n);
/* " in 1.2 ms, 3.4 MB/s": the rate of n bytes, left out for none. */
void scsi_say_time(struct text *t, int64_t ns, uint64_t n);

/* ", LUN 2"; nothing for the first. */
void scsi_say_lun(struct text *t, uint8_t lun);

/* A transfer's data. */
struct scsi_bytes scsi_bytes_of(const struct xfer *x);
/* "4,096 bytes of READ(10)"; `none` in place of the bytes where none moved or it is not known. */
void scsi_say_moved(
	struct text *t, const struct scsi_cdb *c, const struct xfer *x, const char *none);
/* Bytes that a data transfer moved, or XFER_UNKNOWN. Where the capture lacks the length of an OUT
 * that succeeded, it is what was asked for. */
int64_t scsi_moved(const struct xfer *x);

/* A number of an exchange as a field, which no bytes tell. */
void scsi_emit_figure(
	struct emit *e, const char *key, uint64_t value, const char *text, enum show show);
/* How long the exchange took. */
void scsi_emit_duration(struct emit *e, const struct exchange *ex);

/* ---- data: scsi_data.c -------------------------------------------------------------- */

/* One phrase for what the data says; nothing where there is nothing to say. `offset`: bytes of the
 * command's data before it. */
void scsi_say_data(
	struct text *t, const struct scsi_cdb *c, uint64_t offset, const struct scsi_bytes *b);
/* The same of a transfer, behind a colon. */
void scsi_say_contents(
	struct text *t, const struct scsi_cdb *c, uint64_t offset, const struct xfer *x);
/* The same as fields. */
void scsi_emit_data(
	struct emit *e, const struct scsi_cdb *c, uint64_t offset, const struct scsi_bytes *b);

/* ---- sense data and status: scsi_sense.c -------------------------------------------- */

/* Flat. */
struct scsi_sense {
	bool known;
	uint8_t key, asc, ascq;
};

struct scsi_sense scsi_sense(const uint8_t *p, uint32_t n);
/* "NOT READY: Medium not present"; a code without a name as a number. */
void scsi_say_sense(struct text *t, const struct scsi_sense *s);
void scsi_emit_sense(struct emit *e, const struct scsi_bytes *b);
/* "CHECK CONDITION" (SAM-4 5.3.1), NULL: reserved. */
const char *scsi_status_name(uint8_t status);

/* ---- fields as filters see them: rows for both transports' tables ------------------- */

/* clang-format off */
#define SCSI_KEYS                                                                                  \
	{"scsi.name", "command", VAL_TEXT, "command, as READ(10); also of its data and status"},   \
	{"scsi.opcode", "opcode", VAL_UINT, "operation code, byte 0 of the CDB"},                  \
	{"scsi.lba", "lba", VAL_UINT, "logical block address of the command"},                     \
	{"scsi.blocks", "blocks", VAL_UINT, "transfer length of the command, in blocks"},          \
	{"scsi.key", "sense_key", VAL_UINT, "sense key, where sense data is returned"},            \
	{"scsi.asc", "asc", VAL_UINT, "additional sense code"},                                    \
	{"scsi.ascq", "ascq", VAL_UINT, "additional sense code qualifier"}
/* clang-format on */

#endif
