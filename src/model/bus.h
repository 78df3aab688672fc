/* bus.h: bus packets → transactions → transfers (USB 2.0 chapters 8 and 11). Packets in, placements
 * out; transactions and transfers go to the model's callbacks as they end. Memory is bounded by the
 * number of endpoints. */
#ifndef MODEL_BUS_H
#define MODEL_BUS_H

#include "model/model.h"
#include "model/bus_times.h"
#include "model/transaction.h"

struct bus;

/* For packets of a section, and those after it. */
struct bus *bus_new(struct model *m, uint32_t section);
void bus_free(struct bus *b);

/* The next packet or state. A packet that only the next one can place (SPLIT, PRE) comes back as
 * `held`. */
struct placement bus_feed(struct bus *b, const struct record *rec, const struct event *ev);
/* The record held before, once it is placed: true, and *p. */
bool bus_held(struct bus *b, struct placement *p);
/* The capture is over: what is open goes to the callbacks, transfers in begin order. */
void bus_finish(struct bus *b);

/* What stat counts beside transfers. */
const struct bus_counts *bus_counts(const struct bus *b);
const struct bus_times *bus_times(const struct bus *b);

#endif
