/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded into a manager: it counts the commits to its journal, and kills it at the one it is told to.
 *
 * LM_DIE names a folder.  In its file "commits" stands how many commits have become durable since the
 * process began; when there is a file "at" with "N before" or "N after", the process gets SIGKILL
 *	before: when the last frame of commit N is about to be written, so that it is lost, half of it written
 *	after:  when commit N is durable, and nothing that follows from it has been done
 *
 * A commit is recognized by how SQLite writes a log: a transaction is a row of frames, each with a header of
 * 24 bytes, and the second word of the last header is not 0; then comes fdatasync().
 */
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

/* As the C library declares them. */
ssize_t pwrite64(int fd, const void *p, size_t n, off64_t at);
int fdatasync(int fd);

enum { FRAME_HEADER = 24 };

/* It is called from where it can be handed nothing. */
static struct {
	char folder[PATH_MAX - 16];
	unsigned long commits;
	bool is_pending;
} die;

static int open_file(const char *name, int flags)
{
	char path[PATH_MAX];

	snprintf(path, sizeof path, "%s/%s", die.folder, name);
	return open(path, flags | O_CLOEXEC, 0600);
}

static void publish(void)
{
	char text[24];
	int fd = open_file("commits", O_WRONLY | O_CREAT);
	int n = snprintf(text, sizeof text, "%10lu\n", die.commits);

	if (fd < 0 || syscall(SYS_pwrite64, fd, text, n, 0) != n)
		abort();
	close(fd);
}

/* What the manager starts is left alone. */
__attribute__((constructor)) static void begin(void)
{
	const char *folder = getenv("LM_DIE");

	unsetenv("LD_PRELOAD");
	if (folder == NULL || strlen(folder) >= sizeof die.folder)
		abort();
	snprintf(die.folder, sizeof die.folder, "%s", folder);
	publish();
}

static void die_when_told(unsigned long commit, const char *side)
{
	char text[40] = "", *end;
	int fd = open_file("at", O_RDONLY);

	if (fd < 0)
		return;
	ssize_t n = read(fd, text, sizeof text - 1);
	close(fd);
	if (n <= 0 || strtoul(text, &end, 10) != commit)
		return;
	if (strncmp(end, side, strlen(side)) == 0)
		kill(getpid(), SIGKILL);
}

static bool is_log(int fd)
{
	char link[40], path[PATH_MAX];

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t n = readlink(link, path, sizeof path - 1);
	if (n < 4)
		return false;
	path[n] = '\0';
	return strcmp(path + n - 4, "-wal") == 0;
}

ssize_t pwrite64(int fd, const void *p, size_t n, off64_t at)
{
	uint32_t pages_after = 0;

	if (n == FRAME_HEADER && is_log(fd))
		memcpy(&pages_after, (const char *)p + sizeof pages_after, sizeof pages_after);
	if (pages_after != 0) {
		die_when_told(die.commits + 1, " before");
		die.is_pending = true;
	}
	return (ssize_t)syscall(SYS_pwrite64, fd, p, n, at);
}

int fdatasync(int fd)
{
	int rc = (int)syscall(SYS_fdatasync, fd);

	if (rc == 0 && die.is_pending && is_log(fd)) {
		die.is_pending = false;
		die.commits++;
		publish();
		die_when_told(die.commits, " after");
	}
	return rc;
}
