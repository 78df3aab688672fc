/* seeds.c: inputs for fuzz_decoder out of a capture: the transfers bound to a decoder, some at a
 * time.
 *
 *     seeds DECODER DIRECTORY CAPTURE…      writes DIRECTORY/seed-N */
#include "base/log.h"
#include "base/mem.h"
#include "run/run.h"
#include "tests/fuzz/ops.h"
#include "usb/desc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EACH = 24 };

struct seeds {
	const char *decoder, *directory;
	unsigned files, ops;
	FILE *out;
};

static void put16(FILE *f, uint32_t n)
{
	fputc((int)(n & 255), f);
	fputc((int)(n >> 8 & 255), f);
}

static void begin(struct seeds *s, struct run *r, const struct xfer *x)
{
	const struct pipe *p = devices_get_pipe(model_devices(r->model), x->pipe);
	const struct fact *report = devices_fact(
		model_devices(r->model), x->instance, p->version, DESC_HID_REPORT, 0, FACT_ANY);
	char path[4096];

	snprintf(path, sizeof(path), "%s/seed-%u", s->directory, s->files++);
	s->out = fopen(path, "wb");
	if (!s->out) {
		perror(path);
		exit(1);
	}
	put16(s->out, report ? report->len : 0);
	if (report)
		fwrite(report->data, 1, report->len, s->out);
	s->ops = 0;
}

static int kind_of(const struct xfer *x)
{
	static const int kind[USB_TYPES][2] = {[USB_CONTROL] = {OP_CONTROL, OP_CONTROL},
		[USB_BULK] = {OP_BULK_OUT, OP_BULK_IN},
		[USB_INTERRUPT] = {OP_INTERRUPT_OUT, OP_INTERRUPT_IN},
		[USB_ISOCHRONOUS] = {OP_BULK_OUT, OP_BULK_IN},
		[USB_REQUEST] = {OP_PENDING, OP_PENDING},
		[USB_TYPE_UNKNOWN] = {OP_BULK_OUT, OP_BULK_IN}};

	return kind[x->type][x->dir == USB_IN] | (x->status == STATUS_OK ? 0 : OP_FAILED);
}

static void on_xfer(void *self, struct run *r, struct row *row)
{
	const struct xfer *x = row->x;
	struct seeds *s = self;
	struct bound b = decoder_bound(&row->decode, x);
	const struct decoder *d = b.decoder ? b.decoder : row_decoder(row);
	uint32_t n = x->data.kept < OP_DATA_MAX ? x->data.kept : OP_DATA_MAX;

	if (!d || strcmp(d->name, s->decoder))
		return;
	if (!s->out)
		begin(s, r, x);
	fputc(kind_of(x), s->out);
	if (x->type == USB_CONTROL)
		fwrite(x->setup, 1, 8, s->out);
	put16(s->out, n);
	fwrite(x->data.data ? x->data.data : (const uint8_t *)"", 1, n, s->out);
	if (++s->ops < EACH)
		return;
	fclose(s->out);
	s->out = NULL;
}

int main(int argc, char **argv)
{
	struct seeds s;

	if (argc < 4)
		return 2;
	s = (struct seeds){.decoder = argv[1], .directory = argv[2]};
	log_set_quiet(true);
	for (int i = 3; i < argc; i++) {
		struct consumer c = {.self = &s, .payload = true, .xfer = on_xfer};
		struct run_opts o = {.path = argv[i], .quiet = true};
		struct run r = {0};
		struct err e;

		if (run_capture(&r, &o, &c, 1, &e) >= 0)
			run_close(&r);
		if (s.out)
			fclose(s.out);
		s.out = NULL;
	}
	return 0;
}
