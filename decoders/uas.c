/* uas.c: mass storage, USB Attached SCSI (UAS, T10/2095-D): one exchange per command or task
 * management function, by tag, from its information unit (IU) to its sense or response IU. Several
 * are in flight at once; which one data belongs to says the stream, a READY IU, or, where the
 * capture shows neither, what fits: marked ~. uas_track.c follows them; here is what is shown. */
#include "decoders/uas.h"
#include "base/mem.h"
#include "decoders/scsi_rows.h"

static bool match(const struct decode_ctx *c, const struct xfer *x)
{
	(void)c;
	return x->type == USB_BULK;
}

/* ---- names -------------------------------------------------------------------------- */

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

/* ---- what an information unit is ---------------------------------------------------- */

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

/* ---- in words ----------------------------------------------------------------------- */

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
	scsi_say_lun(t, s->lun);
}

static void info_iu(const struct decode_ctx *c, const struct xfer *x, struct text *t)
{
	const struct uas_state *s = c->exchange ? uas_state(c->exchange) : NULL;
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

static void info_data(const struct decode_ctx *c, const struct xfer *x, struct text *t)
{
	const struct uas_state *s = c->exchange ? uas_state(c->exchange) : NULL;

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
	scsi_say_moved(t, &s->cdb, x, "data");
	say_tag(t, s->tag);
	scsi_say_contents(t, &s->cdb, s->before, x);
}

static uint8_t usage_now(const struct decode_ctx *c, const struct xfer *x)
{
	return c->exchange ? uas_state(c->exchange)->pipe : uas_usage(c->devices, x);
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

/* ---- as fields ---------------------------------------------------------------------- */

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
	const struct uas_state *s = c->exchange ? uas_state(c->exchange) : NULL;
	struct scsi_bytes b = scsi_bytes_of(x), rest = scsi_part(&b, SENSE_LEN, b.total);

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
	const struct uas_state *s = c->exchange ? uas_state(c->exchange) : NULL;
	struct scsi_bytes b = scsi_bytes_of(x);

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

/* ---- exchanges ---------------------------------------------------------------------- */

static void exchange_info(const struct decode_ctx *c, struct text *t)
{
	const struct exchange *ex = c->exchange;
	const struct uas_state *s = uas_state(ex);

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
	const struct uas_state *s = uas_state(ex);

	scsi_emit_command(e, &s->cdb);
	scsi_emit_figure(e, "tag", s->tag, NULL, SHOW_PLAIN);
	scsi_emit_figure(e, "moved", s->moved, NULL, SHOW_COUNT);
	if (s->seen & UAS_HAS_TASK)
		scsi_emit_figure(e, "task_function", s->function,
			scsi_lookup(functions, s->function), SHOW_PLAIN);
	if (s->seen & UAS_HAS_RESPONSE)
		scsi_emit_figure(e, "response_code", s->response,
			scsi_lookup(responses, s->response), SHOW_PLAIN);
	if (s->seen & UAS_HAS_SENSE)
		scsi_emit_figure(
			e, "scsi_status", s->status, scsi_status_name(s->status), SHOW_PLAIN);
	scsi_emit_duration(e, ex);
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
	.track = uas_track,
	.info = info,
	.decode = decode,
	.exchange_info = exchange_info,
	.exchange_decode = exchange_decode,
	.keys = keys,
};
