/* control.c: control transfers by USB 2.0 and USB 3.2 chapter 9: the setup packet, the standard
 * requests, and what came back. Class and vendor requests are shown by their numbers until a
 * decoder claims them. */
#include "decoders/decoder.h"
#include "base/cursor.h"
#include "base/mem.h"
#include "usb/desc.h"
#include "usb/request.h"

static int match(const struct decode_ctx *c, const struct xfer *x)
{
	(void)c;
	return x->flags & XFER_HAS_SETUP ? 1 : 0;
}

/* What the functions below work on. */
struct job {
	const struct decode_ctx *c;
	const struct xfer *x;
	struct usb_setup s;
	const struct request *request; /* NULL: not a standard request */
	const struct pipe *pipe;       /* NULL: nothing is known */
	struct desc_interface interface;
	struct desc_ctx desc;
	char string[256];
};

/* A string of the device, as far as it was known when the transfer began. */
static const char *string_of(const void *owner, uint8_t index)
{
	struct job *j = (struct job *)(uintptr_t)owner;
	struct text t;

	text_init(&t, j->string, sizeof(j->string));
	return j->pipe && devices_string(
				  j->c->devices, j->pipe->instance, j->pipe->version, index, &t)
		       ? j->string
		       : NULL;
}

static void job_init(struct job *j, const struct decode_ctx *c, const struct xfer *x)
{
	j->c = c;
	j->x = x;
	j->s = usb_setup_parse(x->setup);
	j->request = setup_request_type(j->s.bmRequestType) == REQUEST_STANDARD
			     ? request_standard(j->s.bRequest)
			     : NULL;
	j->pipe = c->devices && x->pipe ? devices_get_pipe(c->devices, x->pipe) : NULL;
	j->desc = (struct desc_ctx){
		.speed = (enum usb_speed)x->speed, .ids = c->ids, .string = string_of, .owner = j};
	if (j->pipe && setup_recipient(j->s.bmRequestType) == 1 &&
		devices_interface(c->devices, j->pipe, (uint8_t)j->s.wIndex, &j->interface))
		j->desc.interface = &j->interface;
}

/* ---- the request in words -------------------------------------------------------------------- */

static void say_recipient(struct text *t, const struct usb_setup *s)
{
	unsigned r = setup_recipient(s->bmRequestType);
	const char *name = recipient_name(r);

	if (r == 0)
		return;
	text_char(t, ' ');
	if (!name) {
		text_str(t, "recipient ");
		text_u64(t, r);
		return;
	}
	text_str(t, name);
	text_char(t, ' ');
	if (r == 2) { /* an endpoint address: number and direction (USB 2.0 figure 9-2) */
		text_u64(t, s->wIndex & 0x0f);
		text_str(t, s->wIndex & 0x80 ? " in" : " out");
	} else {
		text_u64(t, r == 1 ? s->wIndex & 0xff : s->wIndex);
	}
}

static void say_descriptor(struct text *t, const struct usb_setup *s)
{
	uint8_t type = (uint8_t)(s->wValue >> 8), index = (uint8_t)s->wValue;
	const char *name = descriptor_type_name(type);

	text_char(t, ' ');
	if (name) {
		text_str(t, name);
	} else {
		text_str(t, "type ");
		text_hex(t, type, 2);
	}
	if (index || type == DESC_CONFIGURATION || type == DESC_STRING) {
		text_char(t, ' ');
		text_u64(t, index);
	}
	if (type == DESC_STRING && s->wIndex) {
		text_str(t, " language ");
		text_hex(t, s->wIndex, 4);
	}
	say_recipient(t, s);
}

/* The one request whose number a rule needs. */
enum { SET_FEATURE = 3 };

