/* help_screen.c: the table of keys as a page. */
#include "tui/app.h"

#include <string.h>

enum { KEYS_WIDTH = 20 };

/* What a key does, in lines no wider than the screen. */
static void wrapped(struct page *p, int col, int w, const char *s)
{
	size_t room = w - col > 16 ? (size_t)(w - col) : 16, left;

	while ((left = strlen(s)) > room) {
		size_t n = room;

		while (n && s[n] != ' ')
			n--;
		n = n ? n : room;
		page_span(p, col, ROLE_TEXT, s, n);
		page_line(p);
		s += n + (s[n] == ' ');
	}
	page_span(p, col, ROLE_TEXT, s, left);
}

void help_page(struct app *a, struct page *p, int w)
{
	(void)a;
	page_clear(p);
	for (size_t i = 0; i < binding_count; i++) {
		const struct binding *b = &bindings[i];

		if (!b->keys) {
			if (i)
				page_line(p);
			page_add(p, 0, ROLE_STRONG, b->help);
			continue;
		}
		page_line(p);
		page_span(p, 2, ROLE_HEADER, b->keys, strlen(b->keys));
		wrapped(p, 2 + KEYS_WIDTH, w, b->help);
	}
	page_line(p);
	page_add(p, 0, ROLE_STRONG, "Mouse");
	page_add(p, 2, ROLE_TEXT,
		"click selects a line, a field, a byte or a screen; the wheel scrolls;");
	page_add(p, 2, ROLE_TEXT, "borders between panes can be dragged");
	page_line(p);
	page_add(p, 0, ROLE_STRONG, "Filters");
	page_add(p, 2, ROLE_TEXT,
		"dev == 5 && ep == 1    error or latency > 5ms    info contains \"READ\"");
	page_add(p, 2, ROLE_TEXT, "urbscope help filter names all fields");
}
