/* ids.c: reads usb.ids into sorted tables. Its lines are "NUMBER  name", sections other than the
 * vendors' begin with a tag ("C 03  Human Interface Device"), and each tab in front goes one level
 * down, below the last line of the level above. */
#include "usb/ids.h"
#include "base/mem.h"
#include "base/text.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* usb.ids has 0.7 MB; anything far beyond is something else. */
enum { IDS_FILE_MAX = 16 << 20, IDS_LEVELS = 3 };

struct ids_entry {
	uint32_t key, off; /* of the name in `bytes` */
};

struct ids_table {
	struct ids_entry *v;
	size_t n, cap;
	bool unsorted;
};

struct ids {
	char *path; /* NULL: default places */
	char *bytes;
	bool loaded;
	struct ids_table table[IDS_KINDS];
};

/* The sections: what the numbers of each level name and how many bits they add to the key. */
struct ids_section {
	const char *tag;
	uint8_t base; /* of the numbers */
	uint8_t levels;
	struct {
		uint8_t kind, bits;
	} level[IDS_LEVELS];
};

static const struct ids_section sections[] = {
	{"", 16, 2, {{IDS_VENDOR, 16}, {IDS_PRODUCT, 16}}},
	{"C", 16, 3, {{IDS_CLASS, 8}, {IDS_SUBCLASS, 8}, {IDS_PROTOCOL, 8}}},
	{"HUT", 16, 2, {{IDS_USAGE_PAGE, 16}, {IDS_USAGE, 16}}},
	{"L", 16, 2, {{IDS_LANGUAGE, 10}, {IDS_DIALECT, 6}}},
	{"AT", 16, 1, {{IDS_TERMINAL, 16}}},
	{"VT", 16, 1, {{IDS_VIDEO_TERMINAL, 16}}},
	{"HCC", 10, 1, {{IDS_COUNTRY, 8}}},
	{"HID", 16, 1, {{IDS_HID_DESCRIPTOR, 8}}},
};

/* ---- reading ---------------------------------------------------------------------------- */

/* The whole of a regular file, terminated; NULL if there is none. Opening must not wait for the
 * other end of a FIFO. */
static char *read_file(const char *path, size_t *n)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	char *bytes = NULL;
	struct stat st;
	ssize_t got = 1;

	*n = 0;
	if (fd < 0)
		return NULL;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size <= IDS_FILE_MAX) {
		bytes = mem_resize(NULL, (size_t)st.st_size + 1, 1);
		while (*n < (size_t)st.st_size && got > 0) {
			got = read(fd, bytes + *n, (size_t)st.st_size - *n);
			*n += got > 0 ? (size_t)got : 0;
		}
		bytes[*n] = 0;
	}
	close(fd);
	return bytes;
}

static char *read_any(const char *path, size_t *n)
{
	static const char *const places[] = {"/usr/share/misc/usb.ids", "/var/lib/usbutils/usb.ids",
		"/usr/share/hwdata/usb.ids"};
	char *bytes = NULL;

	if (!path)
		path = getenv("URBSCOPE_IDS");
	if (path)
		return read_file(path, n);
	for (size_t i = 0; i < ARRAY_LEN(places) && !bytes; i++)
		bytes = read_file(places[i], n);
	return bytes;
}

/* How many bytes at s are one character that may be shown as it is; 0: none. */
static size_t showable(const unsigned char *s, size_t n)
{
	size_t len = s[0] < 0x80 ? 1 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	char mem[32];
	struct text t;

	if (len == 1)
		return s[0] >= 0x20 && s[0] != 0x7f;
	if (len > n)
		return 0;
	/* What survives escaping unchanged needs none. */
	text_init(&t, mem, sizeof(mem));
	text_untrusted(&t, (const char *)s, len);
	return t.len == len && !memcmp(t.s, s, len) ? len : 0;
}

/* Ends the name at s with NUL after dropping control characters, bytes that are not UTF-8, and
 * blanks at the end, so that names can be shown without care. s[n] may be written. */
static void clean_name(char *s, size_t n)
{
	size_t to = 0;

	for (size_t i = 0; i < n;) {
		size_t len = showable((const unsigned char *)s + i, n - i);

		memmove(s + to, s + i, len);
		to += len;
		i += len ? len : 1;
	}
	while (to && s[to - 1] == ' ')
		to--;
	s[to] = 0;
}

/* The number at *s with its base, below 1 << bits; false if there is none. */
static bool parse_number(const char **s, const char *end, unsigned base, unsigned bits, uint32_t *v)
{
	const char *p = *s;

	for (*v = 0; p < end; p++) {
		unsigned d = *p >= '0' && *p <= '9'   ? (unsigned)(*p - '0')
			     : *p >= 'a' && *p <= 'f' ? (unsigned)(*p - 'a' + 10)
			     : *p >= 'A' && *p <= 'F' ? (unsigned)(*p - 'A' + 10)
						      : 99;

		if (d >= base)
			break;
		*v = *v * base + d;
		if (*v >> bits)
			return false;
	}
	if (p == *s || p == end || *p != ' ')
		return false;
	while (p < end && *p == ' ')
		p++;
	*s = p;
	return true;
}

/* The section a line without tabs belongs to; *s moves behind the tag. A name can look like a tag
 * ("C 00" against vendor 0c00), but vendor numbers have four digits in front of their blanks. */
