/* usbfs: drives a USB device through Linux's usbfs, one step per argument, for the scenarios.
 *
 *	usbfs NODE STEP...
 *
 * STEP is one of
 *	claim:IF  release:IF  detach:IF  alt:IF:ALT  config:N  clear:EP  reset
 *	ctl:BMREQUESTTYPE:BREQUEST:WVALUE:WINDEX:LENGTH|HEX	a control transfer
 *	out:EP:HEX  in:EP:LENGTH				a bulk or interrupt transfer
 *	cancel:EP:LENGTH:COUNT		submits COUNT reads and takes them back
 *	test:CASE:ITERATIONS:LENGTH:VARY:SGLEN			a case of the kernel's usbtest
 * Numbers are as in C. A step that fails ends the program with 1; "!" before it means that it must
 * fail; "?" that it may. */
#include <errno.h>
#include <fcntl.h>
#include <linux/usbdevice_fs.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define ARGS	   6
#define TIMEOUT_MS 5000

/* drivers/usb/misc/usbtest.c: struct usbtest_param_32, request U 100. */
struct usbtest_param {
	uint32_t test_num, iterations, length, vary, sglen;
	int32_t duration_sec, duration_usec;
};
#define USBTEST_REQUEST _IOWR('U', 100, struct usbtest_param)

struct step {
	const char *text[ARGS];
	unsigned value[ARGS];
};

static int unhex(const char *text, unsigned char *out, int size)
{
	int n = 0;

	for (; text && text[0] && text[1] && n < size; text += 2)
		if (sscanf(text, "%2hhx", &out[n]) == 1)
			n++;
	return n;
}

static void print_bytes(const unsigned char *bytes, int n)
{
	for (int i = 0; i < n; i++)
		printf("%02x", bytes[i]);
	printf("\n");
}

static int do_number(int fd, unsigned long request, unsigned value)
{
	return ioctl(fd, request, &value);
}

static int do_claim(int fd, const struct step *s)
{
	return do_number(fd, USBDEVFS_CLAIMINTERFACE, s->value[0]);
}

static int do_release(int fd, const struct step *s)
{
	return do_number(fd, USBDEVFS_RELEASEINTERFACE, s->value[0]);
}

static int do_config(int fd, const struct step *s)
{
	return do_number(fd, USBDEVFS_SETCONFIGURATION, s->value[0]);
}

static int do_clear(int fd, const struct step *s)
{
	return do_number(fd, USBDEVFS_CLEAR_HALT, s->value[0]);
}

static int do_reset(int fd, const struct step *s)
{
	(void)s;
	return ioctl(fd, USBDEVFS_RESET);
}

static int do_detach(int fd, const struct step *s)
{
	struct usbdevfs_ioctl wrap = {.ifno = (int)s->value[0], .ioctl_code = USBDEVFS_DISCONNECT};

	return ioctl(fd, USBDEVFS_IOCTL, &wrap);
}

static int do_alt(int fd, const struct step *s)
{
	struct usbdevfs_setinterface set = {s->value[0], s->value[1]};

	return ioctl(fd, USBDEVFS_SETINTERFACE, &set);
}

static int do_ctl(int fd, const struct step *s)
{
	static unsigned char data[4096];
	struct usbdevfs_ctrltransfer t = {.bRequestType = (uint8_t)s->value[0],
		.bRequest = (uint8_t)s->value[1],
		.wValue = (uint16_t)s->value[2],
		.wIndex = (uint16_t)s->value[3],
		.wLength = (uint16_t)s->value[4],
		.timeout = TIMEOUT_MS,
		.data = data};
	int n;

	if (!(t.bRequestType & 0x80))
		t.wLength = (uint16_t)unhex(s->text[4], data, sizeof(data));
	n = ioctl(fd, USBDEVFS_CONTROL, &t);
	if (n > 0 && t.bRequestType & 0x80)
		print_bytes(data, n);
	return n;
}

