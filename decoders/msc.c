/* msc.c: mass storage, bulk-only transport (BOT 1.0): one exchange per command, from the command
 * block wrapper (CBW) over the data to the command status wrapper (CSW), with the halts in between;
 * one per reset recovery. What is in the command and its data is SCSI's: scsi.h. */
#include "decoders/msc.h"
#include "base/cursor.h"
#include "base/mem.h"
#include "decoders/control.h"

#include <assert.h>
#include <string.h>

enum { CBW_LEN = 31, CBW_CDB = 15, CSW_LEN = 13, MAX_CDB = 16 };

/* Keys of exchanges: an interface works on one command at a time (BOT 3.3). */
enum { KEY_COMMAND = 1, KEY_RECOVERY = 2 };

/* An interface's state: the endpoint of what came in last, 0: not known yet. */
struct msc_interface {
	uint8_t in;
};

static_assert(sizeof(struct msc_state) <= EXCHANGE_STATE, "fits");

static struct msc_state *state_of(const struct exchange *ex)
{
	return (struct msc_state *)(uintptr_t)ex->state;
}

/* ---- wrappers -------------------------------------------------------------------------------- */

static bool begins_with(const struct xfer *x, uint8_t dir, uint32_t len, const char *signature)
{
	return x->dir == dir && x->data.total == len && x->data.kept >= 4 &&
	       !memcmp(x->data.data, signature, 4);
}

/* Valid as BOT 6.2.1 has it: size and signature. */
static bool is_cbw(const struct xfer *x)
{
	return begins_with(x, USB_OUT, CBW_LEN, "USBC");
}

static bool is_csw(const struct xfer *x)
{
	return begins_with(x, USB_IN, CSW_LEN, "USBS");
}

/* What makes a valid CBW not meaningful (BOT 6.2.2, 5.1), by byte. */
static const struct {
	uint8_t off, mask;
	const char *reason;
} reserved[] = {
	{12, 0x7f, "reserved bits of bmCBWFlags are set"},
	{13, 0xf0, "reserved bits of bCBWLUN are set"},
	{14, 0xe0, "reserved bits of bCBWCBLength are set"},
};

static const char *not_meaningful(const struct xfer *x, uint8_t *off)
{
	uint8_t len;

	for (size_t i = 0; i < ARRAY_LEN(reserved); i++) {
		*off = reserved[i].off;
		if (x->data.kept > *off && x->data.data[*off] & reserved[i].mask)
			return reserved[i].reason;
	}
	len = x->data.kept > 14 ? x->data.data[14] & 31 : 1;
	return len < 1 || len > MAX_CDB ? "bCBWCBLength is not 1 to 16" : NULL;
}

static bool sniff(const struct xfer *x)
{
	uint8_t off;

	if (x->type != USB_BULK && x->type != USB_TYPE_UNKNOWN)
		return false;
	if (is_csw(x))
		return x->data.kept == CSW_LEN && x->data.data[12] < CSW_STATUSES;
	return is_cbw(x) && x->data.kept == CBW_LEN && !not_meaningful(x, &off);
}

static void parse_cbw(struct msc_state *s, const struct xfer *x)
{
	struct cursor c = cursor_over(x->data.data, x->data.kept, false);
	uint8_t flags, len;

	cursor_u32(&c);
	s->tag = cursor_u32(&c);
	s->asked = cursor_u32(&c);
	flags = cursor_u8(&c);
	s->lun = cursor_u8(&c) & 15;
	len = cursor_u8(&c) & 31;
	s->cdb.dir = !s->asked ? SCSI_NO_DATA : flags & 0x80 ? SCSI_IN : SCSI_OUT;
	if (len > MAX_CDB)
		len = MAX_CDB;
	if (len > cursor_left(&c)) /* cut by the capture */
		len = (uint8_t)cursor_left(&c);
	memcpy(s->cdb.b, x->data.data + c.pos, len);
	s->cdb.len = len;
}

static enum msc_fault fault_of(const struct msc_state *s)
{
	if (s->csw_tag != s->tag)
		return MSC_WRONG_TAG;
	if (s->status >= CSW_STATUSES)
		return MSC_RESERVED_STATUS;
	if (s->status == CSW_PHASE_ERROR) /* the residue means nothing (BOT 6.3.2) */
		return MSC_NO_FAULT;
	if (s->residue > s->asked)
		return MSC_RESIDUE_TOO_HIGH;
	return !(s->seen & MSC_UNCOUNTED) && s->asked - s->residue > s->moved ? MSC_RESIDUE_TOO_LOW
									      : MSC_NO_FAULT;
}

