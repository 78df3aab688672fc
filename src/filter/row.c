/* row.c: a transfer's decoder, meaning and isochronous sums, each computed when first asked for. */
#include "filter/filter_impl.h"

/* Payload bytes shown of a transfer whose meaning nobody knows. */
enum { INFO_BYTES = 16 };

void row_init(struct row *r, const struct xfer *x, struct model *m)
{
	/* Member by member: clearing info_room would cost more than everything else here. */
	r->x = x;
	r->model = m;
	r->decode.devices = m ? model_devices(m) : NULL;
	r->decode.ids = NULL;
	r->decode.bindings = NULL;
	r->decode.n_bindings = 0;
	r->claimed = r->informed = r->summed = false;
}

static const struct decoder *claim(struct row *r)
{
	if (!r->claimed) {
		r->claimed = true;
		r->decoder = decoder_for(&r->decode, r->x);
	}
	return r->decoder;
}

const char *row_proto(struct row *r)
{
	const struct decoder *d = claim(r);

	return d ? d->name : NULL;
}

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

/* "31 bytes: 55 53 42 43 …": formatted by hand, as this runs for each listed transfer. */
static void first_bytes(struct text *t, const struct xfer *x)
{
	static const char hex[] = "0123456789abcdef";
	uint32_t kept;
	const uint8_t *data = begin_of_data(x, &kept);
	uint32_t n = kept < INFO_BYTES ? kept : INFO_BYTES;
	char d[INFO_BYTES * 3];
	uint64_t total = x->len > 0 ? (uint64_t)x->len : x->data.total;

	if (x->type == USB_CONTROL || !n || (x->len == 0 && x->dir == USB_IN))
		return;
	if (x->len == XFER_UNKNOWN &&
		x->dir == USB_IN) { /* all that is known is the buffer's size */
		text_str(t, "data:");
	} else {
		text_u64(t, total);
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

const struct text *row_info(struct row *r)
{
	const struct decoder *d;

	if (r->informed)
		return &r->info;
	r->informed = true;
	text_init(&r->info, r->info_room, sizeof(r->info_room));
	d = claim(r);
	if (d)
		d->info(&r->decode, r->x, &r->info);
	else
		first_bytes(&r->info, r->x);
	return &r->info;
}

const struct iso_sum *row_iso(struct row *r)
{
	if (!r->summed) {
		r->summed = true;
		r->iso = xfer_iso_sum(r->x);
	}
	return &r->iso;
}
