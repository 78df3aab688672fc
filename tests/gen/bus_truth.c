/* bus_truth.c: what a reader of the packets is expected to say: transactions, and the transfers
 * they make by the rules for where bulk and interrupt transfers end. It knows what happened, so it
 * needs none of the guesses a reader of packets must make. */
#include "tests/gen/bus.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { PAUSE = 10000000, SIZE = 1 << 20 };

static struct bus_transfer *open_transfer(struct bus *b, struct bus_pipe *p)
{
	struct bus_transfer *x = keep(sizeof(*x));

	b->transfer = grow(b->transfer, (b->transfers + 1) * sizeof(struct bus_transfer *));
	b->transfer[b->transfers++] = x;
	x->id = b->transfers;
	x->dev = p->dev;
	x->ep = p->ep->address & 15;
	x->type = p->ep->type;
	x->in = p->ep->address & 0x80;
	x->req_len = -1;
	x->status = "pending";
	x->frame = b->frame;
	x->most = endpoint_packet(p->ep);
	x->sized = p->ep->reports_told;
	return p->open = x;
}

void truth_begin(struct bus *b, struct bus_pipe *p, uint8_t token)
{
	if (p->open && (p->ep->type == BULK || p->ep->type == INTERRUPT) && p->open->heard &&
		b->now - p->open->end > PAUSE)
		truth_close(p, "pause", NULL);
	if (!p->open || p->open->ended)
		open_transfer(b, p);
	p->t = (struct bus_transaction){.token = token, .len = -1, .of = p->open};
	b->t = &p->t;
}

/* status NULL: that of the last transaction that was not NAKed. */
void truth_close(struct bus_pipe *p, const char *ended, const char *status)
{
	if (!p->open)
		return;
	p->open->ended = ended;
	if (status)
		p->open->status = status;
	p->open = NULL;
}

void truth_abandon(struct bus_pipe *p)
{
	if (p->open)
		truth_close(p, "cancelled", strcmp(p->open->status, "ok") ? NULL : "cancelled");
}

void truth_control(struct bus_pipe *p, const struct urb *u)
{
	struct bus_transfer *x = p->open;

	memcpy(x->setup, u->x->setup, 8);
	x->req_len = u->req;
	x->in = u->x->in;
}

static void print_transaction(const struct bus *b, const struct bus_pipe *p,
	const struct bus_transaction *t, const char *result);

/* The transfer's word for it. */
static const char *status_of(const char *result)
{
	static const struct {
		const char *result, *status;
	} words[] = {{"invalid", "babble"}, {"incomplete", "timeout"}};

	for (size_t i = 0; i < COUNT(words); i++)
		if (!strcmp(words[i].result, result))
			return words[i].status;
	return result;
}

void truth_finish(struct bus *b, struct bus_pipe *p, const char *result, bool accepted)
{
	struct bus_transaction *t = &p->t;
	struct bus_transfer *x = t->of;
	bool nak = !strcmp(result, "nak");

	t->result = result;
	b->transactions++;
	x->naks += nak;
	x->packets++;
	x->retries += t->retry;
	if (b->truth == TRUTH_TRANSACTIONS)
		print_transaction(b, p, t, result);
	b->t = NULL;
	if (nak)
		return;
	x->heard = true;
	x->answered |= t->token == PID_SETUP && !strcmp(result, "ok");
	x->asked |= t->token == PID_SETUP && (!strcmp(result, "ok") || !strcmp(result, "timeout"));
	if (x->type == ISOCHRONOUS && !strcmp(result, "timeout"))
		result = "missed";
	x->missed += !strcmp(result, "missed");
	x->damaged += !strcmp(result, "crc");
	x->empty += !strcmp(result, "ok") && !t->len;
	x->status = status_of(result);
	if (p->ep->type == CONTROL || p->ep->type == ISOCHRONOUS)
		return; /* the host knows when these end */
	if (!strcmp(result, "stall")) {
		truth_close(p, "stall", NULL);
		return;
	}
	if (!accepted)
		return;
	x->len += t->len;
	if ((uint64_t)t->len < endpoint_packet(p->ep))
		truth_close(p, t->len ? "short" : "zlp", NULL);
	else if (p->head && (x->sized || p->head->u->x->data_phase) && x->len >= p->head->u->req)
		truth_close(p, "class", NULL);
	else if (x->len >= SIZE)
		truth_close(p, "size", NULL);
}

