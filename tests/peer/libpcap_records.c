/* libpcap_records.c: prints what libpcap reads from a capture, one line per record: number, time in
 * ns, link type, captured and original length, FNV-1a of the bytes. The oracle for reader_records.
 * usage: libpcap_records FILE; exit code 3: libpcap refuses the file. */
#include "tests/peer/fnv.h"

#include <inttypes.h>
#include <pcap/pcap.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	char text[PCAP_ERRBUF_SIZE];
	struct pcap_pkthdr *h;
	const u_char *data;
	uint64_t n = 0;
	pcap_t *p;
	int ret;

	if (argc != 2) {
		fprintf(stderr, "usage: libpcap_records FILE\n");
		return 2;
	}
	p = pcap_open_offline_with_tstamp_precision(argv[1], PCAP_TSTAMP_PRECISION_NANO, text);
	if (!p) {
		fprintf(stderr, "%s\n", text);
		return 3;
	}
	while ((ret = pcap_next_ex(p, &h, &data)) == 1)
		printf("%" PRIu64 " %lld %d %u %u %016" PRIx64 "\n", ++n,
			(long long)h->ts.tv_sec * 1000000000 + h->ts.tv_usec, pcap_datalink(p),
			h->caplen, h->len, fnv1a64(data, h->caplen));
	if (ret == PCAP_ERROR)
		fprintf(stderr, "%s\n", pcap_geterr(p));
	pcap_close(p);
	return ret == PCAP_ERROR ? 2 : 0;
}
