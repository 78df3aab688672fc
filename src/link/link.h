/* link.h: the link types urbscope reads: one table row and one file each. Adding a link type is a
 * file link/NAME.c with its decode function and a row in link.c. */
#ifndef LINK_LINK_H
#define LINK_LINK_H

#include "link/event.h"

#include <stddef.h>

/* Turns a record into an event. Never fails: what cannot be understood becomes EVENT_OTHER in
 * BIN_MALFORMED with a reason. *ev comes zeroed except bus = USB_NO_BUS, endpoint =
 * USB_NO_ENDPOINT, dir and type unknown. */
typedef void link_decode(const struct record *rec, struct event *ev);

struct link_type {
	uint32_t link;
	const char *name;    /* "usbmon (mmapped)" */
	const char *summary; /* where such captures come from */
	link_decode *decode;
};

/* NULL for a foreign link type. */
const struct link_type *link_find(uint32_t link);

/* Decodes with *ev prepared as above; t NULL gives EVENT_OTHER in BIN_FOREIGN. */
void link_to_event(const struct link_type *t, const struct record *rec, struct event *ev);

/* Marks the event malformed. */
void link_malformed(struct event *ev, const char *reason);

link_decode link_usbmon_decode;	 /* 189 and 220: usbmon.c */
link_decode link_usbpcap_decode; /* 249: usbpcap.c */
link_decode link_darwin_decode;	 /* 266: darwin.c */
link_decode link_freebsd_decode; /* 186: freebsd.c */
/* What had the number before, where link_is_usbmon_early(): usbmon_early.c. */
link_decode link_usbmon_early_decode;
bool link_is_usbmon_early(const struct record *rec);
link_decode link_usbmon_text_decode; /* usbmon text: usbmon_text.c */
link_decode link_packet_decode;	     /* 288, 293, 294, 295: packet.c */
link_decode link_status_decode;	     /* 252 between them: packet_state.c */
link_decode link_custom_decode;	     /* pcapng custom blocks: packet_state.c */

#endif
