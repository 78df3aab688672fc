/* control.c: control requests by their tables: the setup packet (USB 2.0 9.3), the request in
 * words, and what came back. */
#include "decoders/control.h"
#include "base/cursor.h"
#include "base/mem.h"
#include "model/learn.h"
#include "usb/request.h"

/* A string of the device, as far as it was known when the transfer began. */
static const char *string_of(const void *owner, uint8_t index)
{
	struct control_job *j = (struct control_job *)(uintptr_t)owner;
	struct text t;

	text_init(&t, j->string, sizeof(j->string));
	return j->pipe && devices_string(
				  j->c->devices, j->pipe->instance, j->pipe->version, index, &t)
		       ? j->string
		       : NULL;
}

static const struct control_request *find(
	const struct control_table *table, const struct usb_setup *s)
{
	for (size_t i = 0; i < table->n; i++) {
		const struct control_request *r = &table->row[i];

		if (r->bRequest == s->bRequest &&
			r->bmRequestType == (s->bmRequestType & (r->mask ? r->mask : 0xff)))
			return r;
	}
	return NULL;
}

/* bcdUSB as it was known when the transfer began; 0: it was not. */
static uint16_t version_of(const struct devices *d, const struct pipe *p)
{
	const struct fact *f = devices_fact(d, p->instance, p->version, DESC_DEVICE, 0, FACT_ANY);
	struct desc_device device;

	return f && desc_device_parse(&device, f->data, f->len) ? device.bcdUSB : 0;
}

void control_job_init(struct control_job *j, const struct decode_ctx *c, const struct xfer *x,
	const struct control_table *table)
{
	j->c = c;
	j->x = x;
	j->of_value = false;
	j->s = usb_setup_parse(x->setup);
	j->request = find(table, &j->s);
	j->pipe = c->devices && x->pipe ? devices_get_pipe(c->devices, x->pipe) : NULL;
	j->desc = (struct desc_ctx){
		.speed = (enum usb_speed)x->speed, .ids = c->ids, .string = string_of, .owner = j};
	if (j->pipe && setup_recipient(j->s.bmRequestType) == 1 &&
		devices_interface(c->devices, j->pipe, (uint8_t)j->s.wIndex, &j->interface))
		j->desc.interface = &j->interface;
	if (x->speed == USB_SPEED_UNKNOWN && capture_is_bus(x->capture))
		j->desc.bcdUSB = 0x0200; /* packets of that bus are not SuperSpeed's */
	else if (j->pipe && x->speed == USB_SPEED_UNKNOWN && j->s.wValue >> 8 == DESC_CONFIGURATION)
		j->desc.bcdUSB = version_of(c->devices, j->pipe);
}

/* ---- the request in words ----------------------------------------------------------- */

