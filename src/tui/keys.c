/* keys.c: the table of keys. */
#include "tui/keys.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

const struct binding bindings[] = {
	{0, 0, NULL, NULL, "Moving"},
	{IN_ALL, ACT_UP, "k Up", NULL, "one line up; hex: a row of bytes up"},
	{IN_ALL, ACT_DOWN, "j Down", NULL, "one line down"},
	{IN_ALL, ACT_PAGE_UP, "PgUp Ctrl-B Ctrl-U", NULL, "one page up"},
	{IN_ALL, ACT_PAGE_DOWN, "PgDn Ctrl-F Ctrl-D", NULL, "one page down"},
	{IN_ALL, ACT_HOME, "Home <", NULL, "to the beginning"},
	{IN_ALL, ACT_END, "End G >", NULL, "to the end"},
	{IN_LIST | IN_DETAIL, ACT_LEFT, "h Left", NULL, "fold, or to the line it belongs to"},
	{IN_LIST | IN_DETAIL, ACT_RIGHT, "l Right", "unfold",
		"unfold: exchange, transfer, transaction, packet or record"},
	{IN_HEX | IN_TIMELINE | IN_PAGE, ACT_LEFT, "h Left", NULL,
		"hex: one byte back; timeline: earlier; other screens: sideways"},
	{IN_HEX | IN_TIMELINE | IN_PAGE, ACT_RIGHT, "l Right", NULL,
		"hex: one byte on; timeline: later; other screens: sideways"},
	{IN_ALL, ACT_OPEN, "Enter", NULL,
		"unfold or fold; devices: only this device; timeline: in the list"},
	{IN_ALL, ACT_CLOSE, "Esc", NULL, "back: from a pane or screen to the list"},
	{IN_MAIN, ACT_NEXT_PANE, "Tab", "pane", "next pane: list, fields, bytes"},
	{IN_MAIN, ACT_PREV_PANE, "Shift-Tab", NULL, "pane before"},
	{0, 0, NULL, NULL, "Jumping"},
	{IN_ALL, ACT_GOTO, "g", "go to",
		"go to a transfer (120), a record (r 240) or a time (1.5s, 20ms, 14:03:05)"},
	{IN_MAIN, ACT_NEXT_ERROR, "e", "error", "next error"},
	{IN_MAIN, ACT_PREV_ERROR, "E", NULL, "error before"},
	{IN_MAIN, ACT_NEXT_ENDPOINT, "p", NULL, "next transfer of this endpoint (pipe)"},
	{IN_MAIN, ACT_PREV_ENDPOINT, "P", NULL, "the one before of this endpoint"},
	{IN_MAIN, ACT_NEXT_DEVICE, "d", NULL, "next transfer of this device"},
	{IN_MAIN, ACT_PREV_DEVICE, "D", NULL, "the one before of this device"},
	{IN_MAIN, ACT_NEXT_EXCHANGE, "x", NULL, "next exchange"},
	{IN_MAIN, ACT_PREV_EXCHANGE, "X", NULL, "exchange before"},
	{IN_LIST, ACT_OTHER_END, "o", NULL, "from submission to completion and back"},
	{IN_MAIN, ACT_MARK, "m", NULL, "mark this transfer, or take the mark away"},
	{IN_MAIN, ACT_NEXT_MARK, "'", NULL, "next mark or note"},
	{IN_MAIN, ACT_PREV_MARK, "\"", NULL, "mark or note before"},
	{IN_MAIN, ACT_BACK, "[ Backspace", NULL, "where you were before the jump"},
	{IN_MAIN, ACT_FORWARD, "]", NULL, "forward again"},
	{0, 0, NULL, NULL, "Searching"},
	{IN_ALL, ACT_SEARCH, "/", "search",
		"search forward: text, 'hex 55 53 42', or a field: 'wLength 18'"},
	{IN_ALL, ACT_SEARCH_BACK, "\\", NULL, "search backward"},
	{IN_ALL, ACT_NEXT_MATCH, ".", NULL, "next match"},
	{IN_ALL, ACT_PREV_MATCH, ",", NULL, "match before; Ctrl-C stops a search"},
	{0, 0, NULL, NULL, "What is shown"},
	{IN_ALL, ACT_FILTER, "f", "filter",
		"filter as you type; Tab completes names, Up and Down: earlier ones"},
	{IN_MAIN, ACT_ONLY_DEVICE, "v", NULL, "only this device"},
	{IN_MAIN, ACT_ONLY_ENDPOINT, "i", NULL, "only this endpoint"},
	{IN_MAIN, ACT_ONLY_EXCHANGE, "b", NULL, "only this exchange"},
	{IN_ALL, ACT_NO_FILTER, "F", NULL, "everything again"},
	{IN_LIST, ACT_FOLD_QUIET, "z", NULL, "runs of NAKs and SOFs in one line, or all of them"},
	{IN_LIST, ACT_FOLD_EXCHANGES, "Z", NULL, "exchanges in one line, or all their transfers"},
	{IN_LIST, ACT_TIME, "t", NULL, "times: relative, since the line before, date and time"},
	{IN_LIST, ACT_COLUMNS, "c", NULL, "choose columns"},
	{IN_ALL, ACT_COLOUR_BY, "C", NULL, "colour by status or by endpoint"},
	{IN_ALL, ACT_THEME, "T", NULL, "next theme: colour, safe for colour blindness, mono"},
	{IN_MAIN, ACT_GROW, "+", NULL, "list higher"},
	{IN_MAIN, ACT_SHRINK, "-", NULL, "list lower"},
	{IN_TIMELINE, ACT_GROW, "+", "closer", "timeline: closer"},
	{IN_TIMELINE, ACT_SHRINK, "-", "farther", "timeline: farther"},
	{0, 0, NULL, NULL, "Live and played back"},
	{IN_ALL, ACT_FOLLOW, "w", NULL, "follow what comes; scrolling up stops it"},
	{IN_ALL, ACT_PAUSE, "Space", NULL, "pause the screen; nothing is lost meanwhile"},
	{IN_ALL, ACT_STEP, "s", NULL, "played back: one record"},
	{IN_ALL, ACT_FASTER, "}", NULL, "played back: faster (up to ×1000)"},
	{IN_ALL, ACT_SLOWER, "{", NULL, "played back: slower (down to ×0.1)"},
	{IN_ALL, ACT_LOOP, "L", NULL, "played back: again from the beginning at the end"},
	{0, 0, NULL, NULL, "Keeping"},
	{IN_MAIN, ACT_NOTE, "n", "note", "a note on this transfer, kept beside the capture"},
	{IN_MAIN, ACT_COPY, "y", "copy", "copy this transfer: t text, j JSON, c C array"},
	{IN_ALL, ACT_SAVE_ALL, "S", NULL, "save the whole capture to a file"},
	{IN_ALL, ACT_SAVE_SHOWN, "W", NULL,
		"save what the filter shows: .pcapng .pcap .txt .json .csv"},
	{IN_ALL, ACT_EXPORT, "M", NULL, "the same with the marked transfers"},
	{0, 0, NULL, NULL, "Screens"},
	{IN_ALL, ACT_LIST, "1", NULL, "transfers"},
	{IN_ALL, ACT_DEVICES, "2", NULL, "devices with their descriptors"},
	{IN_ALL, ACT_STATISTICS, "3", NULL, "statistics"},
	{IN_ALL, ACT_ISO, "4", NULL, "isochronous timing"},
	{IN_ALL, ACT_TIMELINE, "5", NULL, "timeline: a lane for each endpoint"},
	{IN_ALL, ACT_HELP, "?", "help", "this help"},
	{IN_ALL, ACT_REDRAW, "Ctrl-L", NULL, "draw everything again"},
	{IN_ALL, ACT_QUIT, "q", "quit", "quit; from another screen: back to the list"},
};
const size_t binding_count = ARRAY_LEN(bindings);

