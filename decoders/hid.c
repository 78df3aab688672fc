/* hid.c: human interface devices (HID 1.11): class requests, reports of interrupt endpoints. */
#include "decoders/hid.h"
#include "base/mem.h"
#include "decoders/control.h"
#include "usb/request.h"

enum { GET_REPORT = 1, SET_REPORT = 9, SET_PROTOCOL = 11, GET_DESCRIPTOR = 6 };
enum { TO_HOST = 0xa1, TO_INTERFACE = 0x21, STANDARD_TO_HOST = 0x81 };

/* ---- requests ----------------------------------------------------------------------- */

/* The kinds of reports in wValue (HID 1.11 7.2.1). */
static const struct {
	const char *name;
	uint8_t kind;
} report_types[] = {
	[1] = {"input", HID_INPUT},
	[2] = {"output", HID_OUTPUT},
	[3] = {"feature", HID_FEATURE},
};

static uint8_t report_type(const struct usb_setup *s)
{
	uint8_t type = (uint8_t)(s->wValue >> 8);

	return type && type < ARRAY_LEN(report_types) ? type : 0;
}

static void say_id(const struct control_job *j, struct text *t)
{
	if (!(j->s.wValue & 0xff))
		return;
	text_str(t, " report ");
	text_u64(t, j->s.wValue & 0xff);
}

static void say_report_type(const struct control_job *j, struct text *t)
{
	uint8_t type = report_type(&j->s);

	text_char(t, ' ');
	if (type) {
		text_str(t, report_types[type].name);
	} else {
		text_str(t, "type ");
		text_u64(t, j->s.wValue >> 8);
	}
	if (j->s.wValue & 0xff) {
		text_char(t, ' ');
		text_u64(t, j->s.wValue & 0xff);
	}
	control_say_recipient(j, t);
}

/* Durations are in units of 4 ms; 0: whenever something changes (7.2.4). */
static void say_duration(uint8_t units, struct text *t)
{
	if (!units) {
		text_str(t, "on change");
		return;
	}
	text_str(t, "every ");
	text_u64(t, units * 4u);
	text_str(t, " ms");
}

static void say_set_idle(const struct control_job *j, struct text *t)
{
	text_char(t, ' ');
	say_duration((uint8_t)(j->s.wValue >> 8), t);
	say_id(j, t);
	control_say_recipient(j, t);
}

static void say_get_idle(const struct control_job *j, struct text *t)
{
	say_id(j, t);
	control_say_recipient(j, t);
}

static const char *protocol_name(unsigned protocol)
{
	return protocol == 0 ? "boot" : protocol == 1 ? "report" : "reserved";
}

static void say_protocol(const struct control_job *j, struct text *t)
{
	text_char(t, ' ');
	text_str(t, protocol_name(j->s.wValue));
	control_say_recipient(j, t);
}

/* ---- their data --------------------------------------------------------------------- */

/* The report of GET_REPORT or SET_REPORT. False: its layout is not known. */
static bool layout_of_request(const struct control_job *j, struct hid_layout *l)
{
	struct pipe part;

	return j->pipe && report_type(&j->s) && j->x->data.kept &&
	       devices_pipe_of_interface(j->c->devices, j->pipe, (uint8_t)j->s.wIndex, &part) &&
	       hid_layout(j->c->devices, &part, l) && hid_layout_fits(l, j->x->data.total);
}

static void say_data(const struct control_job *j, struct text *t)
{
	const struct span *d = &j->x->data;
	struct decode_ctx c = {.ids = j->c->ids}; /* keys are those of input reports alone */
	struct hid_layout l;

	if (layout_of_request(j, &l))
		hid_say_report(
			t, &c, 0, &l, report_types[report_type(&j->s)].kind, d->data, d->kept);
}

static uint8_t missing(const struct xfer *x)
{
	return x->data.total > x->data.captured	 ? VERDICT_SNAPPED
	       : x->data.captured > x->data.kept ? VERDICT_NOT_KEPT
						 : VERDICT_SHORT;
}

static void emit_unknown(struct emit *e, const struct xfer *x)
{
	emit_field(e,
		&(struct field){
			.key = "data",
			.value = value_bytes(x->data.data, x->data.kept < 64 ? x->data.kept : 64),
			.text = "no report descriptor was seen",
			.len = x->data.kept,
		});
}

static void emit_data(const struct control_job *j, struct emit *e)
{
	const struct span *d = &j->x->data;
	struct hid_layout l;

	if (layout_of_request(j, &l))
		hid_emit_report(e, j->c->ids, &l, report_types[report_type(&j->s)].kind, d->data,
			d->kept, (struct hid_place){0, missing(j->x)}, NULL);
	else
		emit_unknown(e, j->x);
}

