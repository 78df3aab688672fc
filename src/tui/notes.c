/* notes.c: the notes file. */
#include "tui/notes.h"
#include "base/mem.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOTE_LINE = 4096 };

static size_t place_of(const struct notes *n, uint64_t record)
{
	size_t i = 0;

	while (i < n->n && n->v[i].record < record)
		i++;
	return i;
}

static void put(struct notes *n, uint64_t record, const char *text)
{
	size_t i = place_of(n, record);

	if (i < n->n && n->v[i].record == record) {
		free(n->v[i].text);
		if (*text) {
			n->v[i].text = mem_strdup(text);
			return;
		}
		memmove(&n->v[i], &n->v[i + 1], (--n->n - i) * sizeof(*n->v));
		return;
	}
	if (!*text)
		return;
	array_need(n->v, n->n, n->cap);
	memmove(&n->v[i + 1], &n->v[i], (n->n++ - i) * sizeof(*n->v));
	n->v[i] = (struct note){record, mem_strdup(text)};
}

void notes_load(struct notes *n, const char *capture)
{
	char line[NOTE_LINE];
	FILE *f;

	*n = (struct notes){0};
	if (!capture)
		return;
	n->path = mem_zalloc(strlen(capture) + 7, 1);
	sprintf(n->path, "%s.notes", capture);
	f = fopen(n->path, "re");
	while (f && fgets(line, sizeof(line), f)) {
		char *tab = strchr(line, '\t');
		unsigned long long record = strtoull(line, NULL, 10);

		if (!tab || !record)
			continue;
		tab[1 + strcspn(tab + 1, "\n")] = 0;
		put(n, record, tab + 1);
	}
	if (f)
		fclose(f);
}

void notes_free(struct notes *n)
{
	for (size_t i = 0; i < n->n; i++)
		free(n->v[i].text);
	free(n->v);
	free(n->path);
	*n = (struct notes){0};
}

const char *notes_get(const struct notes *n, uint64_t record)
{
	size_t i = place_of(n, record);

	return i < n->n && n->v[i].record == record ? n->v[i].text : NULL;
}

/* Written beside and renamed, so that no failure takes what was there. */
static int write_all(const struct notes *n, struct err *e)
{
	char part[NOTE_LINE];
	bool bad;
	FILE *f;

	if (snprintf(part, sizeof(part), "%s.part", n->path) >= (int)sizeof(part))
		return err_set(e, "%s: the name is too long", n->path);
	f = fopen(part, "we");
	for (size_t i = 0; f && i < n->n; i++)
		fprintf(f, "%llu\t%s\n", (unsigned long long)n->v[i].record, n->v[i].text);
	bad = !f || ferror(f);
	if (f)
		bad |= fclose(f) != 0;
	if (bad || rename(part, n->path))
		return err_set(e, "%s: the note cannot be kept: %s", n->path, strerror(errno));
	if (!n->n)
		remove(n->path);
	return 0;
}

int notes_set(struct notes *n, uint64_t record, const char *text, struct err *e)
{
	char *clean = mem_strdup(text);
	int rc;

	for (char *c = clean; *c; c++)
		*c = *c == '\t' || *c == '\n' || *c == '\r' ? ' ' : *c;
	put(n, record, clean);
	free(clean);
	if (!n->path)
		return err_set(e, "the note lasts as long as the viewer: this capture has no file");
	rc = write_all(n, e);
	return rc;
}
