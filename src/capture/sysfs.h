/* sysfs.h: the USB devices the kernel knows now, from /sys/bus/usb/devices
 * (Documentation/ABI/stable/ sysfs-bus-usb): what they answered when they were enumerated, without
 * asking them again. */
#ifndef CAPTURE_SYSFS_H
#define CAPTURE_SYSFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SYSFS_PATH_MAX = 40 };

/* A HID report descriptor, of an interface in use. */
struct sysfs_interface {
	uint8_t number, alternate;
	char *name; /* string of iInterface, UTF-8; NULL: none */
	uint8_t *report;
	size_t report_len;
};

struct sysfs_device {
	uint16_t bus, address;
	uint8_t speed;		   /* enum usb_speed */
	char path[SYSFS_PATH_MAX]; /* "usb1", "1-2.4" */
	int configuration;	   /* bConfigurationValue in use; -1: none, not known */
	uint16_t idVendor, idProduct;
	uint8_t *descriptors; /* as sent: device, then each configuration whole */
	size_t len;
	/* UTF-8; NULL: none. Untrusted. */
	char *manufacturer, *product, *serial, *configuration_name;
	struct sysfs_interface *iface;
	size_t ifaces, iface_cap;
};

struct sysfs {
	struct sysfs_device *v; /* by bus, then by address */
	size_t n, cap;
};

/* $URBSCOPE_SYSFS (tests), else /sys/bus/usb/devices. */
const char *sysfs_root(void);
/* Reads all devices; nothing there gives none. */
void sysfs_scan(struct sysfs *s);
void sysfs_free(struct sysfs *s);
/* True if bus N is there. */
bool sysfs_has_bus(int bus);

#endif
