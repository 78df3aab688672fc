/* usbmon.c: link types 189 and 220, the Linux kernel's binary usbmon records (Documentation/usb/
 * usbmon.rst, drivers/usb/mon/mon_bin.c), also as QEMU and sigrok write them. */
#include "link/link.h"
#include "base/cursor.h"

enum { HEADER_OLD = 48, HEADER_MMAPPED = 64, ISO_DESC = 16, ISO_DESC_MAX = 128 };

/* The parts of decode() are made anew for each layout and byte order: as calls that ask for both
 * they are a quarter more instructions. */
#define ALWAYS inline __attribute__((always_inline))

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

/* The kernel never uses bus 0, other writers nothing else. */
static inline bool by_kernel(const struct event *ev)
{
	return ev->bus;
}

/* QEMU (hw/usb/pcap.c) writes the length of the whole record, header
 * included, where the kernel writes the payload's: a length no kernel record has. It keeps 4096
 * bytes of control data and 256 of other data. */
static ALWAYS enum capture_kind writer_of(
	const struct record *rec, const struct event *ev, uint32_t header, uint32_t data_len)
{
	uint32_t kept = ev->type == USB_CONTROL ? 4096 : 256;
	uint32_t payload = rec->origlen > HEADER_MMAPPED ? rec->origlen - HEADER_MMAPPED : 0;

	if (by_kernel(ev))
		return header == HEADER_OLD ? CAPTURE_USBMON_48 : CAPTURE_USBMON;
	return data_len == HEADER_MMAPPED + (payload < kept ? payload : kept) ? CAPTURE_QEMU
									      : CAPTURE_SIGROK;
}

/* What urb_len and status mean depends on the event and on who wrote it. */
static ALWAYS void lengths(struct event *ev, uint32_t payload)
{
	struct urb_event *u = &ev->urb;

	u->length = u->header_length;
	if (ev->kind == EVENT_SUBMIT) {
		/* QEMU leaves urb_len 0 on IN, sigrok everywhere: not known, not zero. */
		if (by_kernel(ev) || (ev->capture == CAPTURE_QEMU && ev->dir == USB_OUT))
			u->has |= URB_REQUESTED;
		return;
	}
	u->has |= URB_STATUS;
	if (ev->kind == EVENT_ERROR) /* urb_len is 0 whatever was asked */
		return;
	if (by_kernel(ev) || (ev->capture == CAPTURE_QEMU && ev->dir == USB_IN)) {
		u->has |= URB_ACTUAL;
	} else if (ev->capture == CAPTURE_SIGROK) {
		u->has |= URB_ACTUAL;
		u->length = payload;
	}
}

/* The isochronous descriptors between header and data, which only the kernel writes. Returns the
 * bytes they take. */
static uint32_t iso_table(const struct record *rec, struct event *ev, uint32_t header, bool big)
{
	struct iso_table *t = &ev->urb.iso;
	uint32_t room = (rec->caplen - header) / ISO_DESC, wanted;

	if (!by_kernel(ev))
		return 0;
	t->packets = load32(rec->data + OFF_NUMDESC, big);
	t->errors = load32(rec->data + OFF_SETUP, big);
	wanted = header == HEADER_MMAPPED    ? load32(rec->data + OFF_NDESC, big)
		 : t->packets < ISO_DESC_MAX ? t->packets
					     : ISO_DESC_MAX;
	t->present = wanted < room ? wanted : room;
	if (t->packets < t->present)
		t->packets = t->present;
	t->table = rec->data + header;
	t->table_len = t->present * ISO_DESC;
	t->layout = ISO_LINUX;
	t->big_endian = big;
	t->complete = ev->kind != EVENT_SUBMIT;
	t->in = ev->dir == USB_IN;
	return t->table_len;
}

/* Payload behind header and descriptors: what is there, and what there was. */
static ALWAYS void payload(const struct record *rec, struct event *ev, uint32_t start, bool present)
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
		(ev->kind == EVENT_SUBMIT) == (ev->dir == USB_OUT) && u->length > said)
		said = u->length;
	u->data_total = present || u->data ? said : 0;
	u->iso.data = u->data;
	u->iso.data_len = u->data_len;
}

