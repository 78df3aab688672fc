/* iso_say.h: how the report of `iso` builds its lines: text with a tone, numbers in words. */
#ifndef ANALYSIS_ISO_SAY_H
#define ANALYSIS_ISO_SAY_H

#include "base/emit.h"
#include "base/text.h"

/* A line that is built up. */
struct iso_say {
	struct text t;
	char room[320];
	uint8_t tone; /* enum tone */
};

void iso_say_init(struct iso_say *w);
/* Emits it as an item, unless it is empty. */
void iso_say_end(struct iso_say *w, struct emit *e, const char *title);

/* "1 packet", "2 packets" */
void iso_say_things(struct text *t, uint64_t n, const char *thing);
/* A duration with its unit; it may be negative or beyond what int64_t holds. */
void iso_say_ns(struct text *t, double ns);
/* "1.000125 s" */
void iso_say_time(struct text *t, int64_t ns);
/* Bytes per second: "192 kB/s" */
void iso_say_rate(struct text *t, double rate);
/* Decimals that the uncertainty gives a meaning. */
int iso_say_decimals(double uncertainty);
/* "+0.3 ± 0.1 ppm" */
void iso_say_ppm(struct text *t, double ppm, double uncertainty);
/* " (1.2%)"; nothing of nothing. */
void iso_say_percent(struct text *t, uint64_t part, uint64_t all);
/* ", 3 empty"; nothing for none. */
void iso_say_part(struct text *t, uint64_t n, const char *what);

#endif
