/* columns_card.c: what `show` tells of one transfer: a line for each property. */
#include "analysis/bus_speed.h"
#include "analysis/columns_impl.h"
#include "base/mem.h"
#include "usb/desc.h"
#include "usb/status.h"
#include "usb/urb_flags.h"

static void get_began(const void *row, struct value *v)
{
	char iso[TIME_ISO_MAX];
	struct text t = text_in(v);
	char d[FMT_MAX];

	text_mem(&t, d, fmt_seconds(d, X(row)->begin, 9));
	text_str(&t, " s");
	if (has_date(X(row)->capture)) {
		time_iso8601(iso, model_start(ROW(row)->model) + X(row)->begin);
		text_str(&t, "  ");
		text_mem(&t, iso, 26);
		text_char(&t, 'Z');
	}
	take_text(v, &t);
}

static void get_record_range(const void *row, struct value *v)
{
	const struct xfer *x = X(row);
	struct text t = text_in(v);

	text_u64(&t, x->first);
	if (x->last != x->first) {
		text_str(&t, x->records > 2 ? " … " : ", ");
		text_u64(&t, x->last);
	}
	text_str(&t, capture_is_bus(x->capture) ? "" /* packets are neither */
		     : x->seen == SEEN_SUBMIT	? " (submission only)"
		     : x->seen == SEEN_COMPLETE ? " (completion only)"
						: "");
	take_text(v, &t);
}

static bool has_inferred_speed(const void *row)
{
	const struct xfer *x = X(row);
	const struct instance *i =
		x->instance ? devices_get_instance(model_devices(ROW(row)->model), x->instance)
			    : NULL;

	return i && speed_is_inferred((enum speed_from)i->speed_from);
}

static void get_device(const void *row, struct value *v)
{
	const struct xfer *x = X(row);
	struct text t = text_in(v);

	if (x->bus != USB_NO_BUS) {
		text_str(&t, "bus ");
		text_u64(&t, x->bus);
		text_str(&t, ", ");
	}
	text_str(&t, "address ");
	if (x->device == USB_NO_DEVICE)
		text_char(&t, '?');
	else
		text_u64(&t, x->device);
	if (x->speed != USB_SPEED_UNKNOWN) {
		text_str(&t, has_inferred_speed(row) ? ", ~" : ", ");
		text_str(&t, usb_speed_words(x->speed));
	}
	take_text(v, &t);
}

/* What is known of the device, as of then: its ids and product. */
static const struct pipe *pipe_of(const void *row)
{
	return X(row)->pipe ? devices_get_pipe(model_devices(ROW(row)->model), X(row)->pipe) : NULL;
}

static void get_product(const void *row, struct value *v)
{
	const struct devices *d = model_devices(ROW(row)->model);
	const struct pipe *p = pipe_of(row);
	const struct fact *f;
	struct desc_device dev;
	struct text t = text_in(v), name;
	char own[sizeof(v->room) - 24]; /* beside ids, quotes and an ellipsis */

	if (!p || !(p->flags & PIPE_IDS))
		return;
	text_printf(&t, "%04x:%04x", p->idVendor, p->idProduct);
	f = devices_fact(d, p->instance, p->version, DESC_DEVICE, 0, FACT_ANY);
	text_init(&name, own, sizeof(own));
	if (f && desc_device_parse(&dev, f->data, f->len) &&
		devices_string(d, p->instance, p->version, dev.iProduct, &name)) {
		while (name.len && !own[name.len - 1]) /* some fill up with NULs */
			name.len--;
		text_str(&t, " \"");
		text_untrusted(&t, own, name.len);
		text_str(&t, name.cut ? "…\"" : "\"");
	} else if (ids_product(ROW(row)->decode.ids, p->idVendor, p->idProduct)) {
		text_char(&t, ' ');
		text_str(&t, ids_product(ROW(row)->decode.ids, p->idVendor, p->idProduct));
	}
	take_text(v, &t);
}

static void get_interface(const void *row, struct value *v)
{
	const struct pipe *p = pipe_of(row);
	const char *name;
	struct text t = text_in(v);

	if (!p || !(p->flags & PIPE_DESCRIBED))
		return;
	name = desc_function_name(ROW(row)->decode.ids, p->bInterfaceClass, p->bInterfaceSubClass,
		p->bInterfaceProtocol);
	text_str(&t, p->flags & PIPE_INFERRED ? "~" : "");
	text_u64(&t, p->interface);
	if (p->alternate) {
		text_str(&t, " alternate ");
		text_u64(&t, p->alternate);
	}
	text_str(&t, ": ");
	text_str(&t, name ? name : "unknown class");
	take_text(v, &t);
}

