/* stat_report.c: the report of `stat`: one document for text, JSON and CSV. */
#include "analysis/columns.h"
#include "analysis/stat_impl.h"
#include "analysis/unseen.h"
#include "base/mem.h"
#include "link/link.h"

#include <stdlib.h>

/* ---- the capture -------------------------------------------------------------------- */

static void separated(struct text *t, uint64_t v)
{
	char d[FMT_MAX];
	size_t n = fmt_u64(d, v);

	for (size_t i = 0; i < n; i++) {
		if (i && (n - i) % 3 == 0)
			text_char(t, ',');
		text_char(t, d[i]);
	}
}

/* "1,803 = 1,790 in transfers + 12 foreign + 1 malformed" */
static void report_conservation(const struct model_counts *c, struct emit *e)
{
	char words[320];
	struct text t;

	text_init(&t, words, sizeof(words));
	separated(&t, c->records);
	text_str(&t, " = ");
	separated(&t, c->attached);
	text_str(&t, " in transfers");
	for (unsigned b = BIN_NONE + 1; b < BIN_COUNT; b++) {
		if (!c->bins[b])
			continue;
		text_str(&t, " + ");
		separated(&t, c->bins[b]);
		text_char(&t, ' ');
		text_str(&t, bin_name(b));
	}
	emit_item(e, NULL, "records", value_name(words), SHOW_PLAIN);
	emit_item(e, "records", NULL, value_uint(c->records), SHOW_PLAIN);
	emit_item(e, "attached", NULL, value_uint(c->attached), SHOW_PLAIN);
	emit_begin(e, "unattached", NULL);
	for (unsigned b = BIN_NONE + 1; b < BIN_COUNT; b++)
		emit_item(e, bin_name(b), NULL, value_uint(c->bins[b]), SHOW_PLAIN);
	emit_end(e);
}

/* Of USBPcap's generations the latest that was proved. */
static uint32_t capture_kinds(const struct stat *s)
{
	uint32_t kinds = s->captures;
	bool later = false;

	for (unsigned k = CAPTURE_KINDS; k-- > 0;) {
		if (!(kinds & 1u << k) || !capture_is_usbpcap(k))
			continue;
		if (later)
			kinds &= ~(1u << k);
		later = true;
	}
	return kinds;
}

static void report_writer(const struct stat *s, struct emit *e)
{
	uint32_t kinds = capture_kinds(s);
	char names[240], words[240];
	struct text name, word;

	text_init(&name, names, sizeof(names));
	text_init(&word, words, sizeof(words));
	for (unsigned k = CAPTURE_UNKNOWN + 1; k < CAPTURE_KINDS; k++) {
		if (!(kinds & 1u << k))
			continue;
		text_str(&name, name.len ? " " : "");
		text_str(&name, capture_kind_name(k));
		text_str(&word, word.len ? ", " : "");
		text_str(&word, capture_kind_summary(k));
	}
	emit_item(e, "written_by", NULL, name.len ? value_name(names) : value_null(), SHOW_PLAIN);
	if (word.len)
		emit_item(e, NULL, "written by", value_name(words), SHOW_PLAIN);
}

/* "not told by this capture: nobody counts it" */
static void say_untold(const struct stat *s, struct text *t)
{
	uint32_t kinds = capture_kinds(s);

	text_str(t, "not told by this capture");
	for (unsigned k = CAPTURE_UNKNOWN + 1; k < CAPTURE_KINDS; k++) {
		if (kinds != 1u << k)
			continue;
		text_str(t, ": ");
		text_str(t, observe_reason(k, ASPECT_LOST_COUNT));
	}
}

/* Drops reported by the capturing program; null where none reported, which is not zero. */
static void report_lost(const struct stat *s, const struct run *r, struct emit *e)
{
	uint64_t lost = 0;
	bool known = false;
	char words[160];
	struct text t;

	for (size_t i = 0; i < reader_ifaces(r->reader); i++) {
		const struct reader_iface *f = reader_iface(r->reader, (uint32_t)i);

		known |= f->has_dropped;
		lost += f->has_dropped ? f->dropped : 0;
	}
	text_init(&t, words, sizeof(words));
	if (known) {
		separated(&t, lost);
		text_str(&t, " counted");
	} else {
		say_untold(s, &t);
	}
	emit_item(e, NULL, "lost", value_name(words), SHOW_PLAIN);
	emit_item(e, "lost", NULL, known ? value_uint(lost) : value_null(), SHOW_PLAIN);
}

