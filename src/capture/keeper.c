/* keeper.c: files of a rotation, made directly or by a process that kept its rights. */
#include "capture/keeper.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct keeper {
	const char *path;
	uint64_t files;
	int socket; /* to the process apart; -1: none */
	pid_t pid;
};

char *keeper_name(const char *path, uint64_t n)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	const char *dot = strrchr(name, '.');
	size_t stem = dot && dot > name ? (size_t)(dot - path) : strlen(path);
	size_t cap = strlen(path) + 24;
	char *s = mem_zalloc(cap, 1);

	snprintf(s, cap, "%.*s-%05llu%s", (int)stem, path, (unsigned long long)n, path + stem);
	return s;
}

int keeper_make(const char *path, struct err *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0600);

	return fd < 0 ? err_set(e, "%s: cannot write: %s", path, strerror(errno)) : fd;
}

static int make(const struct keeper *k, uint64_t n, struct err *e)
{
	char *name;
	int fd;

	if (k->files && n > k->files) {
		name = keeper_name(k->path, n - k->files);
		unlink(name);
		free(name);
	}
	name = keeper_name(k->path, n);
	fd = keeper_make(name, e);
	free(name);
	return fd;
}

/* ---- the process apart -------------------------------------------------------------- */

union control {
	struct cmsghdr head;
	char room[CMSG_SPACE(sizeof(int))];
};

/* One answer: the message of a failure (empty: none), and the descriptor beside it. */
static ssize_t answer(int to, struct err *e, int fd)
{
	union control c = {.head = {0}};
	struct iovec v = {e, sizeof(*e)};
	struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1};

	if (fd >= 0) {
		c.head = (struct cmsghdr){
			.cmsg_len = CMSG_LEN(sizeof(fd)),
			.cmsg_level = SOL_SOCKET,
			.cmsg_type = SCM_RIGHTS,
		};
		memcpy(CMSG_DATA(&c.head), &fd, sizeof(fd));
		m.msg_control = &c;
		m.msg_controllen = sizeof(c.room);
	}
	return sendmsg(to, &m, MSG_NOSIGNAL);
}

/* Ends when the capture does, whatever ends it: the socket closes then. Ctrl-C is not for it. */
_Noreturn static void serve(const struct keeper *k, int from)
{
	uint64_t n;
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	while (recv(from, &n, sizeof(n), 0) == sizeof(n)) {
		struct err e = {0};
		int fd = make(k, n, &e);

		answer(from, &e, fd);
		if (fd >= 0)
			close(fd);
	}
	_exit(0);
}

static int ask(const struct keeper *k, uint64_t n, struct err *e)
{
	union control c = {.head = {0}};
	struct err said = {0};
	struct iovec v = {&said, sizeof(said)};
	struct msghdr m = {.msg_iov = &v,
		.msg_iovlen = 1,
		.msg_control = &c,
		.msg_controllen = sizeof(c.room)};
	struct cmsghdr *h;
	int fd;

	if (send(k->socket, &n, sizeof(n), MSG_NOSIGNAL) != sizeof(n) ||
		recvmsg(k->socket, &m, MSG_CMSG_CLOEXEC) != sizeof(said))
		return err_set(e, "%s: the process that makes the files is gone", k->path);
	h = CMSG_FIRSTHDR(&m);
	if (said.text[0] || !h || h->cmsg_type != SCM_RIGHTS) {
		*e = said;
		return -1;
	}
	memcpy(&fd, CMSG_DATA(h), sizeof(fd));
	return fd;
}

static int start_apart(struct keeper *k, struct err *e)
{
	int s[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, s) < 0)
		return err_set(e, "cannot make a socket: %s", strerror(errno));
	k->pid = fork();
	if (!k->pid) {
		close(s[0]);
		serve(k, s[1]);
	}
	close(s[1]);
	k->socket = s[0];
	return k->pid < 0 ? err_set(e, "cannot start a process: %s", strerror(errno)) : 0;
}

struct keeper *keeper_start(const char *path, uint64_t files, bool apart, struct err *e)
{
	struct keeper *k = mem_zalloc(1, sizeof(*k));

	*k = (struct keeper){.path = path, .files = files, .socket = -1};
	if (!apart || !start_apart(k, e))
		return k;
	keeper_stop(k);
	return NULL;
}

void keeper_stop(struct keeper *k)
{
	if (!k)
		return;
	if (k->socket >= 0)
		close(k->socket);
	if (k->pid > 0)
		while (waitpid(k->pid, NULL, 0) < 0 && errno == EINTR)
			;
	free(k);
}

int keeper_file(struct keeper *k, uint64_t n, struct err *e)
{
	return k->socket < 0 ? make(k, n, e) : ask(k, n, e);
}