static void get_packet(const void *row, struct value *v)
{
	const struct pipe *p = pipe_of(row);
	struct desc_endpoint e;
	struct text t = text_in(v);
	enum usb_speed speed;
	bool inferred;

	if (!p || !(p->flags & PIPE_DESCRIBED))
		return;
	e.wMaxPacketSize = p->wMaxPacketSize;
	text_u64(&t, desc_endpoint_packet(&e));
	text_str(&t, desc_endpoint_packet(&e) == 1 ? " byte" : " bytes");
	if (desc_endpoint_transactions(&e) > 1)
		text_printf(&t, ", %u in a microframe", desc_endpoint_transactions(&e));
	if (p->type == USB_INTERRUPT || p->type == USB_ISOCHRONOUS) {
		speed = bus_speed(model_devices(ROW(row)->model), p->instance, &inferred);
		text_str(&t, inferred && speed != USB_SPEED_UNKNOWN ? ", every ~" : ", every ");
		desc_interval_text(&t, speed, (enum usb_type)p->type, p->bInterval);
	}
	take_text(v, &t);
}

static void get_endpoint(const void *row, struct value *v)
{
	const struct xfer *x = X(row);
	struct text t = text_in(v);

	if (x->endpoint == USB_NO_ENDPOINT)
		text_char(&t, '?');
	else
		text_u64(&t, x->endpoint);
	if (x->dir != USB_DIR_UNKNOWN) {
		text_char(&t, ' ');
		text_str(&t, usb_dir_name(x->dir));
	}
	text_str(&t, ", ");
	text_str(&t, usb_type_name(x->type));
	take_text(v, &t);
}

static void say_bytes(struct value *v, int64_t n, const char *more)
{
	struct text t = text_in(v);

	text_i64(&t, n);
	text_str(&t, n == 1 ? " byte" : " bytes");
	text_str(&t, more);
	take_text(v, &t);
}

static void get_asked(const void *row, struct value *v)
{
	if (X(row)->req_len != XFER_UNKNOWN)
		say_bytes(v, X(row)->req_len, "");
}

static void get_got(const void *row, struct value *v)
{
	const struct xfer *x = X(row);

	if (x->len != XFER_UNKNOWN && x->dir != USB_OUT)
		say_bytes(
			v, x->len, x->flags & XFER_SHORT ? " (short: the device had no more)" : "");
}

static void get_sent(const void *row, struct value *v)
{
	if (X(row)->len != XFER_UNKNOWN && X(row)->dir == USB_OUT)
		say_bytes(v, X(row)->len, "");
}

static void get_captured(const void *row, struct value *v)
{
	const struct xfer *x = X(row);
	struct text t = text_in(v);

	if (x->data.captured >= x->data.total)
		return;
	text_u64(&t, x->data.captured);
	text_str(&t, " of ");
	text_u64(&t, x->data.total);
	text_str(&t, " bytes (the capture cut it)");
	take_text(v, &t);
	v->tone = TONE_WARN;
}

/* "stall  -EPIPE (-32)" */
static void get_result(const void *row, struct value *v)
{
	const struct xfer *x = X(row);
	const struct status_code *c = status_lookup(x->os, x->raw_status);
	struct text t = text_in(v);

	text_str(&t, x->status == STATUS_UNKNOWN ? "not recorded by this kind of capture"
						 : status_name(x->status));
	if (x->flags & XFER_LOST_COMPLETION)
		text_str(&t, " (completion lost)");
	if (x->flags & XFER_HAS_STATUS && x->status != STATUS_OK) {
		text_str(&t, "  ");
		text_str(&t, c ? c->name : "not a known number of this system");
		text_str(&t, " (");
		if (x->os == USB_OS_LINUX)
			text_i64(&t, x->raw_status);
		else
			text_hex(&t, (uint32_t)x->raw_status, 8);
		text_char(&t, ')');
	}
	take_text(v, &t);
	v->inferred = x->status == STATUS_OK && capture_lacks_empty(x->capture);
	v->tone = status_is_error(x->status) ? TONE_BAD : TONE_NONE;
}

/* The words of the status table, for anything but success. */
static const struct status_code *code_of(const void *row)
{
	const struct xfer *x = X(row);

	if (capture_is_bus(x->capture))
		return status_on_bus((enum status)x->status, (enum usb_type)x->type);
	if (!(x->flags & XFER_HAS_STATUS) || x->status == STATUS_OK)
		return NULL;
	return x->capture == CAPTURE_QEMU
		       ? status_of_qemu(x->raw_status)
		       : status_explain(x->os, x->raw_status, (enum usb_type)x->type,
				 x->ended == END_REFUSED);
}

