/* msc.c: mass storage, bulk-only transport (BOT 1.0): one exchange per command, from the command
 * block wrapper (CBW) over the data to the command status wrapper (CSW), with the halts in between;
 * one per reset recovery. msc_track.c follows them, msc_say.c puts them in words, msc_case.c judges
 * them; here is the rest. What is in the command and its data is SCSI's: scsi.h. */
#include "decoders/msc.h"
#include "decoders/control.h"
#include "decoders/scsi_rows.h"

/* ---- class requests ----------------------------------------------------------------- */

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

static const struct control_table table = CONTROL_TABLE(requests);

/* ---- whose transfers ---------------------------------------------------------------- */

/* The two requests exactly as BOT 3.1 and 3.2 have them: no other class has such ones. */
static bool is_request(const struct xfer *x)
{
	struct usb_setup s = usb_setup_parse(x->setup);

	if (!(x->flags & XFER_HAS_SETUP) || s.wValue || !control_is_of(&table, x))
		return false;
	return s.wLength == (s.bRequest == GET_MAX_LUN ? 1 : 0);
}

static bool sniff(const struct xfer *x)
{
	uint8_t off;

	if (x->type == USB_CONTROL)
		return is_request(x);
	if (x->type != USB_BULK && x->type != USB_TYPE_UNKNOWN)
		return false;
	if (msc_is_csw(x))
		return x->data.kept == CSW_LEN && x->data.data[12] < CSW_STATUSES;
	return msc_is_cbw(x) && x->data.kept == CBW_LEN && !msc_not_meaningful(x, &off);
}

/* Mass storage class, bulk-only transport (USB Mass Storage Class overview 1.4, table 2). */
static const struct bind_rule binds[] = {
	{BIND_INTERFACE, 0x08, BIND_ANY, 0x50}, {BIND_END, 0, 0, 0}};

static bool match(const struct decode_ctx *c, const struct xfer *x)
{
	(void)c;
	return x->type != USB_CONTROL || control_is_of(&table, x);
}

/* ---- transfers as fields ------------------------------------------------------------ */

#define LE(key, off, len, show)                                                                    \
	{                                                                                          \
		key, off, len, 0, 0, SCSI_LITTLE, show, NULL                                       \
	}

static const struct scsi_name directions[] = {
	{0x00, "host to device"}, {0x80, "device to host"}, {0, NULL}};
/* BOT table 5.1 */
static const struct scsi_field cbw_rows[] = {LE("dCBWSignature", 0, 4, SHOW_HEX8),
	LE("dCBWTag", 4, 4, SHOW_PLAIN), LE("dCBWDataTransferLength", 8, 4, SHOW_COUNT),
	{"bmCBWFlags", 12, 1, 0, 0, SCSI_LITTLE, SHOW_HEX2, directions},
	{"bCBWLUN", 13, 1, 0, 4, SCSI_LITTLE, SHOW_PLAIN, NULL},
	{"bCBWCBLength", 14, 1, 0, 5, SCSI_LITTLE, SHOW_PLAIN, NULL}, END};
/* BOT table 5.2 */
static const struct scsi_field csw_rows[] = {LE("dCSWSignature", 0, 4, SHOW_HEX8),
	LE("dCSWTag", 4, 4, SHOW_PLAIN), LE("dCSWDataResidue", 8, 4, SHOW_COUNT),
	{"bCSWStatus", 12, 1, 0, 0, SCSI_LITTLE, SHOW_PLAIN, msc_statuses}, END};

/* What contradicts the specification, by byte; what Linux does about it (usb-storage's
 * usb_stor_Bulk_transport()), where the command is not lost by it. */
