/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/drivers/local/proc.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/buf.h"

enum { STATUS_TEXT = 4096, ENVIRON_MAX = 4 * 1024 * 1024, PASSES_MAX = 50, DEPTH_MAX = 32 };

/* The text of /proc/<pid>/<what>; false when there is no such process. */
static bool read_proc(pid_t pid, const char *what, char *text, size_t size)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, what);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ssize_t n = read(fd, text, size - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	return n > 0;
}

/* Field 'n' (from 1, as in proc(5), at least 3) of /proc/<pid>/stat. */
static bool read_stat(pid_t pid, int n, unsigned long long *number, char *letter)
{
	char text[1024];

	if (!read_proc(pid, "stat", text, sizeof text))
		return false;
	const char *p = strrchr(text, ')'); /* the name may hold anything */
	for (int field = 2; p != NULL && field < n; field++)
		p = strchr(p + 1, ' ');
	if (p == NULL)
		return false;
	*letter = p[1];
	*number = strtoull(p + 1, NULL, 10);
	return true;
}

unsigned long long proc_started(pid_t pid)
{
	unsigned long long ticks;
	char letter;

	return read_stat(pid, 22, &ticks, &letter) ? ticks : 0;
}

bool proc_is_ending(pid_t pid)
{
	enum { STATE = 3, FLAGS = 9, EXITING = 0x4 };
	unsigned long long number;
	char letter;

	if (!read_stat(pid, STATE, &number, &letter) || strchr("ZX", letter) != NULL)
		return true;
	return !read_stat(pid, FLAGS, &number, &letter) || (number & EXITING) != 0;
}

int pidfd_of(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

int pidfd_of_started(pid_t pid, unsigned long long started)
{
	int fd = pid > 0 && started != 0 ? pidfd_of(pid) : -1;

	if (fd >= 0 && proc_started(pid) != started) {
		close(fd);
		fd = -1;
	}
	return fd;
}

bool pidfd_has_ended(int pidfd)
{
	struct pollfd p = {.fd = pidfd, .events = POLLIN};

	return pidfd < 0 || poll(&p, 1, 0) != 0;
}

void pidfd_kill(int pidfd)
{
	syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
}

/* The innermost number of a process: the last one of the line NSpid. */
static pid_t inner_number(pid_t pid)
{
	char text[STATUS_TEXT];

	if (!read_proc(pid, "status", text, sizeof text))
		return 0;
	const char *p = strstr(text, "\nNSpid:");
	long number = 0;
	for (p = p == NULL ? "" : p + strlen("\nNSpid:"); *p == '\t' || *p == ' ';)
		number = strtol(p, (char **)&p, 10);
	return (pid_t)number;
}

static pid_t find_below(pid_t pid, pid_t inner, int depth);

static pid_t find_among(const char *numbers, pid_t inner, int depth)
{
	for (const char *p = numbers; isdigit((unsigned char)*p);) {
		char *end;
		pid_t child = (pid_t)strtol(p, &end, 10);
		pid_t found = find_below(child, inner, depth + 1);

		if (found != 0)
			return found;
		p = end + (*end == ' ');
	}
	return 0;
}

static pid_t find_below(pid_t pid, pid_t inner, int depth)
{
	char path[64], text[STATUS_TEXT];
	pid_t found = 0;

	if (inner_number(pid) == inner)
		return pid;
	if (depth == DEPTH_MAX)
		return 0;
	snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
	DIR *dir = opendir(path);
	for (struct dirent *d; dir != NULL && found == 0 && (d = readdir(dir)) != NULL;) {
		char what[300];

		snprintf(what, sizeof what, "task/%s/children", d->d_name);
		if (d->d_name[0] != '.' && read_proc(pid, what, text, sizeof text))
			found = find_among(text, inner, depth);
	}
	if (dir != NULL)
		closedir(dir);
	return found;
}

pid_t proc_find_inner(pid_t init, pid_t inner)
{
	return inner <= 0 ? 0 : find_below(init, inner, 0);
}

enum marked { UNMARKED, MARKED, UNKNOWN };

/* UNKNOWN: it is in the middle of an exec, and shows no environment at the moment. */
static enum marked has_mark(pid_t pid, const char *mark)
{
	struct lm_buf b;
	char path[64], piece[4096];
	bool found = false;

	snprintf(path, sizeof path, "/proc/%d/environ", (int)pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return UNMARKED;
	lm_buf_init(&b, ENVIRON_MAX);
	for (ssize_t n; !b.cut && (n = read(fd, piece, sizeof piece)) > 0;)
		lm_buf_add(&b, piece, (size_t)n);
	close(fd);
	for (const char *p = b.p; !found && p < b.p + b.n; p += strlen(p) + 1)
		found = strcmp(p, mark) == 0;
	bool is_empty = b.n == 0;
	lm_buf_fini(&b);
	if (is_empty)
		return proc_is_ending(pid) ? UNMARKED : UNKNOWN;
	return found ? MARKED : UNMARKED;
}

static bool in_namespace(pid_t pid, const struct stat *ns)
{
	char path[64];
	struct stat s;

	snprintf(path, sizeof path, "/proc/%d/ns/pid", (int)pid);
	return stat(path, &s) == 0 && s.st_ino == ns->st_ino && s.st_dev == ns->st_dev;
}

/* How many it killed or does not know yet. */
static unsigned kill_pass(DIR *dir, const struct stat *ns, const char *mark)
{
	unsigned n = 0;

	for (struct dirent *d; (d = readdir(dir)) != NULL;) {
		pid_t pid = (pid_t)strtol(d->d_name, NULL, 10);
		int fd = pid > 0 && in_namespace(pid, ns) ? pidfd_of(pid) : -1;

		/* The descriptor first, the question second: the number may have a new owner. */
		if (fd < 0)
			continue;
		enum marked is = has_mark(pid, mark);
		if (is == MARKED)
			pidfd_kill(fd);
		n += is != UNMARKED && !proc_is_ending(pid);
		close(fd);
	}
	return n;
}

void proc_kill_marked(pid_t init, const char *mark)
{
	char path[64];
	struct stat ns;

	snprintf(path, sizeof path, "/proc/%d/ns/pid", (int)init);
	DIR *dir = stat(path, &ns) == 0 ? opendir("/proc") : NULL;
	/* Again until none is left: one may have forked behind our back. */
	for (int pass = 0; dir != NULL && pass < PASSES_MAX; pass++) {
		rewinddir(dir);
		if (kill_pass(dir, &ns, mark) == 0)
			break;
	}
	if (dir != NULL)
		closedir(dir);
}
