/* urb_flags.c: names of transfer flags: Linux (include/linux/usb.h, kernel 6.1) and FreeBSD
 * (sys/dev/usb/usb_pf.h). */
#include "usb/urb_flags.h"

struct flag {
	uint32_t bit; /* 0 behind the last */
	const char *name;
};

static const struct flag linux_flags[] = {
	{0x00000001, "SHORT_NOT_OK"},
	{0x00000002, "ISO_ASAP"},
	{0x00000004, "NO_TRANSFER_DMA_MAP"},
	{0x00000040, "ZERO_PACKET"},
	{0x00000080, "NO_INTERRUPT"},
	{0x00000100, "FREE_BUFFER"},
	{0x00000200, "DIR_IN"},
	{0x00010000, "DMA_MAP_SINGLE"},
	{0x00020000, "DMA_MAP_PAGE"},
	{0x00040000, "DMA_MAP_SG"},
	{0x00080000, "MAP_LOCAL"},
	{0x00100000, "SETUP_MAP_SINGLE"},
	{0x00200000, "SETUP_MAP_LOCAL"},
	{0x00400000, "DMA_SG_COMBINED"},
	{0x00800000, "ALIGNED_TEMP_BUFFER"},
	{0, NULL},
};

static const struct flag freebsd_flags[] = {
	{0x00000001, "FORCE_SHORT_XFER"},
	{0x00000002, "SHORT_XFER_OK"},
	{0x00000004, "SHORT_FRAMES_OK"},
	{0x00000008, "PIPE_BOF"},
	{0x00000010, "PROXY_BUFFER"},
	{0x00000020, "EXT_BUFFER"},
	{0x00000040, "MANUAL_STATUS"},
	{0x00000080, "NO_PIPE_OK"},
	{0x00000100, "STALL_PIPE"},
	{0, NULL},
};

static const struct flag *const flags_of[USB_OS_COUNT] = {
	[USB_OS_LINUX] = linux_flags,
	[USB_OS_FREEBSD] = freebsd_flags,
};

void urb_flags_text(struct text *t, enum usb_os os, uint32_t flags)
{
	size_t start = t->len;

	for (const struct flag *f = flags_of[os]; f && f->bit; f++) {
		if (!(flags & f->bit))
			continue;
		if (t->len > start)
			text_char(t, '|');
		text_str(t, f->name);
		flags &= ~f->bit;
	}
	if (flags || t->len == start) {
		if (t->len > start)
			text_char(t, '|');
		if (flags)
			text_hex(t, flags, 1);
		else
			text_char(t, '0');
	}
}
