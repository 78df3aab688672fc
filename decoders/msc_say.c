/* msc_say.c: bulk-only transport in words: transfers, and commands as a whole. */
#include "decoders/msc.h"
#include "base/cursor.h"

const struct scsi_name msc_statuses[] = {{CSW_PASSED, "passed"}, {CSW_FAILED, "failed"},
	{CSW_PHASE_ERROR, "phase error"}, {0, NULL}};

/* ---- transfers ---------------------------------------------------------------------- */

static void say_status(struct text *t, uint8_t status)
{
	const char *name = scsi_lookup(msc_statuses, status);

	text_str(t, name ? name : "reserved status ");
	if (!name)
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
	case MSC_RESIDUE_OF_NONE: text_str(t, ": but all of it came"); break;
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
	const char *wrong = msc_not_meaningful(x, &off);

	scsi_say(t, &s->cdb);
	scsi_say_lun(t, s->lun);
	if (!wrong)
		return;
	text_str(t, "; not meaningful: ");
	text_str(t, wrong);
}

static void say_data(struct text *t, const struct xfer *x, const struct msc_state *s)
{
	scsi_say_moved(t, &s->cdb, x, x->len == 0 && x->status == STATUS_OK ? "no data" : "data");
	if (s->before) {
		text_str(t, ", from byte ");
		text_count(t, s->before);
	}
	scsi_say_contents(t, &s->cdb, s->before, x);
}

static void say_stall(struct text *t, const struct msc_state *s, const char *what)
{
	scsi_say_name(t, &s->cdb);
	text_str(t, what);
}

const char *msc_misfit(const struct xfer *x)
{
	if (x->dir == USB_OUT && x->data.total == CBW_LEN && x->data.kept >= 4)
		return "not a valid CBW: its signature is not USBC";
	if (x->dir == USB_IN && x->data.total == CSW_LEN && x->data.kept >= 4)
		return "not a valid CSW: its signature is not USBS";
	/* what a device does when the CBW was none (BOT 6.6.1) */
	if (x->dir == USB_IN && x->status == STATUS_STALL && !x->data.total)
		return "halted: no valid command is under way";
	return "without a command";
}

void msc_info(const struct decode_ctx *c, const struct xfer *x, struct text *t)
{
	const struct msc_state *s = c->exchange ? msc_state(c->exchange) : NULL;

	if (!s) {
		if (msc_is_csw(x))
			say_csw(t, x, NULL);
		else
			raw_misfit(t, x, msc_misfit(x));
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

/* ---- exchanges ---------------------------------------------------------------------- */

const struct msc_remark msc_remarks[] = {
	{MSC_HALTED_CBW, "CBW refused by a halt"},
	{MSC_BROKEN, "a transfer failed"},
	{MSC_CANCELLED, "taken back by the host"},
	{MSC_STRAY, "a transfer that does not belong there"},
	{MSC_HALTED_DATA, "data phase ended by a halt"},
	{MSC_HALTED_STATUS, "halt before the status"},
	{0, NULL},
};

static void say_amount(struct text *t, const struct msc_state *s)
{
	if (!msc_counted(s)) {
		text_str(t, "? of ");
		scsi_say_bytes(t, s->asked);
		return;
	}
	if (s->seen & MSC_UNCOUNTED)
		text_char(t, '~');
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

void msc_exchange_info(const struct decode_ctx *c, struct text *t)
{
	const struct exchange *ex = c->exchange;
	const struct msc_state *s = msc_state(ex);

	if (s->seen & MSC_RECOVERY) {
		say_recovery(t, ex, s);
		return;
	}
	scsi_say(t, &s->cdb);
	scsi_say_lun(t, s->lun);
	text_str(t, " → ");
	if (s->sense.known) {
		scsi_say_sense(t, &s->sense);
		text_str(t, ", ");
	}
	if (s->asked)
		say_amount(t, s);
	else
		text_str(t, "no data");
	scsi_say_time(t, ex->end - ex->begin, msc_counted(s) ? s->moved : 0);
	say_end(t, s);
	for (const struct msc_remark *r = msc_remarks; r->text; r++)
		if (s->seen & r->seen) {
			text_str(t, ", ");
			text_str(t, r->text);
		}
}
