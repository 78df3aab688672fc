/* parse.c: the description language (help.c) into devices and statements. */
#include "tests/gen/gen.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS = 1024, DEPTH = 16 };

struct parser {
	const char *path;
	unsigned line;
	FILE *file;
	char *word[WORDS];
	unsigned words;
	struct program *prog;
	struct block *block[DEPTH]; /* open blocks, [0] is the program's */
	unsigned depth;
};

_Noreturn static void wrong(const struct parser *p, const char *what)
{
	die("%s:%u: %s%s%s", p->path, p->line, what, p->words ? " near " : "",
		p->words ? p->word[0] : "");
}

/* ---- words -------------------------------------------------------------------------- */

/* Cuts the line into words: blanks separate, "…" keeps them, # begins a comment. */
static void split(struct parser *p, char *s)
{
	p->words = 0;
	for (;;) {
		while (isspace((unsigned char)*s))
			s++;
		if (!*s || *s == '#')
			return;
		if (p->words == WORDS)
			wrong(p, "line too long");
		if (*s == '"') {
			p->word[p->words++] = ++s;
			s = strchr(s, '"');
			if (!s)
				wrong(p, "missing \"");
		} else {
			p->word[p->words++] = s;
			while (*s && !isspace((unsigned char)*s))
				s++;
			if (!*s)
				return;
		}
		*s++ = 0;
	}
}

/* Reads the next line that has words; a \ at the end continues it. The words point into memory that
 * lives on. */
static bool next_line(struct parser *p)
{
	static const size_t size = 65536;
	char *line = grow(NULL, size), *copy;
	size_t n = 0;

	p->words = 0;
	while (!p->words && fgets(line + n, (int)(size - n), p->file)) {
		p->line++;
		n += strlen(line + n);
		while (n && isspace((unsigned char)line[n - 1]))
			line[--n] = 0;
		if (n && line[n - 1] == '\\') {
			line[n - 1] = ' ';
			continue;
		}
		copy = strcpy(keep(n + 1), line);
		n = 0;
		split(p, copy);
	}
	free(line);
	return p->words > 0;
}

bool parse_number(const char *s, uint64_t max, uint64_t *v)
{
	char *end;

	errno = 0;
	*v = strtoull(s, &end, 0);
	return isdigit((unsigned char)*s) && !*end && !errno && *v <= max;
}

bool parse_time(const char *s, int64_t *ns)
{
	static const struct {
		const char *unit;
		double ns;
	} units[] = {{"s", 1e9}, {"ms", 1e6}, {"us", 1e3}, {"ns", 1}};
	char *end;
	double v = strtod(s, &end);

	for (size_t i = 0; i < COUNT(units); i++)
		if (!strcmp(end, units[i].unit) && v >= 0 && v * units[i].ns < 9e17) {
			*ns = (int64_t)(v * units[i].ns + 0.5);
			return true;
		}
	return false;
}

static bool is_hex(const char *s)
{
	size_t n = strspn(s, "0123456789abcdefABCDEF");

	return n && !s[n] && n % 2 == 0;
}

bool parse_hex(char **word, unsigned words, unsigned *used, uint8_t **bytes, uint32_t *n)
{
	size_t len = 0;
	char pair[3] = {0};

	for (*used = 0; *used < words && is_hex(word[*used]); ++*used)
		len += strlen(word[*used]) / 2;
	*bytes = keep(len);
	*n = 0;
	for (unsigned i = 0; i < *used; i++)
		for (const char *s = word[i]; *s; s += 2) {
			memcpy(pair, s, 2);
			(*bytes)[(*n)++] = (uint8_t)strtoul(pair, NULL, 16);
		}
	return len > 0;
}

/* ---- options of transfers: w[0] is the keyword; each returns how many words it took, 0: wrong  */

static unsigned option_data(struct xfer *x, char **w, unsigned n)
{
	static const char *const kinds[] = {"zero", "count", "random"};
	unsigned used;

	if (n < 2)
		return 0;
	for (unsigned i = 0; i < COUNT(kinds); i++)
		if (!strcmp(w[1], kinds[i])) {
			x->data_kind = (uint8_t)i;
			return 2;
		}
	x->data_kind = DATA_BYTES;
	return parse_hex(w + 1, n - 1, &used, &x->bytes, &x->byte_count) ? used + 1 : 0;
}

