/* event.h: a record normalised: what one line of a capture says, whatever system wrote it. Events
 * live on the stack and point into the record. */
#ifndef LINK_EVENT_H
#define LINK_EVENT_H

#include "capture/record.h"
#include "usb/observability.h"
#include "usb/usb.h"

/* Bins of records that belong to no transfer (the conservation law of DESIGN section 1). */
enum bin {
	BIN_NONE, /* attached to a transfer */
	BIN_SOF,
	BIN_KEEPALIVE,
	BIN_LPM,
	BIN_STATE,
	BIN_MALFORMED,
	BIN_ORPHAN,
	BIN_CUSTOM,
	BIN_FOREIGN,
	BIN_INJECTED,
	BIN_LOST,
	BIN_OTHER,
	BIN_COUNT
};

/* "sof", "keepalive", …; NULL for BIN_NONE. */
const char *bin_name(enum bin b);

enum event_kind {
	EVENT_SUBMIT,	/* an URB was handed to the host controller driver */
	EVENT_COMPLETE, /* it came back */
	EVENT_ERROR,	/* it was refused at submission (usbmon 'E') */
	EVENT_DATA,	/* a stage between the two (USBPcap control DATA) */
	EVENT_PACKET,	/* a bus packet */
	EVENT_STATE,	/* a bus state: reset, suspend, VBUS, speed */
	EVENT_OTHER,	/* anything else: `bin` says where it is counted */
	EVENT_KINDS
};

/* JSON name: "submit", … */
const char *event_kind_name(enum event_kind k);

/* Which members of an urb_event mean something: a capture cannot show everything. */
enum {
	URB_SETUP = 1 << 0,	     /* setup[] */
	URB_REQUESTED = 1 << 1,	     /* length: bytes asked for (submit) or, on OUT, to be sent */
	URB_ACTUAL = 1 << 2,	     /* length: bytes transferred (complete) */
	URB_STATUS = 1 << 3,	     /* raw_status is a result */
	URB_FLAGS = 1 << 4,	     /* transfer_flags */
	URB_INTERVAL = 1 << 5,	     /* interval */
	URB_FRAME = 1 << 6,	     /* start_frame */
	URB_SETUP_INFERRED = 1 << 7, /* setup[] was rebuilt from the URB function: ~ */
	URB_FUNCTION = 1 << 8,	     /* function */
	URB_STREAM = 1 << 9	     /* stream */
};

/* Layout of the isochronous packet table at iso.table. ISO_WIRE: there is none, but the packets of
 * a service interval on the bus, counted as they went by. */
enum iso_layout { ISO_NONE, ISO_LINUX, ISO_USBPCAP, ISO_DARWIN, ISO_FREEBSD, ISO_TEXT, ISO_WIRE };

/* The packet table of an isochronous URB, still in the capture's own layout; iso_packet() reads it.
 * Self-contained: valid as long as `table` and `data` are. */
struct iso_table {
	const uint8_t *table, *data;
	uint32_t table_len;
	uint32_t data_len; /* of `data`; of an OUT's payload even where data is NULL: not kept */
	uint32_t packets;  /* number of packets of the URB */
	uint32_t present;  /* how many of them are in the table */
	uint32_t errors;   /* the system's own error count; ISO_WIRE: damaged packets */
	uint32_t missed, empty; /* ISO_WIRE: without an answer, without data */
	uint8_t layout;		/* enum iso_layout */
	bool big_endian, complete, in;
};

/* Offset or length of a packet where it is not known. */
#define ISO_UNKNOWN UINT32_MAX

/* One packet of it. */
struct iso_packet {
	uint32_t offset; /* in the transfer's data; ISO_UNKNOWN: not known */
	uint32_t length; /* submit: asked; complete: transferred; ISO_UNKNOWN: not known */
	int64_t raw_status;
	bool has_status;
};

