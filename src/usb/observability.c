/* observability.c: the table behind observability.h: for every aspect the capture kinds it differs
 * in, each with the reason. Sources: Linux drivers/usb/mon and Documentation/usb/usbmon.rst;
 * USBPcap's format and change log; usbdump's usb_pf.c; the link types' registrations at
 * tcpdump.org. */
#include "usb/observability.h"

#include <stddef.h>
#include <stdint.h>

enum {
	USBMON = 1 << CAPTURE_USBMON,
	USBMON_48 = 1 << CAPTURE_USBMON_48,
	TEXT_U = 1 << CAPTURE_USBMON_TEXT_U,
	TEXT_T = 1 << CAPTURE_USBMON_TEXT_T,
	EARLY = 1 << CAPTURE_USBMON_EARLY,
	QEMU = 1 << CAPTURE_QEMU,
	SIGROK = 1 << CAPTURE_SIGROK,
	PCAP = 1 << CAPTURE_USBPCAP,
	PCAP_1_0 = 1 << CAPTURE_USBPCAP_1_0,
	PCAP_1_4 = 1 << CAPTURE_USBPCAP_1_4,
	PCAP_1_5 = 1 << CAPTURE_USBPCAP_1_5,
	DARWIN = 1 << CAPTURE_DARWIN,
	FREEBSD = 1 << CAPTURE_FREEBSD,
	BUS_ANY = 1 << CAPTURE_BUS_ANY_SPEED,
	BUS = 1 << CAPTURE_BUS,

	TEXT = TEXT_U | TEXT_T,
	LINUX = USBMON | USBMON_48 | TEXT,
	EARLY_PCAP = PCAP | PCAP_1_0, /* not known: what one of them may lack is not expected */
	WINDOWS = EARLY_PCAP | PCAP_1_4 | PCAP_1_5,
	WIRE = BUS_ANY | BUS,
	URBS = LINUX | EARLY | QEMU | SIGROK | WINDOWS | DARWIN | FREEBSD,
	ALL = (1 << CAPTURE_KINDS) - 1
};

struct rule {
	uint32_t kinds;
	uint8_t observed;
	const char *reason;
};

#define ABSENT(kinds, reason)                                                                      \
	{                                                                                          \
		kinds, OBSERVED_ABSENT, reason                                                     \
	}
#define INFERRED(kinds, reason)                                                                    \
	{                                                                                          \
		kinds, OBSERVED_INFERRED, reason                                                   \
	}
#define KNOWN(kinds, reason)                                                                       \
	{                                                                                          \
		kinds, OBSERVED_KNOWN, reason                                                      \
	}
#define NO_EMPTY      "records of 0 bytes were left out: failures, empty packets"
#define NO_DATA_STAGE "requests without data were left out"
#define ON_THE_WIRE   "it is decided on the wire, below what URBs show"

enum { RULES = 7 };

