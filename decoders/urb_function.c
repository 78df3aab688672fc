/* urb_function.c: what Windows drivers ask their USB stack for besides transfers: URB functions
 * without setup or data, as USBPcap records them (usb/urb_function.h). */
#include "decoders/decoder.h"
#include "usb/urb_function.h"

#include <string.h>

static const char prefix[] = "URB_FUNCTION_";

static bool match(const struct decode_ctx *c, const struct xfer *x)
{
	(void)c;
	return x->type == USB_REQUEST && x->flags & XFER_HAS_FUNCTION;
}

/* The name without its prefix, or the number. */
static void say_function(struct text *t, uint16_t number, const struct urb_function *f)
{
	if (f) {
		text_str(t, f->name + strlen(prefix));
	} else {
		text_str(t, prefix);
		text_hex(t, number, 4);
	}
}

static void info(const struct decode_ctx *c, const struct xfer *x, struct text *t)
{
	(void)c;
	say_function(t, x->function, urb_function_find(x->function));
	if (x->endpoint == USB_NO_ENDPOINT)
		return;
	text_str(t, " endpoint ");
	text_u64(t, x->endpoint);
	if (x->dir == USB_DIR_UNKNOWN)
		return;
	text_char(t, ' ');
	text_str(t, usb_dir_name(x->dir));
}

static void decode(const struct decode_ctx *c, const struct xfer *x, struct emit *e)
{
	const struct urb_function *f = urb_function_find(x->function);

	(void)c;
	emit_field(e, &(struct field){
			      .key = "function",
			      .value = value_uint(x->function),
			      .text = f ? f->meaning : "not a function that Windows documents",
			      .show = SHOW_HEX4,
		      });
}

const struct decoder decoder_urb_function = {
	.name = "urb",
	.summary = "what a Windows driver asks of the USB stack: abort or reset a pipe, streams",
	.match = match,
	.info = info,
	.decode = decode,
};
