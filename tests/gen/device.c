/* device.c: devices of a description: their descriptors (USB 2.0 section 9.6) built from fields or
 * given as bytes, and the endpoints found in them. */
#include "tests/gen/gen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DT_CONFIG = 2, DT_STRING = 3, DT_INTERFACE = 4, DT_ENDPOINT = 5, DT_QUALIFIER = 6 };

static const char *const type_names[] = {"control", "isochronous", "bulk", "interrupt"};
static const char *const speed_names[] = {"low", "full", "high", "super"};

static int find(const char *const *names, size_t n, const char *s)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(names[i], s))
			return (int)i;
	return -1;
}

/* "2.00" to 0x0200 */
static bool parse_bcd(const char *s, uint16_t *v)
{
	unsigned major, minor;
	char more;

	if (sscanf(s, "%2x.%2x%c", &major, &minor, &more) != 2)
		return false;
	*v = (uint16_t)(major << 8 | minor);
	return true;
}

static const char *config_append(struct device *d, const uint8_t *b, size_t n)
{
	if (d->config_len + n > CONFIG_MAX)
		return "configuration descriptor too long";
	memcpy(d->config + d->config_len, b, n);
	d->config_len += n;
	return NULL;
}

/* The words as numbers up to max; false if one is not. */
static bool numbers(char **word, unsigned n, uint64_t max, uint64_t *v)
{
	for (unsigned i = 0; i < n; i++)
		if (!parse_number(word[i], max, &v[i]))
			return false;
	return true;
}

/* ---- one function per line of a device block; w[0] is the keyword ------------------- */

static const char *line_bus(struct device *d, char **w, unsigned n)
{
	uint64_t v;

	(void)n;
	if (!parse_number(w[1], 65534, &v))
		return "bus: number expected";
	d->bus = (uint16_t)v;
	return NULL;
}

static const char *line_address(struct device *d, char **w, unsigned n)
{
	uint64_t v;

	(void)n;
	if (!parse_number(w[1], 127, &v))
		return "address: 0 to 127 expected";
	d->address = (uint8_t)v;
	return NULL;
}

static const char *line_speed(struct device *d, char **w, unsigned n)
{
	int s = find(speed_names, COUNT(speed_names), w[1]);

	(void)n;
	if (s < 0)
		return "speed: low, full, high or super";
	d->speed = (uint8_t)s;
	return NULL;
}

static const char *line_controller(struct device *d, char **w, unsigned n)
{
	(void)n;
	d->ehci = !strcmp(w[1], "ehci");
	return d->ehci || !strcmp(w[1], "xhci") ? NULL : "controller: ehci or xhci";
}

/* usb, release: BCD; class: three bytes; ep0: one byte; vendor, product: 16 bits. */
static const char *line_field(struct device *d, char **w, unsigned n)
{
	static const struct {
		const char *name;
		uint8_t off, size, count;
	} fields[] = {{"usb", 2, 0, 1}, {"class", 4, 1, 3}, {"ep0", 7, 1, 1}, {"vendor", 8, 2, 1},
		{"product", 10, 2, 1}, {"release", 12, 0, 1}};
	uint64_t v[3];
	uint16_t bcd;

	for (size_t i = 0; i < COUNT(fields); i++) {
		uint8_t *to = d->device + fields[i].off;

		if (strcmp(fields[i].name, w[0]))
			continue;
		if (n != 1u + fields[i].count)
			return "wrong number of values";
		if (fields[i].size == 0) {
			if (!parse_bcd(w[1], &bcd))
				return "version like 2.00 expected";
			put16(to, bcd, false);
			return NULL;
		}
		if (!numbers(w + 1, fields[i].count, fields[i].size == 1 ? 255 : 65535, v))
			return "number expected";
		for (unsigned k = 0; k < fields[i].count; k++)
			to[k] = (uint8_t)v[k];
		if (fields[i].size == 2)
			put16(to, (uint16_t)v[0], false);
		return NULL;
	}
	return "unknown field";
}

static const char *line_strings(struct device *d, char **w, unsigned n)
{
	if (n > STRINGS)
		return "at most 7 strings";
	for (unsigned i = 1; i < n; i++)
		if (strcmp(w[i], "-"))
			d->string[i] = strcpy(keep(strlen(w[i]) + 1), w[i]);
	for (unsigned i = 1; i <= 3 && i < n; i++)
		d->device[13 + i] = d->string[i] ? (uint8_t)i : 0;
	return NULL;
}