/* The first rule that names the kind holds; CAPTURE_UNKNOWN has one of its own. */
static const struct rule rules[ASPECTS][RULES] = {
	[ASPECT_REQUESTED_LENGTH] =
		{
			KNOWN(LINUX | EARLY | DARWIN | FREEBSD, "the submission tells it"),
			INFERRED(QEMU,
				"the setup and OUT tell it; other IN submissions have length 0"),
			INFERRED(WINDOWS,
				"control and OUT tell it; a bulk, interrupt or isochronous IN "
				"submission carries no length"),
			INFERRED(SIGROK, "only wLength tells it"),
			INFERRED(WIRE, "only wLength tells it; how much the host wanted is not on "
				       "the wire"),
		},
	[ASPECT_ACTUAL_LENGTH] =
		{
			INFERRED(TEXT, "isochronous completions print the buffer's size instead"),
			INFERRED(EARLY, NO_EMPTY),
			INFERRED(WINDOWS, "IN completions tell it; an OUT completion has length 0 "
					  "whatever was "
					  "sent"),
			INFERRED(QEMU, "IN completions tell it; an OUT completion has length 0"),
			INFERRED(SIGROK, "from the data captured"),
			KNOWN(WIRE, "the packets themselves"),
			KNOWN(ALL, "the completion tells it"),
		},
	[ASPECT_SUBMIT_TIME] =
		{
			INFERRED(EARLY_PCAP,
				"bulk and interrupt IN have no submission record before 1.4.1.0"),
			KNOWN(FREEBSD,
				"when the endpoint takes it up: waiting behind others is not seen"),
			ABSENT(WIRE, "the wire shows tokens, not when a driver asked"),
			INFERRED(SIGROK, "made from bus packets: when the first was sent"),
			KNOWN(ALL, "the submission is a record"),
		},
	[ASPECT_QUEUE] =
		{
			ABSENT(QEMU, "the emulated device sees each packet when its turn has come"),
			ABSENT(FREEBSD,
				"recorded when the endpoint takes it up: waiting is not seen"),
			ABSENT(WIRE | SIGROK, "the wire shows tokens, not what a driver queued"),
			INFERRED(EARLY_PCAP,
				"bulk and interrupt IN have no submission record before 1.4.1.0"),
			KNOWN(ALL, "from submissions and completions"),
		},
	[ASPECT_COMPLETION] =
		{
			INFERRED(EARLY_PCAP,
				"bulk and interrupt OUT have no completion record before 1.4.1.0, "
				"failed transfers none at all"),
			INFERRED(EARLY, NO_EMPTY),
			INFERRED(WIRE, "from the last transaction"),
			KNOWN(ALL, "the completion is a record"),
		},
	[ASPECT_STATUS] =
		{
			INFERRED(EARLY_PCAP, "bulk and interrupt OUT and whatever failed have no "
					     "completion record before 1.4.1.0"),
			INFERRED(EARLY, "not recorded: what moved data is taken as ok"),
			INFERRED(QEMU, "every failure is -121, or -19 when the device is gone"),
			INFERRED(SIGROK | WIRE, "from handshakes"),
			KNOWN(ALL, "the completion tells it"),
		},
	[ASPECT_SETUP] =
		{
			INFERRED(WINDOWS, "USBPcap rebuilds it for URB functions without one; "
					  "SET_INTERFACE gets "
					  "bmRequestType 0"),
			KNOWN(ALL, "recorded as sent"),
		},
	[ASPECT_SPEED] =
		{
			KNOWN(DARWIN | FREEBSD, "in every record's header"),
			KNOWN(BUS, "the link type tells it"),
			ABSENT(BUS_ANY, "this link type does not tell it"),
			INFERRED(ALL, "from hub port status and descriptors"),
		},
	[ASPECT_INTERVAL] =
		{
			KNOWN(USBMON | TEXT_U, "in frames (low, full) or microframes (high, "
					       "super), not bInterval"),
			INFERRED(FREEBSD, "in milliseconds for interrupt endpoints; not recorded "
					  "for isochronous ones"),
			INFERRED(ALL, "from the endpoint descriptor"),
		},
	[ASPECT_START_FRAME] =
		{
			KNOWN(USBMON | TEXT_U,
				"the completion tells it; its modulus is the controller's"),
			KNOWN(WINDOWS, "the completion tells it"),
			KNOWN(DARWIN, "every frame has its number"),
			KNOWN(WIRE, "SOF packets number the frames"),
			ABSENT(ALL, "not recorded"),
		},
	[ASPECT_TRANSFER_FLAGS] =
		{
			KNOWN(USBMON, "in the header"),
			KNOWN(FREEBSD, "in the header"),
			ABSENT(ALL, "not recorded"),
		},
	[ASPECT_OUT_ON_SUBMIT] =
		{
			INFERRED(TEXT | EARLY, "the first 32 bytes only"),
			INFERRED(QEMU, "cut at 4096 (control) or 256 bytes"),
			ABSENT(DARWIN, "macOS records it with the completion"),
			KNOWN(URBS, "in the submission"),
			ABSENT(ALL, "no submissions on the wire"),
		},
	[ASPECT_OUT_ON_COMPLETE] =
		{
			KNOWN(DARWIN, "in the completion"),
			ABSENT(URBS, "it is in the submission"),
			KNOWN(ALL, "the packets themselves"),
		},
	[ASPECT_IN_DATA] =
		{
			INFERRED(TEXT | EARLY, "the first 32 bytes only"),
			INFERRED(QEMU, "cut at 4096 (control) or 256 bytes"),
			KNOWN(ALL, "in the completion or the packets"),
		},
	[ASPECT_ISO_TABLE] =
		{
			INFERRED(USBMON | USBMON_48, "at most 128 packets of an URB"),
			INFERRED(TEXT_U, "the first five packets of an URB"),
			ABSENT(TEXT_T | EARLY | SIGROK, "such captures have no packet table"),
			ABSENT(QEMU, "one record a packet, no table"),
			INFERRED(FREEBSD, "lengths, but no status of single packets"),
			KNOWN(ALL, "every packet is recorded"),
		},
	[ASPECT_ISO_OUT_LENGTH] =
		{
			KNOWN(USBMON | USBMON_48 | DARWIN | FREEBSD,
				"the completion's packet table tells it"),
			INFERRED(TEXT_U, "the first five packets of an URB"),
			INFERRED(WINDOWS, "from the offsets: what was to be sent; what was sent is "
					  "not recorded"),
			KNOWN(WIRE, "the packets themselves"),
			ABSENT(ALL, "not recorded"),
		},
	[ASPECT_BUS_NUMBER] =
		{
			ABSENT(TEXT_T | EARLY, "layout t has no bus number"),
			INFERRED(QEMU | SIGROK, "always 0: one bus, no number"),
			ABSENT(WIRE, "one bus, no number"),
			KNOWN(ALL, "in every record"),
		},
	[ASPECT_URB_ID] =
		{
			ABSENT(FREEBSD | EARLY, "no id: paired by endpoint, in order"),
			INFERRED(QEMU, "control ids are all 0: paired by device, in order"),
			ABSENT(WIRE, "no URBs on the wire"),
			KNOWN(ALL, "in every record"),
		},
	[ASPECT_ADDRESS_CHANGE] =
		{
			KNOWN(WIRE | SIGROK, "SET_ADDRESS is on the wire"),
			ABSENT(WINDOWS, "Windows' host stack sends it below the filter"),
			ABSENT(QEMU, "the guest's address is QEMU's own matter"),
			ABSENT(EARLY, NO_DATA_STAGE),
			INFERRED(ALL, "xHCI controllers send it themselves: seen on others, else "
				      "inferred from a "
				      "new address"),
		},
	[ASPECT_LOST_COUNT] =
		{
			INFERRED(USBMON | USBMON_48,
				"only the statistics of a pcapng file tell it, and never of "
				"lost submission errors"),
			INFERRED(DARWIN | FREEBSD, "only the statistics of a pcapng file tell it"),
			INFERRED(WIRE, "what an analyzer drops it seldom says; gaps show in frame "
				       "numbers"),
			ABSENT(ALL, "nobody counts it"),
		},
	[ASPECT_NAKS] =
		{
			KNOWN(WIRE, "on the wire"),
			ABSENT(ALL, ON_THE_WIRE),
		},
	[ASPECT_TOGGLES] =
		{
			KNOWN(WIRE, "on the wire"),
			ABSENT(ALL, ON_THE_WIRE),
		},
	[ASPECT_RETRIES] =
		{
			INFERRED(WIRE, "recognised by the toggle"),
			ABSENT(ALL, ON_THE_WIRE),
		},
	[ASPECT_CRC] =
		{
			KNOWN(WIRE, "in the packets"),
			ABSENT(ALL, ON_THE_WIRE),
		},
	[ASPECT_STREAM_ID] =
		{
			ABSENT(ALL, "not recorded; USB 2.0 has no streams"),
		},
	[ASPECT_STREAM_OPEN] =
		{
			INFERRED(PCAP_1_4 | PCAP_1_5,
				"OPEN_STATIC_STREAMS is recorded without endpoint and count"),
			ABSENT(ALL,
				"a matter between driver and host controller that is not an URB"),
		},
	[ASPECT_HUB_REQUESTS] =
		{
			ABSENT(QEMU, "one device a capture"),
			INFERRED(EARLY, NO_DATA_STAGE),
			INFERRED(WINDOWS, "where the hub is among the devices captured"),
			KNOWN(ALL, "control transfers like any other"),
		},
	[ASPECT_ROOT_HUB_REQUESTS] =
		{
			KNOWN(LINUX, "the root hub is a device like any other"),
			INFERRED(EARLY, NO_DATA_STAGE),
			ABSENT(WIRE | SIGROK, "the root hub is not on the wire"),
			ABSENT(ALL, "the root hub is asked inside the host controller's driver"),
		},
	[ASPECT_RESET] =
		{
			INFERRED(LINUX,
				"from SET_FEATURE(PORT_RESET) to the hub, root hub included"),
			INFERRED(EARLY, "from the change bits in the status of ports"),
			INFERRED(DARWIN | FREEBSD, "from requests to external hubs"),
			INFERRED(WIRE | SIGROK,
				"from address 0 and silence, or where the analyzer noted it"),
			ABSENT(ALL, "not recorded"),
		},
	[ASPECT_SUSPEND] =
		{
			INFERRED(LINUX, "port requests show selective suspend; system sleep of the "
					"root hub, LPM, "
					"U1 and U2 are not visible"),
			INFERRED(EARLY, "from the bits in the status of ports"),
			INFERRED(DARWIN | FREEBSD, "from requests to external hubs"),
			INFERRED(WIRE | SIGROK, "from silence, or where the analyzer noted it"),
			ABSENT(ALL, "not recorded"),
		},
	[ASPECT_CANCEL] =
		{
			INFERRED(WINDOWS, "ABORT_PIPE is recorded, a cancelled IRP is not"),
			ABSENT(WIRE | SIGROK, "the wire just falls silent"),
			ABSENT(EARLY, "statuses are not recorded"),
			INFERRED(ALL, "from the completion's status and its time"),
		},
	[ASPECT_PIPE_RESET] =
		{
			KNOWN(WINDOWS, "SYNC_RESET_PIPE_AND_CLEAR_STALL and its kin are recorded"),
			ABSENT(EARLY, NO_DATA_STAGE),
			INFERRED(ALL, "from CLEAR_FEATURE(ENDPOINT_HALT); the host's own side is "
				      "not visible"),
		},
	[ASPECT_ALTERNATE_REFUSED] =
		{
			KNOWN(WINDOWS, "SELECT_INTERFACE completes with USBD_STATUS_NO_BANDWIDTH"),
			INFERRED(LINUX, "on xHCI the driver refuses before anything is sent; on "
					"others the missing "
					"SET_INTERFACE is all"),
			ABSENT(ALL, "nothing is sent, nothing is recorded"),
		},
};

