/* bus_host.c: a host controller on a virtual bus. It serves the endpoints that have URBs in turn,
 * one transaction at a time, as USB 2.0 sections 8.4.6 to 8.6 and 11.17 to 11.21 have it, lets go
 * wrong what the description wants, and says when an URB is done. */
#include "tests/gen/bus.h"

#include <stdlib.h>
#include <string.h>

static const int64_t never = INT64_MAX;

/* ---- requests that change the endpoints (8.5.2, 9.1.1.5, 9.4.5) --------------------- */

static void reset_toggle(struct bus *b, const struct device *d, int address)
{
	for (struct bus_pipe *p = b->pipes; p; p = p->next)
		if (p->dev == d && (address < 0 || p->ep->address == address)) {
			p->toggle = 0;
			p->ping = p->again = false;
		}
}

static void after_request(struct bus *b, const struct bus_pipe *p, const struct urb *u)
{
	const uint8_t *s = u->x->setup;

	if (s[0] == 0x00 && s[1] == 5)
		truth_address(b, s[2]);
	if (s[0] == 0x00 && s[1] == 9)
		reset_toggle(b, p->dev, -1);
	if (s[0] == 0x01 && s[1] == 11)
		reset_toggle(b, p->dev, -1); /* the descriptions have one interface with data */
	if (s[0] == 0x02 && s[1] == 1 && s[2] == 0)
		reset_toggle(b, p->dev, s[4]);
	if (s[0] == 0x81 && s[1] == 6 && s[3] == 0x22)
		truth_reports(p->dev, s[4]);
}

/* ---- isochronous (8.5.5, 5.9.2): no handshake, one transfer a service interval ------ */

/* PIDs of a high-bandwidth microframe: [packets - 1][which] (5.9.2). */
static const uint8_t in_pids[3][3] = {
	{PID_DATA0}, {PID_DATA1, PID_DATA0}, {PID_DATA2, PID_DATA1, PID_DATA0}};
static const uint8_t out_pids[3][3] = {
	{PID_DATA0}, {PID_MDATA, PID_DATA1}, {PID_MDATA, PID_MDATA, PID_DATA2}};

static void iso_interval(
	struct bus *b, struct bus_pipe *p, const uint8_t *data, uint32_t len, const char *status)
{
	bool in = p->ep->address & 0x80, crc = !strcmp(status, "crc"), good = !strcmp(status, "ok");
	uint32_t most = endpoint_packet(p->ep), n = len > most ? (len + most - 1) / most : 1;

	for (uint32_t i = 0; i < n && i < 3; i++) {
		uint32_t some = bus_least(most, len - i * most);
		struct step s = {in ? PID_IN : PID_OUT, (in ? in_pids : out_pids)[n - 1][i], in,
			data + i * most, some};

		truth_begin(b, p, s.token);
		wire_token(b, p->dev, s.token, bus_eleven(p), false);
		if (in && !good && !crc) {
			bus_wait_in_vain(b, p);
			bus_finish(b, p, "timeout", false);
			break;
		}
		bus_data_packet(b, p, &s, crc ? HAS_BAD_CRC : GOES_WELL);
		p->open->len += crc ? 0 : some;
		bus_finish(b, p, crc ? "crc" : "ok", false);
	}
	truth_close(p, "complete", NULL);
}

/* True: the URB is done. */
static bool serve_iso(struct bus *b, struct bus_pipe *p, struct bus_job *j)
{
	const struct urb *u = j->u;
	const struct packet *k = &u->packet[j->pos];
	int64_t period = endpoint_period(p->dev, p->ep);
	const char *status = status_row((unsigned)k->status)->name;
	uint32_t len = u->x->in ? k->actual : k->length;
	const uint8_t *data = u->data + bus_least(k->offset, u->req);

	if (!strcmp(status, "missed") || job_fails(u)) {
		/* the host did not get round to it: no packets */
	} else if (wire_is_split(p->dev)) {
		if (!bus_iso_split(b, p, data, len))
			return false;
	} else {
		if (!strcmp(status, "crc") && !len)
			len = k->length;
		iso_interval(b, p, data, len, status);
	}
	p->ready = (j->slot + ++j->pos) * period + 2000;
	return j->pos == u->x->packets;
}

/* ---- the other types ---------------------------------------------------------------- */

static int64_t next_poll(const struct bus *b, const struct bus_pipe *p)
{
	int64_t period = endpoint_period(p->dev, p->ep);

	return (b->now / period + 1) * period + 10000;
}

/* A fault the description wants here, or what the device does by itself. */
static enum outcome choose(const struct bus_pipe *p, const struct bus_job *j, bool *injected)
{
	const struct xfer *x = j->u->x;
	uint32_t before = 0;

