/* stat_reserve.h: reserved bandwidth: what stat_reserve.c finds, stat_reserve_report.c shows. */
#ifndef ANALYSIS_STAT_RESERVE_H
#define ANALYSIS_STAT_RESERVE_H

#include "analysis/stat_impl.h"
#include "usb/bustime.h"

/* Refusals that are kept; the rest is counted. */
enum { REFUSALS = 16 };
/* Buses whose first transfer is noted. */
enum { BUSES = 32 };

/* One bus, or the side of full and low speed of one transaction translator. */
struct domain {
	uint32_t section;
	uint16_t bus;
	bool translator;
	bool inferred;		  /* some speed or the hub is not told by the capture */
	char hub[PORT_PATH_MAX];  /* of a translator; empty: not known */
	uint8_t speed;		  /* USB_FULL or USB_HIGH: frames or microframes */
	uint32_t endpoints, peak; /* at its fullest moment; peak in ns */
	uint32_t bytes;
	double mean;
	int64_t t;
	struct bustime_schedule *now; /* while a look is taken */
	uint32_t endpoints_now;
	bool inferred_now;
};

/* A periodic endpoint of a setting that was in use. */
struct reserved {
	uint32_t instance;
	uint8_t configuration, interface, alternate, address, type, speed;
	bool inferred; /* its speed */
	struct bustime_reservation r;
};

struct refusal {
	int64_t t;
	uint32_t xfer, pipe;
	uint8_t address; /* bEndpointAddress; of a request for a setting: 0 */
	uint8_t speed;
	uint32_t needs;	 /* ns of a (micro)frame; 0: not known */
	uint32_t others; /* what the others of its bus held in their fullest one */
};

struct reserve {
	struct domain *domain;
	size_t domains, domain_cap;
	struct reserved *endpoint;
	size_t endpoints, endpoint_cap;
	struct map by_key; /* of endpoints */
	struct refusal refusal[REFUSALS];
	size_t refusals;
	uint64_t refused; /* all */
	uint32_t looks;
	uint64_t bus[BUSES]; /* section and bus */
	size_t buses;
};

/* A look at a bus as it is now. */
void reserve_look(
	struct reserve *v, const struct devices *d, uint32_t section, uint16_t bus, int64_t t);

#endif
