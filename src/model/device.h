/* device.h: what is known about devices: instances, what they told (facts), the configuration in
 * use, and pipes. Instances are versions: a new address, a reset or another device under an address
 * makes a new one, and old transfers keep theirs. Knowledge flows forward only: a pipe holds the
 * version of the facts that were known when it was made, never changes, and each transfer holds a
 * pipe number; so a transfer means the same whenever it is looked at.
 *
 * device.c has the instances, device_fact.c what they told, device_state.c what was chosen of them,
 * device_describe.c and device_pipe.c the pipes, device_known.c starting knowledge. */
#ifndef MODEL_DEVICE_H
#define MODEL_DEVICE_H

#include "base/text.h"
#include "usb/usb.h"

#include <stdbool.h>
#include <stddef.h>

/* One answer to GET_DESCRIPTOR. */
struct fact {
	uint8_t type, index; /* descriptor type and index (wValue) */
	uint16_t which;	     /* wIndex: a string's language, a class descriptor's interface */
	uint32_t since;	     /* version of the instance from which on it is known */
	uint32_t len, total; /* bytes at data; bytes the device sent */
	uint8_t *data;	     /* owned by the devices */
};

/* Most that is kept of one device: more is not believed to be one. */
enum { FACTS_MAX = 4096, FACTS_BYTES = 1024 * 1024, FACT_LEN = 65535 };

/* Where a device's speed is known from. */
enum speed_from {
	SPEED_FROM_NOWHERE,
	SPEED_FROM_CAPTURE,  /* the capture says it */
	SPEED_FROM_ROOT_HUB, /* Linux root hubs have a product id for each speed */
	SPEED_FROM_PORT,     /* its hub tells it of the port */
	/* inferred: */
	SPEED_FROM_SOFS,	 /* SOFs, PING or SPLIT on its bus */
	SPEED_FROM_PACKET_SIZES, /* bulk packet sizes, bMaxPacketSize0, companions */
	SPEED_FROM_HUB_PROTOCOL	 /* a hub's bDeviceProtocol */
};
const char *speed_from_text(enum speed_from f); /* trusted; NULL for nowhere */
static inline bool speed_is_inferred(enum speed_from f)
{
	return f >= SPEED_FROM_SOFS;
}

enum { CONFIGURATION_UNKNOWN = -1 };

/* What hubs tell of a device (model/ports.h). */
enum presence {
	DEVICE_PRESENT,
	DEVICE_GONE,  /* its port has no connection any more */
	DEVICE_RESET, /* its port was reset: its address is its next instance's at its next use */
	DEVICE_UNADDRESSED /* the bus was reset: who uses its address next may be any device */
};

struct instance {
	uint32_t number; /* of itself, from 1 */
	uint32_t section;
	uint16_t bus, address;
	uint8_t speed, speed_from;
	uint32_t previous;     /* the instance that had the address before; 0: none */
	uint32_t became;       /* a later instance that is the same device; 0: none is known */
	uint32_t version;      /* of the facts; grows with each */
	int configuration;     /* bConfigurationValue in use, 0: not configured, or unknown */
	const char *port_path; /* "1-2.4"; NULL: not known */
	uint32_t hub;	       /* the instance of the hub it is at; 0: not known */
	uint8_t hub_port;      /* its port there */
	uint8_t split_hub;     /* address of the hub whose translator SPLITs name; 0: none seen */
	uint8_t split_port;    /* the translator's port (USB 2.0 8.4.2): hubs may be between */
	uint32_t translator;   /* instance of that hub; 0: nothing else was seen of it */
	uint8_t presence;      /* enum presence */
	bool no_qualifier;     /* it refused GET_DESCRIPTOR device qualifier */
};

enum {
	PIPE_IDS = 1 << 0,	  /* idVendor, idProduct */
	PIPE_CONFIGURED = 1 << 1, /* configuration */
	PIPE_DESCRIBED = 1 << 2, /* interface to wMaxPacketSize: an endpoint descriptor was found */
	PIPE_INFERRED = 1 << 3,	 /* configuration or alternate setting were inferred: ~ */
	PIPE_ASSOCIATED = 1 << 4, /* an interface association holds the interface: bFunction… */
	PIPE_LONE = 1 << 5 /* not described, as the capture cut that off: of the only interface */
};

