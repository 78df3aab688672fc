/* row.c: a transfer's decoder, meaning and isochronous sums, each computed when first asked for. */
#include "filter/filter_impl.h"

void row_init(struct row *r, const struct xfer *x, struct model *m)
{
	/* Member by member: clearing info_room would cost more than everything else here. */
	r->x = x;
	r->model = m;
	r->decode.devices = m ? model_devices(m) : NULL;
	r->decode.ids = NULL;
	r->decode.bindings = NULL;
	r->decode.n_bindings = 0;
	r->decode.exchange = NULL;
	r->decode.memos = NULL;
	r->claimed = r->informed = r->summed = false;
}

const struct decoder *row_decoder(struct row *r)
{
	if (!r->claimed) {
		r->claimed = true;
		r->decoder = decoder_for(&r->decode, r->x);
	}
	return r->decoder;
}

const char *row_proto(struct row *r)
{
	const struct decoder *d = row_decoder(r);

	return d ? d->name : NULL;
}

const struct text *row_info(struct row *r)
{
	const struct decoder *d;

	if (r->informed)
		return &r->info;
	r->informed = true;
	text_init(&r->info, r->info_room, sizeof(r->info_room));
	d = row_decoder(r);
	if (d)
		d->info(&r->decode, r->x, &r->info);
	else
		raw_info(&r->info, r->x);
	if (!r->info.len && r->x->type == USB_CONTROL && !(r->x->flags & XFER_HAS_SETUP))
		raw_without_setup(&r->info, r->x);
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
