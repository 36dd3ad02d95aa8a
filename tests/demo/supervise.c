/* SPDX-License-Identifier: Apache-2.0 */
/*
 * supervise [-a] SECONDS COMMAND [ARG]...
 *
 * Runs a command in a session of its own and ends with its status.  When SECONDS are over, when it
 * is told to end, or when the process that started it is gone (even by SIGKILL), the command's
 * group gets SIGTERM and a minute to clean up, then SIGKILL.  It is a session of its own itself, so
 * that what ends its parent does not end it.
 *
 * Whatever the command leaves running becomes a child of this process: it is killed, and the
 * status is then 125.  Out of time: 124.
 *
 * -a: in a place apart, see tests/lib/apart.h, so that what others do on this machine meanwhile is not seen there.
 * This process is the first one there; one outside passes on what it is told, and its status.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/lib/apart.h"

enum { GRACE_MS = 60000, LINGER_MS = 3000, OUT_OF_TIME = 124, LEFT_SOMETHING = 125 };

struct watch {
	pid_t command;
	int signals;
	struct pollfd fds[2]; /* signals, the parent */
	bool has_ended, is_told_to_end;
	int status;
};

static long monotonic_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Collects the dead.  False: there are no children any more. */
static bool reap(struct watch *w)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != w->command)
			continue;
		w->has_ended = true;
		w->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	}
	return pid == 0;
}

static void drain_signals(struct watch *w)
{
	struct signalfd_siginfo info;

	while (read(w->signals, &info, sizeof info) == sizeof info)
		if (info.ssi_signo != SIGCHLD)
			w->is_told_to_end = true;
}

/* Waits until the command has ended, or the time is over, or (if asked) somebody wants its end. */
static void wait_for_end(struct watch *w, long until_ms, bool heed)
{
	while (reap(w) && !w->has_ended && !(heed && w->is_told_to_end)) {
		long left_ms = until_ms - monotonic_ms();

		if (left_ms <= 0 || poll(w->fds, heed ? 2 : 1, (int)left_ms) == 0)
			return;
		drain_signals(w);
		if (heed && w->fds[1].revents != 0)
			w->is_told_to_end = true;
	}
}

static unsigned kill_children(void)
{
	FILE *f = fopen("/proc/thread-self/children", "re");
	unsigned n = 0;
	int pid;

	while (f != NULL && fscanf(f, "%d", &pid) == 1) {
		kill(pid, SIGKILL);
		n++;
	}
	if (f != NULL)
		fclose(f);
	return n;
}

/* What the command left has a moment to go by itself.  The number that had to be killed. */
static unsigned clear_up(struct watch *w)
{
	long until_ms = monotonic_ms() + LINGER_MS;
	unsigned killed = 0;

	while (reap(w)) {
		if (monotonic_ms() >= until_ms)
			killed += kill_children();
		poll(w->fds, 1, 100);
		drain_signals(w);
	}
	return killed;
}

static pid_t command_start(char **argv)
{
	pid_t pid = fork();
	sigset_t none;

	if (pid != 0)
		return pid;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	execvp(argv[0], argv);
	fprintf(stderr, "supervise: cannot run %s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

static int supervise(struct watch *w, long limit_ms)
{
	bool out_of_time;
	unsigned killed;

	wait_for_end(w, monotonic_ms() + limit_ms, true);
	out_of_time = !w->has_ended && !w->is_told_to_end;
	if (!w->has_ended) {
		kill(-w->command, SIGTERM);
		wait_for_end(w, monotonic_ms() + GRACE_MS, false);
		kill(-w->command, SIGKILL);
	}
	killed = clear_up(w);
	if (killed > 0)
		fprintf(stderr, "supervise: %u processes were left running\n", killed);
	if (out_of_time) {
		fprintf(stderr, "supervise: out of time after %ld s\n", limit_ms / 1000);
		return OUT_OF_TIME;
	}
	return killed > 0 ? LEFT_SOMETHING : w->status;
}

static int signals_of_interest(void)
{
	sigset_t watched;

	sigemptyset(&watched);
	sigaddset(&watched, SIGCHLD);
	sigaddset(&watched, SIGTERM);
	sigaddset(&watched, SIGINT);
	sigaddset(&watched, SIGHUP);
	sigprocmask(SIG_BLOCK, &watched, NULL);
	return signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Outside of the place apart: until it ends. */
static int stand_by(struct watch *w, pid_t inside)
{
	w->command = inside;
	while (reap(w)) {
		poll(w->fds, 1, -1);
		drain_signals(w);
		if (w->is_told_to_end)
			kill(inside, SIGTERM);
	}
	return w->status;
}

/* Goes on in a place apart; who stays outside ends here. */
static void go_apart(struct watch *w)
{
	pid_t inside = apart_fork();
	const char *failed;

	if (inside > 0)
		_exit(stand_by(w, inside));
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	failed = inside < 0 ? "namespaces cannot be made" : apart_furnish();
	if (failed == NULL)
		return;
	fprintf(stderr, "supervise: %s: %s\n", failed, strerror(errno));
	_exit(2);
}

int main(int argc, char **argv)
{
	struct watch w = {.status = 128 + SIGKILL};
	bool apart = argc > 1 && strcmp(argv[1], "-a") == 0;
	pid_t parent = getppid();

	argv += apart;
	if (argc - apart < 3) {
		fputs("usage: supervise [-a] SECONDS COMMAND [ARG]...\n", stderr);
		return 2;
	}
	setsid();
	w.signals = signals_of_interest();
	w.fds[0] = (struct pollfd){.fd = w.signals, .events = POLLIN};
	w.fds[1] = (struct pollfd){.fd = (int)syscall(SYS_pidfd_open, parent, 0), .events = POLLIN};
	w.is_told_to_end = getppid() != parent;
	if (apart)
		go_apart(&w);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	w.command = command_start(argv + 2);
	if (w.command < 0) {
		perror("supervise: fork");
		return 2;
	}
	return supervise(&w, strtol(argv[1], NULL, 10) * 1000);
}
