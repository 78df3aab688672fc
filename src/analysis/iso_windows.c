/* iso_windows.c: the rules that Windows has for isochronous URBs. */
#include "analysis/iso_impl.h"

/* An URB has at most 255 packets at full speed, 1024 at high speed, where it also covers whole
 * frames (Microsoft, "How to send USB isochronous transfers"). A start frame too far off is refused
 * with a status of its own. */
void iso_windows_rules(struct iso_stream *s, const struct xfer *x)
{
	enum { FULL_MOST = 255, HIGH_MOST = 1024, MICROFRAMES = 8 };
	enum { USBD_STATUS_BAD_START_FRAME = 0xc0000a00u };
	bool high = s->speed == USB_HIGH, full = s->speed == USB_FULL;
	bool broken[RULES] = {0};

	if (!capture_is_usbpcap(x->capture))
		return;
	broken[RULE_PACKETS] =
		(full && x->iso.packets > FULL_MOST) || (high && x->iso.packets > HIGH_MOST);
	broken[RULE_WHOLE_FRAMES] =
		high && s->step && (uint64_t)x->iso.packets * s->step % MICROFRAMES;
	broken[RULE_START_FRAME] = (uint32_t)x->raw_status == USBD_STATUS_BAD_START_FRAME;
	for (unsigned i = 0; i < RULES; i++) {
		if (broken[i] && !s->rule[i]++)
			s->rule_first[i] = x->first;
	}
}