static const struct {
	uint32_t key;
	const char *name;
} names[] = {
	{KEY_UP_, "Up"},
	{KEY_DOWN_, "Down"},
	{KEY_LEFT_, "Left"},
	{KEY_RIGHT_, "Right"},
	{KEY_PAGE_UP, "PgUp"},
	{KEY_PAGE_DOWN, "PgDn"},
	{KEY_HOME_, "Home"},
	{KEY_END_, "End"},
	{KEY_DELETE, "Del"},
	{KEY_BACKTAB, "Shift-Tab"},
	{KEY_TAB, "Tab"},
	{KEY_RETURN, "Enter"},
	{KEY_ESCAPE, "Esc"},
	{KEY_BACKSPACE_, "Backspace"},
	{' ', "Space"},
};

uint32_t key_named(const char *name, size_t n)
{
	uint32_t cp;

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strlen(names[i].name) == n && !memcmp(names[i].name, name, n))
			return names[i].key;
	if (n == 6 && !memcmp(name, "Ctrl-", 5) && name[5] >= 'A' && name[5] <= 'Z')
		return (uint32_t)(name[5] - 'A' + 1);
	return n && text_utf8(name, n, &cp) == n ? cp : 0;
}

enum action key_action(uint32_t key, unsigned where)
{
	for (size_t i = 0; i < binding_count; i++) {
		const char *s = bindings[i].keys;

		if (!s || !(bindings[i].where & where))
			continue;
		while (*s) {
			size_t n = strcspn(s, " ");

			if (key_named(s, n) == key)
				return (enum action)bindings[i].action;
			s += n + (s[n] == ' ');
		}
	}
	return ACT_NONE;
}

size_t binding_first_key(const struct binding *b)
{
	return strcspn(b->keys, " ");
}