static void gone(struct bus_pipe *p)
{
	bool undone = p->ep->type == CONTROL && p->open && !strcmp(p->open->status, "ok");

	truth_close(p, "reset", undone ? "cancelled" : NULL);
}

void truth_reset(struct bus *b)
{
	for (struct bus_pipe *p = b->pipes; p; p = p->next)
		gone(p);
}

void truth_reports(struct device *d, unsigned interface)
{
	for (unsigned i = 0; i < d->endpoints; i++) {
		struct endpoint *e = &d->ep[i];

		if (e->type == INTERRUPT && e->address & 0x80 && e->interface == interface)
			e->reports_told = true;
	}
}

void truth_address(struct bus *b, unsigned address)
{
	for (struct bus_pipe *p = b->pipes; p; p = p->next)
		if (p->dev->address == address)
			gone(p);
}

/* ---- printing ----------------------------------------------------------------------- */

static const char *pid_name(uint8_t pid)
{
	static const struct {
		uint8_t pid;
		const char *name;
	} names[] = {{PID_OUT, "\"OUT\""}, {PID_IN, "\"IN\""}, {PID_SETUP, "\"SETUP\""},
		{PID_PING, "\"PING\""}, {PID_DATA0, "\"DATA0\""}, {PID_DATA1, "\"DATA1\""},
		{PID_DATA2, "\"DATA2\""}, {PID_MDATA, "\"MDATA\""}, {PID_ACK, "\"ACK\""},
		{PID_NAK, "\"NAK\""}, {PID_STALL, "\"STALL\""}, {PID_NYET, "\"NYET\""},
		{PID_ERR, "\"ERR\""}};

	for (size_t i = 0; i < COUNT(names); i++)
		if (names[i].pid == pid)
			return names[i].name;
	return "null";
}

static void print_time(const char *key, int64_t ns)
{
	printf(",\"%s\":%" PRId64 ".%09" PRId64, key, ns / 1000000000, ns % 1000000000);
}

static int64_t since_first(const struct bus *b, int64_t t)
{
	return t + b->prog->start - b->cap->sink.first_time;
}

static void print_transaction(const struct bus *b, const struct bus_pipe *p,
	const struct bus_transaction *t, const char *result)
{
	printf("{\"transfer\":%" PRIu64 ",\"first\":%" PRIu64 ",\"last\":%" PRIu64, t->of->id,
		t->first, t->last);
	print_time("t", since_first(b, t->begin));
	printf(",\"dev\":%u,\"ep\":%u,\"pid\":%s,\"data_pid\":%s,\"len\":", p->dev->address,
		t->of->ep, pid_name(t->token), pid_name(t->data_pid));
	if (t->len < 0)
		printf("null");
	else
		printf("%" PRId64, t->len);
	printf(",\"handshake\":%s,\"result\":\"%s\",\"retry\":%s,\"split\":",
		pid_name(t->handshake), result, t->retry ? "true" : "false");
	if (wire_is_split(p->dev))
		printf("{\"hub\":%u,\"port\":%u}}\n", p->dev->hub->address, p->dev->port);
	else
		printf("null}\n");
}

static void print_setup(const struct bus_transfer *x)
{
	const uint8_t *s = x->setup;

	if (x->type != CONTROL || !x->asked)
		printf(",\"setup\":null");
	else
		printf(",\"setup\":{\"bmRequestType\":%u,\"bRequest\":%u,\"wValue\":%u,"
		       "\"wIndex\":%u,\"wLength\":%u}",
			s[0], s[1], s[2] | s[3] << 8, s[4] | s[5] << 8, s[6] | s[7] << 8);
}

