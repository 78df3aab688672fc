/* hid_names.c: names of usage pages and usages (HID Usage Tables 1.5): our own short ones where
 * reports are read by people, and what usb.ids lacks; for the rest usb.ids. */
#include "base/mem.h"
#include "usb/hid.h"

#include <stdlib.h>

/* ---- keyboard, HUT 10 --------------------------------------------------------------- */

static const char *const keys[] = {
	/* 0x00 */ "none", "ErrorRollOver", "POSTFail", "ErrorUndefined", "a", "b", "c", "d",
	/* 0x08 */ "e", "f", "g", "h", "i", "j", "k", "l",
	/* 0x10 */ "m", "n", "o", "p", "q", "r", "s", "t",
	/* 0x18 */ "u", "v", "w", "x", "y", "z", "1", "2",
	/* 0x20 */ "3", "4", "5", "6", "7", "8", "9", "0",
	/* 0x28 */ "Enter", "Escape", "Backspace", "Tab", "Space", "-", "=", "[",
	/* 0x30 */ "]", "\\", "Non-US #", ";", "'", "`", ",", ".",
	/* 0x38 */ "/", "Caps Lock", "F1", "F2", "F3", "F4", "F5", "F6",
	/* 0x40 */ "F7", "F8", "F9", "F10", "F11", "F12", "Print Screen", "Scroll Lock",
	/* 0x48 */ "Pause", "Insert", "Home", "Page Up", "Delete", "End", "Page Down", "Right",
	/* 0x50 */ "Left", "Down", "Up", "Num Lock", "Keypad /", "Keypad *", "Keypad -", "Keypad +",
	/* 0x58 */ "Keypad Enter", "Keypad 1", "Keypad 2", "Keypad 3", "Keypad 4", "Keypad 5",
	"Keypad 6", "Keypad 7",
	/* 0x60 */ "Keypad 8", "Keypad 9", "Keypad 0", "Keypad .", "Non-US \\", "Application",
	"Power", "Keypad =",
	/* 0x68 */ "F13", "F14", "F15", "F16", "F17", "F18", "F19", "F20",
	/* 0x70 */ "F21", "F22", "F23", "F24", "Execute", "Help", "Menu", "Select",
	/* 0x78 */ "Stop", "Again", "Undo", "Cut", "Copy", "Paste", "Find", "Mute",
	/* 0x80 */ "Volume Up", "Volume Down", "Locking Caps Lock", "Locking Num Lock",
	"Locking Scroll Lock", "Keypad Comma", "Keypad = (AS/400)", "International 1",
	/* 0x88 */ "International 2", "International 3", "International 4", "International 5",
	"International 6", "International 7", "International 8", "International 9",
	/* 0x90 */ "LANG 1", "LANG 2", "LANG 3", "LANG 4", "LANG 5", "LANG 6", "LANG 7", "LANG 8",
	/* 0x98 */ "LANG 9", "Alternate Erase", "SysReq", "Cancel", "Clear", "Prior", "Return",
	"Separator",
	/* 0xa0 */ "Out", "Oper", "Clear/Again", "CrSel/Props", "ExSel"};
static const char *const keypad[] = {/* 0xb0 */ "Keypad 00", "Keypad 000", "Thousands Separator",
	"Decimal Separator", "Currency Unit", "Currency Sub-unit", "Keypad (", "Keypad )",
	/* 0xb8 */ "Keypad {", "Keypad }", "Keypad Tab", "Keypad Backspace", "Keypad A", "Keypad B",
	"Keypad C", "Keypad D",
	/* 0xc0 */ "Keypad E", "Keypad F", "Keypad XOR", "Keypad ^", "Keypad %", "Keypad <",
	"Keypad >", "Keypad &",
	/* 0xc8 */ "Keypad &&", "Keypad |", "Keypad ||", "Keypad :", "Keypad #", "Keypad Space",
	"Keypad @", "Keypad !",
	/* 0xd0 */ "Keypad Memory Store", "Keypad Memory Recall", "Keypad Memory Clear",
	"Keypad Memory Add", "Keypad Memory Subtract", "Keypad Memory Multiply",
	"Keypad Memory Divide", "Keypad +/-",
	/* 0xd8 */ "Keypad Clear", "Keypad Clear Entry", "Keypad Binary", "Keypad Octal",
	"Keypad Decimal", "Keypad Hexadecimal"};
static const char *const modifiers[] = {/* 0xe0 */ "Left Control", "Left Shift", "Left Alt",
	"Left GUI", "Right Control", "Right Shift", "Right Alt", "Right GUI"};

