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

/* "31 bytes: 55 53 42 43 …": formatted by hand, as this runs for each listed transfer. */
static void first_bytes(struct text *t, const struct xfer *x)
{
	static const char hex[] = "0123456789abcdef";
	uint32_t n = x->data.kept < INFO_BYTES ? x->data.kept : INFO_BYTES;
	char d[INFO_BYTES * 3];
	uint64_t total = x->len > 0 ? (uint64_t)x->len : x->data.total;

	if (x->type == USB_CONTROL || !n)
		return;
	text_u64(t, total);
	text_str(t, total == 1 ? " byte:" : " bytes:");
	for (uint32_t i = 0; i < n; i++) {
		d[i * 3] = ' ';
		d[i * 3 + 1] = hex[x->data.data[i] >> 4];
		d[i * 3 + 2] = hex[x->data.data[i] & 15];
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