static void answer_idle(const struct control_job *j, struct text *t)
{
	say_duration(j->x->data.data[0], t);
}

static void answer_protocol(const struct control_job *j, struct text *t)
{
	text_str(t, protocol_name(j->x->data.data[0]));
}

static void fields_idle(const struct control_job *j, struct emit *e)
{
	char mem[32];
	struct text t;

	text_init(&t, mem, sizeof(mem));
	say_duration(j->x->data.data[0], &t);
	control_field(j, e, "idle_rate", 0, 1, mem, SHOW_PLAIN);
}

static void fields_protocol(const struct control_job *j, struct emit *e)
{
	control_field(j, e, "protocol", 0, 1, protocol_name(j->x->data.data[0]), SHOW_PLAIN);
}

static const struct control_request requests[] = {
	CONTROL_REQUEST(TO_HOST, GET_REPORT, "GET_REPORT", "HID 1.11 7.2.1", "report type and ID",
		NULL, say_report_type, say_data, emit_data),
	CONTROL_REQUEST(TO_HOST, 2, "GET_IDLE", "HID 1.11 7.2.3", "report ID", NULL, say_get_idle,
		answer_idle, fields_idle),
	CONTROL_REQUEST(TO_HOST, 3, "GET_PROTOCOL", "HID 1.11 7.2.5", NULL, NULL, NULL,
		answer_protocol, fields_protocol),
	CONTROL_REQUEST(TO_INTERFACE, SET_REPORT, "SET_REPORT", "HID 1.11 7.2.2",
		"report type and ID", NULL, say_report_type, NULL, emit_data),
	CONTROL_REQUEST(TO_INTERFACE, 10, "SET_IDLE", "HID 1.11 7.2.4", "duration and report ID",
		NULL, say_set_idle),
	CONTROL_REQUEST(TO_INTERFACE, SET_PROTOCOL, "SET_PROTOCOL", "HID 1.11 7.2.6", "protocol",
		NULL, say_protocol),
	CONTROL_REQUEST(STANDARD_TO_HOST, GET_DESCRIPTOR, "GET_DESCRIPTOR", "HID 1.11 7.1.1",
		"descriptor type and index", NULL, control_say_descriptor,
		control_answer_descriptor, control_fields_descriptor),
};

static const struct control_table table = CONTROL_TABLE(requests);

/* ---- reports of interrupt endpoints ------------------------------------------------- */

/* Reports in one transfer of bus packets that are looked at one by one: the info line shows few,
 * the tree more. */
enum { INFO_REPORTS = 3, TREE_REPORTS = 64 };

static bool layout_of_pipe(const struct decode_ctx *c, const struct xfer *x, struct hid_layout *l)
{
	const struct pipe *p;

	if (!c->devices || !x->pipe)
		return false;
	p = devices_get_pipe(c->devices, x->pipe);
	return p->flags & PIPE_DESCRIBED && hid_layout(c->devices, p, l) &&
	       hid_layout_fits(l, x->data.total);
}

/* Bytes of the report that the transfer's data has at `at`. From the bus several may come as one
 * transfer (naks are known there alone). */
static uint32_t report_at(
	const struct hid_layout *l, const struct xfer *x, uint8_t kind, uint32_t at)
{
	uint32_t left = x->data.kept - at, n;

	if (x->naks == XFER_UNKNOWN)
		return left;
	n = hid_report_length(l, kind, x->data.data + at, left);
	return n && n < left ? n : left;
}

static void reports_info(const struct decode_ctx *c, const struct xfer *x, struct text *t)
{
	uint8_t kind = x->dir == USB_IN ? HID_INPUT : HID_OUTPUT;
	struct hid_layout l;
	uint32_t n;

	if (!x->data.kept || !layout_of_pipe(c, x, &l)) {
		raw_info(t, x);
		return;
	}
	if (l.inferred)
		text_char(t, '~');
	for (uint32_t at = 0, i = 0; at < x->data.kept; at += n, i++) {
		text_str(t, i ? "; " : "");
		if (i == INFO_REPORTS) {
			text_str(t, "…");
			return;
		}
		n = report_at(&l, x, kind, at);
		hid_say_report(t, c, x->pipe, &l, kind, x->data.data + at, n);
	}
}

static void reports_decode(const struct decode_ctx *c, const struct xfer *x, struct emit *e)
{
	uint8_t kind = x->dir == USB_IN ? HID_INPUT : HID_OUTPUT;
	struct hid_layout l;
	uint32_t n;

	if (!x->data.kept)
		return;
	if (!layout_of_pipe(c, x, &l)) {
		emit_unknown(e, x);
		return;
	}
	for (uint32_t at = 0, i = 0; at < x->data.kept; at += n, i++) {
		if (i == TREE_REPORTS) {
			emit_field(e, &(struct field){.key = "rest",
					      .text = "more reports than are shown",
					      .off = at,
					      .len = x->data.kept - at});
			return;
		}
		n = report_at(&l, x, kind, at);
		hid_emit_report(e, c->ids, &l, kind, x->data.data + at, n,
			(struct hid_place){at, missing(x)}, c->exchange);
	}
}