	*injected = true;
	if (j->naks && !(p->ep->type == CONTROL && j->stage == 0))
		return IS_NAKED;
	for (unsigned i = 0; i < x->faults; i++) {
		if (x->fault[i].at != j->step)
			continue;
		before += x->fault[i].times;
		if (j->faults < before)
			return (enum outcome)x->fault[i].kind;
	}
	*injected = false;
	return job_fails_now(j) ? job_failure(j) : GOES_WELL;
}

/* A failure other than a stall is tried three times (8.6, 10.2.6). */
static bool given_up(struct bus_job *j, enum outcome how)
{
	return how == IS_STALLED || how == BABBLES || how == FALLS_SILENT || ++j->faults >= 3;
}

static void end_control(struct bus_pipe *p, const struct urb *u, enum outcome how)
{
	if (how == GOES_WELL)
		truth_close(p, p->open->len < (int64_t)u->req ? "short" : "complete", "ok");
	else if (how == IS_STALLED)
		truth_close(p, "stall", "stall");
}

/* And may or may not have been taken: the same data with the same toggle comes again. */
static bool data_was_sent(const struct step *s, enum outcome how)
{
	return how == HAS_BAD_CRC || how == LOSES_ACK || how == COMES_TWICE || how == BABBLES ||
	       (!s->in && (how == HAS_NO_ANSWER || how == IS_CUT || how == HAS_ERR ||
				  how == IS_ABANDONED));
}

/* A transaction translator tries three times itself, then stalls; a periodic endpoint's error it
 * passes on (11.17.1, 11.20.4). */
static enum outcome behind_hub(const struct bus_pipe *p, enum outcome how)
{
	if (how <= IS_STALLED || how == IS_ABANDONED || how == HAS_ERR)
		return how;
	return bus_periodic(p) ? HAS_ERR : IS_STALLED;
}

/* What the transaction did to the transfer. True: the URB is done. */
static bool after(struct bus *b, struct bus_pipe *p, struct bus_job *j, const struct step *s,
	enum outcome how, bool injected)
{
	bool control = p->ep->type == CONTROL;

	if (how == IS_NAKED) {
		j->naks -= j->naks > 0;
		p->ready = p->ep->type == INTERRUPT ? next_poll(b, p)
						    : b->now + b->prog->rules.nak_gap;
		return false;
	}
	if (how == GOES_WELL || (injected && (how == HAS_JUNK || how == HAS_EMPTY))) {
		if (control && j->stage == 1 && !p->counted)
			p->open->len += s->n;
		if (!job_advance(p, j, s))
			return false;
		if (control) {
			end_control(p, j->u, GOES_WELL);
			after_request(b, p, j->u);
		}
		return true;
	}
	p->again |= data_was_sent(s, how);
	if (injected) {
		j->faults++;
		if (how == COMES_TWICE && !p->counted) {
			p->counted = true;
			if (control && j->stage == 1)
				p->open->len += s->n;
		}
		return false;
	}
	if (!given_up(j, how))
		return false;
	if (control)
		end_control(p, j->u, how);
	return true;
}

static bool serve(struct bus *b, struct bus_pipe *p)
{
	struct bus_job *j = p->head;
	struct step s;
	enum outcome how;
	bool injected;

	if (p->ep->type == ISOCHRONOUS)
		return serve_iso(b, p, j);
	if (b->now < j->answers && !p->phase) { /* the device has nothing yet */
		if (b->prog->rules.polling && !(p->ep->type == CONTROL && j->stage == 0))
			j->naks += !j->naks;
		else {
			p->ready = j->answers;
			return false;
		}
	}
	s = p->ep->type == CONTROL ? job_control_step(j) : job_data_step(p, j);
	p->ping &= s.token == PID_OUT;
	if (p->ping) {
		bus_ping(b, p, j);
		return false;
	}
	how = choose(p, j, &injected);
	if (how == BABBLES && !s.in)
		how = HAS_NO_ANSWER;
	if (how == FALLS_SILENT)
		return true;
	if (p->ep->type == INTERRUPT)
		p->ready = next_poll(b, p);
	if (wire_is_split(p->dev)) {
		how = behind_hub(p, how);
		if (!(p->phase ? bus_complete_split(b, p, &s, how)
			       : bus_start_split(b, p, j, &s, how)))
			return false;
		if (p->ep->type == INTERRUPT)
			p->ready = next_poll(b, p);
	} else {
		bus_transact(b, p, j, &s, how);
	}
	return after(b, p, j, &s, how, injected);
}

/* ---- the schedule ------------------------------------------------------------------- */

struct bus *bus_new(struct capture *c, const struct program *prog, uint8_t truth)
{
	struct bus *b = keep(sizeof(*b));

	b->cap = c;
	b->prog = prog;
	b->truth = truth;
	b->frame = -1;
	b->states = c->sink.container == PCAPNG;
	for (b->root = prog->devices; b->root && b->root->next; b->root = b->root->next)
		; /* the first one described is the last in the list */
	return b;
}

static struct bus_pipe *pipe_of(struct bus *b, const struct xfer *x)
{
	struct bus_pipe *p = b->pipes;

