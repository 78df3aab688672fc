/* reader_records.c: prints what the capture reader reads, one line per record, in the form of
 * libpcap_records.c: number, time in ns, link type, captured and original length, hash of the
 * bytes. usage: reader_records FILE [BLOCK] */
#include "capture/reader.h"
#include "tests/peer/fnv.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	struct reader_opts o = {.block = argc > 2 ? strtoul(argv[2], NULL, 10) : 0};
	struct reader *r;
	struct record rec;
	struct err e;
	int ret;

	if (argc < 2 || !(r = reader_open(argv[1], &o, &e))) {
		fprintf(stderr, "%s\n", argc < 2 ? "usage: reader_records FILE [BLOCK]" : e.text);
		return 2;
	}
	while ((ret = reader_next(r, &rec, &e)) > 0)
		printf("%" PRIu64 " %" PRId64 " %u %u %u %016" PRIx64 "\n", rec.number, rec.time,
			rec.link, rec.caplen, rec.origlen, fnv1a64(rec.data, rec.caplen));
	if (ret < 0)
		fprintf(stderr, "%s\n", e.text);
	ret = ret < 0 || reader_damaged(r) ? 2 : 0;
	reader_close(r);
	return ret;
}
