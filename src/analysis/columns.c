/* columns.c: the columns of lists. */
#include "analysis/columns.h"
#include "base/mem.h"
#include "usb/desc.h"
#include "usb/status.h"
#include "usb/urb_flags.h"

#include <string.h>
#include <time.h>

#define ROW(p) ((struct row *)(uintptr_t)(p)) /* the row caches what it computes */
#define X(p)   (ROW(p)->x)

void time_iso8601(char dst[TIME_ISO_MAX], int64_t ns)
{
	int64_t frac = ns % 1000000000;
	time_t s = (time_t)(ns / 1000000000 - (frac < 0));
	struct tm tm;
	size_t n;

	if (frac < 0)
		frac += 1000000000;
	gmtime_r(&s, &tm);
	n = strftime(dst, TIME_ISO_MAX, "%Y-%m-%dT%H:%M:%S", &tm);
	if (n + 12 > TIME_ISO_MAX)
		n = 0;
	dst[n] = '.';
	for (int i = 9; i > 0; i--, frac /= 10)
		dst[n + (size_t)i] = (char)('0' + frac % 10);
	strcpy(dst + n + 10, "Z");
}

/* ---- building text in a value's own room -------------------------------------------- */

static struct text text_in(struct value *v)
{
	struct text t;

	text_init(&t, v->room, sizeof(v->room));
	return t;
}

static void take_text(struct value *v, const struct text *t)
{
	v->type = VAL_TEXT;
	v->trusted = true;
	v->s = v->room;
	v->n = (uint32_t)t->len;
}

/* usbmon text counts microseconds from some moment of its own. */
static bool has_date(enum capture_kind k)
{
	return k != CAPTURE_USBMON_TEXT_U && k != CAPTURE_USBMON_TEXT_T;
}

static void clock_text(struct value *v, int64_t ns)
{
	char iso[TIME_ISO_MAX];
	struct text t = text_in(v);

	time_iso8601(iso, ns);
	text_mem(&t, iso, 10);
	text_char(&t, ' ');
	text_mem(&t, iso + 11, 15); /* to the microsecond */
	take_text(v, &t);
}

void address_text(struct value *v, uint16_t bus, uint16_t device, uint8_t ep, uint8_t dir)
{
	struct text t = text_in(v);

	if (bus != USB_NO_BUS) {
		text_u64(&t, bus);
		text_char(&t, '.');
	}
	if (device == USB_NO_DEVICE)
		text_char(&t, '?');
	else
		text_u64(&t, device);
	text_char(&t, '.');
	if (ep == USB_NO_ENDPOINT)
		text_char(&t, '?');
	else
		text_u64(&t, ep);
	if (dir != USB_DIR_UNKNOWN) {
		text_char(&t, ' ');
		text_str(&t, usb_dir_name(dir));
	}
	take_text(v, &t);
}

/* ---- transfers ---------------------------------------------------------------------- */

static void get_id(const void *row, struct value *v)
{
	*v = value_uint(X(row)->id);
	v->tone = TONE_DIM;
}

static void get_end_time(const void *row, struct value *v)
{
	*v = value_ns(X(row)->end);
}

static void get_end_delta(const void *row, struct value *v)
{
	*v = value_ns(X(row)->end - ROW(row)->previous);
}

static void get_end_clock(const void *row, struct value *v)
{
	if (has_date(X(row)->capture))
		clock_text(v, model_start(ROW(row)->model) + X(row)->end);
}

static void get_duration(const void *row, struct value *v)
{
	if (X(row)->seen == SEEN_BOTH)
		*v = value_ns(X(row)->end - X(row)->begin);
}

static void get_address(const void *row, struct value *v)
{
	const struct xfer *x = X(row);

	address_text(v, x->bus, x->device, x->endpoint, x->dir);
}

static void get_type(const void *row, struct value *v)
{
	static const char *const name[USB_TYPES] = {"ctrl", "iso", "bulk", "intr", "req", "?"};

	*v = value_name(name[X(row)->type]);
}

static void get_status(const void *row, struct value *v)
{
	const struct xfer *x = X(row);

	if (x->status == STATUS_UNKNOWN)
		return;
	*v = value_name(x->flags & XFER_LOST_COMPLETION ? "lost" : status_name(x->status));
	v->tone = status_is_error(x->status) ? TONE_BAD
		  : x->status == STATUS_OK   ? TONE_NONE
					     : TONE_DIM;
}

