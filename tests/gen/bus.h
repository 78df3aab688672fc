/* bus.h: the generator's bus side, shared by its files: a host controller that serves the URBs of a
 * description with packets (USB 2.0 chapters 8 and 11), and the account of what it did. Nothing
 * here uses the program's own tables, CRCs or rules. */
#ifndef BUS_H
#define BUS_H

#include "tests/gen/gen.h"

/* PID bytes with their check nibble (USB 2.0 table 8-1). */
enum pid {
	PID_NONE = 0,
	PID_OUT = 0xe1,
	PID_IN = 0x69,
	PID_SOF = 0xa5,
	PID_SETUP = 0x2d,
	PID_DATA0 = 0xc3,
	PID_DATA1 = 0x4b,
	PID_DATA2 = 0x87,
	PID_MDATA = 0x0f,
	PID_ACK = 0xd2,
	PID_NAK = 0x5a,
	PID_STALL = 0x1e,
	PID_NYET = 0x96,
	PID_PRE = 0x3c,
	PID_ERR = 0x3c,
	PID_SPLIT = 0x78,
	PID_PING = 0xb4,
	PID_EXT = 0xf0
};

enum { FRAME = 1000000, MICROFRAME = 125000 };

/* What is expected to be said of one transaction and of one transfer. */
struct bus_transaction {
	uint64_t first, last;
	int64_t begin, end;
	uint8_t token, data_pid, handshake;
	int64_t len; /* -1: no data packet */
	const char *result;
	bool retry;
	struct bus_transfer *of;
};

struct bus_transfer {
	uint64_t id, first, last, records;
	int64_t begin, end, req_len, len;
	struct device *dev;
	uint32_t naks, retries;
	uint8_t ep, type, setup[8];
	/* heard: more than NAKs; answered: its SETUP was taken; asked: it came whole */
	bool in, heard, answered, asked;
	bool sized;			 /* a reader knows how long it is at most */
	uint32_t packets, most;		 /* most: bytes of a packet */
	int32_t frame;			 /* isochronous */
	uint32_t damaged, missed, empty; /* of its packets */
	const char *status, *ended;	 /* ended NULL: still open */
};

/* An URB on the bus: how far it is. */
struct bus_job {
	struct urb *u;
	struct bus_job *next;
	int64_t answers; /* from when the device has something to say */
	uint8_t stage;	 /* control: 0 setup, 1 data, 2 status */
	uint32_t pos;	 /* data bytes transferred, or isochronous packets */
	uint32_t step;	 /* transactions that got somewhere */
	uint32_t naks;	 /* still to come before the next one */
	uint32_t naks_each;
	uint32_t faults; /* already injected into this step */
	int64_t slot;	 /* isochronous: first service interval */
};

/* An endpoint the host serves. */
struct bus_pipe {
	struct device *dev;
	struct endpoint *ep;
	struct bus_job *head, *tail;
	struct bus_pipe *next;
	struct bus_transfer *open; /* the transfer its transactions belong to */
	struct bus_transaction t;  /* the one on its way */
	int64_t ready;
	uint8_t toggle, phase; /* phase: of a split transaction, 0: none is open */
	bool ping;
	bool again;   /* the data packet that comes was on the bus already, with this toggle */
	bool counted; /* and was accepted then */
	uint32_t nyets, part; /* of the split transaction: NYETs still to come, bytes done */
};

struct bus {
	struct capture *cap;
	const struct program *prog;
	struct device *root; /* whose speed the bus has: starts of frames */
	struct bus_pipe *pipes, *turn;
	int64_t now, next_sof;
	struct bus_transaction *t; /* packets that are sent belong to it, or */
	const char *bin;	   /* to this bin */
	uint64_t accepted;	   /* OUT data packets at high speed, for the NYET rule */
	int32_t frame;		   /* number of the latest start of frame, -1: none */
	int64_t last;		   /* time of the latest record */
	bool suspended, states;	   /* states: the file can hold status records */
	uint8_t truth;		   /* enum truth_kind */
	struct bus_transfer **transfer;
	size_t transfers;
	uint64_t transactions;
	struct {
		const char *name;
		uint64_t n;
	} bins[8];
};

/* ---- bus_wire.c: packets ------------------------------------------------------------ */

uint16_t wire_crc5(uint32_t bits, unsigned n);
uint16_t wire_crc16(const uint8_t *p, size_t n);
/* Each sends one packet as one record and lets the bus time pass. speed: of this packet. */
void wire_token(struct bus *b, const struct device *d, uint8_t pid, unsigned eleven, bool bad_crc);
void wire_data(struct bus *b, const struct device *d, bool host, uint8_t pid, const uint8_t *p,
	uint32_t n, bool bad_crc);
