/* status_windows.c: Windows: USBD_STATUS, the URB's own result as USBPcap records it (unsigned). It
 * is not the NTSTATUS that the program above sees. */
#include "usb/status_tables.h"

#define WDK  "Windows Driver Kit usb.h; Microsoft, USBD_STATUS"
#define HOST "A fault of the host (memory or PCI latency), not of the device."
#define BUS                                                                                        \
	"If it repeats on one device: cable, connector, power, firmware. A bus analyzer tells "    \
	"more."
#define SELF  "A bug in the driver that submitted the URB."
#define DESC  "Decode the descriptors of this device as captured; its firmware must correct them."
#define ADAPT "Windows' host stack found the fault while it read the device's descriptors."

static const struct status_code codes[] = {
	{0x00000000, "USBD_STATUS_SUCCESS", STATUS_OK, "completed",
		"All went well. A read may still have delivered fewer bytes than asked for.",
		"Nothing to do.", WDK},
	{0x00000001, "USBD_STATUS_PORT_OPERATION_PENDING", STATUS_PENDING,
		"a port operation goes on", "The hub has not finished with the port.",
		"No result: look for the completion.", WDK},
	{0x40000000, "USBD_STATUS_PENDING", STATUS_PENDING, "the URB has not completed",
		"It is with the host controller driver. On submissions the number is left over and "
		"means nothing.",
		"No result: look for the completion.", WDK},
	{0x80000200, "USBD_STATUS_INVALID_URB_FUNCTION", STATUS_ERROR,
		"the URB function is not known",
		"The stack refused the URB before anything was sent.", SELF, WDK},
	{0x80000300, "USBD_STATUS_INVALID_PARAMETER", STATUS_ERROR,
		"a parameter of the URB is invalid",
		"The stack refused the URB before anything was sent: a length, a pointer or a "
		"field "
		"that does not go with the function. Also seen while a device is being removed.",
		"Check lengths (MaximumTransferSize), buffers and flags; see whether the device "
		"was "
		"just removed.",
		WDK},
	{0x80000400, "USBD_STATUS_ERROR_BUSY", STATUS_ERROR, "the pipe or device is busy",
		"Transfers are still queued where the request needs none.",
		"Abort the pipe and wait for its URBs first.", WDK},
	{0x80000500, "USBD_STATUS_REQUEST_FAILED", STATUS_ERROR, "the request failed",
		"An old, general code: the stack could not carry out the request and says no more.",
		"See what was sent just before.", "Windows Driver Kit 7.1 usb.h"},
	{0x80000600, "USBD_STATUS_INVALID_PIPE_HANDLE", STATUS_ERROR,
		"the pipe handle is not valid",
		"The URB names a pipe that no longer exists: the configuration or alternate "
		"setting "
		"changed, or the device was removed.",
		"Take fresh pipe handles after every select-configuration and select-interface.",
		WDK},
	{0x80000700, "USBD_STATUS_NO_BANDWIDTH", STATUS_NO_BANDWIDTH, "not enough bus time left",
		"The interface's periodic endpoints do not fit the bus, so the selection failed "
		"and "
		"the earlier setting stays. Programs see it as ERROR_CRC or a data error.",
		"Select an alternate setting with a smaller demand, or move devices to another "
		"bus.",
		WDK},
	{0x80000800, "USBD_STATUS_INTERNAL_HC_ERROR", STATUS_ERROR, "the host controller failed",
		"The host controller or its driver reported a fault of its own.",
		"Suspect the controller or its driver first; see the system's event log.", WDK},
	{0x80000900, "USBD_STATUS_ERROR_SHORT_TRANSFER", STATUS_SHORT,
		"fewer bytes came than the driver insisted on",
		"The device ended a read with a short packet and USBD_SHORT_TRANSFER_OK was not "
		"set. "
		"The data that came is valid.",
		"Set USBD_SHORT_TRANSFER_OK if short reads are legal here; else see what came "
		"instead.",
		WDK},
	{0xc0000001, "USBD_STATUS_CRC", STATUS_CRC, "a packet arrived damaged (CRC)",
		"The host controller found a CRC error in the device's answer; retries failed, "
		"too. "
		"Not every controller can tell this from no answer.",
		BUS, WDK},
	{0xc0000002, "USBD_STATUS_BTSTUFF", STATUS_PROTOCOL, "a bit-stuffing error in the answer",
		"Seven equal bits in a row arrived; retries failed, too.", BUS, WDK},
	{0xc0000003, "USBD_STATUS_DATA_TOGGLE_MISMATCH", STATUS_PROTOCOL,
		"DATA0 and DATA1 out of step",
		"The device's data packet did not have the toggle that the host expected.",
		"Both sides must start at DATA0 after SET_CONFIGURATION, SET_INTERFACE and "
		"clearing a "
		"halt: one of them did not.",
		WDK},
	{0xc0000004, "USBD_STATUS_STALL_PID", STATUS_STALL, "the endpoint answered STALL",
		"The endpoint is halted until the halt is cleared. Controllers that cannot tell a "
		"STALL from other bus errors may report those like this.",
		"Reset the pipe (SYNC_RESET_PIPE_AND_CLEAR_STALL), then the class's own recovery.",
		WDK},
	{0xc0000005, "USBD_STATUS_DEV_NOT_RESPONDING", STATUS_TIMEOUT, "the device did not answer",
		"No packet followed the host's token within the bus turn-around time; retries "
		"failed, "
		"too.",
		"The device is gone, not powered, asleep or hung. See whether endpoint 0 still "
		"answers "
		"and whether a disconnect follows.",
		WDK},
	{0xc0000006, "USBD_STATUS_PID_CHECK_FAILURE", STATUS_PROTOCOL,
		"a PID with wrong check bits",
		"The four check bits of a packet's PID are not the complement of the PID.", BUS,
		WDK},
	{0xc0000007, "USBD_STATUS_UNEXPECTED_PID", STATUS_PROTOCOL,
		"a PID that does not belong there",
		"The device answered with a packet that is not allowed at this point.", BUS, WDK},
	{0xc0000008, "USBD_STATUS_DATA_OVERRUN", STATUS_BABBLE,
		"the device sent more than it was allowed to",
		"A packet was longer than wMaxPacketSize, or more came than the buffer had room "
		"for.",
		"Make read buffers a multiple of wMaxPacketSize. If they are, the device's "
		"firmware is "
		"at fault.",
		WDK},
	{0xc0000009, "USBD_STATUS_DATA_UNDERRUN", STATUS_SHORT,
		"the device sent less than expected",
		"A packet was shorter than wMaxPacketSize and the buffer was not filled.",
		"Set USBD_SHORT_TRANSFER_OK if short reads are legal here.", WDK},
	{0xc000000a, "USBD_STATUS_RESERVED1", STATUS_ERROR, "a reserved completion code",
		"The OHCI controller returned a reserved code.",
		"Suspect the controller or its driver.", WDK},
	{0xc000000b, "USBD_STATUS_RESERVED2", STATUS_ERROR, "a reserved completion code",
		"The OHCI controller returned a reserved code.",
		"Suspect the controller or its driver.", WDK},
	{0xc000000c, "USBD_STATUS_BUFFER_OVERRUN", STATUS_OVERRUN,
		"the host could not store incoming data fast enough",
		"Data came from the device faster than the host controller could write it to "
		"memory.",
		HOST, WDK},
	{0xc000000d, "USBD_STATUS_BUFFER_UNDERRUN", STATUS_UNDERRUN,
		"the host could not fetch outgoing data fast enough",
		"The host controller could not read from memory as fast as the bus needed it.",
		HOST, WDK},
	{0xc000000f, "USBD_STATUS_NOT_ACCESSED", STATUS_MISSED, "the controller never got to it",
		"The packet or stage was queued, but its time passed (or the URB ended) before the "
		"controller took it.",
		"Isochronous: queue more URBs ahead. In a cancelled URB it is normal.", WDK},
	{0xc0000010, "USBD_STATUS_FIFO", STATUS_ERROR, "the controller's FIFO failed",
		"Over- or underrun of the controller's own buffer; the direction tells which.",
		HOST, WDK},
	{0xc0000011, "USBD_STATUS_XACT_ERROR", STATUS_PROTOCOL, "the transaction failed on the bus",
		"No answer in time, a CRC or bit-stuffing error, or an unexpected PID: EHCI and "
		"xHCI "
		"controllers do not say which. Three tries failed.",
		"Most often the device is gone or hung: see whether a disconnect follows. Else "
		"suspect "
		"cable and power.",
		WDK},
	{0xc0000012, "USBD_STATUS_BABBLE_DETECTED", STATUS_BABBLE,
		"the device sent more than it was allowed to",
		"A packet was longer than wMaxPacketSize, more came than the buffer had room for, "
		"or "
		"the device was still sending at the end of the frame.",
		"Make read buffers a multiple of wMaxPacketSize. If they are, the device's "
		"firmware is "
		"at fault.",
		WDK},
	{0xc0000013, "USBD_STATUS_DATA_BUFFER_ERROR", STATUS_ERROR,
		"the host's memory was too slow for the bus",
		"The controller over- or underran; the transfer's direction tells which (IN: "
		"overrun, "
		"OUT: underrun).",
		HOST, WDK},
	{0xc0000014, "USBD_STATUS_NO_PING_RESPONSE", STATUS_TIMEOUT, "no answer to a PING",
		"A SuperSpeed device did not answer the controller's PING before an isochronous "
		"transfer.",
		"The link was in a low-power state or the device is gone.", WDK},
	{0xc0000015, "USBD_STATUS_INVALID_STREAM_TYPE", STATUS_ERROR, "the wrong type of stream",
		"The endpoint's stream context does not fit the request.", SELF, WDK},
	{0xc0000016, "USBD_STATUS_INVALID_STREAM_ID", STATUS_ERROR, "no such stream",
		"The device or driver named a stream that is not open.",
		"Check the number of streams opened against the ids used.", WDK},
	{0xc0000030, "USBD_STATUS_ENDPOINT_HALTED", STATUS_STALL, "the endpoint is halted",
		"An earlier error halted the pipe; this URB was not sent.",
		"Find the error before it, then reset the pipe.", WDK},
	{0xc0000a00, "USBD_STATUS_BAD_START_FRAME", STATUS_ERROR, "the start frame is out of range",
		"An isochronous URB asked for a frame that has passed or is too far ahead (1024).",
		"Ask for the current frame number, or use USBD_START_ISO_TRANSFER_ASAP.", WDK},
	{0xc0000b00, "USBD_STATUS_ISOCH_REQUEST_FAILED", STATUS_ERROR, "every packet failed",
		"All packets of an isochronous URB completed with an error.",
		"See the packets' own statuses.", WDK},
	{0xc0000c00, "USBD_STATUS_FRAME_CONTROL_OWNED", STATUS_ERROR,
		"frame length control is taken", "Another driver holds it (obsolete).", SELF, WDK},
	{0xc0000d00, "USBD_STATUS_FRAME_CONTROL_NOT_OWNED", STATUS_ERROR,
		"frame length control is not held", "The driver did not take it first (obsolete).",
		SELF, WDK},
	{0xc0000e00, "USBD_STATUS_NOT_SUPPORTED", STATUS_ERROR, "the request is not supported",
		"The stack or this host controller cannot do what the URB asks.",
		"Query the capability first (streams, chained MDLs).", WDK},
	{0xc0000f00, "USBD_STATUS_INVALID_CONFIGURATION_DESCRIPTOR", STATUS_ERROR,
		"the configuration descriptor is wrong", ADAPT, DESC, WDK},
	{0xc0001000, "USBD_STATUS_INSUFFICIENT_RESOURCES", STATUS_ERROR,
		"the host is out of resources",
		"Memory or the controller's own contexts (endpoints, streams) ran out.",
		"Use fewer or smaller requests; count the endpoints open on this controller.", WDK},
	{0xc0002000, "USBD_STATUS_SET_CONFIG_FAILED", STATUS_ERROR, "SET_CONFIGURATION failed",
		"The device did not accept the configuration.",
		"See the control transfer's own outcome, the value and the device's power budget.",
		WDK},
	{0xc0003000, "USBD_STATUS_BUFFER_TOO_SMALL", STATUS_ERROR, "the buffer is too small",
		"What the URB points to cannot hold the answer.", SELF, WDK},
	{0xc0004000, "USBD_STATUS_INTERFACE_NOT_FOUND", STATUS_ERROR, "no such interface",
		"The configuration has no interface or alternate setting with this number.",
		"Compare with the configuration descriptor.", WDK},
	{0xc0005000, "USBD_STATUS_INVALID_PIPE_FLAGS", STATUS_ERROR, "the pipe flags are invalid",
		"PipeFlags of a selection contradict the endpoint.", SELF, WDK},
	{0xc0006000, "USBD_STATUS_TIMEOUT", STATUS_TIMEOUT, "the request's time limit ran out",
		"The device kept answering NAK, or not at all, until the host stack gave up; the "
		"number "
		"does not tell which.",
		"See how long the device usually takes and whether it still answers on endpoint 0.",
		WDK},
	{0xc0007000, "USBD_STATUS_DEVICE_GONE", STATUS_DISCONNECTED,
		"the device is not there any more",
		"It was unplugged, or the hub port was disabled.",
		"Nothing to repair in the driver but to stop. If nobody pulled the plug, look at "
		"power "
		"and at what was sent last.",
		WDK},
	{0xc0008000, "USBD_STATUS_STATUS_NOT_MAPPED", STATUS_ERROR, "a status without a name",
		"The host controller driver got a result that it cannot express.",
		"Suspect the controller or its driver.", WDK},
	{0xc0009000, "USBD_STATUS_HUB_INTERNAL_ERROR", STATUS_ERROR, "a hub failed",
		"The hub driver could not carry out an internal operation.",
		"Look at the hub's own control transfers around this time.", WDK},
	{0xc0010000, "USBD_STATUS_CANCELED", STATUS_CANCELLED, "cancelled",
		"The driver took the URB back: abort pipe, cancelled IRP, closed handle, or the "
		"device "
		"going away. Bytes may have been transferred before.",
		"Normal on close. If unexpected, look for ABORT_PIPE or a removal just before.",
		WDK},
	{0xc0020000, "USBD_STATUS_ISO_NOT_ACCESSED_BY_HW", STATUS_MISSED,
		"isochronous: the hardware did not touch the packet",
		"The frame passed without the controller processing the packet.",
		"Queue more URBs ahead; check latency of deferred procedure calls.", WDK},
	{0xc0030000, "USBD_STATUS_ISO_TD_ERROR", STATUS_ERROR, "isochronous: the controller failed",
		"The controller reported an error on the packet's transfer descriptor.",
		"Suspect the controller, then the bus.", WDK},
	{0xc0040000, "USBD_STATUS_ISO_NA_LATE_USBPORT", STATUS_MISSED,
		"isochronous: submitted in time, scheduled too late",
		"The host stack passed the packet on after its frame.",
		"The host was too busy: queue more URBs ahead.", WDK},
	{0xc0050000, "USBD_STATUS_ISO_NOT_ACCESSED_LATE", STATUS_MISSED,
		"isochronous: submitted too late",
		"The packet's frame had passed when the URB came.",
		"Queue more URBs ahead, or use USBD_START_ISO_TRANSFER_ASAP.", WDK},
	{0xc0100000, "USBD_STATUS_BAD_DESCRIPTOR", STATUS_ERROR, "a descriptor is wrong", ADAPT,
		DESC, WDK},
	{0xc0100001, "USBD_STATUS_BAD_DESCRIPTOR_BLEN", STATUS_ERROR,
		"a descriptor's bLength is wrong", ADAPT, DESC, WDK},
	{0xc0100002, "USBD_STATUS_BAD_DESCRIPTOR_TYPE", STATUS_ERROR,
		"a descriptor's bDescriptorType is wrong", ADAPT, DESC, WDK},
	{0xc0100003, "USBD_STATUS_BAD_INTERFACE_DESCRIPTOR", STATUS_ERROR,
		"an interface descriptor is wrong", ADAPT, DESC, WDK},
	{0xc0100004, "USBD_STATUS_BAD_ENDPOINT_DESCRIPTOR", STATUS_ERROR,
		"an endpoint descriptor is wrong", ADAPT, DESC, WDK},
	{0xc0100005, "USBD_STATUS_BAD_INTERFACE_ASSOC_DESCRIPTOR", STATUS_ERROR,
		"an interface association descriptor is wrong", ADAPT, DESC, WDK},
	{0xc0100006, "USBD_STATUS_BAD_CONFIG_DESC_LENGTH", STATUS_ERROR, "wTotalLength is wrong",
		ADAPT, DESC, WDK},
	{0xc0100007, "USBD_STATUS_BAD_NUMBER_OF_INTERFACES", STATUS_ERROR,
		"bNumInterfaces is wrong", ADAPT, DESC, WDK},
	{0xc0100008, "USBD_STATUS_BAD_NUMBER_OF_ENDPOINTS", STATUS_ERROR, "bNumEndpoints is wrong",
		ADAPT, DESC, WDK},
	{0xc0100009, "USBD_STATUS_BAD_ENDPOINT_ADDRESS", STATUS_ERROR,
		"a bEndpointAddress is wrong", ADAPT, DESC, WDK},
};

const struct status_table status_windows = {codes, sizeof(codes) / sizeof(codes[0]), true};
