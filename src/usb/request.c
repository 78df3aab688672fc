/* request.c: tables of standard requests, descriptor types and feature selectors. */
#include "usb/request.h"
#include "base/mem.h"

const char *request_type_name(unsigned type)
{
	static const char *const name[] = {"standard", "class", "vendor", "reserved"};

	return name[type & 3];
}

const char *recipient_name(unsigned recipient)
{
	static const char *const name[] = {"device", "interface", "endpoint", "other"};

	return recipient < ARRAY_LEN(name) ? name[recipient] : NULL;
}

const char *descriptor_type_name(uint8_t t)
{
	/* USB 2.0 table 9-5, USB 3.2 table 9-6, HID 1.11 section 7.1, and the hub's. */
	static const char *const name[] = {
		[1] = "device",
		[2] = "configuration",
		[3] = "string",
		[4] = "interface",
		[5] = "endpoint",
		[6] = "device qualifier",
		[7] = "other speed configuration",
		[8] = "interface power",
		[9] = "OTG",
		[10] = "debug",
		[11] = "interface association",
		[12] = "security", /* Wireless USB 1.0 */
		[13] = "key",
		[14] = "encryption type",
		[15] = "BOS",
		[16] = "device capability",
		[17] = "wireless endpoint companion",
		[0x21] = "HID",
		[0x22] = "HID report",
		[0x23] = "HID physical",
		[0x24] = "class-specific interface",
		[0x25] = "class-specific endpoint",
		[0x29] = "hub",
		[0x2a] = "SuperSpeed hub",
		[0x30] = "SuperSpeed endpoint companion",
		[0x31] = "SuperSpeedPlus isochronous endpoint companion",
	};

	return t < ARRAY_LEN(name) ? name[t] : NULL;
}

/* Rows of one table share their key. */
struct named {
	uint8_t recipient;
	uint16_t number;
	const char *name;
};

static const char *find_named(
	const struct named *row, size_t n, unsigned recipient, uint16_t number)
{
	for (size_t i = 0; i < n; i++)
		if (row[i].recipient == recipient && row[i].number == number)
			return row[i].name;
	return NULL;
}

const char *feature_name(unsigned recipient, uint16_t selector)
{
	static const struct named feature[] = {
		{0, 1, "DEVICE_REMOTE_WAKEUP"}, /* USB 2.0 table 9-6 */
		{0, 2, "TEST_MODE"},
		{0, 3, "B_HNP_ENABLE"}, /* OTG 2.0 section 6.2 */
		{0, 4, "A_HNP_SUPPORT"},
		{0, 5, "A_ALT_HNP_SUPPORT"},
		{0, 6, "WUSB_DEVICE"},
		{0, 48, "U1_ENABLE"}, /* USB 3.2 table 9-7 */
		{0, 49, "U2_ENABLE"},
		{0, 50, "LTM_ENABLE"},
		{0, 51, "B3_NTF_HOST_REL"},
		{0, 52, "B3_RSP_ENABLE"},
		{0, 53, "LDM_ENABLE"},
		{1, 0, "FUNCTION_SUSPEND"},
		{2, 0, "ENDPOINT_HALT"},
	};

	return find_named(feature, ARRAY_LEN(feature), recipient, selector);
}

const char *test_mode_name(uint8_t selector)
{
	/* USB 2.0 table 9-7 */
	static const char *const name[] = {
		NULL, "Test_J", "Test_K", "Test_SE0_NAK", "Test_Packet", "Test_Force_Enable"};

	return selector < ARRAY_LEN(name) ? name[selector] : NULL;
}

const struct status_bit *status_bits(unsigned recipient, size_t *n)
{
	/* USB 2.0 9.4.5, USB 3.2 figures 9-4, 9-5, 9-6 */
	static const struct status_bit device[] = {
		{0, "self_powered", "bus-powered", "self-powered"},
		{1, "remote_wakeup", "remote wakeup off", "remote wakeup on"},
		{2, "u1_enable", NULL, "U1 enabled"},
		{3, "u2_enable", NULL, "U2 enabled"},
		{4, "ltm_enable", NULL, "LTM enabled"},
	};
	static const struct status_bit interface[] = {
		{0, "function_remote_wake_capable", NULL, "can wake the host"},
		{1, "function_remote_wakeup", NULL, "remote wakeup on"},
	};
	static const struct status_bit endpoint[] = {
		{0, "halt", "not halted", "halted"},
	};
	static const struct {
		const struct status_bit *bit;
		size_t n;
	} of[] = {
		{device, ARRAY_LEN(device)},
		{interface, ARRAY_LEN(interface)},
		{endpoint, ARRAY_LEN(endpoint)},
	};

	*n = recipient < ARRAY_LEN(of) ? of[recipient].n : 0;
	return *n ? of[recipient].bit : NULL;
}
