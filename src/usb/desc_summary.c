/* desc_summary.c: descriptors in one phrase: for info lines, and as headings of the field tree. */
#include "usb/desc_say.h"
#include "base/cursor.h"
#include "base/mem.h"
#include "usb/hid.h"

/* More functions of a configuration than this are only counted. */
enum { FUNCTIONS_MAX = 4 };

/* ---- words ------------------------------------------------------------------------------ */

static void say_count(struct text *t, unsigned n, const char *one, const char *many)
{
	text_u64(t, n);
	text_char(t, ' ');
	text_str(t, n == 1 ? one : many);
}

static void say_usb(struct text *t, uint16_t bcd)
{
	text_str(t, "USB ");
	desc_say_bcd(NULL, bcd, t);
}

const char *desc_function_name(
	struct ids *ids, uint8_t bClass, uint8_t bSubClass, uint8_t bProtocol)
{
	enum { ANY = -1 };
	/* usb.org, Defined Class Codes; the first row that fits counts. */
	static const struct {
		int16_t class, sub, protocol;
		const char *name;
	} functions[] = {
		{0x01, 3, ANY, "MIDI"},
		{0x01, ANY, ANY, "audio"},
		{0x02, 2, 0xff, "RNDIS"},
		{0x02, 2, ANY, "CDC ACM"},
		{0x02, 6, ANY, "CDC ECM"},
		{0x02, 13, ANY, "CDC NCM"},
		{0x02, 14, ANY, "CDC MBIM"},
		{0x03, 1, 1, "HID boot keyboard"},
		{0x03, 1, 2, "HID boot mouse"},
		{0x03, ANY, ANY, "HID"},
		{0x06, 1, 1, "still image"},
		{0x07, ANY, ANY, "printer"},
		{0x08, 6, 0x50, "mass storage"},
		{0x08, 6, 0x62, "mass storage UAS"},
		{0x08, ANY, ANY, "mass storage"},
		{0x09, ANY, ANY, "hub"},
		{0x0a, ANY, ANY, "CDC data"},
		{0x0b, ANY, ANY, "smart card"},
		{0x0e, ANY, ANY, "video"},
		{0x11, ANY, ANY, "billboard"},
		{0xe0, 1, 1, "Bluetooth"},
		{0xe0, 1, 3, "RNDIS"},
		{0xef, 4, 1, "RNDIS"},
		{0xfe, 1, ANY, "DFU"},
		{0xfe, 3, ANY, "test and measurement"},
		{0xff, ANY, ANY, "vendor-specific"},
	};

	for (size_t i = 0; i < ARRAY_LEN(functions); i++)
		if (functions[i].class == bClass &&
			(functions[i].sub == ANY || functions[i].sub == bSubClass) &&
			(functions[i].protocol == ANY || functions[i].protocol == bProtocol))
			return functions[i].name;
	return ids_class(ids, bClass);
}

static void say_function(
	struct text *t, const struct desc_walk *w, uint8_t class, uint8_t sub, uint8_t protocol)
{
	const char *name = desc_function_name(w->ctx->ids, class, sub, protocol);

	if (name) {
		text_str(t, name);
	} else {
		text_str(t, "class ");
		text_hex(t, class, 2);
	}
}

/* ---- headings --------------------------------------------------------------------------- */

void desc_head_device(const struct desc_walk *w, struct text *t)
{
	const char *vendor, *product;
	struct desc_device d;

	desc_device_parse(&d, w->item->data, w->item->len);
	if (w->item->len >= 12) {
		vendor = ids_vendor(w->ctx->ids, d.idVendor);
		product = ids_product(w->ctx->ids, d.idVendor, d.idProduct);
		text_printf(t, "%04x:%04x", d.idVendor, d.idProduct);
		if (vendor)
			text_printf(t, " %s", vendor);
		if (product)
			text_printf(t, " %s", product);
		text_str(t, ", ");
	}
	if (w->item->len >= 4)
		say_usb(t, d.bcdUSB);
	if (w->item->len >= 8 && w->item->len < 12)
		text_printf(t, ", bMaxPacketSize0 %u", d.bMaxPacketSize0);
}

void desc_head_qualifier(const struct desc_walk *w, struct text *t)
{
	const uint8_t *p = w->item->data;

	if (w->item->len < 9)
		return;
	say_usb(t, le16(p + 2));
	text_str(t, ", ");
	say_count(t, p[8], "configuration", "configurations");
}

/* The functions of a configuration: associations, and the interfaces outside them, at their first
 * alternate setting. Neighbours of the same name are one. */
struct functions {
	unsigned n;
	const char *last;
	unsigned from, to; /* interfaces of the last association */
};

