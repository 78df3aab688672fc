/* columns_record.c: the columns in which records are listed. */
#include "analysis/columns_impl.h"
#include "base/mem.h"
#include "usb/pid.h"
#include "usb/status.h"

#define LINE(p) ((const struct record_line *)(p))
#define EV(p)	(LINE(p)->ev)
/* Numbers of a record that could not be understood are not shown. */
#define DECODED(p) (EV(p)->os != USB_OS_NONE && EV(p)->bin != BIN_MALFORMED)

/* A packet of the bus; a token, too, where it was read so far. */
#define IS_PACKET(p) capture_is_bus(EV(p)->capture)
#define ADDRESSED(p) (DECODED(p) || (EV(p)->kind == EVENT_PACKET && EV(p)->device != USB_NO_DEVICE))

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

void record_transfer(const void *l, struct value *v)
{
	if (LINE(l)->place.xfer)
		*v = value_uint(LINE(l)->place.xfer);
}

void record_bin(const void *l, struct value *v)
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
	if (ADDRESSED(l) && EV(l)->device != USB_NO_DEVICE)
		*v = value_uint(EV(l)->device);
}

static void rec_ep(const void *l, struct value *v)
{
	if (ADDRESSED(l) && EV(l)->endpoint != USB_NO_ENDPOINT)
		*v = value_uint(EV(l)->endpoint);
}

static void rec_dir(const void *l, struct value *v)
{
	if (ADDRESSED(l))
		*v = value_name(usb_dir_name(EV(l)->dir));
}

static void rec_type(const void *l, struct value *v)
{
	if (DECODED(l))
		*v = value_name(usb_type_name(EV(l)->type));
}

static void rec_raw_status(const void *l, struct value *v)
{
	if (DECODED(l) && !capture_lacks_empty(EV(l)->capture))
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
	else if (EV(l)->kind == EVENT_PACKET && EV(l)->packet.pid_kind == PID_KIND_DATA)
		*v = value_uint(EV(l)->packet.data_total);
}

void record_pid(const void *l, struct value *v)
{
	if (IS_PACKET(l))
		*v = value_name(pid_row(EV(l)->packet.pid)->name);
}

void record_address(const void *l, struct value *v)
{
	if (ADDRESSED(l))
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
	{.title = "address", .get = record_address, .width = 9},
	{.title = "type", .get = rec_type, .width = 11},
	{.title = "status", .get = rec_status_text, .width = 6, .right = true},
	{.title = "URB length", .get = rec_urb_len, .width = 10, .right = true},
	{.title = "data", .get = rec_data_len, .width = 6, .right = true},
	{.title = "transfer", .get = record_transfer, .width = 8, .right = true},
	{.title = "bin", .get = record_bin, .width = 9},
	{.title = "reason", .get = rec_reason},
};

static const struct column record_json[] = {
	{.key = "n", .get = rec_n},
	{.key = "t", .get = rec_t},
	{.key = "link", .get = rec_link},
	{.key = "kind", .get = rec_kind},
	{.key = "urb", .get = rec_urb},
	{.key = "transfer", .get = record_transfer},
	{.key = "bin", .get = record_bin},
	{.key = "bus", .get = rec_bus},
	{.key = "dev", .get = rec_dev},
	{.key = "ep", .get = rec_ep},
	{.key = "dir", .get = rec_dir},
	{.key = "type", .get = rec_type},
	{.key = "raw_status", .get = rec_raw_status},
	{.key = "urb_len", .get = rec_urb_len},
	{.key = "data_len", .get = rec_data_len},
	{.key = "pid", .get = record_pid},
};

size_t columns_of_records(struct column *cols, enum time_format t)
{
	static void (*const get[])(const void *, struct value *) = {
		[TIME_REL] = rec_t, [TIME_DELTA] = rec_delta, [TIME_ABS] = rec_clock};
	size_t n = copy_columns(cols, record_text, ARRAY_LEN(record_text));

	cols[1] = time_column(t, get[t]);
	return n + copy_columns(cols + n, record_json, ARRAY_LEN(record_json));
}
