/* stat_segments.c: sizes of transfers, from runs of equal ones. */
#include "analysis/stat_segments.h"
#include "base/mem.h"
#include "usb/bustime.h"
#include "usb/desc.h"

#include <math.h>
#include <stdlib.h>

/* Linux include/linux/usb.h. */
enum { URB_ZERO_PACKET = 0x40, URB_NO_INTERRUPT = 0x80 };

enum { UNKNOWN = UINT32_MAX }; /* XFER_UNKNOWN in 32 bits */

/* A run of equal transfers, taken apart. */
struct run_of {
	uint64_t n;
	uint32_t asked, len; /* or UNKNOWN */
	uint32_t packet;     /* bytes, 0: not known */
	uint8_t type, dir, status, os;
	uint16_t flags;
	uint32_t transfer_flags;
	bool pause, bot, uas; /* of mass storage: Bulk-Only Transport, UAS */
};

/* ---- packet sizes ------------------------------------------------------------------- */

/* Of endpoint 0 the device descriptor tells it (USB 2.0 9.6.1; USB 3.2 9.6.1: an exponent). */
static uint32_t packet_size(const struct devices *d, const struct pipe *p)
{
	const struct desc_endpoint e = {.wMaxPacketSize = p->wMaxPacketSize};
	const struct fact *f;

	if (p->flags & PIPE_DESCRIBED)
		return desc_endpoint_packet(&e);
	if (p->endpoint)
		return 0;
	f = devices_fact(d, p->instance, UINT32_MAX, DESC_DEVICE, 0, FACT_ANY);
	if (f && f->len > 7)
		return p->speed >= USB_SUPER ? 512 : f->data[7];
	return p->speed == USB_HIGH ? 64 : p->speed == USB_LOW ? 8 : 0; /* 5.5.3 */
}

/* ---- requests of several transfers -------------------------------------------------- */

static void end_group(struct segment_sizes *z, bool told)
{
	if (z->current > 1 && told) {
		z->groups++;
		z->grouped += z->current;
		z->longest = z->current > z->longest ? z->current : z->longest;
		z->breaks += z->odd - z->last_odd;
		z->told |= z->current_told;
	}
	z->current = z->odd = 0;
	z->last_odd = z->current_told = false;
}

static void add_parts(struct segment_sizes *z, const struct run_of *r, uint64_t n)
{
	bool odd = r->packet && r->asked % r->packet;

	z->current += n;
	z->odd += odd ? n : 0;
	z->last_odd = odd;
}

static bool is_block_of_bot(const struct run_of *r)
{
	return r->bot && r->asked == (r->dir == USB_OUT ? 31u : 13u);
}

static void count_groups(struct segment_sizes *z, const struct run_of *r)
{
	bool more = r->os == USB_OS_LINUX && r->flags & XFER_HAS_FLAGS &&
		    r->transfer_flags & URB_NO_INTERRUPT;
	bool full = r->status == STATUS_OK && !(r->flags & XFER_SHORT);

	if (r->asked == UNKNOWN || (r->pause && !z->current_told) || is_block_of_bot(r))
		end_group(z, z->current_told);
	if (r->asked == UNKNOWN || is_block_of_bot(r))
		return;
	if (r->asked > z->largest) {
		end_group(z, z->current_told);
		z->largest = r->asked;
		if (!z->told) /* what was taken for the largest was not */
			z->groups = z->grouped = z->longest = z->breaks = 0;
	}
	if (more || (full && r->asked == z->largest && !z->current_told && !r->uas)) {
		add_parts(z, r, r->n);
		z->current_told |= more;
		return;
	}
	add_parts(z, r, 1);
	end_group(z, full || r->flags & XFER_SHORT);
}

/* ---- sizes -------------------------------------------------------------------------- */

static void count_length(struct segment_sizes *z, uint32_t len, uint64_t n)
{
	unsigned i = 0;

	hist_add_n(&z->length, len, n);
	z->transfers += n;
	while (i < z->lengths && z->exact[i].len != len)
		i++;
	if (i == SEGMENT_LENGTHS) {
		z->others += n;
		return;
	}
	if (i == z->lengths) {
		z->exact[i].len = len;
		z->lengths++;
	}
	z->exact[i].n += n;
}

/* A halt, a read that was taken back, an endpoint that did not answer: not even an empty packet. A
 * read that failed as short without data is one that got such a packet. */
static bool without_packet(const struct run_of *r)
{
	return !r->len && r->status != STATUS_OK && r->status != STATUS_UNKNOWN &&
	       r->status != STATUS_SHORT;
}

