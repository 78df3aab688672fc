/* fields.c: the table of transfer fields. Adding a field is one getter and one row. */
#include "base/mem.h"
#include "filter/filter_impl.h"

#define X (((const struct row *)row)->x)
/* Rows are given as const by the columns of an emitted table, but cache what they compute. */
#define R ((struct row *)(uintptr_t)row)

#define GETTER(field) static void get_##field(const void *row, struct value *v)
/* Null unless known. */
#define GETTER_IF(field, known, what)                                                              \
	GETTER(field)                                                                              \
	{                                                                                          \
		if (known)                                                                         \
			*v = what;                                                                 \
	}
#define GETTER_OF(field, what)                                                                     \
	GETTER(field)                                                                              \
	{                                                                                          \
		*v = what;                                                                         \
	}

/* clang-format off */
GETTER_OF(id, value_uint(X->id))
GETTER_OF(first, value_uint(X->first))
GETTER_OF(last, value_uint(X->last))
GETTER_OF(records, value_uint(X->records))
GETTER_OF(t, value_ns(X->begin))
GETTER_IF(dur, xfer_duration(X) != XFER_UNKNOWN, value_ns(xfer_duration(X)))
GETTER_IF(bus, X->bus != USB_NO_BUS, value_uint(X->bus))
GETTER_IF(dev, X->device != USB_NO_DEVICE, value_uint(X->device))
GETTER_IF(device, X->instance, value_uint(X->instance))
GETTER_IF(ep, X->endpoint != USB_NO_ENDPOINT, value_uint(X->endpoint))
GETTER_OF(dir, value_name(usb_dir_name(X->dir)))
GETTER_OF(type, value_name(usb_type_name(X->type)))
GETTER_OF(speed, value_name(usb_speed_name(X->speed)))
GETTER_OF(seen, value_name(seen_name(X->seen)))
GETTER_OF(short, value_bool(X->flags & XFER_SHORT))
GETTER_IF(raw_status, X->flags & XFER_HAS_STATUS, value_int(X->raw_status))
GETTER_OF(os, value_name(usb_os_name(X->os)))
GETTER_OF(end, value_name(xfer_end_name(X->ended)))
GETTER_IF(req_len, X->req_len != XFER_UNKNOWN, value_uint((uint64_t)X->req_len))
GETTER_IF(len, X->len != XFER_UNKNOWN, value_uint((uint64_t)X->len))
GETTER_IF(naks, X->naks != XFER_UNKNOWN, value_uint((uint64_t)X->naks))
GETTER_IF(retries, X->retries != XFER_UNKNOWN, value_uint((uint64_t)X->retries))
GETTER_IF(stream, X->flags & XFER_HAS_STREAM, value_uint(X->stream))
GETTER_OF(synthetic, value_bool(X->flags & XFER_SYNTHETIC))
GETTER_OF(proto, value_name(row_proto(R)))
GETTER_IF(exchange, R->decode.exchange, value_uint(R->decode.exchange->id))
GETTER_OF(error, value_bool(status_is_error(X->status)))
GETTER_IF(urb, X->urb, value_uint(X->urb))
GETTER_IF(function, X->flags & XFER_HAS_FUNCTION, value_uint(X->function))
GETTER_IF(transfer_flags, X->flags & XFER_HAS_FLAGS, value_uint(X->transfer_flags))
GETTER_IF(interval, X->flags & XFER_HAS_INTERVAL, value_int(X->interval))
GETTER_IF(data, X->data.kept, value_bytes(X->data.data, X->data.kept))
/* clang-format on */

GETTER(status)
{
	if (X->status == STATUS_UNKNOWN)
		return;
	*v = value_name(status_name(X->status));
	if (status_is_error(X->status))
		v->tone = TONE_BAD;
	else if (X->status != STATUS_OK)
		v->tone = TONE_DIM;
}

/* Ours: decoders escape what comes from the device. */
GETTER(info)
{
	const struct text *t = row_info(R);

	if (!t->len)
		return;
	*v = value_untrusted(t->s, t->len);
	v->trusted = true;
}

/* ---- setup: bytes of the setup stage, numbers little-endian (USB 2.0 section 9.3) ---- */

static void setup_number(const struct xfer *x, unsigned at, bool word, struct value *v)
{
	if (!(x->flags & XFER_HAS_SETUP))
		return;
	*v = value_uint(x->setup[at] | (word ? x->setup[at + 1] << 8 : 0));
	v->inferred = x->flags & XFER_SETUP_INFERRED;
}

#define GETTER_SETUP(field, at, word)                                                              \
	GETTER(field)                                                                              \
	{                                                                                          \
		setup_number(X, at, word, v);                                                      \
	}

