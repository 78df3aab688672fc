/* usbmon_early.c: the layout that had link type 186 before FreeBSD's: libpcap of 2006 and 2007
 * wrote it, from the lines of Linux usbmon text (layout t).
 *
 *   0 u32 0–7: control, isochronous, interrupt, bulk; in, out | 4 u32 device | 8 u32 endpoint
 *  12 u32 1: a setup follows (the writer's byte order)
 *
 * then the setup's eight bytes where one follows, then data. All but the word at 12 is big-endian,
 * the setup's words included. The original length counts the URB's bytes. (libpcap of that time,
 * pcap-usb-linux.c; Linux drivers/usb/mon/mon_text.c.)
 *
 * What the line said beyond that is lost: bus, URB id, status, whether it was a submission. Lines
 * of length 0 were left out altogether. The kernel adds data to submissions OUT and completions IN
 * alone, which tells the two apart. */
#include "base/cursor.h"
#include "link/link.h"

enum {
	OFF_TYPE = 0,
	OFF_DEVICE = 4,
	OFF_ENDPOINT = 8,
	OFF_SETUP_FLAG = 12,
	HEADER_LEN = 16,
	SETUP_LEN = 8,
	TYPES = 8,
	DEVICES = 128,
	ENDPOINTS = 16
};

bool link_is_usbmon_early(const struct record *rec)
{
	const uint8_t *h = rec->data;

	return rec->caplen >= HEADER_LEN && be32(h + OFF_TYPE) < TYPES &&
	       be32(h + OFF_DEVICE) < DEVICES && be32(h + OFF_ENDPOINT) < ENDPOINTS &&
	       (be32(h + OFF_SETUP_FLAG) <= 1 || le32(h + OFF_SETUP_FLAG) == 1);
}

/* Into the order of the wire (USB 2.0 section 9.3). */
static void take_setup(const uint8_t *p, struct event *ev)
{
	static const uint8_t from[SETUP_LEN] = {0, 1, 3, 2, 5, 4, 7, 6};

	for (size_t i = 0; i < SETUP_LEN; i++)
		ev->urb.setup[i] = p[from[i]];
	ev->urb.has |= URB_SETUP;
}

/* Of n bytes of data. A control transfer's submission is known by its setup. */
static uint8_t kind_of(const struct event *ev, uint32_t n)
{
	bool submit =
		ev->type == USB_CONTROL ? ev->urb.has & URB_SETUP : (n > 0) == (ev->dir == USB_OUT);

	return submit ? EVENT_SUBMIT : EVENT_COMPLETE;
}

/* n captured bytes of `total` behind header and setup. */
static void take_data(const uint8_t *p, uint32_t n, uint32_t total, struct event *ev)
{
	struct urb_event *u = &ev->urb;

	ev->kind = kind_of(ev, n);
	u->has |= ev->kind == EVENT_SUBMIT ? URB_REQUESTED : URB_ACTUAL;
	u->length = u->header_length = total;
	u->header_data_len = n;
	if (!n)
		return;
	u->data = p;
	u->data_len = n;
	u->data_total = total;
}

void link_usbmon_early_decode(const struct record *rec, struct event *ev)
{
	static const uint8_t types[] = {USB_CONTROL, USB_ISOCHRONOUS, USB_INTERRUPT, USB_BULK};
	const uint8_t *h = rec->data;
	bool setup = be32(h + OFF_SETUP_FLAG) != 0;
	uint32_t head = HEADER_LEN + (setup ? SETUP_LEN : 0);
	uint32_t whole = rec->origlen > rec->caplen ? rec->origlen : rec->caplen;

	ev->os = USB_OS_LINUX;
	ev->capture = CAPTURE_USBMON_EARLY;
	ev->type = types[be32(h + OFF_TYPE) / 2];
	ev->dir = be32(h + OFF_TYPE) % 2 ? USB_OUT : USB_IN;
	ev->device = (uint16_t)be32(h + OFF_DEVICE);
	ev->endpoint = (uint8_t)be32(h + OFF_ENDPOINT);
	if (rec->caplen < head)
		return link_malformed(ev, "the setup is cut");
	if (setup)
		take_setup(h + HEADER_LEN, ev);
	take_data(h + head, rec->caplen - head, whole - head, ev);
}
