/* timeline.h: a lane for each endpoint, time from left to right, from hours to nanoseconds. */
#ifndef TUI_TIMELINE_H
#define TUI_TIMELINE_H

#include "tui/listing.h"

struct lanes_view {
	int64_t from, span; /* ns: what the width shows; span 0: everything */
	int64_t at;	    /* the cursor */
	uint32_t lane, top; /* chosen, first shown; numbers from 0 */
	/* What was counted last, and for what: */
	int64_t drawn_from, drawn_span;
	uint64_t drawn_state;
	int columns;
	struct lane *lanes;
	size_t n, cap;
	uint32_t *lane_of; /* [endpoint_id - 1]: number + 1 */
	size_t endpoints;
};

struct lane {
	uint32_t endpoint, pipe; /* endpoint_id; one of its pipes */
	uint64_t transfers;
	uint16_t *busy;	 /* [column] transfers, saturated */
	uint8_t *errors; /* [column] */
	uint32_t first;	 /* transfer under the cursor or next to it; 0: none */
};

void lanes_free(struct lanes_view *t);
void lanes_draw(struct lanes_view *t, struct listing *l, struct grid *g, struct area a, bool lanes);
/* Zooms around the cursor: factor < 1 comes closer. */
void lanes_zoom(struct lanes_view *t, struct listing *l, double factor);
/* Moves the cursor by columns (of those drawn last) or to the beginning or end of the capture. */
void lanes_move(struct lanes_view *t, struct listing *l, int columns);
void lanes_lane(struct lanes_view *t, int step);
void lanes_edge(struct lanes_view *t, struct listing *l, bool end);
/* The transfer of the chosen lane at the cursor, or the nearest after it; 0: none. */
uint32_t lanes_transfer(struct lanes_view *t, struct listing *l);

#endif
