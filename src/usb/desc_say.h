/* desc_say.h: what numbers of descriptors mean, in words: the functions that table rows name. */
#ifndef USB_DESC_SAY_H
#define USB_DESC_SAY_H

#include "usb/desc_table.h"

typedef void desc_say(const struct desc_walk *w, uint32_t value, struct text *t);

desc_say desc_say_length, desc_say_type;
desc_say desc_say_bcd, desc_say_string, desc_say_langid, desc_say_vendor, desc_say_product;
desc_say desc_say_class, desc_say_subclass, desc_say_protocol;
desc_say desc_say_max_power, desc_say_self_powered, desc_say_yes_no;
desc_say desc_say_total_length;
desc_say desc_say_address, desc_say_packet, desc_say_transactions, desc_say_interval;
desc_say desc_say_burst, desc_say_streams, desc_say_mult;
desc_say desc_say_country, desc_say_hid_type;
desc_say desc_say_2ms, desc_say_us, desc_say_ns, desc_say_100ns, desc_say_ma;
desc_say desc_say_besl, desc_say_zero_based, desc_say_rate, desc_say_ssid, desc_say_windows;
desc_say desc_say_bytes;

typedef void desc_head(const struct desc_walk *w, struct text *t);

desc_head desc_head_device, desc_head_config, desc_head_interface, desc_head_association;
desc_head desc_head_endpoint, desc_head_bos, desc_head_qualifier, desc_head_capability;
desc_head desc_head_unknown;

/* The capability's name (USB 3.2 table 9-14), NULL: unknown. */
const char *desc_capability_name(uint8_t bDevCapabilityType);

#endif