/* ---- following ------------------------------------------------------------------------------- */

/* How a command ends that no status came for. */
static enum exchange_result result_without_status(const struct msc_state *s)
{
	return s->seen & MSC_CANCELLED ? EXCHANGE_CANCELLED : EXCHANGE_ERROR;
}

static void end_open(struct track *t)
{
	struct exchange *ex = exchange_find(t, KEY_COMMAND);

	if (ex)
		exchange_end(t, ex, result_without_status(state_of(ex)));
	ex = exchange_find(t, KEY_RECOVERY);
	if (ex)
		exchange_end(t, ex, EXCHANGE_INCOMPLETE);
}

static void note_status(struct msc_state *s, const struct xfer *x)
{
	if (x->status == STATUS_CANCELLED)
		s->seen |= MSC_CANCELLED;
	else if (x->status != STATUS_STALL && x->status != STATUS_SHORT &&
		 status_is_error((enum status)x->status))
		s->seen |= MSC_BROKEN;
}

/* On the bus nothing parts data that ends with a full packet from the CSW or the next CBW. */
static void expect_data(const struct track *t, const struct msc_state *s)
{
	const struct msc_interface *in = t->state;
	uint8_t endpoint = s->cdb.dir == SCSI_OUT ? t->x->endpoint : in->in;

	if (t->teach && endpoint && s->asked > s->moved)
		devices_expect(t->teach, t->x->instance, endpoint,
			s->cdb.dir == SCSI_OUT ? USB_OUT : USB_IN, s->asked - (uint32_t)s->moved);
}

static void begin_command(struct track *t)
{
	struct exchange *ex;
	struct msc_state *s;

	end_open(t);
	ex = exchange_begin(t, KEY_COMMAND);
	s = state_of(ex);
	s->role = MSC_CBW;
	parse_cbw(s, t->x);
	note_status(s, t->x);
	if (t->x->status == STATUS_STALL)
		s->seen |= MSC_HALTED_CBW;
	else
		expect_data(t, s);
}

static void take_csw(struct track *t, struct exchange *ex)
{
	static const uint8_t result[CSW_STATUSES] = {EXCHANGE_OK, EXCHANGE_FAILED, EXCHANGE_ERROR};
	struct msc_state *s = state_of(ex);
	const uint8_t *p = t->x->data.data;

	s->role = MSC_STATUS;
	if (t->x->data.kept < CSW_LEN) { /* cut by the capture */
		exchange_end(t, ex, EXCHANGE_INCOMPLETE);
		return;
	}
	s->seen |= MSC_HAS_CSW;
	s->csw_tag = le32(p + 4);
	s->residue = le32(p + 8);
	s->status = p[12];
	s->fault = (uint8_t)fault_of(s);
	exchange_end(t, ex, s->fault ? EXCHANGE_ERROR : (enum exchange_result)result[s->status]);
}

/* Whether a transfer can only be about the status: the data phase is over, or there is none, or no
 * more than a status was asked for. */
static bool status_due(const struct msc_state *s, const struct xfer *x)
{
	uint8_t dir = x->dir == USB_IN ? SCSI_IN : SCSI_OUT;

	return s->cdb.dir != dir || s->moved >= s->asked || s->seen & MSC_HALTED_DATA ||
	       (x->req_len == CSW_LEN && s->asked - s->moved != CSW_LEN);
}

static void take_data(struct exchange *ex, struct msc_state *s, const struct xfer *x)
{
	const struct scsi_command *k = scsi_command(&s->cdb);

	int64_t moved = scsi_moved(x);

	s->role = MSC_DATA;
	if (moved == XFER_UNKNOWN) {
		s->seen |= MSC_UNCOUNTED;
		return;
	}
	if (k && k->data == SCSI_SENSE && !s->moved)
		s->sense = scsi_sense(x->data.data, x->data.kept);
	s->moved += (uint64_t)moved;
	ex->bytes += (uint64_t)moved;
}

static void take_stall(struct msc_state *s, bool status)
{
	s->role = status ? MSC_STATUS_STALLED : MSC_DATA_STALLED;
	s->seen |= status ? MSC_HALTED_STATUS : MSC_HALTED_DATA;
}

