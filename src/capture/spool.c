/* spool.c: the copying thread. */
#include "capture/spool.h"
#include "base/mem.h"
#include "capture/input.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SPOOL_BLOCK = 256 * 1024 };

struct spool {
	struct input *in;
	int to;
	pthread_t thread;
	atomic_bool over;
	struct err err; /* read after `over` */
	uint8_t *block;
};

bool spool_needed(const char *path)
{
	struct stat st;
	struct input *in;
	bool plain;

	if (strcmp(path, "-") ? stat(path, &st) : fstat(STDIN_FILENO, &st))
		return false;
	if (!S_ISREG(st.st_mode))
		return !S_ISDIR(st.st_mode);
	in = input_open(strcmp(path, "-") ? path : "/proc/self/fd/0", 4096, NULL, NULL);
	plain = !in || input_is_plain(in);
	input_close(in);
	return !plain;
}

int spool_file(struct err *e)
{
	const char *dir = getenv("TMPDIR");
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/urbscope-XXXXXX", dir && *dir ? dir : "/tmp");
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return err_set(e, "cannot make a temporary file like %s: %s (set TMPDIR)", path,
			strerror(errno));
	unlink(path);
	return fd;
}

static int put(int fd, const uint8_t *p, size_t n)
{
	while (n) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && errno != EINTR)
			return -1;
		p += done > 0 ? done : 0;
		n -= done > 0 ? (size_t)done : 0;
	}
	return 0;
}

static void *copy(void *arg)
{
	struct spool *s = arg;
	uint64_t at = 0;
	ssize_t got = 1;

	while (got > 0 || (got < 0 && errno == EINTR)) {
		int old;

		pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &old);
		got = input_read(s->in, at, s->block, SPOOL_BLOCK, &s->err);
		pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old);
		if (got <= 0)
			continue;
		at += (uint64_t)got;
		if (put(s->to, s->block, (size_t)got) < 0) {
			err_set(&s->err, "cannot write: %s", strerror(errno));
			break;
		}
	}
	if (got == 0)
		s->err.text[0] = 0;
	atomic_store(&s->over, true);
	return NULL;
}

struct spool *spool_start(const char *path, int from, int to, struct err *e)
{
	struct reader_opts o = {.fd = from};
	struct spool *s = mem_zalloc(1, sizeof(*s));
	sigset_t all, old;
	int rc;

	s->to = to;
	s->block = mem_resize(NULL, SPOOL_BLOCK, 1);
	s->in = input_open(path, SPOOL_BLOCK, &o, e);
	if (s->in) {
		/* signals are for the thread that knows what to do */
		sigfillset(&all);
		pthread_sigmask(SIG_SETMASK, &all, &old);
		rc = pthread_create(&s->thread, NULL, copy, s);
		pthread_sigmask(SIG_SETMASK, &old, NULL);
		if (!rc)
			return s;
		err_set(e, "cannot start a thread: %s", strerror(rc));
	}
	input_close(s->in);
	close(to);
	free(s->block);
	free(s);
	return NULL;
}

bool spool_over(struct spool *s, struct err *e)
{
	if (!atomic_load(&s->over))
		return false;
	*e = s->err;
	return true;
}

void spool_free(struct spool *s)
{
	if (!s)
		return;
	pthread_cancel(s->thread);
	pthread_join(s->thread, NULL);
	input_close(s->in);
	close(s->to);
	free(s->block);
	free(s);
}