static int bulk(int fd, unsigned ep, void *data, unsigned len)
{
	struct usbdevfs_bulktransfer t = {ep, len, TIMEOUT_MS, data};

	return ioctl(fd, USBDEVFS_BULK, &t);
}

static int do_out(int fd, const struct step *s)
{
	unsigned char data[1024];

	return bulk(fd, s->value[0], data, (unsigned)unhex(s->text[1], data, sizeof(data)));
}

static int do_in(int fd, const struct step *s)
{
	unsigned char data[4096];
	int n = bulk(
		fd, s->value[0], data, s->value[1] < sizeof(data) ? s->value[1] : sizeof(data));

	if (n >= 0)
		print_bytes(data, n);
	return n;
}

static int do_cancel(int fd, const struct step *s)
{
	enum { MOST = 8 };
	static unsigned char data[MOST][4096];
	struct usbdevfs_urb urbs[MOST] = {0};
	unsigned count = s->value[2] < MOST ? s->value[2] : MOST;
	void *reaped;

	for (unsigned i = 0; i < count; i++) {
		urbs[i].type = USBDEVFS_URB_TYPE_BULK;
		urbs[i].endpoint = (unsigned char)s->value[0];
		urbs[i].buffer = data[i];
		urbs[i].buffer_length =
			(int)(s->value[1] < sizeof(data[i]) ? s->value[1] : sizeof(data[i]));
		if (ioctl(fd, USBDEVFS_SUBMITURB, &urbs[i]))
			return -1;
	}
	for (unsigned i = count; i-- > 0;)
		ioctl(fd, USBDEVFS_DISCARDURB, &urbs[i]);
	for (unsigned i = 0; i < count; i++) {
		if (ioctl(fd, USBDEVFS_REAPURB, &reaped))
			return -1;
		printf("%d ", ((struct usbdevfs_urb *)reaped)->status);
	}
	printf("\n");
	return 0;
}

static int do_test(int fd, const struct step *s)
{
	struct usbtest_param param = {
		s->value[0], s->value[1], s->value[2], s->value[3], s->value[4], 0, 0};
	struct usbdevfs_ioctl wrap = {0, (int)USBTEST_REQUEST, &param};

	return ioctl(fd, USBDEVFS_IOCTL, &wrap);
}

static const struct {
	const char *name;
	int (*run)(int fd, const struct step *);
} steps[] = {
	{"claim", do_claim},
	{"release", do_release},
	{"detach", do_detach},
	{"alt", do_alt},
	{"config", do_config},
	{"clear", do_clear},
	{"reset", do_reset},
	{"ctl", do_ctl},
	{"out", do_out},
	{"in", do_in},
	{"cancel", do_cancel},
	{"test", do_test},
};

static int run_step(int fd, const char *word)
{
	char text[8192], *rest = text, *name;
	struct step s = {0};

	snprintf(text, sizeof(text), "%s", word);
	name = strsep(&rest, ":");
	for (int i = 0; i < ARGS && rest; i++) {
		s.text[i] = strsep(&rest, ":");
		s.value[i] = (unsigned)strtoul(s.text[i], NULL, 0);
	}
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++)
		if (!strcmp(steps[i].name, name))
			return steps[i].run(fd, &s) < 0 ? -errno : 0;
	fprintf(stderr, "usbfs: no step %s\n", name);
	exit(2);
}

int main(int argc, char **argv)
{
	int fd = argc > 2 ? open(argv[1], O_RDWR) : -1;

	if (fd < 0) {
		fprintf(stderr, "usage: usbfs NODE STEP...: %s\n", strerror(errno));
		return 2;
	}
	for (int i = 2; i < argc; i++) {
		char mode = *argv[i] == '!' || *argv[i] == '?' ? *argv[i] : 0;
		int code = run_step(fd, argv[i] + !!mode);

		if (code)
			printf("%s: %s\n", argv[i], strerror(-code));
		if (mode != '?' && !code == (mode == '!'))
			return 1;
	}
	return 0;
}