/* "512→31": asked and got; one number where they are equal or only one is known. */
static void get_lengths(const void *row, struct value *v)
{
	const struct xfer *x = X(row);
	struct text t = text_in(v);

	if (x->req_len == XFER_UNKNOWN && x->len == XFER_UNKNOWN)
		return;
	if (x->req_len != XFER_UNKNOWN)
		text_i64(&t, x->req_len);
	if (x->req_len != x->len && x->status != STATUS_PENDING && x->status != STATUS_UNKNOWN) {
		text_str(&t, "→");
		if (x->len != XFER_UNKNOWN)
			text_i64(&t, x->len);
		else
			text_char(&t, '?');
	}
	take_text(v, &t);
}

static void get_info(const void *row, struct value *v)
{
	const struct text *t = row_info(ROW(row));

	if (!t->len)
		return;
	*v = value_untrusted(t->s, t->len);
	v->trusted = true; /* row_info() has no control characters */
}

static const struct column xfer_text[] = {
	{.title = "#", .get = get_id, .width = 5, .right = true},
	{.title = "time s"}, /* replaced by one of time_text */
	{.title = "took",
		.get = get_duration,
		.width = 7,
		.right = true,
		.show = SHOW_DURATION,
		.wide = 9},
	{.title = "address", .get = get_address, .width = 10},
	{.title = "type", .get = get_type, .width = 4},
	{.title = "status", .get = get_status, .width = 6},
	{.title = "bytes", .get = get_lengths, .width = 9, .right = true},
	{.title = "meaning", .get = get_info},
};

static const struct column time_text[] = {
	[TIME_REL] = {.title = "time s",
		.get = get_end_time,
		.width = 11,
		.right = true,
		.show = SHOW_SECONDS},
	[TIME_DELTA] = {.title = "delta s",
		.get = get_end_delta,
		.width = 11,
		.right = true,
		.show = SHOW_SECONDS},
	[TIME_ABS] = {.title = "time (UTC)", .get = get_end_clock, .width = 26},
};

/* ---- one transfer in words ---------------------------------------------------------- */

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
	text_str(&t, x->seen == SEEN_SUBMIT	? " (submission only)"
		     : x->seen == SEEN_COMPLETE ? " (completion only)"
						: "");
	take_text(v, &t);
}

