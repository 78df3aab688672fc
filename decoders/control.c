/* control.c: control transfers by USB 2.0 chapter 9: the setup packet, and the standard requests by
 * name. Class and vendor requests are shown by their numbers until a decoder claims them. */
#include "decoders/decoder.h"
#include "usb/request.h"

static int match(const struct decode_ctx *c, const struct xfer *x)
{
	(void)c;
	return x->flags & XFER_HAS_SETUP ? 1 : 0;
}

/* ---- one line ----------------------------------------------------------------------- */

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
	if (index || type == 2 || type == 3) {
		text_char(t, ' ');
		text_u64(t, index);
	}
	if (type == 3 && s->wIndex) {
		text_str(t, " language ");
		text_hex(t, s->wIndex, 4);
	}
}

static void say_feature(struct text *t, const struct usb_setup *s)
{
	const char *name = feature_name(setup_recipient(s->bmRequestType), s->wValue);

	text_char(t, ' ');
	if (name)
		text_str(t, name);
	else
		text_hex(t, s->wValue, 4);
	say_recipient(t, s);
}

static void say_value(struct text *t, const struct usb_setup *s)
{
	text_char(t, ' ');
	text_u64(t, s->wValue);
}

static void say_alternate(struct text *t, const struct usb_setup *s)
{
	say_recipient(t, s);
	text_str(t, " alternate ");
	text_u64(t, s->wValue);
}

static void say_delay(struct text *t, const struct usb_setup *s)
{
	say_value(t, s);
	text_str(t, " ns");
}

/* What follows the name; requests not listed name their recipient. */
static void (*const say_details[50])(struct text *, const struct usb_setup *) = {
	[1] = say_feature,
	[3] = say_feature,
	[5] = say_value,
	[6] = say_descriptor,
	[7] = say_descriptor,
	[9] = say_value,
	[11] = say_alternate,
	[49] = say_delay,
};

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

static void info(const struct decode_ctx *c, const struct xfer *x, struct text *t)
{
	struct usb_setup s = usb_setup_parse(x->setup);
	const struct request *r = setup_request_type(s.bmRequestType) == REQUEST_STANDARD
					  ? request_standard(s.bRequest)
					  : NULL;

	(void)c;
	if (x->flags & XFER_SETUP_INFERRED)
		text_char(t, '~');
	if (!r) {
		say_unnamed(t, &s);
		return;
	}
	text_str(t, r->name);
	if (say_details[r->bRequest])
		say_details[r->bRequest](t, &s);
	else
		say_recipient(t, &s);
}

/* ---- fields ------------------------------------------------------------------------- */

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
			     .off = 0,
			     .len = 1,
			     .in = FIELD_IN_SETUP,
			     .show = SHOW_HEX2,
		     });
	for (size_t i = 0; i < sizeof(part) / sizeof(part[0]); i++)
		emit_field(e,
			&(struct field){
				.key = part[i].key,
				.value = value_uint(b >> part[i].bit & ((1u << part[i].bits) - 1)),
				.text = part[i].text ? part[i].text : "reserved",
				.off = 0,
				.len = 1,
				.bit = part[i].bit,
				.bits = part[i].bits,
				.in = FIELD_IN_SETUP,
			});
	emit_close(e);
}

/* wValue in words: the part of the info line behind the request's name. */
static void value_text(const struct usb_setup *s, const struct request *r, struct text *t)
{
	if (!r || !r->value)
		return;
	text_str(t, r->value);
	if (say_details[r->bRequest]) {
		text_char(t, ':');
		say_details[r->bRequest](t, s);
	}
}

static void decode(const struct decode_ctx *c, const struct xfer *x, struct emit *e)
{
	struct usb_setup s = usb_setup_parse(x->setup);
	bool standard = setup_request_type(s.bmRequestType) == REQUEST_STANDARD;
	const struct request *r = standard ? request_standard(s.bRequest) : NULL;
	char words[128];
	struct text t;

	(void)c;
	emit_open(e,
		&(struct field){
			.key = "setup",
			.text = x->flags & XFER_SETUP_INFERRED ? "rebuilt from the URB function: "
								 "not on the bus in this form"
							       : NULL,
			.off = 0,
			.len = 8,
			.in = FIELD_IN_SETUP,
		});
	request_type_fields(e, s.bmRequestType);
	text_init(&t, words, sizeof(words));
	if (r)
		text_printf(&t, "%s (%s)", r->name, r->section);
	setup_field(e, "bRequest", s.bRequest, r ? words : NULL, 1, 1, SHOW_PLAIN);
	text_init(&t, words, sizeof(words));
	value_text(&s, r, &t);
	setup_field(e, "wValue", s.wValue, t.len ? words : NULL, 2, 2, SHOW_HEX4);
	setup_field(e, "wIndex", s.wIndex, r ? r->index : NULL, 4, 2, SHOW_HEX4);
	setup_field(e, "wLength", s.wLength, NULL, 6, 2, SHOW_PLAIN);
	emit_close(e);
}

const struct decoder decoder_control = {
	.name = "control",
	.summary = "control transfers and standard requests (USB 2.0 chapter 9)",
	.match = match,
	.info = info,
	.decode = decode,
};
