/* usbmon.c: link types 189 and 220, the Linux kernel's binary usbmon records (Documentation/usb/
 * usbmon.rst, drivers/usb/mon/mon_bin.c), also as QEMU and sigrok write them. */
#include "link/link.h"
#include "base/cursor.h"

enum { HEADER_OLD = 48, HEADER_MMAPPED = 64, ISO_DESC = 16, ISO_DESC_MAX = 128 };

/* decode() and its parts are made anew for each layout, byte order, event kind and writer that is
 * common: asked for each record these are half of all its instructions. */
#define ALWAYS inline __attribute__((always_inline))

/* What is the same for all records of a sort. */
struct sort {
	uint32_t header; /* HEADER_… */
	bool big;
	bool kernel;  /* the kernel wrote it: it never uses bus 0, other writers nothing else */
	uint8_t kind; /* EVENT_SUBMIT, EVENT_COMPLETE, EVENT_ERROR */
};

/* Offsets in the header, in the file's byte order. */
enum {
	OFF_ID = 0,
	OFF_EVENT = 8,
	OFF_TYPE = 9,
	OFF_ENDPOINT = 10,
	OFF_DEVICE = 11,
	OFF_BUS = 12,
	OFF_SETUP_FLAG = 14,
	OFF_DATA_FLAG = 15,
	OFF_STATUS = 28,
	OFF_URB_LEN = 32,
	OFF_DATA_LEN = 36,
	OFF_SETUP = 40, /* isochronous: s32 error_count, s32 numdesc */
	OFF_NUMDESC = 44,
	OFF_INTERVAL = 48,
	OFF_START_FRAME = 52,
	OFF_FLAGS = 56,
	OFF_NDESC = 60
};

/* The kernel's own numbering (mon_bin.c xfer_type). */
static const uint8_t type_of[4] = {USB_ISOCHRONOUS, USB_INTERRUPT, USB_CONTROL, USB_BULK};

/* QEMU (hw/usb/pcap.c) writes the length of the whole record, header
 * included, where the kernel writes the payload's: a length no kernel record has. It keeps 4096
 * bytes of control data and 256 of other data. */
static ALWAYS enum capture_kind writer_of(
	const struct record *rec, const struct event *ev, struct sort s, uint32_t data_len)
{
	uint32_t kept = ev->type == USB_CONTROL ? 4096 : 256;
	uint32_t payload = rec->origlen > HEADER_MMAPPED ? rec->origlen - HEADER_MMAPPED : 0;

	if (s.kernel)
		return s.header == HEADER_OLD ? CAPTURE_USBMON_48 : CAPTURE_USBMON;
	return data_len == HEADER_MMAPPED + (payload < kept ? payload : kept) ? CAPTURE_QEMU
									      : CAPTURE_SIGROK;
}

/* What urb_len and status mean depends on the event and on who wrote it. */
static ALWAYS void lengths(struct event *ev, struct sort s, uint32_t payload)
{
	struct urb_event *u = &ev->urb;

	u->length = u->header_length;
	if (s.kind == EVENT_SUBMIT) {
		/* QEMU leaves urb_len 0 on IN, sigrok everywhere: not known, not zero. */
		if (s.kernel || (ev->capture == CAPTURE_QEMU && ev->dir == USB_OUT))
			u->has |= URB_REQUESTED;
		return;
	}
	u->has |= URB_STATUS;
	if (s.kind == EVENT_ERROR) /* urb_len is 0 whatever was asked */
		return;
	if (s.kernel || (ev->capture == CAPTURE_QEMU && ev->dir == USB_IN)) {
		u->has |= URB_ACTUAL;
	} else if (ev->capture == CAPTURE_SIGROK) {
		u->has |= URB_ACTUAL;
		u->length = payload;
	}
}

/* The isochronous descriptors between header and data, which only the kernel writes. Returns the
 * bytes they take. */
