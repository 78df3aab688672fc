/* status_linux.c: Linux: negative errno in urb->status, iso_frame_desc[].status and as the answer
 * to usb_submit_urb() (usbmon 'E'). Numbers are those of most architectures (asm-generic); MIPS,
 * SPARC, Alpha and PA-RISC number some of them differently and are then shown raw. */
#include "usb/status_tables.h"

#define DOC    "Linux Documentation/driver-api/usb/error-codes.rst"
#define USBMON "Linux Documentation/usb/usbmon.rst"

static const struct status_code codes[] = {
	{-121, "-EREMOTEIO", STATUS_SHORT, "fewer bytes came than the driver insisted on",
		"The device ended a read with a short packet and the URB had URB_SHORT_NOT_OK set, "
		"so "
		"the short read was reported as an error. The data that came is valid.",
		"Look at what was sent instead: often an error answer of the device's protocol. "
		"Drop "
		"URB_SHORT_NOT_OK if short reads are legal here.",
		DOC},
	{-115, "-EINPROGRESS", STATUS_PENDING, "the URB is still with the host controller",
		"This is what usbmon shows on every submission; it is no result. In a completion "
		"it "
		"would be a bug of the host controller driver.",
		"Look for the completion of the same URB; if there is none, it was still queued "
		"when "
		"the capture ended or its completion was lost.",
		USBMON},
	{-113, "-EHOSTUNREACH", STATUS_ERROR, "refused: the device is suspended",
		"The URB was submitted while the device or its bus was suspended. Nothing was "
		"sent.",
		"Resume first: usb_autopm_get_interface() before submitting, and stop submitting "
		"in "
		"the driver's suspend callback.",
		DOC},
	{-110, "-ETIMEDOUT", STATUS_TIMEOUT, "the time limit of a synchronous call ran out",
		"usb_control_msg() or usb_bulk_msg() waited its limit and then cancelled the URB. "
		"The "
		"device kept answering NAK or did not answer; the call does not tell which.",
		"See how long the device usually takes and whether it is still alive (does it "
		"answer "
		"on endpoint 0?) before raising the limit.",
		DOC},
	{-108, "-ESHUTDOWN", STATUS_CANCELLED, "given back because the endpoint or host went away",
		"The device was disconnected, reset or reconfigured, or the host controller was "
		"shut "
		"down, while the URB was queued. All of an endpoint's URBs come back like this.",
		"Do not resubmit. Look just before it for a port change on the hub (disconnect), a "
		"port reset, or SET_CONFIGURATION/SET_INTERFACE to learn which it was.",
		DOC},
	{-104, "-ECONNRESET", STATUS_CANCELLED, "cancelled by its driver without waiting",
		"usb_unlink_urb() took the URB back; bytes may have been transferred before.",
		"Normal on close and on a driver's own time-outs. If unexpected, find who unlinks "
		"it; "
		"program time limits (libusb) show as cancellations, too.",
		DOC},
	{-90, "-EMSGSIZE", STATUS_ERROR, "refused: the length does not fit the endpoint",
		"The endpoint's wMaxPacketSize is 0 in the current alternate setting, an "
		"isochronous "
		"packet is larger than it, or the length is negative or too large for the host.",
		"Check that the intended alternate setting is selected and how packets are cut.",
		DOC},
	{-84, "-EILSEQ", STATUS_CRC, "the host controller reports a damaged or missing answer",
		"A CRC error, or no answer in time, or another bus error: many controllers do not "
		"tell "
		"these apart, so this is not proof of a bad CRC. The hardware had already retried.",
		"Repeated on one device: cable, connector, power, or a device that crashed. A "
		"burst "
		"that ends in a disconnect was the unplugging. A bus analyzer tells the cases "
		"apart.",
		DOC},
	{-75, "-EOVERFLOW", STATUS_BABBLE, "the device sent more than it was allowed to",
		"A packet was longer than wMaxPacketSize, or more came than the buffer had room "
		"for. "
		"The endpoint is usually halted on the host's side.",
		"Make read buffers a multiple of wMaxPacketSize. If they are, the device's "
		"firmware "
		"sends a packet that is too long or one too many.",
		DOC},
	{-71, "-EPROTO", STATUS_PROTOCOL, "the transaction failed on the bus",
		"No answer in time, a bit-stuffing error, or an unexpected PID: the controller "
		"does not "
		"say which. It had already retried (three errors in a row).",
		"Most often the device is gone or its firmware hangs: see whether a disconnect "
		"follows "
		"within a second. Else suspect cable and power. Retry a few times with a pause, "
		"never "
		"in a tight loop.",
		DOC},
	{-70, "-ECOMM", STATUS_OVERRUN, "the host could not store incoming data fast enough",
		"Data came from the device faster than the host controller could write it to "
		"memory.",
		"A fault of the host (memory or PCI latency), not of the device. Check power "
		"management "
		"and other DMA traffic of the host.",
		DOC},
	{-63, "-ENOSR", STATUS_UNDERRUN, "the host could not fetch outgoing data fast enough",
		"The host controller could not read from memory as fast as the bus needed it.",
		"A fault of the host (memory or PCI latency), not of the device. Check power "
		"management "
		"and other DMA traffic of the host.",
		DOC},
	{-62, "-ETIME", STATUS_TIMEOUT, "the device did not answer in bus turn-around time",
		"No packet followed the host's token. Other controllers report the same as -EPROTO "
		"or "
		"-EILSEQ.",
		"The device is gone, not powered, asleep or hung, or the endpoint does not exist "
		"in its "
		"firmware. See whether endpoint 0 still answers.",
		DOC},
	{-32, "-EPIPE", STATUS_STALL, "the endpoint answered STALL",
		"The endpoint is halted: it answers STALL to everything until the halt is "
		"cleared.",
		"usb_clear_halt(), then the class's own recovery.", DOC},
	{-28, "-ENOSPC", STATUS_NO_BANDWIDTH, "refused: not enough bus time left",
		"A periodic (interrupt or isochronous) endpoint would overcommit the bus. Nothing "
		"was "
		"sent.",
		"Select an alternate setting with a smaller demand, or move devices to another "
		"bus; "
		"behind one full-speed hub all share its transaction translator.",
		DOC},
	{-27, "-EFBIG", STATUS_ERROR, "refused: too many isochronous packets for the schedule",
		"The host controller driver cannot schedule an URB that reaches so many frames "
		"ahead.",
		"Use shorter URBs and queue more of them.", DOC},
	{-22, "-EINVAL", STATUS_ERROR, "refused or failed: the URB makes no sense",
		"A wrong transfer type, interval or number of packets, or a state that the host "
		"controller driver does not accept.",
		"Check the URB against the endpoint descriptor; for isochronous URBs interval and "
		"number_of_packets first.",
		DOC},
	{-19, "-ENODEV", STATUS_DISCONNECTED, "the device is not there any more",
		"The device was removed, or its bus was. Bus errors (-EPROTO, -EILSEQ) often come "
		"before, until the hub's driver has noticed.",
		"Nothing to repair in the driver but to stop. If nobody pulled the plug, look at "
		"power "
		"and at what was sent last before the disconnect.",
		DOC},
	{-18, "-EXDEV", STATUS_MISSED, "isochronous: the packet's time had passed",
		"The packet was not (or only partly) transferred in its frame. On submissions "
		"every "
		"packet carries this number before anything happened: it means nothing there.",
		"Queue more URBs ahead; check interrupt latency. A gap at the very start of a "
		"stream is "
		"harmless.",
		DOC},
	{-16, "-EBUSY", STATUS_ERROR, "refused: the URB is already queued",
		"The same struct urb was submitted again before its completion.",
		"A bug in the driver: resubmit from the completion handler only.", DOC},
	{-12, "-ENOMEM", STATUS_ERROR, "refused: the host is out of memory",
		"The host controller driver could not get memory for its own structures, often DMA "
		"memory.",
		"Use smaller transfers and fewer at once; usbfs has its own limit, "
		"usbfs_memory_mb.",
		DOC},
	{-11, "-EAGAIN", STATUS_ERROR, "refused: try again later",
		"The host controller driver could not queue the URB at this moment. The USB core's "
		"list "
		"of codes does not define it, so the reason is the controller driver's own.",
		"Retry after a pause; if it persists, read the host controller driver's source.",
		"Linux include/uapi/asm-generic/errno-base.h"},
	{-8, "-ENOEXEC", STATUS_ERROR, "refused: a control URB without setup packet",
		"The driver submitted a control URB with no setup.", "A bug in the driver.", DOC},
	{-6, "-ENXIO", STATUS_ERROR, "refused: this controller cannot queue such URBs",
		"The host controller driver does not support queueing this type of URB.",
		"A limitation or bug of the host controller driver.", DOC},
	{-5, "-EIO", STATUS_ERROR, "the host controller driver gave up",
		"An input/output error of the controller itself. The USB core's list of codes does "
		"not "
		"define it: what it means is the controller driver's own matter.",
		"See the kernel log of the same moment; suspect the controller or its driver "
		"first.",
		"Linux include/uapi/asm-generic/errno-base.h"},
	{-2, "-ENOENT", STATUS_CANCELLED, "cancelled by its driver, which waited for it",
		"usb_kill_urb() took the URB back (closing, suspending, disconnecting).",
		"Normal on close.", DOC},
	{-1, "-EPERM", STATUS_CANCELLED, "refused: the URB is being cancelled",
		"usb_kill_urb() or usb_poison_urb() is at work on this URB, so it may not be "
		"submitted "
		"again.",
		"Normal while a driver shuts down.", DOC},
	{0, "0", STATUS_OK, "completed",
		"All went well. A read may still have delivered fewer bytes than asked for.",
		"Nothing to do.", DOC},
};

const struct status_table status_linux = {codes, sizeof(codes) / sizeof(codes[0]), false};

static const struct status_code refusals[] = {
	{-32, "-EPIPE", STATUS_STALL, "refused: the URB's type does not fit the endpoint",
		"usb_submit_urb() found another transfer type in the endpoint's descriptor. "
		"Nothing was sent.",
		"Compare the pipe the URB was filled with and the endpoint's bmAttributes.", DOC},
	{-2, "-ENOENT", STATUS_CANCELLED, "refused: there is no such endpoint now",
		"The interface or endpoint does not exist or is not enabled. Nothing was sent.",
		"Check that the configuration and alternate setting are selected.", DOC},
};

const struct status_table status_linux_refusals = {
	refusals, sizeof(refusals) / sizeof(refusals[0]), false};
