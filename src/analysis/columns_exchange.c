/* columns_exchange.c: the columns in which exchanges are listed. */
#include "analysis/columns_impl.h"
#include "base/mem.h"

#define LINE(p) ((const struct exchange_line *)(p))
#define EX(p)	(LINE(p)->ex)

void exchange_line_init(struct exchange_line *l, const struct run *r, const struct exchange *ex)
{
	const struct decoder *d = decoders[ex->decoder - 1];

	l->ex = ex;
	l->decode = r->decode;
	l->decode.exchange = ex;
	l->decoder = d;
	l->start = model_start(r->model);
	l->previous = 0;
	text_init(&l->info, l->info_room, sizeof(l->info_room));
	if (d->exchange_info)
		d->exchange_info(&l->decode, &l->info);
}

static void e_id(const void *l, struct value *v)
{
	*v = value_uint(EX(l)->id);
	v->tone = TONE_DIM;
}

static void e_end(const void *l, struct value *v)
{
	*v = value_ns(EX(l)->end);
}

static void e_delta(const void *l, struct value *v)
{
	*v = value_ns(EX(l)->end - LINE(l)->previous);
}

static void e_clock(const void *l, struct value *v)
{
	clock_text(v, LINE(l)->start + EX(l)->end);
}

static void e_begin(const void *l, struct value *v)
{
	*v = value_ns(EX(l)->begin);
}

static void e_took(const void *l, struct value *v)
{
	*v = value_ns(EX(l)->end - EX(l)->begin);
}

static void e_bus(const void *l, struct value *v)
{
	if (EX(l)->bus != USB_NO_BUS)
		*v = value_uint(EX(l)->bus);
}

static void e_dev(const void *l, struct value *v)
{
	*v = value_uint(EX(l)->device);
}

static void e_device(const void *l, struct value *v)
{
	*v = value_uint(EX(l)->instance);
}

static void e_interface(const void *l, struct value *v)
{
	if (EX(l)->function < FUNCTION_UNKNOWN)
		*v = value_uint(EX(l)->function);
}

static void e_address(const void *l, struct value *v)
{
	struct text t = text_in(v);

	if (EX(l)->bus != USB_NO_BUS) {
		text_u64(&t, EX(l)->bus);
		text_char(&t, '.');
	}
	text_u64(&t, EX(l)->device);
	take_text(v, &t);
}

static void e_proto(const void *l, struct value *v)
{
	*v = value_name(LINE(l)->decoder->name);
}

static void e_result(const void *l, struct value *v)
{
	static const uint8_t tone[EXCHANGE_RESULTS] = {
		[EXCHANGE_OPEN] = TONE_DIM,
		[EXCHANGE_FAILED] = TONE_WARN,
		[EXCHANGE_ERROR] = TONE_BAD,
		[EXCHANGE_CANCELLED] = TONE_DIM,
		[EXCHANGE_CUT] = TONE_DIM,
		[EXCHANGE_INCOMPLETE] = TONE_DIM,
	};

	*v = value_name(exchange_result_name((enum exchange_result)EX(l)->result));
	v->tone = tone[EX(l)->result];
}

static void e_first(const void *l, struct value *v)
{
	*v = value_uint(EX(l)->first);
}

static void e_last(const void *l, struct value *v)
{
	*v = value_uint(EX(l)->last);
}

static void e_xfers(const void *l, struct value *v)
{
	*v = value_uint(EX(l)->xfers);
}

/* "12–14": the transfers it begins and ends with. */
static void e_range(const void *l, struct value *v)
{
	struct text t = text_in(v);

	text_u64(&t, EX(l)->first);
	if (EX(l)->last != EX(l)->first) {
		text_str(&t, "–");
		text_u64(&t, EX(l)->last);
	}
	take_text(v, &t);
}

static void e_bytes(const void *l, struct value *v)
{
	*v = value_uint(EX(l)->bytes);
}

static void e_info(const void *l, struct value *v)
{
	if (!LINE(l)->info.len)
		return;
	*v = value_untrusted(LINE(l)->info.s, LINE(l)->info.len);
	v->trusted = true; /* decoders put no control characters into it */
}

static const struct column exchange_text[] = {
	{.title = "#", .get = e_id, .width = 5, .right = true},
	{.title = "time s"}, /* replaced by a time_column() */
	{.title = "took", .get = e_took, .width = 7, .right = true, .show = SHOW_DURATION},
	{.title = "device", .get = e_address, .width = 6},
	{.title = "proto", .get = e_proto, .width = 5},
	{.title = "result", .get = e_result, .width = 7},
	{.title = "transfers", .get = e_range, .width = 11},
	{.title = "bytes", .get = e_bytes, .width = 7, .right = true, .wide = 9},
	{.title = "meaning", .get = e_info},
};

static const struct column exchange_json[] = {
	{.key = "id", .get = e_id},
	{.key = "proto", .get = e_proto},
	{.key = "first", .get = e_first},
	{.key = "last", .get = e_last},
	{.key = "transfers", .get = e_xfers},
	{.key = "t", .get = e_begin},
	{.key = "dur", .get = e_took},
	{.key = "bus", .get = e_bus},
	{.key = "dev", .get = e_dev},
	{.key = "device", .get = e_device},
	{.key = "interface", .get = e_interface},
	{.key = "result", .get = e_result},
	{.key = "bytes", .get = e_bytes},
	{.key = "info", .get = e_info},
};

size_t columns_of_exchanges(struct column *cols, enum time_format t)
{
	static void (*const get[])(const void *, struct value *) = {
		[TIME_REL] = e_end, [TIME_DELTA] = e_delta, [TIME_ABS] = e_clock};
	size_t n = copy_columns(cols, exchange_text, ARRAY_LEN(exchange_text));

	cols[1] = time_column(t, get[t]);
	return n + copy_columns(cols + n, exchange_json, ARRAY_LEN(exchange_json));
}
