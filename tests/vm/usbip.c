/* usbip: a USB device in software behind the kernel's virtual host controller (vhci_hcd), for
 * devices that no emulation has: low speed, and devices that misbehave when they are enumerated.
 *
 *	usbip SPEED KIND	SPEED: low full high; KIND: keyboard silent
 *
 * keyboard answers everything and types ten keys after SIGUSR1, one report per interrupt
 * request; silent answers every control request as if nothing came from the wire (-EPROTO).
 * Ends when the kernel drops the connection.
 * Protocol: Documentation/usb/usbip_protocol.rst of the kernel. */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CMD_SUBMIT = 1, CMD_UNLINK, RET_SUBMIT, RET_UNLINK };
enum { GET_DESCRIPTOR = 6, IN = 1, KEYS = 10, INTERVAL_US = 10000, MOST = 4096 };

/* Numbers are big-endian on the line. */
struct header {
	uint32_t command, seqnum, devid, direction, ep;
	union {
		struct {
			uint32_t transfer_flags, length, start_frame, packets, interval;
			uint8_t setup[8];
		} submit;
		struct {
			uint32_t status, length, start_frame, packets, errors, pad[2];
		} ret;
		struct {
			uint32_t seqnum, pad[6];
		} unlink;
	};
};
_Static_assert(sizeof(struct header) == 48, "as on the line");

static const uint8_t device_descriptor[] = {
	18, 1, 0x10, 0x01, 0, 0, 0, 8, 0x09, 0x12, 0x05, 0, 0, 1, 1, 2, 0, 1};
static const uint8_t config_descriptor[] = {9, 2, 34, 0, 1, 1, 0, 0xa0, 50, /* config */
	9, 4, 0, 0, 1, 3, 1, 1, 0,					    /* boot keyboard */
	9, 0x21, 0x11, 0x01, 0, 1, 0x22, 45, 0,				    /* HID */
	7, 5, 0x81, 3, 8, 0, 10};
static const uint8_t report_descriptor[] = {0x05, 0x01, 0x09, 0x06, 0xa1, 0x01, 0x05, 0x07, 0x19,
	0xe0, 0x29, 0xe7, 0x15, 0x00, 0x25, 0x01, 0x75, 0x01, 0x95, 0x08, 0x81, 0x02, 0x95, 0x01,
	0x75, 0x08, 0x81, 0x01, 0x95, 0x06, 0x75, 0x08, 0x15, 0x00, 0x25, 0x65, 0x05, 0x07, 0x19,
	0x00, 0x29, 0x65, 0x81, 0x00, 0xc0};
static const uint8_t language[] = {4, 3, 0x09, 0x04};
static const uint8_t manufacturer[] = {
	16, 3, 'E', 0, 'x', 0, 'a', 0, 'm', 0, 'p', 0, 'l', 0, 'e', 0};
static const uint8_t product[] = {
	18, 3, 'K', 0, 'e', 0, 'y', 0, 'b', 0, 'o', 0, 'a', 0, 'r', 0, 'd', 0};

#define ANSWER(value, bytes)                                                                       \
	{                                                                                          \
		value, bytes, sizeof(bytes)                                                        \
	}
static const struct {
	uint16_t value; /* wValue of GET_DESCRIPTOR */
	const uint8_t *bytes;
	size_t length;
} descriptors[] = {
	ANSWER(0x0100, device_descriptor),
	ANSWER(0x0200, config_descriptor),
	ANSWER(0x0300, language),
	ANSWER(0x0301, manufacturer),
	ANSWER(0x0302, product),
	ANSWER(0x2200, report_descriptor),
};

static const char *kind;
static sigset_t typing;

static int transfer_all(int fd, void *data, size_t length, int out)
{
	for (uint8_t *p = data; length;) {
		ssize_t n = out ? write(fd, p, length) : read(fd, p, length);

		if (n <= 0)
			return -1;
		p += n;
		length -= (size_t)n;
	}
	return 0;
}

