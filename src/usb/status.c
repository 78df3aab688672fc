/* status.c: canonical statuses and the search in the systems' tables. */
#include "usb/status.h"
#include "usb/status_tables.h"

static const struct status_table *const tables[USB_OS_COUNT] = {
	[USB_OS_LINUX] = &status_linux,
	[USB_OS_WINDOWS] = &status_windows,
	[USB_OS_DARWIN] = &status_darwin,
	[USB_OS_FREEBSD] = &status_freebsd,
};

const char *status_name(enum status s)
{
	static const char *const name[STATUS_COUNT] = {"ok", "stall", "timeout", "crc", "protocol",
		"babble", "short", "cancelled", "disconnected", "no-bandwidth", "overrun",
		"underrun", "missed", "error", "pending", "unknown"};

	return name[s];
}

bool status_is_error(enum status s)
{
	return s != STATUS_OK && s != STATUS_PENDING && s != STATUS_UNKNOWN &&
	       s != STATUS_CANCELLED;
}

const struct status_code *status_lookup(enum usb_os os, int64_t raw)
{
	const struct status_table *t = os < USB_OS_COUNT ? tables[os] : NULL;
	size_t low = 0, high, mid;

	if (!t)
		return NULL;
	if (t->is_unsigned && raw < 0 && raw >= INT32_MIN)
		raw = (uint32_t)raw;
	for (high = t->n; low < high;) {
		mid = (low + high) / 2;
		if (t->codes[mid].number < raw)
			low = mid + 1;
		else
			high = mid;
	}
	return low < t->n && t->codes[low].number == raw ? &t->codes[low] : NULL;
}

const struct status_code *status_explain(
	enum usb_os os, int64_t raw, enum usb_type type, bool refused)
{
	const struct status_code *c = status_lookup(os, raw);

	for (size_t i = 0; refused && os == USB_OS_LINUX && i < status_linux_refusals.n; i++)
		if (status_linux_refusals.codes[i].number == raw)
			return &status_linux_refusals.codes[i];
	return c && c->status == STATUS_STALL && type == USB_CONTROL
		       ? status_on_bus(c->status, type)
		       : c;
}

enum status status_canonical(enum usb_os os, int64_t raw)
{
	const struct status_code *c;

	if (!raw)
		return STATUS_OK; /* success in every system */
	c = status_lookup(os, raw);
	return c ? c->status : STATUS_ERROR;
}