static uint32_t iso_table(const struct record *rec, struct event *ev, struct sort s)
{
	struct iso_table *t = &ev->urb.iso;
	uint32_t room = (rec->caplen - s.header) / ISO_DESC, wanted;

	if (!s.kernel)
		return 0;
	t->packets = load32(rec->data + OFF_NUMDESC, s.big);
	t->errors = load32(rec->data + OFF_SETUP, s.big);
	wanted = s.header == HEADER_MMAPPED  ? load32(rec->data + OFF_NDESC, s.big)
		 : t->packets < ISO_DESC_MAX ? t->packets
					     : ISO_DESC_MAX;
	t->present = wanted < room ? wanted : room;
	if (t->packets < t->present)
		t->packets = t->present;
	t->table = rec->data + s.header;
	t->table_len = t->present * ISO_DESC;
	t->layout = ISO_LINUX;
	t->big_endian = s.big;
	t->complete = s.kind != EVENT_SUBMIT;
	t->in = ev->dir == USB_IN;
	return t->table_len;
}

/* Payload behind header and descriptors: what is there, and what there was. */
static ALWAYS void payload(
	const struct record *rec, struct event *ev, struct sort s, uint32_t start, bool present)
{
	struct urb_event *u = &ev->urb;
	uint32_t room = rec->caplen - start, said = u->header_data_len, descs = u->iso.table_len;

	if (ev->capture == CAPTURE_QEMU)
		said = rec->origlen > start ? rec->origlen - start : 0;
	else
		said = said > descs ? said - descs : 0;
	if (present && room && said) {
		u->data = rec->data + start;
		u->data_len = said < room ? said : room;
	}
	/* Without isochronous gaps urb_len tells how much there was before usbmon cut it (at most
	 * 61,440 to 245,760 bytes by ring size) or could not take it (data flag 'Z', 'D'). */
	if (u->has & (URB_REQUESTED | URB_ACTUAL) && ev->type != USB_ISOCHRONOUS &&
		(s.kind == EVENT_SUBMIT) == (ev->dir == USB_OUT) && u->length > said)
		said = u->length;
	u->data_total = present || u->data ? said : 0;
	u->iso.data = u->data;
	u->iso.data_len = u->data_len;
}

/* Asks one thing at a time: of several members at once, written byte by byte just before, compilers
 * make a single load, which has to wait for all these stores. */
static ALWAYS void mmapped_tail(const uint8_t *p, struct event *ev, struct sort s)
{
	struct urb_event *u = &ev->urb;

	if (!s.kernel || s.kind == EVENT_ERROR)
		return; /* zeroes that mean nothing */
	u->transfer_flags = load32(p + OFF_FLAGS, s.big);
	u->has |= URB_FLAGS;
	if (ev->type != USB_INTERRUPT && ev->type != USB_ISOCHRONOUS)
		return;
	u->interval = (int32_t)load32(p + OFF_INTERVAL, s.big);
	u->has |= URB_INTERVAL;
	if (ev->type != USB_ISOCHRONOUS)
		return;
	/* On submission start_frame is whatever an earlier use of the URB left. */
	if (s.kind == EVENT_COMPLETE) {
		u->start_frame = (int32_t)load32(p + OFF_START_FRAME, s.big);
		u->has |= URB_FRAME;
	}
}

/* Written by the capture itself about a device that was there before. */
static void injected(const struct record *rec, struct event *ev)
{
	static const char mark[] = INJECTED_COMMENT " speed=";
	size_t n = sizeof(INJECTED_COMMENT) - 1;
	bool marked = rec->comment && rec->comment_len >= n && !memcmp(rec->comment, mark, n);

	if (!marked && ev->urb.id != INJECTED_URB)
		return;
	ev->bin = BIN_INJECTED;
	if (!marked || rec->comment_len < sizeof(mark) ||
		memcmp(rec->comment, mark, sizeof(mark) - 1))
		return;
	for (int speed = USB_LOW; speed <= USB_SUPER_PLUS; speed++) {
		const char *name = usb_speed_name((enum usb_speed)speed);
		size_t len = strlen(name);

		if (rec->comment_len - (sizeof(mark) - 1) > len &&
			!memcmp(rec->comment + sizeof(mark) - 1, name, len) &&
			rec->comment[sizeof(mark) - 1 + len] == ' ')
			ev->speed = (uint8_t)speed;
	}
}