static void track_bulk(struct track *t)
{
	const struct xfer *x = t->x;
	struct msc_interface *in = t->state;
	struct exchange *ex;
	struct msc_state *s;
	bool due;

	if (x->dir == USB_IN)
		in->in = x->endpoint;

	if (is_cbw(x)) {
		begin_command(t);
		return;
	}
	ex = exchange_find(t, KEY_COMMAND);
	if (!ex || !exchange_join(t, ex))
		return;
	s = state_of(ex);
	s->before = s->moved;
	due = status_due(s, x);
	note_status(s, x);
	if (is_csw(x)) {
		take_csw(t, ex);
		return;
	}
	if (!due) {
		take_data(ex, s, x);
		if (x->ended != END_SHORT && x->ended != END_ZLP)
			expect_data(t, s);
	} else
		s->role = x->dir == USB_IN ? MSC_NO_STATUS : MSC_UNEXPECTED;
	if (x->status == STATUS_STALL)
		take_stall(s, due && x->dir == USB_IN);
	else if (due && x->data.total)
		s->seen |= MSC_STRAY;
}

static void begin_recovery(struct track *t)
{
	struct exchange *ex;
	struct msc_state *s;

	end_open(t);
	ex = exchange_begin(t, KEY_RECOVERY);
	s = state_of(ex);
	s->role = MSC_RESET;
	s->seen = MSC_RECOVERY;
	if (t->x->status != STATUS_OK)
		exchange_end(t, ex, EXCHANGE_ERROR);
}

static void halt_cleared(struct track *t, uint8_t endpoint)
{
	struct exchange *ex = exchange_find(t, KEY_RECOVERY);
	struct msc_state *s;

	if (!ex)
		ex = exchange_find(t, KEY_COMMAND);
	if (!ex || !exchange_join(t, ex))
		return;
	s = state_of(ex);
	s->role = MSC_CLEAR;
	if (t->x->status == STATUS_OK)
		s->seen |= endpoint & 0x80 ? MSC_CLEARED_IN : MSC_CLEARED_OUT;
	if (s->seen & MSC_RECOVERY && s->seen & MSC_CLEARED_IN && s->seen & MSC_CLEARED_OUT)
		exchange_end(t, ex, EXCHANGE_OK);
}

enum { BULK_ONLY_RESET = 0xff, GET_MAX_LUN = 0xfe, CLEAR_FEATURE = 1, ENDPOINT_HALT = 0 };
enum { CLASS_TO_INTERFACE = 0x21, CLASS_FROM_INTERFACE = 0xa1, TO_ENDPOINT = 0x02 };

static void track_request(struct track *t)
{
	struct usb_setup s = usb_setup_parse(t->x->setup);

	if (!(t->x->flags & XFER_HAS_SETUP))
		return;
	if (s.bmRequestType == CLASS_TO_INTERFACE && s.bRequest == BULK_ONLY_RESET)
		begin_recovery(t);
	else if (s.bmRequestType == TO_ENDPOINT && s.bRequest == CLEAR_FEATURE &&
		 s.wValue == ENDPOINT_HALT)
		halt_cleared(t, (uint8_t)s.wIndex);
}

static void track(struct track *t)
{
	if (t->x->type == USB_CONTROL)
		track_request(t);
	else
		track_bulk(t);
}

/* ---- class requests -------------------------------------------------------------------------- */

static void answer_max_lun(const struct control_job *j, struct text *t)
{
	unsigned n = j->x->data.data[0] + 1u;

	text_u64(t, n);
	text_str(t, n == 1 ? " logical unit" : " logical units");
}

static void fields_max_lun(const struct control_job *j, struct emit *e)
{
	control_field(j, e, "max_lun", 0, 1, NULL, SHOW_PLAIN);
}

static const struct control_request requests[] = {
	{CLASS_TO_INTERFACE, BULK_ONLY_RESET, "BULK_ONLY_RESET", "BOT 3.1", .index = "interface"},
	{CLASS_FROM_INTERFACE, GET_MAX_LUN, "GET_MAX_LUN", "BOT 3.2", .index = "interface",
		.answer = answer_max_lun, .fields = fields_max_lun},
};

static void job_init(struct control_job *j, const struct decode_ctx *c, const struct xfer *x)
{
	control_job_init(j, c, x, requests, ARRAY_LEN(requests));
}

