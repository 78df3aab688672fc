/* iso.h: the isochronous packet tables of the link types, each still in its capture's own layout.
 * iso_packet() (link/event.h) dispatches to these by struct iso_table.layout. */
#ifndef LINK_ISO_H
#define LINK_ISO_H

#include "link/event.h"

/* Each fills *p with packet i of t; false when i >= t->present or the table is cut before it.
 * *p is fully set on success and untouched on failure. */
bool iso_packet_usbpcap(const struct iso_table *t, uint32_t i, struct iso_packet *p);
bool iso_packet_darwin(const struct iso_table *t, uint32_t i, struct iso_packet *p);
bool iso_packet_freebsd(const struct iso_table *t, uint32_t i, struct iso_packet *p);
bool iso_packet_text(const struct iso_table *t, uint32_t i, struct iso_packet *p);

/* For tables whose entries have no fixed size: bytes that the entry at `pos` takes including
 * padding (may reach past the end of the table: then it is the last one), 0 when no whole entry
 * starts there. */
typedef uint32_t iso_step(const struct iso_table *t, uint32_t pos);

/* The position of entry i, found by stepping over those before it. Reading in ascending order costs
 * one step an entry: the last position is remembered per thread until iso_walk_reset(). False when
 * the table ends before it. */
bool iso_walk(const struct iso_table *t, uint32_t i, iso_step *step, uint32_t *pos);
/* The memory behind tables is about to change: every decoder that makes such a table calls it. */
void iso_walk_reset(void);

#endif