/* Answers one control request: its status, with *length bytes at *data. */
static int control(const uint8_t *setup, const uint8_t **data, size_t *length)
{
	uint16_t value = (uint16_t)(setup[2] | setup[3] << 8);

	if (!strcmp(kind, "silent"))
		return -EPROTO;
	if (setup[1] != GET_DESCRIPTOR)
		return 0;
	for (size_t i = 0; i < sizeof(descriptors) / sizeof(*descriptors); i++)
		if (descriptors[i].value == value) {
			*data = descriptors[i].bytes;
			*length = descriptors[i].length;
			return 0;
		}
	return -EPIPE;
}

static int reply(int fd, struct header *h, int status, const uint8_t *data, size_t length)
{
	uint32_t in = ntohl(h->direction) == IN, asked = ntohl(h->submit.length);

	if (in && length > asked)
		length = asked;
	h->command = htonl(RET_SUBMIT);
	h->devid = h->direction = h->ep = 0;
	memset(&h->ret, 0, sizeof(h->ret));
	h->ret.status = htonl((uint32_t)status);
	h->ret.length = htonl(status ? 0 : in ? (uint32_t)length : asked);
	h->ret.packets = 0xffffffff;
	if (transfer_all(fd, h, sizeof(*h), 1))
		return -1;
	return in && length && !status ? transfer_all(fd, (void *)data, length, 1) : 0;
}

/* An interrupt request: a key goes down, the next one says that it is up, until all are typed;
 * after that the request stays open. */
static int interrupt(int fd, struct header *h)
{
	int signal_number;
	static unsigned typed;
	uint8_t report[8] = {0};

	if (typed == 2 * KEYS)
		return 0;
	if (!typed)
		sigwait(&typing, &signal_number);
	if (!(typed & 1))
		report[2] = (uint8_t)(4 + typed / 2);
	typed++;
	usleep(INTERVAL_US);
	return reply(fd, h, 0, report, sizeof(report));
}

static int submit(int fd, struct header *h)
{
	uint8_t sent[MOST];
	const uint8_t *data = NULL;
	size_t length = 0;
	int status;

	if (ntohl(h->direction) != IN && ntohl(h->submit.length)) {
		if (ntohl(h->submit.length) > MOST ||
			transfer_all(fd, sent, ntohl(h->submit.length), 0))
			return -1;
	}
	if (h->ep)
		return interrupt(fd, h);
	status = control(h->submit.setup, &data, &length);
	return reply(fd, h, status, data, length);
}

static int unlink_request(int fd, struct header *h)
{
	h->command = htonl(RET_UNLINK);
	memset(&h->ret, 0, sizeof(h->ret));
	h->ret.status = htonl((uint32_t)-ECONNRESET);
	return transfer_all(fd, h, sizeof(*h), 1);
}

int main(int argc, char **argv)
{
	static const char *const speeds[] = {"", "low", "full", "high"};
	int pair[2], speed = 0;
	struct header h;
	FILE *attach;

	for (int i = 1; argc == 3 && i < 4; i++)
		if (!strcmp(argv[1], speeds[i]))
			speed = i;
	if (!speed || socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) {
		fprintf(stderr, "usage: usbip low|full|high keyboard|silent\n");
		return 2;
	}
	kind = argv[2];
	sigemptyset(&typing);
	sigaddset(&typing, SIGUSR1);
	sigprocmask(SIG_BLOCK, &typing, NULL);
	attach = fopen("/sys/devices/platform/vhci_hcd.0/attach", "w");
	/* port, socket, device number on the other side, speed */
	if (!attach || fprintf(attach, "0 %d 65537 %d", pair[0], speed) < 0 || fclose(attach)) {
		fprintf(stderr, "usbip: attach: %s\n", strerror(errno));
		return 2;
	}
	close(pair[0]);
	while (!transfer_all(pair[1], &h, sizeof(h), 0))
		if (ntohl(h.command) == CMD_UNLINK ? unlink_request(pair[1], &h)
						   : submit(pair[1], &h))
			break;
	return 0;
}
