/* iso_impl.h: what iso counts; shared by the files iso*.c.
 *
 * A stream is one run of one endpoint: from its first transfer to a SET_INTERFACE or
 * SET_CONFIGURATION, another alternate setting, the cancelling of everything that is queued, or
 * silence for ISO_SILENCE.
 *
 * Positions count frames (low and full speed) or microframes since the stream's first interval. */
#ifndef ANALYSIS_ISO_IMPL_H
#define ANALYSIS_ISO_IMPL_H

#include "analysis/iso.h"
#include "analysis/iso_sizes.h"
#include "analysis/timeline.h"
#include "base/hist.h"
#include "model/transaction.h"

enum {
	ISO_SILENCE = 1000000000, /* ns, or ISO_SILENT_INTERVALS intervals if that is longer */
	ISO_SILENT_INTERVALS = 8,
	ISO_STREAMS = 256, /* told one by one; of more only how many */
	ISO_HELD = 8,	   /* URBs that decide how start frames are to be read */
	ISO_FRAME = 1000000,
	ISO_MICROFRAME = 125000,
	ISO_STEP_MAX = 1 << 15, /* bInterval 16 */
	ISO_BARS = 40,		/* of the histogram of lateness */
	ISO_PIDS = 3,
	ISO_DRIES = 32 /* moments of a dry queue that are told one by one */
};

/* Sums that the timeline keeps per bin. */
enum { NOTE_BYTES, NOTE_LOST, NOTE_FEEDBACK, NOTE_FEEDBACKS };

/* Where positions come from. */
enum iso_positions {
	POSITIONS_UNDECIDED,
	POSITIONS_COUNTED,  /* packets are counted; what is between URBs follows from time */
	POSITIONS_RECORDED, /* start frames, or SOFs on the bus */
};

/* Rules of Windows for isochronous URBs (Microsoft: "How to send USB isochronous transfers"). */
enum { RULE_PACKETS, RULE_WHOLE_FRAMES, RULE_START_FRAME, RULES };

/* An URB with what its place depends on. */
struct iso_urb {
	int64_t begin, end;
	uint64_t record;
	uint32_t packets;
	uint32_t failed; /* packets */
	uint32_t good;
	uint64_t good_bytes;
	int32_t frame;	  /* start frame */
	bool has_frame;	  /* it is recorded */
	bool has_queue;	  /* begin is the submission */
	bool dry;	  /* nothing was queued before it */
	bool timed;	  /* completed: end means something */
	int64_t position; /* bus: of the SOF before it; -1: none */
};

/* What can be seen of feedback: samples per (micro)frame, in 65536ths. */
struct iso_feedback {
	uint64_t n, empty, bad; /* values; polls without one; of other sizes */
	uint32_t least, most, last;
	double sum;
	uint8_t bytes; /* of a value: 3 (10.14) or 4 (16.16) */
};

/* An audio stream's format as descriptors tell it, or as packet sizes let it look (inferred). */
struct iso_format {
	uint32_t sample; /* bytes of one sample of all channels; 0: not known */
	uint32_t channels, bits;
	uint32_t hz[8]; /* rates the alternate setting offers */
	unsigned rates;
	bool inferred;
};

struct iso_gap {
	int64_t ns, at; /* at: where it begins, ns since the capture's first record */
};

struct iso_stream {
	uint32_t number, pipe, endpoint_id;
	uint8_t dir, speed, capture;
	bool wire;	     /* bus packets */
	bool cancelled;	     /* the latest URB was */
	uint8_t is_feedback; /* FEEDBACK_ */
	int64_t begin, end;  /* ns since the capture's first record */

	/* URBs or, on the bus, intervals with a token */
	uint64_t urbs, ok, partly, failed_urbs, cancelled_urbs, refused, pending;
	uint64_t packets, done, full, short_packets, empty, unrecorded, unjudged;
	uint64_t failed[STATUS_COUNT], failures;
	uint64_t cancelled_packets; /* of cancelled URBs, never served */
	uint64_t bytes;
	uint32_t largest; /* bytes of an interval by the descriptor; 0: not known */