/* Where the capture ends long after the last token, it was a pause. */
static const char *ended(const struct bus *b, const struct bus_transfer *x)
{
	if (x->ended)
		return x->ended;
	return x->type != CONTROL && x->heard && b->last - x->end > PAUSE ? "pause" : "eof";
}

static const char *status(const struct bus_transfer *x)
{
	bool undone = x->type == CONTROL && !x->ended && !strcmp(x->status, "ok");

	return undone ? "pending" : x->status;
}

/* What the packets alone tell: not where a request was given up, nor that a packet was no short one
 * where no descriptor says how small the endpoint's are and none of the usual sizes is it. */
static bool end_is_told(const struct bus_transfer *x)
{
	if (x->type == CONTROL)
		return !x->ended || strcmp(x->ended, "cancelled");
	return x->dev->enumerated || x->type == ISOCHRONOUS || x->most >= 8;
}

static void print_transfer(const struct bus *b, const struct bus_transfer *x)
{
	static const char *const types[] = {"control", "isochronous", "bulk", "interrupt"};
	static const char *const speeds[] = {"low", "full", "high", "super"};
	const struct device *d = x->dev;
	bool direct = !d->hub && b->cap->writer->link != 288;

	printf("{\"id\":%" PRIu64 ",\"first\":%" PRIu64 ",\"last\":%" PRIu64
	       ",\"records\":%" PRIu64,
		x->id, x->first, x->last, x->records);
	print_time("t", since_first(b, x->begin));
	if (!strcmp(status(x), "pending"))
		printf(",\"dur\":null");
	else
		print_time("dur", x->end - x->begin);
	printf(",\"bus\":null,\"dev\":%u,\"ep\":%u", d->address, x->ep);
	if (x->type != CONTROL || x->asked)
		printf(",\"dir\":\"%s\"", x->in ? "in" : "out");
	if (x->type == CONTROL || d->enumerated)
		printf(",\"type\":\"%s\"", types[x->type]);
	if (direct)
		printf(",\"speed\":\"%s\"", speeds[d->speed]);
	if (x->type != CONTROL || x->answered)
		printf(",\"seen\":\"both\"");
	printf(",\"status\":\"%s\",\"short\":%s,\"raw_status\":null", status(x),
		x->in && !strcmp(status(x), "ok") && x->req_len > x->len ? "true" : "false");
	if (end_is_told(x))
		printf(",\"end\":\"%s\"", ended(b, x));
	printf(",\"req_len\":");
	if (x->req_len < 0 || (x->type == CONTROL && !x->asked))
		printf("null");
	else
		printf("%" PRId64, x->req_len);
	printf(",\"len\":%" PRId64, x->len);
	print_setup(x);
	if (x->type == ISOCHRONOUS && x->frame >= 0)
		printf(",\"iso\":{\"packets\":%u,\"errors\":%u,\"missed\":%u,\"empty\":%u,"
		       "\"start_frame\":%d}",
			x->packets, x->damaged, x->missed, x->empty, x->frame);
	printf(",\"naks\":%u,\"retries\":%u", x->naks, x->retries);
	printf(",\"inferred\":{\"speed\":\"%s\",\"type\":\"%s\"}}\n", speeds[d->speed],
		types[x->type]);
}

void truth_print(struct bus *b)
{
	if (b->truth == TRUTH_TRANSFERS)
		for (size_t i = 0; i < b->transfers; i++)
			print_transfer(b, b->transfer[i]);
	if (b->truth != TRUTH_BINS)
		return;
	printf("{\"records\":%" PRIu64 ",\"unattached\":{", b->cap->sink.records);
	for (size_t i = 0; i < COUNT(b->bins) && b->bins[i].name; i++)
		printf("%s\"%s\":%" PRIu64, i ? "," : "", b->bins[i].name, b->bins[i].n);
	printf("}}\n");
}
