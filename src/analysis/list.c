/* list.c: lines as transfers end or records come. */
#include "analysis/list.h"

static void counted(struct list *l, struct run *r)
{
	if (++l->lines == l->opts.count)
		r->stop = true;
}

void list_xfer(struct list *l, struct run *r, struct row *row)
{
	const struct decoder *d;

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

	l->previous = rr->rec->time - line.start;
	emit_row(l->emit, &line);
	emit_row_end(l->emit);
	counted(l, r);
}

void list_begin(struct list *l, struct emit *e, const struct list_opts *o, struct consumer *c)
{
	size_t n;

	*l = (struct list){.emit = e, .opts = *o};
	*c = (struct consumer){.self = l};
	if (o->records) {
		n = columns_of_records(l->cols, o->time);
		c->record = on_record;
	} else {
		n = columns_of_xfers(l->cols, o->time);
		c->xfer = on_xfer;
		c->payload = true;
	}
	emit_table(e, NULL, NULL, l->cols, n, LAYOUT_LINES);
}

void list_end(struct list *l)
{
	emit_table_end(l->emit);
}
