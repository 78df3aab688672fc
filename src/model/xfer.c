/* xfer.c: names of a transfer's properties, and sums over its packet table. */
#include "model/xfer.h"

const char *seen_name(enum seen s)
{
	static const char *const name[] = {"both", "submit", "complete"};

	return name[s];
}

const char *xfer_end_name(enum xfer_end e)
{
	static const char *const name[XFER_ENDS] = {"complete", "short", "zlp", "stall", "reset",
		"pause", "size", "class", "eof", "error", "cancelled", "lost", "refused"};

	return name[e];
}

struct iso_sum xfer_iso_sum(const struct xfer *x)
{
	struct iso_sum sum = {.packets = x->iso.packets, .sized = true};
	bool cancelled = x->ended == END_CANCELLED;
	struct iso_packet p;

	if (!x->iso.complete)
		return sum;
	if (x->iso.layout == ISO_WIRE)
		return (struct iso_sum){.packets = x->iso.packets,
			.errors = x->iso.errors,
			.missed = x->iso.missed,
			.empty = x->iso.empty,
			.judged = true,
			.sized = true,
			.bytes = (uint64_t)x->len};
	for (uint32_t i = 0; i < x->iso.present && iso_packet(&x->iso, i, &p); i++) {
		enum status s = p.has_status ? status_canonical(x->os, p.raw_status) : STATUS_OK;

		sum.judged |= p.has_status;
		if (cancelled && s != STATUS_OK && s != STATUS_SHORT) {
			sum.cancelled++;
			continue;
		}
		sum.bytes += p.length == ISO_UNKNOWN ? 0 : p.length;
		/* what failed has no length either: that is said already */
		sum.empty += p.length == 0 && (s == STATUS_OK || s == STATUS_SHORT);
		sum.sized &= p.length != ISO_UNKNOWN;
		sum.missed += s == STATUS_MISSED;
		/* less than asked is what isochronous IN packets mostly bring */
		sum.errors += s != STATUS_OK && s != STATUS_SHORT && s != STATUS_MISSED;
	}
	return sum;
}