	/* places */
	uint8_t positions; /* enum iso_positions */
	uint8_t frame_scale;
	bool unit_inferred, step_inferred;
	int64_t unit;		     /* ns of a position */
	uint32_t step;		     /* positions of an interval */
	int64_t next;		     /* position at which the next URB should begin */
	int64_t next_frame, modulus; /* start frame that it should have */
	bool placed;
	struct iso_urb held[ISO_HELD];
	unsigned holds;
	uint64_t skips, skipped, repeated; /* times, intervals, intervals */
	uint64_t first_skip;		   /* record */
	int64_t last_end;		   /* of the latest URB, cancelled or not; 0: none */
	int64_t placed_end;		   /* of the latest that was placed */
	bool timed;

	/* queue */
	bool queue_seen;
	uint64_t dry;
	int64_t dry_ns;
	struct iso_gap dries[ISO_DRIES]; /* the first ones */
	struct iso_gap dry_longest, gap;
	struct hist reserve; /* ns from a submission to the completion of the URB before it */

	/* time */
	struct timeline late; /* completions; on the bus tokens */
	struct timeline rate; /* bytes so far over intervals that were served */
	int64_t served;	      /* positions of them */
	uint64_t served_bytes;
	struct hist phase; /* bus: ns since the SOF before */
	struct iso_sizes sizes;
	struct iso_feedback feedback;

	uint64_t rule[RULES], rule_first[RULES];	 /* how often broken, first record */
	uint64_t transactions, sequence, sequence_first; /* bus: wrong PIDs */
	char wrong_pids[40];

	/* once it has ended: the timelines are no more than their bins */
	struct timeline_result late_result, rate_result;
	double bars[ISO_BARS], bars_to; /* histogram of lateness, 0 to bars_to ns and beyond */
	struct iso_pattern pattern;
};

/* How sure it is that an endpoint tells feedback. */
enum iso_feedback_kind { FEEDBACK_NO, FEEDBACK_GUESSED, FEEDBACK_TOLD };

/* One interval of a bus endpoint that is going on. */
struct iso_interval {
	uint32_t xfer;
	int64_t begin, position, frame, phase; /* -1: no SOF before it */
	uint8_t pids[ISO_PIDS], n;
	bool split, all_ok;
};

/* The bus's own clock. */
struct iso_sof {
	uint64_t n;
	int64_t time, unit, position;
	int64_t frame_time, frame_position; /* of the latest frame number; counted in frames */
	uint16_t frame;
	bool seen;
	uint8_t speed;
	struct timeline clock, longest; /* since the latest break; the longest before */
	struct timeline_result result;	/* for the report */
};

struct iso {
	struct iso_stream **stream; /* all, in the order in which they began */
	size_t streams, stream_cap;
	uint64_t untold;	  /* streams beyond ISO_STREAMS */
	struct iso_stream **open; /* [endpoint_id - 1] */
	size_t opens, open_cap;
	struct iso_interval *interval[128 * 32]; /* [device][endpoint][in] */
	struct iso_sof sof;
	bool fine; /* some time was no whole microsecond */
};

/* Damaged times may be further apart than ns can say. */
#define ISO_NS_MAX 9e18

/* ns in whose multiples the capture's times come. */
static inline double iso_quantum(const struct iso *s)
{
	return s->fine ? 1 : 1000;
}

/* ---- iso_place.c: where URBs lie in time -------------------------------------------- */

/* Places the URB that ended last, and counts queue, gaps and lateness. */
void iso_place(struct iso_stream *s, const struct iso_urb *u);
/* No more will come: what is held is placed. */
void iso_place_end(struct iso_stream *s);
/* The one of frame and microframe that is nearer to so many ns, by ratio. */
int64_t iso_unit_near(double ns);

/* ---- iso_packets.c: what an URB's packets say --------------------------------------- */

/* Counts them; *u gets the sums that its place needs. */
void iso_count(struct iso_stream *s, const struct xfer *x, struct iso_urb *u);

/* ---- iso_windows.c ------------------------------------------------------------------ */

/* What Windows asks of an isochronous URB; counts for USBPcap captures only. */
void iso_windows_rules(struct iso_stream *s, const struct xfer *x);

