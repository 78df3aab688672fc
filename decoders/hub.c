/* hub.c: hubs (USB 2.0 chapter 11, USB 3.2 chapter 10): their class requests, and the bitmap of
 * their status change endpoint. What hubs tell of the devices at their ports is model/ports.c's. */
#include "base/cursor.h"
#include "base/mem.h"
#include "decoders/control.h"
#include "usb/hub.h"
#include "usb/request.h"

enum { CLASS_HUB = 9, PROTOCOL_SUPER = 3 /* USB 3.2 10.15.1 */ };

/* GET_STATUS of a port: what wValue asks for (USB 3.2 10.16.2.6). */
enum { PORT_STATUS, PD_STATUS, EXT_PORT_STATUS };

/* ---- what is known of the hub ------------------------------------------------------- */

/* How it lays out the status of its ports: by its hub descriptor, its device descriptor, its speed.
 */
static enum hub_layout layout_known(const struct decode_ctx *c, const struct pipe *p)
{
	if (!p)
		return HUB_LAYOUT_UNKNOWN;
	if (devices_fact(c->devices, p->instance, p->version, DESC_SS_HUB, 0, FACT_ANY))
		return HUB_LAYOUT_SUPER;
	if (devices_fact(c->devices, p->instance, p->version, DESC_HUB, 0, FACT_ANY))
		return HUB_LAYOUT_USB2;
	if (p->flags & PIPE_IDS && p->bDeviceClass == CLASS_HUB)
		return p->bDeviceProtocol == PROTOCOL_SUPER ? HUB_LAYOUT_SUPER : HUB_LAYOUT_USB2;
	if (p->speed != USB_SPEED_UNKNOWN)
		return p->speed >= USB_SUPER ? HUB_LAYOUT_SUPER : HUB_LAYOUT_USB2;
	return HUB_LAYOUT_UNKNOWN;
}

static enum hub_layout layout_of(const struct control_job *j)
{
	enum hub_layout l = layout_known(j->c, j->pipe);

	if (l != HUB_LAYOUT_UNKNOWN || j->x->data.kept < 2)
		return l;
	return hub_layout_of_status(le16(j->x->data.data));
}

static bool is_port(const struct control_job *j)
{
	return setup_recipient(j->s.bmRequestType) == 3;
}

/* ---- the requests in words ---------------------------------------------------------- */

/* The port stands in the lower byte of wIndex, what else a feature takes in the upper one (USB 2.0
 * 11.24.2.13). */
static void say_port(const struct control_job *j, struct text *t)
{
	if (!is_port(j) || j->of_value)
		return;
	text_str(t, " port ");
	text_u64(t, j->s.wIndex & 0xff);
}

static void say_status(const struct control_job *j, struct text *t)
{
	static const char *const kind[] = {"", " PD status", " extended"};

	if (!is_port(j)) { /* unlike the standard request of that name */
		text_str(t, j->of_value ? "" : " hub");
		return;
	}
	say_port(j, t);
	if (j->s.wValue < ARRAY_LEN(kind)) {
		text_str(t, kind[j->s.wValue]);
	} else {
		text_str(t, " type ");
		text_u64(t, j->s.wValue);
	}
}

/* Inactivity timers (USB 3.2 10.16.2.10): units of 1 and 256 µs. 0: the port neither asks for the
 * state nor accepts it; 255: it accepts, but never asks. */
static void say_timeout(struct text *t, uint8_t selector, unsigned unit)
{
	text_char(t, ' ');
	if (!selector) {
		text_str(t, "off");
	} else if (selector == 0xff) {
		text_str(t, "device initiated only");
	} else {
		text_u64(t, (uint64_t)selector * unit);
		text_str(t, " µs");
	}
}

static void say_wake_mask(struct text *t, uint8_t selector)
{
	static const char *const on[] = {"connect", "disconnect", "over-current"};
	bool any = false;

	for (size_t i = 0; i < ARRAY_LEN(on); i++) {
		if (!(selector >> i & 1))
			continue;
		text_str(t, any ? ", " : " ");
		text_str(t, on[i]);
		any = true;
	}
	text_str(t, any ? "" : " none");
}

