/* columns_episode.c: the columns in which episodes and their steps are listed. */
#include "analysis/columns_impl.h"
#include "analysis/episode.h"
#include "base/mem.h"

#define LINE(p) ((const struct episode_line *)(p))
#define EP(p)	(LINE(p)->ep)

static void e_id(const void *l, struct value *v)
{
	*v = value_uint(EP(l)->id);
	v->tone = TONE_DIM;
}

static void e_kind(const void *l, struct value *v)
{
	*v = value_name(episode_kind_name((enum episode_kind)EP(l)->kind));
}

static void e_first(const void *l, struct value *v)
{
	*v = value_uint(EP(l)->first);
}

static void e_last(const void *l, struct value *v)
{
	*v = value_uint(EP(l)->last);
}

static void e_xfers(const void *l, struct value *v)
{
	*v = value_uint(EP(l)->xfers);
}

static void e_begin(const void *l, struct value *v)
{
	*v = value_ns(EP(l)->begin);
}

static void e_delta(const void *l, struct value *v)
{
	*v = value_ns(EP(l)->begin - LINE(l)->previous);
}

static void e_clock(const void *l, struct value *v)
{
	clock_text(v, LINE(l)->start + EP(l)->begin);
}

static void e_dur(const void *l, struct value *v)
{
	*v = value_ns(EP(l)->end - EP(l)->begin);
}

static void e_bus(const void *l, struct value *v)
{
	if (EP(l)->bus != USB_NO_BUS)
		*v = value_uint(EP(l)->bus);
}

static void e_dev(const void *l, struct value *v)
{
	if (EP(l)->device != USB_NO_DEVICE)
		*v = value_uint(EP(l)->device);
}

static void e_device(const void *l, struct value *v)
{
	if (EP(l)->instance)
		*v = value_uint(EP(l)->instance);
}

static void e_port(const void *l, struct value *v)
{
	const struct instance *i =
		EP(l)->instance ? devices_get_instance(LINE(l)->devices, EP(l)->instance) : NULL;

	*v = value_name(i ? i->port_path : NULL);
}

/* "1.5" of a device, "1.5.2 in" of an endpoint. */
static void e_address(const void *l, struct value *v)
{
	const struct episode *ep = EP(l);
	struct text t = text_in(v);

	if (ep->endpoint != USB_NO_ENDPOINT) {
		address_text(v, ep->bus, ep->device, ep->endpoint, ep->dir);
		return;
	}
	if (ep->bus != USB_NO_BUS) {
		text_u64(&t, ep->bus);
		text_char(&t, '.');
	}
	text_u64(&t, ep->device);
	take_text(v, &t);
}

static void e_ep(const void *l, struct value *v)
{
	if (EP(l)->endpoint != USB_NO_ENDPOINT)
		*v = value_uint(EP(l)->endpoint);
}

static void e_dir(const void *l, struct value *v)
{
	*v = value_name(usb_dir_name((enum usb_dir)EP(l)->dir));
}

static void e_outcome(const void *l, struct value *v)
{
	*v = value_name(EP(l)->outcome);
	v->tone = EP(l)->tone;
}

static void e_lost(const void *l, struct value *v)
{
	if (EP(l)->lost != XFER_UNKNOWN)
		*v = value_ns(EP(l)->lost);
}

static void e_slowest(const void *l, struct value *v)
{
	const struct episode_step *s = episode_slowest(EP(l));

	if (!s)
		return;
	*v = value_untrusted(s->text, strlen(s->text));
	v->trusted = true; /* from row_info() or our own */
}

static void e_slowest_dur(const void *l, struct value *v)
{
	const struct episode_step *s = episode_slowest(EP(l));

	if (s)
		*v = value_ns(s->longest);
}

static void e_info(const void *l, struct value *v)
{
	*v = value_name(EP(l)->info);
}

static const struct column episode_text_columns[] = {
	{.title = "#", .get = e_id, .width = 4, .right = true},
	{.title = "began s"},
	{.title = "took", .get = e_dur, .width = 7, .right = true, .show = SHOW_DURATION},
	{.title = "address", .get = e_address, .width = 10},
	{.title = "port", .get = e_port, .width = 7, .wide = 10},
	{.title = "episode", .get = e_kind, .width = 11},
	{.title = "outcome", .get = e_outcome, .width = 13},
	{.title = "transfers", .get = e_xfers, .width = 9, .right = true, .wide = 11},
	{.title = "what happened", .get = e_info},
};