struct pipe {
	uint32_t instance, version; /* from 1; facts up to this version were known */
	uint32_t endpoint_id; /* from 1; the same for all pipes of one instance's endpoint and type
			       */
	uint8_t endpoint, dir, type,
		speed; /* message pipes (control): dir unknown, both directions */
	uint8_t flags;
	uint8_t configuration, interface, alternate;
	uint8_t bInterfaceClass, bInterfaceSubClass, bInterfaceProtocol;
	uint8_t bmAttributes, bInterval;
	uint8_t function; /* first interface of its association, or the interface itself; also
			     with PIPE_LONE */
	uint8_t bFunctionClass, bFunctionSubClass, bFunctionProtocol;
	uint8_t bDeviceClass, bDeviceSubClass, bDeviceProtocol; /* with PIPE_IDS */
	uint8_t decoder; /* number of the decoder it is bound to; 0: none, or endpoint 0 */
	uint16_t wMaxPacketSize, idVendor, idProduct;
};

struct devices;

struct devices *devices_new(void);
void devices_free(struct devices *d);

/* Who says which decoder (a number from 1, 0: none) an endpoint's pipe is bound to, each time a
 * pipe is made; its other members are filled. To be set before the first pipe is made. */
typedef uint8_t devices_binder(void *ctx, const struct devices *d, const struct pipe *p);
void devices_set_binder(struct devices *d, devices_binder *binder, void *ctx);

/* The pipe number (from 1) of an endpoint as seen in an event, made on first use. */
uint32_t devices_pipe(struct devices *d, uint32_t section, uint16_t bus, uint16_t address,
	uint8_t endpoint, uint8_t dir, uint8_t type, uint8_t speed);

/* What descriptors say about an endpoint as of now, without making a pipe: flags has PIPE_DESCRIBED
 * where they say something. */
struct pipe devices_describe(const struct devices *d, uint32_t section, uint16_t bus,
	uint16_t address, uint8_t endpoint, uint8_t dir);
/* A number that changes whenever that may. */
uint32_t devices_changes(const struct devices *d);

/* n from 1; pointers are valid until the next devices_pipe() or learning. */
const struct pipe *devices_get_pipe(const struct devices *d, uint32_t n);
const struct instance *devices_get_instance(const struct devices *d, uint32_t n);
uint32_t devices_pipes(const struct devices *d);
uint32_t devices_instances(const struct devices *d);
uint32_t devices_endpoints(const struct devices *d);

/* The newest fact of that key among those with since <= version; NULL: not known. which may be
 * FACT_ANY (the newest of any language or interface). */
enum { FACT_ANY = 0x10000 };
const struct fact *devices_fact(const struct devices *d, uint32_t instance, uint32_t version,
	uint8_t type, uint8_t index, uint32_t which);
/* The configuration descriptor of that bConfigurationValue. */
const struct fact *devices_configuration(
	const struct devices *d, uint32_t instance, uint32_t version, int value);
/* The one in use now: the one selected, or the only one there is. */
const struct fact *devices_configuration_in_use(const struct devices *d, uint32_t instance);
/* The newest answer of each type, index and language, in the order they were learnt; at most
 * FACTS_MAX, to out[]. Returns how many. */
size_t devices_facts_now(
	const struct devices *d, uint32_t instance, const struct fact *out[FACTS_MAX]);
/* The interface descriptor of a number in the configuration and alternate setting a pipe stands for
 * (its own interface, or for pipes of endpoint 0 alternate setting 0). False: not known. */
struct desc_interface;
bool devices_interface(
	const struct devices *d, const struct pipe *p, uint8_t number, struct desc_interface *out);
/* The same pipe's facts, of another part of its device: *out is p with interface to function and
 * flags as far as descriptors tell of an interface (where its own is missing, a report descriptor
 * that was read of it: PIPE_INFERRED), or of the one that an endpoint (bEndpointAddress) belongs
 * to. False: nothing is known of it. */
bool devices_pipe_of_interface(
	const struct devices *d, const struct pipe *p, uint8_t number, struct pipe *out);
bool devices_pipe_of_endpoint(
	const struct devices *d, const struct pipe *p, uint8_t address, struct pipe *out);
/* Appends string `index` as UTF-8 (untrusted); false: not known, or index 0. */
bool devices_string(const struct devices *d, uint32_t instance, uint32_t version, uint8_t index,
	struct text *t);
/* The alternate setting in use now; -1: none was selected. */
int devices_alternate(const struct devices *d, uint32_t instance, uint8_t interface);

