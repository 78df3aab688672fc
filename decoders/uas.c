/* uas.c: mass storage, USB Attached SCSI (UAS, T10/2095-D): one exchange per command or task
 * management function, by tag, from its information unit (IU) to its sense or response IU. Several
 * are in flight at once; which one data belongs to says the stream, a READY IU, or, where the
 * capture shows neither, what fits: marked ~. */
#include "base/cursor.h"
#include "base/mem.h"
#include "decoders/scsi.h"
#include "decoders/scsi_rows.h"
#include "usb/desc.h"

#include <assert.h>
#include <string.h>

/* IU ID (UAS 6.2.1). */
enum {
	IU_COMMAND = 0x01,
	IU_SENSE = 0x03,
	IU_RESPONSE = 0x04,
	IU_TASK = 0x05,
	IU_READ_READY = 0x06,
	IU_WRITE_READY = 0x07
};

/* bPipeID (UAS 5.3.3.5): what an endpoint is for. */
enum { PIPE_UNKNOWN, PIPE_COMMAND, PIPE_STATUS, PIPE_DATA_IN, PIPE_DATA_OUT, PIPES };
enum { DESC_PIPE_USAGE = 0x24 };

/* Least bytes of an IU: with all of its fixed part. */
enum { TAG_END = 4, COMMAND_LEN = 32, SENSE_LEN = 16, RESPONSE_LEN = 8, TASK_LEN = 16 };

/* What happened so far. */
enum {
	UAS_HAS_COMMAND = 1 << 0,
	UAS_HAS_TASK = 1 << 1,
	UAS_HAS_SENSE = 1 << 2,
	UAS_HAS_RESPONSE = 1 << 3,
	UAS_READY = 1 << 4,	/* the device said whose data comes */
	UAS_STREAM = 1 << 5,	/* … or the stream did */
	UAS_CANCELLED = 1 << 6, /* the host took a transfer back */
	UAS_BROKEN = 1 << 7
};

/* An exchange's state. */
struct uas_state {
	struct scsi_cdb cdb;
	struct scsi_sense sense;
	uint8_t pipe;	/* PIPE_…: of the latest transfer */
	uint8_t iu;	/* of the latest transfer on the command or status pipe */
	uint8_t status; /* SCSI status */
	uint8_t response, function, lun;
	uint16_t tag, managed, seen;
	uint64_t before, moved; /* bytes of data, before the latest transfer and with it */
};

static_assert(sizeof(struct uas_state) <= EXCHANGE_STATE, "fits");

/* A command in flight: how data finds it. */
struct flight {
	uint32_t key; /* of its exchange; 0: free */
	uint8_t dir;
	uint32_t blocks, at_most; /* of its CDB; 0: it does not say */
	uint64_t moved;
};

enum { FLIGHTS = 64, ENDPOINTS = 32 };

/* An interface's state: it only finds exchanges. */
struct uas_interface {
	struct flight flight[FLIGHTS]; /* in the order they came */
	uint32_t flights;
	struct {
		uint32_t pipe;
		uint8_t usage;
	} endpoint[ENDPOINTS];
};

static_assert(sizeof(struct uas_interface) <= INTERFACE_STATE, "fits");

/* An exchange whose command is not known yet has its first transfer's number as key. */
enum { KEY_NO_COMMAND = 1 << 16 };

static struct uas_state *state_of(const struct exchange *ex)
{
	return (struct uas_state *)(uintptr_t)ex->state;
}

/* ---- what an endpoint is for -------------------------------------------------------------------
 */

/* By the pipe usage descriptor behind the endpoint's in the configuration. */
static uint8_t described_usage(const struct devices *d, const struct pipe *p)
{
	const struct fact *f = devices_configuration(d, p->instance, p->version, p->configuration);
	struct desc_interface in = {0};
	struct desc_endpoint ep = {0};
	struct desc_iter it;
	struct desc_item item;
	bool here = false;

	if (!f || !(p->flags & PIPE_DESCRIBED))
		return PIPE_UNKNOWN;
	desc_iter_init(&it, f->data, f->len, f->total);
	while (desc_next(&it, &item)) {
		if (item.type == DESC_INTERFACE) {
			here = desc_interface_parse(&in, item.data, item.len) &&
			       in.bInterfaceNumber == p->interface &&
			       in.bAlternateSetting == p->alternate;
			ep = (struct desc_endpoint){0};
		} else if (item.type == DESC_ENDPOINT) {
			desc_endpoint_parse(&ep, item.data, item.len);
		} else if (here && item.type == DESC_PIPE_USAGE && item.len >= 3 &&
			   (ep.bEndpointAddress & 15) == p->endpoint &&
			   ep.bEndpointAddress >> 7 == (p->dir == USB_IN)) {
			return item.data[2] < PIPES ? item.data[2] : PIPE_UNKNOWN;
		}
	}
	return PIPE_UNKNOWN;
}

