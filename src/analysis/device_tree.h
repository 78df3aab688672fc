/* device_tree.h: the tree of devices put together for a report: views of devices, interfaces and
 * endpoints in arrays, and the lines in which people read them. Private to devices.c. */
#ifndef ANALYSIS_DEVICE_TREE_H
#define ANALYSIS_DEVICE_TREE_H

#include "model/device.h"
#include "model/ports.h"
#include "usb/desc.h"

struct pipe_count {
	uint64_t transfers, errors;
};

struct device_counts {
	struct pipe_count *pipe; /* [number of the pipe - 1] */
	size_t n, cap;
};

struct endpoint_view {
	uint8_t number, dir, type;
	bool described;
	struct desc_endpoint desc;
	int64_t interval_ns;
	uint64_t transfers, errors;
};

struct interface_view {
	struct desc_interface desc;
	const char *name; /* what it is for; NULL: unknown class */
	bool in_use;	  /* this alternate setting is selected */
	uint64_t transfers;
	size_t first_endpoint, endpoints;
};

/* A step on the way from a device whose hub is not known down to another: its address, then ports;
 * and which of those that were there in turn. */
struct tree_step {
	uint32_t at, number;
};

struct device_view {
	const struct devices *devices;
	const struct instance *instance;
	uint32_t number;
	bool described, configured, configuration_inferred, replaced;
	enum usb_speed speed; /* as bus_speed has it */
	bool speed_inferred;
	struct desc_device desc;
	struct desc_config config;
	char manufacturer[128], product[128], serial[128]; /* UTF-8 of the device, untrusted */
	const char *vendor_name, *product_name;		   /* usb.ids, NULL: none */
	uint64_t transfers;
	size_t first_interface, interfaces;
	struct tree_step way[PORTS_TIERS];
	unsigned steps;
	size_t first_other, others; /* endpoints that no interface in the tree explains, and EP 0 */
};

enum { TREE_TEXT = 160 };

struct tree_line {
	unsigned depth; /* 0 device, 1 interface, 2 endpoint */
	char address[48], port[PORT_PATH_MAX], id[16], what[TREE_TEXT], details[TREE_TEXT];
	uint64_t transfers;
};

struct device_tree {
	struct ids *ids;
	struct device_view *device;
	struct interface_view *interface;
	struct endpoint_view *endpoint;
	struct tree_line *line;
	bool ports; /* some line has one */
	size_t devices, device_cap, interfaces, interface_cap, endpoints, endpoint_cap, lines,
		line_cap;
};

/* all: also a line for each alternate setting that is not in use and was not used. */
struct device_tree *device_tree_new(
	const struct devices *d, const struct device_counts *c, struct ids *ids, bool all);
void device_tree_free(struct device_tree *t);

/* "1.5": bus and address, with instance_mark(). */
void device_address(struct text *t, const struct instance *i);

#endif