/* What the upper byte of wIndex means to a feature. */
static void say_selector(const struct control_job *j, struct text *t)
{
	uint8_t selector = (uint8_t)(j->s.wIndex >> 8);
	const char *name = j->s.wValue == PORT_TEST	    ? test_mode_name(selector)
			   : j->s.wValue == PORT_INDICATOR  ? hub_indicator_name(selector)
			   : j->s.wValue == PORT_LINK_STATE ? hub_link_state_name(selector)
							    : NULL;

	if (j->s.bRequest != HUB_SET_FEATURE || j->of_value)
		return;
	if (name) {
		text_char(t, ' ');
		text_str(t, name);
	} else if (j->s.wValue == PORT_U1_TIMEOUT) {
		say_timeout(t, selector, 1);
	} else if (j->s.wValue == PORT_U2_TIMEOUT) {
		say_timeout(t, selector, 256);
	} else if (j->s.wValue == PORT_REMOTE_WAKE_MASK) {
		say_wake_mask(t, selector);
	} else if (selector) {
		text_str(t, " selector ");
		text_hex(t, selector, 2);
	}
}

static void say_feature(const struct control_job *j, struct text *t)
{
	const char *name = hub_feature_name(layout_known(j->c, j->pipe), is_port(j), j->s.wValue);

	text_char(t, ' ');
	if (name)
		text_str(t, name);
	else
		text_hex(t, j->s.wValue, 4);
	say_port(j, t);
	if (is_port(j))
		say_selector(j, t);
}

/* wValue of CLEAR_TT_BUFFER (USB 2.0 11.24.2.3): the endpoint whose buffer it is. */
static void say_tt_buffer(const struct control_job *j, struct text *t)
{
	static const char *const type[] = {"control", "isochronous", "bulk", "interrupt"};
	uint16_t v = j->s.wValue;

	text_str(t, " device ");
	text_u64(t, v >> 4 & 0x7f);
	text_str(t, " endpoint ");
	text_u64(t, v & 15);
	if (v >> 11 & 3)
		text_str(t, v & 0x8000 ? " in" : " out");
	text_char(t, ' ');
	text_str(t, type[v >> 11 & 3]);
	say_port(j, t);
}

/* ---- status: words and fields ------------------------------------------------------- */

static void say_bit(struct text *t, const struct hub_bit *b, uint16_t word, bool *any)
{
	unsigned value = word >> b->bit & ((1u << b->bits) - 1);
	const char *say = b->name ? (value < b->names ? b->name[value] : "reserved")
			  : value ? b->set
				  : b->clear;

	if (!say || (word & b->needs) != b->needs)
		return;
	text_str(t, *any ? ", " : "");
	text_str(t, say);
	*any = true;
}

static void say_word(struct text *t, const struct hub_word *w, uint16_t word, bool *any)
{
	for (size_t i = 0; i < w->n; i++)
		say_bit(t, &w->bit[i], word, any);
}

/* "connected, enabled, high speed, powered; changed: connection" */
static void say_words(const struct control_job *j, struct text *t, const struct hub_word *status,
	const struct hub_word *change)
{
	const struct span *d = &j->x->data;
	bool any = false;

	if (d->kept < 2)
		return;
	say_word(t, status, le16(d->data), &any);
	if (d->kept < 4 || !le16(d->data + 2))
		return;
	text_str(t, any ? "; changed: " : "changed: ");
	any = false;
	say_word(t, change, le16(d->data + 2), &any);
	if (!any)
		text_hex(t, le16(d->data + 2), 4);
}

static void answer_port(const struct control_job *j, struct text *t)
{
	enum hub_layout l = layout_of(j);

	if (j->s.wValue == PORT_STATUS || j->s.wValue == EXT_PORT_STATUS)
		say_words(j, t, hub_port_status(l), hub_port_change(l));
}

static void answer_hub(const struct control_job *j, struct text *t)
{
	say_words(j, t, &hub_status, &hub_change);
}

static void answer_errors(const struct control_job *j, struct text *t)
{
	if (j->x->data.kept < 2)
		return;
	text_u64(t, le16(j->x->data.data));
	text_str(t, " link errors");
}

static void emit_bit(
	struct emit *e, const struct hub_bit *b, uint32_t word, uint32_t off, uint32_t len)
{
	unsigned value = word >> b->bit & ((1u << b->bits) - 1);
	bool holds = (word & b->needs) == b->needs;
	const char *text = b->name ? (value < b->names ? b->name[value] : "reserved")
			   : value ? b->set
				   : b->clear;

	emit_field(e, &(struct field){
			      .key = b->key,
			      .value = value_uint(value),
			      .text = holds ? text : NULL,
			      .off = off,
			      .len = len,
			      .bit = b->bit,
			      .bits = b->bits,
			      .verdict = holds && b->name && value >= b->names ? VERDICT_INVALID
									       : VERDICT_NONE,
		      });
}

