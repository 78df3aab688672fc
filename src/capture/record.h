/* record.h: what capture/ hands on: one record of a capture file as it was captured. */
#ifndef CAPTURE_RECORD_H
#define CAPTURE_RECORD_H

#include <stdbool.h>
#include <stdint.h>

/* Link types (https://www.tcpdump.org/linktypes.html). */
enum {
	LINK_USB_FREEBSD = 186,
	LINK_USB_LINUX = 189,
	LINK_USB_LINUX_MMAPPED = 220,
	LINK_USBPCAP = 249,
	LINK_WIRESHARK_UPPER_PDU = 252,
	LINK_USB_DARWIN = 266,
	LINK_USB_2_0 = 288,
	LINK_USB_2_0_LOW_SPEED = 293,
	LINK_USB_2_0_FULL_SPEED = 294,
	LINK_USB_2_0_HIGH_SPEED = 295,
	/* Not registered anywhere, used inside the program only. */
	LINK_USBMON_TEXT = 0x10000,  /* a line of usbmon text */
	LINK_PCAPNG_CUSTOM = 0x10001 /* a custom block: data = its body from the PEN on */
};

/* Records that the capture wrote itself to tell about devices already there carry this as the
 * beginning of their packet comment, which goes on " speed=high port=1-2.4"; and, where comments
 * cannot be or were taken off, this URB id: the kernel's addresses are never so low. */
#define INJECTED_COMMENT "urbscope-injected"
#define INJECTED_URB	 UINT64_C(0x75726273636f7065) /* "urbscope" */

/* Valid only until the next record is read (data and comment point into the reader's block). */
struct record {
	uint64_t number; /* from 1; equals tshark's frame number for the same file */
	int64_t time;	 /* ns since the epoch of the file (1970 for pcap); see has_time */
	uint64_t offset; /* of the record's header (pcap) or block (pcapng) or line (text) in the
			    uncompressed stream */
	const uint8_t *data;
	const char *comment; /* first packet comment, not terminated; NULL: none */
	uint32_t comment_len;
	uint32_t link;	  /* LINK_… */
	uint32_t caplen;  /* bytes at data */
	uint32_t origlen; /* bytes there were; >= caplen in sane files, not enforced */
	uint32_t iface;	  /* index for reader_iface() */
	uint32_t section; /* pcapng section, from 0 */
	bool big_endian;  /* byte order of the file (section): that of usbmon headers */
	bool has_time;	  /* false: simple packet blocks */
};

#endif
