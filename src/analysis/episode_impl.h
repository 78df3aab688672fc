/* episode_impl.h: what detectors of episodes are, and what they share. Private to episode*.c. */
#ifndef ANALYSIS_EPISODE_IMPL_H
#define ANALYSIS_EPISODE_IMPL_H

#include "analysis/episode.h"
#include "usb/request.h"

struct episode_detector {
	size_t state; /* bytes, zeroed at the beginning */
	void (*xfer)(void *state, struct episodes *e, struct row *row);
	/* Ends or drops what is open, frees what it allocated. */
	void (*finish)(void *state, struct episodes *e);
};
extern const struct episode_detector episode_enumeration, episode_recovery, episode_segments,
	episode_streams, episode_suspend, episode_iso;

/* Most episodes of a kind that are open at once where each needs looking at: the oldest gives way.
 */
enum { EPISODES_OPEN = 32 };
/* The same of those that are found by their endpoint and looked at only when something ends. */
enum { EPISODES_OPEN_ENDPOINTS = 1024 };

/* ---- an episode's life ----------------------------------------------------------------------- */

/* Begins one of that transfer's device (and endpoint, if endpoint is true); the transfer is not in
 * it yet. To be ended or dropped. */
struct episode *episode_begin(enum episode_kind k, const struct xfer *x, bool endpoint);
/* The transfer belongs to it. */
void episode_add(struct episodes *e, struct episode *ep, struct row *row);
/* … and is a step: text NULL stands for the transfer's own words. */
void episode_step(struct episodes *e, struct episode *ep, struct row *row, const char *text);
/* … and belongs to the step before. */
void episode_extend(struct episodes *e, struct episode *ep, struct row *row);
/* A step that no transfer is: what lay between two. */
void episode_note(struct episode *ep, uint32_t xfer, int64_t begin, int64_t end, const char *text);
/* A transfer that came before the episode was seen to begin: its first step. */
void episode_earlier(
	struct episode *ep, uint32_t xfer, int64_t begin, int64_t end, const char *text);
/* It is over: handed on, gone. */
void episode_end(struct episodes *e, struct episode *ep, const char *outcome, enum tone tone);
/* It was none. */
void episode_drop(struct episode *ep);

/* Info is built over ep->info. */
struct text episode_text(struct episode *ep);
void episode_say_duration(struct text *t, int64_t ns);
/* "3 resets", "1 reset". */
void episode_say_count(struct text *t, uint64_t n, const char *one, const char *many);
/* "12,345 bytes", "1.2 MB" */
void episode_say_bytes(struct text *t, uint64_t n);

/* ---- arrays by instance or endpoint ---------------------------------------------------------- */

/* Elements of one size under dense numbers from 1, zeroed at first; pointers are valid until the
 * next dense_at(). */
struct dense {
	unsigned char *mem;
	size_t n;
};
void *dense_at(struct dense *d, uint32_t number, size_t size);
void dense_free(struct dense *d);

/* ---- requests -------------------------------------------------------------------------------- */

static inline bool has_setup(const struct xfer *x)
{
	return x->type == USB_CONTROL && x->flags & XFER_HAS_SETUP;
}

static inline const struct devices *devices_of(const struct row *row)
{
	return model_devices(row->model);
}

static inline bool is_gone(const struct row *row, uint32_t instance)
{
	return instance && devices_get_instance(devices_of(row), instance)->presence == DEVICE_GONE;
}

#endif
