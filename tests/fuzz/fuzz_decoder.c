/* fuzz_decoder.c: one decoder through its own entries (libFuzzer): track, info, decode, the
 * exchange and its fields, of a device made up of the input (ops.h). Beside what the sanitizers
 * find, an input is wrong
 * - when a tree is not well formed, has no end or fields outside the data;
 * - when an info line holds control characters;
 * - when an exchange's state, made again from its own transfers alone, is not as it was.
 *
 *     URBSCOPE_DECODER=NAME fuzz_decoder [libFuzzer's options] [corpus] */
#include "base/cursor.h"
#include "base/mem.h"
#include "run/track.h"
#include "tests/fuzz/ops.h"
#include "usb/desc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS_MAX = 200000, DEPTH_MAX = 64 };

struct kept {
	struct xfer x;
	uint8_t *data;
	uint32_t exchange;
	uint8_t state[EXCHANGE_STATE]; /* of its exchange once it was tracked */
	bool open;		       /* that exchange is not over */
};

struct world {
	struct devices *devices;
	struct decode_ctx c;
	const struct decoder *d;
	uint8_t number;
	struct tracker tracker;
	struct kept op[OPS_MAX];
	size_t ops;
};

static void wrong(const char *what)
{
	fprintf(stderr, "wrong: %s\n", what);
	abort();
}

/* ---- what comes out ----------------------------------------------------------------- */

struct judge {
	struct emit emit;
	unsigned depth;
	unsigned fields;
};

static void judge_open(struct emit *e, const struct field *f)
{
	struct judge *j = (struct judge *)e;

	if (!f->key || !*f->key)
		wrong("a field without a key");
	if (++j->depth > DEPTH_MAX || ++j->fields > FIELDS_MAX)
		wrong("a tree without end");
	if (f->bits && f->bit + f->bits > 64)
		wrong("a bit field wider than 64 bits");
	if (f->verdict > VERDICT_NOT_KEPT || f->in > FIELD_IN_RECORD)
		wrong("a field that says something unknown");
	if (f->value.type == VAL_TEXT && f->value.n && !f->value.s)
		wrong("text from nowhere");
	if (f->text && strlen(f->text) > 4096)
		wrong("words without end");
}

static void judge_close(struct emit *e)
{
	if (!((struct judge *)e)->depth--)
		wrong("closed more than opened");
}

static const struct emit_ops judge_ops = {.open = judge_open, .close = judge_close};

static void judge_text(const struct text *t)
{
	for (size_t i = 0; i < t->len; i++)
		if ((unsigned char)t->s[i] < ' ' || t->s[i] == 0x7f)
			wrong("a control character in a line");
}

static void judge_tree(const struct judge *j)
{
	if (j->depth)
		wrong("opened more than closed");
}

static void on_end(void *ctx, const struct exchange *ex)
{
	struct world *w = ctx;
	struct decode_ctx c = w->c;
	struct judge j = {.emit = {&judge_ops}};
	char room[512];
	struct text t;

	c.exchange = ex;
	text_init(&t, room, sizeof(room));
	if (w->d->exchange_info)
		w->d->exchange_info(&c, &t);
	judge_text(&t);
	if (w->d->exchange_decode)
		w->d->exchange_decode(&c, &j.emit);
	judge_tree(&j);
}

/* ---- the device --------------------------------------------------------------------- */

static void add_fact(
	struct world *w, uint32_t instance, uint8_t type, const uint8_t *data, size_t n)
{
	devices_add_fact(w->devices, instance,
		&(struct fact){.type = type,
			.len = (uint32_t)n,
			.total = (uint32_t)n,
			.data = (uint8_t *)(uintptr_t)data});
}

