/* screen_curses.c: the only file that knows ncurses. */
#define NCURSES_WIDECHAR 1
#include "tui/screen_curses.h"
#include "base/mem.h"
#include "tui/keys.h"

#include <ncurses.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

static struct {
	bool open;
	FILE *in, *out;
	SCREEN *screen;
	int theme;
	bool coloured;
	struct termios before;
} term;

/* ---- giving the terminal back --------------------------------------------------------- */

/* Without ncurses, which must not be called in a handler: leave the alternate screen, attributes
 * and mouse off, cursor on; and the line as it was. */
static void restore_raw(void)
{
	static const char off[] =
		"\033[?1002l\033[?1006l\033[?1000l\033[0m\033[?1049l\033[?25h\r\n";
	ssize_t n = write(STDOUT_FILENO, off, sizeof(off) - 1);

	(void)n;
	tcsetattr(fileno(term.in), TCSANOW, &term.before);
}

static void on_fatal(int sig)
{
	if (term.open)
		restore_raw();
	signal(sig, SIG_DFL);
	raise(sig);
}

/* SIGBUS is not among them: capture/mapping.c survives it. */
static void catch_fatal(void)
{
	static const int signals[] = {
		SIGSEGV, SIGABRT, SIGFPE, SIGILL, SIGTERM, SIGHUP, SIGINT, SIGQUIT};
	struct sigaction act = {.sa_handler = on_fatal, .sa_flags = (int)SA_RESETHAND};

	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		sigaction(signals[i], &act, NULL);
}

void screen_close(void)
{
	if (!term.open)
		return;
	term.open = false;
	endwin();
	delscreen(term.screen);
	if (term.in != stdin)
		fclose(term.in);
}

/* ---- taking it ------------------------------------------------------------------------ */

static int open_input(struct err *e)
{
	term.in = isatty(STDIN_FILENO) ? stdin : fopen("/dev/tty", "re");
	return term.in ? 0 : err_set(e, "view: no terminal for the keys: %s", strerror(errno));
}

int screen_open(struct err *e)
{
	const char *name = getenv("TERM");

	if (!isatty(STDOUT_FILENO))
		return err_set(e, "view: standard output is no terminal (urbscope list prints)");
	if (!name || !*name || !strcmp(name, "dumb"))
		return err_set(e,
			"view: this terminal (TERM=%s) cannot move its cursor; urbscope list "
			"and show print",
			name && *name ? name : "");
	if (open_input(e) < 0)
		return -1;
	tcgetattr(fileno(term.in), &term.before);
	term.screen = newterm(NULL, stdout, term.in);
	if (!term.screen)
		return err_set(e, "view: the terminal \"%s\" is not known (TERM)", name);
	if (!tigetstr("cup") || tigetstr("cup") == (char *)-1) {
		endwin();
		return err_set(e, "view: the terminal \"%s\" cannot move its cursor", name);
	}
	term.open = true;
	term.theme = -1;
	atexit(screen_close);
	catch_fatal();
	raw();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	set_escdelay(25);
	curs_set(0);
	term.coloured = has_colors();
	if (term.coloured) {
		start_color();
		use_default_colors();
	}
	mousemask(ALL_MOUSE_EVENTS | REPORT_MOUSE_POSITION, NULL);
	mouseinterval(0);
	fputs("\033[?1002h", stdout); /* drags too */
	fflush(stdout);
	return 0;
}

void screen_size(int *w, int *h)
{
	struct winsize s;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &s) == 0 && s.ws_col && s.ws_row &&
		is_term_resized(s.ws_row, s.ws_col))
		resizeterm(s.ws_row, s.ws_col);
	getmaxyx(stdscr, *h, *w);
}

/* ---- showing -------------------------------------------------------------------------- */

/* A pair for each role: pair 0 is the terminal's own. */
static void use_theme(int theme)
{
	if (theme == term.theme)
		return;
	term.theme = theme;
	for (short r = 0; term.coloured && r < ROLES; r++)
		init_pair((short)(r + 1), themes[theme].look[r].fg, themes[theme].look[r].bg);
	clearok(stdscr, TRUE);
}

static attr_t attributes(const struct look *l, bool selected)
{
	static const struct {
		uint8_t how;
		attr_t attr;
	} by[] = {{LOOK_BOLD, A_BOLD}, {LOOK_DIM, A_DIM}, {LOOK_INVERSE, A_REVERSE},
		{LOOK_UNDERLINE, A_UNDERLINE}};
	attr_t a = A_NORMAL;

	for (size_t i = 0; i < ARRAY_LEN(by); i++)
		if (l->how & by[i].how)
			a |= by[i].attr;
	return selected ? (a ^ A_REVERSE) & ~A_DIM : a;
}