/* ---- iso_wire.c: bus packets -------------------------------------------------------- */

void iso_wire_record(void *self, struct run *r, const struct run_record *rr);
void iso_wire_transaction(void *self, struct run *r, const struct transaction *t);
/* Counts a transfer of a bus capture, which is one interval. */
void iso_wire_count(struct iso *all, struct iso_stream *s, const struct xfer *x, struct iso_urb *u);
/* The last SOF has come. */
void iso_wire_end(struct iso *s);
/* Whether SOFs and the capture's time stamps can be compared: the two below mean something. */
bool iso_sof_clock(const struct iso *s);
/* ppm by which frames are faster than the capture's clock says. */
double iso_sof_ppm(const struct iso *s);
double iso_sof_uncertainty(const struct iso *s);
void iso_wire_free(struct iso *s);

/* ---- iso_audio.c: formats and feedback ---------------------------------------------- */

/* enum iso_feedback_kind of a pipe by its descriptors. */
uint8_t iso_feedback_of(const struct pipe *p);
/* Reads a packet of n bytes; the value in 65536ths of a sample, 0: none. 3 bytes are 10.14 (USB 2.0
 * 5.12.4.2), 4 are 16.16. */
uint32_t iso_feedback_value(const uint8_t *b, size_t n);
void iso_feedback_add(struct iso_feedback *f, const uint8_t *b, size_t n);
/* The latest value over time. */
void iso_note_feedback(struct iso_stream *s, int64_t when);
/* The format of the pipe's alternate setting; sample 0: none told. */
struct iso_format iso_format(const struct devices *d, const struct pipe *p);
/* The customary sample rate within 1 % of hz, of those offered if any are; 0: none. */
uint32_t iso_rate_near(const struct iso_format *f, double hz);

/* ---- iso_result.c ------------------------------------------------------------------- */

/* What is computed from the counts for the report. */
struct iso_result {
	const struct iso_stream *s;
	const struct pipe *pipe;
	const struct instance *device;
	struct iso_format format;
	int64_t unit, interval;		 /* ns */
	bool clock_known;		 /* the two below: frames against the capture's clock */
	double clock, clock_uncertainty; /* ppm */
	bool rate_known;
	double bytes_per_second;		   /* of bus time, in intervals served */
	double reserved;			   /* bytes per second; 0: not known */
	double hz, hz_uncertainty;		   /* samples per second of bus time */
	uint32_t nominal;			   /* Hz; 0: not known */
	double drift, drift_uncertainty;	   /* ppm of hz against nominal */
	double capture_drift, capture_uncertainty; /* the same by the capture's clock, if the
						      clock is known */
	uint64_t lost;				   /* intervals: skipped, and packets that failed */
};

void iso_result(struct iso_result *out, const struct iso *all, const struct iso_stream *s,
	const struct devices *d);
/* Nothing that this capture does not show could hide a loss. */
bool iso_sees_losses(const struct iso_stream *s);

/* A stretch of a stream. */
struct iso_point {
	double t, width;	    /* s since the capture's first record */
	double events;		    /* completions; on the bus intervals */
	double late_mean, late_max; /* ns; NaN: none */
	double bytes, lost;	    /* lost: intervals and packets */
	double feedback, feedbacks; /* Hz, mean (NaN: none); number of values */
};

/* The stream over time in at most max (>= 1) equal stretches; fewer where fewer events would leave
 * some of them empty. Returns how many. */
size_t iso_points(const struct iso_result *r, struct iso_point *p, size_t max);
/* Samples per second of bus time of a feedback value in 65536ths. */
double iso_feedback_hz(const struct iso_result *r, double value);

/* ---- iso_json.c: the report for machines, iso_text.c: for people -------------------- */

void iso_report_tables(const struct iso *s, const struct iso_result *r, size_t n,
	const struct run *run, struct emit *e);
void iso_report_text(const struct iso *s, const struct iso_result *r, size_t n,
	const struct run *run, struct emit *e);
/* A stream's part of it that is drawn: iso_plots.c. */
void iso_plots(const struct iso_result *r, struct emit *e);

#endif