/* A number that is not all at hand: cut by the capture, or not sent. */
static bool is_missing(
	const struct control_job *j, struct emit *e, const char *key, uint32_t off, uint32_t len)
{
	const struct span *d = &j->x->data;

	if (off + len <= d->kept)
		return false;
	emit_field(e, &(struct field){
			      .key = key,
			      .off = d->kept, /* where the data ends */
			      .verdict = d->kept < d->total ? VERDICT_SNAPPED : VERDICT_SHORT,
		      });
	return true;
}

static void emit_word(
	const struct control_job *j, struct emit *e, const struct hub_word *w, uint32_t off)
{
	uint16_t word, reserved;

	if (is_missing(j, e, w->key, off, 2))
		return;
	word = le16(j->x->data.data + off);
	reserved = word & w->reserved;
	emit_open(e, &(struct field){
			     .key = w->key,
			     .value = value_uint(word),
			     .text = reserved ? "reserved bits are set" : NULL,
			     .off = off,
			     .len = 2,
			     .show = SHOW_HEX4,
			     .verdict = reserved ? VERDICT_INVALID : VERDICT_NONE,
		     });
	for (size_t i = 0; i < w->n; i++)
		emit_bit(e, &w->bit[i], word, off, 2);
	emit_close(e);
}

static void fields_port(const struct control_job *j, struct emit *e)
{
	enum hub_layout l = layout_of(j);
	uint32_t ext;

	if (j->s.wValue != PORT_STATUS && j->s.wValue != EXT_PORT_STATUS)
		return;
	emit_word(j, e, hub_port_status(l), 0);
	emit_word(j, e, hub_port_change(l), 2);
	if (j->s.wValue != EXT_PORT_STATUS || is_missing(j, e, "dwExtPortStatus", 4, 4))
		return;
	ext = le32(j->x->data.data + 4);
	emit_open(e, &(struct field){
			     .key = "dwExtPortStatus",
			     .value = value_uint(ext),
			     .off = 4,
			     .len = 4,
			     .show = SHOW_HEX8,
		     });
	for (size_t i = 0; i < hub_ext_status_n; i++)
		emit_bit(e, &hub_ext_status[i], ext, 4, 4);
	emit_close(e);
}

static void fields_hub(const struct control_job *j, struct emit *e)
{
	emit_word(j, e, &hub_status, 0);
	emit_word(j, e, &hub_change, 2);
}

static void fields_errors(const struct control_job *j, struct emit *e)
{
	control_field(j, e, "link_error_count", 0, 2, NULL, SHOW_PLAIN);
}

static const struct control_request requests[] = {
	CONTROL_REQUEST(0xa0, HUB_GET_STATUS, "GET_STATUS", "USB 2.0 11.24.2.6", NULL, NULL,
		say_status, answer_hub, fields_hub),
	CONTROL_REQUEST(HUB_PORT_IN, HUB_GET_STATUS, "GET_STATUS", "USB 2.0 11.24.2.7",
		"status type", "port", say_status, answer_port, fields_port),
	CONTROL_REQUEST(0x20, HUB_CLEAR_FEATURE, "CLEAR_FEATURE", "USB 2.0 11.24.2.1",
		"feature selector", NULL, say_feature),
	CONTROL_REQUEST(HUB_PORT_OUT, HUB_CLEAR_FEATURE, "CLEAR_FEATURE", "USB 2.0 11.24.2.2",
		"feature selector", "port", say_feature),
	CONTROL_REQUEST(
		HUB_PORT_IN, HUB_GET_STATE, "GET_STATE", "USB 1.1 11.16.2", NULL, "port", say_port),
	CONTROL_REQUEST(0x20, HUB_SET_FEATURE, "SET_FEATURE", "USB 2.0 11.24.2.12",
		"feature selector", NULL, say_feature),
	CONTROL_REQUEST(HUB_PORT_OUT, HUB_SET_FEATURE, "SET_FEATURE", "USB 2.0 11.24.2.13",
		"feature selector", "port and selector", say_feature),
	CONTROL_REQUEST(0xa0, HUB_GET_DESCRIPTOR, "GET_DESCRIPTOR", "USB 2.0 11.24.2.5",
		"descriptor type and index", NULL, control_say_descriptor,
		control_answer_descriptor, control_fields_descriptor),
	CONTROL_REQUEST(0x20, HUB_SET_DESCRIPTOR, "SET_DESCRIPTOR", "USB 2.0 11.24.2.10",
		"descriptor type and index", NULL, control_say_descriptor, NULL,
		control_fields_descriptor),
	CONTROL_REQUEST(HUB_PORT_OUT, HUB_CLEAR_TT_BUFFER, "CLEAR_TT_BUFFER", "USB 2.0 11.24.2.3",
		"endpoint of the buffer", "port of the translator", say_tt_buffer),
	CONTROL_REQUEST(HUB_PORT_OUT, HUB_RESET_TT, "RESET_TT", "USB 2.0 11.24.2.9", NULL,
		"port of the translator", say_port),
	CONTROL_REQUEST(HUB_PORT_IN, HUB_GET_TT_STATE, "GET_TT_STATE", "USB 2.0 11.24.2.8", "flags",
		"port of the translator", say_port),
	CONTROL_REQUEST(HUB_PORT_OUT, HUB_STOP_TT, "STOP_TT", "USB 2.0 11.24.2.11", NULL,
		"port of the translator", say_port),
	CONTROL_REQUEST(0x20, HUB_SET_DEPTH, "SET_HUB_DEPTH", "USB 3.2 10.16.2.9", "hubs above it",
		NULL, control_say_value),
	CONTROL_REQUEST(HUB_PORT_IN, HUB_GET_PORT_ERR_COUNT, "GET_PORT_ERR_COUNT",
		"USB 3.2 10.16.2.5", NULL, "port", say_port, answer_errors, fields_errors),
};