/* One that the decoder takes by its first rule. */
static uint32_t make_device(struct world *w, struct cursor *in)
{
	const struct bind_rule none = {0}, *r = w->d->binds ? w->d->binds : &none;
	uint8_t device[18] = {
		18, DESC_DEVICE, 0, 2, 0, 0, 0, 64, 0x34, 0x12, 0x78, 0x56, 0, 1, 0, 0, 0, 1};
	uint8_t config[] = {9, DESC_CONFIGURATION, 60, 0, 1, 1, 0, 0x80, 50,		/* */
		9, DESC_INTERFACE, 0, 0, 6, 0, 0, 0, 0,					/* */
		7, DESC_ENDPOINT, 0x01, 2, 0, 2, 0, 7, DESC_ENDPOINT, 0x82, 2, 0, 2, 0, /* */
		7, DESC_ENDPOINT, 0x83, 3, 8, 0, 4, 7, DESC_ENDPOINT, 0x04, 3, 8, 0, 4, /* */
		7, DESC_ENDPOINT, 0x05, 2, 0, 2, 0, 7, DESC_ENDPOINT, 0x86, 2, 0, 2, 0};
	uint32_t pipe = devices_pipe(w->devices, 0, 1, 5, 0, USB_OUT, USB_CONTROL, USB_HIGH);
	uint32_t instance = devices_get_pipe(w->devices, pipe)->instance;
	uint16_t n = cursor_u16(in);
	const uint8_t *extra = cursor_take(in, n);

	if (r->kind == BIND_ID) {
		device[8] = (uint8_t)r->class;
		device[9] = (uint8_t)(r->class >> 8);
		device[10] = (uint8_t)r->subclass;
		device[11] = (uint8_t)(r->subclass >> 8);
	} else if (r->kind == BIND_DEVICE) {
		device[4] = (uint8_t)r->class;
	}
	if (r->kind == BIND_INTERFACE || r->kind == BIND_DEVICE) {
		config[14] = (uint8_t)r->class;
		config[15] = r->subclass == BIND_ANY ? 0 : (uint8_t)r->subclass;
		config[16] = r->protocol == BIND_ANY ? 0 : (uint8_t)r->protocol;
	}
	add_fact(w, instance, DESC_DEVICE, device, sizeof(device));
	add_fact(w, instance, DESC_CONFIGURATION, config, sizeof(config));
	devices_set_configuration(w->devices, instance, 1);
	if (extra && n)
		add_fact(w, instance, DESC_HID_REPORT, extra, n);
	return instance;
}

/* ---- transfers ---------------------------------------------------------------------- */

static const struct {
	uint8_t endpoint, dir, type;
} ways[OP_KINDS] = {
	[OP_CONTROL] = {0, USB_OUT, USB_CONTROL},
	[OP_BULK_OUT] = {1, USB_OUT, USB_BULK},
	[OP_BULK_IN] = {2, USB_IN, USB_BULK},
	[OP_INTERRUPT_IN] = {3, USB_IN, USB_INTERRUPT},
	[OP_INTERRUPT_OUT] = {4, USB_OUT, USB_INTERRUPT},
	[OP_BULK_OUT_2] = {5, USB_OUT, USB_BULK},
	[OP_BULK_IN_2] = {6, USB_IN, USB_BULK},
	[OP_PENDING] = {2, USB_IN, USB_BULK},
};

/* False at the end of the input. */
static bool next_op(struct world *w, struct cursor *in)
{
	struct kept *k = &w->op[w->ops];
	struct xfer *x = &k->x;
	uint8_t kind = cursor_u8(in);
	const uint8_t *setup = (kind & 7) == OP_CONTROL ? cursor_take(in, 8) : NULL, *data;
	uint16_t n = cursor_u16(in);
	const struct pipe *p;

	data = n <= OP_DATA_MAX ? cursor_take(in, n) : NULL;
	if (in->over || !data)
		return false;
	memset(k, 0, sizeof(*k));
	x->id = (uint32_t)w->ops + 1;
	x->records = 2;
	x->first = w->ops * 2 + 1;
	x->last = x->first + 1;
	x->begin = (int64_t)w->ops * 1000000;
	x->end = x->begin + 500000;
	x->bus = 1;
	x->device = 5;
	x->speed = USB_HIGH;
	x->os = USB_OS_LINUX;
	x->endpoint = ways[kind & 7].endpoint;
	x->dir = ways[kind & 7].dir;
	x->type = ways[kind & 7].type;
	x->naks = x->retries = XFER_UNKNOWN;
	x->len = n;
	x->req_len = n;
	if (setup) {
		memcpy(x->setup, setup, 8);
		x->flags |= XFER_HAS_SETUP;
		x->req_len = le16(setup + 6);
		x->dir = setup[0] & 0x80 && x->req_len ? USB_IN : USB_OUT;
	}
	x->status = kind & OP_FAILED ? STATUS_STALL : STATUS_OK;
	x->raw_status = kind & OP_FAILED ? -32 : 0;
	x->ended = kind & OP_FAILED ? END_STALL : END_COMPLETE;
	x->flags |= XFER_HAS_STATUS;
	if ((kind & 7) == OP_PENDING) {
		x->status = STATUS_PENDING;
		x->len = XFER_UNKNOWN;
		x->seen = SEEN_SUBMIT;
		n = 0;
	}
	if (kind & OP_SHORT)
		x->req_len += 7;
	k->data = malloc(n ? n : 1);
	memcpy(k->data, data, n);
	x->data = (struct span){n ? k->data : NULL, n, n, n + (kind & OP_SNAPPED ? 100u : 0u)};
	x->pipe = devices_pipe(w->devices, 0, 1, 5, x->endpoint,
		x->type == USB_CONTROL ? USB_DIR_UNKNOWN : x->dir, x->type, USB_HIGH);
	p = devices_get_pipe(w->devices, x->pipe);
	x->instance = p->instance;
	x->endpoint_id = p->endpoint_id;
	w->ops++;
	return true;
}

