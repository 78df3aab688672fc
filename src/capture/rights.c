/* rights.c: giving up root. */
#include "capture/rights.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NOBODY = 65534 };

/* sudo says who called it in SUDO_UID and SUDO_GID. */
static bool from_environment(const char *name, unsigned *id)
{
	const char *s = getenv(name);
	char *last;
	unsigned long v;

	if (!s || *s < '0' || *s > '9')
		return false;
	errno = 0;
	v = strtoul(s, &last, 10);
	*id = (unsigned)v;
	return !errno && !*last && v && v < UINT32_MAX;
}

static bool sudo_user(uid_t *uid, gid_t *gid)
{
	return from_environment("SUDO_UID", uid) && from_environment("SUDO_GID", gid);
}

bool rights_becomes_nobody(void)
{
	uid_t uid;
	gid_t gid;

	return !geteuid() && !sudo_user(&uid, &gid);
}

void rights_go_first(void)
{
	sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){.sched_priority = 1});
}

void rights_go_last(void)
{
	sched_setscheduler(0, SCHED_OTHER, &(struct sched_param){.sched_priority = 0});
}

int rights_drop(struct err *e)
{
	uid_t uid = NOBODY;
	gid_t gid = NOBODY;
	const struct passwd *user;
	int rc;

	if (geteuid())
		return 0;
	if (!sudo_user(&uid, &gid) && (user = getpwnam("nobody"))) {
		uid = user->pw_uid;
		gid = user->pw_gid;
	}
	user = getpwuid(uid);
	rc = user && uid != NOBODY ? initgroups(user->pw_name, gid) : setgroups(0, NULL);
	if (rc || setresgid(gid, gid, gid) || setresuid(uid, uid, uid))
		return err_set(e, "cannot give up root: %s", strerror(errno));
	if (!setuid(0) || !geteuid() || !getegid())
		return err_set(e, "root could not be given up");
	return 0;
}
