/* report.c: what the text output writes, taken up as lines: its colours become roles. */
#include "tui/report.h"
#include "base/mem.h"
#include "base/out.h"
#include "output/output.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct report {
	struct page *page;
	struct out out;
	struct emit *emit;
	int fd;
};

/* A file without a name takes the output: what it holds is read when it is complete. */
static int memory_file(void)
{
	return memfd_create("urbscope-report", MFD_CLOEXEC);
}

static char *contents(int fd, size_t *n)
{
	struct stat st;
	char *s;
	ssize_t got;

	*n = 0;
	if (fd < 0 || fstat(fd, &st))
		return mem_zalloc(1, 1);
	s = mem_zalloc((size_t)st.st_size + 1, 1);
	while (*n < (size_t)st.st_size &&
		(got = pread(fd, s + *n, (size_t)st.st_size - *n, (off_t)*n)) > 0)
		*n += (size_t)got;
	return s;
}

struct report *report_begin(struct page *p, unsigned columns, bool ascii)
{
	struct report *r = mem_zalloc(1, sizeof(*r));

	r->page = p;
	r->fd = memory_file();
	out_init(&r->out, r->fd);
	r->emit = output_new(&r->out,
		&(struct output_opts){
			.format = OUTPUT_TEXT, .color = true, .ascii = ascii, .columns = columns});
	return r;
}

struct emit *report_emit(struct report *r)
{
	return r->emit;
}

/* "[1;31": ESC [ numbers m, as the text output writes tones. */
static enum role role_of_code(const char *s, const char *end)
{
	static const struct {
		long code;
		enum role role;
	} by[] = {
		{1, ROLE_STRONG}, {2, ROLE_DIM}, {31, ROLE_BAD}, {32, ROLE_GOOD}, {33, ROLE_WARN}};

	enum role role = ROLE_TEXT;

	while (s < end) {
		char *after;
		long code = strtol(s + 1, &after, 10); /* behind [ or ; */

		for (size_t i = 0; i < ARRAY_LEN(by); i++)
			if (by[i].code == code)
				role = by[i].role;
		s = after;
	}
	return role;
}

static void take_line(struct page *p, const char *s, const char *end)
{
	enum role role = ROLE_TEXT;

	page_line(p);
	while (s < end) {
		const char *esc = memchr(s, '\033', (size_t)(end - s));
		const char *stop = esc ? esc : end;

		page_span(p, page_end_col(p), role, s, (size_t)(stop - s));
		s = stop;
		if (esc) {
			s = memchr(esc, 'm', (size_t)(end - esc));
			role = role_of_code(esc + 1, s ? s : end);
			s = s ? s + 1 : end;
		}
	}
}

void report_end(struct report *r)
{
	size_t n;
	char *s, *line;

	output_free(r->emit);
	out_close(&r->out);
	s = contents(r->fd, &n);
	page_clear(r->page);
	for (line = s; line < s + n;) {
		char *end = memchr(line, '\n', (size_t)(s + n - line));

		end = end ? end : s + n;
		take_line(r->page, line, end);
		line = end + 1;
	}
	free(s);
	if (r->fd >= 0)
		close(r->fd);
	free(r);
}

char *report_text(void (*say)(void *ctx, struct emit *e), void *ctx, int format, size_t *n)
{
	int fd = memory_file();
	struct out o;
	struct emit *e;
	char *s;

	out_init(&o, fd);
	e = output_new(&o, &(struct output_opts){.format = (enum output_format)format});
	say(ctx, e);
	output_free(e);
	out_close(&o);
	s = contents(fd, n);
	if (fd >= 0)
		close(fd);
	return s;
}
