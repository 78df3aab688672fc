/* command.h: what a command is, and the options they share. A new command is a file cmd_NAME.c and
 * a row in main.c. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "base/emit.h"
#include "base/out.h"
#include "filter/filter.h"
#include "output/output.h"
#include "run/run.h"

#define URBSCOPE_VERSION "0.1.0"

/* Values of an option that may be given several times. */
enum { OPTION_LIST_MAX = 64 };
struct option_list {
	const char *v[OPTION_LIST_MAX];
	size_t n;
};

/* Everything the options of any command can say. */
struct options {
	const char *filter;
	uint64_t count, record, exchange;
	int format; /* enum output_format */
	int time;   /* enum time_format */
	int sort;   /* 0: not given, else 1 + index in the option's words */
	int color;  /* 0 auto, 1 always, 2 never */
	bool records, packets, transactions, exchanges, episodes;
	bool verbose, quiet, help, learn, no_ids;
	struct option_list descriptors, as;
	/* live */
	const char *interface, *write;
	struct option_list devices;
	uint64_t bytes, seconds, transfers, snaplen, rotate_bytes, rotate_seconds, files;
	bool interfaces, pcap, no_inject;
	/* view */
	const char *pace, *script;
	bool follow, ascii;
	/* stat */
	uint64_t interval; /* ns; 0: not given */
	bool binary;
};

enum option_kind {
	OPTION_FLAG,
	OPTION_SET, /* no value: `base` is stored in an int */
	OPTION_TEXT,
	OPTION_NUMBER,
	OPTION_SIZE,	 /* a number of bytes: k, M, G (1000) or Ki, Mi, Gi (1024) may follow */
	OPTION_DURATION, /* ns: a number with us, ms, s, m or h; s where there is none */
	OPTION_WORD,
	OPTION_MANY
};

struct option_row {
	char letter;		       /* 0: long form only */
	const char *name, *arg, *help; /* help NULL: not on the page */
	uint8_t kind;		       /* enum option_kind */
	size_t at; /* offset in struct options: bool, const char *, uint64_t or int */
	const char *const
		*words; /* OPTION_WORD: NULL-terminated; the index is stored, plus `base` */
	int base;
};

struct command {
	const char *name;
	const char *args;		  /* "[options] [INPUT]" */
	int operands;			  /* at most so many behind the options */
	const char *summary;		  /* one line */
	const char *text;		  /* what its own page says beside the options */
	const struct option_row *options; /* its own, ended by name NULL */
	bool own_options;		  /* of the common ones only -v, -q, -h, --format, --json */
	/* Operands behind the options. Returns the exit code. */
	int (*run)(const struct options *o, int argc, char **argv);
};

extern const struct command command_list, command_show, command_stat, command_iso, command_devices,
	command_view, command_capture, command_help;
/* All commands, NULL-terminated. */
extern const struct command *const commands[];

extern const struct option_row common_options[];

/* Parses argv behind the command's name. Returns the number of operands left at argv[0…], or -1
 * after a usage error was printed. */
int options_parse(const struct command *c, struct options *o, int argc, char **argv);
/* The command's own page, on standard output. */
void command_usage(const struct command *c);
/* What `urbscope --help` says. */
void program_usage(void);

struct live;

/* What commands share around a run: output, filter, input. */
struct session {
	struct out out;
	struct emit *emit;
	struct filter *filter;
	struct ids *ids;
	struct devices *knowledge;
	struct decode_binding *bindings;
	struct live *live; /* NULL: input is no interface */
	struct run_opts run;
};

/* How text is to be written: colours, character set, width of the terminal. */
struct output_opts session_output(const struct options *o);
/* Compiles the filter and opens the output. 0, or -1 after an error was printed. seekable: the
 * command will read the input at random. */
int session_begin(struct session *s, const struct options *o, const char *input, bool seekable);
/* Colours, as the options, the environment and the output say. */
bool session_color(const struct options *o);
/* Ends the live input; flushes; returns rc, or EXIT_TROUBLE when the output could not be written.
 */
int session_end(struct session *s, int rc);

#endif
