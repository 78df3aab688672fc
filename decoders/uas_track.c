/* uas_track.c: USB Attached SCSI: the exchange that an information unit or data belongs to. */
#include "decoders/uas.h"
#include "base/cursor.h"

#include <assert.h>
#include <string.h>

static_assert(sizeof(struct uas_state) <= EXCHANGE_STATE, "fits");
static_assert(sizeof(struct uas_interface) <= INTERFACE_STATE, "fits");

/* An exchange whose command is not known yet has its first transfer's number as key. */
enum { KEY_NO_COMMAND = 1 << 16 };

static struct uas_state *state_of(const struct exchange *ex)
{
	return (struct uas_state *)(uintptr_t)ex->state;
}

/* ---- commands in flight ------------------------------------------------------------- */

static void forget(struct uas_interface *u, uint32_t key)
{
	for (uint32_t i = 0; i < u->flights; i++)
		if (u->flight[i].key == key) {
			memmove(&u->flight[i], &u->flight[i + 1],
				(u->flights - i - 1) * sizeof(u->flight[0]));
			u->flights--;
			return;
		}
}

static struct flight *remember(struct uas_interface *u, uint32_t key, uint8_t dir)
{
	struct flight *f;

	forget(u, key);
	if (u->flights == FLIGHTS) /* the oldest one will be found by its tag alone */
		forget(u, u->flight[0].key);
	f = &u->flight[u->flights++];
	*f = (struct flight){.key = key, .dir = dir};
	return f;
}

static void end(struct track *t, struct exchange *ex, enum exchange_result result)
{
	forget(t->state, ex->key);
	exchange_end(t, ex, result);
}

/* Blocks of any size from 512 to 65,536 bytes make up the data, or it is no more than was allowed.
 */
static bool fits(const struct flight *f, uint64_t bytes)
{
	uint64_t size = f->blocks ? (f->moved + bytes) / f->blocks : 0;

	if (f->at_most)
		return f->moved + bytes <= f->at_most;
	return !f->blocks || (f->moved + bytes <= (uint64_t)f->blocks << 16 &&
				     (size < 512 || !(size & (size - 1))));
}

/* The oldest command of that direction that the data fits. */
static struct flight *flight_of(struct uas_interface *u, uint8_t dir, uint64_t bytes)
{
	for (uint32_t i = 0; i < u->flights; i++) {
		struct flight *f = &u->flight[i];

		if (f->key < KEY_NO_COMMAND && (f->dir == dir || f->dir == SCSI_EITHER) &&
			fits(f, bytes))
			return f;
	}
	return NULL;
}

/* ---- following ---------------------------------------------------------------------- */

static void note_status(struct uas_state *s, const struct xfer *x)
{
	if (x->status == STATUS_CANCELLED)
		s->seen |= UAS_CANCELLED;
	else if (status_is_error((enum status)x->status) && x->status != STATUS_SHORT)
		s->seen |= UAS_BROKEN;
}

/* Joins the exchange with that key, or begins it. */
static struct exchange *join(struct track *t, uint32_t key)
{
	struct exchange *ex = exchange_find(t, key);

	if (!ex || !exchange_join(t, ex))
		ex = exchange_begin(t, key);
	note_status(state_of(ex), t->x);
	return ex;
}

/* Data or sense whose command ends later in the capture: it must have begun before that ended. */
static struct exchange *waiting(struct track *t, uint16_t tag, uint8_t dir)
{
	struct uas_interface *u = t->state;
	struct exchange *ex = exchange_find(t, tag);

	if (ex) { /* the tag is used again: what it stood for is over */
		if (!(state_of(ex)->seen & (UAS_HAS_COMMAND | UAS_HAS_TASK)) &&
			t->x->begin <= ex->end)
			return ex;
		end(t, ex, EXCHANGE_INCOMPLETE);
	}
	for (uint32_t i = 0; i < u->flights;) {
		struct flight *f = &u->flight[i];

		ex = f->key >= KEY_NO_COMMAND ? exchange_find(t, f->key) : NULL;
		if (ex && t->x->begin > ex->end) {
			end(t, ex, EXCHANGE_INCOMPLETE);
			continue;
		}
		if (ex && f->dir == dir)
			return ex;
		i++;
	}
	return NULL;
}

static uint32_t number_at(const struct scsi_cdb *c, struct scsi_place p)
{
	uint64_t n = scsi_number(c->b + p.off, p.len);

	return n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}

static void parse_command(struct uas_state *s, const struct xfer *x)
{
	const uint8_t *p = x->data.data;
	const struct scsi_command *k;
	uint32_t n = x->data.kept > 16 ? x->data.kept - 16 : 0;

	s->seen |= UAS_HAS_COMMAND;
	s->lun = x->data.kept > 9 ? p[9] : 0; /* single level addressing (SAM-4 4.6.4) */
	s->cdb.len = (uint8_t)(n < SCSI_CDB ? n : SCSI_CDB);
	if (!s->cdb.len)
		return;
	memcpy(s->cdb.b, p + 16, s->cdb.len);
	s->cdb.dir = SCSI_EITHER;
	k = scsi_command(&s->cdb);
	if (k)
		s->cdb.dir = k->dir;
}

static void fly(struct uas_interface *u, const struct exchange *ex)
{
	const struct uas_state *s = state_of(ex);
	const struct scsi_command *k = scsi_command(&s->cdb);
	struct flight *f = remember(u, ex->key, s->cdb.dir);

	f->moved = s->moved;
	if (!k || s->cdb.len < k->len)
		return;
	f->blocks = number_at(&s->cdb, k->blocks);
	f->at_most = number_at(&s->cdb, k->allocation);
}