static unsigned option_text(struct xfer *x, char **w, unsigned n)
{
	if (n < 2)
		return 0;
	x->data_kind = DATA_BYTES;
	x->byte_count = (uint32_t)strlen(w[1]);
	x->bytes = (uint8_t *)strcpy(keep(x->byte_count + 1), w[1]);
	return 2;
}

static unsigned option_actual(struct xfer *x, char **w, unsigned n)
{
	uint64_t v;

	if (n < 2 || !parse_number(w[1], UINT32_MAX, &v))
		return 0;
	x->actual = (int64_t)v;
	return 2;
}

/* A status name, or raw=NUMBER in the numbers of the system that is written. */
static bool parse_status(struct xfer *x, const char *s)
{
	char *end;

	x->has_raw = !strncmp(s, "raw=", 4);
	x->status = x->has_raw ? STATUS_STALL : status_find(s);
	if (x->has_raw) {
		x->raw = strtoll(s + 4, &end, 0);
		return s[4] && !*end;
	}
	return x->status >= 0;
}

static unsigned option_status(struct xfer *x, char **w, unsigned n)
{
	return n >= 2 && parse_status(x, w[1]) ? 2 : 0;
}

static unsigned option_refused(struct xfer *x, char **w, unsigned n)
{
	x->fate = FATE_REFUSED;
	return option_status(x, w, n);
}

static unsigned option_takes(struct xfer *x, char **w, unsigned n)
{
	return n >= 2 && parse_time(w[1], &x->takes) ? 2 : 0;
}

static unsigned option_jitter(struct xfer *x, char **w, unsigned n)
{
	return n >= 2 && parse_time(w[1], &x->jitter) ? 2 : 0;
}

static unsigned option_drift(struct xfer *x, char **w, unsigned n)
{
	char *end;

	if (n < 2)
		return 0;
	x->drift = strtod(w[1], &end);
	return *end ? 0 : 2;
}

/* A number, or nothing, behind a sample rate. */
static unsigned take_ppm(struct clock *c, char **w, unsigned n)
{
	char *end;
	double ppm = n ? strtod(w[0], &end) : 0;

	if (!n || end == w[0] || *end)
		return 0;
	c->ppm = ppm;
	return 1;
}

static unsigned option_fate(struct xfer *x, char **w, unsigned n)
{
	(void)n;
	x->fate = !strcmp(w[0], "pending")	 ? FATE_PENDING
		  : !strcmp(w[0], "lost-submit") ? FATE_LOST_SUBMIT
						 : FATE_LOST_COMPLETE;
	return 1;
}

static unsigned option_flags(struct xfer *x, char **w, unsigned n)
{
	uint64_t v;

	if (n < 2 || !parse_number(w[1], UINT32_MAX, &v))
		return 0;
	x->transfer_flags |= (uint32_t)v;
	return 2;
}

/* lengths 176*9 180 …: a list that goes round over the packets of all URBs of the endpoint. */
static unsigned option_lengths(struct xfer *x, char **w, unsigned n)
{
	unsigned i, len, times, used;

	for (i = 1; i < n; i++) {
		times = 1;
		used = 0;
		if (sscanf(w[i], "%u*%u%n", &len, &times, &used) != 2)
			times = 1, used = 0, sscanf(w[i], "%u%n", &len, &used);
		if (!used || w[i][used] || times > 100000)
			break;
		x->length = grow(x->length, (x->lengths + times) * sizeof(*x->length));
		while (times--)
			x->length[x->lengths++] = len;
	}
	return i > 1 ? i : 0;
}

/* samples HZ BYTES [PPM] */
static unsigned option_samples(struct xfer *x, char **w, unsigned n)
{
	uint64_t hz, bytes;

	if (n < 3 || !parse_number(w[1], 10000000, &hz) || !parse_number(w[2], 1024, &bytes))
		return 0;
	x->samples = (struct clock){.hz = (double)hz, .bytes = (uint32_t)bytes};
	return 3 + take_ppm(&x->samples, w + 3, n - 3);
}

/* feedback HZ [PPM]: every packet tells the same: 10.14 in 3 bytes, at high speed 16.16 in 4
 * (USB 2.0 5.12.4.2). */
