/* row.h: a transfer as lists, filters and outputs see it: the transfer with its context, and the
 * meaning that is computed only when somebody asks. Also the one table of transfer fields: filter
 * names, JSON keys and list columns come from it. */
#ifndef FILTER_ROW_H
#define FILTER_ROW_H

#include "decoders/decoder.h"
#include "model/model.h"

struct row {
	const struct xfer *x;
	struct model *model;
	int64_t previous; /* lists: end of the line before, ns since the capture's first record */
	struct decode_ctx decode;
	/* Computed on first use, so ask through the functions below. */
	bool claimed, informed, summed;
	const struct decoder *decoder; /* NULL: none claims it */
	struct text info;	       /* over info_room */
	struct iso_sum iso;
	char info_room[512];
};

/* Prepares a row for x; cheap. m NULL: nothing is known about devices. */
void row_init(struct row *r, const struct xfer *x, struct model *m);
/* The decoder that says what it means and its name (NULL: none) and the info line (empty: nothing
 * to say), computed on first use. Info holds no control characters. A transfer that no decoder
 * claims shows its first bytes. */
const struct decoder *row_decoder(struct row *r);
const char *row_proto(struct row *r);
const struct text *row_info(struct row *r);

/* How much must be known to evaluate a field; filters run the cheapest part first. From NEED_INFO
 * on the transfer must carry its payload (model_opts.payload). */
enum need { NEED_XFER, NEED_DEVICE, NEED_INFO, NEED_FIELDS };

/* A field of a transfer. */
struct row_field {
	const char *name;  /* filter name and, where json is set, JSON key */
	const char *alias; /* Wireshark's names for it, separated by spaces, or NULL. A name that
			      stands on several rows means any of them */
	uint8_t type;	   /* enum value_type it yields (or VAL_NULL) */
	uint8_t need;	   /* enum need */
	bool json;	   /* part of `list`'s JSON, in table order */
	const char *help;  /* one line for the manual and completion */
	/* v comes as value_null(). Row is not const: info is computed on demand. */
	void (*get)(const void *row, struct value *v);
	const char *const *names; /* words a VAL_TEXT field can hold, NULL behind them; or NULL */
};

extern const struct row_field row_fields[];
extern const size_t row_fields_count;

/* Word i a field can hold: from its names or, for proto, from the list of decoders. NULL behind the
 * last, so NULL for i 0 means that it can hold any text. */
const char *row_field_word(const struct row_field *f, size_t i);

/* A word accepted beside those: an abbreviation, as columns show them, or another usual name. */
struct other_word {
	const char *const *names; /* the field's */
	const char *word, *means;
	const char *instead; /* where means is NULL: what it is no value of, and what to write */
};

extern const struct other_word other_words[];
extern const size_t other_words_count;

#endif