static const struct rule unknown = {ALL, OBSERVED_ABSENT, "not known what wrote this capture"};

static const struct rule *find(enum capture_kind kind, enum aspect aspect)
{
	const struct rule *r = rules[aspect];

	if (kind == CAPTURE_UNKNOWN)
		return &unknown;
	while (!(r->kinds & 1u << kind))
		r++;
	return r;
}

enum observed observe(enum capture_kind kind, enum aspect aspect)
{
	return find(kind, aspect)->observed;
}

const char *observe_reason(enum capture_kind kind, enum aspect aspect)
{
	return find(kind, aspect)->reason;
}

const char *capture_kind_summary(enum capture_kind kind)
{
	static const char *const summary[CAPTURE_KINDS] = {"an unknown program", "Linux usbmon",
		"Linux usbmon (48-byte headers)", "Linux usbmon (text, layout u)",
		"Linux usbmon (text, layout t)", "Linux usbmon through libpcap of 2006", "QEMU",
		"sigrok", "USBPcap of some version", "USBPcap, as it seems before 1.4.1.0",
		"USBPcap 1.4.1.0 or later", "USBPcap 1.5.0.0 or later", "macOS", "FreeBSD usbdump",
		"a bus analyzer", "a bus analyzer"};

	return summary[kind];
}

const char *capture_kind_name(enum capture_kind kind)
{
	static const char *const name[CAPTURE_KINDS] = {"unknown", "usbmon", "usbmon-48",
		"usbmon-text-u", "usbmon-text-t", "usbmon-early", "qemu", "sigrok", "usbpcap",
		"usbpcap-1.0", "usbpcap-1.4", "usbpcap-1.5", "darwin", "freebsd", "bus-any-speed",
		"bus"};

	return name[kind];
}

const char *aspect_name(enum aspect aspect)
{
	static const char *const name[ASPECTS] = {"requested-length", "actual-length",
		"submit-time", "queue", "completion", "status", "setup", "speed", "interval",
		"start-frame", "transfer-flags", "out-on-submit", "out-on-complete", "in-data",
		"iso-table", "iso-out-length", "bus-number", "urb-id", "address-change",
		"lost-count", "naks", "toggles", "retries", "crc", "stream-id", "stream-open",
		"hub-requests", "root-hub-requests", "reset", "suspend", "cancel", "pipe-reset",
		"alternate-refused"};

	return name[aspect];
}

const char *observed_name(enum observed observed)
{
	static const char *const name[] = {"absent", "inferred", "known"};

	return name[observed];
}
