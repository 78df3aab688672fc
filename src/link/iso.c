/* iso.c: one packet out of an isochronous packet table, whatever system laid it out. */
#include "link/iso.h"
#include "base/cursor.h"

/* Linux: s32 status, u32 offset, u32 length, u32 padding (struct mon_bin_isodesc). A submission's
 * descriptors all say -EXDEV: no result yet. */
static bool iso_packet_linux(const struct iso_table *t, uint32_t i, struct iso_packet *p)
{
	const uint8_t *d = t->table + (size_t)i * 16;

	p->raw_status = (int32_t)load32(d, t->big_endian);
	p->offset = load32(d + 4, t->big_endian);
	p->length = load32(d + 8, t->big_endian);
	p->has_status = t->complete;
	return true;
}

bool iso_packet(const struct iso_table *t, uint32_t i, struct iso_packet *p)
{
	static bool (*const read[])(const struct iso_table *, uint32_t, struct iso_packet *) = {
		[ISO_LINUX] = iso_packet_linux,
		[ISO_USBPCAP] = iso_packet_usbpcap,
		[ISO_DARWIN] = iso_packet_darwin,
		[ISO_FREEBSD] = iso_packet_freebsd,
		[ISO_TEXT] = iso_packet_text,
	};

	if (t->layout == ISO_NONE || i >= t->present)
		return false;
	return read[t->layout](t, i, p);
}