static void say_feature(struct text *t, const struct usb_setup *s)
{
	unsigned recipient = setup_recipient(s->bmRequestType);
	const char *name = feature_name(recipient, s->wValue);
	const char *test = test_mode_name((uint8_t)(s->wIndex >> 8));

	text_char(t, ' ');
	if (name)
		text_str(t, name);
	else
		text_hex(t, s->wValue, 4);
	say_recipient(t, s);
	if (s->bRequest != SET_FEATURE) /* only setting takes options */
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

static void say_value(struct text *t, const struct usb_setup *s)
{
	text_char(t, ' ');
	text_u64(t, s->wValue);
}

static void say_alternate(struct text *t, const struct usb_setup *s)
{
	/* always an interface's (USB 2.0 9.4.10), though USBPcap writes bmRequestType 0 */
	text_str(t, " interface ");
	text_u64(t, s->wIndex & 0xff);
	text_str(t, " alternate ");
	text_u64(t, s->wValue);
}

static void say_delay(struct text *t, const struct usb_setup *s)
{
	say_value(t, s);
	text_str(t, " ns");
}

static void say_status_of(struct text *t, const struct usb_setup *s)
{
	text_str(t, s->wValue == 1 ? " PTM" : ""); /* USB 3.2 table 9-10 */
	say_recipient(t, s);
}

/* ---- the answer in words --------------------------------------------------------------------- */

static void answer_descriptor(const struct job *j, struct text *t)
{
	const struct span *d = &j->x->data;

	desc_summary(t, &j->desc, d->data, d->kept, d->total, (uint8_t)(j->s.wValue >> 8),
		(uint8_t)j->s.wValue);
}

static void answer_status(const struct job *j, struct text *t)
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

static void answer_byte(const struct job *j, struct text *t)
{
	text_u64(t, j->x->data.data[0]);
}

static void answer_frame(const struct job *j, struct text *t)
{
	if (j->x->data.kept >= 2)
		text_u64(t, le16(j->x->data.data));
}

/* ---- the data as fields ---------------------------------------------------------------------- */

static void data_field(const struct job *j, struct emit *e, const char *key, uint32_t off,
	uint32_t len, const char *text)
{
	struct field f = {.key = key, .off = off, .len = len, .text = text};

	if (off + len > j->x->data.kept)
		return;
	f.value = value_uint(len == 1 ? j->x->data.data[off] : le16(j->x->data.data + off));
	emit_field(e, &f);
}

static void fields_descriptor(const struct job *j, struct emit *e)
{
	const struct span *d = &j->x->data;

	desc_emit(&j->desc, e, d->data, d->kept, d->total, (uint8_t)(j->s.wValue >> 8),
		(uint8_t)j->s.wValue);
}

static void fields_status(const struct job *j, struct emit *e)
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

static void fields_configuration(const struct job *j, struct emit *e)
{
	data_field(j, e, "bConfigurationValue", 0, 1, j->x->data.data[0] ? NULL : "not configured");
}

static void fields_alternate(const struct job *j, struct emit *e)
{
	data_field(j, e, "bAlternateSetting", 0, 1, NULL);
}

static void fields_frame(const struct job *j, struct emit *e)
{
	data_field(j, e, "frame_number", 0, 2, NULL);
}

/* USB 3.2 figure 9-3, in microseconds. */
static void fields_sel(const struct job *j, struct emit *e)
{
	data_field(j, e, "U1SEL", 0, 1, "µs");
	data_field(j, e, "U1PEL", 1, 1, "µs");
	data_field(j, e, "U2SEL", 2, 2, "µs");
	data_field(j, e, "U2PEL", 4, 2, "µs");
}

/* ---- the standard requests ---------------------------------------------------------------------
 */

/* By bRequest. details: behind the name; without one the recipient is named. answer: the data that
 * came back in words; fields: the data of either direction. */
static const struct part {
	void (*details)(struct text *, const struct usb_setup *);
	void (*answer)(const struct job *, struct text *);
	void (*fields)(const struct job *, struct emit *);
} parts[50] = {
	[0] = {say_status_of, answer_status, fields_status},
	[1] = {say_feature, NULL, NULL},
	[SET_FEATURE] = {say_feature, NULL, NULL},
	[5] = {say_value, NULL, NULL},
	[6] = {say_descriptor, answer_descriptor, fields_descriptor},
	[7] = {say_descriptor, NULL, fields_descriptor},
	[8] = {NULL, answer_byte, fields_configuration},
	[9] = {say_value, NULL, NULL},
	[10] = {NULL, answer_byte, fields_alternate},
	[11] = {say_alternate, NULL, NULL},
	[12] = {NULL, answer_frame, fields_frame},
	[48] = {NULL, NULL, fields_sel},
	[49] = {say_delay, NULL, NULL},
};

static void say_details(const struct job *j, struct text *t)
{
	const struct part *p = &parts[j->request->bRequest];

	if (p->details)
		p->details(t, &j->s);
	else
		say_recipient(t, &j->s);
}

static void say_unnamed(struct text *t, const struct usb_setup *s)
{
	text_str(t, request_type_name(setup_request_type(s->bmRequestType)));
	text_str(t, " request ");
	text_hex(t, s->bRequest, 2);
	say_recipient(t, s);
	text_str(t, " wValue ");
	text_hex(t, s->wValue, 4);
	text_str(t, " wIndex ");
	text_hex(t, s->wIndex, 4);
}

/* " → 34 of 255: what came" */
static void say_answer(const struct job *j, struct text *t)
{
	const struct xfer *x = j->x;
	const struct part *p = &parts[j->request->bRequest];
	size_t before;

	if (x->dir != USB_IN || x->status != STATUS_OK || !x->data.kept || !p->answer)
		return;
	text_str(t, " → ");
	if (x->len != XFER_UNKNOWN && x->len != j->s.wLength) {
		text_i64(t, x->len);
		text_str(t, " of ");
		text_u64(t, j->s.wLength);
		text_str(t, ": ");
	}
	before = t->len;
	p->answer(j, t);
	if (t->len == before) { /* nothing to say: take back the colon or the arrow */
		t->len -= x->len != XFER_UNKNOWN && x->len != j->s.wLength ? 2 : strlen(" → ");
		t->s[t->len] = 0;
	}
}

static void info(const struct decode_ctx *c, const struct xfer *x, struct text *t)
{
	struct job j;

	job_init(&j, c, x);
	if (x->flags & XFER_SETUP_INFERRED)
		text_char(t, '~');
	if (!j.request) {
		say_unnamed(t, &j.s);
		return;
	}
	text_str(t, j.request->name);
	say_details(&j, t);
	say_answer(&j, t);
}

/* ---- the setup as fields ------------------------------------------------------------------------
 */

static void setup_field(struct emit *e, const char *key, uint64_t value, const char *text,
	uint32_t off, uint32_t len, enum show show)
{
	emit_field(e, &(struct field){
			      .key = key,
			      .value = value_uint(value),
			      .text = text,
			      .off = off,
			      .len = len,
			      .in = FIELD_IN_SETUP,
			      .show = show,
		      });
}

static void request_type_fields(struct emit *e, uint8_t b)
{
	const struct {
		const char *key;
		uint8_t bit, bits;
		const char *text;
	} part[] = {
		{"direction", 7, 1, b & 0x80 ? "device to host" : "host to device"},
		{"type", 5, 2, request_type_name(setup_request_type(b))},
		{"recipient", 0, 5, recipient_name(setup_recipient(b))},
	};

	emit_open(e, &(struct field){
			     .key = "bmRequestType",
			     .value = value_uint(b),
			     .len = 1,
			     .in = FIELD_IN_SETUP,
			     .show = SHOW_HEX2,
		     });
	for (size_t i = 0; i < ARRAY_LEN(part); i++)
		emit_field(e,
			&(struct field){
				.key = part[i].key,
				.value = value_uint(b >> part[i].bit & ((1u << part[i].bits) - 1)),
				.text = part[i].text ? part[i].text : "reserved",
				.len = 1,
				.bit = part[i].bit,
				.bits = part[i].bits,
				.in = FIELD_IN_SETUP,
			});
	emit_close(e);
}

static void setup_fields(const struct job *j, struct emit *e)
{
	const struct request *r = j->request;
	char words[128];
	struct text t;

	emit_open(e, &(struct field){
			     .key = "setup",
			     .text = j->x->flags & XFER_SETUP_INFERRED
					     ? "rebuilt from the URB function: not on the bus in "
					       "this form"
					     : NULL,
			     .len = 8,
			     .in = FIELD_IN_SETUP,
		     });
	request_type_fields(e, j->s.bmRequestType);
	text_init(&t, words, sizeof(words));
	if (r)
		text_printf(&t, "%s (%s)", r->name, r->section);
	setup_field(e, "bRequest", j->s.bRequest, r ? words : NULL, 1, 1, SHOW_PLAIN);
	text_init(&t, words, sizeof(words));
	if (r && r->value) {
		text_str(&t, r->value);
		text_char(&t, ':');
		say_details(j, &t);
	}
	setup_field(e, "wValue", j->s.wValue, t.len ? words : NULL, 2, 2, SHOW_HEX4);
	setup_field(e, "wIndex", j->s.wIndex,
		r && j->s.wIndex && setup_recipient(j->s.bmRequestType) == 0 ? r->index : NULL, 4,
		2, SHOW_HEX4);
	setup_field(e, "wLength", j->s.wLength, NULL, 6, 2, SHOW_PLAIN);
	emit_close(e);
}

static void decode(const struct decode_ctx *c, const struct xfer *x, struct emit *e)
{
	struct job j;

	job_init(&j, c, x);
	setup_fields(&j, e);
	if (j.request && x->data.kept && parts[j.request->bRequest].fields)
		parts[j.request->bRequest].fields(&j, e);
}

const struct decoder decoder_control = {
	.name = "control",
	.summary = "control transfers and standard requests (USB 2.0 and 3.2 chapter 9)",
	.match = match,
	.info = info,
	.decode = decode,
};