static void get_meaning(const void *row, struct value *v)
{
	const struct status_code *c = code_of(row);

	*v = value_name(c ? c->meaning : NULL);
}

static void get_happened(const void *row, struct value *v)
{
	const struct status_code *c = code_of(row);

	*v = value_name(c ? c->happened : NULL);
}

static void get_advice(const void *row, struct value *v)
{
	const struct status_code *c = code_of(row);

	*v = value_name(c ? c->advice : NULL);
}

static void get_ended(const void *row, struct value *v)
{
	*v = value_name(xfer_end_name(X(row)->ended));
}

static void get_urb(const void *row, struct value *v)
{
	if (X(row)->urb)
		*v = value_uint(X(row)->urb);
}

static void get_flags(const void *row, struct value *v)
{
	struct text t = text_in(v);

	if (!(X(row)->flags & XFER_HAS_FLAGS))
		return;
	urb_flags_text(&t, X(row)->os, X(row)->transfer_flags);
	take_text(v, &t);
}

/* Linux counts frames at low and full speed, microframes above (include/linux/usb.h); FreeBSD
 * milliseconds. */
static void get_interval(const void *row, struct value *v)
{
	static const char *const unit[][2] = {{" frame or microframe", " frames or microframes"},
		{" frame", " frames"}, {" microframe", " microframes"}};
	const struct xfer *x = X(row);
	struct text t = text_in(v);

	if (!(x->flags & XFER_HAS_INTERVAL))
		return;
	text_i64(&t, x->interval);
	text_str(&t, x->os != USB_OS_LINUX ? " ms"
					   : unit[(x->speed > USB_SPEED_UNKNOWN) +
						     (x->speed > USB_FULL)][x->interval != 1]);
	take_text(v, &t);
}

static void get_start_frame(const void *row, struct value *v)
{
	if (X(row)->flags & XFER_HAS_FRAME)
		*v = value_int(X(row)->start_frame);
}

static void get_iso(const void *row, struct value *v)
{
	const struct xfer *x = X(row);
	struct iso_sum s;
	struct text t = text_in(v);
	bool counted = x->iso.complete && (x->iso.present || x->iso.layout == ISO_WIRE);

	if (x->type != USB_ISOCHRONOUS || !x->iso.packets)
		return;
	s = xfer_iso_sum(x);
	text_u64(&t, s.packets);
	if (x->iso.complete && x->iso.table && x->iso.present < x->iso.packets)
		text_printf(&t, ", %u recorded", x->iso.present);
	if (s.judged)
		text_printf(&t, " (%u missed, %u failed", s.missed, s.errors);
	if (counted && s.sized)
		text_printf(&t, s.judged ? ", %u empty" : " (%u empty", s.empty);
	if (s.cancelled)
		text_printf(&t, ", %u cancelled before their turn", s.cancelled);
	if (s.judged || (counted && s.sized))
		text_char(&t, ')');
	take_text(v, &t);
}

static const struct column card_text[] = {
	{.title = "transfer", .get = xfer_get_id},
	{.title = "meaning", .get = xfer_get_info},
	{.title = "began", .get = get_began},
	{.title = "took", .get = xfer_get_duration, .show = SHOW_DURATION},
	{.title = "records", .get = get_record_range},
	{.title = "device", .get = get_device},
	{.title = "product", .get = get_product},
	{.title = "interface", .get = get_interface},
	{.title = "endpoint", .get = get_endpoint},
	{.title = "packets of", .get = get_packet},
	{.title = "status", .get = get_result},
	{.title = "that is", .get = get_meaning},
	{.title = "happened", .get = get_happened},
	{.title = "advice", .get = get_advice},
	{.title = "ended", .get = get_ended},
	{.title = "asked", .get = get_asked},
	{.title = "got", .get = get_got},
	{.title = "sent", .get = get_sent},
	{.title = "captured", .get = get_captured},
	{.title = "packets", .get = get_iso},
	{.title = "start frame", .get = get_start_frame},
	{.title = "interval", .get = get_interval},
	{.title = "URB", .get = get_urb, .show = SHOW_HEX8},
	{.title = "URB flags", .get = get_flags},
};

size_t columns_of_xfer_card(struct column *cols)
{
	size_t n = copy_columns(cols, card_text, ARRAY_LEN(card_text));

	return n + json_of_xfers(cols + n);
}
