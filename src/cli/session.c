/* session.c: what every command does before and after its run. */
#include "base/log.h"
#include "base/mem.h"
#include "cli/command.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static bool use_color(const struct options *o)
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

int session_begin(struct session *s, const struct options *o, const char *input, bool seekable)
{
	struct err e = {0};

	*s = (struct session){0};
	if (o->filter) {
		s->filter = filter_compile(o->filter, &e);
		if (!s->filter) {
			log_error_lines(e.text);
			return -1;
		}
	}
	s->run = (struct run_opts){
		.path = input,
		.filter = s->filter,
		.block = block_size(),
		.seekable = seekable,
		.quiet = o->quiet,
	};
	out_init(&s->out, STDOUT_FILENO);
	s->out.prompt = isatty(STDOUT_FILENO);
	s->emit = output_new(&s->out, &(struct output_opts){
					      .format = (enum output_format)o->format,
					      .color = use_color(o),
					      .ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0,
					      .columns = terminal_columns(),
				      });
	return 0;
}

int session_end(struct session *s, int rc)
{
	int failed;

	output_free(s->emit);
	failed = out_close(&s->out);
	filter_free(s->filter);
	if (!failed)
		return rc;
	log_error("standard output: %s", strerror(failed));
	return EXIT_TROUBLE;
}