struct urb_event {
	uint64_t id;		  /* pairs the events of one URB; reused at once after completion.
				     0: no id; pair by bus, device and endpoint, in order */
	int64_t raw_status;	  /* the system's own number */
	const uint8_t *data;	  /* payload in the record, NULL: none */
	uint32_t data_len;	  /* bytes at data */
	uint32_t data_total;	  /* bytes of payload there were; > data_len: snapped */
	uint32_t header_data_len; /* as the capture's header says (usb.data_len), for `list
				     --records` */
	uint32_t length;	  /* URB_REQUESTED or URB_ACTUAL */
	uint32_t header_length;	  /* as the header says (usb.urb_len) */
	uint32_t transfer_flags;
	uint32_t stream;
	int32_t interval, start_frame;
	uint16_t has;	   /* URB_… */
	uint16_t function; /* USBPcap URB_FUNCTION_* */
	uint8_t setup[8];
	struct iso_table iso;
};

/* How a packet's checksum came out. */
enum { CRC_ABSENT, CRC_OK, CRC_BAD };

/* What a SPLIT says beside hub and port (USB 2.0 section 8.4.2). */
enum {
	SPLIT_COMPLETE = 1 << 0, /* SC: a CSPLIT */
	SPLIT_S = 1 << 1,	 /* low speed; of isochronous OUT: the first of the data */
	SPLIT_E = 1 << 2	 /* of isochronous OUT: the last of the data */
};

/* Bus states (EVENT_STATE) and what they do to what is open. */
enum bus_state {
	BUS_OTHER, /* told, but nothing changes */
	BUS_RESET,
	BUS_SUSPEND,
	BUS_RESUME,
	BUS_VBUS_OFF,
	BUS_VBUS_ON,
	BUS_NO_FRAMES, /* none for a while: left out by the capturing device, or the line was not in
			  use */
	BUS_SPEED,     /* event.speed is the one from here on */
	BUS_STATES
};

/* What of a bus state has a duration. */
enum bus_span {
	SPAN_NONE,
	SPAN_RESET,
	SPAN_CHIRP_DEVICE,
	SPAN_CHIRP_HOST,
	SPAN_SUSPEND,
	SPAN_RESUME,
	SPAN_VBUS_OFF,
	SPAN_VBUS_ON,
	SPAN_SE0, /* line states */
	SPAN_J,
	SPAN_K,
	SPAN_SE1,
	SPAN_SILENCE, /* no packets, and no state tells why */
	BUS_SPANS
};

/* A packet of the bus, or a state between them. Address and endpoint are the event's. */
struct packet_event {
	const uint8_t *data;	/* payload of a data packet, without its CRC */
	const char *state_text; /* trusted: what a state event is about */
	uint32_t data_len;	/* bytes at data */
	uint32_t data_total;	/* bytes there were; > data_len: snapped */
	uint16_t frame;		/* SOF */
	uint8_t pid;		/* the byte */
	uint8_t pid_kind;	/* enum pid_kind */
	uint8_t crc;		/* CRC_… */
	uint8_t split;		/* SPLIT_… */
	uint8_t hub, port;	/* of a SPLIT */
	uint8_t split_type;	/* of a SPLIT: enum usb_type */
	uint8_t state;		/* enum bus_state */
	uint8_t span;		/* enum bus_span that begins with it */
	int64_t lasts;		/* ns, where the record itself says it; else 0 */
};

struct event {
	uint8_t kind;	    /* enum event_kind */
	uint8_t bin;	    /* enum bin: BIN_NONE unless no transfer can take the record */
	uint8_t os;	    /* enum usb_os */
	uint8_t capture;    /* enum capture_kind: what this record alone proves about its writer */
	uint8_t type;	    /* enum usb_type */
	uint8_t dir;	    /* enum usb_dir */
	uint8_t endpoint;   /* 0–15, USB_NO_ENDPOINT */
	uint8_t speed;	    /* enum usb_speed */
	uint16_t bus;	    /* USB_NO_BUS */
	uint16_t device;    /* address */
	const char *reason; /* trusted: why the record is malformed or other; NULL */
	union {
		struct urb_event urb;
		struct packet_event packet; /* EVENT_PACKET, EVENT_STATE, and what of a
					       malformed packet is known */
	};
};

/* Packet i (< present) of the table; false when the table is cut before it. */
bool iso_packet(const struct iso_table *t, uint32_t i, struct iso_packet *p);

#endif
