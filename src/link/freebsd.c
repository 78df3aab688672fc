/* freebsd.c: link type 186, transfers captured by FreeBSD's usbdump.
 *
 *   0 u32 total length | 4 u32 bus unit | 8 u8 device index | 9 u8 0 host, 1 device mode
 *  10 u8 0 submit, 1 done | 11 u8 type | 12 u32 flags | 16 u32 status bits | 20 u32 USB_ERR_*
 *  24 u32 interval | 28 u32 frames | 32 u32 packet size | 36 u32 packet count | 40 u32 endpoint
 *  44 u8 speed | reserved up to 128
 *
 * then `frames` × { u32 length, u32 flags (bit 0: read, bit 1: data follows), data padded to 4 }.
 * Little-endian (FreeBSD sys/dev/usb/usb_pf.h, usb_pf.c). No id: pairing is by endpoint, in order.
 *
 * The number 186 was used before for another layout: usbmon_early.c. */
#include "base/cursor.h"
#include "link/iso.h"
#include "link/link.h"

enum {
	HEADER_LEN = 128,
	FRAME_LEN = 8,
	SETUP_LEN = 8,
	SUBMIT = 0,
	DONE = 1,
	FRAME_READ = 1,
	FRAME_DATA = 2,
	STATUS_CONTROL_XFR = 1 << 7,
	STATUS_CONTROL_HDR = 1 << 8,
	GATHER_MAX = 64 * 1024
};

_Static_assert(USB_CONTROL == 0 && USB_ISOCHRONOUS == 1 && USB_BULK == 2 && USB_INTERRUPT == 3,
	"the header's type byte is USB's own numbering and ours");

/* Data of a transfer of several frames put together: in the record, frame headers lie between.
 * Valid until the thread's next record. */
static _Thread_local uint8_t gathered[GATHER_MAX];

/* Size of the frame at pos with its data and padding, as far as it was captured. */
static iso_step frame_step;
static uint32_t frame_step(const struct iso_table *t, uint32_t pos)
{
	uint32_t left = t->table_len - pos;
	uint64_t size = FRAME_LEN;

	if (left < FRAME_LEN)
		return 0;
	if (le32(t->table + pos + 4) & FRAME_DATA)
		size += ((uint64_t)le32(t->table + pos) + 3) & ~(uint64_t)3;
	return size > left ? left : (uint32_t)size;
}

bool iso_packet_freebsd(const struct iso_table *t, uint32_t i, struct iso_packet *p)
{
	uint32_t pos;

	if (!iso_walk(t, i, frame_step, &pos))
		return false;
	p->offset = le32(t->table + pos + 4) & FRAME_DATA ? pos + FRAME_LEN : ISO_UNKNOWN;
	p->length = le32(t->table + pos);
	p->raw_status = 0;
	p->has_status = false;
	return true;
}

/* Frame 0 of a control transfer is the setup while CONTROL_HDR is set: later pieces of a long
 * control transfer have none. Writers that leave the status bits empty always have one. */
static bool starts_with_setup(const uint8_t *h, const struct event *ev, uint32_t frames_len)
{
	uint32_t status = le32(h + 16);

	if (ev->type != USB_CONTROL || frames_len < FRAME_LEN)
		return false;
	return (status & STATUS_CONTROL_HDR || !(status & STATUS_CONTROL_XFR)) &&
	       le32(h + HEADER_LEN) == SETUP_LEN && !(le32(h + HEADER_LEN + 4) & FRAME_READ);
}

static void take_setup(struct event *ev, const uint8_t *frame, uint32_t left)
{
	if (!(le32(frame + 4) & FRAME_DATA) || left < FRAME_LEN + SETUP_LEN)
		return;
	memcpy(ev->urb.setup, frame + FRAME_LEN, SETUP_LEN);
	ev->urb.has |= URB_SETUP;
	ev->dir = ev->urb.setup[0] & 0x80 ? USB_IN : USB_OUT;
}

/* One frame's share of the data: n captured of `length` bytes. A single frame is left where it is.
 */
static void add_data(struct urb_event *u, const uint8_t *data, uint32_t n, uint32_t length)
{
	bool whole = u->data_len == u->data_total;

	u->data_total = length > UINT32_MAX - u->data_total ? UINT32_MAX : u->data_total + length;
	if (!n || !whole)
		return;
	if (!u->data_len) {
		u->data = data;
		u->data_len = n;
		return;
	}
	if (u->data != gathered) {
		if (u->data_len > GATHER_MAX)
			return;
		memcpy(gathered, u->data, u->data_len);
		u->data = gathered;
	}
	if (n > GATHER_MAX - u->data_len)
		n = GATHER_MAX - u->data_len;
	memcpy(gathered + u->data_len, data, n);
	u->data_len += n;
}