static void look_at(struct world *w, const struct xfer *x, const struct exchange *ex)
{
	struct decode_ctx c = w->c;
	struct judge j = {.emit = {&judge_ops}};
	char room[512];
	struct text t;

	c.exchange = ex;
	if (w->d->match && !w->d->match(&c, x))
		return;
	text_init(&t, room, sizeof(room));
	w->d->info(&c, x, &t);
	judge_text(&t);
	w->d->decode(&c, x, &j.emit);
	judge_tree(&j);
}

static void play(struct world *w)
{
	struct kept *k = &w->op[w->ops - 1];
	struct exchange *ex = track_bound(&w->tracker, &k->x, w->number, 0);

	look_at(w, &k->x, ex);
	if (ex) {
		k->exchange = ex->id;
		memcpy(k->state, ex->state, sizeof(k->state));
	}
	exchanges_flush(w->tracker.all);
}

/* ---- again, from each exchange's own transfers -------------------------------------- */

static void play_again(struct world *w, uint32_t id)
{
	struct tracker replay = {
		.decode = &w->c, .devices = w->devices, .all = exchanges_replay(id)};

	for (size_t i = 0; i < w->ops; i++) {
		struct exchange *ex;

		if (w->op[i].exchange != id)
			continue;
		ex = track_bound(&replay, &w->op[i].x, w->number, 0);
		if (!ex || memcmp(ex->state, w->op[i].state, sizeof(ex->state)))
			wrong("an exchange's state does not follow from its own transfers");
	}
	exchanges_free(replay.all);
}

/* ---- the entry ---------------------------------------------------------------------- */

static uint8_t number_named(const char *name)
{
	for (uint8_t i = 0; name && decoders[i]; i++)
		if (!strcmp(decoders[i]->name, name))
			return (uint8_t)(i + 1);
	fprintf(stderr, "URBSCOPE_DECODER must name a decoder\n");
	exit(2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ids *ids;
	static uint8_t number;
	static struct world w; /* large */
	struct cursor in = cursor_over(data, size, false);

	if (!number) {
		number = number_named(getenv("URBSCOPE_DECODER"));
		ids = ids_new(NULL);
	}
	memset(&w, 0, sizeof(w));
	w.number = number;
	w.d = decoders[number - 1];
	w.devices = devices_new();
	w.c = (struct decode_ctx){.devices = w.devices, .ids = ids};
	devices_set_binder(w.devices, decoder_of_pipe, &w.c);
	w.tracker = (struct tracker){.decode = &w.c,
		.devices = w.devices,
		.teach = true,
		.all = exchanges_new(on_end, &w)};
	make_device(&w, &in);
	while (w.ops < OPS_MAX && next_op(&w, &in))
		play(&w);
	exchanges_finish(w.tracker.all);
	for (uint32_t id = 1; id <= exchanges_count(w.tracker.all); id++)
		play_again(&w, id);
	for (size_t i = 0; i < w.ops; i++)
		free(w.op[i].data);
	exchanges_free(w.tracker.all);
	devices_free(w.devices);
	return 0;
}