static void add_function(struct functions *f, const struct desc_walk *w, struct text *t,
	uint8_t class, uint8_t sub, uint8_t protocol)
{
	const char *name = desc_function_name(w->ctx->ids, class, sub, protocol);

	if (f->n && name && f->last == name)
		return;
	f->last = name;
	if (f->n++ >= FUNCTIONS_MAX)
		return;
	text_str(t, ", ");
	say_function(t, w, class, sub, protocol);
}

static void say_functions(const struct desc_walk *w, struct text *t)
{
	struct functions f = {.n = 0};
	struct desc_association a;
	struct desc_interface i;
	struct desc_iter it;
	struct desc_item item;

	desc_iter_init(&it, w->data, w->data_len, w->total);
	while (desc_next(&it, &item)) {
		if (item.problem != DESC_FINE)
			continue;
		if (desc_association_parse(&a, item.data, item.len)) {
			f.from = a.bFirstInterface;
			f.to = f.from + a.bInterfaceCount;
			add_function(&f, w, t, a.bFunctionClass, a.bFunctionSubClass,
				a.bFunctionProtocol);
		} else if (desc_interface_parse(&i, item.data, item.len) && !i.bAlternateSetting &&
			   (i.bInterfaceNumber < f.from || i.bInterfaceNumber >= f.to)) {
			add_function(&f, w, t, i.bInterfaceClass, i.bInterfaceSubClass,
				i.bInterfaceProtocol);
		}
	}
	if (f.n > FUNCTIONS_MAX)
		text_printf(t, ", %u more", f.n - FUNCTIONS_MAX);
}

void desc_head_config(const struct desc_walk *w, struct text *t)
{
	struct desc_config d;

	desc_config_parse(&d, w->item->data, w->item->len);
	if (w->item->len < 5)
		return;
	say_count(t, d.bNumInterfaces, "interface", "interfaces");
	if (w->item->off) /* not the answer's own, so nothing below it */
		return;
	say_functions(w, t);
	if (w->item->len >= 9) {
		text_str(t, ", ");
		desc_say_max_power(w, d.bMaxPower, t);
	}
}

void desc_head_interface(const struct desc_walk *w, struct text *t)
{
	struct desc_interface d;

	desc_interface_parse(&d, w->item->data, w->item->len);
	if (w->item->len < 8)
		return;
	text_printf(t, "%u", d.bInterfaceNumber);
	if (d.bAlternateSetting)
		text_printf(t, " alternate %u", d.bAlternateSetting);
	text_str(t, ", ");
	say_function(t, w, d.bInterfaceClass, d.bInterfaceSubClass, d.bInterfaceProtocol);
}

void desc_head_association(const struct desc_walk *w, struct text *t)
{
	struct desc_association d;

	desc_association_parse(&d, w->item->data, w->item->len);
	if (w->item->len < 7)
		return;
	if (d.bInterfaceCount > 1)
		text_printf(t, "interfaces %u to %u, ", d.bFirstInterface,
			d.bFirstInterface + d.bInterfaceCount - 1u);
	else
		text_printf(t, "interface %u, ", d.bFirstInterface);
	say_function(t, w, d.bFunctionClass, d.bFunctionSubClass, d.bFunctionProtocol);
}

void desc_head_endpoint(const struct desc_walk *w, struct text *t)
{
	struct desc_endpoint d;

	desc_endpoint_parse(&d, w->item->data, w->item->len);
	if (w->item->len < 6)
		return;
	desc_say_address(w, d.bEndpointAddress, t);
	text_printf(t, ", %s, ", usb_type_name(desc_endpoint_type(&d)));
	desc_say_packet(w, d.wMaxPacketSize, t);
}

/* Which of the device's: others refer to it so (iProduct …). */
void desc_head_string(const struct desc_walk *w, struct text *t)
{
	if (w->index)
		text_printf(t, "%u", w->index);
}

void desc_head_bos(const struct desc_walk *w, struct text *t)
{
	if (w->item->len < 5)
		return;
	say_count(t, w->item->data[4], "capability", "capabilities");
}

void desc_head_capability(const struct desc_walk *w, struct text *t)
{
	const char *name = w->item->len < 3 ? NULL : desc_capability_name(w->item->data[2]);

	if (name)
		text_str(t, name);
}

void desc_head_unknown(const struct desc_walk *w, struct text *t)
{
	text_str(t, "type ");
	if (w->item->len > 1)
		text_hex(t, w->item->type, 2);
	else
		text_str(t, "not read");
}

/* ---- strings ---------------------------------------------------------------------------- */

static void put_utf8(struct text *t, uint32_t c)
{
	char s[4];
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const uint8_t lead[] = {0, 0, 0xc0, 0xe0, 0xf0};

	for (size_t i = n; --i; c >>= 6)
		s[i] = (char)(0x80 | (c & 0x3f));
	s[0] = (char)(lead[n] | c);
	text_mem(t, s, n);
}

