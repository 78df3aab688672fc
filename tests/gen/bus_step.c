/* bus_step.c: what an URB still needs on the bus: its next transaction, and how it fails. */
#include "tests/gen/bus.h"

#include <string.h>

static const char *const fault_names[] = {[IS_NAKED] = "nak",
	[HAS_NO_ANSWER] = "timeout",
	[HAS_BAD_CRC] = "crc",
	[LOSES_ACK] = "lost-ack",
	[COMES_TWICE] = "twice",
	[IS_CUT] = "cut",
	[HAS_BAD_TOKEN] = "bad-token",
	[HAS_JUNK] = "junk",
	[HAS_EMPTY] = "empty",
	[HAS_ERR] = "err",
	[IS_ABANDONED] = "abandoned"};

int bus_fault_find(const char *name)
{
	for (size_t i = 0; i < COUNT(fault_names); i++)
		if (fault_names[i] && !strcmp(fault_names[i], name))
			return (int)i;
	return -1;
}

/* That the submitter would not have a short packet, the bus does not know. */
bool job_fails(const struct urb *u)
{
	return u->has_raw || (u->status != STATUS_OK && u->status != status_find("short"));
}

/* Data bytes that come through; before a failure whole packets. */
static uint32_t total(const struct bus_job *j)
{
	const struct urb *u = j->u;

	if (!job_fails(u))
		return u->x->in ? u->actual : u->req;
	if (u->x->type == CONTROL && u->x->fail_stage == FAIL_STATUS)
		return u->req;
	return u->actual - u->actual % endpoint_packet(u->x->ep);
}

bool job_fails_now(const struct bus_job *j)
{
	const struct xfer *x = j->u->x;

	if (!job_fails(j->u))
		return false;
	if (x->type != CONTROL)
		return j->pos >= total(j);
	if (x->fail_stage == FAIL_SETUP)
		return true;
	if (j->stage == 1)
		return x->fail_stage != FAIL_STATUS && j->pos >= total(j);
	return j->stage == 2;
}

enum outcome job_failure(const struct bus_job *j)
{
	static const struct {
		const char *status;
		enum outcome how;
	} ways[] = {{"stall", IS_STALLED}, {"crc", HAS_BAD_CRC}, {"protocol", HAS_NO_ANSWER},
		{"timeout", HAS_NO_ANSWER}, {"babble", BABBLES}};

	for (size_t i = 0; i < COUNT(ways); i++)
		if (!strcmp(status_row((unsigned)j->u->status)->name, ways[i].status))
			return ways[i].how;
	return FALLS_SILENT;
}

struct step job_control_step(const struct bus_job *j)
{
	const struct urb *u = j->u;
	bool in = u->x->in;
	uint32_t most = endpoint_packet(u->x->ep),
		 n = bus_least(most, (job_fails_now(j) ? u->req : total(j)) - j->pos);

	if (j->stage == 0)
		return (struct step){PID_SETUP, PID_DATA0, false, u->x->setup, 8};
	if (j->stage == 1)
		return (struct step){in ? PID_IN : PID_OUT,
			j->pos / most % 2 ? PID_DATA0 : PID_DATA1, in, u->data + j->pos, n};
	return (struct step){in ? PID_OUT : PID_IN, PID_DATA1, !in, u->data, 0};
}

struct step job_data_step(const struct bus_pipe *p, const struct bus_job *j)
{
	const struct urb *u = j->u;
	uint32_t upto = job_fails_now(j) ? u->req : total(j);

	return (struct step){u->x->in ? PID_IN : PID_OUT, p->toggle ? PID_DATA1 : PID_DATA0,
		u->x->in, u->data + j->pos, bus_least(endpoint_packet(p->ep), upto - j->pos)};
}

/* The bus has seen the step go well. True: the URB is done. */
bool job_advance(struct bus_pipe *p, struct bus_job *j, const struct step *s)
{
	const struct urb *u = j->u;
	uint32_t most = endpoint_packet(p->ep);

	j->step++;
	j->faults = 0;
	p->again = p->counted = false;
	j->naks = j->naks_each;
	if (u->x->type == CONTROL) {
		if (j->stage == 0) {
			j->stage = u->req ? 1 : 2;
			return false;
		}
		if (j->stage == 2)
			return true;
		j->pos += s->n;
		if ((j->pos == u->req || s->n < most) && !job_fails_now(j))
			j->stage = 2;
		return false;
	}
	p->toggle ^= 1;
	j->pos += s->n;
	if (job_fails(u))
		return false;
	if (s->n < most)
		return true;
	return j->pos == u->req && (u->x->in || !(u->x->transfer_flags & ZERO_PACKET));
}