/* Walks the frames: setup, lengths, data. t serves as the description of the area. */
static void take_frames(const uint8_t *h, struct event *ev, struct iso_table *t)
{
	bool setup = starts_with_setup(h, ev, t->table_len);
	uint64_t sum = 0;
	uint32_t pos = 0, n, length, left;

	for (; t->present < t->packets && pos < t->table_len && (n = frame_step(t, pos));
		pos += n) {
		length = le32(t->table + pos);
		left = n - FRAME_LEN;
		if (!t->present++ && setup) {
			take_setup(ev, t->table + pos, n);
			continue;
		}
		sum += length;
		if (ev->type != USB_ISOCHRONOUS && le32(t->table + pos + 4) & FRAME_DATA)
			add_data(&ev->urb, t->table + pos + FRAME_LEN,
				left < length ? left : length, length);
	}
	/* A sum over frames that a snap length cut off would be made up. */
	if (t->present < t->packets || sum > UINT32_MAX)
		return;
	ev->urb.length = (uint32_t)sum;
	ev->urb.has |= ev->kind == EVENT_SUBMIT ? URB_REQUESTED : URB_ACTUAL;
}

static void decode_frames(const struct record *rec, struct event *ev)
{
	struct iso_table t = {.table = rec->data + HEADER_LEN,
		.table_len = rec->caplen - HEADER_LEN,
		.packets = le32(rec->data + 28),
		.complete = ev->kind == EVENT_COMPLETE,
		.in = ev->dir == USB_IN,
		.layout = ISO_FREEBSD};

	iso_walk_reset();
	take_frames(rec->data, ev, &t);
	if (ev->type != USB_ISOCHRONOUS)
		return;
	t.data = t.table;
	t.data_len = t.table_len;
	ev->urb.iso = t;
	ev->urb.data = t.table_len ? t.table : NULL;
	ev->urb.data_len = t.table_len;
	ev->urb.data_total = (rec->origlen > rec->caplen ? rec->origlen : rec->caplen) - HEADER_LEN;
}

static bool is_freebsd(const struct record *rec)
{
	uint32_t orig = rec->origlen > rec->caplen ? rec->origlen : rec->caplen;

	return rec->caplen >= HEADER_LEN && le32(rec->data) >= HEADER_LEN &&
	       le32(rec->data) <= orig;
}

static void decode_header(const uint8_t *h, struct event *ev)
{
	static const uint8_t speeds[] = {
		USB_SPEED_UNKNOWN /* variable: wireless */, USB_LOW, USB_FULL, USB_HIGH, USB_SUPER};

	ev->kind = h[10] == SUBMIT ? EVENT_SUBMIT : EVENT_COMPLETE;
	ev->type = h[11];
	ev->bus = le32(h + 4) < USB_NO_BUS ? (uint16_t)le32(h + 4) : USB_NO_BUS;
	ev->device = h[8];
	ev->endpoint = h[40] & 15;
	ev->dir = h[40] & 0x80 ? USB_IN : USB_OUT;
	ev->speed = h[44] < sizeof(speeds) ? speeds[h[44]] : USB_SPEED_UNKNOWN;
	ev->urb.raw_status = le32(h + 20);
	ev->urb.transfer_flags = le32(h + 12);
	ev->urb.has = URB_FLAGS | (h[10] == DONE ? URB_STATUS : 0);
	ev->urb.header_length = le32(h);
	if (ev->type == USB_INTERRUPT) { /* in milliseconds; not used for isochronous ones */
		ev->urb.has |= URB_INTERVAL;
		ev->urb.interval = (int32_t)le32(h + 24);
	}
}

void link_freebsd_decode(const struct record *rec, struct event *ev)
{
	const uint8_t *h = rec->data;

	if (!is_freebsd(rec) && link_is_usbmon_early(rec))
		return link_usbmon_early_decode(rec, ev);
	ev->os = USB_OS_FREEBSD;
	ev->capture = CAPTURE_FREEBSD;
	if (!is_freebsd(rec))
		return link_malformed(ev, "no complete FreeBSD USB header (128 bytes)");
	if (h[10] > DONE)
		return link_malformed(
			ev, "FreeBSD USB record is neither a submission nor a completion");
	if (h[11] > USB_INTERRUPT)
		return link_malformed(ev, "unknown FreeBSD transfer type");
	decode_header(h, ev);
	decode_frames(rec, ev);
	ev->urb.header_data_len = ev->urb.data_total;
}