static void report_capture(const struct stat *s, const struct run *r, struct emit *e)
{
	const char *zip = reader_compression(r->reader);
	const struct run_tally *tally = &r->tally;
	/* usbmon text counts microseconds from some moment of its own */
	bool dated = tally->timed && tally->link[0].link != LINK_USBMON_TEXT;
	char words[TIME_ISO_MAX + 32];
	struct text t;

	text_init(&t, words, sizeof(words));
	text_str(&t, reader_format(r->reader));
	if (zip[0]) {
		text_str(&t, ", ");
		text_str(&t, zip);
	}
	emit_item(e, "format", "format", value_name(words), SHOW_PLAIN);
	report_writer(s, e);
	if (dated)
		time_iso8601(words, tally->begin);
	emit_item(e, "start", "start", dated ? value_name(words) : value_null(), SHOW_PLAIN);
	emit_item(e, "duration", NULL,
		tally->timed ? value_ns(tally->end - tally->begin) : value_null(), SHOW_PLAIN);
	emit_item(e, NULL, "duration",
		tally->timed ? value_ns(tally->end - tally->begin) : value_null(), SHOW_DURATION);
	report_conservation(model_counts(r->model), e);
	report_lost(s, r, e);
}

/* ---- counts by name ----------------------------------------------------------------- */

/* "12 control, 880 bulk" */
static void say_counts(
	struct text *t, const uint64_t *count, size_t n, const char *(*name)(unsigned))
{
	bool first = true;

	for (unsigned i = 0; i < n; i++) {
		if (!count[i])
			continue;
		text_str(t, first ? "" : ", ");
		separated(t, count[i]);
		text_char(t, ' ');
		text_str(t, name(i));
		first = false;
	}
}

static const char *type_word(unsigned i)
{
	return usb_type_name((enum usb_type)i);
}

static const char *status_word(unsigned i)
{
	return status_name((enum status)i);
}

/* One line each for people, all members for JSON and CSV. */
static void report_transfers(const struct stat *s, struct emit *e)
{
	char words[400];
	struct text t;

	text_init(&t, words, sizeof(words));
	separated(&t, s->transfers);
	text_str(&t, s->transfers ? ": " : "");
	say_counts(&t, s->types, USB_TYPES, type_word);
	emit_item(e, NULL, "transfers", value_name(words), SHOW_PLAIN);
	emit_begin(e, "transfers", NULL);
	emit_item(e, "total", NULL, value_uint(s->transfers), SHOW_PLAIN);
	for (unsigned i = 0; i < USB_TYPES; i++)
		emit_item(e, type_word(i), NULL, value_uint(s->types[i]), SHOW_PLAIN);
	emit_end(e);

	text_init(&t, words, sizeof(words));
	say_counts(&t, s->statuses, STATUS_COUNT, status_word);
	emit_item(e, NULL, "statuses", t.len ? value_name(words) : value_null(), SHOW_PLAIN);
	emit_begin(e, "statuses", NULL);
	for (unsigned i = 0; i < STATUS_COUNT; i++)
		emit_item(e, status_word(i), NULL, value_uint(s->statuses[i]), SHOW_PLAIN);
	emit_end(e);
}

/* ---- endpoints ---------------------------------------------------------------------- */

struct endpoint_line {
	const struct endpoint_stat *stat;
	const struct pipe *pipe;
	const struct instance *device;
	double seconds; /* of the capture */
};

#define L ((const struct endpoint_line *)row)
/* Not 0 bytes because no length is known. */
#define MEASURED (L->stat->bytes || (!L->stat->unmeasured && L->pipe->type != USB_REQUEST))
#define GET(name, known, what)                                                                     \
	static void get_##name(const void *row, struct value *v)                                   \
	{                                                                                          \
		if (known)                                                                         \
			*v = what;                                                                 \
	}
#define GET_QUANTILE(name, of, q)                                                                  \
	GET(name, L->stat->of.n, value_ns((int64_t)hist_quantile(&L->stat->of, q)))