static const char *line_config(struct device *d, char **w, unsigned n)
{
	uint8_t b[9] = {9, DT_CONFIG};
	uint64_t v[3];

	(void)n;
	if (!numbers(w + 1, 2, 255, v) || !parse_number(w[3], 510, &v[2]))
		return "config VALUE ATTRIBUTES MILLIAMPERES";
	b[5] = (uint8_t)v[0];
	b[7] = (uint8_t)v[1];
	b[8] = (uint8_t)(v[2] / 2);
	return config_append(d, b, sizeof(b));
}

static const char *line_interface(struct device *d, char **w, unsigned n)
{
	uint8_t b[9] = {9, DT_INTERFACE};
	uint64_t v[5];

	(void)n;
	if (!numbers(w + 1, 5, 255, v))
		return "interface NUMBER ALTERNATE CLASS SUBCLASS PROTOCOL";
	b[2] = (uint8_t)v[0];
	b[3] = (uint8_t)v[1];
	for (unsigned i = 0; i < 3; i++)
		b[5 + i] = (uint8_t)v[2 + i];
	return config_append(d, b, sizeof(b));
}

static const char *line_endpoint(struct device *d, char **w, unsigned n)
{
	uint8_t b[16] = {0, DT_ENDPOINT};
	uint64_t v[12];
	int type = find(type_names, COUNT(type_names), w[2]);

	if (n > 14)
		return "too many bytes";
	if (type < 0 && parse_number(w[2], 255, &v[0]))
		type = (int)v[0];
	if (type < 0 || !parse_number(w[1], 255, &v[0]) || !parse_number(w[3], 65535, &v[1]) ||
		!numbers(w + 4, n - 4, 255, v + 2))
		return "endpoint ADDRESS TYPE MAXPACKET INTERVAL [EXTRA BYTE…]";
	b[0] = (uint8_t)(7 + n - 5);
	b[2] = (uint8_t)v[0];
	b[3] = (uint8_t)type;
	put16(b + 4, (uint16_t)v[1], false);
	for (unsigned i = 0; i < n - 4; i++)
		b[6 + i] = (uint8_t)v[2 + i];
	return config_append(d, b, b[0]);
}

static const char *line_bytes(struct device *d, char **w, unsigned n)
{
	uint8_t *b;
	uint32_t len;
	unsigned used;

	if (!parse_hex(w + 1, n - 1, &used, &b, &len) || used != n - 1)
		return "hexadecimal bytes expected";
	if (!strcmp(w[0], "raw-device")) {
		if (len != sizeof(d->device))
			return "a device descriptor has 18 bytes";
		memcpy(d->device, b, len);
		return NULL;
	}
	if (!strcmp(w[0], "raw-config"))
		d->config_len = 0;
	return config_append(d, b, len);
}

const char *device_line(struct device *d, char **word, unsigned words)
{
	static const struct {
		const char *name;
		unsigned least, most;
		const char *(*line)(struct device *, char **, unsigned);
	} lines[] = {
		{"bus", 2, 2, line_bus},
		{"address", 2, 2, line_address},
		{"speed", 2, 2, line_speed},
		{"controller", 2, 2, line_controller},
		{"usb", 2, 2, line_field},
		{"class", 4, 4, line_field},
		{"ep0", 2, 2, line_field},
		{"vendor", 2, 2, line_field},
		{"product", 2, 2, line_field},
		{"release", 2, 2, line_field},
		{"strings", 2, 99, line_strings},
		{"config", 4, 4, line_config},
		{"interface", 6, 6, line_interface},
		{"endpoint", 5, 14, line_endpoint},
		{"descriptor", 2, 999, line_bytes},
		{"raw-device", 2, 999, line_bytes},
		{"raw-config", 2, 999, line_bytes},
	};

	for (size_t i = 0; i < COUNT(lines); i++)
		if (!strcmp(lines[i].name, word[0])) {
			if (words < lines[i].least || words > lines[i].most)
				return "wrong number of values";
			return lines[i].line(d, word, words);
		}
	return "unknown line in a device block";
}