static bool match(const struct decode_ctx *c, const struct xfer *x)
{
	struct control_job j;

	if (x->type != USB_CONTROL)
		return true;
	if (!(x->flags & XFER_HAS_SETUP) || (x->setup[0] & 0x60) != 0x20) /* class requests only */
		return false;
	job_init(&j, c, x);
	return j.request != NULL;
}

/* ---- in words -------------------------------------------------------------------------------- */

static const char *const statuses[CSW_STATUSES] = {"passed", "failed", "phase error"};

static void say_status(struct text *t, uint8_t status)
{
	if (status < CSW_STATUSES) {
		text_str(t, statuses[status]);
		return;
	}
	text_str(t, "reserved status ");
	text_hex(t, status, 2);
}

static void say_fault(struct text *t, const struct msc_state *s)
{
	switch (s->fault) {
	case MSC_WRONG_TAG:
		text_str(t, ": not the command's tag, ");
		text_u64(t, s->tag);
		break;
	case MSC_RESIDUE_TOO_HIGH:
		text_str(t, ": more than the ");
		scsi_say_bytes(t, s->asked);
		text_str(t, " asked for");
		break;
	case MSC_RESIDUE_TOO_LOW:
		text_str(t, ": but only ");
		scsi_say_bytes(t, s->moved);
		text_str(t, " moved");
		break;
	default: break;
	}
}

static void say_case(struct text *t, const struct msc_state *s)
{
	const struct msc_case *k = msc_case(s);

	if (!k || msc_agree(k))
		return;
	text_str(t, " (case ");
	text_u64(t, k->number);
	text_str(t, ": ");
	text_str(t, k->name);
	text_char(t, ')');
}

/* s NULL: its command is not known. */
static void say_csw(struct text *t, const struct xfer *x, const struct msc_state *s)
{
	const uint8_t *p = x->data.data;

	text_str(t, "CSW");
	if (x->data.kept < CSW_LEN)
		return;
	text_char(t, ' ');
	say_status(t, p[12]);
	text_str(t, ", tag ");
	text_u64(t, le32(p + 4));
	if (le32(p + 8) || (s && s->fault == MSC_RESIDUE_TOO_LOW)) {
		text_str(t, ", residue ");
		text_count(t, le32(p + 8));
	}
	if (!s)
		return;
	say_fault(t, s);
	say_case(t, s);
}

static void say_cbw(struct text *t, const struct xfer *x, const struct msc_state *s)
{
	uint8_t off;
	const char *wrong = not_meaningful(x, &off);

	scsi_say(t, &s->cdb);
	if (s->lun) {
		text_str(t, ", LUN ");
		text_u64(t, s->lun);
	}
	if (!wrong)
		return;
	text_str(t, "; not meaningful: ");
	text_str(t, wrong);
}

static struct scsi_bytes bytes_of(const struct xfer *x)
{
	return (struct scsi_bytes){x->data.data, 0, x->data.kept, x->data.total};
}

static void say_data(struct text *t, const struct xfer *x, const struct msc_state *s)
{
	struct scsi_bytes b = bytes_of(x);
	size_t before;

	if (scsi_moved(x) > 0)
		scsi_say_bytes(t, (uint64_t)scsi_moved(x));
	else
		text_str(t, x->len == 0 && x->status == STATUS_OK ? "no data" : "data");
	text_str(t, " of ");
	scsi_say_name(t, &s->cdb);
	if (s->before) {
		text_str(t, ", from byte ");
		text_count(t, s->before);
	}
	before = t->len;
	text_str(t, ": ");
	scsi_say_data(t, &s->cdb, s->before, &b);
	if (t->len == before + 2) {
		t->len = before;
		t->s[before] = 0;
	}
}

static void say_stall(struct text *t, const struct msc_state *s, const char *what)
{
	scsi_say_name(t, &s->cdb);
	text_str(t, what);
}

/* Why a transfer is in no exchange. */
static const char *misfit(const struct xfer *x)
{
	if (x->dir == USB_OUT && x->data.total == CBW_LEN && x->data.kept >= 4)
		return "not a valid CBW: its signature is not USBC";
	if (x->dir == USB_IN && x->data.total == CSW_LEN && x->data.kept >= 4)
		return "not a valid CSW: its signature is not USBS";
	return "without a command";
}

