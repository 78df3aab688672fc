/* columns_packet.c: the columns in which packets of the bus, and the states between them, are
 * listed. */
#include "analysis/columns_impl.h"
#include "base/mem.h"
#include "usb/pid.h"

#define LINE(p)	  ((const struct record_line *)(p))
#define EV(p)	  (LINE(p)->ev)
#define P(p)	  (&EV(p)->packet)
#define FOLDED(p) (LINE(p)->sofs + LINE(p)->keepalives > 1 || LINE(p)->naks)

enum { PACKET_BYTES = 8 }; /* shown of the data */

static void p_name(const void *l, struct value *v)
{
	record_pid(l, v);
	if (EV(l)->kind == EVENT_STATE)
		*v = value_name("state");
	else if (EV(l)->bin == BIN_MALFORMED)
		v->tone = TONE_BAD;
}

static void p_len(const void *l, struct value *v)
{
	if (EV(l)->kind == EVENT_PACKET && P(l)->pid_kind == PID_KIND_DATA)
		*v = value_uint(P(l)->data_total);
}

static void say_folded(const struct record_line *l, struct text *t)
{
	if (l->sofs) {
		text_u64(t, l->sofs);
		text_str(t, " SOF");
	}
	if (l->keepalives) {
		text_str(t, l->sofs ? ", " : "");
		text_count(t, l->keepalives);
		text_str(t, l->keepalives > 1 ? " low-speed keep-alives" : " low-speed keep-alive");
	}
	if (l->naks) {
		bool more = l->sofs || l->keepalives;

		text_str(t, more ? ", " : "");
		if (more || l->naks > 1) {
			text_u64(t, l->naks);
			text_char(t, ' ');
		}
		text_str(t, "NAKed");
	}
}

static void say_split(const struct packet_event *p, struct text *t)
{
	/* USB 2.0 8.4.2.2: S is the speed, but for isochronous; of bulk it is 0 */
	const char *s = p->split_type == USB_ISOCHRONOUS ? " S" : " low speed";

	text_printf(t, "%s hub %u port %u %s%s%s", p->split & SPLIT_COMPLETE ? "complete" : "start",
		p->hub, p->port, usb_type_name((enum usb_type)p->split_type),
		p->split & SPLIT_S ? s : "", p->split & SPLIT_E ? " E" : "");
}

static void say_data(const struct packet_event *p, struct text *t)
{
	for (uint32_t i = 0; i < p->data_len && i < PACKET_BYTES; i++)
		text_printf(t, i ? " %02x" : "%02x", p->data[i]);
	if (p->data_total > PACKET_BYTES)
		text_str(t, " …");
	if (p->crc == CRC_BAD)
		text_str(t, " (CRC16 wrong)");
}

static void p_what(const void *l, struct value *v)
{
	struct text t = text_in(v);

	if (FOLDED(l))
		say_folded(LINE(l), &t);
	else if (EV(l)->kind != EVENT_PACKET)
		text_str(&t, EV(l)->reason ? EV(l)->reason : "");
	else if (P(l)->pid_kind == PID_KIND_SOF)
		text_printf(&t, "frame %u", P(l)->frame);
	else if (P(l)->pid_kind == PID_KIND_SPLIT)
		say_split(P(l), &t);
	else if (P(l)->pid_kind == PID_KIND_DATA)
		say_data(P(l), &t);
	if (t.len)
		take_text(v, &t);
}

static void p_crc(const void *l, struct value *v)
{
	if (P(l)->crc != CRC_ABSENT)
		*v = value_bool(P(l)->crc == CRC_OK);
}

static void p_frame(const void *l, struct value *v)
{
	if (P(l)->pid_kind == PID_KIND_SOF && EV(l)->bin == BIN_SOF)
		*v = value_uint(P(l)->frame);
}

static const struct column packet_text[] = {
	{.title = "packet", .get = p_name, .width = 6},
	{.title = "address", .get = record_address, .width = 9},
	{.title = "bytes", .get = p_len, .width = 5, .right = true},
	{.title = "transfer", .get = record_transfer, .width = 8, .right = true},
	{.title = "bin", .get = record_bin, .width = 9},
	{.title = "what", .get = p_what},
};

static const struct column packet_json[] = {
	{.key = "crc_ok", .get = p_crc},
	{.key = "frame", .get = p_frame},
};

size_t columns_of_packets(struct column *cols, enum time_format t)
{
	struct column all[COLUMNS_MAX];
	size_t n = columns_of_records(all, t), text = 2;

	memcpy(cols, all, text * sizeof(*cols)); /* number and time */
	text += copy_columns(cols + text, packet_text, ARRAY_LEN(packet_text));
	for (size_t i = 0; i < n; i++) /* those of JSON and CSV */
		if (!all[i].title)
			cols[text++] = all[i];
	return text + copy_columns(cols + text, packet_json, ARRAY_LEN(packet_json));
}
