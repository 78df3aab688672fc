/* know.c: starting knowledge from captures and dumps. */
#include "run/know.h"
#include "base/mem.h"
#include "run/run.h"
#include "usb/desc.h"
#include "usb/desc_dump.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PARTS_MAX = 256 };

static int read_file(const char *path, uint8_t *to, size_t max, size_t *n, struct err *e)
{
	FILE *f = strcmp(path, "-") ? fopen(path, "rb") : stdin;

	if (!f)
		return err_set(e, "%s: %s", path, strerror(errno));
	*n = fread(to, 1, max, f);
	if (f != stdin)
		fclose(f);
	return *n ? 0 : err_set(e, "%s: empty", path);
}

uint8_t *know_read_dump(const char *path, size_t *n, struct err *e)
{
	uint8_t *in = mem_zalloc(DESC_DUMP_MAX, 1), *out = NULL;
	size_t len;

	if (read_file(path, in, DESC_DUMP_MAX, &len, e) == 0) {
		out = mem_zalloc(len, 1);
		*n = desc_dump_read(in, len, out);
		if (!*n) {
			err_set(e, "%s: neither descriptors nor hexadecimal text", path);
			free(out);
			out = NULL;
		}
	}
	free(in);
	return out;
}

static int know_dump(
	struct devices *to, uint16_t bus, uint16_t device, const char *path, struct err *e)
{
	struct fact fact[PARTS_MAX];
	struct desc_part part;
	size_t n, pos = 0, facts = 0;
	uint8_t *bytes = know_read_dump(path, &n, e), configurations = 0;

	if (!bytes)
		return -1;
	while (facts < PARTS_MAX && desc_dump_next(bytes, n, &pos, &part))
		fact[facts++] = (struct fact){
			.type = part.type,
			.index = part.type == DESC_CONFIGURATION ? configurations++ : 0,
			.len = (uint32_t)part.len,
			.total = (uint32_t)part.total,
			.data = (uint8_t *)(uintptr_t)part.data,
		};
	devices_know(to, 0, bus, device, 0, fact, facts, CONFIGURATION_UNKNOWN);
	free(bytes);
	return 0;
}

/* The devices that were there when the capture ended, with all they told, are the first ones behind
 * their addresses of the capture to come. */
static void know_last(struct devices *to, const struct devices *from)
{
	const struct fact **fact = mem_zalloc(FACTS_MAX, sizeof(*fact));
	struct fact *copy = mem_zalloc(FACTS_MAX, sizeof(*copy));

	for (uint32_t i = 1; i <= devices_instances(from); i++) {
		const struct instance *in = devices_get_instance(from, i);
		size_t n = 0;

		if (in->address && devices_at(from, in->section, in->bus, in->address) == i)
			n = devices_facts_now(from, i, fact);
		for (size_t k = 0; k < n; k++)
			copy[k] = *fact[k];
		if (n)
			devices_know(
				to, 0, in->bus, in->address, 0, copy, n, CONFIGURATION_UNKNOWN);
	}
	free(copy);
	free(fact);
}

static int know_capture(struct devices *to, const char *path, struct err *e)
{
	struct run_opts o = {.path = path, .quiet = true};
	struct run r = {0};

	if (run_capture(&r, &o, NULL, 0, e) < 0) {
		struct err why = *e;

		return err_set(e,
			"%.300s (a dump of descriptors needs the device's address: "
			"--descriptors BUS.DEV=FILE)",
			why.text);
	}
	know_last(to, model_devices(r.model));
	run_close(&r);
	return 0;
}

int know_from(struct devices *to, const char *spec, struct err *e)
{
	const char *equal = strchr(spec, '=');
	unsigned bus, device;
	char end;

	if (equal && sscanf(spec, "%5u.%5u%c", &bus, &device, &end) == 3 && end == '=')
		return know_dump(to, (uint16_t)bus, (uint16_t)device, equal + 1, e);
	return know_capture(to, spec, e);
}
