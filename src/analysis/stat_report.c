/* stat_report.c: the report of `stat`: one document for text, JSON and CSV. */
#include "analysis/columns.h"
#include "analysis/stat_columns.h"
#include "analysis/unseen.h"
#include "base/mem.h"
#include "link/link.h"

/* ---- the capture -------------------------------------------------------------------- */

/* "1,803 = 1,790 in transfers + 12 foreign + 1 malformed" */
static void report_conservation(const struct model_counts *c, struct emit *e)
{
	char words[320];
	struct text t;

	text_init(&t, words, sizeof(words));
	text_count(&t, c->records);
	text_str(&t, " = ");
	text_count(&t, c->attached);
	text_str(&t, " in transfers");
	for (unsigned b = BIN_NONE + 1; b < BIN_COUNT; b++) {
		if (!c->bins[b])
			continue;
		text_str(&t, " + ");
		text_count(&t, c->bins[b]);
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
		text_count(&t, lost);
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
		text_count(t, count[i]);
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
	text_count(&t, s->transfers);
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

/* ---- what is missing ------------------------------------------------------------------ */

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

/* What goes on is taken into the sums, without an end to it. */
static void settle(struct stat *s, const struct run_tally *t, const struct devices *d)
{
	s->span = t->timed ? (uint64_t)t->end - (uint64_t)t->begin : 0;
	for (size_t i = 0; i < s->endpoints; i++)
		segments_settle(&s->endpoint[i].segments, d);
	rate_settle(s, d);
}

void stat_report(struct stat *s, struct run *r, struct emit *e)
{
	const struct devices *d = model_devices(r->model);

	settle(s, &r->tally, d);
	if (s->series)
		series_end(s->series, r);
	else
		emit_begin(e, NULL, NULL);
	report_capture(s, r, e);
	report_transfers(s, e);
	stat_wire(model_bus_counts(r->model), model_bus_times(r->model), e);
	stat_endpoints(s, d, e);
	report_unseen(s, e);
	exchange_stats_report(s, e);
	stat_groups(s, d, e);
	reserve_report(s, d, e);
	report_links(&r->tally, e);
	report_ifaces(r, e);
	emit_end(e);
}
