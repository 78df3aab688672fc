/* link.c: the table of link types, and names of events and bins. */
#include "link/link.h"
#include "base/mem.h"

static const struct link_type types[] = {
	{LINK_USB_LINUX_MMAPPED, "usbmon (mmapped)",
		"Linux usbmon with 64-byte header; also QEMU's pcap= and sigrok",
		link_usbmon_decode},
	{LINK_USB_LINUX, "usbmon", "Linux usbmon with 48-byte header", link_usbmon_decode},
	{LINK_USBMON_TEXT, "usbmon text", "Linux debugfs usbmon, layouts 1t, 1u and 0u",
		link_usbmon_text_decode},
	{LINK_USBPCAP, "USBPcap", "Windows, USBPcap 1.0 to 1.5", link_usbpcap_decode},
	{LINK_USB_DARWIN, "macOS", "macOS XHC interfaces", link_darwin_decode},
	{LINK_USB_FREEBSD, "FreeBSD or early usbmon",
		"FreeBSD usbdump; before that, usbmon through libpcap of 2006",
		link_freebsd_decode},
	{LINK_USB_2_0, "USB 2.0 packets", "bus packets, speed unknown", link_packet_decode},
	{LINK_USB_2_0_LOW_SPEED, "USB 2.0 low-speed packets", "bus packets", link_packet_decode},
	{LINK_USB_2_0_FULL_SPEED, "USB 2.0 full-speed packets", "bus packets", link_packet_decode},
	{LINK_USB_2_0_HIGH_SPEED, "USB 2.0 high-speed packets", "bus packets", link_packet_decode},
	{LINK_WIRESHARK_UPPER_PDU, "bus states", "status texts between bus packets",
		link_status_decode},
	{LINK_PCAPNG_CUSTOM, "pcapng custom blocks", "bus events of Packetry", link_custom_decode},
};

const struct link_type *link_find(uint32_t link)
{
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (types[i].link == link)
			return &types[i];
	return NULL;
}

void link_to_event(const struct link_type *t, const struct record *rec, struct event *ev)
{
	mem_clear(ev);
	ev->kind = EVENT_OTHER;
	ev->type = USB_TYPE_UNKNOWN;
	ev->dir = USB_DIR_UNKNOWN;
	ev->endpoint = USB_NO_ENDPOINT;
	ev->bus = USB_NO_BUS;
	if (t) {
		t->decode(rec, ev);
	} else {
		ev->bin = BIN_FOREIGN;
		ev->reason = "not a USB link type";
	}
}

void link_malformed(struct event *ev, const char *reason)
{
	ev->kind = EVENT_OTHER;
	ev->bin = BIN_MALFORMED;
	ev->reason = reason;
}

const char *bin_name(enum bin b)
{
	static const char *const name[BIN_COUNT] = {0, "sof", "keepalive", "lpm", "state",
		"malformed", "orphan", "custom", "foreign", "injected", "lost", "other"};

	return name[b];
}

const char *event_kind_name(enum event_kind k)
{
	static const char *const name[EVENT_KINDS] = {
		"submit", "complete", "error", "data", "packet", "state", "other"};

	return name[k];
}
