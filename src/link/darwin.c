/* darwin.c: link type 266, URBs captured on macOS (tcpdump or Wireshark on XHC20 and the like).
 *
 *   0 u16 version | 2 u8 header length | 3 u8 0 submit, 1 complete | 4 u32 length | 8 u32 IOReturn
 *  12 u32 isochronous frames | 16 u64 id | 24 u32 location | 28 u8 speed | 29 u8 device
 *  30 u8 endpoint | 31 u8 type        (version 1.0: 32 bytes)
 *  32 u32 0 | 36 u16 idVendor | 38 u16 idProduct    (version 1.1: 40 bytes)
 *
 * then the setup (control submissions), isochronous frames, or data. Little-endian. OUT data comes
 * with the completion. An isochronous frame, aligned to 4 bytes:
 *   0 u32 header length | 4 u32 length | 8 u32 IOReturn | 12 u64 frame number | 20 u64 time | data
 * whose data follows on completions only. */
#include "base/cursor.h"
#include "link/iso.h"
#include "link/link.h"

enum { HEADER_MIN = 32, SETUP_LEN = 8, FRAME_MIN = 20, SUBMIT = 0, COMPLETE = 1 };

_Static_assert(USB_CONTROL == 0 && USB_ISOCHRONOUS == 1 && USB_BULK == 2 && USB_INTERRUPT == 3,
	"the header's type byte is USB's own numbering and ours");

/* Bytes of the record behind `at`, as captured and as they were. */
static void take_data(const struct record *rec, struct event *ev, uint32_t at, uint32_t length)
{
	uint32_t orig = rec->origlen > rec->caplen ? rec->origlen : rec->caplen;

	ev->urb.data_total = orig > at ? orig - at : 0;
	if (ev->urb.data_total > length)
		ev->urb.data_total = length;
	if (rec->caplen <= at || !ev->urb.data_total)
		return;
	ev->urb.data = rec->data + at;
	ev->urb.data_len = rec->caplen - at;
	if (ev->urb.data_len > ev->urb.data_total)
		ev->urb.data_len = ev->urb.data_total;
}

static void take_setup(const struct record *rec, struct event *ev, uint32_t at)
{
	if (rec->caplen < at + SETUP_LEN)
		return;
	memcpy(ev->urb.setup, rec->data + at, SETUP_LEN);
	ev->urb.has |= URB_SETUP;
	ev->dir = ev->urb.setup[0] & 0x80 ? USB_IN : USB_OUT;
}

/* Size of the frame at pos; frames of a submission have no data. */
static iso_step frame_step;
static uint32_t frame_step(const struct iso_table *t, uint32_t pos)
{
	uint32_t left = t->table_len - pos;
	uint64_t size;

	if (left < FRAME_MIN || le32(t->table + pos) < FRAME_MIN || le32(t->table + pos) > left)
		return 0;
	size = (uint64_t)le32(t->table + pos) + (t->complete ? le32(t->table + pos + 4) : 0);
	size = (size + 3) & ~(uint64_t)3;
	return size > left ? left : (uint32_t)size;
}

bool iso_packet_darwin(const struct iso_table *t, uint32_t i, struct iso_packet *p)
{
	const uint8_t *frame;
	uint32_t pos;

	if (!iso_walk(t, i, frame_step, &pos))
		return false;
	frame = t->table + pos;
	p->offset = t->complete ? pos + le32(frame) : ISO_UNKNOWN;
	p->length = le32(frame + 4);
	p->raw_status = le32(frame + 8);
	p->has_status = t->complete;
	return true;
}

/* The frames stay interleaved with their headers: offsets count from the first header. */
static void take_frames(const struct record *rec, struct event *ev, uint32_t at)
{
	struct iso_table *t = &ev->urb.iso;
	uint32_t pos = 0, n;

	iso_walk_reset();
	take_data(rec, ev, at, UINT32_MAX);
	t->layout = ISO_DARWIN;
	t->table = t->data = ev->urb.data;
	t->table_len = t->data_len = ev->urb.data_len;
	t->packets = le32(rec->data + 12);
	t->complete = ev->kind == EVENT_COMPLETE;
	t->in = ev->dir == USB_IN;
	while (t->present < t->packets && pos < t->table_len && (n = frame_step(t, pos))) {
		pos += n;
		t->present++;
	}
	if (!t->present || !t->complete) /* on submission it is only a wish */
		return;
	ev->urb.has |= URB_FRAME;
	ev->urb.start_frame = (int32_t)le32(t->table + 12); /* of 64 bits */
}

static void decode_payload(const struct record *rec, struct event *ev)
{
	uint32_t at = rec->data[2];

	if (ev->type == USB_ISOCHRONOUS)
		return take_frames(rec, ev, at);
	if (ev->type == USB_CONTROL && ev->kind == EVENT_SUBMIT) {
		take_setup(rec, ev, at);
		at += SETUP_LEN;
	}
	take_data(rec, ev, at, ev->urb.header_length);
}

void link_darwin_decode(const struct record *rec, struct event *ev)
{
	static const uint8_t speeds[] = {USB_LOW, USB_FULL, USB_HIGH, USB_SUPER, USB_SUPER_PLUS};
	const uint8_t *h = rec->data;

	ev->os = USB_OS_DARWIN;
	ev->capture = CAPTURE_DARWIN;
	if (rec->caplen < HEADER_MIN)
		return link_malformed(ev, "shorter than a macOS USB header (32 bytes)");
	if (h[2] < HEADER_MIN)
		return link_malformed(ev, "macOS USB header length is below 32");
	if (h[3] > COMPLETE)
		return link_malformed(
			ev, "macOS USB record is neither a submission nor a completion");
	if (h[31] > USB_INTERRUPT)
		return link_malformed(ev, "unknown macOS endpoint type");
	ev->kind = h[3] == SUBMIT ? EVENT_SUBMIT : EVENT_COMPLETE;
	ev->type = h[31];
	ev->endpoint = h[30] & 15;
	ev->dir = h[30] & 0x80 ? USB_IN : USB_OUT;
	ev->bus = h[27];
	ev->device = h[29];
	ev->speed = h[28] < sizeof(speeds) ? speeds[h[28]] : USB_SPEED_UNKNOWN;
	ev->urb.id = le64(h + 16);
	ev->urb.raw_status = le32(h + 8);
	ev->urb.header_length = ev->urb.length = le32(h + 4);
	ev->urb.has = h[3] == SUBMIT ? URB_REQUESTED : URB_ACTUAL | URB_STATUS;
	decode_payload(rec, ev);
	ev->urb.header_data_len = ev->urb.data_total;
}
