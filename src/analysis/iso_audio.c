/* iso_audio.c: what an audio stream carries: the format of its alternate setting, and the feedback
 * of endpoints that tell the host how many samples to send. */
#include "analysis/iso_impl.h"
#include "base/cursor.h"
#include "base/mem.h"
#include "usb/desc.h"

#include <math.h>
#include <string.h>

enum {
	CLASS_AUDIO = 1,
	SUBCLASS_STREAMING = 2,
	PROTOCOL_1 = 0,	   /* USB Audio 1.0 */
	PROTOCOL_2 = 0x20, /* USB Audio 2.0 */
	AS_GENERAL = 1,
	FORMAT_TYPE = 2,
	TYPE_I = 1,
	USAGE_FEEDBACK = 1, /* bmAttributes bits 5..4, USB 2.0 table 9-13 */
	FEEDBACK_PACKET = 4 /* bytes: the longest feedback value */
};

/* ---- feedback ----------------------------------------------------------------------- */

uint8_t iso_feedback_of(const struct pipe *p)
{
	unsigned packet = p->wMaxPacketSize & 0x7ff;

	if (!(p->flags & PIPE_DESCRIBED))
		return FEEDBACK_NO;
	if ((p->bmAttributes >> 4 & 3) == USAGE_FEEDBACK)
		return FEEDBACK_TOLD;
	/* USB Audio 1.0 marks it only in the other endpoint's bSynchAddress. */
	return p->bInterfaceClass == CLASS_AUDIO && p->bInterfaceProtocol == PROTOCOL_1 &&
			       p->dir == USB_IN && packet >= 3 && packet <= FEEDBACK_PACKET
		       ? FEEDBACK_GUESSED
		       : FEEDBACK_NO;
}

uint32_t iso_feedback_value(const uint8_t *b, size_t n)
{
	if (n == 3)
		return (uint32_t)(b[0] | b[1] << 8 | b[2] << 16) << 2;
	return n == 4 ? le32(b) : 0;
}

void iso_feedback_add(struct iso_feedback *f, const uint8_t *b, size_t n)
{
	uint32_t v = iso_feedback_value(b, n);

	if (!n) {
		f->empty++;
		return;
	}
	if (!v) {
		f->bad++;
		return;
	}
	f->bytes = (uint8_t)n;
	if (!f->n || v < f->least)
		f->least = v;
	if (v > f->most)
		f->most = v;
	f->last = v;
	f->sum += v;
	f->n++;
}

void iso_note_feedback(struct iso_stream *s, int64_t when)
{
	timeline_note(&s->late, when, NOTE_FEEDBACK, s->feedback.last);
	timeline_note(&s->late, when, NOTE_FEEDBACKS, 1);
}

/* ---- format ------------------------------------------------------------------------- */

/* USB Audio Data Formats 1.0 table 2-1; 2.0 table 2-2, where channels are in AS_GENERAL (USB Audio
 * 2.0 table 4-27) and rates are asked for from a clock entity. */
static void take_format(struct iso_format *f, uint8_t protocol, const struct desc_item *item)
{
	const uint8_t *b = item->data;

	if (item->len < 6)
		return;
	if (protocol == PROTOCOL_2 && b[2] == AS_GENERAL && item->len >= 11)
		f->channels = b[10];
	if (b[2] != FORMAT_TYPE || b[3] != TYPE_I)
		return;
	if (protocol == PROTOCOL_2) {
		f->sample = b[4];
		f->bits = b[5];
		return;
	}
	if (item->len < 8)
		return;
	f->channels = b[4];
	f->sample = b[5];
	f->bits = b[6];
	for (size_t i = 0; i < b[7] && 11 + 3 * i <= item->len && f->rates < ARRAY_LEN(f->hz); i++)
		f->hz[f->rates++] =
			(uint32_t)(b[8 + 3 * i] | b[9 + 3 * i] << 8 | b[10 + 3 * i] << 16);
}

struct iso_format iso_format(const struct devices *d, const struct pipe *p)
{
	struct iso_format f = {0};
	const struct fact *fact;
	struct desc_interface in;
	struct desc_item item;
	struct desc_iter it;
	bool here = false;

	if (!(p->flags & PIPE_DESCRIBED) || p->bInterfaceClass != CLASS_AUDIO ||
		p->bInterfaceSubClass != SUBCLASS_STREAMING)
		return f;
	fact = devices_configuration(d, p->instance, p->version, p->configuration);
	if (!fact)
		return f;
	desc_iter_init(&it, fact->data, fact->len, fact->total);
	while (desc_next(&it, &item)) {
		if (item.type == DESC_INTERFACE && desc_interface_parse(&in, item.data, item.len))
			here = in.bInterfaceNumber == p->interface &&
			       in.bAlternateSetting == p->alternate;
		else if (here && item.type == DESC_CS_INTERFACE)
			take_format(&f, p->bInterfaceProtocol, &item);
	}
	f.sample *= f.channels;
	return f;
}

uint32_t iso_rate_near(const struct iso_format *f, double hz)
{
	static const uint32_t customary[] = {8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100,
		48000, 64000, 88200, 96000, 176400, 192000, 352800, 384000, 705600, 768000};
	const uint32_t *rate = f->rates ? f->hz : customary;
	size_t n = f->rates ? f->rates : ARRAY_LEN(customary);

	for (size_t i = 0; i < n; i++)
		if (fabs(hz - rate[i]) <= 0.01 * rate[i])
			return rate[i];
	return 0;
}
