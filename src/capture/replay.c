/* replay.c: a capture file as a live source, for tests without a bus:
 *
 *	replay:FILE[,pause=N][,lost=N][,unknown][,gone][,every=MS]
 *
 * gives FILE's records as fast as they are taken; pause=N: silent after N records until the capture
 * is stopped; lost=N: as many events are reported lost; unknown: losses cannot be known; gone: ends
 * as if the bus went away; every=MS: one record each MS milliseconds. */
#include "base/mem.h"
#include "capture/reader.h"
#include "capture/source.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BATCH = 128 };

struct replay {
	struct source s;
	struct reader *reader;
	struct record next; /* read ahead: tells the link type */
	char *spec;
	bool over, unknown, gone;
	unsigned long long pause, given, lost, every;
	int64_t due; /* ms: when the next record is to be given */
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void fetch(struct replay *r, struct err *e)
{
	r->over = reader_next(r->reader, &r->next, e) != 1;
}

static int replay_read(
	struct source *s, int stop_fd, int timeout_ms, source_record *got, void *ctx, struct err *e)
{
	struct replay *r = (struct replay *)s;
	struct pollfd stop = {stop_fd, POLLIN, 0};
	unsigned long long batch = r->every ? 1 : BATCH;
	int n = 0;

	if (r->pause && r->given >= r->pause)
		return poll(&stop, 1, timeout_ms), 0;
	if (r->every) {
		int64_t left = r->due - now_ms();

		if (left > 0 && (poll(&stop, 1, left < timeout_ms ? (int)left : timeout_ms) ||
					left > timeout_ms))
			return 0;
		r->due = now_ms() + (int64_t)r->every;
	}
	if (r->over)
		return r->gone ? err_set(e, "%s: the bus is gone", s->name) : -1;
	for (; batch-- && !r->over && !(r->pause && r->given >= r->pause); n++, r->given++) {
		got(ctx, &r->next);
		fetch(r, e);
	}
	return n;
}

static bool replay_lost(struct source *s, uint64_t *lost)
{
	struct replay *r = (struct replay *)s;

	*lost = r->given ? r->lost : 0;
	return !r->unknown;
}

static void replay_close(struct source *s)
{
	struct replay *r = (struct replay *)s;

	reader_close(r->reader);
	free(r->spec);
	free(r);
}

static const struct source_ops replay_ops = {replay_read, replay_lost, replay_close};

static bool option(struct replay *r, const char *word)
{
	if (!strcmp(word, "unknown"))
		return r->unknown = true;
	if (!strcmp(word, "gone"))
		return r->gone = true;
	return sscanf(word, "pause=%llu", &r->pause) == 1 ||
	       sscanf(word, "lost=%llu", &r->lost) == 1 ||
	       sscanf(word, "every=%llu", &r->every) == 1;
}

struct source *replay_open(const char *spec, struct err *e)
{
	struct replay *r = mem_zalloc(1, sizeof(*r));
	char *comma;

	r->s = (struct source){.ops = &replay_ops, .name = "replay"};
	r->spec = mem_strdup(spec);
	while ((comma = strrchr(r->spec, ',')) && option(r, comma + 1))
		*comma = 0;
	r->reader = reader_open(r->spec, NULL, e);
	if (!r->reader) {
		replay_close(&r->s);
		return NULL;
	}
	fetch(r, e);
	r->s.link = r->next.link;
	return &r->s;
}
