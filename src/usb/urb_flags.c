/* urb_flags.c: names of the transfer flags of Linux URBs (include/linux/usb.h, kernel 6.1). */
#include "usb/urb_flags.h"
#include "base/mem.h"

static const struct {
	uint32_t bit;
	const char *name;
} flag[] = {
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
};

void urb_flags_text(struct text *t, uint32_t flags)
{
	size_t start = t->len;

	for (size_t i = 0; i < ARRAY_LEN(flag); i++) {
		if (!(flags & flag[i].bit))
			continue;
		if (t->len > start)
			text_char(t, '|');
		text_str(t, flag[i].name);
		flags &= ~flag[i].bit;
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