bool desc_utf16(struct text *t, const uint8_t *data, size_t len)
{
	bool right = !(len & 1);

	for (size_t i = 0; i + 1 < len; i += 2) {
		uint32_t c = le16(data + i);
		uint32_t low = i + 3 < len ? le16(data + i + 2) : 0;

		if (c >= 0xd800 && c < 0xdc00 && low >= 0xdc00 && low < 0xe000) {
			c = 0x10000 + ((c & 0x3ff) << 10 | (low & 0x3ff));
			i += 2;
		} else if (c >= 0xd800 && c < 0xe000) {
			c = 0xfffd;
			right = false;
		}
		put_utf8(t, c);
	}
	return right;
}

static void say_languages(const struct desc_walk *w, struct text *t)
{
	size_t before;

	text_str(t, w->item->bLength < 4 ? "no languages" : w->item->len < 4 ? "" : "languages ");
	for (size_t i = 2; i + 1 < w->item->len; i += 2) {
		if (i > 2)
			text_str(t, ", ");
		before = t->len;
		desc_say_langid(w, le16(w->item->data + i), t);
		if (t->len == before)
			text_hex(t, le16(w->item->data + i), 4);
	}
}

static void say_string(const struct desc_walk *w, struct text *t)
{
	char memory[512];
	struct text s;

	if (!w->index) {
		say_languages(w, t);
		return;
	}
	if (w->item->len < 4 && w->item->bLength >= 4) /* only the length was read */
		return;
	text_init(&s, memory, sizeof(memory));
	desc_utf16(&s, w->item->data + 2, w->item->len - 2);
	text_char(t, '"');
	text_untrusted(t, s.s, s.len);
	if (w->item->len < w->item->bLength)
		text_str(t, "…");
	text_char(t, '"');
}

/* ---- summaries -------------------------------------------------------------------------- */

static void say_hub(const struct desc_walk *w, struct text *t)
{
	if (w->item->len > 2)
		say_count(t, w->item->data[2], "port", "ports");
}

static const struct {
	uint8_t type;
	desc_head *say;
} summaries[] = {
	{DESC_DEVICE, desc_head_device},
	{DESC_CONFIGURATION, desc_head_config},
	{DESC_OTHER_SPEED_CONFIGURATION, desc_head_config},
	{DESC_STRING, say_string},
	{DESC_INTERFACE, desc_head_interface},
	{DESC_ENDPOINT, desc_head_endpoint},
	{DESC_DEVICE_QUALIFIER, desc_head_qualifier},
	{DESC_INTERFACE_ASSOCIATION, desc_head_association},
	{DESC_BOS, desc_head_bos},
	{DESC_HUB, say_hub},
	{DESC_SS_HUB, say_hub},
};

/* How much was read: "4 bytes", "9 of 34 bytes", or nothing where it is all and was summarised. */
static void say_read(const struct desc_walk *w, const struct desc_item *first, size_t limit,
	struct text *t, size_t begun)
{
	size_t whole = limit != SIZE_MAX ? limit : first->bLength;

	if (w->total >= whole && t->len > begun)
		return;
	if (t->len > begun)
		text_str(t, ", ");
	if (w->total < whole)
		text_printf(t, "%zu of ", w->total);
	desc_say_bytes(w, (uint32_t)(w->total < whole ? whole : w->total), t);
}

/* A string shows it itself, report descriptors say it. */
static void say_captured(const struct desc_walk *w, size_t len, struct text *t)
{
	if (len >= w->total || w->item->type == DESC_STRING)
		return;
	text_printf(t, ", %zu of ", len);
	desc_say_bytes(w, (uint32_t)w->total, t);
	text_str(t, " captured");
}

void desc_summary(struct text *t, const struct desc_ctx *ctx, const uint8_t *data, size_t len,
	size_t total, uint8_t type_wanted, uint8_t index)
{
	bool headless = type_wanted == DESC_HID_REPORT || type_wanted == DESC_HID_PHYSICAL;
	struct desc_item item = {.bLength = 0};
	size_t begun = t->len;
	struct desc_walk w;
	struct desc_iter it;

	desc_walk_init(&w, ctx, data, len, total, type_wanted, index);
	desc_iter_init(&it, data, len, total);
	if (headless)
		it = (struct desc_iter){.limit = SIZE_MAX};
	if (type_wanted == DESC_HID_REPORT)
		hid_summary(t, ctx->ids, data, len, w.total);
	if (desc_next(&it, &item) && item.problem != DESC_NO_LENGTH && item.len > 1) {
		w.item = &item;
		for (size_t i = 0; i < ARRAY_LEN(summaries); i++)
			if (summaries[i].type == item.type)
				summaries[i].say(&w, t);
	}
	say_read(&w, &item, it.limit, t, begun);
	if (!headless && t->len > begun && w.item == &item)
		say_captured(&w, len, t);
}