static unsigned option_feedback(struct xfer *x, char **w, unsigned n)
{
	bool high = x->dev->speed >= SPEED_HIGH;
	uint32_t most = endpoint_most(x->ep), value, len = high ? 4 : 3;
	unsigned used;
	uint64_t hz;

	if (n < 2 || !parse_number(w[1], 10000000, &hz) || most < len || !x->packets)
		return 0;
	x->feedback = (struct clock){.hz = (double)hz};
	used = 2 + take_ppm(&x->feedback, w + 2, n - 2);
	value = (uint32_t)((double)hz * (1 + x->feedback.ppm * 1e-6) *
				   (high ? 65536.0 / 8000 : 16384.0 / 1000) +
			   0.5);
	x->data_kind = DATA_BYTES;
	x->byte_count = x->packets * most;
	x->bytes = keep(x->byte_count);
	for (uint32_t i = 0; i < x->byte_count; i++)
		x->bytes[i] = i % most < len ? (uint8_t)(value >> 8 * (i % most)) : 0;
	x->length = grow(NULL, sizeof(*x->length));
	x->length[0] = len;
	x->lengths = 1;
	return used;
}

/* lose N */
static unsigned option_lose(struct xfer *x, char **w, unsigned n)
{
	uint64_t v;

	if (n < 2 || !parse_number(w[1], UINT32_MAX, &v))
		return 0;
	x->lose = (uint32_t)v;
	return 2;
}

/* bad FIRST[..LAST] STATUS [LENGTH] */
static unsigned option_bad(struct xfer *x, char **w, unsigned n)
{
	struct bad_packets *b = &x->bad[x->bads];
	uint64_t length;
	int got;

	if (n < 3 || x->bads == COUNT(x->bad))
		return 0;
	got = sscanf(w[1], "%u..%u", &b->first, &b->last);
	if (got == 1)
		b->last = b->first;
	b->status = status_find(w[2]);
	if (got < 1 || b->status < 0)
		return 0;
	x->bads++;
	b->length = -1;
	if (n < 4 || !parse_number(w[3], 65535, &length))
		return 3;
	b->length = (int64_t)length;
	return 4;
}

static unsigned option_naks(struct xfer *x, char **w, unsigned n)
{
	uint64_t v;

	if (n < 2 || !parse_number(w[1], 1000000, &v))
		return 0;
	x->naks = (int64_t)v;
	return 2;
}

static unsigned option_stage(struct xfer *x, char **w, unsigned n)
{
	static const char *const stages[] = {"any", "setup", "data", "status"};

	for (size_t i = 0; n >= 2 && i < COUNT(stages); i++)
		if (!strcmp(stages[i], w[1])) {
			x->fail_stage = (uint8_t)i;
			return 2;
		}
	return 0;
}

/* fault KIND TRANSACTION [TIMES] */
static unsigned option_fault(struct xfer *x, char **w, unsigned n)
{
	struct fault *f = &x->fault[x->faults];
	uint64_t v;
	int kind = n < 3 ? -1 : bus_fault_find(w[1]);

	if (kind < 0 || x->faults == COUNT(x->fault) || !parse_number(w[2], UINT32_MAX, &v))
		return 0;
	f->kind = (uint8_t)kind;
	f->at = (uint32_t)v;
	f->times = 1;
	x->faults++;
	if (n < 4 || !parse_number(w[3], 1000, &v))
		return 3;
	f->times = (uint32_t)v;
	return 4;
}

/* on-bus: a host controller's own, which no URB shows. */
static unsigned option_on_bus(struct xfer *x, char **w, unsigned n)
{
	(void)w;
	(void)n;
	x->for_writers = FOR_BUS;
	return 1;
}

const char *option_parse(struct xfer *x, char **word, unsigned words, unsigned *used)
{
	static const struct {
		const char *name;
		unsigned (*take)(struct xfer *, char **, unsigned);
	} options[] = {{"data", option_data}, {"text", option_text}, {"actual", option_actual},
		{"status", option_status}, {"refused", option_refused}, {"takes", option_takes},
		{"jitter", option_jitter}, {"drift", option_drift}, {"pending", option_fate},
		{"lost-submit", option_fate}, {"lost-complete", option_fate},
		{"flags", option_flags}, {"lengths", option_lengths}, {"bad", option_bad},
		{"samples", option_samples}, {"feedback", option_feedback}, {"lose", option_lose},
		{"naks", option_naks}, {"on-bus", option_on_bus}, {"stage", option_stage},
		{"fault", option_fault}};

	for (size_t i = 0; i < COUNT(options); i++)
		if (!strcmp(options[i].name, word[0])) {
			*used = options[i].take(x, word, words);
			return *used ? NULL : "option with a wrong value";
		}
	return "unknown option";
}

