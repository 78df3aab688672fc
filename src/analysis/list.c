/* list.c: lines as transfers end or records come. */
#include "analysis/list.h"

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

static void on_record(void *self, struct run *r, const struct run_record *rr)
{
	struct list *l = self;
	struct record_line line = {
		.rec = rr->rec,
		.ev = rr->ev,
		.place = rr->place,
		.start = model_start(r->model),
		.previous = l->previous,
	};

	begin(l);
	l->previous = rr->rec->time - line.start;
	emit_row(l->emit, &line);
	emit_row_end(l->emit);
	counted(l, r);
}

void list_begin(struct list *l, struct emit *e, const struct list_opts *o, struct consumer *c)
{
	*l = (struct list){.emit = e, .opts = *o};
	*c = (struct consumer){.self = l};
	if (o->records) {
		l->columns = columns_of_records(l->cols, o->time);
		c->record = on_record;
	} else {
		l->columns = columns_of_xfers(l->cols, o->time);
		c->xfer = on_xfer;
		c->payload = true;
	}
}

void list_end(struct list *l)
{
	begin(l);
	emit_table_end(l->emit);
}