GETTER_SETUP(bmRequestType, 0, false)
GETTER_SETUP(bRequest, 1, false)
GETTER_SETUP(wValue, 2, true)
GETTER_SETUP(wIndex, 4, true)
GETTER_SETUP(wLength, 6, true)

/* ---- iso: what the packets came to is known only after completion ------------------- */

#define ISO	   (X->type == USB_ISOCHRONOUS && X->iso.packets)
#define ISO_ENDED  (X->iso.layout != ISO_NONE && X->iso.complete)
#define ISO_JUDGED (ISO_ENDED && row_iso(R)->judged)

/* clang-format off */
GETTER_IF(iso_packets, ISO, value_uint(X->iso.packets))
GETTER_IF(iso_errors, ISO_JUDGED, value_uint(row_iso(R)->errors))
GETTER_IF(iso_missed, ISO_JUDGED, value_uint(row_iso(R)->missed))
GETTER_IF(iso_empty, ISO_ENDED && row_iso(R)->sized, value_uint(row_iso(R)->empty))
GETTER_IF(iso_start_frame, ISO && X->flags & XFER_HAS_FRAME, value_int(X->start_frame))
GETTER_IF(iso_interval, ISO && X->flags & XFER_HAS_INTERVAL, value_int(X->interval))
/* clang-format on */

/* ---- Wireshark's fields that mean something else than ours -------------------------- */

/* Endpoint number with bit 7 for IN (USB 2.0 section 9.6.6). */
GETTER_IF(endpoint_address, X->endpoint != USB_NO_ENDPOINT && X->dir != USB_DIR_UNKNOWN,
	value_uint(X->endpoint | (X->dir == USB_IN ? 0x80 : 0)))

GETTER_IF(endpoint_direction, X->dir != USB_DIR_UNKNOWN, value_uint(X->dir == USB_IN))

/* usbmon's numbers (Linux Documentation/usb/usbmon.rst, "Raw binary format"). */
GETTER(transfer_type)
{
	static const uint8_t number[] = {
		[USB_ISOCHRONOUS] = 0, [USB_INTERRUPT] = 1, [USB_CONTROL] = 2, [USB_BULK] = 3};

	if (X->type <= USB_INTERRUPT)
		*v = value_uint(number[X->type]);
}

/* ---- the device, as it was known when the transfer began ---------------------------- */

static const struct pipe *pipe_of(const void *row)
{
	return X->pipe && R->decode.devices ? devices_get_pipe(R->decode.devices, X->pipe) : NULL;
}

GETTER(vid)
{
	const struct pipe *p = pipe_of(row);

	if (p && p->flags & PIPE_IDS)
		*v = value_uint(p->idVendor);
}

GETTER(pid)
{
	const struct pipe *p = pipe_of(row);

	if (p && p->flags & PIPE_IDS)
		*v = value_uint(p->idProduct);
}

GETTER(interface)
{
	const struct pipe *p = pipe_of(row);

	if (p && p->flags & PIPE_DESCRIBED)
		*v = value_uint(p->interface);
}

GETTER(class)
{
	const struct pipe *p = pipe_of(row);

	if (p && p->flags & PIPE_DESCRIBED)
		*v = value_name(usb_class_word(p->bInterfaceClass));
}

/* "bus.device.endpoint" */
GETTER(addr)
{
	struct text t;

	if (X->bus == USB_NO_BUS || X->device == USB_NO_DEVICE || X->endpoint == USB_NO_ENDPOINT)
		return;
	text_init(&t, v->room, sizeof(v->room));
	text_u64(&t, X->bus);
	text_char(&t, '.');
	text_u64(&t, X->device);
	text_char(&t, '.');
	text_u64(&t, X->endpoint);
	v->type = VAL_TEXT;
	v->trusted = true;
	v->s = v->room;
	v->n = (uint32_t)t.len;
}

/* ---- words: what the name functions of usb/ and model/ say (a test compares) -------- */

static const char *const dirs[] = {"out", "in", NULL};
static const char *const types[] = {
	"control", "isochronous", "bulk", "interrupt", "request", "unknown", NULL};
static const char *const speeds[] = {"low", "full", "high", "super", "super+", NULL};
static const char *const seens[] = {"both", "submit", "complete", NULL};
static const char *const statuses[] = {"ok", "stall", "timeout", "crc", "protocol", "babble",
	"short", "cancelled", "disconnected", "no-bandwidth", "overrun", "underrun", "missed",
	"error", "pending", NULL};
static const char *const systems[] = {"linux", "windows", "darwin", "freebsd", NULL};
static const char *const ends[] = {"complete", "short", "zlp", "stall", "reset", "pause", "size",
	"class", "eof", "error", "cancelled", "lost", "refused", NULL};

/* Types as usb_type_short() and others abbreviate them; speeds by their bit rates (USB 2.0 section
 * 7.1.11, USB 3.2 section 1) and the usual two letters. */
