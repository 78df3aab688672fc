/* queue.c: a source behind a queue: a thread empties the source and does nothing else, so that a
 * disk or a reader that is slow for a moment does not make the kernel's small ring overflow. */
#include "base/mem.h"
#include "capture/source.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum {
	SIZE = 16 * 1024 * 1024,
	LONGEST = 1024 * 1024, /* of a record: usbmon's are shorter */
	BATCH = 512,
	WAIT_MS = 100,	  /* how old the count of losses may be */
	LAST_MS = 200,	  /* after a stop: how long what the ring holds is still taken */
	ENDING_MS = 2000, /* how long the end of the thread is waited for */
	MS = 1000000
};

struct entry {
	size_t size; /* of entry and data; 0: the next one is at the beginning */
	struct record rec;
};

struct queue {
	struct source s;
	struct source *in;
	pthread_t thread;
	bool started;
	uint8_t *ring;
	int wake, ready; /* eventfds: to the thread; from it */

	pthread_mutex_t lock;
	pthread_cond_t changed;	  /* room in the queue, or an answer */
	size_t head, tail, used;  /* written up to head, read up to tail */
	bool stop, closing;	  /* wanted */
	bool ended, failed, asks; /* asks: somebody waits for the count of losses */
	struct err err;
	uint64_t lost;
	bool lost_known;
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / MS;
}

static void kick(int fd)
{
	uint64_t one = 1;

	if (write(fd, &one, sizeof(one)) < 0)
		return; /* it is readable already */
}

static void calm(int fd)
{
	uint64_t n;

	if (read(fd, &n, sizeof(n)) < 0)
		return; /* it was not readable */
}

/* ---- the thread --------------------------------------------------------------------- */

/* A place for `size` bytes in one piece. Called with the lock held. */
static bool place(struct queue *q, size_t size)
{
	if (!q->used)
		q->head = q->tail = 0;
	if (q->used && q->head <= q->tail)
		return q->tail - q->head >= size;
	if (SIZE - q->head >= size)
		return true;
	if (q->tail < size)
		return false;
	if (q->head < SIZE)
		((struct entry *)(void *)(q->ring + q->head))->size = 0;
	q->used += SIZE - q->head;
	q->head = 0;
	return true;
}

static void append(void *ctx, const struct record *rec)
{
	struct queue *q = ctx;
	uint32_t n = rec->caplen < LONGEST ? rec->caplen : LONGEST;
	size_t size = (sizeof(struct entry) + n + 63) & ~(size_t)63;
	struct entry *e;
	bool first, closing;

	pthread_mutex_lock(&q->lock);
	while (!q->closing && !place(q, size))
		pthread_cond_wait(&q->changed, &q->lock);
	closing = q->closing;
	pthread_mutex_unlock(&q->lock);
	if (closing)
		return;
	e = (struct entry *)(void *)(q->ring + q->head); /* only this thread moves head */
	e->size = size;
	e->rec = *rec;
	e->rec.caplen = n;
	e->rec.comment = NULL;
	e->rec.data = (const uint8_t *)(e + 1);
	memcpy(e + 1, rec->data, n);
	pthread_mutex_lock(&q->lock);
	first = !q->used;
	q->head += size;
	q->used += size;
	pthread_mutex_unlock(&q->lock);
	if (first)
		kick(q->ready);
}

static void publish_lost(struct queue *q)
{
	uint64_t lost = 0;
	bool known = q->in->ops->lost(q->in, &lost);

	pthread_mutex_lock(&q->lock);
	q->lost = lost;
	q->lost_known = known;
	q->asks = false;
	pthread_cond_broadcast(&q->changed);
	pthread_mutex_unlock(&q->lock);
}

/* Under the lock because another thread sets them. */
static bool is_set(struct queue *q, const bool *flag)
{
	bool v;

	pthread_mutex_lock(&q->lock);
	v = *flag;
	pthread_mutex_unlock(&q->lock);
	return v;
}

static void *run(void *arg)
{
	struct queue *q = arg;
	int64_t asked = now_ms(), until;
	int n = 0;

	while (n >= 0 && !is_set(q, &q->stop)) {
		n = q->in->ops->read(q->in, q->wake, WAIT_MS, append, q, &q->err);
		calm(q->wake);
		if (is_set(q, &q->asks) || now_ms() - asked >= WAIT_MS) {
			publish_lost(q);
			asked = now_ms();
		}
	}
	until = now_ms() + LAST_MS;
	for (int more = n; more >= 0 && now_ms() < until;)
		if ((more = q->in->ops->read(q->in, q->wake, 0, append, q, &q->err)) <= 0)
			break;
	publish_lost(q);
	pthread_mutex_lock(&q->lock);
	q->ended = true;
	q->failed = n < 0;
	pthread_cond_broadcast(&q->changed);
	pthread_mutex_unlock(&q->lock);
	kick(q->ready);
	return NULL;
}