static const struct {
	uint8_t off, len;
	const char *reason, *linux_does;
} faults[MSC_FAULTS] = {
	[MSC_WRONG_TAG] = {4, 4, "dCSWTag is not the command's dCBWTag (BOT 6.3.1)", NULL},
	[MSC_RESERVED_STATUS] = {12, 1, "bCSWStatus is reserved (BOT 5.2)", NULL},
	[MSC_RESIDUE_TOO_HIGH] = {8, 4,
		"dCSWDataResidue exceeds dCBWDataTransferLength (BOT 6.3.2)",
		"takes all that was asked for as the residue"},
	[MSC_RESIDUE_TOO_LOW] = {8, 4, "less data moved than dCSWDataResidue leaves (BOT 5.2)",
		"counts the bytes that moved"},
	[MSC_RESIDUE_OF_NONE] = {8, 4, "dCSWDataResidue, though all of the answer came (BOT 5.2)",
		"ignores this device's residues from now on"},
};

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
	struct scsi_bytes b = scsi_bytes_of(x), cdb;
	uint8_t off;
	const char *wrong = msc_not_meaningful(x, &off);

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
	struct scsi_bytes b = scsi_bytes_of(x);

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
	struct scsi_bytes b = scsi_bytes_of(x);

	scsi_emit_command(e, &s->cdb);
	scsi_emit_data(e, &s->cdb, s->before, &b);
}

static void decode_bulk(const struct decode_ctx *c, const struct xfer *x, struct emit *e)
{
	const struct msc_state *s = c->exchange ? msc_state(c->exchange) : NULL;

	if (!s) {
		if (msc_is_csw(x))
			emit_csw(e, x, NULL);
		else if (x->data.total) /* nothing is wrong in nothing */
			raw_misfit_field(e, x, msc_misfit(x));
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

/* ---- exchanges as fields ------------------------------------------------------------ */

/* The status counts all the same; what is wrong with its wrapper. */
static void emit_warning(struct emit *e, const struct msc_state *s)
{
	char room[200];
	struct text t;

	if (!msc_only_residue(s->fault))
		return;
	text_init(&t, room, sizeof(room));
	text_printf(&t, "%s: Linux %s; US_FL_IGNORE_RESIDUE is for devices that do this",
		faults[s->fault].reason, faults[s->fault].linux_does);
	emit_field(e, &(struct field){.key = "warning", .text = room});
}

static void emit_moved(struct emit *e, const struct msc_state *s)
{
	struct field f = {.key = "moved", .value = value_uint(s->moved), .show = SHOW_COUNT};

	if (!msc_counted(s))
		f = (struct field){.key = "moved", .text = "not recorded"};
	f.value.inferred = s->seen & MSC_UNCOUNTED;
	emit_field(e, &f);
}

static void exchange_decode(const struct decode_ctx *c, struct emit *e)
{
	const struct exchange *ex = c->exchange;
	const struct msc_state *s = msc_state(ex);
	const char *status = scsi_lookup(msc_statuses, s->status);

	if (!(s->seen & MSC_RECOVERY)) {
		scsi_emit_command(e, &s->cdb);
		scsi_emit_figure(e, "dCBWTag", s->tag, NULL, SHOW_COUNT);
		scsi_emit_figure(e, "bCBWLUN", s->lun, NULL, SHOW_COUNT);
		scsi_emit_figure(e, "dCBWDataTransferLength", s->asked, NULL, SHOW_COUNT);
		emit_moved(e, s);
	}
	if (s->seen & MSC_HAS_CSW) {
		scsi_emit_figure(e, "dCSWDataResidue", s->residue, NULL, SHOW_COUNT);
		scsi_emit_figure(
			e, "bCSWStatus", s->status, status ? status : "reserved", SHOW_COUNT);
	}
	emit_case(e, s);
	emit_warning(e, s);
	for (const struct msc_remark *r = msc_remarks; r->text; r++)
		if (s->seen & r->seen)
			emit_field(e, &(struct field){.key = "remark", .text = r->text});
	scsi_emit_duration(e, ex);
}

/* ---- the decoder -------------------------------------------------------------------- */

static void info(const struct decode_ctx *c, const struct xfer *x, struct text *t)
{
	if (x->type == USB_CONTROL)
		control_info_of(&table, c, x, t);
	else
		msc_info(c, x, t);
}

static void decode(const struct decode_ctx *c, const struct xfer *x, struct emit *e)
{
	if (x->type == USB_CONTROL)
		control_decode_of(&table, c, x, e);
	else
		decode_bulk(c, x, e);
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

const struct decoder decoder_msc = {
	.name = "msc",
	.summary = "mass storage, bulk-only transport: SCSI commands, data, status",
	.binds = binds,
	.sniff = sniff,
	.match = match,
	.state_size = sizeof(struct msc_interface),
	.track = msc_track,
	.info = info,
	.decode = decode,
	.exchange_info = msc_exchange_info,
	.exchange_decode = exchange_decode,
	.keys = keys,
};