static const struct control_table table = CONTROL_TABLE(requests);

/* ---- status changes: the interrupt endpoint ----------------------------------------- */

/* Bit 0 is the hub, bit n port n; bytes as needed for all ports (USB 2.0 11.12.4, 7.1). */
enum { BITMAP_BYTES = 255 / 8 + 1 };

static bool is_change(const struct xfer *x)
{
	return x->type == USB_INTERRUPT && x->dir == USB_IN;
}

static bool bit_of(const struct span *d, unsigned n)
{
	return n / 8 < d->kept && d->data[n / 8] >> n % 8 & 1;
}

/* Ports of the hub by its descriptor; 0: not known. */
static unsigned ports_of(const struct decode_ctx *c, const struct xfer *x)
{
	const struct pipe *p = c->devices && x->pipe ? devices_get_pipe(c->devices, x->pipe) : NULL;
	static const uint8_t type[] = {DESC_HUB, DESC_SS_HUB};

	for (size_t i = 0; p && i < ARRAY_LEN(type); i++) {
		const struct fact *f =
			devices_fact(c->devices, p->instance, p->version, type[i], 0, FACT_ANY);

		if (f && f->len > 2)
			return f->data[2];
	}
	return 0;
}

/* No descriptor says that the endpoint is a hub's: requests made of the device do. */
static bool is_inferred(const struct decode_ctx *c, const struct xfer *x)
{
	const struct pipe *p = c->devices && x->pipe ? devices_get_pipe(c->devices, x->pipe) : NULL;

	return p && !(p->flags & PIPE_DESCRIBED) && !ports_of(c, x) &&
	       !(p->flags & PIPE_IDS && p->bDeviceClass == CLASS_HUB);
}

static void info_change(const struct decode_ctx *c, const struct xfer *x, struct text *t)
{
	const struct span *d = &x->data;
	bool any = false;

	if (x->status != STATUS_OK || !d->kept)
		return;
	if (d->kept > BITMAP_BYTES) {
		raw_misfit(t, x, "longer than a status change bitmap");
		return;
	}
	text_str(t, is_inferred(c, x) ? "~status change:" : "status change:");
	if (bit_of(d, 0))
		text_str(t, " hub");
	for (unsigned n = 1; n < d->kept * 8; n++) {
		if (!bit_of(d, n))
			continue;
		text_str(t, any ? ", " : bit_of(d, 0) ? ", port " : " port ");
		text_u64(t, n);
		any = true;
	}
	text_str(t, any || bit_of(d, 0) ? "" : " none");
}

static void emit_change_bit(struct emit *e, unsigned n, unsigned ports)
{
	emit_field(e, &(struct field){
			      .key = n ? "port" : "hub",
			      .value = value_uint(n ? n : 1),
			      .text = ports && n > ports ? "the hub has no such port" : "changed",
			      .off = n / 8,
			      .len = 1,
			      .verdict = ports && n > ports ? VERDICT_INVALID : VERDICT_NONE,
		      });
}