static void add_endpoint(struct device *d, const uint8_t *b, const uint8_t *interface)
{
	struct endpoint *e = device_endpoint(d, b[2] & 15, b[2] & 0x80);

	if (e || d->endpoints == ENDPOINTS) /* the first alternate setting that has it counts */
		return;
	e = &d->ep[d->endpoints++];
	e->address = b[2];
	e->type = b[3] & 3;
	e->max_packet = (uint16_t)(b[4] | b[5] << 8);
	e->bInterval = b[6];
	if (interface) {
		e->interface = interface[2];
		memcpy(e->class_code, interface + 5, 3);
	}
}

const char *device_finish(struct device *d)
{
	uint8_t *interface = NULL, seen[256] = {0};
	unsigned interfaces = 0;

	d->device[0] = 18;
	d->device[1] = 1;
	if (!d->device[17])
		d->device[17] = 1;
	d->endpoints = 1;
	d->ep[0].type = CONTROL;
	d->ep[0].max_packet = d->device[7];
	for (size_t at = 0; at < d->config_len; at += d->config[at]) {
		uint8_t *b = d->config + at;

		if (b[0] < 2 || at + b[0] > d->config_len)
			return "descriptor with a wrong bLength";
		if (b[1] == DT_INTERFACE && b[0] >= 9) {
			interface = b;
			interface[4] = 0;
			interfaces += !seen[b[2]]++;
		} else if (b[1] == DT_ENDPOINT && b[0] >= 7) {
			if (interface)
				interface[4]++;
			add_endpoint(d, b, interface);
		}
	}
	if (d->config_len >= 9) {
		put16(d->config + 2, (uint16_t)d->config_len, false);
		d->config[4] = (uint8_t)interfaces;
	}
	d->zero = keep(sizeof(*d->zero));
	*d->zero = *d;
	d->zero->address = 0;
	return NULL;
}

struct endpoint *device_endpoint(struct device *d, unsigned number, bool in)
{
	if (!number)
		return &d->ep[0];
	for (unsigned i = 1; i < d->endpoints; i++)
		if ((d->ep[i].address & 15u) == number && !(d->ep[i].address & 0x80) == !in)
			return &d->ep[i];
	return NULL;
}

static size_t string_descriptor(const struct device *d, unsigned index, uint8_t *out)
{
	const char *s = index < STRINGS ? d->string[index] : NULL;
	size_t n;

	out[1] = DT_STRING;
	if (index == 0) {
		out[0] = 4;
		put16(out + 2, 0x0409, false);
		return 4;
	}
	if (!s)
		return 0;
	n = strnlen(s, 126);
	for (size_t i = 0; i < n; i++)
		put16(out + 2 + 2 * i, (uint8_t)s[i], false);
	out[0] = (uint8_t)(2 + 2 * n);
	return out[0];
}

size_t device_descriptor(const struct device *d, unsigned kind, unsigned index, uint8_t *out)
{
	switch (kind) {
	case 1: memcpy(out, d->device, sizeof(d->device)); return sizeof(d->device);
	case DT_CONFIG: memcpy(out, d->config, d->config_len); return d->config_len;
	case DT_STRING: return string_descriptor(d, index, out);
	case DT_QUALIFIER:
		if (d->speed != SPEED_HIGH)
			return 0;
		memset(out, 0, 10);
		out[0] = 10;
		out[1] = DT_QUALIFIER;
		memcpy(out + 2, d->device + 2, 6);
		out[8] = 1;
		return 10;
	default: return 0;
	}
}

uint32_t endpoint_packet(const struct endpoint *e)
{
	return e->max_packet & 0x7ffu ? e->max_packet & 0x7ffu : 8;
}

uint32_t endpoint_most(const struct endpoint *e)
{
	return (e->max_packet & 0x7ffu) * (1 + (e->max_packet >> 11 & 3u));
}

/* bInterval: USB 2.0 section 9.6.6. */
int32_t endpoint_interval(const struct device *d, const struct endpoint *e)
{
	unsigned b = e->bInterval ? e->bInterval : 1;

	if (e->type == ISOCHRONOUS || d->speed >= SPEED_HIGH)
		return 1 << ((b < 16 ? b : 16) - 1);
	return (int32_t)b;
}

int64_t endpoint_period(const struct device *d, const struct endpoint *e)
{
	return endpoint_interval(d, e) * (d->speed >= SPEED_HIGH ? 125000 : 1000000);
}
