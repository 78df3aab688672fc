/* main.c: command line of the traffic generator. */
#include "tests/gen/gen.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct writer *const writers[] = {&usbmon_220, &usbmon_189, &usbpcap_15, &usbpcap_14,
	&usbpcap_13, &usbpcap_10, &darwin_266, &freebsd_186, &early_186, &text_t, &text_u,
	&bus_by_speed, &bus_288};

static const char *const containers[] = {
	[PCAP] = "pcap", [PCAP_NS] = "pcap-ns", [PCAPNG] = "pcapng"};

struct options {
	const char *type, *format, *order, *out, *truth, *bus_bench;
	uint64_t rounds, records;
};

uint8_t *capture_scratch(struct capture *c, size_t n)
{
	if (n > c->scratch_size) {
		c->scratch = grow(c->scratch, n);
		c->scratch_size = n;
	}
	return c->scratch;
}

static const struct writer *writer_named(const char *name)
{
	if (!strcmp(name, "249-1.5"))
		name = "249";
	for (size_t i = 0; i < COUNT(writers); i++)
		if (!strcmp(writers[i]->name, name))
			return writers[i];
	die("-t: unknown type %s (see --help)", name);
}

static uint8_t container_named(const char *name)
{
	for (size_t i = 0; i < COUNT(containers); i++)
		if (!strcmp(containers[i], name))
			return (uint8_t)i;
	die("-f: pcap, pcap-ns or pcapng");
}

static uint64_t number(const char *s, const char *option)
{
	uint64_t v;

	if (!parse_number(s, UINT64_MAX, &v))
		die("%s: number expected", option);
	return v;
}

static uint8_t truth_named(const char *name)
{
	static const char *const names[] = {[TRUTH_TRANSFERS] = "json",
		[TRUTH_TRANSACTIONS] = "transactions",
		[TRUTH_BINS] = "unattached",
		[TRUTH_ISO] = "iso"};

	for (uint8_t i = TRUTH_TRANSFERS; name && i < COUNT(names); i++)
		if (!strcmp(names[i], name))
			return i;
	return TRUTH_NONE;
}

static struct options parse_options(int argc, char **argv)
{
	enum { TRUTH = 256, BUS_BENCH, HELP };
	static const struct option longs[] = {{"truth", required_argument, NULL, TRUTH},
		{"bus-bench", required_argument, NULL, BUS_BENCH},
		{"help", no_argument, NULL, HELP}, {0}};
	struct options o = {"220", NULL, "little", "-", NULL, NULL, 1, 1000000};
	int c;

	while ((c = getopt_long(argc, argv, "t:f:e:r:o:n:h", longs, NULL)) != -1)
		switch (c) {
		case 't': o.type = optarg; break;
		case 'f': o.format = optarg; break;
		case 'e': o.order = optarg; break;
		case 'o': o.out = optarg; break;
		case 'r': o.rounds = number(optarg, "-r"); break;
		case 'n': o.records = number(optarg, "-n"); break;
		case TRUTH: o.truth = optarg; break;
		case BUS_BENCH: o.bus_bench = optarg; break;
		case 'h':
		case HELP: fputs(help_text, stdout); exit(0);
		default: die("see --help");
		}
	if (o.truth && !truth_named(o.truth))
		die("--truth: json, transactions, unattached or iso");
	if (!o.format) /* packets need nanoseconds and several link types */
		o.format = o.bus_bench || !writer_named(o.type)->bus ? "pcap" : "pcapng";
	if (argc - optind != (o.bus_bench ? 0 : 1))
		die("one DESCRIPTION expected (see --help)");
	if (strcmp(o.order, "little") && strcmp(o.order, "big"))
		die("-e: little or big");
	return o;
}

static int open_out(const char *path)
{
	int fd = strcmp(path, "-") ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)
				   : STDOUT_FILENO;

	if (fd < 0)
		die("%s: %s", path, strerror(errno));
	if (isatty(fd))
		die("not writing a capture to a terminal (use -o FILE)");
	return fd;
}

static void run_bus_bench(const struct options *o)
{
	struct sink s = {.fd = open_out(o->out),
		.container = container_named(o->format),
		.big = o->order[0] == 'b',
		.link = 295,
		.snaplen = 262144,
		.iface = "bus"};

	sink_open(&s);
	bus_bench(&s, o->bus_bench, o->records);
	sink_close(&s);
}

/* The link types a capture of packets has: each bus speed, and status texts in pcapng. */
static void bus_links(struct sink *s, const struct program *prog, bool any_speed)
{
	for (const struct device *d = prog->devices; d; d = d->next) {
		uint32_t link = any_speed ? 288 : 293u + (d->hub ? d->hub->speed : d->speed);
		unsigned i = 0;

		while (i < s->link_count && s->links[i] != link)
			i++;
		if (i == s->link_count && i < COUNT(s->links) - 1)
			s->links[s->link_count++] = link;
	}
	if (!s->link_count)
		die("no device");
	s->link = s->links[0];
	if (s->container == PCAPNG)
		s->links[s->link_count++] = 252;
	else if (s->link_count > 1)
		die("devices of several speeds need -f pcapng");
}

int main(int argc, char **argv)
{
	static struct program prog = {.start = 1767225600000000000, /* 2026-01-01 00:00 UTC */
		.snaplen = 262144,
		.ring = 245760,
		.frames = 2048,
		.seed = 1,
		.pause = 8000,
		.rules = {.nak_gap = 20000, .split_nyets = 1},
		.tag = 1};
	static struct capture c;
	struct options o = parse_options(argc, argv);
	char iface[16];

	if (o.bus_bench) {
		run_bus_bench(&o);
		return 0;
	}
	c.writer = writer_named(o.type);
	c.prog = &prog;
	parse_file(&prog, argv[optind]);
	snprintf(iface, sizeof(iface),
		c.writer->bus		   ? "bus%u"
		: c.writer->os == OS_LINUX ? "usbmon%u"
					   : "usb%u",
		prog.devices ? prog.devices->bus : 0u);
	c.sink = (struct sink){.fd = o.truth ? -1 : open_out(o.out),
		.container = c.writer->link ? container_named(o.format) : PLAIN,
		.big = o.order[0] == 'b',
		.link = c.writer->link,
		.snaplen = prog.snaplen,
		.iface = iface};
	if (c.writer->bus)
		bus_links(&c.sink, &prog, c.writer->link == 288);
	else if (o.truth &&
		 (truth_named(o.truth) == TRUTH_TRANSACTIONS || truth_named(o.truth) == TRUTH_BINS))
		die("--truth %s: of packets only (-t bus or 288)", o.truth);
	sink_open(&c.sink);
	play(&prog, &c, o.rounds, truth_named(o.truth));
	sink_close(&c.sink);
	if (truth_named(o.truth) == TRUTH_ISO)
		truth_iso_print();
	free(c.scratch);
	if (o.truth && fflush(stdout))
		die("cannot write: %s", strerror(errno));
	return 0;
}
