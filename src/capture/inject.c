/* inject.c: building usbmon records (Documentation/usb/usbmon.rst) of standard requests. */
#include "capture/inject.h"
#include "base/cursor.h"
#include "base/text.h"
#include "usb/desc.h"
#include "usb/usb.h"

#include <string.h>

enum {
	HEADER_OLD = 48,
	HEADER_MMAPPED = 64,
	CONTROL = 2, /* mon_bin.c xfer_type */
	EINPROGRESS_ = -115,

	IN_DEVICE = 0x80,
	IN_INTERFACE = 0x81,
	OUT_DEVICE = 0x00,
	OUT_INTERFACE = 0x01,
	GET_DESCRIPTOR = 6,
	SET_CONFIGURATION = 9,
	SET_INTERFACE = 11,
	HID_REPORT = 0x22,
	ENGLISH = 0x0409,
	URB_DIR_IN = 0x200, /* include/linux/usb.h */
	STRING_UNITS = 126, /* bLength is one byte (USB 2.0 9.6.7) */
	COMMENT_MAX = 128
};

struct injector {
	struct writer *w;
	const struct sysfs_device *d;
	uint32_t header;
	uint64_t written;
	struct record rec;
	char comment[COMMENT_MAX];
	uint8_t buf[HEADER_MMAPPED + UINT16_MAX];
};

/* ---- records ------------------------------------------------------------------------ */

static void set16(uint8_t *p, uint16_t v)
{
	memcpy(p, &v, sizeof(v));
}

static void set32(uint8_t *p, uint32_t v)
{
	memcpy(p, &v, sizeof(v));
}

static void set64(uint8_t *p, uint64_t v)
{
	memcpy(p, &v, sizeof(v));
}

static void put_record(struct injector *j, uint8_t event, bool in, int32_t status, uint32_t length,
	uint32_t data_len)
{
	uint8_t *p = j->buf;
	bool has_setup = event == 'S';

	set64(p, INJECTED_URB);
	p[8] = event;
	p[9] = CONTROL;
	p[10] = in ? 0x80 : 0;
	p[11] = (uint8_t)j->d->address;
	set16(p + 12, j->d->bus);
	p[14] = has_setup ? 0 : '-';
	p[15] = data_len ? 0 : in ? '<' : '>';
	set64(p + 16, (uint64_t)(j->rec.time / 1000000000));
	set32(p + 24, (uint32_t)(j->rec.time % 1000000000 / 1000));
	set32(p + 28, (uint32_t)status);
	set32(p + 32, length);
	set32(p + 36, data_len);
	if (!has_setup)
		memset(p + 40, 0, 8);
	j->rec.data = p;
	j->rec.caplen = j->rec.origlen = j->header + data_len;
	writer_record(j->w, &j->rec);
	j->written++;
}

/* A submission and its completion; data NULL for a request without a data stage. */
static void request(struct injector *j, const uint8_t setup[8], const uint8_t *data, uint32_t len)
{
	bool in = setup[0] & 0x80;

	memset(j->buf, 0, j->header);
	if (in && j->header == HEADER_MMAPPED)
		set32(j->buf + 56, URB_DIR_IN);
	memcpy(j->buf + 40, setup, 8);
	put_record(j, 'S', in, EINPROGRESS_, len, 0);
	if (len)
		memcpy(j->buf + j->header, data, len);
	put_record(j, 'C', in, 0, len, len);
}

static void no_data(
	struct injector *j, uint8_t recipient, uint8_t bRequest, uint16_t wValue, uint16_t wIndex)
{
	const uint8_t setup[8] = {recipient, bRequest, (uint8_t)wValue, (uint8_t)(wValue >> 8),
		(uint8_t)wIndex, (uint8_t)(wIndex >> 8)};

	request(j, setup, NULL, 0);
}

static void descriptor(struct injector *j, uint8_t recipient, uint8_t type, uint8_t index,
	uint16_t wIndex, const uint8_t *data, size_t len)
{
	uint16_t n = len < UINT16_MAX ? (uint16_t)len : UINT16_MAX;
	const uint8_t setup[8] = {recipient, GET_DESCRIPTOR, index, type, (uint8_t)wIndex,
		(uint8_t)(wIndex >> 8), (uint8_t)n, (uint8_t)(n >> 8)};

	request(j, setup, data, n);
}

/* ---- strings ------------------------------------------------------------------------ */

/* One character of UTF-8 from *s (kernel attributes are valid UTF-8; anything else becomes U+FFFD),
 * moves *s on. */
static uint32_t next_char(const unsigned char **s)
{
	uint32_t c = *(*s)++;
	int more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc0 ? 1 : 0;

	if (c < 0x80)
		return c;
	if (!more || c > 0xf4)
		return 0xfffd;
	for (c &= 0x3fu >> more; more; more--, (*s)++) {
		if ((**s & 0xc0) != 0x80)
			return 0xfffd;
		c = c << 6 | (**s & 0x3f);
	}
	return c > 0x10ffff ? 0xfffd : c;
}

