/* pick.c: only some devices. */
#include "capture/pick.h"
#include "capture/usbmon_header.h"

#include <stdio.h>

enum { UNKNOWN, KEPT, LEFT_OUT };

enum { GET_DESCRIPTOR = 6, SET_ADDRESS = 5, DEVICE = 1, IDS_END = 12 };

int pick_add(struct picks *p, const char *spec, struct err *e)
{
	unsigned a, b;
	char end;
	struct pick k;

	if (p->n == PICK_MAX)
		return err_set(e, "-d: more than %d devices", PICK_MAX);
	if (sscanf(spec, "%4x:%4x%c", &a, &b, &end) == 2)
		k = (struct pick){.idVendor = (uint16_t)a, .idProduct = (uint16_t)b};
	else if (sscanf(spec, "%3u.%3u%c", &a, &b, &end) == 2 && a < PICK_BUSES &&
		 b < PICK_ADDRESSES)
		k = (struct pick){.by_address = true, .bus = (uint16_t)a, .address = (uint16_t)b};
	else
		return err_set(e,
			"-d takes VID:PID in hexadecimal (046d:c31c) or BUS.DEV (1.5), not \"%s\"",
			spec);
	p->v[p->n++] = k;
	return 0;
}

static bool by_address(const struct picks *p, uint16_t bus, uint16_t address)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->v[i].by_address && p->v[i].bus == bus && p->v[i].address == address)
			return true;
	return false;
}

static bool by_ids(const struct picks *p, uint16_t vid, uint16_t pid)
{
	for (size_t i = 0; i < p->n; i++)
		if (!p->v[i].by_address && p->v[i].idVendor == vid && p->v[i].idProduct == pid)
			return true;
	return false;
}

void pick_know(struct picks *p, uint16_t bus, uint16_t address, uint16_t vid, uint16_t pid)
{
	if (bus < PICK_BUSES && address && address < PICK_ADDRESSES)
		p->state[bus][address] = by_ids(p, vid, pid) ? KEPT : LEFT_OUT;
}

bool pick_device(const struct picks *p, const struct sysfs_device *d)
{
	return !p->n || by_address(p, d->bus, d->address) || by_ids(p, d->idVendor, d->idProduct);
}

/* Learns from a control record; true if it asks who a device is, or answers that. */
static bool learn(struct picks *p, const struct usbmon_header *h)
{
	if (h->setup && h->setup[0] == 0x80 && h->setup[1] == GET_DESCRIPTOR &&
		h->setup[3] == DEVICE) {
		p->pending[p->next].urb = h->urb;
		p->pending[p->next].bus = h->bus;
		p->next = (p->next + 1) % PICK_PENDING;
		return true;
	}
	if (h->setup && !h->setup[0] && h->setup[1] == SET_ADDRESS && h->setup[2] < PICK_ADDRESSES)
		p->state[h->bus][h->setup[2]] = UNKNOWN;
	for (size_t i = 0; h->event != 'S' && i < PICK_PENDING; i++) {
		if (p->pending[i].urb != h->urb || p->pending[i].bus != h->bus)
			continue;
		p->pending[i].bus = 0;
		p->pending[i].urb = 0;
		if (h->event == 'C' && h->data_len >= IDS_END && h->data[1] == DEVICE)
			pick_know(p, h->bus, h->address, le16(h->data + 8), le16(h->data + 10));
		return true;
	}
	return false;
}

bool pick_record(struct picks *p, const struct record *rec)
{
	struct usbmon_header h;
	bool asks;

	if (!p->n || !usbmon_header(rec, &h) || h.bus >= PICK_BUSES)
		return !p->n;
	asks = h.type == USBMON_CONTROL && learn(p, &h);
	if (by_address(p, h.bus, h.address))
		return true;
	for (size_t i = 0; i < p->n; i++)
		if (!p->v[i].by_address)
			return asks || p->state[h.bus][h.address] == KEPT ||
			       (p->state[h.bus][h.address] == UNKNOWN && h.type == USBMON_CONTROL);
	return false;
}