/* ---- teaching: model/learn.c -------------------------------------------------------- */

/* A new instance behind that address; `inherit`: it is the same device again and keeps the facts
 * known by now, not its configuration (USB 2.0 9.1.1.3: reset ends it). */
uint32_t devices_renew(
	struct devices *d, uint32_t section, uint16_t bus, uint16_t address, bool inherit);
/* The instance behind an address; 0: none yet. */
uint32_t devices_at(const struct devices *d, uint32_t section, uint16_t bus, uint16_t address);
/* No instance is behind that address any more: its next use makes a new one. */
void devices_forget(struct devices *d, uint32_t section, uint16_t bus, uint16_t address);
/* The instance that was at address 0 has got its address: it is `instance` now. */
void devices_addressed(struct devices *d, uint32_t instance);
/* All devices of a bus were reset, or are without power: they lost their addresses
 * (USB 2.0 9.1.1.3), and what uses one next is a new instance. That it is the same device again
 * only its descriptor can tell. */
void devices_reset(struct devices *d, uint32_t section, uint16_t bus);
/* Keeps an answer; a prefix of what is known already is no news. data is copied. */
void devices_add_fact(struct devices *d, uint32_t instance, const struct fact *f);
/* The device has no device qualifier descriptor: what has none and is of USB 2.x has no high speed
 * (USB 2.0 9.6.2). */
void devices_set_no_qualifier(struct devices *d, uint32_t instance);
void devices_set_configuration(struct devices *d, uint32_t instance, int value);
/* "1-2.4", n bytes; anything else than a port path is not taken. */
enum { PORT_PATH_MAX = 40 };
void devices_set_port_path(struct devices *d, uint32_t instance, const char *s, size_t n);
void devices_set_alternate(
	struct devices *d, uint32_t instance, uint8_t interface, uint8_t alternate);

/* For model/ports.c: its tables; the hub and port of a device, and its speed unless something
 * better tells it; what became of it. */
struct ports;
struct ports *devices_ports(const struct devices *d);
void devices_set_hub(
	struct devices *d, uint32_t instance, uint32_t hub, uint8_t port, enum usb_speed speed);
void devices_set_presence(struct devices *d, uint32_t instance, enum presence presence);

/* For model/bus_xfer.c: SPLITs with that hub's address and port carry the device's transfers.
 * False: others did before, so another device is behind the address. */
bool devices_set_split(struct devices *d, uint32_t instance, uint8_t hub, uint8_t port);

/* For model/bus_xfer.c: starts of frames tell the speed of the bus the device is on. True: that is
 * news. */
bool devices_infer_speed(struct devices *d, uint32_t instance, enum usb_speed speed);

/* Endpoints of that type which no descriptor tells of are bound to a decoder from now on: what they
 * carried is certain. */
void devices_set_content(struct devices *d, uint32_t instance, uint8_t type, uint8_t decoder);

/* What a class request chose of an interface (HID: its protocol), until another one, a
 * configuration or a reset: 0 is what every configuration begins with. It is as of a version, like
 * facts; what the numbers mean is the decoder's. Of an instance that is told too often the rest is
 * not kept. */
enum { MODES_MAX = 1024 };
void devices_set_mode(struct devices *d, uint32_t instance, uint8_t interface, uint8_t mode);
uint8_t devices_mode(
	const struct devices *d, uint32_t instance, uint32_t version, uint8_t interface);

/* The next transfer of an endpoint is over with that many bytes (the data phase of a command, a
 * report): where packets are captured, what follows at once on the same endpoint is another
 * transfer. */
void devices_expect(
	struct devices *d, uint32_t instance, uint8_t endpoint, uint8_t dir, uint32_t bytes);
/* What is expected of the endpoint's next transfer, which is asked for once; 0: nothing. */
uint32_t devices_take_expected(struct devices *d, uint32_t instance, uint8_t endpoint, uint8_t dir);

/* ---- starting knowledge ------------------------------------------------------------- */

/* Facts, and the configuration in use, for the k-th instance (from 0) behind an address; given
 * before anything is read. Taken over when that instance comes to be. */
void devices_know(struct devices *d, uint32_t section, uint16_t bus, uint16_t address, uint32_t k,
	const struct fact *facts, size_t n, int configuration);
/* All that `from` learnt in the end, and its own starting knowledge, becomes that of d. */
void devices_know_all(struct devices *d, const struct devices *from);

#endif
