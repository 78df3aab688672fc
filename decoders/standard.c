/* standard.c: the standard requests of USB 2.0 and USB 3.2 chapter 9, and control transfers of
 * which nothing better is known: class and vendor requests that no decoder claims show their
 * numbers. */
#include "base/cursor.h"
#include "base/mem.h"
#include "decoders/control.h"
#include "usb/request.h"

static bool match(const struct decode_ctx *c, const struct xfer *x)
{
	(void)c;
	return x->flags & XFER_HAS_SETUP;
}

/* ---- the request in words ----------------------------------------------------------- */

/* The requests whose numbers rules need. */
enum { SET_FEATURE = 3, GET_DESCRIPTOR = 6 };

static void say_feature(const struct control_job *j, struct text *t)
{
	const struct usb_setup *s = &j->s;
	unsigned recipient = setup_recipient(s->bmRequestType);
	const char *name = feature_name(recipient, s->wValue);
	const char *test = test_mode_name((uint8_t)(s->wIndex >> 8));

	text_char(t, ' ');
	if (name)
		text_str(t, name);
	else
		text_hex(t, s->wValue, 4);
	control_say_recipient(j, t);
	if (s->bRequest != SET_FEATURE || j->of_value) /* only setting takes options */
		return;
	if (recipient == 0 && s->wValue == 2) { /* TEST_MODE */
		text_str(t, test ? " " : " selector ");
		if (test)
			text_str(t, test);
		else
			text_hex(t, s->wIndex >> 8, 2);
	}
	if (recipient == 1 && s->wValue == 0) { /* FUNCTION_SUSPEND: USB 3.2 table 9-9 */
		text_str(t, s->wIndex & 0x100 ? ", suspend" : ", resume");
		text_str(t, s->wIndex & 0x200 ? ", remote wakeup on" : ", remote wakeup off");
	}
}

/* What it means that a device refuses to tell of its other speed (USB 2.0 9.6.2); NULL: nothing, as
 * at SuperSpeed. */
static const char *refused_qualifier(const struct control_job *j)
{
	const struct xfer *x = j->x;

	if (x->status != STATUS_STALL || x->dir != USB_IN || x->speed > USB_HIGH ||
		j->s.bRequest != GET_DESCRIPTOR || j->s.wValue >> 8 != DESC_DEVICE_QUALIFIER ||
		setup_request_type(j->s.bmRequestType) != REQUEST_STANDARD)
		return NULL;
	return x->speed == USB_HIGH ? "at high speed it must not be refused"
				    : "~not high-speed capable";
}

static void say_get_descriptor(const struct control_job *j, struct text *t)
{
	const char *refused = j->of_value ? NULL : refused_qualifier(j);

	control_say_descriptor(j, t);
	text_str(t, refused ? " → " : "");
	text_str(t, refused ? refused : "");
}

static void say_alternate(const struct control_job *j, struct text *t)
{
	const struct usb_setup *s = &j->s;

	/* always an interface's (USB 2.0 9.4.10), though USBPcap writes bmRequestType 0 */
	if (!j->of_value) {
		text_str(t, " interface ");
		text_u64(t, s->wIndex & 0xff);
		text_str(t, " alternate");
	}
	control_say_value(j, t);
}

static void say_delay(const struct control_job *j, struct text *t)
{
	control_say_value(j, t);
	text_str(t, " ns");
}

static void say_status_of(const struct control_job *j, struct text *t)
{
	const struct usb_setup *s = &j->s;

	text_str(t, s->wValue == 1 ? " PTM" : ""); /* USB 3.2 table 9-10 */
	control_say_recipient(j, t);
}

/* ---- the answer in words ------------------------------------------------------------ */

static void answer_status(const struct control_job *j, struct text *t)
{
	size_t n;
	const struct status_bit *b = status_bits(setup_recipient(j->s.bmRequestType), &n);
	bool any = false;

	if (j->s.wValue || j->x->data.kept < 2)
		return;
	for (size_t i = 0; i < n; i++) {
		const char *word = j->x->data.data[0] >> b[i].bit & 1 ? b[i].set : b[i].clear;

		if (!word)
			continue;
		text_str(t, any ? ", " : "");
		text_str(t, word);
		any = true;
	}
}

static void answer_byte(const struct control_job *j, struct text *t)
{
	text_u64(t, j->x->data.data[0]);
}

static void answer_frame(const struct control_job *j, struct text *t)
{
	if (j->x->data.kept >= 2)
		text_u64(t, le16(j->x->data.data));
}

/* ---- the data as fields ------------------------------------------------------------- */