GET(bus, L->device->bus != USB_NO_BUS, value_uint(L->device->bus))
GET(dev, L->device->address != USB_NO_DEVICE, value_uint(L->device->address))
GET(device, true, value_uint(L->pipe->instance))
GET(ep, L->pipe->endpoint != USB_NO_ENDPOINT, value_uint(L->pipe->endpoint))
GET(dir, true, value_name(usb_dir_name(L->pipe->dir)))
GET(type, true, value_name(usb_type_name(L->pipe->type)))
GET(transfers, true, value_uint(L->stat->transfers))
GET(mean, L->seconds > 0 && MEASURED, value_uint((uint64_t)((double)L->stat->bytes / L->seconds)))

GET(iso_packets, L->pipe->type == USB_ISOCHRONOUS, value_uint(L->stat->iso_packets))
GET(iso_failed, L->stat->iso_judged, value_uint(L->stat->iso_failed))
GET_QUANTILE(latency_p50, latency, 0.5)
GET_QUANTILE(latency_p90, latency, 0.9)
GET_QUANTILE(latency_p99, latency, 0.99)
GET_QUANTILE(latency_max, latency, 1)
GET_QUANTILE(service_p50, service, 0.5)
GET_QUANTILE(service_p90, service, 0.9)
GET_QUANTILE(service_p99, service, 0.99)
GET_QUANTILE(service_max, service, 1)

/* A capture shorter than the bin is one bin of its own length. */
static void get_peak(const void *row, struct value *v)
{
	double bin = STAT_PEAK_BIN / 1e9, seconds = L->seconds < bin ? L->seconds : bin;

	if (seconds > 0 && MEASURED)
		*v = value_uint((uint64_t)((double)L->stat->peak / seconds));
}

static void get_bytes(const void *row, struct value *v)
{
	if (!MEASURED)
		return;
	*v = value_uint(L->stat->bytes);
	v->inferred = L->stat->inferred || L->stat->unmeasured;
}

static void get_errors(const void *row, struct value *v)
{
	*v = value_uint(L->stat->errors);
	v->tone = L->stat->errors ? TONE_BAD : TONE_NONE;
}

static void get_address(const void *row, struct value *v)
{
	address_text(v, L->device->bus, L->device->address, L->pipe->endpoint, L->pipe->dir);
}

static const struct column endpoint_columns[] = {
	{.title = "address", .get = get_address, .width = 8},
	{.key = "bus", .get = get_bus},
	{.key = "dev", .get = get_dev},
	{.key = "device", .get = get_device},
	{.key = "ep", .get = get_ep},
	{.key = "dir", .get = get_dir},
	{"type", "type", get_type, .width = 4},
	{"transfers", "transfers", get_transfers, SHOW_COUNT, .right = true},
	{"bytes", "bytes", get_bytes, SHOW_BYTES, .right = true},
	{"errors", "errors", get_errors, SHOW_COUNT, .right = true},
	{"latency.p50", "p50", get_latency_p50, SHOW_DURATION, .right = true},
	{"latency.p90", "p90", get_latency_p90, SHOW_DURATION, .right = true, .wide = 11},
	{"latency.p99", "p99", get_latency_p99, SHOW_DURATION, .right = true},
	{"latency.max", "max", get_latency_max, SHOW_DURATION, .right = true, .wide = 9},
	{.key = "service.p50", .get = get_service_p50},
	{.key = "service.p90", .get = get_service_p90},
	{.key = "service.p99", .get = get_service_p99},
	{.key = "service.max", .get = get_service_max},
	{"rate.mean", "mean rate", get_mean, SHOW_RATE, .right = true, .wide = 10},
	{"rate.peak", "peak rate", get_peak, SHOW_RATE, .right = true, .wide = 12},
	{.key = "iso.packets", .get = get_iso_packets},
	{.key = "iso.failed", .get = get_iso_failed},
};

static int by_address(const void *a, const void *b)
{
	const struct endpoint_line *x = a, *y = b;
	const int64_t key[][2] = {
		{x->device->bus, y->device->bus},
		{x->device->address, y->device->address},
		{x->pipe->instance, y->pipe->instance},
		{x->pipe->endpoint, y->pipe->endpoint},
		{x->pipe->dir, y->pipe->dir},
		{x->pipe->type, y->pipe->type},
	};

	for (size_t i = 0; i < ARRAY_LEN(key); i++)
		if (key[i][0] != key[i][1])
			return key[i][0] < key[i][1] ? -1 : 1;
	return 0;
}