static const char *key_name(uint16_t id)
{
	static const struct {
		uint16_t first;
		uint16_t n;
		const char *const *name;
	} parts[] = {{0x00, ARRAY_LEN(keys), keys}, {0xb0, ARRAY_LEN(keypad), keypad},
		{0xe0, ARRAY_LEN(modifiers), modifiers}};

	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (id >= parts[i].first && id - parts[i].first < parts[i].n)
			return parts[i].name[id - parts[i].first];
	return NULL;
}

/* ---- other usages ------------------------------------------------------------------- */

struct usage_name {
	uint32_t usage;
	const char *name;
};

/* In the order of their numbers. */
static const struct usage_name usages[] = {
	{0x00010001, "Pointer"}, /* HUT 4: Generic Desktop */
	{0x00010002, "Mouse"},
	{0x00010004, "Joystick"},
	{0x00010005, "Gamepad"},
	{0x00010006, "Keyboard"},
	{0x00010007, "Keypad"},
	{0x00010008, "Multi-axis Controller"},
	{0x0001000c, "Wireless Radio Controls"},
	{0x0001000d, "Portable Device Control"},
	{0x0001000e, "System Multi-Axis Controller"},
	{0x00010030, "X"},
	{0x00010031, "Y"},
	{0x00010032, "Z"},
	{0x00010033, "Rx"},
	{0x00010034, "Ry"},
	{0x00010035, "Rz"},
	{0x00010036, "Slider"},
	{0x00010037, "Dial"},
	{0x00010038, "Wheel"},
	{0x00010039, "Hat Switch"},
	{0x0001003d, "Start"},
	{0x0001003e, "Select"},
	{0x00010040, "Vx"},
	{0x00010041, "Vy"},
	{0x00010042, "Vz"},
	{0x00010048, "Resolution Multiplier"},
	{0x00010080, "System Control"},
	{0x00010081, "System Power Down"},
	{0x00010082, "System Sleep"},
	{0x00010083, "System Wake Up"},
	{0x00010090, "D-pad Up"},
	{0x00010091, "D-pad Down"},
	{0x00010092, "D-pad Right"},
	{0x00010093, "D-pad Left"},
	{0x000100c6, "Wireless Radio Button"},
	{0x000100c7, "Wireless Radio LED"},
	{0x000100c8, "Wireless Radio Slider Switch"},
	{0x00060020, "Battery Strength"}, /* HUT 9: Generic Device Controls */
	{0x00060021, "Wireless Channel"},
	{0x00060022, "Wireless ID"},
	{0x00080001, "Num Lock"}, /* HUT 11: LED */
	{0x00080002, "Caps Lock"},
	{0x00080003, "Scroll Lock"},
	{0x00080004, "Compose"},
	{0x00080005, "Kana"},
	{0x00080009, "Mute"},
	{0x000b0020, "Hook Switch"}, /* HUT 14: Telephony */
	{0x000b002f, "Phone Mute"},
	{0x000c0001, "Consumer Control"}, /* HUT 15: Consumer */
	{0x000c0030, "Power"},
	{0x000c0032, "Sleep"},
	{0x000c006f, "Display Brightness Increment"},
	{0x000c0070, "Display Brightness Decrement"},
	{0x000c00b0, "Play"},
	{0x000c00b1, "Pause"},
	{0x000c00b3, "Fast Forward"},
	{0x000c00b4, "Rewind"},
	{0x000c00b5, "Next Track"},
	{0x000c00b6, "Previous Track"},
	{0x000c00b7, "Stop"},
	{0x000c00b8, "Eject"},
	{0x000c00cd, "Play/Pause"},
	{0x000c00cf, "Voice Command"},
	{0x000c00e0, "Volume"},
	{0x000c00e2, "Mute"},
	{0x000c00e9, "Volume Increment"},
	{0x000c00ea, "Volume Decrement"},
	{0x000c0183, "Media Player"},
	{0x000c018a, "Email"},
	{0x000c0192, "Calculator"},
	{0x000c0194, "File Browser"},
	{0x000c0221, "Search"},
	{0x000c0223, "Home"},
	{0x000c0224, "Back"},
	{0x000c0225, "Forward"},
	{0x000c0226, "Stop Loading"},
	{0x000c0227, "Refresh"},
	{0x000c022a, "Bookmarks"},
	{0x000c0238, "AC Pan"},
	{0x000c029f, "Desktop Show All Windows"},
	{0x000d0001, "Digitizer"}, /* HUT 16: Digitizers */
	{0x000d0002, "Pen"},
	{0x000d0004, "Touch Screen"},
	{0x000d0005, "Touchpad"},
	{0x000d000e, "Device Configuration"},
	{0x000d000f, "Capacitive Heat Map Digitizer"},
	{0x000d0020, "Stylus"},
	{0x000d0022, "Finger"},
	{0x000d0023, "Device Settings"},
	{0x000d0030, "Tip Pressure"},
	{0x000d0032, "In Range"},
	{0x000d0033, "Touch"},
	{0x000d003c, "Invert"},
	{0x000d003d, "X Tilt"},
	{0x000d003e, "Y Tilt"},
	{0x000d0042, "Tip Switch"},
	{0x000d0043, "Secondary Tip Switch"},
	{0x000d0044, "Barrel Switch"},
	{0x000d0045, "Eraser"},
	{0x000d0047, "Confidence"},
	{0x000d0048, "Width"},
	{0x000d0049, "Height"},
	{0x000d0051, "Contact ID"},
	{0x000d0052, "Input Mode"},
	{0x000d0053, "Device Index"},
	{0x000d0054, "Contact Count"},
	{0x000d0055, "Contact Count Maximum"},
	{0x000d0056, "Scan Time"},
	{0x000d0057, "Surface Switch"},
	{0x000d0058, "Button Switch"},
	{0x000d0059, "Pad Type"},
	{0x000d005a, "Secondary Barrel Switch"},
	{0x000d005b, "Transducer Serial Number"},
	{0x000d0060, "Latency Mode"},
	{0x000e0001, "Simple Haptic Controller"}, /* HUT, Haptics */
	{0x000e0010, "Waveform List"},
	{0x000e0011, "Duration List"},
	{0x000e0020, "Auto Trigger"},
	{0x000e0021, "Manual Trigger"},
	{0x000e0022, "Auto Trigger Associated Control"},
	{0x000e0023, "Intensity"},
	{0x000e0024, "Repeat Count"},
	{0x000e0025, "Retrigger Period"},
	{0x000e0026, "Waveform Vendor Page"},
	{0x000e0027, "Waveform Vendor ID"},
	{0x000e0028, "Waveform Cutoff Time"},
	{0x000e1001, "Waveform None"},
	{0x000e1002, "Waveform Stop"},
	{0x000e1003, "Waveform Click"},
	{0x000e1004, "Waveform Buzz Continuous"},
	{0x000e1005, "Waveform Rumble Continuous"},
	{0x000e1006, "Waveform Press"},
	{0x000e1007, "Waveform Release"},
	{0x00200001, "Sensor"}, /* HUT, Sensors */
	{0x00200011, "Biometric: Human Presence"},
	{0x00200041, "Light: Ambient Light"},
	{0x00200073, "Motion: Accelerometer 3D"},
	{0x00200076, "Motion: Gyrometer 3D"},
	{0x00200083, "Orientation: Compass 3D"},
	{0x0020008a, "Orientation: Device Orientation"},
	{0x00200201, "Sensor State"},
	{0x00200202, "Sensor Event"},
	{0x00200309, "Sensor Connection Type"},
	{0x0020030e, "Report Interval"},
	{0x0020030f, "Change Sensitivity Absolute"},
	{0x00200316, "Reporting State"},
	{0x00200319, "Power State"},
	{0x00200452, "Acceleration"},
	{0x00200453, "Acceleration X"},
	{0x00200454, "Acceleration Y"},
	{0x00200455, "Acceleration Z"},
	{0x00200456, "Angular Velocity"},
	{0x00200457, "Angular Velocity X"},
	{0x00200458, "Angular Velocity Y"},
	{0x00200459, "Angular Velocity Z"},
	{0x00200485, "Magnetic Flux X"},
	{0x00200486, "Magnetic Flux Y"},
	{0x00200487, "Magnetic Flux Z"},
	{0x002004d1, "Illuminance"},
	{0x00590001, "LampArray"}, /* HUT, Lighting and Illumination */
	{0x00590002, "LampArray Attributes"},
	{0x00590003, "Lamp Count"},
	{0x00590020, "Lamp Attributes Request"},
	{0x00590022, "Lamp Attributes Response"},
	{0x00590050, "Lamp Multi Update"},
	{0x00590060, "Lamp Range Update"},
	{0x00590070, "LampArray Control"},
	{0xf1d00001, "U2F Authenticator Device"}, /* HUT, FIDO Alliance */
	{0xf1d00020, "Input Report Data"},
	{0xf1d00021, "Output Report Data"},
};

