/* scsi_data.h: what the files about the data of SCSI commands share: walking over layouts in rows,
 * and what each knows. Private to scsi_*.c. */
#ifndef DECODERS_SCSI_DATA_H
#define DECODERS_SCSI_DATA_H

#include "decoders/scsi.h"

/* A list in an answer is shown up to this many items: the rest is counted. */
enum { SCSI_ITEMS = 64 };

/* A command's data as it is handed around here. */
struct scsi_job {
	const struct scsi_cdb *c;
	struct scsi_bytes b;
};

/* Names of pages: scsi_table.c. */
extern const struct scsi_name scsi_vpd_pages[], scsi_mode_pages[], scsi_log_pages[];

/* A big-endian number of `len` bytes, 0 where they are not all there. */
uint64_t scsi_number_at(const struct scsi_bytes *b, uint32_t at, unsigned len);
/* A field over these bytes, to be closed by emit_close(). */
void scsi_open_part(struct emit *e, const char *key, const struct scsi_bytes *b, const char *text);
/* The same with its rows, closed. */
void scsi_emit_part(struct emit *e, const char *key, const struct scsi_field *rows,
	const struct scsi_bytes *b, const char *text);
/* Items of one size, from `at` to `end`. */
void scsi_emit_list(struct emit *e, const struct scsi_bytes *b, const char *key, uint32_t at,
	uint64_t end, uint32_t size, const struct scsi_field *rows);

/* ---- one kind of data each: a phrase appended to t, fields -------------------------- */

/* scsi_inquiry.c */
void scsi_say_inquiry(const struct scsi_job *j, struct text *t);
void scsi_emit_inquiry(const struct scsi_job *j, struct emit *e);

/* scsi_mode.c: MODE SENSE and MODE SELECT of 6 and 10 bytes */
void scsi_say_mode_6(const struct scsi_job *j, struct text *t);
void scsi_emit_mode_6(const struct scsi_job *j, struct emit *e);
void scsi_say_mode_10(const struct scsi_job *j, struct text *t);
void scsi_emit_mode_10(const struct scsi_job *j, struct emit *e);

/* scsi_optical.c: GET CONFIGURATION, GET EVENT STATUS NOTIFICATION, READ TOC, READ DISC
 * INFORMATION */
void scsi_say_configuration(const struct scsi_job *j, struct text *t);
void scsi_emit_configuration(const struct scsi_job *j, struct emit *e);
void scsi_say_event(const struct scsi_job *j, struct text *t);
void scsi_emit_event(const struct scsi_job *j, struct emit *e);
void scsi_say_toc(const struct scsi_job *j, struct text *t);
void scsi_emit_toc(const struct scsi_job *j, struct emit *e);
void scsi_say_disc(const struct scsi_job *j, struct text *t);
void scsi_emit_disc(const struct scsi_job *j, struct emit *e);

#endif
