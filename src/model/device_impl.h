/* device_impl.h: what the files device*.c share: their tables, and what each does for others. */
#ifndef MODEL_DEVICE_IMPL_H
#define MODEL_DEVICE_IMPL_H

#include "base/map.h"
#include "base/mem.h"
#include "model/device.h"

#include <string.h>

/* Endpoints 0–15 and the unknown one; directions out, in, unknown. */
enum { ENDPOINTS = 17, DIRS = 3, INTERFACES = 32 };
/* Pipes asked for lately, by address and endpoint: most captures never miss. */
enum { ANSWERS = 1024 };

struct address {
	uint32_t section;
	uint16_t bus, address;
};

/* A choice that a class request made. */
struct mode {
	uint32_t since;	    /* version */
	uint16_t interface; /* or all of them */
	uint8_t mode;
};

struct slot {
	struct instance pub;
	uint32_t ordinal;   /* which one behind its address, from 0 */
	uint32_t inherits;  /* how many instances before this one its facts go back to */
	uint32_t inherited; /* version of the previous instance's facts at that time */
	struct fact *fact;
	size_t facts, fact_cap, bytes;
	struct mode *mode;
	size_t modes, mode_cap;
	int8_t alternate[INTERFACES];	 /* -1: none selected */
	char *port;			 /* PORT_PATH_MAX bytes; NULL: none */
	uint32_t pipe[ENDPOINTS][DIRS];	 /* newest pipe of that endpoint, 0: none */
	uint32_t expected[ENDPOINTS][2]; /* bytes of the next transfer out, in; 0: not known */
	uint8_t content, content_type; /* decoder of undescribed endpoints of that type, 0: none */
};

struct node {
	struct pipe pub;
	uint32_t older; /* the pipe of the same endpoint made before */
};

/* Starting knowledge of the instance that will be behind an address. */
struct known {
	struct address at;
	uint32_t ordinal;
	int configuration;
	struct fact *fact;
	size_t facts;
	uint8_t content, content_type; /* as in struct slot */
};

/* What devices_pipe() was asked for, packed, and its answer: good as long as nothing changed since.
 */
struct answer {
	uint64_t at;   /* section, bus, address */
	uint32_t what; /* speed, type, direction, endpoint */
	uint32_t pipe; /* 0: none yet */
	uint32_t changes;
};

struct devices {
	struct slot *instance;
	struct node *pipe;
	struct known *known;
	size_t instances, instance_cap, pipes, pipe_cap, knowns, known_cap;
	uint32_t endpoints, changes;
	struct map by_address; /* the instance behind an address */
	devices_binder *binder;
	void *binder_ctx;
	struct answer answer[ANSWERS];
	struct ports *ports;
};

/* Pipes looked up before may be others now. */
static inline void devices_touch(struct devices *d)
{
	d->changes++;
}

/* ---- device.c ----------------------------------------------------------------------- */

/* The instance that is behind an address now, made where there is none. No device changes its speed
 * while it has one: if the capture says another (USB_SPEED_UNKNOWN: it says none) than before, it
 * is another device. */
uint32_t devices_use(struct devices *d, const struct address *a, uint8_t speed);
/* Of all that tells a device's speed the best is kept. */
void devices_take_speed(struct slot *s, enum usb_speed speed, enum speed_from from);

/* ---- device_fact.c ------------------------------------------------------------------ */

/* An array of facts with their data. */
void facts_free(struct fact *f, size_t n);

/* ---- device_describe.c -------------------------------------------------------------- */

/* Fills in what is known now of a pipe with instance, endpoint, dir and type. */
void devices_describe_pipe(const struct devices *d, struct pipe *p);

/* ---- device_known.c ----------------------------------------------------------------- */

/* A new instance takes over what was known of it before. */
void devices_take_known(struct devices *d, uint32_t instance);
void devices_free_known(struct devices *d);

#endif
