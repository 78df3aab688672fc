/* observability.h: what a kind of capture can show at all. Analyses ask here before they judge, so
 * that what a capture cannot show is never taken for a fault or a zero. */
#ifndef USB_OBSERVABILITY_H
#define USB_OBSERVABILITY_H

#include <stdbool.h>

/* Who wrote the capture, as far as that decides what is in it. A link decoder says what its record
 * proves alone, the model what the records so far prove together. */
enum capture_kind {
	CAPTURE_UNKNOWN,
	CAPTURE_USBMON,	       /* Linux, 64-byte header (link type 220) */
	CAPTURE_USBMON_48,     /* Linux, 48-byte header (189) */
	CAPTURE_USBMON_TEXT_U, /* debugfs text with bus number */
	CAPTURE_USBMON_TEXT_T, /* debugfs text without */
	CAPTURE_USBMON_EARLY,  /* what libpcap of 2006 made of that text (186) */
	CAPTURE_QEMU,	       /* pcap= of QEMU's USB devices (220) */
	CAPTURE_SIGROK,	       /* bus packets that sigrok turned into 220 */
	/* USBPcap's generations in ascending order, so that the latest that some record proves is
	 * the one that wrote the capture. */
	CAPTURE_USBPCAP,       /* of a generation that nothing has told yet */
	CAPTURE_USBPCAP_1_0,   /* before 1.4.1.0: one record a bulk or interrupt URB, control in
				  stages */
	CAPTURE_USBPCAP_1_4,   /* 1.4.1.0 to 1.4.x: both records, control in stages */
	CAPTURE_USBPCAP_1_5,   /* since 1.5.0.0: both records, control as SETUP and COMPLETE */
	CAPTURE_DARWIN,	       /* macOS (266) */
	CAPTURE_FREEBSD,       /* usbdump (186) */
	CAPTURE_BUS_ANY_SPEED, /* bus packets of unknown speed (288) */
	CAPTURE_BUS,	       /* bus packets of known speed (293, 294, 295) */
	CAPTURE_KINDS
};

/* Fields and rules that depend on it. */
enum aspect {
	ASPECT_REQUESTED_LENGTH, /* bytes asked for on IN, given on OUT */
	ASPECT_ACTUAL_LENGTH,	 /* bytes transferred */
	ASPECT_SUBMIT_TIME,	 /* when the URB was handed over: latency, queue depth */
	ASPECT_QUEUE,		 /* how long an URB waited behind those before it */
	ASPECT_COMPLETION,	 /* that and when it ended */
	ASPECT_STATUS,		 /* how it ended */
	ASPECT_SETUP,		 /* the setup's eight bytes */
	ASPECT_SPEED,
	ASPECT_INTERVAL,	/* the interval in use on a periodic endpoint */
	ASPECT_START_FRAME,	/* the frame in which an isochronous URB began */
	ASPECT_TRANSFER_FLAGS,	/* the submitter's flags, such as short reads forbidden */
	ASPECT_OUT_ON_SUBMIT,	/* OUT data in the submission's record */
	ASPECT_OUT_ON_COMPLETE, /* OUT data in the completion's record */
	ASPECT_IN_DATA,
	ASPECT_ISO_TABLE,      /* each isochronous packet's offset, length and status */
	ASPECT_ISO_OUT_LENGTH, /* bytes really sent in each isochronous OUT packet */
	ASPECT_BUS_NUMBER,
	ASPECT_URB_ID,	       /* an id that pairs submission and completion */
	ASPECT_ADDRESS_CHANGE, /* SET_ADDRESS */
	ASPECT_LOST_COUNT,     /* how many records the capturing side dropped */
	ASPECT_NAKS,
	ASPECT_TOGGLES,
	ASPECT_RETRIES,
	ASPECT_CRC,
	ASPECT_STREAM_ID,
	ASPECT_STREAM_OPEN,  /* streams opened and closed */
	ASPECT_HUB_REQUESTS, /* requests to external hubs */
	ASPECT_ROOT_HUB_REQUESTS,
	ASPECT_RESET,		  /* port resets */
	ASPECT_SUSPEND,		  /* suspend and resume */
	ASPECT_CANCEL,		  /* who cancelled and when, not only the cancelled result */
	ASPECT_PIPE_RESET,	  /* the host's side of a pipe reset, halts cleared */
	ASPECT_ALTERNATE_REFUSED, /* an alternate setting that the host refused for bandwidth */
	ASPECTS
};

enum observed {
	OBSERVED_ABSENT,   /* never in such a capture */
	OBSERVED_INFERRED, /* follows from other things: shown with ~ */
	OBSERVED_KNOWN
};

static inline bool capture_is_usbpcap(enum capture_kind kind)
{
	return kind >= CAPTURE_USBPCAP && kind <= CAPTURE_USBPCAP_1_5;
}

/* Records of 0 bytes are missing: requests without data, completions that moved nothing. */
static inline bool capture_lacks_empty(enum capture_kind kind)
{
	return kind == CAPTURE_USBMON_EARLY;
}

/* Packets of the bus. */
static inline bool capture_is_bus(enum capture_kind kind)
{
	return kind == CAPTURE_BUS || kind == CAPTURE_BUS_ANY_SPEED;
}

enum observed observe(enum capture_kind kind, enum aspect aspect);
/* Why: one line, trusted, never NULL. */
const char *observe_reason(enum capture_kind kind, enum aspect aspect);

/* "usbmon", "usbpcap-1.5", …; "requested-length", …; "absent", "inferred", "known" */
const char *capture_kind_name(enum capture_kind kind);
/* "Linux usbmon", "USBPcap before 1.4.1.0", … */
const char *capture_kind_summary(enum capture_kind kind);
const char *aspect_name(enum aspect aspect);
const char *observed_name(enum observed observed);

#endif
