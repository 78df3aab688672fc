/* decoder.h: what a decoder is. A decoder says what transfers of its class or protocol mean: one
 * line of info for lists, a field tree for show; and it may follow what goes on (track). It never
 * prints, never allocates, and keeps no state beside the flat one it is given (model/exchange.h).
 * Adding one: a file decoders/NAME.c and one line in decoders/list.c. */
#ifndef DECODERS_DECODER_H
#define DECODERS_DECODER_H

#include "base/emit.h"
#include "base/text.h"
#include "model/exchange.h"
#include "model/model.h"
#include "usb/ids.h"

/* What a decoder is given beside the transfer. */
struct decode_binding;
struct decode_ctx {
	const struct devices *devices; /* NULL: nothing is known about devices */
	struct ids *ids;	       /* names of usb.ids; NULL: none */
	const struct decode_binding *bindings;
	size_t n_bindings;
	/* The exchange of the transfer as it is once the transfer is tracked; NULL: none. For
	 * exchange_info and exchange_decode it is the exchange in question. */
	const struct exchange *exchange;
	/* What decoders worked out for transfers before, so as not to do it again for each; NULL:
	 * nothing is to be kept. */
	struct decode_memos *memos;
};

/* A decoder's memo: what follows from a pipe (whose facts never change) and a key of its own, and
 * from nothing else. */
enum { DECODE_MEMOS = 4, DECODE_MEMO = 12 * 1024 };
struct decode_memo {
	uint32_t pipe; /* 0: free */
	uint32_t key;
	_Alignas(16) uint8_t bytes[DECODE_MEMO];
};
struct decode_memos {
	uint32_t next; /* to be written over */
	struct decode_memo memo[DECODE_MEMOS];
};
/* The memo of that pipe and key, or NULL. */
struct decode_memo *decode_memo_find(const struct decode_ctx *c, uint32_t pipe, uint32_t key);
/* One to be filled, in place of an older one; NULL: nothing is to be kept. */
struct decode_memo *decode_memo_new(const struct decode_ctx *c, uint32_t pipe, uint32_t key);

/* ---- whose transfers a decoder gets ------------------------------------------------- */

enum bind_kind {
	BIND_END,
	BIND_DEVICE,	/* bDeviceClass …: all of the device */
	BIND_INTERFACE, /* the interface's, in the alternate setting in use */
	BIND_FUNCTION,	/* those of an interface association: all its interfaces */
	BIND_ID		/* idVendor, idProduct: all of the device that no class takes */
};

enum { BIND_ANY = -1 };

struct bind_rule {
	uint8_t kind;			   /* enum bind_kind */
	int32_t class, subclass, protocol; /* or BIND_ANY; BIND_ID: idVendor, idProduct */
};

/* ---- fields as filters see them ----------------------------------------------------- */

/* A field of the tree that filters know by name: "scsi.lba" finds fields with key "lba". */
struct decode_key {
	const char *name; /* in filters: a prefix of the protocol's, a dot, lower case */
	const char *key;  /* struct field.key */
	uint8_t type;	  /* enum value_type: VAL_UINT, VAL_INT, VAL_BOOL or VAL_TEXT */
	const char *help;
};

struct decoder {
	const char *name; /* JSON "proto", `urbscope --decoders` */
	const char *summary;
	const struct bind_rule *binds; /* ended by BIND_END; NULL: none */
	/* All of the device in one state, not each function on its own. */
	bool whole_device;
	/* Content that is certain, of a transfer that no descriptor tells of: true, and the
	 * device's endpoints of that type are bound from then on. Sees transfers of at most
	 * TRACK_BYTES bytes. NULL: there is no such content. */
	bool (*sniff)(const struct xfer *x);
	/* Where sniff() finds control requests: the type of endpoints that are bound then. */
	uint8_t sniff_binds;
	/* Whether it has something to say of a transfer bound to it; what it leaves is decoded by
	 * the general decoders. NULL: it says something of all. Without binds: whose it takes. */
	bool (*match)(const struct decode_ctx *c, const struct xfer *x);
	/* Called once per bound transfer in end order, with all control requests to the function,
	 * standard ones too: begins, joins and ends exchanges, keeps state, teaches the model.
	 * Cheap, without output. NULL: nothing to follow. */
	size_t state_size; /* bytes of t->state, zeroed at the beginning */
	void (*track)(struct track *t);
	/* The meaning in one line, appended to t. Called for each listed transfer: fast. */
	void (*info)(const struct decode_ctx *c, const struct xfer *x, struct text *t);
	/* The field tree. */
	void (*decode)(const struct decode_ctx *c, const struct xfer *x, struct emit *e);
	/* The meaning of a whole exchange (c->exchange) in one line, and its fields. */
	void (*exchange_info)(const struct decode_ctx *c, struct text *t);
	void (*exchange_decode)(const struct decode_ctx *c, struct emit *e);
	const struct decode_key *keys; /* ended by name NULL; or NULL */
};

/* --as: the decoder of a device's interface, whatever its descriptors say. */
struct decode_binding {
	uint16_t bus, device;
	int interface; /* -1: all */
	const struct decoder *decoder;
};

/* All decoders, NULL-terminated. */
extern const struct decoder *const decoders[];

/* ---- binding: bind.c ---------------------------------------------------------------- */

/* Where a transfer belongs. */
struct bound {
	const struct decoder *decoder; /* NULL: to none */
	uint8_t number;		       /* of the decoder, from 1 */
	uint8_t function;	       /* first interface of the function, or FUNCTION_… */
	bool sniffed;		       /* by its content: the model does not know yet */
};

/* The first interface of the function that a pipe of the decoder belongs to, or FUNCTION_…. */
static inline uint8_t decoder_function(const struct decoder *d, const struct pipe *p)
{
	return d->whole_device				 ? FUNCTION_DEVICE
	       : p->flags & (PIPE_DESCRIBED | PIPE_LONE) ? p->function
							 : FUNCTION_UNKNOWN;
}
/* The decoder that a transfer is bound to: by --as, by the descriptors known when it began, by
 * content. Depends on the transfer, its pipe's facts and --as alone. */
struct bound decoder_bound(const struct decode_ctx *c, const struct xfer *x);
/* The decoder's number, from 1, of an endpoint: what the model keeps in struct pipe.decoder. */
uint8_t decoder_of_pipe(void *ctx, const struct devices *d, const struct pipe *p);
/* The decoder that says what the transfer means: the one it is bound to, if that has something to
 * say, else a general one; or NULL. */
const struct decoder *decoder_for(const struct decode_ctx *c, const struct xfer *x);

/* ---- transfers as they are: raw.c --------------------------------------------------- */

/* Appends "31 bytes: 55 53 42 43 …"; nothing for control transfers and those without data. */
void raw_info(struct text *t, const struct xfer *x);
/* For a transfer that does not fit its decoder: the reason, then its first bytes. */
void raw_misfit(struct text *t, const struct xfer *x, const char *reason);
/* The same as a field with VERDICT_INVALID. */
void raw_misfit_field(struct emit *e, const struct xfer *x, const char *reason);
/* For a control transfer that has data but no setup: "setup not captured: 2 bytes: 00 00". */
void raw_without_setup(struct text *t, const struct xfer *x);

#endif