/* ---- the decoder -------------------------------------------------------------------- */

static bool is_descriptor(const struct usb_setup *s)
{
	uint8_t type = (uint8_t)(s->wValue >> 8);

	return type == DESC_HID || type == DESC_HID_REPORT || type == DESC_HID_PHYSICAL;
}

static bool match(const struct decode_ctx *c, const struct xfer *x)
{
	struct usb_setup s = usb_setup_parse(x->setup);

	(void)c;
	if (x->type != USB_CONTROL)
		return x->type == USB_INTERRUPT;
	return control_is_of(&table, x) && (s.bRequest != GET_DESCRIPTOR || is_descriptor(&s));
}

static void info(const struct decode_ctx *c, const struct xfer *x, struct text *t)
{
	struct control_job j;
	size_t start, before;

	if (x->type != USB_CONTROL) {
		reports_info(c, x, t);
		return;
	}
	control_job_init(&j, c, x, &table);
	control_info(&j, t);
	if (j.s.bRequest != SET_REPORT)
		return;
	start = t->len;
	text_str(t, ": ");
	before = t->len;
	say_data(&j, t);
	if (t->len == before) /* nothing is known of it: no colon either */
		text_take_back(t, start);
}

static void decode(const struct decode_ctx *c, const struct xfer *x, struct emit *e)
{
	if (x->type == USB_CONTROL)
		control_decode_of(&table, c, x, e);
	else
		reports_decode(c, x, e);
}

/* The protocol that was chosen holds for all reports from now on (HID 1.11 7.2.6), as does what a
 * report descriptor tells. */
static void track_request(struct track *t)
{
	struct usb_setup s = usb_setup_parse(t->x->setup);
	uint8_t interface = (uint8_t)s.wIndex;
	bool chosen = s.bmRequestType == TO_INTERFACE && s.bRequest == SET_PROTOCOL;
	bool told = s.bmRequestType == STANDARD_TO_HOST && s.bRequest == GET_DESCRIPTOR &&
		    s.wValue >> 8 == DESC_HID_REPORT;

	if (!t->teach || !(t->x->flags & XFER_HAS_SETUP) || t->x->status != STATUS_OK)
		return;
	if (chosen)
		devices_set_mode(
			t->teach, t->x->instance, interface, s.wValue == 0 ? HID_MODE_BOOT : 0);
	if (chosen || told)
		hid_expect_first(t, interface);
}

static void track(struct track *t)
{
	if (t->x->type == USB_CONTROL)
		track_request(t);
	else if (t->x->type == USB_INTERRUPT && t->x->dir == USB_IN)
		hid_track_report(t);
}

static const struct bind_rule binds[] = {
	{BIND_INTERFACE, 3, BIND_ANY, BIND_ANY},
	{BIND_END, 0, 0, 0},
};

static const struct decode_key keys[] = {
	{"hid.report_id", "report_id", VAL_UINT, "number of the report, where reports have one"},
	{"hid.down", "down", VAL_TEXT,
		"key or button that went down: \"a\", \"Left Shift\", \"left\""},
	{"hid.up", "up", VAL_TEXT, "key or button that went up"},
	{"hid.held", "held", VAL_TEXT, "key or button that is down"},
	{"hid.x", "x", VAL_INT, "X of a mouse, tablet, gamepad"},
	{"hid.y", "y", VAL_INT, "Y"},
	{"hid.z", "z", VAL_INT, "Z"},
	{"hid.rx", "rx", VAL_INT, "X rotation, or a gamepad's right stick"},
	{"hid.ry", "ry", VAL_INT, "Y rotation"},
	{"hid.rz", "rz", VAL_INT, "Z rotation"},
	{"hid.wheel", "wheel", VAL_INT, "wheel"},
	{"hid.hat", "hat", VAL_INT, "hat switch"},
	{"hid.led", "led", VAL_TEXT, "LED and its state: \"Caps Lock: on\""},
	{NULL, NULL, 0, NULL},
};

const struct decoder decoder_hid = {
	.name = "hid",
	.summary = "human interface devices: keyboards, mice, tablets, gamepads",
	.binds = binds,
	.match = match,
	.state_size = HID_STATE,
	.track = track,
	.info = info,
	.decode = decode,
	.exchange_info = hid_exchange_info,
	.exchange_decode = hid_exchange_decode,
	.keys = keys,
};
