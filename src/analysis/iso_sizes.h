/* iso_sizes.h: the sizes of an isochronous stream's packets and the pattern they repeat: a stream
 * of 44,100 Hz at one packet a millisecond is 9 packets of 44 samples and one of 45, again and
 * again. */
#ifndef ANALYSIS_ISO_SIZES_H
#define ANALYSIS_ISO_SIZES_H

#include "base/text.h"

/* The pattern is that of the latest ISO_SIZES_KEPT packets, of at most ISO_SIZES_PERIOD packets. */
enum { ISO_SIZES_KEPT = 1024, ISO_SIZES_PERIOD = 128, ISO_SIZES_KINDS = 8 };

struct iso_sizes {
	uint32_t *kept; /* a ring of ISO_SIZES_KEPT, made on first use */
	uint64_t n;
	uint32_t least, most;
	uint32_t common; /* greatest common divisor of all but 0 */
	struct {
		uint32_t size;
		uint64_t count;
	} kind[ISO_SIZES_KINDS]; /* the first different ones */
	unsigned kinds;
	uint64_t others; /* packets of further sizes */
};

void iso_sizes_add(struct iso_sizes *s, uint32_t size);
void iso_sizes_free(struct iso_sizes *s);

struct iso_pattern {
	unsigned period; /* packets; 0: none found */
	double share;	 /* 0–1: of the kept packets, those like one a period or two away */
	uint32_t size[ISO_SIZES_PERIOD];
};

/* The shortest period that fits at least 90 % of the kept packets and, but for two percent, as
 * well as any other: a clock that drifts makes it slip now and then. It begins with its longest run
 * of equal sizes. */
struct iso_pattern iso_sizes_pattern(const struct iso_sizes *s);
/* Appends "9 × 176 + 180"; long ones are cut with an ellipsis. Nothing without a pattern. */
void iso_pattern_text(struct text *t, const struct iso_pattern *p);
/* Appends "0 (50.0%), 1,024 (37.5%)", the most frequent first. */
void iso_sizes_text(struct text *t, const struct iso_sizes *s);

#endif
