/* mapping.c: moving mapped windows over a file, and the SIGBUS that comes when a mapped page is no
 * longer there (mmap(2): beyond the end of the file). */
#include "capture/mapping.h"
#include "base/mem.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* ---- the guard --------------------------------------------------------------------------- */

enum { GUARDS = 16 }; /* files mapped at the same time; further ones are not mapped */

/* The address space of a mapping as the signal handler knows it. Global because a handler has no
 * other way to learn of it. It stays the same while the mapping moves within it. */
static struct mapping_guard {
	atomic_bool used, lost;
	_Atomic(uintptr_t) at; /* 0: none */
	_Atomic(size_t) cap;
} guards[GUARDS];

static struct sigaction previous;

/* Zeros from the page that is not there to the end of the mapping. False: it is none of ours. */
static bool put_zeros(uintptr_t page)
{
	for (size_t i = 0; i < GUARDS; i++) {
		struct mapping_guard *g = &guards[i];
		uintptr_t at = g->at;

		if (!at || page < at || page - at >= g->cap)
			continue;
		g->lost = true;
		return mmap((void *)page, g->cap - (page - at), PROT_READ,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED;
	}
	return false;
}

/* mmap is a mere system call, safe in a handler. Faults of others happen again and meet the action
 * that was there before; signals that somebody sent do not, and are sent once more. */
static void on_sigbus(int sig, siginfo_t *info, void *context)
{
	int saved = errno;
	bool fault = info->si_code > 0;
	uintptr_t page = (uintptr_t)info->si_addr & ~((uintptr_t)getpagesize() - 1);

	(void)context;
	if (!fault || !put_zeros(page)) {
		sigaction(sig, &previous, NULL);
		if (!fault)
			raise(sig);
	}
	errno = saved;
}

/* At every opening: others may have set theirs in between. */
static void catch_sigbus(void)
{
	struct sigaction act = {.sa_sigaction = on_sigbus, .sa_flags = SA_SIGINFO}, old;

	sigaction(SIGBUS, &act, &old);
	if (old.sa_sigaction != on_sigbus)
		previous = old;
}

static struct mapping_guard *take_guard(void)
{
	catch_sigbus();
	for (size_t i = 0; i < GUARDS; i++)
		if (!atomic_exchange(&guards[i].used, true)) {
			guards[i].lost = false;
			return &guards[i];
		}
	return NULL;
}

static void drop_guard(struct mapping_guard *g)
{
	g->at = 0;
	g->used = false;
}

/* ---- the mapping ------------------------------------------------------------------------- */

void mapping_open(struct mapping *m, int fd)
{
	*m = (struct mapping){.fd = fd};
}

void mapping_close(struct mapping *m)
{
	if (m->guard)
		drop_guard(m->guard);
	if (m->space)
		munmap(m->space, m->cap);
	*m = (struct mapping){.fd = -1};
}

static bool reserve(uint8_t *at, size_t n, int fixed, uint8_t **got)
{
	*got = mmap(at, n, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | fixed, -1, 0);
	return *got != MAP_FAILED;
}

/* Other address space, n bytes of it. */
static bool grow(struct mapping *m, size_t n)
{
	uint8_t *space;

	if (!m->guard)
		m->guard = take_guard();
	if (!m->guard || !reserve(NULL, n, 0, &space))
		return false;
	m->guard->at = 0;
	if (m->space)
		munmap(m->space, m->cap);
	m->space = space;
	m->cap = n;
	m->len = 0;
	m->guard->cap = n;
	m->guard->at = (uintptr_t)space;
	return true;
}

const uint8_t *mapping_move(struct mapping *m, uint64_t offset, size_t n)
{
	size_t page = (size_t)getpagesize(), lead = (size_t)(offset & (page - 1));
	/* Address and offset are the same modulo MAPPING_UNIT, so that what the page cache holds in
	 * large pages is mapped by them: this halves the cost of the whole mapping. */
	size_t in_unit = (size_t)((offset - lead) & (MAPPING_UNIT - 1));
	uint8_t *gone;

	if (n > SIZE_MAX / 2 || offset > INT64_MAX - n)
		return NULL;
	n = (n + lead + page - 1) & ~(page - 1);
	if (in_unit + n + MAPPING_UNIT > m->cap && !grow(m, in_unit + n + MAPPING_UNIT))
		return NULL;
	if (m->len && !reserve(m->at, m->len, MAP_FIXED, &gone))
		return NULL;
	m->at = m->space + (-(uintptr_t)m->space & (MAPPING_UNIT - 1)) + in_unit;
	m->len = n;
	/* populated at once: a fault for every page costs several times as much */
	if (mmap(m->at, n, PROT_READ, MAP_SHARED | MAP_POPULATE | MAP_FIXED, m->fd,
		    (off_t)(offset - lead)) == MAP_FAILED)
		return NULL;
	return m->at + lead;
}

bool mapping_lost(const struct mapping *m)
{
	return m->guard && m->guard->lost;
}