static void get_device(const void *row, struct value *v)
{
	const struct xfer *x = X(row);
	struct text t = text_in(v);

	text_str(&t, "bus ");
	if (x->bus == USB_NO_BUS)
		text_char(&t, '?');
	else
		text_u64(&t, x->bus);
	text_str(&t, ", address ");
	if (x->device == USB_NO_DEVICE)
		text_char(&t, '?');
	else
		text_u64(&t, x->device);
	if (x->speed != USB_SPEED_UNKNOWN) {
		text_str(&t, ", ");
		text_str(&t, usb_speed_name(x->speed));
		text_str(&t, " speed");
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
	char own[24];

	if (!p || !(p->flags & PIPE_IDS))
		return;
	text_printf(&t, "%04x:%04x", p->idVendor, p->idProduct);
	f = devices_fact(d, p->instance, p->version, DESC_DEVICE, 0, FACT_ANY);
	text_init(&name, own, sizeof(own));
	if (f && desc_device_parse(&dev, f->data, f->len) &&
		devices_string(d, p->instance, p->version, dev.iProduct, &name)) {
		text_str(&t, " \"");
		text_untrusted(&t, own, name.len);
		text_char(&t, '"');
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

	if (!p || !(p->flags & PIPE_DESCRIBED))
		return;
	e.wMaxPacketSize = p->wMaxPacketSize;
	text_u64(&t, desc_endpoint_packet(&e));
	text_str(&t, " bytes");
	if (desc_endpoint_transactions(&e) > 1)
		text_printf(&t, ", %u in a microframe", desc_endpoint_transactions(&e));
	if (p->type == USB_INTERRUPT || p->type == USB_ISOCHRONOUS) {
		text_str(&t, ", every ");
		desc_interval_text(
			&t, (enum usb_speed)p->speed, (enum usb_type)p->type, p->bInterval);
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

static void get_asked(const void *row, struct value *v)
{
	if (X(row)->req_len != XFER_UNKNOWN)
		*v = value_uint((uint64_t)X(row)->req_len);
}

static void get_got(const void *row, struct value *v)
{
	const struct xfer *x = X(row);
	struct text t = text_in(v);

	if (x->len == XFER_UNKNOWN)
		return;
	text_i64(&t, x->len);
	if (x->flags & XFER_SHORT)
		text_str(&t, " (short: the device had no more)");
	take_text(v, &t);
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
	v->tone = status_is_error(x->status) ? TONE_BAD : TONE_NONE;
}

/* The words of the status table, for anything but success. */
static const struct status_code *code_of(const void *row)
{
	const struct xfer *x = X(row);

	return x->flags & XFER_HAS_STATUS && x->status != STATUS_OK
		       ? status_lookup(x->os, x->raw_status)
		       : NULL;
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

static void get_interval(const void *row, struct value *v)
{
	if (X(row)->flags & XFER_HAS_INTERVAL)
		*v = value_int(X(row)->interval);
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

	if (x->type != USB_ISOCHRONOUS || !x->iso.packets)
		return;
	s = xfer_iso_sum(x);
	text_u64(&t, s.packets);
	if (x->iso.complete && x->iso.present < x->iso.packets)
		text_printf(&t, ", %u recorded", x->iso.present);
	if (s.judged)
		text_printf(&t, " (%u missed, %u failed, %u empty)", s.missed, s.errors, s.empty);
	else if (x->iso.complete && x->iso.present)
		text_printf(&t, " (%u empty)", s.empty);
	take_text(v, &t);
}

static const struct column card_text[] = {
	{.title = "transfer", .get = get_id},
	{.title = "meaning", .get = get_info},
	{.title = "began", .get = get_began},
	{.title = "took", .get = get_duration, .show = SHOW_DURATION},
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
	{.title = "captured", .get = get_captured},
	{.title = "packets", .get = get_iso},
	{.title = "start frame", .get = get_start_frame},
	{.title = "interval", .get = get_interval},
	{.title = "URB", .get = get_urb, .show = SHOW_HEX8},
	{.title = "URB flags", .get = get_flags},
};

/* ---- records ------------------------------------------------------------------------ */

#define LINE(p) ((const struct record_line *)(p))
#define EV(p)	(LINE(p)->ev)
/* Numbers of a record that could not be understood are not shown. */
#define DECODED(p) (EV(p)->os != USB_OS_NONE && EV(p)->bin != BIN_MALFORMED)

static void rec_n(const void *l, struct value *v)
{
	*v = value_uint(LINE(l)->rec->number);
}

static void rec_t(const void *l, struct value *v)
{
	if (LINE(l)->rec->has_time)
		*v = value_ns(LINE(l)->rec->time - LINE(l)->start);
}

static void rec_delta(const void *l, struct value *v)
{
	if (LINE(l)->rec->has_time)
		*v = value_ns(LINE(l)->rec->time - LINE(l)->start - LINE(l)->previous);
}

static void rec_clock(const void *l, struct value *v)
{
	if (LINE(l)->rec->has_time && LINE(l)->rec->link != LINK_USBMON_TEXT)
		clock_text(v, LINE(l)->rec->time);
}

static void rec_link(const void *l, struct value *v)
{
	if (LINE(l)->rec->link < LINK_USBMON_TEXT)
		*v = value_uint(LINE(l)->rec->link);
}

static void rec_kind(const void *l, struct value *v)
{
	*v = value_name(event_kind_name(EV(l)->kind));
}

static void rec_urb(const void *l, struct value *v)
{
	struct text t = text_in(v);

	if (!DECODED(l))
		return;
	text_hex(&t, EV(l)->urb.id, 16);
	take_text(v, &t);
	v->s += 2; /* the digits alone */
	v->n -= 2;
}

static void rec_transfer(const void *l, struct value *v)
{
	if (LINE(l)->place.xfer)
		*v = value_uint(LINE(l)->place.xfer);
}

static void rec_bin(const void *l, struct value *v)
{
	*v = value_name(bin_name(LINE(l)->place.bin));
}

static void rec_bus(const void *l, struct value *v)
{
	if (DECODED(l) && EV(l)->bus != USB_NO_BUS)
		*v = value_uint(EV(l)->bus);
}

static void rec_dev(const void *l, struct value *v)
{
	if (DECODED(l) && EV(l)->device != USB_NO_DEVICE)
		*v = value_uint(EV(l)->device);
}

static void rec_ep(const void *l, struct value *v)
{
	if (DECODED(l) && EV(l)->endpoint != USB_NO_ENDPOINT)
		*v = value_uint(EV(l)->endpoint);
}

static void rec_dir(const void *l, struct value *v)
{
	if (DECODED(l))
		*v = value_name(usb_dir_name(EV(l)->dir));
}

static void rec_type(const void *l, struct value *v)
{
	if (DECODED(l))
		*v = value_name(usb_type_name(EV(l)->type));
}

static void rec_raw_status(const void *l, struct value *v)
{
	if (DECODED(l))
		*v = value_int(EV(l)->urb.raw_status);
}

/* Windows and macOS write their numbers in hexadecimal everywhere else, too. */
static void rec_status_text(const void *l, struct value *v)
{
	struct text t = text_in(v);
	bool hex = EV(l)->os == USB_OS_WINDOWS || EV(l)->os == USB_OS_DARWIN;

	if (!hex || !EV(l)->urb.raw_status || !DECODED(l)) {
		rec_raw_status(l, v);
		return;
	}
	text_hex(&t, (uint32_t)EV(l)->urb.raw_status, 8);
	take_text(v, &t);
}

/* USBPcap's header has no URB length. */
static void rec_urb_len(const void *l, struct value *v)
{
	if (DECODED(l) && EV(l)->os != USB_OS_WINDOWS)
		*v = value_uint(EV(l)->urb.header_length);
}

static void rec_data_len(const void *l, struct value *v)
{
	if (DECODED(l))
		*v = value_uint(EV(l)->urb.header_data_len);
}

static void rec_pid(const void *l, struct value *v)
{
	(void)l;
	*v = value_null();
}

static void rec_address(const void *l, struct value *v)
{
	if (DECODED(l))
		address_text(v, EV(l)->bus, EV(l)->device, EV(l)->endpoint, EV(l)->dir);
}

static void rec_reason(const void *l, struct value *v)
{
	*v = value_name(EV(l)->reason);
}

static const struct column record_text[] = {
	{.title = "record", .get = rec_n, .width = 6, .right = true},
	{.title = "time s", .get = rec_t, .width = 11, .right = true, .show = SHOW_SECONDS},
	{.title = "kind", .get = rec_kind, .width = 8},
	{.title = "address", .get = rec_address, .width = 9},
	{.title = "type", .get = rec_type, .width = 11},
	{.title = "status", .get = rec_status_text, .width = 6, .right = true},
	{.title = "URB length", .get = rec_urb_len, .width = 10, .right = true},
	{.title = "data", .get = rec_data_len, .width = 6, .right = true},
	{.title = "transfer", .get = rec_transfer, .width = 8, .right = true},
	{.title = "bin", .get = rec_bin, .width = 9},
	{.title = "reason", .get = rec_reason},
};

static const struct column record_json[] = {
	{.key = "n", .get = rec_n},
	{.key = "t", .get = rec_t},
	{.key = "link", .get = rec_link},
	{.key = "kind", .get = rec_kind},
	{.key = "urb", .get = rec_urb},
	{.key = "transfer", .get = rec_transfer},
	{.key = "bin", .get = rec_bin},
	{.key = "bus", .get = rec_bus},
	{.key = "dev", .get = rec_dev},
	{.key = "ep", .get = rec_ep},
	{.key = "dir", .get = rec_dir},
	{.key = "type", .get = rec_type},
	{.key = "raw_status", .get = rec_raw_status},
	{.key = "urb_len", .get = rec_urb_len},
	{.key = "data_len", .get = rec_data_len},
	{.key = "pid", .get = rec_pid},
};

/* ---- putting them together ---------------------------------------------------------- */

static size_t copy(struct column *to, const struct column *from, size_t n)
{
	memcpy(to, from, n * sizeof(*to));
	return n;
}

static size_t json_of_xfers(struct column *cols)
{
	size_t n = 0;

	for (size_t i = 0; i < row_fields_count; i++)
		if (row_fields[i].json)
			cols[n++] = (struct column){
				.key = row_fields[i].name, .get = row_fields[i].get};
	return n;
}

size_t columns_of_xfers(struct column *cols, enum time_format t)
{
	size_t n = copy(cols, xfer_text, ARRAY_LEN(xfer_text));

	cols[1] = time_text[t];
	return n + json_of_xfers(cols + n);
}

size_t columns_of_xfer_card(struct column *cols)
{
	size_t n = copy(cols, card_text, ARRAY_LEN(card_text));

	return n + json_of_xfers(cols + n);
}

size_t columns_of_records(struct column *cols, enum time_format t)
{
	static void (*const get[])(const void *, struct value *) = {
		[TIME_REL] = rec_t, [TIME_DELTA] = rec_delta, [TIME_ABS] = rec_clock};
	size_t n = copy(cols, record_text, ARRAY_LEN(record_text));

	cols[1] = time_text[t];
	cols[1].get = get[t];
	return n + copy(cols + n, record_json, ARRAY_LEN(record_json));
}
