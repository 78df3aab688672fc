/* pick.h: only some devices: which records a capture keeps, by bus and address, as sysfs and the
 * enumerations seen tell who is behind them. */
#ifndef CAPTURE_PICK_H
#define CAPTURE_PICK_H

#include "base/err.h"
#include "capture/record.h"
#include "capture/sysfs.h"

enum { PICK_MAX = 64, PICK_BUSES = 128, PICK_ADDRESSES = 128, PICK_PENDING = 16 };

/* "046d:c31c" (hexadecimal) or "1.5". */
struct pick {
	bool by_address;
	uint16_t bus, address, idVendor, idProduct;
};

struct picks {
	struct pick v[PICK_MAX];
	size_t n; /* 0: everything is kept */
	uint8_t state[PICK_BUSES][PICK_ADDRESSES];
	/* Requests for a device descriptor under way. */
	struct {
		uint64_t urb;
		uint16_t bus;
	} pending[PICK_PENDING];
	unsigned next;
};

/* Adds one. 0 or -1 with *e. */
int pick_add(struct picks *p, const char *spec, struct err *e);
/* A device that is there. */
void pick_know(struct picks *p, uint16_t bus, uint16_t address, uint16_t vid, uint16_t pid);
bool pick_device(const struct picks *p, const struct sysfs_device *d);
/* Whether the record (189 or 220) is kept. Requests on endpoint 0 of devices not known yet and all
 * requests for device descriptors are: they tell who it is. */
bool pick_record(struct picks *p, const struct record *rec);

#endif
