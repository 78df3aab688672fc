/* log.c: messages on standard error. */
#include "base/log.h"
#include "base/err.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static bool quiet;
static bool progress_shown;
static void (*sink)(const char *line);
static void (*before)(void *ctx);
static void *before_ctx;

void log_set_quiet(bool q)
{
	quiet = q;
}

void log_set_sink(void (*to)(const char *line))
{
	sink = to;
}

void log_before(void (*call)(void *ctx), void *ctx)
{
	before = call;
	before_ctx = ctx;
}

static void say(const char *level, const char *fmt, va_list ap)
{
	char raw[1024], safe[2048];
	struct text t;

	vsnprintf(raw, sizeof(raw), fmt, ap);
	text_init(&t, safe, sizeof(safe));
	text_untrusted(&t, raw, (size_t)-1);
	if (sink) {
		sink(safe);
		return;
	}
	log_progress(NULL);
	if (before)
		before(before_ctx);
	fprintf(stderr, "urbscope: %s%s\n", level, safe);
}

void log_warn(const char *fmt, ...)
{
	va_list ap;

	if (quiet)
		return;
	va_start(ap, fmt);
	say("warning: ", fmt, ap);
	va_end(ap);
}

void log_note(const char *fmt, ...)
{
	va_list ap;

	if (quiet)
		return;
	va_start(ap, fmt);
	say("", fmt, ap);
	va_end(ap);
}

void log_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say("", fmt, ap);
	va_end(ap);
}

void log_error_lines(const char *text)
{
	log_progress(NULL);
	fprintf(stderr, "urbscope: %s\n", text);
}

void log_progress(const char *line)
{
	static int tty = -1;

	if (tty < 0)
		tty = isatty(STDERR_FILENO);
	if (!tty || sink || (!line && !progress_shown))
		return;
	fputs("\r\033[K", stderr);
	progress_shown = line && !quiet;
	if (progress_shown)
		fputs(line, stderr);
	fflush(stderr);
}

_Noreturn void die_oom(unsigned long long bytes)
{
	fprintf(stderr, "urbscope: out of memory (%llu bytes wanted)\n", bytes);
	exit(EXIT_TROUBLE);
}
