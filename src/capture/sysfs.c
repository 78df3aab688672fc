/* sysfs.c: reading /sys/bus/usb/devices. Entries are devices ("1-2.4"), root hubs ("usb1") and
 * interfaces ("1-2.4:1.0", of a root hub "1-0:1.0"). */
#include "capture/sysfs.h"
#include "base/mem.h"
#include "usb/usb.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	TEXT_MAX = 512,
	/* Longer than all that a device can have described: 8 configurations of 64 KiB. */
	BLOB_MAX = 512 * 1024,
	DEVICE_LEN = 18,
	INTERFACES_MAX = 256
};

const char *sysfs_root(void)
{
	const char *root = getenv("URBSCOPE_SYSFS");

	return root && *root ? root : "/sys/bus/usb/devices";
}

/* ---- attributes --------------------------------------------------------------------- */

/* All of the file at dir/name, at most max bytes; NULL: not there or empty. free() it. */
static uint8_t *read_blob(const char *dir, const char *name, size_t max, size_t *len)
{
	char path[PATH_MAX];
	uint8_t *p = NULL;
	size_t cap = 0;
	ssize_t got = 1;
	int fd;

	*len = 0;
	if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, name) >= sizeof(path))
		return NULL;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return NULL;
	while (got > 0 && *len < max) {
		if (*len == cap) {
			cap = cap ? cap * 2 : 4096;
			p = mem_resize(p, cap, 1);
		}
		got = read(fd, p + *len, cap - *len < max - *len ? cap - *len : max - *len);
		if (got < 0 && errno == EINTR)
			got = 1;
		else if (got > 0)
			*len += (size_t)got;
	}
	close(fd);
	if (*len)
		return p;
	free(p);
	return NULL;
}

/* Without the newline that sysfs adds; NULL: not there or empty. free() it. */
static char *read_text(const char *dir, const char *name)
{
	size_t n;
	char *s = (char *)read_blob(dir, name, TEXT_MAX, &n);

	if (!s)
		return NULL;
	if (s[n - 1] == '\n')
		n--;
	s = mem_resize(s, n + 1, 1);
	s[n] = 0;
	if (*s)
		return s;
	free(s);
	return NULL;
}

/* A number in that base; -1: not there. */
static long read_number(const char *dir, const char *name, int base)
{
	char *s = read_text(dir, name), *end;
	long v = -1;

	if (s) {
		v = strtol(s, &end, base);
		if (end == s || v < 0 || v > UINT16_MAX)
			v = -1;
	}
	free(s);
	return v;
}

static uint8_t read_speed(const char *dir)
{
	static const struct {
		const char *text; /* Mbit/s */
		uint8_t speed;
	} speeds[] = {
		{"1.5", USB_LOW},
		{"12", USB_FULL},
		{"480", USB_HIGH},
		{"5000", USB_SUPER},
		{"10000", USB_SUPER_PLUS},
		{"20000", USB_SUPER_PLUS},
	};
	char *s = read_text(dir, "speed");
	uint8_t speed = USB_SPEED_UNKNOWN;

	for (size_t i = 0; s && i < ARRAY_LEN(speeds); i++)
		if (!strcmp(s, speeds[i].text))
			speed = speeds[i].speed;
	free(s);
	return speed;
}

/* ---- interfaces --------------------------------------------------------------------- */

/* The HID driver's device below an interface ("0003:046D:C31C.0001") keeps the report descriptor.
 */
static void read_report(const char *dir, struct sysfs_interface *f)
{
	DIR *d = opendir(dir);
	struct dirent *entry;
	char path[PATH_MAX];

	while (d && !f->report && (entry = readdir(d)))
		if (strchr(entry->d_name, ':') && (size_t)snprintf(path, sizeof(path), "%s/%s", dir,
							  entry->d_name) < sizeof(path))
			f->report =
				read_blob(path, "report_descriptor", UINT16_MAX, &f->report_len);
	if (d)
		closedir(d);
}

static void add_interface(struct sysfs_device *d, const char *dir)
{
	long number = read_number(dir, "bInterfaceNumber", 16);
	long alternate = read_number(dir, "bAlternateSetting", 10);
	struct sysfs_interface *f;

	if (number < 0 || number > UINT8_MAX || d->ifaces == INTERFACES_MAX)
		return;
	array_need(d->iface, d->ifaces, d->iface_cap);
	f = &d->iface[d->ifaces++];
	*f = (struct sysfs_interface){
		.number = (uint8_t)number,
		.alternate = alternate > 0 && alternate <= UINT8_MAX ? (uint8_t)alternate : 0,
		.name = read_text(dir, "interface"),
	};
	read_report(dir, f);
}