static void fields_status(const struct control_job *j, struct emit *e)
{
	size_t n;
	const struct status_bit *b = status_bits(setup_recipient(j->s.bmRequestType), &n);
	uint16_t status;

	if (j->x->data.kept < 2)
		return;
	status = le16(j->x->data.data);
	emit_open(e, &(struct field){
			     .key = j->s.wValue == 1 ? "ptm_status" : "status",
			     .value = value_uint(status),
			     .len = 2,
			     .show = SHOW_HEX4,
		     });
	for (size_t i = 0; !j->s.wValue && i < n; i++)
		emit_field(e, &(struct field){
				      .key = b[i].key,
				      .value = value_uint(status >> b[i].bit & 1),
				      .text = status >> b[i].bit & 1 ? b[i].set : b[i].clear,
				      .len = 2,
				      .bit = b[i].bit,
				      .bits = 1,
			      });
	emit_close(e);
}

static void fields_configuration(const struct control_job *j, struct emit *e)
{
	control_field(j, e, "bConfigurationValue", 0, 1,
		j->x->data.data[0] ? NULL : "not configured", SHOW_PLAIN);
}

static void fields_alternate(const struct control_job *j, struct emit *e)
{
	control_field(j, e, "bAlternateSetting", 0, 1, NULL, SHOW_PLAIN);
}

static void fields_frame(const struct control_job *j, struct emit *e)
{
	control_field(j, e, "frame_number", 0, 2, NULL, SHOW_PLAIN);
}

/* USB 3.2 figure 9-3, in microseconds. */
static void fields_sel(const struct control_job *j, struct emit *e)
{
	control_field(j, e, "U1SEL", 0, 1, "µs", SHOW_PLAIN);
	control_field(j, e, "U1PEL", 1, 1, "µs", SHOW_PLAIN);
	control_field(j, e, "U2SEL", 2, 2, "µs", SHOW_PLAIN);
	control_field(j, e, "U2PEL", 4, 2, "µs", SHOW_PLAIN);
}

/* ---- the table ---------------------------------------------------------------------- */

/* Whatever direction and recipient: some captures rebuild bmRequestType, and a wrong one is the
 * device's to refuse. */
#define STANDARD(number, ...) CONTROL_REQUEST(0, number, __VA_ARGS__, .mask = 0x60)

static const struct control_request requests[] = {
	STANDARD(0, "GET_STATUS", "USB 2.0 9.4.5", "status type", NULL, say_status_of,
		answer_status, fields_status),
	STANDARD(1, "CLEAR_FEATURE", "USB 2.0 9.4.1", "feature selector", NULL, say_feature),
	STANDARD(SET_FEATURE, "SET_FEATURE", "USB 2.0 9.4.9", "feature selector",
		"test selector, suspend options", say_feature),
	STANDARD(5, "SET_ADDRESS", "USB 2.0 9.4.6", "device address", NULL, control_say_value),
	STANDARD(GET_DESCRIPTOR, "GET_DESCRIPTOR", "USB 2.0 9.4.3", "descriptor type and index",
		"language id", say_get_descriptor, control_answer_descriptor,
		control_fields_descriptor),
	STANDARD(7, "SET_DESCRIPTOR", "USB 2.0 9.4.8", "descriptor type and index", "language id",
		control_say_descriptor, NULL, control_fields_descriptor),
	STANDARD(8, "GET_CONFIGURATION", "USB 2.0 9.4.2", NULL, NULL, NULL, answer_byte,
		fields_configuration),
	STANDARD(9, "SET_CONFIGURATION", "USB 2.0 9.4.7", "configuration value", NULL,
		control_say_value),
	STANDARD(10, "GET_INTERFACE", "USB 2.0 9.4.4", NULL, NULL, NULL, answer_byte,
		fields_alternate),
	STANDARD(11, "SET_INTERFACE", "USB 2.0 9.4.10", "alternate setting", NULL, say_alternate),
	STANDARD(12, "SYNCH_FRAME", "USB 2.0 9.4.11", NULL, NULL, NULL, answer_frame, fields_frame),
	STANDARD(48, "SET_SEL", "USB 3.2 9.4.12", NULL, NULL, NULL, NULL, fields_sel),
	STANDARD(49, "SET_ISOCH_DELAY", "USB 3.2 9.4.11", "delay in ns", NULL, say_delay),
};

static const struct control_table table = CONTROL_TABLE(requests);

static void info(const struct decode_ctx *c, const struct xfer *x, struct text *t)
{
	control_info_of(&table, c, x, t);
}

static void decode(const struct decode_ctx *c, const struct xfer *x, struct emit *e)
{
	struct control_job j;
	const char *refused;
	char words[80];
	struct text t;

	control_job_init(&j, c, x, &table);
	control_decode(&j, e);
	refused = refused_qualifier(&j);
	if (!refused)
		return;
	text_init(&t, words, sizeof(words));
	text_printf(&t, "%s (USB 2.0 9.6.2)", refused);
	emit_field(e, &(struct field){
			      .key = "refusal",
			      .text = words,
			      .verdict = *refused == '~' ? VERDICT_NONE : VERDICT_INVALID,
		      });
}

const struct decoder decoder_control = {
	.name = "control",
	.summary = "control transfers and standard requests (USB 2.0 and 3.2 chapter 9)",
	.match = match,
	.info = info,
	.decode = decode,
};
