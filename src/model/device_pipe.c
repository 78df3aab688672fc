/* device_pipe.c: interned pipes: the number of what an endpoint was when an event used it. */
#include "model/device_impl.h"

void devices_set_binder(struct devices *d, devices_binder *binder, void *ctx)
{
	d->binder = binder;
	d->binder_ctx = ctx;
}

uint32_t devices_changes(const struct devices *d)
{
	return d->changes;
}

static bool same_contents(const struct pipe *a, const struct pipe *b)
{
	return a->version == b->version && a->speed == b->speed && a->flags == b->flags &&
	       a->configuration == b->configuration && a->interface == b->interface &&
	       a->alternate == b->alternate;
}

/* The decoder of an endpoint: what the binder says, else what its content proved. */
static uint8_t bind(const struct devices *d, const struct slot *s, const struct pipe *p)
{
	uint8_t decoder = d->binder ? d->binder(d->binder_ctx, d, p) : 0;

	if (!decoder && !(p->flags & PIPE_DESCRIBED) && s->content_type == p->type)
		decoder = s->content;
	return decoder;
}

/* The current pipe of an instance's endpoint: one made before that says the same, or a new one. */
static uint32_t find_pipe(
	struct devices *d, uint32_t inst, uint8_t endpoint, uint8_t dir, uint8_t type)
{
	struct slot *s = &d->instance[inst - 1];
	struct pipe p = {.instance = inst, .endpoint = endpoint, .dir = dir, .type = type};
	uint32_t *head = &s->pipe[endpoint < 16 ? endpoint : 16][dir];

	devices_describe_pipe(d, &p);
	if (endpoint)
		p.decoder = bind(d, s, &p);
	for (uint32_t n = *head; n; n = d->pipe[n - 1].older) {
		const struct node *old = &d->pipe[n - 1];

		if (old->pub.type != type)
			continue;
		p.endpoint_id = old->pub.endpoint_id;
		if (same_contents(&old->pub, &p))
			return n;
	}
	if (!p.endpoint_id)
		p.endpoint_id = ++d->endpoints;
	array_need(d->pipe, d->pipes, d->pipe_cap);
	d->pipe[d->pipes] = (struct node){.pub = p, .older = *head};
	*head = (uint32_t)++d->pipes;
	return *head;
}

/* Apart, so that the registers it needs are not saved for each transfer. */
static __attribute__((noinline)) uint32_t find_answer(struct devices *d, struct answer *a)
{
	const struct address at = {
		(uint32_t)(a->at >> 32), (uint16_t)(a->at >> 16), (uint16_t)a->at};
	uint32_t inst = devices_use(d, &at, (uint8_t)(a->what >> 24));

	a->pipe = find_pipe(
		d, inst, (uint8_t)a->what, (uint8_t)(a->what >> 8), (uint8_t)(a->what >> 16));
	a->changes = d->changes;
	return a->pipe;
}

uint32_t devices_pipe(struct devices *d, uint32_t section, uint16_t bus, uint16_t address,
	uint8_t endpoint, uint8_t dir, uint8_t type, uint8_t speed)
{
	uint64_t at = (uint64_t)section << 32 | (uint32_t)bus << 16 | address;
	uint32_t what;
	struct answer *a;

	if (type == USB_CONTROL) /* message pipes carry both directions (USB 2.0 section 5.3.2) */
		dir = USB_DIR_UNKNOWN;
	what = (uint32_t)speed << 24 | (uint32_t)type << 16 | (uint32_t)dir << 8 | endpoint;
	a = &d->answer[(address << 5 ^ endpoint << 1 ^ (dir & 1) ^ bus << 3) % ANSWERS];
	if (a->at == at && a->what == what && a->changes == d->changes && a->pipe)
		return a->pipe;
	a->at = at;
	a->what = what;
	return find_answer(d, a);
}

const struct pipe *devices_get_pipe(const struct devices *d, uint32_t n)
{
	return &d->pipe[n - 1].pub;
}

uint32_t devices_pipes(const struct devices *d)
{
	return (uint32_t)d->pipes;
}

uint32_t devices_endpoints(const struct devices *d)
{
	return d->endpoints;
}