/* ---- devices ------------------------------------------------------------------------ */

/* usbN or BUS-PORT[.PORT]…: nothing else is believed to be a port path. */
static bool is_device(const char *name)
{
	if (!strncmp(name, "usb", 3))
		return name[3] && strspn(name + 3, "0123456789") == strlen(name + 3);
	return strspn(name, "0123456789") && strchr(name, '-') &&
	       strspn(name, "0123456789-.") == strlen(name);
}

static void add_device(struct sysfs *s, const char *dir, const char *name)
{
	long bus = read_number(dir, "busnum", 10), address = read_number(dir, "devnum", 10);
	struct sysfs_device *d;

	if (bus <= 0 || address <= 0 || address > 127 || strlen(name) >= SYSFS_PATH_MAX)
		return; /* not a device, or gone since */
	array_need(s->v, s->n, s->cap);
	d = &s->v[s->n++];
	*d = (struct sysfs_device){
		.bus = (uint16_t)bus,
		.address = (uint16_t)address,
		.speed = read_speed(dir),
		.configuration = (int)read_number(dir, "bConfigurationValue", 10),
		.idVendor = (uint16_t)read_number(dir, "idVendor", 16),
		.idProduct = (uint16_t)read_number(dir, "idProduct", 16),
		.manufacturer = read_text(dir, "manufacturer"),
		.product = read_text(dir, "product"),
		.serial = read_text(dir, "serial"),
		.configuration_name = read_text(dir, "configuration"),
	};
	strcpy(d->path, name);
	d->descriptors = read_blob(dir, "descriptors", BLOB_MAX, &d->len);
}

static int by_address(const void *a, const void *b)
{
	const struct sysfs_device *x = a, *y = b;

	return x->bus != y->bus ? x->bus - y->bus : x->address - y->address;
}

static struct sysfs_device *find_path(struct sysfs *s, const char *path)
{
	for (size_t i = 0; i < s->n; i++)
		if (!strcmp(s->v[i].path, path))
			return &s->v[i];
	return NULL;
}

/* The device an interface's entry belongs to: "1-2.4:1.0" to 1-2.4, "1-0:1.0" to usb1. */
static struct sysfs_device *owner(struct sysfs *s, const char *name)
{
	char path[SYSFS_PATH_MAX];
	size_t n = (size_t)(strchr(name, ':') - name);

	if (n >= sizeof(path))
		return NULL;
	memcpy(path, name, n);
	path[n] = 0;
	if (n > 2 && !strcmp(path + n - 2, "-0")) {
		path[n - 2] = 0;
		memmove(path + 3, path, n - 1);
		memcpy(path, "usb", 3);
	}
	return find_path(s, path);
}

static int by_number(const void *a, const void *b)
{
	return ((const struct sysfs_interface *)a)->number -
	       ((const struct sysfs_interface *)b)->number;
}

/* Devices first, then the interfaces that belong to them. */
static void scan(struct sysfs *s, DIR *dir, bool interfaces)
{
	struct dirent *entry;

	rewinddir(dir);
	while ((entry = readdir(dir))) {
		const char *name = entry->d_name;
		bool is_interface = strchr(name, ':');
		struct sysfs_device *d;
		char path[PATH_MAX];

		if ((size_t)snprintf(path, sizeof(path), "%s/%s", sysfs_root(), name) >=
			sizeof(path))
			continue;
		if (!interfaces && is_device(name))
			add_device(s, path, name);
		else if (interfaces && is_interface && (d = owner(s, name)))
			add_interface(d, path);
	}
}

void sysfs_scan(struct sysfs *s)
{
	DIR *dir = opendir(sysfs_root());

	*s = (struct sysfs){0};
	if (!dir)
		return;
	scan(s, dir, false);
	scan(s, dir, true);
	closedir(dir);
	if (s->n)
		qsort(s->v, s->n, sizeof(*s->v), by_address);
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].ifaces)
			qsort(s->v[i].iface, s->v[i].ifaces, sizeof(*s->v[i].iface), by_number);
}

static void free_device(struct sysfs_device *d)
{
	for (size_t i = 0; i < d->ifaces; i++) {
		free(d->iface[i].name);
		free(d->iface[i].report);
	}
	free(d->iface);
	free(d->descriptors);
	free(d->manufacturer);
	free(d->product);
	free(d->serial);
	free(d->configuration_name);
}

void sysfs_free(struct sysfs *s)
{
	for (size_t i = 0; i < s->n; i++)
		free_device(&s->v[i]);
	free(s->v);
	*s = (struct sysfs){0};
}

bool sysfs_has_bus(int bus)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/usb%d", sysfs_root(), bus);
	return !access(path, F_OK);
}
