/* live.c: usbmon interfaces through libpcap. */
#include "base/mem.h"
#include "base/text.h"
#include "capture/source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
	/* libpcap makes the ring (snap length - header) * 5 bytes: this is the kernel's largest one
	 * (mon_bin.c, BUFF_MAX = 1200 KiB). */
	RING_SNAPLEN = 245760 + 64,
	CANARY_RING = 8192 /* the smallest one: BUFF_MIN */
};

/* drivers/usb/mon/mon_bin.c */
struct mon_bin_stats {
	uint32_t queued, dropped;
};
#define MON_IOCG_STATS	   _IOR(0x92, 3, struct mon_bin_stats)
#define MON_IOCT_RING_SIZE _IO(0x92, 4)

struct live {
	struct source s;
	pcap_t *pcap;
	int canary; /* -1: none */
	char name[16];
	uint64_t dropped, received;
	bool counts; /* this kernel was seen to report losses */
	bool mute;   /* it was seen not to, or cannot be asked */
	source_record *got;
	void *ctx;
};

/* ---- what to do when it cannot be opened -------------------------------------------- */

/* The interfaces there are, for a message. Returns how many. */
static int interfaces(struct text *t)
{
	DIR *dir = opendir("/dev");
	struct dirent *entry;
	int n = 0;

	while (dir && (entry = readdir(dir)))
		if (!strncmp(entry->d_name, "usbmon", 6))
			text_printf(t, "%s%s", n++ ? ", " : "", entry->d_name);
	if (dir)
		closedir(dir);
	return n;
}

static int cannot_open(const char *name, int error, struct err *e)
{
	char there[256];
	struct text t;

	text_init(&t, there, sizeof(there));
	if (error == EACCES || error == EPERM)
		return err_set(e,
			"%s: no permission to read /dev/%s. Use sudo, or let a group read it: "
			"install the udev rule 60-urbscope-usbmon.rules (make install does), then "
			"`sudo groupadd -f -r usbmon; sudo usermod -aG usbmon $USER`, log in again "
			"and reload usbmon",
			name, name);
	if (!interfaces(&t))
		return err_set(e,
			"%s: this kernel has no usbmon interfaces. Load the module: "
			"`sudo modprobe usbmon` (in a container: on the host)",
			name);
	return err_set(
		e, "%s: no such interface; there are %s (urbscope capture --list)", name, there);
}

/* ---- reading ------------------------------------------------------------------------ */

static void on_packet(u_char *user, const struct pcap_pkthdr *h, const u_char *data)
{
	struct live *l = (struct live *)user;
	const struct record rec = {
		.time = (int64_t)h->ts.tv_sec * 1000000000 + h->ts.tv_usec * INT64_C(1000),
		.data = data,
		.link = l->s.link,
		.caplen = h->caplen,
		.origlen = h->len < h->caplen ? h->caplen : h->len,
		.big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__,
		.has_time = true,
	};

	l->received++;
	l->got(l->ctx, &rec);
}

static int live_read(
	struct source *s, int stop_fd, int timeout_ms, source_record *got, void *ctx, struct err *e)
{
	struct live *l = (struct live *)s;
	struct pollfd fd[2] = {{pcap_get_selectable_fd(l->pcap), POLLIN, 0}, {stop_fd, POLLIN, 0}};
	int n = poll(fd, 2, timeout_ms);

	if (n <= 0)
		return n < 0 && errno != EINTR
			       ? err_set(e, "%s: cannot wait: %s", s->name, strerror(errno))
			       : 0;
	if (fd[0].revents & (POLLERR | POLLHUP | POLLNVAL) && !(fd[0].revents & POLLIN))
		return err_set(e, "%s: the bus is gone", s->name);
	if (!(fd[0].revents & POLLIN))
		return 0;
	l->got = got;
	l->ctx = ctx;
	n = pcap_dispatch(l->pcap, -1, on_packet, (u_char *)l);
	if (n < 0)
		return err_set(e, "%s: %s", s->name, pcap_geterr(l->pcap));
	return n;
}

/* Some kernels clear the count of losses before they return it: always 0. The canary, a second
 * reader with a tiny ring that nobody empties, tells: what it queued is all there was until its
 * ring is full. If more came than it queued, it has losses to report; a kernel that reports none is
 * mute. */
static void ask_canary(struct live *l)
{
	struct mon_bin_stats st = {0};

	if (l->canary < 0 || l->counts)
		return;
	if (ioctl(l->canary, MON_IOCG_STATS, &st))
		l->mute = true;
	else if (st.dropped)
		l->counts = true;
	else if (st.queued < l->received)
		l->mute = true;
}

/* MON_IOCG_STATS clears what it returns: losses are added up. */
static bool live_lost(struct source *s, uint64_t *lost)
{
	struct live *l = (struct live *)s;
	struct pcap_stat st;

	if (pcap_stats(l->pcap, &st))
		l->mute = true;
	else
		l->dropped += st.ps_drop;
	ask_canary(l);
	*lost = l->dropped;
	return !l->mute;
}

static void live_close(struct source *s)
{
	struct live *l = (struct live *)s;

	if (l->pcap)
		pcap_close(l->pcap);
	if (l->canary >= 0)
		close(l->canary);
	free(l);
}

static const struct source_ops live_ops = {live_read, live_lost, live_close};

/* ---- opening ------------------------------------------------------------------------ */

static int activate(struct live *l, struct err *e)
{
	char errbuf[PCAP_ERRBUF_SIZE] = "";
	int rc;

	l->pcap = pcap_create(l->name, errbuf);
	if (!l->pcap)
		return err_set(e, "%s: %s", l->name, errbuf);
	pcap_set_snaplen(l->pcap, RING_SNAPLEN);
	pcap_set_immediate_mode(l->pcap, 1);
	rc = pcap_activate(l->pcap);
	if (rc == PCAP_ERROR_PERM_DENIED)
		return cannot_open(l->name, EACCES, e);
	if (rc < 0)
		return err_set(
			e, "%s: %s (%s)", l->name, pcap_geterr(l->pcap), pcap_statustostr(rc));
	if (pcap_setnonblock(l->pcap, 1, errbuf) < 0)
		return err_set(e, "%s: %s", l->name, errbuf);
	l->s.link = (uint32_t)pcap_datalink(l->pcap);
	return 0;
}

struct source *live_open(const char *name, struct err *e)
{
	struct live *l = mem_zalloc(1, sizeof(*l));
	char path[32], end = 0;
	unsigned bus;

	l->s = (struct source){.ops = &live_ops, .name = l->name};
	l->canary = -1;
	if (sscanf(name, "usbmon%3u%c", &bus, &end) != 1) {
		err_set(e,
			"\"%s\" is no usbmon interface: usbmonN is bus N, usbmon0 all buses "
			"(urbscope capture --list)",
			name);
		live_close(&l->s);
		return NULL;
	}
	l->s.bus = (int)bus;
	snprintf(l->name, sizeof(l->name), "usbmon%u", bus);
	snprintf(path, sizeof(path), "/dev/%s", l->name);
	l->canary = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (l->canary < 0)
		cannot_open(l->name, errno, e);
	else
		ioctl(l->canary, MON_IOCT_RING_SIZE, CANARY_RING); /* this also empties it */
	if (l->canary >= 0 && activate(l, e) == 0)
		return &l->s;
	live_close(&l->s);
	return NULL;
}