enum { GOOD = 0, CONDITION_MET = 4 };
static enum exchange_result result_of(const struct uas_state *s)
{
	if (s->seen & UAS_HAS_RESPONSE)
		return s->response == FUNCTION_COMPLETE || s->response == FUNCTION_SUCCEEDED
			       ? EXCHANGE_OK
			       : EXCHANGE_ERROR;
	return s->status == GOOD || s->status == CONDITION_MET ? EXCHANGE_OK : EXCHANGE_FAILED;
}

static void take_command(struct track *t, uint16_t tag)
{
	struct uas_state probe = {0};
	struct exchange *ex;
	struct uas_state *s;

	parse_command(&probe, t->x);
	ex = waiting(t, tag, probe.cdb.dir);
	if (ex && exchange_join(t, ex)) {
		forget(t->state, ex->key);
		ex->key = tag;
	} else {
		ex = exchange_begin(t, tag);
	}
	s = state_of(ex);
	note_status(s, t->x);
	s->tag = tag;
	s->pipe = PIPE_COMMAND;
	s->iu = IU_COMMAND;
	parse_command(s, t->x);
	if (s->seen & UAS_HAS_SENSE)
		end(t, ex, result_of(s));
	else
		fly(t->state, ex);
}

static void take_task(struct track *t, uint16_t tag)
{
	struct exchange *ex = exchange_find(t, tag);
	struct uas_state *s;

	if (ex)
		end(t, ex, EXCHANGE_INCOMPLETE);
	ex = join(t, tag);
	s = state_of(ex);
	s->tag = tag;
	s->pipe = PIPE_COMMAND;
	s->iu = IU_TASK;
	s->seen |= UAS_HAS_TASK;
	if (t->x->data.kept >= 8) {
		s->function = t->x->data.data[4];
		s->managed = be16(t->x->data.data + 6);
	}
}

static void take_sense(struct uas_state *s, const struct xfer *x)
{
	const uint8_t *p = x->data.data;

	if (x->data.kept < 7)
		return;
	s->seen |= UAS_HAS_SENSE;
	s->status = p[6];
	if (x->data.kept > SENSE_LEN)
		s->sense = scsi_sense(p + SENSE_LEN, x->data.kept - SENSE_LEN);
}

static void take_status(struct track *t, uint8_t iu, uint16_t tag)
{
	struct exchange *ex = join(t, tag);
	struct uas_state *s = state_of(ex);

	s->tag = tag;
	s->pipe = PIPE_STATUS;
	s->iu = iu;
	if (iu == IU_READ_READY || iu == IU_WRITE_READY)
		s->seen |= UAS_READY;
	else if (iu == IU_SENSE)
		take_sense(s, t->x);
	else if (iu == IU_RESPONSE && t->x->data.kept >= RESPONSE_LEN) {
		s->seen |= UAS_HAS_RESPONSE;
		s->response = t->x->data.data[7];
	}
	/* without its command yet: that one will end it */
	if (s->seen & (UAS_HAS_SENSE | UAS_HAS_RESPONSE) &&
		s->seen & (UAS_HAS_COMMAND | UAS_HAS_TASK))
		end(t, ex, result_of(s));
}

static void track_iu(struct track *t)
{
	const struct xfer *x = t->x;
	uint8_t iu;
	uint16_t tag;

	if (x->data.kept < TAG_END)
		return;
	iu = x->data.data[0];
	tag = be16(x->data.data + 2);
	if (x->dir == USB_OUT && iu == IU_COMMAND)
		take_command(t, tag);
	else if (x->dir == USB_OUT && iu == IU_TASK)
		take_task(t, tag);
	else if (x->dir == USB_IN && (iu == IU_SENSE || iu == IU_RESPONSE || iu == IU_READ_READY ||
					     iu == IU_WRITE_READY))
		take_status(t, iu, tag);
}

/* The exchange that data belongs to: by stream (its number is the tag, UAS 5.4), by what a READY IU
 * said last, by fit; a new one where its command ends later. */
static struct exchange *data_exchange(struct track *t, uint8_t dir, uint64_t bytes)
{
	struct uas_interface *u = t->state;
	struct exchange *ex;
	struct flight *f;

	if (t->x->flags & XFER_HAS_STREAM && t->x->stream) {
		ex = join(t, t->x->stream & 0xffff);
		state_of(ex)->seen |= UAS_STREAM;
		return ex;
	}
	f = flight_of(u, dir, bytes);
	if (f) {
		f->moved += bytes;
		return join(t, f->key);
	}
	if (!bytes && t->x->status != STATUS_OK) /* taken back: of no command to come */
		return NULL;
	ex = exchange_begin(t, KEY_NO_COMMAND + t->x->id);
	remember(u, ex->key, dir);
	note_status(state_of(ex), t->x);
	return ex;
}

static void track_data(struct track *t, uint8_t usage)
{
	const struct xfer *x = t->x;
	uint64_t bytes = scsi_moved(x) > 0 ? (uint64_t)scsi_moved(x) : 0;
	struct exchange *ex = data_exchange(t, usage == PIPE_DATA_IN ? SCSI_IN : SCSI_OUT, bytes);
	struct uas_state *s;

	if (!ex)
		return;
	s = state_of(ex);
	s->pipe = usage;
	s->before = s->moved;
	s->moved += bytes;
	ex->bytes += bytes;
}

void uas_track(struct track *t)
{
	uint8_t usage;

	if (t->x->type == USB_CONTROL || !t->x->pipe)
		return;
	usage = uas_usage_kept(t);
	if (usage == PIPE_COMMAND || usage == PIPE_STATUS)
		track_iu(t);
	else
		track_data(t, usage);
}
