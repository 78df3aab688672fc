/* scsi_rows.h: rows of struct scsi_field: {key, byte, bytes, lowest bit, bits, kind, show, names}.
 * For the files that hold tables of them, behind their other includes. */
#ifndef DECODERS_SCSI_ROWS_H
#define DECODERS_SCSI_ROWS_H

#include "decoders/scsi.h"

/* Bits of a byte; a number of some bytes; one that is counted in thousands; a byte in hexadecimal.
 */
#define BITS(key, off, shift, width)                                                               \
	{                                                                                          \
		key, off, 1, shift, width, SCSI_UINT, SHOW_PLAIN, NULL                             \
	}
#define BITS_OF(key, off, shift, width, names)                                                     \
	{                                                                                          \
		key, off, 1, shift, width, SCSI_UINT, SHOW_PLAIN, names                            \
	}
#define NUM(key, off, len)                                                                         \
	{                                                                                          \
		key, off, len, 0, 0, SCSI_UINT, SHOW_PLAIN, NULL                                   \
	}
#define NUM_OF(key, off, len, names)                                                               \
	{                                                                                          \
		key, off, len, 0, 0, SCSI_UINT, SHOW_PLAIN, names                                  \
	}
#define COUNT(key, off, len)                                                                       \
	{                                                                                          \
		key, off, len, 0, 0, SCSI_UINT, SHOW_COUNT, NULL                                   \
	}
#define HEX(key, off, names)                                                                       \
	{                                                                                          \
		key, off, 1, 0, 0, SCSI_UINT, SHOW_HEX2, names                                     \
	}
#define TEXT(key, off, len)                                                                        \
	{                                                                                          \
		key, off, len, 0, 0, SCSI_TEXT, 0, NULL                                            \
	}
#define BYTES(key, off, len)                                                                       \
	{                                                                                          \
		key, off, len, 0, 0, SCSI_BYTES, 0, NULL                                           \
	}
#define END                                                                                        \
	{                                                                                          \
		NULL, 0, 0, 0, 0, 0, 0, NULL                                                       \
	}

#endif
