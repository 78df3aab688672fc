/* uas_pipe.c: what an endpoint of USB Attached SCSI is for: commands, status or data. */
#include "decoders/uas.h"
#include "usb/desc.h"

enum { DESC_PIPE_USAGE = 0x24 };

/* By the pipe usage descriptor behind the endpoint's in the configuration. */
static uint8_t described_usage(const struct devices *d, const struct pipe *p)
{
	const struct fact *f = devices_configuration(d, p->instance, p->version, p->configuration);
	struct desc_interface in = {0};
	struct desc_endpoint ep = {0};
	struct desc_iter it;
	struct desc_item item;
	bool here = false;

	if (!f || !(p->flags & PIPE_DESCRIBED))
		return PIPE_UNKNOWN;
	desc_iter_init(&it, f->data, f->len, f->total);
	while (desc_next(&it, &item)) {
		if (item.type == DESC_INTERFACE) {
			here = desc_interface_parse(&in, item.data, item.len) &&
			       in.bInterfaceNumber == p->interface &&
			       in.bAlternateSetting == p->alternate;
			ep = (struct desc_endpoint){0};
		} else if (item.type == DESC_ENDPOINT) {
			desc_endpoint_parse(&ep, item.data, item.len);
		} else if (here && item.type == DESC_PIPE_USAGE && item.len >= 3 &&
			   (ep.bEndpointAddress & 15) == p->endpoint &&
			   ep.bEndpointAddress >> 7 == (p->dir == USB_IN)) {
			return item.data[2] < PIPES ? item.data[2] : PIPE_UNKNOWN;
		}
	}
	return PIPE_UNKNOWN;
}

static bool zeros(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i])
			return false;
	return true;
}

/* Without descriptors: an IU has its ID, reserved bytes that are 0, and its length (UAS 6.2). */
static uint8_t usage_by_content(const struct xfer *x)
{
	const uint8_t *p = x->data.data;
	uint32_t n = x->data.kept;

	if (x->dir == USB_OUT) {
		bool command = n >= COMMAND_LEN && p[0] == IU_COMMAND && !p[1] && !p[5] && !p[7];
		bool task = n >= TASK_LEN && x->data.total == TASK_LEN && p[0] == IU_TASK &&
			    !p[1] && !p[5];

		return command || task ? PIPE_COMMAND : PIPE_DATA_OUT;
	}
	if (n >= SENSE_LEN && p[0] == IU_SENSE && !p[1] && zeros(p + 7, 7))
		return PIPE_STATUS;
	if (n >= RESPONSE_LEN && x->data.total == RESPONSE_LEN && p[0] == IU_RESPONSE && !p[1])
		return PIPE_STATUS;
	if (n >= TAG_END && x->data.total == TAG_END && !p[1] &&
		(p[0] == IU_READ_READY || p[0] == IU_WRITE_READY))
		return PIPE_STATUS;
	return PIPE_DATA_IN;
}

uint8_t uas_usage(const struct devices *d, const struct xfer *x)
{
	uint8_t usage =
		d && x->pipe ? described_usage(d, devices_get_pipe(d, x->pipe)) : PIPE_UNKNOWN;

	return usage ? usage : usage_by_content(x);
}

/* The same, remembering what descriptors say. */
uint8_t uas_usage_kept(struct track *t)
{
	struct uas_interface *u = t->state;
	const struct xfer *x = t->x;
	unsigned i = (x->endpoint & 15u) | (x->dir == USB_IN ? 16 : 0);

	if (u->endpoint[i].pipe != x->pipe) {
		u->endpoint[i].pipe = x->pipe;
		u->endpoint[i].usage =
			described_usage(t->devices, devices_get_pipe(t->devices, x->pipe));
	}
	return u->endpoint[i].usage ? u->endpoint[i].usage : usage_by_content(x);
}
