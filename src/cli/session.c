/* session.c: what every command does before and after its run. */
#include "base/log.h"
#include "base/mem.h"
#include "cli/command.h"
#include "cli/live.h"
#include "run/know.h"

#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool session_color(const struct options *o)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (o->color)
		return o->color == 1;
	return isatty(STDOUT_FILENO) && !(no && no[0]) && term && strcmp(term, "dumb");
}

/* 0 (no limit) unless the output is a terminal. */
static unsigned terminal_columns(void)
{
	struct winsize w;

	if (!isatty(STDOUT_FILENO))
		return 0;
	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col ? w.ws_col : 80;
}

/* Hidden, for tests: the block size of sequential reading. */
static size_t block_size(void)
{
	const char *b = getenv("URBSCOPE_BLOCK");

	return b ? strtoul(b, NULL, 10) : 0;
}

/* ---- what is known beforehand ------------------------------------------------------- */

static const struct decoder *decoder_named(const char *name)
{
	for (size_t i = 0; decoders[i]; i++)
		if (!strcmp(decoders[i]->name, name))
			return decoders[i];
	return NULL;
}

/* BUS.DEV=NAME or BUS.DEV.IF=NAME */
static int bind(struct decode_binding *b, const char *spec)
{
	const char *equal = strchr(spec, '=');
	unsigned bus, device, interface;
	char end = 0;

	b->interface = -1;
	if (equal && sscanf(spec, "%5u.%5u.%3u%c", &bus, &device, &interface, &end) == 4 &&
		end == '=')
		b->interface = (int)interface;
	else if (!equal || sscanf(spec, "%5u.%5u%c", &bus, &device, &end) != 3 || end != '=')
		return log_error("--as takes BUS.DEV[.INTERFACE]=DECODER, not \"%s\"", spec), -1;
	b->bus = (uint16_t)bus;
	b->device = (uint16_t)device;
	b->decoder = decoder_named(equal + 1);
	if (!b->decoder)
		return log_error("there is no decoder \"%s\" (urbscope --decoders lists them)",
			       equal + 1),
		       -1;
	return 0;
}

static int know(struct session *s, const struct options *o, struct err *e)
{
	if (o->descriptors.n)
		s->knowledge = devices_new();
	for (size_t i = 0; i < o->descriptors.n; i++)
		if (know_from(s->knowledge, o->descriptors.v[i], e) < 0)
			return log_error("%s", e->text), -1;
	if (o->as.n)
		s->bindings = mem_zalloc(o->as.n, sizeof(*s->bindings));
	for (size_t i = 0; i < o->as.n; i++)
		if (bind(&s->bindings[i], o->as.v[i]) < 0)
			return -1;
	return 0;
}

/* What was made of the input so far is shown before a pipe is waited for. */
static void show_now(void *ctx)
{
	out_flush(ctx);
}

static void session_free(struct session *s)
{
	filter_free(s->filter);
	devices_free(s->knowledge);
	ids_free(s->ids);
	free(s->bindings);
}

struct output_opts session_output(const struct options *o)
{
	return (struct output_opts){
		.format = (enum output_format)o->format,
		.color = session_color(o),
		.ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0,
		.columns = terminal_columns(),
	};
}

int session_begin(struct session *s, const struct options *o, const char *input, bool seekable)
{
	struct output_opts out;
	struct err e = {0};

	*s = (struct session){0};
	if (o->filter) {
		s->filter = filter_compile(o->filter, &e);
		if (!s->filter) {
			log_error_lines(e.text);
			return -1;
		}
	}
	if (!o->no_ids)
		s->ids = ids_new(NULL);
	if (know(s, o, &e) < 0)
		return session_free(s), -1;
	s->run = (struct run_opts){
		.path = input,
		.idle = show_now,
		.idle_ctx = &s->out,
		.filter = s->filter,
		.block = block_size(),
		.seekable = seekable,
		.quiet = o->quiet,
		.learn = o->learn,
		.ids = s->ids,
		.knowledge = s->knowledge,
		.bindings = s->bindings,
		.n_bindings = o->as.n,
	};
	if (o->interface) {
		s->live = live_input(o, &s->run, &e);
		if (!s->live)
			return log_error("%s", e.text), session_free(s), -1;
	}
	out_init(&s->out, STDOUT_FILENO);
	s->out.prompt = isatty(STDOUT_FILENO);
	out = session_output(o);
	s->emit = output_new(&s->out, &out);
	return 0;
}

int session_end(struct session *s, int rc)
{
	int failed;

	if (s->live)
		rc = live_input_end(s->live, rc);
	output_free(s->emit);
	failed = out_close(&s->out);
	session_free(s);
	if (!failed)
		return rc;
	log_error("standard output: %s", strerror(failed));
	return EXIT_TROUBLE;
}