void screen_show(const struct grid *g, int theme, bool no_color)
{
	int chosen = no_color || !term.coloured || theme < 0 ? theme_mono() : theme;

	use_theme(chosen);
	for (int y = 0; y < g->h; y++)
		for (int x = 0; x < g->w; x++) {
			const struct cell *c = &g->cell[(size_t)y * (size_t)g->w + (size_t)x];
			wchar_t text[2] = {(wchar_t)c->cp, 0};
			cchar_t cell;

			if (!c->cp)
				continue;
			setcchar(&cell, text,
				attributes(&themes[chosen].look[c->role], c->selected),
				term.coloured ? (short)(c->role + 1) : 0, NULL);
			mvadd_wch(y, x, &cell);
		}
	refresh();
}

void screen_forget(void)
{
	clearok(stdscr, TRUE);
}

/* ---- keys ----------------------------------------------------------------------------- */

static const struct {
	int from;
	uint32_t to;
} keys[] = {
	{KEY_UP, KEY_UP_},
	{KEY_DOWN, KEY_DOWN_},
	{KEY_LEFT, KEY_LEFT_},
	{KEY_RIGHT, KEY_RIGHT_},
	{KEY_PPAGE, KEY_PAGE_UP},
	{KEY_NPAGE, KEY_PAGE_DOWN},
	{KEY_HOME, KEY_HOME_},
	{KEY_END, KEY_END_},
	{KEY_DC, KEY_DELETE},
	{KEY_BTAB, KEY_BACKTAB},
	{KEY_BACKSPACE, KEY_BACKSPACE_},
	{KEY_ENTER, KEY_RETURN},
	{KEY_RESIZE, KEY_RESIZED},
};

static uint32_t mouse_key(int *x, int *y)
{
	MEVENT m;

	if (getmouse(&m) != OK)
		return KEY_NONE;
	*x = m.x;
	*y = m.y;
	if (m.bstate & BUTTON4_PRESSED)
		return KEY_WHEEL_UP;
	if (m.bstate & BUTTON5_PRESSED)
		return KEY_WHEEL_DOWN;
	if (m.bstate & (BUTTON1_PRESSED | BUTTON1_CLICKED))
		return KEY_CLICK;
	if (m.bstate & BUTTON1_RELEASED)
		return KEY_RELEASE;
	return m.bstate & REPORT_MOUSE_POSITION ? KEY_DRAG : KEY_NONE;
}

/* Ctrl-Z: raw mode gives it as a key, and the shell expects to be asked. */
static void suspend(void)
{
	def_prog_mode();
	endwin();
	kill(0, SIGTSTP);
	reset_prog_mode();
	fputs("\033[?1002h", stdout);
	clearok(stdscr, TRUE);
	refresh();
}

/* Behind an escape: a sequence that terminfo does not know, as a late answer of the terminal, is no
 * keys (ECMA-48 5.4: it goes on to its final byte). False: it was the key Esc. */
static bool swallow_sequence(void)
{
	enum { LONGEST = 64 };
	wint_t c;

	timeout(0);
	if (get_wch(&c) != OK)
		return false;
	if (c != '[' && c != 'O') {
		unget_wch((wchar_t)c);
		return false;
	}
	for (int i = 0; i < LONGEST && get_wch(&c) == OK; i++)
		if (c >= 0x40 && c <= 0x7e)
			break;
	return true;
}

/* A terminal that is gone gives no keys and no time-outs either: not every one that goes sends
 * SIGHUP. */
static bool hung_up(void)
{
	struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};

	return poll(&p, 1, 0) > 0 && p.revents & (POLLHUP | POLLERR | POLLNVAL);
}

uint32_t screen_key(int ms, int *x, int *y)
{
	wint_t c;
	int rc;

	timeout(ms);
	rc = get_wch(&c);
	if (rc == ERR)
		return hung_up() ? KEY_HANGUP : KEY_NONE;
	if (rc == KEY_CODE_YES) {
		if (c == KEY_MOUSE)
			return mouse_key(x, y);
		for (size_t i = 0; i < ARRAY_LEN(keys); i++)
			if (keys[i].from == (int)c)
				return keys[i].to;
		return KEY_NONE;
	}
	if (c == '[' - 64 && swallow_sequence())
		return KEY_NONE;
	if (c == 'Z' - 64) {
		suspend();
		return KEY_RESIZED;
	}
	return c == '\r' ? KEY_RETURN : c == 0x7f ? KEY_BACKSPACE_ : (uint32_t)c;
}

/* ---- the clipboard -------------------------------------------------------------------- */

void screen_clipboard(const char *s, size_t n)
{
	static const char digit[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	/* xterm takes about 100 kB, others less: more is not worth a broken terminal */
	if (n > 74000)
		return;
	fputs("\033]52;c;", stdout);
	for (size_t i = 0; i < n; i += 3) {
		uint32_t v = (uint32_t)(unsigned char)s[i] << 16;

		v |= i + 1 < n ? (uint32_t)(unsigned char)s[i + 1] << 8 : 0;
		v |= i + 2 < n ? (uint32_t)(unsigned char)s[i + 2] : 0;
		putchar(digit[v >> 18]);
		putchar(digit[v >> 12 & 63]);
		putchar(i + 1 < n ? digit[v >> 6 & 63] : '=');
		putchar(i + 2 < n ? digit[v & 63] : '=');
	}
	putchar('\a');
	fflush(stdout);
}
