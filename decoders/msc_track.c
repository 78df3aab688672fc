/* msc_track.c: bulk-only transport: which wrapper a transfer is, and the exchange it belongs to. */
#include "decoders/msc.h"
#include "base/cursor.h"
#include "base/mem.h"

#include <assert.h>
#include <string.h>

enum { MAX_CDB = 16 };
enum { TO_ENDPOINT = 0x02, CLEAR_FEATURE = 1, ENDPOINT_HALT = 0 };

/* Keys of exchanges: an interface works on one command at a time (BOT 3.3). */
enum { KEY_COMMAND = 1, KEY_RECOVERY = 2 };

static_assert(sizeof(struct msc_state) <= EXCHANGE_STATE, "fits");

static struct msc_state *state_of(const struct exchange *ex)
{
	return (struct msc_state *)(uintptr_t)ex->state;
}

/* ---- wrappers ----------------------------------------------------------------------- */

static bool begins_with(const struct xfer *x, uint8_t dir, uint32_t len, const char *signature)
{
	return x->dir == dir && x->data.total == len && x->data.kept >= 4 &&
	       !memcmp(x->data.data, signature, 4);
}

bool msc_is_cbw(const struct xfer *x)
{
	return begins_with(x, USB_OUT, CBW_LEN, "USBC");
}

bool msc_is_csw(const struct xfer *x)
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

const char *msc_not_meaningful(const struct xfer *x, uint8_t *off)
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

/* Answers of which all came, and which are that long: nothing of them can be padding (SPC-3 6.4.2,
 * SBC-2 5.10). Linux finds devices whose residues are wrong by the same two. */
static bool is_whole_answer(const struct msc_state *s)
{
	enum { INQUIRY = 0x12, INQUIRY_LEN = 36, READ_CAPACITY = 0x25, CAPACITY_LEN = 8 };

	if (s->cdb.len < 6 || s->seen & MSC_UNCOUNTED || s->moved != s->asked)
		return false;
	return (s->cdb.b[0] == INQUIRY && !(s->cdb.b[1] & 1) && s->moved == INQUIRY_LEN) ||
	       (s->cdb.b[0] == READ_CAPACITY && s->moved == CAPACITY_LEN);
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
	if (!(s->seen & MSC_UNCOUNTED) && s->asked - s->residue > s->moved)
		return MSC_RESIDUE_TOO_LOW;
	return s->residue && s->status == CSW_PASSED && is_whole_answer(s) ? MSC_RESIDUE_OF_NONE
									   : MSC_NO_FAULT;
}

/* ---- following ---------------------------------------------------------------------- */

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
		 x->capture != CAPTURE_QEMU && /* does not tell a halt */
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

/* A new exchange; what was open before is over. */
static struct exchange *begin(struct track *t, uint32_t key, uint8_t role)
{
	struct exchange *ex;

	end_open(t);
	ex = exchange_begin(t, key);
	state_of(ex)->role = role;
	return ex;
}

static void begin_command(struct track *t)
{
	struct msc_state *s = state_of(begin(t, KEY_COMMAND, MSC_CBW));

	parse_cbw(s, t->x);
	note_status(s, t->x);
	if (t->x->status == STATUS_STALL)
		s->seen |= MSC_HALTED_CBW;
	else
		expect_data(t, s);
}

bool msc_counted(const struct msc_state *s)
{
	return !(s->seen & MSC_UNCOUNTED) ||
	       (s->seen & MSC_HAS_CSW && !s->fault && s->status != CSW_PHASE_ERROR);
}

/* What the capture does not count, OUT data of USBPcap before 1.4.1.0, the CSW tells (BOT 5.2). */
static void count_by_csw(struct exchange *ex, struct msc_state *s)
{
	uint64_t told = s->asked - s->residue;

	if (!(s->seen & MSC_UNCOUNTED) || !msc_counted(s) || told <= s->moved)
		return;
	ex->bytes += told - s->moved;
	s->moved = told;
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
	count_by_csw(ex, s);
	exchange_end(t, ex,
		s->fault && !msc_only_residue(s->fault) ? EXCHANGE_ERROR
							: (enum exchange_result)result[s->status]);
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

	if (msc_is_cbw(x)) {
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
	if (msc_is_csw(x)) {
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
	struct exchange *ex = begin(t, KEY_RECOVERY, MSC_RESET);

	state_of(ex)->seen = MSC_RECOVERY;
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

void msc_track(struct track *t)
{
	if (t->x->type == USB_CONTROL)
		track_request(t);
	else
		track_bulk(t);
}
