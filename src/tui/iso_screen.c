/* iso_screen.c: the screen of isochronous timing. */
#include "tui/app.h"

void iso_page(struct app *a, struct page *p, int w)
{
	(void)w;
	(void)a;
	page_clear(p);
	page_add(p, 0, ROLE_DIM, "no isochronous transfers in this capture");
}