static const struct column episode_json[] = {
	{.key = "id", .get = e_id},
	{.key = "kind", .get = e_kind},
	{.key = "first", .get = e_first},
	{.key = "last", .get = e_last},
	{.key = "transfers", .get = e_xfers},
	{.key = "t", .get = e_begin},
	{.key = "dur", .get = e_dur},
	{.key = "bus", .get = e_bus},
	{.key = "dev", .get = e_dev},
	{.key = "ep", .get = e_ep},
	{.key = "dir", .get = e_dir},
	{.key = "device", .get = e_device},
	{.key = "port", .get = e_port},
	{.key = "outcome", .get = e_outcome},
	{.key = "lost", .get = e_lost},
	{.key = "slowest.what", .get = e_slowest},
	{.key = "slowest.dur", .get = e_slowest_dur},
	{.key = "info", .get = e_info},
};

size_t columns_of_episodes(struct column *cols, enum time_format t)
{
	static void (*const get[])(const void *, struct value *) = {
		[TIME_REL] = e_begin, [TIME_DELTA] = e_delta, [TIME_ABS] = e_clock};
	size_t n = copy_columns(cols, episode_text_columns, ARRAY_LEN(episode_text_columns));

	cols[1] = time_column(t, get[t]);
	if (t == TIME_REL)
		cols[1].title = "began s";
	return n + copy_columns(cols + n, episode_json, ARRAY_LEN(episode_json));
}

/* ---- steps ----------------------------------------------------------------------------------- */

#define STEP(p) ((const struct step_line *)(p))

static void s_nothing(const void *l, struct value *v)
{
	(void)l;
	*v = value_name("");
}

/* "+1.02 ms" since the episode began. */
static void s_after(const void *l, struct value *v)
{
	struct text t = text_in(v);
	char d[FMT_MAX];

	text_char(&t, '+');
	text_mem(&t, d, fmt_duration(d, STEP(l)->step->begin - STEP(l)->ep->begin, false));
	take_text(v, &t);
	v->tone = TONE_DIM;
}

static void s_begin(const void *l, struct value *v)
{
	*v = value_ns(STEP(l)->step->begin);
}

static void s_dur(const void *l, struct value *v)
{
	*v = value_ns(STEP(l)->step->end - STEP(l)->step->begin);
}

static void s_xfer(const void *l, struct value *v)
{
	*v = value_uint(STEP(l)->step->xfer);
	v->tone = TONE_DIM;
}

/* "#24" */
static void s_number(const void *l, struct value *v)
{
	struct text t = text_in(v);

	text_char(&t, '#');
	text_u64(&t, STEP(l)->step->xfer);
	take_text(v, &t);
	v->tone = TONE_DIM;
}

static void s_times(const void *l, struct value *v)
{
	*v = value_uint(STEP(l)->step->times);
}

static void s_status(const void *l, struct value *v)
{
	*v = value_name(status_name((enum status)STEP(l)->step->status));
	v->tone = status_is_error((enum status)STEP(l)->step->status) ? TONE_BAD : TONE_NONE;
}

static void s_what(const void *l, struct value *v)
{
	*v = value_untrusted(STEP(l)->step->text, strlen(STEP(l)->step->text));
	v->trusted = true;
}

/* "3 × GET_DESCRIPTOR device: stall" */
static void s_what_times(const void *l, struct value *v)
{
	const struct episode_step *s = STEP(l)->step;
	struct text t = text_in(v);

	if (s->times > 1) {
		text_u64(&t, s->times);
		text_str(&t, " × ");
	}
	text_mem(&t, s->text, strlen(s->text));
	if (s->status != STATUS_OK) {
		text_str(&t, ": ");
		text_str(&t, status_name((enum status)s->status));
	}
	if (t.cut) { /* too long for a value's room: without the rest */
		s_what(l, v);
		return;
	}
	take_text(v, &t);
	v->tone = status_is_error((enum status)s->status) ? TONE_BAD : TONE_NONE;
}

static const struct column step_columns[] = {
	{.title = "", .get = s_nothing, .width = 4},
	{.title = "", .get = s_after, .width = 10, .right = true, .show = SHOW_DURATION},
	{.title = "", .get = s_dur, .width = 7, .right = true, .show = SHOW_DURATION},
	{.title = "", .get = s_number, .width = 7},
	{.title = "", .get = s_what_times},
	{.key = "transfer", .get = s_xfer},
	{.key = "times", .get = s_times},
	{.key = "t", .get = s_begin},
	{.key = "dur", .get = s_dur},
	{.key = "status", .get = s_status},
	{.key = "what", .get = s_what},
};

void emit_episode_steps(struct emit *e, const struct episode *ep)
{
	emit_table(e, "steps", NULL, step_columns, ARRAY_LEN(step_columns), LAYOUT_LINES);
	for (size_t i = 0; i < ep->steps; i++) {
		emit_row(e, &(struct step_line){ep, &ep->step[i]});
		emit_row_end(e);
	}
	emit_table_end(e);
	if (ep->cut)
		emit_note(e, "… and more steps");
}