void wire_handshake(struct bus *b, const struct device *d, bool host, uint8_t pid);
/* complete: CSPLIT; s_e: the S and E bits. */
void wire_split(struct bus *b, const struct device *d, uint8_t type, bool complete, unsigned s_e);
void wire_raw(struct bus *b, const struct device *d, const uint8_t *p, size_t n, const char *bin);
/* Bit times of nothing, at the speed of the device's packets. */
void wire_gap(struct bus *b, const struct device *d, unsigned bits);
int64_t wire_time(const struct device *d, size_t bytes);
void wire_sofs(struct bus *b, int64_t until);
/* A status text (link type 252) at the present time. */
void wire_status(struct bus *b, const char *text);
/* High speed: the hub's other side is what the split transactions are for. */
bool wire_is_split(const struct device *d);

/* ---- bus_truth.c: the account ------------------------------------------------------- */

void truth_begin(struct bus *b, struct bus_pipe *p, uint8_t token);
/* accepted: data that counts. */
void truth_finish(struct bus *b, struct bus_pipe *p, const char *result, bool accepted);
void truth_close(struct bus_pipe *p, const char *ended, const char *status);
void truth_control(struct bus_pipe *p, const struct urb *u);
/* Control: the next SETUP is not a repeated one. */
void truth_abandon(struct bus_pipe *p);
void truth_reset(struct bus *b);
/* A report descriptor was read: reads of that interface are as long as its longest report, which is
 * known from now on. */
void truth_reports(struct device *d, unsigned interface);
/* SET_ADDRESS: what was open under that address is over. */
void truth_address(struct bus *b, unsigned address);
void truth_print(struct bus *b);

/* ---- bus_step.c: what an URB still needs -------------------------------------------- */

/* How a transaction goes. The description injects some of them: bus_fault_find in gen.h. */
enum outcome {
	GOES_WELL,
	IS_NAKED,
	IS_STALLED,
	HAS_NO_ANSWER,
	HAS_BAD_CRC,
	LOSES_ACK,
	COMES_TWICE,
	IS_CUT,
	HAS_BAD_TOKEN,
	HAS_JUNK,
	HAS_EMPTY,
	HAS_ERR,
	IS_ABANDONED,
	BABBLES,
	FALLS_SILENT
};

/* The next transaction of a transfer. */
struct step {
	uint8_t token, data_pid;
	bool in;
	const uint8_t *p;
	uint32_t n;
};

/* That the URB does not end well, and that the next transaction is where. */
bool job_fails(const struct urb *u);
bool job_fails_now(const struct bus_job *j);
enum outcome job_failure(const struct bus_job *j);
struct step job_control_step(const struct bus_job *j);
struct step job_data_step(const struct bus_pipe *p, const struct bus_job *j);
/* The bus has seen the step go well. True: the URB is done. */
bool job_advance(struct bus_pipe *p, struct bus_job *j, const struct step *s);

/* ---- bus_transaction.c -------------------------------------------------------------- */

/* Address and endpoint as a token has them. */
unsigned bus_eleven(const struct bus_pipe *p);
/* The host waits for an answer; the bus rests between two transactions. */
void bus_wait_in_vain(struct bus *b, const struct bus_pipe *p);
void bus_inter_packet(struct bus *b, const struct bus_pipe *p);
void bus_data_packet(struct bus *b, struct bus_pipe *p, const struct step *s, enum outcome how);
void bus_handshake(struct bus *b, struct bus_pipe *p, bool host, uint8_t pid);
uint8_t bus_answer(const struct bus_pipe *p, enum outcome how, bool nyet);
void bus_open_transaction(
	struct bus *b, struct bus_pipe *p, const struct bus_job *j, const struct step *s);
/* Both return the result. */
const char *bus_finish(struct bus *b, struct bus_pipe *p, const char *result, bool accepted);
const char *bus_transact(struct bus *b, struct bus_pipe *p, struct bus_job *j, const struct step *s,
	enum outcome how);

/* Asks once whether there is room for an OUT (8.5.1). */
void bus_ping(struct bus *b, struct bus_pipe *p, struct bus_job *j);

/* ---- bus_split.c -------------------------------------------------------------------- */

enum { WAITS = 1 }; /* phase: started, completes are to come */

bool bus_periodic(const struct bus_pipe *p);
/* NULL: it goes on later; else its result. */
const char *bus_start_split(struct bus *b, struct bus_pipe *p, const struct bus_job *j,
	const struct step *s, enum outcome how);
const char *bus_complete_split(
	struct bus *b, struct bus_pipe *p, const struct step *s, enum outcome how);
/* True: the service interval is over. */
bool bus_iso_split(struct bus *b, struct bus_pipe *p, const uint8_t *data, uint32_t len);

static inline uint32_t bus_least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static inline bool bus_high_speed(const struct device *d)
{
	return d->speed == SPEED_HIGH;
}

#endif