/* ---- statements --------------------------------------------------------------------- */

struct stmt *block_add(struct block *b, enum op op)
{
	if (b->n == b->cap) {
		b->cap = b->cap ? b->cap * 2 : 16;
		b->v = grow(b->v, b->cap * sizeof(*b->v));
	}
	b->v[b->n] = (struct stmt){.op = (uint8_t)op};
	return &b->v[b->n++];
}

struct xfer *xfer_new(struct device *d, struct endpoint *e, enum type type, bool in)
{
	struct xfer *x = keep(sizeof(*x));

	x->dev = d;
	x->ep = e;
	x->type = (uint8_t)type;
	x->in = in;
	x->actual = -1;
	x->takes = -1;
	x->naks = -1;
	x->for_writers = FOR_ALL;
	x->data_kind = DATA_COUNT;
	return x;
}

const char *xfer_add(struct program *p, struct block *b, struct xfer *x)
{
	uint8_t *bytes;

	if (x->type == ISOCHRONOUS) {
		x->req = x->packets * endpoint_most(x->ep);
		p->has_isochronous = true;
		for (uint32_t i = 0; i < x->lengths; i++)
			if (x->length[i] > endpoint_most(x->ep))
				return "packet longer than wMaxPacketSize";
	} else if (!x->has_req) {
		x->req = x->byte_count;
	}
	if (x->data_kind == DATA_BYTES && x->byte_count > x->req)
		return "more data than length";
	if (x->actual < 0 && x->data_kind == DATA_BYTES && x->in)
		x->actual = x->byte_count;
	if (x->actual > (int64_t)x->req)
		return "actual length above the requested one";
	if (x->data_kind == DATA_BYTES) { /* zeros behind what is given */
		bytes = keep(x->req);
		memcpy(bytes, x->bytes, x->byte_count);
		x->bytes = bytes;
	}
	p->max_req = x->req > p->max_req ? x->req : p->max_req;
	p->max_packets = x->packets > p->max_packets ? x->packets : p->max_packets;
	block_add(b, OP_XFER)->xfer = x;
	return NULL;
}

static struct block *current(const struct parser *p)
{
	return p->block[p->depth];
}

static struct device *device_named(const struct parser *p, const char *name)
{
	for (struct device *d = p->prog->devices; d; d = d->next)
		if (!strcmp(d->name, name))
			return d;
	wrong(p, "no such device");
}

/* "in 1" or "out 2" */
static struct endpoint *endpoint_named(const struct parser *p, struct device *d, char **w, bool *in)
{
	struct endpoint *e;
	uint64_t number;

	*in = !strcmp(w[0], "in");
	if ((!*in && strcmp(w[0], "out")) || !parse_number(w[1], 15, &number))
		wrong(p, "in or out and an endpoint number expected");
	e = device_endpoint(d, (unsigned)number, *in);
	if (!e)
		wrong(p, "the device has no such endpoint");
	return e;
}

static void options(const struct parser *p, struct xfer *x, unsigned from)
{
	unsigned used;

	for (; from < p->words; from += used) {
		const char *bad = option_parse(x, (char **)p->word + from, p->words - from, &used);

		if (bad)
			die("%s:%u: %s: %s", p->path, p->line, bad, p->word[from]);
	}
}

static void finish_xfer(struct parser *p, struct xfer *x)
{
	const char *bad = xfer_add(p->prog, current(p), x);

	if (bad)
		wrong(p, bad);
}

/* bulk|interrupt|iso DEVICE in|out ENDPOINT [LENGTH|PACKETS] OPTIONS… */
static void stmt_data(struct parser *p)
{
	struct device *d;
	struct endpoint *e;
	struct xfer *x;
	uint64_t v;
	bool in;

	if (p->words < 4)
		wrong(p, "DEVICE in|out ENDPOINT … expected");
	d = device_named(p, p->word[1]);
	e = endpoint_named(p, d, p->word + 2, &in);
	if (e->type != (p->word[0][0] == 'b'	      ? BULK
			       : p->word[0][1] == 'n' ? INTERRUPT
						      : ISOCHRONOUS))
		wrong(p, "the endpoint is of another type");
	x = xfer_new(d, e, e->type, in);
	x->has_req = p->words > 4 && parse_number(p->word[4], 128 << 20, &v);
	if (e->type == ISOCHRONOUS) {
		if (!x->has_req || !v || v > 1024)
			wrong(p, "number of packets (1 to 1024) expected");
		x->packets = (uint32_t)v;
	} else if (x->has_req) {
		x->req = (uint32_t)v;
	}
	options(p, x, x->has_req ? 5 : 4);
	finish_xfer(p, x);
}

