/* storage_test.h: what the tests of the mass storage decoders share: transfers by hand, one after
 * the other through track, info, decode and the exchange. */
#ifndef TESTS_UNIT_STORAGE_TEST_H
#define TESTS_UNIT_STORAGE_TEST_H

#include "base/mem.h"
#include "decoders/scsi.h"
#include "model/exchange.h"
#include "tests/unit/decode_test.h"

enum { BENCH_ENDED = 64 };

struct bench {
	const struct decoder *d;
	struct devices *devices;
	struct exchanges *all;
	struct exchange ended[BENCH_ENDED];
	size_t n;
	uint32_t xfers;
	struct exchange *joined; /* by the latest transfer; a copy is in `now` */
	struct exchange now;
	char info[512];	 /* of the latest transfer */
	char tree[8192]; /* "key=value (text)\n" */
	char line[512];	 /* of an exchange */
};

static inline void bench_end(void *ctx, const struct exchange *ex)
{
	struct bench *b = ctx;

	assert_true(b->n < BENCH_ENDED);
	b->ended[b->n++] = *ex;
}

static inline void bench_begin(struct bench *b, const struct decoder *d)
{
	memset(b, 0, sizeof(*b));
	b->d = d;
	b->devices = devices_new();
	b->all = exchanges_new(bench_end, b);
}

static inline void bench_finish(struct bench *b)
{
	exchanges_finish(b->all);
	exchanges_free(b->all);
	devices_free(b->devices);
}

/* ---- trees ----------------------------------------------------------------------------------- */

struct tree_emit {
	struct emit emit;
	struct bench *b;
	size_t n;
	unsigned depth, fields;
};

static void tree_open(struct emit *e, const struct field *f)
{
	struct tree_emit *t = (struct tree_emit *)e;
	char *to = t->b->tree + t->n;
	size_t left = sizeof(t->b->tree) - t->n;
	int n;

	assert_non_null(f->key);
	t->depth++;
	assert_true(t->depth < 8);
	assert_true(++t->fields < 2000);
	n = f->value.type == VAL_UINT
		    ? snprintf(to, left, "%s=%llu", f->key, (unsigned long long)f->value.u)
	    : f->value.type == VAL_TEXT
		    ? snprintf(to, left, "%s=%.*s", f->key, (int)f->value.n, f->value.s)
		    : snprintf(to, left, "%s", f->key);
	if ((size_t)n < left)
		n += snprintf(to + n, left - (size_t)n, "%s%s%s%s%s\n", f->text ? " (" : "",
			f->text ? f->text : "", f->text ? ")" : "", f->verdict ? " " : "",
			f->verdict ? verdict_name((enum verdict)f->verdict) : "");
	t->n += (size_t)n < left ? (size_t)n : left - 1;
}

static void tree_close(struct emit *e)
{
	((struct tree_emit *)e)->depth--;
}

static const struct emit_ops tree_ops = {.open = tree_open, .close = tree_close};

static void tree_of(struct bench *b, const struct decode_ctx *c, const struct xfer *x)
{
	struct tree_emit t = {.emit = {&tree_ops}, .b = b};

	b->tree[0] = 0;
	if (x)
		b->d->decode(c, x, &t.emit);
	else
		b->d->exchange_decode(c, &t.emit);
	assert_int_equal(t.depth, 0);
}

/* A line of the tree. */
static inline void has(const struct bench *b, const char *line)
{
	char all[sizeof(b->tree) + 2], want[256];

	snprintf(all, sizeof(all), "\n%s", b->tree);
	snprintf(want, sizeof(want), "\n%s\n", line);
	if (!strstr(all, want))
		fail_msg("no line \"%s\" in\n%s", line, b->tree);
}

/* ---- transfers ------------------------------------------------------------------------------- */

static inline struct xfer bulk(uint8_t endpoint, uint8_t dir)
{
	return (struct xfer){.type = USB_BULK,
		.endpoint = endpoint,
		.dir = dir,
		.status = STATUS_OK,
		.bus = 1,
		.device = 5,
		.req_len = XFER_UNKNOWN};
}

/* Feeds it: info and tree are those of the transfer. The data is copied to memory of its size. */
static inline void feed(
	struct bench *b, struct xfer *x, const uint8_t *data, uint32_t kept, uint32_t total)
{
	struct decode_ctx c = {.devices = b->devices};
	struct xfer clipped;
	struct track t = {.x = &clipped, .devices = b->devices, .teach = b->devices};
	struct text info;

	x->id = ++b->xfers;
	x->first = x->last = x->id;
	if (!x->end) {
		x->begin = x->id * 1000000;
		x->end = x->begin + 500000;
	}
	put_data(x, data, kept, total);
	if (x->status == STATUS_OK && !x->len)
		x->len = total;
	if (!x->pipe)
		x->pipe = devices_pipe(
			b->devices, 0, x->bus, x->device, x->endpoint, x->dir, x->type, USB_HIGH);
	x->instance = devices_get_pipe(b->devices, x->pipe)->instance;
	clipped = *x;
	if (kept > TRACK_BYTES && x->type != USB_CONTROL)
		clipped.data.kept = TRACK_BYTES;
	exchanges_track(b->all, &t, 0, 1, b->d->state_size);
	b->d->track(&t);
	b->joined = exchanges_joined(&t);
	if (b->joined)
		b->now = *b->joined;
	c.exchange = b->joined ? &b->now : NULL;
	text_init(&info, b->info, sizeof(b->info));
	if (!b->d->match || b->d->match(&c, x)) {
		b->d->info(&c, x, &info);
		tree_of(b, &c, x);
	}
	exchanges_flush(b->all);
	drop(x);
}

static inline void feed_hex(struct bench *b, struct xfer x, const char *bytes)
{
	uint8_t data[1024];
	uint32_t n = hex(bytes, data);

	feed(b, &x, data, n, n);
}

/* n bytes of zeros. */
static inline void feed_zeros(struct bench *b, struct xfer x, uint32_t n)
{
	uint8_t *data = calloc(n ? n : 1, 1);

	feed(b, &x, data, n, n);
	free(data);
}

static inline void feed_request(struct bench *b, const char *setup, enum status status)
{
	struct xfer x = {.type = USB_CONTROL,
		.flags = XFER_HAS_SETUP,
		.status = (uint8_t)status,
		.bus = 1,
		.device = 5,
		.dir = USB_OUT};

	assert_int_equal(hex(setup, x.setup), 8);
	feed(b, &x, NULL, 0, 0);
}

/* The line of the latest exchange that ended, which is the n-th. */
static inline const char *ended(struct bench *b, size_t n, enum exchange_result result)
{
	struct decode_ctx c = {.devices = b->devices};
	struct text t;

	assert_int_equal(b->n, n);
	assert_int_equal(b->ended[n - 1].result, result);
	c.exchange = &b->ended[n - 1];
	text_init(&t, b->line, sizeof(b->line));
	b->d->exchange_info(&c, &t);
	tree_of(b, &c, NULL);
	return b->line;
}

/* ---- anything -------------------------------------------------------------------------------- */

static inline uint32_t dice(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(*seed >> 33);
}

#endif