static const struct ids_section *find_section(const char **s, const char *end)
{
	const char *blank = memchr(*s, ' ', (size_t)(end - *s));
	size_t n = blank ? (size_t)(blank - *s) : 0;

	if (!blank || (blank + 1 < end && blank[1] == ' '))
		return &sections[0];
	for (size_t i = 1; i < ARRAY_LEN(sections); i++) {
		if (strlen(sections[i].tag) != n || memcmp(sections[i].tag, *s, n))
			continue;
		*s = blank + 1;
		return &sections[i];
	}
	return NULL;
}

static void add_entry(struct ids_table *t, uint32_t key, size_t off)
{
	array_need(t->v, t->n, t->cap);
	t->unsorted |= t->n && t->v[t->n - 1].key >= key;
	t->v[t->n++] = (struct ids_entry){key, (uint32_t)off};
}

/* Where the lines below hang: section NULL means that they are of no interest. */
struct ids_place {
	const struct ids_section *section;
	unsigned depth;		  /* levels with a key */
	uint32_t key[IDS_LEVELS]; /* key[i] includes those above */
};

static void parse_line(struct ids *ids, struct ids_place *at, char *line, char *end)
{
	const char *s = line;
	unsigned level = 0;
	uint32_t number;

	while (s < end && *s == '\t') {
		level++;
		s++;
	}
	if (s == end || *s == '#')
		return;
	if (!level) {
		at->depth = 0;
		at->section = find_section(&s, end);
	}
	if (!at->section || level >= at->section->levels || level > at->depth)
		return;
	at->depth = level;
	if (!parse_number(&s, end, at->section->base, at->section->level[level].bits, &number))
		return;
	at->key[level] = number;
	if (level)
		at->key[level] |= at->key[level - 1] << at->section->level[level].bits;
	at->depth = level + 1;
	clean_name(line + (s - line), (size_t)(end - s));
	if (*s)
		add_entry(&ids->table[at->section->level[level].kind], at->key[level],
			(size_t)(s - ids->bytes));
}

/* Equal keys stay in the file's order: the first one counts. */
static int entry_cmp(const void *a, const void *b)
{
	const struct ids_entry *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->off < y->off ? -1 : x->off > y->off;
}

static void load(struct ids *ids)
{
	struct ids_place at = {.section = NULL};
	size_t n;

	ids->loaded = true;
	ids->bytes = read_any(ids->path, &n);
	if (!ids->bytes)
		return;
	for (char *line = ids->bytes, *stop = ids->bytes + n, *end; line < stop; line = end + 1) {
		end = memchr(line, '\n', (size_t)(stop - line));
		end = end ? end : stop;
		parse_line(ids, &at, line, end);
	}
	for (size_t i = 0; i < IDS_KINDS; i++)
		if (ids->table[i].unsorted)
			qsort(ids->table[i].v, ids->table[i].n, sizeof(struct ids_entry),
				entry_cmp);
}

/* ---- questions -------------------------------------------------------------------------- */

struct ids *ids_new(const char *path)
{
	struct ids *ids = mem_zalloc(1, sizeof(*ids));

	ids->path = path ? mem_strdup(path) : NULL;
	return ids;
}

void ids_free(struct ids *ids)
{
	if (!ids)
		return;
	for (size_t i = 0; i < IDS_KINDS; i++)
		free(ids->table[i].v);
	free(ids->bytes);
	free(ids->path);
	free(ids);
}

size_t ids_count(struct ids *ids, enum ids_kind kind)
{
	if (!ids)
		return 0;
	if (!ids->loaded)
		load(ids);
	return ids->table[kind].n;
}

const char *ids_find(struct ids *ids, enum ids_kind kind, uint32_t key)
{
	size_t low = 0, high = ids_count(ids, kind), n = high;
	const struct ids_entry *v;

	if (!n)
		return NULL;
	v = ids->table[kind].v;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (v[middle].key < key)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == n || v[low].key != key || !strcmp(ids->bytes + v[low].off, "?"))
		return NULL; /* usb.ids fills what has no name of its own with "?" */
	return ids->bytes + v[low].off;
}

const char *ids_class(struct ids *ids, uint8_t base)
{
	/* usb.org, Defined Class Codes. */
	static const struct {
		uint8_t base;
		const char *name;
	} defined[] = {
		{0x00, "(Defined at Interface level)"},
		{0x01, "Audio"},
		{0x02, "Communications"},
		{0x03, "Human Interface Device"},
		{0x05, "Physical Interface Device"},
		{0x06, "Imaging"},
		{0x07, "Printer"},
		{0x08, "Mass Storage"},
		{0x09, "Hub"},
		{0x0a, "CDC Data"},
		{0x0b, "Chip/SmartCard"},
		{0x0d, "Content Security"},
		{0x0e, "Video"},
		{0x0f, "Personal Healthcare"},
		{0x10, "Audio/Video"},
		{0x11, "Billboard"},
		{0x12, "Type-C Bridge"},
		{0x13, "Bulk Display"},
		{0x14, "MCTP over USB"},
		{0x3c, "I3C"},
		{0xdc, "Diagnostic"},
		{0xe0, "Wireless"},
		{0xef, "Miscellaneous Device"},
		{0xfe, "Application Specific Interface"},
		{0xff, "Vendor Specific Class"},
	};
	const char *name = ids_find(ids, IDS_CLASS, base);

	for (size_t i = 0; i < ARRAY_LEN(defined) && !name; i++)
		if (defined[i].base == base)
			name = defined[i].name;
	return name;
}