static void stmt_control(struct parser *p)
{
	struct device *d;
	struct xfer *x;
	const char *bad;
	unsigned used;

	if (p->words < 3)
		wrong(p, "DEVICE REQUEST … expected");
	d = device_named(p, p->word[1]);
	x = xfer_new(d, &d->ep[0], CONTROL, false);
	bad = request_parse(x, p->word + 2, p->words - 2, &used);
	if (bad)
		wrong(p, bad);
	options(p, x, 2 + used);
	finish_xfer(p, x);
}

static void stmt_enumerate(struct parser *p)
{
	struct device *d;

	if (p->words != 2)
		wrong(p, "DEVICE expected");
	d = device_named(p, p->word[1]);
	d->enumerated = d->zero->enumerated = true;
	request_enumerate(p->prog, current(p), d);
}

static void stmt_scsi(struct parser *p)
{
	const char *bad;

	if (p->words < 5)
		wrong(p, "DEVICE in|out|none LENGTH cdb BYTES … expected");
	bad = request_scsi(
		p->prog, current(p), device_named(p, p->word[1]), p->word + 2, p->words - 2);
	if (bad)
		wrong(p, bad);
}

static void open_block(struct parser *p, struct stmt *s)
{
	if (strcmp(p->word[p->words - 1], "{"))
		wrong(p, "{ expected at the end");
	if (++p->depth == DEPTH)
		wrong(p, "blocks nested too deeply");
	s->body = p->block[p->depth] = keep(sizeof(struct block));
}

static void stmt_repeat(struct parser *p)
{
	struct stmt *s = block_add(current(p), OP_REPEAT);

	if (p->words < 3)
		wrong(p, "repeat N|r [every TIME] { expected");
	s->rounds = !strcmp(p->word[1], "r");
	s->times = 1;
	if (!s->rounds && !parse_number(p->word[1], UINT64_MAX, &s->times))
		wrong(p, "number or r expected");
	if (p->words == 5 && (strcmp(p->word[2], "every") || !parse_time(p->word[3], &s->ns)))
		wrong(p, "every TIME expected");
	open_block(p, s);
}

static void stmt_flow(struct parser *p)
{
	struct stmt *s = block_add(current(p), OP_FLOW);
	uint64_t copies = 1;

	if (p->words == 3 && !parse_number(p->word[1], 1024, &copies))
		wrong(p, "number of copies expected");
	s->copies = (uint32_t)copies;
	open_block(p, s);
}

static void stmt_close(struct parser *p)
{
	if (!p->depth)
		wrong(p, "no block is open");
	p->depth--;
}

static void stmt_time(struct parser *p)
{
	struct stmt *s = block_add(current(p), p->word[0][0] == 'a' ? OP_AT : OP_WAIT);

	if (p->words != 2 || !parse_time(p->word[1], &s->ns))
		wrong(p, "time like 20ms expected");
}

static void stmt_join(struct parser *p)
{
	block_add(current(p), OP_JOIN);
}

/* cancel DEVICE in|out ENDPOINT; disconnect DEVICE */
static void stmt_end_urbs(struct parser *p)
{
	bool in, cancel = p->word[0][0] == 'c';
	struct stmt *s = block_add(current(p), cancel ? OP_CANCEL : OP_DISCONNECT);

	if (p->words != (cancel ? 4u : 2u))
		wrong(p, "wrong number of words");
	s->dev = device_named(p, p->word[1]);
	if (cancel)
		s->ep = endpoint_named(p, s->dev, p->word + 2, &in);
}

/* bus STATE, or packets that belong to no transfer */
static void stmt_bus(struct parser *p)
{
	static const char *const states[] = {
		"reset", "suspend", "resume", "vbus-on", "vbus-off", "lpm", "stray"};

	for (size_t i = 0; p->words == 2 && i < COUNT(states); i++)
		if (!strcmp(states[i], p->word[1])) {
			block_add(current(p), OP_BUS)->state = (uint8_t)i;
			return;
		}
	wrong(p, "bus reset|suspend|resume|vbus-on|vbus-off|lpm|stray expected");
}