static void info_bulk(const struct decode_ctx *c, const struct xfer *x, struct text *t)
{
	const struct msc_state *s = c->exchange ? state_of(c->exchange) : NULL;

	if (!s) {
		if (is_csw(x))
			say_csw(t, x, NULL);
		else
			raw_misfit(t, x, misfit(x));
		return;
	}
	switch (s->role) {
	case MSC_CBW: say_cbw(t, x, s); break;
	case MSC_DATA: say_data(t, x, s); break;
	case MSC_STATUS: say_csw(t, x, s); break;
	case MSC_DATA_STALLED: say_stall(t, s, ": the device ends the data phase"); break;
	case MSC_STATUS_STALLED: say_stall(t, s, ": halted before the status"); break;
	case MSC_NO_STATUS:
		if (x->data.total)
			raw_misfit(t, x, "not a valid CSW");
		else
			say_stall(t, s, ": no status");
		break;
	default: raw_misfit(t, x, "no data may go out here"); break;
	}
}

static void info(const struct decode_ctx *c, const struct xfer *x, struct text *t)
{
	struct control_job j;

	if (x->type != USB_CONTROL) {
		info_bulk(c, x, t);
		return;
	}
	job_init(&j, c, x);
	control_info(&j, t);
}

/* ---- as fields ------------------------------------------------------------------------------- */

#define LE(key, off, len, show)                                                                    \
	{                                                                                          \
		key, off, len, 0, 0, SCSI_LITTLE, show, NULL                                       \
	}
#define END                                                                                        \
	{                                                                                          \
		NULL, 0, 0, 0, 0, 0, 0, NULL                                                       \
	}

static const struct scsi_name directions[] = {
	{0x00, "host to device"}, {0x80, "device to host"}, {0, NULL}};
static const struct scsi_name status_names[] = {{CSW_PASSED, "passed"}, {CSW_FAILED, "failed"},
	{CSW_PHASE_ERROR, "phase error"}, {0, NULL}};

/* BOT table 5.1 */
static const struct scsi_field cbw_rows[] = {LE("dCBWSignature", 0, 4, SHOW_HEX8),
	LE("dCBWTag", 4, 4, SHOW_PLAIN), LE("dCBWDataTransferLength", 8, 4, SHOW_COUNT),
	{"bmCBWFlags", 12, 1, 0, 0, SCSI_LITTLE, SHOW_HEX2, directions},
	{"bCBWLUN", 13, 1, 0, 4, SCSI_LITTLE, SHOW_PLAIN, NULL},
	{"bCBWCBLength", 14, 1, 0, 5, SCSI_LITTLE, SHOW_PLAIN, NULL}, END};
/* BOT table 5.2 */
static const struct scsi_field csw_rows[] = {LE("dCSWSignature", 0, 4, SHOW_HEX8),
	LE("dCSWTag", 4, 4, SHOW_PLAIN), LE("dCSWDataResidue", 8, 4, SHOW_COUNT),
	{"bCSWStatus", 12, 1, 0, 0, SCSI_LITTLE, SHOW_PLAIN, status_names}, END};

static void complain(struct emit *e, uint32_t off, uint32_t len, const char *reason)
{
	emit_field(e, &(struct field){
			      .key = "fault",
			      .text = reason,
			      .off = off,
			      .len = len,
			      .verdict = VERDICT_INVALID,
		      });
}

static void emit_cbw(struct emit *e, const struct xfer *x, const struct msc_state *s)
{
	struct scsi_bytes b = bytes_of(x), cdb;
	uint8_t off;
	const char *wrong = not_meaningful(x, &off);

	emit_open(e, &(struct field){.key = "CBW", .len = b.len, .text = "command block wrapper"});
	scsi_rows(e, cbw_rows, &b);
	if (wrong)
		complain(e, off, 1, wrong);
	emit_close(e);
	if (b.len <= CBW_CDB)
		return;
	cdb = scsi_part(&b, CBW_CDB, b.p[14] & 31);
	scsi_emit_cdb(e, &s->cdb, &cdb);
}

static void emit_case(struct emit *e, const struct msc_state *s)
{
	const struct msc_case *k = msc_case(s);
	char room[160];
	struct text t;

	if (!k)
		return;
	text_init(&t, room, sizeof(room));
	text_printf(&t, "%s: %s (%s)", k->name, k->meaning, k->section);
	emit_field(e, &(struct field){.key = "case", .value = value_uint(k->number), .text = room});
}

