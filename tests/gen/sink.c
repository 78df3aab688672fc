/* sink.c: puts records into pcap (micro- and nanoseconds), pcapng or plain text, in either byte
 * order, through one block buffer. Layouts: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng. */
#include "tests/gen/gen.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { BUFFER = 1 << 20 };

static void flush(struct sink *s)
{
	for (size_t done = 0; done < s->len;) {
		ssize_t n = write(s->fd, s->buf + done, s->len - done);

		if (n < 0 && errno != EINTR)
			die("cannot write: %s", strerror(errno));
		done += n > 0 ? (size_t)n : 0;
	}
	s->len = 0;
}

static void bytes(struct sink *s, const void *p, size_t n)
{
	const uint8_t *from = p;

	while (n) {
		size_t some = BUFFER - s->len < n ? BUFFER - s->len : n;

		memcpy(s->buf + s->len, from, some);
		s->len += some;
		from += some;
		n -= some;
		if (s->len == BUFFER)
			flush(s);
	}
}

static void pcap_header(struct sink *s)
{
	uint8_t h[24] = {0};

	put32(h, s->container == PCAP_NS ? 0xa1b23c4d : 0xa1b2c3d4, s->big);
	put16(h + 4, 2, s->big);
	put16(h + 6, 4, s->big);
	put32(h + 16, s->snaplen, s->big);
	put32(h + 20, s->link, s->big);
	bytes(s, h, sizeof(h));
}

/* An interface with a name and nanosecond time stamps. */
static void pcapng_interface(struct sink *s, uint32_t link)
{
	uint8_t b[20 + 64] = {0};
	size_t name = strlen(s->iface), n;

	put32(b, 1, s->big);
	put16(b + 8, (uint16_t)link, s->big);
	put32(b + 12, s->snaplen, s->big);
	n = 16;
	put16(b + n, 2, s->big); /* if_name */
	put16(b + n + 2, (uint16_t)name, s->big);
	memcpy(b + n + 4, s->iface, name);
	n += 4 + ((name + 3) & ~(size_t)3);
	put16(b + n, 9, s->big); /* if_tsresol */
	put16(b + n + 2, 1, s->big);
	b[n + 4] = 9;
	n += 8 + 4; /* and opt_endofopt */
	put32(b + 4, (uint32_t)n + 4, s->big);
	put32(b + n, (uint32_t)n + 4, s->big);
	bytes(s, b, n + 4);
}

static void pcapng_header(struct sink *s)
{
	uint8_t b[28] = {0};

	put32(b, 0x0a0d0d0a, s->big);
	put32(b + 4, 28, s->big);
	put32(b + 8, 0x1a2b3c4d, s->big);
	put16(b + 12, 1, s->big);
	put64(b + 16, UINT64_MAX, s->big);
	put32(b + 24, 28, s->big);
	bytes(s, b, 28);
	if (!s->link_count)
		pcapng_interface(s, s->link);
	for (unsigned i = 0; i < s->link_count; i++)
		pcapng_interface(s, s->links[i]);
}

void sink_open(struct sink *s)
{
	if (s->fd < 0)
		return;
	s->buf = keep(BUFFER);
	if (s->container == PCAPNG)
		pcapng_header(s);
	else if (s->container != PLAIN)
		pcap_header(s);
}

void sink_close(struct sink *s)
{
	if (s->fd < 0)
		return;
	flush(s);
	if (s->fd != STDOUT_FILENO && close(s->fd))
		die("cannot write: %s", strerror(errno));
}

static void pcap_record(struct sink *s, int64_t ns, uint32_t caplen, uint32_t len)
{
	uint8_t h[16];
	int64_t sub = ns % 1000000000;

	put32(h, (uint32_t)(ns / 1000000000), s->big);
	put32(h + 4, (uint32_t)(s->container == PCAP_NS ? sub : sub / 1000), s->big);
	put32(h + 8, caplen, s->big);
	put32(h + 12, len, s->big);
	bytes(s, h, sizeof(h));
}

/* Of the next record. */
static uint32_t interface(const struct sink *s)
{
	uint32_t i = 0;

	while (i < s->link_count && s->links[i] != s->on)
		i++;
	return i < s->link_count ? i : 0;
}

static void pcapng_record(struct sink *s, int64_t ns, uint32_t caplen, uint32_t len)
{
	uint8_t h[28] = {0};

	put32(h, 6, s->big);
	put32(h + 4, 32 + ((caplen + 3) & ~3u), s->big);
	put32(h + 8, interface(s), s->big);
	put32(h + 12, (uint32_t)((uint64_t)ns >> 32), s->big);
	put32(h + 16, (uint32_t)ns, s->big);
	put32(h + 20, caplen, s->big);
	put32(h + 24, len, s->big);
	bytes(s, h, sizeof(h));
}

static void count(struct sink *s, int64_t ns)
{
	s->records++;
	if (!s->timed++)
		s->first_time = ns;
}

static size_t sum_of(const struct part *part, unsigned parts)
{
	size_t len = 0;

	for (unsigned i = 0; i < parts; i++)
		len += part[i].n;
	return len;
}

void sink_record(struct sink *s, int64_t ns, const struct part *part, unsigned parts)
{
	sink_cut(s, ns, part, parts, sum_of(part, parts));
}

void sink_cut(struct sink *s, int64_t ns, const struct part *part, unsigned parts, size_t whole)
{
	size_t len = sum_of(part, parts), left;
	uint32_t caplen;
	uint8_t end[8] = {0};

	count(s, ns);
	if (s->fd < 0)
		return;
	left = len < s->snaplen ? len : s->snaplen;
	caplen = (uint32_t)left;
	if (s->container == PCAPNG)
		pcapng_record(s, ns, caplen, (uint32_t)whole);
	else
		pcap_record(s, ns, caplen, (uint32_t)whole);
	for (unsigned i = 0; i < parts && left; i++) {
		size_t n = part[i].n < left ? part[i].n : left;

		bytes(s, part[i].p, n);
		left -= n;
	}
	if (s->container == PCAPNG) {
		unsigned pad = -caplen & 3;

		put32(end + pad, 32 + caplen + pad, s->big);
		bytes(s, end, pad + 4);
	}
}

void sink_custom(struct sink *s, int64_t ns, uint32_t pen, const uint8_t *p, size_t n)
{
	uint8_t h[12], end[8] = {0};
	unsigned pad = -(unsigned)n & 3;
	uint32_t len = (uint32_t)n + pad + 16;

	count(s, ns);
	if (s->fd < 0)
		return;
	put32(h, 0x40000bad, s->big); /* not to be copied */
	put32(h + 4, len, s->big);
	put32(h + 8, pen, s->big);
	bytes(s, h, sizeof(h));
	bytes(s, p, n);
	put32(end + pad, len, s->big);
	bytes(s, end, pad + 4);
}

void sink_line(struct sink *s, int64_t ns, const char *line, size_t n)
{
	count(s, ns);
	if (s->fd < 0)
		return;
	bytes(s, line, n);
}