static void string(struct injector *j, uint8_t index, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	uint8_t d[2 + 2 * STRING_UNITS];
	size_t n = 2;

	if (!index || !text)
		return;
	while (*s && n + 4 <= sizeof(d)) {
		uint32_t c = next_char(&s);
		uint16_t unit[2] = {(uint16_t)c, 0};

		if (c > 0xffff) {
			unit[0] = (uint16_t)(0xd800 + ((c - 0x10000) >> 10));
			unit[1] = (uint16_t)(0xdc00 + ((c - 0x10000) & 0x3ff));
		}
		for (int i = 0; i < 2 && (!i || unit[i]); i++) {
			d[n++] = (uint8_t)unit[i];
			d[n++] = (uint8_t)(unit[i] >> 8);
		}
	}
	d[0] = (uint8_t)n;
	d[1] = DESC_STRING;
	descriptor(j, IN_DEVICE, DESC_STRING, index, ENGLISH, d, n);
}

/* ---- what a device told ------------------------------------------------------------- */

static const struct sysfs_interface *interface_in_use(
	const struct sysfs_device *d, const struct desc_interface *di)
{
	for (size_t i = 0; i < d->ifaces; i++)
		if (d->iface[i].number == di->bInterfaceNumber &&
			d->iface[i].alternate == di->bAlternateSetting)
			return &d->iface[i];
	return NULL;
}

/* sysfs has the strings of the configuration and of the alternate settings in use. */
static void configuration_strings(struct injector *j, const uint8_t *p, size_t n)
{
	struct desc_config c;
	struct desc_interface di;
	struct desc_iter it;
	struct desc_item item;

	if (!desc_config_parse(&c, p, n) || c.bConfigurationValue != j->d->configuration)
		return;
	string(j, c.iConfiguration, j->d->configuration_name);
	desc_iter_init(&it, p, n, n);
	while (desc_next(&it, &item)) {
		const struct sysfs_interface *f;

		if (item.type != DESC_INTERFACE || !desc_interface_parse(&di, item.data, item.len))
			continue;
		f = interface_in_use(j->d, &di);
		if (f)
			string(j, di.iInterface, f->name);
	}
}

/* Behind the device descriptor the configurations follow, each of its wTotalLength. */
static void configurations(struct injector *j)
{
	const uint8_t *p = j->d->descriptors;
	size_t at = p[0], index = 0;

	while (at + 9 <= j->d->len && index < UINT8_MAX) {
		size_t n = le16(p + at + 2);

		if (p[at + 1] != DESC_CONFIGURATION || n < 9)
			break;
		n = n < j->d->len - at ? n : j->d->len - at;
		descriptor(j, IN_DEVICE, DESC_CONFIGURATION, (uint8_t)index++, 0, p + at, n);
		configuration_strings(j, p + at, n);
		at += n;
	}
}

static void device_strings(struct injector *j, const struct desc_device *dd)
{
	static const uint8_t languages[4] = {4, DESC_STRING, ENGLISH & 0xff, ENGLISH >> 8};

	if (!dd->iManufacturer && !dd->iProduct && !dd->iSerialNumber)
		return;
	descriptor(j, IN_DEVICE, DESC_STRING, 0, 0, languages, sizeof(languages));
	string(j, dd->iManufacturer, j->d->manufacturer);
	string(j, dd->iProduct, j->d->product);
	string(j, dd->iSerialNumber, j->d->serial);
}

static void settings(struct injector *j)
{
	const struct sysfs_device *d = j->d;

	if (d->configuration <= 0)
		return;
	no_data(j, OUT_DEVICE, SET_CONFIGURATION, (uint16_t)d->configuration, 0);
	for (size_t i = 0; i < d->ifaces; i++) {
		const struct sysfs_interface *f = &d->iface[i];

		if (f->alternate)
			no_data(j, OUT_INTERFACE, SET_INTERFACE, f->alternate, f->number);
		if (f->report)
			descriptor(j, IN_INTERFACE, HID_REPORT, 0, f->number, f->report,
				f->report_len);
	}
}

static void comment(struct injector *j)
{
	const char *speed = usb_speed_name(j->d->speed);
	struct text t;

	text_init(&t, j->comment, sizeof(j->comment));
	text_str(&t, INJECTED_COMMENT);
	if (speed)
		text_printf(&t, " speed=%s", speed);
	text_printf(&t, " port=%s", j->d->path);
	j->rec.comment = j->comment;
	j->rec.comment_len = (uint32_t)t.len;
}

uint64_t inject_device(struct writer *w, const struct sysfs_device *d, uint32_t link, int64_t time)
{
	struct injector j = {
		.w = w,
		.d = d,
		.header = link == LINK_USB_LINUX ? HEADER_OLD : HEADER_MMAPPED,
		.rec = {.link = link, .time = time, .has_time = true},
	};
	struct desc_device dd;

	if (!d->descriptors || !desc_device_parse(&dd, d->descriptors, d->len))
		return 0;
	comment(&j);
	descriptor(&j, IN_DEVICE, DESC_DEVICE, 0, 0, d->descriptors,
		d->len < d->descriptors[0] ? d->len : d->descriptors[0]);
	device_strings(&j, &dd);
	configurations(&j);
	settings(&j);
	return j.written;
}
