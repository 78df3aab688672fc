/* columns.c: the columns in which transfers are listed, and times and addresses for all columns. */
#include "analysis/columns_impl.h"
#include "base/mem.h"
#include "usb/status.h"

#include <time.h>

void time_iso8601(char dst[TIME_ISO_MAX], int64_t ns)
{
	int64_t frac = ns % 1000000000;
	time_t s = (time_t)(ns / 1000000000 - (frac < 0));
	struct tm tm;
	size_t n;

	if (frac < 0)
		frac += 1000000000;
	gmtime_r(&s, &tm);
	n = strftime(dst, TIME_ISO_MAX, "%Y-%m-%dT%H:%M:%S", &tm);
	if (n + 12 > TIME_ISO_MAX)
		n = 0;
	dst[n] = '.';
	for (int i = 9; i > 0; i--, frac /= 10)
		dst[n + (size_t)i] = (char)('0' + frac % 10);
	strcpy(dst + n + 10, "Z");
}

/* usbmon text counts microseconds from some moment of its own. */
bool has_date(enum capture_kind k)
{
	return k != CAPTURE_USBMON_TEXT_U && k != CAPTURE_USBMON_TEXT_T;
}

void clock_text(struct value *v, int64_t ns)
{
	char iso[TIME_ISO_MAX];
	struct text t = text_in(v);

	time_iso8601(iso, ns);
	text_mem(&t, iso, 10);
	text_char(&t, ' ');
	text_mem(&t, iso + 11, 15); /* to the microsecond */
	take_text(v, &t);
}

void address_text(struct value *v, uint16_t bus, uint16_t device, uint8_t ep, uint8_t dir)
{
	struct text t = text_in(v);

	if (bus != USB_NO_BUS) {
		text_u64(&t, bus);
		text_char(&t, '.');
	}
	if (device == USB_NO_DEVICE)
		text_char(&t, '?');
	else
		text_u64(&t, device);
	text_char(&t, '.');
	if (ep == USB_NO_ENDPOINT)
		text_char(&t, '?');
	else
		text_u64(&t, ep);
	if (dir != USB_DIR_UNKNOWN) {
		text_char(&t, ' ');
		text_str(&t, usb_dir_name(dir));
	}
	take_text(v, &t);
}

void instance_mark(struct text *t, const struct instance *i)
{
	if (!i->previous || !i->address)
		return;
	text_str(t, " #");
	text_u64(t, i->number);
}

void instance_address_text(struct value *v, const struct instance *i, uint8_t ep, uint8_t dir)
{
	struct text t;

	address_text(v, i->bus, i->address, ep, dir);
	if (!i->previous) /* nearly always */
		return;
	t = (struct text){.s = v->room, .len = v->n, .cap = sizeof(v->room)};
	instance_mark(&t, i);
	take_text(v, &t);
}

struct column time_column(enum time_format t, void (*get)(const void *row, struct value *v))
{
	static const struct column text[] = {
		[TIME_REL] = {.title = "time s", .width = 11, .right = true, .show = SHOW_SECONDS},
		[TIME_DELTA] = {.title = "delta s",
			.width = 11,
			.right = true,
			.show = SHOW_SECONDS},
		[TIME_ABS] = {.title = "time (UTC)", .width = 26},
	};
	struct column c = text[t];

	c.get = get;
	return c;
}

/* ---- transfers ---------------------------------------------------------------------- */

void xfer_get_id(const void *row, struct value *v)
{
	*v = value_uint(X(row)->id);
	v->tone = TONE_DIM;
}

static void get_end_time(const void *row, struct value *v)
{
	*v = value_ns(X(row)->end);
}

static void get_end_delta(const void *row, struct value *v)
{
	*v = value_ns(X(row)->end - ROW(row)->previous);
}

static void get_end_clock(const void *row, struct value *v)
{
	if (has_date(X(row)->capture))
		clock_text(v, model_start(ROW(row)->model) + X(row)->end);
}

static void get_begin_time(const void *row, struct value *v)
{
	*v = value_ns(X(row)->begin);
}

static void get_begin_delta(const void *row, struct value *v)
{
	*v = value_ns(X(row)->begin - ROW(row)->previous);
}

