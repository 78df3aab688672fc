/* stat_endpoint_block.c: the part of `stat -v` about an endpoint: its figures in words. */
#include "analysis/columns.h"
#include "analysis/stat_columns.h"
#include "analysis/stat_endpoint_line.h"
#include "base/mem.h"
#include "usb/bustime.h"

#include <stdlib.h>

/* Text that is longer than a value has room for. */
enum { WORDS = 400 };

static void item(struct emit *e, const char *title, const struct text *t, bool inferred)
{
	struct value v = value_name(t->s);

	v.inferred = inferred;
	if (t->len)
		emit_item(e, NULL, title, v, SHOW_PLAIN);
}

static void say_latency(const struct endpoint_line *l, struct emit *e)
{
	char words[WORDS];
	struct text t;

	text_init(&t, words, sizeof(words));
	stat_say_times(&t, &l->stat->latency);
	item(e, "latency", &t, false);
	text_init(&t, words, sizeof(words));
	stat_say_times(&t, &l->stat->service);
	item(e, "service", &t, false);
}

/* "480 kB/s mean, 806 kB/s peak, 492 kB/s while busy: 64.1% of at most 768 kB/s" */
static void say_rates(const struct endpoint_line *l, struct emit *e)
{
	double active;
	char words[WORDS];
	struct text t;

	if (!l->stat->bytes || l->seconds <= 0)
		return;
	text_init(&t, words, sizeof(words));
	stat_say_rate(&t, l->all, (double)l->stat->bytes / l->seconds);
	text_str(&t, " mean, ");
	stat_say_rate(&t, l->all, endpoint_peak(l));
	text_str(&t, " peak");
	if (endpoint_busy(l)) {
		active = (double)l->stat->bytes * 1e9 / (double)l->queue.active;
		text_str(&t, ", ");
		stat_say_rate(&t, l->all, active);
		text_str(&t, " while busy");
		if (endpoint_efficient(l)) {
			text_printf(&t, ": %.1f%% of at most ", 100 * active / l->best);
			stat_say_rate(&t, l->all, l->best);
		}
	}
	item(e, "rate", &t, l->stat->inferred || l->stat->unmeasured);
}

/* "mean 1.6, at most 3; none 0.1%, 1: 40.2%, 2: …" */
static void say_queue(const struct endpoint_line *l, struct emit *e)
{
	char words[WORDS];
	struct text t;

	if (!endpoint_queued(l) || !l->queue.span || l->pipe->type == USB_CONTROL)
		return;
	text_init(&t, words, sizeof(words));
	text_printf(&t, "mean %.2f, at most %u", l->queue.mean, l->stat->queue.most);
	if (l->stat->queue.inexact) { /* no shares that do not make this mean */
		item(e, "queue depth", &t, true);
		return;
	}
	text_str(&t, "; of the time");
	for (unsigned i = 0; i < QUEUE_DEPTHS; i++) {
		double share = (double)l->queue.time[i] / (double)l->queue.span;

		if (share < 0.0005) /* 0.0%; how often nothing was queued the next line says */
			continue;
		text_printf(&t, " %u%s: %.1f%%,", i, i + 1 < QUEUE_DEPTHS ? "" : " or more",
			100 * share);
	}
	if (words[t.len - 1] == ',')
		text_take_back(&t, t.len - 1);
	item(e, "queue depth", &t, false);
}

/* How long nothing was asked of the endpoint: what comes meanwhile waits or is lost. */
static void say_idle(const struct endpoint_line *l, struct emit *e)
{
	const struct hist *gap = &l->stat->queue.gap;
	char words[WORDS];
	struct text t;

	if (!endpoint_queued(l) || !gap->n || !l->queue.span || l->pipe->type == USB_CONTROL)
		return;
	text_init(&t, words, sizeof(words));
	text_count(&t, gap->n);
	text_str(&t, gap->n == 1 ? " time, " : " times, ");
	stat_say_ns(&t, l->queue.time[0]);
	text_printf(
		&t, " in all (%.2f%%): ", 100 * (double)l->queue.time[0] / (double)l->queue.span);
	stat_say_times(&t, gap);
	item(e, "no request", &t, l->stat->queue.inexact || l->stat->queue.filled);
}

static int by_count(const void *a, const void *b)
{
	const struct {
		uint32_t len;
		uint64_t n;
	} *x = a, *y = b;

	if (x->n != y->n)
		return x->n < y->n ? 1 : -1;
	return (x->len > y->len) - (x->len < y->len);
}