static void decode_change(const struct decode_ctx *c, const struct xfer *x, struct emit *e)
{
	const struct span *d = &x->data;
	unsigned ports = ports_of(c, x);
	struct value bitmap = value_bytes(d->data, d->kept);

	bitmap.inferred = is_inferred(c, x);
	if (!d->kept)
		return;
	if (d->kept > BITMAP_BYTES) {
		raw_misfit_field(e, x, "longer than a status change bitmap");
		return;
	}
	emit_open(e,
		&(struct field){
			.key = "status_change",
			.value = bitmap,
			.text = bitmap.inferred ? "a hub's, as it takes requests to ports" : NULL,
			.len = d->kept,
			.verdict = d->kept < d->total ? VERDICT_SNAPPED : VERDICT_NONE,
		});
	for (unsigned n = 0; n < d->kept * 8; n++)
		if (bit_of(d, n))
			emit_change_bit(e, n, ports);
	emit_close(e);
}

/* ---- the decoder -------------------------------------------------------------------- */

/* Nothing but hubs takes class requests with recipient other; and hub descriptors are asked for in
 * a way of their own. */
static bool sniff(const struct xfer *x)
{
	struct usb_setup s = usb_setup_parse(x->setup);

	if (x->type != USB_CONTROL || !(x->flags & XFER_HAS_SETUP))
		return false;
	if (s.bmRequestType == HUB_PORT_IN || s.bmRequestType == HUB_PORT_OUT)
		return s.bRequest <= HUB_GET_PORT_ERR_COUNT;
	return s.bmRequestType == 0xa0 && s.bRequest == HUB_GET_DESCRIPTOR &&
	       (s.wValue >> 8 == DESC_HUB || s.wValue >> 8 == DESC_SS_HUB);
}

static bool match(const struct decode_ctx *c, const struct xfer *x)
{
	(void)c;
	return is_change(x) || control_is_of(&table, x);
}

static void info(const struct decode_ctx *c, const struct xfer *x, struct text *t)
{
	if (x->type == USB_CONTROL)
		control_info_of(&table, c, x, t);
	else
		info_change(c, x, t);
}

static void decode(const struct decode_ctx *c, const struct xfer *x, struct emit *e)
{
	struct control_job j;

	if (x->type != USB_CONTROL) {
		decode_change(c, x, e);
		return;
	}
	control_job_init(&j, c, x, &table);
	control_decode(&j, e);
	if (j.s.bRequest == HUB_SET_FEATURE || j.s.bRequest == HUB_CLEAR_FEATURE)
		control_setup_field(e, "feature", j.s.wValue,
			hub_feature_name(layout_known(c, j.pipe), is_port(&j), j.s.wValue), 2, 2,
			SHOW_PLAIN);
	if (is_port(&j))
		control_setup_field(e, "port", j.s.wIndex & 0xff, NULL, 4, 1, SHOW_PLAIN);
}

static const struct bind_rule binds[] = {
	{BIND_DEVICE, CLASS_HUB, BIND_ANY, BIND_ANY},
	{BIND_INTERFACE, CLASS_HUB, BIND_ANY, BIND_ANY},
	{0},
};

static const struct decode_key keys[] = {
	{"hub.port", "port", VAL_UINT, "port that is asked, or whose status changed"},
	{"hub.feature", "feature", VAL_UINT, "feature selector that is set or cleared"},
	{"hub.port_status", "wPortStatus", VAL_UINT, "wPortStatus"},
	{"hub.port_change", "wPortChange", VAL_UINT, "wPortChange"},
	{"hub.connected", "PORT_CONNECTION", VAL_UINT, "something is connected to the port"},
	{"hub.enabled", "PORT_ENABLE", VAL_UINT, "the port is enabled"},
	{"hub.link_state", "PORT_LINK_STATE", VAL_UINT, "link state of a SuperSpeed port"},
	{"hub.status", "wHubStatus", VAL_UINT, "wHubStatus"},
	{"hub.change", "wHubChange", VAL_UINT, "wHubChange"},
	{0},
};

const struct decoder decoder_hub = {
	.name = "hub",
	.summary = "hubs (USB 2.0 chapter 11, USB 3.2 chapter 10)",
	.binds = binds,
	.whole_device = true,
	.sniff = sniff,
	.sniff_binds = USB_INTERRUPT,
	.match = match,
	.info = info,
	.decode = decode,
	.keys = keys,
};
