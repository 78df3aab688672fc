/* show_wire.c: a transfer of a bus capture on the wire: its stages (USB 2.0 8.5.3), in them its
 * transactions, in these the packets. */
#include "analysis/show_wire.h"
#include "base/mem.h"
#include "base/text.h"
#include "usb/pid.h"

#include <string.h>

enum {
	PACKETS = 16,	  /* of a transaction; a split may have more */
	PACKET_BYTES = 8, /* shown of the data */
	GOOD = 16	  /* good transactions of a stage before the others are folded */
};

enum stage { STAGE_NONE, STAGE_SETUP, STAGE_DATA, STAGE_STATUS, STAGES };

struct packet_note {
	uint64_t number;
	int64_t time;
	uint8_t pid, crc, bytes;
	uint32_t len;
	bool data;
	uint8_t byte[PACKET_BYTES];
};

struct wire_job {
	struct emit *emit;
	const struct xfer *x;
	int64_t start; /* of the capture */
	bool all;
	enum stage stage; /* the open field, STAGE_NONE: none */
	struct packet_note packet[PACKETS];
	uint32_t packets; /* of the transaction on its way */
	uint32_t good;	  /* good transactions shown in this stage */
	/* what is folded: NAKed transactions, or good ones beyond those */
	struct {
		struct transaction first, last;
		uint64_t n, bytes;
	} run;
};

static void text_duration(struct text *t, int64_t ns)
{
	char d[FMT_MAX];

	text_mem(t, d, fmt_duration(d, ns, false));
}

/* ---- packets ------------------------------------------------------------------------ */

static void on_packet(void *ctx, const struct record *rec, const struct event *ev)
{
	struct wire_job *w = ctx;
	const struct packet_event *p = &ev->packet;
	struct packet_note *n = &w->packet[w->packets];

	if (w->packets++ >= PACKETS)
		return;
	*n = (struct packet_note){
		.number = rec->number,
		.time = rec->time - w->start,
		.pid = p->pid,
		.crc = p->crc,
		.data = p->pid_kind == PID_KIND_DATA,
	};
	if (!n->data)
		return;
	n->len = p->data_total;
	n->bytes = p->data_len < PACKET_BYTES ? (uint8_t)p->data_len : PACKET_BYTES;
	memcpy(n->byte, p->data, n->bytes);
}

/* A hub's ERR has PRE's PID (USB 2.0 table 8-1): it is an answer, not the first packet. */
static const char *packet_name(const struct packet_note *n, bool first)
{
	const char *name = pid_row(n->pid)->name;

	return n->pid == PID_PRE && !first ? "PRE/ERR" : name ? name : "?";
}

static void emit_packet(struct wire_job *w, const struct packet_note *n, bool first)
{
	char words[96];
	struct text t;

	text_init(&t, words, sizeof(words));
	text_str(&t, "+");
	text_duration(&t, n->time - w->packet[0].time);
	for (uint32_t i = 0; i < n->bytes; i++)
		text_printf(&t, i ? " %02x" : "  %02x", n->byte[i]);
	if (n->len > n->bytes)
		text_str(&t, " …");
	if (n->crc == CRC_BAD)
		text_str(&t, "  CRC16 wrong");
	emit_field(w->emit, &(struct field){.key = packet_name(n, first),
				    .value = value_uint(n->number),
				    .text = words});
}

/* ---- transactions ------------------------------------------------------------------- */

/* "DATA1, ACK, 12.3 µs, sent again" */
static void say_transaction(const struct transaction *t, struct text *s)
{
	if (t->data_pid) {
		text_str(s, pid_row(t->data_pid)->name);
		text_str(s, ", ");
	}
	if (t->handshake) {
		text_str(s, t->handshake == PID_PRE ? "ERR" : pid_row(t->handshake)->name);
		text_str(s, ", ");
	}
	if (t->result != RESULT_OK && t->result != RESULT_NAK && t->result != RESULT_STALL) {
		text_str(s, transaction_result_name((enum transaction_result)t->result));
		text_str(s, ", ");
	}
	if (t->retry)
		text_str(s, "sent again, ");
	if (t->split)
		text_printf(s, "split by hub %u port %u, ", t->hub, t->port);
	text_duration(s, t->end - t->begin);
}