static void get_begin_clock(const void *row, struct value *v)
{
	if (has_date(X(row)->capture))
		clock_text(v, model_start(ROW(row)->model) + X(row)->begin);
}

void xfer_get_duration(const void *row, struct value *v)
{
	if (X(row)->seen == SEEN_BOTH)
		*v = value_ns(X(row)->end - X(row)->begin);
}

static void get_address(const void *row, struct value *v)
{
	const struct xfer *x = X(row);

	if (x->instance && x->device)
		instance_address_text(v,
			devices_get_instance(model_devices(ROW(row)->model), x->instance),
			x->endpoint, x->dir);
	else
		address_text(v, x->bus, x->device, x->endpoint, x->dir);
}

static void get_type(const void *row, struct value *v)
{
	*v = value_name(usb_type_short(X(row)->type));
}

static void get_status(const void *row, struct value *v)
{
	const struct xfer *x = X(row);

	if (x->status == STATUS_UNKNOWN)
		return;
	*v = value_name(x->flags & XFER_LOST_COMPLETION ? "lost" : status_name(x->status));
	v->inferred = x->status == STATUS_OK && capture_lacks_empty(x->capture);
	v->tone = status_is_error(x->status) ? TONE_BAD
		  : x->status == STATUS_OK   ? TONE_NONE
					     : TONE_DIM;
}

/* "512→31": asked and got; one number where they are equal, only one is known, or none was asked
 * for: that much is moved whether it is recorded or not. */
static void get_lengths(const void *row, struct value *v)
{
	const struct xfer *x = X(row);
	struct text t = text_in(v);

	if (x->req_len == XFER_UNKNOWN && x->len == XFER_UNKNOWN)
		return;
	if (x->req_len != XFER_UNKNOWN)
		text_i64(&t, x->req_len);
	if (x->req_len != x->len && (x->req_len || x->len != XFER_UNKNOWN) &&
		x->status != STATUS_PENDING && x->status != STATUS_UNKNOWN) {
		text_str(&t, "→");
		if (x->len != XFER_UNKNOWN)
			text_i64(&t, x->len);
		else /* of a refused one nothing was sent */
			text_char(&t, x->ended == END_REFUSED ? '0' : '?');
	}
	take_text(v, &t);
}

void xfer_get_info(const void *row, struct value *v)
{
	const struct text *t = row_info(ROW(row));

	if (!t->len)
		return;
	*v = value_untrusted(t->s, t->len);
	v->trusted = true; /* row_info() has no control characters */
}

static const struct column xfer_text[] = {
	{.title = "#", .get = xfer_get_id, .width = 5, .right = true},
	{.title = "time s"}, /* replaced by a time_column() */
	{.title = "took",
		.get = xfer_get_duration,
		.width = 7,
		.right = true,
		.show = SHOW_DURATION,
		.wide = 9},
	{.title = "address", .get = get_address, .width = 10},
	{.title = "type", .get = get_type, .width = 4},
	{.title = "status", .get = get_status, .width = 6},
	{.title = "bytes", .get = get_lengths, .width = 9, .right = true},
	{.title = "meaning", .get = xfer_get_info},
};

size_t json_of_xfers(struct column *cols)
{
	size_t n = 0;

	for (size_t i = 0; i < row_fields_count; i++)
		if (row_fields[i].json)
			cols[n++] = (struct column){
				.key = row_fields[i].name, .get = row_fields[i].get};
	return n;
}

size_t columns_of_xfers(struct column *cols, enum time_format t)
{
	static void (*const get[])(const void *, struct value *) = {[TIME_REL] = get_end_time,
		[TIME_DELTA] = get_end_delta,
		[TIME_ABS] = get_end_clock};
	size_t n = copy_columns(cols, xfer_text, ARRAY_LEN(xfer_text));

	cols[1] = time_column(t, get[t]);
	return n + json_of_xfers(cols + n);
}

void columns_by_begin(struct column *cols, enum time_format t)
{
	static void (*const get[])(const void *, struct value *) = {[TIME_REL] = get_begin_time,
		[TIME_DELTA] = get_begin_delta,
		[TIME_ABS] = get_begin_clock};

	cols[1] = time_column(t, get[t]);
}
