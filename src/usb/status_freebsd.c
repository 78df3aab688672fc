/* status_freebsd.c: FreeBSD: usb_error_t, as usbdump records it when a transfer is done. */
#include "usb/status_tables.h"

#define SRC  "FreeBSD sys/dev/usb/usbdi.h"
#define XFER "FreeBSD usbdi(9)"

static const struct status_code codes[] = {
	{0, "USB_ERR_NORMAL_COMPLETION", STATUS_OK, "completed",
		"All went well. A read may still have delivered fewer bytes than asked for.",
		"Nothing to do.", SRC},
	{1, "USB_ERR_PENDING_REQUESTS", STATUS_PENDING, "the transfer has not finished",
		"Other transfers are still queued, so this one cannot be reported yet.",
		"Wait for it: no result.", SRC},
	{2, "USB_ERR_NOT_STARTED", STATUS_PENDING, "the transfer has not been started",
		"It is set up but was not handed to the controller yet.", "Wait for it: no result.",
		SRC},
	{3, "USB_ERR_INVAL", STATUS_ERROR, "a parameter is invalid",
		"The stack refused the request before anything was sent.",
		"Check the request and the transfer's set-up against the endpoint descriptor.",
		SRC},
	{4, "USB_ERR_NOMEM", STATUS_ERROR, "the host is out of memory",
		"The stack could not allocate what the transfer needs, often DMA memory.",
		"Use smaller or fewer buffers.", SRC},
	{5, "USB_ERR_CANCELLED", STATUS_CANCELLED, "the transfer was stopped",
		"The driver stopped it (usbd_transfer_stop, close) or the device was detached "
		"while it "
		"was queued.",
		"Do not restart it from the callback. Normal on close; see the hub's port changes "
		"for "
		"a detach.",
		XFER},
	{6, "USB_ERR_BAD_ADDRESS", STATUS_ERROR, "the device address is not valid",
		"The stack has no such address.", "A fault within the host's stack or driver.",
		SRC},
	{7, "USB_ERR_BAD_BUFSIZE", STATUS_ERROR, "the buffer size is not valid",
		"The buffer does not fit the transfer's set-up.",
		"Check bufsize in the driver's usb_config.", SRC},
	{8, "USB_ERR_BAD_FLAG", STATUS_ERROR, "a flag is not valid",
		"The transfer's flags contradict its type.",
		"Check flags in the driver's usb_config.", SRC},
	{9, "USB_ERR_NO_CALLBACK", STATUS_ERROR, "the transfer has no callback",
		"The driver set up a transfer without a callback.", "A bug in the driver.", SRC},
	{10, "USB_ERR_IN_USE", STATUS_ERROR, "the resource is in use",
		"The interface or device is claimed by somebody else.",
		"Close the other user first (a kernel driver or another program).", SRC},
	{11, "USB_ERR_NO_ADDR", STATUS_ERROR, "no free device address",
		"All addresses of the bus are taken.", "Too many devices on this bus.", SRC},
	{12, "USB_ERR_NO_PIPE", STATUS_ERROR, "no such endpoint",
		"The configuration and alternate setting in use have no endpoint that fits.",
		"Compare the driver's usb_config with the endpoint descriptors.", SRC},
	{13, "USB_ERR_ZERO_NFRAMES", STATUS_ERROR, "a transfer of no frames",
		"The driver submitted a transfer with the number of frames 0.",
		"Call usbd_xfer_set_frames() before submitting.", SRC},
	{14, "USB_ERR_ZERO_MAXP", STATUS_ERROR, "wMaxPacketSize is 0",
		"The endpoint cannot carry data in the selected alternate setting.",
		"Select an alternate setting with bandwidth.", SRC},
	{15, "USB_ERR_SET_ADDR_FAILED", STATUS_ERROR, "SET_ADDRESS failed",
		"The device did not accept its address during enumeration.",
		"The device, its cable or its power: it does not answer properly after reset.",
		SRC},
	{16, "USB_ERR_NO_POWER", STATUS_ERROR, "not enough power",
		"The hub cannot supply what the configuration asks for (bMaxPower).",
		"Use a self-powered hub.", SRC},
	{17, "USB_ERR_TOO_DEEP", STATUS_ERROR, "too many hubs in a row",
		"The device is behind more hubs than USB allows (five).",
		"Connect it nearer to the "
		"host.",
		SRC},
	{18, "USB_ERR_IOERROR", STATUS_PROTOCOL, "the transaction failed on the bus",
		"No answer, a CRC or bit-stuffing error, babble or another failure: the controller "
		"drivers fold them all into this one number.",
		"Most often the device is gone or hung: see whether a detach follows. Else suspect "
		"cable and power.",
		SRC},
	{19, "USB_ERR_NOT_CONFIGURED", STATUS_ERROR, "the device is not configured",
		"A request needed a configuration while none is set.", "SET_CONFIGURATION first.",
		SRC},
	{20, "USB_ERR_TIMEOUT", STATUS_TIMEOUT, "the transfer's time limit ran out",
		"The device did not complete the transfer within the time that its driver set: it "
		"kept "
		"answering NAK or not at all; the number does not tell which.",
		"See how long the device usually takes and whether it still answers on endpoint 0.",
		XFER},
	{21, "USB_ERR_SHORT_XFER", STATUS_SHORT, "fewer bytes came than the driver insisted on",
		"The device ended with a short packet and the transfer did not have short_xfer_ok "
		"set.",
		"Set short_xfer_ok if short transfers are legal here; else see what came instead.",
		XFER},
	{22, "USB_ERR_STALLED", STATUS_STALL, "the endpoint answered STALL",
		"The endpoint is halted until the halt is cleared. Some controllers' drivers "
		"report other bus errors like this, too.",
		"usbd_xfer_set_stall(), then the class's own recovery.", XFER},
	{23, "USB_ERR_INTERRUPTED", STATUS_ERROR, "a wait was interrupted",
		"A signal ended the wait of a synchronous request.",
		"Repeat it if it still matters.", SRC},
	{24, "USB_ERR_DMA_LOAD_FAILED", STATUS_ERROR, "the buffer could not be mapped for DMA",
		"The host's memory management refused the buffer.", "A fault of the host.", SRC},
	{25, "USB_ERR_BAD_CONTEXT", STATUS_ERROR, "called from a place where it may not be",
		"The request was made from a context that cannot wait or lacks a lock.",
		"A bug in the driver.", SRC},
	{26, "USB_ERR_NO_ROOT_HUB", STATUS_ERROR, "the bus has no root hub",
		"The controller was not ready or has failed.",
		"See the kernel's messages about the "
		"controller.",
		SRC},
	{27, "USB_ERR_NO_INTR_THREAD", STATUS_ERROR, "no interrupt thread",
		"The controller's interrupt could not be set up.",
		"See the kernel's messages about the controller.", SRC},
	{28, "USB_ERR_NOT_LOCKED", STATUS_ERROR, "a lock was not held",
		"The driver called the stack without the lock that it must hold.",
		"A bug in the driver.", SRC},
};

const struct status_table status_freebsd = {codes, sizeof(codes) / sizeof(codes[0]), false};