static bool zeros(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i])
			return false;
	return true;
}

/* Without descriptors: an IU has its ID, reserved bytes that are 0, and its length (UAS 6.2). */
static uint8_t usage_by_content(const struct xfer *x)
{
	const uint8_t *p = x->data.data;
	uint32_t n = x->data.kept;

	if (x->dir == USB_OUT) {
		bool command = n >= COMMAND_LEN && p[0] == IU_COMMAND && !p[1] && !p[5] && !p[7];
		bool task = n >= TASK_LEN && x->data.total == TASK_LEN && p[0] == IU_TASK &&
			    !p[1] && !p[5];

		return command || task ? PIPE_COMMAND : PIPE_DATA_OUT;
	}
	if (n >= SENSE_LEN && p[0] == IU_SENSE && !p[1] && zeros(p + 7, 7))
		return PIPE_STATUS;
	if (n >= RESPONSE_LEN && x->data.total == RESPONSE_LEN && p[0] == IU_RESPONSE && !p[1])
		return PIPE_STATUS;
	if (n >= TAG_END && x->data.total == TAG_END && !p[1] &&
		(p[0] == IU_READ_READY || p[0] == IU_WRITE_READY))
		return PIPE_STATUS;
	return PIPE_DATA_IN;
}

static uint8_t usage_of(const struct devices *d, const struct xfer *x)
{
	uint8_t usage =
		d && x->pipe ? described_usage(d, devices_get_pipe(d, x->pipe)) : PIPE_UNKNOWN;

	return usage ? usage : usage_by_content(x);
}

/* The same, remembering what descriptors say. */
static uint8_t usage_kept(struct track *t)
{
	struct uas_interface *u = t->state;
	const struct xfer *x = t->x;
	unsigned i = (x->endpoint & 15u) | (x->dir == USB_IN ? 16 : 0);

	if (u->endpoint[i].pipe != x->pipe) {
		u->endpoint[i].pipe = x->pipe;
		u->endpoint[i].usage =
			described_usage(t->devices, devices_get_pipe(t->devices, x->pipe));
	}
	return u->endpoint[i].usage ? u->endpoint[i].usage : usage_by_content(x);
}

/* ---- commands in flight ------------------------------------------------------------------------
 */

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

/* ---- following ------------------------------------------------------------------------------- */

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

static enum exchange_result result_of(const struct uas_state *s);

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

enum { GOOD = 0, CONDITION_MET = 4 };
/* UAS 6.2.6: the function was done. */
enum { FUNCTION_COMPLETE = 0x00, FUNCTION_SUCCEEDED = 0x08 };