static void emit_csw(struct emit *e, const struct xfer *x, const struct msc_state *s)
{
	static const struct {
		uint8_t off, len;
		const char *reason;
	} faults[MSC_FAULTS] = {
		[MSC_WRONG_TAG] = {4, 4, "dCSWTag is not the command's dCBWTag (BOT 6.3.1)"},
		[MSC_RESERVED_STATUS] = {12, 1, "bCSWStatus is reserved (BOT 5.2)"},
		[MSC_RESIDUE_TOO_HIGH] = {8, 4,
			"dCSWDataResidue exceeds dCBWDataTransferLength (BOT 6.3.2)"},
		[MSC_RESIDUE_TOO_LOW] = {8, 4,
			"less data moved than dCSWDataResidue leaves (BOT 5.2)"},
	};
	struct scsi_bytes b = bytes_of(x);

	emit_open(e, &(struct field){.key = "CSW", .len = b.len, .text = "command status wrapper"});
	scsi_rows(e, csw_rows, &b);
	if (s && s->fault)
		complain(e, faults[s->fault].off, faults[s->fault].len, faults[s->fault].reason);
	emit_close(e);
	if (!s)
		return;
	emit_case(e, s);
	scsi_emit_command(e, &s->cdb);
}

static void emit_data(struct emit *e, const struct xfer *x, const struct msc_state *s)
{
	struct scsi_bytes b = bytes_of(x);

	scsi_emit_command(e, &s->cdb);
	scsi_emit_data(e, &s->cdb, s->before, &b);
}

static void decode_bulk(const struct decode_ctx *c, const struct xfer *x, struct emit *e)
{
	const struct msc_state *s = c->exchange ? state_of(c->exchange) : NULL;

	if (!s) {
		if (is_csw(x))
			emit_csw(e, x, NULL);
		else
			raw_misfit_field(e, x, misfit(x));
		return;
	}
	switch (s->role) {
	case MSC_CBW: emit_cbw(e, x, s); break;
	case MSC_DATA: emit_data(e, x, s); break;
	case MSC_STATUS: emit_csw(e, x, s); break;
	case MSC_DATA_STALLED:
	case MSC_STATUS_STALLED: scsi_emit_command(e, &s->cdb); break;
	default:
		scsi_emit_command(e, &s->cdb);
		if (x->data.total)
			raw_misfit_field(e, x,
				x->dir == USB_IN ? "not a valid CSW" : "no data may go out here");
	}
}

static void decode(const struct decode_ctx *c, const struct xfer *x, struct emit *e)
{
	struct control_job j;

	if (x->type != USB_CONTROL) {
		decode_bulk(c, x, e);
		return;
	}
	job_init(&j, c, x);
	control_decode(&j, e);
}

/* ---- exchanges ------------------------------------------------------------------------------- */

/* What else happened, in order of importance. */
static const struct {
	uint16_t seen;
	const char *text;
} remarks[] = {
	{MSC_HALTED_CBW, "CBW refused by a halt"},
	{MSC_BROKEN, "a transfer failed"},
	{MSC_CANCELLED, "taken back by the host"},
	{MSC_STRAY, "a transfer that does not belong there"},
	{MSC_HALTED_DATA, "data phase ended by a halt"},
	{MSC_HALTED_STATUS, "halt before the status"},
};

static void say_amount(struct text *t, const struct msc_state *s)
{
	if (s->asked > s->moved) {
		text_count(t, s->moved);
		text_str(t, " of ");
		scsi_say_bytes(t, s->asked);
	} else {
		scsi_say_bytes(t, s->moved);
	}
}

static void say_end(struct text *t, const struct msc_state *s)
{
	text_str(t, ", ");
	if (!(s->seen & MSC_HAS_CSW)) {
		text_str(t, "no status");
		return;
	}
	say_status(t, s->status);
	if (s->fault == MSC_WRONG_TAG) {
		text_str(t, ", tag ");
		text_u64(t, s->csw_tag);
	} else if (s->fault && s->fault != MSC_RESERVED_STATUS) {
		text_str(t, ", residue ");
		text_count(t, s->residue);
	}
	say_fault(t, s);
	say_case(t, s);
}