void control_say_recipient(const struct control_job *j, struct text *t)
{
	const struct usb_setup *s = &j->s;
	unsigned r = setup_recipient(s->bmRequestType);
	const char *name = recipient_name(r);

	if (r == 0 || j->of_value)
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

void control_say_value(const struct control_job *j, struct text *t)
{
	text_char(t, ' ');
	text_u64(t, j->s.wValue);
}

/* A report descriptor read of another interface than wIndex says. */
static void say_meant(const struct control_job *j, struct text *t)
{
	const struct usb_setup *s = &j->s;
	uint8_t meant;

	if (s->wValue >> 8 != DESC_HID_REPORT || setup_recipient(s->bmRequestType) != 1 ||
		!j->pipe || j->x->status != STATUS_OK)
		return;
	meant = learn_report_interface(j->c->devices, j->x);
	if (meant == (s->wIndex & 0xff))
		return;
	text_str(t, ", by its length of ~interface ");
	text_u64(t, meant);
}

void control_say_descriptor(const struct control_job *j, struct text *t)
{
	const struct usb_setup *s = &j->s;
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
	if (type == DESC_STRING && s->wIndex && !j->of_value) {
		text_str(t, " language ");
		text_hex(t, s->wIndex, 4);
	}
	control_say_recipient(j, t);
	if (!j->of_value)
		say_meant(j, t);
}

static void say_details(const struct control_job *j, struct text *t)
{
	if (j->request->details)
		j->request->details(j, t);
	else
		control_say_recipient(j, t);
}

static void say_unnamed(const struct control_job *j, struct text *t)
{
	const struct usb_setup *s = &j->s;

	text_str(t, request_type_name(setup_request_type(s->bmRequestType)));
	text_str(t, " request ");
	text_hex(t, s->bRequest, 2);
	control_say_recipient(j, t);
	text_str(t, " wValue ");
	text_hex(t, s->wValue, 4);
	text_str(t, " wIndex ");
	text_hex(t, s->wIndex, 4);
}

/* " → 34 of 255: what came" */
static void say_answer(const struct control_job *j, struct text *t)
{
	const struct xfer *x = j->x;
	size_t start = t->len, before;

	if (x->dir != USB_IN || x->status != STATUS_OK || !x->data.kept || !j->request->answer)
		return;
	text_str(t, " → ");
	if (x->len != XFER_UNKNOWN && x->len != j->s.wLength) {
		text_i64(t, x->len);
		text_str(t, " of ");
		text_u64(t, j->s.wLength);
		start = t->len;
		text_str(t, ": ");
	}
	before = t->len;
	j->request->answer(j, t);
	if (t->len == before) /* nothing to say: no colon or arrow either */
		text_take_back(t, start);
}

void control_info(const struct control_job *j, struct text *t)
{
	if (j->x->flags & XFER_SETUP_INFERRED)
		text_char(t, '~');
	if (!j->request) {
		say_unnamed(j, t);
		return;
	}
	text_str(t, j->request->name);
	say_details(j, t);
	say_answer(j, t);
}

/* ---- as fields ---------------------------------------------------------------------- */

void control_field(const struct control_job *j, struct emit *e, const char *key, uint32_t off,
	uint32_t len, const char *text, enum show show)
{
	uint32_t value = 0;

	if (off + len > j->x->data.kept)
		return;
	for (uint32_t i = 0; i < len; i++)
		value |= (uint32_t)j->x->data.data[off + i] << 8 * i;
	emit_field(e, &(struct field){
			      .key = key,
			      .value = value_uint(value),
			      .off = off,
			      .len = len,
			      .text = text,
			      .show = (uint8_t)show,
		      });
}

void control_setup_field(struct emit *e, const char *key, uint64_t value, const char *text,
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

/* "feature selector: PORT_RESET" */
static void say_wValue(const struct control_job *j, struct text *t)
{
	const struct control_request *r = j->request;
	struct control_job own = *j;
	size_t before;

	if (!r || !r->value)
		return;
	own.of_value = true;
	text_str(t, r->value);
	text_char(t, ':');
	before = t->len;
	say_details(&own, t);
	if (t->len == before) /* nothing to add: take back the colon */
		t->s[--t->len] = 0;
}

/* "interface", "endpoint 1 in", or what the request says. */
static void say_wIndex(const struct control_job *j, struct text *t)
{
	const struct control_request *r = j->request;
	unsigned recipient = setup_recipient(j->s.bmRequestType);

	if (recipient == 1 && j->s.wIndex < 0x100) /* else classes have more in it */
		text_str(t, "interface");
	else if (recipient == 2)
		text_printf(
			t, "endpoint %u %s", j->s.wIndex & 0x0f, j->s.wIndex & 0x80 ? "in" : "out");
	else if (r && r->index && j->s.wIndex)
		text_str(t, r->index);
}

static void setup_fields(const struct control_job *j, struct emit *e)
{
	const struct control_request *r = j->request;
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
	control_setup_field(e, "bRequest", j->s.bRequest, r ? words : NULL, 1, 1, SHOW_PLAIN);
	text_init(&t, words, sizeof(words));
	say_wValue(j, &t);
	control_setup_field(e, "wValue", j->s.wValue, t.len ? words : NULL, 2, 2, SHOW_HEX4);
	text_init(&t, words, sizeof(words));
	say_wIndex(j, &t);
	control_setup_field(e, "wIndex", j->s.wIndex, t.len ? words : NULL, 4, 2, SHOW_HEX4);
	control_setup_field(e, "wLength", j->s.wLength, NULL, 6, 2, SHOW_PLAIN);
	emit_close(e);
}

void control_decode(const struct control_job *j, struct emit *e)
{
	setup_fields(j, e);
	if (j->request && j->x->data.kept && j->request->fields)
		j->request->fields(j, e);
}

/* ---- requests of a table ------------------------------------------------------------ */

void control_info_of(const struct control_table *table, const struct decode_ctx *c,
	const struct xfer *x, struct text *t)
{
	struct control_job j;

	control_job_init(&j, c, x, table);
	control_info(&j, t);
}

void control_decode_of(const struct control_table *table, const struct decode_ctx *c,
	const struct xfer *x, struct emit *e)
{
	struct control_job j;

	control_job_init(&j, c, x, table);
	control_decode(&j, e);
}

bool control_is_of(const struct control_table *table, const struct xfer *x)
{
	struct usb_setup s = usb_setup_parse(x->setup);

	return x->type == USB_CONTROL && x->flags & XFER_HAS_SETUP && find(table, &s);
}

/* ---- descriptors -------------------------------------------------------------------- */

void control_answer_descriptor(const struct control_job *j, struct text *t)
{
	const struct span *d = &j->x->data;

	desc_summary(t, &j->desc, d->data, d->kept, d->total, (uint8_t)(j->s.wValue >> 8),
		(uint8_t)j->s.wValue);
}

void control_fields_descriptor(const struct control_job *j, struct emit *e)
{
	const struct span *d = &j->x->data;

	desc_emit(&j->desc, e, d->data, d->kept, d->total, (uint8_t)(j->s.wValue >> 8),
		(uint8_t)j->s.wValue);
}
