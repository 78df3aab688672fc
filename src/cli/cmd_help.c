/* cmd_help.c: urbscope help: pages of the commands, and of the filter language. */
#include "base/log.h"
#include "cli/command.h"
#include "filter/filter.h"

#include <string.h>

static int run(const struct options *o, int argc, char **argv)
{
	struct session s;

	if (argc && strcmp(argv[0], "filter")) {
		for (size_t i = 0; commands[i]; i++)
			if (!strcmp(commands[i]->name, argv[0]))
				return command_usage(commands[i]), EXIT_DONE;
		log_error(
			"help: there is no page \"%s\"; there is one for each command, and filter",
			argv[0]);
		return EXIT_TROUBLE;
	}
	if (!argc)
		return program_usage(), EXIT_DONE;
	if (session_begin(&s, o, NULL, false) < 0)
		return EXIT_TROUBLE;
	filter_reference(s.emit);
	return session_end(&s, EXIT_DONE);
}

const struct command command_help = {
	.name = "help",
	.args = "[COMMAND|filter]",
	.operands = 1,
	.summary = "The page of a command, or the filter language and its fields",
	.options = NULL,
	.run = run,
};
