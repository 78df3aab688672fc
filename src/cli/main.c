/* main.c: urbscope COMMAND: finds the command and runs it. */
#include "base/log.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "cli/command.h"

#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const struct command *const commands[] = {
	&command_list,
	&command_show,
	&command_stat,
	&command_iso,
	&command_devices,
	&command_view,
	&command_capture,
	&command_help,
	NULL,
};

void program_usage(void)
{
	struct out o;

	out_init(&o, STDOUT_FILENO);
	out_str(&o, "urbscope " URBSCOPE_VERSION ": USB captures as transfers\n\n"
		    "  urbscope [--version|--help|--decoders] COMMAND [options] [INPUT]\n"
		    "  urbscope FILE                urbscope view FILE on a terminal, list "
		    "elsewhere\n\n"
		    "INPUT is a capture file (pcap, pcapng or usbmon text; plain, gzip or zstd) or "
		    "- for\n"
		    "standard input.\n\nCommands:\n");
	for (size_t i = 0; commands[i]; i++)
		out_printf(&o, "  %-8s %s\n", commands[i]->name, commands[i]->summary);
	out_str(&o, "\nurbscope COMMAND -h shows its options, urbscope help filter the filter "
		    "language.\n"
		    "Exit codes: 0 done, 2 trouble (usage, input, output; what could be read was "
		    "shown).\n");
	out_close(&o);
}

static void version(void)
{
	struct out o;

	out_init(&o, STDOUT_FILENO);
	out_str(&o, "urbscope " URBSCOPE_VERSION "\n");
	out_close(&o);
}

static void list_decoders(void)
{
	struct out o;

	out_init(&o, STDOUT_FILENO);
	for (size_t i = 0; decoders[i]; i++)
		out_printf(&o, "%-12s %s\n", decoders[i]->name, decoders[i]->summary);
	out_close(&o);
}

static const struct command *find(const char *name)
{
	for (size_t i = 0; commands[i]; i++)
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	return NULL;
}

static int run_command(const struct command *c, int argc, char **argv)
{
	struct options o = {0};
	int operands = options_parse(c, &o, argc, argv);

	if (operands < 0)
		return EXIT_TROUBLE;
	if (o.help)
		return command_usage(c), EXIT_DONE;
	log_set_quiet(o.quiet);
	return c->run(&o, operands, argv);
}

/* Where a file alone is looked at in the viewer. */
static bool on_terminal(void)
{
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && term && *term && strcmp(term, "dumb");
}

static int not_a_command(const char *word)
{
	struct nearest near = nearest_to(word, strlen(word));

	for (size_t i = 0; commands[i]; i++)
		nearest_try(&near, commands[i]->name, strlen(commands[i]->name));
	if (word[0] == '-')
		log_error("%s is not an option; those of a command stand behind it "
			  "(urbscope --help)",
			word);
	else if (near.best)
		log_error("\"%s\" is neither a command nor a file, did you mean %s?", word,
			near.best);
	else
		log_error("\"%s\" is neither a command nor a file (urbscope --help lists the "
			  "commands)",
			word);
	return EXIT_TROUBLE;
}

int main(int argc, char **argv)
{
	const struct command *c;

	setlocale(LC_CTYPE, "");
	signal(SIGPIPE, SIG_IGN); /* a closed pipe shows as EPIPE, see base/out.h */
	if (argc < 2) {
		program_usage();
		return EXIT_TROUBLE;
	}
	if (!strcmp(argv[1], "--version"))
		return version(), EXIT_DONE;
	if (!strcmp(argv[1], "--decoders"))
		return list_decoders(), EXIT_DONE;
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		return program_usage(), EXIT_DONE;
	c = find(argv[1]);
	if (c)
		return run_command(c, argc - 1, argv + 1);
	if (argc == 2 && (!strcmp(argv[1], "-") || strchr(argv[1], '/') || strchr(argv[1], '.') ||
				 access(argv[1], R_OK) == 0))
		return run_command(on_terminal() ? &command_view : &command_list, argc, argv);
	return not_a_command(argv[1]);
}