const struct other_word other_words[] = {
	{types, "ctrl", "control", NULL},
	{types, "ctl", "control", NULL},
	{types, "iso", "isochronous", NULL},
	{types, "isoc", "isochronous", NULL},
	{types, "intr", "interrupt", NULL},
	{types, "int", "interrupt", NULL},
	{types, "req", "request", NULL},
	{speeds, "ls", "low", NULL},
	{speeds, "1.5M", "low", NULL},
	{speeds, "fs", "full", NULL},
	{speeds, "12M", "full", NULL},
	{speeds, "hs", "high", NULL},
	{speeds, "480M", "high", NULL},
	{speeds, "ss", "super", NULL},
	{speeds, "5G", "super", NULL},
	{speeds, "5000M", "super", NULL},
	{speeds, "ssp", "super+", NULL},
	{speeds, "10G", "super+", NULL},
	{speeds, "10000M", "super+", NULL},
	{statuses, "lost", NULL, "lost completions have end == lost"},
	{systems, "macos", "darwin", NULL},
	{usb_class_words, "mass-storage", "storage", NULL},
	{usb_class_words, "msc", "storage", NULL},
	{usb_class_words, "vendor-specific", "vendor", NULL},
};
const size_t other_words_count = ARRAY_LEN(other_words);

/* clang-format off */
/* The first part is `list`'s JSON in the order scripts rely on. */
const struct row_field row_fields[] = {
	{"id", NULL, VAL_UINT, NEED_XFER, true,
		"number of the transfer, in the order they begin", get_id, NULL},
	{"first", "frame.number", VAL_UINT, NEED_XFER, true,
		"first record", get_first, NULL},
	{"last", "frame.number", VAL_UINT, NEED_XFER, true,
		"last record", get_last, NULL},
	{"records", NULL, VAL_UINT, NEED_XFER, true,
		"how many records it took", get_records, NULL},
	{"t", "frame.time_relative", VAL_NS, NEED_XFER, true,
		"begin, since the capture's first record", get_t, NULL},
	{"dur", NULL, VAL_NS, NEED_XFER, true,
		"from first to last record", get_dur, NULL},
	{"bus", "usb.bus_id", VAL_UINT, NEED_XFER, true,
		"bus number", get_bus, NULL},
	{"dev", "usb.device_address usb.darwin.device_address", VAL_UINT, NEED_XFER, true,
		"device address", get_dev, NULL},
	{"device", NULL, VAL_UINT, NEED_XFER, true,
		"device instance: new after each reset or re-enumeration", get_device, NULL},
	{"ep", "usb.endpoint_address.number", VAL_UINT, NEED_XFER, true,
		"endpoint number, 0-15", get_ep, NULL},
	{"dir", NULL, VAL_TEXT, NEED_XFER, true,
		"direction of the data", get_dir, dirs},
	{"type", NULL, VAL_TEXT, NEED_XFER, true,
		"transfer type", get_type, types},
	{"speed", NULL, VAL_TEXT, NEED_XFER, true,
		"speed of the device", get_speed, speeds},
	{"seen", NULL, VAL_TEXT, NEED_XFER, true,
		"what was captured of it", get_seen, seens},
	{"status", NULL, VAL_TEXT, NEED_XFER, true,
		"result, the same word on every system", get_status, statuses},
	{"short", NULL, VAL_BOOL, NEED_XFER, true,
		"succeeded with fewer bytes than asked", get_short, NULL},
	{"raw_status", "usb.urb_status usb.usbd_status usb.darwin.io_status usb.error",
		VAL_INT, NEED_XFER, true,
		"the system's own status number", get_raw_status, NULL},
	{"os", NULL, VAL_TEXT, NEED_XFER, true,
		"whose status numbers", get_os, systems},
	{"end", NULL, VAL_TEXT, NEED_XFER, true,
		"what ended it", get_end, ends},
	{"req_len", "usb.urb_len", VAL_UINT, NEED_XFER, true,
		"bytes asked for", get_req_len, NULL},
	{"len", "usb.urb_len usb.data_len", VAL_UINT, NEED_XFER, true,
		"bytes transferred", get_len, NULL},
	{"setup.bmRequestType", "usb.bmRequestType usb.setup.bmRequestType", VAL_UINT, NEED_XFER, true,
		"setup: direction, type, recipient", get_bmRequestType, NULL},
	{"setup.bRequest", "usb.setup.bRequest", VAL_UINT, NEED_XFER, true,
		"setup: request", get_bRequest, NULL},
	{"setup.wValue", "usb.setup.wValue", VAL_UINT, NEED_XFER, true,
		"setup: value", get_wValue, NULL},
	{"setup.wIndex", "usb.setup.wIndex", VAL_UINT, NEED_XFER, true,
		"setup: index", get_wIndex, NULL},
	{"setup.wLength", "usb.setup.wLength", VAL_UINT, NEED_XFER, true,
		"setup: length of the data stage", get_wLength, NULL},
	{"iso.packets", "usb.iso.numdesc usb.win32.iso_num_packets", VAL_UINT, NEED_XFER, true,
		"isochronous packets", get_iso_packets, NULL},
	{"iso.errors", "usb.iso.error_count usb.win32.iso_error_count", VAL_UINT, NEED_XFER, true,
		"packets that failed", get_iso_errors, NULL},
	{"iso.missed", NULL, VAL_UINT, NEED_XFER, true,
		"packets that were too late; on the bus: without an answer", get_iso_missed, NULL},
	{"iso.empty", NULL, VAL_UINT, NEED_XFER, true,
		"packets completed without data", get_iso_empty, NULL},
	{"iso.start_frame", "usb.start_frame usb.win32.iso_frame", VAL_INT, NEED_XFER, true,
		"frame of the first packet", get_iso_start_frame, NULL},
	{"iso.interval", NULL, VAL_INT, NEED_XFER, true,
		"(micro)frames between packets", get_iso_interval, NULL},
	{"naks", NULL, VAL_UINT, NEED_XFER, true,
		"NAKs seen on the bus", get_naks, NULL},
	{"retries", NULL, VAL_UINT, NEED_XFER, true,
		"retransmissions seen on the bus", get_retries, NULL},
	{"stream", NULL, VAL_UINT, NEED_XFER, true,
		"bulk stream", get_stream, NULL},
	{"synthetic", NULL, VAL_BOOL, NEED_XFER, true,
		"injected by the capturing program", get_synthetic, NULL},
	{"proto", NULL, VAL_TEXT, NEED_INFO, true,
		"decoder", get_proto, NULL},
	{"exchange", NULL, VAL_UINT, NEED_XFER, true,
		"exchange it belongs to", get_exchange, NULL},
	{"info", NULL, VAL_TEXT, NEED_INFO, true,
		"the meaning in one line", get_info, NULL},

	{"latency", "usb.time", VAL_NS, NEED_XFER, false,
		"submission to completion (packets: first to last)", get_dur, NULL},
	{"error", NULL, VAL_BOOL, NEED_XFER, false,
		"failed: any status but ok, pending, cancelled", get_error, NULL},
	{"addr", "usb.addr", VAL_TEXT, NEED_XFER, false,
		"bus.device.endpoint, as 1.5.2", get_addr, NULL},
	{"vid", "usb.idVendor", VAL_UINT, NEED_DEVICE, false, "idVendor of the device", get_vid, NULL},
	{"pid", "usb.idProduct", VAL_UINT, NEED_DEVICE, false, "idProduct of the device", get_pid, NULL},
	{"interface", "usb.bInterfaceNumber", VAL_UINT, NEED_DEVICE, false, "interface the endpoint belongs to", get_interface, NULL},
	{"class", NULL, VAL_TEXT, NEED_DEVICE, false, "class of that interface", get_class, usb_class_words},
	{"urb", "usb.urb_id usb.irp_id usb.darwin.io_id", VAL_UINT, NEED_XFER, false,
		"URB id", get_urb, NULL},
	{"function", "usb.function", VAL_UINT, NEED_XFER, false,
		"URB function (USBPcap)", get_function, NULL},
	{"transfer_flags", "usb.copy_of_transfer_flags", VAL_UINT, NEED_XFER, false,
		"URB flags", get_transfer_flags, NULL},
	{"interval", "usb.interval", VAL_INT, NEED_XFER, false,
		"polling interval, (micro)frames", get_interval, NULL},
	{"data", "usb.capdata usb.data_fragment", VAL_BYTES, NEED_INFO, false,
		"payload as far as captured", get_data, NULL},
	{"usb.endpoint_address", NULL, VAL_UINT, NEED_XFER, false,
		"endpoint number, plus 0x80 for IN", get_endpoint_address, NULL},
	{"usb.endpoint_address.direction", NULL, VAL_UINT, NEED_XFER, false,
		"1 IN, 0 OUT", get_endpoint_direction, NULL},
	{"usb.transfer_type", NULL, VAL_UINT, NEED_XFER, false,
		"0 isochronous, 1 interrupt, 2 control, 3 bulk", get_transfer_type, NULL},
};
/* clang-format on */
const size_t row_fields_count = ARRAY_LEN(row_fields);

const char *row_field_word(const struct row_field *f, size_t i)
{
	if (f->get == get_proto)
		return decoders[i] ? decoders[i]->name : NULL;
	return f->names ? f->names[i] : NULL;
}
