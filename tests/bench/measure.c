/* measure.c: runs a command with input and output at /dev/null and prints its seconds and peak
 * resident KiB. A process of its own because the peak a parent reads includes the parent's size at
 * the fork, and this one is small.
 *
 *     measure COMMAND…     exit code: the command's, 127 if it could not run */
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static _Noreturn void child(char **argv)
{
	int null = open("/dev/null", O_RDWR);

	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	execvp(argv[0], argv);
	perror(argv[0]);
	_exit(127);
}

int main(int argc, char **argv)
{
	struct rusage usage;
	double begin = now();
	int status;
	pid_t pid;

	if (argc < 2)
		return 127;
	pid = fork();
	if (!pid)
		child(argv + 1);
	if (pid < 0 || wait4(pid, &status, 0, &usage) < 0) {
		perror("measure");
		return 127;
	}
	printf("%.6f %ld\n", now() - begin, usage.ru_maxrss);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 127;
}
