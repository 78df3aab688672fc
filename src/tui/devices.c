/* devices.c: the screen of devices: what the command `devices -v` reports. */
#include "tui/app.h"
#include "tui/report.h"

/* Narrower tables lose columns: the page scrolls sideways instead. */
enum { REPORT_LEAST = 150 };

void devices_page(struct app *a, struct page *p, int w)
{
	struct report *r;

	page_clear(p);
	if (!a->trace.now)
		return;
	r = report_begin(p, (unsigned)(w > REPORT_LEAST ? w : REPORT_LEAST), a->grid.ascii);
	devices_report(
		a->trace.now->counts, &a->trace.now->run, a->opts->base.ids, true, report_emit(r));
	report_end(r);
}