/* Why figures of the table are empty. */
static void report_unseen(const struct stat *s, struct emit *e)
{
	static const uint8_t shown[] = {
		ASPECT_ACTUAL_LENGTH, ASPECT_SUBMIT_TIME, ASPECT_COMPLETION, ASPECT_ISO_TABLE};
	char line[256];
	struct text t;

	for (size_t i = 0; i < ARRAY_LEN(shown); i++) {
		enum capture_kind kind = s->unseen[shown[i]];

		for (unsigned k = kind + 1; capture_is_usbpcap(kind) && capture_is_usbpcap(k); k++)
			if (s->captures & 1u << k) /* proved later */
				kind = k;
		if (kind == CAPTURE_UNKNOWN || observe(kind, shown[i]) == OBSERVED_KNOWN)
			continue;
		text_init(&t, line, sizeof(line));
		text_str(&t, "Not recorded of some: ");
		unseen_text(&t, kind, shown[i]);
		emit_note(e, line);
	}
}

static void report_endpoints(const struct stat *s, const struct run *r, struct emit *e)
{
	const struct devices *d = model_devices(r->model);
	struct endpoint_line *line = mem_zalloc(s->endpoints, sizeof(*line));
	size_t n = 0;

	for (size_t i = 0; i < s->endpoints; i++) {
		const struct pipe *p;

		if (!s->endpoint[i].transfers)
			continue;
		p = devices_get_pipe(d, s->endpoint[i].pipe);
		line[n++] = (struct endpoint_line){&s->endpoint[i], p,
			devices_get_instance(d, p->instance),
			(double)(r->tally.end - r->tally.begin) / 1e9};
	}
	qsort(line, n, sizeof(*line), by_address);
	emit_table(e, "endpoints", "endpoints (latency: from submission to completion)",
		endpoint_columns, ARRAY_LEN(endpoint_columns), LAYOUT_GRID);
	for (size_t i = 0; i < n; i++) {
		emit_row(e, &line[i]);
		emit_row_end(e);
	}
	emit_table_end(e);
	free(line);
	report_unseen(s, e);
}

#undef MEASURED
#undef L

/* ---- buses -------------------------------------------------------------------------- */

struct bus_line {
	uint16_t bus;
	uint64_t devices, transfers, bytes, errors;
	bool unmeasured;
};

#define B ((const struct bus_line *)row)
GET(bus_bus, B->bus != USB_NO_BUS, value_uint(B->bus))
GET(bus_devices, true, value_uint(B->devices))
GET(bus_transfers, true, value_uint(B->transfers))
GET(bus_bytes, B->bytes || !B->unmeasured, value_uint(B->bytes))
GET(bus_errors, true, value_uint(B->errors))

static const struct column bus_columns[] = {
	{"bus", "bus", get_bus_bus, .width = 8, .right = true},
	{"devices", "devices", get_bus_devices, SHOW_COUNT, .right = true},
	{"transfers", "transfers", get_bus_transfers, SHOW_COUNT, .right = true},
	{"bytes", "bytes", get_bus_bytes, SHOW_BYTES, .right = true},
	{"errors", "errors", get_bus_errors, SHOW_COUNT, .right = true},
};

static int by_bus(const void *a, const void *b)
{
	const struct bus_line *x = a, *y = b;

	return (x->bus > y->bus) - (x->bus < y->bus);
}

/* Sums the endpoints of each bus; buses are few, so they are found by looking. */
static size_t sum_buses(const struct stat *s, const struct devices *d, struct bus_line **out)
{
	bool *seen = mem_zalloc(devices_instances(d) + 1, sizeof(*seen));
	struct bus_line *line = NULL;
	size_t n = 0, cap = 0;

	for (size_t i = 0; i < s->endpoints; i++) {
		const struct endpoint_stat *p = &s->endpoint[i];
		uint32_t instance;
		uint16_t bus;
		size_t b = 0;

		if (!p->transfers)
			continue;
		instance = devices_get_pipe(d, p->pipe)->instance;
		bus = devices_get_instance(d, instance)->bus;
		while (b < n && line[b].bus != bus)
			b++;
		if (b == n) {
			array_need(line, n, cap);
			line[n++] = (struct bus_line){.bus = bus};
		}
		line[b].devices += !seen[instance];
		seen[instance] = true;
		line[b].transfers += p->transfers;
		line[b].bytes += p->bytes;
		line[b].unmeasured |= p->unmeasured;
		line[b].errors += p->errors;
	}
	free(seen);
	if (n)
		qsort(line, n, sizeof(*line), by_bus);
	*out = line;
	return n;
}

