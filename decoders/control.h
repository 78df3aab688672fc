/* control.h: control requests as tables: what control.c does for the standard requests, and class
 * decoders for theirs. */
#ifndef DECODERS_CONTROL_H
#define DECODERS_CONTROL_H

#include "base/mem.h"
#include "decoders/decoder.h"
#include "usb/desc.h"

struct control_job;

/* A request. All text is trusted and outlives everything. */
struct control_request {
	uint8_t bmRequestType, bRequest;
	const char *name, *section; /* "SET_IDLE", "HID 1.11 7.2.4" */
	const char *value, *index;  /* what wValue and wIndex mean, NULL: nothing beside details */
	/* Appended behind the name; NULL: the recipient is named, where it is not the device. */
	void (*details)(const struct control_job *j, struct text *t);
	/* The answer of a successful IN request in words. */
	void (*answer)(const struct control_job *j, struct text *t);
	/* The data of either direction as fields. */
	void (*fields)(const struct control_job *j, struct emit *e);
	uint8_t mask; /* bits of bmRequestType that must be as above; 0: all */
};

/* A row of such a table; behind the number the members from name on, as many as there are. */
#define CONTROL_REQUEST(type, number, ...)                                                         \
	{                                                                                          \
		.bmRequestType = (type), .bRequest = (number), __VA_ARGS__                         \
	}

struct control_table {
	const struct control_request *row;
	size_t n;
};

/* Of an array of rows. */
#define CONTROL_TABLE(rows)                                                                        \
	{                                                                                          \
		(rows), ARRAY_LEN(rows)                                                            \
	}

/* What these functions work on: a transfer with a setup. */
struct control_job {
	const struct decode_ctx *c;
	const struct xfer *x;
	struct usb_setup s;
	const struct control_request *request; /* NULL: none of the table */
	const struct pipe *pipe;	       /* NULL: nothing is known */
	struct desc_ctx desc;
	struct desc_interface interface;
	char string[256];
	bool of_value; /* say_…: wValue alone is to be told of, not what stands in wIndex */
};

/* Looks the request up. */
void control_job_init(struct control_job *j, const struct decode_ctx *c, const struct xfer *x,
	const struct control_table *table);

/* "NAME details → 4 of 8: answer"; of an unknown request its numbers. */
void control_info(const struct control_job *j, struct text *t);
/* The setup's fields, and those of the data. */
void control_decode(const struct control_job *j, struct emit *e);

/* The same for decoders that have nothing to add. */
void control_info_of(const struct control_table *table, const struct decode_ctx *c,
	const struct xfer *x, struct text *t);
void control_decode_of(const struct control_table *table, const struct decode_ctx *c,
	const struct xfer *x, struct emit *e);
/* Whether it is a control transfer with a request of the table. */
bool control_is_of(const struct control_table *table, const struct xfer *x);

/* " interface 1", " endpoint 2 in"; nothing for the device. */
void control_say_recipient(const struct control_job *j, struct text *t);
/* " 7": wValue as it is. */
void control_say_value(const struct control_job *j, struct text *t);
/* GET_DESCRIPTOR and SET_DESCRIPTOR, of the standard and of classes: what is asked for (wValue,
 * language, recipient), the answer as a phrase, and as fields. */
void control_say_descriptor(const struct control_job *j, struct text *t);
void control_answer_descriptor(const struct control_job *j, struct text *t);
void control_fields_descriptor(const struct control_job *j, struct emit *e);
/* A number of the setup packet. */
void control_setup_field(struct emit *e, const char *key, uint64_t value, const char *text,
	uint32_t off, uint32_t len, enum show show);
/* One number of the data, len 1 to 4 bytes, little-endian; not emitted where it is not at hand. */
void control_field(const struct control_job *j, struct emit *e, const char *key, uint32_t off,
	uint32_t len, const char *text, enum show show);

#endif