static ALWAYS void decode(const struct record *rec, struct event *ev, struct sort s)
{
	const uint8_t *p = rec->data;
	struct urb_event *u = &ev->urb;
	uint32_t start = s.header;
	uint8_t flag = p[OFF_DATA_FLAG];

	ev->kind = s.kind;
	u->id = load64(p + OFF_ID, s.big);
	if (u->id == INJECTED_URB || rec->comment)
		injected(rec, ev);
	ev->os = USB_OS_LINUX;
	ev->type = type_of[p[OFF_TYPE] & 3];
	ev->endpoint = p[OFF_ENDPOINT] & 0x0f;
	ev->dir = p[OFF_ENDPOINT] & 0x80 ? USB_IN : USB_OUT;
	ev->device = p[OFF_DEVICE];
	ev->bus = load16(p + OFF_BUS, s.big);
	u->raw_status = (int32_t)load32(p + OFF_STATUS, s.big);
	u->header_length = load32(p + OFF_URB_LEN, s.big);
	u->header_data_len = load32(p + OFF_DATA_LEN, s.big);
	ev->capture = writer_of(rec, ev, s, u->header_data_len);
	if (ev->type == USB_CONTROL && p[OFF_SETUP_FLAG] == 0 &&
		(s.kind == EVENT_SUBMIT || ev->capture == CAPTURE_SIGROK)) {
		memcpy(u->setup, p + OFF_SETUP, 8);
		u->has |= URB_SETUP;
	}
	if (s.header == HEADER_MMAPPED)
		mmapped_tail(p, ev, s);
	lengths(ev, s, u->header_data_len);
	if (ev->type == USB_ISOCHRONOUS)
		start += iso_table(rec, ev, s);
	payload(rec, ev, s, start, flag == 0 || (flag == '=' && ev->capture == CAPTURE_QEMU));
}

/* What is none of the common sorts. */
static __attribute__((noinline)) void decode_other(
	const struct record *rec, struct event *ev, bool old, bool kernel)
{
	struct sort s = {old ? HEADER_OLD : HEADER_MMAPPED, rec->big_endian, kernel, EVENT_ERROR};

	switch (rec->data[OFF_EVENT]) {
	case 'S': s.kind = EVENT_SUBMIT; break;
	case 'C': s.kind = EVENT_COMPLETE; break;
	case 'E': break;
	default: link_malformed(ev, "event type is not S, C or E"); return;
	}
	if (rec->data[OFF_TYPE] > 3)
		link_malformed(ev, "transfer type is not 0 to 3");
	else
		decode(rec, ev, s);
}

void link_usbmon_decode(const struct record *rec, struct event *ev)
{
	bool old = rec->link == LINK_USB_LINUX, kernel;

	if (rec->caplen < (old ? HEADER_OLD : HEADER_MMAPPED)) {
		link_malformed(ev, "cut inside the usbmon header");
		return;
	}
	kernel = load16(rec->data + OFF_BUS, false);
	if (old || rec->big_endian || !kernel || rec->data[OFF_TYPE] > 3)
		decode_other(rec, ev, old, kernel);
	else if (rec->data[OFF_EVENT] == 'S')
		decode(rec, ev, (struct sort){HEADER_MMAPPED, false, true, EVENT_SUBMIT});
	else if (rec->data[OFF_EVENT] == 'C')
		decode(rec, ev, (struct sort){HEADER_MMAPPED, false, true, EVENT_COMPLETE});
	else
		decode_other(rec, ev, old, kernel);
}
