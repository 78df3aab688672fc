/* prompt.c: editing one line. */
#include "tui/prompt.h"
#include "base/mem.h"
#include "base/text.h"
#include "tui/keys.h"

#include <stdlib.h>
#include <string.h>

void history_add(struct prompt_history *h, const char *line)
{
	for (size_t i = 0; i < h->n; i++)
		if (!strcmp(h->line[i], line)) {
			char *same = h->line[i];

			memmove(&h->line[i], &h->line[i + 1], (h->n - i - 1) * sizeof(*h->line));
			h->line[h->n - 1] = same;
			return;
		}
	if (!*line)
		return;
	if (h->n == PROMPT_HISTORY) {
		free(h->line[0]);
		memmove(h->line, h->line + 1, --h->n * sizeof(*h->line));
	}
	h->line[h->n++] = mem_strdup(line);
}

void history_free(struct prompt_history *h)
{
	for (size_t i = 0; i < h->n; i++)
		free(h->line[i]);
	h->n = 0;
}

static void set(struct prompt *p, const char *text)
{
	p->len = strlen(text);
	if (p->len >= PROMPT_TEXT)
		p->len = PROMPT_TEXT - 1;
	memcpy(p->text, text, p->len);
	p->text[p->len] = 0;
	p->at = p->len;
}

void prompt_begin(struct prompt *p, const char *text, struct prompt_history *h)
{
	*p = (struct prompt){.history = h};
	set(p, text);
}

static size_t before(const struct prompt *p, size_t at)
{
	while (at > 0 && ((unsigned char)p->text[--at] & 0xc0) == 0x80)
		;
	return at;
}

static size_t behind(const struct prompt *p, size_t at)
{
	if (at < p->len)
		at++;
	while (at < p->len && ((unsigned char)p->text[at] & 0xc0) == 0x80)
		at++;
	return at;
}

static bool erase(struct prompt *p, size_t from, size_t to)
{
	memmove(p->text + from, p->text + to, p->len - to + 1);
	p->len -= to - from;
	p->at = from;
	return to > from;
}

static bool insert(struct prompt *p, const char *s, size_t n)
{
	if (p->len + n >= PROMPT_TEXT)
		return false;
	memmove(p->text + p->at + n, p->text + p->at, p->len - p->at + 1);
	memcpy(p->text + p->at, s, n);
	p->len += n;
	p->at += n;
	return true;
}

void prompt_replace(struct prompt *p, size_t n, const char *text)
{
	erase(p, p->at - n, p->at);
	insert(p, text, strlen(text));
}

static bool type(struct prompt *p, uint32_t cp)
{
	char s[4];
	size_t n = 1;

	if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp >= KEY_SPECIAL)
		return false;
	if (cp < 0x80) {
		s[0] = (char)cp;
	} else {
		n = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
		for (size_t i = n - 1; i > 0; i--, cp >>= 6)
			s[i] = (char)(0x80 | (cp & 0x3f));
		s[0] = (char)(0xf00u >> n | cp);
	}
	return insert(p, s, n);
}

static bool recall(struct prompt *p, int step)
{
	size_t n = p->history ? p->history->n : 0;

	if ((step > 0 && p->back >= n) || (step < 0 && !p->back))
		return false;
	if (!p->back)
		memcpy(p->typed, p->text, p->len + 1);
	p->back += (size_t)step;
	set(p, p->back ? p->history->line[n - p->back] : p->typed);
	return true;
}

static bool erase_word(struct prompt *p)
{
	size_t from = p->at;

	while (from && p->text[from - 1] == ' ')
		from--;
	while (from && p->text[from - 1] != ' ')
		from--;
	return erase(p, from, p->at);
}

static bool move_to(struct prompt *p, size_t at)
{
	p->at = at;
	return false;
}

enum prompt_event prompt_key(struct prompt *p, uint32_t key)
{
	bool changed;

	switch (key) {
	case KEY_RETURN: return PROMPT_DONE;
	case KEY_ESCAPE:
	case KEY_CTRL_C: return PROMPT_CANCELLED;
	case KEY_TAB: return PROMPT_COMPLETE;
	case KEY_LEFT_: changed = move_to(p, before(p, p->at)); break;
	case KEY_RIGHT_: changed = move_to(p, behind(p, p->at)); break;
	case KEY_HOME_:
	case 'A' - 64: changed = move_to(p, 0); break;
	case KEY_END_:
	case 'E' - 64: changed = move_to(p, p->len); break;
	case KEY_BACKSPACE_: changed = erase(p, before(p, p->at), p->at); break;
	case KEY_DELETE: changed = erase(p, p->at, behind(p, p->at)); break;
	case 'U' - 64: changed = erase(p, 0, p->at); break;
	case 'K' - 64: changed = erase(p, p->at, p->len); break;
	case 'W' - 64: changed = erase_word(p); break;
	case KEY_UP_: changed = recall(p, 1); break;
	case KEY_DOWN_: changed = recall(p, -1); break;
	default: changed = type(p, key);
	}
	return changed ? PROMPT_CHANGED : PROMPT_NOTHING;
}

int prompt_draw(const struct prompt *p, struct grid *g, int y, const char *label)
{
	int x = grid_str(g, 0, y, g->w, ROLE_STRONG, label);
	int room = g->w - x - 1;
	size_t from = 0;

	while (from < p->at && (int)text_columns(p->text + from, p->at - from) > room)
		from = behind(p, from);
	grid_put(g, x, y, g->w - x, ROLE_TEXT, p->text + from, p->len - from);
	x += (int)text_columns(p->text + from, p->at - from);
	grid_select(g, x, y, 1);
	return x;
}
