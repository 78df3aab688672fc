/* gen.h: the traffic generator's own structures. A description (text; the language is in help.c and
 * `gen --help`) is parsed into devices and statements; the player runs the statements on a virtual
 * clock; a writer turns each submission and completion into records of one capture format; the sink
 * puts records into a file. Nothing here uses the program's own readers: it is a second opinion
 * about the formats. A new format of URBs is one struct writer in a file of its own and a row in
 * main.c. Bus packets come from a host controller (bus.h) that the player gives its URBs to. */
#ifndef GEN_H
#define GEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* ---- util.c ---------------------------------------------------------------------------------- */

/* Message on standard error, exit code 2. */
_Noreturn void die(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Zeroed memory that lives until the program ends. */
void *keep(size_t n);
/* realloc that cannot fail; for arrays that main keeps reachable. */
void *grow(void *p, size_t n);
uint64_t prng_next(uint64_t *state);

static inline void put16(uint8_t *p, uint16_t v, bool big)
{
	p[0] = (uint8_t)(big ? v >> 8 : v);
	p[1] = (uint8_t)(big ? v : v >> 8);
}

static inline void put32(uint8_t *p, uint32_t v, bool big)
{
	put16(p, (uint16_t)(big ? v >> 16 : v), big);
	put16(p + 2, (uint16_t)(big ? v : v >> 16), big);
}

static inline void put64(uint8_t *p, uint64_t v, bool big)
{
	put32(p, (uint32_t)(big ? v >> 32 : v), big);
	put32(p + 4, (uint32_t)(big ? v : v >> 32), big);
}

/* ---- status.c: canonical names to each system's numbers ----------------------------- */

enum os { OS_LINUX, OS_WINDOWS, OS_DARWIN, OS_FREEBSD, OS_COUNT };

struct status_number {
	int64_t raw;
	const char *canonical; /* what urbscope is expected to call this number */
};

struct status {
	const char *name; /* in descriptions */
	struct status_number os[OS_COUNT];
};

/* The first rows by number, for code that makes statuses itself. */
enum { STATUS_OK, STATUS_STALL, STATUS_MISSED, STATUS_DISCONNECTED, STATUS_CANCELLED };

const struct status *status_row(unsigned i);
/* Index of the row, or -1. */
int status_find(const char *name);
const char *os_name(enum os os);

/* ---- devices ------------------------------------------------------------------------ */

enum type {
	CONTROL,
	ISOCHRONOUS,
	BULK,
	INTERRUPT
}; /* bmAttributes bits 1..0, USB 2.0 table 9-13 */
enum speed { SPEED_LOW, SPEED_FULL, SPEED_HIGH, SPEED_SUPER };
enum { ENDPOINTS = 33, STRINGS = 8, CONFIG_MAX = 1024 };

struct endpoint {
	uint8_t address; /* with bit 7 = IN */
	uint8_t type, bInterval;
	uint8_t interface, class_code[3]; /* the interface it belongs to */
	bool reports_told;		  /* a host has read of what reports come from it */
	uint16_t max_packet;
	int64_t free;		/* the time from which it can serve the next URB */
	int64_t next_slot;	/* isochronous: first service interval not yet taken */
	uint64_t packets, urbs; /* so far: position in length lists and counting data */
};

struct device {
	char *name;
	uint16_t bus;
	uint8_t address, speed;
	bool ehci; /* usbmon shows address 0 and SET_ADDRESS (not on xHCI) */
	bool gone;
	uint8_t device[18];
	uint8_t config[CONFIG_MAX];
	size_t config_len;
	char *string[STRINGS];
	struct endpoint ep[ENDPOINTS]; /* [0]: endpoint 0 */
	unsigned endpoints;
	struct device *zero; /* the same device while it has address 0 */
	struct device *hub;  /* it is plugged into; NULL: into the bus that is captured */
	uint8_t port;
	bool enumerated; /* the description has its enumeration */
	struct device *next;
};

/* One line inside `device NAME { … }`; NULL or what is wrong with it. */
const char *device_line(struct device *d, char **word, unsigned words);
/* The block is complete: lengths, counts, endpoint table. */
const char *device_finish(struct device *d);
struct endpoint *device_endpoint(struct device *d, unsigned number, bool in);
/* wMaxPacketSize: bytes of a packet, and of a service interval (bits 12..11: more packets). */
uint32_t endpoint_packet(const struct endpoint *e);
uint32_t endpoint_most(const struct endpoint *e);
/* The descriptor a GET_DESCRIPTOR asks for: bytes written to out (up to CONFIG_MAX), 0: none. */
size_t device_descriptor(const struct device *d, unsigned kind, unsigned index, uint8_t *out);
/* Service interval in ns, and in usbmon's units (frames below high speed, else microframes). */
int64_t endpoint_period(const struct device *d, const struct endpoint *e);
int32_t endpoint_interval(const struct device *d, const struct endpoint *e);

/* ---- statements --------------------------------------------------------------------- */

enum payload_kind { DATA_ZERO, DATA_COUNT, DATA_RANDOM, DATA_BYTES };
enum fate { FATE_NORMAL, FATE_LOST_SUBMIT, FATE_LOST_COMPLETE, FATE_PENDING, FATE_REFUSED };
/* Families of writers, for statements that only some systems would show. */
enum {
	FOR_USBMON = 1,
	FOR_USBPCAP = 2,
	FOR_DARWIN = 4,
	FOR_FREEBSD = 8,
	FOR_URBS = 15,
	FOR_BUS = 16,
	FOR_ALL = 31
};
enum fail_stage { FAIL_ANY, FAIL_SETUP, FAIL_DATA, FAIL_STATUS };
enum {
	ZERO_PACKET = 0x40
}; /* Linux's URB_ZERO_PACKET: an OUT of whole packets ends with an empty one */

/* What goes wrong on the bus before a transaction goes as it should. */
struct fault {
	uint8_t kind; /* bus_fault_find */
	uint32_t at;  /* transaction of the transfer, from 0; those that are repeated count once */
	uint32_t times;
};

struct bad_packets {
	uint32_t first, last;
	int status;
	int64_t length; /* -1: none transferred */
};

/* A sample clock against that of the bus. */
struct clock {
	double hz; /* 0: none */
	double ppm;
	uint32_t bytes; /* of a sample */
};

/* A transfer as described; one statement may be played many times. */
struct xfer {
	struct device *dev;
	struct endpoint *ep;
	uint8_t type;
	bool in, has_req;
	bool data_phase; /* of a command that says its length */
	uint8_t setup[8];
	uint32_t req;
	int64_t actual; /* -1: all of the data or request */
	uint8_t data_kind;
	uint8_t *bytes;
	uint32_t byte_count;
	int status;
	bool has_raw;
	int64_t raw;
	int64_t takes, jitter; /* ns; takes -1: a usual value */
	double drift;	       /* isochronous: ppm by which the frame clock is slow */
	uint8_t fate;
	uint32_t transfer_flags;
	int for_writers;
	int64_t naks; /* before each transaction; -1: as set for all */
	uint8_t fail_stage;
	struct fault fault[8];
	unsigned faults;
	uint32_t packets;
	uint32_t *length;
	uint32_t lengths;
	struct clock samples, feedback; /* that decide lengths; that the packets tell */
	uint32_t lose;			/* one packet of so many is missed, at random; 0: none */
	struct bad_packets bad[8];
	unsigned bads;
};

enum op { OP_XFER, OP_REPEAT, OP_FLOW, OP_WAIT, OP_AT, OP_JOIN, OP_CANCEL, OP_DISCONNECT, OP_BUS };
enum bus_state {
	STATE_RESET,
	STATE_SUSPEND,
	STATE_RESUME,
	STATE_VBUS_ON,
	STATE_VBUS_OFF,
	STATE_LPM,
	STATE_STRAY,
	STATES
};

struct block {
	struct stmt *v;
	size_t n, cap;
};

struct stmt {
	uint8_t op;
	uint8_t state; /* enum bus_state */
	bool rounds;   /* OP_REPEAT: times the -r option */
	uint32_t copies;
	uint64_t times;
	int64_t ns; /* wait, at, every */
	struct xfer *xfer;
	struct block *body;
	struct device *dev;
	struct endpoint *ep;
};

/* How the bus behaves all the time. */
struct bus_rules {
	bool sof;     /* starts of frames and keep-alives */
	bool polling; /* an endpoint that has nothing yet is asked all the same */
	bool mdata;   /* hubs pass interrupt data on in two parts */
	uint32_t naks, nyet, split_nyets;
	int64_t nak_gap; /* from a NAK to the next try */
};

struct program {
	struct device *devices;
	struct bus_rules rules;
	struct block main;
	int64_t start; /* ns since 1970 */
	uint32_t snaplen, ring, frames;
	uint64_t seed;
	int64_t pause; /* between a completion and the flow's next submission */
	uint32_t max_req, max_packets;
	uint32_t tag; /* of the next SCSI command */
	bool has_isochronous;
};

/* parse.c: exits with file:line: message when the description is wrong. */
void parse_file(struct program *p, const char *path);

/* request.c: statements that stand for customary transfers. Words start behind the device name.
 * NULL or what is wrong. *used: words taken. */
const char *request_parse(struct xfer *x, char **word, unsigned words, unsigned *used);
void request_enumerate(struct program *p, struct block *b, struct device *d);
const char *request_scsi(
	struct program *p, struct block *b, struct device *d, char **word, unsigned words);

/* Shared by parse.c and request.c. */
struct xfer *xfer_new(struct device *d, struct endpoint *e, enum type type, bool in);
/* Adds an OP_XFER statement and completes the transfer's lengths. NULL or what is wrong. */
const char *xfer_add(struct program *p, struct block *b, struct xfer *x);
struct stmt *block_add(struct block *b, enum op op);
/* The option at word[0], which may take more words; *used. NULL or what is wrong. */
const char *option_parse(struct xfer *x, char **word, unsigned words, unsigned *used);
bool parse_number(const char *s, uint64_t max, uint64_t *v);
bool parse_time(const char *s, int64_t *ns);
/* Words of hexadecimal digits, as many as there are; the bytes go to *bytes. */
bool parse_hex(char **word, unsigned words, unsigned *used, uint8_t **bytes, uint32_t *n);

/* ---- sink.c: records into pcap, pcapng or text -------------------------------------- */

enum container { PCAP, PCAP_NS, PCAPNG, PLAIN };

struct part {
	const void *p;
	size_t n;
};

struct sink {
	int fd; /* -1: records are only counted */
	uint8_t container;
	bool big;
	uint32_t link, snaplen;
	uint32_t links[6]; /* of the pcapng's interfaces where there are several */
	unsigned link_count;
	uint32_t on; /* link type of the next record, if links are there */
	const char *iface;
	uint8_t *buf;
	size_t len;
	uint64_t records, timed; /* timed: those with a time stamp */
	int64_t first_time;	 /* of the first record */
};

void sink_open(struct sink *s);
void sink_close(struct sink *s);
/* One record whose bytes are the parts; cut to the snap length. */
void sink_record(struct sink *s, int64_t ns, const struct part *part, unsigned parts);
/* One that had `whole` bytes. */
void sink_cut(struct sink *s, int64_t ns, const struct part *part, unsigned parts, size_t whole);
/* A pcapng custom block, whose content tells when it was. */
void sink_custom(struct sink *s, int64_t ns, uint32_t pen, const uint8_t *p, size_t n);
/* A record that is a line of text. */
void sink_line(struct sink *s, int64_t ns, const char *line, size_t n);

/* ---- playing ------------------------------------------------------------------------ */

struct packet {
	uint32_t offset, length, actual;
	int status;
};

/* An URB on its way. */
struct urb {
	const struct xfer *x;
	uint64_t id;
	int64_t submitted, completed; /* ns since 1970, whole microseconds */
	const uint8_t *data;	      /* OUT: x->req bytes; IN: its buffer */
	uint32_t req, actual;
	int status; /* row of the status table */
	bool has_raw;
	int64_t raw;
	int32_t start_frame, stale_frame; /* of this URB; left from the id's previous one */
	uint32_t errors;
	int64_t skipped; /* isochronous: intervals between it and the URB before */
	int64_t due;	 /* isochronous: the end of its last interval, ns since the capture began */
	struct packet *packet;

	/* the player's */
	struct flow *flow;
	struct urb *next, *prev;
	struct slot *slot;
	bool done, queued, lost, started;
	/* the truth */
	uint64_t number; /* in the order of submission, the same in every format */
	uint64_t tid, first, last;
	uint32_t records;
	bool saw_submit, saw_complete;
};

struct writer;

struct capture {
	struct sink sink;
	const struct writer *writer;
	const struct program *prog;
	uint8_t *scratch; /* for records that are not header + payload */
	size_t scratch_size;
};

/* What a format cannot show is taken out of the truth. */
struct truth {
	int64_t req_len, len; /* -1: null */
	int64_t bus;	      /* -1: null */
	uint32_t iso_shown;   /* packets whose descriptors are recorded; 0: no table */
	bool start_frame, interval, status;
	bool no_ending;	    /* how it ended is never recorded: not the same as pending */
	bool no_failure;    /* nor is it where it failed */
	bool refused;	    /* nothing was sent: no length, no packets */
	bool packet_status; /* packets have one of their own */
	bool out_by_offset; /* lengths of OUT packets are those of the submission */
	uint8_t setup[8];
};

struct writer {
	const char *name, *summary;
	uint32_t link;
	unsigned variant; /* the format's own flags */
	uint8_t os;
	uint8_t family;	   /* FOR_… */
	bool follows_file; /* its numbers have the file's byte order */
	bool serial_ids;   /* ids are never used again */
	bool shows_speed;
	void (*submit)(struct capture *c, const struct urb *u);
	void (*complete)(struct capture *c, const struct urb *u);
	void (*refuse)(struct capture *c, const struct urb *u); /* NULL: complete */
	void (*hide)(const struct capture *c, const struct urb *u, struct truth *t); /* or NULL */
	bool queues; /* an URB is recorded when its endpoint is done with the one before */
	bool bus;    /* packets, not URBs */
};

extern const struct writer usbmon_220, usbmon_189, text_t, text_u;
extern const struct writer usbpcap_10, usbpcap_13, usbpcap_14, usbpcap_15;
extern const struct writer darwin_266, freebsd_186, early_186;
extern const struct writer bus_by_speed, bus_288;

enum truth_kind { TRUTH_NONE, TRUTH_TRANSFERS, TRUTH_TRANSACTIONS, TRUTH_BINS, TRUTH_ISO };

static inline int64_t urb_raw(const struct urb *u, enum os os)
{
	return u->has_raw ? u->raw : status_row((unsigned)u->status)->os[os].raw;
}

/* At least n bytes of c->scratch. */
uint8_t *capture_scratch(struct capture *c, size_t n);

/* truth.c. Calls in the order in which transfers end. */
/* One JSON line. how: NULL: completed; "lost": its completion was; "eof": pending. */
void truth_end(const struct capture *c, const struct urb *u, const char *how);

/* truth_iso.c. start: of the capture. */
void truth_iso_submit(const struct urb *u);
void truth_iso_complete(const struct urb *u, int64_t start);
void truth_iso_print(void);

/* play.c. truth: enum truth_kind: JSON lines on standard output instead of a capture. */
void play(struct program *p, struct capture *c, uint64_t rounds, uint8_t truth);

/* bus_host.c. Times in ns since the capture began. */
struct bus;
struct bus *bus_new(struct capture *c, const struct program *p, uint8_t truth);
/* slot: first service interval of an isochronous URB. */
void bus_submit(struct bus *b, struct urb *u, int64_t now, int64_t slot);
void bus_drop(struct bus *b, const struct urb *u);
/* One transaction or less; the URB that is done, or NULL. */
struct urb *bus_step(struct bus *b, int64_t t);
int64_t bus_now(const struct bus *b);
/* When it wants to be called again; -1: when it gets something to do. */
int64_t bus_next(const struct bus *b);
/* False: all it has are reads that never end. */
bool bus_has_work(const struct bus *b);
/* Returns when it is over. */
int64_t bus_state(struct bus *b, int64_t t, uint8_t state);
void bus_end(struct bus *b);
int bus_fault_find(const char *name);

/* bus_bench.c, help.c */
void bus_bench(struct sink *s, const char *mode, uint64_t records);
extern const char help_text[];

#endif
