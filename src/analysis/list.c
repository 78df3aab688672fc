/* list.c: lines as transfers end or records come. */
#include "analysis/list.h"
#include "usb/pid.h"

static void begin(struct list *l)
{
	if (!l->begun)
		emit_table(l->emit, NULL, NULL, l->cols, l->columns, LAYOUT_LINES);
	l->begun = true;
}

static void counted(struct list *l, struct run *r)
{
	if (++l->lines == l->opts.count)
		r->stop = true;
}

void list_xfer(struct list *l, struct run *r, struct row *row)
{
	const struct decoder *d;

	begin(l);
	row->previous = l->previous;
	l->previous = row->x->end;
	emit_row(l->emit, row);
	if (l->opts.fields) {
		row_info(row);
		d = row->decoder;
		if (d && d->decode)
			d->decode(&row->decode, row->x, l->emit);
	}
	emit_row_end(l->emit);
	counted(l, r);
}

static void on_xfer(void *self, struct run *r, struct row *row)
{
	list_xfer(self, r, row);
}

static void emit_record(struct list *l, struct run *r, const struct record_line *line)
{
	begin(l);
	l->previous = line->rec->time - line->start;
	emit_row(l->emit, line);
	emit_row_end(l->emit);
	counted(l, r);
}

static struct record_line line_of(const struct list *l, const struct run *r,
	const struct record *rec, const struct event *ev, struct placement place)
{
	return (struct record_line){
		.rec = rec,
		.ev = ev,
		.place = place,
		.start = model_start(r->model),
		.previous = l->previous,
	};
}

static void on_record(void *self, struct run *r, const struct run_record *rr)
{
	struct record_line line = line_of(self, r, rr->rec, rr->ev, rr->place);

	emit_record(self, r, &line);
}

/* ---- exchanges ---------------------------------------------------------------------- */

static void on_exchange(void *self, struct run *r, const struct exchange *ex)
{
	struct list *l = self;
	struct exchange_line line;

	exchange_line_init(&line, r, ex);
	line.previous = l->previous;
	l->previous = ex->end;
	begin(l);
	emit_row(l->emit, &line);
	if (l->opts.fields && line.decoder->exchange_decode)
		line.decoder->exchange_decode(&line.decode, l->emit);
	emit_row_end(l->emit);
	counted(l, r);
}

/* ---- transactions of the bus -------------------------------------------------------- */

static void emit_transaction(struct list *l, struct run *r, const struct transaction *t)
{
	struct transaction_line line = {
		.t = t,
		.start = model_start(r->model),
		.previous = l->previous,
		.times = l->fold.naks,
		.mixed = l->fold.mixed,
	};

	begin(l);
	l->fold.naks = 0;
	l->fold.mixed = false;
	l->previous = t->begin;
	emit_row(l->emit, &line);
	emit_row_end(l->emit);
	counted(l, r);
}

static void on_transaction(void *self, struct run *r, const struct transaction *t)
{
	struct list *l = self;
	struct list_fold *f = &l->fold;

	if (l->opts.fold && t->result == RESULT_NAK) {
		if (!f->naks++) {
			f->quiet = *t;
		} else {
			f->mixed |= t->device != f->quiet.device ||
				    t->endpoint != f->quiet.endpoint || t->pid != f->quiet.pid;
			f->quiet.last = t->last;
			f->quiet.end = t->end;
		}
		return;
	}
	if (f->naks)
		emit_transaction(l, r, &f->quiet);
	if (!r->stop)
		emit_transaction(l, r, t);
}

/* ---- packets ------------------------------------------------------------------------ */

static void keep(struct list_packet *to, const struct run_record *rr)
{
	held_keep(&to->packet, rr->rec, rr->ev);
	to->place = rr->place;
	to->on = true;
}

static void emit_kept(struct list *l, struct run *r, struct list_packet *p)
{
	struct record_line line = line_of(l, r, &p->packet.rec, &p->packet.ev, p->place);

	if (!p->on || r->stop)
		return;
	p->on = false;
	if (p == &l->fold.run) {
		line.sofs = l->fold.sofs;
		line.keepalives = l->fold.keepalives;
		line.naks = l->fold.naks;
		l->fold.sofs = l->fold.keepalives = l->fold.naks = 0;
	}
	emit_record(l, r, &line);
}