static enum exchange_result result_of(const struct uas_state *s)
{
	if (s->seen & UAS_HAS_RESPONSE)
		return s->response == FUNCTION_COMPLETE || s->response == FUNCTION_SUCCEEDED
			       ? EXCHANGE_OK
			       : EXCHANGE_ERROR;
	return s->status == GOOD || s->status == CONDITION_MET ? EXCHANGE_OK : EXCHANGE_FAILED;
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

static void track(struct track *t)
{
	uint8_t usage;

	if (t->x->type == USB_CONTROL || !t->x->pipe)
		return;
	usage = usage_kept(t);
	if (usage == PIPE_COMMAND || usage == PIPE_STATUS)
		track_iu(t);
	else
		track_data(t, usage);
}

static bool match(const struct decode_ctx *c, const struct xfer *x)
{
	(void)c;
	return x->type == USB_BULK;
}

/* ---- words ----------------------------------------------------------------------------------- */

/* UAS 6.2.1 */
static const struct scsi_name ius[] = {{IU_COMMAND, "COMMAND"}, {IU_SENSE, "SENSE"},
	{IU_RESPONSE, "RESPONSE"}, {IU_TASK, "TASK MANAGEMENT"}, {IU_READ_READY, "READ READY"},
	{IU_WRITE_READY, "WRITE READY"}, {0, NULL}};
/* UAS 6.2.7 */
static const struct scsi_name functions[] = {{0x01, "ABORT TASK"}, {0x02, "ABORT TASK SET"},
	{0x04, "CLEAR TASK SET"}, {0x08, "LOGICAL UNIT RESET"}, {0x10, "I_T NEXUS RESET"},
	{0x40, "CLEAR ACA"}, {0x80, "QUERY TASK"}, {0x81, "QUERY TASK SET"},
	{0x82, "QUERY ASYNCHRONOUS EVENT"}, {0, NULL}};
/* UAS 6.2.6 */
static const struct scsi_name responses[] = {{FUNCTION_COMPLETE, "function complete"},
	{0x02, "invalid information unit"}, {0x04, "function not supported"},
	{0x05, "function failed"}, {FUNCTION_SUCCEEDED, "function succeeded"},
	{0x09, "incorrect logical unit number"}, {0x0a, "overlapped tag attempted"}, {0, NULL}};
static const struct scsi_name attributes[] = {
	{0, "simple"}, {1, "head of queue"}, {2, "ordered"}, {4, "ACA"}, {0, NULL}}; /* UAS 6.2.2 */

static void say_named(struct text *t, const struct scsi_name *names, uint8_t value)
{
	const char *name = scsi_lookup(names, value);

	if (name)
		text_str(t, name);
	else
		text_hex(t, value, 2);
}

static void say_tag(struct text *t, uint16_t tag)
{
	text_str(t, ", tag ");
	text_u64(t, tag);
}

/* ABORT TASK and QUERY TASK name one (UAS 6.2.7). */
static void say_function(struct text *t, uint8_t function, uint16_t managed)
{
	say_named(t, functions, function);
	if (function != 0x01 && function != 0x80)
		return;
	text_str(t, " of tag ");
	text_u64(t, managed);
}

/* "CHECK CONDITION: UNIT ATTENTION: …" */
static void say_outcome(struct text *t, const struct uas_state *s)
{
	const char *name = scsi_status_name(s->status);

	text_str(t, name ? name : "reserved status ");
	if (!name)
		text_hex(t, s->status, 2);
	if (!s->sense.known)
		return;
	text_str(t, ": ");
	scsi_say_sense(t, &s->sense);
}

static void say_request(struct text *t, const struct uas_state *s)
{
	if (s->seen & UAS_HAS_TASK)
		say_function(t, s->function, s->managed);
	else
		scsi_say(t, &s->cdb);
	if (!s->lun)
		return;
	text_str(t, ", LUN ");
	text_u64(t, s->lun);
}

static const char *iu_fault(const struct xfer *x);

static void info_iu(const struct decode_ctx *c, const struct xfer *x, struct text *t)
{
	const struct uas_state *s = c->exchange ? state_of(c->exchange) : NULL;
	const char *wrong = iu_fault(x);

	if (!s || wrong) {
		raw_misfit(t, x, wrong ? wrong : "information unit without a command");
		return;
	}
	switch (s->iu) {
	case IU_COMMAND:
	case IU_TASK: say_request(t, s); break;
	case IU_SENSE: say_outcome(t, s); break;
	case IU_RESPONSE: say_named(t, responses, s->response); break;
	default:
		say_named(t, ius, s->iu);
		if (s->cdb.len) {
			text_str(t, " for ");
			scsi_say_name(t, &s->cdb);
		}
	}
	say_tag(t, s->tag);
}

/* Whether it is certain that the data is the command's. */
static bool is_certain(const struct uas_state *s)
{
	return s->seen & (UAS_STREAM | UAS_READY);
}

static struct scsi_bytes bytes_of(const struct xfer *x)
{
	return (struct scsi_bytes){x->data.data, 0, x->data.kept, x->data.total};
}

static void info_data(const struct decode_ctx *c, const struct xfer *x, struct text *t)
{
	const struct uas_state *s = c->exchange ? state_of(c->exchange) : NULL;
	struct scsi_bytes b = bytes_of(x);
	size_t before;

	if (!s) {
		raw_misfit(t, x, "without a command");
		return;
	}
	if (!s->cdb.len) { /* some controllers report the command after its data */
		raw_info(t, x);
		text_str(t, t->len ? " (its command completes later)" : "no data");
		return;
	}
	text_str(t, is_certain(s) ? "" : "~");
	if (scsi_moved(x) > 0)
		scsi_say_bytes(t, (uint64_t)scsi_moved(x));
	else
		text_str(t, "data");
	text_str(t, " of ");
	scsi_say_name(t, &s->cdb);
	say_tag(t, s->tag);
	before = t->len;
	text_str(t, ": ");
	scsi_say_data(t, &s->cdb, s->before, &b);
	if (t->len == before + 2) {
		t->len = before;
		t->s[before] = 0;
	}
}

static uint8_t usage_now(const struct decode_ctx *c, const struct xfer *x)
{
	return c->exchange ? state_of(c->exchange)->pipe : usage_of(c->devices, x);
}

static bool carries_iu(const struct decode_ctx *c, const struct xfer *x)
{
	uint8_t usage = usage_now(c, x);

	return usage == PIPE_COMMAND || usage == PIPE_STATUS;
}

static void info(const struct decode_ctx *c, const struct xfer *x, struct text *t)
{
	if (carries_iu(c, x))
		info_iu(c, x, t);
	else
		info_data(c, x, t);
}

/* ---- information units as fields ---------------------------------------------------------------
 */

#define HEAD HEX("iu", 0, ius), NUM("tag", 2, 2)

/* UAS 6.2.2 to 6.2.7 */
static const struct scsi_field head_rows[] = {HEAD, END};
static const struct scsi_field command_rows[] = {HEAD, BITS_OF("command_priority", 4, 3, 4, NULL),
	BITS_OF("task_attribute", 4, 0, 3, attributes),
	BITS_OF("additional_cdb_dwords", 6, 2, 6, NULL), {"lun", 8, 8, 0, 0, SCSI_BYTES, 0, NULL},
	END};
static const struct scsi_field sense_rows[] = {HEAD, NUM("status_qualifier", 4, 2), END};
static const struct scsi_field sense_length[] = {NUM("sense_length", 14, 2), END};
static const struct scsi_field response_rows[] = {HEAD,
	{"additional_information", 4, 3, 0, 0, SCSI_BYTES, 0, NULL},
	HEX("response_code", 7, responses), END};
static const struct scsi_field task_rows[] = {HEAD, HEX("task_function", 4, functions),
	NUM("managed_tag", 6, 2), {"lun", 8, 8, 0, 0, SCSI_BYTES, 0, NULL}, END};

static const struct iu_layout {
	uint8_t id, dir;
	uint16_t least; /* bytes */
	const struct scsi_field *rows;
} layouts[] = {
	{IU_COMMAND, USB_OUT, COMMAND_LEN, command_rows},
	{IU_TASK, USB_OUT, TASK_LEN, task_rows},
	{IU_SENSE, USB_IN, SENSE_LEN, sense_rows},
	{IU_RESPONSE, USB_IN, RESPONSE_LEN, response_rows},
	{IU_READ_READY, USB_IN, TAG_END, head_rows},
	{IU_WRITE_READY, USB_IN, TAG_END, head_rows},
};

static const struct iu_layout *layout_of(const struct xfer *x)
{
	for (size_t i = 0; x->data.kept && i < ARRAY_LEN(layouts); i++)
		if (layouts[i].id == x->data.data[0] && layouts[i].dir == x->dir)
			return &layouts[i];
	return NULL;
}

/* Why it is no information unit; NULL: it is one. */
static const char *iu_fault(const struct xfer *x)
{
	const struct iu_layout *l = layout_of(x);

	if (!x->data.kept)
		return "no information unit";
	if (!l)
		return "unknown information unit";
	if (x->data.total < l->least)
		return "information unit too short";
	return x->data.kept < TAG_END ? "information unit cut by the capture" : NULL;
}

static void emit_status(struct emit *e, const struct xfer *x)
{
	struct field f = {.key = "scsi_status", .off = 6, .len = 1, .show = SHOW_HEX2};

	if (x->data.kept > 6) {
		f.value = value_uint(x->data.data[6]);
		f.text = scsi_status_name(x->data.data[6]);
	} else {
		f.verdict = VERDICT_SNAPPED;
	}
	emit_field(e, &f);
}

static void emit_iu(const struct decode_ctx *c, const struct xfer *x, struct emit *e)
{
	const struct iu_layout *l = layout_of(x);
	const struct uas_state *s = c->exchange ? state_of(c->exchange) : NULL;
	struct scsi_bytes b = bytes_of(x), rest = scsi_part(&b, SENSE_LEN, b.total);

	emit_open(e, &(struct field){.key = "IU", .len = b.len, .text = scsi_lookup(ius, l->id)});
	scsi_rows(e, l->rows, &b);
	if (l->id == IU_SENSE) {
		emit_status(e, x);
		scsi_rows(e, sense_length, &b);
	}
	emit_close(e);
	if (l->id == IU_SENSE && rest.len)
		scsi_emit_sense(e, &rest);
	if (l->id == IU_COMMAND && s && rest.len)
		scsi_emit_cdb(e, &s->cdb, &rest);
	else if (s)
		scsi_emit_command(e, &s->cdb);
}

static void emit_data(const struct decode_ctx *c, const struct xfer *x, struct emit *e)
{
	const struct uas_state *s = c->exchange ? state_of(c->exchange) : NULL;
	struct scsi_bytes b = bytes_of(x);

	if (!s || !s->cdb.len)
		return;
	scsi_emit_command(e, &s->cdb);
	emit_field(e, &(struct field){.key = "tag",
			      .value = value_uint(s->tag),
			      .text = is_certain(s) ? NULL : "inferred: by order and size"});
	scsi_emit_data(e, &s->cdb, s->before, &b);
}

static void decode(const struct decode_ctx *c, const struct xfer *x, struct emit *e)
{
	const char *wrong;

	if (!carries_iu(c, x)) {
		emit_data(c, x, e);
		return;
	}
	wrong = iu_fault(x);
	if (wrong && x->data.total)
		raw_misfit_field(e, x, wrong);
	else if (!wrong)
		emit_iu(c, x, e);
}

/* ---- exchanges ------------------------------------------------------------------------------- */

static void exchange_info(const struct decode_ctx *c, struct text *t)
{
	const struct exchange *ex = c->exchange;
	const struct uas_state *s = state_of(ex);

	say_request(t, s);
	text_str(t, " → ");
	if (s->moved)
		scsi_say_bytes(t, s->moved);
	else
		text_str(t, "no data");
	scsi_say_time(t, ex->end - ex->begin, s->moved);
	text_str(t, ", ");
	if (s->seen & UAS_HAS_RESPONSE)
		say_named(t, responses, s->response);
	else if (s->seen & UAS_HAS_SENSE)
		say_outcome(t, s);
	else
		text_str(t, "no status");
	say_tag(t, s->tag);
	text_str(t, s->seen & UAS_CANCELLED ? ", taken back by the host" : "");
	text_str(t, s->seen & UAS_BROKEN ? ", a transfer failed" : "");
}

static void exchange_decode(const struct decode_ctx *c, struct emit *e)
{
	const struct exchange *ex = c->exchange;
	const struct uas_state *s = state_of(ex);

	scsi_emit_command(e, &s->cdb);
	emit_field(e, &(struct field){.key = "tag", .value = value_uint(s->tag)});
	emit_field(e,
		&(struct field){.key = "moved", .value = value_uint(s->moved), .show = SHOW_COUNT});
	if (s->seen & UAS_HAS_TASK)
		emit_field(e, &(struct field){.key = "task_function",
				      .value = value_uint(s->function),
				      .text = scsi_lookup(functions, s->function)});
	if (s->seen & UAS_HAS_RESPONSE)
		emit_field(e, &(struct field){.key = "response_code",
				      .value = value_uint(s->response),
				      .text = scsi_lookup(responses, s->response)});
	if (s->seen & UAS_HAS_SENSE)
		emit_field(e, &(struct field){.key = "scsi_status",
				      .value = value_uint(s->status),
				      .text = scsi_status_name(s->status)});
	emit_field(e, &(struct field){.key = "duration",
			      .value = value_ns(ex->end - ex->begin),
			      .show = SHOW_DURATION});
}

/* clang-format off */
static const struct decode_key keys[] = {
	SCSI_KEYS,
	{"scsi.status", "scsi_status", VAL_UINT, "SCSI status of a SENSE IU: 0 GOOD, 2 CHECK CONDITION"},
	{"uas.iu", "iu", VAL_UINT, "information unit: 1 COMMAND, 3 SENSE, 4 RESPONSE, 5 task, 6, 7 READY"},
	{"uas.tag", "tag", VAL_UINT, "tag of the command"},
	{"uas.response", "response_code", VAL_UINT, "response code of a RESPONSE IU"},
	{"uas.function", "task_function", VAL_UINT, "task management function"},
	{NULL, NULL, 0, NULL},
};
/* clang-format on */

/* USB Mass Storage Class overview 1.4, table 2: protocol 62h. */
static const struct bind_rule binds[] = {
	{BIND_INTERFACE, 0x08, BIND_ANY, 0x62}, {BIND_END, 0, 0, 0}};

const struct decoder decoder_uas = {
	.name = "uas",
	.summary = "mass storage, USB Attached SCSI: commands by tag, data, sense",
	.binds = binds,
	.match = match,
	.state_size = sizeof(struct uas_interface),
	.track = track,
	.info = info,
	.decode = decode,
	.exchange_info = exchange_info,
	.exchange_decode = exchange_decode,
	.keys = keys,
};
