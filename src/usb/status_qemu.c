/* status_qemu.c: what the numbers mean that QEMU writes to its USB captures: Linux's, but one of
 * them for everything that went wrong. */
#include "usb/status.h"

/* hw/usb/pcap.c: USB_RET_SUCCESS is 0, USB_RET_NODEV -ENODEV, all others are this. */
static const struct status_code any = {
	-121,
	"-EREMOTEIO",
	STATUS_ERROR,
	"it failed; QEMU does not tell how",
	"QEMU's captures have this number for every failure of a device that is there: STALL, "
	"babble, "
	"no answer.",
	"On endpoint 0 it is mostly a request that the device does not support, answered with "
	"STALL. "
	"usbmon in the guest tells which it was.",
	"QEMU hw/usb/pcap.c",
};

const struct status_code *status_of_qemu(int64_t raw)
{
	return raw == any.number ? &any : status_lookup(USB_OS_LINUX, raw);
}