	while (p && p->ep != x->ep)
		p = p->next;
	if (!p) {
		p = keep(sizeof(*p));
		p->dev = x->dev;
		p->ep = x->ep;
		p->next = b->pipes;
		b->pipes = p;
	}
	return p;
}

void bus_submit(struct bus *b, struct urb *u, int64_t now, int64_t slot)
{
	struct bus_pipe *p = pipe_of(b, u->x);
	struct bus_job *j = keep(sizeof(*j));

	if (u->x->dev->speed == SPEED_SUPER)
		die("SuperSpeed devices have no packets of USB 2.0");
	j->u = u;
	j->naks_each = u->x->naks >= 0 ? (uint32_t)u->x->naks : b->prog->rules.naks;
	j->naks = j->naks_each;
	j->slot = slot;
	j->answers = u->x->fate == FATE_PENDING ? never : now + (u->x->takes > 0 ? u->x->takes : 0);
	if (p->head) {
		p->tail->next = j;
		p->tail = j;
		return;
	}
	p->head = p->tail = j;
	p->ready = now;
	if (p->ep->type == ISOCHRONOUS)
		p->ready = slot * endpoint_period(p->dev, p->ep) + 2000;
	else if (p->ep->type == INTERRUPT) {
		int64_t period = endpoint_period(p->dev, p->ep);

		p->ready = (now / period + 1) * period + 10000;
	}
}

/* When the bus has something to do; -1: never. */
int64_t bus_next(const struct bus *b)
{
	int64_t t = never;

	for (const struct bus_pipe *p = b->pipes; p; p = p->next)
		if (p->head && p->ready < t)
			t = p->ready;
	return t == never ? -1 : t > b->now ? t : b->now;
}

bool bus_has_work(const struct bus *b)
{
	for (const struct bus_pipe *p = b->pipes; p; p = p->next)
		if (p->head && (p->head->u->x->fate != FATE_PENDING || p->phase))
			return true;
	return false;
}

static struct urb *take(struct bus_pipe *p, struct bus *b)
{
	struct urb *u = p->head->u;

	p->head = p->head->next;
	if (p->ep->type == CONTROL)
		p->again = false;
	if (p->head && p->ep->type == ISOCHRONOUS)
		p->ready = p->head->slot * endpoint_period(p->dev, p->ep) + 2000;
	else if (p->ready < b->now)
		p->ready = b->now;
	return u;
}

static struct bus_pipe *whose_turn(struct bus *b)
{
	struct bus_pipe *best = NULL;

	/* round, beginning behind the one served last */
	for (struct bus_pipe *p = b->turn ? b->turn->next : b->pipes; p; p = p->next)
		if (p->head && p->ready <= b->now && (!best || p->ready < best->ready))
			best = p;
	for (struct bus_pipe *p = b->pipes; b->turn && !best && p; p = p->next)
		if (p->head && p->ready <= b->now)
			best = p;
	return best;
}

/* The longest a transaction of this endpoint may take: it must end before the next frame begins. */
static int64_t longest(const struct bus_pipe *p)
{
	return wire_time(p->dev, endpoint_most(p->ep) + 60u) + 10000;
}

struct urb *bus_step(struct bus *b, int64_t t)
{
	struct bus_pipe *p;

	wire_sofs(b, b->now < t ? t : b->now); /* those of idle frames in their time */
	b->now = b->now < t ? t : b->now;
	p = whose_turn(b);
	if (!p)
		return NULL;
	if (b->prog->rules.sof && !b->suspended && b->now + longest(p) > b->next_sof) {
		wire_sofs(b, b->next_sof);
		if (p->ready < b->now)
			p->ready = b->now;
	}
	b->turn = p;
	return serve(b, p) ? take(p, b) : NULL;
}

void bus_end(struct bus *b)
{
	truth_print(b);
	free(b->transfer);
}

int64_t bus_now(const struct bus *b)
{
	return b->now;
}

void bus_drop(struct bus *b, const struct urb *u)
{
	for (struct bus_pipe *p = b->pipes; p; p = p->next)
		for (struct bus_job **j = &p->head; *j; j = &(*j)->next)
			if ((*j)->u == u) {
				*j = (*j)->next;
				p->phase = 0;
				for (p->tail = p->head; p->tail && p->tail->next;
					p->tail = p->tail->next)
					;
				return;
			}
}

static void nothing(struct capture *c, const struct urb *u)
{
	(void)c;
	(void)u;
}

const struct writer bus_by_speed = {.name = "bus",
	.summary = "bus packets, link type by the speed of the bus",
	.link = 295,
	.family = FOR_BUS,
	.shows_speed = true,
	.submit = nothing,
	.complete = nothing,
	.bus = true};
const struct writer bus_288 = {.name = "288",
	.summary = "bus packets of any speed",
	.link = 288,
	.family = FOR_BUS,
	.submit = nothing,
	.complete = nothing,
	.bus = true};
