/* raw.c: transfers as they are: the first bytes of one whose meaning nobody knows, or that does not
 * fit what its decoder expects. */
#include "decoders/decoder.h"

/* Payload bytes shown. */
enum { RAW_BYTES = 16 };

/* Where the data begins, *n bytes: of an isochronous transfer its first packet, as headers of
 * packets can lie between them. */
static const uint8_t *begin_of_data(const struct xfer *x, uint32_t *n)
{
	struct iso_packet p;

	*n = x->data.kept;
	if (x->iso.layout == ISO_NONE || !x->iso.complete)
		return x->data.data;
	for (uint32_t i = 0; i < x->iso.present && iso_packet(&x->iso, i, &p); i++) {
		if (!p.length || p.length == ISO_UNKNOWN || p.offset >= x->data.kept)
			continue;
		if (*n > x->data.kept - p.offset)
			*n = x->data.kept - p.offset;
		if (*n > p.length)
			*n = p.length;
		return x->data.data + p.offset;
	}
	return x->data.data;
}

/* Formatted by hand, as this runs for each listed transfer. */
void raw_info(struct text *t, const struct xfer *x)
{
	static const char hex[] = "0123456789abcdef";
	uint32_t kept;
	const uint8_t *data = begin_of_data(x, &kept);
	char d[RAW_BYTES * 3];
	uint64_t total = x->len > 0 ? (uint64_t)x->len : x->data.total;
	uint32_t n = kept < RAW_BYTES ? kept : RAW_BYTES;

	if (n > total) /* more was offered than was sent */
		n = (uint32_t)total;
	if (x->type == USB_CONTROL || !n || (x->len == 0 && x->dir == USB_IN))
		return;
	if (x->len == XFER_UNKNOWN &&
		x->dir == USB_IN) { /* all that is known is the buffer's size */
		text_str(t, "data:");
	} else {
		text_count(t, total);
		text_str(t, total == 1 ? " byte:" : " bytes:");
	}
	for (uint32_t i = 0; i < n; i++) {
		d[i * 3] = ' ';
		d[i * 3 + 1] = hex[data[i] >> 4];
		d[i * 3 + 2] = hex[data[i] & 15];
	}
	text_mem(t, d, n * 3);
	if (total > n)
		text_str(t, " …");
}

void raw_misfit(struct text *t, const struct xfer *x, const char *reason)
{
	size_t start, before;

	text_str(t, reason);
	start = t->len;
	text_str(t, ": ");
	before = t->len;
	raw_info(t, x);
	if (t->len == before) /* no bytes to show: no colon either */
		text_take_back(t, start);
}

void raw_without_setup(struct text *t, const struct xfer *x)
{
	struct xfer bytes = *x; /* of any kind but control, whose bytes a setup explains */

	bytes.type = USB_TYPE_UNKNOWN;
	if (x->data.kept)
		raw_misfit(t, &bytes, "setup not captured");
}

void raw_misfit_field(struct emit *e, const struct xfer *x, const char *reason)
{
	emit_field(e, &(struct field){
			      .key = "data",
			      .value = x->data.kept ? value_bytes(x->data.data,
							      x->data.kept < 64 ? x->data.kept : 64)
						    : value_null(),
			      .text = reason,
			      .len = x->data.kept,
			      .verdict = VERDICT_INVALID,
		      });
}