static int usage_cmp(const void *key, const void *row)
{
	uint32_t a = *(const uint32_t *)key, b = ((const struct usage_name *)row)->usage;

	return (a > b) - (a < b);
}

/* NULL where only numbers are known. */
static const char *hid_usage_name(struct ids *ids, uint32_t usage)
{
	const struct usage_name *own;

	if (usage >> 16 == HID_PAGE_KEYBOARD)
		return key_name((uint16_t)usage);
	own = bsearch(&usage, usages, ARRAY_LEN(usages), sizeof(usages[0]), usage_cmp);
	if (own)
		return own->name;
	return usage >> 16 == HID_PAGE_BUTTON || usage >> 16 >= HID_PAGE_VENDOR
		       ? NULL
		       : ids_usage(ids, (uint16_t)(usage >> 16), (uint16_t)usage);
}

void hid_say_usage(struct text *t, struct ids *ids, uint32_t usage)
{
	const char *name = hid_usage_name(ids, usage);

	if (name) {
		text_str(t, name);
	} else if (usage >> 16 == HID_PAGE_BUTTON) { /* HUT 12: they have numbers alone */
		text_str(t, "Button ");
		text_u64(t, usage & 0xffff);
	} else {
		text_str(t, usage >> 16 >= HID_PAGE_VENDOR ? "vendor " : "usage ");
		text_hex(t, usage >> 16, 4);
		text_char(t, ':');
		text_hex(t, usage & 0xffff, 4);
	}
}

