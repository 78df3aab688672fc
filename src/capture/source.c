/* source.c: which source a name stands for. */
#include "capture/source.h"

#include <string.h>

struct source *source_open(const char *name, struct err *e)
{
	static const char replay[] = "replay:";

	if (!strncmp(name, replay, sizeof(replay) - 1))
		return replay_open(name + sizeof(replay) - 1, e);
	return live_open(name, e);
}

void source_close(struct source *s)
{
	if (s)
		s->ops->close(s);
}