static void emit_transaction(struct wire_job *w, const struct transaction *t)
{
	char words[160];
	struct text s;

	text_init(&s, words, sizeof(words));
	say_transaction(t, &s);
	emit_open(w->emit, &(struct field){.key = pid_row(t->pid)->name,
				   .value = t->data_pid ? value_uint(t->len) : value_null(),
				   .text = words});
	for (uint32_t i = 0; i < w->packets && i < PACKETS; i++)
		emit_packet(w, &w->packet[i], i == 0);
	if (w->packets > PACKETS)
		emit_field(w->emit, &(struct field){.key = "more packets",
					    .value = value_uint(w->packets - PACKETS)});
	emit_close(w->emit);
}

/* "NAKed 193 times in 12.3 ms, records 10 to 395" */
static void emit_run(struct wire_job *w)
{
	const struct transaction *first = &w->run.first, *last = &w->run.last;
	char words[160];
	struct text t;

	if (!w->run.n)
		return;
	text_init(&t, words, sizeof(words));
	if (first->result == RESULT_NAK) {
		text_str(&t, w->run.n == 1 ? "NAKed" : "NAKed ");
		if (w->run.n > 1) {
			text_u64(&t, w->run.n);
			text_str(&t, " times");
		}
	} else {
		text_u64(&t, w->run.n);
		text_str(&t, " more like these");
	}
	if (first->split)
		text_printf(&t, ", split by hub %u port %u,", first->hub, first->port);
	text_str(&t, " in ");
	text_duration(&t, last->end - first->begin);
	text_str(&t, ", records ");
	text_u64(&t, first->first);
	text_str(&t, " to ");
	text_u64(&t, last->last);
	emit_field(w->emit, &(struct field){.key = pid_row(first->pid)->name,
				    .value = first->result == RESULT_NAK ? value_null()
									 : value_uint(w->run.bytes),
				    .text = words});
	w->run.n = w->run.bytes = 0;
}

/* ---- stages ------------------------------------------------------------------------- */

static enum stage stage_of(const struct xfer *x, const struct transaction *t)
{
	bool in = x->setup[0] & 0x80, data = x->setup[6] || x->setup[7];

	if (x->type != USB_CONTROL)
		return STAGE_NONE;
	if (t->pid == PID_SETUP)
		return STAGE_SETUP;
	return x->flags & XFER_HAS_SETUP && (t->dir == USB_IN) == (in && data) ? STAGE_DATA
									       : STAGE_STATUS;
}

static void enter(struct wire_job *w, enum stage stage)
{
	static const char *const name[STAGES] = {NULL, "setup stage", "data stage", "status stage"};

	if (stage == w->stage)
		return;
	emit_run(w);
	if (w->stage)
		emit_close(w->emit);
	w->stage = stage;
	w->good = 0;
	if (stage)
		emit_open(w->emit, &(struct field){.key = name[stage]});
}

static bool folds(const struct wire_job *w, const struct transaction *t)
{
	if (w->all)
		return false;
	return t->result == RESULT_NAK || (t->result == RESULT_OK && !t->retry && w->good >= GOOD);
}

static void on_transaction(void *ctx, const struct transaction *t)
{
	struct wire_job *w = ctx;

	enter(w, stage_of(w->x, t));
	if (w->run.n && (w->run.first.result != t->result || w->run.first.pid != t->pid))
		emit_run(w);
	if (folds(w, t)) {
		if (!w->run.n++)
			w->run.first = *t;
		w->run.last = *t;
		w->run.bytes += t->len;
	} else {
		emit_run(w);
		emit_transaction(w, t);
		w->good += t->result == RESULT_OK;
	}
	w->packets = 0;
}

void show_wire(
	struct run *r, const struct index *ix, const struct xfer *x, bool all, struct emit *e)
{
	struct wire_job w = {.emit = e, .x = x, .start = model_start(r->model), .all = all};
	struct wire_reader to = {on_packet, on_transaction, &w};
	struct err err;

	if (!index_replay(ix, x->id).known)
		return;
	emit_open(e, &(struct field){
			     .key = "on the wire",
			     .text = "bytes of transactions; record numbers of packets",
		     });
	if (run_load_wire(r, ix, x->id, &to, &err) < 0)
		emit_field(e, &(struct field){.key = "not read", .text = err.text});
	enter(&w, STAGE_NONE);
	emit_run(&w);
	emit_close(e);
}