static void report_buses(const struct stat *s, const struct run *r, struct emit *e)
{
	struct bus_line *line;
	size_t n = sum_buses(s, model_devices(r->model), &line);

	emit_table(e, "buses", "buses", bus_columns, ARRAY_LEN(bus_columns), LAYOUT_GRID);
	for (size_t i = 0; i < n; i++) {
		emit_row(e, &line[i]);
		emit_row_end(e);
	}
	emit_table_end(e);
	free(line);
}

/* ---- link types --------------------------------------------------------------------- */

#define K ((const struct run_link *)row)
GET(link_number, K->link < LINK_USBMON_TEXT, value_uint(K->link))
GET(link_records, true, value_uint(K->records))

static void get_link_name(const void *row, struct value *v)
{
	*v = value_name(K->type				? K->type->name
			: K->link == LINK_PCAPNG_CUSTOM ? "pcapng custom blocks"
							: "not USB: not read");
}

static const struct column link_columns[] = {
	{"link", "type", get_link_number, .width = 8, .right = true},
	{"records", "records", get_link_records, SHOW_COUNT, .right = true},
	{"name", "what", get_link_name, .width = 0},
};

static void report_links(const struct run_tally *t, struct emit *e)
{
	emit_table(e, "links", "link types", link_columns, ARRAY_LEN(link_columns), LAYOUT_GRID);
	for (size_t i = 0; i < t->links; i++) {
		emit_row(e, &t->link[i]);
		emit_row_end(e);
	}
	emit_table_end(e);
}

/* ---- interfaces --------------------------------------------------------------------- */

#define I ((const struct reader_iface *)row)
GET(if_section, true, value_uint(I->section))
GET(if_link, I->link < LINK_USBMON_TEXT, value_uint(I->link))
GET(if_name, I->name, value_untrusted(I->name, __builtin_strlen(I->name)))
GET(if_description, I->description,
	value_untrusted(I->description, __builtin_strlen(I->description)))
GET(if_os, I->os, value_untrusted(I->os, __builtin_strlen(I->os)))
GET(if_snaplen, I->snaplen, value_uint(I->snaplen))
GET(if_received, I->has_received, value_uint(I->received))
GET(if_dropped, I->has_dropped, value_uint(I->dropped))

static const struct column iface_columns[] = {
	{"link", "type", get_if_link, .width = 8, .right = true},
	{.key = "section", .get = get_if_section},
	{"name", "name", get_if_name, .width = 8},
	{.key = "description", .get = get_if_description},
	{.key = "snaplen", .get = get_if_snaplen},
	{"received", "received", get_if_received, SHOW_COUNT, .right = true},
	{"dropped", "dropped", get_if_dropped, SHOW_COUNT, .right = true},
	{"os", "system", get_if_os, .width = 6},
};

/* The one interface of a pcap file has nothing to tell. */
static void report_ifaces(const struct run *r, struct emit *e)
{
	size_t n = reader_ifaces(r->reader);

	if (n == 1 && !reader_iface(r->reader, 0)->name && !reader_iface(r->reader, 0)->os)
		n = 0;
	emit_table(e, "interfaces", "interfaces", iface_columns, ARRAY_LEN(iface_columns),
		LAYOUT_GRID);
	for (uint32_t i = 0; i < n; i++) {
		emit_row(e, reader_iface(r->reader, i));
		emit_row_end(e);
	}
	emit_table_end(e);
}

void stat_report(struct stat *s, struct run *r, struct emit *e)
{
	emit_begin(e, NULL, NULL);
	report_capture(s, r, e);
	report_transfers(s, e);
	stat_wire(model_bus_counts(r->model), e);
	report_endpoints(s, r, e);
	report_buses(s, r, e);
	report_links(&r->tally, e);
	report_ifaces(r, e);
	emit_end(e);
}
