/* iso_screen.c: the reading behind the screen of isochronous timing. */
#include "tui/iso_screen.h"
#include "analysis/iso.h"
#include "tui/report.h"

#include <stdio.h>

enum { STEP_RECORDS = 4096 };

static void stop(struct iso_screen *s)
{
	if (s->running)
		run_close(&s->run);
	if (s->iso)
		iso_free(s->iso);
	s->iso = NULL;
	s->running = s->finished = false;
}

void iso_screen_free(struct iso_screen *s)
{
	stop(s);
	filter_free(s->filter);
	s->filter = NULL;
}

static bool begin(struct iso_screen *s, const struct trace *t)
{
	struct err e = {0};

	stop(s);
	if (!s->filter)
		s->filter = filter_compile("type == isochronous", &e);
	s->generation = t->generation;
	s->records = index_records(t->now->ix);
	s->opts = t->now->opts;
	s->opts.filter = s->filter;
	s->opts.quiet_input = true;
	s->opts.fd = trace_reopen(t, &e);
	s->iso = iso_new();
	s->consumer = iso_consumer(s->iso);
	s->running = s->opts.fd >= 0 && run_open(&s->run, &s->opts, &s->consumer, 1, &e) == 0;
	s->finished = !s->running;
	return s->running;
}

/* What came since is read when the reading before is over: a growing capture is looked at anew. */
bool iso_step(struct iso_screen *s, struct trace *t, int ms)
{
	int64_t deadline = monotonic_ns() + ms * INT64_C(1000000);
	enum run_state state = RUN_MORE;
	struct err e = {0};

	if (!trace_begun(t))
		return false;
	if (s->generation != t->generation || (!s->running && !s->finished) ||
		(s->finished && s->records != index_records(t->now->ix)))
		begin(s, t);
	if (s->finished)
		return false;
	while (state == RUN_MORE && monotonic_ns() < deadline)
		state = run_step(&s->run, STEP_RECORDS, INT64_MAX, &e);
	if (state == RUN_MORE)
		return true;
	run_finish(&s->run);
	s->finished = true;
	return false;
}

void iso_fill(struct iso_screen *s, const struct trace *t, struct page *p, int w, bool ascii)
{
	struct report *r;

	page_clear(p);
	if (!s->finished || !s->running) {
		char line[80];

		snprintf(line, sizeof(line), "reading the isochronous transfers%s",
			trace_begun(t) ? "" : ": no records yet");
		page_add(p, 0, ROLE_DIM, line);
		return;
	}
	if (!s->run.kept) {
		page_add(p, 0, ROLE_DIM, "no isochronous transfers in this capture");
		return;
	}
	r = report_begin(p, (unsigned)w, ascii);
	iso_report(s->iso, &s->run, report_emit(r));
	report_end(r);
}
