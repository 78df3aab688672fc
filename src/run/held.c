/* held.c: keeping a record of few bytes. */
#include "run/held.h"

#include <string.h>

void held_keep(struct held *h, const struct record *rec, const struct event *ev)
{
	h->rec = *rec;
	h->ev = *ev;
	if (h->rec.caplen > sizeof(h->bytes))
		h->rec.caplen = sizeof(h->bytes);
	if (h->rec.caplen)
		memcpy(h->bytes, rec->data, h->rec.caplen);
	h->rec.data = h->bytes;
	h->rec.comment = NULL;
	h->rec.comment_len = 0;
}
