/* hid_unit.c: units and powers of ten of HID values (HID 1.11 6.2.2.7, "Unit" and "Unit
 * Exponent"). */
#include "base/mem.h"
#include "usb/hid.h"

#include <math.h>

enum { SYSTEMS = 5, DIMENSIONS = 6 };

/* By system (nibble 0; 0 and the rest have none) and dimension (nibbles 1 to 6). */
static const char *const bases[SYSTEMS][DIMENSIONS] = {
	[1] = {"cm", "g", "s", "K", "A", "cd"},
	[2] = {"rad", "g", "s", "K", "A", "cd"},
	[3] = {"inch", "slug", "s", "°F", "A", "cd"},
	[4] = {"°", "slug", "s", "°F", "A", "cd"},
};

/* Units of SI linear that have a name: what they are in centimetres, grams and seconds is a power
 * of ten of it. */
static const struct {
	uint32_t unit;
	int exponent;
	const char *name;
} named[] = {
	{0x0000e111, -5, "N"}, /* cm g/s² */
	{0x0000e121, -7, "J"}, /* cm² g/s² */
	{0x0000d121, -7, "W"}, /* cm² g/s³ */
	{0x00f0d121, -7, "V"}, /* cm² g/(s³ A) */
	{0x0000f001, 0, "Hz"}, /* 1/s */
	{0x00101001, 0, "C"},  /* A s */
};

static int power(uint32_t unit, unsigned dimension)
{
	int nibble = unit >> (4 + 4 * dimension) & 15;

	return nibble < 8 ? nibble : nibble - 16;
}

static void say_bases(struct text *t, uint32_t unit, bool below)
{
	bool any = false;

	for (unsigned i = 0; i < DIMENSIONS; i++) {
		int n = below ? -power(unit, i) : power(unit, i);

		if (n <= 0)
			continue;
		text_str(t, any ? " " : below ? "/" : "");
		text_str(t, bases[unit & 15][i]);
		if (n > 1) {
			text_char(t, '^');
			text_i64(t, n);
		}
		any = true;
	}
	if (!any && !below)
		text_char(t, '1');
}

void hid_say_unit(struct text *t, uint32_t unit)
{
	if (!unit)
		return;
	if ((unit & 15) >= SYSTEMS || !(unit & 15) || unit >> 28) {
		text_str(t, "unit ");
		text_hex(t, unit, 4);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(named); i++) {
		if (named[i].unit != unit)
			continue;
		if (named[i].exponent)
			text_printf(t, "10^%d ", named[i].exponent);
		text_str(t, named[i].name);
		return;
	}
	say_bases(t, unit, false);
	say_bases(t, unit, true);
}

void hid_say_physical(struct text *t, double value, int exponent, uint32_t unit)
{
	const char *name = NULL;

	for (size_t i = 0; i < ARRAY_LEN(named); i++)
		if (named[i].unit == unit) {
			name = named[i].name;
			exponent += named[i].exponent;
		}
	text_printf(t, "%.6g", value * pow(10, exponent));
	if (!unit)
		return;
	text_char(t, ' ');
	if (name)
		text_str(t, name);
	else
		hid_say_unit(t, unit);
}
