/* columns_transaction.c: the columns in which transactions of the bus are listed. */
#include "analysis/columns_impl.h"
#include "base/mem.h"
#include "usb/pid.h"

#define LINE(p) ((const struct transaction_line *)(p))
#define T(p)	(LINE(p)->t)

static const char *pid_name(uint8_t pid)
{
	return pid ? pid_row(pid)->name : NULL;
}

static void t_id(const void *l, struct value *v)
{
	if (LINE(l)->times <= 1)
		*v = value_uint(T(l)->id);
}

static void t_transfer(const void *l, struct value *v)
{
	if (!LINE(l)->mixed)
		*v = value_uint(T(l)->xfer);
}

static void t_first(const void *l, struct value *v)
{
	*v = value_uint(T(l)->first);
}

static void t_last(const void *l, struct value *v)
{
	*v = value_uint(T(l)->last);
}

static void t_time(const void *l, struct value *v)
{
	*v = value_ns(T(l)->begin);
}

static void t_delta(const void *l, struct value *v)
{
	*v = value_ns(T(l)->begin - LINE(l)->previous);
}

static void t_clock(const void *l, struct value *v)
{
	clock_text(v, LINE(l)->start + T(l)->begin);
}

static void t_took(const void *l, struct value *v)
{
	*v = value_ns(T(l)->end - T(l)->begin);
}

static void t_dev(const void *l, struct value *v)
{
	*v = value_uint(T(l)->device);
}

static void t_ep(const void *l, struct value *v)
{
	*v = value_uint(T(l)->endpoint);
}

static void t_address(const void *l, struct value *v)
{
	if (!LINE(l)->mixed)
		address_text(v, USB_NO_BUS, T(l)->device, T(l)->endpoint, USB_DIR_UNKNOWN);
}

static void t_pid(const void *l, struct value *v)
{
	if (!LINE(l)->mixed)
		*v = value_name(pid_name(T(l)->pid));
}

static void t_data_pid(const void *l, struct value *v)
{
	*v = value_name(pid_name(T(l)->data_pid));
}

static void t_len(const void *l, struct value *v)
{
	if (T(l)->data_pid)
		*v = value_uint(T(l)->len);
}

/* A hub's ERR has PRE's PID (USB 2.0 table 8-1). */
static void t_handshake(const void *l, struct value *v)
{
	*v = value_name(T(l)->handshake == PID_PRE ? "ERR" : pid_name(T(l)->handshake));
}

static void t_result(const void *l, struct value *v)
{
	*v = value_name(transaction_result_name((enum transaction_result)T(l)->result));
	v->tone = T(l)->result == RESULT_OK    ? TONE_NONE
		  : T(l)->result <= RESULT_NAK ? TONE_DIM
					       : TONE_BAD;
}

static void t_retry(const void *l, struct value *v)
{
	*v = value_bool(T(l)->retry);
}

#define SPLIT_GETTER(field)                                                                        \
	static void t_split_##field(const void *l, struct value *v)                                \
	{                                                                                          \
		if (T(l)->split)                                                                   \
			*v = value_uint(T(l)->field);                                              \
	}

SPLIT_GETTER(hub)
SPLIT_GETTER(port)
SPLIT_GETTER(completes)

static struct text *comma(struct text *s)
{
	text_str(s, s->len ? ", " : "");
	return s;
}

static void t_note(const void *l, struct value *v)
{
	const struct transaction *t = T(l);
	struct text s = text_in(v);

	if (LINE(l)->times > 1) {
		text_str(&s, "×");
		text_u64(&s, LINE(l)->times);
		text_str(&s, LINE(l)->mixed ? " on several endpoints" : "");
	}
	if (t->retry)
		text_str(comma(&s), "sent again");
	if (t->crc == CRC_BAD)
		text_str(comma(&s), "CRC16 wrong");
	if (t->split && LINE(l)->times <= 1)
		text_printf(comma(&s), "split by hub %u port %u, %u %s", t->hub, t->port,
			t->completes, t->completes == 1 ? "complete-split" : "complete-splits");
	if (s.len)
		take_text(v, &s);
}

static const struct column transaction_text[] = {
	{.title = "#", .get = t_id, .width = 6, .right = true},
	{.title = "time s"},
	{.title = "took", .get = t_took, .width = 7, .right = true, .show = SHOW_DURATION},
	{.title = "record", .get = t_first, .width = 6, .right = true},
	{.title = "address", .get = t_address, .width = 7},
	{.title = "token", .get = t_pid, .width = 5},
	{.title = "data", .get = t_data_pid, .width = 5},
	{.title = "bytes", .get = t_len, .width = 5, .right = true},
	{.title = "answer", .get = t_handshake, .width = 6},
	{.title = "result", .get = t_result, .width = 10},
	{.title = "transfer", .get = t_transfer, .width = 8, .right = true},
	{.title = "note", .get = t_note},
};

static const struct column transaction_json[] = {
	{.key = "id", .get = t_id},
	{.key = "transfer", .get = t_transfer},
	{.key = "first", .get = t_first},
	{.key = "last", .get = t_last},
	{.key = "t", .get = t_time},
	{.key = "dev", .get = t_dev},
	{.key = "ep", .get = t_ep},
	{.key = "pid", .get = t_pid},
	{.key = "data_pid", .get = t_data_pid},
	{.key = "len", .get = t_len},
	{.key = "handshake", .get = t_handshake},
	{.key = "result", .get = t_result},
	{.key = "retry", .get = t_retry},
	{.key = "split.hub", .get = t_split_hub},
	{.key = "split.port", .get = t_split_port},
	{.key = "split.completes", .get = t_split_completes},
};

size_t columns_of_transactions(struct column *cols, enum time_format t)
{
	static void (*const get[])(const void *, struct value *) = {
		[TIME_REL] = t_time, [TIME_DELTA] = t_delta, [TIME_ABS] = t_clock};
	size_t n = copy_columns(cols, transaction_text, ARRAY_LEN(transaction_text));

	cols[1] = time_column(t, get[t]);
	return n + copy_columns(cols + n, transaction_json, ARRAY_LEN(transaction_json));
}