/* hub NAME PORT: of a device block, of a device described before. */
static const char *plug(const struct parser *p, struct device *d)
{
	uint64_t port;

	if (p->words != 3 || !parse_number(p->word[2], 127, &port))
		return "hub DEVICE PORT expected";
	d->hub = device_named(p, p->word[1]);
	d->port = (uint8_t)port;
	return NULL;
}

static void stmt_device(struct parser *p)
{
	struct device *d = keep(sizeof(*d));
	const char *bad;

	if (p->words != 3 || strcmp(p->word[2], "{"))
		wrong(p, "device NAME { expected");
	d->name = p->word[1];
	d->bus = 1;
	d->address = 2;
	d->speed = SPEED_HIGH;
	d->device[7] = 64;
	put16(d->device + 2, 0x0200, false);
	d->next = p->prog->devices;
	p->prog->devices = d;
	for (;;) {
		if (!next_line(p))
			wrong(p, "} of the device is missing");
		if (!strcmp(p->word[0], "}"))
			break;
		bad = strcmp(p->word[0], "hub") ? device_line(d, p->word, p->words) : plug(p, d);
		if (bad)
			wrong(p, bad);
	}
	bad = device_finish(d);
	if (bad)
		wrong(p, bad);
}

/* set NAME VALUE: of the capture as a whole. */
static void stmt_set(struct parser *p)
{
	struct program *g = p->prog;
	struct {
		const char *name;
		uint32_t *u32;
		int64_t *ns;
		bool *on;
	} settings[] = {{"snaplen", &g->snaplen, NULL, NULL}, {"ring", &g->ring, NULL, NULL},
		{"frames", &g->frames, NULL, NULL}, {"pause", NULL, &g->pause, NULL},
		{"start", NULL, &g->start, NULL}, {"sof", NULL, NULL, &g->rules.sof},
		{"polling", NULL, NULL, &g->rules.polling}, {"mdata", NULL, NULL, &g->rules.mdata},
		{"naks", &g->rules.naks, NULL, NULL}, {"nyet", &g->rules.nyet, NULL, NULL},
		{"split-nyets", &g->rules.split_nyets, NULL, NULL},
		{"nak-gap", NULL, &g->rules.nak_gap, NULL}};
	uint64_t v;

	if (p->words != 3)
		wrong(p, "set NAME VALUE expected");
	if (!strcmp(p->word[1], "seed") && parse_number(p->word[2], UINT64_MAX, &g->seed) &&
		g->seed)
		return;
	for (size_t i = 0; i < COUNT(settings); i++)
		if (!strcmp(settings[i].name, p->word[1])) {
			if (settings[i].on) {
				*settings[i].on = !strcmp(p->word[2], "on");
				if (!*settings[i].on && strcmp(p->word[2], "off"))
					wrong(p, "on or off expected");
				return;
			}
			if (settings[i].ns ? !parse_time(p->word[2], settings[i].ns)
					   : !parse_number(p->word[2], UINT32_MAX, &v))
				wrong(p, "wrong value");
			if (settings[i].u32)
				*settings[i].u32 = (uint32_t)v;
			return;
		}
	wrong(p, "unknown setting");
}

void parse_file(struct program *prog, const char *path)
{
	static const struct {
		const char *name;
		void (*parse)(struct parser *);
	} statements[] = {{"set", stmt_set}, {"device", stmt_device}, {"control", stmt_control},
		{"bulk", stmt_data}, {"interrupt", stmt_data}, {"iso", stmt_data},
		{"enumerate", stmt_enumerate}, {"scsi", stmt_scsi}, {"repeat", stmt_repeat},
		{"flow", stmt_flow}, {"}", stmt_close}, {"wait", stmt_time}, {"at", stmt_time},
		{"join", stmt_join}, {"bus", stmt_bus}, {"cancel", stmt_end_urbs},
		{"disconnect", stmt_end_urbs}};
	struct parser p = {.path = path, .prog = prog, .block = {&prog->main}};
	size_t i;

	p.file = strcmp(path, "-") ? fopen(path, "r") : stdin;
	if (!p.file)
		die("%s: %s", path, strerror(errno));
	while (next_line(&p)) {
		for (i = 0; i < COUNT(statements); i++)
			if (!strcmp(statements[i].name, p.word[0]))
				break;
		if (i == COUNT(statements))
			wrong(&p, "unknown statement");
		statements[i].parse(&p);
	}
	if (p.depth)
		wrong(&p, "} is missing at the end");
	if (p.file != stdin)
		fclose(p.file);
}
