/* unseen.c: which parts of a transfer its kind of capture does not record. */
#include "analysis/unseen.h"
#include "base/mem.h"

#include <assert.h>

static_assert(ASPECTS <= 64, "aspects as bits");

static bool moves_data(const struct xfer *x)
{
	return x->type < USB_REQUEST;
}

static bool no_requested(const struct xfer *x)
{
	return moves_data(x) && x->req_len == XFER_UNKNOWN && x->seen != SEEN_COMPLETE;
}

/* What is pending has no length yet; where nothing was asked for, nothing moved. */
static bool no_actual(const struct xfer *x)
{
	return moves_data(x) && x->len == XFER_UNKNOWN && x->req_len != 0 &&
	       x->status != STATUS_PENDING && x->ended != END_REFUSED;
}

static bool no_submission(const struct xfer *x)
{
	return x->seen == SEEN_COMPLETE && (x->type == USB_BULK || x->type == USB_INTERRUPT);
}

static bool no_completion(const struct xfer *x)
{
	return moves_data(x) && x->seen == SEEN_SUBMIT;
}

static bool no_packets(const struct xfer *x)
{
	return x->type == USB_ISOCHRONOUS && x->status != STATUS_PENDING &&
	       x->ended != END_REFUSED &&
	       (x->iso.layout == ISO_NONE || x->iso.present < x->iso.packets);
}

static const struct {
	uint8_t aspect;
	const char *what;
	bool (*missing)(const struct xfer *x);
} parts[] = {
	{ASPECT_REQUESTED_LENGTH, "bytes asked for", no_requested},
	{ASPECT_ACTUAL_LENGTH, "bytes transferred", no_actual},
	{ASPECT_SUBMIT_TIME, "submission, so no latency", no_submission},
	{ASPECT_COMPLETION, "completion, so no result and no latency", no_completion},
	{ASPECT_ISO_TABLE, "all its packets", no_packets},
};

uint64_t unseen(const struct xfer *x)
{
	uint64_t aspects = 0;

	if (unseen_none(x))
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (parts[i].missing(x) && observe(x->capture, parts[i].aspect) != OBSERVED_KNOWN)
			aspects |= (uint64_t)1 << parts[i].aspect;
	return aspects;
}

void unseen_text(struct text *t, enum capture_kind kind, enum aspect aspect)
{
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (parts[i].aspect == aspect)
			text_str(t, parts[i].what);
	text_str(t, " (");
	text_str(t, observe_reason(kind, aspect));
	text_char(t, ')');
}