/* "512 B 1,200 times, 31 B 12 times, 5 others of 0 to 65,536 B" */
static void say_lengths(const struct endpoint_line *l, struct emit *e)
{
	const struct segment_sizes *z = l->sizes;
	struct segment_sizes sorted;
	uint64_t others;
	char words[WORDS];
	struct text t;

	if (!endpoint_sized(l))
		return;
	sorted = *z;
	others = z->others;
	qsort(sorted.exact, sorted.lengths, sizeof(sorted.exact[0]), by_count);
	text_init(&t, words, sizeof(words));
	for (unsigned i = 0; i < sorted.lengths; i++) {
		if (i >= 5) {
			others += sorted.exact[i].n;
			continue;
		}
		text_str(&t, i ? ", " : "");
		text_count(&t, sorted.exact[i].n);
		text_str(&t, " of ");
		text_count(&t, sorted.exact[i].len);
		text_str(&t, " B");
	}
	if (others) {
		text_str(&t, ", ");
		text_count(&t, others);
		text_str(&t, " others; ");
		text_count(&t, z->length.min);
		text_str(&t, " to ");
		text_count(&t, z->length.max);
		text_str(&t, " B, p50 ");
		text_count(&t, segments_length(z, 0.5));
		text_str(&t, ", p90 ");
		text_count(&t, segments_length(z, 0.9));
	}
	item(e, "lengths", &t, l->stat->inferred);
}

static void say_packets(const struct endpoint_line *l, struct emit *e)
{
	char words[WORDS];
	struct text t;

	if (!endpoint_sized(l) || !l->use.transactions)
		return;
	text_init(&t, words, sizeof(words));
	text_count(&t, l->use.transactions);
	if (l->packet)
		text_printf(&t, " of at most %u B", l->packet);
	text_printf(
		&t, ", %.1f a transfer", (double)l->use.transactions / (double)l->sizes->transfers);
	if (endpoint_stream(l) && l->sizes->shorts)
		text_printf(&t, ", short ends %llu", (unsigned long long)l->sizes->shorts);
	if (endpoint_stream(l) && l->sizes->zlps)
		text_printf(&t, ", empty ends %llu", (unsigned long long)l->sizes->zlps);
	item(e, "packets", &t, l->pipe->type != USB_ISOCHRONOUS);
}

/* "65,536 B at most in one transfer; 12 requests in 36 of them, at most 4" */
static void say_segments(const struct endpoint_line *l, struct emit *e)
{
	const struct segment_sizes *z = l->sizes;
	char words[WORDS];
	bool split;
	struct text t;

	if (!endpoint_stream(l) || !l->submits || !endpoint_sized(l))
		return;
	split = segments_split(z);
	text_init(&t, words, sizeof(words));
	if (split) {
		text_count(&t, z->largest);
		text_str(&t, " B at most in one; ");
		text_count(&t, z->groups);
		text_str(&t, z->groups == 1 ? " request in " : " requests in ");
		text_count(&t, z->grouped);
		text_str(&t, ", at most ");
		text_count(&t, z->longest);
	}
	if (split && z->breaks)
		text_printf(&t, "; %llu %s before the last %s %u-byte packets",
			(unsigned long long)z->breaks, z->breaks == 1 ? "part" : "parts",
			z->breaks == 1 ? "breaks" : "break", l->packet);
	if (z->unaligned)
		text_printf(&t, "%s%llu %s for packets and a fraction", t.len ? "; " : "",
			(unsigned long long)z->unaligned,
			z->unaligned == 1 ? "read asks" : "reads ask");
	item(e, "segments", &t, split && !z->told);
}

static void say_bus_time(const struct endpoint_line *l, struct emit *e)
{
	struct bustime_host host = bustime_host((enum usb_speed)l->use.speed);
	char words[WORDS];
	struct text t;

	if (!l->use.known || l->seconds <= 0)
		return;
	text_init(&t, words, sizeof(words));
	stat_say_ns(&t, l->use.ns);
	text_printf(&t, ", %.1f%% of the capture (%s, host delay %u ns assumed)",
		(double)l->use.ns / 1e7 / l->seconds, usb_speed_words((enum usb_speed)l->use.speed),
		host.delay);
	item(e, "bus time", &t, true);
}

void stat_endpoint_block(const struct endpoint_line *l, struct emit *e)
{
	static void (*const say[])(const struct endpoint_line *, struct emit *) = {say_latency,
		say_rates, say_queue, say_idle, say_lengths, say_packets, say_segments,
		say_bus_time};
	struct value v = value_null();
	char title[160];
	struct text t;

	instance_address_text(&v, l->device, l->pipe->endpoint, l->pipe->dir);
	text_init(&t, title, sizeof(title));
	text_mem(&t, v.s, v.n);
	text_char(&t, ' ');
	text_str(&t, usb_type_name(l->pipe->type));
	if (l->use.speed) {
		text_str(&t, l->use.guessed ? ", ~" : ", ");
		text_str(&t, usb_speed_words((enum usb_speed)l->use.speed));
	}
	if (l->pipe->flags & PIPE_DESCRIBED)
		text_printf(&t, ", interface %u/%u", l->pipe->interface, l->pipe->alternate);
	emit_begin(e, NULL, title);
	for (size_t i = 0; i < ARRAY_LEN(say); i++)
		say[i](l, e);
	emit_end(e);
}