static void say_recovery(struct text *t, const struct exchange *ex, const struct msc_state *s)
{
	text_str(t, "reset recovery");
	scsi_say_time(t, ex->end - ex->begin, 0);
	if (ex->result == EXCHANGE_ERROR)
		text_str(t, ": the device refused the reset");
	else if (!(s->seen & MSC_CLEARED_IN))
		text_str(t, ", bulk-in not cleared");
	else if (!(s->seen & MSC_CLEARED_OUT))
		text_str(t, ", bulk-out not cleared");
}

static void exchange_info(const struct decode_ctx *c, struct text *t)
{
	const struct exchange *ex = c->exchange;
	const struct msc_state *s = state_of(ex);

	if (s->seen & MSC_RECOVERY) {
		say_recovery(t, ex, s);
		return;
	}
	scsi_say(t, &s->cdb);
	text_str(t, " → ");
	if (s->sense.known) {
		scsi_say_sense(t, &s->sense);
		text_str(t, ", ");
	}
	if (s->asked)
		say_amount(t, s);
	else
		text_str(t, "no data");
	scsi_say_time(t, ex->end - ex->begin, s->moved);
	say_end(t, s);
	for (size_t i = 0; i < ARRAY_LEN(remarks); i++)
		if (s->seen & remarks[i].seen) {
			text_str(t, ", ");
			text_str(t, remarks[i].text);
		}
}

static void figure(struct emit *e, const char *key, uint64_t value, const char *text)
{
	emit_field(e, &(struct field){
			      .key = key,
			      .value = value_uint(value),
			      .text = text,
			      .show = SHOW_COUNT,
		      });
}

static void exchange_decode(const struct decode_ctx *c, struct emit *e)
{
	const struct exchange *ex = c->exchange;
	const struct msc_state *s = state_of(ex);

	if (!(s->seen & MSC_RECOVERY)) {
		scsi_emit_command(e, &s->cdb);
		figure(e, "dCBWTag", s->tag, NULL);
		figure(e, "bCBWLUN", s->lun, NULL);
		figure(e, "dCBWDataTransferLength", s->asked, NULL);
		figure(e, "moved", s->moved, NULL);
	}
	if (s->seen & MSC_HAS_CSW) {
		figure(e, "dCSWDataResidue", s->residue, NULL);
		figure(e, "bCSWStatus", s->status,
			s->status < CSW_STATUSES ? statuses[s->status] : "reserved");
	}
	emit_case(e, s);
	for (size_t i = 0; i < ARRAY_LEN(remarks); i++)
		if (s->seen & remarks[i].seen)
			emit_field(e, &(struct field){.key = "remark", .text = remarks[i].text});
	emit_field(e, &(struct field){.key = "duration",
			      .value = value_ns(ex->end - ex->begin),
			      .show = SHOW_DURATION});
}

/* clang-format off */
static const struct decode_key keys[] = {
	SCSI_KEYS,
	{"msc.tag", "dCBWTag", VAL_UINT, "tag of a command block wrapper"},
	{"msc.length", "dCBWDataTransferLength", VAL_UINT, "bytes the host expects to move"},
	{"msc.lun", "bCBWLUN", VAL_UINT, "logical unit"},
	{"msc.status_tag", "dCSWTag", VAL_UINT, "tag of a command status wrapper"},
	{"msc.residue", "dCSWDataResidue", VAL_UINT, "bytes of those that were not processed"},
	{"msc.status", "bCSWStatus", VAL_UINT, "0 passed, 1 failed, 2 phase error"},
	{"msc.case", "case", VAL_UINT, "which of the thirteen cases of host against device"},
	{NULL, NULL, 0, NULL},
};
/* clang-format on */

/* Mass storage class, bulk-only transport (USB Mass Storage Class overview 1.4, table 2). */
static const struct bind_rule binds[] = {
	{BIND_INTERFACE, 0x08, BIND_ANY, 0x50}, {BIND_END, 0, 0, 0}};

const struct decoder decoder_msc = {
	.name = "msc",
	.summary = "mass storage, bulk-only transport: SCSI commands, data, status",
	.binds = binds,
	.sniff = sniff,
	.match = match,
	.state_size = sizeof(struct msc_interface),
	.track = track,
	.info = info,
	.decode = decode,
	.exchange_info = exchange_info,
	.exchange_decode = exchange_decode,
	.keys = keys,
};
