/* truth.c: what a reader of the capture is expected to say about each transfer, as JSON lines with
 * the keys and in the order of `urbscope list --json` (as far as the description knows them). */
#include "tests/gen/gen.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *or_null(bool known, const char *json)
{
	return known ? json : "null";
}

static const char *number(char *room, size_t n, bool known, int64_t v)
{
	snprintf(room, n, "%" PRId64, v);
	return or_null(known, room);
}

static void seconds(const char *key, bool known, int64_t ns)
{
	if (known)
		printf(",\"%s\":%" PRId64 ".%09" PRId64, key, ns / 1000000000, ns % 1000000000);
	else
		printf(",\"%s\":null", key);
}

/* The name for a raw number of this system; NULL where the table has none. */
static const char *canonical(const struct urb *u, enum os os)
{
	static const char *const all[] = {"ok", "stall", "missed", "cancelled", "disconnected",
		"protocol", "crc", "timeout", "babble", "short", "no-bandwidth", "overrun",
		"underrun", "gone", "invalid", "unlinked"};

	if (!u->has_raw)
		return status_row((unsigned)u->status)->os[os].canonical;
	for (size_t i = 0; i < COUNT(all); i++) {
		const struct status_number *s = &status_row((unsigned)status_find(all[i]))->os[os];

		if (s->raw == u->raw)
			return s->canonical;
	}
	return "error";
}

static void print_setup(const struct urb *u, const uint8_t *s)
{
	if (u->x->type != CONTROL || !u->saw_submit) {
		printf(",\"setup\":null");
		return;
	}
	printf(",\"setup\":{\"bmRequestType\":%u,\"bRequest\":%u,\"wValue\":%u,\"wIndex\":%u,"
	       "\"wLength\":%u}",
		s[0], s[1], s[2] | s[3] << 8, s[4] | s[5] << 8, s[6] | s[7] << 8);
}

static void print_iso(const struct capture *c, const struct urb *u, const struct truth *t)
{
	unsigned errors = 0, missed = 0, empty = 0;
	char room[5][24];
	bool ended = u->saw_complete && !t->refused;
	bool judged = ended && t->packet_status;
	/* where offsets alone are told, how long the last packet is depends on the whole */
	bool sized = !t->out_by_offset || u->x->in || t->req_len >= 0;
	uint32_t n = u->x->packets < t->iso_shown ? u->x->packets : t->iso_shown;

	if (u->x->type != ISOCHRONOUS || !n) {
		printf(",\"iso\":null");
		return;
	}
	for (uint32_t i = 0; ended && i < n; i++) {
		const char *s =
			status_row((unsigned)u->packet[i].status)->os[c->writer->os].canonical;

		missed += !strcmp(s, "missed");
		errors += strcmp(s, "missed") && strcmp(s, "ok");
		/* what failed is not told from what was empty where results are not recorded */
		empty += (!judged || !strcmp(s, "ok")) &&
			 !(t->out_by_offset && !u->x->in ? u->packet[i].length
							 : u->packet[i].actual);
	}
	printf(",\"iso\":{\"packets\":%u,\"errors\":%s,\"missed\":%s,\"empty\":%s,"
	       "\"start_frame\":%s,\"interval\":%s}",
		u->x->packets, number(room[0], sizeof(room[0]), judged, errors),
		number(room[1], sizeof(room[1]), judged, missed),
		number(room[2], sizeof(room[2]), ended && sized, empty),
		number(room[3], sizeof(room[3]), t->start_frame && ended, u->start_frame),
		number(room[4], sizeof(room[4]), t->interval,
			endpoint_interval(u->x->dev, u->x->ep)));
}

static struct truth full_truth(const struct capture *c, const struct urb *u, const char *how)
{
	const struct xfer *x = u->x;
	struct truth t = {.req_len = u->saw_submit ? (int64_t)u->req : -1,
		.len = u->saw_complete ? (int64_t)u->actual : -1,
		.bus = x->dev->bus,
		.iso_shown = UINT32_MAX,
		.start_frame = true,
		.interval = true,
		.packet_status = true,
		.status = u->saw_complete};

	memcpy(t.setup, x->setup, sizeof(t.setup));
	if (c->writer->hide)
		c->writer->hide(c, u, &t);
	if (t.refused)
		t.len = -1;
	if (how && !strcmp(how, "lost"))
		t.no_ending |= t.no_failure;
	return t;
}

void truth_end(const struct capture *c, const struct urb *u, const char *how)
{
	static const char *const types[] = {"control", "isochronous", "bulk", "interrupt"};
	static const char *const speeds[] = {"\"low\"", "\"full\"", "\"high\"", "\"super\""};
	const struct xfer *x = u->x;
	struct truth t = full_truth(c, u, how);
	bool both = u->saw_submit && u->saw_complete;
	int64_t begin = u->saw_submit ? u->submitted : u->completed;
	const char *status = t.status ? canonical(u, c->writer->os) : "pending";
	bool unknown = t.no_ending && !t.status;
	char a[24], b[24], d[24];

	printf("{\"id\":%" PRIu64 ",\"first\":%" PRIu64 ",\"last\":%" PRIu64 ",\"records\":%u",
		u->tid, u->first, u->last, u->records);
	seconds("t", true, begin - c->sink.first_time);
	seconds("dur", u->saw_complete, both ? u->completed - begin : 0);
	printf(",\"bus\":%s,\"dev\":%u,\"ep\":%u,\"dir\":\"%s\",\"type\":\"%s\"",
		number(a, sizeof(a), t.bus >= 0, t.bus), x->dev->address, x->ep->address & 15,
		x->in ? "in" : "out", types[x->type]);
	if (c->writer->shows_speed)
		printf(",\"speed\":%s", speeds[x->dev->speed]);
	printf(",\"seen\":\"%s\",\"status\":%s%s%s,\"short\":%s,\"raw_status\":%s,\"os\":\"%s\"",
		both		? "both"
		: u->saw_submit ? "submit"
				: "complete",
		unknown ? "" : "\"", unknown ? "null" : status, unknown ? "" : "\"",
		x->in && x->type != ISOCHRONOUS && !strcmp(status, "ok") && t.req_len > t.len &&
				t.len >= 0
			? "true"
			: "false",
		number(b, sizeof(b), t.status, urb_raw(u, c->writer->os)), os_name(c->writer->os));
	if (unknown)
		printf(",\"end\":null");
	else if (how)
		printf(",\"end\":\"%s\"", how);
	printf(",\"req_len\":%s", number(d, sizeof(d), t.req_len >= 0, t.req_len));
	printf(",\"len\":%s", number(d, sizeof(d), t.len >= 0, t.len));
	print_setup(u, t.setup);
	print_iso(c, u, &t);
	if (!c->writer->shows_speed) /* a reader may find it out from what else is captured */
		printf(",\"inferred\":{\"speed\":%s}", speeds[x->dev->speed]);
	printf(",\"urb\":%" PRIu64 "}\n", u->number);
}
