/* redraw.c: a report on a terminal that follows its capture: at most twice a second it is written
 * into memory, and as many of its lines as there is room for go to the terminal's alternate screen,
 * over those of the time before. */
#include "cli/redraw.h"
#include "base/log.h"
#include "base/mem.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Transfers between looks at the clock, and ns between drawings. */
enum { LOOK_EVERY = 256, DRAW_EVERY = 500000000 };

struct redraw {
	struct session *s;
	const struct options *o;
	redraw_report *report;
	void *ctx;
	struct run *run;
	int memory;    /* the report is written there */
	int input;     /* descriptor to wait at while nothing comes */
	int64_t drawn; /* monotonic ns of the last time */
	uint32_t until_look;
	bool changed, on;
};

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* ---- drawing ------------------------------------------------------------------------ */

static unsigned terminal_rows(void)
{
	struct winsize w;

	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_row > 1 ? w.ws_row : 24;
}

static char *render(struct redraw *d, size_t *len)
{
	struct output_opts opts = session_output(d->o);
	struct emit *e;
	struct out o;
	char *text;
	off_t end;
	ssize_t n;

	if (ftruncate(d->memory, 0) < 0 || lseek(d->memory, 0, SEEK_SET) < 0)
		return NULL;
	out_init(&o, d->memory);
	e = output_new(&o, &opts);
	d->report(d->ctx, d->run, e);
	output_free(e);
	out_close(&o);
	end = lseek(d->memory, 0, SEEK_END);
	if (end <= 0)
		return NULL;
	text = mem_zalloc((size_t)end + 1, 1);
	n = pread(d->memory, text, (size_t)end, 0);
	*len = n > 0 ? (size_t)n : 0;
	return text;
}

/* Each line replaces the one that stood there. */
static void put_lines(struct out *o, const char *text, size_t len, unsigned rows)
{
	out_str(o, "\033[H");
	for (unsigned row = 0; len && row + 1 < rows; row++) {
		const char *nl = memchr(text, '\n', len);
		size_t n = nl ? (size_t)(nl - text) : len;

		out_mem(o, text, n);
		out_str(o, "\033[K\r\n");
		n += nl != NULL;
		text += n;
		len -= n;
	}
	out_str(o, len ? "... the whole report comes at the end (Ctrl-C)\033[K\033[J" : "\033[J");
}

static void draw(struct redraw *d)
{
	size_t len = 0;
	char *text = render(d, &len);
	struct out *o = &d->s->out;

	if (!d->on)
		out_str(o, "\033[?1049h\033[2J");
	d->on = true;
	if (text)
		put_lines(o, text, len, terminal_rows());
	out_flush(o);
	free(text);
	d->drawn = now_ns();
	d->changed = false;
}

/* Back to the terminal as it was: messages and the last report are to stay. */
static void leave(void *self)
{
	struct redraw *d = self;

	if (d->on)
		out_str(&d->s->out, "\033[?1049l");
	out_flush(&d->s->out);
	d->on = false;
}

/* ---- when --------------------------------------------------------------------------- */

/* Nothing more to read at the moment. What came since the last time is shown, if it stays so until
 * the next drawing is due. */
static void on_idle(void *self)
{
	struct redraw *d = self;
	int64_t left = d->drawn + DRAW_EVERY - now_ns();
	struct pollfd p = {.fd = d->input, .events = POLLIN};

	if (!d->changed || !d->run || !d->run->model)
		return;
	if (left > 0 && poll(&p, 1, (int)(left / 1000000) + 1) != 0)
		return;
	draw(d);
}

static void on_xfer(void *self, struct run *r, struct row *row)
{
	struct redraw *d = self;

	(void)row;
	d->run = r;
	d->changed = true;
	if (--d->until_look)
		return;
	d->until_look = LOOK_EVERY;
	if (now_ns() - d->drawn >= DRAW_EVERY)
		draw(d);
}

struct consumer redraw_consumer(struct redraw *d)
{
	return (struct consumer){.self = d, .xfer = on_xfer};
}

static bool follows(const struct options *o, const char *input)
{
	const char *term = getenv("TERM");
	struct stat st;

	if (o->format != OUTPUT_TEXT || !isatty(STDOUT_FILENO) || !term || !strcmp(term, "dumb"))
		return false;
	if (o->interface)
		return true;
	return (strcmp(input, "-") ? stat(input, &st) : fstat(STDIN_FILENO, &st)) == 0 &&
	       !S_ISREG(st.st_mode);
}

struct redraw *redraw_new(struct session *s, const struct options *o, const char *input,
	redraw_report *report, void *ctx)
{
	struct redraw *d;
	int memory;

	if (!follows(o, input))
		return NULL;
	memory = memfd_create("report", MFD_CLOEXEC);
	if (memory < 0)
		return NULL;
	d = mem_zalloc(1, sizeof(*d));
	*d = (struct redraw){.s = s,
		.o = o,
		.report = report,
		.ctx = ctx,
		.memory = memory,
		.input = s->run.fd > 0 ? s->run.fd : STDIN_FILENO,
		.until_look = LOOK_EVERY};
	s->run.idle = on_idle;
	s->run.idle_ctx = d;
	s->run.quiet = true; /* the report itself shows progress */
	s->out.prompt = false;
	log_before(leave, d);
	return d;
}

void redraw_end(struct redraw *d)
{
	if (!d)
		return;
	leave(d);
	log_before(NULL, NULL);
	d->s->out.prompt = true;
	close(d->memory);
	free(d);
}
