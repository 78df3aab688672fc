/* iso_packets.c: what the packets of an URB say: how each went, its size, feedback. */
#include "analysis/iso_impl.h"

/* Bytes of packet p where they are at hand, else NULL. */
static const uint8_t *packet_bytes(const struct iso_table *t, const struct iso_packet *p)
{
	if (!t->data || p->offset == ISO_UNKNOWN || p->offset > t->data_len ||
		p->length > t->data_len - p->offset)
		return NULL;
	return t->data + p->offset;
}

static void count_feedback(
	struct iso_stream *s, const struct xfer *x, const uint8_t *bytes, uint32_t len)
{
	uint64_t before = s->feedback.n;

	if (!s->is_feedback || (len && !bytes))
		return;
	iso_feedback_add(&s->feedback, bytes, len);
	if (s->feedback.n > before)
		iso_note_feedback(s, x->end);
}

static void count_size(struct iso_stream *s, uint32_t len)
{
	iso_sizes_add(&s->sizes, len);
	s->empty += !len;
	s->short_packets += len && s->largest && len < s->largest;
	s->full += s->largest && len >= s->largest;
}

/* A packet that was served; its length may not be recorded. */
static void count_good(struct iso_stream *s, struct iso_urb *u, uint32_t len)
{
	s->done++;
	if (len == ISO_UNKNOWN) {
		s->unrecorded++;
		return;
	}
	u->good++;
	u->good_bytes += len;
	s->bytes += len;
	count_size(s, len);
}

/* What was still queued when an URB was cancelled never had its turn. */
static void count_failed(
	struct iso_stream *s, const struct xfer *x, struct iso_urb *u, enum status status)
{
	if (x->ended == END_CANCELLED) {
		s->cancelled_packets++;
		return;
	}
	s->failed[status]++;
	s->failures++;
	u->failed++;
}

static bool is_good(enum status status)
{
	return status == STATUS_OK || status == STATUS_SHORT;
}

static void count_packet(
	struct iso_stream *s, const struct xfer *x, const struct iso_packet *p, struct iso_urb *u)
{
	enum status status =
		p->has_status ? status_canonical(x->os, p->raw_status) : (enum status)x->status;

	s->unjudged += !p->has_status;
	if (!is_good(status)) {
		count_failed(s, x, u, status);
		return;
	}
	count_good(s, u, p->length);
	if (p->length != ISO_UNKNOWN)
		count_feedback(s, x, packet_bytes(&x->iso, p), p->length);
}

/* A capture without packet tables that has a record for each packet (QEMU). */
static void count_alone(struct iso_stream *s, const struct xfer *x, struct iso_urb *u)
{
	int64_t len = x->len != XFER_UNKNOWN ? x->len : x->dir == USB_OUT ? x->req_len : -1;

	s->packets++;
	u->packets = 1;
	if (!is_good(x->status)) {
		count_failed(s, x, u, x->status);
		return;
	}
	count_good(s, u, len < 0 || len >= UINT32_MAX ? ISO_UNKNOWN : (uint32_t)len);
	count_feedback(
		s, x, len == x->data.kept ? x->data.data : NULL, len < 0 ? 1 : (uint32_t)len);
}

static void count_table(struct iso_stream *s, const struct xfer *x, struct iso_urb *u)
{
	struct iso_packet p;
	uint32_t i = 0;

	u->packets = x->iso.packets;
	s->packets += x->iso.packets;
	while (i < x->iso.present && iso_packet(&x->iso, i, &p)) {
		count_packet(s, x, &p, u);
		i++;
	}
	s->unrecorded += x->iso.packets - (i < x->iso.packets ? i : x->iso.packets);
}

/* Their number at most is known. */
static void count_unseen(struct iso_stream *s, const struct xfer *x, struct iso_urb *u)
{
	u->packets = x->iso.packets;
	s->packets += u->packets;
	s->unrecorded += u->packets;
}

void iso_count(struct iso_stream *s, const struct xfer *x, struct iso_urb *u)
{
	if (x->iso.layout != ISO_NONE && x->iso.complete)
		count_table(s, x, u);
	else if (x->capture == CAPTURE_QEMU)
		count_alone(s, x, u);
	else
		count_unseen(s, x, u);
	timeline_note(&s->late, x->end, NOTE_BYTES, (double)u->good_bytes);
	if (u->failed)
		timeline_note(&s->late, x->end, NOTE_LOST, u->failed);
}