/* Asks one thing at a time: of several members at once, written byte by byte just before, compilers
 * make a single load, which has to wait for all these stores. */
static ALWAYS void mmapped_tail(const uint8_t *p, struct event *ev, bool big)
{
	struct urb_event *u = &ev->urb;

	if (!by_kernel(ev) || ev->kind == EVENT_ERROR)
		return; /* zeroes that mean nothing */
	u->transfer_flags = load32(p + OFF_FLAGS, big);
	u->has |= URB_FLAGS;
	if (ev->type != USB_INTERRUPT && ev->type != USB_ISOCHRONOUS)
		return;
	u->interval = (int32_t)load32(p + OFF_INTERVAL, big);
	u->has |= URB_INTERVAL;
	if (ev->type != USB_ISOCHRONOUS)
		return;
	/* On submission start_frame is whatever an earlier use of the URB left. */
	if (ev->kind == EVENT_COMPLETE) {
		u->start_frame = (int32_t)load32(p + OFF_START_FRAME, big);
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

static ALWAYS void decode(const struct record *rec, struct event *ev, uint32_t header, bool big)
{
	const uint8_t *p = rec->data;
	struct urb_event *u = &ev->urb;
	uint32_t start = header;
	uint8_t flag = p[OFF_DATA_FLAG];

	u->id = load64(p + OFF_ID, big);
	if (u->id == INJECTED_URB || rec->comment)
		injected(rec, ev);
	ev->os = USB_OS_LINUX;
	ev->type = type_of[p[OFF_TYPE] & 3];
	ev->endpoint = p[OFF_ENDPOINT] & 0x0f;
	ev->dir = p[OFF_ENDPOINT] & 0x80 ? USB_IN : USB_OUT;
	ev->device = p[OFF_DEVICE];
	ev->bus = load16(p + OFF_BUS, big);
	u->raw_status = (int32_t)load32(p + OFF_STATUS, big);
	u->header_length = load32(p + OFF_URB_LEN, big);
	u->header_data_len = load32(p + OFF_DATA_LEN, big);
	ev->capture = writer_of(rec, ev, header, u->header_data_len);
	if (ev->type == USB_CONTROL && p[OFF_SETUP_FLAG] == 0 &&
		(ev->kind == EVENT_SUBMIT || ev->capture == CAPTURE_SIGROK)) {
		memcpy(u->setup, p + OFF_SETUP, 8);
		u->has |= URB_SETUP;
	}
	if (header == HEADER_MMAPPED)
		mmapped_tail(p, ev, big);
	lengths(ev, u->header_data_len);
	if (ev->type == USB_ISOCHRONOUS)
		start += iso_table(rec, ev, header, big);
	payload(rec, ev, start, flag == 0 || (flag == '=' && ev->capture == CAPTURE_QEMU));
}

void link_usbmon_decode(const struct record *rec, struct event *ev)
{
	bool old = rec->link == LINK_USB_LINUX;

	if (rec->caplen < (old ? HEADER_OLD : HEADER_MMAPPED)) {
		link_malformed(ev, "cut inside the usbmon header");
		return;
	}
	switch (rec->data[OFF_EVENT]) {
	case 'S': ev->kind = EVENT_SUBMIT; break;
	case 'C': ev->kind = EVENT_COMPLETE; break;
	case 'E': ev->kind = EVENT_ERROR; break;
	default: link_malformed(ev, "event type is not S, C or E"); return;
	}
	if (rec->data[OFF_TYPE] > 3) {
		link_malformed(ev, "transfer type is not 0 to 3");
		return;
	}
	if (!old && !rec->big_endian) /* nearly all */
		decode(rec, ev, HEADER_MMAPPED, false);
	else
		decode(rec, ev, old ? HEADER_OLD : HEADER_MMAPPED, rec->big_endian);
}