/* ---- the other side ----------------------------------------------------------------- */

static void tell_stop(struct queue *q)
{
	pthread_mutex_lock(&q->lock);
	q->stop = true;
	pthread_mutex_unlock(&q->lock);
	kick(q->wake);
}

static bool has_news(struct queue *q)
{
	bool news;

	pthread_mutex_lock(&q->lock);
	news = q->used || q->ended;
	pthread_mutex_unlock(&q->lock);
	return news;
}

static void wait_for_news(struct queue *q, int stop_fd, int timeout_ms)
{
	struct pollfd fd[2] = {{stop_fd, POLLIN, 0}, {q->ready, POLLIN, 0}};

	if (poll(fd, has_news(q) ? 1 : 2, has_news(q) ? 0 : timeout_ms) > 0 &&
		fd[0].revents & POLLIN) {
		tell_stop(q);
		if (!has_news(q))
			poll(&fd[1], 1, ENDING_MS);
	}
	calm(q->ready);
}

/* The next record; NULL: none. Called with the lock held. */
static struct entry *next(struct queue *q)
{
	struct entry *e;

	if (!q->used)
		return NULL;
	e = (struct entry *)(void *)(q->ring + q->tail);
	if (q->tail == SIZE || !e->size) {
		q->used -= SIZE - q->tail;
		q->tail = 0;
		e = (struct entry *)(void *)q->ring;
	}
	return q->used ? e : NULL;
}

static int queue_read(
	struct source *s, int stop_fd, int timeout_ms, source_record *got, void *ctx, struct err *e)
{
	struct queue *q = (struct queue *)s;
	struct entry *entry;
	int n = 0;

	wait_for_news(q, stop_fd, timeout_ms);
	pthread_mutex_lock(&q->lock);
	for (; n < BATCH && (entry = next(q)); n++) {
		pthread_mutex_unlock(&q->lock);
		got(ctx, &entry->rec);
		pthread_mutex_lock(&q->lock);
		q->tail += entry->size;
		q->used -= entry->size;
		pthread_cond_broadcast(&q->changed);
	}
	if (!n && q->ended && q->failed) {
		*e = q->err;
		n = -1;
	}
	pthread_mutex_unlock(&q->lock);
	return n;
}

static bool queue_lost(struct source *s, uint64_t *lost)
{
	struct queue *q = (struct queue *)s;
	struct timespec until;
	bool known;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 1;
	kick(q->wake);
	pthread_mutex_lock(&q->lock);
	q->asks = !q->ended;
	while (q->asks && !pthread_cond_timedwait(&q->changed, &q->lock, &until))
		;
	*lost = q->lost;
	known = q->lost_known;
	pthread_mutex_unlock(&q->lock);
	return known;
}

static void queue_close(struct source *s)
{
	struct queue *q = (struct queue *)s;

	if (q->started) {
		pthread_mutex_lock(&q->lock);
		q->closing = true;
		pthread_cond_broadcast(&q->changed);
		pthread_mutex_unlock(&q->lock);
		tell_stop(q);
		pthread_join(q->thread, NULL);
	}
	source_close(q->in);
	close(q->wake);
	close(q->ready);
	pthread_mutex_destroy(&q->lock);
	pthread_cond_destroy(&q->changed);
	free(q->ring);
	free(q);
}

static const struct source_ops queue_ops = {queue_read, queue_lost, queue_close};

struct source *source_queue(struct source *in, struct err *e)
{
	struct queue *q = mem_zalloc(1, sizeof(*q));
	sigset_t all, old;

	q->s = *in;
	q->s.ops = &queue_ops;
	q->in = in;
	q->ring = mem_resize(NULL, SIZE, 1);
	q->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	q->ready = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pthread_mutex_init(&q->lock, NULL);
	pthread_cond_init(&q->changed, NULL);
	publish_lost(q);
	sigfillset(&all); /* signals are for the thread that knows what to do */
	pthread_sigmask(SIG_SETMASK, &all, &old);
	q->started = q->wake >= 0 && q->ready >= 0 && !pthread_create(&q->thread, NULL, run, q);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (q->started)
		return &q->s;
	err_set(e, "cannot start capturing: no thread or descriptor to be had");
	queue_close(&q->s);
	return NULL;
}
