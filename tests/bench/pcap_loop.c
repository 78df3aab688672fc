/* pcap_loop.c: the bare libpcap read loop that all speeds are set against: reads every record of a
 * capture, adds up the captured lengths, does nothing else.
 *
 *     pcap_loop CAPTURE     prints records and bytes */
#include <pcap/pcap.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	char text[PCAP_ERRBUF_SIZE];
	struct pcap_pkthdr *header;
	const u_char *data;
	unsigned long long records = 0, bytes = 0;
	pcap_t *p = argc == 2 ? pcap_open_offline(argv[1], text) : NULL;

	if (!p) {
		fprintf(stderr, "pcap_loop: %s\n", argc == 2 ? text : "one capture expected");
		return 2;
	}
	while (pcap_next_ex(p, &header, &data) == 1) {
		records++;
		bytes += header->caplen;
	}
	pcap_close(p);
	printf("%llu %llu\n", records, bytes);
	return 0;
}