static void count_packets(struct segment_sizes *z, const struct run_of *r)
{
	/* a driver may ask for an empty packet behind full ones (5.8.3) */
	bool zero = r->dir == USB_OUT && r->os == USB_OS_LINUX && r->flags & XFER_HAS_FLAGS &&
		    r->transfer_flags & URB_ZERO_PACKET && r->len && r->packet &&
		    !(r->len % r->packet);
	bool stream = r->type == USB_BULK || r->type == USB_INTERRUPT;
	bool none = without_packet(r);

	if (stream) {
		z->zlps += (!r->len && !none) || zero ? r->n : 0;
		z->shorts += r->len && r->flags & XFER_SHORT ? r->n : 0;
	}
	if (!r->packet || r->type == USB_ISOCHRONOUS)
		return;
	if (stream && r->dir == USB_IN && r->asked != UNKNOWN && r->asked > r->packet &&
		r->asked % r->packet)
		z->unaligned += r->n;
	z->packed += r->n;
	z->bytes += r->n * r->len;
	/* without data a control transfer has no data stage (8.5.3) */
	if (!none && (r->len || r->type != USB_CONTROL))
		z->packets += r->n * (zero + bustime_packets(r->len, r->packet));
}

static struct run_of take_apart(const struct segments *s, const struct devices *d)
{
	const struct pipe *p = devices_get_pipe(d, s->pipe);
	struct run_of r = {
		.n = s->run,
		.asked = (uint32_t)(s->lengths >> 32),
		.len = (uint32_t)s->lengths,
		.packet = packet_size(d, p),
		.type = p->type,
		.dir = s->kind >> 24 & 3,
		.status = s->kind >> 16 & 0xff,
		.os = s->kind >> 28 & 15,
		.flags = (uint16_t)s->kind,
		.transfer_flags = (uint32_t)(s->kind >> 32),
		.pause = s->pause,
		.bot = p->bInterfaceClass == 8 && p->bInterfaceProtocol == 0x50,
		.uas = p->bInterfaceClass == 8 && p->bInterfaceProtocol == 0x62,
	};

	/* inferred, as stat infers the bytes of an endpoint */
	if (r.len == UNKNOWN && r.dir == USB_OUT &&
		(r.status == STATUS_OK || r.status == STATUS_UNKNOWN))
		r.len = r.asked;
	return r;
}

void segments_settle(struct segments *s, const struct devices *d)
{
	struct run_of r;

	if (!s->run)
		return;
	r = take_apart(s, d);
	s->run = 0;
	s->pause = false;
	if (r.status == STATUS_PENDING)
		return;
	if (!s->sizes)
		s->sizes = mem_zalloc(1, sizeof(*s->sizes));
	if (r.len != UNKNOWN) {
		count_length(s->sizes, r.len, r.n);
		count_packets(s->sizes, &r);
	}
	if (r.type == USB_BULK || r.type == USB_INTERRUPT)
		count_groups(s->sizes, &r);
}

/* How many are at most `len` bytes, of those counted one by one. */
static uint64_t up_to(const struct segment_sizes *z, uint32_t len)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < z->lengths; i++)
		n += z->exact[i].len <= len ? z->exact[i].n : 0;
	return n;
}

/* Where some were not counted one by one: the most frequent known one in the bucket of v. */
static uint64_t known_near(const struct segment_sizes *z, uint64_t v)
{
	unsigned octave = hist_octave(v);
	uint64_t most = 0, near = v;

	if (v == z->length.min || v == z->length.max)
		return v;
	for (unsigned i = 0; i < z->lengths; i++) {
		uint32_t len = z->exact[i].len;

		if (z->exact[i].n <= most || hist_octave(len) != octave ||
			hist_bucket(len, octave) != hist_bucket(v, octave))
			continue;
		most = z->exact[i].n;
		near = len;
	}
	return near;
}

uint64_t segments_length(const struct segment_sizes *z, double q)
{
	uint64_t rank = (uint64_t)ceil(q * (double)z->transfers), best = z->length.max;

	if (z->others)
		return known_near(z, hist_quantile(&z->length, q));
	for (unsigned i = 0; i < z->lengths; i++) {
		if (z->exact[i].len < best && up_to(z, z->exact[i].len) >= rank)
			best = z->exact[i].len;
	}
	return best;
}

void segments_free(struct segments *s)
{
	if (s->sizes)
		hist_free(&s->sizes->length);
	free(s->sizes);
	*s = (struct segments){0};
}