/* ---- pages, collections ------------------------------------------------------------- */

const char *hid_page_name(struct ids *ids, uint16_t page)
{
	static const struct {
		uint16_t page;
		const char *name;
	} pages[] = {
		/* HUT table 3.1 */
		{0x01, "Generic Desktop"},
		{0x06, "Generic Device Controls"},
		{0x07, "Keyboard"},
		{0x08, "LED"},
		{0x09, "Button"},
		{0x0a, "Ordinal"},
		{0x0b, "Telephony"},
		{0x0c, "Consumer"},
		{0x0d, "Digitizers"},
		{0x0e, "Haptics"},
		{0x0f, "Physical Input Device"},
		{0x11, "SoC"},
		{0x12, "Eye and Head Trackers"},
		{0x14, "Auxiliary Display"},
		{0x20, "Sensors"},
		{0x40, "Medical Instrument"},
		{0x41, "Braille Display"},
		{0x59, "Lighting and Illumination"},
		{0x8c, "Barcode Scanner"},
		{0x8d, "Scales"},
		{0x8e, "Magnetic Stripe Reader"},
		{0x92, "Gaming Device"},
		{0xf1d0, "FIDO Alliance"},
	};

	for (size_t i = 0; i < ARRAY_LEN(pages); i++)
		if (pages[i].page == page)
			return pages[i].name;
	return page >= HID_PAGE_VENDOR ? "vendor-defined" : ids_usage_page(ids, page);
}

const char *hid_collection_name(uint8_t type)
{
	static const char *const name[] = {"physical", "application", "logical", "report",
		"named array", "usage switch", "usage modifier"};

	return type < ARRAY_LEN(name) ? name[type] : type & 0x80 ? "vendor-defined" : NULL;
}

/* ---- keys of fields -------------------------------------------------------------------------- */

const char *hid_axis_key(uint32_t usage)
{
	static const char *const axes[] = {/* HUT 4.2, from 0x30 */ "x", "y", "z", "rx", "ry", "rz",
		"slider", "dial", "wheel", "hat"};
	uint32_t axis = usage - (HID_PAGE_DESKTOP << 16 | 0x30);

	return axis < ARRAY_LEN(axes) ? axes[axis] : NULL;
}

const char *hid_usage_key(uint32_t usage)
{
	static const struct {
		uint16_t page;
		const char *key;
	} pages[] = {
		{HID_PAGE_KEYBOARD, "key"},
		{HID_PAGE_LED, "led"},
		{HID_PAGE_BUTTON, "button"},
		{HID_PAGE_CONSUMER, "consumer"},
		{HID_PAGE_DIGITIZER, "digitizer"},
	};
	const char *axis = hid_axis_key(usage);

	if (axis)
		return axis;
	for (size_t i = 0; i < ARRAY_LEN(pages); i++)
		if (pages[i].page == usage >> 16)
			return pages[i].key;
	return usage >> 16 >= HID_PAGE_VENDOR ? "vendor" : "control";
}
