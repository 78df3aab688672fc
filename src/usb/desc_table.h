/* desc_table.h: descriptors as data. A descriptor is a list of rows, in the order of its bytes; one
 * interpreter (desc_walk.c) turns rows and bytes into a field tree. */
#ifndef USB_DESC_TABLE_H
#define USB_DESC_TABLE_H

#include "usb/desc.h"

enum desc_form {
	DESC_NUMBER, /* little-endian, 1 to 4 bytes */
	DESC_BYTES,  /* size 0: all that is left */
	DESC_UTF16,  /* all that is left, as text */
	DESC_UUID, /* 16 bytes, the first three groups little-endian (RFC 4122 as Microsoft and USB
		      write it) */
	DESC_ARRAY /* of `element` rows */
};

struct desc_walk;

struct desc_row {
	const char *key;     /* the specification's spelling */
	const char *section; /* NULL: the descriptor's own */
	uint8_t form;	     /* enum desc_form */
	uint8_t size;	     /* bytes */
	uint8_t show;	     /* enum show */
	/* bits > 0: part of the nearest number above: its bits bit … bit + bits - 1 */
	uint8_t bit, bits;
	bool optional; /* may be beyond the end of a valid descriptor */
	bool quiet;    /* shown only if not zero: reserved bits */
	/* The meaning: a name by value, or what `say` appends to t. */
	const char *const *names;
	uint8_t names_n;
	void (*say)(const struct desc_walk *w, uint32_t value, struct text *t);
	/* Whether the value contradicts the specification's structure; NULL: never. */
	bool (*wrong)(const struct desc_walk *w, uint32_t value);
	/* Whether the row applies (bits only); NULL: always. */
	bool (*when)(const struct desc_walk *w);
	/* DESC_ARRAY: its elements' rows; how many elements, or with DESC_BYTES bytes, there are:
	 * (the number of that name >> shift) + add. NULL: up to the end. */
	const struct desc_row *element;
	uint8_t element_rows;
	uint8_t shift;
	int8_t add;
	const char *count;
};

/* Where in a configuration a descriptor stands. */
enum desc_place {
	DESC_AT_INNERMOST, /* below what came last: class descriptors */
	DESC_AT_BLOCK,	   /* below the configuration or BOS */
	DESC_AT_INTERFACE, /* below the interface */
	DESC_AT_ENDPOINT   /* below the endpoint */
};

struct desc_def {
	const char *key, *section;
	const struct desc_row *rows;
	uint8_t n;
	uint8_t type;	     /* bDescriptorType */
	uint8_t place;	     /* enum desc_place */
	uint8_t capability;  /* bDevCapabilityType, 0: any */
	uint8_t string;	     /* index of the string, 0: any; LANGIDs are told by `languages` */
	bool languages;	     /* string 0 */
	const uint8_t *uuid; /* PlatformCapabilityUUID */
	bool of_class;	     /* only in interfaces of class interface_class, or alone */
	uint8_t interface_class;
	uint8_t interface_subclass;	    /* and that; 0: any */
	uint8_t protocol_from, protocol_to; /* and these; 0, 0: any */
	bool never_alone; /* only in such an interface: other classes have the type, too */
	bool of_subtype;  /* of those that have a bDescriptorSubtype: this one */
	uint8_t subtype;
	/* The heading's text. */
	void (*say)(const struct desc_walk *w, struct text *t);
};

extern const struct desc_def desc_classes[], desc_video[], desc_standard[], desc_capabilities[];
extern const size_t desc_classes_n, desc_video_n, desc_standard_n, desc_capabilities_n;
/* Of types that no table knows: header and raw bytes. */
extern const struct desc_def desc_unknown;

/* The nth of all tables, from 0; NULL behind the last. */
const struct desc_def *desc_def_nth(size_t n);

/* Bytes that a valid descriptor has at least (USB 2.0 9.5): those of its rows before the first one
 * of variable size or that may be left out. */
size_t desc_def_least(const struct desc_def *def);

/* ---- what rows may ask the interpreter -------------------------------------------------- */

/* Most numbers of a descriptor that are remembered: a table's rows, arrays' elements not counted.
 */
enum { DESC_SEEN = 32 };

struct desc_walk {
	const struct desc_ctx *ctx;
	struct emit *e;
	enum usb_speed speed; /* that the descriptors are for */
	uint8_t type_wanted, index;
	bool inferred; /* … as the descriptors themselves give it away */
	bool partial;  /* not all of the configuration or BOS is at hand */
	bool has_interface, has_endpoint;
	bool in_interface, in_endpoint;	 /* their nodes are open */
	struct desc_interface interface; /* the last one */
	struct desc_endpoint endpoint;	 /* the last one */
	const uint8_t *data;		 /* the answer */
	size_t data_len, total;
	uint8_t block;		      /* its first descriptor's type */
	const struct desc_item *item; /* the descriptor in work */
	const struct desc_def *def;
	size_t pos; /* in it */
	size_t seen;
	struct {
		const char *key;
		uint32_t value;
	} number[DESC_SEEN];
};

/* For an answer as in desc_emit(); e, item and def are left to the caller. */
void desc_walk_init(struct desc_walk *w, const struct desc_ctx *ctx, const uint8_t *data,
	size_t len, size_t total, uint8_t type_wanted, uint8_t index);

/* The number of that name in the descriptor in work; 0: not there. */
uint32_t desc_walk_number(const struct desc_walk *w, const char *key);

#endif
