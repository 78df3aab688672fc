/* source.c: which source a name stands for. */
#include "capture/source.h"

#include <string.h>
#include <time.h>

struct source *source_open(const char *name, struct err *e)
{
	static const char replay[] = "replay:";
	struct timespec t;
	struct source *s;

	clock_gettime(CLOCK_REALTIME, &t);
	if (!strncmp(name, replay, sizeof(replay) - 1))
		s = replay_open(name + sizeof(replay) - 1, e);
	else
		s = live_open(name, e);
	if (s)
		s->opened = (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
	return s;
}

void source_close(struct source *s)
{
	if (s)
		s->ops->close(s);
}
