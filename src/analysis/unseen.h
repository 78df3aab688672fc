/* unseen.h: what is missing from a transfer because its kind of capture never records it
 * (usb/observability.h), so that nothing absent is shown as zero. */
#ifndef ANALYSIS_UNSEEN_H
#define ANALYSIS_UNSEEN_H

#include "base/text.h"
#include "model/xfer.h"

/* Bits 1 << enum aspect: missing from x, and the capture kind says why. */
uint64_t unseen(const struct xfer *x);
/* Nothing can be missing: `stat` asks this first, for every transfer, and most lack nothing. */
static inline bool unseen_none(const struct xfer *x)
{
	return x->seen == SEEN_BOTH && x->req_len != XFER_UNKNOWN && x->len != XFER_UNKNOWN &&
	       x->type != USB_ISOCHRONOUS;
}
/* Appends "bytes asked for (a bulk IN submission carries no length)" for one of those aspects. */
void unseen_text(struct text *t, enum capture_kind kind, enum aspect aspect);

#endif
