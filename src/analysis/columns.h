/* columns.h: the columns in which transfers and records are listed. A new text column is a row in
 * columns.c; JSON, CSV and filters take theirs from filter/fields.c. */
#ifndef ANALYSIS_COLUMNS_H
#define ANALYSIS_COLUMNS_H

#include "base/emit.h"
#include "run/run.h"

/* How text shows times: since the capture's first record, since the line before, date and time. */
enum time_format { TIME_REL, TIME_DELTA, TIME_ABS };

/* A row of the table of records. */
struct record_line {
	const struct record *rec;
	const struct event *ev;
	struct placement place;
	int64_t start;	  /* of the capture, ns since 1970 */
	int64_t previous; /* time of the line before, ns since start */
	/* packets: so many SOFs, low-speed keep-alives and NAKed tokens stand in this line */
	uint64_t sofs, keepalives, naks;
};

/* A row of the table of transactions. */
struct transaction_line {
	const struct transaction *t;
	int64_t start, previous;
	uint64_t times; /* so many NAKed ones stand in this line, */
	bool mixed;	/* not all of one endpoint */
};

/* A row of the table of exchanges. */
struct exchange_line {
	const struct exchange *ex;
	struct decode_ctx decode; /* for the decoder, with this exchange */
	const struct decoder *decoder;
	int64_t start, previous;
	struct text info; /* over info_room */
	char info_room[512];
};

/* Fills all but `previous`. */
void exchange_line_init(struct exchange_line *l, const struct run *r, const struct exchange *ex);

struct episode;
struct episode_step;

/* A row of the table of episodes, and of the steps of one. */
struct episode_line {
	const struct episode *ep;
	const struct devices *devices;
	int64_t start, previous;
};
struct step_line {
	const struct episode *ep;
	const struct episode_step *step;
};

/* Columns of transfers (rows are struct row), of one transfer in words, and of records (rows are
 * struct record_line): those for text first, then those for JSON and CSV. cols holds COLUMNS_MAX;
 * they return how many there are. */
enum { COLUMNS_MAX = 72 };
size_t columns_of_xfers(struct column *cols, enum time_format t);
size_t columns_of_xfer_card(struct column *cols);
size_t columns_of_records(struct column *cols, enum time_format t);
/* Exchanges: rows are struct exchange_line. */
size_t columns_of_exchanges(struct column *cols, enum time_format t);
/* The same of bus captures: packets (rows are struct record_line), transactions. */
size_t columns_of_packets(struct column *cols, enum time_format t);
size_t columns_of_transactions(struct column *cols, enum time_format t);
/* Episodes (rows are struct episode_line), and below each its steps. */
size_t columns_of_episodes(struct column *cols, enum time_format t);
void emit_episode_steps(struct emit *e, const struct episode *ep);

/* Makes the time column of columns_of_xfers() that of the beginning, for lists in begin order;
 * row.previous is then the begin of the line before. */
void columns_by_begin(struct column *cols, enum time_format t);

/* "1.5.2 in" into v: bus.device.endpoint and direction, parts that are not known left out or "?".
 */
void address_text(struct value *v, uint16_t bus, uint16_t device, uint8_t ep, uint8_t dir);
/* The same of a device's endpoint, with the device's mark behind it. */
void instance_address_text(struct value *v, const struct instance *i, uint8_t ep, uint8_t dir);
/* " #7": the number of the instance (the filter field `device`), if the address was another
 * instance's before. So devices that have one address in turn are told apart. Address 0 is used in
 * turn by all devices. */
void instance_mark(struct text *t, const struct instance *i);

/* ISO 8601, UTC, nanoseconds ("2026-01-31T12:00:00.000000000Z"); dst holds TIME_ISO_MAX. */
enum { TIME_ISO_MAX = 32 };
void time_iso8601(char dst[TIME_ISO_MAX], int64_t ns);

#endif
