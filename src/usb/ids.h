/* ids.h: names for numbers from the usb.ids file (Debian package usb.ids): vendors, products,
 * classes, HID usages, languages, terminals, countries. The file is read at the first question,
 * once, into sorted tables of 8 bytes an entry beside the file's bytes. A missing or unreadable
 * file means no names, never an error. */
#ifndef USB_IDS_H
#define USB_IDS_H

#include <stddef.h>
#include <stdint.h>

enum ids_kind {
	IDS_VENDOR,	    /* idVendor */
	IDS_PRODUCT,	    /* idVendor << 16 | idProduct */
	IDS_CLASS,	    /* class */
	IDS_SUBCLASS,	    /* class << 8 | subclass */
	IDS_PROTOCOL,	    /* class << 16 | subclass << 8 | protocol */
	IDS_USAGE_PAGE,	    /* HID usage page */
	IDS_USAGE,	    /* usage page << 16 | usage */
	IDS_LANGUAGE,	    /* primary language, bits 9..0 of a LANGID */
	IDS_DIALECT,	    /* primary language << 6 | sublanguage */
	IDS_TERMINAL,	    /* wTerminalType of audio terminals */
	IDS_VIDEO_TERMINAL, /* wTerminalType of video terminals */
	IDS_COUNTRY,	    /* bCountryCode of HID */
	IDS_HID_DESCRIPTOR, /* bDescriptorType of HID */
	IDS_KINDS
};

struct ids;

/* path NULL: the file named by the environment's URBSCOPE_IDS, or where that is not set the first
 * of the places where distributions keep usb.ids. Nothing is read yet. The caller frees. */
struct ids *ids_new(const char *path);
void ids_free(struct ids *ids);

/* The name, or NULL where there is none. ids NULL: no file (--no-ids). Names are UTF-8 without
 * control characters and live as long as ids. The first call reads the file (a few milliseconds):
 * not for two threads at once. */
const char *ids_find(struct ids *ids, enum ids_kind kind, uint32_t key);
/* How many names of a kind there are. */
size_t ids_count(struct ids *ids, enum ids_kind kind);

static inline const char *ids_vendor(struct ids *ids, uint16_t vendor)
{
	return ids_find(ids, IDS_VENDOR, vendor);
}

static inline const char *ids_product(struct ids *ids, uint16_t vendor, uint16_t product)
{
	return ids_find(ids, IDS_PRODUCT, (uint32_t)vendor << 16 | product);
}

/* Base classes that USB-IF defined have names without a file, too. */
const char *ids_class(struct ids *ids, uint8_t base);

static inline const char *ids_subclass(struct ids *ids, uint8_t base, uint8_t sub)
{
	return ids_find(ids, IDS_SUBCLASS, (uint32_t)base << 8 | sub);
}

static inline const char *ids_protocol(struct ids *ids, uint8_t base, uint8_t sub, uint8_t protocol)
{
	return ids_find(ids, IDS_PROTOCOL, (uint32_t)base << 16 | (uint32_t)sub << 8 | protocol);
}

static inline const char *ids_usage_page(struct ids *ids, uint16_t page)
{
	return ids_find(ids, IDS_USAGE_PAGE, page);
}

static inline const char *ids_usage(struct ids *ids, uint16_t page, uint16_t usage)
{
	return ids_find(ids, IDS_USAGE, (uint32_t)page << 16 | usage);
}

/* A LANGID has its primary language in bits 9..0 and its sublanguage, the dialect, in 15..10
 * (USB Language Identifiers 1.0). */
static inline const char *ids_language(struct ids *ids, uint16_t langid)
{
	return ids_find(ids, IDS_LANGUAGE, langid & 0x3ff);
}

static inline const char *ids_dialect(struct ids *ids, uint16_t langid)
{
	return ids_find(ids, IDS_DIALECT, (uint32_t)(langid & 0x3ff) << 6 | langid >> 10);
}

#endif
