/* theme.c: the themes as a table. */
#include "tui/theme.h"
#include "base/mem.h"

#include <string.h>

enum { D = COLOUR_DEFAULT, BLACK = 0, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN, WHITE };

const struct theme themes[] = {
	{
		.name = "colour",
		.summary = "red, yellow, green",
		.look = {
			[ROLE_TEXT] = {D, D, 0},
			[ROLE_DIM] = {D, D, LOOK_DIM},
			[ROLE_STRONG] = {D, D, LOOK_BOLD},
			[ROLE_GOOD] = {GREEN, D, 0},
			[ROLE_WARN] = {YELLOW, D, 0},
			[ROLE_BAD] = {RED, D, LOOK_BOLD},
			[ROLE_BAR] = {WHITE, BLUE, 0},
			[ROLE_BAR_ON] = {BLACK, WHITE, 0},
			[ROLE_BAR_KEY] = {WHITE, BLUE, LOOK_BOLD},
			[ROLE_BAR_WARN] = {YELLOW, BLUE, LOOK_BOLD},
			[ROLE_HEADER] = {CYAN, D, LOOK_BOLD},
			[ROLE_BORDER] = {BLUE, D, 0},
			[ROLE_BORDER_ON] = {CYAN, D, LOOK_BOLD},
			[ROLE_LIT] = {BLACK, CYAN, 0},
			[ROLE_MATCH] = {BLACK, YELLOW, 0},
			[ROLE_LANE0] = {CYAN, D, 0},
			[ROLE_LANE1] = {GREEN, D, 0},
			[ROLE_LANE2] = {YELLOW, D, 0},
			[ROLE_LANE3] = {MAGENTA, D, 0},
			[ROLE_LANE4] = {BLUE, D, LOOK_BOLD},
			[ROLE_LANE5] = {D, D, 0},
		},
	},
	{
		/* Blue against orange keeps its contrast for all common kinds of colour blindness;
		 * what is wrong is underlined too, so that nothing hangs on a hue alone. */
		.name = "safe",
		.summary = "safe for colour blindness",
		.look = {
			[ROLE_TEXT] = {D, D, 0},
			[ROLE_DIM] = {D, D, LOOK_DIM},
			[ROLE_STRONG] = {D, D, LOOK_BOLD},
			[ROLE_GOOD] = {CYAN, D, 0},
			[ROLE_WARN] = {YELLOW, D, 0},
			[ROLE_BAD] = {YELLOW, D, LOOK_BOLD | LOOK_UNDERLINE},
			[ROLE_BAR] = {WHITE, BLUE, 0},
			[ROLE_BAR_ON] = {BLACK, WHITE, 0},
			[ROLE_BAR_KEY] = {WHITE, BLUE, LOOK_BOLD},
			[ROLE_BAR_WARN] = {YELLOW, BLUE, LOOK_BOLD},
			[ROLE_HEADER] = {CYAN, D, LOOK_BOLD},
			[ROLE_BORDER] = {BLUE, D, 0},
			[ROLE_BORDER_ON] = {CYAN, D, LOOK_BOLD},
			[ROLE_LIT] = {BLACK, CYAN, 0},
			[ROLE_MATCH] = {BLACK, YELLOW, 0},
			[ROLE_LANE0] = {CYAN, D, 0},
			[ROLE_LANE1] = {YELLOW, D, 0},
			[ROLE_LANE2] = {BLUE, D, LOOK_BOLD},
			[ROLE_LANE3] = {D, D, LOOK_BOLD},
			[ROLE_LANE4] = {CYAN, D, LOOK_BOLD},
			[ROLE_LANE5] = {D, D, 0},
		},
	},
	{
		.name = "mono",
		.summary = "no colours",
		.look = {
			[ROLE_TEXT] = {D, D, 0},
			[ROLE_DIM] = {D, D, LOOK_DIM},
			[ROLE_STRONG] = {D, D, LOOK_BOLD},
			[ROLE_GOOD] = {D, D, 0},
			[ROLE_WARN] = {D, D, LOOK_BOLD},
			[ROLE_BAD] = {D, D, LOOK_BOLD | LOOK_UNDERLINE},
			[ROLE_BAR] = {D, D, LOOK_INVERSE},
			[ROLE_BAR_ON] = {D, D, LOOK_BOLD | LOOK_UNDERLINE},
			[ROLE_BAR_KEY] = {D, D, LOOK_INVERSE | LOOK_BOLD},
			[ROLE_BAR_WARN] = {D, D, LOOK_INVERSE | LOOK_BOLD},
			[ROLE_HEADER] = {D, D, LOOK_BOLD},
			[ROLE_BORDER] = {D, D, LOOK_DIM},
			[ROLE_BORDER_ON] = {D, D, LOOK_BOLD},
			[ROLE_LIT] = {D, D, LOOK_INVERSE},
			[ROLE_MATCH] = {D, D, LOOK_UNDERLINE | LOOK_BOLD},
			[ROLE_LANE0] = {D, D, 0},
			[ROLE_LANE1] = {D, D, LOOK_BOLD},
			[ROLE_LANE2] = {D, D, LOOK_DIM},
			[ROLE_LANE3] = {D, D, 0},
			[ROLE_LANE4] = {D, D, LOOK_BOLD},
			[ROLE_LANE5] = {D, D, LOOK_DIM},
		},
	},
};
const size_t theme_count = ARRAY_LEN(themes);

int theme_find(const char *name)
{
	for (size_t i = 0; i < theme_count; i++)
		if (!strcmp(themes[i].name, name))
			return (int)i;
	return -1;
}

int theme_mono(void)
{
	return (int)theme_count - 1;
}
