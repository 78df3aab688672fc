/* interfaces.c: urbscope capture --list: usbmon interfaces and the devices behind them. */
#include "cli/interfaces.h"
#include "base/log.h"
#include "base/text.h"
#include "capture/sysfs.h"
#include "usb/usb.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct line {
	char interface[16];
	const char *state;
	const struct sysfs_device *d; /* NULL: all buses */
};

#define L ((const struct line *)row)

static void get_interface(const void *row, struct value *v)
{
	*v = value_name(L->interface);
}

static void get_state(const void *row, struct value *v)
{
	*v = value_name(L->state);
}

static void get_bus(const void *row, struct value *v)
{
	if (L->d)
		*v = value_uint(L->d->bus);
}

static void get_dev(const void *row, struct value *v)
{
	if (L->d)
		*v = value_uint(L->d->address);
}

static void get_device(const void *row, struct value *v)
{
	struct text t;

	if (!L->d)
		return;
	text_init(&t, v->room, sizeof(v->room));
	text_printf(&t, "%u.%u", L->d->bus, L->d->address);
	*v = value_name(v->room);
}

static void get_port(const void *row, struct value *v)
{
	if (L->d)
		*v = value_name(L->d->path);
}

static void get_speed(const void *row, struct value *v)
{
	if (L->d)
		*v = value_name(usb_speed_name((enum usb_speed)L->d->speed));
}

static void get_vid(const void *row, struct value *v)
{
	if (L->d)
		*v = value_uint(L->d->idVendor);
}

static void get_pid(const void *row, struct value *v)
{
	if (L->d)
		*v = value_uint(L->d->idProduct);
}

static void get_ids(const void *row, struct value *v)
{
	struct text t;

	if (!L->d)
		return;
	text_init(&t, v->room, sizeof(v->room));
	text_printf(&t, "%04x:%04x", L->d->idVendor, L->d->idProduct);
	*v = value_name(v->room);
}

static void get_manufacturer(const void *row, struct value *v)
{
	if (L->d && L->d->manufacturer)
		*v = value_untrusted(L->d->manufacturer, strlen(L->d->manufacturer));
}

static void get_product(const void *row, struct value *v)
{
	if (L->d && L->d->product)
		*v = value_untrusted(L->d->product, strlen(L->d->product));
	else if (!L->d)
		*v = value_name("all buses");
}

static const struct column columns[] = {
	{.key = "interface", .title = "interface", .get = get_interface},
	{.key = "state", .title = "can be read", .get = get_state},
	{.key = "bus", .get = get_bus},
	{.key = "dev", .get = get_dev},
	{.title = "device", .get = get_device},
	{.key = "port_path", .title = "port", .get = get_port},
	{.key = "speed", .title = "speed", .get = get_speed},
	{.key = "idVendor", .get = get_vid},
	{.key = "idProduct", .get = get_pid},
	{.title = "id", .get = get_ids},
	{.key = "manufacturer", .title = "manufacturer", .get = get_manufacturer},
	{.key = "product", .title = "product", .get = get_product},
};

/* Whether this user can open it now. */
static const char *state(const char *interface)
{
	char path[32];

	snprintf(path, sizeof(path), "/dev/%s", interface);
	if (!access(path, R_OK))
		return "yes";
	return errno == EACCES ? "no permission" : "no usbmon";
}

static void show(struct emit *e, unsigned bus, const struct sysfs_device *d)
{
	struct line l = {.d = d};

	snprintf(l.interface, sizeof(l.interface), "usbmon%u", bus);
	l.state = state(l.interface);
	emit_row(e, &l);
	emit_row_end(e);
}

static const char *what_to_do(void)
{
	const char *s = state("usbmon0");

	if (!strcmp(s, "no usbmon"))
		return "this kernel has no usbmon interfaces: `sudo modprobe usbmon` loads them";
	if (!strcmp(s, "no permission"))
		return "reading them needs sudo, or the udev rule 60-urbscope-usbmon.rules and "
		       "membership in the group usbmon";
	return NULL;
}

void interfaces_report(struct emit *e)
{
	const char *advice = what_to_do();
	struct sysfs s;

	sysfs_scan(&s);
	emit_table(e, NULL, NULL, columns, sizeof(columns) / sizeof(columns[0]), LAYOUT_GRID);
	show(e, 0, NULL);
	for (size_t i = 0; i < s.n; i++)
		show(e, s.v[i].bus, &s.v[i]);
	emit_table_end(e);
	if (!s.n)
		log_warn("there are no USB devices in %s", sysfs_root());
	if (advice)
		log_warn("%s", advice);
	sysfs_free(&s);
}