static void emit_folded(struct list *l, struct run *r)
{
	emit_kept(l, r, &l->fold.run);
	emit_kept(l, r, &l->fold.token);
}

/* A NAK takes its token into the run, a token waits for its answer. */
static bool folded(struct list *l, struct run *r, const struct run_record *rr)
{
	struct list_fold *f = &l->fold;
	bool packet = rr->ev->kind == EVENT_PACKET;
	uint8_t pid = packet ? rr->ev->packet.pid : 0;

	if (pid == PID_NAK && f->token.on) {
		if (!f->run.on)
			keep(&f->run, &(struct run_record){&f->token.packet.rec,
					      &f->token.packet.ev, f->token.place});
		f->token.on = false;
		f->naks++;
	} else if ((pid == PID_SOF || rr->ev->bin == BIN_KEEPALIVE) && !f->token.on) {
		if (!f->run.on)
			keep(&f->run, rr);
		f->sofs += pid == PID_SOF;
		f->keepalives += pid != PID_SOF;
	} else if (pid == PID_IN || pid == PID_PING) {
		if (f->token.on)
			emit_folded(l, r);
		keep(&f->token, rr);
	} else {
		return false;
	}
	return true;
}

static void on_packet(void *self, struct run *r, const struct run_record *rr)
{
	struct list *l = self;

	if (!capture_is_bus(rr->ev->capture) && rr->ev->kind != EVENT_STATE)
		return;
	if (l->opts.fold && folded(l, r, rr))
		return;
	emit_folded(l, r);
	if (!r->stop)
		on_record(self, r, rr);
}

/* ---- episodes ----------------------------------------------------------------------- */

static void on_episode(void *ctx, const struct episode *ep)
{
	struct list *l = ctx;
	struct episode_line line = {
		.ep = ep,
		.devices = model_devices(l->run->model),
		.start = model_start(l->run->model),
		.previous = l->previous,
	};

	if (l->run->stop)
		return;
	begin(l);
	l->previous = ep->begin;
	emit_row(l->emit, &line);
	if (l->opts.fields)
		emit_episode_steps(l->emit, ep);
	emit_row_end(l->emit);
	counted(l, l->run);
}

static void on_xfer_of_episode(void *self, struct run *r, struct row *row)
{
	struct list *l = self;

	l->run = r;
	if (!l->episodes)
		l->episodes = episodes_new(on_episode, l, l->opts.filter);
	episodes_feed(l->episodes, row);
}

/* ---- begin and end ------------------------------------------------------------------ */

void list_begin(struct list *l, struct emit *e, const struct list_opts *o, struct consumer *c)
{
	*l = (struct list){.emit = e, .opts = *o};
	*c = (struct consumer){.self = l};
	if (o->packets) {
		l->columns = columns_of_packets(l->cols, o->time);
		c->record = on_packet;
	} else if (o->transactions) {
		l->columns = columns_of_transactions(l->cols, o->time);
		c->transaction = on_transaction;
	} else if (o->exchanges) {
		l->columns = columns_of_exchanges(l->cols, o->time);
		c->exchange = on_exchange;
	} else if (o->episodes) {
		l->columns = columns_of_episodes(l->cols, o->time);
		c->xfer = on_xfer_of_episode;
		c->payload = o->filter && filter_need(o->filter) >= NEED_INFO;
	} else if (o->records) {
		l->columns = columns_of_records(l->cols, o->time);
		c->record = on_record;
	} else {
		l->columns = columns_of_xfers(l->cols, o->time);
		c->xfer = on_xfer;
		c->payload = true;
	}
}

void list_end(struct list *l, struct run *r)
{
	if (l->episodes)
		episodes_finish(l->episodes);
	episodes_free(l->episodes);
	begin(l);
	if (l->opts.transactions && l->fold.naks && !r->stop)
		emit_transaction(l, r, &l->fold.quiet);
	else if (l->opts.packets)
		emit_folded(l, r);
	emit_table_end(l->emit);
}
