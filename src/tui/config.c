/* config.c: reading and writing the settings by one table. */
#include "tui/config.h"
#include "base/mem.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const struct {
	const char *key;
	size_t at, size; /* size 0: a number from 10 to 90 */
} settings[] = {
	{"theme", offsetof(struct config, theme), sizeof(((struct config *)0)->theme)},
	{"columns", offsetof(struct config, columns), sizeof(((struct config *)0)->columns)},
	{"time", offsetof(struct config, time), sizeof(((struct config *)0)->time)},
	{"colour", offsetof(struct config, colour), sizeof(((struct config *)0)->colour)},
	{"lines", offsetof(struct config, lines), sizeof(((struct config *)0)->lines)},
	{"split", offsetof(struct config, split), 0},
};

enum { SPLIT_AT_FIRST = 55, LINE_LENGTH = 1200 };

/* $XDG_CONFIG_HOME or ~/.config (XDG base directory specification); false: neither is known. */
static bool directory(char path[PATH_MAX])
{
	const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	int n;

	if (xdg && *xdg == '/')
		n = snprintf(path, PATH_MAX, "%s/urbscope", xdg);
	else if (home && *home == '/')
		n = snprintf(path, PATH_MAX, "%s/.config/urbscope", home);
	else
		return false;
	return n > 0 && n < PATH_MAX - 32;
}

static void set(struct config *c, const char *key, const char *value)
{
	for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
		char *to = (char *)c + settings[i].at;
		long n;

		if (strcmp(settings[i].key, key))
			continue;
		if (settings[i].size) {
			snprintf(to, settings[i].size, "%s", value);
			return;
		}
		n = strtol(value, NULL, 10);
		if (n >= 10 && n <= 90)
			*(int *)(void *)to = (int)n;
		return;
	}
	if (!strcmp(key, "filter"))
		history_add(&c->filters, value);
}

void config_load(struct config *c)
{
	char path[PATH_MAX], line[LINE_LENGTH];
	FILE *f;

	*c = (struct config){.split = SPLIT_AT_FIRST};
	if (!directory(path))
		return;
	strcat(path, "/view.conf");
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f)) {
		char *equal = strstr(line, " = ");

		line[strcspn(line, "\n")] = 0;
		if (line[0] == '#' || !equal)
			continue;
		*equal = 0;
		set(c, line, equal + 3);
	}
	if (f)
		fclose(f);
}

static void write_settings(const struct config *c, FILE *f)
{
	fputs("# urbscope view: settings, written when it ends\n", f);
	for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
		const char *at = (const char *)c + settings[i].at;

		if (!settings[i].size)
			fprintf(f, "%s = %d\n", settings[i].key, *(const int *)(const void *)at);
		else if (*at)
			fprintf(f, "%s = %s\n", settings[i].key, at);
	}
	for (size_t i = 0; i < c->filters.n; i++)
		fprintf(f, "filter = %s\n", c->filters.line[i]);
}

/* Whether the file holds just that. */
static bool same(const char *path, const char *text, size_t n)
{
	char *now = mem_zalloc(n + 2, 1);
	FILE *f = fopen(path, "re");
	size_t got = f ? fread(now, 1, n + 1, f) : 0;
	bool equal = f && got == n && !memcmp(now, text, n);

	if (f)
		fclose(f);
	free(now);
	return equal;
}

/* Each part of the path that is missing. */
static void make_directories(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = 0;
		mkdir(path, 0700);
		*slash = '/';
	}
}

int config_save(const struct config *c, struct err *e)
{
	char path[PATH_MAX], *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);
	int rc = 0;

	if (!f || !directory(path)) {
		if (f)
			fclose(f);
		free(text);
		return 0;
	}
	write_settings(c, f);
	fclose(f);
	strcat(path, "/view.conf");
	if (!same(path, text, n)) {
		make_directories(path);
		f = fopen(path, "we");
		if (!f || fwrite(text, 1, n, f) != n)
			rc = err_set(e, "%s: settings cannot be kept: %s", path, strerror(errno));
		if (f)
			fclose(f);
	}
	free(text);
	return rc;
}

void config_free(struct config *c)
{
	history_free(&c->filters);
}
